"""The demonstration story up to 23 November 2026, told once a session and put back whole for every test that asks for it.

Past papers are laid out by a quick stand-in: what a PDF looks like is tried on the reports that the tests make themselves.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
import time_machine

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


class Story:
    """On SQLite a copy is kept, since telling the story takes ten seconds; elsewhere it is told anew every time."""

    def __init__(self) -> None:
        self._copies: dict[str, sqlite3.Connection] = {}

    @contextmanager
    def told(self) -> Iterator[None]:
        """The test database holds the story inside, and what it held before afterwards."""
        from django.core.management import call_command
        from django.db import connection

        connection.ensure_connection()
        keeps = connection.vendor == "sqlite"
        if keeps:
            self._keep("before")
        if "story" in self._copies:
            self._put_back("story")
        else:
            _tell()
            if keeps:
                self._keep("story")
        try:
            yield
        finally:
            if keeps:
                self._put_back("before")
            else:
                call_command("flush", interactive=False, verbosity=0)

    def _keep(self, name: str) -> None:
        from django.db import connection

        if name in self._copies:
            self._copies[name].close()
        self._copies[name] = sqlite3.connect(":memory:")
        connection.connection.backup(self._copies[name])

    def _put_back(self, name: str) -> None:
        from django.db import connection

        self._copies[name].backup(connection.connection)


def _tell() -> None:
    from django.core.management import call_command

    from shp_portal.management.commands import seed_demo
    from tests.paper import quick_pdf

    with mock.patch.object(seed_demo.pdf, "make", quick_pdf):
        call_command("seed_demo", as_of=TODAY.isoformat(), verbosity=0, stdout=mock.Mock())


@pytest.fixture(scope="session")
def story() -> Story:
    return Story()


@pytest.fixture
def demonstration(transactional_db: Any, story: Story) -> Iterator[None]:
    """The story in the test database, and the clock going on from ten o'clock on its last day: views read the clock."""
    with story.told(), time_machine.travel(NOW, tick=True):
        yield
