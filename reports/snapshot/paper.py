"""The head of a report, and the moments it turns on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from actions.rating import LOOKS, ORDER, Rating
from priorities.models import Meeting, Plan, UpdateRound
from priorities.periods import Period, PeriodKind
from priorities.working_days import working_days_since
from reports.document import HOLDER, Definition, Mark, Paper
from reports.models import ReportVersion
from reports.timetable import dates_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Priority
    from priorities.timetable import Timetable
    from reports.models import Report

DEFINITIONS_NOTE = (
    "The officer who leads an action judges it; the portal sets the facts beside the judgement and says so where they "
    "disagree. A rating that no update backs for this period is the last one given, is shown as “not confirmed” and is "
    "counted apart. Colours are never used alone."
)


def end_of(day: dt.date) -> dt.datetime:
    """The last moment of a day, local time."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def local_day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment).date()


def promised_dates(plan: Plan, period: Period) -> Timetable:
    return dates_of(period, plan.weeks, UpdateRound.objects.promised(plan))


def updates_due_on(plan: Plan, period: Period) -> dt.date:
    return promised_dates(plan, period).updates_due_on


def usual_cut_off(plan: Plan, period: Period) -> dt.datetime:
    """The cut-off of a period's first version: the end of the day its updates were due."""
    return end_of(updates_due_on(plan, period))


def cut_off_before(report: Report) -> dt.datetime | None:
    """The first cut-off of the report before this one, as it was or would be; None for the plan's first period."""
    plan, before = report.plan, report.period.previous()
    if before.end < plan.starts_on:
        return None
    first = ReportVersion.objects.filter(
        report__plan=plan,
        report__kind=report.kind,
        report__period_kind=before.kind.value,
        report__period_start=before.start,
        number=1,
    )
    return first.values_list("cut_off", flat=True).first() or usual_cut_off(plan, before)


def last_ended(kind: PeriodKind, day: dt.date) -> Period:
    """The newest period of a kind that has ended by `day`."""
    period = Period.containing(kind, day)
    return period if period.end <= day else period.previous()


def mark_of(rating: Rating) -> Mark:
    look = LOOKS[rating]
    return Mark(key=rating.value, word=look.word, shape=look.shape, css=look.css)


def definitions() -> tuple[Definition, ...]:
    return tuple(Definition(mark_of(rating), LOOKS[rating].definition) for rating in ORDER)


def role_of(user: User | None, plan: Plan) -> str:
    """A person by job title: reports become public, so names stay out. The demonstration's names are job titles."""
    if user is None:
        return ""
    return user.job_title or (user.name if plan.is_demonstration else "")


def priorities(plan: Plan, period: Period, used: set[str]) -> list[Priority]:
    """The plan's priorities in order: those in use at the period's end, and any whose code still has something to tell."""
    active = set(plan.priorities.active(period.end).values_list("pk", flat=True))
    return [each for each in plan.priorities.order_by("position") if each.pk in active or each.code in used]


def paper(*, report: Report, title: str, number: int, cut_off: dt.datetime, made_at: dt.datetime, reason: str) -> Paper:
    """Two queries: the next meeting and the priorities' names."""
    plan, period = report.plan, report.period
    made_on = local_day(made_at)
    meeting = Meeting.objects.next_of_partnership(plan, made_on)
    dates = promised_dates(plan, period)
    due_on = dates.draft_on if report.falls_due and number == 1 else None
    return Paper(
        partnership=plan.partnership,
        short_name=plan.short_name,
        plan_title=plan.title,
        plan_starts_on=plan.starts_on,
        plan_ends_on=plan.ends_on,
        title=title,
        period_kind=period.kind.value,
        period_start=period.start,
        period_end=period.end,
        period_label=period.label,
        period_long_label=period.long_label,
        month=_months(plan.starts_on, period.end),
        months=_months(plan.starts_on, plan.ends_on),
        number=number,
        reason=reason,
        cut_off=cut_off.astimezone(dt.UTC),
        cut_off_on=local_day(cut_off),
        updates_due_on=dates.updates_due_on,
        made_at=made_at.astimezone(dt.UTC),
        made_on=made_on,
        meeting_on=meeting.date if meeting else None,
        report_of=HOLDER,
        contact=plan.contact,
        marking=plan.marking,
        is_demonstration=plan.is_demonstration,
        strategic_objective=plan.strategic_objective,
        objective_source=plan.objective_source,
        due_on=due_on,
        late_by=working_days_since(due_on, made_on) if due_on else 0,
        check_at=f"{settings.SITE_URL}{reverse('reports:check')}",
        priorities=tuple(plan.priorities.active(period.end).order_by("position").values_list("name", flat=True)),
    )


def _months(first: dt.date, last: dt.date) -> int:
    """Calendar months from the first day's month to the last day's, both counted."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
