"""What beat calls."""

from celery import shared_task
from django.utils import timezone

from shp_portal import tick as ticking


@shared_task
def tick() -> None:
    ticking.tick(timezone.now())
