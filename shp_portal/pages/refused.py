"""The page for a form whose page was too old: what was typed into an update is kept."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actions.views.drafts import keep_refused
from priorities.doors import hold_form


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a CSRF token that is missing or no longer good (setting CSRF_FAILURE_VIEW)."""
    kept = keep_refused(request)
    # Of a browser without a session of ours nothing is kept: the form may stand on somebody else's page.
    held = not kept and settings.SESSION_COOKIE_NAME in request.COOKIES and hold_form(request)
    return render(request, "403_csrf.html", {"kept": kept, "back": request.path if held else ""}, status=403)
