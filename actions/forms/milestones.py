"""What the forms of structure share: rows of milestones with “more rows” for browsers without scripts, and the answer to
somebody else having changed the same thing meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.layout import HTML, Div, Field
from django import forms
from django.forms.utils import ErrorDict

from actions.models import Milestone
from priorities.forms import STALE, DayField, VerbForm, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

ROWS = 3
MOST_ROWS = 30

LONGEST = Milestone._meta.get_field("text").max_length or 0


def line(*, longest: int, **kwargs: Any) -> WordsField:
    """Words on one line."""
    return WordsField(longest=longest, widget=forms.TextInput, **kwargs)


class WithMilestones(VerbForm):
    """New milestones in numbered rows. The button `more` brings the form back as it was typed, with more rows.

    With `judged` False what was typed is shown and not found fault with: its sending was cut short.
    """

    rows = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=MOST_ROWS, error_messages={"invalid": STALE}
    )

    def __init__(
        self, data: QueryDict | None = None, *, first_rows: int = ROWS, judged: bool = True, **kwargs: Any
    ) -> None:
        self.more = data is not None and "more" in data
        self.judged = judged and not self.more
        self.number = first_rows
        if data is not None:
            data = data.copy()
            sent = data.get("rows", "")
            self.number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 4 else first_rows
            self.number = min(max(self.number, 1) + (ROWS if self.more else 0), MOST_ROWS)
            data["rows"] = str(self.number)
        super().__init__(data, **kwargs)
        self.fields["rows"].initial = self.number
        for n in range(1, self.number + 1):
            self._add_row(
                f"new_{n}", f"Milestone {n}" if first_rows == ROWS else f"New milestone {n}", f"milestone {n}"
            )

    def full_clean(self) -> None:
        if not self.judged:
            # Whoever asks for more rows has not sent the form: nothing is judged yet.
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()

    def is_valid(self) -> bool:
        return self.judged and super().is_valid()

    @property
    def may_have_more(self) -> bool:
        return self.number < MOST_ROWS

    def _add_row(self, name: str, label: str, what: str) -> None:
        self.fields[f"{name}_text"] = line(longest=LONGEST, label=label, required=False)
        self.fields[f"{name}_on"] = DayField(what=f"the due date of {what}", label="Due", required=False)

    def row_fields(self, name: str, *more: Any) -> Div:
        """A row of the layout: text, day, and what else belongs to it."""
        return Div(Field(f"{name}_text"), Field(f"{name}_on"), *more, css_class="milestone-row")

    def new_rows(self) -> list[Div]:
        return [self.row_fields(f"new_{n}") for n in range(1, self.number + 1)]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        for n in range(1, self.number + 1):
            self.check_row(f"new_{n}", answers, f"milestone {n}")
        return answers

    def check_row(self, name: str, answers: Mapping[str, Any], what: str) -> None:
        """A milestone has both its parts, or none."""
        text, day = answers.get(f"{name}_text"), answers.get(f"{name}_on")
        if text and day is None and f"{name}_on" not in self.errors:
            self.add_error(f"{name}_on", f"Give the due date of {what}.")
        if day is not None and not text and f"{name}_text" not in self.errors:
            self.add_error(f"{name}_text", f"Say in a few words what {what} is.")

    def new_milestones(self) -> list[tuple[str, dt.date]]:
        said = self.cleaned_data
        pairs = [(said[f"new_{n}_text"], said[f"new_{n}_on"]) for n in range(1, self.number + 1)]
        return [(text, day) for text, day in pairs if text and day]


@dataclass(frozen=True)
class Difference:
    """A field in which somebody's typing and the row of now differ. `taken` when theirs goes into the form."""

    label: str
    mine: str
    theirs: str
    taken: bool


class Revisited(VerbForm):
    """A form on a row that others may change at the same time: it remembers which text it was opened on.

    `opened` holds a short fingerprint of each field as it was; it tells what this person changed from what others did.
    Spoiling it spoils nobody's work but one's own: what goes into the row is decided by `revision`.
    """

    revision = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, error_messages={"required": STALE, "invalid": STALE}
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def open_on(self, revision: int, now: Mapping[str, str]) -> None:
        """What a form not sent yet is opened on."""
        self.fields["revision"].initial = revision
        self.fields["opened"].initial = json.dumps({name: print_of(words) for name, words in now.items()})

    def differences(
        self, mine: Mapping[str, str], theirs: Mapping[str, str], labels: Mapping[str, str]
    ) -> list[Difference]:
        """Field by field, in the order of `theirs`; what is alike is left out."""
        opened = self.opened_prints()
        return [
            Difference(labels.get(name, name), mine[name], there, taken=opened.get(name) == print_of(mine[name]))
            for name, there in theirs.items()
            if name in mine and mine[name] != there
        ]

    def untouched(self, mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
        """Fields that others changed and this person did not."""
        opened = self.opened_prints()
        return [
            name
            for name, there in theirs.items()
            if name in mine and mine[name] != there and opened.get(name) == print_of(mine[name])
        ]

    def opened_prints(self) -> dict[str, str]:
        """Fingerprints of the fields as they were when the form was opened; empty when they are spoilt."""
        try:
            held = json.loads(self.cleaned_data.get("opened") or "{}")
        except ValueError:
            return {}
        return held if isinstance(held, dict) else {}


def print_of(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class Heading(HTML):
    def __init__(self, text: str, ident: str = "") -> None:
        mark = f' id="{ident}"' if ident else ""
        super().__init__(f'<h2 class="govuk-heading-m"{mark}>{text}</h2>')
