"""Actions change hands: by their officers, and all of a leaver's in one step."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, ActionEvent, Notice
from actions.services.handover import LONGEST_NOTE, reassign
from actions.services.lifecycle import withdraw
from actions.tests.makers import NOW, Cast, make_user
from partners import roles
from partners.models import Cover, User

pytestmark = pytest.mark.django_db

NOTE = "The station manager has all the papers."


@pytest.fixture
def cast() -> Cast:
    return Cast()


def hand_over(cast: Cast, *actions: Action, **changed) -> list[Action]:
    return reassign(
        **{"actions": actions, "to": cast.colleague, "by": cast.officer, "at": NOW, "note": NOTE, **changed}
    )


def test_an_officer_hands_over_their_own_action(cast: Cast):
    action = cast.action()

    assert hand_over(cast, action) == [action]

    action.refresh_from_db()
    assert (action.owner, action.revision) == (cast.colleague, 2)
    event = ActionEvent.objects.get(kind="reassigned")
    assert (event.old, event.new, event.reason, event.by, event.at) == ("officer", "colleague", NOTE, cast.officer, NOW)
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.kind, notice.path) == (cast.colleague, "handover", f"/actions/{action.pk}/")
    assert notice.text == f"officer handed ASB-01 over to you: {NOTE}"


@pytest.mark.parametrize("who", ["outsider", "supporter", "colleague", "lead", "analyst", "chair", "reader", "admin"])
def test_nobody_else_hands_it_over(cast: Cast, who: str):
    action = cast.action()

    with pytest.raises(PermissionDenied, match="by its owner or deputy"):
        hand_over(cast, action, by=getattr(cast, who))

    assert not ActionEvent.objects.filter(kind="reassigned").exists()
    assert not Notice.objects.exists()


def test_an_officer_hands_over_within_the_lead_partner_alone_and_the_coordinator_to_anybody(cast: Cast):
    action = cast.action()

    with pytest.raises(ValidationError) as refusal:
        hand_over(cast, action, to=cast.outsider)
    assert refusal.value.message_dict == {
        "to": ["ASB-01 is led by Fire brigade: choose somebody of that organisation."]
    }

    hand_over(cast, action, to=cast.outsider, by=cast.coordinator)
    action.refresh_from_db()
    assert action.owner == cast.outsider


def test_a_colleague_takes_what_no_one_is_assigned(cast: Cast):
    action = cast.action(owner=None)

    hand_over(cast, action, by=cast.colleague)

    action.refresh_from_db()
    assert action.owner == cast.colleague
    assert ActionEvent.objects.get(kind="reassigned").old == ""
    assert not Notice.objects.exists(), "nobody is told of what they did themselves"


def test_all_of_a_leavers_actions_change_hands_in_one_step(cast: Cast):
    owned = [cast.action("ASB-01"), cast.action("ASB-02", deputy=cast.colleague)]
    deputised = cast.action("ASB-03", owner=cast.lead, deputy=cast.officer)
    deputy_of_new = cast.action("ASB-04", owner=cast.colleague, deputy=cast.officer)
    others = cast.action("ASB-05", owner=cast.lead)
    gone = cast.action("ASB-06")
    withdraw(action=gone, by=cast.coordinator, at=NOW, reason="Merged.")
    everything = [*owned, deputised, deputy_of_new, others, gone]

    changed = hand_over(cast, *everything, by=cast.coordinator, of=cast.officer)

    assert [action.ref for action in changed] == ["ASB-01", "ASB-02", "ASB-03", "ASB-04"]
    now = {
        ref: (owner, deputy) for ref, owner, deputy in Action.objects.values_list("ref", "owner__name", "deputy__name")
    }
    assert now == {
        "ASB-01": ("colleague", None),
        "ASB-02": ("colleague", None),
        "ASB-03": ("lead", "colleague"),
        "ASB-04": ("colleague", None),
        "ASB-05": ("lead", None),
        "ASB-06": ("officer", None),
    }
    told = ActionEvent.objects.filter(kind="reassigned").order_by("action__ref", "pk")
    assert list(told.values_list("action__ref", "field", "old", "new")) == [
        ("ASB-01", "owner", "officer", "colleague"),
        ("ASB-02", "owner", "officer", "colleague"),
        ("ASB-02", "deputy", "colleague", ""),
        ("ASB-03", "deputy", "officer", "colleague"),
        ("ASB-04", "deputy", "officer", ""),
    ]
    notices = Notice.objects.order_by("recipient__email", "pk")
    assert [(notice.recipient, notice.kind, notice.text, notice.path) for notice in notices] == [
        (
            cast.colleague,
            "handover",
            f"coordinator handed 4 actions over to you: {NOTE}",
            "/actions/mine/",
        ),
        (
            cast.officer,
            "handed_on",
            f"coordinator handed 4 actions over from you to colleague: {NOTE}",
            "/actions/",
        ),
    ]


def test_a_second_press_changes_nothing(cast: Cast):
    action = cast.action()
    hand_over(cast, action, by=cast.coordinator, of=cast.officer)

    with pytest.raises(ValidationError, match="nothing to hand over"):
        hand_over(cast, action, by=cast.coordinator, of=cast.officer)

    assert ActionEvent.objects.filter(kind="reassigned").count() == 1
    assert Notice.objects.count() == 2


def test_one_that_may_not_be_handed_over_keeps_all_where_they_are(cast: Cast):
    mine, other = cast.action("ASB-01"), cast.action("ASB-02", owner=cast.lead)

    with pytest.raises(PermissionDenied):
        hand_over(cast, mine, other)

    assert Action.objects.get(pk=mine.pk).owner == cast.officer
    assert not ActionEvent.objects.filter(kind="reassigned").exists()


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"note": " \n"}, "note", "what the next person needs to know"),
        ({"note": "x" * (LONGEST_NOTE + 1)}, "note", "it has 1,001"),
    ],
)
def test_a_handover_without_a_fit_note_is_refused(cast: Cast, changed: dict, field: str, sentence: str):
    action = cast.action()

    with pytest.raises(ValidationError) as refusal:
        hand_over(cast, action, **changed)

    assert sentence in refusal.value.message_dict[field][0]
    assert Action.objects.get().owner == cast.officer


def test_nobody_hands_over_to_a_leaver_or_to_somebody_without_a_role(cast: Cast):
    action = cast.action()
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)

    for to, sentence in ((left, "has left"), (cast.reader, "has no role")):
        with pytest.raises(ValidationError) as refusal:
            hand_over(cast, action, to=to)
        assert sentence in refusal.value.message_dict["to"][0]
    assert Action.objects.get().owner == cast.officer


@pytest.mark.parametrize("who", ["outsider", "colleague"])
def test_cover_for_a_time_gives_nothing_away_for_good(cast: Cast, who: str):
    action = cast.action()
    day = NOW.date()
    Cover.objects.create(person=cast.officer, covered_by=getattr(cast, who), starts_on=day, ends_on=day)
    stand_in = User.objects.get(pk=getattr(cast, who).pk)
    stand_in.stand_in(day)
    assert stand_in.has_perm("actions.post_update", action)

    with pytest.raises(PermissionDenied, match="stands in for a time passes on nothing"):
        hand_over(cast, action, by=stand_in, to=cast.colleague)

    assert Action.objects.get().owner == cast.officer


def test_a_deputy_hands_over_and_the_owner_hears_of_it(cast: Cast):
    action = cast.action(deputy=cast.lead)

    hand_over(cast, action, by=cast.lead)

    assert {(notice.recipient, notice.kind): notice.text for notice in Notice.objects.all()} == {
        (cast.colleague, "handover"): f"lead handed ASB-01 over to you: {NOTE}",
        (cast.officer, "handed_on"): f"lead handed ASB-01 over from you to colleague: {NOTE}",
    }
