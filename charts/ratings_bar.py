"""How the actions of each priority stand: one stacked bar a priority, every part labelled with its count.

Readable in black and white: each rating has its own lightness or texture and its own mark, drawn beside its count;
ratings nobody has confirmed in the period are hatched and counted apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.frame import WIDE, Box, Frame, Text
from charts.paint import INK, PAPER, RATINGS, RatingLook, coordinate, hatch_path, mark_path, upright_path
from charts.text import listed, width_of, wrap

TYPE = 13
BAR, GAP, ROW = 24, 2, 34
MARK = 11
BESIDE_FROM = 480
NOT_CONFIRMED = "Hatched: not confirmed"


@dataclass(frozen=True, slots=True)
class RatingCount:
    """How many actions have one rating. `rating` is its value ("on_track"), `word` what people read ("On track").

    `not_confirmed` of the `count` had no update in the period. ValueError when the numbers or the rating cannot be.
    """

    rating: str
    word: str
    count: int
    not_confirmed: int = 0

    def __post_init__(self) -> None:
        if self.rating not in RATINGS:
            raise ValueError(f"{self.rating!r} is no rating; the ratings are {', '.join(RATINGS)}.")
        if not 0 <= self.not_confirmed <= self.count:
            raise ValueError(f"{self.word}: {self.not_confirmed} not confirmed of {self.count} cannot be.")

    @property
    def sentence(self) -> str:
        words = f"{self.count} {self.word[:1].lower()}{self.word[1:]}"
        return f"{words} ({self.not_confirmed} not confirmed)" if self.not_confirmed else words


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One bar: a priority (or sub-group, or partner) and its counts, in the order they are to be drawn."""

    name: str
    counts: tuple[RatingCount, ...]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.counts)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar. `texture` is a path over it in `texture_ink`; `chip` a plain ground under the label, there
    when a texture would run through it."""

    rating: str
    box: Box
    fill: str
    edge: str
    texture: str
    chip: Box | None
    mark: str
    mark_fill: str
    label: Text
    ink: str
    hatched: bool


@dataclass(frozen=True, slots=True)
class Stack:
    name: tuple[Text, ...]
    parts: tuple[Part, ...]
    total: Text


@dataclass(frozen=True, slots=True)
class KeyEntry:
    box: Box
    fill: str
    edge: str
    texture: str
    mark: str
    mark_fill: str
    label: Text


@dataclass(frozen=True, slots=True)
class RatingsBar:
    frame: Frame
    stacks: tuple[Stack, ...]
    key: tuple[KeyEntry, ...]


def ratings_bar(
    rows: Sequence[RatingRow],
    *,
    id_prefix: str,
    title: str,
    things: str = "actions",
    width: float = WIDE,
    pitch: float = ROW,
) -> RatingsBar:
    """Draw one bar a row, all on one scale. ValueError without rows. As high as it needs.

    A part too small for its label is drawn as wide as the label needs and the others give way, so lengths are exact
    only where there is room; the counts always are. `pitch` is from one bar to the next, where names stand beside the bars.
    """
    if not rows:
        raise ValueError("There is nothing to draw: no rows.")
    beside = width >= BESIDE_FROM
    left = coordinate(min(max(width_of(row.name, TYPE) for row in rows), width * 0.32) + 12 if beside else 1)
    total_width = max(width_of(str(row.total), TYPE, bold=True) for row in rows) + 12
    room = width - left - total_width
    longest = max(row.total for row in rows) or 1

    # A pixel in from the edge, so that no outline is cut.
    y = 1.0
    stacks = []
    for row in rows:
        lines = wrap(row.name, TYPE, left - 10) if beside else (row.name,)
        name_y = y + BAR / 2 + 4.5 - 8 * (len(lines) - 1) if beside else y + 13
        bar_y = y if beside else y + 19
        parts = _parts(row, left, bar_y, room * row.total / longest, room)
        end = parts[-1].box.x + parts[-1].box.width if parts else left
        stacks.append(
            Stack(
                tuple(Text(0, coordinate(name_y + 16 * n), line) for n, line in enumerate(lines)),
                parts,
                Text(coordinate(end + 8), coordinate(bar_y + BAR / 2 + 4.5), str(row.total), bold=True)
                if row.total
                else Text(left, coordinate(bar_y + BAR / 2 + 4.5), f"no {things}"),
            )
        )
        # Bars may stand closer than the two lines of a long name.
        y += max(pitch, min(ROW, 16 * len(lines) + 2)) if beside else pitch + 19
    key, height = _key(rows, y + 4, width)
    return RatingsBar(
        frame=Frame(id_prefix, width, coordinate(height), title, _describe(rows, things)),
        stacks=tuple(stacks),
        key=key,
    )


def _parts(row: RatingRow, x: float, y: float, length: float, room: float) -> tuple[Part, ...]:
    pieces = [
        (count.rating, number, hatched)
        for count in row.counts
        for number, hatched in ((count.count - count.not_confirmed, False), (count.not_confirmed, True))
        if number
    ]
    needs = [_label_width(number) + 8 for _, number, _ in pieces]
    widths = _shares([number for _, number, _ in pieces], needs, min(max(length, sum(needs)), room))
    parts = []
    for (rating, number, hatched), width in zip(pieces, widths, strict=True):
        parts.append(_part(rating, number, Box(coordinate(x), y, coordinate(width - GAP), BAR), hatched=hatched))
        x += width
    return tuple(parts)


def _shares(numbers: list[int], needs: list[float], length: float) -> list[float]:
    """Split `length` in proportion to `numbers`, giving none less than it needs while there is room for that."""
    small: set[int] = set()
    while True:
        left = length - sum(needs[place] for place in small)
        rest = sum(number for place, number in enumerate(numbers) if place not in small)
        widths = [needs[place] if place in small else left * number / rest for place, number in enumerate(numbers)]
        short = {place for place, width in enumerate(widths) if place not in small and width < needs[place]}
        if not short or len(small | short) == len(numbers):
            return widths
        small |= short


def _label_width(number: int) -> float:
    return MARK + 4 + width_of(str(number), TYPE, bold=True)


def _part(rating: str, number: int, box: Box, *, hatched: bool) -> Part:
    look = RATINGS[rating]
    ink = INK if hatched else look.ink
    width = _label_width(number)
    start = box.x + (box.width - width) / 2
    middle = box.y + box.height / 2
    textured = hatched or bool(look.texture)
    return Part(
        rating=rating,
        box=box,
        fill=PAPER if hatched else look.fill,
        edge=look.edge,
        texture=_texture(look, box, hatched=hatched),
        chip=Box(coordinate(start - 3), coordinate(middle - 9), coordinate(width + 6), 18) if textured else None,
        mark=mark_path(look.mark, start + MARK / 2, middle, MARK),
        mark_fill=look.edge if hatched or look.ink == INK else look.ink,
        label=Text(coordinate(start + MARK + 4), coordinate(middle + 4.5), str(number), bold=True),
        ink=ink,
        hatched=hatched,
    )


def _texture(look: RatingLook, box: Box, *, hatched: bool) -> str:
    if hatched:
        return hatch_path(box.x, box.y, box.width, box.height)
    if look.texture == "upright":
        return upright_path(box.x, box.y, box.width, box.height)
    return ""


def _key(rows: Sequence[RatingRow], y: float, width: float) -> tuple[tuple[KeyEntry, ...], float]:
    """The key under the bars, wrapped to the width: what occurs, nothing else. Also gives the chart's height."""
    words = {count.rating: count.word for row in rows for count in row.counts if count.count}
    entries = [(rating, words[rating], False) for rating in RATINGS if rating in words]
    if any(count.not_confirmed for row in rows for count in row.counts):
        entries.append(("unrated", NOT_CONFIRMED, True))
    x = 1.0
    key = []
    for rating, word, hatched in entries:
        needed = 24 + width_of(word, TYPE) + 16
        if x > 1 and x + needed - 16 > width:
            x, y = 1.0, y + 24
        key.append(_entry(RATINGS[rating], word, Box(coordinate(x), coordinate(y), 18, 18), hatched=hatched))
        x += needed
    return tuple(key), y + 20


def _entry(look: RatingLook, word: str, box: Box, *, hatched: bool) -> KeyEntry:
    return KeyEntry(
        box=box,
        fill=PAPER if hatched else look.fill,
        edge=look.edge,
        texture=hatch_path(box.x, box.y, box.width, box.height) if hatched else "",
        mark="" if hatched else mark_path(look.mark, box.x + box.width / 2, box.y + box.height / 2, MARK),
        mark_fill=look.edge if look.ink == INK else look.ink,
        label=Text(coordinate(box.x + 24), coordinate(box.y + 13.5), word),
    )


def _describe(rows: Sequence[RatingRow], things: str) -> str:
    sentences = []
    for row in rows:
        parts = [count.sentence for count in row.counts if count.count]
        sentences.append(f"{row.name}: {row.total} {things}{', ' + listed(parts) if parts else ''}.")
    return " ".join(sentences)
