"""What people write for a report."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Field, Layout, Size
from django import forms

from priorities.forms import DISCLOSURE, STALE, VerbForm, WordsField
from reports.formatting import LONGEST


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
