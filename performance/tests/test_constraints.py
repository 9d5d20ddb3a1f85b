"""What the database itself refuses of figures, commentaries and issues, whoever writes."""

import datetime as dt
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from partners.tests.constraints import Breach, names_of, refused_by
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
from performance.tests.makers import NOW, Cast, make_indicator

ODD_DAY = {"period_start": dt.date(2026, 8, 1)}
YEAR_BEFORE = {"period_start": dt.date(2025, 7, 1)}

BREACHES = [
    Breach("indicator_better_known", "indicator", {"better": "context"}, {"code": "B", "better": "bigger"}),
    Breach("indicator_measure_known", "indicator", {"measure": "people"}, {"code": "B", "measure": "heads"}),
    Breach("indicator_frequency_known", "indicator", {"frequency": "annual"}, {"code": "B", "frequency": "daily"}),
    Breach("Indicator.code", "indicator", {"name": "One"}, {"name": "Another"}),
    Breach("measurement_first_once", "measurement", {}, {"printed": "419", "note": "A second first figure."}),
    Breach("measurement_period", "measurement", {}, ODD_DAY),
    Breach("measurement_correction_says_why", "correction", {"note": "Recounted."}, {"replaces": "last", "note": ""}),
    Breach("Measurement.replaces", "correction", {}, {"printed": "420"}),
    Breach(
        "measurement_denominator_not_zero",
        "measurement",
        {"denominator": 1, "denominator_source": "ONS"},
        {"denominator": 0, "denominator_source": "ONS", **YEAR_BEFORE},
    ),
    Breach(
        "measurement_denominator_has_source",
        "measurement",
        {"denominator": 1, "denominator_source": "ONS"},
        {"denominator": 1, "denominator_source": "", **YEAR_BEFORE},
    ),
    Breach("comparator_group_once", "similar_areas", {"source": "One"}, {"source": "Another"}),
    Breach("comparator_member_position", "similar_area", {"position": 1}, {"position": 1}),
    Breach("similar_areas_first_once", "area_table", {}, {"window": "Another", "note": "A second first table."}),
    Breach("similar_areas_period", "area_table", {}, ODD_DAY),
    Breach("similar_areas_correction_says_why", "area_correction", {"note": "Late."}, {"replaces": "last", "note": ""}),
    Breach("SimilarAreasTable.replaces", "area_correction", {}, {"window": "Another"}),
    Breach("similar_areas_group_has_others", "area_table", {"group_size": 2}, {"group_size": 1, **YEAR_BEFORE}),
    Breach("similar_areas_row_order", "area_row", {"label": "Arson"}, {"label": "Shoplifting"}),
    Breach("similar_areas_row_once", "area_row", {"position_in_table": 1}, {"position_in_table": 2}),
    Breach("comparator_once", "comparator", {}, {"average": 2}),
    Breach("comparator_period", "comparator", {}, ODD_DAY),
    Breach(
        "comparator_position_in_group",
        "comparator",
        {"position": 15, "group_size": 15},
        {"position": 16, "group_size": 15, **YEAR_BEFORE},
    ),
    Breach("comparator_position_in_group", "comparator", {}, {"position": 0, "group_size": 15, **YEAR_BEFORE}),
    Breach("comparator_position_in_group", "comparator", {}, {"position": 1, **YEAR_BEFORE}),
    Breach("assessment_once", "assessment", {"title": "One"}, {"title": "Another"}),
    Breach(
        "assessment_window_in_order",
        "assessment",
        {"covers_to": dt.date(2022, 10, 2)},
        {"covers_from": dt.date(2023, 10, 1), "covers_to": dt.date(2023, 10, 1)},
    ),
    Breach(
        "assessment_state_known",
        "assessment",
        {"state": "adopted"},
        {"covers_from": dt.date(2021, 10, 1), "state": "forgotten"},
    ),
    Breach("recommendation_position_unique", "recommendation", {"position": 1}, {"position": 1}),
    Breach(
        "recommendation_outcome_known",
        "recommendation",
        {"position": 1, "outcome": "accepted", "decided_on": dt.date(2026, 11, 3)},
        {"position": 2, "outcome": "perhaps", "decided_on": dt.date(2026, 11, 3)},
    ),
    Breach(
        "recommendation_declined_says_why",
        "recommendation",
        {"position": 1, "outcome": "declined", "decided_on": dt.date(2026, 11, 3), "reason": "No money."},
        {"position": 2, "outcome": "declined", "decided_on": dt.date(2026, 11, 3)},
    ),
    Breach(
        "recommendation_decided_has_date",
        "recommendation",
        {"position": 1, "outcome": "undecided"},
        {"position": 2, "outcome": "accepted"},
    ),
    Breach("survey_question_position_unique", "question", {"code": "a"}, {"code": "b"}),
    Breach("survey_question_code_unique", "question", {"position": 1}, {"position": 2}),
    Breach(
        "survey_question_about_known",
        "question",
        {"about": "unsafe"},
        {"code": "b", "position": 2, "about": "everything"},
    ),
    Breach("survey_result_position_unique", "result", {"answer": "Yes"}, {"answer": "No"}),
    Breach("survey_result_answer_unique", "result", {"position": 1}, {"position": 2}),
    Breach(
        "survey_result_says_something",
        "result",
        {"count": 0},
        {"answer": "No", "position": 2, "count": None},
    ),
    Breach(
        "survey_result_percent_in_range",
        "result",
        {"percent": 100},
        {"answer": "No", "position": 2, "percent": Decimal("100.1")},
    ),
    Breach(
        "survey_result_percent_in_range",
        "result",
        {"percent": 0},
        {"answer": "No", "position": 2, "percent": Decimal("-0.1")},
    ),
    Breach("finding_position_unique", "finding", {"position": 1}, {"position": 1}),
    Breach("printed_figure_position_unique", "printed_figure", {"position": 1}, {"position": 1}),
    Breach("survey_once_a_year", "survey", {"title": "One"}, {"title": "Another"}),
    Breach("survey_finding_position_unique", "survey_finding", {"position": 1}, {"position": 1}),
    Breach("commentary_period", "commentary", {}, ODD_DAY),
    Breach("commentary_has_words", "commentary", {"text": "Because."}, {"text": ""}),
    Breach("emerging_issue_state_known", "issue", {"state": "watching"}, {"state": "forgotten"}),
    Breach(
        "emerging_issue_closed_says_why",
        "issue",
        {"state": "closed", "reason": "It passed."},
        {"state": "closed", "reason": ""},
    ),
    Breach("EmergingIssue.submission_key", "issue", {"submission_key": UUID(int=1)}, {"submission_key": UUID(int=1)}),
    Breach("issue_event_state_known", "issue_event", {"state": "watching"}, {"state": "forgotten"}),
    Breach(
        "issue_event_closed_says_why",
        "issue_event",
        {"state": "closed", "reason": "It passed."},
        {"state": "closed", "reason": ""},
    ),
    Breach(
        "comparator_correction_says_why",
        "comparator_correction",
        {"note": "Recounted."},
        {"replaces": "last", "note": ""},
    ),
    Breach("Comparator.replaces", "comparator_correction", {}, {"average": 3}),
    Breach("indicator_rate_per_not_zero", "indicator", {"rate_per": 1}, {"code": "B", "rate_per": 0}),
    Breach(
        "indicator_target_says_who_agreed",
        "indicator",
        {"target_value": 1, "target_note": "Agreed in May."},
        {"code": "B", "target_value": 1, "target_note": ""},
    ),
    Breach("Source.name", "source", {"note": "One"}, {"note": "Another"}),
    Breach("not_yet_available_period", "not_yet_available", {}, ODD_DAY),
    Breach("not_yet_available_says_why", "not_yet_available", {"reason": "Late."}, {"reason": ""}),
    Breach("range_baseline_period", "range_baseline", {}, {**ODD_DAY, "last_start": dt.date(2026, 10, 1)}),
    Breach(
        "range_baseline_in_order",
        "range_baseline",
        {"last_start": dt.date(2026, 7, 1)},
        {"last_start": dt.date(2026, 4, 1)},
    ),
    Breach("range_baseline_says_why", "range_baseline", {"reason": "Accepted."}, {"reason": ""}),
    Breach("annotation_period", "annotation", {}, ODD_DAY),
    Breach("annotation_has_words", "annotation", {"text": "An operation."}, {"text": ""}),
    Breach("figure_reminder_period", "reminder", {}, {**ODD_DAY, "stage": "asked"}),
    Breach("figure_reminder_owed_known", "reminder", {"owed": "commentary"}, {"owed": "thanks"}),
    Breach("figure_reminder_stage_known", "reminder", {"stage": "asked"}, {"stage": "shouted"}),
    Breach("figure_reminder_stage_once", "reminder", {}, {"at": NOW + dt.timedelta(days=1)}),
    Breach(
        "figure_reminder_stage_has_due",
        "reminder",
        {"stage": "nudged", "due_on": None, "by": "coordinator"},
        {"stage": "asked", "due_on": None},
    ),
    Breach(
        "figure_reminder_nudge_has_hand",
        "reminder",
        {"stage": "nudged", "due_on": None, "by": "coordinator"},
        {"stage": "nudged", "due_on": None},
    ),
    Breach("upload_period", "upload", {}, ODD_DAY),
    Breach("upload_kind_known", "upload", {"kind": "survey"}, {"kind": "gossip"}),
    Breach("upload_state_known", "upload", {"state": "dropped"}, {"state": "forgotten"}),
    Breach(
        "upload_failed_says_why",
        "upload",
        {"state": "failed", "sentence": "It stopped."},
        {"state": "failed", "sentence": ""},
    ),
    Breach(
        "Upload.submission_key",
        "upload",
        {"submission_key": UUID(int=1)},
        {"submission_key": UUID(int=1), "name": "another.csv"},
    ),
    Breach("column_mapping_once", "column_mapping", {}, {"mapping": {"header": 2}}),
    Breach("column_mapping_kind_known", "column_mapping", {"kind": "survey"}, {"kind": "gossip"}),
]


