"""An officer's round, counted: how many presses and entries it takes, with and without scripts, by keyboard alone, and
through the death of session and server. A press is one interaction, and so is the filling of one box.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from actions.models import Action, Draft, ProgressUpdate
from actions.rating import Rating
from actions.services.lifecycle import add_action
from actions.services.updates import confirm_no_change, post_update
from partners.models import User
from priorities.models import Plan
from priorities.periods import Period, PeriodKind
from scripts import services
from shp_portal.demo.accounts import PASSWORD
from tests.browser import sign_in
from tests.services.demonstration import NOW
from tests.services.workers import ROOT, database_url

pytestmark = pytest.mark.browser

TODAY = NOW.date()
LAST_TIME = dt.datetime(2026, 4, 14, 9, tzinfo=dt.UTC)
BEFORE = Period(PeriodKind.HALF_YEAR, dt.date(2025, 10, 1))
ASKED = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
NO_SCRIPTS = pytest.mark.browser_context_args(java_script_enabled=False)


class Hands:
    """Does what a person does, and counts."""

    def __init__(self) -> None:
        self.interactions = 0

    def press(self, what: Locator) -> None:
        what.click()
        self.interactions += 1

    def choose(self, what: Locator) -> None:
        what.check()
        self.interactions += 1

    def enter(self, box: Locator, text: str) -> None:
        box.fill(text)
        self.interactions += 1


@pytest.fixture
def five(demonstration: None) -> list[Action]:
    """The demonstration's officer with just five actions that wait, each on track when last heard of."""
    officer = User.objects.get(email="officer@demo.example")
    coordinator = User.objects.get(email="coordinator@demo.example")
    plan = Plan.objects.get()
    like = Action.objects.get(plan=plan, ref="ASB-06")
    Action.objects.filter(owner=officer).update(owner=coordinator)
    made = []
    for n in range(1, 6):
        action = add_action(
            plan=plan,
            ref=f"ZZ-0{n}",
            priority=like.priority,
            sub_group=like.sub_group,
            title=f"Patrols, part {n}",
            lead_partner=officer.partner,
            owner=officer,
            starts_on=dt.date(2024, 4, 1),
            due_on=dt.date(2027, 1, 31),
            by=coordinator,
            at=LAST_TIME - dt.timedelta(days=200),
        )
        post_update(
            action=action,
            by=officer,
            at=LAST_TIME,
            today=LAST_TIME.date(),
            submission_key=uuid.UUID(int=9_000 + n),
            period=ASKED,
            rating=Rating.ON_TRACK,
            narrative=f"Two patrols a week on beat {n}.",
        )
        made.append(action)
    heard_before(made)
    return made


def heard_before(actions: list[Action]) -> None:
    """What was said about the period now asked for was said about the one before it, so that the actions wait again."""
    ProgressUpdate.objects.filter(action__in=actions).update(period_start=BEFORE.start)


def row_of(page: Page, action: Action) -> Locator:
    return page.locator(f"[data-row='{action.pk}']")


def said(action: Action) -> ProgressUpdate:
    return action.updates.latest("pk")


def check_five(five: list[Action]) -> None:
    """What the story of the five leaves in the database."""
    assert [said(action).rating for action in five] == ["on_track"] * 4 + ["off_track"]
    assert [said(action).narrative for action in five] == [f"Beat {n} is walked daily." for n in range(1, 6)]
    assert {said(action).period for action in five} == {ASKED}
    last = five[-1]
    last.refresh_from_db()
    assert last.due_on == dt.date(2027, 3, 15)
    assert said(last).reason == "The crew left in May."
    assert last.events.get(kind="date_moved").reason == "A new crew starts in January."
    assert not Draft.objects.exists()


# --- Counted ---


