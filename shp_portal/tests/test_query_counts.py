"""Pages cost as many queries for thirty actions as for three."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.rating import Rating
from priorities.models import SubGroup
from shp_portal.tests.scene import Cast, browser, on, update

#: Page, who asks, and how many queries it may cost; sign-in and the frame take four of them.
PAGES = [
    ("/", "officer", 14),
    ("/", "coordinator", 14),
    ("/", "chair", 13),
    ("/", "analyst", 12),
    ("/", "reader", 6),
    ("/plan/", "coordinator", 20),
    ("/priorities/ASB/", "officer", 12),
    ("/sub-groups/FIRE/", "officer", 14),
    ("/re-offending/", "officer", 10),
]


def _grow(cast: Cast, first: int, last: int) -> None:
    """Actions that bring every kind of row to every page: silent, off track, overdue, asking for help, in own groups."""
    for number in range(first, last + 1):
        group = SubGroup.objects.create(plan=cast.plan, code=f"G{number}", name=f"Group {number}", lead=cast.lead)
        group.priorities.add(cast.priority)
        common = {"reoffending_focus": True, "sub_group": group, "due_on": dt.date(2026, 9, 1)}
        cast.action(f"A-{number}", **common)
        cast.action(f"B-{number}", lead_partner=cast.housing, owner=None, **common)
        worst = cast.action(f"C-{number}", **{**common, "sub_group": cast.sub_group})
        update(cast, worst, number, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A crew.",
               help_wanted="A crew.", help_wanted_from=cast.fire, restricted=True)  # fmt: skip


def _cost(cast: Cast, address: str, who: str) -> int:
    client = browser(getattr(cast, who))
    with (
        on(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.django_db
def test_equal_at_three_and_at_thirty_rows():
    cast = Cast()
    _grow(cast, 1, 1)
    few = {(address, who): _cost(cast, address, who) for address, who, _ in PAGES}
    _grow(cast, 2, 10)
    many = {(address, who): _cost(cast, address, who) for address, who, _ in PAGES}
    assert many == few
    over = {(address, who): many[address, who] for address, who, most in PAGES if many[address, who] > most}
    assert over == {}
