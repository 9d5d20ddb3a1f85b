"""On which working day each step is reached, and which step is sent when some were missed."""

import datetime as dt

import pytest

from actions.ladder import BEFORE_DUE, OWN, Step, day_of, own_step, reached

OPENS, DUE = dt.date(2026, 10, 1), dt.date(2026, 10, 21)  # a Thursday and a Wednesday


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("step", "on"),
    [
        (Step.REQUEST, "2026-10-01"),
        (Step.SOON, "2026-10-14"),
        (Step.LAST_DAY, "2026-10-20"),
        (Step.OVERDUE, "2026-10-22"),
        (Step.TO_SUB_GROUP_LEAD, "2026-10-26"),
        (Step.TO_COORDINATOR, "2026-10-28"),
    ],
)
def test_steps_of_the_request_of_october_2026(step, on):
    assert day_of(step, OPENS, DUE) == day(on)
    assert not reached(step, OPENS, DUE, day(on) - dt.timedelta(days=1))
    assert reached(step, OPENS, DUE, day(on))
    assert reached(step, OPENS, DUE, day("2026-12-01"))


@pytest.mark.parametrize(
    ("due", "step", "on"),
    [
        # Christmas Day and Boxing Day 2026 are a Friday and a Saturday: Monday the 28th is a bank holiday.
        ("2026-12-24", Step.OVERDUE, "2026-12-29"),
        ("2026-12-24", Step.TO_SUB_GROUP_LEAD, "2026-12-31"),
        ("2026-12-24", Step.TO_COORDINATOR, "2027-01-05"),
        # Good Friday is 26 March 2027, Easter Monday the 29th; summer time begins between them.
        ("2027-03-25", Step.LAST_DAY, "2027-03-24"),
        ("2027-03-25", Step.OVERDUE, "2027-03-30"),
        ("2027-03-30", Step.SOON, "2027-03-19"),
        # A deadline may be moved to a Saturday.
        ("2026-10-31", Step.LAST_DAY, "2026-10-30"),
        ("2026-10-31", Step.OVERDUE, "2026-11-02"),
    ],
)
def test_bank_holidays_and_week_ends_are_not_counted(due, step, on):
    assert day_of(step, OPENS, day(due)) == day(on)


@pytest.mark.parametrize(
    ("today", "sent", "now"),
    [
        ("2026-09-30", [], None),
        ("2026-10-01", [], Step.REQUEST),
        ("2026-10-02", [], Step.REQUEST),
        ("2026-10-02", [Step.REQUEST], None),
        ("2026-10-14", [Step.REQUEST], Step.SOON),
        ("2026-10-19", [Step.REQUEST], Step.SOON),
        ("2026-10-20", [Step.REQUEST, Step.SOON], Step.LAST_DAY),
        ("2026-10-20", [Step.REQUEST], Step.LAST_DAY),
        ("2026-10-21", [Step.REQUEST, Step.SOON, Step.LAST_DAY], None),
        ("2026-10-22", [Step.REQUEST, Step.SOON, Step.LAST_DAY], Step.OVERDUE),
        ("2026-11-23", [], Step.OVERDUE),
        ("2026-11-23", [Step.OVERDUE], None),
    ],
)
def test_the_highest_step_not_sent_yet(today, sent, now):
    assert own_step(OPENS, DUE, day(today), sent=sent) == now


@pytest.mark.parametrize(
    ("today", "sent", "now"),
    [
        ("2026-10-14", [], Step.REQUEST),
        ("2026-10-20", [Step.REQUEST], None),
        ("2026-10-22", [Step.REQUEST], Step.OVERDUE),
    ],
)
def test_who_wants_no_reminders_is_still_asked_and_told_when_overdue(today, sent, now):
    assert own_step(OPENS, DUE, day(today), sent=sent, unwanted=BEFORE_DUE) == now


def test_a_timetable_of_one_week_has_no_reminder_before_its_request():
    """Opened on a Thursday, due a week later: five working days before is the day of opening."""
    due = dt.date(2026, 10, 8)
    assert [step for step in OWN if reached(step, OPENS, due, OPENS)] == [Step.REQUEST]
    assert own_step(OPENS, due, dt.date(2026, 10, 6), sent=[Step.REQUEST]) is None
    assert own_step(OPENS, due, dt.date(2026, 10, 7), sent=[Step.REQUEST]) == Step.LAST_DAY
