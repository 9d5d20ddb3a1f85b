"""After the meeting: outcomes of recommendations, and matters that are asked, answered and given to somebody else."""

import dataclasses
import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.tests.makers import make_plan, make_user
from partners import roles
from partners.models import Cover, OutgoingEmail
from partners.services import deactivate
from priorities.models import Meeting, SubGroup
from reports.document import Recommendation, from_json, sha256_of, to_json
from reports.models import MatterArising, RecommendationOutcome, ReportVersion
from reports.services import meeting
from reports.services.meeting import Given
from reports.tests.desk import DECIDED, LATER, Desk

pytestmark = pytest.mark.django_db

HELD = dt.date(2026, 11, 18)
#: Three things that the version of these tests asks for.
ASKED = ("agree the recovery plan for ASB-10", "decide on the help asked for DA-06", "note the progress of the rest")


@pytest.fixture
def desk(settings, tmp_path) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Desk()


@pytest.fixture
def version(desk) -> ReportVersion:
    return asking(desk.published())


def asking(version: ReportVersion, texts: tuple[str, ...] = ASKED) -> ReportVersion:
    """The version as if its actions had called for these recommendations."""
    document = dataclasses.replace(
        from_json(version.snapshot), recommendations=tuple(Recommendation("agree", text, text, ()) for text in texts)
    )
    text = to_json(document)
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=text, snapshot_sha256=sha256_of(text), asks=len(texts))
    version.refresh_from_db()
    return version


