"""How a version stands is said once and the same in all places: nothing on its page contradicts the decision beside it."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from partners.models import User
from reports.models import ReportVersion
from reports.services import decisions
from reports.tests.desk import DECIDED, LATER, PUBLISHED, Q2, Desk

pytestmark = pytest.mark.django_db

UNDECIDED = "No decision has been taken on this version"


@pytest.fixture
def desk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def page(user: User, version: ReportVersion) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(version.get_absolute_url()).text


def test_a_draft_says_that_nothing_is_decided(desk):
    told = page(desk.officer, desk.with_chair())
    assert f"<strong>Draft.</strong> {UNDECIDED}" in told


def test_a_returned_version_says_so(desk):
    version = desk.with_chair()
    decisions.return_to_coordinator(version=version, by=desk.chair, at=DECIDED, comment="No.", **desk.seen(version))
    told = page(desk.officer, version)
    assert UNDECIDED not in told
    assert "<strong>Returned</strong> by the Chair on 3 November 2026." in told
    assert "<strong>Returned.</strong> Version 1" in told


def test_an_approval_that_gave_way_is_still_told(desk):
    version = desk.approved()
    assert "<strong>Approved.</strong> Version 1" in page(desk.officer, version)
    desk.another(version)
    told = page(desk.officer, version)
    assert UNDECIDED not in told
    assert "<strong>Replaced.</strong> Version 1" in told
    assert "<strong>Approved for the Partnership</strong> by the Chair" in told


def test_only_what_is_published_says_so(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    decisions.prepare(version=version, by=desk.coordinator, at=PUBLISHED)
    assert "<strong>Published.</strong>" not in page(desk.officer, desk.laid_out(version, "final"))
    decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED + dt.timedelta(hours=1))
    assert "<strong>Published.</strong> Version 1" in page(desk.officer, version)
