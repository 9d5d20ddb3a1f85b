"""The administration pages: who gets in, what they change there, and what nobody can change there."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.core import mail
from django.core.mail.backends import locmem
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action, ProgressUpdate, Proposal
from partners import roles, services
from partners.models import OutgoingEmail, Partner, User
from performance.models import (
    Comparator,
    ComparatorGroup,
    ComparatorMember,
    EmergingIssue,
    Finding,
    Indicator,
    IssueEvent,
    Measurement,
    PrintedFigure,
    Recommendation,
    StrategicAssessment,
    Survey,
    SurveyFinding,
    SurveyQuestion,
    SurveyResult,
    Upload,
)
from priorities.admin import PriorityAdmin
from priorities.models import (
    Achievement,
    ContextFact,
    Duty,
    Meeting,
    Membership,
    Plan,
    PlanSection,
    PoliceAndCrimePlan,
    PoliceAndCrimePriority,
    Priority,
    SubGroup,
)
from tests.makers import NOW, SECRET, Cast

pytestmark = pytest.mark.django_db

REFERENCE = {
    "partners.partner",
    "partners.user",
    "priorities.plan",
    "priorities.plansection",
    "priorities.priority",
    "priorities.subgroup",
    "priorities.meeting",
    "reports.audiencelist",
    "reports.holdperiod",
    "priorities.contextfact",
    "priorities.achievement",
    "priorities.policeandcrimeplan",
    "priorities.duty",
    "performance.indicator",
    "performance.source",
    "performance.comparatorgroup",
    "performance.strategicassessment",
    "performance.survey",
    "performance.surveyquestion",
    "performance.printedfigure",
}
READ_ONLY = {
    "partners.cover",
    "partners.outgoingemail",
    "partners.emailchoice",
    "priorities.updateround",
    "performance.measurement",
    "performance.comparator",
    "performance.notyetavailable",
    "performance.commentary",
    "performance.rangebaseline",
    "performance.annotation",
    "performance.figurereminder",
    "performance.similarareastable",
    "performance.upload",
    "performance.columnmapping",
    "performance.emergingissue",
    "performance.issueevent",
    "actions.action",
    "actions.progressupdate",
    "actions.proposal",
    "actions.actionevent",
    "actions.deadlineextension",
    "actions.subgroupreturn",
    "actions.reminder",
    "actions.notice",
    "actions.helpreply",
    "actions.evidence",
    "actions.export",
    "reports.matterarising",
    "reports.report",
    "reports.reportversion",
    "reports.rendition",
    "reports.storedfile",
    "reports.decision",
    "reports.planfault",
    "reports.recommendationwords",
    "reports.sectiontext",
    "reports.factcheck",
    "reports.publicrelease",
    "reports.sending",
}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast["administrator"])
    return client


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def registered() -> dict[str, ModelAdmin]:
    return {model._meta.label_lower: page for model, page in admin.site._registry.items()}


# --- What there is ---------------------------------------------------------------------------------------------------


def test_every_page_is_known_as_reference_data_or_read_only():
    assert set(registered()) == REFERENCE | READ_ONLY


def test_every_row_of_the_rooms_has_a_page_or_stands_on_one():
    inline = {line.model._meta.label_lower for page in admin.site._registry.values() for line in page.inlines}
    rooms = ("partners", "priorities", "performance", "actions", "reports")
    wanted = {
        model._meta.label_lower
        for room in rooms
        for model in apps.get_app_config(room).get_models()
        if not model.__name__.startswith("Historical")
    }
    # What somebody types and has not sent yet is nobody else's to read.
    assert wanted - set(registered()) - inline == {"actions.draft"}


def test_the_parts_stand_in_the_order_of_the_house(client: Client):
    page = client.get(reverse("admin:index"))
    assert [part["app_label"] for part in page.context["app_list"]] == [
        "partners",
        "priorities",
        "performance",
        "actions",
        "reports",
    ]
    text = page.content.decode()
    assert "Community safety portal administration" in text
    assert "DEMONSTRATION DATA" in text


def test_rows_and_columns_go_by_the_words_of_the_users(client: Client):
    index = client.get(reverse("admin:index")).content.decode()
    for ours, never in (("Report files", "Renditions"), ("Figures to compare with", "Comparators")):
        assert ours in index
        assert never not in index
    columns = [column for page in registered().values() for column in page.model._meta.fields]
    columns += [column for page in registered().values() for line in page.inlines for column in line.model._meta.fields]
    assert {str(c.verbose_name) for c in columns if c.related_model is SubGroup and c.name == "sub_group"} == {
        "sub-group"
    }


@pytest.mark.parametrize("label", sorted(REFERENCE | READ_ONLY))
def test_every_list_opens_searches_and_finds_nothing_politely(client: Client, label: str):
    model = apps.get_model(label)
    page = client.get(address(model, "changelist"))
    assert page.status_code == 200
    if registered()[label].search_fields:
        found = client.get(address(model, "changelist"), {"q": "nothing of the kind"})
        assert found.status_code == 200
        assert "0 " in found.content.decode()


@pytest.mark.parametrize("label", sorted(REFERENCE))
def test_every_form_for_reference_data_opens_and_says_what_is_missing(client: Client, label: str):
    model = apps.get_model(label)
    assert client.get(address(model, "add")).status_code == 200
    refused = client.post(address(model, "add"), _management_forms(client, model))
    assert refused.status_code == 200
    assert re.search(r"[A-Z][^<]+ is missing: (fill it in|choose one)\.", refused.text)
    assert "This field is required" not in refused.text


def _management_forms(client: Client, model: type[Model]) -> dict[str, str]:
    page = client.get(address(model, "add"))
    sent = {}
    for formset in page.context["inline_admin_formsets"]:
        form = formset.formset.management_form
        sent |= {f"{form.prefix}-{name}": str(value) for name, value in form.initial.items()}
    return sent


#: Columns that are set otherwise than by typing them into a form.
NOT_TYPED = {
    "partners.user.password",
    "partners.user.last_login",
    "partners.user.is_superuser",
    "partners.user.is_active",
    "partners.user.user_permissions",
    # Decided on the assessment's own page.
    "performance.strategicassessment.state",
    "performance.strategicassessment.adopted_on",
    "performance.strategicassessment.adopted_at_meeting",
}


def test_every_column_of_reference_data_can_be_typed_on_its_page(cast: Cast, client: Client):
    request = client.get(reverse("admin:index")).wsgi_request
    missing = set()
    for label in REFERENCE:
        page = registered()[label]
        shown = set(flatten_fieldsets(page.get_fieldsets(request)))
        columns = [*page.model._meta.fields, *page.model._meta.many_to_many]
        missing |= {f"{label}.{column.name}" for column in columns if column.editable and column.name not in shown}
        missing -= {f"{label}.id"}
    assert missing - NOT_TYPED == set()


def test_what_an_average_is_of_stands_beside_it(cast: Cast, client: Client):
    indicator = Indicator.objects.create(
        code="I1", name="Fires", unit="fires", better="lower", data_owner=cast.fire, position=1
    )
    Comparator.objects.create(
        indicator=indicator,
        kind="similar_areas",
        period_kind="quarter",
        period_start=dt.date(2026, 4, 1),
        average=2,
        basis="Fifteen similar areas, per 1,000",
        recorded_at=NOW,
        recorded_by=cast["analyst"],
    )
    assert "Fifteen similar areas, per 1,000" in client.get(address(Comparator, "changelist")).content.decode()


def test_a_person_is_asked_for_the_job_title_that_reports_print(cast: Cast, client: Client):
    for page in (address(User, "add"), address(User, "change", cast["chair"].pk)):
        assert "Reports tell people by their job title" in client.get(page).content.decode()


# --- Who gets in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["reader", "officer_of_lead", "sub_group_lead", "analyst", "coordinator", "chair", "deactivated"]
)
def test_only_administrators_get_in(cast: Cast, role: str):
    client = Client()
    client.force_login(cast[role])
    for model, page in ((Priority, "changelist"), (Priority, "add"), (User, "changelist")):
        response = client.get(address(model, page))
        assert response.status_code == 302
        assert client.get(response["Location"]).status_code in (302, 403, 200)
    refused = client.post(address(Priority, "change", cast.priority.pk), {"name": "Mine now"})
    assert refused.status_code in (302, 403)
    cast.priority.refresh_from_db()
    assert cast.priority.name == "Anti-Social Behaviour"


def test_the_way_in_is_allauths_sign_in_page(cast: Cast):
    response = Client().get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert response.request["PATH_INFO"] == reverse("account_login")


def test_a_password_is_changed_on_allauths_page(client: Client):
    assert client.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")


# --- Reference data --------------------------------------------------------------------------------------------------


def form_of(page: object) -> dict[str, object]:
    """What a browser would send back unchanged: the values of a change page's form and its inlines."""
    context = page.context  # type: ignore[attr-defined]
    sent: dict[str, object] = {}
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            sent[bound.html_name] = [str(part) for part in value] if isinstance(value, list) else value
    return sent


