"""What the database itself refuses of reports, versions, files and decisions, whoever writes."""

import datetime as dt

import pytest

from partners import roles
from partners.models import OutgoingEmail
from partners.tests.constraints import Breach, names_of, refused_by
from partners.tests.makers import make_partner, make_user
from priorities.models import Meeting
from priorities.tests.makers import make_plan
from reports.models import (
    AudienceList,
    Decision,
    FactCheck,
    FactCheckAnswer,
    HoldPeriod,
    MatterArising,
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

NOW = dt.datetime(2026, 10, 28, 6, 0, tzinfo=dt.UTC)
BEFORE = NOW - dt.timedelta(hours=1)
DAY = dt.date(2026, 5, 20)
SHA = "a" * 64
LATER = {"number": 2, "reason": "A figure was corrected."}
#: An answer to a fact check that somebody has dealt with.
SETTLED = {"outcome": "corrected", "settled_at": NOW, "settled": True}

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
    Breach("StoredFile.sha256", "stored_file", {"sha256": SHA}, {"sha256": SHA}),
    Breach("stored_file_has_hash", "stored_file", {"sha256": SHA}, {"sha256": ""}),
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
    Breach(
        "report_once_a_day",
        "report",
        {"kind": "action_plan", "period_kind": "quarter", "as_at": DAY},
        {"kind": "action_plan", "period_kind": "quarter", "as_at": DAY, "period_start": dt.date(2026, 7, 1)},
    ),
    Breach("report_kind_fits_period", "report", {}, {"kind": "action_plan", "period_kind": "quarter"}),
    Breach("report_kind_fits_period", "report", {}, {"period_start": dt.date(2026, 10, 1), "as_at": DAY}),
    Breach("FactCheck.version", "fact_check", {}, {}),
    Breach("fact_check_closes_after_opening", "fact_check", {}, {"on": LATER, "closed_at": BEFORE}),
    Breach("fact_check_fault_says_what", "answer", {}, {"is_right": False}),
    Breach("fact_check_outcome_known", "answer", SETTLED, {**SETTLED, "outcome": "ignored"}),
    Breach("fact_check_settled_by_somebody", "answer", SETTLED, {"outcome": "corrected"}),
    Breach("fact_check_kept_says_why", "answer", SETTLED, {**SETTLED, "outcome": "kept"}),
    Breach("hold_dates_in_order", "hold", {}, {"ends_on": DAY - dt.timedelta(days=1)}),
    Breach("section_text_section_known", "text", {}, {"section": "weather"}),
    Breach("recommendation_choice_known", "asked", {}, {"choice": "forgotten"}),
    Breach("recommendation_worded_says_what", "asked", {}, {"text": ""}),
    Breach("recommendation_left_out_says_why", "asked", {}, {"choice": "left_out"}),
    Breach("outcome_from_one", "outcome", {}, {"position": 0}),
    Breach("outcome_known", "outcome", {}, {"outcome": "forgotten"}),
    Breach("outcome_amended_says_how", "outcome", {}, {"outcome": "amended"}),
    Breach("outcome_has_minute", "outcome", {}, {"minute_reference": ""}),
    Breach("matter_source_known", "matter", {}, {"source": "press"}),
    Breach("matter_says_what", "matter", {}, {"text": ""}),
    Breach("matter_answered_by_somebody", "matter", {}, {"answer": "It was the weather."}),
    Breach("matter_answered_by_somebody", "matter", {}, {"answered_at": NOW}),
    Breach("matter_received_says_how", "matter", {}, {"received_on": DAY}),
    Breach("release_standing_once", "release", {}, {}),
    Breach("release_withdrawn_says_why", "release", {}, {"on": LATER, "withdrawn_at": NOW}),
    Breach("audience_list_name_once", "audience", {"name": "Members"}, {"name": "Members"}),
    Breach("sending_once", "sending", {}, {}),
    Breach("sent_to_once", "sent_to", {}, {}),
    Breach("taken_back_says_why", "taken_back", {}, {"reason": ""}),
]


