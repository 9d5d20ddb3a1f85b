"""What becomes of the demonstration's published reports: one on the shelf for everybody, one sent to lists of people, and when
nothing is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reports.document import sha256_of
from reports.models import AudienceList, HoldPeriod, Rendition, ReportVersion
from reports.public import withheld
from reports.services import release, sending
from shp_portal.demo.story import DATA, PLAN, PUBLISHED, Timeline
from shp_portal.published_plan.reading import BrokenData, Record, read_yaml

if TYPE_CHECKING:
    from shp_portal.demo.cast import Cast

LayOut = Callable[[Rendition], None]


def prepare(timeline: Timeline, cast: Cast) -> None:
    """Open the shelf, make the lists and note the holds: what an administrator would have done."""
    cast.plan.public_shelf = True
    cast.plan.save()
    told = _told()
    for record in told.records("holds"):
        timeline.add(record.day("noted_on"), PLAN, partial(_hold, cast, record))
    for position, record in enumerate(told.records("lists"), start=1):
        audience = AudienceList(plan=cast.plan, name=record.text("name"), position=position)
        audience.save()
        audience.people.set([cast.people[key] for key in record.texts("people")])
        audience.sub_groups.set([cast.sub_groups[code] for code in record.texts("sub_groups")])


def _hold(cast: Cast, record: Record, at: dt.datetime) -> None:
    HoldPeriod(
        plan=cast.plan,
        starts_on=record.day("starts_on"),
        ends_on=record.day("ends_on"),
        reason=record.text("reason"),
    ).save()


def hand_on(timeline: Timeline, cast: Cast, version: ReportVersion, published_on: dt.date, lay_out: LayOut) -> None:
    """Add what follows once a six-monthly report is published, if the story tells of it."""
    told = _told()
    for name, step in (("sent", _send), ("released", partial(_release, lay_out))):
        for record in told.records(name):
            if record.text("period") == version.report.period.code:
                day = published_on + dt.timedelta(days=record.number("after_days"))
                timeline.add(day, PUBLISHED, partial(step, cast, version, record))


def _told() -> Record:
    return read_yaml(DATA / "shelf.yaml")


def _send(cast: Cast, version: ReportVersion, record: Record, at: dt.datetime) -> None:
    wanted = record.texts("lists")
    lists = list(AudienceList.objects.filter(plan=cast.plan, name__in=wanted))
    if len(lists) != len(wanted):
        raise BrokenData(f"{record.where}: one of these lists is not there.")
    sending.send(version=version, audiences=lists, by=cast.people["coordinator"], at=at)


def _release(lay_out: LayOut, cast: Cast, version: ReportVersion, record: Record, at: dt.datetime) -> None:
    by = cast.people["coordinator"]
    marking = record.text("marking", "")
    lay_out(release.prepare(version=version, marking=marking, by=by, at=at))
    file = release.file_of(version)
    kept_back = withheld(version.document())
    release.release(
        version=version,
        checks=[check.sentence for check in release.checks_of(kept_back, marking)],
        seen_pdf_sha256=file.sha256 if file else "",
        seen_html_sha256=sha256_of(release.html_of(version, marking)),
        by=by,
        at=at,
    )
