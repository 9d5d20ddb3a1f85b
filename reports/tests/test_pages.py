"""The shelf, a report's page, its file and its verbs, through HTTP as each role meets them."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions.rating import Rating
from actions.services.lifecycle import add_action
from actions.services.updates import post_update
from actions.tests.makers import make_user
from partners import roles
from partners.models import OutgoingEmail
from priorities.models import Meeting
from priorities.periods import Period
from priorities.services import open_round
from priorities.tests.makers import make_priority, make_sub_group
from reports.models import Rendition, Report, ReportVersion
from reports.services import building, decisions, renditions, schedule
from reports.tests.desk import DECIDED, DUE, H1, LATER, Q2, SENT, Desk, at, make, out_of_paper, sealed_as
from reports.tests.makers import quarterly
from reports.tests.test_release import released

pytestmark = pytest.mark.django_db

State = ReportVersion.State


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    """Views read the clock: it stands on a day after the meeting at which the report might have been decided on."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, version: ReportVersion, *more: str) -> str:
    return reverse(f"reports:{name}", args=[version.report_id, version.number, *more])


def state_of(version: ReportVersion) -> str:
    return ReportVersion.objects.get(pk=version.pk).state


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_list_says_whom_each_report_waits_for(desk):
    desk.with_chair()
    desk.draft(kind="quarterly", period=Q2)
    with time_machine.travel(SENT):
        page = signed_in(desk.officer).get(reverse("reports:list")).content.decode()
    assert "The chair, to decide by 4 November 2026" in page
    page = signed_in(desk.officer).get(reverse("reports:list")).content.decode()
    assert "The chair, whose decision was due on 4 November 2026" in page
    assert "The coordinator, to prepare it for publishing" in page


def test_a_chair_asked_late_is_not_late_at_once(desk):
    version = desk.draft()
    decisions.send_to_chair(version=version, by=desk.coordinator, at=LATER)
    page = signed_in(desk.officer).get(version.get_absolute_url()).text
    assert "Waits for: The chair, to decide by 27 November 2026." in page


def late_updates(desk: Desk, *said: tuple[str, Period, dt.datetime]) -> None:
    """One action for each of these references, with an update about a period, received at a moment."""
    open_round(plan=desk.plan, period=H1, at=dt.datetime(2026, 10, 1, 7, tzinfo=dt.UTC))
    priority = make_priority(desk.plan)
    group = make_sub_group(desk.plan)
    for number, (ref, period, moment) in enumerate(said, start=1):
        action = add_action(
            plan=desk.plan,
            ref=ref,
            priority=priority,
            sub_group=group,
            title=f"Action {ref}",
            lead_partner=desk.council,
            starts_on=dt.date(2024, 4, 1),
            due_on=dt.date(2027, 3, 31),
            by=desk.coordinator,
            at=dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC),
        )
        post_update(
            action=action,
            by=desk.officer,
            at=moment,
            today=timezone.localdate(moment),
            submission_key=uuid.UUID(int=number),
            period=period,
            rating=Rating.ON_TRACK,
            narrative="Two patrols a week.",
        )


def test_the_coordinator_is_told_what_came_after_a_draft_was_closed_until_a_version_holds_it(desk):
    late_updates(
        desk,
        ("ASB-01", H1, SENT - dt.timedelta(days=10)),  # in time
        ("ASB-02", H1, SENT - dt.timedelta(days=3)),  # after the cut-off, before the version was made
        ("ASB-03", H1, SENT),
        ("ASB-04", H1.next(), SENT),  # about the next report's period
    )
    version = desk.draft()
    page = " ".join(signed_in(desk.coordinator).get(version.get_absolute_url()).text.split())
    assert "2 updates came after this version was closed</strong> on 21 October 2026, and are not in it:" in page
    told = page[page.index("2 updates came") : page.index("Make version 2 with them")]
    assert ["ASB-02" in told, "ASB-03" in told, "ASB-01" in told, "ASB-04" in told] == [True, True, False, False]
    assert reverse("reports:new-version", args=[version.report_id]) in told
    for other in (desk.chair, desk.officer, desk.analyst):
        assert "came after this version was closed" not in signed_in(other).get(version.get_absolute_url()).text
    second = desk.another(version)
    for one in (version, second):
        assert "came after" not in signed_in(desk.coordinator).get(one.get_absolute_url()).text


