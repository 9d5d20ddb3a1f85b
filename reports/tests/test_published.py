"""The public shelf: who reads it, what of it, what caches are told, and what becomes of older versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from priorities.models import Plan
from reports import delivery
from reports.models import PublicRelease, ReportVersion
from reports.services import building, release
from reports.tests.desk import H1, LATER, Q2, Desk
from reports.tests.test_release import client_of, released, second_version
from reports.views import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        desk = Desk()
        Plan.objects.filter(pk=desk.plan.pk).update(public_shelf=True)
        desk.plan.refresh_from_db()
        yield desk


def address(version: ReportVersion, name: str = "published") -> str:
    return reverse(f"reports:{name}", args=[version.report_id, version.number])


def get(path: str, **headers: str):
    return Client().get(path, headers=headers)


def test_strangers_read_what_was_released_and_nothing_else(desk):
    version = desk.published()
    report = reverse("reports:published-report", args=[version.report_id])
    for path in (address(version), address(version, "published-pdf"), report):
        assert get(path).status_code == 404
    assert "No report has been published here yet." in get("/published/").text
    released(desk, version)
    assert "Six-monthly partnership report" in get("/published/").text
    page = get(address(version))
    assert page.status_code == 200
    assert "The Partnership is asked to" in page.text
    pdf = get(address(version, "published-pdf"))
    assert pdf["Content-Disposition"] == 'inline; filename="SHP-six-monthly-2026-04_2026-09-v1-public.pdf"'
    file = release.file_of(version)
    assert pdf.content == delivery.read(file)
    assert file.sha256 in page.text
    assert get(report)["Location"] == address(version)
    # The partners' own pages stay shut.
    assert get(version.get_absolute_url()).status_code == 302


def test_a_shelf_that_is_shut_is_not_there_for_anybody(desk):
    version = desk.published()
    released(desk, version)
    Plan.objects.update(public_shelf=False)
    paths = ["/published/", address(version), address(version, "published-pdf")]
    for client in (Client(), client_of(desk.coordinator)):
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 404
            assert "no-store" in answer["Cache-Control"]
    assert "Published reports" not in get("/accounts/login/").text
    Plan.objects.update(public_shelf=True)
    assert 'href="/published/"' in get("/accounts/login/").text


def test_caches_may_keep_it_for_everybody_and_ask_again(desk):
    """The same bytes for a stranger and for somebody signed in, and no cookie read, set or named."""
    version = desk.published()
    released(desk, version)
    signed_in = client_of(desk.coordinator)
    for path in ("/published/", address(version), address(version, "published-pdf")):
        answer = get(path)
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
        theirs = signed_in.get(path)
        assert theirs.content == answer.content
        assert not theirs.cookies
        again = get(path, if_none_match=answer["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == "public, max-age=300"
        assert get(path, if_none_match='"other"').status_code == 200
        assert Client().post(path).status_code == 405
    assert signed_in.get("/").status_code == 200  # and nobody was signed out by it


def test_an_older_version_says_what_replaced_it(desk):
    first = desk.published()
    released(desk, first)
    second = second_version(desk, first)
    # Published for the Partnership alone, the newer one changes nothing here.
    assert "It is replaced by" not in get(address(first)).text
    assert address(second) not in get("/published/").text
    assert get(address(second)).status_code == 404
    released(desk, second, at=LATER)
    page = get(address(first))
    assert page.status_code == 200
    assert f'It is replaced by <a class="govuk-link" href="{address(second)}">version 2</a>' in page.text
    assert "It is replaced by" not in get(address(second)).text
    shelf = get("/published/").text
    assert shelf.index(address(second)) < shelf.index(address(first))
    assert "was replaced" in shelf
    newest = get(reverse("reports:published-report", args=[first.report_id]))
    assert newest["Location"] == address(second)


def test_what_is_taken_away_is_gone_and_the_version_before_says_so(desk):
    first = desk.published()
    released(desk, first)
    second = second_version(desk, first)
    released(desk, second, at=LATER)
    release.withdraw(version=second, reason="A name.", by=desk.coordinator, at=LATER)
    assert get(address(second)).status_code == 404
    assert get(address(second, "published-pdf")).status_code == 404
    page = get(address(first)).text
    assert "taken away on 20 November 2026" in page
    shelf = get("/published/").text
    assert "A newer version was taken away on 20 November 2026." in shelf
    assert "A name." not in page + shelf


def test_a_damaged_file_is_not_given_and_not_kept(desk, settings):
    version = desk.published()
    released(desk, version)
    (settings.MEDIA_ROOT / release.file_of(version).pdf.name).write_bytes(b"other")
    answer = get(address(version, "published-pdf"))
    assert answer.status_code == 503
    assert "no-store" in answer["Cache-Control"]


def test_the_shelf_costs_the_same_for_many_reports(desk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert get("/published/").status_code == 200
        return len(seen)

    version = desk.published()
    released(desk, version)
    few = queries()
    for one in building.owed_by(desk.plan):
        if one.kind == "quarterly" and one.period.end <= H1.end:
            quarterly = building.make_first(plan=desk.plan, kind=one.kind, period=one.period, now=LATER)
            quarterly.state, quarterly.published_at = ReportVersion.State.PUBLISHED, LATER
            quarterly.save()
            released(desk, quarterly)
    assert PublicRelease.objects.count() > 5
    assert queries() == few <= 6


def test_only_the_releases_of_the_page_are_read(desk, monkeypatch):
    monkeypatch.setattr(published, "PAGE", 1)
    older = building.make_first(plan=desk.plan, kind="quarterly", period=Q2.previous(), now=LATER)
    older.state, older.published_at = ReportVersion.State.PUBLISHED, LATER
    older.save()
    newer = desk.published()
    for version in (older, newer):
        released(desk, version)
    for number, version, other in (("1", newer, older), ("2", older, newer)):
        page = Client().get("/published/", {"page": number})
        assert [entry.newest.version for entry in page.context["entries"]] == [version]
        assert address(version) in page.text
        assert address(other) not in page.text
