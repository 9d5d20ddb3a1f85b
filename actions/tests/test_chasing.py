"""The daily digest: who is written to, of what, and when no more."""

from __future__ import annotations

import datetime as dt

import pytest

from actions import emails
from actions.models import Action, DeadlineExtension, Notice, ProgressUpdate, Reminder
from actions.rating import Rating
from actions.services.chasing import notify, put_digests
from actions.services.digest import digests_due
from actions.services.updates import confirm_no_change, post_update
from actions.tests.makers import H1_2026, Cast, key, make_user
from partners import outbox, roles
from partners.models import Cover, EmailChoice, OutgoingEmail, User
from partners.services import choose_emails, set_roles
from priorities.models import UpdateRound
from priorities.services import close_round, open_round, settle_round

pytestmark = pytest.mark.django_db


def at(day: str, time: str = "09:00") -> dt.datetime:
    """A moment in UTC; in October 2026 London is an hour ahead until the 25th."""
    return dt.datetime.fromisoformat(f"{day}T{time}:00+00:00")


REQUESTED, SOON, LAST_DAY, OVERDUE = at("2026-10-01"), at("2026-10-14"), at("2026-10-20"), at("2026-10-22")
TO_LEAD, TO_COORDINATOR = at("2026-10-26"), at("2026-10-28")


@pytest.fixture
def cast() -> Cast:
    return Cast()


def subjects(now: dt.datetime) -> dict[str, str]:
    return {due.reader.name: due.message.subject for due in digests_due(now)}


def sent(now: dt.datetime) -> dict[str, str]:
    """The digests of one tick, gone out at once."""
    emails = put_digests(now)
    outbox.drain(now)
    return {email.recipient.name: email.subject for email in emails}


def text_to(person: User, now: dt.datetime) -> str:
    return next(due.message.text for due in digests_due(now) if due.reader == person)


def answer(action: Action, by: User, number: int = 1, now: dt.datetime = REQUESTED) -> None:
    post_update(
        action=action,
        by=by,
        at=now,
        today=now.date(),
        submission_key=key(number),
        period=H1_2026,
        rating=Rating.ON_TRACK,
        narrative="Four operations held.",
    )


# --- The ladder -------------------------------------------------------------------------------------------------------


