"""Help one partner asks of another: who hears of it, who answers, and what stays open."""

from __future__ import annotations

import datetime as dt
import html
import itertools
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from actions.models import Action, HelpReply, Notice, ProgressUpdate
from actions.progress import Asking, standing_requests
from actions.rating import Rating
from actions.services.help import answer_help
from actions.services.updates import confirm_no_change, post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key, make_user
from actions.tests.pages import browser, on
from partners import roles
from partners.models import OutgoingEmail, User

pytestmark = pytest.mark.django_db

Answer = HelpReply.Answer
MINUTE = dt.timedelta(minutes=1)


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


def again(cast: Cast, action: Action, number: int = 2, **changed: Any) -> ProgressUpdate:
    """A later update on an action, which asks for no (other) help."""
    return asking(cast, number, action=action, **{"help_wanted": "", "help_wanted_from": None, **changed})


@pytest.mark.parametrize("who", ["officer", "coordinator"])
def test_a_newer_update_that_asks_nothing_leaves_the_request_open(cast: Cast, who: str):
    update = asking(cast, 1)
    again(cast, update.action, by=getattr(cast, who), rating=Rating.ON_TRACK, reason="", at=NOW + MINUTE)
    assert list(ProgressUpdate.objects.unanswered_help()) == [update]
    assert list(ProgressUpdate.objects.help_owed_by(cast.housing)) == [update]


def test_it_is_taken_back_with_an_update_and_stays_on_record(cast: Cast):
    update = asking(cast, 1)
    later = again(cast, update.action, help_no_longer=[update.pk], at=NOW + MINUTE)
    assert not ProgressUpdate.objects.asking_help().exists()
    reply = HelpReply.objects.get()
    assert (reply.update, reply.answer, reply.partner, reply.by, reply.at) == (
        update,
        Answer.TAKEN_BACK,
        cast.fire,
        cast.officer,
        later.submitted_at,
    )
    with pytest.raises(ValidationError, match="no longer needed"):
        answer(update, cast.supporter)
    assert again(cast, update.action, help_no_longer=[update.pk], at=NOW + MINUTE) == later, "the same form once more"
    assert HelpReply.objects.count() == 1


def test_only_whoever_was_told_of_the_request_hears_of_its_end(cast: Cast):
    untold, told = asking(cast, 1), asking(cast, 2)
    email = OutgoingEmail.objects.create(
        recipient=cast.supporter, kind="digest", subject="S", text="T", dedupe_key="d", created_at=NOW
    )
    Notice.objects.filter(update=told, recipient=cast.supporter).update(email=email)
    again(cast, untold.action, 3, help_no_longer=[untold.pk], at=NOW + MINUTE)
    again(cast, told.action, 4, help_no_longer=[told.pk], at=NOW + MINUTE)
    news = Notice.objects.get(kind=Notice.Kind.HELP_TAKEN_BACK)
    assert (news.recipient, news.path) == (cast.supporter, f"/actions/{told.action_id}/")
    assert news.text.startswith("Fire brigade no longer needs the help of Housing group with ASB-02")


def test_nobody_takes_back_the_help_of_another_action(cast: Cast):
    update, other = asking(cast, 1), asking(cast, 2)
    again(cast, other.action, 3, help_no_longer=[update.pk], at=NOW + MINUTE)
    assert not HelpReply.objects.exists()
    assert set(ProgressUpdate.objects.unanswered_help()) == {update, other}


def test_a_promise_stands_whatever_is_said_of_the_action_and_a_refusal_only_until_then(cast: Cast):
    promised, refused = asking(cast, 1), asking(cast, 2)
    answer(promised, cast.supporter, 1)
    answer(refused, cast.supporter, 2, answer=Answer.CANNOT)
    assert set(ProgressUpdate.objects.asking_help()) == {promised, refused}
    again(cast, promised.action, 3, at=NOW + MINUTE)
    again(cast, refused.action, 4, at=NOW + MINUTE)
    assert list(ProgressUpdate.objects.asking_help()) == [promised]


def test_help_of_two_partners_is_asked_side_by_side(cast: Cast):
    first = asking(cast, 1)
    second = asking(cast, 2, action=first.action, help_wanted="A warden.", help_wanted_from=cast.outsider.partner)
    assert set(ProgressUpdate.objects.unanswered_help()) == {first, second}


