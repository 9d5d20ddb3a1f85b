"""What the table made of a report: outcomes of its recommendations, and what it wants answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from priorities.models import Meeting
from reports.models.report import Report, ReportVersion

if TYPE_CHECKING:
    from partners.models import User


class RecommendationOutcome(models.Model):
    """What the meeting made of one recommendation of a version. Append-only: the newest of a place counts."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "Agreed"
        AMENDED = "amended", "Amended"
        NOTED = "noted", "Noted"
        DEFERRED = "deferred", "Deferred"

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="outcomes")
    position = models.PositiveSmallIntegerField(
        help_text="The number it has among the version's recommendations, from 1."
    )
    text = models.TextField(help_text="The recommendation as the version printed it.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    note = models.TextField(blank=True, help_text="How it was amended, or until when it was deferred.")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    minute_reference = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "outcome of a recommendation"
        verbose_name_plural = "outcomes of recommendations"
        ordering = ["version", "position", "pk"]
        constraints = [
            models.CheckConstraint(name="outcome_from_one", condition=Q(position__gte=1)),
            models.CheckConstraint(
                name="outcome_known", condition=Q(outcome__in=["agreed", "amended", "noted", "deferred"])
            ),
            models.CheckConstraint(name="outcome_amended_says_how", condition=~Q(outcome="amended") | ~Q(note="")),
            models.CheckConstraint(name="outcome_has_minute", condition=~Q(minute_reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_outcome_display()}"


class MatterArisingQuerySet(models.QuerySet["MatterArising"]):
    def open(self) -> MatterArisingQuerySet:
        return self.filter(answered_at__isnull=True)

    def owed_by(self, user: User) -> MatterArisingQuerySet:
        """Those this person is to answer, as owner or as cover of the owner; the earliest due first."""
        return self.open().filter(owner__in=sorted(user.stands_for)).order_by("due_on", "pk")


class MatterArising(models.Model):
    """Something the chair, a meeting or scrutiny wants answered about a report: by whom, until when, and the answer."""

    class Source(models.TextChoices):
        CHAIR = "chair", "The chair"
        MEETING = "meeting", "A meeting of the Partnership"
        SCRUTINY = "scrutiny", "Scrutiny committee"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="matters")
    source = models.CharField("comes from", max_length=10, choices=Source.choices)
    text = models.TextField("what is to be answered")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minute_reference = models.CharField(max_length=60, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = MatterArisingQuerySet.as_manager()

    class Meta:
        verbose_name = "matter arising"
        verbose_name_plural = "matters arising"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="matter_source_known", condition=Q(source__in=["chair", "meeting", "scrutiny"])
            ),
            models.CheckConstraint(name="matter_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="matter_answered_by_somebody",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__gte=F("raised_at"), answered_by__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return self.text
