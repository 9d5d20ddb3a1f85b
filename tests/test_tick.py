"""The tick asks the rows what should exist by now and does not. Twice, late or at once, it makes each thing once."""

import datetime as dt
import re
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from actions.forms.filters import actions_at
from actions.services import exports
from partners import outbox
from partners.models import OutgoingEmail
from priorities.models import Plan, UpdateRound
from priorities.tests.makers import make_plan
from reports.models import PlanFault, Rendition, Report, ReportVersion
from reports.services import building
from reports.tests.desk import UTC, Desk
from shp_portal.tick import tick

#: A day in the plan's third quarter: two quarterly reports and one six-monthly one have fallen due.
NOVEMBER = dt.datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
WANTED = [("quarterly", "2024-04"), ("quarterly", "2024-07"), ("six_monthly", "2024-04")]


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    """Names of the tasks the broker was asked to run."""
    names: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", names.append)
    return names


def made() -> list[tuple[str, str]]:
    return [(one.report.kind, one.report.period.code) for one in ReportVersion.objects.order_by("pk")]


@pytest.mark.django_db
def test_the_first_start_opens_past_rounds_and_makes_past_reports_without_an_e_mail(woken):
    Desk()
    done = tick(NOVEMBER)
    assert done.rounds == ["Update request, October 2024"]
    assert made() == WANTED
    assert [version.cut_off.date() for version in done.versions] == [
        dt.date(2024, 7, 22),
        dt.date(2024, 10, 21),
        dt.date(2024, 10, 21),
    ]
    assert set(Rendition.objects.values_list("state", "stage")) == {("queued", "draft")}
    assert woken == ["reports.tasks.render"]
    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db
def test_a_second_tick_makes_nothing(woken):
    Desk()
    tick(NOVEMBER)
    again = tick(NOVEMBER)
    assert (again.rounds, again.versions) == ([], [])
    assert made() == WANTED


@pytest.mark.django_db
def test_days_missed_are_caught_up_in_order_each_as_of_its_own_cut_off(woken):
    Desk()
    tick(NOVEMBER)
    may = tick(dt.datetime(2025, 5, 6, 9, 0, tzinfo=UTC))
    assert [(version.report.kind, version.report.period.code) for version in may.versions] == [
        ("quarterly", "2024-10"),
        ("quarterly", "2025-01"),
        ("six_monthly", "2024-10"),
    ]
    assert [version.cut_off.date() for version in may.versions] == [
        dt.date(2025, 1, 21),
        dt.date(2025, 4, 22),
        dt.date(2025, 4, 22),
    ]
    assert UpdateRound.objects.count() == 2


@pytest.mark.django_db
def test_a_clock_that_steps_back_makes_nothing_twice(woken):
    Desk()
    tick(NOVEMBER)
    assert tick(NOVEMBER - dt.timedelta(hours=2)).versions == []
    assert made() == WANTED


@pytest.mark.django_db
def test_a_round_opens_on_the_first_working_day_and_not_before(woken):
    Desk()
    assert tick(dt.datetime(2024, 9, 30, 22, 59, tzinfo=UTC)).rounds == []
    assert tick(dt.datetime(2024, 9, 30, 23, 1, tzinfo=UTC)).rounds == [
        "Update request, October 2024"
    ]  # 00:01 in London


@pytest.mark.django_db
def test_e_mails_that_are_owed_are_nudged(woken):
    desk = Desk()
    outbox.put(
        recipient=desk.chair, kind="test", subject="Hello", text="Hello", html="", dedupe_key="hello", at=NOVEMBER
    )
    tick(dt.datetime(2024, 4, 2, 9, 0, tzinfo=UTC))
    assert woken == ["partners.tasks.drain_outbox"]


@pytest.mark.django_db
def test_without_a_broker_everything_is_in_the_rows(monkeypatch):
    def refuse(name: str) -> None:
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    Desk()
    assert len(tick(NOVEMBER).versions) == 3
    assert Rendition.objects.waiting(NOVEMBER).count() == 3


