"""The fact check of one of the demonstration's drafts: partners answer, one of them finds a fault, the clock closes it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from reports.models import FactCheck, FactCheckAnswer, ReportVersion
from reports.services import fact_check
from shp_portal.demo.story import OPENING, SENT, WORDS, Timeline
from shp_portal.published_plan.reading import BrokenData

if TYPE_CHECKING:
    from shp_portal.demo.cast import Cast
    from shp_portal.published_plan.reading import Record


def add_steps(timeline: Timeline, cast: Cast, version: ReportVersion, told: Record) -> None:
    timeline.add(told.day("opened_on"), SENT, partial(_open, timeline, cast, version, told))


def _open(timeline: Timeline, cast: Cast, version: ReportVersion, told: Record, at: dt.datetime) -> None:
    """The plan tries it with this one report: it is switched on for it, and off again when it is over."""
    _asked_for(cast, wanted=True)
    fresh = ReportVersion.objects.select_related("report__plan").get(pk=version.pk)
    check = fact_check.open_check(version=fresh, by=cast.people["coordinator"], at=at)
    for record in told.records("answers"):
        timeline.add(record.day("on"), SENT, partial(_answer, timeline, cast, check, record))
    timeline.add(told.day("closed_on"), OPENING, partial(_close, cast))


def _answer(timeline: Timeline, cast: Cast, check: FactCheck, record: Record, at: dt.datetime) -> None:
    right = record.yes("right")
    try:
        given = fact_check.answer(
            check=check,
            partner=cast.partner(record, "partner"),
            is_right=right,
            text="" if right else record.text("text"),
            by=cast.person(record, "by"),
            at=at,
        )
    except ValidationError as fault:
        raise BrokenData(f"{record.where}: {'; '.join(fault.messages)}") from fault
    if not right:
        timeline.add(record.day("settled_on"), WORDS, partial(_keep, cast, given, record.text("kept")))


def _keep(cast: Cast, given: FactCheckAnswer, text: str, at: dt.datetime) -> None:
    outcome = FactCheckAnswer.Outcome.KEPT
    fact_check.settle(answer=given, outcome=outcome, text=text, by=cast.people["coordinator"], at=at)


def _close(cast: Cast, at: dt.datetime) -> None:
    fact_check.close_due(at)
    _asked_for(cast, wanted=False)


def _asked_for(cast: Cast, *, wanted: bool) -> None:
    cast.plan.fact_check = wanted
    cast.plan.save(update_fields=["fact_check"])
