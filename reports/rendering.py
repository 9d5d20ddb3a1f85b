"""Turns a document into HTML: the paper's whole page for the PDF, and the same body for the screen.

Knows documents, charts and templates; never a live row. The HTML carries its own style sheet as a data: address, so
that the text alone, kept with the file made of it, is all a later reader needs.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from charts.frame import NARROW, WIDE
from charts.line import LineChart, line_chart
from charts.rate import Rate
from charts.ratings_bar import RatingCount, RatingRow, RatingsBar, ratings_bar
from charts.ratio_dots import RatioDots, ratio_dots
from charts.series import Band, Note, Point
from charts.text import listed, wrap
from performance.places import OUTSIDE, Place, last_and_outside
from priorities.periods import british
from reports.document import (
    PUBLIC,
    RESTRICTED,
    ActionLine,
    Count,
    Document,
    Figure,
    PrintedTable,
    QuarterlyDocument,
    Recommendation,
    SimilarTable,
    SixMonthlyDocument,
    SubGroupText,
    Value,
    Words,
)

STYLES = Path(__file__).resolve().parent.parent / "static"
SHEETS = ("report.css", "report-print.css")

BRIEF = 150
"""Characters of an action's latest words beside it in the body; the whole of them stand in Appendix A."""


@dataclass(frozen=True)
class SignOff:
    """A decision in words ("Approved for the Partnership"), by which role, on which day, and where it is minuted."""

    words: str
    by: str
    on: dt.date
    meeting: dt.date | None = None
    minute_reference: str = ""


@dataclass(frozen=True)
class Part:
    """An entry of the contents. Appendices have a letter where sections have a number."""

    anchor: str
    number: str
    title: str

    @property
    def heading(self) -> str:
        return f"Appendix {self.number}: {self.title}" if self.number.isalpha() else f"{self.number}. {self.title}"


SIX_MONTHLY_PARTS = (
    Part("purpose", "1", "Purpose of the report"),
    Part("background", "2", "Background"),
    Part("progress", "3", "Progress by priority"),
    Part("re-offending", "4", "Re-offending"),
    Part("figures", "5", "Performance headlines"),
    Part("changes", "6", "New, completed, withdrawn and moved"),
    Part("issues", "7", "Emerging issues"),
    Part("returns", "8", "Returns by partner"),
    Part("implications", "9", "Section 17 and other implications"),
    Part("recommendations", "10", "Recommendations"),
    Part("plan", "A", "The full action plan"),
    Part("definitions", "B", "What the ratings mean"),
    Part("data", "C", "Data notes and queries"),
)

QUARTERLY_PARTS = (
    Part("about", "1", "About this report"),
    Part("priorities", "2", "Figures by priority"),
    Part("similar-areas", "3", "Similar areas"),
    Part("outside", "4", "Outside our priorities"),
    Part("issues", "5", "Emerging issues"),
    Part("actions", "6", "Action headlines"),
    Part("data", "A", "Data notes and queries"),
)


# --- Page one ---------------------------------------------------------------------------------------------------------

LINE_POINTS, LABEL_POINTS, TYPE_POINTS = 493.0, 80.0, 9.5
"""Page one's text width, the column of its labels and its type size, in points: report-print.css says the same."""

PAGE_MM = 256.0
"""The height of page one between its margins, less a hair."""

LINE_MM, COUNTS_MM, FACT_MM, HEADING_MM = 4.3, 4.8, 2.15, 7.4
"""A line of text, a line of counts, the space round a fact, a heading with its space: report-print.css says the same."""

HEAD_START = "DEMONSTRATION DATA. Draft. "
"""What may stand before the line under the title."""

HEAD_MM = 17.5
"""The bar, the masthead and the title."""

BARS_MM_A_UNIT = 164 / 640


SENTENCE_ENDS = re.compile(r"[.!?;](?= )")
JOINING = "and|or|with|for|of|in|on|to|from|by|across|through|at|after|the|a|an"
JOINTS = re.compile(rf"(?: [(–]|[,:;]| (?:{JOINING}) )")
LEFT_HANGING = re.compile(rf"(?: (?:{JOINING}))+$")


@dataclass(frozen=True)
class Listed:
    """As many lines as fit, and how many more there are."""

    lines: tuple[PageLine, ...]
    more: int


@dataclass(frozen=True)
class PageLine:
    """A strong start (a reference, a name) and what follows it; `full` is all it would say, where it was cut."""

    strong: str
    text: str
    full: str = ""


