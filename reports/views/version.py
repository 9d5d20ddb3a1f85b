"""One version of a report: its page with the decision, and its PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from priorities.doors import SignedIn
from priorities.models import UpdateRound
from reports import permissions, rendering
from reports.document import from_json
from reports.forms import ApproveForm, ReturnForm
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.services import decisions, renditions
from reports.views.files import pdf_response
from reports.views.shelf import stages_for, waits_for

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from actions.models import Action
    from partners.models import User
    from reports.document import Document
    from reports.forms import DecisionForm

State = ReportVersion.State
Stage = Rendition.Stage


@dataclass(frozen=True)
class CameSince:
    """Updates that came after a version's cut-off: how many, and on which actions (the first of them)."""

    number: int
    actions: list[Action]
    more: int

    MOST = 12

    @classmethod
    def read(cls, version: ReportVersion) -> CameSince | None:
        updates = list(version.updates_since())
        actions = list({update.action_id: update.action for update in updates}.values())
        return cls(len(updates), actions[: cls.MOST], max(len(actions) - cls.MOST, 0)) if updates else None


@dataclass(frozen=True)
class VersionPage:
    report: Report
    version: ReportVersion
    others: list[ReportVersion]
    replaced_by: ReportVersion | None
    files: list[Rendition]
    decision: Decision | None
    waits_for: str
    can_send: bool
    can_prepare: bool
    can_publish: bool
    can_make_version: bool
    came_since: CameSince | None
    can_record: bool
    can_try_again: bool
    can_preview_public: bool
    cannot_decide: str
    approve: ApproveForm | None
    turn_back: ReturnForm | None

    @property
    def wrong(self) -> DecisionForm | None:
        """The form whose errors the summary lists."""
        return next((form for form in (self.approve, self.turn_back) if form is not None and form.errors), None)


@login_required
@require_safe
def show_version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    return version_page(request, version_of(request.user, pk, number))


def version_page(
    request: SignedIn,
    version: ReportVersion,
    approve: ApproveForm | None = None,
    turn_back: ReturnForm | None = None,
) -> HttpResponse:
    user = request.user
    report = version.report
    by_stage = {file.stage: file for file in version.renditions.partners().defer("html")}
    draft = by_stage.get(Stage.DRAFT)
    ready = draft is not None and draft.state == Rendition.State.DONE
    with_chair = version.state == State.WITH_CHAIR and ready
    for form in (approve, turn_back):
        if form is not None:
            form.show_again(draft)
    if with_chair and user.has_perm("reports.decide", version):
        approve = approve or ApproveForm(version=version, draft=draft)
        turn_back = turn_back or ReturnForm(version=version, draft=draft)
    sent_it = with_chair and user.is_chair and version.sent_by_id == user.pk
    can_make_version = (
        not report.not_produced
        and version.state in (State.DRAFT, State.RETURNED, State.APPROVED, State.PUBLISHED)
        and user.has_perm("reports.make_version", report)
        and not report.versions.filter(number__gt=version.number).exists()
    )
    undecided = version.state in (State.DRAFT, State.RETURNED)
    others = report.versions.visible_to(user).defer("snapshot").exclude(pk=version.pk).order_by("-number")
    page = VersionPage(
        report=report,
        version=version,
        others=list(others),
        replaced_by=version.successor(),
        files=[by_stage[stage] for stage in stages_for(user) if stage in by_stage],
        decision=_decision_on(version) if user.sees_the_work else None,
        waits_for=waits_for(version, by_stage, UpdateRound.objects.promised(report.plan), timezone.localdate())
        if user.sees_the_work
        else "",
        can_send=version.state == State.DRAFT
        and report.needs_chair
        and ready
        and user.has_perm("reports.send_to_chair", version),
        can_prepare=Stage.FINAL not in by_stage
        and not decisions.cannot_prepare(version, by_stage)
        and user.has_perm("reports.publish", version),
        can_publish=not decisions.cannot_publish(version, by_stage) and user.has_perm("reports.publish", version),
        can_make_version=can_make_version,
        came_since=CameSince.read(version) if can_make_version and undecided else None,
        can_record=with_chair and user.has_perm("reports.record_decision", version),
        can_try_again=user.has_perm("reports.try_again"),
        can_preview_public=user.has_perm("reports.preview_public"),
        cannot_decide=permissions.SENT_IT if sent_it else "",
        approve=approve,
        turn_back=turn_back,
    )
    return render(request, "reports/version.html", {**shown(version, from_json(version.snapshot)), "view": page})


def shown(version: ReportVersion, document: Document) -> dict[str, Any]:
    """What the templates of the document need, with the decision once there is one."""
    final_words = version.state == State.APPROVED or version.published_at is not None
    return rendering.screen_context(
        document,
        snapshot_sha256=version.snapshot_sha256,
        sign_off=renditions.sign_off_of(version) if final_words else None,
        stage="final" if final_words else "draft",
    )


def _decision_on(version: ReportVersion) -> Decision | None:
    return Decision.objects.filter(version=version).select_related("by", "meeting").first()


@login_required
@require_safe
def send_pdf(request: SignedIn, pk: int, number: int, stage: str) -> HttpResponseBase:
    """The file itself, shown in the browser. Only the bytes that were made leave: a damaged file is refused."""
    if stage not in stages_for(request.user):
        raise Http404
    version = version_of(request.user, pk, number, whole=False)
    rendition = get_object_or_404(version.renditions.partners().defer("html"), stage=stage, state=Rendition.State.DONE)
    rendition.version = version
    return pdf_response(request, rendition)


def version_of(user: User, pk: int, number: int, *, whole: bool = True) -> ReportVersion:
    """The version, without its heavy snapshot unless `whole`."""
    versions = ReportVersion.objects.visible_to(user).select_related(
        "report__plan", "sent_by", "published_by", "made_by"
    )
    return get_object_or_404(versions if whole else versions.defer("snapshot"), report=pk, number=number)
