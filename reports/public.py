"""The public version of a report, made of the partners' frozen text alone: no live row is asked.

performance.disclosure decides on every figure; whatever is worked out from one that is withheld (a change, a word, a
point of a chart, a usual range, a position) is withheld with it. Figures and tables whose source is not for publication,
or not known, are left out, and so is the evidence of emerging issues. What the plan prints is public and stays. Words that
may tell a withheld number (performance.telling) are withheld whole, and say so in one word; one note says how many and
why. A person still reads every public version before it is published.

What comes out holds no withheld number anywhere, so it may be printed, shown and kept as it is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from performance import telling
from performance.comparison import NO_COMPARISON, Against, Measure
from performance.disclosure import (
    FEWEST_SHOWN,
    NOT_COMPARED_SENTENCE,
    NOT_COMPARED_TEXT,
    WITHHELD_TEXT,
    Audience,
    Cell,
    Hidden,
    Ratio,
    Shown,
    Total,
    disclose,
    footnote,
    left_out_note,
)
from performance.standing import BASELINE
from reports.document import (
    OF_FIGURES,
    PUBLIC,
    ActionLine,
    ActionPlanDocument,
    Asked,
    Change,
    Compared,
    DateMove,
    Document,
    Figure,
    Headline,
    Issue,
    Item,
    Items,
    Known,
    Matter,
    OtherAction,
    Outside,
    Paper,
    PlanDocument,
    PrintedTable,
    QuarterlyDocument,
    Recommendation,
    SectionWords,
    SimilarAreas,
    SimilarRow,
    SimilarTable,
    Since,
    SixMonthlyDocument,
    SubGroupText,
    Value,
    Words,
    notes_of,
    to_json,
    where_of,
)
from reports.formatting import words_of

Typed = TypeVar("Typed", SectionWords, SubGroupText)

WITHHELD = "Withheld."
PUBLISHED = "Published"
"""How a version stands of which everybody may know."""
TITLE_WITHHELD = "Title withheld"
RANGE_WITHHELD = "Whether that is unusual is not said, because a figure it needs is withheld."
TABLE_LEFT_OUT = (
    "The newest table of similar areas is left out because its source is not for publication, or not known."
)
AVERAGES_LEFT_OUT = "Similar areas’ averages are left out where their source is not for publication, or not known."

WITH_WORDS = ("facts", "help_asked", "help_answered", "help_open", "help_dropped", "asked")
"""Kinds of differences of actions whose sentences quote somebody."""

SMALLEST_TOWN = 50_000
"""So many people a rate is taken to be of where no denominator is known."""


def for_public(document: Document, marking: str = "") -> Document:
    """What everybody may read of a report, under the protective marking chosen for it.

    ValueError, with a sentence, for the text of a version from before what a public version needs was kept.
    """
    _want_known(document)
    public = _Public(document).document()
    return dataclasses.replace(public, paper=dataclasses.replace(public.paper, marking=marking))


@dataclass(frozen=True)
class Withheld:
    """What a public version does not say, in names and periods, for whoever answers for it: never a number.

    `small` and `secondary`: by indicator's name, the periods withheld because the count is small, or because a small one
    could be worked out. `left_out`: indicators whose source is not for publication. `words`: how many texts were replaced.
    `restricted`: how many texts a partner had marked so; `restricted_issues`: how many issues. `matters` are those arising
    that are printed, `restricted_matters` those that are left out as restricted.
    """

    small: dict[str, list[str]]
    secondary: dict[str, list[str]]
    left_out: list[str]
    words: int
    restricted: int
    restricted_issues: int
    matters: int = 0
    restricted_matters: int = 0


def withheld(document: Document) -> Withheld:
    """What `for_public` keeps back of a report. Raises ValueError as it does."""
    _want_known(document)
    public = _Public(document)
    names = {figure.code: figure.name for figure in document.figures}
    found: dict[Hidden, dict[str, list[str]]] = {kind: {} for kind in Hidden}
    for known in document.known:
        code, when = where_of(known.place)
        cell = public.table.shown(code, when)
        if cell.hidden is not None:
            label = when if isinstance(when, str) else when.label
            found[cell.hidden].setdefault(names.get(code, code), []).append(label)
    public.document()
    matters = document.matters if isinstance(document, (SixMonthlyDocument, QuarterlyDocument)) else ()
    left_out = sum(matter.restricted for matter in matters)
    return Withheld(
        small=found[Hidden.SMALL],
        secondary=found[Hidden.SECONDARY],
        left_out=list(found[Hidden.LEFT_OUT]),
        words=public.texts,
        restricted=to_json(document).count('"restricted":true') - left_out,
        restricted_issues=document.restricted_issues,
        matters=len(matters) - left_out,
        restricted_matters=left_out,
    )


def _want_known(document: Document) -> None:
    told = any(figure.now or figure.latest or figure.year_before or figure.previous for figure in document.figures)
    if told and not document.known:
        raise ValueError(
            "This version was made before the portal kept what a public version needs. Make another version of the "
            "report first."
        )


class _Public:
    """One document and what of it may be told."""

    def __init__(self, document: Document) -> None:
        self.of = document
        #: How many texts were replaced so far.
        self.texts = 0
        counts = {where_of(known.place)[0] for known in document.known if Measure(known.measure) is Measure.COUNT}
        self.table = disclose(
            [_cell(known) for known in document.known],
            [Ratio(one.whole, *one.parts) if one.ratio else Total(one.whole, one.parts) for one in document.sums],
            Audience.PUBLIC,
            {
                **{figure.code: _called(figure, counts) for figure in document.figures},
                **{part.name: part.name for part in document.priorities},
            },
        )
        self.on_table = _said_by(None)
        #: Whose numbers, an old value's among them, might tell a small one.
        self.ruled = self.table.ruled
        self.hidden = {
            (where_of(known.place)[0], known.number)
            for known in document.known
            if known.number and self._shown(known.place).value is None
        }
        #: Those of them that hardly stand in another text by chance.
        self.secret = {number for _, number in self.hidden if _is_telling(number)}
        self.figures = tuple(self._figure(figure) for figure in document.figures if not self._left_out(figure.code))
        self.codes = {figure.code for figure in self.figures}
        self.places = {
            place for figure in self.figures for place in _places(figure) if self._shown(place).hidden is not None
        }

    def document(self) -> Document:
        if isinstance(self.of, SixMonthlyDocument):
            return self._six_monthly(self.of)
        if isinstance(self.of, ActionPlanDocument):
            return self._action_plan(self.of)
        if isinstance(self.of, PlanDocument):
            return self._plan(self.of)
        return self._quarterly(self.of)

    # --- Figures

    def _near(self, code: str) -> frozenset[str]:
        return self.table.kin.get(code, frozenset({code}))

    def _left_out(self, code: str) -> bool:
        return self.table.leaves_out(code)

    def _hides(self, code: str) -> bool:
        """Whether a figure of this indicator, or of one it adds up with, is not shown."""
        near = self._near(code)
        return any(cell.hidden is not None for (key, _), cell in self.table.cells.items() if key in near)

    def _shown(self, place: str) -> Shown:
        return self.table.shown(*where_of(place))

    def _may(self, places: Iterable[str]) -> bool:
        """Of figures that are not there nothing can be learnt."""
        where = [where_of(place) for place in places]
        return not where or self.table.may_derive(*where)

    def _words(self, text: str, *codes: str, anything: bool = False, of_action: bool = False) -> str:
        """Free text about these indicators, or the word for what is withheld; nothing about one that is left out."""
        if any(self._left_out(code) for code in codes):
            return ""
        if text and self._tells(text, *codes, anything=anything, of_action=of_action):
            self.texts += 1
            return WITHHELD
        return text

    def _tells(self, text: str, *codes: str, anything: bool = False, of_action: bool = False) -> bool:
        """Whether a text may tell a withheld number: by performance.telling, or because one stands in it."""
        shown = self.table.words(text, *codes, anything=anything, of_action=of_action)
        near = {name for code in codes for name in self._near(code)}
        hidden = self.secret | {number for key, number in self.hidden if key in near}
        return shown.hidden is not None or telling.tells_one_of(text, hidden)

    def _free(self, text: str) -> str:
        """Words about anything at all."""
        return self._words(text, anything=True)

    def _value(self, value: Value | None, code: str) -> Value | None:
        if value is None:
            return None
        shown = self._shown(value.place)
        hidden = shown.hidden is not None or shown.value is None
        ruled = code in self.ruled or self._hides(code)
        return dataclasses.replace(
            value,
            printed=shown.text,
            number="" if hidden else value.number,
            note="" if ruled else self._words(value.note, code),
            corrected=value.corrected and not ruled,
        )

    def _figure(self, figure: Figure) -> Figure:
        code = figure.code
        ruled = code in self.ruled or self._hides(code)
        rows = {row.kind: row for row in figure.comparisons}
        year = rows.get(Against.YEAR_BEFORE.value)
        by_year = self._may(year.rests_on if year else figure.rests_on)
        by_range = self._may(figure.rests_on)
        before = rows.get(Against.PREVIOUS.value)
        remarks = tuple(dataclasses.replace(one, text=self._words(one.text, code)) for one in figure.remarks)
        public = dataclasses.replace(
            figure,
            note=self._note(figure),
            now=self._value(figure.now, code),
            year_before=self._value(figure.year_before, code),
            previous=self._value(figure.previous, code),
            latest=self._value(figure.latest, code),
            similar=self._similar(figure.similar, rows.get(Against.SIMILAR_AREAS.value), figure.rests_on),
            trend=tuple(
                dataclasses.replace(
                    point,
                    printed=self._shown(point.place).text if point.place else point.printed,
                    number=point.number if point.place and self._shown(point.place).value is not None else "",
                    unusual=point.unusual and by_range,
                )
                for point in figure.trend
            ),
            remarks=tuple(one for one in remarks if one.text != WITHHELD),
            definition=self._words(figure.definition, code),
            against_previous=figure.against_previous if before is None or self._may(before.rests_on) else "",
            comparisons=tuple(self._compared(row) for row in figure.comparisons),
            commentary=self._words(figure.commentary, code),
            corrections=()
            if ruled
            else tuple(dataclasses.replace(one, because=self._words(one.because, code)) for one in figure.corrections),
            missing=figure.missing and "not yet available",
            # Whoever may see only part of the reasons is not told that there is one.
            commentary_wanted_from=figure.commentary_wanted_from if by_year and by_range else "",
            withheld=not (by_year and by_range) and figure.now is not None,
            rests_on=(),
        )
        if not by_year and figure.now is not None:
            public = dataclasses.replace(
                public,
                difference=NOT_COMPARED_TEXT,
                percent="",
                percent_note="",
                word=NO_COMPARISON,
                symbol="",
                sentence="",
                against_previous="",
            )
        if not by_range:
            return dataclasses.replace(
                public,
                judged="",
                than_usual="",
                bands=(),
                range_words="",
                # Where nothing at all is compared that is said once, with what it would have been compared with.
                range_sentence=RANGE_WITHHELD if figure.range_sentence and by_year else "",
            )
        # The reason for a range that was set anew is somebody's own words.
        return public if not self._hides(code) else dataclasses.replace(public, range_sentence=figure.range_words)

    def _note(self, figure: Figure) -> str:
        """What it quotes from the plan is public whatever stands beside it."""
        rest = figure.note
        for words in figure.quoted:
            rest = rest.replace(words, "")
        return figure.note if self._words(rest, figure.code) == rest else WITHHELD

    def _compared(self, row: Compared) -> Compared:
        if self._may(row.rests_on):
            return dataclasses.replace(row, rests_on=())
        theirs = ""
        if row.kind in (Against.YEAR_BEFORE, Against.PREVIOUS):
            # The other figure of these two is a figure of its own, with a text of its own.
            [*_, other] = row.rests_on
            theirs = self._shown(other).text if len(row.rests_on) > 1 else ""
        return dataclasses.replace(
            row,
            theirs=theirs,
            number=NOT_COMPARED_TEXT,
            percent="",
            word="",
            symbol="",
            sentence=NOT_COMPARED_SENTENCE,
            position="",
            reason="a figure it needs is withheld",
            rests_on=(),
        )

    def _similar(
        self, similar: SimilarAreas | None, row: Compared | None, rests_on: tuple[str, ...]
    ) -> SimilarAreas | None:
        if similar is None:
            return None
        average = self._shown(similar.place)
        if average.hidden is not None:
            return None
        if self._may(row.rests_on if row else rests_on):
            return similar
        return dataclasses.replace(similar, position=None, group_size=None, sentence="")

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
            *footnote(len(self.places), self.texts),
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
                kept = not (words and self._tells(text, *self._told_of_ref(row.key), of_action=True))
            if kept:
                rows.append(dataclasses.replace(row, text=text))
        sealed = since.sealed
        if sealed is not None and sealed.standing != PUBLISHED:
            sealed = dataclasses.replace(sealed, standing="")
        return dataclasses.replace(since, sealed=sealed, rows=tuple(rows))

    def _lines(self) -> Iterable[ActionLine | Headline | OtherAction]:
        if isinstance(self.of, PlanDocument):
            return ()
        return (
            (*self.of.headlines, *self.of.other_actions) if isinstance(self.of, QuarterlyDocument) else self.of.actions
        )

    def _tells_title(self, ref: str, title: str) -> bool:
        return self._tells(title, *self._told_of_ref(ref), of_action=True)

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
            priorities=tuple(dataclasses.replace(part, codes=self._kept(part.codes)) for part in document.priorities),
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
        )
        return dataclasses.replace(public, figure_notes=self._notes())

    # --- The action plan as at a day

    def _action_plan(self, document: ActionPlanDocument) -> ActionPlanDocument:
        """As the six-monthly report tells its actions; the figures, which it does not print, are left behind."""
        codes = {line.ref: self._told_of(line) for line in document.actions}
        lines = tuple(self._line(line, codes[line.ref]) for line in document.actions)
        titles = {line.ref: line.title for line in lines}
        return dataclasses.replace(
            document,
            paper=self._paper(document.paper),
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
        self.on_table = _said_by(document.table)
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
        kept = [code for code in codes if not self._left_out(code)]
        if len(kept) < len(tuple(codes)) and telling.tells_a_number(text):
            self.texts += 1
            return WITHHELD
        return self._words(text, *kept, anything=anything, of_action=of_action)

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

    def _line(self, line: ActionLine, codes: tuple[str, ...]) -> ActionLine:
        """An action with no indicator of its own is known by its words."""
        return dataclasses.replace(
            line,
            title=self._title(line.title, codes),
            description=self._said(line.description, codes),
            measure=self._said(line.measure, codes),
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
        """In short, without the partner's words, where those are withheld."""
        short = one.short
        for ref in one.refs:
            before = self.of.by_ref[ref].title if isinstance(self.of, SixMonthlyDocument) else ""
            if before and self._tells_title(ref, before):
                short = f"{ref} {TITLE_WITHHELD.lower()}"
        return dataclasses.replace(one, short=short, text=short) if touched & set(one.refs) else one

    def _told_of_ref(self, ref: str) -> tuple[str, ...]:
        if not isinstance(self.of, (SixMonthlyDocument, ActionPlanDocument)):
            return ()
        line = self.of.by_ref.get(ref)
        return self._told_of(line) if line else ()

    def _paragraph(self, said: SubGroupText) -> SubGroupText:
        """A sub-group writes about its priority, whose numbers it may tell."""
        return self._typed(said, self._free(f"{said.text} {words_of(said.html)}") == WITHHELD)

    def _section(self, words: SectionWords) -> SectionWords:
        """Somebody's own words for the whole report, which may be about anything in it."""
        return self._typed(words, self._free(f"{words.text} {words_of(words.html)}") == WITHHELD)

    def _typed(self, words: Typed, withheld: bool) -> Typed:
        """As it is, or withheld whole: with it the HTML that was made of it."""
        return dataclasses.replace(words, text=WITHHELD, html="") if withheld else words


