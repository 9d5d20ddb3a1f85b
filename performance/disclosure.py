"""Small numbers by audience: the one place that decides what of a figure may be seen, on page, in PDF and in CSV.

Partners see every figure as it is. In the public version:

- A figure whose source is not for publication is left out, and a sentence says how many are.
- Of an indicator under the small-number rule, counts of 1 to 4 are shown as "<5"; 0 is shown as 0. A rate or percentage
  is withheld when the count behind it, what is left of its denominator, or the denominator itself is 1 to 4, and when
  count or denominator are not recorded or do not make the figure, because then nobody can tell.
- A rate or percentage is tied to the count it is worked out from, where that is an indicator of its own (`Ratio`). Where
  none is named it might be anybody's: it is withheld for a period for which another figure under the rule is.
- What the plan itself prints (a baseline) is published already and never withheld.
- A second figure is "withheld" wherever the first could be worked out from a total: of types, or of the quarters of a
  year. The choice never looks at a size, only at the order in which a total names its parts: the last is withheld
  first. Hiding "the smallest other part" would give numbers away to whoever reads this rule: of 14 = <5 + withheld + 5
  the parts could only be 4 and 5. Total and parts are tried against each other until every "<5" may be any of 1 to 4.
- Whatever is worked out from figures (a difference, a percentage, a rolling sum, a mean, a usual range, a position, a
  direction in words, the height of a point) is shown only when all the figures it rests on are. It then tells nobody
  anything that the figures themselves do not.

Sources: DOMAIN.md section 3 ("<5" for 1 to 4, nought shown, a second cell withheld); the audit of a table by the range of
values a reader could still think possible is the usual one of statistical disclosure control (cell suppression).

What free text may stay is decided by performance.telling.

What it cannot see: free text that tells a number in a roundabout way, and what was published elsewhere or earlier. A
person reads every public version before it is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import Enum, StrEnum
from types import MappingProxyType

from charts.numbers import number
from performance import telling
from performance.comparison import Measure
from priorities.periods import Period, PeriodKind

FEWEST_SHOWN = 5
"""Counts under this, nought apart, are small."""

SMALL_TEXT = "<5"
WITHHELD_TEXT = "withheld"
NOT_COMPARED_TEXT = "not compared"

SMALL_SENTENCE = "A count of 1 to 4, so that nobody can be identified."
RESTS_ON_SMALL = "Withheld because it rests on a small count, or on one that is not recorded."
SECONDARY_SENTENCE = "Withheld so that no small number can be worked out from it."
NOT_COMPARED_SENTENCE = "Not compared, because a figure it needs is withheld."
WORDS_WITHHELD = "Withheld."
"""Stands for words; why is said once, in the note."""


When = Period | str
"""A reporting period, or a name for a figure that belongs to none ("baseline")."""

Where = tuple[str, When]
"""The place of a figure: the indicator's short code, and the period it is about."""


class Audience(StrEnum):
    PARTNERS = "partners"
    PUBLIC = "public"


