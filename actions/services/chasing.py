"""Telling people: notices for their next digest, and the digest itself. What was told once is in the ledger and stays untold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from actions.models import Notice
from partners.models import Cover, EmailChoice, User

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
