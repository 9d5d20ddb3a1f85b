"""The grid of a quarter: all figures one may record on one screen, each row sent for itself; and the correction of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from performance.asking import asked_in, period_asked, quarters_until
from performance.comparison import with_unit
from performance.forms.enter import AsAtForm, CorrectForm, RowForm, Typed, Wanted, ask_about_parts, prefix_of
from performance.models import Comparator, Indicator, Measurement, known_facts
from performance.places import headings, under
from performance.services import figures
from performance.standing import IndicatorFacts, KnownAverage
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from priorities.models import Plan, Priority
from priorities.periods import Period, PeriodKind, british

if TYPE_CHECKING:
    from django.http import QueryDict

    from partners.models import Partner, User

#: Rows of one page; more are narrowed by data owner.
MOST_ROWS = 120


@dataclass(frozen=True)
class Row:
    """An indicator in the grid. `refused`: it was just sent and not taken, and the form says why."""

    wanted: Wanted
    form: RowForm
    refused: bool = False

    @property
    def indicator(self) -> Indicator:
        return self.wanted.indicator

    @property
    def anchor(self) -> str:
        return f"row-{self.indicator.code.lower()}"

    @property
    def first_fault(self) -> str:
        """The first thing that is wrong or asked, in a sentence."""
        for sentences in self.form.errors.values():
            return str(sentences[0])
        return self.form.overtaken or next((question.sentence for question in self.form.open_questions), "")

    @property
    def first_place(self) -> str:
        """Where that is, to jump to."""
        for name in self.form.errors:
            if name in self.form.fields:
                return str(self.form[name].auto_id)
        return str(self.form["sure"].auto_id) if self.form.open_questions else self.anchor


@dataclass(frozen=True)
class Group:
    """The rows under one priority."""

    heading: str
    rows: list[Row]


@dataclass(frozen=True)
class Grid:
    """The page. `missing`: the rows whose figures are not in."""

    plan: Plan | None
    quarter: Period
    quarters: list[Period]
    running: Period
    groups: list[Group]
    as_at: AsAtForm
    owner: str
    owners: list[tuple[str, str]]
    more: bool
    writer: str

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def missing(self) -> list[Row]:
        return [row for row in self.rows if row.wanted.known is None]

    @property
    def asked(self) -> bool:
        """Whether something is asked about a figure just sent."""
        return any(row.form.open_questions for row in self.refused)

    @property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.refused]

    @property
    def address(self) -> str:
        return "?" + urlencode({"quarter": self.quarter.code, **({"owner": self.owner} if self.owner else {})})


@dataclass
class Sent:
    """What became of one sending."""

    recorded: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    refused: dict[int, RowForm] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        return len(self.recorded) + len(self.waiting)


@dataclass(frozen=True)
class _Known:
    """Everything the page starts from: the plan's indicators, those that one may record, and all that is known of them."""

    plan: Plan | None
    mine: list[Indicator]
    facts: dict[int, IndicatorFacts]
    priorities: list[Priority]

    @classmethod
    def read(cls, user: User, plan: Plan | None) -> _Known:
        if plan is None:
            return cls(None, [], {}, [])
        own = Prefetch("priorities", Priority.objects.filter(plan=plan).order_by("position"))
        rows = list(Indicator.objects.for_plan(plan).select_related("data_owner", "data_source").prefetch_related(own))
        mine = [row for row in rows if user.has_perm("performance.record_measurement", row)]
        # Others' figures, too: a total may have parts that somebody else owes.
        return cls(plan, mine, known_facts(rows), list(plan.priorities.order_by("position")))

    def wanted_in(self, quarter: Period, owner: str, today: dt.date) -> list[Wanted]:
        found = []
        for row in self.mine:
            period = period_asked(self.facts[row.pk], quarter)
            # The running quarter asks for what is over alone.
            if period.end >= today or (owner and row.data_owner.code != owner):
                continue
            kept = (row.active_from is None or row.active_from <= period.end) and (
                row.active_to is None or row.active_to >= period.start
            )
            if kept:
                found.append(Wanted(row, self.facts[row.pk], period))
        return found

    def every_in(self, quarter: Period) -> list[tuple[IndicatorFacts, Period]]:
        return [(facts, period_asked(facts, quarter)) for facts in self.facts.values()]

    @property
    def owners(self) -> list[tuple[str, str]]:
        found: dict[str, Partner] = {row.data_owner.code: row.data_owner for row in self.mine}
        return sorted(((code, partner.name) for code, partner in found.items()), key=lambda one: one[1])


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: SignedIn) -> HttpResponse:
    """The figures of a quarter. What is ready is recorded, row by row; what is refused keeps no other row back and stays
    on the page with what was typed."""
    if not request.user.has_perm("performance.upload_figures"):
        raise Http404  # for those who send no figures the page is not there
    moment = Moment.of(request)
    known = _Known.read(request.user, moment.plan)
    ended = quarters_until(moment.today)
    quarters = _offered(known, ended, moment.today)
    code = request.GET.get("quarter", "")
    quarter = next((one for one in quarters if one.code == code), ended[0])
    if code and code != quarter.code and request.method != "POST":
        messages.info(request, f"“{code[:20]}” is no quarter with figures to enter. These are of {quarter.label}.")
    owner = request.GET.get("owner", "")
    owner = owner if owner in dict(known.owners) else ""
    if request.method != "POST":
        data = take_held(request)
        grid = _grid(request, known, moment, quarters, quarter, owner, data)
        return render(request, "performance/enter.html", {"grid": grid})
    as_at = AsAtForm(request.POST, today=moment.today)
    sent = _send(request, known, moment, quarter, as_at)
    _tell(request, sent)
    if not sent.refused and as_at.is_valid():
        address = {"quarter": quarter.code, **({"owner": owner} if owner else {})}
        return redirect(f"{reverse('performance:enter')}?{urlencode(address)}")
    # Read again: what was recorded a moment ago stands in its row.
    known = _Known.read(request.user, moment.plan)
    grid = _grid(request, known, moment, quarters, quarter, owner, None, sent.refused, as_at)
    return render(request, "performance/enter.html", {"grid": grid})


