"""A long list's file made by a real worker, which is killed in the middle of it."""

import csv
import datetime as dt
import os
import signal
from pathlib import Path

import pytest
from django.utils import timezone

from actions.models import Action, Export
from actions.services import exports
from partners import delivery
from reports.models import Report
from reports.services import building
from tests.makers import NOW, Cast

pytestmark = pytest.mark.worker

#: So many that the worker is busy for some seconds: who looks five times a second has to meet it at work.
MANY = 40_000


@pytest.fixture
def cast(transactional_db) -> Cast:
    """A plan so quiet that the workers have nothing else to do: no report is due, and nobody owes an update."""
    cast = Cast()
    for one in building.owed_by(cast.plan):
        Report.objects.create(
            plan=cast.plan,
            kind=one.kind,
            period_kind=one.period.kind.value,
            period_start=one.period.start,
            created_at=NOW,
            not_produced="Not what this test is about.",
        )
    Action.objects.bulk_create(
        (
            Action(
                plan=cast.plan,
                ref=f"ASB-{n:05}",
                priority=cast.priority,
                sub_group=cast.sub_group,
                title=f"Action {n}",
                lead_partner=cast.fire,
                starts_on=dt.date(2024, 4, 1),
                due_on=dt.date(2027, 3, 31),
                added_at=NOW,
                state=Action.State.WITHDRAWN,
            )
            for n in range(MANY)
        ),
        batch_size=1000,
    )
    return cast


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_killed_between_two_chunks_leaves_no_half_file_and_the_tick_has_it_made(cast, workers, settings):
    folder = Path(settings.MEDIA_ROOT) / "exports"
    before = {place for place in folder.rglob("*") if place.is_file()}
    export = exports.request_export(
        plan=cast.plan, kind="csv", query="?sort=-ref", by=cast["officer_of_other"], at=timezone.now()
    )
    workers.until(
        lambda: Export.objects.filter(pk=export.pk, state="running", rows_done__gt=0).exists(),
        "a chunk that is written",
    )
    [child] = children(workers.process("worker").pid)
    os.kill(child, signal.SIGKILL)
    export.refresh_from_db()
    assert (export.state, export.file.name) == ("running", "")
    assert 0 < export.rows_done < MANY
    [half] = set((folder / delivery.WAITING).iterdir()) - before
    # The lease would run out by itself.
    Export.objects.filter(pk=export.pk, state="running", attempts=1).update(lease_until=timezone.now())
    made = workers.until(lambda: Export.objects.filter(pk=export.pk, state="done").first(), "the file")
    assert (made.attempts, made.rows_done, made.total) == (2, MANY, MANY)
    with delivery.opened(made.file.name, made.sha256) as file:
        rows = list(csv.reader(file.read().decode("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [f"ASB-{n:05}" for n in reversed(range(MANY))]
    workers.until(lambda: (folder / made.file.name.removeprefix("exports/")).is_file(), "the file in its place")
    long_ago = (timezone.now() - delivery.LONGEST_WAIT * 2).timestamp()
    os.utime(half, (long_ago, long_ago))
    workers.until(lambda: not half.exists(), "the sweep")
    assert {place for place in folder.rglob("*") if place.is_file()} - before == {
        folder / made.file.name.removeprefix("exports/")
    }
