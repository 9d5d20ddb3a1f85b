"""What of the figures everybody may read: performance.disclosure decides, and whatever rests on one withheld goes with it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from performance import telling
from performance.comparison import NO_COMPARISON, Against, Measure
from performance.disclosure import (
    NOT_COMPARED_SENTENCE,
    NOT_COMPARED_TEXT,
    Audience,
    Cell,
    Hidden,
    Ratio,
    Shown,
    Total,
    disclose,
)
from performance.standing import BASELINE
from reports.document import (
    Compared,
    Document,
    Figure,
    Known,
    PrintedTable,
    SimilarAreas,
    Value,
    where_of,
)

WITHHELD = "Withheld."
PUBLISHED = "Published"
"""How a version stands of which everybody may know."""
TITLE_WITHHELD = "Title withheld"
NOT_OURS_TO_PUBLISH = "Not compared, because the source of a figure it needs is not for publication, or not known."
RANGE_WITHHELD = "Whether that is unusual is not said, because a figure it needs is withheld."
TABLE_LEFT_OUT = (
    "The newest table of similar areas is left out because its source is not for publication, or not known."
)
AVERAGES_LEFT_OUT = "Similar areas’ averages are left out where their source is not for publication, or not known."

WITH_WORDS = ("facts", "help_asked", "help_answered", "help_open", "help_dropped", "asked")
"""Kinds of differences of actions whose sentences quote somebody."""

SMALLEST_TOWN = 50_000
"""So many people a rate is taken to be of where no denominator is known."""


class Figures:
    """One document and what of it may be told."""

    def __init__(self, document: Document) -> None:
        self.of = document
        #: The texts that were replaced so far, as they were judged.
        self.replaced: list[str] = []
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
        self.on_table = said_by(None)
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
            self.replaced.append(text)
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
        why = {shown.hidden for shown in map(self._shown, row.rests_on) if shown.hidden or shown.value is None}
        by_source = why == {Hidden.LEFT_OUT}
        return dataclasses.replace(
            row,
            theirs=theirs,
            number=NOT_COMPARED_TEXT,
            percent="",
            word="",
            symbol="",
            sentence=NOT_OURS_TO_PUBLISH if by_source else NOT_COMPARED_SENTENCE,
            position="",
            reason="source not for publication, or not known" if by_source else "a figure it needs is withheld",
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


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def said_by(table: PrintedTable | None) -> re.Pattern[str]:
    """Finds the rates, averages and positions of a printed table in a sentence; nothing where there is no table."""
    rows = table.rows if table else ()
    numbers = {re.escape(one) for row in rows for one in (row.printed, row.average) if "." in one}
    places = {rf"positions? {row.place}(?: of {row.areas})?" for row in rows if row.place is not None}
    found = sorted(numbers, key=len, reverse=True) + sorted(places, key=len, reverse=True)
    return re.compile(rf"(?<![\w.,])(?:{'|'.join(found)})(?![\w]|[.,]\d)" if found else r"(?!)")
