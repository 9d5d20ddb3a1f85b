"""The public version of a report: its preview beside the check list, its PDF, and the buttons that put it on the shelf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from priorities.doors import SignedIn
from reports import delivery, permissions, rendering
from reports.document import sha256_of
from reports.document.text import FactsLost
from reports.forms.release import PreparePublicForm, ReleaseForm, WithdrawForm
from reports.models import PublicRelease, Rendition, ReportVersion
from reports.models.shelf import KeptPage
from reports.public import Withheld, for_public, withheld
from reports.public.listed import KeptBack
from reports.services import holds, release, renditions
from reports.views.doors import signed_in
from reports.views.files import pdf_response
from reports.views.version import version_of

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from priorities.forms import VerbForm
    from reports.document import Document

State = Rendition.State


@dataclass(frozen=True)
class PublicPage:
    """`cannot`: why the next step cannot be taken, in a sentence. The forms are those of the steps that can. `held`: that it
    takes a reason today, because publishing is on hold."""

    version: ReportVersion
    file: Rendition | None
    standing: PublicRelease | None
    gone: PublicRelease | None
    cannot: str
    prepare: PreparePublicForm | None
    release: ReleaseForm | None
    withdraw: WithdrawForm | None
    held: str = ""
    withheld_words: tuple[tuple[KeptBack, str], ...] = ()
    """Words that are withheld, each with the address where it is written ("": there is none); for coordinators alone."""

    @property
    def asks(self) -> bool:
        """Whether there is anything to do beside the preview."""
        return bool(self.file or self.standing or self.prepare)

    @property
    def wrong(self) -> VerbForm | None:
        return next((form for form in (self.prepare, self.release, self.withdraw) if form and form.errors), None)


@signed_in
@require_safe
def show_public(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """What the public version of a report says, for those who answer for it before anybody else sees it."""
    return _page(request, version_of(request.user, pk, number))


def _page(request: SignedIn, version: ReportVersion, **forms: Any) -> HttpResponse:
    if not request.user.has_perm("reports.preview_public"):
        raise PermissionDenied(permissions.ONLY_THOSE_WHO_ANSWER_PREVIEW)
    context: dict[str, Any] = {"version": version, "report": version.report, "refused": ""}
    try:
        document = version.document()
        file = release.file_of(version)
        html = _html(version, for_public(document, file.marking if file else ""))
        view = _view(request, version, file, withheld(document), document, forms)
        kept = view.standing.kept_page() if view.standing else None
    except ValueError as refused:
        context["refused"] = str(refused)
        # What is wrong with what we hold must not keep on the shelf what has to come off it.
        context["standing"] = version.releases.standing().select_related("by").first()
        if context["standing"] and request.user.has_perm("reports.release", version):
            context["withdraw"] = forms.get("withdraw") or WithdrawForm()
        return render(request, "reports/public.html", context, status=503 if isinstance(refused, FactsLost) else 200)
    context |= {"view": view, "page": kept or KeptPage(html), "html_sha256": sha256_of(html)}
    return render(request, "reports/public.html", context)


def _html(version: ReportVersion, public: Document) -> str:
    """The very text that a release keeps, once the version is published."""
    return rendering.screen_html(
        public,
        snapshot_sha256=version.snapshot_sha256,
        sign_off=renditions.sign_off_of(version),
        stage="final" if version.published_at else "draft",
    )


def _view(
    request: SignedIn,
    version: ReportVersion,
    file: Rendition | None,
    kept_back: Withheld,
    document: Document,
    forms: dict[str, Any],
) -> PublicPage:
    may = request.user.has_perm("reports.release", version)
    ready = file is not None and file.state == State.DONE
    releases = list(version.releases.select_related("by", "withdrawn_by"))
    standing = next((one for one in releases if one.withdrawn_at is None), None)
    cannot_prepare = release.cannot_prepare(version)
    cannot = release.cannot_release(version, file) if ready and not standing else cannot_prepare
    prepare = forms.get("prepare")
    if prepare is None and may and not cannot_prepare and not releases and (file is None or ready):
        usual = document.paper.marking
        marking = file.marking if file else usual if usual in release.MARKINGS else ""
        prepare = PreparePublicForm(again=file is not None, initial={"marking": marking})
    checking = None
    if file is not None and ready and may and not cannot and not standing:
        checking = forms.get("release") or ReleaseForm(checks=release.checks_of(kept_back, file.marking))
    hold = holds.hold_in_force(version.report.plan, timezone.localdate()) if checking else None
    return PublicPage(
        version=version,
        file=file,
        standing=standing,
        gone=next((one for one in releases if one.withdrawn_at is not None), None),
        cannot=cannot if may else "",
        prepare=prepare,
        release=checking,
        withdraw=(forms.get("withdraw") or WithdrawForm()) if standing and may else None,
        held=holds.why_held(hold) if hold else "",
        withheld_words=tuple((one, _where_written(one, version)) for one in kept_back.listed) if may else (),
    )


def _where_written(one: KeptBack, version: ReportVersion) -> str:
    """The page on which such words are written, in as far as the sealed text names it: no row is asked."""
    report = version.report
    of_report = [report.plan_id, report.kind, report.period.code]
    match one.of:
        case "action":
            return f"{reverse('actions:list')}?{urlencode({'q': one.key})}"
        case "figure":
            return reverse("performance:write-commentary", args=[one.key])
        case "section":
            return reverse("reports:write-text", args=[*of_report, one.key])
        case "asked":
            return reverse("reports:texts", args=of_report)
        case "issue":
            return reverse("performance:issues")
        case "matter":
            return reverse("reports:matters")
    return ""


@login_required
@require_safe
def send_public_pdf(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The file as everybody will read it, for those who check it first."""
    version = version_of(request.user, pk, number, whole=False)
    if not request.user.has_perm("reports.preview_public"):
        raise PermissionDenied(permissions.ONLY_THOSE_WHO_ANSWER_PREVIEW)
    public = version.renditions.filter(edition=Rendition.Edition.PUBLIC, stage=Rendition.Stage.FINAL)
    rendition = get_object_or_404(public.defer("html"), state=State.DONE)
    rendition.version = version
    return pdf_response(request, rendition)


