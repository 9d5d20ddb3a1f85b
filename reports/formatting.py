"""What somebody types for a report, as clean HTML: paragraphs, lists, bold, emphasis and links, and nothing else. Pure.

Whatever else is typed (headings, tables, pictures, HTML) is printed as it was typed. Links lead to web pages and e-mail
addresses alone. A version keeps the HTML that was made when it was made, so that a later library changes nothing in it;
`reports.templatetags.formatted` prints it.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

#: Longest text of a section, in characters: about a page of the paper.
LONGEST = 4000

#: Of lists in lists, and of bold in emphasis in bold: beyond it the text is printed as typed.
DEEPEST = 3

SCHEMES = {"http", "https", "mailto"}
TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}
ATTRIBUTES = {"*": set[str](), "a": {"href"}}

_OURS = re.compile(r"https?://[^\s/?#%@]+(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
_PICTURE = re.compile(r"!\[(?:[^\[\]]*\]\([^()]*\))?")
#: The bullets that come with a list pasted from a letter.
_PASTED = re.compile(r"^([ \t]*)[•▪◦\uf0b7][ \t]+", re.MULTILINE)


def to_html(text: str) -> str:
    """The clean HTML of a text; the same text gives the same HTML. "" for a text with nothing to read in it."""
    if not text.strip():
        return ""
    reader = _reader()
    tokens = reader.parse(_PASTED.sub(r"\1- ", text))
    made = _clean(reader.renderer.render(tokens, reader.options, {})) if _is_within(tokens) else ""
    return made if words_of(made) else _clean(_as_typed(text))


def words_of(made: str) -> str:
    """What is left of clean HTML without its tags, as letters and not as HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", made)).strip()


def _clean(made: str) -> str:
    import nh3

    return nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None).strip()


@cache
def _reader() -> MarkdownIt:
    """Loaded when the first text is formatted: most pages have none."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("zero", {"breaks": True}).enable(["list", "emphasis", "link", "newline"])
    reader.block.ruler.at("list", _list_from_one, {"alt": ["paragraph"]})
    reader.inline.ruler.before("link", "no_picture", _no_picture)
    reader.validateLink = is_ours  # type: ignore[method-assign]
    return reader


def _list_from_one(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A numbered list begins with 1: “2026. A good year” is a sentence, and WeasyPrint would number it 1."""
    from markdown_it.rules_block import list_block

    number = re.match(r"\d+", state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]])
    if number and int(number[0]) != 1 and not silent:
        return False
    return list_block(state, first, last, silent)


def _no_picture(state: StateInline, silent: bool) -> bool:
    """A picture stays as typed; without this it would come out as “!” and a link."""
    found = _PICTURE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def is_ours(url: str) -> bool:
    """Whether a link may lead there: a web page or an e-mail address."""
    return _OURS.fullmatch(url) is not None


def _is_within(tokens: list[Token]) -> bool:
    """Whether nothing typed would be lost: the reader leaves out what is nested too deeply, and a link's title."""
    inside = [child for token in tokens for child in token.children or ()]
    return not (
        any(token.type.endswith("list_open") and token.level >= 2 * DEEPEST for token in tokens)
        or any(child.level > DEEPEST or "title" in child.attrs for child in inside)
    )


def _as_typed(text: str) -> str:
    paragraphs = [part.strip() for part in re.split(r"\n[ \t]*\n", text)]
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)
