"""What people write for a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Field, Layout, Size
from django import forms

from partners.models import Partner
from priorities.forms import DISCLOSURE, STALE, DayField, VerbForm, WordsField
from reports.formatting import LONGEST
from reports.models import RecommendationWords
from reports.services.asking import LONGEST_ASKED, LONGEST_REASON

if TYPE_CHECKING:
    import datetime as dt

Choice = RecommendationWords.Choice


class TextForm(VerbForm):
    """One section's text. `seen` is the key of the row that was on the page, 0 for none."""

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        initial=0,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), STALE),
    )
    text = WordsField(label="Text", longest=LONGEST, required=False)

    def __init__(self, *args: Any, label: str = "Text", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = f"Up to {LONGEST:,} characters. {DISCLOSURE}"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "seen",
            Field.textarea("text", label_size=Size.SMALL, rows=14, max_characters=LONGEST),
        )


class AskedForm(VerbForm):
    """What becomes of one recommendation. One of our own (`is_own`) says who is asked and by when; a new one has no choice."""

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        initial=0,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), STALE),
    )
    choice = forms.ChoiceField(
        label="What becomes of it?",
        widget=forms.RadioSelect,
        choices=Choice.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose what becomes of it."),
    )
    text = WordsField(
        label="What we ask, in our own words",
        longest=LONGEST_ASKED,
        required=False,
        help_text=f"It goes on after “That the Partnership”, for example: agree a day for DA-06. Up to {LONGEST_ASKED} characters. "
        f"{DISCLOSURE}",
    )
    asked_of = forms.ModelChoiceField(
        Partner.objects.none(),
        label="Who is asked?",
        required=False,
        empty_label="The Partnership as a whole",
        error_messages={"invalid_choice": "Choose a partner from the list."},
    )
    due_on = DayField(what="the day by which it is asked", label="By when? (optional)", required=False)
    reason = WordsField(
        label="Why is it left out?",
        longest=LONGEST_REASON,
        required=False,
        help_text=f"Only if it is left out. The partners’ edition says so, with the reason. Up to {LONGEST_REASON} characters.",
    )

    def __init__(self, *args: Any, today: dt.date, is_own: bool = False, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = Field.textarea("text", label_size=Size.SMALL, rows=4, max_characters=LONGEST_ASKED)
        rest = [Field.textarea("reason", label_size=Size.SMALL, rows=2)]
        if is_own:
            asked_of = cast(forms.ModelChoiceField, self.fields["asked_of"])
            asked_of.queryset = Partner.objects.current(today).order_by("name")
            cast(forms.ChoiceField, self.fields["choice"]).choices = [
                (Choice.WORDED, "Ask it"),
                (Choice.LEFT_OUT, "Leave it out"),
            ]
            rest = [
                Field("asked_of", context={"label_size": Size.for_label(Size.SMALL)}),
                Field("due_on", context={"legend_size": Size.for_legend(Size.SMALL)}),
                *rest,
            ]
        else:
            del self.fields["asked_of"], self.fields["due_on"]
        choice = [Field.radios("choice", legend_size=Size.SMALL)]
        if is_new:
            del self.fields["choice"], self.fields["reason"]
            choice, rest = [], rest[:-1]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("seen", *choice, text, *rest)

    def answers(self) -> dict[str, Any]:
        """Arguments of `asking.word_recommendation`."""
        return {"choice": Choice.WORDED, **self.cleaned_data}