class Hidden(StrEnum):
    """Why a figure is not shown."""

    SMALL = "small"
    SECONDARY = "secondary"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it is. `value` is None where there is none yet, and `printed` then says so.

    `numerator` and `denominator` are what a rate or percentage was worked out from. `publishable` is false for sources
    that are not for publication. `printed_in_plan`: everybody can read it there.
    """

    key: str
    period: When
    value: Decimal | None
    printed: str
    measure: Measure = Measure.COUNT
    small_numbers: bool = False
    publishable: bool = True
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    printed_in_plan: bool = False

    @property
    def where(self) -> Where:
        return self.key, self.period


@dataclass(frozen=True, slots=True)
class Total:
    """In every period `whole` is the sum of `parts`, which stand in the order in which they are best kept: the last is
    withheld first.

    A year, half-year and quarter of one count need no Total: they are known to add up.
    """

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """`key` is the rate or percentage worked out from `numerator` and, unless it is a population, `denominator`, which
    are indicators themselves: who knows one can work out the other."""

    key: str
    numerator: str
    denominator: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an audience sees of a figure. Where `hidden` is set, nothing here carries the number: `value` is None, so a
    chart draws a gap, a list cannot be sorted by it, and `text` is what page, PDF and CSV all print."""

    text: str
    value: Decimal | None = None
    hidden: Hidden | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What an audience may see. It holds no hidden number, so it may be stored."""

    audience: Audience
    cells: Mapping[Where, Shown]
    left_out: tuple[str, ...]
    kin: Mapping[str, frozenset[str]]
    ruled: frozenset[str] = frozenset()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def shown(self, key: str, period: When) -> Shown:
        """LookupError for a figure that was not disclosed on: nothing unknown is ever shown."""
        return self._cell((key, period))

    def leaves_out(self, key: str) -> bool:
        """Whether the indicator is not there at all for this audience."""
        return key in self.left_out

    def may_derive(self, *where: Where) -> bool:
        """Whether something worked out from all these figures may be shown. Every one that goes into it must be named;
        LookupError for one that was not disclosed on."""
        cells = [self._cell(place) for place in where]
        return bool(cells) and all(cell.hidden is None and cell.value is not None for cell in cells)

    def derived(self, text: str, *where: Where, value: Decimal | None = None) -> Shown:
        """`text`, worked out from the figures at `where`, as this audience may see it."""
        if self.may_derive(*where):
            return Shown(text, value)
        hidden = [found for place in where if (found := self._cell(place).hidden) is not None]
        if not hidden:  # There is no figure yet: the caller's own words for that tell nothing.
            return Shown(text)
        return Shown(NOT_COMPARED_TEXT, None, Hidden.SECONDARY, NOT_COMPARED_SENTENCE)

    def words(self, text: str, *keys: str, anything: bool = False, of_action: bool = False) -> Shown:
        """Free text about these indicators and whatever else it names, as performance.telling has it. Without keys, and
        with `anything`, it may be about any of them; `of_action`: about an action that is measured by them.
        """
        if self.audience is Audience.PARTNERS or not text:
            return Shown(text)
        if any(self.leaves_out(key) for key in keys):
            return Shown("", None, Hidden.LEFT_OUT, _left_out_sentence(1))
        named = [key for key, topic in self.topics.items() if telling.is_about(text, topic)]
        about = frozenset((*keys, *named)).union(*(self.kin.get(key, frozenset()) for key in (*keys, *named)))
        topic = frozenset().union(*(self.topics.get(key, frozenset()) for key in about))
        if of_action and not telling.mentions(text, topic):
            told = bool(about) and (self.hides(*about) or bool(about & self.ruled)) and telling.tells_small(text, topic)
            return Shown("", None, Hidden.SECONDARY, WORDS_WITHHELD) if told else Shown(text)
        told = (
            (self.hides(*about) and telling.tells_a_number(text, topic))
            or (bool(about & self.ruled) and telling.tells_more(text, self._figures_of(about), topic))
            or (self._hides_others(about) and telling.tells_of_others(text))
            or (anything and bool(self.ruled or self.left_out) and telling.tells_few(text))
        )
        return Shown("", None, Hidden.SECONDARY, WORDS_WITHHELD) if told else Shown(text)

    def hides(self, *keys: str) -> bool:
        """Whether a figure of these indicators themselves is not shown."""
        return any(cell.hidden is not None for (key, _), cell in self.cells.items() if key in keys)

    def _hides_others(self, keys: Collection[str]) -> bool:
        """Whether what others did beside one of these is not shown: its key starts with the indicator's."""
        return any(
            cell.hidden is not None and key.partition(" ")[0] in keys
            for (key, _), cell in self.cells.items()
            if " " in key
        )

    def _figures_of(self, keys: Collection[str]) -> set[float]:
        return {float(cell.value) for (key, _), cell in self.cells.items() if key in keys and cell.value is not None}

    def notes_on(self, *keys: str, words: int = 0) -> tuple[str, ...]:
        """What stands once under the figures of these indicators (none named: of all): how many figures and texts are
        withheld, and why, and how many indicators are left out.
        """
        cells = [cell for (key, _), cell in self.cells.items() if not keys or key.partition(" ")[0] in keys]
        figures = sum(cell.hidden in (Hidden.SMALL, Hidden.SECONDARY) for cell in cells)
        return footnote(figures, words) + (left_out_note(len(self.left_out)) if not keys else ())

    @property
    def notes(self) -> tuple[str, ...]:
        return self.notes_on()

    def _cell(self, where: Where) -> Shown:
        try:
            return self.cells[where]
        except KeyError:
            raise LookupError(f"Nothing was decided on {where[0]} for {where[1]}.") from None


