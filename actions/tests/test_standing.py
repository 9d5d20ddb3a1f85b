"""The judgement: rating derived, silence unconfirmed, two checks, and where facts and judgement disagree."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from actions import rating as ratings
from actions.models import Action
from actions.progress import Facts, assess
from actions.rating import Rating
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key

LIVE = Facts(state="live", starts_on=dt.date(2024, 4, 1), due_on=dt.date(2027, 3, 31), asked=H1_2026)


def test_an_update_on_the_period_confirms_the_rating():
    standing = assess(replace(LIVE, said=Rating.ON_TRACK, received=True, said_on=TODAY), TODAY)
    assert (standing.rating, standing.confirmed, standing.update.ok, standing.delivery.ok) == (
        Rating.ON_TRACK,
        True,
        True,
        True,
    )


def test_silence_neither_creates_nor_refreshes_a_rating():
    silent = assess(replace(LIVE, said=Rating.ON_TRACK, said_on=dt.date(2026, 4, 14)), TODAY)
    never = assess(LIVE, TODAY)
    assert (silent.rating, silent.confirmed) == (Rating.ON_TRACK, False)
    assert silent.update.sentence == "No update received for April to September 2026; last heard 14 April 2026."
    assert (never.rating, never.confirmed) == (Rating.UNRATED, False)


def test_on_track_and_overdue_is_a_disagreement_said_in_words():
    facts = replace(LIVE, due_on=dt.date(2026, 9, 1), said=Rating.ON_TRACK, received=True, said_on=TODAY)
    standing = assess(facts, TODAY)
    assert standing.rating == Rating.ON_TRACK
    assert standing.disagreement == "On track, but due 41 days ago."
    assert standing.delivery.sentence == "Overdue by 41 days."


def test_due_today_is_not_overdue():
    assert assess(replace(LIVE, due_on=TODAY), TODAY).overdue_days == 0
    assert assess(replace(LIVE, due_on=TODAY - dt.timedelta(days=1)), TODAY).overdue_days == 1


@pytest.mark.parametrize(
    ("moves", "ok", "sentence"),
    [
        (0, True, "Within its dates."),
        (1, True, "Within its dates; due date moved once."),
        (2, False, "Due date moved twice."),
        (3, False, "Due date moved 3 times."),
    ],
)
def test_a_second_move_is_flagged_the_first_is_said(moves, ok, sentence):
    standing = assess(replace(LIVE, times_moved=moves), TODAY)
    assert (standing.delivery.ok, standing.delivery.sentence) == (ok, sentence)


def test_not_started_and_complete_need_no_confirming():
    waiting = assess(replace(LIVE, starts_on=dt.date(2026, 10, 13)), TODAY)
    done = assess(replace(LIVE, state="complete", completed_on=dt.date(2026, 6, 30)), TODAY)
    assert (waiting.rating, waiting.confirmed) == (Rating.NOT_STARTED, True)
    assert (done.rating, done.confirmed, done.delivery.sentence) == (
        Rating.COMPLETE,
        True,
        "Completed on 30 June 2026.",
    )


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="is not a state"):
        ratings.derive("paused", True, None)


@pytest.mark.django_db
class TestSqlTwins:
    """The list's filter and the counts must agree with the judgement, action by action."""

    @pytest.fixture
    def actions(self):
        cast = Cast()
        number = itertools.count(1)
        for rating, period in itertools.product(
            [None, Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK, Rating.COMPLETE], [H1_2026, H2_2026]
        ):
            for starts_on in (dt.date(2024, 4, 1), dt.date(2026, 10, 5), dt.date(2026, 12, 1)):
                n = next(number)
                action = cast.action(f"ASB-{n:02d}", starts_on=starts_on)
                if rating is not None:
                    done = {"completed_on": TODAY, "achievement": "Met."} if rating == Rating.COMPLETE else {}
                    if rating == Rating.COMPLETE and starts_on > TODAY:
                        continue
                    if period == H1_2026 and starts_on > H1_2026.end:
                        continue
                    post_update(
                        action=action,
                        by=cast.officer,
                        at=NOW,
                        today=TODAY,
                        submission_key=key(n),
                        period=period,
                        rating=rating,
                        narrative="Said.",
                        reason="Because." if rating in (Rating.AT_RISK, Rating.OFF_TRACK) else "",
                        **done,
                    )
        # Two more: asked about one period, heard about another; and heard about both.
        for n, periods in enumerate([[H2_2026], [H1_2026, H2_2026]], start=90):
            action = cast.action(f"ASB-{n}")
            for m, period in enumerate(periods):
                post_update(
                    action=action,
                    by=cast.officer,
                    at=NOW,
                    today=TODAY,
                    submission_key=key(n * 10 + m),
                    period=period,
                    rating=Rating.ON_TRACK,
                    narrative="Said.",
                )
        return cast

    def test_received_is_about_the_very_period_asked_for(self, actions):
        """As the report reads it: words about the next half-year are no words about this one."""
        by_ref = {action.ref: action for action in Action.objects.for_list(TODAY, H1_2026)}
        assert not by_ref["ASB-90"].standing(H1_2026, TODAY).update.ok
        assert by_ref["ASB-91"].standing(H1_2026, TODAY).update.ok

    def test_a_single_action_answers_as_the_list_does(self, actions):
        for action in Action.objects.for_list(TODAY, H1_2026):
            assert Action.objects.get(pk=action.pk).received_about(H1_2026) == action.received

    @pytest.mark.parametrize("asked", [None, H1_2026, H2_2026])
    def test_tallies_agree_with_the_judgement(self, actions, asked):
        by_hand: dict = {}
        for action in Action.objects.for_list(TODAY, asked):
            standing = action.standing(asked, TODAY)
            slot = (action.priority_id, standing.rating, standing.confirmed)
            by_hand[slot] = by_hand.get(slot, 0) + 1
        tallies, together = (
            Action.objects.tallies("priority", TODAY, asked),
            Action.objects.tallies(("priority", "ref"), TODAY, asked),
        )
        counted: dict = {}
        for tally in tallies:
            slot = (tally.key, tally.rating, tally.confirmed)
            counted[slot] = counted.get(slot, 0) + tally.number
        assert counted == by_hand
        assert len(by_hand) > 4
        assert {tally.key: tally.number for tally in together} == {
            (a.priority_id, a.ref): 1 for a in Action.objects.all()
        }
        if asked:
            silent = {tally.key[1] for tally in together if tally.owing and not tally.received}
            assert silent == set(Action.objects.not_updated(asked).values_list("ref", flat=True))

    def test_the_filter_by_rating_agrees_with_the_judgement(self, actions):
        for rating in Rating:
            found = set(Action.objects.rated(rating, TODAY).values_list("ref", flat=True))
            judged = {
                a.ref for a in Action.objects.for_list(TODAY, H1_2026) if a.standing(H1_2026, TODAY).rating == rating
            }
            assert found == judged

    @pytest.mark.parametrize("asked", [H1_2026, H2_2026])
    def test_not_updated_agrees_with_the_check(self, actions, asked):
        silent = set(Action.objects.not_updated(asked).values_list("ref", flat=True))
        judged = {a.ref for a in Action.objects.for_list(TODAY, asked) if not a.standing(asked, TODAY).update.ok}
        assert silent == judged
        assert silent


@pytest.mark.parametrize(
    ("before", "now", "worse", "better"),
    [
        (Rating.ON_TRACK, Rating.AT_RISK, True, False),
        (Rating.OFF_TRACK, Rating.ON_TRACK, False, True),
        (Rating.AT_RISK, Rating.AT_RISK, False, False),
        (None, Rating.OFF_TRACK, False, False),
        (Rating.AT_RISK, Rating.COMPLETE, False, False),
    ],
)
def test_moves_between_ratings(before, now, worse, better):
    assert (ratings.worsened(before, now), ratings.recovered(before, now)) == (worse, better)
