"""The trend of one indicator: a line over up to 24 quarters, its newest figure named, last year's marked, the usual
range behind it.

Words never lie on the line: the newest figure, the mean and the usual range are named in a column on the right; what
finds no clear place is named over the plot, beside a sign.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, pairwise

from charts.axis import trend_ticks
from charts.frame import WIDE, Box, Frame, Line, Text
from charts.layout import KeyEntry, crosses, key, nearest_free, overlap
from charts.numbers import MINUS, Number, exact, number
from charts.paint import coordinate, hatch_path, mark_path, points
from charts.series import Band, Note, Point, Series
from charts.text import width_of, wrap

TYPE, SMALL, LOUD = 13, 12, 16
TOP, BOTTOM = 26, 42
LABEL_DROP, GROUP_DROP = 17, 34
LINE = 15
DIAMOND, CLOSE_DIAMOND = 13, 10
"""Across an unusual figure's diamond; and where points stand closer together than the first."""

NUMBER, NUMBER_ROW = 16, 28
"""Across a note's numbered disc; and what their row takes, with room for stems to slant to their points."""

MOST_BESIDE = 0.34
"""The share of the width that words beside the plot may take; wider ones are said over it."""

MILLIONS = ((10**9, "bn"), (10**6, "m"))


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure on the line; hollow when provisional. `diamond` is the path of an unusual one, else ""."""

    x: float
    y: float
    hollow: bool
    diamond: str = ""


@dataclass(frozen=True, slots=True)
class YearBefore:
    """The same period last year: a ringed dot, a dotted level carried to the newest figure, and its words on a plain
    ground; None when they stand over the plot instead."""

    x: float
    y: float
    level: Line
    ground: Box | None
    label: Text | None


@dataclass(frozen=True, slots=True)
class RangeArea:
    """The usual range: a light area with its two edges, and the mean."""

    box: Box
    edges: tuple[Line, Line]
    mean: Line


@dataclass(frozen=True, slots=True)
class Withheld:
    """Periods whose figure is not shown, hatched over the plot's whole height; `label` with its `ground` when wide
    enough for it."""

    hatching: str
    ground: Box | None
    label: Text | None


@dataclass(frozen=True, slots=True)
class Marker:
    """A note's number over the plot and its stem down to the point, or the base where there is none; `period` and
    `words` are for the list below, `place` for the table."""

    number: int
    x: float
    y: float
    stem: str
    figure: Text
    place: int
    period: str
    words: str


@dataclass(frozen=True, slots=True)
class LineChart:
    frame: Frame
    rules: tuple[Line, ...]
    scale: tuple[Text, ...]
    base: Line
    unit: tuple[Text, ...]
    ranges: tuple[RangeArea, ...]
    withheld: tuple[Withheld, ...]
    runs: tuple[str, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Text, ...]
    groups: tuple[Text, ...]
    dividers: tuple[Line, ...]
    year_before: YearBefore | None
    newest: Text | None
    newest_notes: tuple[Text, ...]
    range_labels: tuple[Text, ...]
    key: tuple[KeyEntry, ...]
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Where periods and values lie: `step` between two points, `low` to `high` from `bottom` to `top`."""

    left: float
    right: float
    top: float
    bottom: float
    step: float
    low: float
    high: float

    def x_at(self, place: float) -> float:
        return coordinate(self.left + 8 + self.step * place)

    def y_at(self, value: Number) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return coordinate(self.bottom - share * (self.bottom - self.top))

    def columns(self, first: int, last: int, air: float = 0) -> tuple[float, float]:
        """The left and right edge of the periods between two places, both included."""
        half = max(self.step / 2, 4)
        left = max(self.x_at(first) - half, self.left) + air
        return coordinate(left), coordinate(min(self.x_at(last) + half, self.right) - air)

    def lowered(self, by: float) -> "Plot":
        return replace(self, top=coordinate(self.top + by), bottom=coordinate(self.bottom + by))