def test_an_administrator_changes_a_priority_and_the_history_keeps_what_it_was(cast: Cast, client: Client):
    page = client.get(address(Priority, "change", cast.priority.pk))
    sent = form_of(page) | {"statement": "Even less of it.", "active_to": "2027-03-31"}
    assert client.post(address(Priority, "change", cast.priority.pk), sent).status_code == 302

    cast.priority.refresh_from_db()
    assert cast.priority.statement == "Even less of it."
    now, before = cast.priority.history.all()
    assert (before.statement, now.statement) == ("Less of it.", "Even less of it.")
    assert now.history_user == cast["administrator"]
    history = client.get(address(Priority, "history", cast.priority.pk))
    assert "Even less of it." in history.content.decode()


def test_lists_pages_and_history_write_dates_as_the_portal_does(cast: Cast, client: Client):
    """Not as Nov. 3, 2026, nor 2026-11-03, nor 3 Nov 2026, 2:05 p.m."""
    meeting = Meeting.objects.create(plan=cast.plan, date=dt.date(2026, 11, 3), place="Civic Centre")
    OutgoingEmail.objects.create(
        recipient=cast["administrator"], kind="test", subject="Hello", text="Hello", dedupe_key="1",
        created_at=dt.datetime(2026, 7, 3, 13, 5, tzinfo=dt.UTC),
    )  # fmt: skip
    assert "3 November 2026" in client.get(address(Meeting, "changelist")).text
    page = address(Meeting, "change", meeting.pk)
    assert client.post(page, form_of(client.get(page)) | {"papers_due": "27/10/2026"}).status_code == 302
    assert client.post(page, form_of(client.get(page)) | {"papers_due": "2026-10-26"}).status_code == 302
    history = client.get(address(Meeting, "history", meeting.pk)).text
    assert "27 October 2026 → 26 October 2026" in history
    assert "3 July 2026, 14:05" in client.get(address(OutgoingEmail, "changelist")).text


