"""An emerging issue and the action proposed for it: linked both ways, each step a row, the raiser told."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from actions.models import Notice, Proposal
from actions.services.issues import decide
from actions.services.proposals import accept, ask_for_changes, decline, revise, take_back
from actions.tests.makers import NOW, TODAY, Cast, key
from actions.tests.test_proposals import LATER, initiative, proposed
from performance.models import EmergingIssue
from performance.services.issues import raise_issue
from performance.tests.makers import make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def raised(cast: Cast, title: str = "Off-road bikes", **changes) -> EmergingIssue:
    fields = {"plan": cast.plan, "text": "More on the dunes.", "evidence": "Eleven calls.", "by": cast.officer}
    return raise_issue(**{**fields, "at": NOW, "title": title, **changes})


def decided(cast: Cast, issue: EmergingIssue, state: str, reason: str = "", **changes) -> EmergingIssue:
    return decide(**{"issue": issue, "state": state, "reason": reason, "by": cast.analyst, "at": LATER, **changes})


def told(kind: str = "issue") -> list[tuple[str, str]]:
    return [(str(row.recipient.email), row.text) for row in Notice.objects.filter(kind=kind).order_by("pk")]


def states(issue: EmergingIssue) -> list[str]:
    return list(issue.events.values_list("state", flat=True))


def test_the_raiser_is_told_of_every_decision_once(cast: Cast) -> None:
    issue = raised(cast)
    decided(cast, issue, "watching", "Police will look.")
    decided(cast, issue, "watching", "Police will look.")
    decided(cast, issue, "closed", "It passed.")
    decided(cast, issue, "watching", "It is back.")
    assert [text for _, text in told()] == [
        "“Off-road bikes” is being watched. Police will look.",
        "“Off-road bikes” is closed. It passed.",
        "“Off-road bikes” is open again and watched. It is back.",
    ]
    assert {email for email, _ in told()} == {cast.officer.email}
    assert set(Notice.objects.values_list("path", flat=True)) == {f"/issues/{issue.pk}/"}


def test_nobody_is_told_of_their_own_decision(cast: Cast) -> None:
    decided(cast, raised(cast, by=cast.analyst), "watching")
    assert told() == []


def test_no_notice_holds_a_restricted_issues_words(cast: Cast) -> None:
    decided(cast, raised(cast, "Marigold house", restricted=True), "closed", "Marigold moved.")
    ((_, text),) = told()
    assert "Marigold" not in text
    assert text.startswith("The restricted issue you raised on")


def test_who_may_not_triage_changes_nothing_and_tells_nobody(cast: Cast) -> None:
    issue = raised(cast)
    with pytest.raises(PermissionDenied, match="coordinator or the analyst"):
        decided(cast, issue, "closed", "Mine.", by=cast.officer)
    assert (states(issue), told()) == (["raised"], [])


def test_a_proposal_takes_its_issue_on_and_the_plan_answers_it(cast: Cast) -> None:
    issue = raised(cast)
    proposal = proposed(cast, from_issue=issue)
    issue.refresh_from_db()
    assert (issue.state, issue.reason) == ("action_proposed", "An action is proposed: Alley gates in two streets.")
    assert issue.events.last().by == cast.supporter
    action = accept(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=proposal.revision)
    issue.refresh_from_db()
    assert issue.reason == f"{action.ref} is in the plan: Alley gates in two streets."
    assert action.from_issue == issue
    assert states(issue) == ["raised", "action_proposed", "action_proposed"]
    assert len(told()) == 2


def test_the_same_proposal_sent_twice_is_one_step(cast: Cast) -> None:
    issue = raised(cast)
    proposed(cast, from_issue=issue)
    proposed(cast, from_issue=issue)
    assert states(issue) == ["raised", "action_proposed"]


@pytest.mark.parametrize("what", ["declined", "taken back"])
def test_without_its_proposal_an_issue_is_watched_again(cast: Cast, what: str) -> None:
    issue = raised(cast)
    proposal = proposed(cast, from_issue=issue)
    if what == "declined":
        decline(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1, reason="No money.")
    else:
        take_back(proposal=proposal, by=cast.supporter, at=LATER)
    issue.refresh_from_db()
    assert (issue.state, issue.reason) == ("watching", f"The proposal “Alley gates in two streets” was {what}.")
    assert states(issue) == ["raised", "action_proposed", "watching"]


def test_with_another_proposal_standing_it_stays_where_it_is(cast: Cast) -> None:
    issue = raised(cast)
    first = proposed(cast, from_issue=issue)
    proposed(cast, 2, from_issue=issue)
    decline(proposal=first, by=cast.coordinator, at=LATER, today=TODAY, revision=1, reason="The other is better.")
    issue.refresh_from_db()
    assert issue.state == "action_proposed"


def test_an_issue_closed_meanwhile_stays_closed_when_the_proposal_is_declined(cast: Cast) -> None:
    issue = raised(cast)
    proposal = proposed(cast, from_issue=issue)
    decided(cast, issue, "closed", "It passed.")
    decline(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1, reason="No need.")
    issue.refresh_from_db()
    assert (issue.state, issue.reason) == ("closed", "It passed.")


def test_a_closed_issue_takes_no_proposal(cast: Cast) -> None:
    issue = raised(cast)
    decided(cast, issue, "closed", "It passed.")
    with pytest.raises(ValidationError) as fault:
        proposed(cast, from_issue=issue)
    assert list(fault.value.message_dict) == ["from_issue"]
    assert not Proposal.objects.exists()


def test_a_proposal_changed_to_another_issue_moves_both(cast: Cast) -> None:
    first, second = raised(cast), raised(cast, "Needles")
    proposal = proposed(cast, from_issue=first)
    ask_for_changes(proposal=proposal, by=cast.coordinator, at=LATER, revision=1, reason="Which?")
    wanted = initiative(cast, from_issue=second)
    revise(proposal=proposal, initiative=wanted, by=cast.supporter, at=LATER, today=TODAY, revision=2)
    assert (states(first), states(second)) == (["raised", "action_proposed", "watching"], ["raised", "action_proposed"])
    assert EmergingIssue.objects.get(pk=first.pk).reason.endswith("does not answer it any more.")


# --- Pages ------------------------------------------------------------------------------------------------------------


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_proposals_form_begins_with_the_issue_but_with_no_restricted_words(cast: Cast) -> None:
    issue = raised(cast, priority=cast.priority, sub_group=cast.sub_group)
    client = signed_in(cast.officer)
    form = client.get(f"/actions/propose/?issue={issue.pk}").context["form"]
    assert form["why"].value() == "More on the dunes.\n\nEleven calls."
    assert [form[name].value() for name in ("from_issue", "priority", "sub_group")] == [
        issue.pk,
        cast.priority.pk,
        cast.sub_group.pk,
    ]
    own = raised(cast, "Marigold house", text="Marigold.", restricted=True)
    form = client.get(f"/actions/propose/?issue={own.pk}").context["form"]
    assert (form["from_issue"].value(), form["why"].value()) == (own.pk, None)
    page = signed_in(cast.outsider).get(f"/actions/propose/?issue={own.pk}")
    assert page.context["form"]["from_issue"].value() is None
    assert "Marigold" not in page.content.decode()
    for odd in ("", "x", "9" * 30, "-1", "²"):
        assert client.get("/actions/propose/", {"issue": odd}).context["form"]["from_issue"].value() is None


def test_issue_proposal_and_action_lead_to_each_other(cast: Cast) -> None:
    issue = raised(cast)
    proposal = proposed(cast, from_issue=issue)
    client = signed_in(cast.officer)
    address = f'href="/issues/{issue.pk}/"'
    assert address in client.get(proposal.get_absolute_url()).content.decode()
    assert f'href="{proposal.get_absolute_url()}"' in client.get(f"/issues/{issue.pk}/").content.decode()
    action = accept(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1)
    assert address in client.get(action.get_absolute_url()).content.decode()
    assert f'href="{action.get_absolute_url()}"' in client.get(f"/issues/{issue.pk}/").content.decode()


def test_whoever_may_not_see_the_issue_is_not_led_to_it(cast: Cast) -> None:
    issue = raised(cast, "Marigold house", restricted=True, by=cast.supporter)
    proposal = proposed(cast, from_issue=issue)
    action = accept(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1)
    client = signed_in(cast.outsider)
    assert client.get(f"/issues/{issue.pk}/").status_code == 404
    for address in (proposal.get_absolute_url(), action.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Marigold" not in page
        assert f"/issues/{issue.pk}/" not in page


def test_the_figure_that_showed_the_issue_is_its_actions_figure(cast: Cast) -> None:
    shown = make_indicator(code="SHOP", data_owner=cast.council)
    other = make_indicator(code="OTHER", name="Other", data_owner=cast.council)
    issue = raised(cast, indicator=shown)
    client = signed_in(cast.officer)
    form = client.get(f"/actions/propose/?issue={issue.pk}").context["form"]
    assert form["indicators"].value() == [shown.pk]
    sent = {
        "submission_key": key(7),
        "title": "Shop watch",
        "why": "More of it.",
        "measure_of_success": "Fewer.",
        "priority": cast.priority.pk,
        "sub_group": cast.sub_group.pk,
        "lead_partner": cast.council.pk,
        "from_issue": issue.pk,
        "starts_on_0": "1",
        "starts_on_1": "12",
        "starts_on_2": "2026",
        "due_on_0": "31",
        "due_on_1": "1",
        "due_on_2": "2027",
    }

    def figures_of(address: str, number: int, **said: object) -> list[str]:
        page = client.post(address, {**sent, "submission_key": key(number), **said})
        assert page.status_code == 302, page.context["form"].errors
        proposal = Proposal.objects.latest("pk")
        action = accept(proposal=proposal, by=cast.coordinator, at=LATER, today=TODAY, revision=1)
        return sorted(action.indicators.values_list("code", flat=True))

    # Chosen in the list of issues, its figure is taken; begun from the issue, the boxes were there to be changed.
    assert figures_of("/actions/propose/", 1) == ["SHOP"]
    assert figures_of("/actions/propose/", 2, indicators=[other.pk]) == ["OTHER"]
    assert figures_of(f"/actions/propose/?issue={issue.pk}", 3) == []
    assert figures_of(f"/actions/propose/?issue={issue.pk}", 4, indicators=[shown.pk, other.pk]) == ["OTHER", "SHOP"]
    page = client.get(Proposal.objects.latest("pk").get_absolute_url()).content.decode()
    assert page.count('href="/indicators/SHOP/"') == 1
    restricted = raised(cast, "Marigold house", restricted=True, indicator=shown)
    assert client.get(f"/actions/propose/?issue={restricted.pk}").context["form"]["indicators"].value() is None
    assert figures_of("/actions/propose/", 5, from_issue=restricted.pk) == []


def test_the_issue_is_decided_on_its_page(cast: Cast) -> None:
    issue = raised(cast)
    client = signed_in(cast.analyst)
    page = client.post(f"/issues/{issue.pk}/", {"seen": "raised", "state": "closed", "reason": ""})
    assert list(page.context["page"].form.errors) == ["reason"]
    assert states(issue) == ["raised"]
    # Somebody else is quicker: the words stay, and the second sending is about what the page shows.
    decided(cast, issue, "watching", by=cast.coordinator)
    page = client.post(f"/issues/{issue.pk}/", {"seen": "raised", "state": "closed", "reason": "It passed."})
    assert "By now the issue is “Watching”" in page.content.decode()
    again = page.context["page"].form
    assert (again["seen"].value(), again["reason"].value()) == ("watching", "It passed.")
    sent = {name: again[name].value() for name in ("seen", "state", "reason")}
    assert client.post(f"/issues/{issue.pk}/", sent).status_code == 302
    assert states(issue) == ["raised", "watching", "closed"]


def test_only_those_who_triage_see_the_form(cast: Cast) -> None:
    issue = raised(cast)
    assert signed_in(cast.officer).get(f"/issues/{issue.pk}/").context["page"].form is None
    assert signed_in(cast.coordinator).get(f"/issues/{issue.pk}/").context["page"].form is not None
    refused = signed_in(cast.officer).post(f"/issues/{issue.pk}/", {"seen": "raised", "state": "watching"})
    assert (refused.status_code, states(issue)) == (403, ["raised"])
