"""A sub-group without a lead on re-offending at work, or without a live action on it: every page that shows it says so."""

from __future__ import annotations

import pytest

from actions.models import Action
from shp_portal.pages.overview import lacks_of_reoffending
from shp_portal.tests.scene import Cast, page, text_of

pytestmark = pytest.mark.django_db

NO_LEAD, NO_ACTION = "No re-offending lead is named.", "No live action has re-offending as its focus."


def addresses(cast: Cast) -> list[str]:
    code = cast.sub_group.code
    return ["/re-offending/", "/board/", f"/sub-groups/{code}/", f"/sub-groups/{code}/meeting/"]


def test_all_four_pages_warn_and_stop_warning(django_assert_num_queries) -> None:
    cast = Cast()
    action = cast.action("ASB-01", reoffending_focus=True)
    action.state = Action.State.WITHDRAWN
    action.save()
    for address in addresses(cast):
        shown = text_of(page(cast.coordinator, address))
        assert NO_LEAD in shown, address
        assert NO_ACTION in shown, address
    action.state = Action.State.LIVE
    action.save()
    cast.sub_group.reoffending_lead = cast.officer
    cast.sub_group.save()
    for address in addresses(cast):
        shown = text_of(page(cast.coordinator, address))
        assert NO_LEAD not in shown, address
        assert NO_ACTION not in shown, address
    with django_assert_num_queries(2):
        assert lacks_of_reoffending([cast.sub_group]) == {}


def test_a_lead_who_left_is_none() -> None:
    cast = Cast()
    cast.sub_group.reoffending_lead = cast.officer
    cast.sub_group.save()
    cast.officer.is_active = False
    cast.officer.save()
    shown = text_of(page(cast.coordinator, "/re-offending/"))
    assert f"The re-offending lead, {cast.officer.name}, has left." in shown
