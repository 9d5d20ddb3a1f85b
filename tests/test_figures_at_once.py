"""Reminders of missing figures pressed at once, and decisions on one emerging issue: one row, and one e-mail about it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from actions.models import Notice
from actions.services import issues as triage
from actions.services.chasing import put_digests
from partners.models import OutgoingEmail, User
from performance.models import EmergingIssue, FigureReminder, Indicator, IssueEvent, everything_owed
from performance.services.figures import nudge
from performance.services.issues import raise_issue
from tests.makers import NOW, TODAY, Cast
from tests.test_double_submit import at_once

State = EmergingIssue.State


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


@pytest.fixture
def issue(cast: Cast) -> EmergingIssue:
    return raise_issue(
        plan=cast.plan, title="Needles at the jetty", text="Eleven since May.", by=cast["officer_of_support"], at=NOW
    )


def digests_to(person: User) -> list[OutgoingEmail]:
    """Put by four ticks at once."""
    answers = at_once(4, lambda n: len(put_digests(NOW)))
    assert all(isinstance(answer, int) for answer in answers), answers
    return list(OutgoingEmail.objects.filter(recipient=person))


def test_eight_presses_remind_of_a_missing_figure_once_and_it_is_written_about_once(cast: Cast):
    Indicator.objects.create(
        code="FIRES", name="Deliberate fires", unit="fires", better="lower", data_owner=cast.fire, lag_weeks=1
    ).priorities.add(cast.priority)
    owing = everything_owed(cast.plan, TODAY)
    assert [one.indicator.code for one in owing] == ["FIRES"]
    by, person = cast["coordinator"], cast["officer_of_lead"]
    answers = at_once(8, lambda n: len(nudge(owing=owing, by=by, at=NOW)))
    assert sorted(answers, key=str) == [0] * 7 + [1]
    [email] = digests_to(person)
    [row] = FigureReminder.objects.filter(stage=FigureReminder.Stage.NUDGED)
    assert (row.person, row.email) == (person, email)
    assert email.text.count("Deliberate fires") == 1


def test_eight_presses_watch_an_issue_once_and_its_raiser_is_written_to_once(cast: Cast, issue: EmergingIssue):
    by = cast["coordinator"]
    answers = at_once(
        8, lambda n: triage.decide(issue=issue, state=State.WATCHING, reason="", by=by, at=NOW, seen=State.RAISED).state
    )
    assert answers == [State.WATCHING] * 8
    assert list(IssueEvent.objects.order_by("pk").values_list("state", flat=True)) == [State.RAISED, State.WATCHING]
    assert Notice.objects.count() == 1
    [email] = digests_to(cast["officer_of_support"])
    assert email.text.count("Needles at the jetty") == 1


def test_of_two_decisions_at_once_one_stands_and_the_other_is_told(cast: Cast, issue: EmergingIssue):
    decisions = [(State.WATCHING, "", cast["coordinator"]), (State.CLOSED, "It is in hand.", cast["analyst"])]

    def decide(n: int) -> str:
        state, reason, by = decisions[n]
        return triage.decide(issue=issue, state=state, reason=reason, by=by, at=NOW, seen=State.RAISED).state

    answers = at_once(2, decide)
    [state] = [answer for answer in answers if isinstance(answer, str)]
    assert [type(answer) for answer in answers if not isinstance(answer, str)] == [ValidationError]
    issue.refresh_from_db()
    assert issue.state == state
    assert IssueEvent.objects.filter(issue=issue).count() == 2
    assert Notice.objects.count() == 1