def test_what_came_late_is_counted_for_versions_that_can_still_be_replaced(desk):
    late_updates(desk, ("ASB-01", H1, SENT), ("ASB-02", H1, SENT))
    version = desk.draft()

    def counted() -> int:
        return ReportVersion.objects.with_came_since().get(pk=version.pk).came_since

    assert counted() == 2
    ReportVersion.objects.filter(pk=version.pk).update(cut_off=SENT)
    assert counted() == 0
    ReportVersion.objects.filter(pk=version.pk).update(cut_off=SENT - dt.timedelta(seconds=1), state=State.RETURNED)
    assert counted() == 2
    ReportVersion.objects.filter(pk=version.pk).update(state=State.WITH_CHAIR)
    assert counted() == 0


def test_an_approved_report_waits_for_its_final_pdf(desk):
    version = desk.approved()
    page = signed_in(desk.coordinator).get(version.get_absolute_url()).text
    assert "Waits for: The portal, which lays out the final PDF." in page
    desk.laid_out(version, "final")
    page = signed_in(desk.coordinator).get(version.get_absolute_url()).text
    assert "Waits for: The coordinator, to publish it." in page


def test_reports_stand_by_the_end_of_their_period_and_then_by_kind(desk):
    """A half-year begins before its second quarter and ends with it."""
    for kind, period in (("quarterly", Q2.previous()), ("six_monthly", H1), ("quarterly", Q2)):
        desk.draft(kind=kind, period=period)
    for page in ("list", "schedule"):
        html = signed_in(desk.coordinator).get(reverse(f"reports:{page}")).text
        html = html.partition("</h1>")[2].replace("<br>", ", ")
        places = [
            html.index(name)
            for name in (
                "Quarterly performance report, Q2 2026/27",
                "Six-monthly partnership report, April to September 2026",
                "Quarterly performance report, Q1 2026/27",
            )
        ]
        assert places == sorted(places), page


def test_the_schedule_says_when_a_published_report_was_made(desk):
    version = desk.published()
    [line] = [one for one in schedule.lines(desk.plan, LATER.date()) if one.version == version]
    assert (line.last_run, line.next_run) == (DUE, "–")
    Rendition.objects.update(finished_at=LATER)  # laid out anew since
    [line] = [one for one in schedule.lines(desk.plan, LATER.date()) if one.version == version]
    assert line.last_run == version.made_at


@pytest.mark.parametrize("verb", ["send-to-chair", "prepare", "publish", "approve", "return"])
def test_a_buttons_address_opened_as_a_page_leads_to_the_report(desk, verb):
    version = desk.draft()
    page = signed_in(desk.coordinator).get(address(verb, version))
    assert (page.status_code, page["Location"]) == (302, version.get_absolute_url())
    assert signed_in(desk.reader).get(address(verb, version)).status_code == 404
    assert state_of(version) == State.DRAFT


def test_the_chair_keeps_the_time_promised_when_the_weeks_change(desk):
    open_round(plan=desk.plan, period=H1, at=DUE)
    version = desk.with_chair()
    desk.plan.chair_weeks, desk.plan.final_weeks = 9, 10
    desk.plan.save()
    with time_machine.travel(SENT):
        assert "The chair, to decide by 4 November 2026" in signed_in(desk.officer).get(reverse("reports:list")).text
        assert "The chair, to decide by 4 November 2026" in signed_in(desk.officer).get(version.get_absolute_url()).text


