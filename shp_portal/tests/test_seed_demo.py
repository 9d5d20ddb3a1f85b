"""The demonstration story: sensible on any day, told through the verbs, and never mixed with real data."""

import datetime as dt
import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
import time_machine
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import TestCase

from actions.models import Action, ActionEvent, HelpReply, ProgressUpdate, SubGroupReturn
from actions.rating import Rating
from actions.tests.makers import make_user
from partners import roles
from partners.models import Cover, OutgoingEmail, User
from performance.models import EmergingIssue, Indicator, Measurement
from priorities.models import Plan, SubGroup, UpdateRound
from reports.document import from_json
from reports.models import (
    Decision,
    FactCheck,
    HoldPeriod,
    PublicRelease,
    Report,
    ReportVersion,
    SectionText,
    Sending,
    SentTo,
)
from reports.services.building import make_due
from shp_portal.management.commands import seed_demo

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@dataclass
class Paper:
    content: bytes
    pages: int = 1


def counts(as_of: dt.date) -> dict[Rating, int]:
    """Actions by rating at the end of the period asked for, whether confirmed or not."""
    found: dict[Rating, int] = {}
    asked = UpdateRound.objects.asked_by(Plan.objects.get(), as_of).first().period
    for tally in Action.objects.tallies("plan", asked.end, asked):
        found[tally.rating] = found.get(tally.rating, 0) + tally.number
    return found


def quick_make(html: str) -> Paper:
    """What a PDF looks like is tried elsewhere, on the real thing."""
    return Paper(b"%PDF-1.7\n" + html.encode())


@pytest.fixture(autouse=True)
def demo(settings, tmp_path, monkeypatch):
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(seed_demo.pdf, "make", quick_make)


