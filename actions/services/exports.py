"""Files of lists too long to wait for: asked for by a person, made by a worker, kept for a week.

The row is the truth. An attempt is claimed by compare-and-set and leased; its file waits under a name of its own until the row
says that it is the one, so that two workers make one file between them and a killed one leaves none that could be had.
"""

from __future__ import annotations

import datetime as dt
import logging
from array import array
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions import permissions as permissions  # the rules behind `has_perm`
from actions.models import Action, Export
from actions.progress import Facts, assess
from actions.rating import Rating
from partners import delivery, outbox
from partners.models import User
from priorities.models import UpdateRound
from sheets import Cell, csv_text, write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from actions.models import ActionQuerySet, ExportQuerySet
    from actions.progress import Standing
    from priorities.models import Plan
    from priorities.periods import Period

log = logging.getLogger(__name__)

State = Export.State
Clock = Callable[[], dt.datetime]
#: The actions a list shows at an address: `query`, `plan`, `by` whom, `today`, the period `asked`. ValidationError for
#: one that cannot be shown any more.
Select = Callable[..., "ActionQuerySet"]

TASK = "actions.tasks.run_export"
#: Under MEDIA_ROOT.
FOLDER = "exports"
#: Rows read, written and reported at a time.
CHUNK = 1_000
#: Renewed with every chunk, so that it only has to outlast one chunk and the packing of a workbook.
LEASE = dt.timedelta(minutes=2)
#: So often may workers die over one file before it is called failed.
MOST_ATTEMPTS = 3
#: Files of one person that are not finished yet.
MOST_UNFINISHED = 5
DAYS_KEPT = 7
#: Nudges of one tick; the next one takes the rest.
BATCH = 20

COLUMNS = (
    "Reference",
    "Action",
    "Priority",
    "Lead",
    "Due",
    "Review",
    "Last heard",
    "Rating",
    "Confirmed",
    "Dates",
    "Update",
    "Disagreement",
)


class Refused(Exception):
    """Why a file cannot be made, in a sentence for the person who asked."""


class Overtaken(Exception):
    """Another worker has taken the row meanwhile."""


class Told(NamedTuple):
    """What is read of an action for its line in a file, in the order of `TOLD`: no objects are made of ten thousand rows."""

    pk: int
    ref: str
    title: str
    priority: str
    lead: str
    state: str
    starts_on: dt.date
    due_on: dt.date | None
    review_on: dt.date | None
    completed_on: dt.date | None
    heard_on: dt.date | None
    said: str | None
    milestones_missed: int
    times_moved: int
    received: bool

    def standing(self, asked: Period | None, as_of: dt.date) -> Standing:
        """What `Action.standing` says."""
        facts = Facts(
            state=self.state,
            starts_on=self.starts_on,
            due_on=self.due_on,
            said=Rating(self.said) if self.said else None,
            said_on=self.heard_on,
            received=self.received,
            completed_on=self.completed_on,
            review_on=self.review_on,
            milestones_missed=self.milestones_missed,
            times_moved=self.times_moved,
            asked=asked,
        )
        return assess(facts, as_of)


TOLD = (
    *("pk", "ref", "title", "priority__name", "lead_partner__name", "state"),
    *("starts_on", "due_on", "review_on", "completed_on"),
    *("latest_update__submitted_on", "latest_update__rating", "milestones_missed", "times_moved", "received"),
)


def told(actions: ActionQuerySet, as_of: dt.date, asked: Period | None) -> Iterator[Told]:
    """What the lines of these actions are made of, in their order; one query."""
    return map(Told._make, actions.with_facts(as_of).with_received(asked).values_list(*TOLD))


def as_row(action: Told, standing: Standing) -> tuple[Cell, ...]:
    """What the list says of one action; nobody's words about its progress, so nothing restricted."""
    return (
        action.ref,
        action.title,
        action.priority,
        action.lead,
        action.due_on,
        None if action.due_on else action.review_on,
        action.heard_on,
        standing.word,
        standing.confirmed,
        "" if standing.delivery.ok else standing.delivery.sentence,
        "" if standing.update.ok else standing.update.sentence,
        standing.disagreement,
    )


# --- Asking -------------------------------------------------------------------------------------------------------------


