"""Two stories through the front door: a half-year with one return up to the next report; a quarter that is put right after publishing.

A small plan, every step by the person whose it is, on the day on which it is done. PDFs come from a quick stand-in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from actions.models import Action
from performance.models import Indicator, Measurement
from priorities.models import Meeting, Plan
from reports.models import Rendition
from reports.services import renditions
from tests.makers import PASSWORD, UTC, Cast
from tests.paper import quick_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIX_MONTHLY = "Six-monthly partnership report"
RETURNED = "ASB-02 says nothing at all. Ask the Fire Brigade."
LATE_WORDS = "All nine yards have been visited twice."
MATTER = "Why are the crews still short of a van?"
ANSWER = "The van came on 2 December, and both crews use it."


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    """A plan of two years with its shelf open, whose reports partners check, and two actions of the fire brigade's."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made = Cast()
    Plan.objects.update(starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2028, 3, 31), fact_check=True, public_shelf=True)
    made.plan.refresh_from_db()
    for ref in ("ASB-01", "ASB-02"):
        made.action(
            ref,
            owner=made["officer_of_lead"],
            starts_on=dt.date(2026, 4, 1),
            due_on=dt.date(2027, 9, 30),
            milestones=[("Work done", dt.date(2027, 6, 30))],
        )
    return made


@contextmanager
def day(year: int, month: int, date: int) -> Iterator[None]:
    """Ten o'clock on a day, the clock of the portal having ticked."""
    moment = dt.datetime(year, month, date, 10, tzinfo=UTC)
    with time_machine.travel(moment):
        call_command("tick", now=moment.isoformat())
        yield


def come_as(page: Page, role: str, address: str = "/") -> None:
    page.context.clear_cookies()
    page.goto(f"/accounts/login/?next={address}")
    page.get_by_label("E-mail address").fill(f"{role}@test.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def come_as_a_stranger(page: Page, address: str) -> None:
    page.context.clear_cookies()
    page.goto(address)


def lay_out(page: Page, stage: str, **of: Any) -> None:
    """What the render worker does when it is woken; then the page is looked at again."""
    rendition = Rendition.objects.waiting(timezone.now()).get(stage=stage, **of)
    made = renditions.make_one(rendition=rendition, make=quick_pdf, clock=timezone.now)
    assert made.state == Rendition.State.DONE, made.last_error
    page.reload()


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(".paper-state .govuk-tag")).to_have_text(state)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def fill_day(group: Locator, *boxes: str) -> None:
    for label, text in zip(("Day", "Month", "Year"), boxes, strict=True):
        group.get_by_label(label).fill(text)


def follow_to_update(page: Page, ref: str) -> None:
    """The page of its own on which one action's update is written; "My actions" opens the same boxes in place."""
    page.goto(f"/actions/{Action.objects.get(ref=ref).pk}/update/")


def make_version(page: Page, number: int, reason: str) -> None:
    page.get_by_label("Why is there another version?").fill(reason)
    press(page, f"Make version {number}")
    said(page, f"Version {number} is made")


def put_on_the_shelf(page: Page, kind: str) -> None:
    """From the page of a published version to everybody's: marking, file, check list."""
    follow(page, "Public version")
    page.get_by_role("group", name="Protective marking").get_by_role("radio").first.check()
    press(page, "Lay out the public PDF")
    lay_out(page, "final", edition=Rendition.Edition.PUBLIC, version__report__kind=kind)
    press(page, "Let everybody read it")
    expect(main(page)).to_contain_text("Tick every sentence.")
    for box in page.locator("#for-everybody").get_by_role("checkbox").all():
        box.check()
    press(page, "Let everybody read it")
    expect(page.get_by_role("heading", name="Everybody can read this")).to_be_visible()


