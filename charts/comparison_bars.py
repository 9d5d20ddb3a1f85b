"""An area's rates beside the average of the areas most like it, as multiples of that average.

Rates of 0.05 and of 150 per 1,000 cannot share a plain axis, and some rows are per 1,000 households, not residents.
Divided by its own row's average every bar has the same meaning: 1 is the average, 2 is twice it. The rates themselves
are printed beside the bars, as given.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from charts.frame import WIDE, Box, Frame, Line, Text
from charts.numbers import number
from charts.paint import coordinate, hatch_path, points
from charts.rate import Rate as Rate
from charts.text import width_of, wrap

TYPE, SMALL = 13, 12
BAR, ROW, HEADING = 12, 22, 26
BESIDE_FROM = 480
"""Below this width the name stands over its bar, not beside it."""

LONGEST_TRUSTED = Decimal("1.5")
"""The axis reaches at least this multiple, so that small gaps look small."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`hatching` is a path over the bar of a doubted figure, else ""; `cut` one over a bar too long for the axis."""

    box: Box
    hatching: str
    cut: str
    times: Text
    name: tuple[Text, ...]
    figures: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ComparisonBars:
    frame: Frame
    headings: tuple[Text, ...]
    columns: tuple[Text, ...]
    averages: tuple[Line, ...]
    average_label: Text
    bars: tuple[Bar, ...]
    notes: tuple[str, ...]
    """The doubts, one sentence a row, for the page or report to print under the chart."""


def comparison_bars(
    rates: Sequence[Rate],
    *,
    id_prefix: str,
    area: str,
    unit: str,
    others: str = "similar areas' average",
    width: float = WIDE,
) -> ComparisonBars:
    """Draw the rates of `area` in `unit` ("per 1,000 residents"). ValueError without rows. As high as it needs."""
    if not rates:
        raise ValueError("There are no rates to compare.")
    beside = width >= BESIDE_FROM
    figures_width = max(width_of(text, SMALL) for row in rates for text in row.printed) + 4
    figures_width = max(figures_width, width_of("average", SMALL), width_of(area, SMALL)) + 10
    indent = 10 if any(row.group for row in rates) else 0
    widest_name = max(width_of(row.name, TYPE) for row in rates) + indent
    left = coordinate(min(widest_name, width * 0.34) + 10 if beside else 1)
    right = coordinate(width - 2 * figures_width if beside else width)
    reach = _reach(rates)
    # Room at the end of the longest bar for its "2.15×?".
    unit_width = (right - left - 52) / float(reach)

    y, group = 40.0 if beside else 22.0, ""
    headings: list[Text] = []
    bars: list[Bar] = []
    for row in rates:
        if row.group and row.group != group:
            headings.append(Text(0, coordinate(y + 20), row.group, bold=True))
            y += HEADING
        group = row.group
        lines = wrap(row.name, TYPE, left - indent - 8) if beside else (row.name,)
        row_height = max(ROW, 16 * len(lines) + 6) if beside else ROW + 18
        bar_y = y + (row_height - BAR) / 2 if beside else y + 22
        first_line = y + row_height / 2 + 4.5 - 8 * (len(lines) - 1) if beside else y + 16
        bars.append(
            _bar(
                row,
                Box(left, coordinate(bar_y), unit_width, BAR),
                reach,
                name=tuple(
                    Text(indent if beside else 0, coordinate(first_line + 16 * n), line) for n, line in enumerate(lines)
                ),
                figures=_figures(row, width, figures_width, first_line, beside=beside),
            )
        )
        y += row_height
    average_x = coordinate(left + unit_width)
    return ComparisonBars(
        frame=Frame(
            id_prefix,
            width,
            coordinate(y + 6),
            f"{area} against the {others}",
            _describe(rates, area, unit, others),
        ),
        headings=tuple(headings),
        columns=(
            Text(coordinate(width - figures_width), 16, area, "end"),
            Text(width, 16, "average", "end"),
            Text(width, 32, unit, "end"),
        )
        if beside
        else (),
        # Names stand over the bars on a narrow chart: there the line is drawn bar by bar, not through the words.
        averages=(Line(average_x, 22, average_x, coordinate(y + 2)),)
        if beside
        else tuple(
            Line(average_x, coordinate(bar.box.y - 3), average_x, coordinate(bar.box.y + BAR + 3)) for bar in bars
        ),
        average_label=Text(average_x, 16, others, "middle" if beside else "start" if average_x < width / 2 else "end"),
        bars=tuple(bars),
        notes=tuple(f"{row.name}: {row.query}" for row in rates if row.query),
    )


def _reach(rates: Sequence[Rate]) -> Decimal:
    trusted = [row.times for row in rates if row.times is not None and not row.query]
    every = [row.times for row in rates if row.times is not None]
    # A doubted multiple of 13 must not squeeze the others flat: it is cut, and says its number.
    return max([LONGEST_TRUSTED, *(trusted or every)])


def _bar(row: Rate, scale: Box, reach: Decimal, *, name: tuple[Text, ...], figures: tuple[Text, ...]) -> Bar:
    times = row.times
    shown = min(times, reach) if times is not None else Decimal(0)
    box = Box(scale.x, scale.y, coordinate(scale.width * float(shown)), scale.height)
    words = "no average" if times is None else f"{number(times, 2)}×"
    return Bar(
        box=box,
        hatching=hatch_path(box.x, box.y, box.width, box.height, step=4.5) if row.query else "",
        cut=_cut(box) if times is not None and times > reach else "",
        times=Text(
            coordinate(box.x + box.width + 5),
            coordinate(box.y + box.height - 1.5),
            f"{words}{' ?' if row.query else ''}",
        ),
        name=name,
        figures=figures,
    )


def _cut(box: Box) -> str:
    """Two slanted strokes near the end of a bar that goes on beyond the axis."""
    strokes = []
    for back in (16, 10):
        x = box.x + box.width - back
        strokes.append(f"M{points((x, box.y + box.height + 3))}L{points((x + 6, box.y - 3))}")
    return "".join(strokes)


def _figures(row: Rate, width: float, column: float, y: float, *, beside: bool) -> tuple[Text, ...]:
    ours, theirs = row.printed
    if beside:
        return Text(coordinate(width - column), coordinate(y), ours, "end"), Text(width, coordinate(y), theirs, "end")
    return (Text(width, coordinate(y), f"{ours} (average {theirs})", "end"),)


def _describe(rates: Sequence[Rate], area: str, unit: str, others: str) -> str:
    above = sum(1 for row in rates if row.times is not None and row.times > 1)
    doubted = [row.name for row in rates if row.query]
    highest = max(
        (row for row in rates if row.times is not None and not row.query),
        key=lambda row: row.times or math.nan,
        default=None,
    )
    sentences = [
        f"Bar chart of {len(rates)} rates {unit} as multiples of the {others}.",
        f"{area} is above the average in {above} of {len(rates)}.",
    ]
    if highest is not None and highest.times is not None and highest.times > 1:
        ours, theirs = highest.printed
        sentences.append(f"Furthest above: {highest.name}, {ours} against {theirs}, {number(highest.times, 2)} times.")
    if doubted:
        sentences.append(f"Doubtful figures, hatched: {', '.join(doubted)}.")
    return " ".join(sentences)
