"""Which words could tell a withheld number: no count of few people gets through, and what is harmless does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from performance.disclosure import Audience, Cell, disclose
from performance.telling import tells_a_number, tells_few, tells_small
from priorities.periods import Period, PeriodKind

Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
DEATHS = frozenset({"death"})
SPELT = ["one", "two", "three", "four"]
WHO = ["deaths", "people", "young people", "men", "victims", "residents", "school children", "cases", "of them"]
FRAMES = [
    "There were {n} {who} in the quarter.",
    "{n} {who} in Q2 2026/27, in 3 months of work by two teams.",
    "Officers met; {n} {who} were found.",
    "Of the {who} {n} died.",
    "In the two quarters {n} {who}",
    "{n} {who}.",
]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 4), st.booleans(), st.booleans(), st.sampled_from(WHO), st.sampled_from(FRAMES))
def test_a_count_of_few_is_seen_however_it_is_told(
    count: int, spelt: bool, capital: bool, who: str, frame: str
) -> None:
    number = SPELT[count - 1] if spelt else str(count)
    text = frame.format(n=number.capitalize() if capital else number, who=who)
    assert tells_a_number(text, DEATHS), text
    assert tells_small(text, DEATHS), text
    assert tells_few(text), text


@settings(max_examples=100, deadline=None)
@given(
    st.integers(5, 60),
    st.integers(1, 4),
    st.sampled_from(["down by {d}", "{d} fewer than the {b} before", "{p}% down"]),
)
def test_nothing_hidden_can_be_worked_out_from_words(before: int, now: int, frame: str) -> None:
    """Last year's figure is shown, this one is not: a change told in words would be the number."""
    cells = [
        Cell("a", period, Decimal(value), str(value), small_numbers=True)
        for period, value in ((Q2.year_before(), before), (Q2, now))
    ]
    table = disclose(cells, [], Audience.PUBLIC, {"a": "Drug deaths"})
    text = frame.format(d=before - now, b=before, p=round((before - now) * 100 / before))
    assert table.words(f"Deaths were {text}.", "a").hidden, text
    assert table.words(f"Drug deaths were {text}.").hidden, text
    assert table.words(f"Deaths were {text}.", "a", of_action=True).hidden, text
    assert not table.words("Fewer than before, after 3 months of work by two teams.", "a", of_action=True).hidden


@pytest.mark.parametrize(
    "text",
    [
        "Six months under the improvement plan are needed before anything can be said.",
        "The second administrator started only in September.",
        "Two landlords stopped sending it when their staff changed.",
        "Two of four nurses have been given notice.",
        "The laboratory reports of September 2025 are in, and those of Q1 2026/27.",
        "Three joint operations took place on 12 and 13 July 2026.",
        "It costs £38,000, and section 104 asks for it every year.",
        "None of the four priorities names it; no one owns it.",
        "DA-05 is off track, for two-year money ends.",
        "Usually under 5 in a quarter.",
        "Three actions are off track and all three need something that only the Partnership can give.",
        "Three actions for victims are at risk, and one action on young people.",
        "Health attended seven meetings of 13, where victims were heard; housing is absent from one meeting in three.",
        "Two of the six sub-groups speak of perpetrators; three reports name people.",
        "Only one bid was complete and clarification took eight weeks.",
        "Five of eight standards met.",
    ],
)
def test_what_counts_nobody_stays(text: str) -> None:
    assert not tells_a_number(text, DEATHS)
    assert not tells_few(text)


@pytest.mark.parametrize(
    "text",
    [
        "Two landlords’ tenants died.",
        "Three officers were stabbed.",
        "3 school pupils.",
        "Two partners were killed.",
        "Three actions, four victims.",
        "Three reports of rape, and 2 of them in one night.",
        "All three were children.",
        "Three actions were for the three who died.",
        "Three meetings’ victims: all three victims died.",
    ],
)
def test_own_work_is_no_cover_for_harm(text: str) -> None:
    assert tells_a_number(text, DEATHS)
    assert tells_few(text)


def test_the_portals_own_things_are_numbers_where_the_indicator_counts_them() -> None:
    assert tells_a_number("Three reports were made.", {"report"})
    assert not tells_a_number("Three reports were made.", DEATHS)
