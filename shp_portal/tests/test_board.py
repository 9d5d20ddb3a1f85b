"""The coordinator's board: what it shows, and each of its steps from page to row."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ActionEvent, DeadlineExtension, Notice, Proposal, Reminder
from actions.rating import Rating
from actions.services.rounds import extend_deadline
from actions.services.updates import confirm_no_change
from partners import roles
from partners.models import Cover, OutgoingEmail
from partners.tests.makers import make_partner, make_user
from priorities.models import Priority, SubGroup
from priorities.services import close_round
from shp_portal.tests.scene import H1_2026, NOW, TODAY, Cast, browser, key, on, page, text_of, update

pytestmark = pytest.mark.django_db

BOARD, NUDGE, CLOSE, REASSIGN = "/board/", "/board/nudge/", "/board/close/", "/board/reassign/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def send(cast: Cast, address: str, data: dict, who: str = "coordinator", expected: int = 302) -> str:
    with on():
        client = browser(getattr(cast, who))
        response = client.post(address, data)
        assert response.status_code == expected
        return text_of(
            client.get(response["Location"]).content.decode() if expected == 302 else response.content.decode()
        )


def test_the_board_says_who_has_not_updated_and_how_many_days_are_left(cast: Cast):
    silent, heard = cast.action("ASB-01"), cast.action("ASB-02")
    update(cast, heard, 1)

    words = text_of(page(cast.coordinator, BOARD))

    assert "1 April to 30 September 2026 are due by 21 October 2026 (9 days left). 1 of 2 received." in words
    assert f"{silent.ref} {silent.title}" in words
    assert heard.title not in words
    assert "Fire brigade: 1" in words
    assert "officerNot nudged" in words


@pytest.mark.parametrize(
    ("by", "heading"),
    [
        ("partner", "Fire brigade: 1"),
        ("sub-group", "Fires group: 1"),
        ("person", "officer, Fire brigade: 1"),
        ("moon", "Fire brigade: 1"),
    ],
)
def test_the_silent_can_be_grouped(cast: Cast, by: str, heading: str):
    cast.action()
    assert heading in text_of(page(cast.coordinator, f"{BOARD}?by={by}"))


def test_days_over_and_more_time_are_told_apart(cast: Cast):
    late, extended = cast.action("ASB-01"), cast.action("ASB-02")
    extend_deadline(
        action=extended,
        round_=cast.round,
        due_on=dt.date(2026, 11, 30),
        reason="New officer.",
        by=cast.coordinator,
        at=NOW,
        today=TODAY,
    )
    with on(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)):
        words = text_of(browser(cast.coordinator).get(BOARD).content.decode())

    assert "were due on 21 October 2026 (33 days over)" in words
    assert "7 days leftMore time, until 30 November" in words
    assert words.index(late.ref) < words.index(extended.ref)


@pytest.mark.parametrize("who", ["officer", "lead", "analyst", "chair"])
@pytest.mark.parametrize("address", [BOARD, NUDGE, CLOSE, REASSIGN])
def test_the_board_is_the_coordinators(cast: Cast, who: str, address: str):
    html = page(getattr(cast, who), address, expected=403)
    assert "coordinator" in text_of(html)


@pytest.mark.parametrize("who", ["reader", "admin"])
@pytest.mark.parametrize("address", [BOARD, NUDGE, CLOSE, REASSIGN])
def test_for_those_who_see_no_work_there_is_no_board(cast: Cast, who: str, address: str):
    page(getattr(cast, who), address, expected=404)


def cover(cast: Cast, by: str = "outsider") -> None:
    Cover.objects.create(person=cast.coordinator, covered_by=getattr(cast, by), starts_on=TODAY, ends_on=TODAY)


def test_whoever_stands_in_for_the_coordinator_keeps_the_request_going(cast: Cast):
    silent = cast.action()
    cover(cast)
    words = text_of(page(cast.outsider, BOARD))
    assert "ASB-01" in words
    assert 'href="/board/"' in page(cast.outsider, "/")

    send(cast, NUDGE, {"person": [cast.officer.pk]}, who="outsider")
    assert Reminder.objects.get().by == cast.outsider
    send(
        cast,
        f"/actions/{silent.pk}/extend/",
        {"due_on_0": "13", "due_on_1": "11", "due_on_2": "2026", "reason": "New."},
        who="outsider",
    )
    assert DeadlineExtension.objects.get().by == cast.outsider
    send(cast, CLOSE, {"round": cast.round.pk}, who="outsider")
    cast.round.refresh_from_db()
    assert cast.round.closed_by == cast.outsider


def test_standing_in_opens_neither_restricted_words_nor_what_is_the_coordinators_alone(cast: Cast):
    update(
        cast,
        cast.action(),
        1,
        rating=Rating.AT_RISK,
        reason="Marigold.",
        help_wanted="Marigold.",
        help_wanted_from=cast.housing,
        restricted=True,
    )
    cast.action("ASB-02", owner=None)
    cover(cast)
    html = page(cast.outsider, BOARD)
    assert "Marigold" not in html
    assert "the words are restricted" in html
    for shut in (
        REASSIGN,
        "/hand-over/",
        "/accounts/cover/?person",
        "/board/emails/",
        "Proposals that wait",
        "Enter it for them",
    ):
        assert shut not in html
    assert "name somebody who stands in" in text_of(page(cast.outsider, REASSIGN, expected=403))


def test_every_link_of_the_stand_ins_board_opens(cast: Cast):
    update(
        cast, cast.action(), 1, rating=Rating.AT_RISK, reason="No.", help_wanted="A van.", help_wanted_from=cast.housing
    )
    cast.action("ASB-02", owner=None)
    cover(cast)
    links = set(
        re.findall(
            r'href="(/[^"#]*)"', page(cast.outsider, f"{BOARD}?by=person").partition("<h1")[2].partition("</main>")[0]
        )
    )
    assert len(links) > 4
    for link in sorted(links):
        page(cast.outsider, link)


def test_nobody_sees_a_link_to_the_board_but_the_coordinator(cast: Cast):
    assert 'href="/board/"' in page(cast.coordinator, "/")
    assert 'href="/board/"' not in page(cast.officer, "/")


# --- What waits ---


def test_actions_without_anybody_to_answer_are_listed_with_why(cast: Cast):
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    alone = make_user("alone@example.org", roles.PARTNER_OFFICER)
    cast.action("ASB-01", owner=None)
    cast.action("ASB-02", owner=left)
    cast.action("ASB-03", owner=alone)
    cast.action("ASB-04")

    cast.action("ASB-05", owner=cast.reader)
    cast.action("ASB-06", owner=left, deputy=cast.colleague)
    cast.action("ASB-07", owner=None, deputy=cast.colleague)

    words = text_of(page(cast.coordinator, BOARD)).partition("No owner at work")[2]

    assert "ASB-01 Action ASB-01No one assigned · Fire brigade" in words
    assert "ASB-02 Action ASB-02No one assigned: left has left · Fire brigade" in words
    assert "alone has no organisation" in words
    assert "ASB-04" not in words
    assert "ASB-05 Action ASB-05No one assigned: reader has no working role any more" in words
    assert "ASB-06 Action ASB-06left has left; colleague answers as deputy" in words
    assert "ASB-07 Action ASB-07No owner; colleague answers as deputy" in words
    assert "left, Fire brigade, has left. Hand over all their actions" in words
    assert "reader has no working role any more. Hand over all their actions" in words


def test_the_silent_without_anybody_at_work_are_no_ones(cast: Cast):
    cast.action("ASB-01", owner=cast.reader)
    assert "No one assigned: 1" in text_of(page(cast.coordinator, f"{BOARD}?by=person"))


def test_no_change_is_counted_for_the_period_it_is_about(cast: Cast):
    action = cast.action()
    update(cast, action, 1)
    confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H1_2026.next())
    assert "1 of 1 received. " in text_of(page(cast.coordinator, BOARD))
    confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(3), period=H1_2026)
    assert "1 of 1 received, 1 of them “no change, confirmed”." in text_of(page(cast.coordinator, BOARD))


def test_help_that_nobody_at_the_partner_asked_can_answer_is_said_and_entered(cast: Cast):
    empty = make_partner("EMPTY", "Empty trust")
    asked = update(
        cast, cast.action(), 1, rating=Rating.AT_RISK, reason="No.", help_wanted="A van.", help_wanted_from=empty
    )
    html = page(cast.coordinator, BOARD)
    assert "No officer of Empty trust can sign in to answer." in html
    assert f'href="/actions/help/{asked.pk}/"' in html
    [notice] = Notice.objects.filter(kind="help_asked")
    assert notice.recipient == cast.coordinator
    assert "No officer of Empty trust can sign in" in notice.text
    words = text_of(page(cast.officer, asked.action.get_absolute_url()))
    assert "No officer of Empty trust can sign in to answer; the coordinator is told" in words


def test_help_without_an_answer_proposals_and_failed_e_mails_are_listed(cast: Cast):
    helped = cast.action("ASB-01")
    update(
        cast, helped, 1, rating=Rating.AT_RISK, reason="No van.", help_wanted="Two vans.", help_wanted_from=cast.housing
    )
    Proposal.objects.create(
        plan=cast.plan,
        title="Street lights",
        why="Dark.",
        priority=cast.priority,
        sub_group=cast.sub_group,
        lead_partner=cast.fire,
        starts_on=TODAY,
        due_on=TODAY,
        measure_of_success="Light.",
        proposed_by=cast.officer,
        proposed_at=NOW,
        submission_key=key(9),
    )
    OutgoingEmail.objects.create(
        recipient=cast.officer,
        kind="digest",
        subject="Once",
        dedupe_key="x",
        state="failed",
        last_error="550 no such mailbox",
        created_at=NOW,
    )

    words = text_of(page(cast.coordinator, BOARD))

    assert "Fire brigade asked Housing group on 12 October 2026: Two vans." in words
    assert "Street lights" in words
    assert "550 no such mailbox" in words


# --- Steps ---


def test_a_nudge_shows_whom_it_would_write_to_before_anything_is_kept(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", owner=cast.lead)

    words = text_of(page(cast.coordinator, NUDGE))
    assert "officer@example.org · 1 action: ASB-01" in words
    assert "lead@example.org · 1 action: ASB-02" in words
    assert not Reminder.objects.exists()

    one = text_of(page(cast.coordinator, f"{NUDGE}?person={cast.lead.pk}"))
    assert "lead@example.org" in one
    assert "officer@example.org" not in one


def test_those_ticked_are_nudged_and_the_board_says_when(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", owner=cast.lead)

    words = send(cast, NUDGE, {"person": [cast.officer.pk]})

    assert "Nudged: officer." in words
    assert "Nudged 12 October" in words
    assert [reminder.recipient for reminder in Reminder.objects.all()] == [cast.officer]


def test_two_presses_nudge_once(cast: Cast):
    cast.action()
    send(cast, NUDGE, {"person": [cast.officer.pk]})
    words = send(cast, NUDGE, {"person": [cast.officer.pk]})
    assert "1 person not nudged" in words
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"person": ["x", "-1", "٣"]}])
def test_a_nudge_of_nobody_says_so(cast: Cast, data: dict):
    cast.action()
    assert "Choose at least one person." in send(cast, NUDGE, data, expected=200)
    assert not Reminder.objects.exists()


def test_the_request_is_closed_after_a_page_that_says_what_follows(cast: Cast):
    cast.action()
    assert "1 is missing" in text_of(page(cast.coordinator, CLOSE))

    words = send(cast, CLOSE, {"round": cast.round.pk})

    cast.round.refresh_from_db()
    assert (cast.round.closed_at, cast.round.closed_by) == (NOW, cast.coordinator)
    assert "The request was closed on 12 October 2026 by coordinator" in words
    assert "Nudge…" not in words


def test_an_old_page_closes_nothing(cast: Cast):
    assert "about an older request" in send(cast, CLOSE, {"round": "0"})
    cast.round.refresh_from_db()
    assert cast.round.closed_at is None


def test_a_closed_request_is_not_nudged_about(cast: Cast):
    cast.action()
    close_round(round_=cast.round, by=cast.coordinator, at=NOW)
    assert "closed" in text_of(page(cast.coordinator, NUDGE))
    assert "is closed" in send(cast, NUDGE, {"person": [cast.officer.pk]})
    assert not Reminder.objects.exists()


def test_all_of_a_leavers_actions_are_handed_over_from_the_board(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", owner=cast.lead, deputy=cast.officer)
    assert "officer, Fire brigade: 2 actions" in text_of(page(cast.coordinator, REASSIGN))
    address = f"{REASSIGN}?person={cast.officer.pk}"
    assert "ASB-02 Action ASB-02 (as deputy)" in text_of(page(cast.coordinator, address))

    words = send(cast, address, {"to": cast.colleague.pk, "note": "The papers are in the blue cabinet."})

    assert "Handed over from officer to colleague: ASB-01, ASB-02." in words
    owners = dict(Action.objects.values_list("ref", "owner__name"))
    assert owners == {"ASB-01": "colleague", "ASB-02": "lead"}
    assert ActionEvent.objects.filter(kind="reassigned").count() == 2


def test_a_handover_without_a_note_keeps_what_was_chosen(cast: Cast):
    cast.action()
    address = f"{REASSIGN}?person={cast.officer.pk}"
    with on():
        response = browser(cast.coordinator).post(address, {"to": cast.colleague.pk, "note": ""})
    html = response.content.decode()
    assert "Say in a sentence or two what the next person needs to know." in html
    assert f'value="{cast.colleague.pk}" selected' in html
    assert Action.objects.get().owner == cast.officer


@pytest.mark.parametrize("person", ["", "x", "999999", "9" * 40])
def test_nobody_chosen_asks_for_somebody(cast: Cast, person: str):
    cast.action()
    assert "Whose actions are handed over?" in text_of(page(cast.coordinator, f"{REASSIGN}?person={person}"))


# --- Handing over and more time, from the action's own page ---


def test_an_officer_hands_over_from_the_action(cast: Cast):
    action = cast.action()
    address = f"/actions/{action.pk}/hand-over/"
    assert address in page(cast.officer, f"/actions/{action.pk}/")
    assert "outsider" not in page(cast.officer, address)

    words = send(cast, address, {"to": cast.colleague.pk, "note": "All is in the file."}, who="officer")

    assert "ASB-01 is handed over to colleague. They are told in their next e-mail." in words
    assert "Reassigned from officer to colleague" in words
    assert Action.objects.get().owner == cast.colleague


def test_a_stranger_in_the_form_is_refused_beside_the_field(cast: Cast):
    action = cast.action()
    words = send(
        cast,
        f"/actions/{action.pk}/hand-over/",
        {"to": cast.outsider.pk, "note": "All is in the file."},
        who="officer",
        expected=200,
    )
    assert "Choose a person from the list." in words
    assert Action.objects.get().owner == cast.officer


def test_the_coordinator_gives_more_time_from_the_action(cast: Cast):
    action = cast.action()
    address = f"/actions/{action.pk}/extend/"
    assert address in page(cast.coordinator, f"/actions/{action.pk}/")
    assert address not in page(cast.officer, f"/actions/{action.pk}/")

    day = {"due_on_0": "28", "due_on_1": "10", "due_on_2": "2026"}
    assert "Say why there is more time." in send(cast, address, {**day, "reason": " "}, expected=200)
    words = send(cast, address, {**day, "reason": "New officer."})

    assert "The update on ASB-01 is now due on 28 October 2026." in words
    assert "It was given more time before: New officer." in text_of(page(cast.coordinator, address))


# --- Cost ---


@pytest.mark.parametrize(
    "address",
    [
        f"{BOARD}?by=partner",
        f"{BOARD}?by=person",
        NUDGE,
        REASSIGN,
        "/partners/CFB/",
        "/sub-groups/FIRE/meeting/",
        "/accounts/cover/",
    ],
)
def test_pages_cost_the_same_at_3_actions_as_at_30(cast: Cast, address: str):
    def cost() -> int:
        client = browser(cast.coordinator)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def add(numbers: range) -> None:
        for n in numbers:
            person = make_user(f"p{n}@example.org", roles.PARTNER_OFFICER, partner=cast.fire)
            priority = Priority.objects.create(
                plan=cast.plan, code=f"P{n}", name=f"P{n}", position=n + 1, statement="."
            )
            group = SubGroup.objects.create(plan=cast.plan, code=f"G{n}", name=f"G{n}", lead=person)
            group.priorities.add(priority)
            cast.action(f"A-{n:02}", owner=person, deputy=cast.lead, sub_group=cast.sub_group, reoffending_focus=True)
            cast.action(f"B-{n:02}", owner=None, sub_group=group, lead_partner=cast.housing, supporting=[cast.fire])
            asked = cast.action(f"C-{n:02}", owner=cast.officer)
            update(
                cast,
                asked,
                n,
                rating=Rating.OFF_TRACK,
                reason="No van.",
                recovery="A van.",
                help_wanted="Vans.",
                help_wanted_from=cast.housing if n % 2 else cast.council,
                restricted=bool(n % 3),
            )

    with on():
        add(range(1, 4))
        few = cost()
        add(range(4, 31))
        assert cost() == few
    assert few <= 26