def clip(text: str, longest: int) -> str:
    """Whole words up to so many characters, and an ellipsis when there is more."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    return LEFT_HANGING.sub("", text[: longest - 1].rsplit(" ", 1)[0]).rstrip(" ,;:.–-") + "…"


def begin(text: str, longest: int, at: str) -> str:
    """The text, or as many whole sentences of it as so many characters hold, else whole words, and where it goes on."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    goes_on = f" (continued at {at})"
    room = longest - len(goes_on)
    ends = [found.start() for found in SENTENCE_ENDS.finditer(text) if room * 0.4 <= found.start() <= room]
    return (text[: ends[-1]] if ends else clip(text, room)) + goes_on


def _short_title(title: str, longest: int) -> str:
    """A title, or what of it stands before a joining word; its reference stands beside it."""
    title = " ".join(title.split())
    if len(title) <= longest:
        return title
    starts = [found.start() for found in JOINTS.finditer(title) if longest * 0.3 <= found.start() <= longest]
    return title[: starts[-1]] if starts else clip(title, longest)


def _lines(text: str, width: float) -> int:
    # charts.text takes a fallback typeface into account; the paper has its own, whose lines run some 5% shorter.
    return max(len(wrap(text, TYPE_POINTS * 0.945, width)), 1)


def _height(listed_: Listed, width: float) -> int:
    rows = sum(_lines(f"{line.strong} {line.text}", width) for line in listed_.lines)
    return rows + (1 if listed_.more else 0)


def _first(lines: Sequence[PageLine], most: int, longest: int = 1000) -> Listed:
    """The first `most` lines, each cut to `longest` characters, and how many are left over."""
    # "And 1 more" takes the line that the last one itself would have taken.
    shown = lines if len(lines) <= most else lines[: most - 1] if most > 1 else lines[:1]
    return Listed(tuple(_cut(line, longest) for line in shown), len(lines) - len(shown))


def _cut(line: PageLine, longest: int) -> PageLine:
    text = clip(line.text, max(longest - len(line.strong), 20))
    return line if text == line.text else PageLine(line.strong, text, line.full or line.text)


@dataclass(frozen=True)
class Room:
    """How much of each list page one shows at one step of tightness."""

    asked: int
    asked_long: int
    off: int
    off_long: int
    silent: int
    figures: int
    delivered: int
    delivered_long: int


#: From a generous page to the tightest; the first that fits is taken.
ROOMS = (
    Room(12, 400, 12, 420, 12, 6, 4, 200),
    Room(12, 220, 8, 380, 8, 6, 4, 95),
    Room(12, 120, 8, 330, 6, 5, 3, 95),
    Room(12, 120, 6, 300, 5, 4, 3, 95),
    Room(11, 115, 6, 250, 5, 3, 3, 92),
    Room(11, 115, 6, 205, 5, 3, 3, 92),
    Room(11, 115, 5, 190, 4, 3, 2, 92),
    Room(10, 115, 5, 205, 4, 3, 2, 92),
    Room(9, 115, 5, 230, 4, 3, 2, 92),
    Room(8, 115, 4, 230, 4, 3, 2, 92),
    Room(7, 115, 4, 220, 4, 3, 2, 92),
    Room(6, 105, 4, 220, 3, 3, 2, 80),
    Room(5, 100, 3, 200, 3, 2, 2, 80),
    Room(4, 95, 3, 150, 2, 2, 1, 75),
    Room(3, 90, 2, 140, 2, 1, 1, 75),
)


@dataclass(frozen=True)
class SixMonthlyPage:
    """Page one of the six-monthly report, cut to one side."""

    head: str
    objective: str
    asked: Listed
    total: int
    counts: str
    off_track: Listed
    silent: Listed
    since: str
    worse: str
    better: str
    missing: str
    reoffending: str
    delivered: Listed
    bars_height: float

    @property
    def height(self) -> float:
        """Estimated millimetres, on the generous side."""
        side = LINE_POINTS - LABEL_POINTS
        figures = f"Worse than a year ago: {self.worse}. Better: {self.better}. Missing: {self.missing}."
        facts = (
            _height(self.off_track, side),
            _height(self.silent, side),
            _lines(self.since, side),
            _lines(figures, side),
            _lines(self.reoffending, side),
            _height(self.delivered, side),
        )
        return (
            HEAD_MM
            + LINE_MM * (_lines(HEAD_START + self.head, LINE_POINTS) + _lines(self.objective, LINE_POINTS))
            + HEADING_MM * 2
            + LINE_MM * _height(self.asked, LINE_POINTS - 20)
            + COUNTS_MM * _lines(self.counts, LINE_POINTS * 0.86)
            + LINE_MM
            + self.bars_height * BARS_MM_A_UNIT
            + 5
            + sum(LINE_MM * max(lines, 1) + FACT_MM for lines in facts)
        )


