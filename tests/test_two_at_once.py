"""Two people at the same thing in the same instant: accepted once, numbered apart, overwritten never."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from actions.models import Action, ActionEvent, Proposal
from actions.services import lifecycle, proposals, structure
from tests.makers import NOW, TODAY, Cast
from tests.test_double_submit import at_once


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def accept(cast: Cast, proposal: Proposal) -> str:
    action = proposals.accept(proposal=proposal, by=cast["coordinator"], at=NOW, today=TODAY, revision=1)
    return action.ref


def test_two_accepts_of_one_proposal_make_one_action(cast: Cast):
    proposal = cast.proposal(1)
    answers = at_once(8, lambda n: accept(cast, proposal))
    assert [answer for answer in answers if isinstance(answer, str)] == ["ASB-01"]
    refused = [answer for answer in answers if not isinstance(answer, str)]
    assert [type(answer) for answer in refused] == [ValidationError] * 7
    assert Action.objects.get().ref == "ASB-01"
    assert ActionEvent.objects.count() == 1


def test_two_proposals_accepted_at_once_get_two_references(cast: Cast):
    cast.action("ASB-07")
    made = [cast.proposal(n) for n in range(1, 7)]
    answers = at_once(6, lambda n: accept(cast, made[n]))
    assert sorted(answers) == ["ASB-08", "ASB-09", "ASB-10", "ASB-11", "ASB-12", "ASB-13"]


def test_accepted_and_declined_at_once_it_is_one_of_both(cast: Cast):
    proposal = cast.proposal(1)

    def decide(n: int) -> Any:
        if n % 2:
            return accept(cast, proposal)
        return proposals.decline(
            proposal=proposal, by=cast["coordinator"], at=NOW, today=TODAY, revision=1, reason="Too dear."
        ).state

    answers = at_once(6, decide)
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    proposal.refresh_from_db()
    assert (proposal.state == "accepted") == Action.objects.exists()


def test_twenty_presses_of_one_proposal_make_one(cast: Cast):
    answers = at_once(20, lambda n: cast.proposal(1).pk)
    assert answers == [Proposal.objects.get().pk] * 20


def test_of_two_edits_at_once_one_is_asked_again(cast: Cast):
    action = cast.action()

    def edit(n: int) -> str:
        return structure.edit(
            action=action, by=cast["coordinator"], at=NOW, revision=1, changes={"title": f"Title {n}"}
        ).title

    answers = at_once(6, edit)
    [title] = [answer for answer in answers if isinstance(answer, str)]
    assert {type(answer) for answer in answers if not isinstance(answer, str)} == {structure.Stale}
    action.refresh_from_db()
    assert (action.title, action.revision) == (title, 2)
    assert ActionEvent.objects.filter(kind="edited").count() == 1


def test_two_actions_that_replace_each_other_leave_one_live(cast: Cast):
    """In opposite order, so that locks taken as they come would wait for one another for ever."""
    pair = [cast.action("ASB-01"), cast.action("ASB-02")]

    def replace(n: int) -> str:
        lifecycle.replace(
            action=pair[n % 2], successor=pair[1 - n % 2], by=cast["coordinator"], at=NOW, reason="Merged."
        )
        return "done"

    answers = at_once(6, replace)
    assert answers.count("done") == 1
    assert {type(answer) for answer in answers if answer != "done"} == {ValidationError}
    assert sorted(Action.objects.values_list("state", flat=True)) == ["live", "replaced"]


def test_two_sessions_edit_one_action_and_the_second_meets_both_texts(cast: Cast):
    """TRUST R23, through the front door with real requests at once."""
    action = cast.action()
    address = f"/actions/{action.pk}/edit/"
    form = {
        "revision": "1",
        "rows": "1",
        "starts_on_0": "1",
        "starts_on_1": "4",
        "starts_on_2": "2024",
        "due_on_0": "31",
        "due_on_1": "3",
        "due_on_2": "2027",
    }
    clients = []
    for role in ("coordinator", "sub_group_lead"):
        client = Client()
        client.force_login(cast[role])
        clients.append(client)
    whole = {
        "title": "From the coordinator",
        "priority": action.priority_id,
        "sub_group": action.sub_group_id,
        "lead_partner": action.lead_partner_id,
        "supporting": [cast.housing.pk],
    }
    mine = [form | whole, form | {"due_on_0": "1", "reason": "From the lead."}]
    answers = at_once(2, lambda n: clients[n].post(address, mine[n]))
    assert sorted(answer.status_code for answer in answers) == [302, 409], answers
    action.refresh_from_db()
    assert action.events.exclude(kind="added").count() == 1
    lost = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert "From the coordinator" in lost or "From the lead." in lost
