"""People choose the e-mails that are optional; the page says which come always."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from partners import email_kinds, roles
from partners.models import EmailChoice, User
from partners.services import choose_emails
from partners.tests.makers import make_partner, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/emails/"


@pytest.fixture
def officer() -> User:
    return make_user("officer@example.org", roles.PARTNER_OFFICER, partner=make_partner())


def unwanted(person: User) -> set[str]:
    return set(EmailChoice.objects.filter(user=person).values_list("kind", flat=True))


def visit(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_names_every_kind_and_ticks_what_is_wanted(officer):
    EmailChoice.objects.create(user=officer, kind="reminders")
    html = visit(officer).get(ADDRESS).content.decode()
    for kind in email_kinds.all_kinds():
        assert kind.name in html
        assert kind.when in html
    assert html.count('type="checkbox"') == len(email_kinds.optional()) == 2
    assert html.count(" checked") == 1
    assert officer.email in html


def test_a_choice_is_kept_and_can_be_taken_back(officer):
    client = visit(officer)
    assert client.post(ADDRESS, {"wanted": ["also_updated"]}).url == ADDRESS
    assert unwanted(officer) == {"reminders"}
    client.post(ADDRESS, {})
    assert unwanted(officer) == {"reminders", "also_updated"}
    page = client.post(ADDRESS, {"wanted": ["also_updated", "reminders"]}, follow=True)
    assert unwanted(officer) == set()
    assert "Your choice of e-mails is kept." in page.content.decode()


@pytest.mark.parametrize("kind", ["overdue", "rumours", "\u202ereminders"])
def test_what_cannot_be_chosen_is_refused_beside_the_ticks(officer, kind):
    EmailChoice.objects.create(user=officer, kind="reminders")
    page = visit(officer).post(ADDRESS, {"wanted": ["also_updated", kind]})
    assert page.status_code == 200
    assert "is not an e-mail one can choose." in page.content.decode()
    assert "There is a problem" in page.content.decode()
    assert unwanted(officer) == {"reminders"}
    with pytest.raises(ValidationError, match="is not an e-mail one can choose"):
        choose_emails(person=officer, wanted=[kind], by=officer)


def test_nobody_chooses_for_another(officer):
    with pytest.raises(PermissionDenied, match="Everybody chooses their own"):
        choose_emails(person=officer, wanted=[], by=make_user("coordinator@example.org", roles.COORDINATOR))
    assert unwanted(officer) == set()


def test_a_kind_that_is_optional_no_longer_leaves_no_trace(officer):
    EmailChoice.objects.create(user=officer, kind="newsletter")
    choose_emails(person=officer, wanted=["also_updated"], by=officer)
    assert unwanted(officer) == {"reminders"}
