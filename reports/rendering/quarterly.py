"""The body of the quarterly report: figures with their course, and the pictures of similar areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from charts.frame import NARROW, WIDE
from charts.line import LineChart, line_chart
from charts.rate import Rate
from charts.ratio_dots import AIR, RatioDots, ratio_dots
from charts.series import Band, Note, Point
from charts.text import listed
from performance.places import IS_OUTSIDE
from reports.document import Figure, PrintedTable, QuarterlyDocument, SimilarTable
from reports.rendering.contents import QUARTERLY, QUARTERLY_APPENDICES, numbered
from reports.rendering.matters import empty_openings, opening_context
from reports.rendering.quarterly_page import quarterly_page
from reports.rendering.since import since_context
from reports.rendering.tables import grouped
from reports.rendering.text import area_of, figure_text, outside_sentence, tally, unit_beside


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
    def unit(self) -> str:
        """What follows the indicator's name; empty where the name has said it."""
        return unit_beside(self.figure.name, self.figure.unit)

    @property
    def range_sentence(self) -> str:
        """Unusual or noise. That the figure may be revised is said with the figure."""
        said = self.figure.range_sentence
        revised = f" The figure for {self.figure.period_label} is provisional and may be revised."
        return said.removesuffix(revised) if "provisional" in self.figure.sentence else said

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


def quarterly_context(document: QuarterlyDocument) -> dict[str, Any]:
    """What templates/reports/document/_quarterly.html needs."""
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
    written = {words.section: words for words in document.texts}
    unsaid = [*empty_openings(document), *(() if "statement" in written else ("statement",))]
    unsaid += [] if document.since else ["since"]
    contents = numbered(QUARTERLY, QUARTERLY_APPENDICES, without=unsaid)
    return {
        "body": "reports/document/_quarterly.html",
        "parts": contents,
        "part": {part.anchor.replace("-", "_"): part for part in contents},
        "written": written,
        **opening_context(document),
        **since_context(document),
        "page": quarterly_page(document),
        "figure_parts": tuple(parts),
        "other_figures": _views(by_code[code] for code in document.other_codes),
        "table_groups": grouped(document.table.rows) if document.table else (),
        "similar_groups": grouped(document.similar_table.rows) if document.similar_table else (),
        "similar_picture": _similar_picture(document.similar_table, document.paper.partnership, WIDE, "similar"),
        "similar_picture_narrow": _similar_picture(
            document.similar_table, document.paper.partnership, NARROW, "similar-narrow"
        ),
        "area": area_of(document.paper.partnership),
        "left_alone": tuple((by_code[one.code], one.why) for one in document.left_alone),
        "outside_sentence": outside_sentence(document),
        "similar_picture_print": _similar_picture(
            document.similar_table, document.paper.partnership, WIDE, "similar", close=True
        ),
        "picture": _picture(document.table, document.paper.partnership, WIDE, "rates"),
        "picture_print": _picture(document.table, document.paper.partnership, WIDE, "rates", close=True),
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


CLOSE = 2.0
"""Air to a row of rates on paper, where table and picture are to share a page."""


def _picture(
    table: PrintedTable | None, partnership: str, width: float, prefix: str, *, close: bool = False
) -> RatioDots | None:
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
    return _dots(rates, partnership, width, prefix, "as printed", close=close)


def _similar_picture(
    table: SimilarTable | None, partnership: str, width: float, prefix: str, *, close: bool = False
) -> RatioDots | None:
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
            # The table beside it says so in a column of its own.
            mark=IS_OUTSIDE if row.outside and not close else "",
        )
        for row in table.rows
        if row.number
    ]
    return _dots(rates, partnership, width, prefix, table.unit, close=close)


def _dots(
    rates: Sequence[Rate], partnership: str, width: float, prefix: str, unit: str, *, close: bool
) -> RatioDots | None:
    if not rates:
        return None
    air = CLOSE if close else AIR
    return ratio_dots(rates, id_prefix=prefix, area=area_of(partnership), unit=unit, width=width, air=air)
