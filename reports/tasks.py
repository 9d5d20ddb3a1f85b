"""What Celery runs for this room: lay out one report. The only module beside the commands that reaches the PDF maker."""

from celery import shared_task
from django.utils import timezone

from reports import delivery, pdf
from reports.services import renditions


@shared_task
def render() -> None:
    """One file a task keeps tasks short; after a failure the next tick tries again, so that a full disk gets time to empty."""
    if renditions.make_next(make=pdf.make, clock=timezone.now) and renditions.any_waiting(timezone.now()):
        delivery.wake_render()