def line_chart(
    figures: Sequence[Point],
    *,
    id_prefix: str,
    name: str,
    unit: str,
    ranges: Sequence[Band] = (),
    annotations: Sequence[Note] = (),
    width: float = WIDE,
    height: float = 240,
) -> LineChart:
    """Draw `name`, measured in `unit`. ValueError when there is no figure, or are more than 24 periods, or a range or
    note lies beyond them.

    What is said over the plot (earlier ranges, signs, numbers of `annotations`) makes the chart higher than `height`,
    never the plot lower. Print the notes' words under it with charts/notes.html.
    """
    data = Series(tuple(figures), tuple(ranges), tuple(sorted(annotations, key=lambda note: note.index)))
    whole = all(exact(point.value) % 1 == 0 for point in data.points if point.value is not None)
    scale = trend_ticks(*data.extent, whole=whole)
    unit_lines, scale_words = wrap(_unit_line(unit, scale[0]), SMALL, width), _scale_words(scale)

    newest_width = _newest_width(data)
    range_width = max((width_of(line, SMALL) for line in _range_words(data)), default=0.0)
    beside_newest = newest_width <= width * MOST_BESIDE
    beside_range = 0 < range_width <= width * MOST_BESIDE
    left = coordinate(max(width_of(text, SMALL) for text in scale_words) + 8)
    right = width - max(newest_width * beside_newest, range_width * beside_range, 6) - 14
    step = (right - left - 16) / max(len(data.points) - 1, 1)
    plot = Plot(left, right, TOP, height - BOTTOM, step, float(scale[0]), float(scale[-1]))

    newest, notes = _newest(data, plot) if beside_newest else (None, ())
    beside_range = beside_range and bool(_range_labels(data, plot, newest, notes))
    ground = _year_before_ground(data, plot)
    entries = list(
        _key_words(
            data,
            plot,
            newest=not beside_newest,
            newest_range=not beside_range,
            year_before=data.year_before is not None and ground is None,
        )
    )
    over = float(LINE) * (len(unit_lines) - 1)
    entries_shown, end = key(entries, TOP - 6 + over, width)
    lower = (end - TOP + 14 if entries else over) + NUMBER_ROW * bool(data.notes)
    plot = plot.lowered(lower)
    if newest is not None:
        newest, notes = _newest(data, plot)

    lines = tuple(Line(left, plot.y_at(value), coordinate(right), plot.y_at(value)) for value in scale)
    values = dict(data.known)
    return LineChart(
        frame=Frame(
            id_prefix,
            width,
            coordinate(height + lower),
            f"{name}, {data.points[0].label} to {data.points[-1].label}",
            f"Line chart, {unit}. {data.describe()}{f' The axis starts at {number(scale[0])}.' if scale[0] else ''}",
        ),
        rules=lines[1:],
        scale=tuple(
            Text(left - 6, coordinate(line.y1 + 4), words, "end")
            for line, words in zip(lines, scale_words, strict=True)
        ),
        base=lines[0],
        unit=tuple(Text(0, 12.0 + LINE * n, line) for n, line in enumerate(unit_lines)),
        ranges=tuple(_range_area(band, plot) for band in data.ranges),
        withheld=tuple(_withheld(reason, first, last, plot) for reason, first, last in data.withheld),
        runs=tuple(
            points(*((plot.x_at(place), plot.y_at(value)) for place, value in run)) for run in data.runs if len(run) > 1
        ),
        dots=tuple(_dot(data, place, plot) for place in values),
        labels=_labels(data, plot),
        groups=_groups(data, plot, width),
        dividers=_dividers(data, plot),
        year_before=_year_before(data, plot, ground and replace(ground, y=coordinate(ground.y + lower))),
        newest=newest,
        newest_notes=notes,
        range_labels=_range_labels(data, plot, newest, notes) if beside_range else (),
        key=entries_shown,
        markers=_markers(data, plot, plot.top - NUMBER_ROW + NUMBER / 2, width),
    )


