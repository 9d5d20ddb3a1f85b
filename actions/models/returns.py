"""What comes round an update: the draft before it, evidence with it, answers to the help it asks for, a longer deadline,
and the sub-group's own paragraph.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from actions.models.action import Action, ProgressUpdate
from partners.models import Partner
from priorities.fields import HasPeriod, period_constraint, period_kind_field, period_start_field
from priorities.models import SubGroup, UpdateRound


class Draft(HasPeriod, models.Model):
    """What somebody has typed and not sent yet: one per person, action and period; gone when it is sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="+")
    period_kind = period_kind_field()
    period_start = period_start_field()
    content = models.JSONField(help_text="Field names and what was typed, exactly.")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(name="draft_once", fields=["user", "action", "period_kind", "period_start"]),
            period_constraint("draft_period"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.user} on {self.action}"


class HelpReplyQuerySet(models.QuerySet["HelpReply"]):
    def in_order(self) -> HelpReplyQuerySet:
        return self.order_by("pk")


class HelpReply(models.Model):
    """A partner's answer to the help an update asks it for; or the asker's word that it is needed no more. Append-only."""

    class Answer(models.TextChoices):
        WILL = "will", "We will help"
        CANNOT = "cannot", "We cannot help"
        DONE = "done", "Done"
        TAKEN_BACK = "taken_back", "No longer needed"

    update = models.ForeignKey(ProgressUpdate, on_delete=models.PROTECT, related_name="help_replies")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True)

    objects = HelpReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "help replies"
        ordering = ["update", "pk"]
        constraints = [
            models.CheckConstraint(
                name="help_reply_answer_known", condition=Q(answer__in=["will", "cannot", "done", "taken_back"])
            ),
            models.CheckConstraint(name="help_reply_has_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.get_answer_display()}"


class Evidence(models.Model):
    """A file or a link that backs an update. A file is served only as an attachment, after a check at every fetch."""

    class Kind(models.TextChoices):
        FILE = "file", "File"
        LINK = "link", "Link"

    class Scan(models.TextChoices):
        NOT_ASKED = "not_asked", "Not scanned"
        CLEAN = "clean", "No virus found"
        WAITING = "waiting", "Waiting for the virus scanner"
        INFECTED = "infected", "Virus found"

    update = models.ForeignKey(ProgressUpdate, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=150, help_text="As shown and as the file is called when downloaded.")
    url = models.URLField("address", max_length=500, blank=True)
    file = models.FileField(upload_to="evidence/", blank=True, max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=100, blank=True, help_text="What the content is, found by looking at it.")
    size = models.PositiveBigIntegerField("size in bytes", null=True, blank=True)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.NOT_ASKED)
    scan_note = models.CharField(max_length=250, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["update", "pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_is_file_or_link",
                condition=(Q(kind="file", url="") & ~Q(file="") & ~Q(sha256="") & Q(size__isnull=False))
                | (Q(kind="link", file="") & ~Q(url="")),
            ),
            models.CheckConstraint(
                name="evidence_scan_known", condition=Q(scan__in=["not_asked", "clean", "waiting", "infected"])
            ),
        ]

    def __str__(self) -> str:
        # Not its name, which can tell what restricted words hold back.
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("actions:evidence", args=[self.pk])


class DeadlineExtensionQuerySet(models.QuerySet["DeadlineExtension"]):
    def in_request(self, round_: UpdateRound | None) -> dict[int, dt.date]:
        """Until when each action with more time in this request may wait, by its key; none without a request."""
        return dict(self.filter(round=round_).values_list("action", "due_on")) if round_ is not None else {}

    def day_in(self, round_: UpdateRound) -> Subquery:
        """The same as a column of a query on actions; none for those without more time."""
        return Subquery(self.filter(round=round_, action=OuterRef("pk")).order_by().values("due_on")[:1])


class DeadlineExtension(models.Model):
    """More time for one action's update in one request, given by the coordinator with a reason."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="extensions")
    round = models.ForeignKey(UpdateRound, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("updates due on")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = DeadlineExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["action", "pk"]
        constraints = [
            models.UniqueConstraint(name="extension_once", fields=["action", "round"]),
            models.CheckConstraint(name="extension_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.action}: until {self.due_on}"


class SubGroupReturn(HasPeriod, models.Model):
    """A sub-group's part of a report: its lead's paragraph, and “our part is ready”."""

    sub_group = models.ForeignKey(SubGroup, on_delete=models.PROTECT, related_name="+", verbose_name="sub-group")
    period_kind = period_kind_field()
    period_start = period_start_field()
    paragraph = models.TextField(blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "sub-group's part of a report"
        verbose_name_plural = "sub-groups' parts of reports"
        ordering = ["sub_group", "-period_start"]
        constraints = [
            models.UniqueConstraint(name="sub_group_return_once", fields=["sub_group", "period_kind", "period_start"]),
            period_constraint("sub_group_return_period"),
        ]

    def __str__(self) -> str:
        return f"{self.sub_group}, {self.period.label}"
