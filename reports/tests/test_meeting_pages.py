"""Recording outcomes, raising, answering and giving on a matter, through HTTP as each role meets it; and the next report."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from actions.tests.makers import make_user
from actions.tests.pages import day
from partners import roles
from partners.models import Cover, OutgoingEmail, User
from partners.services import deactivate
from performance.models import Indicator, Measurement
from priorities.models import Meeting
from reports import rendering
from reports.document import Recommendation, SixMonthlyDocument, from_json, sha256_of, to_json
from reports.models import Decision, MatterArising, Report, ReportVersion
from reports.public import WITHHELD, for_public, withheld
from reports.rendering import print_html
from reports.rendering.matters import last_asked_sentence
from reports.services import meeting
from reports.services.meeting import Given
from reports.services.release import checks_of
from reports.snapshot import take
from reports.tests.desk import H1, LATER, Q2, Desk, sealed_as

pytestmark = pytest.mark.django_db

HELD = dt.date(2026, 11, 18)
DUE_ON = dt.date(2026, 12, 11)
#: When the next six-monthly report is made.
NEXT = dt.datetime(2027, 4, 28, 8, 0, tzinfo=dt.UTC)
ASKED = ("agree the recovery plan for ASB-10", "decide on the help for DA-06", "note the rest")


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


@pytest.fixture
def version(desk) -> ReportVersion:
    """Published, asking for three things, with a meeting held since."""
    version = desk.published()
    document = from_json(version.snapshot)
    asked = tuple(Recommendation("agree", f"{text}: in full", text, ()) for text in ASKED)
    text = to_json(dataclasses.replace(document, recommendations=asked))
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=text, snapshot_sha256=sha256_of(text), asks=len(ASKED))
    desk.held = desk.meeting(HELD)
    return ReportVersion.objects.get(pk=version.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def outcomes_of(version: ReportVersion) -> str:
    return reverse("reports:outcomes", args=[version.report_id, version.number])


def typed(desk: Desk, seen: int = 0, **boxes: str) -> dict[str, str]:
    """The outcomes' form as sent: every box, most of them empty."""
    empty = {f"{name}_{n}": "" for n in (1, 2, 3) for name in ("outcome", "note", "minute")}
    meetings = {f"meeting_{n}": str(desk.held.pk) for n in (1, 2, 3)}
    return {"seen": str(seen), "minute": "", **empty, **meetings, **boxes}


def asked(desk: Desk, version: ReportVersion, **fields) -> MatterArising:
    wanted = {"source": "chair", "text": "Why did it rise?", "owner": desk.officer, "due_on": DUE_ON}
    return meeting.raise_matter(**{"report": version.report, "by": desk.coordinator, "at": LATER, **wanted, **fields})


