"""The list, My actions, the action page and the smaller forms, through the front door."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ProgressUpdate
from actions.services.lifecycle import withdraw
from actions.tests.makers import NOW, Cast, key, make_partner, make_user
from actions.tests.pages import browser, day, filled, on, url
from partners import roles
from partners.models import User
from priorities.models import Priority

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def post(cast: Cast, action: Action, number: int, **changed: object) -> None:
    words = {"narrative": f"Two patrols a week, {number}.", **changed}
    answer = browser(cast.officer).post(url(action, "update/"), filled(number, **words))
    assert answer.status_code == 302, answer.content.decode()


def show(user: User, address: str) -> str:
    answer = browser(user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- The list ---


def test_the_list_narrows_by_each_filter_and_by_all_together(cast: Cast) -> None:
    drugs = Priority.objects.create(plan=cast.plan, code="DA", name="Drugs", position=2, statement="Less.")
    late = cast.action("ASB-01", title="Fires in bins", due_on=dt.date(2026, 9, 1))
    cast.action("ASB-02", title="Off-road bikes", lead_partner=cast.council, owner=None)
    other = cast.action("DA-01", title="Naloxone", priority=drugs, supporting=[])
    with on():
        post(cast, late, 1, rating="off_track", reason="No crew.")

        def shown(query: str) -> list[str]:
            page = show(cast.chair, f"/actions/{query}")
            return [ref for ref in ("ASB-01", "ASB-02", "DA-01") if f">{ref}</span>" in page]

        assert shown("") == ["ASB-01", "ASB-02", "DA-01"]
        assert shown("?priority=DA") == ["DA-01"]
        assert shown("?sub_group=FIRE") == ["ASB-01", "ASB-02", "DA-01"]
        assert shown("?partner=CFB") == ["ASB-01", "DA-01"]
        assert shown("?partner=TH") == ["ASB-01", "ASB-02"], "support counts as well as the lead"
        assert shown("?rating=off_track") == ["ASB-01"]
        assert shown("?rating=unrated") == ["ASB-02", "DA-01"]
        assert shown("?overdue=on") == ["ASB-01"]
        assert shown("?silent=on") == ["ASB-02", "DA-01"]
        assert shown("?q=bikes") == ["ASB-02"]
        assert shown("?q=da-01") == ["DA-01"]
        assert shown("?partner=CFB&silent=on&q=nal") == ["DA-01"]
    assert other.priority == drugs


def test_an_empty_result_says_so_and_how_to_widen_it(cast: Cast) -> None:
    cast.action()
    with on():
        page = show(cast.chair, "/actions/?q=nothing&overdue=on&priority=ASB")
    assert "0 actions found" in page
    assert "No action meets all of these filters." in page
    assert 'href="?q=nothing&amp;priority=ASB"' in page, "each filter can be taken away alone"
    assert 'href="?priority=ASB&amp;overdue=on"' in page


def test_a_filter_that_names_nothing_is_said_and_not_obeyed(cast: Cast) -> None:
    cast.action()
    with on():
        page = show(cast.chair, "/actions/?priority=ZZ&page=999999999999999999999")
        assert "“ZZ” is not a priority of this plan." in page
        assert "ASB-01" in page
        assert "hidden control character" in show(cast.chair, "/actions/?q=%00a")


def test_the_list_turns_pages_of_fifty_and_keeps_the_filters(cast: Cast) -> None:
    for number in range(51):
        cast.action(f"ASB-{number:02}", milestones=[])
    with on():
        first = show(cast.chair, "/actions/?sub_group=FIRE")
        second = show(cast.chair, "/actions/?sub_group=FIRE&page=2")
    assert "51 actions" in first
    assert "page 1 of 2" in first
    assert 'href="?sub_group=FIRE&amp;page=2"' in first
    assert ">ASB-49</span>" in first
    assert ">ASB-50</span>" not in first
    assert ">ASB-50</span>" in second
    assert 'href="?sub_group=FIRE&amp;page=1"' in second


# --- My actions ---


def test_my_actions_puts_silence_first_and_what_is_done_apart(cast: Cast) -> None:
    told, silent = cast.action("ASB-01"), cast.action("ASB-02")
    overdue = cast.action("ASB-03", due_on=dt.date(2026, 8, 1))
    closed = cast.action("ASB-04")
    cast.action("ASB-05", lead_partner=cast.council, owner=cast.lead)
    with on():
        post(cast, told, 1)
        withdraw(action=closed, by=cast.coordinator, at=NOW, reason="Merged.")
        page = show(cast.officer, "/actions/mine/")
    order = ["Waiting for your update (2)", "ASB-03", "ASB-02", "Up to date (1)", "ASB-01", "Complete or closed (1)"]
    places = [page.index(words if " " in words else f">{words}</span>") for words in order]
    assert places == sorted(places)
    assert ">ASB-05</span>" not in page
    assert "Overdue by 72 days, 1 milestone missed." in page
    assert "by <strong>21 October 2026</strong>" in page
    assert silent.pk != overdue.pk


def test_no_change_is_one_press_and_counted_apart(cast: Cast) -> None:
    action = cast.action()
    with on(dt.datetime(2026, 4, 14, 9, tzinfo=dt.UTC)):
        post(cast, action, 1, period="2026-04", narrative="Patrols began.")
    # The request on October 2026 asks again; the update in April was about April to September.
    ProgressUpdate.objects.update(period_start=dt.date(2025, 10, 1))
    action.refresh_from_db()
    with on():
        officer = browser(cast.officer)
        page = officer.get("/actions/mine/").content.decode()
        assert "No change, confirmed" in page
        assert "Patrols began." in page, "the last words stand beside the button"
        sent = {"submission_key": str(key(2)), "period": "2026-04", "seen": ProgressUpdate.objects.get().pk}
        answers = [officer.post(url(action, "no-change/"), sent, follow=True) for _ in range(2)]
    update = ProgressUpdate.objects.get(kind="no_change")
    assert (update.rating, update.period_start, update.narrative) == ("on_track", dt.date(2026, 4, 1), "")
    for answer in answers:
        assert answer.redirect_chain == [("/actions/mine/", 302)]
    first, again = (answer.content.decode() for answer in answers)
    assert "ASB-01 confirmed, no change: On track. Recorded for April to September 2026." in first
    assert "No other action waits for your update." in first
    assert "ASB-01: you confirmed this at 10:30; it was recorded once." in again


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"period": "2026-04", "seen": "0"}, "Press it again."),
        ({"submission_key": str(key(2)), "period": "2026-04"}, "Press it again."),
        ({"submission_key": str(key(2)), "period": "2026-05", "seen": "0"}, "Press it again."),
        ({"submission_key": str(key(2)), "period": "2026-04", "seen": "0"}, "There is no rating to confirm yet."),
    ],
)
def test_a_no_change_that_cannot_be_taken_says_why(cast: Cast, sent: dict[str, str], sentence: str) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "no-change/"), sent, follow=True)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not ProgressUpdate.objects.exists()


def test_a_link_changes_nothing(cast: Cast) -> None:
    action = cast.action()
    with on():
        assert browser(cast.officer).get(url(action, "no-change/")).status_code == 405
    assert not ProgressUpdate.objects.exists()


# --- One action ---


def test_the_action_page_tells_everything_newest_first(cast: Cast) -> None:
    action = cast.action(measure_of_success="Half the fires.", description="Bins are locked at night.")
    milestone = action.milestones.get(text="Plan agreed")
    with on(dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)):
        post(
            cast,
            action,
            1,
            **{f"milestone_{milestone.pk}": "on"},
            **day(f"milestone_{milestone.pk}_on", dt.date(2026, 6, 30)),
        )
    with on():
        post(
            cast,
            action,
            2,
            rating="off_track",
            reason="No crew.",
            recovery="A new crew.",
            new_due_reason="The crew comes late.",
            **day("new_due_on", dt.date(2027, 6, 30)),
        )
        page = show(cast.chair, url(action))
    order = [
        "Off track",
        "Within its dates; due date moved once.",
        "Update received for April to September 2026.",
        "Half the fires.",
        "First due 31 March 2027; moved once",
        "Due date moved from 31 March 2027 to 30 June 2027. The crew comes late.",
        "Milestone done on 30 June 2026: Plan agreed.",
        "Added to the plan.",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Housing group" in page
    assert "Update</a>" not in page, "the chair reads and decides, and updates nothing"


def test_restricted_words_are_kept_from_those_who_may_not_read_them(cast: Cast) -> None:
    action = cast.action()
    with on():
        post(
            cast,
            action,
            1,
            rating="at_risk",
            narrative="Named in confidence.",
            reason="Told in private.",
            restricted="on",
            new_due_reason="A private reason.",
            **day("new_due_on", dt.date(2027, 6, 30)),
        )
        hidden = ("Named in confidence.", "Told in private.", "A private reason.")
        for person in (cast.officer, cast.colleague, cast.lead, cast.coordinator, cast.analyst, cast.chair):
            page = show(person, url(action))
            assert all(words in page for words in hidden), person
        for person in (cast.supporter, cast.outsider):
            page = show(person, url(action))
            assert not any(words in page for words in hidden), person
            assert "Restricted words. They can be read by" in page
            assert "At risk" in page, "the rating is shown to all"
            assert "Due date moved from 31 March 2027 to 30 June 2027" in page


def test_a_long_history_turns_pages(cast: Cast) -> None:
    action = cast.action()
    for number in range(35):
        with on(NOW + dt.timedelta(minutes=number)):
            post(cast, action, number + 1, narrative=f"Entry {number:02}.")
    with on(NOW + dt.timedelta(hours=2)):
        newest = browser(cast.chair).get(url(action))
        page = newest.content.decode()
        assert "Entry 34." in page
        assert "Entry 05." in page
        assert "Entry 04." not in page
        earlier = show(
            cast.chair, url(action) + "?before=" + newest.context["page"].timeline.earlier.replace("+", "%2B")
        )
    assert "Entry 05." not in earlier
    assert "Entry 04." in earlier
    assert "Added to the plan." in earlier


def test_the_buttons_follow_the_rights(cast: Cast) -> None:
    live, closed = cast.action("ASB-01"), cast.action("ASB-02")
    with on():
        withdraw(action=closed, by=cast.coordinator, at=NOW, reason="Merged.")
        seen = {
            person.email.split("@")[0]: [
                verb
                for action in (live, closed)
                for verb in ("update/", "words/", "reopen/")
                if f'href="{url(action, verb)}"' in show(person, url(action))
            ]
            for person in (cast.officer, cast.lead, cast.supporter, cast.outsider, cast.coordinator, cast.chair)
        }
    assert seen == {
        "officer": ["update/"],
        "lead": ["update/"],
        "supporter": ["words/"],
        "outsider": [],
        "coordinator": ["update/", "reopen/"],
        "chair": [],
    }


def test_readers_and_strangers_find_no_page(cast: Cast) -> None:
    action = cast.action()
    with on():
        for address in ("/actions/", "/actions/mine/", url(action), url(action, "update/"), url(action, "words/")):
            assert browser(cast.reader).get(address).status_code == 404, address
            assert browser(cast.admin).get(address).status_code == 404, address
            assert browser(cast.officer).get(address).status_code in (200, 403), address

        assert Client().get("/actions/")["Location"].startswith("/accounts/login/")
        assert browser(cast.officer).get("/actions/999999/").status_code == 404


# --- Words and reopening ---


def test_a_supporting_partner_adds_words_and_no_rating(cast: Cast) -> None:
    action = cast.action()
    sent = filled(rating="off_track", narrative="We housed two families.")
    with on():
        supporter = browser(cast.supporter)
        assert "Fire brigade leads this action" in supporter.get(url(action, "words/")).content.decode()
        assert (
            "Say in a sentence or two"
            in supporter.post(url(action, "words/"), {**sent, "narrative": ""}).content.decode()
        )
        assert not ProgressUpdate.objects.exists()
        answers = [supporter.post(url(action, "words/"), sent, follow=True) for _ in range(2)]
        assert browser(cast.outsider).post(url(action, "words/"), filled(2)).status_code == 403
    update = ProgressUpdate.objects.get()
    assert (update.kind, update.rating, update.narrative) == ("words", "", "We housed two families.")
    for answer in answers:
        assert answer.redirect_chain == [(url(action), 302)]
    assert "Your words on ASB-01 are recorded for April to September 2026." in answers[0].content.decode()
    assert "ASB-01: this is what you sent at 10:30; it was recorded once." in answers[1].content.decode()


def test_the_coordinator_reopens_with_a_reason(cast: Cast) -> None:
    action = cast.action()
    with on():
        coordinator = browser(cast.coordinator)
        assert "there is nothing to reopen" in coordinator.get(url(action, "reopen/")).content.decode()
        post(cast, action, 1, rating="complete", achievement="Done.", **day("completed_on", dt.date(2026, 10, 1)))
        refused = coordinator.post(url(action, "reopen/"), {"reason": ""})
        assert refused.content.decode().count("Say why the action is reopened.") == 2
        assert browser(cast.officer).post(url(action, "reopen/"), {"reason": "Mine."}).status_code == 403
        action.refresh_from_db()
        assert action.state == "complete"
        sent = {"reason": "Fires came back.", **day("due_on", dt.date(2027, 6, 30))}
        answer = coordinator.post(url(action, "reopen/"), sent, follow=True)
    action.refresh_from_db()
    assert (action.state, action.due_on) == ("live", dt.date(2027, 6, 30))
    page = answer.content.decode()
    assert "ASB-01 is open again." in page
    assert "Reopened; it was complete. Fires came back." in page


# --- Cost ---


@pytest.mark.parametrize(
    ("address", "most"), [("/actions/", 9), ("/actions/?partner=CFB&silent=on", 9), ("/actions/mine/", 13)]
)
def test_pages_of_rows_ask_as_much_at_3_rows_as_at_30(cast: Cast, address: str, most: int) -> None:
    def cost() -> int:
        client = browser(cast.officer)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def add(numbers: range) -> None:
        for number in numbers:
            action = cast.action(f"ASB-{number:02}", supporting=[cast.housing, make_partner("PS", "Probation")])
            post(cast, action, number, period="2026-10" if number % 2 else "2026-04", restricted="on")

    with on():
        add(range(1, 4))
        few = cost()
        add(range(4, 31))
        assert cost() == few
    assert few <= most


def test_the_action_page_asks_as_much_for_a_long_history_as_for_a_short_one(cast: Cast) -> None:
    action = cast.action()

    def cost(person: User) -> int:
        client = browser(person)
        client.get(url(action))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(action)).status_code == 200
        return len(queries)

    with on():
        for number in range(1, 4):
            post(cast, action, number, restricted="on")
        few = {person: cost(person) for person in (cast.officer, cast.outsider)}
        for number in range(4, 31):
            post(cast, action, number, restricted="on", reason="A reason.")
        assert {person: cost(person) for person in few} == few


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "yesterday", "%00"])
def test_a_moment_outside_the_calendar_shows_the_newest(cast: Cast, before: str) -> None:
    action = cast.action()
    with on():
        assert "Added to the plan." in show(cast.chair, f"{url(action)}?before={before}")


@pytest.mark.parametrize(
    ("owner", "deputy", "said"),
    [
        (None, None, "No one assigned"),
        ("left", None, "left (has left): no one assigned"),
        ("reader", "left", "reader (has no working role any more); deputy left (has left): no one assigned"),
        ("left", "colleague", "left (has left); deputy colleague"),
        (None, "colleague", "No owner; deputy colleague"),
        ("officer", "reader", "officer; deputy reader (has no working role any more)"),
    ],
)
def test_the_page_says_who_is_to_update_the_action_and_when_nobody_is(
    cast: Cast, owner: str | None, deputy: str | None, said: str
) -> None:
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    people = {"left": left, None: None}
    action = cast.action(
        **{
            place: people.get(name) or (getattr(cast, name) if name else None)
            for place, name in (("owner", owner), ("deputy", deputy))
        }
    )
    with on():
        html = browser(cast.analyst).get(action.get_absolute_url()).content.decode()
    assert re.search(rf"<dt>Owner</dt>\s*<dd>{re.escape(said)}</dd>", html)