def test_a_half_year_from_the_request_to_the_report_after_the_next(page: Page, cast: Cast) -> None:
    kind = {"version__report__kind": "six_monthly"}

    with day(2026, 10, 5):
        come_as(page, "officer_of_lead")
        expect(page.get_by_role("heading", name="You owe 2 updates")).to_be_visible()
        follow_to_update(page, "ASB-01")
        page.get_by_role("radio", name="Off track").check()
        page.get_by_label("What has happened, and what comes next?").fill("Two crews share one van.")
        page.get_by_label("Why is it at risk or off track?").fill("The second van was stolen in June.")
        page.get_by_label("What will bring it back on track?").fill("A van is lent until ours comes.")
        page.get_by_label("What help do you want from another partner?").fill("Lend us a van.")
        page.get_by_label("From which partner?").select_option("Housing group")
        press(page, "Send update")
        said(page, "Recorded for April to September 2026.")

    with day(2026, 10, 28):
        come_as(page, "coordinator", "/reports/")
        report = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=SIX_MONTHLY))
        report.get_by_role("heading").get_by_role("link").click()
        first = page.url
        lay_out(page, "draft", **kind)
        expect_state(page, "Draft")
        # The plan wants partners asked first, so there is no way past them.
        expect(page.get_by_role("button", name="Send to the chair")).to_have_count(0)
        press(page, "Open the fact check")
        expect_state(page, "In fact check")

        come_as(page, "officer_of_lead", first)
        page.get_by_role("button", name="Check what it says of us").click()
        expect(main(page)).to_contain_text("Two crews share one van.")
        page.get_by_role("radio", name="Yes, it is right").check()
        press(page, "Send the answer")
        said(page, "Thank you. Your answer is kept")

    with day(2026, 11, 2):
        # Its two working days are over: it has closed by itself, and silence is told as silence.
        come_as(page, "coordinator", first)
        press(page, "Send to the chair")
        said(page, "Version 1 is with the chair")
        come_as(page, "chair", first)
        expect(main(page)).to_contain_text("1 of 2 partners said it is right")
        expect(main(page)).to_contain_text("No answer: Housing group.")
        press(page, "Return to the coordinator")
        said(page, "Say what has to be put right.")
        page.get_by_label("What has to be put right").fill(RETURNED)
        press(page, "Return to the coordinator")
        said(page, "Version 1 is returned.")
        expect_state(page, "Returned")

        come_as(page, "officer_of_lead")
        follow_to_update(page, "ASB-02")
        page.get_by_role("radio", name="On track", exact=True).check()
        page.get_by_label("What has happened, and what comes next?").fill(LATE_WORDS)
        press(page, "Send update")
        said(page, "marked late")

    with day(2026, 11, 4):
        come_as(page, "coordinator", first)
        expect(main(page)).to_contain_text(RETURNED)
        expect(main(page)).not_to_contain_text(LATE_WORDS)
        press(page, "Make version 2 with it")
        make_version(page, 2, "The chair asked for ASB-02.")
        second = page.url
        lay_out(page, "draft", **kind)
        # Partners were asked once for this report.
        press(page, "Send to the chair")
        said(page, "Version 2 is with the chair")
        come_as(page, "chair", second)
        expect(page.get_by_role("region", name="What changed since version 1, which you returned")).to_contain_text(
            "ASB-02"
        )
        expect(main(page)).to_contain_text(LATE_WORDS)
        page.get_by_label("I have read this report and approve it for the Partnership").check()
        press(page, "Approve for the Partnership")
        said(page, "Version 2 is approved for the Partnership.")
        come_as(page, "coordinator", second)
        lay_out(page, "final", **kind)
        press(page, "Publish")
        said(page, "Version 2 is published.")
        expect(page.get_by_role("link", name="Record outcomes")).to_be_visible()
        put_on_the_shelf(page, "six_monthly")

        come_as_a_stranger(page, "/published/")
        entry = page.get_by_role("listitem").filter(has_text=SIX_MONTHLY)
        entry.get_by_role("heading").get_by_role("link").click()
        expect(main(page)).to_contain_text("Published for everybody 4 November 2026, version 2.")
        expect(main(page)).to_contain_text(LATE_WORDS)
        address = page.get_by_role("link", name="The same as a PDF").get_attribute("href") or ""
        assert page.request.get(address).headers["content-type"] == "application/pdf"
        assert page.request.get(first).url.startswith(page.url.split("/published/")[0] + "/accounts/login/")

    held = Meeting.objects.create(plan=cast.plan, date=dt.date(2026, 11, 24))
    with day(2026, 11, 26):
        come_as(page, "coordinator", second)
        follow(page, "Record outcomes")
        asked = page.get_by_role("group").filter(has_text="What became of it?")
        expect(asked).to_have_count(2)
        page.get_by_label("Reference of the minute for all of them").fill("7.2")
        expect(asked.first).to_contain_text("ASB-01")
        asked.first.get_by_label("What became of it?").select_option("Agreed")
        asked.last.get_by_label("What became of it?").select_option("Deferred")
        press(page, "Record the outcomes")
        said(page, "There is a problem")  # a deferred one says until when
        asked.last.get_by_label("How amended, or until when").fill("Until the meeting in March.")
        press(page, "Record the outcomes")
        said(page, "2 outcomes recorded.")
        expect(main(page)).to_contain_text("Of 2 recommendations: 1 agreed, 1 deferred.")

        follow(page, "Raise a matter")
        page.get_by_role("group", name="Who asks?").get_by_role("radio", name=re.compile("eeting")).check()
        page.get_by_label("At which meeting?").select_option(str(held.pk))
        page.get_by_label("Reference of the minute").fill("7.3")
        page.get_by_label("What is to be answered?").fill(MATTER)
        page.get_by_label("Who is to answer it?").select_option("Officer of lead, Fire Brigade")
        fill_day(page.get_by_role("group", name="Until when?"), "15", "12", "2026")
        press(page, "Raise it")
        said(page, "Officer of lead is to answer it.")

    with day(2026, 12, 3):
        come_as(page, "officer_of_lead")
        expect(page.get_by_role("heading", name="Matters you are to answer")).to_be_visible()
        page.get_by_role("link", name=MATTER).click()
        page.get_by_label("The answer").fill(ANSWER)
        press(page, "Send the answer")
        said(page, "The answer is recorded.")
        page.goto("/")
        expect(page.get_by_role("heading", name="Matters you are to answer")).to_have_count(0)

    with day(2027, 4, 1):  # the next request opens
        pass
    with day(2027, 4, 28):
        come_as(page, "coordinator", "/reports/")
        following = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="2026 to March 2027"))
        following.get_by_role("heading").get_by_role("link").click()
        lay_out(page, "draft", **kind, version__report__period_start="2026-10-01")
        body = page.locator(".report-body").inner_text()
        for words in (MATTER, ANSWER, "1 answered since the last report", "1 agreed, 1 deferred"):
            assert words in body, words
        assert "Until the meeting in March." in body
        # It opens with them, before anything that it reports itself.
        parts = page.locator(".report-body h2").evaluate_all("all => all.map(one => one.id)")
        opening = parts.index("matters")
        assert parts[opening : opening + 2] == ["matters", "last-asked"]
        assert opening < parts.index("progress"), parts


