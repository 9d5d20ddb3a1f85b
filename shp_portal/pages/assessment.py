"""The yearly strategic assessment: what it found by priority and outside them, its table, and what became of its advice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from charts.numbers import number
from performance.models import Finding, PrintedFigure, Recommendation, StrategicAssessment
from performance.places import OUTSIDE_WORDS, is_total
from priorities.duties import Standing, standing
from priorities.models import AnnualFocus, Plan, Priority
from reports.rendering import area_of
from shp_portal.pages.navigation import frame_of, may_read_plan
from shp_portal.pages.printed_figures import PrintedTable, printed_table

if TYPE_CHECKING:
    import datetime as dt

    from partners.models import User

State = StrategicAssessment.State
Outcome = Recommendation.Outcome


@dataclass(frozen=True)
class Listed:
    """A line of the list of assessments; `due` is None for one that is adopted or has no day."""

    row: StrategicAssessment
    findings: int
    outside: int
    undecided: int
    due: Standing | None


@dataclass(frozen=True)
class Side:
    """Findings under one heading: of the assessment shown, and of the one set beside it."""

    heading: str
    is_outside: bool
    here: list[Finding]
    there: list[Finding]


@dataclass(frozen=True)
class Change:
    """A row of both tables, earlier and later, as printed; `words` says what the rate did, "" where it cannot be said."""

    label: str
    is_outside: bool
    earlier: PrintedFigure | None
    later: PrintedFigure | None
    words: str


@dataclass(frozen=True)
class Advice:
    """A recommendation, and the actions of ours that carry it out."""

    row: Recommendation
    priorities: list[Priority]
    focuses: list[AnnualFocus]
    actions: list[Action]


@dataclass(frozen=True)
class Beside:
    """The assessment set beside the one shown: `earlier` and `later` are the two in the order of their windows."""

    row: StrategicAssessment
    earlier: StrategicAssessment
    later: StrategicAssessment
    changes: list[Change]


@dataclass(frozen=True)
class AssessmentPage:
    plan: Plan
    row: StrategicAssessment
    due: Standing | None
    sides: list[Side]
    table: PrintedTable | None
    total_last: str
    advice: list[Advice]
    undecided: int
    beside: Beside | None
    others: list[StrategicAssessment]
    may_decide: bool
    works: bool
    area: str


@login_required
@require_safe
def assessments(request: HttpRequest) -> HttpResponse:
    user, plan = _reader(request)
    today = timezone.localdate()
    rows: Iterable[Any] = (  # with what is counted beside them
        StrategicAssessment.objects.visible_to(user)
        .filter(plan=plan)
        .annotate(
            found=Count("findings", distinct=True),
            outside=Count("findings", filter=Q(findings__priority__isnull=True), distinct=True),
            undecided=Count("recommendations", filter=Q(recommendations__outcome=Outcome.UNDECIDED), distinct=True),
        )
    )
    listed = [Listed(row, row.found, row.outside, row.undecided, _due(row, today)) for row in rows]
    return render(request, "portal/assessments.html", {"plan": plan, "rows": listed, "works": user.sees_the_work})


@login_required
@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    user, plan = _reader(request)
    seen = list(StrategicAssessment.objects.visible_to(user).filter(plan=plan).order_by("covers_from"))
    row = next((one for one in seen if one.pk == pk), None)
    if row is None:
        raise Http404
    others = [one for one in seen if one != row]
    wanted = request.GET.get("beside", "")
    beside = next((one for one in others if str(one.pk) == wanted), None)
    page = assessment_page(plan, row, beside, others, user, timezone.localdate())
    return render(request, "portal/assessment.html", {"page": page})


def _reader(request: HttpRequest) -> tuple[User, Plan]:
    """Who asks, and the plan in force. The assessment is what the plan rests on: who reads that may read this."""
    user: User = request.user  # type: ignore[assignment]
    plan = frame_of(request).plan
    if plan is None or not may_read_plan(user):
        raise Http404
    return user, plan


def assessment_page(
    plan: Plan,
    row: StrategicAssessment,
    beside: StrategicAssessment | None,
    others: list[StrategicAssessment],
    user: User,
    today: dt.date,
) -> AssessmentPage:
    """Everything the assessment holds; one query a table, with or without another beside it."""
    shown = [row.pk, *([beside.pk] if beside else [])]
    findings = list(Finding.objects.filter(assessment__in=shown).order_by("position"))
    figures = list(
        PrintedFigure.objects.filter(assessment__in=shown)
        .exclude(table="")
        .select_related("priority")
        .order_by("position")
    )
    priorities = list(plan.priorities.order_by("position"))
    mine = [figure for figure in figures if figure.assessment_id == row.pk]
    area = area_of(plan.partnership)
    advice = _advice(row, plan, user)
    return AssessmentPage(
        plan=plan,
        row=row,
        due=_due(row, today),
        sides=_sides(priorities, findings, row, beside),
        table=printed_table(mine[0].table, mine, area, 1) if mine else None,
        total_last=_total_last(mine),
        advice=advice,
        undecided=sum(one.row.outcome == Outcome.UNDECIDED for one in advice),
        beside=_beside(row, beside, figures) if beside else None,
        others=others,
        may_decide=user.has_perm("performance.decide_on_assessment", row),
        works=user.sees_the_work,
        area=area,
    )


def _due(row: StrategicAssessment, today: dt.date) -> Standing | None:
    if row.state == State.ADOPTED or row.due_on is None:
        return None
    return standing(row.due_on, False, today)


def _sides(
    priorities: Sequence[Priority],
    findings: Sequence[Finding],
    row: StrategicAssessment,
    beside: StrategicAssessment | None,
) -> list[Side]:
    """By priority in the plan's order, what is outside them last; headings with nothing on either side are left out."""
    sides = []
    for key, heading in [*((one.pk, one.name) for one in priorities), (None, OUTSIDE_WORDS)]:
        under = [finding for finding in findings if finding.priority_id == key]
        here = [finding for finding in under if finding.assessment_id == row.pk]
        there = [finding for finding in under if beside and finding.assessment_id == beside.pk]
        if here or there or key is not None:
            sides.append(Side(heading, key is None, here, there))
    return sides


