"""What similar areas did, corrected on a page: the new average beside the old one, and who may say so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from partners.models import User
from performance.models import Comparator
from performance.services.figures import record_comparator
from performance.tests.makers import NOW, Q2_2026, Cast

pytestmark = pytest.mark.django_db

RIGHT = {"average": "412", "position": "9", "group_size": "15", "basis": "", "why": "A digit was mistyped."}


@pytest.fixture
def cast():
    with time_machine.travel(NOW, tick=False):
        yield Cast()


@pytest.fixture
def wrong(cast: Cast) -> Comparator:
    return record_comparator(
        indicator=cast.indicator,
        kind="similar_areas",
        period=Q2_2026,
        average=Decimal(4120),
        position=9,
        group_size=15,
        by=cast.owner,
        at=NOW - dt.timedelta(days=1),
    )


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(person: User, row: Comparator, **changes: str) -> Any:
    return client_of(person).post(f"/performance/averages/{row.pk}/correct/", {**RIGHT, **changes}, follow=True)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_an_average_typed_wrong_is_corrected_from_the_page_of_similar_areas(cast: Cast, wrong: Comparator):
    page = text_of(client_of(cast.owner).get("/performance/similar-areas/"))
    assert "<strong>4,120</strong>" in page
    assert f'href="/performance/averages/{wrong.pk}/correct/"' in page
    form = text_of(client_of(cast.owner).get(f"/performance/averages/{wrong.pk}/correct/"))
    assert 'value="4,120"' in form
    after = sent(cast.owner, wrong)
    assert after.redirect_chain == [("/performance/similar-areas/#averages", 302)]
    assert "<strong>412</strong>" in text_of(after)
    assert "Was <del>4,120</del>, corrected on 20 October 2026: A digit was mistyped." in text_of(after)
    row = Comparator.objects.standing().get()
    assert (row.average, row.position, row.replaces, row.note) == (412, 9, wrong, RIGHT["why"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"why": " "}, "Say what is corrected, and why."),
        ({"average": ""}, "Give the average that is right."),
        ({"average": "n/a"}, "Give the average as a number"),
        ({"average": "45%"}, "It is a percentage, but the figure wanted is: offences."),
        ({"average": "4,120"}, "This is what stands already: 4,120."),
        ({"position": "16"}, "There are 15 areas: give a position from 1 to 15."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_corrected(
    cast: Cast, wrong: Comparator, changes: dict[str, str], sentence: str
):
    page = text_of(sent(cast.owner, wrong, **changes))
    assert "There is a problem" in page
    assert sentence in page
    assert Comparator.objects.get() == wrong


def test_a_second_correction_of_the_same_average_is_told_of_the_first(cast: Cast, wrong: Comparator):
    sent(cast.owner, wrong)
    assert "Somebody corrected the average before you: it is 412 now." in text_of(
        sent(cast.analyst, wrong, average="99")
    )
    assert Comparator.objects.count() == 2
    page = client_of(cast.analyst).get(f"/performance/averages/{wrong.pk}/correct/", follow=True)
    newest = Comparator.objects.standing().get()
    assert page.redirect_chain == [(f"/performance/averages/{newest.pk}/correct/", 302)]
    assert "This is the newest one: 412." in text_of(page)


@pytest.mark.parametrize(("who", "status"), [("analyst", 200), ("coordinator", 200), ("outsider", 403), ("chair", 403)])
def test_those_who_may_correct_the_figure_may_correct_its_average(cast: Cast, wrong: Comparator, who: str, status: int):
    answer = sent(getattr(cast, who), wrong)
    assert answer.status_code == status
    assert Comparator.objects.standing().get().average == (412 if status == 200 else 4120)
    page = text_of(client_of(getattr(cast, who)).get("/performance/similar-areas/"))
    assert ("/performance/averages/" in page) == (status == 200)


def test_the_grid_leads_to_the_correction(cast: Cast, wrong: Comparator):
    page = text_of(client_of(cast.owner).get("/performance/figures/?quarter=2026-07"))
    assert f"/performance/averages/{wrong.pk}/correct/" in page
