"""To which priority and indicator each crime type of a table of similar areas belongs, said anew."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from performance.forms.places import PlacesForm
from performance.models import Indicator, SimilarAreasTable
from performance.services import bulk
from priorities.doors import Moment, SignedIn, for_those_at_work


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def place_crime_types(request: SignedIn, pk: int) -> HttpResponse:
    table = get_object_or_404(SimilarAreasTable.objects.select_related("plan"), pk=pk)
    if not request.user.has_perm("performance.upload_tables"):
        raise PermissionDenied(bulk.NOT_YOUR_TABLE)
    form = PlacesForm(
        request.POST if request.method == "POST" else None,
        rows=list(table.rows.all()),
        priorities=list(table.plan.priorities.order_by("position")),
        indicators=list(Indicator.objects.for_plan(table.plan).order_by("name")),
    )
    if form.is_valid():
        try:
            new = bulk.place_crime_types(
                table=table,
                places=form.places,
                indicators=form.counted,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=Moment.now().at,
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            said = "Nothing was changed." if new.pk == table.pk else "Recorded. The table as it was stays visible."
            messages.success(request, said)
            # Its page stands above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
            return redirect(new)  # type: ignore[call-overload]
    return render(request, "performance/place_crime_types.html", {"table": table, "form": form})
