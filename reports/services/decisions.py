"""A version moves on: to the chair, approved or returned, published. One verb an arrow, each a compare-and-set.

A decision is bound to the facts (snapshot hash) and to the file that was read (PDF hash); anything else is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from charts.text import listed
from partners.models import Cover
from partners.words import is_blank
from priorities.periods import days_in_words, periods_between
from priorities.services import settle_round
from reports import emails
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.services import fact_check, holds, renditions, steps
from reports.services.building import held_to_be_made

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Meeting
    from reports.models import FactCheck

State = ReportVersion.State
Stage = Rendition.Stage

ONLY_COORDINATOR_PUBLISHES = "Only the coordinator publishes a report."
NOBODY_DECIDES = (
    "Nobody could decide on it: there is no chair whose account is open. An administrator gives somebody the role Chair in "
    "the administration; then send it."
)
CHANGED = "The report has changed since you opened it. Read it again, then decide."


@transaction.atomic
def send_to_chair(*, version: ReportVersion, by: User, at: dt.datetime) -> ReportVersion:
    """Put a draft before the chair, once its PDF can be read and its fact check is over; tell the chairs and their cover.

    Raises PermissionDenied; ValidationError with a sentence when the version is not a draft any more, its PDF is not ready,
    it owes something to its fact check, nobody could decide, this report needs no chair or is not to be produced.
    """
    if not by.has_perm("reports.send_to_chair", version):
        raise PermissionDenied("Only the coordinator sends a report to the chair.")
    held_to_be_made(version.report)  # and holds off a newer version at this moment
    version.refresh_from_db(fields=["state"])
    check = fact_check.check_of(version)
    said = fact_check.said(check) if check else []
    if refusal := cannot_send(version, steps.files_of(version), check, said, timezone.localdate(at)):
        raise ValidationError(refusal)
    steps.held_to_seal(version)
    steps.move(version, version.state, State.WITH_CHAIR, sent_by=by, sent_at=at)
    renditions.drop_unpublished_final(version, at)
    for chair in steps.chairs(at):
        if chair.pk != by.pk:
            steps.tell(chair, emails.with_chair(version, check, said, reader=chair), version.pk, at)
    return version


def who_was_told(version: ReportVersion) -> str:
    """To whom the e-mail has gone that a version is with the chair, by role, in a sentence."""
    at = version.sent_at
    told = [one for one in steps.chairs(at) if one.pk != version.sent_by_id] if at else []
    if not told:
        return "Nobody was sent an e-mail: you are the only chair. Another coordinator records a decision taken at a meeting."
    said = [one.job_title or "the chair" if one.is_chair else _covers(one) for one in told]
    return f"An e-mail has gone to {listed(said)}."


def _covers(person: User) -> str:
    return f"{person.job_title}, who covers the chair" if person.job_title else "who covers the chair"


def cannot_send(
    version: ReportVersion,
    files: Mapping[str, Rendition],
    check: FactCheck | None,
    said: Iterable[fact_check.Said],
    today: dt.date,
) -> str:
    """Why this version cannot go to the chair, in a sentence; empty when it can. `files` are its own, by stage."""
    if not version.report.needs_chair:
        return "This report needs no decision by the chair: prepare it for publishing."
    if version.state not in (State.DRAFT, State.FACT_CHECK):
        return steps.is_now(version)
    if not steps.is_done(files.get(Stage.DRAFT)):
        return "The draft PDF is not ready yet: the chair has to be able to read it."
    if refusal := fact_check.cannot_go_on(version, check, said, today):
        return refusal
    return "" if steps.has_chair() else NOBODY_DECIDES


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

    The chair approves; a coordinator or the chair records a decision taken at a `meeting`, with its minute; nobody either,
    of what they sent. Of a decision that somebody else records the chairs are told. Raises PermissionDenied; ValidationError keyed by these parameter names, or with one sentence when the hashes
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
    renditions.drop_unpublished_final(version, at)  # one from before sending did away with it
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
    if refusal := cannot_prepare(version, steps.files_of(version)):
        raise ValidationError(refusal)
    steps.held_to_seal(version)
    return renditions.queue(version=version, stage=Stage.FINAL, at=at)


@transaction.atomic
def publish(*, version: ReportVersion, by: User, at: dt.datetime, despite_hold: str = "") -> ReportVersion:
    """Put a version whose final PDF is ready on the shelf; the one that was there is replaced by it.

    A report of the chair's must be approved, one that needs no chair prepared. While publishing is on hold it takes a reason
    in `despite_hold`, which is kept; on other days that is not. Raises PermissionDenied; ValidationError with a sentence, or
    keyed by `despite_hold` when there is a hold and no reason.
    """
    if not by.has_perm("reports.publish", version):
        raise PermissionDenied(ONLY_COORDINATOR_PUBLISHES)
    report = version.report
    held_to_be_made(report)
    version.refresh_from_db()
    if refusal := cannot_publish(version, steps.files_of(version)):
        raise ValidationError(refusal)
    steps.held_to_seal(version)
    steps.whole(version, Stage.FINAL)
    despite_hold = holds.reason_in_spite(report.plan, timezone.localdate(at), despite_hold)
    # First the older one makes room: the database holds that only one version of a report is published.
    report.versions.filter(state=State.PUBLISHED).exclude(pk=version.pk).update(state=State.REPLACED)
    steps.move(version, version.state, State.PUBLISHED, published_by=by, published_at=at, despite_hold=despite_hold)
    _settle(report, at)
    return version


def cannot_prepare(version: ReportVersion, files: Mapping[str, Rendition]) -> str:
    """Why no final PDF of this version can be asked for, in a sentence; empty when it can. `files` are its own, by stage."""
    if version.report.needs_chair:
        return "This report goes to the chair first."
    if version.state != State.DRAFT:
        return steps.is_now(version)
    return "" if steps.is_done(files.get(Stage.DRAFT)) else "The draft PDF is not ready yet."


def cannot_publish(version: ReportVersion, files: Mapping[str, Rendition]) -> str:
    """Why this version cannot be published, in a sentence; empty when it can. `files` are its own, by stage."""
    if version.state in (State.PUBLISHED, State.REPLACED):
        return steps.is_now(version)
    if version.state != State.APPROVED and (version.report.needs_chair or version.state != State.DRAFT):
        return "Only a version that the chair has approved can be published."
    final = files.get(Stage.FINAL)
    if final is not None and final.fault:
        return "The final PDF is damaged: have it laid out again first."
    return "" if steps.is_done(final) else "The final PDF is not ready yet."


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
    draft = steps.finished(version, Stage.DRAFT, CHANGED)
    if seen != (version.snapshot_sha256, draft.sha256):
        raise ValidationError(CHANGED)
    steps.held_to_seal(version)
    try:
        steps.move(
            version, State.WITH_CHAIR, State.APPROVED if outcome == Decision.Outcome.APPROVED else State.RETURNED
        )
    except ValidationError as late:
        raise ValidationError(too_late(version)) from late
    decision = Decision.objects.create(
        version=version,
        snapshot_sha256=version.snapshot_sha256,
        pdf_sha256=draft.sha256,
        by=by,
        as_role=_role_of(by, version, timezone.localdate(at), taken_in_the_room),
        outcome=outcome,
        comment=comment,
        meeting=meeting,
        meeting_words=str(meeting) if meeting else "",
        meeting_on=meeting.date if meeting else None,
        minute_reference=minute_reference,
        at=at,
    )
    if taken_in_the_room:
        for chair in steps.chairs(at):
            if chair.pk != by.pk:
                steps.tell(chair, emails.recorded(version, decision, reader=chair), version.pk, at)
    for coordinator in steps.coordinators():
        if coordinator.pk != by.pk:
            steps.tell(coordinator, emails.decided(version, decision, reader=coordinator), version.pk, at)
    return decision


def too_late(version: ReportVersion) -> str:
    """Why a version cannot be decided on any more, in a sentence: who decided what before, in which role and when."""
    decision = Decision.objects.filter(version=version).select_related("by").first()
    if decision is None:
        return steps.is_now(version)
    decision.version = version
    return decision.in_words


def _role_of(by: User, version: ReportVersion, day: dt.date, taken_in_the_room: bool) -> str:
    """In which role somebody decides, as the final file prints it; of whoever stands in for the chair also from when to when."""
    office = by.job_title or ("Chair" if by.is_chair else "Coordinator" if by.is_coordinator else min(by.role_names))
    if taken_in_the_room or by.is_chair:
        return office
    covers = Cover.objects.stood_in_by(by, day)
    cover = next(covers[chair] for chair in sorted(by.chairs_covered) if chair != version.sent_by_id)
    as_cover = f", {Decision.AS_COVER} ({days_in_words(cover.starts_on, cover.ends_on)})"
    longest = Decision._meta.get_field("as_role").max_length or 0
    return office[: longest - len(as_cover)] + as_cover


def _check_right_to_decide(version: ReportVersion, by: User, taken_in_the_room: bool) -> None:
    if taken_in_the_room and by.has_perm("reports.record_decision", version):
        return
    if by.has_perm("reports.decide", version):
        return
    if by.is_coordinator and by.has_perm("reports.record_decision", version):
        raise PermissionDenied(
            "The chair decides on this report. You can record a decision taken at a meeting, with its minute."
        )
    raise PermissionDenied(permissions.refusal_to_decide(by, version))


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
    elif version.sent_at is not None and meeting.date < timezone.localdate(version.sent_at):
        faults["meeting"] = ["That meeting was held before this version was sent to the chair."]
    if not minute_reference:
        faults["minute_reference"] = ["Enter the reference of the minute, for example 7.2."]
    return faults


def _settle(report: Report, at: dt.datetime) -> None:
    """Later updates belong to the next period: settle the update requests that this report was about, whole periods only."""
    if not report.falls_due:
        return
    period = report.period
    for asked in periods_between(report.plan.update_kind, period.start, period.end):
        if period.start <= asked.start and asked.end <= period.end:
            settle_round(plan=report.plan, period=asked, at=at)
