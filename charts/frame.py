"""What every chart has: a size, an id prefix, and the two sentences that stand for it where it cannot be seen."""

import re
from dataclasses import dataclass

from charts.paint import PAINT, Paint

WIDE = 640
"""The text width of an A4 page, and of a desktop's main column."""

NARROW = 328
"""What a 360-pixel phone leaves beside its margins: the text keeps its size there, the layout changes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The outer svg element: its size in CSS pixels and its accessible name and description.

    ValueError when `id_prefix` could not be (part of) an id. Two charts on one page need two prefixes.
    """

    id_prefix: str
    width: float
    height: float
    title: str
    description: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", self.id_prefix):
            raise ValueError(f"{self.id_prefix!r} cannot start an id: use a letter, then letters, figures and hyphens.")

    @property
    def paint(self) -> Paint:
        return PAINT

    @property
    def title_id(self) -> str:
        return f"{self.id_prefix}-title"

    @property
    def description_id(self) -> str:
        return f"{self.id_prefix}-desc"

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width:g} {self.height:g}"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text at its baseline. `anchor`: start, middle or end."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