def test_readers_see_what_is_published_and_nothing_else(desk):
    draft = desk.draft(kind="quarterly", period=Q2)
    published = desk.published()
    reader = signed_in(desk.reader)
    page = reader.get(reverse("reports:list")).content.decode()
    assert "April to September 2026" not in page  # nobody has checked it for readers
    assert "Q2 2026/27" not in page
    assert reader.get(published.get_absolute_url()).status_code == 200
    assert reader.get(draft.get_absolute_url()).status_code == 404
    assert reader.get(draft.report.get_absolute_url()).status_code == 404
    # The final file is the partners' copy; a reader's is that of the public version, once there is one.
    assert reader.get(address("pdf", published, "final")).status_code == 404
    assert reader.get(address("pdf", published, "draft")).status_code == 404
    assert signed_in(desk.officer).get(address("pdf", published, "final")).status_code == 200
    assert reader.get(reverse("reports:schedule")).status_code == 404


def test_a_reader_keeps_the_paper_they_bookmarked_and_is_led_to_what_replaced_it(desk):
    first = desk.published()
    released(desk, first)
    second = desk.another(first)
    reader = signed_in(desk.reader)
    assert "Replaced by" not in reader.get(first.get_absolute_url()).text
    decisions.send_to_chair(version=second, by=desk.coordinator, at=LATER)
    assert reader.get(second.get_absolute_url()).status_code == 404
    decisions.approve(version=second, by=desk.chair, at=LATER, **desk.seen(second))
    decisions.publish(version=desk.laid_out(second, "final"), by=desk.coordinator, at=LATER)
    page = reader.get(first.get_absolute_url())
    assert page.status_code == 200
    assert f'Replaced by <a class="govuk-link" href="{second.get_absolute_url()}">version 2</a>' in page.text
    assert reader.get(first.report.get_absolute_url())["Location"] == first.get_absolute_url()
    released(desk, second, at=LATER)
    assert reader.get(first.report.get_absolute_url())["Location"] == second.get_absolute_url()
    shelf = reader.get(reverse("reports:list")).text
    assert "Version 2, published" in shelf
    assert "Version 1" not in shelf


def test_a_published_page_tells_readers_nothing_of_the_work_behind_it(desk):
    published = desk.published()
    page = signed_in(desk.reader).get(published.get_absolute_url()).content.decode()
    assert "Make another version" not in page
    assert "Draft PDF" not in page
    assert desk.coordinator.name not in page


def test_an_administrator_without_a_role_sees_no_report(desk):
    version = desk.published()
    administrator = signed_in(desk.nobody)
    for page in (reverse("reports:list"), version.get_absolute_url(), reverse("reports:schedule")):
        assert administrator.get(page).status_code == 404


def test_a_report_leads_to_its_newest_version(desk):
    first = desk.draft()
    second = building.make_new_version(
        report=first.report, follows=1, reason="A late update.", cut_off=LATER, by=desk.coordinator, at=LATER
    )
    response = signed_in(desk.analyst).get(first.report.get_absolute_url())
    assert response["Location"] == second.get_absolute_url()


def test_a_report_outside_the_plans_dates_says_that_it_is_not_due(desk):
    report = Report.objects.create(
        plan=desk.plan,
        kind="quarterly",
        period_kind="quarter",
        period_start=dt.date(2023, 4, 1),
        created_at=LATER,
        build_error="There is no figure.",
    )
    response = signed_in(desk.coordinator).get(report.get_absolute_url())
    assert response.status_code == 200
    assert "The plan runs from 1 April 2024 to 31 March 2027: it calls for no report on this period." in response.text


def test_the_html_edition_and_the_hashes_stand_on_the_page(desk):
    version = desk.draft()
    page = signed_in(desk.chair).get(version.get_absolute_url()).content.decode()
    assert "A safe town" in page
    assert version.snapshot_sha256 in page
    assert version.renditions.get().sha256 in page


