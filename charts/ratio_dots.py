"""A table of rates against the average of similar areas: a dot a row, on one scale of multiples of that average.

Rates of 0.05 and of 150 per 1,000 cannot share a plain axis, and some rows are per 1,000 households, not residents.
Divided by its own row's average every dot has the same meaning: 1 is the average, 2 is twice it. The figures
themselves are printed beside the dots, as given. A figure in doubt is hollow, has no stem, and carries its query's
number; one so large that it would squeeze the others stands beyond a break.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from charts.axis import ticks
from charts.frame import WIDE, Frame, Line, Text
from charts.numbers import number
from charts.paint import coordinate, points
from charts.rate import Rate
from charts.text import listed, width_of, wrap

TYPE, SMALL = 13, 12
DOT, STEP_ASIDE = 5, 9
LINE, AIR, HEADING = 16, 8, 28
HEAD, FOOT = 44, 22
BREAK = 36
BESIDE_FROM = 480
"""Below this width name, dot and figures stand over each other, not in columns."""

LONGEST_TRUSTED = Decimal("1.5")
"""The scale reaches at least this multiple, so that small gaps look small."""

OFF_THE_SCALE = "off the scale"


@dataclass(frozen=True, slots=True)
class Mark:
    """A row's dot: `hollow` when doubted. `stem` runs to it from the average, None for a doubted one; `cut` is the path
    of the break before a dot beyond the scale, else ""."""

    x: float
    y: float
    hollow: bool
    stem: Line | None
    cut: str


@dataclass(frozen=True, slots=True)
class Row:
    """`mark` is None where the average is nought. `average` is the stretch of the average's line in this row."""

    name: tuple[Text, ...]
    word: tuple[Text, ...]
    mark: Mark | None
    label: tuple[Text, ...]
    figures: tuple[Text, ...]
    average: Line


