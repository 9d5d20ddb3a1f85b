"""Actions change hands: an officer passes on their own, the coordinator all of a leaver's in one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse

from actions.models import Action, ActionEvent, Notice
from actions.progress import plural
from actions.services import chasing
from actions.services.lifecycle import locked
from partners.words import is_blank

if TYPE_CHECKING:
    from partners.models import User

#: Longest handover note, in characters; said in the form's hint.
LONGEST_NOTE = 1000

NOT_YOURS = "An action is handed over by its owner or deputy, or by the coordinator; whoever stands in for a time passes on nothing."


@transaction.atomic
def reassign(
    *, actions: Iterable[Action], to: User, by: User, at: dt.datetime, note: str, of: User | None = None
) -> list[Action]:
    """Make `to` the owner of these live actions, with a note of what they need to know; the actions that changed hands.

    With `of`, `to` takes that person's place, as owner or as deputy, and actions in which that person has none stay as
    they are. Each change is an event; `to` hears of all of them in one notice, and so does each owner or deputy whose
    place was taken by somebody else. All or none change hands.
    Raises PermissionDenied with a sentence; ValidationError keyed by `to` and `note`, or without a key when there is
    nothing to hand over.
    """
    faults: dict[str, list[str]] = {}
    if is_blank(note):
        faults["note"] = ["Say in a sentence or two what the next person needs to know."]
    elif len(note) > LONGEST_NOTE:
        faults["note"] = [f"Shorten the note to {LONGEST_NOTE:,} characters or fewer; it has {len(note):,}."]
    if not to.is_active:
        faults["to"] = [f"{to} has left. Choose somebody who can sign in."]
    elif not to.sees_the_work:
        faults["to"] = [f"{to} has no role in which to answer for an action."]
    if faults:
        raise ValidationError(faults)
    changed, last = [], 0
    left: dict[User, list[Action]] = {}
    for pk in sorted({action.pk for action in actions}):
        action = locked(Action(pk=pk))
        if not by.has_perm("actions.hand_over", action):
            raise PermissionDenied(NOT_YOURS)
        if not by.has_perm("actions.hand_over_to_anybody", action) and to.partner_id != action.lead_partner_id:
            sentence = f"{action.ref} is led by {action.lead_partner}: choose somebody of that organisation."
            raise ValidationError({"to": [sentence]})
        before = {action.owner, action.deputy}
        event = _take_over(action, to, of, by=by, at=at, note=note)
        if event is None:
            continue
        changed.append(action)
        last = event.pk
        for person in before - {action.owner, action.deputy, by}:
            if person is not None:
                left.setdefault(person, []).append(action)
    if not changed:
        raise ValidationError(f"There is nothing to hand over: {to} has these actions already, or they are closed.")
    chasing.notify(
        recipients=[to] if to.pk != by.pk else [],
        kind=Notice.Kind.HANDOVER,
        text=f"{by} handed {_named(changed)} over to you: {note}",
        path=changed[0].get_absolute_url() if len(changed) == 1 else reverse("actions:mine"),
        at=at,
        dedupe_key=f"handover:{last}",
        actions=changed,
    )
    for person, theirs in left.items():
        chasing.notify(
            recipients=[person],
            kind=Notice.Kind.HANDED_ON,
            text=f"{by} handed {_named(theirs)} over from you to {to}: {note}",
            path=theirs[0].get_absolute_url() if len(theirs) == 1 else reverse("actions:list"),
            at=at,
            dedupe_key=f"handed-on:{last}",
        )
    return changed


def _take_over(
    action: Action, to: User, of: User | None, *, by: User, at: dt.datetime, note: str
) -> ActionEvent | None:
    """Change a locked action and write an event for each place that changed; the last of them, None for no change."""
    if action.state != Action.State.LIVE:
        return None
    before = {"owner": action.owner, "deputy": action.deputy}
    if of is None or action.owner_id == of.pk:
        action.owner = to
        if action.deputy_id in {to.pk, of.pk if of else None}:
            action.deputy = None
    elif action.deputy_id == of.pk:
        action.deputy = None if action.owner_id == to.pk else to
    changed = [place for place, person in before.items() if person != getattr(action, place)]
    if not changed:
        return None
    action.revision += 1
    action.save(update_fields=["owner", "deputy", "revision"])
    for place in changed:
        event = ActionEvent.objects.create(
            action=action,
            kind=ActionEvent.Kind.REASSIGNED,
            field=place,
            old=_name(before[place]),
            new=_name(getattr(action, place)),
            reason=note,
            by=by,
            at=at,
        )
    return event


def _name(user: User | None) -> str:
    return user.name if user else ""


def _named(actions: list[Action]) -> str:
    """Up to three by reference, more by number."""
    if len(actions) > 3:
        return plural(len(actions), "action")
    refs = [action.ref for action in actions]
    return refs[0] if len(refs) == 1 else f"{', '.join(refs[:-1])} and {refs[-1]}"
