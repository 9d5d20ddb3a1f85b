"""Figures in a report are those known at its cut-off, and what is missing is said with who owes it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from actions.models import Action
from performance.models import EmergingIssue, Indicator, PrintedFigure
from performance.services.figures import write_commentary
from performance.services.issues import raise_issue, set_issue_state
from priorities.models import Priority
from priorities.periods import Period, PeriodKind
from priorities.tests.makers import make_plan
from reports.document import Figure, to_json
from reports.snapshot.issues import issues as issues_at
from reports.tests.makers import Q2_2026, Town, noon

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 20)
NOVEMBER = dt.date(2026, 11, 5)


@pytest.fixture
def town() -> Town:
    return Town()


def only(town: Town) -> Figure:
    (figure,) = town.quarterly().figures
    return figure


def test_a_quarter_is_judged_against_the_same_quarter_last_year(town: Town) -> None:
    shoplifting = town.indicator()
    town.figure(shoplifting, Q2_2026.year_before(), "393", dt.date(2025, 10, 20))
    town.figure(shoplifting, Q2_2026.previous(), "401", dt.date(2026, 7, 20))
    town.figure(shoplifting, Q2_2026, "418", OCTOBER, provisional=True)
    figure = only(town)
    assert (figure.word, figure.difference, figure.percent) == ("worse", "+25", "+6.4%")
    assert figure.sentence.startswith("worse: up 6.4% on the same quarter last year (Q2 2025/26: 393)")
    assert figure.against_previous.startswith("similar: up 4.2% on the previous quarter (Q1 2026/27: 401)")
    assert figure.now
    assert figure.now.provisional
    assert [point.printed for point in figure.trend] == ["393", "", "", "401", "418"]


def test_a_correction_after_the_cut_off_is_not_known(town: Town) -> None:
    shoplifting = town.indicator()
    first = town.figure(shoplifting, Q2_2026, "418", OCTOBER)
    before = to_json(town.quarterly())
    town.figure(shoplifting, Q2_2026, "390", NOVEMBER, replaces=first, note="28 were counted twice.")
    assert to_json(town.quarterly()) == before
    later = town.quarterly(number=2, cut_off=noon(NOVEMBER), reason="A figure was corrected.")
    assert later.figures[0].now
    assert (later.figures[0].now.printed, later.figures[0].now.corrected) == ("390", True)
    [corrected] = later.figures[0].corrections
    assert (corrected.was, corrected.now, corrected.because) == ("418", "390", "28 were counted twice.")


def test_a_correction_before_the_cut_off_stands_alone(town: Town) -> None:
    shoplifting = town.indicator()
    first = town.figure(shoplifting, Q2_2026, "418", dt.date(2026, 10, 12))
    town.figure(shoplifting, Q2_2026, "390", OCTOBER, replaces=first, note="28 were counted twice.")
    figure = only(town)
    assert figure.now
    assert figure.now.printed == "390"


def test_a_missing_figure_says_who_owes_it_and_when(town: Town) -> None:
    shoplifting = town.indicator(lag_weeks=3)
    town.figure(shoplifting, Q2_2026.previous(), "401", dt.date(2026, 7, 20))
    figure = only(town)
    sentence = "not yet available; was due from Fire brigade on 21 October 2026"
    assert (figure.now, figure.missing, figure.overdue, figure.word) == (None, sentence, True, "no comparison")
    assert figure.latest
    assert (figure.latest.printed, figure.latest.label) == ("401", "Q1 2026/27")


def test_a_figure_that_can_only_be_had_later_gives_way_to_the_one_before(town: Town) -> None:
    """By the cut-off on 22 October nothing of July to September can be had in four weeks' time: nobody owes it yet."""
    shoplifting = town.indicator(lag_weeks=4)
    town.figure(shoplifting, Q2_2026.previous(), "401", dt.date(2026, 7, 20))
    figure = only(town)
    assert figure.now
    assert (figure.now.printed, figure.period_label, figure.missing) == ("401", "Q1 2026/27", "")


def test_commentary_is_the_newest_by_the_cut_off_or_is_asked_for(town: Town) -> None:
    shoplifting, bikes = town.indicator("SHOP", position=1), town.indicator("BIKE", position=2)
    for indicator in (shoplifting, bikes):
        town.figure(indicator, Q2_2026.year_before(), "300", dt.date(2025, 10, 20))
        town.figure(indicator, Q2_2026, "418", OCTOBER)
    for day, text in ((dt.date(2026, 10, 19), "First."), (OCTOBER, "Second."), (NOVEMBER, "Too late.")):
        write_commentary(indicator=shoplifting, period=Q2_2026, text=text, by=town.analyst, at=noon(day))
    told, untold = town.quarterly().figures
    assert (told.commentary, told.commentary_by, told.commentary_wanted_from) == ("Second.", "Borough council", "")
    assert (untold.commentary, untold.commentary_wanted_from) == ("", "Fire brigade")


