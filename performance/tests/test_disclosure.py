"""What the public sees must not tell what it does not see: tried by an attacker who takes everything that is printed.

The attacker is written apart from the code he attacks. He knows every text and number printed, what adds up, and that
"<5" means 1 to 4. `test_who_knows_the_rule…` gives him the source code as well: of all worlds there are, those that
would have printed the very same must not agree on any hidden figure.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.numbers import rounded
from performance.comparison import Measure
from performance.disclosure import (
    NOT_COMPARED_TEXT,
    SMALL_TEXT,
    WITHHELD_TEXT,
    WORDS_WITHHELD,
    Audience,
    Cell,
    Hidden,
    Ratio,
    Shown,
    Table,
    Total,
    Where,
    disclose,
)
from performance.telling import tells_a_number
from priorities.periods import Period, PeriodKind

Q1, Q2, Q3, Q4 = YEAR_OF_QUARTERS = [
    Period(PeriodKind.QUARTER, dt.date(year, month, 1)) for year, month in ((2025, 4), (2025, 7), (2025, 10), (2026, 1))
]
YEAR = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
THIS_Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))


def count(key, value, period=Q2, **more):
    more.setdefault("small_numbers", True)
    return Cell(key, period, None if value is None else Decimal(value), str(value), **more)


def percentage(key, of, base, period=Q2, **more):
    value = rounded(Decimal(of) * 100 / Decimal(base), 1)
    more.setdefault("small_numbers", True)
    return Cell(
        key, period, value, f"{value}%", Measure.PERCENTAGE, numerator=Decimal(of), denominator=Decimal(base), **more
    )


def public(cells, *relations) -> Table:
    return disclose(cells, relations, Audience.PUBLIC)


def texts(table: Table) -> dict[str, str]:
    return {key: shown.text for (key, _), shown in table.cells.items()}


# --- The attacker -----------------------------------------------------------------------------------------------------


@dataclass
class Fact:
    """Something printed that rests on the figures at `where`: `tell` of their true values gives what was printed."""

    where: tuple[Where, ...]
    tell: Callable[..., object]
    printed: object


@dataclass
class Careless:
    """What a portal without secondary suppression would print: "<5" for the small ones, and whatever it can work out."""

    cells: dict[Where, Shown]

    def may_derive(self, *where):
        return True


def careless(cells: Iterable[Cell]) -> Careless:
    return Careless(
        {
            cell.where: Shown(SMALL_TEXT) if cell.measure is Measure.COUNT and 0 < cell.value < 5 else
            Shown(WITHHELD_TEXT) if cell.numerator is not None and 0 < cell.numerator < 5 else Shown(cell.printed, cell.value)
            for cell in cells
        }
    )  # fmt: skip


def difference(now, before):
    return now - before


def percent(now, before):
    return None if before == 0 else rounded((now - before) * 100 / before, 1)


def total(*values):
    return sum(values, Decimal(0))


def mean(*values):
    return rounded(total(*values) / len(values), 1)


def upper_limit(*values):
    moves = [abs(b - a) for a, b in itertools.pairwise(values)]
    return rounded(total(*values) / len(values) + Decimal("2.66") * total(*moves) / len(moves), 1)


def is_up(now, before):
    return now > before


def per_1000(population):
    return lambda count: rounded(count * 1000 / population, 3)


def everything_printed(table, cells, derivations) -> list[Fact]:
    """What stands on the page beside the figures themselves, as far as the table lets it."""
    values = {cell.where: cell.value for cell in cells}
    return [
        Fact(where, tell, tell(*(values[place] for place in where)))
        for where, tell in derivations
        if table.may_derive(*where)
    ]


def usual_derivations(key, periods):
    """Of one indicator: each against the one before and a year's before, rolling sums of four, mean and upper limit."""
    places = [(key, period) for period in periods]
    for before, now in itertools.pairwise(places):
        yield from (((now, before), tell) for tell in (difference, percent, is_up))
    for start in range(len(places) - 3):
        yield tuple(places[start : start + 4]), total
    for start in range(len(places) - 1):
        yield tuple(places[start:]), mean
    if len(places) > 1:
        yield tuple(places), upper_limit


