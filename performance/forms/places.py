"""The form that says to which priority, and to which indicator, each crime type of a table belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from performance.importing.given import LONGEST_NOTE
from performance.places import OUTSIDE, OUTSIDE_WORDS, is_total
from priorities.forms import VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

    from performance.models import Indicator, SimilarAreasRow
    from priorities.models import Priority


NOT_LISTED = "Choose one of the list."


@dataclass(frozen=True)
class Choice:
    """The boxes of one row. `priority` is None for the sum of the others, which no priority could own."""

    row: SimilarAreasRow
    priority: forms.BoundField | None
    indicator: forms.BoundField


class PlacesForm(VerbForm):
    """For each row, called by its pk: row_12 a priority, but not for the totals, and counted_12 an indicator. Begins
    with what stands.
    """

    reason = WordsField(
        longest=LONGEST_NOTE,
        label="Why is it changed?",
        help_text="Kept with the table. The table as it was stays visible.",
        error_messages={"required": "Say why a crime type belongs elsewhere."},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        rows: Sequence[SimilarAreasRow],
        priorities: Sequence[Priority],
        indicators: Sequence[Indicator],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.rows = rows
        self.priorities = {str(one.pk): one for one in priorities}
        self.indicators = {str(one.pk): one for one in indicators}
        belongs = [(OUTSIDE, OUTSIDE_WORDS), *((key, one.name) for key, one in self.priorities.items())]
        counted = [("", "No indicator"), *((key, one.name) for key, one in self.indicators.items())]
        for row in rows:
            if not is_total(row.label):
                self.fields[f"row_{row.pk}"] = forms.ChoiceField(
                    label="Priority",
                    choices=belongs,
                    initial=str(row.priority_id or OUTSIDE),
                    error_messages={"required": "Choose a priority, or none.", "invalid_choice": NOT_LISTED},
                )
            self.fields[f"counted_{row.pk}"] = forms.ChoiceField(
                label="Indicator",
                choices=counted,
                required=False,
                initial=str(row.indicator_id or ""),
                error_messages={"invalid_choice": NOT_LISTED},
            )

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(
                row,
                self[f"row_{row.pk}"] if f"row_{row.pk}" in self.fields else None,
                self[f"counted_{row.pk}"],
            )
            for row in self.rows
        ]

    @property
    def places(self) -> dict[int, Priority | None]:
        """By the row's pk, once the form is valid."""
        return {
            row.pk: self.priorities.get(self.cleaned_data[f"row_{row.pk}"])
            for row in self.rows
            if f"row_{row.pk}" in self.fields
        }

    @property
    def counted(self) -> dict[int, Indicator | None]:
        """The like for the indicators."""
        return {
            row.pk: self.indicators.get(self.cleaned_data[f"counted_{row.pk}"])
            for row in self.rows
            if f"counted_{row.pk}" in self.data
        }
