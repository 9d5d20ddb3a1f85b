"""An action's structure is changed: an event for every column, nothing overwritten unseen, and only by those who may."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, ActionEvent, Milestone, Notice
from actions.rating import Rating
from actions.services.lifecycle import withdraw
from actions.services.structure import Stale, edit
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key, make_partner, make_plan, make_user
from partners import roles
from performance.models import Indicator
from priorities.tests.makers import make_priority, make_sub_group

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=7)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def changed(
    cast: Cast, action: Action, by=None, revision: int = 1, reason: str = "Agreed in June.", **arguments
) -> Action:
    arguments.setdefault("changes", {})
    return edit(action=action, by=by or cast.coordinator, at=LATER, revision=revision, reason=reason, **arguments)


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Action, ActionEvent, Milestone, Notice)]


def edits(action: Action) -> list[tuple[str, str, str, str]]:
    rows = action.events.exclude(kind="added").order_by("pk")
    return [(event.kind, event.field, event.old, event.new) for event in rows]


def milestone(action: Action, text: str) -> Milestone:
    return action.milestones.get(text=text)


def test_each_changed_column_leaves_its_event_with_both_texts(cast):
    action = cast.action(description="Patrols.")
    youth = make_sub_group(cast.plan, code="YOUTH", name="Youth group")
    probation = make_partner("NPS", "Probation service")
    indicator = Indicator.objects.create(
        code="I1", name="Fires", unit="fires", better="lower", data_owner=cast.fire, frequency="quarterly"
    )
    long = "Patrols and visits. " * 150
    changed(
        cast,
        action,
        changes={
            "title": "More patrols",
            "description": long,
            "measure_of_success": action.measure_of_success,
            "sub_group": youth,
            "lead_partner": cast.council,
            "supporting": [cast.housing, probation],
            "indicators": [indicator],
            "reoffending_focus": True,
            "starts_on": dt.date(2024, 5, 1),
        },
    )
    action.refresh_from_db()
    assert (action.title, action.description, action.sub_group) == ("More patrols", long, youth)
    assert (action.lead_partner, set(action.supporting.all())) == (cast.council, {cast.housing, probation})
    assert (action.reoffending_focus, list(action.indicators.all())) == (True, [indicator])
    assert (action.starts_on, action.revision) == (dt.date(2024, 5, 1), 2)
    assert edits(action) == [
        ("edited", "title", "Action ASB-01", "More patrols"),
        ("edited", "description", "Patrols.", long),
        ("edited", "sub_group", "Fires group", "Youth group"),
        ("edited", "lead_partner", "Fire brigade", "Borough council"),
        ("edited", "supporting", "Housing group", "Housing group, Probation service"),
        ("edited", "indicators", "", "Fires"),
        ("edited", "reoffending_focus", "no", "yes"),
        ("edited", "starts_on", "2024-04-01", "2024-05-01"),
    ]
    assert {(e.by, e.at, e.reason) for e in action.events.filter(kind="edited")} == {
        (cast.coordinator, LATER, "Agreed in June.")
    }


def test_a_moved_due_date_is_the_ledgers_and_wants_a_reason(cast):
    action = cast.action()
    before = everything()
    with pytest.raises(ValidationError) as fault:
        changed(cast, action, reason=" ", changes={"due_on": dt.date(2027, 2, 28)})
    assert list(fault.value.message_dict) == ["reason"]
    assert everything() == before
    changed(cast, action, changes={"due_on": dt.date(2027, 2, 28)})
    action.refresh_from_db()
    assert (action.due_on, action.original_due_on) == (dt.date(2027, 2, 28), dt.date(2027, 3, 31))
    assert edits(action) == [("date_moved", "", "2027-03-31", "2027-02-28")]


def test_an_action_has_a_due_date_or_a_review_date_and_not_both(cast):
    action = cast.action()
    day = action.due_on
    with pytest.raises(ValidationError, match="not both"):
        changed(cast, action, changes={"due_on": day, "review_on": day})
    assert changed(cast, action, changes={"due_on": None, "review_on": day}).review_on == day


def test_a_date_after_the_plans_end_says_in_its_reason_why(cast):
    action = cast.action()
    with pytest.raises(
        ValidationError, match=r"The plan ends on 31 March 2027. Say why the action goes on after that."
    ):
        changed(cast, action, reason="", changes={"due_on": dt.date(2027, 4, 1)})
    assert changed(cast, action, changes={"due_on": dt.date(2027, 4, 1)}).due_on == dt.date(2027, 4, 1)


def test_what_becomes_ongoing_and_what_gets_its_first_date_has_not_slipped(cast):
    action = cast.action()
    changed(cast, action, changes={"due_on": None, "review_on": dt.date(2027, 1, 31)})
    action.refresh_from_db()
    assert (action.due_on, action.original_due_on) == (None, dt.date(2027, 3, 31))
    ongoing = cast.action("ASB-02", due_on=None, review_on=TODAY)
    changed(cast, ongoing, changes={"due_on": dt.date(2027, 1, 31), "review_on": None})
    assert ("edited", "review_on", TODAY.isoformat(), "") in edits(ongoing)
    ongoing.refresh_from_db()
    assert (ongoing.due_on, ongoing.original_due_on) == (dt.date(2027, 1, 31), dt.date(2027, 1, 31))
    assert not ActionEvent.objects.filter(kind="date_moved").exists()


def test_a_new_owner_is_told_and_the_history_says_who_had_it(cast):
    action = cast.action()
    changed(cast, action, changes={"owner": cast.colleague, "deputy": cast.officer})
    assert edits(action) == [
        ("reassigned", "owner", cast.officer.name, cast.colleague.name),
        ("reassigned", "deputy", "", cast.officer.name),
    ]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (cast.colleague, "handover")


def test_milestones_are_added_changed_and_taken_out_while_they_are_not_done(cast):
    action = cast.action()
    first, second = milestone(action, "Plan agreed"), milestone(action, "Work done")
    changed(
        cast,
        action,
        milestones={first.pk: ("Plan signed", dt.date(2026, 7, 1)), second.pk: None},
        new_milestones=[("Report written", dt.date(2027, 1, 31))],
    )
    assert list(action.milestones.values_list("text", "due_on")) == [
        ("Plan signed", dt.date(2026, 7, 1)),
        ("Report written", dt.date(2027, 1, 31)),
    ]
    assert edits(action) == [
        ("edited", "milestone", "2026-06-30 Plan agreed", "2026-07-01 Plan signed"),
        ("edited", "milestone", "2026-12-31 Work done", ""),
        ("edited", "milestone", "", "2027-01-31 Report written"),
    ]


def test_two_milestones_may_swap_their_texts(cast):
    action = cast.action()
    first, second = action.milestones.all()
    changed(cast, action, milestones={first.pk: (second.text, first.due_on), second.pk: (first.text, second.due_on)})
    assert list(action.milestones.values_list("text", flat=True)) == ["Work done", "Plan agreed"]


def ticked(cast: Cast, action: Action) -> Milestone:
    row = milestone(action, "Plan agreed")
    post_update(
        action=action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.ON_TRACK,
        narrative="Agreed.",
        milestones_done={row.pk: TODAY},
    )
    return row


@pytest.mark.parametrize("wanted", [None, ("Plan signed", dt.date(2026, 7, 1))])
def test_a_done_milestone_stays_as_it_is(cast, wanted):
    action = cast.action()
    row = ticked(cast, action)
    before = everything()
    with pytest.raises(ValidationError, match="“Plan agreed” was done on 12 October 2026"):
        changed(cast, action, milestones={row.pk: wanted})
    assert everything() == before
    assert changed(cast, action, milestones={row.pk: ("Plan agreed", row.due_on)}).revision == 1


@pytest.mark.parametrize(
    "wanted",
    [
        ("", TODAY),
        ("x" * 251, TODAY),
        ("Work done", TODAY),
        ("Early", dt.date(2024, 3, 31)),
        ("Late", dt.date(2027, 4, 1)),
    ],
)
def test_a_milestone_that_cannot_be_is_refused(cast, wanted):
    action = cast.action()
    before = everything()
    for arguments in ({"milestones": {milestone(action, "Plan agreed").pk: wanted}}, {"new_milestones": [wanted]}):
        with pytest.raises(ValidationError) as fault:
            changed(cast, action, **arguments)
        assert list(fault.value.message_dict) == ["milestones"]
    assert everything() == before


def test_another_actions_milestone_is_not_within_reach(cast):
    action, other = cast.action(), cast.action("ASB-02")
    before = everything()
    with pytest.raises(ValidationError, match="not there any more"):
        changed(cast, action, milestones={other.milestones.first().pk: ("Taken", TODAY)})
    assert everything() == before


BAD = [
    ("title", {"title": " "}),
    ("title", {"title": "x" * 201}),
    ("due_on", {"due_on": dt.date(2024, 3, 31)}),
    ("due_on", {"starts_on": dt.date(2027, 4, 1)}),
    ("review_on", {"due_on": None}),
]


@pytest.mark.parametrize(("field", "changes"), BAD)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(cast, field, changes):
    action = cast.action(milestones=[])
    before = everything()
    with pytest.raises(ValidationError) as fault:
        changed(cast, action, changes=changes)
    assert list(fault.value.message_dict) == [field]
    assert everything() == before


def test_people_parts_and_partners_that_cannot_be_are_refused(cast):
    action = cast.action()
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    leaver = make_user("gone@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    before = everything()
    for field, value in (
        ("owner", cast.reader),
        ("owner", leaver),
        ("deputy", cast.officer),
        ("priority", make_priority(other)),
        ("sub_group", make_sub_group(other)),
        ("supporting", [cast.fire]),
    ):
        with pytest.raises(ValidationError) as fault:
            changed(cast, action, changes={field: value})
        assert list(fault.value.message_dict) == [field]
    assert everything() == before


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "supporter", "outsider", "analyst", "chair", "reader", "admin"])
def test_nobody_else_changes_an_action(cast, who):
    action = cast.action()
    before = everything()
    for arguments in (
        {"changes": {"title": "Mine"}},
        {"changes": {"review_on": TODAY}},
        {"new_milestones": [("A", TODAY)]},
    ):
        with pytest.raises(PermissionDenied, match="The coordinator changes an action"):
            changed(cast, action, by=getattr(cast, who), **arguments)
    assert everything() == before


def test_a_sub_groups_lead_changes_dates_and_milestones_of_its_own_alone(cast):
    action = cast.action()
    changed(cast, action, by=cast.lead, changes={"due_on": dt.date(2027, 2, 1)}, new_milestones=[("Half way", TODAY)])
    assert [event.by for event in action.events.exclude(kind="added")] == [cast.lead] * 2
    action.refresh_from_db()
    before = everything()
    with pytest.raises(PermissionDenied):
        changed(cast, action, by=cast.lead, revision=action.revision, changes={"title": "Mine"})
    youth = make_sub_group(cast.plan, code="YOUTH")
    other = cast.action("ASB-02", sub_group=youth)
    before = everything()
    with pytest.raises(PermissionDenied):
        changed(cast, other, by=cast.lead, changes={"review_on": TODAY})
    assert everything() == before


def test_a_closed_action_is_reopened_first(cast):
    action = cast.action()
    withdraw(action=action, by=cast.coordinator, at=NOW, reason="Merged.")
    before = everything()
    with pytest.raises(ValidationError, match=r"ASB-01 is withdrawn\. Reopen it first"):
        changed(cast, action, revision=2, changes={"title": "More"})
    assert everything() == before


# --- Somebody else was faster -----------------------------------------------------------------------------------------


def test_an_edit_on_an_old_text_overwrites_nothing(cast):
    action = cast.action()
    changed(cast, action, changes={"title": "Theirs"})
    before = everything()
    for arguments in (
        {"changes": {"title": "Mine"}},
        {"changes": {"description": "Mine"}},
        {"new_milestones": [("Mine", TODAY)]},
        {"milestones": {milestone(action, "Work done").pk: None}},
    ):
        with pytest.raises(Stale) as fault:
            changed(cast, action, **arguments)
        assert fault.value.revision == 2
    assert everything() == before


def test_a_date_moved_by_an_update_makes_the_open_form_stale_too(cast):
    action = cast.action()
    post_update(
        action=action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.OFF_TRACK,
        narrative="Late.",
        reason="No crew.",
        new_due_on=dt.date(2027, 3, 1),
        new_due_reason="No crew.",
    )
    with pytest.raises(Stale):
        changed(cast, action, changes={"due_on": dt.date(2027, 2, 1)})


def test_the_same_form_twice_is_one_edit(cast):
    action = cast.action()
    sent = {
        "changes": {"title": "More patrols"},
        "milestones": {milestone(action, "Work done").pk: None},
        "new_milestones": [("Report written", dt.date(2027, 1, 31))],
    }
    changed(cast, action, **sent)
    before = everything()
    assert changed(cast, action, **sent).revision == 2
    assert everything() == before


def test_a_form_that_changes_nothing_leaves_nothing(cast):
    action = cast.action()
    before = everything()
    changed(cast, action, changes={"title": action.title, "supporting": [cast.housing], "due_on": action.due_on})
    assert everything() == before
