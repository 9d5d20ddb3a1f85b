"""A version moves on: to the chair, approved or returned, published. One verb an arrow, each a compare-and-set.

A decision is bound to the facts (snapshot hash) and to the file that was read (PDF hash); anything else is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners import outbox, roles
from partners.models import User
from partners.words import is_blank
from priorities.periods import periods_between
from priorities.services import settle_round
from reports import emails
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.services import renditions
from reports.services.building import held_to_be_made

if TYPE_CHECKING:
    from priorities.models import Meeting

State = ReportVersion.State
Stage = Rendition.Stage

ONLY_COORDINATOR_PUBLISHES = "Only the coordinator publishes a report."
CHANGED = "The report has changed since you opened it. Read it again, then decide."


@transaction.atomic
def send_to_chair(*, version: ReportVersion, by: User, at: dt.datetime) -> ReportVersion:
    """Put a draft before the chair, once its PDF can be read, and tell the chairs.

    Raises PermissionDenied; ValidationError with a sentence when the version is not a draft any more, its PDF is not ready,
    this report needs no chair or is not to be produced.
    """
    if not by.has_perm("reports.send_to_chair", version):
        raise PermissionDenied("Only the coordinator sends a report to the chair.")
    if not version.report.needs_chair:
        raise ValidationError("This report needs no decision by the chair: prepare it for publishing.")
    _done(version, Stage.DRAFT, "The draft PDF is not ready yet: the chair has to be able to read it.")
    held_to_be_made(version.report)  # and holds off a newer version at this moment
    _move(version, State.DRAFT, State.WITH_CHAIR, sent_by=by, sent_at=at)
    for chair in _people_in(roles.CHAIR):
        if chair.pk != by.pk:
            _tell(chair, emails.with_chair(version, reader=chair), version, at)
    return version


@transaction.atomic
def approve(
    *,
    version: ReportVersion,
    by: User,
    at: dt.datetime,
    seen_snapshot_sha256: str,
    seen_pdf_sha256: str,
    comment: str = "",
    meeting: Meeting | None = None,
    minute_reference: str = "",
) -> Decision:
    """Approve for the Partnership: the final file is queued and the period's update request settled.

    The chair approves, though never what they sent; the coordinator records a decision taken at a `meeting`, with its
    minute. Raises PermissionDenied; ValidationError keyed by these parameter names, or with one sentence when the hashes
    are not those of the version and its draft PDF, or the version is not with the chair.
    """
    decision = _decide(
        version,
        Decision.Outcome.APPROVED,
        by=by,
        at=at,
        seen=(seen_snapshot_sha256, seen_pdf_sha256),
        comment=comment,
        meeting=meeting,
        minute_reference=minute_reference,
    )
    renditions.queue(version=version, stage=Stage.FINAL, at=at)
    _settle(version.report, at)
    return decision


@transaction.atomic
def return_to_coordinator(
    *,
    version: ReportVersion,
    by: User,
    at: dt.datetime,
    seen_snapshot_sha256: str,
    seen_pdf_sha256: str,
    comment: str,
    meeting: Meeting | None = None,
    minute_reference: str = "",
) -> Decision:
    """Return with a comment that says what to put right. Raises as `approve`, and ValidationError without a comment."""
    return _decide(
        version,
        Decision.Outcome.RETURNED,
        by=by,
        at=at,
        seen=(seen_snapshot_sha256, seen_pdf_sha256),
        comment=comment,
        meeting=meeting,
        minute_reference=minute_reference,
    )


@transaction.atomic
def prepare(*, version: ReportVersion, by: User, at: dt.datetime) -> Rendition:
    """Ask for the final PDF of a draft that needs no chair, so that it can be published; asking again changes nothing.

    Raises PermissionDenied; ValidationError with a sentence.
    """
    if not by.has_perm("reports.publish", version):
        raise PermissionDenied(ONLY_COORDINATOR_PUBLISHES)
    held_to_be_made(version.report)
    version.refresh_from_db()
    if refusal := cannot_prepare(version, _files(version)):
        raise ValidationError(refusal)
    return renditions.queue(version=version, stage=Stage.FINAL, at=at)


@transaction.atomic
def publish(*, version: ReportVersion, by: User, at: dt.datetime) -> ReportVersion:
    """Put a version whose final PDF is ready on the shelf; the one that was there is replaced by it.

    A report of the chair's must be approved, one that needs no chair prepared. Raises PermissionDenied; ValidationError
    with a sentence.
    """
    if not by.has_perm("reports.publish", version):
        raise PermissionDenied(ONLY_COORDINATOR_PUBLISHES)
    report = version.report
    held_to_be_made(report)
    version.refresh_from_db()
    if refusal := cannot_publish(version, _files(version)):
        raise ValidationError(refusal)
    # First the older one makes room: the database holds that only one version of a report is published.
    report.versions.filter(state=State.PUBLISHED).exclude(pk=version.pk).update(state=State.REPLACED)
    _move(version, version.state, State.PUBLISHED, published_by=by, published_at=at)
    _settle(report, at)
    return version


def cannot_prepare(version: ReportVersion, files: Mapping[str, Rendition]) -> str:
    """Why no final PDF of this version can be asked for, in a sentence; empty when it can. `files` are its own, by stage."""
    if version.report.needs_chair:
        return "This report goes to the chair first."
    if version.state != State.DRAFT:
        return _is_now(version)
    return "" if _is_done(files.get(Stage.DRAFT)) else "The draft PDF is not ready yet."


def cannot_publish(version: ReportVersion, files: Mapping[str, Rendition]) -> str:
    """Why this version cannot be published, in a sentence; empty when it can. `files` are its own, by stage."""
    if version.state in (State.PUBLISHED, State.REPLACED):
        return _is_now(version)
    if version.state != State.APPROVED and (version.report.needs_chair or version.state != State.DRAFT):
        return "Only a version that the chair has approved can be published."
    return "" if _is_done(files.get(Stage.FINAL)) else "The final PDF is not ready yet."


def _is_now(version: ReportVersion) -> str:
    return f"Version {version.number} is “{version.get_state_display().lower()}” now. Nothing was changed."


def _is_done(file: Rendition | None) -> bool:
    return file is not None and file.state == Rendition.State.DONE


def _files(version: ReportVersion) -> dict[str, Rendition]:
    return {file.stage: file for file in version.renditions.partners().defer("html")}


def _decide(
    version: ReportVersion,
    outcome: Decision.Outcome,
    *,
    by: User,
    at: dt.datetime,
    seen: tuple[str, str],
    comment: str,
    meeting: Meeting | None,
    minute_reference: str,
) -> Decision:
    comment, minute_reference = ("" if is_blank(text) else text.strip() for text in (comment, minute_reference))
    taken_in_the_room = meeting is not None or bool(minute_reference)
    _check_right_to_decide(version, by, taken_in_the_room)
    faults: dict[str, list[str]] = {}
    if outcome == Decision.Outcome.RETURNED and not comment:
        faults["comment"] = ["Say what has to be put right."]
    if taken_in_the_room:
        faults |= _faults_of_meeting(version, meeting, minute_reference, at)
    if faults:
        raise ValidationError(faults)
    draft = _done(version, Stage.DRAFT, CHANGED)
    if seen != (version.snapshot_sha256, draft.sha256):
        raise ValidationError(CHANGED)
    _move(version, State.WITH_CHAIR, State.APPROVED if outcome == Decision.Outcome.APPROVED else State.RETURNED)
    decision = Decision.objects.create(
        version=version,
        snapshot_sha256=version.snapshot_sha256,
        pdf_sha256=draft.sha256,
        by=by,
        outcome=outcome,
        comment=comment,
        meeting=meeting,
        minute_reference=minute_reference,
        at=at,
    )
    for coordinator in _people_in(roles.COORDINATOR):
        if coordinator.pk != by.pk:
            _tell(coordinator, emails.decided(version, decision, reader=coordinator), version, at)
    return decision


def _check_right_to_decide(version: ReportVersion, by: User, taken_in_the_room: bool) -> None:
    if taken_in_the_room and by.has_perm("reports.record_decision", version):
        return
    if by.has_perm("reports.decide", version):
        return
    if by.has_perm("reports.record_decision", version) and not by.is_chair:
        raise PermissionDenied(
            "The chair decides on this report. You can record a decision taken at a meeting, with its minute."
        )
    raise PermissionDenied(permissions.refusal_to_decide(by))


def _faults_of_meeting(
    version: ReportVersion, meeting: Meeting | None, minute_reference: str, at: dt.datetime
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if meeting is None:
        faults["meeting"] = ["Choose the meeting at which it was decided."]
    elif meeting.plan_id != version.report.plan_id or meeting.sub_group_id is not None:
        faults["meeting"] = ["Choose a meeting of the Partnership under this plan."]
    elif meeting.date > timezone.localdate(at):
        faults["meeting"] = ["That meeting has not been held yet."]
    elif meeting.date < timezone.localdate(version.made_at):
        faults["meeting"] = ["That meeting was held before this version was made."]
    if not minute_reference:
        faults["minute_reference"] = ["Enter the reference of the minute, for example 7.2."]
    return faults


def _move(version: ReportVersion, before: str, after: str, **fields: object) -> None:
    """Compare-and-set of the state. ValidationError with a sentence when somebody was faster or the order is wrong."""
    moved = ReportVersion.objects.filter(pk=version.pk, state=before).update(state=after, **fields)
    if not moved:
        version.refresh_from_db()
        wanted = State(before).label.lower()
        raise ValidationError(
            f"Version {version.number} is “{version.get_state_display().lower()}” now, no longer “{wanted}”. "
            "Nothing was changed."
        )
    version.refresh_from_db()


def _done(version: ReportVersion, stage: str, sentence: str) -> Rendition:
    """The finished file of a stage, or ValidationError with `sentence`."""
    found = version.renditions.partners().filter(stage=stage, state=Rendition.State.DONE).first()
    if found is None:
        raise ValidationError(sentence)
    return found


def _settle(report: Report, at: dt.datetime) -> None:
    """Later updates belong to the next period: settle the update requests that this report was about, whole periods only."""
    period = report.period
    for asked in periods_between(report.plan.update_kind, period.start, period.end):
        if period.start <= asked.start and asked.end <= period.end:
            settle_round(plan=report.plan, period=asked, at=at)


def _people_in(role: str) -> list[User]:
    return list(User.objects.filter(is_active=True, groups__name=role).order_by("pk"))


def _tell(person: User, message: emails.Message, version: ReportVersion, at: dt.datetime) -> None:
    outbox.put(
        recipient=person,
        kind=message.kind,
        subject=message.subject,
        text=message.text,
        html=message.html,
        dedupe_key=f"{message.kind}:{version.pk}:{person.pk}",
        at=at,
    )