def six_monthly_page(document: SixMonthlyDocument, bars_height: float) -> SixMonthlyPage:
    """Page one with as much as one side holds. `bars_height` is that of the chart, in its own units."""
    for room in ROOMS:
        page = _six_monthly_page(document, room, bars_height)
        if page.height <= PAGE_MM:
            break
    # Which ones rather than how many, where that still leaves the page one page.
    named = dataclasses.replace(page, since=_since(document, named=True))
    return _let_run(named if named.height <= PAGE_MM else page)


def _let_run(page: SixMonthlyPage) -> SixMonthlyPage:
    """The page with each line that was cut in full, as far as the side holds them: what is asked of the table comes first."""
    for name in ("asked", "off_track", "delivered"):
        for place in range(len(getattr(page, name).lines)):
            listed_: Listed = getattr(page, name)
            line = listed_.lines[place]
            if not line.full:
                continue
            whole = (*listed_.lines[:place], PageLine(line.strong, line.full), *listed_.lines[place + 1 :])
            change: dict[str, Any] = {name: Listed(whole, listed_.more)}
            longer = dataclasses.replace(page, **change)
            if longer.height <= PAGE_MM:
                page = longer
    return page


def _six_monthly_page(document: SixMonthlyDocument, room: Room, bars_height: float) -> SixMonthlyPage:
    off = [line for line in document.actions if line.mark.key == "off_track"]
    # An action off track and silent stands under off track; here too, since both are asked about.
    silent = [line for line in document.actions if line.owing and not line.received]
    achieved = [
        _achieved_line(change.ref, change.title, change.text, room.delivered_long) for change in document.completed
    ] + [
        _achieved_line(line.ref, line.title, line.said.achievement, room.delivered_long)
        for line in document.actions
        if line.received and line.said and line.said.achievement and line.mark.key != "complete"
    ]
    return SixMonthlyPage(
        head=head_line(document),
        objective=document.paper.strategic_objective,
        asked=_asked(document, room),
        total=sum(count.number for count in document.counts),
        counts=tally(document.counts) + " (00)" * len(document.counts),
        off_track=_first([_off_line(line, room.off_long) for line in off], room.off),
        silent=_first([_silent_line(line) for line in silent], room.silent, 150),
        since=_since(document),
        worse=_figures_of(document.figures, "worse", room.figures),
        better=_figures_of(document.figures, "better", room.figures),
        missing=_missing(document.figures),
        reoffending=_reoffending(document),
        # Achievements of work that goes on follow as far as there is room; only completions are counted as more.
        delivered=_first(achieved[: max(len(document.completed), room.delivered)], room.delivered),
        bars_height=bars_height,
    )


def _achieved_line(ref: str, title: str, text: str, longest: int) -> PageLine:
    """What was delivered, after the title of its action where one line holds both."""
    longest -= len(ref)
    if not text:
        return PageLine(ref, _short_title(title, longest), title)
    both = f"{_short_title(title, 40)}: {text}"
    said = both if len(both) <= longest else begin(text, longest, ref)
    return PageLine(ref, said, "" if said == both else both)


def _asked(document: SixMonthlyDocument, room: Room) -> Listed:
    by_ref = document.by_ref
    lines = []
    for item in document.recommendations:
        said = _asked_line(item, by_ref, room.asked_long)
        # The words of the help that is asked for run on where there is room; other lines are short by intent.
        lines.append(PageLine("", said, item.text if item.verb == "decide" and said == item.short else ""))
    return _first(lines, room.asked, room.asked_long)


def _asked_line(item: Recommendation, by_ref: Mapping[str, ActionLine], longest: int) -> str:
    """With the help that is asked for, in place of the action's title if need be, where that takes no further line."""
    width = LINE_POINTS - 20
    line = by_ref.get(item.refs[0]) if item.verb == "decide" and item.refs else None
    if line is not None:
        for text in (item.text, item.text.replace(f" {line.title}:", ":", 1)):
            if len(text) <= longest and _lines(text, width) <= _lines(clip(item.short, longest), width):
                return text
    return item.short


