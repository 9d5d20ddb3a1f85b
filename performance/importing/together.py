"""What is odd about the figures of a table: held against earlier ones, against one another, and as parts of a total."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from performance.importing.findings import Findings, Grave
from performance.importing.given import GivenFigure, Wanted, called
from performance.plausible import Known, parts_question, questions, share_question
from performance.standing import IndicatorFacts, range_baselines, shares_of
from performance.usual_range import Judgement, judge
from priorities.periods import Period
from sheets.book import listed

Table = Mapping[tuple[int, Period], GivenFigure]
"""The figures that a table gives, by indicator and period."""


def ask_about_figures(table: Table, indicators: Mapping[int, Wanted], findings: Findings) -> None:
    """Unlikely values are asked about, the table's own other periods among what each is held against."""
    series: dict[int, dict[Period, Known]] = {}
    newest: dict[int, Period] = {}
    for (indicator, period), given in table.items():
        if indicator not in series:
            series[indicator] = dict(indicators[indicator].facts.figures)
            newest[indicator] = period
        series[indicator][period] = given
        if newest[indicator].start < period.start:
            newest[indicator] = period
    judgements = {indicator: _judgement(indicators[indicator].facts, last) for indicator, last in newest.items()}
    for (indicator, period), given in table.items():
        for asked in questions(
            given.value,
            period=period,
            unit=indicators[indicator].facts.unit,
            figures=series[indicator],
            judgement=judgements[indicator],
            measure=indicators[indicator].facts.measure,
        ):
            findings.add(Grave.QUESTION, f"{given.called}: {asked.sentence}", "", given.cell)


def _judgement(facts: IndicatorFacts, newest: Period) -> Judgement:
    """For the usual range, which rests on what the portal has; a table does not vouch for itself."""
    return judge(
        [figure.reading for figure in facts.figures.values() if figure.period.kind is newest.kind],
        newest=newest,
        baselines=range_baselines(facts, newest),
        seasonal=facts.seasonal,
        unit=facts.unit,
        measure=facts.measure,
    )


def ask_about_totals(table: Table, indicators: Mapping[int, Wanted], findings: Findings) -> None:
    """Totals against what they are the sum of, the table's figures before those that the portal has."""
    changed: dict[Period, set[str]] = {}
    for given in table.values():
        changed.setdefault(given.period, set()).add(given.code)
    by_code = {one.facts.code: one.facts for one in indicators.values()}
    for facts in by_code.values():
        if not facts.parts:
            continue
        family = {facts.code, *facts.parts}
        for period, codes in changed.items():
            if period.kind is not facts.kind or not codes & family:
                continue
            total = _value_of(facts, period, table)
            if total is None:
                continue
            parts = {code: _value_of(by_code.get(code), period, table) for code in facts.parts}
            asked = parts_question(total, parts, unit=facts.unit, name=called(facts), measure=facts.measure)
            if asked:
                first = next(given for given in table.values() if given.period == period and given.code in family)
                where = table.get((facts.pk, period), first)
                findings.add(Grave.QUESTION, asked.sentence, "", where.cell)
    for code, whole in shares_of(by_code.values()):
        part, of = by_code.get(code), by_code.get(whole)
        if part is None or of is None:
            continue
        for period in changed:
            here = table.get((part.pk, period)) or table.get((of.pk, period))
            less, more = _value_of(part, period, table), _value_of(of, period, table)
            if here is None or less is None or more is None:
                continue
            asked = share_question(less, more, name=called(part), of=called(of))
            if asked:
                findings.add(Grave.QUESTION, asked.sentence, "", here.cell)


def ask_about_owners(table: Table, indicators: Mapping[int, Wanted], owner: str, findings: Findings) -> None:
    """Figures that somebody else owes than the sender said: once for each of them."""
    theirs: dict[str, dict[str, str]] = {}
    for given in table.values():
        owes = indicators[given.indicator].facts.owner
        if owner and owes != owner:
            theirs.setdefault(owes, {}).setdefault(given.code, given.cell)
    for owes, cells in theirs.items():
        findings.add(
            Grave.QUESTION,
            f"You said that these are figures of {owner}, but {listed(list(cells))} {'is' if len(cells) == 1 else 'are'} "
            f"owed by {owes}. Is it right?",
            "",
            next(iter(cells.values())),
        )


def _value_of(facts: IndicatorFacts | None, period: Period, table: Table) -> Decimal | None:
    if facts is None:
        return None
    found = table.get((facts.pk, period)) or facts.figures.get(period)
    return found.value if found else None
