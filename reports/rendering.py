"""Turns a document into HTML: the paper's whole page for the PDF, and the same body for the screen.

Knows documents, charts and templates; never a live row. The HTML carries its own style sheet as a data: address, so
that the text alone, kept with the file made of it, is all a later reader needs.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from charts.comparison_bars import ComparisonBars, Rate, comparison_bars
from charts.frame import NARROW, WIDE
from charts.line import LineChart, line_chart
from charts.ratings_bar import RatingCount, RatingRow, RatingsBar, ratings_bar
from charts.series import Point
from charts.text import listed, wrap
from reports.document import (
    RESTRICTED,
    ActionLine,
    Count,
    Document,
    Figure,
    PrintedTable,
    QuarterlyDocument,
    SixMonthlyDocument,
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

LINE_POINTS, LABEL_POINTS, TYPE_POINTS = 493.0, 72.0, 9.5
"""Page one's text width, the column of its labels and its type size, in points: report-print.css says the same."""

PAGE_LINES = 40.0
"""Lines that page one's lists may fill together, beside its head, counts and bars. Measured on the worst of papers."""


@dataclass(frozen=True)
class Listed:
    """As many lines as fit, and how many more there are."""

    lines: tuple[PageLine, ...]
    more: int


@dataclass(frozen=True)
class PageLine:
    """A strong start (a reference, a name) and what follows it. `mark_css` and `shape` where a rating leads."""

    strong: str
    text: str


def clip(text: str, longest: int) -> str:
    """Whole words up to so many characters, and an ellipsis when there is more."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def _lines(text: str, width: float) -> int:
    return max(len(wrap(text, TYPE_POINTS, width)), 1)


def _height(listed_: Listed, width: float) -> int:
    rows = sum(_lines(f"{line.strong} {line.text}", width) for line in listed_.lines)
    return rows + (1 if listed_.more else 0)


def _first(lines: Sequence[PageLine], most: int, longest: int) -> Listed:
    # "And 1 more" takes the line that the last one itself would have taken.
    shown = lines if len(lines) <= most else lines[: most - 1] if most > 1 else lines[:1]
    return Listed(
        tuple(PageLine(line.strong, clip(line.text, max(longest - len(line.strong), 20))) for line in shown),
        len(lines) - len(shown),
    )


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
    Room(8, 400, 8, 420, 8, 6, 3, 200),
    Room(7, 220, 6, 330, 6, 5, 2, 170),
    Room(6, 170, 5, 250, 4, 4, 2, 150),
    Room(5, 150, 4, 230, 3, 3, 2, 130),
    Room(4, 150, 3, 220, 3, 3, 2, 80),
    Room(4, 95, 3, 150, 2, 2, 1, 75),
)


@dataclass(frozen=True)
class SixMonthlyPage:
    """Page one of the six-monthly report, cut to one side."""

    asked: Listed
    total: int
    off_track: Listed
    silent: Listed
    since: str
    worse: str
    better: str
    missing: str
    reoffending: str
    delivered: Listed

    @property
    def height(self) -> float:
        """Estimated lines of the lists, on the generous side."""
        side = LINE_POINTS - LABEL_POINTS
        told = (self.since, self.worse, self.better, self.missing, self.reoffending)
        return (
            sum(_lines(text, side) for text in told if text)
            + _height(self.asked, LINE_POINTS - 20)
            + _height(self.off_track, side)
            + _height(self.silent, side)
            + _height(self.delivered, side)
        )


def six_monthly_page(document: SixMonthlyDocument) -> SixMonthlyPage:
    for room in ROOMS:
        page = _six_monthly_page(document, room)
        if page.height <= PAGE_LINES:
            return page
    return page


def _six_monthly_page(document: SixMonthlyDocument, room: Room) -> SixMonthlyPage:
    off = [line for line in document.actions if line.mark.key == "off_track"]
    # An action off track and silent stands under off track; here too, since both are asked about.
    silent = [line for line in document.actions if line.owing and not line.received]
    return SixMonthlyPage(
        asked=_asked(document, room),
        total=sum(count.number for count in document.counts),
        off_track=_first([_off_line(line, room.off_long) for line in off], room.off, room.off_long),
        silent=_first([_silent_line(line) for line in silent], room.silent, 150),
        since=_since(document),
        worse=_figures_of(document.figures, "worse", room.figures),
        better=_figures_of(document.figures, "better", room.figures),
        missing=_missing(document.figures),
        reoffending=_reoffending(document),
        delivered=_first(
            [
                PageLine(change.ref, f"{change.title}: {change.text}" if change.text else change.title)
                for change in document.completed
            ],
            room.delivered,
            room.delivered_long,
        ),
    )


def _asked(document: SixMonthlyDocument, room: Room) -> Listed:
    return _first([PageLine("", item.short) for item in document.recommendations], room.asked, room.asked_long)


def _off_line(line: ActionLine, longest: int) -> PageLine:
    who = f"{line.lead}, {line.owner}" if line.owner else line.lead
    parts = [who, f"since {line.since:%B %Y}" if line.since else ""]
    words = line.said
    if words and words.restricted:
        parts.append(RESTRICTED.rstrip("."))
    elif words:
        help_wanted = f"help asked of {words.help_wanted_from}" if words.help_wanted_from else ""
        start = len(line.ref) + len(line.title) + len(who) + len(help_wanted) + 30
        why = words.reason or words.narrative
        parts += [clip(why, max(longest - start, 40)).rstrip(".") if why else "", help_wanted]
    if not line.confirmed:
        parts.insert(0, "not confirmed")
    return PageLine(f"{line.ref} {line.title}", " · ".join(part for part in parts if part))


def _silent_line(line: ActionLine) -> PageLine:
    heard = f"last heard {_day(line.last_heard)}" if line.last_heard else "never heard from"
    return PageLine(line.ref, f"{line.lead} · {heard}")


def _since(document: SixMonthlyDocument) -> str:
    if not document.before_label:
        return "This is the plan's first report."
    numbers = (
        (len(document.moves.worsened), "worsened"),
        (len(document.moves.recovered), "recovered"),
        (len(document.added), "new"),
        (len(document.completed), "completed"),
        (len(document.date_moves), "date moved" if len(document.date_moves) == 1 else "dates moved"),
    )
    return ", ".join(f"{number} {word}" for number, word in numbers)


def _figures_of(figures: Iterable[Figure], word: str, most: int) -> str:
    """The figures judged `word`, in the indicators' order: name, figure, the year before, the change."""
    told = [figure for figure in figures if figure.word == word]
    texts = [
        f"{_lower(figure.name)} ({figure.now.printed}, was {figure.year_before.printed} a year ago{_change(figure)})"
        for figure in told[:most]
        if figure.now and figure.year_before
    ]
    more = len(told) - len(texts)
    if not texts:
        return "none"
    return "; ".join(texts) + (f"; and {more} more" if more else "")


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
        f"{count.number} {_lower(count.mark.word)}"
        + (f" ({count.not_confirmed} not confirmed)" if count.not_confirmed else "")
        for count in counts
        if count.number
    )


