"""What was decided: the plan with its text and calendar, the priorities, the sub-groups and their meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from simple_history.models import HistoricalRecords

from partners.models import Partner, User
from priorities import duties
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.periods import Period, PeriodKind, british, periods_between
from priorities.timetable import Timetable, Weeks

#: What a plan may say of its calendar. Wider than any partnership needs, so that a slip of the keyboard does not ask the
#: portal for a thousand years of reports.
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2150, 12, 31)
LONGEST = dt.timedelta(days=6 * 365 + 1)  # six years from the first day to the last, with two leap days
MOST_WEEKS = 26


class PlanQuerySet(models.QuerySet["Plan"]):
    def current(self, day: dt.date) -> Plan | None:
        """The plan at work on `day`; before the first, the first; after the last, the last. None when there is no plan.

        A plan stays at work after its end until its last request for updates is settled, or that report's final day has
        passed: its officers still owe it words, and the pages must let them say them.
        """
        asking = UpdateRound.objects.filter(
            plan=OuterRef("pk"), settled_at__isnull=True, opens_on__lte=day, final_on__gte=day
        )
        begun = list(self.filter(starts_on__lte=day).annotate(asking=Exists(asking)).order_by("-starts_on")[:2])
        if not begun:
            return self.order_by("starts_on").first()
        earlier: Any = begun[-1]  # carries the annotation
        return earlier if earlier.asking else begun[0]


class Plan(models.Model):
    """A three-year Community Safety Plan (Crime and Disorder Act 1998, s.6) and the calendar of its reports."""

    class UpdateEvery(models.TextChoices):
        HALF_YEAR = "half_year", "Every six months (the plan, section 10)"
        QUARTER = "quarter", "Every quarter"

    class Marking(models.TextChoices):
        NONE = "", "No marking"
        OFFICIAL = "OFFICIAL", "OFFICIAL"
        OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"

    title = models.CharField(max_length=200)
    partnership = models.CharField("name of the Partnership", max_length=150)
    short_name = models.SlugField(
        max_length=12, help_text="Stands at the start of every report's file name, for example SHP."
    )
    starts_on = models.DateField(unique=True)
    ends_on = models.DateField()
    dates_note = models.TextField("note on the dates", blank=True)
    strategic_objective = models.TextField(help_text="Printed, in quotation marks, on every report.")
    objective_source = models.CharField("where the objective comes from", max_length=150, blank=True)
    contact = models.TextField(
        "contact officer", blank=True, help_text="Printed in the footer of reports. A team, not a person."
    )
    update_every = models.CharField(
        "partners update actions",
        max_length=10,
        choices=UpdateEvery.choices,
        default=UpdateEvery.HALF_YEAR,
    )
    updates_due_weeks = models.PositiveSmallIntegerField(
        "updates due (weeks)",
        default=3,
        help_text="Weeks after the last day of the period; rolls to the next working day.",
    )
    draft_weeks = models.PositiveSmallIntegerField("draft report (weeks)", default=4)
    chair_weeks = models.PositiveSmallIntegerField("chair decides by (weeks)", default=5)
    final_weeks = models.PositiveSmallIntegerField("final report (weeks)", default=6)
    quarterly_needs_chair = models.BooleanField(
        "the chair decides on quarterly reports too",
        default=False,
        help_text="The six-monthly report always goes to the chair.",
    )
    fact_check = models.BooleanField(
        "partners check drafts before the chair",
        default=False,
        help_text="Each partner is shown what a draft says of it and has two working days to answer.",
    )
    public_shelf = models.BooleanField(
        "published reports can be read without signing in",
        default=False,
        help_text="Only public versions that the coordinator has checked and released.",
    )
    marking = models.CharField(
        "protective marking",
        max_length=20,
        choices=Marking.choices,
        blank=True,
        help_text="Printed at the top and bottom of every page.",
    )
    is_demonstration = models.BooleanField(
        "holds demonstration data", default=False, help_text="Every page and report then says DEMONSTRATION DATA."
    )

    objects = PlanQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="plan_ends_after_start",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message="The plan must end after it starts.",
            ),
            models.CheckConstraint(
                name="plan_weeks_in_order",
                condition=Q(updates_due_weeks__lt=F("draft_weeks"))
                & Q(draft_weeks__lt=F("chair_weeks"))
                & Q(chair_weeks__lt=F("final_weeks")),
                violation_error_message="The weeks must rise: updates due, then draft, then chair, then final.",
            ),
            models.CheckConstraint(
                name="plan_weeks_within_half_a_year",
                condition=Q(updates_due_weeks__gte=1, final_weeks__lte=MOST_WEEKS),
                violation_error_message=f"Weeks are counted from 1 to {MOST_WEEKS}.",
            ),
            models.CheckConstraint(
                name="plan_in_our_times",
                condition=Q(starts_on__gte=FIRST_DAY, ends_on__lte=LAST_DAY),
                violation_error_message=f"A plan lies between {FIRST_DAY.year} and {LAST_DAY.year}.",
            ),
            models.CheckConstraint(
                name="plan_of_six_years_at_most",
                condition=Q(ends_on__lte=F("starts_on") + LONGEST),
                violation_error_message="A plan runs for six years at most.",
            ),
            models.CheckConstraint(
                name="plan_update_every_known", condition=Q(update_every__in=["half_year", "quarter"])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Say beside the field what the database would refuse of it."""
        faults: dict[str, str] = {}
        if self.updates_due_weeks is not None and self.updates_due_weeks < 1:
            faults["updates_due_weeks"] = "Write 1 or more: partners need at least a week."
        if self.final_weeks is not None and self.final_weeks > MOST_WEEKS:
            faults["final_weeks"] = f"Write {MOST_WEEKS} or less: by then the next half-year is over."
        for name in ("starts_on", "ends_on"):
            day = getattr(self, name)
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                faults[name] = f"Write a day between {FIRST_DAY.year} and {LAST_DAY.year}."
        if not faults and self.starts_on and self.ends_on and self.ends_on - self.starts_on > LONGEST:
            faults["ends_on"] = "A plan runs for six years at most: write an earlier day."
        if faults:
            raise ValidationError(faults)

    @property
    def weeks(self) -> Weeks:
        return Weeks(
            updates_due=self.updates_due_weeks,
            draft=self.draft_weeks,
            chair=self.chair_weeks,
            final=self.final_weeks,
        )

    @property
    def update_kind(self) -> PeriodKind:
        """The kind of period partners update actions for."""
        return PeriodKind(self.update_every)

    def periods(self, kind: PeriodKind) -> list[Period]:
        """The plan's periods of one kind in order: 12 quarters, 6 half-years."""
        return periods_between(kind, self.starts_on, self.ends_on)


