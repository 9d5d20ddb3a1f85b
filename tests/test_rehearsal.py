"""The dry run says what the next tick would do, and leaves nothing behind; the tick then does just that."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from partners.models import OutgoingEmail
from priorities.periods import Period, PeriodKind
from reports.models import FactCheck, Rendition, ReportVersion
from reports.services import building
from reports.services.meeting import raise_matter
from reports.tests.desk import UTC, Desk
from shp_portal import tick as ticking

pytestmark = pytest.mark.django_db

#: A working day on which two quarterly reports and a six-monthly one have fallen due and a request can open.
NOVEMBER = dt.datetime(2024, 11, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moment(monkeypatch, settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("celery.current_app.send_task", lambda name: None)
    with time_machine.travel(NOVEMBER, tick=False):
        yield


def every_row() -> dict[str, list]:
    """All that the portal's own tables hold."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in {"partners", "priorities", "performance", "actions", "reports"}
    }


def shown(desk: Desk) -> str:
    client = Client()
    client.force_login(desk.coordinator)
    return " ".join(client.get("/schedule/dry-run/").text.split())


def test_what_is_shown_is_what_the_tick_does_and_nothing_before_it():
    desk = Desk()
    schedule = Client()
    schedule.force_login(desk.coordinator)
    assert 'href="/schedule/dry-run/"' in schedule.get("/schedule/").text
    before = every_row()
    page = shown(desk)
    assert every_row() == before
    assert "<li>Update request, October 2024</li>" in page
    assert page.count(", due ") == 3
    assert "<li>Six-monthly partnership report, April to September 2024, due 28 October 2024</li>" in page
    done = ticking.tick(NOVEMBER)
    assert (done.rounds, len(done.versions)) == (["Update request, October 2024"], 3)
    page = shown(desk)
    assert "due 28 October 2024" not in page
    assert page.count(", version 1, draft</li>") == 3


def test_fact_checks_and_faults_and_waiting_e_mails_are_told(monkeypatch):
    desk = Desk(fact_check=True)
    ticking.tick(NOVEMBER)
    Rendition.objects.all().delete()
    opened = ReportVersion.objects.get(report__kind="six_monthly")
    FactCheck.objects.create(
        version=opened, opened_at=NOVEMBER, opened_by=desk.coordinator, answers_due_on=dt.date(2024, 11, 3)
    )
    assert f"<li>Fact check of {opened}</li>" in shown(desk)
    ticking.tick(NOVEMBER)
    assert FactCheck.objects.get().closed_at == NOVEMBER
    page = shown(desk)
    assert "Fact check of" not in page
    assert "2 e-mails are waiting to be sent already." in page

    def broken(plan, today):
        raise ValueError("The figures contradict each other.")

    monkeypatch.setattr(building, "due_and_missing", broken)
    assert "The figures contradict each other." in shown(desk)


def test_with_nothing_due_it_says_so_and_only_to_the_coordinator():
    desk = Desk(starts_on=dt.date(2024, 10, 1), ends_on=dt.date(2027, 3, 31))
    assert "Nothing is due." in shown(desk)
    for who in (desk.chair, desk.officer, desk.analyst):
        client = Client()
        client.force_login(who)
        assert client.get("/schedule/dry-run/").status_code == 403
        assert "dry-run" not in client.get("/schedule/").text


def test_reminders_of_matters_are_shown_and_then_owed():
    desk = Desk()
    version = desk.draft(period=Period(PeriodKind.HALF_YEAR, dt.date(2024, 4, 1)))
    raise_matter(
        report=version.report,
        source="chair",
        text="Why did it rise?",
        owner=desk.officer,
        due_on=NOVEMBER.date(),
        by=desk.chair,
        at=NOVEMBER - dt.timedelta(days=7),
    )
    assert "Why did it rise?" in shown(desk)
    assert not OutgoingEmail.objects.filter(kind="matter-due").exists()
    assert [one.person for one in ticking.tick(NOVEMBER).reminders] == [desk.officer]
    assert OutgoingEmail.objects.get(kind="matter-due").recipient == desk.officer
    assert "Why did it rise?" not in shown(desk)
