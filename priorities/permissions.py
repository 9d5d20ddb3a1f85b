"""Who may change the plan's calendar from the portal's own pages: the coordinator closes requests for updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


rules.add_perm("priorities.close_round", is_coordinator)
