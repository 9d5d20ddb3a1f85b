"""What we tell: reports, their frozen versions and files (`report`), what happens to a version on its way (`life`), words
written for it (`texts`), what a meeting made of it (`meeting`), who else gets it (`shelf`),
and every file ever made of one (`stored`).
"""

from reports.models.life import Decision, FactCheck, FactCheckAnswer, HoldPeriod
from reports.models.meeting import MatterArising, MatterArisingQuerySet, MatterHandover, RecommendationOutcome
from reports.models.report import (
    NotProducedTakenBack,
    PlanFault,
    Rendition,
    RenditionQuerySet,
    Report,
    ReportQuerySet,
    ReportVersion,
    ReportVersionQuerySet,
)
from reports.models.shelf import AudienceList, PublicRelease, Sending, SentTo
from reports.models.stored import StoredFile
from reports.models.texts import RecommendationWords, RecommendationWordsQuerySet, SectionText, SectionTextQuerySet

__all__ = [
    "AudienceList",
    "Decision",
    "FactCheck",
    "FactCheckAnswer",
    "HoldPeriod",
    "MatterArising",
    "MatterArisingQuerySet",
    "MatterHandover",
    "NotProducedTakenBack",
    "PlanFault",
    "PublicRelease",
    "RecommendationOutcome",
    "RecommendationWords",
    "RecommendationWordsQuerySet",
    "Rendition",
    "RenditionQuerySet",
    "Report",
    "ReportQuerySet",
    "ReportVersion",
    "ReportVersionQuerySet",
    "SectionText",
    "SectionTextQuerySet",
    "Sending",
    "SentTo",
    "StoredFile",
]
