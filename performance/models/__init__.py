"""How the town is doing: `indicators` and their `figures`, the yearly `assessment`, the `survey`, emerging `issues`, and
`uploads` of figures on their way in.
"""

from performance.models.assessment import (
    Finding,
    PrintedFigure,
    Recommendation,
    StrategicAssessment,
)
from performance.models.figures import (
    Commentary,
    Comparator,
    ComparatorGroup,
    ComparatorMember,
    ComparatorQuerySet,
    FigureReminder,
    Measurement,
    MeasurementQuerySet,
    NotYetAvailable,
    SimilarAreasRow,
    SimilarAreasTable,
)
from performance.models.indicators import (
    PERIOD_KINDS,
    Annotation,
    Indicator,
    IndicatorQuerySet,
    RangeBaseline,
    Source,
)
from performance.models.issues import (
    EmergingIssue,
    EmergingIssueQuerySet,
    IssueEvent,
)
from performance.models.known import known_facts
from performance.models.owing import Owing, everything_owed, missing_figures
from performance.models.survey import (
    Survey,
    SurveyFinding,
    SurveyQuestion,
    SurveyResult,
)
from performance.models.uploads import (
    ColumnMapping,
    Upload,
)

__all__ = [
    "PERIOD_KINDS",
    "Annotation",
    "ColumnMapping",
    "Commentary",
    "Comparator",
    "ComparatorGroup",
    "ComparatorMember",
    "ComparatorQuerySet",
    "EmergingIssue",
    "EmergingIssueQuerySet",
    "FigureReminder",
    "Finding",
    "Indicator",
    "IndicatorQuerySet",
    "IssueEvent",
    "Measurement",
    "MeasurementQuerySet",
    "NotYetAvailable",
    "Owing",
    "PrintedFigure",
    "RangeBaseline",
    "Recommendation",
    "SimilarAreasRow",
    "SimilarAreasTable",
    "Source",
    "StrategicAssessment",
    "Survey",
    "SurveyFinding",
    "SurveyQuestion",
    "SurveyResult",
    "Upload",
    "everything_owed",
    "known_facts",
    "missing_figures",
]
