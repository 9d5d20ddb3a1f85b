"""What the demonstration's meetings made of its reports: outcomes of recommendations, and matters that arose."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from priorities.models import Meeting
from reports.models import Report, ReportVersion
from reports.services.meeting import Given, answer_matter, raise_matter, record_outcomes
from shp_portal.demo.story import DATA, PUBLISHED, Timeline
from shp_portal.published_plan.reading import BrokenData, Record, read_yaml

if TYPE_CHECKING:
    from reports.models import MatterArising
    from shp_portal.demo.cast import Cast


def add_steps(timeline: Timeline, cast: Cast) -> None:
    told = read_yaml(DATA / "meetings.yaml")
    for record in told.records("outcomes"):
        timeline.add(record.day("on"), PUBLISHED, partial(_record, cast, record))
    for record in told.records("matters"):
        timeline.add(record.day("on"), PUBLISHED, partial(_raise, timeline, cast, record))


def _record(cast: Cast, record: Record, at: dt.datetime) -> None:
    version = _published(cast, record)
    if version is None:
        return
    meeting = _meeting(cast, record)
    asked = version.recommendations()
    given = {}
    for row in record.records("rows"):
        about = row.text("about")
        found = [
            n for n, one in enumerate(asked, start=1) if about in one.refs or (about == "rest" and n == len(asked))
        ]
        if not found:
            raise BrokenData(f"{row.where}: version {version.number} asks for nothing about “{about}”.")
        given[found[0]] = Given(row.text("outcome"), row.text("note", ""), meeting, row.text("minute"))
    newest = version.outcomes.order_by("-pk").first()
    try:
        record_outcomes(
            version=version, given=given, seen=newest.pk if newest else 0, by=cast.people["coordinator"], at=at
        )
    except ValidationError as fault:
        raise BrokenData(f"{record.where}: {'; '.join(fault.messages)}") from fault


def _raise(timeline: Timeline, cast: Cast, record: Record, at: dt.datetime) -> None:
    version = _published(cast, record)
    if version is None:
        return
    try:
        matter = raise_matter(
            report=version.report,
            source=record.text("source"),
            text=record.text("text"),
            owner=cast.person(record, "owner"),
            due_on=record.day_or_none("due_on"),
            meeting=_meeting(cast, record) if "meeting" in record else None,
            minute_reference=record.text("minute", ""),
            by=cast.people["coordinator"],
            at=at,
        )
    except ValidationError as fault:
        raise BrokenData(f"{record.where}: {'; '.join(fault.messages)}") from fault
    answered_on = record.day_or_none("answered_on")
    if answered_on is not None:
        timeline.add(answered_on, PUBLISHED, partial(_answer, matter, record.text("answer")))


def _answer(matter: MatterArising, answer: str, at: dt.datetime) -> None:
    answer_matter(matter=matter, answer=answer, by=matter.owner, at=at)


def _published(cast: Cast, record: Record) -> ReportVersion | None:
    """None as long as the report is the newest due: that one is left to the first tick, and no meeting has had it."""
    found = ReportVersion.objects.select_related("report__plan").filter(
        report__plan=cast.plan,
        report__kind=Report.Kind.SIX_MONTHLY,
        report__period_start=dt.date.fromisoformat(f"{record.text('period')}-01"),
        state=ReportVersion.State.PUBLISHED,
    )
    return found.first()


def _meeting(cast: Cast, record: Record) -> Meeting:
    return Meeting.objects.get(plan=cast.plan, sub_group__isnull=True, date=record.day("meeting"))
