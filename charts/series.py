"""The figures of one trend, and the sentence that says what they did. Shared by the line chart and the sparkline."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from charts.numbers import Number, exact, number

MOST_POINTS = 24
"""Six years of quarters: a plan's twelve and the twelve before it that a usual range is taken from. On a phone's width
the steps are then ten pixels apart, and closer ones would run the dots together."""

MOST_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Band:
    """The usual range from one point's place to another's, both included, and the mean within it.

    `printed` is lower, mean and upper as people should read them; without it they are rounded to the decimals the
    figures have. ValueError when the places or the limits are out of order.
    """

    first: int
    last: int
    lower: Number
    centre: Number
    upper: Number
    printed: tuple[str, str, str] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError(f"A usual range cannot run from place {self.first} to place {self.last}.")
        if not self.lower <= self.centre <= self.upper:
            raise ValueError(f"The mean {self.centre} does not lie between {self.lower} and {self.upper}.")


@dataclass(frozen=True, slots=True)
class Note:
    """What happened at a point: "New recording rules". Numbered on the picture, said in words beside it."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One period's figure. `tick` names it within its `group` ("Q1" in "2024/25"); a `value` of None is a gap.

    `printed` is the figure as people should read it; left empty, the value is printed the British way. On a gap it is
    the reason ("<5", "suppressed"): the gap is then hatched from top to bottom, which gives no height away.
    `unusual` is the caller's judgement, never the picture's.
    """

    tick: str
    group: str
    value: Number | None
    printed: str = ""
    provisional: bool = False
    unusual: bool = False

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


@dataclass(frozen=True)
class Series:
    """Points oldest first, with the usual ranges over them (more than one: the range was set anew) and what happened.

    ValueError when there are no points, more than MOST_POINTS, or no value among them; when ranges are out of order,
    overlap or leave the points; when a note stands at no point.
    """

    points: tuple[Point, ...]
    ranges: tuple[Band, ...] = ()
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if len(self.points) > MOST_POINTS:
            raise ValueError(f"A trend shows at most {MOST_POINTS} periods, not {len(self.points)}.")
        if not self.known:
            raise ValueError("A trend needs at least one figure.")
        if any(after.first <= before.last for before, after in pairwise(self.ranges)):
            raise ValueError("Usual ranges follow one another; these overlap or are out of order.")
        places = [band.last for band in self.ranges] + [note.index for note in self.notes]
        beyond = [place for place in places if not 0 <= place < len(self.points)]
        if beyond:
            raise ValueError(f"There is no point at place {beyond[0]}: the trend has {len(self.points)}.")

    @cached_property
    def known(self) -> list[tuple[int, float]]:
        """Place and value of every point that has one."""
        return [(place, float(point.value)) for place, point in enumerate(self.points) if point.value is not None]

    @cached_property
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

    @cached_property
    def year_before(self) -> int | None:
        """Place of the newest point's namesake in the group before ("Q2" of last year), when that has a value."""
        newest = self.points[self.last]
        groups = list(dict.fromkeys(point.group for point in self.points))
        earlier = groups[: groups.index(newest.group)]
        for place, point in enumerate(self.points):
            if earlier and point.group == earlier[-1] and point.tick == newest.tick and point.value is not None:
                return place
        return None

    @cached_property
    def unusual(self) -> list[int]:
        """Places of the figures judged unusual, oldest first."""
        return [place for place, _ in self.known if self.points[place].unusual]

    @cached_property
    def withheld(self) -> list[tuple[str, int, int]]:
        """Gaps that have a reason, as stretches of one reason: its words, first and last place."""
        stretches = []
        for reason, members in groupby(enumerate(self.points), key=lambda item: _reason(item[1])):
            places = [place for place, _ in members]
            if reason:
                stretches.append((reason, places[0], places[-1]))
        return stretches

    @property
    def extent(self) -> tuple[float, float]:
        """Lowest and highest of all that is drawn: the figures and the usual ranges."""
        values = [value for _, value in self.known]
        values += [float(limit) for band in self.ranges for limit in (band.lower, band.upper)]
        return min(values), max(values)

    def limits(self, band: Band) -> tuple[str, str, str]:
        """Lower limit, mean and upper limit in figures."""
        if band.printed is not None:
            return band.printed
        decimals = [_decimals(point.value) for point in self.points if point.value is not None]
        places = min(max(decimals), MOST_DECIMALS)
        return number(band.lower, places), number(band.centre, places), number(band.upper, places)

    @property
    def current_range(self) -> Band | None:
        """The range in force at the newest figure; None where the last one ended before it and no other is drawn yet."""
        return self.ranges[-1] if self.ranges and self.ranges[-1].last >= self.last else None

    @cached_property
    def seasonal_ranges(self) -> list[tuple[str, Band]]:
        """Where ranges come back every year: each once, with when it holds in words ("in Q1"), the newest last.

        Empty where ranges simply follow one another.
        """
        if len({self.limits(band) for band in self.ranges}) == len(self.ranges):
            return []
        if any(band.first != band.last for band in self.ranges):
            return []
        newest: dict[tuple[str, tuple[str, str, str]], Band] = {}
        for band in self.ranges:
            key = self.points[band.first].tick, self.limits(band)
            newest.pop(key, None)
            newest[key] = band
        told: list[tuple[str, Band]] = []
        later: set[str] = set()
        for (tick, _), band in reversed(newest.items()):
            # Set anew since: this one held until then.
            ended = tick in later or self.current_range is None
            until = f" to {self.points[band.last].group}" if ended else ""
            told.insert(0, (f"in {tick}{until}", band))
            later.add(tick)
        return told

    def against_range(self, place: int) -> str:
        """ "above the usual range", "below the usual range", or "" for a figure within it or without one."""
        value = self.points[place].value
        band = next((band for band in self.ranges if band.first <= place <= band.last), None)
        if value is None or band is None or exact(band.lower) <= exact(value) <= exact(band.upper):
            return ""
        return f"{'above' if exact(value) > exact(band.upper) else 'below'} the usual range"

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
        told = [(f" {when}", band) for when, band in self.seasonal_ranges] or [
            ("" if len(self.ranges) == 1 else f" from {self.points[band.first].label} on", band) for band in self.ranges
        ]
        if self.ranges and self.current_range is None and not self.seasonal_ranges:
            told[-1] = f" to {self.points[self.ranges[-1].last].label}", self.ranges[-1]
        for over, band in told:
            lower, mean, upper = self.limits(band)
            sentences.append(f"Usual range{over}: {lower} to {upper}, mean {mean}.")
        unusual = [_parted(self.points[place].sentence, self.against_range(place)) for place in self.unusual]
        if unusual:
            sentences.append(f"Unusual: {'; '.join(unusual)}.")
        gaps = [point.label for point in self.points if point.value is None and not point.printed]
        if gaps:
            sentences.append(f"No figure for {', '.join(gaps)}.")
        for reason in dict.fromkeys(_reason(point) for point in self.points if _reason(point)):
            where = ", ".join(point.label for point in self.points if _reason(point) == reason)
            sentences.append(f"Printed as {reason}: {where}.")
        for place, note in enumerate(self.notes, start=1):
            sentences.append(f"Note {place}, {self.points[note.index].label}: {note.text.rstrip('.')}.")
        return " ".join(sentences)


def _reason(point: Point) -> str:
    return point.printed if point.value is None else ""


def _parted(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _decimals(value: Number) -> int:
    return max(-int(exact(value).normalize().as_tuple().exponent), 0)
