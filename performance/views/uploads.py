"""Files of figures: sending one, naming its columns, looking at what was found, having it stored. Data owners see their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners import delivery
from performance.asking import period_asked, quarters_until
from performance.forms.uploads import FORMS, ColumnsForm, QuarterForm, SendForm
from performance.importing import COLUMNS, Column, Grave, Layout, guess
from performance.importing.columns import LOOKED_AT, period_of
from performance.models import Indicator, Upload, known_facts
from performance.places import OUTSIDE, TOTAL
from performance.services import uploads
from priorities.doors import Moment, SignedIn, for_those_at_work, pressed_again
from priorities.models import Priority
from priorities.periods import Period, PeriodKind
from sheets import csv_text
from sheets.book import Refused, Sheet, letters

State = Upload.State

#: Findings of one sort on the page; the CSV file has all of them.
SHOWN = 200
#: Uploads on the list; older ones are still there at their address.
LISTED = 50
KINDS = {"figures": Upload.Kind.FIGURES, "similar-areas": Upload.Kind.SIMILAR_AREAS, "survey": Upload.Kind.SURVEY}
TITLES = {
    Upload.Kind.FIGURES: "Send figures",
    Upload.Kind.SIMILAR_AREAS: "Send a table of similar areas",
    Upload.Kind.SURVEY: "Send survey results",
}
NAMES = {Grave.FAULT: "fault", Grave.QUESTION: "question", Grave.REASON: "correction", Grave.NOTE: "to know"}

#: What the columns of the preview are called.
PREVIEW_HEADINGS = {
    Upload.Kind.FIGURES: ("Indicator", "Period", "Figure", "Besides"),
    Upload.Kind.SIMILAR_AREAS: ("Crime type", "Our rate", "Similar areas’ average", "Our position", "Priority"),
    Upload.Kind.SURVEY: ("Question", "About", "Answers", "People who answered"),
}


@dataclass(frozen=True)
class HeldColumn:
    """What a column was taken to hold."""

    letter: str
    label: str


@dataclass(frozen=True)
class PreviewRow:
    """What would be stored of a row. `place`: the priority chosen, by pk; "total" of a row that has none to choose."""

    number: int
    told: dict[str, str]
    place: str

    @property
    def is_total(self) -> bool:
        return self.told.get("place") == TOTAL


@dataclass(frozen=True)
class Shown:
    """An upload as its page shows it."""

    upload: Upload
    may_work: bool
    faults: list[dict[str, str]]
    questions: list[dict[str, str]]
    reasons: list[dict[str, str]]
    notes: list[dict[str, str]]
    columns: list[HeldColumn]
    headings: tuple[str, ...]
    errors: dict[str, list[str]]
    ticked: frozenset[str] = frozenset()
    rest_ticked: bool = False
    reason: str = ""
    priorities: Sequence[Priority] = ()
    """Those that a row of a table of similar areas may belong to."""
    places: Mapping[int, str] = field(default_factory=dict)
    """What was chosen a moment ago, by the row's number."""

    @property
    def rows(self) -> list[PreviewRow]:
        return [
            PreviewRow(number, row, self.places.get(number, row.get("place", "")))
            for number, row in enumerate(self.upload.preview)
        ]

    @property
    def shown_faults(self) -> list[dict[str, str]]:
        return self.faults[:SHOWN]

    @property
    def shown_questions(self) -> list[dict[str, str]]:
        return self.questions[:SHOWN]

    @property
    def shown_reasons(self) -> list[dict[str, str]]:
        return self.reasons[:SHOWN]

    @property
    def more_faults(self) -> int:
        return max(len(self.faults) - SHOWN, 0)

    @property
    def more_questions(self) -> int:
        return max(len(self.questions) - SHOWN, 0)

    @property
    def more_reasons(self) -> int:
        return max(len(self.reasons) - SHOWN, 0)

    @property
    def findings(self) -> int:
        return len(self.faults) + len(self.questions) + len(self.reasons) + len(self.notes)

    @property
    def progress(self) -> str:
        """For the script that looks again: whether anything is still to come."""
        return "running" if self.upload.is_with_workers else self.upload.state

    @property
    def may_store(self) -> bool:
        return self.may_work and self.upload.state == State.READY and bool(self.upload.preview)

    @property
    def may_drop(self) -> bool:
        return self.may_work and self.upload.state not in (State.STORING, State.STORED, State.DROPPED)

    @property
    def may_check_again(self) -> bool:
        readable = self.upload.removed_on is None
        return self.may_work and readable and self.upload.state in (State.FAILED, State.FAULTY, State.READY)

    @property
    def may_name_columns(self) -> bool:
        readable = self.upload.removed_on is None
        return self.may_work and readable and self.upload.state in (State.NEEDS_COLUMNS, State.FAULTY, State.READY)


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    """The files one may see, newest first, and the ways to send another."""
    _needs_right(request)
    rows = Upload.objects.visible_to(request.user).select_related("data_owner", "by__partner")
    rows = rows.defer("findings", "preview", "mapping", "answers")[:LISTED]
    return render(
        request,
        "performance/uploads.html",
        {"uploads": rows, "may_tables": request.user.has_perm("performance.upload_tables"), "days": uploads.DAYS_KEPT},
    )


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: SignedIn, kind: str) -> HttpResponse:
    """Take in a table: from here on a worker reads it, and its page says what was found."""
    _needs_right(request)
    moment = Moment.of(request)
    if kind not in KINDS or moment.plan is None:
        raise Http404
    held = KINDS[kind]
    if held != Upload.Kind.FIGURES and not request.user.has_perm("performance.upload_tables"):
        raise PermissionDenied("Tables of similar areas and survey results come from the analyst or the coordinator.")
    given: dict[str, Any] = {"plan": moment.plan, "by": request.user, "today": moment.today}
    form_class = FORMS[held.value]
    if issubclass(form_class, QuarterForm):
        given["quarter"] = _quarter(request)
    form = form_class(request.POST, request.FILES, **given) if request.method == "POST" else form_class(**given)
    if form.is_valid() and (upload := _sent(request, form, moment)) is not None:
        return redirect(upload)
    columns: tuple[Column, ...] = COLUMNS[held.value]
    return render(
        request,
        "performance/upload.html",
        {"form": form, "kind": held, "title": TITLES[held], "columns": columns, "quarter": _quarter(request)},
    )