def test_a_yearly_figure_is_that_of_the_last_whole_year(town: Town) -> None:
    year = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
    survey = town.indicator(unit="%", better=Indicator.Better.HIGHER, frequency=Indicator.Frequency.ANNUAL)
    town.figure(survey, year.previous(), "39.0", dt.date(2025, 7, 1))
    town.figure(survey, year, "36.0", dt.date(2026, 7, 1))
    figure = only(town)
    assert (figure.period_label, figure.word, figure.difference, figure.percent) == (
        "2025/26",
        "worse",
        "−3 points",
        "",
    )
    assert figure.previous is None


def test_similar_areas_are_compared_in_their_own_period(town: Town) -> None:
    shoplifting = town.indicator()
    town.figure(shoplifting, Q2_2026.previous(), "400", dt.date(2026, 7, 20))
    town.figure(shoplifting, Q2_2026, "418", OCTOBER)
    town.similar_areas(
        shoplifting, Q2_2026.previous(), 320, OCTOBER, position=12, group_size=15, basis="the group's average rate"
    )
    # Out in November: the report with October's cut-off cannot have known it.
    town.similar_areas(shoplifting, Q2_2026, 330, NOVEMBER, position=11, group_size=15)
    similar = only(town).similar
    assert similar
    assert (similar.label, similar.average, similar.position) == ("Q1 2026/27", "320", 12)
    assert similar.sentence.startswith("25.0% above")
    assert similar.basis == "the group's average rate"
    later = town.quarterly(number=2, cut_off=noon(dt.date(2026, 11, 30)), reason="Similar areas are out.")
    assert later.figures[0].similar
    assert later.figures[0].similar.average == "330"


def test_a_baseline_in_another_unit_says_which(town: Town) -> None:
    town.indicator(baseline_printed="17.576", baseline_unit="per 1,000 population")
    assert (only(town).baseline, only(town).unit, only(town).baseline_unit) == (
        "17.576",
        "offences",
        "per 1,000 population",
    )


def test_a_priority_that_ended_keeps_its_place_as_long_as_it_has_figures_or_actions(town: Town) -> None:
    ended = {
        code: Priority.objects.create(
            plan=town.plan,
            code=code,
            name=code.title(),
            position=position,
            statement="Done.",
            active_to=dt.date(2026, 8, 31),
        )
        for position, code in enumerate(("MEASURED", "WORKED", "EMPTY"), start=3)
    }
    town.indicator("STILL", all_priorities=False).priorities.add(ended["MEASURED"])
    town.action("WORKED-01", priority=ended["WORKED"])
    document = town.quarterly()
    assert [(part.code, part.codes) for part in document.priorities] == [
        ("ASB", ()),
        ("DA", ()),
        ("MEASURED", ("STILL",)),
        ("WORKED", ()),
    ]


def test_indicators_of_another_plan_or_another_time_stay_out(town: Town) -> None:
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    theirs = Priority.objects.create(plan=other, code="NEW", name="Another", position=1, statement="Later.")
    town.indicator("MINE", all_priorities=False).priorities.add(town.priority)
    town.indicator("THEIRS", all_priorities=False).priorities.add(theirs)
    town.indicator("OLD", active_to=dt.date(2026, 6, 30))
    document = town.quarterly()
    assert [figure.code for figure in document.figures] == ["MINE"]
    assert [(part.code, part.codes) for part in document.priorities] == [("ASB", ("MINE",)), ("DA", ())]


def test_issues_stand_as_at_the_cut_off_and_restricted_ones_are_counted_only(town: Town) -> None:
    def raised(title: str, day: dt.date, *, restricted: bool = False) -> EmergingIssue:
        return raise_issue(
            plan=town.plan, title=title, text=f"{title} grows.", by=town.analyst, at=noon(day), restricted=restricted
        )

    watched = raised("Batteries", dt.date(2026, 9, 1))
    raised("A named street", dt.date(2026, 9, 2), restricted=True)
    raised("Too new", NOVEMBER)
    gone = raised("Long gone", dt.date(2025, 1, 10))
    state = {"by": town.coordinator, "reason": "It is followed elsewhere."}
    set_issue_state(issue=gone, state="closed", at=noon(dt.date(2025, 3, 1)), **state)
    set_issue_state(issue=watched, state="watching", at=noon(NOVEMBER), **state)
    document = town.quarterly()
    assert [(issue.title, issue.state, issue.reason) for issue in document.issues] == [("Batteries", "New", "")]
    assert document.restricted_issues == 1
    assert "A named street" not in to_json(document)
    later = town.quarterly(number=2, cut_off=noon(dt.date(2026, 11, 30)), reason="For the trial.")
    assert [(issue.title, issue.state) for issue in later.issues] == [("Too new", "New"), ("Batteries", "Watching")]


