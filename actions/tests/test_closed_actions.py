"""What the pages say of an action that was closed, of the one that carries it on, and of one that is open again."""

from __future__ import annotations

import datetime as dt
import html

import pytest

from actions.models import Action
from actions.rating import Rating
from actions.services.lifecycle import replace, withdraw
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, on
from partners.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def page(who: User, address: str) -> str:
    with on():
        return " ".join(html.unescape(browser(who).get(address, follow=True).content.decode()).split())


def said(cast: Cast, action: Action, rating: Rating = Rating.ON_TRACK, **fields: object) -> None:
    answers = {"narrative": "Done." if rating == Rating.COMPLETE else "Walked.", **fields}
    post_update(
        action=action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=rating,
        **answers,  # type: ignore[arg-type]
    )


def test_a_withdrawn_action_says_so_at_the_top_with_day_and_reason(cast: Cast) -> None:
    action = cast.action("ASB-01")
    withdraw(action=action, by=cast.coordinator, at=NOW, reason="The council does it without us.")
    shown = page(cast.officer, action.get_absolute_url())
    top = shown[: shown.index('aria-label="How it stands"')]
    assert "<strong>Withdrawn</strong> on 12 October 2026 by coordinator." in top
    assert "The council does it without us." in top
    Action.objects.update(owner=cast.officer)
    assert "Withdrawn:" in page(cast.officer, "/actions/mine/")


def test_a_replaced_action_leads_to_its_successor_and_back(cast: Cast) -> None:
    old, new = cast.action("ASB-01"), cast.action("ASB-02")
    replace(action=old, successor=new, by=cast.coordinator, at=NOW, reason="One action for both.")
    shown = page(cast.officer, old.get_absolute_url())
    assert "<strong>Replaced</strong> on 12 October 2026" in shown
    assert f'It goes on as <a class="govuk-link" href="{new.get_absolute_url()}">' in shown
    successor = page(cast.officer, new.get_absolute_url())
    top = successor[: successor.index('aria-label="How it stands"')]
    assert f'It replaces <a class="govuk-link" href="{old.get_absolute_url()}">' in top


def test_a_live_action_says_nothing_of_the_kind(cast: Cast) -> None:
    shown = page(cast.officer, cast.action("ASB-01").get_absolute_url())
    assert 'id="closed"' not in shown


@pytest.mark.parametrize("way", ["withdrawn", "complete"])
def test_reopening_says_what_is_known_of_it_and_nothing_else(cast: Cast, way: str) -> None:
    action = cast.action("ASB-01")
    if way == "withdrawn":
        said(cast, action)
        withdraw(action=action, by=cast.coordinator, at=NOW, reason="By mistake.")
    else:
        said(cast, action, Rating.COMPLETE, achievement="Reached.", completed_on=dt.date(2026, 10, 1))
    with on():
        answer = browser(cast.coordinator).post(
            f"/actions/{action.pk}/reopen/", {"reason": "It goes on after all."}, follow=True
        )
    shown = html.unescape(answer.content.decode())
    if way == "withdrawn":
        assert "It stands as it did when it was closed: On track, heard on 12 October 2026." in shown
        assert "starts anew" not in shown
    else:
        assert "It needs an update, since its rating starts anew." in shown
        assert "It stands as it did" not in shown
