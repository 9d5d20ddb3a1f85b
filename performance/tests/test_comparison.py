import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from performance.comparison import (
    Against,
    Average,
    BaselineFigure,
    Better,
    Kept,
    Measure,
    Reading,
    Target,
    Wanted,
    against_average,
    compare_all,
    difference,
    direction,
    guess,
    measure_of,
    with_unit,
)
from priorities.periods import Period, PeriodKind

figures = st.decimals(0, 100_000, places=2)


def test_the_partnerships_own_printed_quarter():
    change = difference(3071, 2805)
    assert (change.number, change.percent, change.reason) == (266, Decimal("9.5"), "")
    assert (change.number_text, change.percent_text) == ("+266", "+9.5%")
    assert difference(3342, 3027).percent_text == "+10.4%"


def test_a_fall_has_a_true_minus_sign():
    change = difference(2805, 14256)
    assert (change.number_text, change.percent_text) == ("−11,451", "−80.3%")


@pytest.mark.parametrize(
    ("now", "before", "number", "reason"),
    [
        (3, 0, "+3", "the earlier figure is 0"),
        (0, 0, "0", "the earlier figure is 0"),
        (12, 19, "−7", "the earlier figure is under 20"),
    ],
)
def test_from_nought_and_from_a_small_count_there_is_no_percentage(now, before, number, reason):
    change = difference(now, before)
    assert (change.number_text, change.percent, change.percent_text) == (number, None, "n/a")
    assert change.reason == reason


def test_from_twenty_on_there_is_one():
    assert difference(19, 20).percent_text == "−5.0%"


def test_the_small_count_rule_is_about_counts():
    assert difference(Decimal("16.1"), Decimal("14.8"), Measure.RATE).percent_text == "+8.8%"


def test_percentages_differ_by_points():
    change = difference(Decimal("62.0000"), Decimal("58.5000"), Measure.PERCENTAGE)
    assert (change.number_text, change.percent) == ("+3.5 points", None)
    found = direction(Decimal("62.0000"), Decimal("58.5000"), "higher", Measure.PERCENTAGE)
    assert found.sentence == "better: up 3.5 percentage points on the same quarter last year"


def test_one_point_is_one_point():
    assert difference(Decimal("57.0000"), Decimal("58.0000"), Measure.PERCENTAGE).number_text == "−1 point"
    found = direction(Decimal("57.0000"), Decimal("58.0000"), "neutral", Measure.PERCENTAGE)
    assert found.sentence == "down 1 percentage point on the same quarter last year"


@pytest.mark.parametrize(
    ("now", "before", "better", "word", "arrow", "sentence"),
    [
        (3071, 2805, "lower", "worse", "▲ up", "worse: up 9.5% on the same quarter last year"),
        (3071, 2805, "higher", "better", "▲ up", "better: up 9.5% on the same quarter last year"),
        (2805, 3071, "lower", "better", "▼ down", "better: down 8.7% on the same quarter last year"),
        (2805, 3071, "higher", "worse", "▼ down", "worse: down 8.7% on the same quarter last year"),
        (3071, 2805, "neutral", "up", "▲ up", "up 9.5% on the same quarter last year"),
        (2805, 3071, "context", "down", "▼ down", "down 8.7% on the same quarter last year"),
        (105, 100, "lower", "similar", "▲ up", "similar: up 5.0% on the same quarter last year"),
        (95, 100, "lower", "similar", "▼ down", "similar: down 5.0% on the same quarter last year"),
        (106, 100, "lower", "worse", "▲ up", "worse: up 6.0% on the same quarter last year"),
        (94, 100, "lower", "better", "▼ down", "better: down 6.0% on the same quarter last year"),
        (100, 100, "higher", "unchanged", "▶ unchanged", "unchanged on the same quarter last year"),
        (10001, 10000, "lower", "similar", "▲ up", "similar: up 1 on the same quarter last year"),
        (6, 4, "lower", "worse", "▲ up", "worse: up 2 on the same quarter last year"),
        (2, 0, "lower", "worse", "▲ up", "worse: up 2 on the same quarter last year (from 0)"),
    ],
)
def test_arrow_by_the_number_and_word_by_the_judgement(now, before, better, word, arrow, sentence):
    found = direction(now, before, better)
    assert (found.word, found.arrow, found.sentence) == (word, arrow, sentence)
    assert found.symbol == arrow[0]


