"""The action plan in a report stands as it did at its period's end by what was told of it, whatever happened since."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from actions.rating import Rating
from actions.services.lifecycle import move_to_next_plan, reopen, replace, withdraw
from actions.services.proposals import Initiative, accept, propose
from actions.services.structure import edit
from actions.tests.makers import key
from priorities.models import Meeting
from reports.document import RESTRICTED, ActionLine, SixMonthlyDocument, to_json
from reports.snapshot.paper import end_of
from reports.tests.makers import H1_2026, H2_2025, H2_2026, UTC, Town, noon

pytestmark = pytest.mark.django_db

#: After the cut-off of 21 October 2026.
NOVEMBER = dt.date(2026, 11, 5)
END_OF_NOVEMBER = end_of(dt.date(2026, 11, 30))
END_OF_APRIL = end_of(dt.date(2027, 4, 21))


@pytest.fixture
def town() -> Town:
    return Town()


def only(document: SixMonthlyDocument) -> ActionLine:
    (line,) = document.actions
    return line


def numbers(document: SixMonthlyDocument) -> dict[str, tuple[int, int, int | None]]:
    return {count.mark.word: (count.number, count.not_confirmed, count.before) for count in document.counts}


# --- What counts as received ------------------------------------------------------------------------------------------


def test_an_update_of_the_period_confirms_its_rating(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.AT_RISK, dt.date(2026, 10, 9), narrative="Two of five are done.")
    line = only(town.six_monthly())
    assert (line.mark.word, line.confirmed, line.received) == ("At risk", True, True)
    assert line.narrative == "Two of five are done."
    assert line.said
    assert line.said.recovery == "A bid goes in next month."


def test_silence_shows_the_last_known_rating_as_not_confirmed(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.AT_RISK, dt.date(2026, 4, 9), H2_2025, narrative="Said in spring.")
    document = town.six_monthly()
    line = only(document)
    assert (line.mark.word, line.confirmed, line.received) == ("At risk", False, False)
    assert line.last_heard == dt.date(2026, 4, 9)
    assert line.update == "No update received for April to September 2026; last heard 9 April 2026."
    assert line.said
    assert (line.said.about, line.narrative) == ("October 2025 to March 2026", "Said in spring.")
    assert numbers(document)["At risk"] == (1, 1, 1)
    assert [(row.partner, row.owed, row.received, row.silent) for row in document.returns] == [
        ("Fire brigade", 1, 0, ("ASB-01",))
    ]


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (dt.datetime(2026, 10, 21, 22, 59, tzinfo=UTC), True),  # 23:59 in Hartlepool, still the due day
        (dt.datetime(2026, 10, 21, 23, 1, tzinfo=UTC), False),  # a minute past midnight there
    ],
)
def test_the_cut_off_is_the_end_of_the_due_day_by_local_time(town: Town, sent: dt.datetime, received: bool) -> None:
    town.say(town.action(), Rating.ON_TRACK, sent)
    assert only(town.six_monthly()).received is received


def test_an_update_about_the_next_period_says_nothing_here(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 15), H2_2026)
    line = only(town.six_monthly())
    assert (line.mark.word, line.received) == ("Not yet rated", False)


def test_the_newest_of_two_updates_about_the_period_stands(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 2))
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 20))
    assert only(town.six_monthly()).mark.word == "On track"


def test_a_late_update_enters_a_later_version_and_is_named_there(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, NOVEMBER)
    first = town.six_monthly()
    second = town.six_monthly(number=2, cut_off=END_OF_NOVEMBER, reason="The fire brigade's update came late.")
    assert (only(first).received, first.late_updates) == (False, ())
    assert only(second).received is True
    assert [(late.ref, late.partner, late.on) for late in second.late_updates] == [("ASB-01", "Fire brigade", NOVEMBER)]
    assert second.returns[0].late == 1
    assert second.paper.reason == "The fire brigade's update came late."


def test_no_change_counts_apart_and_keeps_the_words_before_it(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025, narrative="All vans are out.")
    town.confirm(action, dt.date(2026, 10, 9))
    document = town.six_monthly()
    line = only(document)
    assert (line.confirmed, line.narrative) == (True, "All vans are out.")
    assert line.latest_words
    assert line.latest_words.on == dt.date(2026, 4, 9)
    assert (document.returns[0].received, document.returns[0].no_change) == (1, 1)


# --- As at the period's end -------------------------------------------------------------------------------------------


def what_came_later(town: Town, action: Action) -> None:
    """In November the date moves, a milestone is ticked, and the action is completed."""
    milestone = action.milestones.get(text="Plan agreed")
    town.say(
        action,
        Rating.AT_RISK,
        NOVEMBER,
        H2_2026,
        new_due_on=dt.date(2027, 6, 30),
        new_due_reason="The vans come in May.",
        milestones_done={milestone.pk: NOVEMBER},
    )
    town.say(action, Rating.COMPLETE, dt.date(2026, 11, 20), H2_2026)


def test_what_happened_after_the_cut_off_is_undone(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9))
    before = to_json(town.six_monthly())
    what_came_later(town, action)
    assert to_json(town.six_monthly()) == before
    line = only(town.six_monthly())
    assert (line.mark.word, line.due_on, line.completed_on) == ("On track", dt.date(2027, 3, 31), None)
    assert next((m.text, m.done_on, m.missed) for m in line.milestones) == ("Plan agreed", None, True)


def test_a_later_cut_off_brings_in_what_was_said_of_the_period_only(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9))
    what_came_later(town, action)
    document = town.six_monthly(number=2, cut_off=END_OF_NOVEMBER, reason="For the trial.")
    line = only(document)
    assert (line.mark.word, line.due_on, line.completed_on) == ("On track", dt.date(2027, 3, 31), None)
    assert (document.date_moves, document.completed) == ((), ())
    # The same told of this period does count.
    other = town.action("ASB-02")
    town.say(other, Rating.AT_RISK, NOVEMBER, new_due_on=dt.date(2027, 6, 30), new_due_reason="The vans come in May.")
    town.say(other, Rating.COMPLETE, dt.date(2026, 11, 20), completed_on=dt.date(2026, 9, 29))
    document = town.six_monthly(number=2, cut_off=END_OF_NOVEMBER, reason="For the trial.")
    line = document.by_ref["ASB-02"]
    assert (line.mark.word, line.due_on, line.completed_on) == (
        "Complete",
        dt.date(2027, 6, 30),
        dt.date(2026, 9, 29),
    )
    assert [(move.ref, move.old, move.new, move.reason, move.times) for move in document.date_moves] == [
        ("ASB-02", dt.date(2027, 3, 31), dt.date(2027, 6, 30), "The vans come in May.", 1)
    ]
    assert [change.ref for change in document.completed] == ["ASB-02"]


#: After the end of the period, before the cut-off of its report.
BETWEEN = dt.date(2026, 10, 13)


def test_a_date_moved_after_the_end_for_the_next_period_is_still_missed_at_the_end(town: Town) -> None:
    action = town.action(due_on=dt.date(2026, 8, 31))
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 2))
    town.say(
        action, Rating.OFF_TRACK, BETWEEN, H2_2026, new_due_on=dt.date(2027, 3, 1), new_due_reason="The bid was lost."
    )
    document = town.six_monthly()
    line = only(document)
    assert (line.due_on, line.overdue_days, line.said.about) == (  # type: ignore[union-attr]
        dt.date(2026, 8, 31),
        30,
        "April to September 2026",
    )
    assert document.date_moves == ()
    # What one report leaves out the next one tells.
    following = town.six_monthly(H2_2026)
    assert only(following).due_on == dt.date(2027, 3, 1)
    assert [move.new for move in following.date_moves] == [dt.date(2027, 3, 1)]


def test_a_date_moved_after_the_end_in_words_about_the_period_counts(town: Town) -> None:
    action = town.action(due_on=dt.date(2026, 8, 31))
    town.say(action, Rating.AT_RISK, BETWEEN, new_due_on=dt.date(2027, 3, 1), new_due_reason="The bid was lost.")
    document = town.six_monthly()
    assert (only(document).due_on, only(document).overdue_days) == (dt.date(2027, 3, 1), 0)
    assert town.six_monthly(H2_2026).date_moves == ()


def test_a_move_for_the_next_period_between_two_that_count_does_not_hide_the_last(town: Town) -> None:
    action = town.action(due_on=dt.date(2026, 8, 31))
    days = (dt.date(2027, 1, 31), dt.date(2027, 2, 28), dt.date(2027, 3, 31))
    for number, (day, period) in enumerate(zip(days, (H1_2026, H2_2026, H1_2026), strict=True)):
        town.say(
            action,
            Rating.AT_RISK,
            BETWEEN + dt.timedelta(days=number),
            period,
            new_due_on=day,
            new_due_reason="It takes longer.",
        )
    assert only(town.six_monthly()).due_on == days[2]


def test_a_completion_after_the_end_told_of_the_next_period_is_the_next_reports(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 2))
    town.say(action, Rating.COMPLETE, BETWEEN, H2_2026)
    document = town.six_monthly()
    assert (only(document).mark.word, only(document).completed_on, document.completed) == ("On track", None, ())
    following = town.six_monthly(H2_2026)
    assert [(change.ref, change.on) for change in following.completed] == [("ASB-01", BETWEEN)]


def test_a_completion_by_the_end_is_one_whenever_it_was_told_and_in_its_own_words(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 2), achievement="Twenty vans run.")
    town.say(
        action, Rating.COMPLETE, BETWEEN, H2_2026, completed_on=dt.date(2026, 9, 28), achievement="All thirty vans run."
    )
    document = town.six_monthly()
    assert (only(document).mark.word, only(document).completed_on) == ("Complete", dt.date(2026, 9, 28))
    assert [(change.on, change.text) for change in document.completed] == [
        (dt.date(2026, 9, 28), "All thirty vans run.")
    ]


def test_a_milestone_reached_by_the_end_is_reached_whenever_it_was_told(town: Town) -> None:
    action = town.action()
    agreed, done = action.milestones.all()
    ticked = {agreed.pk: dt.date(2026, 9, 20), done.pk: dt.date(2026, 10, 5)}
    town.say(action, Rating.ON_TRACK, BETWEEN, H2_2026, milestones_done=ticked)
    milestones = {milestone.text: milestone.done_on for milestone in only(town.six_monthly()).milestones}
    assert milestones == {"Plan agreed": dt.date(2026, 9, 20), "Work done": None}


def test_a_withdrawal_after_the_end_is_the_next_reports(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 2))
    withdraw(action=action, by=town.coordinator, at=noon(BETWEEN), reason="The grant ended.")
    document = town.six_monthly()
    assert (only(document).mark.word, document.closed) == ("On track", ())
    following = town.six_monthly(H2_2026)
    assert only(following).mark.word == "Closed"
    assert [(change.what, change.text) for change in following.closed] == [("Withdrawn", "The grant ended.")]


def test_a_completion_reopened_since_is_still_complete_in_its_report(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.COMPLETE, dt.date(2026, 10, 9), completed_on=dt.date(2026, 8, 3))
    before = to_json(town.six_monthly())
    reopen(action=action, by=town.coordinator, at=noon(NOVEMBER), reason="Not all of it was done.")
    line = only(town.six_monthly())
    assert (line.mark.word, line.completed_on) == ("Complete", dt.date(2026, 8, 3))
    assert to_json(town.six_monthly()) == before
    following = town.six_monthly(H2_2026)
    assert only(following).mark.word == "Not yet rated"
    assert [(change.what, change.text) for change in following.closed] == [("Reopened", "Not all of it was done.")]


def test_a_reopening_that_words_about_the_period_follow_puts_the_report_right(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.COMPLETE, dt.date(2026, 10, 9))
    reopen(action=action, by=town.coordinator, at=noon(NOVEMBER), reason="Not all of it was done.")
    town.say(action, Rating.AT_RISK, dt.date(2026, 11, 9))
    later = town.six_monthly(number=2, cut_off=END_OF_NOVEMBER, reason="It was not complete.")
    assert (only(later).mark.word, only(later).received, later.completed) == ("At risk", True, ())


def test_what_is_replaced_or_moved_says_where_it_goes_on(town: Town) -> None:
    first, second = town.action("ASB-01"), town.action("ASB-02")
    on = noon(dt.date(2026, 8, 3))
    replace(action=first, successor=second, by=town.coordinator, at=on, reason="They are one.")
    move_to_next_plan(action=second, by=town.coordinator, at=on, reason="Three more years.")
    assert [(change.ref, change.what, change.text) for change in town.six_monthly().closed] == [
        ("ASB-01", "Replaced", "It goes on as ASB-02. They are one."),
        ("ASB-02", "Moved to the next plan", "Three more years."),
    ]


def test_an_accepted_proposal_is_new_in_the_report_and_says_why_and_where_from(town: Town) -> None:
    held = dt.date(2026, 8, 3)
    proposal = propose(
        plan=town.plan,
        initiative=Initiative(
            title="Alley gates",
            why="Forty calls since May.",
            priority=town.priority,
            sub_group=town.sub_group,
            lead_partner=town.housing,
            starts_on=dt.date(2026, 9, 1),
            due_on=dt.date(2027, 2, 28),
            measure_of_success="Half the calls.",
        ),
        by=town.supporter,
        at=noon(dt.date(2026, 7, 1)),
        today=dt.date(2026, 7, 1),
        submission_key=key(900),
    )
    meeting = Meeting.objects.create(plan=town.plan, date=held)
    accept(proposal=proposal, by=town.coordinator, at=noon(held), today=held, revision=1, meeting=meeting)
    document = town.six_monthly()
    assert [(change.ref, change.on, change.what, change.text) for change in document.added] == [
        ("ASB-01", held, "New initiative", "Forty calls since May.")
    ]
    assert only(document).source == "new initiative, agreed at the Partnership meeting, 3 August 2026"


def test_what_was_edited_since_reads_as_it_did_at_the_cut_off(town: Town) -> None:
    action = town.action(due_on=dt.date(2027, 3, 31), reoffending_focus=True)
    before = only(town.six_monthly())
    edit(
        action=action,
        by=town.coordinator,
        at=noon(NOVEMBER),
        revision=1,
        reason="The plan was read again.",
        changes={
            "title": "Another title",
            "description": "Other words.",
            "measure_of_success": "Another measure.",
            "lead_partner": town.housing,
            "supporting": [],
            "starts_on": dt.date(2026, 6, 1),
            "due_on": None,
            "review_on": dt.date(2027, 1, 1),
            "reoffending_focus": False,
        },
    )
    after = only(town.six_monthly())
    # Who supports an action reads as today: docs/decisions/0003.
    assert dataclasses.replace(after, supporting=before.supporting) == before
    # A later version takes later words about the period; the action itself still reads as at the period's end.
    later = only(town.six_monthly(number=2, cut_off=END_OF_NOVEMBER, reason="For the trial."))
    assert dataclasses.replace(later, supporting=before.supporting) == before
    following = only(town.six_monthly(period=H2_2026, cut_off=END_OF_APRIL))
    assert (following.title, following.lead, following.due_on, following.reoffending) == (
        "Another title",
        "Housing group",
        None,
        False,
    )


def test_an_action_added_after_the_end_is_left_out(town: Town) -> None:
    town.action("ASB-01")
    town.action("ASB-02", origin=Action.Origin.INITIATIVE, at=noon(dt.date(2026, 8, 3)))
    town.action("ASB-03", origin=Action.Origin.INITIATIVE, at=noon(NOVEMBER))
    town.action("ASB-04", origin=Action.Origin.INITIATIVE, at=noon(BETWEEN))
    document = town.six_monthly()
    assert [line.ref for line in document.actions] == ["ASB-01", "ASB-02"]
    assert [(change.ref, change.on) for change in document.added] == [("ASB-02", dt.date(2026, 8, 3))]
    assert {change.ref for change in town.six_monthly(H2_2026).added} == {"ASB-03", "ASB-04"}


def test_overdue_is_judged_at_the_periods_end(town: Town) -> None:
    due_then = town.action("ASB-01", due_on=dt.date(2026, 9, 30))
    due_before = town.action("ASB-02", due_on=dt.date(2026, 8, 31))
    for action in (due_then, due_before):
        town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9), reason="Nearly there.")
    on_time, late = town.six_monthly().actions
    assert (on_time.overdue_days, on_time.disagreement) == (0, "On track, but 1 milestone missed.")
    assert (late.overdue_days, late.disagreement) == (30, "On track, but due 30 days ago.")


# --- Against the period before ----------------------------------------------------------------------------------------


def test_brackets_are_what_the_last_report_knew_at_its_own_cut_off(town: Town) -> None:
    better, worse, late = town.action("ASB-01"), town.action("ASB-02"), town.action("ASB-03")
    town.say(better, Rating.OFF_TRACK, dt.date(2026, 4, 9), H2_2025)
    town.say(worse, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    # Eight days after March's updates were due: no report on that period can have known it.
    town.say(late, Rating.OFF_TRACK, dt.date(2026, 4, 29), H2_2025)
    for action, rating in ((better, Rating.ON_TRACK), (worse, Rating.OFF_TRACK), (late, Rating.OFF_TRACK)):
        town.say(action, rating, dt.date(2026, 10, 9))
    document = town.six_monthly()
    assert document.before_label == "March"
    assert numbers(document) == {"Off track": (2, 0, 1), "Not yet rated": (0, 0, 1), "On track": (1, 0, 1)}
    assert (document.moves.worsened, document.moves.recovered) == (("ASB-02",), ("ASB-01",))


def test_the_first_report_has_nothing_to_compare_with(town: Town) -> None:
    town.action()
    first = town.six_monthly(H1_2026.year_before().year_before())
    assert first.before_label == ""
    assert [count.before for count in first.counts] == [None]


def test_since_when_counts_the_unbroken_run_and_ends_with_the_period(town: Town) -> None:
    long_run, new = town.action("ASB-01"), town.action("ASB-02")
    town.say(long_run, Rating.AT_RISK, dt.date(2026, 4, 9), H2_2025)
    town.say(long_run, Rating.AT_RISK, dt.date(2026, 10, 9))
    town.say(new, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    town.say(new, Rating.AT_RISK, dt.date(2026, 10, 9))
    assert [line.since for line in town.six_monthly().actions] == [dt.date(2026, 4, 9), dt.date(2026, 9, 30)]


# --- What stays inside ------------------------------------------------------------------------------------------------


def test_restricted_words_never_enter_the_document(town: Town) -> None:
    secret = "the house behind the mill"
    told = dict.fromkeys(("narrative", "reason", "recovery", "help_wanted", "new_due_reason"), f"About {secret}.")
    action = town.action()
    town.say(
        action,
        Rating.OFF_TRACK,
        dt.date(2026, 10, 9),
        **told,
        help_wanted_from=town.housing,
        new_due_on=dt.date(2027, 5, 31),
        restricted=True,
    )
    town.add_words(action, dt.date(2026, 10, 10), f"We too know {secret}.", restricted=True)
    closed = town.action("ASB-02")
    town.say(closed, Rating.COMPLETE, dt.date(2026, 10, 9), achievement=f"Moved from {secret}.", restricted=True)
    document = town.six_monthly()
    assert secret not in to_json(document)
    line = document.by_ref["ASB-01"]
    assert (line.mark.word, line.narrative, line.supporters[0].restricted) == ("Off track", RESTRICTED, True)
    assert document.date_moves[0].reason == RESTRICTED
    assert document.completed[0].text == RESTRICTED


def test_the_same_words_unrestricted_do_enter(town: Town) -> None:
    action = town.action()
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 9), narrative="About the house behind the mill.")
    town.add_words(action, dt.date(2026, 10, 10), "We know the house behind the mill too.")
    line = only(town.six_monthly())
    assert line.narrative == "About the house behind the mill."
    assert [words.narrative for words in line.supporters] == ["We know the house behind the mill too."]


def test_people_are_told_by_job_title_and_not_by_name(town: Town) -> None:
    town.officer.name, town.officer.job_title = "Somebody Inparticular", "District manager"
    town.officer.save()
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9))
    document = town.six_monthly()
    assert "Inparticular" not in to_json(document)
    assert only(document).owner == "District manager"
    assert only(document).said.by == "District manager, Fire brigade"  # type: ignore[union-attr]


# --- What the Partnership is asked ------------------------------------------------------------------------------------


def test_recommendations_are_made_of_the_facts(town: Town) -> None:
    helped, bare, risky, _quiet, fine = (town.action(f"ASB-0{n}") for n in range(1, 6))
    day = dt.date(2026, 10, 9)
    wanted = {"help_wanted": "Two officers on Fridays.", "help_wanted_from": town.housing}
    town.say(helped, Rating.OFF_TRACK, day, **wanted)
    town.say(bare, Rating.OFF_TRACK, day, recovery="")
    town.say(risky, Rating.AT_RISK, day, **wanted)
    town.say(fine, Rating.ON_TRACK, day)
    assert [item.text for item in town.six_monthly().recommendations] == [
        "agree the recovery plan for ASB-01 Action ASB-01, and answer its request for help from Housing group: "
        "Two officers on Fridays",
        "ask Fire brigade for a recovery plan for ASB-02 Action ASB-02",
        "decide on the help asked of Housing group for ASB-03 Action ASB-03: Two officers on Fridays",
        "note that no update was received from Fire brigade (ASB-04), and ask for one",
        "note the progress of the other action",
    ]


def test_the_rest_is_what_nobody_was_named_for(town: Town) -> None:
    """Silent actions are told in the plan's order, whichever partner leads them, and are not the rest."""
    _first, second, _third, fine = (town.action(f"ASB-0{n}") for n in range(1, 5))
    second.lead_partner = town.housing
    second.save()
    town.say(fine, Rating.ON_TRACK, dt.date(2026, 10, 9))
    asked = town.six_monthly().recommendations
    assert [(item.text, item.short, item.refs) for item in asked] == [
        (
            "note that no update was received from Fire brigade (ASB-01, ASB-03) and Housing group (ASB-02), "
            "and ask for one on each",
            "note that no update was received on ASB-01, ASB-02 and ASB-03",
            ("ASB-01", "ASB-02", "ASB-03"),
        ),
        ("note the progress of the other action", "note the progress of the other action", ()),
    ]


