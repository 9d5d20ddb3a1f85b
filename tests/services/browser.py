"""Chromium on the live server, watched for what a visitor would never see: broken policies, script errors, outside requests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

AXE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, as root or not, asking nobody outside for anything."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.fail("Chromium is missing: `make test` installs Debian's `chromium`.", pytrace=False)
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"]
    return {"executable_path": chromium, "args": ["--no-sandbox", *quiet]}


@pytest.fixture(scope="session")
def browser_context_args(live_server: Any) -> dict[str, Any]:
    return {
        "base_url": live_server.url,
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The live server's address, which e-mails and pages then carry."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def page(page: Page, site: str) -> Iterator[Page]:
    """Playwright's own page, watched."""
    faults: list[str] = []
    host = urlsplit(site).netloc

    def hear(message: ConsoleMessage) -> None:
        where = message.location.get("url")
        # Chromium logs an error for a page that answers 404 or 403 itself, which is no fault of the page.
        itself = where == page.url and message.text.startswith("Failed to load resource")
        if message.type == "error" and not itself:
            faults.append(f"{page.url}: {message.text} ({where})")

    def see(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != host:
            faults.append(f"{page.url} asked {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", see)
    page.set_default_timeout(10_000)
    yield page
    assert faults == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """axe-core's verdict on a page. It is evaluated, not added as a script tag, so that the page keeps its policy."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: `make kit` fetches it.", pytrace=False)
    source = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        return [
            f"{page.url}: {fault['id']}: {fault['help']}: {node['html'][:160]} ({' '.join(node['target'])})"
            for fault in found
            for node in fault["nodes"]
        ]

    return violations