def test_the_history_shows_both_wordings_in_full(cast: Cast, client: Client):
    words = [" ".join([f"{start} of many words that the partners agreed on."] * 6) for start in ("Old", "New")]
    for statement in words:
        sent = form_of(client.get(address(Priority, "change", cast.priority.pk))) | {"statement": statement}
        assert client.post(address(Priority, "change", cast.priority.pk), sent).status_code == 302
    history = client.get(address(Priority, "history", cast.priority.pk)).text
    assert f"{words[0]} → {words[1]}" in history


def test_an_empty_box_is_named_and_the_only_plan_is_chosen_already(cast: Cast, client: Client):
    page = client.get(address(Meeting, "add"))
    assert page.context["adminform"].form["plan"].value() == cast.plan.pk
    refused = client.post(address(Meeting, "add"), form_of(page) | {"plan": "", "date": ""})
    assert "Plan is missing: choose one." in refused.text
    assert "Date is missing: fill it in." in refused.text
    assert "This field is required" not in refused.text


def test_a_priority_gets_an_annual_focus_on_its_own_page(cast: Cast, client: Client):
    page = client.get(address(Priority, "change", cast.priority.pk))
    sent = form_of(page) | {"focuses-TOTAL_FORMS": "1", "focuses-0-year": "2025", "focuses-0-text": "Young people."}
    assert client.post(address(Priority, "change", cast.priority.pk), sent).status_code == 302
    assert [focus.text for focus in cast.priority.focuses.all()] == ["Young people."]


def test_a_new_priority_is_told_a_free_place(cast: Cast, client: Client):
    sent = {"plan": cast.plan.pk, "position": "1", "code": "DA", "name": "Drugs", "statement": "Fewer."}
    sent |= _management_forms(client, Priority)
    refused = client.post(address(Priority, "add"), sent)
    assert "“Anti-Social Behaviour” stands at this place. The next free one is 2." in refused.content.decode()
    assert Priority.objects.count() == 1
    assert client.post(address(Priority, "add"), sent | {"position": "2"}).status_code == 302


@dataclass(frozen=True)
class Order:
    """Rows of one kind in an order: how to make one at a place, and the page of what they belong to (none: their own)."""

    make: Callable[[Cast, Model | None, int], Model]
    whole: Callable[[Cast], Model] | None = None
    name: str = "position"


def _plan(cast: Cast) -> Model:
    return cast.plan


def _group(cast: Cast) -> Model:
    return ComparatorGroup.objects.get_or_create(plan=cast.plan, name="Similar areas")[0]


def _assessment(cast: Cast) -> Model:
    day = dt.date(2023, 10, 1)
    fields = {"title": "Assessment", "covers_to": dt.date(2024, 9, 30)}
    return StrategicAssessment.objects.get_or_create(plan=cast.plan, covers_from=day, defaults=fields)[0]


def _survey(cast: Cast) -> Model:
    return Survey.objects.get_or_create(plan=cast.plan, year=2023, defaults={"title": "Survey"})[0]


def _question(cast: Cast) -> Model:
    fields = {"position": 1, "text": "?"}
    return SurveyQuestion.objects.get_or_create(survey=_survey(cast), code="Q", defaults=fields)[0]


ORDERS = {
    "priorities": Order(
        lambda cast, whole, n: Priority.objects.update_or_create(
            plan=cast.plan, position=n, defaults={"code": f"P{n}", "name": f"Row {n}", "statement": "."}
        )[0],
        _plan,
    ),
    "sections": Order(
        lambda cast, whole, n: PlanSection.objects.create(plan=cast.plan, number=n, heading=f"Row {n}", body="."),
        _plan,
        "number",
    ),
    "their priorities": Order(
        lambda cast, whole, n: PoliceAndCrimePriority.objects.create(plan=whole, position=n, name=f"Row {n}"),
        lambda cast: PoliceAndCrimePlan.objects.get_or_create(plan=cast.plan, title="Police and Crime Plan")[0],
    ),
    "duties": Order(
        lambda cast, whole, n: Duty.objects.create(
            plan=cast.plan, position=n, code=f"d{n}", name=f"Row {n}", due_month=4, due_day=1
        )
    ),
    "members": Order(
        lambda cast, whole, n: ComparatorMember.objects.create(group=whole, position=n, printed_name=f"Row {n}"),
        _group,
    ),
    "findings": Order(
        lambda cast, whole, n: Finding.objects.create(assessment=whole, position=n, text="."), _assessment
    ),
    "recommendations": Order(
        lambda cast, whole, n: Recommendation.objects.create(assessment=whole, position=n, text="."), _assessment
    ),
    "survey findings": Order(
        lambda cast, whole, n: SurveyFinding.objects.create(survey=whole, position=n, topic="T", text="."), _survey
    ),
    "survey questions": Order(
        lambda cast, whole, n: SurveyQuestion.objects.create(
            survey=whole or _survey(cast), position=n, code=f"Q{n}", text="?"
        ),
        _survey,
    ),
    "survey results": Order(
        lambda cast, whole, n: SurveyResult.objects.create(question=whole, position=n, answer=f"A{n}", count=n),
        _question,
    ),
    "facts": Order(
        lambda cast, whole, n: ContextFact.objects.create(plan=cast.plan, position=n, topic="T", text=f"Row {n}")
    ),
    "achievements": Order(
        lambda cast, whole, n: Achievement.objects.create(
            plan=cast.plan, priority=cast.priority, position=n, text=f"Row {n}"
        )
    ),
    "figures": Order(
        lambda cast, whole, n: PrintedFigure.objects.create(plan=cast.plan, position=n, label=f"Row {n}", printed="1")
    ),
}
OWN_AS_WELL = ("priorities", "sections", "survey questions")
WITH_PAGE = [name for name, order in ORDERS.items() if name in OWN_AS_WELL or order.whole is None]
ON_ANOTHER = [name for name, order in ORDERS.items() if order.whole is not None]


