"""The pages of rows that live in lower rooms, which may not look up for them (settings.ABSOLUTE_URL_OVERRIDES)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

OF_ROWS: dict[str, Callable[[Any], str]] = {
    "priorities.plan": lambda plan: reverse("portal:plan"),
    "priorities.priority": lambda priority: reverse("portal:priority", args=[priority.code]),
    "priorities.subgroup": lambda sub_group: reverse("portal:sub-group", args=[sub_group.code]),
}
