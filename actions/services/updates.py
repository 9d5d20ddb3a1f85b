"""What partners say about an action: an update, “no change, confirmed”, words from a supporting partner.

The one place that appends a `ProgressUpdate` and keeps `Action.latest_update`, under the action's row lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.ledger import completed_text
from actions.models import Action, ActionEvent, Notice, ProgressUpdate
from actions.progress import cannot_confirm, is_late, needs_reason
from actions.rating import LOOKS, SUBMITTABLE, Rating
from actions.services import chasing, drafts
from actions.services.help import tell_of_help_asked
from actions.services.lifecycle import locked, move_date
from partners.models import User
from priorities.periods import british

if TYPE_CHECKING:
    from actions.models import Milestone, PeriodChoice
    from partners.models import Partner
    from priorities.periods import Period

#: Longest text of one field, in characters; said in the form's hints.
LONGEST = 4000

#: How long after the plan's end an action's date may be moved to.
FURTHEST = dt.timedelta(days=731)

NOT_YOURS = "Updates on this action come from its lead partner, its owner or its sub-group's lead."


@transaction.atomic
def post_update(
    *,
    action: Action,
    by: User,
    at: dt.datetime,
    today: dt.date,
    submission_key: UUID,
    period: Period,
    rating: Rating,
    narrative: str,
    reason: str = "",
    recovery: str = "",
    help_wanted: str = "",
    help_wanted_from: Partner | None = None,
    achievement: str = "",
    completed_on: dt.date | None = None,
    milestones_done: Mapping[int, dt.date] | None = None,
    new_due_on: dt.date | None = None,
    new_due_reason: str = "",
    restricted: bool = False,
) -> ProgressUpdate:
    """Append an update about `period`; take its milestones, its new date or its completion into the action at once.

    The same `submission_key` by the same person answers with the update already made and changes nothing. What the person
    kept as a draft on this action and period goes with it; whoever updated it before them is told.
    Raises PermissionDenied with a sentence; ValidationError keyed by the names of these parameters.
    """
    action = locked(action)
    if not by.has_perm("actions.post_update", action):
        raise PermissionDenied(NOT_YOURS)
    made = _already_made(action, by, submission_key)
    if made is not None:
        return made
    _check_open(action)
    choice = action.period_choice(today)
    milestones = {milestone.pk: milestone for milestone in action.milestones.all()}
    faults = faults_of(
        action=action,
        choice=choice,
        milestones=milestones,
        today=today,
        period=period,
        rating=rating,
        narrative=narrative,
        reason=reason,
        help_wanted=help_wanted,
        help_wanted_from=help_wanted_from,
        achievement=achievement,
        completed_on=completed_on,
        milestones_done=milestones_done or {},
        new_due_on=new_due_on,
        new_due_reason=new_due_reason,
    )
    if faults:
        raise ValidationError(faults)

    ticked = [
        (milestones[pk], done_on) for pk, done_on in (milestones_done or {}).items() if milestones[pk].done_on is None
    ]
    complete = rating == Rating.COMPLETE
    update = _append(
        action,
        by=by,
        at=at,
        today=today,
        period=period,
        submission_key=submission_key,
        late=is_late(period, choice.asked, today),
        kind=ProgressUpdate.Kind.COMPLETION if complete else ProgressUpdate.Kind.UPDATE,
        rating=rating.value,
        narrative=narrative,
        reason=reason,
        recovery=recovery,
        help_wanted=help_wanted,
        help_wanted_from=help_wanted_from,
        achievement=achievement,
        restricted=restricted,
    )
    tell_of_help_asked(update=update, at=at)
    for milestone, done_on in ticked:
        milestone.done_on = done_on
        milestone.save(update_fields=["done_on"])
        _event(
            action,
            ActionEvent.Kind.MILESTONE,
            update,
            by,
            at,
            old="",
            new=f"{done_on.isoformat()} {milestone.text}"[:250],
        )
    if new_due_on is not None and new_due_on != action.due_on:
        move_date(action, new_due_on, by=by, at=at, reason=new_due_reason, update=update)
    if complete and completed_on is not None:
        new = completed_text(completed_on)
        _event(action, ActionEvent.Kind.STATE, update, by, at, old=action.state, new=new)
        action.state = Action.State.COMPLETE
        action.completed_on = completed_on
        action.revision += 1
        action.save(update_fields=["state", "completed_on", "revision"])
    return update


def faults_of(
    *,
    action: Action,
    choice: PeriodChoice,
    milestones: Mapping[int, Milestone],
    today: dt.date,
    period: Period,
    rating: Rating,
    narrative: str,
    reason: str = "",
    help_wanted: str = "",
    help_wanted_from: Partner | None = None,
    achievement: str = "",
    completed_on: dt.date | None = None,
    milestones_done: Mapping[int, dt.date],
    new_due_on: dt.date | None = None,
    new_due_reason: str = "",
    **_: object,
) -> dict[str, list[str]]:
    """What keeps `post_update` from taking these answers, by the names of its parameters; empty when nothing does.

    `milestones` are all of the action's, by primary key. Writes nothing: a draft is told by it whether it is ready.
    """
    faults: dict[str, list[str]] = {}
    if period not in choice.choices:
        names = " or ".join(p.label for p in choice.choices)
        faults["period"] = [f"An update can be about {names}; {period.label} is not open for updates."]
    if rating not in SUBMITTABLE:
        faults["rating"] = ["Choose how the action is going."]
    if not narrative.strip():
        faults["narrative"] = ["Say in a sentence or two what has happened."]
    if needs_reason(rating, action.due_on, today) and not reason.strip():
        word = LOOKS[rating].word
        past = (
            f" although it was due on {british(action.due_on)}" if rating == Rating.ON_TRACK and action.due_on else ""
        )
        faults["reason"] = [f"Say why the action is {word[0].lower()}{word[1:]}{past}."]
    if help_wanted_from is not None and help_wanted_from == action.lead_partner:
        faults["help_wanted_from"] = [f"{help_wanted_from} leads this action: choose another partner."]
    elif bool(help_wanted.strip()) != (help_wanted_from is not None):
        if help_wanted_from is None:
            faults["help_wanted_from"] = ["Choose which partner the help is wanted from."]
        else:
            faults["help_wanted"] = [f"Say what help is wanted from {help_wanted_from}."]
    _check_new_date(action, rating, new_due_on, new_due_reason, today, faults)
    _check_completion(action, rating, completed_on, achievement, today, faults)
    _check_milestones(action, milestones, milestones_done, today, faults)
    return faults


def said_already(
    *, action: Action, by: User, period: Period, rating: Rating, restricted: bool, **answers: Any
) -> ProgressUpdate | None:
    """The update of this person that says the very same and still stands last; None when these answers say anything new.

    A form that comes back by the browser's Back and is sent again has a new key, and must not be taken for news.
    """
    last = action.updates.rated().order_by("-pk").first()
    if last is None or last.by_id != by.pk or (last.rating, last.restricted) != (rating.value, restricted):
        return None
    words = ("narrative", "reason", "recovery", "help_wanted", "achievement")
    if last.period != period or any(getattr(last, name) != answers[name] for name in words):
        return None
    if last.help_wanted_from != answers["help_wanted_from"]:
        return None
    date_moves = answers["new_due_on"] is not None and answers["new_due_on"] != action.due_on
    done = action.milestones.filter(pk__in=answers["milestones_done"], done_on__isnull=True)
    return None if date_moves or done.exists() else last


@transaction.atomic
def confirm_no_change(
    *, action: Action, by: User, at: dt.datetime, today: dt.date, submission_key: UUID, period: Period
) -> ProgressUpdate:
    """Say in one press that the last rating still holds. Its own kind, counted apart; copies the rating, no words.

    Raises ValidationError when there is no rating to confirm, when On track past its due date needs a reason, or when it
    was confirmed so twice in a row and words are asked for.
    """
    action = locked(action)
    if not by.has_perm("actions.post_update", action):
        raise PermissionDenied(NOT_YOURS)
    made = _already_made(action, by, submission_key)
    if made is not None:
        return made
    _check_open(action)
    choice = action.period_choice(today)
    if period not in choice.choices:
        raise ValidationError({"period": [f"{period.label} is not open for updates."]})
    last = action.latest_update
    said = Rating(last.rating) if last else None
    refusal = cannot_confirm(
        said, last.reason if last else "", action.due_on, today, unchanged=action.times_unchanged()
    )
    if last is None or refusal:
        raise ValidationError(refusal)
    return _append(
        action,
        by=by,
        at=at,
        today=today,
        period=period,
        submission_key=submission_key,
        late=is_late(period, choice.asked, today),
        kind=ProgressUpdate.Kind.NO_CHANGE,
        rating=last.rating,
        reason=last.reason,
        recovery=last.recovery,
        help_wanted=last.help_wanted,
        help_wanted_from=last.help_wanted_from,
        restricted=last.restricted,
    )


@transaction.atomic
def add_words(
    *,
    action: Action,
    by: User,
    at: dt.datetime,
    today: dt.date,
    submission_key: UUID,
    period: Period,
    narrative: str,
    restricted: bool = False,
) -> ProgressUpdate:
    """Words from a supporting partner: kept and printed beside the lead's update, never a rating."""
    action = locked(action)
    if not by.has_perm("actions.add_words", action):
        raise PermissionDenied("Words can be added by partners that support this action.")
    made = _already_made(action, by, submission_key)
    if made is not None:
        return made
    _check_open(action)
    choice = action.period_choice(today)
    faults = {}
    if period not in choice.choices:
        faults["period"] = [f"{period.label} is not open for updates."]
    if not narrative.strip():
        faults["narrative"] = ["Say in a sentence or two what your organisation did."]
    if faults:
        raise ValidationError(faults)
    return _append(
        action,
        by=by,
        at=at,
        today=today,
        period=period,
        submission_key=submission_key,
        late=is_late(period, choice.asked, today),
        kind=ProgressUpdate.Kind.WORDS,
        narrative=narrative,
        restricted=restricted,
    )