def places(rows: list[Model], name: str) -> list[int]:
    for row in rows:
        row.refresh_from_db()
    return [getattr(row, name) for row in rows]


def remembered(row: Model, name: str) -> list[int]:
    """The places the row's history has been told, oldest first."""
    history = getattr(row, "history", None)
    return [getattr(line, name) for line in history.order_by("pk")] if history else []


@pytest.mark.parametrize("kind", ON_ANOTHER)
def test_rows_swap_on_the_page_of_what_they_belong_to(cast: Cast, client: Client, kind: str):
    order = ORDERS[kind]
    assert order.whole
    whole = order.whole(cast)
    rows = [order.make(cast, whole, n) for n in (1, 2, 3)]
    before = [remembered(row, order.name) for row in rows]
    page = address(type(whole), "change", whole.pk)
    sent = form_of(client.get(page))
    [prefix] = {
        formset.formset.prefix
        for formset in client.get(page).context["inline_admin_formsets"]
        if formset.formset.model is type(rows[0])
    }
    keys = {str(sent[f"{prefix}-{n}-id"]): f"{prefix}-{n}" for n in range(3)}
    first, second, third = (keys[str(row.pk)] for row in rows)

    wrong = client.post(page, sent | {f"{first}-{order.name}": "2"})
    assert wrong.status_code == 200
    assert "Two rows cannot stand at the same place" in wrong.content.decode()

    swap = {f"{first}-{order.name}": "2", f"{second}-{order.name}": "1"}
    assert client.post(page, sent | swap).status_code == 302
    assert places(rows, order.name) == [2, 1, 3]
    # The history says where the rows stood and stand, and nothing of the way.
    told = [[*stood, *new] for stood, new in zip(before, ([2], [1], []), strict=True)]
    assert [remembered(row, order.name) for row in rows] == (told if hasattr(rows[0], "history") else before)

    if kind != "priorities":  # which are never deleted
        sent = form_of(client.get(page))
        again = {f"{prefix}-{n}": str(sent[f"{prefix}-{n}-id"]) for n in range(3)}
        first = next(key for key, pk in again.items() if pk == str(rows[0].pk))
        third = next(key for key, pk in again.items() if pk == str(rows[2].pk))
        assert client.post(page, sent | {f"{third}-DELETE": "on", f"{first}-{order.name}": "3"}).status_code == 302
        assert places(rows[:2], order.name) == [3, 1]
        assert not type(rows[2])._default_manager.filter(pk=rows[2].pk).exists()


@pytest.mark.parametrize("kind", WITH_PAGE)
def test_rows_swap_on_a_page_of_their_own(cast: Cast, client: Client, kind: str):
    order = ORDERS[kind]
    rows = [order.make(cast, None, n) for n in (1, 2, 3)]
    before = [remembered(row, order.name) for row in rows]
    page = address(type(rows[0]), "change", rows[0].pk)
    answer = client.post(page, form_of(client.get(page)) | {order.name: "3"}, follow=True)
    assert places(rows, order.name) == [3, 2, 1]
    assert "stood at this place: it now has number 1." in answer.content.decode()
    assert [remembered(row, order.name) for row in rows] == [[*before[0], 3], before[1], [*before[2], 1]]
    assert {row.history.first().history_user for row in (rows[0], rows[2])} == {cast["administrator"]}


def test_what_somebody_else_took_at_the_same_moment_is_told_beside_its_box(cast: Cast, client: Client, monkeypatch):
    """Between the look and the saving another administrator gives the free place away."""
    page = address(Priority, "change", cast.priority.pk)
    sent = form_of(client.get(page)) | {"code": "DA", "statement": "Typed text stays."}
    look = PriorityAdmin.save_model

    def too_late(*args: object) -> None:
        monkeypatch.setattr(PriorityAdmin, "save_model", look)
        transaction.set_rollback(True)
        raise IntegrityError("duplicate key value violates unique constraint")

    monkeypatch.setattr(PriorityAdmin, "save_model", too_late)
    Priority.objects.create(plan=cast.plan, code="DA", name="Drugs", position=2, statement="Fewer.")
    refused = client.post(page, sent)
    assert refused.status_code == 200
    assert "already exists" in refused.content.decode()
    assert "Typed text stays." in refused.content.decode()


def test_always_too_late_is_a_sentence_and_no_fault_of_the_portal(cast: Cast, client: Client, monkeypatch):
    page = address(Priority, "change", cast.priority.pk)
    sent = form_of(client.get(page))

    def too_late(*args: object) -> None:
        raise IntegrityError("duplicate key value violates unique constraint")

    monkeypatch.setattr(PriorityAdmin, "save_model", too_late)
    told = client.post(page, sent | {"name": "Other"}, follow=True)
    assert told.redirect_chain == [(page, 302)]
    assert "Somebody else changed the same rows at the same moment" in told.content.decode()
    cast.priority.refresh_from_db()
    assert cast.priority.name != "Other"


def test_a_row_added_meanwhile_keeps_its_place(cast: Cast, client: Client):
    page = address(Plan, "change", cast.plan.pk)
    sent = form_of(client.get(page))
    Priority.objects.create(plan=cast.plan, code="DA", name="Drugs", position=2, statement="Fewer.")
    refused = client.post(page, sent | {"priorities-0-position": "2"})
    assert "meanwhile: open this page again" in refused.content.decode()


