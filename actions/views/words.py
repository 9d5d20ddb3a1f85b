"""The words last said about an action, for those who may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from actions.models import Action, ProgressUpdate

if TYPE_CHECKING:
    from partners.models import User


@dataclass(frozen=True)
class LastWords:
    """What was last said, when and by whom; `text` is empty when the reader may not read it."""

    text: str
    on: dt.date
    by: str
    readable: bool


def last_words(actions: Iterable[Action], user: User) -> dict[int, LastWords]:
    """The newest words beside a rating for each action that has any, by primary key; one query.

    “No change, confirmed” has no words of its own, so the update before it speaks.
    """
    newest = (
        ProgressUpdate.objects.filter(action=OuterRef("pk"))
        .rated()
        .exclude(narrative="")
        .order_by("-period_start", "-pk")
        .values("pk")[:1]
    )
    wanted = Action.objects.filter(pk__in=[action.pk for action in actions]).values(newest=Subquery(newest))
    found = ProgressUpdate.objects.filter(pk__in=wanted).select_related("by", "action__sub_group")
    return {update.action_id: _told(update, user) for update in found}


def _told(update: ProgressUpdate, user: User) -> LastWords:
    readable = user.has_perm("actions.read_restricted", update)
    return LastWords(
        text=update.narrative if readable else "",
        on=update.submitted_on,
        by=update.by.name,
        readable=readable,
    )
