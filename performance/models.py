"""How the town is doing: indicators and their figures, what the plan printed, the assessment, emerging issues."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from partners.models import Partner
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Plan, Priority, SubGroup
from priorities.periods import PeriodKind

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period


PERIOD_KINDS = {"quarterly": PeriodKind.QUARTER, "half_yearly": PeriodKind.HALF_YEAR, "annual": PeriodKind.YEAR}


class Indicator(models.Model):
    """A measure drawn from the strategic assessment (plan, section 9)."""

    class Better(models.TextChoices):
        LOWER = "lower", "Lower is better"
        HIGHER = "higher", "Higher is better"
        NEUTRAL = "neutral", "Neither: shows activity"
        CONTEXT = "context", "Context only"

    class Frequency(models.TextChoices):
        QUARTERLY = "quarterly", "Every quarter"
        HALF_YEARLY = "half_yearly", "Every half-year"
        ANNUAL = "annual", "Every year"

    code = models.SlugField("short code", max_length=12, unique=True)
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True, help_text="What exactly is counted.")
    source = models.CharField("where the figure comes from", max_length=200, blank=True)
    unit = models.CharField(max_length=60, help_text="For example: offences, % of clients.")
    better = models.CharField("which way is better", max_length=10, choices=Better.choices)
    frequency = models.CharField(max_length=12, choices=Frequency.choices, default=Frequency.QUARTERLY)
    lag_weeks = models.PositiveSmallIntegerField(
        "available (weeks after the period)",
        default=3,
        help_text="How long after the period's end the figure can be had.",
    )
    data_owner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", help_text="Who owes the figure."
    )
    priorities = models.ManyToManyField(Priority, blank=True, related_name="+")
    all_priorities = models.BooleanField("belongs to all priorities", default=False)
    small_numbers = models.BooleanField(
        "small numbers are suppressed in public",
        default=False,
        help_text="Counts of 1 to 4 are printed as “<5” in the public version.",
    )
    publishable = models.BooleanField(
        "may be published", default=True, help_text="Untick for sources such as iQuanta that are not for publication."
    )
    baseline_printed = models.CharField("baseline as printed", max_length=40, blank=True)
    baseline_value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    baseline_unit = models.CharField(
        max_length=60,
        blank=True,
        help_text="When it differs from the indicator's unit, for example: per 1,000 population.",
    )
    baseline_period = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField("order", default=0)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)

    history = HistoricalRecords(m2m_fields=[priorities])

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="indicator_better_known", condition=Q(better__in=["lower", "higher", "neutral", "context"])
            ),
            models.CheckConstraint(
                name="indicator_frequency_known", condition=Q(frequency__in=["quarterly", "half_yearly", "annual"])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def period_kind(self) -> PeriodKind:
        """The kind of period its figures are about."""
        return PERIOD_KINDS[self.frequency]


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def standing(self) -> MeasurementQuerySet:
        """Figures in force: those no later correction replaces."""
        return self.filter(replaced_by__isnull=True)

    def known_at(self, moment: dt.datetime) -> MeasurementQuerySet:
        """Figures in force at `moment`: recorded by then, and not replaced by then."""
        return self.filter(recorded_at__lte=moment).exclude(replaced_by__recorded_at__lte=moment)

    def for_periods(self, periods: list[Period]) -> MeasurementQuerySet:
        wanted = Q(pk__in=[])
        for period in periods:
            wanted |= Q(period_kind=period.kind.value, period_start=period.start)
        return self.filter(wanted)


class Measurement(HasPeriod, models.Model):
    """One figure for one indicator and period. Append-only: a correction is a new row that says what it replaces and why."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="measurements")
    period_kind = period_kind_field()
    period_start = period_start_field()
    value = models.DecimalField(max_digits=14, decimal_places=4)
    printed = models.CharField("as given", max_length=40, help_text="The figure as its owner wrote it.")
    numerator = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    provisional = models.BooleanField(default=False)
    as_at = models.DateField("extracted on")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "period_start", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="measurement_first_once",
                fields=["indicator", "period_kind", "period_start"],
                condition=Q(replaces__isnull=True),
            ),
            period_constraint("measurement_period"),
            models.CheckConstraint(
                name="measurement_correction_says_why", condition=Q(replaces__isnull=True) | ~Q(note="")
            ),
            models.CheckConstraint(
                name="measurement_denominator_not_zero", condition=Q(denominator__isnull=True) | ~Q(denominator=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.period.label}: {self.printed}"


class ComparatorGroup(models.Model):
    """Similar areas: the Most Similar Group the Home Office places the Partnership in (plan, section 5)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    source = models.CharField(max_length=150, blank=True)
    query = models.TextField(blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "group of similar areas"
        verbose_name_plural = "groups of similar areas"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="comparator_group_once", fields=["plan", "name"])]

    def __str__(self) -> str:
        return self.name


class ComparatorMember(models.Model):
    """A name in a group of similar areas, character for character as printed, with the usual spelling beside it."""

    group = models.ForeignKey(ComparatorGroup, on_delete=models.CASCADE, related_name="members")
    printed_name = models.CharField("name as printed", max_length=100)
    usual_name = models.CharField(max_length=100, blank=True)
    query = models.CharField(max_length=250, blank=True)
    position = models.PositiveSmallIntegerField("order")

    class Meta:
        verbose_name = "similar area"
        ordering = ["group", "position"]
        constraints = [models.UniqueConstraint(name="comparator_member_position", fields=["group", "position"])]

    def __str__(self) -> str:
        return self.usual_name or self.printed_name


class ComparatorQuerySet(models.QuerySet["Comparator"]):
    def known_at(self, moment: dt.datetime) -> ComparatorQuerySet:
        """Comparisons that had been recorded by `moment`."""
        return self.filter(recorded_at__lte=moment)


class Comparator(HasPeriod, models.Model):
    """What others did in the same period: similar areas, region or England. Append-only."""

    class Kind(models.TextChoices):
        SIMILAR_AREAS = "similar_areas", "Similar areas"
        REGION = "region", "Region"
        ENGLAND = "england", "England"

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="comparators")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    period_kind = period_kind_field()
    period_start = period_start_field()
    average = models.DecimalField(max_digits=14, decimal_places=4)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 is the lowest rate.")
    group_size = models.PositiveSmallIntegerField(null=True, blank=True)
    basis = models.CharField(max_length=200, blank=True, help_text="What the average is of, printed beside it.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ComparatorQuerySet.as_manager()

    class Meta:
        verbose_name = "figure to compare with"
        verbose_name_plural = "figures to compare with"
        ordering = ["indicator", "period_start"]
        constraints = [
            models.UniqueConstraint(
                name="comparator_once", fields=["indicator", "kind", "period_kind", "period_start"]
            ),
            period_constraint("comparator_period"),
            models.CheckConstraint(
                name="comparator_position_in_group",
                condition=Q(position__isnull=True)
                | Q(position__gte=1, group_size__isnull=False, position__lte=F("group_size")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.get_kind_display()} {self.period.label}"


class StrategicAssessment(models.Model):
    """The yearly assessment (SI 2007/1830; plan, section 5) and the window it covers."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    covers_from = models.DateField()
    covers_to = models.DateField()
    query = models.TextField(blank=True)
    source = models.CharField(max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-covers_from"]
        constraints = [
            models.UniqueConstraint(name="assessment_once", fields=["plan", "covers_from"]),
            models.CheckConstraint(name="assessment_window_in_order", condition=Q(covers_to__gt=F("covers_from"))),
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


class PrintedFigure(models.Model):
    """A figure the plan printed, character for character, beside its number and the query on it. Never corrected."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
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

    history = HistoricalRecords()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(name="printed_figure_position_unique", fields=["plan", "position"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.printed}"


class Survey(models.Model):
    """A community safety survey (plan, section 6)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    query = models.TextField(blank=True)
    source = models.CharField(max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(name="survey_once_a_year", fields=["plan", "year"])]

    def __str__(self) -> str:
        return self.title


class SurveyFinding(models.Model):
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="findings")
    topic = models.CharField(max_length=100)
    text = models.TextField()
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        ordering = ["survey", "position"]
        constraints = [models.UniqueConstraint(name="survey_finding_position_unique", fields=["survey", "position"])]

    def __str__(self) -> str:
        return self.text


class Commentary(HasPeriod, models.Model):
    """Why a figure is what it is, in the words of the analyst or the data owner. Append-only; the newest stands."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="commentaries")
    period_kind = period_kind_field()
    period_start = period_start_field()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "commentaries"
        ordering = ["indicator", "period_start", "at"]
        constraints = [
            period_constraint("commentary_period"),
            models.CheckConstraint(name="commentary_has_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period.label}"


class EmergingIssueQuerySet(models.QuerySet["EmergingIssue"]):
    def raised_by_moment(self, moment: dt.datetime) -> EmergingIssueQuerySet:
        return self.filter(raised_at__lte=moment)

    def visible_to(self, user: User) -> EmergingIssueQuerySet:
        """Restricted issues are for the coordinator, the analyst, the chair and the partner that raised them."""
        if not user.sees_the_work:
            return self.none()
        if user.is_coordinator or user.is_analyst or user.is_chair:
            return self
        return self.filter(Q(restricted=False) | Q(raised_by=user) | Q(raised_by__partner=user.partner_id or 0))


class EmergingIssue(models.Model):
    """Something new that the quarterly monitoring should identify (plan, section 9)."""

    class State(models.TextChoices):
        RAISED = "raised", "New"
        WATCHING = "watching", "Watching"
        ACTION_PROPOSED = "action_proposed", "Action proposed"
        CLOSED = "closed", "Closed"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    text = models.TextField()
    evidence = models.TextField(blank=True)
    priority = models.ForeignKey(
        Priority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: outside our priorities.",
    )
    sub_group = models.ForeignKey(
        SubGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="sub-group"
    )
    restricted = models.BooleanField(default=False)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.RAISED)
    reason = models.TextField(blank=True)
    state_at = models.DateTimeField()

    objects = EmergingIssueQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.CheckConstraint(
                name="emerging_issue_state_known",
                condition=Q(state__in=["raised", "watching", "action_proposed", "closed"]),
            ),
            models.CheckConstraint(name="emerging_issue_closed_says_why", condition=~Q(state="closed") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.title
