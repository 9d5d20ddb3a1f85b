"""What people wrote for a report, as it stood when the version was made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class SectionWords:
    """One section's words: as typed, and the clean HTML that was made of them then (empty where they are withheld).

    `section` is its key, `by` a role and an organisation.
    """

    section: str
    heading: str
    text: str
    html: str
    by: str
    on: dt.date
