"""Who reports to whom: boxes under one another, each joined to the one it reports to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from charts.frame import Frame
from charts.text import listed, wrap

SIZE = 13.0
LINE = 17.0
PAD = 8.0
STEP = 26.0
GAP = 10.0


@dataclass(frozen=True, slots=True)
class Branch:
    """`of` is the key of the branch it reports to, empty for the root; `note` is said under the name."""

    key: str
    name: str
    note: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    y: float
    words: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One body in its place; `joint` is the path of the line to what it reports to, empty for the root."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]
    joint: str

    @property
    def text_x(self) -> float:
        return self.x + PAD


@dataclass(frozen=True, slots=True)
class Tree:
    frame: Frame
    boxes: tuple[Box, ...]


def tree(root: str, branches: Sequence[Branch], *, id_prefix: str, width: float) -> Tree:
    """The root above its branches, in their order, what reports to a branch right under it.

    ValueError when branches report to one another in a ring, or to one that is not there.
    """
    placed: list[Box] = []

    def place(branch: Branch, depth: int, above: Box | None) -> None:
        x = depth * STEP + 1
        y = placed[-1].y + placed[-1].height + GAP if placed else 1.0
        room = width - x - 1
        named = [(words, True) for words in wrap(branch.name, SIZE, room - 2 * PAD, bold=True)]
        noted = [(words, False) for words in wrap(branch.note, SIZE, room - 2 * PAD)]
        lines = tuple(Line(y + PAD + LINE * n + SIZE, words, bold) for n, (words, bold) in enumerate(named + noted))
        height = 2 * PAD + LINE * len(lines)
        joint = (
            f"M{above.x + STEP / 2:g} {above.y + above.height:g}V{y + height / 2:g}H{x:g}" if above is not None else ""
        )
        box = Box(x, y, room, height, lines, joint)
        placed.append(box)
        for under in branches:
            if under.of == branch.key:
                place(under, depth + 1, box)

    place(Branch("", root), 0, None)
    if len(placed) != len(branches) + 1:
        raise ValueError("Some groups report to one another in a ring, or to one that is not there.")
    names = {branch.key: branch.name for branch in branches}
    direct = [branch.name for branch in branches if not branch.of]
    below = [f"{branch.name} reports to {names[branch.of]}" for branch in branches if branch.of]
    said = [f"To the {root} report {listed(direct)}." if direct else f"Nothing reports to the {root}."]
    said += [f"{'. '.join(below)}."] if below else []
    last = placed[-1]
    frame = Frame(id_prefix, width, last.y + last.height + 1, "Who reports to whom", " ".join(said))
    return Tree(frame, tuple(placed))
