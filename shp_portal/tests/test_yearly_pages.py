"""Pages of what comes round every year: assessment, consultation, having regard, duties; and what home says of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import roles
from partners.tests.makers import make_user
from performance.models import (
    Finding,
    PrintedFigure,
    Recommendation,
    StrategicAssessment,
    Survey,
    SurveyQuestion,
    SurveyResult,
)
from priorities import services
from priorities.models import ContextFact, Duty, DutyDone, PoliceAndCrimePlan, PoliceAndCrimePriority
from shp_portal.tests.scene import NOW, TODAY, Cast, browser, on, page, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def assessment(cast: Cast, year: int = 2022, **fields: object) -> StrategicAssessment:
    said = {"title": f"Assessment {year}", "state": "adopted", "plan": cast.plan}
    window = {"covers_from": dt.date(year, 10, 1), "covers_to": dt.date(year + 1, 9, 30)}
    return StrategicAssessment.objects.create(**{**said, **window, **fields})


def row(
    cast: Cast, of: StrategicAssessment, position: int, label: str, rate: str, place: int, **fields: object
) -> None:
    said = {
        "plan": cast.plan, "assessment": of, "position": position, "table": "Table 1", "heading": "Acquisitive Crime",
        "label": label, "printed": rate, "printed_average": "1.0", "printed_position": str(place),
        "value": Decimal(rate), "average": Decimal(1), "group_position": place, "group_size": 15,
        "unit": "per 1,000 population",
    }  # fmt: skip
    PrintedFigure.objects.create(**{**said, **fields})


def duty(cast: Cast, position: int = 1, **fields: object) -> Duty:
    said = {"code": f"d{position}", "name": f"Duty {position}", "due_month": 10, "due_day": 5, "position": position}
    return Duty.objects.create(plan=cast.plan, **{**said, **fields})


# --- Assessment -------------------------------------------------------------------------------------------------------


def test_what_is_last_and_outside_our_priorities_is_said_in_a_sentence_worked_out_from_the_rows(cast: Cast):
    of = assessment(cast)
    row(cast, of, 1, "All Crime", "154.006", 15, heading="")
    row(cast, of, 2, "Shoplifting", "17.576", 15)
    row(cast, of, 3, "Arson", "1.015", 15, priority=cast.priority)
    row(cast, of, 4, "Vehicle Crime", "6.449", 11)
    text = text_of(page(cast.officer, of.get_absolute_url()))
    assert (
        "One crime is ranked 15 of 15, the highest rate of the group, and fits none of our priorities: Shoplifting."
        in text
    )
    assert "All Crime, a total, is ranked last as well: counting it, 2 rows ranked last belong to none" in text
    assert "154.006" in text
    PrintedFigure.objects.filter(label__in=["All Crime", "Shoplifting"]).delete()
    assert "fits none of our priorities" not in text_of(page(cast.officer, of.get_absolute_url()))


def test_findings_stand_by_priority_and_outside_them_and_two_years_stand_side_by_side(cast: Cast):
    of, later = assessment(cast), assessment(cast, 2025, state="in_preparation")
    Finding.objects.create(assessment=of, position=1, priority=cast.priority, text="More fires.")
    Finding.objects.create(assessment=of, position=2, text="More shoplifting.")
    Finding.objects.create(assessment=later, position=1, priority=cast.priority, text="Fewer fires.")
    row(cast, of, 1, "Shoplifting", "17.576", 15)
    row(cast, of, 2, "Theft from the Person", "0.0605", 9, query="Cannot be right.")
    row(cast, of, 3, "Burglary Residential*", "10.404", 15, unit="not stated")
    row(cast, later, 4, "Shoplifting", "19.240", 14)
    row(cast, later, 5, "Theft from the Person", "0.590", 9)
    row(cast, later, 6, "Burglary Residential", "8.120", 13)
    alone = page(cast.officer, of.get_absolute_url())
    assert "Fewer fires." not in alone
    assert alone.index("More fires.") < alone.index("Outside our priorities") < alone.index("More shoplifting.")
    text = text_of(page(cast.officer, f"{of.get_absolute_url()}?beside={later.pk}"))
    assert "Fewer fires." in text
    assert "Shoplifting outside our priorities 17.576 position 15 of 15 19.240 position 14 of 15 higher rate" in text
    assert "0.0605 position 9 of 15 0.590 position 9 of 15 not compared: a figure here has a query" in text
    assert "10.404 position 15 of 15 8.120 position 13 of 15 not compared: the units differ" in text


def test_a_recommendation_shows_what_became_of_it_and_who_carries_it_out(cast: Cast):
    of = assessment(cast)
    taken = Recommendation.objects.create(
        assessment=of, position=1, text="Light the park.", outcome="accepted", decided_on=dt.date(2026, 6, 1)
    )
    taken.priorities.add(cast.priority)
    Recommendation.objects.create(
        assessment=of, position=2, text="Move it.", outcome="declined", reason="No money.", decided_on=TODAY
    )
    action = cast.action()
    action.recommendations.add(taken)
    text = text_of(page(cast.officer, of.get_absolute_url()))
    assert f"Accepted 1 June 2026 Priorities: {cast.priority.name} · Actions: {action.ref}" in text
    assert "Declined 12 October 2026. No money." in text
    assert "no action carries it out" in text
    reader = make_user("reader2@example.org", roles.READER)
    assert action.ref not in page(reader, of.get_absolute_url())


def test_an_assessment_is_due_a_quarter_before_and_home_says_so(cast: Cast):
    of = assessment(cast, 2025, state="in_preparation", due_on=TODAY + dt.timedelta(days=93))
    for user in (cast.coordinator, make_user("analyst2@example.org", roles.ANALYST)):
        assert "Falling due" not in page(user, "/")
        StrategicAssessment.objects.filter(pk=of.pk).update(due_on=TODAY + dt.timedelta(days=92))
        assert f"{of.title} to be adopted due 12 January 2027" in text_of(page(user, "/"))
        StrategicAssessment.objects.filter(pk=of.pk).update(due_on=TODAY + dt.timedelta(days=93))
    StrategicAssessment.objects.filter(pk=of.pk).update(due_on=TODAY)
    assert "Falling due" not in page(cast.officer, "/")
    assert "Due soon due 12 October 2026" in text_of(page(cast.officer, reverse("portal:assessments")))


def test_the_coordinator_adopts_and_decides_on_the_pages(cast: Cast):
    of = assessment(cast, 2025, state="in_preparation", covers_to=dt.date(2026, 9, 30))
    advice = Recommendation.objects.create(assessment=of, position=1, text="Light the park.")
    client = browser(cast.coordinator)
    with on():
        address = reverse("performance:adopt-assessment", args=[of.pk])
        refused = client.post(address, {"on_0": "1", "on_1": "9", "on_2": "2026", "meeting": ""})
        assert "it was adopted after that" in text_of(refused.content.decode()) or "Name the meeting" in refused.text
        done = client.post(address, {"on_0": "5", "on_1": "10", "on_2": "2026", "meeting": "Partnership, minute 6"})
        assert done.headers["Location"] == of.get_absolute_url()
        address = reverse("performance:decide-recommendation", args=[advice.pk])
        refused = client.post(address, {"outcome": "declined", "on_0": "5", "on_1": "10", "on_2": "2026"})
        assert "Say why it was declined." in refused.text
        client.post(address, {"outcome": "accepted", "on_0": "5", "on_1": "10", "on_2": "2026"})
    of.refresh_from_db()
    advice.refresh_from_db()
    assert (of.state, of.adopted_on, of.adopted_at_meeting) == (
        "adopted",
        dt.date(2026, 10, 5),
        "Partnership, minute 6",
    )
    assert (advice.outcome, advice.decided_on) == ("accepted", dt.date(2026, 10, 5))


# --- Consultation -----------------------------------------------------------------------------------------------------


def test_answers_stand_over_the_years_as_reported_or_worked_out(cast: Cast):
    for year, percent, count in ((2025, Decimal("91.3"), None), (2026, None, 150)):
        survey = Survey.objects.create(plan=cast.plan, year=year, title=f"Survey {year}", responses=200)
        asked = SurveyQuestion.objects.create(
            survey=survey, code="asb", about="support", priority=cast.priority, text="A priority?", position=1, base=199
        )
        SurveyResult.objects.create(question=asked, answer="Yes", percent=percent, count=count, position=1)
    Survey.objects.create(plan=cast.plan, year=2024, title="Survey 2024")
    text = text_of(page(cast.officer, reverse("performance:consultation")))
    assert "Answer 2026 2025 Yes 75.4% 150 of 199 91.3%" in text
    assert "Survey 2024 How many people answered is not stated. Its results were published in words" in text


def test_what_makes_people_feel_unsafe_has_a_picture_beside_its_table(cast: Cast):
    survey = Survey.objects.create(plan=cast.plan, year=2026, title="Survey")
    asked = SurveyQuestion.objects.create(survey=survey, code="unsafe", about="unsafe", text="What?", position=1)
    for position, (answer, percent) in enumerate((("Dark streets", 40), ("Bikes", 60)), start=1):
        SurveyResult.objects.create(question=asked, answer=answer, percent=percent, position=position)
    html = page(cast.officer, reverse("performance:consultation"))
    assert "Bar chart of 2 answers, % of those who answered, highest first." in html
    assert "Highest: Bikes, 60" in html


# --- Having regard ----------------------------------------------------------------------------------------------------


def test_gaps_are_shown_both_ways(cast: Cast):
    theirs = PoliceAndCrimePlan.objects.create(plan=cast.plan, title="Police and Crime Plan")
    answered = PoliceAndCrimePriority.objects.create(plan=theirs, position=1, name="Fewer fires")
    PoliceAndCrimePriority.objects.create(plan=theirs, position=2, name="Safer roads")
    address = reverse("portal:having-regard")
    text = text_of(page(cast.officer, address))
    assert "2 of 2 of their priorities are answered by none of ours: Fewer fires; Safer roads." in text
    assert cast.priority.name in text.split("Ours that answer none of theirs")[1]
    answered.answered_by.add(cast.priority)
    action = cast.action()
    action.having_regard.add(answered)
    text = text_of(page(cast.officer, address))
    assert "1 of 2 of their priorities is answered by none of ours: Safer roads." in text
    assert f"Fewer fires {cast.priority.name} {action.ref}" in text
    assert "Each of our priorities answers at least one of theirs." in text
    assert action.ref not in page(make_user("reader2@example.org", roles.READER), address)


# --- Duties -----------------------------------------------------------------------------------------------------------


def test_the_law_is_cited_only_where_it_was_looked_up(cast: Cast):
    duty(cast, 1, statute="Section 104", verified="found")
    duty(cast, 2, statute="Regulation 12", verified="unverified")
    text = text_of(page(cast.officer, reverse("portal:duties")))
    assert "Rests on: Section 104" in text
    assert "Regulation 12" not in text
    assert "check before quoting" in text
    assert "Tick off" not in text


def test_the_coordinator_ticks_off_and_takes_back_on_the_calendar(cast: Cast):
    row = duty(cast)
    client = browser(cast.coordinator)
    address = reverse("portal:tick-off-duty", args=[row.code, 2026])
    assert "overdue since 5 October 2026" in text_of(page(cast.coordinator, "/"))
    with on():
        refused = client.post(address, {"done_on_0": "13", "done_on_1": "10", "done_on_2": "2026", "note": "Sent."})
        assert "Write a day that has been" in refused.text
        client.post(address, {"done_on_0": "12", "done_on_1": "10", "done_on_2": "2026", "note": "Sent to the office."})
    assert DutyDone.objects.get().note == "Sent to the office."
    text = text_of(page(cast.officer, reverse("portal:duties")))
    assert "Done 12 October 2026. Sent to the office." in text
    assert "Falling due" not in page(cast.coordinator, "/")
    with on():
        client.post(reverse("portal:take-back-duty", args=[row.code, 2026]))
    assert not DutyDone.objects.exists()


def test_the_assessment_and_the_duty_to_adopt_one_are_one_thing_to_do(cast: Cast):
    row = duty(cast, code="assessment", name="Strategic assessment adopted", due_month=1, due_day=31)
    of = assessment(cast, 2025, state="in_preparation", due_on=dt.date(2027, 1, 31), covers_to=dt.date(2026, 9, 30))
    address = reverse("portal:duties")
    shown = page(cast.coordinator, address)
    assert "Assessment 2025 to be adopted" in text_of(shown)
    assert "Strategic assessment adopted" not in text_of(shown)
    assert reverse("performance:adopt-assessment", args=[of.pk]) in shown
    assert reverse("portal:tick-off-duty", args=[row.code, 2026]) not in shown
    of.state, of.adopted_on, of.adopted_at_meeting = "adopted", dt.date(2026, 10, 5), "Item 4"
    of.save()
    text = text_of(page(cast.coordinator, address))
    assert "Adopted 5 October 2026. Item 4" in text
    assert "Done: 1" in text


def test_a_year_outside_the_plan_has_no_duties(cast: Cast):
    row = duty(cast)
    page(cast.coordinator, reverse("portal:tick-off-duty", args=[row.code, 2027]), expected=404)
    assert "Yearly duties 2024/25" in page(cast.officer, f"{reverse('portal:duties')}?year=1999")
    assert "Yearly duties 2026/27" in page(cast.officer, f"{reverse('portal:duties')}?year=²²²²")


# --- The town, then and now -------------------------------------------------------------------------------------------


def test_a_later_figure_stands_beside_the_printed_one(cast: Cast):
    printed = ContextFact.objects.create(
        plan=cast.plan, position=1, topic="Population", text="About 93,366 people.", printed="93,366"
    )
    ContextFact.objects.create(
        plan=cast.plan, position=2, topic="Population", text="About 93,900 people.", year=2026, refreshes=printed
    )
    text = text_of(page(cast.officer, reverse("portal:plan")))
    assert "About 93,366 people. Printed: 93,366 2026: About 93,900 people." in text


# --- Speed ------------------------------------------------------------------------------------------------------------


def _more(cast: Cast, first: int, last: int, theirs: PoliceAndCrimePlan) -> None:
    for n in range(first, last + 1):
        one = assessment(cast, 1990 + n, due_on=TODAY, state="in_preparation")
        Finding.objects.create(assessment=one, position=1, priority=cast.priority, text="More.")
        advice = Recommendation.objects.create(assessment=cast.shown, position=n, text="Light it.")
        advice.priorities.add(cast.priority)
        Finding.objects.create(assessment=cast.shown, position=n, priority=cast.priority, text="More.")
        row(cast, cast.shown, n, f"Crime {n}", "1.5", 15)
        survey = Survey.objects.create(plan=cast.plan, year=1990 + n, title="Survey")
        asked = SurveyQuestion.objects.create(
            survey=survey, code="asb", about="support", priority=cast.priority, text="?", position=1
        )
        SurveyResult.objects.create(question=asked, answer="Yes", percent=50, position=1)
        answered = PoliceAndCrimePriority.objects.create(plan=theirs, position=n, name=f"Theirs {n}")
        answered.answered_by.add(cast.priority)
        action = cast.action(f"ASB-{n:02d}")
        action.recommendations.add(advice)
        action.having_regard.add(answered)
        kept = duty(cast, n)
        for year in (2025, 2026)[: 1 + n % 2]:
            services.tick_off(
                duty=kept, year=year, done_on=TODAY, note="Sent.", by=cast.coordinator, at=NOW, today=TODAY
            )


def test_the_pages_ask_as_many_queries_for_thirty_as_for_three(cast: Cast):
    theirs = PoliceAndCrimePlan.objects.create(plan=cast.plan, title="Police and Crime Plan")
    cast.shown = assessment(cast, 2023)
    beside = assessment(cast, 2024)
    Finding.objects.create(assessment=beside, position=1, text="More.")
    most = {
        "/assessments/": 6,
        cast.shown.get_absolute_url(): 13,
        f"{cast.shown.get_absolute_url()}?beside={beside.pk}": 13,
        "/consultation/": 11,
        "/having-regard/": 9,
        "/plan/calendar/": 10,
        "/": 26,
    }

    def counts() -> dict[str, int]:
        found = {}
        client = browser(cast.coordinator)
        with on():
            for address in most:
                client.get(address)
                with CaptureQueriesContext(connection) as seen:
                    assert client.get(address).status_code == 200
                found[address] = len(seen)
        return found

    _more(cast, 1, 3, theirs)
    few = counts()
    _more(cast, 4, 30, theirs)
    assert counts() == few
    assert {address: number for address, number in few.items() if number > most[address]} == {}
