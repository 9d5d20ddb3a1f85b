"""E-mails owed to people: a row each, sent once, put off when the server is busy, closed when it says no."""

import asyncio
import datetime as dt
import email
import email.policy
import smtplib
import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from kombu.exceptions import OperationalError

from partners import outbox, roles
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
    """Says what it is told to each recipient, or to a message's text, and keeps what it takes.

    `dies`: so many messages are taken, and the connection cut before the answer. `mute`: recipients never answered.
    """

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {}
        self.said_to_text: list[str] = []
        self.taken: list[tuple[str, str]] = []
        self.contents: list[bytes] = []
        self.dies = 0
        self.mute: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        if address in self.mute:
            await asyncio.Event().wait()
        answer = self.said.get(address, [])
        if answer:
            return answer.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.said_to_text:
            return self.said_to_text.pop(0)
        ids = [line for line in envelope.content.decode().splitlines() if line.startswith("Message-ID:")]
        self.taken += [(address, ids[0]) for address in envelope.rcpt_tos]
        self.contents.append(envelope.content)
        if self.dies:
            self.dies -= 1
            server.transport.abort()
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
    assert owed.last_error.startswith("Given up after 24 attempts.")
    assert outbox.drain(now) == outbox.Drained()


def test_a_wrong_password_of_ours_condemns_no_message(chair, monkeypatch):
    def refuse(message: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"Authentication failed")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    owed = owe(chair)
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    owed.refresh_from_db()
    assert owed.state == State.PENDING


def test_the_exact_message_on_the_wire(chair, server):
    owed = owe(chair, subject="For your decision: “April to September”")
    assert outbox.drain(NOW) == outbox.Drained(sent=1)
    message = email.message_from_bytes(server.contents[0], policy=email.policy.default)
    headers = {name: str(value) for name, value in message.items() if name not in ("Date", "Content-Type")}
    assert headers == {
        "Subject": "For your decision: “April to September”",
        "From": "portal@demo.example",
        "To": "chair@test.example",
        "Message-ID": f"<email-{owed.pk}.20261029100000@127.0.0.1>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    assert str(message["Date"]).endswith(" -0000")  # UTC, the zone of the server kept back
    assert [(part.get_content_type(), part.get_content().strip()) for part in message.iter_parts()] == [
        ("text/plain", "Read it."),
        ("text/html", "<p>Read it.</p>"),
    ]


def test_a_connection_that_dies_after_the_text_is_uncertain_and_tried_again_under_the_same_id(chair, server):
    owed = owe(chair)
    server.dies = 1
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.PENDING, 1)
    assert "did not answer" in owed.last_error
    assert outbox.drain(NOW + dt.timedelta(minutes=1)) == outbox.Drained(sent=1)
    assert server.taken == 2 * [(chair.email, f"Message-ID: {outbox.message_id(owed)}")]


def test_a_server_that_says_nothing_is_left_after_the_time_out(chair, server, settings):
    settings.EMAIL_TIMEOUT = 0.2
    owed = owe(chair)
    server.mute = {chair.email}
    assert outbox.drain(NOW) == outbox.Drained(put_off=1)
    owed.refresh_from_db()
    assert "timed out" in owed.last_error
    server.mute = set()
    assert outbox.drain(NOW + dt.timedelta(minutes=1)) == outbox.Drained(sent=1)
    assert len(server.taken) == 1


def test_a_busy_server_puts_off_that_message_and_not_the_next(chair, server):
    other = make_user("vice@test.example")
    owe(chair)
    owe(other, key="report-with-chair:2")
    server.said_to_text = ["452 Out of space"]
    assert outbox.drain(NOW) == outbox.Drained(sent=1, put_off=1)
    assert [address for address, _ in server.taken] == [other.email]


def test_a_text_refused_for_good_is_closed_with_the_servers_words(chair, server):
    owed = owe(chair)
    server.said_to_text = ["554 5.7.1 Looks like spam"]
    assert outbox.drain(NOW) == outbox.Drained(failed=1)
    owed.refresh_from_db()
    assert (owed.state, owed.last_error) == (State.FAILED, "The mail server answered 554: 5.7.1 Looks like spam")


def test_the_waits_double_up_to_four_hours_and_outlast_a_week_end():
    waits = [outbox.wait_after(attempts) for attempts in range(1, outbox.MOST_ATTEMPTS)]
    assert [wait.total_seconds() / 60 for wait in waits[:10]] == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert sum(waits, dt.timedelta()) > dt.timedelta(days=2, hours=14)  # Friday 18:00 to Monday 08:00


