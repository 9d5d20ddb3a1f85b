"""Who may change who takes part: administrators. Who may say who stands in: oneself, and the coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import Cover, User


@rules.predicate
def is_administrator(user: User) -> bool:
    """People and other reference data are an administrator's; the work itself wants a role as well."""
    return user.is_active and user.is_staff


@rules.predicate
def is_oneself(user: User, person: User | None) -> bool:
    return person is not None and user.sees_the_work and user.pk == person.pk


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


@rules.predicate
def is_away(user: User, cover: Cover | None) -> bool:
    return cover is not None and user.sees_the_work and user.pk == cover.person_id


rules.add_perm("partners.add_cover", is_coordinator | is_oneself)  # for a person
rules.add_perm("partners.add_cover_of_anybody", is_coordinator)
rules.add_perm("partners.end_cover", is_coordinator | is_away)
rules.add_perm("partners.read_outbox", is_coordinator)
rules.add_perm("partners.send_again", is_coordinator)
rules.add_perm("partners.add_person", is_administrator)
rules.add_perm("partners.invite_person", is_administrator)
rules.add_perm("partners.change_person", is_administrator)
rules.add_perm("partners.deactivate_person", is_administrator)
