"""Who else gets a report: the public, from the shelf without sign-in, and lists of people, by a link."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from partners.models import OutgoingEmail
from priorities.models import Plan, SubGroup
from reports.document.text import FactsLost, sha256_of
from reports.models.report import ReportVersion


class KeptPage(str):
    """The HTML of a report as it was made and looked at, held to its hash; templates print it as the HTML it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class PublicReleaseQuerySet(models.QuerySet["PublicRelease"]):
    def standing(self) -> PublicReleaseQuerySet:
        """Those that were not taken off the shelf again."""
        return self.filter(withdrawn_at__isnull=True)

    def newest(self) -> PublicRelease | None:
        """The last that was put there, standing or not."""
        return self.order_by("-at").first()

    def for_everybody(self) -> PublicReleaseQuerySet:
        """Those that can be read without signing in: standing ones of plans whose shelf is open. Without their heavy texts."""
        return (
            self.standing()
            .filter(version__report__plan__public_shelf=True)
            .select_related("version__report__plan")
            .defer("html", "version__snapshot")
        )


class PublicRelease(models.Model):
    """That somebody checked a version's public edition and put it on the shelf for everybody.

    One that was taken off again keeps its row; put back after another check, the version has two.
    """

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="releases")
    marking = models.CharField("protective marking", max_length=20, choices=Plan.Marking.choices, blank=True)
    pdf_sha256 = models.CharField("SHA-256 of the PDF looked at", max_length=64)
    html = models.TextField(
        blank=True, help_text="The page looked at, as it is shown since. Empty for releases from before it was kept."
    )
    html_sha256 = models.CharField("SHA-256 of the page looked at", max_length=64, blank=True)
    checks = models.JSONField(help_text="What was checked, each sentence as it was ticked.")
    despite_hold = models.TextField(
        blank=True, help_text="Why it was put there while publishing was on hold; by whom is said beside it."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = PublicReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = "public version"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                name="release_standing_once", fields=["version"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(
                name="release_withdrawn_says_why",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__gte=F("at"), withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Public version of {self.version}"

    def kept_page(self) -> KeptPage | None:
        """The page that was looked at; None for releases from before it was kept. Raises FactsLost for another one."""
        if not self.html_sha256:
            return None
        if sha256_of(self.html) != self.html_sha256:
            raise FactsLost("The kept page of this report is no longer the one that was checked.")
        return KeptPage(self.html)


class AudienceList(models.Model):
    """People a report is sent to: members, sub-groups, the Commissioner's office, scrutiny, democratic services."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    sub_groups = models.ManyToManyField(
        SubGroup, blank=True, related_name="+", verbose_name="sub-groups", help_text="Everybody with a seat in them."
    )
    position = models.PositiveSmallIntegerField("order", default=1)

    history = HistoricalRecords(m2m_fields=[people, sub_groups])

    class Meta:
        verbose_name = "audience list"
        ordering = ["plan", "position", "name"]
        constraints = [models.UniqueConstraint(name="audience_list_name_once", fields=["plan", "name"])]

    def __str__(self) -> str:
        return self.name


class Sending(models.Model):
    """That a published version was sent to one audience list, once."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="sendings")
    audience = models.ForeignKey(AudienceList, on_delete=models.PROTECT, related_name="+")
    despite_hold = models.TextField(
        blank=True, help_text="Why it was sent while publishing was on hold; by whom is said beside it."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(name="sending_once", fields=["version", "audience"])]

    def __str__(self) -> str:
        return f"{self.version} to {self.audience}"


class SentTo(models.Model):
    """The e-mail that one sending owes one person. Who is on several lists gets one for each version."""

    sending = models.ForeignKey(Sending, on_delete=models.PROTECT, related_name="sent_to")
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "e-mail of a sending"
        verbose_name_plural = "e-mails of sendings"
        ordering = ["sending", "pk"]
        constraints = [models.UniqueConstraint(name="sent_to_once", fields=["sending", "email"])]

    def __str__(self) -> str:
        return f"{self.email.recipient}: {self.sending}"
