"""Reading reports, their versions, files and decisions in administration. Nothing here can be changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib import admin

from partners.admin import ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from reports.models import (
    AudienceList,
    Decision,
    FactCheck,
    FactCheckAnswer,
    HoldPeriod,
    MatterArising,
    MatterHandover,
    NotProducedTakenBack,
    PlanFault,
    PublicRelease,
    RecommendationOutcome,
    RecommendationWords,
    Rendition,
    Report,
    ReportVersion,
    SectionText,
    Sending,
    SentTo,
    StoredFile,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from partners.models import User


class ReportVersionInline(ReadOnlyInline):
    model = ReportVersion
    fields = ("number", "state", "cut_off", "made_at", "sent_at", "published_at")
    show_change_link = True


class NotProducedTakenBackInline(ReadOnlyInline):
    """Why it was not to be produced, and why that holds no more."""

    model = NotProducedTakenBack
    fields = ("was", "was_by", "was_at", "reason", "by", "at")


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "plan", "created_at", "not_produced", "build_attempts", "build_failed_at")
    list_filter = ("kind", "plan")
    list_select_related = ("plan",)
    date_hierarchy = "period_start"
    inlines = (ReportVersionInline, NotProducedTakenBackInline)

    def sees_page(self, user: User, report: Report) -> bool:
        return Report.objects.visible_to(user).filter(pk=report.pk).exists()


class RenditionInline(ReadOnlyInline):
    """Files without their content: a file is fetched from the report's page, which checks who asks."""

    model = Rendition
    fields = ("stage", "state", "attempts", "last_error", "pages", "sha256", "queued_at", "finished_at")


class RecommendationOutcomeInline(ReadOnlyInline):
    """What a meeting made of each recommendation; the words stand on the version's own page, which knows who may read it."""

    model = RecommendationOutcome
    fields = ("position", "outcome", "meeting", "minute_reference", "by", "at")


@admin.register(ReportVersion)
class ReportVersionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "state", "received_up_to", "made_at", "sent_by", "published_at")
    list_filter = ("state", "report__kind")
    list_select_related = ("report", "sent_by")
    inlines = (
        RenditionInline,
        RecommendationOutcomeInline,
    )
    # The content itself may hold restricted words; it is read on the report's page.
    exclude = ("snapshot",)

    @admin.display(description="updates received up to", ordering="cut_off")
    def received_up_to(self, version: ReportVersion) -> dt.datetime:
        return version.cut_off

    def sees_page(self, user: User, version: ReportVersion) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=version.pk).exists()


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "state", "pages", "finished_at", "checked_at", "fault")
    list_filter = ("state", "stage", "edition", ("fault", admin.EmptyFieldListFilter))
    list_select_related = ("version__report",)
    exclude = ("html", "pdf")

    def sees_page(self, user: User, rendition: Rendition) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=rendition.version_id).exists()

    def view_on_site(self, rendition: Rendition) -> str:
        return rendition.version.get_absolute_url()


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    """Every file that was made, also those that another took the place of."""

    list_display = ("__str__", "sha256", "made_at", "set_aside_at")
    list_filter = ("stage", "edition", ("set_aside_at", admin.EmptyFieldListFilter))
    list_select_related = ("version__report",)
    search_fields = ("sha256",)

    def sees_page(self, user: User, file: StoredFile) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=file.version_id).exists()

    def view_on_site(self, file: StoredFile) -> str:
        return file.version.get_absolute_url()


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "outcome", "by", "as_role", "at", "meeting_words", "minute_reference")
    list_filter = ("outcome",)
    list_select_related = ("version__report", "by")
    date_hierarchy = "at"

    def sees_page(self, user: User, decision: Decision) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=decision.version_id).exists()

    def view_on_site(self, decision: Decision) -> str:
        return decision.version.get_absolute_url()


class MatterHandoverInline(ReadOnlyInline):
    model = MatterHandover
    fields = ("old", "new", "by", "at")


@admin.register(MatterArising)
class MatterArisingAdmin(ReadOnlyAdmin):
    """Who is to answer, until when, and whether they did; question and answer are read on the matter's own page."""

    list_display = ("pk", "source", "report", "owner", "due_on", "answered_at")
    list_filter = ("source",)
    list_select_related = ("report", "owner")
    exclude = ("text", "answer")
    inlines = (MatterHandoverInline,)

    def sees_page(self, user: User, matter: MatterArising) -> bool:
        return user.sees_the_work


