"""The plan as it stands in one year: the text and lists of its rows as they are now, the actions as by that year's end.

What the plan printed is printed as it was, each doubt beside it. What is known only later, a context fact's newer year or
the outcome of an action, stands as such.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from actions.rating import Rating
from partners.models import Partner
from performance.models import StrategicAssessment, Survey
from priorities.models import AnnualFocus, UpdateRound, reports_upwards
from priorities.periods import PeriodKind
from reports.document import (
    Group,
    Item,
    Items,
    PlanAction,
    PlanDocument,
    PlanPriority,
    PlanSection,
    ReportDates,
    SurveyPart,
)
from reports.snapshot import figures, printed
from reports.snapshot import paper as papers
from reports.snapshot.history import Judged, judge_asked, read
from reports.timetable import dates_of

if TYPE_CHECKING:
    from performance.models import Finding
    from priorities.models import Plan, Priority
    from priorities.periods import Period
    from reports.models import Report

#: What stands in a section besides its text, by the section's number in the published plan; the heading of a part that a
#: plan has no section for.
HOLDS = {
    "partners": (2, "The partners"),
    "context": (3, "Local context"),
    "achievements": (4, "What the last plan delivered"),
    "assessment": (5, "Strategic assessment"),
    "survey": (6, "Consultation"),
    "objective": (7, "Strategic objective"),
    "priorities": (8, "Priorities"),
    "delivery": (9, "Delivery"),
    "monitoring": (10, "Monitoring"),
}

KINDS = {
    Partner.Kind.RESPONSIBLE_AUTHORITY: "Responsible authorities",
    Partner.Kind.STAKEHOLDER: "Stakeholders",
    Partner.Kind.PROGRAMME: "Programmes",
    Partner.Kind.DELIVERY_PARTNER: "Delivery partners",
}


def plan_document(
    *, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str
) -> PlanDocument:
    plan, year = report.plan, report.period
    own = list(plan.priorities.order_by("position"))
    assessment = StrategicAssessment.objects.written_on(plan).prefetch_related("findings").first()
    found = list(assessment.findings.all()) if assessment else []
    quarter = papers.last_ended(PeriodKind.QUARTER, min(year.end, papers.local_day(cut_off)))
    known = figures.read(plan, quarter, cut_off, None)
    return PlanDocument(
        paper=papers.paper(
            report=report,
            title="Community Safety Plan",
            number=number,
            cut_off=cut_off,
            made_at=made_at,
            reason=reason,
        ),
        dates_note=plan.dates_note,
        sections=_sections(plan),
        partners=_grouped((KINDS[Partner.Kind(one.kind)], _partner(one)) for one in _partners(made_at)),
        context=_context(plan),
        achievements=_by_priority(
            own, [(row.priority_id, Item(row.text)) for row in plan.achievements.order_by("position")]
        ),
        assessment=assessment.title if assessment else "",
        assessment_query=assessment.query if assessment else "",
        findings=_by_priority(own, [(row.priority_id, _finding(row)) for row in found]),
        outside=tuple(_finding(row) for row in found if row.priority_id is None),
        table=printed.table(plan),
        surveys=tuple(
            SurveyPart(
                row.title, row.source, row.query, _grouped((one.topic, Item(one.text)) for one in row.findings.all())
            )
            for row in Survey.objects.filter(plan=plan).prefetch_related("findings").order_by("year")
        ),
        priorities=_priorities(plan, own, year, cut_off),
        groups=_groups(plan),
        updates_every=plan.update_kind.label,
        dates=_dates(plan, year),
        queries=printed.queries(plan),
        figures=known.figures,
        known=known.known,
        sums=known.sums,
    )


def _sections(plan: Plan) -> tuple[PlanSection, ...]:
    """The sections in order, each with what belongs to it; what finds no section of its number follows at the end."""
    holds = {number: name for name, (number, _) in HOLDS.items()}
    sections = [
        PlanSection(
            anchor=f"section-{row.number}",
            number=str(row.number),
            heading=row.heading,
            body=row.body,
            source=row.source,
            query=row.query,
            holds=holds.pop(row.number, ""),
        )
        for row in plan.sections.order_by("number")
    ]
    sections += [PlanSection(f"part-{name}", "", HOLDS[name][1], "", "", "", name) for name in holds.values()]
    return tuple(sections)


def _partners(made_at: dt.datetime) -> list[Partner]:
    """Those of the day it is made, responsible authorities first."""
    order = list(KINDS)
    rows = Partner.objects.current(papers.local_day(made_at)).order_by("name")
    return sorted(rows, key=lambda row: order.index(Partner.Kind(row.kind)))


def _partner(row: Partner) -> Item:
    former = "; ".join(line.strip() for line in row.former_names.splitlines() if line.strip())
    return Item(
        row.name, ". ".join(part for part in (row.role, f"Formerly: {former}" if former else "") if part), row.note
    )


def _context(plan: Plan) -> tuple[Items, ...]:
    """Facts as printed, or first known in a later year; beside each what was known of it since, oldest first."""
    facts = list(plan.context_facts.order_by("position"))
    newer: dict[int, list[str]] = {}
    for fact in sorted((fact for fact in facts if fact.refreshes_id), key=lambda fact: fact.year or 0):
        said = f"{fact.year}: {fact.text}" + (f" ({fact.printed})" if fact.printed else "")
        said += f" Query: {fact.query}" if fact.query else ""
        newer.setdefault(fact.refreshes_id or 0, []).append(said + (f" Source: {fact.source}." if fact.source else ""))
    return _grouped(
        (
            fact.topic,
            Item(
                f"{fact.year}: {fact.text}" if fact.year else fact.text,
                fact.printed if fact.year or not fact.printed else f"printed: {fact.printed}",
                fact.query,
                tuple(newer.get(fact.pk, ())),
            ),
        )
        for fact in facts
        if not fact.refreshes_id
    )


def _finding(row: Finding) -> Item:
    return Item(row.text, row.evidence)


def _by_priority(own: list[Priority], rows: list[tuple[int | None, Item]]) -> tuple[Items, ...]:
    """Rows under their priority, in the order of the plan; priorities with none are left out."""
    return tuple(
        Items(priority.name, mine)
        for priority in own
        if (mine := tuple(item for key, item in rows if key == priority.pk))
    )


def _grouped(rows: Iterable[tuple[str, Item]]) -> tuple[Items, ...]:
    """Rows under their headings, in the order in which the headings come first."""
    found: dict[str, list[Item]] = {}
    for heading, item in rows:
        found.setdefault(heading, []).append(item)
    return tuple(Items(heading, tuple(items)) for heading, items in found.items())


def _priorities(plan: Plan, own: list[Priority], year: Period, cut_off: dt.datetime) -> tuple[PlanPriority, ...]:
    """The year's priorities with its focus, and every action that had not been withdrawn or replaced by then."""
    judged = [judge_asked(story, asked=None, period=year, cut_off=cut_off) for story in read(plan, cut_off)]
    actions = [one for one in judged if one and one.rating != Rating.CLOSED]
    used = {one.action.priority.code for one in actions}
    focus = dict(AnnualFocus.objects.filter(priority__plan=plan, year=year.start.year).values_list("priority", "text"))
    kept = {priority.pk for priority in papers.priorities(plan, year, used)}
    return tuple(
        PlanPriority(
            code=priority.code,
            name=priority.name,
            statement=priority.statement,
            source=priority.source,
            focus=focus.get(priority.pk, ""),
            actions=tuple(_action(one) for one in actions if one.action.priority_id == priority.pk),
        )
        for priority in own
        if priority.pk in kept
    )


