"""One rate across similar areas: a bar an area, highest first, our own in the brand's colour with its name in bold."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.frame import WIDE, Box, Frame, Line, Text
from charts.numbers import Number, exact, number
from charts.paint import coordinate
from charts.text import width_of, wrap

TYPE, SMALL = 13, 12
BAR, AIR, LINE = 12, 6, 15
HEAD = 26


@dataclass(frozen=True, slots=True)
class Member:
    """One area's figure; a `value` of None has no bar, and `printed` says why ("not given"). `ours` is our own."""

    name: str
    value: Number | None
    printed: str = ""
    ours: bool = False

    @property
    def words(self) -> str:
        return self.printed or ("no figure" if self.value is None else number(self.value))


@dataclass(frozen=True, slots=True)
class AreaBar:
    name: tuple[Text, ...]
    box: Box | None
    figure: Text
    ours: bool


@dataclass(frozen=True, slots=True)
class AreaBars:
    frame: Frame
    bars: tuple[AreaBar, ...]
    average: Line | None
    average_label: Text | None


def area_bars(
    members: Sequence[Member],
    *,
    id_prefix: str,
    title: str,
    unit: str,
    average: Number | None = None,
    average_text: str = "",
    others: str = "similar areas’ average",
    things: str = "areas",
    width: float = WIDE,
) -> AreaBars:
    """Draw the figures of `members` in `unit` from the highest down, those without one last; the `average` as given is
    a line through them. As high as it needs. `things` is what the members are, for the description.

    ValueError without a figure, or for one below nought.
    """
    known = [float(member.value) for member in members if member.value is not None]
    if not known:
        raise ValueError("There is no area's figure to draw.")
    if min(known) < 0 or (average is not None and average < 0):
        raise ValueError("A rate cannot be below nought.")
    rows = sorted(members, key=_rank)
    widest = max(width_of(row.name, TYPE, bold=row.ours) for row in rows)
    left = coordinate(min(widest, width * 0.42) + 10)
    right = coordinate(width - max(width_of(row.words, TYPE, bold=row.ours) for row in rows) - 8)
    longest = max([*known, float(average or 0)]) or 1
    y = HEAD if average is not None else 4.0

    bars = []
    for row in rows:
        lines = wrap(row.name, TYPE, left - 8, bold=row.ours) or ("",)
        height = max(BAR, LINE * len(lines)) + AIR
        middle = y + height / 2
        first = middle + 4.5 - LINE * (len(lines) - 1) / 2
        length = None if row.value is None else coordinate((right - left) * float(row.value) / longest)
        bars.append(
            AreaBar(
                tuple(Text(0, coordinate(first + LINE * n), line, bold=row.ours) for n, line in enumerate(lines)),
                None if length is None else Box(left, coordinate(middle - BAR / 2), length, BAR),
                Text(width, coordinate(middle + 4.5), row.words, "end", bold=row.ours),
                row.ours,
            )
        )
        y += height
    line = label = None
    if average is not None:
        x = coordinate(left + (right - left) * float(average) / longest)
        line = Line(x, HEAD - 5, x, coordinate(y + 2))
        words = f"{others} {average_text or number(average)}"
        half = width_of(words, SMALL) / 2
        label = Text(coordinate(max(min(x, width - half), half)), 14, words, "middle")
    return AreaBars(
        Frame(id_prefix, width, coordinate(y + 4), title, _describe(rows, unit, average, average_text, others, things)),
        tuple(bars),
        line,
        label,
    )


def _rank(member: Member) -> tuple[bool, float, str]:
    return member.value is None, -float(member.value or 0), member.name


def _describe(
    rows: Sequence[Member], unit: str, average: Number | None, average_text: str, others: str, things: str
) -> str:
    known = [row for row in rows if row.value is not None]
    sentences = [f"Bar chart of {len(known)} {things}, {unit}, highest first."]
    for row in known:
        if row.ours and row.value is not None:
            lower = sum(1 for other in known if other.value is not None and exact(other.value) < exact(row.value))
            sentences.append(f"{row.name}: {row.words}, position {lower + 1} of {len(known)}, 1 being the lowest.")
    if average is not None:
        sentences.append(f"{others[:1].upper()}{others[1:]}: {average_text or number(average)}.")
    sentences.append(f"Highest: {known[0].name}, {known[0].words}. Lowest: {known[-1].name}, {known[-1].words}.")
    missing = [f"{row.name} ({row.words})" for row in rows if row.value is None]
    if missing:
        sentences.append(f"Without a bar: {', '.join(missing)}.")
    return " ".join(sentences)
