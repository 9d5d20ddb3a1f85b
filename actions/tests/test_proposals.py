"""A new initiative from its first words to the decision: what each verb leaves behind, who may, what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, ActionEvent, Notice, Proposal
from actions.services.proposals import (
    Initiative,
    accept,
    ask_for_changes,
    decline,
    milestones_of,
    propose,
    revise,
    take_back,
)
from actions.services.structure import Stale
from actions.tests.makers import NOW, TODAY, Cast, key, make_plan
from performance.models import EmergingIssue
from priorities.models import Meeting
from priorities.tests.makers import make_priority, make_sub_group

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=7)
UNDECIDED = ["officer", "outsider", "lead", "analyst", "chair", "reader", "admin"]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def initiative(cast: Cast, **changes) -> Initiative:
    wanted = {
        "title": "Alley gates in two streets",
        "why": "Forty calls since May.",
        "priority": cast.priority,
        "sub_group": cast.sub_group,
        "lead_partner": cast.council,
        "supporting": [cast.housing],
        "starts_on": dt.date(2026, 11, 1),
        "due_on": dt.date(2027, 2, 28),
        "measure_of_success": "Half the calls.",
        "milestones": [("Residents asked", dt.date(2026, 12, 1)), ("Gates up", dt.date(2027, 2, 1))],
        "reoffending_focus": True,
    }
    return Initiative(**{**wanted, **changes})


def proposed(cast: Cast, number: int = 1, by=None, **changes) -> Proposal:
    return propose(
        plan=cast.plan,
        initiative=initiative(cast, **changes),
        by=by or cast.supporter,
        at=NOW,
        today=TODAY,
        submission_key=key(number),
    )


def accepted(cast: Cast, proposal: Proposal, **changes) -> Action:
    wanted = {"by": cast.coordinator, "at": LATER, "today": TODAY, "revision": proposal.revision, **changes}
    return accept(proposal=proposal, **wanted)


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Action, ActionEvent, Proposal, Notice)]


def refusal(fault: pytest.ExceptionInfo) -> list[str]:
    return sorted(fault.value.message_dict)


# --- Proposed ---------------------------------------------------------------------------------------------------------


def test_an_officer_proposes_and_the_coordinator_hears_of_it(cast):
    proposal = proposed(cast)
    assert (proposal.state, proposal.proposed_by, proposal.proposed_at) == ("proposed", cast.supporter, NOW)
    assert milestones_of(proposal) == [("Residents asked", dt.date(2026, 12, 1)), ("Gates up", dt.date(2027, 2, 1))]
    assert list(proposal.supporting.all()) == [cast.housing]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.path) == (cast.coordinator, "proposal", proposal.get_absolute_url())
    assert "Alley gates in two streets" in notice.text


@pytest.mark.parametrize("who", ["officer", "outsider", "lead", "coordinator"])
def test_any_officer_and_the_coordinator_may_propose(cast, who):
    assert proposed(cast, by=getattr(cast, who)).pk


@pytest.mark.parametrize("who", ["analyst", "chair", "reader", "admin"])
def test_others_may_not(cast, who):
    with pytest.raises(PermissionDenied, match="officers of the partners"):
        proposed(cast, by=getattr(cast, who))
    assert not Proposal.objects.exists()


def test_the_same_form_twice_is_one_proposal(cast):
    assert proposed(cast) == proposed(cast, title="Pressed again")
    assert Proposal.objects.get().title == "Alley gates in two streets"
    assert Notice.objects.count() == 1


def test_anothers_form_is_not_answered_with_their_proposal(cast):
    proposed(cast)
    with pytest.raises(ValidationError, match="somebody else"):
        proposed(cast, by=cast.officer)


BAD = [
    ("title", {"title": " "}),
    ("title", {"title": "x" * 201}),
    ("why", {"why": ""}),
    ("measure_of_success", {"measure_of_success": ""}),
    ("due_on", {"due_on": None}),
    ("due_on", {"due_on": dt.date(2026, 10, 31), "milestones": []}),
    ("due_on", {"starts_on": dt.date(2026, 1, 1), "due_on": dt.date(2026, 10, 11), "milestones": []}),
    ("review_on", {"review_on": dt.date(2027, 1, 1)}),
    ("review_on", {"due_on": None, "review_on": dt.date(2026, 10, 31), "milestones": []}),
    ("beyond_plan_reason", {"due_on": dt.date(2027, 4, 1)}),
    ("milestones", {"milestones": [("One", dt.date(2026, 12, 1)), ("One", dt.date(2026, 12, 2))]}),
    ("milestones", {"milestones": [("", dt.date(2026, 12, 1))]}),
    ("milestones", {"milestones": [("x" * 251, dt.date(2026, 12, 1))]}),
    ("milestones", {"milestones": [("Early", dt.date(2026, 10, 31))]}),
    ("milestones", {"milestones": [("Late", dt.date(2027, 3, 1))]}),
]


@pytest.mark.parametrize(("field", "changes"), BAD)
def test_what_is_wrong_is_said_beside_its_field(cast, field, changes):
    with pytest.raises(ValidationError) as fault:
        proposed(cast, **changes)
    assert refusal(fault) == [field]
    assert not Proposal.objects.exists()
    assert proposed(cast).pk


def test_the_lead_partner_is_not_a_supporting_one(cast):
    with pytest.raises(ValidationError) as fault:
        proposed(cast, supporting=[cast.council])
    assert refusal(fault) == ["supporting"]


@pytest.mark.parametrize(("field", "make"), [("priority", make_priority), ("sub_group", make_sub_group)])
def test_another_plans_parts_are_refused(cast, field, make):
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    with pytest.raises(ValidationError) as fault:
        proposed(cast, **{field: make(other)})
    assert refusal(fault) == [field]


def test_the_edges_are_taken(cast):
    one_day = dt.date(2026, 11, 1)
    assert proposed(cast, due_on=one_day, milestones=[("That day", one_day)]).pk
    assert proposed(cast, 2, due_on=cast.plan.ends_on).pk, "the plan's last day is within it"
    assert proposed(cast, 3, due_on=None, review_on=dt.date(2027, 3, 31), milestones=[]).pk
    late = proposed(cast, 4, due_on=dt.date(2027, 4, 1), beyond_plan_reason="The gates come in spring.")
    assert late.beyond_plan_reason == "The gates come in spring."


def issue(cast: Cast, **fields) -> EmergingIssue:
    return EmergingIssue.objects.create(
        plan=cast.plan, title="Night fires", text=".", raised_by=cast.analyst, raised_at=NOW, state_at=NOW, **fields
    )


def test_a_restricted_issue_of_others_cannot_be_answered(cast):
    with pytest.raises(ValidationError) as fault:
        proposed(cast, from_issue=issue(cast, restricted=True))
    assert refusal(fault) == ["from_issue"]
    assert proposed(cast, from_issue=issue(cast)).from_issue


# --- Decided on -------------------------------------------------------------------------------------------------------


def test_accepted_it_is_an_action_with_the_next_reference(cast):
    cast.action("ASB-01")
    cast.action("ASB-12", lead_partner=cast.housing)
    meeting = Meeting.objects.create(plan=cast.plan, date=TODAY)
    proposal = proposed(cast)
    Notice.objects.all().delete()
    action = accepted(cast, proposal, meeting=meeting, owner=cast.lead, reason="Good.")
    proposal.refresh_from_db()
    assert (action.ref, action.state, action.origin, action.owner) == ("ASB-13", "live", "initiative", cast.lead)
    assert (action.title, action.description) == ("Alley gates in two streets", "Forty calls since May.")
    assert (action.lead_partner, list(action.supporting.all())) == (cast.council, [cast.housing])
    assert (action.starts_on, action.due_on, action.reoffending_focus) == (
        dt.date(2026, 11, 1),
        dt.date(2027, 2, 28),
        True,
    )
    assert list(action.milestones.values_list("text", flat=True)) == ["Residents asked", "Gates up"]
    assert action.source == "new initiative, agreed at the Partnership meeting, 12 October 2026"
    event = action.events.get()
    assert (event.kind, event.by, event.at) == ("added", cast.coordinator, LATER)
    assert event.reason.startswith("Proposed by ")
    assert "12 October 2026" in event.reason
    assert (proposal.state, proposal.action, proposal.meeting) == ("accepted", action, meeting)
    assert (proposal.decided_by, proposal.decided_at) == (cast.coordinator, LATER)
    told = {(n.recipient, n.kind) for n in Notice.objects.all()}
    assert told == {(cast.supporter, "proposal_decided"), (cast.lead, "handover")}


def test_the_first_of_a_priority_is_01_and_other_plans_do_not_count(cast):
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    cast.action("ASB-40", plan=other, priority=make_priority(other), sub_group=make_sub_group(other))
    cast.action("ASB-X7")
    assert accepted(cast, proposed(cast)).ref == "ASB-01"
    assert accepted(cast, proposed(cast, 2)).ref == "ASB-02"


def test_after_99_comes_100(cast):
    cast.action("ASB-99")
    assert accepted(cast, proposed(cast)).ref == "ASB-100"


def test_a_number_given_up_stays_given_up(cast):
    cast.action("ASB-01")
    cast.action("ASB-03")
    assert accepted(cast, proposed(cast)).ref == "ASB-04"


def test_from_an_issue_it_says_so(cast):
    raised = issue(cast)
    action = accepted(cast, proposed(cast, from_issue=raised))
    assert (action.origin, action.from_issue) == ("issue", raised)


def test_accepted_after_the_plans_end_the_reason_stands_in_the_history(cast):
    proposal = proposed(cast, due_on=dt.date(2027, 5, 1), beyond_plan_reason="The gates come in spring.")
    assert "The gates come in spring." in accepted(cast, proposal).events.get().reason


@pytest.mark.parametrize("who", [*UNDECIDED, "supporter"])
def test_only_the_coordinator_decides(cast, who):
    proposal = proposed(cast)
    before = everything()
    user = getattr(cast, who)
    for verb in (
        lambda: accepted(cast, proposal, by=user),
        lambda: ask_for_changes(proposal=proposal, by=user, at=LATER, revision=1, reason="More."),
        lambda: decline(proposal=proposal, by=user, at=LATER, today=TODAY, revision=1, reason="No."),
    ):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            verb()
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "changes"),
    [("meeting", {"on": TODAY + dt.timedelta(days=1)}), ("meeting", {"plan": "other"}), ("owner", {"owner": "reader"})],
)
def test_an_acceptance_that_cannot_be_changes_nothing(cast, field, changes):
    plan = cast.plan
    if changes.get("plan"):
        plan = make_plan(starts_on=dt.date(2020, 4, 1), ends_on=dt.date(2023, 3, 31))
    wrong = {
        "meeting": Meeting.objects.create(plan=plan, date=changes.get("on", TODAY)) if field == "meeting" else None,
        "owner": getattr(cast, changes["owner"]) if "owner" in changes else None,
    }
    proposal = proposed(cast)
    before = everything()
    with pytest.raises(ValidationError) as fault:
        accepted(cast, proposal, **wrong)
    assert refusal(fault) == [field]
    assert everything() == before


def test_a_text_changed_meanwhile_is_not_decided_on(cast):
    proposal = proposed(cast)
    changed(cast, proposal, why="Fifty calls since May.")
    before = everything()
    with pytest.raises(ValidationError, match="changed after you opened it"):
        accepted(cast, proposal, revision=1)
    assert everything() == before
    assert accepted(cast, proposal, revision=2).description == "Fifty calls since May."


def test_what_is_decided_is_not_decided_again(cast):
    proposal = proposed(cast)
    accepted(cast, proposal)
    proposal.refresh_from_db()
    before = everything()
    for verb in (
        lambda: accepted(cast, proposal),
        lambda: decline(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=2, reason="No."),
        lambda: ask_for_changes(proposal=proposal, by=cast.coordinator, at=LATER, revision=2, reason="More."),
        lambda: changed(cast, proposal, revision=2),
        lambda: take_back(proposal=proposal, by=cast.supporter, at=LATER),
    ):
        with pytest.raises(ValidationError, match="accepted already as ASB-01"):
            verb()
    assert everything() == before


@pytest.mark.parametrize("verb", [ask_for_changes, decline])
@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_refusal_says_why(cast, verb, reason):
    proposal = proposed(cast)
    before = everything()
    given = {"proposal": proposal, "by": cast.coordinator, "at": LATER, "revision": 1}
    given |= {"today": TODAY} if verb is decline else {}
    with pytest.raises(ValidationError) as fault:
        verb(**given, reason=reason)
    assert refusal(fault) == ["reason"]
    assert everything() == before
    verb(**given, reason="Too dear.")
    assert Notice.objects.get(kind="proposal_decided").recipient == cast.supporter


def test_declined_it_stays_with_reason_and_meeting(cast):
    meeting = Meeting.objects.create(plan=cast.plan, date=TODAY)
    proposal = proposed(cast)
    decline(
        proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1, reason="Too dear.", meeting=meeting
    )
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason, proposal.meeting) == ("declined", "Too dear.", meeting)
    assert not Action.objects.exists()


# --- Changed, taken back ----------------------------------------------------------------------------------------------


def changed(cast: Cast, proposal: Proposal, by=None, revision: int = 1, **changes) -> Proposal:
    return revise(
        proposal=proposal,
        initiative=initiative(cast, **changes),
        by=by or cast.supporter,
        at=LATER,
        today=TODAY,
        revision=revision,
    )


def test_what_was_asked_is_changed_and_sent_again(cast):
    proposal = proposed(cast)
    ask_for_changes(proposal=proposal, by=cast.coordinator, at=LATER, revision=1, reason="Name the streets.")
    changed(cast, proposal, title="Alley gates in Elm and Oak Street", revision=2, milestones=[], supporting=[])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.revision, proposal.title) == ("proposed", 3, "Alley gates in Elm and Oak Street")
    assert (proposal.milestones, list(proposal.supporting.all())) == ([], [])
    assert (proposal.reason, proposal.decided_by) == ("Name the streets.", cast.coordinator), "what was asked stays"
    assert [n.recipient for n in Notice.objects.filter(kind="proposal")] == [cast.coordinator] * 2


@pytest.mark.parametrize("who", [*UNDECIDED, "coordinator"])
def test_nobody_else_changes_it_or_takes_it_back(cast, who):
    proposal = proposed(cast)
    before = everything()
    with pytest.raises(PermissionDenied, match="the person who made it"):
        changed(cast, proposal, by=getattr(cast, who))
    with pytest.raises(PermissionDenied, match="the person who made it"):
        take_back(proposal=proposal, by=getattr(cast, who), at=LATER)
    assert everything() == before


def test_a_change_is_checked_like_a_proposal(cast):
    proposal = proposed(cast)
    before = everything()
    with pytest.raises(ValidationError) as fault:
        changed(cast, proposal, due_on=dt.date(2027, 4, 1))
    assert refusal(fault) == ["beyond_plan_reason"]
    assert everything() == before


def test_a_stale_change_overwrites_nothing_and_the_same_one_twice_is_one(cast):
    proposal = proposed(cast)
    changed(cast, proposal, title="First window")
    before = everything()
    assert changed(cast, proposal, title="First window").revision == 2
    with pytest.raises(Stale):
        changed(cast, proposal, title="Second window")
    assert everything() == before


def test_taken_back_it_stays_and_is_not_decided_on(cast):
    proposal = proposed(cast)
    take_back(proposal=proposal, by=cast.supporter, at=LATER)
    proposal.refresh_from_db()
    assert proposal.state == "taken_back"
    with pytest.raises(ValidationError, match="took this proposal back"):
        accepted(cast, proposal)


# --- New since the report ---------------------------------------------------------------------------------------------


def test_new_is_what_the_last_report_has_not_told_of(cast):
    old = cast.action("ASB-01")
    action = accepted(cast, proposed(cast))
    assert list(Action.objects.added_since_report(cast.plan)) == [action], "the plan's own are never new"
    cast.round.settled_at = LATER
    cast.round.save()
    # Its updates were due on 21 October; this one came in on the 19th, so the report told of it.
    assert list(Action.objects.added_since_report(cast.plan)) == []
    late = accepted(cast, proposed(cast, 2), at=dt.datetime(2026, 10, 21, 23, tzinfo=dt.UTC))
    assert list(Action.objects.added_since_report(cast.plan)) == [late]
    assert old not in Action.objects.added_since_report(cast.plan)
