"""Figures are recorded and corrected, commentaries written, issues raised and triaged; by whom, and what is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from partners.models import Cover
from performance.models import Commentary, Comparator, EmergingIssue, Measurement
from performance.services.figures import record_comparator, write_commentary
from performance.services.issues import raise_issue, set_issue_state
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast, make_indicator
from priorities.tests.makers import make_plan, make_priority, make_sub_group

pytestmark = pytest.mark.django_db

NEXT_DAY = NOW + dt.timedelta(days=1)
DAY_AFTER = NOW + dt.timedelta(days=2)
SECOND = dt.timedelta(seconds=1)

EVERYBODY = ["owner", "colleague", "outsider", "unplaced", "coordinator", "analyst", "chair", "reader", "admin"]
WRITES_FIGURES = {"owner", "colleague", "coordinator", "analyst"}
WORKS = {"owner", "colleague", "outsider", "unplaced", "coordinator", "analyst", "chair"}
TRIAGES = {"coordinator", "analyst"}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def refused(_cast: Cast, fields: list[str], verb, **values) -> ValidationError:
    """The verb refuses, names exactly these fields, and no row is changed."""
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        verb(**values)
    assert sorted(refusal.value.message_dict) == fields
    assert everything() == before
    return refusal.value


def everything() -> list:
    return [
        list(model.objects.order_by("pk").values()) for model in (Measurement, Comparator, Commentary, EmergingIssue)
    ]


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_a_figure_keeps_its_printed_form_beside_its_number(cast):
    figure = cast.figure(
        "21.130",
        numerator=Decimal(2113),
        denominator=Decimal(100),
        denominator_source="ONS estimate",
        provisional=True,
        note="Early.",
    )
    figure.refresh_from_db()
    assert (figure.printed, figure.value, figure.period) == ("21.130", Decimal("21.13"), Q2_2026)
    assert (figure.recorded_by, figure.recorded_at, figure.as_at) == (cast.owner, NOW, dt.date(2026, 10, 16))
    assert (figure.provisional, figure.note, figure.replaces) == (True, "Early.", None)


@pytest.mark.parametrize("who", EVERYBODY)
def test_figures_come_from_their_owner_the_analyst_and_the_coordinator(cast, who):
    if who in WRITES_FIGURES:
        assert cast.figure(by=getattr(cast, who)).recorded_by == getattr(cast, who)
    else:
        with pytest.raises(PermissionDenied, match="data owner"):
            cast.figure(by=getattr(cast, who))
        assert not Measurement.objects.exists()


def test_somebody_who_has_left_records_nothing(cast):
    cast.owner.is_active = False
    with pytest.raises(PermissionDenied):
        cast.figure()
    assert not Measurement.objects.exists()


def compared(cast, **changes):
    wanted = {
        "indicator": cast.indicator,
        "kind": "similar_areas",
        "period": Q2_2026,
        "average": Decimal(320),
        "position": 12,
        "group_size": 15,
        "basis": "the group's average rate",
        "by": cast.analyst,
        "at": NOW,
    }
    return record_comparator(**{**wanted, **changes})


@pytest.mark.parametrize("who", EVERYBODY)
def test_comparisons_come_from_those_who_record_figures(cast, who):
    if who in WRITES_FIGURES:
        assert compared(cast, by=getattr(cast, who)).recorded_by == getattr(cast, who)
    else:
        with pytest.raises(PermissionDenied, match="data owner"):
            compared(cast, by=getattr(cast, who))
        assert not Comparator.objects.exists()


def test_a_comparison_is_known_from_the_moment_it_is_recorded(cast):
    made = compared(cast)
    assert list(Comparator.objects.known_at(NOW - SECOND)) == []
    assert list(Comparator.objects.known_at(NOW)) == [made]


def test_a_second_comparison_and_a_place_outside_the_group_are_refused(cast):
    compared(cast)
    fault = refused(cast, ["average"], compared, cast=cast, average=Decimal(1))
    assert fault.messages == [
        "Shoplifting has a comparison of this kind for Q2 2026/27 already. Correct that one instead."
    ]
    with pytest.raises(ValidationError):
        compared(cast, period=Q1_2026, position=16)
    assert compared(cast, period=Q1_2026).pk


def test_a_second_figure_for_a_period_is_refused_with_the_way_out(cast):
    cast.figure()
    fault = refused(cast, ["value"], cast.figure, printed="419", by=cast.analyst)
    assert fault.messages == ["Shoplifting has a figure for Q2 2026/27 already. Correct that one instead."]
    assert cast.figure("400", period=Q1_2026).pk
    assert cast.figure("7", indicator=make_indicator(code="BIKE", data_owner=cast.police)).pk


def test_a_correction_stands_beside_the_figure_it_replaces(cast):
    first = cast.figure()
    second = cast.figure("421", replaces=first, note="Three late reports.", by=cast.analyst, at=NEXT_DAY)
    first.refresh_from_db()
    assert (first.printed, first.value, first.replaced_by) == ("418", Decimal(418), second)
    assert list(Measurement.objects.standing()) == [second]
    third = cast.figure("420", replaces=second, note="One counted twice.", at=DAY_AFTER)
    assert list(Measurement.objects.standing()) == [third]
    assert Measurement.objects.count() == 3


def test_a_corrected_figure_still_holds_its_period(cast):
    first = cast.figure()
    cast.figure("421", replaces=first, note="Late reports.")
    refused(cast, ["value"], cast.figure, printed="430")


@pytest.mark.parametrize("note", ["", "  \n"])
def test_a_correction_says_why(cast, note):
    first = cast.figure()
    refused(cast, ["note"], cast.figure, printed="421", replaces=first, note=note)
    assert cast.figure("421", replaces=first, note="Late reports.").pk


def test_a_figure_is_corrected_once(cast):
    first = cast.figure()
    cast.figure("421", replaces=first, note="Late reports.")
    fault = refused(cast, ["replaces"], cast.figure, printed="422", replaces=first, note="Later reports.")
    assert fault.messages == ["That figure has been corrected already. Correct the newest one instead."]


def test_a_correction_is_of_the_same_indicator_and_period(cast):
    first = cast.figure()
    why = {"replaces": first, "note": "Late reports."}
    refused(cast, ["replaces"], cast.figure, printed="421", period=Q1_2026, **why)
    bike = make_indicator(code="BIKE", data_owner=cast.police)
    refused(cast, ["replaces"], cast.figure, printed="421", indicator=bike, **why)
    assert cast.figure("421", **why).pk


def test_only_those_who_may_record_may_correct(cast):
    first = cast.figure()
    with pytest.raises(PermissionDenied):
        cast.figure("1", replaces=first, note="Looks better.", by=cast.outsider)
    assert list(Measurement.objects.all()) == [first]


def test_a_figure_needs_its_printed_form_and_a_denominator_that_divides(cast):
    refused(cast, ["printed"], cast.figure, printed="", value=Decimal(418))
    refused(cast, ["__all__"], cast.figure, numerator=Decimal(1), denominator=Decimal(0), denominator_source="ONS")
    assert cast.figure(numerator=Decimal(1), denominator=Decimal(1), denominator_source="ONS").pk


def test_what_was_known_at_a_moment(cast):
    first = cast.figure()
    second = cast.figure("421", replaces=first, note="Late reports.", at=NEXT_DAY)
    third = cast.figure("420", replaces=second, note="Counted twice.", at=DAY_AFTER)
    other = cast.figure("400", period=Q1_2026, at=DAY_AFTER)

    def known(moment: dt.datetime) -> set[Measurement]:
        return set(Measurement.objects.known_at(moment))

    assert known(NOW - SECOND) == set()
    assert known(NOW) == {first}
    assert known(NEXT_DAY - SECOND) == {first}
    assert known(NEXT_DAY) == {second}
    assert known(DAY_AFTER - SECOND) == {second}
    assert known(DAY_AFTER) == {third, other} == set(Measurement.objects.standing())


def test_figures_of_several_periods(cast):
    now, before = cast.figure(), cast.figure("400", period=Q1_2026)
    cast.figure("380", period=Q1_2026.previous())
    assert set(Measurement.objects.for_periods([Q1_2026, Q2_2026])) == {now, before}
    assert not Measurement.objects.for_periods([]).exists()
    assert not Measurement.objects.for_periods([Q2_2026.year_before()]).exists()


# --- Commentaries -----------------------------------------------------------------------------------------------------


def comment(cast: Cast, **changes) -> Commentary:
    fields = {"indicator": cast.indicator, "period": Q2_2026, "text": "Two shops began to report.", "by": cast.owner}
    return write_commentary(**{**fields, "at": NOW, **changes})


def test_a_later_commentary_stands_before_an_earlier_one_and_both_stay(cast):
    first = comment(cast)
    second = comment(cast, text="Three shops, in fact.", by=cast.analyst, at=NEXT_DAY)
    assert list(Commentary.objects.filter(indicator=cast.indicator)) == [first, second]
    first.refresh_from_db()
    assert (first.text, first.by, first.at, first.period) == ("Two shops began to report.", cast.owner, NOW, Q2_2026)


@pytest.mark.parametrize("who", EVERYBODY)
def test_commentaries_come_from_their_owner_the_analyst_and_the_coordinator(cast, who):
    if who in WRITES_FIGURES:
        assert comment(cast, by=getattr(cast, who)).by == getattr(cast, who)
    else:
        with pytest.raises(PermissionDenied, match="data owner"):
            comment(cast, by=getattr(cast, who))
        assert not Commentary.objects.exists()


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_commentary_has_words(cast, text):
    refused(cast, ["text"], lambda: comment(cast, text=text))


# --- Emerging issues --------------------------------------------------------------------------------------------------


def raised(cast: Cast, **changes) -> EmergingIssue:
    fields = {"plan": cast.plan, "title": "Off-road bikes", "text": "More of them on the dunes.", "by": cast.outsider}
    return raise_issue(**{**fields, "at": NOW, **changes})


def test_an_issue_is_raised_under_a_priority_or_outside_all(cast):
    issue = raised(cast, priority=cast.priority, sub_group=cast.sub_group, evidence="Eleven calls.")
    assert (issue.state, issue.raised_by, issue.raised_at, issue.state_at) == ("raised", cast.outsider, NOW, NOW)
    assert (issue.priority, issue.sub_group, issue.evidence) == (cast.priority, cast.sub_group, "Eleven calls.")
    assert raised(cast).priority is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_issues_are_raised_by_those_who_work_on_the_plan(cast, who):
    if who in WORKS:
        assert raised(cast, by=getattr(cast, who)).raised_by == getattr(cast, who)
    else:
        with pytest.raises(PermissionDenied, match="work on the plan"):
            raised(cast, by=getattr(cast, who))
        assert not EmergingIssue.objects.exists()


def test_an_issue_needs_a_title_and_words(cast):
    refused(cast, ["text", "title"], lambda: raised(cast, title="", text=""))


def test_an_issue_belongs_to_one_plan(cast):
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    refused(cast, ["priority"], lambda: raised(cast, priority=make_priority(other)))
    refused(cast, ["sub_group"], lambda: raised(cast, sub_group=make_sub_group(other)))


def triage(cast: Cast, issue: EmergingIssue, state: str, reason: str = "", **changes) -> EmergingIssue:
    return set_issue_state(
        **{"issue": issue, "state": state, "reason": reason, "by": cast.analyst, "at": NEXT_DAY, **changes}
    )


@pytest.mark.parametrize("state", ["watching", "closed"])
def test_an_issue_is_triaged_and_its_history_kept(cast, state):
    issue = raised(cast)
    triage(cast, issue, state, "Police will look in December.")
    issue.refresh_from_db()
    assert (issue.state, issue.reason, issue.state_at) == (state, "Police will look in December.", NEXT_DAY)
    assert issue.raised_at == NOW
    assert list(issue.history.values_list("state", flat=True)) == [state, "raised"]


@pytest.mark.parametrize("who", EVERYBODY)
def test_issues_are_triaged_by_the_coordinator_and_the_analyst(cast, who):
    issue = raised(cast)
    if who in TRIAGES:
        assert triage(cast, issue, "watching", by=getattr(cast, who)).state == "watching"
    else:
        with pytest.raises(PermissionDenied, match="triaged by"):
            triage(cast, issue, "watching", by=getattr(cast, who))
        issue.refresh_from_db()
        assert issue.state == "raised"


@pytest.mark.parametrize(
    ("state", "reason", "field"),
    [
        ("raised", "Anew.", "state"),
        ("forgotten", "Anew.", "state"),
        ("action_proposed", "Anew.", "state"),
        ("closed", "", "reason"),
        ("closed", "  ", "reason"),
    ],
)
def test_a_triage_that_says_nothing_is_refused(cast, state, reason, field):
    issue = raised(cast)
    refused(cast, [field], lambda: triage(cast, issue, state, reason))


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("restricted", [False, True])
def test_who_sees_an_issue(cast, who, restricted):
    """Restricted ones: the coordinator, the analyst, the chair, and the partner that raised it."""
    issue = raised(cast, by=cast.owner, restricted=restricted)
    seen = issue in EmergingIssue.objects.visible_to(getattr(cast, who))
    assert seen == (who in (WORKS - {"outsider", "unplaced"} if restricted else WORKS))


@pytest.mark.parametrize("place", ["lead", "deputy", "cover"])
def test_whoever_leads_the_sub_group_sees_its_restricted_issues(cast, place):
    """Those of the sub-group alone: what it does not carry stays with those who raised it."""
    theirs = raised(cast, by=cast.owner, restricted=True, sub_group=cast.sub_group)
    raised(cast, by=cast.owner, restricted=True)
    assert not EmergingIssue.objects.visible_to(cast.outsider).exists()
    if place == "cover":
        cast.sub_group.lead = cast.unplaced
        Cover.objects.create(person=cast.unplaced, covered_by=cast.outsider, starts_on=NOW.date(), ends_on=NOW.date())
        cast.outsider.stand_in(NOW.date())
    else:
        setattr(cast.sub_group, place, cast.outsider)
    cast.sub_group.save()
    assert list(EmergingIssue.objects.visible_to(cast.outsider)) == [theirs]


def test_somebody_without_a_partner_shares_nothing_with_others_without_one(cast):
    own = raised(cast, by=cast.unplaced, restricted=True)
    other = raised(cast, by=cast.coordinator, restricted=True)
    EmergingIssue.objects.filter(pk=other.pk).update(raised_by=cast.admin)
    cast.admin.partner = None
    cast.admin.save()
    assert list(EmergingIssue.objects.visible_to(cast.unplaced)) == [own]


def test_issues_raised_by_a_moment(cast):
    issue = raised(cast)
    later = raised(cast, at=NEXT_DAY)
    assert list(EmergingIssue.objects.raised_by_moment(NEXT_DAY - SECOND)) == [issue]
    assert set(EmergingIssue.objects.raised_by_moment(NEXT_DAY)) == {issue, later}
