"""A report comes to be: due ones are made by the clock, later versions by the coordinator, some are never produced."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from partners.words import is_blank
from priorities.models import UpdateRound
from priorities.periods import british
from reports import permissions as permissions  # the rules behind `has_perm`
from reports import snapshot
from reports.document import SCHEMA_VERSION, SixMonthlyDocument, sha256_of, to_json
from reports.models import NotProducedTakenBack, Rendition, Report, ReportVersion
from reports.services.renditions import LEASE
from reports.snapshot.paper import usual_cut_off
from reports.timetable import KINDS, Owed, owed

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.periods import Period

log = logging.getLogger(__name__)

State = ReportVersion.State

#: After so many failures the clock leaves a report alone until somebody presses “try again”.
MOST_ATTEMPTS = 3

STOPPED = f"The worker stopped {MOST_ATTEMPTS} times while putting it together."


def owed_by(plan: Plan) -> list[Owed]:
    """Every report the plan calls for, oldest first."""
    return owed(plan.starts_on, plan.ends_on, plan.weeks, UpdateRound.objects.promised(plan))


def make_due(*, plan: Plan, now: dt.datetime) -> list[ReportVersion]:
    """Make version 1 of every report that is due and missing, oldest first, each with its own cut-off; those just made.

    Called by the clock, not by a person, so it asks for no permission. Safe twice, late and at once: a report is a unique
    row, an attempt is claimed by compare-and-set and leased, a version is a unique row again. One that fails keeps its reason in its
    row and does not hold up the others.
    """
    made = []
    for one in due_and_missing(plan, timezone.localdate(now)):
        report = report_for(plan, one.kind, one.period, now)
        version = _attempt(report, cut_off=usual_cut_off(plan, one.period), now=now)
        if version is not None:
            made.append(version)
    return made


def due_and_missing(plan: Plan, today: dt.date) -> list[Owed]:
    """Reports that are due and have no version, oldest first, without those left alone: not produced, or failed too often."""
    known = Report.objects.filter(plan=plan)
    made_before = set(known.filter(versions__isnull=False).values_list("kind", "period_start"))
    left_alone = set(
        known.filter(~Q(not_produced="") | Q(build_attempts__gte=MOST_ATTEMPTS) & ~Q(build_error="")).values_list(
            "kind", "period_start"
        )
    )
    passed_over = made_before | left_alone
    return [one for one in owed_by(plan) if one.due_on <= today and (one.kind, one.period.start) not in passed_over]


def run_now(*, plan: Plan, kind: str, period: Period, by: User, now: dt.datetime) -> ReportVersion:
    """Version 1 of one report that is due, made at once instead of by the clock; also after it failed too often.

    Made meanwhile by the clock, it is that version. Raises PermissionDenied; ValidationError with a sentence when the plan has
    no such report, it is not due, will not be produced or is being made at this moment, and with the reason when it failed.
    """
    if not by.has_perm("reports.run_now"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_RUNS)
    one = find_owed(plan, kind, period)
    if one.due_on > timezone.localdate(now):
        raise ValidationError(f"It falls due on {british(one.due_on)}.")
    report = report_for(plan, kind, period, now)
    failed = Report.objects.filter(pk=report.pk, build_attempts__gte=MOST_ATTEMPTS).exclude(build_error="")
    if failed.update(build_attempts=0, build_error="", build_failed_at=None, build_lease_until=None):
        report.refresh_from_db()
    version = _attempt(report, cut_off=usual_cut_off(plan, period), now=now) or report.versions.first()
    if version is not None:
        return version
    report.refresh_from_db()
    if report.not_produced:
        raise ValidationError(f"It was not produced: {report.why_not_produced}")
    if report.build_error:
        raise ValidationError(f"It could not be put together: {report.build_error}")
    raise ValidationError("It is being made at this moment. Look again in a minute.")


def make_first(*, plan: Plan, kind: str, period: Period, now: dt.datetime) -> ReportVersion:
    """Version 1 of one report, made now when it is due and missing. For whoever has the server's command line.

    Raises ValidationError with a sentence when the plan has no such report, it is not due yet, or will not be produced;
    whatever the snapshot raised when it could not be taken.
    """
    one = find_owed(plan, kind, period)
    today = timezone.localdate(now)
    if one.due_on > today:
        raise ValidationError(f"It falls due on {british(one.due_on)}.")
    report = report_for(plan, kind, period, now)
    if report.not_produced:
        raise ValidationError(f"It was not produced: {report.why_not_produced}")
    cut_off = usual_cut_off(plan, one.period)
    return build_version(report=report, number=1, cut_off=cut_off, at=now) or report.versions.get(number=1)


def find_owed(plan: Plan, kind: str, period: Period) -> Owed:
    """The one report on this period. ValidationError with a sentence when the plan calls for none."""
    for one in owed_by(plan):
        if one.kind == kind and one.period == period:
            return one
    raise ValidationError(
        f"{plan.title} has no {Report.Kind(kind).label.lower()} on {period.label}: "
        f"it runs from {british(plan.starts_on)} to {british(plan.ends_on)}."
    )


def build_version(
    *,
    report: Report,
    number: int,
    cut_off: dt.datetime,
    at: dt.datetime,
    reason: str = "",
    by: User | None = None,
) -> ReportVersion | None:
    """Freeze the facts received by `cut_off` as one version, and queue its draft. None when somebody else just made it.

    Raises what the snapshot raises.
    """
    with _one_moment():
        document = snapshot.take(report=report, number=number, cut_off=cut_off, made_at=at, reason=reason)
    text = to_json(document)
    try:
        with transaction.atomic():
            # Holds off whoever would send the version before to the chair, or leave the report out, at this moment.
            held_to_be_made(report)
            for before in report.versions.filter(state__in=[State.WITH_CHAIR, State.FACT_CHECK]).defer("snapshot"):
                if refusal := cannot_give_way(before):
                    raise ValidationError(refusal)
            version = ReportVersion.objects.create(
                report=report,
                number=number,
                snapshot=text,
                schema_version=SCHEMA_VERSION,
                snapshot_sha256=sha256_of(text),
                asks=len(document.recommendations) if isinstance(document, SixMonthlyDocument) else 0,
                cut_off=cut_off,
                reason=reason,
                made_at=at,
                made_by=by,
            )
            Rendition.objects.create(version=version, stage=Rendition.Stage.DRAFT, queued_at=at)
            Report.objects.filter(pk=report.pk).update(build_error="", build_failed_at=None, build_lease_until=None)
            # A draft that was not decided on, and an approval that was not published, give way to the newer facts;
            # what was published stays until this version is published itself.
            report.versions.filter(number__lt=number, state__in=[State.DRAFT, State.FACT_CHECK, State.APPROVED]).update(
                state=State.REPLACED
            )
    except IntegrityError:
        if not report.versions.filter(number=number).exists():
            raise
        return None
    return version


def cannot_give_way(version: ReportVersion) -> str:
    """Why no version can be made after this one yet, in a sentence; empty when one can: somebody is reading it."""
    if version.state == State.WITH_CHAIR:
        return f"Version {version.number} is with the chair: it has to be returned first."
    if version.state == State.FACT_CHECK and version.fact_check.closed_at is None:
        return (
            f"The fact check of version {version.number}, whose last day is {british(version.fact_check.answers_due_on)}, "
            "is not closed yet. Wait for it, or close the fact check first."
        )
    return ""


def held_to_be_made(report: Report) -> None:
    """Lock the report's row for the transaction. ValidationError when it was marked as not produced meanwhile."""
    fresh = Report.objects.select_for_update().get(pk=report.pk)
    if fresh.not_produced:
        raise ValidationError(f"This report is marked as not produced: {fresh.not_produced}")


