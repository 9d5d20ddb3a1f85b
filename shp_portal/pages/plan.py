"""The published plan, section by section, with what is doubtful about it in plain sight. Nothing printed is corrected."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action
from charts.frame import NARROW, WIDE
from charts.rate import Rate
from charts.ratio_dots import RatioDots, ratio_dots
from partners.models import Partner
from performance.models import ComparatorGroup, Finding, PrintedFigure, StrategicAssessment, Survey
from performance.places import OUTSIDE_WORDS
from priorities.models import Achievement, ContextFact, Meeting, Plan, PlanSection, Priority, SubGroup
from reports.rendering import area_of
from shp_portal.pages.navigation import frame_of, may_read_plan

if TYPE_CHECKING:
    import datetime as dt

    from partners.models import User

#: New initiatives on the page: more than a half-year brings.
NEW = 50
#: What stands under a section besides its text: the section's number in the published plan, its heading where a plan
#: lacks that section, and the template that prints it.
ATTACHED = {
    "partners": (2, "The partners"),
    "context": (3, "Local context"),
    "achievements": (4, "What the last plan delivered"),
    "assessment": (5, "Strategic assessment"),
    "survey": (6, "Survey"),
    "priorities": (8, "Priorities"),
    "delivery": (9, "Delivery"),
}

KINDS = {
    Partner.Kind.RESPONSIBLE_AUTHORITY: "Responsible authorities",
    Partner.Kind.STAKEHOLDER: "Stakeholders",
    Partner.Kind.PROGRAMME: "Programmes",
    Partner.Kind.DELIVERY_PARTNER: "Delivery partners",
}


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list."""

    paragraph: str = ""
    items: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """A section as shown: its text in blocks, its query, and the name of what is attached to it (a template)."""

    anchor: str
    number: int | None
    heading: str
    blocks: list[Block]
    source: str
    query: str
    attached: str

    @property
    def template(self) -> str:
        return f"portal/plan/_{self.attached}.html" if self.attached else ""


@dataclass(frozen=True)
class Group:
    """Rows under one heading: achievements of a priority, findings of a priority, facts of a topic."""

    heading: str
    rows: Sequence[Any]


@dataclass
class PlanPage:
    plan: Plan
    today: dt.date
    parts: list[Part]
    priorities: list[Priority]
    partners: list[Group]
    context: list[Group]
    achievements: list[Group]
    assessment: StrategicAssessment | None
    findings: list[Group]
    table: list[Group]
    table_name: str
    table_period: str
    bars: RatioDots | None
    narrow_bars: RatioDots | None
    figures: list[PrintedFigure]
    similar: ComparatorGroup | None
    survey: Survey | None
    survey_findings: list[Group]
    sub_groups: list[SubGroup]
    meetings: list[Meeting]
    past_meetings: int
    new: list[Action]
    works: bool


@require_safe
@login_required
def plan(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    plans = list(Plan.objects.order_by("-starts_on"))
    # Any plan of the past or the next can be read by its first year; without a year, the one at work.
    year = request.GET.get("from", "")
    found = next((one for one in plans if str(one.starts_on.year) == year), None) if year else frame_of(request).plan
    if found is None or not may_read_plan(user):
        raise Http404
    others = [one for one in plans if one != found]
    return render(request, "portal/plan.html", {"page": plan_page(found, timezone.localdate(), user), "others": others})


def plan_page(plan: Plan, today: dt.date, user: User) -> PlanPage:
    """All of the plan's rows, arranged for reading; one query a table, however much it holds."""
    priorities = list(plan.priorities.prefetch_related("focuses").order_by("position"))
    sections = list(plan.sections.order_by("number"))
    assessment = StrategicAssessment.objects.written_on(plan).prefetch_related("findings__priority").first()
    survey = Survey.objects.filter(plan=plan).prefetch_related("findings").first()
    printed = list(PrintedFigure.objects.printed_by(plan).order_by("position"))
    table = [figure for figure in printed if figure.table]
    meetings = list(Meeting.objects.filter(plan=plan, sub_group__isnull=True).order_by("date"))
    return PlanPage(
        plan=plan,
        today=today,
        parts=_parts(sections),
        priorities=priorities,
        partners=_partners(today),
        context=_context(plan),
        achievements=_by_priority(plan.achievements.order_by("position"), priorities, outside=""),
        assessment=assessment,
        findings=_by_priority(assessment.findings.all(), priorities, outside=OUTSIDE_WORDS) if assessment else [],
        table=_grouped(table, lambda row: row.heading),
        table_name=table[0].table if table else "",
        table_period=table[0].period if table else "",
        bars=_bars(table, "table-wide", plan),
        narrow_bars=_bars(table, "table-narrow", plan, width=NARROW),
        figures=[figure for figure in printed if not figure.table],
        similar=ComparatorGroup.objects.filter(plan=plan).prefetch_related("members").first(),
        survey=survey,
        survey_findings=_grouped(survey.findings.all(), lambda row: row.topic) if survey else [],
        sub_groups=list(
            plan.sub_groups.select_related("chairing_partner").prefetch_related("priorities").order_by("name")
        ),
        meetings=[meeting for meeting in meetings if meeting.date >= today],
        past_meetings=sum(meeting.date < today for meeting in meetings),
        new=list(Action.objects.visible_to(user).added_since_report(plan)[:NEW]),
        works=user.sees_the_work,
    )


def blocks_of(body: str) -> list[Block]:
    """Paragraphs stand apart by an empty line; lines that start with "- " are items of a list."""
    blocks = []
    for paragraph in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().split("\n") if line.strip()]
        for is_list, run in itertools.groupby(lines, lambda line: line.startswith("- ")):
            if is_list:
                blocks.append(Block(items=[line.removeprefix("- ") for line in run]))
            else:
                blocks.append(Block(paragraph=" ".join(run)))
    return blocks


