"""What is taken as evidence is what its content says and its name promises; the rest is refused with a sentence."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image

from actions.filetypes import LARGEST, MOST_FILES, Refused, examine
from actions.tests import samples
from partners.filenames import LONGEST_NAME, safe_name

CSV = b"Month,Visits\nJune,4\n"


def worded(value: object) -> str:
    """A name for a case: its words. An archive's bytes hold the minute of its making, which two workers do not share."""
    return value if isinstance(value, str) else "content"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", samples.PDF, "application/pdf"),
        ("Plan.PDF", samples.PDF, "application/pdf"),
        *[
            (f"a.{e}", samples.office(e), f"application/vnd.openxmlformats-officedocument.{samples.OFFICE[e][0]}")
            for e in samples.OFFICE
        ],
        ("visits.csv", CSV, "text/csv; charset=utf-8"),
        ("visits.csv", b"\xef\xbb\xbf" + CSV, "text/csv; charset=utf-8"),
        ("Penderfyniad Tŷ Ŵyl.txt", "Ymweliadau â’r tŷ, £5\r\n".encode(), "text/plain; charset=utf-8"),
    ],
    ids=worded,
)
def test_sound_files_are_kept_as_they_came(name: str, content: bytes, media_type: str):
    taken = examine(name, content)
    assert (taken.name, taken.kind.media_type, taken.content) == (name, media_type, content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("plan.pdf", b"", "“plan.pdf” is empty"),
        ("plan.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "the content is not a PDF"),
        ("plan.pdf", b"%PDF-1.7\ncut", "cut off"),
        ("plan.pdf", samples.PDF + samples.packed({"Main.class": b"\xca\xfe\xba\xbe"}), "another file at its end"),
        ("plan.pdf", samples.office("docx"), "is a Word document, not what its name says"),
        ("plan.docx", samples.PDF, "is a PDF, not what its name says"),
        ("plan.docx", samples.office("xlsx"), "is an Excel workbook, not what its name says"),
        ("photo.jpg", samples.picture("png"), "is a PNG picture, not what its name says"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a kind of file that is taken"),
        ("page.html", b"<html></html>", "not a kind of file that is taken"),
        ("run.exe", b"MZ\x90\x00", "not a kind of file that is taken"),
        ("shell.php", b"<?php system('id');", "not a kind of file that is taken"),
        ("plan.pdf.exe", samples.PDF, "not a kind of file that is taken"),
        ("nothing", samples.PDF, "not a kind of file that is taken"),
        ("macros.docm", samples.office("docx"), "not a kind of file that is taken"),
        ("photo.png", samples.picture("png")[:-20], "damaged"),
        ("photo.jpg", samples.picture("jpeg")[:-20], "cut off or damaged"),
        ("photo.png", b"\x89PNG\r\n\x1a\n<script>", "damaged"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "an old Office file or one with a password"),
        ("notes.txt", b"<?php system('id'); ?>", "a web page or a program"),
        ("notes.txt", b"\n  <script>alert(1)</script>", "a web page or a program"),
        ("visits.csv", b"\xef\xbb\xbf<html>", "a web page or a program"),
        ("notes.txt", "£5".encode("cp1252"), "not in UTF-8"),
        ("notes.txt", b"a\x00b", "not plain text"),
        ("notes.txt", b"a\x1b[31mb", "not plain text"),
    ],
    ids=worded,
)  # fmt: skip
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, sentence: str):
    with pytest.raises(Refused, match=sentence):
        examine(name, content)


def test_a_picture_that_is_an_archive_too_loses_the_archive():
    """A GIFAR's cousins: a picture at its beginning, a program at its end."""
    program = samples.packed({"Main.class": b"\xca\xfe\xba\xbe"})
    for kind in ("png", "jpeg"):
        kept = examine(f"photo.{kind}", samples.picture(kind) + program).content
        assert not zipfile.is_zipfile(io.BytesIO(kept))


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_the_limit_is_the_last_byte(size: int):
    content = b"a" * size
    if size <= LARGEST:
        assert examine("a.txt", content).content == content
    else:
        with pytest.raises(Refused, match="larger than 10 MB"):
            examine("a.txt", content)