def request_export(*, plan: Plan, kind: str, query: str, by: User, at: dt.datetime) -> Export:
    """Ask for a file of the list at an address, judged as on the day of `at`. Nudge the workers with `wake` afterwards.

    The same list asked for again while it is not finished is the same file. Raises PermissionDenied; ValidationError with
    a sentence when too many of one's files are not finished, or there is no such kind of file.
    """
    if not by.has_perm("actions.request_export"):
        raise PermissionDenied("Files of the actions are made for those who work on them.")
    if kind not in Export.Kind.values:
        raise ValidationError("Choose the kind of file: CSV or XLSX.")
    unfinished = Export.objects.filter(by=by).unfinished()
    if not _same(by, plan, kind, query).exists() and unfinished.count() >= MOST_UNFINISHED:
        raise ValidationError(f"{MOST_UNFINISHED} files of yours are not ready yet. Wait until one of them is.")
    export, _ = Export.objects.get_or_create(
        by=by,
        plan=plan,
        kind=kind,
        query=query,
        state__in=Export.UNFINISHED,
        defaults={"as_of": timezone.localdate(at), "asked_at": at},
    )
    return export


def retry(*, export: Export, by: User, at: dt.datetime) -> Export:
    """Have a file made that could not be, judged as on the day of `at`; the row that will be it.

    That is another one when the same list was asked for anew meanwhile. Raises PermissionDenied; ValidationError when
    there is nothing to try again.
    """
    if not by.has_perm("actions.retry_export", export):
        raise PermissionDenied("Whoever asked for a file has it made again.")
    try:
        with transaction.atomic():
            freed = Export.objects.filter(pk=export.pk, state=State.FAILED).update(
                state=State.QUEUED,
                as_of=timezone.localdate(at),
                asked_at=at,
                rows_done=0,
                total=None,
                attempts=0,
                lease_until=None,
                error="",
                finished_at=None,
            )
    except IntegrityError:
        return _same(export.by, export.plan, export.kind, export.query).get()
    if not freed:
        raise ValidationError("There is nothing to try again: making this file has not failed.")
    export.refresh_from_db()
    return export


def wake(export: Export) -> bool:
    """Ask the workers to make a file soon; a nudge that is lost only waits for the next tick."""
    return outbox.wake(TASK, export.pk)


def _same(by: User, plan: Plan, kind: str, query: str) -> ExportQuerySet:
    return Export.objects.filter(by=by, plan=plan, kind=kind, query=query).unfinished()


# --- Making -------------------------------------------------------------------------------------------------------------


def run_export(*, pk: int, select: Select, clock: Clock) -> Export | None:
    """Make the file of one row that waits; the finished row, or None when it waits no more, or failed and says why.

    Safe twice and at once. What the person who asked may see now is what is written.
    """
    export = Export.objects.waiting(clock()).filter(pk=pk).select_related("plan").first()
    if export is None or not _claim(export, clock()):
        return None
    try:
        _make(export, select, clock)
    except Overtaken:
        log.warning("%s was taken over by another worker", export)
        return None
    except Exception as error:
        log.exception("%s could not be made", export)
        _mine(export).update(state=State.FAILED, error=_sentence(error), lease_until=None, finished_at=clock())
        return None
    export.refresh_from_db()
    return export


def _claim(export: Export, now: dt.datetime) -> bool:
    """Take the row, if nobody took it since it was read. One whose workers kept dying is closed instead."""
    row = Export.objects.filter(pk=export.pk, state=export.state, attempts=export.attempts)
    if export.attempts >= MOST_ATTEMPTS:
        sentence = f"The worker stopped {MOST_ATTEMPTS} times while making it."
        row.update(state=State.FAILED, error=sentence, lease_until=None, finished_at=now)
        return False
    claimed = row.update(
        state=State.RUNNING, attempts=export.attempts + 1, lease_until=now + LEASE, rows_done=0, total=None
    )
    export.attempts += 1
    return claimed == 1


def _mine(export: Export) -> ExportQuerySet:
    """The row, as long as this attempt is the one that holds it."""
    return Export.objects.filter(pk=export.pk, state=State.RUNNING, attempts=export.attempts)


def _hold(export: Export, now: dt.datetime, **told: int) -> None:
    """Say how far this attempt is and go on holding the row. Raises Overtaken."""
    if not _mine(export).update(lease_until=now + LEASE, **told):
        raise Overtaken