def test_a_code_that_moves_from_row_to_row_in_one_go_is_refused_with_a_sentence(cast: Cast, client: Client):
    Priority.objects.create(plan=cast.plan, code="DA", name="Drugs", position=2, statement="Fewer.")
    page = address(Plan, "change", cast.plan.pk)
    sent = form_of(client.get(page)) | {"priorities-0-code": "DA", "priorities-1-code": "ASB"}
    refused = client.post(page, sent)
    assert refused.status_code == 200
    assert "Another row still has this short code" in refused.content.decode()


def test_a_plan_with_weeks_out_of_order_is_refused_with_a_sentence(cast: Cast, client: Client):
    sent = form_of(client.get(address(Plan, "change", cast.plan.pk))) | {"draft_weeks": "2"}
    refused = client.post(address(Plan, "change", cast.plan.pk), sent)
    assert "The weeks must rise" in refused.content.decode()
    cast.plan.refresh_from_db()
    assert cast.plan.draft_weeks == 4


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"updates_due_weeks": "0"}, "updates_due_weeks", "Write 1 or more"),
        (
            {"updates_due_weeks": "0", "draft_weeks": "1", "chair_weeks": "2", "final_weeks": "3"},
            "updates_due_weeks",
            "Write 1 or more",
        ),
        ({"final_weeks": "32767"}, "final_weeks", "Write 26 or less"),
        ({"ends_on": "2999-03-31"}, "ends_on", "Write a day between 1990 and 2150"),
        ({"ends_on": "9999-12-31"}, "ends_on", "Write a day between 1990 and 2150"),
        ({"starts_on": "1700-01-01"}, "starts_on", "Write a day between 1990 and 2150"),
        ({"starts_on": "0001-01-01"}, "starts_on", "Write a day between 1990 and 2150"),
        ({"ends_on": "2030-04-02"}, "ends_on", "six years at most"),
    ],
)
def test_a_slip_in_the_plans_calendar_is_refused_beside_its_field(
    cast: Cast, client: Client, typed: dict[str, str], field: str, sentence: str
):
    page = address(Plan, "change", cast.plan.pk)
    sent = form_of(client.get(page))
    assert client.post(page, sent | {"ends_on": "2030-03-31", "final_weeks": "26"}).status_code == 302
    refused = client.post(page, sent | typed)
    assert refused.status_code == 200
    [said] = refused.context["adminform"].form.errors[field]
    assert sentence in said


def test_a_sub_group_gets_members_and_priorities_and_both_are_remembered(cast: Cast, client: Client):
    other = Priority.objects.create(plan=cast.plan, code="DA", name="Drugs", position=2, statement="Fewer.")
    sent = form_of(client.get(address(SubGroup, "change", cast.sub_group.pk))) | {
        "priorities": [cast.priority.pk, other.pk],
        "reoffending_lead": cast["officer_of_lead"].pk,
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-user": cast["officer_of_lead"].pk,
    }
    assert client.post(address(SubGroup, "change", cast.sub_group.pk), sent).status_code == 302
    assert set(cast.sub_group.priorities.all()) == {cast.priority, other}
    assert Membership.objects.get().user == cast["officer_of_lead"]
    assert cast.sub_group.history.first().priorities.count() == 2


def test_a_meeting_whose_papers_come_after_it_is_refused(cast: Cast, client: Client):
    sent = {"plan": cast.plan.pk, "date": "2026-12-02", "papers_due": "2026-12-03"}
    refused = client.post(address(Meeting, "add"), sent)
    assert "Papers cannot be due after the meeting" in refused.content.decode()
    sent["papers_due"] = "2026-11-23"
    assert client.post(address(Meeting, "add"), sent).status_code == 302