# --- Send again -------------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator() -> User:
    return make_user("coordinator@test.example", roles.COORDINATOR)


def again(one: OutgoingEmail, by: User) -> OutgoingEmail:
    return outbox.send_again(email=one, by=by, at=NOW + dt.timedelta(hours=1))


def test_what_was_not_delivered_starts_anew_in_its_own_row(chair, coordinator, server):
    owed = owe(chair)
    server.said = {chair.email: ["550 No such mailbox"]}
    outbox.drain(NOW)
    assert again(owed, coordinator) == owed
    assert again(owed, coordinator) == owed
    assert OutgoingEmail.objects.count() == 1
    assert outbox.drain(NOW) == outbox.Drained(sent=1)
    assert server.taken == [(chair.email, f"Message-ID: {outbox.message_id(owed)}")]


def test_what_was_sent_goes_out_once_more_under_another_id(chair, coordinator, server):
    owed = owe(chair)
    outbox.drain(NOW)
    copy = again(owed, coordinator)
    assert again(owed, coordinator) == copy, "while it waits, nothing new is owed"
    assert again(copy, coordinator) == copy
    outbox.drain(NOW)
    assert again(copy, coordinator) == again(owed, coordinator)
    outbox.drain(NOW)
    assert [one.dedupe_key for one in OutgoingEmail.objects.order_by("pk")] == [
        "report-with-chair:1",
        "report-with-chair:1:again:1",
        "report-with-chair:1:again:2",
    ]
    assert len(set(server.taken)) == 3
    assert len(set(server.contents)) == 3


def test_only_a_coordinator_sends_again_and_nothing_goes_to_a_leaver(chair, coordinator):
    owed = owe(chair)
    OutgoingEmail.objects.update(state=State.FAILED)
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        again(owed, chair)
    User.objects.filter(pk=chair.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="no longer active"):
        again(OutgoingEmail.objects.get(), coordinator)
    assert OutgoingEmail.objects.get().state == State.FAILED


# --- Nudges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OperationalError("no broker"), ConnectionRefusedError("no broker")])
def test_a_broker_that_is_away_is_logged_and_costs_nobody_anything(monkeypatch, caplog, error):
    def refuse(name: str) -> None:
        raise error

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    assert outbox.wake_drain() is False
    assert "partners.tasks.drain_outbox waits for the next tick" in caplog.text


# --- What a room asks before its e-mails go out -----------------------------------------------------------------------


@pytest.fixture
def doubts(monkeypatch) -> dict[str, object]:
    """A room that doubts reports: what it says, and which messages it was told to forget."""
    known: dict[str, object] = {"why": "Nobody waits for it any more.", "forgotten": []}
    caution = outbox.Caution(lambda email, now: known["why"], lambda email: known["forgotten"].append(email.pk))
    monkeypatch.setitem(outbox._cautions, "report-with-chair", caution)
    return known


def test_what_its_room_wants_sent_no_more_is_dropped_with_the_reason(chair, doubts):
    row = owe(chair)
    assert outbox.drain(NOW) == outbox.Drained(dropped=1)
    assert outbox.drain(NOW) == outbox.Drained()
    row.refresh_from_db()
    assert (row.state, row.last_error, row.lease_until) == (State.DROPPED, "Nobody waits for it any more.", None)
    assert doubts["forgotten"] == [row.pk]
    assert mail.outbox == []


def test_what_its_room_has_no_doubt_of_is_sent(chair, doubts):
    doubts["why"] = ""
    owe(chair)
    assert outbox.drain(NOW) == outbox.Drained(sent=1)
    assert doubts["forgotten"] == []


def test_what_somebody_else_is_sending_is_not_dropped(chair, doubts):
    row = owe(chair)
    OutgoingEmail.objects.update(state=State.SENDING, attempts=1)
    assert outbox.drop(email=row, why="Too old.") is False
    row.refresh_from_db()
    assert (row.state, doubts["forgotten"]) == (State.SENDING, [])


def test_a_room_that_cannot_forget_drops_nothing(chair, monkeypatch):
    def refuse(email: OutgoingEmail) -> None:
        raise RuntimeError("The ledger is away")

    monkeypatch.setitem(outbox._cautions, "report-with-chair", outbox.Caution(lambda email, now: "Old.", refuse))
    row = owe(chair)
    with pytest.raises(RuntimeError):
        outbox.drop(email=row, why="Old.")
    row.refresh_from_db()
    assert row.state == State.PENDING
