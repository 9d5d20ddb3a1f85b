from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from performance.comparison import (
    Better,
    Measure,
    against_average,
    difference,
    direction,
    measure_of,
)

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
        ("154.006", "117.497", "Above", "31.1% above the similar areas' average"),
        ("0.0605", "0.574", "Below", "89.5% below the similar areas' average"),
        ("1.5", "1.5", "The same as", "The same as the similar areas' average"),
        ("1.5", "0", "Above", "Above the similar areas' average of 0"),
    ],
)
def test_a_rate_against_the_average_of_similar_areas(rate, average, word, sentence):
    found = against_average(Decimal(rate), Decimal(average))
    assert (found.word, found.sentence) == (word, sentence)
