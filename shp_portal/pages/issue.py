"""One emerging issue: what it is, its steps, the proposals and actions that answer it, and the decision on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Window
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from actions.models import Action, Proposal
from actions.services import issues as verbs
from performance.forms.issues import TriageForm
from performance.models import EmergingIssue, EmergingIssueQuerySet, IssueEvent
from performance.services.issues import NOT_TRIAGING
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Priority, SubGroup

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
    url: str

    @property
    def more(self) -> bool:
        return self.number > len(self.rows)


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
            # Settings' ABSOLUTE_URL_OVERRIDES know where.
            return redirect(found)  # type: ignore[call-overload]
    return _page(request, found, form)


def open_issues(
    seen: EmergingIssueQuerySet, *, priority: Priority | None = None, sub_group: SubGroup | None = None, state: str = ""
) -> OpenIssues:
    """The open ones of the issues a reader sees, of a priority, a sub-group or a state where one is given; one query."""
    found, said = seen.open(), {}
    if priority is not None:
        found, said["priority"] = found.filter(priority=priority), priority.code
    if sub_group is not None:
        found, said["sub_group"] = found.filter(sub_group=sub_group), sub_group.code
    if state:
        found, said["state"] = found.filter(state=state), state
    query = f"?{urlencode(said)}" if said else ""
    named = found.select_related("priority", "raised_by__partner")
    # `none()` is written out in full before the database is not asked.
    rows = [] if seen.query.is_empty() else list(named.annotate(of_all=Window(Count("pk")))[:NAMED])
    of_all: int = getattr(rows[0], "of_all", 0) if rows else 0
    return OpenIssues(rows, of_all, reverse("performance:issues") + query)


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
