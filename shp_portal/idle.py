"""How long a session goes on without a visit: kept in the session itself, so that a page can say it without a query."""

import time

from django.http import HttpRequest

RENEWED = "renewed_at"


def length(request: HttpRequest) -> int:
    """Seconds that a session goes on without a visit."""
    return int(request.session.get_session_cookie_age())


def renew(request: HttpRequest) -> None:
    """Begin the session's time anew."""
    request.session[RENEWED] = int(time.time())


def is_due(request: HttpRequest) -> bool:
    """Whether a tenth of the time has gone since it began: often enough to write it down again."""
    return RENEWED not in request.session or length(request) - seconds_left(request) >= length(request) / 10


def seconds_left(request: HttpRequest) -> int:
    """Seconds until the session ends unless somebody comes by; at least 0."""
    now = int(time.time())
    return max(length(request) - (now - int(request.session.get(RENEWED, now))), 0)