def _off_line(line: ActionLine, longest: int) -> PageLine:
    """One action off track within about `longest` characters: what gives way is the reason."""
    strong = f"{line.ref} {_short_title(line.title, 80)}"
    words = line.said
    before = [
        "" if line.confirmed else "not confirmed",
        clip(f"{line.lead}, {line.owner}" if line.owner else line.lead, 100),
        f"since {line.since:%B %Y}" if line.since else "",
    ]
    help_wanted = " · ".join(_help_asked(asked) for asked in line.asked)
    taken = len(strong) + len(help_wanted) + sum(len(part) + 3 for part in before)
    why = whole = ""
    if words and words.restricted:
        why = whole = RESTRICTED.rstrip(".")
    elif words:
        whole = " ".join((words.reason or words.narrative).split()).rstrip(".")
        why = begin(whole, max(longest - taken, 60), line.ref)
    told, full = (" · ".join(part for part in (*before, said, help_wanted) if part) for said in (why, whole))
    return PageLine(strong, told, "" if told == full else full)


def _help_asked(words: Words) -> str:
    waiting = ", no answer yet" if words.help_state == "none" else ""
    return f"help asked of {clip(words.help_wanted_from, 60)}{waiting}"


def _silent_line(line: ActionLine) -> PageLine:
    heard = f"last heard {british(line.last_heard)}" if line.last_heard else "never heard from"
    return PageLine(line.ref, f"{line.lead} · {heard}")


def _since(document: SixMonthlyDocument, *, named: bool = False) -> str:
    """How many moved; `named` says which ones got worse or better."""
    if not document.before_label:
        return "This is the plan's first report."
    worse, better = document.moves.worsened, document.moves.recovered
    parts = [
        f"{len(refs)} {word}" + (f": {', '.join(refs)}" if named and refs else "")
        for refs, word in ((worse, "worsened"), (better, "recovered"))
    ]
    parts += [
        f"{len(document.added)} new",
        f"{len(document.completed)} completed",
        f"{len(document.date_moves)} {'date' if len(document.date_moves) == 1 else 'dates'} moved",
    ]
    return ("; " if named and (worse or better) else ", ").join(parts)


def _figures_of(figures: Iterable[Figure], word: str, most: int) -> str:
    """The figures judged `word`, in the indicators' order: name, figure, the year before, the change."""
    told = [figure for figure in figures if figure.word == word]
    texts = [
        f"{figure.name} ({_short(figure, figure.now)}, was {_short(figure, figure.year_before)}{_change(figure)}"
        f"{', unusual' if figure.unusual else ''})"
        for figure in told[:most]
        if figure.now and figure.year_before
    ]
    more = len(told) - len(texts)
    if not texts:
        return "none"
    return "; ".join(texts) + (f"; and {more} more" if more else "")


def _short(figure: Figure, value: Value) -> str:
    return value.printed + ("%" if figure.unit.startswith("%") else "")


def _change(figure: Figure) -> str:
    change = figure.percent if figure.percent and figure.percent != "n/a" else figure.difference
    return f", {change}" if change else ""


def _missing(figures: Iterable[Figure]) -> str:
    """How many figures are not there, and who owes those that were due."""
    figures = list(figures)
    owed = [figure for figure in figures if figure.overdue]
    later = sum(1 for figure in figures if figure.now is None and not figure.overdue)
    parts = []
    if owed:
        parts.append(f"{len(owed)} not yet available ({listed(sorted({figure.owner for figure in owed}))})")
    if later:
        parts.append(f"{later} due later")
    return "; ".join(parts)


def _reoffending(document: SixMonthlyDocument) -> str:
    total = sum(count.number for count in document.reoffending)
    if not total:
        return "no action has re-offending as its focus"
    return f"{total} action{'s' if total != 1 else ''}: {tally(document.reoffending)}"


def tally(counts: Iterable[Count]) -> str:
    """3 off track, 18 on track (2 not confirmed)."""
    return ", ".join(
        f"{count.number} {count.mark.word.lower()}"
        + (f" ({count.not_confirmed} not confirmed)" if count.not_confirmed else "")
        for count in counts
        if count.number
    )


