"""The forms of uploads: a table and what its sender says besides, and which column holds what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Layout
from django import forms
from django.core.exceptions import ValidationError

from partners.filenames import safe_name
from partners.models import Partner
from performance.asking import quarters_until
from performance.importing import COLUMNS
from performance.importing import Layout as TableLayout
from performance.importing.columns import OF_PERIOD, period_of
from performance.models import ComparatorGroup, SimilarAreasTable, Source, Upload
from performance.services.uploads import LARGEST
from priorities.forms import STALE, DayField, VerbForm, WordsField
from priorities.periods import Period, PeriodKind, british
from sheets.book import Sheet, letters, shortened

if TYPE_CHECKING:
    from django.http import QueryDict

    from partners.models import User
    from priorities.models import Plan

MEGABYTES = LARGEST // 1024 // 1024
#: What may be pasted; a longer table is sent as a file.
MOST_PASTED = 1_000_000
#: Quarters offered, the last that ended first: three years back.
QUARTERS = 12
#: Cells of a column shown beside the question what it holds.
SAMPLES = 3


class SendForm(VerbForm):
    """A table, as a file or pasted, with whose it is and when it was extracted. One class for each kind adds its own."""

    KIND: Upload.Kind

    submission_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    file = forms.FileField(
        label="Choose a file",
        required=False,
        help_text=f"A CSV file or an Excel workbook (.xlsx), up to {MEGABYTES} MB.",
        error_messages={"empty": "The file is empty. Choose another one."},
    )
    pasted = forms.CharField(
        label="Or paste cells from a spreadsheet",
        required=False,
        strip=False,
        widget=forms.Textarea,
        help_text="Copy the cells, the names of the columns among them, and paste them here.",
    )
    data_owner = forms.ModelChoiceField(
        label="Whose figures are they?",
        queryset=Partner.objects.none(),
        empty_label="Choose a partner",
        error_messages={
            "required": "Choose whose figures they are.",
            "invalid_choice": "Choose a partner of the list.",
        },
    )
    data_source = forms.ModelChoiceField(
        label="Where do they come from?",
        queryset=Source.objects.none(),
        required=False,
        empty_label="Not in this list",
        error_messages={"invalid_choice": "Choose a source of the list."},
    )
    as_at = DayField(what="the day they were extracted", label="When were they extracted?")
    provisional = forms.BooleanField(
        label="They are provisional",
        required=False,
        help_text="Tick this if the final figures will be sent later, as corrections.",
    )

    def __init__(
        self, data: QueryDict | None = None, *args: Any, plan: Plan, by: User, today: dt.date, **kwargs: Any
    ) -> None:
        if data is not None and not _is_key(data.get("submission_key", "")):
            data = data.copy()
            data["submission_key"] = str(uuid.uuid4())
        super().__init__(data, *args, **kwargs)
        self.plan, self.by, self.today = plan, by, today
        self.fields["submission_key"].initial = uuid.uuid4()
        self.fields["as_at"].initial = today
        partners = cast("forms.ModelChoiceField[Partner]", self.fields["data_owner"])
        partners.queryset = Partner.objects.current(today)
        partners.initial = by.partner_id
        if not by.has_perm("performance.upload_tables"):
            partners.queryset = Partner.objects.filter(pk__in=by.officer_of)
            if len(by.officer_of) == 1:
                partners.widget, partners.initial = forms.HiddenInput(), next(iter(by.officer_of))
        sources = cast("forms.ModelChoiceField[Source]", self.fields["data_source"])
        sources.queryset = Source.objects.all()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "submission_key",
            *self.about(),
            Field("file"),
            Field.textarea("pasted", rows=6),
            "data_owner" if partners.widget.is_hidden else Field.select("data_owner"),
            Field.select("data_source"),
            Field("as_at"),
            "provisional",
            Button.primary("send", "Check the table"),
        )

    def about(self) -> list[Any]:
        """The part of the layout that says what the table is of."""
        raise NotImplementedError

    @property
    def answers(self) -> dict[str, Any]:
        """What the sender said besides, as JSON can keep it."""
        return {"as_at": self.cleaned_data["as_at"].isoformat(), "provisional": self.cleaned_data["provisional"]}

    @property
    def period(self) -> Period:
        raise NotImplementedError

    @property
    def content(self) -> bytes:
        file = self.cleaned_data["file"]
        return cast(bytes, file.read()) if file else cast(str, self.cleaned_data["pasted"]).encode()

    @property
    def name(self) -> str:
        """The file's name, made safe; empty when the table was pasted."""
        file = self.cleaned_data["file"]
        return safe_name(file.name or "") if file else ""

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file and (file.size or 0) > LARGEST:
            raise ValidationError(
                f"The file is larger than {MEGABYTES} MB. Send only the rows and columns that matter."
            )
        return file

    def clean_pasted(self) -> str:
        text = cast(str, self.cleaned_data["pasted"] or "")
        if len(text) > MOST_PASTED:
            raise ValidationError("What was pasted is too long. Save it as a file, and choose that.")
        return text if text.strip() else ""

    def clean_as_at(self) -> dt.date:
        day = cast(dt.date, self.cleaned_data["as_at"])
        if day > self.today:
            raise ValidationError("Give a day that is not after today.")
        return day

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        file, pasted = answers.get("file"), answers.get("pasted")
        if not self.has_error("file") and not self.has_error("pasted"):
            if not file and not pasted:
                self.add_error("file", "Choose a file, or paste the cells below.")
            elif file and pasted:
                self.add_error("pasted", "There is a file and something pasted. Leave one of them out.")
        return answers

    def full_clean(self) -> None:
        super().full_clean()
        file = self.files.get("file") if self.is_bound and self.files else None
        if file and self.errors and not self.has_error("file"):
            self.add_error("file", f"Choose the file again: “{safe_name(file.name or '')}” could not be kept.")


