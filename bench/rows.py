"""Many actions with their history, in bulk: as many as asked, the same every time."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.utils import timezone

from actions.models import Action, ActionEvent, Milestone, ProgressUpdate
from partners import roles, services
from partners.models import Partner, User
from priorities.models import Plan, SubGroup, UpdateRound
from priorities.periods import Period, PeriodKind
from priorities.services import open_round

UPDATES = 10
COLLEAGUE = "colleagues@bench.example"
PASSWORD = "measured, not guessed"
RATINGS = ("on_track", "on_track", "at_risk", "on_track", "off_track")
WORDS = (
    "Two more streets were surveyed with the residents' panel, and the warden patrols moved to the evening. Referrals rose "
    "after the schools' week; the waiting list is down to three families."
)


def the_plan() -> Plan:
    return Plan.objects.get()


def person(role: str) -> User:
    """Somebody with this role; the officer answers for the first partner's actions."""
    return User.objects.get(email=f"{role.split()[-1].lower()}@bench.example")


def fill(size: int) -> None:
    """Top the plan up to `size` actions, each with ten updates, three milestones and two events."""
    plan = the_plan()
    partners = list(Partner.objects.order_by("code"))
    if not User.objects.filter(email__endswith="@bench.example").exists():
        _people(plan, partners[0])
    have = Action.objects.filter(plan=plan).count()
    if have < size:
        with transaction.atomic():
            for first in range(have, size, 5_000):
                _add(plan, partners, range(first, min(first + 5_000, size)))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _people(plan: Plan, partner: Partner) -> None:
    at = timezone.now()
    for priority in plan.priorities.all():
        group = SubGroup.objects.create(plan=plan, code=f"B-{priority.code}", name=f"{priority.name} group")
        group.priorities.add(priority)
    for role in (roles.PARTNER_OFFICER, roles.COORDINATOR, roles.ANALYST, roles.CHAIR):
        services.add_person(
            email=f"{role.split()[-1].lower()}@bench.example", name=role, partner=partner, roles=[role], password=PASSWORD,
            by=None, at=at,
        )  # fmt: skip
    services.add_person(
        email=COLLEAGUE,
        name="Colleagues",
        partner=partner,
        roles=[roles.PARTNER_OFFICER],
        password=PASSWORD,
        by=None,
        at=at,
    )
    for period in plan.periods(plan.update_kind):
        if period.end < at.date():
            open_round(plan=plan, period=period, at=at)
    UpdateRound.objects.exclude(period_start=dt.date(2026, 4, 1)).update(settled_at=at)


def _add(plan: Plan, partners: list[Partner], numbers: range) -> None:
    priorities = list(plan.priorities.order_by("position"))
    groups = list(plan.sub_groups.order_by("code"))
    officer, author = person(roles.PARTNER_OFFICER), person(roles.COORDINATOR)
    colleague = User.objects.get(email=COLLEAGUE)
    long_ago = dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC)
    actions = Action.objects.bulk_create(
        [
            Action(
                plan=plan,
                ref=f"B-{n:06}",
                priority=priorities[n % len(priorities)],
                sub_group=groups[n % len(groups)],
                title=f"Safer streets and homes, part {n}",
                description=WORDS,
                measure_of_success="Fewer calls from the same address.",
                lead_partner=partners[n % len(partners)],
                # One officer answers for thirty, however many there are, and colleagues for all others.
                owner=officer if n % len(partners) == 0 and n < 30 * len(partners) else colleague,
                starts_on=dt.date(2024, 4, 1),
                due_on=dt.date(2027, 3, 31) - dt.timedelta(days=n % 200),
                original_due_on=dt.date(2027, 3, 31) - dt.timedelta(days=n % 200),
                reoffending_focus=n % 5 == 0,
                added_at=long_ago,
            )
            for n in numbers
        ],
        batch_size=1_000,
    )
    periods = [Period(PeriodKind.HALF_YEAR, dt.date(2024, 4, 1))]
    while len(periods) < 5:
        periods.append(periods[-1].next())
    updates = []
    for action in actions:
        number = int(action.ref.split("-")[1])
        for turn in range(UPDATES):
            period = periods[turn // 2]
            # Every seventh action has said nothing on the newest period.
            if turn >= UPDATES - 2 and number % 7 == 0:
                continue
            at = dt.datetime.combine(period.end, dt.time(10), tzinfo=dt.UTC) + dt.timedelta(days=1 + turn)
            rating = RATINGS[(number + turn) % len(RATINGS)]
            updates.append(
                ProgressUpdate(
                    action=action,
                    period_kind=period.kind.value,
                    period_start=period.start,
                    rating=rating,
                    narrative=f"{WORDS} ({turn})",
                    reason="" if rating == "on_track" else "A post is vacant.",
                    recovery="" if rating == "on_track" else "It is advertised; the deputy stands in.",
                    by=officer,
                    spoken_for=action.lead_partner,
                    submitted_at=at,
                    submitted_on=at.date(),
                    submission_key=uuid.UUID(int=number * 100 + turn + 1),
                )
            )
    ProgressUpdate.objects.bulk_create(updates, batch_size=1_000)
    newest = {update.action_id: update for update in updates}
    for action in actions:
        action.latest_update = newest[action.pk]
    Action.objects.bulk_update(actions, ["latest_update"], batch_size=500)
    Milestone.objects.bulk_create(
        [
            Milestone(
                action=action,
                text=f"Step {step}",
                due_on=dt.date(2025, 1, 31) + dt.timedelta(days=300 * step),
                done_on=dt.date(2025, 1, 20) if step == 0 else None,
            )
            for action in actions
            for step in range(3)
        ],
        batch_size=2_000,
    )
    ActionEvent.objects.bulk_create(
        [
            ActionEvent(action=action, by=author, at=long_ago + dt.timedelta(days=300 * turn), **told)
            for action in actions
            for turn, told in enumerate(
                (
                    {"kind": "added", "new": action.title},
                    {"kind": "edited", "field": "title", "old": "Safer streets", "new": action.title},
                )
            )
        ],
        batch_size=2_000,
    )
