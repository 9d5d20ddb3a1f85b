"""After the meeting: outcomes of all recommendations on one page, and matters that somebody is to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Layout, Size
from django import forms

from partners.forms import PersonField
from partners.models import User
from priorities.forms import DISCLOSURE, STALE, DayField, VerbForm, WordsField
from priorities.models import Meeting
from priorities.periods import british
from reports.models import MatterArising, RecommendationOutcome
from reports.services.meeting import (
    LONGEST_ANSWER,
    LONGEST_MATTER,
    LONGEST_MINUTE,
    LONGEST_NOTE,
    SCRUTINY_DAYS,
    Given,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from reports.models import Report, ReportVersion

Source = MatterArising.Source
Received = MatterArising.Received

SCRUTINY_HINT = (
    f"For scrutiny you may leave it empty: {SCRUTINY_DAYS} days from today, {{}}. Responsible authorities are understood to "
    "owe an answer within them (Police and Justice Act 2006, section 19, and its regulations of 2009; not checked against "
    "their text)."
)


def held_meetings(plan: int, first: dt.date | None, today: dt.date) -> QuerySet[Meeting]:
    """Meetings of the Partnership under a plan that were held, from a day on if one is given; the newest first."""
    found = Meeting.objects.filter(plan=plan, sub_group__isnull=True, date__lte=today).order_by("-date")
    return found if first is None else found.filter(date__gte=first)


@dataclass(frozen=True)
class Row:
    """One recommendation on the page: what it says, its four boxes, and what was recorded before, the newest first."""

    number: int
    text: str
    outcome: forms.BoundField
    note: forms.BoundField
    meeting: forms.BoundField
    minute: forms.BoundField
    recorded: Sequence[RecommendationOutcome]


class OutcomesForm(VerbForm):
    """Boxes for every recommendation. A row without an outcome says nothing; one recorded before shows what stands.

    `seen` is the key of the newest row that was on the page. A row without its own minute takes the one for all.
    """

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), STALE),
    )
    minute = WordsField(
        label="Reference of the minute for all of them (optional)",
        longest=LONGEST_MINUTE,
        required=False,
        widget=forms.TextInput,
        help_text="For example 7.2. It is taken for each recommendation that has none of its own.",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        version: ReportVersion,
        texts: Sequence[str],
        recorded: Sequence[RecommendationOutcome],
        meetings: Sequence[Meeting],
        decided_at: Meeting | None = None,
        meant_for: dt.date | None = None,
        **kwargs: Any,
    ) -> None:
        """`recorded` are the version's rows, the oldest first; `meetings` those that were held since it was made, the newest
        first. `decided_at` is the meeting that took the decision, `meant_for` the day of the one the paper was made for.
        """
        super().__init__(data, **kwargs)
        self.version, self.texts = version, texts
        self.meetings = {str(meeting.pk): meeting for meeting in meetings}
        self.usual = _usual_meeting(meetings, recorded, decided_at, meant_for)
        self.recorded = {n: [row for row in recorded if row.position == n] for n in range(1, len(texts) + 1)}
        self.initial["seen"] = max((row.pk for row in recorded), default=0)
        for number in self.recorded:
            self._add_boxes(number)

    def _add_boxes(self, number: int) -> None:
        rows = self.recorded[number]
        stands = rows[-1] if rows else None
        none = [] if stands else [("", "Not recorded yet")]
        meetings = {key: british(meeting.date) for key, meeting in self.meetings.items()}
        if stands:
            meetings.setdefault(str(stands.meeting_id), british(stands.meeting.date))
            self.meetings.setdefault(str(stands.meeting_id), stands.meeting)
        self.fields |= {
            f"outcome_{number}": forms.ChoiceField(
                label="What became of it?",
                required=False,
                choices=[*none, *RecommendationOutcome.Outcome.choices],
                error_messages={"invalid_choice": "Choose one of the outcomes."},
            ),
            f"note_{number}": WordsField(
                label="How amended, or until when",
                longest=LONGEST_NOTE,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
            f"meeting_{number}": forms.ChoiceField(
                label="Meeting of",
                required=False,
                choices=list(meetings.items()),
                error_messages={"invalid_choice": "Choose a meeting that has been held since this version was made."},
            ),
            f"minute_{number}": WordsField(
                label="Minute", longest=LONGEST_MINUTE, required=False, widget=forms.TextInput
            ),
        }
        self.initial = {
            **self.initial,
            f"outcome_{number}": stands.outcome if stands else "",
            f"note_{number}": stands.note if stands else "",
            f"meeting_{number}": str(stands.meeting_id) if stands else self.usual,
            f"minute_{number}": stands.minute_reference if stands else "",
        }

    def clean(self) -> dict[str, Any]:
        """Words about a recommendation without what became of it would be lost."""
        said = self.cleaned_data
        for number, rows in self.recorded.items():
            typed = said.get(f"note_{number}") or said.get(f"minute_{number}")
            if typed and not rows and said.get(f"outcome_{number}") == "":
                self.add_error(f"outcome_{number}", f"Choose what became of recommendation {number}.")
        return said

    def rows(self) -> Iterator[Row]:
        for number, text in enumerate(self.texts, start=1):
            boxes = {name: self[f"{name}_{number}"] for name in ("outcome", "note", "meeting", "minute")}
            yield Row(number, text, **boxes, recorded=list(reversed(self.recorded[number])))

    def given(self) -> dict[int, Given]:
        """Argument of `meeting.record_outcomes`."""
        said = self.cleaned_data
        return {
            number: Given(
                outcome=said[f"outcome_{number}"],
                note=said[f"note_{number}"],
                meeting=self.meetings.get(said[f"meeting_{number}"]),
                minute_reference=said[f"minute_{number}"] or said["minute"],
            )
            for number in self.recorded
        }


def _usual_meeting(
    meetings: Sequence[Meeting],
    recorded: Sequence[RecommendationOutcome],
    decided_at: Meeting | None,
    meant_for: dt.date | None,
) -> str:
    """Key of the meeting that an outcome without one is most likely of: that of the decision, that of the outcome recorded
    last, the one the paper was made for, else the first that was held since; empty for none.
    """
    if decided_at is not None and decided_at in meetings:
        return str(decided_at.pk)
    if recorded and recorded[-1].meeting in meetings:
        return str(recorded[-1].meeting_id)
    named = next((meeting for meeting in meetings if meeting.date == meant_for), None)
    found = named or (meetings[-1] if meetings else None)
    return str(found.pk) if found else ""


class MatterForm(VerbForm):
    """What is to be answered, by whom and until when. The chair asks for themselves; the coordinator says who asks."""

    source = forms.ChoiceField(
        label="Who asks?",
        choices=Source.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who asks.", "invalid_choice": "Choose who asks."},
    )
    text = WordsField(
        label="What is to be answered?",
        longest=LONGEST_MATTER,
        help_text=f"It opens the next report until it is answered. {DISCLOSURE} Up to {LONGEST_MATTER:,} characters.",
        error_messages={"required": "Say what is to be answered."},
    )
    owner = PersonField(label="Who is to answer it?", error_messages={"required": "Choose who is to answer it."})
    due_on = DayField(what="the day until which it is to be answered", label="Until when?", required=False)
    later_because = WordsField(
        label=f"Why later than {SCRUTINY_DAYS} days? (if scrutiny asks)",
        longest=LONGEST_NOTE,
        required=False,
        help_text=f"For example: the committee agreed to a later day. Up to {LONGEST_NOTE:,} characters.",
    )
    restricted = forms.BooleanField(
        label="Restricted: leave it and its answer out of public versions",
        required=False,
        help_text="For what names or describes somebody. Partners read it all the same.",
    )
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(),
        label="At which meeting? (if a meeting asks)",
        required=False,
        empty_label="Choose a meeting",
        error_messages={"invalid_choice": "Choose a meeting of the Partnership that has been held."},
    )
    minute_reference = WordsField(
        label="Reference of the minute (optional for scrutiny)",
        longest=LONGEST_MINUTE,
        required=False,
        widget=forms.TextInput,
        help_text="For example 7.2.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, report: Report, for_others: bool, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        cast(PersonField, self.fields["owner"]).queryset = User.objects.at_work()
        due_on = self.fields["due_on"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        asked = [
            Field.textarea("text", label_size=Size.SMALL, rows=4, max_characters=LONGEST_MATTER),
            Field("owner", context={"label_size": Size.for_label(Size.SMALL)}),
            Field("due_on", context={"legend_size": Size.for_legend(Size.SMALL)}),
            Field("restricted"),
        ]
        button = Button("submit", "Raise it")
        if not for_others:
            for name in ("source", "meeting", "minute_reference", "later_because"):
                del self.fields[name]
            due_on.required = True
            self.helper.layout = Layout(*asked, button)
            return
        due_on.help_text = SCRUTINY_HINT.format(british(today + dt.timedelta(days=SCRUTINY_DAYS)))
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = held_meetings(report.plan_id, None, today)
        self.helper.layout = Layout(
            Field.radios("source", legend_size=Size.SMALL),
            Field("meeting", context={"label_size": Size.for_label(Size.SMALL)}),
            Field.text("minute_reference", label_size=Size.SMALL, field_width=Fixed.TEN),
            *asked,
            Field.textarea("later_because", label_size=Size.SMALL, rows=2),
            button,
        )

    def answers(self) -> dict[str, Any]:
        """Arguments of `meeting.raise_matter`."""
        return {"source": Source.CHAIR, **self.cleaned_data}


class AnswerForm(VerbForm):
    answer = WordsField(
        label="The answer",
        longest=LONGEST_ANSWER,
        help_text=f"It is printed in the next report, and cannot be changed afterwards. {DISCLOSURE} "
        f"Up to {LONGEST_ANSWER:,} characters.",
        error_messages={"required": "Enter the answer."},
    )

    received_how = forms.ChoiceField(
        label="Whose answer is it?",
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Choose whose answer it is."},
    )
    received_on = DayField(
        what="the day on which it was received",
        label="Received on",
        required=False,
        help_text="Only for an answer that came otherwise: the day of the letter, of the e-mail or of the meeting.",
    )

    def __init__(self, data: QueryDict | None = None, *, of: User | None = None, **kwargs: Any) -> None:
        """`of`: whose answer may be recorded for them, as it came otherwise; None where it is not for the reader to record."""
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        answer = Field.textarea("answer", label_size=Size.SMALL, rows=8, max_characters=LONGEST_ANSWER)
        button = Button("submit", "Send the answer")
        if of is None:
            del self.fields["received_how"], self.fields["received_on"]
            self.helper.layout = Layout(answer, button)
            return
        cast(forms.ChoiceField, self.fields["received_how"]).choices = [
            ("", "Mine: it will bear my name"),
            *((how, f"That of {of.name}, received {how.label[:1].lower()}{how.label[1:]}") for how in Received),
        ]
        self.initial.setdefault("received_how", "")
        self.helper.layout = Layout(
            answer,
            Field.radios("received_how", legend_size=Size.SMALL),
            Field("received_on", context={"legend_size": Size.for_legend(Size.SMALL)}),
            button,
        )


class ReassignForm(VerbForm):
    to = PersonField(label="Who is to answer it?", error_messages={"required": "Choose who is to answer it."})
    reason = WordsField(
        label="What do they need to know?",
        longest=LONGEST_NOTE,
        help_text=f"They read it in the e-mail that tells them, everybody at work on the matter’s page. Up to {LONGEST_NOTE:,} characters.",
        error_messages={"required": "Say in a sentence what the next person needs to know."},
    )

    def __init__(self, data: QueryDict | None = None, *, matter: MatterArising, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast(PersonField, self.fields["to"]).queryset = User.objects.at_work().exclude(pk=matter.owner_id)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field("to", context={"label_size": Size.for_label(Size.SMALL)}),
            Field.textarea("reason", label_size=Size.SMALL, rows=4, max_characters=LONGEST_NOTE),
            Button("submit", "Give it to them"),
        )
