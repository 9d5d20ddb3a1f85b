"""The history of one action as people read it: updates and events in one line, newest first."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from actions.ledger import state_of
from actions.models import Action, ActionEvent, Evidence, HelpReply, ProgressUpdate
from partners.models import User
from priorities.periods import british

if TYPE_CHECKING:
    from priorities.periods import Period

PAGE = 30
#: Events of one edit: its columns and milestones.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Change:
    """What happened to the action's structure, in a sentence, and why."""

    sentence: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One moment of the history: an update with the changes it brought, or a change alone."""

    at: dt.datetime
    by: str
    organisation: str
    update: ProgressUpdate | None
    readable: bool
    changes: list[Change]
    ident: str
    evidence: list[Evidence] = field(default_factory=list)
    replies: list[HelpReply] = field(default_factory=list)
    unanswered: bool = False
    nobody_to_answer: bool = False
    may_answer: bool = False
    may_add_evidence: bool = False


@dataclass(frozen=True)
class Timeline:
    """Entries newest first; `earlier` is where the page before it begins, "" at the very start."""

    entries: list[Entry]
    earlier: str


def timeline(action: Action, user: User, today: dt.date, before: dt.datetime | None = None) -> Timeline:
    """The newest entries, or those before a moment; as many queries whatever the length of the history."""
    updates = (
        action.updates.select_related("by__partner", "on_behalf_of", "spoken_for", "help_wanted_from")
        .prefetch_related(
            Prefetch("events", queryset=ActionEvent.objects.order_by("pk")),
            Prefetch("evidence", queryset=Evidence.objects.order_by("pk")),
            Prefetch("help_replies", queryset=HelpReply.objects.in_order().select_related("partner", "by")),
        )
        .order_by("-submitted_at", "-pk")
    )
    events = action.events.filter(update__isnull=True).select_related("by__partner").order_by("-at", "-pk")
    if before is not None:
        updates, events = updates.filter(submitted_at__lt=before), events.filter(at__lt=before)
    found = list(updates[: PAGE + 1])
    standing_help = set(ProgressUpdate.objects.asking_help().filter(action=action).values_list("pk", flat=True))
    own = any(update.by_id == user.pk for update in found)
    open_periods = action.period_choice(today).choices if own else []
    merged = [_of_update(update, action, user, open_periods, update.pk in standing_help) for update in found]
    deeds = itertools.groupby(events[: PAGE + MOST_AT_ONCE], key=lambda event: (event.at, event.by_id))
    merged += [_of_deed(list(run)[::-1]) for _, run in deeds]
    merged.sort(key=lambda entry: (entry.at, entry.update is not None), reverse=True)
    shown = merged[:PAGE]
    # Entries of one instant stay on one page, since the next page asks for what came strictly before.
    shown += [entry for entry in merged[PAGE:] if shown and entry.at == shown[-1].at]
    return Timeline(shown, shown[-1].at.isoformat() if len(merged) > len(shown) else "")


def _of_update(update: ProgressUpdate, action: Action, user: User, open_periods: list[Period], asking: bool) -> Entry:
    update.action = action  # with its names, so that no rule reads it again
    readable = user.has_perm("actions.read_restricted", update)
    asked = update.help_wanted_from_id is not None
    unanswered = asking and readable and not update.help_replies.all()
    # The partner asked knows that it was asked; of restricted words it sees its own answer alone.
    told = readable or (asked and user.partner_id == update.help_wanted_from_id)
    return Entry(
        at=update.submitted_at,
        by=update.by.name,
        organisation=_organisation(update),
        update=update,
        readable=readable,
        changes=[_change(event, readable) for event in update.events.all() if not _told_already(event)],
        ident=f"update-{update.pk}",
        evidence=list(update.evidence.all()) if readable else [],
        replies=list(update.help_replies.all()) if told else [],
        unanswered=unanswered,
        nobody_to_answer=unanswered and not User.objects.officers_of(update.help_wanted_from_id).exists(),
        may_answer=asking and user.has_perm("actions.answer_help", update),
        may_add_evidence=update.period in open_periods and user.has_perm("actions.add_evidence", update),
    )


def _organisation(update: ProgressUpdate) -> str:
    """Where its author was then; of what was entered for somebody else (the entry names them), where they are."""
    of = update.by.partner if update.on_behalf_of else update.spoken_for
    return of.name if of else ""


def _of_deed(events: list[ActionEvent]) -> Entry:
    """Everything one person changed in one go, each reason once, with the first change it goes with."""
    event = events[0]
    reasons = [this.reason for this in events]
    return Entry(
        at=event.at,
        by=event.by.name,
        organisation=event.by.partner.name if event.by.partner else "",
        update=None,
        readable=True,
        changes=[
            Change(_sentence(this), "" if this.reason in reasons[:n] else this.reason) for n, this in enumerate(events)
        ],
        ident=f"event-{event.pk}",
    )


def _told_already(event: ActionEvent) -> bool:
    """The completion stands in the update's own rating."""
    return event.kind == ActionEvent.Kind.STATE and state_of(event.new)[0] == Action.State.COMPLETE