def _offered(known: _Known, ended: list[Period], today: dt.date) -> list[Period]:
    """Those that are over; and the running one while it asks for a figure of a longer period that is over already."""
    running = ended[0].next()
    missing = [one for one in known.wanted_in(running, "", today) if one.known is None]
    return [running, *ended] if any(asked_in(one.facts, one.period) == running for one in missing) else ended


def _send(request: SignedIn, known: _Known, moment: Moment, quarter: Period, as_at: AsAtForm) -> Sent:
    """Record every row that says something and is ready, each in a transaction of its own."""
    sent = Sent()
    rows = [
        RowForm(request.POST, wanted=wanted, today=moment.today)
        for wanted in known.wanted_in(quarter, "", moment.today)
        if _was_shown(request.POST, wanted)
    ]
    rows = [row for row in rows if not row.is_empty]
    dated = as_at.is_valid()
    for row in rows:
        row.is_valid()
    ask_about_parts(rows, known.every_in(quarter))
    for row in rows:
        if not dated or not row.is_ready:
            sent.refused[row.wanted.indicator.pk] = row
        else:
            _record(request, row, moment, as_at.cleaned_data["as_at"], sent)
    return sent


def _was_shown(data: QueryDict, wanted: Wanted) -> bool:
    start = f"{prefix_of(wanted.indicator.pk)}-"
    return any(name.startswith(start) for name in data)