def test_each_step_is_told_once_with_its_own_subject(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02")
    told = {}
    for now in (REQUESTED, SOON, LAST_DAY, OVERDUE, TO_LEAD, TO_COORDINATOR):
        told |= {(now.day, name): subject for name, subject in sent(now).items()}
        assert sent(now + dt.timedelta(hours=3)) == {}
        assert sent(now + dt.timedelta(days=1)) == {}
    assert told == {
        (1, "officer"): "2 updates asked for by 21 October 2026",
        (14, "officer"): "2 updates due on 21 October 2026",
        (20, "officer"): "Last reminder: 2 updates due on 21 October 2026",
        (22, "officer"): "2 updates overdue since 21 October 2026",
        (26, "lead"): "Fires group: 2 updates missing since 21 October 2026",
        (28, "coordinator"): "2 updates missing since 21 October 2026",
    }


def test_reminders_stop_as_soon_as_it_is_done(cast: Cast):
    one, other = cast.action("ASB-01"), cast.action("ASB-02")
    assert sent(REQUESTED) == {"officer": "2 updates asked for by 21 October 2026"}
    answer(one, cast.officer)
    assert subjects(SOON) == {"officer": "1 update due on 21 October 2026"}
    answer(other, cast.colleague, 2)
    for now in (SOON, LAST_DAY, OVERDUE, TO_LEAD, TO_COORDINATOR):
        assert subjects(now) == {}


def test_no_change_confirmed_is_an_answer_too(cast: Cast):
    action = cast.action()
    answer(action, cast.officer, now=at("2026-05-01"))  # about a period that is not asked for yet
    action.refresh_from_db()
    assert subjects(OVERDUE) == {}
    Action.objects.update(latest_update=None)
    ProgressUpdate.objects.all().delete()
    assert subjects(OVERDUE) == {"officer": "1 update overdue since 21 October 2026"}
    answer(action, cast.officer, 2, now=at("2026-04-02"))
    action.refresh_from_db()
    confirm_no_change(
        action=action, by=cast.officer, at=OVERDUE, today=OVERDUE.date(), submission_key=key(3), period=H1_2026
    )
    assert subjects(OVERDUE) == {}


@pytest.mark.parametrize("closed", ["closed", "settled"])
def test_nobody_is_reminded_of_a_request_that_is_over(cast: Cast, closed: str):
    cast.action()
    assert "officer" in subjects(OVERDUE)
    if closed == "closed":
        close_round(round_=cast.round, by=cast.coordinator, at=LAST_DAY)
    else:
        settle_round(plan=cast.plan, period=H1_2026, at=LAST_DAY)
    assert subjects(OVERDUE) == {}
    assert subjects(TO_COORDINATOR) == {}


def test_a_first_start_after_the_due_day_tells_only_what_is_reached_from_then_on(cast: Cast):
    """Half past midnight on the 22nd, in London: nobody is written to of the 22nd, the lead hears of the third day."""
    cast.action()
    UpdateRound.objects.update(opened_at=at("2026-10-21", "23:30"))
    assert sent(OVERDUE) == {}
    assert sent(TO_LEAD) == {"lead": "Fires group: 1 update missing since 21 October 2026"}
    assert sent(TO_COORDINATOR) == {"coordinator": "1 update missing since 21 October 2026"}
    assert sent(at("2026-11-23")) == {}


def test_a_first_start_long_after_the_due_day_tells_nobody_but_keeps_to_an_extended_deadline(cast: Cast):
    cast.action("ASB-01")
    longer = cast.action("ASB-02")
    UpdateRound.objects.update(opened_at=at("2026-11-02"))
    assert sent(at("2026-11-03")) == {}
    DeadlineExtension.objects.create(
        action=longer,
        round=cast.round,
        due_on=dt.date(2026, 11, 13),
        reason="The crew was out.",
        by=cast.coordinator,
        at=at("2026-11-03"),
    )
    assert sent(at("2026-11-12")) == {"officer": "Last reminder: 1 update due on 13 November 2026"}
    assert sent(at("2026-11-16")) == {"officer": "1 update overdue since 13 November 2026"}


def test_a_request_opened_after_its_due_day_since_the_portal_was_away_is_told_once_by_the_highest_step(cast: Cast):
    cast.action()
    UpdateRound.objects.update(opened_at=at("2026-11-10"))
    open_round(plan=cast.plan, period=H1_2026.previous(), at=at("2026-04-01"))
    assert sent(at("2026-11-10", "09:30")) == {
        "officer": "1 update overdue since 21 October 2026",
        "lead": "Fires group: 1 update missing since 21 October 2026",
        "coordinator": "1 update missing since 21 October 2026",
    }
    assert sent(at("2026-11-11")) == {}
    assert Reminder.objects.count() == 3


def test_a_request_opened_late_but_before_its_updates_are_due_is_told_by_the_highest_step(cast: Cast):
    cast.action()
    UpdateRound.objects.update(opened_at=at("2026-10-20", "06:00"))
    assert sent(LAST_DAY) == {"officer": "Last reminder: 1 update due on 21 October 2026"}
    assert sent(at("2026-10-21")) == {}


def test_days_missed_are_caught_up_by_one_mail(cast: Cast):
    cast.action()
    assert sent(at("2026-11-23")) == {
        "officer": "1 update overdue since 21 October 2026",
        "lead": "Fires group: 1 update missing since 21 October 2026",
        "coordinator": "1 update missing since 21 October 2026",
    }
    assert set(Reminder.objects.values_list("recipient__name", "step")) == {
        ("officer", "overdue"),
        ("lead", "to_sub_group_lead"),
        ("coordinator", "to_coordinator"),
    }


def test_an_extended_deadline_has_steps_of_its_own(cast: Cast):
    cast.action("ASB-01")
    longer = cast.action("ASB-02", sub_group=cast.sub_group)
    DeadlineExtension.objects.create(
        action=longer,
        round=cast.round,
        due_on=dt.date(2026, 11, 4),
        reason="Staff away.",
        by=cast.coordinator,
        at=REQUESTED,
    )
    told = []
    day = dt.date(2026, 10, 1)
    while day < dt.date(2026, 11, 14):
        told += [(f"{day:%d.%m.}", *pair) for pair in sent(at(day.isoformat())).items()]
        day += dt.timedelta(days=1)
    assert told == [
        ("01.10.", "officer", "2 updates asked for by 21 October 2026"),
        ("14.10.", "officer", "1 update due on 21 October 2026"),
        ("20.10.", "officer", "Last reminder: 1 update due on 21 October 2026"),
        ("22.10.", "officer", "1 update overdue since 21 October 2026"),
        ("26.10.", "lead", "Fires group: 1 update missing since 21 October 2026"),
        ("28.10.", "officer", "1 update due on 4 November 2026"),
        ("28.10.", "coordinator", "1 update missing since 21 October 2026"),
        ("03.11.", "officer", "Last reminder: 1 update due on 4 November 2026"),
        ("05.11.", "officer", "1 update overdue since 4 November 2026"),
        ("09.11.", "lead", "Fires group: 1 update missing since 4 November 2026"),
        ("11.11.", "coordinator", "1 update missing since 4 November 2026"),
    ]


def test_the_mail_names_another_day_beside_the_action_it_belongs_to(cast: Cast):
    cast.action("ASB-01")
    longer = cast.action("ASB-02")
    DeadlineExtension.objects.create(
        action=longer,
        round=cast.round,
        due_on=dt.date(2026, 11, 4),
        reason="Staff away.",
        by=cast.coordinator,
        at=REQUESTED,
    )
    text = text_to(cast.officer, SOON)
    assert "are due on Wednesday 21 October 2026" in text
    assert text.count("Update due on 4 November 2026.") == 1


# --- When -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "written"),
    [
        (at("2026-10-22", "06:59"), False),  # 07:59 in London, summer time
        (at("2026-10-22", "07:00"), True),
        (at("2026-10-24"), False),  # Saturday
        (at("2026-10-26", "07:59"), False),  # summer time ended the day before
        (at("2026-10-26", "08:00"), True),
        (at("2026-12-25", "10:00"), False),
        (at("2026-12-28", "10:00"), False),  # Boxing Day's bank holiday
        (at("2026-12-29", "10:00"), True),
    ],
)
def test_from_eight_in_the_morning_of_working_days(cast: Cast, now, written):
    cast.action()
    assert bool(subjects(now)) is written


