"""The form of a better average of similar areas."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from charts.numbers import number
from performance.forms.enter import group_size_field, position_field, read_average
from performance.importing.given import LONGEST_NOTE
from performance.plausible import Question, average_questions
from priorities.forms import DISCLOSURE, VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

    from performance.comparison import Measure
    from performance.models import Comparator

LONGEST_BASIS = 200


class AskedForm(VerbForm):
    """An average of other areas that is asked about when it is unlikely. `about` holds the average that `sure` is said of:
    another one is asked about anew.
    """

    sure = forms.BooleanField(required=False, label="Yes, the average is right")
    about = forms.CharField(required=False, widget=forms.HiddenInput)
    #: What is asked about the average that was sent; the form is not valid while it stands unanswered.
    asked: tuple[Question, ...] = ()

    def ask(self, average: Decimal, *, ours: Decimal | None, measure: Measure) -> None:
        """Put what is odd about the average beside it, unless it was said to be right. `ours`: our own figure."""
        self.asked = average_questions(average, ours=ours, measure=measure)
        said = str(average)
        if self.asked and not (self.cleaned_data.get("sure") and self.cleaned_data.get("about") == said):
            for question in self.asked:
                self.add_error("average", question.sentence)
            # A QueryDict, or the dictionary that was held over a sign-in.
            shown: Any = self.data.copy()  # type: ignore[attr-defined]
            shown[self.add_prefix("about")] = said
            shown.pop(self.add_prefix("sure"), None)
            self.data = shown


class AverageForm(AskedForm):
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

    def __init__(
        self, data: QueryDict | None = None, *, old: Comparator, ours: Decimal | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.old = old
        self.ours = ours
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
        elif self.value is not None and "average" not in self.errors:
            self.ask(self.value, ours=self.ours, measure=old.indicator.kept.measure)
        return answers
