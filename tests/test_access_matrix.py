"""Every address of the portal × every role × visiting and sending: the answers of tests/access.yaml, and no others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from actions.models import Action, Evidence, Export, Proposal
from partners.models import Cover, OutgoingEmail
from performance.models import (
    Comparator,
    EmergingIssue,
    Indicator,
    Measurement,
    Recommendation,
    SimilarAreasTable,
    StrategicAssessment,
)
from performance.services.issues import raise_issue
from priorities.models import Duty, Plan
from reports.models import FactCheckAnswer, ReportVersion
from reports.services.meeting import raise_matter
from tests import access, paper
from tests.makers import NOW, SECRET, TODAY, Cast

pytestmark = pytest.mark.django_db

ACCESS = access.read()

#: Pages of the actions that are about no one of them.
WITHOUT_ACTION = {"list", "export", "mine", "send-ready", "my-updates", "propose", "proposals"}
WITHOUT_ACTION |= {"exports", "request-export"}

OF_AN_INDICATOR = {"indicator", "export-indicator", "write-commentary", "annotate", "set-baseline", "give-average"}


class World:
    """One plan with actions in every state and reports as a draft, with the chair, returned, approved and published."""

    def __init__(self) -> None:
        self.cast = Cast()
        made = self.cast.actions_in_every_state()
        self.actions: dict[str, Action] = {
            "live": made["updated"],
            "complete": made["complete"],
            "restricted": made["restricted"],
        }
        self.evidence: dict[str, Evidence] = {
            name: self.cast.evidence(self.actions[name]) for name in ("live", "restricted")
        }
        self.proposals: dict[str, Proposal] = {
            "proposed": self.cast.proposal(1),
            "accepted": self.cast.accepted(self.cast.proposal(2)),
        }
        self.exports: dict[str, Export] = {
            "ready": self.cast.export(),
            "failed": self.cast.export("?q=Action", fails=True),
        }
        self.versions: dict[str, ReportVersion] = {
            "published": paper.published(self.cast, paper.half_year("2024-10")),
            "approved": paper.approved(self.cast, paper.half_year("2025-04")),
            "returned": paper.returned(self.cast, paper.half_year("2025-10")),
            "with_chair": paper.with_chair(self.cast, paper.half_year("2026-04")),
            "draft": paper.draft(self.cast, paper.half_year("2024-04")),
            "in_check": paper.in_fact_check(self.cast, paper.half_year("2026-10")),
            "released": paper.released(self.cast, paper.half_year("2023-10")),
        }
        Plan.objects.filter(pk=self.cast.plan.pk).update(public_shelf=True)
        self.matter = raise_matter(
            report=self.versions["published"].report,
            source="scrutiny",
            text="Why did it rise?",
            owner=self.cast["officer_of_lead"],
            by=self.cast["coordinator"],
            at=NOW,
        )

        self.answer = FactCheckAnswer.objects.create(
            fact_check=self.versions["in_check"].fact_check,
            partner=self.cast.fire,
            is_right=False,
            text="Three, not two.",
            by=self.cast["officer_of_lead"],
            at=NOW,
        )
        self.indicator = Indicator.objects.create(
            code="FIRES", name="Deliberate fires", unit="fires", better="lower", data_owner=self.cast.fire
        )
        self.upload = self.cast.upload()
        self.assessments: dict[str, StrategicAssessment] = {
            state: StrategicAssessment.objects.create(
                plan=self.cast.plan,
                title=state,
                covers_from=dt.date(year, 10, 1),
                covers_to=dt.date(year + 1, 9, 30),
                state=state,
            )
            for state, year in (("adopted", 2022), ("in_preparation", 2025))
        }
        self.recommendation = Recommendation.objects.create(
            assessment=self.assessments["in_preparation"], text="Light the park.", position=1
        )
        self.issues: dict[str, EmergingIssue] = {
            name: raise_issue(
                plan=self.cast.plan,
                title=name,
                text="More of it.",
                by=self.cast["officer_of_lead"],
                at=NOW,
                sub_group=self.cast.sub_group,
                restricted=name == "restricted_issue",
            )
            for name in ("open_issue", "restricted_issue")
        }
        self.duty = Duty.objects.create(
            plan=self.cast.plan, code="summary", name="Summary published", due_month=6, due_day=30, position=1
        )
        self.figure = Measurement.objects.create(
            indicator=self.indicator,
            period_kind="quarter",
            period_start=dt.date(2024, 4, 1),
            value=7,
            printed="7",
            as_at=dt.date(2024, 7, 20),
            recorded_at=NOW,
            recorded_by=self.cast["officer_of_lead"],
        )
        self.table = SimilarAreasTable.objects.create(
            plan=self.cast.plan,
            period_kind="quarter",
            period_start=dt.date(2026, 7, 1),
            window="12 months to September 2026",
            group_size=15,
            as_at=dt.date(2026, 10, 9),
            recorded_at=NOW,
            recorded_by=self.cast["analyst"],
        )
        self.average = Comparator.objects.create(
            indicator=self.indicator,
            kind="similar_areas",
            period_kind="quarter",
            period_start=dt.date(2024, 4, 1),
            average=6,
            recorded_at=NOW,
            recorded_by=self.cast["officer_of_lead"],
        )
        self.cover = Cover.objects.create(
            person=self.cast["officer_of_lead"],
            covered_by=self.cast["officer_of_support"],
            starts_on=TODAY + dt.timedelta(days=3650),
            ends_on=TODAY + dt.timedelta(days=3660),
        )
        self.email = OutgoingEmail.objects.create(
            recipient=self.cast["chair"], kind="digest", subject="Once", dedupe_key="once", created_at=NOW
        )

    def address(self, row: access.Row) -> str:
        room, _, name = row.route.rpartition(":")
        given: dict[str, object] = dict(row.given)
        if "proposal" in name and row.on:
            given["pk"] = self.proposals[row.on].pk
        elif name in ("answer-help", "add-evidence"):
            given["pk"] = self.actions[row.on].latest_update_id
        elif name == "evidence":
            given["pk"] = self.evidence[row.on].pk
        elif name in ("show-export", "download-export", "try-export-again"):
            given["pk"] = self.exports[row.on].pk
        elif room == "actions" and name not in WITHOUT_ACTION:
            given["pk"] = self.actions[row.on or "live"].pk
        elif name == "stop-cover":
            given["pk"] = self.cover.pk
        elif name == "correct":
            given["pk"] = self.figure.pk
        elif name == "place-crime-types":
            given["pk"] = self.table.pk
        elif name == "correct-average":
            given["pk"] = self.average.pk
        elif "upload" in name and row.on:
            given["pk"] = self.upload.pk
        elif name in ("assessment", "adopt-assessment"):
            given["pk"] = self.assessments[row.on].pk
        elif name == "issue":
            given["pk"] = self.issues[row.on].pk
        elif name == "decide-recommendation":
            given["pk"] = self.recommendation.pk
        elif name in ("tick-off-duty", "take-back-duty"):
            given |= {"code": self.duty.code, "year": 2026}
        elif name == "send-again":
            given["pk"] = self.email.pk
        elif name in ("matter", "reassign-matter", "restrict-matter"):
            given["pk"] = self.matter.pk
        elif row.on:
            version = self.versions[row.on]
            given["pk"] = version.report_id
            if name not in ("report", "new-version", "raise-matter", "published-report"):
                given["number"] = version.number
            if name == "fact-check-part":
                given["code"] = self.cast.fire.code
            if name == "settle-fact-check":
                given["answer"] = self.answer.pk
        elif name in OF_AN_INDICATOR:
            given["code"] = self.indicator.code
        elif name == "priority":
            given["code"] = self.cast.priority.code
        elif name == "partner":
            given["code"] = self.cast.fire.code
        elif name in ("sub-group", "meeting-sheet"):
            given["code"] = self.cast.sub_group.code
        elif name in ("not-produced", "produce-after-all", "run-now"):
            given |= {"plan_pk": self.cast.plan.pk, "kind": "quarterly", "code": "2024-04"}
        elif name in ("texts", "write-text", "write-recommendation"):
            given |= {"plan_pk": self.cast.plan.pk, "kind": "six_monthly", "code": "2024-04"}
        return reverse(row.route, kwargs=given)

    def client(self, role: str, *, check_csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=check_csrf)
        if role != "anonymous":
            client.force_login(self.cast[role])
        return client


def answer_of(response: HttpResponseBase) -> access.Answer:
    if response.status_code == 302 and urlsplit(response["Location"]).path == reverse("account_login"):
        return "sign-in"
    return response.status_code


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once; every test stands in a transaction of its own inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def test_every_address_has_a_row_and_every_row_an_address():
    assert {row.route for row in ACCESS.rows} == access.project_routes()


def test_every_role_of_the_table_is_in_the_cast(world: World):
    assert set(ACCESS.roles) == {"anonymous", *world.cast.people}


@pytest.mark.parametrize("route", sorted({row.route for row in ACCESS.rows}))
def test_everybody_gets_the_answer_of_the_table(world: World, route: str):
    faults = []
    for row in ACCESS.rows:
        if row.route != route:
            continue
        address = world.address(row)
        for role in ACCESS.roles:
            for method in access.METHODS:
                with transaction.atomic():
                    client = world.client(role)
                    send = {"data": row.send} if method == "POST" else {}
                    got = answer_of(getattr(client, method.lower())(address, **send))
                    transaction.set_rollback(True)
                wanted = row.answers[method][role]
                if got != wanted:
                    faults.append(f"{method} {row.name} as {role}: {got}, not {wanted}")
    assert faults == []


@pytest.mark.parametrize("route", sorted({row.route for row in ACCESS.rows}))
def test_what_one_cannot_see_looks_like_what_is_not_there(world: World, route: str):
    """The same words for both, so that asking tells nothing."""
    for row in ACCESS.rows:
        hidden = [role for role, answer in row.answers["GET"].items() if answer == 404 and row.on]
        if row.route != route or not hidden:
            continue
        address = world.address(row)
        nowhere = address.replace(f"/{_number(address)}/", "/987654321/")
        assert nowhere != address
        for role in hidden:
            client = world.client(role)
            one, other = client.get(address), client.get(nowhere)
            assert (one.status_code, other.status_code) == (404, 404), (row.name, role)
            assert words_of(one, address) == words_of(other, nowhere), (row.name, role)


def words_of(page: HttpResponseBase, address: str) -> str:
    """The page less what differs from one visit to the next: its own address and its tokens."""
    text = page.getvalue().decode().replace(address, "")  # type: ignore[attr-defined]
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=|data-seconds=)"[^"]*"', "", text)


def _number(address: str) -> str:
    return next(part for part in address.split("/") if part.isdigit())


@pytest.mark.parametrize("route", sorted({row.route for row in ACCESS.rows}))
def test_no_sending_without_the_pages_token(world: World, route: str):
    """As the person who may do it, so that nothing else refuses."""
    for row in ACCESS.rows:
        if row.route != route:
            continue
        may = [role for role, answer in row.answers["POST"].items() if answer in (200, 302)]
        for role in may[:1]:
            refused = world.client(role, check_csrf=True).post(world.address(row), row.send)
            assert refused.status_code == 403, row.name


def test_refusals_say_why_in_a_sentence(world: World):
    client = world.client("officer_of_other")
    page = client.get(reverse("actions:post-update", args=[world.actions["live"].pk]))
    assert page.status_code == 403
    assert "Updates on this action come from its lead partner" in page.getvalue().decode()


def test_other_verbs_of_http_do_nothing(world: World):
    address = reverse("actions:post-update", args=[world.actions["live"].pk])
    client = world.client("coordinator")
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(address).status_code == 405
    tampered = world.client("reader").get(address, headers={"x-http-method-override": "POST"})
    assert tampered.status_code == 404


READ_RESTRICTED = {"officer_of_lead", "sub_group_lead", "analyst", "coordinator", "chair"}


@pytest.mark.parametrize("role", list(ACCESS.roles))
def test_restricted_words_are_on_no_page_of_those_who_may_not_read_them(world: World, role: str):
    """One secret in every field of an update on ASB-03; every page and file is asked, reports among them."""
    client = world.client(role)
    own = world.actions["restricted"].get_absolute_url()
    addresses = [*(world.address(row) for row in ACCESS.rows), own, f"{own}update/", f"{own}words/"]
    addresses += ["/actions/?q=ASB-03", "/actions/?q=Marigold"]
    said = [address for address in addresses if SECRET.encode() in client.get(address).getvalue()]
    if role in READ_RESTRICTED:
        assert own in said
    else:
        assert said == []


# --- By rule: the administration and allauth --------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(ACCESS.roles))
def test_the_administration_answers_administrators_alone(world: World, role: str):
    """Every address of it that can be built without a row, and the rows' own pages."""
    client = world.client(role)
    addresses = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"admin:{name}_changelist"))
        row = model._default_manager.first()
        if row is not None:
            addresses.append(reverse(f"admin:{name}_change", args=[row.pk]))
    for address in addresses:
        response = client.get(address)
        if role == "administrator":
            assert response.status_code == 200, address
            continue
        assert response.status_code in (302, 403), address
        if response.status_code == 302:
            reached = client.get(address, follow=True)
            asked_in = reached.request["PATH_INFO"] == reverse("account_login")
            assert asked_in or reached.status_code == 403, (address, reached.request["PATH_INFO"])


