"""The form that says to which priority each crime type of a table belongs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from performance.importing.given import LONGEST_NOTE
from performance.places import OUTSIDE, OUTSIDE_WORDS, is_total
from priorities.forms import VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

    from performance.models import SimilarAreasRow
    from priorities.models import Priority


class PlacesForm(VerbForm):
    """A choice for each row but the totals, called by the row's pk: row_12. Begins with what stands."""

    reason = WordsField(
        longest=LONGEST_NOTE,
        label="Why do they belong elsewhere?",
        help_text="Kept with the table. The table as it was stays visible.",
        error_messages={"required": "Say why a crime type belongs elsewhere."},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        rows: Sequence[SimilarAreasRow],
        priorities: Sequence[Priority],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.priorities = {str(one.pk): one for one in priorities}
        self.rows = [row for row in rows if not is_total(row.label)]
        choices = [(OUTSIDE, OUTSIDE_WORDS), *((key, one.name) for key, one in self.priorities.items())]
        for row in self.rows:
            self.fields[_name(row)] = forms.ChoiceField(
                label=f"{row.heading}: {row.label}" if row.heading else row.label,
                choices=choices,
                initial=str(row.priority_id or OUTSIDE),
                error_messages={"required": "Choose a priority, or none.", "invalid_choice": "Choose one of the list."},
            )

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[_name(row)] for row in self.rows]

    @property
    def places(self) -> dict[int, Priority | None]:
        """By the row's pk, once the form is valid."""
        return {row.pk: self.priorities.get(self.cleaned_data[_name(row)]) for row in self.rows}


def _name(row: SimilarAreasRow) -> str:
    return f"row_{row.pk}"