def footnote(figures: int, words: int) -> tuple[str, ...]:
    """The one sentence that says how many figures and texts are withheld, and why; nothing where none is."""
    counted = [(figures, "figure"), (words, "text")]
    what = " and ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counted if count)
    if not what:
        return ()
    verb = "is" if figures + words == 1 else "are"
    return (f"{what} {verb} withheld so that nobody can be identified: {WHY}",)


WHY = f"counts of 1 to 4 are shown as {SMALL_TEXT}, and whatever would tell one is withheld with them."


def left_out_note(count: int) -> tuple[str, ...]:
    return (_left_out_sentence(count),) if count else ()


def disclose(
    cells: Iterable[Cell],
    relations: Iterable[Total | Ratio],
    audience: Audience,
    names: Mapping[str, str] | None = None,
) -> Table:
    """Decide what `audience` may see of these figures.

    `cells` are all figures that are printed or that go into anything printed, every period of every chart and rolling
    sum included; `relations` say which of them add up; `names` what the indicators are called, by key, so that words
    about one are known by its name. ValueError for a figure given twice.
    """
    found = _by_place(cells)
    relations = tuple(relations)
    kin = _kin(relations)
    if audience is Audience.PARTNERS:
        everything = {where: Shown(cell.printed, cell.value) for where, cell in found.items()}
        return Table(audience, MappingProxyType(everything), (), MappingProxyType(kin))
    ruled = frozenset(name for cell in found.values() if cell.small_numbers for name in kin.get(cell.key, {cell.key}))
    # What adds up with an indicator under the small-number rule is under it too: its 3 may be all that the other's 4 is.
    found = {where: replace(cell, small_numbers=cell.key in ruled) for where, cell in found.items()}
    book = _Book(found, relations)
    book.protect()
    left_out = tuple(
        key for key, own in book.by_key.items() if " " not in key and not any(cell.publishable for cell in own.values())
    )
    topics = {
        key: own for key, own in telling.topics(names or {}, kin).items() if own and (key in ruled or key in left_out)
    }
    return Table(
        audience,
        MappingProxyType({where: book.shown(cell) for where, cell in found.items()}),
        left_out,
        MappingProxyType(kin),
        ruled,
        MappingProxyType(topics),
    )


def _by_place(cells: Iterable[Cell]) -> dict[Where, Cell]:
    found: dict[Where, Cell] = {}
    for cell in cells:
        if found.setdefault(cell.where, cell) is not cell:
            raise ValueError(f"{cell.key} has two figures for {cell.period}.")
    return found


def _kin(relations: Sequence[Total | Ratio]) -> dict[str, frozenset[str]]:
    """For each indicator those it is bound to by any chain of totals and ratios, itself included."""
    groups: list[set[str]] = []
    for relation in relations:
        names = {relation.whole, *relation.parts} if isinstance(relation, Total) else _names(relation)
        names.discard("")
        near = [group for group in groups if group & names]
        groups = [group for group in groups if not group & names] + [names.union(*near)]
    return {name: frozenset(group) for group in groups for name in group}


def _names(ratio: Ratio) -> set[str]:
    return {ratio.key, ratio.numerator, ratio.denominator}


def _left_out_sentence(count: int) -> str:
    if count == 1:
        return "1 figure is left out because its source is not for publication."
    return f"{count} figures are left out because their source is not for publication."


# --- What is small ----------------------------------------------------------------------------------------------------


def _few(count: Decimal | None) -> bool:
    return count is not None and count != 0 and count < FEWEST_SHOWN


def _is_small(cell: Cell) -> bool:
    if not cell.small_numbers or cell.value is None:
        return False
    if cell.measure is Measure.COUNT:
        return _few(cell.value)
    if cell.numerator is None or cell.denominator is None:
        # A rate of nought is nobody, whatever it is of; of a percentage nobody can tell how many are left.
        return cell.value != 0 or cell.measure is Measure.PERCENTAGE
    rest = cell.denominator - cell.numerator if cell.measure is Measure.PERCENTAGE else None
    return _few(cell.numerator) or _few(cell.denominator) or _few(rest) or not _makes(cell)