def _already_made(action: Action, by: User, submission_key: UUID) -> ProgressUpdate | None:
    made = ProgressUpdate.objects.filter(submission_key=submission_key).first()
    if made is not None and (made.by_id != by.pk or made.action_id != action.pk):
        raise ValidationError("This form was sent already for something else. Open the action again and start anew.")
    return made


def _check_open(action: Action) -> None:
    if action.state != Action.State.LIVE:
        state = action.get_state_display().lower()
        raise ValidationError(f"{action.ref} is {state}. Ask the Community Safety Team to reopen it first.")


def _check_new_date(
    action: Action,
    rating: Rating,
    new_due_on: dt.date | None,
    why: str,
    today: dt.date,
    faults: dict[str, list[str]],
) -> None:
    if new_due_on is None:
        if why.strip():
            faults["new_due_on"] = ["Give the new date, or clear the reason for it."]
        return
    if rating == Rating.COMPLETE:
        faults["new_due_on"] = ["A complete action has no new date."]
    elif new_due_on < action.starts_on:
        faults["new_due_on"] = [f"The new date cannot come before the start, {british(action.starts_on)}."]
    elif new_due_on < today and new_due_on != action.due_on:
        faults["new_due_on"] = ["The new date cannot be in the past."]
    elif new_due_on > action.plan.ends_on + FURTHEST:
        furthest = british(action.plan.ends_on + FURTHEST)
        faults["new_due_on"] = [f"The new date cannot come after {furthest}, two years after the plan's end."]
    if new_due_on != action.due_on and not why.strip():
        ends_on = action.plan.ends_on
        beyond = (
            f" The plan ends on {british(ends_on)}; say also why it goes on after that." if new_due_on > ends_on else ""
        )
        faults["new_due_reason"] = [f"Say why the date moves.{beyond}"]


