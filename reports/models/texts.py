"""Words that people write for a report beside what the portal makes of the facts."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from reports.models.report import Report


class SectionTextQuerySet(models.QuerySet["SectionText"]):
    def newest(self, report: Report, by: dt.datetime | None = None) -> SectionTextQuerySet:
        """The newest text of each section of a report, at all or written up to a moment, with who wrote it."""
        rows = self.filter(report_id=report.pk)
        if by is not None:
            rows = rows.filter(at__lte=by)
        last = rows.order_by().values("section").annotate(last=Max("pk")).values("last")
        return self.filter(pk__in=last).select_related("by__partner").order_by("section")


class SectionText(models.Model):
    """What somebody wrote for one section of a report, as typed. Append-only: the newest of a section counts."""

    class Section(models.TextChoices):
        STATEMENT = "statement", "Chair's statement"
        INTRODUCTION = "introduction", "Introduction"
        PERFORMANCE = "performance", "What the figures show"
        SECTION_17 = "section_17", "Section 17"
        EQUALITY = "equality", "Equality, finance and law"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="texts")
    section = models.CharField(max_length=20, choices=Section.choices)
    text = models.TextField(blank=True, help_text="As typed. Empty: the section was emptied.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = SectionTextQuerySet.as_manager()

    class Meta:
        verbose_name = "text of a report"
        verbose_name_plural = "texts of reports"
        ordering = ["report", "section", "pk"]
        constraints = [
            models.CheckConstraint(
                name="section_text_section_known",
                condition=Q(section__in=["statement", "introduction", "performance", "section_17", "equality"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()}: {self.report}"