def test_exceptions_come_first_worst_first(town: Town) -> None:
    ratings = (Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK)
    for number, rating in enumerate(ratings, start=1):
        town.say(town.action(f"ASB-0{number}"), rating, dt.date(2026, 10, 9))
    town.action("ASB-04")
    asb, drugs = town.six_monthly().priorities
    assert (asb.exceptions, asb.others) == (("ASB-03", "ASB-02", "ASB-04"), ("ASB-01",))
    assert (drugs.name, drugs.exceptions, drugs.others) == ("Drugs and Alcohol", (), ())


def test_what_nobody_judged_is_not_judged_by_the_report(town: Town) -> None:
    notes = {note.heading: note.text for note in town.six_monthly().implications}
    assert notes["Police and Crime Plan"] == notes["Equality, finance and law"]
    assert notes["Equality, finance and law"] == "No statement was recorded for this report."
    assert notes["Section 17"].endswith(
        "(Crime and Disorder Act 1998, section 17). No statement was recorded for this report."
    )


# --- Size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["six_monthly", "quarterly"])
def test_thirty_actions_cost_the_queries_of_three(town: Town, kind: str) -> None:
    def grow(first: int, last: int) -> None:
        for number in range(first, last + 1):
            action = town.action(f"ASB-{number:02}")
            town.say(
                action, Rating.AT_RISK, dt.date(2026, 10, 9), new_due_on=dt.date(2027, 6, 30), new_due_reason="Late."
            )
            indicator = town.indicator(f"I-{number}")
            indicator.priorities.add(town.priority)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            getattr(town, kind)()
        return len(caught)

    grow(1, 3)
    few = queries()
    grow(4, 30)
    assert queries() == few


def test_an_empty_plan_makes_an_empty_report(town: Town) -> None:
    document = town.six_monthly()
    assert (document.actions, document.counts, document.recommendations) == ((), (), ())
    assert dataclasses.is_dataclass(document)
