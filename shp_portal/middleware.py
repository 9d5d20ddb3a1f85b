"""What every response carries beyond Django's own security headers, and whom the demonstration answers."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

from shp_portal.idle import is_due, renew

View = Callable[[HttpRequest], HttpResponseBase]

POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


def permissions_policy(get_response: View) -> View:
    """Says on every response, static files and errors too, that the portal uses none of the browser's devices."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Permissions-Policy"] = POLICY
        return response

    return middleware


#: What everybody may read without signing in (reports.views.published).
SHELF = "/published/"


def never_stored(get_response: View) -> View:
    """Keeps pages and files out of every cache, so that nothing is left on a shared computer after signing out.

    It judges no session. The one exception are addresses, not answers: those of the public shelf, on which everybody is
    a stranger (below), and there only what the page itself says may be kept.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (request.path.startswith(SHELF) and "public" in response.get("Cache-Control", "")):
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def strangers_on_the_shelf(get_response: View) -> View:
    """Takes every reader of the public shelf for a stranger, signed in or not, so that what one is sent may be kept for all.

    Cookies are dropped before anybody can read them, and none leaves; nothing sent then depends on them.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(SHELF):
            return get_response(request)
        request.COOKIES = {}
        response = get_response(request)
        response.cookies.clear()
        vary = [name for name in response.get("Vary", "").split(", ") if name and name != "Cookie"]
        del response["Vary"]
        if vary:
            response["Vary"] = ", ".join(vary)
        return response

    return middleware


def not_too_large(get_response: View) -> View:
    """Refuses a request that says it is larger than any form of the portal, before a byte of it is read or stored.

    One that says no length has no body for Django, so that nothing gets past this.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdecimal() and int(said) > settings.LARGEST_REQUEST:
            return HttpResponse(render_to_string("413.html"), status=413)
        return get_response(request)

    return middleware


def kept_awake(get_response: View) -> View:
    """Lets a session end after so long without a visit, not so long after signing in.

    Every visit counts, but the row is written only when a tenth of the time has gone: pages that only read stay free of
    writes. Asking how long is left is no visit.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        asks_only = request.path == "/session/" and request.method != "POST"
        if user is not None and not asks_only and SESSION_KEY in request.session and is_due(request):
            renew(request)
        return get_response(request)

    return middleware


def not_taken_in_words(get_response: View) -> View:
    """Gives a 405 a page, like the other errors: Django's own is empty, and the browser fills it with its own words."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and response.status_code == 405 and not response.content:
            response.content = render_to_string("405.html", request=request).encode()
            response["Content-Type"] = "text/html; charset=utf-8"
        return response

    return middleware


def loopback_only(get_response: View) -> View:
    """Refuses callers from other machines, however the server was bound: the demonstration prints its passwords."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        address = request.META.get("REMOTE_ADDR", "")
        if address and not ipaddress.ip_address(address).is_loopback:
            return HttpResponseForbidden(
                "The demonstration answers on its own machine only.", content_type="text/plain; charset=utf-8"
            )
        return get_response(request)

    return middleware
