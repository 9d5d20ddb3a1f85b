"""The action plan as at a day reads as the portal's list read that day, and is made by the coordinator alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from actions.rating import Rating
from actions.services.lifecycle import withdraw
from actions.tests.makers import H1_2026
from actions.tests.pages import day as boxes
from partners.models import User
from priorities.models import UpdateRound
from priorities.periods import Period, PeriodKind
from reports import delivery, emails
from reports.document import RESTRICTED, ActionPlanDocument, from_json, to_json
from reports.models import Report, ReportVersion
from reports.public import for_public
from reports.rendering import print_html
from reports.services import building, decisions, renditions
from reports.services.meeting import raise_matter
from reports.services.on_request import make_action_plan, make_plan
from reports.tests.desk import at, make
from reports.tests.makers import H2_2025, UTC, Town, noon

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 14, tzinfo=UTC)
URL = "/reports/make/action-plan/"


@pytest.fixture
def town(settings, tmp_path) -> Iterator[Town]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(NOW):
        yield Town()


def as_at(town: Town, day: dt.date, **fields) -> ActionPlanDocument:
    version, _ = make_action_plan(**{"plan": town.plan, "as_at": day, "by": town.coordinator, "at": NOW, **fields})
    document = from_json(version.snapshot)
    assert isinstance(document, ActionPlanDocument)
    return document


def stands(document: ActionPlanDocument) -> dict[str, tuple[str, bool]]:
    return {line.ref: (line.mark.key, line.confirmed) for line in document.actions}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_today_it_says_what_the_list_says(town):
    told, silent, late, done, gone = (town.action(f"ASB-0{n}") for n in range(1, 6))
    town.action("ASB-06", starts_on=dt.date(2027, 1, 1))
    town.say(told, Rating.AT_RISK, dt.date(2026, 10, 9))
    town.say(silent, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    town.say(late, Rating.OFF_TRACK, dt.date(2026, 11, 20))
    town.say(done, Rating.COMPLETE, dt.date(2026, 10, 12))
    withdraw(action=gone, by=town.coordinator, at=noon(dt.date(2026, 11, 2)), reason="No money.")
    asked = UpdateRound.objects.asked_by(town.plan, TODAY).get(period_start=H1_2026.start).period
    live = {action.ref: action.standing(asked, TODAY) for action in Action.objects.filter(plan=town.plan)}
    document = as_at(town, TODAY)
    assert stands(document) == {ref: (one.rating.value, one.confirmed) for ref, one in live.items()}
    assert [change.ref for change in document.completed] == ["ASB-04"]
    assert [(change.ref, change.text) for change in document.closed] == [("ASB-05", "No money.")]


def test_a_past_day_knows_nothing_of_what_came_after(town):
    action = town.action()
    town.say(action, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    before = stands(as_at(town, dt.date(2026, 10, 12)))
    assert before == {"ASB-01": ("on_track", False)}
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 13))
    withdraw(action=action, by=town.coordinator, at=noon(dt.date(2026, 11, 2)), reason="No money.")
    assert stands(as_at(town, dt.date(2026, 10, 11))) == before
    assert stands(as_at(town, dt.date(2026, 10, 13))) == {"ASB-01": ("off_track", True)}
    assert stands(as_at(town, dt.date(2026, 11, 2)))["ASB-01"][0] == "closed"


def test_before_the_request_opens_nobody_is_silent_about_the_period(town):
    """On 30 September nobody had been asked about the half-year that ends that day."""
    town.say(town.action(), Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    document = as_at(town, dt.date(2026, 9, 30))
    assert document.asked_label == "October 2025 to March 2026"
    assert stands(document) == {"ASB-01": ("on_track", True)}


def test_a_version_made_later_tells_of_the_same_day(town):
    action = town.action()
    document = as_at(town, dt.date(2026, 10, 12))
    town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 20))
    report = Report.objects.get(as_at=dt.date(2026, 10, 12))
    fields = {"follows": 1, "reason": "An update came late.", "by": town.coordinator, "at": NOW}
    second = from_json(building.make_new_version(report=report, cut_off=NOW, **fields).snapshot)
    assert stands(document) == {"ASB-01": ("unrated", False)}
    assert isinstance(second, ActionPlanDocument)
    assert stands(second) == {"ASB-01": ("off_track", True)}
    assert second.paper.period_label == "as at 12 October 2026"


def test_a_day_has_one_action_plan_and_it_is_never_due(town):
    first, made = make_action_plan(plan=town.plan, as_at=TODAY, by=town.coordinator, at=NOW)
    again, made_again = make_action_plan(plan=town.plan, as_at=TODAY, by=town.coordinator, at=NOW)
    assert (made, made_again, first.pk == again.pk) == (True, False, True)
    assert first.cut_off == NOW, "not the end of a day that is not over"
    assert "action_plan" not in {one.kind for one in building.owed_by(town.plan)}
    town.say(town.action(), Rating.ON_TRACK, dt.date(2026, 11, 23))
    assert ReportVersion.objects.with_came_since().get().came_since == 0


def test_a_day_that_is_not_over_is_told_with_its_hour(town):
    def paper_of(day: dt.date, at: dt.datetime) -> str:
        html = print_html(as_at(town, day, at=at), stage="draft", snapshot_sha256="", sign_off=None)
        return " ".join(re.sub(r"<[^>]+>", " ", html).split())

    town.action()
    today = paper_of(TODAY, NOW)
    assert "as it stood at 14:00 on 23 November 2026, from the updates and events received by then." in today
    assert "updates received up to 14:00 on 23 November 2026" in today
    assert "at the end of" not in today
    with time_machine.travel(NOW + dt.timedelta(days=1)):
        page = client_of(town.coordinator).post(URL, boxes("as_at", TODAY), follow=True).text
    assert "was there already, with what had been received up to 14:00 on 23 November 2026." in page
    past = paper_of(dt.date(2026, 10, 12), NOW)
    day = "12 October 2026"
    assert f"as it stood at the end of {day}, from the updates and events received up to {day}." in past
    report = Report.objects.get(as_at=dt.date(2026, 10, 12))
    fields = {"follows": 1, "reason": "An update came late.", "by": town.coordinator, "at": NOW}
    second = from_json(building.make_new_version(report=report, cut_off=NOW, **fields).snapshot)
    html = print_html(second, stage="draft", snapshot_sha256="", sign_off=None)
    assert f"at the end of {day}, from the updates and events received up to 14:00 on 23 November 2026." in html


@pytest.mark.parametrize("day", [dt.date(2026, 11, 24), dt.date(2024, 3, 31), dt.date(2031, 4, 1)])
def test_a_day_to_come_or_outside_the_plan_is_refused(town, day):
    with pytest.raises(ValidationError) as refused:
        make_action_plan(plan=town.plan, as_at=day, by=town.coordinator, at=NOW)
    assert list(refused.value.message_dict) == ["as_at"]
    assert not Report.objects.exists()


def test_nobody_but_the_coordinator_makes_one(town):
    for user in (town.officer, town.chair, town.analyst, town.reader):
        with pytest.raises(PermissionDenied):
            make_action_plan(plan=town.plan, as_at=TODAY, by=user, at=NOW)
    assert not Report.objects.exists()


def test_through_the_front_door(town):
    town.say(town.action(), Rating.AT_RISK, dt.date(2026, 10, 9), narrative="Two of five are done.")
    client = client_of(town.coordinator)
    assert URL in client.get(reverse("reports:list")).content.decode()
    assert URL not in client_of(town.officer).get(reverse("reports:list")).content.decode()
    page = client.post(URL, boxes("as_at", dt.date(2026, 11, 24)))
    assert "not in the future" in page.content.decode()
    page = client.post(URL, boxes("as_at", dt.date(2026, 10, 12)), follow=True).content.decode()
    assert "as at 12 October 2026" in page
    assert "Two of five are done." in page
    version = ReportVersion.objects.get()
    assert "Action plan<br>as at 12 October 2026" in client.get(reverse("reports:list")).content.decode()
    renditions.make_one(rendition=version.renditions.get(), make=make, clock=at(NOW))
    pdf = client.get(reverse("reports:pdf", args=[version.report_id, 1, "draft"]))
    assert 'filename="SHP-action-plan-2026-10-12-v1-draft.pdf"' in pdf["Content-Disposition"]
    # It needs no chair: the coordinator publishes it.
    decisions.prepare(version=version, by=town.coordinator, at=NOW)
    renditions.make_one(rendition=version.renditions.get(stage="final"), make=make, clock=at(NOW))
    assert decisions.publish(version=version, by=town.coordinator, at=NOW).state == "published"
    assert UpdateRound.objects.filter(settled_at__isnull=False).count() == 0, "it settles no request"


def test_two_days_are_compared_and_a_copy_is_known(town, tmp_path):
    town.say(town.action(), Rating.ON_TRACK, dt.date(2026, 10, 9))
    fields = {"plan": town.plan, "by": town.coordinator, "at": NOW}
    first, _ = make_action_plan(as_at=dt.date(2026, 10, 12), **fields)
    town.say(Action.objects.get(), Rating.OFF_TRACK, dt.date(2026, 11, 20))
    second, _ = make_action_plan(as_at=TODAY, **fields)
    client = client_of(town.coordinator)
    compared = client.get(f"/reports/compare/?a={first.report_id}.1&b={second.report_id}.1").text
    assert "was on track and is now off track" in compared
    assert "12 October 2026, version 1, draft" in client.get("/reports/compare/").text
    plan, _ = make_plan(plan=town.plan, year=Period(PeriodKind.YEAR, dt.date(2026, 4, 1)), by=town.coordinator, at=NOW)
    kinds = client.get(f"/reports/compare/?a={plan.report_id}.1&b={second.report_id}.1").text
    assert "not two kinds" in kinds
    renditions.make_one(rendition=second.renditions.get(), make=make, clock=at(NOW))
    file = tmp_path / "copy.pdf"
    file.write_bytes(delivery.read(second.renditions.get()))
    said = "Action plan, as at 23 November 2026, version 1, draft, made 23 November 2026"
    with file.open("rb") as copy:
        assert said in client.post("/check/", {"file": copy}, follow=True).text
    out = StringIO()
    call_command("check_report", str(file), stdout=out)
    assert said in out.getvalue()


def test_mails_say_as_at_and_a_matter_names_it(town):
    version, _ = make_action_plan(plan=town.plan, as_at=TODAY, by=town.coordinator, at=NOW)
    said = emails.published(version, ["Members"], reason="", reader=town.reader)
    assert said.subject == "Published: Action plan, as at 23 November 2026"
    assert "The action plan as at 23 November 2026 is published." in said.text
    matter = raise_matter(
        report=version.report, source="chair", text="Why?", owner=town.officer, due_on=TODAY, by=town.chair, at=NOW
    )
    asked = emails.matter_raised(matter, reader=town.officer)
    assert asked.subject.endswith("matter arising from the action plan as at 23 November 2026")
    assert "The chair has a question about the action plan as at 23 November 2026." in asked.html


def test_restricted_words_are_in_no_edition(town):
    town.say(town.action(), Rating.ON_TRACK, dt.date(2026, 10, 9), narrative="A family moved.", restricted=True)
    document = as_at(town, TODAY)
    for edition in (document, for_public(document, "")):
        html = print_html(edition, stage="draft", snapshot_sha256="", sign_off=None)
        assert "A family moved." not in html
        assert RESTRICTED in html
    assert "A family moved." not in to_json(document)


def test_its_queries_do_not_grow(town):
    client = client_of(town.coordinator)

    def queries(day: dt.date) -> tuple[int, int]:
        """To make it, and to read its page."""
        with CaptureQueriesContext(connection) as asked:
            as_at(town, day)
        with CaptureQueriesContext(connection) as read:
            assert client.get(Report.objects.get(as_at=day).get_absolute_url(), follow=True).status_code == 200
        return len(asked), len(read)

    queries(dt.date(2026, 11, 19))  # what is asked once a process

    for number in range(3):
        town.say(town.action(f"ASB-{number:02}"), Rating.ON_TRACK, dt.date(2026, 10, 9))
    few = queries(dt.date(2026, 11, 20))
    for number in range(3, 30):
        town.say(town.action(f"ASB-{number:02}"), Rating.ON_TRACK, dt.date(2026, 10, 9))
    assert queries(dt.date(2026, 11, 21)) == few
