"""The plan as a document says what its rows say, character for character, and goes the way of a six-monthly report."""

from __future__ import annotations

import dataclasses
import datetime as dt
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

from actions.services.lifecycle import withdraw
from partners.models import OutgoingEmail, User
from performance.models import Finding, PrintedFigure, StrategicAssessment
from priorities.models import AnnualFocus, ContextFact, PlanSection, SubGroup, UpdateRound
from priorities.periods import Period, PeriodKind
from reports import delivery
from reports.comparing import compare
from reports.document import PlanDocument, from_json
from reports.models import Rendition, Report, ReportVersion
from reports.public import WITHHELD, for_public
from reports.rendering import print_html
from reports.services import building, decisions, fact_check, renditions
from reports.services.on_request import make_plan
from reports.tests.desk import at, make
from reports.tests.makers import UTC, Town, noon

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 14, tzinfo=UTC)
YEAR = Period(PeriodKind.YEAR, dt.date(2026, 4, 1))


@pytest.fixture
def town(settings, tmp_path) -> Iterator[Town]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(NOW):
        yield Town()


def made(town: Town, year: Period = YEAR) -> ReportVersion:
    return make_plan(plan=town.plan, year=year, by=town.coordinator, at=NOW)[0]


def laid_out(version: ReportVersion) -> ReportVersion:
    renditions.make_one(rendition=version.renditions.get(), make=make, clock=at(NOW))
    return version


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def document_of(version: ReportVersion) -> PlanDocument:
    document = from_json(version.snapshot)
    assert isinstance(document, PlanDocument)
    return document


def page_of(document: PlanDocument) -> str:
    return print_html(document, stage="draft", snapshot_sha256="", sign_off=None)


def test_it_prints_the_rows_with_their_doubts(town):
    PlanSection.objects.create(
        plan=town.plan, number=1, heading="Foreword", body="We go on.\n\n- One\n- Two", query="Undated."
    )
    fact = ContextFact.objects.create(
        plan=town.plan, topic="People", text="The town grows.", printed="92,338", query="Elsewhere 93,000.", position=1
    )
    ContextFact.objects.create(
        plan=town.plan, topic="People", text="It grew again.", printed="93,861", year=2025, refreshes=fact, position=2
    )
    PrintedFigure.objects.create(
        plan=town.plan, table="Table 1", heading="Theft", label="Bicycles", printed="1.50*", printed_average="O.9",
        printed_position="3/15", query="O for 0.", position=1,
    )  # fmt: skip
    AnnualFocus.objects.create(priority=town.priority, year=2026, text="Fires this year.")
    AnnualFocus.objects.create(priority=town.priority, year=2024, text="Something before.")
    SubGroup.objects.create(plan=town.plan, code="UNDER", name="Under group", reports_to=town.sub_group)
    town.action("ASB-01", title="Patrols")
    withdraw(action=town.action("ASB-02"), by=town.coordinator, at=noon(dt.date(2026, 11, 2)), reason="No money.")
    page = page_of(document_of(made(town)))
    for said in (
        '<h2 id="section-1">1. Foreword</h2>', "<li>One</li><li>Two</li>", "Undated.",
        "(printed: 92,338)", "Elsewhere 93,000.", "2025: It grew again. (93,861)",
        "1.50*", "O.9", "3/15", "O for 0.", "Fires this year.",
        "Under group reports to Fires group", "Patrols", "31 Mar 2027", "21 Oct 2026",
        f"“{town.plan.strategic_objective}”",
    ):  # fmt: skip
        assert said in page, said
    assert "Something before." not in page
    assert "ASB-02" not in page


def test_an_edit_of_a_row_is_in_the_next_version_and_not_in_this(town):
    section = PlanSection.objects.create(plan=town.plan, number=1, heading="Foreword", body="As it was.")
    first = made(town)
    section.body = "As it is."
    section.save()
    assert made(town) == first, "a year has one document"
    fields = {"follows": 1, "reason": "The foreword is new.", "by": town.coordinator, "at": NOW, "cut_off": NOW}
    second = building.make_new_version(report=first.report, **fields)
    assert "As it was." in page_of(document_of(first))
    assert "As it is." in page_of(document_of(second))
    with pytest.raises(ValueError, match="side by side"):
        compare(document_of(first), document_of(second))


