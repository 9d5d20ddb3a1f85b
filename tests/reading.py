"""In which order a page of HTML and the PDF made of it are read out: headings, paragraphs, items, cells, captions, figures.

Both are told as blocks in the tags of PDF, header cells with what they head. The PDF is read as a screen reader does: down its structure tree, each leaf of
which names pieces of marked content, whose glyphs say by their font's table which letters they are.
"""

from __future__ import annotations

import html.parser
import io
import re
from dataclasses import dataclass, field
from typing import Any

import pikepdf

#: HTML's tags and the tags of PDF that stand for them; a figure is its sentence.
TAGS = {
    **{f"h{n}": f"H{n}" for n in range(1, 7)},
    "p": "P",
    "caption": "Caption",
    "th": "TH",
    "td": "TD",
    "svg": "Figure",
}
TAGS |= dict.fromkeys(("li", "dt", "dd"), "LBody")
SCOPES = {"col": "TH Column", "colgroup": "TH Column", "row": "TH Row", "rowgroup": "TH Row"}
VOID = {"br", "hr", "img", "meta", "link"}


@dataclass
class Block:
    """One thing that is read out."""

    tag: str
    text: str

    @property
    def letters(self) -> str:
        """Without what layout adds and takes: spaces, hyphens, capitals, the numbers of pages, a colon or a number round it."""
        text = re.sub(r"[\s\u00ad\u2010\u2011-]+", "", self.text).casefold()
        text = re.sub(r"\(page\d+\)|,page\d+|\.{4,}\d+$", "", text)
        return re.sub(r"^\([ivxl]+\)", "", text).removesuffix(":")


# --- HTML -------------------------------------------------------------------------------------------------------------


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        self.open.append((tag, dict(attrs)))
        if tag in TAGS:
            self.blocks.append(Block(self._tag(), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The lines and areas of a picture, which hold no words."""

    def handle_endtag(self, tag: str) -> None:
        if tag not in [one for one, _ in self.open]:
            return  # the end of what began before the piece that is read
        given: dict[str, str | None] = {}
        left = ""
        while left != tag:
            left, given = self.open.pop()
        if tag == "a" and given.get("data-to"):
            self._say(f"[{given['data-to']}]")  # printed, since paper has no links
        if tag == "title":
            self._say(".")  # a picture is told by its title and its sentence

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        # The letters of a picture belong to the picture.
        if data.strip() and ("svg" not in tags or tags[-1] in ("title", "desc")):
            self._say(data)

    def _say(self, data: str) -> None:
        if "body" not in [tag for tag, _ in self.open]:
            return
        if not self.blocks or self.blocks[-1].tag != self._tag():
            self.blocks.append(Block(self._tag(), ""))
        self.blocks[-1].text += f"{data} "

    def _tag(self) -> str:
        tag, given = next((one for one in reversed(self.open) if one[0] in TAGS), ("", {}))
        return SCOPES.get(given.get("scope") or "", "TH") if tag == "th" else TAGS.get(tag, "other")


def blocks_of_html(text: str) -> list[Block]:
    reader = _Reader()
    reader.feed(text)
    return [block for block in reader.blocks if block.letters]


# --- PDF --------------------------------------------------------------------------------------------------------------


@dataclass
class _Letters:
    """What the fonts' codes mean, each font read once."""

    known: dict[tuple[int, int], dict[int, str]] = field(default_factory=dict)

    def of(self, font: Any) -> dict[int, str]:
        if font.objgen not in self.known:
            table = font.ToUnicode.read_bytes().decode("latin-1")
            assert "beginbfrange" not in table, "ranges of codes are not read here"
            pairs = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", table.partition("beginbfchar")[2])
            self.known[font.objgen] = {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
        return self.known[font.objgen]


def _marked(page: Any, letters: _Letters) -> dict[int, str]:
    """The words of each piece of marked content of a page, by its number."""
    found: dict[int, str] = {}
    inside: list[int | None] = []
    codes: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BDC":
                given = operands[1]
                inside.append(int(given.MCID) if isinstance(given, pikepdf.Dictionary) and "/MCID" in given else None)
            case "BMC":
                inside.append(None)
            case "EMC":
                inside.pop()
            case "Tf":
                codes = letters.of(page.Resources.Font[str(operands[0])])
            case "TJ" | "Tj":
                parts = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
                raw = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
                said = "".join(codes[int.from_bytes(raw[at : at + 2], "big")] for at in range(0, len(raw), 2))
                if inside and inside[-1] is not None:
                    found[inside[-1]] = found.get(inside[-1], "") + said
    return found


def blocks_of_pdf(content: bytes) -> list[Block]:
    letters = _Letters()
    blocks: list[Block] = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        words = {page.objgen: _marked(page, letters) for page in pdf.pages}

        def read(node: Any, page: Any, tag: str) -> None:
            if isinstance(node, pikepdf.Array):
                for one in node:
                    read(one, page, tag)
            elif isinstance(node, int):
                said = words[page].get(node, "")
                if said.strip():
                    if not blocks or blocks[-1].tag != tag:
                        blocks.append(Block(tag, ""))
                    blocks[-1].text += said
            elif isinstance(node, pikepdf.Dictionary):
                page = node.Pg.objgen if "/Pg" in node else page
                kind = str(node.get("/S", ""))[1:]
                if kind == "Figure":
                    blocks.append(Block(kind, str(node.get("/Alt", ""))))
                elif kind != "Lbl":  # the numbers and bullets of lists
                    if kind in TAGS.values():
                        tag = f"TH {str(node.A.get('/Scope', ''))[1:]}".strip() if kind == "TH" else kind
                        blocks.append(Block(tag, ""))
                    read(node.get("/K"), page, tag)

        read(pdf.Root.StructTreeRoot.K, None, "other")
    return [block for block in blocks if block.letters]


# --- The two ----------------------------------------------------------------------------------------------------------


def first_difference(told: list[Block], read: list[Block]) -> str:
    """Where a PDF's blocks leave the order of the HTML's, in a sentence; empty when they never do.

    A paragraph that goes on in a new line or page may come in several pieces, one after the other, and the head of a table
    again at the start of a page.
    """
    at = 0
    heard = [(block.tag, block.letters) for block in read]
    head: list[tuple[str, str]] = []
    in_head = False
    for block in told:
        if block.tag == "Caption":
            head, in_head = [], True
        elif in_head and block.tag == "TH Column":
            head.append((block.tag, block.letters))
        else:
            in_head = False
        missing = block.letters
        while missing:
            tag, letters = heard[at] if at < len(heard) else ("end", "")
            if tag == block.tag and letters and missing.startswith(letters):
                missing = missing.removeprefix(letters)
                at += 1
            elif head and not in_head and heard[at : at + len(head)] == head:
                at += len(head)
            else:
                return f"The HTML goes on with {block.tag} “{block.text[:80].strip()}”, the PDF with {tag} “{letters[:80]}”."
    return f"The PDF does not end there, but goes on with “{read[at].text[:80]}”." if at < len(heard) else ""
