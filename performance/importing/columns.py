"""Which column of a table holds what: guessed by the names that people give their columns, or said by its sender."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from performance.importing.periods import parse_period
from priorities.periods import Period, PeriodKind
from sheets.book import Row, Sheet, letters
from sheets.figures import Misread

#: The names of the columns stand in one of the first rows; titles may stand above them.
LOOKED_AT = 20
#: The role of a column that holds the figures of one period: "value@quarter:2026-07".
OF_PERIOD = "value@"


@dataclass(frozen=True, slots=True)
class Column:
    """Something that a column may hold: how it is called on the page, what it is, and the names it goes by."""

    key: str
    label: str
    hint: str
    names: tuple[str, ...]


FIGURES = (
    Column(
        "code",
        "Indicator’s short code",
        "For example: I-01.",
        ("code", "indicator code", "short code", "ref", "reference", "id", "indicator id", "measure code", "kpi code"),
    ),
    Column(
        "name",
        "Indicator’s name",
        "As the portal calls it.",
        ("indicator", "name", "measure", "indicator name", "measure name", "metric", "description", "kpi", "title"),
    ),
    Column(
        "value",
        "Figure",
        "A number in the indicator’s unit, or n/a.",
        ("value", "figure", "actual", "result", "outturn", "this quarter", "count", "number", "total"),
    ),
    Column("numerator", "Count that a rate is made of", "For rates and percentages.", ("numerator", "count", "number")),
    Column(
        "denominator",
        "Population",
        "For rates and percentages: out of how many.",
        ("denominator", "population", "base", "out of"),
    ),
    Column(
        "denominator_source",
        "Where the population comes from",
        "For example: ONS mid-2024 estimate.",
        ("population source", "denominator source", "source of population", "where the population comes from"),
    ),
    Column(
        "period",
        "Quarter or year",
        "For example: Q2 2026/27. Without this column every figure is of the quarter you chose.",
        ("period", "quarter", "reporting period", "time period", "date", "year"),
    ),
    Column("provisional", "Provisional", "yes or no.", ("provisional", "status", "provisional or final")),
    Column(
        "as_at",
        "Extracted on",
        "A day. Without this column the day you gave.",
        ("as at", "extracted on", "as at date", "date extracted", "extract date", "date of extract", "data as at"),
    ),
    Column("note", "Note", "Kept with the figure.", ("note", "notes", "comment", "comments", "remark", "remarks")),
    Column(
        "reason",
        "Why a figure is corrected",
        "For figures that the portal has already.",
        ("reason", "reason for change", "reason for correction", "why", "correction"),
    ),
)

SIMILAR_AREAS = (
    Column("heading", "Group of crime types", "May be empty.", ("heading", "group", "section", "crime group")),
    Column(
        "label",
        "Crime type",
        "As the source calls it.",
        ("crime type", "offence", "offence type", "crime", "type", "category", "offence group", "name", "indicator"),
    ),
    Column(
        "value",
        "Our rate",
        "As the source prints it.",
        ("hartlepool", "our rate", "rate", "safer hartlepool", "local rate", "value", "csp", "csp rate", "partnership"),
    ),
    Column(
        "average",
        "Similar areas’ average",
        "As the source prints it.",
        (
            *("average", "mean", "msg average", "msg mean", "msg avg", "msg", "most similar group average"),
            *("similar areas average", "similar areas", "group average", "family average", "most similar group"),
        ),
    ),
    Column(
        "position",
        "Our position",
        "1 is the lowest rate.",
        ("position", "rank", "msg position", "msg rank", "ranking", "position in group", "msg ranking"),
    ),
    Column(
        "comparison",
        "Above or below the average",
        "As the source says; held against the two rates.",
        ("comparison", "above or below", "above below", "compared", "against average", "compared with average"),
    ),
)

SURVEY = (
    Column(
        "code",
        "Question’s short code",
        "The same for the same question in every year. Without it the portal makes one.",
        ("question code", "code", "q", "no", "number of question", "question number", "question no"),
    ),
    Column("question", "Question", "As it was asked.", ("question", "question text", "statement", "question asked")),
    Column(
        "about",
        "What it is about",
        "support, unsafe or other.",
        ("about", "theme", "topic"),
    ),
    Column(
        "base", "People who answered", "A whole number.", ("base", "respondents", "answered", "people who answered")
    ),
    Column(
        "answer", "Answer", "One row for each.", ("answer", "response", "option", "response option", "answer given")
    ),
    Column(
        "count",
        "How many gave it",
        "A whole number.",
        ("count", "number", "responses", "number of responses", "frequency", "n", "answers", "how many"),
    ),
    Column(
        "percent",
        "Percentage that gave it",
        "0 to 100, with or without %.",
        ("percent", "percentage", "%", "per cent", "share", "% of responses", "% of respondents"),
    ),
)

COLUMNS: Mapping[str, tuple[Column, ...]] = {"figures": FIGURES, "similar_areas": SIMILAR_AREAS, "survey": SURVEY}


@dataclass(frozen=True)
class Layout:
    """Where the names of the columns stand, and what each column holds: {0: "code", 3: "value@quarter:2026-07"}."""

    header: int
    columns: Mapping[int, str]

    def column(self, role: str) -> int | None:
        return next((column for column, held in self.columns.items() if held == role), None)

    def holds(self, *roles: str) -> bool:
        return any(self.column(role) is not None for role in roles)

    @property
    def periods(self) -> dict[int, Period]:
        """The columns that hold the figures of one period each."""
        return {column: period for column, role in self.columns.items() if (period := period_of(role))}

    def rows_of(self, sheet: Sheet) -> list[Row]:
        return [row for row in sheet.rows if row.number > self.header]

    def faults(self, kind: str) -> list[str]:
        """What is missing for a table of this kind, or said twice. Sentences; empty when it can be read."""
        roles = [role for role in self.columns.values() if not role.startswith(OF_PERIOD)]
        labels = {column.key: column.label for column in COLUMNS[kind]}
        twice = sorted({labels[role] for role in roles if roles.count(role) > 1})
        found = [f"Two columns hold “{label}”. Choose one of them." for label in twice]
        found += [f"No column holds {words}." for keys, words in _NEEDED[kind] if not self._has(keys)]
        if kind == "figures" and self.periods and self.holds("value", "numerator", "period"):
            found.append("Columns of quarters stand beside a column of figures or periods. Choose one way.")
        if kind == "figures" and self.holds("numerator") and not self.holds("value", "denominator"):
            found.append(
                "A column of counts stands alone. Say that it holds the figures, or which column is the population."
            )
        if len(set(self.periods.values())) < len(self.periods):
            found.append("Two columns hold the figures of the same period. Choose one of them.")
        return found

    def _has(self, keys: tuple[str, ...]) -> bool:
        return self.holds(*keys) or ("value" in keys and bool(self.periods))

    def as_json(self) -> dict[str, Any]:
        return {"header": self.header, "columns": {str(column): role for column, role in self.columns.items()}}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Layout | None:
        """None of what is not a layout, or of one from before the portal knew its roles."""
        try:
            return cls(int(told["header"]), {int(column): str(role) for column, role in told["columns"].items()})
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


_NEEDED: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "figures": (
        (("code", "name"), "the indicator’s short code or name"),
        (("value", "numerator"), "the figures"),
    ),
    "similar_areas": (
        (("label",), "the crime type"),
        (("value",), "our rate"),
        (("average",), "the similar areas’ average"),
    ),
    "survey": (
        (("question", "code"), "the question"),
        (("answer",), "the answer"),
        (("count", "percent"), "how many gave it, as a number or a percentage"),
    ),
}


def period_of(role: str) -> Period | None:
    """The period of "value@quarter:2026-07"; None of any other role."""
    if not role.startswith(OF_PERIOD):
        return None
    kind, _, code = role.removeprefix(OF_PERIOD).partition(":")
    return Period.parse(PeriodKind(kind), code)


def role_of(period: Period) -> str:
    return f"{OF_PERIOD}{period.kind.value}:{period.code}"


def guess(sheet: Sheet, kind: str) -> Layout:
    """What the names of the columns say, in whichever of the first rows says most. It may not suffice: ask `faults`."""
    best: Layout | None = None
    for row in sheet.rows[:LOOKED_AT]:
        if sum(bool(text) for text in row.texts) < 2:
            continue
        layout = Layout(row.number, _roles(row, kind))
        if best is None or len(layout.columns) > len(best.columns):
            best = layout
    return best or Layout(sheet.rows[0].number if sheet.rows else 1, {})


def headers_of(sheet: Sheet, header: int) -> tuple[str, ...]:
    """The names of the columns in a row, "" where a column has none."""
    return next((row.texts for row in sheet.rows if row.number == header), ())


def headers_sha256(headers: Sequence[str]) -> str:
    """What tables of the same shape have in common: the names of their columns in order."""
    return hashlib.sha256("\x1f".join(_plain(header) for header in headers).encode()).hexdigest()


def column_name(column: int) -> str:
    return f"column {letters(column)}"


_NOT_WORDS = re.compile(r"[^a-z0-9% ]+")
_ASIDE = re.compile(r"\([^)]*\)")


def _plain(text: str) -> str:
    return " ".join(_NOT_WORDS.sub(" ", text.casefold().replace("'", "").replace("’", "")).split())


def _roles(row: Row, kind: str) -> dict[int, str]:
    """Every column by a name it is known by; what fits two roles takes the one that is free."""
    several: list[tuple[int, list[str]]] = []
    found: dict[int, str] = {}
    for cell in row:
        names = {_plain(cell.text), _plain(_ASIDE.sub(" ", cell.text))} - {""}
        roles = [column.key for column in COLUMNS[kind] if names & set(column.names)]
        if len(roles) == 1:
            found[cell.column] = roles[0]
        elif roles:
            several.append((cell.column, roles))
        elif kind == "figures" and (period := _period(cell.text)):
            found[cell.column] = role_of(period)
    for column, roles in several:
        if "denominator" in found.values():
            roles = [*(role for role in roles if role == "numerator"), *roles]
        found[column] = next((role for role in roles if role not in found.values()), roles[0])
    return found


def _period(text: str) -> Period | None:
    try:
        return parse_period(text)
    except Misread:
        return None