def test_one_mail_a_day_whatever_comes(cast: Cast):
    cast.action()
    assert "officer" in sent(OVERDUE)
    notify(
        recipients=[cast.officer],
        kind=Notice.Kind.HANDOVER,
        text="The lead handed ASB-09 over to you.",
        path="/actions/",
        at=OVERDUE,
        dedupe_key="handover:1",
    )
    assert sent(OVERDUE + dt.timedelta(hours=4)) == {}
    assert sent(OVERDUE + dt.timedelta(days=1)) == {"officer": "Actions handed over to you"}
    assert sent(OVERDUE + dt.timedelta(days=1, hours=4)) == {}


# --- Who --------------------------------------------------------------------------------------------------------------


def test_owner_and_deputy_or_the_lead_partners_officers_when_nobody_is_assigned(cast: Cast):
    cast.action("ASB-01", deputy=cast.supporter)
    assert set(subjects(SOON)) == {"officer", "supporter"}
    Action.objects.update(owner=None, deputy=None)
    assert set(subjects(SOON)) == {"officer", "colleague"}


def test_people_who_left_or_have_no_role_are_not_written_to(cast: Cast):
    cast.action("ASB-01", deputy=cast.reader)
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    # Neither is anybody assigned, then: the lead partner's officers are to see to it.
    assert set(subjects(OVERDUE)) == {"colleague"}
    assert set(subjects(TO_COORDINATOR)) == {"colleague", "lead", "coordinator"}
    assert "ASB-01 (no one assigned)" in text_to(cast.coordinator, TO_COORDINATOR)