@pytest.mark.django_db
def test_a_fault_of_one_plan_is_told_and_stops_no_other(woken, monkeypatch, caplog):
    desk = Desk()
    broken = make_plan(title="Broken plan", starts_on=dt.date(2018, 4, 1), ends_on=dt.date(2021, 3, 31))
    make_due = building.make_due

    def refuse(*, plan: Plan, now: dt.datetime) -> list[ReportVersion]:
        if plan == broken:
            raise OverflowError("date value out of range")
        return make_due(plan=plan, now=now)

    monkeypatch.setattr(building, "make_due", refuse)
    outbox.put(
        recipient=desk.chair, kind="test", subject="Hello", text="Hello", html="", dedupe_key="hello", at=NOVEMBER
    )
    done = tick(NOVEMBER)
    assert made() == WANTED
    assert woken == ["reports.tasks.render", "partners.tasks.drain_outbox"]
    assert done.faults == ["Broken plan, from 2018-04-01: date value out of range"]
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "Broken plan" in line.getMessage()
    assert line.exc_info

    # It stands on the schedule, with its reason, for the coordinator who looks at another plan too.
    client = Client()
    client.force_login(desk.coordinator)
    page = client.get("/schedule/").text
    assert "Nothing is made at the moment for Broken plan, 2018 to 2021" in page
    assert "date value out of range" in page
    assert "Since 4 November 2024, 09:00; last tried 4 November 2024, 09:00" in page

    said = StringIO()
    with pytest.raises(CommandError, match=r"Plan Broken plan, from 2018-04-01: date value out of range"):
        call_command("tick", "--now", "2024-11-05", stdout=said)
    [fault] = PlanFault.objects.all()
    assert (fault.plan, fault.since) == (broken, NOVEMBER)
    assert fault.last_at == dt.datetime(2024, 11, 5, tzinfo=UTC)
    said = StringIO()
    call_command("schedule", stdout=said)
    assert "Nothing is made for this plan since 4 November 2024, 09:00: date value out of range" in said.getvalue()

    monkeypatch.setattr(building, "make_due", make_due)
    assert tick(NOVEMBER).faults == []
    assert not PlanFault.objects.exists()
    assert "Nothing is made" not in client.get("/schedule/").text


@pytest.mark.django_db(transaction=True)
def test_many_ticks_at_once_make_each_report_once(woken):
    """Threads on connections of their own; a database that makes writers wait in a row (SQLite) passes by waiting."""
    Desk()
    faults: list[BaseException] = []
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait(timeout=30)
            tick(NOVEMBER)
        except BaseException as fault:  # handed to the test below
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    tick(NOVEMBER)
    assert sorted(made()) == sorted(WANTED)
    assert Rendition.objects.count() == UpdateRound.objects.count() + 2 == 3
    assert not Report.objects.exclude(build_error="").exists()


@pytest.mark.django_db
def test_the_command_takes_a_moment_and_refuses_what_is_none(woken):
    Desk()
    said = StringIO()
    call_command("tick", "--now", "2024-11-04", stdout=said)
    assert "Made: Six-monthly partnership report, April to September 2024, version 1" in said.getvalue()
    for wrong in ("2024-13-04", "tomorrow"):
        with pytest.raises(CommandError, match=f"“{wrong}” is not a moment"):
            call_command("tick", "--now", wrong)
    said = StringIO()
    call_command("schedule", stdout=said)
    assert len(re.findall(r"  due \d", said.getvalue())) == 18
    assert re.search(r"quarterly +2026-07 +due 28 October 2026 ", said.getvalue())


@pytest.mark.django_db
def test_files_of_lists_are_made_and_removed_when_due(woken, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("celery.current_app.send_task", lambda *asked: woken.append(asked))
    desk = Desk()
    export = exports.request_export(plan=desk.plan, kind="csv", query="?", by=desk.officer, at=NOVEMBER)
    tick(NOVEMBER)
    assert ("actions.tasks.run_export", (export.pk,)) in woken
    exports.run_export(pk=export.pk, select=actions_at, clock=lambda: NOVEMBER)
    assert list((tmp_path / "exports").glob("??/*"))
    tick(NOVEMBER + dt.timedelta(days=8))
    assert not list((tmp_path / "exports").glob("??/*"))
