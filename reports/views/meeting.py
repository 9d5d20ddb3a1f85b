"""After the meeting: the coordinator records outcomes; matters are raised, answered and given to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from partners import outbox
from priorities.doors import SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from priorities.models import Meeting
from reports.forms.meeting import AnswerForm, MatterForm, OutcomesForm, ReassignForm, held_meetings
from reports.models import Decision, MatterArising, Report
from reports.services import meeting
from reports.views.after import rows_of
from reports.views.files import with_facts
from reports.views.version import version_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from partners.models import User
    from reports.models import ReportVersion

PAGE = 50


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
@with_facts
def record_outcomes(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Every recommendation of a version with what became of it."""
    version = version_of(request.user, pk, number)
    if not request.user.has_perm("reports.record_outcomes", version):
        raise PermissionDenied(meeting.ONLY_COORDINATOR_RECORDS)
    if request.method != "POST":
        return _outcomes_page(request, version, _outcomes_form(version, take_held(request)))
    form = _outcomes_form(version, request.POST)
    if form.is_valid():
        try:
            made = meeting.record_outcomes(
                version=version,
                given=form.given(),
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refused:
            # What is recorded next is recorded over what the page now shows.
            again = request.POST.copy()
            form = _outcomes_form(version, again)
            again["seen"] = str(form.initial["seen"])
            form.is_valid()
            form.take_faults(refused)
        else:
            said = f"{len(made)} outcome{'' if len(made) == 1 else 's'} recorded." if made else "Nothing was changed."
            messages.success(request, said)
            return redirect(f"{version.get_absolute_url()}#after-meeting")
    return _outcomes_page(request, version, form)


def _outcomes_form(version: ReportVersion, data: QueryDict | None) -> OutcomesForm:
    """Raises FactsLost."""
    texts: list[str] = []
    meant_for = None
    if meeting.was_decided(version):
        document = version.document()
        texts, meant_for = [one.text for one in getattr(document, "recommendations", ())], document.paper.meeting_on
    decision = Decision.objects.filter(version=version).select_related("meeting").first()
    return OutcomesForm(
        data,
        version=version,
        texts=texts,
        decided_at=decision.meeting if decision else None,
        meant_for=meant_for,
        recorded=list(version.outcomes.select_related("meeting", "by").order_by("pk")),
        meetings=list(held_meetings(version.report.plan_id, timezone.localdate(version.made_at), timezone.localdate())),
    )


def _outcomes_page(request: SignedIn, version: ReportVersion, form: OutcomesForm) -> HttpResponse:
    context = {
        "version": version,
        "form": form,
        "rows": list(form.rows()),
        "decided": meeting.was_decided(version),
        "next_meeting": None
        if form.meetings
        else Meeting.objects.next_of_partnership(version.report.plan, timezone.localdate()),
        "writer": writer_of(request.user),
    }
    return render(request, "reports/outcomes.html", context)


@for_those_at_work
@require_safe
def list_matters(request: SignedIn) -> HttpResponse:
    """Every matter, open ones first."""
    page = Paginator(MatterArising.objects.for_list().open_first(), PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), request.user, timezone.localdate())
    context = {
        "page": page,
        "open": [row for row in rows if row.matter.is_open],
        "answered": [row for row in rows if not row.matter.is_open],
    }
    return render(request, "reports/matters.html", context)


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def raise_matter(request: SignedIn, pk: int) -> HttpResponse:
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("plan"), pk=pk)
    if not request.user.has_perm("reports.raise_matter"):
        raise PermissionDenied(meeting.ONLY_THESE_RAISE)
    now = timezone.now()
    form = MatterForm(
        request.POST if request.method == "POST" else take_held(request),
        report=report,
        for_others=request.user.has_perm("reports.raise_matter_for_others"),
        today=timezone.localdate(now),
    )
    if request.method == "POST" and form.is_valid():
        try:
            matter = meeting.raise_matter(report=report, by=request.user, at=now, **form.answers())
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            outbox.wake_drain()
            messages.success(request, f"It is raised. {matter.owner.name} is to answer it.")
            return redirect(matter)
    context = {"report": report, "form": form, "writer": writer_of(request.user)}
    return render(request, "reports/raise_matter.html", context)


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def show_matter(request: SignedIn, pk: int) -> HttpResponse:
    """One matter; those who may answer it do so here."""
    matter = _found(pk)
    may_answer = request.user.has_perm("reports.answer_matter", matter)
    if request.method != "POST":
        form = _answer_form(request.user, matter, take_held(request)) if may_answer and matter.is_open else None
        return _matter_page(request, matter, form)
    if not may_answer:
        raise PermissionDenied(meeting.NOT_YOURS)
    form = _answer_form(request.user, matter, request.POST)
    if form.is_valid():
        said = {"matter": matter, "by": request.user, "at": timezone.now(), "answer": form.cleaned_data["answer"]}
        try:
            if form.cleaned_data.get("received_how"):
                meeting.record_answer(
                    **said, **{name: form.cleaned_data[name] for name in ("received_how", "received_on")}
                )
            else:
                meeting.answer_matter(**said)
        except ValidationError as refused:
            form.take_faults(refused)
            return _matter_page(request, _found(pk), form)
        outbox.wake_drain()
        messages.success(request, "The answer is recorded.")
        return redirect(matter)
    return _matter_page(request, matter, form)


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def reassign_matter(request: SignedIn, pk: int) -> HttpResponse:
    matter = _found(pk)
    if not request.user.has_perm("reports.reassign_matter", matter):
        raise PermissionDenied(meeting.ONLY_COORDINATOR_REASSIGNS)
    form = ReassignForm(request.POST if request.method == "POST" else take_held(request), matter=matter)
    if request.method == "POST" and form.is_valid():
        try:
            matter = meeting.reassign_matter(matter=matter, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            outbox.wake_drain()
            messages.success(request, f"{matter.owner.name} is to answer it now.")
            return redirect(matter)
    context = {"matter": matter, "form": form, "writer": writer_of(request.user)}
    return render(request, "reports/reassign_matter.html", context)


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def restrict_matter(request: SignedIn, pk: int) -> HttpResponse:
    """The button that leaves a matter out of public versions, or takes that back."""
    matter = _found(pk)
    if not request.user.has_perm("reports.restrict_matter", matter):
        raise PermissionDenied(meeting.ONLY_COORDINATOR_RESTRICTS)
    if request.method == "POST":
        matter = meeting.restrict_matter(
            matter=matter, restricted=request.POST.get("restricted") == "on", by=request.user
        )
        done = "left out of" if matter.restricted else "printed in"
        messages.success(request, f"It is {done} the public versions that are made from now on.")
    return redirect(matter)


def _answer_form(user: User, matter: MatterArising, data: QueryDict | None) -> AnswerForm:
    """The coordinator may also record what the owner answered otherwise."""
    records = matter.owner_id != user.pk and user.has_perm("reports.record_answer")
    return AnswerForm(data, of=matter.owner if records else None)


def _found(pk: int) -> MatterArising:
    return get_object_or_404(MatterArising.objects.for_list().select_related("report__plan"), pk=pk)


def _matter_page(request: SignedIn, matter: MatterArising, form: AnswerForm | None) -> HttpResponse:
    user: User = request.user
    [row] = rows_of([matter], user, timezone.localdate())
    context = {
        "row": row,
        "matter": matter,
        "form": form,
        "handovers": list(matter.handovers.select_related("old", "new", "by").order_by("-pk")),
        "can_reassign": matter.is_open and user.has_perm("reports.reassign_matter", matter),
        "can_restrict": user.has_perm("reports.restrict_matter", matter),
        "on_behalf": matter.owner_id != user.pk,
        "writer": writer_of(user),
    }
    return render(request, "reports/matter.html", context)
