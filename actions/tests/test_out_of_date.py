"""What waited too long is not sent: a digest that missed its day, and news that is none any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from actions.models import Action, HelpReply, Notice, ProgressUpdate, Proposal, Reminder
from actions.rating import Rating
from actions.services import chasing, handover, proposals
from actions.services.digest import digests_due
from actions.services.help import answer_help
from actions.services.lifecycle import reopen, withdraw
from actions.services.rounds import nudge, who_owes
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, UTC, Cast, key
from partners import outbox
from partners.models import Cover, OutgoingEmail, User
from priorities.services import close_round

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State

#: The last reminder is reached on Tuesday 20 October, updates are overdue from Thursday the 22nd.
TUESDAY = dt.datetime(2026, 10, 20, 8, tzinfo=UTC)
WEDNESDAY, THURSDAY, FRIDAY = (TUESDAY + dt.timedelta(days=days) for days in (1, 2, 3))
SATURDAY, MONDAY = TUESDAY + dt.timedelta(days=4), TUESDAY + dt.timedelta(days=6)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@contextmanager
def server_away() -> Iterator[None]:
    with mock.patch("partners.mailer.Mailer.send", side_effect=outbox.NotNow("No route to host", server_away=True)):
        yield


def run(now: dt.datetime) -> list[str]:
    """One tick and one run of the sender: whom it reached, of what."""
    before = len(mail.outbox)
    chasing.put_digests(now)
    outbox.drain(now)
    return [f"{message.to[0].partition('@')[0]}: {message.subject}" for message in mail.outbox[before:]]


def say(
    cast: Cast, action: Action, now: dt.datetime, number: int = 1, by: User | None = None, **changed
) -> ProgressUpdate:
    return post_update(
        **{
            "action": action,
            "by": by or cast.officer,
            "at": now,
            "today": now.date(),
            "submission_key": key(number),
            "period": H1_2026,
            "rating": Rating.ON_TRACK,
            "narrative": "Two patrols a week.",
            **changed,
        }
    )


# --- A digest of another day ------------------------------------------------------------------------------------------


def test_what_could_not_be_sent_on_its_day_is_dropped_and_told_anew_of_the_next(cast: Cast):
    cast.action()
    with server_away():
        assert run(TUESDAY) == []
        assert run(WEDNESDAY) == []
    assert run(THURSDAY) == ["officer: 1 update overdue since 21 October 2026"]
    assert run(FRIDAY) == []
    told = {email.created_at: (email.state, email.last_error) for email in OutgoingEmail.objects.order_by("pk")}
    assert told == {
        TUESDAY: (State.DROPPED, chasing.NOT_ON_ITS_DAY),
        WEDNESDAY: (State.DROPPED, chasing.NOT_ON_ITS_DAY),
        THURSDAY: (State.SENT, ""),
    }


def test_nothing_is_told_of_what_was_done_while_the_server_was_away(cast: Cast):
    action = cast.action()
    with server_away():
        run(TUESDAY)
        run(THURSDAY)
    say(cast, action, THURSDAY + HOUR)
    assert run(FRIDAY) == []
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {State.DROPPED}
    assert not Reminder.objects.exists()


def test_over_a_week_end_it_waits_for_the_next_working_day(cast: Cast):
    cast.action()
    with server_away():
        run(FRIDAY)
    assert run(SATURDAY) == []
    assert OutgoingEmail.objects.get().state == State.DROPPED
    # The same morning tells the sub-group's lead, three working days after the due day.
    assert sorted(run(MONDAY)) == [
        "lead: Fires group: 1 update missing since 21 October 2026",
        "officer: 1 update overdue since 21 October 2026",
    ]


def test_a_sender_that_died_with_yesterdays_digest_leaves_it_unsent(cast: Cast):
    cast.action()
    chasing.put_digests(TUESDAY)
    OutgoingEmail.objects.update(state=State.SENDING, attempts=1, lease_until=TUESDAY)
    assert outbox.drain(WEDNESDAY) == outbox.Drained(dropped=1)
    assert run(WEDNESDAY) == ["officer: Last reminder: 1 update due on 21 October 2026"]


def test_later_on_the_same_day_it_is_sent(cast: Cast):
    cast.action()
    with server_away():
        run(TUESDAY)
    assert run(TUESDAY + HOUR) == ["officer: Last reminder: 1 update due on 21 October 2026"]


def test_on_its_own_day_it_is_not_sent_once_everything_in_it_is_done(cast: Cast):
    action = cast.action()
    chasing.put_digests(TUESDAY)
    say(cast, action, TUESDAY)
    assert outbox.drain(TUESDAY + HOUR) == outbox.Drained(dropped=1)
    email = OutgoingEmail.objects.get()
    assert (email.state, email.last_error) == (State.DROPPED, chasing.NOTHING_LEFT)


@pytest.mark.parametrize("left", ["an update", "news"])
def test_on_its_own_day_it_is_sent_while_anything_in_it_is_left(cast: Cast, left: str):
    done, other = cast.action("ASB-01"), cast.action("ASB-02")
    chasing.notify(
        recipients=[cast.officer],
        kind=Notice.Kind.HELP_ANSWERED,
        text="Housing group will help.",
        path="/actions/",
        at=TUESDAY,
        dedupe_key="help:1",
    )
    chasing.put_digests(TUESDAY)
    say(cast, done, TUESDAY)
    if left == "news":
        say(cast, other, TUESDAY, 2)
    else:
        Notice.objects.all().delete()
    assert outbox.drain(TUESDAY + HOUR) == outbox.Drained(sent=1)


@pytest.mark.parametrize(
    ("step", "now"), [("to_sub_group_lead", MONDAY), ("to_coordinator", MONDAY + dt.timedelta(days=2))]
)
def test_those_told_of_what_others_owe_are_asked_for_too(cast: Cast, step: str, now: dt.datetime):
    action = cast.action()
    chasing.put_digests(now)
    told = OutgoingEmail.objects.filter(pk__in=Reminder.objects.filter(step=step).values("email"))
    assert [chasing.why_not_to_send(email, now) for email in told] == [""]
    say(cast, action, now, by=cast.coordinator)
    assert [chasing.why_not_to_send(email, now) for email in told] == [chasing.NOTHING_LEFT]


def test_nobody_is_reminded_of_a_request_closed_before_the_sending(cast: Cast):
    cast.action()
    chasing.put_digests(TUESDAY)
    close_round(round_=cast.round, by=cast.coordinator, at=TUESDAY)
    assert outbox.drain(TUESDAY + HOUR) == outbox.Drained(dropped=1)


def test_a_nudge_and_news_in_a_dropped_digest_go_out_with_the_next(cast: Cast):
    cast.action()
    nudge(people=[cast.officer.pk], round_=cast.round, by=cast.coordinator, at=TUESDAY, today=TUESDAY.date())
    chasing.notify(
        recipients=[cast.officer],
        kind=Notice.Kind.HELP_ANSWERED,
        text="Housing group will help.",
        path="/actions/",
        at=TUESDAY,
        dedupe_key="help:1",
    )
    with server_away():
        run(TUESDAY)
    chasing.drop_out_of_date(WEDNESDAY)
    [due] = digests_due(WEDNESDAY)
    assert "The coordinator reminds you" in due.message.text
    assert "Housing group will help." in due.message.text
    [owing] = who_owes(round_=cast.round, today=WEDNESDAY.date())
    assert owing.waiting


def test_what_the_coordinator_sends_again_goes_out_as_it_stands_however_old(cast: Cast):
    action = cast.action()
    with mock.patch("partners.mailer.Mailer.send", side_effect=outbox.Never("No such mailbox")):
        run(TUESDAY)
    say(cast, action, WEDNESDAY)
    outbox.send_again(email=OutgoingEmail.objects.get(), by=cast.coordinator, at=FRIDAY)
    assert run(FRIDAY) == ["officer: Last reminder: 1 update due on 21 October 2026"]


def test_what_was_dropped_is_not_sent_again(cast: Cast):
    cast.action()
    with server_away():
        run(TUESDAY)
    chasing.drop_out_of_date(WEDNESDAY)
    with pytest.raises(ValidationError, match="out of date"):
        outbox.send_again(email=OutgoingEmail.objects.get(), by=cast.coordinator, at=WEDNESDAY)


# --- News that is none any more ---------------------------------------------------------------------------------------


def told(now: dt.datetime) -> dict[str, str]:
    """What each digest tells, less what is owed."""
    found = {}
    for due in digests_due(now):
        texts = list(Notice.objects.filter(pk__in=due.notices).values_list("text", flat=True))
        if texts:
            found[due.reader.name] = due.message.text
    return found


def test_help_answered_before_the_mail_is_not_asked_in_it(cast: Cast):
    update = say(
        cast,
        cast.action(),
        TUESDAY,
        rating=Rating.AT_RISK,
        reason="Crew left.",
        help_wanted="Vans.",
        help_wanted_from=cast.housing,
    )
    assert "Vans." in told(WEDNESDAY)["supporter"]
    answer_help(
        update=update,
        by=cast.supporter,
        at=TUESDAY,
        answer=HelpReply.Answer.WILL,
        text="On Monday.",
        submission_key=key(2),
    )
    assert set(told(WEDNESDAY)) == {"officer"}


def test_a_proposal_decided_before_the_mail_waits_for_nobody(cast: Cast):
    proposal = Proposal.objects.create(
        plan=cast.plan,
        title="Street lights",
        why="Dark.",
        priority=cast.priority,
        sub_group=cast.sub_group,
        lead_partner=cast.fire,
        starts_on=TUESDAY.date(),
        due_on=dt.date(2027, 1, 31),
        measure_of_success="Light.",
        proposed_by=cast.officer,
        proposed_at=TUESDAY,
        submission_key=key(9),
    )
    proposals._tell_coordinators(proposal, "Street lights is proposed.", by=cast.officer, at=TUESDAY)
    assert set(told(WEDNESDAY)) == {"coordinator"}
    proposals.decline(
        proposal=proposal,
        by=cast.coordinator,
        at=TUESDAY,
        today=TUESDAY.date(),
        revision=proposal.revision,
        reason="There is one.",
    )
    assert set(told(WEDNESDAY)) == {"officer"}


def test_actions_handed_on_or_closed_since_are_left_out(cast: Cast):
    kept, passed, closed = cast.action("ASB-01"), cast.action("ASB-02"), cast.action("ASB-03")
    handover.reassign(
        actions=[kept, passed, closed], to=cast.colleague, by=cast.coordinator, at=TUESDAY, note="Mind the keys."
    )
    whole = told(WEDNESDAY)["colleague"]
    assert "handed ASB-01, ASB-02 and ASB-03 over to you: Mind the keys.\n" in whole
    handover.reassign(actions=[passed], to=cast.lead, by=cast.coordinator, at=TUESDAY + HOUR, note="Yours.")
    withdraw(action=closed, by=cast.coordinator, at=TUESDAY + HOUR, reason="Merged.")
    assert "Mind the keys. (Closed or handed on since: ASB-02, ASB-03.)\n" in told(WEDNESDAY)["colleague"]
    handover.reassign(actions=[kept], to=cast.lead, by=cast.coordinator, at=TUESDAY + 2 * HOUR, note="Yours too.")
    assert "Mind the keys" not in told(WEDNESDAY).get("colleague", "")


def test_a_handover_note_is_whole_in_the_mail(cast: Cast):
    note = "Detail. " * 120 + "KEYPOINT"
    handover.reassign(actions=[cast.action()], to=cast.colleague, by=cast.officer, at=TUESDAY, note=note)
    assert "KEYPOINT" in told(WEDNESDAY)["colleague"]


# --- A reopened action ------------------------------------------------------------------------------------------------


def reopened(cast: Cast, now: dt.datetime = TUESDAY, **fields) -> Action:
    action = cast.action(**fields)
    withdraw(action=action, by=cast.coordinator, at=now, reason="Not needed.")
    return reopen(action=action, by=cast.coordinator, at=now, reason="It is needed.")


def test_whoever_is_to_update_a_reopened_action_is_told(cast: Cast):
    action = reopened(cast, deputy=cast.lead)
    words = told(WEDNESDAY)
    assert set(words) == {"officer", "lead"}
    assert "coordinator opened ASB-01 Action ASB-01 again: It is needed." in words["officer"]
    say(cast, action, TUESDAY + HOUR)
    assert told(WEDNESDAY) == {}


def test_with_no_one_assigned_the_lead_partners_officers_are_told(cast: Cast):
    reopened(cast, owner=cast.reader)
    assert set(told(WEDNESDAY)) == {"officer", "colleague"}


def test_whoever_stands_in_is_told_of_what_they_may_do_and_nothing_else(cast: Cast):
    for away in (cast.officer, cast.coordinator, cast.supporter):
        Cover.objects.create(person=away, covered_by=cast.outsider, starts_on=TUESDAY.date(), ends_on=FRIDAY.date())
    action = reopened(cast)
    notices = chasing.notify(
        recipients=[cast.coordinator],
        kind=Notice.Kind.PROPOSAL,
        text="A proposal.",
        path="/proposals/7/",
        at=TUESDAY,
        dedupe_key="proposal:7",
        right="actions.decide_proposal",
    )
    assert [notice.recipient for notice in notices] == [cast.coordinator]
    say(
        cast,
        action,
        TUESDAY,
        rating=Rating.AT_RISK,
        reason="Crew left.",
        help_wanted="Vans.",
        help_wanted_from=cast.housing,
    )
    kinds = Notice.objects.filter(recipient=cast.outsider).values_list("kind", flat=True)
    assert set(kinds) == {"reopened", "help_asked"}
