"""The forms of an action's structure: its texts, people, dates and milestones; and its closing."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.choices import Choice
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import HTML, Button, Field, Layout, Size
from django import forms
from django.db.models import Q
from django.utils.text import Truncator

from actions.forms.milestones import Difference, Heading, Revisited, WithMilestones, print_of
from actions.forms.updates import LONGEST, UP_TO
from actions.models import Action, Milestone
from actions.services.lifecycle import Destination
from actions.services.structure import EVERYTHING, LISTS, MilestoneText, milestone_words, value_of, words_for
from partners.models import Partner, User
from performance.models import Indicator, Recommendation
from priorities.forms import DISCLOSURE, DayField, VerbForm, WordsField, example_after
from priorities.models import Plan, PoliceAndCrimePriority, Priority, SubGroup
from priorities.periods import british

if TYPE_CHECKING:
    from django.http import QueryDict

LONGEST_TITLE = Action._meta.get_field("title").max_length or 0

#: Characters of a recommendation beside its box.
SHORT = 120

_MILESTONE = re.compile(r"milestone_([0-9]{1,18})_text")

LABELS = {
    "title": "Title",
    "description": "Description",
    "measure_of_success": "Measure of success",
    "priority": "Priority",
    "sub_group": "Sub-group",
    "lead_partner": "Lead partner",
    "supporting": "Supporting partners",
    "indicators": "Indicators",
    "recommendations": "Recommendations it carries out",
    "having_regard": "Police and Crime Plan priorities it answers",
    "owner": "Owner",
    "deputy": "Deputy",
    "starts_on": "Start date",
    "due_on": "Due date",
    "review_on": "Review date",
    "reoffending_focus": "Re-offending focus",
}


class PersonChoice(forms.ModelChoiceField):
    """Somebody who works on actions, by name and organisation."""

    def label_from_instance(self, person: Any) -> str:
        return f"{person.name}, {person.partner}" if person.partner else person.name


def people_at_work(keep: tuple[int | None, ...] = ()) -> Any:
    """Those who can own an action, wherever one is chosen; `keep` names people who stand in the form already."""
    at_work = User.objects.at_work()
    kept = [pk for pk in keep if pk]
    return (
        User.objects.filter(Q(pk__in=kept) | Q(pk__in=at_work.values("pk")))
        .select_related("partner")
        .order_by("partner__name", "name")
    )


class RecommendationsChoice(forms.ModelMultipleChoiceField):
    """Recommendations of the strategic assessment in short, with the assessment that makes them."""

    def label_from_instance(self, recommendation: Any) -> str:
        return f"{Truncator(recommendation.text).chars(SHORT)} ({recommendation.assessment})"


class EditForm(Revisited, WithMilestones):
    """An action's structure; a sub-group's lead sees dates and milestones alone."""

    title = WordsField(
        label=LABELS["title"],
        longest=LONGEST_TITLE,
        widget=forms.TextInput,
        help_text=f"Up to {LONGEST_TITLE} characters. {DISCLOSURE}",
        error_messages={"required": "Give the action a title."},
    )
    description = WordsField(label=LABELS["description"], longest=LONGEST, required=False, help_text=UP_TO)
    measure_of_success = WordsField(
        label=LABELS["measure_of_success"],
        longest=LONGEST,
        required=False,
        help_text=f"How the Partnership will know that it worked. {UP_TO}",
    )
    priority = forms.ModelChoiceField(
        label=LABELS["priority"],
        queryset=Priority.objects.none(),
        empty_label=None,
        help_text="The reference stays as it is.",
    )
    sub_group = forms.ModelChoiceField(label=LABELS["sub_group"], queryset=SubGroup.objects.none(), empty_label=None)
    lead_partner = forms.ModelChoiceField(
        label=LABELS["lead_partner"], queryset=Partner.objects.none(), empty_label=None
    )
    supporting = forms.ModelMultipleChoiceField(
        label=LABELS["supporting"],
        queryset=Partner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    owner = PersonChoice(
        label=LABELS["owner"], queryset=User.objects.none(), required=False, empty_label="No one assigned"
    )
    deputy = PersonChoice(label=LABELS["deputy"], queryset=User.objects.none(), required=False, empty_label="No one")
    reoffending_focus = forms.BooleanField(label="This action has a re-offending focus", required=False)
    indicators = forms.ModelMultipleChoiceField(
        label=LABELS["indicators"],
        queryset=Indicator.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    recommendations = RecommendationsChoice(
        label=LABELS["recommendations"],
        queryset=Recommendation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    having_regard = forms.ModelMultipleChoiceField(
        label=LABELS["having_regard"],
        queryset=PoliceAndCrimePriority.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = DayField(what="the start date", label=LABELS["starts_on"])
    due_on = DayField(what="the due date", label=LABELS["due_on"], required=False)
    review_on = DayField(what="the review date", label=LABELS["review_on"], required=False)
    reason = WordsField(
        label="Why is it changed?",
        longest=LONGEST,
        required=False,
        help_text=f"It stands in the action’s history. A due date moves with a reason only. {UP_TO}",
    )

    def __init__(
        self, data: QueryDict | None = None, *, action: Action, allowed: tuple[str, ...], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(data, first_rows=1, **kwargs)
        self.action, self.allowed = action, allowed
        for name in EVERYTHING:
            if name not in allowed:
                del self.fields[name]
            elif name in LISTS:
                self.fields[name].initial = sorted(row.pk for row in value_of(action, name))
            else:
                self.fields[name].initial = getattr(action, name)
        self._fill_choices(today)
        self._say_dates(today)
        self.milestones = self._milestones(data)
        for row in self.milestones:
            self._add_row(f"milestone_{row.pk}", f"Milestone: {row.text}", f"“{row.text}”")
            self.fields[f"milestone_{row.pk}_text"].initial = row.text
            self.fields[f"milestone_{row.pk}_on"].initial = row.due_on
            self.fields[f"milestone_{row.pk}_gone"] = forms.BooleanField(
                label="Take this milestone out", required=False
            )
        self.open_on(action.revision, self.held())
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def changes(self) -> dict[str, Any]:
        """Values of the columns this person may change."""
        return {name: self.cleaned_data[name] for name in self.allowed}

    def milestone_changes(self) -> dict[int, MilestoneText | None]:
        said = self.cleaned_data
        return {
            row.pk: None
            if said[f"milestone_{row.pk}_gone"]
            else (said[f"milestone_{row.pk}_text"], said[f"milestone_{row.pk}_on"])
            for row in self.milestones
        } | self._lost()

    def _lost(self) -> dict[int, MilestoneText]:
        """Milestones this person changed that others took out meanwhile: they have no field here any more."""
        here = {row.pk for row in self.milestones}
        opened, lost = self.opened_prints(), {}
        for name, text in self.data.items():
            found = _MILESTONE.fullmatch(name)
            if found is None or int(found[1]) in here or f"milestone_{found[1]}_gone" in self.data:
                continue
            try:
                day = dt.date(*(int(self.data.get(f"milestone_{found[1]}_on_{n}", "")) for n in (2, 1, 0)))
            except ValueError:
                day = dt.date.min
            if opened.get(f"milestone_{found[1]}") != print_of(milestone_words(text, day)):
                lost[int(found[1])] = (text, day)
        return lost

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        for row in self.milestones:
            name = f"milestone_{row.pk}"
            if answers.get(f"{name}_gone"):
                # Whatever else the row says does not count any more.
                for part in ("text", "on"):
                    self.errors.pop(f"{name}_{part}", None)
                    answers.setdefault(f"{name}_{part}", None)
                continue
            for part, sentence in (
                ("text", "Say what it is, or take it out."),
                ("on", "Give its due date, or take it out."),
            ):
                if not answers.get(f"{name}_{part}") and f"{name}_{part}" not in self.errors:
                    self.add_error(f"{name}_{part}", sentence)
        return answers

    # --- Somebody else was faster -------------------------------------------------------------------------------------

    def held(self) -> dict[str, str]:
        """What the action says now, by the names of the fields."""
        held = {name: words_for(value_of(self.action, name)) for name in self.allowed}
        return held | {f"milestone_{row.pk}": milestone_words(row.text, row.due_on) for row in self.milestones}

    def typed(self) -> dict[str, str]:
        """What this person's form says, written alike."""
        plain = {name: frozenset(v) if name in LISTS else v for name, v in self.changes().items()}
        typed = {name: words_for(value) for name, value in plain.items()}
        rows = {row.pk for row in self.milestones}
        for pk, wanted in ((pk, wanted) for pk, wanted in self.milestone_changes().items() if pk in rows):
            typed[f"milestone_{pk}"] = milestone_words(*wanted) if wanted else ""
        return typed

    def labels(self) -> dict[str, str]:
        return LABELS | {f"milestone_{row.pk}": f"Milestone: {row.text}" for row in self.milestones}

    def against(self, now: EditForm) -> list[Difference]:
        """This form, sent on an old revision, against the action of now."""
        gone = [Difference("Milestone", text, "", taken=False) for text, _ in self._lost().values()]
        return [*self.differences(self.typed(), now.held(), self.labels()), *gone]

    def data_on(self, now: EditForm) -> QueryDict:
        """This form's typing on top of what the action says now: what this person left alone follows the others."""
        data = cast("QueryDict", self.data).copy()
        here = {row.pk for row in self.milestones}
        added = [f"milestone_{row.pk}" for row in now.milestones if row.pk not in here]
        for name in [*self.untouched(self.typed(), now.held()), *added]:
            parts = [f"{name}_text", f"{name}_on"] if name.startswith("milestone_") else [name]
            for part in parts:
                _put(data, part, now.fields[part].initial)
        data["revision"] = str(self.action.revision)
        data["opened"] = str(now.fields["opened"].initial)
        return data

    # --- Making -------------------------------------------------------------------------------------------------------

    def _milestones(self, data: QueryDict | None) -> list[Milestone]:
        """Those not done; of a form that was sent, those it was opened on: the verb says what became of them."""
        rows = list(self.action.milestones.all())
        if data is not None:
            return [row for row in rows if f"milestone_{row.pk}_text" in data]
        return [row for row in rows if row.done_on is None]

    def _fill_choices(self, today: dt.date) -> None:
        action, plan = self.action, self.action.plan
        if "priority" not in self.fields:
            return
        partners = Partner.objects.filter(
            Q(pk__in=Partner.objects.current(today)) | Q(pk=action.lead_partner_id) | Q(pk__in=action.supporting.all())
        ).order_by("name")
        for name, rows in (
            ("priority", Priority.objects.filter(plan=plan).order_by("position")),
            ("sub_group", SubGroup.objects.filter(plan=plan).order_by("name")),
            ("lead_partner", partners),
            ("supporting", partners),
            ("indicators", Indicator.objects.order_by("position", "code")),
            ("recommendations", _recommendations(action)),
            ("having_regard", PoliceAndCrimePriority.objects.regarded_by(plan)),
            ("owner", people_at_work((action.owner_id,))),
            ("deputy", people_at_work((action.deputy_id,))),
        ):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def _say_dates(self, today: dt.date) -> None:
        ends_on = british(self.action.plan.ends_on)
        self.fields["due_on"].help_text = (
            f"Leave this empty for ongoing work. A date after the plan ends on {ends_on} needs a reason. "
            f"{example_after(today)}"
        )
        self.fields["review_on"].help_text = "For ongoing work: when the Partnership looks at it again."

    def _layout(self) -> Layout:
        whole: list[Any] = []
        if "title" in self.allowed:
            whole = [
                Field("title"),
                Field.textarea("description", rows=5, max_characters=LONGEST),
                Field.textarea("measure_of_success", rows=3, max_characters=LONGEST),
                Heading("Where it belongs, and who does it"),
                Field.select("priority"),
                Field.select("sub_group"),
                Field.select("lead_partner"),
                Field.select("owner"),
                Field.select("deputy"),
                Field.checkboxes("supporting", legend_size=Size.SMALL, small=True, css_class="many"),
                "reoffending_focus",
                *[
                    Field.checkboxes(name, legend_size=Size.SMALL, small=True, css_class="many")
                    for name in ("indicators", "recommendations", "having_regard")
                    if cast(Any, self.fields[name]).queryset.exists()
                ],
            ]
        kept = [
            self.row_fields(f"milestone_{row.pk}", Field.checkbox(f"milestone_{row.pk}_gone", small=True))
            for row in self.milestones
        ]
        return Layout(
            "revision",
            "opened",
            "rows",
            *whole,
            Heading("Dates"),
            "starts_on",
            "due_on",
            "review_on",
            Heading("Milestones", "milestones"),
            HTML(
                '<p class="govuk-hint">A milestone that is done stays as it is. Each has room for 250 characters.</p>'
            ),
            *kept,
            *self.new_rows(),
            Heading("The reason"),
            Field.textarea("reason", rows=3),
        )


