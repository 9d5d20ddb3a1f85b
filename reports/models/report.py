"""Reports, their frozen versions and the files made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone

from actions.models import ProgressUpdate, number_of
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Plan
from priorities.periods import AsAt, Period, PeriodKind, british
from reports.document.parts import up_to
from reports.document.text import FactsLost, from_json, held_to, recommendations_in, sha256_of

if TYPE_CHECKING:
    from actions.models import ProgressUpdateQuerySet
    from partners.models import User
    from reports.document import Document, Recommendation

T = TypeVar("T")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """Those who do the work see every report; readers those with a published version."""
        if user.sees_the_work:
            return self
        if user.is_reader:
            return self.filter(versions__published_at__isnull=False).distinct()
        return self.none()


class Report(HasPeriod, models.Model):
    """One report of one kind on one period of one plan: there is never a second.

    The plan as a document and the action plan as at a day are made when somebody asks for them; the others fall due.
    """

    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", "Quarterly performance report"
        SIX_MONTHLY = "six_monthly", "Six-monthly partnership report"
        PLAN = "plan", "Community Safety Plan"
        ACTION_PLAN = "action_plan", "Action plan"

    #: Kinds that fall due, period by period.
    DUE = (Kind.QUARTERLY, Kind.SIX_MONTHLY)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    period_kind = period_kind_field()
    period_start = period_start_field()
    as_at = models.DateField(
        null=True, blank=True, help_text="The day an action plan is as at, within the quarter. Empty for other kinds."
    )
    created_at = models.DateTimeField()
    not_produced = models.TextField(
        blank=True, help_text="Why this report will not be made. Empty for a report that is, or will be, made."
    )
    not_produced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    not_produced_at = models.DateTimeField(null=True, blank=True)
    build_attempts = models.PositiveSmallIntegerField(default=0)
    build_lease_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then whoever began the last attempt is taken to be at it."
    )
    build_error = models.TextField(blank=True, help_text="Why the last attempt to put the report together failed.")
    build_failed_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period_start", "kind"]
        constraints = [
            models.UniqueConstraint(
                name="report_once_a_period",
                fields=["plan", "kind", "period_kind", "period_start"],
                condition=Q(as_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="report_once_a_day", fields=["plan", "kind", "as_at"], condition=Q(as_at__isnull=False)
            ),
            period_constraint("report_period"),
            models.CheckConstraint(
                name="report_kind_fits_period",
                condition=Q(kind="quarterly", period_kind="quarter", as_at__isnull=True)
                | Q(kind="six_monthly", period_kind="half_year", as_at__isnull=True)
                | Q(kind="plan", period_kind="year", as_at__isnull=True)
                | Q(kind="action_plan", period_kind="quarter", as_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.period.label}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def period(self) -> Period:
        """What it is about; for an action plan its quarter up to the day it is as at."""
        if self.as_at is None:
            return super().period
        return AsAt(PeriodKind(self.period_kind), self.period_start, self.as_at)

    @property
    def in_words(self) -> str:
        """As a sentence names it: "quarterly performance report on 1 April to 30 June 2026", "action plan as at 3 May 2026",
        "Community Safety Plan for 2026/27".
        """
        name = str(self.get_kind_display())
        if self.kind == self.Kind.PLAN:
            return f"{name} for {self.period.label}"
        return f"{name.lower()} {'on ' if self.falls_due else ''}{self.period.long_label}"

    @property
    def why_not_produced(self) -> str:
        """The reason, and who said so when; those from before that was kept have only the reason."""
        if self.not_produced_by is None or self.not_produced_at is None:
            return self.not_produced
        day = british(timezone.localdate(self.not_produced_at))
        return f"{self.not_produced} ({self.not_produced_by.name}, {day})"

    @property
    def falls_due(self) -> bool:
        """Whether it tells of a period that partners were asked about; the others are made when somebody asks."""
        return self.kind in self.DUE

    @property
    def is_compared(self) -> bool:
        """Whether two versions can be held against each other: the plan is words, not facts."""
        return self.kind != self.Kind.PLAN

    @property
    def needs_chair(self) -> bool:
        if self.kind == self.Kind.QUARTERLY:
            return self.plan.quarterly_needs_chair
        return self.kind != self.Kind.ACTION_PLAN


class NotProducedTakenBack(models.Model):
    """That a report which was marked as not produced is to be made after all: what had been said, and why it holds no more."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="taken_back")
    was = models.TextField(help_text="Why it was not to be produced.")
    was_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    was_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "“not produced” taken back"
        verbose_name_plural = "“not produced” taken back"
        ordering = ["report", "pk"]
        constraints = [models.CheckConstraint(name="taken_back_says_why", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.report}: {self.reason}"

    @property
    def in_words(self) -> str:
        """What had been said, by whom and when, and who took it back when and why, in a sentence or two."""
        said = f"“Not produced” ({self.was})"
        if self.was_by is not None and self.was_at is not None:
            said = f"“Not produced”, said by {self.was_by.name} on {british(timezone.localdate(self.was_at))} ({self.was}),"
        return f"{said} was taken back by {self.by.name} on {british(timezone.localdate(self.at))}: {self.reason}"


class ReportVersionQuerySet(models.QuerySet["ReportVersion"]):
    def visible_to(self, user: User) -> ReportVersionQuerySet:
        """Those who do the work see every version; readers those that were published, replaced since or not."""
        if user.sees_the_work:
            return self
        if user.is_reader:
            return self.filter(published_at__isnull=False)
        return self.none()

    def readable_by(self, user: User) -> ReportVersionQuerySet:
        """Those of `visible_to` whose text this person can read: readers those that were checked for them and not taken back."""
        seen = self.visible_to(user)
        if user.sees_the_work:
            return seen
        # At most one release of a version stands, so the join gives no version twice.
        return seen.filter(releases__isnull=False, releases__withdrawn_at__isnull=True)

    def damaged(self) -> ReportVersionQuerySet:
        """Those whose stored facts the last check found to be other than what was sealed; the newest period first."""
        found = self.exclude(fault="").select_related("report")
        return found.defer("snapshot").order_by("-report__period_start", "pk")

    def with_came_since(self) -> ReportVersionQuerySet:
        """Adds `came_since`: how many updates about the version's period came after its cut-off, while it can still be
        replaced by a version that holds them; nought for one that is with the chair, decided on or replaced."""
        since = ProgressUpdate.objects.filter(
            action__plan=OuterRef("report__plan"),
            period_kind=OuterRef("report__period_kind"),
            period_start=OuterRef("report__period_start"),
            submitted_at__gt=OuterRef("cut_off"),
        )
        undecided = Q(state__in=ReportVersion.UNDECIDED, report__kind__in=Report.DUE)
        return self.annotate(came_since=Case(When(undecided, then=number_of(since)), default=0))


class ReportVersion(models.Model):
    """A report's content frozen at a cut-off. The snapshot carries every name, label and figure as a value."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        FACT_CHECK = "fact_check", "In fact check"
        WITH_CHAIR = "with_chair", "With the chair"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        REPLACED = "replaced", "Replaced"

    #: In these nobody decides on it at the moment, and another version may take its place.
    UNDECIDED = (State.DRAFT, State.FACT_CHECK, State.RETURNED)

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    snapshot = models.TextField(help_text="Canonical JSON; its hash is `snapshot_sha256`.")
    schema_version = models.PositiveSmallIntegerField()
    snapshot_sha256 = models.CharField(max_length=64)
    cut_off = models.DateTimeField(help_text="Updates received up to this moment are in it.")
    reason = models.TextField(blank=True, help_text="Why there is another version.")
    asks = models.PositiveSmallIntegerField(default=0, help_text="How many recommendations it makes.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    despite_hold = models.TextField(
        blank=True, help_text="Why it was published while publishing was on hold; by whom is said beside it."
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the facts were last held against their seal."
    )
    fault = models.TextField(blank=True, help_text="What that check found wrong. Empty: nothing.")

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(name="version_number_once", fields=["report", "number"]),
            models.CheckConstraint(name="version_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="version_state_known",
                condition=Q(
                    state__in=["draft", "fact_check", "with_chair", "returned", "approved", "published", "replaced"]
                ),
            ),
            models.CheckConstraint(name="version_later_says_why", condition=Q(number=1) | ~Q(reason="")),
            models.CheckConstraint(
                name="version_published_has_time",
                condition=~Q(state="published") | Q(published_at__isnull=False),
            ),
            models.UniqueConstraint(name="version_published_once", fields=["report"], condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return f"{self.report}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("reports:version", args=[self.report_id, self.number])

    @property
    def received(self) -> str:
        """Up to when what is in it had been received, with the hour unless it is the end of a day."""
        return up_to(self.cut_off)

    def document(self) -> Document:
        """What it says. Every reader comes this way: raises FactsLost, with a sentence, rather than give facts other than
        those that were sealed.
        """
        return self._read(from_json)

    def recommendations(self) -> tuple[Recommendation, ...]:
        """What it recommends, without the rest of it being built. Raises as `document` does."""
        return self._read(recommendations_in)

    def check_seal(self) -> None:
        """Raises FactsLost as `document` does, without building anything."""
        held_to(self.snapshot_sha256, self.snapshot)

    def _read(self, read: Callable[[str], T]) -> T:
        try:
            return read(held_to(self.snapshot_sha256, self.snapshot))
        except FactsLost:
            raise
        except ValueError as fault:
            raise FactsLost(str(fault)) from fault

    def updates_since(self) -> ProgressUpdateQuerySet:
        """Updates about the report's period that came after this version's cut-off, by action, the oldest first.

        None for what is made when somebody asks: an action plan tells of its day, the plan of no update.
        """
        if not self.report.falls_due:
            return ProgressUpdate.objects.none()
        about = ProgressUpdate.objects.about(self.report.period).filter(action__plan=self.report.plan_id)
        return about.filter(submitted_at__gt=self.cut_off).select_related("action").order_by("action__ref", "pk")

    @property
    def standing(self) -> str:
        """How it stands, in the words of its badge. Lists read `report` and `fact_check` beside it."""
        if self.state == self.State.FACT_CHECK and self.fact_check.closed_at:
            return f"Draft, fact check closed {british(timezone.localdate(self.fact_check.closed_at))}"
        if self.gave_way_to_nothing:
            return "Not produced"
        return str(self.get_state_display())

    @property
    def gave_way_to_nothing(self) -> bool:
        """Whether it is a draft of a report that was marked as not produced, with nothing in its place."""
        return self.state == self.State.REPLACED and self.published_at is None and bool(self.report.not_produced)

    def successor(self) -> ReportVersion | None:
        """What took this version's place: for one that was published the next published one, else the next."""
        if self.state != self.State.REPLACED:
            return None
        later = ReportVersion.objects.filter(report=self.report_id, number__gt=self.number)
        if self.published_at is not None:
            later = later.filter(published_at__isnull=False)
        return later.defer("snapshot").order_by("number").first()


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def partners(self) -> RenditionQuerySet:
        """The files that are decided on: a public version is made of what these say, and decides nothing."""
        return self.filter(edition=Rendition.Edition.PARTNERS)

    def readable_by(self, user: User) -> RenditionQuerySet:
        """The files that this person may open, without their heavy HTML: the partners', or the public one that was checked."""
        if user.sees_the_work:
            return self.partners().defer("html")
        public = self.filter(
            edition=Rendition.Edition.PUBLIC,
            version__releases__withdrawn_at__isnull=True,
            version__releases__pdf_sha256=F("sha256"),
        )
        return public.defer("html")

    def damaged(self) -> RenditionQuerySet:
        """Those whose stored bytes or pages the last check found to be other than what was made; the newest period first."""
        found = self.exclude(fault="").select_related("version__report")
        return found.defer("html", "version__snapshot").order_by("-version__report__period_start", "pk")

    def waiting(self, now: dt.datetime) -> RenditionQuerySet:
        """Renditions to make now: queued, or left behind by a worker whose lease ran out.

        The newest period first, those that failed before after all others: what cannot be laid out holds nothing up.
        """
        return self.filter(Q(state="queued") | Q(state="rendering", lease_until__lt=now)).order_by(
            "attempts", "-version__report__period_start", "pk"
        )


class Rendition(models.Model):
    """A file made of a version: written once, never changed. Failing shows its reason and can be tried again."""

    class Edition(models.TextChoices):
        PARTNERS = "partners", "Partners' version"
        PUBLIC = "public", "Public version"

    class Stage(models.TextChoices):
        DRAFT = "draft", "Draft"
        FINAL = "final", "Final"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be laid out"
        RENDERING = "rendering", "Being laid out"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="renditions")
    edition = models.CharField(max_length=10, choices=Edition.choices, default=Edition.PARTNERS)
    stage = models.CharField(max_length=5, choices=Stage.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    html = models.TextField(blank=True)
    html_sha256 = models.CharField("SHA-256 of the HTML", max_length=64, blank=True)
    pdf = models.FileField(upload_to="reports/", blank=True, max_length=200)
    sha256 = models.CharField("SHA-256 of the PDF", max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    marking = models.CharField(
        "protective marking",
        max_length=20,
        choices=Plan.Marking.choices,
        blank=True,
        help_text="Chosen for a public version; the partners' prints its plan's.",
    )
    queued_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the stored bytes were last held against their hash."
    )
    fault = models.TextField(blank=True, help_text="What that check found wrong. Empty: nothing.")

    objects = RenditionQuerySet.as_manager()

    class Meta:
        verbose_name = "report file"
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(name="rendition_once", fields=["version", "edition", "stage"]),
            models.CheckConstraint(name="rendition_stage_known", condition=Q(stage__in=["draft", "final"])),
            models.CheckConstraint(
                name="rendition_state_known", condition=Q(state__in=["queued", "rendering", "done", "failed"])
            ),
            models.CheckConstraint(
                name="rendition_done_has_file",
                condition=~Q(state="done") | (~Q(sha256="") & ~Q(pdf="") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(name="rendition_failed_says_why", condition=~Q(state="failed") | ~Q(last_error="")),
        ]

    def __str__(self) -> str:
        public = ", public version" if self.edition == self.Edition.PUBLIC else ""
        return f"{self.version}, {self.get_stage_display().lower()}{public}"

    def check_html(self) -> None:
        """Raises FactsLost when the HTML is kept and is not the one the file was made of."""
        if self.html_sha256 and sha256_of(self.html) != self.html_sha256:
            raise FactsLost("The HTML that this file was made of is no longer the one that was kept.")


class PlanFault(models.Model):
    """Why the clock could do nothing for a plan, before any report of it could say so itself. Gone when it could again."""

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    since = models.DateTimeField(help_text="When it first failed.")
    last_at = models.DateTimeField("last tried at")

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.CheckConstraint(name="plan_fault_says_why", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.plan}: {self.reason}"
