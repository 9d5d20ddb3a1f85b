"""A request for updates: opened by the plan's timetable once, settled once."""

import datetime as dt

import pytest

from priorities.models import UpdateRound
from priorities.periods import Period, PeriodKind
from priorities.services import open_round, settle_round
from priorities.tests.makers import make_plan

pytestmark = pytest.mark.django_db

H1_2026 = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
OPENED = dt.datetime(2026, 10, 1, 7, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 11, 4, 15, 0, tzinfo=dt.UTC)
LATEST = dt.datetime(2026, 11, 5, 15, 0, tzinfo=dt.UTC)


def dates(asked: UpdateRound) -> list[str]:
    days = (asked.opens_on, asked.updates_due_on, asked.draft_on, asked.chair_on, asked.final_on)
    return [day.isoformat() for day in days]


def test_a_round_takes_its_days_from_the_timetable():
    asked, new = open_round(plan=make_plan(), period=H1_2026, at=OPENED)
    assert new
    assert dates(asked) == ["2026-10-01", "2026-10-21", "2026-10-28", "2026-11-04", "2026-11-11"]
    assert (asked.period, asked.opened_at, asked.settled_at) == (H1_2026, OPENED, None)


def test_its_weeks_are_the_plans():
    plan = make_plan(updates_due_weeks=1, draft_weeks=2, chair_weeks=4, final_weeks=8)
    asked, _ = open_round(plan=plan, period=H1_2026, at=OPENED)
    assert dates(asked) == ["2026-10-01", "2026-10-07", "2026-10-14", "2026-10-28", "2026-11-25"]


def test_opening_twice_is_opening_once():
    plan = make_plan()
    first, _ = open_round(plan=plan, period=H1_2026, at=OPENED)
    settle_round(plan=plan, period=H1_2026, at=LATER)
    plan.updates_due_weeks = 2  # a plan changed meanwhile does not move a request that has gone out
    again, new = open_round(plan=plan, period=H1_2026, at=LATEST)
    assert not new
    assert again == first
    assert (again.opened_at, again.settled_at, dates(again)) == (OPENED, LATER, dates(first))
    assert UpdateRound.objects.count() == 1


def test_two_plans_ask_about_one_period_apart():
    old, new = make_plan(), make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    assert open_round(plan=old, period=H1_2026, at=OPENED)[1]
    assert open_round(plan=new, period=H1_2026, at=OPENED)[1]


def test_a_round_is_settled_once():
    plan = make_plan()
    asked, _ = open_round(plan=plan, period=H1_2026, at=OPENED)
    other, _ = open_round(plan=plan, period=H1_2026.previous(), at=OPENED)
    assert settle_round(plan=plan, period=H1_2026, at=LATER)
    assert not settle_round(plan=plan, period=H1_2026, at=LATEST)
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.settled_at, other.settled_at) == (LATER, None)


def test_what_never_opened_is_not_settled():
    plan = make_plan()
    assert not settle_round(plan=plan, period=H1_2026, at=LATER)
    assert not UpdateRound.objects.exists()


@pytest.mark.parametrize(
    ("day", "newest"),
    [
        (dt.date(2026, 9, 30), H1_2026.previous()),
        (dt.date(2026, 10, 1), H1_2026),
        (dt.date(2026, 12, 25), H1_2026),
        (dt.date(2026, 3, 31), None),
    ],
)
def test_the_newest_request_that_has_gone_out(day: dt.date, newest: Period | None):
    plan = make_plan()
    for period in (H1_2026, H1_2026.previous()):
        open_round(plan=plan, period=period, at=OPENED)
    asked = UpdateRound.objects.asked_by(plan, day).first()
    assert (asked.period if asked else None) == newest
