"""What people write for a report beside what the portal makes of the facts. Rows are added, never changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners.words import is_blank
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.formatting import LONGEST
from reports.models import Report, SectionText
from reports.services import asking
from reports.services.building import find_owed, held_to_be_made, report_for

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from priorities.periods import Period
    from reports.document import Document

Section = SectionText.Section

#: The sections of each kind of report for which somebody may write, in the order in which they are printed.
SECTIONS = {
    Report.Kind.SIX_MONTHLY: (
        Section.INTRODUCTION,
        Section.STATEMENT,
        Section.PERFORMANCE,
        Section.SECTION_17,
        Section.EQUALITY,
    ),
    Report.Kind.QUARTERLY: (Section.INTRODUCTION, Section.PERFORMANCE),
}


class Overtaken(ValidationError):
    """Somebody else wrote this section since the form was opened; `row` is what stands now. Nothing was added."""

    def __init__(self, row: SectionText) -> None:
        self.row = row
        super().__init__(f"{row.by} wrote this section after you had opened it. Nothing of theirs was overwritten.")


def sections_of(plan: Plan, kind: str) -> tuple[SectionText.Section, ...]:
    """The sections of one kind of report under a plan; the chair says something in every report that goes to the chair."""
    sections = SECTIONS.get(Report.Kind(kind), ())
    if kind == Report.Kind.QUARTERLY and plan.quarterly_needs_chair:
        return (sections[0], Section.STATEMENT, *sections[1:])
    return sections


def newest(report: Report) -> dict[str, SectionText]:
    """By section, what stands for a report."""
    return {row.section: row for row in SectionText.objects.newest(report)}


def carried_by(document: Document) -> dict[str, str]:
    """By section, the text as typed that a version prints: read in the version itself, so that it is true of it."""
    return {words.section: words.text for words in document.texts}


def left_out(report: Report, document: Document) -> list[str]:
    """What stands otherwise than this version of the report prints it: sections by their headings, then recommendations.

    Two queries.
    """
    carried, rows = carried_by(document), newest(report)
    return [
        section.label
        for section in sections_of(report.plan, report.kind)
        if section in rows and rows[section].text != carried.get(section, "")
    ] + asking.left_out(report, document)


def report_about(plan: Plan, kind: str, period: Period) -> Report | None:
    """The one report of a kind on a period, if there is a row for it."""
    about = Report.objects.filter(plan=plan, kind=kind, period_kind=period.kind.value, period_start=period.start)
    return about.select_related("plan").first()


@transaction.atomic
def write_text(
    *, plan: Plan, kind: str, period: Period, section: str, text: str, seen: int, by: User, at: dt.datetime
) -> SectionText:
    """Write a section of the report on `period`, whether there is a version yet or not; the next version carries it.

    `seen` is the key of the row that the writer had before them, 0 for nothing yet; an empty text empties the section. The
    same text again adds nothing. Raises PermissionDenied with a sentence, Overtaken when somebody else wrote meanwhile,
    ValidationError keyed by `text`, or without a key when there is no such report or section, its period has not begun, or
    the report will not be produced.
    """
    find_owed(plan, kind, period)
    if section not in sections_of(plan, kind):
        raise ValidationError("This report has no such section.")
    if not by.has_perm("reports.write_text", section):
        raise PermissionDenied(permissions.refusal_to_write(section))
    if period.start > timezone.localdate(at):
        raise ValidationError(f"{period.label} has not begun yet.")
    text = "" if is_blank(text) else text.strip()
    if len(text) > LONGEST:
        raise ValidationError(
            {"text": [f"Shorten this text to {LONGEST:,} characters or fewer; it has {len(text):,}."]}
        )
    report = report_for(plan, kind, period, at)
    held_to_be_made(report)  # and two who write at once come one after the other
    row = SectionText.objects.filter(report=report, section=section).select_related("by").order_by("-pk").first()
    if row is None and not text:
        raise ValidationError({"text": ["Write something first."]})
    if row is not None and row.text == text:
        return row
    if (row.pk if row else 0) != seen:
        if row is None:
            raise ValidationError("This form is too old. Open the page again.")
        raise Overtaken(row)
    return SectionText.objects.create(report=report, section=section, text=text, by=by, at=at)
