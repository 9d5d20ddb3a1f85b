"""Twenty boundaries of a period, each with two ticks and four workers at once: every thing is made, laid out and sent once."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from actions.services.lifecycle import add_action
from actions.tests.makers import UTC
from partners import outbox
from partners.models import OutgoingEmail
from priorities.models import Priority, SubGroup, UpdateRound
from priorities.periods import PeriodKind
from priorities.timetable import timetable_for
from reports.models import Rendition, Report, ReportVersion
from reports.services import renditions
from reports.tests.desk import Desk, Sheet, make
from shp_portal.tick import tick
from tests.test_double_submit import at_once

TICKS, WORKERS = 2, 4
#: SQLite lets one write at a time: there a few boundaries show that nobody is turned away.
BOUNDARIES = 20 if connection.vendor == "postgresql" else 3


@pytest.fixture
def desk(transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("celery.current_app.send_task", lambda *asked: None)
    # Long enough for twenty quarters; partners update every quarter.
    desk = Desk(ends_on=dt.date(2030, 3, 31), update_every=PeriodKind.QUARTER.value)
    priority = Priority.objects.create(plan=desk.plan, code="ASB", name="Streets", position=1, statement="Less.")
    add_action(
        plan=desk.plan,
        ref="ASB-01",
        priority=priority,
        sub_group=SubGroup.objects.create(plan=desk.plan, code="G", name="Group"),
        title="Alley gates",
        lead_partner=desk.council,
        owner=desk.officer,
        starts_on=dt.date(2024, 4, 1),
        due_on=dt.date(2030, 3, 31),
        by=desk.coordinator,
        at=dt.datetime(2024, 4, 2, 9, tzinfo=UTC),
    )
    return desk


def test_two_ticks_and_four_workers_at_twenty_boundaries_make_each_thing_once(desk: Desk, tmp_path: Path) -> None:
    quarters = desk.plan.periods(PeriodKind.QUARTER)
    laid_out: Counter[str] = Counter()

    def counting(html: str) -> Sheet:
        sheet = make(html)
        laid_out[sheet.content.decode()] += 1
        return sheet

    for number, quarter in enumerate(quarters[:BOUNDARIES], start=1):
        # The day on which the report on the quarter falls due, and partners are reminded of what is not in.
        day = timetable_for(quarter, desk.plan.weeks).draft_on
        now = dt.datetime.combine(day, dt.time(9), tzinfo=UTC)
        ticking = threading.Semaphore(0)

        def one(n: int, now: dt.datetime = now, ticking: threading.Semaphore = ticking) -> None:
            if n < TICKS:
                try:
                    assert tick(now).faults == []
                finally:
                    for _ in range(WORKERS):
                        ticking.release()
                return
            ended = 0
            while ended < TICKS:
                ended += ticking.acquire(timeout=0.02)
                while renditions.make_next(make=counting, clock=lambda: now):
                    pass
                outbox.drain(now)

        assert at_once(TICKS + WORKERS, one) == [None] * (TICKS + WORKERS), quarter
        # A tick that stood back from what the other was at leaves it to the other: nothing is left for a third.
        made = sorted(Report.objects.values_list("kind", "period_start"))
        assert made == sorted(
            {("quarterly", one.start) for one in quarters[:number]}
            | {("six_monthly", one.start) for one in quarters[: number - number % 2 : 2]}
        )
        assert [*ReportVersion.objects.values_list("number", flat=True)] == [1] * len(made), quarter
        files = [*Rendition.objects.values_list("state", "stage", "edition", "attempts")]
        assert files == [("done", "draft", "partners", 1)] * len(made), quarter
        assert sorted(laid_out.values()) == [1] * len(made), quarter
        assert not Report.objects.exclude(build_error="").exists()
        assert UpdateRound.objects.count() == number

    emails = OutgoingEmail.objects.values_list("recipient__email", "created_at__date", "state", "attempts")
    assert len(set(emails)) == len(emails)
    assert set(emails.values_list("state", "attempts")) == {("sent", 1)}
    to_the_officer = emails.filter(recipient=desk.officer)
    assert len(to_the_officer) == BOUNDARIES - 1, "one at every boundary; a first start mails nobody about the past"
    letters = Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert set(letters.values()) == {1}
    assert len(letters) == len(emails)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == Rendition.objects.count()
