"""The first page: to each role what it came for, and nothing that is another's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from actions.rating import Rating
from partners import roles
from partners.tests.makers import make_user
from performance.models import Indicator
from priorities.models import Meeting, Plan
from priorities.services import open_round, settle_round
from priorities.tests.makers import make_plan
from reports.models import PublicRelease, Report, ReportVersion
from shp_portal.pages.home import home_of
from shp_portal.tests.scene import H1_2026, NOW, TODAY, Cast, page, text_of, update, version

pytestmark = pytest.mark.django_db


def test_a_visitor_is_sent_to_sign_in():
    response = Client().get("/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/")


class TestOfficer:
    def test_owes_what_is_silent_and_no_more(self):
        cast = Cast()
        heard, silent = cast.action("ASB-01"), cast.action("ASB-02")
        update(cast, heard, 1)
        html = page(cast.officer, "/")
        owed, _, _rest = html.partition('id="glance"')
        assert "You owe 1 update" in owed
        assert "ASB-02" in owed
        assert "ASB-01" not in owed
        assert f"/actions/{silent.pk}/update/" in owed
        assert "due by 21 October 2026" in owed
        assert "Received for April to September 2026: 1 of 2." in text_of(owed)

        update(cast, silent, 2)
        html = page(cast.officer, "/")
        assert "You owe no updates" in html
        assert "Received for April to September 2026: all 2." in text_of(html)
        assert f"/actions/{silent.pk}/update/" not in html

    def test_owes_nothing_once_the_report_is_approved(self):
        cast = Cast()
        cast.action("ASB-01")
        assert "You owe 1 update" in page(cast.officer, "/")
        settle_round(plan=cast.plan, period=H1_2026, at=NOW)
        html = page(cast.officer, "/")
        assert "You owe" not in html
        assert "The report on April to September 2026 is approved" in text_of(html)
        mine = text_of(page(cast.officer, "/actions/mine/"))
        assert "nothing is asked at the moment" in mine
        assert "Waiting for your update" not in mine
        assert "not confirmed" not in text_of(page(cast.coordinator, "/")).partition("Reports under way")[0]

    def test_who_answers_for_an_action_is_asked_whatever_their_role(self):
        cast = Cast()
        assert "You owe" not in page(cast.coordinator, "/")
        cast.action("ASB-01", owner=cast.coordinator)
        assert "You owe 1 update" in page(cast.coordinator, "/")
        assert 'href="/actions/mine/"' in page(cast.coordinator, "/")

    def test_still_owes_the_last_request_of_a_plan_that_has_ended(self):
        cast = Cast()
        cast.action("ASB-01")
        last = H1_2026.next()
        open_round(plan=cast.plan, period=last, at=dt.datetime(2027, 4, 1, 7, tzinfo=dt.UTC))
        following = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31), title="The next plan")
        april = dt.date(2027, 4, 6)
        assert Plan.objects.current(april) == cast.plan
        assert home_of(cast.officer, Plan.objects.current(april), april).owed.owing == 1
        settle_round(plan=cast.plan, period=last, at=NOW)
        assert Plan.objects.current(april) == following

    def test_sees_the_most_pressing_first(self):
        cast = Cast()
        cast.action("ASB-01", due_on=dt.date(2026, 12, 31))
        late = cast.action("ASB-02", due_on=dt.date(2026, 9, 1))
        worst = cast.action("ASB-03")
        open_round(plan=cast.plan, period=H1_2026.previous(), at=dt.datetime(2026, 4, 1, 7, tzinfo=dt.UTC))
        earlier = {"at": dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC), "today": dt.date(2026, 4, 10)}
        update(cast, worst, 1, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A new crew.",
               period=H1_2026.previous(), **earlier)  # fmt: skip
        owed = home_of(cast.officer, cast.plan, TODAY).owed
        assert [row.action.ref for row in owed.rows] == ["ASB-03", "ASB-02", "ASB-01"]
        assert owed.rows[1].standing.overdue_days == (TODAY - late.due_on).days

    def test_is_told_a_request_is_past_its_day(self):
        cast = Cast()
        cast.action()
        assert home_of(cast.officer, cast.plan, dt.date(2026, 10, 21)).request.days_left == 0
        assert home_of(cast.officer, cast.plan, dt.date(2026, 11, 23)).request.days_left == -33

    def test_sees_help_asked_of_the_own_partner_alone(self):
        cast = Cast()
        action = cast.action()
        update(cast, action, 1, rating=Rating.AT_RISK, reason="No keys.", recovery="Ask for keys.",
               help_wanted="Lend us the keys.", help_wanted_from=cast.housing)  # fmt: skip
        asked = text_of(page(cast.supporter, "/"))
        assert "Help asked of Housing group" in asked
        assert "Lend us the keys." in asked
        assert "Lend us the keys." not in page(cast.outsider, "/")

    def test_reads_no_restricted_words(self):
        cast = Cast()
        update(cast, cast.action(), 1, rating=Rating.AT_RISK, reason="No keys.", recovery="Ask for keys.",
               help_wanted="Lend us the keys.", help_wanted_from=cast.housing, restricted=True)  # fmt: skip
        asked = page(cast.supporter, "/")
        assert "Lend us the keys." not in asked
        assert "The words are restricted; ask Fire brigade." in text_of(asked)


class TestCoordinator:
    def test_sees_who_has_not_updated(self):
        cast = Cast()
        update(cast, cast.action("ASB-01"), 1)
        cast.action("ASB-02")
        cast.action("ASB-03", lead_partner=cast.housing)
        cast.action("ASB-04", starts_on=dt.date(2026, 11, 1))  # not asked: begins after the period
        found = home_of(cast.coordinator, cast.plan, TODAY)
        assert [(row.partner, row.silent, row.asked) for row in found.silences] == [
            ("Fire brigade", 1, 2),
            ("Housing group", 1, 1),
        ]
        html = page(cast.coordinator, "/")
        assert "/actions/?partner=CFB&amp;silent=on" in html
        assert "No update received on 2 actions." in text_of(html)

    def test_sees_what_is_overdue(self):
        cast = Cast()
        cast.action("ASB-01", due_on=TODAY)
        cast.action("ASB-02", due_on=TODAY - dt.timedelta(days=1))
        assert [row.action.ref for row in home_of(cast.coordinator, cast.plan, TODAY).overdue.rows] == ["ASB-02"]

    def test_sees_each_report_once_at_its_newest(self):
        cast = Cast()
        version(cast, "2026-04", "returned")
        newest = version(cast, "2026-04", "draft", number=2)
        version(cast, "2025-10", "published")
        assert home_of(cast.coordinator, cast.plan, TODAY).waiting == [newest]

    def test_is_told_of_updates_that_came_after_a_draft_was_closed(self):
        """The draft's updates were received up to 1 October; it is the coordinator's to make another."""
        cast = Cast()
        update(cast, cast.action(), 1)
        version(cast, "2026-04", "draft")
        told = "1 update came since and is not in it"
        seen = page(cast.coordinator, "/")
        assert told in seen
        assert reverse("reports:new-version", args=[Report.objects.get().pk]) in seen
        assert told not in page(cast.chair, "/")
        ReportVersion.objects.update(cut_off=NOW)
        assert told not in page(cast.coordinator, "/")

    def test_sees_a_report_that_could_not_be_made(self):
        cast = Cast()
        assert "could not be put together" not in page(cast.coordinator, "/")
        Report.objects.create(
            plan=cast.plan, kind="quarterly", period_kind="quarter", period_start=dt.date(2026, 7, 1),
            created_at=NOW, build_error="A figure is missing.", build_failed_at=NOW,
        )  # fmt: skip
        html = text_of(page(cast.coordinator, "/"))
        assert "Quarterly performance report, Q2 2026/27 could not be put together." in html


class TestChair:
    def test_sees_the_waiting_paper_first(self):
        cast = Cast()
        paper = version(cast, "2026-04", "with_chair")
        html = page(cast.chair, "/")
        assert html.index("Waiting for your decision") < html.index('id="off-track"')
        assert f'href="{paper.get_absolute_url()}"' in html
        assert "Waiting for your decision" not in page(cast.coordinator, "/")

    def test_sees_no_paper_that_is_not_there(self):
        cast = Cast()
        version(cast, "2026-04", "draft")
        assert "Waiting for your decision" not in page(cast.chair, "/")

    def test_sees_what_is_off_track(self):
        cast = Cast()
        update(cast, cast.action("ASB-01"), 1)
        update(cast, cast.action("ASB-02"), 2, rating=Rating.OFF_TRACK, reason="No crew.", recovery="A new crew.")
        rows = home_of(cast.chair, cast.plan, TODAY).off_track.rows
        assert [(row.action.ref, row.why) for row in rows] == [("ASB-02", "No crew.")]


def test_the_analyst_sees_which_figures_are_missing():
    cast = Cast()
    Indicator.objects.create(
        code="I-01", name="Shoplifting", unit="offences", better="lower", lag_weeks=3, data_owner=cast.fire
    )
    found = home_of(cast.analyst, cast.plan, TODAY)
    assert [(indicator.code, owed.period.label, owed.due_on) for indicator, owed in found.figures.rows] == [
        ("I-01", "Q2 2026/27", dt.date(2026, 10, 21))
    ]
    assert (found.figures.of_all, found.figures.due) == (True, 0)
    assert "Shoplifting, Q2 2026/27" in page(cast.coordinator, "/")


def test_a_data_owner_sees_the_figures_they_owe_and_others_do_not():
    cast = Cast()
    Indicator.objects.create(
        code="I-01", name="Shoplifting", unit="offences", better="lower", lag_weeks=1, data_owner=cast.fire
    )
    found = home_of(cast.officer, cast.plan, TODAY).figures
    assert (found.of_all, found.due) == (False, 1)
    words = text_of(page(cast.officer, "/"))
    assert "Figures you owe 1 figure is owed." in words
    assert "due since 7 October 2026" in words
    assert home_of(cast.outsider, cast.plan, TODAY).figures is None
    assert home_of(cast.chair, cast.plan, TODAY).figures is None


@pytest.mark.parametrize("state", ["draft", "with_chair", "returned", "approved"])
def test_a_reports_state_looks_the_same_as_on_the_reports_own_pages(state):
    cast = Cast()
    one = version(cast, "2026-04", state)
    tag = render_to_string("reports/_state.html", {"version": one, "words": one.get_state_display()})
    assert tag.strip() in page(cast.coordinator, "/")


def released(cast: Cast, one: ReportVersion) -> ReportVersion:
    """Checked for readers."""
    PublicRelease.objects.create(version=one, pdf_sha256="0" * 64, checks=[], by=cast.coordinator, at=NOW)
    return one


def test_a_reader_sees_published_reports_and_nothing_of_the_work():
    cast = Cast()
    cast.action()
    one = version(cast, "2025-10", "published")
    assert "October 2025 to March 2026" not in text_of(page(cast.reader, "/"))
    released(cast, one)
    version(cast, "2026-04", "draft")
    html = text_of(page(cast.reader, "/"))
    assert "Six-monthly partnership report, October 2025 to March 2026" in html
    assert "April to September 2026" not in html
    assert "at a glance" not in html
    assert "ASB-01" not in html


def test_a_reader_still_sees_what_is_published_when_a_correction_is_being_drafted():
    cast = Cast()
    shown = released(cast, version(cast, "2025-10", "published"))
    version(cast, "2025-10", "draft", number=2)
    assert home_of(cast.reader, cast.plan, TODAY).published == [shown]


def test_an_administrator_without_a_role_is_led_to_the_administration():
    cast = Cast()
    cast.action()
    html = page(cast.admin, "/")
    assert 'href="/admin/"' in html
    assert "ASB-01" not in html
    assert "at a glance" not in html


def test_somebody_without_a_role_is_told_whom_to_ask():
    Cast()
    assert "Your account has no role yet" in page(make_user("new@example.org"), "/")


def test_without_a_plan_the_page_says_so():
    assert "No plan has been loaded yet." in page(make_user("c@example.org", roles.COORDINATOR), "/")


def test_the_next_meeting_is_named():
    cast = Cast()
    Meeting.objects.create(plan=cast.plan, date=TODAY - dt.timedelta(days=1))
    Meeting.objects.create(plan=cast.plan, date=dt.date(2026, 12, 2), papers_due=dt.date(2026, 11, 23))
    assert "Next meeting of the Partnership: 2 December 2026. Papers due 23 November 2026." in text_of(
        page(cast.officer, "/")
    )
