"""What the database itself refuses of the plan and its calendar, whoever writes."""

import datetime as dt

import pytest

from partners.tests.constraints import Breach, names_of, refused_by
from partners.tests.makers import make_user
from priorities.models import (
    Achievement,
    AnnualFocus,
    ContextFact,
    Duty,
    DutyDone,
    Meeting,
    Membership,
    Plan,
    PlanSection,
    PoliceAndCrimePlan,
    PoliceAndCrimePriority,
    Priority,
    SubGroup,
    UpdateRound,
)
from priorities.tests.makers import make_plan, make_priority, make_sub_group

AT = dt.datetime(2026, 10, 1, 7, 0, tzinfo=dt.UTC)
DAY, DAY_BEFORE = dt.date(2026, 12, 2), dt.date(2026, 12, 1)

BREACHES = [
    Breach(
        "plan_ends_after_start",
        "plan",
        {"starts_on": dt.date(2027, 4, 1), "ends_on": dt.date(2027, 4, 2)},
        {"starts_on": dt.date(2030, 4, 1), "ends_on": dt.date(2030, 4, 1)},
    ),
    Breach(
        "plan_weeks_in_order",
        "plan",
        {"updates_due_weeks": 1, "draft_weeks": 2, "chair_weeks": 3, "final_weeks": 4},
        {"starts_on": dt.date(2028, 4, 1), "draft_weeks": 3},
    ),
    Breach("plan_weeks_in_order", "plan", {}, {"starts_on": dt.date(2028, 4, 1), "chair_weeks": 4}),
    Breach("plan_weeks_in_order", "plan", {}, {"starts_on": dt.date(2028, 4, 1), "final_weeks": 5}),
    Breach(
        "plan_weeks_within_half_a_year",
        "plan",
        {"updates_due_weeks": 1, "final_weeks": 26},
        {"starts_on": dt.date(2028, 4, 1), "updates_due_weeks": 0},
    ),
    Breach("plan_weeks_within_half_a_year", "plan", {}, {"starts_on": dt.date(2028, 4, 1), "final_weeks": 27}),
    Breach(
        "plan_in_our_times",
        "plan",
        {"starts_on": dt.date(1990, 1, 1), "ends_on": dt.date(1993, 3, 31)},
        {"starts_on": dt.date(1989, 12, 31), "ends_on": dt.date(1993, 3, 31)},
    ),
    Breach(
        "plan_in_our_times",
        "plan",
        {"starts_on": dt.date(2148, 4, 1), "ends_on": dt.date(2150, 12, 31)},
        {"starts_on": dt.date(2148, 4, 2), "ends_on": dt.date(2151, 1, 1)},
    ),
    Breach(
        "plan_of_six_years_at_most",
        "plan",
        {"starts_on": dt.date(2028, 2, 29), "ends_on": dt.date(2034, 2, 28)},
        {"starts_on": dt.date(2028, 2, 28), "ends_on": dt.date(2034, 2, 28)},
    ),
    Breach(
        "plan_update_every_known",
        "plan",
        {"update_every": "quarter"},
        {"starts_on": dt.date(2028, 4, 1), "update_every": "month"},
    ),
    Breach("Plan.starts_on", "plan", {"title": "One"}, {"title": "Another"}),
    Breach("plan_section_number_unique", "section", {"number": 1}, {"number": 1}),
    Breach("priority_code_unique", "priority", {"position": 2}, {"position": 3}),
    Breach("priority_position_unique", "priority", {"code": "A"}, {"code": "B"}),
    Breach(
        "priority_active_dates_in_order",
        "priority",
        {"active_from": DAY, "active_to": DAY},
        {"code": "B", "position": 3, "active_from": DAY, "active_to": DAY_BEFORE},
    ),
    Breach("annual_focus_once_a_year", "focus", {"year": 2024}, {"year": 2024}),
    Breach("context_fact_position_unique", "fact", {"position": 1}, {"position": 1}),
    Breach("context_fact_once_a_year", "refreshed_fact", {"position": 2, "year": 2025}, {"position": 3, "year": 2025}),
    Breach("context_fact_refreshed_in_a_year", "refreshed_fact", {"position": 2, "year": 2025}, {"position": 3}),
    Breach("context_fact_year_in_our_times", "fact", {"position": 1, "year": 1990}, {"position": 2, "year": 1989}),
    Breach("context_fact_year_in_our_times", "fact", {"position": 1, "year": 2150}, {"position": 2, "year": 2151}),
    Breach("police_and_crime_plan_once", "police_plan", {"source": "One"}, {"source": "Another"}),
    Breach(
        "police_and_crime_plan_dates_in_order",
        "police_plan",
        {"starts_on": DAY_BEFORE, "ends_on": DAY},
        {"title": "Next", "starts_on": DAY, "ends_on": DAY},
    ),
    Breach(
        "police_and_crime_priority_position",
        "police_priority",
        {"position": 1, "name": "One"},
        {"position": 1, "name": "Another"},
    ),
    Breach("police_and_crime_priority_once", "police_priority", {"position": 1}, {"position": 2}),
    Breach("duty_position_unique", "duty", {"code": "one"}, {"code": "another"}),
    Breach("duty_code_unique", "duty", {"position": 1}, {"position": 2}),
    Breach(
        "duty_verified_known",
        "duty",
        {"verified": "found"},
        {"code": "b", "position": 2, "verified": "perhaps"},
    ),
    Breach(
        "duty_day_is_of_every_year",
        "duty",
        {"due_month": 2, "due_day": 28},
        {"code": "b", "position": 2, "due_month": 2, "due_day": 29},
    ),
    Breach("duty_day_is_of_every_year", "duty", {}, {"code": "b", "position": 2, "due_month": 4, "due_day": 31}),
    Breach("duty_day_is_of_every_year", "duty", {}, {"code": "b", "position": 2, "due_month": 13, "due_day": 1}),
    Breach("duty_day_is_of_every_year", "duty", {}, {"code": "b", "position": 2, "due_day": 0}),
    Breach("duty_done_once_a_year", "duty_done", {"note": "One."}, {"note": "Another."}),
    Breach("duty_done_says_how", "duty_done", {"note": "Sent by e-mail."}, {"year": 2025, "note": ""}),
    Breach("achievement_position_unique", "achievement", {"position": 1}, {"position": 1}),
    Breach("sub_group_code_unique", "sub_group", {"name": "One"}, {"name": "Another"}),
    Breach("sub_group_reports_to_another", "sub_group_with_number", {"pk": 901}, {"pk": 902, "reports_to_id": 902}),
    Breach("membership_once", "membership", {}, {"joined_on": DAY}),
    Breach(
        "membership_dates_in_order",
        "membership",
        {"joined_on": DAY, "left_on": DAY},
        {"joined_on": DAY, "left_on": DAY_BEFORE},
    ),
    Breach(
        "meeting_papers_before_meeting",
        "meeting",
        {"date": DAY_BEFORE, "papers_due": DAY_BEFORE},
        {"date": DAY_BEFORE, "papers_due": DAY},
    ),
    Breach("meeting_of_partnership_once_a_day", "meeting", {"place": "One room"}, {"place": "Another room"}),
    Breach("meeting_of_sub_group_once_a_day", "meeting_of_sub_group", {}, {"place": "Another room"}),
    Breach("update_round_once", "round", {}, {}),
    Breach("update_round_period", "round", {}, {"period_start": dt.date(2026, 7, 1)}),
    Breach("update_round_period", "round", {}, {"period_start": dt.date(2026, 4, 2)}),
    Breach("update_round_period", "round", {}, {"period_kind": "month"}),
    Breach("update_round_period", "round", {}, {"period_kind": "year", "period_start": dt.date(2026, 10, 1)}),
    Breach("update_round_period", "round", {}, {"period_kind": "quarter", "period_start": dt.date(2026, 8, 1)}),
    Breach("update_round_dates_in_order", "round", {}, {"updates_due_on": dt.date(2026, 9, 30)}),
    Breach("update_round_dates_in_order", "round", {}, {"draft_on": dt.date(2026, 10, 20)}),
    Breach("update_round_dates_in_order", "round", {}, {"chair_on": dt.date(2026, 10, 27)}),
    Breach("update_round_dates_in_order", "round", {}, {"final_on": dt.date(2026, 11, 3)}),
]


