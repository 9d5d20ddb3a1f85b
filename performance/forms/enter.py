"""The grid of a quarter's figures, row by row, and the correction of one figure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from charts.numbers import number
from performance.comparison import Against, Measure, figure_text, scale_of
from performance.importing.given import (
    LARGEST,
    LONGEST_NOTE,
    LONGEST_PRINTED,
    LONGEST_SOURCE,
    OWN_COUNT,
    stored,
    worked_out,
)
from performance.plausible import (
    Question,
    average_questions,
    made_questions,
    misfit,
    parts_question,
    questions,
    share_question,
)
from performance.services.figures import LONGEST_REASON
from performance.standing import IndicatorFacts, KnownAverage, KnownFigure, Wait, judge_period, shares_of
from priorities.forms import DISCLOSURE, DayField, VerbForm, WordsField
from priorities.periods import Period
from sheets.figures import LONGEST_FIGURE, Figure, Given, Misread, parse_day, parse_number

if TYPE_CHECKING:
    from django.http import QueryDict

    from performance.models import Indicator

#: Areas of a group: the plan's has 15.
MOST_AREAS = 400


@dataclass(frozen=True)
class Typed:
    """A figure as it is to be recorded."""

    value: Decimal
    printed: str
    provisional: bool
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    denominator_source: str = ""


@dataclass(frozen=True)
class Wanted:
    """An indicator's figure for one period, with what is known beside it."""

    indicator: Indicator
    facts: IndicatorFacts
    period: Period

    @property
    def known(self) -> KnownFigure | None:
        return self.facts.figures.get(self.period)

    @property
    def wait(self) -> Wait | None:
        return None if self.known else self.facts.waits.get(self.period)

    @property
    def before(self) -> list[tuple[str, KnownFigure | None]]:
        """The period before and the same one last year, which are the same for years."""
        periods = dict.fromkeys([self.period.previous(), self.period.year_before()])
        return [(period.label, self.facts.figures.get(period)) for period in periods]

    @property
    def last_source(self) -> str:
        """Where the newest population came from."""
        found = [figure for figure in self.facts.figures.values() if figure.denominator_source]
        return max(found, key=lambda figure: figure.period).denominator_source if found else ""

    @property
    def average(self) -> KnownAverage | None:
        """Of similar areas in this very period."""
        return self.facts.averages.get(Against.SIMILAR_AREAS, {}).get(self.period)

    @property
    def average_text(self) -> str:
        return figure_text(self.average.average.average, self.facts.measure) if self.average else ""

    @property
    def last_average(self) -> KnownAverage | None:
        """The newest of similar areas; None for an indicator that never had one."""
        found = self.facts.averages.get(Against.SIMILAR_AREAS, {})
        return found[max(found)] if found else None