def _record(request: SignedIn, row: RowForm, moment: Moment, as_at: dt.date, sent: Sent) -> None:
    indicator, period = row.wanted.indicator, row.wanted.period
    called = f"{indicator.name} ({indicator.code}), {period.label}"
    common = {"indicator": indicator, "period": period, "by": request.user, "at": moment.at}
    try:
        with transaction.atomic():
            if row.typed is not None and not _is_there(row):
                figures.record_measurement(
                    **common,  # type: ignore[arg-type]
                    value=row.typed.value,
                    printed=row.typed.printed,
                    as_at=as_at,
                    provisional=row.typed.provisional,
                    numerator=row.typed.numerator,
                    denominator=row.typed.denominator,
                    denominator_source=row.typed.denominator_source,
                    note=row.cleaned_data["note"],
                )
            if row.says_not_available:
                figures.say_not_available(
                    **common,  # type: ignore[arg-type]
                    reason=row.cleaned_data["reason"],
                    expected_on=row.expected_on,
                )
            new_average = _record_average(row, common)
    except ValidationError as refused:
        there = indicator.measurements.standing().for_periods([period]).select_related("recorded_by__partner").first()
        if row.typed is not None and there is not None and _is_same(there, row.typed, request.user):
            sent.repeated.append(called)
            return
        if there is not None and (row.typed is not None or row.says_not_available):
            row.overtaken = _who_was_first(there)
        else:
            _take_faults(row, refused)
        sent.refused[indicator.pk] = row
        return
    if not new_average and not row.says_not_available and (row.typed is None or _is_there(row)):
        sent.repeated.append(called)
    elif row.says_not_available:
        sent.waiting.append(called)
    else:
        said = with_unit(row.typed.printed, indicator.unit) if row.typed else "similar areas’ average"
        sent.recorded.append(f"{called}: {said}")


def _is_there(row: RowForm) -> bool:
    """The very same figure is in force: a form sent twice records nothing the second time."""
    known = row.wanted.known
    return known is not None and row.typed is not None and known.value == row.typed.value


def _record_average(row: RowForm, common: dict[str, object]) -> bool:
    """Whether there was one to record that does not stand already."""
    if row.average_value is None:
        return False
    there, last = row.wanted.average, row.wanted.last_average
    if there is not None and _same_average(row, there):
        return False
    newest = (
        Comparator.objects.standing()
        .filter(indicator=row.wanted.indicator, kind=Comparator.Kind.SIMILAR_AREAS)
        .select_related("data_source")
        .order_by("-period_start")
        .first()
    )
    position = row.cleaned_data["position"]
    figures.record_comparator(
        **common,  # type: ignore[arg-type]
        kind=Comparator.Kind.SIMILAR_AREAS,
        average=row.average_value,
        position=position,
        group_size=row.cleaned_data["group_size"] if position is not None else None,
        basis=last.basis if last else "",
        data_source=newest.data_source if newest else None,
    )
    return True


def _same_average(row: RowForm, there: KnownAverage) -> bool:
    """A form sent twice says the same of everything; another position beside the same average is a correction."""
    position = row.cleaned_data["position"]
    said = (row.average_value, position, row.cleaned_data["group_size"] if position is not None else None)
    known = there.average
    return said == (known.average, known.position, known.group_size if known.position is not None else None)


def _is_same(there: Measurement, typed: Typed, user: User) -> bool:
    """Whether the figure in force is the one just typed, by the same person: the form was sent twice at once."""
    return there.recorded_by_id == user.pk and there.value == typed.value


def _who_was_first(there: Measurement) -> str:
    """That somebody recorded the figure before, what it is and since when."""
    at = timezone.localtime(there.recorded_at)
    whose = there.recorded_by.partner or "the Community Safety Team"
    return (
        f"{there.printed} was recorded for {there.period.label} by {whose} at {at:%H:%M} on {british(at.date())}. "
        "Yours was not. If it is the right one, correct the figure."
    )


def _take_faults(row: RowForm, refused: ValidationError) -> None:
    names = {"value": "figure", "expected_on": "expected", "printed": "figure", "group_size": "position"}
    if not hasattr(refused, "error_dict"):
        row.add_error(None, refused)
        return
    for name, faults in refused.error_dict.items():
        place = names.get(name, name)
        row.add_error(place if place in row.fields else None, faults)


def _tell(request: SignedIn, sent: Sent) -> None:
    if sent.ready:
        parts = []
        if sent.recorded:
            parts.append(f"Recorded: {'; '.join(sent.recorded)}.")
        if sent.waiting:
            parts.append(f"Not yet available: {'; '.join(sent.waiting)}.")
        if sent.refused:
            parts.insert(0, f"{sent.ready} of {sent.ready + len(sent.refused)} ready.")
        messages.success(request, " ".join(parts))
    if sent.repeated:
        messages.info(request, f"Recorded before, and not a second time: {'; '.join(sent.repeated)}.")
    if not (sent.ready or sent.repeated or sent.refused):
        messages.info(request, "Nothing was filled in, so nothing was recorded.")


