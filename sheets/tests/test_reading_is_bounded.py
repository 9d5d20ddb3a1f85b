"""Files made to do harm, or merely far too large, are refused before they cost time or memory. Counted, never timed."""

import io
import os
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sheets import openxml
from sheets.book import Limits, Refused
from sheets.reading import read, read_pasted
from sheets.tests import messy
from sheets.tests.messy import number, packed, parts, rows, table, text, workbook

TABLE = "A,B\n1,2\n3,4\n5,6\n"
SMALL = Limits(rows=4, columns=3, cells=10, characters=50, longest_text=20, sheets=2)
BOOK = workbook(table(["a", 1], ["b", 2], ["c", 3]))


def refusal(content: bytes | io.BytesIO, limits: Limits | None = None) -> Refused:
    with pytest.raises(Refused) as refused:
        read(content, name="figures", limits=limits)
    return refused.value


class Watched(io.BytesIO):
    """A file that knows how much of it was read."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.asked += len(found)
        return found


# --- before anything is read ---


def test_no_more_is_read_than_may_be() -> None:
    file = Watched(b"a,b\n1,2\n" * 100_000)
    assert "larger than" in refusal(file, Limits(file_size=1000)).sentence
    assert file.asked == 1001
    assert "larger than 10 MB" in refusal(bytes(10 * 1024 * 1024 + 1)).sentence


def test_a_file_just_as_large_as_may_be_is_read() -> None:
    content = b"A,B\n1,2\n"
    assert read(content, name="", limits=Limits(file_size=len(content)))
    assert refusal(content, Limits(file_size=len(content) - 1))


@pytest.fixture
def refused_unopened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Refused]:
    """Reads a file of which nothing may be unpacked, and gives back what it was refused with."""

    def unpack(*_: object) -> None:
        raise AssertionError("unpacked")

    def refuse(content: bytes, limits: Limits | None = None) -> Refused:
        monkeypatch.setattr(zipfile.ZipFile, "open", unpack)
        return refusal(content, limits)

    return refuse


def bomb(size: int) -> bytes:
    return packed({**parts({"Figures": table(["a", 1])}), "xl/worksheets/sheet1.xml": bytes(size)})


def test_a_part_packed_too_well_is_refused_unopened(refused_unopened: Callable[..., Refused]) -> None:
    assert "far more than its size says" in refused_unopened(bomb(30_000_000)).sentence


def test_parts_too_large_together_are_refused_unopened(refused_unopened: Callable[..., Refused]) -> None:
    assert "far more than its size says" in refused_unopened(BOOK, Limits(unpacked=2000)).sentence


def test_too_many_parts_are_refused_unopened(refused_unopened: Callable[..., Refused]) -> None:
    many = {**parts({"Figures": table(["a", 1])}), **{f"x{n}": "" for n in range(60)}}
    assert "too many parts" in refused_unopened(packed(many), Limits(members=50)).sentence


def test_a_list_of_parts_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({f"{n:0600}": "" for n in range(60)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "too many parts" in refusal(many, Limits(members=50)).sentence


def test_parts_that_share_their_bytes_are_refused_unopened(refused_unopened: Callable[..., Refused]) -> None:
    content = bytearray(packed({**parts({"Figures": table(["a", 1])}), "xl/big.bin": os.urandom(4000)}))
    # Every part now says that it lies where the big one does, and is as large.
    at, entries = content.find(b"PK\x01\x02"), []
    while at >= 0:
        entries.append(at)
        at = content.find(b"PK\x01\x02", at + 1)
    big = entries[-1]
    for entry in entries:
        content[entry + 16 : entry + 28] = content[big + 16 : big + 28]
    assert "far more than its size says" in refused_unopened(bytes(content)).sentence


def test_a_second_list_of_parts_is_refused_unopened(refused_unopened: Callable[..., Refused]) -> None:
    end = BOOK.rfind(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1)
    assert "not built like" in refused_unopened(BOOK[:end] + locator + BOOK[end:]).sentence


def lying(data: bytes, says: int) -> bytes:
    """A workbook whose sheet is larger than the archive's list and its own header say."""
    content = bytearray(packed({**parts({"Figures": ""}), "xl/worksheets/sheet1.xml": data}))
    size, short = struct.pack("<I", len(data)), struct.pack("<I", says)
    assert content.count(size) == 2
    return bytes(content.replace(size, short))


