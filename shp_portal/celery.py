"""The portal's Celery application; what runs when is in settings (CELERY_*)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shp_portal.settings")

app = Celery("shp_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def tick_at_once(**kwargs: Any) -> None:
    """Beat would wait a whole interval before its first tick; what fell due while nothing ran is due now."""
    app.send_task(
        "shp_portal.tasks.tick", retry=True, retry_policy={"max_retries": 20, "interval_step": 0.2, "interval_max": 1}
    )
