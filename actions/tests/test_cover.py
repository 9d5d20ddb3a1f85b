"""Cover: who stands in for somebody away may do what they may do, on those days and no others."""

from __future__ import annotations

import datetime as dt

import pytest

from actions.models import Action, ProgressUpdate
from actions.progress import Asked, is_late
from actions.tests.makers import H1_2026, TODAY, Cast
from actions.tests.pages import browser, filled, on, url
from partners.models import Cover, User
from priorities.models import SubGroup

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def covers(person: User, by: User, first: dt.date = TODAY, last: dt.date = TODAY) -> Cover:
    return Cover.objects.create(person=person, covered_by=by, starts_on=first, ends_on=last)


def on_the_day(person: User, day: dt.date = TODAY) -> User:
    found = User.objects.get(pk=person.pk)
    found.stand_in(day)
    return found


def test_whoever_covers_the_owner_answers_for_the_action(cast: Cast):
    action = cast.action()
    assert not on_the_day(cast.outsider).has_perm("actions.post_update", action)
    covers(cast.officer, cast.outsider)

    stand_in = on_the_day(cast.outsider)
    assert stand_in.has_perm("actions.post_update", action)
    assert list(Action.objects.answered_for_by(stand_in)) == [action]


@pytest.mark.parametrize(
    ("day", "may"), [(TODAY - DAY, False), (TODAY, True), (TODAY + DAY, True), (TODAY + 2 * DAY, False)]
)
def test_cover_lasts_from_its_first_day_to_its_last(cast: Cast, day: dt.date, may: bool):
    action = cast.action()
    covers(cast.officer, cast.outsider, TODAY, TODAY + DAY)

    assert on_the_day(cast.outsider, day).has_perm("actions.post_update", action) is may
    assert Action.objects.answered_for_by(on_the_day(cast.outsider, day)).exists() is may


def test_cover_gives_no_right_until_somebody_has_asked_for_the_day(cast: Cast):
    action = cast.action()
    covers(cast.officer, cast.outsider)

    assert not User.objects.get(pk=cast.outsider.pk).has_perm("actions.post_update", action)


def test_cover_is_not_handed_on(cast: Cast):
    """Who covers somebody who covers the owner does not answer for the owner."""
    action = cast.action()
    covers(cast.officer, cast.supporter)
    covers(cast.supporter, cast.outsider)

    assert not on_the_day(cast.outsider).has_perm("actions.post_update", action)


def test_cover_of_the_lead_of_a_sub_group_leads_it(cast: Cast):
    action = cast.action()
    covers(cast.lead, cast.outsider)

    stand_in = on_the_day(cast.outsider)
    assert stand_in.has_perm("actions.post_update", action)
    assert list(SubGroup.objects.led_by(stand_in)) == [cast.sub_group]
    assert not SubGroup.objects.led_by(cast.outsider).exists()


def test_cover_passes_on_no_role(cast: Cast):
    covers(cast.coordinator, cast.outsider)

    stand_in = on_the_day(cast.outsider)
    assert not stand_in.is_coordinator
    assert not stand_in.has_perm("actions.withdraw", cast.action())


def test_a_reader_who_covers_somebody_still_sees_nothing_of_the_work(cast: Cast):
    action = cast.action()
    covers(cast.officer, cast.reader)

    with on():
        assert browser(cast.reader).get(url(action, "update/")).status_code == 404


def test_the_pages_let_cover_in_and_keep_it_under_its_own_name(cast: Cast):
    action = cast.action()
    with on():
        assert browser(cast.outsider).post(url(action, "update/"), filled(1)).status_code == 403
        covers(cast.officer, cast.outsider)
        assert action.title in browser(cast.outsider).get("/actions/mine/").content.decode()
        assert browser(cast.outsider).post(url(action, "update/"), filled(2)).status_code == 302

    assert ProgressUpdate.objects.get().by == cast.outsider


# --- A longer deadline and a closed request, as the update's lateness sees them ---


@pytest.mark.parametrize(
    ("asked", "today", "late"),
    [
        (Asked(H1_2026, dt.date(2026, 10, 21), settled=False), dt.date(2026, 10, 21), False),
        (Asked(H1_2026, dt.date(2026, 10, 21), settled=False), dt.date(2026, 10, 22), True),
        (Asked(H1_2026, dt.date(2026, 10, 21), settled=False, closed=True), dt.date(2026, 10, 12), True),
        (Asked(H1_2026.next(), dt.date(2026, 10, 21), settled=False, closed=True), dt.date(2026, 10, 12), False),
    ],
)
def test_an_update_is_late_after_its_day_or_after_the_request_was_closed(asked: Asked, today: dt.date, late: bool):
    assert is_late(H1_2026, [asked], today) is late
