"""Facts that are not those that were sealed: nobody is shown them, and nothing is decided on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from actions.tests.makers import make_user
from partners import roles
from performance.models import Indicator
from priorities.models import Plan
from reports.models import Decision, FactCheck, PublicRelease, RecommendationOutcome, ReportVersion
from reports.services import decisions, fact_check, release
from reports.tests.desk import DECIDED, H1, LATER, Q2, SENT, Desk
from reports.tests.test_release import client_of, prepared, released

pytestmark = pytest.mark.django_db

SAID = "The stored facts of this version are no longer those that were sealed."
REPORTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def tampered(version: ReportVersion) -> ReportVersion:
    """Still the text of a report, and not the one that was sealed."""
    text = version.snapshot.replace("A safe town", "A rich town")
    assert text != version.snapshot
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=text)
    return ReportVersion.objects.select_related("report__plan").get(pk=version.pk)


def broken(version: ReportVersion) -> ReportVersion:
    ReportVersion.objects.filter(pk=version.pk).update(snapshot="{broken")
    return ReportVersion.objects.select_related("report__plan").get(pk=version.pk)


@pytest.mark.parametrize("change", [tampered, broken])
def test_every_page_that_reads_them_says_a_sentence_instead(desk, change):
    version = desk.published()
    prepared(desk, version)
    change(version)
    client = client_of(desk.coordinator)
    n = [version.report_id, 1]
    for name in ("version", "public", "outcomes"):
        page = client.get(reverse(f"reports:{name}", args=n))
        assert (page.status_code, SAID in page.text, "rich town" in page.text) == (503, True, False), name
    for name in ("release", "outcomes"):
        assert client.post(reverse(f"reports:{name}", args=n), {"seen": "0"}).status_code == 503, name
    texts = client.get(reverse("reports:texts", args=[desk.plan.pk, "six_monthly", H1.code]))
    assert texts.status_code == 200  # what is written next does not need them
    assert "What version 1 prints cannot be told." in texts.text


def test_two_versions_one_of_them_tampered_with_are_not_compared(desk):
    first = desk.published()
    tampered(desk.another(first))
    page = client_of(desk.coordinator).get(f"{reverse('reports:compare')}?a={first.report_id}.1&b={first.report_id}.2")
    assert SAID in page.text
    assert "rich town" not in page.text


def test_nothing_is_decided_on_them(desk):
    draft = tampered(desk.draft())
    with pytest.raises(ValidationError, match=SAID):
        decisions.send_to_chair(version=draft, by=desk.coordinator, at=SENT)
    ReportVersion.objects.update(state="with_chair", sent_by=desk.coordinator, sent_at=SENT)
    with pytest.raises(ValidationError, match=SAID):
        decisions.approve(version=draft, by=desk.chair, at=DECIDED, **desk.seen(draft))
    assert not Decision.objects.exists()
    quarterly = tampered(desk.draft(kind="quarterly", period=Q2))
    with pytest.raises(ValidationError, match=SAID):
        decisions.prepare(version=quarterly, by=desk.coordinator, at=SENT)
    assert not quarterly.renditions.filter(stage="final").exists()
    page = client_of(desk.chair).get(draft.get_absolute_url())
    assert SAID in page.text
    assert "Approve" not in page.text


def test_nor_published_released_recorded_or_checked_with_partners(desk):
    version = desk.laid_out(desk.approved(), "final")
    sound = version.snapshot
    with pytest.raises(ValidationError, match=SAID):
        decisions.publish(version=tampered(version), by=desk.coordinator, at=LATER)
    ReportVersion.objects.update(snapshot=sound)
    version = decisions.publish(version=version, by=desk.coordinator, at=LATER)
    file = prepared(desk, version)
    seen = {"seen_pdf_sha256": file.sha256, "seen_html_sha256": ""}
    version = tampered(version)
    with pytest.raises(ValidationError, match="Nobody can be given it"):
        release.release(version=version, checks=[], by=desk.coordinator, at=LATER, **seen)
    assert not PublicRelease.objects.exists()
    assert not RecommendationOutcome.objects.exists()


def test_no_fact_check_is_opened_on_them(desk):
    Plan.objects.update(fact_check=True)
    draft = tampered(desk.draft())
    with pytest.raises(ValidationError, match=SAID):
        fact_check.open_check(version=draft, by=desk.coordinator, at=SENT)
    assert not FactCheck.objects.exists()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_public_goes_on_reading_the_page_that_was_checked_and_no_other(desk):
    Plan.objects.update(public_shelf=True)
    version = desk.published()
    kept = released(desk, version)
    tampered(version)
    address = reverse("reports:published", args=[version.report_id, 1])
    page = Client().get(address)
    assert page.status_code == 200
    assert kept.html in page.text
    PublicRelease.objects.update(html=kept.html.replace("A safe town", "A rich town"))
    cache.clear()
    reader = client_of(desk.reader)
    for path, client in ((address, Client()), (version.get_absolute_url(), reader)):
        page = client.get(path)
        assert (page.status_code, "rich town" in page.text) == (503, False), path
        assert "no longer the one that was checked" in page.text
        assert "public" not in page.get("Cache-Control", "")


def test_an_officer_is_not_asked_about_them(desk):
    Plan.objects.update(fact_check=True)
    officer = make_user("other@test.example", roles.PARTNER_OFFICER, partner=desk.council)
    Indicator.objects.create(code="I-01", name="Fires", unit="fires", better="lower", data_owner=desk.council)
    draft = desk.draft()
    fact_check.open_check(version=ReportVersion.objects.get(pk=draft.pk), by=desk.coordinator, at=LATER)
    tampered(draft)
    page = client_of(officer).get(reverse("reports:fact-check-part", args=[draft.report_id, 1, desk.council.code]))
    assert (page.status_code, SAID in page.text) == (503, True)


def test_there_is_one_door_to_the_facts():
    """Who read `snapshot` beside it would show what nobody sealed."""
    doors = {"models/report.py", "services/steps.py"}
    read = re.compile(r"(?<!reports)\.snapshot\b(?!_)")
    found = {
        str(path.relative_to(REPORTS))
        for path in REPORTS.rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts) and read.search(path.read_text(encoding="utf-8"))
    }
    assert found - doors == set()
