"""The demonstration's past reports: made, sent to the chair, decided and published on the days they would have been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from priorities.models import Meeting
from priorities.periods import Period, PeriodKind
from reports.models import Rendition, Report, ReportVersion, SectionText
from reports.services import building, decisions, on_request, renditions, texts
from reports.timetable import KINDS
from shp_portal.demo import fact_checks, meetings, shelf
from shp_portal.demo.story import DECIDED, LONDON, MADE, PUBLISHED, SENT, WORDS, Timeline
from shp_portal.published_plan.reading import BrokenData

if TYPE_CHECKING:
    from reports.timetable import Owed
    from shp_portal.demo.cast import Cast
    from shp_portal.published_plan.reading import Record

Say = Callable[[str], None]


class Papers:
    """Adds the reports' steps to the story. The newest due report of each kind is left for the first tick to make."""

    def __init__(self, make: renditions.Maker, say: Say) -> None:
        self._make = make
        self._say = say

    def add_steps(self, timeline: Timeline, cast: Cast, story: Record) -> None:
        shelf.prepare(timeline, cast)
        meetings.add_steps(timeline, cast)
        told = {record.text("period"): record for record in story.records("decisions")}
        for record in story.records("report_texts"):
            timeline.add(record.day("on"), WORDS, partial(_write, cast, record))
        for record in story.records("plan_documents"):
            timeline.add(record.day("on"), MADE, partial(_plan_document, cast, record))
        for kind in Report.Kind.values:
            due = [one for one in building.owed_by(cast.plan) if one.kind == kind and one.due_on <= timeline.as_of]
            for one in due:
                if kind == Report.Kind.SIX_MONTHLY and one.period.code in told:
                    timeline.add(one.due_on, WORDS, partial(_state, cast, one, told[one.period.code]))
            for one in due[:-1]:
                if kind == Report.Kind.QUARTERLY:
                    timeline.add(one.due_on, MADE, partial(self._quarterly, timeline, cast, one))
                elif one.period.code in told:
                    timeline.add(
                        one.due_on, MADE, partial(self._six_monthly, timeline, cast, one, told[one.period.code])
                    )

    def _quarterly(self, timeline: Timeline, cast: Cast, one: Owed, at: dt.datetime) -> None:
        version = self._first(cast, one, at)
        timeline.add(
            one.due_on + dt.timedelta(weeks=2),
            PUBLISHED,
            lambda at: self._issue(cast, version, at),
        )

    def _six_monthly(self, timeline: Timeline, cast: Cast, one: Owed, told: Record, at: dt.datetime) -> None:
        version = self._first(cast, one, at)
        if "fact_check" in told:
            fact_checks.add_steps(timeline, cast, version, told.record("fact_check"))
        self._decide_on(timeline, cast, version, told.records("versions"))

    def _first(self, cast: Cast, one: Owed, at: dt.datetime) -> ReportVersion:
        version = building.make_first(plan=cast.plan, kind=one.kind, period=one.period, now=at)
        self._lay_out(version, Rendition.Stage.DRAFT)
        return version

    def _lay_out(self, version: ReportVersion, stage: str) -> None:
        """A decision is bound to the file that was read, so the file has to be there."""
        self._made(version.renditions.partners().get(stage=stage))

    def _made(self, rendition: Rendition) -> None:
        self._say(f"Laying out {rendition}")
        made = renditions.make_one(rendition=rendition, make=self._make, clock=timezone.now)
        if made.state != Rendition.State.DONE:
            raise BrokenData(f"{rendition} could not be laid out: {made.last_error}")

    def _decide_on(self, timeline: Timeline, cast: Cast, version: ReportVersion, told: list[Record]) -> None:
        record = told[0]
        by = cast.people["coordinator"]
        timeline.add(
            record.day("sent_on") if "sent_on" in record else _next_day(version, timeline),
            SENT,
            lambda at: decisions.send_to_chair(version=version, by=by, at=at),
        )
        timeline.add(record.day("decided_on"), DECIDED, lambda at: self._decide(timeline, cast, version, told, at))

    def _decide(
        self, timeline: Timeline, cast: Cast, version: ReportVersion, told: list[Record], at: dt.datetime
    ) -> None:
        record = told[0]
        meeting = None
        if "meeting" in record:
            meeting = Meeting.objects.get(plan=cast.plan, sub_group__isnull=True, date=record.day("meeting"))
        draft = version.renditions.partners().get(stage=Rendition.Stage.DRAFT)
        by = cast.person(record, "by")
        by.stand_in(at.astimezone(LONDON).date())  # the vice-chair, in days of the chair's cover
        common: dict[str, Any] = {
            "version": version,
            "by": by,
            "at": at,
            "seen_snapshot_sha256": version.snapshot_sha256,
            "seen_pdf_sha256": draft.sha256,
            "comment": record.text("comment", ""),
            "meeting": meeting,
            "minute_reference": record.text("minute", ""),
        }
        if record.text("outcome") == "returned":
            decisions.return_to_coordinator(**common)
            timeline.add(
                record.day("decided_on") + dt.timedelta(days=2),
                MADE,
                lambda at: self._another(timeline, cast, version, told, at),
            )
            return
        decisions.approve(**common)
        timeline.add(
            record.day("decided_on") + dt.timedelta(days=2),
            PUBLISHED,
            partial(self._publish_and_hand_on, timeline, cast, version),
        )

    def _another(
        self, timeline: Timeline, cast: Cast, version: ReportVersion, told: list[Record], at: dt.datetime
    ) -> None:
        again = building.make_new_version(
            report=version.report,
            follows=version.number,
            reason=f"Returned by the {cast.person(told[0], 'by').name}: {told[0].text('comment')}",
            cut_off=at,
            by=cast.people["coordinator"],
            at=at,
        )
        self._lay_out(again, Rendition.Stage.DRAFT)
        self._decide_on(timeline, cast, again, told[1:])

    def _issue(self, cast: Cast, version: ReportVersion, at: dt.datetime) -> None:
        """A report that needs no chair: prepared, looked at, published."""
        decisions.prepare(version=version, by=cast.people["coordinator"], at=at)
        self._publish(cast, version, at)

    def _publish_and_hand_on(self, timeline: Timeline, cast: Cast, version: ReportVersion, at: dt.datetime) -> None:
        self._publish(cast, version, at)
        shelf.hand_on(timeline, cast, version, at.astimezone(LONDON).date(), self._made)

    def _publish(self, cast: Cast, version: ReportVersion, at: dt.datetime) -> None:
        self._lay_out(version, Rendition.Stage.FINAL)
        decisions.publish(version=version, by=cast.people["coordinator"], at=at)


def _state(cast: Cast, one: Owed, told: Record, at: dt.datetime) -> None:
    """The chair's statement, on the day on which the report is made."""
    texts.write_text(
        plan=cast.plan,
        kind=one.kind,
        period=one.period,
        section=SectionText.Section.STATEMENT,
        text=told.text("chair_statement"),
        seen=0,
        by=cast.people["chair"],
        at=at,
    )


def _plan_document(cast: Cast, record: Record, at: dt.datetime) -> None:
    year = Period.parse(PeriodKind.YEAR, record.text("year"))
    on_request.make_plan(plan=cast.plan, year=year, by=cast.people["coordinator"], at=at)


def _write(cast: Cast, record: Record, at: dt.datetime) -> None:
    kind = record.text("kind")
    texts.write_text(
        plan=cast.plan,
        kind=kind,
        period=Period.parse(KINDS[kind], record.text("period")),
        section=record.text("section"),
        text=record.text("text"),
        seen=0,
        by=cast.person(record, "by"),
        at=at,
    )


def _next_day(version: ReportVersion, timeline: Timeline) -> dt.date:
    """The day after a version was made, in the story's time."""
    return min(version.made_at.astimezone(LONDON).date() + dt.timedelta(days=1), timeline.as_of)
