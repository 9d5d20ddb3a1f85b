"""A table of figures: one row for each indicator (and period), or one column for each period."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from charts.numbers import number
from performance.asking import period_asked
from performance.comparison import Measure, figure_text, scale_of
from performance.importing.columns import Layout, headers_of
from performance.importing.findings import STEP, Checked, Findings, Grave, Progress, shape_of
from performance.importing.given import (
    LARGEST,
    LONGEST_NOTE,
    LONGEST_PRINTED,
    LONGEST_SOURCE,
    OWN_COUNT,
    GivenFigure,
    Terms,
    Wanted,
    called,
    stored,
    worked_out,
)
from performance.importing.periods import period_in
from performance.importing.together import ask_about_figures, ask_about_owners, ask_about_totals
from performance.plausible import made_questions, misfit
from performance.standing import IndicatorFacts, KnownFigure
from priorities.periods import MONTHS, Period, PeriodKind
from sheets.book import Cell, Kind, Note, Row, Sheet, listed, shortened
from sheets.figures import Figure, Given, Misread, day_in, figure_in, text_in

_MONTHS = {month[:3].casefold() for month in MONTHS}
_TOTALS = {"total", "totals", "grand total", "all", "sum", "overall"}
_YES = {"yes", "y", "true", "1", "p", "provisional", "prov", "x"}
_NO = {"no", "n", "false", "0", "final", "f", ""}


def check_figures(
    sheet: Sheet, layout: Layout, wanted: Iterable[Wanted], terms: Terms, progress: Progress | None = None
) -> Checked[GivenFigure]:
    """The figures of a table, and everything that is wrong or odd about them.

    A figure equal to the one the portal has is left out; a different one corrects it, and wants a reason.
    """
    return _Reading(sheet, layout, wanted, terms).read(progress)


@dataclass
class _Reading:
    sheet: Sheet
    layout: Layout
    wanted: Iterable[Wanted]
    terms: Terms
    findings: Findings = field(init=False)
    given: dict[tuple[int, Period], GivenFigure] = field(default_factory=dict)
    #: The same few stand in every row: read once.
    days: dict[str, dt.date | None] = field(default_factory=dict)
    periods: dict[tuple[str, PeriodKind], Period | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.findings = Findings(self.sheet.name)
        self.by_pk = {one.facts.pk: one for one in self.wanted}
        self.by_code = {one.facts.code.casefold(): one for one in self.by_pk.values()}
        self.by_name = {_plain(one.facts.name): one for one in self.by_pk.values()}
        self.expected = {pk: period_asked(one.facts, self.terms.quarter) for pk, one in self.by_pk.items()}
        self.unknown: dict[str, str] = {}
        self.already = 0
        self.at = {role: column for column, role in self.layout.columns.items()}
        self.periods_named = self.layout.periods
        self.wide = self._wide()
        #: What the figures of each column add up to so far, for a row that says their total.
        self.added: dict[int, Decimal] = {}
        self.months = self._beside()

    def read(self, progress: Progress | None) -> Checked[GivenFigure]:
        rows = self.layout.rows_of(self.sheet)
        shape_of(self.sheet, rows, self.layout.columns, self.findings)
        for done, row in enumerate(rows, start=1):
            self._row(row)
            if progress and (done % STEP == 0 or done == len(rows)):
                progress(done, len(rows))
        ask_about_figures(self.given, self.by_pk, self.findings)
        ask_about_totals(self.given, self.by_pk, self.findings)
        ask_about_owners(self.given, self.by_pk, self.terms.owner, self.findings)
        if not rows:
            self.findings.fault("Nothing stands under the names of the columns.", "Expected a row for each figure.")
        elif not self.given and not self.already and not self.findings.found:
            self.findings.fault("No figure stands in the table.", "Expected a number in at least one row.")
        if self.already:
            count = f"{self.already:,} figure{'s are' if self.already > 1 else ' is'}"
            self.findings.add(Grave.NOTE, f"{count} the same as in the portal already, and left out.")
        return Checked(tuple(self.given.values()), self.findings.done())

    def _wide(self) -> dict[int, Period]:
        """The columns of periods that are to be read: all of them, or those of the quarter that was chosen."""
        periods = self.periods_named
        if not periods or self.terms.several:
            return periods
        expected = {*self.expected.values(), self.terms.quarter}
        chosen = {column: period for column, period in periods.items() if period in expected}
        others = [period.label for period in periods.values() if period not in expected]
        if not chosen:
            self.findings.fault(
                f"The columns are of {', '.join(others[:8])}, and none is of {self.terms.quarter.label}.",
                f"Expected a column of {self.terms.quarter.label}, which you chose.",
            )
        elif others:
            self.findings.add(
                Grave.NOTE, f"The columns of {', '.join(others[:8])} are other periods’ and are not read."
            )
        return chosen

    def _beside(self) -> dict[int, str]:
        """The columns of months beside a figure, which are its parts; what else holds numbers and is not read is told."""
        rows = self.layout.rows_of(self.sheet)
        unread = {
            column: name
            for column, name in enumerate(headers_of(self.sheet, self.layout.header))
            if name and column not in self.layout.columns and any(_number(row.cell(column)) is not None for row in rows)
        }
        if unread:
            names = listed([f"“{shortened(name)}”" for name in unread.values()])
            self.findings.add(Grave.NOTE, f"Columns that are not read: {names}.")
        return {column: name for column, name in unread.items() if name.strip()[:3].casefold() in _MONTHS}

    # --- One row --------------------------------------------------------------------------------------------------------

    def _row(self, row: Row) -> None:
        cells: list[tuple[Cell, Period | None]]
        if self.periods_named:
            cells = [(row.cell(column), period) for column, period in self.wide.items()]
        else:
            cells = [(self._cell(row, "value") or Cell(row.number, self.at.get("numerator", 0)), None)]
        filled = [(cell, period) for cell, period in cells if cell.kind is not Kind.EMPTY or cell.notes] or (
            cells if self._text(row, "numerator") else []
        )
        one = self._indicator(row, bool(filled))
        if one is None:
            return
        if not filled:
            self.findings.together(f"No figure is given for {called(one.facts)}.", cells[0][0].address if cells else "")
        for cell, period in filled:
            self._figure(one, row, cell, period)

    def _indicator(self, row: Row, has_figure: bool) -> Wanted | None:
        """Whose figure the row holds; None, with what is wrong, of a row that is not taken."""
        named: list[tuple[Cell, str]] = []
        for role in ("code", "name"):
            cell = self._cell(row, role)
            if cell is None:
                continue
            try:
                text = text_in(cell)
            except Misread as fault:
                if has_figure:
                    self.findings.misread(fault, cell)
                    return None
                continue
            if text:
                named.append((cell, text))
        if not named:
            if has_figure:
                place = Cell(row.number, self.at.get("code", self.at.get("name", 0))).address
                self.findings.fault(
                    "The row has a figure, but names no indicator.", "Write the indicator’s short code.", place
                )
            return None
        found = [self._known(text) for _, text in named]
        one = found[0]
        cell, text = named[0]
        if one is None and has_figure and _plain(text) in _TOTALS:
            self._total(row, text)
            return None
        if one is None:
            if has_figure:
                self.findings.fault(
                    f"“{shortened(text)}” is no indicator of the plan.", self._nearest(text), cell.address
                )
            else:
                self.findings.together(
                    f"“{shortened(text)}” is no indicator, and has no figure: left out.", cell.address
                )
            return None
        if len(found) > 1 and found[1] is not None and found[1] is not one:
            self.findings.fault(
                f"“{shortened(named[1][1])}” is {called(found[1].facts)}, but the row says {one.facts.code}.",
                f"Expected {one.facts.name}.",
                named[1][0].address,
            )
            return None
        if not one.mine and has_figure:
            self.findings.fault(
                f"{called(one.facts)} is owed by {one.facts.owner}, not by you.",
                "Take the row out, or ask the analyst to send it.",
                cell.address,
            )
            return None
        return one

    def _total(self, row: Row, text: str) -> None:
        """A row that says what those above it add up to is held against them, and is no figure itself."""
        columns = list(self.wide) or [self.at[role] for role in ("value", "numerator") if role in self.at][:1]
        wrong = []
        for column in columns:
            said, made = _number(row.cell(column)), self.added.get(column)
            if said is not None and made is not None and said != made:
                wrong.append((row.cell(column), said, made))
        for cell, said, made in wrong:
            self.findings.add(
                Grave.QUESTION,
                f"“{shortened(text)}” is {number(said)}, but the figures above it add up to {number(made)}. "
                "Are all of them right?",
                "",
                cell.address,
            )
        if not wrong:
            place = Cell(row.number, self.at.get("code", self.at.get("name", 0))).address
            self.findings.together(f"“{shortened(text)}” is what the figures above add up to: left out.", place)

    def _known(self, text: str) -> Wanted | None:
        return self.by_code.get(text.casefold()) or self.by_name.get(_plain(text))

    def _nearest(self, text: str) -> str:
        plain = _plain(text)
        if plain not in self.unknown:
            names = {**{_plain(code): one for code, one in self.by_code.items()}, **self.by_name}
            near = difflib.get_close_matches(plain, names, n=1, cutoff=0.6)
            one = names[near[0]] if near else None
            self.unknown[plain] = (
                f"Is {called(one.facts)} meant?" if one else "Expected a short code or name of an indicator."
            )
        return self.unknown[plain]

    def _figure(self, one: Wanted, row: Row, cell: Cell, period: Period | None) -> None:
        """The figure in a cell, with what its row says of it."""
        facts, before = one.facts, len(self.findings.found)
        about = self._period(one, row, cell, period)
        figure = self._read(cell)
        up, down = self._amount(row, "numerator"), self._amount(row, "denominator")
        source = self._words(row, "denominator_source", LONGEST_SOURCE) or self.terms.population_source
        provisional = self._provisional(row)
        as_at = self._as_at(row)
        note = self._words(row, "note", LONGEST_NOTE)
        reason = self._words(row, "reason", LONGEST_NOTE)
        if about is None or figure is None or len(self.findings.found) > before:
            return
        if figure.given is Given.NOT_AVAILABLE:
            self.findings.together("No figure is stored where it says that there is none yet.", cell.address)
            return
        if down is not None and not source and facts.measure is Measure.PERCENTAGE:
            source = OWN_COUNT
        if down is not None and not source:
            self.findings.fault(
                "A population is given, but not where it comes from.",
                "Add a column that says so, or say it when you send the file.",
                self._address(row, "denominator"),
            )
            return
        if facts.measure in (Measure.RATE, Measure.PERCENTAGE) and (up is None) != (down is None):
            self.findings.fault(
                f"For {called(facts)} there is {'a population' if up is None else 'a count'} alone.",
                "Give both the count and what it is divided by, or neither.",
                self._address(row, "denominator" if up is None else "numerator"),
            )
            return
        value, printed = self._value(one, figure, up, down, cell)
        if value is None:
            return
        if reason_not := misfit(figure.unit, facts.unit, facts.measure):
            self.findings.fault(
                f"“{shortened(figure.text)}” does not fit {called(facts)}. {reason_not}", "", cell.address
            )
            return
        self.added[cell.column] = self.added.get(cell.column, Decimal(0)) + value
        self._months_of(one, row, value, cell)
        for asked in made_questions(
            value if figure.value is None else figure.value,
            numerator=up,
            denominator=down,
            unit=facts.unit,
            measure=facts.measure,
            per=one.rate_per,
        ):
            self.findings.add(Grave.QUESTION, f"{called(facts)}: {asked.sentence}", "", cell.address)
        self._keep(
            GivenFigure(
                cell=cell.address,
                indicator=facts.pk,
                code=facts.code,
                called=called(facts),
                period=about,
                value=value,
                printed=printed,
                as_at=as_at or self.terms.as_at,
                numerator=up,
                denominator=down,
                denominator_source=source if down is not None else "",
                provisional=provisional or figure.provisional or self.terms.provisional,
                note=note,
                reason=reason,
            ),
            one,
        )

    def _months_of(self, one: Wanted, row: Row, value: Decimal, cell: Cell) -> None:
        parts = {name: _number(row.cell(column)) for column, name in self.months.items()}
        if len(parts) < 2 or None in parts.values() or not one.facts.kept.adds_up:
            return
        known = {name: part for name, part in parts.items() if part is not None}
        if sum(known.values()) != value:
            named = ", ".join(f"{name} {number(part)}" for name, part in known.items())
            self.findings.add(
                Grave.QUESTION,
                f"{called(one.facts)} is {number(value)}, but its months add up to {number(sum(known.values(), Decimal(0)))} "
                f"({named}). Is it right?",
                "",
                cell.address,
            )

    def _keep(self, given: GivenFigure, one: Wanted) -> None:
        """The figure among those to store, unless the table has it twice or the portal has it already."""
        place = (given.indicator, given.period)
        if (twin := self.given.get(place)) is not None:
            self.findings.fault(
                f"{given.called} has two figures for {given.period.label}: {twin.printed} in {twin.cell} and {given.printed} here.",
                "Keep one of them.",
                given.cell,
            )
            return
        known = one.facts.figures.get(given.period)
        if known is not None:
            same = (given.value, given.provisional) == (known.value, known.provisional)
            reading = known.reading
            if same and (given.numerator, given.denominator) in (
                (None, None),
                (reading.numerator, reading.denominator),
            ):
                self.already += 1
                return
            if not given.reason:
                change = _change(known, given, one.facts.measure)
                self.findings.add(
                    Grave.REASON,
                    f"{given.called} has a figure for {given.period.label} already ({change}).",
                    "Say below why it is corrected.",
                    given.cell,
                )
            if known.reading.numerator is not None and given.numerator is None and not same:
                self.findings.add(
                    Grave.QUESTION,
                    f"{given.called} was made of a count and a population, which are not in the table: without them the "
                    "corrected figure has none. Is it right?",
                    "",
                    given.cell,
                )
            given = given._replace(replaces=known.pk)
        self.given[place] = given

    # --- Its cells ------------------------------------------------------------------------------------------------------

    def _period(self, one: Wanted, row: Row, cell: Cell, of_column: Period | None) -> Period | None:
        """Which period the figure is about; None, with what is wrong, when it is not one to be recorded."""
        facts = one.facts
        expected = self.expected[facts.pk]
        where = cell
        if of_column is not None and of_column.kind is not facts.kind:
            self.findings.fault(
                f"{called(facts)} has a figure for every {facts.kind.label}, but the column is of {of_column.label}.",
                f"Expected a column of {expected.label}.",
                cell.address,
            )
            return None
        about = of_column
        if about is None:
            where = self._cell(row, "period") or cell
            try:
                about = self._period_in(where, facts.kind) if "period" in self.at else None
            except Misread as fault:
                self.findings.misread(fault, where)
                return None
        period = about or expected
        if period.end >= self.terms.today:
            self.findings.fault(f"{period.label} is not over yet.", "Expected a period that has ended.", where.address)
        elif period != expected and not self.terms.several:
            self.findings.fault(
                f"The figure is of {period.label}.",
                f"Expected {expected.label}. Choose another quarter, or say that the table holds several.",
                where.address,
            )
        elif not one.kept_in(period):
            self.findings.fault(f"{called(facts)} is not kept in {period.label}.", "Take the row out.", where.address)
        else:
            return period
        return None

    def _period_in(self, cell: Cell, kind: PeriodKind) -> Period | None:
        if cell.kind is not Kind.TEXT or cell.notes:
            return period_in(cell, kind)
        key = (cell.text, kind)
        if key not in self.periods:
            self.periods[key] = period_in(cell, kind)
        return self.periods[key]

    def _read(self, cell: Cell) -> Figure | None:
        try:
            figure = figure_in(cell)
        except Misread as fault:
            self.findings.misread(fault, cell)
            return None
        if Note.ROUNDED in cell.notes:
            self.findings.together(
                "The cell shows fewer decimals than it holds; what it holds is stored.", cell.address
            )
        if Note.CLEANED in cell.notes:
            self.findings.together("Characters that nobody can see were left out.", cell.address)
        if figure.given is Given.NUMBER and "," in figure.text:
            self.findings.together("The comma is read as a thousands separator.", cell.address)
        return figure

    def _value(
        self, one: Wanted, figure: Figure, up: Decimal | None, down: Decimal | None, cell: Cell
    ) -> tuple[Decimal | None, str]:
        """The value to store and as it is printed: the figure itself, or the rate that count and population make."""
        if figure.value is None:
            scale = Decimal(one.rate_per) if one.rate_per else _scale(one.facts)
            if up is None or down is None or not scale:
                self.findings.fault(
                    f"There is a count but no figure for {called(one.facts)}.",
                    "Give the figure itself"
                    + (", or the population as well." if scale else ": it is no rate that the portal works out."),
                    cell.address,
                )
                return None, ""
            value = worked_out(up, down, scale)
            printed = figure_text(value, one.facts.measure)
        else:
            value, printed = stored(figure.value), figure.text
            if value != figure.value:
                self.findings.together("The figure has more than four decimals and is rounded to four.", cell.address)
        if abs(value) >= LARGEST:
            self.findings.fault(f"{number(value, 0)} has more digits than any figure kept here.", "", cell.address)
            return None, ""
        return value, printed if len(printed) <= LONGEST_PRINTED else number(value)

    def _amount(self, row: Row, role: str) -> Decimal | None:
        """A count or a population: a number that is not negative, and not nought where something is divided by it."""
        cell = self._cell(row, role)
        if cell is None:
            return None
        try:
            figure = figure_in(cell)
        except Misread as fault:
            self.findings.misread(fault, cell)
            return None
        if figure.value is None:
            return None
        lowest = "above 0" if role == "denominator" else "of 0 or more"
        if figure.value < 0 or (role == "denominator" and figure.value == 0) or figure.unit or figure.value >= LARGEST:
            self.findings.fault(f"“{shortened(figure.text)}” cannot be.", f"Expected a number {lowest}.", cell.address)
            return None
        return stored(figure.value)

    def _provisional(self, row: Row) -> bool:
        cell = self._cell(row, "provisional")
        if cell is None:
            return False
        if isinstance(cell.value, bool):
            return cell.value
        try:
            word = text_in(cell).strip().casefold()
        except Misread as fault:
            self.findings.misread(fault, cell)
            return False
        if word not in _YES | _NO:
            self.findings.fault(
                f"“{shortened(cell.text)}” does not say whether the figure is provisional.",
                "Expected yes or no.",
                cell.address,
            )
        return word in _YES

    def _as_at(self, row: Row) -> dt.date | None:
        cell = self._cell(row, "as_at")
        if cell is None:
            return None
        plain = cell.kind is Kind.TEXT and not cell.notes
        try:
            day = self.days[cell.text] if plain and cell.text in self.days else day_in(cell)
        except Misread as fault:
            self.findings.misread(fault, cell)
            return None
        if day is not None and day > self.terms.today:
            self.findings.fault(
                "The figure would be extracted on a day to come.", "Expected a day up to today.", cell.address
            )
        if plain:
            self.days[cell.text] = day
        return day

    def _words(self, row: Row, role: str, longest: int) -> str:
        cell = self._cell(row, role)
        if cell is None:
            return ""
        try:
            text = text_in(cell)
        except Misread as fault:
            self.findings.misread(fault, cell)
            return ""
        if len(text) > longest:
            self.findings.fault("The text is too long.", f"Expected up to {longest:,} characters.", cell.address)
        return text

    def _cell(self, row: Row, role: str) -> Cell | None:
        column = self.at.get(role)
        return None if column is None else row.cell(column)

    def _text(self, row: Row, role: str) -> str:
        cell = self._cell(row, role)
        return cell.text if cell else ""

    def _address(self, row: Row, role: str) -> str:
        return Cell(row.number, self.at[role]).address


def _change(known: KnownFigure, given: GivenFigure, measure: Measure) -> str:
    """What is other about a figure that the portal has already, in a few words."""
    if given.value != known.value:
        return f"{figure_text(known.value, measure)} there, {figure_text(given.value, measure)} here"
    if given.provisional != known.provisional:
        return "provisional now" if given.provisional else "no longer provisional"
    return "of another count or population"


def _scale(facts: IndicatorFacts) -> Decimal | None:
    """Per how many it is, where its figures are made of a count and a population."""
    return scale_of(facts.unit, facts.measure) if facts.measure in (Measure.RATE, Measure.PERCENTAGE) else None


def _number(cell: Cell) -> Decimal | None:
    """The number in a cell that nobody has to be told of when there is none."""
    try:
        return figure_in(cell).value if cell.kind is not Kind.EMPTY else None
    except Misread:
        return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
