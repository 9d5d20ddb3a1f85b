"""What people do with a file of figures: send it, say what its columns hold, have it stored, or give it up."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from partners import delivery, outbox
from partners.models import User
from performance import permissions as permissions  # the rules behind `has_perm`
from performance.importing import PLACE, Finding, Grave, Layout, headers_of
from performance.models import Upload
from performance.services.uploads.columns import read, remember
from priorities.periods import Period

if TYPE_CHECKING:
    from partners.models import Partner
    from performance.models import Source
    from priorities.models import Plan, Priority

log = logging.getLogger(__name__)

State = Upload.State

TASK = "performance.tasks.run_upload"
#: Under MEDIA_ROOT.
FOLDER = "uploads"
#: Files of one person that workers have not finished with.
MOST_UNFINISHED = 5

NOT_YOURS = "Files of figures are sent by data owners, the analyst and the coordinator."


@dataclass(frozen=True)
class Brought:
    """A file on the shelf that no row names yet. `name`: as cleaned; empty for what was pasted."""

    name: str
    place: str
    size: int
    sha256: str


@contextmanager
def on_the_shelf(content: bytes, name: str) -> Iterator[Brought]:
    """Put a file on the shelf, and take it away again when what is done with it inside fails.

    Raises ValidationError when it cannot be stored.
    """
    try:
        place = delivery.shelve(content, FOLDER)
    except OSError as fault:
        log.exception("A file of figures could not be stored")
        raise ValidationError("The file cannot be stored at the moment. Try again in a few minutes.") from fault
    brought = Brought(name, place, len(content), hashlib.sha256(content).hexdigest())
    try:
        yield brought
    except BaseException:
        delivery.remove(place)
        raise


@transaction.atomic
def start(
    *,
    plan: Plan,
    kind: str,
    period: Period,
    data_owner: Partner,
    file: Brought,
    answers: Mapping[str, Any],
    by: User,
    at: dt.datetime,
    submission_key: Any,
    data_source: Source | None = None,
) -> Upload:
    """Take a file in, to be read and checked by a worker; nothing of it is stored yet. Nudge with `wake` afterwards.

    The same submission key again is the same upload. `answers`: what the sender said besides, as JSON can keep it.
    Raises PermissionDenied; ValidationError with a sentence.
    """
    needed = "performance.upload_figures" if kind == Upload.Kind.FIGURES else "performance.upload_tables"
    if not by.has_perm(needed):
        raise PermissionDenied(NOT_YOURS)
    if not by.has_perm("performance.upload_tables") and data_owner.pk not in by.officer_of:
        raise PermissionDenied("You send figures of your own organisation, and of those you stand in for.")
    upload = Upload(
        plan=plan,
        kind=kind,
        period_kind=period.kind.value,
        period_start=period.start,
        data_owner=data_owner,
        data_source=data_source,
        name=file.name,
        file=file.place,
        size=file.size,
        sha256=file.sha256,
        answers=dict(answers),
        by=by,
        at=at,
        changed_at=at,
        submission_key=submission_key,
    )
    sent = Upload.objects.filter(submission_key=submission_key).first()
    if sent is None and Upload.objects.filter(by=by).unfinished().count() >= MOST_UNFINISHED:
        raise ValidationError(f"{MOST_UNFINISHED} files of yours are still being read. Wait until one of them is done.")
    if sent is None:
        upload.full_clean(exclude=["file", "submission_key"])
        try:
            with transaction.atomic():
                upload.save()
        except IntegrityError:
            sent = Upload.objects.get(submission_key=submission_key)
    if sent is not None:
        if sent.by_id != by.pk:
            raise PermissionDenied(NOT_YOURS)
        transaction.on_commit(partial(delivery.remove, file.place), robust=True)
        return sent
    transaction.on_commit(partial(delivery.settle, file.place), robust=True)
    return upload


@transaction.atomic
def name_columns(*, upload: Upload, sheet: str, layout: Layout, by: User, at: dt.datetime) -> Upload:
    """Say which column holds what; the table is checked anew by it, and the next one of the same shape, too.

    Raises PermissionDenied; ValidationError with a sentence for everything that is missing.
    """
    upload = _locked(upload, by)
    if upload.state in (State.STORING, State.STORED, State.DROPPED):
        raise ValidationError(f"Its columns cannot be changed any more: {upload.get_state_display().lower()}.")
    if faults := layout.faults(upload.kind):
        raise ValidationError(faults)
    book = read(upload)
    found = book.sheet(sheet) if sheet else book.sheets[0]
    upload.sheet, upload.mapping = found.name, layout.as_json()
    upload.answers = {**upload.answers, "named": True}
    remember(upload, headers_of(found, layout.header), layout, by, at)
    return _begin_again(upload, at)


@transaction.atomic
def check_again(*, upload: Upload, by: User, at: dt.datetime) -> Upload:
    """Read the same file once more, after it failed or after something it rests on was changed.

    Raises PermissionDenied; ValidationError when there is nothing to read.
    """
    upload = _locked(upload, by)
    if upload.state not in (State.FAILED, State.FAULTY, State.READY):
        raise ValidationError(f"There is nothing to check again: {upload.get_state_display().lower()}.")
    if upload.removed_on is not None:
        raise ValidationError("The file was removed. Send it again.")
    if not upload.answers.get("named"):
        # What the portal chose by itself it chooses anew, and asks about anew.
        upload.sheet, upload.mapping = "", {}
    return _begin_again(upload, at)


@transaction.atomic
def store(
    *,
    upload: Upload,
    confirmed: Collection[str],
    reason: str,
    by: User,
    at: dt.datetime,
    places: Mapping[str, Priority | None] | None = None,
) -> Upload:
    """Have a checked table stored by a worker. `confirmed`: the keys of the questions that were answered with yes.

    `places`: by the keys of rows of a table of similar areas, to which priority they belong after all, None for none;
    whoever says so of a row has answered what was asked about its place.

    Raises PermissionDenied; ValidationError keyed by these names when a question is not answered, or when figures are
    corrected and no reason is given, or when there is nothing to store. Said twice, it is stored once.
    """
    upload = _locked(upload, by)
    if upload.state in (State.STORING, State.STORED):
        return upload
    if upload.state != State.READY:
        raise ValidationError(f"It cannot be stored: {upload.get_state_display().lower()}.")
    findings = [Finding.of_json(told) for told in upload.findings]
    questions = {finding.key for finding in findings if finding.grave is Grave.QUESTION}
    told = {row["cell"] for row in upload.preview if row.get("key") in (places or {})}
    placed = {finding.key for finding in findings if finding.cell in told and finding.expected == PLACE}
    reasons = {finding.key for finding in findings if finding.grave is Grave.REASON}
    if not upload.preview:
        raise ValidationError("There is nothing to store: every figure is in the portal already.")
    faults: dict[str, list[str]] = {}
    if unanswered := questions - placed - set(confirmed):
        count = len(unanswered)
        faults["confirmed"] = [
            "One question is not answered. Tick it if the figure is right."
            if count == 1
            else f"{count:,} questions are not answered. Tick each one whose figure is right."
        ]
    if reasons and not reason.strip():
        faults["reason"] = ["Say why what is in the portal is corrected."]
    if faults:
        raise ValidationError(faults)
    upload.answers = {
        **upload.answers,
        "confirmed": sorted(questions | reasons),
        "reason": reason.strip(),
        "stored_by": by.pk,
    }
    if places:
        said = {key: one.pk if one else None for key, one in places.items()}
        upload.answers["places"] = {**upload.answers.get("places", {}), **said}
    upload.state, upload.attempts, upload.lease_until, upload.sentence = State.STORING, 0, None, ""
    upload.changed_at = at
    upload.save()
    return upload


@transaction.atomic
def drop(*, upload: Upload, by: User, at: dt.datetime) -> Upload:
    """Give up a table that was not stored; its file goes, its row stays. Raises PermissionDenied and ValidationError."""
    upload = _locked(upload, by)
    if upload.state == State.DROPPED:
        return upload
    if upload.state in (State.STORING, State.STORED):
        raise ValidationError(f"It cannot be dropped: {upload.get_state_display().lower()}.")
    upload.state, upload.sentence, upload.lease_until = State.DROPPED, "", None
    upload.changed_at, upload.removed_on = at, timezone.localdate(at)
    upload.save()
    transaction.on_commit(partial(delivery.remove, upload.file.name), robust=True)
    return upload


def wake(upload: Upload) -> bool:
    """Ask the workers to see to a file soon; a nudge that is lost only waits for the next tick."""
    return outbox.wake(TASK, upload.pk)


def _locked(upload: Upload, by: User) -> Upload:
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if not by.has_perm("performance.work_on_upload", upload):
        raise PermissionDenied(NOT_YOURS)
    return upload


def _begin_again(upload: Upload, at: dt.datetime) -> Upload:
    upload.state, upload.attempts, upload.lease_until, upload.sentence = State.WAITING, 0, None, ""
    upload.findings, upload.preview, upload.rows_done, upload.rows_total = [], [], 0, None
    upload.changed_at = at
    upload.save()
    return upload
