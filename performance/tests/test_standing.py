"""One judgement per indicator and quarter, from facts read in one go."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from performance.comparison import Against, Average, BaselineFigure, Better, Reading, Target, Wanted
from performance.disclosure import Audience, disclose
from performance.models import (
    Annotation,
    Commentary,
    Comparator,
    Indicator,
    Measurement,
    NotYetAvailable,
    RangeBaseline,
    Source,
    known_facts,
)
from performance.standing import (
    BASELINE,
    Comment,
    IndicatorFacts,
    KnownAverage,
    KnownFigure,
    Wait,
    cells_of,
    judge_indicator,
    judge_period,
    range_rests_on,
    relations_of,
    rests_on,
)
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast, make_indicator
from performance.usual_range import Baseline, Word
from priorities.periods import Period, PeriodKind

DAY = dt.date(2026, 10, 16)
DUE = dt.date(2026, 10, 21)
YEARS = [Q2_2026]
for _ in range(15):
    YEARS.insert(0, YEARS[0].previous())


def figure(period: Period, value: int, *, provisional: bool = False) -> KnownFigure:
    return KnownFigure(1, Reading(period, Decimal(value), provisional), str(value), DAY, NOW)


def facts(*values: int | None, last: Period = Q2_2026, **changes: object) -> IndicatorFacts:
    """An indicator with one figure a quarter, the last of them for `last`."""
    periods, figures = [last], {}
    while len(periods) < len(values):
        periods.insert(0, periods[0].previous())
    for period, value in zip(periods, values, strict=True):
        if value is not None:
            figures[period] = figure(period, value)
    return IndicatorFacts(
        **{  # type: ignore[arg-type]
            "pk": 1,
            "code": "SHOP",
            "name": "Shoplifting",
            "unit": "offences",
            "better": Better.LOWER,
            "kind": PeriodKind.QUARTER,
            "lag_weeks": 3,
            "owner": "Cleveland Police",
            "owner_pk": 1,
            "figures": figures,
            **changes,
        }
    )


STEADY = (100, 104, 98, 102, 101, 97, 103, 99, 100, 104, 98, 102, 101)


def test_a_figure_far_above_the_range_is_unusual_worse_and_wants_words() -> None:
    found = judge_indicator(facts(*STEADY, 160), Q2_2026, DAY)
    assert (found.unusual, found.worse, found.needs_commentary) == (True, True, True)
    assert found.sentence.startswith("Worse: up 53.8% on the same quarter last year (Q2 2025/26: 104). Unusual: above")
    assert found.sentence.endswith("worse than usual.")


def test_words_given_are_no_longer_asked_for_but_were_wanted() -> None:
    said = Comment(Q2_2026, "A new store reports all thefts.", "Cleveland Police", NOW)
    found = judge_indicator(facts(*STEADY, 160, comments={Q2_2026: said}), Q2_2026, DAY)
    assert (found.commentary_wanted, found.needs_commentary, found.comment) == (True, False, said)


def test_a_figure_within_the_range_is_said_to_be_noise_and_wants_no_words() -> None:
    found = judge_indicator(facts(*STEADY, 103), Q2_2026, DAY)
    assert (found.unusual, found.worse, found.better, found.needs_commentary) == (False, False, False, False)
    assert "Within the usual range of" in found.sentence


def test_worse_than_last_year_wants_words_although_it_is_not_unusual() -> None:
    found = judge_indicator(facts(100, 102, 101, 104, 110), Q2_2026, DAY)
    assert (found.word, found.judgement.word, found.needs_commentary) == ("worse", Word.TOO_FEW, True)
    assert found.sentence.endswith("Too few figures to say whether this is unusual.")


@pytest.mark.parametrize(
    ("values", "said"),
    [((10, 12, 15), "there are 2."), ((10, 15), "there is one."), ((15,), "there are none.")],
)
def test_of_a_yearly_figure_it_is_said_how_many_there_are_and_how_many_it_takes(
    values: tuple[int, ...], said: str
) -> None:
    year = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
    found = judge_period(facts(*values, last=year, kind=PeriodKind.YEAR), year)
    assert found.range_words == (
        f"One year’s change cannot be told from noise with fewer than 12 yearly figures before it; {said}"
    )


def test_a_row_of_eight_or_more_is_told_as_such() -> None:
    found = judge_indicator(facts(*STEADY[:12], *[103] * 8), Q2_2026, DAY)
    assert found.range_words == "Unusual: 9 quarters in a row above the mean of 100.7, worse than usual."


def test_activity_is_never_worse_but_may_be_unusual() -> None:
    found = judge_indicator(facts(*STEADY, 160, better=Better.NEUTRAL), Q2_2026, DAY)
    assert (found.unusual, found.worse, found.better, found.needs_commentary) == (True, False, False, True)


def test_a_missing_figure_names_who_owes_it_and_when_it_comes() -> None:
    found = judge_indicator(facts(100, None), Q2_2026, DUE)
    assert found.missing
    assert found.latest is not None
    assert found.latest.period == Q1_2026
    assert found.sentence == (
        "No figure for Q2 2026/27 yet: it can be had from 21 October 2026 and Cleveland Police owes it."
    )
    assert (found.overdue(dt.date(2026, 10, 21)), found.overdue(dt.date(2026, 10, 22))) == (False, True)
    assert found.needs_commentary is False


def test_not_yet_available_says_why_and_is_not_overdue_until_the_day_named() -> None:
    wait = Wait(Q2_2026, "the system changed.", dt.date(2026, 12, 3), NOW)
    found = judge_indicator(facts(100, None, waits={Q2_2026: wait}), Q2_2026, DUE)
    assert found.sentence.endswith("says it is not yet available: the system changed. Expected on 3 December 2026.")
    assert (found.overdue(dt.date(2026, 12, 3)), found.overdue(dt.date(2026, 12, 4))) == (False, True)


def test_a_wait_is_over_once_the_figure_is_there() -> None:
    wait = Wait(Q2_2026, "the system changed", None, NOW)
    assert judge_indicator(facts(100, 90, waits={Q2_2026: wait}), Q2_2026, DAY).wait is None


def test_a_yearly_figure_is_about_the_last_year_that_had_ended() -> None:
    year = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
    yearly = facts(10, 12, last=year, kind=PeriodKind.YEAR)
    found = judge_indicator(yearly, Q2_2026, DAY)
    assert (found.period, found.year_before.period) == (year, "2024/25")


class TestPeriodShown:
    """Which period's figure is shown for a quarter: one answer for list, page, file and report."""

    YEAR = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))

    @pytest.mark.parametrize(
        ("lag", "day", "back"),
        [(20, dt.date(2026, 8, 17), 1), (20, dt.date(2026, 8, 18), 0), (90, dt.date(2026, 10, 16), 2)],
    )
    def test_the_newest_that_could_be_had_by_the_day(self, lag: int, day: dt.date, back: int) -> None:
        years = [self.YEAR.previous().previous().previous(), self.YEAR.previous().previous(), self.YEAR.previous()]
        yearly = facts(10, 12, 13, last=years[-1], kind=PeriodKind.YEAR, lag_weeks=lag)
        wanted = [self.YEAR, self.YEAR.previous(), self.YEAR.previous().previous()][back]
        # What is in is shown, though it could only be had later.
        assert yearly.period_in(Q2_2026, day) == (wanted if back < 2 else self.YEAR.previous())

    def test_it_is_compared_with_its_own_year_before_and_nobody_owes_a_later_one(self) -> None:
        late = facts(10, 12, last=self.YEAR.previous(), kind=PeriodKind.YEAR, lag_weeks=40)
        found = judge_indicator(late, Q2_2026, DAY)
        assert (found.missing, found.period, found.year_before.period) == (False, self.YEAR.previous(), "2023/24")
        assert found.sentence.startswith("Worse: up 2 on the year before (2023/24: 10)")

    def test_a_late_quarter_gives_way_to_the_one_before_until_its_day(self) -> None:
        late = facts(100, 120, None)
        assert [late.period_in(Q2_2026, day) for day in (DAY, DUE)] == [Q1_2026, Q2_2026]

    def test_before_the_first_figure_there_is_nothing_to_go_back_to_and_nothing_is_owed_yet(self) -> None:
        empty = facts(None, kind=PeriodKind.YEAR, lag_weeks=40)
        found = judge_indicator(empty, Q2_2026, DAY)
        assert found.sentence == "No figure for 2025/26 yet: it can be had from 5 January 2027."