def test_whoever_stands_in_gets_it_too_and_is_told_for_whom(cast: Cast):
    cast.action()
    Cover.objects.create(
        person=cast.officer,
        covered_by=cast.colleague,
        starts_on=dt.date(2026, 10, 12),
        ends_on=dt.date(2026, 10, 14),
    )
    assert set(sent(REQUESTED)) == {"officer"}
    assert "(you stand in for officer)" in text_to(cast.colleague, SOON)
    assert "stand in" not in text_to(cast.officer, SOON)
    assert set(sent(SOON)) == {"officer", "colleague"}
    assert set(sent(LAST_DAY)) == {"officer"}


def test_the_leads_deputy_hears_of_it_when_there_is_no_lead_who_could(cast: Cast):
    cast.action()
    cast.sub_group.deputy = cast.colleague
    cast.sub_group.save()
    sent(OVERDUE)
    assert set(subjects(TO_LEAD)) == {"lead"}
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    assert set(subjects(TO_LEAD)) == {"colleague"}


def test_a_lead_is_not_told_of_what_they_owe_themselves(cast: Cast):
    cast.action("ASB-01", owner=cast.lead)
    assert sent(at("2026-11-23"))["lead"] == "1 update overdue since 21 October 2026"
    assert not Reminder.objects.filter(step="to_sub_group_lead").exists()


def test_a_nudge_goes_out_with_the_next_digest_and_only_while_something_is_owed(cast: Cast):
    action = cast.action()
    sent(OVERDUE)
    nudge = Reminder.objects.create(
        recipient=cast.officer, round=cast.round, step="nudge", actions=1, at=OVERDUE, by=cast.coordinator
    )
    friday = at("2026-10-23")
    assert subjects(friday) == {"officer": "Reminder: 1 update still missing"}
    assert "The coordinator reminds you" in text_to(cast.officer, friday)
    assert "officer" in sent(friday)
    nudge.refresh_from_db()
    assert nudge.email is not None
    again = Reminder.objects.create(
        recipient=cast.officer, round=cast.round, step="nudge", actions=1, at=friday, by=cast.coordinator
    )
    answer(action, cast.officer)
    assert sent(TO_LEAD) == {}
    again.refresh_from_db()
    assert again.email is None


def test_a_nudge_works_for_a_request_without_a_ladder(cast: Cast):
    cast.action()
    UpdateRound.objects.update(opened_at=at("2026-11-02"))
    Reminder.objects.create(
        recipient=cast.officer, round=cast.round, step="nudge", actions=1, at=at("2026-11-03"), by=cast.coordinator
    )
    assert sent(at("2026-11-04")) == {"officer": "Reminder: 1 update still missing"}


# --- Choices ----------------------------------------------------------------------------------------------------------


def test_reminders_before_the_day_are_optional_the_rest_is_not(cast: Cast):
    cast.action()
    choose_emails(person=cast.officer, wanted=[emails.ALSO_UPDATED], by=cast.officer)
    told = {now.day: sent(now) for now in (REQUESTED, SOON, LAST_DAY, OVERDUE)}
    assert told == {
        1: {"officer": "1 update asked for by 21 October 2026"},
        14: {},
        20: {},
        22: {"officer": "1 update overdue since 21 October 2026"},
    }


