"""The history of one action as people read it: updates and events in one line, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from actions.ledger import state_of
from actions.models import Action, ActionEvent, ProgressUpdate
from priorities.periods import british

if TYPE_CHECKING:
    from partners.models import User

PAGE = 30


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


@dataclass(frozen=True)
class Timeline:
    """Entries newest first; `earlier` is where the page before it begins, "" at the very start."""

    entries: list[Entry]
    earlier: str


def timeline(action: Action, user: User, before: dt.datetime | None = None) -> Timeline:
    """The newest entries, or those before a moment; three queries whatever the length of the history."""
    updates = (
        action.updates.select_related("by__partner", "on_behalf_of", "help_wanted_from")
        .prefetch_related(Prefetch("events", queryset=ActionEvent.objects.order_by("pk")))
        .order_by("-submitted_at", "-pk")
    )
    events = action.events.filter(update__isnull=True).select_related("by__partner").order_by("-at", "-pk")
    if before is not None:
        updates, events = updates.filter(submitted_at__lt=before), events.filter(at__lt=before)
    merged = [_of_update(update, user) for update in updates[: PAGE + 1]]
    merged += [_of_event(event) for event in events[: PAGE + 1]]
    merged.sort(key=lambda entry: (entry.at, entry.update is not None), reverse=True)
    shown = merged[:PAGE]
    # Entries of one instant stay on one page, since the next page asks for what came strictly before.
    shown += [entry for entry in merged[PAGE:] if shown and entry.at == shown[-1].at]
    return Timeline(shown, shown[-1].at.isoformat() if len(merged) > len(shown) else "")


def _of_update(update: ProgressUpdate, user: User) -> Entry:
    readable = user.has_perm("actions.read_restricted", update)
    return Entry(
        at=update.submitted_at,
        by=update.by.name,
        organisation=update.by.partner.name if update.by.partner else "",
        update=update,
        readable=readable,
        changes=[_change(event, readable) for event in update.events.all() if not _told_already(event)],
        ident=f"update-{update.pk}",
    )


def _of_event(event: ActionEvent) -> Entry:
    return Entry(
        at=event.at,
        by=event.by.name,
        organisation=event.by.partner.name if event.by.partner else "",
        update=None,
        readable=True,
        changes=[_change(event, readable=True)],
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
        case ActionEvent.Kind.REASSIGNED:
            return f"Reassigned from {event.old or 'no one'} to {event.new or 'no one'}"
        case _:
            return "Added to the plan"


def _day(iso: str) -> str:
    try:
        return british(dt.date.fromisoformat(iso))
    except ValueError:
        return ""


def _state(value: str) -> str:
    state, _ = state_of(value)
    return dict(Action.State.choices).get(state, state).lower()


def moves_of(action: Action) -> list[ActionEvent]:
    """Moves of the due date, oldest first."""
    return list(action.events.filter(Q(kind=ActionEvent.Kind.DATE_MOVED)).order_by("pk"))