def _makes(cell: Cell) -> bool:
    """Whether count and denominator make the figure, to the last decimal given; a rate may be for any power of ten."""
    assert cell.value is not None and cell.numerator is not None and cell.denominator is not None  # noqa: PT018, S101
    if cell.denominator <= 0 or cell.numerator < 0:
        return False
    exponent = min(int(cell.value.normalize().as_tuple().exponent), 0)
    nearest, made = Decimal(5).scaleb(exponent - 1), cell.numerator / cell.denominator
    powers = (2,) if cell.measure is Measure.PERCENTAGE else range(7)
    return any(abs(made.scaleb(power) - cell.value) <= nearest for power in powers)


def _amount(cell: Cell, value: Decimal) -> Decimal:
    """The count that a reader learns from the figure, its denominator being known."""
    return value if cell.measure is Measure.COUNT or cell.numerator is None else cell.numerator


# --- The audit --------------------------------------------------------------------------------------------------------


class _Level(Enum):
    """How much of a count is printed: the number, that it is 1 to 4, or nothing."""

    NUMBER = 0
    BAND = 1
    NOTHING = 2


@dataclass(slots=True)
class _Count:
    true: Decimal
    level: _Level = _Level.NUMBER
    small_numbers: bool = False
    known: bool = False  # Nobody needs to print it: 100 per cent.
    least: int = 0  # Of a suppressed count: nought is never suppressed, and where a small one would be "<5" it is 5.

    @property
    def hidden(self) -> bool:
        return self.level is not _Level.NUMBER

    @property
    def guards(self) -> bool:
        """Whether hiding it would leave a reader guessing. Nought is shown as 0, here as elsewhere."""
        return not self.hidden and not self.known and self.true != 0

    def could_be(self, value: Decimal) -> bool:
        """Whether a reader who sees only this figure's own text can think of this value."""
        if self.level is _Level.NUMBER:
            return value == self.true
        if self.level is _Level.BAND:
            return 0 < value < FEWEST_SHOWN
        return value >= self.least

    def hide(self) -> None:
        surely_large = self.small_numbers and self.true >= FEWEST_SHOWN
        self.least = FEWEST_SHOWN if surely_large else 1 if self.true >= 1 else 0
        self.level = _Level.NOTHING


@dataclass(frozen=True, slots=True)
class _Sum:
    """The counts at `left` and those at `right` add up to the same. Parts stand on the right."""

    left: tuple[int, ...]
    right: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        return self.left + self.right


SHORTER = {PeriodKind.YEAR: (PeriodKind.HALF_YEAR, PeriodKind.QUARTER), PeriodKind.HALF_YEAR: (PeriodKind.QUARTER,)}
FURTHEST = 12  # How far from its true value a count is moved in looking for other values it might have.
WANTED_OF_BAND, WANTED = 4, 3  # So many values must stay possible: all of 1 to 4; of other hidden figures three.
MOST_STEPS = 2_000  # Of one search. When they do not suffice the count is taken as unprotected and more is hidden.


