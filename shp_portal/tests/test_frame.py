"""The frame of every page: navigation by role, messages, the demonstration's banner, error pages that need nothing."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.views import defaults

from priorities.models import Plan
from shp_portal.tests.scene import Cast, browser, on, page, text_of


def _links(html: str) -> list[str]:
    menu = html[html.index('id="navigation"') :]
    return [text_of(link) for link in re.findall(r"<a [^>]*>.*?</a>", menu[: menu.index("</ul>")], flags=re.S)]


@pytest.mark.django_db
def test_each_role_is_offered_what_it_may_open():
    cast = Cast()
    work = ["Actions", "Performance", "Plan", "Re-offending", "Reports", "Schedule"]
    assert _links(page(cast.officer, "/")) == ["Home", "My actions", *work]
    assert _links(page(cast.coordinator, "/")) == ["Home", "Board", "My actions", *work]
    assert _links(page(cast.analyst, "/")) == ["Home", "My actions", *work]
    # Whoever does the work can be handed an action.
    assert _links(page(cast.chair, "/")) == ["Home", "My actions", *work]
    assert _links(page(cast.reader, "/")) == ["Home", "Plan", "Reports"]
    assert _links(page(cast.admin, "/")) == ["Home", "Administration"]


@pytest.mark.django_db
def test_whoever_leads_a_sub_group_finds_its_sheet_in_the_menu_and_on_the_first_page():
    cast = Cast()
    client = browser(cast.lead)
    with on():
        home = client.get("/").content.decode()
        later = client.get("/actions/").content.decode()
    sheet = f"/sub-groups/{cast.sub_group.code}/meeting/"
    assert f"{cast.sub_group.name}: meeting sheet and our part of the report" in text_of(home)
    for html in (home, later):
        assert "Our meeting" in _links(html)
        assert f'href="{sheet}"' in html
    assert "Our meeting" not in _links(page(cast.officer, "/"))
    cast.sub_group.lead = None
    cast.sub_group.save()
    with on():
        assert "Our meeting" not in _links(client.get("/").content.decode())


@pytest.mark.django_db
def test_every_link_offered_opens():
    cast = Cast()
    for person in (cast.officer, cast.coordinator, cast.analyst, cast.chair, cast.reader, cast.admin):
        menu = page(person, "/").partition('id="navigation"')[2].partition("</ul>")[0]
        for address in re.findall(r'href="([^"]+)"', menu):
            page(person, address)


@pytest.mark.django_db
def test_the_page_one_is_on_is_marked_and_only_that():
    cast = Cast()
    for address, name in (
        ("/", "Home"),
        ("/actions/mine/", "My actions"),
        ("/actions/", "Actions"),
        ("/plan/", "Plan"),
    ):
        menu = page(cast.officer, address).partition('id="navigation"')[2].partition("</ul>")[0]
        assert [text_of(link) for link in re.findall(r'<a [^>]*aria-current="page".*?</a>', menu, flags=re.S)] == [name]
        assert menu.count("aria-current") == 1


@pytest.mark.django_db
def test_demonstration_data_is_named_on_every_page_and_real_data_is_not():
    cast = Cast()
    assert "DEMONSTRATION DATA" not in page(cast.officer, "/")
    Plan.objects.update(is_demonstration=True)
    assert "DEMONSTRATION DATA" in page(cast.officer, "/")
    assert "DEMONSTRATION DATA" in Client().get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_signing_out_is_a_form_not_a_link():
    cast = Cast()
    html = page(cast.officer, "/")
    assert '<form class="portal-account__form" method="post" action="/accounts/logout/">' in html


@pytest.mark.django_db
def test_the_sign_in_page_lists_accounts_in_the_demonstration_alone(settings):
    assert "officer@demo.example" in Client().get("/accounts/login/").content.decode()
    settings.DEMO = False
    shown = Client().get("/accounts/login/").content.decode()
    assert "demo.example" not in shown
    assert "safer-hartlepool-demo" not in shown


@pytest.mark.django_db
def test_a_wrong_password_is_told_above_and_the_address_kept():
    html = Client().post("/accounts/login/", {"login": "a@example.org", "password": "no"}).content.decode()
    assert 'href="#id_login"' in html
    assert 'id="id_login"' in html
    assert 'value="a@example.org"' in html
    assert 'value="no"' not in html


@pytest.mark.parametrize(
    ("level", "heading", "role"),
    [
        (constants.SUCCESS, "Done", "alert"),
        (constants.WARNING, "Important", "region"),
        (constants.INFO, "Please note", "region"),
    ],
)
def test_messages_stand_in_banners(level, heading, role):
    html = render_to_string("components/_messages.html", {"messages": [Message(level, "Update <recorded>.")]})
    assert f'role="{role}"' in html
    assert f"{heading} Update &lt;recorded&gt;." in text_of(html)


def _request() -> HttpRequest:
    return RequestFactory().get("/somewhere/")


class TestErrorPages:
    def test_a_fault_of_ours_needs_no_database_and_says_so(self, django_assert_num_queries, db):
        with django_assert_num_queries(0):
            response = defaults.server_error(_request())
        assert response.status_code == 500
        assert "Something went wrong" in response.content.decode()

    @pytest.mark.django_db
    def test_a_refusal_says_its_sentence(self):
        response = defaults.permission_denied(_request(), PermissionDenied("Only the coordinator adds actions."))
        assert response.status_code == 403
        assert "Only the coordinator adds actions." in response.content.decode()

    @pytest.mark.django_db
    def test_a_refusal_without_a_sentence_still_has_one(self):
        assert (
            "Your role does not include it."
            in defaults.permission_denied(_request(), PermissionDenied()).content.decode()
        )

    @pytest.mark.django_db
    def test_a_missing_page_names_nothing_of_ours(self):
        html = Client().get("/actions/999999999/nothing/").content.decode()
        assert "Page not found" in html
        assert "urlpattern" not in html.lower()

    @pytest.mark.django_db
    def test_a_form_from_an_old_page_is_explained(self):
        client = Client(enforce_csrf_checks=True)
        response = client.post("/accounts/login/", {"login": "a@example.org", "password": "x"})
        assert response.status_code == 403
        assert "The page was open too long" in response.content.decode()


@pytest.mark.django_db
def test_no_page_carries_inline_style_or_script():
    cast = Cast()
    cast.action()
    for address in ("/", "/plan/", "/priorities/ASB/", "/sub-groups/FIRE/", "/re-offending/"):
        html = page(cast.officer, address)
        assert " style=" not in html
        assert "<style" not in html
        assert re.findall(r"<script(?![^>]* src=)", html) == []
        assert re.findall(r" on[a-z]+=", html) == []


@pytest.mark.django_db
def test_the_plan_at_work_is_found_once_a_page():
    cast = Cast()
    with CaptureQueriesContext(connection) as asked:
        page(cast.officer, "/plan/")
    assert sum('AS "asking"' in query["sql"] for query in asked) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"login": "", "password": "x"}, "Enter your e-mail address."),
        ({"login": "a@example.org", "password": ""}, "Enter your password."),
        ({"login": "nobody", "password": "x"}, "Write the e-mail address in full, such as name@example.org."),
        ({"login": "a@example.org", "password": "x"}, "The e-mail address or the password is not right."),
    ],
)
def test_sign_in_says_what_is_wrong_in_a_sentence(sent, sentence):
    html = Client().post("/accounts/login/", sent).content.decode()
    assert sentence in html
    assert "This field is required" not in html


@pytest.mark.django_db
def test_an_address_that_takes_no_such_request_has_a_page_that_says_so():
    answer = Client().post("/healthz")
    assert (answer.status_code, answer["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert answer["Allow"]
    assert "Nothing to see at this address" in answer.text
    assert '<a class="govuk-link" href="/">Go to the home page</a>' in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/issues/", "/issues/raise/", "/assessments/", "/consultation/", "/performance/missing/"]
)
def test_pages_of_performance_stand_under_it_in_menu_and_breadcrumb(address: str):
    html = page(Cast().officer, address)
    menu = html[html.index('id="navigation"') :].partition("</ul>")[0]
    assert [text_of(one) for one in re.findall(r'<a [^>]*aria-current="true".*?</a>', menu, flags=re.S)] == [
        "Performance"
    ]
    assert "Home Performance" in text_of(html.partition('aria-label="Breadcrumb"')[2].partition("</nav>")[0])
