"""How an action stands: one pure judgement over facts read in SQL. Used by page, list, report and e-mail alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from actions.rating import LIVE, LOOKS, NEEDS_CONFIRMING, Rating, derive, severity
from partners.words import is_blank
from priorities.periods import Period, PeriodKind, british


@dataclass(frozen=True)
class Facts:
    """What is known of one action at a moment. `asked` is the period an update is wanted on, None when none was asked;
    `received` whether an update with a rating about that very period has come (about any, when none was asked).
    """

    state: str
    starts_on: dt.date
    due_on: dt.date | None
    said: Rating | None = None
    said_on: dt.date | None = None
    received: bool = False
    completed_on: dt.date | None = None
    review_on: dt.date | None = None
    milestones_missed: int = 0
    times_moved: int = 0
    asked: Period | None = None


@dataclass(frozen=True)
class Check:
    """One fact the portal puts beside the officer's judgement: `ok`, and a sentence in the reader's words."""

    ok: bool
    sentence: str


@dataclass(frozen=True)
class Standing:
    """The rating to show, whether an update backs it, the two checks, and where judgement and facts disagree."""

    rating: Rating
    confirmed: bool
    delivery: Check
    update: Check
    overdue_days: int
    disagreement: str = ""

    @property
    def word(self) -> str:
        return LOOKS[self.rating].word

    @property
    def shape(self) -> str:
        return LOOKS[self.rating].shape

    @property
    def css(self) -> str:
        return LOOKS[self.rating].css


def plural(n: int, one: str, many: str = "") -> str:
    """1 day, 2 days."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def overdue_days(state: str, due_on: dt.date | None, as_of: dt.date) -> int:
    """Whole days past the due date; 0 when not overdue. Only a live action can be overdue."""
    return max((as_of - due_on).days, 0) if state == LIVE and due_on else 0


def owes(state: str, starts_on: dt.date, asked: Period | None) -> bool:
    """True when a request for updates on `asked` reaches this action: live, and begun by the period's end."""
    return asked is not None and state == LIVE and starts_on <= asked.end


def is_confirmed(rating: Rating, owing: bool, received: bool) -> bool:
    """True when the rating is a fact, or is backed by an update wherever one was asked for. Silence confirms nothing."""
    if rating not in NEEDS_CONFIRMING:
        return True
    return rating != Rating.UNRATED and (received or not owing)


def needs_reason(rating: Rating | None, due_on: dt.date | None, as_of: dt.date) -> bool:
    """At risk and Off track need a reason; so does On track past its due date."""
    if rating in (Rating.AT_RISK, Rating.OFF_TRACK):
        return True
    return rating == Rating.ON_TRACK and due_on is not None and due_on < as_of


#: Answers of an update that go with some ratings only, by their names; the completion date goes with Complete.
ABOUT_THE_TROUBLE = ("recovery", "help_wanted", "help_wanted_from")
ABOUT_THE_REASON = ("reason", "new_due_on", "new_due_reason")


def not_asked(rating: Rating, due_on: dt.date | None, as_of: dt.date) -> frozenset[str]:
    """Names of the answers that do not go with this rating: recorded, they would explain a trouble that there is none of."""
    names: set[str] = set()
    if rating not in (Rating.AT_RISK, Rating.OFF_TRACK):
        names |= set(ABOUT_THE_TROUBLE)
    if not needs_reason(rating, due_on, as_of):
        names |= set(ABOUT_THE_REASON)
    return frozenset(names if rating == Rating.COMPLETE else names | {"completed_on"})


#: So often in a row may "no change" be confirmed without a word.
MOST_UNCHANGED = 2


def wants_words(unchanged: int) -> bool:
    """True when "no change" was confirmed so often in a row (`unchanged`) that words are asked for now."""
    return unchanged >= MOST_UNCHANGED


def cannot_confirm(
    said: Rating | None, reason: str, due_on: dt.date | None, as_of: dt.date, *, unchanged: int = 0
) -> str:
    """Why “No change, confirmed” cannot be taken, in a sentence; empty when it can.

    `unchanged`: how often in a row it was confirmed before.
    """
    if said is None or said == Rating.COMPLETE:
        return "There is no rating to confirm yet. Send an update instead."
    if needs_reason(said, due_on, as_of) and is_blank(reason):
        return f"{LOOKS[said].word} needs a reason now. Send an update instead."
    if wants_words(unchanged):
        return "No change was confirmed twice in a row. Say this time in a sentence or two how the action is going."
    return ""


