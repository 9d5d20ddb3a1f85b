"""The forms of one indicator: words on a figure, a remark on its chart, a usual range set anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Layout
from django import forms

from performance.forms.averages import LONGEST_BASIS, AskedForm
from performance.forms.enter import group_size_field, position_field, read_average
from performance.models import Comparator, Source
from performance.services.ranges import LONGEST_REASON, LONGEST_REMARK
from performance.usual_range import OF_EACH_SEASON_NEEDED, OF_EACH_SEASON_SHOWN, POINTS_NEEDED, POINTS_SHOWN
from priorities.forms import DISCLOSURE, VerbForm, WordsField
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import QueryDict

    from performance.models import Indicator
    from performance.standing import IndicatorFacts

LONGEST_COMMENTARY = 1_500
#: Place of the answer to what is asked about an average, right below its box.
AFTER_AVERAGE = 3


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
            Field.select("period"),
            Field.textarea("text", rows=6, max_characters=LONGEST_COMMENTARY),
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
            Field.select("period"),
            Field.text("text"),
            Button("submit", "Mark on the chart", css_class="govuk-!-margin-right-3"),
        )


class GiveAverageForm(AskedForm, OfPeriods):
    """What similar areas, the region or England did. `value` is the average, once the form is valid."""

    kind = forms.ChoiceField(label="Who?", choices=Comparator.Kind.choices)
    period = PeriodField(label="In which period?")
    average = forms.CharField(label="Average", error_messages={"required": "Give the average."})
    position = position_field()
    group_size = group_size_field()
    basis = WordsField(
        label="What is it the average of?",
        required=False,
        longest=LONGEST_BASIS,
        widget=forms.TextInput,
        help_text=f"Printed beside it, for example: the 12 local authorities of the North East. "
        f"Up to {LONGEST_BASIS} characters.",
    )
    data_source = forms.ModelChoiceField(
        Source.objects.all(),
        label="Where does it come from?",
        required=False,
        empty_label="Not in this list",
        help_text="Decides whether the public version may print it: what comes from a source that is not in this list is "
        "left out there. Write in the box above what it is; an administrator can add sources.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, indicator: Indicator, facts: IndicatorFacts, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.indicator = indicator
        self.facts = facts
        self.value: Decimal | None = None
        self.fields["average"].help_text = f"In the indicator’s unit: {indicator.unit}."
        self.fields["position"].help_text = "Of similar areas alone; 1 is the lowest rate. May be empty."
        self.fields["group_size"].help_text = "Ours among them."
        self.helper.layout = Layout(
            Field.select("kind"),
            Field.select("period"),
            Field.text("average", field_width=Fixed.FIVE),
            Field.text("position", field_width=Fixed.THREE),
            Field.text("group_size", field_width=Fixed.THREE),
            Field.text("basis"),
            Field.select("data_source"),
            "about",
            Button("submit", "Record the average", css_class="govuk-!-margin-right-3"),
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if "average" in answers:
            self.value = read_average(self, self.indicator, answers)
            if self.value is None and "average" not in self.errors:
                self.add_error("average", "Give the average.")
        if answers.get("position") and answers.get("kind") != Comparator.Kind.SIMILAR_AREAS:
            self.add_error("position", "A position is one among similar areas. Leave it empty.")
        if self.value is not None and "average" not in self.errors:
            self.ask(self.value, ours=self._ours(answers.get("period")), measure=self.indicator.kept.measure)
        if self.asked:
            self.helper.layout.fields.insert(AFTER_AVERAGE, Field.checkbox("sure"))
        return answers

    def _ours(self, period: Period | None) -> Decimal | None:
        """Our figure of the period, else the newest before or after it; None when there is none at all."""
        figures = self.facts.figures
        known = figures.get(period) if period else None
        newest = max((one for one in figures if one.kind is self.facts.kind), default=None)
        found = known or (figures[newest] if newest else None)
        return found.value if found else None


class BaselineForm(OfPeriods):
    PERIODS = ("first", "last")

    first = PeriodField(
        label="From which period on?", help_text="The new range holds from here. Earlier figures keep the old one."
    )
    last = PeriodField(
        label="Up to which period do figures count?",
        help_text="Where that is too few figures, the ones after it are counted too until there are enough.",
    )
    reason = WordsField(
        label="What changed, and who accepted it?",
        longest=LONGEST_REASON,
        help_text=f"Printed wherever the range is. Up to {LONGEST_REASON} characters.",
        error_messages={"required": "Say what changed, and who accepted it."},
    )

    def __init__(self, data: QueryDict | None = None, *, seasonal: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        needed = (
            f"The figure follows the seasons: the range is shown once there are {OF_EACH_SEASON_SHOWN} figures for each part "
            f"of the year, and nothing is called unusual before there are {OF_EACH_SEASON_NEEDED}."
            if seasonal
            else f"With {POINTS_SHOWN} figures or more the range is shown; {POINTS_NEEDED} are needed before anything is "
            "called unusual."
        )
        field = self.fields["last"]
        field.help_text = f"{needed} The newest figure is not counted: it is judged by the others. {field.help_text}"
        self.helper.layout = Layout(
            Field.select("first"),
            Field.select("last"),
            Field.textarea("reason", rows=3, max_characters=LONGEST_REASON),
            Button("submit", "Set the usual range", css_class="govuk-!-margin-right-3"),
        )
