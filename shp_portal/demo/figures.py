"""The part of the demonstration's story that is about figures: remarks on charts, ranges set anew, files that data owners
sent, similar areas' tables.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from performance.importing import Grave
from performance.importing.similar_areas import GivenRow
from performance.models import Source, Upload
from performance.services import uploads
from performance.services.bulk import record_similar_areas
from performance.services.ranges import annotate, set_baseline
from priorities.periods import Period, PeriodKind
from shp_portal.published_plan.reading import BrokenData, Record

if TYPE_CHECKING:
    from shp_portal.demo.cast import Cast
    from shp_portal.demo.story import Timeline

GROUP_SIZE = 15
HOUR = 10
#: Figures come before words about them.
FILES = 9


def in_files(data: Record) -> set[tuple[str, str]]:
    """The figures that came in a file, by indicator and period: nobody typed them."""
    files = [record for record in data.records("files") if "figures" in record]
    return {(code, record.text("period")) for record in files for code in record.texts("figures")}


def add_steps(timeline: Timeline, cast: Cast, data: Record, indicators: list[Record]) -> None:
    """Settings take effect at once, as an administrator's would; the rest on its day. `indicators` hold the figures."""
    for record in data.records("settings"):
        _settle(cast, record)
    for record in data.records("remarks"):
        timeline.add(record.day("on"), HOUR, partial(_remark, cast, record))
    for record in data.records("ranges"):
        timeline.add(record.day("on"), HOUR, partial(_range, cast, record))
    for record in data.records("files"):
        content = "\n".join(record.texts("rows")) if "rows" in record else _return(record, indicators)
        timeline.add(record.day("on"), FILES, partial(_file, cast, record, content))
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


def _return(record: Record, indicators: list[Record]) -> str:
    """The quarter's figures as their owner's spreadsheet has them."""
    period, wanted = Period.parse(PeriodKind.QUARTER, record.text("period")), set(record.texts("figures"))
    content = io.StringIO()
    lines = csv.writer(content, lineterminator="\n")
    lines.writerow(("Code", "Indicator", "Quarter", "Figure", "Provisional"))
    for indicator in indicators:
        if (code := indicator.text("code")) in wanted:
            value = indicator.record("values").decimal_or_none(period.code)
            held = "provisional" in indicator and period.code in indicator.texts("provisional")
            lines.writerow((code, indicator.text("name"), period.label, f"{value:,}", "yes" if held else "no"))
    return content.getvalue()


def _file(cast: Cast, record: Record, content: str, at: dt.datetime) -> None:
    """Sent, checked and, where it should be, stored at one go; nobody waits for a worker."""
    by, name = cast.person(record, "by"), record.text("name")
    if by.partner is None:
        raise BrokenData(f"{record.where}: “by” belongs to no partner.")
    with uploads.on_the_shelf(content.encode(), name) as file:
        upload: Upload | None = uploads.start(
            plan=cast.plan,
            kind=Upload.Kind.FIGURES,
            period=Period.parse(PeriodKind.QUARTER, record.text("period")),
            data_owner=by.partner,
            file=file,
            answers={"as_at": record.day("on").isoformat()},
            by=by,
            at=at,
            submission_key=uuid.uuid5(uuid.NAMESPACE_URL, name),
        )
        assert upload is not None  # noqa: S101
        upload = uploads.run_upload(pk=upload.pk, clock=lambda: at)
        if upload is not None and record.text("ends") == Upload.State.STORED:
            asked = [told["key"] for told in upload.findings if told["grave"] == Grave.QUESTION]
            uploads.store(upload=upload, confirmed=asked, reason="", by=by, at=at)
            upload = uploads.run_upload(pk=upload.pk, clock=lambda: at)
        if upload is None or upload.state != record.text("ends"):
            found = [told["wrong"] for told in upload.findings] if upload else []
            raise BrokenData(f"{record.where}: “{name}” does not end as it should. {' '.join(found)}")


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