def _action(one: Judged) -> PlanAction:
    at = one.position
    return PlanAction(
        one.action.ref, one.title, one.lead, at.due_on, at.day("review_on", one.action.review_on), at.completed_on
    )


def _groups(plan: Plan) -> tuple[Group, ...]:
    """ValidationError, with a sentence, when no chart can be drawn of who reports to whom."""
    rows = list(plan.sub_groups.select_related("chairing_partner").prefetch_related("priorities").order_by("name"))
    codes = {row.pk: row.code for row in rows}
    above = {row.pk: row.reports_to_id for row in rows}
    for row in rows:
        if not reports_upwards(row.pk, above):
            raise ValidationError(
                f"{row.name} does not report to the Partnership, by itself or through others: it reports to a group that "
                "reports to it, or to one of another plan. Put that right in administration first."
            )
    return tuple(
        Group(
            code=row.code,
            name=row.name,
            reports_to=codes[row.reports_to_id] if row.reports_to_id else "",
            priorities=tuple(one.name for one in sorted(row.priorities.all(), key=lambda one: one.position)),
            chaired_by=row.chairing_partner.name if row.chairing_partner else "",
            meets=row.meets,
        )
        for row in rows
    )


def _dates(plan: Plan, year: Period) -> tuple[ReportDates, ...]:
    """When the year's half-years and quarters are reported on: as partners were told, or by the plan's weeks."""
    promised = UpdateRound.objects.promised(plan)
    found = []
    for kind in (PeriodKind.HALF_YEAR, PeriodKind.QUARTER):
        for period in plan.periods(kind):
            if year.start <= period.start and period.end <= year.end:
                on = dates_of(period, plan.weeks, promised)
                found.append(ReportDates(period.label, on.updates_due_on, on.draft_on, on.chair_on, on.final_on))
    return tuple(found)