def test_it_goes_to_the_chair_without_a_fact_check_and_settles_no_request(town):
    town.plan.fact_check = True
    town.plan.save()
    version = made(town)
    assert version.report.needs_chair
    assert not fact_check.is_wanted(version, None)
    draft = renditions.make_one(rendition=version.renditions.get(), make=make, clock=at(NOW))
    decisions.send_to_chair(version=version, by=town.coordinator, at=NOW)
    seen = {"seen_snapshot_sha256": version.snapshot_sha256, "seen_pdf_sha256": draft.sha256}
    decisions.approve(version=version, by=town.chair, at=NOW, **seen)
    assert not UpdateRound.objects.filter(settled_at__isnull=False).exists()
    assert "plan" not in {one.kind for one in building.owed_by(town.plan)}


def test_the_chair_hears_of_it_and_finds_it_at_home(town):
    version = laid_out(made(town))
    decisions.send_to_chair(version=version, by=town.coordinator, at=NOW)
    told = OutgoingEmail.objects.get(kind="report-with-chair")
    assert told.subject == "For your decision: Community Safety Plan, 2026/27"
    assert "The Community Safety Plan for 2026/27 (version 1) is ready for your decision." in told.text
    assert version.get_absolute_url() in client_of(town.chair).get("/").text
    listed = client_of(town.coordinator).get("/reports/").text
    assert "The chair, to decide by 30 November 2026" in listed, "a week, not the weeks after the year's end"


def test_two_versions_of_it_are_not_compared_and_the_page_says_so(town):
    first = made(town)
    again = {"follows": 1, "reason": "New words.", "by": town.coordinator, "at": NOW, "cut_off": NOW}
    second = building.make_new_version(report=first.report, **again)
    client = client_of(town.coordinator)
    page = client.get(f"/reports/compare/?a={first.report_id}.1&b={first.report_id}.2").text
    assert "read the two documents side by side" in page
    assert f'value="{first.report_id}.1"' not in client.get("/reports/compare/").text, "not to choose from"
    assert "/reports/compare/" not in client.get(second.get_absolute_url()).text


def test_a_copy_of_it_is_known_at_the_check(town, tmp_path):
    version = laid_out(made(town))
    file = tmp_path / "copy.pdf"
    file.write_bytes(delivery.read(version.renditions.get()))
    said = "Community Safety Plan, 2026/27, version 1, draft, made 23 November 2026"
    with file.open("rb") as copy:
        assert said in client_of(town.officer).post("/check/", {"file": copy}, follow=True).text
    out = StringIO()
    call_command("check_report", str(file), stdout=out)
    assert said in out.getvalue()


def test_a_reader_of_what_is_not_released_is_told_whom_to_ask(town):
    version = made(town)
    ReportVersion.objects.filter(pk=version.pk).update(state="published", published_at=NOW)
    page = client_of(town.reader).get(version.get_absolute_url()).text
    assert "The version for readers is being checked. If you need it, ask the Community Safety Team." in page
    assert "Foreword" not in page


def test_groups_that_report_to_one_another_in_a_ring_are_named_and_nothing_is_made(town):
    town.sub_group.reports_to = SubGroup.objects.create(
        plan=town.plan, code="UNDER", name="Under group", reports_to=town.sub_group
    )
    with pytest.raises(ValidationError, match="does not report to this one"):
        town.sub_group.clean()
    town.sub_group.save()
    client = client_of(town.coordinator)
    page = client.post("/reports/make/plan/", {"year": f"{town.plan.pk}:2026-04"}).text
    assert "Fires group does not report to the Partnership" in page
    assert not ReportVersion.objects.exists()


