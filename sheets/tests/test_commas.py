"""What a spreadsheet reads is what was said, and never a formula."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from sheets import csv_text


def read_back(*row: object) -> list[str]:
    text = "".join(csv_text(["One"], [row]))  # type: ignore[list-item]
    assert text.startswith("\ufeffOne\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        " =1",
        '"=1',
        "'=1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert read_back(text) == [f"'{text}"]


@pytest.mark.parametrize("text", ["", "plain", 'two "words", and\r\na line', "a=b", "5 - 3", "Café ŵ", "’tis", "1e9"])
def test_any_other_text_is_as_it_was(text: str) -> None:
    assert read_back(text) == [text]


def test_numbers_days_and_nothing() -> None:
    cells = [
        -3,
        Decimal("21.130"),
        1.5,
        True,
        False,
        None,
        dt.date(2026, 9, 30),
        dt.datetime(2026, 9, 30, 9, 5, tzinfo=dt.UTC),
    ]
    assert read_back(*cells) == ["-3", "21.130", "1.5", "yes", "no", "", "2026-09-30", "2026-09-30 09:05"]
