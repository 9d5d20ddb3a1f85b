"""The usual range: worked examples of cited publications, what must hold of any figures, and the sentences."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.numbers import number
from performance.comparison import Better
from performance.usual_range import (
    Baseline,
    Judgement,
    Reading,
    Signal,
    SignalKind,
    UsualRange,
    Word,
    judge,
)
from priorities.periods import Period, PeriodKind, periods_between

QUARTER, HALF_YEAR, YEAR = PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR
FIRST = Period(QUARTER, dt.date(2023, 4, 1))

TWELVE = (380, 372, 389, 377, 384, 371, 386, 379, 388, 374, 382, 378)
"""Mean 380; the 11 differences between neighbours come to 114, so the limits are 27.56 away: 352.44 and 407.56."""

SHOPLIFTING = (407, 422, 441, 386, 387, 394, 459, 408, 393, 409, 464, 413, 418, 406)
FLOWRATE = ("49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1")


def readings(*values, first=FIRST):
    """One a period from `first` on; None is a gap."""
    found, period = [], first
    for value in values:
        if value is not None:
            found.append(Reading(period, Decimal(str(value))))
        period = period.next()
    return found


def judged(*values, first=FIRST, **options) -> Judgement:
    """Of the last value."""
    found = readings(*values, first=first)
    return judge(found, newest=found[-1].period, **options)


def nth(number, first=FIRST):
    """Q1 2023/24 is the 1st."""
    for _ in range(number - 1):
        first = first.next()
    return first


def four(value):
    return f"{value:.4f}"


# The published examples


def test_the_nist_handbooks_individuals_chart_digit_for_digit():
    # NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: mean 50.81, mean moving range 1.8778,
    # limits 55.8041 and 45.8159. (Rounded to 2.66 the constant would give 55.8049: it is kept unrounded.)
    found = judged(*FLOWRATE, "50", baselines=[Baseline(nth(1), nth(10))]).range
    assert four(found.mean) == "50.8100"
    assert four(found.moving_range_mean) == "1.8778"
    assert (four(found.lower), four(found.upper)) == ("45.8159", "55.8041")
    assert found.points == 10


def test_hart_and_harts_interrupted_chart_takes_no_difference_across_a_gap():
    # Hart and Hart, "Interrupted I and MR chart" (Statit quality tips): 4 1 7 ? 30 26 25 19 ? 3 ? 1 5;
    # mean 12.1, mean moving range 4, limits 22.7 and 1.5. The 30, 26, 25 and 1 are the change that the gaps hide.
    values = (4, 1, 7, None, 30, 26, 25, 19, None, 3, None, 1, 5)
    found = judged(*values, 12, baselines=[Baseline(nth(1), nth(13))]).range
    assert (found.mean, found.moving_range_mean) == (Decimal("12.1"), 4)
    assert (f"{found.lower:.1f}", f"{found.upper:.1f}") == ("1.5", "22.7")


# Words and sentences


def test_above_the_usual_range_is_an_unusual_change():
    found = judged(*TWELVE, 418)
    assert found.word is Word.UNUSUAL
    assert found.sentence == (
        "418 is above the usual range of 353 to 407 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26): "
        "an unusual change."
    )
    assert [(s.period.label, s.kind, s.side) for s in found.signals] == [("Q1 2026/27", SignalKind.OUTSIDE, "above")]
    assert found.signals[0].sentence == (
        "Q1 2026/27: 418 is above the usual range of 353 to 407 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26)."
    )


def test_within_it_the_change_may_be_no_more_than_normal_variation():
    found = judged(*TWELVE, 400)
    assert (found.word, found.signals) == (Word.USUAL, ())
    assert found.sentence == (
        "400 is within the usual range of 353 to 407 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26), "
        "so the change may be no more than the normal variation from quarter to quarter."
    )


@pytest.mark.parametrize(
    ("value", "better", "than_usual"),
    [
        (418, Better.LOWER, "worse than usual"),
        (418, "higher", "better than usual"),
        (340, "lower", "better than usual"),
        (340, "higher", "worse than usual"),
        (418, "neutral", ""),
        (418, "context", ""),
        (418, None, ""),
        (400, "lower", ""),
    ],
)
def test_better_and_worse_are_said_against_the_usual_and_only_of_the_unusual(value, better, than_usual):
    found = judged(*TWELVE, value, better=better)
    assert found.than_usual == than_usual
    assert found.sentence.endswith(f"an unusual change, {than_usual}.") is bool(than_usual)
    for word in ("better", "worse"):
        assert found.sentence.count(word) == than_usual.count(word)


def test_eight_in_a_row_on_one_side_of_the_mean_are_unusual_though_each_is_within_the_range():
    seven = judged(*TWELVE, 385, 390, 381, 388, 383, 386, 384)
    assert (seven.word, seven.signals) == (Word.USUAL, ())
    eight = judged(*TWELVE, 385, 390, 381, 388, 383, 386, 384, 389)
    assert eight.word is Word.UNUSUAL
    assert eight.signals == (
        Signal(
            nth(20),
            SignalKind.RUN,
            "Q4 2027/28: each of the last 8 quarters, Q1 2026/27 to Q4 2027/28, is above the mean of 380.",
            "above",
            nth(13),
        ),
    )
    assert eight.sentence == (
        "389 is within the usual range of 353 to 407 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26), "
        "but each of the last 8 quarters, Q1 2026/27 to Q4 2027/28, is above the mean of 380: an unusual change."
    )


def test_a_row_goes_on_being_unusual_and_may_end_outside():
    found = judged(*TWELVE, 385, 390, 381, 388, 383, 386, 384, 389, 420)
    assert [(s.period, s.kind, s.since) for s in found.signals] == [
        (nth(20), SignalKind.RUN, nth(13)),
        (nth(21), SignalKind.OUTSIDE, nth(21)),
        (nth(21), SignalKind.RUN, nth(13)),
    ]
    assert found.sentence == (
        "420 is above the usual range of 353 to 407 (mean 380, from 12 quarters Q1 2023/24 to Q4 2025/26), "
        "and each of the last 9 quarters, Q1 2026/27 to Q1 2028/29, is above the mean of 380: an unusual change."
    )
    assert len(found.signals_of(nth(21))) == 2


@pytest.mark.parametrize("broken_by", [380, None, 379])
def test_a_figure_on_the_mean_a_gap_and_one_on_the_other_side_end_a_row(broken_by):
    found = judged(*TWELVE, 385, 390, 381, 388, broken_by, 383, 386, 384, 389)
    assert (found.word, found.signals) == (Word.USUAL, ())


def test_provisional_figures_are_said_to_be():
    found = readings(*TWELVE, 418)
    newest = Reading(found[-1].period, found[-1].value, provisional=True)
    said = judge([*found[:-1], newest], newest=newest.period)
    assert said.provisional
    assert said.sentence.endswith(": an unusual change. The figure for Q1 2026/27 is provisional and may be revised.")
    assert not judged(*TWELVE, 418).provisional


def test_no_figure_yet_keeps_the_ranges_and_says_nothing_of_a_change():
    found = judge(readings(*TWELVE), newest=nth(13))
    assert found.word is Word.NO_FIGURE
    assert found.sentence == "No figure for Q1 2026/27 yet, so nothing can be said about a change."
    assert found.range.text == "353 to 407"


def test_percentages_carry_their_sign_and_their_decimals():
    found = judged(*(f"{value / 10}" for value in TWELVE), "41.8", unit="% of clients")
    assert found.sentence.startswith("41.8% is above the usual range of 35.3% to 40.7% (mean 38%, from 12 quarters")


def test_years_and_half_years_are_called_by_their_names():
    first = Period(HALF_YEAR, dt.date(2023, 4, 1))
    assert "from 12 half-years April 2023 to March 2029), so" in judged(*TWELVE, 381, first=first).sentence
    assert judged(*TWELVE, 381, first=first).sentence.endswith("from half-year to half-year.")
    first = Period(YEAR, dt.date(2010, 4, 1))
    assert "from 12 years 2010/11 to 2021/22), so" in judged(*TWELVE, 381, first=first, seasonal=True).sentence


def test_a_printed_limit_never_contradicts_the_word():
    # The limits are 352.44 and 407.56: rounded half up the range would be said to hold 408.
    assert (judged(*TWELVE, 407).word, judged(*TWELVE, 408).word) == (Word.USUAL, Word.UNUSUAL)
    assert "is above the usual range of 353 to 407" in judged(*TWELVE, 408).sentence
    assert (judged(*TWELVE, 353).word, judged(*TWELVE, 352).word) == (Word.USUAL, Word.UNUSUAL)


def test_a_mean_never_prints_as_a_figure_that_is_above_it():
    # 4559 over 12 is 379.917, which to one decimal is told from 380; 60.0417 needs two.
    assert judged(*TWELVE[:-1], 377, 380).range.mean_text == "379.9"
    assert judged(61, *[60] * 24, baselines=[Baseline(nth(1), nth(24))]).range.mean_text == "60.04"


def test_the_plans_own_demonstration_series():
    found = judged(*SHOPLIFTING, unit="offences", better="lower")
    assert found.sentence.startswith("406 is within the usual range of 331 to 499 (mean 415.3, from 12 quarters")


# Too few points


def test_under_twelve_the_range_is_shown_and_nothing_is_called_unusual():
    found = judged(*TWELVE[:8], 500)
    assert (found.word, found.signals) == (Word.TOO_FEW, ())
    assert found.sentence == (
        "Too few points to say whether 500 is unusual: there are 8 quarters before it, and 12 are needed. "
        "Showing the range anyway: 350 to 409 (mean 379.8, from 8 quarters Q1 2023/24 to Q4 2024/25); "
        "500 is above it."
    )
    assert (found.range.enough, found.range.points) == (False, 8)


@pytest.mark.parametrize(("earlier", "there"), [(0, "are no quarters"), (1, "is 1 quarter"), (4, "are 4 quarters")])
def test_under_five_there_is_no_range_either(earlier, there):
    found = judged(*TWELVE[:earlier], 500)
    assert (found.word, found.ranges, found.range) == (Word.TOO_FEW, (), None)
    needed = f"there {there} before it, and 12 are needed."
    assert found.sentence == f"Too few points to say whether 500 is unusual: {needed}"


def test_five_are_enough_to_show_and_eleven_not_to_judge():
    assert judged(*TWELVE[:5], 500).range.points == 5
    assert (judged(*TWELVE[:11], 500).word, judged(*TWELVE[:12], 500).word) == (Word.TOO_FEW, Word.UNUSUAL)


def test_the_figure_judged_never_widens_its_own_range_and_later_ones_change_nothing():
    alone = judged(*TWELVE, 900)
    assert alone.range.upper == judged(*TWELVE, 380).range.upper
    later = judge(readings(*TWELVE, 900, 5, 900, 5), newest=nth(13))
    assert later == alone
    # Nor inside a stated baseline.
    stated = judged(*TWELVE, 900, baselines=[Baseline(nth(1), nth(16))])
    assert (stated.range.points, stated.range.upper) == (12, alone.range.upper)


def test_the_first_twelve_stay_the_baseline():
    found = judged(*TWELVE, *(900, 100) * 6)
    assert (found.range.baseline.first, found.range.baseline.last) == (nth(1), nth(12))
    assert found.range.text == "353 to 407"


def test_too_many_gaps_are_too_few_points():
    every_other = [value for pair in zip(TWELVE, [None] * 12, strict=True) for value in pair]
    found = judged(*every_other, 900)
    assert (found.word, found.range) == (Word.TOO_FEW, None)
    assert found.sentence.endswith("too many of the quarters have no figure in the quarter before.")


def test_a_gap_in_the_first_twelve_lets_the_next_ones_in():
    found = judged(*TWELVE[:6], None, *TWELVE[6:], 381, 390)
    assert found.range.baseline.last == nth(13)
    assert found.word is Word.USUAL


# No variation, and limits that cannot be


def test_whatever_differs_from_figures_that_never_varied_is_unusual():
    found = judged(*[0] * 12, 3)
    assert found.word is Word.UNUSUAL
    assert found.sentence == "3 is above the 0 of all 12 quarters, Q1 2023/24 to Q4 2025/26: an unusual change."
    same = judged(*[7] * 12, 7)
    assert same.word is Word.USUAL
    assert same.sentence == "7 is no change on the 7 of all 12 quarters, Q1 2023/24 to Q4 2025/26."


def test_neighbours_that_never_differ_beside_figures_that_do_say_nothing():
    found = judged(*(5, 5, None, 7, 7, None) * 4, 6)
    assert (found.word, found.range) == (Word.TOO_FEW, None)
    assert "never differ" in found.sentence


def test_a_count_stops_at_nought_and_a_percentage_at_a_hundred():
    low = judged(*(3, 1, 4, 0) * 3, 2)
    assert (low.range.lower, low.range.lower_text) == (0, "0")
    assert "; it stops at 0, as the figure must)" in low.sentence
    high = judged(*(97, 92, 99, 95) * 3, 96, unit="%")
    assert high.range.upper == 100
    assert "; it stops at 100%, as the figure must)" in high.sentence
    both = judged(*(97, 2, 99, 5) * 3, 50, unit="%")
    assert (both.range.lower, both.range.upper) == (0, 100)
    assert "; it stops at 0% and 100%, as the figure must)" in both.sentence


def test_a_limit_is_not_cut_where_the_figures_themselves_go_beyond():
    assert judged(*(3, 1, 4, 0) * 3, 2, floor=None).range.lower < 0
    assert judged(*(3, 1, 4, -1) * 3, 2).range.lower < 0
    assert judged(*(97, 92, 104, 95) * 3, 96, unit="%").range.upper > 100
    assert judged(*(97, 92, 99, 95) * 3, 96, unit="offences").range.upper > 100


# Re-based


def test_a_re_based_range_holds_from_its_first_period_and_the_old_one_until_then():
    shifted = [value + 100 for value in TWELVE]
    accepted = Baseline(nth(13), nth(24), "shops report thefts by a new app")
    found = judged(*TWELVE, *shifted, 505, baselines=[Baseline(nth(1), nth(12)), accepted])
    assert [(r.mean, r.holds_to) for r in found.ranges] == [(380, nth(12)), (480, None)]
    assert [(s.first, s.last, s.range.mean) for s in found.stretches([nth(n) for n in range(1, 26)])] == [
        (0, 11, 380),
        (12, 24, 480),
    ]
    assert (found.word, found.signals) == (Word.USUAL, ())
    assert found.sentence == (
        "505 is within the usual range of 453 to 507 (mean 480, from 12 quarters Q1 2026/27 to Q4 2028/29; "
        "counted anew from Q1 2026/27: shops report thefts by a new app), "
        "so the change may be no more than the normal variation from quarter to quarter."
    )
    # Without the second baseline the same figures are a shift.
    assert judged(*TWELVE, *shifted, 505).word is Word.UNUSUAL


def test_a_stated_baseline_grows_to_twelve_figures_as_the_first_one_does():
    shifted = [value + 100 for value in TWELVE]
    few = [Baseline(nth(1), nth(12)), Baseline(nth(13), nth(14), "a new app")]
    growing = judged(*TWELVE, *shifted[:6], 505, baselines=few)
    assert (growing.word, growing.range.points, growing.range.enough) == (Word.TOO_FEW, 6, False)
    grown = judged(*TWELVE, *shifted, 900, 505, baselines=few)
    assert (grown.word, grown.range.points, grown.range.mean) == (Word.USUAL, 12, 480)  # frozen: 900 is not counted
    # Nor does it reach into the one that replaces it.
    three = [*few, Baseline(nth(17), nth(30), "another app")]
    assert judged(*TWELVE, *shifted, 505, baselines=three).range_of(nth(16)) is None


def test_a_row_of_eight_does_not_reach_across_a_new_baseline():
    # Four above the old mean of 380, then four above the new one of 400, and the fifth below it.
    old, new = (381, 384, 382, 385), (409, 404, 406, 408, 397, 391, 399, 398, 402, 394, 392, 400)
    baselines = [Baseline(nth(1), nth(12)), Baseline(nth(17), nth(28), "accepted")]
    found = judged(*TWELVE, *old, *new, 399, baselines=baselines)
    assert [usual.mean for usual in found.ranges] == [380, 400]
    assert (found.word, found.signals) == (Word.USUAL, ())


def test_after_a_new_baseline_there_are_too_few_points_for_a_while():
    baselines = [Baseline(nth(1), nth(12)), Baseline(nth(13), nth(24), "a new way of counting")]
    found = judged(*TWELVE, 480, 490, 485, 700, baselines=baselines)
    assert (found.word, found.range) == (Word.TOO_FEW, None)
    assert found.sentence == (
        "Too few points to say whether 700 is unusual: there are 3 quarters before it in the baseline from Q1 2026/27, "
        "and 12 are needed."
    )


def test_before_the_first_stated_baseline_nothing_is_judged():
    found = judge(readings(*TWELVE, 380), newest=nth(2), baselines=[Baseline(nth(4), nth(12))])
    assert found.word is Word.TOO_FEW
    assert found.sentence.endswith("the first usual range holds from Q4 2023/24.")


def test_an_overlapping_baseline_ends_where_the_next_one_begins():
    found = judged(*TWELVE, 900, 900, 380, baselines=[Baseline(nth(1), nth(14)), Baseline(nth(13), nth(24), "x")])
    assert found.ranges[0].points == 12
    assert found.ranges[0].mean == 380


# Seasons


SUMMERS = (80, 120, 60, 40)
"""Quarters of a figure with a strong season."""


def test_a_season_is_compared_with_its_own_kind():
    years = [value + change for change in (2, -2, 1) for value in SUMMERS]
    values = (years[0], years[1] + 3, *years[2:5], years[5] - 3, *years[6:])
    plain, seasonal = judged(*values, 110), judged(*values, 110, seasonal=True)
    assert (plain.word, seasonal.word) == (Word.USUAL, Word.UNUSUAL)
    assert seasonal.sentence == (
        "110 is above the usual range of 74 to 86 for April–June (mean 80.3, from 12 quarters "
        "Q1 2023/24 to Q4 2025/26): an unusual change, comparing April–June with April–June of other years."
    )
    usual = judged(*values, 82, seasonal=True)
    assert usual.word is Word.USUAL
    assert usual.sentence.endswith(
        "so the change may be no more than the normal variation between April–June of one year and another."
    )


def test_the_seasonal_limits_by_hand():
    # Season means 10, 20, 30, 40; what is left is 1 −1 1 −1, −1 1 −1 1, 0 0 0 0: differences 2 2 2, 0, 2 2 2, 1 and
    # three times 0, so 13 over 11. Spread by 12 ÷ (12 − 4), the season's mean of three by 1 + 1 ÷ 3: together √2.
    values = (11, 19, 31, 39, 9, 21, 29, 41, 10, 20, 30, 40)
    found = judged(*values, 10, seasonal=True).range
    reach = 3 / 1.128 * 13 / 11 * 2**0.5
    assert (found.mean, found.season, found.of_season, found.points) == (10, 4, 3, 12)
    assert four(found.moving_range_mean) == four(13 / 11)
    assert (four(found.lower), four(found.upper)) == (four(10 - reach), four(10 + reach))


def test_each_season_has_its_own_band():
    found = judged(*[value + change for change in (0, 2, 4) for value in SUMMERS], 82, seasonal=True)
    assert [usual.season for usual in found.ranges] == [4, 7, 10, 1]
    stretches = found.stretches([nth(n) for n in range(1, 6)])
    assert [(s.first, s.last, s.range.mean) for s in stretches] == [
        (0, 0, 82), (1, 1, 122), (2, 2, 62), (3, 3, 42), (4, 4, 82)
    ]  # fmt: skip


def test_three_figures_of_every_season_are_needed():
    missing = [80, 120, 60, 40, 82, 118, 61, None, 79, 121, 58, 41, 81, 119, 60]
    found = judged(*missing, seasonal=True)
    assert found.word is Word.TOO_FEW
    assert found.sentence == (
        "Too few points to say whether 60 is unusual: figures of 3 years are needed for each quarter of the year, "
        "and of January–March there are 2. Showing the range anyway: 54 to 66 for October–December "
        "(mean 59.7, from 13 quarters Q1 2023/24 to Q2 2026/27); 60 is within it."
    )
    # With the fourth winter the baseline grows until there are three of each.
    later = judged(*missing, 43, 80, seasonal=True)
    assert (later.word, later.range.baseline.last) == (Word.USUAL, nth(16))


def test_eight_quarters_in_a_row_above_their_own_seasons():
    years = [value + change for change in (2, -2, 0) for value in SUMMERS]
    found = judged(*years, *(value + 1 for value in SUMMERS * 2), seasonal=True)
    assert found.word is Word.UNUSUAL
    assert [signal.kind for signal in found.signals] == [SignalKind.RUN]
    assert "each of the last 8 quarters, Q1 2026/27 to Q4 2027/28, is above its season’s mean" in found.sentence


def test_half_years_have_two_seasons():
    first = Period(HALF_YEAR, dt.date(2018, 4, 1))
    found = judged(*(30, 10, 32, 11, 29, 9, 31, 10, 30, 12, 28, 10), 60, first=first, seasonal=True)
    assert found.sentence.startswith("60 is above the usual range of 26 to 34 for April–September (mean 30, ")
    assert found.sentence.endswith("comparing April–September with April–September of other years.")


# Refused


@pytest.mark.parametrize(
    ("found", "options", "sentence"),
    [
        (readings(1, 2, first=Period(YEAR, dt.date(2023, 4, 1))), {}, "2023/24 is a year, not a quarter"),
        ([*readings(1), *readings(2)], {}, "two figures for Q1 2023/24"),
        (readings("NaN"), {}, "figure for Q1 2023/24 is not a number"),
        (readings("Infinity"), {}, "figure for Q1 2023/24 is not a number"),
        (
            readings(1, 2),
            {"baselines": [Baseline(nth(5), nth(8)), Baseline(nth(1), nth(4))]},
            "from Q1 2023/24 comes after the one from Q1 2024/25",
        ),
        (
            readings(1, 2),
            {"baselines": [Baseline(Period(YEAR, dt.date(2023, 4, 1)), Period(YEAR, dt.date(2024, 4, 1)))]},
            "is not one of quarters",
        ),
    ],
)
def test_figures_and_baselines_that_do_not_belong_together_are_refused(found, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        judge(found, newest=nth(12), **options)


def test_a_baseline_ends_after_it_starts_with_periods_of_one_kind():
    with pytest.raises(ValueError, match="cannot end with Q1 2023/24"):
        Baseline(nth(2), nth(1))
    with pytest.raises(ValueError, match="one kind"):
        Baseline(nth(1), Period(YEAR, dt.date(2024, 4, 1)))


# What holds of any figures

values = st.decimals(-10_000, 10_000, places=2)
series = st.lists(values, min_size=13, max_size=24)
gappy = st.lists(st.none() | values, min_size=13, max_size=30).filter(lambda found: found[-1] is not None)


def shape(found: Judgement):
    return found.word, [(signal.period, signal.kind, signal.side) for signal in found.signals]


def close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("1E-15") * max(1, abs(one), abs(other))


@given(gappy, st.booleans(), st.decimals(-1000, 1000, places=2))
def test_shifting_every_figure_shifts_the_ranges_and_changes_no_word(found, seasonal, by):
    before = judged(*found, floor=None, seasonal=seasonal)
    after = judged(*(None if v is None else v + by for v in found), floor=None, seasonal=seasonal)
    assert shape(before) == shape(after)
    for one, other in zip(before.ranges, after.ranges, strict=True):
        assert close(one.mean + by, other.mean)
        assert close(one.lower + by, other.lower)
        assert close(one.upper + by, other.upper)


@given(gappy, st.booleans(), st.integers(2, 50))
def test_another_scale_scales_the_ranges_and_changes_no_word(found, seasonal, by):
    before = judged(*found, floor=None, seasonal=seasonal)
    after = judged(*(None if v is None else v * by for v in found), floor=None, seasonal=seasonal)
    assert shape(before) == shape(after)
    for one, other in zip(before.ranges, after.ranges, strict=True):
        assert close(one.upper * by, other.upper)
        assert close(one.moving_range_mean * by, other.moving_range_mean)


@given(gappy, st.booleans())
def test_turned_upside_down_above_becomes_below(found, seasonal):
    before = judged(*found, floor=None, seasonal=seasonal)
    after = judged(*(None if v is None else -v for v in found), floor=None, seasonal=seasonal)
    other = {"above": "below", "below": "above"}
    assert [(s.period, s.kind, other[s.side]) for s in before.signals] == [
        (s.period, s.kind, s.side) for s in after.signals
    ]


@given(gappy, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_readings_is_nothing(found, seasonal, shuffler):
    ordered = readings(*found)
    shuffled = list(ordered)
    shuffler.shuffle(shuffled)
    newest = ordered[-1].period
    assert judge(shuffled, newest=newest, seasonal=seasonal) == judge(ordered, newest=newest, seasonal=seasonal)


@given(gappy, st.booleans(), st.sampled_from(["", "%"]))
def test_limits_hold_the_mean_in_the_range_and_in_print(found, seasonal, unit):
    for usual in judged(*found, seasonal=seasonal, unit=unit).ranges:
        assert usual.lower <= usual.mean <= usual.upper
        lower, upper = usual._inward()
        assert usual.lower <= lower <= usual.mean <= upper <= usual.upper


@given(series, st.booleans())
def test_a_figure_is_outside_in_words_if_and_only_if_it_is_outside_the_range_as_printed(found, seasonal):
    said = judged(*found, floor=None, seasonal=seasonal)
    marked = {signal.period: signal.side for signal in said.signals if signal.kind is SignalKind.OUTSIDE}
    for reading in readings(*found):
        usual = said.range_of(reading.period)
        if usual is None or not usual.enough:
            assert reading.period not in marked
            continue
        lower, upper = usual._inward()
        side = "above" if reading.value > upper else "below" if reading.value < lower else None
        assert marked.get(reading.period) == side
        if reading.value != usual.mean:
            assert number(reading.value) != usual.mean_text


@given(series, st.booleans(), st.sampled_from([1, -1]))
def test_a_figure_far_enough_out_is_always_unusual(found, seasonal, way):
    usual = judged(*found, floor=None, seasonal=seasonal).range
    if usual is None or not usual.enough:
        return
    beyond = (usual.upper + 1) if way > 0 else (usual.lower - 1)
    said = judged(*found[:-1], beyond, floor=None, seasonal=seasonal)
    assert said.word is Word.UNUSUAL
    assert SignalKind.OUTSIDE in {signal.kind for signal in said.signals_of(said.newest)}


@given(st.lists(values, min_size=12, max_size=12), st.lists(st.decimals("0.01", 50, places=2), min_size=1, max_size=12))
def test_a_row_is_unusual_from_the_eighth_on_and_never_before(first_twelve, steps):
    mean = sum(first_twelve) / 12
    # One below ends whatever row the first twelve ended with.
    said = judged(*first_twelve, mean - 1, *(mean + step for step in steps), floor=None)
    rows = [s.period for s in said.signals if s.kind is SignalKind.RUN and s.period > nth(13)]
    assert rows == [nth(13 + number) for number in range(8, len(steps) + 1)]


@given(gappy, st.booleans())
def test_every_word_has_a_plain_sentence_and_unusual_always_a_reason(found, seasonal):
    said = judged(*found, seasonal=seasonal)
    assert (said.word is Word.UNUSUAL) == bool(said.signals_of(said.newest))
    assert said.sentence.endswith(".")
    assert said.sentence.startswith("Too few points") == (said.word is Word.TOO_FEW)
    for jargon in ("limit", "signal", "sigma", "control", "process", "None", "  "):
        assert jargon not in said.sentence


@given(gappy, st.integers(1, 30))
def test_a_judgement_of_the_past_reads_as_it_would_have_read_then(found, number):
    all_of_them = readings(*found)
    then = nth(number)
    known_then = [reading for reading in all_of_them if reading.period <= then]
    assert judge(all_of_them, newest=then) == judge(known_then, newest=then)


@given(gappy)
def test_the_stretches_cover_exactly_the_periods_that_a_range_holds_for(found):
    said = judged(*found)
    shown = periods_between(QUARTER, FIRST.start, said.newest.end)
    covered = {
        index: stretch.range for stretch in said.stretches(shown) for index in range(stretch.first, stretch.last + 1)
    }
    assert covered == {i: held for i, p in enumerate(shown) if (held := said.range_of(p)) is not None}


def test_a_range_knows_for_which_periods_it_holds():
    usual = UsualRange(Baseline(nth(5), nth(16)), 12, *map(Decimal, (5, 1, 9, 2)), holds_to=nth(20), season=4)
    assert [number for number in range(1, 30) if usual.holds(nth(number))] == [5, 9, 13, 17]
