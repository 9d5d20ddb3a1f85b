"""One indicator: what it did, whether that is unusual, against what, why, who owes it, and which actions it measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from charts.area_bars import AreaBars, Member, area_bars
from charts.frame import NARROW, WIDE
from charts.line import LineChart
from charts.numbers import number
from performance.comparison import Against, figure_text
from performance.disclosure import Audience, Shown, Table, left_out_note
from performance.importing.given import OWN_COUNT
from performance.models import Comparator, Indicator, Measurement
from performance.standing import (
    BASELINE,
    WRITTEN_BEFORE,
    IndicatorFacts,
    IndicatorStanding,
    KnownFigure,
    judge_period,
    newest_average,
    range_rests_on,
    rests_on,
)
from performance.usual_range import Baseline
from priorities.doors import SignedIn, for_those_at_work
from priorities.models import Plan, Priority, UpdateRound
from priorities.periods import Period, british
from reports.rendering import area_of
from sheets import Cell
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.overview import Row, rows, worst_first
from shp_portal.pages.performance import Read, file_of, note_row
from shp_portal.pages.seen import (
    Seen,
    SeenComparison,
    Trend,
    chart_of,
    compared,
    disclosed,
    exact_value,
    numbered,
    see,
    trend_of,
)

if TYPE_CHECKING:
    from partners.models import User

#: Rows of actions on the page; the rest is in the list of actions.
ACTIONS = 30
COMMENTS = 12


@dataclass(frozen=True)
class Old:
    """A figure that was corrected: what it was, when it was, which file it came in, and why it is no more."""

    printed: str
    recorded_at: dt.datetime
    reason: str
    file: str


@dataclass(frozen=True)
class RowAgainst:
    """A comparison. `pk`: the average of others in force, to be corrected; `old`: those it replaced, with the reasons."""

    seen: SeenComparison
    pk: int | None = None
    old: tuple[tuple[str, dt.datetime, str], ...] = ()


@dataclass(frozen=True)
class SeriesRow:
    """A period of the table beside the chart, with the figure in force where there is one. `file`: what it came in, "" when
    it was typed.
    """

    period: Period
    shown: Shown | None
    provisional: bool
    pk: int | None
    recorded_at: dt.datetime | None
    recorded_by: str
    as_at: dt.date | None
    population: str
    made_of: str
    counts: tuple[Decimal | None, Decimal | None]
    file: str
    old: list[Old]
    remarks: list[tuple[int, str]]
    unusual: bool
    waiting: str

    @property
    def counted_with(self) -> bool:
        """What the figure is divided by is no population from elsewhere."""
        return self.population == OWN_COUNT


@dataclass(frozen=True)
class Said:
    """Words on a period; `shown` says what this audience may read of them. `stale`: they speak of a figure corrected since;
    `old`: those they replaced.
    """

    period: Period
    shown: Shown
    partner: str
    at: dt.datetime
    stale: str = ""
    old: tuple[Said, ...] = ()


@dataclass(frozen=True)
class May:
    """What this person may do here."""

    comment: bool
    annotate: bool
    rebase: bool
    correct: bool

    @property
    def any(self) -> bool:
        return self.comment or self.annotate or self.rebase


@dataclass(frozen=True)
class IndicatorPage:
    indicator: Indicator
    facts: IndicatorFacts
    priorities: list[Priority]
    seen: Seen
    latest: Shown | None
    latest_period: Period | None
    overdue: bool
    trend: Trend | None
    wide: LineChart | None
    narrow: LineChart | None
    comparisons: list[RowAgainst]
    coming: str
    similar: AreaBars | None
    similar_narrow: AreaBars | None
    similar_basis: str
    series: list[SeriesRow]
    comments: list[Said]
    actions: list[Row]
    definition: str
    target_note: str
    baseline: str
    baselines: tuple[Baseline, ...]
    periods: list[Period]
    may: May
    public: bool
    notes: tuple[str, ...]

    @property
    def lead(self) -> tuple[str, str]:
        """The figure and its unit, which may begin with the sign: "45%", "of clients"."""
        shown, unit = self.seen.figure, self.indicator.unit
        if shown is None:
            return "", unit
        if shown.value is None or not unit.startswith("%"):
            return shown.text, unit
        return f"{shown.text.removesuffix('%').rstrip()}%", unit[1:].strip()

    @property
    def standing(self) -> IndicatorStanding:
        return self.seen.standing


@for_those_at_work
@require_safe
def indicator(request: SignedIn, code: str) -> HttpResponse:
    plan = frame_of(request).plan
    if plan is None:
        raise Http404
    public = request.GET.get("audience") == Audience.PUBLIC.value
    found = _found(plan, code)
    table = _table(found, public=public)
    if table.leaves_out(found.facts.code):
        told = {"indicator": found.indicator, "notes": left_out_note(1)}
        return render(request, "portal/indicator_left_out.html", told)
    page = indicator_page(plan, found, table, request.GET.get("period", ""), request.user, timezone.localdate())
    return render(request, "portal/indicator.html", {"page": page})


SERIES_COLUMNS = (
    "Period",
    "Figure",
    "Provisional",
    "Count",
    "Population",
    "Where the population comes from",
    "Extracted on",
    "Recorded on",
    "Usual range from",
    "Mean",
    "Usual range to",
    "Unusual",
    "Remarks",
    "Corrections",
    "Came in",
    "Commentary",
)


@for_those_at_work
@require_safe
def series(request: SignedIn, code: str, form: str) -> HttpResponseBase:
    """The whole series as a file, for the same audience as the page."""
    plan = frame_of(request).plan
    if plan is None or form not in ("csv", "xlsx"):
        raise Http404
    public = request.GET.get("audience") == Audience.PUBLIC.value
    found = _found(plan, code)
    table = _table(found, public=public)
    lines: list[list[Cell]] = []
    notes = left_out_note(1)
    if not table.leaves_out(found.facts.code):
        page = indicator_page(plan, found, table, "", request.user, timezone.localdate(), whole=True)
        lines, notes = [_line(page, row, table) for row in page.series], page.notes
    lines += [note_row(note, SERIES_COLUMNS) for note in notes]
    name = f"{found.facts.code.lower()}{'-public' if public else ''}.{form}"
    return file_of(form, name, found.facts.name, SERIES_COLUMNS, lines)


def _line(page: IndicatorPage, row: SeriesRow, table: Table) -> list[Cell]:
    held = page.standing.judgement.range_of(row.period) if _range_seen(page.standing, table) else None
    value = exact_value(row.shown)
    said = next(
        (
            f"{one.shown.text or one.shown.sentence} {one.stale}".strip()
            for one in page.comments
            if one.period == row.period
        ),
        "",
    )
    return [
        row.period.label,
        value if value is not None else row.shown.text if row.shown else "not yet available",
        "provisional" if row.provisional else "",
        *row.counts,
        row.population,
        row.as_at or "",
        row.recorded_at.date() if row.recorded_at else "",
        held.lower_text if held else "",
        held.mean_text if held else "",
        held.upper_text if held else "",
        "unusual" if row.unusual else "",
        "; ".join([*(text for _, text in row.remarks), *filter(None, [row.waiting])]),
        "; ".join(f"was {old.printed}: {old.reason}" for old in row.old),
        row.file,
        said,
    ]


@dataclass(frozen=True)
class _Found:
    indicator: Indicator
    facts: IndicatorFacts
    read: Read


def _found(plan: Plan, code: str) -> _Found:
    read = Read.of(plan)
    row = next((one for one in read.indicators if one.code == code), None)
    if row is None:
        raise Http404
    return _Found(row, read.facts[row.pk], read)


def _table(found: _Found, *, public: bool) -> Table:
    # In public what may be seen of one figure hangs on all the others.
    return found.read.table(Audience.PUBLIC) if public else disclosed([found.facts], Audience.PARTNERS)


def indicator_page(
    plan: Plan, found: _Found, table: Table, code: str, user: User, today: dt.date, *, whole: bool = False
) -> IndicatorPage:
    """`whole`: with every commentary there is, for a file."""
    row, facts = found.indicator, found.facts
    public = table.audience is Audience.PUBLIC
    newest = facts.period_in(found.read.quarters(today)[0], today)
    periods = _every(newest, facts)
    period = next((one for one in periods if one.code == code), newest)
    standing = judge_period(facts, period, day=today)
    trend = trend_of(standing, table)
    wide, narrow = chart_of(trend, facts) if trend else (None, None)
    asked = UpdateRound.objects.asked_by(plan, today).first()
    measuring = Action.objects.visible_to(user).filter(plan=plan, indicators=row)
    similar, similar_narrow, basis = _similar(standing, table, plan)
    comments = _comments(row, facts, table)
    shown_comments = comments if whole else comments[:COMMENTS]
    definition, target_note = (table.words(text, facts.code) for text in (row.definition, row.target_note))
    words = [definition, target_note, *(one.shown for one in shown_comments)]
    return IndicatorPage(
        indicator=row,
        facts=facts,
        priorities=list(row.priorities.all()),
        seen=see(standing, table),
        latest=table.shown(facts.code, standing.latest.period) if standing.latest else None,
        latest_period=standing.latest.period if standing.latest else None,
        overdue=standing.overdue(today),
        trend=trend,
        wide=wide,
        narrow=narrow,
        comparisons=_against(row, standing, table),
        coming="" if public or period != newest else _coming(standing),
        similar=similar,
        similar_narrow=similar_narrow,
        similar_basis=basis,
        series=_series(row, standing, periods, table, trend),
        comments=shown_comments,
        definition=definition.text or definition.sentence,
        target_note=target_note.text or target_note.sentence,
        actions=[] if public else rows(worst_first(measuring)[:ACTIONS], today, asked.period if asked else None),
        baseline=table.shown(facts.code, BASELINE).text
        if facts.baseline and facts.baseline.value is not None
        else facts.baseline_printed,
        baselines=facts.baselines,
        periods=periods,
        may=May(
            comment=user.has_perm("performance.write_commentary", row),
            annotate=user.has_perm("performance.annotate", row),
            rebase=user.has_perm("performance.set_baseline", row),
            correct=user.has_perm("performance.record_measurement", row),
        ),
        public=public,
        notes=() if not public else table.notes_on(facts.code, words=sum(one.hidden is not None for one in words)),
    )


def _every(newest: Period, facts: IndicatorFacts) -> list[Period]:
    """From the newest back to the first with a figure, newest first: one without a figure has its row, too."""
    first = min((one for one in facts.figures if one.kind is facts.kind), default=newest)
    found = [newest]
    while found[-1] > first:
        found.append(found[-1].previous())
    return found


def _comments(row: Indicator, facts: IndicatorFacts, table: Table) -> list[Said]:
    """The words that stand, newest period first; for partners with those they replaced."""
    old: dict[Period, list[Said]] = {}
    if facts.comments and table.audience is Audience.PARTNERS:
        for one in row.commentaries.select_related("by__partner").order_by("-at", "-pk"):
            partner = one.by.partner.name if one.by.partner else ""
            old.setdefault(one.period, []).append(Said(one.period, Shown(one.text), partner, one.at))
    found = []
    for said in sorted(facts.comments.values(), key=lambda one: one.period, reverse=True):
        at = facts.corrected_since(said)
        stale = f"{WRITTEN_BEFORE} on {british(timezone.localdate(at))}." if at else ""
        earlier = tuple(old.get(said.period, [])[1:])
        found.append(Said(said.period, table.words(said.text, facts.code), said.partner, said.at, stale, earlier))
    return found


def _against(row: Indicator, standing: IndicatorStanding, table: Table) -> list[RowAgainst]:
    """Every comparison; of others' averages, for partners alone, what was corrected."""
    facts, known = standing.facts, {}
    if table.audience is Audience.PARTNERS and facts.averages:
        known = {one.pk: one for one in row.comparators.all()}
    found = []
    for one in standing.comparisons:
        average = newest_average(facts, one.kind, standing.period)
        newest = known.get(average.pk) if average and average.pk else None
        found.append(
            RowAgainst(compared(standing, one, table), newest.pk if newest else None, _was(newest, known, facts))
        )
    return found


