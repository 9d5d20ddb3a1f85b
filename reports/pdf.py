"""Makes an accessible, archival PDF of a report's HTML: PDF/A-2a and PDF/UA-1 in one file, the same bytes every time.

WeasyPrint is loaded when the first PDF is made, so that only the render worker pays for it. It may fetch nothing but
our own four font faces and what the HTML carries in data: addresses.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import Any

from reports.letters import FACES, FONTS, html_in_print

FONT_SCHEME = "font:"

VARIANT = "pdf/a-2a"

MOST_CHARACTERS = 12_000_000
"""Of HTML. A plan of 40 actions makes some 200,000; beyond this a page has been written by mistake or malice."""

MOST_LONG_WORD = 20_000
"""Characters without a space: the layout of one endless word takes minutes. Data: addresses, which are ours, excepted."""

FOLDER = "shp-portal-pdf-"
"""Begins the name of the folder that WeasyPrint writes fonts to; a killed worker leaves it behind, for `sweep`."""

YOUNG = 60.0
"""Seconds for which a folder may be nobody's yet: it is taken hold of just after it is made."""

logger = logging.getLogger(__name__)


class PdfRefused(Exception):
    """The PDF was not made; the text is a sentence for people."""


@dataclass(frozen=True)
class MadePdf:
    """A PDF file's bytes and the number of its pages."""

    content: bytes
    pages: int


def make(html: str) -> MadePdf:
    """Make the PDF of a report's HTML. PdfRefused, with a sentence, when it may not or cannot be done.

    A page that asks for anything outside the fence is refused at the very end: WeasyPrint itself goes on without it, and
    fetches pictures and attachments only while it writes the file. What our faces cannot print is said in words.
    """
    _check_size(html)
    _check_fonts()
    html = html_in_print(html)
    with _no_collector(), _mishaps() as mishaps:
        try:
            document, fetcher = lay_out(html)
            try:
                content = document.write_pdf(
                    pdf_variant=VARIANT,
                    pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
                    finisher=partial(_finish, descriptions=_descriptions(html)),
                )
                stranger = _not_in_our_faces(document)
            finally:
                document.font_config.close()
        except RecursionError as fault:
            raise PdfRefused("The report's text is nested too deeply to be laid out.") from fault
    if fetcher.refusals:
        shown = "; ".join(sorted(set(fetcher.refusals))[:3])
        raise PdfRefused(f"The report asked for something outside itself, which is not allowed: {shown}.")
    if mishaps:
        raise PdfRefused(f"The PDF would lack something: {'; '.join(sorted(set(mishaps))[:3])}.")
    if stranger:
        raise PdfRefused(stranger)
    return MadePdf(content=content, pages=len(document.pages))


def lay_out(html: str) -> tuple[Any, Any]:
    """WeasyPrint's pages of a report's HTML, and the fence with the refusals met so far. Raises PdfRefused for what may not be tried."""
    _check_size(html)
    _check_fonts()
    html = html_in_print(html)
    try:
        from weasyprint import HTML
    except OSError as fault:
        # Pango and its kin are libraries of the system; the wheel cannot bring them.
        raise PdfRefused("WeasyPrint's system libraries are missing: `make run` says which to install.") from fault
    fetcher = _fence_class()()
    fonts = _fonts_class()()
    try:
        return HTML(string=html, url_fetcher=fetcher).render(font_config=fonts, pdf_variant=VARIANT), fetcher
    except BaseException:
        fonts.close()
        raise


def sweep() -> None:
    """Remove the folders of fonts that killed workers left on this machine; those of the living are held by them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):  # gone already, still held (BlockingIOError), or somebody else's
            if time.time() - folder.stat().st_mtime > YOUNG:
                held = _hold(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)


def _hold(folder: Path) -> int:
    """A lock on the folder that ends with its process, however that ends. BlockingIOError when another holds it."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held


def _check_size(html: str) -> None:
    if len(html) > MOST_CHARACTERS:
        raise PdfRefused(
            f"The report is too large to be laid out: {len(html):,} characters, where {MOST_CHARACTERS:,} are allowed."
        )
    words = re.findall(r"[^\s<>]+", html)
    longest = max((len(word) for word in words if "base64," not in word), default=0)
    if longest > MOST_LONG_WORD:
        raise PdfRefused(f"The report holds a word of {longest:,} characters, which cannot be laid out.")


def _check_fonts() -> None:
    for face, sha256 in FACES.items():
        if not (FONTS / face).is_file():
            raise PdfRefused(f"The font file {FONTS / face} is missing: run `make kit`, which fetches it.")
        if hashlib.sha256((FONTS / face).read_bytes()).hexdigest() != sha256:
            raise PdfRefused(
                f"The font file {FONTS / face} is damaged or another: run `make kit`, which fetches it anew."
            )


