"""What Celery runs for this room."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from actions.forms.filters import actions_at
from actions.services import evidence, exports


@shared_task
def scan_evidence() -> None:
    evidence.scan_waiting()


@shared_task
def run_export(pk: int) -> None:
    exports.run_export(pk=pk, select=actions_at, clock=timezone.now)
