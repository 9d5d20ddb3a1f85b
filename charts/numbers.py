"""British numbers: 14,256 · 9.5% · +266 · −12 (a true minus sign). No locale is asked, so a report's bytes never vary."""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"

Number = int | float | Decimal


def exact(value: Number) -> Decimal:
    """The number as it is written: 0.1 becomes 0.1, not its binary neighbour."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Number, places: int) -> Decimal:
    """To so many decimals, halves away from zero as people round, not to even as computers do."""
    return exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: Number, places: int | None = None) -> str:
    """Thousands by commas. Without `places` the value's own decimals, less the zeros a database column adds."""
    amount = exact(value) if places is None else rounded(value, places)
    if places is None:
        amount = amount.normalize()
        if int(amount.as_tuple().exponent) > 0:
            amount = amount.quantize(Decimal(1))
    # Asked of the rounded amount, so that −0.04 to one decimal is 0.0, not −0.0.
    text = f"{abs(amount):,f}"
    return f"{MINUS}{text}" if amount < 0 else text


def signed(value: Number, places: int | None = None) -> str:
    """A difference: a plus sign in front of a rise, a minus sign in front of a fall, nothing in front of nought."""
    text = number(value, places)
    return f"+{text}" if exact(value) > 0 and text.strip("0.,") else text


def percent(value: Number, places: int = 1) -> str:
    """A percentage, to one decimal unless told otherwise, with no space before the sign, as British usage has it."""
    return f"{number(value, places)}%"


def signed_percent(value: Number, places: int = 1) -> str:
    return f"{signed(value, places)}%"
