"""Figures and what stands beside them: comparisons, commentary, and the wait for a figure that is late."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from partners.models import OutgoingEmail
from performance.models.indicators import Indicator, Source
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Plan, Priority

if TYPE_CHECKING:
    from collections.abc import Iterable

    from priorities.periods import Period


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
    denominator_source = models.CharField(
        "where the population comes from", max_length=200, blank=True, help_text="For example: ONS mid-2024 estimate."
    )
    provisional = models.BooleanField(default=False)
    data_source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where this one comes from, as said with its file. Empty: what is said of the indicator decides whether "
        "it may be published.",
    )
    as_at = models.DateField("extracted on")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    upload = models.ForeignKey(
        "performance.Upload",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The file it came in. Empty: typed.",
    )
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
            models.CheckConstraint(
                name="measurement_denominator_has_source",
                condition=Q(denominator__isnull=True) | ~Q(denominator_source=""),
                violation_error_message="Say where the population comes from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.period.label}: {self.printed}"


class NotYetAvailableQuerySet(models.QuerySet["NotYetAvailable"]):
    def known_at(self, moment: dt.datetime) -> NotYetAvailableQuerySet:
        """What had been said by `moment`."""
        return self.filter(at__lte=moment)


class NotYetAvailable(HasPeriod, models.Model):
    """A data owner's word that a figure cannot be had yet, why, and when it is expected. Append-only; the newest stands
    until the figure itself is recorded.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="not_yet_available")
    period_kind = period_kind_field()
    period_start = period_start_field()
    reason = models.CharField(max_length=300)
    expected_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = NotYetAvailableQuerySet.as_manager()

    class Meta:
        verbose_name = "figure not yet available"
        verbose_name_plural = "figures not yet available"
        ordering = ["indicator", "period_start", "pk"]
        constraints = [
            period_constraint("not_yet_available_period"),
            models.CheckConstraint(name="not_yet_available_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.period.label}: not yet available"


class FigureReminderQuerySet(models.QuerySet["FigureReminder"]):
    def for_figures(self, places: Iterable[tuple[int, Period]]) -> FigureReminderQuerySet:
        """Those about these indicators (by key) and periods, and maybe others of the same indicators and first days."""
        known = set(places)
        return self.filter(
            indicator__in={pk for pk, _ in known}, period_start__in={period.start for _, period in known}
        )


class FigureReminder(HasPeriod, models.Model):
    """That somebody was asked for, or reminded of, a figure or its commentary. Each stage is told a person once for each
    due day: one that the data owner promises anew has its own. A nudge waits for the next digest, which is its `email`.
    """

    class Stage(models.TextChoices):
        ASKED = "asked", "Asked"
        REMINDED = "reminded", "Reminded"
        OVERDUE = "overdue", "Overdue"
        NUDGED = "nudged", "Nudged"

    class Owed(models.TextChoices):
        FIGURE = "figure", "Figure"
        COMMENTARY = "commentary", "Commentary"

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    period_kind = period_kind_field()
    period_start = period_start_field()
    owed = models.CharField(max_length=12, choices=Owed.choices, default=Owed.FIGURE)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    due_on = models.DateField(null=True, blank=True, help_text="The due day it reminded of. Empty: nudged by hand.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the portal itself.",
    )
    at = models.DateTimeField()
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = FigureReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "pk"]
        constraints = [
            period_constraint("figure_reminder_period"),
            models.CheckConstraint(name="figure_reminder_owed_known", condition=Q(owed__in=["figure", "commentary"])),
            models.CheckConstraint(
                name="figure_reminder_stage_known", condition=Q(stage__in=["asked", "reminded", "overdue", "nudged"])
            ),
            models.UniqueConstraint(
                name="figure_reminder_stage_once",
                fields=["indicator", "period_kind", "period_start", "owed", "stage", "due_on", "person"],
                condition=~Q(stage="nudged"),
            ),
            models.CheckConstraint(
                name="figure_reminder_stage_has_due", condition=Q(stage="nudged") | Q(due_on__isnull=False)
            ),
            models.CheckConstraint(
                name="figure_reminder_nudge_has_hand", condition=~Q(stage="nudged") | Q(by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.period.label}: {self.get_stage_display()}"


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
    def standing(self) -> ComparatorQuerySet:
        """Comparisons in force: those no later correction replaces."""
        return self.filter(replaced_by__isnull=True)

    def known_at(self, moment: dt.datetime) -> ComparatorQuerySet:
        """Comparisons in force at `moment`: recorded by then, and not replaced by then."""
        return self.filter(recorded_at__lte=moment).exclude(replaced_by__recorded_at__lte=moment)


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
    data_source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: not known, and so left out of the public version.",
    )
    note = models.TextField(blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ComparatorQuerySet.as_manager()

    class Meta:
        verbose_name = "figure to compare with"
        verbose_name_plural = "figures to compare with"
        ordering = ["indicator", "period_start"]
        constraints = [
            models.UniqueConstraint(
                name="comparator_once",
                fields=["indicator", "kind", "period_kind", "period_start"],
                condition=Q(replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="comparator_correction_says_why", condition=Q(replaces__isnull=True) | ~Q(note="")
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


class SimilarAreasTableQuerySet(models.QuerySet["SimilarAreasTable"]):
    def standing(self) -> SimilarAreasTableQuerySet:
        return self.filter(replaced_by__isnull=True)

    def known_at(self, moment: dt.datetime) -> SimilarAreasTableQuerySet:
        """Tables in force at `moment`: recorded by then, and not replaced by then."""
        return self.filter(recorded_at__lte=moment).exclude(replaced_by__recorded_at__lte=moment)


class SimilarAreasTable(HasPeriod, models.Model):
    """A quarter's table by crime type: our rate, the similar areas' average and our position. Append-only: a better
    table replaces the one before it and says why.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    period_kind = period_kind_field()
    period_start = period_start_field()
    window = models.CharField(
        "what it covers", max_length=150, help_text="In the source's words, for example: 12 months to September 2026."
    )
    unit = models.CharField(max_length=100, default="per 1,000 population")
    group_size = models.PositiveSmallIntegerField("areas in the group", help_text="Ours among them.")
    data_source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: not known, and so left out of the public version.",
    )
    provisional = models.BooleanField(default=False)
    as_at = models.DateField("extracted on")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    upload = models.ForeignKey(
        "performance.Upload",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The file it came in. Empty: typed.",
    )
    note = models.TextField(blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = SimilarAreasTableQuerySet.as_manager()

    class Meta:
        verbose_name = "table of similar areas"
        verbose_name_plural = "tables of similar areas"
        ordering = ["-period_start", "-pk"]
        constraints = [
            period_constraint("similar_areas_period"),
            models.UniqueConstraint(
                name="similar_areas_first_once",
                fields=["plan", "period_kind", "period_start"],
                condition=Q(replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="similar_areas_correction_says_why", condition=Q(replaces__isnull=True) | ~Q(note="")
            ),
            models.CheckConstraint(name="similar_areas_group_has_others", condition=Q(group_size__gte=2)),
        ]

    def __str__(self) -> str:
        return f"Similar areas, {self.period.label}"


class SimilarAreasRow(models.Model):
    """One crime type of the table, as given and as numbers; with no priority it is outside our priorities."""

    table = models.ForeignKey(SimilarAreasTable, on_delete=models.CASCADE, related_name="rows")
    position_in_table = models.PositiveSmallIntegerField("order")
    heading = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=150)
    printed = models.CharField("our rate as given", max_length=40)
    printed_average = models.CharField("average as given", max_length=40)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    average = models.DecimalField(max_digits=14, decimal_places=4)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 is the lowest rate.")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    query = models.TextField(blank=True)

    class Meta:
        verbose_name = "row of a table of similar areas"
        verbose_name_plural = "rows of tables of similar areas"
        ordering = ["table", "position_in_table"]
        constraints = [
            models.UniqueConstraint(name="similar_areas_row_order", fields=["table", "position_in_table"]),
            models.UniqueConstraint(name="similar_areas_row_once", fields=["table", "heading", "label"]),
        ]

    def __str__(self) -> str:
        return self.label


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
