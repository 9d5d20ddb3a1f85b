"""The composition room: settings, urls, ticking, and the pages that draw on several rooms."""

from shp_portal.celery import app as celery_app

__all__ = ["celery_app"]