def test_a_range_stated_later_leaves_the_one_before_it_in_force_until_then() -> None:
    first = YEARS[-3]
    values = [100, 104, 98, 102, 101, 97, 103, 99, 100, 104, 98, 102, 101, 150, 152, 149]
    stated = Baseline(first, Q2_2026, "All thefts are recorded since.")
    before = judge_indicator(facts(*values), Q2_2026, DAY)
    found = judge_indicator(facts(*values, baselines=(stated,)), Q2_2026, DAY)
    assert before.unusual
    assert not found.unusual
    old = found.judgement.range_of(YEARS[3])
    assert old is not None
    assert old.points == 12
    assert old.holds_to == first.previous()


def test_comparisons_are_those_there_is_something_for() -> None:
    found = judge_indicator(
        facts(
            *STEADY,
            90,
            baseline=BaselineFigure(Decimal(400)),
            target=Target(Wanted.REDUCE),
            averages={Against.SIMILAR_AREAS: {Q1_2026: KnownAverage(Average(Q1_2026, Decimal(80), 9, 15))}},
        ),
        Q2_2026,
        DAY,
    )
    kinds = [row.kind for row in found.comparisons]
    assert kinds == [
        Against.YEAR_BEFORE,
        Against.PREVIOUS,
        Against.ROLLING,
        Against.BASELINE,
        Against.TARGET,
        Against.SIMILAR_AREAS,
    ]
    similar = found.against(Against.SIMILAR_AREAS)
    assert similar is not None
    assert similar.period == "Q1 2026/27"
    assert similar.position == 9


