"""Indicators: what is counted, by whom, which way is better, and what may be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from partners.models import Partner
from performance.comparison import Kept, guess
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Priority
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from priorities.models import Plan


PERIOD_KINDS = {"quarterly": PeriodKind.QUARTER, "half_yearly": PeriodKind.HALF_YEAR, "annual": PeriodKind.YEAR}


class Source(models.Model):
    """Where figures come from, and whether what comes from there may be handed on (iQuanta may not)."""

    name = models.CharField(max_length=150, unique=True)
    publishable = models.BooleanField(
        "may be published", default=True, help_text="Untick for sources that are for the Partnership's use only."
    )
    note = models.TextField(blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "source of figures"
        verbose_name_plural = "sources of figures"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def for_plan(self, plan: Plan) -> IndicatorQuerySet:
        """Those of the plan's priorities, of all priorities, and of none."""
        return self.filter(
            Q(all_priorities=True) | Q(priorities__plan=plan) | Q(priorities__isnull=True),
        ).distinct()

    def in_use(self, period: Period) -> IndicatorQuerySet:
        """Those that were or are kept on some day of `period`."""
        return self.filter(
            Q(active_from__isnull=True) | Q(active_from__lte=period.end),
            Q(active_to__isnull=True) | Q(active_to__gte=period.start),
        )


