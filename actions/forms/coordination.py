"""The forms of the board and the meeting sheet: a handover, more time, a sub-group's part."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from actions.models import Action
from actions.services.handover import LONGEST_NOTE
from actions.services.returns import LONGEST_PARAGRAPH
from actions.services.rounds import LONGEST_REASON
from partners.forms import PersonField
from priorities.forms import DISCLOSURE, STALE, DayField, VerbForm, WordsField
from priorities.models import UpdateRound
from priorities.periods import british

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from partners.models import User


class HandOverForm(VerbForm):
    """Who takes over, and what they need to know."""

    to = PersonField(label="Who takes over?", error_messages={"required": "Choose who takes over."})
    note = WordsField(
        label="What do they need to know?",
        longest=LONGEST_NOTE,
        help_text=f"They read it in their next e-mail, everybody else in the action’s history. {DISCLOSURE} "
        f"Up to {LONGEST_NOTE:,} characters.",
        error_messages={"required": "Say in a sentence or two what the next person needs to know."},
    )

    def __init__(self, data: QueryDict | None = None, *, people: QuerySet[User], button: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast(PersonField, self.fields["to"]).queryset = people
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.select("to", label_size=Size.SMALL),
            Field.textarea("note", label_size=Size.SMALL, rows=4, max_characters=LONGEST_NOTE),
            Button("submit", button, css_class="govuk-!-margin-right-3"),
        )


class ExtendForm(VerbForm):
    due_on = DayField(what="the new day", label="Until when is the update expected?")
    reason = WordsField(
        label="Why?",
        longest=LONGEST_REASON,
        help_text=f"It stands in the action’s history. Up to {LONGEST_REASON:,} characters.",
        error_messages={"required": "Say why there is more time."},
    )

    def __init__(
        self, data: QueryDict | None = None, *, action: Action, round_: UpdateRound, due_on: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["due_on"].help_text = (
            f"The update is due on {british(due_on)} now. An update that comes by the new day is not marked late. "
            f"The first draft of the report takes updates received up to {british(round_.updates_due_on)}; "
            "what comes later stands in a later version."
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "due_on",
            Field.textarea("reason", label_size=Size.SMALL, rows=3),
            Button("submit", "Give more time"),
        )


class ReturnForm(VerbForm):
    """The lead's paragraph. `revision` is what was on the page; "ready" is said by the second button."""

    revision = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        initial=0,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), STALE),
    )
    paragraph = WordsField(
        label="The sub-group’s paragraph for the report",
        longest=LONGEST_PARAGRAPH,
        required=False,
        help_text=f"What the sub-group wants the Partnership to know, in a few sentences. It is printed under the sub-group’s name. {DISCLOSURE}",
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "revision",
            Field.textarea("paragraph", label_size=Size.SMALL, rows=6, max_characters=LONGEST_PARAGRAPH),
        )
