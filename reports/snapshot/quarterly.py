"""Puts the quarterly performance report together: the figures and what is emerging, with the actions' headlines."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from actions.models import Action
from actions.progress import left_alone
from actions.rating import Rating
from reports import comparing
from reports.document import FigurePriority, Headline, LeftAlone, OtherAction, QuarterlyDocument, up_to
from reports.snapshot import actions, figures, issues, printed, sentences
from reports.snapshot import paper as papers
from reports.snapshot.history import Judged, judge, read
from reports.snapshot.last import last_report
from reports.snapshot.opening import opening
from reports.snapshot.six_monthly import measured
from reports.snapshot.texts import texts

if TYPE_CHECKING:
    from reports.document import Difference, Figure, Issue
    from reports.models import Report


def quarterly(
    *, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str
) -> QuarterlyDocument:
    plan, period = report.plan, report.period
    last = last_report(report, made_at)
    found = figures.read(plan, period, cut_off, last.cut_off)
    found_figures = found.figures
    now = [one for story in read(plan, cut_off) if (one := judge(story, plan=plan, period=period, cut_off=cut_off))]
    used = {one.action.priority.code for one in now} | {code for f in found_figures for code in f.priorities}
    found_issues, restricted_issues = issues.issues(plan, last.cut_off, cut_off)
    outside_source, outside = printed.outside(plan, cut_off)
    opens = opening(report, made_at)
    troubled = sorted((one for one in now if one.exception), key=lambda one: one.worst_first)
    headlines = tuple(_headline(one) for one in troubled)
    others = tuple(_other(one) for one in now if not one.exception)
    before = last.document if isinstance(last.document, QuarterlyDocument) else None
    return QuarterlyDocument(
        paper=papers.paper(
            report=report,
            title="Quarterly performance report",
            number=number,
            cut_off=cut_off,
            made_at=made_at,
            reason=reason,
        ),
        definitions=papers.definitions(),
        rules=sentences.rules(),
        priorities=tuple(
            FigurePriority(
                priority.code,
                priority.name,
                priority.statement,
                tuple(f.code for f in found_figures if priority.code in f.priorities and not f.all_priorities),
            )
            for priority in papers.priorities(plan, period, used)
        ),
        shared_codes=tuple(f.code for f in found_figures if f.all_priorities),
        other_codes=tuple(f.code for f in found_figures if not f.all_priorities and not f.priorities),
        figures=found_figures,
        table=printed.table(plan),
        outside_source=outside_source,
        outside=outside,
        counts=actions.counts(now, {count.mark.key: count.number for count in before.counts} if before else None),
        headlines=headlines,
        headlines_label=f"Last known ratings, from updates received up to {up_to(cut_off)}",
        issues=found_issues,
        restricted_issues=restricted_issues,
        data_notes=(),
        queries=printed.queries(plan),
        similar_table=printed.similar_table(plan, period, cut_off),
        figure_notes=found.notes,
        known=found.known,
        sums=found.sums,
        texts=texts(report, made_at),
        matters=opens.matters,
        last_asked=opens.last_asked,
        last_asked_of=opens.last_asked_of,
        left_alone=_left_alone(found_figures, now),
        other_actions=others,
        since=last.since(_differences(before, headlines, others, found_figures, found_issues)),
    )


def _differences(
    before: QuarterlyDocument | None,
    headlines: tuple[Headline, ...],
    others: tuple[OtherAction, ...],
    found_figures: tuple[Figure, ...],
    found_issues: tuple[Issue, ...],
) -> tuple[Difference, ...]:
    """What changed since the report before, as that told it. Without it the figures' own comparisons have to do."""
    if before is None:
        return ()
    return comparing.told(
        [
            *comparing.headlines(before.headlines, headlines, was=before.other_actions, now=others),
            *comparing.figures(before.figures, found_figures),
            *comparing.issues(before.issues, found_issues),
        ]
    )


def _left_alone(found_figures: tuple[Figure, ...], now: list[Judged]) -> tuple[LeftAlone, ...]:
    """What is worse and has no action that was live at the cut-off."""
    states: dict[str, set[str]] = {}
    by_action = measured(now)
    for one in now:
        for code in by_action.get(one.action.pk, ()):
            states.setdefault(code, set()).add(one.position.state)
    worse = [(figure.code, left_alone(states.get(figure.code, ()))) for figure in found_figures if figure.worse]
    return tuple(LeftAlone(code, why) for code, why in worse if why)


def _headline(found: Judged) -> Headline:
    return Headline(
        ref=found.action.ref,
        title=found.title,
        lead=found.lead,
        mark=papers.mark_of(found.rating),
        confirmed=found.standing.confirmed,
        last_heard=found.said.submitted_on if found.said else None,
        due_on=found.position.due_on,
    )


def _other(found: Judged) -> OtherAction:
    closed = found.rating is Rating.CLOSED
    return OtherAction(
        ref=found.action.ref,
        title=found.title,
        mark=papers.mark_of(found.rating),
        became=Action.State(found.position.state).label.lower() if closed else "",
        completed_on=found.position.completed_on if found.rating is Rating.COMPLETE else None,
    )