# --- Office files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (samples.office("docx", **{"word/vbaProject.bin": b"\xd0\xcf"}), "holds macros"),
        (samples.office("xlsx", **{"xl/activeX/activeX1.bin": b"\xd0\xcf"}), "holds macros"),
        (samples.office("docx", types="application/vnd.ms-word.document.macroEnabled.main+xml"), "holds macros"),
        (samples.office("docx", types="application/vnd.ms-word.template+xml"), "not a Word, Excel or PowerPoint file"),
        (samples.packed({"a.xml": b"<x/>"}), "an archive is not taken"),
        (samples.office("docx", **{"../../etc/passwd": b"x"}), "not built like an Office file"),
        (samples.office("docx", **{"/etc/passwd": b"x"}), "not built like an Office file"),
        (samples.office("docx", **{"WORD/document.xml": b"x"}), "not built like an Office file"),
        (
            samples.office("docx", doctype='<!DOCTYPE Types [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            "not built like",
        ),
        (samples.office("docx") + b"<script>", "something else is attached"),
        (samples.office("docx")[:-40], "damaged"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
    ],
    ids=worded,
)
def test_crooked_office_files_are_refused(content: bytes, sentence: str):
    with pytest.raises(Refused, match=sentence):
        examine("a.docx", content)


def test_a_list_that_names_a_main_part_proves_nothing():
    content = samples.packed({"[Content_Types].xml": samples_types(), "other.xml": b"<x/>"})
    with pytest.raises(Refused, match="not a Word, Excel or PowerPoint file"):
        examine("a.docx", content)


def samples_types() -> bytes:
    with zipfile.ZipFile(io.BytesIO(samples.office("docx"))) as archive:
        return archive.read("[Content_Types].xml")


@pytest.mark.parametrize(
    "make",
    [samples.bomb, lambda: samples.packed({**{f"m{n}": b"" for n in range(5001)}, "[Content_Types].xml": b"<x/>"})],
    ids=["bytes", "members"],
)
def test_a_bomb_is_not_unpacked(make: Callable[[], bytes]):
    content = make()
    assert len(content) < LARGEST
    began = time.process_time()
    with pytest.raises(Refused, match="far more than its size says"):
        examine("a.xlsx", content)
    assert time.process_time() - began < 5


# --- Pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_picture_loses_place_maker_and_comments_and_nothing_else(kind: str):
    given = samples.picture(kind)
    assert b"Marigold" in given
    assert b"Exif" in given or b"eXIf" in given
    kept = examine(f"photo.{kind}", given).content
    assert b"Marigold" not in kept
    assert b"district manager" not in kept
    image = Image.open(io.BytesIO(kept))
    assert dict(image.getexif()) == {}
    assert image.tobytes() == Image.open(io.BytesIO(given)).tobytes()


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_a_photograph_still_stands_upright(turn: int):
    kept = examine("photo.jpg", samples.picture("jpeg", orientation=turn)).content
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {0x0112: turn}
    assert b"district manager" not in kept


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("/srv/plan.pdf", "plan.pdf"),
        ("pl\x00an.pdf", "plan.pdf"),
        ("plan\r\nBcc: x.pdf", "planBcc_ x.pdf"),
        ("plan\u202efdp.txt", "planfdp.txt"),
        ('pl"an;%41.pdf', "pl_an__41.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (".pdf", "pdf"),
        ("", "file"),
        ("...", "file"),
        ("plan.pdf. . ", "plan.pdf"),
        ("  plan   two.pdf", "plan two.pdf"),
        ("Tŷ.pdf", "Tŷ.pdf"),
    ],
)
def test_names_are_made_safe(given: str, kept: str):
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending():
    name = safe_name("a" * 300 + ".docx")
    assert name.endswith("a.docx")
    assert len(name) == LONGEST_NAME


def test_a_request_may_be_as_large_as_all_its_files_and_its_words(settings):
    assert settings.LARGEST_REQUEST == MOST_FILES * LARGEST + 5 * 1024 * 1024