@pytest.fixture
def figures(cast: Cast) -> Cast:
    """Both quarters of the plan: shoplifting is there for both, fires for the first alone."""
    rows = {}
    for code, name in (("SHOP", "Shoplifting"), ("FIRES", "Deliberate fires")):
        rows[code] = Indicator.objects.create(
            code=code,
            name=name,
            unit="offences",
            better="lower",
            data_owner=cast.fire,
            all_priorities=True,
            lag_weeks=1,
        )
    for code, start, value in (
        ("SHOP", dt.date(2025, 7, 1), 120),
        ("SHOP", dt.date(2026, 4, 1), 118),
        ("SHOP", dt.date(2026, 7, 1), 160),
        ("FIRES", dt.date(2025, 7, 1), 31),
        ("FIRES", dt.date(2026, 4, 1), 29),
    ):
        Measurement.objects.create(
            indicator=rows[code],
            period_kind="quarter",
            period_start=start,
            value=Decimal(value),
            printed=str(value),
            as_at=dt.date(2026, 10, 8),
            recorded_at=dt.datetime(2026, 10, 9, 9, tzinfo=UTC),
            recorded_by=cast["analyst"],
        )
    return cast


def test_a_quarter_with_a_figure_missing_is_put_right_after_publishing(page: Page, figures: Cast) -> None:
    kind = {"version__report__kind": "quarterly", "version__report__period_start": "2026-07-01"}

    def issue() -> None:
        """From a draft to the shelf."""
        lay_out(page, "draft", **kind)
        press(page, "Prepare for publishing")
        expect(page.get_by_role("button", name="Publish")).to_have_count(0)
        lay_out(page, "final", **kind)
        press(page, "Publish")
        expect_state(page, "Published")

    def missing() -> Locator:
        return page.locator(".report-page-one li").filter(has_text="Deliberate fires").filter(has_text="Fire Brigade")

    with day(2026, 10, 28):
        come_as(page, "coordinator", "/reports/")
        report = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Q2 2026/27"))
        report.get_by_role("heading").get_by_role("link").click()
        first = page.url
        expect(missing()).to_have_count(1)
        expect(page.locator(".report-page-one")).to_contain_text("160")
        issue()
        put_on_the_shelf(page, "quarterly")
        follow(page, "See it as everybody does")
        public = page.url
        come_as_a_stranger(page, public)
        expect(main(page)).to_contain_text("160")
        expect(main(page).get_by_text("was replaced")).to_have_count(0)
        printed = page.request.get(
            page.get_by_role("link", name="The same as a PDF").get_attribute("href") or ""
        ).body()

    with day(2026, 11, 10):
        come_as(page, "analyst", "/performance/figures/?quarter=2026-07")
        page.get_by_role("region", name="Deliberate fires").get_by_label("Q2 2026/27").fill("27")
        press(page, "Record what is filled in")
        said(page, "Recorded:")
        page.get_by_role("region", name="Shoplifting").get_by_role("link", name="Correct").first.click()
        page.get_by_label("The right figure").fill("130")
        page.get_by_label("What is corrected, and why?").fill("Thirty were counted twice.")
        press(page, "Record the correction")
        expect(page.get_by_role("region", name="Shoplifting")).to_contain_text("130")

        # What is published is sealed: it goes on saying what it said.
        come_as(page, "reader", first)
        expect(page.locator(".report-body")).to_contain_text("160")
        expect(page.locator(".report-body")).not_to_contain_text("130")

        come_as(page, "coordinator", first)
        follow(page, "Make another version")
        expect(main(page)).to_contain_text("It stays published until the new version takes its place.")
        make_version(page, 2, "Thirty cases of shoplifting were counted twice.")
        second = page.url
        expect(missing()).to_have_count(0)
        expect(page.locator(".report-page-one")).to_contain_text("130")
        page.goto(first)
        expect_state(page, "Published")
        page.goto(second)
        issue()
        expect(main(page)).to_contain_text("Thirty cases of shoplifting were counted twice.")
        page.goto(first)
        expect_state(page, "Replaced")
        expect(main(page)).to_contain_text("Replaced by version 2; it was published 28 October 2026.")

        # Until the correction is checked for everybody, the shelf holds what it held, and then both, in their order.
        come_as_a_stranger(page, public)
        expect(main(page).get_by_text("was replaced")).to_have_count(0)
        come_as(page, "coordinator", second)
        put_on_the_shelf(page, "quarterly")
        come_as_a_stranger(page, public)
        expect(main(page)).to_contain_text(
            "This version was replaced on 10 November 2026. It is replaced by version 2."
        )
        follow(page, "version 2")
        expect(main(page)).to_contain_text("Published for everybody 10 November 2026, version 2.")
        expect(main(page)).to_contain_text("130")
        expect(main(page).get_by_text("was replaced")).to_have_count(0)
        page.goto("/published/")
        entry = page.get_by_role("listitem").filter(has_text="Q2 2026/27")
        expect(entry).to_contain_text("Published for everybody 10 November 2026, version 2")
        expect(entry).to_contain_text("of 28 October 2026 was replaced")

        # And whoever kept the first paper is told so.
        page.goto("/check/")
        page.locator("input[type=file]").set_input_files(
            {"name": "kept.pdf", "mimeType": "application/pdf", "buffer": printed}
        )
        press(page, "Check this file")
        answer = page.locator(".proof__about .govuk-summary-list__row").filter(has_text="Replaced by")
        expect(answer).to_contain_text("version 2, published 10 November 2026")
