"""The forms of emerging issues: raising one, the filters of their list, and what is decided on one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from crispy_forms_gds.choices import Choice
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms

from performance.models import EmergingIssue, EmergingIssueQuerySet, Indicator
from performance.places import OUTSIDE, OUTSIDE_WORDS
from performance.services.issues import LONGEST, LONGEST_REASON, STEPS
from priorities.forms import DISCLOSURE, STALE, VerbForm, WordsField
from priorities.models import Priority, SubGroup

if TYPE_CHECKING:
    import datetime as dt

    from django.http import QueryDict

    from priorities.models import Plan

LONGEST_TITLE = EmergingIssue._meta.get_field("title").max_length or 0
State = EmergingIssue.State


class RaiseForm(VerbForm):
    """Something new that the Partnership should look at."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    title = WordsField(
        label="What is it, in a few words?",
        longest=LONGEST_TITLE,
        widget=forms.TextInput,
        help_text=f"Up to {LONGEST_TITLE} characters. Name no person and no address.",
        error_messages={"required": "Give the issue a title."},
    )
    text = WordsField(
        label="What is happening?",
        longest=LONGEST,
        help_text=f"What is new, where, and who is affected. {DISCLOSURE}",
        error_messages={"required": "Say what is happening."},
    )
    evidence = WordsField(
        label="What shows it?",
        longest=LONGEST,
        required=False,
        help_text="Calls, counts, what residents say, and since when. Leave it empty if there is nothing yet.",
    )
    priority = forms.ChoiceField(
        label="Which priority does it belong to?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a priority, or “Outside our priorities”.",
            "invalid_choice": "Choose a priority of this plan, or “Outside our priorities”.",
        },
    )
    sub_group = forms.ModelChoiceField(
        label="Which sub-group should look at it?",
        queryset=SubGroup.objects.none(),
        required=False,
        empty_label="None yet",
        to_field_name="code",
        error_messages={"invalid_choice": "Choose a sub-group of this plan."},
    )
    indicator = forms.ModelChoiceField(
        label="Did a figure show it?",
        queryset=Indicator.objects.none(),
        required=False,
        empty_label="No",
        to_field_name="code",
        error_messages={"invalid_choice": "Choose an indicator from the list."},
    )
    restricted = forms.BooleanField(
        label="Restrict this issue",
        required=False,
        help_text=(
            "Tick this when it is not for every partner. Then only you, your organisation, the sub-group’s lead and their "
            "deputy, the coordinator, the analyst and the chair can see it. Reports count it and print nothing of it."
        ),
    )

    def __init__(
        self, data: QueryDict | None = None, *, plan: Plan, today: dt.date, figure: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.plan = plan
        self.fields["submission_key"].initial = uuid.uuid4()
        priorities = Priority.objects.filter(plan=plan).active(today).order_by("position")
        cast(forms.ChoiceField, self.fields["priority"]).choices = [
            *(Choice(priority.code, priority.name) for priority in priorities),
            Choice(OUTSIDE, OUTSIDE_WORDS, hint="Something new that none of them covers."),
        ]
        self._found = {priority.code: priority for priority in priorities}
        indicators = Indicator.objects.for_plan(plan).order_by("name")
        for name, rows in (
            ("sub_group", SubGroup.objects.filter(plan=plan).order_by("name")),
            ("indicator", indicators),
        ):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows
        if figure and data is None:
            self._begin_with(indicators.filter(code=figure).first())
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "submission_key",
            Field.text("title", label_size=Size.SMALL),
            Field.textarea("text", label_size=Size.SMALL, rows=6, max_characters=LONGEST),
            Field.textarea("evidence", label_size=Size.SMALL, rows=4, max_characters=LONGEST),
            Field.radios("priority", legend_size=Size.SMALL, small=True),
            Field.select("sub_group", label_size=Size.SMALL),
            Field.select("indicator", label_size=Size.SMALL),
            "restricted",
            Button("submit", "Raise the issue"),
        )

    def _begin_with(self, indicator: Indicator | None) -> None:
        """The figure it was raised from, and its priority where it has only one."""
        if indicator is None:
            return
        self.fields["indicator"].initial = indicator.code
        codes = [code for code in indicator.priorities.values_list("code", flat=True) if code in self._found]
        if len(codes) == 1 and not indicator.all_priorities:
            self.fields["priority"].initial = codes[0]

    def answers(self) -> dict[str, Any]:
        """The arguments of `raise_issue` that come from the form."""
        said = {**self.cleaned_data}
        said["priority"] = self._found.get(said["priority"])
        return said


