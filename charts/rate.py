"""An area's rate beside the average of the areas most like it."""

from dataclasses import dataclass
from decimal import Decimal

from charts.numbers import Number, exact, number


@dataclass(frozen=True, slots=True)
class Rate:
    """One row. `rate` and `average` in the same unit, with the text to print for each (left empty: the number).

    `query` is what is to be asked about the figure, in a sentence. It casts doubt on the figure unless `doubted` says
    that it is a remark alone. `group` is the heading it stands under; a heading is printed
    where it changes. `position` among `areas`, 1 the lowest rate. `mark` is a word under the name, such as "outside
    our priorities".
    """

    name: str
    rate: Number
    average: Number
    rate_text: str = ""
    average_text: str = ""
    query: str = ""
    group: str = ""
    position: int | None = None
    areas: int | None = None
    mark: str = ""
    doubted: bool = True

    @property
    def doubtful(self) -> bool:
        return bool(self.query) and self.doubted

    @property
    def times(self) -> Decimal | None:
        """The rate as a multiple of the average; None for an average of nought."""
        average = exact(self.average)
        return exact(self.rate) / average if average else None

    @property
    def printed(self) -> tuple[str, str]:
        return self.rate_text or number(self.rate), self.average_text or number(self.average)

    @property
    def place(self) -> str:
        """ "13 of 15", or "" without a position."""
        if self.position is None:
            return ""
        return f"{self.position} of {self.areas}" if self.areas else str(self.position)
