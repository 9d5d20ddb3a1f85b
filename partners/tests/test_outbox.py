"""E-mails owed to people: a row each, sent once, put off when the server is busy, closed when it says no."""

import datetime as dt
import smtplib
import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from kombu.exceptions import OperationalError

from partners import outbox
from partners.models import OutgoingEmail, User
from partners.tests.makers import make_user

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
NOW = dt.datetime(2026, 10, 29, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def chair() -> User:
    return make_user("chair@test.example")


def owe(recipient: User, key: str = "report-with-chair:1", subject: str = "For your decision") -> OutgoingEmail | None:
    return outbox.put(
        recipient=recipient,
        kind="report-with-chair",
        subject=subject,
        text="Read it.",
        html="<p>Read it.</p>",
        dedupe_key=key,
        at=NOW,
    )


def test_what_is_owed_is_sent_once_with_both_parts(chair):
    owe(chair)
    assert outbox.drain(NOW) == outbox.Drained(sent=1)
    assert outbox.drain(NOW) == outbox.Drained()
    [message] = mail.outbox
    assert (message.to, message.subject, message.body) == ([chair.email], "For your decision", "Read it.")
    assert message.alternatives[0].content == "<p>Read it.</p>"
    row = OutgoingEmail.objects.get()
    assert (row.state, row.sent_at, row.attempts) == (State.SENT, NOW, 1)


def test_the_same_cause_owes_no_second_message(chair):
    assert owe(chair) == owe(chair)
    assert owe(chair, key="report-with-chair:2") != owe(chair)
    assert OutgoingEmail.objects.count() == 2


def test_somebody_inactive_gets_nothing(chair):
    owed = owe(chair)
    User.objects.filter(pk=chair.pk).update(is_active=False)
    assert outbox.drain(NOW) == outbox.Drained(failed=1)
    owed.refresh_from_db()
    assert (owed.state, owed.last_error) == (State.FAILED, "The recipient is no longer active.")
    chair.refresh_from_db()
    assert owe(chair, key="another") is None
    assert mail.outbox == []


def test_a_line_break_in_a_title_cannot_add_a_header(chair):
    owe(chair, subject="For you\r\nBcc: everybody@test.example")
    outbox.drain(NOW)
    assert mail.outbox[0].subject == "For you Bcc: everybody@test.example"


def test_a_row_in_another_senders_hands_is_left_to_it_until_its_lease_runs_out(chair):
    owe(chair)
    OutgoingEmail.objects.update(state=State.SENDING, attempts=1, lease_until=NOW + outbox.LEASE)
    assert outbox.drain(NOW) == outbox.Drained()
    assert outbox.drain(NOW + outbox.LEASE + dt.timedelta(seconds=1)) == outbox.Drained(sent=1)


# --- A server that answers --------------------------------------------------------------------------------------------


class Answers:
    """Says what it is told to each recipient, and keeps what it takes."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {}
        self.taken: list[tuple[str, str]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        answer = self.said.get(address, [])
        if answer:
            return answer.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        ids = [line for line in envelope.content.decode().splitlines() if line.startswith("Message-ID:")]
        self.taken += [(address, ids[0]) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def server(settings) -> Iterator[Answers]:
    handler = Answers()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    try:
        yield handler
    finally:
        controller.stop()


def test_not_now_is_tried_again_later_and_delivered_once(chair, server):
    owed = owe(chair)
    server.said = {chair.email: ["451 Try again later"]}
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    owed.refresh_from_db()
    assert (owed.state, owed.not_before) == (State.PENDING, NOW + dt.timedelta(minutes=1))
    assert "451" in owed.last_error
    assert outbox.drain(NOW) == outbox.Drained()
    assert outbox.drain(NOW + dt.timedelta(minutes=1)) == outbox.Drained(sent=1)
    assert server.taken == [(chair.email, f"Message-ID: {outbox.message_id(owed)}")]


def test_a_flat_no_fails_that_message_alone(chair, server):
    other = make_user("vice@test.example")
    refused, taken = owe(chair), owe(other, key="report-with-chair:2")
    server.said = {chair.email: ["550 No such mailbox"]}
    assert outbox.drain(NOW) == outbox.Drained(sent=1, failed=1)
    refused.refresh_from_db()
    taken.refresh_from_db()
    assert (refused.state, taken.state) == (State.FAILED, State.SENT)
    assert "550" in refused.last_error
    assert outbox.drain(NOW + dt.timedelta(days=1)) == outbox.Drained()


def test_a_server_that_is_away_costs_one_message_one_attempt_and_the_others_none(chair, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = free.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    first, second = owe(chair), owe(chair, key="another")
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)
    assert "did not answer" in first.last_error


def test_given_up_after_too_many_attempts(chair, server):
    owed = owe(chair)
    server.said = {chair.email: ["451 Busy"] * outbox.MOST_ATTEMPTS}
    now = NOW
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.drain(now)
        now += outbox.LONGEST_WAIT
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.FAILED, outbox.MOST_ATTEMPTS)
    assert owed.last_error.startswith("Given up after 8 attempts.")
    assert outbox.drain(now) == outbox.Drained()


def test_a_wrong_password_of_ours_condemns_no_message(chair, monkeypatch):
    def refuse(message: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"Authentication failed")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    owed = owe(chair)
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    owed.refresh_from_db()
    assert owed.state == State.PENDING


# --- Nudges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OperationalError("no broker"), ConnectionRefusedError("no broker")])
def test_a_broker_that_is_away_is_logged_and_costs_nobody_anything(monkeypatch, caplog, error):
    def refuse(name: str) -> None:
        raise error

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    assert outbox.wake_drain() is False
    assert "partners.tasks.drain_outbox waits for the next tick" in caplog.text
