"""Where the words stand that a public version withholds, so that whoever wrote them can word them otherwise in time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reports.document import (
    ActionLine,
    Asked,
    Change,
    DateMove,
    Figure,
    Issue,
    Matter,
    Outside,
    Recommendation,
    SectionWords,
    SubGroupText,
    Words,
)
from reports.formatting import words_of

if TYPE_CHECKING:
    from reports.public.edition import Edition

#: What a field of the sealed text is called; words of any other are "Words".
KINDS = {
    "achievement": "Achievement",
    "answer": "Answer",
    "because": "Why a figure was corrected",
    "commentary": "Commentary",
    "definition": "Definition",
    "description": "Description",
    "evidence": "Evidence",
    "focus": "Focus of the year",
    "help_answer": "Answer to a request for help",
    "help_wanted": "Help asked for",
    "measure": "Measure of success",
    "narrative": "Words of an update",
    "note": "Note",
    "reason": "Reason",
    "recovery": "How it gets back on track",
    "statement": "Statement",
    "title": "Title",
}
ELSEWHERE = "In the report"


@dataclasses.dataclass(frozen=True)
class KeptBack:
    """One text that is withheld, as the partners' paper has it. `where`: action, figure or section it stands under; `of`:
    what kind of thing that is ("action", "figure", "section", "issue", "matter", "asked", else empty) and `key` which one.
    """

    where: str
    kind: str
    text: str
    of: str = ""
    key: str = ""


def listed(edition: Edition) -> tuple[KeptBack, ...]:
    """Every text that `edition` replaced, in the order of the paper; what cannot be found again stands at the end."""
    by_words: dict[str, list[tuple[int, KeptBack]]] = {}
    for place, (one, judged) in enumerate(_texts(edition)):
        for words in {one.text, *judged}:
            by_words.setdefault(words, []).append((place, one))
    found: list[tuple[int, KeptBack]] = []
    taken: set[int] = set()
    for words in edition.replaced:
        places = by_words.get(words, [])
        free = [each for each in places if each[0] not in taken] or places
        chosen = free[0] if free else (len(by_words) + 10**6, KeptBack(ELSEWHERE, "Words", words))
        taken.add(chosen[0])
        found.append(chosen)
    return tuple(one for _, one in sorted(found, key=lambda each: each[0]))


def _texts(edition: Edition) -> Iterator[tuple[KeptBack, tuple[str, ...]]]:
    """Each text of the paper, and what of it was judged: without what is public already, or with the words of its HTML."""
    refs = [line.ref for line in edition.lines_of_actions()]
    for owner, name, text, where, of, key in _walk(edition.of, "", "", ""):
        judged = [_without(text, refs), edition.on_table.sub("", text)]
        if isinstance(owner, Figure) and name == "note":
            judged.append(_without(text, owner.quoted))
        if isinstance(owner, (SectionWords, SubGroupText)) and name == "text":
            judged.append(f"{text} {words_of(owner.html)}")
        yield KeptBack(where, KINDS.get(name, "Words"), text, of, key), tuple(judged)


def _walk(node: object, where: str, of: str, key: str) -> Iterator[tuple[object, str, str, str, str, str]]:
    where, of, key = _place(node) or (where, of, key)
    if not dataclasses.is_dataclass(node):
        return
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str) and one:
                yield node, field.name, one, where or ELSEWHERE, of, key
            elif dataclasses.is_dataclass(one):
                yield from _walk(one, where, of, key)
            elif isinstance(one, Mapping):
                raise TypeError(f"{field.name} of a sealed text is a mapping")


def _place(node: object) -> tuple[str, str, str] | None:
    """Where the words of this part stand; None: where those around them do."""
    match node:
        case ActionLine() | Change() | DateMove():
            return f"Action {node.ref}: {node.title}", "action", node.ref
        case Figure():
            return node.name, "figure", node.code
        case SectionWords():
            return node.heading, "section", node.section
        case SubGroupText():
            return f"{node.sub_group}: its part", "", ""
        case Recommendation():
            return "What the Partnership is asked", "asked", node.key
        case Asked():
            return "What was asked last time", "", ""
        case Issue():
            return f"Emerging issue: {node.title}", "issue", ""
        case Matter():
            return f"Matter arising, {node.source}", "matter", ""
        case Outside():
            return "Findings from outside", "", ""
        case Words() if node.by:
            return None
    name = getattr(node, "name", "") or getattr(node, "heading", "")
    return (name, "", "") if isinstance(name, str) and name else None


def _without(text: str, parts: list[str] | tuple[str, ...]) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text
