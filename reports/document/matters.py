"""What opens a report: what was asked after the last one, and what became of its recommendations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Matter:
    """Something the chair, a meeting or scrutiny wanted answered, as it stood when the version was made.

    `about` names the report it was asked about. `owner` is a role and an organisation, empty for no one assigned; so is
    `answered_by`. `answer` and `answered_on` are empty as long as it is open; `overdue` is said of open ones alone.
    `restricted`: it and its answer are not for the public version. Where whoever answered did so otherwise, `recorded_by` is
    the role that entered it, and `received_how` ("by letter") and `received_on` say how and when it came.
    """

    about: str
    source: str
    text: str
    owner: str
    raised_on: dt.date
    due_on: dt.date
    overdue: bool
    meeting_on: dt.date | None
    minute_reference: str
    answer: str
    answered_by: str
    answered_on: dt.date | None
    restricted: bool = False
    recorded_by: str = ""
    received_how: str = ""
    received_on: dt.date | None = None


@dataclass(frozen=True)
class Asked:
    """One recommendation of the last report, and what the meeting made of it; `outcome` is empty where none was recorded.

    `short` says it without anybody's words, unless somebody worded it (`worded`); `refs` are the actions it is about, `number`
    is its own among the recommendations.
    """

    number: int
    text: str
    short: str
    refs: tuple[str, ...]
    outcome: str
    note: str
    meeting_on: dt.date | None
    minute_reference: str
    worded: bool = False
