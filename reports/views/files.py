"""A PDF on its way out: the bytes that were made or none, under the name the report goes by."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response

from reports import delivery
from reports.document import file_name
from reports.document.text import FactsLost
from reports.models import Rendition
from reports.services import proof

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

log = logging.getLogger(__name__)


def pdf_response(request: HttpRequest, rendition: Rendition) -> HttpResponseBase:
    """The file of a finished rendition, shown in the browser; 304 for whoever has it, a page and 503 for a damaged one."""
    etag = f'"{rendition.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    try:
        content = delivery.read(rendition)
    except delivery.FileLost:
        log.exception("A PDF could not be sent")
        proof.check_file(rendition, timezone.now())
        return render(request, "reports/file_lost.html", {"version": rendition.version}, status=503)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name_of(rendition)}"', "ETag": etag},
    )


def with_facts(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page with a sentence, and 503, where the facts it is made of are not those that were sealed."""

    @functools.wraps(view)
    def shown(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except FactsLost as lost:
            log.exception("A report could not be shown")
            return render(request, "reports/facts_lost.html", {"lost": lost}, status=503)

    return shown


def name_of(rendition: Rendition) -> str:
    """What the file is called when it is kept: report, months, version, edition, and that it is a draft."""
    report = rendition.version.report
    name = file_name(
        short_name=report.plan.short_name,
        kind=report.kind,
        period_start=report.period.start,
        period_end=report.period.end,
        number=rendition.version.number,
        edition=rendition.edition,
    )
    return name.replace(".pdf", "-draft.pdf") if rendition.stage == Rendition.Stage.DRAFT else name
