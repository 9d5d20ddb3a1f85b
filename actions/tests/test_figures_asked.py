"""Figures and commentary in the one daily e-mail: who hears of them when, once, and no more when they are given."""

from __future__ import annotations

import datetime as dt

import pytest

from actions.services import chasing
from actions.services.digest import digests_due
from partners import outbox, roles
from partners.models import EmailChoice, OutgoingEmail
from partners.tests.makers import make_user
from performance.models import FigureReminder, everything_owed
from performance.services.figures import nudge, say_not_available
from performance.tests.makers import Q1_2026, Q2_2026, Cast, make_indicator

pytestmark = pytest.mark.django_db


def at(day: int, month: int = 10, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=dt.UTC)


#: The figure of Q2 can be had on Wednesday 21 October: asked on the 14th, reminded on the 21st, overdue on the 28th.
ASKED, REMINDED, OVERDUE = at(14), at(21), at(28)


@pytest.fixture
def cast() -> Cast:
    made = Cast()
    made.colleague.is_active = False
    made.colleague.save()
    return made


def subjects(now: dt.datetime) -> dict[str, str]:
    """Whom an e-mail is sent to at this moment, and its subject."""
    emails = chasing.put_digests(now)
    OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails]).update(state="sent", sent_at=now)
    return {email.recipient.email: email.subject for email in emails}


def stages() -> list[str]:
    return list(FigureReminder.objects.order_by("at", "pk").values_list("stage", flat=True))


def test_the_data_owner_is_asked_reminded_and_told_that_it_is_overdue_each_once(cast):
    assert subjects(at(13)) == {}
    assert subjects(ASKED) == {"police@example.org": "1 figure asked for by 21 October 2026"}
    assert subjects(at(14, hour=15)) == {}
    assert subjects(at(15)) == {}
    assert subjects(REMINDED) == {"police@example.org": "1 figure due on 21 October 2026"}
    assert subjects(OVERDUE) == {"police@example.org": "1 figure overdue since 21 October 2026"}
    assert subjects(at(29)) == {}
    assert stages() == ["asked", "reminded", "overdue"]


def test_what_was_missed_is_caught_up_by_the_highest_step(cast):
    assert subjects(OVERDUE) == {"police@example.org": "1 figure overdue since 21 October 2026"}
    assert stages() == ["overdue"]


def test_nobody_is_written_to_of_what_is_long_past(cast):
    assert subjects(at(26, month=11)) == {}


def test_one_e_mail_names_everything_and_leads_to_the_grid(cast):
    make_indicator(code="BURG", name="Burglary")
    (due,) = digests_due(OVERDUE)
    assert due.message.subject == "2 figures overdue since 21 October 2026"
    for text in (due.message.text, due.message.html):
        assert "Shoplifting, Q2 2026/27" in text
        assert "Burglary, Q2 2026/27" in text
        assert "Owed since 21 October 2026." in text
        assert "/performance/figures/?quarter=2026-07" in text
    assert "You are asked for 2 figures" in due.message.text


def test_it_stops_when_the_figure_is_there(cast):
    assert subjects(ASKED)
    cast.figure("418")
    assert subjects(REMINDED) == {}


def test_it_stops_until_the_day_that_was_promised_and_then_begins_anew(cast):
    assert subjects(ASKED)
    say_not_available(
        indicator=cast.indicator,
        period=Q2_2026,
        reason="The system was changed.",
        expected_on=dt.date(2026, 12, 4),
        by=cast.owner,
        at=at(15),
    )
    assert subjects(REMINDED) == {}
    assert subjects(OVERDUE) == {}
    assert subjects(at(27, month=11)) == {"police@example.org": "1 figure asked for by 4 December 2026"}
    (due,) = digests_due(at(4, month=12))
    assert "Not yet available: The system was changed. Expected on 4 December 2026." in due.message.text


def test_commentary_is_asked_for_by_the_same_ladder(cast):
    cast.figure("300", period=Q2_2026.year_before(), at=at(1, month=7))
    for period in (Q2_2026.year_before().next(), Q1_2026.previous(), Q1_2026):
        cast.figure("300", period=period, at=at(1, month=7))
    cast.figure("418", at=at(19))
    assert subjects(at(20)) == {"police@example.org": "commentary on 1 figure asked for by 26 October 2026"}
    (due,) = digests_due(at(26))
    assert "Commentary: Shoplifting, Q2 2026/27" in due.message.text
    assert "/indicators/SHOP/commentary/?period=2026-07" in due.message.html


def test_who_wants_no_reminders_is_asked_and_told_when_it_is_overdue(cast):
    EmailChoice.objects.create(user=cast.owner, kind="reminders")
    assert subjects(ASKED)
    assert subjects(REMINDED) == {}
    assert subjects(OVERDUE)


def test_a_nudge_is_told_with_the_next_e_mail_and_once(cast):
    assert subjects(OVERDUE)
    (owing,) = everything_owed(cast.plan, dt.date(2026, 10, 29))
    nudge(owing=[owing], by=cast.coordinator, at=at(29))
    assert subjects(at(30)) == {"police@example.org": "Reminder: 1 figure still missing"}
    assert subjects(at(2, month=11)) == {}
    assert FigureReminder.objects.filter(stage="nudged", email__isnull=False).count() == 1


def test_an_e_mail_that_was_dropped_takes_back_what_it_told(cast):
    (email,) = chasing.put_digests(ASKED)
    outbox.drop(email=email, why="It was not sent on its day.")
    assert stages() == []
    assert subjects(at(15)) == {"police@example.org": "1 figure asked for by 21 October 2026"}


def test_an_e_mail_about_figures_that_came_meanwhile_is_not_sent(cast):
    (email,) = chasing.put_digests(ASKED)
    assert chasing.why_not_to_send(email, ASKED) == ""
    cast.figure("418", at=ASKED)
    assert chasing.why_not_to_send(email, ASKED) == chasing.NOTHING_LEFT


def test_as_many_queries_for_thirty_figures_and_people_as_for_three(cast, django_assert_num_queries):
    def more(first: int, last: int) -> None:
        for n in range(first, last):
            person = make_user(f"p{n}@example.org", roles.PARTNER_OFFICER, partner=cast.police)
            make_indicator(code=f"I{n}", name=f"Indicator {n}", contact=person)

    more(0, 3)
    with django_assert_num_queries(20):
        assert len(digests_due(ASKED)) == 4
    more(3, 30)
    with django_assert_num_queries(20):
        assert len(digests_due(ASKED)) == 31
