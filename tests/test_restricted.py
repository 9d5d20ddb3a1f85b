"""Restricted words and evidence stay with those who may read them, on every way out of the portal.

One action's words, evidence and the answer to its request for help hold words that are nowhere else; everybody who may not
read them walks every page, search, list and file, and the papers and e-mails are searched as they lie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from actions.models import HelpReply, Notice
from actions.services.help import answer_help
from partners.models import OutgoingEmail
from reports.models import Rendition, ReportVersion
from shp_portal.tick import tick
from tests.makers import NOW, SECRET, UTC, key
from tests.test_access_matrix import ACCESS, World

pytestmark = pytest.mark.django_db

#: In every field of the restricted update, in its evidence's name and content.
WORD = "marigold"
#: In the answer to the help it asks for.
ANSWER = "lupin"

#: Pages and files that take words to look for.
SEARCHED = {"actions:list", "actions:export", "portal:search"}

#: Who may read neither; the supporting partner was asked for help and reads its own answer.
KEPT_OUT = {
    "officer_of_other": (WORD, ANSWER),
    "officer_of_support": (WORD,),
    "reader": (WORD, ANSWER),
    "administrator": (WORD, ANSWER),
    "anonymous": (WORD, ANSWER),
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        update = world.actions["restricted"].latest_update
        assert update
        answer_help(
            update=update,
            by=world.cast["officer_of_support"],
            at=NOW,
            answer=HelpReply.Answer.WILL,
            text=f"The {ANSWER} caretakers come.",
            submission_key=key(700),
        )
        yield world
        transaction.set_rollback(True)


def addresses(world: World) -> list[str]:
    """Every address there is, those of the restricted action among them, and every search for the words."""
    found = {world.address(row) for row in ACCESS.rows}
    restricted = world.actions["restricted"]
    for name in ("action", "post-update", "add-words", "reopen", "edit", "close", "hand-over", "extend"):
        found.add(reverse(f"actions:{name}", args=[restricted.pk]))
    found.add(reverse("actions:answer-help", args=[restricted.latest_update_id]))
    found.add(reverse("actions:add-evidence", args=[restricted.latest_update_id]))
    for asked in (WORD, ANSWER, SECRET, restricted.ref):
        for row in ACCESS.rows:
            if row.route in SEARCHED:
                found.add(f"{world.address(row)}?q={asked}")
    return sorted(found)


def words_of(response: Any) -> str:
    """What came back, in small letters, less what the visitor themselves asked for."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{content.decode(errors='replace')} {dict(response.headers)}".lower()


@pytest.mark.parametrize("role", KEPT_OUT)
def test_no_page_list_search_or_file_tells_them(world: World, role: str):
    client = world.client(role)
    told = []
    for address in addresses(world):
        with transaction.atomic():
            text = words_of(client.get(address))
            transaction.set_rollback(True)
        asked = address.partition("?q=")[2].lower()
        told += [f"{address}: {word}" for word in KEPT_OUT[role] if word not in asked and word in text]
    assert told == []


@pytest.mark.parametrize("role", [*KEPT_OUT, "coordinator"])
@pytest.mark.parametrize(
    "name", sorted(SEARCHED & {"actions:list", "portal:search"} & {row.route for row in ACCESS.rows})
)
def test_a_search_for_them_finds_what_a_search_for_nonsense_finds(world: World, role: str, name: str):
    """The words a visitor types come back in the page, so that the answers to two searches are held against each other."""
    client = world.client(role)
    address = reverse(name)
    one, other = (client.get(f"{address}?q={asked}") for asked in (WORD, "zzyzzyx1"))
    assert one.status_code == other.status_code
    found = str(world.actions["restricted"].get_absolute_url())
    if role == "coordinator" and name == "portal:search":
        assert found in one.content.decode()
    else:
        assert found not in one.content.decode()


@pytest.mark.parametrize("role", ["officer_of_lead", "sub_group_lead", "coordinator", "analyst", "chair"])
def test_those_who_may_read_do_find_them(world: World, role: str):
    text = words_of(world.client(role).get(world.actions["restricted"].get_absolute_url()))
    assert WORD in text
    assert ANSWER in text
    assert WORD in words_of(world.client(role).get(world.evidence["restricted"].get_absolute_url()))


@pytest.mark.parametrize("role", ["officer_of_lead", "sub_group_lead", "coordinator", "analyst", "chair"])
def test_the_meeting_sheet_holds_them_back_from_everybody(world: World, role: str):
    """It is printed and handed round: whoever prints it may read more than those it is handed to."""
    group = world.actions["restricted"].sub_group
    text = words_of(world.client(role).get(reverse("portal:meeting-sheet", args=[group.code])))
    assert world.actions["restricted"].ref.lower() in text
    assert "ask the lead" in text
    assert WORD not in text
    assert ANSWER not in text


def test_administration_holds_them_back(world: World):
    client = world.client("administrator")
    told, visited = [], 0
    for model, registered in admin.site._registry.items():
        if model._meta.app_label not in ("actions", "partners", "reports", "priorities", "performance"):
            continue
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{base}_changelist")] + [
            reverse(f"{base}_change", args=[row.pk]) for row in model.objects.all()[:40]
        ]
        if registered.search_fields:
            pages.append(f"{reverse(f'{base}_changelist')}?q=zzyzzyx1")
        for page in pages:
            visited += 1
            text = words_of(client.get(page))
            told += [f"{page}: {word}" for word in (WORD, ANSWER) if word in text]
    assert visited > 50
    assert told == []


def test_no_paper_holds_them(world: World):
    texts = list(ReportVersion.objects.values_list("snapshot", flat=True))
    texts += Rendition.objects.values_list("html", flat=True)
    assert len(texts) > 5
    assert [text[:80] for text in texts if WORD in text.lower() or ANSWER in text.lower()] == []


def test_no_email_or_notice_holds_them(world: World):
    """Over three working days of digests, the last of them after the updates were due."""
    for day in (dt.date(2026, 10, 13), dt.date(2026, 10, 20), dt.date(2026, 10, 28)):
        tick(dt.datetime.combine(day, dt.time(9), tzinfo=UTC))
    told = list(Notice.objects.values_list("text", flat=True))
    for email in OutgoingEmail.objects.all():
        told += [email.subject, email.text, email.html]
    assert any("asks Housing group for help" in text for text in told)
    assert [text for text in told if WORD in text.lower() or ANSWER in text.lower()] == []
