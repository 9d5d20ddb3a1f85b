"""What a file sent as evidence really is: found by looking at its content, and held against its name.

Pure: bytes in, a judgement and the bytes to keep out. Pictures are written anew without what a camera adds about place, time
and person; the other kinds are kept as they came. What is refused is refused with a sentence that says what to do.

Sources: ISO 32000-1 §7.5 (PDF), APPNOTE 6.3.10 (ZIP), ECMA-376-2 §10 (Office files), PNG 3rd edition §5, ITU-T T.81 annex B (JPEG).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from partners.filenames import safe_name

#: Largest file, in bytes, and how many files and links one update may carry.
LARGEST = 10 * 1024 * 1024
MOST_FILES = 5
MOST_LINKS = 5

#: Limits inside an Office file: members, and bytes of all of them unpacked.
MOST_MEMBERS = 5_000
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_CONTENTS_LIST = 2 * 1024 * 1024


class Refused(ValueError):
    """The file is not taken; says why, to the person who chose it."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: how people call it, how its name may end, and its media type."""

    word: str
    endings: tuple[str, ...]
    media_type: str


PDF = Kind("a PDF", ("pdf",), "application/pdf")
DOCX = Kind("a Word document", ("docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
XLSX = Kind("an Excel workbook", ("xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PPTX = Kind(
    "a PowerPoint presentation",
    ("pptx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
PNG = Kind("a PNG picture", ("png",), "image/png")
JPEG = Kind("a JPEG picture", ("jpg", "jpeg"), "image/jpeg")
CSV = Kind("a table of plain text", ("csv",), "text/csv; charset=utf-8")
TXT = Kind("plain text", ("txt",), "text/plain; charset=utf-8")

KINDS = (PDF, DOCX, XLSX, PPTX, PNG, JPEG, CSV, TXT)
ENDINGS = {ending: kind for kind in KINDS for ending in kind.endings}
TAKEN = "PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), PNG, JPEG, CSV or plain text"

#: The content type of an Office file's main part; those of files with macros end otherwise and are not here.
_MAIN_PARTS = {kind.media_type + ".main+xml": kind for kind in (DOCX, XLSX, PPTX)}

_PAGE = re.compile(
    rb"\s*(<!doctype\s+html|<html|<head|<body|<script|<iframe|<svg|<\?xml|<\?php|<\?=|<!--)", re.IGNORECASE
)


@dataclass(frozen=True)
class Examined:
    """A file that is taken: a name that is safe anywhere, what it is, and the bytes to keep."""

    name: str
    kind: Kind
    content: bytes


def examine(name: str, content: bytes) -> Examined:
    """The file as it may be kept. Raises Refused with a sentence."""
    safe = safe_name(name)
    if not content:
        raise Refused(f"“{safe}” is empty.")
    if len(content) > LARGEST:
        raise Refused(f"“{safe}” is larger than {LARGEST // 1024 // 1024} MB. Make it smaller, or give a link to it.")
    ending = safe.rpartition(".")[2].lower() if "." in safe else ""
    promised = ENDINGS.get(ending)
    if promised is None:
        raise Refused(f"“{safe}” is not a kind of file that is taken. Choose {TAKEN}.")
    try:
        found, kept = _look(content, promised)
    except Refused as fault:
        raise Refused(f"“{safe}”: {fault}") from fault
    if found is not promised:
        raise Refused(
            f"“{safe}” is {found.word}, not what its name says. Give it a name that ends in .{found.endings[0]}, if it is yours."
        )
    return Examined(safe, found, kept)


def _look(content: bytes, promised: Kind) -> tuple[Kind, bytes]:
    """What the content is, and the bytes of it to keep."""
    if content.startswith(b"%PDF-"):
        return PDF, _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return _office(content), content
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG, _jpeg(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused(
            "this is an old Office file or one with a password. Save it without a password as docx, xlsx or pptx."
        )
    if promised in (CSV, TXT):
        _check_text(content)
        return promised, content
    raise Refused(f"the content is not {promised.word}. Choose {TAKEN}.")


def _pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise Refused("the PDF is cut off or has something else at its end. Save it again and choose the new file.")
    # A second life as an archive (or a page that starts programs) hides behind the end of the PDF.
    if b"PK\x05\x06" in content[content.rindex(b"%%EOF") :]:
        raise Refused("the PDF holds another file at its end. Save it again and choose the new file.")
    return content


# --- Office files -----------------------------------------------------------------------------------------------------


def _office(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _main_part(archive, content)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as fault:
        raise Refused("the file is damaged. Save it again and choose the new file.") from fault


def _main_part(archive: zipfile.ZipFile, content: bytes) -> Kind:
    members = archive.infolist()
    if content.rfind(b"PK\x05\x06") + 22 + len(archive.comment) != len(content):
        raise Refused("something else is attached to the end of this file. Save it again and choose the new file.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise Refused("it holds far more than its size says. Make it smaller, or give a link to it.")
    names = [member.filename for member in members]
    if len({name.lower() for name in names}) != len(names) or any(_astray(name) for name in names):
        raise Refused("it is not built like an Office file. Save it again and choose the new file.")
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused("it is locked with a password. Save it without one.")
    if any(re.search(r"vbaproject|vbadata|activex", name, re.IGNORECASE) for name in names):
        raise Refused("it holds macros. Save it without macros (docx, xlsx or pptx).")
    if "[Content_Types].xml" not in names:
        raise Refused(f"an archive is not taken. Choose {TAKEN}.")
    if archive.getinfo("[Content_Types].xml").file_size > LARGEST_CONTENTS_LIST:
        raise Refused("it is not built like an Office file. Save it again and choose the new file.")
    types = _content_types(archive.read("[Content_Types].xml"))
    if any("macro" in type_.lower() or "vba" in type_.lower() for type_, _ in types):
        raise Refused("it holds macros. Save it without macros (docx, xlsx or pptx).")
    # The main part must be there under the name that its type is given for: a mere list proves nothing.
    there = {f"/{name}".lower() for name in names}
    found = {_MAIN_PARTS[type_] for type_, part in types if type_ in _MAIN_PARTS and part.lower() in there}
    if len(found) != 1:
        raise Refused("it is not a Word, Excel or PowerPoint file. Save it again as docx, xlsx or pptx.")
    return found.pop()


def _astray(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\x00" in name or ":" in name or ".." in name.split("/")


def _content_types(text: bytes) -> list[tuple[str, str]]:
    """Content types and the parts they are given for ("" for a whole ending). A document type or an entity is refused."""
    found: list[tuple[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if "ContentType" in attributes:
            found.append((attributes["ContentType"].strip(), attributes.get("PartName", "")))

    def refuse(*_: object) -> None:
        raise Refused("it is not built like an Office file. Save it again and choose the new file.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise Refused("the file is damaged. Save it again and choose the new file.") from fault
    return found


# --- Pictures ---------------------------------------------------------------------------------------------------------

#: What draws the picture. Everything else (text, time, EXIF, unknown) goes.
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"pHYs"}


def _png(content: bytes) -> bytes:
    """The picture without text, time and EXIF chunks, and without what hangs behind its end."""
    kept = [content[:8]]
    place, names = 8, []
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4])
        name, end = content[place + 4 : place + 8], place + 12 + length
        if end > len(content):
            break
        if zlib.crc32(content[place + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            break
        names.append(name)
        if name in _PNG_KEPT:
            kept.append(content[place:end])
        place = end
        if name == b"IEND":
            break
    if not names or names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names:
        raise Refused("the picture is damaged. Save it again and choose the new file.")
    return b"".join(kept)


def _jpeg(content: bytes) -> bytes:
    """The picture without EXIF (place, time, camera), comments and other notes, and without what hangs behind its end.

    How the picture is to be turned is the one thing kept of its EXIF, so that it doesn't lie on its side afterwards.
    """
    kept: list[bytes] = []
    turned = 1
    drawn = False
    for marker, segment in _segments(content):
        if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
            turned = _orientation(segment[10:]) or turned
        elif marker == 0xE0 or (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\x00") or marker == 0xEE:
            kept.append(segment)
        elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
            continue
        else:
            drawn |= marker == 0xDA
            kept.append(segment)
    if not drawn:
        raise Refused("the picture is damaged. Save it again and choose the new file.")
    note = [_turn(turned)] if turned != 1 else []
    first = 1 if kept and kept[0][:2] == b"\xff\xe0" else 0
    return b"".join([b"\xff\xd8", *kept[:first], *note, *kept[first:], b"\xff\xd9"])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment between the picture's start and its end; a scan takes its data with it."""
    place = 2
    while place + 2 <= len(content):
        if content[place] != 0xFF:
            break
        marker = content[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker == 0xD9:
            return
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker < 0xC0 or 0xD0 <= marker <= 0xD8 or end < place + 4 or end > len(content):
            break
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        yield marker, content[place:end]
        place = end
    raise Refused("the picture is cut off or damaged. Save it again and choose the new file.")


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the next marker that isn't part of the drawn data stands; the end of the file if there is none."""
    while (place := content.find(b"\xff", place)) >= 0:
        follows = content[place + 1] if place + 1 < len(content) else 0
        if follows != 0x00 and not 0xD0 <= follows <= 0xD7 and follows != 0xFF:
            return place
        place += 1 if follows == 0xFF else 2
    return len(content)


def _orientation(tiff: bytes) -> int:
    """The orientation, 2 to 8, out of an EXIF note; 0 when it says none or cannot be read."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 14:
        return 0
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    if start + 2 > len(tiff):
        return 0
    (number,) = struct.unpack_from(f"{order}H", tiff, start)
    for entry in range(start + 2, min(start + 2 + 12 * number, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == 0x0112 and kind == 3 and 2 <= value <= 8:
            return int(value)
    return 0


def _turn(orientation: int) -> bytes:
    """An EXIF segment that says how to turn the picture, and nothing else."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


# --- Text -------------------------------------------------------------------------------------------------------------


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Refused(
            "the text is not in UTF-8. In Excel choose “CSV UTF-8”, in an editor the encoding UTF-8."
        ) from fault
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f" for c in set(text)):
        raise Refused("this is not plain text: it holds characters that no text has.")
    if _PAGE.match(content.removeprefix(b"\xef\xbb\xbf")[:1024]):
        raise Refused(f"this is a web page or a program, not plain text. Choose {TAKEN}.")
