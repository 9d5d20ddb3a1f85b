"""What people have written for a report by the time a version is made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from reports.document import SectionWords
from reports.formatting import to_html
from reports.models import SectionText
from reports.snapshot.actions import organisation_of
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from reports.models import Report


def texts(report: Report, made_at: dt.datetime) -> tuple[SectionWords, ...]:
    """The newest text of each section written up to `made_at`, not up to the cut-off: it is about what came in. One query."""
    return tuple(
        SectionWords(
            section=row.section,
            heading=row.get_section_display(),
            text=row.text,
            html=to_html(row.text),
            by=organisation_of(row.by, report.plan),
            on=local_day(row.at),
        )
        for row in SectionText.objects.newest(report, by=made_at)
        if row.text
    )
