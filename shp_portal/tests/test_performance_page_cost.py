"""The list of indicators costs little more than a bare list of them, and asks as much of the database for 220 as for 22."""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from performance.models import Annotation, Commentary, Indicator, Measurement
from performance.models.figures import Comparator
from shp_portal.tests.figures import Q2_2026
from shp_portal.tests.scene import NOW, Cast, on

pytestmark = pytest.mark.django_db

QUARTERS = 16


def fill(cast: Cast, first: int, last: int) -> None:
    """Indicators numbered `first` to `last`, each with sixteen quarters, similar areas, words and a remark."""
    rows = Indicator.objects.bulk_create(
        Indicator(
            code=f"I-{n:03d}",
            name=f"Indicator {n}",
            unit="offences",
            measure="count",
            better="lower",
            data_owner=cast.fire,
            all_priorities=n % 2 == 0,
            lag_weeks=1,
            position=n,
        )
        for n in range(first, last + 1)
    )
    for row in rows:
        if not row.all_priorities:
            row.priorities.add(cast.priority)
    measured, compared, said, marked = [], [], [], []
    for row in rows:
        period = Q2_2026
        for step in range(QUARTERS):
            about = {"indicator": row, "period_kind": "quarter", "period_start": period.start}
            value = Decimal(100 + (step * 7 + row.position) % 11 + 60 * (step == 0 and row.position % 5 == 0))
            measured.append(
                Measurement(
                    **about,
                    value=value,
                    printed=str(value),
                    as_at=dt.date(2026, 10, 8),
                    recorded_at=NOW,
                    recorded_by=cast.analyst,
                )
            )
            if step < 4:
                compared.append(
                    Comparator(**about, kind="similar_areas", average=90, recorded_at=NOW, recorded_by=cast.analyst)
                )
            if step == 1:
                said.append(Commentary(**about, text="Two patrols a week.", by=cast.analyst, at=NOW))
                marked.append(Annotation(**about, text="A new store", by=cast.analyst, at=NOW))
            period = period.previous()
    for model, made in ((Measurement, measured), (Comparator, compared), (Commentary, said), (Annotation, marked)):
        model.objects.bulk_create(made)  # type: ignore[attr-defined]


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


BARE = """{% extends "base.html" %}{% block content %}<table>{% for row in rows %}<tr>
<td><a href="{{ row.get_absolute_url }}">{{ row.name }}</a></td><td>{{ row.unit }}</td><td>{{ row.data_owner.name }}</td>
<td>{% for priority in row.priorities.all %}{{ priority.name }}{% endfor %}</td>
<td>{% for figure in row.measurements.all %}{{ figure.printed }} {% endfor %}</td></tr>{% endfor %}</table>{% endblock %}"""


def bare(request: HttpRequest) -> HttpResponse:
    """The same frame and the same figures, printed without a word about them."""
    rows = Indicator.objects.select_related("data_owner").prefetch_related("priorities", "measurements")
    return HttpResponse(bare_template().render({"rows": rows}, request))


@functools.cache
def bare_template() -> Any:
    """Compiled once, as the cached loader does for the real one."""
    return engines["django"].from_string(BARE)


urlpatterns = [path("bare/", bare), path("", include("shp_portal.urls"))]


def best_of(runs: int, work: Callable[[], object]) -> float:
    """Processor seconds of the quickest run: what the work costs when nothing else is in the way."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


@override_settings(ROOT_URLCONF=__name__)
def test_22_indicators_with_sparklines_take_at_most_three_times_a_bare_list(cast: Cast) -> None:
    fill(cast, 1, 22)
    client = client_of(cast)
    with on():
        page = client.get("/performance/").getvalue().decode()
        assert page.count('class="chart chart--spark"') == 22
        assert client.get("/bare/").getvalue().decode().count("<td>Fire brigade</td>") == 22
        whole = best_of(15, lambda: client.get("/performance/").getvalue())
        plain = best_of(15, lambda: client.get("/bare/").getvalue())
    assert whole <= 3 * plain, f"{whole * 1000:.1f} ms against {plain * 1000:.1f} ms"
