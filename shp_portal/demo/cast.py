"""The demonstration's people, sub-groups, meetings and indicators: what administrators would have typed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeVar

from partners.models import Partner, User
from partners.services import add_person
from performance.models import Indicator, Recommendation
from priorities.models import Meeting, Membership, Plan, PoliceAndCrimePriority, Priority, SubGroup
from shp_portal.demo.accounts import PASSWORD
from shp_portal.published_plan.reading import BrokenData, Record

Found = TypeVar("Found")


@dataclass
class Cast:
    """Everybody and everything the story names by a code."""

    plan: Plan
    partners: dict[str, Partner]
    priorities: dict[str, Priority]
    people: dict[str, User] = field(default_factory=dict)
    sub_groups: dict[str, SubGroup] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    #: What actions, by their reference, carry out and answer from their first day.
    recommendations: dict[str, list[Recommendation]] = field(default_factory=dict)
    regards: dict[str, list[PoliceAndCrimePriority]] = field(default_factory=dict)

    def person(self, record: Record, name: str) -> User:
        return _look_up(self.people, record, name)

    def person_or_none(self, record: Record, name: str) -> User | None:
        return self.person(record, name) if record.text(name, "") else None

    def partner(self, record: Record, name: str) -> Partner:
        return _look_up(self.partners, record, name)

    def partner_or_none(self, record: Record, name: str) -> Partner | None:
        return self.partner(record, name) if record.text(name, "") else None

    def priority(self, record: Record, name: str = "priority") -> Priority:
        return _look_up(self.priorities, record, name)

    def sub_group(self, record: Record, name: str = "sub_group") -> SubGroup:
        return _look_up(self.sub_groups, record, name)

    def indicator(self, record: Record, name: str = "indicator") -> Indicator:
        return _look_up(self.indicators, record, name)


def _look_up(known: dict[str, Found], record: Record, name: str) -> Found:
    code = record.text(name)
    if code not in known:
        raise BrokenData(f"{record.where}: “{name}” names “{code}”, which is not there.")
    return known[code]


def gather(plan: Plan, data: Record, story: Record, at: dt.datetime) -> Cast:
    """Add people, sub-groups with their meetings, and indicators."""
    cast = Cast(
        plan=plan,
        partners={partner.code: partner for partner in Partner.objects.all()},
        priorities={priority.code: priority for priority in plan.priorities.all()},
    )
    for record in data.records("accounts"):
        cast.people[record.text("key")] = add_person(
            email=record.text("email"),
            name=record.text("name"),
            job_title=record.text("name"),
            partner=cast.partner(record, "partner"),
            roles=record.texts("groups"),
            by=None,
            at=at,
            administrator=record.yes("is_staff"),
            password=PASSWORD,
        )
    for record in data.records("sub_groups"):
        _sub_group(cast, record)
    for record in story.records("meetings"):
        Meeting(
            plan=plan, date=record.day("date"), papers_due=record.day("papers_due"), place=record.text("place")
        ).save()
    for record in story.records("sub_group_meetings"):
        Meeting(plan=plan, date=record.day("date"), sub_group=cast.sub_group(record)).save()
    for record in data.records("indicators"):
        _indicator(cast, record)
    for record in data.records("indicators"):
        if "sum_of" in record:
            parts = [cast.indicators[code] for code in record.texts("sum_of")]
            cast.indicator(record, "code").sum_of.set(parts)
        if "out_of" in record:
            part = cast.indicator(record, "code")
            part.out_of = cast.indicators[record.text("out_of")]
            part.save()
    return cast


def _sub_group(cast: Cast, record: Record) -> None:
    group = SubGroup(
        plan=cast.plan,
        code=record.text("code"),
        name=record.text("name"),
        chairing_partner=cast.partner(record, "chairing_partner"),
        lead=cast.person(record, "lead"),
        deputy=cast.person(record, "deputy"),
        reoffending_lead=cast.person(record, "reoffending_lead"),
        meets=record.text("meets"),
        note=record.text("note", ""),
    )
    group.save()
    group.priorities.set([cast.priorities[code] for code in record.texts("priorities")])
    for key in record.texts("members"):
        Membership(sub_group=group, user=cast.people[key]).save()
    cast.sub_groups[group.code] = group


def _indicator(cast: Cast, record: Record) -> None:
    indicator = Indicator(
        code=record.text("code"),
        name=record.text("name"),
        definition=record.text("definition"),
        source=record.text("source"),
        unit=record.text("unit"),
        measure=record.text("measure"),
        better=record.text("better"),
        frequency=record.text("frequency"),
        lag_weeks=record.number("lag_weeks"),
        data_owner=cast.partner(record, "data_owner"),
        all_priorities=record.yes("all_priorities"),
        small_numbers=record.yes("small_numbers"),
        publishable=record.yes("publishable", default=True),
        baseline_printed=record.text("baseline_printed", ""),
        baseline_value=record.decimal_or_none("baseline_value"),
        baseline_unit=record.text("baseline_unit", ""),
        baseline_period=record.text("baseline_period", ""),
        note=record.text("note", ""),
        position=record.number("position"),
    )
    indicator.save()
    indicator.priorities.set([cast.priorities[code] for code in record.texts("priorities")])
    cast.indicators[indicator.code] = indicator
