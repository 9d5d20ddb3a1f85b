"""Page one is one side: how wide and high it is, and its lists cut to what it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from charts.text import width_of
from reports.document import PUBLIC, Paper
from reports.letters import in_print
from reports.rendering.text import clip

LINE_POINTS, LABEL_POINTS, TYPE_POINTS = 493.0, 80.0, 9.25
"""Page one's text width, the column of its labels and its type size, in points: report-print.css says the same."""

PAGE_MM = 263.0
"""The height of page one between its margins, less a hair."""

LINE_MM, COUNTS_MM, FACT_MM, HEADING_MM = 4.12, 4.7, 1.75, 6.9
"""A line of text, a line of counts, the space round a fact, a heading with its space: report-print.css says the same."""

HEAD_START = "DEMONSTRATION DATA. Draft. "
"""What may stand before the line under the title: no final says more of itself than a draft."""

HEAD_MM = 17.5
"""The bar, a masthead of one line and the title."""

MASTHEAD_WIDER = 1.06
"""So much more room the masthead's letters take than the page's: 9.5 pt to 9.25, and its capitals stand apart."""


RUN_BOLDER = 1.01
"""The references in a run of short items are bold, the rest is not."""


@dataclass(frozen=True)
class Listed:
    """As many lines as fit, and how many more there are."""

    lines: tuple[PageLine, ...]
    more: int


@dataclass(frozen=True)
class PageLine:
    """A strong start (a reference, a name) and what follows it; `full` is all it would say, where it was cut.

    `at` is the anchor of the place where the whole of it stands, and `called` what that place is of.
    """

    strong: str
    text: str
    full: str = ""
    at: str = ""
    called: str = ""

    @property
    def goes_on(self) -> bool:
        return bool(self.full and self.at)

    @property
    def measured(self) -> str:
        """The text with where it goes on, as it is printed: the number of the page has at most two digits."""
        return f"{self.text} (in full at {self.called}, page 00)" if self.goes_on else self.text


#: charts.text takes a fallback typeface into account; the paper has its own, whose lines run some 5% shorter.
OWN_TYPE = TYPE_POINTS * 0.945

#: Its space is a fifth of the type size; a little more stands for lines that break early.
SPACE = TYPE_POINTS * 0.24


def lines_of(text: str, width: float, *, strong: str = "") -> int:
    """Lines that a text takes in so many points, after a start that is set in bold; at least one."""
    lines, used = 1, 0.0
    words = [(word, True) for word in in_print(strong).split()] + [(word, False) for word in in_print(text).split()]
    for word, bold in words:
        long = width_of(word, OWN_TYPE, bold=bold)
        gap = SPACE if used else 0.0
        if used and used + gap + long > width:
            lines, used = lines + 1, long
        else:
            used += gap + long
    return lines


def masthead_more(paper: Paper) -> int:
    """Lines that the masthead takes beyond its first, in a long name or because it says that the version is the public one."""
    public = " · PUBLIC VERSION" if paper.edition == PUBLIC else ""
    said = f"· Meeting of 30 September 2026 · Report of the {paper.report_of}"
    return lines_of(said, LINE_POINTS / MASTHEAD_WIDER, strong=f"{paper.partnership.upper()}{public}") - 1


def run_rows(listed_: Listed, width: float) -> int:
    """Lines of a short list whose items follow one another in a paragraph."""
    told = "; ".join(f"{line.strong} {line.measured}" for line in listed_.lines)
    more = "; and 00 more: returns by partner, page 00" if listed_.more else ""
    return lines_of(f"{told}{more}", width / RUN_BOLDER)


def rows_of(listed_: Listed, width: float) -> int:
    """Lines that a list takes in so many points, with the one that says how many more there are."""
    rows = sum(lines_of(line.measured, width, strong=line.strong) for line in listed_.lines)
    return rows + (1 if listed_.more else 0)


def first_of(lines: Sequence[PageLine], most: int, longest: int = 1000) -> Listed:
    """The first `most` lines, each cut to `longest` characters, and how many are left over."""
    # "And 1 more" takes the line that the last one itself would have taken.
    shown = lines if len(lines) <= most else lines[: most - 1] if most > 1 else lines[:1]
    return Listed(tuple(_cut(line, longest) for line in shown), len(lines) - len(shown))


def _cut(line: PageLine, longest: int) -> PageLine:
    text = clip(line.text, max(longest - len(line.strong), 20))
    return line if text == line.text else dataclasses.replace(line, text=text, full=line.full or line.text)