class QuarterForm(SendForm):
    """A table of one quarter."""

    period_code = forms.ChoiceField(
        label="Which quarter?",
        error_messages={"required": "Choose the quarter.", "invalid_choice": "Choose one of the quarters of the list."},
    )

    def __init__(self, *args: Any, quarter: Period | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["period_code"])
        self.quarters = quarters_until(self.today)
        field.choices = [(period.code, f"{period.label} ({period.long_label})") for period in self.quarters]
        field.initial = (quarter if quarter in self.quarters else self.quarters[0]).code

    @property
    def period(self) -> Period:
        return Period.parse(PeriodKind.QUARTER, self.cleaned_data["period_code"])


class FiguresForm(QuarterForm):
    KIND = Upload.Kind.FIGURES

    several = forms.BooleanField(
        label="The table holds other quarters, too",
        required=False,
        help_text="A column says which, or there is a column for each quarter.",
    )
    population_source = WordsField(
        label="Where do populations come from?",
        longest=200,
        required=False,
        widget=forms.TextInput,
        help_text="Only for rates whose population is in the table. For example: ONS mid-2024 estimate.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        layout = self.helper.layout
        layout.fields.insert(len(layout.fields) - 1, Field.text("population_source"))

    def about(self) -> list[Any]:
        return [Field.select("period_code"), "several"]

    @property
    def answers(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            **super().answers,
            "several": told["several"],
            "population_source": told["population_source"],
        }


class SimilarAreasForm(QuarterForm):
    KIND = Upload.Kind.SIMILAR_AREAS

    window = WordsField(
        label="What does the table cover?",
        longest=150,
        widget=forms.TextInput,
        help_text="In the source’s words, for example: 12 months to September 2026.",
        error_messages={"required": "Say what the table covers."},
    )
    unit = WordsField(
        label="What are its rates?",
        longest=100,
        widget=forms.TextInput,
        error_messages={"required": "Say what the rates are, for example: per 1,000 population."},
    )
    group_size = forms.IntegerField(
        label="How many areas are in the group, ours among them?",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        min_value=2,
        max_value=400,
        error_messages={
            "required": "Say how many areas are in the group.",
            "invalid": "Give a whole number.",
            "min_value": "A group has at least two areas.",
            "max_value": "Give a number up to 400.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = SimilarAreasTable.objects.standing().filter(plan=self.plan).select_related("data_source").first()
        group = ComparatorGroup.objects.filter(plan=self.plan).first()
        self.fields["window"].initial = f"12 months to {british(self.quarters[0].end).partition(' ')[2]}"
        self.fields["unit"].initial = last.unit if last else "per 1,000 population"
        self.fields["group_size"].initial = last.group_size if last else (group.members.count() if group else 0) or 15
        self.fields["data_source"].initial = last.data_source if last else None

    def about(self) -> list[Any]:
        return [
            Field.select("period_code"),
            Field.text("window"),
            Field.text("unit"),
            Field.text("group_size", field_width=Fixed.FOUR),
        ]

    @property
    def answers(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            **super().answers,
            "window": told["window"],
            "unit": told["unit"],
            "group_size": told["group_size"],
        }


class SurveyForm(SendForm):
    KIND = Upload.Kind.SURVEY

    year = forms.IntegerField(
        label="In which year was it?",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        min_value=2000,
        error_messages={
            "required": "Give the year.",
            "invalid": "Write the year with four figures, such as 2026.",
            "min_value": "Write the year with four figures, such as 2026.",
        },
    )
    title = WordsField(
        label="What is the survey called?",
        longest=150,
        widget=forms.TextInput,
        error_messages={"required": "Give the survey’s title."},
    )
    responses = forms.IntegerField(
        label="How many people answered?",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text="Leave it empty if it is not stated.",
        error_messages={"invalid": "Give a whole number.", "min_value": "Give a number above 0."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = self.today.year
        self.fields["title"].initial = f"Community safety survey {self.today.year}"

    def about(self) -> list[Any]:
        return [
            Field.text("year", field_width=Fixed.FOUR),
            Field.text("title"),
            Field.text("responses", field_width=Fixed.FIVE),
        ]

    def clean_year(self) -> int:
        year = cast(int, self.cleaned_data["year"])
        if year > self.today.year:
            raise ValidationError("Give a year that has begun.")
        return year

    @property
    def period(self) -> Period:
        """The financial year that most of the calendar year falls in; a survey itself knows its year alone."""
        return Period.containing(PeriodKind.YEAR, dt.date(self.cleaned_data["year"], 12, 31))

    @property
    def answers(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {**super().answers, "year": told["year"], "title": told["title"], "responses": told["responses"]}


FORMS: dict[str, type[SendForm]] = {form.KIND.value: form for form in (FiguresForm, SimilarAreasForm, SurveyForm)}


@dataclass(frozen=True)
class ColumnShown:
    """A column as the page shows it beside the question what it holds."""

    letter: str
    name: str
    samples: tuple[str, ...]


class ColumnsForm(VerbForm):
    """What each column of a sheet holds. Its fields are called by the columns' numbers: column_0, column_1 …"""

    sheet = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    header = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, error_messages={"required": STALE, "invalid": STALE}
    )

    def __init__(
        self, data: QueryDict | None = None, *, table: Sheet, layout: TableLayout, kind: str, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.kind = kind
        self.initial.update({"sheet": table.name, "header": layout.header})
        names = next((row for row in table.rows if row.number == layout.header), None)
        below = [row for row in table.rows if row.number > layout.header][:SAMPLES]
        self.columns = [
            ColumnShown(letters(cell.column), shortened(cell.text), _samples(below, cell.column))
            for cell in (names or ())
            if cell.text
        ]
        numbers = [cell.column for cell in (names or ()) if cell.text]
        roles = [(column.key, column.label) for column in COLUMNS[kind]]
        for number, shown in zip(numbers, self.columns, strict=True):
            held = layout.columns.get(number, "")
            choices = [("", "Not read"), *roles]
            if held.startswith(OF_PERIOD):
                choices.append((held, f"Figures of {period_of(held)}"))
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=f"Column {shown.letter}: “{shown.name}”",
                choices=choices,
                required=False,
                initial=held,
                help_text=f"For example: {' · '.join(shown.samples)}" if shown.samples else "Nothing stands in it.",
                error_messages={"invalid_choice": "Choose what the column holds."},
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "sheet",
            "header",
            *(Field.select(f"column_{number}") for number in numbers),
            Button.primary("send", "Check the table by these columns"),
        )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if not self.errors:
            for fault in self.layout.faults(self.kind):
                self.add_error(None, fault)
        return answers

    @property
    def layout(self) -> TableLayout:
        held = {
            int(name.removeprefix("column_")): role
            for name, role in self.cleaned_data.items()
            if name.startswith("column_") and role
        }
        return TableLayout(self.cleaned_data["header"], held)


def _samples(rows: Sequence[Any], column: int) -> tuple[str, ...]:
    return tuple(shortened(text, 30) for row in rows if (text := row.cell(column).text))


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
