"""What a version's page says about the time after the meeting: outcomes that were recorded, and matters that arose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from reports.models import MatterArising, ReportVersion
from reports.rendering.matters import outcomes_tally
from reports.services import meeting

if TYPE_CHECKING:
    import datetime as dt

    from partners.models import User

#: Matters named on a version's page; the rest are one link away.
NAMED = 10


@dataclass(frozen=True)
class MatterRow:
    """A matter as lists name it: `due` in words; `for_whom` the reader stands in, "" when it is their own or nobody's of theirs."""

    matter: MatterArising
    due: str
    overdue: bool
    for_whom: str = ""


@dataclass(frozen=True)
class After:
    """`asks`: how many recommendations the version makes, nought before it is decided on; `recorded` of them have an outcome."""

    version: ReportVersion
    asks: int
    recorded: int
    tally: str
    matters: list[MatterRow]
    more: bool
    can_record: bool
    can_raise: bool

    @property
    def missing(self) -> int:
        return max(self.asks - self.recorded, 0)

    @property
    def says_anything(self) -> bool:
        """Something is to be recorded, or was, or arose."""
        return bool(self.asks or self.matters)


def after(version: ReportVersion, user: User) -> After | None:
    """Up to two queries and the version's decision. None where nothing is to be done or was, and for readers, who read it in
    the next report.
    """
    if not user.sees_the_work:
        return None
    today = timezone.localdate()
    asks = version.asks if meeting.was_decided(version) else 0
    standing = {row.position: row for row in version.outcomes.order_by("pk")} if asks else {}
    if version.state == ReportVersion.State.REPLACED and not standing:
        asks = 0  # what the table made of it is recorded of the version that took its place
    matters = list(version.report.matters.for_list().open_first()[: NAMED + 1])
    found = After(
        version=version,
        asks=asks,
        recorded=len(standing),
        tally=outcomes_tally([row.get_outcome_display() for row in standing.values()]),
        matters=rows_of(matters[:NAMED], user, today),
        more=len(matters) > NAMED,
        can_record=bool(asks) and user.has_perm("reports.record_outcomes", version),
        can_raise=user.has_perm("reports.raise_matter"),
    )
    return found if found.says_anything else None


def rows_of(matters: list[MatterArising], user: User, today: dt.date) -> list[MatterRow]:
    return [
        MatterRow(
            matter,
            matter.due_in_words(today),
            matter.is_open and matter.due_on < today,
            matter.owner.name if matter.owner_id in user.covering else "",
        )
        for matter in matters
    ]
