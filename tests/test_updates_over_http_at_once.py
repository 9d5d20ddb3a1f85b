"""Twenty requests at once, through real sockets to a server of its own threads: said once, kept once, nothing lost.

On PostgreSQL these are twenty connections and row locks; on SQLite writers queue. The same must come of both.
"""

from __future__ import annotations

import http.client
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from actions.models import Action, Draft, Evidence, Notice, ProgressUpdate
from actions.services.updates import SENT_FOR_ANOTHER
from partners.models import User
from tests.makers import NOW, Cast, key
from tests.test_double_submit import PATIENCE, at_once

AT_ONCE = 20
FILE = b"Ward,Calls\nHeadland,12\n"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str


class Line:
    """One person's browser: sends forms to the live server, any number at a time."""

    def __init__(self, address: str, person: User) -> None:
        self.host = urlsplit(address).netloc
        client = Client()
        client.force_login(person)
        self.token = _get_new_csrf_string()
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self.token}"

    def post(self, path: str, body: bytes, content_type: str) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        headers = {"Cookie": self.cookies, "X-CSRFToken": self.token, "Content-Type": content_type}
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location", ""), answer.read().decode())
        finally:
            connection.close()

    def send(self, path: str, form: dict[str, Any]) -> Answer:
        return self.post(path, urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded")

    def send_with_file(self, path: str, form: dict[str, Any]) -> Answer:
        file = SimpleUploadedFile("calls.csv", FILE, "text/csv")
        return self.post(path, encode_multipart(BOUNDARY, {**form, "evidence_files": file}), MULTIPART_CONTENT)


def filled(number: int, **changed: Any) -> dict[str, Any]:
    said = {"period": "2026-04", "rating": "on_track", "narrative": "Two patrols a week.", "seen": "0"}
    return {**said, "submission_key": str(key(number)), **changed}


def in_row(action: Action, form: dict[str, Any]) -> dict[str, Any]:
    return {f"a{action.pk}-{name}": value for name, value in form.items()}


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    with time_machine.travel(NOW, tick=True):
        yield Cast()


@pytest.fixture
def officer(cast: Cast, live_server: Any) -> Line:
    return Line(live_server.url, cast["officer_of_lead"])


def statuses(answers: list[Answer | Exception]) -> Counter[int]:
    assert all(isinstance(answer, Answer) for answer in answers), answers
    return Counter(answer.status for answer in answers if isinstance(answer, Answer))


@pytest.mark.parametrize("keys", ["one key", "twenty keys"])
def test_twenty_sendings_of_one_form_are_one_update(cast: Cast, officer: Line, keys: str) -> None:
    action = cast.action()
    form = f"/actions/{action.pk}/update/"
    answers = at_once(AT_ONCE, lambda n: officer.send(form, filled(1 if keys == "one key" else n + 1)))
    assert statuses(answers) == {302: AT_ONCE}
    assert action.updates.count() == 1


@pytest.mark.parametrize("keys", ["one key", "twenty keys"])
def test_twenty_sendings_with_a_file_bring_it_once(cast: Cast, officer: Line, keys: str) -> None:
    action = cast.action()
    form = f"/actions/{action.pk}/update/"
    answers = at_once(AT_ONCE, lambda n: officer.send_with_file(form, filled(1 if keys == "one key" else n + 1)))
    assert statuses(answers) == {302: AT_ONCE}
    assert (action.updates.count(), Evidence.objects.count()) == (1, 1)
    evidence = Evidence.objects.get()
    with evidence.file.open("rb") as kept:
        assert kept.read() == FILE


def test_twenty_presses_of_send_all_send_each_row_once(cast: Cast, officer: Line) -> None:
    typed, kept = cast.action("ASB-01"), cast.action("ASB-02")
    officer.send(f"/actions/{kept.pk}/draft/", filled(50, narrative="From the draft."))
    sent = {"row": [typed.pk, kept.pk], **in_row(typed, filled(51, narrative="From the form."))}
    answers = at_once(AT_ONCE, lambda n: officer.send("/actions/mine/send/", sent))
    assert statuses(answers) == {302: AT_ONCE}
    assert [update.narrative for update in typed.updates.all()] == ["From the form."]
    assert [update.narrative for update in kept.updates.all()] == ["From the draft."]
    assert not Draft.objects.exists()


def test_twenty_savings_keep_one_draft_and_bring_back_nothing_sent(cast: Cast, officer: Line) -> None:
    action = cast.action()
    path = f"/actions/{action.pk}"
    answers = at_once(AT_ONCE, lambda n: officer.send(f"{path}/draft/", filled(1, narrative=f"Version {n}.")))
    assert statuses(answers) == {302: AT_ONCE}
    assert Draft.objects.get().content["narrative"][0].startswith("Version ")

    def send_or_keep(n: int) -> Answer:
        return officer.send(f"{path}/update/" if n == 7 else f"{path}/draft/", filled(1))

    assert statuses(at_once(AT_ONCE, send_or_keep)) == {302: AT_ONCE}
    assert (action.updates.count(), Draft.objects.count()) == (1, 0)


def test_one_key_sent_to_twenty_actions_counts_for_one_and_is_refused_in_words(cast: Cast, officer: Line) -> None:
    several = [cast.action(f"ASB-{n:02d}") for n in range(1, 6)]
    answers = at_once(AT_ONCE, lambda n: officer.send(f"/actions/{several[n % 5].pk}/update/", filled(1)))
    [update] = ProgressUpdate.objects.all()
    assert statuses(answers) == {302: AT_ONCE // 5, 200: AT_ONCE - AT_ONCE // 5}
    refused = [answer.body for answer in answers if isinstance(answer, Answer) and answer.status == 200]
    assert all(SENT_FOR_ANOTHER in body and "Two patrols a week." in body for body in refused)
    assert update.narrative == "Two patrols a week."


def test_officers_at_once_are_all_kept_and_told_of_one_another(cast: Cast, live_server: Any) -> None:
    action = cast.action()
    lines = [Line(live_server.url, cast[role]) for role in ("officer_of_lead", "coordinator", "sub_group_lead")]
    answers = at_once(
        3, lambda n: lines[n].send(f"/actions/{action.pk}/update/", filled(n + 1, narrative=f"From {n}."))
    )
    assert statuses(answers) == {302: 3}
    assert {update.narrative for update in action.updates.all()} == {"From 0.", "From 1.", "From 2."}
    action.refresh_from_db()
    assert action.latest_update == action.updates.latest("pk")
    assert Notice.objects.filter(kind="also_updated").count() == 1 + 2  # the first by the second, both by the third


def test_twenty_presses_of_no_change_confirm_what_was_seen_once(cast: Cast, officer: Line) -> None:
    action = cast.action()
    seen = cast.update(action, 90).pk
    pressed = {"period": "2026-04", "seen": seen}
    answers = at_once(
        AT_ONCE,
        lambda n: officer.send(
            f"/actions/{action.pk}/no-change/", {**pressed, "submission_key": str(uuid.UUID(int=100 + n))}
        ),
    )
    assert statuses(answers) == {302: AT_ONCE}
    assert Counter(action.updates.values_list("kind", flat=True)) == {"update": 1, "no_change": 1}