def test_what_others_point_at_is_not_deleted(cast: Cast, client: Client):
    for row in (cast.priority, cast.sub_group, cast.fire, cast["reader"], cast.plan):
        assert client.post(address(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
        assert type(row).objects.filter(pk=row.pk).exists()


def test_autocomplete_finds_people_for_administrators_alone(cast: Cast, client: Client):
    asked = {"term": "chair", "app_label": "priorities", "model_name": "subgroup", "field_name": "lead"}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["text"] for row in found] == ["Chair"]
    stranger = Client()
    stranger.force_login(cast["coordinator"])
    assert stranger.get(reverse("admin:autocomplete"), asked).status_code in (302, 403)


# --- People ----------------------------------------------------------------------------------------------------------


def new_person(**changes: object) -> dict[str, object]:
    return {"email": "New@Test.example", "name": "New officer", "job_title": "", "is_staff": "", **changes}


def role(name: str) -> int:
    from django.contrib.auth.models import Group

    return Group.objects.get(name=name).pk


def test_an_administrator_adds_a_person_who_gets_an_invitation(cast: Cast, client: Client):
    sent = new_person(partner=cast.fire.pk, groups=[role(roles.PARTNER_OFFICER)], send_invitation="on")
    assert client.post(address(User, "add"), sent).status_code == 302

    person = User.objects.get(email="new@test.example")
    assert (person.partner, person.role_names) == (cast.fire, {roles.PARTNER_OFFICER})
    assert not person.has_usable_password()
    assert not person.is_staff
    [message] = mail.outbox
    assert message.to == ["new@test.example"]
    assert not OutgoingEmail.objects.exists()
    [line] = person.history.all()
    assert (line.history_user, line.history_change_reason) == (cast["administrator"], "Added. Roles: Partner officer")


def test_a_partner_officer_needs_a_partner(cast: Cast, client: Client):
    sent = new_person(groups=[role(roles.PARTNER_OFFICER)])
    refused = client.post(address(User, "add"), sent)
    assert refused.context["adminform"].form.errors == {"partner": [services.PARTNER_WANTED]}
    assert not User.objects.filter(email="new@test.example").exists()
    assert client.post(address(User, "add"), new_person(groups=[role(roles.READER)])).status_code == 302


def test_an_invitation_can_wait(cast: Cast, client: Client):
    assert client.post(address(User, "add"), new_person()).status_code == 302
    assert mail.outbox == []
    person = User.objects.get(email="new@test.example")
    chosen = {"action": "send_invitations", "_selected_action": [person.pk]}
    assert client.post(address(User, "changelist"), chosen).status_code == 302
    assert len(mail.outbox) == 1


def test_an_address_in_use_is_refused_whatever_its_case(cast: Cast, client: Client):
    refused = client.post(address(User, "add"), new_person(email="CHAIR@test.example"))
    assert "already signs in with this e-mail address" in refused.content.decode()


def test_with_the_mail_server_away_the_person_is_kept_and_a_sentence_says_so(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    page = client.post(address(User, "add"), new_person(send_invitation="on"), follow=True)
    assert "was not sent, since the mail server did not take it" in page.content.decode()
    assert User.objects.filter(email="new@test.example").exists()


def test_a_person_form_takes_nothing_it_does_not_show(cast: Cast, client: Client):
    sent = new_person(is_superuser="on", password="x", user_permissions=["1"], is_active="")
    assert client.post(address(User, "add"), sent).status_code == 302
    person = User.objects.get(email="new@test.example")
    assert (person.is_superuser, person.is_active, person.has_usable_password()) == (False, True, False)


def change_person(client: Client, person: User, **changes: object) -> object:
    sent = form_of(client.get(address(User, "change", person.pk)))
    return client.post(address(User, "change", person.pk), sent | changes)


def test_roles_and_address_change_and_the_history_says_so(cast: Cast, client: Client):
    person = cast["officer_of_lead"]
    answer = change_person(client, person, email="Moved@test.example", groups=[role(roles.ANALYST)])
    assert answer.status_code == 302  # type: ignore[attr-defined]
    person = User.objects.get(pk=person.pk)
    assert (person.email, person.role_names) == ("moved@test.example", {roles.ANALYST})
    assert "Roles: Analyst" in [line.history_change_reason for line in person.history.all()]
    assert Client().login(email="moved@test.example", password="seven green bottles")


def test_a_leaver_is_deactivated_on_their_page_and_can_come_back(cast: Cast, client: Client):
    person = cast["officer_of_lead"]
    theirs = Client()
    theirs.force_login(person)
    change_person(client, person, _deactivate="1")
    person.refresh_from_db()
    assert not person.is_active
    assert theirs.get(reverse("account_change_password")).status_code == 302

    change_person(client, person, _reactivate="1")
    change_person(client, person, _invite="1")
    person.refresh_from_db()
    assert person.is_active
    assert len(mail.outbox) == 1


def test_nobody_takes_their_own_administration_away(cast: Cast, client: Client):
    me = cast["administrator"]
    change_person(client, me, is_staff="")
    page = client.post(
        address(User, "change", me.pk),
        form_of(client.get(address(User, "change", me.pk))) | {"_deactivate": "1"},
        follow=True,
    )
    assert "cannot deactivate yourself" in page.content.decode()
    me.refresh_from_db()
    assert me.is_staff
    assert me.is_active


def test_signing_in_writes_no_history(cast: Cast):
    person = cast["chair"]
    before = person.history.count()
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": "seven green bottles"})
    assert "_auth_user_id" in client.session
    assert person.history.count() == before


# --- What verbs write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", sorted(READ_ONLY))
def test_what_verbs_write_is_neither_added_nor_changed_nor_deleted_here(cast: Cast, client: Client, label: str):
    model = apps.get_model(label)
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "add"), {}).status_code == 403
    page = registered()[label]
    request = client.get(address(model, "changelist")).wsgi_request
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
    assert "delete_selected" not in page.get_actions(request)


def test_an_update_is_read_but_not_written(cast: Cast, client: Client):
    made = cast.actions_in_every_state()
    update = made["updated"].latest_update
    assert update
    page = client.get(address(ProgressUpdate, "change", update.pk))
    assert "What happened, 1." in page.content.decode()
    assert client.post(address(ProgressUpdate, "change", update.pk), {"narrative": "Nothing."}).status_code == 403
    assert client.post(address(ProgressUpdate, "delete", update.pk), {"post": "yes"}).status_code == 403
    update.refresh_from_db()
    assert update.narrative == "What happened, 1."


