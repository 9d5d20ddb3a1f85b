"""The body of the action plan as at a day."""

from __future__ import annotations

from typing import Any

from charts.frame import NARROW, WIDE
from charts.ratings_bar import RatingCount, RatingRow, RatingsBar, ratings_bar
from priorities.periods import british
from reports.document import ActionPlanDocument, Paper
from reports.rendering.contents import ACTION_PLAN, numbered
from reports.rendering.text import tally


def action_plan_context(document: ActionPlanDocument) -> dict[str, Any]:
    """What templates/reports/document/_action_plan.html needs."""
    rows = tuple(
        RatingRow(
            part.name, tuple(RatingCount(c.mark.key, c.mark.word, c.number, c.not_confirmed) for c in part.counts)
        )
        for part in document.priorities
    )

    def bars(width: float, prefix: str) -> RatingsBar | None:
        title = "How the actions of each priority stand"
        return ratings_bar(rows, id_prefix=prefix, title=title, width=width) if rows else None

    unsaid = () if document.completed or document.closed else ("left",)
    parts = numbered(ACTION_PLAN, (), without=unsaid)
    return {
        "body": "reports/document/_action_plan.html",
        "on_request": True,
        "over": _is_over(document.paper),
        "parts": parts,
        "part": {part.anchor: part for part in parts},
        "total": len(document.actions),
        "tally": tally(document.counts),
        "bars": bars(WIDE, "bars"),
        "bars_narrow": bars(NARROW, "bars-narrow"),
        "counted": tuple(
            (part, sum(c.number for c in part.counts), tally(part.counts)) for part in document.priorities
        ),
    }


def _is_over(paper: Paper) -> bool:
    """Whether the day was over when the last of what is in it was received."""
    return paper.cut_off_on > paper.period_end or paper.received == british(paper.period_end)
