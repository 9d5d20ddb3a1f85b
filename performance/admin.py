"""Administration of indicators, the groups they are compared with, the assessment and the survey. Figures are read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from partners.admin import OrderedAdmin, ReadOnlyAdmin, ReferenceAdmin, ReferenceInline, person_at_work
from partners.ordering import OrderedFormSet
from performance.models import (
    Commentary,
    Comparator,
    ComparatorGroup,
    ComparatorMember,
    EmergingIssue,
    Finding,
    Indicator,
    Measurement,
    PrintedFigure,
    StrategicAssessment,
    Survey,
    SurveyFinding,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Indicator)
class IndicatorAdmin(ReferenceAdmin):
    list_display = ("name", "code", "unit", "better", "frequency", "data_owner", "publishable")
    list_filter = ("better", "frequency", "priorities", "all_priorities", "publishable", "data_owner")
    list_select_related = ("data_owner",)
    search_fields = ("name", "code", "definition", "source")
    autocomplete_fields = ("data_owner", "priorities")
    fieldsets = (
        (None, {"fields": ("code", "name", "position", "definition", "unit", "better")}),
        ("Belongs to", {"fields": ("priorities", "all_priorities", "active_from", "active_to")}),
        ("Where it comes from", {"fields": ("data_owner", "source", "frequency", "lag_weeks")}),
        ("Baseline", {"fields": ("baseline_printed", "baseline_value", "baseline_unit", "baseline_period")}),
        ("Publishing", {"fields": ("publishable", "small_numbers", "note")}),
    )


class ComparatorMemberInline(ReferenceInline):
    model = ComparatorMember
    formset = OrderedFormSet
    fields = ("position", "printed_name", "usual_name", "query")


@admin.register(ComparatorGroup)
class ComparatorGroupAdmin(ReferenceAdmin):
    list_display = ("name", "plan", "source")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("name", "members__printed_name", "members__usual_name")
    autocomplete_fields = ("plan",)
    inlines = (ComparatorMemberInline,)


class FindingInline(ReferenceInline):
    model = Finding
    formset = OrderedFormSet
    fields = ("position", "priority", "text", "evidence")
    autocomplete_fields = ("priority",)


@admin.register(StrategicAssessment)
class StrategicAssessmentAdmin(ReferenceAdmin):
    list_display = ("title", "covers_from", "covers_to", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("title", "findings__text")
    autocomplete_fields = ("plan",)
    inlines = (FindingInline,)


class SurveyFindingInline(ReferenceInline):
    model = SurveyFinding
    formset = OrderedFormSet
    fields = ("position", "topic", "text")


@admin.register(Survey)
class SurveyAdmin(ReferenceAdmin):
    list_display = ("title", "year", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("title", "findings__text")
    autocomplete_fields = ("plan",)
    inlines = (SurveyFindingInline,)


@admin.register(PrintedFigure)
class PrintedFigureAdmin(OrderedAdmin):
    list_display = ("label", "table", "printed", "printed_average", "printed_position", "priority")
    list_filter = ("plan", "table", "priority", ("query", admin.EmptyFieldListFilter))
    list_select_related = ("priority",)
    search_fields = ("label", "heading", "printed", "query")
    autocomplete_fields = ("plan", "priority")
    ordering = ("plan", "position")
    fieldsets = (
        (None, {"fields": ("plan", "position", "table", "heading", "label", "priority", "source")}),
        (
            "As printed",
            {
                "fields": ("printed", "printed_average", "printed_position", "printed_comparison", "period", "query"),
                "description": "Character for character. A doubtful figure gets a query and is never put right here.",
            },
        ),
        ("As numbers", {"fields": ("value", "average", "group_position", "group_size", "unit")}),
    )


@admin.register(Measurement)
class MeasurementAdmin(ReadOnlyAdmin):
    list_display = ("indicator", "period_label", "printed", "provisional", "as_at", "recorded_by", "recorded_at")
    list_filter = ("provisional", "period_kind", "indicator")
    list_select_related = ("indicator", "recorded_by")
    search_fields = ("indicator__name", "indicator__code", "note")
    date_hierarchy = "period_start"

    @admin.display(description="period", ordering="period_start")
    def period_label(self, row: Measurement) -> str:
        return row.period.label


@admin.register(Comparator)
class ComparatorAdmin(ReadOnlyAdmin):
    list_display = ("indicator", "kind", "period_label", "average", "basis", "position", "group_size")
    list_filter = ("kind", "indicator")
    list_select_related = ("indicator",)
    search_fields = ("indicator__name", "indicator__code")

    @admin.display(description="period", ordering="period_start")
    def period_label(self, row: Comparator) -> str:
        return row.period.label


@admin.register(Commentary)
class CommentaryAdmin(ReadOnlyAdmin):
    list_display = ("indicator", "period_label", "by", "at")
    list_filter = ("indicator",)
    list_select_related = ("indicator", "by")
    search_fields = ("indicator__name", "indicator__code", "text")

    @admin.display(description="period", ordering="period_start")
    def period_label(self, row: Commentary) -> str:
        return row.period.label


@admin.register(EmergingIssue)
class EmergingIssueAdmin(ReadOnlyAdmin):
    list_display = ("title", "priority", "state", "restricted", "raised_by", "raised_at")
    list_filter = ("state", "priority", "restricted")
    list_select_related = ("priority", "raised_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmergingIssue]:
        """Restricted issues stay with those who may read them: administering is no licence to."""
        rows = super().get_queryset(request)
        return rows.filter(restricted=False) | rows & EmergingIssue.objects.visible_to(person_at_work(request))
