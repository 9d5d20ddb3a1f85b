"""The Partnership adopts its strategic assessment, and takes up or declines what it recommends."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from partners.words import is_blank
from performance.models import Recommendation, StrategicAssessment
from priorities.periods import british

if TYPE_CHECKING:
    from partners.models import User

LONGEST_MEETING = StrategicAssessment._meta.get_field("adopted_at_meeting").max_length or 0
LONGEST_REASON = 2_000

NOT_YOURS = "The coordinator records what the Partnership decides on its assessment."


@transaction.atomic
def adopt(
    *, assessment: StrategicAssessment, on: dt.date, meeting: str, by: User, today: dt.date
) -> StrategicAssessment:
    """Record that the Partnership adopted it; said again, day and meeting are put right and the history keeps the old.

    Raises PermissionDenied; ValidationError keyed by these parameter names for a day to come or one within the window, and
    without the meeting.
    """
    if not by.has_perm("performance.decide_on_assessment", assessment):
        raise PermissionDenied(NOT_YOURS)
    row = StrategicAssessment.objects.select_for_update().get(pk=assessment.pk)
    faults: dict[str, list[str]] = {}
    if on > today:
        faults["on"] = [f"Write a day that has been: today is {british(today)}."]
    elif on <= row.covers_to:
        faults["on"] = [f"It covers the time up to {british(row.covers_to)}: it was adopted after that."]
    if is_blank(meeting):
        faults["meeting"] = ["Name the meeting and, where there is one, its minute."]
    elif len(meeting.strip()) > LONGEST_MEETING:
        faults["meeting"] = [f"Use at most {LONGEST_MEETING} characters."]
    if faults:
        raise ValidationError(faults)
    said = (StrategicAssessment.State.ADOPTED, on, meeting.strip())
    if (row.state, row.adopted_on, row.adopted_at_meeting) != said:
        row.state, row.adopted_on, row.adopted_at_meeting = said
        row.save()
    return row


@transaction.atomic
def decide(
    *,
    recommendation: Recommendation,
    outcome: str,
    reason: str,
    on: dt.date | None,
    by: User,
    today: dt.date,
    seen: str = "",
) -> Recommendation:
    """Record that a recommendation was accepted or declined, or is open again; the history keeps what was said before.

    `seen` is what stood before the reader's eyes (`decision_of`): over another decision none is written. Raises
    PermissionDenied; ValidationError keyed by these parameter names for an unknown outcome, without a day or for one to
    come, and for a declined one without a reason; without a key when somebody else decided meanwhile.
    """
    if not by.has_perm("performance.decide_on_assessment", recommendation.assessment):
        raise PermissionDenied(NOT_YOURS)
    row = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    faults: dict[str, list[str]] = {}
    if outcome not in Recommendation.Outcome.values:
        faults["outcome"] = ["Choose accepted, declined or not decided yet."]
    undecided = outcome == Recommendation.Outcome.UNDECIDED
    if not undecided and on is None:
        faults["on"] = ["Give the day it was decided."]
    elif not undecided and on is not None and on > today:
        faults["on"] = [f"Write a day that has been: today is {british(today)}."]
    if outcome == Recommendation.Outcome.DECLINED and is_blank(reason):
        faults["reason"] = ["Say why it was declined."]
    elif len(reason.strip()) > LONGEST_REASON:
        faults["reason"] = [f"Use at most {LONGEST_REASON:,} characters."]
    if faults:
        raise ValidationError(faults)
    said = (outcome, reason.strip(), None if undecided else on)
    if (row.outcome, row.reason, row.decided_on) != said:
        if seen and seen != decision_of(row):
            told = row.get_outcome_display().lower() + (f" on {british(row.decided_on)}" if row.decided_on else "")
            why = f": {row.reason}" if row.reason else ""
            raise ValidationError(f"Somebody else recorded a decision before you: {told}{why}. Yours was not recorded.")
        row.outcome, row.reason, row.decided_on = said
        row.save()
    return row


def decision_of(row: Recommendation) -> str:
    """The decision that stands, to be told from another."""
    return f"{row.outcome}|{row.decided_on or ''}|{row.reason}"
