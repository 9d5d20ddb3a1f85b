"""The trend of one indicator: a line over up to 14 quarters, its newest figure named, last year's marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from charts.axis import trend_ticks
from charts.frame import WIDE, Box, Frame, Line, Text
from charts.numbers import exact, number
from charts.paint import coordinate, points
from charts.series import Point, Series
from charts.text import width_of

TYPE, SMALL, LOUD = 13, 12, 16
TOP, BOTTOM = 26, 42
LABEL_DROP, GROUP_DROP = 17, 34


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure on the line; hollow when provisional."""

    x: float
    y: float
    hollow: bool


@dataclass(frozen=True, slots=True)
class YearBefore:
    """The same period last year: a ringed dot, a dashed level carried to the newest figure, and its words on a plain
    ground."""

    x: float
    y: float
    level: Line
    ground: Box
    label: Text


@dataclass(frozen=True, slots=True)
class LineChart:
    frame: Frame
    rules: tuple[Line, ...]
    scale: tuple[Text, ...]
    base: Line
    unit: Text
    runs: tuple[str, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Text, ...]
    groups: tuple[Text, ...]
    dividers: tuple[Line, ...]
    year_before: YearBefore | None
    newest: Text
    newest_notes: tuple[Text, ...]


def line_chart(
    figures: Sequence[Point], *, id_prefix: str, name: str, unit: str, width: float = WIDE, height: float = 240
) -> LineChart:
    """Draw `name`, measured in `unit`. ValueError when there is no figure, or are more than 14 periods."""
    data = Series(tuple(figures))
    values = [value for _, value in data.known]
    whole = all(exact(point.value) % 1 == 0 for point in data.points if point.value is not None)
    scale = trend_ticks(min(values), max(values), whole=whole)
    newest, newest_notes = data.points[data.last], _newest_notes(data)

    left = max(width_of(number(value), SMALL) for value in scale) + 8
    end_width = max(width_of(newest.words, LOUD, bold=True), *(width_of(note, SMALL) for note in newest_notes), 0)
    right = width - end_width - 14
    bottom = height - BOTTOM
    step = (right - left - 16) / max(len(data.points) - 1, 1)

    def x_at(place: int) -> float:
        return coordinate(left + 8 + step * place)

    def y_at(value: float) -> float:
        low, high = float(scale[0]), float(scale[-1])
        return coordinate(bottom - (value - low) / (high - low) * (bottom - TOP))

    rules = tuple(Line(left, y_at(float(value)), coordinate(right), y_at(float(value))) for value in scale)
    end_x, end_y = x_at(data.last), y_at(values[-1])
    text_x = coordinate(end_x + 9) if data.last == len(data.points) - 1 else coordinate(right + 6)
    text_y = min(end_y + 5, bottom - 15.0 * len(newest_notes))
    return LineChart(
        frame=Frame(
            id_prefix,
            width,
            height,
            f"{name}, {data.points[0].label} to {data.points[-1].label}",
            f"Line chart, {unit}. {data.describe()}{f' The axis starts at {number(scale[0])}.' if scale[0] else ''}",
        ),
        rules=rules[1:],
        scale=tuple(
            Text(left - 6, coordinate(rule.y1 + 4), number(value), "end")
            for rule, value in zip(rules, scale, strict=True)
        ),
        base=rules[0],
        unit=Text(0, 12, _unit_line(unit, float(scale[0]))),
        runs=tuple(points(*((x_at(place), y_at(value)) for place, value in run)) for run in data.runs if len(run) > 1),
        dots=tuple(Dot(x_at(place), y_at(value), data.points[place].provisional) for place, value in data.known),
        labels=_labels(data, x_at, step, bottom + LABEL_DROP),
        groups=_groups(data, x_at, bottom + GROUP_DROP),
        dividers=_dividers(data, x_at, step, bottom),
        year_before=_year_before(data, x_at, y_at, Line(left, TOP, right, bottom)),
        newest=Text(text_x, coordinate(text_y), newest.words, bold=True),
        newest_notes=tuple(
            Text(text_x, coordinate(text_y + 15 * n), note) for n, note in enumerate(newest_notes, start=1)
        ),
    )