@dataclass(frozen=True)
class QuarterlyPage:
    """Page one of the quarterly report, cut to one side."""

    worse: Listed
    better: Listed
    similar: str
    moved: str
    missing: Listed
    issues: Listed
    actions: str

    @property
    def height(self) -> float:
        side = LINE_POINTS - LABEL_POINTS
        lists = (self.worse, self.better, self.missing, self.issues)
        return sum(_height(each, side) for each in lists) + sum(
            _lines(text, side) for text in (self.similar, self.moved, self.actions) if text
        )


QUARTERLY_LINES = 42.0

QUARTERLY_ROOMS = ((12, 230, 12), (9, 190, 7), (7, 160, 5), (5, 130, 4), (4, 100, 3))
"""Rows of figures, characters a row, and rows of the missing and the emerging, from generous to tight."""


def quarterly_page(document: QuarterlyDocument) -> QuarterlyPage:
    for figures, longest, others in QUARTERLY_ROOMS:
        page = _quarterly_page(document, figures, longest, others)
        if page.height <= QUARTERLY_LINES:
            return page
    return page


def _quarterly_page(document: QuarterlyDocument, figures: int, longest: int, others: int) -> QuarterlyPage:
    def of(word: str) -> list[Figure]:
        return [figure for figure in document.figures if figure.word == word]

    missing = sorted((f for f in document.figures if f.now is None), key=lambda f: not f.overdue)
    similar = [_lower(f.name) for f in (*of("similar"), *of("unchanged"))]
    moved = [f"{_lower(f.name)} {f.word}" for f in (*of("up"), *of("down"))]
    return QuarterlyPage(
        worse=_first([_figure_line(f) for f in of("worse")], figures, longest),
        better=_first([_figure_line(f) for f in of("better")], figures, longest),
        similar=clip(", ".join(similar), longest * 2),
        moved=clip(", ".join(moved), longest * 2),
        missing=_first([PageLine(f.name, f.missing) for f in missing], others, longest),
        issues=_first(
            [PageLine(f"{i.title} ({_lower(i.state)})", f"{i.where}. {i.text}") for i in document.issues],
            others,
            longest,
        ),
        actions=tally(document.counts),
    )


