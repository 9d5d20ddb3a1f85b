"""A version becomes a file, once: claimed, laid out, stored whole, then said to be there."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied, ValidationError

from reports import delivery, tasks
from reports.models import Rendition, ReportVersion
from reports.services import building, renditions
from reports.tests.desk import DUE, H1, LATER, Q2, Desk, Sheet, at, make, out_of_paper

pytestmark = pytest.mark.django_db

State = Rendition.State


@pytest.fixture
def desk(settings, tmp_path) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Desk()


@pytest.fixture
def waiting(desk) -> Rendition:
    return building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE).renditions.get()


def stored(settings) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_the_file_lies_under_the_hash_of_its_bytes(waiting, settings):
    assert renditions.make_next(make=make, clock=at(DUE)) == waiting
    waiting.refresh_from_db()
    [path] = stored(settings)
    assert waiting.state == State.DONE
    assert waiting.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert (waiting.pages, waiting.finished_at, waiting.lease_until) == (1, DUE, None)
    assert "April to September 2026" in waiting.html
    assert delivery.read(waiting) == path.read_bytes()


def test_with_nothing_waiting_nothing_is_made(waiting):
    renditions.make_next(make=make, clock=at(DUE))
    assert renditions.make_next(make=out_of_paper, clock=at(DUE)) is None


def test_the_newest_period_comes_first(desk):
    for period in (Q2.previous(), Q2):
        building.make_first(plan=desk.plan, kind="quarterly", period=period, now=LATER)
    first = renditions.make_next(make=make, clock=at(LATER))
    assert first is not None
    assert first.version.report.period == Q2


def test_a_row_in_another_workers_hands_is_left_to_it_until_its_lease_runs_out(waiting):
    Rendition.objects.update(state=State.RENDERING, attempts=1, lease_until=DUE + renditions.LEASE)
    assert renditions.make_next(make=make, clock=at(DUE)) is None
    later = DUE + renditions.LEASE + dt.timedelta(seconds=1)
    assert renditions.make_next(make=make, clock=at(later)) == waiting


def test_a_slow_worker_that_lost_its_lease_changes_nothing(waiting, settings):
    def overtaken(html: str) -> Sheet:
        renditions.make_next(make=make, clock=at(DUE + renditions.LEASE * 2))
        return Sheet(b"%PDF the slow one")

    assert renditions.make_next(make=overtaken, clock=at(DUE)) is None
    waiting.refresh_from_db()
    assert waiting.state == State.DONE
    assert b"the slow one" not in delivery.read(waiting)


def test_three_failures_show_their_reason_and_try_again_starts_anew(desk, waiting, settings):
    for attempt in (1, 2, 3):
        assert renditions.make_next(make=out_of_paper, clock=at(DUE)) is None
        waiting.refresh_from_db()
        assert (waiting.attempts, waiting.last_error) == (attempt, "No space left on device")
    assert waiting.state == State.FAILED
    assert renditions.make_next(make=make, clock=at(DUE)) is None
    with pytest.raises(PermissionDenied):
        renditions.try_again(rendition=waiting, by=desk.chair, at=LATER)
    renditions.try_again(rendition=waiting, by=desk.coordinator, at=LATER)
    assert renditions.make_next(make=make, clock=at(LATER)) == waiting
    with pytest.raises(ValidationError, match="has not failed"):
        renditions.try_again(rendition=waiting, by=desk.coordinator, at=LATER)


def test_workers_that_keep_dying_end_as_a_failure_not_a_loop(waiting):
    now = DUE
    for _ in range(renditions.MOST_ATTEMPTS):
        [row] = Rendition.objects.waiting(now)
        assert renditions._claim(row, now)  # and then the worker is killed
        now += renditions.LEASE + dt.timedelta(seconds=1)
    assert renditions.make_next(make=make, clock=at(now)) is None
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED
    assert "stopped 3 times" in waiting.last_error


def test_a_layout_that_takes_too_long_says_so(waiting, monkeypatch):
    def endless(html: str) -> Sheet:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr("reports.pdf.make", endless)
    tasks.render()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.last_error) == (State.QUEUED, "Laying it out took longer than 200 seconds.")


def test_facts_that_were_tampered_with_are_not_printed(waiting):
    version = waiting.version
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=version.snapshot.replace("A safe town", "A rich town"))
    assert renditions.make_next(make=make, clock=at(DUE)) is None
    waiting.refresh_from_db()
    assert "no longer those that were sealed" in waiting.last_error


def test_a_full_disk_leaves_no_piece_of_a_file(waiting, settings, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert renditions.make_next(make=make, clock=at(DUE)) is None
    assert stored(settings) == []


def test_a_file_changed_on_disk_is_not_given_out(waiting, settings):
    renditions.make_next(make=make, clock=at(DUE))
    waiting.refresh_from_db()
    [path] = stored(settings)
    path.write_bytes(b"%PDF something else")
    with pytest.raises(delivery.FileLost, match="not the one that was made"):
        delivery.read(waiting)
    path.unlink()
    with pytest.raises(delivery.FileLost, match="cannot be read"):
        delivery.read(waiting)


def test_the_final_file_differs_from_the_draft_and_bears_the_decision(desk):
    version = desk.laid_out(desk.approved(), "final")
    draft, final = version.renditions.get(stage="draft"), version.renditions.get(stage="final")
    assert draft.sha256 != final.sha256
    assert "Approved for the Partnership" in final.html
    assert "Approved for the Partnership" not in draft.html
