"""Files of figures: sent by a person, read and checked by a worker, stored all or nothing when the person says so.

The row is the truth. A worker claims it by compare-and-set under a lease, so that one that was killed is followed by
another and two at once do the work of one. Checking writes nothing but what it found; storing checks anew, in the
transaction that stores, because somebody else may have recorded a figure meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from partners import delivery, outbox
from partners.models import User
from performance import permissions as permissions  # the rules behind `has_perm`
from performance.importing import (
    AskedBefore,
    Checked,
    Finding,
    GivenFigure,
    GivenQuestion,
    GivenRow,
    Grave,
    LastTable,
    Layout,
    Terms,
    Wanted,
    check_figures,
    check_similar_areas,
    check_survey,
    guess,
    headers_of,
    headers_sha256,
)
from performance.importing import similar_areas as areas
from performance.importing import survey as surveys
from performance.models import (
    ColumnMapping,
    Indicator,
    PrintedFigure,
    SimilarAreasTable,
    SurveyQuestion,
    Upload,
    known_facts,
)
from performance.services.bulk import record_measurements, record_similar_areas, record_survey_results
from priorities.periods import Period, british
from sheets import reading
from sheets.book import Book, Limits, Refused, Sheet, listed, shortened
from sheets.separated import read_pasted

if TYPE_CHECKING:
    from partners.models import Partner
    from performance.models import Source
    from performance.models.uploads import UploadQuerySet
    from priorities.models import Plan

log = logging.getLogger(__name__)

State = Upload.State
Clock = Callable[[], dt.datetime]

TASK = "performance.tasks.run_upload"
#: Under MEDIA_ROOT.
FOLDER = "uploads"
LARGEST = 5 * 1024 * 1024
#: Rows of tables that people write by hand are few; of figures there may be years of quarters.
LIMITS = {
    Upload.Kind.FIGURES: Limits(file_size=LARGEST),
    Upload.Kind.SIMILAR_AREAS: Limits(file_size=LARGEST, rows=500),
    Upload.Kind.SURVEY: Limits(file_size=LARGEST, rows=2_000),
}
#: Longer than a task may run (CELERY_TASK_TIME_LIMIT), so that no living worker still holds a row whose lease ran out.
LEASE = dt.timedelta(minutes=5)
#: So often may workers die over one file before it is called failed.
MOST_ATTEMPTS = 3
#: Files of one person that workers have not finished with.
MOST_UNFINISHED = 5
DAYS_KEPT = 90
#: Files of one tick; the next one takes the rest.
BATCH = 20
#: Rows shown of what would be stored.
PREVIEWED = 100

NOT_YOURS = "Files of figures are sent by data owners, the analyst and the coordinator."
CHANGED = "Since it was checked something has changed. Look at the findings again; nothing was stored."


class Overtaken(Exception):
    """Another worker, or the sender, has taken the row meanwhile."""


class NotAsChecked(Exception):
    """What was found when it was to be stored differs from what its sender answered to."""

    def __init__(self, found: Found) -> None:
        super().__init__(CHANGED)
        self.found = found


@dataclass(frozen=True)
class Brought:
    """A file on the shelf that no row names yet. `name`: as cleaned; empty for what was pasted."""

    name: str
    place: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Chosen:
    """The sheet and the layout that a file is read by, and what is to be said of the choice."""

    sheet: Sheet
    layout: Layout
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Unsure:
    """Why the columns have to be named by the sender, with the guess the form begins with."""

    sentence: str
    sheet: str
    layout: Layout


@dataclass(frozen=True)
class Found:
    """Everything that checking came to."""

    checked: Checked[Any]
    chosen: Chosen

    @property
    def findings(self) -> tuple[Finding, ...]:
        order = list(Grave)
        return tuple(sorted((*self.chosen.findings, *self.checked.findings), key=lambda one: order.index(one.grave)))

    @property
    def faulty(self) -> bool:
        return any(finding.grave is Grave.FAULT for finding in self.findings)

    @property
    def to_answer(self) -> set[str]:
        """The keys of what the sender has to say something about before it is stored."""
        return {finding.key for finding in self.findings if finding.grave in (Grave.QUESTION, Grave.REASON)}


# --- What people do -----------------------------------------------------------------------------------------------------


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
    if not by.has_perm("performance.upload_tables") and data_owner.pk != by.partner_id:
        raise PermissionDenied("You send your own organisation’s figures.")
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
    book = _read(upload)
    found = book.sheet(sheet) if sheet else book.sheets[0]
    upload.sheet, upload.mapping = found.name, layout.as_json()
    upload.answers = {**upload.answers, "named": True}
    _remember(upload, headers_of(found, layout.header), layout, by, at)
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
def store(*, upload: Upload, confirmed: Collection[str], reason: str, by: User, at: dt.datetime) -> Upload:
    """Have a checked table stored by a worker. `confirmed`: the keys of the questions that were answered with yes.

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
    reasons = {finding.key for finding in findings if finding.grave is Grave.REASON}
    if not upload.preview:
        raise ValidationError("There is nothing to store: every figure is in the portal already.")
    faults: dict[str, list[str]] = {}
    if unanswered := questions - set(confirmed):
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


