"""The forms of new initiatives: what is proposed, and what the coordinator decides."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.choices import Choice
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import HTML, Button, Field, Layout, Size
from django import forms
from django.core.exceptions import ValidationError

from actions.forms.milestones import ROWS, Difference, Heading, Revisited, WithMilestones
from actions.forms.structure import PersonChoice, people_at_work
from actions.models import Proposal
from actions.services.proposals import LONGEST, Initiative, milestones_of
from actions.services.structure import milestone_words, words_for
from partners.models import Partner, User
from performance.models import EmergingIssue, Indicator
from priorities.forms import DISCLOSURE, STALE, DayField, VerbForm, WordsField
from priorities.models import Meeting, Plan, Priority, SubGroup
from priorities.periods import british

if TYPE_CHECKING:
    from django.http import QueryDict

LONGEST_TITLE = Proposal._meta.get_field("title").max_length or 0
LISTS = ("supporting", "indicators")
UP_TO = f"Up to {LONGEST:,} characters."


class ProposalForm(WithMilestones):
    """A new initiative."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    title = WordsField(
        label="What is it called?",
        longest=LONGEST_TITLE,
        widget=forms.TextInput,
        help_text=f"Start with what is done: “Fit alley gates in two streets”. Up to {LONGEST_TITLE} characters.",
        error_messages={"required": "Give the initiative a title."},
    )
    why = WordsField(
        label="Why is it needed?",
        longest=LONGEST,
        help_text=DISCLOSURE,
        error_messages={"required": "Say why it is needed."},
    )
    priority = forms.ModelChoiceField(
        label="Which priority does it serve?",
        queryset=Priority.objects.none(),
        empty_label="Choose a priority",
        error_messages={"required": "Choose a priority.", "invalid_choice": "Choose a priority of this plan."},
    )
    sub_group = forms.ModelChoiceField(
        label="Which sub-group looks after it?",
        queryset=SubGroup.objects.none(),
        empty_label="Choose a sub-group",
        error_messages={"required": "Choose a sub-group.", "invalid_choice": "Choose a sub-group of this plan."},
    )
    lead_partner = forms.ModelChoiceField(
        label="Which partner leads?",
        queryset=Partner.objects.none(),
        empty_label="Choose a partner",
        error_messages={
            "required": "Choose the partner that leads.",
            "invalid_choice": "Choose a partner from the list.",
        },
    )
    supporting = forms.ModelMultipleChoiceField(
        label="Which partners support it?",
        queryset=Partner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose partners from the list.", "invalid_pk_value": STALE},
    )
    measure_of_success = WordsField(
        label="How will the Partnership know that it worked?",
        longest=LONGEST,
        help_text="The measure of success: a figure, a date, something that can be seen.",
        error_messages={"required": "Say how the Partnership will know that it worked."},
    )
    reoffending_focus = forms.BooleanField(
        label="It has a re-offending focus",
        required=False,
        help_text="The plan makes re-offending a focus of every sub-group.",
    )
    from_issue = forms.ModelChoiceField(
        label="Does it answer an emerging issue?",
        queryset=EmergingIssue.objects.none(),
        required=False,
        empty_label="No",
        error_messages={"invalid_choice": "Choose an emerging issue from the list."},
    )
    indicators = forms.ModelMultipleChoiceField(
        label="Which figures should it move?",
        queryset=Indicator.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Where the figure showed the issue, it is chosen for you.",
        error_messages={"invalid_choice": "Choose figures from the list.", "invalid_pk_value": STALE},
    )
    starts_on = DayField(what="the start date", label="When does it start?", help_text="For example, 1 12 2026.")
    due_on = DayField(what="the due date", label="When is it due?", required=False)
    review_on = DayField(
        what="the review date",
        label="If it is ongoing, when is it reviewed?",
        required=False,
        help_text="Give this in place of a due date for work without an end.",
    )
    beyond_plan_reason = WordsField(
        label="If it ends after the plan does: why?", longest=LONGEST, required=False, help_text=UP_TO
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        plan: Plan,
        by: User,
        today: dt.date,
        issue: str = "",
        **kwargs: Any,
    ) -> None:
        if data is not None and not _is_key(data.get("submission_key", "")):
            data = data.copy()
            data["submission_key"] = str(uuid.uuid4())
        super().__init__(data, **kwargs)
        self.fields["submission_key"].initial = uuid.uuid4()
        partners = Partner.objects.current(today).order_by("name")
        for name, rows in (
            ("priority", Priority.objects.filter(plan=plan).active(today).order_by("position")),
            ("sub_group", SubGroup.objects.filter(plan=plan).order_by("name")),
            ("lead_partner", partners),
            ("supporting", partners),
            ("indicators", Indicator.objects.for_plan(plan).order_by("position", "code")),
            ("from_issue", EmergingIssue.objects.filter(plan=plan).visible_to(by).exclude(state="closed")),
        ):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows
        self.fields["lead_partner"].initial = by.partner_id
        if issue.isascii() and issue.isdecimal() and len(issue) < 12:
            self._answer(EmergingIssue.objects.filter(plan=plan, pk=issue).visible_to(by).open().first())
        self.fields["due_on"].help_text = (
            f"Leave this empty for ongoing work. The plan ends on {british(plan.ends_on)}; a later date needs a reason. "
            "For example, 31 3 2027."
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def _answer(self, issue: EmergingIssue | None) -> None:
        """Begin with the issue it answers. A proposal is read by all at work: restricted words are not put into it."""
        if issue is None:
            return
        self.fields["from_issue"].initial = issue.pk
        self.fields["priority"].initial = issue.priority_id
        self.fields["sub_group"].initial = issue.sub_group_id
        if not issue.restricted:
            self.fields["indicators"].initial = [issue.indicator_id] if issue.indicator_id else []
            self.fields["why"].initial = "\n\n".join(filter(None, [issue.text, issue.evidence]))[:LONGEST]

    def clean(self) -> dict[str, Any]:
        """Of an issue chosen in the list the figure is taken too; whoever began with the issue had it on the page."""
        said = super().clean() or self.cleaned_data
        issue: EmergingIssue | None = said.get("from_issue")
        begun_with = getattr(self.fields["from_issue"].initial, "pk", self.fields["from_issue"].initial)
        if issue and issue.indicator and not issue.restricted and issue.pk != begun_with and not said.get("indicators"):
            said["indicators"] = [issue.indicator]
        return said

    def initiative(self) -> Initiative:
        said = self.cleaned_data
        names = (
            "title why priority sub_group lead_partner starts_on measure_of_success due_on review_on beyond_plan_reason "
            "reoffending_focus from_issue"
        )
        return Initiative(
            **{name: said[name] for name in names.split()},
            supporting=list(said["supporting"]),
            indicators=list(said["indicators"]),
            milestones=self.new_milestones(),
        )

    def take_faults(self, refused: ValidationError) -> None:
        if hasattr(refused, "error_dict") and "milestones" in refused.error_dict:
            faults = dict(refused.error_dict)
            self.add_error("new_1_text", faults.pop("milestones"))
            if not faults:
                return
            refused = ValidationError(faults)
        super().take_faults(refused)

    def _layout(self) -> Layout:
        hidden = [name for name in ("submission_key", "rows", "revision", "opened") if name in self.fields]
        issue = [Field.select("from_issue")] if self._has("from_issue") else []
        return Layout(
            *hidden,
            Field("title"),
            Field.textarea("why", rows=5, max_characters=LONGEST),
            Field.textarea("measure_of_success", rows=3, max_characters=LONGEST),
            Heading("Where it belongs, and who does it"),
            Field.select("priority"),
            Field.select("sub_group"),
            Field.select("lead_partner"),
            Field.checkboxes("supporting", legend_size=Size.SMALL, small=True, css_class="many"),
            "reoffending_focus",
            *issue,
            *[Field.checkboxes("indicators", legend_size=Size.SMALL, small=True, css_class="many")]
            * self._has("indicators"),
            Heading("Dates"),
            "starts_on",
            "due_on",
            Field.textarea("beyond_plan_reason", rows=2),
            "review_on",
            Heading("Milestones", "milestones"),
            HTML(
                '<p class="govuk-hint">Steps on the way, each with its date. Leave rows empty that you do not need. Each has room for 250 characters.</p>'
            ),
            *self.new_rows(),
        )

    def _has(self, name: str) -> bool:
        rows = cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset
        return rows is not None and rows.exists()


class RevisedForm(Revisited, ProposalForm):
    """A proposal taken up again by its proposer."""

    def __init__(self, data: QueryDict | None = None, *, proposal: Proposal, **kwargs: Any) -> None:
        held = milestones_of(proposal)
        super().__init__(data, plan=proposal.plan, first_rows=max(ROWS, len(held)), **kwargs)
        self.proposal = proposal
        del self.fields["submission_key"]  # `revision` tells one sending from another
        for name, value in _columns(proposal).items():
            self.fields[name].initial = [row.pk for row in value] if name in LISTS else value
        for n, (text, day) in enumerate(held, start=1):
            if n <= self.number:
                self.fields[f"new_{n}_text"].initial, self.fields[f"new_{n}_on"].initial = text, day
        self.open_on(proposal.revision, self.held())
        self.helper.layout = self._layout()

    def held(self) -> dict[str, str]:
        """What the proposal says now."""
        return _in_words(_columns(self.proposal), milestones_of(self.proposal))

    def against(self) -> list[Difference]:
        """This form, sent on an old revision, against the proposal of now."""
        said = {name: self.cleaned_data[name] for name in _columns(self.proposal)}
        typed = _in_words(said, self.new_milestones())
        labels = {name: str(self.fields[name].label) for name in said} | {"milestones": "Milestones"}
        # Theirs is shown and mine stays in the form: a proposal has one hand, in two windows.
        return [
            Difference(d.label, d.mine, d.theirs, taken=False) for d in self.differences(typed, self.held(), labels)
        ]

    def data_on(self) -> QueryDict:
        data = cast("QueryDict", self.data).copy()
        data["revision"] = str(self.proposal.revision)
        return data


def _columns(proposal: Proposal) -> dict[str, Any]:
    names = (
        "title why priority sub_group lead_partner starts_on measure_of_success due_on review_on beyond_plan_reason "
        "reoffending_focus from_issue"
    )
    return {name: getattr(proposal, name) for name in names.split()} | {
        name: list(getattr(proposal, name).all()) for name in LISTS
    }


def _in_words(columns: dict[str, Any], milestones: list[tuple[str, dt.date]]) -> dict[str, str]:
    words = {name: words_for(frozenset(v) if name in LISTS else v) for name, v in columns.items()}
    return words | {"milestones": "\n".join(milestone_words(text, day) for text, day in milestones)}


class DecisionForm(VerbForm):
    """What the coordinator decides on a proposal. `revision` is that of the text read."""

    ACCEPT, CHANGES, DECLINE = "accept", "changes", "decline"
    MEETINGS = 20

    revision = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, error_messages={"required": STALE, "invalid": STALE}
    )
    outcome = forms.ChoiceField(
        label="What is decided?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided.", "invalid_choice": "Choose one of the three."},
    )
    owner = PersonChoice(
        label="If accepted, who owns it?",
        queryset=User.objects.none(),
        required=False,
        empty_label="No one assigned yet",
    )
    meeting = forms.ModelChoiceField(
        label="At which meeting was it decided?",
        queryset=Meeting.objects.none(),
        required=False,
        empty_label="At no meeting",
        error_messages={"invalid_choice": "Choose a meeting from the list."},
    )
    reason = WordsField(
        label="Reason, or what should change",
        longest=LONGEST,
        required=False,
        help_text=f"Wanted unless it is accepted. The proposer reads it, and so does everybody who works on the plan. {UP_TO}",
    )

    def __init__(self, data: QueryDict | None = None, *, proposal: Proposal, today: dt.date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["revision"].initial = proposal.revision
        cast(forms.ChoiceField, self.fields["outcome"]).choices = [
            Choice(self.ACCEPT, "Accept", hint=f"It joins the plan under the next reference of {proposal.priority}."),
            Choice(self.CHANGES, "Ask for changes", hint="The proposer changes it and sends it again."),
            Choice(self.DECLINE, "Decline", hint="It stays to be seen, with the reason."),
        ]
        held = Meeting.objects.filter(plan=proposal.plan, date__lte=today).select_related("sub_group").order_by("-date")
        newest = held.values_list("pk", flat=True)[: self.MEETINGS]
        cast("forms.ModelChoiceField[Meeting]", self.fields["meeting"]).queryset = held.filter(pk__in=list(newest))
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = people_at_work()
        if proposal.proposed_by.partner_id == proposal.lead_partner_id:
            self.fields["owner"].initial = proposal.proposed_by_id
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "revision",
            Field.radios("outcome", legend_size=Size.SMALL),
            Field.select("owner"),
            Field.select("meeting"),
            Field.textarea("reason", rows=4, max_characters=LONGEST),
            Button.primary("send", "Record the decision"),
        )

    def decide_on(self, proposal: Proposal) -> None:
        """Let the next sending be about the text that this page shows now."""
        data = cast("QueryDict", self.data).copy()
        data["revision"] = str(proposal.revision)
        self.data = data

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == self.CHANGES and not said.get("reason"):
            self.add_error("reason", "Say what should change.")
        if said.get("outcome") == self.DECLINE and not said.get("reason"):
            self.add_error("reason", "Say why it is declined.")
        return said


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
