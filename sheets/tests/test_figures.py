"""A number is read only when it surely is the number that was meant."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheets.book import Cell, Kind, Note
from sheets.figures import LONGEST_FIGURE, Figure, Given, Misread, day_in, figure_in, parse_day, parse_number, text_in


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1234", "1234", ""),
        ("1,234", "1234", ""),
        ("1,234,567.80", "1234567.80", ""),
        ("1 234", "1234", ""),
        ("1\u00a0234\u202f567", "1234567", ""),
        ("1.234", "1.234", ""),
        ("0.45", "0.45", ""),
        (".5", "0.5", ""),
        ("007", "7", ""),
        (" 12\n", "12", ""),
        ("-12", "-12", ""),
        ("- 12", "-12", ""),
        ("\u221212.5", "-12.5", ""),
        ("\u20131,234", "-1234", ""),
        ("+5", "5", ""),
        ("-0", "0", ""),
        ("45%", "45", "%"),
        ("45.5 %", "45.5", "%"),
        ("-3%", "-3", "%"),
        ("£1,234.50", "1234.50", "£"),
        ("-£5", "-5", "£"),
        ("£-5", "-5", "£"),
        ("123456789012345", "123456789012345", ""),
    ],
)
def test_numbers_as_british_people_write_them(text: str, value: str, unit: str) -> None:
    figure = parse_number(text)
    assert (figure.given, figure.value, figure.unit) == (Given.NUMBER, Decimal(value), unit)
    assert str(figure.value) == value
    assert figure.percent == (unit == "%")


def test_45_percent_and_0_45_are_told_apart() -> None:
    assert parse_number("45%") != parse_number("0.45")
    assert parse_number("45%").value == 45


@pytest.mark.parametrize("text", ["1,234 [p]", "1,234(p)", "1,234 [P]"])
def test_provisional_figures_are_told(text: str) -> None:
    assert parse_number(text) == Figure(text, Given.NUMBER, Decimal(1234), "", provisional=True)


@pytest.mark.parametrize("text", ["n/a", "N/A", "-", "–", "—", "..", "…", ":", "*", "[x]", "[c]", "Not  yet available"])
def test_not_available_is_an_answer(text: str) -> None:
    figure = parse_number(text)
    assert (figure.given, figure.value) == (Given.NOT_AVAILABLE, None)


@pytest.mark.parametrize("text", ["", "  ", "\u00a0\t\n"])
def test_nothing_is_no_answer(text: str) -> None:
    assert parse_number(text) == Figure("", Given.NOTHING)


@pytest.mark.parametrize(
    ("text", "wrong", "expected"),
    [
        ("1.234,5", "comma or points", "Expected 1,234.5:"),
        ("1 234,5", "comma or points", "Expected 1,234.5:"),
        ("1,5", "comma or points", "Expected 1.5:"),
        ("12,34", "comma or points", "Expected 12.34:"),
        ("1.234.567", "comma or points", "Expected 1,234,567:"),
        ("0,123", "comma or points", "Expected 0.123:"),
        ("1234,567.8", "not clear which number", "such as 1,234"),
        ("12,345,67", "not clear which number", "such as 1,234"),
        ("1 2", "not clear which number", "such as 1,234"),
        ("12-", "not clear which number", "such as 1,234"),
        ("--5", "not clear which number", "such as 1,234"),
        ("3/15", "not clear which number", "such as 1,234"),
        ("3–5", "not clear which number", "such as 1,234"),
        ("5.", "not clear which number", "such as 1,234"),
        ("(12)", "in brackets", "Write -12, or 12."),
        ("(£1,200)", "in brackets", "Write -1,200, or £1,200."),
        ("£(5)", "in brackets", "Write -5, or 5."),
        ("4.15E+11", "shortened by a spreadsheet", "without decimals"),
        ("1e400", "shortened by a spreadsheet", "without decimals"),
        ("<5", "not one number", "or n/a"),
        ("about 40", "not one number", "or n/a"),
        ("$5", "not in pounds", "such as 1,234"),
        ("=SUM(A1:A3)", "is a formula", "paste them as values"),
        ("#REF!", "error", "such as 1,234"),
        ("#N/A", "error", "such as 1,234"),
        ("１２", "digits 0 to 9", "such as 1,234"),
        ("١٢٣", "digits 0 to 9", "such as 1,234"),
        ("²", "digits 0 to 9", "such as 1,234"),
        ("12 offences", "something besides", "such as 1,234"),
        ("12k", "something besides", "such as 1,234"),
        ("0x10", "something besides", "such as 1,234"),
        ("1_000", "something besides", "such as 1,234"),
        ("45%%", "something besides", "such as 1,234"),
        ("NaN", "is text", "such as 1,234"),
        ("Infinity", "is text", "such as 1,234"),
        ("-inf", "is text", "such as 1,234"),
        ("none", "is text", "such as 1,234"),
        ("nil", "is text", "such as 1,234"),
        ("%", "is text", "such as 1,234"),
        ("1234567890123456", "more than 15 digits", "such as 1,234"),
        ("0.1234567890123456", "more than 15 digits", "such as 1,234"),
        ("9" * 40_000, "is text", "such as 1,234"),
    ],
)
def test_what_is_not_surely_a_number_is_sent_back(text: str, wrong: str, expected: str) -> None:
    with pytest.raises(Misread) as misread:
        parse_number(text)
    assert wrong in misread.value.sentence
    assert expected in misread.value.expected
    assert len(str(misread.value)) < 250


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
@example(Decimal("-0.0001"))
def test_a_number_written_in_any_british_way_is_that_number(value: Decimal) -> None:
    for text in (f"{value}", f"{value:,}", f"{value:,}".replace(",", "\u00a0"), f"£{value:,}", f"{value}%"):
        assert parse_number(text).value == value


@given(st.text(max_size=LONGEST_FIGURE + 5) | st.text("0123456789.,-+()%£ eE[]p'/", max_size=12))
def test_any_text_is_a_figure_or_sent_back(text: str) -> None:
    try:
        figure = parse_number(text)
    except Misread as misread:
        sent_back = misread
    else:
        assert (figure.value is not None and figure.value.is_finite()) == (figure.given is Given.NUMBER)
        return
    assert sent_back.sentence.endswith(".")
    assert sent_back.expected.endswith(".")


# --- cells ---


def test_the_figure_of_a_cell() -> None:
    assert figure_in(Cell(2, 1)) == Figure("", Given.NOTHING)
    assert figure_in(Cell(2, 1, "1,234", Decimal(1234), Kind.NUMBER)) == Figure("1,234", Given.NUMBER, Decimal(1234))
    assert figure_in(Cell(2, 1, "1,234", "1,234", Kind.TEXT)) == parse_number("1,234")


def test_a_percentage_is_the_same_typed_or_shown() -> None:
    shown = figure_in(Cell(2, 1, "45%", Decimal("0.45"), Kind.PERCENTAGE))
    typed = figure_in(Cell(2, 1, "45%", "45%", Kind.TEXT))
    assert shown == typed == Figure("45%", Given.NUMBER, Decimal(45), "%")


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (Cell(2, 1, "418", None, Kind.FORMULA), "contains a formula"),
        (Cell(2, 1, "#REF!", None, Kind.ERROR), "the error #REF!"),
        (Cell(2, 1, "15/03/2026", dt.date(2026, 3, 15), Kind.DAY), "typed as 3/15"),
        (Cell(2, 1, "TRUE", True, Kind.YES_NO), "is text, not a number"),
        (Cell(2, 1, "1E+20", Decimal("1E+20"), Kind.NUMBER), "more than 15 digits"),
    ],
)
def test_cells_that_hold_no_figure_are_sent_back(cell: Cell, wrong: str) -> None:
    with pytest.raises(Misread) as misread:
        figure_in(cell)
    assert wrong in misread.value.sentence


@pytest.mark.parametrize("reading", [text_in, figure_in, day_in])
@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (Cell(2, 1, notes=(Note.COVERED,)), "merged with another"),
        (Cell(2, 1, "30/09/2026", None, Kind.FORMULA), "contains a formula"),
        (Cell(2, 1, "#N/A", None, Kind.ERROR), "the error #N/A"),
    ],
)
def test_cells_that_nobody_typed_are_sent_back(reading: Callable[[Cell], object], cell: Cell, wrong: str) -> None:
    with pytest.raises(Misread) as misread:
        reading(cell)
    assert wrong in misread.value.sentence


def test_the_text_of_a_cell() -> None:
    assert text_in(Cell(2, 1)) == ""
    assert text_in(Cell(2, 1, "Violence", "Violence", Kind.TEXT, (Note.MERGED,))) == "Violence"
    assert text_in(Cell(2, 1, "1,234", Decimal(1234), Kind.NUMBER)) == "1,234"


# --- days ---


@pytest.mark.parametrize(
    "text",
    [
        *("30/09/2026", "30/9/2026", "30.09.2026", "30-09-2026", "2026-09-30", "30/09/26"),
        *("30 September 2026", "30  sep 2026", "30 Sept 2026", "30-Sep-26", "30-Sep-2026"),
    ],
)
def test_days_as_british_people_write_them(text: str) -> None:
    assert parse_day(text) == dt.date(2026, 9, 30)
    assert day_in(Cell(2, 1, text, text, Kind.TEXT)) == dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("09/30/2026", "month before the day"),
        ("31/09/2026", "is not a day"),
        ("30/13/2026", "is not a day"),
        ("September 2026", "is not a day"),
        ("٣٠/٠٩/٢٠٢٦", "is not a day"),
        ("30/09/202", "is not a day"),
        ("46295", "is not a day"),
        ("", "No day is given"),
    ],
)
def test_what_is_not_surely_a_day_is_sent_back(text: str, wrong: str) -> None:
    with pytest.raises(Misread) as misread:
        parse_day(text)
    assert wrong in misread.value.sentence


def test_the_day_of_a_cell() -> None:
    assert day_in(Cell(2, 1)) is None
    assert day_in(Cell(2, 1, "30/09/2026", dt.date(2026, 9, 30), Kind.DAY)) == dt.date(2026, 9, 30)
    with pytest.raises(Misread, match=r"“393” is not a day\."):
        day_in(Cell(2, 1, "393", Decimal(393), Kind.NUMBER))
