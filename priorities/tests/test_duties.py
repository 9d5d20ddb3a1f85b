"""Yearly duties: when they fall due, who ticks them off, and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from partners import roles
from partners.tests.makers import make_user
from priorities import duties, services
from priorities.duties import Standing
from priorities.models import Duty, DutyDone
from priorities.tests.makers import make_plan

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("year", "month", "day", "due"),
    [
        (2026, 4, 1, dt.date(2026, 4, 1)),
        (2026, 12, 31, dt.date(2026, 12, 31)),
        (2026, 1, 1, dt.date(2027, 1, 1)),
        (2026, 3, 31, dt.date(2027, 3, 31)),
    ],
)
def test_a_duty_falls_due_within_its_financial_year(year, month, day, due):
    assert duties.due_on(year, month, day) == due
    assert duties.year_of(due) == year


def test_a_leap_day_is_not_a_day_of_every_year():
    with pytest.raises(ValueError, match="not a day of every year"):
        duties.due_on(2026, 2, 29)


def test_the_years_of_a_plan():
    assert duties.years_of(dt.date(2024, 4, 1), dt.date(2027, 3, 31)) == [2024, 2025, 2026]
    assert duties.years_of(dt.date(2024, 3, 31), dt.date(2024, 4, 1)) == [2023, 2024]
    assert duties.year_label(2026) == "2026/27"
    assert duties.year_label(2099) == "2099/00"


@pytest.mark.parametrize(
    ("due", "done", "standing"),
    [
        (TODAY - dt.timedelta(days=1), False, Standing.OVERDUE),
        (TODAY, False, Standing.SOON),
        (TODAY + dt.timedelta(days=92), False, Standing.SOON),
        (TODAY + dt.timedelta(days=93), False, Standing.AHEAD),
        (TODAY - dt.timedelta(days=1), True, Standing.DONE),
        (TODAY + dt.timedelta(days=93), True, Standing.DONE),
    ],
)
def test_due_soon_is_a_quarter_ahead_and_overdue_is_after_the_day(due, done, standing):
    assert duties.standing(due, done, TODAY) is standing


@pytest.fixture
def duty() -> Duty:
    return Duty.objects.create(
        plan=make_plan(), code="summary", name="Summary published", due_month=6, due_day=30, position=1
    )


def tick(duty: Duty, **changes) -> DutyDone:
    said = {
        "duty": duty, "year": 2026, "done_on": dt.date(2026, 6, 12), "note": "On the council’s web site.",
        "at": NOW, "today": TODAY,
    }  # fmt: skip
    return services.tick_off(**{**said, **changes})


@pytest.mark.django_db
def test_the_coordinator_ticks_off_puts_right_and_takes_back(duty: Duty):
    by = make_user("coordinator@example.org", roles.COORDINATOR)
    done = tick(duty, by=by)
    assert (done.year, done.by, done.at) == (2026, by, NOW)
    assert tick(duty, by=by).history.count() == 1, "the same form sent twice is one saying"
    again = tick(duty, by=by, note="On the Partnership’s web site.")
    assert again.pk == done.pk
    assert [row.note for row in again.history.order_by("pk")] == [
        "On the council’s web site.",
        "On the Partnership’s web site.",
    ]
    assert services.take_back(duty=duty, year=2026, by=by)
    assert not services.take_back(duty=duty, year=2026, by=by)
    assert not DutyDone.objects.exists()
    assert DutyDone.history.filter(history_type="-").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"year": 2023}, "year"),
        ({"year": 2027}, "year"),
        ({"done_on": TODAY + dt.timedelta(days=1)}, "done_on"),
        ({"done_on": dt.date(2019, 6, 1)}, "done_on"),
        ({"note": " "}, "note"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(duty: Duty, changes, name):
    by = make_user("coordinator@example.org", roles.COORDINATOR)
    with pytest.raises(ValidationError) as refused:
        tick(duty, by=by, **changes)
    assert list(refused.value.message_dict) == [name]
    assert not DutyDone.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [roles.PARTNER_OFFICER, roles.ANALYST, roles.CHAIR, roles.READER])
def test_nobody_else_ticks_off_or_takes_back(duty: Duty, role):
    tick(duty, by=make_user("coordinator@example.org", roles.COORDINATOR))
    by = make_user("other@example.org", role)
    for verb in (lambda: tick(duty, by=by, year=2025), lambda: services.take_back(duty=duty, year=2026, by=by)):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            verb()
    assert DutyDone.objects.get().year == 2026
