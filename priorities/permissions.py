"""Who may change the plan's calendar from the portal's own pages: the coordinator closes requests for updates and ticks off
yearly duties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User


@rules.predicate
def runs_the_chase(user: User) -> bool:
    """Or whoever stands in for them: a request is closed on its day, whoever is away."""
    return user.is_coordinator or user.covers_coordinator


rules.add_perm("priorities.close_round", runs_the_chase)


@rules.predicate
def keeps_the_calendar(user: User) -> bool:
    return user.is_coordinator


rules.add_perm("priorities.tick_off_duty", keeps_the_calendar)
