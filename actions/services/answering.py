"""Who answers for which action, asked of everybody at once: for one person, “My actions” asks `ActionQuerySet.answered_for_by`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actions.models import Action
from partners import roles
from partners.models import Cover, User


def who_is_to_update(action: Action) -> list[User]:
    """Owner and deputy as far as they are at work; where neither is, the officers of the lead partner. Maybe nobody."""
    named = [person for person in (action.owner, action.deputy) if person is not None and person.is_at_work]
    return named or list(User.objects.officers_of(action.lead_partner_id))


@dataclass(frozen=True)
class Workforce:
    """Those at work on one day, by what they are, and who stands in for whom."""

    at_work: frozenset[int]
    officers: Mapping[int, list[int]]
    coordinators: frozenset[int]
    stand_ins: Mapping[int, list[int]]
    names: Mapping[int, str]

    @classmethod
    def read(cls, today: dt.date) -> Workforce:
        at_work, officers, coordinators = set(), defaultdict(list), set()
        seen = User.objects.filter(is_active=True, groups__name__in=roles.SEES_THE_WORK).order_by("pk")
        for pk, partner, role in seen.values_list("pk", "partner", "groups__name"):
            at_work.add(pk)
            if role == roles.PARTNER_OFFICER and partner:
                officers[partner].append(pk)
            elif role == roles.COORDINATOR:
                coordinators.add(pk)
        stand_ins, names = defaultdict(list), {}
        for pk, name, cover in Cover.objects.on(today).values_list("person", "person__name", "covered_by"):
            stand_ins[pk].append(cover)
            names[pk] = name
        return cls(frozenset(at_work), officers, frozenset(coordinators), stand_ins, names)

    def with_stand_ins(self, wanted: Iterable[int | None]) -> dict[int, str]:
        """Those of these people who are at work, and whoever stands in for any of them: for whom they stand in, or ""."""
        found: dict[int, str] = {}
        for pk in wanted:
            if pk is None:
                continue
            found[pk] = ""
            for cover in self.stand_ins.get(pk, []):
                found.setdefault(cover, self.names[pk])
        return {pk: name for pk, name in found.items() if pk in self.at_work}

    def answer_for(self, owner: int | None, deputy: int | None, lead_partner: int) -> dict[int, str]:
        """Everybody whose “My actions” shows such an action: for whom they stand in, or ""."""
        found = self.with_stand_ins([owner, deputy])
        if owner not in self.at_work and deputy not in self.at_work:
            # No one is assigned: the officers of the lead partner are to see to it.
            found |= dict.fromkeys(self.officers.get(lead_partner, []), "")
        return found
