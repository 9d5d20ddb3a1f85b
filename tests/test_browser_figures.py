"""The chart page as its users meet it: an analyst explains an unusual figure, marks what happened, sets the range anew."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from performance.models import Indicator, Measurement
from priorities.periods import Period, PeriodKind
from tests.makers import NOW, PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Axe = Callable[[Page], list[str]]

STEADY = (100, 104, 98, 102, 101, 97, 103, 99, 100, 104, 98, 102, 101)


@pytest.fixture
def cast() -> Cast:
    """Shoplifting jumps from about 100 to 160 in the newest quarter."""
    made = Cast()
    row = Indicator.objects.create(
        code="SHOP",
        name="Shoplifting",
        unit="offences",
        better="lower",
        data_owner=made.fire,
        all_priorities=True,
        lag_weeks=1,
    )
    period = Period.containing(PeriodKind.QUARTER, NOW.date()).previous()
    for value in (160, *reversed(STEADY)):
        Measurement.objects.create(
            indicator=row,
            period_kind="quarter",
            period_start=period.start,
            value=Decimal(value),
            printed=str(value),
            as_at=dt.date(2026, 10, 8),
            recorded_at=NOW,
            recorded_by=made["analyst"],
        )
        period = period.previous()
    return made


def sign_in(page: Page, role: str, address: str) -> None:
    page.goto(f"/accounts/login/?next={address}")
    page.get_by_label("E-mail address").fill(f"{role}@test.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_unusual_figure_is_found_explained_and_its_range_set_anew(page: Page, cast: Cast, axe: Axe) -> None:
    with time_machine.travel(NOW):
        sign_in(page, "analyst", "/performance/")
        expect(page.get_by_role("heading", name="Worse, and no live action")).to_be_visible()
        page.locator(".figures").get_by_role("link", name="Shoplifting").click()

        chart = page.locator(".chart-pair__wide svg")
        expect(chart).to_be_visible()
        expect(chart.locator("title")).to_contain_text("Shoplifting, Q")
        expect(chart.locator("desc")).to_contain_text("Unusual: 160 in Q2 2026/27")
        expect(page.get_by_text("160 is above the usual range of 91 to 111")).to_be_visible()
        assert axe(page) == []

        page.get_by_role("button", name="Write commentary").click()
        page.get_by_label("Why is the figure what it is?").fill("A third store began to report every theft.")
        page.get_by_role("button", name="Save commentary").click()
        expect(page.get_by_text("Commentary on Q2 2026/27 is saved.")).to_be_visible()
        expect(page.get_by_text("No commentary received")).to_have_count(0)

        page.get_by_role("button", name="Mark what happened").click()
        page.get_by_label("What happened?").fill("A third store began to report")
        page.get_by_role("button", name="Mark on the chart").click()
        expect(page.locator(".chart-pair__wide .chart__marker")).to_have_count(1)
        expect(page.locator(".chart-notes")).to_contain_text("A third store began to report")

        page.get_by_role("button", name="Set the usual range anew").click()
        page.get_by_label("From which period on?").select_option("2025-01")
        page.get_by_role("button", name="Set the usual range", exact=True).click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Say what changed, and who accepted it.")
        page.get_by_label("What changed, and who accepted it?").fill("All thefts are recorded since January 2025.")
        page.get_by_role("button", name="Set the usual range", exact=True).click()
        expect(page.get_by_text("The usual range counts anew from Q4 2024/25.")).to_be_visible()
        expect(page.locator(".chart-pair__wide .chart__range")).to_have_count(2)
        assert axe(page) == []


def test_on_a_phone_the_narrow_chart_is_shown_and_nothing_is_wider(page: Page, cast: Cast) -> None:
    with time_machine.travel(NOW):
        page.set_viewport_size({"width": 360, "height": 800})
        sign_in(page, "officer_of_other", "/indicators/SHOP/")
        expect(page.locator(".chart-pair__narrow svg")).to_be_visible()
        expect(page.locator(".chart-pair__wide svg")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_printed_page_has_the_chart_and_none_of_the_buttons(page: Page, cast: Cast) -> None:
    with time_machine.travel(NOW):
        sign_in(page, "analyst", "/indicators/SHOP/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Shoplifting")
        paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    words = " ".join(" ".join(side.extract_text() for side in paper.pages).split())
    assert "160 is above the usual range of 91 to 111" in words
    assert "unusual change" in words
    assert "Write commentary" not in words
    assert len(paper.pages) <= 3


def test_the_public_view_draws_a_gap_where_a_number_is_hidden(page: Page, cast: Cast) -> None:
    Indicator.objects.update(small_numbers=True)
    Measurement.objects.filter(value=160).update(value=3, printed="3")
    with time_machine.travel(NOW):
        sign_in(page, "coordinator", "/indicators/SHOP/")
        page.get_by_role("link", name="As the public version will show it").click()
        expect(page.locator(".figure-lead")).to_have_text("<5 offences in Q2 2026/27")
        expect(page.locator(".chart-pair__wide .chart__withheld")).to_have_count(1)
        expect(page.locator(".chart-pair__wide .chart__range")).to_have_count(0)
        page.get_by_role("link", name="Back to the partners’ version").click()
        expect(page.locator(".figure-lead")).to_have_text("3 offences in Q2 2026/27")
