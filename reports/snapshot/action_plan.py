"""The action plan as at a day, from updates and events.

As at a day means: as the portal's list read at the end of that day. What had been received by then counts, about whatever
period, and "not confirmed" is judged against the period whose request had gone out by then. For today that is up to the
moment it is made. A later version may have a later cut-off: it then tells of the same day what became known since, as a
report tells of its period's end (reports.snapshot.history).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.rating import Rating
from priorities.models import UpdateRound
from priorities.periods import PeriodKind
from reports.document import ActionPlanDocument
from reports.snapshot import actions, figures
from reports.snapshot import paper as papers
from reports.snapshot.history import judge_asked, read
from reports.snapshot.six_monthly import measured, priority_parts

if TYPE_CHECKING:
    from reports.models import Report


@dataclass(frozen=True)
class _Spoken:
    """The days that supporting partners' words are about: the period that was asked for, and what followed."""

    start: dt.date
    end: dt.date


def action_plan(
    *, report: Report, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str
) -> ActionPlanDocument:
    plan, period = report.plan, report.period
    round_ = UpdateRound.objects.asked_by(plan, period.end).first()
    asked = round_.period if round_ else None
    found = [
        one for story in read(plan, cut_off) if (one := judge_asked(story, asked=asked, period=period, cut_off=cut_off))
    ]
    by_indicator = measured(found)
    known = figures.read(plan, papers.last_ended(PeriodKind.QUARTER, period.end), cut_off, None)
    spoken = _Spoken(asked.start if asked else plan.starts_on, period.end)
    return ActionPlanDocument(
        paper=papers.paper(
            report=report, title="Action plan", number=number, cut_off=cut_off, made_at=made_at, reason=reason
        ),
        definitions=papers.definitions(),
        definitions_note=papers.DEFINITIONS_NOTE,
        asked_label=asked.label if asked else "",
        counts=actions.counts(found, None),
        priorities=priority_parts(plan, period, found, None),
        actions=tuple(
            dataclasses.replace(
                actions.line(one, None, plan=plan, period=spoken), indicators=by_indicator.get(one.action.pk, ())
            )
            for one in found
        ),
        completed=actions.completed(one for one in found if one.rating == Rating.COMPLETE),
        closed=actions.closed(one for one in found if one.rating == Rating.CLOSED),
        figures=known.figures,
        known=known.known,
        sums=known.sums,
    )
