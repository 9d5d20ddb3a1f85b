"""Names of files as strangers give them, made safe to show, to keep and to hand out again. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120

_HIDDEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A file's name without folders, control and direction characters, and of a length any system takes; never empty."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(c for c in name if c not in _HIDDEN and not unicodedata.category(c).startswith("C"))
    name = re.sub(r'[<>:"|?*;%]', "_", " ".join(name.split())).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    stem = stem.rstrip(". ")[: LONGEST_NAME - len(ending[:10]) - 1]
    name = f"{stem or 'file'}{dot}{ending[:10]}"
    return f"_{name}" if _RESERVED.match(name) else name