def sheets_of(upload: Upload) -> Book:
    """The sheets of a file as they can be read, for naming its columns. Raises `sheets.book.Refused`."""
    return _read(upload)


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


def _remember(upload: Upload, headers: tuple[str, ...], layout: Layout, by: User, at: dt.datetime) -> None:
    """Which column held what, for the next file of this shape from this data owner."""
    ColumnMapping.objects.update_or_create(
        data_owner=upload.data_owner,
        kind=upload.kind,
        headers_sha256=headers_sha256(headers),
        defaults={"mapping": {**layout.as_json(), "sheet": upload.sheet}, "by": by, "at": at},
    )


# --- What workers do ----------------------------------------------------------------------------------------------------


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

    try:
        book = _read(upload)
        chosen = _choose(upload, book)
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
        found = _examine(upload, chosen, clock(), upload.by, progress)
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
        "preview": [] if found.faulty else _preview(upload, found.checked),
    }


def _store(upload: Upload, clock: Clock) -> None:
    """Check once more and store everything, in one transaction; or store nothing, and say what has changed."""
    by = User.objects.get(pk=upload.answers.get("stored_by", upload.by_id))
    try:
        book = _read(upload)
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
            chosen = _choose(upload, book)
            if isinstance(chosen, Unsure):
                raise Refused(chosen.sentence)
            found = _examine(upload, chosen, clock(), by, None)
            if found.faulty or found.to_answer - set(upload.answers.get("confirmed", [])):
                raise NotAsChecked(found)
            now = clock()
            sentence = _write(upload, found.checked, by, now)
            _remember(upload, headers_of(chosen.sheet, chosen.layout.header), chosen.layout, by, now)
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


# --- Reading it ---------------------------------------------------------------------------------------------------------


def _read(upload: Upload) -> Book:
    """The sheets of the file, or of what was pasted. Raises Refused, and FileLost."""
    content = delivery.read(upload.file.name, upload.sha256)
    limits = LIMITS[Upload.Kind(upload.kind)]
    if upload.name:
        return reading.read(content, name=upload.name, limits=limits)
    return Book((read_pasted(content.decode(), limits),))


