"""A published report goes to lists of people: once each, only to those still there, failures seen and tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.tests.makers import make_user
from partners import outbox, roles
from partners.models import OutgoingEmail, User
from priorities.models import Membership
from priorities.tests.makers import make_sub_group
from reports.models import AudienceList, HoldPeriod, ReportVersion, Sending, SentTo
from reports.services import release, sending
from reports.tests.desk import LATER, Desk
from reports.tests.test_release import client_of, released

pytestmark = pytest.mark.django_db

TODAY = LATER.date()
State = OutgoingEmail.State


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        desk = Desk()
        desk.version = desk.published()
        OutgoingEmail.objects.all().delete()
        yield desk


def a_list(desk: Desk, name: str, *people: User) -> AudienceList:
    made = AudienceList.objects.create(plan=desk.plan, name=name)
    made.people.set(people)
    return made


def send(desk: Desk, *lists: AudienceList, at: dt.datetime = LATER) -> sending.Sent:
    return sending.send(version=desk.version, audiences=lists, by=desk.coordinator, at=at)


def mailed() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_a_hold_stops_it_unless_somebody_says_why_not(desk):
    members = a_list(desk, "Members", desk.chair)
    hold = HoldPeriod.objects.create(plan=desk.plan, starts_on=TODAY, ends_on=TODAY, reason="Local elections")
    with pytest.raises(ValidationError, match="Publishing is on hold until the end of 20 November 2026"):
        send(desk, members)
    assert not OutgoingEmail.objects.exists()
    path = reverse("reports:send-to-lists", args=[desk.version.report_id, 1])
    client = client_of(desk.coordinator)
    chosen = {"audiences": [members.pk]}
    assert "Say why it is sent although publishing is on hold." in client.post(path, chosen).text
    shown = client.post(path, {**chosen, "despite_hold": "Agreed."}, follow=True).text
    assert "in spite of a hold on publishing: Agreed." in shown
    email = OutgoingEmail.objects.get()
    assert sending.why_not_to_send(email, LATER) == ""
    # Sent to again by somebody else: both are named with their reasons.
    members.people.add(desk.officer)
    again = {"version": desk.version, "audiences": [members], "by": desk.colleague, "at": LATER}
    sending.send(**again, despite_hold="Again.")
    said = f"Agreed.\n{desk.colleague.name}, 20 November 2026: Again."
    assert Sending.objects.get().despite_hold == said
    # One that begins before the e-mail goes out holds it back.
    Sending.objects.update(despite_hold="")
    assert "held back. Publishing is on hold" in sending.why_not_to_send(email, LATER)
    hold.delete()
    assert sending.why_not_to_send(email, LATER) == ""


def test_everybody_on_any_of_the_lists_gets_one_link(desk):
    members = a_list(desk, "Members", desk.chair, desk.officer)
    scrutiny = a_list(desk, "Scrutiny", desk.reader, desk.officer)
    assert send(desk, members, scrutiny) == sending.Sent(new=3, again=0)
    assert send(desk, members, scrutiny) == sending.Sent(new=0, again=0)  # a second press
    outbox.drain(LATER)
    assert mailed() == ["chair@test.example", "officer@test.example", "reader@test.example"]
    assert SentTo.objects.count() == 4
    message = next(one for one in mail.outbox if one.to == [desk.officer.email])
    assert message.subject == "Published: Six-monthly partnership report, April to September 2026"
    assert f"http://127.0.0.1:8000{desk.version.get_absolute_url()}" in message.body
    assert "the lists “Members”, “Scrutiny”" in " ".join(message.body.split())
    assert message.attachments == []


def test_a_later_list_reaches_only_those_who_have_not_had_it(desk):
    send(desk, a_list(desk, "Members", desk.chair))
    assert send(desk, a_list(desk, "Scrutiny", desk.chair, desk.reader)) == sending.Sent(new=1, again=0)
    assert OutgoingEmail.objects.count() == 2


def test_sub_groups_bring_those_with_a_seat_that_day_and_their_leads(desk):
    group = make_sub_group(desk.plan)
    group.lead, group.deputy = desk.officer, desk.analyst
    group.save()
    day = dt.timedelta(days=1)
    for n, (joined, left) in enumerate([(None, None), (TODAY, TODAY + day), (TODAY + day, None), (None, TODAY)]):
        user = make_user(f"seat{n}@test.example", roles.READER)
        Membership.objects.create(sub_group=group, user=user, joined_on=joined, left_on=left)
    groups = AudienceList.objects.create(plan=desk.plan, name="Sub-groups")
    groups.sub_groups.set([group])
    send(desk, groups)
    outbox.drain(LATER)
    wanted = ["analyst@test.example", "officer@test.example", "seat0@test.example", "seat1@test.example"]
    assert mailed() == wanted


def test_who_left_or_may_not_read_it_gets_nothing(desk):
    leaver = make_user("leaver@test.example", roles.READER, is_active=False)
    everybody = a_list(desk, "Everybody", desk.reader, leaver, desk.nobody)
    assert send(desk, everybody) == sending.Sent(new=1, again=0)
    [state] = sending.state_of_lists(desk.version, TODAY)
    assert [one.person for one in state.shut_out] == [desk.nobody]
    assert state.people == 2


def test_who_is_off_the_list_at_the_moment_of_sending_is_not_sent_it(desk):
    members = a_list(desk, "Members", desk.reader, desk.chair)
    both = a_list(desk, "Both", desk.chair)
    send(desk, members, both)
    members.people.set([])
    assert outbox.drain(LATER) == outbox.Drained(sent=1, dropped=1)
    assert mailed() == ["chair@test.example"]
    dropped = OutgoingEmail.objects.get(recipient=desk.reader)
    assert dropped.last_error == "Before it was sent, they were taken off “Members”."
    # Back on the list, they are owed another.
    members.people.set([desk.reader])
    assert send(desk, members) == sending.Sent(new=1, again=0)
    assert outbox.drain(LATER) == outbox.Drained(sent=1)
    assert send(desk, members) == sending.Sent(new=0, again=0)


def test_sent_again_by_hand_it_is_asked_all_the_same(desk):
    members = a_list(desk, "Members", desk.reader)
    send(desk, members)
    outbox.drain(LATER)
    members.people.set([])
    for number in (1, 2):
        outbox.send_again(email=OutgoingEmail.objects.earliest("pk"), by=desk.coordinator, at=LATER)
        assert outbox.drain(LATER).dropped == 1, number
    assert len(mail.outbox) == 1


def test_a_role_lost_or_a_newer_version_stops_it(desk):
    members = a_list(desk, "Members", desk.reader, desk.chair)
    send(desk, members)
    desk.reader.groups.clear()
    assert outbox.drain(LATER) == outbox.Drained(sent=1, dropped=1)
    desk.officer.refresh_from_db()
    members.people.add(desk.officer)
    send(desk, members)
    ReportVersion.objects.filter(pk=desk.version.pk).update(state="replaced")
    assert outbox.drain(LATER) == outbox.Drained(dropped=1)
    assert OutgoingEmail.objects.get(recipient=desk.officer).last_error == (
        "Before it was sent, a newer version was published."
    )


def test_a_reader_is_not_sent_what_was_taken_back_before(desk):
    released(desk, desk.version)
    send(desk, a_list(desk, "Scrutiny", desk.reader, desk.officer))
    release.withdraw(version=desk.version, reason="A name.", by=desk.coordinator, at=LATER)
    outbox.drain(LATER)
    assert mailed() == [desk.officer.email]
    email = OutgoingEmail.objects.get(recipient=desk.reader)
    assert email.state == State.DROPPED
    assert "the public version, which is what readers open, was taken back" in email.last_error
    page = client_of(desk.coordinator).get(reverse("reports:send-to-lists", args=[desk.version.report_id, 1])).text
    assert "<strong>1</strong> not sent, for the reason below" in page


def test_a_reader_is_told_when_it_has_to_be_checked_first(desk):
    send(desk, a_list(desk, "Scrutiny", desk.reader, desk.officer))
    texts = dict(OutgoingEmail.objects.values_list("recipient", "text"))
    assert "It is still being checked before readers can open it. From then on" in texts[desk.reader.pk]
    assert "still being checked" not in texts[desk.officer.pk]
    released(desk, desk.version)
    late = make_user("late@test.example", roles.READER, partner=desk.council)
    send(desk, a_list(desk, "Late", late))
    assert "still being checked" not in OutgoingEmail.objects.get(recipient=late).text


def test_what_was_not_delivered_is_tried_again_by_the_same_press(desk):
    members = a_list(desk, "Members", desk.reader, desk.chair)
    send(desk, members)
    outbox.drain(LATER)
    OutgoingEmail.objects.filter(recipient=desk.reader).update(state=State.FAILED, last_error="550: No such mailbox")
    [state] = sending.state_of_lists(desk.version, TODAY)
    assert (state.sent, len(state.failed), state.to_try_again) == (1, 1, 1)
    assert send(desk, members) == sending.Sent(new=0, again=1)
    assert outbox.drain(LATER) == outbox.Drained(sent=1)
    assert [message.to for message in mail.outbox[2:]] == [["reader@test.example"]]


def test_only_the_coordinator_sends_and_only_what_is_published(desk):
    members = a_list(desk, "Members", desk.reader)
    for user in (desk.chair, desk.officer, desk.reader, desk.nobody):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            sending.send(version=desk.version, audiences=[members], by=user, at=LATER)
    with pytest.raises(ValidationError, match="Choose at least one list"):
        send(desk)
    ReportVersion.objects.filter(pk=desk.version.pk).update(state="replaced")
    with pytest.raises(ValidationError, match="send the newer one"):
        send(desk, members)
    ReportVersion.objects.filter(pk=desk.version.pk).update(state="draft")
    with pytest.raises(ValidationError, match="once it is published"):
        send(desk, members)
    assert not Sending.objects.exists()


# --- The page ---------------------------------------------------------------------------------------------------------


def address(desk: Desk) -> str:
    return reverse("reports:send-to-lists", args=[desk.version.report_id, desk.version.number])


def test_the_page_says_what_became_of_it_and_sends_again(desk):
    client = client_of(desk.coordinator)
    assert "There is no list yet." in client.get(address(desk)).text
    members = a_list(desk, "Members", desk.reader, desk.chair, desk.nobody)
    assert "Choose at least one list." in client.post(address(desk)).text
    page = client.post(address(desk), {"audiences": members.pk}, follow=True).text
    assert "2 e-mails to send." in page
    assert "<strong>2</strong> waiting" in page
    outbox.drain(LATER)
    OutgoingEmail.objects.filter(recipient=desk.chair).update(state=State.FAILED, last_error="550: No such mailbox")
    page = client.get(address(desk)).text
    assert "<strong>1</strong> sent" in page
    assert "550: No such mailbox" in page
    assert "No role that opens reports, so no e-mail" in page
    assert "Send again" in page
    page = client.post(address(desk), {"audiences": members.pk}, follow=True).text
    assert "1 e-mail to try again." in page
    outbox.drain(LATER)
    assert "Everybody on it has it." in client.get(address(desk)).text
    page = client.post(address(desk), {"audiences": members.pk}, follow=True).text
    assert "Nothing was sent" in page
    assert "not there any more" in client.post(address(desk), {"audiences": 987654}).text


def test_thirty_lists_cost_what_three_do(desk):
    client = client_of(desk.coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address(desk)).status_code == 200
        return len(seen)

    def more(first: int, last: int) -> None:
        lists = []
        for n in range(first, last + 1):
            group = make_sub_group(desk.plan, code=f"G{n}", name=f"Group {n}")
            user = make_user(f"person{n}@test.example", roles.READER)
            made = a_list(desk, f"List {n}", user, desk.chair)
            made.sub_groups.set([group])
            lists.append(made)
        send(desk, *lists)

    more(1, 3)
    client.get(address(desk))
    few = queries()
    more(4, 30)
    assert queries() == few <= 18


def test_who_was_on_a_list_when_stays_on_record(desk):
    """As an administrator changes it on its page."""
    members = a_list(desk, "Members", desk.reader)
    form = {"plan": desk.plan.pk, "name": "Members", "position": 1, "people": [desk.reader.pk, desk.chair.pk]}
    client = client_of(desk.nobody)
    address = reverse("admin:reports_audiencelist_change", args=[members.pk])
    assert client.post(address, form).status_code == 302
    newest = members.history.first()
    assert newest.history_user == desk.nobody
    assert sorted(row.user.email for row in newest.people.all()) == ["chair@test.example", "reader@test.example"]
    assert str(desk.chair) in client.get(reverse("admin:reports_audiencelist_history", args=[members.pk])).text
