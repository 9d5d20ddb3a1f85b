"""Administration of indicators, the groups they are compared with, the assessment and the survey. What the verbs write, such
as figures and decisions, is read-only.
"""

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
    person_at_work,
)
from partners.ordering import OrderedFormSet, PlacedForm
from performance.models import (
    Annotation,
    ColumnMapping,
    Commentary,
    Comparator,
    ComparatorGroup,
    ComparatorMember,
    EmergingIssue,
    FigureReminder,
    Finding,
    Indicator,
    IssueEvent,
    Measurement,
    NotYetAvailable,
    PrintedFigure,
    RangeBaseline,
    Recommendation,
    SimilarAreasRow,
    SimilarAreasTable,
    Source,
    StrategicAssessment,
    Survey,
    SurveyFinding,
    SurveyQuestion,
    SurveyResult,
    Upload,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from partners.models import User
    from priorities.fields import HasPeriod


class OfPeriodAdmin(ReadOnlyAdmin):
    """Rows about one period of one indicator, which goes by its label."""

    @admin.display(description="period", ordering="period_start")
    def period_label(self, row: HasPeriod) -> str:
        return row.period.label


@admin.register(Indicator)
class IndicatorAdmin(ReferenceAdmin):
    list_display = ("name", "code", "unit", "better", "frequency", "data_owner", "publishable")
    list_filter = ("better", "frequency", "priorities", "all_priorities", "publishable", "data_owner")
    list_select_related = ("data_owner",)
    search_fields = ("name", "code", "definition", "source")
    autocomplete_fields = ("data_owner", "data_source", "contact", "priorities", "sum_of", "rate_of", "out_of")
    fieldsets = (
        (None, {"fields": ("code", "name", "position", "definition", "unit", "measure", "better")}),
        ("Belongs to", {"fields": ("priorities", "all_priorities", "active_from", "active_to")}),
        ("Where it comes from", {"fields": ("data_owner", "contact", "source", "data_source")}),
        ("When", {"fields": ("frequency", "lag_weeks", "seasonal")}),
        ("How it is worked out", {"fields": ("rate_per", "rate_of", "out_of", "sum_of")}),
        ("Baseline", {"fields": ("baseline_printed", "baseline_value", "baseline_unit", "baseline_period")}),
        ("Target", {"fields": ("target_direction", "target_value", "target_note")}),
        ("Publishing", {"fields": ("publishable", "small_numbers", "note")}),
    )


@admin.register(Source)
class SourceAdmin(ReferenceAdmin):
    list_display = ("name", "publishable")
    list_filter = ("publishable",)
    search_fields = ("name", "note")


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


class RecommendationInline(ReferenceStackedInline):
    """Its words and what it is about; whether it was taken up is decided on the assessment's own page."""

    model = Recommendation
    formset = OrderedFormSet
    fields = ("position", "text", "priorities", "focuses", ("outcome", "decided_on"), "reason")
    readonly_fields = ("outcome", "decided_on", "reason")
    autocomplete_fields = ("priorities",)


@admin.register(StrategicAssessment)
class StrategicAssessmentAdmin(ReferenceAdmin):
    list_display = ("title", "covers_from", "covers_to", "state", "due_on", "plan")
    list_filter = ("plan", "state")
    list_select_related = ("plan",)
    search_fields = ("title", "findings__text", "recommendations__text")
    autocomplete_fields = ("plan",)
    inlines = (FindingInline, RecommendationInline)
    readonly_fields = ("state", "adopted_on", "adopted_at_meeting")
    fieldsets = (
        (None, {"fields": ("plan", "title", "covers_from", "covers_to", "due_on", "source", "query")}),
        (
            "Adoption",
            {
                "fields": ("state", "adopted_on", "adopted_at_meeting"),
                "description": "Adopted by the coordinator on the assessment's own page.",
            },
        ),
    )


class SurveyFindingInline(ReferenceInline):
    model = SurveyFinding
    formset = OrderedFormSet
    fields = ("position", "topic", "text")


class SurveyQuestionInline(ReferenceInline):
    """The order at a glance; the answers stand on the question's own page."""

    model = SurveyQuestion
    formset = OrderedFormSet
    fields = ("position", "code", "text", "about", "priority", "base")
    autocomplete_fields = ("priority",)
    show_change_link = True


@admin.register(Survey)
class SurveyAdmin(ReferenceAdmin):
    list_display = ("title", "year", "responses", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("title", "findings__text")
    autocomplete_fields = ("plan",)
    inlines = (SurveyFindingInline, SurveyQuestionInline)
    fieldsets = (
        (None, {"fields": ("plan", "year", "title", "source", "query")}),
        ("Who answered", {"fields": ("opened_on", "closed_on", "responses")}),
    )


class SurveyResultInline(ReferenceInline):
    model = SurveyResult
    formset = OrderedFormSet
    fields = ("position", "answer", "count", "percent")


class QuestionForm(PlacedForm):
    within = "survey"


@admin.register(SurveyQuestion)
class SurveyQuestionAdmin(OrderedAdmin):
    form = QuestionForm
    deletable = True
    list_display = ("text", "survey", "about", "priority", "base", "position")
    list_filter = ("about", "survey", "priority")
    list_select_related = ("survey", "priority")
    search_fields = ("text", "code")
    autocomplete_fields = ("survey", "priority")
    inlines = (SurveyResultInline,)


@admin.register(PrintedFigure)
class PrintedFigureAdmin(OrderedAdmin):
    list_display = ("label", "table", "printed", "printed_average", "printed_position", "priority")
    list_filter = ("plan", "assessment", "table", "priority", ("query", admin.EmptyFieldListFilter))
    list_select_related = ("priority",)
    search_fields = ("label", "heading", "printed", "query")
    autocomplete_fields = ("plan", "assessment", "priority")
    ordering = ("plan", "position")
    fieldsets = (
        (None, {"fields": ("plan", "position", "assessment", "table", "heading", "label", "priority", "source")}),
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
class MeasurementAdmin(OfPeriodAdmin):
    list_display = ("indicator", "period_label", "printed", "provisional", "as_at", "recorded_by", "recorded_at")
    list_filter = ("provisional", "period_kind", "indicator")
    list_select_related = ("indicator", "recorded_by")
    search_fields = ("indicator__name", "indicator__code", "note")
    date_hierarchy = "period_start"


@admin.register(Comparator)
class ComparatorAdmin(OfPeriodAdmin):
    list_display = ("indicator", "kind", "period_label", "average", "basis", "position", "group_size")
    list_filter = ("kind", "indicator")
    list_select_related = ("indicator",)
    search_fields = ("indicator__name", "indicator__code")


@admin.register(NotYetAvailable)
class NotYetAvailableAdmin(OfPeriodAdmin):
    list_display = ("indicator", "period_label", "reason", "expected_on", "by", "at")
    list_filter = ("indicator",)
    list_select_related = ("indicator", "by")
    search_fields = ("indicator__name", "indicator__code")


@admin.register(Commentary)
class CommentaryAdmin(OfPeriodAdmin):
    list_display = ("indicator", "period_label", "by", "at")
    list_filter = ("indicator",)
    list_select_related = ("indicator", "by")
    search_fields = ("indicator__name", "indicator__code", "text")


@admin.register(RangeBaseline)
class RangeBaselineAdmin(OfPeriodAdmin):
    list_display = ("indicator", "period_label", "last_label", "reason", "by", "at")
    list_filter = ("indicator",)
    list_select_related = ("indicator", "by")
    search_fields = ("indicator__name", "indicator__code")

    @admin.display(description="last period", ordering="last_start")
    def last_label(self, row: RangeBaseline) -> str:
        return row.last.label


@admin.register(Annotation)
class AnnotationAdmin(OfPeriodAdmin):
    list_display = ("indicator", "period_label", "text", "by", "at")
    list_filter = ("indicator",)
    list_select_related = ("indicator", "by")
    search_fields = ("indicator__name", "indicator__code")


@admin.register(FigureReminder)
class FigureReminderAdmin(OfPeriodAdmin):
    """The ledger of who was asked for which figure."""

    list_display = ("indicator", "period_label", "owed", "stage", "due_on", "person", "by", "at")
    list_filter = ("stage", "owed", "indicator")
    list_select_related = ("indicator", "person", "by")
    search_fields = ("indicator__name", "indicator__code", "person__name", "person__email")
    date_hierarchy = "at"


class SimilarAreasRowInline(ReadOnlyInline):
    model = SimilarAreasRow
    fields = ("position_in_table", "heading", "label", "printed", "printed_average", "position", "priority", "query")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SimilarAreasRow]:
        return super().get_queryset(request).select_related("priority")


@admin.register(SimilarAreasTable)
class SimilarAreasTableAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "window", "group_size", "provisional", "as_at", "recorded_by", "recorded_at")
    list_filter = ("plan", "provisional")
    list_select_related = ("recorded_by",)
    search_fields = ("window", "rows__label")
    inlines = (SimilarAreasRowInline,)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Who sent what kind of file and how far it got. What it is called and holds stays with those who work on figures."""

    list_display = ("kind", "period_label", "data_owner", "state", "rows_done", "rows_total", "by", "at")
    list_filter = ("state", "kind", "data_owner")
    list_select_related = ("data_owner", "by")
    search_fields = ("data_owner__name", "by__name", "by__email")
    date_hierarchy = "at"
    exclude = ("name", "file", "sheet", "mapping", "answers", "findings", "preview", "submission_key")

    @admin.display(description="period", ordering="period_start")
    def period_label(self, row: Upload) -> str:
        return row.period.label


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnlyAdmin):
    list_display = ("data_owner", "kind", "by", "at")
    list_filter = ("kind", "data_owner")
    list_select_related = ("data_owner", "by")
    search_fields = ("data_owner__name",)


class OfIssueAdmin(ReadOnlyAdmin):
    """Restricted issues stay with those who may read them: administering is no licence to."""

    def visible_to(self, user: User) -> QuerySet[EmergingIssue]:
        return EmergingIssue.objects.filter(restricted=False) | EmergingIssue.objects.visible_to(user)


@admin.register(EmergingIssue)
class EmergingIssueAdmin(OfIssueAdmin):
    list_display = ("title", "priority", "state", "restricted", "raised_by", "raised_at")
    list_filter = ("state", "priority", "restricted")
    list_select_related = ("priority", "raised_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmergingIssue]:
        return super().get_queryset(request).filter(pk__in=self.visible_to(person_at_work(request)))


@admin.register(IssueEvent)
class IssueEventAdmin(OfIssueAdmin):
    list_display = ("issue", "state", "by", "at")
    list_filter = ("state",)
    list_select_related = ("issue", "by")
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssueEvent]:
        return super().get_queryset(request).filter(issue__in=self.visible_to(person_at_work(request)))
