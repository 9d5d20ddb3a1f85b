"""What a report says of one partner: the part that its officers are shown before the chair reads the whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reports.document.figures import Figure
from reports.document.parts import Issue
from reports.document.plan import PlanDocument
from reports.document.quarterly import Headline, QuarterlyDocument
from reports.document.six_monthly import ActionLine, Return, SixMonthlyDocument, Words
from reports.document.text import Document


@dataclass(frozen=True)
class SaidOf:
    """One partner's part, as printed: actions it leads and supports, help asked of it, its returns, figures and issues.

    `asked` are actions with the words in which their partner asks for this one's help. Quarterly reports have `headlines`
    in place of `leads`. False when there is nothing.
    """

    leads: tuple[ActionLine, ...] = ()
    supports: tuple[ActionLine, ...] = ()
    asked: tuple[tuple[ActionLine, Words], ...] = ()
    returns: Return | None = None
    headlines: tuple[Headline, ...] = ()
    figures: tuple[Figure, ...] = ()
    issues: tuple[Issue, ...] = ()

    def __bool__(self) -> bool:
        return self != SaidOf()


def names_in(document: Document) -> set[str]:
    """The name of every partner the document says something of."""
    found = {figure.owner for figure in document.figures} | {issue.raised_by for issue in document.issues}
    if isinstance(document, PlanDocument):
        return found
    if isinstance(document, QuarterlyDocument):
        found |= {line.lead for line in document.headlines}
    else:
        found |= {row.partner for row in document.returns} if isinstance(document, SixMonthlyDocument) else set()
        for line in document.actions:
            found |= {line.lead, *line.supporting, *(words.help_wanted_from for words in line.asked)}
    return found - {""}


def said_of(document: Document, names: Collection[str]) -> SaidOf:
    """What `document` says of the partner called one of `names` (its name then may not be its name now)."""
    figures = tuple(figure for figure in document.figures if figure.owner in names)
    issues = tuple(issue for issue in document.issues if issue.raised_by in names)
    if isinstance(document, QuarterlyDocument):
        headlines = tuple(line for line in document.headlines if line.lead in names)
        return SaidOf(headlines=headlines, figures=figures, issues=issues)
    if isinstance(document, PlanDocument):
        return SaidOf()
    lines = document.actions
    returns = document.returns if isinstance(document, SixMonthlyDocument) else ()
    return SaidOf(
        leads=tuple(line for line in lines if line.lead in names),
        supports=tuple(line for line in lines if line.lead not in names and set(line.supporting) & set(names)),
        asked=tuple((line, words) for line in lines for words in line.asked if words.help_wanted_from in names),
        returns=next((row for row in returns if row.partner in names), None),
        figures=figures,
        issues=issues,
    )
