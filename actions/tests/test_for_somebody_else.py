"""Updating for somebody else: the form says on whose behalf before it is sent, and covered actions say whose they are."""

from __future__ import annotations

import datetime as dt
import html

import pytest

from actions.tests.makers import H1_2026, NOW, TODAY, Cast, make_user
from actions.tests.pages import browser, on
from partners import roles
from partners.models import Cover, User
from priorities.services import open_round

pytestmark = pytest.mark.django_db

BEHALF = "You send this on behalf of <strong>Fire brigade</strong>."


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    open_round(plan=cast.plan, period=H1_2026, at=NOW)
    return cast


def page(who: User, address: str) -> str:
    with on():
        return html.unescape(browser(who).get(address).content.decode())


@pytest.mark.parametrize("address", ["update/", "update/?row=1"])
def test_the_coordinator_reads_for_whom_before_sending(cast: Cast, address: str) -> None:
    action = cast.action("ASB-01")
    assert BEHALF in page(cast.coordinator, f"/actions/{action.pk}/{address}")
    assert "on behalf of" not in page(cast.officer, f"/actions/{action.pk}/{address}")


def test_covered_actions_say_whose_they_are_and_until_when(cast: Cast) -> None:
    colleague = make_user("stand-in@example.org", roles.PARTNER_OFFICER, partner=cast.fire)
    cast.action("ASB-01", owner=cast.officer)
    cast.action("ASB-02", owner=colleague)
    until = TODAY + dt.timedelta(days=5)
    Cover.objects.create(person=cast.officer, covered_by=colleague, starts_on=TODAY, ends_on=until)
    mine = page(colleague, "/actions/mine/")
    note = f"You stand in for <strong>{cast.officer.name}</strong> until 17 October 2026."
    assert mine.count(note) == 1
    assert note in mine.partition('id="action-')[2]
    home = " ".join(page(colleague, "/").split())
    assert f"ASB-01</span> for {cast.officer.name}, whom you stand in for until 17 October 2026." in home
    assert "stand in for" not in page(cast.officer, "/actions/mine/")
