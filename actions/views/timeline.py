"""The history of one action as people read it: updates and events in one line, newest first."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.utils import timezone

from actions.ledger import state_of
from actions.models import Action, ActionEvent, Evidence, HelpReply, ProgressUpdate
from partners.models import Partner, User
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
    """One moment of the history: an update with the changes it brought, or a change alone.

    `when` is local time in words and `iso` for machines; `said` what kind of update it is and for which period; `for_whom`
    the partner it was entered for, and `help_from` the one whose help it wants, "" for none; `words` its texts that the
    reader may read, each with what stands before it, "" for nothing.
    """

    at: dt.datetime
    when: str
    iso: str
    by: str
    organisation: str
    update: ProgressUpdate | None
    readable: bool
    changes: list[Change]
    ident: str
    said: str = ""
    for_whom: str = ""
    help_from: str = ""
    words: list[tuple[str, str]] = field(default_factory=list)
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


@dataclass(frozen=True)
class _Around:
    """What stands beside the updates of one page, by the key of the update; and what is known of their action."""

    action: Action
    user: User
    open_periods: list[Period]
    partners: dict[int, str]
    events: dict[int | None, list[ActionEvent]]
    evidence: dict[int | None, list[Evidence]]
    replies: dict[int | None, list[HelpReply]]
    asking: set[int]


def timeline(action: Action, user: User, open_periods: list[Period], before: dt.datetime | None = None) -> Timeline:
    """The newest entries, or those before a moment; as many queries whatever the length of the history.

    `open_periods`: those whose updates may still be given evidence.
    """
    updates = action.updates.select_related("by").order_by("-submitted_at", "-pk")
    events = action.events.filter(update__isnull=True).select_related("by__partner").order_by("-at", "-pk")
    if before is not None:
        updates, events = updates.filter(submitted_at__lt=before), events.filter(at__lt=before)
    found = list(updates[: PAGE + 1])
    around = _around(found, action, user, open_periods)
    merged = [_of_update(update, around) for update in found]
    deeds = itertools.groupby(events[: PAGE + MOST_AT_ONCE], key=lambda event: (event.at, event.by_id))
    merged += [_of_deed(list(run)[::-1]) for _, run in deeds]
    merged.sort(key=lambda entry: (entry.at, entry.update is not None), reverse=True)
    shown = merged[:PAGE]
    # Entries of one instant stay on one page, since the next page asks for what came strictly before.
    shown += [entry for entry in merged[PAGE:] if shown and entry.at == shown[-1].at]
    return Timeline(shown, shown[-1].at.isoformat() if len(merged) > len(shown) else "")


def _around(found: list[ProgressUpdate], action: Action, user: User, open_periods: list[Period]) -> _Around:
    """What stands beside these updates; of help nothing is asked where none of them wants any."""
    keys = [update.pk for update in found]
    wanting = [update.pk for update in found if update.help_wanted_from_id]
    named = {key for one in found for key in (one.on_behalf_of_id, one.spoken_for_id, one.help_wanted_from_id)}
    named |= {one.by.partner_id for one in found if one.on_behalf_of_id}
    replies, asking = {}, set()
    if wanting:
        replies = _by_update(HelpReply.objects.in_order().filter(update__in=wanting).select_related("partner", "by"))
        asking = set(ProgressUpdate.objects.asking_help().filter(pk__in=wanting).values_list("pk", flat=True))
    return _Around(
        action=action,
        user=user,
        open_periods=open_periods,
        partners=_names(named - {None}, action),
        events=_by_update(ActionEvent.objects.filter(update__in=keys).order_by("pk")),
        evidence=_by_update(Evidence.objects.filter(update__in=keys).order_by("pk")),
        replies=replies,
        asking=asking,
    )


def _names(partners: set[int | None], action: Action) -> dict[int, str]:
    """Partners' names by their keys; mostly the lead's alone, whose is known."""
    lead = {action.lead_partner_id: action.lead_partner.name}
    others = partners - lead.keys()
    return lead | dict(Partner.objects.filter(pk__in=others).values_list("pk", "name")) if others else lead


Beside = TypeVar("Beside", ActionEvent, Evidence, HelpReply)


def _by_update(rows: Iterable[Beside]) -> dict[int | None, list[Beside]]:
    found: dict[int | None, list[Beside]] = {}
    for row in rows:
        found.setdefault(row.update_id, []).append(row)
    return found


KINDS = {
    ProgressUpdate.Kind.WORDS: "Words from a supporting partner",
    ProgressUpdate.Kind.NO_CHANGE: "No change, confirmed",
    ProgressUpdate.Kind.COMPLETION: "Completion",
    ProgressUpdate.Kind.UPDATE: "Update",
}


def _of_update(update: ProgressUpdate, around: _Around) -> Entry:
    user = around.user
    update.action = around.action  # with its names, so that no rule reads it again
    readable = user.has_perm("actions.read_restricted", update)
    replies = around.replies.get(update.pk, [])
    asked, asking = update.help_wanted_from_id, update.pk in around.asking
    unanswered = asking and readable and not replies
    # The partner asked knows that it was asked; of restricted words it sees its own answer alone.
    told = readable or (asked is not None and user.partner_id == asked)
    # Of what was entered for somebody else (the entry names them), where its author is; else where they were then.
    of = update.by.partner_id if update.on_behalf_of_id else update.spoken_for_id
    local = timezone.localtime(update.submitted_at)
    help_from = around.partners.get(asked or 0, "")
    return Entry(
        at=update.submitted_at,
        when=_moment(local),
        iso=local.isoformat(),
        by=update.by.name,
        organisation=around.partners.get(of or 0, ""),
        update=update,
        readable=readable,
        changes=[_change(event, readable) for event in around.events.get(update.pk, []) if not _told_already(event)],
        ident=f"update-{update.pk}",
        said=f"{KINDS[ProgressUpdate.Kind(update.kind)]} for {update.period.label}{' (late)' if update.late else ''}",
        for_whom=around.partners.get(update.on_behalf_of_id or 0, ""),
        help_from=help_from,
        words=_words(update, help_from) if readable else [],
        evidence=around.evidence.get(update.pk, []) if readable else [],
        replies=replies if told else [],
        unanswered=unanswered,
        nobody_to_answer=unanswered and not User.objects.officers_of(asked).exists(),
        may_answer=asking and user.has_perm("actions.answer_help", update),
        may_add_evidence=update.period in around.open_periods and user.has_perm("actions.add_evidence", update),
    )


def _words(update: ProgressUpdate, help_from: str) -> list[tuple[str, str]]:
    """Its texts that say something, in the order in which they are read."""
    is_completion = update.kind == ProgressUpdate.Kind.COMPLETION
    texts = (
        ("", update.narrative),
        ("Why", update.reason),
        ("Recovery", update.recovery),
        (f"Help wanted from {help_from}", update.help_wanted),
        ("What became of the measure" if is_completion else "Delivered", update.achievement),
    )
    return [(label, text) for label, text in texts if text]


def _moment(local: dt.datetime) -> str:
    return f"{british(local.date())}, {local:%H:%M}"


def _of_deed(events: list[ActionEvent]) -> Entry:
    """Everything one person changed in one go, each reason once, with the first change it goes with."""
    event = events[0]
    reasons = [this.reason for this in events]
    local = timezone.localtime(event.at)
    return Entry(
        at=event.at,
        when=_moment(local),
        iso=local.isoformat(),
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
