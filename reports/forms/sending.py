"""Which lists a published report is sent to."""

from __future__ import annotations

from typing import Any

from django import forms

from priorities.forms import VerbForm, WordsField
from reports.forms.decisions import LONGEST
from reports.models import AudienceList, ReportVersion


class SendForm(VerbForm):
    audiences = forms.ModelMultipleChoiceField(
        AudienceList.objects.none(),
        error_messages={
            "required": "Choose at least one list.",
            "invalid_choice": "One of these lists is not there any more. Choose again.",
            "invalid_pk_value": "One of these lists is not there any more. Choose again.",
        },
    )

    despite_hold = WordsField(label="Why it is sent all the same", longest=LONGEST, required=False)

    def __init__(self, *args: Any, version: ReportVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audiences"].queryset = AudienceList.objects.filter(plan=version.report.plan_id)  # type: ignore[attr-defined]
