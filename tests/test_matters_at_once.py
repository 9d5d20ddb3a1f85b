"""Two people at the same matter, or at the same outcomes, in the same instant: one is heard, the other told, nothing lost."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from partners.models import OutgoingEmail
from priorities.models import Meeting
from reports.models import MatterArising, RecommendationOutcome, ReportVersion
from reports.services import meeting
from reports.services.meeting import Given
from tests import paper
from tests.makers import NOW, TODAY, Cast
from tests.test_double_submit import at_once


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def asked(cast: Cast, version: ReportVersion) -> MatterArising:
    return meeting.raise_matter(
        report=version.report,
        source="chair",
        text="Why did it rise?",
        owner=cast["officer_of_lead"],
        due_on=TODAY,
        by=cast["chair"],
        at=NOW,
    )


def test_twenty_presses_raise_one_matter_and_tell_once(cast: Cast):
    version = paper.published_report(cast)
    OutgoingEmail.objects.all().delete()
    answers = at_once(20, lambda n: asked(cast, version).pk)
    assert answers == [MatterArising.objects.get().pk] * 20
    assert OutgoingEmail.objects.count() == 1


def test_of_two_answers_at_once_over_http_one_is_kept(cast: Cast):
    """The owner and the coordinator press together: one answer stands, the other's writer is told and keeps the words."""
    matter = asked(cast, paper.published_report(cast))
    clients = []
    for role in ("officer_of_lead", "coordinator"):
        client = Client()
        client.force_login(cast[role])
        clients.append(client)
    said = ("We counted again.", "They counted again.")
    answers = at_once(2, lambda n: clients[n].post(f"/matters/{matter.pk}/", {"answer": said[n]}))
    assert sorted(answer.status_code for answer in answers) == [200, 302], answers
    matter.refresh_from_db()
    [lost] = [n for n in (0, 1) if answers[n].status_code == 200]
    assert matter.answer == said[1 - lost]
    page = answers[lost].content.decode()
    assert "Your answer was not recorded." in page
    assert said[lost] in page


def test_two_who_record_outcomes_at_once_write_nothing_over(cast: Cast):
    cast.action()  # so that there is something to ask for
    version = paper.published_report(cast)
    assert version.asks
    held = Meeting.objects.create(plan=cast.plan, date=paper.MADE_AT.date())

    def record(n: int) -> int:
        given = {1: Given("noted", f"By {n}.", held, "7")}
        return len(
            meeting.record_outcomes(version=version, given=given, seen=0, by=cast["coordinator"], at=paper.MADE_AT)
        )

    answers = at_once(6, record)
    assert answers.count(1) == 1
    assert {type(answer) for answer in answers if answer != 1} == {ValidationError}
    assert RecommendationOutcome.objects.count() == 1
