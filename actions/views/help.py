"""The page on which a partner answers help that was asked of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from actions.forms.help import AnswerHelpForm
from actions.models import Action, HelpReply, ProgressUpdate
from actions.services import help as helping
from priorities.doors import SignedIn, for_those_at_work


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def answer_help(request: SignedIn, pk: int) -> HttpResponse:
    update = get_object_or_404(
        ProgressUpdate.objects.filter(
            help_wanted_from__isnull=False, action__in=Action.objects.visible_to(request.user)
        ).select_related(
            "action__lead_partner", "action__sub_group", "action__owner", "help_wanted_from", "by__partner"
        ),
        pk=pk,
    )
    asked = update.help_wanted_from
    if asked is None:
        raise Http404
    if not request.user.has_perm("actions.answer_help", update):
        raise PermissionDenied(helping.NOT_ASKED_OF_YOU)
    sent = request.POST if request.method == "POST" else None
    form = AnswerHelpForm(sent)
    if form.is_valid():
        try:
            reply = helping.answer_help(update=update, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            on_behalf = f" on behalf of {asked}" if request.user.partner_id != asked.pk else ""
            messages.success(
                request,
                f"Recorded{on_behalf}: {reply.get_answer_display()}. {update.by} is told in their next e-mail.",
            )
            return redirect(f"{update.action.get_absolute_url()}#update-{update.pk}")
    replies = list(update.help_replies.in_order().select_related("by", "partner"))
    context = {
        "action": update.action,
        "update": update,
        "readable": request.user.has_perm("actions.read_restricted", update),
        "replies": replies,
        "taken_back": any(reply.answer == HelpReply.Answer.TAKEN_BACK for reply in replies),
        "form": form,
        "on_behalf": request.user.partner_id != asked.pk,
    }
    return render(request, "actions/help.html", context)