#: How long after the plan's end an action may be due: two years, a leap year among them.
FURTHEST = dt.timedelta(days=731)


def due_date_fault(
    due_on: dt.date, *, starts_on: dt.date, plan_ends_on: dt.date, not_before: dt.date | None = None
) -> str:
    """What is wrong with a due date or a review date (`due_on`), whichever verb brings it; empty when nothing is.

    `not_before`: today, where a day that is past makes no sense.
    """
    if due_on < starts_on:
        return f"The date cannot come before the start, {british(starts_on)}."
    if not_before is not None and due_on < not_before:
        return "The date cannot be in the past."
    if due_on > plan_ends_on + FURTHEST:
        return f"The date cannot come after {british(plan_ends_on + FURTHEST)}, two years after the plan's end."
    return ""


def beyond_the_plan(due_on: dt.date | None, plan_ends_on: dt.date, reason: str) -> str:
    """What is missing from the reason of a due date after the plan's end, in a sentence; empty when nothing is."""
    if due_on is None or due_on <= plan_ends_on or not is_blank(reason):
        return ""
    return f"The plan ends on {british(plan_ends_on)}. Say why the action goes on after that."


def left_alone(states: Collection[str]) -> str:
    """Why nothing is being done about what these actions measure, of all their states; empty while one is live."""
    if "live" in states:
        return ""
    return "its actions are complete or closed" if states else "no action measures itself by it"


def suggestion(missed: int, open_still: int) -> str:
    """What the milestones suggest for the rating, in a sentence; never set for the officer.

    `missed`: past their day and not done; `open_still`: not done, the missed ones included.
    """
    if not open_still:
        return "All milestones are done: is the action complete?"
    if not missed:
        return "No milestone is missed, which suggests On track."
    return f"{plural(missed, 'milestone')} missed, which suggests At risk or Off track."


@dataclass(frozen=True)
class Move:
    """One move of a due date; `old` is None for an action that was ongoing until then."""

    old: dt.date | None
    new: dt.date
    on: dt.date

    @property
    def days(self) -> int:
        """Days that the date slipped by; negative when it was brought forward, 0 when there was none before."""
        return (self.new - self.old).days if self.old else 0

    @property
    def slip(self) -> str:
        return slip(self.days)


def slip(days: int) -> str:
    """By how many days a date moved, in words: "30 days later", "1 day earlier"; empty for none."""
    return f"{plural(abs(days), 'day')} {'later' if days > 0 else 'earlier'}" if days else ""


def assess(facts: Facts, as_of: dt.date) -> Standing:
    """The standing of one action on the day `as_of`."""
    rating = derive(facts.state, facts.starts_on <= as_of, facts.said)
    owing = owes(facts.state, facts.starts_on, facts.asked)
    late = overdue_days(facts.state, facts.due_on, as_of)
    delivery = _delivery(facts, late, as_of)
    return Standing(
        rating=rating,
        confirmed=is_confirmed(rating, owing, facts.received),
        delivery=delivery,
        update=_update(facts, owing),
        overdue_days=late,
        disagreement=_disagreement(rating, facts, late),
    )


def _delivery(facts: Facts, late: int, as_of: dt.date) -> Check:
    if facts.state == "complete":
        on = f" on {british(facts.completed_on)}" if facts.completed_on else ""
        return Check(True, f"Completed{on}.")
    if facts.state != LIVE:
        return Check(True, "Closed.")
    troubles = []
    if late:
        troubles.append(f"overdue by {plural(late, 'day')}")
    if facts.milestones_missed:
        troubles.append(f"{plural(facts.milestones_missed, 'milestone')} missed")
    if facts.times_moved > 1:
        times = "twice" if facts.times_moved == 2 else f"{facts.times_moved} times"
        troubles.append(f"due date moved {times}")
    if facts.due_on is None and facts.review_on is not None and facts.review_on < as_of:
        troubles.append(f"review was due on {british(facts.review_on)}")
    if not troubles:
        # One move, with its reason, is planning; a second is what the Partnership should look at.
        return Check(True, "Within its dates; due date moved once." if facts.times_moved else "Within its dates.")
    sentence = ", ".join(troubles)
    return Check(False, sentence[0].upper() + sentence[1:] + ".")


