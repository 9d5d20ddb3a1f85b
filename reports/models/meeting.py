"""What the table made of a report: outcomes of its recommendations, and what it wants answered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from actions.progress import plural
from partners.models import User
from priorities.models import Meeting
from priorities.periods import british
from reports.models.report import Report, ReportVersion


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
        """Those this person is to answer, as owner or as cover of the owner; the earliest due first.

        The coordinator's are also those with no one assigned, because the owner is not at work any more.
        """
        wanted = Q(owner__in=sorted(user.stands_for))
        if user.is_coordinator:
            wanted |= Q(at_work=False)
        return self.open().for_list().filter(wanted).order_by("due_on", "pk")

    def open_first(self) -> MatterArisingQuerySet:
        """Open ones, the earliest due first, then answered ones, the newest answer first."""
        return self.order_by(F("answered_at").desc(nulls_first=True), "due_on", "pk")

    def for_list(self) -> MatterArisingQuerySet:
        """With what a list says of each, `assigned` among it."""
        at_work = User.objects.at_work().filter(pk=OuterRef("owner")).order_by()
        return self.annotate(at_work=Exists(at_work)).select_related(
            "report", "owner__partner", "meeting", "answered_by__partner", "recorded_by", "raised_by"
        )


class MatterArising(models.Model):
    """Something the chair, a meeting or scrutiny wants answered about a report: by whom, until when, and the answer."""

    class Source(models.TextChoices):
        CHAIR = "chair", "The chair"
        MEETING = "meeting", "A meeting of the Partnership"
        SCRUTINY = "scrutiny", "Scrutiny committee"

    class Received(models.TextChoices):
        """How an answer came that its owner did not type here."""

        LETTER = "letter", "By letter"
        EMAIL = "email", "By e-mail"
        MEETING = "meeting", "At a meeting"
        SPOKEN = "spoken", "By telephone or in conversation"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="matters")
    source = models.CharField("comes from", max_length=10, choices=Source.choices)
    text = models.TextField("what is to be answered")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    later_because = models.TextField(
        blank=True, help_text="Why scrutiny is answered later than it is usually owed an answer."
    )
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minute_reference = models.CharField(max_length=60, blank=True)
    restricted = models.BooleanField(
        default=False, help_text="For those at work alone: neither it nor its answer is in a public version."
    )
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    received_how = models.CharField(
        max_length=10,
        choices=Received.choices,
        blank=True,
        default="",
        help_text="How the answer came, where somebody else recorded it for whoever answered. Empty: it was typed here.",
    )
    received_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

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
            models.CheckConstraint(
                name="matter_received_says_how",
                condition=Q(received_how="", received_on__isnull=True, recorded_by__isnull=True)
                | Q(
                    received_how__in=["letter", "email", "meeting", "spoken"],
                    received_on__isnull=False,
                    recorded_by__isnull=False,
                    answered_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("reports:matter", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def assigned(self) -> User | None:
        """Who is to answer it; None when its owner is not at work any more. Lists read it by `for_list`."""
        at_work: bool = self.at_work if hasattr(self, "at_work") else self.owner.is_at_work
        return self.owner if at_work else None

    def due_in_words(self, today: dt.date) -> str:
        """Overdue by 3 days, since 2 November 2026; due today; due by 2 November 2026; answered on 1 November 2026."""
        if self.answered_at is not None:
            return f"answered on {british(timezone.localdate(self.answered_at))}"
        late = (today - self.due_on).days
        if late > 0:
            return f"overdue by {plural(late, 'day')}, since {british(self.due_on)}"
        return f"due by {british(self.due_on)}" if late else "due today"


class MatterHandover(models.Model):
    """That a matter passed from one owner to another, and why. Append-only."""

    matter = models.ForeignKey(MatterArising, on_delete=models.PROTECT, related_name="handovers")
    old = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(help_text="What the next owner needs to know.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "handover of a matter"
        verbose_name_plural = "handovers of matters"
        ordering = ["matter", "pk"]

    def __str__(self) -> str:
        return f"{self.matter}: {self.old} to {self.new}"
