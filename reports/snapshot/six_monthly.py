"""Puts the six-monthly partnership report together: the action plan with its updates, and the figures' headlines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from actions.models import Action, SubGroupReturn
from actions.rating import Rating
from priorities.models import AnnualFocus, PoliceAndCrimePriority, SubGroup
from priorities.periods import Period, PeriodKind
from reports import comparing
from reports.document import (
    Moves,
    PriorityPart,
    Regard,
    RegardedPlan,
    SixMonthlyDocument,
    SubGroupPart,
    SubGroupText,
)
from reports.formatting import to_html
from reports.snapshot import actions, figures, issues, printed, returns, sentences
from reports.snapshot import paper as papers
from reports.snapshot.asked import asked
from reports.snapshot.history import Judged, Story, asked_for, judge, read
from reports.snapshot.last import Last, last_report
from reports.snapshot.opening import opening
from reports.snapshot.texts import texts

if TYPE_CHECKING:
    from priorities.models import Plan
    from reports.document import ActionLine, Difference, Figure, Issue
    from reports.models import Report


def six_monthly(
    *, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str
) -> SixMonthlyDocument:
    plan, period = report.plan, report.period
    last = last_report(report, made_at)
    stories = read(plan, cut_off)
    now = [found for story in stories if (found := judge(story, plan=plan, period=period, cut_off=cut_off))]
    before = _before(last, stories, plan, period)
    was = {line.ref: line for line in before or ()}
    by_indicator = measured(now)
    lines = tuple(
        dataclasses.replace(
            actions.line(found, was.get(found.action.ref), plan=plan, period=period),
            indicators=by_indicator.get(found.action.pk, ()),
        )
        for found in now
    )
    partner_returns = returns.returns(now)
    quarter = Period.containing(PeriodKind.QUARTER, period.end)
    found_figures = figures.read(plan, quarter, cut_off, last.cut_off)
    found_issues, restricted_issues = issues.issues(plan, last.cut_off, cut_off)
    head = papers.paper(
        report=report, title="Six-monthly report", number=number, cut_off=cut_off, made_at=made_at, reason=reason
    )
    focused = [found for found in now if found.reoffending]
    regard = _regard(plan, now)
    written = texts(report, made_at)
    opens = opening(report, made_at)
    recommendations, not_asked = asked(report, made_at, lines, partner_returns)
    since = last.since(_differences(last, before, lines, now, found_figures.figures, found_issues))
    these = {found.action.ref: found for found in now}
    return SixMonthlyDocument(
        paper=head,
        definitions=papers.definitions(),
        definitions_note=papers.DEFINITIONS_NOTE,
        before_label=last.label,
        counts=actions.counts(now, _ratings(before)),
        priorities=priority_parts(plan, period, now, before),
        reoffending=actions.counts(focused, _ratings(before, reoffending=True)),
        sub_groups=_sub_groups(plan, focused),
        actions=lines,
        moves=Moves(since.keys("worsened"), since.keys("recovered")),
        added=actions.added(these[ref] for ref in since.keys("added")),
        completed=actions.completed(these[ref] for ref in since.keys("completed")),
        closed=actions.closed(these[ref] for ref in since.keys("closed", "reopened")),
        date_moves=actions.date_moves((these[ref], was.get(ref)) for ref in since.keys("dates")),
        returns=partner_returns,
        late_updates=actions.late_updates(
            now, period=period, due_on=papers.updates_due_on(plan, asked_for(plan, period))
        ),
        figures_label=quarter.label,
        figures=found_figures.figures,
        issues=found_issues,
        restricted_issues=restricted_issues,
        recommendations=recommendations,
        not_asked=not_asked,
        background=sentences.background(head, partner_returns),
        implications=sentences.implications(regarded=bool(regard), written={words.heading for words in written}),
        data_notes=sentences.data_notes(head, since),
        queries=printed.queries(plan),
        sub_group_texts=_sub_group_texts(plan, period, made_at),
        regard=regard,
        figure_notes=found_figures.notes,
        known=found_figures.known,
        sums=found_figures.sums,
        texts=written,
        matters=opens.matters,
        last_asked=opens.last_asked,
        last_asked_of=opens.last_asked_of,
        since=since,
    )


def _before(last: Last, stories: list[Story], plan: Plan, period: Period) -> tuple[ActionLine, ...] | None:
    """The actions of the report before as they were sealed; without it, judged again by what had been received; None for
    the plan's first report."""
    if isinstance(last.document, SixMonthlyDocument):
        return last.document.actions
    if last.cut_off is None:
        return None
    period = period.previous()
    judged = (judge(story, plan=plan, period=period, cut_off=last.cut_off) for story in stories)
    return tuple(actions.line(found, None, plan=plan, period=period) for found in judged if found)


def _ratings(
    before: tuple[ActionLine, ...] | None, priority: str = "", *, reoffending: bool = False
) -> dict[str, int] | None:
    """How many actions had each rating in the report before: all of them, a priority's, or those with that focus."""
    if before is None:
        return None
    return dict(
        Counter(
            line.mark.key
            for line in before
            if line.priority == (priority or line.priority) and (line.reoffending or not reoffending)
        )
    )


#: What the plan's first report tells of how the plan began; what everything began with is no news.
FIRST_TELLS = ("completed", "closed", "added", "dates")


def _as_planned(lines: tuple[ActionLine, ...], now: list[Judged]) -> tuple[ActionLine, ...]:
    """The plan's own actions as it began with them: not started, with their first dates."""
    begun = {found.action.ref for found in now if found.action.origin == Action.Origin.PLAN}
    return tuple(
        dataclasses.replace(line, mark=papers.mark_of(Rating.NOT_STARTED), due_on=line.original_due_on)
        for line in lines
        if line.ref in begun
    )


