"""The body of the six-monthly report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charts.frame import NARROW, WIDE
from charts.ratings_bar import ROW, RatingCount, RatingRow, RatingsBar, ratings_bar
from priorities.periods import british
from reports.document import ActionLine, Figure, SixMonthlyDocument, SubGroupText
from reports.rendering.contents import ONCE_CALLED, SIX_MONTHLY, SIX_MONTHLY_APPENDICES, numbered
from reports.rendering.matters import empty_openings, opening_context
from reports.rendering.since import since_context
from reports.rendering.six_monthly_page import six_monthly_page
from reports.rendering.text import clip, range_in_short, reoffending_tally, tally, unit_beside, unusual_or_noise

BRIEF = 150
"""Characters of an action's latest words beside it in the body; the whole of them stand in Appendix A."""

PRINTED, CLOSE = 720.0, 27.0
"""The width that page one's bars are drawn in for paper, and from one to the next, in the chart's own units."""


@dataclass(frozen=True)
class PriorityView:
    code: str
    name: str
    statement: str
    focus: str
    tally: str
    exceptions: tuple[ActionLine, ...]
    others: tuple[tuple[ActionLine, str], ...]
    texts: tuple[SubGroupText, ...]


def six_monthly_context(document: SixMonthlyDocument) -> dict[str, Any]:
    """What templates/reports/document/_six_monthly.html needs."""
    by_ref = document.by_ref
    rows = tuple(
        RatingRow(
            part.name, tuple(RatingCount(c.mark.key, c.mark.word, c.number, c.not_confirmed) for c in part.counts)
        )
        for part in document.priorities
    )

    def bars(width: float, prefix: str, pitch: float = ROW) -> RatingsBar | None:
        title = "How the actions of each priority stand"
        return ratings_bar(rows, id_prefix=prefix, title=title, width=width, pitch=pitch) if rows else None

    wide = bars(WIDE, "bars")
    # Drawn on a wider sheet, its bars closer, the same picture is lower on paper: the sentences need the room.
    lower = bars(PRINTED, "bars", CLOSE) if document.since else wide
    texts = [said for said in document.sub_group_texts if said.text]
    written = {words.section: words for words in document.texts}
    unsaid = [*empty_openings(document), *(() if "statement" in written else ("statement",))]
    called = None if document.since else ONCE_CALLED
    parts = numbered(SIX_MONTHLY, SIX_MONTHLY_APPENDICES, without=unsaid, called=called)
    return {
        "body": "reports/document/_six_monthly.html",
        "parts": parts,
        "part": {part.anchor.replace("-", "_"): part for part in parts},
        "written": written,
        **opening_context(document),
        **since_context(document),
        "implications": tuple(
            (note, next((words for words in document.texts if words.heading == note.heading), None))
            for note in document.implications
        ),
        "page": six_monthly_page(document, lower.frame.height * WIDE / lower.frame.width if lower else 0),
        "nothing_owed": not any(row.owed for row in document.returns),
        "bars": wide,
        "bars_print": lower,
        "bars_narrow": bars(NARROW, "bars-narrow"),
        "priorities": tuple(
            PriorityView(
                part.code,
                part.name,
                part.statement,
                part.focus,
                tally(part.counts),
                tuple(by_ref[ref] for ref in part.exceptions),
                tuple((by_ref[ref], _brief(by_ref[ref])) for ref in part.others),
                tuple(said for said in texts if said.priority == part.code),
            )
            for part in document.priorities
        ),
        "other_texts": tuple(
            said for said in texts if said.priority not in {part.code for part in document.priorities}
        ),
        "texts_owed": tuple(said for said in document.sub_group_texts if not said.text),
        "sub_groups": tuple(
            (group, tally(group.counts), tuple(by_ref[ref] for ref in group.refs)) for group in document.sub_groups
        ),
        "judged": tuple(
            (
                figure,
                _beside(figure, document.figures_label),
                _short(range_in_short(figure)) if document.since else range_in_short(figure),
            )
            for figure in document.figures
            if figure.now is not None
        ),
        "noise": unusual_or_noise(document.figures),
        "provisional": bool(document.since) and any(f.now and f.now.provisional for f in document.figures),
        "missing": tuple(figure for figure in document.figures if figure.now is None),
        "reoffending_tally": reoffending_tally(document),
    }


def _beside(figure: Figure, period: str) -> str:
    """What follows an indicator's name: its unit, unless the name says it, and another period than the table's."""
    about = "" if figure.period_label == period else figure.period_label
    return " · ".join(part for part in (unit_beside(figure.name, figure.unit), about) if part)


def _short(noise: str) -> str:
    """Usual: 353 to 452; unusual: above the usual 331 to 499; too few figures: for a narrow column under its own heading."""
    return (
        noise.replace("within the usual range of ", "usual: ")
        .replace("the usual range of ", "the usual ")
        .removesuffix(" to judge")
    )


def _brief(line: ActionLine) -> str:
    if line.narrative:
        return clip(line.narrative, BRIEF)
    return f"Starts on {british(line.starts_on)}." if line.mark.key == "not_started" else line.update
