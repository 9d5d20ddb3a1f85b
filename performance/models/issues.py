"""Emerging issues and what became of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from performance.models.indicators import Indicator
from priorities.models import Plan, Priority, SubGroup

if TYPE_CHECKING:
    from partners.models import User


class EmergingIssueQuerySet(models.QuerySet["EmergingIssue"]):
    def raised_by_moment(self, moment: dt.datetime) -> EmergingIssueQuerySet:
        return self.filter(raised_at__lte=moment)

    def open(self) -> EmergingIssueQuerySet:
        """Those that somebody has to look at, watch or act on: all that are not closed."""
        return self.exclude(state=EmergingIssue.State.CLOSED)

    def for_list(self) -> EmergingIssueQuerySet:
        """Everything a row or a page names, in one query."""
        return self.select_related("plan", "priority", "sub_group", "indicator", "raised_by__partner")

    def visible_to(self, user: User) -> EmergingIssueQuerySet:
        """Restricted issues are for the coordinator, the analyst, the chair, the partner that raised them, and whoever
        leads the sub-group they belong to."""
        if not user.sees_the_work:
            return self.none()
        if user.is_coordinator or user.is_analyst or user.is_chair:
            return self
        open_to = Q(restricted=False) | Q(raised_by=user) | Q(raised_by__partner=user.partner_id or 0)
        return self.filter(open_to | Q(sub_group__in=SubGroup.objects.led_by(user)))


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
    indicator = models.ForeignKey(
        Indicator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The figure that showed it, when one did.",
    )
    restricted = models.BooleanField(default=False)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.RAISED)
    reason = models.TextField(blank=True)
    state_at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

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


class IssueEvent(models.Model):
    """A step in an issue's life: who set which state when, and why. Append-only; any as-at reading comes from these."""

    issue = models.ForeignKey(EmergingIssue, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=20, choices=EmergingIssue.State.choices)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["issue", "pk"]
        constraints = [
            models.CheckConstraint(
                name="issue_event_state_known",
                condition=Q(state__in=["raised", "watching", "action_proposed", "closed"]),
            ),
            models.CheckConstraint(name="issue_event_closed_says_why", condition=~Q(state="closed") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.issue}: {self.get_state_display()}"
