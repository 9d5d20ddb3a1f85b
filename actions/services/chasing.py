"""Telling people: notices for their next digest, and the digest itself. What the ledger holds is told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from actions import emails
from actions.models import Notice, Reminder
from actions.models.chasing import LONGEST_NOTICE
from actions.services.digest import Due, digests_due, nothing_left_of
from partners import outbox
from partners.models import Cover, EmailChoice, OutgoingEmail, User
from performance.services import asking

if TYPE_CHECKING:
    from actions.models import Action, ProgressUpdate, Proposal
    from performance.models import EmergingIssue

#: Why a digest of an earlier day is not sent any more, and one of which nothing is left.
NOT_ON_ITS_DAY = "It was not sent on its day. The next daily e-mail says what is owed by then."
NOTHING_LEFT = "Before it was sent, everything it was about was done."


def notify(
    *,
    recipients: Iterable[User],
    kind: Notice.Kind,
    text: str,
    path: str,
    at: dt.datetime,
    dedupe_key: str,
    right: str = "",
    update: ProgressUpdate | None = None,
    proposal: Proposal | None = None,
    actions: Iterable[Action] = (),
    issue: EmergingIssue | None = None,
) -> list[Notice]:
    """Let each of these people, and whoever stands in for them, hear of something in their next digest.

    Call it inside the transaction that causes it; `path` is a page of the portal (`action.get_absolute_url()`). The same
    `dedupe_key` tells nobody twice. Somebody inactive, or who does not want this kind of e-mail, gets no notice; nor does,
    where the reader is to do something, anybody without the `right` to, on what it is about: no e-mail leads to a page that
    is shut. What it is about decides later whether it is still news (`Notice`).
    Returns the notices there are now. ValueError for a kind that is none.
    """
    kind = Notice.Kind(kind)
    today = timezone.localdate(at)
    told = {person.pk for person in recipients}
    if not told:
        return []
    told |= set(Cover.objects.on(today).filter(person__in=told).values_list("covered_by", flat=True))
    unwanted = EmailChoice.objects.filter(user__in=told, kind=kind.value).values("user")
    sentence = " ".join(text.split())
    if len(sentence) > LONGEST_NOTICE:
        sentence = f"{sentence[: LONGEST_NOTICE - 1]}…"
    actions = list(actions)
    about = update or proposal or issue or next(iter(actions), None)
    notices = []
    for person in User.objects.filter(pk__in=told, is_active=True).exclude(pk__in=unwanted).order_by("pk"):
        person.stand_in(today)
        if right and not person.has_perm(right, about):
            continue
        notice, new = Notice.objects.get_or_create(
            dedupe_key=f"{dedupe_key}:{person.pk}",
            defaults={
                "recipient": person,
                "kind": kind.value,
                "text": sentence,
                "path": path,
                "at": at,
                "update": update,
                "proposal": proposal,
            },
        )
        if new:
            notice.actions.set(actions)
        notices.append(notice)
    return notices


def drop_out_of_date(now: dt.datetime) -> None:
    """Drop the digests of earlier days that could not be sent, so that the next one is made of the state of its own day."""
    today = timezone.localdate(now)
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    waiting = OutgoingEmail.objects.filter(kind=emails.DIGEST, state=OutgoingEmail.State.PENDING, by_hand=False)
    for email in waiting.filter(created_at__lt=midnight).order_by("pk"):
        outbox.drop(email=email, why=NOT_ON_ITS_DAY)


def why_not_to_send(email: OutgoingEmail, now: dt.datetime) -> str:
    """Why a digest is not to be sent any more, in a sentence; "" to send it. The outbox asks just before it does."""
    today = timezone.localdate(now)
    if timezone.localdate(email.created_at) != today:
        return NOT_ON_ITS_DAY
    return NOTHING_LEFT if nothing_left_of(email, today) else ""


def forget(email: OutgoingEmail) -> None:
    """Take back what the ledger says of a digest that was dropped: nobody was told, and the next one may tell it."""
    Reminder.objects.filter(email=email).exclude(step=Reminder.Step.NUDGE).delete()
    Reminder.objects.filter(email=email).update(email=None)
    Notice.objects.filter(email=email).update(email=None)
    asking.forget(email=email)


def put_digests(now: dt.datetime) -> list[OutgoingEmail]:
    """Owe everybody the digest that is due to them at `now`. Safe to run twice, late, and at once with another."""
    drop_out_of_date(now)
    owed = (_put(due, now) for due in digests_due(now))
    return [email for email in owed if email is not None]


@transaction.atomic
def _put(due: Due, now: dt.datetime) -> OutgoingEmail | None:
    """The e-mail and its lines in the ledger, or neither. None when another tick was first, or the person has left."""
    reader = User.objects.select_for_update(no_key=True).get(pk=due.reader.pk)
    if OutgoingEmail.objects.filter(dedupe_key=due.dedupe_key).exists():
        return None
    email = outbox.put(
        recipient=reader,
        kind=emails.DIGEST,
        subject=due.message.subject,
        text=due.message.text,
        html=due.message.html,
        dedupe_key=due.dedupe_key,
        at=now,
    )
    if email is None:
        return None
    Reminder.objects.bulk_create(
        Reminder(
            recipient=reader,
            round=entry.round,
            step=entry.step.value,
            due_on=entry.due_on,
            actions=entry.actions,
            at=now,
            email=email,
        )
        for entry in due.entries
    )
    Reminder.objects.filter(pk__in=due.nudges).update(email=email)
    Notice.objects.filter(pk__in=due.notices).update(email=email)
    asking.tell(asks=due.asks, person=reader, email=email, at=now)
    return email
