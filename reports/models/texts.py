"""Words that people write for a report beside what the portal makes of the facts."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from partners.models import Partner
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


class RecommendationWordsQuerySet(models.QuerySet["RecommendationWords"]):
    def newest(self, report: Report, by: dt.datetime | None = None) -> RecommendationWordsQuerySet:
        """What stands of each recommendation of a report, at all or as of a moment, with who said so, the first named first."""
        rows = self.filter(report_id=report.pk)
        if by is not None:
            rows = rows.filter(at__lte=by)
        last = rows.order_by().values("key").annotate(last=Max("pk")).values("last")
        return self.filter(pk__in=last).select_related("by__partner", "asked_of").order_by("key", "pk")


class RecommendationWords(models.Model):
    """What the coordinator makes of one recommendation: other words for what the portal works out, to leave it out, or one
    of their own. Append-only: the newest of a key counts.
    """

    class Choice(models.TextChoices):
        WORKED_OUT = "worked_out", "As the portal words it"
        WORDED = "worded", "In our own words"
        LEFT_OUT = "left_out", "Leave it out"

    #: How the keys of those begin that the portal did not work out.
    OWN = "own-"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="asked")
    key = models.CharField(
        max_length=60, help_text="Which one: the action it is about, “silent”, “rest”, or “own-1” for one of our own."
    )
    choice = models.CharField(max_length=10, choices=Choice.choices)
    text = models.TextField(blank=True, help_text="Our own words, as they go on after “That the Partnership”.")
    asked_of = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="who is asked"
    )
    due_on = models.DateField("by when", null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it is left out.")
    instead_of = models.TextField(blank=True, help_text="What the portal had worked out then.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = RecommendationWordsQuerySet.as_manager()

    class Meta:
        verbose_name = "words of a recommendation"
        verbose_name_plural = "words of recommendations"
        ordering = ["report", "key", "pk"]
        constraints = [
            models.CheckConstraint(
                name="recommendation_choice_known", condition=Q(choice__in=["worked_out", "worded", "left_out"])
            ),
            models.CheckConstraint(name="recommendation_worded_says_what", condition=~Q(choice="worded") | ~Q(text="")),
            models.CheckConstraint(
                name="recommendation_left_out_says_why", condition=~Q(choice="left_out") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.get_choice_display()}"

    @property
    def is_own(self) -> bool:
        return self.key.startswith(self.OWN)