def test_an_issue_is_told_by_its_steps_up_to_the_cut_off(town: Town) -> None:
    """A state of an earlier day stays true however often the issue changes after the cut-off."""
    issue = raise_issue(
        plan=town.plan, title="Batteries", text="They grow.", by=town.analyst, at=noon(dt.date(2026, 9, 1))
    )

    def step(state: str, reason: str, day: dt.date) -> None:
        set_issue_state(issue=issue, state=state, reason=reason, by=town.coordinator, at=noon(day))

    step("watching", "The brigade counts them.", dt.date(2026, 10, 12))
    step("closed", "It passed.", NOVEMBER)
    step("watching", "It is back.", dt.date(2026, 11, 6))
    (told,) = town.quarterly().issues
    assert (told.state, told.reason, told.changed_on) == (
        "Watching",
        "The brigade counts them.",
        dt.date(2026, 10, 12),
    )
    (later,) = town.quarterly(number=2, cut_off=noon(NOVEMBER), reason="For the trial.").issues
    assert (later.state, later.reason, later.answers) == ("Closed", "It passed.", ())
    (newest,) = town.quarterly(number=3, cut_off=noon(dt.date(2026, 11, 30)), reason="Again.").issues
    assert (newest.state, newest.reason, newest.changed_on) == ("Watching", "It is back.", dt.date(2026, 11, 6))


def test_what_was_closed_before_the_last_report_is_told_no_more(town: Town) -> None:
    cut_offs = [noon(dt.date(2026, 7, 20)), noon(OCTOBER)]
    for number, day in enumerate((dt.date(2026, 7, 10), dt.date(2026, 8, 10))):
        issue = raise_issue(plan=town.plan, title=f"Issue {number}", text=".", by=town.analyst, at=noon(day))
        on = noon(day + dt.timedelta(days=2))
        set_issue_state(issue=issue, state="closed", reason="It passed.", by=town.coordinator, at=on)
    told, _ = issues_at(town.plan, cut_offs[0], cut_offs[1])
    assert [(issue.title, issue.state, issue.is_new) for issue in told] == [("Issue 1", "Closed", True)]
    told, _ = issues_at(town.plan, None, cut_offs[1])
    assert [issue.title for issue in told] == ["Issue 1", "Issue 0"]


def test_an_action_that_answers_an_issue_is_named_once_it_is_in_the_plan(town: Town) -> None:
    action = town.action("ASB-09")
    issue = raise_issue(
        plan=town.plan, title="Batteries", text=".", by=town.analyst, at=action.added_at - dt.timedelta(days=1)
    )
    Action.objects.filter(pk=action.pk).update(from_issue=issue)
    ((before,), _), ((after,), _) = (
        issues_at(town.plan, None, at) for at in (action.added_at - dt.timedelta(seconds=1), action.added_at)
    )
    assert (before.answers, after.answers) == ((), ("ASB-09",))


def test_the_plans_table_is_printed_character_for_character(town: Town) -> None:
    common = {"plan": town.plan, "table": "Table 1", "heading": "Acquisitive Crime"}
    PrintedFigure.objects.create(
        **common,
        label="Theft from the Person",
        printed="0.0605",
        printed_average="0.574",
        printed_position="9",
        printed_comparison="Above",
        value=Decimal("0.0605"),
        average=Decimal("0.574"),
        query="Cannot be right as printed.",
        position=1,
    )
    PrintedFigure.objects.create(
        **common,
        label="Robbery - Business",
        printed="0.162",
        printed_average=".0125",
        printed_position="13",
        position=2,
    )
    table = town.quarterly().table
    assert table
    assert [(row.label, row.printed, row.average, row.position, row.query) for row in table.rows] == [
        ("Theft from the Person", "0.0605", "0.574", "9", "Cannot be right as printed."),
        ("Robbery - Business", "0.162", ".0125", "13", ""),
    ]


def test_the_partners_copy_names_what_is_not_for_passing_on(town: Town) -> None:
    town.indicator("OPEN")
    town.indicator("FEW", small_numbers=True)
    town.indicator("RARE", small_numbers=True)
    town.indicator("KEPT", small_numbers=True, publishable=False)
    for document in (town.quarterly(), town.six_monthly()):
        assert [note for note in document.figure_notes if note.startswith("Partners' copy")] == [
            "Partners' copy: small numbers are shown and are not for passing on: Indicator FEW; Indicator RARE.",
            "Partners' copy: these figures are not for publication and not for passing on: Indicator KEPT.",
        ]
