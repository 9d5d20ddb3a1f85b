"""What the coordinator sends about a public version: its marking, the check list, and why it is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from priorities.forms import VerbForm, WordsField
from priorities.models import Plan
from reports.forms.decisions import LONGEST, STALE, UP_TO
from reports.services.release import MARKINGS

if TYPE_CHECKING:
    from reports.services.release import Check


def _helper(*fields: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper


class PreparePublicForm(VerbForm):
    marking = forms.ChoiceField(
        label="Protective marking",
        choices=[(value, label) for value, label in Plan.Marking.choices if value in MARKINGS],
        required=False,
        widget=forms.RadioSelect,
        help_text="Printed at the top and bottom of every page.",
        error_messages={"invalid_choice": "Choose one of the markings."},
    )

    def __init__(self, *args: Any, again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        button = "Lay it out with this marking" if again else "Lay out the public PDF"
        style = Button.secondary if again else Button.primary
        self.helper = _helper(Field.radios("marking", legend_size=Size.SMALL, small=True), style("submit", button))


class ReleaseForm(VerbForm):
    """One box a sentence; what comes back are the sentences that were ticked, so that a changed list is no old answer."""

    seen_pdf_sha256 = forms.CharField(
        widget=forms.HiddenInput, min_length=64, max_length=64, error_messages={"required": STALE, "min_length": STALE}
    )
    seen_html_sha256 = forms.CharField(
        widget=forms.HiddenInput, min_length=64, max_length=64, error_messages={"required": STALE, "min_length": STALE}
    )
    checks = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick every sentence that is true.", "invalid_choice": STALE},
    )

    despite_hold = WordsField(
        label="Why everybody is to read it all the same",
        longest=LONGEST,
        error_messages={"required": "Say why everybody is to read it although publishing is on hold."},
    )

    def __init__(self, *args: Any, checks: Sequence[Check], held: bool = False, **kwargs: Any) -> None:
        """`held`: publishing is on hold, so that it takes a reason."""
        super().__init__(*args, **kwargs)
        self.fields["despite_hold"].required = held
        self.listed = checks
        self.fields["checks"].choices = [(check.sentence, check.sentence) for check in checks]  # type: ignore[attr-defined]

    @property
    def ticked(self) -> set[str]:
        return set(self.data.getlist("checks")) if hasattr(self.data, "getlist") else set()


class WithdrawForm(VerbForm):
    reason = WordsField(
        label="Why is it taken away?",
        longest=LONGEST,
        help_text=f"Kept here; the public is not told. {UP_TO}",
        error_messages={"required": "Say why it is taken away."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper(
            Field.textarea("reason", rows=3, label_size=Size.SMALL), Button.warning("submit", "Take it off the shelf")
        )