class Attacker:
    """Whole numbers, every equation among what adds up, and every fact: which values of a hidden figure are possible?"""

    def __init__(self, table, sums: list[tuple[list[Where], list[Where]]], facts: list[Fact], most: int = 200):
        self.domains = {where: self._domain(shown, most) for where, shown in table.cells.items()}
        self.sums, self.facts = sums, facts
        self.hidden = [where for where, shown in table.cells.items() if shown.value is None]

    @staticmethod
    def _domain(shown, most):
        if shown.text == SMALL_TEXT:
            return 1, 4
        if shown.text in (WITHHELD_TEXT, ""):
            return 0, most
        return int(shown.value), int(shown.value)

    def possible(self, where: Where, enough: int = 2) -> list[int]:
        """Some of the values it might have; fewer than `enough` only when there are no more."""
        low, high = self.domains[where]
        found = []
        for value in range(low, high + 1):
            if self._solve({**self.domains, where: (value, value)}):
                found.append(value)
                if len(found) >= enough:
                    break
        return found

    def pinned(self) -> dict[Where, int]:
        found = {where: self.possible(where) for where in self.hidden}
        assert all(found.values()), (
            "The truth itself was thought impossible: the attacker is wrong, not the table safe."
        )
        return {where: values[0] for where, values in found.items() if len(values) == 1}

    def _solve(self, domains) -> bool:
        domains = self._narrow(dict(domains))
        if domains is None:
            return False
        for fact in self.facts:
            if all(domains[place][0] == domains[place][1] for place in fact.where):
                values = (Decimal(domains[place][0]) for place in fact.where)
                if fact.tell(*values) != fact.printed:
                    return False
        told = {place for fact in self.facts for place in fact.where} | {
            place for left, right in self.sums for place in left + right
        }
        open_ones = [place for place in told if domains[place][0] < domains[place][1]]
        if not open_ones:
            return True
        place = min(open_ones, key=lambda place: (domains[place][1] - domains[place][0], str(place)))
        low, high = domains[place]
        return any(self._solve({**domains, place: (value, value)}) for value in range(low, high + 1))

    def _narrow(self, domains):
        changed = True
        while changed:
            changed = False
            for left, right in self.sums:
                for side, other in ((left, right), (right, left)):
                    for place in side:
                        rest = [p for p in side if p != place]
                        low = sum(domains[p][0] for p in other) - sum(domains[p][1] for p in rest)
                        high = sum(domains[p][1] for p in other) - sum(domains[p][0] for p in rest)
                        new = max(low, domains[place][0]), min(high, domains[place][1])
                        if new[0] > new[1]:
                            return None
                        changed, domains[place] = changed or new != domains[place], new
        return domains


# --- What the attacker can do, and no longer can ----------------------------------------------------------------------