@dataclass(slots=True)
class _Book:
    """The counts behind the figures, what adds up, and how much of each is printed."""

    found: Mapping[Where, Cell]
    relations: Sequence[Total | Ratio]
    counts: list[_Count] = field(default_factory=list)
    of: dict[Where, int] = field(default_factory=dict)
    sums: list[_Sum] = field(default_factory=list)
    sums_of: dict[int, list[_Sum]] = field(default_factory=dict)
    denominators: dict[Where, int] = field(default_factory=dict)
    doubtful: list[tuple[int, ...]] = field(default_factory=list)
    tangled: list[_Sum] = field(default_factory=list)
    by_key: dict[str, dict[When, Cell]] = field(default_factory=dict)
    periods: dict[str, list[When]] = field(default_factory=dict)  # Of each key, those told by a rate of it included.

    def __post_init__(self) -> None:
        for where, cell in self.found.items():
            self.by_key.setdefault(cell.key, {})[cell.period] = cell
            self.periods.setdefault(cell.key, []).append(cell.period)
            if cell.value is not None:
                self.of[where] = self._add(_Count(_amount(cell, cell.value)))
        for relation in self.relations:
            if isinstance(relation, Ratio):
                self._tie(relation)
        for where, cell in self.found.items():
            if cell.value is not None:
                self._mark(where, cell)
        for key in self.periods:
            self._add_up_times(key)
        for relation in self.relations:
            if isinstance(relation, Total):
                self._add_up(relation)

    def _add(self, count: _Count) -> int:
        self.counts.append(count)
        return len(self.counts) - 1

    def _tie(self, ratio: Ratio) -> None:
        """A ratio and its numerator are one count to whoever knows the denominator; also where that has no figure of its
        own for the period."""
        for period, cell in self.by_key.get(ratio.key, {}).items():
            where, above, below = (ratio.key, period), (ratio.numerator, period), (ratio.denominator, period)
            if where not in self.of:
                continue
            if above in self.of:
                self.of[where] = self.of[above]
            elif cell.numerator is not None:
                self.of[above] = self.of[where]
                self.periods.setdefault(ratio.numerator, []).append(period)
            if below in self.of:
                self.denominators[where] = self.of[below]

    def _mark(self, where: Where, cell: Cell) -> None:
        count = self.counts[self.of[where]]
        count.small_numbers = count.small_numbers or cell.small_numbers
        if cell.printed_in_plan and cell.publishable:
            count.known = True
            return
        small = _is_small(cell)
        if not small and cell.publishable:
            return
        if small and _few(count.true):
            # A rate of a small count prints no "<5", yet whoever knows the rule takes it for one.
            count.level = _Level.BAND if count.level is _Level.NUMBER else count.level
        elif small:
            count.hide()
        else:
            count.level = _Level.NOTHING
        below = self.denominators.get(where)
        if small and below is not None and self.counts[below].true < 2 * FEWEST_SHOWN and self.counts[below].guards:
            # Of a denominator under 10 hardly any numerator is left to think of.
            self.counts[below].hide()

    # What adds up

    def _add_up_times(self, key: str) -> None:
        """The year of a count is the sum of its half-years or quarters, where more than one of them has figures."""
        for period in self.periods[key]:
            cell = self.by_key.get(key, {}).get(period)
            told = cell is None or cell.measure is Measure.COUNT
            if not told or (key, period) not in self.of or not isinstance(period, Period):
                continue
            for kind in SHORTER.get(period.kind, ()):
                inside = self._inside(key, period, kind)
                if inside:
                    complete = len(inside) == period.kind.months // kind.months
                    self._sum((self.of[key, period],), inside, complete=complete)

    def _add_up(self, total: Total) -> None:
        keys = (total.whole, *total.parts)
        for period in dict.fromkeys(period for key in keys for period in self.periods.get(key, ())):
            parts = [self._counts_of(key, period) for key in total.parts]
            right = tuple(count for part, _ in parts for count in part)
            complete = all(whole for _, whole in parts)
            left, left_complete = self._counts_of(total.whole, period)
            if left and right and left_complete:
                self._sum(left, right, complete=complete)

    def _counts_of(self, key: str, period: When) -> tuple[tuple[int, ...], bool]:
        """The counts that make up the figure of this period, and whether they are all there."""
        if (key, period) in self.of:
            return (self.of[key, period],), True
        if not isinstance(period, Period):
            return (), False
        best: tuple[int, ...] = ()
        for kind in SHORTER.get(period.kind, ()):
            inside = self._inside(key, period, kind)
            if len(inside) == period.kind.months // kind.months:
                return inside, True
            best = max(best, inside, key=len)
        return best, False

    def _inside(self, key: str, period: Period, kind: PeriodKind) -> tuple[int, ...]:
        return tuple(
            self.of[key, when]
            for when in self.periods.get(key, ())
            if isinstance(when, Period) and when.kind is kind and period.contains(when.start) and (key, when) in self.of
        )

    def _sum(self, left: tuple[int, ...], right: tuple[int, ...], *, complete: bool) -> None:
        rest = sum((self.counts[i].true for i in left), Decimal(0)) - sum(
            (self.counts[i].true for i in right), Decimal(0)
        )
        if rest < 0 or (complete and rest != 0) or set(left) & set(right) or len(set(left + right)) < len(left + right):
            self.doubtful.append(tuple(i for i in left + right if not self.counts[i].known))
            return
        if not complete:
            right = (*right, self._add(_Count(rest, _Level.NOTHING)))
        one = _Sum(left, right)
        if one in self.sums:
            return
        self.sums.append(one)
        for i in one.members:
            self.sums_of.setdefault(i, []).append(one)

    # What must be hidden with it

    def protect(self) -> None:
        """Hide more, one count at a time, until every hidden one could still be something else."""
        settled: set[int] = set()
        kept = {self.of[where] for where, cell in self.found.items() if where in self.of and not cell.publishable}
        # Beside a "<5" what is left out would be known to within three: its totals are never shown.
        self.tangled = [one for one in self.sums if self._meets_another(one) or kept & set(one.right)]
        for one in self.sums:
            # The sum of what is published could be had from it, even where all of that is nought.
            last = self.counts[one.right[-1]]
            if kept & set(one.left) and not last.hidden and not last.known:
                last.hide()
        while True:
            self._hide_doubtful()
            self._hide_upwards()
            exposed = next(self._exposed(settled), None)
            if exposed is None:
                if self._hide_strangers():
                    continue
                return
            count, sums = exposed
            guard = self._guard(count, sums)
            if guard is None:
                settled.add(count)
            else:
                self.counts[guard].hide()

    def _hide_doubtful(self) -> None:
        """A total that does not equal its parts: nobody can say what could be worked out from it."""
        changed = True
        while changed:
            changed = False
            for members in self.doubtful:
                if any(self.counts[i].hidden for i in members):
                    for i in members:
                        if self.counts[i].guards:
                            self.counts[i].hide()
                            changed = True

    def _hide_strangers(self) -> bool:
        """Rates and percentages of which nobody said what they are worked out from, beside a hidden figure of their time."""
        tied = {relation.key for relation in self.relations if isinstance(relation, Ratio)}
        hidden = [where for where, cell in self.found.items() if cell.small_numbers and self._is_hidden(where)]
        changed = False
        for where, cell in self.found.items():
            stranger = cell.small_numbers and cell.measure is not Measure.COUNT and cell.key not in tied
            if not stranger or where not in self.of or not self.counts[self.of[where]].guards:
                continue
            if any(key != cell.key and _overlap(when, cell.period) for key, when in hidden):
                self.counts[self.of[where]].hide()
                changed = True
        return changed

    def _is_hidden(self, where: Where) -> bool:
        return where in self.of and self.counts[self.of[where]].hidden

    def _meets_another(self, one: _Sum) -> bool:
        return any(len(self.sums_of[i]) > 1 for i in one.members)

    def _hide_upwards(self) -> None:
        """Where totals stand on totals, or cross, each above a hidden count is withheld, whatever the numbers.

        A choice of guards would depend on them there, and its outcome tell who knows this rule what was hidden.
        """
        changed = True
        while changed:
            changed = False
            for one in self.tangled:
                if any(self.counts[i].hidden for i in one.right):
                    for i in one.left:
                        if not self.counts[i].known and self.counts[i].level is not _Level.NOTHING:
                            self.counts[i].hide()
                            changed = True

    def _exposed(self, settled: set[int]) -> Iterator[tuple[int, list[_Sum]]]:
        """Hidden counts with too few values left, each with the sums that leave it so few."""
        for i in dict.fromkeys(self.of.values()):
            if self.counts[i].hidden and i not in settled:
                sums = self._around(i)
                if sums and not self._is_protected(i, sums):
                    yield i, sums

    def _around(self, start: int) -> list[_Sum]:
        """The sums that bear on a count through hidden ones, nearest first."""
        reached, found = [start], dict[_Sum, None]()
        for count in reached:
            for one in self.sums_of.get(count, ()):
                if one not in found:
                    found[one] = None
                    reached += [i for i in one.members if self.counts[i].hidden and i not in reached]
        return list(found)

    def _guard(self, exposed: int, sums: list[_Sum]) -> int | None:
        """What to hide next: a total's "<5" first, then the part that stands last, then the total; the rest of a "<5"
        only when nothing else is left."""
        for one in sums:
            for i in one.left:
                if i != exposed and self.counts[i].level is _Level.BAND:
                    return i
            for side in (one.right, one.left):
                shown = [i for i in side if self.counts[i].guards]
                if shown:
                    return shown[-1]
        bands = [i for s in sums for i in s.members if self.counts[i].level is _Level.BAND]
        return bands[-1] if bands else None

    def _is_protected(self, index: int, sums: list[_Sum]) -> bool:
        count = self.counts[index]
        is_whole = any(index in one.left for one in sums)
        wanted = WANTED_OF_BAND if count.level is _Level.BAND and not is_whole else WANTED
        steps = [Decimal(sign * step) for step in range(1, FURTHEST + 1) for sign in (1, -1)]
        possible = 1
        for step in dict.fromkeys([*steps, -count.true]):
            if step and count.could_be(count.true + step) and self._can_move(index, step, sums):
                possible += 1
                if possible >= wanted:
                    return True
        return False

    def _can_move(self, index: int, step: Decimal, sums: list[_Sum]) -> bool:
        """Whether all sums still hold with this count so much higher, others being moved as their texts allow."""
        left = MOST_STEPS

        def settle(moved: dict[int, Decimal]) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            for one in sums:
                gap = sum((moved.get(i, Decimal(0)) for i in one.left), Decimal(0)) - sum(
                    (moved.get(i, Decimal(0)) for i in one.right), Decimal(0)
                )
                if not gap:
                    continue
                free = [i for i in one.members if self.counts[i].hidden and i not in moved]
                if not free:
                    return False
                # The one that can be anything first.
                i = min(free, key=lambda i: (self.counts[i].level is _Level.BAND, self.counts[i].least))
                full = -gap if i in one.left else gap
                return any(
                    settle({**moved, i: move})
                    for move in ([full] if len(free) == 1 else self._moves(i, full))
                    if self.counts[i].could_be(self.counts[i].true + move)
                )
            return True

        return settle({index: step})

    def _moves(self, index: int, full: Decimal) -> list[Decimal]:
        true = self.counts[index].true
        near = [Decimal(sign * step) for step in range(1, FEWEST_SHOWN) for sign in (1, -1)]
        return list(dict.fromkeys([full, Decimal(0), *near, *(full + n for n in near), -true, FEWEST_SHOWN - true]))

    # What is printed

    def shown(self, cell: Cell) -> Shown:
        if not cell.publishable:
            return Shown("", None, Hidden.LEFT_OUT, _left_out_sentence(1))
        if cell.value is None:
            return Shown(cell.printed)
        count = self.counts[self.of[cell.where]]
        below = self.denominators.get(cell.where)
        if not count.hidden and (below is None or not self.counts[below].hidden):
            return Shown(_as_printed(cell, cell.value), cell.value)
        if cell.measure is Measure.COUNT and count.level is _Level.BAND:
            return Shown(SMALL_TEXT, None, Hidden.SMALL, SMALL_SENTENCE)
        if cell.measure is not Measure.COUNT and _is_small(cell) and count.level is not _Level.NUMBER:
            return Shown(WITHHELD_TEXT, None, Hidden.SMALL, RESTS_ON_SMALL)
        return Shown(WITHHELD_TEXT, None, Hidden.SECONDARY, SECONDARY_SENTENCE)


def _overlap(one: When, other: When) -> bool:
    if isinstance(one, Period) and isinstance(other, Period):
        return one.start <= other.end and other.start <= one.end
    return one == other


def _as_printed(cell: Cell, value: Decimal) -> str:
    """As its owner wrote it; under the small-number rule only if that is the number and nothing beside it ("12 (3 of
    them pending)" tells another)."""
    if not cell.small_numbers or cell.printed_in_plan:
        return cell.printed
    try:
        if Decimal(cell.printed.strip().removesuffix("%").strip().replace(",", "")) == value:
            return cell.printed
    except InvalidOperation:
        pass
    return number(value) + ("%" if cell.measure is Measure.PERCENTAGE else "")
