"""The report before this one on its kind: the sealed version that is compared with, as it stood when this one was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from priorities.periods import PeriodKind
from reports.document import Document, Sealed, Since
from reports.document.text import FactsLost
from reports.models import ReportVersion
from reports.snapshot.paper import cut_off_before, local_day

if TYPE_CHECKING:
    from reports.document import Difference
    from reports.models import Report

State = ReportVersion.State


@dataclass(frozen=True)
class Last:
    """`label` is empty for the plan's first report; `cut_off` is that of the version, or would have been; None for the first.

    Without a `document` nothing sealed can be compared with, and `why_not` says why.
    """

    label: str = ""
    cut_off: dt.datetime | None = None
    sealed: Sealed | None = None
    document: Document | None = None
    why_not: str = ""

    def since(self, rows: Iterable[Difference]) -> Since:
        return Since(
            label=self.label,
            sealed=self.sealed,
            why_not=self.why_not,
            cut_off_on=local_day(self.cut_off) if self.cut_off else None,
            rows=tuple(rows),
        )


def last_report(report: Report, made_at: dt.datetime) -> Last:
    """Up to three queries. The published version counts, else the approved, else the newest made by then."""
    worked_out = cut_off_before(report)
    if worked_out is None:
        return Last()
    before = report.period.previous()
    label = f"{before.end:%B}" if before.kind is PeriodKind.HALF_YEAR else before.label
    made = list(
        ReportVersion.objects.filter(
            report__plan=report.plan,
            report__kind=report.kind,
            report__period_kind=before.kind.value,
            report__period_start=before.start,
            made_at__lte=made_at,
        )
        .select_related("report")
        .order_by("number")
        .defer("snapshot")
    )
    if not made:
        return Last(label, worked_out, why_not=f"There is no version of the report on {before.label}.")
    version = max(made, key=_decided)
    if version.report.not_produced:
        return Last(label, worked_out, why_not=f"It was decided that the report on {before.label} is not produced.")
    try:
        document = version.document()
    except FactsLost:
        # Nothing missing holds a report up; that it is worked out again is printed.
        return Last(
            label, worked_out, why_not=f"The text of version {version.number} on {before.label} cannot be relied on."
        )
    return Last(
        label=label,
        cut_off=version.cut_off,
        sealed=Sealed(
            title=version.report.get_kind_display(),
            period_label=before.label,
            number=version.number,
            standing=version.get_state_display(),
            cut_off_on=local_day(version.cut_off),
            cut_off=version.cut_off.astimezone(dt.UTC),
            snapshot_sha256=version.snapshot_sha256,
        ),
        document=document,
    )


def _decided(version: ReportVersion) -> tuple[int, int]:
    return {State.PUBLISHED: 2, State.APPROVED: 1}.get(State(version.state), 0), version.number
