from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from charts.text import listed
from partners.delivery import write_whole
from priorities.models import Plan
from priorities.periods import Period, PeriodKind
from reports import delivery, pdf
from reports.document import PARTNERS, PUBLIC
from reports.models import Rendition, Report, ReportVersion
from reports.services import building, on_request, renditions
from reports.timetable import KINDS as DUE

KINDS = {**DUE, Report.Kind.PLAN.value: PeriodKind.YEAR}

#: Seconds to wait for another worker that is laying out the same report.
PATIENCE = 300


class Command(BaseCommand):
    help = "Write the PDF of a report's newest version, making and laying out one first when there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help="six_monthly, quarterly or plan")
        parser.add_argument("period", help="the period's first month, such as 2026-04")
        parser.add_argument(
            "--edition",
            choices=[PARTNERS, PUBLIC],
            default=PARTNERS,
            help="partners: everything (the default); public: without small numbers and what may not be published",
        )
        parser.add_argument("--out", required=True, metavar="FILE", help="where to write the PDF")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind not in KINDS:
            raise CommandError(
                f"“{kind}” is no kind of report: write {listed(sorted(KINDS)).replace(' and ', ' or ')}."
            )
        try:
            period = Period.parse(KINDS[kind], options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        out = _writable(Path(options["out"]))
        version = self._newest(kind, period)
        rendition = self._laid_out(version, options["edition"])
        try:
            write_whole(out, delivery.read(rendition))
        except delivery.FileLost as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{out} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{out}: {rendition}, {rendition.pages} pages, SHA-256 {rendition.sha256}")

    def _newest(self, kind: str, period: Period) -> ReportVersion:
        plan = Plan.objects.filter(starts_on__lte=period.end, ends_on__gte=period.start).order_by("-starts_on").first()
        if plan is None:
            raise CommandError(f"No plan covers {period.label}.")
        newest = (
            ReportVersion.objects.filter(
                report__plan=plan,
                report__kind=kind,
                report__period_kind=period.kind.value,
                report__period_start=period.start,
            )
            .select_related("report__plan")
            .order_by("-number")
            .first()
        )
        if newest is not None:
            return newest
        try:
            if kind == Report.Kind.PLAN:
                version = on_request.make_first_plan(plan=plan, year=period, at=timezone.now())
            else:
                version = building.make_first(plan=plan, kind=kind, period=period, now=timezone.now())
        except ValidationError as error:
            raise CommandError(f"There is no report on {period.label}. {' '.join(error.messages)}") from error
        self.stdout.write(f"Made: {version}")
        return version

    def _laid_out(self, version: ReportVersion, edition: str) -> Rendition:
        """The final file where there is one, else the draft; laid out here, or awaited from the worker that has it.

        A public version is asked for here, final once the version is published and a draft before.
        """
        files = {rendition.stage: rendition for rendition in version.renditions.partners()}
        wanted = files.get(Rendition.Stage.FINAL) or files[Rendition.Stage.DRAFT]
        if edition == PUBLIC:
            published = version.published_at is not None
            stage = Rendition.Stage.FINAL if published else Rendition.Stage.DRAFT
            wanted = renditions.queue(version=version, stage=stage, edition=edition, at=timezone.now())
        give_up = time.monotonic() + PATIENCE
        while wanted.state in (Rendition.State.QUEUED, Rendition.State.RENDERING):
            wanted = renditions.make_one(rendition=wanted, make=pdf.make, clock=timezone.now)
            if wanted.state == Rendition.State.RENDERING:
                if time.monotonic() > give_up:
                    raise CommandError(f"{wanted} has been under way in a worker for too long. Try again later.")
                time.sleep(1)
        if wanted.state == Rendition.State.FAILED:
            raise CommandError(f"{wanted} could not be laid out: {wanted.last_error}")
        return wanted


def _writable(out: Path) -> Path:
    """`out`, sure to take a file; said before minutes of work rather than after."""
    if out.is_dir():
        raise CommandError(f"{out} is a folder: name a file in it.")
    if not out.parent.is_dir():
        raise CommandError(f"The folder {out.parent} does not exist.")
    try:
        write_whole(out.parent / f".{out.name}.try", b"")
        (out.parent / f".{out.name}.try").unlink()
    except OSError as error:
        raise CommandError(f"{out.parent} cannot be written: {error.strerror}.") from error
    return out
