"""Fills an empty portal with the demonstration story, up to a date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from actions.models import Action
from partners.models import OutgoingEmail, User
from priorities.models import Plan
from priorities.periods import british
from reports import pdf
from shp_portal.demo.papers import Papers
from shp_portal.demo.story import tell
from shp_portal.published_plan.loading import load_plan
from shp_portal.published_plan.reading import BrokenData

FIRST_DAY = dt.date(2024, 11, 1)


def a_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as fault:
        raise CommandError(f"“{text}” is not a date. Write it as year-month-day, for example 2026-11-23.") from fault


class Command(BaseCommand):
    help = "Tells the demonstration story through the portal's own services. Only for an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", metavar="DATE", help="The day the story ends on (default: today). For an empty database alone."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = a_day(options["as_of"]) if options["as_of"] else timezone.localdate()
        if as_of < FIRST_DAY:
            raise CommandError("The story begins in April 2024 and makes sense from 1 November 2024 on.")
        if not settings.DEMO:
            raise CommandError(
                "Demonstration data are for demonstration mode only. Set DEMO=true, on this machine alone."
            )
        try:
            load_plan()
        except BrokenData as fault:
            raise CommandError(f"Nothing is changed. {fault}") from fault
        plan = Plan.objects.order_by("starts_on").first()
        if plan is None:
            raise CommandError("The plan was removed by an administrator; the demonstration needs it.")
        if plan.is_demonstration and Action.objects.exists():
            ignored = f" The date, {british(as_of)}, was ignored: --as-of counts for an empty database alone."
            self.stdout.write(
                "The demonstration data are here already and are left as they are."
                + (ignored if options["as_of"] else "")
            )
            return
        if Action.objects.exists() or User.objects.exists():
            raise CommandError("This database holds real people or actions; demonstration data would mix with them.")
        try:
            # All or nothing: a story that breaks off halfway would look like real neglect.
            with transaction.atomic():
                plan.is_demonstration = True
                plan.save()
                steps = tell(plan, as_of, Papers(pdf.make, self._say).add_steps)
                # What the story mailed was mailed on its own days; nobody is to hear of the past today.
                OutgoingEmail.objects.filter(state=OutgoingEmail.State.PENDING).update(
                    state=OutgoingEmail.State.SENT, sent_at=F("created_at"), attempts=1
                )
        except BrokenData as fault:
            raise CommandError(f"Nothing is changed. {fault}") from fault
        except pdf.PdfRefused as fault:
            raise CommandError(f"Nothing is changed. {fault}") from fault
        self.stdout.write(f"The demonstration story is told up to {british(as_of)} in {steps} steps.")

    def _say(self, sentence: str) -> None:
        self.stdout.write(f"  {sentence} …")
        self.stdout.flush()
