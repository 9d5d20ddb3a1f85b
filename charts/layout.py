"""Where words stand and what they would run into: boxes of text, overlaps, lines through boxes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charts.frame import Box, Line, Text
from charts.paint import coordinate, hatch_path, mark_path
from charts.text import width_of, wrap


def overlap(one: Box, other: Box, air: float = 0) -> bool:
    """Whether two boxes share ground, or come closer than `air`."""
    return (
        one.x < other.x + other.width + air
        and other.x < one.x + one.width + air
        and one.y < other.y + other.height + air
        and other.y < one.y + one.height + air
    )


def crosses(line: Line, box: Box, air: float = 0) -> bool:
    """Whether a straight line (or a point: both ends the same) enters the box or comes closer than `air`.

    Liang and Barsky's clipping: the part of the line within each pair of edges, as shares of its length.
    """
    if max(line.x1, line.x2) < box.x - air or min(line.x1, line.x2) > box.x + box.width + air:
        return False  # Most lines are elsewhere altogether.
    enters, leaves = 0.0, 1.0
    for start, end, low, high in (
        (line.x1, line.x2, box.x - air, box.x + box.width + air),
        (line.y1, line.y2, box.y - air, box.y + box.height + air),
    ):
        run = end - start
        if run == 0:
            if not low <= start <= high:
                return False
            continue
        first, last = sorted(((low - start) / run, (high - start) / run))
        enters, leaves = max(enters, first), min(leaves, last)
    return enters <= leaves


def nearest_free(wanted: float, height: float, taken: Sequence[Box], top: float, bottom: float) -> float | None:
    """The top of a column's free stretch of that `height` nearest to `wanted`, between `top` and `bottom`; None if the
    column is full. Only the upright extent of what is `taken` counts."""
    steps = range(int(bottom - top) + 1)
    for place in (wanted + turn * step for step in steps for turn in (-1, 1)):
        if top <= place and place + height <= bottom and all(_clear(place, height, box) for box in taken):
            return place
    return None


def _clear(top: float, height: float, box: Box) -> bool:
    return top + height <= box.y or box.y + box.height <= top


SIGN, SIGN_GAP, KEY_ROW = 16, 6, 18
KEY_TYPE = 12


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A sign over the plot and its words. `kind`: newest, range, unusual, withheld or year-before; `mark` is the path
    of the sign, "" for a range, whose `box` is drawn as the range itself is."""

    kind: str
    box: Box
    mark: str
    label: tuple[Text, ...]


def key(entries: Iterable[tuple[str, str]], y: float, width: float) -> tuple[tuple[KeyEntry, ...], float]:
    """Kinds and words set one after another from the top `y` on, wrapped to `width`; and where they end."""
    x, rows = 0.0, 0
    placed = []
    for kind, words in entries:
        lines = wrap(words, KEY_TYPE, width - SIGN - SIGN_GAP)
        needed = SIGN + SIGN_GAP + max(width_of(line, KEY_TYPE) for line in lines)
        if x and x + needed > width:
            x, y, rows = 0.0, y + KEY_ROW * rows, 0
        rows = max(rows, len(lines))
        box = Box(coordinate(x), coordinate(y + 3), SIGN, 11)
        label = tuple(
            Text(coordinate(x + SIGN + SIGN_GAP), coordinate(y + 13 + KEY_ROW * n), line)
            for n, line in enumerate(lines)
        )
        placed.append(KeyEntry(kind, box, _sign(kind, box), label))
        x += needed + 16
    return tuple(placed), y + KEY_ROW * rows


def _sign(kind: str, box: Box) -> str:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if kind == "range":
        return ""
    if kind == "withheld":
        return hatch_path(box.x, box.y, box.width, box.height, step=4)
    mark, size = {"newest": ("disc", 6), "unusual": ("diamond", 12), "year-before": ("ring", 12)}[kind]
    return mark_path(mark, x, y, size)