def test_only_the_coordinator_and_only_a_year_of_the_plan(town):
    with pytest.raises(PermissionDenied):
        make_plan(plan=town.plan, year=YEAR, by=town.chair, at=NOW)
    with pytest.raises(ValidationError):
        made(town, Period(PeriodKind.YEAR, dt.date(2031, 4, 1)))
    assert not Report.objects.exists()


def test_through_the_front_door(town):
    client = client_of(town.coordinator)
    assert "/reports/make/plan/" in client.get(reverse("reports:list")).content.decode()
    page = client.get("/reports/make/plan/").content.decode()
    assert f'value="{town.plan.pk}:2026-04"' in page
    assert "Choose a year." in client.post("/reports/make/plan/", {}).content.decode()
    page = client.post("/reports/make/plan/", {"year": f"{town.plan.pk}:2026-04"}, follow=True).content.decode()
    assert "Who reports to whom" in page
    version = ReportVersion.objects.get()
    renditions.make_one(rendition=version.renditions.get(), make=make, clock=at(NOW))
    pdf = client.get(reverse("reports:pdf", args=[version.report_id, 1, "draft"]))
    assert 'filename="SHP-plan-2026-27-v1-draft.pdf"' in pdf["Content-Disposition"]


def test_the_command_writes_it(town, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.pdf.make", make)
    call_command("build_report", "plan", "2026-04", out=str(tmp_path / "plan.pdf"))
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    assert Rendition.objects.get().version.report.kind == "plan"


def test_the_public_version_is_made_of_it(town):
    town.action("ASB-01", title="Patrols")
    public = for_public(document_of(made(town)), "OFFICIAL")
    assert isinstance(public, PlanDocument)
    assert public.paper.marking == "OFFICIAL"
    assert not public.known
    assert "Patrols" in page_of(public)


def test_its_queries_do_not_grow(town):
    client = client_of(town.coordinator)

    def queries(year: int) -> tuple[int, int]:
        """To make it, and to read its page."""
        with CaptureQueriesContext(connection) as asked:
            version = made(town, Period(PeriodKind.YEAR, dt.date(year, 4, 1)))
        with CaptureQueriesContext(connection) as read:
            assert client.get(version.get_absolute_url()).status_code == 200
        return len(asked), len(read)

    queries(2024)  # what is asked once a process

    for number in range(3):
        town.action(f"ASB-{number:02}")
        SubGroup.objects.create(plan=town.plan, code=f"G{number}", name=f"Group {number}").priorities.add(town.priority)
    few = queries(2025)
    for number in range(3, 30):
        town.action(f"ASB-{number:02}")
        SubGroup.objects.create(plan=town.plan, code=f"G{number}", name=f"Group {number}").priorities.add(town.priority)
    assert queries(2026) == few


def test_the_public_version_keeps_what_a_finding_quotes_from_the_table_beside_it(town):
    counted = town.indicator("DEAD", unit="deaths", small_numbers=True)
    town.figure(counted, Period(PeriodKind.QUARTER, dt.date(2026, 7, 1)), "3", dt.date(2026, 10, 9))
    PrintedFigure.objects.create(
        plan=town.plan, table="Table 1", heading="Damage", label="Arson", printed="1.015", printed_average="0.804",
        printed_position="13", group_position=13, group_size=15, position=1,
    )  # fmt: skip
    found = StrategicAssessment.objects.create(
        plan=town.plan, title="Assessment", covers_from=dt.date(2022, 10, 1), covers_to=dt.date(2023, 9, 30)
    )
    quoted = "Arson stands at 1.015 against an average of 0.804, position 13 of 15."
    for position, text in enumerate((quoted, f"{quoted} There were 3 deaths.")):
        Finding.objects.create(assessment=found, priority=town.priority, text=text, position=position)
    document = document_of(made(town))
    assert [item.text for item in for_public(document, "").findings[0].rows] == [quoted, WITHHELD]
    without = dataclasses.replace(document, table=None)
    assert [item.text for item in for_public(without, "").findings[0].rows] == [WITHHELD, WITHHELD]