class TestOutcomes:
    @pytest.fixture(autouse=True)
    def scene(self, desk, version):
        self.desk, self.version = desk, version
        self.held = desk.meeting(HELD)

    def record(self, given: dict[int, Given], **fields) -> list[RecommendationOutcome]:
        wanted = {"version": self.version, "seen": 0, "by": self.desk.coordinator, "at": LATER, **fields}
        return meeting.record_outcomes(given=given, **wanted)

    def one(self, outcome="agreed", note="", minute="7.2", held=None) -> Given:
        return Given(outcome, note, held or self.held, minute)

    def refused(self, given: Given, **fields) -> dict:
        with pytest.raises(ValidationError) as caught:
            self.record({1: given}, **fields)
        assert not RecommendationOutcome.objects.exists()
        return caught.value.message_dict if hasattr(caught.value, "error_dict") else {"": caught.value.messages}

    def test_some_are_recorded_now_and_the_rest_another_day(self):
        self.record({1: self.one(), 2: Given(""), 3: self.one("deferred", "Until March.")})
        assert list(self.version.outcomes.values_list("position", "text", "outcome", "note")) == [
            (1, ASKED[0], "agreed", ""),
            (3, ASKED[2], "deferred", "Until March."),
        ]
        row = self.version.outcomes.first()
        assert (row.meeting, row.minute_reference, row.by, row.at) == (self.held, "7.2", self.desk.coordinator, LATER)
        self.record({1: self.one(), 2: self.one("noted"), 3: self.one("deferred", "Until March.")}, seen=row.pk)
        assert list(self.version.outcomes.values_list("position", flat=True)) == [1, 2, 3]

    def test_the_same_again_is_no_second_row(self):
        self.record({1: self.one()})
        assert self.record({1: self.one()}) == []
        assert self.version.outcomes.count() == 1

    def test_put_right_by_a_new_row_that_keeps_the_old(self):
        [first] = self.record({1: self.one()})
        [second] = self.record({1: self.one("amended", "Solar lamps alone.")}, seen=first.pk)
        assert list(self.version.outcomes.order_by("pk")) == [first, second]

    def test_what_somebody_else_recorded_meanwhile_is_not_written_over(self):
        self.record({1: self.one()}, by=self.desk.colleague)
        with pytest.raises(ValidationError, match="Somebody has recorded an outcome of recommendation 1"):
            self.record({1: self.one("noted"), 2: self.one()})
        assert list(self.version.outcomes.values_list("outcome", flat=True)) == ["agreed"]

    def test_an_outcome_is_not_taken_back(self):
        [row] = self.record({1: self.one()})
        with pytest.raises(ValidationError, match="not taken back"):
            self.record({1: Given("")}, seen=row.pk)

    def test_a_meeting_that_cannot_have_decided_it_is_refused(self):
        group = SubGroup.objects.create(plan=self.desk.plan, code="G", name="Group")
        theirs = self.desk.meeting(HELD, sub_group=group)
        assert self.refused(self.one(held=theirs)) == {
            "meeting_1": ["Choose a meeting of the Partnership under this plan."]
        }
        another = make_plan(title="Another", starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
        elsewhere = Meeting.objects.create(plan=another, date=HELD)
        assert "under this plan" in self.refused(self.one(held=elsewhere))["meeting_1"][0]
        early = self.desk.meeting(dt.date(2026, 12, 2))
        assert self.refused(self.one(held=early))["meeting_1"] == [
            "The meeting of 2 December 2026 has not been held yet."
        ]
        before = self.desk.meeting(dt.date(2026, 9, 9))
        assert "before this version was made" in self.refused(self.one(held=before))["meeting_1"][0]
        assert self.refused(Given("agreed", "", None, "7.2")) == {"meeting_1": ["Choose the meeting."]}

    def test_minute_and_words_are_wanted(self):
        assert self.refused(self.one(minute=" \u200b")) == {"minute_1": [meeting.MINUTE_WANTED]}
        assert self.refused(self.one("amended")) == {"note_1": ["Say how it was amended."]}
        assert self.refused(self.one("deferred")) == {"note_1": ["Say until when it was deferred."]}
        assert list(self.refused(self.one("thrown out"))) == ["outcome_1"]

    def test_one_faulty_row_holds_back_all_of_them(self):
        with pytest.raises(ValidationError):
            self.record({1: self.one(), 2: self.one("amended")})
        assert not RecommendationOutcome.objects.exists()

    @pytest.mark.parametrize("who", ["chair", "officer", "analyst", "reader", "nobody"])
    def test_nobody_but_the_coordinator_records(self, who):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            self.record({1: self.one()}, by=getattr(self.desk, who))

    def test_only_what_the_table_had_has_outcomes(self):
        another = asking(self.desk.another(self.version))
        with pytest.raises(ValidationError, match="approved or published"):
            self.record({1: self.one()}, version=another)
        # The one that was on the table keeps its outcomes when a correction takes its place.
        ReportVersion.objects.filter(pk=self.version.pk).update(state="replaced")
        assert self.record({1: self.one()})

    def test_there_is_no_fourth_of_three(self):
        with pytest.raises(ValidationError, match="has no recommendation 4"):
            self.record({4: self.one()})


class TestMatters:
    @pytest.fixture(autouse=True)
    def scene(self, desk, version):
        self.desk, self.version, self.report = desk, version, version.report
        OutgoingEmail.objects.all().delete()

    def raised(self, **fields) -> MatterArising:
        wanted = {
            "report": self.report,
            "source": "chair",
            "text": "Why did it rise?",
            "owner": self.desk.officer,
            "due_on": dt.date(2026, 12, 11),
            "by": self.desk.coordinator,
            "at": LATER,
        }
        return meeting.raise_matter(**{**wanted, **fields})

    def letters(self) -> list[tuple[str, str]]:
        return list(OutgoingEmail.objects.order_by("pk").values_list("recipient__email", "kind"))

    def faults(self, **fields) -> dict:
        with pytest.raises(ValidationError) as caught:
            self.raised(**fields)
        assert not MatterArising.objects.exists()
        return caught.value.message_dict

    def test_the_owner_is_told_once_with_one_link(self, settings):
        matter = self.raised()
        assert self.raised() == matter
        assert MatterArising.objects.count() == 1
        [letter] = OutgoingEmail.objects.all()
        link = f"{settings.SITE_URL}/matters/{matter.pk}/"
        assert (letter.recipient, letter.kind) == (self.desk.officer, "matter-raised")
        assert (letter.text.count("http"), link in letter.text, f'href="{link}"' in letter.html) == (1, True, True)
        assert "11 December 2026" in letter.subject

    def test_who_stands_in_for_the_owner_is_told_too_and_answers(self):
        deputy = make_user("deputy@test.example", roles.PARTNER_OFFICER, partner=self.desk.council)
        day = LATER.date()
        Cover.objects.create(person=self.desk.officer, covered_by=deputy, starts_on=day, ends_on=day)
        matter = self.raised()
        assert self.letters() == [(self.desk.officer.email, "matter-raised"), (deputy.email, "matter-raised")]
        with pytest.raises(PermissionDenied):
            meeting.answer_matter(matter=matter, answer="We counted again.", by=deputy, at=LATER)
        deputy.stand_in(day)
        assert list(MatterArising.objects.owed_by(deputy)) == [matter]
        assert (
            meeting.answer_matter(matter=matter, answer="We counted again.", by=deputy, at=LATER).answered_by == deputy
        )

    def test_scrutiny_gives_28_days(self):
        assert self.raised(source="scrutiny", due_on=None).due_on == dt.date(2026, 12, 18)
        assert self.raised(source="scrutiny", text="And why?", due_on=dt.date(2026, 12, 1)).due_on.day == 1

    def test_later_than_that_takes_a_reason(self):
        late = {"source": "scrutiny", "due_on": dt.date(2026, 12, 19)}
        with pytest.raises(ValidationError) as refused:
            self.raised(**late)
        assert refused.value.message_dict["later_because"][0].startswith(
            "Scrutiny is understood to be owed an answer within 28 days, by 18 December 2026."
        )
        assert self.raised(**late, later_because="The committee agreed.").later_because == "The committee agreed."
        in_time = {**late, "text": "And why?", "due_on": dt.date(2026, 12, 18)}
        assert self.raised(**in_time, later_because="Left in the form.").later_because == ""

    def test_a_meeting_is_named_with_its_minute(self):
        assert sorted(self.faults(source="meeting")) == ["meeting", "minute_reference"]
        early = self.desk.meeting(dt.date(2026, 12, 2))
        assert "not been held" in self.faults(source="meeting", meeting=early, minute_reference="7")["meeting"][0]
        assert list(self.faults(source="chair", meeting=early)) == ["meeting"]
        held = self.desk.meeting(HELD)
        assert self.raised(source="meeting", meeting=held, minute_reference="7.3").meeting == held

    def test_nobody_is_given_what_they_cannot_answer(self):
        assert "no role" in self.faults(owner=self.desk.reader)["owner"][0]
        deactivate(person=self.desk.officer, by=None, at=LATER)
        self.desk.officer.refresh_from_db()
        assert "has left" in self.faults()["owner"][0]
        self.desk.officer.is_active = True
        self.desk.officer.save()
        assert sorted(self.faults(text=" \u200b", due_on=None)) == ["due_on", "text"]
        assert self.faults(due_on=dt.date(2026, 11, 19))["due_on"] == ["Choose today or a later day."]

    def test_the_chair_raises_for_themselves_alone(self):
        assert self.raised(by=self.desk.chair).raised_by == self.desk.chair
        with pytest.raises(PermissionDenied, match="The coordinator enters"):
            self.raised(by=self.desk.chair, source="scrutiny")

    @pytest.mark.parametrize("who", ["officer", "analyst", "reader", "nobody"])
    def test_nobody_else_raises(self, who):
        with pytest.raises(PermissionDenied, match="raised by the chair or by the coordinator"):
            self.raised(by=getattr(self.desk, who))

    def test_it_is_answered_once_and_who_raised_it_hears(self):
        matter = self.raised()
        said = {"matter": matter, "answer": "We counted again.", "by": self.desk.officer, "at": LATER}
        matter = meeting.answer_matter(**said)
        assert (matter.answer, matter.answered_by, matter.answered_at) == (
            "We counted again.",
            self.desk.officer,
            LATER,
        )
        assert meeting.answer_matter(**said) == matter
        assert self.letters() == [
            (self.desk.officer.email, "matter-raised"),
            (self.desk.coordinator.email, "matter-answered"),
        ]
        with pytest.raises(ValidationError, match="answered it on 20 November 2026"):
            meeting.answer_matter(**{**said, "by": self.desk.coordinator})

    @pytest.mark.parametrize("who", ["chair", "analyst", "reader", "nobody"])
    def test_nobody_else_answers(self, who):
        with pytest.raises(PermissionDenied, match="answered by the person"):
            meeting.answer_matter(matter=self.raised(), answer="Because.", by=getattr(self.desk, who), at=LATER)

    def test_an_answer_says_something(self):
        with pytest.raises(ValidationError, match="Enter the answer"):
            meeting.answer_matter(matter=self.raised(), answer="\u2800 ", by=self.desk.officer, at=LATER)

    def test_a_leavers_matter_is_no_ones_until_it_is_given_on(self):
        matter = self.raised()
        deactivate(person=self.desk.officer, by=None, at=LATER)
        [row] = MatterArising.objects.owed_by(self.desk.coordinator)
        assert (row, row.assigned) == (matter, None)
        given = {"matter": matter, "to": self.desk.analyst, "reason": "They left.", "at": LATER}
        meeting.reassign_matter(by=self.desk.coordinator, **given)
        assert [(step.old, step.new, step.reason) for step in matter.handovers.all()] == [
            (self.desk.officer, self.desk.analyst, "They left.")
        ]
        assert list(MatterArising.objects.owed_by(self.desk.coordinator)) == []
        assert list(MatterArising.objects.owed_by(self.desk.analyst)) == [matter]
        assert self.letters()[1:] == [(self.desk.analyst.email, "matter-reassigned")]
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            meeting.reassign_matter(by=self.desk.chair, **given)

    def test_an_answered_matter_is_given_to_nobody(self):
        matter = self.raised()
        meeting.answer_matter(matter=matter, answer="Because.", by=self.desk.officer, at=LATER)
        with pytest.raises(ValidationError, match="It is answered"):
            meeting.reassign_matter(matter=matter, to=self.desk.analyst, reason="x", by=self.desk.coordinator, at=LATER)

    def test_due_in_words(self):
        matter = self.raised()
        said = {day: matter.due_in_words(dt.date(2026, 12, day)) for day in (10, 11, 12, 14)}
        assert said == {
            10: "due by 11 December 2026",
            11: "due today",
            12: "overdue by 1 day, since 11 December 2026",
            14: "overdue by 3 days, since 11 December 2026",
        }


def test_an_approved_version_has_outcomes_before_it_is_published(desk):
    version = asking(desk.approved())
    given = Given("agreed", "", desk.meeting(HELD), "7.2")
    assert meeting.record_outcomes(version=version, given={1: given}, seen=0, by=desk.coordinator, at=LATER)
    assert version.decision.at == DECIDED
