"""Matters that are due and not answered: their owner is reminded, and after that the coordinator hears of it.

An e-mail of its own, since the one a day is written by a room below. What was told stands in the outbox, by its key.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from actions.services.digest import FROM
from partners import outbox
from partners.models import Cover, OutgoingEmail, User
from priorities import working_days
from reports import emails
from reports.models import MatterArising
from reports.services import steps

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KIND = "matter-due"
ANSWERED = "It is answered."
WITH_SOMEBODY_ELSE = "It is with somebody else now."


class Step(StrEnum):
    """In the order in which they come."""

    DUE = "due"
    OVERDUE = "overdue"
    TO_COORDINATOR = "to_coordinator"


#: Working days from the due day.
DAYS_FROM_DUE = {Step.DUE: 0, Step.OVERDUE: 3, Step.TO_COORDINATOR: 5}

#: Working days after which a step that nobody was told of is no news: whoever restores an old copy writes to nobody.
STALE = 20


def steps_of(due_on: dt.date, given_on: dt.date, today: dt.date) -> list[Step]:
    """The steps to tell of on a day: the highest of the owner's, and the coordinator's.

    `given_on`: when the owner got the matter, and an e-mail that it is theirs. What had been reached by then is no news.
    """

    def is_news(step: Step) -> bool:
        day = working_days.add_working_days(due_on, DAYS_FROM_DUE[step])
        return given_on < day <= today <= working_days.add_working_days(day, STALE)

    own = [step for step in (Step.OVERDUE, Step.DUE) if is_news(step)]
    return own[:1] + [Step.TO_COORDINATOR] * is_news(Step.TO_COORDINATOR)


@dataclass(frozen=True)
class Due:
    """What one person is to be told of one matter."""

    matter: MatterArising
    step: Step
    person: User

    @property
    def about(self) -> str:
        return f"{self.matter.pk}:{self.step}"

    @property
    def dedupe_key(self) -> str:
        return steps.key_of(KIND, self.about, self.person)


def due(now: dt.datetime) -> list[Due]:
    """The reminders to send at `now`: like the e-mail of the day from eight in the morning of working days. Six queries at most."""
    local = timezone.localtime(now)
    if not working_days.is_working_day(local.date()) or local.time() < FROM:
        return []
    rows = MatterArising.objects.open().for_list().filter(due_on__lte=local.date())
    found: list[Due] = []
    matters = list(
        rows.annotate(given_at=Coalesce(Max("handovers__at"), "raised_at"))
        .select_related("report__plan")
        .order_by("pk")
    )
    reached = {
        matter: steps_of(matter.due_on, timezone.localdate(matter.given_at), local.date())  # type: ignore[attr-defined]
        for matter in matters
    }
    if not any(reached.values()):
        return []
    coordinators = steps.coordinators()
    stand_ins = _stand_ins([matter.owner for matter in matters], local.date())
    for matter, wanted in reached.items():
        # Somebody whom two steps reach at once is told of the higher one.
        of_matter = {
            person.pk: Due(matter, step, person)
            for step in wanted
            for person in _readers(matter, step, coordinators, stand_ins)
        }
        found += of_matter.values()
    told = OutgoingEmail.objects.filter(dedupe_key__in=[one.dedupe_key for one in found])
    known = set(told.values_list("dedupe_key", flat=True))
    return [one for one in found if one.dedupe_key not in known]


@transaction.atomic
def remind(now: dt.datetime) -> list[Due]:
    """Owe everybody the reminders that are due. Safe to run twice, late, and at once with another."""
    wanted = due(now)
    for one in wanted:
        message = emails.matter_due(one.matter, reader=one.person)
        steps.tell(one.person, message, one.about, now)
    return wanted


def why_not_to_send(email: OutgoingEmail, now: dt.datetime) -> str:
    """Why a reminder is not to be sent any more, in a sentence; "" to send it. The outbox asks just before it does."""
    _, pk, step, _ = outbox.original_key(email).split(":")
    matter = MatterArising.objects.for_list().filter(pk=int(pk)).first()
    if matter is None or not matter.is_open:
        return ANSWERED
    stand_ins = _stand_ins([matter.owner], timezone.localdate(now))
    readers = _readers(matter, Step(step), steps.coordinators(), stand_ins)
    return "" if email.recipient_id in {person.pk for person in readers} else WITH_SOMEBODY_ELSE


def _readers(
    matter: MatterArising, step: Step, coordinators: list[User], stand_ins: Mapping[int, list[User]]
) -> Collection[User]:
    """Whoever is to answer it, and who stands in for them; the coordinator once that was of no use, or there is nobody."""
    own = {person.pk: person for person in ([matter.owner] if matter.assigned else []) + stand_ins[matter.owner_id]}
    if step is not Step.TO_COORDINATOR and own:
        return own.values()
    return [person for person in coordinators if person.pk not in own]


def _stand_ins(owners: list[User], today: dt.date) -> defaultdict[int, list[User]]:
    """Those at work who stand in for one of these on that day."""
    covers = Cover.objects.on(today).filter(person__in=owners).order_by("pk").values_list("person", "covered_by")
    pairs = list(dict.fromkeys(covers))
    people = User.objects.at_work().in_bulk({covering for _, covering in pairs}) if pairs else {}
    found: defaultdict[int, list[User]] = defaultdict(list)
    for person, covering in pairs:
        if covering in people:
            found[person].append(people[covering])
    return found
