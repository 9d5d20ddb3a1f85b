"""Which e-mails the portal writes to a person, and which of them they want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from partners import email_kinds
from partners.forms import EmailChoicesForm
from partners.models import EmailChoice
from partners.services import choose_emails

if TYPE_CHECKING:
    from partners.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_emails(request: HttpRequest) -> HttpResponse:
    person: User = request.user  # type: ignore[assignment]
    if not person.sees_the_work:
        raise Http404
    unwanted = set(EmailChoice.objects.filter(user=person).values_list("kind", flat=True))
    form = EmailChoicesForm(request.POST if request.method == "POST" else None, unwanted=unwanted)
    if form.is_valid():
        choose_emails(person=person, wanted=form.cleaned_data["wanted"], by=person)
        messages.success(request, "Your choice of e-mails is kept.")
        return redirect("partners:emails")
    return render(
        request,
        "partners/emails.html",
        {"form": form, "always": [kind for kind in email_kinds.all_kinds() if not kind.optional]},
    )
