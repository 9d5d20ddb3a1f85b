"""The action plan as the reports tell it: lines, counts, changes and moved dates since the report before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from actions.ledger import state_of
from actions.models import Action, ActionEvent, HelpReply, ProgressUpdate
from actions.rating import NEEDS_CONFIRMING, Rating
from actions.services.help import SAYS
from actions.services.lifecycle import TAKEN_UP
from priorities.periods import british
from reports.document import RESTRICTED, ActionLine, Change, Count, DateMove, LateUpdate, Milestone, Settled, Words
from reports.snapshot.history import COUNTED, Judged, Story, is_completion, replies_to
from reports.snapshot.paper import end_of, local_day, mark_of, role_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.periods import Period

Kind = ActionEvent.Kind


class Days(Protocol):
    """What a report is about, such as a period: its first and last day."""

    @property
    def start(self) -> dt.date: ...
    @property
    def end(self) -> dt.date: ...


def line(judged: Judged, before: ActionLine | None, *, plan: Plan, period: Days) -> ActionLine:
    """`before`: the same action in the report before."""
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
        before=before.mark if before else None,
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
        settled=_settled(judged),
        as_in_plan=_as_in_plan(judged),
    )


def _as_in_plan(judged: Judged) -> tuple[str, ...]:
    """Which words of the action the plan printed: nobody changed them since."""
    action = judged.action
    # What an older plan's action became may say what was typed since.
    if action.origin != Action.Origin.PLAN or action.source.endswith(TAKEN_UP):
        return ()
    said = {
        "title": judged.title,
        "description": judged.position.words("description", action.description),
        "measure_of_success": judged.position.words("measure_of_success", action.measure_of_success),
    }
    # The oldest change of each holds what stood there first; read as at the cut-off, whatever came later.
    changes = [event for event in judged.story.events if event.kind == Kind.EDITED]
    first = {event.field: event.old for event in sorted(changes, key=lambda event: event.pk, reverse=True)}
    return tuple(name.removesuffix("_of_success") for name, words in said.items() if words == first.get(name, words))


def _settled(judged: Judged) -> tuple[Settled, ...]:
    """Requests for help about the period or before that stand no more, so that the next report can say what became of them."""
    standing = {update.pk for update in judged.requests}
    return tuple(
        Settled(update.help_wanted_from.name, update.submitted_on, *_help(update))
        for update in judged.told
        if update.help_wanted_from is not None
        and update.kind != ProgressUpdate.Kind.NO_CHANGE
        and not update.restricted
        and update.pk not in standing
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
    replies = replies_to(update)
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


def _supporters(story: Story, period: Days) -> list[ProgressUpdate]:
    """The newest words of each supporting partner about the report's period."""
    newest: dict[int | None, ProgressUpdate] = {}
    for update in story.updates:
        if update.kind == ProgressUpdate.Kind.WORDS and period.start <= update.period_start <= period.end:
            newest[update.by.partner_id] = update
    return list(newest.values())


def counts(now: Iterable[Judged], before: Mapping[str, int] | None) -> tuple[Count, ...]:
    """How many have each rating; ratings nobody has, now or before, are left out. `before`: by rating, in the last report."""
    now = list(now)
    found = []
    for rating in COUNTED:
        these = [judged for judged in now if judged.rating == rating]
        was = None if before is None else before.get(rating.value, 0)
        if these or was:
            silent = sum(1 for judged in these if not judged.standing.confirmed and rating != Rating.UNRATED)
            found.append(Count(mark_of(rating), len(these), silent if rating in NEEDS_CONFIRMING else 0, was))
    return tuple(found)


def added(these: Iterable[Judged]) -> tuple[Change, ...]:
    return tuple(
        _change(
            judged,
            local_day(judged.action.added_at),
            judged.action.get_origin_display(),
            judged.position.words("description", judged.action.description),
        )
        for judged in these
    )


def completed(these: Iterable[Judged]) -> tuple[Change, ...]:
    return tuple(_completed(judged) for judged in these)


def _completed(judged: Judged) -> Change:
    done = [event for event in judged.events if is_completion(event)]
    # The completion's own update: the newest about the period may be another.
    update = done[-1].update if done else None
    text = RESTRICTED if update and update.restricted else update.achievement if update else ""
    on = judged.position.completed_on or local_day(done[-1].at if done else judged.action.added_at)
    return _change(judged, on, "Complete", text)


def closed(these: Iterable[Judged]) -> tuple[Change, ...]:
    """Withdrawn, replaced, moved to the next plan; and reopened."""
    states = dict(Action.State.choices)
    found = []
    for judged in these:
        last = [event for event in judged.events if event.kind in (Kind.REOPENED, Kind.STATE)][-1:]
        for event in last:
            if event.kind == Kind.REOPENED:
                found.append(_change(judged, local_day(event.at), "Reopened", event.reason))
            else:
                text = f"{_going_on(judged, event)}{event.reason}"
                found.append(_change(judged, local_day(event.at), str(states[state_of(event.new)[0]]), text))
    return tuple(found)


def _going_on(judged: Judged, closing: ActionEvent) -> str:
    """Under which reference a closed action goes on, in a sentence; empty for none."""
    pointers = [e for e in judged.story.events if e.field == "successor" and e.at == closing.at and e.new]
    return f"It goes on as {pointers[-1].new}. " if pointers else ""


def _change(judged: Judged, on: dt.date, what: str, text: str) -> Change:
    action = judged.action
    return Change(action.ref, judged.title, judged.lead, on, what, text)


def date_moves(these: Iterable[tuple[Judged, ActionLine | None]]) -> tuple[DateMove, ...]:
    """Each action whose due date is another one than in the report before, or than first planned, with the reasons of the
    moves in between."""
    return tuple(_date_move(judged, was.due_on if was else judged.action.original_due_on) for judged, was in these)


def _date_move(judged: Judged, old: dt.date | None) -> DateMove:
    moved = [event for event in judged.events if event.kind == Kind.DATE_MOVED]
    then = old.isoformat() if old else ""
    starts = [place for place, event in enumerate(moved) if event.old == then]
    between = moved[starts[-1] :] if starts else moved[-1:]
    if judged.position.due_on is None:
        raise ValueError(f"{judged.action.ref} has no due date now.")
    return DateMove(
        ref=judged.action.ref,
        title=judged.title,
        old=old,
        new=judged.position.due_on,
        first=judged.action.original_due_on,
        times=judged.position.times_moved,
        on=local_day(between[-1].at) if between else judged.position.due_on,
        reason=" ".join(dict.fromkeys(_reason(event) for event in between)),
    )


def _reason(event: ActionEvent) -> str:
    """A restricted update's reason is held back with it."""
    return RESTRICTED if event.update is not None and event.update.restricted else event.reason


def late_updates(now: Iterable[Judged], *, period: Period, due_on: dt.date) -> tuple[LateUpdate, ...]:
    """Updates about the period that came after the day they were due: none in a first version, by its cut-off."""
    due = end_of(due_on)
    return tuple(
        LateUpdate(judged.action.ref, judged.title, judged.lead, update.submitted_on)
        for judged in now
        for update in judged.story.updates
        if update.rating and period.start <= update.period_start <= period.end and update.submitted_at > due
    )
