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
from collections.abc import Mapping
from dataclasses import dataclass

from performance.comparison import Against
from performance.disclosure import Hidden
from reports.document import Document, QuarterlyDocument, SixMonthlyDocument, to_json, where_of
from reports.public.edition import Edition
from reports.public.figures import AVERAGES_LEFT_OUT, RANGE_WITHHELD, TITLE_WITHHELD, WITHHELD
from reports.public.listed import KeptBack, listed

__all__ = ["AVERAGES_LEFT_OUT", "RANGE_WITHHELD", "TITLE_WITHHELD", "WITHHELD", "Withheld", "for_public", "withheld"]


def for_public(document: Document, marking: str = "") -> Document:
    """What everybody may read of a report, under the protective marking chosen for it.

    ValueError, with a sentence, for the text of a version from before what a public version needs was kept.
    """
    _want_known(document)
    public = Edition(document).document()
    return dataclasses.replace(public, paper=dataclasses.replace(public.paper, marking=marking))


@dataclass(frozen=True)
class Withheld:
    """What a public version does not say, in names and periods, for whoever answers for it: never a number.

    `small` and `secondary`: by indicator's name, the periods withheld because the count is small, or because a small one
    could be worked out. `left_out`: indicators whose source is not for publication. `words`: how many texts were replaced;
    `listed`: those texts and where they stand, which may tell a number and are for coordinators alone.
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
    listed: tuple[KeptBack, ...] = ()


def withheld(document: Document) -> Withheld:
    """What `for_public` keeps back of a report. Raises ValueError as it does."""
    _want_known(document)
    public = Edition(document)
    names = {figure.code: figure.name for figure in document.figures}
    found: dict[Hidden, dict[str, list[str]]] = {kind: {} for kind in Hidden}
    for known in document.known:
        code, when = where_of(known.place)
        cell = public.table.shown(code, when)
        if cell.hidden is not None:
            label = when if isinstance(when, str) else when.label
            found[cell.hidden].setdefault(_called(code, names), []).append(label)
    public.document()
    matters = document.matters if isinstance(document, (SixMonthlyDocument, QuarterlyDocument)) else ()
    left_out = sum(matter.restricted for matter in matters)
    return Withheld(
        small=found[Hidden.SMALL],
        secondary=found[Hidden.SECONDARY],
        left_out=list(found[Hidden.LEFT_OUT]),
        words=len(public.replaced),
        restricted=to_json(document).count('"restricted":true') - left_out,
        restricted_issues=document.restricted_issues,
        matters=len(matters) - left_out,
        restricted_matters=left_out,
        listed=listed(public),
    )


#: What the averages beside an indicator are called; their places in a snapshot are its code and one of these keys.
AVERAGES = {
    Against.SIMILAR_AREAS.value: "similar areas’ average",
    Against.REGION.value: "the region’s average",
    Against.ENGLAND.value: "England’s average",
}


def _called(code: str, names: Mapping[str, str]) -> str:
    indicator, _, beside = code.partition(" ")
    if beside in AVERAGES:
        return f"{names.get(indicator, indicator)}, {AVERAGES[beside]}"
    return names.get(code, code)


def _want_known(document: Document) -> None:
    told = any(figure.now or figure.latest or figure.year_before or figure.previous for figure in document.figures)
    if told and not document.known:
        raise ValueError(
            "This version was made before the portal kept what a public version needs. Make another version of the "
            "report first."
        )
