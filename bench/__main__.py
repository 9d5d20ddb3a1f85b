"""Runs the measurements and prints them: `python -m bench [--large] [part …]`. `make bench` brings database and settings."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence

import django

PARTS = ("pages", "snapshot", "uploads", "render", "web")
#: The day the measurements stand on: inside the plan, after the request for April to September 2026 has opened.
DAY = dt.datetime(2026, 10, 12, 9, tzinfo=dt.UTC)


def _sizes(parts: Sequence[str], *, large: bool) -> list[int]:
    """How many actions the plan has, one after the other, as far as the parts asked for need it."""
    most = 10_000 if {"pages", "snapshot"} & set(parts) else 165
    return [size for size in (40, 50, 100, 165, 1_000, 10_000) if size <= most] + ([100_000] if large else [])


def main() -> int:
    wanted = argparse.ArgumentParser(prog="make bench", description=__doc__)
    wanted.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help=f"Of {', '.join(PARTS)}; all when none is named."
    )
    wanted.add_argument("--large", action="store_true", help="100,000 actions too: some minutes and 2 GB more.")
    chosen = wanted.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()

    import time_machine
    from django.core.management import call_command

    from bench import figures, pages, render, rows, snapshot, uploads, web
    from bench.measuring import Sheet

    sheet = Sheet()
    parts = chosen.parts or PARTS
    call_command("migrate", verbosity=0)
    with time_machine.travel(DAY, tick=True):
        call_command("load_plan", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
        for size in _sizes(parts, large=chosen.large):
            rows.fill(size)
            if size in render.SIZES:
                render.keep(size)
            if "snapshot" in parts and size in snapshot.SIZES:
                snapshot.measure(sheet, size)
            if "pages" in parts and size in pages.SIZES:
                pages.measure(sheet, size)
        if "pages" in parts:
            figures.measure(sheet)
        if "snapshot" in parts:
            snapshot.conclude(sheet)
        if "uploads" in parts:
            uploads.measure(sheet)
        if "render" in parts:
            render.measure(sheet)
    if "web" in parts:
        # The server is a process of its own and lives by the real clock: a session begun on the day above would be long over.
        web.measure(sheet)
    sheet.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