ANSWERS_TRIED = (None, Answer.WILL, Answer.CANNOT, Answer.DONE, Answer.TAKEN_BACK)


def test_the_database_and_the_pure_rule_judge_alike(cast: Cast):
    """Every run of three updates of one action: whom each asks, and what was answered to it."""
    partners = (None, cast.housing, cast.outsider.partner)
    number, expected, rows = 0, set(), []
    for asked in itertools.product(partners, repeat=3):
        for answers in itertools.product(ANSWERS_TRIED, repeat=3):
            if any(one is not None and partner is None for one, partner in zip(answers, asked, strict=True)):
                continue
            number += 1
            if number % 7:
                continue  # a seventh of them holds each pair of neighbours
            rows.append((number, asked, answers))
    for number, asked, answers in rows:
        action = cast.action(f"ZZ-{number}")
        run = []
        for n, (partner, given) in enumerate(zip(asked, answers, strict=True)):
            update = ProgressUpdate.objects.create(
                action=action,
                period_kind="half_year",
                period_start=(H2_2026 if n == 1 else H1_2026).start,
                rating="at_risk",
                narrative="Slow.",
                help_wanted="Keys." if partner else "",
                help_wanted_from=partner,
                by=cast.officer,
                submitted_at=NOW,
                submitted_on=TODAY,
                submission_key=key(number * 10 + n),
            )
            if given:
                HelpReply.objects.create(
                    update=update,
                    partner=partner,
                    answer=given,
                    text="So.",
                    by=cast.supporter,
                    at=NOW,
                    submission_key=key(number * 10 + n),
                )
            run.append(
                Asking(update.pk, update.period_start, partner.pk if partner else None, given.value if given else "")
            )
        expected |= set(standing_requests(run))
    assert set(ProgressUpdate.objects.asking_help().values_list("pk", flat=True)) == expected
    assert len(rows) > 30
    assert expected


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


# --- The form of the next update ---------------------------------------------------------------------------------------


def page_of(cast: Cast, action: Action, who: User | None = None) -> str:
    with on():
        return browser(who or cast.officer).get(f"/actions/{action.pk}/update/").content.decode()


def send_update(cast: Cast, action: Action, **changed: str) -> None:
    sent = {"submission_key": str(key(60)), "period": H1_2026.code, "rating": "on_track", "narrative": "Better."}
    with on():
        assert browser(cast.officer).post(f"/actions/{action.pk}/update/", {**sent, **changed}).status_code == 302


def test_the_form_shows_what_is_asked_and_by_default_it_stays(cast: Cast):
    update = asking(cast)
    page = page_of(cast, update.action)
    assert "Is the help of Housing group still needed?" in page
    assert "Asked on 12 October 2026: “Keys to the roofs of four blocks”. No answer yet." in html.unescape(page)
    send_update(cast, update.action)
    assert list(ProgressUpdate.objects.unanswered_help()) == [update]


def test_the_form_takes_it_back_and_the_history_says_so(cast: Cast):
    update = asking(cast)
    send_update(cast, update.action, **{f"help_{update.pk}": "no_longer"})
    assert not ProgressUpdate.objects.asking_help().exists()
    with on():
        history = browser(cast.supporter).get(f"/actions/{update.action_id}/").content.decode()
    assert "Fire brigade, 12 October 2026: No longer needed." in history
    assert "Said with the update about April to September 2026." in history
    assert "still needed?" not in page_of(cast, update.action)
    with on():
        # The link of an e-mail still leads somewhere that says how things are.
        page = browser(cast.supporter).get(f"/actions/help/{update.pk}/").content.decode()
    assert "There is nothing to answer any more." in page
    assert "What is the answer?" not in page


def test_the_form_does_not_quote_restricted_words_nor_ask_about_what_is_answered(cast: Cast):
    held, done = asking(cast, 1, restricted=True), asking(cast, 2)
    answer(done, cast.supporter, answer=Answer.CANNOT)
    page = page_of(cast, held.action, cast.coordinator)
    assert (
        "Keys to the roofs"
        not in page.partition("Is the help of Housing group still needed?")[2].partition("</fieldset>")[0]
    )
    assert "in restricted words" in page
    assert "still needed?" not in page_of(cast, done.action)


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
