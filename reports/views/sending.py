"""Sending a published report to lists of people, and what became of each e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from actions.progress import plural
from partners import outbox
from priorities.doors import SignedIn
from reports.forms.sending import SendForm
from reports.services import holds, sending
from reports.views.version import version_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send_to_lists(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number, whole=False)
    if not request.user.has_perm("reports.send_to_lists", version):
        raise PermissionDenied(sending.ONLY_COORDINATOR_SENDS)
    form = SendForm(request.POST if request.method == "POST" else None, version=version)
    if form.is_valid():
        try:
            sent = sending.send(version=version, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            outbox.wake_drain()
            messages.success(request, _said(sent))
            return redirect("reports:send-to-lists", pk, number)
    today = timezone.localdate()
    lists = sending.state_of_lists(version, today)
    hold = holds.hold_in_force(version.report.plan, today)
    return render(
        request,
        "reports/send_to_lists.html",
        {
            "version": version,
            "report": version.report,
            "form": form,
            "cannot": sending.cannot_send(version),
            "held": holds.why_held(hold) if hold else "",
            "lists": lists,
            "is_released": version.releases.standing().exists(),
            "some_unsent": any(one.sending is None for one in lists),
        },
    )


def _said(sent: sending.Sent) -> str:
    if not sent.new and not sent.again:
        return "Nothing was sent: everybody on these lists who can open the report has it, or is about to."
    parts = [f"{plural(sent.new, 'e-mail')} to send"] * bool(sent.new)
    parts += [f"{plural(sent.again, 'e-mail')} to try again"] * bool(sent.again)
    return f"{' and '.join(parts)}. Look again in a few minutes to see what became of them."
