"""The floor: a bare Django list page of fifty rows, as a generic view would give it; and a bare streaming export.

The page has what every page pays that one must be signed in for: the portal's middleware, session and person, the base
template with its menu (so the plan in force, too), and a table of fifty instances with the names they are related to, each
linked by its `get_absolute_url`. Nothing else: no count, no filters, no rights but the sign-in, no judgement of a row.

The export reads what ours is made from (the same joins, and the same counts of missed milestones, moves and updates) as
tuples, and writes them as they are. What `startproject` would answer in place of the page, without base template and
portal, is `show_barest`: it is timed once beside the floor, so that nobody has to wonder what the floor itself holds.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path

from actions.models import Action
from bench import figures
from priorities.periods import Period, PeriodKind
from shp_portal.urls import urlpatterns as portal

TABLE = """<h1>Actions</h1>
<table><thead><tr><th>Action</th><th>Priority</th><th>Lead</th><th>Due</th><th>Last heard</th><th>Rating</th></tr></thead>
<tbody>{% for action in actions %}<tr><th><a href="{{ action.get_absolute_url }}">{{ action.ref }} {{ action.title }}</a></th>
<td>{{ action.priority.name }}</td><td>{{ action.lead_partner.name }}</td><td>{{ action.due_on|date:"j F Y" }}</td>
<td>{{ action.latest_update.submitted_on|date:"j F Y" }}</td><td>{{ action.latest_update.get_rating_display }}</td></tr>
{% endfor %}</tbody></table>"""
PAGE = (
    f"{{% extends 'base.html' %}}{{% block title %}}Actions{{% endblock %}}{{% block content %}}{TABLE}{{% endblock %}}"
)
BAREST = f"<!doctype html><html lang='en'><head><title>Actions</title></head><body>{TABLE}</body></html>"


@functools.cache
def _compiled(text: str) -> Any:
    """Compiled once, as the cached loader does with the portal's own."""
    return engines["django"].from_string(text)


def _answer(request: HttpRequest, text: str) -> HttpResponse:
    # By key, which an index holds in order, so that the floor is as low with 100,000 actions as with 100.
    actions = Action.objects.select_related("priority", "lead_partner", "latest_update").order_by("pk")[:50]
    return HttpResponse(_compiled(text).render({"actions": actions}, request))


@login_required
def show_list(request: HttpRequest) -> HttpResponse:
    return _answer(request, PAGE)


@login_required
def show_barest(request: HttpRequest) -> HttpResponse:
    return _answer(request, BAREST)


TODAY = dt.date(2026, 10, 12)
ASKED = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
COLUMNS = (
    "ref",
    "title",
    "priority__name",
    "lead_partner__name",
    "starts_on",
    "due_on",
    "review_on",
    "state",
    "completed_on",
    "latest_update__submitted_on",
    "latest_update__rating",
    "milestones_missed",
    "times_moved",
    "received",
)


class _Line:
    def write(self, line: str) -> str:
        return line


@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        out = csv.writer(_Line())
        yield out.writerow(COLUMNS)
        rows = Action.objects.with_facts(TODAY).with_received(ASKED).order_by("priority__position", "ref")
        for row in rows.values_list(*COLUMNS).iterator(chunk_size=1_000):
            yield out.writerow(row)

    return StreamingHttpResponse(lines(), content_type="text/csv")


#: Beside the portal's own, so that both are resolved by one resolver: to switch it between two answers empties its
#: caches, and whoever is timed next pays for filling them.
urlpatterns = [
    path("bench/actions/", show_list),
    path("bench/barest/", show_barest),
    path("bench/indicators/", figures.show_list),
    path("bench/export.csv", export),
    *portal,
]
