"""The list of indicators costs little more than a bare list of them, and asks as much of the database for 220 as for 22."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from bench.figures import LIMIT, add_figures, add_indicators, show_list
from shp_portal.tests.figures import Q2_2026
from shp_portal.tests.scene import NOW, Cast, on

pytestmark = pytest.mark.django_db


def fill(cast: Cast, first: int, last: int) -> None:
    """Indicators numbered `first` to `last`, each with sixteen quarters, similar areas, words and a remark."""
    rows = add_indicators(first, last, owner=cast.fire, priority=cast.priority)
    add_figures(rows, newest=Q2_2026, by=cast.analyst, at=NOW)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def client_of(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.analyst)
    return client


@pytest.mark.parametrize("address", ["/performance/", "/performance/?audience=public", "/performance/list.csv"])
def test_as_many_queries_for_220_indicators_as_for_22(cast: Cast, address: str) -> None:
    client, counts = client_of(cast), []
    with on():
        for first, last in ((1, 22), (23, 220)):
            fill(cast, first, last)
            client.get(address).getvalue()
            with CaptureQueriesContext(connection) as seen:
                shown = client.get(address).getvalue().decode()
            assert f"Indicator {last}" in shown
            counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 17


urlpatterns = [path("bare/", show_list), path("", include("shp_portal.urls"))]


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that whatever else the machine does is left out."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


@override_settings(ROOT_URLCONF=__name__)
def test_22_indicators_with_sparklines_take_at_most_three_times_a_bare_list(cast: Cast) -> None:
    fill(cast, 1, 22)
    client = client_of(cast)
    with on():
        page = client.get("/performance/").getvalue().decode()
        assert page.count('class="chart chart--spark"') == 22
        bare = client.get("/bare/").getvalue().decode()
        assert bare.count("<td>Fire brigade</td>") == 22
        assert "chart--spark" not in bare
        # By turns; of each the quickest, when nothing else was in the way.
        took = [
            [seconds(lambda at=at: client.get(at).getvalue()) for at in ("/performance/", "/bare/")] for _ in range(15)
        ]
    whole, plain = (min(each) for each in zip(*took, strict=True))
    assert whole <= LIMIT * plain, f"{whole * 1000:.1f} ms against {plain * 1000:.1f} ms"
