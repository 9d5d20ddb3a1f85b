"""One version of a report: its page with the decision, and its PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from priorities.doors import SignedIn
from reports import permissions, rendering
from reports.document import HOLDER
from reports.document.text import FactsLost
from reports.forms import ApproveForm, ReturnForm
from reports.forms.fact_check import DespiteHoldForm
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.services import asking, decisions, fact_check, holds, release, renditions, steps, texts
from reports.views.after import after
from reports.views.compare import since_returned
from reports.views.doors import signed_in
from reports.views.edition import NotReleased, release_for
from reports.views.files import pdf_response
from reports.views.shelf import Around, stages_for, waits_for

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from actions.models import Action
    from partners.models import Partner, User
    from priorities.forms import VerbForm
    from reports.document import Document
    from reports.models import FactCheck, FactCheckAnswer
    from reports.services.fact_check import Said

State = ReportVersion.State
Stage = Rendition.Stage

#: In these a version is a draft that somebody reads.
STILL_DRAFTS = (State.DRAFT, State.FACT_CHECK, State.WITH_CHAIR)


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
class Checked:
    """The fact check that tells about a version. `own`: partners the reader may answer for, and have not; () once it is over."""

    check: FactCheck
    said: list[Said]
    is_open: bool
    may_read: bool
    own: list[Partner]
    kept_before: list[FactCheckAnswer]

    @property
    def right(self) -> list[Said]:
        return [one for one in self.said if one.answer and one.answer.is_right]

    @property
    def not_right(self) -> list[Said]:
        return [one for one in self.said if one.answer and not one.answer.is_right]

    @property
    def silent(self) -> list[Said]:
        return [one for one in self.said if not one.answer]


@dataclass(frozen=True)
class TooLate:
    """A decision that came when somebody else had decided: `why` it was not recorded, and what was `typed`, to be kept."""

    why: str
    typed: str


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
    cannot_send: str
    can_open_check: bool
    unasked: str
    can_close_check: bool
    checked: Checked | None
    can_prepare: bool
    can_publish: bool
    held: str
    can_make_version: bool
    came_since: CameSince | None
    can_record: bool
    can_try_again: bool
    can_preview_public: bool
    cannot_decide: str
    still_read: int
    approve: ApproveForm | None
    turn_back: ReturnForm | None
    despite: DespiteHoldForm | None

    @property
    def wrong(self) -> VerbForm | None:
        """The form whose errors the summary lists."""
        forms = (self.approve, self.turn_back, self.despite)
        return next((form for form in forms if form is not None and form.errors), None)

    @property
    def progress(self) -> str:
        """How far the slowest file is: queued, rendering, failed or done. The script looks again while it is one of the first two."""
        states = {file.state for file in self.files}
        return next((state for state in ("rendering", "queued", "failed") if state in states), "done")


@signed_in
@require_safe
def show_version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """The page; for the script that looks how far the files are, only the part that changes."""
    if request.headers.get("X-Requested-With") == "fetch":
        version = version_of(request.user, pk, number, whole=False)
        return render(request, "reports/_standing.html", {"view": page_of(request.user, version)})
    return version_page(request, version_of(request.user, pk, number))


def version_page(
    request: SignedIn,
    version: ReportVersion,
    approve: ApproveForm | None = None,
    turn_back: ReturnForm | None = None,
    despite: DespiteHoldForm | None = None,
    too_late: TooLate | None = None,
) -> HttpResponse:
    """The page of a version; a form that comes back with faults stands in place of an empty one."""
    page = page_of(request.user, version, approve, turn_back, despite)
    if not request.user.sees_the_work:
        return _public_page(request, page)
    try:
        document = version.document()
    except FactsLost as lost:
        page = replace(page, approve=None, turn_back=None)
        context = {"view": page, "refused": str(lost), "too_late": too_late}
        return render(request, "reports/version.html", context, status=503)
    report = version.report
    takes_texts = request.user.sees_the_work and bool(texts.sections_of(report.plan, report.kind))
    asks_for_another = takes_texts and version.state != State.REPLACED
    more = {
        "takes_texts": takes_texts,
        "asks": report.kind in asking.ASKING,
        "can_raise": request.user.has_perm("reports.raise_matter"),
        "left_out": texts.left_out(report, document) if asks_for_another else [],
    }
    return render(
        request,
        "reports/version.html",
        {
            **shown(version, document),
            "after": after(version, request.user),
            "changed": since_returned(request.user, version),
            "view": page,
            "too_late": too_late,
            **more,
        },
    )


def _public_page(request: SignedIn, page: VersionPage) -> HttpResponse:
    """For readers: the page that was checked for everybody, as it was kept, or why there is none and whom to ask."""
    context: dict[str, Any] = {"view": page, "holder": HOLDER}
    try:
        context["released"] = release_for(page.version)
        context["kept"] = context["released"].kept_page()
    except NotReleased as refused:
        context["refused"] = str(refused)
    except FactsLost as lost:
        return render(request, "reports/version.html", {"view": page, "refused": str(lost)}, status=503)
    return render(request, "reports/version.html", context)


def page_of(
    user: User,
    version: ReportVersion,
    approve: ApproveForm | None = None,
    turn_back: ReturnForm | None = None,
    despite: DespiteHoldForm | None = None,
) -> VersionPage:
    """All but the report itself. Its queries do not depend on what the report holds."""
    report = version.report
    today = timezone.localdate()
    by_stage = steps.files_of(version)
    draft = by_stage.get(Stage.DRAFT)
    ready = steps.is_done(draft)
    with_chair = version.state == State.WITH_CHAIR and ready
    for form in (approve, turn_back):
        if form is not None:
            form.show_again(draft)
    decides = with_chair and user.has_perm("reports.decide", version)
    if decides:
        approve = approve or ApproveForm(version=version, draft=draft)
        turn_back = turn_back or ReturnForm(version=version, draft=draft)
    check = fact_check.check_of(version) if user.sees_the_work else None
    said = fact_check.said(check) if check else []
    sends = version.state in (State.DRAFT, State.FACT_CHECK) and user.has_perm("reports.send_to_chair", version)
    refused = decisions.cannot_send(version, by_stage, check, said, today) if sends and report.needs_chair else ""
    may_open = user.has_perm("reports.open_fact_check", version) and not fact_check.cannot_open(version, draft)
    nobody_to_ask = may_open and fact_check.nobody_to_ask(version)
    publishes = user.has_perm("reports.publish", version)
    can_publish = publishes and not decisions.cannot_publish(version, by_stage)
    around = Around.of(report.plan, today)
    newest = not report.versions.filter(number__gt=version.number).exists()
    can_make_version = (
        not report.not_produced
        and version.state not in (State.WITH_CHAIR, State.REPLACED)
        and not (check and check.version_id == version.pk and check.closed_at is None)
        and user.has_perm("reports.make_version", report)
        and newest
    )
    undecided = version.state in ReportVersion.UNDECIDED
    others = report.versions.readable_by(user).defer("snapshot").exclude(pk=version.pk).order_by("-number")
    return VersionPage(
        report=report,
        version=version,
        others=list(others),
        replaced_by=version.successor(),
        files=[by_stage[stage] for stage in stages_for(user) if stage in by_stage]
        if user.sees_the_work
        else list(Rendition.objects.readable_by(user).filter(version=version, state=Rendition.State.DONE)),
        decision=_decision_on(version) if user.sees_the_work else None,
        waits_for=waits_for(version, by_stage, around, check) if user.sees_the_work else "",
        can_send=sends and report.needs_chair and not refused,
        cannot_send=refused if ready else "",
        can_open_check=may_open and not nobody_to_ask,
        unasked=f"{fact_check.NOBODY_TO_ASK} It goes on without a fact check." if nobody_to_ask else "",
        can_close_check=version.state == State.FACT_CHECK
        and check is not None
        and check.closed_at is None
        and user.has_perm("reports.close_fact_check", check),
        checked=_checked(user, check, said, today),
        can_prepare=publishes and Stage.FINAL not in by_stage and not decisions.cannot_prepare(version, by_stage),
        can_publish=can_publish,
        held=holds.why_held(around.hold) if can_publish and around.hold else "",
        can_make_version=can_make_version,
        came_since=CameSince.read(version) if can_make_version and undecided else None,
        can_record=with_chair and user.has_perm("reports.record_decision", version),
        can_try_again=user.has_perm("reports.try_again"),
        can_preview_public=user.has_perm("reports.preview_public"),
        cannot_decide=permissions.refusal_to_decide(user, version)
        if with_chair and not decides and (user.is_chair or user.covers_chair or version.sent_by_id == user.pk)
        else "",
        still_read=_still_read(version) if user.has_perm("reports.release", version) else 0,
        approve=approve,
        turn_back=turn_back,
        despite=(despite or DespiteHoldForm()) if can_publish and around.hold else None,
    )


def _still_read(version: ReportVersion) -> int:
    """The number of the version that everybody goes on reading although this one has replaced it; 0 for none."""
    if version.state != State.PUBLISHED or version.number == 1:
        return 0
    found = release.to_follow().filter(pk=version.pk).first()
    return found.released_before if found else 0  # type: ignore[attr-defined]


def _checked(user: User, check: FactCheck | None, said: list[Said], today: dt.date) -> Checked | None:
    if check is None:
        return None
    is_open = fact_check.is_open(check, today)
    own = [one.partner for one in said if one.answer is None and one.partner.pk in user.officer_of] if is_open else []
    may_read = user.has_perm("reports.see_fact_check")
    return Checked(check, said, is_open, may_read, own, fact_check.kept_before(check) if may_read else [])


def shown(version: ReportVersion, document: Document) -> dict[str, Any]:
    """What the templates of the document need, with how the version stands and the decision once there is one."""
    decision = _decision_on(version)
    undecided = decision is None and version.published_at is None
    return rendering.screen_context(
        document,
        snapshot_sha256=version.snapshot_sha256,
        sign_off=renditions.said_of_decision(decision) if decision else None,
        stage="draft" if undecided else "final",
        standing=version.standing if version.state not in STILL_DRAFTS else "",
    )


def _decision_on(version: ReportVersion) -> Decision | None:
    return Decision.objects.filter(version=version).select_related("by").first()


@signed_in
@require_safe
def send_pdf(request: SignedIn, pk: int, number: int, stage: str) -> HttpResponseBase:
    """The file itself, shown in the browser; to readers that of the public version, once it has been made.

    Only the bytes that were made leave: a damaged file is refused.
    """
    if stage not in stages_for(request.user):
        raise Http404
    version = version_of(request.user, pk, number, whole=False)
    files = Rendition.objects.readable_by(request.user).filter(version=version)
    rendition = get_object_or_404(files, stage=stage, state=Rendition.State.DONE)
    rendition.version = version
    return pdf_response(request, rendition)


def version_of(user: User, pk: int, number: int, *, whole: bool = True) -> ReportVersion:
    """The version, without its heavy snapshot unless `whole`."""
    versions = ReportVersion.objects.visible_to(user).select_related(
        "report__plan", "report__not_produced_by", "sent_by", "published_by", "made_by"
    )
    return get_object_or_404(versions if whole else versions.defer("snapshot"), report=pk, number=number)
