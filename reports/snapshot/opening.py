"""What opens a report: the matters that arose from earlier ones, and what became of the last recommendations.

Both as they stood when the version was made, not at the cut-off: an answer that came in time for the paper belongs in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from reports.document import Asked, Matter
from reports.document.text import FactsLost
from reports.models import Decision, MatterArising, RecommendationOutcome, Report, ReportVersion
from reports.snapshot.actions import organisation_of
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from reports.document import Recommendation


@dataclass(frozen=True)
class Opening:
    """`last_asked_of` names the version that asked, empty where no report before this one was decided on."""

    matters: tuple[Matter, ...]
    last_asked: tuple[Asked, ...]
    last_asked_of: str


def opening(report: Report, made_at: dt.datetime) -> Opening:
    """Four queries at most, however many rows."""
    last = _last_decided(report, made_at)
    matters = _matters(report, made_at, last.made_at if last else None)
    if last is None:
        return Opening(matters, (), "")
    asked = _asked(last, made_at)
    named = f"The {_named(last.report)}, version {last.number},"
    return Opening(matters, asked, named if asked else "")


def _named(report: Report) -> str:
    kind = report.get_kind_display()
    return f"{kind[:1].lower()}{kind[1:]} on {report.period.label}"


def _last_decided(report: Report, made_at: dt.datetime) -> ReportVersion | None:
    """Of the newest earlier report of this kind that was decided on, the version whose outcomes were minuted, else the newest."""
    approved = Decision.objects.filter(version=OuterRef("pk"), outcome=Decision.Outcome.APPROVED, at__lte=made_at)
    outcomes = RecommendationOutcome.objects.filter(version=OuterRef("pk"), at__lte=made_at)
    found = (
        ReportVersion.objects.filter(
            Q(Exists(approved)) | Q(published_at__lte=made_at),
            report__plan=report.plan_id,
            report__kind=report.kind,
            report__period_start__lt=report.period_start,
        )
        .annotate(minuted=Exists(outcomes))
        .select_related("report")
        .order_by("-report__period_start", "-minuted", "-number")
    )
    return found.first()


def _asked(version: ReportVersion, made_at: dt.datetime) -> tuple[Asked, ...]:
    """The version's recommendations with their outcomes; only those outcomes when its text cannot be read any more."""
    rows = RecommendationOutcome.objects.filter(version=version, at__lte=made_at).select_related("meeting")
    standing = {row.position: row for row in rows.order_by("pk")}
    texts: dict[int, Recommendation | None]
    try:
        texts = dict(enumerate(version.recommendations(), start=1))
    except FactsLost:
        # Nothing missing holds a report up.
        texts = dict.fromkeys(sorted(standing))
    return tuple(_one(number, found, standing.get(number)) for number, found in texts.items())


def _one(number: int, found: Recommendation | None, row: RecommendationOutcome | None) -> Asked:
    text = found.text if found else row.text if row else ""
    return Asked(
        number=number,
        text=text,
        short=found.short if found else f"recommendation {number}, whose words cannot be read any more",
        refs=found.refs if found else (),
        outcome=row.get_outcome_display() if row else "",
        note=row.note if row else "",
        meeting_on=row.meeting.date if row else None,
        minute_reference=row.minute_reference if row else "",
        worded=bool(found and found.by),
    )


def _matters(report: Report, made_at: dt.datetime, since: dt.datetime | None) -> tuple[Matter, ...]:
    """Open matters, the earliest due first, then those answered after `since`, when the last version was made.

    A quarterly report opens with what was asked about quarterly reports, every other with what was asked under the plan;
    neither with what was asked about itself or a later one.
    """
    rows = MatterArising.objects.filter(report__plan=report.plan_id, raised_at__lte=made_at)
    if since is not None:
        rows = rows.filter(Q(answered_at__isnull=True) | Q(answered_at__gt=since))
    if report.kind == Report.Kind.QUARTERLY:
        rows = rows.filter(report__kind=report.kind)
    today, plan = local_day(made_at), report.plan
    found = []
    for row in rows.for_list().order_by("due_on", "pk"):
        if row.report.period.end >= report.period.end:
            continue
        answered = row.answered_at is not None and row.answered_at <= made_at
        found.append(
            Matter(
                about=_named(row.report),
                source=row.get_source_display(),
                text=row.text,
                owner=organisation_of(row.assigned, plan) if row.assigned else "",
                raised_on=local_day(row.raised_at),
                due_on=row.due_on,
                overdue=not answered and row.due_on < today,
                meeting_on=row.meeting.date if row.meeting else None,
                minute_reference=row.minute_reference,
                answer=row.answer if answered else "",
                answered_by=organisation_of(row.answered_by, plan) if answered and row.answered_by else "",
                answered_on=local_day(row.answered_at) if answered and row.answered_at else None,
                restricted=row.restricted,
                recorded_by=organisation_of(row.recorded_by, plan) if answered and row.recorded_by else "",
                received_how=row.get_received_how_display().lower() if answered else "",
                received_on=row.received_on if answered else None,
            )
        )
    return tuple(sorted(found, key=lambda matter: matter.answered_on is not None))