class TestOutcomes:
    def test_some_now_and_put_right_later_with_the_old_in_sight(self, desk, version):
        client = signed_in(desk.coordinator)
        page = client.get(outcomes_of(version))
        assert [text in words(page) for text in (*ASKED, "18 November 2026")] == [True] * 4
        sent = typed(
            desk, minute="7.2", outcome_1="agreed", outcome_3="deferred", note_3="Until March.", minute_3="7.4"
        )
        done = client.post(outcomes_of(version), sent, follow=True)
        assert "2 outcomes recorded." in words(done)
        assert "Of 3 recommendations: 1 agreed, 1 deferred; 1 without a recorded outcome." in words(done)
        rows = list(version.outcomes.values_list("position", "outcome", "minute_reference"))
        assert rows == [(1, "agreed", "7.2"), (3, "deferred", "7.4")]
        newest = version.outcomes.last().pk
        again = {"outcome_1": "agreed", "minute_1": "7.2", "outcome_3": "agreed", "note_3": "", "minute_3": "9"}
        client.post(outcomes_of(version), typed(desk, newest, **again))
        assert "Before: deferred (Until March.), meeting of 18 November 2026, minute 7.4." in words(
            client.get(outcomes_of(version))
        )
        assert version.outcomes.count() == 3

    def test_faults_stand_beside_their_boxes_and_nothing_is_recorded(self, desk, version):
        sent = typed(desk, outcome_1="amended", minute_1="7.2", outcome_2="agreed", note_3="Until March.")
        page = signed_in(desk.coordinator).post(outcomes_of(version), sent)
        assert "Choose what became of recommendation 3." in words(page)
        page = signed_in(desk.coordinator).post(outcomes_of(version), {**sent, "note_3": ""})
        assert "Say how it was amended." in words(page)
        assert meeting.MINUTE_WANTED in words(page)
        assert not version.outcomes.exists()

    def test_what_was_recorded_meanwhile_is_shown_and_then_decided_on(self, desk, version):
        given = Given("agreed", "", desk.held, "7.2")
        meeting.record_outcomes(version=version, given={1: given}, seen=0, by=desk.colleague, at=LATER)
        client = signed_in(desk.coordinator)
        sent = typed(desk, outcome_1="noted", minute_1="7.2")
        page = client.post(outcomes_of(version), sent)
        assert "Somebody has recorded an outcome of recommendation 1" in words(page)
        seen = page.context["form"]["seen"].value()
        client.post(outcomes_of(version), {**sent, "seen": seen})
        assert list(version.outcomes.values_list("outcome", flat=True)) == ["agreed", "noted"]

    def test_the_meeting_is_that_of_the_decision_then_of_the_others_then_the_one_the_paper_was_for(self, desk, version):
        early, late = desk.meeting(dt.date(2026, 11, 10)), desk.meeting(dt.date(2026, 11, 19))

        def usual() -> str:
            return signed_in(desk.coordinator).get(outcomes_of(version)).context["form"]["meeting_2"].value()

        assert usual() == str(early.pk)  # the first since it was made
        document = version.document()
        meant = dataclasses.replace(document, paper=dataclasses.replace(document.paper, meeting_on=late.date))
        sealed_as(version, meant)
        assert usual() == str(late.pk)
        given = Given("agreed", "", desk.held, "7.2")
        meeting.record_outcomes(version=version, given={1: given}, seen=0, by=desk.coordinator, at=LATER)
        assert usual() == str(desk.held.pk)
        Decision.objects.filter(version=version).update(meeting=early)
        assert usual() == str(early.pk)

    def test_without_a_meeting_it_is_said_why_and_who_enters_one(self, desk, version):
        Meeting.objects.all().delete()
        desk.meeting(dt.date(2026, 12, 2))
        page = signed_in(desk.coordinator).get(outcomes_of(version))
        assert "since version 1 was made on 28 October 2026, so there is none to choose" in words(page)
        assert "The next one entered is on 2 December 2026" in words(page)
        assert "An administrator enters meetings" in words(page)
        assert "/admin/" not in page.text.partition("none to choose")[2].partition("</div>")[0]
        desk.coordinator.is_staff = True
        desk.coordinator.save()
        assert reverse("admin:priorities_meeting_add") in signed_in(desk.coordinator).get(outcomes_of(version)).text

    def test_a_draft_and_a_version_that_asks_for_nothing_say_so(self, desk, version):
        draft = desk.another(version)
        client = signed_in(desk.coordinator)
        assert "outcomes are recorded once it is approved" in words(client.get(outcomes_of(draft)))
        quarterly = desk.draft(kind="quarterly", period=Q2)
        ReportVersion.objects.filter(pk=quarterly.pk).update(state="approved")
        assert "asks the Partnership for nothing" in words(client.get(outcomes_of(quarterly)))


