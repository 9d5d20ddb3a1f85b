"""An action as its pages begin with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.shortcuts import get_object_or_404

from actions.models import Action
from actions.progress import Standing
from partners.models import User
from priorities.models import UpdateRound


def action_for(user: User, pk: int, today: dt.date) -> Action:
    """The action with its names and facts, or 404 for those who may not see it."""
    seen = Action.objects.visible_to(user).with_facts(today)
    names = seen.select_related("plan", "priority", "sub_group", "lead_partner", "latest_update")
    action = get_object_or_404(names, pk=pk)
    # The two people apart: two joins more, and the planner takes longer than everything else. Who reads is known by now,
    # roles and all.
    others = {action.owner_id, action.deputy_id} - {None, user.pk}
    people = {user.pk: user, **(User.objects.in_bulk(others) if others else {})}
    action.owner, action.deputy = people.get(action.owner_id or 0), people.get(action.deputy_id or 0)
    return action


def action_to_write_on(user: User, pk: int) -> Action:
    """The action with what its verbs' rules and sentences ask of it alone, or 404 for those who may not see it."""
    seen = Action.objects.visible_to(user).select_related("plan", "sub_group", "lead_partner")
    return get_object_or_404(seen, pk=pk)


def standing_of(action: Action, today: dt.date, rounds: Sequence[UpdateRound] | None = None) -> Standing:
    """How the action stands against the newest request for updates in its own plan (`rounds`, newest first, if read)."""
    newest = next(iter(UpdateRound.objects.asked_by(action.plan, today)[:1] if rounds is None else rounds), None)
    return action.standing(newest.period if newest else None, today)
