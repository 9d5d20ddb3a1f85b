"""The coordinator's hand in a request for updates: who owes, a nudge, more time. (Closing it is a verb of the calendar.)"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from actions.models import Action, ActionEvent, DeadlineExtension, Reminder
from actions.progress import owes
from actions.services.answering import Workforce
from actions.services.lifecycle import locked
from partners.models import User
from partners.words import is_blank
from priorities.models import UpdateRound
from priorities.periods import british

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
    if not owes(action.state, action.starts_on, round_.period) or action.received_about(round_.period):
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
    if is_blank(reason):
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


@dataclass(frozen=True)
class Owing:
    """Somebody a request still waits for, and on which actions. `nudged_at`: the last nudge of this request, sent or not.

    `waiting`: that nudge goes out with the next daily e-mail, so that another would say nothing new.
    """

    person: User
    actions: list[Action]
    nudged_at: dt.datetime | None
    waiting: bool
    today: dt.date

    @property
    def had_today(self) -> bool:
        return self.nudged_at is not None and timezone.localdate(self.nudged_at) == self.today

    @property
    def may_be_nudged(self) -> bool:
        return not self.waiting and not self.had_today


def who_owes(*, round_: UpdateRound, today: dt.date) -> list[Owing]:
    """Everybody who answers for an action without an update, as “My actions” shows it to them; by partner and name."""
    people = {person.pk: person for person in User.objects.at_work()}
    workforce = Workforce.read(today)
    owed: dict[int, list[Action]] = defaultdict(list)
    silent = Action.objects.filter(plan=round_.plan_id).not_updated(round_.period)
    for action in silent.select_related("lead_partner").order_by("ref"):
        for pk in workforce.answer_for(action.owner_id, action.deputy_id, action.lead_partner_id):
            owed[pk].append(action)
    nudges: dict[int, Reminder] = {}
    for reminder in Reminder.objects.filter(round=round_, step=Reminder.Step.NUDGE).order_by("pk"):
        nudges[reminder.recipient_id] = reminder
    found = [
        Owing(
            person=people[pk],
            actions=actions,
            nudged_at=nudges[pk].at if pk in nudges else None,
            waiting=pk in nudges and nudges[pk].email_id is None,
            today=today,
        )
        for pk, actions in owed.items()
    ]
    return sorted(found, key=lambda one: (one.person.partner.name if one.person.partner else "", one.person.name))


@transaction.atomic
def nudge(*, people: Iterable[int], round_: UpdateRound, by: User, at: dt.datetime, today: dt.date) -> list[Reminder]:
    """Remind these people (keys) by hand of what they still owe. It goes out with their next daily e-mail, by the rows made here.

    Left out in silence: those who owe nothing by now, and those nudged today or whose nudge still waits.
    Raises PermissionDenied with a sentence; ValidationError when the request is closed or its report approved.
    """
    if not by.has_perm("actions.nudge", round_):
        raise PermissionDenied("Only the coordinator nudges people about their updates.")
    # The lock is on the request, so that two presses at once make one row.
    round_ = UpdateRound.objects.select_for_update().get(pk=round_.pk)
    if round_.closed_at is not None or round_.settled_at is not None:
        raise ValidationError(f"The request on {round_.period.label} is closed: nobody is reminded of it any more.")
    wanted = set(people)
    return [
        Reminder.objects.create(
            recipient=owing.person,
            round=round_,
            step=Reminder.Step.NUDGE,
            actions=len(owing.actions),
            at=at,
            by=by,
        )
        for owing in who_owes(round_=round_, today=today)
        if owing.person.pk in wanted and owing.may_be_nudged
    ]