def _was(
    newest: Comparator | None, known: dict[int, Comparator], facts: IndicatorFacts
) -> tuple[tuple[str, dt.datetime, str], ...]:
    """The averages it replaced, newest first: what each was, when it was corrected, and why."""
    found = []
    while newest is not None and newest.replaces_id is not None:
        before = known[newest.replaces_id]
        found.append((figure_text(before.average, facts.measure), newest.recorded_at, newest.note))
        newest = before
    return tuple(found)


def _coming(standing: IndicatorStanding) -> str:
    """When the next figure can be had, where that is about a period that is over already."""
    facts, then = standing.facts, standing.period.next()
    if standing.missing or standing.day is None or then.end >= standing.day or then in facts.figures:
        return ""
    return f"The next one, for {then.label}, can be had from {british(facts.due_on(then))}."


def _range_seen(standing: IndicatorStanding, table: Table) -> bool:
    return table.audience is Audience.PARTNERS or table.may_derive(*range_rests_on(standing))


def _similar(standing: IndicatorStanding, table: Table, plan: Plan) -> tuple[AreaBars | None, AreaBars | None, str]:
    """Our own figure beside the similar areas' average of the same period, for wide and for narrow screens."""
    facts = standing.facts
    found = newest_average(facts, Against.SIMILAR_AREAS, standing.period)
    ours = facts.figures.get(found.average.period) if found else None
    row = standing.against(Against.SIMILAR_AREAS)
    if found is None or ours is None or row is None or row.difference is None:
        return None, None, ""
    if table.audience is Audience.PUBLIC and not table.may_derive(*rests_on(standing, Against.SIMILAR_AREAS)):
        return None, None, ""
    average = found.average
    wide, narrow = (
        area_bars(
            [Member(f"{area_of(plan.partnership)}, {average.period.label}", ours.value, ours.printed, ours=True)],
            id_prefix=f"similar-{name}",
            title=f"{facts.name}: against similar areas, {average.period.label}",
            unit=facts.unit,
            average=average.average,
            average_text=figure_text(average.average, facts.measure),
            width=width,
        )
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return wide, narrow, found.basis


def _series(
    row: Indicator, standing: IndicatorStanding, periods: list[Period], table: Table, trend: Trend | None
) -> list[SeriesRow]:
    """Every period, newest first. Old values are for partners: in public they would tell what is hidden now."""
    facts, public = standing.facts, table.audience is Audience.PUBLIC
    made: dict[Period, list[Measurement]] = {}
    whole = ("upload__findings", "upload__preview", "upload__mapping", "upload__answers")
    for one in row.measurements.select_related("recorded_by__partner", "upload").defer(*whole).order_by("pk"):
        made.setdefault(one.period, []).append(one)
    remarks = numbered(trend)
    unusual = {signal.period for signal in standing.judgement.signals} if _range_seen(standing, table) else set()
    found = []
    for period in periods:
        known, steps = facts.figures.get(period), made.get(period, [])
        last = next((one for one in steps if known and one.pk == known.pk), None)
        wait = facts.waits.get(period)
        found.append(
            SeriesRow(
                period=period,
                shown=table.shown(facts.code, period) if known else None,
                provisional=bool(known and known.provisional),
                pk=known.pk if known else None,
                recorded_at=known.recorded_at if known else None,
                recorded_by=last.recorded_by.partner.name if last and last.recorded_by.partner else "",
                as_at=known.as_at if known else None,
                population=known.denominator_source if known else "",
                made_of=_made_of(known) if known and not public else "",
                counts=(_plain(known.reading.numerator), _plain(known.reading.denominator))
                if known and not public
                else (None, None),
                file=_file(last) if last and not public else "",
                old=[] if public else _old(steps),
                remarks=remarks.get(period, []),
                unusual=period in unusual,
                waiting=wait.reason if wait and not known and not public else "",
            )
        )
    return found


def _plain(amount: Decimal | None) -> Decimal | None:
    """Without the noughts that the column keeps behind its point."""
    if amount is None:
        return None
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _made_of(known: KnownFigure) -> str:
    """ "3,300 of 93,640": count and population, where they were given."""
    up, down = known.reading.numerator, known.reading.denominator
    return f"{number(up.normalize())} of {number(down.normalize())}" if up is not None and down is not None else ""


def _old(steps: list[Measurement]) -> list[Old]:
    """What was replaced, newest first, each with the reason that its correction gives."""
    by_pk = {one.pk: one for one in steps}
    replaced = [(by_pk[one.replaces_id], one) for one in steps if one.replaces_id in by_pk]
    return [Old(before.printed, before.recorded_at, after.note, _file(before)) for before, after in reversed(replaced)]


def _file(figure: Measurement) -> str:
    """From file “returns.xlsx”, uploaded 16 October 2026; "" of a figure that was typed."""
    if figure.upload is None:
        return ""
    what = f"file “{figure.upload.name}”" if figure.upload.name else "cells that were pasted"
    return f"From {what}, uploaded {british(timezone.localdate(figure.upload.at))}"