def test_an_action_on_track_takes_one_press(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    hands = Hands()
    hands.press(page.get_by_role("button", name="No change, confirmed for ZZ-01"))
    expect(page.get_by_role("alert")).to_contain_text("ZZ-01 confirmed, no change: On track.")
    assert hands.interactions <= 2
    assert said(five[0]).kind == ProgressUpdate.Kind.NO_CHANGE


def test_with_words_when_they_are_asked_for_it_takes_two(page: Page, five: list[Action]) -> None:
    officer = User.objects.get(email="officer@demo.example")
    for n in (1, 2):
        confirm_no_change(
            action=five[0],
            by=officer,
            at=LAST_TIME + dt.timedelta(minutes=n),
            today=LAST_TIME.date(),
            submission_key=uuid.UUID(int=9_100 + n),
            period=ASKED,
        )
    heard_before(five)
    # Twice in a row: about two half-years.
    earlier = five[0].updates.filter(submission_key__in=[uuid.UUID(int=9_001), uuid.UUID(int=9_101)])
    earlier.update(period_start=BEFORE.previous().start)
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    expect(page.get_by_role("button", name="No change, confirmed for ZZ-01")).to_have_count(0)
    hands = Hands()
    hands.enter(page.get_by_label("how ZZ-01 is going"), "Beat 1 is walked daily.")
    hands.press(page.get_by_role("button", name="Still on track: send ZZ-01"))
    expect(page.get_by_role("alert")).to_contain_text("ZZ-01 updated: On track.")
    assert hands.interactions <= 2
    assert (said(five[0]).kind, said(five[0]).narrative) == ("update", "Beat 1 is walked daily.")


def test_five_actions_one_off_track_with_a_date_move(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    expect(page.get_by_role("heading", name="Waiting for your update (5)")).to_be_visible()
    hands = Hands()
    for n, action in enumerate(five, start=1):
        row = row_of(page, action)
        hands.press(row.get_by_role("link", name="Off track" if n == 5 else "On track"))
        expect(row.get_by_label("What has happened, and what comes next?")).to_be_focused()
        hands.enter(row.get_by_label("What has happened, and what comes next?"), f"Beat {n} is walked daily.")
        if n < 5:
            expect(row.get_by_text("Ready to send")).to_be_visible()
            expect(page.get_by_role("status").filter(has_text=f"{n} of 5 ready")).to_be_visible()
    row = row_of(page, five[-1])
    expect(row.get_by_text("Ready to send")).to_be_hidden()
    hands.enter(row.get_by_label("Why is it at risk or off track?"), "The crew left in May.")
    due = row.get_by_role("group", name="New due date")
    for box, text in (("Day", "15"), ("Month", "3"), ("Year", "2027")):
        hands.enter(due.get_by_label(box), text)
    hands.enter(row.get_by_label("Why does the date move?"), "A new crew starts in January.")
    hands.press(page.get_by_role("button", name="Send 5"))
    expect(page.get_by_role("alert")).to_contain_text("5 updates sent: ZZ-01 On track; ZZ-02 On track;")
    expect(page.get_by_text("Nothing. Every action of yours has its update")).to_be_visible()
    assert hands.interactions <= 25, hands.interactions
    check_five(five)


def test_a_refused_row_stays_open_with_its_words_and_the_others_are_sent(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    for action in five[:2]:
        row = row_of(page, action)
        row.get_by_role("link", name="On track").click()
        row.get_by_label("What has happened, and what comes next?").fill("Walked daily.")
    # Ready when it was looked at, and withdrawn before it was sent.
    expect(page.get_by_role("button", name="Send 2")).to_be_visible()
    Action.objects.filter(pk=five[1].pk).update(due_on=TODAY - dt.timedelta(days=9))
    page.get_by_role("button", name="Send 2").click()
    summary = page.get_by_role("alert").filter(has_text="Not sent yet")
    expect(summary).to_contain_text("ZZ-02: Say why the action is on track although it was due on 14 November 2026.")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Why is it past its date, at risk or off track?")).to_be_focused()
    expect(row_of(page, five[1]).get_by_label("What has happened, and what comes next?")).to_have_value("Walked daily.")
    assert said(five[0]).narrative == "Walked daily."
    assert said(five[1]).period == BEFORE


@NO_SCRIPTS
def test_the_same_five_without_scripts(page: Page, five: list[Action]) -> None:
    """More steps, nothing missing: a page each, kept until all are done, and one press that sends them."""
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    hands = Hands()
    for n, action in enumerate(five, start=1):
        hands.press(row_of(page, action).get_by_role("link", name="Off track" if n == 5 else "On track"))
        hands.enter(page.get_by_label("What has happened, and what comes next?"), f"Beat {n} is walked daily.")
        if n == 5:
            hands.enter(page.get_by_label("Why is it at risk or off track?"), "The crew left in May.")
            due = page.get_by_role("group", name="New due date")
            for box, text in (("Day", "15"), ("Month", "3"), ("Year", "2027")):
                hands.enter(due.get_by_label(box), text)
            hands.enter(page.get_by_label("Why does the date move?"), "A new crew starts in January.")
        hands.press(page.get_by_role("button", name="Save and come back later"))
    expect(page.get_by_text("5 ready: ZZ-01, ZZ-02, ZZ-03, ZZ-04, ZZ-05")).to_be_visible()
    hands.press(page.get_by_role("button", name="Send 5"))
    expect(page.get_by_role("alert")).to_contain_text("5 updates sent")
    assert hands.interactions <= 30, hands.interactions
    check_five(five)


def test_by_keyboard_alone(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")

    def tab_to(name: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if name in page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ')"):
                return
        raise AssertionError(f"Tab never came to “{name}”.")

    tab_to("On track: ZZ-01")
    page.keyboard.press("Enter")
    expect(row_of(page, five[0]).get_by_label("What has happened, and what comes next?")).to_be_focused()
    page.keyboard.type("Beat 1 is walked daily.")
    expect(page.get_by_role("status").filter(has_text="1 of 5 ready")).to_be_visible()
    tab_to("Close")
    page.keyboard.press("Enter")
    expect(row_of(page, five[0]).get_by_role("button", name="Update ZZ-01")).to_be_focused()
    tab_to("No change, confirmed for ZZ-02")
    expect(page.get_by_text("Kept as a draft at")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ZZ-02 confirmed, no change")
    # The words on the first are there again, open, and are sent by the bar at the end.
    expect(row_of(page, five[0]).get_by_label("What has happened, and what comes next?")).to_have_value(
        "Beat 1 is walked daily."
    )
    tab_to("Send 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("1 update sent: ZZ-01 On track.")
    assert said(five[0]).narrative == "Beat 1 is walked daily."


def test_the_open_row_has_no_accessibility_fault(
    page: Page, five: list[Action], axe: Callable[[Page], list[str]]
) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    row = row_of(page, five[0])
    row.get_by_role("link", name="Off track").click()
    row.get_by_label("What has happened, and what comes next?").fill("Walked daily.")
    row.get_by_text("Something delivered, and who may read this").click()
    row_of(page, five[1]).get_by_role("link", name="On track").click()
    row_of(page, five[1]).get_by_label("What has happened, and what comes next?").fill("Walked daily.")
    expect(row.get_by_text("Kept as a draft at")).to_be_visible()
    for width in (1280, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} pixels too wide at {width}"


# --- Nothing doubled ---


def test_back_and_send_again_makes_one(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto(f"/actions/{five[0].pk}/update/")
    page.get_by_role("radio", name="On track").check()
    page.get_by_label("What has happened, and what comes next?").fill("Walked daily.")
    page.get_by_role("button", name="Send update").dblclick()
    expect(page.get_by_role("alert")).to_contain_text("ZZ-01 updated: On track.")
    page.go_back()
    box = page.get_by_label("What has happened, and what comes next?")
    expect(box).to_have_value("Walked daily.")  # the browser brings back what was typed
    expect(page.locator("[name=submission_key]")).to_have_value(str(said(five[0]).submission_key))
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_text("ZZ-01: this is what you sent at")).to_be_visible()
    assert five[0].updates.filter(narrative="Walked daily.").count() == 1


def test_back_and_other_words_make_a_second(page: Page, five: list[Action]) -> None:
    sign_in(page, "officer")
    page.goto(f"/actions/{five[0].pk}/update/")
    page.get_by_role("radio", name="On track").check()
    page.get_by_label("What has happened, and what comes next?").fill("Walked daily.")
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert")).to_contain_text("ZZ-01 updated: On track.")
    page.go_back()
    box = page.get_by_label("What has happened, and what comes next?")
    expect(box).to_have_value("Walked daily.")
    box.press_sequentially(" Twice on Fridays.")
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert")).to_contain_text("ZZ-01 updated: On track.")
    assert said(five[0]).narrative == "Walked daily. Twice on Fridays."


# --- Signed out ---


def test_a_warning_comes_before_the_sign_out_and_staying_is_one_press(
    page: Page, demonstration: None, axe: Callable[[Page], list[str]]
) -> None:
    sign_in(page, "officer")
    page.clock.install()
    page.goto("/actions/mine/")
    dialog = page.get_by_role("dialog", name="You will be signed out soon")
    expect(dialog).to_have_count(0)
    # The server is asked first whether somebody was here meanwhile, in another tab: it says how much is left.
    left = {"seconds": 12 * 60 * 60}
    page.route("**/session/", lambda route: route.fulfill(json=left))
    page.clock.fast_forward("11:56:00")
    expect(dialog).to_have_count(0)
    left["seconds"] = 240
    page.clock.fast_forward("11:56:00")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("You will be signed out in 4 minutes.")
    assert axe(page) == []
    expect(dialog.get_by_role("button")).to_have_count(1)
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_visible()
    page.unroute("**/session/")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_have_count(0)
    # And without an answer it says that it is over, and where to sign in again.
    page.route("**/session/", lambda route: route.fulfill(json={"seconds": 0}))
    page.clock.fast_forward("12:01:00")
    over = page.get_by_role("dialog", name="You have been signed out")
    expect(over).to_be_visible()
    expect(over.get_by_role("button")).to_have_count(1)
    assert over.get_by_role("button", name="Sign in again").get_attribute("href") == (
        "/accounts/login/?next=%2Factions%2Fmine%2F"
    )


def test_the_warning_keeps_nothing_anew_when_it_takes_the_focus(page: Page, five: list[Action]) -> None:
    """A box that loses the focus reports a change; posted, it would be a visit that nobody made."""
    sign_in(page, "officer")
    page.clock.install()
    page.goto(f"/actions/{five[0].pk}/update/")
    kept: list[str] = []
    page.on("request", lambda request: kept.append(request.url) if request.url.endswith("/draft/") else None)
    box = page.get_by_label("What has happened, and what comes next?")
    with page.expect_response("**/draft/"):
        box.press_sequentially("Patrols walked.")
        page.clock.run_for(1000)
    kept.clear()
    page.route("**/session/", lambda route: route.fulfill(json={"seconds": 240}))
    page.clock.fast_forward("11:56:00")
    expect(page.get_by_role("dialog", name="You will be signed out soon")).to_be_visible()
    expect(box).not_to_be_focused()
    page.clock.run_for(3000)
    assert kept == []
    # Words that are new are kept, dialogue or not.
    page.unroute("**/session/")
    page.get_by_role("button", name="Stay signed in").click()
    with page.expect_response("**/draft/"):
        box.press_sequentially(" Twice.")
        page.clock.run_for(1000)


@pytest.fixture
def server(five: list[Action], tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A server of its own process on the test database, to be killed and started again at one address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        command = [sys.executable, "manage.py", "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
        with (tmp_path / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        started.append(process)
        process.address = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
        end = time.monotonic() + 40
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                return process
            except OSError:
                time.sleep(0.2)
        pytest.fail((tmp_path / "server.log").read_text(), pytrace=False)

    yield start
    for process in started:
        services.end(process)


def test_typing_survives_the_death_of_session_and_server(
    browser, five: list[Action], server: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = server()
    context = browser.new_context(base_url=first.address)  # type: ignore[attr-defined]
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, "officer")
    form = f"/actions/{five[0].pk}/update/"
    page.goto(form)
    page.get_by_role("radio", name="At risk").check()
    page.get_by_label("What has happened, and what comes next?").fill("Typed before the server died.")
    expect(page.get_by_text("Kept as a draft at")).to_be_visible()
    first.send_signal(signal.SIGKILL)
    first.wait()
    Session.objects.all().delete()
    box = page.get_by_label("What has happened, and what comes next?")
    box.fill("Typed before the server died, and a little after.")
    expect(page.get_by_role("alert")).to_contain_text("It stays on this page.")

    server()
    # The script tries again by itself, learns that it is signed out, and says so; the text waits all the same.
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out.", timeout=15_000)
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("E-mail address").fill("officer@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You had been signed out, so nothing was sent.")).to_be_visible()
    expect(box).to_have_value("Typed before the server died, and a little after.")
    expect(page.get_by_role("radio", name="At risk")).to_be_checked()
    page.get_by_label("Why is it").fill("The server died.")
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_text("ZZ-01 updated: At risk.")).to_be_visible()
    context.close()
    assert said(five[0]).narrative == "Typed before the server died, and a little after."
    assert not Draft.objects.exists()
