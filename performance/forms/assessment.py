"""The forms of the decisions on an assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from performance.models import Recommendation
from performance.services.assessment import LONGEST_MEETING, LONGEST_REASON
from priorities.forms import DISCLOSURE, DayField, VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict


class AdoptForm(VerbForm):
    on = DayField(what="the day it was adopted", label="When was it adopted?")
    meeting = WordsField(
        label="At which meeting?",
        longest=LONGEST_MEETING,
        widget=forms.TextInput,
        help_text=f"With its minute, for example: Partnership, 2 December 2026, minute 6. Up to {LONGEST_MEETING} characters.",
        error_messages={"required": "Name the meeting and, where there is one, its minute."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "on", Field.text("meeting", label_size=Size.SMALL), Button("submit", "Record the adoption")
        )


class DecideForm(VerbForm):
    """What the Partnership decided on a recommendation. `seen`: the decision that stood when the page was made."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    outcome = forms.ChoiceField(
        label="What did the Partnership decide?",
        widget=forms.RadioSelect,
        choices=Recommendation.Outcome.choices[1:] + Recommendation.Outcome.choices[:1],
        error_messages={
            "required": "Choose accepted, declined or not decided yet.",
            "invalid_choice": "Choose accepted, declined or not decided yet.",
        },
    )
    on = DayField(what="the day it was decided", label="When?", required=False)
    reason = WordsField(
        label="Why?",
        longest=LONGEST_REASON,
        required=False,
        help_text=f"A declined recommendation needs a reason. {DISCLOSURE} Up to {LONGEST_REASON:,} characters.",
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen",
            Field.radios("outcome", legend_size=Size.SMALL),
            "on",
            Field.textarea("reason", label_size=Size.SMALL, rows=4, max_characters=LONGEST_REASON),
            Button("submit", "Record the decision"),
        )