def make_new_version(
    *, report: Report, follows: int, reason: str, cut_off: dt.datetime, by: User, at: dt.datetime
) -> ReportVersion:
    """The version after number `follows`, with the updates received up to `cut_off`, saying why it is made.

    Asked twice by the same person for the same reason, it answers with the version already made. Raises PermissionDenied;
    ValidationError keyed by these parameter names, or with one sentence when the report's newest version is another or
    before the chair, or there is none yet.
    """
    if not by.has_perm("reports.make_version", report):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_MAKES)
    newest = report.versions.order_by("-number").first()
    if newest is None:
        raise ValidationError("There is no version yet: the first is made when the report falls due.")
    if newest.number != follows:
        return _made_already(newest, follows, reason, by)
    if refusal := cannot_give_way(newest):
        raise ValidationError(refusal)
    faults: dict[str, list[str]] = {}
    if is_blank(reason):
        faults["reason"] = ["Say why there is another version. It is printed in the report."]
    if cut_off > at:
        faults["cut_off"] = ["Choose a day that is not in the future."]
    elif cut_off < newest.cut_off:
        day = british(timezone.localdate(newest.cut_off))
        faults["cut_off"] = [
            f"Version {newest.number} holds updates received up to {day}: choose that day or a later one."
        ]
    if faults:
        raise ValidationError(faults)
    version = build_version(
        report=report, number=newest.number + 1, cut_off=cut_off, at=at, reason=reason.strip(), by=by
    )
    return version or _made_already(report.versions.get(number=follows + 1), follows, reason, by)


def _made_already(newest: ReportVersion, follows: int, reason: str, by: User) -> ReportVersion:
    """`newest`, when it is what this very request asked for the first time it came."""
    if (newest.number, newest.reason, newest.made_by_id) == (follows + 1, reason.strip(), by.pk):
        return newest
    raise ValidationError(f"Version {newest.number} has been made since you began. Look at that one first.")


