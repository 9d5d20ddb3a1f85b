from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from priorities.models import Plan
from priorities.periods import british
from reports.models import PlanFault
from reports.services import schedule


class Command(BaseCommand):
    help = "List every report of every plan: when due, how it stands, the last and the next run, and why not."

    def handle(self, *args: Any, **options: Any) -> None:
        plans = list(Plan.objects.order_by("starts_on"))
        if not plans:
            raise CommandError("There is no plan yet: `manage.py load_plan` brings the published one.")
        today = timezone.localdate()
        faults = {fault.plan_id: fault for fault in PlanFault.objects.all()}
        for plan in plans:
            self.stdout.write(f"{plan.title}, {british(plan.starts_on)} to {british(plan.ends_on)}")
            if plan.pk in faults:
                since = timezone.localtime(faults[plan.pk].since)
                self.stdout.write(
                    f"  Nothing is made for this plan since {british(since.date())}, {since:%H:%M}: {faults[plan.pk].reason}"
                )
            for line in schedule.lines(plan, today):
                ran_at = timezone.localtime(line.last_run) if line.last_run else None
                last = f"{british(ran_at.date())}, {ran_at:%H:%M}" if ran_at else "never"
                self.stdout.write(
                    f"  {line.kind:<12} {line.period.code}  due {british(line.due_on):<17}  {line.what:<24} last run {last:<24} next run {line.next_run}"
                )
                for words in filter(None, (line.why, *line.taken_back)):
                    self.stdout.write(f"  {'':<12} {words}")