def _total_last(rows: Sequence[PrintedFigure]) -> str:
    """A sentence on totals at the last place, which belong to no priority either: with them, how many rows there are."""
    last = [row for row in rows if row.group_position and row.group_position == row.group_size and row.priority is None]
    totals = [row.label for row in last if is_total(row.label)]
    if not totals:
        return ""
    return (
        f"{' and '.join(totals)}, a total, is ranked last as well: counting it, {number(len(last))} rows ranked last "
        "belong to none of the priorities."
    )


def _advice(row: StrategicAssessment, plan: Plan, user: User) -> list[Advice]:
    rows = list(row.recommendations.prefetch_related("priorities", "focuses__priority").order_by("position"))
    links = Action.recommendations.through.objects.filter(
        recommendation__in=rows, action__in=Action.objects.visible_to(user).filter(plan=plan)
    )
    carried: dict[int, list[Action]] = {}
    for link in links.select_related("action").order_by("action__ref"):
        carried.setdefault(link.recommendation_id, []).append(link.action)
    return [
        Advice(
            one,
            sorted(one.priorities.all(), key=lambda priority: priority.position),
            sorted(one.focuses.all(), key=lambda focus: (focus.priority.position, focus.year)),
            carried.get(one.pk, []),
        )
        for one in rows
    ]


def _beside(row: StrategicAssessment, beside: StrategicAssessment, figures: Sequence[PrintedFigure]) -> Beside:
    earlier, later = sorted((row, beside), key=lambda one: one.covers_from)
    by_label: dict[tuple[str, str], dict[int, PrintedFigure]] = {}
    for figure in sorted(figures, key=lambda one: (one.assessment_id != earlier.pk, one.position)):
        # The asterisk of a printed label is a footnote's, not part of the offence's name.
        by_label.setdefault((figure.heading, figure.label.rstrip("*")), {})[figure.assessment_id or 0] = figure
    changes = []
    for (_, label), pair in by_label.items():
        then, now = pair.get(earlier.pk), pair.get(later.pk)
        some = now or then
        outside = some is not None and some.priority is None and not is_total(some.label)
        changes.append(Change(label, outside, then, now, _moved(then, now)))
    return Beside(beside, earlier, later, changes)


def _moved(then: PrintedFigure | None, now: PrintedFigure | None) -> str:
    """What the rate did, in words; nothing where one is missing or their units differ."""
    if then is None or now is None:
        return "not in both tables"
    if then.value is None or now.value is None:
        return ""
    if then.query or now.query:
        return "not compared: a figure here has a query"
    if then.unit != now.unit:
        return "not compared: the units differ"
    if then.value == now.value:
        return "same rate"
    return "higher rate" if now.value > then.value else "lower rate"
