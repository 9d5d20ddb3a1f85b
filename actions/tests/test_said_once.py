"""The very same words once more within minutes are one update; anything that happened in between makes them news."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from actions.models import Action, Draft, Evidence, HelpReply, ProgressUpdate
from actions.rating import Rating
from actions.services.help import answer_help
from actions.services.lifecycle import withdraw
from actions.services.updates import SENT_FOR_ANOTHER, add_words, post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, day, filled, on, url

pytestmark = pytest.mark.django_db

TROUBLED = {"rating": Rating.OFF_TRACK, "reason": "No crew.", "help_wanted": "Vans."}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def say(cast: Cast, action: Action, number: int, minutes: float = 0, **changed: Any) -> ProgressUpdate:
    said = {
        "action": action,
        "by": cast.officer,
        "at": NOW + dt.timedelta(minutes=minutes),
        "today": TODAY,
        "submission_key": key(number),
        "period": H1_2026,
        "rating": Rating.ON_TRACK,
        "narrative": "Two patrols a week.",
    }
    return post_update(**{**said, **changed})


def test_the_same_under_another_key_is_the_first_and_says_so(cast: Cast) -> None:
    action = cast.action()
    milestone = action.milestones.earliest("due_on")
    told = {
        **TROUBLED,
        "help_wanted_from": cast.housing,
        "new_due_on": dt.date(2027, 3, 1),
        "new_due_reason": "Sooner.",
        "milestones_done": {milestone.pk: TODAY},
    }
    first = say(cast, action, 1, **told)
    again = say(cast, action, 2, minutes=9.9, **told)
    assert (again, again.is_repeat, first.is_repeat) == (first, True, False)
    assert action.updates.count() == 1
    assert action.events.filter(kind="date_moved").count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"narrative": "Three patrols a week."},
        {"achievement": "Fewer fires."},
        {"restricted": True},
        {"period": H2_2026},
        {"rating": Rating.AT_RISK, "reason": "No crew."},
        {"rating": Rating.COMPLETE, "achievement": "Fewer fires.", "completed_on": TODAY},
    ],
)
def test_what_differs_is_news(cast: Cast, changed: dict[str, Any]) -> None:
    action = cast.action()
    say(cast, action, 1)
    assert not say(cast, action, 2, **changed).is_repeat
    assert action.updates.count() == 2


def test_a_milestone_or_another_date_is_news(cast: Cast) -> None:
    action = cast.action()
    milestone = action.milestones.earliest("due_on")
    moved = {**TROUBLED, "help_wanted_from": cast.housing, "new_due_reason": "Sooner."}
    say(cast, action, 1, **moved, new_due_on=dt.date(2027, 3, 1))
    say(cast, action, 2, **moved, new_due_on=dt.date(2027, 2, 1))
    say(cast, action, 3, **moved, new_due_on=dt.date(2027, 2, 1), milestones_done={milestone.pk: TODAY})
    assert action.updates.count() == 3
    milestone.refresh_from_db()
    assert milestone.done_on == TODAY


def test_ten_minutes_later_it_is_news(cast: Cast) -> None:
    """Confirming in the same words that nothing has changed is something an officer does."""
    action = cast.action()
    say(cast, action, 1)
    assert not say(cast, action, 2, minutes=10).is_repeat
    assert action.updates.count() == 2


def test_another_person_says_it_for_themselves(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1)
    say(cast, action, 2, by=cast.colleague)
    say(cast, action, 3)
    assert [update.by for update in action.updates.order_by("pk")] == [cast.officer, cast.colleague, cast.officer]


def test_after_an_answer_to_the_help_it_is_news(cast: Cast) -> None:
    action = cast.action()
    asked = {**TROUBLED, "help_wanted_from": cast.housing}
    first = say(cast, action, 1, **asked)
    answer_help(
        update=first, by=cast.supporter, at=NOW, answer=HelpReply.Answer.CANNOT, text="No.", submission_key=key(9)
    )
    assert not say(cast, action, 2, minutes=1, **asked).is_repeat


def test_a_completion_after_a_reopening_takes_its_own_day(cast: Cast) -> None:
    action = cast.action()
    done = {"rating": "complete", "narrative": "Built.", "achievement": "A third fewer."}
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1, **done, **day("completed_on", dt.date(2026, 10, 5))))
        again = officer.post(
            url(action, "update/"), filled(2, **done, **day("completed_on", dt.date(2026, 10, 5))), follow=True
        )
        assert "ASB-01: this is what you sent at 10:30; it was recorded once" in again.content.decode()
        browser(cast.coordinator).post(url(action, "reopen/"), {"reason": "Wrong day."})
        officer.post(url(action, "update/"), filled(3, **done, **day("completed_on", dt.date(2026, 10, 8))))
    action.refresh_from_db()
    assert (action.state, action.completed_on) == ("complete", dt.date(2026, 10, 8))
    assert action.updates.count() == 2


def test_the_same_completion_after_a_reopening_is_news(cast: Cast) -> None:
    action = cast.action()
    done = {"rating": "complete", "narrative": "Built.", "achievement": "Fewer.", **day("completed_on", TODAY)}
    with on():
        browser(cast.officer).post(url(action, "update/"), filled(1, **done))
        browser(cast.coordinator).post(url(action, "reopen/"), {"reason": "Not by me."})
        browser(cast.officer).post(url(action, "update/"), filled(2, **done))
    action.refresh_from_db()
    assert (action.state, action.updates.count()) == ("complete", 2)


def test_the_same_words_nine_days_later_are_an_update(cast: Cast) -> None:
    action = cast.action()
    with on():
        browser(cast.officer).post(url(action, "update/"), filled(1))
    with on(NOW + dt.timedelta(days=9)):
        told = browser(cast.officer).post(url(action, "update/"), filled(2), follow=True).content.decode()
    assert action.updates.count() == 2
    assert "ASB-01 updated: On track." in told


def test_a_repeat_takes_its_draft_away_and_brings_no_file_twice(cast: Cast) -> None:
    action = cast.action()
    link = {"evidence_links": "https://example.org/plan.pdf"}
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1, **link))
        officer.post(url(action, "draft/"), filled(2))
        officer.post(url(action, "update/"), filled(2, **link))
    assert (action.updates.count(), Evidence.objects.count(), Draft.objects.count()) == (1, 1, 0)


def test_a_form_of_another_action_is_refused_with_a_sentence(cast: Cast) -> None:
    one, other = cast.action("ASB-01"), cast.action("ASB-02")
    with on():
        officer = browser(cast.officer)
        officer.post(url(one, "update/"), filled(1))
        page = officer.post(url(other, "update/"), filled(1)).content.decode()
    assert SENT_FOR_ANOTHER in page
    assert "Two patrols a week since June." in page
    assert not other.updates.exists()


def test_supporting_words_are_taken_once_too(cast: Cast) -> None:
    action = cast.action()

    def words(number: int, minutes: float) -> ProgressUpdate:
        return add_words(
            action=action,
            by=cast.supporter,
            at=NOW + dt.timedelta(minutes=minutes),
            today=TODAY,
            submission_key=key(number),
            period=H1_2026,
            narrative="Caretakers briefed.",
        )

    assert words(1, 0) == words(2, 5)
    assert words(3, 20).is_repeat is False
    assert action.updates.count() == 2


@pytest.mark.parametrize(
    "answers",
    [
        {"reason": "r"},
        {"recovery": "r"},
        {"help_wanted": "h"},
        {"new_due_on": dt.date(2027, 6, 1), "new_due_reason": "w"},
        {"completed_on": TODAY},
    ],
)
def test_the_verb_refuses_what_the_rating_does_not_ask(cast: Cast, answers: dict[str, Any]) -> None:
    action = cast.action()
    with pytest.raises(ValidationError) as refused:
        say(cast, action, 1, **answers)
    assert set(answers) <= set(refused.value.message_dict)
    for name in answers:
        assert refused.value.message_dict[name] == [
            "This does not go with On track. Clear it, or choose another rating."
        ]
    action.refresh_from_db()
    assert (action.due_on, action.updates.exists()) == (dt.date(2027, 3, 31), False)


def test_what_was_scratched_is_not_sent_with_all_that_is_ready(cast: Cast) -> None:
    """As the page keeps it when Off track was chosen first, answered in full, and On track in the end."""
    action = cast.action()
    scratched = {
        "reason": "No crew.",
        "recovery": "A new one.",
        "help_wanted": "Vans.",
        "help_wanted_from": str(cast.housing.pk),
        "new_due_reason": "Winter.",
        **day("new_due_on", dt.date(2028, 3, 15)),
    }
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "draft/"), filled(1, **scratched))
        told = officer.post("/actions/mine/send/", {"row": [action.pk]}, follow=True).content.decode()
    action.refresh_from_db()
    update = action.updates.get()
    assert action.due_on == dt.date(2027, 3, 31)
    assert (update.reason, update.recovery, update.help_wanted, update.help_wanted_from) == ("", "", "", None)
    assert "Left out, and not recorded" in told


@pytest.mark.parametrize("how", ["reassigned", "withdrawn"])
@pytest.mark.parametrize("kept", [False, True])
def test_a_row_that_cannot_be_sent_says_why_and_shows_its_words(cast: Cast, how: str, kept: bool) -> None:
    action = cast.action(owner=cast.outsider)
    other = cast.action("ASB-02", owner=cast.outsider)
    sent = {"row": [action.pk, other.pk]}
    for each in (action, other):
        sent |= {f"a{each.pk}-{name}": value for name, value in filled(each.pk, narrative="Ten minutes.").items()}
    with on():
        outsider = browser(cast.outsider)
        if kept:
            outsider.post(url(action, "draft/"), sent)
            sent = {name: value for name, value in sent.items() if not name.startswith(f"a{action.pk}-")}
        if how == "reassigned":
            coordinator = browser(cast.coordinator)
            coordinator.post(url(action, "hand-over/"), {"to": cast.officer.pk, "note": "Yours now."})
        else:
            withdraw(action=action, by=cast.coordinator, at=NOW, reason="Merged.")
        answer = outsider.post("/actions/mine/send/", sent)
    page = answer.context["page"]
    [unsent] = page.unsent
    why = {
        "reassigned": "ASB-01 is with officer now and no longer yours to update.",
        "withdrawn": "ASB-01 is withdrawn. Ask the Community Safety Team to reopen it first.",
    }[how]
    assert (unsent.action, unsent.sentence) == (action, why)
    assert ("What has happened, and what comes next?", "Ten minutes.") in unsent.words
    assert "Ten minutes." in answer.content.decode()
    assert "1 update sent: ASB-02 On track." in answer.content.decode()
    assert not action.updates.exists()
    if kept:
        assert Draft.objects.get().action == action
