"""Page one of the quarterly report."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions.progress import plural
from reports.document import PUBLIC, Figure, QuarterlyDocument
from reports.rendering.page_one import (
    HEAD_MM,
    HEAD_START,
    HEADING_MM,
    LINE_MM,
    LINE_POINTS,
    PAGE_MM,
    Listed,
    PageLine,
    first_of,
    lines_of,
    masthead_more,
    rows_of,
)
from reports.rendering.since import changed_since, most_worse
from reports.rendering.text import (
    as_many,
    figure_text,
    head_line,
    outside_sentence,
    range_in_short,
    short_figure,
    tally,
    unusual_or_noise,
    whole_sentences,
)

LIST_POINTS = 15.0
"""How far a list is indented."""

RULE = (
    "Figures for {} against the same quarter last year. Worse and better follow each indicator's own direction; a change "
    "within 5% is similar."
)


@dataclass(frozen=True)
class QuarterlyPage:
    """Page one of the quarterly report, cut to one side. `noise` says which changes are unusual and which are not, `summary`
    how many figures are worse, better or neither."""

    head: str
    summary: str
    objective: str
    worse: Listed
    better: Listed
    noise: str
    similar: str
    moved: str
    outside: str
    missing: Listed
    issues: Listed
    actions: str
    names_who_owes: bool
    trouble: str = ""
    since: str = ""
    brackets: str = ""
    masthead_more: int = 0
    rule: str = ""

    @property
    def height(self) -> float:
        """Estimated millimetres, on the generous side."""
        lists = [
            max(rows_of(each, LINE_POINTS - LIST_POINTS), 1)
            for each in (self.worse, self.better, self.missing, self.issues)
        ]
        actions = f"{self.actions}. {self.brackets} in brackets. Last known ratings; see action headlines (page 00)."
        since = f"{self.since}; in full under 9. Since the last report (page 00)." if self.since else ""
        texts = [
            lines_of(text, LINE_POINTS)
            for text in (
                self.trouble,
                self.noise,
                self.similar,
                self.moved,
                self.outside,
                actions,
                since,
            )
            if text
        ]
        head = lines_of(HEAD_START + self.head, LINE_POINTS) + lines_of(self.objective, LINE_POINTS)
        head += lines_of(self.rule, LINE_POINTS, strong=self.summary)
        return (
            HEAD_MM
            + LINE_MM * (self.masthead_more + head + 0.5 + sum(lists) + sum(texts))
            + HEADING_MM * (len(lists) + len(texts))
        )


@dataclass(frozen=True)
class QuarterlyRoom:
    """How much page one shows at one step of tightness: rows of figures and their characters, characters of a list in a
    line, rows of the missing and the emerging and their characters."""

    figures: int
    figures_long: int
    named: int
    others: int
    others_long: int


MISSING_LONG = 200
"""Who owes a figure is not cut: its line is short."""


#: From a generous page to the tightest; the first that fits is taken.
QUARTERLY_ROOMS = (
    QuarterlyRoom(12, 330, 400, 12, 230),
    QuarterlyRoom(10, 260, 300, 8, 200),
    QuarterlyRoom(8, 230, 230, 6, 115),
    QuarterlyRoom(8, 210, 200, 5, 115),
    QuarterlyRoom(7, 200, 200, 4, 115),
    QuarterlyRoom(6, 190, 160, 4, 110),
    QuarterlyRoom(5, 190, 150, 4, 105),
    QuarterlyRoom(5, 170, 130, 3, 105),
    QuarterlyRoom(4, 160, 110, 3, 200),
    QuarterlyRoom(4, 160, 110, 3, 100),
    QuarterlyRoom(4, 120, 110, 3, 100),
    QuarterlyRoom(3, 100, 90, 2, 90),
)


def quarterly_page(document: QuarterlyDocument) -> QuarterlyPage:
    for room in QUARTERLY_ROOMS:
        page = _quarterly_page(document, room)
        if page.height <= PAGE_MM:
            break
    for name in ("issues", "worse", "better"):
        page = _let_run(page, name)
    named = dataclasses.replace(page, since=changed_since(document, named=True))
    return named if named.height <= PAGE_MM else page


def _let_run(page: QuarterlyPage, name: str) -> QuarterlyPage:
    """The page with each line of a list that was cut in full, as far as the side holds them."""
    for place, line in enumerate(getattr(page, name).lines):
        lines: Listed = getattr(page, name)
        whole = PageLine(line.strong, line.full or line.text)
        change: dict[str, Any] = {name: Listed((*lines.lines[:place], whole, *lines.lines[place + 1 :]), lines.more)}
        longer = dataclasses.replace(page, **change)
        page = longer if longer.height <= PAGE_MM else page
    return page


def _quarterly_page(document: QuarterlyDocument, room: QuarterlyRoom) -> QuarterlyPage:
    missing = sorted((f for f in document.figures if f.now is None), key=lambda f: not f.overdue)
    worse = sorted((f for f in document.figures if f.worse), key=lambda f: not f.unusual)
    better = sorted((f for f in document.figures if f.better), key=lambda f: not f.unusual)
    same = [f for f in _rest(document) if f.word in SAME]
    since = document.since
    moved = [f"{f.name} {f.word}" for f in _rest(document) if f.word in MOVED]
    left_alone = {one.code for one in document.left_alone}
    return QuarterlyPage(
        masthead_more=masthead_more(document.paper),
        head=head_line(document),
        summary=_summary(document),
        rule=RULE.format(document.paper.period_label),
        objective=document.paper.strategic_objective,
        worse=_first(
            [_figure_line(f, left_alone=f.code in left_alone) for f in worse], room.figures, room.figures_long
        ),
        better=_first([_figure_line(f) for f in better], room.figures, room.figures_long),
        noise=unusual_or_noise(document.figures, room.named),
        similar=as_many([f.name for f in same], room.named),
        moved=as_many(moved, room.named),
        outside=outside_sentence(document),
        missing=_first([PageLine(f.name, f.missing) for f in missing], room.others, MISSING_LONG),
        issues=_first(
            [
                PageLine(f"{i.title} ({i.state.lower()})", f"{i.where}. {i.text}")
                for i in document.issues
                if i.state != "Closed"
            ],
            room.others,
            room.others_long,
        ),
        actions=_tally_then_and_now(document) if since else tally(document.counts),
        trouble=most_worse(document) if since else "",
        since=changed_since(document),
        brackets=since.label if since and since.sealed else "",
        names_who_owes=document.paper.edition != PUBLIC,
    )


def _summary(document: QuarterlyDocument) -> str:
    """25 figures: 2 worse, 6 better, 9 much the same, 7 moved and not judged, 1 missing."""
    counted = [
        (sum(1 for f in document.figures if f.worse), "worse"),
        (sum(1 for f in document.figures if f.better), "better"),
        (sum(1 for f in _rest(document) if f.word in SAME), "much the same"),
        (sum(1 for f in _rest(document) if f.word in MOVED), "moved and not judged"),
        (sum(1 for f in _rest(document) if f.word not in (*SAME, *MOVED)), "not compared"),
        (sum(1 for f in document.figures if f.now is None), "missing"),
    ]
    parts = ", ".join(f"{number} {word}" for number, word in counted if number)
    return f"{plural(len(document.figures), 'figure')}: {parts}." if parts else ""


SAME, MOVED = ("similar", "unchanged"), ("up", "down")


def _rest(document: QuarterlyDocument) -> list[Figure]:
    """The figures that are neither worse nor better."""
    return [f for f in document.figures if f.now is not None and not f.worse and not f.better]


def _first(lines: Sequence[PageLine], most: int, longest: int) -> Listed:
    """As `first_of`, each line cut where a sentence or a part of one ends."""
    cut = [(line, whole_sentences(line.text, max(longest - len(line.strong), 20))) for line in lines]
    return first_of(
        [line if text == line.text else PageLine(line.strong, text, line.full or line.text) for line, text in cut], most
    )


def _tally_then_and_now(document: QuarterlyDocument) -> str:
    """3 off track (2), 1 of them not confirmed: with the numbers of the report before in brackets."""
    return ", ".join(
        f"{count.number} {count.mark.word.lower()}"
        + (f" ({count.before})" if count.before is not None else "")
        + (f", {count.not_confirmed} of them not confirmed" if count.not_confirmed else "")
        for count in document.counts
        if count.number or count.before
    )


def _figure_line(figure: Figure, *, left_alone: bool = False) -> PageLine:
    """The figure, the change, and whether that is unusual or noise; `left_alone`: nobody has a live action for it."""
    if figure.now is None:
        raise ValueError(f"{figure.name} is judged without a figure.")
    text = figure_text(figure.now.printed, figure.unit, after=figure.name)
    if figure.year_before is not None and figure.difference:
        change = " · ".join(part for part in (figure.difference, figure.percent) if part and part != "n/a")
        text += f", was {short_figure(figure, figure.year_before)} in {figure.year_before.label} ({change})"
    text += ", provisional" if figure.now.provisional else ""
    name = f"{figure.name} (no live action)" if left_alone else figure.name
    return PageLine(name, "; ".join(part for part in (text, range_in_short(figure)) if part))
