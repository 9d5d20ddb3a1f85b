"""Turns a document into HTML: the paper's whole page for the PDF, and the same body for the screen.

Knows documents, charts and templates; never a live row. The HTML carries its own style sheet as a data: address, so
that the text alone, kept with the file made of it, is all a later reader needs.
"""

from reports.rendering.paper import SignOff, print_html, screen_context, screen_html
from reports.rendering.text import area_of, begin, clip, contact_line, figure_text, footer_contact, tally

__all__ = [
    "SignOff",
    "area_of",
    "begin",
    "clip",
    "contact_line",
    "figure_text",
    "footer_contact",
    "print_html",
    "screen_context",
    "screen_html",
    "tally",
]
