"""Who owes which figure and which words about one, and who was asked for them: one answer for board, pages and e-mails.

A fixed number of queries, however many indicators.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partners import roles
from partners.models import Cover, User
from performance.asking import Owed, Step, What, most_pressing, owed_of
from performance.models.figures import FigureReminder
from performance.models.indicators import Indicator, IndicatorQuerySet
from performance.models.known import known_facts
from priorities.periods import Period, PeriodKind

if TYPE_CHECKING:
    from priorities.models import Plan

Place = tuple[int, Period, What]


@dataclass(frozen=True)
class Owing:
    """Something owed, by which indicator's data owner, whom it is asked of, and what they were told already."""

    indicator: Indicator
    owed: Owed
    #: People to ask, by key: for whom they stand in, or "".
    asked_of: Mapping[int, str]
    #: What these people are called, in the same order.
    names: tuple[str, ...] = ()
    #: Newest first.
    reminders: tuple[FigureReminder, ...] = ()

    @property
    def last_reminder(self) -> FigureReminder | None:
        """The newest thing they were told; a nudge that no digest has told yet is one as well."""
        return self.reminders[0] if self.reminders else None

    def told(self, person: int) -> set[Step]:
        """The steps of this due day that a person was told of."""
        return {
            Step(one.stage)
            for one in self.reminders
            if one.person_id == person and one.stage != FigureReminder.Stage.NUDGED and one.due_on == self.owed.due_on
        }

    def waiting_nudges(self, person: int) -> list[int]:
        """Nudges that no digest has told this person of."""
        return [
            one.pk
            for one in self.reminders
            if one.person_id == person and one.stage == FigureReminder.Stage.NUDGED and one.email_id is None
        ]


def missing_figures(
    plan: Plan, today: dt.date, indicators: Iterable[Indicator] | None = None
) -> list[tuple[Indicator, Owed]]:
    """The plan's figures that are not in, those owed longest first: three queries, for pages that only list or count.

    `indicators`: some of the plan's alone, fetched with `data_owner` and `data_source`.
    """
    rows = list(_indicators(plan) if indicators is None else indicators)
    owed = _owed(rows, today, figures_alone=True)
    own = {row.pk: row for row in rows}
    return [(own[one.facts.pk], one) for one in most_pressing(owed)]


def everything_owed(plan: Plan, today: dt.date) -> list[Owing]:
    """Figures that are not in and words that are wanted, those owed longest first, each with whom to ask."""
    rows = list(_indicators(plan).select_related("contact"))
    own = {row.pk: row for row in rows}
    owed = most_pressing(_owed(rows, today))
    reminders = _reminders(owed)
    people = _People.read(today)
    found = []
    for one in owed:
        asked_of = people.asked_of(own[one.facts.pk])
        names = tuple(people.names[pk] for pk in asked_of)
        found.append(Owing(own[one.facts.pk], one, asked_of, names, tuple(reminders.get(one.key, ()))))
    return found


def _indicators(plan: Plan) -> IndicatorQuerySet:
    return Indicator.objects.for_plan(plan).select_related("data_owner", "data_source")


def _owed(rows: list[Indicator], today: dt.date, *, figures_alone: bool = False) -> list[Owed]:
    facts = known_facts(rows, figures_alone=figures_alone)
    found = [
        one for row in rows for one in owed_of(facts[row.pk], today, kept_from=row.active_from, kept_to=row.active_to)
    ]
    # Judged without its surroundings a figure seems to want words that it does not.
    return [one for one in found if one.is_figure] if figures_alone else found


def _reminders(owed: list[Owed]) -> dict[Place, list[FigureReminder]]:
    found: dict[Place, list[FigureReminder]] = defaultdict(list)
    rows = FigureReminder.objects.for_figures(one.place for one in owed)
    for row in rows.select_related("person").order_by("-at", "-pk"):
        period = Period(PeriodKind(row.period_kind), row.period_start)
        found[row.indicator_id, period, What(row.owed)].append(row)
    return found


@dataclass(frozen=True)
class _People:
    """Those who can record figures on one day, and who stands in for whom."""

    everywhere: frozenset[int]
    of_partner: Mapping[int, list[int]]
    partner_of: Mapping[int, int]
    stand_ins: Mapping[int, list[tuple[int, str]]]
    names: Mapping[int, str]

    @classmethod
    def read(cls, today: dt.date) -> _People:
        everywhere, partner_of = set(), {}
        of_partner: dict[int, list[int]] = defaultdict(list)
        wanted = (roles.PARTNER_OFFICER, roles.ANALYST, roles.COORDINATOR)
        seen = User.objects.filter(is_active=True, groups__name__in=wanted).order_by("pk")
        names: dict[int, str] = {}
        for pk, own_name, partner, role in seen.values_list("pk", "name", "partner", "groups__name"):
            names[pk] = own_name
            if role != roles.PARTNER_OFFICER:
                everywhere.add(pk)
            elif partner:
                partner_of[pk] = partner
            if partner and role != roles.COORDINATOR and pk not in of_partner[partner]:
                of_partner[partner].append(pk)
        stand_ins = defaultdict(list)
        covers = Cover.objects.on(today).filter(
            covered_by__is_active=True, covered_by__groups__name__in=roles.SEES_THE_WORK
        )
        rows = covers.order_by("pk").values_list("person", "person__name", "covered_by", "covered_by__name").distinct()
        for pk, name, cover, cover_name in rows:
            stand_ins[pk].append((cover, name))
            names.setdefault(cover, cover_name)
        return cls(frozenset(everywhere), of_partner, partner_of, stand_ins, names)

    def asked_of(self, indicator: Indicator) -> dict[int, str]:
        """Whoever the indicator names, else those of its data owner who work on figures; and their stand-ins.

        Nobody is asked for what they may not record.
        """
        owner = indicator.data_owner_id
        named = indicator.contact_id
        if named is not None and (named in self.everywhere or self.partner_of.get(named) == owner):
            asked = [named]
        else:
            asked = self.of_partner.get(owner, [])
        found = dict.fromkeys(asked, "")
        for person in asked:
            officer = self.partner_of.get(person) == owner
            for cover, name in self.stand_ins.get(person, ()):
                if officer or cover in self.everywhere:
                    found.setdefault(cover, name)
        return found