def _differences(
    last: Last,
    before: tuple[ActionLine, ...] | None,
    lines: tuple[ActionLine, ...],
    now: list[Judged],
    found_figures: tuple[Figure, ...],
    found_issues: tuple[Issue, ...],
) -> tuple[Difference, ...]:
    """What changed since the report before, as that told it. Without it only actions can be judged again."""
    if before is None:
        return comparing.told(
            row for row in comparing.actions(_as_planned(lines, now), lines) if row.kind in FIRST_TELLS
        )
    rows = list(comparing.actions(before, lines))
    if isinstance(last.document, SixMonthlyDocument):
        rows += comparing.figures(last.document.figures, found_figures)
        rows += comparing.issues(last.document.issues, found_issues)
    else:
        # What the plan began with is not new, though the portal may have taken it in later.
        first = {found.action.ref for found in now if found.action.origin == Action.Origin.PLAN}
        rows = [row for row in rows if row.kind != "added" or row.key not in first]
    return comparing.told(rows)


def measured(now: list[Judged]) -> dict[int, tuple[str, ...]]:
    """By action, the codes of the indicators it is measured by: what is said of it may tell their numbers."""
    rows = Action.indicators.through.objects.filter(action__in=[found.action.pk for found in now])
    found: dict[int, list[str]] = defaultdict(list)
    for action, code in rows.order_by("indicator__position", "indicator__code").values_list(
        "action_id", "indicator__code"
    ):
        found[action].append(code)
    return {action: tuple(codes) for action, codes in found.items()}


def _regard(plan: Plan, now: list[Judged]) -> tuple[RegardedPlan, ...]:
    """The Police and Crime Commissioner's priorities, with ours and the actions of this report that answer each."""
    theirs = list(PoliceAndCrimePriority.objects.regarded_by(plan))
    refs = {found.action.pk: found.action.ref for found in now}
    links = Action.having_regard.through.objects.filter(policeandcrimepriority__in=theirs, action__in=refs)
    named: dict[int, list[str]] = defaultdict(list)
    for priority, action in links.order_by("action__ref").values_list("policeandcrimepriority_id", "action_id"):
        named[priority].append(refs[action])
    return tuple(
        RegardedPlan(
            title=of.title,
            source=of.source,
            query=of.query,
            rows=tuple(
                Regard(
                    name=row.name,
                    ours=tuple(ours.name for ours in sorted(row.answered_by.all(), key=lambda ours: ours.position)),
                    refs=tuple(named[row.pk]),
                )
                for row in rows
            ),
        )
        for of, rows in itertools.groupby(theirs, lambda row: row.plan)
    )


def priority_parts(
    plan: Plan, period: Period, now: list[Judged], before: tuple[ActionLine, ...] | None
) -> tuple[PriorityPart, ...]:
    """The plan's priorities in order: those in use in the period, and any that still has actions."""
    year = Period.containing(PeriodKind.YEAR, period.end).start.year
    focuses = {focus.priority_id: focus for focus in AnnualFocus.objects.filter(priority__plan=plan, year=year)}
    parts = []
    for priority in papers.priorities(plan, period, {found.action.priority.code for found in now}):
        mine = [found for found in now if found.action.priority_id == priority.pk]
        was = _ratings(before, priority.code)
        exceptions = [f for f in mine if f.exception]
        parts.append(
            PriorityPart(
                code=priority.code,
                name=priority.name,
                statement=priority.statement,
                focus=focuses[priority.pk].text if priority.pk in focuses else "",
                counts=actions.counts(mine, was),
                exceptions=tuple(f.action.ref for f in sorted(exceptions, key=lambda found: found.worst_first)),
                others=tuple(f.action.ref for f in mine if f not in exceptions),
            )
        )
    return tuple(parts)


def _sub_groups(plan: Plan, focused: list[Judged]) -> tuple[SubGroupPart, ...]:
    """Every sub-group, since re-offending is a focus of each; one without such an action says so by its empty row."""
    return tuple(
        SubGroupPart(
            name=group.name,
            lead=papers.role_of(group.reoffending_lead, plan),
            counts=actions.counts([f for f in focused if f.action.sub_group_id == group.pk], None),
            refs=tuple(f.action.ref for f in focused if f.action.sub_group_id == group.pk),
        )
        for group in SubGroup.objects.filter(plan=plan).select_related("reoffending_lead").order_by("name")
    )


def _sub_group_texts(plan: Plan, period: Period, made_at: dt.datetime) -> tuple[SubGroupText, ...]:
    """Each sub-group's part as it stands when the version is made, not at the cut-off: its lead writes about what came in.

    Three queries. A sub-group with several priorities is printed under the first of them.
    """
    written = {
        row.sub_group_id: row
        for row in SubGroupReturn.objects.filter(
            sub_group__plan=plan, period_kind=period.kind.value, period_start=period.start, at__lte=made_at
        ).select_related("by__partner")
    }
    found = []
    groups = SubGroup.objects.filter(plan=plan).select_related("lead").prefetch_related("priorities")
    for group in groups.order_by("name"):
        row = written.get(group.pk)
        first = min(group.priorities.all(), key=lambda priority: priority.position, default=None)
        found.append(
            SubGroupText(
                sub_group=group.name,
                priority=first.code if first else "",
                text=row.paragraph if row else "",
                html=to_html(row.paragraph) if row else "",
                by=actions.organisation_of(row.by, plan) if row else "",
                on=papers.local_day(row.at) if row else None,
                lead=papers.role_of(group.lead, plan),
                ready=row is not None and row.ready_at is not None,
            )
        )
    return tuple(found)
