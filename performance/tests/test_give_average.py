"""What similar areas, the region and England did: given beside an indicator, compared with, corrected, and by whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from partners.models import User
from performance.models import Comparator, Source
from performance.tests.makers import NOW, Cast

pytestmark = pytest.mark.django_db

ADDRESS = "/indicators/SHOP/averages/"


@pytest.fixture
def cast():
    with time_machine.travel(NOW, tick=False):
        made = Cast()
        made.figure("418")
        yield made


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def given(person: User, **changes: str) -> Any:
    source = Source.objects.get_or_create(name="Police recorded crime")[0]
    said = {
        "kind": "region",
        "period": "2026-07",
        "average": "380",
        "basis": "12 authorities",
        "data_source": source.pk,
    }
    return client_of(person).post(ADDRESS, {**said, **changes}, follow=True)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("kind", "label"),
    [("region", "Region’s average"), ("england", "England’s average"), ("similar_areas", "Similar areas")],
)
def test_what_others_did_is_given_and_compared_with(cast: Cast, kind: str, label: str):
    assert f'href="{ADDRESS}?period=2026-07"' in text_of(client_of(cast.owner).get("/indicators/SHOP/"))
    page = text_of(given(cast.owner, kind=kind))
    row = Comparator.objects.get()
    assert (row.kind, row.average, row.basis, row.period.label) == (kind, Decimal(380), "12 authorities", "Q2 2026/27")
    assert "Q2 2026/27: an average of 380 offences is recorded." in page
    assert label in page
    assert "Worse: 10.0% above" in page
    assert f"/performance/averages/{row.pk}/correct/" in page


def test_the_regions_average_is_corrected_and_the_old_one_stays(cast: Cast):
    given(cast.owner, average="58")
    wrong = Comparator.objects.get()
    client = client_of(cast.owner)
    assert "Correct the region’s average" in text_of(client.get(f"/performance/averages/{wrong.pk}/correct/"))
    right = {"average": "380", "position": "", "group_size": "", "basis": "", "why": "A digit was lost."}
    page = text_of(client.post(f"/performance/averages/{wrong.pk}/correct/", right, follow=True))
    assert "The region’s average of SHOP for Q2 2026/27 is corrected: 380." in page
    assert "Was <del>58</del>, corrected on 20 October 2026: A digit was lost." in page
    assert Comparator.objects.standing().get().average == 380


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"average": ""}, "Give the average."),
        ({"average": "45%"}, "It is a percentage, but the figure wanted is: offences."),
        ({"position": "3", "group_size": "12"}, "A position is one among similar areas. Leave it empty."),
        ({"kind": "similar_areas", "position": "16", "group_size": "15"}, "There are 15 areas"),
        ({"average": "-380"}, "Is the sign right?"),
        ({"average": "38"}, "38 is only 1/11 of our own 418. Is a digit missing?"),
    ],
)
def test_what_is_wrong_is_said_beside_its_box_and_nothing_is_kept(cast: Cast, changes: dict[str, str], told: str):
    assert told in text_of(given(cast.owner, **changes))
    assert not Comparator.objects.exists()


def test_an_unlikely_average_is_taken_when_it_is_said_to_be_right(cast: Cast):
    asked = given(cast.owner, average="38")
    assert "Yes, the average is right" in text_of(asked)
    # Said of another average, it answers nothing.
    assert "only 1/12 of" in text_of(given(cast.owner, average="36", sure="on", about="38"))
    assert not Comparator.objects.exists()
    given(cast.owner, average="38", sure="on", about=asked.context["form"]["about"].value())
    assert Comparator.objects.get().average == 38


def test_a_source_outside_the_list_keeps_it_out_of_the_public_version(cast: Cast):
    given(cast.owner, data_source="", average="391.7")
    assert Comparator.objects.get().data_source is None
    public = text_of(client_of(cast.analyst).get("/indicators/SHOP/", {"audience": "public"}))
    assert "391.7" not in public


def test_the_form_begins_with_the_newest_figure_and_lists_what_was_given(cast: Cast):
    cast.indicator.lag_weeks = 0
    given(cast.owner, period="2026-04")
    page = client_of(cast.owner).get(ADDRESS)
    assert page.context["form"]["period"].value() == "2026-07"
    row = Comparator.objects.get()
    assert f'/performance/averages/{row.pk}/correct/">Correct it' in text_of(page)


def test_a_second_one_for_the_same_period_is_a_correction(cast: Cast):
    given(cast.owner)
    assert "Correct that one instead." in text_of(given(cast.owner, average="390"))
    assert Comparator.objects.get().average == 380


@pytest.mark.parametrize(("who", "status"), [("analyst", 200), ("coordinator", 200), ("outsider", 403), ("chair", 403)])
def test_those_who_may_record_the_figure_may_give_it(cast: Cast, who: str, status: int):
    assert given(getattr(cast, who)).status_code == status
    assert Comparator.objects.count() == (status == 200)
    page = text_of(client_of(getattr(cast, who)).get("/indicators/SHOP/"))
    assert (ADDRESS in page) == (status == 200)


def test_the_grid_leads_to_it(cast: Cast):
    assert f'href="{ADDRESS}?period=2026-07"' in text_of(client_of(cast.owner).get("/performance/figures/"))
