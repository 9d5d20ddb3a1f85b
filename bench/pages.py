"""Pages of the portal beside the floor: list, action, home, search, an update sent, an export; with 100 to 100,000 actions."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.forms.filters import actions_at
from actions.models import Action
from actions.services import exports
from actions.views.listing import MOST_EXPORTED
from bench.measuring import Sheet, beside
from bench.rows import person, the_plan
from partners import roles

SIZES = (100, 1_000, 10_000, 100_000)

#: Limits of the design, in floors: by page, at any size; of the first page up to `MOST_AT_HOME` actions.
LIST, ACTION, UPDATE, HOME, SEARCH, EXPORT = 3.0, 2.0, 2.0, 3.0, 3.0, 2.0
MOST_AT_HOME = 1_000
MOST_QUERIES = {"list": 8}


def client(role: str) -> Client:
    found = Client(SERVER_NAME="127.0.0.1")
    found.force_login(person(role), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return found


def get(browser: Client, address: str) -> Callable[[], Any]:
    def fetch() -> Any:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
        return b"".join(answer) if answer.streaming else answer

    return fetch


def measure(sheet: Sheet, size: int) -> None:
    sheet.heading(f"Pages, {size:,} actions (a floor is a bare list page of 50 rows)")
    officer, coordinator, chair = client(roles.PARTNER_OFFICER), client(roles.COORDINATOR), client(roles.CHAIR)
    bare = get(coordinator, "/bench/actions/")
    action = Action.objects.filter(owner__isnull=False).order_by("ref").first()
    if action is None:
        raise RuntimeError("There is no action to measure with.")
    home = HOME if size <= MOST_AT_HOME else None
    pages = [
        ("Actions list", coordinator, "/actions/", LIST if size > 100 else 2.5),
        ("Actions list, filtered by rating", coordinator, "/actions/?rating=off_track", LIST),
        ("Action page", officer, f"/actions/{action.pk}/", ACTION),
        ("My actions", officer, "/actions/mine/", None),
        ("Home, officer", officer, "/", home),
        ("Home, coordinator", coordinator, "/", home),
        ("Home, chair", chair, "/", home),
        ("Search", coordinator, "/search/?q=streets", SEARCH),
        ("Performance list, with what the plan printed", coordinator, "/performance/", None),
    ]
    sheet.ratio("The floor, beside no layout at all", beside(bare, get(coordinator, "/bench/barest/")))
    for name, browser, address, limit in pages:
        fetch = get(browser, address)
        sheet.ratio(name, beside(fetch, bare), limit)
        with CaptureQueriesContext(connection) as queries:
            answer = fetch()
        plain = answer.content
        limits = {"Actions list": MOST_QUERIES["list"]}
        sheet.number("  queries", len(queries), "", limits.get(name))
        sheet.number("  HTML", len(plain) / 1000, "kB", 60 if name == "Actions list" else None)
        sheet.number("  HTML, compressed", len(gzip.compress(plain)) / 1000, "kB")
    _write(sheet, officer, bare, action)
    if size <= MOST_EXPORTED:
        bare_file = get(coordinator, "/bench/export.csv")
        sheet.ratio("Export as CSV", beside(get(coordinator, "/actions/export.csv"), bare_file, rounds=15), None)
    else:
        _file(sheet, coordinator)


def _write(sheet: Sheet, officer: Client, bare: Callable[[], Any], action: Action) -> None:
    address = f"/actions/{action.pk}/update/"

    def send() -> None:
        answer = officer.post(
            address,
            {
                "submission_key": str(uuid.uuid4()),
                "period": "2026-04",
                "rating": "on_track",
                "narrative": f"What came since, {uuid.uuid4()}.",
                "seen": "999999999",
            },
        )
        if answer.status_code != 302:
            raise RuntimeError(f"The update was answered {answer.status_code}.")

    sheet.ratio("An update sent", beside(send, bare, rounds=15), UPDATE)


def _file(sheet: Sheet, coordinator: Client) -> None:
    """A list too long to wait for: the file as the worker makes it, beside a bare streaming export of the same rows."""
    by = person(roles.COORDINATOR)
    bare = get(coordinator, "/bench/export.csv")

    def ours() -> None:
        asked = exports.request_export(plan=the_plan(), kind="csv", query="", by=by, at=timezone.now())
        made = exports.run_export(pk=asked.pk, select=actions_at, clock=timezone.now)
        if made is None or made.state != made.State.DONE:
            raise RuntimeError("The file was not made.")

    sheet.ratio("File of the whole list, CSV", beside(ours, bare, rounds=3), EXPORT)