def test_the_band_is_judged_before_rounding():
    # 5.04% prints as 5.0% but lies outside the band.
    assert direction(10504, 10000, "lower").sentence == "worse: up 5.0% on the same quarter last year"


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (None, 12, "no comparison: no figure for this period yet"),
        (12, None, "no comparison: no figure for the same half-year last year"),
        (None, None, "no comparison: no figure for this period yet"),
    ],
)
def test_a_missing_figure_is_no_comparison(now, before, sentence):
    found = direction(now, before, "lower", against="the same half-year last year")
    assert (found.word, found.arrow, found.symbol) == ("no comparison", "", "")
    assert found.sentence == sentence


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        direction(1, 2, "sideways")


@given(figures, figures)
def test_lower_and_higher_mirror_each_other_and_the_unjudged_are_never_judged(now, before):
    mirror = {"better": "worse", "worse": "better"}
    lower, higher = direction(now, before, Better.LOWER), direction(now, before, Better.HIGHER)
    assert higher.word == mirror.get(lower.word, lower.word)
    assert lower.arrow == higher.arrow
    for better in (Better.NEUTRAL, Better.CONTEXT):
        assert direction(now, before, better).word in {"up", "down", "unchanged"}


@pytest.mark.parametrize(
    ("unit", "measure"),
    [
        ("offences", Measure.COUNT),
        ("% of clients", Measure.PERCENTAGE),
        ("%", Measure.PERCENTAGE),
        ("rate per 100,000", Measure.RATE),
        ("offences per 1,000 residents", Measure.RATE),
        ("people", Measure.COUNT),
    ],
)
def test_the_unit_tells_the_kind_of_figure(unit, measure):
    assert measure_of(unit) is measure


@pytest.mark.parametrize(
    ("rate", "average", "word", "sentence"),
    [
        ("154.006", "117.497", "Above", "31.1% above the similar areas’ average"),
        ("0.0605", "0.574", "Below", "89.5% below the similar areas’ average"),
        ("1.5", "1.5", "The same as", "The same as the similar areas’ average"),
        ("1.5", "0", "Above", "Above the similar areas’ average of 0"),
    ],
)
def test_a_rate_against_the_average_of_similar_areas(rate, average, word, sentence):
    found = against_average(Decimal(rate), Decimal(average))
    assert (found.word, found.sentence) == (word, sentence)


# Every comparison of one figure

QUARTER, HALF_YEAR, YEAR = PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR
START = Period(QUARTER, dt.date(2024, 10, 1))
SHOPLIFTING = (459, 408, 393, 409, 464, 413, 418, 406)
"""Q3 2024/25 to Q2 2026/27 of the demonstration."""
NOW = Period(QUARTER, dt.date(2026, 7, 1))


def readings(*values, first=START):
    found, period = [], first
    for value in values:
        if value is not None:
            found.append(Reading(period, Decimal(str(value))))
        period = period.next()
    return found


def compared(found, kind, *, period=NOW, better="lower", unit="offences", **known):
    """The one row of this kind."""
    (row,) = [row for row in compare_all(found, period=period, better=better, unit=unit, **known) if row.kind is kind]
    return row


