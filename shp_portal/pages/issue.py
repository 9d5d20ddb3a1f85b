"""One emerging issue: what it is, its steps, the proposals and actions that answer it, and the decision on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from actions.models import Action, Proposal
from actions.services import issues as verbs
from performance.forms.issues import TriageForm
from performance.models import EmergingIssue, IssueEvent
from performance.services.issues import NOT_TRIAGING
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan, Priority, SubGroup

State = EmergingIssue.State

#: Issues named on another page; the rest are one link away.
NAMED = 5


@dataclass(frozen=True)
class IssuePage:
    """`steps` newest first; `actions` are those in the plan because of it."""

    issue: EmergingIssue
    steps: list[IssueEvent]
    proposals: list[Proposal]
    actions: list[Action]
    may_propose: bool
    form: TriageForm | None


@dataclass(frozen=True)
class OpenIssues:
    """Open issues as another page names them: the newest few, how many there are, and where all of them stand."""

    rows: list[EmergingIssue]
    number: int
    address: str


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    found = _found(request.user, pk)
    may_triage = request.user.has_perm("performance.triage_issue")
    if request.method != "POST":
        return _page(request, found, TriageForm(take_held(request), issue=found) if may_triage else None)
    if not may_triage:
        raise PermissionDenied(NOT_TRIAGING)
    form = TriageForm(request.POST, issue=found)
    if form.is_valid():
        try:
            verbs.decide(issue=found, by=request.user, at=moment.at, **form.cleaned_data)
        except ValidationError as refused:
            found = _found(request.user, pk)
            # What is decided next is decided on what the page now shows.
            form = form.decide_on(found)
            form.is_valid()
            form.take_faults(refused)
        else:
            messages.success(request, "The decision is recorded, and whoever raised the issue is told.")
            return redirect(found)
    return _page(request, found, form)


def open_issues(
    plan: Plan, user: User, *, priority: Priority | None = None, sub_group: SubGroup | None = None
) -> OpenIssues:
    """The open issues this person may see, of a priority or a sub-group where one is given; two queries."""
    found = EmergingIssue.objects.filter(plan=plan).visible_to(user).open()
    query = ""
    if priority is not None:
        found, query = found.filter(priority=priority), f"?priority={priority.code}"
    if sub_group is not None:
        found, query = found.filter(sub_group=sub_group), f"?sub_group={sub_group.code}"
    return OpenIssues(list(found.for_list()[:NAMED]), found.count(), query)


def _found(user: User, pk: int) -> EmergingIssue:
    return get_object_or_404(EmergingIssue.objects.visible_to(user).for_list(), pk=pk)


def _page(request: SignedIn, found: EmergingIssue, form: TriageForm | None) -> HttpResponse:
    page = IssuePage(
        issue=found,
        steps=list(found.events.select_related("by__partner").order_by("-pk")),
        proposals=list(Proposal.objects.visible_to(request.user).filter(from_issue=found).for_list()),
        actions=list(
            Action.objects.visible_to(request.user)
            .filter(Q(from_issue=found) | Q(proposal__from_issue=found))
            .distinct()
            .order_by("ref")
        ),
        may_propose=found.state != State.CLOSED and request.user.has_perm("actions.propose"),
        form=form,
    )
    return render(request, "portal/issue.html", {"page": page, "writer": writer_of(request.user)})
