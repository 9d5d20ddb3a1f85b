"""An action enters the plan, is withdrawn, replaced, moved on, opened again: what each verb leaves behind, and what it refuses."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, ActionEvent, Milestone
from actions.rating import Rating
from actions.services.lifecycle import Destination, move_to_next_plan, reopen, replace, withdraw
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key, make_plan
from priorities.periods import Period, PeriodKind
from priorities.services import open_round, settle_round
from priorities.tests.makers import make_priority, make_sub_group

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=7)
NOT_COORDINATOR = ["officer", "supporter", "outsider", "lead", "analyst", "chair", "reader", "admin"]
H2_2025 = H1_2026.previous()


@pytest.fixture
def cast() -> Cast:
    return Cast()


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Action, ActionEvent, Milestone)]


# --- Added ------------------------------------------------------------------------------------------------------------


def test_an_action_enters_the_plan_live_with_its_first_event(cast):
    action = cast.action()
    assert (action.state, action.original_due_on, action.latest_update) == ("live", dt.date(2027, 3, 31), None)
    assert list(action.milestones.values_list("text", flat=True)) == ["Plan agreed", "Work done"]
    assert list(action.supporting.all()) == [cast.housing]
    event = action.events.get()
    assert (event.kind, event.new, event.by, event.at) == ("added", "live", cast.coordinator, action.added_at)


def test_ongoing_work_has_a_review_date_instead(cast):
    action = cast.action(due_on=None, review_on=dt.date(2026, 9, 30))
    assert (action.due_on, action.original_due_on, action.review_on) == (None, None, dt.date(2026, 9, 30))


@pytest.mark.parametrize("who", NOT_COORDINATOR)
def test_only_the_coordinator_adds(cast, who):
    with pytest.raises(PermissionDenied, match="coordinator"):
        cast.action(by=getattr(cast, who))
    assert everything() == [[], [], []]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("ref", {"ref": "ASB-01"}),
        ("ref", {"ref": ""}),
        ("title", {"title": ""}),
        ("due_on", {"due_on": dt.date(2024, 3, 31)}),
        ("review_on", {"due_on": None}),
        ("milestones", {"milestones": [("Plan agreed", TODAY), ("Plan agreed", TODAY)]}),
        ("milestones", {"milestones": [("", TODAY)]}),
        ("milestones", {"milestones": [("x" * 251, TODAY)]}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_added(cast, field, changes):
    cast.action("ASB-01")
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        cast.action(**{"ref": "ASB-02", **changes})
    assert list(refusal.value.message_dict) == [field]
    assert everything() == before
    assert cast.action("ASB-02").pk


def test_a_day_long_action_is_due_on_the_day_it_starts(cast):
    assert cast.action(starts_on=TODAY, due_on=TODAY).pk


def test_a_reference_is_taken_within_its_plan_alone(cast):
    cast.action("ASB-01")
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    moved = cast.action("ASB-01", plan=other, priority=make_priority(other), sub_group=make_sub_group(other))
    assert moved.plan == other


@pytest.mark.parametrize(("field", "make"), [("priority", make_priority), ("sub_group", make_sub_group)])
def test_another_plans_parts_are_refused(cast, field, make):
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    with pytest.raises(ValidationError, match="belongs to another plan") as refusal:
        cast.action(**{field: make(other)})
    assert list(refusal.value.message_dict) == [field]
    assert everything() == [[], [], []]


# --- Withdrawn --------------------------------------------------------------------------------------------------------


def test_an_action_is_withdrawn_with_a_reason_and_stays_visible(cast):
    action = cast.action()
    withdraw(action=action, by=cast.coordinator, at=NOW, reason="Merged into ASB-02.")
    action.refresh_from_db()
    event = action.events.last()
    assert (action.state, action.completed_on) == ("withdrawn", None)
    assert (event.kind, event.old, event.new, event.reason) == ("state", "live", "withdrawn", "Merged into ASB-02.")
    assert (event.by, event.at) == (cast.coordinator, NOW)
    assert action in Action.objects.visible_to(cast.outsider)
    assert action.standing(H1_2026, TODAY).rating == Rating.CLOSED


@pytest.mark.parametrize("who", NOT_COORDINATOR)
def test_only_the_coordinator_withdraws(cast, who):
    action = cast.action()
    before = everything()
    with pytest.raises(PermissionDenied, match="coordinator"):
        withdraw(action=action, by=getattr(cast, who), at=NOW, reason="Merged.")
    assert everything() == before


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_withdrawal_says_why(cast, reason):
    action = cast.action()
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        withdraw(action=action, by=cast.coordinator, at=NOW, reason=reason)
    assert list(refusal.value.message_dict) == ["reason"]
    assert everything() == before


def complete(cast: Cast, action: Action) -> None:
    post_update(
        action=action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.COMPLETE,
        narrative="All done.",
        completed_on=dt.date(2026, 9, 30),
        achievement="The measure is met.",
    )


def withdrawn(cast: Cast, action: Action) -> None:
    withdraw(action=action, by=cast.coordinator, at=NOW, reason="Merged.")


@pytest.mark.parametrize("close", [complete, withdrawn])
def test_what_is_closed_is_not_withdrawn(cast, close):
    action = cast.action()
    close(cast, action)
    before = everything()
    with pytest.raises(ValidationError, match="ASB-01 is not live"):
        withdraw(action=action, by=cast.coordinator, at=LATER, reason="Merged.")
    assert everything() == before


# --- Reopened ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("close", "was"), [(complete, "complete"), (withdrawn, "withdrawn")])
def test_what_is_closed_is_opened_again(cast, close, was):
    action = cast.action()
    close(cast, action)
    reopen(action=action, by=cast.coordinator, at=LATER, reason="Two streets were left out.")
    action.refresh_from_db()
    event = action.events.last()
    assert (action.state, action.completed_on, action.due_on) == ("live", None, dt.date(2027, 3, 31))
    assert (event.kind, event.old, event.new, event.reason) == ("reopened", was, "live", "Two streets were left out.")
    assert (event.by, event.at) == (cast.coordinator, LATER)


def test_reopening_may_move_the_due_date_and_the_ledger_says_so(cast):
    action = cast.action()
    complete(cast, action)
    reopen(action=action, by=cast.coordinator, at=LATER, reason="Two streets.", due_on=dt.date(2027, 6, 30))
    action.refresh_from_db()
    move = action.events.get(kind="date_moved")
    assert (action.due_on, action.original_due_on) == (dt.date(2027, 6, 30), dt.date(2027, 3, 31))
    assert (move.old, move.new, move.reason, move.at) == ("2027-03-31", "2027-06-30", "Two streets.", LATER)


def test_the_same_due_date_is_no_move(cast):
    action = cast.action()
    complete(cast, action)
    reopen(action=action, by=cast.coordinator, at=LATER, reason="Two streets.", due_on=action.due_on)
    assert not action.events.filter(kind="date_moved").exists()


@pytest.mark.parametrize("who", NOT_COORDINATOR)
def test_only_the_coordinator_reopens(cast, who):
    action = cast.action()
    complete(cast, action)
    before = everything()
    with pytest.raises(PermissionDenied, match="coordinator"):
        reopen(action=action, by=getattr(cast, who), at=LATER, reason="Not really done.")
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("reason", {"reason": ""}),
        ("reason", {"reason": " "}),
        ("due_on", {"due_on": dt.date(2024, 3, 31)}),  # before the start
        ("due_on", {"due_on": dt.date(2026, 10, 1)}),  # past by then
        ("due_on", {"due_on": dt.date(2029, 4, 1)}),  # more than two years after the plan
    ],
)
def test_a_reopening_that_cannot_be_changes_nothing(cast, field, changes):
    action = cast.action()
    complete(cast, action)
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        reopen(**{"action": action, "by": cast.coordinator, "at": LATER, "reason": "Two streets.", **changes})
    assert list(refusal.value.message_dict) == [field]
    assert everything() == before
    reopen(action=action, by=cast.coordinator, at=LATER, reason="Two streets.", due_on=dt.date(2027, 4, 1))


def test_a_live_action_is_not_reopened(cast):
    action = cast.action()
    before = everything()
    with pytest.raises(ValidationError, match="is live already"):
        reopen(action=action, by=cast.coordinator, at=LATER, reason="Two streets.")
    assert everything() == before


def test_what_was_replaced_is_opened_again_and_points_nowhere(cast):
    action, successor = cast.action(), cast.action("ASB-02")
    replace(action=action, successor=successor, by=cast.coordinator, at=NOW, reason="Merged.")
    reopen(action=action, by=cast.coordinator, at=LATER, reason="They are two after all.")
    action.refresh_from_db()
    successor.refresh_from_db()
    assert (action.state, action.successor, successor.state) == ("live", None, "live")
    pointer = action.events.filter(field="successor").last()
    assert (pointer.old, pointer.new) == ("ASB-02", "")


# --- Replaced, moved to the next plan ---------------------------------------------------------------------------------


def test_an_action_is_replaced_and_points_to_what_carries_it_on(cast):
    action, successor = cast.action(), cast.action("ASB-02")
    replace(action=action, successor=successor, by=cast.coordinator, at=NOW, reason="Merged.")
    action.refresh_from_db()
    assert (action.state, action.successor) == ("replaced", successor)
    pointer, closing = action.events.order_by("pk")[1:]
    assert (pointer.kind, pointer.field, pointer.new) == ("edited", "successor", "ASB-02")
    assert (closing.kind, closing.old, closing.new, closing.reason) == ("state", "live", "replaced", "Merged.")
    assert action.standing(H1_2026, TODAY).rating == Rating.CLOSED


def next_plan():
    plan = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31), title="Plan 2027–30")
    return plan, make_priority(plan), make_sub_group(plan)


def test_what_cannot_replace_is_refused(cast):
    action, closed = cast.action(), cast.action("ASB-02")
    withdrawn(cast, closed)
    plan, priority, sub_group = next_plan()
    elsewhere = cast.action("ASB-09", plan=plan, priority=priority, sub_group=sub_group)
    before = everything()
    for successor in (action, closed, elsewhere):
        with pytest.raises(ValidationError) as refusal:
            replace(action=action, successor=successor, by=cast.coordinator, at=NOW, reason="Merged.")
        assert list(refusal.value.message_dict) == ["successor"]
    assert everything() == before


def closings(cast: Cast, action: Action, successor: Action, *, by, reason: str = "Merged."):
    given = {"action": action, "by": by, "at": NOW, "reason": reason}
    return [
        lambda: replace(**given, successor=successor),
        lambda: move_to_next_plan(**given),
        lambda: withdraw(**given),
    ]


@pytest.mark.parametrize("who", NOT_COORDINATOR)
def test_only_the_coordinator_replaces_and_moves(cast, who):
    action, successor = cast.action(), cast.action("ASB-02")
    before = everything()
    for verb in closings(cast, action, successor, by=getattr(cast, who)):
        with pytest.raises(PermissionDenied, match="coordinator"):
            verb()
    assert everything() == before


def test_every_closing_says_why_and_closes_what_is_live_alone(cast):
    action, successor = cast.action(), cast.action("ASB-02")
    before = everything()
    for verb in closings(cast, action, successor, by=cast.coordinator, reason=" "):
        with pytest.raises(ValidationError) as refusal:
            verb()
        assert list(refusal.value.message_dict) == ["reason"]
    assert everything() == before
    withdrawn(cast, action)
    before = everything()
    for verb in closings(cast, action, successor, by=cast.coordinator):
        with pytest.raises(ValidationError, match="ASB-01 is not live"):
            verb()
    assert everything() == before


def test_an_action_moves_before_there_is_a_next_plan(cast):
    action = cast.action()
    move_to_next_plan(action=action, by=cast.coordinator, at=NOW, reason="Three more years.")
    action.refresh_from_db()
    assert (action.state, action.successor) == ("moved", None)
    assert (action.events.last().new, action.events.last().reason) == ("moved", "Three more years.")


def test_an_action_goes_on_in_the_next_plan_with_what_is_left_of_it(cast):
    plan, priority, sub_group = next_plan()
    cast.action("ASB-04", plan=plan, priority=priority, sub_group=sub_group)
    action = cast.action(
        description="Patrols.",
        milestones=[("Plan agreed", dt.date(2026, 6, 30)), ("Work done", dt.date(2028, 1, 31))],
        due_on=dt.date(2028, 3, 31),
        reason="The lease runs until then.",
    )
    Milestone.objects.filter(text="Plan agreed").update(done_on=dt.date(2026, 6, 1))
    into = Destination(priority, sub_group, due_on=dt.date(2028, 3, 31))
    move_to_next_plan(action=action, by=cast.coordinator, at=NOW, reason="Three more years.", into=into)
    action.refresh_from_db()
    there = action.successor
    assert (action.state, there.ref, there.plan, there.state) == ("moved", "ASB-05", plan, "live")
    assert (there.title, there.description, there.owner) == (action.title, "Patrols.", cast.officer)
    assert (there.starts_on, there.due_on, there.original_due_on) == (plan.starts_on, into.due_on, into.due_on)
    assert list(there.milestones.values_list("text", flat=True)) == ["Work done"]
    assert list(there.supporting.all()) == [cast.housing]


def test_it_moves_forward_alone_and_wants_a_date(cast):
    action = cast.action()
    _, priority, sub_group = next_plan()
    before = everything()
    for field, into in (
        ("priority", Destination(cast.priority, cast.sub_group, due_on=dt.date(2027, 3, 31))),
        ("review_on", Destination(priority, sub_group)),
        ("due_on", Destination(priority, sub_group, due_on=dt.date(2027, 3, 31))),
        ("sub_group", Destination(priority, cast.sub_group, due_on=dt.date(2028, 3, 31))),
    ):
        with pytest.raises(ValidationError) as refusal:
            move_to_next_plan(action=action, by=cast.coordinator, at=NOW, reason="On.", into=into)
        assert list(refusal.value.message_dict) == [field]
    assert everything() == before


# --- Which period -----------------------------------------------------------------------------------------------------


def test_the_period_asked_for_comes_first_and_the_current_one_may_be_chosen(cast):
    choice = cast.action().period_choice(TODAY)
    assert (choice.default, choice.choices) == (H1_2026, [H1_2026, H2_2026])
    assert [(asked.period, asked.due_on, asked.settled) for asked in choice.asked] == [
        (H1_2026, dt.date(2026, 10, 21), False)
    ]


def test_before_the_request_goes_out_there_is_the_current_period_alone(cast):
    choice = cast.action().period_choice(dt.date(2026, 9, 30))
    assert (choice.default, choice.choices, choice.asked) == (H1_2026, [H1_2026], [])


def test_an_action_that_began_after_the_period_is_not_asked_about_it(cast):
    late = cast.action(starts_on=dt.date(2026, 10, 1)).period_choice(TODAY)
    just = cast.action("ASB-02", starts_on=dt.date(2026, 9, 30)).period_choice(TODAY)
    assert (late.default, late.choices) == (H2_2026, [H2_2026])
    assert (just.default, just.choices) == (H1_2026, [H1_2026, H2_2026])


def test_of_two_open_requests_the_newer_comes_first_and_an_approved_one_is_closed(cast):
    action = cast.action()
    open_round(plan=cast.plan, period=H2_2025, at=NOW)
    assert action.period_choice(TODAY).default == H1_2026
    assert action.period_choice(TODAY).choices == [H2_2025, H1_2026, H2_2026]
    settle_round(plan=cast.plan, period=H1_2026, at=NOW)
    assert action.period_choice(TODAY).default == H2_2025
    assert action.period_choice(TODAY).choices == [H2_2025, H2_2026]


def test_a_plan_that_asks_every_quarter_offers_quarters(cast):
    cast.plan.update_every = "quarter"
    cast.plan.save()
    cast.round.delete()
    q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
    open_round(plan=cast.plan, period=q2, at=NOW)
    choice = cast.action().period_choice(TODAY)
    assert (choice.default, choice.choices) == (q2, [q2, q2.next()])


def test_another_plans_requests_are_not_this_actions(cast):
    other = make_plan(starts_on=dt.date(2021, 4, 1), ends_on=dt.date(2024, 3, 31))
    open_round(plan=other, period=H2_2025, at=NOW)
    assert cast.action().period_choice(TODAY).choices == [H1_2026, H2_2026]
