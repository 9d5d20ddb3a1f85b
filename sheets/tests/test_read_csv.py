"""Text in columns is read however a spreadsheet wrote it; what had to be guessed is told, what is no table is refused."""

import io
from decimal import Decimal

import pytest

from sheets import csv_text
from sheets.book import Book, Kind, Note, Refused, Sheet
from sheets.reading import read, read_pasted

TABLE = "Indicator,Value\r\nBurglary,393\r\nCafé £ – ŵ,12\r\n"


def opened(content: str | bytes, name: str = "figures.csv") -> Book:
    return read(content.encode() if isinstance(content, str) else content, name=name)


def only(content: str | bytes) -> Sheet:
    [sheet] = opened(content).sheets
    return sheet


def texts(sheet: Sheet) -> list[tuple[str, ...]]:
    return [row.texts for row in sheet.rows]


def told(book: Book) -> list[str]:
    return [str(warning) for warning in book.warnings]


def refusal(content: str | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        opened(content)
    return refused.value


def test_a_table_is_read_with_addresses() -> None:
    book = opened(TABLE)
    assert told(book) == []
    assert texts(book.sheets[0]) == [("Indicator", "Value"), ("Burglary", "393"), ("Café £ – ŵ", "12")]
    assert book.sheets[0].cell("B2")[:5] == (2, 1, "393", "393", Kind.TEXT)
    assert book.sheets[0].name == ""


def test_a_file_may_be_open_or_its_bytes() -> None:
    assert read(io.BytesIO(TABLE.encode()), name="") == opened(TABLE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding: str) -> None:
    assert opened(TABLE.encode(encoding)) == opened(TABLE)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_guessed_and_told(encoding: str) -> None:
    book = opened(TABLE.encode(encoding))
    assert book.sheets == opened(TABLE).sheets
    assert told(book) == ["The letters were taken to be encoded as UTF-16."]


def test_windows_1252_is_guessed_and_told() -> None:
    book = opened("Indicator,Value\nDamage in £ – café,393\n".encode("cp1252"))
    assert texts(book.sheets[0])[1] == ("Damage in £ – café", "393")
    assert told(book) == [
        "The letters were taken to be encoded as Windows-1252 (Western European): look at £ signs, dashes and accents."
    ]


@pytest.mark.parametrize("content", [b"a,b\n\x81\x8d,1\n", b"\xff\xfe\x00\xd8,\x00", "a,b\n1,2\n".encode("utf-32")])
def test_letters_that_cannot_be_read_are_refused(content: bytes) -> None:
    assert "etters of this file" in refusal(content).sentence


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_other_separators_are_found_and_told(separator: str, word: str) -> None:
    book = opened(TABLE.replace(",", separator).replace("393", "1,5"))
    assert texts(book.sheets[0])[1] == ("Burglary", "1,5")
    assert told(book) == [f"The cells were taken to be separated by {word}."]


def test_commas_inside_cells_do_not_mislead() -> None:
    data = "Indicator;Note\nBurglary;up, again, and again\nArson;down, but, still\nTheft;none\n"
    assert texts(only(data))[1] == ("Burglary", "up, again, and again")


def test_the_separator_that_excel_writes_down_is_followed_and_is_no_row() -> None:
    sheet = only("sep=;\r\nIndicator;Value\r\nBurglary;1\r\n")
    assert sheet.cell("B2").text == "1"


def test_quoted_cells_keep_commas_quotation_marks_and_lines() -> None:
    sheet = only('Indicator,Note\nBurglary,"up, ""again""\r\nand again"\nArson,5" pipe\n')
    assert texts(sheet)[1:] == [("Burglary", 'up, "again"\nand again'), ("Arson", '5" pipe')]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_of_every_machine(line_end: str) -> None:
    assert texts(only(f"A,B{line_end}1,2{line_end}3,4")) == [("A", "B"), ("1", "2"), ("3", "4")]


def test_empty_rows_and_cells_are_left_out_and_the_others_keep_their_place() -> None:
    sheet = only("A,B,C\n,,\n\n ,2,\n" + "," * 5000 + "\n")
    assert [(row.number, row.texts) for row in sheet.rows] == [(1, ("A", "B", "C")), (4, ("", "2"))]


def test_a_row_with_a_cell_too_many_is_told_with_the_likely_cause() -> None:
    book = opened("Title of the table\nIndicator,Value\nBurglary,1,234\nArson,12\nTheft\n")
    rows = book.sheets[0].rows
    assert [row.ragged for row in rows] == [False, False, True, False, True]
    assert rows[2].cells[2].notes == (Note.BEYOND,)
    assert rows[2].cells[1].notes == ()
    assert told(book) == [
        "Row 3 has more cells than the 2 columns that have a name: a comma inside a cell, as in 1,234, needs "
        "quotation marks around it.",
        "Row 5 has fewer cells than the 2 columns that have a name.",
    ]


def test_empty_cells_at_the_end_of_a_row_are_not_missing() -> None:
    assert told(opened("A,B,C\n1,,\n1,2,3,,\n")) == []


def test_what_we_write_is_read_back() -> None:
    cells = ["=1+1", "-", "'=1", "@x", "+44 1429", "\uff1dA1", "plain", "-3", 'a "b", c\nd']
    written = "".join(csv_text(["name"] * len(cells), [cells, [1, Decimal("-2.50")]]))
    assert texts(only(written))[1] == tuple(cells)
    assert texts(only(written))[2] == ("1", "-2.50")


def test_a_text_of_formulas_stays_text() -> None:
    cell = only("A,B\n=SUM(B3:B9),+cmd\n").cell("A2")
    assert (cell.text, cell.kind) == ("=SUM(B3:B9)", Kind.TEXT)


def test_characters_that_nobody_sees_are_taken_out_and_told() -> None:
    cell = only("A,B\nBur\u200bglary\u202e,1\n").cell("A2")
    assert (cell.text, cell.notes) == ("Burglary", (Note.CLEANED,))


def test_the_name_is_not_believed() -> None:
    assert told(opened(TABLE, name="figures.xlsx")) == [
        "“figures.xlsx” is a table of plain text (CSV), whatever its name says, and was read as one."
    ]


@pytest.mark.parametrize("control", ["\x00", "\x01", "\x1b", "\x0b"])
def test_control_characters_are_refused_with_their_cell(control: str) -> None:
    refused = refusal("A,B\n" + "Burglary,1\n" * 99 + f"Ar{control}son,2\n")
    assert refused.cell == "A101"
    assert f"control character (number {ord(control)})" in refused.sentence


@pytest.mark.parametrize(
    "page",
    [
        "<html><table><tr><td>1</td></tr></table>",
        "\ufeff\n<!DOCTYPE html>",
        "<table border=1>",
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "MIME-Version: 1.0\nContent-Type: multipart/related\n",
    ],
)
def test_web_pages_called_excel_files_are_refused(page: str) -> None:
    with pytest.raises(Refused) as refused:
        read(page.encode(), name="figures.xls")
    assert "web page" in refused.value.sentence
    assert "save it as an Excel workbook" in refused.value.expected


def test_noise_is_refused() -> None:
    assert "neither a CSV file" in refusal(bytes(range(1, 128)) * 9).sentence
    assert "RTF" in refusal("{\\rtf1 Hello}").sentence


@pytest.mark.parametrize("content", [b"", b"  \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", bytes(40)])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert refusal(content).sentence == "The file is empty."


def test_nothing_and_only_names_are_refused() -> None:
    assert "Nothing stands in the file" in refusal(",,,\n,,\n").sentence
    assert refusal("Indicator,Value\n,\n").sentence == "The file has only one row, “Indicator | Value”."


def test_quotation_marks_that_do_not_pair_are_refused_with_their_row() -> None:
    assert "row 2 is never closed" in refusal('A,B\n"Burglary,1\nArson,2\n').sentence
    assert "In row 3 something follows" in refusal('A,B\n1,2\n"Bur"glary,1\n').sentence
    assert "Row 2 has a cell that is too long" in refusal('A,B\n"' + "x\n" * 100_000).sentence


# --- pasted ---


def test_cells_copied_from_a_spreadsheet() -> None:
    sheet = read_pasted('Area\tRate\r\nHartlepool\t"two\r\nlines"\r\nRedcar\t1,234\r\n')
    assert texts(sheet) == [("Area", "Rate"), ("Hartlepool", "two\nlines"), ("Redcar", "1,234")]
    assert sheet.cell("B3").address == "B3"


def test_one_row_may_be_pasted() -> None:
    assert texts(read_pasted("393\t1,234\t45%")) == [("393", "1,234", "45%")]


def test_copied_quotation_marks_that_do_not_pair_are_text() -> None:
    assert texts(read_pasted('"Safe" team\t1\n5" pipe\t2\n"open\t3')) == [
        ('"Safe" team', "1"),
        ('5" pipe', "2"),
        ('"open', "3"),
    ]


@pytest.mark.parametrize("separator", [";", ",", "|"])
def test_other_separators_may_be_pasted(separator: str) -> None:
    pasted = 'Area,Note\nHartlepool,"a{0}b"\nRedcar,c'.replace(",", separator).format(separator)
    assert texts(read_pasted(pasted)) == [("Area", "Note"), ("Hartlepool", f"a{separator}b"), ("Redcar", "c")]


def test_an_apostrophe_is_kept_of_what_is_pasted() -> None:
    assert read_pasted("'=1\t2").cell("A1").text == "'=1"


def test_nothing_pasted_is_refused() -> None:
    with pytest.raises(Refused, match="Nothing was pasted"):
        read_pasted(" \t\r\n")
