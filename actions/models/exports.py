"""Files made of lists too long to wait for: who asked for which list, how far it is, and where the file lies."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from priorities.models import Plan

if TYPE_CHECKING:
    from partners.models import User


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> ExportQuerySet:
        """One's own: a file holds what its owner may see."""
        return self.filter(by=user) if user.sees_the_work else self.none()

    def unfinished(self) -> ExportQuerySet:
        return self.filter(state__in=Export.UNFINISHED)

    def waiting(self, now: dt.datetime) -> ExportQuerySet:
        """Files to make now, longest waiting first: queued, or left behind by a worker whose lease ran out."""
        return self.filter(Q(state="queued") | Q(state="running", lease_until__lt=now)).order_by("asked_at", "pk")

    def expired(self, today: dt.date) -> ExportQuerySet:
        """Files whose last day is over and that still lie there."""
        return self.filter(state="done", removed_on__isnull=True, expires_on__lt=today)


class Export(models.Model):
    """A file made by the workers of everything the actions list shows one person at one address. The row outlives it."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX (Excel)"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be made"
        RUNNING = "running", "Being made"
        DONE = "done", "Ready"
        FAILED = "failed", "Could not be made"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    query = models.TextField(help_text="Filters and order, as in the list's address; begins with “?”.")
    as_of = models.DateField("as on", help_text="The day that ratings and checks are judged on.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    rows_done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True, help_text="Unknown until it is begun.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    file = models.FileField(upload_to="exports/", blank=True, max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("size in bytes", null=True, blank=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField("kept until", null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="export_once",
                fields=["by", "plan", "kind", "query"],
                condition=Q(state__in=["queued", "running"]),
            ),
            models.CheckConstraint(name="export_kind_known", condition=Q(kind__in=["csv", "xlsx"])),
            models.CheckConstraint(
                name="export_state_known", condition=Q(state__in=["queued", "running", "done", "failed"])
            ),
            models.CheckConstraint(
                name="export_done_has_file",
                condition=~Q(state="done")
                | (~Q(file="") & ~Q(sha256="") & Q(finished_at__isnull=False, expires_on__isnull=False)),
            ),
            models.CheckConstraint(name="export_failed_says_why", condition=~Q(state="failed") | ~Q(error="")),
            models.CheckConstraint(
                name="export_running_is_leased", condition=~Q(state="running") | Q(lease_until__isnull=False)
            ),
        ]
        indexes = [models.Index(name="export_by_person", fields=["by", "-id"])]

    def __str__(self) -> str:
        # Not its address, which can hold what somebody searched for.
        return f"{self.get_kind_display()} file {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("actions:show-export", args=[self.pk])

    @property
    def list_url(self) -> str:
        """The list it is made of, as it stands now."""
        return reverse("actions:list") + self.query

    @property
    def file_name(self) -> str:
        return f"actions-{self.as_of.isoformat()}.{self.kind}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    def is_there(self, today: dt.date) -> bool:
        """Whether the file can be had on that day: made, and neither removed nor past its last day."""
        kept = self.expires_on is not None and today <= self.expires_on
        return self.state == self.State.DONE and self.removed_on is None and kept