def test_a_quarter_is_compared_with_last_year_the_quarter_before_and_by_twelve_months():
    rows = compare_all(readings(*SHOPLIFTING), period=NOW, better="lower", unit="offences")
    assert [(row.label, row.period, row.theirs_text, row.number_text, row.percent_text) for row in rows] == [
        ("Same quarter last year", "Q2 2025/26", "409", "−3", "−0.7%"),
        ("Previous quarter", "Q1 2026/27", "418", "−12", "−2.9%"),
        ("12 months before", "October 2024 to September 2025", "1,669", "+32", "+1.9%"),
    ]
    assert [row.sentence for row in rows] == [
        "similar: down 0.7% on the same quarter last year (Q2 2025/26: 409)",
        "similar: down 2.9% on the previous quarter (Q1 2026/27: 418)",
        "similar: up 1.9% on the 12 months before (October 2024 to September 2025: 1,669)",
    ]
    assert [row.symbol for row in rows] == ["▼", "▼", "▲"]
    assert (rows[2].ours, rows[2].ours_text) == (1701, "1,701")


def test_rows_come_in_one_order_whatever_order_they_are_given_in():
    average = Average(NOW, Decimal(400))
    rows = compare_all(
        reversed(readings(*SHOPLIFTING)),
        period=NOW,
        better="lower",
        unit="offences",
        england=average,
        region=average,
        similar_areas=average,
        target=Target(Wanted.REDUCE),
        baseline=BaselineFigure(Decimal(1700)),
    )
    assert [row.kind for row in rows] == list(Against)


def test_another_season_makes_no_figure_better_or_worse():
    """Motorbikes in summer against spring: up, and that is all; better or worse is for the summer before to say."""
    found = readings(88, 92, 60, 55, 79, 84, first=NOW.year_before().previous())
    rows = {row.kind: row for row in compare_all(found, period=NOW, better="lower", unit="incidents", seasonal=True)}
    row = rows[Against.PREVIOUS]
    assert (row.word, row.period, row.percent_text) == ("up", "Q1 2026/27, another season", "+6.3%")
    assert row.sentence == "up 6.3% on the previous quarter (Q1 2026/27, another season: 79)"
    assert rows[Against.YEAR_BEFORE].word == "better"
    plain = compared(found, Against.PREVIOUS, unit="incidents")
    assert (plain.word, plain.period) == ("worse", "Q1 2026/27")


def test_a_target_that_is_a_direction_says_so_and_shows_no_figure_to_reach():
    row = compared(readings(*SHOPLIFTING), Against.TARGET, target=Target(Wanted.REDUCE))
    assert (row.label, row.period, row.theirs_text) == ("Target: to reduce, judged against", "Q2 2025/26", "")
    valued = compared(readings(*SHOPLIFTING), Against.TARGET, target=Target(value=Decimal(400)))
    assert (valued.label, valued.period, valued.theirs_text) == ("Target", "Q2 2026/27", "400")


def test_better_and_worse_are_said_against_what():
    row = compared(
        readings(380, *SHOPLIFTING[1:4], 450, first=START),
        Against.YEAR_BEFORE,
        period=START.next().next().next().next(),
    )
    assert (row.word, row.sentence) == ("worse", "worse: up 18.4% on the same quarter last year (Q3 2024/25: 380)")


def test_yearly_figures_are_told_once_and_carry_their_own_year():
    first = Period(YEAR, dt.date(2023, 4, 1))
    found = readings("14.8", "16.1", first=first)
    rows = compare_all(found, period=first.next(), better="lower", unit="rate per 100,000")
    assert [(row.label, row.period) for row in rows] == [("Year before", "2023/24")]
    assert rows[0].sentence == "worse: up 8.8% on the year before (2023/24: 14.8)"