def _choose(upload: Upload, book: Book) -> Chosen | Unsure:
    """Which sheet is read and by which columns: as its sender said, as the last time, or as their names say surely."""
    told = Layout.of_json(upload.mapping) if upload.mapping else None
    said = [Finding(Grave.NOTE, warning.sentence, "", warning.sheet, warning.cell) for warning in book.warnings]
    if told is not None and not told.faults(upload.kind):
        sheet = book.sheet(upload.sheet) if upload.sheet else book.sheets[0]
        return Chosen(sheet, told, tuple(said))
    remembered = _remembered(upload)
    known = [(sheet, layout) for sheet in book.sheets if (layout := _as_before(sheet, remembered))]
    fitting = known or [
        (sheet, layout) for sheet in book.sheets if not (layout := guess(sheet, upload.kind)).faults(upload.kind)
    ]
    usual = {str(mapping.mapping.get("sheet", "")) for mapping in remembered.values()} - {""}
    if len(fitting) > 1 and len(named := [pair for pair in fitting if pair[0].name in usual]) == 1:
        fitting = named
    if not fitting:
        first = book.sheets[0]
        layout = guess(first, upload.kind)
        headers = shortened(" | ".join(filter(None, headers_of(first, layout.header))), 80)
        sentence = " ".join(layout.faults(upload.kind))
        return Unsure(f"The names of the columns are “{headers}”. {sentence}", first.name, layout)
    sheet, layout = fitting[0]
    if len(fitting) > 1:
        names = listed([f"“{one.name}”" for one, _ in fitting])
        return Unsure(f"Several sheets could be meant: {names}. Choose one.", sheet.name, layout)
    if len(book.sheets) > 1:
        others = listed([f"“{one.name}”" for one in book.sheets if one is not sheet])
        said.append(Finding(Grave.NOTE, f"Of several sheets “{sheet.name}” is read; {others} not."))
    if usual and sheet.name and sheet.name not in usual:
        before = listed([f"“{name}”" for name in sorted(usual)])
        said.append(
            Finding(Grave.QUESTION, f"The sheet is called “{sheet.name}”; before it was {before}. Is it the right one?")
        )
    return Chosen(sheet, layout, tuple(said))


def _remembered(upload: Upload) -> dict[str, ColumnMapping]:
    rows = ColumnMapping.objects.filter(data_owner=upload.data_owner, kind=upload.kind)
    return {row.headers_sha256: row for row in rows}


def _as_before(sheet: Sheet, remembered: Mapping[str, ColumnMapping]) -> Layout | None:
    """The layout of the last table with the same names of columns; they may have moved up or down."""
    for row in sheet.rows[:20] if remembered else ():
        mapping = remembered.get(headers_sha256(row.texts))
        layout = Layout.of_json(mapping.mapping) if mapping else None
        if layout is not None and not layout.faults(mapping.kind if mapping else ""):
            return Layout(row.number, layout.columns)
    return None


def _examine(
    upload: Upload, chosen: Chosen, now: dt.datetime, by: User, progress: Callable[[int, int], None] | None
) -> Found:
    """Check the table against what the portal knows at this moment."""
    if upload.kind == Upload.Kind.FIGURES:
        return Found(_examine_figures(upload, chosen, now, by, progress), chosen)
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        last = _last_table(upload)
        return Found(check_similar_areas(chosen.sheet, chosen.layout, last, progress), chosen)
    year = int(upload.answers["year"])
    asked = SurveyQuestion.objects.filter(survey__plan=upload.plan).order_by("survey__year", "position")
    before: dict[str, AskedBefore] = {}
    for question in asked.exclude(survey__year=year):
        same = AskedBefore(question.code, question.about, question.priority_id)
        before[surveys.plain(question.text)] = before[question.code] = same
    taken = frozenset(asked.filter(survey__year=year).values_list("code", flat=True))
    return Found(
        check_survey(chosen.sheet, chosen.layout, before=before, taken=taken, year=year, progress=progress), chosen
    )


def _examine_figures(
    upload: Upload, chosen: Chosen, now: dt.datetime, by: User, progress: Callable[[int, int], None] | None
) -> Checked[GivenFigure]:
    rows = list(Indicator.objects.for_plan(upload.plan).select_related("data_owner", "data_source"))
    facts = known_facts(rows)
    wanted = [
        Wanted(
            facts[row.pk],
            by.has_perm("performance.record_measurement", row),
            row.rate_per,
            row.active_from,
            row.active_to,
        )
        for row in rows
    ]
    answers = upload.answers
    terms = Terms(
        quarter=upload.period,
        as_at=dt.date.fromisoformat(answers["as_at"]),
        today=timezone.localdate(now),
        provisional=bool(answers.get("provisional")),
        population_source=answers.get("population_source", ""),
        several=bool(answers.get("several")),
    )
    return check_figures(chosen.sheet, chosen.layout, wanted, terms, progress)


