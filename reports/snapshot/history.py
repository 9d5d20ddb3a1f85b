"""Actions as they stood at a period's end: rows read once, what does not count rolled back, updates chosen by period.

A change counts when it happened by the period's end. What was received between the end and the cut-off counts only as
far as it tells of the period: it came with an update about it, or states a day in it. `Action.latest_update` and the
columns of today are never trusted for a report: both go on moving.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from actions.ledger import state_of
from actions.models import Action, ActionEvent, HelpReply, Milestone, ProgressUpdate
from actions.progress import Asking, Facts, Standing, assess, owes, standing_requests
from actions.rating import LIVE, Rating
from priorities.periods import Period
from reports.snapshot.paper import end_of, last_ended

if TYPE_CHECKING:
    from priorities.models import Plan

Kind = ActionEvent.Kind
CUT = 250

#: The order of counts on page one: what needs the table first.
COUNTED = (
    Rating.OFF_TRACK,
    Rating.AT_RISK,
    Rating.UNRATED,
    Rating.ON_TRACK,
    Rating.COMPLETE,
    Rating.NOT_STARTED,
    Rating.CLOSED,
)

TROUBLE = frozenset({Rating.OFF_TRACK, Rating.AT_RISK, Rating.UNRATED})


@dataclass(frozen=True)
class Story:
    """What was received of one action up to a cut-off, and all its events: those that do not count must be undone."""

    action: Action
    updates: list[ProgressUpdate]
    events: list[ActionEvent]
    milestones: list[Milestone]
    supporting: list[str]


@dataclass(frozen=True)
class Position:
    """The columns of an action as they were at a period's end."""

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
    """One action judged for a period: what was said by the cut-off (`told`, oldest first), how it stands, since when."""

    story: Story
    events: tuple[ActionEvent, ...]
    position: Position
    standing: Standing
    said: ProgressUpdate | None
    earlier: ProgressUpdate | None
    told: tuple[ProgressUpdate, ...]
    since: dt.date | None
    owing: bool
    received: bool
    requests: tuple[ProgressUpdate, ...]
    closed_since: ActionEvent | None

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

    @property
    def in_trouble(self) -> bool:
        return self.rating in TROUBLE

    @property
    def exception(self) -> bool:
        """What a report tells first: in trouble, or backed by no update."""
        return self.in_trouble or not self.standing.confirmed

    @property
    def worst_first(self) -> tuple[int, bool, str]:
        """Sort key: the worst rating first, of one rating what nobody confirmed, then the order of the plan."""
        return COUNTED.index(self.rating), self.standing.confirmed, self.action.ref


def read(plan: Plan, cut_off: dt.datetime) -> list[Story]:
    """The plan's actions in order, with what was received by `cut_off`. Thirteen queries, however many actions.

    Partners, people, priorities and sub-groups are few and named by many rows: each is read once and not with every row.
    The lists are read to names of their own, because a manager's prefetched rows cost a new queryset for each action.
    """
    replies = HelpReply.objects.filter(at__lte=cut_off).in_order().select_related("partner")
    updates = (
        ProgressUpdate.objects.received_by(cut_off)
        .prefetch_related("by__partner", "on_behalf_of", "help_wanted_from")
        .prefetch_related(Prefetch("help_replies", replies, to_attr="replies_read"))
        .order_by("pk")
    )
    rows = (
        Action.objects.filter(plan=plan, added_at__lte=cut_off)
        .prefetch_related(
            "priority",
            "sub_group",
            "lead_partner",
            "owner",
            Prefetch("updates", updates, to_attr="updates_read"),
            Prefetch("events", ActionEvent.objects.order_by("pk"), to_attr="events_read"),
            Prefetch("milestones", to_attr="milestones_read"),
            Prefetch("supporting", to_attr="supporting_read"),
        )
        .in_order()
    )
    for row in rows:
        known = {update.pk: update for update in row.updates_read}  # type: ignore[attr-defined]
        for event in row.events_read:  # type: ignore[attr-defined]
            if event.update_id in known:
                event.update = known[event.update_id]
    return [
        Story(
            action=row,
            updates=row.updates_read,  # type: ignore[attr-defined]
            events=row.events_read,  # type: ignore[attr-defined]
            milestones=row.milestones_read,  # type: ignore[attr-defined]
            supporting=[partner.name for partner in row.supporting_read],  # type: ignore[attr-defined]
        )
        for row in rows
    ]


