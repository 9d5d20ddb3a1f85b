"""What the browser tests do as people do it: sign in, sign out, wait for a page."""

from playwright.sync_api import Page, expect

from shp_portal.demo.accounts import PASSWORD


def sign_in(page: Page, handle: str) -> None:
    """Sign in as one of the demonstration's accounts, through the page."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(f"{handle}@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
