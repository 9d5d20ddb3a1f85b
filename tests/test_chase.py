"""The chase as it happens: the clock walked through a half-year, many ticks at once, and a mail server at the end of it."""

from __future__ import annotations

import datetime as dt
import email as mail_messages
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.db import connection

from actions.models import Action, Notice, Reminder
from actions.rating import Rating
from actions.services.chasing import notify
from actions.services.rounds import extend_deadline
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, Cast, key
from partners import outbox
from partners.models import OutgoingEmail
from priorities.models import UpdateRound
from shp_portal.tick import tick

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", names.append)
    return names


def at(day: str, time: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(f"{day}T{time}:00+00:00")


# --- A half-year, day by day ------------------------------------------------------------------------------------------

#: Nobody asked the calendar library: Christmas Day and Good Friday are Fridays here, Boxing Day a Saturday that gives its
#: Monday away; clocks go back on 25 October 2026 and forward on Easter Sunday, 28 March 2027.
LEDGER = """
2026-10-01 08:00 officer     request           2026-10-21 1
2026-10-01 08:00 colleague   request           2026-10-21 1
2026-10-01 08:00 supporter   request           2026-10-21 1
2026-10-01 08:00 outsider    request           2026-10-21 1
2026-10-14 08:00 colleague   soon              2026-10-21 1
2026-10-20 08:00 colleague   last_day          2026-10-21 1
2026-10-22 08:00 colleague   overdue           2026-10-21 1
2026-10-26 08:00 lead        to_sub_group_lead 2026-10-21 1
2026-12-17 08:00 supporter   soon              2026-12-24 1
2026-12-23 08:00 supporter   last_day          2026-12-24 1
2026-12-29 08:00 supporter   overdue           2026-12-24 1
2026-12-31 08:00 lead        to_sub_group_lead 2026-12-24 1
2027-01-05 08:00 coordinator to_coordinator    2026-12-24 1
2027-03-18 08:00 outsider    soon              2027-03-25 1
2027-03-24 08:00 outsider    last_day          2027-03-25 1
2027-03-30 08:00 outsider    overdue           2027-03-25 1
2027-04-01 08:00 officer     request           2027-04-21 1
2027-04-01 08:00 colleague   request           2027-04-21 1
2027-04-01 08:00 supporter   request           2027-04-21 1
2027-04-01 08:00 outsider    request           2027-04-21 1
"""


def moments(first: dt.date, last: dt.date) -> Iterator[dt.datetime]:
    """Ticks round eight o'clock in both summer and winter time, one before and one in the afternoon."""
    day = first
    while day <= last:
        for hour, minute in ((6, 58), (7, 0), (7, 58), (8, 0), (15, 30)):
            yield dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)
        day += DAY


def ledger() -> list[str]:
    return [
        f"{one.at.astimezone(LONDON):%Y-%m-%d %H:%M} {one.recipient.name:<11} {one.step:<17} {one.due_on} {one.actions}"
        for one in Reminder.objects.select_related("recipient").order_by("pk")
    ]


@pytest.mark.django_db
def test_the_clock_walked_through_a_half_year():
    cast = Cast()
    UpdateRound.objects.all().delete()
    cast.plan.starts_on = dt.date(2026, 4, 1)
    cast.plan.ends_on = dt.date(2029, 3, 31)
    cast.plan.save()
    answered = cast.action("ASB-01")
    silent = cast.action("ASB-02", owner=cast.colleague)
    to_christmas = cast.action("ASB-03", owner=cast.supporter)
    to_easter = cast.action("ASB-04", owner=cast.outsider)

    def answer(action: Action, number: int, now: dt.datetime) -> None:
        post_update(
            action=action,
            by=action.owner,
            at=now,
            today=now.date(),
            submission_key=key(number),
            period=H1_2026,
            rating=Rating.ON_TRACK,
            narrative="Four operations held.",
        )

    def more_time(action: Action, due_on: dt.date, now: dt.datetime) -> None:
        extend_deadline(
            action=action,
            round_=UpdateRound.objects.get(),
            due_on=due_on,
            reason="Staff away.",
            by=cast.coordinator,
            at=now,
            today=now.date(),
        )

    happens = {
        at("2026-10-10", "15:30"): lambda now: answer(answered, 1, now),
        at("2026-10-12", "15:30"): lambda now: (
            more_time(to_christmas, dt.date(2026, 12, 24), now),
            more_time(to_easter, dt.date(2027, 3, 25), now),
        ),
        at("2026-10-27", "15:30"): lambda now: answer(silent, 2, now),
        at("2027-01-07", "15:30"): lambda now: answer(to_christmas, 3, now),
    }
    for now in moments(dt.date(2026, 9, 28), dt.date(2027, 4, 6)):
        if now in happens:
            happens.pop(now)(now)
        tick(now)
        outbox.drain(now)

    assert not happens
    assert ledger() == LEDGER.strip().splitlines()
    digests = OutgoingEmail.objects.filter(kind="digest")
    assert digests.count() == len(ledger())
    assert {email.state for email in digests} == {OutgoingEmail.State.SENT}
    assert not OutgoingEmail.objects.exclude(kind="digest").exists()
    assert all(email.sent_at == email.created_at for email in digests)


