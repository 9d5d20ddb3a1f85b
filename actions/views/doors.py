"""An action as its pages begin with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from actions.models import Action
from actions.progress import Standing
from priorities.models import UpdateRound

if TYPE_CHECKING:
    from partners.models import User


def action_for(user: User, pk: int, today: dt.date) -> Action:
    """The action with its names and facts, or 404 for those who may not see it."""
    seen = Action.objects.visible_to(user).with_names().with_facts(today).select_related("plan", "deputy")
    return get_object_or_404(seen, pk=pk)


def action_to_write_on(user: User, pk: int) -> Action:
    """The action with what its verbs' rules and sentences ask of it alone, or 404 for those who may not see it."""
    seen = Action.objects.visible_to(user).select_related("plan", "sub_group", "lead_partner")
    return get_object_or_404(seen, pk=pk)


def standing_of(action: Action, today: dt.date) -> Standing:
    """How the action stands against the newest request for updates in its own plan."""
    newest = UpdateRound.objects.asked_by(action.plan, today).first()
    return action.standing(newest.period if newest else None, today)