class PlanSection(models.Model):
    """A section of the published plan: its facts in the portal's words until the Partnership pastes its own."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=150)
    body = models.TextField(help_text="Paragraphs apart by an empty line; a line starting with “- ” is a list item.")
    source = models.CharField(max_length=150, blank=True)
    query = models.TextField(blank=True, help_text="What is doubtful about the printed text. Shown beside it.")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "section of the plan"
        verbose_name_plural = "sections of the plan"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(name="plan_section_number_unique", fields=["plan", "number"])]

    def __str__(self) -> str:
        return f"{self.number}. {self.heading}"


class PriorityQuerySet(models.QuerySet["Priority"]):
    def answering_nothing(self) -> PriorityQuerySet:
        """Those that answer no priority of a Police and Crime Plan."""
        return self.filter(regards__isnull=True)

    def active(self, day: dt.date) -> PriorityQuerySet:
        return self.filter(Q(active_from__isnull=True) | Q(active_from__lte=day)).filter(
            Q(active_to__isnull=True) | Q(active_to__gte=day)
        )


class Priority(models.Model):
    """One of the plan's priorities (plan, section 8: four, in this order; the list is reviewed yearly)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="priorities")
    code = models.SlugField("short code", max_length=8, help_text="Starts every action's reference, for example ASB.")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField("order", help_text="1 comes first everywhere.")
    statement = models.TextField(help_text="What the Partnership will do, as the plan puts it.")
    source = models.CharField(max_length=150, blank=True)
    active_from = models.DateField(null=True, blank=True, help_text="Leave empty for the whole plan.")
    active_to = models.DateField(null=True, blank=True, help_text="The last day. Leave empty for the whole plan.")

    objects = PriorityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "priorities"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(name="priority_code_unique", fields=["plan", "code"]),
            models.UniqueConstraint(
                name="priority_position_unique",
                fields=["plan", "position"],
                violation_error_message="Another priority already stands at this place in the order.",
            ),
            models.CheckConstraint(
                name="priority_active_dates_in_order",
                condition=Q(active_from__isnull=True) | Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")),
                violation_error_message="The last active day cannot come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AnnualFocus(models.Model):
    """What a priority gives special weight in one financial year (plan, section 8: perpetrator strategy, 2024/25)."""

    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="focuses")
    year = models.PositiveSmallIntegerField("financial year starting in", help_text="2024 means 2024/25.")
    text = models.TextField()
    source = models.CharField(max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "annual focus"
        verbose_name_plural = "annual focuses"
        ordering = ["priority", "year"]
        constraints = [models.UniqueConstraint(name="annual_focus_once_a_year", fields=["priority", "year"])]

    def __str__(self) -> str:
        return f"{self.priority} {self.year_label}"

    @property
    def year_label(self) -> str:
        return duties.year_label(self.year)


class ContextFact(models.Model):
    """A fact about the town: as the plan prints it (plan, section 3), or, with a year, as it was known that year.

    What the plan prints is never put right; a later year stands beside it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="context_facts")
    topic = models.CharField(max_length=60)
    text = models.TextField()
    printed = models.CharField("figures as printed", max_length=120, blank=True)
    query = models.TextField(
        blank=True, help_text="What is doubtful. Shown beside the fact; the fact stays as printed."
    )
    source = models.CharField(max_length=150, blank=True)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The year a later figure was looked up. Empty: as the plan prints it."
    )
    refreshes = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="refreshed",
        help_text="The printed fact that this stands beside. Empty: a fact the plan does not print.",
    )
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "local context"
        verbose_name_plural = "local context"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(name="context_fact_position_unique", fields=["plan", "position"]),
            models.UniqueConstraint(
                name="context_fact_once_a_year",
                fields=["refreshes", "year"],
                violation_error_message="This fact has a figure for that year already.",
            ),
            models.CheckConstraint(
                name="context_fact_refreshed_in_a_year",
                condition=Q(refreshes__isnull=True) | Q(year__isnull=False),
                violation_error_message="Say in which year it was looked up.",
            ),
            models.CheckConstraint(
                name="context_fact_year_in_our_times",
                condition=Q(year__isnull=True) | Q(year__gte=FIRST_DAY.year, year__lte=LAST_DAY.year),
                violation_error_message=f"Write a year between {FIRST_DAY.year} and {LAST_DAY.year}.",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Achievement(models.Model):
    """Something the previous plan delivered (plan, section 4), under the priority it belongs to."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="achievements")
    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="achievements")
    text = models.TextField()
    source = models.CharField(max_length=150, blank=True)
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "achievement of the last plan"
        verbose_name_plural = "achievements of the last plan"
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(name="achievement_position_unique", fields=["plan", "position"])]

    def __str__(self) -> str:
        return self.text