def _last_table(upload: Upload) -> LastTable:
    """Where crime types belonged in the last table, or in the plan's own."""
    group_size = int(upload.answers["group_size"])
    tables = SimilarAreasTable.objects.standing().filter(plan=upload.plan)
    there = tables.filter(period_kind=upload.period_kind, period_start=upload.period_start).first()
    last = tables.first()
    places: dict[str, tuple[int | None, int | None]]
    if last is not None:
        places = {areas.plain(row.label): (row.priority_id, row.indicator_id) for row in last.rows.all()}
    else:
        printed = PrintedFigure.objects.filter(plan=upload.plan).exclude(table="")
        places = {areas.plain(row.label): (row.priority_id, None) for row in printed}
    return LastTable(places, group_size, british(timezone.localdate(there.recorded_at)) if there else "")


def _preview(upload: Upload, checked: Checked[Any]) -> list[dict[str, Any]]:
    """The first rows of what would be stored, as the page shows them."""
    rows = checked.rows[:PREVIEWED]
    if upload.kind == Upload.Kind.FIGURES:
        return [
            {
                "what": figure.called,
                "period": figure.period.label,
                "printed": figure.printed,
                "more": ", ".join(_about(figure)),
            }
            for figure in rows
        ]
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        return [
            {
                "what": row.label,
                "period": row.printed,
                "printed": row.printed_average,
                "more": str(row.position or ""),
            }
            for row in rows
        ]
    return [
        {
            "what": question.text,
            "period": SurveyQuestion.About(question.about).label,
            "printed": str(len(question.results)),
            "more": f"{question.base:,}" if question.base is not None else "",
        }
        for question in rows
    ]


def _about(figure: GivenFigure) -> list[str]:
    words = ["provisional"] if figure.provisional else []
    return [*words, *(["corrects an earlier figure"] if figure.replaces else [])]


def _write(upload: Upload, checked: Checked[Any], by: User, now: dt.datetime) -> str:
    """Store what was checked, through the verbs; what was stored, in a sentence."""
    answers, reason = upload.answers, str(upload.answers.get("reason", ""))
    if upload.kind == Upload.Kind.FIGURES:
        figures: tuple[GivenFigure, ...] = checked.rows
        stored = record_measurements(figures=figures, by=by, at=now, reason=reason, upload=upload)
        corrected = sum(figure.replaces is not None for figure in figures)
        words = f"{stored:,} figure{'s' if stored != 1 else ''} stored"
        return f"{words}, {corrected:,} of them corrections." if corrected else f"{words}."
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        rows: tuple[GivenRow, ...] = checked.rows
        table = record_similar_areas(
            plan=upload.plan,
            period=upload.period,
            rows=rows,
            window=answers["window"],
            unit=answers["unit"],
            group_size=int(answers["group_size"]),
            as_at=dt.date.fromisoformat(answers["as_at"]),
            provisional=bool(answers.get("provisional")),
            data_source=upload.data_source,
            by=by,
            at=now,
            reason=reason,
            upload=upload,
        )
        return (
            f"The table was stored with {len(rows)} rows{', in place of an earlier one' if table.replaces_id else ''}."
        )
    questions: tuple[GivenQuestion, ...] = checked.rows
    survey = record_survey_results(
        plan=upload.plan,
        year=int(answers["year"]),
        title=answers["title"],
        responses=answers.get("responses"),
        questions=questions,
        by=by,
        at=now,
        upload=upload,
    )
    return f"{len(questions)} questions were stored with “{survey}”."


# --- What the tick does -------------------------------------------------------------------------------------------------


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
    waiting = delivery.waiting_longer_than(now, FOLDER)
    named = set(Upload.objects.filter(file__in=waiting).values_list("file", flat=True)) if waiting else set()
    for name in waiting:
        if name in named:
            delivery.settle(name)
        else:
            delivery.remove(name)
    return len(waiting) - len(named)
