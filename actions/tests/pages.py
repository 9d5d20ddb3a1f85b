"""What the tests of the pages share: a browser of ours on a fixed day, and the form as an officer would send it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.test import Client

from actions.models import Action
from actions.tests.makers import NOW, key
from partners.models import User


@contextmanager
def on(moment: dt.datetime = NOW) -> Iterator[None]:
    """The clock stands at `moment`, for pages and sessions alike."""
    with time_machine.travel(moment, tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(number: int = 1, **changed: Any) -> dict[str, Any]:
    """An update form filled in well; `changed` replaces or adds answers, None leaves one out."""
    answers = {
        "submission_key": str(key(number)),
        "seen": "0",
        "period": "2026-04",
        "rating": "on_track",
        "narrative": "Two patrols a week since June.",
        **changed,
    }
    return {name: value for name, value in answers.items() if value is not None}


def day(name: str, date: dt.date) -> dict[str, str]:
    """A date in the three boxes of the field `name`."""
    return {f"{name}_0": str(date.day), f"{name}_1": str(date.month), f"{name}_2": str(date.year)}


def url(action: Action, verb: str = "") -> str:
    return f"/actions/{action.pk}/{verb}"