def test_a_part_larger_than_it_says_is_not_read_to_its_end() -> None:
    data = table(["a", 1]).encode() + b" " * 1_234_567
    assert "damaged" in refusal(lying(data, 1000)).sentence


def test_what_is_unpacked_is_counted_besides() -> None:
    meter = openxml._Meter(Limits(unpacked=100))
    meter.read(100)
    with pytest.raises(Refused):
        meter.read(1)


# --- while it is read ---


def test_too_many_rows_stop_the_reading() -> None:
    many = "A,B\n" + "1,2\n" * 1_000_000
    refused = refusal(many.encode())
    assert refused.sentence == "There are more than 20,000 rows; reading stopped at row 20,001."
    assert "several files" in refused.expected


def test_a_sheet_of_a_million_rows_is_left_after_its_first_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    content = workbook(messy.sheet(row * 1_000_000))
    read_so_far: list[int] = []
    counted = openxml._Meter.read

    def counting(self: openxml._Meter, size: int) -> None:
        read_so_far.append(size)
        counted(self, size)

    monkeypatch.setattr(openxml._Meter, "read", counting)
    refused = refusal(content, Limits(ratio=10_000))
    assert refused.sentence == "There are more than 20,000 rows; reading stopped at row 20,001."
    assert refused.sheet == "Figures"
    assert sum(read_so_far) < 21_000 * len(row) + 100_000


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        (TABLE + "7,8\n", "more than 4 rows; reading stopped at row 5"),
        ("A,B\n1,2,3,4\n", "more than 3 columns"),
        ("A,B,C\n1,2,3\n1,2,3\n1,2\n", "more than 10 cells"),
        ("A,B\n" + "x" * 21 + ",1\n", "longer than 20 characters"),
        ("A,B\n" + ("x" * 20 + "," + "y" * 20 + "\n") * 2, "more text than can be read"),
    ],
)
def test_each_limit_holds_for_text_and_for_workbooks(csv: str, says: str) -> None:
    assert says in refusal(csv.encode(), SMALL).sentence
    data = rows(*[[text(cell) for cell in line.split(",")] for line in csv.splitlines()])
    for content in (workbook(messy.sheet(data)), shared(csv)):
        refused = refusal(content, SMALL)
        assert says in refused.sentence or "A text is longer" in refused.sentence


def shared(csv: str) -> bytes:
    """A workbook of the same cells, its texts in one place."""
    strings: list[str] = []
    data = []
    for line in csv.splitlines():
        data.append([f'<c t="s"><v>{len(strings) + n}</v></c>' for n in range(len(line.split(",")))])
        strings += [f"<si><t>{cell}</t></si>" for cell in line.split(",")]
    return workbook(messy.sheet(rows(*data)), strings=strings)


def test_the_same_limits_leave_a_small_table_alone() -> None:
    assert read(TABLE.encode(), name="", limits=SMALL)
    assert read(BOOK, name="", limits=replace(SMALL, characters=100))


def test_a_column_too_many_is_named() -> None:
    assert refusal(b"A,B\n,,,x\n", SMALL).cell == "D2"
    data = messy.sheet('<row r="7"><c r="XFD7"><v>1</v></c></row>')
    refused = refusal(workbook(data))
    assert (refused.sentence, refused.cell) == ("There are more than 200 columns.", "XFD7")


def test_one_text_in_many_cells_counts_in_each() -> None:
    data = messy.sheet(rows(*[['<c t="s"><v>0</v></c>'] * 3] * 3))
    content = workbook(data, strings=[f"<si><t>{'x' * 20}</t></si>"])
    assert "more text than can be read" in refusal(content, SMALL).sentence


def test_empty_cells_between_others_count() -> None:
    assert "more than 10 cells" in refusal(b"A,B\n" + b",,x\n" * 3, SMALL).sentence


def test_cells_with_nothing_in_them_are_counted_too() -> None:
    data = messy.sheet('<row><c s="1"/><c s="1"/></row>' * 1000 + rows([number(1)], [number(2)]))
    assert read(workbook(data), name="")
    refused = refusal(workbook(data), Limits(elements=2000))
    assert "formatted and empty" in refused.sentence
    assert refused.sheet == "Figures"


def test_too_many_sheets_are_refused() -> None:
    sheets = {f"Sheet {n}": table(["a", 1]) for n in range(3)}
    assert "more than 2 sheets" in refusal(packed(parts(sheets)), SMALL).sentence