def test_the_list_asks_the_database_no_more_for_more_reports(desk):
    client = signed_in(desk.officer)
    quarters = [Q2.previous().previous(), Q2.previous(), Q2]
    desk.draft(kind="quarterly", period=quarters[0])
    client.get(reverse("reports:list"))  # the first visit of a session writes it down

    with CaptureQueriesContext(connection) as one:
        client.get(reverse("reports:list"))
    for quarter in quarters[1:]:
        desk.draft(kind="quarterly", period=quarter)
    desk.draft()
    with CaptureQueriesContext(connection) as four:
        client.get(reverse("reports:list"))
    assert len(four) == len(one)


# --- The file ---------------------------------------------------------------------------------------------------------


def test_the_pdf_is_shown_inline_and_only_if_its_bytes_are_those_that_were_made(desk, settings):
    version = desk.draft()
    rendition = version.renditions.get()
    client = signed_in(desk.officer)
    response = client.get(address("pdf", version, "draft"))
    assert hashlib.sha256(response.content).hexdigest() == rendition.sha256
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="SHP-six-monthly-2026-04_2026-09-v1-draft.pdf"'
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    again = client.get(address("pdf", version, "draft"), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    (settings.MEDIA_ROOT / rendition.pdf.name).write_bytes(b"%PDF something else")
    damaged = client.get(address("pdf", version, "draft"))
    assert damaged.status_code == 503
    assert "no longer the one that was made" in damaged.content.decode()


def test_a_pdf_is_sent_without_reading_the_reports_text(desk):
    version = desk.draft()
    with CaptureQueriesContext(connection) as asked:
        response = signed_in(desk.officer).get(address("pdf", version, "draft"))
    assert response.status_code == 200
    assert not [query for query in asked if '"snapshot"' in query["sql"]]


def test_a_pdf_that_is_not_ready_is_not_there(desk):
    version = building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE)
    client = signed_in(desk.coordinator)
    assert client.get(address("pdf", version, "draft")).status_code == 404
    page = client.get(version.get_absolute_url()).content.decode()
    assert "Draft PDF: waiting to be laid out." in page
    assert "Send to the chair" not in page


def test_nobody_signed_in_sees_nothing(desk):
    version = desk.published()
    for path in (
        reverse("reports:list"),
        version.get_absolute_url(),
        address("pdf", version, "final"),
        reverse("reports:schedule"),
    ):
        response = Client().get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


# --- To the chair and back --------------------------------------------------------------------------------------------


def test_the_coordinator_sends_the_chair_approves_the_coordinator_publishes(desk):
    version = desk.draft()
    coordinator, chair = signed_in(desk.coordinator), signed_in(desk.chair)
    assert "Send to the chair" in coordinator.get(version.get_absolute_url()).content.decode()
    response = coordinator.post(address("send-to-chair", version), follow=True)
    assert "is with the chair" in response.content.decode()
    assert "Approve for the Partnership" in chair.get(version.get_absolute_url()).content.decode()
    response = chair.post(
        address("approve", version), {**desk.seen(version), "read": "on", "comment": "Thank you."}, follow=True
    )
    assert response.redirect_chain == [(version.get_absolute_url(), 302)]
    assert "is approved for the Partnership" in response.content.decode()
    desk.laid_out(version, "final")
    response = coordinator.post(address("publish", version), follow=True)
    assert "Version 1 is published." in response.content.decode()
    assert state_of(version) == State.PUBLISHED


def test_an_approval_without_the_tick_says_so_and_keeps_what_was_typed(desk):
    version = desk.with_chair()
    chair = signed_in(desk.chair)
    response = chair.post(address("approve", version), {**desk.seen(version), "comment": "Well done, everybody."})
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert 'href="#approve_read"' in page
    assert "Tick the box to approve the report." in page
    assert "Well done, everybody." in page
    assert "A safe town" in page
    assert state_of(version) == State.WITH_CHAIR


