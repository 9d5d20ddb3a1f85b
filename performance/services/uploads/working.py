"""What workers do with a file: they claim its row, check the table, and store it all or nothing when its sender said so.

A worker claims a row by compare-and-set under a lease, so that one that was killed is followed by another and two at
once do the work of one. Checking writes nothing but what it found; storing checks anew, in the transaction that stores,
because somebody else may have recorded a figure meanwhile.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners import delivery
from partners.models import User
from performance.importing import Finding, Grave, headers_of
from performance.models import Indicator, Upload
from performance.services.uploads.checking import Found, examine, preview
from performance.services.uploads.columns import Unsure, choose, read, remember
from performance.services.uploads.storing import write
from sheets.book import Refused

if TYPE_CHECKING:
    from performance.models.uploads import UploadQuerySet

log = logging.getLogger(__name__)

State = Upload.State
Clock = Callable[[], dt.datetime]

#: Longer than a task may run (CELERY_TASK_TIME_LIMIT), so that no living worker still holds a row whose lease ran out.
LEASE = dt.timedelta(minutes=5)
#: So often may workers die over one file before it is called failed.
MOST_ATTEMPTS = 3

CHANGED = "Since it was checked something has changed. Look at the findings again; nothing was stored."


class Overtaken(Exception):
    """Another worker, or the sender, has taken the row meanwhile."""


class NotAsChecked(Exception):
    """What was found when it was to be stored differs from what its sender answered to."""

    def __init__(self, found: Found) -> None:
        super().__init__(CHANGED)
        self.found = found


def run_upload(*, pk: int, clock: Clock) -> Upload | None:
    """Check or store one file that waits for it; the row afterwards, or None when it waits no more. Safe twice and at once."""
    waiting = Upload.objects.waiting(clock()).filter(pk=pk)
    upload = waiting.select_related("plan", "data_owner", "data_source", "by").first()
    if upload is None or not _claim(upload, clock()):
        return None
    try:
        if upload.state == State.STORING:
            _store(upload, clock)
        else:
            _check(upload, clock)
    except Overtaken:
        log.warning("Upload %s was taken over", upload.pk)
        return None
    except Exception as error:
        log.exception("Upload %s could not be seen to", upload.pk)
        _mine(upload).update(state=State.FAILED, sentence=_sentence(error), lease_until=None, changed_at=clock())
    upload.refresh_from_db()
    return upload


def _claim(upload: Upload, now: dt.datetime) -> bool:
    """Take the row, if nobody took it since it was read. One whose workers kept dying is closed instead."""
    row = Upload.objects.filter(pk=upload.pk, state=upload.state, attempts=upload.attempts)
    if upload.attempts >= MOST_ATTEMPTS:
        sentence = f"The worker stopped {MOST_ATTEMPTS} times over it."
        row.update(state=State.FAILED, sentence=sentence, lease_until=None, changed_at=now)
        return False
    state = State.STORING if upload.state == State.STORING else State.CHECKING
    claimed = row.update(state=state, attempts=upload.attempts + 1, lease_until=now + LEASE)
    upload.state, upload.attempts = state, upload.attempts + 1
    return claimed == 1


def _mine(upload: Upload) -> UploadQuerySet:
    """The row, as long as this attempt is the one that holds it."""
    return Upload.objects.filter(pk=upload.pk, state=upload.state, attempts=upload.attempts)


def _close(upload: Upload, **told: Any) -> None:
    """End this attempt's hold on the row. Raises Overtaken when it has none."""
    if not _mine(upload).update(lease_until=None, **told):
        raise Overtaken


def _check(upload: Upload, clock: Clock) -> None:
    """Read the file and say what is found; columns that are not known are asked for."""

    def progress(done: int, total: int) -> None:
        if not _mine(upload).update(rows_done=done, rows_total=total, lease_until=clock() + LEASE):
            raise Overtaken

    upload.by.stand_in(timezone.localdate(clock()))
    try:
        book = read(upload)
        chosen = choose(upload, book)
        if isinstance(chosen, Unsure):
            _close(
                upload,
                state=State.NEEDS_COLUMNS,
                sheet=chosen.sheet,
                mapping=chosen.layout.as_json(),
                sentence=chosen.sentence,
                findings=[],
                preview=[],
                changed_at=clock(),
            )
            return
        found = examine(upload, chosen, clock(), upload.by, progress)
    except Refused as refused:
        fault = Finding(Grave.FAULT, refused.sentence, refused.expected, refused.sheet, refused.cell)
        _close(upload, state=State.FAULTY, findings=[fault.as_json()], preview=[], sentence="", changed_at=clock())
        return
    _close(upload, **_told(upload, found), sentence="", changed_at=clock())


def _told(upload: Upload, found: Found) -> dict[str, Any]:
    """What the row says of a check."""
    return {
        "state": State.FAULTY if found.faulty else State.READY,
        "sheet": found.chosen.sheet.name,
        "mapping": found.chosen.layout.as_json(),
        "findings": [finding.as_json() for finding in found.findings],
        "preview": [] if found.faulty else preview(upload, found.checked),
    }


def _store(upload: Upload, clock: Clock) -> None:
    """Check once more and store everything, in one transaction; or store nothing, and say what has changed."""
    by = User.objects.get(pk=upload.answers.get("stored_by", upload.by_id))
    by.stand_in(timezone.localdate(clock()))
    try:
        book = read(upload)
        with transaction.atomic():
            held = Upload.objects.select_for_update().get(pk=upload.pk)
            if (held.state, held.attempts) != (upload.state, upload.attempts):
                raise Overtaken
            if not by.is_active or not by.has_perm("performance.work_on_upload", held):
                raise PermissionDenied("Whoever had it stored may not record these figures any more.")
            if upload.kind == Upload.Kind.FIGURES:
                # Nobody records one of these figures between the check and the storing.
                wanted = Indicator.objects.for_plan(upload.plan).values_list("pk", flat=True)
                list(Indicator.objects.filter(pk__in=list(wanted)).order_by("pk").select_for_update())
            chosen = choose(upload, book)
            if isinstance(chosen, Unsure):
                raise Refused(chosen.sentence)
            found = examine(upload, chosen, clock(), by, None)
            if found.faulty or found.to_answer - set(upload.answers.get("confirmed", [])):
                raise NotAsChecked(found)
            now = clock()
            sentence = write(upload, found.checked, by, now)
            remember(upload, headers_of(chosen.sheet, chosen.layout.header), chosen.layout, by, now)
            _close(upload, state=State.STORED, sentence=sentence, changed_at=now)
    except NotAsChecked as changed:
        _close(upload, **_told(upload, changed.found), sentence=CHANGED, changed_at=clock())
    except (ValidationError, Refused) as refused:
        wrong = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        fault = Finding(Grave.FAULT, wrong)
        _close(upload, state=State.FAULTY, findings=[fault.as_json()], preview=[], sentence=CHANGED, changed_at=clock())


def _sentence(error: Exception) -> str:
    """What the sender is told; what is none of their business stays in the log."""
    match error:
        case PermissionDenied():
            return str(error)
        case delivery.FileLost():
            return "The file is missing from the file store, or is no longer the one that was sent. Send it again."
        case SoftTimeLimitExceeded():
            seconds = settings.CELERY_TASK_SOFT_TIME_LIMIT
            return f"Reading it took longer than {seconds} seconds. Send it in several files."
    return "Something went wrong while it was read. It is noted in the portal's log."
