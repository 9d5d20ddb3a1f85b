"""Who may change who takes part: administrators, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User


@rules.predicate
def is_administrator(user: User) -> bool:
    """People and other reference data are an administrator's; the work itself wants a role as well."""
    return user.is_active and user.is_staff


rules.add_perm("partners.add_person", is_administrator)
rules.add_perm("partners.invite_person", is_administrator)
rules.add_perm("partners.change_person", is_administrator)
rules.add_perm("partners.deactivate_person", is_administrator)
