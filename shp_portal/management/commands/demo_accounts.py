"""Who one can be in the demonstration."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shp_portal.demo.accounts import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    help = "Lists the accounts of the demonstration and their password. Only in demonstration mode."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="As JSON: role, email, password.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("There are no demonstration accounts outside demonstration mode (DEMO=true).")
        accounts = [{"role": role, "email": email, "password": PASSWORD} for role, email in ACCOUNTS]
        if options["json"]:
            self.stdout.write(json.dumps(accounts, indent=2))
            return
        for account in accounts:
            self.stdout.write(f"{account['role']:40} {account['email']}")
        self.stdout.write(f"\nOne password for all: {PASSWORD}")
