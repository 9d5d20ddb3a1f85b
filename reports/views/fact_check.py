"""The fact check of a draft: what it says of each partner, what the partner answers, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from partners import outbox
from partners.models import Partner, User
from priorities.doors import SignedIn, for_those_at_work
from reports.document import RESTRICTED
from reports.forms.fact_check import AnswerForm, SettleForm
from reports.models import FactCheck, FactCheckAnswer, ReportVersion
from reports.services import fact_check
from reports.services.fact_check import Said
from reports.views.doors import signed_in
from reports.views.files import with_facts
from reports.views.verbs import press, pressed
from reports.views.version import version_of

if TYPE_CHECKING:
    from reports.document.partner import SaidOf

NOT_ASKED = "This fact check asks the partners of whom the draft says something. Yours is not among them."


@dataclass(frozen=True)
class CheckPage:
    """Every partner that was asked and what it answered. `unheard`: those with nobody who could sign in and answer."""

    version: ReportVersion
    check: FactCheck
    is_open: bool
    said: list[Said]
    unheard: set[int]
    corrected_in: ReportVersion | None
    may_settle: bool
    may_close: bool


@dataclass(frozen=True)
class PartPage:
    """What the draft says of one partner; `earlier` are its answers, the newest first. `form` is None when it takes none."""

    version: ReportVersion
    check: FactCheck
    is_open: bool
    partner: Partner
    said: SaidOf
    earlier: list[FactCheckAnswer]
    corrected_in: ReportVersion | None
    over: str
    form: AnswerForm | None


def _check(user: User, pk: int, number: int, *, whole: bool = False) -> FactCheck:
    version = version_of(user, pk, number, whole=whole)
    check = get_object_or_404(FactCheck.objects.select_related("opened_by", "closed_by"), version=version)
    check.version = version
    return check


@for_those_at_work
@require_safe
def show_fact_check(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """All answers, for those who answer for the report; for officers the part of their own partner."""
    user = request.user
    check = _check(user, pk, number)
    if not user.has_perm("reports.see_fact_check"):
        own = list(check.partners.filter(pk__in=user.officer_of).order_by("name"))
        if not own:
            raise PermissionDenied(NOT_ASKED)
        if len(own) == 1:
            return redirect("reports:fact-check-part", pk=pk, number=number, code=own[0].code)
        return render(request, "reports/fact_check_choose.html", {"version": check.version, "partners": own})
    said = fact_check.said(check)
    page = CheckPage(
        version=check.version,
        check=check,
        is_open=fact_check.is_open(check, timezone.localdate()),
        said=said,
        unheard={one.partner.pk for one in said} - fact_check.heard(one.partner for one in said),
        corrected_in=fact_check.corrected_in(check),
        may_settle=user.has_perm("reports.settle_fact_check") and check.version.sent_at is None,
        may_close=check.closed_at is None and user.has_perm("reports.close_fact_check", check),
    )
    return render(request, "reports/fact_check.html", {"page": page, "version": check.version})


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
@with_facts
def show_part(request: SignedIn, pk: int, number: int, code: str) -> HttpResponse:
    """One partner's part of the draft, with the answer beneath it."""
    user = request.user
    check = _check(user, pk, number, whole=True)
    partner = get_object_or_404(check.partners.all(), code=code)
    may_answer = user.has_perm("reports.answer_fact_check", partner)
    if not may_answer and not user.has_perm("reports.see_fact_check"):
        raise PermissionDenied(f"What the draft says of {partner} is for its own officers to check.")
    if request.method == "POST" and not may_answer:
        raise PermissionDenied(fact_check.only_officers_answer(partner))
    document = check.version.document()
    said = fact_check.part_of(check, document, partner)
    if said is None:  # a check from before the names were kept with it, of a partner that goes by another since
        raise Http404
    is_open = fact_check.is_open(check, timezone.localdate())
    if request.method == "POST" and not is_open:
        messages.error(request, fact_check.over(check))
        return redirect(request.path)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            given = fact_check.answer(check=check, partner=partner, by=user, at=timezone.now(), **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            outbox.wake_drain()
            thanks = "it is right" if given.is_right else "something is not right; the coordinator has been told"
            messages.success(request, f"Thank you. Your answer is kept: {thanks}.")
            return redirect("reports:fact-check-part", pk=pk, number=number, code=code)
    page = PartPage(
        version=check.version,
        check=check,
        is_open=is_open,
        partner=partner,
        said=said,
        earlier=list(check.answers.filter(partner=partner).select_related("by", "settled_by").order_by("-pk")),
        corrected_in=fact_check.corrected_in(check),
        over="" if is_open else fact_check.over(check),
        form=form if may_answer and is_open else None,
    )
    shown = {"page": page, "version": check.version, "document": document, "restricted": RESTRICTED}
    return render(request, "reports/fact_check_part.html", shown)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: SignedIn, pk: int, number: int, answer: int) -> HttpResponse:
    check = _check(request.user, pk, number)
    found = get_object_or_404(check.answers.select_related("partner", "by"), pk=answer)
    found.fact_check = check
    if not request.user.has_perm("reports.settle_fact_check", found):
        raise PermissionDenied(fact_check.ONLY_COORDINATOR_SETTLES)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            fact_check.settle(answer=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            outbox.wake_drain()
            messages.success(request, f"Kept: what {found.partner} found is settled, and who found it is told.")
            return redirect(check)
    return render(
        request,
        "reports/fact_check_settle.html",
        {"form": form, "answer": found, "check": check, "version": check.version},
    )


@signed_in
@pressed
def open_check(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number)
    return press(
        request,
        version.get_absolute_url(),
        lambda check: f"The fact check of version {number} is open. {fact_check.who_was_asked(check)}",
        lambda at: fact_check.open_check(version=version, by=request.user, at=at),
    )


@signed_in
@pressed
def close_check(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = version_of(request.user, pk, number, whole=False)
    check = get_object_or_404(FactCheck, version=version)
    return press(
        request,
        version.get_absolute_url(),
        "The fact check is closed. Who has not answered has given no answer.",
        lambda at: fact_check.close(check=check, by=request.user, at=at),
    )
