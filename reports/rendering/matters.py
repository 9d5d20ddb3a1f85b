"""What opens a report, in words: matters arising, and what became of the last recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from reports.document import Asked, Matter

#: In the order in which they are counted: what is settled first.
OUTCOMES = ("Agreed", "Amended", "Noted", "Deferred")


class Opening(Protocol):
    """The fields of a document that open it; both kinds of report have them."""

    @property
    def matters(self) -> tuple[Matter, ...]: ...
    @property
    def last_asked(self) -> tuple[Asked, ...]: ...


def opening_context(document: Opening) -> dict[str, Any]:
    """What templates/reports/document/_matters.html needs: open matters before answered ones.

    `asked_at` is the one meeting at which every outcome was recorded; None for several, which then stand beside each.
    """
    held = {one.meeting_on for one in document.last_asked if one.meeting_on is not None}
    return {
        "asked_at": held.pop() if len(held) == 1 else None,
        "matters_open": tuple(matter for matter in document.matters if matter.answered_on is None),
        "matters_answered": tuple(matter for matter in document.matters if matter.answered_on is not None),
        "asked_tally": outcomes_tally([one.outcome for one in document.last_asked]),
    }


def empty_openings(document: Opening) -> list[str]:
    """Anchors of the opening sections that have nothing to say, for `contents.numbered(without=…)`."""
    return [anchor for anchor, rows in (("matters", document.matters), ("last-asked", document.last_asked)) if not rows]


def last_asked_sentence(document: Opening) -> str:
    """For page one's “Asked last time”: “2 agreed, 1 deferred, 1 without a recorded outcome; 1 matter open”; "" for nothing."""
    tally = outcomes_tally([one.outcome for one in document.last_asked])
    is_open = sum(1 for matter in document.matters if matter.answered_on is None)
    late = sum(1 for matter in document.matters if matter.overdue)
    answered = len(document.matters) - is_open
    matters = []
    if answered:
        matters.append(f"{answered} {'matter' if answered == 1 else 'matters'} answered")
    if is_open:
        named = "" if answered else (" matter" if is_open == 1 else " matters")
        matters.append(f"{is_open}{named} open" + (f", {late} of them overdue" if late else ""))
    return "; ".join(part for part in (tally, ", ".join(matters)) if part)


def outcomes_tally(outcomes: Iterable[str]) -> str:
    """2 agreed, 1 deferred, 1 without a recorded outcome."""
    found: Sequence[str] = list(outcomes)
    parts = [f"{number} {word.lower()}" for word in OUTCOMES if (number := found.count(word))]
    if missing := found.count(""):
        parts.append(f"{missing} without a recorded outcome")
    return ", ".join(parts)
