"""Two presses at once on the coordinator's board, and two who write a sub-group's part at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from actions.models import Action, ActionEvent, Notice, Reminder, SubGroupReturn
from actions.services.handover import reassign
from actions.services.returns import save_return
from actions.services.rounds import nudge
from partners.models import Cover
from partners.services import add_cover
from priorities.services import close_round
from tests.makers import H1_2026, NOW, TODAY, Cast
from tests.test_double_submit import at_once


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def refusals(answers: list[object]) -> list[Exception]:
    return [answer for answer in answers if isinstance(answer, Exception)]


def test_eight_presses_nudge_once(cast: Cast):
    person, by = cast["officer_of_lead"], cast["coordinator"]
    cast.action(owner=person)
    answers = at_once(8, lambda n: len(nudge(people=[person.pk], round_=cast.round, by=by, at=NOW, today=TODAY)))
    assert sorted(answers, key=str) == [0] * 7 + [1]
    assert Reminder.objects.count() == 1


def test_eight_presses_hand_over_once(cast: Cast):
    person, to, by = cast["officer_of_lead"], cast["officer_of_support"], cast["coordinator"]
    actions = [cast.action(f"ASB-0{n}", owner=person) for n in range(1, 5)]
    # Half of the presses name the actions in the other order: two that lock crosswise would wait for each other for ever.
    answers = at_once(
        8,
        lambda n: reassign(
            actions=actions[:: -1 if n % 2 else 1], of=person, to=to, by=by, at=NOW, note="All is in the file."
        ),
    )
    assert [type(refusal) for refusal in refusals(answers)] == [ValidationError] * 7
    assert set(Action.objects.values_list("owner", flat=True)) == {to.pk}
    assert ActionEvent.objects.filter(kind="reassigned").count() == 4
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["handed_on", "handover"]


def test_of_eight_first_paragraphs_one_stands_and_the_others_are_told(cast: Cast):
    by = cast["sub_group_lead"]
    answers = at_once(
        8,
        lambda n: (
            save_return(
                sub_group=cast.sub_group, period=H1_2026, paragraph=f"Text {n}.", ready=False, revision=0, by=by, at=NOW
            ).paragraph
        ),
    )
    assert len(refusals(answers)) == 7
    row = SubGroupReturn.objects.get()
    assert (row.revision, [row.paragraph]) == (1, [answer for answer in answers if isinstance(answer, str)])


def test_eight_presses_name_one_stand_in_and_close_one_request(cast: Cast):
    person, by = cast["officer_of_lead"], cast["coordinator"]
    stand_in = cast["officer_of_support"]
    answers = at_once(
        8,
        lambda n: add_cover(
            person=person, covered_by=stand_in, starts_on=TODAY, ends_on=TODAY, by=by, at=NOW, today=TODAY
        ),
    )
    assert len(refusals(answers)) == 7
    assert Cover.objects.count() == 1
    assert len(refusals(at_once(8, lambda n: close_round(round_=cast.round, by=by, at=NOW)))) == 7