def test_somebody_elses_update_is_optional_and_help_is_not(cast: Cast):
    choose_emails(person=cast.officer, wanted=[emails.REMINDERS], by=cast.officer)
    assert list(EmailChoice.objects.values_list("user", "kind")) == [(cast.officer.pk, "also_updated")]
    for kind in (Notice.Kind.ALSO_UPDATED, Notice.Kind.HELP_ASKED):
        notify(
            recipients=[cast.officer, cast.colleague],
            kind=kind,
            text="See ASB-01.",
            path="/actions/",
            at=SOON,
            dedupe_key=f"{kind}:1",
        )
    assert set(Notice.objects.values_list("recipient__name", "kind")) == {
        ("officer", "help_asked"),
        ("colleague", "help_asked"),
        ("colleague", "also_updated"),
    }


def test_an_owner_without_a_role_is_nobodys_owner(cast: Cast):
    cast.action()
    set_roles(person=cast.officer, roles=[roles.READER], by=None, at=SOON)
    assert set(subjects(SOON)) == {"colleague"}


# --- Notices ----------------------------------------------------------------------------------------------------------


def told(cast: Cast, *people: User, number: int = 1, text: str = "Help is asked on ASB-01.") -> list[Notice]:
    return notify(
        recipients=people,
        kind=Notice.Kind.HELP_ASKED,
        text=text,
        path="/actions/7/",
        at=SOON,
        dedupe_key=f"help:{number}",
    )


def test_the_same_cause_tells_nobody_twice(cast: Cast):
    assert told(cast, cast.officer) == told(cast, cast.officer, cast.officer)
    assert Notice.objects.count() == 1
    told(cast, cast.officer, number=2)
    assert Notice.objects.count() == 2


def test_a_notice_reaches_whoever_stands_in_and_nobody_who_left(cast: Cast):
    left = make_user("left@example.org", roles.PARTNER_OFFICER, partner=cast.fire, is_active=False)
    Cover.objects.create(person=cast.officer, covered_by=cast.colleague, starts_on=SOON.date(), ends_on=SOON.date())
    told(cast, cast.officer, left)
    assert set(Notice.objects.values_list("recipient__name", flat=True)) == {"officer", "colleague"}


def test_a_long_notice_is_cut_and_a_kind_unknown_is_refused(cast: Cast):
    [notice] = told(cast, cast.officer, text="Help!\n" * 400)
    assert (len(notice.text), notice.text[-1], "\n" in notice.text) == (1600, "…", False)
    with pytest.raises(ValueError, match="rumour"):
        notify(recipients=[cast.officer], kind="rumour", text="x", path="/", at=SOON, dedupe_key="x")


def test_notices_are_grouped_under_what_is_owed_and_marked_as_told(cast: Cast):
    cast.action()
    told(cast, cast.officer)
    told(cast, cast.officer, number=2, text="Help is asked on ASB-02.")
    text = text_to(cast.officer, SOON)
    assert text.index("You owe one update:") < text.index("Help is asked on ASB-01.") < text.index("on ASB-02.")
    assert sent(SOON) == {"officer": "1 update due on 21 October 2026"}
    [email] = OutgoingEmail.objects.all()
    assert set(Notice.objects.values_list("email", flat=True)) == {email.pk}


def test_a_digest_of_notices_alone_leads_to_their_page(cast: Cast):
    told(cast, cast.supporter)
    [due] = digests_due(SOON)
    assert due.message.subject == "Help asked of your organisation"
    assert "Open the page:\nhttp://127.0.0.1:8000/actions/7/\n" in due.message.text
    told(cast, cast.supporter, number=2)
    notify(
        recipients=[cast.supporter],
        kind=Notice.Kind.PROPOSAL_DECIDED,
        text="Accepted.",
        path="/actions/9/",
        at=SOON,
        dedupe_key="proposal:1",
    )
    [due] = digests_due(SOON)
    assert due.message.subject == "Help asked of your organisation, and 2 more"
    assert "Open the portal:\nhttp://127.0.0.1:8000/\n" in due.message.text


def test_a_notice_that_could_not_be_told_for_a_fortnight_is_no_news(cast: Cast):
    told(cast, cast.supporter)  # on Wednesday the 14th at nine
    assert set(subjects(at("2026-10-28", "08:59"))) == {"supporter"}
    assert subjects(at("2026-10-28", "09:00")) == {}


