"""E-mails owed to people: a row in the transaction that causes it, sent later and outside any transaction.

Rooms bring the words; this module knows recipients, attempts and the server. `wake` is how anybody nudges a task by name:
the rows are the truth, a nudge only saves the wait for the next tick.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from partners.mailer import Mailer, Never, NotNow
from partners.models import OutgoingEmail

if TYPE_CHECKING:
    from partners.models import User

log = logging.getLogger(__name__)

State = OutgoingEmail.State

#: Longer than a task may run (CELERY_TASK_TIME_LIMIT), so that no living sender still holds a row whose lease ran out.
LEASE = dt.timedelta(minutes=5)
#: With the waits below two and a half days and more: a mail server that is away over a week-end loses nobody's message.
MOST_ATTEMPTS = 24
LONGEST_WAIT = dt.timedelta(hours=4)
#: Between a message's key and the number of its copy.
AGAIN = ":again:"
#: Messages of one run; the next run takes the rest.
BATCH = 100


def put(
    *, recipient: User, kind: str, subject: str, text: str, html: str, dedupe_key: str, at: dt.datetime
) -> OutgoingEmail | None:
    """Owe somebody a message; call it inside the transaction that causes it. None for somebody inactive.

    The same `dedupe_key` makes no second message: the row of the first comes back.
    """
    if not recipient.is_active:
        return None
    email, _ = OutgoingEmail.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "recipient": recipient,
            "kind": kind,
            # A subject is one line: a title with a line break in it must not break the message.
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "html": html,
            "created_at": at,
        },
    )
    return email


@dataclass(frozen=True, slots=True)
class Caution:
    """What a room wants asked before a message of its kind goes out, and done when it does not.

    `why_not` answers with a sentence, or "" to send the message; `forget` runs in the transaction that drops it.
    `by_hand_too`: it is also asked of a message that somebody wants sent as it stands.
    """

    why_not: Callable[[OutgoingEmail, dt.datetime], str]
    forget: Callable[[OutgoingEmail], None] | None = None
    by_hand_too: bool = False


_cautions: dict[str, Caution] = {}


def original_key(email: OutgoingEmail) -> str:
    """The `dedupe_key` a message had when it was first owed, of a copy too."""
    return email.dedupe_key.partition(AGAIN)[0]


def ask_before_sending(kind: str, caution: Caution) -> None:
    """Rooms say so when they are loaded; messages of other kinds are always sent, however late."""
    _cautions[kind] = caution


@transaction.atomic
def drop(*, email: OutgoingEmail, why: str) -> bool:
    """Send a message no more, for the reason given; the row stays. False when somebody else has taken it since it was read."""
    held = OutgoingEmail.objects.filter(pk=email.pk, state=email.state, attempts=email.attempts)
    if not held.update(state=State.DROPPED, lease_until=None, not_before=None, last_error=why):
        return False
    caution = _cautions.get(email.kind)
    if caution is not None and caution.forget is not None:
        caution.forget(email)
    return True


@dataclass(frozen=True, slots=True)
class Drained:
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    dropped: int = 0


def drain(now: dt.datetime) -> Drained:
    """Send what is owed. Safe to run twice and at once: a row is claimed by compare-and-set before it is sent.

    Whether a message arrived is uncertain when the connection dies after its text was handed over, or the sender itself
    dies before it noted the answer. It is then sent again, after the wait or the lease, and bears the same Message-ID, so
    that a receiver who got both can drop one: rather twice than never.
    """
    sent = put_off = failed = dropped = 0
    with Mailer() as mailer:
        for email in OutgoingEmail.objects.ready(now).select_related("recipient")[:BATCH]:
            if not _claim(email, now):
                continue
            if not email.recipient.is_active:
                failed += _close(email, State.FAILED, last_error="The recipient is no longer active.")
                continue
            if why := _why_not(email, now):
                dropped += drop(email=email, why=why)
                continue
            if email.attempts > MOST_ATTEMPTS:
                # Only somebody whose senders keep dying gets here; the reason of the last answer, if any, stays.
                failed += _close(email, State.FAILED, last_error=email.last_error or "Every attempt was cut short.")
                continue
            try:
                mailer.send(
                    to=email.recipient.email,
                    subject=email.subject,
                    text=email.text,
                    html=email.html,
                    message_id=message_id(email),
                )
            except Never as error:
                failed += _close(email, State.FAILED, last_error=str(error))
            except NotNow as error:
                if email.attempts >= MOST_ATTEMPTS:
                    failed += _close(
                        email, State.FAILED, last_error=f"Given up after {MOST_ATTEMPTS} attempts. {error}"
                    )
                else:
                    put_off += _close(
                        email, State.PENDING, last_error=str(error), not_before=now + wait_after(email.attempts)
                    )
                if error.server_away:
                    break
            else:
                sent += _close(email, State.SENT, last_error="", sent_at=now)
    return Drained(sent=sent, put_off=put_off, failed=failed, dropped=dropped)


def wait_after(attempts: int) -> dt.timedelta:
    """How long a message waits after so many failed attempts: a minute, two, four … up to four hours. Always the same."""
    return min(dt.timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def message_id(email: OutgoingEmail) -> str:
    """The same for every attempt at the same row."""
    site = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"<email-{email.pk}.{email.created_at:%Y%m%d%H%M%S}@{site}>"


@transaction.atomic
def send_again(*, email: OutgoingEmail, by: User, at: dt.datetime) -> OutgoingEmail:
    """Owe the same words to the same person once more. Returns the row that is owed.

    A message that was not delivered starts anew in its own row, with its Message-ID. One that was sent becomes another
    row, since a receiver may drop a second message with the Message-ID of the first; while that one waits, or the
    message itself does, nothing new is owed. It goes out as it stands, however old its words are.
    Raises PermissionDenied; ValidationError when the person has left, or the message was dropped for its age.
    """
    if not by.has_perm("partners.send_again"):
        raise PermissionDenied("Only the coordinator sends an e-mail again.")
    if not email.recipient.is_active:
        raise ValidationError(f"{email.recipient} is no longer active: nothing is sent to them.")
    if email.state == State.DROPPED:
        raise ValidationError("This e-mail is out of date. A newer one says what still matters.")
    return _owed_again(email, at)


def _owed_again(email: OutgoingEmail, at: dt.datetime) -> OutgoingEmail:
    email = OutgoingEmail.objects.select_for_update(of=("self",)).get(pk=email.pk)
    if email.state == State.FAILED:
        email.state, email.attempts, email.not_before, email.lease_until = State.PENDING, 0, None, None
        email.by_hand = True
        email.save(update_fields=["state", "attempts", "not_before", "lease_until", "by_hand"])
    if email.state != State.SENT:
        return email
    original = original_key(email)
    copies = OutgoingEmail.objects.filter(dedupe_key__startswith=f"{original}{AGAIN}")
    waiting = copies.exclude(state__in=[State.SENT, State.DROPPED]).first()
    if waiting is not None:
        return _owed_again(waiting, at)
    copy, _ = OutgoingEmail.objects.get_or_create(
        dedupe_key=f"{original}{AGAIN}{copies.count() + 1}",
        defaults={
            "recipient": email.recipient,
            "kind": email.kind,
            "subject": email.subject,
            "text": email.text,
            "html": email.html,
            "created_at": at,
            "by_hand": True,
        },
    )
    return copy


def wake(task: str, pk: int | None = None) -> bool:
    """Ask the workers to run a task soon, about the row `pk` if it is about one; whether the broker took the request.

    Never raises for a broker that is away.
    """
    try:
        if pk is None:
            current_app.send_task(task)
        else:
            current_app.send_task(task, (pk,))
    except (OperationalError, RedisError, OSError) as error:
        log.warning("The broker does not answer, %s waits for the next tick: %s", task, error)
        return False
    return True


def wake_drain() -> bool:
    return wake("partners.tasks.drain_outbox")


def _claim(email: OutgoingEmail, now: dt.datetime) -> bool:
    """Take the row for this run, if nobody took it since it was read."""
    claimed = OutgoingEmail.objects.filter(pk=email.pk, state=email.state, attempts=email.attempts).update(
        state=State.SENDING, lease_until=now + LEASE, attempts=email.attempts + 1
    )
    email.attempts += 1
    email.state = State.SENDING
    return claimed == 1


def _why_not(email: OutgoingEmail, now: dt.datetime) -> str:
    """Asked of every message but, as a rule, one that somebody wants sent as it stands."""
    caution = _cautions.get(email.kind)
    if caution is None or (email.by_hand and not caution.by_hand_too):
        return ""
    return caution.why_not(email, now)


def _close(email: OutgoingEmail, state: str, **fields: object) -> int:
    """End this run's hold on the row; 0 when somebody else has taken it meanwhile."""
    return OutgoingEmail.objects.filter(pk=email.pk, state=State.SENDING, attempts=email.attempts).update(
        state=state, lease_until=None, **fields
    )