def _change(event: ActionEvent, readable: bool) -> Change:
    return Change(_sentence(event), event.reason if readable else "")


def _sentence(event: ActionEvent) -> str:
    match event.kind:
        case ActionEvent.Kind.DATE_MOVED:
            return f"Due date moved from {_day(event.old) or 'none'} to {_day(event.new) or 'none'}"
        case ActionEvent.Kind.MILESTONE:
            day, _, text = event.new.partition(" ")
            return f"Milestone done on {_day(day)}: {text}" if _day(day) else f"Milestone done: {event.new}"
        case ActionEvent.Kind.REOPENED:
            return f"Reopened; it was {_state(event.old)}"
        case ActionEvent.Kind.STATE:
            return f"{_state(event.new).capitalize()}; it was {_state(event.old)}"
        case ActionEvent.Kind.EDITED:
            return _edited(event)
        case ActionEvent.Kind.REASSIGNED if event.field == "deputy":
            return f"Deputy changed from {event.old or 'no one'} to {event.new or 'no one'}"
        case ActionEvent.Kind.REASSIGNED:
            return f"Reassigned from {event.old or 'no one'} to {event.new or 'no one'}"
        case ActionEvent.Kind.EXTENDED:
            return f"More time for the update: until {_day(event.new)}, no longer {_day(event.old)}"
        case _:
            return "Added to the plan"


#: Columns by the words of the form.
LABELS = {
    "title": "Title",
    "description": "Description",
    "measure_of_success": "Measure of success",
    "priority": "Priority",
    "sub_group": "Sub-group",
    "lead_partner": "Lead partner",
    "supporting": "Supporting partners",
    "indicators": "Indicators",
    "recommendations": "Recommendations",
    "having_regard": "Police and Crime Plan priorities",
    "starts_on": "Start date",
    "due_on": "Due date",
    "review_on": "Review date",
}
TEXTS = ("title", "description", "measure_of_success")


def _edited(event: ActionEvent) -> str:
    if event.field == "successor":
        return f"Goes on as {event.new}" if event.new else f"Goes on as {event.old} no longer"
    if event.field == "milestone":
        return _milestone_edited(event)
    label = LABELS.get(event.field, event.field)
    old, new = (_day(words) or words for words in (event.old, event.new))
    if event.field == "reoffending_focus":
        return "Given a re-offending focus" if new == "yes" else "Re-offending focus taken away"
    return f"{label} changed from {_quoted(event.field, old)} to {_quoted(event.field, new)}"


def _milestone_edited(event: ActionEvent) -> str:
    (old_day, old), (new_day, new) = (_milestone(words) for words in (event.old, event.new))
    if not event.old:
        return f"Milestone added: “{new}”, due {new_day}"
    if not event.new:
        return f"Milestone taken out: “{old}”, due {old_day}"
    if old == new:
        return f"Milestone “{new}” moved from {old_day} to {new_day}"
    return f"Milestone changed from “{old}”, due {old_day}, to “{new}”, due {new_day}"


def _milestone(words: str) -> tuple[str, str]:
    """Day in words, and text."""
    day, _, text = words.partition(" ")
    return _day(day), text


def _quoted(field: str, words: str) -> str:
    if not words:
        return "nothing"
    return f"“{words.rstrip('.')}”" if field in TEXTS else words


def _day(iso: str) -> str:
    try:
        return british(dt.date.fromisoformat(iso))
    except ValueError:
        return ""


def _state(value: str) -> str:
    state, _ = state_of(value)
    return dict(Action.State.choices).get(state, state).lower()
