"""Handing one action over, and more time for one update. Pages of many actions at once stand in the portal's board."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from actions.forms.coordination import ExtendForm, HandOverForm
from actions.models import Action, DeadlineExtension
from actions.progress import owes
from actions.services import handover, rounds
from actions.views.doors import action_for
from partners.models import User
from priorities.doors import Moment, SignedIn, for_those_at_work
from priorities.models import UpdateRound
from priorities.periods import british


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    action = action_for(request.user, pk, moment.today)
    if not request.user.has_perm("actions.hand_over", action):
        raise PermissionDenied(handover.NOT_YOURS)
    anybody = request.user.has_perm("actions.hand_over_to_anybody", action)
    people = User.objects.at_work()
    if not anybody:
        people = people.filter(partner=action.lead_partner_id)
    if action.owner_id:
        people = people.exclude(pk=action.owner_id)
    sent = request.POST if request.method == "POST" else None
    form = HandOverForm(sent, people=people, button="Hand over")
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            handover.reassign(actions=[action], by=request.user, at=moment.at, **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            told = " They are told in their next e-mail." if to.pk != request.user.pk else ""
            messages.success(request, f"{action.ref} is handed over to {to}.{told}")
            return redirect(action)
    return render(
        request,
        "actions/hand_over.html",
        {"action": action, "form": form, "anybody": anybody, "live": action.state == Action.State.LIVE},
    )


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    action = action_for(request.user, pk, moment.today)
    if not request.user.has_perm("actions.extend_deadline", action):
        raise PermissionDenied("Only the coordinator gives more time for an update.")
    round_ = UpdateRound.objects.asked_by(action.plan, moment.today).first()
    if round_ is None:
        return render(request, "actions/extend.html", {"action": action, "owes": False})
    given = DeadlineExtension.objects.filter(action=action, round=round_).first()
    due_on = given.due_on if given else round_.updates_due_on
    sent = request.POST if request.method == "POST" else None
    form = ExtendForm(sent, action=action, round_=round_, due_on=due_on)
    if form.is_valid():
        try:
            extension = rounds.extend_deadline(
                action=action, round_=round_, by=request.user, at=moment.at, today=moment.today, **form.cleaned_data
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"The update on {action.ref} is now due on {british(extension.due_on)}.")
            return redirect(action)
    return render(
        request,
        "actions/extend.html",
        {
            "action": action,
            "form": form,
            "round": round_,
            "given": given,
            "owes": owes(action.state, action.starts_on, round_.period)
            and not action.received_about(round_.period)
            and round_.settled_at is None,
        },
    )