class IssueFilters(forms.Form):
    """Read from the address; every field may be missing. What names nothing known is said, and not obeyed."""

    OPEN, ALL = "", "all"

    state = forms.ChoiceField(label="State", required=False)
    priority = forms.ChoiceField(label="Priority", required=False)
    sub_group = forms.ChoiceField(label="Sub-group", required=False)

    def __init__(self, data: Mapping[str, Any], *, plan: Plan) -> None:
        super().__init__(data)
        priorities = list(plan.priorities.order_by("position").values_list("code", "name"))
        groups = list(plan.sub_groups.order_by("name").values_list("code", "name"))
        for name, known in (
            ("state", [(self.OPEN, "All that are open"), *State.choices, (self.ALL, "Open and closed")]),
            ("priority", [("", "All priorities"), *priorities, (OUTSIDE, OUTSIDE_WORDS)]),
            ("sub_group", [("", "All sub-groups"), *groups]),
        ):
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = known
            field.error_messages["invalid_choice"] = f"“%(value)s” is not a {str(field.label).lower()} here."
        self.is_valid()

    @property
    def narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def narrow(self, issues: EmergingIssueQuerySet) -> EmergingIssueQuerySet:
        """The issues that meet every filter understood."""
        said = self.cleaned_data
        state, priority, group = said.get("state", ""), said.get("priority", ""), said.get("sub_group", "")
        if not state:
            issues = issues.open()
        elif state != self.ALL:
            issues = issues.filter(state=state)
        if priority == OUTSIDE:
            issues = issues.filter(priority__isnull=True)
        elif priority:
            issues = issues.filter(priority__code=priority)
        return issues.filter(sub_group__code=group) if group else issues

    def address(self, **changes: str) -> str:
        """The query part of the address with these filters; "?" for none."""
        said = {**{name: value for name, value in self.cleaned_data.items() if value}, **changes}
        return f"?{urlencode(said)}"


class TriageForm(VerbForm):
    """What the coordinator or the analyst decides on an issue. `seen` is the state they decide on."""

    seen = forms.ChoiceField(
        widget=forms.HiddenInput, choices=State.choices, error_messages={"required": STALE, "invalid_choice": STALE}
    )
    state = forms.ChoiceField(
        label="What is decided?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided.", "invalid_choice": "Choose one of these."},
    )
    reason = WordsField(
        label="Why, in a sentence or two",
        longest=LONGEST_REASON,
        required=False,
        help_text="Wanted when it is closed or opened again. Whoever raised it reads this, and reports print it. "
        f"{DISCLOSURE} Up to {LONGEST_REASON:,} characters.",
    )

    WORDS = {
        State.WATCHING: ("Watch it", "It stays on the list and in every report until it is closed."),
        State.CLOSED: ("Close it", "The next report says so, with the reason; later ones leave it out."),
    }

    def __init__(self, data: QueryDict | None = None, *, issue: EmergingIssue, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["seen"].initial = issue.state
        words = dict(self.WORDS)
        if issue.state == State.CLOSED:
            words[State.WATCHING] = ("Open it again", "It is watched from now on, and reports list it again.")
        cast(forms.ChoiceField, self.fields["state"]).choices = [
            Choice(state, words[State(state)][0], hint=words[State(state)][1]) for state in STEPS[issue.state]
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen",
            Field.radios("state", legend_size=Size.SMALL),
            Field.textarea("reason", label_size=Size.SMALL, rows=3, max_characters=LONGEST_REASON),
            Button("submit", "Record the decision"),
        )

    def decide_on(self, issue: EmergingIssue) -> TriageForm:
        """The same words once more, about the issue as the page now shows it."""
        data = cast("QueryDict", self.data).copy()
        data["seen"] = issue.state
        return TriageForm(data, issue=issue)
