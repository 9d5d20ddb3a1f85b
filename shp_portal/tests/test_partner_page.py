"""A partner's page: what it leads, what it supports, what is asked of it, who it is, what it owes."""

from __future__ import annotations

import datetime as dt

import pytest

from actions.rating import Rating
from partners import roles
from partners.models import Cover, Partner
from partners.tests.makers import make_user
from performance.models import Indicator
from shp_portal.tests.scene import TODAY, Cast, page, text_of, update

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def part(words: str, start: str, end: str) -> str:
    return words.partition(start)[2].partition(end)[0]


def test_everything_a_partner_leads_or_supports(cast: Cast):
    led = cast.action("ASB-01", owner=None)
    update(cast, led, 1, rating=Rating.OFF_TRACK, reason="No crew.")
    cast.action("ASB-02", lead_partner=cast.housing, supporting=[cast.fire])
    cast.action("ASB-03", lead_partner=cast.housing, supporting=[])

    words = text_of(page(cast.outsider, "/partners/CFB/"))

    leads = part(words, "What it leads", "What it supports")
    assert "1 live action with no one assigned." in leads
    assert "ASB-01" in leads
    supports = part(words, "What it supports", "Figures it owes")
    assert "ASB-02" in supports
    assert "ASB-03" not in words


def test_help_asked_of_it_with_restricted_words_held_back(cast: Cast):
    asking = {"rating": Rating.AT_RISK, "reason": "No van.", "help_wanted_from": cast.housing}
    update(cast, cast.action("ASB-01"), 1, help_wanted="Two open vans.", **asking)
    update(cast, cast.action("ASB-02"), 2, help_wanted="Marigold vans.", restricted=True, **asking)

    words = text_of(page(cast.outsider, "/partners/TH/"))

    assert "Asked by Fire brigade on 12 October 2026; no answer yet. Two open vans." in words
    assert "Marigold" not in words
    assert "The words are restricted." in words
    assert "Marigold vans." in page(cast.coordinator, "/partners/TH/")


def test_its_people_how_much_they_answer_for_and_who_stands_in(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", owner=cast.lead, deputy=cast.officer)
    make_user("gone@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    Cover.objects.create(person=cast.officer, covered_by=cast.colleague, starts_on=TODAY, ends_on=TODAY)

    people = text_of(page(cast.outsider, "/partners/CFB/")).partition("People")[2]

    assert "officer: answers for 2 live actions · away now, colleague stands in" in people
    assert "gone" not in people


def test_figures_it_owes_for_the_last_quarter(cast: Cast):
    Indicator.objects.create(
        code="FIRE", name="Deliberate fires", unit="fires", better="lower", data_owner=cast.fire, lag_weeks=1
    )

    words = text_of(page(cast.outsider, "/partners/CFB/"))

    assert "Deliberate fires, Q2 2026/27: was due on 7 October 2026" in words
    assert "Deliberate fires" not in page(cast.outsider, "/partners/TH/")


def test_a_partner_that_left_says_so(cast: Cast):
    Partner.objects.filter(code="TH").update(left_on=dt.date(2026, 4, 1))
    assert "No longer a member since 1 April 2026." in text_of(page(cast.outsider, "/partners/TH/"))


@pytest.mark.parametrize("who", ["reader", "admin"])
def test_it_is_not_there_for_those_who_see_no_work(cast: Cast, who: str):
    page(getattr(cast, who), "/partners/CFB/", expected=404)


def test_an_unknown_partner_is_not_there(cast: Cast):
    page(cast.coordinator, "/partners/NONE/", expected=404)


def test_the_action_and_the_plan_lead_there_and_the_plan_does_not_for_readers(cast: Cast):
    action = cast.action()
    assert 'href="/partners/CFB/"' in page(cast.officer, f"/actions/{action.pk}/")
    assert 'href="/partners/CFB/"' in page(cast.officer, "/plan/")
    assert 'href="/partners/' not in page(cast.reader, "/plan/")