def _check_completion(
    action: Action,
    rating: Rating,
    completed_on: dt.date | None,
    achievement: str,
    today: dt.date,
    faults: dict[str, list[str]],
) -> None:
    if rating != Rating.COMPLETE:
        if completed_on is not None:
            faults["completed_on"] = ["A completion date goes with Complete. Clear it or choose Complete."]
        return
    if completed_on is None:
        faults["completed_on"] = ["Give the date on which it was completed."]
    elif completed_on > today:
        faults["completed_on"] = ["The completion date cannot be in the future."]
    elif completed_on < action.starts_on:
        faults["completed_on"] = [f"The completion date cannot come before the start, {british(action.starts_on)}."]
    if not achievement.strip():
        faults["achievement"] = ["Say what became of the measure of success."]


def _check_milestones(
    action: Action,
    milestones: Mapping[int, Milestone],
    done: Mapping[int, dt.date],
    today: dt.date,
    faults: dict[str, list[str]],
) -> None:
    for pk, done_on in done.items():
        milestone = milestones.get(pk)
        if milestone is None:
            faults["milestones_done"] = ["That milestone belongs to another action."]
        elif done_on > today:
            faults["milestones_done"] = [f"“{milestone.text}” cannot be done on a day still to come."]
        elif done_on < action.starts_on:
            start = british(action.starts_on)
            faults["milestones_done"] = [f"“{milestone.text}” cannot be done before the action's start, {start}."]


