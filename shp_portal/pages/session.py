"""How long somebody stays signed in, for the warning before it ends."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from shp_portal.idle import renew, seconds_left


@require_http_methods(["GET", "HEAD", "POST"])
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """How many seconds the session still has (GET), after beginning anew (POST); 0 for somebody signed out."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0})
    if request.method == "POST":
        renew(request)
    return JsonResponse({"seconds": seconds_left(request)})
