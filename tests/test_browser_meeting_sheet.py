"""A sub-group's meeting sheet prints on one side of A4, without what belongs to the screen."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from actions.rating import Rating
from actions.services.returns import save_return
from priorities.models import Meeting
from tests.makers import H1_2026, NOW, PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A4 = (595, 842)


def test_twelve_actions_half_of_them_in_trouble_fit_on_one_side(page: Page):
    cast = Cast()
    Meeting.objects.create(plan=cast.plan, sub_group=cast.sub_group, date=dt.date(2027, 1, 13), place="Civic Centre")
    for n in range(1, 13):
        action = cast.action(
            f"ASB-{n:02}",
            title=f"Number {n}: an action whose title is about as long as those of the published plan",
            owner=cast["officer_of_lead"],
            reoffending_focus=n % 3 == 0,
            milestones=[("Plan agreed by all partners concerned", dt.date(2026, 6 if n <= 6 else 12, 30))],
        )
        troubled = n <= 6
        if n != 12:
            cast.update(
                action,
                n,
                rating=Rating.OFF_TRACK if n <= 3 else Rating.AT_RISK if troubled else Rating.ON_TRACK,
                reason="The two-year grant ends in March, and the new budget of the lead partner does not include it yet."
                if troubled
                else "",
                help_wanted="Vans." if troubled else "",
                help_wanted_from=cast.housing if troubled else None,
            )
    save_return(
        sub_group=cast.sub_group,
        period=H1_2026,
        paragraph="A hard half-year. " * 20,
        ready=True,
        revision=0,
        by=cast["sub_group_lead"],
        at=NOW,
    )
    with time_machine.travel(NOW):
        page.goto("/accounts/login/?next=/sub-groups/FIRE/meeting/")
        page.get_by_label("E-mail address").fill("sub_group_lead@test.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Fires group: meeting sheet")
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))

    [sheet] = printed.pages
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4
    words = " ".join(sheet.extract_text().split())
    for n in range(1, 13):
        assert f"ASB-{n:02}" in words
    assert words.index("ASB-01") < words.index("ASB-09"), "exceptions come first"
    assert "A hard half-year." in words
    for screen_only in (
        "/actions/",
        "Our part is ready”",
        "Sign out",
        "Keep it",
        "Questions and corrections",
        "Breadcrumb",
    ):
        assert screen_only not in words
