"""The forms of one indicator: words on a figure, a remark on its chart, a usual range set anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from performance.services.ranges import LONGEST_REASON, LONGEST_REMARK
from priorities.forms import DISCLOSURE, VerbForm, WordsField
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from django.http import QueryDict

LONGEST_COMMENTARY = 1_500


class PeriodField(forms.ChoiceField):
    """One of the periods offered, which it gives back as a Period."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            error_messages={
                "required": "Choose a period.",
                "invalid_choice": "Choose one of the periods of this list.",
            },
            **kwargs,
        )
        self.kind = PeriodKind.QUARTER

    def offer(self, periods: Sequence[Period]) -> None:
        self.choices = [(period.code, period.label) for period in periods]
        if periods:
            self.kind = periods[0].kind

    def clean(self, value: Any) -> Period:
        return Period.parse(self.kind, super().clean(value))


class OfPeriods(VerbForm):
    """A form about periods of an indicator, newest first; `chosen` is the one it begins with."""

    PERIODS: tuple[str, ...] = ("period",)

    def __init__(
        self, data: QueryDict | None = None, *, periods: Sequence[Period], chosen: Period | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        for name in self.PERIODS:
            field: Any = self.fields[name]
            field.offer(periods)
            if chosen is not None:
                self.initial.setdefault(name, chosen.code)
        self.helper = FormHelper()
        self.helper.form_tag = False


class CommentaryForm(OfPeriods):
    period = PeriodField(label="On which figure?")
    text = WordsField(
        label="Why is the figure what it is?",
        longest=LONGEST_COMMENTARY,
        help_text="Two or three sentences: what is behind the change, and what is done about it. Reports print them. "
        f"{DISCLOSURE} Up to {LONGEST_COMMENTARY:,} characters.",
        error_messages={"required": "Write a sentence or two."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper.layout = Layout(
            Field.select("period", label_size=Size.SMALL),
            Field.textarea("text", label_size=Size.SMALL, rows=6, max_characters=LONGEST_COMMENTARY),
            Button("submit", "Save commentary", css_class="govuk-!-margin-right-3"),
        )


class RemarkForm(OfPeriods):
    period = PeriodField(label="In which period?")
    text = WordsField(
        label="What happened?",
        longest=LONGEST_REMARK,
        widget=forms.TextInput,
        help_text="A change of recording, an operation, a new law. It is marked on the chart with a number. "
        f"Up to {LONGEST_REMARK} characters.",
        error_messages={"required": "Say what happened."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper.layout = Layout(
            Field.select("period", label_size=Size.SMALL),
            Field.text("text", label_size=Size.SMALL),
            Button("submit", "Mark on the chart", css_class="govuk-!-margin-right-3"),
        )


class BaselineForm(OfPeriods):
    PERIODS = ("first", "last")

    first = PeriodField(
        label="From which period on?", help_text="The new range holds from here. Earlier figures keep the old one."
    )
    last = PeriodField(
        label="Up to which period do figures count?",
        help_text="Twelve figures are needed before anything is called unusual; with five or more the range is shown. "
        "Choose the newest period to begin with, and set it anew later.",
    )
    reason = WordsField(
        label="What changed, and who accepted it?",
        longest=LONGEST_REASON,
        help_text=f"Printed wherever the range is. Up to {LONGEST_REASON} characters.",
        error_messages={"required": "Say what changed, and who accepted it."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper.layout = Layout(
            Field.select("first", label_size=Size.SMALL),
            Field.select("last", label_size=Size.SMALL),
            Field.textarea("reason", label_size=Size.SMALL, rows=3, max_characters=LONGEST_REASON),
            Button("submit", "Set the usual range", css_class="govuk-!-margin-right-3"),
        )
