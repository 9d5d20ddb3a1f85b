"""What Excel reads is what was said: no formula, no error, no link, and a file that opens."""

import datetime as dt
import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from sheets import csv_text, write_xlsx, xlsx_bytes
from sheets.tests.test_commas import read_back as read_back_csv
from sheets.workbook import LONGEST_TEXT, sheet_name


def made(*rows: tuple[object, ...], title: str = "Actions", columns: tuple[str, ...] = ("One",)) -> bytes:
    return xlsx_bytes(title, columns, rows)  # type: ignore[arg-type]


def cells(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows()]


FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1", ' "=1', '=HYPERLINK("http://x")']
OTHERS = ["plain", "#N/A", "#REF!", "TRUE", "1e9", "007", "2026-09-30", "http://example.org", "a@example.org", "Café ŵ"]


@pytest.mark.parametrize("text", FORMULAS + OTHERS)
def test_a_text_is_a_text(text: str) -> None:
    content = made((text,))
    cell = cells(content)[1][0]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    assert cell.quotePrefix == (text in FORMULAS)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.replace("=HYPERLINK", "")


def test_the_columns_names_are_texts_too() -> None:
    assert cells(made(columns=("=1+1",)))[0][0].data_type == "s"


def test_numbers_days_and_nothing() -> None:
    columns = tuple("abcdefg")
    moment = dt.datetime(2026, 9, 30, 9, 5, 7, tzinfo=dt.UTC)
    row = cells(made((-3, Decimal("21.13"), 1.5, True, None, dt.date(2026, 9, 30), moment), columns=columns))[1]
    assert [cell.value for cell in row] == [
        -3,
        21.13,
        1.5,
        "yes",
        None,
        dt.datetime(2026, 9, 30),  # noqa: DTZ001 -- a spreadsheet knows no zones
        dt.datetime(2026, 9, 30, 9, 5),  # noqa: DTZ001
    ]
    assert [cell.data_type for cell in row] == ["n", "n", "n", "s", "n", "d", "d"]
    assert [cell.number_format for cell in row[5:]] == ["dd/mm/yyyy", "dd/mm/yyyy hh:mm"]


def test_what_no_workbook_may_hold_does_not_spoil_the_file() -> None:
    row = cells(made(("a\0b\x0bc\r\nd\te\ud800\ufffe",), ("x" * (LONGEST_TEXT + 5),)))
    assert row[1][0].value == "a\ufffdb\ufffdc\nd\te\ufffd\ufffd"
    assert row[2][0].value == "x" * (LONGEST_TEXT - 1) + "…"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Actions", "Actions"),
        ("A/B: [what]?*\\", "A B   what"),
        ("'quoted'", "quoted"),
        ("", "Sheet"),
        ("/", "Sheet"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_sheet_has_a_name_excel_takes(title: str, name: str) -> None:
    assert sheet_name(title) == name
    assert openpyxl.load_workbook(io.BytesIO(made(title=title))).sheetnames == [name]


def test_the_columns_names_stay_in_sight() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(made(("a" * 100,)))).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == 62


def test_both_kinds_of_file_say_the_same() -> None:
    row = ("DA-01", "Café", 3, dt.date(2026, 9, 30), False, None)
    assert read_back_csv(*row) == ["DA-01", "Café", "3", "2026-09-30", "no", ""]
    in_excel = [cell.value for cell in cells(made(row, columns=tuple("abcdef")))[1]]
    assert in_excel == ["DA-01", "Café", 3, dt.datetime(2026, 9, 30), "no", None]  # noqa: DTZ001
    assert "".join(csv_text(["One"], [])) == "\ufeffOne\r\n"


ROWS = [("DA-01", "=1+1", 3, dt.date(2026, 9, 30), True, None)] * 2000
COLUMNS = tuple("abcdef")


def test_a_file_written_to_the_disk_says_what_the_same_file_in_memory_says(tmp_path: Path) -> None:
    place = tmp_path / "file"
    write_xlsx(place, "Actions", COLUMNS, iter(ROWS))
    written, kept = (
        [[(cell.value, cell.data_type, cell.quotePrefix, cell.number_format) for cell in row] for row in cells(content)]
        for content in (place.read_bytes(), made(*ROWS, columns=COLUMNS))
    )
    assert written == kept
    assert len(written) == 2001


def test_what_is_gathered_lies_beside_the_file_and_goes_also_after_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    place = tmp_path / "file"
    seen = []

    def rows() -> Iterator[tuple[str]]:
        yield from [("one",)] * 1000
        seen.extend(sorted(path.name for path in tmp_path.rglob("*")))
        raise KeyError("gone")

    with pytest.raises(KeyError):
        write_xlsx(place, "Actions", ("One",), rows())
    assert seen == ["elsewhere", "file.sheet"]
    assert [path.name for path in tmp_path.rglob("*")] == ["elsewhere"]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def most(rows: int) -> int:
        tracemalloc.start()
        write_xlsx(tmp_path / "file", "Actions", ("One", "Two"), ((f"Action {n}", n) for n in range(rows)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(10)  # what is loaded once
    assert most(10_000) < most(1_000) * 1.5
