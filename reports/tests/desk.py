"""Plain makers for the life of a report: people by role, due days, and a PDF maker that costs nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from actions.tests.makers import make_partner, make_plan, make_user
from partners import roles
from priorities.models import Meeting
from priorities.periods import Period, PeriodKind
from reports.document import Document, sha256_of, to_json
from reports.models import Rendition, ReportVersion
from reports.services import building, decisions, renditions

UTC = dt.UTC
H1 = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
#: The day on which the drafts on April to September 2026 and on July to September 2026 fall due, and the days after.
DUE = dt.datetime(2026, 10, 28, 8, 0, tzinfo=UTC)
SENT = dt.datetime(2026, 10, 29, 10, 0, tzinfo=UTC)
DECIDED = dt.datetime(2026, 11, 3, 11, 0, tzinfo=UTC)
PUBLISHED = dt.datetime(2026, 11, 5, 15, 0, tzinfo=UTC)
LATER = dt.datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sheet:
    content: bytes
    pages: int = 1


def make(html: str) -> Sheet:
    """Stands for the PDF maker: the same HTML gives the same bytes, another gives others."""
    return Sheet(b"%PDF-1.7 " + hashlib.sha256(html.encode()).hexdigest().encode())


def out_of_paper(html: str) -> Sheet:
    raise OSError("No space left on device")


def at(moment: dt.datetime) -> renditions.Clock:
    return lambda: moment


def sealed_as(version: ReportVersion, document: Document) -> None:
    """As if the version had been made with exactly this text."""
    text = to_json(document)
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=text, snapshot_sha256=sha256_of(text))


class Desk:
    """A plan with nothing in it but its calendar, and a person in every role. Make it inside a database test."""

    def __init__(self, **plan: Any) -> None:
        self.council = make_partner("HBC", "Borough council")
        self.plan = make_plan(**plan)
        self.coordinator = make_user("coordinator@test.example", roles.COORDINATOR, partner=self.council)
        self.colleague = make_user("colleague@test.example", roles.COORDINATOR, partner=self.council)
        self.chair = make_user("chair@test.example", roles.CHAIR, partner=self.council)
        self.officer = make_user("officer@test.example", roles.PARTNER_OFFICER, partner=self.council)
        self.analyst = make_user("analyst@test.example", roles.ANALYST, partner=self.council)
        self.reader = make_user("reader@test.example", roles.READER)
        self.nobody = make_user("nobody@test.example", is_staff=True)

    def draft(self, *, kind: str = "six_monthly", period: Period = H1) -> ReportVersion:
        """Version 1 with its PDF ready."""
        version = building.make_first(plan=self.plan, kind=kind, period=period, now=DUE)
        return self.laid_out(version)

    def laid_out(self, version: ReportVersion, stage: str = "draft") -> ReportVersion:
        made = renditions.make_one(rendition=version.renditions.partners().get(stage=stage), make=make, clock=at(DUE))
        assert made.state == Rendition.State.DONE, made.last_error
        return version

    def with_chair(self) -> ReportVersion:
        return decisions.send_to_chair(version=self.draft(), by=self.coordinator, at=SENT)

    def seen(self, version: ReportVersion) -> dict[str, str]:
        """What somebody who reads the version now has on the screen."""
        draft = version.renditions.partners().get(stage="draft")
        return {"seen_snapshot_sha256": version.snapshot_sha256, "seen_pdf_sha256": draft.sha256}

    def approved(self) -> ReportVersion:
        version = self.with_chair()
        decisions.approve(version=version, by=self.chair, at=DECIDED, **self.seen(version))
        return version

    def published(self) -> ReportVersion:
        version = self.laid_out(self.approved(), "final")
        return decisions.publish(version=version, by=self.coordinator, at=PUBLISHED)

    def another(self, first: ReportVersion, **fields: Any) -> ReportVersion:
        """The version after `first`, its PDF ready."""
        wanted = {
            "follows": first.number,
            "reason": "A figure was wrong.",
            "cut_off": LATER,
            "by": self.coordinator,
            "at": LATER,
            **fields,
        }
        return self.laid_out(building.make_new_version(report=first.report, **wanted))

    def meeting(self, day: dt.date, **fields: Any) -> Meeting:
        return Meeting.objects.create(plan=self.plan, date=day, **fields)