class FigureForm(VerbForm):
    """One figure, or the count and population that make it. `typed` is what is to be recorded, once the form is valid.

    What is unlikely is asked about: `asked` holds the questions, and `sure` answers those about exactly this figure.
    """

    figure = forms.CharField(required=False)
    numerator = forms.CharField(required=False)
    denominator = forms.CharField(required=False)
    denominator_source = WordsField(required=False, longest=LONGEST_SOURCE, widget=forms.TextInput)
    provisional = forms.BooleanField(required=False)
    sure = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None = None, *, wanted: Wanted, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.wanted = wanted
        self.typed: Typed | None = None
        self.asked: tuple[Question, ...] = ()
        self.initial.setdefault("denominator_source", "" if wanted.last_source == OWN_COUNT else wanted.last_source)

    @property
    def is_rate(self) -> bool:
        return self.wanted.facts.measure in (Measure.RATE, Measure.PERCENTAGE) and self.scale is not None

    @property
    def is_share(self) -> bool:
        """A percentage: what it is divided by is counted with it, and is no population."""
        return self.wanted.facts.measure is Measure.PERCENTAGE

    @property
    def made(self) -> str:
        """What count and population make, in a sentence; "" where the figure itself was given, which is asked about."""
        typed = self.typed
        if (
            typed is None
            or typed.numerator is None
            or typed.denominator is None
            or self.data.get(self.add_prefix("figure"))
        ):
            return ""
        return f"{number(typed.numerator)} of {number(typed.denominator)} make {typed.printed}."

    @property
    def scale(self) -> Decimal | None:
        """Per how many the figure is, 100 for a percentage."""
        facts, per = self.wanted.facts, self.wanted.indicator.rate_per
        return Decimal(per) if per else scale_of(facts.unit, facts.measure)

    @property
    def per(self) -> str:
        return number(self.scale or Decimal(1))

    @property
    def token(self) -> str:
        """Stands for this figure and what is asked about it: another figure is asked about anew."""
        said = f"{self.typed.value if self.typed else ''}|{'|'.join(question.doubt for question in self.asked)}{self.beside}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def beside(self) -> str:
        """What else is asked about beside the figure itself; "" for nothing."""
        return ""

    @property
    def is_sure(self) -> bool:
        return not self.asked or self.cleaned_data.get("sure") == self.token

    @property
    def open_questions(self) -> tuple[Question, ...]:
        return () if self.is_sure else self.asked

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        self.typed = self._typed(answers)
        if self.typed is not None:
            self.asked = self._doubts(self.typed)
        return answers

    def add_question(self, question: Question) -> None:
        self.asked = (*self.asked, question)

    def not_available(self) -> None:
        """The figure is said to be none."""
        self.add_error("figure", "Expected a number such as 1,234 or 12.5.")

    def _typed(self, answers: Mapping[str, Any]) -> Typed | None:
        indicator = self.wanted.indicator
        figure = read_number(self, "figure", answers)
        up = self._amount("numerator", answers) if self.is_rate else None
        down = self._amount("denominator", answers) if self.is_rate else None
        # What is wrong elsewhere in the form keeps no question about the figure back.
        if figure is None or self.errors.keys() & {"figure", "numerator", "denominator", "denominator_source"}:
            return None
        if figure.given is Given.NOT_AVAILABLE:
            self.not_available()
            return None
        if (up is None) != (down is None):
            missing = "denominator" if down is None else "numerator"
            self.add_error(missing, "Give both the count and what it is divided by, or neither.")
            return None
        source = answers.get("denominator_source", "") if down is not None else ""
        if down is not None and not source and self.is_share:
            source = OWN_COUNT
        if down is not None and not source:
            self.add_error("denominator_source", "Say where the population comes from.")
            return None
        if figure.given is Given.NOTHING:
            if up is None or down is None:
                return None
            value = worked_out(up, down, self.scale or Decimal(1))
            printed = figure_text(value, self.wanted.facts.measure)
            return Typed(value, printed, answers["provisional"], up, down, source)
        if reason := misfit(figure.unit, indicator.unit, self.wanted.facts.measure):
            self.add_error("figure", reason)
            return None
        assert figure.value is not None  # noqa: S101 - a number has a value
        value = stored(figure.value)
        printed = figure.text if len(figure.text) <= LONGEST_PRINTED else number(value)
        return Typed(value, printed, answers["provisional"] or figure.provisional, up, down, source)

    def _amount(self, name: str, answers: Mapping[str, Any]) -> Decimal | None:
        """A count or a population: not negative, and not nought where something is divided by it."""
        figure = read_number(self, name, answers)
        if figure is None or figure.given is Given.NOTHING:
            return None
        lowest = "above 0" if name == "denominator" else "of 0 or more"
        if figure.value is None or figure.value < 0 or figure.unit or (name == "denominator" and figure.value == 0):
            self.add_error(name, f"Expected a number {lowest}.")
            return None
        return stored(figure.value)

    def _doubts(self, typed: Typed) -> tuple[Question, ...]:
        facts, period = self.wanted.facts, self.wanted.period
        found = list(
            questions(
                typed.value,
                period=period,
                unit=facts.unit,
                figures=facts.figures,
                judgement=judge_period(_without(facts, period), period).judgement,
                measure=facts.measure,
            )
        )
        given = parse_number(self.cleaned_data["figure"])
        found += made_questions(
            typed.value if given.value is None else given.value,
            numerator=typed.numerator,
            denominator=typed.denominator,
            per=self.wanted.indicator.rate_per,
            unit=facts.unit,
            measure=facts.measure,
        )
        return tuple(found)


def _without(facts: IndicatorFacts, period: Period) -> IndicatorFacts:
    """The figure in force does not vouch for the one that corrects it."""
    if period not in facts.figures:
        return facts
    others = {known: figure for known, figure in facts.figures.items() if known != period}
    return replace(facts, figures=others)


