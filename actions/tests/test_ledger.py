"""A completion is written with the day on which the work was done."""

import datetime as dt

import pytest

from actions.ledger import completed_text, state_of


def test_what_is_written_is_read_again():
    assert state_of(completed_text(dt.date(2026, 8, 3))) == ("complete", dt.date(2026, 8, 3))


@pytest.mark.parametrize("state", ["live", "withdrawn", "complete", ""])
def test_a_state_without_a_day_states_none(state):
    assert state_of(state) == (state, None)


def test_a_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Invalid isoformat"):
        state_of("complete yesterday")
