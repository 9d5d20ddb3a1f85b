"""What is made on request: the day that an action plan is as at, and the year of the plan."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from priorities.forms import DayField, VerbForm
from priorities.models import Plan
from priorities.periods import PeriodKind


class ActionPlanForm(VerbForm):
    as_at = DayField(
        what="the day",
        label="As at which day?",
        help_text="The action plan as it stood at the end of that day, for example 30 9 2026; today, as it stands now. Not a day to come.",
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


class PlanForm(VerbForm):
    """A year of one of the plans, the newest first."""

    year = forms.ChoiceField(
        label="As it stands in which year?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a year.", "invalid_choice": "Choose one of these years."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.years = {
            f"{plan.pk}:{year.code}": (plan, year)
            for plan in Plan.objects.order_by("-starts_on")
            for year in reversed(plan.periods(PeriodKind.YEAR))
        }
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (key, f"{year.label} ({plan.title})") for key, (plan, year) in self.years.items()
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Field.radios("year", legend_size=Size.SMALL), Button("submit", "Make the document"))

    def answers(self) -> dict[str, Any]:
        """Arguments of `on_request.make_plan`."""
        plan, year = self.years[self.cleaned_data["year"]]
        return {"plan": plan, "year": year}
