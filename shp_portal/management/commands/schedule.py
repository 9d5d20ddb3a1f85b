from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from priorities.models import Plan
from reports.services import schedule


class Command(BaseCommand):
    help = "List every report of every plan: when due, how it stands, the last and the next run, and why not."

    def handle(self, *args: Any, **options: Any) -> None:
        plans = list(Plan.objects.order_by("starts_on"))
        if not plans:
            raise CommandError("There is no plan yet: `manage.py load_plan` brings the published one.")
        today = timezone.localdate()
        for plan in plans:
            self.stdout.write(f"{plan.title}, {plan.starts_on:%d.%m.%Y} to {plan.ends_on:%d.%m.%Y}")
            for line in schedule.lines(plan, today):
                last = f"{timezone.localtime(line.last_run):%Y-%m-%d %H:%M}" if line.last_run else "never"
                self.stdout.write(
                    f"  {line.kind:<12} {line.period.code}  due {line.due_on}  {line.what:<24} last run {last:<17} next run {line.next_run}"
                )
                if line.why:
                    self.stdout.write(f"  {'':<12} {line.why}")