class TestMatters:
    def test_from_raising_to_the_answer(self, desk, version):
        sent = {"source": "scrutiny", "text": "Why did it rise?", "owner": str(desk.officer.pk)}
        raise_it = reverse("reports:raise-matter", args=[version.report_id])
        done = signed_in(desk.coordinator).post(raise_it, sent, follow=True)
        matter = MatterArising.objects.get()
        assert (matter.due_on, done.redirect_chain[-1][0]) == (dt.date(2026, 12, 18), f"/matters/{matter.pk}/")
        signed_in(desk.coordinator).post(raise_it, sent)
        assert MatterArising.objects.count() == 1, "a second press raises nothing"
        officer = signed_in(desk.officer)
        home = words(officer.get("/"))
        assert "Matters you are to answer Why did it rise? Due by 18 December 2026" in home
        page = officer.post(f"/matters/{matter.pk}/", {"answer": "We counted again."}, follow=True)
        assert "The answer is recorded." in words(page)
        assert "Matters you are to answer" not in words(officer.get("/"))
        listed = words(officer.get("/matters/"))
        assert "Every matter is answered. Answered Why did it rise?" in listed
        assert "Answered on 20 November 2026 by officer" in listed

    def test_the_chair_is_asked_no_more_than_what_whom_and_when(self, desk, version):
        raise_it = reverse("reports:raise-matter", args=[version.report_id])
        client = signed_in(desk.chair)
        assert 'name="source"' not in client.get(raise_it).content.decode()
        sent = {"source": "scrutiny", "text": "Why?", "owner": str(desk.officer.pk), **day("due_on", DUE_ON)}
        client.post(raise_it, sent)
        assert MatterArising.objects.get().source == "chair"

    def test_overdue_in_words_and_on_the_home_of_who_stands_in(self, desk, version):
        matter = asked(desk, version)
        deputy = make_user("deputy@test.example", roles.PARTNER_OFFICER, partner=desk.council)
        Cover.objects.create(person=desk.officer, covered_by=deputy, starts_on=DUE_ON, ends_on=dt.date(2026, 12, 20))
        assert "Why did it rise?" not in words(signed_in(deputy).get("/"))
        with time_machine.travel(dt.datetime(2026, 12, 14, 12, tzinfo=dt.UTC)):
            client = signed_in(deputy)
            home = words(client.get("/"))
            assert "Overdue by 3 days, since 11 December 2026" in home
            assert f"for {desk.officer.name}, for whom you stand in" in home
            client.post(f"/matters/{matter.pk}/", {"answer": "We counted again."})
        matter.refresh_from_db()
        assert matter.answered_by == deputy

    def test_a_leavers_matter_is_on_the_coordinators_home_until_it_is_given_on(self, desk, version):
        matter = asked(desk, version)
        deactivate(person=desk.officer, by=None, at=LATER)
        client = signed_in(desk.coordinator)
        assert "no one assigned any more" in words(client.get("/"))
        assert "no one assigned (it was given to officer" in words(client.get("/matters/"))
        sent = {"to": str(desk.analyst.pk), "reason": "They left."}
        page = client.post(f"/matters/{matter.pk}/reassign/", sent, follow=True)
        assert f"gave it from {desk.officer.name} to {desk.analyst.name}. They left." in words(page)
        assert "Why did it rise?" not in words(client.get("/"))
        assert "Why did it rise?" in words(signed_in(desk.analyst).get("/"))

    def test_what_was_typed_signed_out_waits(self, desk, version):
        matter = asked(desk, version)
        client = signed_in(desk.officer)
        writer = client.get(f"/matters/{matter.pk}/").context["writer"]
        client.logout()
        client.post(f"/matters/{matter.pk}/", {"answer": "We counted again.", "writer": writer})
        client.force_login(desk.officer)
        page = client.get(f"/matters/{matter.pk}/")
        assert "nothing was sent. What you typed is here again" in words(page)
        assert "We counted again." in page.content.decode()
        assert MatterArising.objects.get().is_open

    def test_pages_cost_the_same_for_thirty_as_for_three(self, desk, version):
        def queries(client: Client, address: str) -> int:
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            return len(seen)

        pages = ("/matters/", outcomes_of(version), version.get_absolute_url())
        client = signed_in(desk.coordinator)
        found = []
        for first, last in ((1, 3), (4, 30)):
            for n in range(first, last + 1):
                asked(desk, version, text=f"Question {n}?")
            found.append([queries(client, page) for page in pages])
            for n in range(3 if first == 1 else 27):
                given = Given("noted", f"So noted, {n}.", desk.held, f"{first}.{n}")
                newest = version.outcomes.order_by("pk").last()
                seen = newest.pk if newest else 0
                meeting.record_outcomes(version=version, given={1: given}, seen=seen, by=desk.coordinator, at=LATER)
        found.append([queries(client, page) for page in pages])
        assert found[1] == found[2]
        assert found[0] == found[1]