def test_merged_cells_cost_no_more_than_cells() -> None:
    def merging(*ranges: str) -> bytes:
        around = "".join(f'<mergeCell ref="{reference}"/>' for reference in ranges)
        return workbook(table(["a", 1], after=f"<mergeCells>{around}</mergeCells>"))

    assert read(merging("A1:XFD1048576"), name="").sheets[0].merged == ("A1:XFD1048576",)
    assert "more than 10 cells" in refusal(merging(*["A1:XFD1048576"] * 3), SMALL).sentence
    assert "too many merged cells" in refusal(merging(*["Z1:Z2"] * 5), SMALL).sentence
    assert "damaged" in refusal(merging("not:cells")).sentence


def test_a_tag_that_does_not_end_is_refused_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[int] = []
    counted = openxml._Meter.read
    monkeypatch.setattr(openxml._Meter, "read", lambda self, size: (fed.append(size), counted(self, size))[1])
    data = messy.sheet(f'<row x="{"y" * 20_000_000}"/>')
    assert "not built like" in refusal(workbook(data), Limits(ratio=10_000)).sentence
    assert sum(fed) < 2_000_000


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
DOCUMENT_TYPES = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>',
    "one long entity": f'<!DOCTYPE x [<!ENTITY a11 "{"ha" * 10_000}">]>',
    "a file of this machine": '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>',
    "a document type elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a11 "">]>',
    "parameters": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p; <!ENTITY a11 "">]>',
}
PARTS = list(parts({"Figures": ""}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
def test_a_document_type_is_refused_in_every_part(kind: str, part: str, encoding: str) -> None:
    members = parts({"Figures": table(["&a11;", 1]).replace("&amp;", "&")})
    members[part] = (DOCUMENT_TYPES[kind] + str(members[part])).encode(encoding)
    assert "document type of its own" in refusal(packed(members)).sentence


def test_pasting_is_bounded_too() -> None:
    for pasted, limits in (("A\tB\n" * 5, SMALL), ("A\tB\n", Limits(file_size=3)), ("A\tB\tC\tD", SMALL)):
        with pytest.raises(Refused):
            read_pasted(pasted, limits)
        assert read_pasted(pasted)


# --- all together, in a process that has little ---

MEMORY = 200 * 1024 * 1024


HARM: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: bomb(250_000_000),
    "a million rows of text": lambda: b"A,B\n" + b"1,2\n" * 1_500_000,
    "a million rows": lambda: workbook(messy.sheet("<row><c><v>1</v></c></row>" * 1_000_000)),
    "a million empty formatted rows": lambda: workbook(messy.sheet('<row><c s="1"/></row>' * 1_000_000)),
    "one row of ten million commas": lambda: b"," * 10_000_000,
    "one quotation mark": lambda: b'A,B\n"' + b"x" * 10_000_000,
    "a quotation mark in every line": lambda: b'A,B\n"' + b'",,,,,,,,,,"\n' * 700_000,
    "one long line": lambda: b"A,B\n" + b"x" * 10_000_000,
    "one long attribute": lambda: workbook(messy.sheet(f'<row x="{os.urandom(4_000_000).hex()}"/>')),
    "many attributes": lambda: workbook(
        messy.sheet(f"<row {' '.join(f'a{n}=_' for n in range(400_000))}/>".replace("_", "''"))
    ),
    "many styles": lambda: packed(
        {**parts({"F": ""}), "xl/styles.xml": f'<x xmlns="{messy.MAIN}"><cellXfs>{"<xf/>" * 900_000}</cellXfs></x>'}
    ),
    "many texts": lambda: workbook(table(["a", 1]), strings=["<si><t/></si>"] * 2_000_000),
    "deep nesting": lambda: workbook(messy.sheet("<row>" * 1_000_000)),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_harmful_file_is_refused_with_little_memory_and_processor_time(harm: str, tmp_path: Path) -> None:
    """The process ends by a signal when it takes 20 seconds, and by MemoryError at 200 MB; a page of the portal has more."""
    file = tmp_path / "harm"
    file.write_bytes(HARM[harm]())

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))

    program = (
        "import sys; from sheets.reading import Limits, Refused, read\n"
        "try: read(open(sys.argv[1], 'rb'), name='x', limits=Limits(ratio=2000))\n"
        "except Refused as refused: print(refused)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        cwd=Path(__file__).parents[2],
        preexec_fn=bound,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().endswith(".")