def _sent(request: SignedIn, form: SendForm, moment: Moment) -> Upload | None:
    assert moment.plan is not None  # noqa: S101
    told = form.cleaned_data
    try:
        with uploads.on_the_shelf(form.content, form.name) as file:
            upload = uploads.start(
                plan=moment.plan,
                kind=form.KIND.value,
                period=form.period,
                data_owner=told["data_owner"],
                data_source=told["data_source"],
                file=file,
                answers=form.answers,
                by=request.user,
                at=moment.at,
                submission_key=told["submission_key"],
            )
    except ValidationError as refused:
        form.take_faults(refused)
        return None
    uploads.wake(upload)
    return upload


@for_those_at_work
@require_safe
def template(request: SignedIn) -> HttpResponseBase:
    """A table to fill in: one's own indicators that are kept in the quarter, by their codes and names."""
    _needs_right(request)
    moment = Moment.of(request)
    if moment.plan is None:
        raise Http404
    quarter = _quarter(request) or quarters_until(moment.today)[0]
    rows = Indicator.objects.for_plan(moment.plan).in_use(quarter).select_related("data_owner", "data_source")
    mine = [row for row in rows if request.user.has_perm("performance.record_measurement", row)]
    facts = known_facts(mine)
    cells = [(row.code, row.name, row.unit, period_asked(facts[row.pk], quarter).label, "", "", "") for row in mine]
    names = ("Code", "Indicator", "Unit", "Period", "Figure", "Provisional", "Note")
    return _csv(csv_text(names, cells), f"figures-{quarter.code}.csv")


