"""Five thousand figures from file to rows, beside a bare read-validate-insert of the same file.

The bare way reads with csv's or openpyxl's own reader, makes a Decimal of each figure and a row of each line, validates the
row's fields as Django does, and inserts them all at once. It asks nothing about any figure, finds no cell, keeps no
history and can be broken by any file. The upload does all that, and checks twice: once for its sender, and once in the
transaction that stores.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import io
import statistics
import uuid
from decimal import Decimal
from functools import partial
from typing import Any

import openpyxl
from django.db import transaction
from django.utils import timezone

from bench.measuring import Ratio, Sheet, seconds
from bench.rows import person, the_plan
from partners import roles
from partners.models import Partner, User
from performance.models import Indicator, Measurement, Upload
from performance.services import uploads
from priorities.periods import Period, PeriodKind

LIMIT = 2.0
INDICATORS, QUARTERS = 200, 25
ROUNDS = 5
HEADER = ["Code", "Quarter", "Figure", "Extracted on", "Note"]


def table() -> list[list[Any]]:
    periods = [Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].previous())
    return [
        [f"B{n}", period.label, 400 + (n * 7 + place * 13) % 60, dt.date(2026, 10, 10), "As counted."]
        for n in range(INDICATORS)
        for place, period in enumerate(periods)
    ]


def xlsx(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEADER, *rows]:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def comma(rows: list[list[Any]]) -> bytes:
    content = io.StringIO()
    csv.writer(content).writerows([HEADER, *([*row[:3], row[3].strftime("%d/%m/%Y"), row[4]] for row in rows)])
    return content.getvalue().encode()


def bare(content: bytes, ending: str, by: User, at: dt.datetime) -> None:
    if ending == "xlsx":
        lines: Any = (
            openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
        )
    else:
        lines = csv.reader(io.StringIO(content.decode()))
    next(lines)
    with transaction.atomic():
        indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
        rows = []
        for code, label, value, day, note in lines:
            quarter, _, year = label.partition(" ")
            start = dt.date(int(year[:4]) + (quarter == "Q4"), {"Q1": 4, "Q2": 7, "Q3": 10, "Q4": 1}[quarter], 1)
            row = Measurement(
                indicator=indicators[code],
                period_kind=PeriodKind.QUARTER.value,
                period_start=Period(PeriodKind.QUARTER, start).start,
                value=Decimal(str(value)),
                printed=str(value),
                as_at=day.date() if ending == "xlsx" else dt.datetime.strptime(day, "%d/%m/%Y").date(),  # noqa: DTZ007
                recorded_at=at,
                recorded_by=by,
                note=note,
            )
            row.clean_fields(exclude=["indicator", "recorded_by", "replaces", "upload"])
            rows.append(row)
        Measurement.objects.bulk_create(rows, batch_size=500)


def measure(sheet: Sheet) -> None:
    sheet.heading("5,000 figures sent as a file, checked and stored (beside a bare read-validate-insert)")
    owner = person(roles.ANALYST).partner
    Indicator.objects.bulk_create(
        Indicator(
            code=f"B{n}", name=f"Indicator {n}", unit="offences", measure="count", better="lower", data_owner=owner
        )
        for n in range(INDICATORS)
    )
    for ending in ("csv", "xlsx"):
        sheet.ratio(ending.upper(), compare(ending), LIMIT)


def compare(ending: str) -> Ratio:
    by, at = person(roles.ANALYST), timezone.now()
    owner = Partner.objects.get(people=by)
    content = (xlsx if ending == "xlsx" else comma)(table())
    measured = Measurement.objects.filter(indicator__code__startswith="B")
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        least = seconds(lambda: bare(content, ending, by, at))
        measured.delete()
        with uploads.on_the_shelf(content, f"figures.{ending}") as file:
            upload = uploads.start(
                plan=the_plan(),
                kind="figures",
                period=Period(PeriodKind.QUARTER, dt.date(2026, 7, 1)),
                data_owner=owner,
                file=file,
                answers={"as_at": "2026-10-10", "several": True},
                by=by,
                at=at,
                submission_key=uuid.uuid4(),
            )
        gc.collect()
        check = seconds(partial(uploads.run_upload, pk=upload.pk, clock=lambda: at))
        upload.refresh_from_db()
        if upload.state != Upload.State.READY:
            raise RuntimeError(f"The file was refused: {upload.findings[:3]}")
        keys = [told["key"] for told in upload.findings if told["grave"] == "question"]
        uploads.store(upload=upload, confirmed=keys, reason="", by=by, at=at)
        gc.collect()
        store = seconds(partial(uploads.run_upload, pk=upload.pk, clock=lambda: at))
        upload.refresh_from_db()
        if upload.state != Upload.State.STORED or measured.count() != INDICATORS * QUARTERS:
            raise RuntimeError(f"The figures were not stored: {upload.sentence}")
        measured.delete()
        times.append((check + store, least))
    low, _, high = statistics.quantiles([ours / least for ours, least in times], n=4)
    return Ratio(statistics.median(t[0] for t in times), statistics.median(t[1] for t in times), low, high)
