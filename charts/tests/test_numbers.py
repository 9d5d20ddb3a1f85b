from decimal import Decimal

import pytest

from charts.numbers import number, percent, signed, signed_percent


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (14256, None, "14,256"),
        (Decimal("14256.0000"), None, "14,256"),
        (Decimal("14.8000"), None, "14.8"),
        (Decimal("0.0605"), None, "0.0605"),
        (Decimal("1E+3"), None, "1,000"),
        (0.1, None, "0.1"),
        (-12, None, "−12"),
        (0, None, "0"),
        (Decimal("2.25"), 1, "2.3"),
        (Decimal("-2.25"), 1, "−2.3"),
        (Decimal("-0.04"), 1, "0.0"),
        (1234567.891, 2, "1,234,567.89"),
    ],
)
def test_numbers_are_printed_the_british_way(value, places, text):
    assert number(value, places) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(266, None, "+266"), (-266, None, "−266"), (0, None, "0"), (Decimal("0.04"), 1, "0.0"), (1000, None, "+1,000")],
)
def test_differences_carry_their_sign(value, places, text):
    assert signed(value, places) == text


def test_percentages_to_one_decimal():
    assert percent(Decimal("9.483")) == "9.5%"
    assert signed_percent(Decimal("9.483")) == "+9.5%"
    assert signed_percent(Decimal("-5")) == "−5.0%"
