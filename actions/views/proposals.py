"""New initiatives: the list, the form, a proposal's page and the decision on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.forms.proposals import DecisionForm, ProposalForm, RevisedForm
from actions.models import Action, Proposal
from actions.services import proposals
from actions.services.structure import Stale
from partners.models import Partner
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, pressed_again, take_held, writer_of
from priorities.periods import british

if TYPE_CHECKING:
    from partners.models import User
    from performance.models import EmergingIssue, Indicator

State = Proposal.State
#: Proposals on the page; those decided longest ago fall off its end.
DECIDED = 50
NEW = 50
UNDECIDED = 200


@dataclass(frozen=True)
class ProposalsPage:
    """Proposals by what they wait for. `changes` are those back with their proposers."""

    waiting: list[Proposal]
    changes: list[Proposal]
    decided: list[Proposal]
    more: bool
    new: list[Action]
    may_propose: bool


@dataclass(frozen=True)
class ProposalPage:
    proposal: Proposal
    supporting: list[Partner]
    indicators: list[Indicator]
    milestones: list[tuple[str, dt.date]]
    beyond_plan: bool
    may_edit: bool
    issue: EmergingIssue | None
    form: DecisionForm | None


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    found = Proposal.objects.visible_to(request.user).filter(plan=moment.plan).for_list()
    undecided = list(found.filter(state__in=[State.PROPOSED, State.CHANGES_ASKED]).order_by("proposed_at")[:UNDECIDED])
    decided = list(found.exclude(state__in=[State.PROPOSED, State.CHANGES_ASKED])[: DECIDED + 1])
    page = ProposalsPage(
        waiting=[proposal for proposal in undecided if proposal.state == State.PROPOSED],
        changes=[proposal for proposal in undecided if proposal.state == State.CHANGES_ASKED],
        decided=decided[:DECIDED],
        more=len(decided) > DECIDED,
        new=list(Action.objects.visible_to(request.user).added_since_report(moment.plan)[:NEW]) if moment.plan else [],
        may_propose=moment.plan is not None and request.user.has_perm("actions.propose"),
    )
    return render(request, "actions/proposals.html", {"page": page})


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    if not request.user.has_perm("actions.propose"):
        raise PermissionDenied(proposals.NOT_PROPOSING)
    if moment.plan is None:
        messages.error(request, "There is no plan yet. An administrator can add one.")
        return redirect("actions:proposals")
    sent = request.POST if request.method == "POST" else None
    form = ProposalForm(
        sent or take_held(request),
        plan=moment.plan,
        by=request.user,
        today=moment.today,
        issue=request.GET.get("issue", ""),
        judged=sent is not None,
    )
    if form.is_valid():
        try:
            proposal = proposals.propose(
                plan=moment.plan,
                initiative=form.initiative(),
                by=request.user,
                at=moment.at,
                today=moment.today,
                submission_key=form.cleaned_data["submission_key"],
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(
                request, "Your proposal is with the coordinator, who will accept it, ask for changes or decline it."
            )
            _warn_of_end(request, proposal)
            return redirect(proposal)
    return render(request, "actions/propose.html", {"form": form, "proposal": None, "writer": writer_of(request.user)})


@for_those_at_work
@require_safe
def show_proposal(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    proposal = _found(request.user, pk)
    return _page(request, proposal, _decision_form(request.user, proposal, moment))


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    proposal = _found(request.user, pk)
    if not request.user.has_perm("actions.edit_proposal", proposal):
        raise PermissionDenied(proposals.NOT_YOURS)
    sent = request.POST if request.method == "POST" else None
    if sent is None and not proposal.is_undecided:
        messages.info(request, f"This proposal is {proposal.get_state_display().lower()} and stays as it is.")
        return redirect(proposal)
    form = RevisedForm(
        sent or take_held(request),
        proposal=proposal,
        by=request.user,
        today=moment.today,
        judged=sent is not None,
    )
    if form.is_valid():
        try:
            proposals.revise(
                proposal=proposal,
                initiative=form.initiative(),
                by=request.user,
                at=moment.at,
                today=moment.today,
                revision=form.cleaned_data["revision"],
            )
        except ValidationError as refused:
            form.take_faults(refused)
        except Stale:
            return _conflict(request, form, moment)
        else:
            messages.success(request, "Your changes are with the coordinator.")
            return redirect(proposal)
    return render(
        request, "actions/propose.html", {"form": form, "proposal": proposal, "writer": writer_of(request.user)}
    )


@pressed_again("actions:proposal", named=True)
@for_those_at_work
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    proposal = _found(request.user, pk)
    try:
        proposals.take_back(proposal=proposal, by=request.user, at=moment.at)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, "Your proposal is taken back. It stays here to be seen.")
    return redirect(proposal)


@pressed_again("actions:proposal", named=True)
@for_those_at_work
@require_POST
def decide(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    proposal = _found(request.user, pk)
    if not request.user.has_perm("actions.decide_proposal", proposal):
        raise PermissionDenied(proposals.NOT_DECIDING)
    form = DecisionForm(request.POST, proposal=proposal, today=moment.today)
    if form.is_valid():
        try:
            return _decide(request, proposal, form, moment)
        except ValidationError as refused:
            form.take_faults(refused)
            proposal = _found(request.user, pk)
            # What is decided next is decided on the text this page now shows.
            form.decide_on(proposal)
    return _page(request, proposal, form)


def _decide(request: SignedIn, proposal: Proposal, form: DecisionForm, moment: Moment) -> HttpResponse:
    said = form.cleaned_data
    common = {"proposal": proposal, "by": request.user, "at": moment.at, "revision": said["revision"]}
    if said["outcome"] == DecisionForm.ACCEPT:
        action = proposals.accept(
            **common, today=moment.today, meeting=said["meeting"], owner=said["owner"], reason=said["reason"]
        )
        messages.success(
            request, f"Accepted as {action.ref}. It is in the plan and will stand in the next report as new."
        )
        return redirect(action)
    if said["outcome"] == DecisionForm.CHANGES:
        proposals.ask_for_changes(**common, reason=said["reason"])
        messages.success(request, f"{proposal.proposed_by} is told what should change.")
    else:
        proposals.decline(**common, today=moment.today, meeting=said["meeting"], reason=said["reason"])
        messages.success(request, f"Declined. {proposal.proposed_by} is told why.")
    return redirect("actions:proposals")


def _found(user: User, pk: int) -> Proposal:
    return get_object_or_404(Proposal.objects.visible_to(user).for_list(), pk=pk)


def _decision_form(user: User, proposal: Proposal, moment: Moment) -> DecisionForm | None:
    if proposal.is_undecided and user.has_perm("actions.decide_proposal", proposal):
        return DecisionForm(proposal=proposal, today=moment.today)
    return None


def _page(request: SignedIn, proposal: Proposal, form: DecisionForm | None) -> HttpResponse:
    issue = proposal.from_issue
    known = issue is not None and type(issue).objects.visible_to(request.user).filter(pk=issue.pk).exists()
    page = ProposalPage(
        proposal=proposal,
        supporting=list(proposal.supporting.all()),
        indicators=list(proposal.indicators.order_by("position", "code")),
        milestones=proposals.milestones_of(proposal),
        beyond_plan=proposal.due_on is not None and proposal.due_on > proposal.plan.ends_on,
        may_edit=proposal.is_undecided and request.user.has_perm("actions.edit_proposal", proposal),
        issue=issue if known else None,
        form=form,
    )
    return render(request, "actions/proposal.html", {"page": page})


def _conflict(request: SignedIn, form: RevisedForm, moment: Moment) -> HttpResponse:
    proposal = _found(request.user, form.proposal.pk)
    form.proposal = proposal
    again = RevisedForm(form.data_on(), proposal=proposal, by=request.user, today=moment.today)
    context = {
        "ref": "Proposal",
        "title": proposal.title,
        "back": proposal.get_absolute_url(),
        "differences": form.against(),
        "last": None,
        "form": again,
        "send": "Send the changes",
    }
    return render(request, "actions/conflict.html", context, status=409)


def _warn_of_end(request: SignedIn, proposal: Proposal) -> None:
    ends_on = proposal.plan.ends_on
    if proposal.due_on is not None and proposal.due_on > ends_on:
        messages.warning(
            request, f"It ends after the plan does, which is on {british(ends_on)}. Your reason stands with it."
        )
