"""Who owed an update and who sent one."""

from __future__ import annotations

from collections.abc import Iterable

from actions.models import ProgressUpdate
from reports.document import Return
from reports.snapshot.history import Judged


def returns(now: Iterable[Judged]) -> tuple[Return, ...]:
    """One row for each lead partner that owed an update, by name."""
    owed: dict[str, list[Judged]] = {}
    for judged in now:
        if judged.owing:
            owed.setdefault(judged.lead, []).append(judged)
    return tuple(_return(partner, owed[partner]) for partner in sorted(owed))


def _return(partner: str, owed: list[Judged]) -> Return:
    said = [judged.said for judged in owed if judged.received and judged.said]
    return Return(
        partner=partner,
        owed=len(owed),
        received=len(said),
        no_change=sum(1 for update in said if update.kind == ProgressUpdate.Kind.NO_CHANGE),
        late=sum(1 for update in said if update.late),
        silent=tuple(judged.action.ref for judged in owed if not judged.received),
    )
