"""The colours, hatching and marks of every chart, defined once.

Text on any of these fills keeps at least 4.5:1. In grey the ratings still stand apart: by the lightness of the fill,
by texture, and by the mark drawn beside every count.
"""

from dataclasses import dataclass

INK = "#0b0c0c"
SOFT_INK = "#484f53"
PAPER = "#ffffff"
BRAND = "#0b5563"
RULE = "#cfd6d9"
OTHER = "#a9b6bb"
RANGE = "#e4edef"
RANGE_EDGE = "#75848a"


@dataclass(frozen=True, slots=True)
class Paint:
    """One palette of line, text and ground colours, as the templates print them."""

    ink: str = INK
    soft_ink: str = SOFT_INK
    paper: str = PAPER
    brand: str = BRAND
    rule: str = RULE
    other: str = OTHER
    range: str = RANGE
    range_edge: str = RANGE_EDGE


PAINT = Paint()


@dataclass(frozen=True, slots=True)
class RatingLook:
    """How one rating is drawn. `ink` is the text on `fill`; `edge` the outline and the hatching; `texture` is ""
    or "upright"; `mark` names a shape of `mark_path`."""

    fill: str
    ink: str
    edge: str
    mark: str
    texture: str = ""


# Keys are the values of actions.rating.Rating; this room lies below actions and may not import it.
RATINGS = {
    "off_track": RatingLook("#941020", PAPER, "#a0101f", "square"),
    "at_risk": RatingLook("#ffc24d", INK, "#8a5a00", "triangle"),
    "on_track": RatingLook("#1a8450", PAPER, "#00703c", "disc"),
    "complete": RatingLook("#c5dcf2", INK, "#144e81", "tick", texture="upright"),
    "not_started": RatingLook(PAPER, INK, "#505a5f", "ring"),
    "closed": RatingLook("#dee3e5", INK, "#505a5f", "dash"),
    "unrated": RatingLook(PAPER, INK, "#505a5f", "cross"),
}


def coordinate(value: float) -> float:
    """A tenth of a unit is finer than any eye or printer here; more digits only make the page heavier."""
    return round(value, 1) + 0.0


def points(*pairs: tuple[float, float]) -> str:
    return " ".join(f"{coordinate(x):g},{coordinate(y):g}" for x, y in pairs)


def mark_path(mark: str, x: float, y: float, size: float) -> str:
    """The path of a mark centred on x, y. Drawn, not typed: no font need carry the sign, and every printer has it."""
    half = size / 2
    if mark == "square":
        half *= 0.86
        return _polygon((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    if mark == "triangle":
        return _polygon((x, y - half), (x + half, y + half * 0.85), (x - half, y + half * 0.85))
    if mark in ("disc", "ring"):
        outer = _circle(x, y, half)
        # The inner circle runs the other way round, so that the usual fill rule leaves a hole.
        return outer if mark == "disc" else f"{outer} {_circle(x, y, half * 0.62, clockwise=False)}"
    if mark == "diamond":
        return _polygon((x, y - half), (x + half, y), (x, y + half), (x - half, y))
    if mark == "tick":
        return _polygon(
            (x - half, y + half * 0.05),
            (x - half * 0.62, y - half * 0.33),
            (x - half * 0.2, y + half * 0.1),
            (x + half * 0.66, y - half * 0.8),
            (x + half, y - half * 0.45),
            (x - half * 0.2, y + half * 0.85),
        )
    if mark == "dash":
        return _polygon(
            (x - half, y - half * 0.2),
            (x + half, y - half * 0.2),
            (x + half, y + half * 0.2),
            (x - half, y + half * 0.2),
        )
    if mark == "cross":
        arm, thick = half * 0.9, half * 0.28
        return " ".join(
            _polygon(
                (x - arm, y - turn * (arm - thick)),
                (x - arm + thick, y - turn * arm),
                (x + arm, y + turn * (arm - thick)),
                (x + arm - thick, y + turn * arm),
            )
            for turn in (1, -1)
        )
    raise ValueError(f"There is no mark called {mark!r}.")


def hatch_path(x: float, y: float, width: float, height: float, step: float = 5) -> str:
    """Diagonal lines over a rectangle, rising to the right, each cut at its edges.

    Explicit lines and no <pattern>: a pattern needs an id and a url() reference, is drawn by WeasyPrint in its own
    coordinates, and prints as a grey wash on some printers.
    """
    lines = []
    # Each line is x + y = a constant; the first and last that touch the rectangle bound the loop.
    offset = step
    while offset < width + height:
        left = (x, y + offset) if offset <= height else (x + offset - height, y + height)
        right = (x + offset, y) if offset <= width else (x + width, y + offset - width)
        lines.append(f"M{points(left)}L{points(right)}")
        offset += step
    return "".join(lines)


def upright_path(x: float, y: float, width: float, height: float, step: float = 6) -> str:
    """Upright lines over a rectangle, evenly spaced from its left edge."""
    lines, at = [], x + step
    while at < x + width - 1:
        lines.append(f"M{points((at, y))}L{points((at, y + height))}")
        at += step
    return "".join(lines)


def _polygon(*corners: tuple[float, float]) -> str:
    return f"M{'L'.join(points(corner) for corner in corners)}Z"


def _circle(x: float, y: float, radius: float, *, clockwise: bool = True) -> str:
    radius = coordinate(radius)
    left, right, sweep = points((x - radius, y)), points((x + radius, y)), int(clockwise)
    arc = f"A{radius:g},{radius:g} 0 1,{sweep} "
    return f"M{left}{arc}{right}{arc}{left}Z"
