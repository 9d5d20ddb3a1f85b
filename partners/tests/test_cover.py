"""Naming a stand-in and ending it: who may, on which days, and what the history keeps."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from partners import roles
from partners.models import Cover, User
from partners.services import add_cover, end_cover
from partners.tests.makers import make_partner, make_user

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
FRIDAY = dt.date(2026, 11, 27)
DAY = dt.timedelta(days=1)


class People:
    def __init__(self) -> None:
        fire, council = make_partner(), make_partner("HBC", "Borough council")
        self.officer = make_user("officer@example.org", roles.PARTNER_OFFICER, partner=fire)
        self.colleague = make_user("colleague@example.org", roles.PARTNER_OFFICER, partner=fire)
        self.other = make_user("other@example.org", roles.PARTNER_OFFICER, partner=council)
        self.coordinator = make_user("coordinator@example.org", roles.COORDINATOR, partner=council)
        self.reader = make_user("reader@example.org", roles.READER, partner=fire)
        self.admin = make_user("admin@example.org", partner=fire, is_staff=True)


@pytest.fixture
def people() -> People:
    return People()


def name(people: People, **changed) -> Cover:
    given = {
        "person": people.officer,
        "covered_by": people.colleague,
        "starts_on": TODAY,
        "ends_on": FRIDAY,
        "by": people.officer,
        "at": AT,
        "today": TODAY,
    }
    return add_cover(**{**given, **changed})


def boxes(starts_on: dt.date | str, ends_on: dt.date | str) -> dict[str, object]:
    """Two days as the form sends them; a text stands in the first box."""
    sent: dict[str, object] = {}
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        parts = (day.day, day.month, day.year) if isinstance(day, dt.date) else (day, "", "")
        sent |= {f"{field}_{n}": part for n, part in enumerate(parts)}
    return sent


def test_the_chair_names_the_vice_chair_of_another_organisation_and_an_officer_nobody_there(people: People):
    chair = make_user("chair@example.org", roles.CHAIR, partner=people.other.partner)
    client = Client()
    with time_machine.travel(AT, tick=False):
        for away, stand_in, named in ((people.officer, people.other, False), (chair, people.colleague, True)):
            client.force_login(away)
            client.post("/accounts/cover/", {"covered_by": stand_in.pk, **boxes(TODAY, FRIDAY)})
            assert Cover.objects.filter(person=away, covered_by=stand_in).exists() is named


def test_who_is_a_chair_already_needs_no_cover_and_is_told_beside_the_field(people: People):
    chair = make_user("chair@example.org", roles.CHAIR, partner=people.other.partner)
    second = make_user("second@example.org", roles.CHAIR, partner=people.other.partner)
    client = Client()
    sent = {"covered_by": second.pk, **boxes(TODAY, FRIDAY)}
    with time_machine.travel(AT, tick=False):
        for by, person in ((chair, {}), (people.coordinator, {"person": chair.pk})):
            client.force_login(by)
            page = client.post("/accounts/cover/", {**sent, **person})
            assert page.context["form"].errors["covered_by"] == [
                f"{second} is a chair already and decides at any time. Choose somebody else, or ask the administrator to take "
                "that role away."
            ]
    assert not Cover.objects.exists()
    name(people, person=chair, by=chair)
    name(people, covered_by=second, by=people.coordinator)
    assert Cover.objects.count() == 2


@pytest.mark.parametrize("note", ["Pay \u202eevil", "Pay\x07"])
def test_a_note_that_would_mislead_is_refused_and_an_unseen_one_is_none(people: People, note: str):
    client = Client()
    sent = {"covered_by": people.colleague.pk, **boxes(TODAY, FRIDAY)}
    with time_machine.travel(AT, tick=False):
        client.force_login(people.officer)
        page = client.post("/accounts/cover/", {**sent, "note": note}).content.decode()
        assert "Delete that place and type it again" in page
        assert not Cover.objects.exists()
        assert client.post("/accounts/cover/", {**sent, "note": "\u200b"}).status_code == 302
    assert Cover.objects.get().note == ""


def covering(person: User, day: dt.date) -> frozenset[int]:
    found = User.objects.get(pk=person.pk)
    found.stand_in(day)
    return found.covering


def test_somebody_names_a_colleague_and_the_history_says_who_did(people: People):
    cover = name(people, note=" Back on Monday. ")

    assert (cover.person, cover.covered_by, cover.starts_on, cover.ends_on) == (
        people.officer,
        people.colleague,
        TODAY,
        FRIDAY,
    )
    assert cover.note == "Back on Monday."
    assert [line.history_user for line in cover.history.all()] == [people.officer]
    assert covering(people.colleague, FRIDAY) == {people.officer.pk}
    assert covering(people.colleague, FRIDAY + DAY) == frozenset()


@pytest.mark.parametrize("who", ["colleague", "other", "reader", "admin"])
def test_nobody_arranges_it_for_somebody_else_but_the_coordinator(people: People, who: str):
    with pytest.raises(PermissionDenied, match="whoever is away"):
        name(people, by=getattr(people, who), covered_by=people.coordinator)
    assert not Cover.objects.exists()
    assert name(people, by=people.coordinator).covered_by == people.colleague


def test_only_the_coordinator_names_somebody_of_another_organisation(people: People):
    with pytest.raises(ValidationError) as refusal:
        name(people, covered_by=people.other)
    assert refusal.value.message_dict == {
        "covered_by": ["Choose somebody of your own organisation, or ask the coordinator."]
    }
    assert name(people, covered_by=people.other, by=people.coordinator).covered_by == people.other


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"ends_on": TODAY - DAY}, "ends_on", "before the first"),
        ({"starts_on": TODAY - 2 * DAY, "ends_on": TODAY - DAY}, "ends_on", "over already"),
        ({"ends_on": TODAY + 366 * DAY}, "ends_on", "a year at most"),
        ({"note": "x" * 251}, "note", "it has 251"),
    ],
)
def test_unfit_days_and_notes_are_refused(people: People, changed: dict, field: str, sentence: str):
    with pytest.raises(ValidationError) as refusal:
        name(people, **changed)
    assert sentence in refusal.value.message_dict[field][0]
    assert not Cover.objects.exists()


def test_nobody_stands_in_who_could_not_do_the_work(people: People):
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=people.officer.partner, is_active=False)
    for stand_in, sentence in (
        (people.reader, "cannot stand in"),
        (left, "cannot stand in"),
        (people.officer, "for themselves"),
    ):
        with pytest.raises(ValidationError) as refusal:
            name(people, covered_by=stand_in)
        assert sentence in refusal.value.message_dict["covered_by"][0]


def test_the_same_days_are_named_once(people: People):
    name(people)
    with pytest.raises(ValidationError) as refusal:
        name(people, starts_on=FRIDAY, ends_on=FRIDAY + DAY)
    assert "already on some of these days" in refusal.value.message_dict["covered_by"][0]
    name(people, starts_on=FRIDAY + DAY, ends_on=FRIDAY + 2 * DAY)
    assert Cover.objects.count() == 2


def test_cover_ends_at_once_and_what_was_stays_on_record(people: People):
    begun = name(people, starts_on=TODAY)
    end_cover(cover=begun, by=people.officer, today=TODAY + 2 * DAY)
    begun.refresh_from_db()
    assert begun.ends_on == TODAY + DAY
    assert covering(people.colleague, TODAY + 2 * DAY) == frozenset()
    end_cover(cover=begun, by=people.officer, today=TODAY + 3 * DAY)
    assert Cover.objects.get().ends_on == TODAY + DAY, "ended again, nothing changes"


def test_cover_that_has_not_begun_is_taken_back_and_the_history_keeps_it(people: People):
    cover = name(people, starts_on=FRIDAY)
    end_cover(cover=cover, by=people.coordinator, today=TODAY)
    end_cover(cover=cover, by=people.coordinator, today=TODAY)
    assert not Cover.objects.exists()
    assert [line.history_type for line in Cover.history.all()] == ["-", "+"]


@pytest.mark.parametrize("who", ["colleague", "other", "reader", "admin"])
def test_nobody_else_ends_it(people: People, who: str):
    cover = name(people)
    with pytest.raises(PermissionDenied):
        end_cover(cover=cover, by=getattr(people, who), today=TODAY)
    assert Cover.objects.get().ends_on == FRIDAY


def test_the_page_names_a_stand_in_and_ends_it(people: People):
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(people.officer)
        page = client.get("/accounts/cover/").content.decode()
        assert "colleague, Fire brigade" in page
        assert "other, Borough council" not in page
        assert "Who is away?" not in page
        assert 'type="date"' not in page, "days are typed in three boxes, as everywhere"
        sent = {"covered_by": people.colleague.pk, **boxes(TODAY, "27/11/2026"), "note": "Leave"}
        assert client.post("/accounts/cover/", sent).status_code == 302
        cover = Cover.objects.get()
        assert (cover.person, cover.ends_on) == (people.officer, FRIDAY)
        page = client.get("/accounts/cover/").content.decode()
        assert "23 November 2026 to 27 November 2026" in page
        assert client.post(f"/accounts/cover/{cover.pk}/end/").status_code == 302
        assert not Cover.objects.exists()


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(people: People):
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(people.officer)
        sent = {"covered_by": people.other.pk, **boxes("soon", ""), "note": "My <b>leave</b>"}
        page = client.post("/accounts/cover/", sent).content.decode()
    assert "Choose a person from the list." in page
    assert "Add the month and the year to the first day." in page
    assert "Give the last day." in page
    assert 'value="soon"' in page
    assert "My &lt;b&gt;leave&lt;/b&gt;" in page
    assert not Cover.objects.exists()


def test_an_officer_cannot_slip_somebody_elses_name_into_the_form(people: People):
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(people.officer)
        sent = {
            "person": people.other.pk,
            "covered_by": people.colleague.pk,
            **boxes(TODAY, FRIDAY),
        }
        client.post("/accounts/cover/", sent)
    assert Cover.objects.get().person == people.officer


def test_the_coordinator_names_it_for_anybody(people: People):
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(people.coordinator)
        page = client.get(f"/accounts/cover/?person={people.officer.pk}").content.decode()
        assert f'<option value="{people.officer.pk}" selected>' in page
        sent = {
            "person": people.officer.pk,
            "covered_by": people.other.pk,
            **boxes(TODAY, FRIDAY),
        }
        assert client.post("/accounts/cover/", sent).status_code == 302
        assert "for officer" in client.get("/accounts/cover/").content.decode()
    assert Cover.objects.get().covered_by == people.other


@pytest.mark.parametrize("who", ["reader", "admin"])
def test_the_page_is_not_there_for_those_who_see_no_work(people: People, who: str):
    client = Client()
    client.force_login(getattr(people, who))
    assert client.get("/accounts/cover/").status_code == 404
    assert client.post(f"/accounts/cover/{name(people).pk}/end/").status_code == 404
