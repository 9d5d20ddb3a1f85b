"""Evidence: handing out a file to those who may see it, and adding to one's own update."""

from __future__ import annotations

import logging

from csp.constants import HEADER, NONE
from csp.utils import build_policy
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from actions.forms.evidence import AddEvidenceForm
from actions.models import Action, Evidence, ProgressUpdate
from actions.services import evidence
from partners import delivery
from priorities.doors import SignedIn, for_those_at_work

log = logging.getLogger(__name__)

Scan = Evidence.Scan

#: A browser that opens a file all the same runs nothing in it and lets it ask for nothing.
SANDBOX = {"sandbox": True, "script-src": [NONE], "style-src": [NONE], "img-src": [NONE], "font-src": [NONE]}


@for_those_at_work
@require_safe
def send_file(request: SignedIn, pk: int) -> HttpResponse:
    """The file, always to be saved and never shown inside the portal; who may see it is asked anew every time.

    Whole, without validators or ranges: no answer tells anything of a file to somebody who may not have it.
    """
    found = get_object_or_404(
        Evidence.objects.filter(
            kind=Evidence.Kind.FILE, update__action__in=Action.objects.visible_to(request.user)
        ).select_related("update__action__sub_group", "update__by"),
        pk=pk,
    )
    if not request.user.has_perm("actions.read_restricted", found.update):
        raise Http404
    if found.scan == Scan.WAITING:
        raise PermissionDenied(f"“{found.name}” waits for the virus scanner. Try again in a few minutes.")
    if found.scan == Scan.INFECTED:
        raise PermissionDenied(f"A virus was found in “{found.name}” and the file was removed.")
    try:
        content = delivery.read(found.file.name, found.sha256)
    except delivery.FileLost:
        log.exception("A file of evidence could not be sent")
        return render(request, "actions/evidence_lost.html", {"evidence": found}, status=503)
    response = HttpResponse(content, content_type=found.media_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=found.name) or "attachment"
    )
    response["Accept-Ranges"] = "none"
    response[HEADER] = build_policy(replace=SANDBOX)
    return response


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: SignedIn, pk: int) -> HttpResponse:
    """More evidence for one's own update."""
    update = get_object_or_404(
        ProgressUpdate.objects.filter(action__in=Action.objects.visible_to(request.user)).select_related(
            "action__sub_group", "action__plan", "by"
        ),
        pk=pk,
    )
    if not request.user.has_perm("actions.add_evidence", update):
        raise PermissionDenied(evidence.NOT_YOURS)
    form = AddEvidenceForm(request.POST, request.FILES) if request.method == "POST" else AddEvidenceForm()
    if form.is_valid() and _taken(request, form, update):
        return redirect(f"{update.action.get_absolute_url()}#update-{update.pk}")
    return render(request, "actions/evidence.html", {"action": update.action, "update": update, "form": form})


def _taken(request: SignedIn, form: AddEvidenceForm, update: ProgressUpdate) -> bool:
    try:
        with evidence.on_the_shelf(form.brought) as files, transaction.atomic():
            added = evidence.attach(update=update, by=request.user, at=timezone.now(), files=files, links=form.links)
            there = evidence.same_as(update, files)
    except ValidationError as refused:
        form.take_faults(refused)
        return False
    if files:
        evidence.wake_scanner()
    if added or not there:
        messages.success(request, f"The evidence stands with your update on {update.action.ref}.")
    tell_of_the_same(request, there)
    return True


def tell_of_the_same(request: SignedIn, there: list[tuple[str, str]]) -> None:
    """The same content under a second name is kept once, under the first: nobody should look for the second in vain."""
    for given, stands in there:
        messages.info(
            request, f"“{given}” holds exactly what “{stands}” holds, which stands there already. It is kept once."
        )
