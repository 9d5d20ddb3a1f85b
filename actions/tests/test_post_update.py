"""An officer's update: what it changes, and what it refuses without changing anything."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, ActionEvent, ProgressUpdate
from actions.rating import Rating
from actions.services.lifecycle import reopen, withdraw
from actions.services.updates import add_words, confirm_no_change, post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, UTC, Cast, key
from priorities.periods import Period, PeriodKind
from priorities.services import settle_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def said(cast: Cast, action: Action, **changes) -> dict:
    return {
        "action": action,
        "by": cast.officer,
        "at": NOW,
        "today": TODAY,
        "submission_key": key(1),
        "period": H1_2026,
        "rating": Rating.ON_TRACK,
        "narrative": "Four joint operations held.",
        **changes,
    }


def nothing_changed(action: Action) -> bool:
    again = Action.objects.get(pk=action.pk)
    return (
        not again.updates.exists()
        and again.latest_update is None
        and again.state == "live"
        and again.due_on == action.due_on
        and again.events.count() == 1
        and not again.milestones.filter(done_on__isnull=False).exists()
    )


def test_an_update_becomes_the_latest_word(cast):
    action = cast.action()
    update = post_update(**said(cast, action))
    action.refresh_from_db()
    assert action.latest_update == update
    assert (update.late, update.on_behalf_of, update.kind) == (False, None, "update")


def test_the_same_form_twice_is_one_update(cast):
    action = cast.action()
    first = post_update(**said(cast, action))
    assert post_update(**said(cast, action, narrative="Sent again by a second click.")) == first
    assert ProgressUpdate.objects.get().narrative == "Four joint operations held."


def test_somebody_elses_key_is_refused(cast):
    action = cast.action()
    post_update(**said(cast, action))
    with pytest.raises(ValidationError, match="sent already"):
        post_update(**said(cast, action, by=cast.colleague))
    assert ProgressUpdate.objects.count() == 1


def test_two_officers_on_one_action_are_both_kept_in_order(cast):
    action = cast.action()
    first = post_update(**said(cast, action))
    second = post_update(**said(cast, action, by=cast.colleague, submission_key=key(2)))
    assert list(action.updates.all()) == [first, second]
    assert Action.objects.get().latest_update == second


@pytest.mark.parametrize("who", ["officer", "colleague", "lead", "coordinator"])
def test_those_who_answer_for_it_may_post(cast, who):
    action = cast.action()
    assert post_update(**said(cast, action, by=getattr(cast, who))).pk


@pytest.mark.parametrize("who", ["supporter", "outsider", "analyst", "chair", "reader", "admin"])
def test_others_may_not(cast, who):
    action = cast.action()
    with pytest.raises(PermissionDenied, match="lead partner"):
        post_update(**said(cast, action, by=getattr(cast, who)))
    assert nothing_changed(action)


def test_the_coordinator_is_recorded_as_on_behalf_of_the_lead_partner(cast):
    action = cast.action()
    assert post_update(**said(cast, action, by=cast.coordinator)).on_behalf_of == cast.fire


TROUBLED = {"rating": Rating.AT_RISK, "reason": "Post vacant."}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("narrative", {"narrative": "   "}),
        ("rating", {"rating": Rating.NOT_STARTED}),
        ("reason", {"rating": Rating.AT_RISK}),
        ("reason", {"rating": Rating.OFF_TRACK, "reason": " "}),
        ("period", {"period": Period(PeriodKind.HALF_YEAR, dt.date(2025, 10, 1))}),
        ("help_wanted_from", {**TROUBLED, "help_wanted": "A funded post."}),
        ("new_due_reason", {**TROUBLED, "new_due_on": dt.date(2027, 5, 31)}),
        ("new_due_on", {**TROUBLED, "new_due_on": dt.date(2024, 1, 1), "new_due_reason": "Earlier."}),
        ("new_due_on", {**TROUBLED, "new_due_reason": "A reason without a date."}),
        ("new_due_on", {**TROUBLED, "new_due_on": dt.date(2026, 10, 11), "new_due_reason": "Yesterday."}),
        ("new_due_on", {**TROUBLED, "new_due_on": dt.date(2199, 1, 1), "new_due_reason": "One day."}),
        ("completed_on", {"rating": Rating.COMPLETE, "achievement": "Met."}),
        ("completed_on", {"rating": Rating.COMPLETE, "achievement": "Met.", "completed_on": dt.date(2026, 10, 13)}),
        ("completed_on", {"completed_on": dt.date(2026, 9, 30)}),
        ("achievement", {"rating": Rating.COMPLETE, "completed_on": dt.date(2026, 9, 30)}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(cast, field, changes):
    action = cast.action()
    with pytest.raises(ValidationError) as refusal:
        post_update(**said(cast, action, **changes))
    assert list(refusal.value.message_dict) == [field]
    assert nothing_changed(action)


def test_on_track_past_its_due_date_needs_a_reason(cast):
    action = cast.action(due_on=dt.date(2026, 8, 31))
    with pytest.raises(ValidationError, match="although it was due on 31 August 2026"):
        post_update(**said(cast, action))
    assert post_update(**said(cast, action, reason="Last column goes in on Friday.")).pk


def test_a_new_date_takes_effect_and_is_in_the_ledger(cast):
    action = cast.action(due_on=dt.date(2026, 8, 31))
    update = post_update(
        **said(
            cast,
            action,
            rating=Rating.OFF_TRACK,
            reason="Funding came late.",
            new_due_on=dt.date(2026, 12, 18),
            new_due_reason="Works can start in November.",
        )
    )
    action.refresh_from_db()
    move = ActionEvent.objects.get(kind="date_moved")
    assert (action.due_on, action.original_due_on) == (dt.date(2026, 12, 18), dt.date(2026, 8, 31))
    assert (move.old, move.new, move.update, move.by) == ("2026-08-31", "2026-12-18", update, cast.officer)


def test_completion_closes_the_action_at_once(cast):
    action = cast.action()
    post_update(
        **said(cast, action, rating=Rating.COMPLETE, completed_on=dt.date(2026, 9, 30), achievement="Eight held.")
    )
    action.refresh_from_db()
    assert (action.state, action.completed_on) == ("complete", dt.date(2026, 9, 30))
    with pytest.raises(ValidationError, match="reopen"):
        post_update(**said(cast, action, submission_key=key(2)))


def test_a_withdrawn_action_takes_no_update(cast):
    action = cast.action()
    withdraw(action=action, by=cast.coordinator, at=NOW, reason="Merged into another.")
    with pytest.raises(ValidationError, match="withdrawn"):
        post_update(**said(cast, action))
    assert not ProgressUpdate.objects.exists()


def test_milestones_are_ticked_with_their_day(cast):
    action = cast.action()
    milestone = action.milestones.first()
    post_update(**said(cast, action, milestones_done={milestone.pk: dt.date(2026, 7, 1)}))
    milestone.refresh_from_db()
    assert milestone.done_on == dt.date(2026, 7, 1)
    assert ActionEvent.objects.filter(kind="milestone", new="2026-07-01 Plan agreed").count() == 1


def test_another_actions_milestone_is_refused(cast):
    action, other = cast.action(), cast.action("ASB-02")
    with pytest.raises(ValidationError, match="belongs to another action"):
        post_update(**said(cast, action, milestones_done={other.milestones.first().pk: TODAY}))
    assert nothing_changed(action)
    assert nothing_changed(other)


def test_a_milestone_is_not_done_before_the_action_began(cast):
    action = cast.action()
    with pytest.raises(ValidationError, match="before the action's start, 1 April 2024"):
        post_update(**said(cast, action, milestones_done={action.milestones.first().pk: dt.date(2024, 3, 31)}))
    assert nothing_changed(action)


def test_help_is_asked_of_another_partner(cast):
    action = cast.action()
    with pytest.raises(ValidationError, match="leads this action"):
        post_update(**said(cast, action, **TROUBLED, help_wanted="Vans.", help_wanted_from=cast.fire))
    assert nothing_changed(action)
    update = post_update(**said(cast, action, **TROUBLED, help_wanted="Vans.", help_wanted_from=cast.housing))
    action.refresh_from_db()
    again = confirm_no_change(
        action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H2_2026
    )
    assert (again.help_wanted, again.help_wanted_from) == (update.help_wanted, cast.housing), "it is still wanted"


def test_after_the_due_day_an_update_is_late(cast):
    action = cast.action()
    on_the_day = post_update(**said(cast, action, today=dt.date(2026, 10, 21)))
    after = post_update(
        **said(cast, action, today=dt.date(2026, 10, 22), at=NOW + dt.timedelta(days=10), submission_key=key(2))
    )
    assert (on_the_day.late, after.late) == (False, True)


def test_once_the_report_is_approved_updates_belong_to_the_next_period(cast):
    action = cast.action()
    assert action.period_choice(TODAY).default == H1_2026
    settle_round(plan=cast.plan, period=H1_2026, at=NOW)
    assert action.period_choice(TODAY).default == H2_2026
    with pytest.raises(ValidationError) as refusal:
        post_update(**said(cast, action))
    assert list(refusal.value.message_dict) == ["period"]


def test_after_an_update_the_current_period_is_the_default(cast):
    action = cast.action()
    post_update(**said(cast, action))
    assert action.period_choice(TODAY).default == H2_2026
    assert H1_2026 in action.period_choice(TODAY).choices


def test_a_late_word_on_an_earlier_period_does_not_speak_over_a_newer_one(cast):
    action = cast.action()
    newer = post_update(**said(cast, action, period=H2_2026))
    post_update(**said(cast, action, submission_key=key(2)))
    assert Action.objects.get().latest_update == newer


def test_no_change_copies_the_rating_and_is_its_own_kind(cast):
    action = cast.action()
    post_update(**said(cast, action, rating=Rating.AT_RISK, reason="Post vacant."))
    action.refresh_from_db()
    update = confirm_no_change(
        action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H2_2026
    )
    assert (update.kind, update.rating, update.narrative, update.reason) == ("no_change", "at_risk", "", "Post vacant.")


def test_there_must_be_a_rating_to_confirm(cast):
    action = cast.action()
    with pytest.raises(ValidationError, match="no rating to confirm"):
        confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H1_2026)
    assert nothing_changed(action)


def test_a_supporting_partner_adds_words_not_a_rating(cast):
    action = cast.action()
    update = add_words(
        action=action,
        by=cast.supporter,
        at=NOW,
        today=TODAY,
        submission_key=key(3),
        period=H1_2026,
        narrative="We cleared nine garages.",
    )
    assert (update.rating, update.kind) == ("", "words")
    assert Action.objects.get().latest_update is None


def test_a_leavers_actions_fall_to_the_lead_partner(cast):
    action = cast.action()
    assert action not in Action.objects.answered_for_by(cast.colleague)
    cast.officer.is_active = False
    cast.officer.save()
    assert action in Action.objects.answered_for_by(cast.colleague)
    assert action in Action.objects.no_one_assigned()


def test_an_outsider_adds_no_words(cast):
    action = cast.action()
    with pytest.raises(PermissionDenied):
        add_words(
            action=action,
            by=cast.outsider,
            at=NOW,
            today=TODAY,
            submission_key=key(3),
            period=H1_2026,
            narrative="We cleared nine garages.",
        )
    assert nothing_changed(action)


def test_the_coordinator_reopens_with_a_reason_and_the_old_completion_says_nothing_now(cast):
    action = cast.action()
    post_update(
        **said(cast, action, rating=Rating.COMPLETE, completed_on=dt.date(2026, 9, 30), achievement="Eight held.")
    )
    with pytest.raises(PermissionDenied):
        reopen(action=action, by=cast.officer, at=NOW, reason="Not really done.")
    with pytest.raises(ValidationError):
        reopen(action=action, by=cast.coordinator, at=NOW, reason=" ")
    reopen(action=action, by=cast.coordinator, at=NOW, reason="Two operations were not joint.")
    action.refresh_from_db()
    assert (action.state, action.completed_on) == ("live", None)
    standing = action.standing(H1_2026, TODAY)
    assert (standing.rating, standing.update.ok) == (Rating.UNRATED, False), "it has to be heard from again"
    assert action in Action.objects.not_updated(H1_2026)
    assert action.period_choice(TODAY).default == H1_2026
    post_update(**said(cast, action, submission_key=key(2), rating=Rating.AT_RISK, reason="Two to go."))
    assert Action.objects.get().standing(H1_2026, TODAY).rating == Rating.AT_RISK
    assert ActionEvent.objects.get(kind="reopened").reason == "Two operations were not joint."


def test_seconds_before_midnight_belong_to_the_day(cast):
    action = cast.action()
    update = post_update(**said(cast, action, at=dt.datetime(2026, 10, 12, 22, 59, tzinfo=UTC)))
    assert update.submitted_on == TODAY
