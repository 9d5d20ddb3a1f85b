"""A trend small enough for a table's cell: no words but those of its title, the newest figure dotted."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.frame import Frame, Line
from charts.line import Dot
from charts.paint import coordinate, points
from charts.series import Point, Series

EDGE = 4


@dataclass(frozen=True, slots=True)
class Sparkline:
    frame: Frame
    runs: tuple[str, ...]
    lone: tuple[Dot, ...]
    year_before: Line | None
    newest: Dot


def sparkline(
    figures: Sequence[Point], *, id_prefix: str, name: str, width: float = 120, height: float = 28
) -> Sparkline:
    """Draw `name` from its lowest to its highest figure. ValueError as for `line_chart`.

    A short tick marks the same period last year. The height says nothing about nought: figures stand beside it.
    """
    data = Series(tuple(figures))
    values = dict(data.known)
    low, high = min(values.values()), max(values.values())
    step = (width - 2 * EDGE) / max(len(data.points) - 1, 1)

    def x_at(place: int) -> float:
        return coordinate(EDGE + step * place)

    def y_at(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return coordinate(height - EDGE - share * (height - 2 * EDGE))

    def dot(place: int) -> Dot:
        return Dot(x_at(place), y_at(values[place]), data.points[place].provisional)

    before = data.year_before
    return Sparkline(
        frame=Frame(
            id_prefix,
            width,
            height,
            f"{name}, {data.points[0].label} to {data.points[-1].label}",
            data.describe(),
        ),
        runs=tuple(points(*((x_at(place), y_at(value)) for place, value in run)) for run in data.runs if len(run) > 1),
        lone=tuple(dot(run[0][0]) for run in data.runs if len(run) == 1 and run[0][0] != data.last),
        year_before=None
        if before is None
        else Line(
            x_at(before),
            coordinate(max(y_at(values[before]) - 4, 0)),
            x_at(before),
            coordinate(min(y_at(values[before]) + 4, height)),
        ),
        newest=dot(data.last),
    )
