"""The file of a long list, asked for in the browser: the page follows it by itself, or when told to look again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from actions.forms.filters import actions_at
from actions.models import Action, Export
from actions.services import exports
from actions.views import listing
from tests.browser import sign_in
from tests.services.demonstration import NOW

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration's forty actions are already too many to wait for."""
    monkeypatch.setattr(listing, "MOST_EXPORTED", 3)


def asked(page: Page) -> Export:
    sign_in(page, "officer")
    page.goto("/actions/?sort=-due")
    page.get_by_role("button", name="Make a CSV file").click()
    expect(page.get_by_text("Waiting to be made.")).to_be_visible()
    return Export.objects.get()


def began(export: Export) -> None:
    Export.objects.filter(pk=export.pk).update(state="running", lease_until=NOW, rows_done=20, total=40)


def is_made(export: Export) -> None:
    """What the worker does; the row had only been marked as begun."""
    Export.objects.filter(pk=export.pk).update(state="queued", lease_until=None, rows_done=0, total=None)
    assert exports.run_export(pk=export.pk, select=actions_at, clock=lambda: NOW)


def downloaded(page: Page) -> list[str]:
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the CSV file").click()
    assert coming.value.suggested_filename == "actions-2026-11-23.csv"
    with Path(coming.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


def test_the_page_follows_by_itself(page: Page, axe: Callable[[Page], list[str]], demonstration: None) -> None:
    export = asked(page)
    page.evaluate("window.still = true")
    page.get_by_role("link", name="Files made for you").last.focus()
    began(export)
    bar = page.get_by_role("progressbar", name="Being made: 20 of 40 actions.")
    expect(bar).to_be_visible()
    assert bar.evaluate("bar => bar.position") == 0.5
    assert page.evaluate("document.activeElement.textContent") == "Files made for you"
    page.evaluate("document.activeElement.blur()")  # what has the focus is not underlined
    assert axe(page) == []
    is_made(export)
    expect(page.get_by_role("status").filter(has_text="The file is ready: 40 actions")).to_be_attached()
    assert page.evaluate("window.still") is True
    assert sorted(downloaded(page)) == sorted(Action.objects.values_list("ref", flat=True))


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_one_looks_again(page: Page, demonstration: None) -> None:
    export = asked(page)
    began(export)
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("Being made: 20 of 40 actions.")).to_be_visible()
    is_made(export)
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("The file is ready")).to_be_visible()
    assert len(downloaded(page)) == 40
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Files made for you").click()
    expect(page.get_by_text("Ready: 40 actions")).to_be_visible()
