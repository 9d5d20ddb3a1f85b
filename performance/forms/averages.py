"""The form of a better average of similar areas."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from charts.numbers import number
from performance.forms.enter import group_size_field, position_field, read_average
from performance.importing.given import LONGEST_NOTE
from priorities.forms import DISCLOSURE, VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

    from performance.models import Comparator

LONGEST_BASIS = 200


class AverageForm(VerbForm):
    """What similar areas did after all, in the place of what stays visible. Begins with what stands."""

    average = forms.CharField(label="The right average", error_messages={"required": "Give the average that is right."})
    position = position_field()
    group_size = group_size_field()
    basis = WordsField(label="What the average is of", required=False, longest=LONGEST_BASIS, widget=forms.TextInput)
    why = WordsField(
        longest=LONGEST_NOTE,
        label="What is corrected, and why?",
        help_text=f"Stands beside both averages for good. {DISCLOSURE}",
        error_messages={"required": "Say what is corrected, and why."},
    )

    def __init__(self, data: QueryDict | None = None, *, old: Comparator, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.old = old
        self.value: Decimal | None = None
        self.initial.update(
            average=number(old.average.normalize()), position=old.position, group_size=old.group_size, basis=old.basis
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if "average" in answers:
            self.value = read_average(self, self.old.indicator, answers)
            if self.value is None and "average" not in self.errors:
                self.add_error("average", "Give the average that is right.")
        position = answers.get("position")
        said = (self.value, position, answers.get("group_size") if position else None, answers.get("basis"))
        old = self.old
        if not self.errors and said == (
            old.average,
            old.position,
            old.group_size if old.position else None,
            old.basis,
        ):
            self.add_error("average", f"This is what stands already: {number(old.average.normalize())}.")
        return answers
