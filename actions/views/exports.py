"""Files of long lists: asking for one, how far it is, having it, and those one has asked for. Everybody sees their own."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from csp.constants import HEADER
from csp.utils import build_policy
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from actions.forms.filters import ActionFilters, choices_of
from actions.models import Export
from actions.services import exports
from actions.views.evidence import SANDBOX
from partners import delivery
from priorities.doors import Moment, SignedIn, for_those_at_work, pressed_again
from sheets import XLSX_TYPE

log = logging.getLogger(__name__)

MOST = 20
"""Older files have long been removed."""

TYPES = {Export.Kind.CSV: "text/csv; charset=utf-8", Export.Kind.XLSX: XLSX_TYPE}


@dataclass(frozen=True)
class Asked:
    """A file somebody asked for: of which list, in words, and whether it can be had."""

    export: Export
    of: str
    there: bool


@pressed_again("actions:exports")
@for_those_at_work
@require_POST
def request_export(request: SignedIn) -> HttpResponse:
    """Ask for a file of the list at the address sent to, which is read as the list itself reads it."""
    moment = Moment.now()
    if moment.plan is None:
        raise Http404
    query = ActionFilters(request.GET, choices=choices_of(moment.plan)).address()
    kind = request.POST.get("kind", "")
    try:
        export = exports.request_export(plan=moment.plan, kind=kind, query=query, by=request.user, at=moment.at)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(reverse("actions:list") + query)
    exports.wake(export)
    return redirect(export)


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    mine = Export.objects.visible_to(request.user).select_related("plan")[:MOST]
    return render(request, "actions/exports.html", {"asked": _asked(mine, moment.today)})


@for_those_at_work
@require_safe
def show_export(request: SignedIn, pk: int) -> HttpResponse:
    """How far the file is; for the script that looks again, only the part of the page that changes."""
    export = _own(request, pk)
    (asked,) = _asked([export], Moment.of(request).today)
    by_script = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "actions/_export.html" if by_script else "actions/export.html", {"asked": asked})


@for_those_at_work
@require_safe
def send_file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file, always to be saved and never shown inside the portal."""
    export = _own(request, pk)
    if not export.is_there(timezone.localdate()):
        raise Http404
    try:
        file = delivery.opened(export.file.name, export.sha256)
    except delivery.FileLost:
        log.exception("%s could not be sent", export)
        return render(request, "actions/export_lost.html", {"export": export}, status=503)
    response = FileResponse(
        file, as_attachment=True, filename=export.file_name, content_type=TYPES[Export.Kind(export.kind)]
    )
    response["Accept-Ranges"] = "none"
    response[HEADER] = build_policy(replace=SANDBOX)
    return response


@pressed_again("actions:exports")
@for_those_at_work
@require_POST
def try_again(request: SignedIn, pk: int) -> HttpResponse:
    export = _own(request, pk)
    try:
        export = exports.retry(export=export, by=request.user, at=timezone.now())
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        exports.wake(export)
    return redirect(export)


def _own(request: SignedIn, pk: int) -> Export:
    return get_object_or_404(Export.objects.visible_to(request.user).select_related("plan"), pk=pk)


def _asked(rows: Iterable[Export], today: dt.date) -> list[Asked]:
    """The rows with their lists in words; the names of a plan's priorities and partners are read once."""
    choices: dict[int, dict[str, list[tuple[str, str]]]] = {}
    found = []
    for export in rows:
        if export.plan_id not in choices:
            choices[export.plan_id] = choices_of(export.plan)
        filters = ActionFilters(QueryDict(export.query.removeprefix("?")), choices=choices[export.plan_id])
        found.append(Asked(export, filters.in_words(), export.is_there(today)))
    return found
