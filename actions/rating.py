"""The ratings (BRAG): their words, shapes and order, and the one rule that derives what is shown from what was said.

Source of the scheme: common practice in English Community Safety Partnerships (blue complete, green, amber, red);
the definitions printed with every report are `DEFINITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rating(StrEnum):
    COMPLETE = "complete"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    NOT_STARTED = "not_started"
    CLOSED = "closed"
    UNRATED = "unrated"


@dataclass(frozen=True)
class Look:
    """How a rating is shown: always word and shape, colour (by `css`) never alone."""

    word: str
    shape: str
    css: str
    definition: str


LOOKS: dict[Rating, Look] = {
    Rating.COMPLETE: Look(
        "Complete", "✓", "complete", "Delivered: the measure is met, or the work is now business as usual."
    ),
    Rating.ON_TRACK: Look("On track", "●", "on-track", "Will meet its due date and its measure."),
    Rating.AT_RISK: Look("At risk", "▲", "at-risk", "Some slippage or an unsolved issue; there is a plan to recover."),
    Rating.OFF_TRACK: Look(
        "Off track", "■", "off-track", "Overdue or will miss its date or measure; needs the Partnership's help."
    ),
    Rating.NOT_STARTED: Look("Not started", "○", "not-started", "Its start date has not been reached."),
    Rating.CLOSED: Look(
        "Closed", "–", "closed", "Withdrawn, replaced or moved to the next plan, for the reason given."
    ),
    Rating.UNRATED: Look("Not yet rated", "?", "unrated", "Started, but no update has been received yet."),
}

#: What an officer may say in an update.
SUBMITTABLE = (Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK, Rating.COMPLETE)

#: Worst first: the order of lists, of roll-ups ("the worst") and of page one.
ORDER = (
    Rating.OFF_TRACK,
    Rating.AT_RISK,
    Rating.UNRATED,
    Rating.ON_TRACK,
    Rating.NOT_STARTED,
    Rating.COMPLETE,
    Rating.CLOSED,
)

#: Ratings that silence leaves unconfirmed. Complete, closed and not started are facts, not judgements to renew.
NEEDS_CONFIRMING = frozenset({Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK, Rating.UNRATED})

LIVE = "live"
COMPLETE_STATE = "complete"
STATES = (LIVE, COMPLETE_STATE, "withdrawn", "replaced", "moved")


def derive(state: str, started: bool, said: Rating | None) -> Rating:
    """The rating to show for an action's state, whether its start date is reached, and the last rating said.

    Raises ValueError for a state that is not one of `STATES`.
    """
    if state not in STATES:
        raise ValueError(f"“{state}” is not a state of an action; it is one of {', '.join(STATES)}.")
    if state == COMPLETE_STATE:
        return Rating.COMPLETE
    if state != LIVE:
        return Rating.CLOSED
    if said is not None and said != Rating.COMPLETE:
        return said
    # A completion that was reopened says nothing about how the action goes now.
    return Rating.UNRATED if started else Rating.NOT_STARTED


def severity(rating: Rating) -> int:
    """0 is the worst."""
    return ORDER.index(rating)


def worst(ratings: list[Rating]) -> Rating | None:
    """The worst of several; None of none. Roll-ups are counts and the worst, never an average."""
    return min(ratings, key=severity, default=None)


def worsened(before: Rating | None, now: Rating) -> bool:
    """True when an officer's judgement moved towards off track."""
    judged = (Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK)
    return before in judged and now in judged and judged.index(now) > judged.index(before)


def recovered(before: Rating | None, now: Rating) -> bool:
    """True when an officer's judgement moved away from off track; a completion is counted apart."""
    return before is not None and worsened(now, before)
