"""Before the chair reads a draft, each partner is shown everything that it says of that partner by name."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from actions.rating import Rating
from reports.document import (
    Asked,
    DateMove,
    Difference,
    Document,
    Issue,
    LateUpdate,
    Matter,
    Recommendation,
    SectionWords,
    Since,
    SubGroupText,
)
from reports.document.partner import said_of
from reports.tests.makers import figure, line, quarterly, six_monthly, words

NAME = "Cleveland Police"
DAY = dt.date(2026, 9, 1)
#: The head of a report and what is kept beside the words that are printed.
NOT_TOLD = {"paper", "html", "known", "sums", "definitions", "rules", "queries", "priorities"}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in NOT_TOLD:
                yield from strings(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from strings(one)


def matter(text: str, answer: str = "") -> Matter:
    return Matter(
        "the report",
        "The chair",
        text,
        f"Inspector, {NAME}",
        DAY,
        DAY,
        False,
        None,
        "",
        answer,
        "",
        DAY if answer else None,
    )


def since(*rows: Difference) -> Since:
    return Since("March", None, "There is none.", DAY, rows)


def half_year() -> Document:
    theirs = dataclasses.replace(line(1, Rating.OFF_TRACK), lead=NAME)
    others = dataclasses.replace(
        line(2, Rating.ON_TRACK), said=words(f"{NAME} did not come.", reason=f"It waits for {NAME}.")
    )
    return six_monthly(
        (theirs, others),
        figures=(figure("SHOP", commentary=f"{NAME} counts anew."),),
        recommendations=(
            Recommendation("agree", f"agree the recovery plan for {theirs.ref}", "agree it", (theirs.ref,)),
            Recommendation("ask", f"ask {NAME} for an update", "ask it", ("ASB-09",)),
            Recommendation("note", "note the rest", "note it", ()),
        ),
        last_asked=(Asked(1, f"ask {NAME} for a plan", "ask it", (), "Amended", f"{NAME} has a year.", DAY, "7"),),
        matters=(matter("Why did it rise?"), matter("And why?", f"{NAME} lacked a van.")),
        since=since(
            Difference("recovered", theirs.ref, f"{theirs.ref} was off track and is now at risk."),
            Difference("help_open", others.ref, f"{others.ref}: {NAME} has not answered."),
            Difference("quiet", others.ref, f"{others.ref}: no update of Fire brigade this time."),
        ),
        date_moves=(DateMove(theirs.ref, theirs.title, DAY, DAY, DAY, 1, DAY, "No van."),),
        late_updates=(LateUpdate(theirs.ref, theirs.title, NAME, DAY),),
        sub_group_texts=(SubGroupText("Task group", "ASB", f"{NAME} led the week.", "", DAY, "", True),),
        texts=(SectionWords("introduction", "Introduction", f"Thanks to {NAME}.", "", "Chair", DAY),),
        issues=(Issue("Bikes", f"{NAME} saw more.", "", "All", DAY, "Fire brigade", "New", ""),),
    )


def quarter() -> Document:
    return quarterly(
        (figure("SHOP", commentary=f"{NAME} counts anew."),),
        matters=(matter("Why did it rise?"),),
        since=since(Difference("closed", "ASB-02", f"ASB-02 of {NAME} was off track and was withdrawn.")),
        texts=(SectionWords("introduction", "Introduction", f"Thanks to {NAME}.", "", "Chair", DAY),),
    )


@pytest.mark.parametrize("document", [half_year(), quarter()], ids=["six-monthly", "quarterly"])
def test_every_sentence_that_names_a_partner_is_in_what_it_is_shown(document: Document) -> None:
    shown = "\n".join(strings(said_of(document, {NAME})))
    named = [text for text in strings(document) if NAME in text]
    assert len(named) >= 4
    assert [text for text in named if text not in shown] == []


def test_what_is_about_an_action_it_leads_is_shown_without_its_name_too() -> None:
    shown = "\n".join(strings(said_of(half_year(), {NAME})))
    for sentence in ("To agree the recovery plan for DA-01.", "DA-01 was off track and is now at risk.", "No van."):
        assert sentence in shown
    for other in ("note the rest", "no update of Fire brigade"):
        assert other not in shown


def test_a_name_that_begins_another_is_not_taken_for_it() -> None:
    document = six_monthly((), recommendations=(Recommendation("ask", "ask Cleveland Police Cadets", "", ()),))
    assert said_of(document, {"Police Cadet"}).mentions == ()
    assert not said_of(document, set()).mentions
