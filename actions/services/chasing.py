"""Telling people: notices for their next digest, and the digest itself. What the ledger holds is told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from actions import emails
from actions.models import Notice, Reminder
from actions.services.digest import Due, digests_due
from partners import outbox
from partners.models import Cover, EmailChoice, OutgoingEmail, User

LONGEST_NOTICE = 300


def notify(
    *,
    recipients: Iterable[User],
    kind: Notice.Kind,
    text: str,
    path: str,
    at: dt.datetime,
    dedupe_key: str,
) -> list[Notice]:
    """Let each of these people, and whoever stands in for them, hear of something in their next digest.

    Call it inside the transaction that causes it; `path` is a page of the portal (`action.get_absolute_url()`). The same
    `dedupe_key` tells nobody twice. Somebody inactive, or who does not want this kind of e-mail, gets no notice.
    Returns the notices there are now. ValueError for a kind that is none.
    """
    kind = Notice.Kind(kind)
    told = {person.pk for person in recipients}
    told |= set(Cover.objects.on(timezone.localdate(at)).filter(person__in=told).values_list("covered_by", flat=True))
    unwanted = EmailChoice.objects.filter(user__in=told, kind=kind.value).values("user")
    sentence = " ".join(text.split())
    if len(sentence) > LONGEST_NOTICE:
        sentence = f"{sentence[: LONGEST_NOTICE - 1]}…"
    return [
        Notice.objects.get_or_create(
            dedupe_key=f"{dedupe_key}:{person.pk}",
            defaults={"recipient": person, "kind": kind.value, "text": sentence, "path": path, "at": at},
        )[0]
        for person in User.objects.filter(pk__in=told, is_active=True).exclude(pk__in=unwanted).order_by("pk")
    ]


def put_digests(now: dt.datetime) -> list[OutgoingEmail]:
    """Owe everybody the digest that is due to them at `now`. Safe to run twice, late, and at once with another."""
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
    return email
