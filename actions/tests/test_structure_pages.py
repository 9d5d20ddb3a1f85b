"""Proposals, changes and closings through the front door: what is shown, kept, and said."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, Proposal
from actions.services.structure import edit
from actions.tests.makers import NOW, Cast, key, make_plan, make_user
from actions.tests.pages import browser, day, on, url
from partners import roles
from partners.models import User
from priorities.models import Meeting
from priorities.tests.makers import make_priority, make_sub_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def proposal_form(cast: Cast, **changed: Any) -> dict[str, Any]:
    answers = {
        "submission_key": str(key(1)),
        "rows": "3",
        "title": "Alley gates in two streets",
        "why": "Forty calls since May.",
        "priority": cast.priority.pk,
        "sub_group": cast.sub_group.pk,
        "lead_partner": cast.council.pk,
        "supporting": [cast.housing.pk],
        "measure_of_success": "Half the calls.",
        **day("starts_on", dt.date(2026, 11, 1)),
        **day("due_on", dt.date(2027, 2, 28)),
        "new_1_text": "Residents asked",
        **day("new_1_on", dt.date(2026, 12, 1)),
        **changed,
    }
    return {name: value for name, value in answers.items() if value is not None}


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the form on the page as it stands."""
    body = page[page.index("<main") :]
    body = body[body.index('class="update-form') :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        choice = re.search(r'type="(checkbox|radio)"', tag)
        if name and (not choice or "checked" in tag):
            found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "on" if choice else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.S):
        found[name] = [html.unescape(text)]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def open_form(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200
    return fields_of(answer.content.decode())


# --- Proposing --------------------------------------------------------------------------------------------------------


def test_a_proposal_goes_from_the_form_into_the_plan_and_is_told_of_everywhere(cast: Cast) -> None:
    meeting = Meeting.objects.create(plan=cast.plan, date=dt.date(2026, 10, 7))
    cast.action("ASB-12")
    with on():
        proposer, coordinator = browser(cast.supporter), browser(cast.coordinator)
        answer = proposer.post("/actions/propose/", proposal_form(cast), follow=True)
        proposal = Proposal.objects.get()
        assert answer.redirect_chain == [(f"/actions/proposals/{proposal.pk}/", 302)]
        assert "Your proposal is with the coordinator" in answer.content.decode()
        assert "Waiting for the coordinator (1)" in coordinator.get("/actions/proposals/").content.decode()
        page = coordinator.get(proposal.get_absolute_url()).content.decode()
        assert "Record the decision" in page
        decided = coordinator.post(
            f"/actions/proposals/{proposal.pk}/decide/",
            {"revision": 1, "outcome": "accept", "owner": cast.lead.pk, "meeting": meeting.pk, "reason": ""},
            follow=True,
        )
        action = Action.objects.get(ref="ASB-13")
        assert decided.redirect_chain == [(f"/actions/{action.pk}/", 302)]
        shown = decided.content.decode()
        assert "Accepted as ASB-13" in shown
        assert "accepted by" in shown
        assert "at the Partnership meeting, 7 October 2026" in shown
        assert "Proposed by" in shown
        listed = proposer.get("/actions/proposals/").content.decode()
        assert "Added since the last report (1)" in listed
        assert "Accepted as" in listed


def test_more_rows_come_without_scripts_and_without_judgement(cast: Cast) -> None:
    with on():
        answer = browser(cast.supporter).post("/actions/propose/", proposal_form(cast, title="", more="1"))
    page = answer.content.decode()
    sent = fields_of(page)
    assert answer.status_code == 200
    assert "There is a problem" not in page
    assert (sent["rows"], sent["new_1_text"], sent["why"]) == (["6"], ["Residents asked"], ["Forty calls since May."])
    assert sent["new_6_text"] == [""]
    assert not Proposal.objects.exists()


def test_six_milestones_are_all_kept(cast: Cast) -> None:
    rows: dict[str, Any] = {"rows": "6"}
    for n in range(1, 7):
        rows |= {f"new_{n}_text": f"Step {n}", **day(f"new_{n}_on", dt.date(2026, 12, n))}
    with on():
        browser(cast.supporter).post("/actions/propose/", proposal_form(cast, **rows))
    assert [row["text"] for row in Proposal.objects.get().milestones] == [f"Step {n}" for n in range(1, 7)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Give the initiative a title."),
        ({"title": "x" * 201}, "Shorten this text to 200 characters or fewer; it has 201."),
        ({"why": "x" * 1_000_000}, "Shorten this text to 4,000 characters or fewer; it has 1,000,000."),
        ({"why": "Calls\x07 since"}, "hidden control character after “Calls”"),
        ({"title": "Gates \u202e"}, "hidden character that reverses writing"),
        ({"new_1_text": "Asked \u202e"}, "hidden character that reverses writing"),
        ({"priority": "999"}, "Choose a priority of this plan."),
        ({"priority": "x"}, "Choose a priority of this plan."),
        ({"supporting": ["x"]}, "too old"),
        ({"lead_partner": ""}, "Choose the partner that leads."),
        ({"due_on_1": "13"}, "Write the month of the due date as a number from 1 to 12."),
        ({"due_on_0": "31", "due_on_1": "2"}, "is not a day of the calendar"),
        (day("due_on", dt.date(2026, 10, 30)), "The date cannot come before the start, 1 November 2026."),
        (
            day("due_on", dt.date(2027, 4, 1)),
            "The plan ends on 31 March 2027. Say why the action goes on after that",
        ),
        ({"new_1_text": ""}, "Say in a few words what milestone 1 is."),
        ({"new_2_text": "Gates up"}, "Give the due date of milestone 2."),
        ({"new_2_text": "Residents asked", **day("new_2_on", dt.date(2026, 12, 2))}, "Two milestones say the same."),
        ({"new_1_text": "x" * 251}, "Shorten this text to 250 characters or fewer"),
        ({"submission_key": "spoilt"}, ""),
        ({"rows": "x"}, ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_typed_text_is_kept(
    cast: Cast, changed: dict[str, Any], sentence: str
) -> None:
    with on():
        answer = browser(cast.supporter).post(
            "/actions/propose/", proposal_form(cast, **{"measure_of_success": "Nine in ten.", **changed})
        )
    if not sentence:  # what hides in the page costs nothing when it is spoilt
        assert Proposal.objects.get().title == "Alley gates in two streets"
        return
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in html.unescape(page)
    assert "Nine in ten." in page
    assert "<title>Error: " in re.sub(r"\s+", " ", page).replace("<title> ", "<title>")
    assert not Proposal.objects.exists()


def test_a_date_after_the_plans_end_is_allowed_with_a_reason_and_warned_of(cast: Cast) -> None:
    form = proposal_form(cast, **day("due_on", dt.date(2027, 4, 1)), beyond_plan_reason="The gates come in spring.")
    with on():
        page = browser(cast.supporter).post("/actions/propose/", form, follow=True).content.decode()
    assert "It ends after the plan does, which is on 31 March 2027." in page
    assert "The gates come in spring." in page


def test_pressed_twice_it_is_one_proposal(cast: Cast) -> None:
    with on():
        client = browser(cast.supporter)
        answers = [client.post("/actions/propose/", proposal_form(cast)) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {Proposal.objects.get().get_absolute_url()}


def propose(cast: Cast) -> Proposal:
    browser(cast.supporter).post("/actions/propose/", proposal_form(cast))
    return Proposal.objects.get()


def test_changes_are_asked_for_made_and_sent_again(cast: Cast) -> None:
    with on():
        proposal = propose(cast)
        address = proposal.get_absolute_url()
        told = browser(cast.coordinator).post(
            f"{address}decide/", {"revision": 1, "outcome": "changes", "reason": "Name the streets."}, follow=True
        )
        assert "is told what should change" in told.content.decode()
        proposer = browser(cast.supporter)
        assert "Name the streets." in proposer.get(address).content.decode()
        form = open_form(proposer, f"{address}edit/")
        assert form["new_1_text"] == ["Residents asked"]
        assert form["supporting"] == [str(cast.housing.pk)]
        form["title"] = ["Alley gates in Elm Street"]
        assert proposer.post(f"{address}edit/", form)["Location"] == address
    proposal.refresh_from_db()
    assert (proposal.state, proposal.title) == ("proposed", "Alley gates in Elm Street")
    assert [row["text"] for row in proposal.milestones] == ["Residents asked"]


def test_a_decision_without_its_reason_keeps_what_was_chosen(cast: Cast) -> None:
    with on():
        proposal = propose(cast)
        page = browser(cast.coordinator).post(
            f"{proposal.get_absolute_url()}decide/", {"revision": 1, "outcome": "decline", "reason": ""}
        )
    assert page.status_code == 200
    assert "Say why it is declined." in page.content.decode()
    assert fields_of(page.content.decode())["outcome"] == ["decline"]
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_a_decision_on_an_old_text_is_asked_for_again_on_the_new_one(cast: Cast) -> None:
    with on():
        proposal = propose(cast)
        address = proposal.get_absolute_url()
        form = open_form(browser(cast.supporter), f"{address}edit/")
        browser(cast.supporter).post(f"{address}edit/", {**form, "why": "Fifty calls since May."})
        coordinator = browser(cast.coordinator)
        answer = {"revision": 1, "outcome": "decline", "reason": "Too few calls."}
        page = coordinator.post(f"{address}decide/", answer).content.decode()
        assert "changed after you opened it" in page
        assert "Fifty calls since May." in page
        again = fields_of(page)
        assert (again["revision"], again["reason"]) == (["2"], ["Too few calls."])
        assert coordinator.post(f"{address}decide/", again).status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "declined"


def test_two_windows_of_one_proposer_show_both_texts(cast: Cast) -> None:
    with on():
        proposal = propose(cast)
        address = f"{proposal.get_absolute_url()}edit/"
        proposer = browser(cast.supporter)
        first, second = open_form(proposer, address), open_form(proposer, address)
        proposer.post(address, {**first, "title": "From the first window"})
        answer = proposer.post(address, {**second, "title": "From the second window"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "From the first window" in page
        assert "From the second window" in page
        proposal.refresh_from_db()
        assert proposal.title == "From the first window"
        assert proposer.post(address, fields_of(page)).status_code == 302
    proposal.refresh_from_db()
    assert proposal.title == "From the second window"


def test_taken_back_it_stays_to_be_seen(cast: Cast) -> None:
    with on():
        proposal = propose(cast)
        page = browser(cast.supporter).post(f"{proposal.get_absolute_url()}take-back/", follow=True).content.decode()
    assert "Taken back" in page
    assert "Take it back" not in page


# --- Changing an action -----------------------------------------------------------------------------------------------


def test_the_form_opens_on_the_action_and_sent_as_it_is_changes_nothing(cast: Cast) -> None:
    action = cast.action(description="Patrols.\r\nVisits.".replace("\r", ""))
    with on():
        coordinator = browser(cast.coordinator)
        form = open_form(coordinator, url(action, "edit/"))
        answer = coordinator.post(url(action, "edit/"), form, follow=True)
    assert "Nothing differs from what ASB-01 says already." in answer.content.decode()
    action.refresh_from_db()
    assert action.revision == 1


def test_a_change_stands_in_the_history_in_words(cast: Cast) -> None:
    action = cast.action()
    gone = action.milestones.get(text="Work done")
    with on():
        coordinator = browser(cast.coordinator)
        form = open_form(coordinator, url(action, "edit/"))
        form |= {"title": "More patrols", "reoffending_focus": "on", "owner": cast.colleague.pk, "reason": "Agreed."}
        form |= {f"milestone_{gone.pk}_gone": "on", "new_1_text": "Report written"}
        form |= day("new_1_on", dt.date(2027, 1, 31)) | day("due_on", dt.date(2027, 4, 30))
        page = coordinator.post(url(action, "edit/"), form, follow=True).content.decode()
    for sentence in (
        "ASB-01 is changed.",
        "ASB-01 is due after the plan ends on 31 March 2027.",
        "Title changed from “Action ASB-01” to “More patrols”.",
        "Given a re-offending focus.",
        f"Reassigned from {cast.officer.name} to {cast.colleague.name}.",
        "Due date moved from 31 March 2027 to 30 April 2027.",
        "Milestone taken out: “Work done”, due 31 December 2026.",
        "Milestone added: “Report written”, due 31 January 2027.",
    ):
        assert sentence in page, sentence
    assert page.count("Agreed.") == 1, "one edit is one entry with one reason"


def test_a_sub_groups_lead_sees_dates_and_milestones_alone_and_a_smuggled_title_is_not_read(cast: Cast) -> None:
    action = cast.action()
    with on():
        lead = browser(cast.lead)
        form = open_form(lead, url(action, "edit/"))
        assert "title" not in form
        form |= {"title": "Smuggled", "reason": "Later."} | day("due_on", dt.date(2027, 3, 1))
        assert lead.post(url(action, "edit/"), form).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.due_on) == ("Action ASB-01", dt.date(2027, 3, 1))


def theirs(cast: Cast, action: Action, **changes: Any) -> None:
    edit(action=action, by=cast.coordinator, at=NOW, revision=action.revision, changes=changes, reason="Mistyped.")


def test_the_conflict_page_shows_both_texts_and_loses_neither(cast: Cast) -> None:
    """TRUST R23: two sessions, the second on a stale version."""
    action = cast.action(description="Patrols.", measure_of_success="Fewer fires.")
    other = make_coordinator(cast)
    with on():
        mine = browser(other)
        form = open_form(mine, url(action, "edit/"))
        theirs(cast, action, title="Their title", measure_of_success="Half the fires.")
        form |= {"title": "My title", "description": "My patrols."}
        answer = mine.post(url(action, "edit/"), form)
        page = html.unescape(answer.content.decode())
        action.refresh_from_db()
        assert answer.status_code == 409
        assert (action.title, action.description, action.revision) == ("Their title", "Patrols.", 2)
        for words in ("Their title", "My title", "My patrols.", "Half the fires.", cast.coordinator.name):
            assert words in page
        again = fields_of(answer.content.decode())
        # Mine where I wrote, theirs where I left it alone.
        assert (again["title"], again["description"]) == (["My title"], ["My patrols."])
        assert again["measure_of_success"] == ["Half the fires."]
        assert mine.post(url(action, "edit/"), again).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.description) == ("My title", "My patrols.")
    assert action.measure_of_success == "Half the fires."
    kept = action.events.filter(field="title").values_list("old", "new")
    assert list(kept) == [("Action ASB-01", "Their title"), ("Their title", "My title")]


def test_what_i_left_alone_follows_the_others_in_every_kind_of_field(cast: Cast) -> None:
    action = cast.action()
    with on():
        mine = browser(make_coordinator(cast))
        form = open_form(mine, url(action, "edit/"))
        row = action.milestones.get(text="Work done")
        edit(
            action=action,
            by=cast.coordinator,
            at=NOW,
            revision=1,
            reason="Agreed.",
            changes={
                "supporting": [cast.council],
                "owner": None,
                "due_on": dt.date(2027, 2, 1),
                "reoffending_focus": True,
            },
            milestones={row.pk: ("Work finished", dt.date(2027, 1, 1))},
            new_milestones=[("Half way", dt.date(2026, 11, 1))],
        )
        page = mine.post(url(action, "edit/"), {**form, "title": "My title"})
        assert page.status_code == 409
        assert mine.post(url(action, "edit/"), fields_of(page.content.decode())).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.owner, action.due_on) == ("My title", None, dt.date(2027, 2, 1))
    assert (list(action.supporting.all()), action.reoffending_focus) == ([cast.council], True)
    assert set(action.milestones.values_list("text", flat=True)) == {"Plan agreed", "Half way", "Work finished"}


def test_a_milestone_taken_out_by_others_is_named_with_what_i_made_of_it(cast: Cast) -> None:
    action = cast.action()
    row = action.milestones.get(text="Work done")
    with on():
        mine = browser(make_coordinator(cast))
        form = open_form(mine, url(action, "edit/"))
        edit(action=action, by=cast.coordinator, at=NOW, revision=1, changes={}, milestones={row.pk: None})
        page = mine.post(url(action, "edit/"), {**form, f"milestone_{row.pk}_text": "Work done and checked"})
    assert page.status_code == 409
    assert "Work done and checked" in page.content.decode()


@pytest.mark.parametrize("opened", ["", "spoilt", "[1]", "{}"])
def test_a_spoilt_memory_of_the_opening_costs_nothing_but_help(cast: Cast, opened: str) -> None:
    action = cast.action()
    with on():
        mine = browser(make_coordinator(cast))
        form = open_form(mine, url(action, "edit/"))
        theirs(cast, action, title="Their title")
        page = mine.post(url(action, "edit/"), {**form, "title": "My title", "opened": opened})
    assert page.status_code == 409
    action.refresh_from_db()
    assert action.title == "Their title"


def make_coordinator(cast: Cast) -> User:
    return make_user("second@example.org", roles.COORDINATOR, partner=cast.council)


# --- Closing ----------------------------------------------------------------------------------------------------------


def closing(cast: Cast, action: Action, **answers: Any) -> Any:
    with on():
        return browser(cast.coordinator).post(url(action, "close/"), {"reason": "Merged.", **answers}, follow=True)


def test_an_action_is_replaced_and_each_page_leads_to_the_other(cast: Cast) -> None:
    action, successor = cast.action(), cast.action("ASB-02")
    page = closing(cast, action, how="replace", successor=successor.pk).content.decode()
    assert "ASB-01 is closed: replaced. It goes on as ASB-02." in page
    assert f'href="{successor.get_absolute_url()}"' in page
    with on():
        other = browser(cast.officer).get(successor.get_absolute_url()).content.decode()
    assert "It replaces" in other
    assert f'href="{action.get_absolute_url()}"' in other


def test_an_action_is_withdrawn_and_one_moves_to_the_next_plan(cast: Cast) -> None:
    action, moving = cast.action(), cast.action("ASB-02")
    assert "ASB-01 is closed: withdrawn." in closing(cast, action, how="withdraw").content.decode()
    plan = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31), title="Plan 2027–30")
    priority, sub_group = make_priority(plan), make_sub_group(plan)
    answer = closing(
        cast,
        moving,
        how="move",
        priority=priority.pk,
        sub_group=sub_group.pk,
        **day("due_on", dt.date(2028, 3, 31)),
    )
    assert "ASB-02 is closed: moved to the next plan. It goes on as ASB-01." in answer.content.decode()
    assert Action.objects.get(plan=plan).due_on == dt.date(2028, 3, 31)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "Choose what becomes of the action."),
        ({"how": "burn"}, "Choose one of the three."),
        ({"how": "withdraw", "reason": ""}, "Say why."),
        ({"how": "replace"}, "Choose the action that replaces it."),
        ({"how": "replace", "successor": "999"}, "Choose a live action of this plan."),
    ],
)
def test_a_closing_that_cannot_be_says_why(cast: Cast, answers: dict[str, Any], sentence: str) -> None:
    action = cast.action()
    page = closing(cast, action, **answers)
    assert sentence in page.content.decode()
    action.refresh_from_db()
    assert action.state == "live"


def test_a_closed_action_offers_no_change_and_no_closing(cast: Cast) -> None:
    action = cast.action()
    closing(cast, action, how="withdraw")
    with on():
        coordinator = browser(cast.coordinator)
        page = coordinator.get(url(action)).content.decode()
        assert "/close/" not in page
        assert "/edit/" not in page
        assert "takes no updates" in coordinator.get(url(action, "edit/")).content.decode()
        assert "there is nothing to close" in coordinator.get(url(action, "close/")).content.decode()
