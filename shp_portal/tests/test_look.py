"""The portal's own pages in Chromium: accessible, within a phone's width, and whole without JavaScript."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from actions.rating import Rating
from partners.models import User
from shp_portal.tests.scene import Cast, update, version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "officer": ["/", "/plan/", "/priorities/ASB/", "/sub-groups/FIRE/", "/re-offending/", "/accounts/password/change/"],
    "coordinator": ["/"],
    "chair": ["/"],
    "analyst": ["/"],
    "reader": ["/", "/plan/"],
    "admin": ["/"],
}


@pytest.fixture
def cast(site):
    cast = Cast()
    cast.plan.is_demonstration = True
    cast.plan.save()
    cast.action("ASB-01", reoffending_focus=True)
    update(cast, cast.action("ASB-02"), 1, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A crew.",
           help_wanted="A crew.", help_wanted_from=cast.housing)  # fmt: skip
    version(cast, "2026-04", "with_chair")
    version(cast, "2025-10", "published")
    return cast


def _sign_in(page, user: User, site: str) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def _overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(page, axe, site, cast, width):
    page.set_viewport_size({"width": width, "height": 900})
    for address in ("/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(address)
        assert axe(page) == []
        assert _overflow(page) <= 0
    for who, addresses in PAGES.items():
        _sign_in(page, getattr(cast, who), site)
        for address in addresses:
            page.goto(address)
            assert page.locator("h1").count() == 1
            assert axe(page) == []
            assert _overflow(page) <= 0, (who, address)


def test_a_refused_sign_in_is_accessible(page, axe, cast):
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert axe(page) == []
    page.locator(".govuk-error-summary a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_login"


def test_on_a_phone_the_menu_opens_by_its_button(page, site, cast):
    page.set_viewport_size({"width": 360, "height": 800})
    _sign_in(page, cast.officer, site)
    page.goto("/")
    link = page.get_by_role("link", name="Re-offending")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert link.is_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_menu_stands_open_and_one_can_sign_out(page, site, cast):
    page.set_viewport_size({"width": 360, "height": 800})
    _sign_in(page, cast.officer, site)
    page.goto("/")
    assert page.get_by_role("link", name="Re-offending").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/plan/")
    assert page.get_by_role("heading", name="Sign in").is_visible()
