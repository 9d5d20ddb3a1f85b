"""What a report says of help that was asked for: answered by the cut-off or not."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from actions.models import Action, HelpReply, ProgressUpdate
from actions.rating import Rating
from actions.services.help import answer_help
from actions.services.lifecycle import withdraw
from actions.tests.makers import key
from reports.document import ActionLine, SixMonthlyDocument, from_json, to_json
from reports.rendering import print_html
from reports.tests.makers import H1_2026, H2_2025, H2_2026, Town, line, noon, six_monthly, words

pytestmark = pytest.mark.django_db

ASKED, ANSWERED, AFTERWARDS = dt.date(2026, 10, 9), dt.date(2026, 10, 12), dt.date(2026, 11, 5)
Answer = HelpReply.Answer


@pytest.fixture
def town() -> Town:
    return Town()


def asking(town: Town, action: Action, rating: Rating = Rating.AT_RISK, **changed: Any) -> ProgressUpdate:
    wanted = {"help_wanted": "Two officers on Fridays.", "help_wanted_from": town.housing, **changed}
    return town.say(action, rating, wanted.pop("on", ASKED), wanted.pop("period", H1_2026), **wanted)


def answer(town: Town, update: ProgressUpdate, answer: Answer, on: dt.date = ANSWERED, number: int = 500) -> None:
    answer_help(
        update=update, by=town.supporter, at=noon(on), answer=answer, text="As we said.", submission_key=key(number)
    )


def only(document: SixMonthlyDocument) -> ActionLine:
    (line_,) = document.actions
    return line_


def of_help(line_: ActionLine) -> tuple[str, str]:
    (asked,) = line_.asked
    return asked.help_state, asked.help_answer


def test_without_an_answer_it_says_so(town: Town) -> None:
    asking(town, town.action())
    assert of_help(only(town.six_monthly())) == ("none", "No answer yet.")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Answer.WILL, "Housing group will help (12 October 2026)."),
        (Answer.CANNOT, "Housing group cannot help (12 October 2026)."),
        (Answer.DONE, "Housing group has helped (12 October 2026)."),
    ],
)
def test_the_answer_stands_beside_the_request(town: Town, given: Answer, sentence: str) -> None:
    answer(town, asking(town, town.action()), given)
    assert of_help(only(town.six_monthly())) == (given.value, sentence)


def test_the_last_answer_counts(town: Town) -> None:
    update = asking(town, town.action())
    answer(town, update, Answer.WILL, number=500)
    answer(town, update, Answer.DONE, number=501)
    assert of_help(only(town.six_monthly()))[0] == "done"


def test_an_answer_after_the_cut_off_belongs_to_the_next_version(town: Town) -> None:
    answer(town, asking(town, town.action()), Answer.WILL, on=AFTERWARDS)
    assert of_help(only(town.six_monthly()))[0] == "none"
    assert of_help(only(town.six_monthly(number=2, cut_off=noon(AFTERWARDS))))[0] == "will"


def test_no_change_goes_on_asking(town: Town) -> None:
    action = town.action()
    asking(town, action, on=dt.date(2026, 4, 9), period=H2_2025)
    town.confirm(action, ASKED)
    assert of_help(only(town.six_monthly())) == ("none", "No answer yet.")


@pytest.mark.parametrize("rating", [Rating.AT_RISK, Rating.OFF_TRACK, Rating.ON_TRACK])
def test_a_later_update_that_asks_nothing_leaves_the_request_before_the_table(town: Town, rating: Rating) -> None:
    action = town.action()
    asking(town, action, on=dt.date(2026, 4, 9), period=H2_2025)
    town.say(action, rating, ASKED, H1_2026)
    document = town.six_monthly()
    assert of_help(only(document)) == ("none", "No answer yet.")
    assert only(document).latest_words.help_wanted == ""
    assert "Two officers on Fridays" in " ".join(item.text for item in document.recommendations)
    html = print_html(document, stage="draft", snapshot_sha256="0" * 64, sign_off=None)
    assert "Help wanted from Housing group since 9 April 2026:" in html


def test_a_request_taken_back_is_told_no_more(town: Town) -> None:
    action = town.action()
    update = asking(town, action, on=dt.date(2026, 4, 9), period=H2_2025)
    town.say(action, Rating.AT_RISK, ASKED, H1_2026, help_no_longer=[update.pk])
    assert only(town.six_monthly()).asked == ()
    assert "Two officers on Fridays" not in to_json(town.six_monthly())


def test_taken_back_after_the_cut_off_it_stands_in_the_version_before(town: Town) -> None:
    action = town.action()
    update = asking(town, action)
    town.say(action, Rating.AT_RISK, AFTERWARDS, H2_2026, help_no_longer=[update.pk])
    assert of_help(only(town.six_monthly()))[0] == "none"
    assert only(town.six_monthly(number=2, cut_off=noon(AFTERWARDS))).asked == ()


@pytest.mark.parametrize("rating", [Rating.AT_RISK, Rating.OFF_TRACK])
def test_the_table_is_not_asked_to_decide_about_what_was_closed_since(town: Town, rating: Rating) -> None:
    """A version made after the action was withdrawn tells of it as it was, and says what became of it."""
    action = town.action()
    asking(town, action, rating)
    before = town.six_monthly()
    assert any(action.ref in item.refs for item in before.recommendations)
    withdraw(action=action, by=town.coordinator, at=noon(AFTERWARDS), reason="Taken up by the council.")
    assert only(town.six_monthly()).closed_since == "", "not known at the cut-off of the first version"
    after = town.six_monthly(number=2, cut_off=noon(AFTERWARDS + dt.timedelta(days=1)))
    assert only(after).mark.key == rating.value
    assert only(after).closed_since == "Withdrawn on 5 November 2026, after the period had ended."
    assert only(after).asked == ()
    assert not any(action.ref in item.refs for item in after.recommendations)
    html = print_html(after, stage="draft", snapshot_sha256="0" * 64, sign_off=None)
    assert html.count("Withdrawn on 5 November 2026, after the period had ended.") == 2


@pytest.mark.parametrize("rating", [Rating.AT_RISK, Rating.OFF_TRACK])
@pytest.mark.parametrize(("given", "put_to_the_table"), [(None, True), (Answer.CANNOT, True), (Answer.WILL, False)])
def test_the_table_decides_on_what_is_not_settled(
    town: Town, rating: Rating, given: Answer | None, put_to_the_table: bool
) -> None:
    update = asking(town, town.action(), rating)
    if given:
        answer(town, update, given)
    asked = " ".join(item.text for item in town.six_monthly().recommendations)
    assert ("Two officers on Fridays" in asked) is put_to_the_table


def test_help_asked_in_restricted_words_is_not_told(town: Town) -> None:
    answer(town, asking(town, town.action(), restricted=True), Answer.WILL)
    text = to_json(town.six_monthly())
    assert only(town.six_monthly()).asked == ()
    assert "will help" not in text
    assert "As we said" not in text


def test_the_paper_prints_request_and_answer() -> None:
    asked = words(
        "Slow.", help_wanted="Late patrols.", help_wanted_from="Police", help_state="none", help_answer="No answer yet."
    )
    html = print_html(
        six_monthly((line(1, Rating.OFF_TRACK, said=asked),)), stage="draft", snapshot_sha256="0" * 64, sign_off=None
    )
    assert "help asked of Police, no answer yet" in html  # page one
    assert html.count("No answer yet.") == 2  # the exception and the register


def test_a_text_from_before_answers_were_kept_still_reads_and_says_nothing_of_them() -> None:
    text = json.loads(to_json(six_monthly((line(1, Rating.OFF_TRACK),))))
    for said in (text["document"]["actions"][0]["said"],):
        del said["help_state"], said["help_answer"]
    document = from_json(json.dumps(text))
    html = print_html(document, stage="draft", snapshot_sha256="0" * 64, sign_off=None)  # type: ignore[arg-type]
    assert "help asked of Cleveland Police" in html
    assert "no answer yet" not in html.lower()
