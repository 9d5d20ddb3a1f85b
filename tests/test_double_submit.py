"""One press twice, twenty at once, two people at once: what was said is kept, and kept once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from actions.models import Action, ActionEvent, ProgressUpdate
from actions.rating import Rating
from actions.services import updates
from tests.makers import H1_2026, NOW, TODAY, Cast, key

T = TypeVar("T")

#: Seconds that twenty writers may take together before the test says that one waits for ever.
PATIENCE = 60


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def at_once(number: int, do: Callable[[int], T]) -> list[T | Exception]:
    """Run `do` in so many threads that start together; what each returned or raised."""
    start = Barrier(number)

    def one(n: int) -> T | Exception:
        try:
            start.wait(PATIENCE)
            return do(n)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number), timeout=PATIENCE))


def test_the_same_key_twice_makes_one_update(cast: Cast):
    action = cast.action()
    first = cast.update(action, 1)
    second = cast.update(action, 1, narrative="Pressed again.")
    assert first == second
    assert [update.narrative for update in ProgressUpdate.objects.all()] == ["What happened, 1."]


def test_twenty_presses_at_once_make_one_update(cast: Cast):
    action = cast.action()
    milestone = action.milestones.get()
    answers = at_once(
        20,
        lambda n: (
            cast.update(
                action,
                1,
                rating=Rating.OFF_TRACK,
                reason="No crew.",
                milestones_done={milestone.pk: TODAY},
                new_due_on=dt.date(2027, 3, 1),
                new_due_reason="Sooner.",
            ).pk
        ),
    )
    [update] = ProgressUpdate.objects.all()
    assert answers == [update.pk] * 20
    moved = ActionEvent.objects.filter(action=action, kind=ActionEvent.Kind.DATE_MOVED)
    ticked = ActionEvent.objects.filter(action=action, kind=ActionEvent.Kind.MILESTONE)
    assert (moved.count(), ticked.count()) == (1, 1)
    assert Action.objects.get().latest_update == update


def test_twenty_presses_of_no_change_make_one(cast: Cast):
    action = cast.action()
    cast.update(action, 1)
    at_once(
        20,
        lambda n: updates.confirm_no_change(
            action=action, by=cast["officer_of_lead"], at=NOW, today=TODAY, submission_key=key(2), period=H1_2026
        ),
    )
    assert ProgressUpdate.objects.filter(kind=ProgressUpdate.Kind.NO_CHANGE).count() == 1


def test_two_officers_at_once_both_stay(cast: Cast):
    action = cast.action()
    people = [cast["officer_of_lead"], cast["coordinator"], cast["sub_group_lead"]]
    answers = at_once(3, lambda n: cast.update(action, n + 1, by=people[n], narrative=f"From {n}."))

    assert all(isinstance(answer, ProgressUpdate) for answer in answers), answers
    assert {update.narrative for update in ProgressUpdate.objects.all()} == {"From 0.", "From 1.", "From 2."}
    # The pointer stands on the one that was appended last.
    assert Action.objects.get().latest_update == ProgressUpdate.objects.order_by("-pk").first()


def test_two_completions_at_once_make_one(cast: Cast):
    action = cast.action()
    people = [cast["officer_of_lead"], cast["coordinator"]]
    answers = at_once(
        2,
        lambda n: cast.update(
            action,
            n + 1,
            by=people[n],
            rating=Rating.COMPLETE,
            achievement="Fewer fires.",
            completed_on=dt.date(2026, 9, 30),
        ),
    )
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [ValidationError]
    assert ProgressUpdate.objects.filter(kind=ProgressUpdate.Kind.COMPLETION).count() == 1
    assert ActionEvent.objects.filter(kind=ActionEvent.Kind.STATE).count() == 1


def test_anothers_key_does_not_hand_out_their_update(cast: Cast):
    """A key is a person's own: guessing one neither shows nor swallows what somebody else said."""
    action = cast.action()
    cast.update(action, 1, restricted=True, narrative="Mine.")
    with pytest.raises((ValidationError, PermissionDenied)):
        cast.update(action, 1, by=cast["coordinator"], narrative="Theirs.")
    assert [update.narrative for update in ProgressUpdate.objects.all()] == ["Mine."]
