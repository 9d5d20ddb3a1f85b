"""The part of the demonstration's story that is about figures: remarks on charts, ranges set anew, similar areas' tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from performance.importing.similar_areas import GivenRow
from performance.models import Source
from performance.services.bulk import record_similar_areas
from performance.services.ranges import annotate, set_baseline
from priorities.periods import Period, PeriodKind
from shp_portal.published_plan.reading import BrokenData, Record

if TYPE_CHECKING:
    from shp_portal.demo.cast import Cast
    from shp_portal.demo.story import Timeline

GROUP_SIZE = 15
HOUR = 10


def add_steps(timeline: Timeline, cast: Cast, data: Record) -> None:
    """Settings take effect at once, as an administrator's would; the rest on its day."""
    for record in data.records("settings"):
        _settle(cast, record)
    for record in data.records("remarks"):
        timeline.add(record.day("on"), HOUR, partial(_remark, cast, record))
    for record in data.records("ranges"):
        timeline.add(record.day("on"), HOUR, partial(_range, cast, record))
    given = data.record("source")
    source, _ = Source.objects.get_or_create(
        name=given.text("name"), defaults={"publishable": False, "note": given.text("note")}
    )
    for record in data.records("tables"):
        timeline.add(record.day("on"), HOUR, partial(_table, cast, record, source))


def _settle(cast: Cast, record: Record) -> None:
    indicator = cast.indicator(record)
    indicator.seasonal = record.yes("seasonal")
    indicator.target_direction = record.text("target", "")
    indicator.target_value = record.decimal_or_none("value")
    indicator.target_note = record.text("agreed", "")
    indicator.full_clean()
    indicator.save()


def _remark(cast: Cast, record: Record, at: dt.datetime) -> None:
    indicator = cast.indicator(record)
    annotate(
        indicator=indicator,
        period=Period.parse(indicator.period_kind, record.text("period")),
        text=record.text("text"),
        by=cast.person(record, "by"),
        at=at,
    )


def _range(cast: Cast, record: Record, at: dt.datetime) -> None:
    indicator = cast.indicator(record)
    set_baseline(
        indicator=indicator,
        first=Period.parse(indicator.period_kind, record.text("first")),
        last=Period.parse(indicator.period_kind, record.text("last")),
        reason=record.text("reason"),
        by=cast.person(record, "by"),
        at=at,
    )


def _table(cast: Cast, record: Record, source: Source, at: dt.datetime) -> None:
    record_similar_areas(
        plan=cast.plan,
        period=Period.parse(PeriodKind.QUARTER, record.text("period")),
        rows=[_row(cast, record, row) for row in record.texts("rows")],
        window=record.text("window"),
        unit="per 1,000 population",
        group_size=GROUP_SIZE,
        as_at=record.day("on"),
        by=cast.people["analyst"],
        at=at,
        provisional=record.yes("provisional"),
        data_source=source,
    )


def _row(cast: Cast, record: Record, row: str) -> GivenRow:
    """Figures stand in the file as text, for their last noughts are printed too."""
    parts = [part.strip() for part in row.split("|")]
    if len(parts) != 7:
        raise BrokenData(f"{record.where}: “{row}” needs seven parts.")
    heading, label, ours, average, position, priority, indicator = parts
    return GivenRow(
        cell="",
        heading=heading,
        label=label,
        printed=ours,
        printed_average=average,
        value=Decimal(ours),
        average=Decimal(average),
        position=int(position),
        priority=cast.priorities[priority].pk if priority else None,
        indicator=cast.indicators[indicator].pk if indicator else None,
        query="",
    )
