"""How long 5,000 figures take from file to rows, beside the least that could do it. By hand, since times are no test:

    .venv/bin/pytest performance/tests/measure_uploads.py -s

The bare way reads with openpyxl's own reader (or csv's), makes a Decimal of each figure and a row of each line, validates the
row's fields as Django does, and inserts them all at once. It asks nothing about any figure, finds no cell, keeps no
history and can be broken by any file; the upload does all that, and checks twice, once for its sender and once in the
transaction that stores.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import override_settings

from performance.models import Indicator, Measurement, Upload
from performance.services import uploads
from performance.tests.makers import NOW, Q2_2026, Cast
from priorities.periods import Period, PeriodKind

pytestmark = pytest.mark.django_db(transaction=True)

INDICATORS, QUARTERS = 200, 25
HEADER = ["Code", "Quarter", "Figure", "Extracted on", "Note"]


def table() -> list[list[Any]]:
    periods = [Q2_2026]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].previous())
    return [
        [f"I{n}", period.label, 400 + (n * 7 + place * 13) % 60, dt.date(2026, 10, 16), "As counted."]
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


def bare(content: bytes, ending: str, by: Any) -> int:
    if ending == "xlsx":
        read = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
        lines: Any = read
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
                recorded_at=NOW,
                recorded_by=by,
                note=note,
            )
            row.clean_fields(exclude=["indicator", "recorded_by", "replaces", "upload"])
            rows.append(row)
        Measurement.objects.bulk_create(rows, batch_size=500)
    return len(rows)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_five_thousand_figures(tmp_path: Path, ending: str) -> None:
    cast = Cast()
    for n in range(INDICATORS):
        Indicator.objects.create(
            code=f"I{n}", name=f"Indicator {n}", unit="offences", better="lower", data_owner=cast.police
        )
    content = (xlsx if ending == "xlsx" else comma)(table())
    least: list[float] = []
    checks: list[float] = []
    stores: list[float] = []
    for turn in range(3):
        began = time.perf_counter()
        assert bare(content, ending, cast.owner) == INDICATORS * QUARTERS
        least.append(time.perf_counter() - began)
        Measurement.objects.all().delete()
        with override_settings(MEDIA_ROOT=str(tmp_path)):
            with uploads.on_the_shelf(content, f"figures.{ending}") as file:
                upload = uploads.start(
                    plan=cast.plan, kind="figures", period=Q2_2026, data_owner=cast.police, file=file,
                    answers={"as_at": "2026-10-16", "several": True}, by=cast.owner, at=NOW,
                    submission_key=uuid.UUID(int=turn + 1),
                )  # fmt: skip
            began = time.perf_counter()
            uploads.run_upload(pk=upload.pk, clock=lambda: NOW)
            checks.append(time.perf_counter() - began)
            upload.refresh_from_db()
            assert upload.state == Upload.State.READY, upload.findings[:3]
            keys = [told["key"] for told in upload.findings if told["grave"] == "question"]
            uploads.store(upload=upload, confirmed=keys, reason="", by=cast.owner, at=NOW)
            began = time.perf_counter()
            uploads.run_upload(pk=upload.pk, clock=lambda: NOW)
            stores.append(time.perf_counter() - began)
        upload.refresh_from_db()
        assert upload.state == Upload.State.STORED, upload.sentence
        assert Measurement.objects.count() == INDICATORS * QUARTERS
        Measurement.objects.all().delete()
    bare_time, check_time, store_time = min(least), min(checks), min(stores)
    print(  # noqa: T201
        f"\n{ending}: bare {bare_time:.2f} s; checking {check_time:.2f} s ({check_time / bare_time:.2f} ×); "
        f"checking again and storing {store_time:.2f} s ({store_time / bare_time:.2f} ×); "
        f"together {(check_time + store_time) / bare_time:.2f} ×"
    )
