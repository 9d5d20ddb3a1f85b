"""Who was reminded of what: the ledger behind the daily digest. What is in it is never mailed again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from actions.models.action import Action, ProgressUpdate
from actions.models.proposals import Proposal
from partners.models import OutgoingEmail
from priorities.models import UpdateRound


class Reminder(models.Model):
    """A step of the ladder that was reached for one person and one request, or a nudge the coordinator gave by hand."""

    class Step(models.TextChoices):
        REQUEST = "request", "Updates asked for"
        SOON = "soon", "Updates due soon"
        LAST_DAY = "last_day", "Updates due"
        OVERDUE = "overdue", "Updates overdue"
        TO_SUB_GROUP_LEAD = "to_sub_group_lead", "Told the sub-group's lead"
        TO_COORDINATOR = "to_coordinator", "Told the coordinator"
        NUDGE = "nudge", "Nudged by the coordinator"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(UpdateRound, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20, choices=Step.choices)
    due_on = models.DateField(
        null=True,
        blank=True,
        help_text="When the updates were due that it reminded of; an extended deadline has its own steps.",
    )
    actions = models.PositiveSmallIntegerField("actions owed then")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="reminder_step_once", fields=["recipient", "round", "step", "due_on"], condition=~Q(step="nudge")
            ),
            models.CheckConstraint(name="reminder_step_has_due", condition=Q(step="nudge") | Q(due_on__isnull=False)),
            models.CheckConstraint(
                name="reminder_step_known",
                condition=Q(
                    step__in=["request", "soon", "last_day", "overdue", "to_sub_group_lead", "to_coordinator", "nudge"]
                ),
            ),
            models.CheckConstraint(name="reminder_nudge_has_hand", condition=~Q(step="nudge") | Q(by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.recipient}"


#: Longest notice, in characters: the longest handover note, and the names and titles around it.
LONGEST_NOTICE = 1600


class NoticeQuerySet(models.QuerySet["Notice"]):
    def still_news(self) -> NoticeQuerySet:
        """Without help that was answered, or is not asked for any more, and proposals that nobody waits for any more.

        What became of actions that changed hands depends on the reader, and is judged where the digest is made.
        """
        settled = Q(kind=Notice.Kind.HELP_ASKED, update__isnull=False)
        settled &= ~Q(update__in=ProgressUpdate.objects.unanswered_help().values("pk"))
        decided = Q(kind=Notice.Kind.PROPOSAL, proposal__isnull=False)
        decided &= ~Q(proposal__in=Proposal.objects.waiting())
        return self.exclude(settled | decided)


class Notice(models.Model):
    """Something that happened and that one person should hear of in their next digest.

    What it is about is named, so that a digest leaves out what is no news by then: `update` asks for help, `proposal`
    waits for a decision, `actions` changed hands.
    """

    class Kind(models.TextChoices):
        HELP_ASKED = "help_asked", "Help asked of your organisation"
        HELP_ANSWERED = "help_answered", "Your request for help was answered"
        HELP_TAKEN_BACK = "help_taken_back", "Help is no longer needed"
        PROPOSAL = "proposal", "A new initiative waits for you"
        PROPOSAL_DECIDED = "proposal_decided", "Your proposal was decided"
        HANDOVER = "handover", "Actions handed over to you"
        HANDED_ON = "handed_on", "Actions handed over to somebody else"
        REOPENED = "reopened", "Your action is open again"
        ALSO_UPDATED = "also_updated", "Somebody else updated your action"
        ISSUE = "issue", "What became of an issue you raised"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.CharField(max_length=LONGEST_NOTICE)
    update = models.ForeignKey(ProgressUpdate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actions = models.ManyToManyField(Action, blank=True, related_name="+")
    path = models.CharField(max_length=200, help_text="Page it is about, within the portal.")
    at = models.DateTimeField()
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dedupe_key = models.CharField(max_length=200, unique=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="notice_kind_known",
                condition=Q(
                    kind__in=[
                        "help_asked",
                        "help_answered",
                        "help_taken_back",
                        "proposal",
                        "proposal_decided",
                        "handover",
                        "handed_on",
                        "reopened",
                        "also_updated",
                        "issue",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.recipient}"