def mark_not_produced(*, plan: Plan, kind: str, period: Period, reason: str, by: User, at: dt.datetime) -> Report:
    """Note that a past period's report will not be made, and why. The clock then leaves it alone.

    A portal that starts late makes the reports of past periods at once: drafts of those that nobody was shown give way.
    The same person for the same reason again changes nothing. Raises PermissionDenied; ValidationError keyed by `reason`, or
    with one sentence when the period is not over, a version has been before the chair or published, the plan has no such
    report, or somebody has said so before.
    """
    if not by.has_perm("reports.mark_not_produced"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_LEAVES_OUT)
    find_owed(plan, kind, period)
    if period.end >= timezone.localdate(at):
        raise ValidationError(f"{period.label} is not over yet.")
    if is_blank(reason):
        raise ValidationError({"reason": ["Say why the report will not be produced."]})
    report = report_for(plan, kind, period, at)
    with transaction.atomic():
        fresh = Report.objects.select_for_update().get(pk=report.pk)  # holds off whoever would send a draft now
        if fresh.not_produced:
            if (fresh.not_produced, fresh.not_produced_by_id) == (reason.strip(), by.pk):
                return fresh
            raise ValidationError(f"It is marked as not produced already: {fresh.why_not_produced}")
        if (
            report.versions.filter(sent_at__isnull=False).exists()
            or report.versions.filter(published_at__isnull=False).exists()
            or report.versions.filter(fact_check__isnull=False).exists()
        ):
            raise ValidationError("This report has been before partners or the chair, or published: it was produced.")
        Report.objects.filter(pk=report.pk, not_produced="").update(
            not_produced=reason.strip(), not_produced_by=by, not_produced_at=at
        )
        report.versions.filter(state=State.DRAFT).update(state=State.REPLACED)
    report.refresh_from_db()
    return report


@transaction.atomic
def produce_after_all(*, plan: Plan, kind: str, period: Period, reason: str, by: User, at: dt.datetime) -> Report:
    """Take back that a report will not be made, and say why; what had been said is kept. The clock then makes it when due.

    A draft that had given way is a draft again. Raises PermissionDenied; ValidationError keyed by `reason`, or with one sentence
    when the report is not marked (any more).
    """
    if not by.has_perm("reports.mark_not_produced"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_LEAVES_OUT)
    find_owed(plan, kind, period)
    if is_blank(reason):
        raise ValidationError({"reason": ["Say why it is to be produced after all."]})
    report = Report.objects.select_for_update().get(pk=report_for(plan, kind, period, at).pk)
    if not report.not_produced:
        raise ValidationError("This report is not marked as not produced (any more). Nothing was changed.")
    NotProducedTakenBack.objects.create(
        report=report,
        was=report.not_produced,
        was_by_id=report.not_produced_by_id,
        was_at=report.not_produced_at,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    Report.objects.filter(pk=report.pk).update(not_produced="", not_produced_by=None, not_produced_at=None)
    newest = report.versions.defer("snapshot").order_by("-number").first()
    if newest is not None:
        # Nobody was shown it: that is what made it possible to leave the report out.
        ReportVersion.objects.filter(pk=newest.pk, state=State.REPLACED).update(state=State.DRAFT)
    report.refresh_from_db()
    return report


def report_for(plan: Plan, kind: str, period: Period, at: dt.datetime) -> Report:
    """The row of a report, made when there is none."""
    report, _ = Report.objects.get_or_create(
        plan=plan,
        kind=kind,
        period_kind=KINDS[kind].value,
        period_start=period.start,
        defaults={"created_at": at},
    )
    return report


def _attempt(report: Report, *, cut_off: dt.datetime, now: dt.datetime) -> ReportVersion | None:
    """Claim one attempt and make it; a failure of whatever kind is noted where the schedule page shows it."""
    free = Report.objects.filter(
        Q(build_lease_until__isnull=True) | Q(build_lease_until__lt=now),
        pk=report.pk,
        build_attempts=report.build_attempts,
        not_produced="",
        versions__isnull=True,
    )
    if report.build_attempts >= MOST_ATTEMPTS:
        # Every attempt was begun and none came to an end, not even a bad one.
        free.update(build_error=STOPPED, build_failed_at=now, build_lease_until=None)
        return None
    if not free.update(build_attempts=F("build_attempts") + 1, build_lease_until=now + LEASE):
        return None
    try:
        return build_version(report=report, number=1, cut_off=cut_off, at=now)
    except Exception as error:
        log.exception("%s could not be put together", report)
        sentence = str(error).strip() or type(error).__name__
        Report.objects.filter(pk=report.pk, not_produced="", versions__isnull=True).update(
            build_error=sentence[:2000], build_failed_at=now, build_lease_until=None
        )
        return None


@contextmanager
def _one_moment() -> Iterator[None]:
    """Reads inside see the rows of one moment, whatever is written meanwhile.

    SQLite does so in any transaction. PostgreSQL has to be told before the first query, and cannot be inside a
    transaction that has begun: there the caller's own moment has to do.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
