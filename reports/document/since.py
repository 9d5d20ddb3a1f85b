"""What changed since the report before: which sealed version is compared with, and one sentence for each difference."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from priorities.periods import british
from reports.document.parts import up_to


@dataclass(frozen=True)
class Sealed:
    """The version that was compared with, as it stood when this one was made; `standing` is its state in words.

    A public version does not say how one stood that was not published: `standing` is then empty.
    """

    title: str
    period_label: str
    number: int
    standing: str
    cut_off_on: dt.date
    snapshot_sha256: str
    cut_off: dt.datetime | None = None
    """None in texts from before it was kept."""

    @property
    def received(self) -> str:
        """Up to when what is in it had been received."""
        return up_to(self.cut_off) if self.cut_off else british(self.cut_off_on)


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was, in a sentence made of facts: nobody's own words are in it.

    `kind` is a key of `HEADINGS`; `key` the action's reference, the indicator's code or the issue's title.
    """

    kind: str
    key: str
    text: str


@dataclass(frozen=True)
class TextDifference(Difference):
    """A text that was changed, with what it was and is, as typed. Pages that compare alone show it: none is sealed."""

    was: str = ""
    now: str = ""

    @property
    def is_short(self) -> bool:
        """Whether both can stand in a list without hiding the rest of it."""
        return len(self.was) + len(self.now) <= 800


@dataclass(frozen=True)
class Since:
    """`label` is what the report before is called in short ("March"); empty for the plan's first report.

    Without `sealed` the position then was worked out again, and `why_not` says for what reason; `cut_off_on` is then the
    day up to which things had been received.
    """

    label: str
    sealed: Sealed | None
    why_not: str
    cut_off_on: dt.date | None
    rows: tuple[Difference, ...]

    def of(self, *kinds: str) -> tuple[Difference, ...]:
        return tuple(row for row in self.rows if row.kind in kinds)

    def keys(self, *kinds: str) -> tuple[str, ...]:
        return tuple(row.key for row in self.of(*kinds))


#: Every kind of difference in the order in which it is told, and its heading.
HEADINGS: dict[str, str] = {
    "worsened": "Got worse",
    "recovered": "Recovered",
    "completed": "Completed",
    "added": "New in the plan",
    "closed": "Withdrawn, replaced or moved to the next plan",
    "reopened": "Reopened",
    "started": "Started or first rated",
    "gone": "No longer listed",
    "dates": "Dates that moved",
    "quiet": "Gone quiet",
    "heard": "Heard again",
    "unconfirmed": "No longer confirmed",
    "confirmed": "Confirmed again",
    "help_asked": "Help newly asked",
    "help_answered": "Help answered",
    "help_open": "Help still without an answer",
    "help_dropped": "Help no longer asked",
    "unusual": "Figures that changed in an unusual way",
    "usual": "Figures back in their usual range",
    "judged": "Figures no longer judged, or judged now",
    "figure_worse": "Figures that turned worse",
    "figure_better": "Figures that turned better",
    "figure_eased": "Figures no longer worse or better",
    "figure_missing": "Figures that are missing now",
    "figure_due": "Figures that are missing for another reason or time",
    "figure_there": "Figures that can be had now",
    "figure_followed": "Indicators newly followed or dropped",
    "corrected": "Figures corrected",
    "issue_new": "New emerging issues",
    "issue_moved": "Emerging issues that moved on",
    "facts": "Names, leads and other facts",
    "asked": "What the Partnership is asked",
    "texts": "Texts",
}

#: Kinds whose `key` is an indicator's code, of those that a report tells.
OF_FIGURES = (
    "unusual",
    "usual",
    "figure_worse",
    "figure_better",
    "figure_eased",
    "figure_missing",
    "figure_there",
    "figure_followed",
    "corrected",
)

#: What became of the help that the report before asked for: each of its requests is in one of these.
LAST_ASKED = ("help_answered", "help_open", "help_dropped")