class Rows:
    def __init__(self) -> None:
        self.cast = Cast()
        self.plan = self.cast.plan
        self.about = {
            "indicator": self.cast.indicator,
            "period_kind": "quarter",
            "period_start": dt.date(2026, 7, 1),
        }
        self.first: Measurement | None = None
        self.last: Measurement | None = None
        self.first_comparator: Comparator | None = None
        self.last_comparator: Comparator | None = None
        self.table: SimilarAreasTable | None = None
        self.table_now: SimilarAreasTable | None = None

    def indicator(self, **changes) -> Indicator:
        return make_indicator(**{"code": "ABC", **changes})

    def measurement(self, **changes) -> Measurement:
        fields = {
            "value": Decimal(418),
            "printed": "418",
            "as_at": dt.date(2026, 10, 16),
            "recorded_at": NOW,
            "recorded_by": self.cast.owner,
        }
        return Measurement.objects.create(**{**self.about, **fields, **changes})

    def correction(self, **changes) -> Measurement:
        """Of the first figure, or with `replaces="last"` of the correction before."""
        self.first = self.first or self.measurement()
        changes["replaces"] = self.last if changes.get("replaces") == "last" else self.first
        self.last = self.measurement(**{"note": "Recounted.", **changes})
        return self.last

    def similar_areas(self, **changes) -> ComparatorGroup:
        return ComparatorGroup.objects.create(plan=self.plan, name="Similar areas", **changes)

    def similar_area(self, **changes) -> ComparatorMember:
        group, _ = ComparatorGroup.objects.get_or_create(plan=self.plan, name="Similar areas")
        return ComparatorMember.objects.create(group=group, printed_name="Knowlesley", **changes)

    def area_table(self, **changes) -> SimilarAreasTable:
        about = {name: value for name, value in self.about.items() if name != "indicator"}
        fields = {
            "window": "12 months to September 2026",
            "group_size": 15,
            "as_at": dt.date(2026, 10, 16),
            "recorded_at": NOW,
            "recorded_by": self.cast.analyst,
        }
        return SimilarAreasTable.objects.create(**{"plan": self.plan, **about, **fields, **changes})

    def area_correction(self, **changes) -> SimilarAreasTable:
        """Of the first table, or with `replaces="last"` of the correction before."""
        self.table = self.table or self.area_table()
        changes["replaces"] = self.table_now if changes.get("replaces") == "last" else self.table
        self.table_now = self.area_table(**{"note": "A late return.", **changes})
        return self.table_now

    def area_row(self, **changes) -> SimilarAreasRow:
        self.table = self.table or self.area_table()
        fields = {
            "heading": "Acquisitive Crime",
            "label": "Arson",
            "position_in_table": 1,
            "printed": "1.015",
            "printed_average": "0.804",
            "value": Decimal("1.015"),
            "average": Decimal("0.804"),
        }
        return SimilarAreasRow.objects.create(**{"table": self.table, **fields, **changes})

    def comparator(self, **changes) -> Comparator:
        fields = {"kind": "similar_areas", "average": 1, "recorded_at": NOW, "recorded_by": self.cast.owner}
        return Comparator.objects.create(**{**self.about, **fields, **changes})

    def comparator_correction(self, **changes) -> Comparator:
        """As `correction`, of what similar areas did."""
        self.first_comparator = self.first_comparator or self.comparator()
        changes["replaces"] = self.last_comparator if changes.get("replaces") == "last" else self.first_comparator
        self.last_comparator = self.comparator(**{"note": "Recounted.", **changes})
        return self.last_comparator

    def source(self, **changes) -> Source:
        return Source.objects.create(**{"name": "iQuanta", **changes})

    def not_yet_available(self, **changes) -> NotYetAvailable:
        fields = {"reason": "Late.", "by": self.cast.owner, "at": NOW}
        return NotYetAvailable.objects.create(**{**self.about, **fields, **changes})

    def range_baseline(self, **changes) -> RangeBaseline:
        fields = {"last_start": dt.date(2026, 7, 1), "reason": "Accepted.", "by": self.cast.analyst, "at": NOW}
        return RangeBaseline.objects.create(**{**self.about, **fields, **changes})

    def annotation(self, **changes) -> Annotation:
        fields = {"text": "An operation.", "by": self.cast.analyst, "at": NOW}
        return Annotation.objects.create(**{**self.about, **fields, **changes})

    def reminder(self, **changes) -> FigureReminder:
        fields = {"stage": "overdue", "due_on": dt.date(2026, 10, 21), "person": self.cast.owner, "at": NOW}
        if "by" in changes:
            changes["by"] = getattr(self.cast, changes["by"])
        return FigureReminder.objects.create(**{**self.about, **fields, **changes})

    def assessment(self, **changes) -> StrategicAssessment:
        fields = {"title": "One", "covers_from": dt.date(2022, 10, 1), "covers_to": dt.date(2023, 9, 30)}
        return StrategicAssessment.objects.create(plan=self.plan, **{**fields, **changes})

    def finding(self, **changes) -> Finding:
        assessment = StrategicAssessment.objects.first() or self.assessment()
        return Finding.objects.create(assessment=assessment, text="More of it.", **changes)

    def recommendation(self, **changes) -> Recommendation:
        assessment = StrategicAssessment.objects.first() or self.assessment()
        return Recommendation.objects.create(assessment=assessment, text="Light the park.", **changes)

    def question(self, **changes) -> SurveyQuestion:
        survey = Survey.objects.first() or self.survey()
        return SurveyQuestion.objects.create(**{"survey": survey, "code": "q", "text": "?", "position": 1, **changes})

    def result(self, **changes) -> SurveyResult:
        question = SurveyQuestion.objects.first() or self.question()
        fields = {"question": question, "answer": "Yes", "position": 1, "count": 3}
        return SurveyResult.objects.create(**{**fields, **changes})

    def printed_figure(self, **changes) -> PrintedFigure:
        return PrintedFigure.objects.create(plan=self.plan, label="All Crime", printed="154.006", **changes)

    def survey(self, **changes) -> Survey:
        return Survey.objects.create(**{"plan": self.plan, "year": 2023, "title": "Survey", **changes})

    def survey_finding(self, **changes) -> SurveyFinding:
        survey = Survey.objects.first() or self.survey()
        return SurveyFinding.objects.create(survey=survey, topic="Safety", text="Most feel safe.", **changes)

    def commentary(self, **changes) -> Commentary:
        fields = {"text": "Because.", "by": self.cast.owner, "at": NOW}
        return Commentary.objects.create(**{**self.about, **fields, **changes})

    def upload(self, **changes) -> Upload:
        fields = {
            "plan": self.plan,
            "kind": "figures",
            "period_kind": "quarter",
            "period_start": dt.date(2026, 7, 1),
            "data_owner": self.cast.police,
            "size": 4,
            "by": self.cast.owner,
            "at": NOW,
            "changed_at": NOW,
            "submission_key": uuid4(),
        }
        return Upload.objects.create(**{**fields, **changes})

    def column_mapping(self, **changes) -> ColumnMapping:
        fields = {"kind": "figures", "headers_sha256": "a" * 64, "mapping": {}, "by": self.cast.owner, "at": NOW}
        return ColumnMapping.objects.create(data_owner=self.cast.police, **{**fields, **changes})

    def issue(self, **changes) -> EmergingIssue:
        fields = {"title": "Off-road bikes", "text": "More of them.", "raised_by": self.cast.owner}
        return EmergingIssue.objects.create(plan=self.plan, raised_at=NOW, state_at=NOW, **{**fields, **changes})

    def issue_event(self, **changes) -> IssueEvent:
        return IssueEvent.objects.create(**{"issue": self.issue(), "by": self.cast.owner, "at": NOW, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("performance", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} == names_of("performance")