def _newest_notes(data: Series) -> list[str]:
    newest = data.points[data.last]
    notes = ["provisional"] if newest.provisional else []
    # When the newest period has no figure yet, the label must say which period it does speak of.
    return notes if newest is data.points[-1] else [*newest.label.split(" ", 1), *notes]


def _unit_line(unit: str, low: float) -> str:
    words = f"{unit[:1].upper()}{unit[1:]}"
    return f"{words} (axis starts at {number(low)})" if low else words


def _labels(data: Series, x_at: Callable[[int], float], step: float, y: float) -> tuple[Text, ...]:
    widest = max(width_of(point.tick, SMALL) for point in data.points)
    every = next((n for n in (1, 2, 4) if step * n >= widest + 3), len(data.points))
    newest = len(data.points) - 1
    # Counted back from the newest, so that the quarter the chart is about always keeps its name.
    return tuple(
        Text(x_at(place), y, point.tick, "middle")
        for place, point in enumerate(data.points)
        if (newest - place) % every == 0
    )


def _spans(data: Series) -> list[tuple[str, int, int]]:
    spans = []
    for group, members in groupby(enumerate(data.points), key=lambda item: item[1].group):
        places = [place for place, _ in members]
        spans.append((group, places[0], places[-1]))
    return spans


def _groups(data: Series, x_at: Callable[[int], float], y: float) -> tuple[Text, ...]:
    texts: list[Text] = []
    free_from = 0.0
    for group, first, last in _spans(data):
        centre, half = (x_at(first) + x_at(last)) / 2, width_of(group, SMALL) / 2
        if group and centre - half >= free_from:
            texts.append(Text(coordinate(centre), y, group, "middle"))
            free_from = centre + half + 4
    return tuple(texts)


def _dividers(data: Series, x_at: Callable[[int], float], step: float, bottom: float) -> tuple[Line, ...]:
    starts = [first for _, first, _ in _spans(data)][1:]
    return tuple(
        Line(coordinate(x_at(first) - step / 2), bottom, coordinate(x_at(first) - step / 2), bottom + BOTTOM - 6)
        for first in starts
    )


def _year_before(
    data: Series, x_at: Callable[[int], float], y_at: Callable[[float], float], plot: Line
) -> YearBefore | None:
    place = data.year_before
    if place is None:
        return None
    values = dict(data.known)
    x, y = x_at(place), y_at(values[place])
    words = f"{data.points[place].words} a year before"
    trace = [
        _between((x_at(a), y_at(v)), (x_at(b), y_at(w)), n / 12)
        for run in data.runs
        for (a, v), (b, w) in pairwise(run)
        for n in range(13)
    ]
    ground = _clearest(x, y, width_of(words, SMALL) + 4, plot, trace)
    return YearBefore(
        x,
        y,
        Line(x, y, x_at(data.last), y),
        ground,
        Text(coordinate(ground.x + ground.width / 2), coordinate(ground.y + 12), words, "middle"),
    )


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _clearest(x: float, y: float, width: float, plot: Line, trace: list[tuple[float, float]]) -> Box:
    """Where a label of that width, near x, y, hides least of the line: tried close by first, then further off."""
    tops = [y - 24, y + 9, y - 38, y + 23, y - 52, y + 37]
    lefts = [x - width / 2, x - width + 10, x - 10]
    # min() keeps the first of equals, so the order above is the order of taste.
    boxes = [
        Box(coordinate(min(max(left, plot.x1 + 1), plot.x2 - width)), coordinate(top), coordinate(width), 16)
        for top in tops
        for left in lefts
        if plot.y1 - 8 <= top <= plot.y2 - 17
    ]
    return min(boxes, key=lambda box: sum(1 for point in trace if _inside(point, box)))


def _inside(point: tuple[float, float], box: Box, air: float = 3) -> bool:
    x, y = point
    return box.x - air <= x <= box.x + box.width + air and box.y - air <= y <= box.y + box.height + air