class TestHome:
    def test_the_coordinator_finds_the_outcomes_a_meeting_left(self, desk, version):
        client = signed_in(desk.coordinator)
        assert "The Partnership met on 18 November 2026: record what became of the recommendations" in words(
            client.get("/")
        )
        client.post(outcomes_of(version), typed(desk, minute="7", outcome_1="agreed"))
        assert "1 of 3 are recorded" in words(client.get("/"))
        stands = {"outcome_1": "agreed", "minute_1": "7", "outcome_2": "noted", "outcome_3": "noted", "minute": "7"}
        client.post(outcomes_of(version), typed(desk, **stands))
        assert "The Partnership met" not in words(client.get("/"))

    def test_nothing_is_to_be_recorded_before_a_meeting(self, desk, version):
        desk.held.delete()
        assert "The Partnership met" not in words(signed_in(desk.coordinator).get("/"))

    def test_the_chair_finds_the_next_paper_and_the_last_decision(self, desk):
        draft = desk.draft()
        client = signed_in(desk.chair)
        assert (
            "Being prepared (version 1, draft); it is late: it was to be with you for a decision by 4 November 2026, and is with the coordinator"
            in words(client.get("/"))
        )
        ReportVersion.objects.filter(pk=draft.pk).update(state="published", published_at=LATER)
        home = words(client.get("/"))
        assert "Next: Six-monthly partnership report, October 2026 to March 2027" in home
        assert "falls due on 28 April 2027; your decision is wanted by 5 May 2027" in home
        assert "Last decision" not in home

    def test_the_last_decision_is_named_with_its_day(self, desk, version):
        home = words(signed_in(desk.chair).get("/"))
        assert "Last decision: Six-monthly partnership report, April to September 2026, version 1" in home
        assert "Approved for the Partnership on 3 November 2026 by chair" in home