@dataclass(frozen=True, slots=True)
class Query:
    """A doubt, numbered as on the picture, for the page or report to print under it."""

    number: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class RatioDots:
    frame: Frame
    average_label: Text
    columns: tuple[Text, ...]
    scale: tuple[Text, ...]
    ticks: tuple[Line, ...]
    headings: tuple[Text, ...]
    rules: tuple[Line, ...]
    rows: tuple[Row, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where multiples lie: nought at `left`, one average further every `unit`; beyond `reach` it breaks."""

    left: float
    right: float
    unit: float
    reach: Decimal

    def x_at(self, times: Decimal) -> float:
        return coordinate(self.left + self.unit * float(times))

    @property
    def average(self) -> float:
        return self.x_at(Decimal(1))


def ratio_dots(
    rates: Sequence[Rate],
    *,
    id_prefix: str,
    area: str,
    unit: str,
    others: str = "similar areas’ average",
    width: float = WIDE,
    air: float = AIR,
) -> RatioDots:
    """Draw the rates of `area` in `unit` ("per 1,000 residents"). ValueError without rows, or for a rate below nought.

    As high as it needs, with so much `air` to a row of a wide one.
    """
    if not rates:
        raise ValueError("There are no rates to compare.")
    below = next((row for row in rates if row.rate < 0 or row.average < 0), None)
    if below is not None:
        raise ValueError(f"{below.name}: a rate cannot be below nought.")
    beside = width >= BESIDE_FROM
    queries = tuple(
        Query(count, row.name, row.query) for count, row in enumerate((row for row in rates if row.query), start=1)
    )
    numbers = iter(range(1, len(queries) + 1))
    labels = [_label(row, next(numbers) if row.query else 0) for row in rates]
    columns = _columns(rates, area, width) if beside else []
    indent = 10 if any(row.group for row in rates) else 0
    names_width = max(max(width_of(row.name, TYPE), width_of(row.mark, SMALL)) for row in rates) + indent
    left = coordinate(min(names_width, width * 0.3) + 14) if beside else DOT + 1.0
    right = coordinate(columns[0][1] - columns[0][2] - 8) if beside else width - DOT - 1
    scale = _scale(rates, labels, left, right)
    # Under the headings of rate and average, which share it.
    unit_lines = wrap(unit, SMALL, columns[0][2] + columns[1][2] - 8) if beside else wrap(unit, SMALL, width)
    axis_y = 30.0 + LINE * (len(unit_lines) - 1 if beside else len(unit_lines))

    y, group = axis_y + HEAD - 30, ""
    headings, rules, rows = [], [], []
    for row, label in zip(rates, labels, strict=True):
        if row.group and row.group != group:
            headings.append(Text(0, coordinate(y + 20), row.group, bold=True))
            y += HEADING
            rules.append(Line(0, coordinate(y - 1), width, coordinate(y - 1)))
        group = row.group
        drawn, y = (
            _row_beside(row, label, scale, columns, indent, y, air)
            if beside
            else _row_stacked(row, label, scale, width, indent, y)
        )
        rows.append(drawn)
    return RatioDots(
        frame=Frame(
            id_prefix,
            width,
            coordinate(y + FOOT),
            f"{area} against the {others}",
            _describe(rates, area, unit, others, scale.reach),
        ),
        average_label=_kept(scale.average, 14, f"{others} = 1", 0, columns[0][1] - columns[0][2] if beside else width),
        columns=(
            *(Text(end, 14, words, "end") for words, end, _ in columns),
            *(
                Text(columns[1][1], 30.0 + LINE * n, line, "end") if beside else Text(0, 30.0 + LINE * n, line)
                for n, line in enumerate(unit_lines)
            ),
        ),
        scale=tuple(_scale_words(scale, (axis_y, coordinate(y + 18)))),
        ticks=tuple(_ticks(scale, (axis_y + 4, coordinate(y + 2)))),
        headings=tuple(headings),
        rules=tuple(rules),
        rows=tuple(rows),
        queries=queries,
    )


def _columns(rates: Sequence[Rate], area: str, width: float) -> list[tuple[str, float, float]]:
    """Heading, right edge and width of the columns of figures, from left to right."""
    texts = [(area, [row.printed[0] for row in rates]), ("average", [row.printed[1] for row in rates])]
    places = [row.place for row in rates]
    if any(places):
        texts.append(("position", places))
    columns: list[tuple[str, float, float]] = []
    end = width
    for words, values in reversed(texts):
        needed = max(width_of(text, SMALL) for text in (words, *values)) + 10
        columns.insert(0, (words, coordinate(end), needed))
        end -= needed
    return columns


def _reach(rates: Sequence[Rate]) -> Decimal:
    trusted = [row.times for row in rates if row.times is not None and not row.doubtful]
    every = [row.times for row in rates if row.times is not None]
    # A doubted multiple of 13 must not squeeze the others flat: it stands beyond a break, and says its number.
    return max([LONGEST_TRUSTED, *(trusted or every)])


def _label(row: Rate, query: int) -> tuple[str, ...]:
    words = "no average" if row.times is None else f"{number(row.times, 2)}×"
    return (f"{words} query {query}",) if query else (words,)


def _scale(rates: Sequence[Rate], labels: Sequence[tuple[str, ...]], left: float, right: float) -> _Scale:
    """As wide as it can be while every label stands clear of its dot, of the average's line, and of the edge."""
    reach, room = _reach(rates), right - left
    unit = room / float(reach)
    for row, label in zip(rates, labels, strict=True):
        needed = width_of(label[0], SMALL) + STEP_ASIDE
        times = row.times
        if times is None or times < 1:
            unit = min(unit, room - needed)
        elif times > reach:
            unit = min(unit, room - max(needed, width_of(OFF_THE_SCALE, SMALL) + STEP_ASIDE) - BREAK)
        else:
            unit = min(unit, (room - needed) / float(times))
    return _Scale(left, right, unit, reach)


def _mark(row: Rate, scale: _Scale, y: float) -> Mark | None:
    if row.times is None:
        return None
    if row.times > scale.reach:
        return Mark(coordinate(scale.right - DOT), y, row.doubtful, None, _cut(scale.right - DOT - 17, y))
    x = scale.x_at(row.times)
    stem = None if row.doubtful else Line(scale.average, y, x, y)
    return Mark(x, y, row.doubtful, stem, "")


def _cut(x: float, y: float) -> str:
    """Two slanted strokes: here the scale is broken."""
    return "".join(f"M{points((x + aside, y + 6))}L{points((x + aside + 5, y - 6))}" for aside in (0, 5))


def _dot_label(row: Rate, words: tuple[str, ...], scale: _Scale, y: float) -> tuple[Text, ...]:
    """Beside the dot on the side away from the average's line, or beyond that line."""
    y = coordinate(y + 4)
    text = words[0]
    if row.times is not None and row.times > scale.reach:
        x = coordinate(scale.right - DOT - 26)
        return Text(x, y, text, "end"), Text(x, coordinate(y + 14), OFF_THE_SCALE, "end")
    if row.times is not None and row.times >= 1:
        return (Text(coordinate(scale.x_at(row.times) + STEP_ASIDE), y, text),)
    x = coordinate(scale.x_at(row.times) - STEP_ASIDE) if row.times is not None else scale.left
    if x - width_of(text, SMALL) >= scale.left:
        return (Text(x, y, text, "end"),)
    aside = coordinate(x + 2 * STEP_ASIDE)
    if row.doubtful and row.times is not None and aside + width_of(text, SMALL) + 4 <= scale.average:
        return (Text(aside, y, text),)
    return (Text(coordinate(scale.average + STEP_ASIDE), y, text),)


def _row_beside(
    row: Rate,
    words: tuple[str, ...],
    scale: _Scale,
    columns: list[tuple[str, float, float]],
    indent: float,
    top: float,
    air: float,
) -> tuple[Row, float]:
    name = wrap(row.name, TYPE, scale.left - indent - 12)
    word = wrap(row.mark, SMALL, scale.left - indent - 12)
    label = _dot_label(row, words, scale, top + air / 2 + LINE / 2)
    first = coordinate(top + air / 2 + 12)
    bottom = top + air + LINE * max(len(name) + len(word), len(label))
    drawn = Row(
        tuple(Text(indent, coordinate(first + LINE * n), line) for n, line in enumerate(name)),
        tuple(Text(indent, coordinate(first + LINE * n), line) for n, line in enumerate(word, start=len(name))),
        _mark(row, scale, coordinate(top + air / 2 + LINE / 2)),
        label,
        tuple(
            Text(end, first, text, "end")
            for (_, end, _), text in zip(columns, (*row.printed, row.place), strict=False)
            if text
        ),
        Line(scale.average, coordinate(top), scale.average, coordinate(bottom)),
    )
    return drawn, coordinate(bottom)


def _row_stacked(
    row: Rate, words: tuple[str, ...], scale: _Scale, width: float, indent: float, top: float
) -> tuple[Row, float]:
    ours, theirs = row.printed
    figures = f"{ours}, average {theirs}{f', position {row.place}' if row.place else ''}"
    name = wrap(row.name, TYPE, width - indent)
    lines = [(line, "name") for line in name]
    lines += [(line, "word") for line in wrap(row.mark, SMALL, width - indent)]
    lines += [(line, "figures") for line in wrap(figures, SMALL, width - indent)]
    texts = [
        (Text(indent, coordinate(top + AIR / 2 + 12 + LINE * n), line), kind) for n, (line, kind) in enumerate(lines)
    ]
    dot_y = coordinate(top + AIR / 2 + LINE * len(lines) + 12)
    label = _dot_label(row, words, scale, dot_y)
    bottom = coordinate(dot_y + 12 + 14 * (len(label) - 1))
    drawn = Row(
        tuple(text for text, kind in texts if kind == "name"),
        tuple(text for text, kind in texts if kind == "word"),
        _mark(row, scale, dot_y),
        label,
        tuple(text for text, kind in texts if kind == "figures"),
        Line(scale.average, coordinate(dot_y - 9), scale.average, coordinate(dot_y + 9)),
    )
    return drawn, coordinate(bottom + 4)


def _shown_ticks(scale: _Scale) -> list[Decimal]:
    return [value for value in ticks(0, float(scale.reach), steps=5) if scale.x_at(value) <= scale.right]


def _scale_words(scale: _Scale, heights: tuple[float, float]) -> Iterator[Text]:
    """The multiples over and under the dots, as many as stand clear of each other."""
    for y in heights:
        free_from = 0.0
        for value in _shown_ticks(scale):
            words = f"{number(value)}×" if value else "0"
            text = _kept(scale.x_at(value), y, words, 0, scale.right + DOT)
            half = width_of(words, SMALL) / 2
            if text.x - half >= free_from:
                yield text
                free_from = text.x + half + 6


def _ticks(scale: _Scale, heights: tuple[float, float]) -> Iterator[Line]:
    for y in heights:
        for value in _shown_ticks(scale):
            yield Line(scale.x_at(value), y, scale.x_at(value), coordinate(y + 4))


def _kept(x: float, y: float, words: str, low: float, high: float) -> Text:
    """A line centred on x, or as near as `low` and `high` let it."""
    half = width_of(words, SMALL) / 2
    return Text(coordinate(max(min(x, high - half), low + half)), y, words, "middle")


def _describe(rates: Sequence[Rate], area: str, unit: str, others: str, reach: Decimal) -> str:
    sound = [row for row in rates if not row.doubtful and row.times is not None]
    above = sum(1 for row in sound if row.times is not None and row.times > 1)
    sentences = [
        f"Dot chart of {len(rates)} rates {unit} as multiples of the {others}.",
        f"{area} is above the average in {above} of the {len(sound)} not in doubt.",
    ]
    furthest = max(sound, key=lambda row: row.times or Decimal(0), default=None)
    if furthest is not None and furthest.times is not None and furthest.times > 1:
        ours, theirs = furthest.printed
        sentences.append(
            f"Furthest above: {furthest.name}, {ours} against {theirs}, {number(furthest.times, 2)} times."
        )
    last = [row.name for row in rates if row.position is not None and row.position == row.areas]
    if last:
        sentences.append(f"Highest of all areas: {listed(last)}.")
    for mark in dict.fromkeys(row.mark for row in rates if row.mark):
        marked = listed([row.name for row in rates if row.mark == mark])
        sentences.append(f"{mark[:1].upper()}{mark[1:]}: {marked}.")
    queried = [(count, row) for count, row in enumerate((row for row in rates if row.query), start=1)]
    for words, rows in (
        ("In doubt, drawn hollow", [item for item in queried if item[1].doubtful]),
        ("With a query", [item for item in queried if not item[1].doubtful]),
    ):
        if rows:
            sentences.append(f"{words}: {listed([_queried(count, row, reach) for count, row in rows])}.")
    return " ".join(sentences)


def _queried(count: int, row: Rate, reach: Decimal) -> str:
    beyond = row.times is not None and row.times > reach
    return f"{row.name} (query {count}{f', {OFF_THE_SCALE}' if beyond else ''})"
