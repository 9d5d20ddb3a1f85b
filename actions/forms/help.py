"""The answer to help that was asked for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.choices import Choice
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from actions.models import HelpReply
from actions.services.help import ANSWERS, LONGEST_ANSWER
from priorities.forms import DISCLOSURE, STALE, VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

HINTS = {
    HelpReply.Answer.WILL: "Say who will do what, and by when.",
    HelpReply.Answer.CANNOT: "Say why, and who might.",
    HelpReply.Answer.DONE: "Say what was done.",
}


class AnswerHelpForm(VerbForm):
    """Will, cannot or done, with words."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    answer = forms.ChoiceField(
        label="What is the answer?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer.", "invalid_choice": "Choose one of the three answers."},
    )
    text = WordsField(
        label="In a sentence or two",
        longest=LONGEST_ANSWER,
        help_text=f"It stands in the action’s history. Up to {LONGEST_ANSWER:,} characters. {DISCLOSURE}",
        error_messages={"required": "Say in a sentence what you will do, why you cannot, or what was done."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            try:
                uuid.UUID(data.get("submission_key", ""))
            except ValueError:
                # Without this a spoilt key would come back in the page and spoil every further try.
                data["submission_key"] = str(uuid.uuid4())
        super().__init__(data, **kwargs)
        self.fields["submission_key"].initial = uuid.uuid4()
        cast(forms.ChoiceField, self.fields["answer"]).choices = [
            Choice(answer.value, answer.label, hint=HINTS[answer]) for answer in ANSWERS
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "submission_key",
            Field.radios("answer", legend_size=Size.MEDIUM),
            Field.textarea("text", rows=4, max_characters=LONGEST_ANSWER),
            Button.primary("send", "Send answer"),
        )
