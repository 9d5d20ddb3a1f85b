"""A sub-group's part of a report: the lead's paragraph, “our part is ready”, and two who write at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import SubGroupReturn
from actions.services.returns import LONGEST_PARAGRAPH, Overtaken, save_return
from actions.tests.makers import H1_2026, NOW, Cast
from priorities.services import settle_round

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=2)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def save(cast: Cast, **changed) -> SubGroupReturn:
    given = {"sub_group": cast.sub_group, "period": H1_2026, "paragraph": "A good half-year.", "ready": False}
    return save_return(**{**given, "revision": 0, "by": cast.lead, "at": NOW, **changed})


def test_the_lead_writes_the_paragraph_and_then_says_it_is_ready(cast: Cast):
    first = save(cast)
    assert (first.paragraph, first.ready_at, first.revision, first.by) == ("A good half-year.", None, 1, cast.lead)

    second = save(cast, ready=True, revision=1, at=LATER)
    assert second.pk == first.pk
    assert (second.ready_at, second.revision) == (LATER, 2)

    third = save(cast, paragraph="A very good one.", ready=True, revision=2, at=LATER + dt.timedelta(hours=1))
    assert third.ready_at == LATER, "since when it has been ready stays"
    assert save(cast, paragraph="A very good one.", revision=3).ready_at is None


def test_the_coordinator_writes_it_as_well(cast: Cast):
    assert save(cast, by=cast.coordinator).by == cast.coordinator


@pytest.mark.parametrize("who", ["officer", "outsider", "analyst", "chair", "reader", "admin"])
def test_nobody_else_does(cast: Cast, who: str):
    with pytest.raises(PermissionDenied, match="its lead or by the coordinator"):
        save(cast, by=getattr(cast, who))
    assert not SubGroupReturn.objects.exists()


def test_the_same_again_changes_nothing(cast: Cast):
    save(cast)
    again = save(cast, at=LATER)
    assert (again.revision, again.at) == (1, NOW)


def test_who_was_overtaken_overwrites_nothing_and_sees_both(cast: Cast):
    save(cast)
    with pytest.raises(Overtaken) as refusal:
        save(cast, paragraph="Another text.", by=cast.coordinator, at=LATER)
    assert refusal.value.row.paragraph == "A good half-year."
    assert "lead saved this part" in refusal.value.message
    assert SubGroupReturn.objects.get().paragraph == "A good half-year."


def test_an_approved_report_and_a_long_text_are_refused(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        save(cast, paragraph="x" * (LONGEST_PARAGRAPH + 1))
    assert "it has 1,501" in refusal.value.message_dict["paragraph"][0]
    settle_round(plan=cast.plan, period=H1_2026, at=NOW)
    with pytest.raises(ValidationError, match="is approved"):
        save(cast)
    assert not SubGroupReturn.objects.exists()
