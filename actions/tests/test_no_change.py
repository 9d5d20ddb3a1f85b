"""“No change” and “Still on track” confirm what their presser had before them, and for the period it was known for."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from actions.models import Action, Notice, ProgressUpdate
from actions.rating import Rating
from actions.services.updates import Overtaken, confirm_no_change, post_update
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, filled, on, url
from priorities.periods import Period, PeriodKind

pytestmark = pytest.mark.django_db

H2_2025 = Period(PeriodKind.HALF_YEAR, dt.date(2025, 10, 1))


@pytest.fixture
def cast() -> Cast:
    return Cast()


def say(cast: Cast, action: Action, number: int, **changed: Any) -> ProgressUpdate:
    said = {
        "action": action,
        "by": cast.officer,
        "at": NOW,
        "today": TODAY,
        "submission_key": key(number),
        "period": H1_2026,
        "rating": Rating.ON_TRACK,
        "narrative": "Two patrols a week.",
    }
    return post_update(**{**said, **changed})


def confirm(cast: Cast, action: Action, number: int, **changed: Any) -> ProgressUpdate:
    pressed = {"action": action, "by": cast.officer, "at": NOW, "today": TODAY, "submission_key": key(number)}
    return confirm_no_change(**{**pressed, "period": H1_2026, **changed})


def heard_before(action: Action) -> None:
    """What was said was about the period before, so that the action waits."""
    action.updates.update(period_start=H2_2025.start)


def test_what_came_since_is_shown_before_it_is_confirmed(cast: Cast) -> None:
    action = cast.action(deputy=cast.colleague)
    say(cast, action, 1)
    heard_before(action)
    with on():
        officer = browser(cast.officer)
        row = officer.get("/actions/mine/").content.decode()
        form = {name: re.search(rf'name="{name}" value="([^"]+)"', row)[1] for name in ("submission_key", "seen")}
        newer = say(cast, action, 2, by=cast.colleague, rating=Rating.OFF_TRACK, reason="The crew left.")
        answer = officer.post(url(action, "no-change/"), {**form, "period": "2026-04"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(url(action, "update/"), 302)]
    assert (
        "ASB-01 was updated by colleague at 10:30 on 12 October 2026, after you had opened the page: Off track" in page
    )
    assert "Nothing of yours is recorded." in page
    assert "Two patrols a week." in page, "their words, to go on from"
    assert action.updates.latest("pk") == newer
    with on():
        page = officer.get("/actions/mine/").content.decode()
        seen = officer.get("/actions/mine/").context["page"].current[0].seen
        officer.post(url(action, "no-change/"), {"submission_key": str(key(8)), "period": "2026-04", "seen": seen})
    assert action.updates.latest("pk").kind == "no_change", "having seen it, one may"


def test_a_press_without_what_was_seen_is_asked_for_again(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1)
    with on():
        for seen in ({}, {"seen": ""}, {"seen": "x"}, {"seen": "9" * 30}):
            pressed = {"submission_key": str(key(2)), "period": "2026-04", **seen}
            page = browser(cast.officer).post(url(action, "no-change/"), pressed, follow=True)
            assert "That button was too old or was changed on its way." in page.content.decode()
    assert action.updates.count() == 1


def test_still_on_track_does_not_speak_over_what_came_since(cast: Cast) -> None:
    action = cast.action(deputy=cast.colleague)
    first = say(cast, action, 1)
    still = filled(3, narrative="Still walking.", seen=str(first.pk), still="yes")
    say(cast, action, 2, by=cast.colleague, rating=Rating.OFF_TRACK, reason="The crew left.")
    with on():
        officer = browser(cast.officer)
        refused = officer.post(url(action, "update/"), still)
        page = refused.content.decode()
        assert "after you had opened the page: Off track" in page
        assert "Still walking." in page
        assert not action.updates.filter(narrative="Still walking.").exists()
        officer.post(url(action, "update/"), {name: value for name, value in still.items() if name != "still"})
    assert action.updates.latest("pk").narrative == "Still walking.", "sent as an update of their own, it is taken"


def test_the_verbs_themselves_ask(cast: Cast) -> None:
    action = cast.action()
    first = say(cast, action, 1)
    newer = say(cast, action, 2, by=cast.colleague, rating=Rating.AT_RISK, reason="Ice.")
    for verb in (
        lambda: confirm(cast, action, 3, seen=first.pk),
        lambda: say(cast, action, 3, narrative="Other.", seen=first.pk),
    ):
        with pytest.raises(Overtaken) as refused:
            verb()
        assert refused.value.update == newer
    assert confirm(cast, action, 3, seen=newer.pk).rating == "at_risk"


def test_a_rating_known_of_a_later_period_is_not_copied_onto_an_earlier_one(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1)
    heard_before(action)
    say(cast, action, 2, period=H2_2026, rating=Rating.OFF_TRACK, reason="The crew left.")
    assert confirm(cast, action, 3).rating == "on_track", "as it was last known for that half-year or before"
    assert confirm(cast, action, 4, period=H2_2026).rating == "off_track"
    action.refresh_from_db()
    assert action.latest_update.rating == "off_track"


def test_nothing_known_up_to_a_period_is_nothing_to_confirm(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1, period=H2_2026)
    with pytest.raises(ValidationError, match="no rating to confirm"):
        confirm(cast, action, 2)
    with on():
        [row] = browser(cast.officer).get("/actions/mine/").context["page"].owed
    assert (row.about, row.may_confirm) == (H1_2026, False)


def test_what_was_said_before_a_completion_taken_back_is_not_confirmed(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1)
    with on():
        done = filled(2, rating="complete", achievement="Built.", completed_on_0="12", completed_on_1="10")
        browser(cast.officer).post(url(action, "update/"), {**done, "completed_on_2": "2026"})
        browser(cast.coordinator).post(url(action, "reopen/"), {"reason": "Not built."})
    with pytest.raises(ValidationError, match="no rating to confirm"):
        confirm(cast, action, 3)
    say(cast, action, 4, period=H2_2026)
    with pytest.raises(ValidationError, match="no rating to confirm"):
        confirm(cast, action, 5)
    assert confirm(cast, action, 6, period=H2_2026).rating == "on_track"


def test_restricted_words_of_others_are_neither_copied_nor_confirmed(cast: Cast) -> None:
    action = cast.action()
    trouble = {"rating": Rating.AT_RISK, "reason": "Marigold.", "restricted": True}
    say(cast, action, 1, by=cast.lead, **trouble)
    with pytest.raises(ValidationError, match="At risk needs a reason now"):
        confirm(cast, action, 2)
    say(cast, action, 3, **trouble)
    mine = confirm(cast, action, 4)
    assert (mine.reason, mine.restricted, mine.spoken_for) == ("Marigold.", True, cast.fire)
    hers = confirm(cast, action, 5, by=cast.lead, period=H2_2026)
    assert (hers.reason, hers.restricted, hers.spoken_for) == ("Marigold.", True, cast.fire), "they stay the brigade's"


def test_two_people_who_confirm_one_period_say_it_once(cast: Cast) -> None:
    action = cast.action()
    say(cast, action, 1)
    confirm(cast, action, 2)
    confirm(cast, action, 3, by=cast.colleague)
    assert action.times_unchanged() == 1
    assert confirm(cast, action, 4, period=H2_2026).kind == "no_change"
    assert action.times_unchanged() == 2


def test_whoever_updated_before_hears_of_a_confirmation_and_of_a_row_sent_from_its_draft(cast: Cast) -> None:
    action = cast.action()
    first = say(cast, action, 1)
    confirm(cast, action, 2, by=cast.colleague, seen=first.pk)
    with on():
        coordinator = browser(cast.coordinator)
        coordinator.post(url(action, "draft/"), filled(3, seen=str(first.pk)))
        page = coordinator.post("/actions/mine/send/", {"row": [action.pk]}, follow=True).content.decode()
    assert "ASB-01 was also updated by colleague at 10:30 on 12 October 2026, after you opened the form." in page
    told = Notice.objects.filter(kind="also_updated").order_by("pk").values_list("recipient__email", flat=True)
    assert list(told) == ["officer@example.org", "officer@example.org", "colleague@example.org"]