def test_a_return_without_a_comment_says_so(desk):
    version = desk.with_chair()
    chair = signed_in(desk.chair)
    page = chair.post(address("return", version), {**desk.seen(version), "comment": " "}).content.decode()
    assert 'href="#return_comment"' in page
    assert "Say what has to be put right." in page
    assert state_of(version) == State.WITH_CHAIR
    chair.post(address("return", version), {**desk.seen(version), "comment": "Ask the police."})
    assert state_of(version) == State.RETURNED
    page = signed_in(desk.coordinator).get(version.get_absolute_url()).content.decode()
    assert "Ask the police." in page
    assert "Make another version" in page


@pytest.mark.parametrize("seen", ["0" * 64, "", "short"])
def test_a_decision_on_something_else_is_refused_and_wants_a_new_tick(desk, seen):
    version = desk.with_chair()
    chair = signed_in(desk.chair)
    sent = {**desk.seen(version), "seen_pdf_sha256": seen, "read": "on", "comment": "Fine."}
    response = chair.post(address("approve", version), sent)
    page = response.content.decode()
    assert "Read it again, then decide." in page or "Read the report again, then decide." in page
    assert "Fine." in page
    assert not response.context["view"].approve["read"].value()
    assert desk.seen(version)["seen_pdf_sha256"] in page
    assert state_of(version) == State.WITH_CHAIR


@pytest.mark.parametrize("who", ["officer", "analyst", "coordinator"])
@pytest.mark.parametrize("verb", ["approve", "return"])
def test_who_sees_the_report_but_may_not_decide_is_told_so(desk, who, verb):
    version = desk.with_chair()
    client = signed_in(getattr(desk, who))
    for sent in ({**desk.seen(version), "read": "on", "comment": "Fine."}, {}):
        response = client.post(address(verb, version), sent)
        assert response.status_code == 403
        assert "chair" in response.content.decode()
    assert state_of(version) == State.WITH_CHAIR


@pytest.mark.parametrize("verb", ["send-to-chair", "publish"])
def test_the_coordinators_verbs_are_the_coordinators_alone(desk, verb):
    version = desk.draft()
    assert signed_in(desk.chair).post(address(verb, version)).status_code == 403
    assert signed_in(desk.reader).post(address(verb, version)).status_code == 404
    assert state_of(version) == State.DRAFT


def test_pressing_too_late_says_what_happened_meanwhile(desk):
    version = desk.with_chair()
    response = signed_in(desk.coordinator).post(address("send-to-chair", version), follow=True)
    assert "marked “With the chair” now" in response.content.decode()


def test_the_coordinator_records_a_decision_taken_at_a_meeting(desk):
    version = desk.with_chair()
    meeting = desk.meeting(SENT.date())
    path = address("record-decision", version)
    assert path not in signed_in(desk.coordinator).get(version.get_absolute_url()).text
    assert "another coordinator" in signed_in(desk.coordinator).get(path).text, "who sent it is told who can"
    client = signed_in(desk.colleague)
    assert path in client.get(version.get_absolute_url()).text
    Meeting.objects.all().delete()
    none = client.get(path).text
    assert "since version 1 was sent to the chair on 29 October 2026, so there is none to choose" in none
    assert "None is entered for the days to come either." in none
    assert "Record the decision" not in none
    meeting = desk.meeting(SENT.date())
    sent = {**desk.seen(version), "outcome": "approved", "meeting": str(meeting.pk), "comment": ""}
    page = client.post(path, sent).content.decode()
    assert "Enter the reference of the minute" in page
    for unprintable in ("7.2\u202e", "7." * 31):
        assert "There is a problem" in client.post(path, {**sent, "minute_reference": unprintable}).text
    assert state_of(version) == State.WITH_CHAIR
    client.post(path, {**sent, "minute_reference": "7.2"})
    assert state_of(version) == State.APPROVED
    assert signed_in(desk.officer).get(path).status_code == 403