def _grid(
    request: SignedIn,
    known: _Known,
    moment: Moment,
    quarters: list[Period],
    quarter: Period,
    owner: str,
    data: QueryDict | None,
    refused: dict[int, RowForm] | None = None,
    as_at: AsAtForm | None = None,
) -> Grid:
    refused = refused or {}
    wanted = known.wanted_in(quarter, owner, moment.today)
    wanted += [form.wanted for pk, form in refused.items() if pk not in {one.indicator.pk for one in wanted}]
    rows = []
    for one in wanted[: MOST_ROWS + 1]:
        form = refused.get(one.indicator.pk)
        if form is None:
            bound = data if data is not None and _was_shown(data, one) else None
            form = RowForm(bound, wanted=one, today=moment.today)
        rows.append(Row(one, form, one.indicator.pk in refused))
    return Grid(
        plan=known.plan,
        quarter=quarter,
        quarters=quarters,
        running=Period.containing(PeriodKind.QUARTER, moment.today),
        groups=_groups(rows[:MOST_ROWS], known.priorities),
        as_at=as_at or AsAtForm(data, today=moment.today),
        owner=owner,
        owners=known.owners,
        more=len(rows) > MOST_ROWS,
        writer=writer_of(request.user),
    )


def _groups(rows: Sequence[Row], priorities: Sequence[Priority]) -> list[Group]:
    """Under the first of an indicator's priorities, in the plan's order; then what belongs to all, then what to none."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        key = under(row.indicator.all_priorities, list(row.indicator.priorities.all()))
        found.setdefault(key, []).append(row)
    return [Group(name, found[key]) for key, name in headings(priorities) if key in found]


# --- Correcting -------------------------------------------------------------------------------------------------------


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedIn, pk: int) -> HttpResponse:
    """A better figure beside the old one, which stays visible. Of a figure corrected already, the newest is shown."""
    rows = Measurement.objects.select_related("indicator__data_owner", "indicator__data_source", "recorded_by__partner")
    old = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm("performance.record_measurement", old.indicator):
        raise PermissionDenied(figures.NOT_YOURS)
    newest = old.indicator.measurements.standing().for_periods([old.period]).first()
    if newest is None:
        raise Http404
    facts = known_facts([old.indicator])[old.indicator_id]
    moment = Moment.of(request)
    wanted = Wanted(old.indicator, facts, old.period)
    data = request.POST if request.method == "POST" else take_held(request)
    form = CorrectForm(data, wanted=wanted, today=moment.today)
    overtaken = ""
    if newest.pk != old.pk and request.method != "POST":
        messages.info(request, f"The figure was corrected already. This is the newest one: {newest.printed}.")
        return redirect("performance:correct", pk=newest.pk)
    if request.method == "POST" and form.is_valid() and not form.open_questions and form.typed is not None:
        try:
            figures.record_measurement(
                indicator=old.indicator,
                period=old.period,
                value=form.typed.value,
                printed=form.typed.printed,
                by=request.user,
                at=moment.at,
                as_at=form.cleaned_data["as_at"],
                provisional=form.typed.provisional,
                numerator=form.typed.numerator,
                denominator=form.typed.denominator,
                denominator_source=form.typed.denominator_source,
                note=form.cleaned_data["why"],
                replaces=old,
            )
        except ValidationError as refused:
            if newest.pk == old.pk:
                form.take_faults(refused)
            else:
                overtaken = (
                    f"Somebody corrected the figure before you: it is {newest.printed} now. Yours was not recorded."
                )
        else:
            messages.success(
                request,
                f"{old.indicator.name} ({old.indicator.code}), {old.period.label}, is corrected: "
                f"{with_unit(form.typed.printed, old.indicator.unit)}, not {old.printed}.",
            )
            return redirect(
                f"{reverse('performance:enter')}?{urlencode({'quarter': asked_in(facts, old.period).code})}"
                f"#row-{old.indicator.code.lower()}"
            )
    return render(
        request,
        "performance/correct.html",
        {
            "form": form,
            "old": old,
            "newest": newest,
            "overtaken": overtaken,
            "wanted": wanted,
            "writer": writer_of(request.user),
            "is_sent": request.method == "POST",
        },
    )