class TestTheStoryUpToNovember2026(TestCase):
    """Told once for all of these; each then looks at another side of it."""

    @classmethod
    def setUpTestData(cls):
        with mock.patch.object(seed_demo.pdf, "make", quick_make):
            call_command("seed_demo", as_of="2026-11-23", verbosity=0)

    def test_the_whole_plan_is_there(self):
        assert Plan.objects.get().is_demonstration
        assert Action.objects.count() == 40
        # The 22 of the plan's monitoring, and the three yearly counts of the ASB Case Review that are not among them.
        assert Indicator.objects.count() == 22 + 3
        reviews = Indicator.objects.filter(name__startswith="ASB Case Review", frequency="annual", small_numbers=True)
        assert reviews.count() == 4
        assert [part.code for part in Indicator.objects.get(code="I-07").sum_of.order_by("code")] == ["I-23", "I-24"]
        assert SubGroup.objects.count() == 5

    def test_every_sub_group_has_a_lead_and_an_action_for_re_offending(self):
        assert not SubGroup.objects.filter(reoffending_lead__isnull=True).exists()
        for group in SubGroup.objects.all():
            assert Action.objects.filter(sub_group=group, reoffending_focus=True).exists(), group

    def test_the_ratings_at_the_end_of_september(self):
        assert counts(TODAY) == {
            Rating.COMPLETE: 12,
            Rating.ON_TRACK: 18,
            Rating.AT_RISK: 6,
            Rating.OFF_TRACK: 3,
            Rating.NOT_STARTED: 1,
        }

    def test_moves_silences_late_words_and_corrections_are_in_it(self):
        assert ActionEvent.objects.filter(kind="date_moved").count() >= 5
        assert set(ProgressUpdate.objects.values_list("kind", flat=True)) == {"update", "no_change", "completion"}
        assert ProgressUpdate.objects.filter(late=True).exists()
        assert set(EmergingIssue.objects.values_list("state", flat=True)) == set(EmergingIssue.State.values)
        assert Measurement.objects.filter(replaces__isnull=False).exists()

    def test_the_newest_due_reports_are_left_to_the_first_tick(self):
        plan = Plan.objects.get()
        newest = Report.objects.filter(kind="six_monthly", period_start=dt.date(2026, 4, 1))
        assert not newest.filter(versions__isnull=False).exists()
        # A row may be there before, since people write for a report that is not made yet.
        quarterly = Report.objects.filter(kind="quarterly", period_start=dt.date(2026, 7, 1))
        assert not quarterly.filter(versions__isnull=False).exists()
        made = make_due(plan=plan, now=NOW)
        assert sorted((v.report.kind, v.report.period_start.isoformat()) for v in made) == [
            ("quarterly", "2026-07-01"),
            ("six_monthly", "2026-04-01"),
        ]
        assert make_due(plan=plan, now=NOW) == []

    def test_the_plan_is_a_draft_of_its_own_that_costs_the_first_start_no_pdf(self):
        [version] = ReportVersion.objects.filter(report__kind="plan")
        assert (version.report.period.label, version.state) == ("2026/27", "draft")
        assert version.renditions.get().state == "queued"

    def test_past_reports_were_decided_one_of_them_after_being_returned(self):
        assert Decision.objects.filter(outcome="returned").count() == 1
        assert Decision.objects.filter(outcome="approved").count() == 4
        published = ReportVersion.objects.filter(state="published", report__kind="six_monthly")
        assert sorted(published.values_list("report__period_start", "number")) == [
            (dt.date(2024, 4, 1), 1),
            (dt.date(2024, 10, 1), 1),
            (dt.date(2025, 4, 1), 2),
            (dt.date(2025, 10, 1), 1),
        ]
        assert ReportVersion.objects.filter(state="published", report__kind="quarterly").count() == 9

    def test_somebody_left_and_somebody_stands_in(self):
        leaver = User.objects.get(is_active=False)
        handed = ActionEvent.objects.filter(kind="reassigned")
        assert sorted(handed.values_list("action__ref", flat=True)) == ["ASB-04", "SV-07"]
        assert set(handed.values_list("old", flat=True)) == {leaver.name}
        assert all(event.reason for event in handed)
        assert not Action.objects.live().filter(owner=leaver).exists()
        assert ProgressUpdate.objects.filter(by=leaver).exists(), "what they wrote stays theirs"
        [of_officer] = Cover.objects.on(TODAY).exclude(person__groups__name=roles.CHAIR)
        assert (of_officer.starts_on, of_officer.ends_on) == (dt.date(2026, 11, 16), dt.date(2026, 12, 4))

    def test_the_vice_chair_is_no_chair_and_decided_once_as_cover(self):
        chair, vice = (User.objects.get(email=f"{name}@demo.example") for name in ("chair", "vice-chair"))
        assert (chair.is_chair, vice.is_chair) == (True, False)
        decision = Decision.objects.get(by=vice)
        assert (decision.outcome, decision.as_role) == (
            "returned",
            "Vice-chair of the Partnership, as cover of the chair (3 to 14 November 2025)",
        )
        assert Decision.objects.exclude(pk=decision.pk).filter(by=chair).count() == 4
        [again] = ReportVersion.objects.filter(report=decision.version.report, number=2)
        assert again.reason.startswith("Returned by the Vice-chair of the Partnership: ")
        with time_machine.travel(NOW, tick=False):
            self.client.force_login(vice)
            home = " ".join(self.client.get("/").text.split())
            page = " ".join(self.client.get(decision.version.get_absolute_url()).text.split())
        assert "You stand in for Chair of the Partnership from 19 November 2026 to 27 November 2026" in home
        assert f"Returned by {vice}, as cover of the chair (3 to 14 November 2025), on 4 November 2025" in page

    def test_of_five_sub_groups_one_has_sent_nothing_and_one_is_not_ready(self):
        parts = SubGroupReturn.objects.filter(period_start=dt.date(2026, 4, 1))
        assert parts.filter(ready_at__isnull=False).count() == 3
        assert parts.filter(ready_at__isnull=True).exclude(paragraph="").count() == 1
        assert SubGroup.objects.exclude(pk__in=parts.values("sub_group")).count() == 1
        assert all(part.by == part.sub_group.lead for part in parts)

    def test_reports_carry_what_the_chair_the_coordinator_and_the_analyst_wrote(self):
        for version in ReportVersion.objects.filter(report__kind="six_monthly"):
            assert [words.section for words in from_json(version.snapshot).texts] == ["statement"]
        waiting = SectionText.objects.filter(report__versions=None).order_by("report__kind", "section")
        assert list(waiting.values_list("report__kind", "section")) == [
            ("quarterly", "performance"),
            ("six_monthly", "equality"),
            ("six_monthly", "performance"),
            ("six_monthly", "section_17"),
            ("six_monthly", "statement"),
        ]

    def test_one_report_is_on_the_open_shelf_and_went_to_lists_once_a_person(self):
        assert Plan.objects.get().public_shelf
        [release] = PublicRelease.objects.standing()
        assert release.version.report.period.code == "2025-10"
        assert release.at > release.version.published_at
        assert Sending.objects.count() == 3
        told = OutgoingEmail.objects.filter(kind="report-published").values_list("recipient", flat=True)
        assert len(told) == len(set(told)) > 15
        assert SentTo.objects.count() > len(told), "somebody is on two of the lists"

    def test_help_was_answered_in_each_of_the_three_ways(self):
        said = HelpReply.objects.exclude(answer="taken_back").select_related("update__action", "by").order_by("at")
        assert [(reply.update.action.ref, reply.answer) for reply in said] == [
            ("DA-08", "done"),
            ("DVA-04", "done"),
            ("ASB-10", "cannot"),
            ("DVA-04", "will"),
        ]
        assert all(reply.by.partner == reply.partner or reply.by.is_coordinator for reply in said)
        made = {version.report.kind: version for version in make_due(plan=Plan.objects.get(), now=NOW)}
        asked = [one.refs for one in from_json(made["six_monthly"].snapshot).recommendations if one.verb == "decide"]
        assert ("ASB-09",) in asked
        assert ("DVA-04",) not in asked, "what was promised needs no decision"

    def test_one_draft_was_checked_by_partners_and_one_of_them_found_a_fault(self):
        check = FactCheck.objects.get()
        assert check.version.report.period.code == "2025-10"
        assert check.partners.count() == 10
        said = check.answers.order_by("at").values_list("partner__code", "is_right", "outcome")
        assert list(said) == [("TH", True, ""), ("CP", True, ""), ("ICB", False, "kept")]
        assert check.answers_due_on < check.closed_at.date() < check.version.sent_at.date()
        assert not Plan.objects.get().fact_check, "it was tried with one report"

    def test_nothing_was_published_on_the_days_before_elections(self):
        holds = HoldPeriod.objects.order_by("starts_on")
        assert [hold.ends_on for hold in holds] == [dt.date(2024, 7, 4), dt.date(2026, 5, 7)]
        for hold in holds:
            shown = ReportVersion.objects.filter(published_at__date__range=(hold.starts_on, hold.ends_on))
            assert not shown.exists()
        made = ReportVersion.objects.filter(made_at__date__range=(holds[1].starts_on, holds[1].ends_on))
        assert made.count() == 2, "drafting went on"

    def test_nobody_hears_of_the_past(self):
        assert OutgoingEmail.objects.exists()
        assert not OutgoingEmail.objects.exclude(state="sent").exists()

    def test_told_again_it_is_left_as_it_is(self):
        before = ProgressUpdate.objects.count()
        said = StringIO()
        call_command("seed_demo", as_of="2026-12-24", stdout=said)
        assert "left as they are. The date, 24 December 2026, was ignored" in said.getvalue()
        assert ProgressUpdate.objects.count() == before