# --- At once, and through a real mail server --------------------------------------------------------------------------


class Post:
    """Keeps every message it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
        message = mail_messages.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def post(settings) -> Iterator[Post]:
    handler = Post()
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


def all_at_once(number: int, run) -> None:
    """Threads with connections of their own, all let go in the same moment."""
    faults: list[BaseException] = []
    start = threading.Barrier(number)

    def one() -> None:
        try:
            start.wait(timeout=30)
            run()
        except BaseException as fault:  # handed to the assertion below
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []


@pytest.mark.django_db(transaction=True)
def test_ticks_and_senders_at_once_write_to_each_person_once(post: Post):
    cast = Cast()
    # Nothing but people to remind: a tick that makes reports as well would let the others wait for it.
    cast.plan.starts_on, cast.plan.ends_on = dt.date(2026, 4, 1), dt.date(2029, 3, 31)
    cast.plan.save()
    for n in range(6):
        cast.action(f"ASB-{n:02d}", owner=None)
    cast.action("ASB-90", owner=cast.lead)
    now = at("2026-10-14", "07:30")
    for person in (cast.officer, cast.supporter):
        notify(
            recipients=[person],
            kind=Notice.Kind.HELP_ASKED,
            text="Help is asked on ASB-01.",
            path="/actions/1/",
            at=now,
            dedupe_key="help:1",
        )

    def run() -> None:
        tick(now)
        outbox.drain(now)

    all_at_once(4, run)
    outbox.drain(now)

    to = ["officer", "colleague", "lead", "supporter"]
    assert Counter(address for address, _ in post.taken) == {f"{name}@example.org": 1 for name in to}
    assert {(message["To"], message["Subject"]) for _, message in post.taken} == {
        ("officer@example.org", "6 updates due on 21 October 2026"),
        ("colleague@example.org", "6 updates due on 21 October 2026"),
        ("lead@example.org", "1 update due on 21 October 2026"),
        ("supporter@example.org", "Help asked of your organisation"),
    }
    assert len({message["Message-ID"] for _, message in post.taken}) == 4
    assert sorted(ledger()) == sorted(
        f"2026-10-14 08:30 {name:<11} {'soon':<17} 2026-10-21 {owed}"
        for name, owed in (("officer", 6), ("colleague", 6), ("lead", 1))
    )
    assert not Notice.objects.filter(email__isnull=True).exists()
    run()
    assert len(post.taken) == 4


@pytest.mark.django_db
def test_the_exact_digest_on_the_wire(post: Post):
    cast = Cast()
    cast.action("ASB-01", title="Feeling safe after dark – “Light up”", milestones=[])
    now = at("2026-10-14", "07:00")
    tick(now)
    outbox.drain(now)
    [(address, message)] = post.taken
    [row] = OutgoingEmail.objects.all()
    assert address == "officer@example.org"
    assert {name: str(value) for name, value in message.items() if name not in ("Date", "Content-Type")} == {
        "Subject": "1 update due on 21 October 2026",
        "From": "portal@demo.example",
        "To": "officer@example.org",
        "Message-ID": f"<email-{row.pk}.20261014070000@127.0.0.1>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines() == [
        "Hello officer,",
        "",
        "Updates on April to September 2026 are due on Wednesday 21 October 2026.",
        "",
        "You owe one update:",
        "- ASB-01 Feeling safe after dark – “Light up”",
        "  No update so far.",
        "",
        "If nothing has changed, one press confirms it.",
        "",
        "Open My actions:",
        "http://127.0.0.1:8000/actions/mine/",
        "",
        "Links open the page after you have signed in. They change nothing by themselves.",
        "The portal writes at most once a day, and only when something waits. "
        "Choose your e-mails: http://127.0.0.1:8000/accounts/emails/",
        "",
        "Safer Hartlepool Partnership",
    ]
    assert (
        '<p class="button"><a href="http://127.0.0.1:8000/actions/mine/">Open My actions</a></p>' in html.get_content()
    )


# --- A dry run --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_dry_run_lists_recipients_and_subjects_and_writes_nothing(woken):
    cast = Cast()
    UpdateRound.objects.all().delete()
    cast.action()
    said = StringIO()
    call_command("tick", "--dry-run", "--now", "2026-10-01T08:00", stdout=said)
    lines = said.getvalue().splitlines()
    assert "Would open: Update request, October 2026" in lines
    assert lines[-2:] == [
        "officer@example.org: 1 update asked for by 21 October 2026",
        "1 person would be written to. Nothing was written or sent.",
    ]
    assert not UpdateRound.objects.exists()
    assert not OutgoingEmail.objects.exists()
    assert not Reminder.objects.exists()
    assert woken == []
    said = StringIO()
    call_command("tick", "--now", "2026-10-01T08:00", stdout=said)
    assert "Owed to officer@example.org: 1 update asked for by 21 October 2026\n" in said.getvalue()
    assert OutgoingEmail.objects.count() == 1
