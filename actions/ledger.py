"""What the ledger writes of a change of state: the state, and for a completion the day on which the work was done.

The day the update was sent is not the day the work was finished; a report rolled back has to know the latter.
"""

from __future__ import annotations

import datetime as dt


def completed_text(day: dt.date) -> str:
    """complete 2026-08-03."""
    return f"complete {day.isoformat()}"


def state_of(text: str) -> tuple[str, dt.date | None]:
    """The state an event names, and the day it was reached where one is stated. ValueError for a day that is none."""
    state, _, day = text.partition(" ")
    return state, dt.date.fromisoformat(day) if day else None