def _unit_line(unit: str, low: Number) -> str:
    words = f"{unit[:1].upper()}{unit[1:]}"
    return f"{words} (axis starts at {number(low)})" if low else words


def _scale_words(scale: Sequence[Decimal]) -> list[str]:
    """The axis' figures: millions and thousands of millions shortened, which would not fit in full."""
    size, sign = next(((size, sign) for size, sign in MILLIONS if scale[-1] >= size), (1, ""))
    return [f"{number(value / size)}{sign if value else ''}" for value in scale]


# --- The newest figure and the usual range, named on the right --------------------------------------------------------


def _newest_notes(data: Series) -> list[str]:
    newest = data.points[data.last]
    notes = ["provisional"] * newest.provisional + ["unusual"] * newest.unusual
    # When the newest period has no figure yet, the label must say which period it does speak of.
    return notes if newest is data.points[-1] else [*newest.label.split(" ", 1), *notes]


def _newest_width(data: Series) -> float:
    notes = [width_of(note, SMALL) for note in _newest_notes(data)]
    return max(width_of(data.points[data.last].words, LOUD, bold=True), *notes, 0)


def _newest(data: Series, plot: Plot) -> tuple[Text, tuple[Text, ...]]:
    notes = _newest_notes(data)
    x = coordinate(
        plot.x_at(data.last) + (12 if data.points[data.last].unusual else 9)
        if data.last == len(data.points) - 1
        else plot.right + 6
    )
    y = coordinate(min(plot.y_at(data.known[-1][1]) + 5, plot.bottom - 1.0 * LINE * len(notes)))
    return (
        Text(x, y, data.points[data.last].words, bold=True),
        tuple(Text(x, coordinate(y + LINE * n), note) for n, note in enumerate(notes, start=1)),
    )


def _range_words(data: Series) -> tuple[str, ...]:
    """Of the range in force at the newest figure: the lines of its labels."""
    if data.current_range is None:
        return ()
    lower, mean, upper = data.limits(data.current_range)
    return f"mean {mean}", "usual range", _span(lower, upper)


def _span(lower: str, upper: str) -> str:
    # A minus sign beside a dash reads as two dashes.
    return f"{lower} to {upper}" if MINUS in lower else f"{lower}–{upper}"


def _range_labels(data: Series, plot: Plot, newest: Text | None, notes: tuple[Text, ...]) -> tuple[Text, ...]:
    """The mean beside its line, the range beside its nearer edge, both off the newest figure; () without room."""
    band = data.current_range
    if band is None:
        return ()
    mean, *words = _range_words(data)
    taken = [] if newest is None else [Box(0, newest.y - 13, 1, 18.0 + LINE * len(notes))]
    mean_y = nearest_free(plot.y_at(band.centre) - LINE / 2, LINE, taken, plot.top - 8, plot.bottom)
    if mean_y is None:
        return ()
    taken.append(Box(0, mean_y, 1, LINE))
    above = data.known[-1][1] < band.centre
    edge = plot.y_at(band.upper if above else band.lower) - LINE
    range_y = nearest_free(edge, 2 * LINE, taken, plot.top - 8, plot.bottom)
    if range_y is None:
        return ()
    x = coordinate(plot.right + 6)
    lines = [(mean_y, mean), *((range_y + LINE * n, line) for n, line in enumerate(words))]
    return tuple(Text(x, coordinate(y + 11.5), line) for y, line in lines)


def _range_area(band: Band, plot: Plot) -> RangeArea:
    left, right = plot.columns(band.first, band.last)
    top, bottom, mean = plot.y_at(band.upper), plot.y_at(band.lower), plot.y_at(band.centre)
    return RangeArea(
        Box(left, top, coordinate(right - left), coordinate(bottom - top)),
        (Line(left, top, right, top), Line(left, bottom, right, bottom)),
        Line(left, mean, right, mean),
    )


# --- What is said over the plot ---------------------------------------------------------------------------------------


