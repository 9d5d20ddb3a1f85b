"""Emerging issues: their list, its file, and raising one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from performance.forms.issues import IssueFilters, RaiseForm
from performance.models import EmergingIssue, EmergingIssueQuerySet
from performance.places import OUTSIDE_WORDS
from performance.services import issues as verbs
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from sheets import csv_text

if TYPE_CHECKING:
    from priorities.models import Plan

PAGE = 50
State = EmergingIssue.State

COLUMNS = (
    "Title",
    "State",
    "Since",
    "Reason",
    "What is happening",
    "Evidence",
    "Priority",
    "Sub-group",
    "Indicator",
    "Raised on",
    "Raised by",
    "Restricted",
)


@dataclass(frozen=True)
class IssuesPage:
    """A page of the list; `previous` and `next` are the addresses of its neighbours, "" for none."""

    rows: list[EmergingIssue]
    previous: str
    next: str
    file: str


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    plan = Moment.of(request).plan
    if plan is None:
        return render(request, "performance/issues.html", {"page": None})
    filters = IssueFilters(request.GET, plan=plan)
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 5 else 1
    number = max(number, 1)
    rows = list(_matching(request, filters, plan)[(number - 1) * PAGE : number * PAGE + 1])
    page = IssuesPage(
        rows=rows[:PAGE],
        previous=filters.address(page=str(number - 1)) if number > 1 else "",
        next=filters.address(page=str(number + 1)) if len(rows) > PAGE else "",
        file=filters.address(),
    )
    return render(request, "performance/issues.html", {"page": page, "filters": filters})


@for_those_at_work
@require_safe
def export(request: SignedIn) -> HttpResponseBase:
    """Everything the list shows at this address, all pages of it, as a CSV file."""
    moment = Moment.now()
    if moment.plan is None:
        raise Http404
    found = _matching(request, IssueFilters(request.GET, plan=moment.plan), moment.plan)
    file = StreamingHttpResponse(csv_text(COLUMNS, map(_as_row, list(found))), content_type="text/csv; charset=utf-8")
    file["Content-Disposition"] = f'attachment; filename="emerging-issues-{moment.today.isoformat()}.csv"'
    return file


def _matching(request: SignedIn, filters: IssueFilters, plan: Plan) -> EmergingIssueQuerySet:
    """Those nobody has looked at first, closed ones last, newest first among each."""
    order = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(State.values)),
        output_field=IntegerField(),
    )
    seen = EmergingIssue.objects.filter(plan=plan).visible_to(request.user)
    return filters.narrow(seen).for_list().order_by(order, "-raised_at", "-pk")


def _as_row(issue: EmergingIssue) -> list[str]:
    return [
        issue.title,
        issue.get_state_display(),
        timezone.localdate(issue.state_at).isoformat(),
        issue.reason,
        issue.text,
        issue.evidence,
        issue.priority.name if issue.priority else OUTSIDE_WORDS,
        issue.sub_group.name if issue.sub_group else "",
        issue.indicator.name if issue.indicator else "",
        timezone.localdate(issue.raised_at).isoformat(),
        issue.raised_by.partner.name if issue.raised_by.partner else "",
        "restricted" if issue.restricted else "",
    ]


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def raise_issue(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    if not request.user.has_perm("performance.raise_issue"):
        raise PermissionDenied(verbs.NOT_RAISING)
    if moment.plan is None:
        messages.error(request, "There is no plan yet. An administrator can add one.")
        return redirect("performance:issues")
    sent = request.POST if request.method == "POST" else None
    form = RaiseForm(
        sent or take_held(request), plan=moment.plan, today=moment.today, figure=request.GET.get("indicator", "")
    )
    if sent is not None and form.is_valid():
        try:
            issue = verbs.raise_issue(plan=moment.plan, by=request.user, at=moment.at, **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, "The issue is raised. You hear by e-mail what is decided on it.")
            # Its page stands above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
            return redirect(issue)  # type: ignore[call-overload]
    return render(request, "performance/raise_issue.html", {"form": form, "writer": writer_of(request.user)})