@pytest.mark.parametrize("who", ["second", "colleague"])
def test_who_decides_too_late_keeps_what_they_typed_and_reads_who_decided_what_and_when(desk, who):
    version = desk.with_chair()
    desk.second = make_user("second@test.example", roles.CHAIR)
    meeting = desk.meeting(SENT.date())
    sent = {**desk.seen(version), "comment": "Say <b>why</b> DA-06 is silent."}
    verb = "return"
    if who == "colleague":
        verb, sent = "record-decision", {**sent, "outcome": "returned", "meeting": meeting.pk, "minute_reference": "7"}
    decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version))
    page = signed_in(getattr(desk, who)).post(address(verb, version), sent).text
    assert "Your decision was not recorded" in page
    assert "Version 1 was approved for the Partnership by the Chair on 3 November 2026 at 11:00." in page
    assert "Say &lt;b&gt;why&lt;/b&gt; DA-06 is silent." in page
    assert reverse("reports:raise-matter", args=[version.report_id]) in page
    assert state_of(version) == State.APPROVED


def test_who_presses_twice_is_not_told_that_nothing_was_recorded(desk):
    version = desk.with_chair()
    sent = {**desk.seen(version), "read": "on"}
    client = signed_in(desk.chair)
    client.post(address("approve", version), sent)
    again = client.post(address("approve", version), sent, follow=True).text
    assert "Version 1 was approved for the Partnership by the Chair on " in again
    assert "not recorded" not in again


def test_what_is_said_when_a_file_is_asked_for_is_true_when_it_is_there(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    client = signed_in(desk.coordinator)
    said = client.post(address("prepare", version), follow=True).context["messages"]
    client.post(
        reverse("reports:new-version", args=[version.report_id]), {"cut_off": "now", "reason": "A.", "follows": 1}
    )
    said = [*said, *client.get(version.get_absolute_url()).context["messages"]]
    assert len(said) == 2
    assert not [message for message in said if "being laid out" in str(message) or "waiting" in str(message)]


def test_with_the_broker_away_a_verb_still_works_and_its_e_mail_waits(desk, monkeypatch):
    version = desk.draft()

    def refuse(name: str) -> None:
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    response = signed_in(desk.coordinator).post(address("send-to-chair", version))
    assert response.status_code == 302
    assert state_of(version) == State.WITH_CHAIR
    assert OutgoingEmail.objects.get().state == OutgoingEmail.State.PENDING


# --- Another version, the schedule ------------------------------------------------------------------------------------


def test_another_version_is_made_from_the_form(desk):
    version = desk.draft()
    client = signed_in(desk.coordinator)
    path = reverse("reports:new-version", args=[version.report_id])
    form = client.get(path).text
    assert '<input type="hidden" name="follows" value="1"' in form
    page = client.post(path, {"cut_off": "now", "reason": "", "follows": "1"}).content.decode()
    assert "Say why there is another version." in page
    for _ in range(2):  # pressed twice
        made = client.post(path, {"cut_off": "same", "reason": "A name was misspelt.", "follows": "1"})
        assert made["Location"].endswith("/v2/")
    assert version.report.versions.count() == 2
    newest = ReportVersion.objects.get(number=2)
    assert (newest.reason, newest.cut_off) == ("A name was misspelt.", version.cut_off)
    assert signed_in(desk.chair).get(path).status_code == 403


def test_the_schedule_shows_every_report_and_why_one_is_not_there(desk):
    version = building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE)
    for _ in range(3):
        renditions.make_next(make=out_of_paper, clock=at(DUE))
    failed = Report.objects.create(
        plan=desk.plan,
        kind="quarterly",
        period_kind="quarter",
        period_start=Q2.start,
        created_at=DUE,
        build_attempts=3,
        build_error="The figures contradict each other.",
        build_failed_at=DUE,
    )
    client = signed_in(desk.coordinator)
    page = client.get(reverse("reports:schedule")).content.decode()
    assert page.count('scope="row"') == 18
    assert "The draft PDF could not be laid out: No space left on device" in page
    assert "The figures contradict each other." in page
    assert page.count("Try again") == 1
    address_now = reverse("reports:run-now", args=[desk.plan.pk, "quarterly", Q2.code])
    assert address_now in page
    others = signed_in(desk.officer).get(reverse("reports:schedule")).content.decode()
    assert "Try again" not in others
    assert "Make it now" not in others
    client.post(address("lay-out-again", version, "draft"))
    assert version.renditions.get().state == Rendition.State.QUEUED
    assert signed_in(desk.chair).post(address_now).status_code == 403
    assert client.get(address_now).status_code == 302
    assert not failed.versions.exists()
    made = client.post(address_now, follow=True)
    assert made.redirect_chain[0][0] == failed.versions.get().get_absolute_url()
    assert "is made. Below stands its draft PDF, or how far it is." in made.text