def _key_words(
    data: Series, plot: Plot, *, newest: bool, newest_range: bool, year_before: bool
) -> Iterator[tuple[str, str]]:
    point = data.points[data.last]
    if newest:
        yield "newest", f"{point.words}, {', '.join([point.label, *_newest_notes(data)])}"
    told = [(f" {when}", band) for when, band in data.seasonal_ranges] or [
        (f" to {data.points[band.last].label}" if band is not data.current_range else "", band) for band in data.ranges
    ]
    for over, band in told:
        if newest_range or band is not data.current_range:
            lower, mean, upper = data.limits(band)
            yield "range", f"usual range{over}: {_span(lower, upper)}, mean {mean}"
    if data.unusual:
        yield "unusual", "unusual change"
    hidden = [reason for reason, first, last in data.withheld if _withheld(reason, first, last, plot).label is None]
    if hidden:
        yield "withheld", ", ".join(dict.fromkeys(hidden))
    if year_before:
        yield "year-before", _year_before_words(data)


def _withheld(reason: str, first: int, last: int, plot: Plot) -> Withheld:
    left, right = plot.columns(first, last, air=1)
    hatching = hatch_path(left, plot.top, coordinate(right - left), coordinate(plot.bottom - plot.top), step=6)
    needed = width_of(reason, SMALL) + 4
    if needed > right - left:
        return Withheld(hatching, None, None)
    middle = (left + right) / 2
    ground = Box(coordinate(middle - needed / 2), coordinate(plot.top + 4), coordinate(needed), 16)
    return Withheld(hatching, ground, Text(coordinate(middle), coordinate(plot.top + 16), reason, "middle"))


def _markers(data: Series, plot: Plot, y: float, width: float) -> tuple[Marker, ...]:
    """The notes' numbers in a row at `y`, each over its point or, where two would touch, beside its neighbour."""
    apart = min(NUMBER + 2.0, width / max(len(data.notes), 1))
    xs: list[float] = []
    for note in data.notes:
        xs.append(max(plot.x_at(note.index), xs[-1] + apart if xs else NUMBER / 2 + 1))
    limit = width - NUMBER / 2 - 1
    for place in reversed(range(len(xs))):
        xs[place] = min(xs[place], limit)
        limit = xs[place] - apart
    values = dict(data.known)
    markers = []
    for count, (x, note) in enumerate(zip(xs, data.notes, strict=True), start=1):
        foot = plot.x_at(note.index)
        value = values.get(note.index)
        end = plot.bottom if value is None else max(plot.y_at(value) - 8, plot.top)
        markers.append(
            Marker(
                count,
                coordinate(x),
                coordinate(y),
                points((x, y + NUMBER / 2), (foot, plot.top - 2), (foot, end)),
                Text(coordinate(x), coordinate(y + 4), str(count), "middle", bold=True),
                note.index,
                data.points[note.index].label,
                note.text,
            )
        )
    return tuple(markers)


# --- The line, its periods, and the same period last year -------------------------------------------------------------


def _dot(data: Series, place: int, plot: Plot) -> Dot:
    point = data.points[place]
    x, y = plot.x_at(place), plot.y_at(dict(data.known)[place])
    return Dot(
        x,
        y,
        point.provisional,
        mark_path("diamond", x, y, DIAMOND if plot.step >= DIAMOND else CLOSE_DIAMOND) if point.unusual else "",
    )


def _labels(data: Series, plot: Plot) -> tuple[Text, ...]:
    widest = max(width_of(point.tick, SMALL) for point in data.points)
    every = next((n for n in (1, 2, 4) if plot.step * n >= widest + 3), len(data.points))
    newest = len(data.points) - 1
    # Counted back from the newest, so that the quarter the chart is about always keeps its name.
    return tuple(
        Text(plot.x_at(place), coordinate(plot.bottom + LABEL_DROP), point.tick, "middle")
        for place, point in enumerate(data.points)
        if (newest - place) % every == 0
    )


def _spans(data: Series) -> list[tuple[str, int, int]]:
    spans = []
    for group, members in groupby(enumerate(data.points), key=lambda item: item[1].group):
        places = [place for place, _ in members]
        spans.append((group, places[0], places[-1]))
    return spans


