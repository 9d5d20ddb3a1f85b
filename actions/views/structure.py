"""Changing what an action is, and closing it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from actions.forms.structure import CloseForm, EditForm
from actions.models import Action
from actions.services import lifecycle, structure
from actions.views.doors import action_for
from priorities.doors import Moment, SignedIn, for_those_at_work
from priorities.periods import british


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    action = action_for(request.user, pk, moment.today)
    allowed = structure.may_change(request.user, action)
    if not allowed:
        raise PermissionDenied(structure.NOT_YOURS)
    sent = request.POST if request.method == "POST" else None
    if sent is None and action.state != Action.State.LIVE:
        return render(request, "actions/closed.html", {"action": action})
    form = EditForm(sent, action=action, allowed=allowed, today=moment.today)
    if form.is_valid():
        try:
            changed = structure.edit(
                action=action,
                by=request.user,
                at=moment.at,
                revision=form.cleaned_data["revision"],
                changes=form.changes(),
                milestones=form.milestone_changes(),
                new_milestones=form.new_milestones(),
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as refused:
            form.take_faults(refused)
        except structure.Stale:
            return _conflict(request, form, moment)
        else:
            _tell(request, changed, action.revision)
            return redirect(action)
    return render(request, "actions/edit.html", {"action": action, "form": form})


def _conflict(request: SignedIn, form: EditForm, moment: Moment) -> HttpResponse:
    """Both texts side by side; nothing was written. The form goes on from the action of now with this person's typing."""
    action = action_for(request.user, form.action.pk, moment.today)
    now = EditForm(None, action=action, allowed=form.allowed, today=moment.today)
    again = EditForm(form.data_on(now), action=action, allowed=form.allowed, today=moment.today)
    last = action.events.select_related("by").order_by("-pk").first()
    context = {
        "ref": action.ref,
        "title": action.title,
        "back": action.get_absolute_url(),
        "differences": form.against(now),
        "last": last,
        "form": again,
        "send": "Save the changes",
    }
    return render(request, "actions/conflict.html", context, status=409)


def _tell(request: SignedIn, action: Action, before: int) -> None:
    if action.revision == before:
        messages.info(request, f"Nothing differs from what {action.ref} says already.")
        return
    messages.success(request, f"{action.ref} is changed. Its history shows what and by whom.")
    if action.due_on is not None and action.due_on > action.plan.ends_on:
        messages.warning(request, f"{action.ref} is due after the plan ends on {british(action.plan.ends_on)}.")


NOT_CLOSING = "Only the coordinator closes an action."


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SignedIn, pk: int) -> HttpResponse:
    action = action_for(request.user, pk, timezone.localdate())
    if not request.user.has_perm("actions.withdraw", action):
        raise PermissionDenied(NOT_CLOSING)
    sent = request.POST if request.method == "POST" else None
    form = CloseForm(sent, action=action)
    if form.is_valid():
        try:
            closed = _close(request, action, form)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            on = f" It goes on as {closed.successor.ref}." if closed.successor else ""
            messages.success(request, f"{action.ref} is closed: {closed.get_state_display().lower()}.{on}")
            return redirect(action)
    return render(request, "actions/close.html", {"action": action, "form": form})


def _close(request: SignedIn, action: Action, form: CloseForm) -> Action:
    said, at = form.cleaned_data, timezone.now()
    if said["how"] == CloseForm.REPLACE:
        successor = cast(Action, said["successor"])
        return lifecycle.replace(action=action, successor=successor, by=request.user, at=at, reason=said["reason"])
    if said["how"] == CloseForm.MOVE:
        into = form.destination()
        return lifecycle.move_to_next_plan(action=action, by=request.user, at=at, reason=said["reason"], into=into)
    return lifecycle.withdraw(action=action, by=request.user, at=at, reason=said["reason"])