@dataclass(frozen=True)
class QuarterlyPage:
    """Page one of the quarterly report, cut to one side. `noise` says which changes are unusual and which are not."""

    head: str
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

    @property
    def height(self) -> float:
        """Estimated millimetres, on the generous side."""
        lists = [
            max(_height(each, LINE_POINTS - 20), 1) for each in (self.worse, self.better, self.missing, self.issues)
        ]
        texts = [
            _lines(text, LINE_POINTS)
            for text in (self.noise, self.similar, self.moved, self.outside, self.actions)
            if text
        ]
        head = _lines(HEAD_START + self.head, LINE_POINTS) + _lines(self.objective, LINE_POINTS)
        return HEAD_MM + LINE_MM * (head + 3 + sum(lists) + sum(texts)) + HEADING_MM * (len(lists) + len(texts))


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
    QuarterlyRoom(4, 160, 110, 3, 100),
    QuarterlyRoom(4, 120, 110, 3, 100),
    QuarterlyRoom(3, 100, 90, 2, 90),
)


def quarterly_page(document: QuarterlyDocument) -> QuarterlyPage:
    for room in QUARTERLY_ROOMS:
        page = _quarterly_page(document, room)
        if page.height <= PAGE_MM:
            break
    return page


def _quarterly_page(document: QuarterlyDocument, room: QuarterlyRoom) -> QuarterlyPage:
    missing = sorted((f for f in document.figures if f.now is None), key=lambda f: not f.overdue)
    worse = sorted((f for f in document.figures if f.worse), key=lambda f: not f.unusual)
    better = sorted((f for f in document.figures if f.better), key=lambda f: not f.unusual)
    rest = [f for f in document.figures if f.now is not None and not f.worse and not f.better]
    same = [f for f in rest if f.word in ("similar", "unchanged")]
    moved = [f"{f.name} {f.word}" for f in rest if f.word in ("up", "down")]
    return QuarterlyPage(
        head=head_line(document),
        objective=document.paper.strategic_objective,
        worse=_first([_figure_line(f) for f in worse], room.figures, room.figures_long),
        better=_first([_figure_line(f) for f in better], room.figures, room.figures_long),
        noise=unusual_or_noise(document.figures, room.named),
        similar=_some([f.name for f in same], room.named),
        moved=_some(moved, room.named),
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
        actions=tally(document.counts),
        names_who_owes=document.paper.edition != PUBLIC,
    )


def _some(names: Sequence[str], longest: int) -> str:
    """As many names as so many characters hold, and how many more there are."""
    shown = list(names)
    while len(shown) > 1 and len("; ".join(shown)) > longest:
        shown.pop()
    more = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def unusual_or_noise(figures: Iterable[Figure], longest: int = 1000) -> str:
    """How many changes are unusual, and which; how many may be no more than chance; of how many nobody can say yet."""
    figures = [figure for figure in figures if figure.now is not None and figure.judged]
    unusual = [figure.name for figure in figures if figure.unusual]
    usual = sum(1 for figure in figures if figure.judged == "usual")
    few = sum(1 for figure in figures if figure.judged == "too few points")
    if not figures:
        return ""
    parts = [
        f"{len(unusual) or 'no'} figure{'' if len(unusual) == 1 else 's'} changed in an unusual way"
        + (f": {_some(unusual, longest)}" if unusual else "")
    ]
    if usual:
        parts.append(f"{usual} within the usual range, so a change may be no more than normal variation")
    if few:
        parts.append(f"{few} with too few figures to say")
    return "; ".join(parts)


def head_line(document: Document) -> str:
    """The line under the title: which version, when in the plan, up to when things were received, and why it was made."""
    paper = document.paper
    received = "updates" if isinstance(document, SixMonthlyDocument) else "figures and updates"
    parts = [
        f"Version {paper.number}",
        f"month {paper.month} of {paper.months} of the plan",
        f"{received} received up to {british(paper.cut_off_on)}",
        clip(paper.reason, 160),
    ]
    return " · ".join(part for part in parts if part)


def figure_text(printed: str, unit: str) -> str:
    """36.0%, 84 incidents: the figure with its unit."""
    return f"{printed}{unit}" if unit.startswith("%") else f"{printed} {unit}"


