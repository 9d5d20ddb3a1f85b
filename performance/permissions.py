"""Who may write figures, commentaries and emerging issues (library `rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User
    from performance.models import Indicator


@rules.predicate
def works_on_all_figures(user: User) -> bool:
    return user.is_coordinator or user.is_analyst


@rules.predicate
def owns_figure(user: User, indicator: Indicator | None) -> bool:
    """An officer of the partner that owes the figure."""
    return indicator is not None and user.is_officer and user.partner_id == indicator.data_owner_id


@rules.predicate
def sees_the_work(user: User) -> bool:
    return user.sees_the_work


rules.add_perm("performance.record_measurement", works_on_all_figures | owns_figure)
rules.add_perm("performance.write_commentary", works_on_all_figures | owns_figure)
rules.add_perm("performance.annotate", works_on_all_figures | owns_figure)
rules.add_perm("performance.set_baseline", works_on_all_figures)
rules.add_perm("performance.raise_issue", sees_the_work)
rules.add_perm("performance.triage_issue", works_on_all_figures)