def test_a_report_without_a_version_says_what_became_of_it(desk):
    report = building.mark_not_produced(
        plan=desk.plan, kind="six_monthly", period=H1, reason="Before the plan.", by=desk.coordinator, at=LATER
    )
    page = signed_in(desk.officer).get(report.get_absolute_url()).content.decode()
    assert "Not produced" in page
    assert "Before the plan." in page


def test_a_past_report_is_marked_as_not_produced(desk):
    path = reverse("reports:not-produced", args=[desk.plan.pk, "six_monthly", "2024-04"])
    assert path.endswith("/six-monthly/2024-04/not-produced/")
    client = signed_in(desk.coordinator)
    assert "Say why" in client.post(path, {"reason": ""}).content.decode()
    assert not Report.objects.exists()
    assert client.post(path, {"reason": "Before the portal."})["Location"] == reverse("reports:schedule")
    assert Report.objects.get().not_produced == "Before the portal."
    back = path.replace("not-produced", "produce-after-all")
    schedule = client.get(reverse("reports:schedule")).text
    assert f'href="{back}"' in schedule
    assert f"Before the portal. ({desk.coordinator.name}, " in schedule
    assert "Say why" in client.post(back, {"reason": ""}).text
    client.post(back, {"reason": "It is wanted."})
    assert Report.objects.get().not_produced == ""
    assert "it is not marked" in client.get(back, follow=True).text
    assert signed_in(desk.officer).get(path).status_code == 403
    assert signed_in(desk.reader).get(path).status_code == 404
    for wrong in ("2024-05", "2031-04", "never"):
        assert client.get(path.replace("2024-04", wrong)).status_code == 404