def _figure_line(figure: Figure) -> PageLine:
    """The figure, the change, and whether that is unusual or noise."""
    if figure.now is None:
        raise ValueError(f"{figure.name} is judged without a figure.")
    text = figure_text(figure.now.printed, figure.unit)
    if figure.year_before is not None and figure.difference:
        change = " · ".join(part for part in (figure.difference, figure.percent) if part and part != "n/a")
        text += f", was {_short(figure, figure.year_before)} in {figure.year_before.label} ({change})"
    text += ", provisional" if figure.now.provisional else ""
    return PageLine(figure.name, "; ".join(part for part in (text, range_in_short(figure)) if part))


def range_in_short(figure: Figure) -> str:
    """unusual: above the usual range of 350 to 410; within the usual range of 350 to 410; too few figures to judge."""
    if figure.judged == "too few points":
        return "too few figures to judge"
    words = figure.range_words.rstrip(".")
    if figure.judged == "usual":
        words = words.partition(":")[0]
    for than in (", worse than usual", ", better than usual"):
        words = words.removesuffix(than)
    return words[:1].lower() + words[1:]


# --- The body ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PriorityView:
    code: str
    name: str
    statement: str
    focus: str
    tally: str
    exceptions: tuple[ActionLine, ...]
    others: tuple[tuple[ActionLine, str], ...]
    texts: tuple[SubGroupText, ...]


@dataclass(frozen=True)
class FigureView:
    """`said` is whether the figure is compared in full; texts from before that say less."""

    figure: Figure
    words: str
    chart: LineChart | None

    @property
    def said(self) -> bool:
        return bool(self.figure.comparisons)

    @property
    def not_compared(self) -> tuple[str, ...]:
        """What it could not be compared with, and why; things of one reason together."""
        found: dict[str, list[str]] = {}
        for row in self.figure.not_compared:
            found.setdefault(row.reason, []).append(row.label[:1].lower() + row.label[1:])
        return tuple(f"{listed(labels)} ({reason})" for reason, labels in found.items())


@dataclass(frozen=True)
class FigurePart:
    anchor: str
    name: str
    statement: str
    figures: tuple[FigureView, ...]


@dataclass(frozen=True)
class TableGroup:
    heading: str
    rows: tuple[Any, ...]


def screen_context(
    document: Document, *, snapshot_sha256: str = "", sign_off: SignOff | None = None, stage: str = "draft"
) -> dict[str, Any]:
    """What templates/reports/document/_body.html needs; include it under a page whose h1 is the report's title."""
    return _context(document, stage=stage, snapshot_sha256=snapshot_sha256, sign_off=sign_off, for_print=False)


def print_html(document: Document, *, stage: str, snapshot_sha256: str, sign_off: SignOff | None) -> str:
    """The whole HTML of the paper. `stage` is draft (watermarked) or final. The same arguments give the same text.

    ValueError for another stage.
    """
    if stage not in ("draft", "final"):
        raise ValueError(f"“{stage}” is no stage of a paper: it is draft or final.")
    context = _context(document, stage=stage, snapshot_sha256=snapshot_sha256, sign_off=sign_off, for_print=True)
    sheet = "\n".join((STYLES / name).read_text(encoding="utf-8") for name in SHEETS)
    sheet += _page_rules(document, stage)
    context["style_sheet"] = "data:text/css;charset=utf-8;base64," + base64.b64encode(sheet.encode()).decode()
    return render_to_string("reports/document/print.html", context)


def _context(
    document: Document, *, stage: str, snapshot_sha256: str, sign_off: SignOff | None, for_print: bool
) -> dict[str, Any]:
    shared = {
        "document": document,
        "paper": document.paper,
        "stage": stage,
        "snapshot_sha256": snapshot_sha256,
        "sign_off": sign_off,
        "for_print": for_print,
        "restricted": RESTRICTED,
        "head": head_line(document),
        "contact": contact_line(document.paper.contact),
    }
    own = _six_monthly_context(document) if isinstance(document, SixMonthlyDocument) else _quarterly_context(document)
    return shared | own


