"""A sub-group's part of a report: its lead's paragraph, and “our part is ready”."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import SubGroupReturn
from partners.words import is_blank
from priorities.models import SubGroup, UpdateRound

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period

#: Longest paragraph, in characters; said in the form's hint.
LONGEST_PARAGRAPH = 1500


class Overtaken(ValidationError):
    """Somebody else saved the paragraph since the form was opened; `row` is what stands now. Nothing was changed."""

    def __init__(self, row: SubGroupReturn) -> None:
        self.row = row
        super().__init__(f"{row.by} saved this part after you had opened it. Nothing of theirs was overwritten.")


@transaction.atomic
def save_return(
    *,
    sub_group: SubGroup,
    period: Period,
    paragraph: str,
    ready: bool,
    revision: int,
    by: User,
    at: dt.datetime,
) -> SubGroupReturn:
    """Write the lead's paragraph for the report on `period`, and say whether the sub-group's part is ready.

    `revision` is what the writer had before them, 0 for nothing yet. Saving the same again changes nothing.
    Raises PermissionDenied with a sentence, Overtaken when somebody else saved meanwhile, ValidationError keyed by
    `paragraph`, or without a key once the report is approved.
    """
    if not by.has_perm("actions.write_return", sub_group):
        raise PermissionDenied("The part of a sub-group is written by its lead or by the coordinator.")
    paragraph = "" if is_blank(paragraph) else paragraph
    if len(paragraph) > LONGEST_PARAGRAPH:
        raise ValidationError(
            {
                "paragraph": [
                    f"Shorten this text to {LONGEST_PARAGRAPH:,} characters or fewer; it has {len(paragraph):,}."
                ]
            }
        )
    # The sub-group's row stands for its part, which may not be there yet: two first savings come one after the other.
    SubGroup.objects.select_for_update().get(pk=sub_group.pk)
    about = {"sub_group": sub_group, "period_kind": period.kind.value, "period_start": period.start}
    settled = UpdateRound.objects.filter(
        plan=sub_group.plan_id, period_kind=period.kind.value, period_start=period.start, settled_at__isnull=False
    )
    if settled.exists():
        raise ValidationError(f"The report on {period.label} is approved: its text no longer changes.")
    row = SubGroupReturn.objects.filter(**about).select_related("by").first()
    if row is not None and (row.paragraph, row.ready_at is not None) == (paragraph, ready):
        return row
    if (row.revision if row else 0) != revision:
        if row is None:
            raise ValidationError("This form is too old. Open the page again.")
        raise Overtaken(row)
    row = row or SubGroupReturn(**about, revision=0)
    row.paragraph, row.by, row.at = paragraph, by, at
    row.ready_at = (row.ready_at or at) if ready else None
    row.revision += 1
    row.save()
    return row
