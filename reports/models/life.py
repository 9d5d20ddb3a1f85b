"""What happens to a version on its way: the partners' fact check, the decision on it, and days on which nothing is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from partners.models import Partner
from priorities.models import Meeting, Plan
from priorities.periods import british
from reports.models.report import ReportVersion


class FactCheckQuerySet(models.QuerySet["FactCheck"]):
    def open(self, today: dt.date) -> FactCheckQuerySet:
        """Checks in which answers can be given on a day."""
        return self.filter(closed_at__isnull=True, answers_due_on__gte=today)

    def owed_by(self, partners: Collection[int], today: dt.date) -> FactCheckQuerySet:
        """Checks that are open on a day and that one of these partners (keys) was asked in and has not answered."""
        asked = FactCheck.partners.through.objects.filter(factcheck=OuterRef("pk"), partner__in=partners)
        answered = FactCheckAnswer.objects.filter(fact_check=OuterRef("factcheck"), partner=OuterRef("partner"))
        return self.open(today).filter(Exists(asked.exclude(Exists(answered))))


class FactCheck(models.Model):
    """Partners are shown what a draft says of them, and have until `answers_due_on` to say whether it is right."""

    version = models.OneToOneField(ReportVersion, on_delete=models.PROTECT, related_name="fact_check")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answers_due_on = models.DateField(help_text="Two working days after it was opened; its end is the end of that day.")
    partners = models.ManyToManyField(
        Partner, related_name="+", help_text="Those of whom the draft says something, when it was opened."
    )
    asked_as = models.JSONField(
        default=dict,
        blank=True,
        help_text="By a partner's key the names under which the draft speaks of it, whatever it is called since.",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who closed it before its day; empty for one that the clock closed, and for those from before it was kept.",
    )

    objects = FactCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                name="fact_check_closes_after_opening",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"Fact check of {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("reports:fact-check", args=[self.version.report_id, self.version.number])

    @property
    def closed_early(self) -> bool:
        """Whether somebody closed it while partners could still have answered."""
        return self.closed_at is not None and timezone.localdate(self.closed_at) <= self.answers_due_on


class FactCheckAnswer(models.Model):
    """What one partner says of its part in a draft, and what became of a fault it found. The newest of a partner counts."""

    class Outcome(models.TextChoices):
        NONE = "", "Not looked at yet"
        CORRECTED = "corrected", "Corrected at its source"
        KEPT = "kept", "Stays as it is"

    fact_check = models.ForeignKey(FactCheck, on_delete=models.PROTECT, related_name="answers")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    is_right = models.BooleanField("what it says of us is right")
    text = models.TextField(blank=True, help_text="What is wrong, and what is right instead.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.NONE)
    outcome_text = models.TextField(blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["fact_check", "pk"]
        constraints = [
            models.CheckConstraint(name="fact_check_fault_says_what", condition=Q(is_right=True) | ~Q(text="")),
            models.CheckConstraint(name="fact_check_outcome_known", condition=Q(outcome__in=["", "corrected", "kept"])),
            models.CheckConstraint(
                name="fact_check_settled_by_somebody",
                condition=Q(outcome="") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(name="fact_check_kept_says_why", condition=~Q(outcome="kept") | ~Q(outcome_text="")),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {'right' if self.is_right else 'not right'}"


class Decision(models.Model):
    """The chair's decision, bound to the facts (snapshot hash) and to the very file that was read (PDF hash)."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Approved for the Partnership"
        RETURNED = "returned", "Returned"

    #: How a role reads of somebody who stood in for the chair, such as the vice-chair.
    AS_COVER = "as cover of the chair"

    version = models.OneToOneField(ReportVersion, on_delete=models.PROTECT, related_name="decision")
    snapshot_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField("SHA-256 of the PDF read", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_role = models.CharField(
        max_length=200,
        blank=True,
        help_text="The role in which it was taken, in words, as it was then. Empty for decisions from before it was kept.",
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    comment = models.TextField(blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    meeting_words = models.CharField(max_length=200, blank=True, help_text="The meeting, as it was called then.")
    meeting_on = models.DateField(null=True, blank=True, help_text="Its day, as it was held to be then.")
    minute_reference = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="decision_outcome_known", condition=Q(outcome__in=["approved", "returned"])),
            models.CheckConstraint(name="decision_return_says_why", condition=~Q(outcome="returned") | ~Q(comment="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.version}"

    @property
    def taken_as_cover(self) -> str:
        """That somebody stood in for the chair and on which days, in words; empty for the chair's own decisions."""
        _, found, days = self.as_role.rpartition(self.AS_COVER)
        return found + days

    @property
    def in_words(self) -> str:
        """What was decided, in which role and when, in a sentence; of a decision of the meeting who recorded it."""
        at = timezone.localtime(self.at)
        when = f"on {british(at.date())} at {at:%H:%M}"
        what = f"Version {self.version.number} was {'approved for the Partnership' if self.is_approval else 'returned'}"
        role = self.as_role or self.by.name
        if self.meeting_on:
            return f"{what} at the meeting of {british(self.meeting_on)}, as the {role} recorded {when}."
        return f"{what} by the {role} {when}."

    @property
    def is_approval(self) -> bool:
        return self.outcome == self.Outcome.APPROVED


class HoldPeriodQuerySet(models.QuerySet["HoldPeriod"]):
    def on(self, plan: Plan, day: dt.date) -> HoldPeriod | None:
        """The hold in force on a day, its last day included; of two the one that lasts longer."""
        return self.filter(plan=plan, starts_on__lte=day, ends_on__gte=day).order_by("-ends_on").first()


class HoldPeriod(models.Model):
    """Days on which nothing is published, such as the weeks before an election. Drafting and deciding go on."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day on hold.")
    reason = models.CharField(max_length=250, help_text="For example: pre-election period, local elections.")

    objects = HoldPeriodQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "hold on publishing"
        verbose_name_plural = "holds on publishing"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="hold_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The last day cannot come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{british(self.starts_on)} to {british(self.ends_on)}: {self.reason}"