def _parts(sections: Sequence[PlanSection]) -> list[Part]:
    """The sections in order, each with what belongs to it; what finds no section of its number follows at the end."""
    attached = {number: name for name, (number, _) in ATTACHED.items()}
    parts = [
        Part(
            anchor=f"section-{section.number}",
            number=section.number,
            heading=section.heading,
            blocks=blocks_of(section.body),
            source=section.source,
            query=section.query,
            attached=attached.pop(section.number, ""),
        )
        for section in sections
    ]
    for name in attached.values():
        parts.append(Part(f"part-{name}", None, ATTACHED[name][1], [], "", "", name))
    return parts


def _partners(today: dt.date) -> list[Group]:
    """Partners of today by kind, responsible authorities first."""
    found = list(Partner.objects.current(today).order_by("name"))
    groups = [Group(words, [row for row in found if row.kind == kind]) for kind, words in KINDS.items()]
    return [group for group in groups if group.rows]


@dataclass(frozen=True)
class Fact:
    """A fact as the plan prints it, and what was known of it in later years, oldest first; or a fact of a later year."""

    row: ContextFact
    later: list[ContextFact]


def _context(plan: Plan) -> list[Group]:
    facts = list(plan.context_facts.order_by("position"))
    refreshed = sorted((fact for fact in facts if fact.refreshes_id), key=lambda fact: fact.year or 0)
    rows = [
        Fact(fact, [later for later in refreshed if later.refreshes_id == fact.pk])
        for fact in facts
        if not fact.refreshes_id
    ]
    topics = list(dict.fromkeys(fact.row.topic for fact in rows))
    return [Group(topic, [fact for fact in rows if fact.row.topic == topic]) for topic in topics]


def _grouped(rows: Any, heading: Any) -> list[Group]:
    """Neighbouring rows of one heading, in their order."""
    return [Group(name, list(run)) for name, run in itertools.groupby(rows, heading)]


def _by_priority(
    rows: Sequence[Achievement] | Sequence[Finding] | Any, priorities: Sequence[Priority], *, outside: str
) -> list[Group]:
    """Rows under their priority in the plan's order; those of none under `outside`."""
    found = list(rows)
    groups = [Group(priority.name, [row for row in found if row.priority_id == priority.pk]) for priority in priorities]
    groups.append(Group(outside, [row for row in found if row.priority_id is None]))
    return [group for group in groups if group.rows]


def _bars(table: Sequence[PrintedFigure], id_prefix: str, plan: Plan, *, width: float = WIDE) -> RatioDots | None:
    rates = [
        Rate(
            name=figure.label,
            rate=figure.value,
            average=figure.average,
            rate_text=figure.printed,
            average_text=figure.printed_average,
            query=figure.query,
            group=figure.heading,
            position=figure.group_position,
            areas=figure.group_size,
        )
        for figure in table
        if figure.value is not None and figure.average is not None
    ]
    if not rates:
        return None
    return ratio_dots(rates, id_prefix=id_prefix, area=area_of(plan.partnership), unit="as printed", width=width)