@pytest.mark.parametrize("as_of", ["2024-11-01", "2025-10-28", "2026-07-01", "2028-02-29"])
def test_the_story_makes_sense_on_any_day(as_of):
    call_command("seed_demo", as_of=as_of, verbosity=0)
    day = dt.date.fromisoformat(as_of)
    assert Action.objects.count() >= 30
    assert not ProgressUpdate.objects.filter(submitted_on__gt=day).exists()
    assert not Measurement.objects.filter(as_at__gt=day).exists()
    assert not Action.objects.filter(completed_on__gt=day).exists()
    assert not UpdateRound.objects.filter(opens_on__gt=day).exists()
    assert len(make_due(plan=Plan.objects.get(), now=dt.datetime(day.year, day.month, day.day, 9, tzinfo=dt.UTC))) == 2


def test_it_does_not_mix_with_real_people():
    make_user("somebody@example.org")
    with pytest.raises(CommandError, match="real people"):
        call_command("seed_demo", as_of="2026-11-23")
    assert not Plan.objects.get().is_demonstration
    assert User.objects.count() == 1


def test_only_in_demonstration_mode(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demonstration mode"):
        call_command("seed_demo", as_of="2026-11-23")
    with pytest.raises(CommandError, match="demonstration mode"):
        call_command("demo_accounts")
    assert not User.objects.exists()


@pytest.mark.parametrize(("as_of", "sentence"), [("tomorrow", "is not a date"), ("2024-05-01", "from 1 November 2024")])
def test_a_bad_day_is_refused_in_a_sentence(as_of, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("seed_demo", as_of=as_of)
    assert not User.objects.exists()


def test_the_accounts_of_the_sign_in_page_exist(capsys):
    call_command("seed_demo", as_of="2024-11-01", verbosity=0)
    capsys.readouterr()
    call_command("demo_accounts", json=True)
    accounts = json.loads(capsys.readouterr().out)
    assert len(accounts) == 7
    for account in accounts:
        user = User.objects.get(email=account["email"])
        assert user.check_password(account["password"])
        assert user.is_staff == (account["email"] == "admin@demo.example")


def test_the_assessments_table_is_the_quarters_of_the_same_twelve_months():
    """Two tables of 12 months to September 2026 say one thing, whatever each calls its rows."""
    folder = Path(settings.BASE_DIR, "shp_portal/demo/data")
    yearly, quarterly = (yaml.safe_load((folder / name).read_text()) for name in ("yearly.yaml", "figures.yaml"))
    (table,) = (one["table"] for one in yearly["assessments"] if "September 2026" in one["table"]["period"])
    (quarter,) = (one for one in quarterly["tables"] if "to September 2026" in one["window"])
    ours = {tuple(row[2:5]) for row in table["rows"]}
    theirs = {tuple(cell.strip() for cell in row.split("|")[2:5]) for row in quarter["rows"]}
    assert theirs - ours == set()
    # A comma that is not quoted makes another key of the rest of a sentence.
    assert all(
        set(one) == {"priority", "text", "evidence"} for table in yearly["assessments"] for one in table["findings"]
    )
