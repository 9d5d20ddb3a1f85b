from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from priorities.periods import british
from reports.models import Rendition


class Command(BaseCommand):
    help = "Say which version of which report a PDF is, or that it is not one of ours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the PDF to check")

    def handle(self, *args: Any, **options: Any) -> None:
        place = Path(options["file"])
        try:
            content = place.read_bytes()
        except OSError as error:
            raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
        sha256 = hashlib.sha256(content).hexdigest()
        found = (
            Rendition.objects.filter(sha256=sha256, state=Rendition.State.DONE)
            .select_related("version__report__plan")
            .first()
        )
        if found is None:
            raise CommandError(f"{place} is not one of ours, or has been changed since it was made (SHA-256 {sha256}).")
        version = found.version
        made = timezone.localtime(found.finished_at)
        self.stdout.write(f"{place} is ours: {found}, made {british(made.date())}, {made:%H:%M}.")
        self.stdout.write(f"The version is “{version.get_state_display().lower()}”. SHA-256 {sha256}")
