"""The Partnership adopts an assessment and decides on what it recommends: by whom, and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from performance.models import PrintedFigure, Recommendation, StrategicAssessment
from performance.services.assessment import adopt, decide, decision_of
from performance.tests.makers import Cast

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
DAY = dt.date(2026, 11, 3)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def assessment(cast: Cast) -> StrategicAssessment:
    return StrategicAssessment.objects.create(
        plan=cast.plan,
        title="Strategic Assessment 2025–2026",
        covers_from=dt.date(2025, 10, 1),
        covers_to=dt.date(2026, 9, 30),
        due_on=dt.date(2027, 1, 31),
    )


@pytest.fixture
def recommendation(assessment: StrategicAssessment) -> Recommendation:
    return Recommendation.objects.create(assessment=assessment, text="Light the park.", position=1)


def test_an_assessment_is_adopted_and_the_day_can_be_put_right(cast, assessment):
    adopted = adopt(assessment=assessment, on=DAY, meeting=" Partnership, minute 4 ", by=cast.coordinator, today=TODAY)
    assert (adopted.state, adopted.adopted_on, adopted.adopted_at_meeting) == ("adopted", DAY, "Partnership, minute 4")
    said = {"meeting": "Partnership, minute 4", "by": cast.coordinator, "today": TODAY}
    assert adopt(assessment=assessment, on=DAY, **said).history.count() == 2, "said twice, written once"
    again = adopt(assessment=assessment, on=dt.date(2026, 11, 4), **said)
    assert [row.adopted_on for row in again.history.order_by("pk")] == [None, DAY, dt.date(2026, 11, 4)]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"on": TODAY + dt.timedelta(days=1)}, "on"),
        ({"on": dt.date(2026, 9, 30)}, "on"),
        ({"meeting": " "}, "meeting"),
        ({"meeting": "x" * 151}, "meeting"),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(cast, assessment, changes, name):
    said = {"on": DAY, "meeting": "Partnership", "by": cast.coordinator, "today": TODAY}
    with pytest.raises(ValidationError) as refused:
        adopt(assessment=assessment, **{**said, **changes})
    assert list(refused.value.message_dict) == [name]
    assessment.refresh_from_db()
    assert assessment.state == "in_preparation"


def test_a_recommendation_is_accepted_declined_and_opened_again(cast, recommendation):
    said = {"recommendation": recommendation, "by": cast.coordinator, "today": TODAY}
    decide(outcome="accepted", reason="", on=DAY, **said)
    decide(outcome="declined", reason="No money for it.", on=DAY, **said)
    decide(outcome="declined", reason="No money for it.", on=DAY, **said)
    row = decide(outcome="undecided", reason="", on=DAY, **said)
    assert row.decided_on is None
    assert [(past.outcome, past.decided_on) for past in row.history.order_by("pk")] == [
        ("undecided", None),
        ("accepted", DAY),
        ("declined", DAY),
        ("undecided", None),
    ]


def test_of_two_who_decide_at_once_the_second_is_told(cast, recommendation):
    said = {
        "recommendation": recommendation,
        "by": cast.coordinator,
        "today": TODAY,
        "seen": decision_of(recommendation),
    }
    decide(outcome="declined", reason="No money for it.", on=DAY, **said)
    with pytest.raises(ValidationError, match=r"Somebody else recorded a decision before you: declined on .*No money"):
        decide(outcome="accepted", reason="", on=DAY, **said)
    recommendation.refresh_from_db()
    assert recommendation.outcome == "declined"
    # Pressed twice it is the same decision, and with the other one read it may be changed.
    decide(outcome="declined", reason="No money for it.", on=DAY, **said)
    decide(outcome="accepted", reason="", on=DAY, **{**said, "seen": decision_of(recommendation)})


def test_the_page_carries_the_decision_that_was_seen(cast, recommendation, client):
    client.force_login(cast.coordinator)
    address = f"/assessments/recommendations/{recommendation.pk}/"
    form = {"outcome": "accepted", "on_0": "1", "on_1": "10", "on_2": "2026", "reason": ""}
    seen = client.get(address).context["form"]["seen"].value()
    decide(recommendation=recommendation, outcome="declined", reason="Dear.", on=DAY, by=cast.coordinator, today=TODAY)
    refused = client.post(address, {**form, "seen": seen})
    assert "Somebody else recorded a decision before you" in refused.content.decode()
    again = refused.context["form"]["seen"].value()
    assert client.post(address, {**form, "seen": again}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"on": None}, "on"),
        ({"on": TODAY + dt.timedelta(days=1)}, "on"),
        ({"outcome": "declined", "reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(cast, recommendation, changes, name):
    said = {"outcome": "accepted", "reason": "", "on": DAY, "by": cast.coordinator, "today": TODAY}
    with pytest.raises(ValidationError) as refused:
        decide(recommendation=recommendation, **{**said, **changes})
    assert list(refused.value.message_dict) == [name]
    recommendation.refresh_from_db()
    assert recommendation.outcome == "undecided"


@pytest.mark.parametrize("role", ["owner", "analyst", "chair", "reader", "admin"])
def test_nobody_else_records_decisions(cast, assessment, recommendation, role):
    by = getattr(cast, role)
    with pytest.raises(PermissionDenied, match="The coordinator"):
        adopt(assessment=assessment, on=DAY, meeting="Partnership", by=by, today=TODAY)
    with pytest.raises(PermissionDenied, match="The coordinator"):
        decide(recommendation=recommendation, outcome="accepted", reason="", on=DAY, by=by, today=TODAY)


def test_readers_read_what_is_adopted(cast, assessment):
    assert set(StrategicAssessment.objects.visible_to(cast.analyst)) == {assessment}
    assert not StrategicAssessment.objects.visible_to(cast.reader).exists()
    adopt(assessment=assessment, on=DAY, meeting="Partnership", by=cast.coordinator, today=TODAY)
    assert StrategicAssessment.objects.visible_to(cast.reader).exists()
    assert not StrategicAssessment.objects.visible_to(cast.admin).exists()


def test_it_is_due_until_it_is_adopted(cast, assessment):
    assert not StrategicAssessment.objects.due(dt.date(2027, 1, 30)).exists()
    assert StrategicAssessment.objects.due(dt.date(2027, 1, 31)).exists()
    adopt(assessment=assessment, on=DAY, meeting="Partnership", by=cast.coordinator, today=TODAY)
    assert not StrategicAssessment.objects.due(dt.date(2027, 1, 31)).exists()


def test_what_the_plan_printed_is_apart_from_later_assessments(cast, assessment):
    first = StrategicAssessment.objects.create(
        plan=cast.plan, title="2022–2023", covers_from=dt.date(2022, 10, 1), covers_to=dt.date(2023, 9, 30)
    )
    for position, of in enumerate((None, first, assessment), start=1):
        PrintedFigure.objects.create(
            plan=cast.plan, position=position, label=f"Row {position}", printed="1", assessment=of
        )
    assert StrategicAssessment.objects.written_on(cast.plan).first() == first
    assert [row.position for row in PrintedFigure.objects.printed_by(cast.plan)] == [1, 2]