class PoliceAndCrimePlan(models.Model):
    """The Police and Crime Commissioner's plan, which ours has regard to and which has regard to ours (plan, section 2)."""

    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        related_name="police_and_crime_plans",
        verbose_name="our plan",
        help_text="The plan of the Partnership that has regard to it.",
    )
    title = models.CharField(max_length=150)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True, help_text="Where it is published.")
    query = models.TextField(blank=True, help_text="What is doubtful about what stands here. Printed beside it.")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Police and Crime Plan"
        verbose_name_plural = "Police and Crime Plans"
        ordering = ["plan", "-starts_on", "title"]
        constraints = [
            models.UniqueConstraint(name="police_and_crime_plan_once", fields=["plan", "title"]),
            models.CheckConstraint(
                name="police_and_crime_plan_dates_in_order",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="The plan must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PoliceAndCrimePriorityQuerySet(models.QuerySet["PoliceAndCrimePriority"]):
    def regarded_by(self, plan: Plan) -> PoliceAndCrimePriorityQuerySet:
        """Those that a plan of ours has regard to, in order, with the plan they stand in and ours that answer them."""
        return (
            self.filter(plan__plan=plan)
            .select_related("plan")
            .prefetch_related("answered_by")
            .order_by("-plan__starts_on", "plan__title", "position")
        )


class PoliceAndCrimePriority(models.Model):
    """One of the Commissioner's priorities, and which of ours answer it."""

    plan = models.ForeignKey(PoliceAndCrimePlan, on_delete=models.CASCADE, related_name="priorities")
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    answered_by = models.ManyToManyField(
        Priority, blank=True, related_name="regards", help_text="Priorities of ours that answer it. Empty: none does."
    )
    position = models.PositiveSmallIntegerField("order")

    objects = PoliceAndCrimePriorityQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[answered_by])

    class Meta:
        verbose_name = "priority of a Police and Crime Plan"
        verbose_name_plural = "priorities of Police and Crime Plans"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(name="police_and_crime_priority_position", fields=["plan", "position"]),
            models.UniqueConstraint(name="police_and_crime_priority_once", fields=["plan", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """Something that falls due on the same day of every year of the plan."""

    class Verified(models.TextChoices):
        FOUND = "found", "Found: may be quoted"
        UNVERIFIED = "unverified", "Check before quoting"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="duties")
    code = models.SlugField("short code", max_length=30)
    name = models.CharField(max_length=150)
    text = models.TextField(blank=True, help_text="What is to be done, and how one knows that it was.")
    statute = models.CharField(
        "rests on", max_length=250, blank=True, help_text="The Act or instrument. Empty: habit of the Partnership."
    )
    verified = models.CharField(
        "wording looked up",
        max_length=10,
        choices=Verified.choices,
        default=Verified.UNVERIFIED,
        help_text="Until somebody has looked it up, the portal does not cite the law.",
    )
    due_month = models.PositiveSmallIntegerField(help_text="1 is January.")
    due_day = models.PositiveSmallIntegerField(help_text="The day it falls due every year.")
    position = models.PositiveSmallIntegerField("order")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "yearly duty"
        verbose_name_plural = "yearly duties"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(name="duty_position_unique", fields=["plan", "position"]),
            models.UniqueConstraint(name="duty_code_unique", fields=["plan", "code"]),
            models.CheckConstraint(name="duty_verified_known", condition=Q(verified__in=["found", "unverified"])),
            models.CheckConstraint(
                name="duty_day_is_of_every_year",
                condition=Q(due_day__gte=1)
                & (
                    Q(due_month__in=[1, 3, 5, 7, 8, 10, 12], due_day__lte=31)
                    | Q(due_month__in=[4, 6, 9, 11], due_day__lte=30)
                    | Q(due_month=2, due_day__lte=28)
                ),
                violation_error_message="Write a day that every year has, for example month 3 and day 31.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def due_on(self, year: int) -> dt.date:
        """The day it falls due in the financial year starting in `year`."""
        return duties.due_on(year, self.due_month, self.due_day)


class DutyDone(models.Model):
    """That a duty was done for one financial year: when, how, and who says so. Put right by the same verb, with history."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="done")
    year = models.PositiveSmallIntegerField("financial year starting in", help_text="2024 means 2024/25.")
    done_on = models.DateField()
    note = models.CharField("how", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        verbose_name = "yearly duty done"
        verbose_name_plural = "yearly duties done"
        ordering = ["duty", "year"]
        constraints = [
            models.UniqueConstraint(name="duty_done_once_a_year", fields=["duty", "year"]),
            models.CheckConstraint(name="duty_done_says_how", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {duties.year_label(self.year)}"


class SubGroupQuerySet(models.QuerySet["SubGroup"]):
    def led_by(self, user: User) -> SubGroupQuerySet:
        """Sub-groups this person leads, as lead, as deputy or as cover of one of them."""
        people = sorted(user.stands_for)
        return self.filter(Q(lead__in=people) | Q(deputy__in=people))


def reports_upwards(group: int, above: Mapping[int, int | None]) -> bool:
    """Whether a sub-group reports to the Partnership in the end; `above`: whom each of the plan reports to, None for the
    Partnership itself."""
    seen = set()
    at: int | None = group
    while at is not None and at in above and at not in seen:
        seen.add(at)
        at = above[at]
    return at is None


class SubGroup(models.Model):
    """A group that carries part of the plan. Every one has a re-offending lead (plan, section 9)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="sub_groups")
    code = models.SlugField("short code", max_length=12)
    name = models.CharField(max_length=150)
    priorities = models.ManyToManyField(Priority, related_name="sub_groups")
    reports_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reporting_groups",
        help_text="Leave empty when it reports to the Partnership itself.",
    )
    chairing_partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reoffending_lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="re-offending lead",
        help_text="The plan (section 9) makes re-offending a focus of every sub-group.",
    )
    meets = models.CharField(max_length=100, blank=True, help_text="For example: every 6 weeks.")
    note = models.TextField("note or query", blank=True)

    objects = SubGroupQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[priorities])

    class Meta:
        verbose_name = "sub-group"
        ordering = ["plan", "name"]
        constraints = [
            models.UniqueConstraint(name="sub_group_code_unique", fields=["plan", "code"]),
            models.CheckConstraint(
                name="sub_group_reports_to_another",
                condition=Q(reports_to__isnull=True) | ~Q(reports_to=F("id")),
                violation_error_message="A sub-group cannot report to itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.plan_id is None or self.reports_to_id is None:
            return
        own = self.pk or 0
        above = dict(SubGroup.objects.filter(plan=self.plan_id).values_list("pk", "reports_to"))
        if not reports_upwards(own, {**above, own: self.reports_to_id}):
            raise ValidationError(
                {"reports_to": "Choose a sub-group of this plan that does not report to this one, through others even."}
            )


class Membership(models.Model):
    """A person's seat in a sub-group."""

    sub_group = models.ForeignKey(
        SubGroup, on_delete=models.CASCADE, related_name="memberships", verbose_name="sub-group"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="person"
    )
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["sub_group", "user"]
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["sub_group", "user"]),
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(joined_on__isnull=True) | Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                violation_error_message="The leaving date cannot come before the joining date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.sub_group}"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def next_of_partnership(self, plan: Plan, day: dt.date) -> Meeting | None:
        return self.filter(plan=plan, sub_group__isnull=True, date__gte=day).order_by("date").first()


class Meeting(models.Model):
    """A meeting of the Partnership, or of a sub-group. Dates are typed, never computed."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="meetings")
    sub_group = models.ForeignKey(
        SubGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name="sub-group",
        help_text="Leave empty for a meeting of the Partnership itself.",
    )
    date = models.DateField()
    papers_due = models.DateField(
        null=True, blank=True, help_text="Papers are usually final seven working days before the meeting."
    )
    place = models.CharField(max_length=150, blank=True)

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                name="meeting_papers_before_meeting",
                condition=Q(papers_due__isnull=True) | Q(papers_due__lte=F("date")),
                violation_error_message="Papers cannot be due after the meeting.",
            ),
            models.UniqueConstraint(
                name="meeting_of_partnership_once_a_day", fields=["plan", "date"], condition=Q(sub_group__isnull=True)
            ),
            models.UniqueConstraint(
                name="meeting_of_sub_group_once_a_day",
                fields=["sub_group", "date"],
                condition=Q(sub_group__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sub_group or 'Partnership'} meeting, {british(self.date)}"


class UpdateRoundQuerySet(models.QuerySet["UpdateRound"]):
    def asked_by(self, plan: Plan, day: dt.date) -> UpdateRoundQuerySet:
        """Rounds of a plan whose request has gone out by `day`, newest first."""
        return self.filter(plan=plan, opens_on__lte=day).order_by("-period_start")

    def promised(self, plan: Plan) -> dict[dt.date, Timetable]:
        """The dates of the plan's requests that have been opened, by the last day of the period each is about."""
        return {asked.period.end: asked.timetable for asked in self.filter(plan=plan)}


class UpdateRound(HasPeriod, models.Model):
    """A request for updates on the period that has just ended. Open or not is what its dates say; nothing is stored."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="rounds")
    period_kind = period_kind_field()
    period_start = period_start_field()
    opens_on = models.DateField()
    updates_due_on = models.DateField()
    draft_on = models.DateField()
    chair_on = models.DateField()
    final_on = models.DateField()
    opened_at = models.DateTimeField(help_text="When the portal opened it; may be later than the day it was due.")
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when the coordinator closes the request; later updates are taken as late."
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Set when a report on the period is approved; later updates belong to the next period.",
    )

    objects = UpdateRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "update request"
        ordering = ["-period_start"]
        constraints = [
            models.UniqueConstraint(name="update_round_once", fields=["plan", "period_kind", "period_start"]),
            period_constraint("update_round_period"),
            models.CheckConstraint(
                name="update_round_dates_in_order",
                condition=Q(opens_on__lte=F("updates_due_on"))
                & Q(updates_due_on__lte=F("draft_on"))
                & Q(draft_on__lte=F("chair_on"))
                & Q(chair_on__lte=F("final_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Update request, {self.opens_on:%B %Y}"

    @property
    def timetable(self) -> Timetable:
        """Its dates, as they were when it opened."""
        return Timetable(
            opens_on=self.opens_on,
            updates_due_on=self.updates_due_on,
            draft_on=self.draft_on,
            chair_on=self.chair_on,
            final_on=self.final_on,
        )