class Rows:
    def __init__(self) -> None:
        self.of = make_plan()
        self.asb = make_priority(self.of)
        self.group = make_sub_group(self.of)
        self.member = make_user("member@example.org")

    def plan(self, **changes) -> Plan:
        return make_plan(**{"starts_on": dt.date(2027, 4, 1), "ends_on": dt.date(2031, 3, 31), **changes})

    def section(self, **changes) -> PlanSection:
        return PlanSection.objects.create(plan=self.of, heading="Foreword", body="Words.", **changes)

    def priority(self, **changes) -> Priority:
        return make_priority(self.of, **{"code": "DA", "position": 2, **changes})

    def focus(self, **changes) -> AnnualFocus:
        return AnnualFocus.objects.create(priority=self.asb, text="Perpetrators.", **changes)

    def fact(self, **changes) -> ContextFact:
        return ContextFact.objects.create(plan=self.of, topic="People", text="Many.", **changes)

    def refreshed_fact(self, **changes) -> ContextFact:
        printed, _ = ContextFact.objects.get_or_create(plan=self.of, position=1, topic="People", text="Printed.")
        return self.fact(refreshes=printed, **changes)

    def police_plan(self, **changes) -> PoliceAndCrimePlan:
        return PoliceAndCrimePlan.objects.create(**{"plan": self.of, "title": "Police and Crime Plan", **changes})

    def police_priority(self, **changes) -> PoliceAndCrimePriority:
        plan = PoliceAndCrimePlan.objects.first() or self.police_plan()
        return PoliceAndCrimePriority.objects.create(**{"plan": plan, "name": "Fewer burglaries", **changes})

    def duty(self, **changes) -> Duty:
        fields = {"code": "summary", "name": "Summary published", "due_month": 6, "due_day": 30, "position": 1}
        return Duty.objects.create(plan=self.of, **{**fields, **changes})

    def duty_done(self, **changes) -> DutyDone:
        fields = {"duty": Duty.objects.first() or self.duty(), "year": 2024, "done_on": DAY, "by": self.member}
        return DutyDone.objects.create(at=AT, **{**fields, **changes})

    def achievement(self, **changes) -> Achievement:
        return Achievement.objects.create(plan=self.of, priority=self.asb, text="Done.", **changes)

    def sub_group(self, **changes) -> SubGroup:
        return make_sub_group(self.of, **{"code": "YOUTH", **changes})

    def sub_group_with_number(self, **changes) -> SubGroup:
        return make_sub_group(self.of, code=f"G{changes['pk']}", **changes)

    def membership(self, **changes) -> Membership:
        return Membership.objects.create(sub_group=self.group, user=self.member, **changes)

    def meeting(self, **changes) -> Meeting:
        return Meeting.objects.create(**{"plan": self.of, "date": DAY, **changes})

    def meeting_of_sub_group(self, **changes) -> Meeting:
        # The Partnership may meet on the same day, and so may another sub-group.
        Meeting.objects.get_or_create(plan=self.of, date=DAY, sub_group=None)
        return self.meeting(sub_group=self.group, **changes)

    def round(self, **changes) -> UpdateRound:
        fields = {
            "period_kind": "half_year",
            "period_start": dt.date(2026, 4, 1),
            "opens_on": dt.date(2026, 10, 1),
            "updates_due_on": dt.date(2026, 10, 21),
            "draft_on": dt.date(2026, 10, 28),
            "chair_on": dt.date(2026, 11, 4),
            "final_on": dt.date(2026, 11, 11),
            "opened_at": AT,
        }
        return UpdateRound.objects.create(plan=self.of, **{**fields, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("priorities", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} == names_of("priorities")
