"""The forms of the verbs: an update, a supporting partner's words, a reopening.

They check what can be said about one answer alone; what the action itself allows is judged by the verb, whose sentences
`take_faults` puts beside the fields.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crispy_forms.layout import HTML, LayoutObject
from crispy_forms_gds.choices import Choice
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Div, Field, Layout, Size
from django import forms
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.text import Truncator

from actions.forms.files import BringsEvidence, evidence_fields
from actions.models import Action, Milestone, PeriodChoice, ProgressUpdate
from actions.progress import needs_reason, not_asked, slip, suggestion
from actions.rating import LOOKS, SUBMITTABLE, Rating
from actions.services.updates import LONGEST, faults_of
from partners.models import Partner
from priorities.forms import DISCLOSURE, STALE, DayField, VerbForm, WordsField, example_after
from priorities.periods import Period, british

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.template import Context
    from django.utils.safestring import SafeString

#: Answers to whether help that was asked for is needed still.
STILL, NO_LONGER = "still", "no_longer"

UP_TO = f"Up to {LONGEST:,} characters."


class AboutAPeriod(VerbForm):
    """What an update and a supporting partner's words share: sent once, about one period, perhaps restricted."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    period = forms.ChoiceField(
        label="Which period is this about?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the period this is about.", "invalid_choice": STALE},
    )
    restricted = forms.BooleanField(
        label="Restrict these words",
        required=False,
        help_text=(
            "Tick this when the words and the evidence are not for every partner. Then only you, the organisation you "
            "write for, the sub-group’s lead and their deputy (and whoever stands in for one of them), the coordinator, "
            "the analyst and the chair can see them; reports and e-mails leave them out. The rating is always shown to "
            "all, and a partner asked for help learns that it is asked, not your words."
        ),
    )

    #: The draft the form began with.
    draft = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    #: For whom the page was made, signed: signed out by the time they send it, the text waits for them and nobody else.
    writer = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(
        self, data: QueryDict | None = None, *, choice: PeriodChoice, today: dt.date, writer: str = "", **kwargs: Any
    ) -> None:
        key = f"{kwargs['prefix']}-submission_key" if kwargs.get("prefix") else "submission_key"
        if data is not None and not _is_key(data.get(key, "")):
            # Without this a spoilt key would come back in the page and spoil every further try.
            data = data.copy()
            data[key] = str(uuid.uuid4())
        super().__init__(data, **kwargs)
        self.choice = choice
        self.fields["submission_key"].initial = uuid.uuid4()
        self.fields["writer"].initial = writer
        period = cast(forms.ChoiceField, self.fields["period"])
        period.choices = [Choice(p.code, p.label, hint=_hint_about(p, choice, today)) for p in choice.choices]
        if data is None:
            period.initial = choice.default.code
        if len(choice.choices) == 1:
            period.widget = forms.HiddenInput()

    @property
    def only_period(self) -> Period | None:
        """The period when there is nothing to choose."""
        return self.choice.choices[0] if len(self.choice.choices) == 1 else None

    def offer(self, typed: Mapping[str, list[str]]) -> None:
        """Put back what was typed before, valid or not, and find no fault with it yet; for a form that is not sent."""
        for name, field in self.fields.items():
            if field.widget.is_hidden and name != "period":
                continue
            if isinstance(field, DayField):
                boxes = [typed.get(f"{name}_{box}", [""]) for box in range(3)]
                if any(f"{name}_{box}" in typed for box in range(3)):
                    self.initial[name] = [values[0] if values else "" for values in boxes]
            elif typed.get(name):
                self.initial[name] = typed[name][0]
        if self.initial.get("period") not in {period.code for period in self.choice.choices}:
            # The report on that period is settled meanwhile: the words can be about another.
            self.initial.pop("period", None)

    def clean_period(self) -> Period:
        return next(p for p in self.choice.choices if p.code == self.cleaned_data["period"])


