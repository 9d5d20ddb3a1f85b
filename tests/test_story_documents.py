"""Every paper that the demonstration story has come to have, laid out for good and looked at by both checkers.

The story's own files come from a quick stand-in; here each is made of the very pages its row keeps. What one paper says and
how it is read out is tried in test_documents; this is about none of them being left out, of whatever kind, version and state.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from partners.models import User
from priorities.models import Plan
from reports import pdf
from reports.models import Rendition, Report
from reports.services import building, on_request, renditions
from tests.services.demonstration import NOW, TODAY, Story
from tests.verapdf import verdicts

# The mark for the database has pytest-django make it; the rows are read by `made` alone.
pytestmark = [pytest.mark.pdf, pytest.mark.django_db]


@dataclass(frozen=True)
class Made:
    kind: str
    state: str
    edition: str
    stage: str
    number: int
    name: str
    place: Path


@pytest.fixture(scope="module")
def made(
    story: Story, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> list[Made]:
    """The story's papers, those that are due on its last day, and an action plan for a meeting, each as a file."""
    folder = tmp_path_factory.mktemp("story")
    with django_db_blocker.unblock(), story.told():
        plan, coordinator = Plan.objects.get(), User.objects.get(email="coordinator@demo.example")
        building.make_due(plan=plan, now=NOW)
        for day in (TODAY, dt.date(2025, 6, 30)):
            on_request.make_action_plan(plan=plan, as_at=day, by=coordinator, at=NOW)
        found = []
        for row in Rendition.objects.select_related("version__report__plan").order_by("pk"):
            place = folder / f"{row.pk}.pdf"
            place.write_bytes(pdf.make(row.html or renditions.html_of(row)).content)
            version = row.version
            found.append(
                Made(version.report.kind, version.state, row.edition, row.stage, version.number, str(row), place)
            )
    return found


def test_no_kind_of_paper_is_missing(made: list[Made]) -> None:
    """That what follows is about all there is."""
    assert {one.kind for one in made} == set(Report.Kind.values)
    assert {one.state for one in made} >= {"published", "returned", "draft"}
    assert {one.edition for one in made} == set(Rendition.Edition.values)
    assert {one.stage for one in made} == set(Rendition.Stage.values)
    assert {one.number for one in made} >= {1, 2}
    assert len(made) > 30


def test_every_paper_is_archival_and_accessible(made: list[Made]) -> None:
    told = zip(made, verdicts([one.place for one in made]), strict=True)
    assert {one.name: failures for one, failures in told if failures} == {}


def test_qpdf_finds_nothing_wrong_with_any(made: list[Made]) -> None:
    troubles = {}
    for one in made:
        with pikepdf.open(one.place, attempt_recovery=False) as opened:
            if found := opened.check_pdf_syntax():
                troubles[one.name] = found
    assert troubles == {}
