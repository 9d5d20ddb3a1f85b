"""Plain makers with fixed dates for the tests of this room and those above it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from actions.models import Action
from actions.services.lifecycle import add_action
from partners import roles
from partners.tests.makers import make_partner, make_user
from priorities.models import Priority, SubGroup
from priorities.periods import Period, PeriodKind
from priorities.services import open_round
from priorities.tests.makers import make_plan

__all__ = ["H1_2026", "H2_2026", "NOW", "TODAY", "UTC", "Cast", "key", "make_partner", "make_plan", "make_user"]

UTC = dt.UTC
H1_2026 = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
H2_2026 = Period(PeriodKind.HALF_YEAR, dt.date(2026, 10, 1))
#: Inside the update request on April to September 2026 (opened 1 October, due 21 October).
TODAY = dt.date(2026, 10, 12)
NOW = dt.datetime(2026, 10, 12, 9, 30, tzinfo=UTC)


def key(number: int) -> UUID:
    """A fixed submission key."""
    return UUID(int=number)


class Cast:
    """One plan, one priority, one sub-group, a lead and a supporting partner, and a person in every role."""

    def __init__(self) -> None:
        self.plan = make_plan()
        self.priority = Priority.objects.create(
            plan=self.plan, code="ASB", name="Anti-Social Behaviour", position=1, statement="Less of it."
        )
        self.fire = make_partner("CFB", "Fire brigade")
        self.housing = make_partner("TH", "Housing group")
        self.council = make_partner("HBC", "Borough council")
        self.officer = make_user("officer@example.org", roles.PARTNER_OFFICER, partner=self.fire)
        self.colleague = make_user("colleague@example.org", roles.PARTNER_OFFICER, partner=self.fire)
        self.supporter = make_user("supporter@example.org", roles.PARTNER_OFFICER, partner=self.housing)
        self.outsider = make_user(
            "outsider@example.org", roles.PARTNER_OFFICER, partner=make_partner("PS", "Probation")
        )
        self.lead = make_user("lead@example.org", roles.PARTNER_OFFICER, partner=self.council)
        self.coordinator = make_user("coordinator@example.org", roles.COORDINATOR, partner=self.council)
        self.analyst = make_user("analyst@example.org", roles.ANALYST, partner=self.council)
        self.chair = make_user("chair@example.org", roles.CHAIR, partner=self.council)
        self.reader = make_user("reader@example.org", roles.READER)
        self.admin = make_user("admin@example.org", is_staff=True, is_superuser=True)
        self.sub_group = SubGroup.objects.create(plan=self.plan, code="FIRE", name="Fires group", lead=self.lead)
        self.sub_group.priorities.add(self.priority)
        self.round, _ = open_round(plan=self.plan, period=H1_2026, at=dt.datetime(2026, 10, 1, 7, tzinfo=UTC))

    def action(self, ref: str = "ASB-01", **fields: Any) -> Action:
        return add_action(
            **{
                "plan": self.plan,
                "ref": ref,
                "priority": self.priority,
                "sub_group": self.sub_group,
                "title": f"Action {ref}",
                "lead_partner": self.fire,
                "owner": self.officer,
                "supporting": [self.housing],
                "starts_on": dt.date(2024, 4, 1),
                "due_on": dt.date(2027, 3, 31),
                "milestones": [("Plan agreed", dt.date(2026, 6, 30)), ("Work done", dt.date(2026, 12, 31))],
                "by": self.coordinator,
                "at": dt.datetime(2024, 4, 2, 9, tzinfo=UTC),
                **fields,
            }
        )
