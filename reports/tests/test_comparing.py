"""Two documents held against each other: each thing that changed is told once, in a sentence, under its own heading."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from actions.rating import Rating
from reports.comparing import actions, compare, figures, headlines, issues
from reports.comparing import told as told_of_the_one_before
from reports.document import (
    HEADINGS,
    ActionLine,
    Correction,
    Document,
    Figure,
    Headline,
    Issue,
    OtherAction,
    Recommendation,
    Settled,
    SubGroupText,
    from_json,
)
from reports.document.since import TextDifference
from reports.tests.makers import figure, line, mark, paper, quarterly, silent, six_monthly, value, words

DATA = Path(__file__).parent / "data"


def kinds(before: ActionLine, after: ActionLine, *, same_period: bool = False) -> list[str]:
    return [row.kind for row in actions([before], [after], same_period=same_period)]


def told(before: ActionLine, after: ActionLine) -> list[str]:
    return [row.text for row in actions([before], [after])]


def changed(given: ActionLine, rating: Rating, **fields: object) -> ActionLine:
    return dataclasses.replace(given, mark=mark(rating), **fields)


FINE = line(2, Rating.ON_TRACK)


# --- Actions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("on_track", "at_risk", ["worsened"]),
        ("on_track", "off_track", ["worsened"]),
        ("at_risk", "off_track", ["worsened"]),
        ("off_track", "at_risk", ["recovered"]),
        ("at_risk", "on_track", ["recovered"]),
        ("at_risk", "at_risk", []),
        ("off_track", "complete", ["completed"]),
        ("not_started", "complete", ["completed"]),
        ("on_track", "closed", ["closed"]),
        ("complete", "closed", ["closed"]),
        ("complete", "at_risk", ["reopened"]),
        ("closed", "unrated", ["reopened"]),
        ("not_started", "on_track", ["started"]),
        ("unrated", "off_track", ["started"]),
        ("not_started", "unrated", ["started"]),
    ],
)
def test_a_pair_of_ratings_is_one_kind_of_move(before: str, now: str, kind: list[str]) -> None:
    assert kinds(changed(FINE, Rating(before)), changed(FINE, Rating(now))) == kind


def test_the_same_document_has_no_difference() -> None:
    for document in (six_monthly(), quarterly()):
        assert compare(document, document) == ()


def test_an_action_is_known_by_its_reference_whatever_it_is_called() -> None:
    renamed = dataclasses.replace(FINE, title="Under another name", lead="Fire and rescue", priority="X")
    assert told(FINE, renamed) == [
        "The title of ASB-02 was “Keep the promise made to street number 2” and is now “Under another name”.",
        "The lead partner of ASB-02 Under another name was “Fire brigade” and is now “Fire and rescue”.",
    ]
    assert "worsened" in kinds(FINE, changed(renamed, Rating.AT_RISK))


def test_what_joined_and_what_is_listed_no_more() -> None:
    other = line(4, Rating.COMPLETE)
    rows = list(actions([FINE], [other]))
    assert [(row.kind, row.key) for row in rows] == [("added", "ASB-04"), ("completed", "ASB-04"), ("gone", "ASB-02")]
    assert rows[0].text == "ASB-04 Keep the promise made to street number 4, led by Fire brigade, is new: complete."


@pytest.mark.parametrize(
    ("before", "now", "row"),
    [
        (dt.date(2027, 3, 31), dt.date(2027, 4, 30), ("dates", "30 days later")),
        (dt.date(2027, 3, 31), dt.date(2027, 3, 30), ("dates", "1 day earlier")),
        (None, dt.date(2027, 3, 31), ("dates", "was ongoing and is now due on 31 March 2027")),
        (dt.date(2027, 3, 31), None, ("facts", "was due on 31 March 2027 and is ongoing now")),
    ],
)
def test_dates_that_moved(before: dt.date | None, now: dt.date | None, row: tuple[str, str]) -> None:
    day = dt.date(2027, 1, 1)
    rows = list(
        actions(
            [dataclasses.replace(FINE, due_on=before, review_on=day)],
            [dataclasses.replace(FINE, due_on=now, review_on=day)],
        )
    )
    assert [found.kind for found in rows] == [row[0]]
    assert row[1] in rows[0].text


def test_who_fell_silent_and_who_was_heard_again() -> None:
    quiet = silent(FINE)
    assert kinds(FINE, quiet) == ["quiet"]
    assert kinds(quiet, FINE) == ["heard"]
    assert kinds(quiet, quiet) == []
    assert told(FINE, quiet)[0].endswith("no update of Fire brigade this time; last heard on 14 March 2026.")
    [row] = actions([quiet], [FINE], same_period=True)
    assert row.text.endswith("the update of Fire brigade has come in.")
    # Where none was owed, the rating may still be confirmed or not.
    free = dataclasses.replace(FINE, owing=False)
    assert kinds(free, dataclasses.replace(free, confirmed=False)) == ["unconfirmed"]
    assert kinds(dataclasses.replace(free, confirmed=False), free) == ["confirmed"]


# --- Help -------------------------------------------------------------------------------------------------------------

MARCH = dt.date(2026, 3, 10)


def asking(*, of: str = "Cleveland Police", on: dt.date = MARCH, text: str = "Late patrols", **fields: object):
    return words("…", help_wanted=text, help_wanted_from=of, on=on, **{"help_state": "none", **fields})


def help_of(requests: tuple, settled: tuple = (), **fields: object) -> ActionLine:
    return dataclasses.replace(FINE, requests=requests, settled=settled, **fields)


@pytest.mark.parametrize(
    ("now", "kind", "words_of_it"),
    [
        (help_of((asking(),)), "help_open", "Cleveland Police has not answered"),
        (help_of((asking(of="The constabulary"),)), "help_open", "The constabulary has not answered"),
        (
            help_of((asking(help_state="will", help_answer="Cleveland Police will help (3 May 2026)."),)),
            "help_answered",
            "Cleveland Police will help (3 May 2026).",
        ),
        (
            help_of((), (Settled("Cleveland Police", MARCH, "done", "Cleveland Police has helped (3 May 2026)."),)),
            "help_answered",
            "has helped (3 May 2026).",
        ),
        (help_of((), (Settled("Cleveland Police", MARCH, "taken_back", "…"),)), "help_dropped", "no longer asked"),
        (help_of(()), "help_dropped", "no longer asked."),
        (help_of((), closed_since="Complete on 2 October."), "help_dropped", "since the action is closed"),
        (help_of((asking(on=dt.date(2026, 9, 1), text="More"),)), "help_open", "Cleveland Police has not answered"),
    ],
    ids=["open", "partner-renamed", "promised", "done", "taken-back", "unknown", "closed", "asked-anew"],
)
def test_each_request_of_the_report_before_is_told_once(now: ActionLine, kind: str, words_of_it: str) -> None:
    rows = list(actions([help_of((asking(),))], [now]))
    assert [row.kind for row in rows] == [kind]
    assert words_of_it in rows[0].text


def test_what_was_answered_for_good_is_not_told_again_and_a_new_request_is() -> None:
    over = help_of((asking(help_state="cannot"),))
    assert kinds(over, help_of(())) == []
    newly = help_of((asking(help_state="cannot"), asking(of="Housing group", on=dt.date(2026, 9, 1))))
    assert told(over, newly) == ["ASB-02 asks Housing group for help."]
    # That a request is still open is no difference between two versions of one report.
    assert kinds(help_of((asking(),)), help_of((asking(),)), same_period=True) == []


# --- Figures, issues and headlines ------------------------------------------------------------------------------------


def judged(**fields: object) -> Figure:
    return figure("SHOP", **{"judged": "usual", "word": "similar", **fields})


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (judged(), judged(judged="unusual", than_usual="worse than usual"), ["unusual", "figure_worse"]),
        (judged(judged="unusual"), judged(), ["usual"]),
        (judged(), judged(word="worse"), ["figure_worse"]),
        (judged(word="worse"), judged(word="better"), ["figure_better"]),
        (judged(word="worse"), judged(), ["figure_eased"]),
        (judged(), judged(now=None, missing="not yet available"), ["figure_missing"]),
        (judged(now=None), judged(), ["figure_there"]),
        (judged(now=None), judged(now=None), []),
        (judged(judged="unusual"), judged(judged="too few points"), ["judged"]),
        (judged(), judged(judged="too few points"), ["judged"]),
        (judged(judged="too few points"), judged(), ["judged"]),
        # What is kept back from whoever compares is not judged for them, and nothing became of it.
        (judged(judged="unusual"), judged(judged="", withheld=True), []),
        (judged(now=None, missing="a", overdue=True), judged(now=None, missing="b"), ["figure_due"]),
        (judged(now=None, missing="a"), judged(now=None, missing="b", period_label="Q4 2026/27"), []),
        # A text from before usual ranges did not judge: nothing became unusual since.
        (judged(judged=""), judged(judged="unusual"), []),
        (judged(), judged(name="By another name"), []),
        (judged(), judged(word="worse", withheld=True), []),
    ],
)
def test_what_became_of_a_figure(before: Figure, now: Figure, expected: list[str]) -> None:
    assert [row.kind for row in figures([before], [now])] == expected


def test_a_verdict_that_is_taken_back_and_a_day_that_moved_are_told_in_sentences_and_sealed_in_no_report() -> None:
    few = figures([judged(judged="unusual")], [judged(judged="too few points")])
    late = judged(now=None, missing="was due from A on 1 May 2026", overdue=True)
    moved = figures([late], [judged(now=None, missing="due from A on 1 July 2026")])
    rows = [*few, *moved]
    assert [row.text for row in rows] == [
        "Offences of kind SHOP, 418 in Q2 2026/27, was unusual and is no longer judged: too few figures make its usual range as it is counted now.",
        "Offences of kind SHOP: Q2 2026/27 is still missing, and no longer overdue.",
    ]
    assert isinstance(rows[1], TextDifference)
    assert (rows[1].was, rows[1].now) == ("was due from A on 1 May 2026", "due from A on 1 July 2026")
    assert told_of_the_one_before(rows) == ()


def test_a_figure_of_one_period_with_another_number_was_corrected() -> None:
    again = judged(now=value("430", "Q3 2026/27"), previous=value("421", "Q2 2026/27"))
    [row] = figures([judged()], [again])
    assert (row.kind, row.text) == ("corrected", "Offences of kind SHOP, Q2 2026/27: was 418, is now 421.")
    noted = judged(corrections=(Correction("Q4 2025/26", "300", "310", "A late file.", MARCH),))
    assert [row.text for row in figures([judged()], [noted])] == [
        "Offences of kind SHOP, Q4 2025/26: was 300, is now 310."
    ]
    assert list(figures([noted], [noted])) == []


def test_indicators_taken_up_and_dropped() -> None:
    rows = list(figures([figure("OLD")], [figure("NEW")]))
    assert [(row.kind, row.key) for row in rows] == [("figure_followed", "NEW"), ("figure_followed", "OLD")]


def issue(title: str, state: str) -> Issue:
    return Issue(title, "…", "", "Anti-Social Behaviour", MARCH, "Fire brigade", state, "")


def test_issues_that_are_new_or_moved_on() -> None:
    rows = list(issues([issue("Bikes", "Watching")], [issue("Bikes", "Closed"), issue("Fires", "New")]))
    assert [row.text for row in rows] == [
        "Bikes (Anti-Social Behaviour) was watching and is now closed.",
        "Fires (Anti-Social Behaviour): new.",
    ]


def headline(rating: Rating, *, confirmed: bool = True, ref: str = "ASB-02") -> Headline:
    return Headline(ref, "Lights", "Fire brigade", mark(rating), confirmed, None, None)


def test_headlines_tell_who_joined_and_left_those_in_trouble() -> None:
    worse = headlines([headline(Rating.AT_RISK)], [headline(Rating.OFF_TRACK)])
    assert [row.text for row in worse] == ["ASB-02 Lights was at risk and is now off track."]
    rows = list(headlines([headline(Rating.AT_RISK)], [headline(Rating.ON_TRACK, confirmed=False, ref="DA-01")]))
    assert [(row.kind, row.key) for row in rows] == [("unconfirmed", "DA-01"), ("gone", "ASB-02")]


@pytest.mark.parametrize(
    ("was", "now", "kind", "sentence"),
    [
        ("off_track", ("on_track", "", None), "recovered", "ASB-02 Lights was off track and is now on track."),
        ("off_track", ("closed", "withdrawn", None), "closed", "ASB-02 Lights was off track and was withdrawn."),
        ("at_risk", ("closed", "replaced", None), "closed", "ASB-02 Lights was at risk and was replaced."),
        (
            "at_risk",
            ("complete", "", MARCH),
            "completed",
            "ASB-02 Lights was at risk and was completed on 10 March 2026.",
        ),
        ("on_track", ("on_track", "", None), "confirmed", "ASB-02 Lights is on track, and was not confirmed before."),
    ],
)
def test_only_what_is_rated_better_recovered_of_what_left_the_headlines(
    was: str, now: tuple[str, str, dt.date | None], kind: str, sentence: str
) -> None:
    rating, became, completed_on = now
    other = OtherAction("ASB-02", "Lights", mark(Rating(rating)), became, completed_on)
    [row] = headlines([headline(Rating(was), confirmed=was != "on_track")], [], now=[other])
    assert (row.kind, row.text) == (kind, sentence)


def test_what_joined_the_headlines_is_told_by_how_it_stood() -> None:
    off = headline(Rating.OFF_TRACK)

    def joins(*was: OtherAction) -> list[str]:
        return [row.kind for row in headlines([], [off], was=was)]

    other = OtherAction("ASB-02", "Lights", mark(Rating.ON_TRACK))
    assert joins(other) == ["worsened"]
    assert joins(dataclasses.replace(other, mark=mark(Rating.COMPLETE))) == ["reopened"]
    assert joins(dataclasses.replace(other, ref="DA-09")) == ["added"]


# --- Whole documents --------------------------------------------------------------------------------------------------


def version(**fields: object) -> Document:
    return six_monthly((FINE,), **fields)


def test_between_versions_words_and_recommendations_are_told_too() -> None:
    said = SubGroupText("Task group", "ASB", "We met.", "", None, "", True)
    first = version(sub_group_texts=(said,), recommendations=(Recommendation("note", "note it", "", ()),))
    second = version(
        sub_group_texts=(dataclasses.replace(said, text="We met twice."),),
        recommendations=(Recommendation("note", "note it well", "", ()), Recommendation("agree", "agree", "", ("X",))),
        actions=(dataclasses.replace(FINE, said=words("Other words.")),),
    )
    assert [row.text for row in compare(first, second)] == [
        "Was to note it; is now to note it well.",
        "New: to agree.",
        "The paragraph of the Task group was changed.",
        "What is said of ASB-02 was changed.",
    ]


def test_of_another_period_all_words_are_new_and_none_are_told() -> None:
    later = version(
        paper=paper(period_start=dt.date(2026, 10, 1), period_end=dt.date(2027, 3, 31)),
        actions=(dataclasses.replace(FINE, said=words("Other words.")),),
    )
    assert compare(version(), later) == ()


def test_differences_come_in_the_order_of_their_headings() -> None:
    before = six_monthly((FINE, line(4, Rating.AT_RISK), line(6, Rating.ON_TRACK)), figures=(judged(),))
    after = six_monthly(
        (changed(FINE, Rating.COMPLETE), line(4, Rating.ON_TRACK), line(6, Rating.OFF_TRACK)),
        figures=(judged(word="worse"),),
        recommendations=(),
    )
    found = [row.kind for row in compare(before, after)]
    assert found == sorted(found, key=list(HEADINGS).index)
    assert {"worsened", "recovered", "completed", "figure_worse"} <= set(found)


@pytest.mark.parametrize(("kind", "now"), [("six-monthly", six_monthly()), ("quarterly", quarterly())])
def test_a_text_from_before_can_be_compared_with_one_of_now(kind: str, now: Document) -> None:
    old = from_json((DATA / f"{kind}-before-usual-ranges.json").read_text(encoding="utf-8"))
    assert all(row.text.endswith(".") for row in (*compare(old, now), *compare(now, old)))


def test_two_kinds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="one kind of report can be compared"):
        compare(six_monthly(), quarterly())
