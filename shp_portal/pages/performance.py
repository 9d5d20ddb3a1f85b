"""How the town is doing in a quarter: every indicator with its change, whether that is unusual, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from actions.progress import left_alone
from performance.disclosure import Audience, Hidden, Table, footnote, left_out_note
from performance.models import Indicator, known_facts
from performance.places import headings, under
from performance.standing import IndicatorFacts, judge_indicator
from priorities.doors import SignedIn, for_those_at_work
from priorities.models import Plan, Priority
from priorities.periods import Period, PeriodKind
from sheets import XLSX_TYPE, Cell, csv_text, xlsx_bytes
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.seen import Seen, disclosed, exact_value, see, spark_of

if TYPE_CHECKING:
    from partners.models import User

MOST_QUARTERS = 24


@dataclass(frozen=True)
class Listed:
    """A row: an indicator as the audience sees it. `spark`: its line as markup, empty where there is none to draw."""

    indicator: Indicator
    priorities: list[Priority]
    seen: Seen
    spark: str
    overdue: bool

    @property
    def others(self) -> str:
        """Its priorities but the one it stands under."""
        return ", ".join(priority.name for priority in self.priorities[1:])


@dataclass(frozen=True)
class Group:
    heading: str
    anchor: str
    rows: list[Listed]


@dataclass(frozen=True)
class Count:
    """A number of the head, and the address of just those."""

    number: int
    words: str
    url: str


@dataclass(frozen=True)
class Forgotten:
    """An indicator that is worse, and none of whose actions is live: `said` says whether it has any."""

    indicator: Indicator
    seen: Seen
    said: str


@dataclass(frozen=True)
class PerformancePage:
    plan: Plan
    quarter: Period
    groups: list[Group]
    found: int
    of: int
    counts: list[Count]
    forgotten: list[Forgotten]
    public: bool
    notes: tuple[str, ...]
    other_audience: str
    files: str


def is_public(data: Mapping[str, Any]) -> bool:
    """Whether an address asks for what the public version shows."""
    return bool(data.get("audience") == Audience.PUBLIC.value)


class IndicatorFilters(forms.Form):
    """What the address asks for; every part may be missing, and what names nothing known is said, not obeyed."""

    quarter = forms.ChoiceField(label="Quarter", required=False)
    priority = forms.ChoiceField(label="Priority", required=False)
    owner = forms.ChoiceField(label="Data owner", required=False)
    unusual = forms.BooleanField(label="Unusual only", required=False)
    worse = forms.BooleanField(label="Worse only", required=False)
    missing = forms.BooleanField(label="Missing only", required=False)
    unexplained = forms.BooleanField(label="Without commentary that is wanted", required=False)

    TICKS = ("unusual", "worse", "missing", "unexplained")

    def __init__(
        self, data: Mapping[str, Any], *, quarters: Sequence[Period], priorities: Sequence[Priority], owners: Any
    ) -> None:
        super().__init__(data)
        choices: dict[str, list[tuple[str, str]]] = {
            "quarter": [(quarter.code, quarter.label) for quarter in quarters],
            "priority": [
                ("", "Every one"),
                *headings(priorities),
            ],
            "owner": [("", "Every one"), *owners],
        }
        for name, known in choices.items():
            field: Any = self.fields[name]
            field.choices = known
            field.error_messages["invalid_choice"] = f"“%(value)s” is no {str(field.label).lower()} of this list."
        self.public = is_public(data)
        self.is_valid()
        code = self.cleaned_data.get("quarter") or quarters[0].code
        self.chosen = next(quarter for quarter in quarters if quarter.code == code)

    def address(self, **changes: object) -> str:
        kept: dict[str, object] = {name: "on" if value is True else value for name, value in self.cleaned_data.items()}
        kept["audience"] = Audience.PUBLIC.value if self.public else ""
        kept.update(changes)
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    @property
    def narrowed(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name != "quarter")

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("quarter", "priority", "owner")]

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in self.TICKS]

    def takes(self, row: Listed) -> bool:
        wanted, indicator, seen = self.cleaned_data, row.indicator, row.seen
        if code := wanted.get("priority"):
            mine = [priority.code for priority in row.priorities]
            if code not in [under(indicator.all_priorities, row.priorities), *mine]:
                return False
        if (code := wanted.get("owner")) and indicator.data_owner.code != code:
            return False
        asked = {
            "unusual": seen.unusual,
            "worse": seen.worse,
            "missing": seen.missing,
            "unexplained": seen.needs_commentary,
        }
        return all(true for name, true in asked.items() if wanted.get(name))


@dataclass(frozen=True)
class Read:
    """Everything known of the plan's indicators: what the page, its files and an indicator's own page start from."""

    indicators: list[Indicator]
    facts: dict[int, IndicatorFacts]
    priorities: list[Priority]

    @classmethod
    def of(cls, plan: Plan, *, listed: bool = False) -> Read:
        """`listed`: without what a list for partners neither shows nor asks."""
        priorities = list(plan.priorities.order_by("position"))
        own = Prefetch("priorities", Priority.objects.filter(plan=plan).order_by("position"))
        rows = list(Indicator.objects.for_plan(plan).select_related("data_owner", "data_source").prefetch_related(own))
        return cls(rows, known_facts(rows, listed=listed), priorities)

    def table(self, audience: Audience) -> Table:
        return disclosed(self.facts.values(), audience)

    def in_use(self, quarter: Period) -> list[Indicator]:
        """As IndicatorQuerySet.in_use, of those read already."""
        return [
            row
            for row in self.indicators
            if (row.active_from is None or row.active_from <= quarter.end)
            and (row.active_to is None or row.active_to >= quarter.start)
        ]

    def quarters(self, today: dt.date) -> list[Period]:
        """Those that can be looked at, newest first: the newest has a figure, or one that could be had by now."""
        quarter = Period.containing(PeriodKind.QUARTER, today).previous()
        first = min((period.start for facts in self.facts.values() for period in facts.figures), default=quarter.start)
        if not any(self._asked(facts, quarter, today) for facts in self.facts.values()):
            quarter = quarter.previous()
        found = [quarter]
        while found[-1].start > first and len(found) < MOST_QUARTERS:
            found.append(found[-1].previous())
        return found

    @staticmethod
    def _asked(facts: IndicatorFacts, quarter: Period, today: dt.date) -> bool:
        return facts.kind is PeriodKind.QUARTER and (quarter in facts.figures or facts.due_on(quarter) <= today)


@for_those_at_work
@require_safe
def performance(request: SignedIn) -> HttpResponse:
    plan = frame_of(request).plan
    if plan is None:
        return render(request, "portal/performance.html", {"page": None})
    today = timezone.localdate()
    read = Read.of(plan, listed=not is_public(request.GET))
    filters = filters_of(read, request.GET, today)
    page = performance_page(plan, read, filters, request.user, today)
    return render(request, "portal/performance.html", {"page": page, "filters": filters})


@for_those_at_work
@require_safe
def export(request: SignedIn, form: str) -> HttpResponseBase:
    """What the list shows at this address, as a CSV or XLSX file."""
    plan = frame_of(request).plan
    if plan is None or form not in ("csv", "xlsx"):
        raise Http404
    today = timezone.localdate()
    read = Read.of(plan, listed=not is_public(request.GET))
    filters = filters_of(read, request.GET, today)
    page = performance_page(plan, read, filters, request.user, today)
    rows = [as_row(group, row) for group in page.groups for row in group.rows]
    rows += [note_row(note, COLUMNS) for note in page.notes]
    name = f"performance-{page.quarter.code}{'-public' if page.public else ''}.{form}"
    return file_of(form, name, f"Performance {page.quarter.label}", COLUMNS, rows)


def note_row(note: str, columns: Sequence[str]) -> list[Cell]:
    """A line under the rows: what is hidden, and why."""
    return [note, *[""] * (len(columns) - 1)]


def file_of(
    form: str, name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponseBase:
    file: HttpResponseBase
    if form == "csv":
        file = StreamingHttpResponse(csv_text(columns, rows), content_type="text/csv; charset=utf-8")
    else:
        file = HttpResponse(xlsx_bytes(title, columns, rows), content_type=XLSX_TYPE)
    file["Content-Disposition"] = f'attachment; filename="{name}"'
    return file


COLUMNS = (
    "Code",
    "Indicator",
    "Under",
    "Data owner",
    "Unit",
    "Which way is better",
    "Period",
    "Figure",
    "Provisional",
    "Same period last year",
    "Difference",
    "Difference in %",
    "Better or worse",
    "Unusual",
    "In a sentence",
    "Commentary",
)


def as_row(group: Group, row: Listed) -> list[Cell]:
    """The row in the order of COLUMNS. Figures are numbers, unless the audience may not have them."""
    seen, indicator = row.seen, row.indicator
    return [
        indicator.code,
        indicator.name,
        group.heading,
        indicator.data_owner.name,
        indicator.unit,
        indicator.get_better_display(),
        seen.period.label,
        _cell(seen.figure, "not yet available"),
        "provisional" if seen.provisional else "",
        _cell(seen.before, ""),
        seen.year.number if seen.year.change is None else seen.year.change,
        "" if seen.year.change_percent is None else seen.year.change_percent,
        seen.year.word,
        "unusual" if seen.unusual else "",
        seen.sentence,
        (seen.commentary.text or seen.commentary.sentence) if seen.commentary else "",
    ]


def _cell(shown: Any, without: str) -> Cell:
    if shown is None:
        return without
    value = exact_value(shown)
    return shown.text if value is None else value


def filters_of(read: Read, data: Mapping[str, Any], today: dt.date) -> IndicatorFilters:
    owners = sorted({(row.data_owner.code, row.data_owner.name) for row in read.indicators}, key=lambda one: one[1])
    return IndicatorFilters(data, quarters=read.quarters(today), priorities=read.priorities, owners=owners)


def performance_page(plan: Plan, read: Read, filters: IndicatorFilters, user: User, today: dt.date) -> PerformancePage:
    """The indicators in use in the quarter chosen, as the audience sees them, exceptions first under each heading."""
    quarter, public = filters.chosen, filters.public
    table = read.table(Audience.PUBLIC if public else Audience.PARTNERS)
    every = [
        _listed(row, read.facts[row.pk], quarter, table, today)
        for row in read.in_use(quarter)
        if not table.leaves_out(row.code)
    ]
    rows = [row for row in every if filters.takes(row)]
    return PerformancePage(
        plan=plan,
        quarter=quarter,
        groups=_groups(rows, read.priorities),
        found=len(rows),
        of=len(every),
        counts=_counts(every, filters),
        forgotten=[] if public else _forgotten(every, user),
        public=public,
        notes=_notes(rows, table) if public else (),
        other_audience=filters.address(audience="" if public else Audience.PUBLIC.value),
        files=filters.address(),
    )


def _listed(indicator: Indicator, facts: IndicatorFacts, quarter: Period, table: Table, today: dt.date) -> Listed:
    standing = judge_indicator(facts, quarter, today)
    return Listed(
        indicator=indicator,
        priorities=list(indicator.priorities.all()),
        seen=see(standing, table),
        spark=spark_of(standing, table),
        overdue=standing.overdue(today),
    )


def _groups(rows: Sequence[Listed], priorities: Sequence[Priority]) -> list[Group]:
    """Under the first of an indicator's priorities, in the plan's order; then what belongs to all, then what to none."""
    found: dict[str, list[Listed]] = {}
    for row in rows:
        found.setdefault(under(row.indicator.all_priorities, row.priorities), []).append(row)
    # Sorting keeps the indicators' own order among equals.
    return [
        Group(name, f"priority-{key.lower()}", sorted(found[key], key=lambda row: row.seen.rank))
        for key, name in headings(priorities)
        if key in found
    ]


def _counts(rows: Sequence[Listed], filters: IndicatorFilters) -> list[Count]:
    off = dict.fromkeys(IndicatorFilters.TICKS, "")
    kinds = (
        ("worse", "worse", [row for row in rows if row.seen.worse]),
        ("unusual", "unusual", [row for row in rows if row.seen.unusual]),
        ("missing", "not yet available", [row for row in rows if row.seen.missing]),
        ("unexplained", "without commentary", [row for row in rows if row.seen.needs_commentary]),
    )
    return [
        Count(len(found), words, filters.address(**{**off, "priority": "", "owner": "", name: "on"}))
        for name, words, found in kinds
    ]


def _notes(rows: Sequence[Listed], table: Table) -> tuple[str, ...]:
    """How many of the figures and texts of this list are withheld, and how many indicators are left out."""
    shown = [one for row in rows for one in (row.seen.figure, row.seen.before) if one]
    figures = sum(one.hidden in (Hidden.SMALL, Hidden.SECONDARY) for one in shown)
    texts = sum(bool(row.seen.commentary and row.seen.commentary.hidden) for row in rows)
    return footnote(figures, texts) + left_out_note(len(table.left_out))


def _forgotten(rows: Sequence[Listed], user: User) -> list[Forgotten]:
    """Worse, and no live action: what the table should ask about first."""
    worse = [row for row in rows if row.seen.worse]
    linked = Action.indicators.through.objects.filter(
        indicator__in=[row.indicator.pk for row in worse], action__in=Action.objects.visible_to(user)
    )
    states: dict[int, set[str]] = {}
    for pk, state in linked.values_list("indicator_id", "action__state"):
        states.setdefault(pk, set()).add(state)
    found = [(row, left_alone(states.get(row.indicator.pk, ()))) for row in worse]
    return [Forgotten(row.indicator, row.seen, why) for row, why in found if why]
