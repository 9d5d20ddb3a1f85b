"""Reading the action plan in administration. Everything here is written by the verbs, on the portal's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.text import Truncator

from actions import permissions as permissions  # the rules behind `has_perm`
from actions.models import (
    Action,
    ActionEvent,
    DeadlineExtension,
    Evidence,
    Export,
    HelpReply,
    Milestone,
    Notice,
    ProgressUpdate,
    Proposal,
    Reminder,
    SubGroupReturn,
)
from partners.admin import ReadOnlyAdmin, ReadOnlyInline, person_at_work
from performance.models import EmergingIssue

if TYPE_CHECKING:
    from django.http import HttpRequest


#: Characters of a text in a list.
SHORT = 80


class MilestoneInline(ReadOnlyInline):
    model = Milestone
    fields = ("text", "due_on", "done_on")


@admin.register(Action)
class ActionAdmin(ReadOnlyAdmin):
    list_display = ("ref", "title", "priority", "sub_group", "lead_partner", "state", "due_on", "review_on")
    list_display_links = ("ref", "title")
    list_filter = ("plan", "state", "priority", "sub_group", "lead_partner", "reoffending_focus", "origin")
    list_select_related = ("priority", "sub_group", "lead_partner")
    search_fields = ("ref", "title", "lead_partner__name", "lead_partner__code")
    ordering = ("plan", "ref")
    inlines = (MilestoneInline,)

    def get_fields(self, request: HttpRequest, obj: Action | None = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        told = obj is None or _may_name_issue(request, obj.from_issue)
        return [name for name in fields if told or name != "from_issue"]


#: What people wrote, apart from the facts around it.
WORDS = ("narrative", "reason", "recovery", "help_wanted", "achievement")


def _may_name_issue(request: HttpRequest, issue: EmergingIssue | None) -> bool:
    """Whether the title of the issue something came from may be shown: administering is no licence to restricted ones."""
    if issue is None or not issue.restricted:
        return True
    return EmergingIssue.objects.visible_to(person_at_work(request)).filter(pk=issue.pk).exists()


def _may_read(request: HttpRequest, update: ProgressUpdate) -> bool:
    return not update.restricted or request.user.has_perm("actions.read_restricted", update)


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(ReadOnlyAdmin):
    list_display = ("action", "period_label", "kind", "rating", "by", "submitted_at", "late", "restricted")
    list_filter = ("kind", "rating", "late", "restricted", "action__priority")
    list_select_related = ("action", "by")
    search_fields = ("action__ref", "action__title", "by__name")
    date_hierarchy = "submitted_at"

    def get_fields(self, request: HttpRequest, obj: ProgressUpdate | None = None) -> list[Any]:
        """Restricted words stay with those who may read them: administering is no licence to."""
        facts = [
            "action",
            "period_label",
            "kind",
            "rating",
            "by",
            "on_behalf_of",
            "submitted_at",
            "late",
            "restricted",
            "help_wanted_from",
        ]
        return [*facts, *WORDS] if obj is None or _may_read(request, obj) else facts

    def get_readonly_fields(self, request: HttpRequest, obj: ProgressUpdate | None = None) -> tuple[str, ...]:
        return ("period_label",)

    @admin.display(description="period", ordering="period_start")
    def period_label(self, update: ProgressUpdate) -> str:
        return update.period.label

    def view_on_site(self, update: ProgressUpdate) -> str:
        return update.action.get_absolute_url()


@admin.register(ActionEvent)
class ActionEventAdmin(ReadOnlyAdmin):
    list_display = ("action", "kind", "field", "old_in_short", "new_in_short", "by", "at")
    list_filter = ("kind", "action__priority")
    list_select_related = ("action", "by")
    search_fields = ("action__ref", "action__title")
    date_hierarchy = "at"

    def get_fields(self, request: HttpRequest, obj: ActionEvent | None = None) -> list[Any]:
        """The reason belongs to the words of the update that brought the change, and is held back with them."""
        facts = ["action", "kind", "field", "old", "new", "by", "at", "update"]
        held = obj is not None and obj.update is not None and not _may_read(request, obj.update)
        return facts if held else [*facts, "reason"]

    @admin.display(description="old")
    def old_in_short(self, event: ActionEvent) -> str:
        return Truncator(event.old).chars(SHORT)

    @admin.display(description="new")
    def new_in_short(self, event: ActionEvent) -> str:
        return Truncator(event.new).chars(SHORT)

    def view_on_site(self, event: ActionEvent) -> str:
        return event.action.get_absolute_url()


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ("title", "priority", "lead_partner", "state", "proposed_by", "proposed_at", "action")
    list_filter = ("plan", "state", "priority", "lead_partner")
    list_select_related = ("priority", "lead_partner", "proposed_by", "action")
    search_fields = ("title", "action__ref", "proposed_by__name")
    date_hierarchy = "proposed_at"
    exclude = ("submission_key", "revision")

    def get_fields(self, request: HttpRequest, obj: Proposal | None = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        told = obj is None or _may_name_issue(request, obj.from_issue)
        return [name for name in fields if told or name != "from_issue"]


@admin.register(DeadlineExtension)
class DeadlineExtensionAdmin(ReadOnlyAdmin):
    list_display = ("action", "round", "due_on", "reason", "by", "at")
    list_select_related = ("action", "round", "by")
    search_fields = ("action__ref", "action__title")

    def view_on_site(self, extension: DeadlineExtension) -> str:
        return extension.action.get_absolute_url()


@admin.register(SubGroupReturn)
class SubGroupReturnAdmin(ReadOnlyAdmin):
    list_display = ("sub_group", "period_start", "ready_at", "by", "at")
    list_filter = ("sub_group",)
    list_select_related = ("sub_group", "by")
    exclude = ("revision",)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """The ledger of who was reminded of what."""

    list_display = ("recipient", "step", "round", "due_on", "actions", "at", "by")
    list_filter = ("step", "round")
    list_select_related = ("recipient", "round", "by")
    search_fields = ("recipient__name", "recipient__email")
    date_hierarchy = "at"


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Without its words, which are the work's."""

    list_display = ("recipient", "kind", "at", "email")
    list_filter = ("kind",)
    list_select_related = ("recipient", "email")
    search_fields = ("recipient__name", "recipient__email")
    date_hierarchy = "at"
    exclude = ("text",)


