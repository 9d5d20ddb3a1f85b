from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from actions.progress import plural
from shp_portal.tick import rehearse, tick


class Command(BaseCommand):
    help = (
        "Do everything that is due: open update requests, remind people, make reports, wake the workers that lay out and send. "
        "What beat calls."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--now",
            metavar="ISO",
            help="The moment to take for now, such as 2026-10-28 or 2026-10-28T09:00 (local time).",
        )

        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Only list what would be done and who would be written to; write and send nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = _moment(options["now"])
        if options["dry_run"]:
            self._rehearse(now)
            return
        done = tick(now)
        for name in done.rounds:
            self.stdout.write(f"Opened: {name}")
        for email in done.digests:
            self.stdout.write(f"Owed to {email.recipient.email}: {email.subject}")
        for version in done.versions:
            self.stdout.write(f"Made: {version}")
        for check in done.checks:
            self.stdout.write(f"Closed: {check}")
        if done.files_waiting:
            self.stdout.write("Reports are waiting to be laid out; the render worker has been woken.")
        if done.emails_waiting:
            self.stdout.write("E-mails are waiting to be sent; the worker has been woken.")
        if done.faults:
            raise CommandError(
                "\n".join(
                    ["Not all that is due was done; everything else was.", *(f"Plan {fault}" for fault in done.faults)]
                )
            )
        if not (
            done.rounds or done.digests or done.versions or done.checks or done.files_waiting or done.emails_waiting
        ):
            self.stdout.write("Nothing is due.")

    def _rehearse(self, now: dt.datetime) -> None:
        would = rehearse(now)
        for name in would.rounds:
            self.stdout.write(f"Would open: {name}")
        for title, due_on in would.reports:
            self.stdout.write(f"Would make: {title} (due {due_on.isoformat()})")
        for check in would.checks:
            self.stdout.write(f"Would close: {check}")
        for file in would.files:
            self.stdout.write(f"Would lay out: {file}")
        for digest in would.digests:
            self.stdout.write(f"{digest.reader.email}: {digest.message.subject}")
        if would.emails:
            self.stdout.write(f"{plural(would.emails, 'e-mail waits', 'e-mails wait')} to be sent already.")
        for fault in would.faults:
            self.stdout.write(f"Nothing would be made for the plan {fault}")
        number = plural(len(would.digests), "person", "people")
        self.stdout.write(f"{number} would be written to. Nothing was written or sent.")


def _moment(text: str | None) -> dt.datetime:
    if text is None:
        return timezone.now()
    try:
        moment = parse_datetime(text)  # a day alone means its first moment
    except ValueError as error:
        raise CommandError(f"--now: “{text}” is not a moment that exists ({error}).") from error
    if moment is None:
        raise CommandError(f"--now: “{text}” is not a moment. Write it as 2026-10-28 or 2026-10-28T09:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