def test_what_is_missing_is_named_and_is_no_number():
    rows = compare_all(
        readings(*SHOPLIFTING[:-1]), period=NOW, better="lower", unit="offences", target=Target(value=Decimal(400))
    )
    assert {row.sentence for row in rows} == {"n/a: no figure for Q2 2026/27"}
    assert {(row.word, row.number_text, row.percent_text, row.symbol) for row in rows} == {
        ("no comparison", "n/a", "n/a", "")
    }
    gap = readings(*SHOPLIFTING[:4], 464, None, 418, 406)
    row = compared(gap, Against.ROLLING)
    assert (row.reason, row.ours, row.theirs) == ("no figure for Q4 2025/26", None, None)
    row = compared(readings(None, None, *SHOPLIFTING[2:]), Against.ROLLING)
    assert (row.reason, row.ours_text, row.theirs) == ("no figure for Q3 2024/25 and 1 more", "1,701", None)
    assert (
        compared(readings(*SHOPLIFTING[4:], first=NOW.year_before().next()), Against.YEAR_BEFORE).reason
        == "no figure for Q2 2025/26"
    )


def test_figures_after_the_period_are_left_aside():
    found = readings(*SHOPLIFTING)
    earlier = START.next().next().next().next()
    assert compare_all(found, period=earlier, better="lower", unit="offences") == compare_all(
        found[:5], period=earlier, better="lower", unit="offences"
    )


def test_half_years_make_twelve_months_of_two():
    first = Period(HALF_YEAR, dt.date(2024, 10, 1))
    row = compared(
        readings(10, 20, 30, 40, first=first), Against.ROLLING, period=Period(HALF_YEAR, dt.date(2026, 4, 1))
    )
    assert (row.ours, row.theirs, row.period) == (70, 30, "October 2024 to September 2025")


@pytest.mark.parametrize(
    ("unit", "added"),
    [
        ("offences", True),
        ("incidents", True),
        ("people", False),
        ("adults in treatment", False),
        ("%", False),
        ("rate per 1,000", False),
        ("offenders", False),
        ("families", False),
        ("cases per thousand residents", False),
        ("average days", False),
        ("minutes", False),
        ("pounds saved", True),
    ],
)
def test_only_counts_of_events_are_added_up(unit, added):
    assert guess(unit).adds_up is added


def test_what_the_indicator_says_goes_before_what_its_unit_sounds_like():
    counted = compared(readings(*SHOPLIFTING), Against.ROLLING, unit="troubled homes", kept=Kept.PEOPLE)
    assert counted.sentence == "n/a: the same troubled homes may be counted in more than one quarter"
    assert compared(readings(*SHOPLIFTING), Against.ROLLING, unit="people helped", kept=Kept.COUNT).ours is not None
    timed = compared(readings(*SHOPLIFTING), Against.ROLLING, unit="turnaround", kept=Kept.TIME)
    assert timed.sentence == "n/a: turnaround: such figures are not added up"


@pytest.mark.parametrize(("people", "percent"), [(3, "n/a"), (19, "n/a"), (20, "+68.8%"), (None, "+68.8%")])
def test_a_rate_of_a_few_people_has_no_percentage_either(people, percent):
    before = Reading(NOW.year_before(), Decimal("3.2"), numerator=None if people is None else Decimal(people))
    row = compared([before, Reading(NOW, Decimal("5.4"))], Against.YEAR_BEFORE, unit="rate per 100,000")
    assert (row.number_text, row.percent_text) == ("+2.2", percent)
    assert ("up 68.8%" in row.sentence) == (percent != "n/a")


def test_people_are_not_added_up_to_a_year():
    row = compared(readings(*SHOPLIFTING), Against.ROLLING, unit="people", better="higher")
    assert row.sentence == "n/a: the same people may be counted in more than one quarter"


def shares(*pairs, scale=100, places="0.1"):
    found, period = [], START
    for numerator, denominator in pairs:
        value = (Decimal(numerator) * scale / denominator).quantize(Decimal(places))
        found.append(Reading(period, value, False, Decimal(numerator), Decimal(denominator)))
        period = period.next()
    return found


