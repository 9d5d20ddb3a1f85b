"""What people send about a report: decisions and versions (`decisions`), the public version (`release`), a file to check (`check`)."""

from reports.forms.decisions import (
    LONGEST,
    STALE,
    UP_TO,
    ApproveForm,
    DecisionForm,
    NewVersionForm,
    NotProducedForm,
    ProducedAfterAllForm,
    RecordDecisionForm,
    ReturnForm,
)

__all__ = [
    "LONGEST",
    "STALE",
    "UP_TO",
    "ApproveForm",
    "DecisionForm",
    "NewVersionForm",
    "NotProducedForm",
    "ProducedAfterAllForm",
    "RecordDecisionForm",
    "ReturnForm",
]
