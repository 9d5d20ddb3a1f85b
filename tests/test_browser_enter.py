"""A data owner's quarter from an office computer, with and without scripts: one figure asked about, one not yet to be had."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from performance.models import Measurement, NotYetAvailable
from tests.browser import sign_in

pytestmark = pytest.mark.browser

Axe = Callable[[Page], list[str]]

FIGURE = "Repeat domestic abuse incidents as a share of all"


def enter(page: Page) -> None:
    """From the first page to a figure that is recorded, over a question; then the correction of another."""
    sign_in(page, "officer")
    page.goto("/performance/figures/?quarter=2026-07")
    row = page.get_by_role("region", name=FIGURE)
    row.get_by_label("Q2 2026/27").fill("0.41")
    page.get_by_role("button", name="Record what is filled in").click()
    expect(page.get_by_role("alert")).to_contain_text("Is 41% meant, written as a fraction?")
    expect(row.get_by_label("Q2 2026/27")).to_have_value("0.41")
    row.get_by_label("Q2 2026/27").fill("41.2")
    row.get_by_label("Provisional").check()
    page.get_by_role("button", name="Record what is filled in").click()
    expect(page.get_by_role("alert").filter(has_text="Recorded:")).to_contain_text("(I-16), Q2 2026/27: 41.2")
    assert Measurement.objects.get(indicator__code="I-16", period_start="2026-07-01").provisional
    page.get_by_role("region", name=FIGURE).get_by_role("link", name="Correct").click()
    page.get_by_label("The right figure").fill("41.3")
    page.get_by_label("What is corrected, and why?").fill("Two records came late.")
    page.get_by_role("button", name="Record the correction").click()
    expect(page.get_by_role("region", name=FIGURE)).to_contain_text("41.3")


def test_figures_are_entered(page: Page, axe: Axe, demonstration: None) -> None:
    enter(page)
    assert axe(page) == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_figures_are_entered_without_scripts(page: Page, demonstration: None) -> None:
    enter(page)


def test_a_figure_is_said_to_be_not_yet_available(page: Page, axe: Axe, demonstration: None) -> None:
    sign_in(page, "analyst")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/performance/figures/?quarter=2026-07&owner=PS")
    row = page.get_by_role("region", name="Proven re-offending rate")
    row.get_by_text("Not yet available").click()
    row.get_by_label("When is it expected?").fill("31/12/2026")
    page.get_by_role("button", name="Record what is filled in").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why the figure is not yet available.")
    assert axe(page) == []
    row.get_by_label("Why is there no figure yet?").fill("The Ministry publishes it late.")
    page.get_by_role("button", name="Record what is filled in").click()
    expect(page.get_by_role("region", name="Proven re-offending rate")).to_contain_text("Expected on 31 December 2026")
    assert NotYetAvailable.objects.filter(indicator__code="I-21").count() == 1
    page.goto("/performance/missing/")
    expect(page.get_by_role("main")).to_contain_text("The Ministry publishes it late.")
    assert axe(page) == []
