"""The update form through the front door: what is asked, what is recorded, what is refused, and what is said afterwards."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from actions.models import ActionEvent, ProgressUpdate
from actions.tests.makers import Cast, key
from actions.tests.pages import browser, day, filled, on, url

pytestmark = pytest.mark.django_db

#: A rating that asks about troubles and dates, with the reason it needs.
TROUBLED = {"rating": "at_risk", "reason": "No crew."}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_the_form_says_which_period_it_is_about_and_shows_the_last_words(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(narrative="Patrols began."))
        page = officer.get(url(action, "update/")).content.decode()
    assert "April to September 2026" in page
    assert "Updates were asked for by 21 October 2026." in page
    assert "October 2026 to March 2027" in page
    assert "Patrols began." in page
    assert "name no victim, suspect or crime number" in page


def test_an_update_is_recorded_and_the_officer_is_told_what_and_what_next(cast: Cast) -> None:
    action, _ = cast.action("ASB-01"), cast.action("ASB-02")
    with on():
        officer = browser(cast.officer)
        answer = officer.post(url(action, "update/"), filled(), follow=True)
    update = ProgressUpdate.objects.get()
    assert (update.rating, update.narrative, update.by) == ("on_track", "Two patrols a week since June.", cast.officer)
    assert answer.redirect_chain == [("/actions/mine/", 302)]
    page = answer.content.decode()
    assert "ASB-01 updated: On track. Recorded for April to September 2026." in page
    assert "Next: 1 action still waits for your update." in page


def test_every_answer_reaches_the_action(cast: Cast) -> None:
    action = cast.action()
    first = action.milestones.get(text="Plan agreed")
    with on():
        browser(cast.officer).post(
            url(action, "update/"),
            filled(
                rating="off_track",
                reason="No crew.",
                recovery="A new crew from May.",
                help_wanted="A second crew.",
                help_wanted_from=cast.housing.pk,
                achievement="Twelve visits.",
                new_due_reason="The crew comes late.",
                restricted="on",
                **{f"milestone_{first.pk}": "on"},
                **day(f"milestone_{first.pk}_on", dt.date(2026, 6, 29)),
                **day("new_due_on", dt.date(2027, 3, 1)),
            ),
        )
    update = ProgressUpdate.objects.get()
    first.refresh_from_db()
    action.refresh_from_db()
    assert (update.reason, update.recovery, update.help_wanted) == (
        "No crew.",
        "A new crew from May.",
        "A second crew.",
    )
    assert (update.help_wanted_from, update.achievement, update.restricted) == (cast.housing, "Twelve visits.", True)
    assert first.done_on == dt.date(2026, 6, 29)
    assert action.due_on == dt.date(2027, 3, 1)


def test_a_completion_takes_effect_and_a_prefilled_completion_date_alone_does_not(cast: Cast) -> None:
    done, going = cast.action("ASB-01"), cast.action("ASB-02")
    completed = day("completed_on", dt.date(2026, 10, 12))
    with on():
        officer = browser(cast.officer)
        officer.post(url(going, "update/"), filled(1, **completed))
        officer.post(url(done, "update/"), filled(2, rating="complete", achievement="Fires halved.", **completed))
    done.refresh_from_db()
    going.refresh_from_db()
    assert (done.state, done.completed_on) == ("complete", dt.date(2026, 10, 12))
    assert going.state == "live"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"rating": None}, "rating", "Choose how the action is going."),
        ({"rating": "not_started"}, "rating", "Choose one of the four ratings."),
        ({"narrative": " "}, "narrative", "Say in a sentence or two what has happened."),
        ({"narrative": "a" * 4001}, "narrative", "Shorten this text to 4,000 characters or fewer; it has 4,001."),
        ({"narrative": "Two\x07 patrols"}, "narrative", "hidden control character after “Two”"),
        ({"narrative": "Two \u202epatrols"}, "narrative", "hidden character that reverses writing after “Two”"),
        ({"rating": "at_risk"}, "reason", "Say why the action is at risk."),
        ({**TROUBLED, "help_wanted": "A crew"}, "help_wanted_from", "Choose which partner the help is wanted from."),
        ({**TROUBLED, "help_wanted_from": "999999"}, "help_wanted_from", "Choose a partner from the list."),
        (
            {**TROUBLED, "new_due_on_0": "31", "new_due_on_1": "2", "new_due_on_2": "2027"},
            "new_due_on",
            "31 February 2027 is not a day of the calendar.",
        ),
        ({**TROUBLED, "new_due_on_0": "1", "new_due_on_2": "2027"}, "new_due_on", "Add the month to the new due date."),
        (
            {**TROUBLED, "new_due_on_0": "1", "new_due_on_1": "6", "new_due_on_2": "27"},
            "new_due_on",
            "Write the year of the new due date with four figures, such as 2026.",
        ),
        (
            {**TROUBLED, "new_due_on_0": "1", "new_due_on_1": "6", "new_due_on_2": "2027"},
            "new_due_reason",
            "Say why the date moves.",
        ),
        ({"rating": "complete", "achievement": "Done."}, "completed_on", "Give the date on which it was completed."),
    ],
)
def test_a_fault_is_said_beside_its_field_and_nothing_is_saved(
    cast: Cast, changed: dict[str, str | None], field: str, sentence: str
) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(recovery="Typed text stays.", **changed))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count(sentence) == 2, "once in the summary, once beside the field"
    # A group of boxes is led to by its first one.
    led_to = re.search(rf'href="#(id_{field}(?:_[0-9])?)"', page)
    assert led_to, "the summary leads to the field"
    assert f'id="{led_to[1]}"' in page
    assert "<title>Error: " in page
    assert "Typed text stays." in page
    assert not ProgressUpdate.objects.exists()
    assert not ActionEvent.objects.exclude(kind="added").exists()


def test_on_track_past_its_date_needs_a_reason(cast: Cast) -> None:
    action = cast.action(due_on=dt.date(2026, 9, 30))
    with on():
        officer = browser(cast.officer)
        refused = officer.post(url(action, "update/"), filled())
        assert "Say why the action is on track although it was due on 30 September 2026." in refused.content.decode()
        taken = officer.post(url(action, "update/"), filled(reason="The last visit is on 20 October."))
    assert taken.status_code == 302
    assert ProgressUpdate.objects.get().reason == "The last visit is on 20 October."


LEFTOVERS = {
    "reason": "No crew in July.",
    "recovery": "A new crew.",
    "help_wanted": "Keys.",
    "new_due_reason": "The crew comes late.",
    **day("new_due_on", dt.date(2027, 6, 1)),
}


def test_what_another_rating_asked_is_left_out_when_the_rating_is_changed_back_and_quoted(cast: Cast) -> None:
    """Without scripts all questions stand there: the reason of At risk must not explain an action that is On track."""
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(**LEFTOVERS), follow=True)
    update = ProgressUpdate.objects.get()
    assert (update.reason, update.recovery, update.help_wanted, update.help_wanted_from) == ("", "", "", None)
    action.refresh_from_db()
    assert action.due_on == dt.date(2027, 3, 31)
    page = answer.content.decode()
    assert "ASB-01 is On track, which does not ask for everything you had filled in." in page
    for words in ("No crew in July.", "A new crew.", "Keys.", "1 June 2027", "The crew comes late."):
        assert words in page, words


def test_what_was_half_typed_beside_another_ratings_question_is_no_fault(cast: Cast) -> None:
    action = cast.action()
    with on():
        taken = browser(cast.officer).post(
            url(action, "update/"),
            filled(help_wanted_from="999999", new_due_on_0="31", new_due_on_1="2", recovery="a" * 4001),
            follow=True,
        )
    assert ProgressUpdate.objects.get().recovery == ""
    assert "31 2" in taken.content.decode()


def test_what_the_rating_does_ask_is_kept_and_nothing_is_said_of_it(cast: Cast) -> None:
    """On track past its date asks for a reason and perhaps a date, not for a recovery."""
    action = cast.action(due_on=dt.date(2026, 9, 30))
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(**LEFTOVERS), follow=True)
    update = ProgressUpdate.objects.get()
    assert (update.reason, update.recovery, update.help_wanted) == ("No crew in July.", "", "")
    action.refresh_from_db()
    assert action.due_on == dt.date(2027, 6, 1)
    page = answer.content.decode()
    assert "A new crew." in page
    assert "The crew comes late." not in page


def test_leftovers_stay_in_the_form_while_it_is_refused(cast: Cast) -> None:
    action = cast.action()
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(narrative="", **LEFTOVERS)).content.decode()
    for words in ("No crew in July.", "A new crew.", "Keys.", "The crew comes late."):
        assert words in page, words


def test_the_days_that_stood_filled_in_are_there_again_after_a_refusal(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        unsent = officer.post(url(action, "update/"), filled(narrative="")).context["form"]
        emptied = officer.post(
            url(action, "update/"), filled(narrative="", completed_on_0="", completed_on_1="", completed_on_2="")
        ).context["form"]
        typed = officer.post(
            url(action, "update/"), filled(narrative="", **day("completed_on", dt.date(2026, 10, 2)))
        ).context["form"]
    assert unsent["completed_on"].value() == dt.date(2026, 10, 12)
    assert 'value="12"' in str(unsent["completed_on"])
    assert emptied["completed_on"].value() == ["", "", ""]
    assert typed["completed_on"].value() == ["2", "10", "2026"]


def test_a_milestone_cannot_be_done_tomorrow(cast: Cast) -> None:
    action = cast.action()
    milestone = action.milestones.get(text="Plan agreed")
    ticked = {f"milestone_{milestone.pk}": "on"}
    with on():
        officer = browser(cast.officer)
        refused = officer.post(
            url(action, "update/"), filled(**ticked, **day(f"milestone_{milestone.pk}_on", dt.date(2026, 10, 13)))
        )
        assert "A milestone cannot be done on a day still to come." in refused.content.decode()
        assert not ProgressUpdate.objects.exists()
        taken = officer.post(
            url(action, "update/"), filled(**ticked, **day(f"milestone_{milestone.pk}_on", dt.date(2026, 10, 12)))
        )
    assert taken.status_code == 302


def test_the_same_form_sent_twice_makes_one_update_and_ends_on_the_same_page(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        first = officer.post(url(action, "update/"), filled())
        second = officer.post(url(action, "update/"), filled())
    assert ProgressUpdate.objects.count() == 1
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, "/actions/mine/")


def test_a_completion_sent_twice_ends_on_the_same_page(cast: Cast) -> None:
    action = cast.action()
    sent = filled(rating="complete", achievement="Done.", **day("completed_on", dt.date(2026, 10, 1)))
    with on():
        officer = browser(cast.officer)
        first = officer.post(url(action, "update/"), sent)
        second = officer.post(url(action, "update/"), sent)
    assert ProgressUpdate.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_two_officers_at_once_are_both_kept_and_the_second_is_told(cast: Cast) -> None:
    action = cast.action()
    with on():
        browser(cast.colleague).post(url(action, "update/"), filled(1, narrative="Hers."))
        second = browser(cast.officer).post(url(action, "update/"), filled(2, narrative="His."), follow=True)
        # Opened after hers: nothing to tell.
        seen = ProgressUpdate.objects.latest("pk").pk
        third = browser(cast.officer).post(url(action, "update/"), filled(3, seen=str(seen)), follow=True)
    assert ProgressUpdate.objects.count() == 3
    told = "ASB-01 was also updated by colleague at 10:30 on 12 October 2026"
    assert told in second.content.decode()
    assert told not in third.content.decode()


def test_a_spoilt_key_is_replaced_so_that_the_next_try_works(cast: Cast) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(submission_key="spoilt"))
    assert answer.status_code == 302
    assert ProgressUpdate.objects.get().submission_key != key(1)


def test_a_period_nobody_offered_is_refused(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        for period in ("2026-05", "2031-04", ""):
            assert officer.post(url(action, "update/"), filled(period=period)).status_code == 200
        assert not ProgressUpdate.objects.exists()
        assert officer.post(url(action, "update/"), filled(period="2026-10")).status_code == 302


def test_a_closed_action_takes_no_update_and_says_so(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(
            url(action, "update/"),
            filled(1, rating="complete", achievement="Done.", **day("completed_on", dt.date(2026, 10, 1))),
        )
        form = officer.get(url(action, "update/")).content.decode()
        late = officer.post(url(action, "update/"), filled(2, narrative="One thing more."))
    assert "ASB-01 takes no updates" in form
    page = late.content.decode()
    assert page.count("ASB-01 is complete. Ask the Community Safety Team to reopen it first.") == 1
    assert "One thing more." in page
    assert ProgressUpdate.objects.count() == 1


def test_who_may_update_and_who_is_told_no(cast: Cast) -> None:
    action = cast.action()
    with on():
        for person in (cast.officer, cast.colleague, cast.lead, cast.coordinator):
            assert browser(person).get(url(action, "update/")).status_code == 200, person
        for person in (cast.supporter, cast.outsider, cast.analyst, cast.chair):
            refused = browser(person).post(url(action, "update/"), filled())
            assert refused.status_code == 403, person
            assert "Updates on this action come from its lead partner" in refused.content.decode()
        assert browser(cast.reader).post(url(action, "update/"), filled()).status_code == 404
    assert not ProgressUpdate.objects.exists()


def test_the_coordinator_writes_on_behalf_of_the_lead_and_comes_back_to_the_action(cast: Cast) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.coordinator).post(url(action, "update/"), filled(), follow=True)
    assert answer.redirect_chain == [(url(action), 302)]
    assert "Recorded for April to September 2026 on behalf of Fire brigade." in answer.content.decode()


def test_a_milestone_that_looks_like_markup_is_printed_as_typed(cast: Cast) -> None:
    action = cast.action(
        title="<b>Bold</b>", milestones=[("<script>alert(1)</script>", dt.date(2026, 12, 1))], measure_of_success="<i>x"
    )
    with on():
        page = browser(cast.officer).get(url(action, "update/")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "<b>Bold" not in page
    assert "<i>x" not in page


def test_a_whole_date_pasted_into_the_first_box_and_a_month_by_name_are_understood(cast: Cast) -> None:
    actions = [cast.action(f"ASB-0{n}") for n in range(1, 4)]
    typed = [
        {"new_due_on_0": "1/6/2027"},
        {"new_due_on_0": "2027-06-01"},
        {"new_due_on_0": "1", "new_due_on_1": "june", "new_due_on_2": "2027"},
    ]
    with on():
        officer = browser(cast.officer)
        for number, (action, boxes) in enumerate(zip(actions, typed, strict=True), start=1):
            officer.post(url(action, "update/"), filled(number, **TROUBLED, new_due_reason="Later.", **boxes))
    for action in actions:
        action.refresh_from_db()
        assert action.due_on == dt.date(2027, 6, 1)


def test_line_ends_of_a_browser_count_as_one_character(cast: Cast) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(narrative="a\r\n" * 1999 + "bb"))
    assert answer.status_code == 302
    assert len(ProgressUpdate.objects.get().narrative) == 4000
