"""What is said about one indicator: why a figure is what it is, what happened, from when on its usual range counts anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from performance.comparison import figure_text, with_unit
from performance.forms.indicator import BaselineForm, CommentaryForm, GiveAverageForm, OfPeriods, RemarkForm
from performance.models import Comparator, Indicator, known_facts
from performance.services import figures, ranges
from performance.standing import IndicatorFacts, judge_period, last_ended
from priorities.doors import SignedIn, for_those_at_work
from priorities.periods import Period

MOST_OFFERED = 40
#: Periods offered though there may be no figure of ours.
LATEST = 8
#: Periods a comment may be written on: four years of quarters.
COMMENTED = 16


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def write_commentary(request: SignedIn, code: str) -> HttpResponse:
    indicator, facts = _read(code)
    if not request.user.has_perm("performance.write_commentary", indicator):
        raise PermissionDenied("Commentary comes from the data owner, the analyst or the coordinator.")
    periods = _with_figures(facts)[:COMMENTED]
    chosen = _chosen(request, periods)

    def save(values: dict[str, Any], _form: OfPeriods) -> str:
        # Sent twice, it is said once.
        newest = facts.comments.get(values["period"])
        if newest is None or newest.text != values["text"]:
            figures.write_commentary(indicator=indicator, by=request.user, at=timezone.now(), **values)
        return f"Commentary on {values['period'].label} is saved."

    before = facts.comments.get(chosen.previous()) if chosen else None
    told = {
        "title": "Write commentary",
        "before": before,
        "newest": facts.comments.get(chosen) if chosen else None,
        "lead": judge_period(facts, chosen).sentence if chosen else "",
        "without": "There is no figure yet to write about.",
    }
    return _answer(request, indicator, CommentaryForm, periods, chosen, save, told)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def annotate(request: SignedIn, code: str) -> HttpResponse:
    indicator, facts = _read(code)
    if not request.user.has_perm("performance.annotate", indicator):
        raise PermissionDenied(ranges.NOT_YOUR_CHART)
    periods = _with_figures(facts)[:MOST_OFFERED]

    def save(values: dict[str, Any], _form: OfPeriods) -> str:
        ranges.annotate(indicator=indicator, by=request.user, at=timezone.now(), **values)
        return f"Marked on the chart at {values['period'].label}."

    told = {"title": "Mark what happened", "without": "There is no figure yet to mark."}
    return _answer(request, indicator, RemarkForm, periods, _chosen(request, periods), save, told)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def give_average(request: SignedIn, code: str) -> HttpResponse:
    """What similar areas, the region or England did in a period, the first time; a wrong one is corrected beside it."""
    indicator, facts = _read(code)
    if not request.user.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied(figures.NOT_YOURS)
    periods = _ended(facts)

    def save(values: dict[str, Any], form: OfPeriods) -> str:
        assert isinstance(form, GiveAverageForm)  # noqa: S101 - it is the one made below
        assert form.value is not None  # noqa: S101 - it is valid
        given = figures.record_comparator(
            indicator=indicator,
            by=request.user,
            at=timezone.now(),
            kind=values["kind"],
            period=values["period"],
            average=form.value,
            position=values["position"],
            group_size=values["group_size"] if values["position"] else None,
            basis=values["basis"],
            data_source=values["data_source"],
        )
        said = with_unit(figure_text(form.value, indicator.kept.measure), indicator.unit)
        return f"{given.get_kind_display()}, {given.period.label}: an average of {said} is recorded."

    told = {
        "title": "Give what others did",
        "lead": "The average of similar areas, the region or England, which the figure is compared with. ",
        "averages": [
            (given, with_unit(figure_text(given.average, indicator.kept.measure), indicator.unit))
            for given in Comparator.objects.standing().filter(indicator=indicator).order_by("-period_start", "kind")
        ],
        "without": "There is no period that is over yet.",
    }
    kind = partial(GiveAverageForm, indicator=indicator, facts=facts)
    # An average of a period without a figure of ours is compared with nothing until there is one.
    first = next(iter(_with_figures(facts)), None)
    chosen = _chosen(request, periods) if "period" in request.GET else first or _chosen(request, periods)
    return _answer(request, indicator, kind, periods, chosen, save, told)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def set_baseline(request: SignedIn, code: str) -> HttpResponse:
    indicator, facts = _read(code)
    if not request.user.has_perm("performance.set_baseline", indicator):
        raise PermissionDenied(ranges.NOT_YOURS)
    periods = _with_figures(facts)[:MOST_OFFERED]

    def save(values: dict[str, Any], _form: OfPeriods) -> str:
        ranges.set_baseline(indicator=indicator, by=request.user, at=timezone.now(), **values)
        return f"The usual range counts anew from {values['first'].label}."

    told = {
        "title": "Set the usual range anew",
        "lead": "Do this when a shift has been looked into and accepted: a new way of recording, a service that opened "
        "or closed. Figures before it keep the range they had.",
        "stated": facts.baselines,
        "without": "There are too few figures for a range.",
    }
    return _answer(
        request,
        indicator,
        partial(BaselineForm, seasonal=facts.seasonal),
        periods,
        _chosen(request, periods),
        save,
        told,
    )


def _read(code: str) -> tuple[Indicator, IndicatorFacts]:
    indicator = get_object_or_404(Indicator.objects.select_related("data_owner", "data_source"), code=code)
    return indicator, known_facts([indicator])[indicator.pk]


def _with_figures(facts: IndicatorFacts) -> list[Period]:
    """Newest first."""
    ended = last_ended(facts.kind, timezone.localdate())
    return sorted((period for period in facts.figures if period.kind is facts.kind and period <= ended), reverse=True)


def _ended(facts: IndicatorFacts) -> list[Period]:
    """Those with figures and the last that were over, newest first: others may be earlier than we are."""
    found = [last_ended(facts.kind, timezone.localdate() - dt.timedelta(days=1))]
    while len(found) < LATEST:
        found.append(found[-1].previous())
    return sorted({*found, *_with_figures(facts)}, reverse=True)[:MOST_OFFERED]


def _chosen(request: SignedIn, periods: list[Period]) -> Period | None:
    """The period the address names, else the newest."""
    code = request.GET.get("period", "")
    return next((period for period in periods if period.code == code), periods[0] if periods else None)


def _answer(
    request: SignedIn,
    indicator: Indicator,
    kind: Callable[..., OfPeriods],
    periods: list[Period],
    chosen: Period | None,
    save: Callable[[dict[str, Any], OfPeriods], str],
    told: dict[str, Any],
) -> HttpResponse:
    """The form, sent back with its faults, or the way back to the indicator with what was done."""
    sent = request.POST if request.method == "POST" else None
    form = kind(sent, periods=periods, chosen=chosen)
    if form.is_valid():
        try:
            done = save(form.cleaned_data, form)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, done)
            # Its page stands above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
            return redirect(indicator)  # type: ignore[call-overload]
    return render(
        request, "performance/indicator_form.html", {"indicator": indicator, "form": form, "periods": periods, **told}
    )
