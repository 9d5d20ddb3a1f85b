"""A session ends after so long without a visit; a page says how long that is, and asking is no visit."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.tests.makers import NOW, Cast

pytestmark = pytest.mark.django_db

AGE = 12 * 60 * 60


def left(client: Client) -> int:
    return int(client.get("/session/").json()["seconds"])


def after(**time: int) -> time_machine.travel:
    return time_machine.travel(NOW + dt.timedelta(**time), tick=False)


@pytest.fixture
def officer() -> Client:
    client = Client()
    with after():
        client.force_login(Cast().officer)
        client.get("/actions/")
    return client


def test_a_visit_begins_the_time_anew_and_asking_does_not(officer: Client) -> None:
    with after(hours=11):
        assert left(officer) == 60 * 60
        assert left(officer) == 60 * 60
        page = officer.get("/actions/").content.decode()
        assert f'data-seconds="{AGE}" data-length="{AGE}"' in page
    with after(hours=22):
        assert left(officer) == 60 * 60


def test_staying_signed_in_is_one_press(officer: Client) -> None:
    with after(hours=11):
        assert officer.post("/session/").json() == {"seconds": AGE}
    with after(hours=22):
        assert left(officer) == 60 * 60


def test_without_a_visit_it_ends(officer: Client) -> None:
    with after(hours=12, seconds=1):
        assert left(officer) == 0
        assert officer.get("/actions/").status_code == 302


def test_a_stranger_has_no_time_and_gets_none(db: None) -> None:
    client = Client()
    assert client.post("/session/").json() == {"seconds": 0}
    assert not client.cookies


def test_most_visits_write_nothing(officer: Client) -> None:
    with after(minutes=30), CaptureQueriesContext(connection) as queries:
        officer.get("/actions/")
    assert not [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    with after(minutes=90), CaptureQueriesContext(connection) as queries:
        officer.get("/actions/")
    assert [query["sql"] for query in queries if "django_session" in query["sql"] and query["sql"].startswith("UPDATE")]
