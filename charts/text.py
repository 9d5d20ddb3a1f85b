"""How wide a text runs, and where it may break: enough to lay labels out without a font file.

Widths are those of Source Sans 3 Regular in thousandths of the type size, rounded up, so that the fallback
sans-serif, a little wider, still fits.
"""

_NARROW = dict.fromkeys("ijlI.,:;'|!()[] ", 290) | dict.fromkeys("frt-/", 360)
_WIDE = dict.fromkeys("mwMW%@", 860) | dict.fromkeys("ABCDGHKNOQRUVXY&", 650)
_WIDTHS = _NARROW | _WIDE
_USUAL = 530
_BOLD = 1.06


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line in the chart's units. A guess on the generous side."""
    thousandths = sum(_WIDTHS.get(character, _USUAL) for character in text)
    return thousandths / 1000 * size * (_BOLD if bold else 1)


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break between words into lines no wider than `width`; a single longer word keeps its own line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
