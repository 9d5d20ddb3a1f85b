"""Two chairs, or a chair and the vice-chair, decide in the same instant: one decision holds, the other gets a sentence."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from actions.tests.makers import make_user
from partners import roles
from partners.models import Cover, OutgoingEmail
from performance.models import Indicator
from reports.models import Decision, FactCheck, Rendition
from reports.services import decisions, fact_check
from reports.tests.desk import DECIDED, SENT, Desk
from tests.test_double_submit import at_once


@pytest.fixture
def desk(transactional_db: None, settings: Any, tmp_path: Any) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Desk()


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(desk: Desk):
    vice = make_user("vice@test.example", roles.ANALYST, partner=desk.council)
    Cover.objects.create(person=desk.chair, covered_by=vice, starts_on=SENT.date(), ends_on=DECIDED.date())
    version = desk.with_chair()
    seen = desk.seen(version)
    approve, turn_back = (reverse(f"reports:{name}", args=[version.report_id, 1]) for name in ("approve", "return"))
    clients = []
    for person in (desk.chair, vice):
        client = Client()
        client.force_login(person)
        clients.append(client)

    def decide(n: int) -> str:
        if n % 2:
            answer = clients[1].post(turn_back, {**seen, "comment": "Say why."}, follow=True)
        else:
            answer = clients[0].post(approve, {**seen, "read": "on", "comment": "Well done."}, follow=True)
        assert answer.status_code == 200
        return answer.text

    with time_machine.travel(DECIDED, tick=False):
        answers = at_once(2, decide)
    decision = Decision.objects.get()
    version.refresh_from_db()
    assert version.state == decision.outcome
    won = [text for text in answers if "is approved for the Partnership" in text or "is returned. The" in text]
    by = "Chair" if decision.outcome == "approved" else "Analyst, as cover of the chair (29 October to 3 November 2026)"
    did = "approved for the Partnership" if decision.outcome == "approved" else "returned"
    lost = [text for text in answers if f"Version 1 was {did} by the {by} on 3 November 2026 at 11:00." in text]
    assert (len(won), len(lost)) == (1, 1), answers
    assert "Your decision was not recorded" in lost[0]
    assert ("Say why." if decision.outcome == "approved" else "Well done.") in lost[0], "what was typed is kept"
    assert Rendition.objects.filter(stage="final").count() == (decision.outcome == Decision.Outcome.APPROVED)
    assert OutgoingEmail.objects.filter(kind="report-decided").count() == 2


def test_twenty_decisions_at_once_are_one(desk: Desk):
    version = desk.with_chair()
    seen = desk.seen(version)
    chairs = [make_user(f"chair{n}@test.example", roles.CHAIR) for n in range(8)]

    def decide(n: int) -> str:
        return decisions.approve(version=version, by=chairs[n], at=DECIDED, **seen).outcome

    answers = at_once(8, decide)
    assert answers.count("approved") == 1
    assert {type(answer) for answer in answers if answer != "approved"} == {ValidationError}
    assert Decision.objects.count() == 1


def test_a_fact_check_opened_and_the_draft_sent_to_the_chair_at_once_is_one_of_both(desk: Desk):
    Indicator.objects.create(code="I-01", name="Fires", unit="fires", better="lower", data_owner=desk.council)
    version = desk.draft()
    plan = version.report.plan

    def go(n: int) -> str:
        mine = type(version).objects.select_related("report__plan").get(pk=version.pk)
        mine.report.plan.fact_check = bool(n % 2)
        if n % 2:
            fact_check.open_check(version=mine, by=desk.coordinator, at=SENT)
            return "checked"
        decisions.send_to_chair(version=mine, by=desk.coordinator, at=SENT)
        return "sent"

    answers = at_once(6, go)
    done = [answer for answer in answers if isinstance(answer, str)]
    version.refresh_from_db()
    assert plan.pk
    assert len(done) == 1, answers
    assert (version.state == "fact_check") == FactCheck.objects.exists() == (done == ["checked"])
