"""The correction of what similar areas, the region or England were said to have done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from performance.comparison import figure_text
from performance.forms.averages import AverageForm
from performance.models import Comparator, known_facts
from performance.services import figures
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of

WHOSE = {
    Comparator.Kind.SIMILAR_AREAS.value: "the similar areas’",
    Comparator.Kind.REGION.value: "the region’s",
    Comparator.Kind.ENGLAND.value: "England’s",
}


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def correct_average(request: SignedIn, pk: int) -> HttpResponse:
    """A better average beside the old one, which stays visible. Of one corrected already, the newest is shown."""
    rows = Comparator.objects.select_related("indicator__data_owner", "data_source", "recorded_by__partner")
    old = get_object_or_404(rows, pk=pk)
    indicator, period = old.indicator, old.period
    if not request.user.has_perm("performance.record_measurement", indicator):
        raise PermissionDenied(figures.NOT_YOURS)
    newest = (
        rows.standing()
        .filter(indicator=indicator, kind=old.kind, period_kind=old.period_kind, period_start=old.period_start)
        .first()
    )
    if newest is None:
        raise Http404
    text = figure_text(newest.average, indicator.kept.measure)
    # The pages of similar areas and of the indicator stand above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
    place: Any = old if old.kind == Comparator.Kind.SIMILAR_AREAS else indicator
    if newest.pk != old.pk and request.method != "POST":
        messages.info(request, f"The average was corrected already. This is the newest one: {text}.")
        return redirect("performance:correct-average", pk=newest.pk)
    is_sent = request.method == "POST"
    ours = known_facts([indicator])[indicator.pk].figures.get(period)
    form = AverageForm(request.POST if is_sent else take_held(request), old=old, ours=ours.value if ours else None)
    overtaken = ""
    if is_sent and form.is_valid() and form.value is not None:
        told = form.cleaned_data
        try:
            figures.record_comparator(
                indicator=indicator,
                kind=old.kind,
                period=period,
                average=form.value,
                position=told["position"],
                group_size=told["group_size"] if told["position"] is not None else None,
                basis=told["basis"],
                data_source=old.data_source,
                by=request.user,
                at=Moment.now().at,
                note=told["why"],
                replaces=old,
            )
        except ValidationError as refused:
            if newest.pk == old.pk:
                form.take_faults(refused)
            else:
                overtaken = f"Somebody corrected the average before you: it is {text} now. Yours was not recorded."
        else:
            said = figure_text(form.value, indicator.kept.measure)
            messages.success(
                request,
                f"{WHOSE[old.kind][0].upper()}{WHOSE[old.kind][1:]} average of {indicator.code} for {period.label} "
                f"is corrected: {said}.",
            )
            return redirect(place)
    return render(
        request,
        "performance/correct_average.html",
        {
            "form": form,
            "old": old,
            "newest": newest,
            "text": text,
            "whose": WHOSE[old.kind],
            "place": place.get_absolute_url(),
            "is_ranked": old.kind == Comparator.Kind.SIMILAR_AREAS,
            "overtaken": overtaken,
            "writer": writer_of(request.user),
            "is_sent": is_sent,
        },
    )
