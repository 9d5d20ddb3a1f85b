"""What a partner answers to a fact check, what becomes of a fault it found, and publishing while there is a hold."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from priorities.forms import VerbForm, WordsField
from reports.forms.decisions import LONGEST, UP_TO
from reports.models import FactCheckAnswer

Outcome = FactCheckAnswer.Outcome


class AnswerForm(VerbForm):
    RIGHT, NOT_RIGHT = "right", "not_right"

    is_right = forms.ChoiceField(
        label="Is what it says of you right?",
        choices=[(RIGHT, "Yes, it is right"), (NOT_RIGHT, "No, something is not right")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it is right.", "invalid_choice": "Choose one of the two."},
    )
    text = WordsField(
        label="If not: what is wrong, and what is right instead",
        longest=LONGEST,
        required=False,
        help_text=f"The coordinator and the chair read it; it is not printed. {UP_TO}",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.radios("is_right", legend_size=Size.SMALL),
            Field.textarea("text", rows=4, label_size=Size.SMALL),
            Button("submit", "Send the answer"),
        )

    def answers(self) -> dict[str, Any]:
        """Arguments of `fact_check.answer`."""
        return {"is_right": self.cleaned_data["is_right"] == self.RIGHT, "text": self.cleaned_data["text"]}


class SettleForm(VerbForm):
    outcome = forms.ChoiceField(
        label="What became of it?",
        choices=[
            (Outcome.CORRECTED, "Corrected at its source; another version of the report will say it right"),
            (Outcome.KEPT, "It stays as it is"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what became of it.", "invalid_choice": "Choose one of the two."},
    )
    text = WordsField(
        label="Why it stays, or what was corrected",
        longest=LONGEST,
        required=False,
        help_text=f"Needed when it stays as it is. The partner and the chair read it. {UP_TO}",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.radios("outcome", legend_size=Size.SMALL),
            Field.textarea("text", rows=4, label_size=Size.SMALL),
            Button("submit", "Keep this"),
        )


class DespiteHoldForm(VerbForm):
    despite_hold = WordsField(
        label="Why it is published all the same",
        longest=LONGEST,
        help_text=f"Kept with your name on the report’s page. {UP_TO}",
        error_messages={"required": "Say why it is published although publishing is on hold."},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="hold_%s", **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.textarea("despite_hold", rows=3, label_size=Size.SMALL),
            Button.warning("submit", "Publish in spite of the hold"),
        )
