"""What people send about a report: a decision, the record of one, another version, a report that was never produced."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Layout, Size
from django import forms
from django.utils import timezone

from priorities.forms import VerbForm, WordsField
from priorities.models import Meeting
from reports.models import Decision

if TYPE_CHECKING:
    from reports.models import Rendition, ReportVersion

LONGEST = 2000
UP_TO = f"Up to {LONGEST:,} characters."

STALE = "This form was changed on its way or is too old. Read the report again, then decide."


class DecisionForm(VerbForm):
    """What every decision carries: the hashes of the facts and of the file that were on the screen."""

    seen_snapshot_sha256 = forms.CharField(
        widget=forms.HiddenInput, min_length=64, max_length=64, error_messages={"required": STALE, "min_length": STALE}
    )
    seen_pdf_sha256 = forms.CharField(
        widget=forms.HiddenInput, min_length=64, max_length=64, error_messages={"required": STALE, "min_length": STALE}
    )

    def __init__(self, *args: Any, version: ReportVersion, draft: Rendition | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "seen_snapshot_sha256": version.snapshot_sha256,
            "seen_pdf_sha256": draft.sha256 if draft else "",
        }
        self.version = version
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def show_again(self, draft: Rendition | None) -> None:
        """Before the form goes back with its errors: it decides on what is on the screen now, which may not be what it was."""
        now = {"seen_snapshot_sha256": self.version.snapshot_sha256, "seen_pdf_sha256": draft.sha256 if draft else ""}
        if any(self.data.get(name) != value for name, value in now.items()):
            self.data = {**{name: self.data.get(name) for name in self.data if name != "read"}, **now}


class ApproveForm(DecisionForm):
    read = forms.BooleanField(
        label="I have read this report and approve it for the Partnership",
        error_messages={"required": "Tick the box to approve the report."},
    )
    comment = WordsField(label="Comment (optional)", longest=LONGEST, required=False, help_text=UP_TO)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="approve_%s", **kwargs)
        self.helper.layout = Layout(
            "seen_snapshot_sha256",
            "seen_pdf_sha256",
            Field("read"),
            Field.textarea("comment", rows=2, label_size=Size.SMALL),
            Button("submit", "Approve for the Partnership"),
        )

    def answers(self) -> dict[str, Any]:
        """Arguments of `decisions.approve`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "read"}


class ReturnForm(DecisionForm):
    comment = WordsField(
        label="What has to be put right",
        longest=LONGEST,
        help_text=UP_TO,
        error_messages={"required": "Say what has to be put right."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="return_%s", **kwargs)
        self.helper.layout = Layout(
            "seen_snapshot_sha256",
            "seen_pdf_sha256",
            Field.textarea("comment", rows=4, label_size=Size.SMALL),
            Button.secondary("submit", "Return to the coordinator"),
        )

    def answers(self) -> dict[str, Any]:
        """Arguments of `decisions.return_to_coordinator`."""
        return dict(self.cleaned_data)


class RecordDecisionForm(DecisionForm):
    """A decision taken in the room, typed in by the coordinator afterwards."""

    outcome = forms.ChoiceField(
        label="What was decided?",
        choices=Decision.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what was decided."},
    )
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(),
        label="At which meeting?",
        empty_label="Choose a meeting",
        error_messages={
            "required": "Choose the meeting at which it was decided.",
            "invalid_choice": "Choose a meeting of the Partnership that has been held.",
        },
    )
    minute_reference = WordsField(
        label="Reference of the minute",
        longest=60,
        widget=forms.TextInput,
        help_text="For example 7.2. Up to 60 characters.",
        error_messages={"required": "Enter the reference of the minute, for example 7.2."},
    )
    comment = WordsField(
        label="Comment",
        longest=LONGEST,
        required=False,
        help_text=f"Needed when the report was returned: what has to be put right. {UP_TO}",
    )

    def __init__(self, *args: Any, version: ReportVersion, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        held = Meeting.objects.filter(
            plan=version.report.plan_id,
            sub_group__isnull=True,
            date__range=(timezone.localdate(version.sent_at or version.made_at), today),
        ).order_by("-date")
        self.fields["meeting"].queryset = held  # type: ignore[attr-defined]
        #: Whether there is a meeting at which it can have been decided.
        self.has_meeting = held.exists()
        self.helper.layout = Layout(
            "seen_snapshot_sha256",
            "seen_pdf_sha256",
            Field.radios("outcome", legend_size=Size.SMALL),
            Field("meeting", context={"label_size": Size.for_label(Size.SMALL)}),
            Field.text("minute_reference", label_size=Size.SMALL, field_width=Fixed.TEN),
            Field.textarea("comment", rows=4, label_size=Size.SMALL),
            Button("submit", "Record the decision"),
        )

    def answers(self) -> dict[str, Any]:
        """Arguments of `decisions.approve` and `decisions.return_to_coordinator`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "outcome"}


class NewVersionForm(VerbForm):
    SAME, NOW = "same", "now"

    follows = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), "Open this form again."),
    )
    cut_off = forms.ChoiceField(
        label="Which updates should it hold?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which updates it should hold.",
            "invalid_choice": "Choose one of the two.",
        },
    )
    reason = WordsField(
        label="Why is there another version?",
        longest=LONGEST,
        help_text=f"It is printed in the report. {UP_TO}",
        error_messages={"required": "Say why there is another version. It is printed in the report."},
    )

    def __init__(self, *args: Any, newest: ReportVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"cut_off": self.NOW, "follows": newest.number}
        self.newest = newest
        self.fields["cut_off"].choices = [  # type: ignore[attr-defined]
            (self.NOW, "Everything received so far; what came late is listed"),
            (self.SAME, f"The same as version {newest.number}: received up to {newest.received}"),
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "follows",
            Field.radios("cut_off", legend_size=Size.SMALL),
            Field.textarea("reason", rows=4, label_size=Size.SMALL),
            Button("submit", f"Make version {newest.number + 1}"),
        )

    def answers(self, now: dt.datetime) -> dict[str, Any]:
        """Arguments of `building.make_new_version`."""
        cut_off = self.newest.cut_off if self.cleaned_data["cut_off"] == self.SAME else now
        return {"cut_off": cut_off, "reason": self.cleaned_data["reason"], "follows": self.cleaned_data["follows"]}


class WhyForm(VerbForm):
    """One reason and one button; the form of a verb says what they are called."""

    BUTTON: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field.textarea("reason", rows=4, label_size=Size.SMALL), Button("submit", self.BUTTON)
        )


class ProducedAfterAllForm(WhyForm):
    BUTTON = "Have it produced"

    reason = WordsField(
        label="Why is it to be produced after all?",
        longest=LONGEST,
        help_text=UP_TO,
        error_messages={"required": "Say why it is to be produced after all."},
    )


class NotProducedForm(WhyForm):
    BUTTON = "Mark as not produced"

    reason = WordsField(
        label="Why was the report not produced?",
        longest=LONGEST,
        help_text=f"For example: the plan was agreed after this period. {UP_TO}",
        error_messages={"required": "Say why the report will not be produced."},
    )
