"""Administration of the plan: its text and calendar, priorities, sub-groups, meetings, duties and what we have regard to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from partners.admin import (
    OrderedAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ReferenceAdmin,
    ReferenceInline,
    ReferenceStackedInline,
)
from partners.ordering import NumberedForm, NumberedFormSet, OrderedFormSet
from priorities.models import (
    Achievement,
    AnnualFocus,
    ContextFact,
    Duty,
    DutyDone,
    Meeting,
    Membership,
    Plan,
    PlanSection,
    PoliceAndCrimePlan,
    PoliceAndCrimePriority,
    Priority,
    SubGroup,
    UpdateRound,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class PriorityInline(ReferenceInline):
    """The order at a glance; the words of a priority are changed on its own page."""

    model = Priority
    formset = OrderedFormSet
    fields = ("position", "code", "name", "active_from", "active_to")
    show_change_link = True
    can_delete = False
    deletable = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        """A priority wants a statement, which its own page asks for."""
        return False


class PlanSectionInline(ReferenceStackedInline):
    model = PlanSection
    formset = NumberedFormSet
    fields = (("number", "heading"), "body", "source", "query")
    classes = ("collapse",)


@admin.register(Plan)
class PlanAdmin(ReferenceAdmin):
    list_display = ("title", "starts_on", "ends_on", "update_every", "is_demonstration")
    search_fields = ("title", "partnership")
    inlines = (PriorityInline, PlanSectionInline)
    fieldsets = (
        (None, {"fields": ("title", "partnership", "short_name", "strategic_objective", "objective_source")}),
        ("Dates", {"fields": ("starts_on", "ends_on", "dates_note")}),
        (
            "Timetable of updates and reports",
            {
                "fields": (
                    "update_every",
                    "updates_due_weeks",
                    "draft_weeks",
                    "chair_weeks",
                    "final_weeks",
                    "quarterly_needs_chair",
                    "fact_check",
                ),
                "description": (
                    "Weeks are counted from the last day of the period and roll to the next working day. "
                    "A request for updates that has opened keeps its dates, and so does the report on its period. "
                    "A change holds at once for every other report that is not made yet, such as quarterly ones "
                    "while partners update every six months."
                ),
            },
        ),
        ("What reports print", {"fields": ("contact", "marking", "is_demonstration")}),
        (
            "What everybody may read",
            {
                "fields": ("public_shelf",),
                "description": "Shut again, the shelf is gone at once; copies in caches last five minutes more.",
            },
        ),
    )


class AnnualFocusInline(ReferenceInline):
    model = AnnualFocus
    fields = ("year", "text", "source")


@admin.register(Priority)
class PriorityAdmin(OrderedAdmin):
    list_display = ("name", "code", "position", "plan", "active_from", "active_to")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("name", "code", "statement")
    autocomplete_fields = ("plan",)
    ordering = ("plan", "position")
    inlines = (AnnualFocusInline,)
    fieldsets = (
        (None, {"fields": ("plan", "position", "code", "name", "statement", "source")}),
        (
            "When it applies",
            {
                "fields": ("active_from", "active_to"),
                "description": "The list is reviewed every year. A priority that ends keeps its actions and its past.",
            },
        ),
    )


class MembershipInline(ReferenceInline):
    model = Membership
    fields = ("user", "joined_on", "left_on")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """With what each row is called by."""
        return super().get_queryset(request).select_related("user", "sub_group")


@admin.register(SubGroup)
class SubGroupAdmin(ReferenceAdmin):
    list_display = ("name", "code", "chairing_partner", "lead", "reoffending_lead", "meets")
    list_filter = ("plan", "priorities")
    list_select_related = ("chairing_partner", "lead", "reoffending_lead")
    search_fields = ("name", "code")
    autocomplete_fields = ("plan", "reports_to", "chairing_partner", "lead", "deputy", "reoffending_lead", "priorities")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("plan", "code", "name", "priorities", "reports_to", "meets")}),
        ("Who", {"fields": ("chairing_partner", "lead", "deputy", "reoffending_lead")}),
        ("Notes", {"fields": ("note",)}),
    )


@admin.register(Meeting)
class MeetingAdmin(ReferenceAdmin):
    list_display = ("date", "sub_group", "papers_due", "place", "plan")
    list_filter = ("plan", "sub_group")
    list_select_related = ("plan", "sub_group")
    search_fields = ("place", "sub_group__name")
    autocomplete_fields = ("plan", "sub_group")
    date_hierarchy = "date"
    ordering = ("-date",)


@admin.register(PlanSection)
class PlanSectionAdmin(OrderedAdmin):
    form = NumberedForm
    deletable = True
    list_display = ("number", "heading", "plan", "source")
    list_display_links = ("heading",)
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("heading", "body")
    autocomplete_fields = ("plan",)


@admin.register(ContextFact)
class ContextFactAdmin(OrderedAdmin):
    deletable = True
    list_display = ("text", "topic", "printed", "year", "position")
    list_filter = ("plan", "topic", "year")
    search_fields = ("text", "topic", "printed", "query")
    autocomplete_fields = ("plan", "refreshes")
    fieldsets = (
        (None, {"fields": ("plan", "position", "topic", "text", "printed", "source", "query")}),
        (
            "A later year",
            {
                "fields": ("year", "refreshes"),
                "description": "For a fact looked up since. What the plan printed stays, and the later figure stands beside it.",
            },
        ),
    )


@admin.register(Achievement)
class AchievementAdmin(OrderedAdmin):
    deletable = True
    list_display = ("text", "priority", "source", "position")
    list_filter = ("plan", "priority")
    list_select_related = ("priority",)
    search_fields = ("text",)
    autocomplete_fields = ("plan", "priority")


class PoliceAndCrimePriorityInline(ReferenceStackedInline):
    model = PoliceAndCrimePriority
    formset = OrderedFormSet
    fields = (("position", "name"), "text", "answered_by")
    autocomplete_fields = ("answered_by",)


@admin.register(PoliceAndCrimePlan)
class PoliceAndCrimePlanAdmin(ReferenceAdmin):
    list_display = ("title", "starts_on", "ends_on", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("title", "priorities__name")
    autocomplete_fields = ("plan",)
    inlines = (PoliceAndCrimePriorityInline,)


class DutyDoneInline(ReadOnlyInline):
    model = DutyDone
    fields = ("year", "done_on", "note", "by", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DutyDone]:
        return super().get_queryset(request).select_related("by", "duty")


@admin.register(Duty)
class DutyAdmin(OrderedAdmin):
    list_display = ("name", "due_month", "due_day", "statute", "verified", "position")
    list_filter = ("plan", "verified")
    search_fields = ("name", "text", "statute")
    autocomplete_fields = ("plan",)
    inlines = (DutyDoneInline,)
    fieldsets = (
        (None, {"fields": ("plan", "position", "code", "name", "text")}),
        ("Due every year on", {"fields": (("due_month", "due_day"),)}),
        ("What it rests on", {"fields": ("statute", "verified")}),
    )


@admin.register(UpdateRound)
class UpdateRoundAdmin(ReadOnlyAdmin):
    """Requests for updates open by the calendar; their dates come from the plan's timetable."""

    list_display = ("__str__", "plan", "opens_on", "updates_due_on", "draft_on", "chair_on", "final_on")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    date_hierarchy = "period_start"
