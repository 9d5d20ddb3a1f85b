"""More time for one action's update, a closed request, and what both mean for an update that comes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.html import strip_tags

from actions.models import Action, ActionEvent, DeadlineExtension, ProgressUpdate
from actions.rating import Rating
from actions.services.rounds import LONGEST_REASON, extend_deadline
from actions.services.updates import confirm_no_change, post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, on
from priorities.services import close_round, settle_round

pytestmark = pytest.mark.django_db

DUE, MORE = dt.date(2026, 10, 21), dt.date(2026, 10, 28)
MORE_TIME = dt.datetime(2026, 10, 28, 9, tzinfo=dt.UTC)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def extend(cast: Cast, action: Action, **changed) -> DeadlineExtension:
    given = {
        "round_": cast.round,
        "due_on": MORE,
        "reason": "New officer.",
        "by": cast.coordinator,
        "at": NOW,
        "today": TODAY,
    }
    return extend_deadline(action=action, **{**given, **changed})


def send(cast: Cast, action: Action, today: dt.date, number: int = 1) -> ProgressUpdate:
    return post_update(
        action=action,
        by=cast.officer,
        at=NOW.replace(month=today.month, day=today.day),
        today=today,
        submission_key=key(number),
        period=H1_2026,
        rating=Rating.ON_TRACK,
        narrative="Two patrols a week since June.",
    )


def test_one_action_gets_more_time_and_the_others_do_not(cast: Cast):
    extended, other = cast.action("ASB-01"), cast.action("ASB-02")

    extend(cast, extended)

    event = ActionEvent.objects.get(kind="extended")
    assert (event.action, event.old, event.new, event.reason) == (extended, "2026-10-21", "2026-10-28", "New officer.")
    assert send(cast, extended, MORE, 1).late is False
    assert send(cast, other, MORE, 2).late is True


def test_more_time_ends_too(cast: Cast):
    action = cast.action()
    extend(cast, action)

    assert send(cast, action, MORE + dt.timedelta(days=1)).late is True


def test_a_second_extension_moves_the_day_again_and_keeps_both_events(cast: Cast):
    action = cast.action()
    extend(cast, action)
    extend(cast, action, due_on=dt.date(2026, 11, 2), reason="Still new.")

    assert DeadlineExtension.objects.get().due_on == dt.date(2026, 11, 2)
    moves = ActionEvent.objects.filter(kind="extended").order_by("pk").values_list("old", "new")
    assert list(moves) == [("2026-10-21", "2026-10-28"), ("2026-10-28", "2026-11-02")]


@pytest.mark.parametrize("who", ["officer", "lead", "analyst", "chair", "reader", "admin"])
def test_only_the_coordinator_gives_more_time(cast: Cast, who: str):
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        extend(cast, cast.action(), by=getattr(cast, who))
    assert not DeadlineExtension.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"due_on": TODAY - dt.timedelta(days=1)}, "due_on", "today or a day to come"),
        ({"due_on": DUE}, "due_on", "due on 21 October 2026 already"),
        ({"due_on": dt.date(2027, 4, 1)}, "due_on", "After 31 March 2027"),
        ({"reason": "  "}, "reason", "Say why"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "reason", "it has 1,001"),
    ],
)
def test_an_unfit_day_or_reason_is_refused_with_a_sentence(cast: Cast, changed: dict, field: str, sentence: str):
    with pytest.raises(ValidationError) as refusal:
        extend(cast, cast.action(), **changed)
    assert sentence in refusal.value.message_dict[field][0]
    assert not DeadlineExtension.objects.exists()
    assert not ActionEvent.objects.filter(kind="extended").exists()


def test_there_is_nothing_to_wait_for_once_the_update_is_in_or_the_report_approved(cast: Cast):
    answered, not_begun, owing = (
        cast.action("ASB-01"),
        cast.action("ASB-02", starts_on=dt.date(2026, 10, 1)),
        cast.action("ASB-03"),
    )
    send(cast, answered, TODAY)
    for action in (answered, not_begun):
        with pytest.raises(ValidationError, match="owes no update"):
            extend(cast, action)
    settle_round(plan=cast.plan, period=H1_2026, at=NOW)
    cast.round.refresh_from_db()
    with pytest.raises(ValidationError, match="is approved"):
        extend(cast, owing)
    assert not DeadlineExtension.objects.exists()


def test_after_closing_updates_are_taken_and_marked_late(cast: Cast):
    action, extended = cast.action("ASB-01"), cast.action("ASB-02")
    extend(cast, extended)

    closed = close_round(round_=cast.round, by=cast.coordinator, at=NOW)

    assert (closed.closed_at, closed.closed_by) == (NOW, cast.coordinator)
    assert send(cast, action, TODAY, 1).late is True
    assert send(cast, extended, TODAY, 2).late is False, "a promise of more time outlives the closing"


def test_a_request_is_closed_once_and_by_the_coordinator_alone(cast: Cast):
    for who in (cast.officer, cast.lead, cast.analyst, cast.chair, cast.admin):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            close_round(round_=cast.round, by=who, at=NOW)
    close_round(round_=cast.round, by=cast.coordinator, at=NOW)
    with pytest.raises(ValidationError, match="closed already"):
        close_round(round_=cast.round, by=cast.coordinator, at=NOW + dt.timedelta(hours=1))
    cast.round.refresh_from_db()
    assert cast.round.closed_at == NOW


def test_more_time_is_said_where_the_update_is_owed_also_once_the_request_is_closed(cast: Cast):
    given, other = cast.action("ASB-01"), cast.action("ASB-02")
    extend(cast, given, due_on=dt.date(2026, 11, 20))
    said = "More time: update by 20 November 2026"
    for closed in (False, True):
        if closed:
            close_round(round_=cast.round, by=cast.coordinator, at=NOW)
        with on(MORE_TIME):
            client = browser(cast.officer)
            mine = " ".join(strip_tags(client.get("/actions/mine/").content.decode()).split())
            home = " ".join(strip_tags(client.get("/").content.decode()).split())
        first, second = mine.partition(other.title)[::2]
        assert said in first
        assert said not in second
        assert "More time for ASB-01 until 20 November 2026." in home
        for words in (mine, home):
            assert ("The request was closed on 12 October 2026" in words) is closed
            assert ("unless you were given more time" in words) is closed


def test_my_actions_count_no_change_for_the_period_asked_about(cast: Cast):
    action = cast.action()
    send(cast, action, TODAY)
    confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H1_2026.next())
    with on():
        mine = browser(cast.officer).get("/actions/mine/").content.decode()
    assert "Up to date (1)" in mine
    confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(3), period=H1_2026)
    with on():
        mine = browser(cast.officer).get("/actions/mine/").content.decode()
    assert "1 of them confirmed without change" in mine