@admin.register(HelpReply)
class HelpReplyAdmin(ReadOnlyAdmin):
    """Without its words, which go with those of the update that asks."""

    list_display = ("update", "partner", "answer", "by", "at")
    list_filter = ("answer", "partner")
    list_select_related = ("update__action", "partner", "by")
    search_fields = ("update__action__ref", "partner__name")
    date_hierarchy = "at"
    exclude = ("text", "submission_key")

    def view_on_site(self, reply: HelpReply) -> str:
        return reply.update.action.get_absolute_url()


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    """What kind of file it is and what the scanner said; what it is called and holds stays with the work."""

    list_display = ("update", "kind", "media_type", "size", "scan", "by", "at")
    list_filter = ("kind", "scan")
    list_select_related = ("update__action", "by")
    search_fields = ("update__action__ref", "by__name")
    date_hierarchy = "at"
    exclude = ("name", "url", "file")

    def view_on_site(self, evidence: Evidence) -> str:
        return evidence.update.action.get_absolute_url()


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Which files were made for whom; what was searched for and the file itself stay with whoever asked."""

    list_display = ("kind", "by", "state", "rows_done", "total", "asked_at", "expires_on", "removed_on")
    list_filter = ("state", "kind")
    list_select_related = ("by",)
    search_fields = ("by__name", "by__email")
    date_hierarchy = "asked_at"
    exclude = ("query", "file")
    view_on_site = False
