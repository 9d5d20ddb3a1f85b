"""The coordinator's log of e-mails: what became of each and why, filters in the address, and “send again”."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import OutgoingEmail, User
from shp_portal.tests.scene import Cast, browser, on, page, text_of

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
AT = dt.datetime(2026, 10, 12, 7, 2, tzinfo=dt.UTC)  # two past eight in London


@pytest.fixture
def cast() -> Cast:
    return Cast()


def email(recipient: User, number: int = 1, **fields) -> OutgoingEmail:
    return OutgoingEmail.objects.create(
        **{
            "recipient": recipient,
            "kind": "digest",
            "subject": f"{number} updates due on 21 October 2026",
            "text": "Hello,\n<b>words</b>",
            "dedupe_key": f"digest:2026-10-12:{number}",
            "created_at": AT,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Waiting"),
        (
            {"attempts": 2, "not_before": AT, "last_error": "The mail server answered 451: Busy"},
            "Waiting, tried twice; next try 12 October 2026, 08:02 The mail server answered 451: Busy",
        ),
        ({"state": State.SENDING, "attempts": 1}, "Being sent"),
        ({"state": State.SENT, "attempts": 1, "sent_at": AT}, "Sent 12 October 2026, 08:02"),
        (
            {"state": State.FAILED, "attempts": 1, "last_error": "The mail server answered 550: No such mailbox"},
            "Not delivered, tried once The mail server answered 550: No such mailbox",
        ),
        (
            {"state": State.DROPPED, "last_error": "It was not sent on its day."},
            "Not sent: out of date It was not sent on its day.",
        ),
    ],
)
def test_what_became_of_it_and_why(cast: Cast, fields, said):
    email(cast.officer, **fields)
    html = page(cast.coordinator, "/board/emails/")
    assert said in text_of(html)
    assert "1 updates due on 21 October 2026" in html
    assert "Daily summary, written 12 October 2026, 08:02" in text_of(html)
    assert "officer@example.org, Fire brigade" in text_of(html)
    assert "&lt;b&gt;words&lt;/b&gt;" in html
    assert ("Send again" in html) is (fields.get("state") in (State.SENT, State.FAILED))


def test_what_failed_or_waits_is_counted_at_the_top(cast: Cast):
    assert "No e-mail has been written yet." in page(cast.coordinator, "/board/emails/")
    email(cast.officer, 1, state=State.FAILED)
    email(cast.officer, 2, state=State.FAILED)
    email(cast.officer, 3)
    said = text_of(page(cast.coordinator, "/board/emails/"))
    assert "2 e-mails not delivered." in said
    assert "1 e-mail waiting to be sent." in said


def test_filters_narrow_and_what_is_unknown_is_left_out(cast: Cast):
    email(cast.officer, 1, state=State.FAILED)
    email(cast.lead, 2)
    email(cast.chair, 3, kind="report-with-chair")

    def shown(query: str) -> list[int]:
        html = page(cast.coordinator, f"/board/emails/{query}")
        return [n for n in (1, 2, 3) if f"{n} updates due" in html]

    assert shown("?state=failed") == [1]
    assert shown("?q=LEAD@") == [2]
    assert shown("?kind=report-with-chair") == [3]
    assert shown("?kind=digest&state=pending") == [2]
    assert shown("?state=lost&kind=rumour&before=x&q=%00") == [1, 2, 3]
    assert shown("?q=nobody") == []
    assert "No e-mail meets all of these filters." in page(cast.coordinator, "/board/emails/?q=nobody")


def test_fifty_a_page_older_ones_behind_a_link(cast: Cast):
    for n in range(1, 53):
        email(cast.officer, n)
    first = page(cast.coordinator, "/board/emails/?state=pending")
    assert first.count('role="rowheader"') == 50
    oldest = OutgoingEmail.objects.order_by("pk")[2].pk
    assert f'href="/board/emails/?state=pending&amp;before={oldest}"' in first
    second = page(cast.coordinator, f"/board/emails/?state=pending&before={oldest}")
    assert second.count('role="rowheader"') == 2
    assert 'href="/board/emails/?state=pending"' in second


def test_send_again_owes_it_once_more_and_comes_back_to_the_same_page(cast: Cast, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", woken.append)
    failed = email(cast.officer, state=State.FAILED, attempts=1, last_error="The mail server answered 550: No")
    with on():
        client = browser(cast.coordinator)
        sent = client.post(f"/board/emails/{failed.pk}/send-again/", {"back": "state=failed&q=officer&next=//evil"})
        assert sent.url == "/board/emails/?q=officer&state=failed"
        said = client.get("/board/emails/").content.decode()
    assert "goes to officer again." in said
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (State.PENDING, 0)
    assert woken == ["partners.tasks.drain_outbox"]


def test_nothing_goes_to_somebody_who_left(cast: Cast):
    failed = email(cast.officer, state=State.FAILED)
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    with on():
        client = browser(cast.coordinator)
        assert "Send again" not in client.get("/board/emails/").content.decode()
        said = client.post(f"/board/emails/{failed.pk}/send-again/", follow=True).content.decode()
    assert "officer is no longer active: nothing is sent to them." in said
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_it_is_the_coordinators_alone(cast: Cast):
    failed = email(cast.officer, state=State.FAILED)
    for person in (cast.officer, cast.lead, cast.analyst, cast.chair, cast.reader, cast.admin):
        page(person, "/board/emails/", 404)
        with on():
            assert browser(person).post(f"/board/emails/{failed.pk}/send-again/").status_code == 404
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_as_many_queries_for_thirty_as_for_three(cast: Cast):
    def cost() -> int:
        with on():
            client = browser(cast.coordinator)
            client.get("/board/emails/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/board/emails/")
        return len(queries)

    for n in range(3):
        email(cast.officer, n, state=State.FAILED)
    few = cost()
    for n in range(3, 30):
        email(cast.lead, n, state=State.FAILED)
    assert cost() == few <= 8
