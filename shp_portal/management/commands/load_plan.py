"""Loads the Community Safety Plan 2024–27 as published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shp_portal.published_plan.loading import DATA, load_plan
from shp_portal.published_plan.reading import BrokenData


class Command(BaseCommand):
    help = "Adds the Community Safety Plan 2024–27. Safe to run again: what administrators edited stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="Folder with plan.yaml and table1.csv.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_plan(options["folder"])
        except BrokenData as fault:
            raise CommandError(f"The plan was not loaded, and nothing is changed. {fault}") from fault
        added, kept = sum(loaded.added.values()), sum(loaded.kept.values())
        self.stdout.write(f"The plan is loaded: {added} rows added, {kept} there already and left as they are.")
        for name, number in loaded.added.items():
            self.stdout.write(f"  {number:3} {name}")
