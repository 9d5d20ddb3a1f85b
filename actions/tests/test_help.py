"""Help one partner asks of another: who hears of it, who answers, and what stays open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, HelpReply, Notice, ProgressUpdate
from actions.rating import Rating
from actions.services.help import answer_help
from actions.services.updates import confirm_no_change, post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key, make_user
from actions.tests.pages import browser, on
from partners import roles
from partners.models import User

pytestmark = pytest.mark.django_db

Answer = HelpReply.Answer


@pytest.fixture
def cast() -> Cast:
    return Cast()


def asking(cast: Cast, number: int = 1, action: Action | None = None, **changed: Any) -> ProgressUpdate:
    """An update, at risk, by which the fire brigade asks the housing group for help."""
    return post_update(
        **{
            "action": action or cast.action(f"ASB-0{number}"),
            "by": cast.officer,
            "at": NOW,
            "today": TODAY,
            "submission_key": key(number),
            "period": H1_2026,
            "rating": Rating.AT_RISK,
            "narrative": "Slower than planned.",
            "reason": "No keys to the roofs.",
            "help_wanted": "Keys to the roofs of four blocks.",
            "help_wanted_from": cast.housing,
            **changed,
        }
    )


def answer(update: ProgressUpdate, by: User, number: int = 100, **changed: Any) -> HelpReply:
    return answer_help(
        **{
            "update": update,
            "by": by,
            "at": NOW,
            "answer": Answer.WILL,
            "text": "Our caretakers will bring them on Monday.",
            "submission_key": key(number),
            **changed,
        }
    )


def told(kind: Notice.Kind) -> dict[str, str]:
    """Who was told of a kind of thing, and in what words."""
    return {notice.recipient.email: notice.text for notice in Notice.objects.filter(kind=kind)}


def test_the_partner_asked_hears_of_it_once(cast: Cast):
    update = asking(cast)
    asking(cast, action=update.action)  # the same form again
    heard = told(Notice.Kind.HELP_ASKED)
    assert heard == {
        cast.supporter.email: "Fire brigade asks Housing group for help with ASB-01 Action ASB-01: "
        "“Keys to the roofs of four blocks.”"
    }
    assert Notice.objects.get(kind="help_asked").path == f"/actions/help/{update.pk}/"


def test_of_a_large_partner_those_with_actions_hear_of_it(cast: Cast):
    at_work = make_user("caretaker@example.org", roles.PARTNER_OFFICER, partner=cast.housing)
    gone = make_user("gone@example.org", roles.PARTNER_OFFICER, partner=cast.housing, is_active=False)
    cast.action("ASB-08", lead_partner=cast.housing, owner=at_work)
    cast.action("ASB-09", lead_partner=cast.housing, owner=gone)
    asking(cast)
    assert set(told(Notice.Kind.HELP_ASKED)) == {at_work.email}


def test_an_update_that_asks_nothing_tells_nobody(cast: Cast):
    asking(cast, help_wanted="", help_wanted_from=None)
    assert not Notice.objects.filter(kind="help_asked").exists()


def test_an_answer_is_kept_and_told_to_who_asked(cast: Cast):
    update = asking(cast)
    reply = answer(update, cast.supporter)
    assert (reply.partner, reply.by, reply.answer) == (cast.housing, cast.supporter, "will")
    assert told(Notice.Kind.HELP_ANSWERED) == {
        cast.officer.email: "Housing group will help with ASB-01 Action ASB-01: “Our caretakers will bring them on Monday.”"
    }


def test_the_owner_hears_of_it_too_when_the_coordinator_asked(cast: Cast):
    answer(asking(cast, by=cast.coordinator), cast.supporter)
    assert set(told(Notice.Kind.HELP_ANSWERED)) == {cast.officer.email, cast.coordinator.email}


def test_the_same_form_twice_is_one_answer(cast: Cast):
    update = asking(cast)
    assert answer(update, cast.supporter) == answer(update, cast.supporter, text="Again.")
    assert HelpReply.objects.count() == 1


def test_a_key_of_another_form_is_refused(cast: Cast):
    answer(asking(cast, 1), cast.supporter)
    with pytest.raises(ValidationError, match="sent already"):
        answer(asking(cast, 2), cast.supporter)


@pytest.mark.parametrize("who", ["officer", "outsider", "lead", "analyst", "chair", "reader", "admin"])
def test_others_do_not_answer(cast: Cast, who: str):
    update = asking(cast)
    with pytest.raises(PermissionDenied, match="its officers answer"):
        answer(update, getattr(cast, who))
    assert not HelpReply.objects.exists()


def test_the_coordinator_answers_for_the_partner_asked(cast: Cast):
    reply = answer(asking(cast), cast.coordinator)
    assert (reply.partner, reply.by) == (cast.housing, cast.coordinator)


@pytest.mark.parametrize(
    ("changed", "field"), [({"answer": "perhaps"}, "answer"), ({"answer": ""}, "answer"), ({"text": " \n"}, "text")]
)
def test_an_answer_wants_a_choice_and_words(cast: Cast, changed: dict[str, str], field: str):
    update = asking(cast)
    with pytest.raises(ValidationError) as refused:
        answer(update, cast.supporter, **changed)
    assert set(refused.value.message_dict) == {field}


def test_an_update_that_asked_nothing_takes_no_answer(cast: Cast):
    update = asking(cast, help_wanted="", help_wanted_from=None)
    with pytest.raises(ValidationError, match="asks for no help"):
        answer(update, cast.coordinator)


# --- What stays open ----------------------------------------------------------------------------------------------------


def test_help_is_unanswered_until_it_is_answered(cast: Cast):
    first, second = asking(cast, 1, at=NOW - dt.timedelta(hours=1)), asking(cast, 2)
    assert list(ProgressUpdate.objects.unanswered_help()) == [first, second]
    answer(first, cast.supporter, answer=Answer.CANNOT)
    assert list(ProgressUpdate.objects.unanswered_help()) == [second]


def test_no_change_keeps_the_request_open(cast: Cast):
    update = asking(cast)
    confirm_no_change(
        action=update.action,
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(2),
        period=H2_2026,
    )
    assert list(ProgressUpdate.objects.unanswered_help()) == [update]


def test_a_newer_update_that_asks_nothing_ends_it(cast: Cast):
    first = asking(cast, 1)
    asking(cast, 2, action=first.action, help_wanted="", help_wanted_from=None)
    assert not ProgressUpdate.objects.unanswered_help().exists()


def test_a_newer_request_takes_the_place_of_the_older(cast: Cast):
    first = asking(cast, 1)
    second = asking(cast, 2, action=first.action, help_wanted="Keys to six blocks.")
    assert list(ProgressUpdate.objects.unanswered_help()) == [second]


def test_a_closed_action_wants_no_help(cast: Cast):
    update = asking(cast)
    Action.objects.filter(pk=update.action_id).update(state=Action.State.WITHDRAWN)
    assert not ProgressUpdate.objects.unanswered_help().exists()


def test_a_promise_is_owed_until_it_is_done(cast: Cast):
    update = asking(cast)
    owed = ProgressUpdate.objects.help_owed_by
    assert [u.last_answer for u in owed(cast.housing)] == [None]
    answer(update, cast.supporter, 1)
    assert [u.last_answer for u in owed(cast.housing)] == ["will"]
    answer(update, cast.supporter, 2, answer=Answer.DONE)
    assert list(owed(cast.housing)) == []
    assert list(owed(cast.fire)) == []


# --- Pages --------------------------------------------------------------------------------------------------------------


def send(cast: Cast, update: ProgressUpdate, who: User, **changed: str) -> Any:
    answers = {"submission_key": str(key(50)), "answer": "will", "text": "On Monday.", **changed}
    with on():
        return browser(who).post(f"/actions/help/{update.pk}/", answers)


def test_the_page_takes_the_answer_and_the_history_shows_it(cast: Cast):
    update = asking(cast)
    with on():
        page = browser(cast.supporter).get(f"/actions/help/{update.pk}/").content.decode()
    assert "Keys to the roofs of four blocks." in page
    response = send(cast, update, cast.supporter)
    assert response.status_code == 302
    assert response["Location"] == f"/actions/{update.action_id}/#update-{update.pk}"
    with on():
        history = browser(cast.outsider).get(f"/actions/{update.action_id}/").content.decode()
    assert "Housing group, 12 October 2026: We will help." in history
    assert "On Monday." in history
    assert "Answer" not in history  # the reader is not asked


def test_the_history_says_when_nobody_has_answered(cast: Cast):
    update = asking(cast)
    with on():
        history = browser(cast.supporter).get(f"/actions/{update.action_id}/").content.decode()
    assert "Housing group has not answered yet." in history
    assert f"/actions/help/{update.pk}/" in history


def test_the_page_keeps_what_was_typed(cast: Cast):
    update = asking(cast)
    page = send(cast, update, cast.supporter, answer="", text="On Monday, I think.")
    assert page.status_code == 200
    assert "Choose an answer." in page.content.decode()
    assert "On Monday, I think." in page.content.decode()
    assert not HelpReply.objects.exists()


@pytest.mark.parametrize("text", ["\u202egnihtoN", "A\x00B", "x" * 2001])
def test_the_page_refuses_what_a_report_cannot_print(cast: Cast, text: str):
    page = send(cast, asking(cast), cast.supporter, text=text)
    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert not HelpReply.objects.exists()


def test_an_update_that_asks_nothing_has_no_such_page(cast: Cast):
    update = asking(cast, help_wanted="", help_wanted_from=None)
    with on():
        assert browser(cast.coordinator).get(f"/actions/help/{update.pk}/").status_code == 404


def test_a_request_that_stands_no_more_is_not_called_unanswered(cast: Cast):
    first = asking(cast, 1)
    second = asking(cast, 2, action=first.action, help_wanted="Keys to six blocks.")
    with on():
        history = browser(cast.supporter).get(f"/actions/{first.action_id}/").content.decode()
    assert history.count("Housing group has not answered yet.") == 1
    assert f"/actions/help/{second.pk}/" in history
    assert f"/actions/help/{first.pk}/" not in history
