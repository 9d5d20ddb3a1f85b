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
            help="Only list who would be reminded and of what; write and send nothing.",
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
        if not (done.rounds or done.digests or done.versions or done.files_waiting or done.emails_waiting):
            self.stdout.write("Nothing is due.")

    def _rehearse(self, now: dt.datetime) -> None:
        due = rehearse(now)
        for digest in due:
            self.stdout.write(f"{digest.reader.email}: {digest.message.subject}")
        self.stdout.write(f"{plural(len(due), 'person', 'people')} would be written to. Nothing was written or sent.")


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
