"""What somebody has typed and not sent yet, kept for them alone: one draft a person, action and period.

A draft holds what was typed, exactly, valid or not. Sending the update takes it away; so does its writer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import Action, Draft, ProgressUpdate
from actions.services.lifecycle import locked

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period

#: Most characters a draft holds, names of fields included: all boxes of a long form filled to twice their limits.
LONGEST_DRAFT = 60_000

NOT_YOURS = "A draft can be kept by those who may update the action or add words to it."
TOO_LONG = f"This is too long to be kept: together the boxes hold up to {LONGEST_DRAFT:,} characters."


class AlreadySent(Exception):
    """The form that this was typed into has been sent; what it holds is no draft any more."""


def may_write(user: User, action: Action) -> bool:
    """Whether this person has a form about the action to send: an update or, for a supporting partner, words."""
    return user.has_perm("actions.post_update", action) or user.has_perm("actions.add_words", action)


@transaction.atomic
def save_draft(
    *,
    action: Action,
    by: User,
    period: Period,
    content: Mapping[str, list[str]],
    at: dt.datetime,
    instead_of: int | None = None,
) -> Draft:
    """Keep what was typed into the form of `action`, in place of what was kept before for the same period.

    `content` holds names of fields and what was typed in them; its `submission_key` tells a form that has been sent since
    (AlreadySent: a slow saving must not bring back what was sent a moment ago). `instead_of` is the draft the form began
    with: when the period is another now, the text moves along. NUL, which nobody types and no database takes, is left out.
    Whoever began a draft may go on with it, whatever became of the action, so that nothing typed is lost.
    Raises PermissionDenied, and ValidationError for more than `LONGEST_DRAFT` characters.
    """
    action = locked(action)
    mine = Draft.objects.filter(user=by, action=action)
    if not (may_write(by, action) or (by.sees_the_work and mine.exists())):
        raise PermissionDenied(NOT_YOURS)
    kept = {name.replace("\0", ""): [value.replace("\0", "") for value in values] for name, values in content.items()}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > LONGEST_DRAFT:
        raise ValidationError(TOO_LONG)
    key = _key_of(kept)
    if key is not None and ProgressUpdate.objects.filter(submission_key=key).exists():
        raise AlreadySent
    if instead_of is not None:
        mine.filter(pk=instead_of).exclude(period_kind=period.kind.value, period_start=period.start).delete()
    draft, _ = mine.update_or_create(
        user=by,
        action=action,
        period_kind=period.kind.value,
        period_start=period.start,
        defaults={"content": kept, "saved_at": at},
    )
    return draft


def drop_draft(*, action: Action, by: User, period: Period | None = None, pk: int | None = None) -> None:
    """Take away what this person kept on the action: about one period, one draft, or all. Nothing kept is no fault."""
    mine = Draft.objects.filter(user=by, action=action)
    if pk is not None:
        mine = mine.filter(pk=pk)
    if period is not None:
        mine = mine.filter(period_kind=period.kind.value, period_start=period.start)
    mine.delete()


def drafts_of(by: User, actions: Iterable[Action]) -> dict[int, Draft]:
    """The newest draft of this person on each of these actions, by the action's primary key; one query."""
    found = Draft.objects.filter(user=by, action__in=[action.pk for action in actions]).order_by("saved_at", "pk")
    return {draft.action_id: draft for draft in found}


def _key_of(content: Mapping[str, list[str]]) -> uuid.UUID | None:
    try:
        return uuid.UUID(content["submission_key"][0])
    except (KeyError, IndexError, ValueError):
        return None
