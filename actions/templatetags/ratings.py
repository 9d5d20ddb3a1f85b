"""How a rating is printed on a page: always shape and word, with the colour as a help only."""

import functools

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actions.rating import LOOKS, Rating

register = template.Library()


@register.simple_tag
def rating(value: str, confirmed: bool = True) -> SafeString | str:
    """`{% rating standing.rating standing.confirmed %}`: shape, word and, where nothing backs it, "not confirmed".

    An empty value prints nothing; a value that is no rating raises ValueError, since it can only be our mistake.
    """
    return _printed(value, bool(confirmed)) if value else ""


@functools.cache
def _printed(value: str, confirmed: bool) -> SafeString:
    """There are seven ratings, each confirmed or not: a list prints the same few over and over."""
    look = LOOKS[Rating(value)]
    printed = format_html(
        '<strong class="rating rating--{}{}"><span class="rating__shape" aria-hidden="true">{}</span> {}</strong>',
        look.css,
        "" if confirmed else " rating--not-confirmed",
        look.shape,
        look.word,
    )
    if confirmed:
        return printed
    return format_html('{} <span class="rating-note">not confirmed</span>', printed)
