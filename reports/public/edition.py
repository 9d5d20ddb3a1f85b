"""What of the words everybody may read, kind of report by kind of report."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from performance import telling
from performance.comparison import Measure
from performance.disclosure import (
    FEWEST_SHOWN,
    WITHHELD_TEXT,
    Hidden,
    footnote,
    left_out_note,
)
from reports.document import (
    OF_FIGURES,
    PUBLIC,
    ActionLine,
    ActionPlanDocument,
    Asked,
    Change,
    DateMove,
    Document,
    Headline,
    Issue,
    Item,
    Items,
    Matter,
    OtherAction,
    Outside,
    Paper,
    PlanDocument,
    PriorityPart,
    QuarterlyDocument,
    Recommendation,
    SectionWords,
    SimilarRow,
    SimilarTable,
    Since,
    SixMonthlyDocument,
    SubGroupText,
    Words,
    notes_of,
)
from reports.formatting import words_of
from reports.public.figures import (
    AVERAGES_LEFT_OUT,
    PUBLISHED,
    SMALLEST_TOWN,
    TABLE_LEFT_OUT,
    TITLE_WITHHELD,
    WITH_WORDS,
    WITHHELD,
    Figures,
    said_by,
)

Typed = TypeVar("Typed", SectionWords, SubGroupText)

WORDED_WITHHELD = "what is asked in words that are withheld"
"""In place of a recommendation that somebody worded: it goes on after "That the Partnership"."""


class Edition(Figures):
    """One document as everybody may read it."""

    def document(self) -> Document:
        if isinstance(self.of, SixMonthlyDocument):
            return self._six_monthly(self.of)
        if isinstance(self.of, ActionPlanDocument):
            return self._action_plan(self.of)
        if isinstance(self.of, PlanDocument):
            return self._plan(self.of)
        return self._quarterly(self.of)

    # --- What both reports have

    def _paper(self, paper: Paper) -> Paper:
        return dataclasses.replace(paper, edition=PUBLIC, marking="", reason=self._free(paper.reason))

    def _notes(self) -> tuple[str, ...]:
        """How many figures and texts are withheld and why, once; asked for when everything else has been looked at."""
        averages = any(
            shown.hidden is Hidden.LEFT_OUT and key.partition(" ")[0] in self.codes
            for (key, _), shown in self.table.cells.items()
            if " " in key
        )
        own = (note for note in notes_of(self.figures) if not note.endswith(WITHHELD))
        return (
            *footnote(len(self.places), len(self.replaced)),
            *left_out_note(len(self.table.left_out)),
            *[AVERAGES_LEFT_OUT] * averages,
            *own,
        )

    def _issue(self, issue: Issue) -> Issue:
        """Without its evidence, which is for those at work. One that no figure showed may be about any of them."""
        codes = (issue.indicator,) if issue.indicator and self._is_known(issue.indicator) else ()
        title = self._said(issue.title, codes, anything=not codes, of_action=False)
        return dataclasses.replace(
            issue,
            title=title if title == issue.title else TITLE_WITHHELD,
            text=self._said(issue.text, codes, anything=not codes, of_action=False),
            reason=self._said(issue.reason, codes, anything=not codes, of_action=False),
            evidence="",
            indicator="",
        )

    def _since(self, since: Since | None) -> Since | None:
        """Without what is said of figures that are withheld, or in words that are: a difference tells them."""
        if since is None:
            return None
        titles = [line.title for line in self._lines() if self._tells_title(line.ref, line.title)]
        names = {figure.code: f"{figure.name}: {figure.period_label}" for figure in self.figures}
        rows = []
        for row in since.rows:
            text = row.text
            if row.kind == "figure_missing":  # older texts say in somebody's own words why, and who owes it
                text = f"{names.get(row.key, row.key)} is not yet available."
            for title in titles:
                text = text.replace(title, f"({TITLE_WITHHELD.lower()})")
            if row.kind in OF_FIGURES:
                kept = row.key in self.codes and row.key not in self.ruled and not self._hides(row.key)
            elif row.kind.startswith("issue"):
                kept = not self._tells(row.key, anything=True)
            else:
                words = row.kind in WITH_WORDS
                kept = not (words and self._holds_back(text, self._told_of_ref(row.key)))
            if kept:
                rows.append(dataclasses.replace(row, text=text))
        sealed = since.sealed
        if sealed is not None and sealed.standing != PUBLISHED:
            sealed = dataclasses.replace(sealed, standing="")
        return dataclasses.replace(since, sealed=sealed, rows=tuple(rows))

    def lines_of_actions(self) -> tuple[ActionLine, ...]:
        return self.of.actions if isinstance(self.of, (SixMonthlyDocument, ActionPlanDocument)) else ()

    def _lines(self) -> Iterable[ActionLine | Headline | OtherAction]:
        if isinstance(self.of, PlanDocument):
            return ()
        return (
            (*self.of.headlines, *self.of.other_actions) if isinstance(self.of, QuarterlyDocument) else self.of.actions
        )

    def _tells_title(self, ref: str, title: str) -> bool:
        """The one judgement of a title, wherever it is printed. What the plan printed is public already."""
        line = self._line_of(ref)
        if line and "title" in line.as_in_plan and title == line.title:
            return False
        return self._holds_back(title, self._told_of_ref(ref))

    def _besides_refs(self, text: str) -> str:
        """As `_free`; the number in an action's reference is none."""
        rest = text
        if isinstance(self.of, (SixMonthlyDocument, ActionPlanDocument)):
            for ref in self.of.by_ref:
                rest = rest.replace(ref, "")
        return WITHHELD if self._free(rest) != rest else text

    def _matter(self, matter: Matter) -> Matter:
        """Asked and answered about anything at all."""
        return dataclasses.replace(
            matter, text=self._besides_refs(matter.text), answer=self._besides_refs(matter.answer)
        )

    def _asked(self, one: Asked, codes: dict[str, tuple[str, ...]]) -> Asked:
        """In short, without the partner's words, where the actions it is about are measured by what is withheld."""
        if one.worded:
            said = one.text if self._besides_refs(one.text) == one.text else WORDED_WITHHELD
            return dataclasses.replace(one, text=said, short=said, note=self._besides_refs(one.note))
        measured = [code for ref in one.refs for code in codes.get(ref, ())]
        known = all(ref in codes for ref in one.refs)
        told = self._said(one.text, measured) if known else self._besides_refs(one.text)
        return dataclasses.replace(
            one, text=one.text if told == one.text else one.short, note=self._besides_refs(one.note)
        )

    # --- The quarterly report

    def _quarterly(self, document: QuarterlyDocument) -> QuarterlyDocument:
        table = document.similar_table
        # Of what the others are, nobody is told that it is worse.
        worse = {figure.code for figure in self.figures if figure.worse}
        left_out = table is not None and not (table.publishable and table.source)
        public = dataclasses.replace(
            document,
            paper=self._paper(document.paper),
            priorities=tuple(
                dataclasses.replace(part, statement=self._free(part.statement), codes=self._kept(part.codes))
                for part in document.priorities
            ),
            shared_codes=self._kept(document.shared_codes),
            other_codes=self._kept(document.other_codes),
            figures=self.figures,
            similar_table=self._similar_table(None if left_out else table),
            outside=tuple(self._outside(one) for one in document.outside),
            headlines=tuple(dataclasses.replace(one, title=self._title(one.title)) for one in document.headlines),
            issues=tuple(self._issue(issue) for issue in document.issues),
            since=self._since(document.since),
            matters=tuple(self._matter(matter) for matter in document.matters if not matter.restricted),
            last_asked=tuple(self._asked(one, {}) for one in document.last_asked),
            left_alone=tuple(one for one in document.left_alone if one.code in worse),
            other_actions=(),
            texts=tuple(self._section(words) for words in document.texts),
            known=(),
            sums=(),
        )
        return dataclasses.replace(public, figure_notes=self._notes() + (TABLE_LEFT_OUT,) * left_out)

    def _outside(self, one: Outside) -> Outside:
        """A finding of an assessment is anybody's words, and its evidence may be about any figure."""
        return dataclasses.replace(one, text=self._free(one.text), evidence=self._free(one.evidence))

    def _kept(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in codes if code in self.codes)

    def _similar_table(self, table: SimilarTable | None) -> SimilarTable | None:
        """A rate times the population is a count: where that is of an indicator under the small-number rule, or low, the
        row is withheld, and with it another of its heading, from whose sum it could be had.
        """
        if table is None:
            return None
        rows = [row for row in table.rows if not (row.indicator and self._left_out(row.indicator))]
        least = self._least_rate(table.unit)
        low = [row for row in rows if row.indicator in self.ruled or _is_low(row.number, least)]
        hidden = {id(row) for row in low}
        for heading in {row.heading for row in low}:
            own = [row for row in rows if row.heading == heading]
            if sum(id(row) in hidden for row in own) == 1:
                hidden |= {id(row) for row in [row for row in own if id(row) not in hidden][-1:]}
        return dataclasses.replace(
            table,
            note=self._free(table.note),
            rows=tuple(self._row(row, least, hide=id(row) in hidden) for row in rows),
        )

    def _row(self, row: SimilarRow, least: Decimal, *, hide: bool) -> SimilarRow:
        query = self._free(row.query)
        if not hide:
            # What it was in the table before: the rate, and after a comma the position.
            return dataclasses.replace(
                row, query=query, before="" if _is_low(row.before.partition(",")[0], least) else row.before
            )
        return dataclasses.replace(row, printed=WITHHELD_TEXT, number="", position=None, before="", query=query)

    def _least_rate(self, unit: str) -> Decimal:
        """The lowest rate that may be printed: ten people, for some rates are of households, which are fewer."""
        people = [Decimal(one.denominator) for one in self.of.known if one.denominator and one.measure == Measure.RATE]
        found = re.search(r"per ([\d,]+)", unit)
        per = int(found[1].replace(",", "")) if found else 1000
        return Decimal(2 * FEWEST_SHOWN * per) / min(people, default=Decimal(SMALLEST_TOWN))

    def _is_known(self, code: str) -> bool:
        return any(key == code for key, _ in self.table.cells)

    # --- The six-monthly report

    def _six_monthly(self, document: SixMonthlyDocument) -> SixMonthlyDocument:
        codes = {line.ref: self._told_of(line) for line in document.actions}
        lines = tuple(self._line(line, codes[line.ref]) for line in document.actions)
        titles = {line.ref: line.title for line in lines}
        touched = {now.ref for now, before in zip(lines, document.actions, strict=True) if now != before}
        public = dataclasses.replace(
            document,
            paper=self._paper(document.paper),
            figures=self.figures,
            priorities=self._priorities(document.priorities),
            actions=lines,
            added=tuple(self._change(change, codes, titles) for change in document.added),
            completed=tuple(self._change(change, codes, titles) for change in document.completed),
            closed=tuple(self._change(change, codes, titles) for change in document.closed),
            date_moves=tuple(self._move(move, codes, titles) for move in document.date_moves),
            late_updates=tuple(
                dataclasses.replace(one, title=titles.get(one.ref, one.title)) for one in document.late_updates
            ),
            recommendations=tuple(self._recommendation(one, touched) for one in document.recommendations),
            sub_group_texts=tuple(self._paragraph(said) for said in document.sub_group_texts),
            issues=tuple(self._issue(issue) for issue in document.issues),
            since=self._since(document.since),
            matters=tuple(self._matter(matter) for matter in document.matters if not matter.restricted),
            last_asked=tuple(self._asked(one, codes) for one in document.last_asked),
            texts=tuple(self._section(words) for words in document.texts),
            known=(),
            sums=(),
            not_asked=(),
        )
        return dataclasses.replace(public, figure_notes=self._notes())

    def _priorities(self, parts: tuple[PriorityPart, ...]) -> tuple[PriorityPart, ...]:
        """A statement may have been edited since the plan was printed, and a focus is typed every year."""
        return tuple(
            dataclasses.replace(part, statement=self._free(part.statement), focus=self._free(part.focus))
            for part in parts
        )

    # --- The action plan as at a day

    def _action_plan(self, document: ActionPlanDocument) -> ActionPlanDocument:
        """As the six-monthly report tells its actions; the figures, which it does not print, are left behind."""
        codes = {line.ref: self._told_of(line) for line in document.actions}
        lines = tuple(self._line(line, codes[line.ref]) for line in document.actions)
        titles = {line.ref: line.title for line in lines}
        return dataclasses.replace(
            document,
            paper=self._paper(document.paper),
            priorities=self._priorities(document.priorities),
            actions=lines,
            completed=tuple(self._change(change, codes, titles) for change in document.completed),
            closed=tuple(self._change(change, codes, titles) for change in document.closed),
            figures=(),
            known=(),
            sums=(),
        )

    # --- The plan itself

    def _plan(self, document: PlanDocument) -> PlanDocument:
        """What the plan prints is public; what is typed since (a later year, a finding, a title) may tell anything.

        A finding may quote the plan's own table, which is printed beside it.
        """
        self.on_table = said_by(document.table)
        return dataclasses.replace(
            document,
            paper=self._paper(document.paper),
            context=tuple(self._later(group) for group in document.context),
            findings=tuple(self._items(group) for group in document.findings),
            outside=tuple(self._item(item) for item in document.outside),
            surveys=tuple(
                dataclasses.replace(one, findings=tuple(self._items(group) for group in one.findings))
                for one in document.surveys
            ),
            priorities=tuple(
                dataclasses.replace(
                    part,
                    statement=self._free(part.statement),
                    focus=self._free(part.focus),
                    actions=tuple(dataclasses.replace(one, title=self._title(one.title)) for one in part.actions),
                )
                for part in document.priorities
            ),
            figures=(),
            known=(),
            sums=(),
        )

    def _items(self, group: Items) -> Items:
        return dataclasses.replace(group, rows=tuple(self._item(item) for item in group.rows))

    def _item(self, item: Item) -> Item:
        return dataclasses.replace(item, text=self._beside_table(item.text), note=self._beside_table(item.note))

    def _beside_table(self, text: str) -> str:
        rest = self.on_table.sub("", text)
        return text if self._free(rest) == rest else WITHHELD

    def _later(self, group: Items) -> Items:
        rows = (dataclasses.replace(item, later=tuple(self._free(said) for said in item.later)) for item in group.rows)
        return dataclasses.replace(group, rows=tuple(rows))

    # --- What is said of actions

    def _told_of(self, line: ActionLine) -> tuple[str, ...]:
        """The indicators whose numbers the words on an action may tell."""
        return tuple(code for code in line.indicators if self._is_known(code))

    def _said(self, text: str, codes: Iterable[str], *, anything: bool = False, of_action: bool = True) -> str:
        """What somebody said of indicators, or of an action measured by them; of one that is left out only without numbers."""
        if self._holds_back(text, tuple(codes), anything=anything, of_action=of_action):
            self.replaced.append(text)
            return WITHHELD
        return text

    def _holds_back(self, text: str, codes: tuple[str, ...], *, anything: bool = False, of_action: bool = True) -> bool:
        if not text:
            return False
        kept = [code for code in codes if not self._left_out(code)]
        if len(kept) < len(codes) and telling.tells_a_number(text):
            return True
        return self._tells(text, *kept, anything=anything, of_action=of_action)

    def _title(self, title: str, codes: Iterable[str] = ()) -> str:
        return title if self._said(title, codes) == title else TITLE_WITHHELD

    def _words_of(self, words: Words, codes: tuple[str, ...]) -> Words:
        return dataclasses.replace(
            words,
            narrative=self._said(words.narrative, codes),
            reason=self._said(words.reason, codes),
            recovery=self._said(words.recovery, codes),
            help_wanted=self._said(words.help_wanted, codes),
            # Its action's own words say that they are withheld.
            achievement="" if self._said(words.achievement, codes) == WITHHELD else words.achievement,
            help_answer=self._said(words.help_answer, codes),
        )

    def _of_plan(self, line: ActionLine, name: str, text: str, codes: tuple[str, ...]) -> str:
        """What the plan printed is public already."""
        return text if name in line.as_in_plan else self._said(text, codes)

    def _line(self, line: ActionLine, codes: tuple[str, ...]) -> ActionLine:
        """An action with no indicator of its own is known by its words."""
        return dataclasses.replace(
            line,
            title=TITLE_WITHHELD if self._tells_title(line.ref, line.title) else line.title,
            description=self._of_plan(line, "description", line.description, codes),
            measure=self._of_plan(line, "measure", line.measure, codes),
            milestones=tuple(dataclasses.replace(one, text=self._said(one.text, codes)) for one in line.milestones),
            said=self._words_of(line.said, codes) if line.said else None,
            earlier=self._words_of(line.earlier, codes) if line.earlier else None,
            supporters=tuple(self._words_of(words, codes) for words in line.supporters),
            requests=None if line.requests is None else tuple(self._words_of(words, codes) for words in line.requests),
            settled=tuple(dataclasses.replace(one, answer=self._said(one.answer, codes)) for one in line.settled),
        )

    def _change(self, change: Change, codes: dict[str, tuple[str, ...]], titles: dict[str, str]) -> Change:
        """An achievement that may tell a number is left out; the action's own words say that they are withheld."""
        told = self._said(change.text, codes.get(change.ref, ()))
        return dataclasses.replace(
            change, title=titles.get(change.ref, change.title), text="" if told == WITHHELD else told
        )

    def _move(self, move: DateMove, codes: dict[str, tuple[str, ...]], titles: dict[str, str]) -> DateMove:
        return dataclasses.replace(
            move, title=titles.get(move.ref, move.title), reason=self._said(move.reason, codes.get(move.ref, ()))
        )

    def _recommendation(self, one: Recommendation, touched: set[str]) -> Recommendation:
        """In short, without the partner's words, where those are withheld; what somebody worded may be about anything."""
        if one.by:
            told = self._besides_refs(one.text) == one.text and not touched & set(one.refs)
            said = one.text if told else WORDED_WITHHELD
            return dataclasses.replace(one, text=said, short=said, worked_out="")
        short = one.short
        for ref in one.refs:
            before = self.of.by_ref[ref].title if isinstance(self.of, SixMonthlyDocument) else ""
            if before and self._tells_title(ref, before):
                short = f"{ref} {TITLE_WITHHELD.lower()}"
        return dataclasses.replace(one, short=short, text=short) if touched & set(one.refs) else one

    def _told_of_ref(self, ref: str) -> tuple[str, ...]:
        line = self._line_of(ref)
        return self._told_of(line) if line else ()

    def _line_of(self, ref: str) -> ActionLine | None:
        return self.of.by_ref.get(ref) if isinstance(self.of, (SixMonthlyDocument, ActionPlanDocument)) else None

    def _paragraph(self, said: SubGroupText) -> SubGroupText:
        """A sub-group writes about its priority, whose numbers it may tell."""
        return self._typed(said, self._free(f"{said.text} {words_of(said.html)}") == WITHHELD)

    def _section(self, words: SectionWords) -> SectionWords:
        """Somebody's own words for the whole report, which may be about anything in it."""
        return self._typed(words, self._free(f"{words.text} {words_of(words.html)}") == WITHHELD)

    def _typed(self, words: Typed, withheld: bool) -> Typed:
        """As it is, or withheld whole: with it the HTML that was made of it."""
        return dataclasses.replace(words, text=WITHHELD, html="") if withheld else words


def _is_low(number: str, least: Decimal) -> bool:
    """Whether a rate is of few people; what is no number may be."""
    try:
        return Decimal(0) < Decimal(number.strip()) < least
    except InvalidOperation:
        return bool(number.strip())
