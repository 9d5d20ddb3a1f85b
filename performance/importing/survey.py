"""Results of a survey: a row for each answer to each question, with how many gave it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from charts.numbers import number
from performance.importing.columns import Layout
from performance.importing.findings import STEP, Checked, Findings, Grave, Progress, shape_of
from sheets.book import Cell, Row, Sheet, shortened
from sheets.figures import Misread, figure_in, text_in

LONGEST_CODE, LONGEST_ANSWER, LONGEST_QUESTION = 30, 200, 2_000
#: How far percentages may be from 100 together, and one from its count, before it is asked about: rounding alone.
ROUNDING, ROUNDING_OF_ONE = Decimal(2), Decimal(1)
MOST_PEOPLE = 2_000_000_000

ABOUT = {
    "support": ("support", "support for a priority", "priority", "priorities"),
    "unsafe": ("unsafe", "what makes people feel unsafe", "feeling unsafe", "feelings of safety", "safety"),
    "other": ("other", "something else"),
}


@dataclass(frozen=True)
class AskedBefore:
    """A question of an earlier year: how it is known, and what it is about."""

    code: str
    about: str
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class GivenResult:
    answer: str
    count: int | None
    percent: Decimal | None


@dataclass
class GivenQuestion:
    """A question with its answers, in the table's order."""

    cell: str
    code: str
    text: str
    about: str = "other"
    priority: int | None = None
    base: int | None = None
    results: list[GivenResult] = field(default_factory=list)


def check_survey(
    sheet: Sheet,
    layout: Layout,
    *,
    before: Mapping[str, AskedBefore],
    taken: frozenset[str] = frozenset(),
    year: int,
    progress: Progress | None = None,
) -> Checked[GivenQuestion]:
    """The questions of the table. `before`: by plain text and by code, those of earlier years; `taken`: the codes of the
    questions that this year's survey has already.
    """
    found = Findings(sheet.name)
    rows = layout.rows_of(sheet)
    shape_of(sheet, rows, layout.columns, found)
    asked: dict[str, GivenQuestion] = {}
    for done, row in enumerate(rows, start=1):
        _row(row, layout, asked, before, found)
        if progress and (done % STEP == 0 or done == len(rows)):
            progress(done, len(rows))
    if not asked and not found.found:
        found.fault("No answer stands in the table.", "Expected a row for each answer to each question.")
    for question in asked.values():
        if question.code in taken:
            found.fault(
                f"The survey of {year} has “{shortened(question.text)}” ({question.code}) already.",
                "Take its rows out. What is stored is put right in the administration pages.",
                question.cell,
            )
        _together(question, found)
    return Checked(tuple(asked.values()), found.done())


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w ]+", " ", text.casefold()).split())


def code_for(text: str) -> str:
    """A short code made of a question's words: "How safe do you feel?" → how-safe-do-you-feel."""
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")
    return words[:LONGEST_CODE].strip("-") or "question"


def _row(
    row: Row, layout: Layout, asked: dict[str, GivenQuestion], before: Mapping[str, AskedBefore], found: Findings
) -> None:
    started = len(found.found)
    cells = {role: row.cell(column) for column, role in layout.columns.items()}
    text = _words(cells, "question", LONGEST_QUESTION, found)
    code = _words(cells, "code", LONGEST_CODE, found).casefold()
    answer = _words(cells, "answer", LONGEST_ANSWER, found)
    if len(found.found) > started:
        return
    first = cells.get("question") or cells["code"]
    if not (text or code):
        if answer:
            found.fault("The row has an answer, but no question.", "Write the question in every row.", first.address)
        return
    if not answer:
        found.together("The row has a question, but no answer: left out.", first.address)
        return
    if code and not re.fullmatch(r"[a-z0-9_-]+", code):
        found.fault(
            f"“{shortened(code)}” is no short code.", "Expected letters, digits, - and _ alone.", cells["code"].address
        )
        return
    question = _question(asked, code, text, first.address, cells, before, found)
    count, percent = _count(cells, "count", found), _percent(cells, found)
    base = _count(cells, "base", found)
    if len(found.found) > started or question is None:
        return
    if count is None and percent is None:
        found.fault(
            "Neither a number nor a percentage is given.", "Give one of them, or both.", cells["answer"].address
        )
        return
    if any(plain(result.answer) == plain(answer) for result in question.results):
        found.fault(f"“{shortened(answer)}” stands twice under this question.", "Keep one.", cells["answer"].address)
        return
    if base is not None and question.base is not None and base != question.base:
        found.fault(
            f"The question was answered by {base:,} here, and by {question.base:,} in its rows above.",
            "Expected the same number in each of its rows.",
            cells["base"].address,
        )
        return
    question.base = question.base if base is None else base
    question.results.append(GivenResult(answer, count, percent))


