"""Evidence added to an update that is there already."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout

from actions.forms.files import BringsEvidence
from priorities.forms import VerbForm


class AddEvidenceForm(BringsEvidence, VerbForm):
    """At least a file or a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "evidence_files",
            Field.textarea("evidence_links", rows=3),
            Button.primary("send", "Add evidence"),
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if not self.errors and not answers.get("evidence_files") and not answers.get("evidence_links"):
            self.add_error("evidence_files", "Choose a file, or give a link below.")
        return answers