TOWN = [count("knife", 3), count("other", 7), count("violence", 20), count("all", 30)]
TOWN_SUMS = [([("all", Q2)], [("knife", Q2), ("violence", Q2), ("other", Q2)])]
A_YEAR = [count("knife", value, period) for value, period in zip((25, 30, 4, 28), YEAR_OF_QUARTERS, strict=True)]
PLACES = [("knife", period) for period in YEAR_OF_QUARTERS]
WEAK_SPOTS = {
    "a total": (TOWN, [Total("all", ("violence", "other", "knife"))], TOWN_SUMS, [], ("knife", Q2), 3),
    "a year of quarters": (
        [*A_YEAR, count("knife", 87, YEAR)], [], [([("knife", YEAR)], PLACES)], [], ("knife", Q3), 4,
    ),
    "a difference": (A_YEAR, [], [], [((PLACES[3], PLACES[2]), difference)], ("knife", Q3), 4),
    "a percentage": (A_YEAR, [], [], [((PLACES[2], PLACES[1]), percent)], ("knife", Q3), 4),
    "a rolling sum": (A_YEAR, [], [], [(tuple(PLACES), total)], ("knife", Q3), 4),
    "a mean": (A_YEAR, [], [], [(tuple(PLACES), mean)], ("knife", Q3), 4),
    "a usual range": (A_YEAR, [], [], [(tuple(PLACES), upper_limit)], ("knife", Q3), 4),
    "a rate": ([count("knife", 4)], [], [], [((("knife", Q2),), per_1000(92_571))], ("knife", Q2), 4),
    "a direction": (
        [count("knife", 1, Q1), count("knife", 2, Q2), count("knife", 3, Q3), count("knife", 4, Q4)], [], [],
        [((now, before), is_up) for before, now in itertools.pairwise(PLACES)], ("knife", Q3), 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("spot", WEAK_SPOTS)
def test_without_secondary_suppression_the_attacker_finds_the_number(spot):
    cells, _, sums, derivations, where, truth = WEAK_SPOTS[spot]
    table = careless(cells)
    assert Attacker(table, sums, everything_printed(table, cells, derivations)).possible(where) == [truth]


@pytest.mark.parametrize("spot", WEAK_SPOTS)
def test_with_it_every_count_from_1_to_4_stays_possible(spot):
    cells, relations, sums, derivations, where, _ = WEAK_SPOTS[spot]
    table = public(cells, *relations)
    attacker = Attacker(table, sums, everything_printed(table, cells, derivations))
    assert attacker.possible(where, enough=9) == [1, 2, 3, 4]
    assert attacker.pinned() == {}


small = st.one_of(st.integers(0, 6), st.integers(0, 30))
HOW_OFTEN = settings(max_examples=60, deadline=None)


@HOW_OFTEN
@given(
    st.integers(2, 4).flatmap(lambda size: st.tuples(*[st.lists(small, min_size=size, max_size=size)] * 2)), st.data()
)
def test_types_that_add_up_in_two_quarters(world, data):
    names = "abcd"[: len(world[0])]
    kept = data.draw(st.sampled_from(["", *names, "all"]))
    cells, sums, derivations = [], [], []
    for values, period in zip(world, (Q1, Q2), strict=True):
        named = [*zip(names, values, strict=True), ("all", sum(values))]
        cells += [count(name, value, period, publishable=name != kept) for name, value in named]
        sums.append(([("all", period)], [(name, period) for name in names]))
    for key in (*names, "all"):
        derivations += usual_derivations(key, (Q1, Q2))
    table = public(cells, Total("all", tuple(names)))
    assert Attacker(table, sums, everything_printed(table, cells, derivations)).pinned() == {}


@HOW_OFTEN
@given(st.lists(small, min_size=4, max_size=4), st.integers(0, 8))
def test_the_quarters_of_a_year_and_the_one_after(quarters, after):
    periods = [*YEAR_OF_QUARTERS, Q4.next()]
    cells = [count("a", value, period) for value, period in zip([*quarters, after], periods, strict=True)]
    cells.append(count("a", sum(quarters), YEAR))
    table = public(cells)
    sums = [([("a", YEAR)], [("a", period) for period in YEAR_OF_QUARTERS])]
    facts = everything_printed(table, cells, list(usual_derivations("a", periods)))
    assert Attacker(table, sums, facts).pinned() == {}


@HOW_OFTEN
@given(st.lists(small, min_size=4, max_size=4))
def test_totals_that_cross_and_stand_on_one_another(world):
    a, b, c, d = world
    values = {"a": a, "b": b, "c": c, "d": d, "ab": a + b, "cd": c + d, "ac": a + c, "bd": b + d, "all": sum(world)}
    relations = [Total("all", ("ab", "cd")), Total("all", ("ac", "bd"))]
    relations += [Total(whole, tuple(whole)) for whole in ("ab", "cd", "ac", "bd")]
    cells = [count(key, value) for key, value in values.items()]
    sums = [([(r.whole, Q2)], [(part, Q2) for part in r.parts]) for r in relations]
    table = public(cells, *relations)
    assert Attacker(table, sums, []).pinned() == {}


@HOW_OFTEN
@given(st.lists(small, min_size=4, max_size=4), st.data())
def test_a_year_told_by_quarter_and_by_type(quarters, data):
    first = data.draw(st.integers(0, sum(quarters)))
    cells = [count("all", value, period) for value, period in zip(quarters, YEAR_OF_QUARTERS, strict=True)]
    types = {"a": first, "b": sum(quarters) - first}
    cells += [count(key, value, YEAR) for key, value in types.items()]
    # The year's total stands nowhere, and can be had by adding up the quarters.
    sums = [([("all", period) for period in YEAR_OF_QUARTERS], [("a", YEAR), ("b", YEAR)])]
    table = public(cells, Total("all", ("a", "b")))
    assert Attacker(table, sums, []).pinned() == {}


# --- Who knows the rule -----------------------------------------------------------------------------------------------


def worlds_by_print(cells_of, relations, size, top):
    """All worlds of `size` counts up to `top`, by what they print; without those at the rim of what was tried."""
    found: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for world in itertools.product(range(top + 1), repeat=size):
        table = public(cells_of(world), *relations)
        found.setdefault(tuple(shown.text for shown in table.cells.values()), []).append(
            tuple(int(cell.value) for cell in cells_of(world))
        )
    return {print_: worlds for print_, worlds in found.items() if any(max(w[:size]) <= top - 4 for w in worlds)}


SHAPES = {
    "a total of two": (2, 13, lambda w: {"a": w[0], "b": w[1], "t": sum(w)}, [Total("t", ("a", "b"))]),
    "a total of three": (3, 10, lambda w: {**dict(zip("abc", w, strict=True)), "t": sum(w)}, [Total("t", ("a", "b", "c"))]),
    "a total on a total": (
        3, 9, lambda w: {**dict(zip("abc", w, strict=True)), "r": w[0] + w[1], "t": sum(w)},
        [Total("t", ("c", "r")), Total("r", ("a", "b"))],
    ),
    "totals that cross": (
        3, 8,
        lambda w: {**dict(zip("abc", w, strict=True)), "ab": w[0] + w[1], "ac": w[0] + w[2], "t": sum(w)},
        [Total("t", ("ab", "c")), Total("t", ("ac", "b")), Total("ab", ("a", "b")), Total("ac", ("a", "c"))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_who_knows_the_rule_and_tries_every_world_is_left_with_three_values_at_least(shape):
    size, top, values, relations = SHAPES[shape]
    found = worlds_by_print(lambda w: [count(k, v) for k, v in values(w).items()], relations, size, top)
    hidden = 0
    for printed, worlds in found.items():
        for place, text in enumerate(printed):
            if text in (SMALL_TEXT, WITHHELD_TEXT):
                hidden += 1
                assert len({world[place] for world in worlds}) >= 3, (printed, worlds)
    assert hidden > 10


def test_who_knows_the_rule_about_percentages_is_left_with_two_at_least():
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for base in range(1, 26):
        for of in range(base + 1):
            cells = [percentage("share", of, base), count("some", of), count("base", base)]
            printed = tuple(shown.text for shown in public(cells, Ratio("share", "some", "base")).cells.values())
            found.setdefault(printed, []).append((of, base))
    for printed, worlds in found.items():
        if printed[0] == WITHHELD_TEXT:
            assert len({of for of, _ in worlds}) > 1, (printed, worlds)
            assert printed[2] != WITHHELD_TEXT or len({base for _, base in worlds}) > 1, (printed, worlds)


# --- What each audience reads -----------------------------------------------------------------------------------------


def test_partners_see_everything_as_it_was_given():
    cells = [count("a", 3), count("b", 418, publishable=False), percentage("c", 2, 9)]
    table = disclose(cells, [], Audience.PARTNERS)
    assert texts(table) == {"a": "3", "b": "418", "c": "22.2%"}
    assert table.may_derive(("a", Q2), ("b", Q2))
    assert table.words("There were 3.", "a").text == "There were 3."
    assert (table.notes, table.left_out) == ((), ())


def test_the_public_sees_no_count_of_1_to_4_and_sees_nought_as_0():
    table = public([count(str(n), n) for n in range(7)])
    assert texts(table) == {"0": "0", "1": "<5", "2": "<5", "3": "<5", "4": "<5", "5": "5", "6": "6"}
    shown = table.shown("3", Q2)
    assert (shown.value, shown.hidden) == (None, Hidden.SMALL)
    assert shown.sentence == "A count of 1 to 4, so that nobody can be identified."
    assert table.notes == (
        "4 figures are withheld so that nobody can be identified: counts of 1 to 4 are shown as <5, and whatever would "
        "tell one is withheld with them.",
    )


def test_an_indicator_without_the_rule_shows_its_small_numbers():
    table = public([count("fires", 3, small_numbers=False)])
    assert (texts(table), table.notes) == ({"fires": "3"}, ())


def test_the_part_that_stands_last_guards_the_small_one_and_the_total_stays():
    total_ = Total("all", ("violence", "other", "knife"))
    table = public(TOWN, total_)
    assert texts(table) == {"knife": "<5", "other": "withheld", "violence": "20", "all": "30"}
    shown = table.shown("other", Q2)
    assert (shown.value, shown.hidden) == (None, Hidden.SECONDARY)
    assert not any(sign.isdigit() for sign in shown.sentence)


def test_the_total_goes_when_the_parts_alone_cannot_guard():
    table = public([count("a", 1), count("b", 5), count("all", 6)], Total("all", ("a", "b")))
    assert texts(table) == {"a": "<5", "b": "withheld", "all": "withheld"}


def test_a_small_total_of_small_parts_does_not_say_that_it_is_small():
    # Four counts of at least one whose sum is under five could only be one each.
    table = public([*(count(key, 1) for key in "abcd"), count("all", 4)], Total("all", tuple("abcd")))
    assert texts(table) == {"a": "<5", "b": "<5", "c": "<5", "d": "<5", "all": "withheld"}
    assert table.shown("all", Q2).hidden is Hidden.SECONDARY


def test_nought_is_never_a_guard():
    table = public([count("a", 2), count("b", 40), count("c", 0), count("all", 42)], Total("all", ("b", "a", "c")))
    assert texts(table) == {"a": "<5", "b": "withheld", "c": "0", "all": "42"}


def test_what_adds_up_with_an_indicator_under_the_rule_is_under_it_too():
    cells = [count("knife", 3), count("fist", 4, small_numbers=False), count("all", 7, small_numbers=False)]
    assert texts(public(cells, Total("all", ("knife", "fist"))))["fist"] == "<5"
    assert texts(public(cells))["fist"] == "4"


def test_above_a_small_count_totals_on_totals_are_withheld():
    cells = [count("knife", 3), count("fist", 40), count("violence", 43), count("theft", 60), count("all", 103)]
    table = public(cells, Total("violence", ("knife", "fist")), Total("all", ("violence", "theft")))
    assert texts(table) == {
        "knife": "<5", "fist": "40", "violence": "withheld", "theft": "60", "all": "withheld",
    }  # fmt: skip


def test_a_total_that_does_not_equal_its_parts_is_withheld_with_them():
    table = public([count("a", 3), count("b", 20), count("all", 25)], Total("all", ("a", "b")))
    assert texts(table) == {"a": "<5", "b": "withheld", "all": "withheld"}


def test_a_total_with_a_part_still_to_come_may_tell_a_small_one_less():
    cells = [count("a", 3), count("b", None), count("all", 30)]
    table = public(cells, Total("all", ("a", "b")))
    assert texts(table) == {"a": "<5", "b": "None", "all": "30"}
    # ... but no total of 3 or 4, which would leave fewer than four values to think of.
    assert texts(public([count("a", 3), count("b", None), count("all", 3)], Total("all", ("a", "b"))))["all"] == "<5"


def test_a_hidden_quarter_takes_another_of_its_year_with_it():
    table = public([*A_YEAR, count("knife", 87, YEAR)])
    assert [table.shown("knife", period).text for period in YEAR_OF_QUARTERS] == ["25", "30", "<5", "withheld"]
    assert table.shown("knife", YEAR).text == "87"


# --- Rates and percentages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "base", "text"),
    [
        (3, 40, WITHHELD_TEXT),  # three people
        (38, 40, WITHHELD_TEXT),  # all but two
        (2, 3, WITHHELD_TEXT),
        (0, 4, WITHHELD_TEXT),  # none of a group of four
        (0, 40, "0.0%"),
        (40, 40, "100.0%"),
        (5, 40, "12.5%"),
        (35, 40, "87.5%"),
    ],
)
def test_a_percentage_rests_on_a_count_on_the_rest_and_on_its_base(of, base, text):
    assert texts(public([percentage("share", of, base)])) == {"share": text}


def test_a_rate_whose_count_is_not_recorded_is_withheld():
    rate = Cell("deaths", YEAR, Decimal("14.8"), "14.8", Measure.RATE, small_numbers=True)
    shown = public([rate]).shown("deaths", YEAR)
    assert (shown.text, shown.hidden) == (WITHHELD_TEXT, Hidden.SMALL)
    assert shown.sentence == "Withheld because it rests on a small count, or on one that is not recorded."
    known = Cell(
        "deaths", YEAR, Decimal("14.8"), "14.8", Measure.RATE, True, True, Decimal(14), Decimal(94_600)
    )  # fmt: skip
    assert public([known]).shown("deaths", YEAR).text == "14.8"


def test_a_rate_is_withheld_with_the_count_that_guards_another():
    rate = Cell("rate", Q2, Decimal("0.086"), "0.086", Measure.RATE, True, True, Decimal(8), Decimal(92_571))
    cells = [count("a", 3), count("b", 8), count("c", 20), count("all", 31), rate]
    relations = [Total("all", ("c", "a", "b")), Ratio("rate", "b")]
    assert texts(public(cells, *relations))["b"] == WITHHELD_TEXT
    assert texts(public(cells, *relations))["rate"] == WITHHELD_TEXT
    # Nobody said what the rate is worked out from: it may be this very count.
    assert texts(public(cells, relations[0]))["rate"] == WITHHELD_TEXT
    assert texts(public(cells[1:3] + cells[4:]))["rate"] == "0.086"


def test_a_count_is_withheld_with_the_percentage_that_leaves_two_over():
    cells = [percentage("share", 48, 50), count("some", 48), count("base", 50)]
    table = public(cells, Ratio("share", "some", "base"))
    assert texts(table) == {"share": WITHHELD_TEXT, "some": WITHHELD_TEXT, "base": "50"}


def test_shares_of_everything_cannot_be_had_from_the_others():
    cells = [percentage("a", 3, 60), percentage("b", 17, 60), percentage("c", 40, 60)]
    assert set(texts(public(cells)).values()) == {WITHHELD_TEXT}
    assert texts(public(cells[1:])) == {"b": "28.3%", "c": "66.7%"}
    assert public([*cells, percentage("b", 17, 60, THIS_Q2)]).shown("b", THIS_Q2).text == "28.3%"


# --- Not for publication ----------------------------------------------------------------------------------------------


def test_what_is_not_for_publication_is_left_out_and_counted():
    cells = [count("iq", 418, period, publishable=False) for period in (Q1, Q2)]
    table = public([*cells, count("own", 300), count("other", 9, publishable=False)])
    assert table.leaves_out("iq")
    assert not table.leaves_out("own")
    assert table.shown("iq", Q2) == Shown(
        "", None, Hidden.LEFT_OUT, "1 figure is left out because its source is not for publication."
    )
    assert table.notes == ("2 figures are left out because their source is not for publication.",)
    assert not table.may_derive(("iq", Q1))
    assert table.words("Lower than before.", "iq").text == ""


def test_what_is_left_out_cannot_be_had_from_a_total_or_its_parts():
    part = [count("iq", 418, publishable=False), count("own", 300), count("few", 2), count("all", 720)]
    assert texts(public(part, Total("all", ("iq", "own", "few"))))["all"] == WITHHELD_TEXT
    whole = [count("a", 300), count("b", 118), count("iq", 418, publishable=False)]
    assert texts(public(whole, Total("iq", ("a", "b"))))["b"] == WITHHELD_TEXT
    # Even nought is withheld there: two noughts that are shown would tell the third.
    nothing = [count("a", 0), count("b", 0), count("iq", 0, publishable=False)]
    assert texts(public(nothing, Total("iq", ("a", "b")))) == {"a": "0", "b": WITHHELD_TEXT, "iq": ""}


# --- Whatever is worked out -------------------------------------------------------------------------------------------


def test_what_is_worked_out_is_shown_only_when_all_it_rests_on_is():
    cells = [count("a", 12, Q2), count("a", 40, THIS_Q2), count("a", 3, Q3)]
    table = public(cells)
    assert table.derived("+28", ("a", THIS_Q2), ("a", Q2), value=Decimal(28)) == Shown("+28", Decimal(28))
    held = table.derived("+37", ("a", THIS_Q2), ("a", Q3), value=Decimal(37))
    assert (held.text, held.value, held.hidden) == (NOT_COMPARED_TEXT, None, Hidden.SECONDARY)
    assert "37" not in repr(held)


def test_nothing_can_be_worked_out_from_a_figure_nobody_decided_on_or_from_none():
    table = public([count("a", 12), count("b", None)])
    with pytest.raises(LookupError, match=r"Nothing was decided on a for Q1 2025/26\."):
        table.may_derive(("a", Q2), ("a", Q1))
    assert not table.may_derive()
    assert not table.may_derive(("b", Q2))
    assert table.derived("n/a", ("b", Q2)).text == "n/a"


def test_one_figure_given_twice_is_refused():
    with pytest.raises(ValueError, match="a has two figures for Q2 2025/26"):
        public([count("a", 1), count("a", 2)])


def test_the_table_holds_no_hidden_number():
    cells = [count("a", 3), count("b", 777_111), count("all", 777_114), count("iq", 888_222, publishable=False)]
    held = repr(public(cells, Total("all", ("a", "b"))))
    assert "777114" in held
    assert not any(number in held for number in ("777111", "777,111", "777_111", "888222"))


def test_a_printed_figure_that_says_more_than_its_number_prints_the_number():
    told = Cell("a", Q2, Decimal(12), "12 (3 of them twice)", small_numbers=True)
    assert texts(public([told])) == {"a": "12"}
    plain = Cell("a", Q2, Decimal(1234), "1,234", small_numbers=True)
    assert texts(public([plain])) == {"a": "1,234"}


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "There were 3 in the quarter.",
        "Both were known to services.",
        "Down by two on last year.",
        "Up 40% on the same quarter.",
        "It has doubled.",
        "The ٣ cases are closed.",
        "A single offender.",
        "The same number as last year.",
    ],
)
def test_words_that_tell_a_number_are_withheld_where_one_is_hidden(text):
    table = public([count("a", 3), count("b", 300, small_numbers=False)])
    held = table.words(text, "a")
    assert (held.text, held.hidden, held.sentence) == ("", Hidden.SECONDARY, WORDS_WITHHELD)
    assert table.words(text, "b").text == text


def test_words_about_a_relative_are_watched_too():
    table = public(TOWN, Total("all", ("violence", "other", "knife")))
    assert table.words("Of these 3 with a knife.", "all").text == ""


@pytest.mark.parametrize(
    "text", ["Lower after the work of Q2 2025/26 in the town centre.", "From 1 April the recording rules changed."]
)
def test_words_without_a_number_stay(text):
    assert not tells_a_number(text)
    assert public([count("a", 3)]).words(text, "a").text == text
