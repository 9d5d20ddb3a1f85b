"""The contents of each report: its sections and appendices, in order, numbered as they are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """An entry of the contents. Appendices have a letter where sections have a number."""

    anchor: str
    number: str
    title: str

    @property
    def heading(self) -> str:
        return f"Appendix {self.number}: {self.title}" if self.number.isalpha() else f"{self.number}. {self.title}"


SIX_MONTHLY = (
    ("purpose", "Purpose of the report"),
    ("background", "Background"),
    ("matters", "Matters arising"),
    ("last-asked", "What became of the last recommendations"),
    ("statement", "Chair's statement"),
    ("progress", "Progress by priority"),
    ("re-offending", "Re-offending"),
    ("figures", "Performance headlines"),
    ("changes", "Since the last report"),
    ("issues", "Emerging issues"),
    ("returns", "Returns by partner"),
    ("implications", "Section 17 and other implications"),
    ("recommendations", "Recommendations"),
)
SIX_MONTHLY_APPENDICES = (
    ("plan", "The full action plan"),
    ("definitions", "What the ratings mean"),
    ("data", "Data notes and queries"),
)

QUARTERLY = (
    ("about", "About this report"),
    ("matters", "Matters arising"),
    ("last-asked", "What became of the last recommendations"),
    ("statement", "Chair's statement"),
    ("since", "Since the last report"),
    ("priorities", "Figures by priority"),
    ("similar-areas", "Similar areas"),
    ("outside", "Outside our priorities"),
    ("issues", "Emerging issues"),
    ("actions", "Action headlines"),
)
QUARTERLY_APPENDICES = (("data", "Data notes and queries"),)

ACTION_PLAN = (
    ("about", "About this document"),
    ("counts", "How the actions stand"),
    ("plan", "The full action plan"),
    ("left", "Completed and closed"),
    ("definitions", "What the ratings mean"),
)


#: What the section is called in texts from before the report before was compared with as it was sealed.
ONCE_CALLED = {"changes": "New, completed, withdrawn and moved"}


def numbered(
    sections: Iterable[tuple[str, str]],
    appendices: Iterable[tuple[str, str]],
    *,
    without: Iterable[str],
    called: Mapping[str, str] | None = None,
) -> tuple[Part, ...]:
    """Sections from 1 and appendices from A, less those whose anchors are named: what nobody wrote has no heading.

    `called`: other titles, by anchor.
    """
    left_out = set(without)
    kept = [(anchor, (called or {}).get(anchor, title)) for anchor, title in sections if anchor not in left_out]
    return tuple(
        [Part(anchor, str(number), title) for number, (anchor, title) in enumerate(kept, start=1)]
        + [Part(anchor, chr(ord("A") + place), title) for place, (anchor, title) in enumerate(appendices)]
    )
