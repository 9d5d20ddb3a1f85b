"""What Celery runs for this room: lay out one report. The only module beside the commands that reaches the PDF maker."""

from __future__ import annotations

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from reports import delivery, pdf
from reports.services import renditions


@shared_task
def render() -> None:
    """One file a task keeps tasks short; after a failure the next tick tries again, so that a full disk gets time to empty.

    First it clears away what a killed worker may have left.
    """
    pdf.sweep()
    delivery.sweep(timezone.now())
    if renditions.make_next(make=_make_in_time, clock=timezone.now) and renditions.any_waiting(timezone.now()):
        delivery.wake_render()


def _make_in_time(html: str) -> pdf.MadePdf:
    try:
        return pdf.make(html)
    except SoftTimeLimitExceeded as error:
        seconds = settings.CELERY_TASK_SOFT_TIME_LIMIT
        raise pdf.PdfRefused(f"Laying it out took longer than {seconds} seconds.") from error