@for_those_at_work
@require_safe
def show(request: SignedIn, pk: int) -> HttpResponse:
    """How far it is and what was found; for the script that looks again, only the part of the page that changes."""
    shown = _shown(request, _own(request, pk))
    by_script = request.headers.get("X-Requested-With") == "fetch"
    return render(
        request, "performance/_upload.html" if by_script else "performance/show_upload.html", {"shown": shown}
    )


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def name_columns(request: SignedIn, pk: int) -> HttpResponse:
    """Say which column holds what, of the sheet and the row of names that the address says."""
    upload = _own(request, pk)
    if not request.user.has_perm("performance.work_on_upload", upload):
        raise PermissionDenied(uploads.NOT_YOURS)
    if not _shown(request, upload).may_name_columns:
        return redirect(upload)
    asked = request.POST if request.method == "POST" else request.GET
    try:
        book = uploads.sheets_of(upload)
        sheet = book.sheet(asked.get("sheet", upload.sheet)) if len(book.sheets) > 1 else book.sheets[0]
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(upload)
    except delivery.FileLost:
        messages.error(request, "The file is missing from the file store. Send it again.")
        return redirect(upload)
    layout = Layout.of_json(upload.mapping) if upload.mapping and sheet.name == upload.sheet else None
    layout = layout or guess(sheet, upload.kind)
    rows = [row.number for row in sheet.rows[:LOOKED_AT]]
    header = asked.get("header", "")
    if header.isdecimal() and int(header) in rows and int(header) != layout.header:
        layout = guess(Sheet(sheet.name, tuple(row for row in sheet.rows if row.number == int(header))), upload.kind)
    form = ColumnsForm(request.POST if request.method == "POST" else None, table=sheet, layout=layout, kind=upload.kind)
    if form.is_valid():
        try:
            upload = uploads.name_columns(
                upload=upload, sheet=sheet.name, layout=form.layout, by=request.user, at=Moment.now().at
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            uploads.wake(upload)
            return redirect(upload)
    return render(
        request,
        "performance/upload_columns.html",
        {
            "upload": upload,
            "form": form,
            "sheets": [one.name for one in book.sheets],
            "sheet": sheet.name,
            "header": layout.header,
            "rows": rows,
            "columns": COLUMNS[upload.kind],
        },
    )


@pressed_again("performance:show-upload", named=True)
@for_those_at_work
@require_POST
def store(request: SignedIn, pk: int) -> HttpResponse:
    """Have it stored, every question being answered; or the page again, with what is still open."""
    upload = _own(request, pk)
    ticked = set(request.POST.getlist("confirmed"))
    reason = request.POST.get("reason", "")[:2_000]
    confirmed = set(ticked)
    if "rest" in request.POST:
        questions = [finding["key"] for finding in upload.findings if finding["grave"] == Grave.QUESTION]
        confirmed |= set(questions[SHOWN:])
    try:
        upload = uploads.store(
            upload=upload,
            confirmed=confirmed,
            reason=reason,
            by=request.user,
            at=Moment.now().at,
            places=_places(upload, request.POST),
        )
    except ValidationError as refused:
        if not hasattr(refused, "error_dict"):
            messages.error(request, " ".join(refused.messages))
            return redirect(upload)
        chosen = {number: request.POST.get(f"place-{number}", "") for number in range(len(upload.preview))}
        shown = _shown(request, upload, refused.message_dict, frozenset(ticked), "rest" in request.POST, reason, chosen)
        return render(request, "performance/show_upload.html", {"shown": shown})
    uploads.wake(upload)
    return redirect(upload)


def _places(upload: Upload, told: QueryDict) -> dict[str, Priority | None]:
    """What was said of the rows' places and differs from what the page began with."""
    priorities = {str(one.pk): one for one in upload.plan.priorities.all()}
    said: dict[str, Priority | None] = {}
    for number, row in enumerate(upload.preview):
        place = told.get(f"place-{number}", "")
        if row.get("key") and place != (row["place"] or OUTSIDE) and (place == OUTSIDE or place in priorities):
            said[row["key"]] = priorities.get(place)
    return said


@pressed_again("performance:show-upload", named=True)
@for_those_at_work
@require_POST
def drop(request: SignedIn, pk: int) -> HttpResponse:
    upload = _own(request, pk)
    try:
        uploads.drop(upload=upload, by=request.user, at=Moment.now().at)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(upload)
    messages.success(request, "The table is dropped; nothing of it was stored.")
    return redirect("performance:uploads")


@pressed_again("performance:show-upload", named=True)
@for_those_at_work
@require_POST
def check_again(request: SignedIn, pk: int) -> HttpResponse:
    upload = _own(request, pk)
    try:
        upload = uploads.check_again(upload=upload, by=request.user, at=Moment.now().at)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        uploads.wake(upload)
    return redirect(upload)


@for_those_at_work
@require_safe
def findings(request: SignedIn, pk: int) -> HttpResponseBase:
    """Everything that was found, to be worked off beside the file."""
    upload = _own(request, pk)
    cells = (
        (NAMES[Grave(told["grave"])], told["sheet"], told["cell"], told["wrong"], told["expected"])
        for told in upload.findings
    )
    return _csv(csv_text(("Sort", "Sheet", "Cell", "What is found", "What was expected"), cells), f"findings-{pk}.csv")


def _needs_right(request: SignedIn) -> None:
    """For those who send no figures the pages are not there."""
    if not request.user.has_perm("performance.upload_figures"):
        raise Http404


def _own(request: SignedIn, pk: int) -> Upload:
    seen = Upload.objects.visible_to(request.user).select_related("plan", "data_owner", "data_source", "by__partner")
    return get_object_or_404(seen, pk=pk)


def _quarter(request: SignedIn) -> Period | None:
    try:
        return Period.parse(PeriodKind.QUARTER, request.GET.get("quarter", ""))
    except ValueError:
        return None


def _shown(
    request: SignedIn,
    upload: Upload,
    errors: dict[str, list[str]] | None = None,
    ticked: frozenset[str] = frozenset(),
    rest_ticked: bool = False,
    reason: str = "",
    places: Mapping[int, str] | None = None,
) -> Shown:
    sorts: dict[str, list[dict[str, str]]] = {grave.value: [] for grave in Grave}
    for told in upload.findings:
        sorts[told["grave"]].append(told)
    labels = {column.key: column.label for column in COLUMNS[upload.kind]}
    layout = Layout.of_json(upload.mapping) if upload.mapping else None
    held = sorted(layout.columns.items()) if layout else []
    columns = [
        HeldColumn(letters(number), labels.get(role) or f"Figures of {period_of(role)}") for number, role in held
    ]
    return Shown(
        upload=upload,
        may_work=request.user.has_perm("performance.work_on_upload", upload),
        faults=sorts[Grave.FAULT],
        questions=sorts[Grave.QUESTION],
        reasons=sorts[Grave.REASON],
        notes=sorts[Grave.NOTE],
        columns=columns,
        headings=PREVIEW_HEADINGS[Upload.Kind(upload.kind)],
        errors=errors or {},
        ticked=ticked,
        rest_ticked=rest_ticked,
        reason=reason,
        priorities=list(upload.plan.priorities.order_by("position"))
        if upload.kind == Upload.Kind.SIMILAR_AREAS
        else (),
        places=places or {},
    )


def _csv(lines: Iterator[str], name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response
