"""What a report says of one partner: the part that its officers are shown before the chair reads the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from priorities.periods import british
from reports.document.figures import Figure
from reports.document.parts import Issue
from reports.document.plan import PlanDocument
from reports.document.quarterly import Headline, QuarterlyDocument
from reports.document.six_monthly import ActionLine, Return, SixMonthlyDocument, Words
from reports.document.text import Document


@dataclass(frozen=True)
class Mentions:
    """Sentences that name the partner or are about an action it leads, as they stand in one part of the report."""

    heading: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class SaidOf:
    """One partner's part, as printed: actions it leads and supports, help asked of it, its returns, figures and issues.

    `asked` are actions with the words in which their partner asks for this one's help. Quarterly reports have `headlines`
    in place of `leads`. `mentions` is whatever else is said of it by name. False when there is nothing.
    """

    leads: tuple[ActionLine, ...] = ()
    supports: tuple[ActionLine, ...] = ()
    asked: tuple[tuple[ActionLine, Words], ...] = ()
    returns: Return | None = None
    headlines: tuple[Headline, ...] = ()
    figures: tuple[Figure, ...] = ()
    issues: tuple[Issue, ...] = ()
    mentions: tuple[Mentions, ...] = ()

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
        mentions = _mentions(document, names, {line.ref for line in headlines})
        return SaidOf(headlines=headlines, figures=figures, issues=issues, mentions=mentions)
    if isinstance(document, PlanDocument):
        return SaidOf()
    lines = document.actions
    leads = tuple(line for line in lines if line.lead in names)
    returns = document.returns if isinstance(document, SixMonthlyDocument) else ()
    return SaidOf(
        leads=leads,
        supports=tuple(line for line in lines if line.lead not in names and set(line.supporting) & set(names)),
        asked=tuple((line, words) for line in lines for words in line.asked if words.help_wanted_from in names),
        returns=next((row for row in returns if row.partner in names), None),
        figures=figures,
        issues=issues,
        mentions=_mentions(document, names, {line.ref for line in leads}),
    )


def _mentions(document: Document, names: Collection[str], led: Collection[str]) -> tuple[Mentions, ...]:
    """Part by part, in the order of the report; a part with nothing in it is left out."""
    whole = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names) if name]
    found = re.compile("|".join(whole) or r"(?!)")

    def names_it(*texts: str) -> bool:
        return any(found.search(text) for text in texts)

    parts = {
        "What is asked and answered": _of_matters(document, names_it),
        "What became of the last recommendations": (
            ": ".join(part for part in (f"{one.number}. {one.text}", one.outcome.lower(), one.note) if part)
            for one in document.last_asked
            if names_it(one.text, one.note) or set(one.refs) & set(led)
        ),
        "What the Partnership is asked": (
            f"{number}. To {one.text}."
            for number, one in enumerate(getattr(document, "recommendations", ()), start=1)
            if names_it(one.text) or set(one.refs) & set(led)
        ),
        "Left out of what the Partnership is asked": (
            f"To {one.text}: {one.reason}"
            for one in getattr(document, "not_asked", ())
            if names_it(one.text, one.reason) or one.key in led
        ),
        "Since the last report": (
            row.text for row in (document.since.rows if document.since else ()) if row.key in led or names_it(row.text)
        ),
        "Why dates moved": (
            f"{move.ref} {move.title}, now due on {british(move.new)}: {move.reason}"
            for move in getattr(document, "date_moves", ())
            if move.ref in led or names_it(move.reason)
        ),
        "Updates that came after their day": (
            f"{late.ref} {late.title}, sent by {late.partner} on {british(late.on)}."
            for late in getattr(document, "late_updates", ())
            if late.partner in names
        ),
        "What sub-groups wrote": (
            f"{said.sub_group}: {said.text}"
            for said in getattr(document, "sub_group_texts", ())
            if names_it(said.text, said.by)
        ),
        "What was written for the report": (
            f"{words.heading}: {words.text}" for words in document.texts if names_it(words.text, words.by)
        ),
        "What others say of you": _said_by_others(document, names, names_it),
    }
    told = {heading: tuple(dict.fromkeys(texts)) for heading, texts in parts.items()}
    return tuple(Mentions(heading, texts) for heading, texts in told.items() if texts)


def _of_matters(document: Document, names_it: Callable[..., bool]) -> Iterator[str]:
    for matter in document.matters:
        if names_it(matter.text, matter.owner, matter.answer, matter.answered_by):
            who = f" ({matter.owner}, by {british(matter.due_on)})" if matter.owner else ""
            answer = f" Answered by {matter.answered_by}: {matter.answer}" if matter.answer else ""
            yield f"{matter.source}: {matter.text}{who}{answer}"


def _said_by_others(document: Document, names: Collection[str], names_it: Callable[..., bool]) -> Iterator[str]:
    """Words on actions, figures and issues of others that name the partner; those of its own it reads with them."""
    if not isinstance(document, (QuarterlyDocument, PlanDocument)):
        for line in document.actions:
            if line.lead in names:
                continue
            for words in filter(None, (line.said, line.earlier, *line.supporters)):
                for text in (words.narrative, words.reason, words.recovery, words.achievement):
                    if names_it(text):
                        yield f"{line.ref} {line.title}, {words.by}: {text}"
    for figure in document.figures:
        if figure.owner not in names:
            told = (figure.commentary, *(remark.text for remark in figure.remarks))
            yield from (f"{figure.name}: {text}" for text in told if names_it(text))
    for issue in document.issues:
        if issue.raised_by not in names and names_it(issue.text, issue.reason):
            yield f"{issue.title}: {issue.text} {issue.reason}".strip()
