"""“Check this PDF is ours”: a file or a hash, and which report, version and decision it is. Nothing sent here is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports.forms.check import CheckFileForm, CheckHashForm
from reports.models import PublicRelease, ReportVersion
from reports.services import proof

if TYPE_CHECKING:
    from partners.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """A file is answered at an address of its own, made of its hash, so that the answer can be looked at again."""
    user: User | None = request.user if request.user.is_authenticated else None
    if not proof.may_ask(user):
        if user is None:
            return redirect_to_login(request.get_full_path())
        raise Http404
    if request.method == "POST":
        form = CheckFileForm(request.POST, request.FILES)
        if form.is_valid():
            told = proof.print_of(form.cleaned_data["file"].chunks())
            query = {"sha256": told.sha256} | ({"facts": told.facts} if told.facts else {})
            return redirect(f"{reverse('reports:check')}?{urlencode(query)}")
        return _page(request, user, file=form)
    typed = CheckHashForm(request.GET if "sha256" in request.GET else None)
    if not typed.is_valid():
        return _page(request, user, typed=typed)
    return _page(request, user, typed=typed, answer=proof.ask(proof.Print(**typed.cleaned_data), user=user))


def _page(
    request: HttpRequest,
    user: User | None,
    *,
    file: CheckFileForm | None = None,
    typed: CheckHashForm | None = None,
    answer: proof.Answer | None = None,
) -> HttpResponse:
    return render(
        request,
        "reports/check.html",
        {
            "file_form": file or CheckFileForm(),
            "hash_form": typed or CheckHashForm(),
            "wrong": next((form for form in (file, typed) if form is not None and form.errors), None),
            "answer": answer,
            "link": _link(answer.version, user) if answer and answer.version else "",
        },
    )


def _link(version: ReportVersion, user: User | None) -> str:
    """Where the one who asks can read the report: its own page, or the public one; empty when it is nowhere (any more)."""
    if user is not None and ReportVersion.objects.readable_by(user).filter(pk=version.pk).exists():
        return version.get_absolute_url()
    if PublicRelease.objects.for_everybody().filter(version=version).exists():
        return reverse("reports:published", args=[version.report_id, version.number])
    return ""
