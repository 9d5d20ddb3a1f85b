"""What the database itself refuses of reports, versions, files and decisions, whoever writes."""

import datetime as dt

import pytest

from partners import roles
from partners.tests.constraints import Breach, names_of, refused_by
from partners.tests.makers import make_user
from priorities.tests.makers import make_plan
from reports.models import Decision, PlanFault, Rendition, Report, ReportVersion

NOW = dt.datetime(2026, 10, 28, 6, 0, tzinfo=dt.UTC)
SHA = "a" * 64
LATER = {"number": 2, "reason": "A figure was corrected."}

BREACHES = [
    Breach("report_once_a_period", "report", {}, {}),
    Breach("report_period", "report", {}, {"period_start": dt.date(2026, 7, 1)}),
    Breach(
        "report_kind_fits_period",
        "report",
        {"kind": "quarterly", "period_kind": "quarter"},
        {"kind": "quarterly", "period_kind": "half_year"},
    ),
    Breach("report_kind_fits_period", "report", {}, {"kind": "plan", "period_kind": "half_year"}),
    Breach("version_number_once", "version", {}, {"reason": "Another first."}),
    Breach("version_number_from_one", "version", {}, {"number": 0, "reason": "Before the first."}),
    Breach("version_state_known", "version", {"state": "returned"}, {**LATER, "state": "lost"}),
    Breach("version_later_says_why", "version", {}, {"number": 2, "reason": ""}),
    Breach(
        "version_published_has_time",
        "version",
        {"state": "published", "published_at": NOW},
        {**LATER, "state": "published"},
    ),
    Breach(
        "version_published_once",
        "version",
        {"state": "published", "published_at": NOW},
        {**LATER, "state": "published", "published_at": NOW},
    ),
    Breach("rendition_once", "rendition", {"stage": "draft"}, {"stage": "draft"}),
    Breach("rendition_stage_known", "rendition", {"stage": "final"}, {"stage": "proof"}),
    Breach("rendition_state_known", "rendition", {"state": "rendering"}, {"stage": "final", "state": "lost"}),
    Breach(
        "rendition_done_has_file",
        "rendition",
        {"state": "done", "sha256": SHA, "pdf": "reports/aa/a.pdf", "finished_at": NOW},
        {"stage": "final", "state": "done", "pdf": "reports/aa/a.pdf", "finished_at": NOW},
    ),
    Breach("rendition_done_has_file", "rendition", {}, {"state": "done", "sha256": SHA, "finished_at": NOW}),
    Breach("rendition_done_has_file", "rendition", {}, {"state": "done", "sha256": SHA, "pdf": "reports/aa/a.pdf"}),
    Breach(
        "rendition_failed_says_why",
        "rendition",
        {"state": "failed", "last_error": "The disk is full."},
        {"stage": "final", "state": "failed"},
    ),
    Breach("decision_outcome_known", "decision", {"outcome": "approved"}, {"outcome": "postponed", "on": LATER}),
    Breach(
        "decision_return_says_why",
        "decision",
        {"outcome": "returned", "comment": "Page 3 lacks a figure."},
        {"outcome": "returned", "on": LATER},
    ),
    Breach("plan_fault_says_why", "fault", {"reason": "No calendar."}, {"plan": LATER, "reason": ""}),
    Breach("PlanFault.plan", "fault", {}, {}),
    Breach("Decision.version", "decision", {}, {"outcome": "returned", "comment": "Second thoughts."}),
]


class Rows:
    def __init__(self) -> None:
        self.plan = make_plan()
        self.chair = make_user("chair@example.org", roles.CHAIR)
        # A quarterly one: the six-monthly place is left free for `report`.
        self.of = self.report(kind="quarterly", period_kind="quarter", period_start=dt.date(2026, 7, 1))

    def report(self, **changes) -> Report:
        fields = {"kind": "six_monthly", "period_kind": "half_year", "period_start": dt.date(2026, 4, 1)}
        return Report.objects.create(plan=self.plan, created_at=NOW, **{**fields, **changes})

    def version(self, **changes) -> ReportVersion:
        fields = {"number": 1, "snapshot": "{}", "schema_version": 1, "snapshot_sha256": SHA, "cut_off": NOW}
        return ReportVersion.objects.create(report=self.of, made_at=NOW, **{**fields, **changes})

    def first(self) -> ReportVersion:
        return self.of.versions.filter(number=1).first() or self.version()

    def rendition(self, **changes) -> Rendition:
        return Rendition.objects.create(**{"version": self.first(), "stage": "draft", "queued_at": NOW, **changes})

    def fault(self, plan: dict | None = None, **changes) -> PlanFault:
        """Of the plan, or of the one after it."""
        of = make_plan(starts_on=dt.date(2030, 4, 1), ends_on=dt.date(2033, 3, 31)) if plan else self.plan
        return PlanFault.objects.create(plan=of, **{"reason": "No calendar.", "since": NOW, "last_at": NOW, **changes})

    def decision(self, on: dict | None = None, **changes) -> Decision:
        """On the first version, or on a new one made with the changes `on`."""
        version = self.version(**on) if on else self.first()
        fields = {"snapshot_sha256": SHA, "pdf_sha256": SHA, "by": self.chair, "outcome": "approved", "at": NOW}
        return Decision.objects.create(version=version, **{**fields, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("reports", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} == names_of("reports")