class Indicator(models.Model):
    """A measure drawn from the strategic assessment (plan, section 9)."""

    class Better(models.TextChoices):
        LOWER = "lower", "Lower is better"
        HIGHER = "higher", "Higher is better"
        NEUTRAL = "neutral", "Neither: shows activity"
        CONTEXT = "context", "Context only"

    class Measure(models.TextChoices):
        COUNT = Kept.COUNT.value, "Count of events: quarters add up to a year"
        PEOPLE = Kept.PEOPLE.value, "Count of people or homes: the same may be there in every quarter"
        RATE = Kept.RATE.value, "Rate of a population"
        PERCENTAGE = Kept.PERCENTAGE.value, "Percentage"
        MONEY = Kept.MONEY.value, "Money: quarters add up to a year"
        TIME = Kept.TIME.value, "Time, such as average days"
        OTHER = Kept.OTHER.value, "Other, such as a rank or a score"

    class Frequency(models.TextChoices):
        QUARTERLY = "quarterly", "Every quarter"
        HALF_YEARLY = "half_yearly", "Every half-year"
        ANNUAL = "annual", "Every year"

    class TargetDirection(models.TextChoices):
        REDUCE = "reduce", "Reduce"
        MAINTAIN = "maintain", "Maintain"
        INCREASE = "increase", "Increase"

    code = models.SlugField("short code", max_length=12, unique=True)
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True, help_text="What exactly is counted.")
    source = models.CharField("where the figure comes from", max_length=200, blank=True)
    unit = models.CharField(max_length=60, help_text="For example: offences, % of clients.")
    measure = models.CharField(
        "kind of figure",
        max_length=10,
        choices=Measure.choices,
        blank=True,
        help_text="Decides how figures are compared, and whether four quarters add up to a year. Empty: as the unit sounds.",
    )
    better = models.CharField("which way is better", max_length=10, choices=Better.choices)
    frequency = models.CharField(max_length=12, choices=Frequency.choices, default=Frequency.QUARTERLY)
    lag_weeks = models.PositiveSmallIntegerField(
        "available (weeks after the period)",
        default=3,
        help_text="How long after the period's end the figure can be had.",
    )
    data_source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Decides whether the figure may be published. Empty: the tick below decides alone.",
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="asked of",
        help_text="Who is asked for the figure. Empty: everybody who works on figures at the data owner.",
    )
    data_owner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", help_text="Who owes the figure."
    )
    priorities = models.ManyToManyField(Priority, blank=True, related_name="+")
    all_priorities = models.BooleanField("belongs to all priorities", default=False)
    seasonal = models.BooleanField(
        "follows the seasons", default=False, help_text="Compared like with like: summers with summers."
    )
    rate_per = models.PositiveIntegerField(
        "rate per",
        null=True,
        blank=True,
        help_text="For rates: 1,000 or 100,000 population; 100 for a percentage of a count. The figure is then "
        "count ÷ population × this.",
    )
    sum_of = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="+", help_text="Indicators that add up to this one."
    )
    rate_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="worked out from the count",
        help_text="For rates and percentages: the indicator that counts what this is a rate of, so that the public version "
        "withholds both or neither. Empty under the small-number rule: withheld whenever another small number is.",
    )
    out_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="out of",
        help_text="For percentages, and for a count that is a part of another: the indicator that counts the whole. Empty "
        "for rates of a population.",
    )
    target_direction = models.CharField(
        "local directional target", max_length=10, choices=TargetDirection.choices, blank=True
    )
    target_value = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True, help_text="Only where a value has been agreed."
    )
    target_note = models.CharField(
        "who agreed the target", max_length=200, blank=True, help_text="For example: agreed at the meeting of …"
    )
    small_numbers = models.BooleanField(
        "small numbers are suppressed in public",
        default=False,
        help_text="Counts of 1 to 4 are printed as “<5” in the public version.",
    )
    publishable = models.BooleanField(
        "may be published", default=True, help_text="Untick for sources such as iQuanta that are not for publication."
    )
    baseline_printed = models.CharField(
        "baseline as printed",
        max_length=40,
        blank=True,
        help_text="As the plan prints it. The plan is published, so this is never withheld.",
    )
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

    objects = IndicatorQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[priorities, sum_of])

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="indicator_better_known", condition=Q(better__in=["lower", "higher", "neutral", "context"])
            ),
            models.CheckConstraint(
                name="indicator_measure_known",
                condition=Q(measure__in=["count", "people", "rate", "percentage", "money", "time", "other"]),
            ),
            models.CheckConstraint(
                name="indicator_frequency_known", condition=Q(frequency__in=["quarterly", "half_yearly", "annual"])
            ),
            models.CheckConstraint(
                name="indicator_target_says_who_agreed",
                condition=Q(target_value__isnull=True) | ~Q(target_note=""),
                violation_error_message="Say who agreed the target and when.",
            ),
            models.CheckConstraint(
                name="indicator_rate_per_not_zero", condition=Q(rate_per__isnull=True) | Q(rate_per__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Says what kind of figure it is, once and to be seen, where nobody said."""
        if not self.measure:
            self.measure = guess(self.unit).value
        super().save(*args, **kwargs)

    @property
    def kept(self) -> Kept:
        """What its figures are."""
        return Kept(self.measure) if self.measure else guess(self.unit)

    @property
    def period_kind(self) -> PeriodKind:
        """The kind of period its figures are about."""
        return PERIOD_KINDS[self.frequency]

    @property
    def may_be_published(self) -> bool:
        """Reads `data_source`: fetch it along."""
        return self.publishable and (self.data_source is None or self.data_source.publishable)


class RangeBaseline(HasPeriod, models.Model):
    """From which figures an indicator's usual range is worked out. Append-only: a new one starts the range anew
    ("re-based") from its first period on, and says why; of several for one first period the newest stands.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="range_baselines")
    period_kind = period_kind_field()
    period_start = period_start_field()
    last_start = models.DateField("last period starts on")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "baseline of a usual range"
        verbose_name_plural = "baselines of usual ranges"
        ordering = ["indicator", "period_start", "pk"]
        constraints = [
            period_constraint("range_baseline_period"),
            models.CheckConstraint(
                name="range_baseline_in_order", condition=Q(last_start__gte=models.F("period_start"))
            ),
            models.CheckConstraint(name="range_baseline_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: usual range from {self.period.label}"

    @property
    def last(self) -> Period:
        """The last period that counts."""
        return Period(PeriodKind(self.period_kind), self.last_start)


class Annotation(HasPeriod, models.Model):
    """A remark on one period, marked on the chart: a change of recording, an operation, a new law. Append-only."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="annotations")
    period_kind = period_kind_field()
    period_start = period_start_field()
    text = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "remark on a chart"
        verbose_name_plural = "remarks on charts"
        ordering = ["indicator", "period_start", "pk"]
        constraints = [
            period_constraint("annotation_period"),
            models.CheckConstraint(name="annotation_has_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.period.label}: {self.text}"
