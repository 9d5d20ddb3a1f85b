"""The page for a form whose page was too old: what was typed into an update is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actions.views.drafts import keep_refused


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a CSRF token that is missing or no longer good (setting CSRF_FAILURE_VIEW)."""
    return render(request, "403_csrf.html", {"kept": keep_refused(request)}, status=403)
