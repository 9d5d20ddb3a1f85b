"""What is found in a table: everything wrong or odd about it, held against what the portal knows at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from partners.models import User
from performance import permissions as permissions  # the rules behind `has_perm`
from performance.importing import (
    AskedBefore,
    Belongs,
    Checked,
    Finding,
    GivenFigure,
    Grave,
    LastTable,
    Terms,
    Wanted,
    check_figures,
    check_similar_areas,
    check_survey,
)
from performance.importing import survey as surveys
from performance.models import Indicator, PrintedFigure, SimilarAreasTable, SurveyQuestion, Upload, known_facts
from performance.places import TOTAL, ByCrimeType, is_total, plain
from performance.services.uploads.columns import Chosen
from priorities.periods import british

#: Rows shown of what would be stored.
PREVIEWED = 100


@dataclass(frozen=True)
class Found:
    """Everything that checking came to."""

    checked: Checked[Any]
    chosen: Chosen

    @property
    def findings(self) -> tuple[Finding, ...]:
        order = list(Grave)
        return tuple(sorted((*self.chosen.findings, *self.checked.findings), key=lambda one: order.index(one.grave)))

    @property
    def faulty(self) -> bool:
        return any(finding.grave is Grave.FAULT for finding in self.findings)

    @property
    def to_answer(self) -> set[str]:
        """The keys of what the sender has to say something about before it is stored."""
        return {finding.key for finding in self.findings if finding.grave in (Grave.QUESTION, Grave.REASON)}


def examine(
    upload: Upload, chosen: Chosen, now: dt.datetime, by: User, progress: Callable[[int, int], None] | None
) -> Found:
    """Check the table against what the portal knows at this moment."""
    if upload.kind == Upload.Kind.FIGURES:
        return Found(_examine_figures(upload, chosen, now, by, progress), chosen)
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        last = _last_table(upload)
        return Found(check_similar_areas(chosen.sheet, chosen.layout, last, progress), chosen)
    year = int(upload.answers["year"])
    asked = SurveyQuestion.objects.filter(survey__plan=upload.plan).order_by("survey__year", "position")
    before: dict[str, AskedBefore] = {}
    for question in asked.exclude(survey__year=year):
        same = AskedBefore(question.code, question.about, question.priority_id)
        before[surveys.plain(question.text)] = before[question.code] = same
    taken = frozenset(asked.filter(survey__year=year).values_list("code", flat=True))
    return Found(
        check_survey(chosen.sheet, chosen.layout, before=before, taken=taken, year=year, progress=progress), chosen
    )


def _examine_figures(
    upload: Upload, chosen: Chosen, now: dt.datetime, by: User, progress: Callable[[int, int], None] | None
) -> Checked[GivenFigure]:
    rows = list(Indicator.objects.for_plan(upload.plan).select_related("data_owner", "data_source"))
    facts = known_facts(rows)
    wanted = [
        Wanted(
            facts[row.pk],
            by.has_perm("performance.record_measurement", row),
            row.rate_per,
            row.active_from,
            row.active_to,
        )
        for row in rows
    ]
    answers = upload.answers
    terms = Terms(
        quarter=upload.period,
        as_at=dt.date.fromisoformat(answers["as_at"]),
        today=timezone.localdate(now),
        provisional=bool(answers.get("provisional")),
        population_source=answers.get("population_source", ""),
        several=bool(answers.get("several")),
        owner=upload.data_owner.name,
    )
    return check_figures(chosen.sheet, chosen.layout, wanted, terms, progress)


def _last_table(upload: Upload) -> LastTable:
    """Where crime types belonged in the last table, or in the plan's own."""
    group_size = int(upload.answers["group_size"])
    tables = SimilarAreasTable.objects.standing().filter(plan=upload.plan)
    there = tables.filter(period_kind=upload.period_kind, period_start=upload.period_start).first()
    last = tables.first()
    printed = PrintedFigure.objects.printed_by(upload.plan).exclude(table="")
    by_plan = ByCrimeType({(row.heading, row.label): Belongs(row.heading, row.priority_id) for row in printed})
    places = {}
    for row in last.rows.all() if last else ():
        before = by_plan.get(row.heading, row.label)
        heading = row.heading or (before.heading if before else "")
        places[(heading, row.label)] = Belongs(heading, row.priority_id, row.indicator_id)
    return LastTable(
        ByCrimeType(places),
        group_size,
        by_plan,
        exists=british(timezone.localdate(there.recorded_at)) if there else "",
        said=upload.answers.get("places", {}),
        replaced=tuple(there.rows.values_list("heading", "label")) if there else (),
    )


def preview(upload: Upload, checked: Checked[Any]) -> list[dict[str, Any]]:
    """The first rows of what would be stored, as the page shows them; of a table of similar areas all, for each has a
    priority to be looked at."""
    rows = checked.rows[:PREVIEWED]
    if upload.kind == Upload.Kind.FIGURES:
        return [
            {
                "what": figure.called,
                "period": figure.period.label,
                "printed": figure.printed,
                "more": ", ".join(_about(figure)),
            }
            for figure in rows
        ]
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        return [
            {
                "what": row.label,
                "period": row.printed,
                "printed": row.printed_average,
                "more": str(row.position or ""),
                "key": plain(row.label),
                "cell": row.cell,
                "place": TOTAL if is_total(row.label) else str(row.priority or ""),
            }
            for row in checked.rows
        ]
    return [
        {
            "what": question.text,
            "period": SurveyQuestion.About(question.about).label,
            "printed": str(len(question.results)),
            "more": f"{question.base:,}" if question.base is not None else "",
        }
        for question in rows
    ]


def _about(figure: GivenFigure) -> list[str]:
    words = ["provisional"] if figure.provisional else []
    return [*words, *(["corrects an earlier figure"] if figure.replaces else [])]