# --- Words ------------------------------------------------------------------------------------------------------------


def test_the_whole_text_of_a_reminder(cast: Cast):
    late = cast.action("ASB-02", title="More <patrols> & lights", due_on=dt.date(2026, 9, 30), milestones=[])
    cast.action("ASB-01", title="Feeling safe after dark", milestones=[])
    [due] = digests_due(SOON)
    assert due.message.text == (
        "Hello officer,\n\n"
        "Updates on April to September 2026 are due on Wednesday 21 October 2026.\n\n"
        "You owe 2 updates, most pressing first:\n"
        "- ASB-02 More <patrols> & lights\n"
        "  No update so far. Overdue by 14 days.\n"
        "- ASB-01 Feeling safe after dark\n"
        "  No update so far.\n\n"
        "If nothing has changed, one press confirms it.\n\n"
        "Open My actions:\n"
        "http://127.0.0.1:8000/actions/mine/\n\n"
        "Links open the page after you have signed in. They change nothing by themselves.\n"
        "The portal writes at most once a day, and only when something waits. "
        "Choose your e-mails: http://127.0.0.1:8000/accounts/emails/\n\n"
        "Safer Hartlepool Partnership\n"
    )
    assert "More &lt;patrols&gt; &amp; lights" in due.message.html
    assert due.message.html.count('class="button"') == 1
    assert f'href="http://127.0.0.1:8000/actions/{late.pk}/"' in due.message.html


def test_a_demonstrations_mail_says_so(cast: Cast):
    cast.action()
    assert "DEMONSTRATION" not in text_to(cast.officer, SOON)
    cast.plan.is_demonstration = True
    cast.plan.save()
    [due] = digests_due(SOON)
    assert due.message.text.startswith("DEMONSTRATION DATA\n")
    assert "DEMONSTRATION DATA" in due.message.html


def test_a_coordinator_reads_partners_and_who_is_assigned(cast: Cast):
    cast.action("ASB-01")
    cast.action("ASB-02", owner=None, lead_partner=cast.housing)
    sent(TO_LEAD)
    text = text_to(cast.coordinator, TO_COORDINATOR)
    assert "- Fire brigade: ASB-01 (officer)\n- Housing group: ASB-02 (no one assigned)\n" in text
    assert "Open the board:\nhttp://127.0.0.1:8000/board/\n" in text


def test_a_sub_groups_lead_reads_actions_and_comes_to_the_list_of_them(cast: Cast):
    cast.action("ASB-01", title="Feeling safe after dark")
    text = text_to(cast.lead, TO_LEAD)
    assert "Fires group: 1 update missing\n" in text
    assert "- ASB-01 Feeling safe after dark: Fire brigade, officer\n" in text
    assert "See who has not updated:\nhttp://127.0.0.1:8000/actions/?sub_group=FIRE&silent=on\n" in text


def test_a_long_list_is_cut_and_says_how_many_more(cast: Cast):
    for n in range(27):
        cast.action(f"ASB-{n:02d}", milestones=[])
    text = text_to(cast.officer, SOON)
    assert "You owe 27 updates" in text
    assert text.count("- ASB-") == 25
    assert "… and 2 more." in text


# --- Cost -------------------------------------------------------------------------------------------------------------


def test_as_many_queries_for_thirty_actions_and_people_as_for_three(cast: Cast, django_assert_num_queries):
    def more(first: int, last: int) -> None:
        for n in range(first, last):
            person = make_user(f"p{n}@example.org", roles.PARTNER_OFFICER, partner=cast.fire)
            cast.action(f"ASB-{n:02d}", owner=person)
            told(cast, person, number=n)

    more(0, 3)
    with django_assert_num_queries(17):
        assert len(digests_due(SOON)) == 3
    more(3, 30)
    with django_assert_num_queries(17):
        assert len(digests_due(SOON)) == 30