def replies_to(update: ProgressUpdate) -> list[HelpReply]:
    """What was answered by the cut-off to the help an update of a story asked for, in the order it came."""
    replies: list[HelpReply] = update.replies_read  # type: ignore[attr-defined]
    return replies


def counted(story: Story, period: Period, cut_off: dt.datetime) -> list[ActionEvent]:
    """The events that a report on `period` with this cut-off tells of, oldest first."""
    end = end_of(period.end)
    about = {u.pk: u for u in story.updates if u.submitted_at <= cut_off and speaks_of(u, period)}

    def counts(event: ActionEvent) -> bool:
        if event.at > cut_off or event.at <= end:
            return event.at <= cut_off
        if event.kind == Kind.REOPENED:
            # Whoever then says how the action went in the period says it of an open one.
            return any(update.submitted_at >= event.at for update in about.values())
        if event.update_id in about:
            return True
        day = done_on(event)
        return day is not None and day <= period.end

    return [event for event in story.events if counts(event)]


def speaks_of(update: ProgressUpdate, period: Period) -> bool:
    """Whether an update is about the period or one before it, not about what follows."""
    return update.period_start <= period.end


def position(story: Story, events: list[ActionEvent]) -> Position:
    """The action as `events` left it: what came after the last of them is undone."""
    action = story.action
    known = {event.pk for event in events}
    was = _was(story, known)
    due_on = dt.date.fromisoformat(was["due_on"]) if was.get("due_on") else None if "due_on" in was else action.due_on
    changed = _undone_from(story, known, (Kind.STATE, Kind.REOPENED))
    state, completed_on = (action.state, action.completed_on) if changed is None else (changed.old, None)
    if changed is not None and state == "complete":
        # The column went with the reopening or the next completion; the event of this one remains.
        done = [event for event in events if is_completion(event) and event.pk < changed.pk]
        completed_on = done_on(done[-1]) if done else None
    unknown = [event for event in story.events if event.kind == Kind.MILESTONE and event.pk not in known]
    undone = {
        milestone.pk
        for milestone in story.milestones
        if milestone.done_on is None or any(_names(event, milestone) for event in unknown)
    }
    times = sum(1 for event in events if event.kind == Kind.DATE_MOVED)
    return Position(state, due_on, completed_on, frozenset(undone), times, was)


def _was(story: Story, known: set[int]) -> dict[str, str]:
    """What each edited column held before the first edit or move that does not count; a field without one is left out."""
    was: dict[str, str] = {}
    for event in story.events:
        name = "due_on" if event.kind == Kind.DATE_MOVED else event.field if event.kind == Kind.EDITED else ""
        if not name:
            continue
        if event.pk in known:
            was.pop(name, None)
        else:
            was.setdefault(name, event.old)
    return was


def _undone_from(story: Story, known: set[int], kinds: tuple[str, ...]) -> ActionEvent | None:
    """The first event after the last known one of these kinds: its `old` is how things stood. None when nothing came after."""
    first = None
    for event in story.events:
        if event.kind in kinds:
            first = None if event.pk in known else first or event
    return first


def is_completion(event: ActionEvent) -> bool:
    return event.kind == Kind.STATE and state_of(event.new)[0] == "complete"


def done_on(event: ActionEvent) -> dt.date | None:
    """The day on which the event says a milestone or the action itself was done; None when it states no day."""
    if event.kind == Kind.STATE:
        return state_of(event.new)[1]
    if event.kind != Kind.MILESTONE:
        return None
    try:
        return dt.date.fromisoformat(event.new.partition(" ")[0])
    except ValueError:
        return None