def test_shares_are_pooled_over_their_denominators_never_averaged():
    # The mean of the four earlier percentages would be 50.0; of their 400 cases 335 were completed.
    found = shares((300, 300), (0, 30), (10, 20), (25, 50), (45, 50), (45, 50), (45, 50), (45, 50))
    row = compared(found, Against.ROLLING, unit="%", better="higher")
    assert (row.theirs_text, row.ours_text, row.number_text, row.percent_text) == ("83.8%", "90%", "+6.2 points", "n/a")
    assert row.sentence == (
        "better: up 6.2 percentage points on the 12 months before (October 2024 to September 2025: 83.8%)"
    )
    rates = shares(*[(92, 92_571)] * 4, *[(111, 92_571)] * 4, scale=1000, places="0.001")
    row = compared(rates, Against.ROLLING, unit="rate per 1,000")
    assert (row.theirs_text, row.ours_text) == ("0.994", "1.199")


@pytest.mark.parametrize(
    ("unit", "change", "reason"),
    [
        (
            "%",
            {"numerator": None},
            "percentages and rates are not added up, and Q3 2025/26 has no numerator and denominator",
        ),
        ("%", {"value": Decimal(12)}, "numerator and denominator do not give the figure of Q3 2025/26"),
        ("rate", {}, "the unit does not say per how many the rate is"),
    ],
)
def test_shares_without_sound_parts_have_no_twelve_months(unit, change, reason):
    found = shares(*[(45, 50)] * 8)
    old = found[4]
    found[4] = Reading(
        old.period, change.get("value", old.value), False, change.get("numerator", old.numerator), old.denominator
    )
    assert compared(found, Against.ROLLING, unit=unit, better="higher").reason == reason


def test_a_baseline_in_another_unit_is_no_comparison():
    baseline = BaselineFigure(Decimal("17.576"), "rate per 1,000", "12 months to July 2023")
    row = compared(readings(*SHOPLIFTING), Against.BASELINE, baseline=baseline)
    assert (row.period, row.number_text) == ("12 months to July 2023", "n/a")
    assert row.sentence == "n/a: the baseline is in another unit: rate per 1,000, not offences"
    assert row.theirs_text == "17.576 per 1,000"


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("per 100,000 population", "rate per 100,000", True),
        ("Rate per 1,000 residents", "per 1,000", True),
        ("per 1,000 population", "rate per 100,000", False),
        ("per 100,000 aged 10 to 17", "rate per 100,000", False),
        ("% of people", "%", False),
    ],
)
def test_one_unit_said_in_two_ways_is_compared(theirs: str, ours: str, same: bool):
    year = Period(PeriodKind.YEAR, dt.date(2024, 4, 1))
    known = [Reading(year, Decimal("14.1"))]
    rows = compare_all(known, period=year, better="lower", unit=ours, baseline=BaselineFigure(Decimal("14.8"), theirs))
    row = next(one for one in rows if one.kind is Against.BASELINE)
    assert (row.difference is not None) is same
    assert row.theirs_text.startswith("14.8")


def test_a_years_baseline_is_compared_with_a_years_figures():
    baseline = BaselineFigure(Decimal(1600), "Offences ", "12 months to July 2023")
    row = compared(readings(*SHOPLIFTING), Against.BASELINE, baseline=baseline)
    assert (row.ours, row.number_text, row.word) == (1701, "+101", "worse")
    assert row.period == "12 months to July 2023; ours of October 2025 to September 2026"
    short = compared(
        readings(*SHOPLIFTING[-3:], first=Period(QUARTER, dt.date(2026, 1, 1))), Against.BASELINE, baseline=baseline
    )
    assert short.reason == "no figure for Q3 2025/26"


