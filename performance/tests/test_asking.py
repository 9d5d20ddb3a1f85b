"""Which figures are owed on a day, when people are asked for them, and which grid asks for which."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from performance.asking import Owed, Step, What, asked_in, day_of, owed_of, period_asked, step_of
from performance.comparison import Better, Reading
from performance.standing import Comment, IndicatorFacts, KnownFigure, Wait
from priorities.periods import Period, PeriodKind

Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
Q1 = Q2.previous()
LAST_YEAR = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
AT = dt.datetime(2026, 10, 21, 9, tzinfo=dt.UTC)
#: Three weeks after Q2 2026/27, a Wednesday.
CAN_BE_HAD = dt.date(2026, 10, 21)


def known(period: Period, value: str = "100") -> KnownFigure:
    return KnownFigure(1, Reading(period, Decimal(value)), value, AT.date(), AT)


def facts(*figures: Period, **changes) -> IndicatorFacts:
    values = changes.pop("values", {})
    about = {"kind": PeriodKind.QUARTER, "lag_weeks": 3, "better": Better.LOWER, **changes}
    return IndicatorFacts(
        1,
        "SHOP",
        "Shoplifting",
        "offences",
        owner="Police",
        owner_pk=1,
        figures={period: known(period, values.get(period, "100")) for period in figures},
        **about,
    )


def figures_owed(one: IndicatorFacts, today: dt.date, **kept) -> list[tuple[str, dt.date]]:
    return [(owed.period.label, owed.due_on) for owed in owed_of(one, today, **kept) if owed.is_figure]


class TestWhatIsOwed:
    @pytest.mark.parametrize("today", [dt.date(2026, 10, 1), CAN_BE_HAD, dt.date(2026, 12, 31)])
    def test_the_last_period_from_its_end_on(self, today):
        assert figures_owed(facts(Q1), today) == [("Q2 2026/27", CAN_BE_HAD)]

    def test_nothing_while_the_period_lasts_or_when_its_figure_is_there(self):
        assert figures_owed(facts(Q1), Q2.end) == []
        assert figures_owed(facts(Q1, Q2), CAN_BE_HAD) == []

    def test_a_gap_counts_only_after_the_first_figure(self):
        assert [period for period, _ in figures_owed(facts(Q1.previous()), CAN_BE_HAD)] == ["Q2 2026/27", "Q1 2026/27"]
        assert [period for period, _ in figures_owed(facts(), CAN_BE_HAD)] == ["Q2 2026/27"]

    def test_a_gap_is_asked_for_a_year_and_no_longer(self):
        old = facts(Period(PeriodKind.QUARTER, dt.date(2024, 4, 1)))
        assert [period for period, _ in figures_owed(old, CAN_BE_HAD)][-1] == "Q2 2025/26"

    def test_an_indicator_owes_only_periods_in_which_it_is_kept(self):
        assert figures_owed(facts(Q1), CAN_BE_HAD, kept_to=Q1.end) == []
        assert figures_owed(facts(Q1), CAN_BE_HAD, kept_from=Q2.next().start) == []
        assert figures_owed(facts(Q1), CAN_BE_HAD, kept_from=Q2.start, kept_to=Q2.end) != []

    def test_what_can_be_had_in_more_than_a_quarter_is_not_listed(self):
        yearly = facts(LAST_YEAR.previous(), kind=PeriodKind.YEAR, lag_weeks=40)
        due_on = LAST_YEAR.end + dt.timedelta(weeks=40)
        assert figures_owed(yearly, due_on - dt.timedelta(days=91)) == []
        assert figures_owed(yearly, due_on - dt.timedelta(days=90)) == [("2025/26", due_on)]

    def test_a_promise_moves_the_day(self):
        promised = dt.date(2026, 12, 4)
        wait = Wait(Q2, "The system was changed", promised, AT)
        (owed,) = owed_of(facts(Q1, waits={Q2: wait}), CAN_BE_HAD)
        assert (owed.due_on, owed.available_on, owed.is_due(CAN_BE_HAD)) == (promised, CAN_BE_HAD, False)
        assert owed.said == "Not yet available: The system was changed. Expected on 4 December 2026."
        assert owed.is_due(promised)
        assert not owed.is_overdue(promised)

    def test_without_a_day_the_figure_stays_owed_and_what_was_said_stands_beside_it(self):
        (owed,) = owed_of(facts(Q1, waits={Q2: Wait(Q2, "No analyst.", None, AT)}), CAN_BE_HAD)
        assert (owed.due_on, owed.said) == (CAN_BE_HAD, "Not yet available: No analyst.")


class TestCommentary:
    worse = {Q2.year_before(): "100", Q2: "140"}

    def owed(self, today: dt.date = CAN_BE_HAD, **changes) -> list[Owed]:
        one = facts(Q2.year_before(), Q1, Q2, values=self.worse, **changes)
        return [owed for owed in owed_of(one, today) if owed.what is What.COMMENTARY]

    def test_is_owed_five_working_days_after_a_figure_that_is_worse(self):
        (owed,) = self.owed()
        assert (owed.period, owed.due_on) == (Q2, dt.date(2026, 10, 28))
        assert owed.why == "Worse: up 40.0% on the same quarter last year (Q2 2025/26: 100)."

    def test_is_not_owed_once_it_is_written_or_when_the_figure_is_no_worse(self):
        assert self.owed(comments={Q2: Comment(Q2, "A gang.", "Police", AT)}) == []
        assert self.owed(better=Better.HIGHER) == []

    def test_is_owed_on_the_newest_figure_for_one_period_more(self):
        assert [owed.period for owed in self.owed(dt.date(2027, 3, 31))] == [Q2]
        assert self.owed(dt.date(2027, 4, 1)) == []


class TestSteps:
    def owed(self, due_on: dt.date = CAN_BE_HAD) -> Owed:
        return Owed(facts(), Q2, What.FIGURE, due_on, CAN_BE_HAD)

    def test_their_days_are_working_days(self):
        assert [day_of(step, self.owed()) for step in Step] == [
            dt.date(2026, 10, 14),
            CAN_BE_HAD,
            dt.date(2026, 10, 28),
        ]
        # Christmas Day, a Friday: the 28th is a bank holiday too.
        assert [day_of(step, self.owed(dt.date(2026, 12, 25))) for step in Step] == [
            dt.date(2026, 12, 18),
            dt.date(2026, 12, 29),
            dt.date(2027, 1, 6),
        ]

    def test_nobody_is_asked_before_the_period_is_over(self):
        assert day_of(Step.ASKED, self.owed(Q2.end)) == dt.date(2026, 10, 1)

    @pytest.mark.parametrize(
        ("today", "told", "step"),
        [
            (dt.date(2026, 10, 13), (), None),
            (dt.date(2026, 10, 14), (), Step.ASKED),
            (dt.date(2026, 10, 20), (Step.ASKED,), None),
            (dt.date(2026, 10, 21), (Step.ASKED,), Step.REMINDED),
            (dt.date(2026, 10, 28), (Step.ASKED,), Step.OVERDUE),
            (dt.date(2026, 10, 28), (), Step.OVERDUE),
            (dt.date(2026, 10, 29), (Step.OVERDUE,), None),
            (dt.date(2026, 11, 25), (), Step.OVERDUE),
            (dt.date(2026, 11, 26), (), None),
        ],
    )
    def test_the_highest_reached_is_told_once_and_only_while_it_is_news(self, today, told, step):
        assert step_of(self.owed(), today, told) is step


class TestGrid:
    def test_a_quarterly_figure_stands_in_its_own_quarter_however_late(self):
        assert period_asked(facts(lag_weeks=30), Q2) == Q2

    @pytest.mark.parametrize(
        ("lag", "quarter"),
        [(0, dt.date(2026, 1, 1)), (3, dt.date(2026, 1, 1)), (20, dt.date(2026, 4, 1)), (40, dt.date(2026, 10, 1))],
    )
    def test_a_yearly_figure_stands_in_the_quarter_before_it_can_be_had(self, lag, quarter):
        yearly = facts(kind=PeriodKind.YEAR, lag_weeks=lag)
        assert asked_in(yearly, LAST_YEAR) == Period(PeriodKind.QUARTER, quarter)

    def test_and_in_those_that_follow_whether_it_is_in_or_not(self):
        missing = facts(kind=PeriodKind.YEAR, lag_weeks=20)
        there = facts(LAST_YEAR, kind=PeriodKind.YEAR, lag_weeks=20)
        assert [period_asked(missing, quarter) for quarter in (Q1, Q2, Q2.next())] == [LAST_YEAR] * 3
        assert [period_asked(there, quarter) for quarter in (Q1, Q2, Q2.next())] == [LAST_YEAR] * 3
        assert period_asked(missing, Q1.previous()) == LAST_YEAR.previous()
