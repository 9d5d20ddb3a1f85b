"""The figures of one trend, and the sentence that says what they did. Shared by the line chart and the sparkline."""

from dataclasses import dataclass

from charts.numbers import Number, number

MOST_POINTS = 14
"""Three and a half years of quarters: the plan's twelve and the two that came before the first year's comparison."""


@dataclass(frozen=True, slots=True)
class Point:
    """One period's figure. `tick` names it within its `group` ("Q1" in "2024/25"); a `value` of None is a gap.

    `printed` is the figure as people should read it; left empty, the value is printed the British way.
    """

    tick: str
    group: str
    value: Number | None
    printed: str = ""
    provisional: bool = False

    @property
    def label(self) -> str:
        return f"{self.tick} {self.group}".strip()

    @property
    def words(self) -> str:
        if self.value is None:
            return self.printed or "no figure"
        return self.printed or number(self.value)

    @property
    def sentence(self) -> str:
        return f"{self.words} in {self.label}{' (provisional)' if self.provisional else ''}"


@dataclass(frozen=True, slots=True)
class Series:
    """Points oldest first. ValueError when there are none, more than MOST_POINTS, or no value among them."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) > MOST_POINTS:
            raise ValueError(f"A trend shows at most {MOST_POINTS} periods, not {len(self.points)}.")
        if not self.known:
            raise ValueError("A trend needs at least one figure.")

    @property
    def known(self) -> list[tuple[int, float]]:
        """Place and value of every point that has one."""
        return [(place, float(point.value)) for place, point in enumerate(self.points) if point.value is not None]

    @property
    def runs(self) -> list[list[tuple[int, float]]]:
        """The known points in stretches without a gap."""
        runs: list[list[tuple[int, float]]] = []
        for place, value in self.known:
            if runs and runs[-1][-1][0] == place - 1:
                runs[-1].append((place, value))
            else:
                runs.append([(place, value)])
        return runs

    @property
    def last(self) -> int:
        """Place of the newest point that has a value."""
        return self.known[-1][0]

    @property
    def year_before(self) -> int | None:
        """Place of the newest point's namesake in the group before ("Q2" of last year), when that has a value."""
        newest = self.points[self.last]
        groups = list(dict.fromkeys(point.group for point in self.points))
        earlier = groups[: groups.index(newest.group)]
        for place, point in enumerate(self.points):
            if earlier and point.group == earlier[-1] and point.tick == newest.tick and point.value is not None:
                return place
        return None

    def describe(self) -> str:
        """What the trend shows, in sentences, for who cannot see it."""
        first, newest = self.points[self.known[0][0]], self.points[self.last]
        if first is newest:
            sentences = [f"One figure: {newest.sentence}."]
        else:
            sentences = [f"From {first.sentence} to {newest.sentence}."]
        if self.year_before is not None:
            before = self.points[self.year_before]
            sentences.append(f"A year before the newest figure: {before.sentence}.")
        if len(self.known) > 2:
            highest = self.points[max(self.known, key=lambda known: known[1])[0]]
            lowest = self.points[min(self.known, key=lambda known: known[1])[0]]
            sentences.append(f"Highest: {highest.sentence}. Lowest: {lowest.sentence}.")
        gaps = [point.label for point in self.points if point.value is None]
        if gaps:
            sentences.append(f"No figure for {', '.join(gaps)}.")
        return " ".join(sentences)
