from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.services import proof


class Command(BaseCommand):
    help = "Say which version of which report a PDF is, or that it is not one of ours: the words of the page /check/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the PDF to check, or the SHA-256 of one or of a report's facts")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["file"]
        typed = asked.strip().lower()
        place = Path(asked)
        if proof.HASH.fullmatch(typed) and not place.exists():
            told = proof.Print(typed)
        else:
            try:
                told = proof.print_of(_pieces(place))
            except OSError as error:
                raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
        answer = proof.ask(told, user=None, everything=True)
        said = "\n".join([asked, *answer.lines(), f"SHA-256: {told.sha256}"])
        if not answer.is_ours:
            raise CommandError(said)
        self.stdout.write(said)


def _pieces(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        while piece := file.read(1024 * 1024):
            yield piece
