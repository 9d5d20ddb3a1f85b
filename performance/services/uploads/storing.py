"""What was checked is written, through the verbs that keep every rule of figures, tables and surveys."""

from __future__ import annotations

import datetime as dt
from typing import Any

from partners.models import User
from performance.importing import Checked, GivenFigure, GivenQuestion, GivenRow
from performance.models import Upload
from performance.services.bulk import record_measurements, record_similar_areas, record_survey_results


def write(upload: Upload, checked: Checked[Any], by: User, now: dt.datetime) -> str:
    """Store what was checked, through the verbs; what was stored, in a sentence."""
    answers, reason = upload.answers, str(upload.answers.get("reason", ""))
    if upload.kind == Upload.Kind.FIGURES:
        figures: tuple[GivenFigure, ...] = checked.rows
        stored = record_measurements(figures=figures, by=by, at=now, reason=reason, upload=upload)
        corrected = sum(figure.replaces is not None for figure in figures)
        words = f"{stored:,} figure{'s' if stored != 1 else ''} stored"
        return f"{words}, {corrected:,} of them corrections." if corrected else f"{words}."
    if upload.kind == Upload.Kind.SIMILAR_AREAS:
        rows: tuple[GivenRow, ...] = checked.rows
        table = record_similar_areas(
            plan=upload.plan,
            period=upload.period,
            rows=rows,
            window=answers["window"],
            unit=answers["unit"],
            group_size=int(answers["group_size"]),
            as_at=dt.date.fromisoformat(answers["as_at"]),
            provisional=bool(answers.get("provisional")),
            data_source=upload.data_source,
            by=by,
            at=now,
            reason=reason,
            upload=upload,
        )
        return (
            f"The table was stored with {len(rows)} rows{', in place of an earlier one' if table.replaces_id else ''}."
        )
    questions: tuple[GivenQuestion, ...] = checked.rows
    survey = record_survey_results(
        plan=upload.plan,
        year=int(answers["year"]),
        title=answers["title"],
        responses=answers.get("responses"),
        questions=questions,
        by=by,
        at=now,
        upload=upload,
    )
    return f"{len(questions)} questions were stored with “{survey}”."
