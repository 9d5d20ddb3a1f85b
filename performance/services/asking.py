"""Whom to ask for which figures and words in today's e-mail, and the ledger of what they were told.

The e-mail itself is the one a day that the room above writes; here is its part about figures.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from performance.asking import Step, What, day_of, step_of
from performance.models import Commentary, FigureReminder, Measurement, NotYetAvailable, Owing, everything_owed
from priorities.periods import Period

if TYPE_CHECKING:
    from partners.models import OutgoingEmail, User
    from priorities.models import Plan

Stage = FigureReminder.Stage


@dataclass(frozen=True)
class Ask:
    """One thing asked of one person. `step`: what they have not been told yet, and `nudges`, by key, that no e-mail told."""

    owing: Owing
    step: Step | None
    nudges: tuple[int, ...]
    stands_in_for: str

    @property
    def is_news(self) -> bool:
        return self.step is not None or bool(self.nudges)


def asks_of(plan: Plan, today: dt.date, unwanting: Container[int] = ()) -> dict[int, list[Ask]]:
    """By person, everything that is asked of them by now, longest owed first; whoever has no news needs no e-mail.

    The `unwanting` are asked, and told when something is overdue, but not reminded in between. What its owner promised for
    a later day is asked of nobody before it draws near.
    """
    found: dict[int, list[Ask]] = defaultdict(list)
    for owing in everything_owed(plan, today):
        if day_of(Step.ASKED, owing.owed) > today:
            continue
        for person, stands_in_for in owing.asked_of.items():
            step = step_of(owing.owed, today, owing.told(person))
            if step is Step.REMINDED and person in unwanting:
                step = None
            nudges = tuple(owing.waiting_nudges(person)) if owing.owed.is_due(today) else ()
            found[person].append(Ask(owing, step, nudges, stands_in_for))
    return found


@transaction.atomic
def tell(*, asks: Iterable[Ask], person: User, email: OutgoingEmail, at: dt.datetime) -> None:
    """Note in the ledger what an e-mail tells; call it inside the transaction that makes it."""
    told = list(asks)
    FigureReminder.objects.bulk_create(
        FigureReminder(
            indicator=ask.owing.indicator,
            period_kind=ask.owing.owed.period.kind.value,
            period_start=ask.owing.owed.period.start,
            owed=ask.owing.owed.what.value,
            stage=ask.step.value,
            due_on=ask.owing.owed.due_on,
            person=person,
            at=at,
            email=email,
        )
        for ask in told
        if ask.step is not None
    )
    nudges = [pk for ask in told for pk in ask.nudges]
    FigureReminder.objects.filter(pk__in=nudges, email__isnull=True).update(email=email)


@transaction.atomic
def forget(*, email: OutgoingEmail) -> None:
    """Take back what the ledger says of an e-mail that was not sent: the next one may tell it."""
    rows = FigureReminder.objects.filter(email=email)
    rows.exclude(stage=Stage.NUDGED).delete()
    rows.update(email=None)


def told_in(email: OutgoingEmail) -> list[FigureReminder]:
    """What an e-mail told of figures and words."""
    return list(FigureReminder.objects.filter(email=email).select_related("indicator").order_by("pk"))


def is_still_owed(reminder: FigureReminder, today: dt.date) -> bool:
    """Whether what was told is still to be done: neither given nor promised for a later day since."""
    period: Period = reminder.period
    about = {
        "indicator": reminder.indicator_id,
        "period_kind": period.kind.value,
        "period_start": period.start,
    }
    if What(reminder.owed) is What.COMMENTARY:
        return not Commentary.objects.filter(**about).exists()
    if Measurement.objects.filter(**about).exists():
        return False
    said = NotYetAvailable.objects.filter(**about).order_by("at", "pk").last()
    return said is None or said.expected_on is None or said.expected_on <= today or said.at < reminder.at