def _figure_line(figure: Figure) -> PageLine:
    if figure.now is None or figure.year_before is None:
        raise ValueError(f"{figure.name} is judged without two figures.")
    change = " · ".join(part for part in (figure.difference, figure.percent) if part and part != "n/a")
    text = f"{figure.now.printed} {figure.unit}, was {figure.year_before.printed} in {figure.year_before.label}"
    return PageLine(figure.name, f"{text} ({change})" + (", provisional" if figure.now.provisional else ""))


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


@dataclass(frozen=True)
class FigureView:
    figure: Figure
    chart: LineChart | None


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

    return {
        "body": "reports/document/_six_monthly.html",
        "parts": SIX_MONTHLY_PARTS,
        "part": {part.anchor.replace("-", "_"): part for part in SIX_MONTHLY_PARTS},
        "page": six_monthly_page(document),
        "bars": bars(WIDE, "bars"),
        "bars_narrow": bars(NARROW, "bars-narrow"),
        "priorities": tuple(
            PriorityView(
                part.code,
                part.name,
                part.statement,
                part.focus,
                tally(part.counts),
                tuple(by_ref[ref] for ref in part.exceptions),
                tuple((by_ref[ref], clip(by_ref[ref].narrative, BRIEF)) for ref in part.others),
            )
            for part in document.priorities
        ),
        "sub_groups": tuple(
            (group, tally(group.counts), tuple(by_ref[ref] for ref in group.refs)) for group in document.sub_groups
        ),
        "judged": tuple(figure for figure in document.figures if figure.now is not None),
        "missing": tuple(figure for figure in document.figures if figure.now is None),
        "reoffending_tally": _reoffending(document),
    }


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
        "table_groups": _groups(document.table) if document.table else (),
        "picture": _picture(document.table, document.paper.partnership, WIDE, "rates"),
        "picture_narrow": _picture(document.table, document.paper.partnership, NARROW, "rates-narrow"),
        "tally": tally(document.counts),
    }


def _views(figures: Iterable[Figure]) -> tuple[FigureView, ...]:
    return tuple(FigureView(figure, _trend(figure)) for figure in figures)


def _trend(figure: Figure) -> LineChart | None:
    """The figure's course; None with fewer than two points, which show no course."""
    if sum(1 for point in figure.trend if point.number) < 2:
        return None
    return line_chart(
        [
            Point(
                point.tick, point.group, float(point.number) if point.number else None, point.printed, point.provisional
            )
            for point in figure.trend
        ],
        id_prefix=f"trend-{figure.code}",
        name=figure.name,
        unit=figure.unit,
        width=NARROW,
        height=190,
    )


def _groups(table: PrintedTable) -> tuple[TableGroup, ...]:
    groups: dict[str, list[Any]] = {}
    for row in table.rows:
        groups.setdefault(row.heading, []).append(row)
    return tuple(TableGroup(heading, tuple(rows)) for heading, rows in groups.items())


def _picture(table: PrintedTable | None, partnership: str, width: float, prefix: str) -> ComparisonBars | None:
    rates = [
        Rate(row.label, float(row.number), float(row.average_number), row.printed, row.average, row.query, row.heading)
        for row in (table.rows if table else ())
        if row.number and row.average_number
    ]
    if not rates:
        return None
    area = partnership.removeprefix("Safer ").removesuffix(" Partnership") or partnership
    return comparison_bars(rates, id_prefix=prefix, area=area, unit="as printed", width=width)


def contact_line(contact: str) -> str:
    return ", ".join(line.strip() for line in contact.splitlines() if line.strip())


# --- The furniture of every page --------------------------------------------------------------------------------------


def _page_rules(document: Document, stage: str) -> str:
    """Running header, footer and watermark: margin boxes, so that readers by ear are told the words once, in the body."""
    paper = document.paper
    name = f"{paper.title}, {paper.period_label}"
    version = f"Version {paper.number}{' (draft)' if stage == 'draft' else ''}, updates received up to {_day(paper.cut_off_on)}"
    contact = clip(contact_line(paper.contact), 120)
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


def _day(day: dt.date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _lower(text: str) -> str:
    """With a small first letter inside a sentence, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
