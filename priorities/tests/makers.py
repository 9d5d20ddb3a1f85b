"""Plain makers of a plan and its parts, for the tests of this room and those above it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from priorities.models import Plan, Priority, SubGroup


def make_plan(**fields: Any) -> Plan:
    return Plan.objects.create(
        **{
            "title": "Community Safety Plan 2024–27",
            "partnership": "Safer Hartlepool Partnership",
            "short_name": "SHP",
            "starts_on": dt.date(2024, 4, 1),
            "ends_on": dt.date(2027, 3, 31),
            "strategic_objective": "A safe town",
            **fields,
        }
    )


def make_priority(plan: Plan, **fields: Any) -> Priority:
    return Priority.objects.create(
        **{
            "plan": plan,
            "code": "ASB",
            "name": "Anti-Social Behaviour",
            "position": 1,
            "statement": "Less of it.",
            **fields,
        }
    )


def make_sub_group(plan: Plan, **fields: Any) -> SubGroup:
    return SubGroup.objects.create(**{"plan": plan, "code": "FIRE", "name": "Fires group", **fields})
