"""What a report's four faces cannot print is said in words, so that nobody's update is refused or lost for a smiley.

A sign is called by its Unicode name, "[thumbs up sign]"; several letters of a script that we have no letters of are counted,
"[9 letters of Gurmukhi script: see the portal]". On the screen, and in what is stored, they stay as they were typed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape
from itertools import groupby
from pathlib import Path

from partners.words import with_plain_bullets

FONTS = Path(__file__).resolve().parent.parent / "static" / "kit" / "fonts"
#: Our faces, and the SHA-256 of each: a damaged one would go into files that are written once. New faces, new hashes.
FACES = {
    "SourceSans3-Regular.ttf": "393fb5b878ceed04aebc34b097e853ae5138c51d0c34b496ce8e2b47e0d0b94a",
    "SourceSans3-Italic.ttf": "f17facaa9ed293bb38526db3638e240510b7393c37ffa70e5c48f39575de44ab",
    "SourceSans3-SemiBold.ttf": "bd2550fce2d295b0bf20bd8b1b7f1477da834f1066bd850aafdb4787a67a63ca",
    "SourceSans3-Bold.ttf": "7109021766e915ecd9721e28d11dfc732d57affda49e4ca15bb6d1529add7fdd",
}

#: Every face has these (a test holds them to it): the faces are opened only for a text that holds others.
USUAL = frozenset(
    [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x180)), *"\t\n\r‐‑–—‘’“”†•…‰′″€←↑→↓−×≤≥■□▲△▼▽◆●○✓✗"]
)

_SPACE = frozenset("\t\n\r ")
_MOST_NAMES = 3
_ENTITY = re.compile(r"&#?\w+;")
_RAW = re.compile(r"(<(style|script)\b.*?</\2\s*>|<!--.*?-->)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
#: Attributes that are printed, read aloud or kept as the file's metadata; all others are addresses and names of ours.
_SAID = re.compile(r"""(?<=[\s"'])(?:alt|title|content|aria-label|data-to)=(?:"[^"]*"|'[^']*')""")
_SCRIPTS = {"Hani": "Chinese or Japanese"}


def in_print(text: str) -> str:
    """The text as the faces can print it; the same when they have all of its signs."""
    strange = _strange(text)
    return _said(text, strange) if strange else text


def html_in_print(html: str) -> str:
    """A page of HTML with all that is printed, or read aloud instead, as the faces can print it. Style and addresses stay."""
    html = _ENTITY.sub(_plain, html)
    strange = _strange(html)
    if not strange:
        return html
    parts = _RAW.split(html)
    # Of each match there are three: what stands before it, all of it, and the name of its tag.
    return "".join(
        _said_in_page(part, strange) if n % 3 == 0 else part or "" for n, part in enumerate(parts) if n % 3 != 2
    )


def _said_in_page(html: str, strange: frozenset[str]) -> str:
    if strange.isdisjoint(html):
        return html
    parts = _TAG.split(html)
    for n, part in enumerate(parts):
        if not strange.isdisjoint(part):
            parts[n] = _SAID.sub(lambda found: _said(found[0], strange), part) if n % 2 else _said(part, strange)
    return "".join(parts)


def _plain(entity: re.Match[str]) -> str:
    """A sign that is written as a reference, when it is none that the faces have; references to those stay."""
    sign = unescape(entity[0])
    return sign if _strange(sign) else entity[0]


def _strange(text: str) -> frozenset[str]:
    """The signs in a text that the faces do not have."""
    unusual = frozenset(text) - USUAL
    return unusual - coverage(FONTS) if unusual else unusual


@cache
def coverage(fonts: Path) -> frozenset[str]:
    """The signs that all four faces have, and white space. Raises OSError or TTLibError for a face that cannot be read."""
    from fontTools.ttLib import TTFont

    signs: list[set[str]] = []
    for face in FACES:
        with TTFont(fonts / face, lazy=True) as font:
            signs.append(set(map(chr, font.getBestCmap())))
    return frozenset(set.intersection(*signs)) | _SPACE


def _said(text: str, strange: frozenset[str]) -> str:
    """The text with each run of strange signs in words; one that is another form of signs we have is printed as those."""
    if strange.isdisjoint(text):
        return text
    plain = "".join(
        _same(sign) if sign in strange else sign for sign in unicodedata.normalize("NFC", with_plain_bullets(text))
    )
    strange = _strange(plain)
    if not strange:
        return plain
    run = f"[{re.escape(''.join(sorted(strange)))}]"
    # Words of a script that we do not have, with the blanks between them, are one run.
    return re.sub(rf"{run}+(?:[ \n\t]+{run}+)*", lambda found: _in_words(found[0]), plain)


def _same(sign: str) -> str:
    """Plain signs for a letter that is another form of them: mathematical bold, full width, a ligature. "" for no ink."""
    if sign in "\u2028\u2029" or unicodedata.category(sign) == "Zs":
        return " "
    if _has_no_ink(sign):
        return ""
    form = unicodedata.decomposition(sign).partition(" ")[0]
    if form in ("<font>", "<wide>", "<narrow>", "<compat>", "<fraction>", "<super>", "<sub>"):
        return unicodedata.normalize("NFKC", sign)
    return sign


def _has_no_ink(sign: str) -> bool:
    """Joiners, marks of direction, selectors of a variant, skin tones and the box around a key: they say how, not what."""
    return (
        unicodedata.category(sign) in ("Cc", "Cf")
        or "\ufe00" <= sign <= "\ufe0f"
        or "\U000e0100" <= sign <= "\U000e01ef"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or sign == "\u20e3"
    )


def _in_words(run: str) -> str:
    """A run of signs in square brackets: letters counted by script, other signs by name."""
    signs = [sign for sign in run if not sign.isspace()]
    said: list[str] = []
    names: list[str] = []
    for script, group in groupby(signs, key=_script_of):
        these = list(group)
        if script:
            letters = sum(unicodedata.category(sign)[0] in "LN" for sign in these) or len(these)
            said += [
                *_listed(names),
                f"{letters} letter{'' if letters == 1 else 's'} of {script} script: see the portal",
            ]
            names = []
        else:
            names += _names(these)
    return f"[{'; '.join([*said, *_listed(names)])}]"


@cache
def _script_of(sign: str) -> str:
    """The script that a letter, its mark or its digit belongs to; "" for signs, which belong to none."""
    from fontTools import unicodedata as scripts

    code = scripts.script(sign)
    if unicodedata.category(sign)[0] not in "LMN" or code in ("Zyyy", "Zinh", "Zzzz"):
        return ""
    return _SCRIPTS.get(code) or scripts.script_name(code)


def _names(signs: list[str]) -> list[str]:
    """What signs are called, one after the other; two letters of a flag are one."""
    text = "".join(signs)
    found = []
    for flag, sign in re.findall("([\U0001f1e6-\U0001f1ff]{2})|(.)", text, re.DOTALL):
        if flag:
            found.append(f"flag {''.join(chr(ord(letter) - 0x1F1E6 + ord('A')) for letter in flag)}")
        else:
            found.append(unicodedata.name(sign, "").lower() or f"sign U+{ord(sign):04X}")
    return found


def _listed(names: list[str]) -> list[str]:
    """Names with how often each stands there in a row; of many the first and how many more."""
    counted = [(name, len(list(group))) for name, group in groupby(names)]
    shown = [name if times == 1 else f"{name}, {times} times" for name, times in counted[:_MOST_NAMES]]
    left = sum(times for _, times in counted[_MOST_NAMES:])
    return ["; ".join([*shown, *([f"{left} more"] if left else [])])] if shown else []