class TestTheNextReport:
    def document(self, desk: Desk, *, made_at: dt.datetime = NEXT) -> SixMonthlyDocument:
        report = Report(plan=desk.plan, kind="six_monthly", period_kind="half_year", period_start=H1.next().start)
        found = take(report=report, number=1, cut_off=made_at, made_at=made_at)
        assert isinstance(found, SixMonthlyDocument)
        return found

    def page(self, document: SixMonthlyDocument) -> str:
        return rendering.print_html(document, stage="draft", snapshot_sha256="0" * 64, sign_off=None)

    def recorded(self, desk: Desk, version: ReportVersion) -> None:
        given = {1: Given("amended", "By 9 March.", desk.held, "7.2"), 3: Given("noted", "", desk.held, "7.3")}
        meeting.record_outcomes(version=version, given=given, seen=0, by=desk.coordinator, at=LATER)

    def test_it_opens_with_what_became_of_the_last_recommendations(self, desk, version):
        self.recorded(desk, version)
        document = self.document(desk)
        told = [(one.number, one.short, one.outcome, one.note, one.minute_reference) for one in document.last_asked]
        assert told == [
            (1, ASKED[0], "Amended", "By 9 March.", "7.2"),
            (2, ASKED[1], "", "", ""),
            (3, ASKED[2], "Noted", "", "7.3"),
        ]
        assert last_asked_sentence(document) == "1 amended, 1 noted, 1 without a recorded outcome"
        html = self.page(document)
        text = " ".join(strip_tags(html).split())
        assert "What became of the last recommendations" in text
        assert "No outcome recorded." in text
        assert html.index('id="last-asked"') < html.index('id="progress"')
        assert from_json(to_json(document)) == document

    def test_matters_open_and_answered_since_the_last_report(self, desk, version):
        still = asked(desk, version, due_on=dt.date(2027, 3, 1))
        done = asked(desk, version, text="And where?", due_on=dt.date(2027, 4, 1))
        meeting.answer_matter(matter=done, answer="In the park.", by=desk.officer, at=LATER)
        late = asked(desk, version, text="Asked too late?", at=NEXT + dt.timedelta(days=1), due_on=dt.date(2027, 6, 1))
        document = self.document(desk)
        assert late.raised_at > NEXT
        told = [(matter.text, matter.overdue, matter.answer) for matter in document.matters]
        assert told == [(still.text, True, ""), ("And where?", False, "In the park.")]
        assert last_asked_sentence(document).endswith("1 matter answered, 1 open, 1 of them overdue")
        text = " ".join(strip_tags(self.page(document)).split())
        assert "Open and overdue: it was due on 1 March 2027." in text
        assert "Answered on 20 November 2026 by" in text
        # What was answered before the last report was made is not told again.
        MatterArising.objects.filter(pk=done.pk).update(
            raised_at=version.made_at - dt.timedelta(days=9), answered_at=version.made_at - dt.timedelta(days=1)
        )
        assert [matter.text for matter in self.document(desk).matters] == [still.text]

    def test_a_leavers_matter_is_no_ones(self, desk, version):
        asked(desk, version)
        deactivate(person=desk.officer, by=None, at=LATER)
        assert self.document(desk).matters[0].owner == ""
        assert "No one assigned." in strip_tags(self.page(self.document(desk)))

    def test_with_nothing_to_tell_there_is_no_section(self, desk):
        html = self.page(self.document(desk))
        assert 'id="matters"' not in html
        assert 'id="last-asked"' not in html
        assert "3. Progress by priority" in html

    def test_a_report_does_not_open_with_what_was_asked_about_itself(self, desk, version):
        asked(desk, version)
        again = take(report=version.report, number=2, cut_off=LATER, made_at=LATER, reason="Corrected.")
        assert (again.matters, again.last_asked) == ((), ())

    def test_outcomes_stay_with_the_version_the_table_had(self, desk, version):
        self.recorded(desk, version)
        correction = desk.another(version)
        ReportVersion.objects.filter(pk=version.pk).update(state="replaced")
        ReportVersion.objects.filter(pk=correction.pk).update(state="published", published_at=LATER)
        assert [one.outcome for one in self.document(desk).last_asked] == ["Amended", "", "Noted"]

    def test_a_text_that_cannot_be_read_any_more_holds_nothing_up(self, desk, version):
        self.recorded(desk, version)
        ReportVersion.objects.filter(pk=version.pk).update(snapshot=json.dumps({"schema": 99}))
        assert [(one.number, one.outcome) for one in self.document(desk).last_asked] == [(1, "Amended"), (3, "Noted")]

    def test_as_many_queries_for_thirty_as_for_three(self, desk, version):
        found = []
        for first, last in ((1, 3), (4, 30)):
            for n in range(first, last + 1):
                asked(desk, version, text=f"Question {n}?")
            with CaptureQueriesContext(connection) as seen:
                self.document(desk)
            found.append(len(seen))
        assert found[0] == found[1]

    def test_the_public_version_tells_no_withheld_number(self, desk, version):
        """One figure of one is enough: words with a number in them might be about it."""
        make_indicator(desk)
        asked(desk, version, text="Why only three?")
        asked(desk, version, text="Who looks after the page?")
        public = for_public(self.document(desk))
        assert [matter.text for matter in public.matters] == [WITHHELD, "Who looks after the page?"]

    def test_a_restricted_matter_is_for_those_at_work_alone_and_counted_on_the_check_list(self, desk, version):
        asked(desk, version, text="Why was the family of 4 Raby Road not moved?", restricted=True)
        later = asked(desk, version, text="What did the son say?")
        asked(desk, version, text="Who looks after the page?")
        page = signed_in(desk.coordinator).get(later.get_absolute_url()).text
        assert "They print it and its answer." in page
        address = reverse("reports:restrict-matter", args=[later.pk])
        assert signed_in(desk.officer).post(address, {"restricted": "on"}).status_code == 403
        page = signed_in(desk.coordinator).post(address, {"restricted": "on"}, follow=True).text
        assert "they leave it and its answer out" in page
        document = self.document(desk)
        paper = print_html(document, stage="draft", snapshot_sha256="", sign_off=None)
        assert paper.count("Restricted: not in the public version.") == 2
        public = for_public(document)
        assert [matter.text for matter in public.matters] == ["Who looks after the page?"]
        assert "Raby Road" not in print_html(public, stage="final", snapshot_sha256="", sign_off=None)
        [check] = [one.sentence for one in checks_of(withheld(document), "") if "matter" in one.sentence]
        assert check == (
            "The questions and answers on 1 matter arising name nobody and give nobody away; 2 restricted matters left out."
        )
        assert withheld(document).restricted == 0
        signed_in(desk.coordinator).post(address)
        assert [matter.text for matter in for_public(self.document(desk)).matters] == [
            "What did the son say?",
            "Who looks after the page?",
        ]