def test_a_baseline_of_another_length_of_time_is_no_comparison():
    found = readings("3.2", "3.1", "3.3", "3.4")
    period = found[-1].period
    row = compared(found, Against.BASELINE, period=period, unit="rate per 1,000", baseline=BaselineFigure(Decimal(13)))
    assert row.reason == "the baseline covers 12 months, the figure 3"
    same = BaselineFigure(Decimal(3), months=3)
    row = compared(found, Against.BASELINE, period=period, unit="rate per 1,000", baseline=same)
    assert (row.word, row.period) == ("worse", "period not stated")
    share = compared(found, Against.BASELINE, period=period, unit="%", baseline=BaselineFigure(Decimal(3)))
    assert share.number_text == "+0.4 points"
    assert (
        compared(found, Against.BASELINE, period=period, baseline=BaselineFigure(None)).reason
        == "the baseline is not a number"
    )


@pytest.mark.parametrize(
    ("better", "wanted", "value", "word", "sentence"),
    [
        ("lower", None, 406, "met", "met: 406 against a target of 406 or less"),
        ("lower", None, 405, "not met", "not met: 406 against a target of 405 or less"),
        ("higher", None, 406, "met", "met: 406 against a target of 406 or more"),
        ("higher", Wanted.REDUCE, 407, "met", "met: 406 against a target of 407 or less"),
        ("lower", Wanted.MAINTAIN, 400, "met", "met: 406 against a target of 400"),
        ("lower", Wanted.MAINTAIN, 380, "not met", "not met: 406 against a target of 380"),
        ("context", None, 400, "above", "1.5% above the target of 400"),
        ("context", None, 406, "the same", "the same as the target of 406"),
    ],
)
def test_a_target_with_a_value(better, wanted, value, word, sentence):
    target = Target(wanted, Decimal(value))
    row = compared(readings(*SHOPLIFTING), Against.TARGET, better=better, target=target)
    assert (row.word, row.sentence, row.theirs) == (word, sentence, value)


@pytest.mark.parametrize(
    ("wanted", "now", "word"),
    [
        (Wanted.REDUCE, 380, "moving as wanted"),
        (Wanted.REDUCE, 440, "moving the wrong way"),
        (Wanted.REDUCE, 410, "little change"),
        (Wanted.INCREASE, 440, "moving as wanted"),
        (Wanted.INCREASE, 380, "moving the wrong way"),
        (Wanted.MAINTAIN, 410, "held"),
        (Wanted.MAINTAIN, 380, "not held"),
    ],
)
def test_a_target_that_is_a_direction_is_judged_on_the_same_quarter_last_year(wanted, now, word):
    row = compared(readings(*SHOPLIFTING[:-1], now), Against.TARGET, better="neutral", target=Target(wanted))
    assert row.word == word
    assert row.sentence.startswith(f"the target is to {wanted.value}: {word}, {'up' if now > 409 else 'down'} ")
    assert row.sentence.endswith(" on the same quarter last year (Q2 2025/26: 409)")


def test_a_target_needs_a_direction_or_a_value():
    assert compared(readings(*SHOPLIFTING), Against.TARGET, target=Target()).word == "little change"
    row = compared(readings(*SHOPLIFTING), Against.TARGET, better="neutral", target=Target())
    assert row.sentence == "n/a: the target names no direction"


@pytest.mark.parametrize(
    ("average", "better", "word", "sentence"),
    [
        ("220.5", "lower", "worse", "worse: 84.1% above the similar areas’ average of 220.5 in Q2 2026/27"),
        ("220.5", "higher", "better", "better: 84.1% above the similar areas’ average of 220.5 in Q2 2026/27"),
        ("500", "lower", "better", "better: 18.8% below the similar areas’ average of 500 in Q2 2026/27"),
        ("400", "lower", "similar", "similar: 1.5% above the similar areas’ average of 400 in Q2 2026/27"),
        ("220.5", "context", "above", "84.1% above the similar areas’ average of 220.5 in Q2 2026/27"),
        ("500", "neutral", "below", "18.8% below the similar areas’ average of 500 in Q2 2026/27"),
        ("406", "lower", "the same", "the same as the similar areas’ average of 406 in Q2 2026/27"),
    ],
)
def test_beside_similar_areas(average, better, word, sentence):
    known = {"similar_areas": Average(NOW, Decimal(average), 15, 15)}
    row = compared(readings(*SHOPLIFTING), Against.SIMILAR_AREAS, better=better, **known)
    assert (row.word, row.position, row.group_size, row.symbol) == (word, 15, 15, "")
    assert row.sentence == f"{sentence}; position 15 of 15, where 1 is the lowest"