def _recommendations(action: Action) -> Any:
    """Those taken up by the plan's Partnership, and those the action carries out already."""
    accepted = Q(assessment__plan=action.plan, outcome=Recommendation.Outcome.ACCEPTED)
    return (
        Recommendation.objects.filter(accepted | Q(pk__in=action.recommendations.all()))
        .select_related("assessment")
        .order_by("-assessment__covers_from", "position")
    )


def _put(data: QueryDict, name: str, value: Any) -> None:
    """Write a value into sent data the way a browser would have sent it."""
    for part in (name, *(f"{name}_{n}" for n in range(3))):
        data.pop(part, None)
    if isinstance(value, dt.date):
        data.update({f"{name}_0": str(value.day), f"{name}_1": str(value.month), f"{name}_2": str(value.year)})
    elif isinstance(value, list):
        data.setlist(name, [str(pk) for pk in value])
    elif value is True:
        data[name] = "on"
    elif value is not None and value is not False:
        data[name] = str(getattr(value, "pk", value))


class CloseForm(VerbForm):
    """The coordinator takes a live action out of the plan: withdrawn, replaced, or moved to the next plan."""

    WITHDRAW, REPLACE, MOVE = "withdraw", "replace", "move"

    how = forms.ChoiceField(
        label="What becomes of it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what becomes of the action.", "invalid_choice": "Choose one of the three."},
    )
    reason = WordsField(
        label="Why?",
        longest=LONGEST,
        help_text=f"It stands in the action’s history and in the next report. {UP_TO} {DISCLOSURE}",
        error_messages={"required": "Say why."},
    )
    successor = forms.ModelChoiceField(
        label="Replaced by which action?",
        queryset=Action.objects.none(),
        required=False,
        empty_label="Choose an action",
        help_text="A live action of this plan. Propose or add it first if it is new.",
        error_messages={"invalid_choice": "Choose a live action of this plan."},
    )
    priority = forms.ModelChoiceField(
        label="Priority in the next plan",
        queryset=Priority.objects.none(),
        required=False,
        empty_label="None: the next plan takes it up in another form",
        help_text="With a priority, the action goes on in the next plan from its first day, under that priority’s next reference.",
    )
    sub_group = forms.ModelChoiceField(
        label="Sub-group in the next plan", queryset=SubGroup.objects.none(), required=False, empty_label="Choose one"
    )
    due_on = DayField(what="the due date", label="Due date in the next plan", required=False)
    review_on = DayField(what="the review date", label="Or review date, for ongoing work", required=False)

    def __init__(self, data: QueryDict | None = None, *, action: Action, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.next_plan = Plan.objects.filter(starts_on__gt=action.plan.starts_on).order_by("starts_on").first()
        cast(forms.ChoiceField, self.fields["how"]).choices = [
            Choice(self.WITHDRAW, "Withdrawn", hint="It is given up, and nothing takes its place."),
            Choice(self.REPLACE, "Replaced", hint="Another action of this plan carries it on."),
            Choice(self.MOVE, "Moved to the next plan", hint="It is not finished and goes on after this plan."),
        ]
        others = Action.objects.filter(plan=action.plan).live().exclude(pk=action.pk).in_order()
        cast("forms.ModelChoiceField[Action]", self.fields["successor"]).queryset = others
        moving: list[Any] = []
        if self.next_plan is None:
            for name in ("priority", "sub_group", "due_on", "review_on"):
                del self.fields[name]
        else:
            parts = {
                "priority": Priority.objects.filter(plan=self.next_plan),
                "sub_group": SubGroup.objects.filter(plan=self.next_plan),
            }
            for name, rows in parts.items():
                cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows
            moving = [
                Heading(f"If it moves to the {self.next_plan}"),
                Field.select("priority"),
                Field.select("sub_group"),
                "due_on",
                "review_on",
            ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.radios("how", legend_size=Size.MEDIUM),
            Field.textarea("reason", rows=3),
            Heading("If it is replaced"),
            Field.select("successor"),
            *moving,
            Button.warning("send", "Close the action"),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("how") == self.REPLACE and said.get("successor") is None and "successor" not in self.errors:
            self.add_error("successor", "Choose the action that replaces it.")
        if said.get("how") == self.MOVE and said.get("priority") is not None and said.get("sub_group") is None:
            self.add_error("sub_group", "Choose a sub-group of the next plan.")
        return said

    def destination(self) -> Destination | None:
        said = self.cleaned_data
        if said.get("priority") is None:
            return None
        return Destination(said["priority"], said["sub_group"], said["due_on"], said["review_on"])