def _question(
    asked: dict[str, GivenQuestion],
    code: str,
    text: str,
    address: str,
    cells: dict[str, Cell],
    before: Mapping[str, AskedBefore],
    found: Findings,
) -> GivenQuestion | None:
    """The question that a row belongs to, begun when it is the first of it."""
    earlier = before.get(code) if code else before.get(plain(text))
    code = code or (earlier.code if earlier else code_for(text))
    if (question := asked.get(code)) is not None:
        if text and plain(text) != plain(question.text):
            found.fault(
                f"“{shortened(text)}” goes by the short code {code}, as “{shortened(question.text)}” does.",
                "Give each question a short code of its own.",
                address,
            )
            return None
        return question
    about = earlier.about if earlier else "other"
    if word := _words(cells, "about", 100, found):
        named = next((about for about, names in ABOUT.items() if plain(word) in names), None)
        if named is None:
            found.fault(
                f"“{shortened(word)}” does not say what the question is about.",
                "Expected support, unsafe or other.",
                cells["about"].address,
            )
            return None
        about = named
    asked[code] = GivenQuestion(address, code, text or code, about, earlier.priority if earlier else None)
    return asked[code]


def _words(cells: dict[str, Cell], role: str, longest: int, found: Findings) -> str:
    cell = cells.get(role)
    if cell is None:
        return ""
    try:
        text = text_in(cell)
    except Misread as fault:
        found.misread(fault, cell)
        return ""
    if len(text) > longest:
        found.fault("The text is too long.", f"Expected up to {longest:,} characters.", cell.address)
    return text


def _count(cells: dict[str, Cell], role: str, found: Findings) -> int | None:
    cell = cells.get(role)
    if cell is None:
        return None
    try:
        figure = figure_in(cell)
    except Misread as fault:
        found.misread(fault, cell)
        return None
    if figure.value is None:
        return None
    value = figure.value
    if figure.unit or value != value.to_integral_value() or not 0 <= value <= MOST_PEOPLE:
        found.fault(f"“{shortened(figure.text)}” is no number of people.", "Expected a whole number.", cell.address)
        return None
    return int(value)


def _percent(cells: dict[str, Cell], found: Findings) -> Decimal | None:
    cell = cells.get("percent")
    if cell is None:
        return None
    try:
        figure = figure_in(cell)
    except Misread as fault:
        found.misread(fault, cell)
        return None
    if figure.value is None:
        return None
    if figure.unit == "£" or not 0 <= figure.value <= 100:
        found.fault(f"“{shortened(figure.text)}” is no percentage.", "Expected a number from 0 to 100.", cell.address)
        return None
    kept = figure.value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if kept != figure.value:
        found.together("The percentage has more than one decimal and is rounded to one.", cell.address)
    return kept


def _together(question: GivenQuestion, found: Findings) -> None:
    """What the answers to one question say together."""
    results = question.results
    percents = [result.percent for result in results if result.percent is not None]
    counts = [result.count for result in results if result.count is not None]
    name = f"“{shortened(question.text)}”"
    if len(percents) > 1 and len(percents) == len(results) and sum(percents) > 0:
        total = sum(percents, Decimal(0))
        if abs(total - 1) <= Decimal("0.2") and max(percents) <= 1:
            found.fault(
                f"The percentages of {name} add up to {number(total)}: they are written as fractions.",
                "Expected 45 or 45%, not 0.45.",
                question.cell,
            )
            return
        if abs(total - 100) > ROUNDING:
            found.add(
                Grave.QUESTION,
                f"The percentages of {name} add up to {number(total)}%, not to 100%. Could people give several answers?",
                "",
                question.cell,
            )
    if question.base is None:
        return
    if len(counts) == len(results) and counts and sum(counts) != question.base:
        found.add(
            Grave.QUESTION,
            f"The answers to {name} are {sum(counts):,} together, but {question.base:,} people answered. Is it right?",
            "",
            question.cell,
        )
    for result in results:
        if result.count is None or result.percent is None or not question.base:
            continue
        made = Decimal(result.count * 100) / question.base
        if abs(made - result.percent) > ROUNDING_OF_ONE:
            found.add(
                Grave.QUESTION,
                f"“{shortened(result.answer)}”: {result.count:,} of {question.base:,} are {number(made, 1)}%, "
                f"not {number(result.percent)}%. Is it right?",
                "",
                question.cell,
            )