def test_restricted_words_stay_hidden_from_a_bare_administrator(cast: Cast, client: Client):
    made = cast.actions_in_every_state()
    update = made["restricted"].latest_update
    assert update
    rows = [update, *update.events.all(), made["restricted"]]
    pages = [address(type(row), "change", row.pk) for row in rows]
    pages += [address(type(row), "changelist") for row in rows]
    assert len(pages) >= 6
    assert [page for page in pages if SECRET in client.get(page).content.decode()] == []
    services.set_roles(person=cast["administrator"], roles=[roles.COORDINATOR], by=None, at=NOW)
    assert SECRET in client.get(pages[0]).content.decode()
    services.set_roles(person=cast["administrator"], roles=[], by=None, at=NOW)

    for state, row in (("open", False), ("restricted", True)):
        issue = EmergingIssue.objects.create(
            plan=cast.plan,
            title=f"Issue: {state}",
            text=".",
            restricted=row,
            raised_by=cast["analyst"],
            raised_at=NOW,
            state_at=NOW,
        )
        event = IssueEvent.objects.create(issue=issue, state="watching", reason=SECRET, by=cast["analyst"], at=NOW)
    for model in (EmergingIssue, IssueEvent):
        listed = client.get(address(model, "changelist")).content.decode()
        assert "Issue: open" in listed
        assert "Issue: restricted" not in listed
    # Both last ones are the restricted issue's.
    for row in (issue, event):
        assert client.get(address(type(row), "change", row.pk)).status_code == 302
    # Nor do the action and the proposal that came from it name it.
    action, proposal = made["restricted"], cast.proposal(1)
    Action.objects.filter(pk=action.pk).update(from_issue=issue)
    Proposal.objects.filter(pk=proposal.pk).update(from_issue=issue)
    for row in (action, proposal):
        assert "Issue: restricted" not in client.get(address(type(row), "change", row.pk)).content.decode()
    EmergingIssue.objects.update(restricted=False)
    for row in (action, proposal):
        assert "Issue: restricted" in client.get(address(type(row), "change", row.pk)).content.decode()


def test_what_an_upload_is_called_and_holds_stays_hidden_from_a_bare_administrator(cast: Cast, client: Client):
    upload = Upload.objects.create(
        plan=cast.plan, kind="figures", period_kind="quarter", period_start=dt.date(2026, 7, 1), data_owner=cast.fire,
        name=f"{SECRET}.csv", file="uploads/secret.csv", size=1, sha256="0" * 64, sheet=SECRET, state="faulty",
        mapping={"a": SECRET}, answers={"a": SECRET}, findings=[SECRET], preview=[SECRET],
        by=cast["analyst"], at=NOW, changed_at=NOW, submission_key="00000000-0000-4000-8000-000000000001",
    )  # fmt: skip
    for page in (address(Upload, "changelist"), address(Upload, "change", upload.pk)):
        text = client.get(page).text
        assert "Faults found, nothing stored" in text
        assert SECRET not in text
        assert "secret.csv" not in text


#: What a bare administrator may neither see nor find rows by.
HELD_BACK = {
    "partners.user.password",
    "partners.outgoingemail.text",
    "partners.outgoingemail.html",
    "actions.progressupdate.narrative",
    "actions.progressupdate.reason",
    "actions.progressupdate.recovery",
    "actions.progressupdate.help_wanted",
    "actions.progressupdate.achievement",
    "actions.actionevent.reason",
    "performance.emergingissue.title",
    "performance.emergingissue.text",
    "performance.emergingissue.evidence",
    "performance.emergingissue.reason",
    "performance.issueevent.reason",
    "performance.upload.name",
    "performance.upload.sheet",
    "reports.reportversion.snapshot",
    "reports.rendition.html",
}
COMPARISONS = ("exact", "contains", "startswith", "regex", "gt", "in")


def texts(model: type[Model], steps: int) -> Iterator[str]:
    """Lookup paths of every text column of a row and of the rows up to `steps` relations away, back and forth."""
    for column in model._meta.get_fields():
        if isinstance(column, models.CharField | models.TextField):
            yield column.name
        elif steps and column.is_relation and isinstance(column.related_model, type):
            for path in texts(column.related_model, steps - 1):
                yield f"{column.name}__{path}"


def test_no_text_is_read_by_asking_a_list_which_rows_begin_with_it(cast: Cast, client: Client):
    request = client.get(reverse("admin:index")).wsgi_request
    for label, page in registered().items():
        offered = {one if isinstance(one, str) else one[0] for one in page.get_list_filter(request)}
        assert not {f"{label}.{path}" for path in offered} & HELD_BACK
        paths = set(texts(page.model, 2))
        assert len(paths) >= 2, label
        asked = paths | {f"{path}__{comparison}" for path in paths for comparison in COMPARISONS}
        allowed = {lookup for lookup in asked if page.lookup_allowed(lookup, "x", request)}
        # A choice that the list itself offers, whole.
        assert allowed - {f"{path}{end}" for path in offered for end in ("", "__exact", "__isnull")} == set()


def test_a_planted_secret_is_not_found_by_an_address(cast: Cast, client: Client):
    made = cast.actions_in_every_state()
    update = made["restricted"].latest_update
    assert update
    assert update.narrative == SECRET
    for label in sorted(HELD_BACK):
        room, name, column = label.split(".")
        model = apps.get_model(room, name)
        for comparison in ("startswith", "contains", "regex"):
            for guess in (SECRET[:4], "argon2", "Never written"):
                asked = {f"{column}__{comparison}": guess}
                assert client.get(address(model, "changelist"), asked).status_code == 400, asked


def test_no_search_looks_into_what_is_held_back(cast: Cast, client: Client):
    looked_into = set()
    for page in registered().values():
        for path in page.search_fields:
            column = get_fields_from_path(page.model, path)[-1]
            looked_into.add(f"{column.model._meta.label_lower}.{column.name}")
    assert "partners.user.name" in looked_into
    assert looked_into & HELD_BACK == set()


