"""The action plan as the reports tell it: lines, counts, changes and moved dates since the report before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from actions import rating as ratings
from actions.ledger import state_of
from actions.models import Action, ActionEvent, HelpReply, ProgressUpdate
from actions.rating import NEEDS_CONFIRMING, Rating
from actions.services.help import SAYS
from priorities.periods import british
from reports.document import RESTRICTED, ActionLine, Change, Count, DateMove, LateUpdate, Milestone, Moves, Words
from reports.snapshot.history import COUNTED, Judged, Story, is_completion
from reports.snapshot.paper import end_of, local_day, mark_of, role_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.periods import Period


def line(judged: Judged, before: Judged | None, *, plan: Plan, period: Period) -> ActionLine:
    action, at, standing = judged.action, judged.position, judged.standing
    return ActionLine(
        ref=action.ref,
        title=judged.title,
        priority=action.priority.code,
        sub_group=at.words("sub_group", action.sub_group.name),
        lead=judged.lead,
        owner=role_of(action.owner, plan),
        supporting=tuple(judged.story.supporting),
        description=at.words("description", action.description),
        measure=at.words("measure_of_success", action.measure_of_success),
        starts_on=at.day("starts_on", action.starts_on) or action.starts_on,
        due_on=at.due_on,
        review_on=at.day("review_on", action.review_on),
        original_due_on=action.original_due_on,
        completed_on=at.completed_on,
        reoffending=judged.reoffending,
        source=action.source,
        mark=mark_of(standing.rating),
        confirmed=standing.confirmed,
        before=mark_of(before.rating) if before else None,
        since=judged.since if judged.in_trouble else None,
        exception=judged.exception,
        owing=judged.owing,
        received=judged.received,
        overdue_days=standing.overdue_days,
        delivery=standing.delivery.sentence,
        delivery_ok=standing.delivery.ok,
        update=standing.update.sentence,
        disagreement=standing.disagreement,
        last_heard=judged.said.submitted_on if judged.said else None,
        said=words(judged.said, plan) if judged.said else None,
        earlier=words(judged.earlier, plan) if judged.earlier else None,
        supporters=tuple(words(update, plan) for update in _supporters(judged.story, period)),
        milestones=tuple(
            Milestone(
                milestone.text,
                milestone.due_on,
                None if milestone.pk in at.undone else milestone.done_on,
                milestone.pk in at.undone and milestone.due_on < period.end,
            )
            for milestone in judged.story.milestones
        ),
        requests=tuple(words(update, plan) for update in judged.requests if not update.restricted),
        closed_since=_closed_since(judged),
    )


def _closed_since(judged: Judged) -> str:
    """What became of the action between the period's end and the cut-off, in a sentence; empty when it is still live."""
    event = judged.closed_since
    if event is None:
        return ""
    state = dict(Action.State.choices)[state_of(event.new)[0]]
    return f"{state} on {british(local_day(event.at))}, after the period had ended."


def words(update: ProgressUpdate, plan: Plan) -> Words:
    """What an update said. Restricted words never enter a report, so that no later mistake can print them."""
    held = update.restricted
    help_state, help_answer = ("", "") if held else _help(update)
    return Words(
        about=update.period.label,
        on=update.submitted_on,
        by=said_by(update, plan),
        kind=update.get_kind_display(),
        narrative="" if held else update.narrative,
        reason="" if held else update.reason,
        recovery="" if held else update.recovery,
        help_wanted="" if held else update.help_wanted,
        help_wanted_from=update.help_wanted_from.name if update.help_wanted_from and not held else "",
        achievement="" if held else update.achievement,
        restricted=held,
        late=update.late,
        help_state=help_state,
        help_answer=help_answer,
    )


def _help(update: ProgressUpdate) -> tuple[str, str]:
    """What became of the help asked for by the cut-off: the last answer, and the sentence that says it."""
    if update.help_wanted_from is None:
        return "", ""
    replies = list(update.help_replies.all())
    if not replies:
        return "none", "No answer yet."
    last = replies[-1]
    says = SAYS[HelpReply.Answer(last.answer)]
    return last.answer, f"{last.partner.name} {says} ({british(local_day(last.at))})."


def said_by(update: ProgressUpdate, plan: Plan) -> str:
    who = organisation_of(update.by, plan)
    return f"{who}, on behalf of {update.on_behalf_of.name}" if update.on_behalf_of else who


def organisation_of(user: User, plan: Plan) -> str:
    parts = [role_of(user, plan), user.partner.name if user.partner else ""]
    return ", ".join(part for part in parts if part) or "A member of the Partnership"


def _supporters(story: Story, period: Period) -> list[ProgressUpdate]:
    """The newest words of each supporting partner about the report's period."""
    newest: dict[int | None, ProgressUpdate] = {}
    for update in story.updates:
        if update.kind == ProgressUpdate.Kind.WORDS and period.start <= update.period_start <= period.end:
            newest[update.by.partner_id] = update
    return list(newest.values())