def test_a_draft_of_a_report_that_is_not_produced_says_why_who_and_when_and_how_to_take_it_back(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    this = {"plan": desk.plan, "kind": "quarterly", "period": Q2}
    building.mark_not_produced(**this, reason="No figures.", by=desk.coordinator, at=LATER)
    back = reverse("reports:produce-after-all", args=[desk.plan.pk, "quarterly", Q2.code])
    for who in (desk.coordinator, desk.officer):
        page = signed_in(who).get(version.get_absolute_url()).text
        assert 'govuk-tag--grey">Not produced<' in page
        assert "<strong>Not produced.</strong>" in page, "the report itself does not say that something replaced it"
        assert "Replaced" not in page
        assert "No figures." in page
        assert f"Said by {desk.coordinator.name}, the coordinator, on 20 November 2026." in page
        assert (back in page) == (who == desk.coordinator)
    building.produce_after_all(**this, reason="They came.", by=desk.colleague, at=LATER + dt.timedelta(days=1))
    said = (
        f"“Not produced”, said by {desk.coordinator.name} on 20 November 2026 (No figures.), was taken back by "
        f"{desk.colleague.name} on 21 November 2026: They came."
    )
    assert said in signed_in(desk.officer).get(reverse("reports:schedule")).text
    page = signed_in(desk.officer).get(version.get_absolute_url()).text
    assert ">Draft<" in page
    assert "No figures." not in page


def test_a_quarterly_report_reaches_readers_once_it_is_published_and_not_before(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    coordinator, reader = signed_in(desk.coordinator), signed_in(desk.reader)
    page = coordinator.get(version.get_absolute_url()).text
    assert "Prepare for publishing" in page
    assert address("publish", version) not in page
    coordinator.post(address("prepare", version))
    coordinator.post(address("publish", version))
    assert reader.get(version.get_absolute_url()).status_code == 404
    page = coordinator.get(version.get_absolute_url()).text
    assert "Final PDF: waiting to be laid out." in page
    assert "The portal, which lays out the final PDF" in page
    assert "Prepare for publishing" not in page
    renditions.make_next(make=make, clock=timezone.now)
    assert "The coordinator, to publish it" in coordinator.get(reverse("reports:list")).text
    coordinator.post(address("publish", version))
    assert reader.get(version.get_absolute_url()).status_code == 200


def test_why_a_file_failed_is_for_those_at_work(desk):
    version = desk.published()
    version.renditions.filter(stage="final").update(state="failed", last_error="/var/lib is full.")
    assert "/var/lib is full." in signed_in(desk.officer).get(version.get_absolute_url()).text
    page = signed_in(desk.reader).get(version.get_absolute_url()).text
    assert "The version for readers is being checked." in page
    assert "/var/lib" not in page


def test_the_public_version_is_looked_at_by_those_who_answer_for_it(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    for user in (desk.coordinator, desk.chair):
        client = signed_in(user)
        assert address("public", version) in client.get(version.get_absolute_url()).text
        page = client.get(address("public", version)).text
        assert "Neither readers nor anybody outside sees this yet." in page
        assert "What got worse" in page
    assert address("public", version) not in signed_in(desk.officer).get(version.get_absolute_url()).text
    answer = signed_in(desk.officer).get(address("public", version))
    assert answer.status_code == 403
    assert "for the coordinator and the chair" in answer.text
    assert signed_in(desk.reader).get(address("public", version)).status_code == 404


def test_a_version_from_before_says_why_it_has_no_public_one(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    sealed_as(version, quarterly())
    page = signed_in(desk.coordinator).get(address("public", version)).text
    assert "Make another version of the report first." in page
    assert "What got worse" not in page


def test_a_public_file_is_no_file_to_decide_on(desk):
    version = desk.with_chair()
    public = renditions.queue(version=version, stage="draft", edition="public", at=SENT)
    renditions.make_one(rendition=public, make=make, clock=timezone.now)
    public.refresh_from_db()
    partners = version.renditions.get(edition="partners")
    assert public.state == Rendition.State.DONE
    assert public.sha256 != partners.sha256
    page = signed_in(desk.chair).get(version.get_absolute_url()).text
    assert partners.sha256 in page
    assert public.sha256 not in page
    answer = signed_in(desk.chair).get(address("pdf", version, "draft"))
    assert hashlib.sha256(answer.content).hexdigest() == partners.sha256


def test_a_page_follows_its_files_without_the_report_being_drawn_anew(desk):
    version = building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE)
    client = signed_in(desk.coordinator)

    def looked() -> str:
        part = client.get(version.get_absolute_url(), headers={"X-Requested-With": "fetch"})
        assert "report-page-one" not in part.text
        return part.text

    assert "data-export" in client.get(version.get_absolute_url()).text
    assert 'data-state="queued"' in looked()
    Rendition.objects.update(state=Rendition.State.RENDERING, lease_until=LATER)
    assert 'data-state="running"' in looked()
    assert "Draft PDF: being laid out." in looked()
    assert "Send to the chair" not in looked()
    Rendition.objects.update(state=Rendition.State.FAILED, last_error="No space left on device", lease_until=None)
    assert 'data-state="failed"' in looked()
    assert "No space left on device" in looked()
    assert address("lay-out-again", version, "draft") in looked()
    client.post(address("lay-out-again", version, "draft"))
    assert 'data-state="queued"' in looked()
    desk.laid_out(version)
    assert 'data-state="done"' in looked()
    assert "Send to the chair" in looked()