def test_what_rests_on_a_small_number_is_not_derivable_in_public() -> None:
    known = facts(
        *[20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 3],
        small_numbers=True,
    )
    found = judge_indicator(known, Q2_2026, DAY)
    table = disclose(cells_of(known), relations_of([known]), Audience.PUBLIC)
    assert table.shown("SHOP", Q2_2026).text == "<5"
    assert not table.may_derive(*rests_on(found, Against.YEAR_BEFORE))
    assert not table.may_derive(*range_rests_on(found))
    earlier = judge_indicator(known, Q1_2026, DAY)
    assert table.may_derive(*rests_on(earlier, Against.YEAR_BEFORE))


def test_others_figures_from_a_source_not_for_publication_are_left_out_alone() -> None:
    known = facts(
        100,
        90,
        averages={Against.SIMILAR_AREAS: {Q2_2026: KnownAverage(Average(Q2_2026, Decimal(80)), publishable=False)}},
    )
    found = judge_indicator(known, Q2_2026, DAY)
    table = disclose(cells_of(known), relations_of([known]), Audience.PUBLIC)
    assert table.may_derive(*rests_on(found, Against.PREVIOUS))
    assert not table.may_derive(*rests_on(found, Against.SIMILAR_AREAS))


def test_the_twelve_months_rest_on_all_their_quarters_and_the_baseline_on_its_own_figure() -> None:
    known = facts(*[10] * 9, baseline=BaselineFigure(Decimal(40)), baseline_printed="40")
    found = judge_indicator(known, Q2_2026, DAY)
    assert len(rests_on(found, Against.ROLLING)) == 8
    assert (known.code, BASELINE) in rests_on(found, Against.BASELINE)
    assert disclose(cells_of(known), [], Audience.PUBLIC).may_derive(*rests_on(found, Against.BASELINE))


# --- As read from the rows --------------------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def read(cast: Cast, **asked: object) -> IndicatorFacts:
    rows = Indicator.objects.select_related("data_owner", "data_source")
    return known_facts(rows, **asked)[cast.indicator.pk]  # type: ignore[arg-type]


def test_the_newest_correction_stands_and_says_that_it_is_one(cast: Cast) -> None:
    old = cast.figure("410")
    later = NOW + dt.timedelta(days=3)
    cast.figure("418", replaces=old, note="Recounted.", at=later)
    known = read(cast).figures[Q2_2026]
    assert (known.value, known.corrected, known.note) == (Decimal(418), True, "Recounted.")
    assert read(cast, at=NOW).figures[Q2_2026].value == Decimal(410)
    assert read(cast, at=NOW - dt.timedelta(days=1)).figures == {}


def test_figures_of_later_periods_are_left_aside(cast: Cast) -> None:
    cast.figure("410", period=Q1_2026)
    cast.figure("418")
    assert list(read(cast, until=Q1_2026).figures) == [Q1_2026]


def test_everything_that_is_said_of_an_indicator_is_read(cast: Cast) -> None:
    cast.figure("418")
    where = {"indicator": cast.indicator, "period_kind": "quarter", "period_start": Q2_2026.start}
    said = {**where, "by": cast.analyst}
    secret = Source.objects.create(name="iQuanta", publishable=False)
    Comparator.objects.create(
        **where, kind="similar_areas", average=300, recorded_at=NOW, recorded_by=cast.analyst, data_source=secret
    )
    Commentary.objects.create(**said, text="First words.", at=NOW)
    Commentary.objects.create(**said, text="Better words.", at=NOW + dt.timedelta(hours=1))
    NotYetAvailable.objects.create(**said, reason="Late.", at=NOW)
    RangeBaseline.objects.create(**said, last_start=Q2_2026.start, reason="Old.", at=NOW)
    RangeBaseline.objects.create(**said, last_start=Q2_2026.start, reason="New.", at=NOW)
    Annotation.objects.create(**said, text="New shop.", at=NOW)
    part = make_indicator(code="PART", data_owner=cast.police)
    cast.indicator.sum_of.add(part)
    known = read(cast)
    assert known.comments[Q2_2026].text == "Better words."
    assert known.waits[Q2_2026].reason == "Late."
    assert [one.reason for one in known.baselines] == ["New."]
    assert [one.text for one in known.remarks] == ["New shop."]
    assert known.parts == ("PART",)
    assert known.averages[Against.SIMILAR_AREAS][Q2_2026].publishable is False


def test_as_many_queries_for_thirty_as_for_three(cast: Cast) -> None:
    counts = []
    for first, last in ((1, 3), (3, 30)):
        for number in range(first, last):
            row = make_indicator(code=f"I{number}", data_owner=cast.police)
            Measurement.objects.create(
                indicator=row,
                period_kind="quarter",
                period_start=Q2_2026.start,
                value=number,
                printed=str(number),
                as_at=DAY,
                recorded_at=NOW,
                recorded_by=cast.analyst,
            )
        with CaptureQueriesContext(
            connection,
        ) as caught:
            found = known_facts(Indicator.objects.select_related("data_owner", "data_source"))
        assert len(found) == last
        counts.append(len(caught))
    assert counts == [8, 8]
