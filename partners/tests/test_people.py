"""Adding, inviting, deactivating people: who may, what follows, what is refused."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail.backends import locmem
from django.test import Client

from partners import roles, services
from partners.models import Partner, User

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def a_partner(code: str = "CFB") -> Partner:
    given = {"name": f"Partner {code}", "kind": Partner.Kind.RESPONSIBLE_AUTHORITY}
    return Partner.objects.get_or_create(code=code, defaults=given)[0]


def a_person(email: str = "officer@test.example", *, by: User | None = None, **changes: object) -> User:
    wanted: dict[str, object] = {
        "email": email,
        "name": "Partner officer",
        "partner": a_partner(),
        "roles": [roles.PARTNER_OFFICER],
        "by": by,
        "at": AT,
        **changes,
    }
    return services.add_person(**wanted)  # type: ignore[arg-type]


def an_administrator() -> User:
    return a_person("admin@test.example", roles=[], administrator=True)


def test_a_person_is_added_with_roles_partner_and_a_verified_address():
    partner = a_partner()
    person = a_person("  Officer@Test.Example ", by=an_administrator(), partner=partner, job_title="Officer")

    person.refresh_from_db()
    assert person.email == "officer@test.example"
    assert person.partner == partner
    assert person.date_joined == AT
    assert person.role_names == {roles.PARTNER_OFFICER}
    assert not person.has_usable_password()
    assert not person.is_staff
    assert EmailAddress.objects.get(user=person).verified


def test_a_partner_officer_has_a_partner():
    with pytest.raises(ValidationError, match="Choose a partner") as refused:
        a_person(partner=None)
    assert set(refused.value.message_dict) == {"partner"}

    person = a_person(partner=None, roles=[roles.READER])
    with pytest.raises(ValidationError, match="Choose a partner"):
        services.set_roles(person=person, roles=[roles.PARTNER_OFFICER], by=None, at=AT)
    assert User.objects.get(pk=person.pk).role_names == {roles.READER}


def test_adding_is_signed_in_the_history():
    administrator = an_administrator()
    person = a_person(by=administrator)

    [line] = person.history.all()
    assert line.history_user == administrator
    assert line.history_change_reason == "Added. Roles: Partner officer"


@pytest.mark.parametrize("role", roles.ALL)
def test_nobody_but_an_administrator_adds_people(role: str):
    somebody = a_person("somebody@test.example", roles=[role])

    with pytest.raises(PermissionDenied, match="Only an administrator can add people"):
        a_person(by=somebody)
    assert not User.objects.filter(email="officer@test.example").exists()


def test_a_deactivated_administrator_adds_nobody():
    administrator = an_administrator()
    services.deactivate(person=administrator, by=None, at=AT)

    with pytest.raises(PermissionDenied):
        a_person(by=User.objects.get(pk=administrator.pk))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"email": "not an address"}, "email", "valid email address"),
        ({"email": "TAKEN@test.example"}, "email", "already signs in"),
        ({"name": "  "}, "name", "Enter a name"),
        ({"roles": ["Mayor"]}, "roles", "There is no role “Mayor”"),
    ],
)
def test_a_faulty_person_is_refused_with_a_sentence(changes: dict[str, object], field: str, sentence: str):
    a_person("taken@test.example")

    with pytest.raises(ValidationError) as refusal:
        a_person(**changes)  # type: ignore[arg-type]
    assert sentence in " ".join(refusal.value.message_dict[field])
    assert User.objects.count() == 1


def test_a_weak_password_of_the_seed_is_refused():
    with pytest.raises(ValidationError, match="too short"):
        a_person(password="short")
    assert not User.objects.exists()


def test_roles_are_replaced_and_the_history_says_by_whom():
    administrator = an_administrator()
    person = a_person()

    services.set_roles(person=person, roles=[roles.ANALYST, roles.CHAIR], by=administrator, at=AT)

    assert person.role_names == {roles.ANALYST, roles.CHAIR}
    line = person.history.first()
    assert (line.history_user, line.history_change_reason) == (administrator, "Roles: Analyst, Chair")


def test_nobody_gives_themselves_a_role():
    person = a_person()

    with pytest.raises(PermissionDenied):
        services.set_roles(person=person, roles=[roles.COORDINATOR], by=person, at=AT)
    assert User.objects.get(pk=person.pk).role_names == {roles.PARTNER_OFFICER}


def test_an_invitation_leads_to_a_password_once():
    person = a_person()
    services.invite(person=person, by=an_administrator())

    [message] = mail.outbox
    assert message.to == ["officer@test.example"]
    address = re.search(r"http://127\.0\.0\.1:8000(/accounts/\S+)", str(message.body))
    assert address, message.body

    client = Client()
    page = client.get(address[1], follow=True)
    assert page.status_code == 200
    words = {"password1": "seven green bottles", "password2": "seven green bottles"}
    assert client.post(page.request["PATH_INFO"], words).status_code == 302
    assert User.objects.get(pk=person.pk).check_password("seven green bottles")

    again = Client().get(address[1], follow=True)
    assert "password1" not in again.content.decode()


def test_following_the_link_without_answering_keeps_it_good():
    """Mail scanners open links; the person comes later."""
    services.invite(person=a_person(), by=None)
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/\S+)", str(mail.outbox[0].body))
    assert link

    Client().head(link[1], follow=True)
    Client().get(link[1], follow=True)
    assert "password1" in Client().get(link[1], follow=True).content.decode()


def test_a_changed_address_kills_the_link_sent_to_the_old_one():
    person = a_person()
    services.invite(person=person, by=None)
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/\S+)", str(mail.outbox[0].body))
    assert link

    person.email = "new@test.example"
    person.save()
    services.confirm_address(person=person)

    assert "password1" not in Client().get(link[1], follow=True).content.decode()
    assert [row.email for row in EmailAddress.objects.filter(user=person)] == ["new@test.example"]


def test_only_administrators_invite_and_nobody_inactive_is_invited():
    person, administrator = a_person(), an_administrator()
    with pytest.raises(PermissionDenied):
        services.invite(person=person, by=person)

    services.deactivate(person=person, by=administrator, at=AT)
    person.refresh_from_db()
    with pytest.raises(ValidationError, match="not active"):
        services.invite(person=person, by=administrator)
    assert mail.outbox == []


def test_an_invitation_that_cannot_be_handed_over_says_so(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    with pytest.raises(OSError, match="nobody listens"):
        services.invite(person=a_person(), by=None)


def test_a_leaver_loses_every_session_at_once_and_for_good():
    administrator = an_administrator()
    person = a_person(password="seven green bottles")
    client = Client()
    client.force_login(person)
    assert client.get("/accounts/password/change/").status_code == 200

    services.deactivate(person=person, by=administrator, at=AT)
    assert client.get("/accounts/password/change/").status_code == 302

    services.reactivate(person=person, by=administrator, at=AT)
    assert client.get("/accounts/password/change/").status_code == 302
    person.refresh_from_db()
    assert person.is_active
    assert not person.has_usable_password()
    assert person.role_names == {roles.PARTNER_OFFICER}
    assert [line.history_change_reason for line in person.history.all()[:2]] == ["Active again", "Deactivated"]


def test_nobody_deactivates_themselves_or_others_without_being_administrator():
    administrator, person = an_administrator(), a_person()

    with pytest.raises(ValidationError, match="cannot deactivate yourself"):
        services.deactivate(person=administrator, by=administrator, at=AT)
    with pytest.raises(PermissionDenied):
        services.deactivate(person=administrator, by=person, at=AT)
    assert User.objects.filter(is_active=True).count() == 2