class FactCheckAnswerInline(ReadOnlyInline):
    """What was said, and of what, stands on the fact check's own page, which knows who may read it."""

    model = FactCheckAnswer
    fields = ("partner", "is_right", "by", "at", "outcome", "settled_by", "settled_at")


@admin.register(FactCheck)
class FactCheckAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "opened_at", "opened_by", "answers_due_on", "closed_at", "closed_by")
    list_select_related = ("version__report", "opened_by", "closed_by")
    inlines = (FactCheckAnswerInline,)


@admin.register(HoldPeriod)
class HoldPeriodAdmin(ReferenceAdmin):
    """Days on which the portal publishes nothing. What was published stays; who overrides a hold says why, on the report's page."""

    list_display = ("reason", "starts_on", "ends_on", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("reason",)
    autocomplete_fields = ("plan",)
    deletable = True


@admin.register(SectionText)
class SectionTextAdmin(ReadOnlyAdmin):
    list_display = ("report", "section", "by", "at")
    list_filter = ("section", "report__kind")
    list_select_related = ("report", "by")
    date_hierarchy = "at"

    def sees_page(self, user: User, text: SectionText) -> bool:
        return Report.objects.visible_to(user).filter(pk=text.report_id).exists()

    def view_on_site(self, text: SectionText) -> str:
        return text.report.get_absolute_url()


@admin.register(RecommendationWords)
class RecommendationWordsAdmin(ReadOnlyAdmin):
    list_display = ("report", "key", "choice", "by", "at")
    list_filter = ("choice",)
    list_select_related = ("report", "by")
    date_hierarchy = "at"

    def sees_page(self, user: User, words: RecommendationWords) -> bool:
        return Report.objects.visible_to(user).filter(pk=words.report_id).exists()

    def view_on_site(self, words: RecommendationWords) -> str:
        return words.report.get_absolute_url()


@admin.register(PlanFault)
class PlanFaultAdmin(ReadOnlyAdmin):
    """Written by the clock, taken away by the clock."""

    list_display = ("plan", "reason", "since", "last_at")
    list_select_related = ("plan",)


@admin.register(AudienceList)
class AudienceListAdmin(ReferenceAdmin):
    """Who is on a list is changed here; it is sent to from a published report's page."""

    list_display = ("name", "plan", "position", "named_people", "groups")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("name",)
    autocomplete_fields = ("plan", "people", "sub_groups")
    fields = ("plan", "name", "position", "people", "sub_groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AudienceList]:
        return super().get_queryset(request).prefetch_related("people", "sub_groups")

    @admin.display(description="people")
    def named_people(self, audience: AudienceList) -> str:
        return ", ".join(str(person) for person in audience.people.all())

    @admin.display(description="sub-groups")
    def groups(self, audience: AudienceList) -> str:
        return ", ".join(group.name for group in audience.sub_groups.all())


class SentToInline(ReadOnlyInline):
    model = SentTo
    fields = ("email", "to", "state")
    readonly_fields = ("to", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentTo]:
        return super().get_queryset(request).select_related("email__recipient")

    @admin.display(description="to")
    def to(self, row: SentTo) -> str:
        return str(row.email.recipient)

    @admin.display(description="state")
    def state(self, row: SentTo) -> str:
        return row.email.get_state_display()


@admin.register(Sending)
class SendingAdmin(ReadOnlyAdmin):
    list_display = ("version", "audience", "by", "at")
    list_filter = ("audience",)
    list_select_related = ("version__report", "audience", "by")
    date_hierarchy = "at"
    inlines = (SentToInline,)

    def view_on_site(self, sending: Sending) -> str:
        return sending.version.get_absolute_url()

    def sees_page(self, user: User, sending: Sending) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=sending.version_id).exists()


@admin.register(PublicRelease)
class PublicReleaseAdmin(ReadOnlyAdmin):
    """What everybody can or could read, who checked it, and why it was taken away."""

    list_display = ("version", "marking", "by", "at", "withdrawn_at", "withdrawn_by")
    list_filter = ("marking", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("version__report", "by", "withdrawn_by")
    date_hierarchy = "at"

    def view_on_site(self, release: PublicRelease) -> str:
        return release.version.get_absolute_url()

    def sees_page(self, user: User, release: PublicRelease) -> bool:
        return ReportVersion.objects.visible_to(user).filter(pk=release.version_id).exists()