@contextmanager
def _no_collector() -> Iterator[None]:
    """A layout makes millions of live objects; looking through them for garbage costs a third of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _mishaps() -> Iterator[list[str]]:
    """What WeasyPrint logs as an error and goes on without.

    It catches everything while it draws a picture, a worker's time limit and Ctrl-C among it, and would hand over a PDF
    without that picture; a file that is written once must not be one of those.
    """
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage()[:120])

    ear = Ear(logging.ERROR)
    said = logging.getLogger("weasyprint")
    said.addHandler(ear)
    try:
        yield heard
    finally:
        said.removeHandler(ear)


@cache
def _fonts_class() -> type:
    from weasyprint.text.fonts import FontConfiguration

    class Fonts(FontConfiguration):
        """Writes fonts to a folder by whose name and lock `sweep` knows whether it is still in use."""

        _held: int | None = None

        def __init__(self) -> None:
            super().__init__()
            self._folder = Path(tempfile.mkdtemp(prefix=FOLDER))
            self._held = _hold(self._folder)

        def close(self) -> None:
            """At once, and not when the collector comes by: workers end without it."""
            if self._held is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                os.close(self._held)
                self._held = None

        def __del__(self) -> None:
            self.close()

    return Fonts


@cache
def _fence_class() -> type:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fence(URLFetcher):
        """Our fonts and data: addresses; all else is refused and remembered, since WeasyPrint swallows the refusal."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.refusals: list[str] = []

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith(FONT_SCHEME):
                face = url.removeprefix(FONT_SCHEME)
                if face in FACES:
                    return URLFetcherResponse(url, (FONTS / face).read_bytes(), {"Content-Type": "font/ttf"})
            elif url.lower().startswith("data:"):
                return super().fetch(url, headers)
            self.refusals.append(url[:80])
            logger.warning("A report asked for %s, which is outside its fence.", url[:80])
            raise ValueError("outside the report's fence")

    return Fence


# The identifier of PDF/UA-1, and the description of its schema that PDF/A wants beside any identifier it doesn't know.
_UA = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    b"<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    b'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>'
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    b'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"
)


_PICTURE = re.compile(r"<svg\b[^>]*>\s*<title\b[^>]*>(.*?)</title>\s*<desc\b[^>]*>(.*?)</desc>", re.DOTALL)


def _descriptions(html: str) -> dict[str, list[str]]:
    """By a picture's title what its sentence is; pictures of the same title in their order."""
    found: dict[str, list[str]] = {}
    for title, sentence in _PICTURE.findall(html):
        found.setdefault(unescape(title), []).append(" ".join(unescape(sentence).split()))
    return found


def _finish(document: Any, pdf: Any, *, descriptions: dict[str, list[str]]) -> None:
    """Says PDF/UA-1 in the metadata, which stay plain to read in the file (reports.services.proof finds there which report
    a changed copy was), of every header cell whether it heads a row or a column, of every picture not only its title but
    its sentence too, and of a paragraph's lines that they are one paragraph."""
    import pydyf

    _join_lines(document, pdf)
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
            item.compress = False
            item.stream = [
                part.replace(b"</rdf:RDF>", _UA) if isinstance(part, bytes) else part for part in item.stream
            ]
        if isinstance(item, dict) and item.get("S") == "/TH" and "A" in item:
            item["A"]["Scope"] = "/Row" if _heads_row(item, pdf) else "/Column"
        if isinstance(item, dict) and item.get("S") == "/Figure" and descriptions.get(title := _title(item)):
            item["Alt"] = pydyf.String(f"{title}. {descriptions[title].pop(0)}")


def _not_in_our_faces(document: Any) -> str:
    """What was printed in a typeface of the server, which another server may not have, or not at all; in a sentence, or ""."""
    from weasyprint.text.fonts import get_hb_object_data

    ours = set(FACES.values())
    known: dict[Any, str] = {}
    for font in document.fonts.values():
        if font.missing:
            shown = ", ".join(f"U+{point:04X}" for point in sorted(font.missing)[:3])
            return f"The report holds signs that no face of ours has: {shown}."
        if font.hb_face not in known:
            known[font.hb_face] = hashlib.sha256(get_hb_object_data(font.hb_face)).hexdigest()
        if known[font.hb_face] not in ours:
            return f"The report was printed in {font.family}, which is no face of ours."
    return ""


def _title(figure: dict[str, Any]) -> str:
    given = figure.get("Alt")
    return given.string if given is not None else ""


def _join_lines(document: Any, pdf: Any) -> None:
    """WeasyPrint tags each piece of a paragraph as a paragraph of its own: one on each page, and of one that is laid out
    inline each line. They are joined."""
    pieces: list[Any] = [item for item in pdf.objects if isinstance(item, dict) and item.get("S") == "/P"]
    elements = [element for page in document.pages for element in _paragraphs(page._page_box)]
    if len(pieces) != len(elements):
        raise PdfRefused(
            "The PDF's paragraphs are not those of the report: WeasyPrint tags them otherwise than it did."
        )
    first = None
    for piece, element, before in zip(pieces, elements, [None, *elements], strict=False):
        if first is None or element is not before:
            first = piece
            continue
        pdf.objects[_number(piece["P"])]["K"].remove(piece.reference)
        for kid in piece["K"]:
            pdf.objects[_number(kid)]["P"] = first.reference
        first["K"].extend(piece["K"])


def _paragraphs(box: Any, *, in_margin: bool = False) -> Iterator[Any]:
    """The elements of a page's paragraphs and their lines, in the order in which WeasyPrint tags them.

    What stands in the margin is tagged and then left out of what is read; each of those is one that nothing else belongs to.
    """
    from weasyprint.formatting_structure.boxes import LineBox, MarginBox, TextBox

    box = getattr(box, "_box", box)  # what is placed absolutely stands there by proxy
    in_margin = in_margin or isinstance(box, MarginBox)
    if box.element_tag == "p":
        yield object() if in_margin else box.element
    for child in getattr(box, "children", ()):
        for inner in child.children if isinstance(child, LineBox) else [child]:
            if not isinstance(inner, TextBox):
                yield from _paragraphs(inner, in_margin=in_margin)


def _heads_row(cell: dict[str, Any], pdf: Any) -> bool:
    """A header cell beside data cells heads its row."""
    row = pdf.objects[_number(cell["P"])]
    return any(pdf.objects[_number(kid)].get("S") == "/TD" for kid in row["K"] if isinstance(kid, (str, bytes)))


def _number(reference: str | bytes) -> int:
    return int(reference.split()[0])