def _groups(data: Series, plot: Plot, width: float) -> tuple[Text, ...]:
    """The groups' names under their points, the newest first where not all find room."""
    texts: list[Text] = []
    free_to = width
    for group, first, last in reversed(_spans(data)):
        half = width_of(group, SMALL) / 2
        centre = min(max((plot.x_at(first) + plot.x_at(last)) / 2, half), width - half)
        if group and centre + half <= free_to:
            texts.append(Text(coordinate(centre), coordinate(plot.bottom + GROUP_DROP), group, "middle"))
            free_to = centre - half - 4
    return tuple(reversed(texts))


def _dividers(data: Series, plot: Plot) -> tuple[Line, ...]:
    starts = [coordinate(plot.x_at(first) - plot.step / 2) for _, first, _ in _spans(data)[1:]]
    return tuple(Line(x, plot.bottom, x, coordinate(plot.bottom + BOTTOM - 6)) for x in starts)


def _year_before_words(data: Series) -> str:
    place = data.year_before
    return "" if place is None else f"{data.points[place].words} a year before"


def _year_before_ground(data: Series, plot: Plot) -> Box | None:
    place = data.year_before
    if place is None:
        return None
    y = plot.y_at(dict(data.known)[place])
    return _clearest(plot.x_at(place), y, width_of(_year_before_words(data), SMALL) + 4, data, plot)


def _year_before(data: Series, plot: Plot, ground: Box | None) -> YearBefore | None:
    place = data.year_before
    if place is None:
        return None
    x, y = plot.x_at(place), plot.y_at(dict(data.known)[place])
    label = None
    if ground is not None:
        middle = coordinate(ground.x + ground.width / 2)
        label = Text(middle, coordinate(ground.y + 12), _year_before_words(data), "middle")
    return YearBefore(x, y, Line(x, y, plot.x_at(data.last), y), ground, label)


def _clearest(x: float, y: float, width: float, data: Series, plot: Plot) -> Box | None:
    """Where a label of that width, near x, y, touches neither line nor dot nor hatching nor stem, and as few edges of
    a range as may be: tried close by first, then further off. None when there is no such place."""
    tops = [y - 24, y + 9, y - 38, y + 23, y - 52, y + 37]
    lefts = [x - width / 2, x - width + 10, x - 10, x + 10, x - width - 10, x + 28, x - width - 28]
    boxes = [
        Box(coordinate(min(max(left, plot.left + 1), plot.right - width)), coordinate(top), coordinate(width), 16)
        for top in tops
        for left in lefts
        if plot.top - 8 <= top <= plot.bottom - 17 and width < plot.right - plot.left
    ]
    lines = [
        Line(plot.x_at(a), plot.y_at(v), plot.x_at(b), plot.y_at(w))
        for run in data.runs
        for (a, v), (b, w) in pairwise(run if len(run) > 1 else run * 2)
    ]
    values = dict(data.known)
    lines += [
        Line(plot.x_at(n.index), plot.top - 8, plot.x_at(n.index), plot.y_at(values.get(n.index, plot.low)))
        for n in data.notes
    ]
    things = [
        Box(left, plot.top, right - left, plot.bottom - plot.top)
        for left, right in (plot.columns(first, last) for _, first, last in data.withheld)
    ]
    things += [Box(plot.x_at(place) - 7, plot.y_at(values[place]) - 7, 14, 14) for place in (*data.unusual, data.last)]
    edges = [line for band in data.ranges for area in [_range_area(band, plot)] for line in (*area.edges, area.mean)]
    best, fewest = None, len(edges) + 1
    for box in boxes:
        if any(crosses(line, box, air=3) for line in lines) or any(overlap(box, other, air=1) for other in things):
            continue
        crossed = sum(1 for edge in edges if crosses(edge, box))
        if crossed < fewest:
            best, fewest = box, crossed
        if not crossed:
            break
    return best
