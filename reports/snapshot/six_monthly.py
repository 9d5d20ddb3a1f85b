"""Puts the six-monthly partnership report together: the action plan with its updates, and the figures' headlines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from actions.models import Action, SubGroupReturn
from priorities.models import AnnualFocus, PoliceAndCrimePriority, SubGroup
from priorities.periods import Period, PeriodKind
from reports.document import PriorityPart, Regard, RegardedPlan, SixMonthlyDocument, SubGroupPart, SubGroupText
from reports.formatting import to_html
from reports.snapshot import actions, figures, issues, printed, returns, sentences
from reports.snapshot import paper as papers
from reports.snapshot.history import Judged, asked_for, judge, read
from reports.snapshot.opening import opening
from reports.snapshot.texts import texts

if TYPE_CHECKING:
    from priorities.models import Plan
    from reports.models import Report


def six_monthly(
    *, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str
) -> SixMonthlyDocument:
    plan, period = report.plan, report.period
    since = papers.cut_off_before(report)
    stories = read(plan, cut_off)
    now = [found for story in stories if (found := judge(story, plan=plan, period=period, cut_off=cut_off))]
    before: dict[int, Judged] = {}
    if since is not None:
        for story in stories:
            was = judge(story, plan=plan, period=period.previous(), cut_off=since)
            if was is not None:
                before[story.action.pk] = was
    compared = None if since is None else before
    measured = _measured(now)
    lines = tuple(
        dataclasses.replace(
            actions.line(found, before.get(found.action.pk), plan=plan, period=period),
            indicators=measured.get(found.action.pk, ()),
        )
        for found in now
    )
    partner_returns = returns.returns(now)
    quarter = Period.containing(PeriodKind.QUARTER, period.end)
    found_figures = figures.read(plan, quarter, cut_off, since)
    found_issues, restricted_issues = issues.issues(plan, since, cut_off)
    head = papers.paper(
        report=report, title="Six-monthly report", number=number, cut_off=cut_off, made_at=made_at, reason=reason
    )
    focused = [found for found in now if found.reoffending]
    regard = _regard(plan, now)
    written = texts(report, made_at)
    opens = opening(report, made_at)
    return SixMonthlyDocument(
        paper=head,
        definitions=papers.definitions(),
        definitions_note=papers.DEFINITIONS_NOTE,
        before_label=f"{period.previous().end:%B}" if since is not None else "",
        counts=actions.counts(now, None if compared is None else compared.values()),
        priorities=_priorities(plan, period, now, compared),
        reoffending=actions.counts(
            focused,
            None if compared is None else [was for was in compared.values() if was.reoffending],
        ),
        sub_groups=_sub_groups(plan, focused),
        actions=lines,
        moves=actions.moves(now, before),
        added=actions.added(now, before),
        completed=actions.completed(now, before),
        closed=actions.closed(now, before),
        date_moves=actions.date_moves(now, before),
        returns=partner_returns,
        late_updates=actions.late_updates(
            now, period=period, due_on=papers.updates_due_on(plan, asked_for(plan, period))
        ),
        figures_label=quarter.label,
        figures=found_figures.figures,
        issues=found_issues,
        restricted_issues=restricted_issues,
        recommendations=sentences.recommendations(lines, partner_returns),
        background=sentences.background(head, partner_returns),
        implications=sentences.implications(regarded=bool(regard), written={words.heading for words in written}),
        data_notes=sentences.data_notes(head),
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
    )


def _measured(now: list[Judged]) -> dict[int, tuple[str, ...]]:
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


def _priorities(
    plan: Plan, period: Period, now: list[Judged], before: dict[int, Judged] | None
) -> tuple[PriorityPart, ...]:
    """The plan's priorities in order: those in use in the period, and any that still has actions."""
    year = Period.containing(PeriodKind.YEAR, period.end).start.year
    focuses = {focus.priority_id: focus for focus in AnnualFocus.objects.filter(priority__plan=plan, year=year)}
    parts = []
    for priority in papers.priorities(plan, period, {found.action.priority.code for found in now}):
        mine = [found for found in now if found.action.priority_id == priority.pk]
        was = None if before is None else [b for b in before.values() if b.action.priority_id == priority.pk]
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