def read_number(form: forms.Form, name: str, answers: Mapping[str, Any]) -> Figure | None:
    """None, with what is wrong beside the field, of what is no number that can be kept."""
    try:
        figure = parse_number(answers.get(name, ""))
    except Misread as fault:
        form.add_error(name, str(fault))
        return None
    if figure.value is not None and abs(figure.value) >= LARGEST:
        form.add_error(name, f"{number(figure.value, 0)} has more digits than any figure kept here.")
        return None
    return figure


def read_average(form: forms.Form, indicator: Indicator, answers: Mapping[str, Any]) -> Decimal | None:
    """What similar areas did, from the fields `average`, `position` and `group_size`; None where nothing is said or wrong."""
    figure = read_number(form, "average", answers)
    position, size = answers.get("position"), answers.get("group_size")
    if figure is None:
        return None
    if figure.value is None:
        if figure.given is Given.NOT_AVAILABLE or position is not None:
            form.add_error("average", "Give the average as a number, or leave it and the position empty.")
        return None
    if wrong := misfit(figure.unit, indicator.unit, indicator.kept.measure):
        form.add_error("average", wrong)
        return None
    if position is not None and size is None and "group_size" not in form.errors:
        form.add_error("group_size", "Say how many areas there are, ours among them.")
    elif position is not None and size is not None and position > size:
        form.add_error("position", f"There are {size} areas: give a position from 1 to {size}.")
    return stored(figure.value)


def position_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Our position",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        min_value=1,
        error_messages={"invalid": "Write the position as a whole number.", "min_value": "Positions begin with 1."},
    )


def group_size_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Areas in the group",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        min_value=2,
        max_value=MOST_AREAS,
        error_messages={
            "invalid": "Write how many areas there are as a whole number.",
            "min_value": "A group has at least two areas.",
            "max_value": f"Give a number up to {MOST_AREAS}.",
        },
    )