SIGN_IN_PAGES = {
    "account_login": ((), 200),
    "account_logout": ((), 302),
    "account_inactive": ((), 200),
    "account_reset_password": ((), 200),
    "account_reset_password_done": ((), 200),
    "account_reset_password_from_key": (("abc", "no-such-key"), 200),
    "account_reset_password_from_key_done": ((), 200),
    "account_change_password": ((), 302),
    "account_set_password": ((), 302),
    "account_reauthenticate": ((), 302),
}


@pytest.mark.parametrize("name", SIGN_IN_PAGES)
def test_sign_in_pages_answer_strangers_by_rule(name: str):
    args, status = SIGN_IN_PAGES[name]
    assert Client().get(reverse(name, args=args)).status_code == status


# --- No change by looking ---------------------------------------------------------------------------------------------


def dump(folder: Path) -> str:
    """Every row but sessions, which any page may touch."""
    file = folder / "dump.json"
    call_command("dumpdata", exclude=["sessions"], natural_foreign=False, output=str(file), verbosity=0)
    return file.read_text()


@pytest.mark.parametrize("role", list(ACCESS.roles))
def test_looking_at_every_page_changes_nothing(world: World, role: str, tmp_path: Path):
    client = world.client(role)
    before = dump(tmp_path)
    for row in ACCESS.rows:
        client.get(world.address(row))
        client.head(world.address(row))
    for name, (args, _) in SIGN_IN_PAGES.items():
        client.get(reverse(name, args=args))
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        client.get(reverse(f"admin:{name}_changelist"))
        client.get(reverse(f"admin:{name}_changelist"), {"action": "delete_selected", "_selected_action": "1"})
    assert dump(tmp_path) == before


def test_the_table_for_people_is_the_one_that_is_tested():
    printed = Path(settings.BASE_DIR, "docs/access.md")
    assert printed.read_text() == access.markdown(ACCESS), "print it anew: .venv/bin/python -m tests.access"