class UpdateForm(BringsEvidence, AboutAPeriod):
    """An officer's update, on a page of its own or, with a prefix, in a row among others.

    `seen` is the newest update on the page when it was opened, to tell of one made meanwhile.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    rating = forms.ChoiceField(
        label="How is the action going?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how the action is going.",
            "invalid_choice": "Choose one of the four ratings.",
        },
    )
    narrative = WordsField(
        label="What has happened, and what comes next?",
        longest=LONGEST,
        help_text=f"One or two sentences will do. {UP_TO} {DISCLOSURE}",
        error_messages={"required": "Say in a sentence or two what has happened."},
    )
    reason = WordsField(label="Why?", longest=LONGEST, required=False)
    recovery = WordsField(
        label="What will bring it back on track?",
        longest=LONGEST,
        required=False,
        help_text=f"Leave this empty if nothing is planned yet. {UP_TO}",
    )
    help_wanted = WordsField(
        label="What help do you want from another partner?",
        longest=LONGEST,
        required=False,
        help_text=f"They see it when they sign in. Leave it empty if you want none. {UP_TO}",
    )
    help_wanted_from = forms.ModelChoiceField(
        label="From which partner?",
        queryset=Partner.objects.none(),
        required=False,
        empty_label="No one",
        error_messages={"invalid_choice": "Choose a partner from the list."},
    )
    new_due_on = DayField(what="the new due date", label="New due date", required=False)
    new_due_reason = WordsField(label="Why does the date move?", longest=LONGEST, required=False, help_text=UP_TO)
    completed_on = DayField(what="the completion date", label="When was it completed?", required=False)
    achievement = WordsField(
        label="Has anything been delivered that the report should name?", longest=LONGEST, required=False
    )

    #: The partner this is sent on behalf of; the page says so before it is sent.
    behalf: Partner | None = None

    #: Sections the page shows for some ratings only (static/actions.js); without scripts all are shown.
    TROUBLED = (Rating.AT_RISK, Rating.OFF_TRACK)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        action: Action,
        choice: PeriodChoice,
        today: dt.date,
        writer: str = "",
        in_row: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, choice=choice, today=today, writer=writer, **kwargs)
        self.action, self.today, self.in_row = action, today, in_row
        #: Questions the chosen rating does not ask and what was answered all the same, once the form was judged.
        self.left_out: list[tuple[str, str]] = []
        self.past_due = needs_reason(Rating.ON_TRACK, action.due_on, today)
        self.all_milestones = list(action.milestones.all())
        self.milestones = [milestone for milestone in self.all_milestones if milestone.done_on is None]
        if data is None:
            self.fields["seen"].initial = action.updates.aggregate(newest=Max("pk"))["newest"] or 0
        cast(forms.ChoiceField, self.fields["rating"]).choices = [
            Choice(rating.value, LOOKS[rating].word, hint="" if in_row else self._definition(rating))
            for rating in SUBMITTABLE
        ]
        self.fields["reason"].label = self._why()
        self.fields["reason"].help_text = UP_TO
        helpers = cast("forms.ModelChoiceField[Partner]", self.fields["help_wanted_from"])
        helpers.queryset = Partner.objects.current(today)
        self.fields["completed_on"].initial = today
        self.fields["achievement"].help_text = self._measure()
        self.fields["new_due_on"].help_text = self._due_now()
        self.fields[
            "completed_on"
        ].help_text = f"From {british(action.starts_on)} to today. For example, {today.day} {today.month} {today.year}."
        for milestone in self.milestones:
            self._add_milestone(milestone)
        self.requests = self._requests()
        for request in self.requests:
            self._add_request(request)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        self._leave_out(answers)
        for milestone in self.milestones:
            name = f"milestone_{milestone.pk}"
            if not answers.get(name) or f"{name}_on" in self.errors:
                continue
            done_on = answers.get(f"{name}_on")
            if done_on is None:
                self.add_error(f"{name}_on", f"Give the day on which “{milestone.text}” was done.")
            elif done_on > self.today:
                self.add_error(f"{name}_on", "A milestone cannot be done on a day still to come.")
        return answers

    def _leave_out(self, answers: dict[str, Any]) -> None:
        """Take out what was typed beside questions that the chosen rating does not ask, and remember it for `left_out`."""
        if "rating" not in answers:
            return
        dropped = not_asked(Rating(answers["rating"]), self.action.due_on, self.today)
        for name in self.fields:
            if name not in dropped:
                continue
            # The box for the completion date stands filled in on every form: it is nobody's words.
            if name != "completed_on" and (words := self._in_words(name, answers.get(name))):
                self.left_out.append((str(self.fields[name].label), words))
            self.errors.pop(name, None)
            answers[name] = "" if isinstance(self.fields[name], WordsField) else None

    def _in_words(self, name: str, answer: object) -> str:
        """An answer as a sentence can quote it; what was typed when it is none."""
        if isinstance(answer, dt.date):
            return british(answer)
        if answer:
            return str(answer)
        typed = self[name].data
        parts = typed if isinstance(typed, list) else [typed]
        return " ".join(str(part) for part in parts if part)

    def suggestions(self) -> list[str]:
        """What the milestones suggest for the rating, by the number missed, none missed first; the last: all are done."""
        missed = sum(milestone.due_on < self.today for milestone in self.milestones)
        return [*(suggestion(n, 1) for n in range(missed + 1)), suggestion(0, 0)]

    @property
    def missed_now(self) -> int:
        return sum(milestone.due_on < self.today for milestone in self.milestones)

    def refusals(self) -> dict[str, list[str]]:
        """What the verb would refuse of these (valid) answers; writes nothing."""
        return faults_of(
            action=self.action,
            choice=self.choice,
            milestones={milestone.pk: milestone for milestone in self.all_milestones},
            today=self.today,
            **self.answers(),
        )

    def answers(self) -> dict[str, Any]:
        """The arguments of `post_update` that come from the form."""
        said = self.cleaned_data
        rating = Rating(said["rating"])
        words = ("submission_key", "period", "narrative", "reason", "recovery", "help_wanted", "help_wanted_from")
        return {
            **{name: said[name] for name in words},
            "rating": rating,
            "restricted": said["restricted"],
            "new_due_on": said["new_due_on"],
            "new_due_reason": said["new_due_reason"],
            "completed_on": said["completed_on"],
            "achievement": said["achievement"],
            "milestones_done": {
                milestone.pk: said[f"milestone_{milestone.pk}_on"]
                for milestone in self.milestones
                if said[f"milestone_{milestone.pk}"]
            },
            "help_no_longer": [one.pk for one in self.requests if said[f"help_{one.pk}"] == NO_LONGER],
        }

    def _definition(self, rating: Rating) -> str:
        if rating == Rating.ON_TRACK and self.past_due and self.action.due_on:
            return f"{LOOKS[rating].definition} It was due on {british(self.action.due_on)}: say below why it is still on track."
        return LOOKS[rating].definition

    def _why(self) -> str:
        if self.past_due:
            return "Why is it past its date, at risk or off track?"
        return "Why is it at risk or off track?"

    def _measure(self) -> str:
        measure = self.action.measure_of_success.strip().rstrip(".")
        asked = f"the measure of success: {measure}." if measure else "the measure of success."
        return f"Leave this empty if not. For Complete, say here what became of {asked} {UP_TO}"

    def _due_now(self) -> str:
        if self.action.due_on is None:
            return "This action is ongoing and has no due date. Leave this empty to keep it so."
        moved = slip((self.action.due_on - (self.action.original_due_on or self.action.due_on)).days)
        before = f", {moved} than at first" if moved else ""
        return (
            f"It is due on {british(self.action.due_on)}{before}. Leave this empty to keep that date. "
            f"{example_after(self.today)} The plan ends on {british(self.action.plan.ends_on)}: a date after that is taken, "
            "with the reason, and the report shows it."
        )

    def _add_milestone(self, milestone: Milestone) -> None:
        name = f"milestone_{milestone.pk}"
        self.fields[name] = forms.BooleanField(
            label=f"{milestone.text} (due {british(milestone.due_on)})",
            required=False,
            widget=forms.CheckboxInput(
                attrs={"data-milestone": "missed" if milestone.due_on < self.today else "ahead"}
            ),
        )
        self.fields[f"{name}_on"] = DayField(
            what="the day the milestone was done",
            label="When was it done?",
            required=False,
            initial=self.today,
            help_text="Today or earlier.",
        )

    def _requests(self) -> list[ProgressUpdate]:
        """Help that was asked for and not given. Whether it still stands is a long question: not asked where there is none."""
        if not self.action.updates.filter(help_wanted_from__isnull=False).exists():
            return []
        asking = self.action.updates.asking_help().select_related(None).select_related("help_wanted_from")
        return [one for one in asking.order_by("pk") if not one.is_answered]

    def _add_request(self, request: ProgressUpdate) -> None:
        """Whether help that was asked for is needed still; it is unless somebody says otherwise."""
        asked = f"Asked on {british(request.submitted_on)}"
        words = (
            ""
            if request.restricted
            else f": “{Truncator(' '.join(request.help_wanted.split())).chars(200).rstrip('.')}”"
        )
        answer = "They promised it." if request.is_promised else "No answer yet."
        self.fields[f"help_{request.pk}"] = forms.ChoiceField(
            label=f"Is the help of {request.help_wanted_from} still needed?",
            choices=[Choice(STILL, "Yes, still needed"), Choice(NO_LONGER, "No longer needed")],
            widget=forms.RadioSelect,
            required=False,
            initial=STILL,
            help_text=f"{asked}{words}{'' if words else ', in restricted words'}. {answer}",
            error_messages={"invalid_choice": STALE},
        )

    def _request_section(self) -> list[LayoutObject]:
        names = [f"help_{request.pk}" for request in self.requests]
        return [Field.radios(name, legend_size=Size.SMALL, inline=True, small=True) for name in names]

    def _layout(self) -> Layout:
        judged = (*self.TROUBLED, Rating.ON_TRACK) if self.past_due else self.TROUBLED
        size = Size.SMALL if self.in_row else Size.MEDIUM
        period = (
            "period"
            if self.only_period
            else Field.radios("period", legend_size=size, inline=self.in_row, small=self.in_row)
        )
        return Layout(
            "submission_key",
            "seen",
            "draft",
            "writer",
            period,
            Field.radios("rating", legend_size=size, inline=self.in_row, small=self.in_row),
            Div(
                _Included("actions/_last_words.html"),
                Field.textarea("narrative", label_size=size, rows=3 if self.in_row else 6, max_characters=LONGEST),
                css_class="beside",
            ),
            *self._request_section(),
            *([] if self.in_row else [Field.textarea("achievement", rows=2)]),
            *self._milestone_section(),
            _section(
                judged,
                _Heading("What is in the way"),
                Field.textarea("reason", rows=3),
                _section(
                    self.TROUBLED,
                    Field.textarea("recovery", rows=3),
                    Field.textarea("help_wanted", rows=2),
                    Field.select("help_wanted_from"),
                ),
                _Heading("If the date moves"),
                "new_due_on",
                Field.textarea("new_due_reason", rows=2),
            ),
            _section(
                (Rating.COMPLETE,),
                _Heading("If it is complete"),
                "completed_on",
            ),
            *self._rest(),
        )

    def _rest(self) -> list[Any]:
        """What most updates leave empty: on a page at its end, in a row folded away; files want the page."""
        if self.in_row:
            return [_Fold(Field.textarea("achievement", rows=2), "restricted")]
        return [*evidence_fields(), _Heading("Who may read this"), "restricted"]

    def _milestone_section(self) -> list[LayoutObject]:
        if not self.milestones:
            return []
        rows: list[Any] = [_Heading("Milestones done"), _Included("actions/_milestones_hint.html")]
        for milestone in self.milestones:
            name = f"milestone_{milestone.pk}"
            place = f"{self.add_prefix(name)}_when"
            rows += [
                Field(name, data_aria_controls=place, context={"checkboxes_small": True}),
                Div(
                    f"{name}_on",
                    css_id=place,
                    css_class="govuk-checkboxes__conditional govuk-checkboxes__conditional--hidden",
                ),
            ]
        return [Div(*rows, css_class="milestone-ticks")]


class WordsForm(AboutAPeriod):
    """A supporting partner's words: no rating."""

    narrative = WordsField(
        label="What did your organisation do, and what comes next?",
        longest=LONGEST,
        help_text=f"The rating stays with the lead partner. {UP_TO} {DISCLOSURE}",
        error_messages={"required": "Say in a sentence or two what your organisation did."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "submission_key",
            "draft",
            "writer",
            "period" if self.only_period else Field.radios("period", legend_size=Size.MEDIUM),
            Field.textarea("narrative", label_size=Size.MEDIUM, rows=6, max_characters=LONGEST),
            _Heading("Who may read this"),
            "restricted",
        )

    def answers(self) -> dict[str, Any]:
        """The arguments of `add_words` that come from the form."""
        said = self.cleaned_data
        return {name: said[name] for name in ("submission_key", "period", "narrative", "restricted")}


class ReopenForm(VerbForm):
    """The coordinator takes a complete or closed action back into the plan."""

    reason = WordsField(
        label="Why is it reopened?",
        longest=LONGEST,
        help_text=f"It stands in the action’s history. {UP_TO} {DISCLOSURE}",
        error_messages={"required": "Say why the action is reopened."},
    )
    due_on = DayField(what="the new due date", label="New due date", required=False)

    def __init__(self, data: QueryDict | None = None, *, action: Action, today: dt.date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        now = f"It was due on {british(action.due_on)}. " if action.due_on else "It has no due date. "
        self.fields["due_on"].help_text = f"{now}Leave this empty to keep that. {example_after(today)}"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.textarea("reason", rows=3), "due_on", Button.primary("send", "Reopen the action")
        )


class _Included(HTML):
    """A template of ours among the fields, rendered with the page's context."""

    def __init__(self, name: str) -> None:
        super().__init__("{% include '" + name + "' %}")


class _Fold(Div):
    """Questions folded away, rendered with the page's context."""

    template = "actions/_fold.html"

    def render(self, form: forms.Form, context: Context, template_pack: str = "gds", **kwargs: Any) -> SafeString:
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(
            self.template, {**cast("dict[str, Any]", context.flatten()), "form": form, "fields": fields}
        )


class _Heading(HTML):
    def __init__(self, text: str) -> None:
        super().__init__(f'<h2 class="govuk-heading-m">{text}</h2>')


def _section(ratings: tuple[Rating, ...], *fields: Any) -> Div:
    """Questions that go with some ratings only."""
    return Div(*fields, css_class="asked-for", data_asked_for=" ".join(rating.value for rating in ratings))


def _hint_about(period: Period, choice: PeriodChoice, today: dt.date) -> str:
    """What the officer needs to know to choose a period: whether it was asked for, by when, and whether it has ended."""
    for asked in choice.asked:
        if asked.period == period:
            late = " Anything sent now is marked late." if asked.due_on < today else ""
            return f"Updates were asked for by {british(asked.due_on)}.{late}"
    return f"The {period.kind.label} we are in." if period.contains(today) else period.long_label


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
