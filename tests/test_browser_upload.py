"""Figures sent in the browser: a table with faults, then the mended one, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners.models import User
from performance.models import Indicator, Measurement, Upload
from performance.services import uploads
from tests.browser import sign_in

pytestmark = pytest.mark.browser

Axe = Callable[[Page], list[str]]


@pytest.fixture
def fires(demonstration: None) -> Indicator:
    """An indicator of the officer's that has no figure yet."""
    return Indicator.objects.create(
        code="X-99",
        name="Fires in bins",
        unit="fires",
        better="lower",
        data_owner=User.objects.get(email="officer@demo.example").partner,
    )


def is_read() -> Upload:
    """What the worker does with the newest upload."""
    upload = Upload.objects.latest("pk")
    assert uploads.run_upload(pk=upload.pk, clock=timezone.now)
    upload.refresh_from_db()
    return upload


def send(page: Page, text: str, name: str = "figures.csv") -> None:
    page.get_by_label("Choose a file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Check the table").click()


def looked_over(page: Page, axe: Axe, heading: str) -> None:
    """No fault that axe can find, on a desk and on a phone, where nothing is wider than the screen."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.activeElement.blur()")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_table_with_faults_and_then_the_mended_one(page: Page, axe: Axe, fires: Indicator) -> None:
    sign_in(page, "officer")
    page.get_by_role("link", name="Performance", exact=True).first.click()
    page.get_by_role("link", name="Uploads").click()
    looked_over(page, axe, "Uploads")
    page.get_by_role("button", name="Send figures").click()
    page.get_by_text("What the table should look like").click()
    looked_over(page, axe, "Send figures")
    page.get_by_role("button", name="Check the table").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file, or paste the cells below.")
    looked_over(page, axe, "Send figures")

    send(page, "Code,Figure\nX-98,4\nX-99,about 4\n")
    expect(page.get_by_text("Waiting to be read.")).to_be_visible()
    page.evaluate("window.still = true")
    is_read()
    faults = page.get_by_role("region", name="Faults: where, what is wrong and what was expected")
    expect(faults).to_contain_text("Is Fires in bins (X-99) meant?")
    expect(faults.get_by_role("row", name="B3 “about 4” is not one number.")).to_be_visible()
    assert page.evaluate("window.still") is True
    looked_over(page, axe, "figures.csv")
    assert Measurement.objects.filter(indicator=fires).count() == 0

    page.get_by_role("button", name="Send the mended table").click()
    send(page, "Code,Figure\nX-99,4.5\n")
    expect(page.get_by_text("Waiting to be read.")).to_be_visible()
    is_read()
    page.get_by_role("button", name="Store the table").click()
    expect(page.get_by_role("alert")).to_contain_text("One question is not answered.")
    looked_over(page, axe, "figures.csv")
    page.get_by_label("4.5 is not a whole number").check()
    page.get_by_role("button", name="Store the table").click()
    expect(page.get_by_text("Being stored.")).to_be_visible()
    is_read()
    expect(page.get_by_text("1 figure stored.").first).to_be_visible()
    looked_over(page, axe, "figures.csv")
    assert Measurement.objects.get(indicator=fires).printed == "4.5"


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_columns_are_named_and_a_paste_is_stored(page: Page, fires: Indicator) -> None:
    sign_in(page, "officer")
    page.goto("/performance/uploads/new/figures/")
    page.get_by_label("Or paste cells from a spreadsheet").fill("Kennzahl\tWert\nX-99\t4\n")
    page.get_by_role("button", name="Check the table").click()
    expect(page.get_by_text("Waiting to be read.")).to_be_visible()
    is_read()
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("Say which column holds what.")).to_be_visible()
    page.get_by_role("button", name="Name the columns").click()
    page.get_by_label("Column A: “Kennzahl”").select_option("Indicator’s short code")
    page.get_by_label("Column B: “Wert”").select_option("Figure")
    page.get_by_role("button", name="Check the table by these columns").click()
    expect(page.get_by_text("Waiting to be read.")).to_be_visible()
    is_read()
    page.get_by_role("link", name="Check again").click()
    page.get_by_role("button", name="Store the table").click()
    expect(page.get_by_text("Being stored.")).to_be_visible()
    is_read()
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("1 figure stored.")).to_be_visible()
    assert Measurement.objects.get(indicator=fires).upload == Upload.objects.latest("pk")
