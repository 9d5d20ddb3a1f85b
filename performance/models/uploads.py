"""Files of figures on their way in: what was sent, what is wrong with it, and how far it has got."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from partners.models import Partner
from performance.models.indicators import Source
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import Plan

if TYPE_CHECKING:
    from partners.models import User


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> UploadQuerySet:
        """All of them to those who work on all figures; those of the organisations one is officer of, or stands in for an
        officer of; nobody else's.
        """
        if user.is_coordinator or user.is_analyst:
            return self
        return self.filter(data_owner__in=user.officer_of)

    def unfinished(self) -> UploadQuerySet:
        """Those that wait for a worker or are with one."""
        return self.filter(state__in=Upload.WITH_WORKERS)

    def waiting(self, now: dt.datetime) -> UploadQuerySet:
        """What a worker may take up now, longest waiting first: new, to be stored, or left behind by one whose lease ran out."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.filter(Q(state="waiting") | (Q(state__in=["checking", "storing"]) & free)).order_by(
            "changed_at", "pk"
        )

    def untouched_since(self, moment: dt.datetime) -> UploadQuerySet:
        """Those whose file still lies there though nothing has happened to them since `moment`."""
        return self.filter(removed_on__isnull=True, changed_at__lt=moment).exclude(state="storing")


class Upload(HasPeriod, models.Model):
    """A file or a pasted table: read and checked by a task (dry run), stored all or nothing when its sender says so."""

    class Kind(models.TextChoices):
        FIGURES = "figures", "Figures"
        SIMILAR_AREAS = "similar_areas", "Table of similar areas"
        SURVEY = "survey", "Survey results"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be read"
        CHECKING = "checking", "Being checked"
        NEEDS_COLUMNS = "needs_columns", "Columns to be named"
        FAULTY = "faulty", "Faults found, nothing stored"
        READY = "ready", "Ready to store"
        STORING = "storing", "Being stored"
        STORED = "stored", "Stored"
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Dropped"

    WITH_WORKERS = (State.WAITING, State.CHECKING, State.STORING)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    period_kind = period_kind_field()
    period_start = period_start_field()
    data_owner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", help_text="Whose figures they are."
    )
    data_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("file name", max_length=200, blank=True, help_text="Empty: pasted.")
    file = models.FileField(upload_to="uploads/", max_length=200)
    removed_on = models.DateField("file removed on", null=True, blank=True)
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict, blank=True, help_text="Which column holds what.")
    answers = models.JSONField(default=dict, blank=True, help_text="What the sender said besides: as at, provisional …")
    findings = models.JSONField(
        default=list, blank=True, help_text="A list of sheet, cell, what is wrong, what was expected, how grave."
    )
    preview = models.JSONField(default=list, blank=True, help_text="What would be stored, row by row.")
    state = models.CharField(max_length=15, choices=State.choices, default=State.WAITING)
    sentence = models.TextField(blank=True, help_text="Why it failed, what it waits for, or what was stored.")
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "upload of figures"
        verbose_name_plural = "uploads of figures"
        ordering = ["-at", "-pk"]
        constraints = [
            period_constraint("upload_period"),
            models.CheckConstraint(
                name="upload_kind_known", condition=Q(kind__in=["figures", "similar_areas", "survey"])
            ),
            models.CheckConstraint(
                name="upload_state_known",
                condition=Q(
                    state__in=[
                        "waiting",
                        "checking",
                        "needs_columns",
                        "faulty",
                        "ready",
                        "storing",
                        "stored",
                        "failed",
                        "dropped",
                    ]
                ),
            ),
            models.CheckConstraint(name="upload_failed_says_why", condition=~Q(state="failed") | ~Q(sentence="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.period.label}"

    def get_absolute_url(self) -> str:
        return reverse("performance:show-upload", args=[self.pk])

    @property
    def is_with_workers(self) -> bool:
        return self.state in self.WITH_WORKERS

    @property
    def called(self) -> str:
        """How people call it: by its file's name, or as something pasted."""
        return f"“{self.name}”" if self.name else "what was pasted"


class ColumnMapping(models.Model):
    """Which column held what in the last file of this shape from this data owner, offered again next time."""

    data_owner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=Upload.Kind.choices)
    headers_sha256 = models.CharField(max_length=64, help_text="Of the header row's texts in order.")
    mapping = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["data_owner", "kind", "-at"]
        constraints = [
            models.UniqueConstraint(name="column_mapping_once", fields=["data_owner", "kind", "headers_sha256"]),
            models.CheckConstraint(
                name="column_mapping_kind_known", condition=Q(kind__in=["figures", "similar_areas", "survey"])
            ),
        ]

    def __str__(self) -> str:
        return f"Columns of {self.data_owner}"
