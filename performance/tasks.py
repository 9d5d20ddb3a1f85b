"""What Celery runs for this room."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from performance.services import uploads


@shared_task
def run_upload(pk: int) -> None:
    uploads.run_upload(pk=pk, clock=timezone.now)
