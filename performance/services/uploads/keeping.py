"""What the tick does about files: those that wait are seen to soon, old ones go, and leftovers are swept away."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from partners import delivery
from performance.models import Upload
from performance.services.uploads.sending import FOLDER, wake

log = logging.getLogger(__name__)

State = Upload.State

DAYS_KEPT = 90
#: Files of one tick; the next one takes the rest.
BATCH = 20


def see_to(now: dt.datetime) -> None:
    """What is due about files: those that wait are seen to soon, old ones go, and leftovers are swept away."""
    wake_waiting(now)
    remove_old(now)
    sweep(now)


def wake_waiting(now: dt.datetime) -> int:
    """Nudge the workers about every file that waits, also after a worker that died; how many do."""
    waiting = list(Upload.objects.waiting(now).only("pk")[:BATCH])
    for upload in waiting:
        wake(upload)
    return len(waiting)


def remove_old(now: dt.datetime) -> int:
    """Take away files to which nothing has happened for so long; how many went. Rows and findings stay, to say what came in.

    A table that was not stored by then is dropped.
    """
    removed = 0
    for upload in Upload.objects.untouched_since(now - dt.timedelta(days=DAYS_KEPT))[:BATCH]:
        try:
            delivery.remove(upload.file.name)
        except OSError:
            log.exception("The file of upload %s could not be removed", upload.pk)
            continue
        state = upload.state if upload.state == State.STORED else State.DROPPED
        same = Upload.objects.filter(pk=upload.pk, state=upload.state, removed_on__isnull=True)
        removed += same.update(state=state, removed_on=timezone.localdate(now), lease_until=None)
    return removed


def sweep(now: dt.datetime) -> int:
    """Take away what a stopped request left without a row, and put those in place whose row is there; how many went."""
    return delivery.sweep(
        now, FOLDER, lambda names: Upload.objects.filter(file__in=names).values_list("file", flat=True)
    )
