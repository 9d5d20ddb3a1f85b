"""What Celery runs for this room."""

from __future__ import annotations

from celery import shared_task

from actions.services import evidence


@shared_task
def scan_evidence() -> None:
    evidence.scan_waiting()
