"""Emerging issues on their pages: the list and its file, raising one, and what their verbs refuse."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from performance.models import EmergingIssue, IssueEvent
from performance.services.issues import raise_issue, set_issue_state
from performance.tests.makers import NOW, Cast

pytestmark = pytest.mark.django_db
KEY = uuid.UUID(int=7)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def raised(cast: Cast, title: str = "Off-road bikes", **changes) -> EmergingIssue:
    fields = {"plan": cast.plan, "text": "More of them on the dunes.", "by": cast.owner, "at": NOW}
    return raise_issue(**{**fields, "title": title, **changes})


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def form(**changes) -> dict[str, str]:
    sent = {
        "submission_key": str(KEY),
        "title": "Off-road bikes",
        "text": "More of them on the dunes.",
        "evidence": "Eleven calls.",
        "priority": "ASB",
    }
    return {**sent, **changes}


# --- Verbs ------------------------------------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_issue(cast: Cast) -> None:
    assert raised(cast, submission_key=KEY) == raised(cast, "Pressed again", submission_key=KEY)
    assert EmergingIssue.objects.get().title == "Off-road bikes"
    assert IssueEvent.objects.count() == 1
    with pytest.raises(ValidationError, match="somebody else"):
        raised(cast, by=cast.analyst, submission_key=KEY)


def triaged(cast: Cast, issue: EmergingIssue, state: str, reason: str = "", **changes) -> EmergingIssue:
    return set_issue_state(issue=issue, state=state, reason=reason, by=cast.analyst, at=NOW, **changes)


def test_every_step_is_a_row_and_a_closed_issue_opens_again_with_a_reason(cast: Cast) -> None:
    issue = raised(cast)
    triaged(cast, issue, "watching")
    triaged(cast, issue, "closed", "It passed.")
    with pytest.raises(ValidationError) as fault:
        triaged(cast, issue, "watching", " ")
    assert fault.value.message_dict == {"reason": ["Say why the issue is open again."]}
    triaged(cast, issue, "watching", "It is back.")
    steps = list(issue.events.values_list("state", "reason"))
    assert steps == [("raised", ""), ("watching", ""), ("closed", "It passed."), ("watching", "It is back.")]


def test_a_decision_sent_twice_is_one_and_one_on_an_older_state_is_refused(cast: Cast) -> None:
    issue = raised(cast)
    triaged(cast, issue, "closed", "It passed.", seen="raised")
    triaged(cast, issue, "closed", "It passed.", seen="raised")
    assert issue.events.count() == 2
    with pytest.raises(ValidationError, match="By now the issue is “Closed”"):
        triaged(cast, issue, "watching", "Let us look.", seen="raised")
    assert issue.events.count() == 2


def test_a_watched_issue_is_not_watched_anew(cast: Cast) -> None:
    issue = raised(cast)
    triaged(cast, issue, "watching")
    with pytest.raises(ValidationError) as fault:
        triaged(cast, issue, "watching", "Still.")
    assert list(fault.value.message_dict) == ["state"]


# --- Raising ----------------------------------------------------------------------------------------------------------


def test_an_issue_is_raised_from_a_figure(cast: Cast) -> None:
    cast.indicator.priorities.add(cast.priority)
    client = signed_in(cast.outsider)
    page = client.get(f"/issues/raise/?indicator={cast.indicator.code}")
    assert page.context["form"]["indicator"].value() == "SHOP"
    assert page.context["form"]["priority"].value() == "ASB"
    answer = client.post("/issues/raise/", form(indicator="SHOP", sub_group=cast.sub_group.code, restricted="on"))
    issue = EmergingIssue.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/issues/{issue.pk}/")
    assert (issue.indicator, issue.priority, issue.sub_group) == (cast.indicator, cast.priority, cast.sub_group)
    assert (issue.raised_by, issue.restricted, issue.evidence) == (cast.outsider, True, "Eleven calls.")
    client.post("/issues/raise/", form())
    assert EmergingIssue.objects.count() == 1


def test_outside_our_priorities_is_said_and_not_fallen_into(cast: Cast) -> None:
    client = signed_in(cast.owner)
    page = client.post("/issues/raise/", form(priority=""))
    assert list(page.context["form"].errors) == ["priority"]
    client.post("/issues/raise/", form(priority="outside"))
    assert EmergingIssue.objects.get().priority is None


BAD = [
    ("title", ""),
    ("title", "x" * 151),
    ("title", "\u202eevil"),
    ("text", "\u200b"),
    ("text", "a\x00b"),
    ("text", "x" * 1_000_000),
    ("evidence", "x" * 4001),
    ("evidence", "\x1b[31m"),
    ("priority", "NONE"),
    ("sub_group", "NONE"),
    ("sub_group", "\x00"),
    ("indicator", "NONE"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(cast: Cast, field: str, value: str) -> None:
    client = signed_in(cast.owner)
    page = client.post("/issues/raise/", form(**{field: value}))
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    kept = "evidence" if field == "text" else "text"
    assert form()[kept] in page.content.decode()
    assert not EmergingIssue.objects.exists()
    assert client.post("/issues/raise/", form()).status_code == 302


def test_what_was_typed_while_signed_out_waits_for_its_writer(cast: Cast) -> None:
    client = signed_in(cast.owner)
    writer = client.get("/issues/raise/").context["writer"]
    client.logout()
    client.post("/issues/raise/", form(writer=writer))
    client.force_login(cast.owner)
    page = client.get("/issues/raise/")
    assert page.context["form"]["text"].value() == "More of them on the dunes."
    assert not EmergingIssue.objects.exists()


# --- The list ---------------------------------------------------------------------------------------------------------


def titles(client: Client, query: str = "") -> list[str]:
    return [issue.title for issue in client.get(f"/issues/{query}").context["page"].rows]


def test_the_list_shows_open_issues_new_ones_first_and_narrows(cast: Cast) -> None:
    watched = raised(cast, "Watched", priority=cast.priority)
    gone = raised(cast, "Gone")
    raised(cast, "New", sub_group=cast.sub_group)
    triaged(cast, watched, "watching")
    triaged(cast, gone, "closed", "It passed.")
    client = signed_in(cast.outsider)
    assert titles(client) == ["New", "Watched"]
    assert titles(client, "?state=closed") == ["Gone"]
    assert titles(client, "?state=all") == ["New", "Watched", "Gone"]
    assert titles(client, f"?priority={cast.priority.code}") == ["Watched"]
    assert titles(client, "?priority=outside&state=all") == ["New", "Gone"]
    assert titles(client, f"?sub_group={cast.sub_group.code}") == ["New"]
    wrong = client.get("/issues/?state=lost")
    assert "“lost” is not a state here." in wrong.content.decode()
    assert len(wrong.context["page"].rows) == 2


def test_restricted_issues_stay_out_of_list_and_file_of_others(cast: Cast) -> None:
    raised(cast, "Marigold house", restricted=True)
    for person, sees in ((cast.outsider, False), (cast.colleague, True), (cast.chair, True)):
        client = signed_in(person)
        assert bool(titles(client)) is sees
        file = client.get("/issues/list.csv").getvalue().decode()
        assert ("Marigold" in file) is sees


def test_the_file_holds_what_the_list_shows_and_no_formula(cast: Cast) -> None:
    raised(cast, "=cmd()", priority=cast.priority)
    gone = raised(cast, "Gone")
    triaged(cast, gone, "closed", "It passed.")
    client = signed_in(cast.outsider)

    def file(query: str) -> list[dict[str, str]]:
        text = client.get(f"/issues/list.csv{query}").getvalue().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    (row,) = file("")
    assert (row["Title"], row["State"], row["Priority"]) == ("'=cmd()", "New", cast.priority.name)
    (row,) = file("?state=closed")
    assert (row["Title"], row["Reason"], row["Priority"]) == ("Gone", "It passed.", "Outside our priorities")
