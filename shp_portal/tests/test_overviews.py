"""Priority, sub-group and re-offending pages: counts by rating with the unconfirmed apart, the worst, the exceptions."""

from __future__ import annotations

import datetime as dt

import pytest

from actions.rating import Rating
from priorities.models import AnnualFocus, Membership, SubGroup
from shp_portal.tests.scene import H1_2026, TODAY, Cast, page, text_of, update

pytestmark = pytest.mark.django_db


def _at_risk(cast: Cast, ref: str, number: int, **fields: object) -> None:
    action = cast.action(ref, **fields)
    update(cast, action, number, rating=Rating.AT_RISK, reason=f"Why {ref}.", recovery="A plan.")


def test_counts_by_rating_with_what_is_not_confirmed_apart():
    cast = Cast()
    _at_risk(cast, "ASB-01", 1)
    update(cast, cast.action("ASB-02"), 2)
    cast.action("ASB-03")
    html = text_of(page(cast.analyst, "/priorities/ASB/"))
    assert "3 actions. The worst stands at ▲ At risk." in html
    assert "1 ▲ At risk 1 ? Not yet rated 1 not confirmed 1 ● On track" in html
    assert "No update received for April to September 2026: 1 action." in html


def test_the_exceptions_are_the_worst_first_and_capped():
    cast = Cast()
    update(cast, cast.action("ASB-90"), 90)
    update(cast, cast.action("ASB-91"), 91, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A crew.")
    for number in range(1, 11):
        _at_risk(cast, f"ASB-{number:02}", number)
    html = page(cast.analyst, "/priorities/ASB/")
    rows = html[html.index('id="exceptions"') :]
    assert rows.index("ASB-91") < rows.index("ASB-01")
    assert "ASB-90" not in rows
    assert rows.count('class="action-row"') == 10
    assert "These are the first 10; there are more." in text_of(rows)


def test_on_track_past_its_day_is_an_exception():
    cast = Cast()
    action = cast.action("ASB-01", due_on=TODAY - dt.timedelta(days=41))
    assert "ASB-01" in page(cast.analyst, "/priorities/ASB/")
    update(cast, action, 1, reason="Waiting for the last signature.")
    assert "On track, but due 41 days ago." in page(cast.analyst, "/priorities/ASB/")


def test_counts_lead_into_the_filtered_list():
    cast = Cast()
    _at_risk(cast, "ASB-01", 1)
    assert "/actions/?priority=ASB&amp;rating=at_risk" in page(cast.analyst, "/priorities/ASB/")
    assert "/actions/?sub_group=FIRE&amp;rating=at_risk" in page(cast.analyst, "/sub-groups/FIRE/")


def test_restricted_reasons_are_not_told_here():
    cast = Cast()
    update(cast, cast.action(), 1, rating=Rating.AT_RISK, reason="Secret.", recovery="A plan.", restricted=True)
    assert "Secret." not in page(cast.outsider, "/priorities/ASB/")


def test_a_priority_shows_its_focus_and_its_sub_groups():
    cast = Cast()
    AnnualFocus.objects.create(priority=cast.priority, year=2026, text="Fewer fires in spring.")
    html = page(cast.analyst, "/priorities/ASB/")
    assert "Annual focus 2026/27." in html
    assert 'href="/sub-groups/FIRE/"' in html


def test_a_sub_group_shows_who_leads_sits_and_answers_for_reoffending():
    cast = Cast()
    Membership.objects.create(sub_group=cast.sub_group, user=cast.supporter)
    Membership.objects.create(sub_group=cast.sub_group, user=cast.outsider, left_on=TODAY)
    html = page(cast.analyst, "/sub-groups/FIRE/")
    assert "No re-offending lead is named." in html
    assert "supporter, Housing group" in html
    assert "outsider" not in html

    SubGroup.objects.filter(pk=cast.sub_group.pk).update(reoffending_lead=cast.officer)
    html = page(cast.analyst, "/sub-groups/FIRE/")
    assert "No re-offending lead is named." not in html
    assert "officer, Fire brigade" in html


def test_reoffending_shows_its_actions_by_sub_group_and_names_those_without_any():
    cast = Cast()
    SubGroup.objects.create(plan=cast.plan, code="DA", name="Drugs group")
    cast.action("ASB-01", reoffending_focus=True)
    cast.action("ASB-02")
    html = page(cast.analyst, "/re-offending/")
    assert "ASB-01" in html
    assert "ASB-02" not in html
    text = text_of(html)
    drugs = text[text.index("Drugs group") : text.index("Fires group", text.index("Drugs group"))]
    assert "No action of this sub-group focuses on re-offending." in drugs


def test_before_any_request_nothing_counts_as_silent():
    cast = Cast()
    cast.round.delete()
    cast.action()
    assert "No update received" not in page(cast.analyst, "/priorities/ASB/")


def test_an_action_not_begun_by_the_end_of_the_period_owes_nothing():
    cast = Cast()
    cast.action(starts_on=H1_2026.end + dt.timedelta(days=1))
    assert "No update received" not in page(cast.analyst, "/priorities/ASB/")


@pytest.mark.parametrize("address", ["/priorities/ASB/", "/sub-groups/FIRE/", "/re-offending/"])
def test_readers_see_none_of_it(address):
    cast = Cast()
    page(cast.officer, address)
    page(cast.reader, address, expected=404)
    page(cast.admin, address, expected=404)


@pytest.mark.parametrize("address", ["/priorities/XYZ/", "/sub-groups/XYZ/"])
def test_an_unknown_code_is_not_found(address):
    page(Cast().officer, address, expected=404)
