"""A version's way to the shelf, one verb an arrow, and whom each arrow refuses."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from actions.tests.makers import make_user
from partners import roles
from partners.models import Cover, OutgoingEmail, User
from priorities.models import Meeting, Plan, SubGroup
from priorities.periods import Period, PeriodKind
from priorities.services import open_round
from reports.models import Decision, Rendition, ReportVersion
from reports.services import building, decisions, renditions
from reports.tests.desk import DECIDED, DUE, H1, LATER, PUBLISHED, Q2, SENT, Desk

pytestmark = pytest.mark.django_db

State = ReportVersion.State


@pytest.fixture
def desk(settings, tmp_path) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Desk()


def state_of(version: ReportVersion) -> str:
    return ReportVersion.objects.get(pk=version.pk).state


def letters() -> list[tuple[str, str]]:
    return list(OutgoingEmail.objects.order_by("pk").values_list("recipient__email", "kind"))


# --- To the chair -----------------------------------------------------------------------------------------------------


def test_the_coordinator_sends_a_draft_and_every_chair_is_told(desk, settings):
    vice = make_user("vice@test.example", roles.CHAIR)
    version = decisions.send_to_chair(version=desk.draft(), by=desk.coordinator, at=SENT)
    assert (version.state, version.sent_by, version.sent_at) == (State.WITH_CHAIR, desk.coordinator, SENT)
    assert letters() == [(desk.chair.email, "report-with-chair"), (vice.email, "report-with-chair")]
    email = OutgoingEmail.objects.get(recipient=vice)
    link = f"{settings.SITE_URL}/reports/{version.report_id}/v1/"
    assert email.subject == "For your decision: Six-monthly partnership report, April to September 2026"
    assert email.text.count("http") == 1
    assert link in email.text
    assert f'href="{link}"' in email.html


@pytest.mark.parametrize("who", ["chair", "officer", "analyst", "reader", "nobody"])
def test_nobody_else_sends(desk, who):
    version = desk.draft()
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        decisions.send_to_chair(version=version, by=getattr(desk, who), at=SENT)
    assert (state_of(version), letters()) == (State.DRAFT, [])


def test_nothing_is_sent_where_nobody_could_decide(desk):
    """Cover stands for a chair who is there, so that it does not stand in for one whose account is closed."""
    draft = desk.draft()
    vice = make_user("vice@test.example", roles.PARTNER_OFFICER)
    Cover.objects.create(person=desk.chair, covered_by=vice, starts_on=SENT.date(), ends_on=SENT.date())
    User.objects.filter(pk=desk.chair.pk).update(is_active=False)
    client = Client()
    client.force_login(desk.coordinator)
    page = client.get(draft.get_absolute_url()).text
    assert "An administrator gives somebody the role Chair" in page
    assert ">Send to the chair<" not in page
    with pytest.raises(ValidationError, match="there is no chair whose account is open"):
        decisions.send_to_chair(version=draft, by=desk.coordinator, at=SENT)
    assert (state_of(draft), letters()) == (State.DRAFT, [])


def test_it_is_said_who_was_told_that_a_report_is_with_the_chair(desk):
    vice = make_user("vice@test.example", roles.PARTNER_OFFICER, job_title="Vice-chair")
    Cover.objects.create(person=desk.chair, covered_by=vice, starts_on=SENT.date(), ends_on=SENT.date())
    draft = desk.draft()
    client = Client()
    with time_machine.travel(SENT):
        client.force_login(desk.coordinator)
        page = client.post(reverse("reports:send-to-chair", args=[draft.report_id, 1]), follow=True).text
    assert "Version 1 is with the chair. An e-mail has gone to the chair and Vice-chair, who covers the chair." in page
    assert [email for email, _ in letters()] == [desk.chair.email, vice.email]


def test_the_only_chair_who_sends_it_is_told_that_somebody_else_records_the_decision(desk):
    desk.chair.groups.add(Group.objects.get(name=roles.COORDINATOR))
    sent = decisions.send_to_chair(version=desk.draft(), by=User.objects.get(pk=desk.chair.pk), at=SENT)
    assert letters() == []
    assert decisions.who_was_told(sent).startswith("Nobody was sent an e-mail: you are the only chair.")


def test_a_version_is_not_sent_twice(desk):
    version = desk.with_chair()
    with pytest.raises(ValidationError, match="marked “With the chair” now"):
        decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT)
    assert len(letters()) == 1


def test_the_chair_is_not_sent_what_cannot_be_read(desk):
    version = building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE)
    with pytest.raises(ValidationError, match="draft PDF is not ready"):
        decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT)
    assert state_of(version) == State.DRAFT


def test_a_quarterly_report_goes_to_the_chair_only_if_the_plan_says_so(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    with pytest.raises(ValidationError, match="needs no decision"):
        decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT)
    version.report.plan.quarterly_needs_chair = True
    assert decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT).state == State.WITH_CHAIR


# --- The decision -----------------------------------------------------------------------------------------------------


def test_the_chair_approves_what_was_read(desk):
    open_round(plan=desk.plan, period=H1, at=DUE)
    version = desk.with_chair()
    decision = decisions.approve(version=version, by=desk.chair, at=DECIDED, comment="Thank you.", **desk.seen(version))
    assert state_of(version) == State.APPROVED
    assert (decision.outcome, decision.by, decision.comment) == ("approved", desk.chair, "Thank you.")
    assert {"seen_snapshot_sha256": decision.snapshot_sha256, "seen_pdf_sha256": decision.pdf_sha256} == desk.seen(
        version
    )
    assert version.renditions.get(stage="final").state == Rendition.State.QUEUED
    assert desk.plan.rounds.get().settled_at == DECIDED
    assert letters()[1:] == [
        (desk.coordinator.email, "report-decided"),
        (desk.colleague.email, "report-decided"),
    ]


@pytest.mark.parametrize("who", ["officer", "analyst", "reader", "nobody", "coordinator"])
def test_nobody_else_approves(desk, who):
    version = desk.with_chair()
    with pytest.raises(PermissionDenied):
        decisions.approve(version=version, by=getattr(desk, who), at=DECIDED, **desk.seen(version))
    assert state_of(version) == State.WITH_CHAIR
    assert not Decision.objects.exists()


def test_nobody_approves_what_they_sent(desk):
    both = make_user("both@test.example", roles.CHAIR, roles.COORDINATOR)
    version = decisions.send_to_chair(version=desk.draft(), by=both, at=SENT)
    with pytest.raises(PermissionDenied, match="You sent this version"):
        decisions.approve(version=version, by=both, at=DECIDED, **desk.seen(version))
    assert decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version)).by == desk.chair


@pytest.mark.parametrize("which", ["seen_snapshot_sha256", "seen_pdf_sha256"])
def test_a_decision_on_something_else_is_refused(desk, which):
    version = desk.with_chair()
    seen = {**desk.seen(version), which: "0" * 64}
    with pytest.raises(ValidationError, match="has changed since you opened it"):
        decisions.approve(version=version, by=desk.chair, at=DECIDED, **seen)
    assert state_of(version) == State.WITH_CHAIR


def test_only_a_version_with_the_chair_can_be_decided_on_and_only_once(desk):
    draft = desk.draft()
    with pytest.raises(ValidationError, match="marked “Draft” now"):
        decisions.approve(version=draft, by=desk.chair, at=DECIDED, **desk.seen(draft))
    version = decisions.send_to_chair(version=draft, by=desk.coordinator, at=SENT)
    decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version))
    with pytest.raises(
        ValidationError, match=r"Version 1 was approved for the Partnership by the Chair on 3 November 2026 at 11:00\."
    ):
        decisions.return_to_coordinator(version=version, by=desk.chair, at=LATER, comment="No.", **desk.seen(version))
    assert Decision.objects.count() == 1


def test_returned_with_a_comment_then_another_version(desk):
    version = desk.with_chair()
    with pytest.raises(ValidationError) as refused:
        decisions.return_to_coordinator(version=version, by=desk.chair, at=DECIDED, comment=" ", **desk.seen(version))
    assert refused.value.message_dict == {"comment": ["Say what has to be put right."]}
    decisions.return_to_coordinator(
        version=version, by=desk.chair, at=DECIDED, comment="Ask the police.", **desk.seen(version)
    )
    assert state_of(version) == State.RETURNED
    assert not version.renditions.filter(stage="final").exists()
    assert "Ask the police." in OutgoingEmail.objects.filter(kind="report-decided").first().text
    second = building.make_new_version(
        report=version.report, follows=1, reason="The police answered.", cut_off=LATER, by=desk.coordinator, at=LATER
    )
    assert (second.number, second.state, state_of(version)) == (2, State.DRAFT, State.RETURNED)


def recorded(desk: Desk, version: ReportVersion, by: User | None = None, **fields: Any) -> Decision:
    """Approved at a meeting held on 2 November, by the word of a coordinator who did not send it."""
    meeting = fields.pop("meeting", None) or desk.meeting(dt.date(2026, 11, 2))
    wanted = {"at": DECIDED, "minute_reference": "7.2", **desk.seen(version), **fields}
    return decisions.approve(version=version, by=by or desk.colleague, meeting=meeting, **wanted)


def test_a_coordinator_records_a_decision_taken_at_a_meeting_and_the_chairs_are_told(desk):
    version = desk.with_chair()
    meeting = desk.meeting(dt.date(2026, 11, 2))
    decision = recorded(desk, version, meeting=meeting)
    assert (state_of(version), decision.meeting, decision.minute_reference) == (State.APPROVED, meeting, "7.2")
    assert decision.by == desk.colleague
    assert letters()[1:] == [
        (desk.chair.email, "decision-recorded"),
        (desk.coordinator.email, "report-decided"),
    ]
    letter = OutgoingEmail.objects.get(kind="decision-recorded")
    for said in (letter.text, letter.html):
        assert f"{desk.colleague.name} recorded that" in said
        assert "approved for the Partnership at the meeting of 2 November 2026, minute 7.2." in said


def test_the_final_says_what_the_meeting_was_when_it_was_recorded(desk):
    """A meeting that is moved afterwards moves no sealed words."""
    version = desk.with_chair()
    recorded(desk, version)
    final = desk.laid_out(version, "final").renditions.get(stage="final")
    assert "by the Partnership, recorded by: Coordinator on 3 November 2026, at the meeting of 2 November" in final.html
    Meeting.objects.update(date=dt.date(2027, 1, 5), place="Elsewhere")
    again = Rendition.objects.select_related("version__report__plan").get(pk=final.pk)
    assert renditions.html_of(again) == final.html


def test_whoever_sent_it_records_no_decision_whatever_their_roles(desk):
    both = make_user("both@test.example", roles.CHAIR, roles.COORDINATOR)
    meeting = desk.meeting(dt.date(2026, 11, 2))
    version = decisions.send_to_chair(version=desk.draft(), by=both, at=SENT)
    with pytest.raises(PermissionDenied, match="the chair, whoever stands in for the chair, or another coordinator"):
        recorded(desk, version, both, meeting=meeting)
    ReportVersion.objects.filter(pk=version.pk).update(sent_by=desk.coordinator)
    version = ReportVersion.objects.get(pk=version.pk)
    with pytest.raises(PermissionDenied, match="You sent this version"):
        recorded(desk, version, desk.coordinator, meeting=meeting)
    with pytest.raises(PermissionDenied, match="You can record a decision"):
        decisions.approve(version=version, by=desk.colleague, at=DECIDED, **desk.seen(version))
    assert recorded(desk, version, desk.chair, meeting=meeting).as_role == "Chair"
    assert (desk.chair.email, "decision-recorded") not in letters()


def test_the_record_of_a_decision_wants_a_held_meeting_of_the_partnership_and_its_minute(desk):
    version = desk.with_chair()
    group = SubGroup.objects.create(plan=desk.plan, code="DA", name="Domestic abuse")
    days = {
        "not been held yet": desk.meeting(dt.date(2026, 12, 2)),
        "before this version was sent to the chair": desk.meeting(DUE.date()),
        "meeting of the Partnership": desk.meeting(dt.date(2026, 11, 3), sub_group=group),
        "Choose the meeting": None,
    }
    for sentence, meeting in days.items():
        with pytest.raises(ValidationError, match=sentence):
            decisions.approve(
                version=version,
                by=desk.colleague,
                at=DECIDED,
                meeting=meeting,
                minute_reference="7.2",
                **desk.seen(version),
            )
    with pytest.raises(ValidationError, match="reference of the minute"):
        decisions.approve(
            version=version,
            by=desk.colleague,
            at=DECIDED,
            meeting=desk.meeting(dt.date(2026, 11, 2)),
            **desk.seen(version),
        )
    assert state_of(version) == State.WITH_CHAIR


def test_the_final_of_a_report_that_went_to_the_chair_after_all_prints_the_decision(desk):
    """Prepared while it needed no chair; then the plan wanted one."""
    version = desk.draft(kind="quarterly", period=Q2)
    decisions.prepare(version=version, by=desk.coordinator, at=SENT)
    undecided = desk.laid_out(version, "final").renditions.get(stage="final")
    assert "needs no decision of the chair" in undecided.html
    Plan.objects.update(quarterly_needs_chair=True)
    version = ReportVersion.objects.get(pk=version.pk)
    decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT)
    assert not version.renditions.filter(stage="final").exists()
    decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version))
    with pytest.raises(ValidationError, match="final PDF is not ready"):
        decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    final = desk.laid_out(version, "final").renditions.get(stage="final")
    assert "Approved for the Partnership" in final.html
    assert final.sha256 != undecided.sha256
    decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    renditions.drop_unpublished_final(version, LATER)
    assert version.renditions.filter(stage="final").exists(), "what was published stays"


def test_a_final_says_nothing_of_its_being_published(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    decisions.prepare(version=version, by=desk.coordinator, at=SENT)
    final = desk.laid_out(version, "final").renditions.get(stage="final")
    assert "<strong>Final.</strong> This report needs no decision of the chair." in final.html
    assert "Published" not in final.html


# --- The shelf --------------------------------------------------------------------------------------------------------


def test_an_approved_report_is_published_when_its_final_pdf_is_ready(desk):
    version = desk.approved()
    with pytest.raises(ValidationError, match="final PDF is not ready"):
        decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    desk.laid_out(version, "final")
    with pytest.raises(PermissionDenied, match="Only the coordinator publishes"):
        decisions.publish(version=version, by=desk.chair, at=PUBLISHED)
    decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    assert (version.state, version.published_by, version.published_at) == (
        State.PUBLISHED,
        desk.coordinator,
        PUBLISHED,
    )


def test_a_six_monthly_report_is_not_published_unapproved(desk):
    version = desk.draft()
    with pytest.raises(ValidationError, match="that the chair has approved"):
        decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    assert state_of(version) == State.DRAFT


def test_a_quarterly_report_is_published_only_when_its_final_pdf_is_ready(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    with pytest.raises(ValidationError, match="final PDF is not ready"):
        decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    with pytest.raises(PermissionDenied, match="Only the coordinator publishes"):
        decisions.prepare(version=version, by=desk.officer, at=PUBLISHED)
    decisions.prepare(version=version, by=desk.coordinator, at=PUBLISHED)
    assert (state_of(version), version.renditions.get(stage="final").state) == (State.DRAFT, Rendition.State.QUEUED)
    with pytest.raises(ValidationError, match="final PDF is not ready"):
        decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    desk.laid_out(version, "final")
    decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    assert state_of(version) == State.PUBLISHED


def test_what_cannot_be_published_is_not_prepared_either(desk):
    with pytest.raises(ValidationError, match="goes to the chair first"):
        decisions.prepare(version=desk.draft(), by=desk.coordinator, at=PUBLISHED)
    replaced = desk.draft(kind="quarterly", period=Q2)
    newest = desk.another(replaced)
    with pytest.raises(ValidationError, match="Version 1 is marked “Replaced” now"):
        decisions.prepare(version=replaced, by=desk.coordinator, at=LATER)
    assert not Rendition.objects.filter(stage="final").exists()
    decisions.prepare(version=newest, by=desk.coordinator, at=LATER)


def test_a_correction_replaces_what_was_published_only_when_it_is_published_itself(desk):
    first = desk.published()
    second = desk.laid_out(
        building.make_new_version(
            report=first.report, follows=1, reason="A figure was wrong.", cut_off=LATER, by=desk.coordinator, at=LATER
        )
    )
    assert state_of(first) == State.PUBLISHED
    decisions.send_to_chair(version=second, by=desk.coordinator, at=LATER)
    decisions.approve(version=second, by=desk.chair, at=LATER, **desk.seen(second))
    desk.laid_out(second, "final")
    decisions.publish(version=second, by=desk.coordinator, at=LATER)
    assert (state_of(first), state_of(second)) == (State.REPLACED, State.PUBLISHED)


def test_when_partners_update_every_quarter_the_half_years_report_settles_both_quarters(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    desk = Desk(update_every="quarter")
    quarters = [
        Period(PeriodKind.QUARTER, day) for day in (dt.date(2026, 4, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1))
    ]
    for quarter in quarters:
        open_round(plan=desk.plan, period=quarter, at=DUE)
    version = desk.with_chair()
    decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version))
    settled = desk.plan.rounds.filter(settled_at__isnull=False).order_by("period_start")
    assert [one.period for one in settled] == quarters[:2]