def _update(facts: Facts, owing: bool) -> Check:
    if facts.state != LIVE:
        return Check(True, "No update is asked for.")
    if owing and facts.asked is not None and facts.received:
        return Check(True, f"Update received for {facts.asked.label}.")
    since = f"last heard {british(facts.said_on)}" if facts.said_on else "never heard from"
    if not owing or facts.asked is None:
        return Check(True, f"No update is due yet; {since}." if facts.said_on else "No update is due yet.")
    return Check(False, f"No update received for {facts.asked.label}; {since}.")


def _disagreement(rating: Rating, facts: Facts, late: int) -> str:
    if rating != Rating.ON_TRACK:
        return ""
    if late:
        return f"On track, but due {plural(late, 'day')} ago."
    if facts.milestones_missed:
        return f"On track, but {plural(facts.milestones_missed, 'milestone')} missed."
    return ""


def pressing(standing: Standing, due_on: dt.date | None) -> tuple[bool, int, int, dt.date]:
    """Sort key, most pressing first: silence, then the worst rating, then the longest overdue, then the nearest date."""
    return (
        standing.update.ok,
        severity(standing.rating),
        -standing.overdue_days,
        due_on or dt.date.max,
    )


@dataclass(frozen=True)
class Asked:
    """A request for updates that has gone out: the period, its due day, and whether its report is approved.

    `due_on` is the day for the one action in question, an extension of it included. `closed`: the coordinator has closed
    the request, so that what still comes is late, whatever the day.
    """

    period: Period
    due_on: dt.date
    settled: bool
    closed: bool = False


def periods_to_choose(asked: list[Asked], starts_on: dt.date, kind: PeriodKind, today: dt.date) -> list[Period]:
    """Periods a new update may be about, oldest first: those asked for whose report is open, and the current one."""
    open_ones = [a.period for a in asked if not a.settled and starts_on <= a.period.end]
    return sorted({*open_ones, Period.containing(kind, today)}, key=lambda period: period.start)


def default_period(
    asked: list[Asked], updated: set[Period], starts_on: dt.date, kind: PeriodKind, today: dt.date
) -> Period:
    """The period a new update is about unless the officer says otherwise.

    The latest period asked for that the action has no update on and whose report isn't approved; else the current one.
    """
    waiting = [a.period for a in asked if not a.settled and a.period not in updated and starts_on <= a.period.end]
    return max(waiting, key=lambda period: period.start, default=Period.containing(kind, today))


def is_late(period: Period, asked: list[Asked], today: dt.date) -> bool:
    """True when the update arrives after the day its period's updates were due, or after the request was closed."""
    return any(a.period == period and (a.closed or a.due_on < today) for a in asked)


#: Answers to a request for help after which nothing is to be done about it; the report that follows still tells them.
ANSWERED = ("cannot", "done")
PROMISED, TAKEN_BACK = "will", "taken_back"


@dataclass(frozen=True)
class Asking:
    """What a rated update asks of other partners: `asked` whom, None for nobody; `answer` the last one given, "" for none."""

    key: int
    period_start: dt.date
    asked: object
    answer: str


def standing_requests(updates: Sequence[Asking]) -> list[int]:
    """Keys of the updates of one live action whose request for help still stands (`asking_help` says the same in SQL).

    It stands until it is answered or taken back, whatever is said of the action meanwhile; a promise stands until it is kept.
    Asked of the same partner again, the newer request counts. What was answered is still told with the newest update.
    `updates` are those with a rating, “no change, confirmed” aside.
    """
    if not updates:
        return []
    newest = max(updates, key=lambda update: (update.period_start, update.key)).key
    latest = {update.asked: update.key for update in sorted(updates, key=lambda update: update.key)}
    return [
        update.key
        for update in updates
        if update.asked is not None
        and latest[update.asked] == update.key
        and (update.answer in ("", PROMISED) or (update.answer in ANSWERED and update.key == newest))
    ]
