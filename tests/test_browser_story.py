"""The main job from end to end, as the people of the demonstration do it in a browser."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from reports import pdf
from reports.models import Rendition
from reports.services import renditions
from tests.browser import sign_in, sign_out
from tests.services.demonstration import NOW

pytestmark = pytest.mark.browser

WORDS = (
    "Two of the seven plans stand still: the analyst who drew the maps has left, and the marina plan has no new one."
)
REASON = "The hotspot analyst's post is vacant until January."
RECOVERY = "The council's analyst draws the marina map in December."
SIX_MONTHLY = "Six-monthly partnership report, April to September 2026"


def lay_out(stage: str) -> None:
    """What the render worker does when it is woken; tests/test_worker.py tries the worker itself."""
    rendition = Rendition.objects.waiting(timezone.now()).get(version__report__kind="six_monthly", stage=stage)
    made = renditions.make_one(rendition=rendition, make=pdf.make, clock=timezone.now)
    assert made.state == Rendition.State.DONE, made.last_error


def fetched(page: Page, link: str) -> bytes:
    """The file behind a link of the page, asked for with the cookies of whoever is signed in."""
    address = page.get_by_role("link", name=link, exact=True).get_attribute("href") or ""
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return answer.body()


def state_of(page: Page) -> str:
    return page.locator(".paper-state .govuk-tag").inner_text()


def follow(page: Page, *links: str) -> None:
    for link in links:
        page.get_by_role("link", name=link, exact=True).click()


def test_from_an_officers_update_to_a_published_report(page: Page, demonstration: None) -> None:
    # The officer finds what is owed, and says that it goes worse than it did.
    sign_in(page, "officer")
    expect(page.get_by_role("heading", name="You owe 1 update")).to_be_visible()
    page.goto("/priorities/ASB/")
    counts = page.locator(".rating-counts__item")
    before = {rating: counts.filter(has_text=rating).inner_text() for rating in ("On track", "At risk")}
    page.goto("/actions/?q=ASB-06")
    row = page.get_by_role("row").filter(has_text="ASB-06")
    expect(row).to_contain_text("On track not confirmed")

    page.get_by_label("Menu").get_by_role("link", name="My actions").click()
    waiting = page.get_by_role("article", name="ASB-06")
    expect(page.get_by_role("heading", name="Waiting for your update (1)")).to_be_visible()
    expect(waiting).to_contain_text("No update received for April to September 2026; last heard 7 April 2026.")
    waiting.get_by_role("button", name="Update ASB-06").click()
    expect(page.get_by_role("radio", name="April to September 2026")).to_be_checked()
    expect(page.get_by_label("Why is it at risk or off track?")).to_be_hidden()
    page.get_by_role("radio", name="At risk").check()
    page.get_by_label("What has happened, and what comes next?").fill(WORDS)
    page.get_by_label("Why is it at risk or off track?").fill(REASON)
    page.get_by_label("What will bring it back on track?").fill(RECOVERY)
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded for April to September 2026.")
    expect(page.get_by_role("alert")).to_contain_text("marked late")
    expect(page.get_by_role("heading", name=re.compile("Waiting for your update"))).to_have_text(
        "Waiting for your update"
    )
    expect(page.get_by_role("article", name="ASB-06")).to_contain_text("At risk")

    # Every page that shows the action says so at once.
    page.goto("/")
    expect(page.get_by_role("heading", name="You owe no updates")).to_be_visible()
    page.goto("/actions/?q=ASB-06")
    expect(row).to_contain_text("At risk")
    expect(row).not_to_contain_text("not confirmed")
    page.goto("/priorities/ASB/")
    after = {rating: counts.filter(has_text=rating).inner_text() for rating in ("On track", "At risk")}
    assert [number(after[rating]) - number(before[rating]) for rating in ("On track", "At risk")] == [-1, 1]
    follow(page, "ASB-06 Hotspot problem-solving plans")
    entry = page.locator(".entry").first
    expect(entry).to_contain_text("Update for April to September 2026 (late)")
    for words in (WORDS, f"Why: {REASON}", f"Recovery: {RECOVERY}"):
        expect(entry).to_contain_text(words)
    sign_out(page)

    # Nothing is made until the portal ticks; then the coordinator finds the report, and its file once it is laid out.
    sign_in(page, "coordinator")
    page.goto("/reports/")
    report = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="April to September 2026"))
    expect(report).to_have_count(0)
    call_command("tick", now=NOW.isoformat())
    page.reload()
    expect(report).to_contain_text(re.compile("The portal.*draft PDF"))
    lay_out("draft")
    page.reload()
    expect(report).to_contain_text("The coordinator, to send it to the chair")
    report.get_by_role("heading").get_by_role("link").click()
    assert state_of(page) == "Draft"
    first = fetched(page, "Draft PDF")
    assert first.startswith(b"%PDF-1.7")
    # The first version holds what had come in by the day updates were due: the officer was late.
    appendix = page.get_by_role("row").filter(has_text="ASB-06 Hotspot problem-solving plans").last
    expect(appendix).to_contain_text("No update received for April to September 2026")
    expect(page.get_by_role("main")).not_to_contain_text(WORDS)

    # So the coordinator, who is told, makes another version, and sends that one.
    expect(page.get_by_role("main")).to_contain_text("1 update came after this version was closed on 21 October 2026")
    page.get_by_role("button", name="Make version 2 with it").click()
    expect(page.get_by_role("radio", name="Everything received so far; what came late is listed")).to_be_checked()
    page.get_by_label("Why is there another version?").fill("ASB-06 came after the day updates were due.")
    page.get_by_role("button", name="Make version 2").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("version 2")
    expect(page.get_by_role("button", name="Send to the chair")).to_have_count(0)
    lay_out("draft")
    page.reload()
    draft = fetched(page, "Draft PDF")
    assert draft.startswith(b"%PDF-1.7")
    assert draft != first
    expect(appendix).to_contain_text(WORDS)
    page.get_by_role("button", name="Send to the chair").click()
    expect(page.get_by_role("alert")).to_contain_text("Version 2 is with the chair")
    assert state_of(page) == "With the chair"
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    sign_out(page)

    # A reader sees nothing of it yet.
    sign_in(page, "reader")
    page.goto("/reports/")
    expect(report).to_have_count(0)
    sign_out(page)

    # The chair reads it on the screen, opens the paper, and approves, though not without the tick.
    sign_in(page, "chair")
    expect(page.get_by_role("heading", name="Waiting for your decision")).to_be_visible()
    page.get_by_role("button", name=re.compile(f"Read and decide.*{SIX_MONTHLY}")).click()
    expect(page.get_by_role("heading", name="The Partnership is asked to")).to_be_visible()
    exception = page.locator("#action-ASB-06")
    for words in ("At risk", WORDS, REASON, RECOVERY):
        expect(exception).to_contain_text(words)
    assert fetched(page, "Draft PDF") == draft
    approve = page.get_by_role("button", name="Approve for the Partnership")
    approve.click()
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_contain_text(
        "Tick the box to approve the report."
    )
    page.get_by_label("I have read this report and approve it for the Partnership").check()
    approve.click()
    expect(page.get_by_role("alert")).to_contain_text("Version 2 is approved for the Partnership.")
    assert state_of(page) == "Approved"
    expect(approve).to_have_count(0)
    sign_out(page)

    # The coordinator publishes once the final paper is there.
    sign_in(page, "coordinator")
    page.goto("/reports/")
    report.get_by_role("heading").get_by_role("link").click()
    publish = page.get_by_role("button", name="Publish")
    expect(publish).to_have_count(0)
    lay_out("final")
    page.reload()
    publish.click()
    expect(page.get_by_role("alert")).to_contain_text("Version 2 is published.")
    assert state_of(page) == "Published"
    address = page.url
    sign_out(page)

    # A reader's lists hold what can be read. Who has the address from an e-mail is told that its public version is being checked.
    sign_in(page, "reader")
    expect(page.get_by_role("link", name=SIX_MONTHLY, exact=True)).to_have_count(0)
    page.goto(address)
    assert state_of(page) == "Published"
    expect(page.get_by_role("main")).to_contain_text("Published 23 November 2026.")
    expect(page.get_by_role("main")).to_contain_text("The version for readers is being checked.")
    expect(page.get_by_role("main")).not_to_contain_text(WORDS)
    expect(page.get_by_role("link", name="Draft PDF")).to_have_count(0)
    expect(page.get_by_role("link", name="Final PDF")).to_have_count(0)
    sign_out(page)
    sign_in(page, "officer")
    follow(page, SIX_MONTHLY)
    # A partner has all of it: the words, the decision, and the paper without "draft".
    expect(page.get_by_role("main")).to_contain_text(WORDS)
    expect(page.locator(".report-sign-off")).to_contain_text(re.compile("Approved .* on 23 November 2026"))
    final = fetched(page, "Final PDF")
    assert final.startswith(b"%PDF-1.7")
    assert final != draft


def number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])
