"""A table of thousands of figures, checked and stored by a real worker that is killed on the way: all of it once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from performance.models import Indicator, Measurement, Upload
from performance.services import uploads
from priorities.periods import Period, PeriodKind
from tests.makers import Cast

pytestmark = pytest.mark.worker

#: So many indicators and quarters that the worker is busy for seconds.
INDICATORS, QUARTERS = 300, 30


@pytest.fixture
def cast(transactional_db) -> Cast:
    cast = Cast()
    for n in range(INDICATORS):
        Indicator.objects.create(
            code=f"I{n}", name=f"Indicator {n}", unit="offences", better="lower", data_owner=cast.fire
        )
    return cast


def table() -> bytes:
    """A column for each quarter; counts that no question is asked about."""
    periods = [Period.containing(PeriodKind.QUARTER, timezone.localdate()).previous()]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].previous())
    lines = [",".join(["Code", *(period.label for period in periods)])]
    lines += [
        ",".join([f"I{n}", *(str(400 + (n * 7 + place * 13) % 60) for place in range(QUARTERS))])
        for n in range(INDICATORS)
    ]
    return "\n".join(lines).encode()


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_worker_killed_while_it_stores_leaves_nothing_and_the_tick_has_it_stored(cast, workers):
    by = cast["officer_of_lead"]
    with uploads.on_the_shelf(table(), "figures.csv") as file:
        upload = uploads.start(
            plan=cast.plan,
            kind="figures",
            period=Period.containing(PeriodKind.QUARTER, timezone.localdate()).previous(),
            data_owner=cast.fire,
            file=file,
            answers={"as_at": timezone.localdate().isoformat(), "several": True},
            by=by,
            at=timezone.now(),
            submission_key=uuid.UUID(int=1),
        )
    row = Upload.objects.filter(pk=upload.pk)
    workers.until(lambda: row.filter(state="ready").exists(), "the table to be checked")
    upload = row.get()
    assert (upload.rows_done, upload.rows_total, upload.findings) == (INDICATORS, INDICATORS, [])
    uploads.store(upload=upload, confirmed=[], reason="", by=by, at=timezone.now())
    workers.until(lambda: row.filter(state="storing", attempts=1).exists(), "the storing to begin")
    [child] = children(workers.process("worker").pid)
    os.kill(child, signal.SIGKILL)
    held = row.get()
    assert (held.state, Measurement.objects.count()) == ("storing", 0)
    # The lease would run out by itself.
    row.filter(state="storing", attempts=1).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    stored = workers.until(lambda: row.filter(state="stored").first(), "the figures")
    assert (stored.attempts, stored.sentence) == (2, f"{INDICATORS * QUARTERS:,} figures stored.")
    assert Measurement.objects.count() == INDICATORS * QUARTERS
    assert Measurement.objects.filter(upload=stored).count() == INDICATORS * QUARTERS
