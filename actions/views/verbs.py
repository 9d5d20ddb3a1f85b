"""The forms of the verbs, and what the person is told afterwards."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from actions.forms.updates import ReopenForm, UpdateForm, WordsForm
from actions.models import Action, ProgressUpdate
from actions.progress import plural
from actions.rating import LOOKS, Rating
from actions.services import lifecycle, updates
from actions.views.doors import Moment, SignedIn, action_for, for_those_at_work, standing_of
from actions.views.words import last_words
from priorities.periods import Period, british

if TYPE_CHECKING:
    from partners.models import User


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def post_update(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.now()
    action = action_for(request.user, pk, moment.today)
    if not request.user.has_perm("actions.post_update", action):
        raise PermissionDenied(updates.NOT_YOURS)
    choice = action.period_choice(moment.today)
    sent = request.POST if request.method == "POST" else None
    form = UpdateForm(sent, action=action, choice=choice, today=moment.today)
    if sent is None and action.state != Action.State.LIVE:
        return render(request, "actions/closed.html", {"action": action})
    if form.is_valid():
        try:
            update = updates.post_update(
                action=action, by=request.user, at=moment.at, today=moment.today, **form.answers()
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _tell(request, update, f"{action.ref} updated: {LOOKS[Rating(update.rating)].word}", moment)
            _tell_of_others(request, update, since=form.cleaned_data["seen"])
            return _back(request.user, action)
    words = last_words([action], request.user).get(action.pk)
    standing = standing_of(action, moment.today)
    return render(
        request,
        "actions/update.html",
        {"action": action, "form": form, "words": words, "standing": standing},
    )


@for_those_at_work
@require_POST
def confirm_no_change(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.now()
    action = action_for(request.user, pk, moment.today)
    try:
        period = Period.parse(action.plan.update_kind, request.POST.get("period", ""))
        key = uuid.UUID(request.POST.get("submission_key", ""))
    except ValueError:
        # Both are hidden in the page: nothing the person typed is lost by asking for another press.
        messages.error(request, "That button was too old or was changed on its way. Press it again.")
        return _back(request.user, action)
    try:
        update = updates.confirm_no_change(
            action=action, by=request.user, at=moment.at, today=moment.today, submission_key=key, period=period
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("actions:post-update", pk=action.pk) if action.state == Action.State.LIVE else redirect(action)
    _tell(request, update, f"{action.ref} confirmed, no change: {LOOKS[Rating(update.rating)].word}", moment)
    return _back(request.user, action)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def add_words(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.now()
    action = action_for(request.user, pk, moment.today)
    if not request.user.has_perm("actions.add_words", action):
        raise PermissionDenied("Words can be added by partners that support this action.")
    sent = request.POST if request.method == "POST" else None
    form = WordsForm(sent, choice=action.period_choice(moment.today), today=moment.today)
    if sent is None and action.state != Action.State.LIVE:
        return render(request, "actions/closed.html", {"action": action})
    if form.is_valid():
        try:
            update = updates.add_words(
                action=action, by=request.user, at=moment.at, today=moment.today, **form.answers()
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(
                request,
                f"Your words on {action.ref} are recorded for {update.period.label}. "
                "They will stand beside the lead partner’s update in the report.",
            )
            return redirect(action)
    return render(request, "actions/words.html", {"action": action, "form": form})


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: SignedIn, pk: int) -> HttpResponse:
    action = action_for(request.user, pk, timezone.localdate())
    if not request.user.has_perm("actions.reopen", action):
        raise PermissionDenied("Only the coordinator reopens an action.")
    sent = request.POST if request.method == "POST" else None
    form = ReopenForm(sent, action=action)
    if form.is_valid():
        try:
            lifecycle.reopen(action=action, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{action.ref} is open again. It needs an update, since its rating starts anew.")
            return redirect(action)
    return render(request, "actions/reopen.html", {"action": action, "form": form})


def _back(user: User, action: Action) -> HttpResponseRedirect:
    """To My actions for those who answer for the action, else to the action itself."""
    if Action.objects.filter(pk=action.pk).answered_for_by(user).exists():
        return redirect("actions:mine")
    return redirect(action)


def _tell(request: SignedIn, update: ProgressUpdate, what: str, moment: Moment) -> None:
    """What was recorded, for which period, and what is next."""
    on_behalf = f" on behalf of {update.on_behalf_of}" if update.on_behalf_of else ""
    late = " It came after the day updates were due and is marked late." if update.late else ""
    messages.success(
        request, f"{what}. Recorded for {update.period.label}{on_behalf}.{late} {_next(request.user, moment)}".strip()
    )


def _next(user: User, moment: Moment) -> str:
    if moment.open is None:
        return ""
    mine = Action.objects.filter(plan=moment.plan).answered_for_by(user)
    waiting = mine.not_updated(moment.open.period).count()
    if waiting:
        return f"Next: {plural(waiting, 'action')} still {'waits' if waiting == 1 else 'wait'} for your update."
    return "No other action waits for your update." if mine.exists() else ""


def _tell_of_others(request: SignedIn, update: ProgressUpdate, since: int | None) -> None:
    """Both updates stay; whoever sent the second learns of the first."""
    if since is None:
        return
    others = ProgressUpdate.objects.filter(action=update.action, pk__gt=since, pk__lt=update.pk).rated()
    for other in others.exclude(by=request.user).select_related("by").order_by("pk")[:3]:
        local = timezone.localtime(other.submitted_at)
        messages.info(
            request,
            f"{update.action.ref} was also updated by {other.by} at {local:%H:%M} on {british(local.date())}, "
            "after you opened the form. Both updates are kept.",
        )
