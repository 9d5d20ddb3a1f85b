"""The officer's part where scripts do not run: an old phone, a locked-down council laptop, a broken download."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sign_in, sign_out

pytestmark = [pytest.mark.browser, pytest.mark.browser_context_args(java_script_enabled=False)]

WORDS = "Two of the seven plans stand still since the analyst left; “marina” & <town centre> go on."
REASON = "The hotspot analyst's post is vacant until January."


def test_an_officer_updates_with_an_error_on_the_way(page: Page, demonstration: None) -> None:
    sign_in(page, "officer")
    page.get_by_label("Menu").get_by_role("link", name="My actions").click()
    page.get_by_role("article", name="ASB-06").get_by_role("button", name="Update ASB-06").click()

    # At risk without a reason: nothing typed is lost, and the summary leads to the question that wants an answer.
    page.get_by_role("radio", name="At risk").check()
    page.get_by_label("What has happened, and what comes next?").fill(WORDS)
    page.get_by_label("Restrict these words").check()
    page.get_by_role("button", name="Send update").click()
    expect(page).to_have_title("Error: Update ASB-06 – Safer Hartlepool Partnership")
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    reason = page.get_by_label("Why is it at risk or off track?")
    link = summary.get_by_role("link")
    expect(link).to_have_count(1)
    told = link.inner_text()
    assert link.get_attribute("href") == f"#{reason.get_attribute('id')}"
    expect(page.locator("#div_id_reason .govuk-error-message")).to_contain_text(told)
    expect(page.get_by_role("radio", name="At risk")).to_be_checked()
    expect(page.get_by_label("What has happened, and what comes next?")).to_have_value(WORDS)
    expect(page.get_by_label("Restrict these words")).to_be_checked()

    reason.fill(REASON)
    page.get_by_label("Restrict these words").uncheck()
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded for April to September 2026.")
    expect(page.get_by_role("heading", name="Waiting for your update", exact=True)).to_be_visible()
    page.get_by_role("link", name="ASB-06 Hotspot problem-solving plans").click()
    entry = page.locator(".entry").first
    expect(entry).to_contain_text("At risk")
    expect(entry).to_contain_text(WORDS)
    expect(entry).to_contain_text(f"Why: {REASON}")
    sign_out(page)
    page.goto("/actions/mine/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_no_change_is_one_press(page: Page, demonstration: None) -> None:
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    page.get_by_role("button", name="No change, confirmed for ASB-06").click()
    expect(page.get_by_role("alert")).to_contain_text("ASB-06 confirmed, no change: On track.")
    row = page.get_by_role("article", name="ASB-06")
    expect(row).to_contain_text("On track")
    expect(row).not_to_contain_text("not confirmed")
    expect(row).to_contain_text("Update received for April to September 2026")
    expect(page.get_by_role("button", name="No change, confirmed")).to_have_count(0)
    sign_out(page)
