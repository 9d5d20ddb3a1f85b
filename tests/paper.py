"""Reports in every state, made by the same verbs as ever, with a quick stand-in for the PDF maker."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from priorities.periods import Period, PeriodKind
from reports.document import sha256_of
from reports.models import Rendition, Report, ReportVersion
from reports.public import withheld
from reports.services import building, decisions, fact_check, release, renditions
from tests.makers import UTC, Cast

#: Some day after every period below is over and its report due.
MADE_AT = dt.datetime(2026, 10, 30, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class QuickPdf:
    content: bytes
    pages: int = 1


def quick_pdf(html: str) -> QuickPdf:
    return QuickPdf(f"%PDF-1.7\n% {len(html)} characters of HTML\n%%EOF\n".encode())


def half_year(code: str) -> Period:
    return Period.parse(PeriodKind.HALF_YEAR, code)


def draft(cast: Cast, period: Period) -> ReportVersion:
    """Version 1 of the six-monthly report on `period`, its draft PDF ready."""
    report = Report.objects.create(
        plan=cast.plan,
        kind=Report.Kind.SIX_MONTHLY,
        period_kind=period.kind.value,
        period_start=period.start,
        created_at=MADE_AT,
    )
    version = building.build_version(report=report, number=1, cut_off=MADE_AT, at=MADE_AT)
    assert version
    _lay_out(version, Rendition.Stage.DRAFT)
    return version


def in_fact_check(cast: Cast, period: Period) -> ReportVersion:
    """A draft that partners are checking; the plan asks for no other check."""
    version = draft(cast, period)
    plan = version.report.plan
    plan.fact_check = True  # of this row in memory alone
    fact_check.open_check(version=version, by=cast["coordinator"], at=MADE_AT)
    plan.fact_check = False
    return _again(version)


def with_chair(cast: Cast, period: Period) -> ReportVersion:
    """Sent by the coordinator, who can therefore not decide on it."""
    version = draft(cast, period)
    decisions.send_to_chair(version=version, by=cast["coordinator"], at=MADE_AT)
    return _again(version)


def returned(cast: Cast, period: Period) -> ReportVersion:
    version = with_chair(cast, period)
    decisions.return_to_coordinator(
        version=version, by=cast["chair"], at=MADE_AT, comment="Say why.", **seen_of(version)
    )
    return _again(version)


def approved(cast: Cast, period: Period) -> ReportVersion:
    version = with_chair(cast, period)
    decisions.approve(version=version, by=cast["chair"], at=MADE_AT, **seen_of(version))
    _lay_out(version, Rendition.Stage.FINAL)
    return _again(version)


def published(cast: Cast, period: Period) -> ReportVersion:
    version = approved(cast, period)
    decisions.publish(version=version, by=cast["coordinator"], at=MADE_AT)
    return _again(version)


def released(cast: Cast, period: Period) -> ReportVersion:
    """Published, and its public version on the shelf; whether the shelf is open is the plan's."""
    version = published(cast, period)
    by = cast["coordinator"]
    release.prepare(version=version, marking="", by=by, at=MADE_AT)
    _lay_out(version, Rendition.Stage.FINAL, edition=Rendition.Edition.PUBLIC)
    file = release.file_of(version)
    assert file
    release.release(
        version=version,
        checks=[check.sentence for check in release.checks_of(withheld(version.document()), "")],
        seen_pdf_sha256=file.sha256,
        seen_html_sha256=sha256_of(release.html_of(version, "")),
        by=by,
        at=MADE_AT,
    )
    return version


def published_report(cast: Cast) -> ReportVersion:
    return published(cast, half_year("2025-04"))


def seen_of(version: ReportVersion) -> dict[str, Any]:
    """The hashes that somebody who has read the draft sends back with a decision."""
    pdf = version.renditions.partners().get(stage=Rendition.Stage.DRAFT)
    return {"seen_snapshot_sha256": version.snapshot_sha256, "seen_pdf_sha256": pdf.sha256}


def _lay_out(version: ReportVersion, stage: str, *, edition: str = Rendition.Edition.PARTNERS) -> None:
    rendition = version.renditions.get(stage=stage, edition=edition)
    done = renditions.make_one(rendition=rendition, make=quick_pdf, clock=lambda: MADE_AT)
    assert done.state == Rendition.State.DONE, done.last_error


def _again(version: ReportVersion) -> ReportVersion:
    return ReportVersion.objects.select_related("report").get(pk=version.pk)