def _six_monthly_context(document: SixMonthlyDocument) -> dict[str, Any]:
    by_ref = document.by_ref
    rows = tuple(
        RatingRow(
            part.name, tuple(RatingCount(c.mark.key, c.mark.word, c.number, c.not_confirmed) for c in part.counts)
        )
        for part in document.priorities
    )

    def bars(width: float, prefix: str) -> RatingsBar | None:
        title = "How the actions of each priority stand"
        return ratings_bar(rows, id_prefix=prefix, title=title, width=width) if rows else None

    wide = bars(WIDE, "bars")
    texts = [said for said in document.sub_group_texts if said.text]
    return {
        "body": "reports/document/_six_monthly.html",
        "parts": SIX_MONTHLY_PARTS,
        "part": {part.anchor.replace("-", "_"): part for part in SIX_MONTHLY_PARTS},
        "page": six_monthly_page(document, wide.frame.height if wide else 0),
        "bars": wide,
        "bars_narrow": bars(NARROW, "bars-narrow"),
        "priorities": tuple(
            PriorityView(
                part.code,
                part.name,
                part.statement,
                part.focus,
                tally(part.counts),
                tuple(by_ref[ref] for ref in part.exceptions),
                tuple((by_ref[ref], _brief(by_ref[ref])) for ref in part.others),
                tuple(said for said in texts if said.priority == part.code),
            )
            for part in document.priorities
        ),
        "other_texts": tuple(
            said for said in texts if said.priority not in {part.code for part in document.priorities}
        ),
        "texts_owed": tuple(said for said in document.sub_group_texts if not said.text),
        "sub_groups": tuple(
            (group, tally(group.counts), tuple(by_ref[ref] for ref in group.refs)) for group in document.sub_groups
        ),
        "judged": tuple((figure, range_in_short(figure)) for figure in document.figures if figure.now is not None),
        "noise": unusual_or_noise(document.figures),
        "missing": tuple(figure for figure in document.figures if figure.now is None),
        "reoffending_tally": _reoffending(document),
    }


def _brief(line: ActionLine) -> str:
    if line.narrative:
        return clip(line.narrative, BRIEF)
    return f"Starts on {british(line.starts_on)}." if line.mark.key == "not_started" else line.update


def _quarterly_context(document: QuarterlyDocument) -> dict[str, Any]:
    by_code = document.by_code
    parts = [
        FigurePart(
            f"priority-{part.code.lower()}", part.name, part.statement, _views(by_code[code] for code in part.codes)
        )
        for part in document.priorities
    ]
    if document.shared_codes:
        parts.append(
            FigurePart("priority-all", "All priorities", "", _views(by_code[code] for code in document.shared_codes))
        )
    return {
        "body": "reports/document/_quarterly.html",
        "parts": QUARTERLY_PARTS,
        "part": {part.anchor.replace("-", "_"): part for part in QUARTERLY_PARTS},
        "page": quarterly_page(document),
        "figure_parts": tuple(parts),
        "other_figures": _views(by_code[code] for code in document.other_codes),
        "table_groups": _groups(document.table.rows) if document.table else (),
        "similar_groups": _groups(document.similar_table.rows) if document.similar_table else (),
        "similar_picture": _similar_picture(document.similar_table, document.paper.partnership, WIDE, "similar"),
        "similar_picture_narrow": _similar_picture(
            document.similar_table, document.paper.partnership, NARROW, "similar-narrow"
        ),
        "area": area_of(document.paper.partnership),
        "outside_sentence": outside_sentence(document),
        "picture": _picture(document.table, document.paper.partnership, WIDE, "rates"),
        "picture_narrow": _picture(document.table, document.paper.partnership, NARROW, "rates-narrow"),
        "tally": tally(document.counts),
    }


def _views(figures: Iterable[Figure]) -> tuple[FigureView, ...]:
    return tuple(
        FigureView(figure, figure_text(figure.now.printed, figure.unit) if figure.now else "", _trend(figure))
        for figure in figures
    )


def _trend(figure: Figure) -> LineChart | None:
    """The figure's course; None with fewer than two points that are shown, which show no course."""
    if sum(1 for point in figure.trend if point.number) < 2:
        return None
    return line_chart(
        [
            Point(
                point.tick,
                point.group,
                Decimal(point.number) if point.number else None,
                point.printed,
                point.provisional,
                point.unusual,
            )
            for point in figure.trend
        ],
        id_prefix=f"trend-{figure.code}",
        name=figure.name,
        unit=figure.unit,
        ranges=[
            Band(
                band.first,
                band.last,
                Decimal(band.lower),
                Decimal(band.mean),
                Decimal(band.upper),
                _limits(band.printed),
            )
            for band in figure.bands
        ],
        annotations=[Note(remark.point, remark.text) for remark in figure.remarks],
        width=NARROW,
        height=190,
    )


def _limits(printed: tuple[str, ...]) -> tuple[str, str, str]:
    lower, mean, upper = printed
    return lower, mean, upper


