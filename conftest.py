"""What any test may ask for. The rooms' own makers stand beside their tests.

Marked `browser` (Chromium, headless):
    page        Playwright's page on the live server: `page.goto("/actions/")`. After the test it fails when the page
                broke its content security policy, wrote an error to the console, or asked another host for anything.
                No JavaScript: `@pytest.mark.browser_context_args(java_script_enabled=False)`.
    axe         `axe(page) -> list[str]`: a line for each accessibility violation on the page as it stands.
    site        the live server's address, which the settings then take for SITE_URL.
    demonstration   the story of seed_demo up to 23 November 2026 in the database, and the clock set to that day.
Marked `worker` (real processes on the test database and Valkey):
    valkey_url  the address of a Valkey of our own.
    workers     worker, render worker and beat, ticking every two seconds: `workers.until(lambda: …, "what for")`.
Marked `pdf`:
    verapdf     `verapdf(path_or_bytes) -> list[Failure]`: what PDF/A-2a and PDF/UA-1 have to say; empty is good.

The database is what DATABASE_URL says (SQLite in a file of its own when unset); the clock is an argument, so no test
freezes time. See tests/settings.py for what else the tests are told.
"""

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that a failure is a change's and not the day's; a slow machine is no failure.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = [
    "tests.services.browser",
    "tests.services.demonstration",
    "tests.services.workers",
    "tests.services.pdf",
]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """allauth counts sign-ins in the cache: one test's must not lock out the next."""
    from django.core.cache import cache

    cache.clear()
