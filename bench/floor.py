"""The floor: a bare Django list page of fifty rows, signed in, on the same rows; and bare ways to write and to export.

What `startproject` gives (its middleware, sessions, the template engine) and no more: no rights, no filters, no judgement.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.urls import path
from django.utils import timezone

from actions.models import Action, ProgressUpdate

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

COLUMNS = ("ref", "title", "description", "starts_on", "due_on", "state", "added_at")

PAGE = """<!doctype html><html lang="en"><head><title>Actions</title></head><body><h1>Actions</h1>
<p>Signed in as {{ request.user.name }}</p>
<table><thead><tr><th>Reference</th><th>Title</th><th>Priority</th><th>Lead</th><th>Due</th><th>State</th></tr></thead>
<tbody>{% for action in actions %}<tr><th><a href="/actions/{{ action.pk }}/">{{ action.ref }}</a></th><td>{{ action.title }}</td>
<td>{{ action.priority.name }}</td><td>{{ action.lead_partner.name }}</td><td>{{ action.due_on|date:"j F Y" }}</td>
<td>{{ action.get_state_display }}</td></tr>{% endfor %}</tbody></table></body></html>"""

_page: list[Template] = []


@login_required
def show_list(request: HttpRequest) -> HttpResponse:
    if not _page:
        _page.append(Template(PAGE))
    actions = Action.objects.select_related("priority", "lead_partner").order_by("ref")[:50]
    return HttpResponse(_page[0].render(RequestContext(request, {"actions": actions})))


@login_required
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """One row, as one would write it without asking anything of it."""
    now = timezone.now()
    ProgressUpdate.objects.create(
        action=Action.objects.get(pk=pk),
        period_kind="half_year",
        period_start="2026-04-01",
        rating=request.POST["rating"],
        narrative=request.POST["narrative"],
        by_id=request.user.pk or 0,
        submitted_at=now,
        submitted_on=now.date(),
        submission_key=uuid.uuid4(),
    )
    return redirect("/")


class _Line:
    def write(self, line: str) -> str:
        return line


@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        out = csv.writer(_Line())
        yield out.writerow(COLUMNS)
        for row in Action.objects.order_by("ref").values_list(*COLUMNS).iterator(chunk_size=1_000):
            yield out.writerow(row)

    return StreamingHttpResponse(lines(), content_type="text/csv")


urlpatterns = [
    path("", show_list),
    path("write/<int:pk>/", write),
    path("export.csv", export),
]