class RowForm(FigureForm):
    """A row of the grid: the figure, or why there is none yet; and what similar areas did."""

    note = WordsField(required=False, longest=LONGEST_NOTE, widget=forms.TextInput)
    reason = WordsField(required=False, longest=LONGEST_REASON, widget=forms.TextInput)
    expected = forms.CharField(required=False, max_length=LONGEST_FIGURE)
    average = forms.CharField(required=False)
    position = position_field()
    group_size = group_size_field()

    def __init__(self, data: QueryDict | None = None, *, wanted: Wanted, today: dt.date, **kwargs: Any) -> None:
        self.today = today
        self.average_value: Decimal | None = None
        self.expected_on: dt.date | None = None
        #: Why it was refused after all, where no field is at fault: somebody else was first.
        self.overtaken = ""
        super().__init__(data, wanted=wanted, prefix=prefix_of(wanted.indicator.pk), **kwargs)
        last = wanted.last_average
        if last is not None and last.average.group_size:
            self.initial.setdefault("group_size", last.average.group_size)

    @property
    def beside(self) -> str:
        return f"|{self.average_value}" if self.average_value is not None else ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed; boxes that begin with something, and ticks, say nothing by themselves."""
        names = ("figure", "numerator", "denominator", "note", "reason", "expected", "average", "position")
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in names)

    @property
    def says_not_available(self) -> bool:
        return bool(self.typed is None and self.cleaned_data.get("reason"))

    @property
    def is_ready(self) -> bool:
        return self.is_valid() and not self.open_questions

    @property
    def opens_wait(self) -> bool:
        """Whether the part about figures not yet available is to be seen at once."""
        return self.is_bound and any(self[name].value() or self[name].errors for name in ("reason", "expected"))

    @property
    def opens_note(self) -> bool:
        return self.is_bound and bool(self["note"].value())

    @property
    def opens_average(self) -> bool:
        names = ("average", "position", "group_size")
        return self.is_bound and (bool(self["average"].value()) or any(self[name].errors for name in names))

    def not_available(self) -> None:
        if not self.cleaned_data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why the figure is not yet available.")

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        reason, expected = answers.get("reason", ""), answers.get("expected", "")
        if expected:
            try:
                self.expected_on = parse_day(expected)
            except Misread as fault:
                self.add_error("expected", str(fault))
            else:
                if self.expected_on <= self.today:
                    self.add_error("expected", "Give a day after today.")
        if self.typed is not None and (reason or expected):
            self.add_error("reason", "Give the figure, or say that it is not yet available: not both.")
        elif expected and not reason and "reason" not in self.errors:
            self.add_error("reason", "Say why the figure is not yet available.")
        if answers.get("note") and self.typed is None and not self.errors:
            self.add_error("figure", "Give the figure that the note is about.")
        self.average_value = read_average(self, self.wanted.indicator, answers)
        if self.average_value is not None:
            ours = self.typed or self.wanted.facts.figures.get(self.wanted.period)
            for question in average_questions(
                self.average_value, ours=ours.value if ours else None, measure=self.wanted.facts.measure
            ):
                self.add_question(replace(question, sentence=f"Similar areas’ average: {question.sentence}"))
        return answers


class AsAtForm(VerbForm):
    """What holds for every figure sent together."""

    as_at = DayField(what="the day the figures were extracted")

    def __init__(self, data: QueryDict | None = None, *, today: dt.date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        self.initial.setdefault("as_at", today)

    def clean_as_at(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_at"]
        if day > self.today:
            raise forms.ValidationError("Give a day that is not after today.")
        return day


class CorrectForm(FigureForm):
    """A better figure in the place of one that stays visible."""

    as_at = DayField(what="the day it was extracted", label="When was it extracted?")
    why = WordsField(
        longest=LONGEST_NOTE,
        label="What is corrected, and why?",
        help_text=f"Stands beside both figures for good. {DISCLOSURE}",
        error_messages={"required": "Say what is corrected, and why."},
    )

    def __init__(self, data: QueryDict | None = None, *, wanted: Wanted, today: dt.date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(data, wanted=wanted, **kwargs)
        self.initial.setdefault("as_at", today)
        if wanted.known is not None:
            self.initial.setdefault("provisional", False)
            # Left as they are, count and population stay with the figure; emptied, they are taken away on purpose.
            for name in ("numerator", "denominator"):
                if (amount := getattr(wanted.known.reading, name)) is not None:
                    self.initial.setdefault(name, f"{amount.normalize():f}")
            self.initial["denominator_source"] = wanted.known.denominator_source or wanted.last_source

    def clean_as_at(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_at"]
        if day > self.today:
            raise forms.ValidationError("Give a day that is not after today.")
        return day

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if self.typed is None and not self.errors:
            self.add_error("figure", "Give the figure that is right.")
        known = self.wanted.known
        if (
            self.typed is not None
            and known is not None
            and (self.typed.value, self.typed.provisional, self.typed.numerator, self.typed.denominator)
            == (known.value, known.provisional, known.reading.numerator, known.reading.denominator)
        ):
            self.add_error("figure", f"This is the figure that stands already: {known.printed}.")
        return answers


def prefix_of(pk: int) -> str:
    """What the names of a row's fields begin with."""
    return f"i{pk}"


def ask_about_parts(rows: Iterable[RowForm], every: Iterable[tuple[IndicatorFacts, Period]]) -> None:
    """Hold totals against the parts they are the sum of, typed figures before known ones.

    The question stands beside the total that was typed, or else beside the parts that were. `every`: all indicators of the
    plan with the period of theirs that the grid is about, for parts may be owed by somebody else.
    """
    typed = {row.wanted.facts.code: row for row in rows if row.typed is not None}
    known = {facts.code: (facts, period) for facts, period in every}

    def as_it_stands(code: str, period: Period) -> Decimal | None:
        row = typed.get(code)
        if row is not None and row.typed is not None and row.wanted.period == period:
            return row.typed.value
        facts = known[code][0] if code in known else None
        figure = facts.figures.get(period) if facts else None
        return figure.value if figure else None

    for code, (facts, period) in known.items():
        if not facts.parts or not typed.keys() & {code, *facts.parts}:
            continue
        total = as_it_stands(code, period)
        if total is None:
            continue
        asked = parts_question(
            total,
            {part: as_it_stands(part, period) for part in facts.parts},
            unit=facts.unit,
            name=code,
            measure=facts.measure,
        )
        if asked is None:
            continue
        for place in [code] if code in typed else facts.parts:
            if place in typed:
                typed[place].add_question(asked)
    for code, of in shares_of(facts for facts, _ in known.values()):
        place = code if code in typed else of
        if place not in typed or code not in known or of not in known:
            continue
        period = typed[place].wanted.period
        part, whole = as_it_stands(code, period), as_it_stands(of, period)
        if part is None or whole is None:
            continue
        asked = share_question(part, whole, name=code, of=of)
        if asked:
            typed[place].add_question(asked)
