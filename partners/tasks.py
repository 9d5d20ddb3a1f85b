"""What Celery runs for this room: send the e-mails that are owed."""

from celery import shared_task
from django.utils import timezone

from partners import outbox


@shared_task
def drain_outbox() -> None:
    outbox.drain(timezone.now())
