"""Everything that is due, asked of the rows: rounds to open, people to remind, reports to make, files to lay out, e-mails to send.

Nothing here depends on when or how often it runs: what should exist by now and does not is made, and what exists stays.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from actions.services import evidence, exports
from actions.services.chasing import drop_out_of_date, put_digests
from actions.services.digest import Due, digests_due
from partners import outbox
from partners.models import OutgoingEmail
from performance.services import uploads
from priorities.models import Plan
from priorities.services import open_round
from priorities.timetable import timetable_for
from reports import delivery
from reports.models import FactCheck, Rendition, Report, ReportVersion
from reports.services import building, fact_check, proof, reminding, renditions
from reports.services import faults as plan_faults

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did. `reminders`: of matters that are due. `checks`: fact checks whose days were over. `files_waiting` and `emails_waiting`: whether their workers had something to be woken for.

    `faults`: a sentence for each plan that could not be seen to.
    """

    rounds: list[str] = field(default_factory=list)
    digests: list[OutgoingEmail] = field(default_factory=list)
    reminders: list[reminding.Due] = field(default_factory=list)
    versions: list[ReportVersion] = field(default_factory=list)
    checks: list[FactCheck] = field(default_factory=list)
    files_waiting: bool = False
    emails_waiting: bool = False
    faults: list[str] = field(default_factory=list)


def tick(now: dt.datetime) -> Ticked:
    """Do what is due at `now`. Safe to run twice, late, and at once with another.

    What is wrong with one plan stops neither the others nor files and e-mails; it is logged, told in `faults`, and stands
    on the schedule until the plan can be seen to again.
    """
    rounds: list[str] = []
    versions: list[ReportVersion] = []
    faults: list[str] = []
    for plan in Plan.objects.order_by("starts_on"):
        try:
            rounds += _open_rounds(plan, now)
            versions += building.make_due(plan=plan, now=now)
        except Exception as error:
            log.exception("nothing more is made for the plan “%s” (%s)", plan, plan.pk)
            reason = str(error).strip() or type(error).__name__
            plan_faults.note(plan=plan, reason=reason, at=now)
            faults.append(f"{plan}, from {plan.starts_on}: {reason}")
        else:
            plan_faults.clear(plan=plan)
    checks = fact_check.close_due(now)
    files_waiting = renditions.any_waiting(now)
    if files_waiting:
        delivery.wake_render()
    digests = put_digests(now)
    reminders = reminding.remind(now)
    evidence.sweep(now)
    if evidence.any_waiting():
        evidence.wake_scanner()
    emails_waiting = OutgoingEmail.objects.ready(now).exists()
    if emails_waiting:
        outbox.wake_drain()
    exports.see_to(now)
    uploads.see_to(now)
    proof.check_stored(now)
    for version in versions:
        log.info("made %s", version)
    return Ticked(rounds, digests, reminders, versions, checks, files_waiting, emails_waiting, faults)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a tick would do: requests to open, digests and reminders of matters to owe, reports to make with the day each was due, fact checks to close,
    files to lay out, and how many e-mails wait to be sent besides those. `faults` as of `Ticked`."""

    rounds: list[str]
    digests: list[Due]
    reminders: list[reminding.Due]
    reports: list[tuple[str, dt.date]]
    checks: list[str]
    files: list[str]
    emails: int
    faults: list[str]

    @property
    def nothing(self) -> bool:
        return not (
            self.rounds
            or self.digests
            or self.reminders
            or self.reports
            or self.checks
            or self.files
            or self.emails
            or self.faults
        )


def rehearse(now: dt.datetime) -> Rehearsed:
    """What a tick at `now` would do, what follows from the requests it would open included. Leaves nothing behind."""
    today = timezone.localdate(now)
    rounds: list[str] = []
    reports: list[tuple[str, dt.date]] = []
    faults: list[str] = []
    with transaction.atomic():
        for plan in Plan.objects.order_by("starts_on"):
            try:
                with transaction.atomic():
                    opened = _open_rounds(plan, now)
                    due = building.due_and_missing(plan, today)
            except Exception as error:
                log.exception("nothing could be made for the plan “%s” (%s)", plan, plan.pk)
                faults.append(f"{plan}, from {plan.starts_on}: {str(error).strip() or type(error).__name__}")
            else:
                rounds += opened
                reports += [(f"{Report.Kind(one.kind).label}, {one.period.label}", one.due_on) for one in due]
        drop_out_of_date(now)
        digests = digests_due(now)
        reminders = reminding.due(now)
        checks = [str(check) for check in fact_check.due_to_close(today)]
        files = [str(one) for one in Rendition.objects.waiting(now).select_related("version__report").defer("html")]
        emails = OutgoingEmail.objects.ready(now).count()
        transaction.set_rollback(True)
    return Rehearsed(rounds, digests, reminders, reports, checks, files, emails, faults)


def _open_rounds(plan: Plan, now: dt.datetime) -> list[str]:
    """Open the plan's requests for updates whose day has come, oldest first; past ones too, at the first start, without an e-mail."""
    today = timezone.localdate(now)
    opened = []
    for period in plan.periods(plan.update_kind):
        if timetable_for(period, plan.weeks).opens_on > today:
            break
        update_request, new = open_round(plan=plan, period=period, at=now)
        if new:
            opened.append(str(update_request))
    return opened