def _cell(known: Known) -> Cell:
    key, period = where_of(known.place)
    return Cell(
        key,
        period,
        _number(known.number),
        known.printed,
        Measure(known.measure),
        small_numbers=known.small_numbers,
        publishable=known.publishable,
        numerator=_number(known.numerator),
        denominator=_number(known.denominator),
        printed_in_plan=period == BASELINE,
    )


def _called(figure: Figure, counts: Collection[str]) -> str:
    """A count goes by what it counts as well; `counts` are the codes of those that are."""
    return f"{figure.name} {figure.unit}" if figure.code in counts else figure.name


def _places(figure: Figure) -> Iterator[str]:
    """Those that are printed somewhere."""
    values = (figure.now, figure.year_before, figure.previous, figure.latest)
    yield from (value.place for value in values if value and value.place)
    yield from (point.place for point in figure.trend if point.place)


def _is_telling(number: str) -> bool:
    """Whether a number is such that another text would hardly have it by chance."""
    return "." in number or Decimal(number) >= 1000


def _is_low(number: str, least: Decimal) -> bool:
    """Whether a rate is of few people; what is no number may be."""
    try:
        return Decimal(0) < Decimal(number.strip()) < least
    except InvalidOperation:
        return bool(number.strip())


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _said_by(table: PrintedTable | None) -> re.Pattern[str]:
    """Finds the rates, averages and positions of a printed table in a sentence; nothing where there is no table."""
    rows = table.rows if table else ()
    numbers = {re.escape(one) for row in rows for one in (row.printed, row.average) if "." in one}
    places = {rf"positions? {row.place}(?: of {row.areas})?" for row in rows if row.place is not None}
    found = sorted(numbers, key=len, reverse=True) + sorted(places, key=len, reverse=True)
    return re.compile(rf"(?<![\w.,])(?:{'|'.join(found)})(?![\w]|[.,]\d)" if found else r"(?!)")
