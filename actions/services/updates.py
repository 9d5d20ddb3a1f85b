"""What partners say about an action: an update, “no change, confirmed”, words from a supporting partner.

The one place that appends a `ProgressUpdate` and keeps `Action.latest_update`, under the action's row lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.ledger import completed_text
from actions.models import Action, ActionEvent, Notice, ProgressUpdate
from actions.progress import beyond_the_plan, cannot_confirm, due_date_fault, is_late, needs_reason, not_asked
from actions.rating import LOOKS, SUBMITTABLE, Rating
from actions.services import chasing, drafts
from actions.services.help import take_back, tell_of_help_asked
from actions.services.lifecycle import locked, move_date
from partners.models import User
from partners.words import is_blank
from priorities.periods import british

if TYPE_CHECKING:
    from actions.models import Milestone, PeriodChoice
    from partners.models import Partner
    from priorities.periods import Period

#: Longest text of one field, in characters; said in the form's hints.
LONGEST = 4000

#: Within this time the very same answers once more are the browser's Back or a second press, not news.
ONCE_MORE = dt.timedelta(minutes=10)

SENT_FOR_ANOTHER = "This form was sent already for something else. Open the action again and start anew."

NOT_YOURS = "Updates on this action come from its lead partner, its owner or its sub-group's lead."

NOT_SUPPORTING = "Words can be added by partners that support this action."

#: What “no change” takes over from the update it confirms.
COPIED = ("reason", "recovery", "help_wanted", "help_wanted_from", "restricted")

#: An update's words, by the names of its columns.
WORDS = ("narrative", "reason", "recovery", "help_wanted", "help_wanted_from", "achievement", "restricted")


class Overtaken(ValidationError):
    """An update came after the one that was to be gone on from (`update`); nothing of this person's was recorded."""

    def __init__(self, update: ProgressUpdate, at: str) -> None:
        self.update = update
        word = LOOKS[Rating(update.rating)].word
        super().__init__(
            f"{update.action.ref} was updated by {update.by} at {at}, after you had opened the page: {word}, for "
            f"{update.period.label}. Nothing of yours is recorded. Read what it says now; if you see it otherwise, send an update."
        )


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
    help_no_longer: Collection[int] = (),
    seen: int | None = None,
) -> ProgressUpdate:
    """Append an update about `period`; take its milestones, its new date or its completion into the action at once.

    The same `submission_key` by the same person answers with the update already made and changes nothing; so do the very
    same answers under another key within minutes, while nothing has happened to the action in between. Such an answer has
    `is_repeat` set. What the person kept as a draft on this action and period goes with it; whoever updated it before
    them is told. `help_no_longer` names earlier updates of the action whose help is not needed any more; other requests go on
    standing. `seen` is the newest rated update these words go on from, where they were written to confirm it.
    Raises PermissionDenied with a sentence; Overtaken when another came after `seen`; ValidationError keyed by the names
    of these parameters, among others for answers that the rating does not ask for (`progress.not_asked`).
    """
    action = locked(action)
    if not by.has_perm("actions.post_update", action):
        raise PermissionDenied(NOT_YOURS)
    made = _already_made(action, by, submission_key) or _said_just_now(
        action,
        by,
        at,
        period=period,
        rating=rating,
        words={
            "narrative": narrative,
            "reason": reason,
            "recovery": recovery,
            "help_wanted": help_wanted,
            "help_wanted_from": help_wanted_from,
            "achievement": achievement,
            "restricted": restricted,
        },
        completed_on=completed_on,
        milestones_done=milestones_done or {},
        new_due_on=new_due_on,
        new_due_reason=new_due_reason,
        help_no_longer=help_no_longer,
    )
    if made is not None:
        return made
    _check_open(action)
    _check_seen(action, seen)
    choice = action.period_choice(today)
    milestones = {milestone.pk: milestone for milestone in action.milestones.all()} if milestones_done else {}
    faults = faults_of(
        action=action,
        choice=choice,
        milestones=milestones,
        today=today,
        period=period,
        rating=rating,
        narrative=narrative,
        reason=reason,
        recovery=recovery,
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
    if help_no_longer:
        for request in action.updates.asking_help().filter(pk__in=help_no_longer).exclude(pk=update.pk):
            take_back(update=request, said_in=update)
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
    recovery: str = "",
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

    `milestones` are all of the action's, by primary key, where any is said to be done. Writes nothing: a draft is told by it whether it is ready.
    """
    faults: dict[str, list[str]] = {}
    if period not in choice.choices:
        names = " or ".join(p.label for p in choice.choices)
        faults["period"] = [f"An update can be about {names}; {period.label} is not open for updates."]
    if rating not in SUBMITTABLE:
        faults["rating"] = ["Choose how the action is going."]
    if is_blank(narrative):
        faults["narrative"] = ["Say in a sentence or two what has happened."]
    if needs_reason(rating, action.due_on, today) and is_blank(reason):
        word = LOOKS[rating].word
        past = (
            f" although it was due on {british(action.due_on)}" if rating == Rating.ON_TRACK and action.due_on else ""
        )
        faults["reason"] = [f"Say why the action is {word[0].lower()}{word[1:]}{past}."]
    if help_wanted_from is not None and help_wanted_from == action.lead_partner:
        faults["help_wanted_from"] = [f"{help_wanted_from} leads this action: choose another partner."]
    elif is_blank(help_wanted) != (help_wanted_from is None):
        if help_wanted_from is None:
            faults["help_wanted_from"] = ["Choose which partner the help is wanted from."]
        else:
            faults["help_wanted"] = [f"Say what help is wanted from {help_wanted_from}."]
    _check_new_date(action, new_due_on, new_due_reason, today, faults)
    _check_completion(action, rating, completed_on, achievement, today, faults)
    given = {
        "reason": not is_blank(reason),
        "recovery": not is_blank(recovery),
        "help_wanted": not is_blank(help_wanted),
        "help_wanted_from": help_wanted_from,
        "new_due_on": new_due_on,
        "new_due_reason": not is_blank(new_due_reason),
        "completed_on": completed_on,
    }
    if rating in SUBMITTABLE:
        for name in not_asked(rating, action.due_on, today) & {name for name, answer in given.items() if answer}:
            faults[name] = [f"This does not go with {LOOKS[rating].word}. Clear it, or choose another rating."]
    _check_milestones(action, milestones, milestones_done, today, faults)
    return faults


def _said_just_now(
    action: Action,
    by: User,
    at: dt.datetime,
    *,
    period: Period,
    rating: Rating,
    words: Mapping[str, Any],
    completed_on: dt.date | None,
    milestones_done: Mapping[int, dt.date],
    new_due_on: dt.date | None,
    new_due_reason: str,
    help_no_longer: Collection[int],
) -> ProgressUpdate | None:
    """The update by which this person said the very same a moment ago, when nothing has happened since; else None.

    Asked under the action's row lock, so that of many at once with different keys the first is news and the others are not.
    """
    last = action.updates.order_by("-pk").first()
    if last is None or last.by_id != by.pk or abs(at - last.submitted_at) >= ONCE_MORE:
        return None
    if last.kind not in (ProgressUpdate.Kind.UPDATE, ProgressUpdate.Kind.COMPLETION):
        return None
    if (last.period, last.rating) != (period, rating.value) or any(getattr(last, n) != words[n] for n in words):
        return None
    since = action.events.filter(at__gte=last.submitted_at).exclude(update=last)
    if since.exists() or last.help_replies.exists():
        return None
    if action.updates.asking_help().filter(pk__in=help_no_longer).exists():
        return None
    # What it brought into the action stands there as it was brought.
    ticked = dict(action.milestones.filter(pk__in=milestones_done).values_list("pk", "done_on"))
    if action.completed_on != completed_on or ticked != dict(milestones_done):
        return None
    move = last.events.filter(kind=ActionEvent.Kind.DATE_MOVED).first()
    moved_to = (dt.date.fromisoformat(move.new), move.reason) if move else None
    moves = new_due_on is not None and (move is not None or new_due_on != action.due_on)
    if moved_to != ((new_due_on, new_due_reason) if moves else None):
        return None
    last.is_repeat = True
    return last


def says_the_same(update: ProgressUpdate, rating: Rating, answers: Mapping[str, Any]) -> bool:
    """Whether an update holds this rating and these words; `answers` by the names of the verb's parameters."""
    return update.rating == rating.value and all(getattr(update, name) == answers[name] for name in WORDS)


@transaction.atomic
def confirm_no_change(
    *,
    action: Action,
    by: User,
    at: dt.datetime,
    today: dt.date,
    submission_key: UUID,
    period: Period,
    seen: int | None = None,
) -> ProgressUpdate:
    """Say in one press that the rating known for `period` or last before it still holds.

    Its own kind, counted apart; copies the rating, and no words but the reason of a trouble and the help wanted in it,
    where this person may read them. `seen` is the newest rated update the person had before them; None asks nothing.
    Raises PermissionDenied; Overtaken when another update came after `seen`; ValidationError when there is no rating to
    confirm, when it needs a reason now, or when it was confirmed so twice in a row and words are asked for.
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
    _check_seen(action, seen)
    last = action.rating_up_to(period) if action.latest_update is not None else None
    said = Rating(last.rating) if last else None
    known = last if last is not None and by.has_perm("actions.read_restricted", last) else None
    refusal = cannot_confirm(
        said, known.reason if known else "", action.due_on, today, unchanged=action.times_unchanged()
    )
    if last is None or refusal:
        raise ValidationError(refusal)
    copied = {name: getattr(known, name) for name in COPIED} if known else {}
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
        # Somebody else's restricted words stay theirs when they are confirmed.
        spoken_for=known.spoken_for if known and known.restricted else None,
        **copied,
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
    """Words from a supporting partner: kept and printed beside the lead's update, never a rating.

    Said already, they are answered with as by `post_update`.
    """
    action = locked(action)
    if not by.has_perm("actions.add_words", action):
        raise PermissionDenied(NOT_SUPPORTING)
    made = _already_made(action, by, submission_key) or _words_just_now(action, by, at, period, narrative, restricted)
    if made is not None:
        return made
    _check_open(action)
    choice = action.period_choice(today)
    faults = {}
    if period not in choice.choices:
        faults["period"] = [f"{period.label} is not open for updates."]
    if is_blank(narrative):
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


def _words_just_now(
    action: Action, by: User, at: dt.datetime, period: Period, narrative: str, restricted: bool
) -> ProgressUpdate | None:
    last = action.updates.order_by("-pk").first()
    if last is None or (last.by_id, last.kind, last.period) != (by.pk, ProgressUpdate.Kind.WORDS, period):
        return None
    if (last.narrative, last.restricted) != (narrative, restricted):
        return None
    if abs(at - last.submitted_at) >= ONCE_MORE:
        return None
    if action.events.filter(at__gte=last.submitted_at).exists():
        return None
    last.is_repeat = True
    return last


def _already_made(action: Action, by: User, submission_key: UUID) -> ProgressUpdate | None:
    made = ProgressUpdate.objects.filter(submission_key=submission_key).order_by("pk").first()
    if made is None:
        return None
    if made.by_id != by.pk or made.action_id != action.pk:
        raise ValidationError(SENT_FOR_ANOTHER)
    made.is_repeat = True
    return made


def _check_seen(action: Action, seen: int | None) -> None:
    newer = action.updates.standing().filter(pk__gt=seen) if seen is not None else action.updates.none()
    update = newer.select_related("by").order_by("-pk").first()
    if update is not None:
        update.action = action
        local = timezone.localtime(update.submitted_at)
        raise Overtaken(update, f"{local:%H:%M} on {british(local.date())}")


def _check_open(action: Action) -> None:
    if action.state != Action.State.LIVE:
        state = action.get_state_display().lower()
        raise ValidationError(f"{action.ref} is {state}. Ask the Community Safety Team to reopen it first.")


def _check_new_date(
    action: Action, new_due_on: dt.date | None, why: str, today: dt.date, faults: dict[str, list[str]]
) -> None:
    if new_due_on is None:
        if not is_blank(why):
            faults["new_due_on"] = ["Give the new date, or clear the reason for it."]
        return
    if new_due_on == action.due_on:
        return
    ends_on = action.plan.ends_on
    if wrong := due_date_fault(new_due_on, starts_on=action.starts_on, plan_ends_on=ends_on, not_before=today):
        faults["new_due_on"] = [wrong]
    if is_blank(why):
        faults["new_due_reason"] = [f"Say why the date moves. {beyond_the_plan(new_due_on, ends_on, why)}".strip()]


def _check_completion(
    action: Action,
    rating: Rating,
    completed_on: dt.date | None,
    achievement: str,
    today: dt.date,
    faults: dict[str, list[str]],
) -> None:
    if rating != Rating.COMPLETE:
        return
    if completed_on is None:
        faults["completed_on"] = ["Give the date on which it was completed."]
    elif completed_on > today:
        faults["completed_on"] = ["The completion date cannot be in the future."]
    elif completed_on < action.starts_on:
        faults["completed_on"] = [f"The completion date cannot come before the start, {british(action.starts_on)}."]
    if is_blank(achievement):
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
    spoken_for: Partner | None = None,
    **words: Any,
) -> ProgressUpdate:
    behalf = on_behalf_of(action, by, kind)
    theirs = spoken_for or behalf
    update = ProgressUpdate(
        action=action,
        period_kind=period.kind.value,
        period_start=period.start,
        kind=kind,
        by=by,
        on_behalf_of=behalf,
        spoken_for_id=theirs.pk if theirs else _organisation(action, by, kind),
        submitted_at=at,
        submitted_on=today,
        late=late,
        submission_key=submission_key,
        **words,
    )
    # What the constraints say was judged by the verb, and the database holds them; to ask it about each one beforehand
    # takes three questions a constraint.
    update.full_clean(exclude=["action", "by", "spoken_for", "submission_key"], validate_constraints=False)
    try:
        with transaction.atomic():
            update.save()
    except IntegrityError as fault:
        # The same form for another action in the same instant: that one's lock is not ours to wait for.
        if ProgressUpdate.objects.filter(submission_key=submission_key).exists():
            raise ValidationError(SENT_FOR_ANOTHER) from fault
        raise
    # A late update about an earlier period is history; it doesn't speak over a newer one.
    last = action.latest_update_id
    newer = ProgressUpdate.objects.filter(pk=last or 0, period_start__gt=update.period_start)
    if update.rating and (last is None or not newer.exists()):
        action.latest_update = update
        action.save(update_fields=["latest_update"])
    if kind != ProgressUpdate.Kind.NO_CHANGE:
        # A press of "no change" sends no words, so words that were kept stay kept.
        drafts.drop_draft(action=action, by=by, period=period)
    if update.rating:
        _tell_others(action, update, at)
    return update


def _tell_others(action: Action, update: ProgressUpdate, at: dt.datetime) -> None:
    """Whoever updated the action about the same period before hears that somebody else has; both updates stay."""
    before = action.updates.rated().about(update.period).filter(pk__lt=update.pk).exclude(by=update.by)
    authors = set(before.order_by().values_list("by", flat=True))
    if not authors:
        return
    chasing.notify(
        recipients=User.objects.filter(pk__in=authors),
        kind=Notice.Kind.ALSO_UPDATED,
        text=f"{action.ref} was also updated by {update.by}, about {update.period.label}. Your update is kept too.",
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"also-updated:{update.pk}",
    )


def on_behalf_of(action: Action, by: User, kind: str = ProgressUpdate.Kind.UPDATE) -> Partner | None:
    """The lead partner, when the coordinator enters what another organisation told them."""
    own = by.pk in (action.owner_id, action.deputy_id) or by.partner_id == action.lead_partner_id
    if by.is_coordinator and not own and kind != ProgressUpdate.Kind.WORDS:
        return action.lead_partner
    return None


def _organisation(action: Action, by: User, kind: str) -> int | None:
    """Whose words these are, by its key: the author's own organisation, or that of the person they stand in for."""
    if kind == ProgressUpdate.Kind.WORDS or by.partner_id == action.lead_partner_id:
        return by.partner_id
    if by.pk in (action.owner_id, action.deputy_id):
        return by.partner_id
    covered = [person for person in (action.owner, action.deputy) if person is not None and person.pk in by.covering]
    return covered[0].partner_id if covered else by.partner_id


def _event(action: Action, kind: str, update: ProgressUpdate, by: User, at: dt.datetime, *, old: str, new: str) -> None:
    ActionEvent.objects.create(action=action, kind=kind, old=old, new=new, by=by, at=at, update=update)