def _append(
    action: Action,
    *,
    by: User,
    at: dt.datetime,
    today: dt.date,
    period: Period,
    submission_key: UUID,
    late: bool,
    kind: str,
    **words: Any,
) -> ProgressUpdate:
    update = ProgressUpdate(
        action=action,
        period_kind=period.kind.value,
        period_start=period.start,
        kind=kind,
        by=by,
        on_behalf_of=_on_behalf_of(action, by, kind),
        submitted_at=at,
        submitted_on=today,
        late=late,
        submission_key=submission_key,
        **words,
    )
    update.full_clean(exclude=["action", "by"])
    update.save()
    last = action.latest_update
    # A late update about an earlier period is history; it doesn't speak over a newer one.
    if update.rating and (last is None or update.period_start >= last.period_start):
        action.latest_update = update
        action.save(update_fields=["latest_update"])
    if update.rating and kind != ProgressUpdate.Kind.NO_CHANGE:
        # A press of "no change" sends no words, so words that were kept stay kept.
        drafts.drop_draft(action=action, by=by, period=period)
    if update.rating:
        _tell_others(action, update, at)
    return update


def _tell_others(action: Action, update: ProgressUpdate, at: dt.datetime) -> None:
    """Whoever updated the action about the same period before hears that somebody else has; both updates stay."""
    before = action.updates.rated().about(update.period).filter(pk__lt=update.pk).exclude(by=update.by)
    chasing.notify(
        recipients=User.objects.filter(pk__in=before.order_by().values("by")),
        kind=Notice.Kind.ALSO_UPDATED,
        text=f"{action.ref} was also updated by {update.by}, about {update.period.label}. Your update is kept too.",
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"also-updated:{update.pk}",
    )


def _on_behalf_of(action: Action, by: User, kind: str) -> Partner | None:
    """The lead partner, when the coordinator enters what another organisation told them."""
    own = by.pk in (action.owner_id, action.deputy_id) or by.partner_id == action.lead_partner_id
    if by.is_coordinator and not own and kind != ProgressUpdate.Kind.WORDS:
        return action.lead_partner
    return None


def _event(action: Action, kind: str, update: ProgressUpdate, by: User, at: dt.datetime, *, old: str, new: str) -> None:
    ActionEvent.objects.create(action=action, kind=kind, old=old, new=new, by=by, at=at, update=update)
