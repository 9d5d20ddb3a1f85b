"""The coordinator nudges by hand: who owes, who is told, and who is not told twice."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, Reminder
from actions.rating import Rating
from actions.services.chasing import put_digests
from actions.services.rounds import nudge, who_owes
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key, make_user
from partners import roles
from partners.models import Cover, OutgoingEmail, User
from priorities.services import close_round, settle_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def owed(cast: Cast, today: dt.date = TODAY) -> dict[str, list[str]]:
    found = who_owes(round_=cast.round, today=today)
    return {one.person.name: [action.ref for action in one.actions] for one in found}


def press(cast: Cast, *people, **changed) -> list[str]:
    given = {"round_": cast.round, "by": cast.coordinator, "at": NOW, "today": TODAY}
    made = nudge(people=[person.pk for person in people], **{**given, **changed})
    return [reminder.recipient.name for reminder in made]


def answer(cast: Cast, action: Action) -> None:
    post_update(
        action=action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.ON_TRACK,
        narrative="Done.",
    )


def test_owner_and_deputy_owe_and_where_there_is_no_owner_the_officers_of_the_lead_partner(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", deputy=cast.lead)
    cast.action("ASB-03", owner=None)
    cast.action("ASB-04", starts_on=dt.date(2026, 10, 1))

    assert owed(cast) == {
        "lead": ["ASB-02"],
        "colleague": ["ASB-03"],
        "officer": ["ASB-01", "ASB-02", "ASB-03"],
    }


def test_what_people_owe_is_what_their_own_page_says(cast: Cast):
    """The same rule twice, in SQL for one person and here for all: they must not drift apart."""
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    people = {"none": None, "owner": cast.officer, "other": cast.outsider, "left": left, "reader": cast.reader}
    for number, (owner, deputy) in enumerate(itertools.product(people.values(), people.values())):
        cast.action(f"ASB-{number:02d}", owner=owner, deputy=deputy)
    for away, stand_in in ((cast.outsider, cast.analyst), (left, cast.lead), (cast.colleague, cast.supporter)):
        Cover.objects.create(person=away, covered_by=stand_in, starts_on=TODAY, ends_on=TODAY)

    told = owed(cast)
    assert set(told) == {"officer", "colleague", "outsider", "analyst", "lead"}
    for person in User.objects.at_work():
        person.stand_in(TODAY)
        mine = Action.objects.not_updated(H1_2026).answered_for_by(person).order_by("ref")
        assert [action.ref for action in mine] == told.get(person.name, []), person.name


def test_actions_of_a_leaver_or_of_somebody_without_a_role_are_the_lead_partners_officers(cast: Cast):
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    cast.action("ASB-01", owner=left)
    cast.action("ASB-02", owner=cast.reader)

    # As “My actions” shows them; neither the leaver nor the reader is written to.
    assert owed(cast) == {"colleague": ["ASB-01", "ASB-02"], "officer": ["ASB-01", "ASB-02"]}


def test_a_nudge_is_recorded_with_who_gave_it_and_waits_for_the_daily_e_mail(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02")

    assert press(cast, cast.officer) == ["officer"]

    [reminder] = Reminder.objects.all()
    assert (reminder.step, reminder.by, reminder.at, reminder.actions) == ("nudge", cast.coordinator, NOW, 2)
    assert reminder.email is None
    [one] = who_owes(round_=cast.round, today=TODAY)
    assert (one.nudged_at, one.waiting, one.may_be_nudged) == (NOW, True, False)


def test_whoever_is_nudged_is_written_to(cast: Cast):
    """Nobody's nudge waits for a daily e-mail that is never made."""
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    cast.action("ASB-01", owner=left)
    cast.action("ASB-02", owner=None, deputy=cast.outsider)
    Cover.objects.create(person=left, covered_by=cast.lead, starts_on=TODAY, ends_on=TODAY)
    everybody = list(User.objects.at_work())

    assert sorted(press(cast, *everybody)) == ["colleague", "lead", "officer", "outsider"]

    put_digests(NOW)
    assert not Reminder.objects.filter(step=Reminder.Step.NUDGE, email__isnull=True).exists()


def test_nobody_is_nudged_twice_a_day_nor_before_the_last_nudge_went_out(cast: Cast):
    cast.action()
    tomorrow = {"at": NOW + dt.timedelta(days=1), "today": TODAY + dt.timedelta(days=1)}
    assert press(cast, cast.officer) == ["officer"]
    assert press(cast, cast.officer) == []
    assert press(cast, cast.officer, **tomorrow) == [], "the first still waits"

    email = OutgoingEmail.objects.create(recipient=cast.officer, kind="digest", dedupe_key="d", created_at=NOW)
    Reminder.objects.update(email=email)
    assert press(cast, cast.officer) == [], "sent, but today"
    assert press(cast, cast.officer, **tomorrow) == ["officer"]


def test_only_those_chosen_who_still_owe_are_nudged(cast: Cast):
    answered = cast.action("ASB-01")
    cast.action("ASB-02", owner=cast.lead)
    cast.action("ASB-03", owner=cast.outsider)
    answer(cast, answered)

    assert press(cast, cast.officer, cast.lead) == ["lead"]


@pytest.mark.parametrize("who", ["officer", "lead", "analyst", "chair", "reader", "admin"])
def test_only_the_coordinator_nudges(cast: Cast, who: str):
    cast.action()
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        press(cast, cast.officer, by=getattr(cast, who))
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("ended", ["closed", "settled"])
def test_nobody_is_reminded_of_a_request_that_is_over(cast: Cast, ended: str):
    cast.action()
    if ended == "closed":
        close_round(round_=cast.round, by=cast.coordinator, at=NOW)
    else:
        settle_round(plan=cast.plan, period=H1_2026, at=NOW)
    with pytest.raises(ValidationError, match="is closed"):
        press(cast, cast.officer)
    assert not Reminder.objects.exists()
