"""Whether a draft is ready is judged as the sending would judge it, wherever the page says so."""

from __future__ import annotations

import html

import pytest

from actions.models import Draft
from actions.tests.makers import H1_2026, NOW, Cast
from actions.tests.pages import browser, filled, on
from priorities.services import open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    open_round(plan=cast.plan, period=H1_2026, at=NOW)
    return cast


REFUSED = {"rating": "at_risk", "reason": "No crew.", "help_wanted": "A crew."}
SENTENCE = "Choose which partner the help is wanted from."


def kept(cast: Cast, **changed: str) -> tuple[str, str]:
    """My actions after a draft was saved without scripts: the page, and what was said when it was saved."""
    action = cast.action("ASB-01", owner=cast.officer)
    with on():
        client = browser(cast.officer)
        told = client.post(f"/actions/{action.pk}/draft/", filled(**changed), follow=True)
        again = client.get("/actions/mine/")
    assert Draft.objects.exists()
    return html.unescape(again.content.decode()), html.unescape(told.content.decode())


def test_a_draft_that_would_be_refused_is_not_called_ready(cast: Cast) -> None:
    page, told = kept(cast, **REFUSED)
    assert 'data-ready="yes"' not in page
    assert f'data-refused="{SENTENCE}"' in page
    assert f"that is not sent yet. {SENTENCE}" in page
    assert f"Before it can be sent: {SENTENCE}" in told


def test_a_good_one_is(cast: Cast) -> None:
    page, told = kept(cast)
    assert 'data-ready="yes"' in page
    assert "data-refused" not in page
    assert "It is ready to send." in told


def test_a_row_leads_to_where_evidence_is_added_without_unfolding_anything(cast: Cast) -> None:
    action = cast.action("ASB-01", owner=cast.officer)
    with on():
        row = browser(cast.officer).get(f"/actions/{action.pk}/update/?row=1").content.decode()
    outside = row[row.rindex("</details>") :]
    assert "Add evidence: files or links" in outside