def _make(export: Export, select: Select, clock: Clock) -> None:
    """Write the file, then say that it is the one, then put it in its place."""
    by = _owner(export)
    name, place = delivery.place_for(FOLDER)
    try:
        _write(place, export, _rows(export, by, select, clock))
        sha256 = delivery.seal(place)
        _owner(export)
        now = clock()
        done = _mine(export).update(
            state=State.DONE,
            file=name,
            sha256=sha256,
            size=place.stat().st_size,
            finished_at=now,
            expires_on=timezone.localdate(now) + dt.timedelta(days=DAYS_KEPT),
            lease_until=None,
        )
        if not done:
            raise Overtaken
    except BaseException:
        delivery.remove(name)
        raise
    delivery.settle(name)


def _owner(export: Export) -> User:
    """Whoever asked, as they are now. Raises Refused when nothing is to be made for them any more."""
    by = User.objects.get(pk=export.by_id)
    if not by.is_active:
        raise Refused("The person who asked for it is no longer active.")
    if not by.sees_the_work:
        raise Refused("The person who asked for it may no longer see the actions.")
    return by


def _write(place: Path, export: Export, rows: Iterator[tuple[Cell, ...]]) -> None:
    if export.kind == Export.Kind.XLSX:
        write_xlsx(place, "Actions", COLUMNS, rows)
        return
    with place.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_text(COLUMNS, rows))


def _rows(export: Export, by: User, select: Select, clock: Clock) -> Iterator[tuple[Cell, ...]]:
    """The list's rows in its order, telling after each chunk how far it is.

    Which actions and in which order is settled by one query, so that one whose rating or date changes meanwhile is
    neither missed nor told twice; only their numbers, eight bytes each, are kept. The rows are then read by them.
    """
    asked = _asked(export)
    listed = select(query=export.query, plan=export.plan, by=by, today=export.as_of, asked=asked)
    numbers = array("q", listed.values_list("pk", flat=True).iterator())
    _hold(export, clock(), total=len(numbers))
    seen = Action.objects.visible_to(by)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        found = {action.pk: action for action in told(seen.filter(pk__in=list(chunk)), export.as_of, asked)}
        for number in chunk:
            if action := found.get(number):
                yield as_row(action, action.standing(asked, export.as_of))
        _hold(export, clock(), rows_done=start + len(chunk))


def _asked(export: Export) -> Period | None:
    newest = UpdateRound.objects.asked_by(export.plan, export.as_of).first()
    return newest.period if newest else None


def _sentence(error: Exception) -> str:
    """What the person who asked is told; what is none of their business stays in the log."""
    match error:
        case Refused():
            return str(error)
        case ValidationError():
            return " ".join(error.messages)
        case SoftTimeLimitExceeded():
            seconds = settings.CELERY_TASK_SOFT_TIME_LIMIT
            return f"Making it took longer than {seconds} seconds. Make the list shorter with a filter."
        case OSError():
            return f"It could not be stored: {error.strerror or 'the file store does not answer'}."
    return "Something went wrong while it was made. Try again; when it fails again, tell the Community Safety Team."


# --- What the tick does -------------------------------------------------------------------------------------------------


def see_to(now: dt.datetime) -> None:
    """What is due about files: those that wait are made soon, those whose week is over go, and leftovers are swept away."""
    wake_waiting(now)
    remove_expired(now)
    sweep(now)


def wake_waiting(now: dt.datetime) -> int:
    """Nudge the workers about every file that waits, also after a worker that died; how many do."""
    waiting = list(Export.objects.waiting(now)[:BATCH])
    for export in waiting:
        wake(export)
    return len(waiting)


def remove_expired(now: dt.datetime) -> int:
    """Take away the files whose last day is over; how many went. Their rows stay, to say so."""
    today = timezone.localdate(now)
    removed = 0
    for export in Export.objects.expired(today):
        try:
            delivery.remove(export.file.name)
        except OSError:
            log.exception("%s could not be removed", export)
            continue
        removed += Export.objects.filter(pk=export.pk, removed_on__isnull=True).update(removed_on=today)
    return removed


def sweep(now: dt.datetime) -> int:
    """Take away what stopped workers left unfinished, and put in place what is finished; how many went."""
    return delivery.sweep(
        now, FOLDER, lambda names: Export.objects.filter(file__in=names).values_list("file", flat=True)
    )
