"""What the Partnership is asked: what the facts call for, as the coordinator worded it, left it out or added to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.document import NotAsked, Recommendation
from reports.models import RecommendationWords
from reports.snapshot import sentences
from reports.snapshot.actions import organisation_of
from reports.snapshot.paper import local_day

if TYPE_CHECKING:
    from reports.document import ActionLine, Return
    from reports.models import Report

Choice = RecommendationWords.Choice


def asked(
    report: Report, made_at: dt.datetime, lines: Sequence[ActionLine], returns: Sequence[Return]
) -> tuple[tuple[Recommendation, ...], tuple[NotAsked, ...]]:
    """What is asked, and what was left out of it, by what was said up to `made_at`. One query.

    Words about what the facts no longer call for are passed over; the texts page goes on showing them.
    """
    rows = {row.key: row for row in RecommendationWords.objects.newest(report, by=made_at)}
    left_out = {key for key, row in rows.items() if row.choice == Choice.LEFT_OUT}
    called_for = {one.key: one for one in sentences.recommendations(lines, returns)}
    found = [
        _worded(one, rows[one.key], report) if one.key in rows else one
        for one in sentences.recommendations(lines, returns, without=left_out)
    ]
    own = sorted((row for row in rows.values() if row.is_own and row.choice == Choice.WORDED), key=_number)
    # What is only noted comes last.
    place = len(found) - 1 if found and found[-1].key == "rest" else len(found)
    found[place:place] = [_worded(Recommendation("ask", "", "", (), own=row.key), row, report) for row in own]
    not_asked = tuple(
        NotAsked(key, one.text, rows[key].reason, _who(rows[key], report), local_day(rows[key].at))
        for key, one in called_for.items()
        if key in left_out
    )
    return tuple(found), not_asked


def _worded(one: Recommendation, row: RecommendationWords, report: Report) -> Recommendation:
    if row.choice != Choice.WORDED:
        return one
    said = sentences.in_own_words(row.text, row.asked_of.name if row.asked_of else "", row.due_on)
    return dataclasses.replace(
        one, text=said, short=said, by=_who(row, report), on=local_day(row.at), worked_out=one.text
    )


def _number(row: RecommendationWords) -> int:
    return int(row.key.removeprefix(RecommendationWords.OWN))


def _who(row: RecommendationWords, report: Report) -> str:
    return organisation_of(row.by, report.plan)
