"""What is made on request: the day that an action plan is as at."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size

from priorities.forms import DayField, VerbForm


class ActionPlanForm(VerbForm):
    as_at = DayField(
        what="the day",
        label="As at which day?",
        help_text="The action plan as it stood at the end of that day, for example 30 9 2026. Not a day to come.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field("as_at", context={"legend_size": Size.for_legend(Size.SMALL)}),
            Button("submit", "Make the action plan"),
        )
