"""The coordinator's hand in a request for updates: more time for one action. (Closing it is a verb of the calendar.)"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import Action, ActionEvent, DeadlineExtension
from actions.progress import british, heard, owes
from actions.services.lifecycle import locked
from priorities.models import UpdateRound

if TYPE_CHECKING:
    from partners.models import User

#: Longest reason, in characters; said in the form's hint.
LONGEST_REASON = 1000


@transaction.atomic
def extend_deadline(
    *, action: Action, round_: UpdateRound, due_on: dt.date, reason: str, by: User, at: dt.datetime, today: dt.date
) -> DeadlineExtension:
    """Give one action until `due_on` for its update in one request, with a reason. A second time moves the day again.

    Raises PermissionDenied with a sentence; ValidationError keyed by `due_on` and `reason`, or without a key when there
    is nothing to wait for: the action owes no update, it is in, or the report is approved.
    """
    action = locked(action)
    if not by.has_perm("actions.extend_deadline", action):
        raise PermissionDenied("Only the coordinator gives more time for an update.")
    if round_.plan_id != action.plan_id:
        raise ValidationError("That request belongs to another plan.")
    if round_.settled_at is not None:
        raise ValidationError(f"The report on {round_.period.label} is approved: an update now belongs to the next.")
    last = action.latest_update
    if not owes(action.state, action.starts_on, round_.period) or heard(last.period if last else None, round_.period):
        raise ValidationError(f"{action.ref} owes no update for {round_.period.label}.")
    given = action.extensions.filter(round=round_).first()
    now_due = given.due_on if given else round_.updates_due_on
    faults: dict[str, list[str]] = {}
    if due_on < today:
        faults["due_on"] = ["Choose today or a day to come."]
    elif due_on <= now_due:
        faults["due_on"] = [f"The update is due on {british(now_due)} already. Choose a later day."]
    elif due_on > (last_day := round_.period.next().end):
        faults["due_on"] = [f"After {british(last_day)} the next request goes out. Choose that day or an earlier one."]
    if not reason.strip():
        faults["reason"] = ["Say why there is more time."]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [f"Shorten the reason to {LONGEST_REASON:,} characters or fewer; it has {len(reason):,}."]
    if faults:
        raise ValidationError(faults)
    ActionEvent.objects.create(
        action=action,
        kind=ActionEvent.Kind.EXTENDED,
        old=now_due.isoformat(),
        new=due_on.isoformat(),
        reason=reason,
        by=by,
        at=at,
    )
    extension, _ = DeadlineExtension.objects.update_or_create(
        action=action, round=round_, defaults={"due_on": due_on, "reason": reason, "by": by, "at": at}
    )
    return extension
