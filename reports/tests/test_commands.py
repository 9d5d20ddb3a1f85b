"""build_report and check_report: a PDF on disk, what it is, and a sentence for every slip."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from reports.models import Rendition, Report, ReportVersion
from reports.services import building
from reports.tests.desk import DUE, LATER, Desk, make, out_of_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings, tmp_path, monkeypatch) -> Iterator[Desk]:
    """Commands read the clock: it stands on a day after April to September 2026 has fallen due."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("reports.pdf.make", make)
    with time_machine.travel(LATER):
        yield Desk()


def build(*arguments: object) -> str:
    said = StringIO()
    call_command("build_report", *map(str, arguments), stdout=said)
    return said.getvalue()


def check(path: Path) -> str:
    said = StringIO()
    call_command("check_report", str(path), stdout=said)
    return said.getvalue()


def test_a_report_that_is_not_there_is_made_laid_out_and_written(desk, tmp_path):
    out = tmp_path / "report.pdf"
    said = build("six_monthly", "2026-04", "--out", out)
    assert "version 1, draft" in said
    assert Rendition.objects.get().sha256 in said
    assert out.read_bytes().startswith(b"%PDF")
    build("six_monthly", "2026-04", "--out", out)
    assert ReportVersion.objects.count() == 1


def test_the_newest_version_and_its_final_file_are_written(desk, tmp_path):
    version = desk.published()
    out = tmp_path / "report.pdf"
    assert "version 1, final" in build("six_monthly", "2026-04", "--out", out)
    assert "How it stands: Published" in check(out)
    building.make_new_version(
        report=version.report, follows=1, reason="A late update.", cut_off=LATER, by=desk.coordinator, at=LATER
    )
    assert "version 2, draft" in build("six_monthly", "2026-04", "--out", out)
    assert "version 2, draft" in check(out)


def test_the_public_edition_is_a_file_of_its_own(desk, tmp_path):
    out, public = tmp_path / "report.pdf", tmp_path / "public.pdf"
    build("six_monthly", "2026-04", "--out", out)
    assert "version 1, draft, public version" in build("six_monthly", "2026-04", "--edition", "public", "--out", public)
    assert "version 1, draft, public version" in check(public)
    assert out.read_bytes() != public.read_bytes()


def test_the_public_edition_of_a_published_version_is_final(desk, tmp_path):
    desk.published()
    public = tmp_path / "public.pdf"
    assert "version 1, final, public version" in build("six_monthly", "2026-04", "--edition", "public", "--out", public)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("six_monthly", "2026-05"), "1 May 2026 does not start a half-year"),
        (("six_monthly", "yesterday"), "“yesterday” is not a period"),
        (("weekly", "2026-04"), "“weekly” is no kind of report: write plan, quarterly or six_monthly"),
        (("six_monthly", "2031-04"), "No plan covers April to September 2031"),
    ],
)
def test_a_slip_gets_a_sentence_and_makes_nothing(desk, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        build(*arguments, "--out", tmp_path / "report.pdf")
    assert not Report.objects.exists()
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_report_that_is_not_due_is_not_made_early(desk, tmp_path):
    with pytest.raises(CommandError, match="It falls due on 28 April 2027"):
        build("six_monthly", "2026-10", "--out", tmp_path / "report.pdf")
    assert not ReportVersion.objects.exists()


def test_a_report_that_was_not_produced_says_why(desk, tmp_path):
    building.mark_not_produced(
        plan=desk.plan,
        kind="six_monthly",
        period=building.owed_by(desk.plan)[2].period,
        reason="Before the plan.",
        by=desk.coordinator,
        at=DUE,
    )
    with pytest.raises(CommandError, match=r"It was not produced: Before the plan\."):
        build("six_monthly", "2024-04", "--out", tmp_path / "report.pdf")


def test_a_place_that_cannot_be_written_is_said_before_any_work(desk, tmp_path):
    for out, sentence in (
        (tmp_path / "nowhere" / "report.pdf", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("/proc/report.pdf"), "cannot be written"),
    ):
        with pytest.raises(CommandError, match=sentence):
            build("six_monthly", "2026-04", "--out", out)
    assert not Report.objects.exists()


def test_a_failed_layout_says_why(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.pdf.make", out_of_paper)
    with pytest.raises(CommandError, match="could not be laid out: No space left on device"):
        build("six_monthly", "2026-04", "--out", tmp_path / "report.pdf")


def test_a_pdf_that_is_not_ours_is_said_to_be_not_ours(desk, tmp_path):
    out = tmp_path / "report.pdf"
    build("six_monthly", "2026-04", "--out", out)
    assert "is ours" in check(out)
    assert re.search(r"made \d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d\.", check(out))
    out.write_bytes(out.read_bytes() + b" ")
    with pytest.raises(CommandError, match="is not one of our reports, or it has been changed"):
        check(out)
    with pytest.raises(CommandError, match="cannot be read"):
        check(tmp_path / "gone.pdf")
