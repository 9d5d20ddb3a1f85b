"""A trend small enough for a table's cell: no words but those of its title, the newest figure dotted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from charts.frame import Box, Frame, Line
from charts.line import Dot
from charts.paint import coordinate, hatch_path, mark_path, points
from charts.series import Band, Point, Series

EDGE = 4
DIAMOND = 9


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`ranges` are the usual range's areas; `withheld` hatches the figures not shown, from top to bottom.

    A list prints dozens of these: what is painted alike is one path each, so that a template has little to look up.
    """

    frame: Frame
    ranges: tuple[Box, ...]
    means: tuple[Line, ...]
    withheld: tuple[str, ...]
    runs: tuple[str, ...]
    lone: tuple[Dot, ...]
    year_before: Line | None
    newest: Dot

    @property
    def areas(self) -> str:
        """The ranges as one path."""
        return "".join(f"M{box.x:g},{box.y:g}h{box.width:g}v{box.height:g}h{-box.width:g}Z" for box in self.ranges)

    @property
    def centres(self) -> str:
        """Their means as one path."""
        return "".join(f"M{line.x1:g},{line.y1:g}H{line.x2:g}" for line in self.means)

    @property
    def line(self) -> str:
        """The figures as one path, which is broken at each gap."""
        return "".join(f"M{run.replace(' ', 'L')}" for run in self.runs)

    @property
    def hatching(self) -> str:
        return "".join(self.withheld)

    @property
    def tick(self) -> str:
        """The same period last year."""
        return f"M{self.year_before.x1:g},{self.year_before.y1:g}V{self.year_before.y2:g}" if self.year_before else ""


def sparkline(
    figures: Sequence[Point],
    *,
    id_prefix: str,
    name: str,
    ranges: Sequence[Band] = (),
    width: float = 120,
    height: float = 28,
) -> Sparkline:
    """Draw `name` from its lowest to its highest figure, or limit of its usual range. ValueError as for `line_chart`.

    A short tick marks the same period last year; an unusual newest figure is a diamond. The height says nothing about
    nought: figures stand beside it.
    """
    data = Series(tuple(figures), tuple(ranges))
    values = dict(data.known)
    low, high = data.extent
    step = (width - 2 * EDGE) / max(len(data.points) - 1, 1)

    def x_at(place: float) -> float:
        return coordinate(min(max(EDGE + step * place, 1), width - 1))

    def y_at(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return coordinate(height - EDGE - share * (height - 2 * EDGE))

    def dot(place: int) -> Dot:
        return Dot(x_at(place), y_at(values[place]), data.points[place].provisional)

    def area(band: Band) -> Box:
        left, top = x_at(band.first - 0.5), y_at(float(band.upper))
        return Box(left, top, coordinate(x_at(band.last + 0.5) - left), coordinate(y_at(float(band.lower)) - top))

    def mean(band: Band) -> Line:
        y = y_at(float(band.centre))
        return Line(x_at(band.first - 0.5), y, x_at(band.last + 0.5), y)

    def hatching(first: int, last: int) -> str:
        left = x_at(first - 0.4)
        return hatch_path(left, 1, coordinate(x_at(last + 0.4) - left), height - 2, step=4)

    before, newest = data.year_before, dot(data.last)
    if data.points[data.last].unusual:
        # Whole on the paper even at the very edge.
        half = DIAMOND / 2
        x, y = min(max(newest.x, half), width - half), min(max(newest.y, half), height - half)
        newest = replace(newest, diamond=mark_path("diamond", x, y, DIAMOND))
    return Sparkline(
        frame=Frame(
            id_prefix,
            width,
            height,
            f"{name}, {data.points[0].label} to {data.points[-1].label}",
            data.describe(),
        ),
        ranges=tuple(area(band) for band in data.ranges),
        means=tuple(mean(band) for band in data.ranges),
        withheld=tuple(hatching(first, last) for _, first, last in data.withheld),
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
        newest=newest,
    )