def counts(now: Iterable[Judged], before: Iterable[Judged] | None) -> tuple[Count, ...]:
    """How many have each rating; ratings nobody has, now or before, are left out."""
    now = list(now)
    earlier = None if before is None else [judged.rating for judged in before]
    found = []
    for rating in COUNTED:
        these = [judged for judged in now if judged.rating == rating]
        was = None if earlier is None else earlier.count(rating)
        if these or was:
            silent = sum(1 for judged in these if not judged.standing.confirmed and rating != Rating.UNRATED)
            found.append(Count(mark_of(rating), len(these), silent if rating in NEEDS_CONFIRMING else 0, was))
    return tuple(found)


def moves(now: Sequence[Judged], before: dict[int, Judged]) -> Moves:
    worse, better = [], []
    for judged in now:
        was = before.get(judged.action.pk)
        if was and ratings.worsened(was.rating, judged.rating):
            worse.append(judged.action.ref)
        if was and ratings.recovered(was.rating, judged.rating):
            better.append(judged.action.ref)
    return Moves(tuple(worse), tuple(better))


def _news(judged: Judged, before: dict[int, Judged]) -> list[ActionEvent]:
    """Events that count for this report and did not for the one before, so that each is told once."""
    was = before.get(judged.action.pk)
    known = {event.pk for event in was.events} if was else set()
    return [event for event in judged.events if event.pk not in known]


def added(now: Iterable[Judged], before: dict[int, Judged]) -> tuple[Change, ...]:
    """Initiatives that joined since the last report; what the plan began with is not new."""
    found = []
    for judged in now:
        action = judged.action
        if action.origin != Action.Origin.PLAN and action.pk not in before:
            text = judged.position.words("description", action.description)
            found.append(_change(judged, local_day(action.added_at), action.get_origin_display(), text))
    return tuple(found)


def completed(now: Iterable[Judged], before: dict[int, Judged]) -> tuple[Change, ...]:
    found = []
    for judged in now:
        done = [event for event in _news(judged, before) if is_completion(event)]
        if done and judged.position.state == "complete":
            # The completion's own update: the newest about the period may be another.
            update = done[-1].update
            text = RESTRICTED if update and update.restricted else update.achievement if update else ""
            on = judged.position.completed_on or local_day(done[-1].at)
            found.append(_change(judged, on, "Complete", text))
    return tuple(found)


def closed(now: Iterable[Judged], before: dict[int, Judged]) -> tuple[Change, ...]:
    """Withdrawn, replaced, moved to the next plan; and reopened."""
    states = dict(Action.State.choices)
    found = []
    for judged in now:
        for event in _news(judged, before):
            if event.kind == ActionEvent.Kind.REOPENED:
                found.append(_change(judged, local_day(event.at), "Reopened", event.reason))
            elif event.kind == ActionEvent.Kind.STATE and event.new in ("withdrawn", "replaced", "moved"):
                text = f"{_going_on(judged, event)}{event.reason}"
                found.append(_change(judged, local_day(event.at), str(states[event.new]), text))
    return tuple(found)


def _going_on(judged: Judged, closing: ActionEvent) -> str:
    """Under which reference a closed action goes on, in a sentence; empty for none."""
    pointers = [e for e in judged.story.events if e.field == "successor" and e.at == closing.at and e.new]
    return f"It goes on as {pointers[-1].new}. " if pointers else ""


def _change(judged: Judged, on: dt.date, what: str, text: str) -> Change:
    action = judged.action
    return Change(action.ref, judged.title, judged.lead, on, what, text)


def date_moves(now: Iterable[Judged], before: dict[int, Judged]) -> tuple[DateMove, ...]:
    """Every move of a due date since the last report. A restricted update's reason is held back with it."""
    found = []
    for judged in now:
        for event in _news(judged, before):
            if event.kind == ActionEvent.Kind.DATE_MOVED:
                held = event.update is not None and event.update.restricted
                found.append(
                    DateMove(
                        ref=judged.action.ref,
                        title=judged.title,
                        old=dt.date.fromisoformat(event.old) if event.old else None,
                        new=dt.date.fromisoformat(event.new),
                        first=judged.action.original_due_on,
                        times=judged.position.times_moved,
                        on=local_day(event.at),
                        reason=RESTRICTED if held else event.reason,
                    )
                )
    return tuple(found)


def late_updates(now: Iterable[Judged], *, period: Period, due_on: dt.date) -> tuple[LateUpdate, ...]:
    """Updates about the period that came after the day they were due: none in a first version, by its cut-off."""
    due = end_of(due_on)
    return tuple(
        LateUpdate(judged.action.ref, judged.title, judged.lead, update.submitted_on)
        for judged in now
        for update in judged.story.updates
        if update.rating and period.start <= update.period_start <= period.end and update.submitted_at > due
    )
