"""An Excel workbook is read as people saw it; what is doubtful in it is told with its cell; what is none is refused."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from sheets import xlsx_bytes
from sheets.book import Book, Cell, Kind, Note, Refused, Sheet
from sheets.reading import read
from sheets.tests import messy
from sheets.tests.messy import number, packed, parts, rows, table, text, workbook


def opened(content: bytes) -> Book:
    return read(content, name="figures.xlsx")


def only(content: bytes) -> Sheet:
    [sheet] = opened(content).sheets
    return sheet


def cell(markup: str, **about: object) -> Cell:
    """The cell B2 of a sheet, made of that markup."""
    return only(workbook(messy.sheet(rows([text("A"), text("B")], [text("a"), markup])), **about)).cell("B2")


def refusal(content: bytes, name: str = "figures.xlsx") -> Refused:
    with pytest.raises(Refused) as refused:
        read(content, name=name)
    return refused.value


# --- what is read ---


def test_a_table_is_read_with_addresses() -> None:
    book = opened(workbook(table(["Burglary", 393], ["Arson", 12])))
    assert book.warnings == ()
    [sheet] = book.sheets
    assert sheet.name == "Figures"
    assert [row.texts for row in sheet.rows] == [("Indicator", "Value"), ("Burglary", "393"), ("Arson", "12")]
    assert sheet.cell("B3") == Cell(3, 1, "12", Decimal(12), Kind.NUMBER, ())
    assert sheet.cell("B3").address == "B3"
    assert sheet.cell("ZZ99").kind is Kind.EMPTY


def test_what_openpyxl_writes_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Indicator", "Period", "Value", "Final"])
    sheet.append(["Café ŵ £", dt.date(2026, 7, 1), 0.1 + 0.2, True])
    file = io.BytesIO()
    book.save(file)
    [row] = only(file.getvalue()).rows[1:]
    assert [cell.value for cell in row] == ["Café ŵ £", dt.date(2026, 7, 1), Decimal("0.3"), True]


def test_what_we_write_is_read_back() -> None:
    written = ["=1+1", " padded", "two\nlines", dt.date(2026, 9, 30), Decimal("21.13"), -3, True]
    sheet = only(xlsx_bytes("Actions", list("abcdefg"), [written]))
    assert [cell.value for cell in sheet.rows[1]] == [
        "=1+1",
        "padded",
        "two\nlines",
        dt.date(2026, 9, 30),
        Decimal("21.13"),
        Decimal(-3),
        "yes",
    ]


@pytest.mark.parametrize(
    ("markup", "shown", "value", "kind"),
    [
        (number("393"), "393", "393", Kind.NUMBER),
        (number("0.28999999999999998"), "0.29", "0.29", Kind.NUMBER),
        (number("0.30000000000000004"), "0.3", "0.3", Kind.NUMBER),
        (number("-0"), "0", "0", Kind.NUMBER),
        (number("1.2E-3"), "0.0012", "0.0012", Kind.NUMBER),
        (number("1234.5", "#,##0"), "1,235", "1234.5", Kind.NUMBER),
        (number("-1234", "#,##0"), "-1,234", "-1234", Kind.NUMBER),
        (number("21.13", "0.000"), "21.130", "21.13", Kind.NUMBER),
        (number("12.5", '"£"#,##0.00'), "12.50", "12.5", Kind.NUMBER),
        (number("12345", "#,##0,"), "12345", "12345", Kind.NUMBER),
        (number("0.45", "0%"), "45%", "0.45", Kind.PERCENTAGE),
        (number("0.456", "0.0%"), "45.6%", "0.456", Kind.PERCENTAGE),
    ],
)
def test_numbers_are_what_people_saw(markup: str, shown: str, value: str, kind: Kind) -> None:
    found = cell(markup)
    assert (found.text, found.value, found.kind) == (shown, Decimal(value), kind)
    assert (Note.ROUNDED in found.notes) == (shown == "1,235")


@pytest.mark.parametrize(
    "digits", ["NaN", "Infinity", "-INF", "1e400", "1,234", "0x10", "1_000", "١٢", "１２", "1" * 500]
)
def test_what_is_no_number_is_an_error(digits: str) -> None:
    found = cell(number(digits))
    assert (found.kind, found.value) == (Kind.ERROR, None)


@pytest.mark.parametrize(
    ("serial", "format_", "since_1904", "shown", "day"),
    [
        ("46295", "dd/mm/yyyy", False, "30/09/2026", dt.date(2026, 9, 30)),
        ("44833", "dd/mm/yyyy", True, "30/09/2026", dt.date(2026, 9, 30)),
        ("46295.5", "dd/mm/yyyy hh:mm", False, "30/09/2026 12:00", dt.date(2026, 9, 30)),
        ("59", "dd/mm/yyyy", False, "28/02/1900", dt.date(1900, 2, 28)),
        ("61", "dd/mm/yyyy", False, "01/03/1900", dt.date(1900, 3, 1)),
    ],
)
def test_days_are_days(serial: str, format_: str, since_1904: bool, shown: str, day: dt.date) -> None:
    found = cell(number(serial, format_), since_1904=since_1904)
    assert (found.text, found.value, found.kind) == (shown, day, Kind.DAY)


@pytest.mark.parametrize("serial", ["-1", "0", "60", "2958466", "1E+20"])
def test_days_that_never_were_are_errors(serial: str) -> None:
    found = cell(number(serial, "dd/mm/yyyy"))
    assert (found.kind, found.value) == (Kind.ERROR, None)


def test_days_as_strict_files_write_them_and_lengths_of_time() -> None:
    assert cell('<c t="d"><v>2026-09-30T00:00:00</v></c>').value == dt.date(2026, 9, 30)
    assert cell('<c t="d"><v>2026-99-30</v></c>').kind is Kind.ERROR
    assert cell(number("1.5", "[h]:mm"))[2:5] == ("36:00", "36:00", Kind.TEXT)


def test_yes_no_and_texts() -> None:
    assert cell('<c t="b"><v>1</v></c>')[2:5] == ("TRUE", True, Kind.YES_NO)
    assert cell('<c t="b"><v>0</v></c>')[2:5] == ("FALSE", False, Kind.YES_NO)
    assert cell(text("  1,234\u00a0"))[2:5] == ("1,234", "1,234", Kind.TEXT)
    assert cell(text("two_x000D_\nlines_x005F_")).text == "two\nlines_"


def test_shared_texts_come_without_how_they_are_spoken() -> None:
    strings = [
        "<si><t>unused</t></si>",
        "<si><r><t>Off-</t></r><r><t xml:space='preserve'>road bikes </t></r><rPh><t>aid</t></rPh></si>",
    ]
    assert cell('<c t="s"><v>1</v></c>', strings=strings).text == "Off-road bikes"


def test_strict_workbooks_are_read() -> None:
    data = messy.sheet(rows([text("A")], [number(7)]), namespace=messy.STRICT)
    assert only(workbook(data)).cell("A2").value == Decimal(7)


def test_gaps_keep_their_place_and_empty_rows_are_left_out() -> None:
    data = '<row r="2"><c r="B2"><v>1</v></c><c r="D2" s="0"/></row><row r="3"><c r="A3" s="1"/></row><row r="7"><c r="A7"><v>2</v></c></row>'
    sheet = only(workbook(messy.sheet(data)))
    assert [(row.number, row.texts) for row in sheet.rows] == [(2, ("", "1")), (7, ("2",))]


# --- what is read and told ---


def test_a_formula_gives_no_value() -> None:
    found = cell("<c><f>SUM(B3:B9)</f><v>418</v></c>")
    assert found == Cell(2, 1, "418", None, Kind.FORMULA, ())
    assert cell('<c t="str"><f>A1</f><v>text</v></c>').kind is Kind.FORMULA
    assert cell('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')[2:5] == ("#DIV/0!", None, Kind.FORMULA)
    assert cell("<c><f>NOW()</f></c>").kind is Kind.FORMULA


def test_a_formula_that_fills_other_cells_marks_them() -> None:
    data = rows(
        [text("A"), text("B")],
        [text("a"), '<c><f t="array" ref="B2:B3">C2:C3*2</f><v>1</v></c>'],
        [text("b"), number(2)],
        [text("c"), number(3)],
    )
    sheet = only(workbook(messy.sheet(data)))
    assert [sheet.cell(f"B{row}").kind for row in (2, 3, 4)] == [Kind.FORMULA, Kind.FORMULA, Kind.NUMBER]
    assert sheet.cell("B3").value is None


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_gives_no_value(error: str) -> None:
    assert cell(f'<c t="e"><v>{error}</v></c>')[2:] == (error, None, Kind.ERROR, ())


def test_merged_cells_hold_one_value() -> None:
    data = table(["Violence", 1], ["", 2], ["stale", 3], after='<mergeCells><mergeCell ref="A2:A4"/></mergeCells>')
    book = opened(workbook(data))
    [sheet] = book.sheets
    assert sheet.cell("A2")[2:] == ("Violence", "Violence", Kind.TEXT, (Note.MERGED,))
    assert sheet.cell("A3")[2:] == ("", None, Kind.EMPTY, (Note.COVERED,))
    assert sheet.cell("A4")[2:] == ("", None, Kind.EMPTY, (Note.COVERED,))
    assert sheet.cell("B4").value == Decimal(3)
    assert sheet.merged == ("A2:A4",)
    assert [str(warning) for warning in book.warnings] == [
        "Sheet “Figures”: Cells are merged: A2:A4. Only the first cell of each holds something; the others are read as empty."
    ]


def test_a_merged_cell_at_the_end_of_a_row_is_told_too() -> None:
    data = messy.sheet(
        rows([text("A"), text("B")], [text("a"), number(1)], [text("b")]),
        after='<mergeCells><mergeCell ref="B2:XFD3"/></mergeCells>',
    )
    sheet = only(workbook(data))
    assert sheet.cell("B3").notes == (Note.COVERED,)
    assert max(len(row) for row in sheet.rows) == 2


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    data = messy.sheet(
        '<row><c><v>1</v></c><c><v>2</v></c></row><row hidden="1"><c><v>3</v></c></row><row hidden="true"><c><v>4</v></c></row>',
        before='<cols><col min="2" max="9" hidden="1"/></cols>',
    )
    book = opened(workbook(data))
    [sheet] = book.sheets
    assert [row.hidden for row in sheet.rows] == [False, True, True]
    assert sheet.hidden_columns == (1,)
    assert [warning.sentence for warning in book.warnings] == [
        "Hidden rows were read as well: 2 to 3.",
        "Hidden columns were read as well: B.",
    ]


def test_hidden_sheets_are_named_and_not_read() -> None:
    sheets = {
        "Figures": table(["a", 1]),
        "Lookups": table(["secret", 2]),
        "Deep": table(["secret", 3]),
        "Notes": table(["b", 1]),
    }
    book = opened(packed(parts(sheets, states={"Lookups": "hidden", "Deep": "veryHidden"})))
    assert [sheet.name for sheet in book.sheets] == ["Figures", "Notes"]
    assert [str(warning) for warning in book.warnings] == [
        "The sheets “Lookups” and “Deep” are hidden and were not read."
    ]


def test_a_sheet_is_found_by_name_and_a_renamed_one_is_named() -> None:
    book = opened(packed(parts({"Figures Q2": table(["a", 1]), "Empty": messy.sheet(""), "Notes": table(["b", 1])})))
    assert book.sheet("figures  q2").name == "Figures Q2"
    with pytest.raises(Refused) as refused:
        book.sheet("Data")
    assert (
        str(refused.value) == "There is no sheet called “Data”. The sheets of this file are “Figures Q2” and “Notes”."
    )


def test_links_to_other_workbooks_are_told_and_not_followed() -> None:
    members = parts({"Figures": table(["a", 1])})
    members["xl/_rels/workbook.xml.rels"] = str(members["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="x" Type="{messy.KEYS}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        f'<Relationship Id="key1" Type="{messy.KEYS}/worksheet" Target="file:///etc/passwd" TargetMode="External"/>'
        "</Relationships>",
    )
    members["xl/externalLinks/externalLink1.xml"] = "<not even XML"
    book = opened(packed(members))
    assert [warning.sentence for warning in book.warnings] == [
        "The workbook has links to other workbooks. They were not followed."
    ]
    assert book.sheets[0].cell("B2").value == Decimal(1)


def test_characters_that_nobody_sees_are_taken_out_and_told() -> None:
    found = cell(text("Bur\u200bglary\u202e"))
    assert (found.text, found.notes) == ("Burglary", (Note.CLEANED,))


def test_the_name_is_not_believed() -> None:
    book = read(workbook(table(["a", 1])), name="figures.csv")
    assert [str(warning) for warning in book.warnings] == [
        "“figures.csv” is an Excel workbook, whatever its name says, and was read as one."
    ]


# --- what is refused ---


@pytest.mark.parametrize(
    ("main", "says"),
    [
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "a Word document"),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
            "a PowerPoint presentation",
        ),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml", "an Excel template"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "a binary Excel workbook"),
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "macros"),
        ("text/plain", "not an Excel workbook"),
    ],
)
def test_other_office_files_are_refused(main: str, says: str) -> None:
    refused = refusal(workbook(table(["a", 1]), main_type=main))
    assert says in refused.sentence
    assert ".xlsx" in refused.expected


def test_macros_are_refused_whatever_the_contents_list_says() -> None:
    assert "macros" in refusal(packed({**parts({"Figures": table(["a", 1])}), "xl/vbaProject.bin": b"x"})).sentence


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"readme.txt": "x"}, "an archive"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, "OpenDocument"),
        ({"Index/Document.iwa": "x"}, "Numbers"),
    ],
)
def test_other_archives_are_refused(members: dict[str, str], says: str) -> None:
    assert says in refusal(packed(members)).sentence


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (OLE + "Workbook".encode("utf-16-le"), "an old Excel workbook (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "an old Office file"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x1f\x8b\x08", "an archive"),
        (b"MZ\x90", "a program"),
    ],
)
def test_other_files_are_refused(content: bytes, says: str) -> None:
    assert says in refusal(content).sentence


def test_a_password_inside_the_archive_is_refused() -> None:
    content = bytearray(workbook(table(["a", 1])))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 1)
    assert "password" in refusal(bytes(content)).sentence


BROKEN = {
    "cells out of order": '<row><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "a cell twice": '<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "rows out of order": '<row r="2"><c><v>1</v></c></row><row r="1"><c><v>2</v></c></row>',
    "a cell of another row": '<row r="2"><c r="A9"><v>1</v></c></row>',
    "a row that cannot be": '<row r="1048577"><c><v>1</v></c></row>',
    "an address that is none": '<row><c r="A0"><v>1</v></c></row>',
    "a cell in a cell": "<row><c><c><v>1</v></c></c></row>",
    "a row in a row": "<row><row><c><v>1</v></c></row></row>",
    "a text that is not there": '<row><c t="s"><v>9</v></c></row>',
    "a text of no number": '<row><c t="s"><v>one</v></c></row>',
    "a row of no number": '<row r="one"><c><v>1</v></c></row>',
    "XML that does not end": "<row><c><v>1",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_sheet_that_is_not_built_like_one_is_refused(fault: str) -> None:
    refused = refusal(workbook(messy.sheet(BROKEN[fault])))
    assert "damaged" in refused.sentence
    assert "save it as an Excel workbook" in refused.expected


def test_a_damaged_file_is_refused() -> None:
    content = workbook(table(["a", 1]))
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    assert "damaged" in refusal(content[:at] + bytes(8) + content[at + 8 :]).sentence
    assert "damaged" in refusal(content[:-30]).sentence
    assert "attached to the end" in refusal(content + b"<script>").sentence
    members = parts({"Figures": table(["a", 1])})
    del members["xl/worksheets/sheet1.xml"]
    assert "damaged" in refusal(packed(members)).sentence


@pytest.mark.parametrize("encoding", ["nonsense", "utf-7", "gbk"])
def test_an_encoding_that_xml_does_not_have_is_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>' + table(["a", 1])
    assert "damaged" in refusal(workbook(data)).sentence


def test_members_under_one_name_are_refused() -> None:
    members = parts({"Figures": table(["a", 1])})
    assert "not built like" in refusal(packed({**members, "XL/WORKBOOK.XML": "x"})).sentence


def test_other_ways_to_pack_are_refused() -> None:
    assert "not built like" in refusal(packed(parts({"Figures": table(["a", 1])}), zipfile.ZIP_LZMA)).sentence


def test_control_characters_are_refused_with_their_cell() -> None:
    refused = refusal(workbook(table(["bad_x0000_", 1])))
    assert (refused.sheet, refused.cell) == ("Figures", "A2")
    assert str(refused).startswith("Sheet “Figures”, cell A2: The text holds a control character")


def test_nothing_and_only_names_are_refused() -> None:
    assert "Nothing stands in the file" in refusal(workbook(messy.sheet(""))).sentence
    assert "Nothing stands" in refusal(packed(parts({"A": table(["a", 1])}, states={"A": "hidden"}))).sentence
    refused = refusal(workbook(table()))
    assert refused.sentence == "The file has only one row, “Indicator | Value”."
    assert refused.sheet == "Figures"