def _back_to(version: ReportVersion) -> HttpResponse:
    return redirect("reports:public", version.report_id, version.number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_public(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _to_release(request, pk, number)
    if request.method != "POST":
        return _back_to(version)
    form = PreparePublicForm(request.POST, again=release.file_of(version) is not None)
    if form.is_valid():
        try:
            release.prepare(version=version, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            delivery.wake_render()
            messages.success(
                request, "The public PDF is asked for. Look at it when it is there, then go through the check list."
            )
            return _back_to(version)
    return _page(request, version, prepare=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lay_out_public_again(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """A public PDF that is damaged or missing, even one that is on the shelf: the same bytes come back, or it says so."""
    version = _to_release(request, pk, number)
    file = release.file_of(version)
    if request.method == "POST" and file is not None:
        try:
            renditions.try_again(rendition=file, by=request.user, at=timezone.now())
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            delivery.wake_render()
            messages.success(request, "The public PDF is to be laid out again.")
    return _back_to(version)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release_public(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _to_release(request, pk, number)
    file = release.file_of(version)
    if request.method != "POST" or file is None:
        return _back_to(version)
    try:
        checks = release.checks_of(withheld(version.document()), file.marking)
    except ValueError:
        return _page(request, version)
    hold = holds.hold_in_force(version.report.plan, timezone.localdate())
    form = ReleaseForm(request.POST, checks=checks, held=hold is not None)
    if form.is_valid():
        try:
            release.release(version=version, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, _released(version))
            return _back_to(version)
    if refusal := release.cannot_release(version, file):
        messages.error(request, refusal)
        return _back_to(version)
    return _page(request, version, release=form)


def _released(version: ReportVersion) -> str:
    if version.report.plan.public_shelf:
        return "Everybody can read it now, without signing in."
    return "It is on the shelf. Everybody can read it once an administrator opens the shelf of the plan."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_public(request: SignedIn, pk: int, number: int) -> HttpResponse:
    version = _to_release(request, pk, number)
    if request.method != "POST":
        return _back_to(version)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            release.withdraw(version=version, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, "It is off the shelf. Copies in browsers and caches last five minutes more.")
            return _back_to(version)
    if not version.releases.standing().exists():
        messages.error(request, release.NOT_ON_SHELF)
        return _back_to(version)
    return _page(request, version, withdraw=form)


def _to_release(request: SignedIn, pk: int, number: int) -> ReportVersion:
    version = version_of(request.user, pk, number)
    if not request.user.has_perm("reports.release", version):
        raise PermissionDenied(release.ONLY_COORDINATOR_RELEASES)
    return version