def make_indicator(desk: Desk) -> None:
    """A count of three in the quarter that ends with the next half-year."""
    indicator = Indicator.objects.create(
        code="FEW", name="Few", unit="cases", better="lower", data_owner=desk.council, all_priorities=True,
        small_numbers=True,
    )  # fmt: skip
    for start, value in ((dt.date(2026, 1, 1), 4), (dt.date(2027, 1, 1), 3)):
        Measurement.objects.create(
            indicator=indicator, period_kind="quarter", period_start=start, value=Decimal(value), printed=str(value),
            as_at=dt.date(2027, 4, 20), recorded_at=LATER, recorded_by=desk.analyst,
        )  # fmt: skip


class TestAnswersThatCameOtherwise:
    def sent(self, **changed: str) -> dict[str, str]:
        on = {"received_on_0": "20", "received_on_1": "11", "received_on_2": "2026"}
        return {"answer": "By more patrols.", "received_how": "letter", **on, **changed}

    def test_the_coordinator_records_it_and_it_stays_the_owners(self, desk, version):
        matter = asked(desk, version, by=desk.chair)
        client = signed_in(desk.coordinator)
        page = client.post(matter.get_absolute_url(), self.sent(), follow=True)
        assert f"By letter, received on 20 November 2026; recorded by {desk.coordinator.name}." in words(page)
        matter.refresh_from_db()
        assert (matter.answered_by, matter.recorded_by) == (desk.officer, desk.coordinator)
        told = OutgoingEmail.objects.filter(kind="matter-answered")
        assert {mail.recipient for mail in told} == {desk.chair, desk.officer}
        assert "has recorded your answer" in told.get(recipient=desk.officer).text
        assert f"the answer of {desk.officer.name} to what you raised" in told.get(recipient=desk.chair).text
        document = TestTheNextReport().document(desk)
        html = " ".join(
            strip_tags(rendering.print_html(document, stage="draft", snapshot_sha256="a" * 64, sign_off=None)).split()
        )
        assert "(by letter, received on 20 November 2026; recorded by " in html

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"received_on_0": "", "received_on_1": "", "received_on_2": ""}, "Give the day on which it was received."),
            ({"received_on_0": "21"}, "Choose today or an earlier day."),
            ({"received_on_0": "19"}, "It was asked on 20 November 2026"),
            ({"received_how": "pigeon"}, "Choose whose answer it is."),
        ],
    )
    def test_faults_stand_beside_their_boxes(self, desk, version, changed, sentence):
        matter = asked(desk, version)
        page = signed_in(desk.coordinator).post(matter.get_absolute_url(), self.sent(**changed))
        assert sentence in words(page)
        assert "By more patrols." in page.text
        assert MatterArising.objects.get().is_open

    def test_others_answer_in_their_own_name_alone(self, desk, version):
        matter = asked(desk, version)
        client = signed_in(desk.officer)
        assert "Whose answer is it?" not in client.get(matter.get_absolute_url()).text
        client.post(matter.get_absolute_url(), self.sent())
        matter.refresh_from_db()
        assert (matter.answered_by, matter.recorded_by, matter.received_how) == (desk.officer, None, "")
        with pytest.raises(PermissionDenied):
            meeting.record_answer(matter=asked(desk, version, text="And?"), answer="So.", received_how="letter", received_on=LATER.date(), by=desk.officer, at=LATER)  # fmt: skip


class TestTheBox:
    def test_it_stands_where_something_is_to_be_done_or_was(self, desk, version):
        coordinator = signed_in(desk.coordinator)
        assert "No outcome of the 3 recommendations" in words(coordinator.get(version.get_absolute_url()))
        draft = desk.another(version)
        page = coordinator.get(draft.get_absolute_url())
        assert "after-meeting" not in page.text
        assert reverse("reports:raise-matter", args=[draft.report_id]) in page.text
        asked(desk, version)
        assert "after-meeting" in coordinator.get(draft.get_absolute_url()).text
