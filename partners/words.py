"""What counts as words: characters that somebody can see, and none that make a text look other than what it holds."""

from __future__ import annotations

import unicodedata

#: Characters that turn the direction of the text around them; a report would print something other than what it holds.
DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: By their class letters or signs, and yet nothing to see: fillers of Hangul, the empty Braille cell, a note without a head.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")


#: Word's bullets, which are private signs of its own typefaces and nobody else's; it puts them into what is pasted.
_BULLETS = dict.fromkeys(map(ord, "\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf06e"), "•")


def with_plain_bullets(text: str) -> str:
    """The text with Word's own bullets made into ones that everybody can see and print."""
    return text.translate(_BULLETS)


def is_blank(text: str) -> bool:
    """Whether there is nothing to read in it: empty, blanks, or characters without a shape such as U+200B."""
    return not any(unicodedata.category(sign)[0] in "LNPS" and sign not in _UNSEEN for sign in text)


def trouble_in(text: str) -> tuple[str, str]:
    """The first hidden character that no text may hold, as a code ("direction", "control") and a sentence; "" for none."""
    for place, sign in enumerate(text):
        if sign in DIRECTION_OVERRIDES:
            what = "direction", "hidden character that reverses writing"
        elif unicodedata.category(sign) == "Cc" and sign not in "\n\t":
            what = "control", "hidden control character"
        else:
            continue
        return what[0], f"This text holds a {what[1]}{_after(text, place)}. Delete that place and type it again."
    return "", ""


def _after(text: str, place: int) -> str:
    """Where a hidden character stands, by the words before it."""
    before = " ".join(text[max(place - 25, 0) : place].split())
    return f" after “{before}”" if before else " at its start"
