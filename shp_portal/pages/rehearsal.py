"""A dry run for the coordinator: what the portal would do by itself at its next run. Nothing of it is done."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from priorities.doors import SignedIn, for_those_at_work
from reports.permissions import ONLY_COORDINATOR_REHEARSES
from shp_portal.tick import rehearse

#: People named one by one; of more only the number is told.
MOST = 100


@for_those_at_work
@require_safe
def rehearsal(request: SignedIn) -> HttpResponse:
    if not request.user.has_perm("reports.rehearse"):
        raise PermissionDenied(ONLY_COORDINATOR_REHEARSES)
    now = timezone.now()
    would = rehearse(now)
    more = max(len(would.digests) - MOST, 0)
    return render(
        request, "portal/rehearsal.html", {"now": now, "would": would, "digests": would.digests[:MOST], "more": more}
    )
