"""Proposals of new initiatives: the plan is a living document that partners may add to (plan, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from actions.models.action import Action
from partners.models import Partner
from performance.models import EmergingIssue, Indicator
from priorities.models import Meeting, Plan, Priority, SubGroup

if TYPE_CHECKING:
    from partners.models import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User) -> ProposalQuerySet:
        """Everybody who does the work sees what is proposed; readers see the plan."""
        return self if user.sees_the_work else self.none()

    def for_list(self) -> ProposalQuerySet:
        """Everything a row or a page names, in one query."""
        return self.select_related(
            "plan",
            "priority",
            "sub_group",
            "lead_partner",
            "proposed_by__partner",
            "decided_by",
            "meeting__sub_group",
            "action",
            "from_issue",
        )

    def waiting_for(self, user: User) -> ProposalQuerySet:
        """Those this person has the next word on: all undecided for the coordinator, one's own that want changes."""
        own = Q(state=Proposal.State.CHANGES_ASKED, proposed_by=user)
        return self.filter(own | Q(state=Proposal.State.PROPOSED) if user.is_coordinator else own)

    def waiting(self) -> ProposalQuerySet:
        """Those the coordinator has to decide on."""
        return self.filter(state=Proposal.State.PROPOSED)


class Proposal(models.Model):
    """An initiative somebody proposes for the plan. Accepted, it becomes an action with the next reference."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        CHANGES_ASKED = "changes_asked", "Changes asked for"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        TAKEN_BACK = "taken_back", "Taken back"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    why = models.TextField("why it is needed")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")
    sub_group = models.ForeignKey(SubGroup, on_delete=models.PROTECT, related_name="+", verbose_name="sub-group")
    lead_partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    supporting = models.ManyToManyField(Partner, blank=True, related_name="+")
    starts_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    beyond_plan_reason = models.TextField(blank=True, help_text="Why it ends after the plan does, when it does.")
    measure_of_success = models.TextField()
    milestones = models.JSONField(default=list, blank=True, help_text="A list of text and due date.")
    reoffending_focus = models.BooleanField("re-offending focus", default=False)
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="+")
    from_issue = models.ForeignKey(EmergingIssue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=15, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal")
    revision = models.PositiveIntegerField(default=1)
    submission_key = models.UUIDField(unique=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                name="proposal_state_known",
                condition=Q(state__in=["proposed", "changes_asked", "accepted", "declined", "taken_back"]),
            ),
            models.CheckConstraint(
                name="proposal_due_or_review",
                condition=Q(due_on__isnull=False) | Q(review_on__isnull=False),
                violation_error_message="Give a due date, or a review date for ongoing work.",
            ),
            models.CheckConstraint(
                name="proposal_due_after_start",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                violation_error_message="The due date cannot come before the start date.",
            ),
            models.CheckConstraint(
                name="proposal_accepted_has_action",
                condition=Q(state="accepted", action__isnull=False) | (~Q(state="accepted") & Q(action__isnull=True)),
            ),
            models.CheckConstraint(
                name="proposal_refusal_says_why",
                condition=~Q(state__in=["declined", "changes_asked"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actions:proposal", args=[self.pk])

    @property
    def is_undecided(self) -> bool:
        return self.state in (self.State.PROPOSED, self.State.CHANGES_ASKED)