def test_the_filters_and_days_a_list_offers_still_answer(cast: Cast, client: Client):
    cast.actions_in_every_state()
    number = {"n": 0}
    for page in registered().values():
        listed = client.get(address(page.model, "changelist"))
        for spec in listed.context["cl"].filter_specs if listed.context else []:
            for choice in spec.choices(listed.context["cl"]):
                number["n"] += 1
                link = address(page.model, "changelist") + choice["query_string"]
                assert client.get(link).status_code == 200, link
    assert number["n"] > 60
    for asked in (
        "submitted_at__year=2026",
        "submitted_at__year=2026&submitted_at__month=10",
        "rating__exact=on_track",
    ):
        assert client.get(address(ProgressUpdate, "changelist") + f"?{asked}").status_code == 200
    one = client.get(address(ProgressUpdate, "changelist"), {"action__id__exact": str(cast.plan.pk)})
    assert one.status_code == 200


def test_the_link_to_the_page_is_for_those_whom_the_page_answers(cast: Cast, client: Client):
    action = cast.action()
    link = f'href="{action.get_absolute_url()}"'
    shortcut = "/admin/r/"
    page = client.get(reverse("admin:actions_action_change", args=[action.pk])).content.decode()
    assert link not in page
    assert shortcut not in page

    services.set_roles(person=cast["administrator"], roles=[roles.COORDINATOR], by=None, at=NOW)
    page = client.get(reverse("admin:actions_action_change", args=[action.pk])).content.decode()
    assert shortcut in page or link in page


# --- Speed -----------------------------------------------------------------------------------------------------------


def _rows(cast: Cast, number: int) -> None:
    have = Partner.objects.count()
    for n in range(have, have + number):
        partner = Partner.objects.create(code=f"P{n}", name=f"Partner {n}", kind=Partner.Kind.STAKEHOLDER)
        User.objects.create_user(f"p{n}@test.example", name=f"Person {n}", partner=partner)
        priority = Priority.objects.create(
            plan=cast.plan, code=f"X{n}", name=f"Priority {n}", position=n + 10, statement="."
        )
        group = SubGroup.objects.create(
            plan=cast.plan, code=f"G{n}", name=f"Group {n}", lead=cast["chair"], chairing_partner=partner
        )
        group.priorities.add(priority)
        Meeting.objects.create(plan=cast.plan, sub_group=group, date=dt.date(2026, 11, 1))
        indicator = Indicator.objects.create(
            code=f"I{n}", name=f"Indicator {n}", unit="offences", better="lower", data_owner=partner
        )
        Measurement.objects.create(
            indicator=indicator,
            period_kind="quarter",
            period_start=dt.date(2026, 4, 1),
            value=1,
            printed="1",
            as_at=dt.date(2026, 7, 1),
            recorded_at=NOW,
            recorded_by=cast["analyst"],
        )
        action = cast.action(f"A-{n}", lead_partner=partner, milestones=[])
        cast.update(action, 1000 + n, by=cast["coordinator"])


@pytest.mark.parametrize(
    "label",
    [
        "partners.partner",
        "partners.user",
        "priorities.priority",
        "priorities.subgroup",
        "priorities.meeting",
        "performance.indicator",
        "performance.measurement",
        "actions.action",
        "actions.progressupdate",
        "actions.actionevent",
    ],
)
def test_a_list_asks_as_many_queries_for_thirty_rows_as_for_three(cast: Cast, client: Client, label: str):
    page = address(apps.get_model(label), "changelist")
    _rows(cast, 3)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get(page).status_code == 200
    _rows(cast, 27)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).status_code == 200
    assert len(few) == len(many), "\n".join(query["sql"] for query in many.captured_queries)


def test_a_member_more_on_a_sub_groups_page_asks_one_query_more(cast: Cast, client: Client):
    """For the box that finds people; what the row is called by comes with the list."""
    page = address(SubGroup, "change", cast.sub_group.pk)
    client.get(page)
    with CaptureQueriesContext(connection) as none:
        client.get(page)
    people = list(User.objects.order_by("pk")[:6])
    for person in people:
        Membership.objects.create(sub_group=cast.sub_group, user=person)
    with CaptureQueriesContext(connection) as six:
        client.get(page)
    assert len(six) == len(none) + len(people)


# --- The one way to write rows with history --------------------------------------------------------------------------

#: Rows whose every change is remembered: writing them in bulk would pass the history by.
TRACKED = {
    model.__name__
    for model in apps.get_models()
    if hasattr(model, "history") and not model.__name__.startswith("Historical")
}
BULK = {"update", "bulk_create", "bulk_update", "abulk_create", "abulk_update", "aupdate"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """(model, method, line) of every `Model.objects….method(…)` however long the chain between."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BULK):
            continue
        names = [part.id for part in ast.walk(node.func.value) if isinstance(part, ast.Name)]
        chain = ast.dump(node.func.value)
        for name in names:
            if name in TRACKED and "objects" in chain:
                yield name, node.func.attr, node.lineno


def test_rows_with_history_are_never_written_in_bulk():
    assert {"Priority", "User", "Partner", "Indicator", "SubGroup"} <= TRACKED
    faults = []
    for room in ("partners", "priorities", "performance", "actions", "reports", "shp_portal"):
        for file in Path(settings.BASE_DIR, room).rglob("*.py"):
            if "tests" in file.parts or "migrations" in file.parts:
                continue
            faults += [
                f"{file.name}:{line}: {model}.{verb}" for model, verb, line in _calls(ast.parse(file.read_text()))
            ]
    assert faults == []


def test_the_guard_against_bulk_writes_sees_one():
    seen = list(_calls(ast.parse("User.objects.filter(pk=1).exclude(pk=2).update(is_active=False)")))
    assert seen == [("User", "update", 1)]
