"""Whether the portal lives and can work, for probes. Says names and sentences, never addresses or secrets."""

import logging
import os

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database at rest does not get the web restarted."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served and updates kept, else 503; each part in one word.

    The broker is told but decides nothing: without it updates are kept and reports wait for it.
    """
    parts = {"database": _database(), "files": _files(), "broker": _broker()}
    ready = parts["database"] == parts["files"] == "ok"
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("readyz: the database does not answer: %s", error)
        return "does not answer"
    return "ok"


def _files() -> str:
    folder = settings.MEDIA_ROOT
    while not folder.exists():
        folder = folder.parent
    return "ok" if os.access(folder, os.W_OK | os.X_OK) else "cannot be written"


def _broker() -> str:
    """Asked through the cache, which stands on the same server and answers within its short time limits."""
    if not settings.REDIS_URL:
        return "not set"
    return "ok" if caches["default"].answers() else "does not answer"  # type: ignore[attr-defined]  # our own class
