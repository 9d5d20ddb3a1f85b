"""The list of indicators beside its floor: the same rows as a bare list page, each with its newest figure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone

from bench.measuring import Sheet, beside
from bench.pages import client, get
from bench.rows import person, the_plan
from partners import roles
from partners.models import Partner, User
from performance.models import Annotation, Commentary, Comparator, Indicator, Measurement
from priorities.models import Priority
from priorities.periods import Period, PeriodKind

#: Times the floor: a limit of the design.
LIMIT = 3.0
QUARTERS = 16

PAGE = """{% extends "base.html" %}{% block title %}Indicators{% endblock %}{% block content %}<h1>Indicators</h1>
<table><thead><tr><th>Indicator</th><th>Priority</th><th>Data owner</th><th>Newest figure</th></tr></thead>
<tbody>{% for row in rows %}<tr><th><a href="{{ row.get_absolute_url }}">{{ row.name }}</a> {{ row.unit }}</th>
<td>{% for priority in row.priorities.all %}{{ priority.name }} {% endfor %}</td><td>{{ row.data_owner.name }}</td>
<td>{{ row.newest }}</td></tr>{% endfor %}</tbody></table>{% endblock %}"""


@functools.cache
def _page() -> Any:
    """Compiled once, as the cached loader does with the portal's own."""
    return engines["django"].from_string(PAGE)


@login_required
def show_list(request: HttpRequest) -> HttpResponse:
    """What every page of somebody signed in pays, and the rows with what they are related to; nothing is judged or drawn."""
    figures = Measurement.objects.standing().filter(indicator=OuterRef("pk")).order_by("-period_start")
    rows = Indicator.objects.annotate(newest=Subquery(figures.values("printed")[:1]))
    rows = rows.select_related("data_owner").prefetch_related("priorities").order_by("position", "code")
    return HttpResponse(_page().render({"rows": rows}, request))


def add_indicators(first: int, last: int, *, owner: Partner, priority: Priority) -> list[Indicator]:
    """Numbered `first` to `last`; every other one measures all priorities."""
    rows = Indicator.objects.bulk_create(
        Indicator(
            code=f"I-{n:03d}",
            name=f"Indicator {n}",
            unit="offences",
            measure="count",
            better="lower",
            data_owner=owner,
            all_priorities=n % 2 == 0,
            lag_weeks=1,
            position=n,
        )
        for n in range(first, last + 1)
    )
    linked = Indicator.priorities.through
    linked.objects.bulk_create(linked(indicator=row, priority=priority) for row in rows if not row.all_priorities)
    return rows


def add_figures(rows: Iterable[Indicator], *, newest: Period, by: User, at: dt.datetime) -> None:
    """Sixteen quarters for each, with four averages of similar areas, a comment and a remark."""
    measured, compared, said, marked = [], [], [], []
    for number, row in enumerate(rows, start=1):
        period = newest
        for step in range(QUARTERS):
            about = {"indicator": row, "period_kind": "quarter", "period_start": period.start}
            told = {"recorded_at": at, "recorded_by": by}
            value = Decimal(100 + (step * 7 + number) % 11 + 60 * (step == 0 and number % 5 == 0))
            measured.append(
                Measurement(**about, **told, value=value, printed=str(value), as_at=newest.end + dt.timedelta(days=8))
            )
            if step < 4:
                compared.append(Comparator(**about, **told, kind="similar_areas", average=90))
            if step == 1:
                said.append(Commentary(**about, text="Two patrols a week.", by=by, at=at))
                marked.append(Annotation(**about, text="A new store", by=by, at=at))
            period = period.previous()
    Measurement.objects.bulk_create(measured)
    Comparator.objects.bulk_create(compared)
    Commentary.objects.bulk_create(said)
    Annotation.objects.bulk_create(marked)


def measure(sheet: Sheet) -> None:
    analyst, priority = person(roles.ANALYST), the_plan().priorities.order_by("position")[0]
    if analyst.partner is None:
        raise RuntimeError("The analyst belongs to no partner.")
    newest = Period.containing(PeriodKind.QUARTER, timezone.localdate()).previous()
    rows = add_indicators(1, 22, owner=analyst.partner, priority=priority)
    add_figures(rows, newest=newest, by=analyst, at=timezone.now())
    sheet.heading("Figures, 22 indicators (a floor is a bare list of the same)")
    coordinator = client(roles.COORDINATOR)
    ours, floor = get(coordinator, "/performance/"), get(coordinator, "/bench/indicators/")
    sheet.ratio("Performance list", beside(ours, floor), LIMIT)