def test_an_average_of_an_earlier_period_is_held_against_our_figure_of_that_period():
    row = compared(readings(*SHOPLIFTING), Against.ENGLAND, england=Average(NOW.previous(), Decimal(380)))
    assert (row.label, row.period, row.ours) == ("England’s average", "Q1 2026/27", 418)
    assert row.sentence == "worse: 10.0% above England’s average of 380 in Q1 2026/27"
    old = Average(Period(QUARTER, dt.date(2020, 4, 1)), Decimal(380))
    row = compared(readings(*SHOPLIFTING), Against.REGION, region=old)
    assert (row.label, row.sentence) == ("Region’s average", "n/a: no figure of our own for Q1 2020/21")


def test_an_average_in_another_unit_keeps_its_position():
    known = {"similar_areas": Average(NOW, Decimal("8.159"), 15, 15, "rate per 1,000")}
    row = compared(readings(*SHOPLIFTING), Against.SIMILAR_AREAS, **known)
    assert row.sentence == (
        "n/a: the average is in another unit: rate per 1,000, not offences; position 15 of 15, where 1 is the lowest"
    )
    assert (row.difference, row.position) == (None, 15)


def test_percentages_differ_from_an_average_by_points():
    row = compared(readings(*[62.5] * 8), Against.REGION, unit="%", better="higher", region=Average(NOW, Decimal(58)))
    assert row.sentence == "better: 4.5 percentage points above the region’s average of 58% in Q2 2026/27"


def test_provisional_on_either_side_is_said():
    found = readings(*SHOPLIFTING)
    found[3] = Reading(found[3].period, found[3].value, provisional=True)
    rows = {row.kind: row for row in compare_all(found, period=NOW, better="lower", unit="offences")}
    assert rows[Against.YEAR_BEFORE].sentence.endswith("409); provisional, and may be revised")
    assert (rows[Against.ROLLING].provisional, rows[Against.PREVIOUS].provisional) == (True, False)
    assert "provisional" not in rows[Against.PREVIOUS].sentence


@given(
    st.lists(st.none() | figures, min_size=8, max_size=8),
    st.sampled_from(Better),
    st.sampled_from(["offences", "%", "rate per 1,000", "people"]),
)
def test_a_row_has_either_a_difference_or_a_reason(values, better, unit):
    average = Average(NOW.previous(), Decimal(0), 1, 15)
    rows = compare_all(
        readings(*values),
        period=NOW,
        better=better,
        unit=unit,
        baseline=BaselineFigure(Decimal(12)),
        target=Target(Wanted.MAINTAIN),
        similar_areas=average,
    )
    for row in rows:
        assert (
            (row.difference is None)
            == bool(row.reason)
            == row.sentence.startswith("n/a: ")
            == (row.word == "no comparison")
        )
        if row.difference:
            assert row.difference.number == row.ours - row.theirs
            assert row.period in row.sentence
        if better in (Better.NEUTRAL, Better.CONTEXT):
            assert row.word not in ("better", "worse")


@pytest.mark.parametrize(
    ("printed", "unit", "said"),
    [
        ("418", "offences", "418 offences"),
        ("45%", "% of clients", "45% of clients"),
        ("5.5", "rate per 100,000", "5.5 per 100,000"),
        ("5", "rate checks", "5 rate checks"),
    ],
)
def test_a_figure_is_said_with_its_unit(printed: str, unit: str, said: str) -> None:
    assert with_unit(printed, unit) == said
