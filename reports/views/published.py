"""The public shelf: what everybody may read without signing in, as pages and as PDFs that caches may keep.

Nothing here asks who is reading: shp_portal.middleware takes every reader of these addresses for a stranger.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from priorities.models import Plan
from reports.models import PublicRelease, Rendition, Report
from reports.services import release, renditions
from reports.views.files import pdf_response, with_facts

#: Seconds for which a browser or a cache may go on without asking again: so long a report that was taken away may still be seen.
KEPT = 300
PAGE = 50


def kept_a_while(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Says of a page or a file that caches may keep it, and answers "unchanged" to whoever has it. Refusals are not kept."""

    @require_safe
    @functools.wraps(view)
    def kept(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code not in (200, 302, 304):
            return response
        if isinstance(response, HttpResponse) and response.status_code == 200 and not response.has_header("ETag"):
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
            response = get_conditional_response(request, etag=response["ETag"], response=response) or response
        patch_cache_control(response, public=True, max_age=KEPT)
        return response

    return kept


@dataclass(frozen=True)
class Published:
    """One report of the shelf: the newest version there, its PDF, and the older ones. `withdrawn`: a newer one was there."""

    report: Report
    newest: PublicRelease
    pdf: Rendition
    older: list[PublicRelease]
    withdrawn: PublicRelease | None


@kept_a_while
def list_published(request: HttpRequest) -> HttpResponse:
    if not Plan.objects.filter(public_shelf=True).exists():
        raise Http404
    files = Rendition.objects.filter(edition=Rendition.Edition.PUBLIC, stage=Rendition.Stage.FINAL).defer("html")
    standing = PublicRelease.objects.standing().filter(version__report=OuterRef("pk"))
    reports = Report.objects.filter(Exists(standing), plan__public_shelf=True)
    # A period's end is worked out, so the database cannot order by it; only the page's releases are read.
    ordered = sorted(reports, key=lambda report: (report.period.end, report.kind), reverse=True)
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    found = PublicRelease.objects.filter(version__report__in=page.object_list)
    found = found.select_related("version__report__plan").defer("html", "version__snapshot")
    by_report: dict[int, list[PublicRelease]] = {}
    for one in found.prefetch_related(Prefetch("version__renditions", files)).order_by("-version__number", "-at"):
        by_report.setdefault(one.version.report_id, []).append(one)
    entries = [_entry(by_report[report.pk]) for report in page.object_list]
    return render(request, "reports/published_list.html", {"page": page, "entries": entries})


def _entry(releases: list[PublicRelease]) -> Published:
    """What the shelf says of a report whose releases these are, the newest version first; one of them stands."""
    standing = [one for one in releases if one.withdrawn_at is None]
    newest = standing[0]
    first = releases[0]
    return Published(
        report=newest.version.report,
        newest=newest,
        pdf=newest.version.renditions.all()[0],
        older=standing[1:],
        withdrawn=first if first.version.number > newest.version.number else None,
    )


@kept_a_while
def show_newest(request: HttpRequest, pk: int) -> HttpResponse:
    """An address that stays: on to the newest version of the report that everybody can read."""
    standing = PublicRelease.objects.for_everybody().filter(version__report=pk).order_by("-version__number")
    newest = standing.first()
    if newest is None:
        raise Http404
    return redirect("reports:published", pk, newest.version.number)


@kept_a_while
@with_facts
def show_published(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The report as a page: the very one that was checked, with today's frame around it."""
    shelved = _shelved(pk, number)
    newer = release.newer_on_shelf(shelved.version)
    version = shelved.version
    page = {
        "report": version.report,
        "version": version,
        "shelved": shelved,
        "kept": shelved.kept_page(),
        "sign_off": renditions.sign_off_of(version),
        "pdf": release.file_of(version),
        "newer": newer,
        "correcting": newer is None and release.corrected_by(version) is not None,
    }
    return render(request, "reports/published.html", page)


@kept_a_while
def send_published_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    shelved = _shelved(pk, number)
    pdf = get_object_or_404(
        shelved.version.renditions.defer("html"), edition=Rendition.Edition.PUBLIC, sha256=shelved.pdf_sha256
    )
    pdf.version = shelved.version
    return pdf_response(request, pdf)


def _shelved(pk: int, number: int) -> PublicRelease:
    return get_object_or_404(PublicRelease.objects.for_everybody(), version__report=pk, version__number=number)