def in_the_plan(story: Story, period: Period, cut_off: dt.datetime) -> bool:
    """Whether the action belonged to the plan at the period's end: from the start, added by then, or told of since."""
    action = story.action
    if action.added_at > cut_off:
        return False
    return (
        action.origin == Action.Origin.PLAN
        or action.added_at <= end_of(period.end)
        or any(u.submitted_at <= cut_off and speaks_of(u, period) for u in story.updates)
    )


def asked_for(plan: Plan, period: Period) -> Period:
    """The newest period, of the kind the plan asks updates for, that had ended when the report's period ended."""
    return last_ended(plan.update_kind, period.end)


def judge(story: Story, *, plan: Plan, period: Period, cut_off: dt.datetime) -> Judged | None:
    """How the action stood at the end of `period` by what was received up to `cut_off`; None if not yet in the plan."""
    return judge_asked(story, asked=asked_for(plan, period), period=period, cut_off=cut_off)


def judge_asked(story: Story, *, asked: Period | None, period: Period, cut_off: dt.datetime) -> Judged | None:
    """As `judge`, with the period that updates were wanted on at the end of `period`; None when nothing had been asked yet."""
    action = story.action
    if not in_the_plan(story, period, cut_off):
        return None
    events = counted(story, period, cut_off)
    at = position(story, events)
    starts_on = at.day("starts_on", action.starts_on) or action.starts_on
    rated = sorted(
        (u for u in story.updates if u.rating and u.submitted_at <= cut_off and speaks_of(u, period)),
        key=lambda u: (u.period_start, u.pk),
    )
    said = rated[-1] if rated else None
    # A completion that was reopened is taken back and counts no more.
    standing_still = [u for u in rated if u.kind != ProgressUpdate.Kind.COMPLETION or at.state == "complete"]
    received = any(asked is None or update.period == asked for update in standing_still)
    worded = [update for update in rated if update.narrative]
    closed = _closed_since(story, events, cut_off) if at.state == LIVE else None
    standing = assess(
        Facts(
            state=at.state,
            starts_on=starts_on,
            due_on=at.due_on,
            said=Rating(said.rating) if said else None,
            said_on=said.submitted_on if said else None,
            completed_on=at.completed_on,
            review_on=at.day("review_on", action.review_on),
            milestones_missed=sum(1 for m in story.milestones if m.pk in at.undone and m.due_on < period.end),
            times_moved=at.times_moved,
            asked=asked,
            received=received,
        ),
        period.end,
    )
    return Judged(
        story=story,
        events=tuple(events),
        position=at,
        standing=standing,
        said=said,
        earlier=worded[-1] if said and not said.narrative and worded else None,
        told=tuple(rated),
        since=_since(rated, period),
        # A partner whose update closed the action did owe it, and sent it.
        owing=owes(LIVE if received else at.state, starts_on, asked),
        received=received,
        requests=_requests(rated) if at.state == LIVE and closed is None else (),
        closed_since=closed,
    )


def _requests(rated: list[ProgressUpdate]) -> tuple[ProgressUpdate, ...]:
    """The updates whose request for help stands at the cut-off, oldest first; `help_replies` were read up to then."""
    spoken = {update.pk: update for update in rated if update.kind != ProgressUpdate.Kind.NO_CHANGE}
    asking = []
    for update in spoken.values():
        replies = replies_to(update)
        answer = replies[-1].answer if replies else ""
        asking.append(Asking(update.pk, update.period_start, update.help_wanted_from_id, answer))
    return tuple(spoken[key] for key in sorted(standing_requests(asking)))


def _closed_since(story: Story, events: list[ActionEvent], cut_off: dt.datetime) -> ActionEvent | None:
    """How an action that was live at the period's end was closed between then and the cut-off; None when it was not."""
    known = {event.pk for event in events}
    later = [e for e in story.events if e.kind in (Kind.STATE, Kind.REOPENED) and e.at <= cut_off and e.pk not in known]
    return later[-1] if later and later[-1].kind == Kind.STATE else None


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
