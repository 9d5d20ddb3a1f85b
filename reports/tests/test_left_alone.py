"""What is worse and has no live action is listed in the quarterly report; in public only what may be told to be worse."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from actions.models import Action
from actions.rating import Rating
from performance.models import Indicator
from reports.document import LeftAlone, QuarterlyDocument
from reports.public import for_public
from reports.rendering import print_html
from reports.tests.makers import Q2_2026, Town

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 20)
NOTHING, OVER = "no action measures itself by it", "its actions are complete or closed"


def followed(town: Town, code: str, before: str, now: str, *actions: Action, **fields: object) -> None:
    made = town.indicator(code, name=f"Calls about {code.lower()}", **fields)
    town.figure(made, Q2_2026.year_before(), before, dt.date(2025, 10, 20))
    town.figure(made, Q2_2026, now, OCTOBER)
    for action in actions:
        action.indicators.add(Indicator.objects.get(code=code))


def words_of(document: QuarterlyDocument) -> str:
    html = print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2])).split())


@pytest.fixture
def town() -> Town:
    """Noise and fly-tipping are worse and nobody acts; litter is worse with a live action, theft is better; deaths are few."""
    town = Town()
    live, done = town.action("ASB-01"), town.action("ASB-02")
    town.say(done, Rating.COMPLETE, dt.date(2026, 9, 1))
    followed(town, "NOISE", "100", "150")
    followed(town, "TIPS", "100", "150", done)
    followed(town, "LITTER", "100", "150", live, done)
    followed(town, "THEFT", "150", "100")
    followed(town, "DEAD", "9", "3", better="higher", small_numbers=True)
    return town


def test_it_is_listed_with_whether_there_are_actions_at_all(town: Town) -> None:
    document = town.quarterly()
    assert document.left_alone == tuple(
        LeftAlone(code, why) for code, why in (("DEAD", NOTHING), ("NOISE", NOTHING), ("TIPS", OVER))
    )
    said = words_of(document)
    page_one = said.partition("Contents")[0]
    assert [name for name in ("dead", "noise", "tips") if f"Calls about {name} (no live action)" in page_one] == [
        "dead",
        "noise",
        "tips",
    ]
    assert "litter (no" not in page_one
    assert (
        f"Worse, and no live action Calls about dead: {NOTHING}. Calls about noise: {NOTHING}. Calls about tips: {OVER}."
        in said
    )


def test_the_public_is_told_of_what_it_may_know_to_be_worse(town: Town) -> None:
    public = for_public(town.quarterly())
    assert [one.code for one in public.left_alone] == ["NOISE", "TIPS"]
    assert f"Worse, and no live action Calls about noise: {NOTHING}. Calls about tips: {OVER}." in words_of(public)


def test_an_action_ended_after_the_cut_off_was_live(town: Town) -> None:
    before = town.quarterly().left_alone
    town.say(Action.objects.get(ref="ASB-01"), Rating.COMPLETE, dt.date(2026, 11, 20))
    assert town.quarterly().left_alone == before
