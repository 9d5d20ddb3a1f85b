"""Prints the clean HTML of a text, made anew tag by tag: whatever a row may hold, nothing but these tags leaves a page."""

from __future__ import annotations

from html.parser import HTMLParser

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports import formatting

register = template.Library()

PAIRS = {
    "p": "<p>{}</p>",
    "ul": "<ul>{}</ul>",
    "ol": "<ol>{}</ol>",
    "li": "<li>{}</li>",
    "strong": "<strong>{}</strong>",
    "em": "<em>{}</em>",
}


@register.filter
def formatted(clean: str) -> SafeString:
    """The HTML of `formatting.to_html`, as a version or a page keeps it. Unknown tags and links are printed as their words."""
    printer = _Printer()
    printer.feed(clean)
    printer.close()
    return printer.printed()


@register.filter
def as_formatted(typed: str) -> SafeString:
    """A text as typed, formatted now: for pages that show what is not in any version yet."""
    return formatted(formatting.to_html(typed))


class _Printer(HTMLParser):
    """A stack of open tags, each with what has been printed inside it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = [("", {}, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._put(format_html("<br>{}", ""))
        else:
            self._open.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            self._close()

    def handle_data(self, data: str) -> None:
        self._put(data)

    def printed(self) -> SafeString:
        while len(self._open) > 1:
            self._close()
        return _joined(self._open[0][2])

    def _put(self, piece: str) -> None:
        self._open[-1][2].append(piece)

    def _close(self) -> None:
        tag, attributes, pieces = self._open.pop()
        inside = _joined(pieces)
        address = attributes.get("href") or ""
        if tag == "a" and formatting.is_ours(address):
            # On paper the address stands beside the words.
            self._put(format_html('<a href="{}" data-to="{}">{}</a>', address, address.removeprefix("mailto:"), inside))
        elif tag in PAIRS:
            self._put(format_html(PAIRS[tag], inside))
        else:
            self._put(inside)


def _joined(pieces: list[str]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))
