"""Files and links from an officer's laptop, with and without scripts, and help asked and answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from actions.models import Action, Evidence
from actions.tests.samples import PDF
from tests.browser import sign_in, sign_out

pytestmark = pytest.mark.browser

Axe = Callable[[Page], list[str]]


def files(folder: Path) -> tuple[Path, Path]:
    """A sound PDF, and a web page under a PDF's name."""
    sound, crooked = folder / "Tŷ plan.pdf", folder / "page.pdf"
    sound.write_bytes(PDF)
    crooked.write_bytes(b"<html><script>alert(1)</script></html>")
    return sound, crooked


def send_with_evidence(page: Page, action: Action, folder: Path) -> None:
    """An update whose first file is refused, and which goes through with another and a link."""
    sound, crooked = files(folder)
    page.goto(f"/actions/{action.pk}/update/")
    page.get_by_role("radio", name="On track").check()
    page.get_by_label("What has happened, and what comes next?").fill("Cameras are fitted at two sites.")
    page.get_by_text("Add evidence: files or links").click()
    page.get_by_label("Add files").set_input_files(crooked)
    page.get_by_label("Add links").fill("https://www.hartlepool.gov.uk/cameras")
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_contain_text(
        "Choose the file again: “page.pdf” could not be kept."
    )
    expect(page.get_by_label("What has happened, and what comes next?")).to_have_value(
        "Cameras are fitted at two sites."
    )
    expect(page.get_by_label("Add links")).to_have_value("https://www.hartlepool.gov.uk/cameras")
    page.get_by_label("Add files").set_input_files(sound)
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{action.ref} updated: On track")
    page.goto(f"/actions/{action.pk}/")
    expect(page.get_by_role("link", name="www.hartlepool.gov.uk/cameras")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Tŷ plan.pdf").click()
    assert coming.value.suggested_filename == "Tŷ plan.pdf"
    assert Path(coming.value.path()).read_bytes() == PDF
    assert Evidence.objects.filter(update__action=action).count() == 2


def test_evidence_goes_with_an_update(page: Page, axe: Axe, demonstration: None, tmp_path: Path) -> None:
    sign_in(page, "officer")
    send_with_evidence(page, Action.objects.get(ref="DVA-09"), tmp_path)
    assert axe(page) == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_evidence_goes_with_an_update_without_scripts(page: Page, demonstration: None, tmp_path: Path) -> None:
    sign_in(page, "officer")
    send_with_evidence(page, Action.objects.get(ref="DVA-09"), tmp_path)


def test_help_is_answered_from_the_first_page(page: Page, axe: Axe, demonstration: None) -> None:
    """By keyboard alone: the partner asked answers, and the asker reads it in the history."""
    action = Action.objects.get(ref="ASB-10")
    sign_in(page, "drugs")
    page.get_by_role("link", name=f"Answer ({action.ref})").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Help asked of Cleveland Police")
    page.get_by_role("button", name="Send answer").press("Enter")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("radio", name="We will help").press("Space")
    page.get_by_label("In a sentence or two").press_sequentially("Two officers on Fridays from December.")
    page.get_by_role("button", name="Send answer").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Recorded: We will help.")
    assert axe(page) == []
    page.goto("/")
    expect(
        page.get_by_role("link", name=f"You said that you will help. Say when it is done ({action.ref})")
    ).to_be_visible()
    sign_out(page)
    sign_in(page, "coordinator")
    page.goto(f"/actions/{action.pk}/")
    expect(page.locator(".history")).to_contain_text("We will help. Two officers on Fridays from December.")