class Rows:
    def __init__(self) -> None:
        self.plan = make_plan()
        self.partner = make_partner()
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

    def stored_file(self, **changes) -> StoredFile:
        return StoredFile.objects.create(**{"version": self.first(), "stage": "draft", "made_at": NOW, **changes})

    def rendition(self, **changes) -> Rendition:
        return Rendition.objects.create(**{"version": self.first(), "stage": "draft", "queued_at": NOW, **changes})

    def taken_back(self, reason: str = "It is wanted.") -> NotProducedTakenBack:
        return NotProducedTakenBack.objects.create(report=self.of, was="Late.", reason=reason, by=self.chair, at=NOW)

    def fault(self, plan: dict | None = None, **changes) -> PlanFault:
        """Of the plan, or of the one after it."""
        of = make_plan(starts_on=dt.date(2030, 4, 1), ends_on=dt.date(2033, 3, 31)) if plan else self.plan
        return PlanFault.objects.create(plan=of, **{"reason": "No calendar.", "since": NOW, "last_at": NOW, **changes})

    def decision(self, on: dict | None = None, **changes) -> Decision:
        """On the first version, or on a new one made with the changes `on`."""
        version = self.version(**on) if on else self.first()
        fields = {"snapshot_sha256": SHA, "pdf_sha256": SHA, "by": self.chair, "outcome": "approved", "at": NOW}
        return Decision.objects.create(version=version, **{**fields, **changes})

    def fact_check(self, on: dict | None = None, **changes) -> FactCheck:
        version = self.version(**on) if on else self.first()
        fields = {"opened_at": NOW, "opened_by": self.chair, "answers_due_on": dt.date(2026, 10, 30)}
        return FactCheck.objects.create(version=version, **{**fields, **changes})

    def answer(self, *, settled: bool = False, **changes) -> FactCheckAnswer:
        check = FactCheck.objects.first() or self.fact_check()
        fields = {"is_right": True, "partner": self.partner, "by": self.chair, "at": NOW}
        by = {"settled_by": self.chair} if settled else {}
        return FactCheckAnswer.objects.create(fact_check=check, **{**fields, **by, **changes})

    def hold(self, **changes) -> HoldPeriod:
        fields = {"plan": self.plan, "starts_on": DAY, "ends_on": DAY, "reason": "Local elections."}
        return HoldPeriod.objects.create(**{**fields, **changes})

    def text(self, **changes) -> SectionText:
        fields = {"section": "statement", "text": "A good half-year.", "by": self.chair, "at": NOW}
        return SectionText.objects.create(report=self.of, **{**fields, **changes})

    def asked(self, **changes) -> RecommendationWords:
        fields = {"key": "ASB-10", "choice": "worded", "text": "agree a new plan", "by": self.chair, "at": NOW}
        return RecommendationWords.objects.create(report=self.of, **{**fields, **changes})

    def outcome(self, **changes) -> RecommendationOutcome:
        meeting, _ = Meeting.objects.get_or_create(plan=self.plan, date=DAY)
        fields = {"position": 1, "text": "note this report", "outcome": "agreed", "minute_reference": "7.2"}
        return RecommendationOutcome.objects.create(
            version=self.first(), meeting=meeting, by=self.chair, at=NOW, **{**fields, **changes}
        )

    def matter(self, **changes) -> MatterArising:
        fields = {"source": "chair", "text": "Why did it rise?", "owner": self.chair, "due_on": DAY}
        return MatterArising.objects.create(
            report=self.of, raised_by=self.chair, raised_at=NOW, **{**fields, **changes}
        )

    def release(self, on: dict | None = None, **changes) -> PublicRelease:
        version = self.version(**on) if on else self.first()
        return PublicRelease.objects.create(version=version, checks=[], by=self.chair, at=NOW, **changes)

    def audience(self, name: str = "Scrutiny") -> AudienceList:
        return AudienceList.objects.create(plan=self.plan, name=name)

    def sending(self) -> Sending:
        to = AudienceList.objects.first() or self.audience()
        return Sending.objects.create(version=self.first(), audience=to, by=self.chair, at=NOW)

    def sent_to(self) -> SentTo:
        email, _ = OutgoingEmail.objects.get_or_create(
            dedupe_key="one", defaults={"recipient": self.chair, "kind": "report", "subject": "x", "created_at": NOW}
        )
        return SentTo.objects.create(sending=Sending.objects.first() or self.sending(), email=email)


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("reports", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} == names_of("reports")