def _groups(rows: Iterable[Any]) -> tuple[TableGroup, ...]:
    """Rows under their headings, in the order of the table."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.heading, []).append(row)
    return tuple(TableGroup(heading, tuple(rows)) for heading, rows in groups.items())


def _picture(table: PrintedTable | None, partnership: str, width: float, prefix: str) -> RatioDots | None:
    rates = [
        Rate(
            name=row.label,
            rate=Decimal(row.number),
            average=Decimal(row.average_number),
            rate_text=row.printed,
            average_text=row.average,
            query=row.query,
            group=row.heading,
            position=row.place,
            areas=row.areas,
        )
        for row in (table.rows if table else ())
        if row.number and row.average_number
    ]
    return _dots(rates, partnership, width, prefix, "as printed")


def _similar_picture(table: SimilarTable | None, partnership: str, width: float, prefix: str) -> RatioDots | None:
    if table is None:
        return None
    rates = [
        Rate(
            name=row.label,
            rate=Decimal(row.number),
            average=Decimal(row.average_number),
            rate_text=row.printed,
            average_text=row.average,
            query=row.query,
            group=row.heading,
            position=row.position,
            areas=table.group_size,
            mark=OUTSIDE if row.outside else "",
        )
        for row in table.rows
        if row.number
    ]
    return _dots(rates, partnership, width, prefix, table.unit)


def _dots(rates: Sequence[Rate], partnership: str, width: float, prefix: str, unit: str) -> RatioDots | None:
    if not rates:
        return None
    return ratio_dots(rates, id_prefix=prefix, area=area_of(partnership), unit=unit, width=width)


def outside_sentence(document: QuarterlyDocument) -> str:
    """The crimes that rank highest of all and that none of the priorities covers: by the newest table, else the plan's."""
    newest, printed = document.similar_table, document.table
    if newest is not None:
        said = last_and_outside(
            Place(row.label, row.position, newest.group_size, row.outside, not row.heading) for row in newest.rows
        )
        about = newest.label
    elif printed is not None:
        said = last_and_outside(
            Place(row.label, row.place, row.areas, row.where.lower() == OUTSIDE, not row.heading)
            for row in printed.rows
        )
        about = f"the plan’s {printed.name}"
    else:
        return ""
    return f"{said} ({about})" if said else ""


def area_of(partnership: str) -> str:
    """The town or district in a partnership's name: Hartlepool of the Safer Hartlepool Partnership."""
    return partnership.removeprefix("Safer ").removesuffix(" Partnership") or partnership


def contact_line(contact: str) -> str:
    return ", ".join(line.strip() for line in contact.splitlines() if line.strip())


def footer_contact(contact: str) -> str:
    """Who to ask in one short line: the first line, and how to write to them or else to ring."""
    lines = [line.strip() for line in contact.splitlines() if line.strip()]
    ways = [line for line in lines[1:] if "@" in line] or lines[-1:]
    return clip(", ".join(dict.fromkeys(lines[:1] + ways[:1])), 100)


# --- The furniture of every page --------------------------------------------------------------------------------------


def _page_rules(document: Document, stage: str) -> str:
    """Running header, footer and watermark: margin boxes, so that readers by ear are told the words once, in the body."""
    paper = document.paper
    name = f"{paper.title}, {paper.period_label}"
    version = f"{'Public version' if paper.edition == PUBLIC else 'Version'} {paper.number}{' (draft)' if stage == 'draft' else ''}, updates received up to {british(paper.cut_off_on)}"
    contact = footer_contact(paper.contact)
    footer = f"{name} · {version}" + (f"\nContact: {contact}" if contact else "")
    rules = [
        f"@top-left {{ content: {_css(paper.partnership)} }}",
        f"@top-center {{ content: {_css(paper.marking)} }}",
        f"@top-right {{ content: {_css('DEMONSTRATION DATA' if paper.is_demonstration else '')} }}",
        f"@bottom-left {{ content: {_css(footer)} }}",
        f"@bottom-right {{ content: {_css(paper.marking + chr(10) if paper.marking else '')} "
        '"Page " counter(page) " of " counter(pages) }',
    ]
    if stage == "draft":
        rules.append('@left-middle { content: "DRAFT" }')
    return "\n@page { " + "\n".join(rules) + " }\n"


def _css(text: str) -> str:
    """A CSS string. All but plain letters and figures is written by its number, so that nothing can close it."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text) + '"'
