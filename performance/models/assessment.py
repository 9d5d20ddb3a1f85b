"""The yearly strategic assessment, what it found, and the figures the plan printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from priorities.models import AnnualFocus, Plan, Priority

if TYPE_CHECKING:
    import datetime as dt

    from partners.models import User


class StrategicAssessmentQuerySet(models.QuerySet["StrategicAssessment"]):
    def visible_to(self, user: User) -> StrategicAssessmentQuerySet:
        """Those at work see all; readers see what is adopted, which is the plan's; others see none."""
        if user.sees_the_work:
            return self
        return self.filter(state=StrategicAssessment.State.ADOPTED) if user.is_reader else self.none()

    def written_on(self, plan: Plan) -> StrategicAssessmentQuerySet:
        """The assessment that the plan was written on, first in its row: the earliest of the plan's."""
        return self.filter(plan=plan).order_by("covers_from", "pk")

    def due(self, day: dt.date) -> StrategicAssessmentQuerySet:
        """Still in preparation and to be adopted by `day`, the most pressing first."""
        return self.filter(state=StrategicAssessment.State.IN_PREPARATION, due_on__lte=day).order_by("due_on", "pk")


class StrategicAssessment(models.Model):
    """The yearly assessment (SI 2007/1830; plan, section 5) and the window it covers."""

    class State(models.TextChoices):
        IN_PREPARATION = "in_preparation", "In preparation"
        ADOPTED = "adopted", "Adopted"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    covers_from = models.DateField()
    covers_to = models.DateField()
    state = models.CharField(max_length=15, choices=State.choices, default=State.IN_PREPARATION)
    adopted_on = models.DateField(null=True, blank=True)
    adopted_at_meeting = models.CharField(
        "adopted at", max_length=150, blank=True, help_text="The meeting and its minute reference."
    )
    due_on = models.DateField(
        null=True, blank=True, help_text="When it is to be adopted. Shown as due from a quarter before."
    )
    query = models.TextField(blank=True)
    source = models.CharField(max_length=150, blank=True)

    objects = StrategicAssessmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-covers_from"]
        constraints = [
            models.UniqueConstraint(name="assessment_once", fields=["plan", "covers_from"]),
            models.CheckConstraint(name="assessment_window_in_order", condition=Q(covers_to__gt=F("covers_from"))),
            models.CheckConstraint(name="assessment_state_known", condition=Q(state__in=["in_preparation", "adopted"])),
        ]

    def __str__(self) -> str:
        return self.title


class Finding(models.Model):
    """What the assessment found, under a priority or, with none, outside our priorities."""

    assessment = models.ForeignKey(StrategicAssessment, on_delete=models.CASCADE, related_name="findings")
    priority = models.ForeignKey(
        Priority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: outside our priorities.",
    )
    text = models.TextField()
    evidence = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        ordering = ["assessment", "position"]
        constraints = [models.UniqueConstraint(name="finding_position_unique", fields=["assessment", "position"])]

    def __str__(self) -> str:
        return self.text


class Recommendation(models.Model):
    """What the assessment recommends, and whether the Partnership took it up."""

    class Outcome(models.TextChoices):
        UNDECIDED = "undecided", "Not decided yet"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    assessment = models.ForeignKey(StrategicAssessment, on_delete=models.CASCADE, related_name="recommendations")
    text = models.TextField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.UNDECIDED)
    reason = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)
    priorities = models.ManyToManyField(Priority, blank=True, related_name="+")
    focuses = models.ManyToManyField(AnnualFocus, blank=True, related_name="+", verbose_name="annual focus")
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords(m2m_fields=[priorities, focuses])

    class Meta:
        ordering = ["assessment", "position"]
        constraints = [
            models.UniqueConstraint(name="recommendation_position_unique", fields=["assessment", "position"]),
            models.CheckConstraint(
                name="recommendation_outcome_known", condition=Q(outcome__in=["undecided", "accepted", "declined"])
            ),
            models.CheckConstraint(
                name="recommendation_declined_says_why",
                condition=~Q(outcome="declined") | ~Q(reason=""),
                violation_error_message="Say why it was declined.",
            ),
            models.CheckConstraint(
                name="recommendation_decided_has_date",
                condition=Q(outcome="undecided") | Q(decided_on__isnull=False),
                violation_error_message="Give the day it was decided.",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class PrintedFigureQuerySet(models.QuerySet["PrintedFigure"]):
    def printed_by(self, plan: Plan) -> PrintedFigureQuerySet:
        """Figures of the plan's own text and of the assessment it was written on, not of later assessments."""
        first = StrategicAssessment.objects.written_on(plan).values("pk")[:1]
        return self.filter(Q(assessment__isnull=True) | Q(assessment__in=first), plan=plan)


class PrintedFigure(models.Model):
    """A figure the plan or a later assessment printed, character for character, beside its number and the query on it. Never corrected."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(
        StrategicAssessment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="printed_figures",
        help_text="The assessment whose table this is. Empty: a figure in the plan's text.",
    )
    table = models.CharField(
        max_length=60, blank=True, help_text="For example: Table 1. Empty for a figure in the text."
    )
    heading = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=150)
    printed = models.CharField("as printed", max_length=40)
    printed_average = models.CharField("similar areas' average as printed", max_length=40, blank=True)
    printed_position = models.CharField("position as printed", max_length=10, blank=True)
    printed_comparison = models.CharField("comparison as printed", max_length=20, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    average = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    group_position = models.PositiveSmallIntegerField(null=True, blank=True)
    group_size = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=100, blank=True)
    period = models.CharField("period as printed", max_length=150, blank=True)
    priority = models.ForeignKey(
        Priority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: outside our priorities, or all.",
    )
    query = models.TextField(blank=True, help_text="What is doubtful about it. Printed beside the figure.")
    source = models.CharField(max_length=150, blank=True)
    position = models.PositiveSmallIntegerField("order")

    objects = PrintedFigureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(name="printed_figure_position_unique", fields=["plan", "position"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.printed}"
