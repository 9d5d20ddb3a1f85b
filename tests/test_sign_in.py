"""Sign-in: by e-mail, by invitation, with limits; the same answer for somebody known and somebody unknown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import NoReverseMatch, get_resolver, reverse

from partners import services
from partners.models import OutgoingEmail, User
from tests.makers import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
FORGOTTEN = "/accounts/password/reset/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def sign_in(email: str, password: str = PASSWORD, *, client: Client | None = None, **sent: str) -> Client:
    client = client or Client()
    client.last = client.post(SIGN_IN, {"login": email, "password": password, **sent})  # type: ignore[attr-defined]
    return client


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def faults(client: Client) -> str:
    return str(client.last.context["form"].errors.as_text())  # type: ignore[attr-defined]


def test_an_invited_person_signs_in_by_e_mail_whatever_its_case(cast: Cast):
    assert signed_in(sign_in("chair@test.example"))
    assert signed_in(sign_in("CHAIR@Test.Example"))


def test_a_wrong_password_a_stranger_and_a_leaver_get_one_answer(cast: Cast):
    answers = {
        faults(sign_in(email, password))
        for email, password in (
            ("chair@test.example", "wrong green bottles"),
            ("nobody@test.example", PASSWORD),
            ("deactivated@test.example", PASSWORD),
        )
    }
    assert len(answers) == 1
    assert answers != {""}


def test_a_forgotten_password_gets_one_answer_for_known_and_unknown(cast: Cast):
    pages = [Client().post(FORGOTTEN, {"email": email}) for email in ("chair@test.example", "nobody@test.example")]
    assert {(page.status_code, page["Location"]) for page in pages} == {(302, "/accounts/password/reset/done/")}
    # Nobody gets mail from us because a stranger typed their address.
    assert [message.to for message in mail.outbox] == [["chair@test.example"]]


def test_a_leaver_gets_no_password_by_asking(cast: Cast):
    Client().post(FORGOTTEN, {"email": "deactivated@test.example"})
    assert mail.outbox == []


def test_the_mail_server_being_away_tells_a_stranger_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    pages = [Client().post(FORGOTTEN, {"email": email}) for email in ("chair@test.example", "nobody@test.example")]
    assert [page["Location"] for page in pages] == ["/accounts/password/reset/done/"] * 2


def test_sign_in_e_mails_are_never_stored(cast: Cast):
    Client().post(FORGOTTEN, {"email": "chair@test.example"})
    services.invite(person=cast["chair"], by=None)
    assert len(mail.outbox) == 2
    assert not OutgoingEmail.objects.exists()


@override_settings(ALLOWED_HOSTS=["*"])
def test_the_link_bears_our_own_address_whatever_host_was_asked(cast: Cast):
    Client().post(FORGOTTEN, {"email": "chair@test.example"}, headers={"host": "evil.example"})
    link = re.search(r"https?://\S+", str(mail.outbox[0].body))
    assert link
    assert link[0].startswith(f"{settings.SITE_URL}/accounts/password/reset/key/")
    assert "evil.example" not in str(mail.outbox[0].body)


def test_a_strange_host_is_refused():
    assert Client().get(SIGN_IN, headers={"host": "evil.example"}).status_code == 400


def test_five_wrong_passwords_lock_the_address_for_a_while_even_for_the_right_one(cast: Cast):
    client = Client()
    for _ in range(5):
        sign_in("chair@test.example", "wrong green bottles", client=client)
    assert not signed_in(sign_in("chair@test.example", client=client))
    assert "Too many failed" in faults(client)


def test_a_forged_forwarded_address_does_not_lift_the_limit(cast: Cast):
    for n in range(12):
        Client().post(
            SIGN_IN,
            {"login": f"nobody{n}@test.example", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{n}"},
        )
    last = Client().post(
        SIGN_IN, {"login": "chair@test.example", "password": PASSWORD}, headers={"x-forwarded-for": "192.0.2.99"}
    )
    assert last.status_code != 302


def test_nobody_signs_up_and_nobody_manages_addresses():
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/abc/"):
        assert Client().get(path).status_code == 404
        assert Client().post(path, {"email": "new@test.example"}).status_code == 404
    for name in ("account_signup", "account_email", "account_confirm_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name, args=["key"] if name == "account_confirm_email" else [])


def test_only_these_addresses_of_allauth_exist():
    routes = get_resolver("partners.urls").reverse_dict
    assert {name for name in routes if isinstance(name, str)} == {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    }


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/%0d%0aLocation: https://evil.example/",
    ],
)
def test_sign_in_leads_nowhere_else(cast: Cast, where: str):
    client = sign_in("chair@test.example", next=where)
    assert signed_in(client)
    reached = urlsplit(urljoin("http://portal.example/accounts/login/", client.last["Location"]))  # type: ignore[attr-defined]
    assert (reached.scheme, reached.netloc) == ("http", "portal.example")


def test_signing_in_changes_the_session_and_out_ends_it(cast: Cast):
    client = Client()
    client.get(SIGN_IN)
    before = client.session.session_key
    sign_in("chair@test.example", client=client)
    during = client.session.session_key
    assert during
    assert before != during

    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = during
    assert stolen.get("/accounts/password/change/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200  # asks first; a link changes nothing
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert stolen.get("/accounts/password/change/").status_code == 302
    assert not Session.objects.filter(session_key=during).exists()


def test_a_new_password_ends_the_sessions_of_the_old_one(cast: Cast):
    here, elsewhere = sign_in("chair@test.example"), sign_in("chair@test.example")
    changed = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "eight green bottles", "password2": "eight green bottles"},
    )
    assert changed.status_code == 302
    assert signed_in(here)
    assert elsewhere.get("/accounts/password/change/").status_code == 302


@pytest.mark.parametrize("weak", ["short", "password1234", "123456789012345", "chair@test.example"])
def test_a_weak_password_is_refused(cast: Cast, weak: str):
    client = sign_in("chair@test.example")
    sent = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert client.post("/accounts/password/change/", sent).status_code == 200
    assert User.objects.get(pk=cast["chair"].pk).check_password(PASSWORD)


def test_a_deactivated_person_is_out_at_the_next_request(cast: Cast):
    client = sign_in("analyst@test.example")
    assert client.get("/accounts/password/change/").status_code == 200
    services.deactivate(person=cast["analyst"], by=cast["administrator"], at=NOW)
    assert client.get("/accounts/password/change/").status_code == 302
    assert not signed_in(sign_in("analyst@test.example"))


def test_a_role_taken_away_is_gone_at_the_next_request(cast: Cast):
    client = sign_in("coordinator@test.example")
    assert client.get("/actions/").status_code == 200
    services.set_roles(person=cast["coordinator"], roles=[], by=cast["administrator"], at=NOW)
    assert client.get("/actions/").status_code in (403, 404)


def test_the_first_administrator_is_made_on_the_command_line_and_stands_above_nobody():
    call_command("createsuperuser", "--noinput", email="first@test.example", name="First", verbosity=0)
    first = User.objects.get(email="first@test.example")
    assert (first.is_staff, first.is_superuser) == (True, False)
    assert not first.has_perm("actions.add_action")
    first.set_password(PASSWORD)
    first.save()
    client = sign_in("first@test.example")
    assert client.get("/admin/").status_code == 200
    assert client.get("/actions/").status_code == 404


def test_invitation_words_stand_in_our_own_templates():
    """allauth's default e-mails speak of example.com and of signing up."""
    for name in ("invitation", "password_reset_key"):
        for part in ("subject", "message"):
            assert Path(settings.BASE_DIR, f"templates/account/email/{name}_{part}.txt").is_file()


def test_the_box_for_the_address_is_one_for_addresses():
    html = Client().get(SIGN_IN).text
    box = re.search(r'<input[^>]*name="login"[^>]*>', html)
    assert box
    for said in ('type="email"', 'inputmode="email"', 'autocapitalize="none"', 'autocomplete="username"'):
        assert said in box[0]
    assert html.count('name="csrfmiddlewaretoken"') == 1
