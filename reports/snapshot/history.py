"""Actions as they stood at a moment: rows read once, later events rolled back, updates chosen by period and cut-off.

`Action.latest_update` and the columns of today are never trusted for a report: both go on moving after the cut-off.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from actions.models import Action, ActionEvent, HelpReply, Milestone, ProgressUpdate
from actions.progress import Facts, Standing, assess, heard, owes
from actions.rating import LIVE, Rating
from priorities.periods import Period
from reports.snapshot.paper import last_ended, local_day

if TYPE_CHECKING:
    from priorities.models import Plan

Kind = ActionEvent.Kind
CUT = 250


@dataclass(frozen=True)
class Story:
    """Everything known of one action up to a cut-off, and the events after it that must be undone."""

    action: Action
    updates: list[ProgressUpdate]
    events: list[ActionEvent]
    milestones: list[Milestone]
    supporting: list[str]


@dataclass(frozen=True)
class Position:
    """The columns of an action as they were at a moment."""

    state: str
    due_on: dt.date | None
    completed_on: dt.date | None
    undone: frozenset[int]
    times_moved: int
    was: dict[str, str]

    def words(self, field: str, now: str) -> str:
        """What a column said at the moment, where it was edited since; `now` where it was not."""
        return self.was.get(field, now)

    def day(self, field: str, now: dt.date | None) -> dt.date | None:
        """The like of `words` for a date."""
        if field not in self.was:
            return now
        return dt.date.fromisoformat(self.was[field]) if self.was[field] else None


@dataclass(frozen=True)
class Judged:
    """One action judged for a period: what was said by the cut-off, how it stands, since when."""

    story: Story
    position: Position
    standing: Standing
    said: ProgressUpdate | None
    earlier: ProgressUpdate | None
    since: dt.date | None
    owing: bool
    received: bool

    @property
    def action(self) -> Action:
        return self.story.action

    @property
    def title(self) -> str:
        return self.position.words("title", self.action.title)

    @property
    def lead(self) -> str:
        return self.position.words("lead_partner", self.action.lead_partner.name)

    @property
    def reoffending(self) -> bool:
        now = "yes" if self.action.reoffending_focus else "no"
        return self.position.words("reoffending_focus", now) == "yes"

    @property
    def rating(self) -> Rating:
        return self.standing.rating


def read(plan: Plan, cut_off: dt.datetime) -> list[Story]:
    """The plan's actions in order, with what was received by `cut_off`. Six queries, however many actions."""
    updates = ProgressUpdate.objects.received_by(cut_off).select_related(
        "by__partner", "on_behalf_of", "help_wanted_from"
    )
    replies = HelpReply.objects.filter(at__lte=cut_off).in_order().select_related("partner")
    rows = (
        Action.objects.filter(plan=plan, added_at__lte=cut_off)
        .select_related("priority", "sub_group", "lead_partner", "owner")
        .prefetch_related(
            Prefetch("updates", updates.prefetch_related(Prefetch("help_replies", replies)).order_by("pk")),
            Prefetch("events", ActionEvent.objects.select_related("update").order_by("pk")),
            "milestones",
            "supporting",
        )
        .in_order()
    )
    return [
        Story(
            action=row,
            updates=list(row.updates.all()),
            events=list(row.events.all()),
            milestones=list(row.milestones.all()),
            supporting=[partner.name for partner in row.supporting.all()],
        )
        for row in rows
    ]


def position(story: Story, moment: dt.datetime) -> Position:
    """The action as it was at `moment`: later events are undone, newest first."""
    action = story.action
    state, due_on, completed_on = action.state, action.due_on, action.completed_on
    undone = {milestone.pk for milestone in story.milestones if milestone.done_on is None}
    was: dict[str, str] = {}
    for event in reversed([event for event in story.events if event.at > moment]):
        if event.kind == Kind.DATE_MOVED:
            due_on = dt.date.fromisoformat(event.old) if event.old else None
        elif event.kind in (Kind.STATE, Kind.REOPENED):
            state = event.old
        elif event.kind == Kind.EDITED:
            was[event.field] = event.old
            if event.field == "due_on":
                due_on = dt.date.fromisoformat(event.old) if event.old else None
        elif event.kind == Kind.MILESTONE:
            undone |= {milestone.pk for milestone in story.milestones if _names(event, milestone)}
    if state != "complete":
        completed_on = None
    elif completed_on is None:
        # Complete at the moment and reopened since: the date went with the reopening, its event remains.
        done = [e for e in story.events if e.kind == Kind.STATE and e.new == "complete" and e.at <= moment]
        completed_on = local_day(done[-1].at) if done else None
    moved = [event for event in story.events if event.kind == Kind.DATE_MOVED and event.at <= moment]
    return Position(state, due_on, completed_on, frozenset(undone), len(moved), was)


def asked_for(plan: Plan, period: Period) -> Period:
    """The newest period, of the kind the plan asks updates for, that had ended when the report's period ended."""
    return last_ended(plan.update_kind, period.end)


def judge(story: Story, *, plan: Plan, period: Period, cut_off: dt.datetime) -> Judged | None:
    """How the action stood at the end of `period` by what was received up to `cut_off`; None if not yet in the plan."""
    action = story.action
    if action.added_at > cut_off:
        return None
    asked = asked_for(plan, period)
    at = position(story, cut_off)
    starts_on = at.day("starts_on", action.starts_on) or action.starts_on
    rated = sorted(
        (u for u in story.updates if u.rating and u.submitted_at <= cut_off and u.period_start <= period.end),
        key=lambda u: (u.period_start, u.pk),
    )
    said = rated[-1] if rated else None
    worded = [update for update in rated if update.narrative]
    standing = assess(
        Facts(
            state=at.state,
            starts_on=starts_on,
            due_on=at.due_on,
            said=Rating(said.rating) if said else None,
            said_about=said.period if said else None,
            said_on=said.submitted_on if said else None,
            said_why=said.reason if said else "",
            completed_on=at.completed_on,
            review_on=at.day("review_on", action.review_on),
            milestones_missed=sum(1 for m in story.milestones if m.pk in at.undone and m.due_on < period.end),
            times_moved=at.times_moved,
            asked=asked,
        ),
        period.end,
    )
    return Judged(
        story=story,
        position=at,
        standing=standing,
        said=said,
        earlier=worded[-1] if said and not said.narrative and worded else None,
        since=_since(rated, period),
        # A partner whose update closed the action did owe it, and sent it.
        owing=owes(LIVE if said and heard(said.period, asked) else at.state, starts_on, asked),
        received=heard(said.period if said else None, asked),
    )


def _since(rated: list[ProgressUpdate], period: Period) -> dt.date | None:
    """The day the unbroken run of the last rating began, by the period's end: what is sent after it speaks of before."""
    since = None
    for update in reversed(rated):
        if update.rating != rated[-1].rating:
            break
        since = update.submitted_on
    return min(since, period.end) if since else None


def _names(event: ActionEvent, milestone: Milestone) -> bool:
    # The ledger writes "2026-09-12 the milestone's text", cut to CUT characters by those who wrote it first.
    _, _, text = event.new.partition(" ")
    cut = len(event.new) == CUT
    return milestone.text.startswith(text) if cut else milestone.text == text
