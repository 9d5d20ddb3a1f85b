"""Whose words an update holds is settled when it is sent, and restricted words stay theirs."""

from __future__ import annotations

import datetime as dt
import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from actions.models import Action, ProgressUpdate
from actions.rating import Rating
from actions.services.updates import add_words, post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key
from partners.models import Cover, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def say(action: Action, by: User, number: int = 1, **changed: Any) -> ProgressUpdate:
    said = {
        "action": action,
        "by": by,
        "at": NOW,
        "today": TODAY,
        "submission_key": key(number),
        "period": H1_2026,
        "rating": Rating.ON_TRACK,
        "narrative": "Marigold.",
        "restricted": True,
    }
    return post_update(**{**said, **changed})


def readers(cast: Cast, update: ProgressUpdate) -> set[str]:
    """Who may read it, by the rule, which must be what the database answers."""
    people = {name: person for name, person in vars(cast).items() if isinstance(person, User)}
    update = ProgressUpdate.objects.get(pk=update.pk)
    found = set()
    for name, person in people.items():
        fresh = User.objects.get(pk=person.pk)
        may = fresh.has_perm("actions.read_restricted", update)
        assert ProgressUpdate.objects.readable_by(fresh).filter(pk=update.pk).exists() is may, name
        found |= {name} if may else set()
    return found


BRIGADE = {"officer", "colleague"}
ALWAYS = {"lead", "coordinator", "analyst", "chair"}


def test_a_new_employer_does_not_get_the_words_and_the_old_one_keeps_them(cast: Cast) -> None:
    update = say(cast.action(), cast.officer)
    assert readers(cast, update) == BRIGADE | ALWAYS
    User.objects.filter(pk=cast.officer.pk).update(partner=cast.outsider.partner)
    assert readers(cast, update) == BRIGADE | ALWAYS, "the author reads their own words; the new colleagues do not"


def test_a_new_lead_partner_does_not_get_the_old_ones_words(cast: Cast) -> None:
    action = cast.action()
    update = say(action, cast.officer)
    Action.objects.filter(pk=action.pk).update(lead_partner=cast.outsider.partner)
    assert readers(cast, update) == BRIGADE | ALWAYS


def test_what_the_coordinator_enters_for_a_partner_is_that_partners(cast: Cast) -> None:
    """The lead of the sub-group is of the council too, and reads it as the lead alone."""
    cast.sub_group.lead = cast.outsider
    cast.sub_group.save()
    update = say(cast.action(), cast.coordinator)
    assert (update.on_behalf_of, update.spoken_for) == (cast.fire, cast.fire)
    assert readers(cast, update) == BRIGADE | {"outsider", "coordinator", "analyst", "chair"}


def test_whoever_stands_in_speaks_for_the_organisation_of_the_one_away(cast: Cast) -> None:
    Cover.objects.create(person=cast.officer, covered_by=cast.outsider, starts_on=TODAY, ends_on=TODAY)
    stand_in = User.objects.get(pk=cast.outsider.pk)
    stand_in.stand_in(TODAY)
    update = say(cast.action(), stand_in)
    assert update.spoken_for == cast.fire
    assert readers(cast, update) == BRIGADE | ALWAYS | {"outsider"}


def test_a_supporting_partner_speaks_for_itself(cast: Cast) -> None:
    update = add_words(
        action=cast.action(),
        by=cast.supporter,
        at=NOW,
        today=TODAY,
        submission_key=key(2),
        period=H1_2026,
        narrative="Marigold.",
        restricted=True,
    )
    assert update.spoken_for == cast.housing
    assert readers(cast, update) == {"supporter"} | ALWAYS


def test_somebody_of_no_organisation_speaks_for_none(cast: Cast) -> None:
    User.objects.filter(pk=cast.lead.pk).update(partner=None)
    update = say(cast.action(), User.objects.get(pk=cast.lead.pk))
    assert update.spoken_for is None
    assert readers(cast, update) == ALWAYS


def test_rows_from_before_get_the_partner_of_their_time(cast: Cast) -> None:
    action = cast.action()
    early = say(action, cast.officer, 1, at=NOW - dt.timedelta(days=2))
    late = say(action, cast.officer, 2, at=NOW + dt.timedelta(days=2), narrative="Later.")
    entered = say(action, cast.coordinator, 3, at=NOW + dt.timedelta(days=3))
    unknown = say(action, cast.colleague, 4, at=NOW + dt.timedelta(days=3))
    history = User.history.model
    history.objects.filter(id=cast.officer.pk).update(history_date=NOW - dt.timedelta(days=1))
    history.objects.filter(id=cast.colleague.pk).delete()
    moved = User.objects.get(pk=cast.officer.pk)
    moved.partner = cast.outsider.partner
    moved.save()
    history.objects.filter(id=moved.pk, partner=cast.outsider.partner).update(history_date=NOW)
    ProgressUpdate.objects.update(spoken_for=None)

    migration = importlib.import_module("actions.migrations.0005_spoken_for")
    migration.settle(apps, SimpleNamespace(connection=connection))

    settled = dict(ProgressUpdate.objects.values_list("pk", "spoken_for__code"))
    assert settled == {early.pk: "CFB", late.pk: "PS", entered.pk: "CFB", unknown.pk: "CFB"}
