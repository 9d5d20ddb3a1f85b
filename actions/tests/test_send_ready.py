"""My actions sent in one go: each row succeeds or fails by itself and says why; and "no change" asks for words in time."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest

from actions.models import Action, Draft, Notice, ProgressUpdate
from actions.progress import Move, cannot_confirm, slip, suggestion
from actions.rating import Rating
from actions.services.updates import confirm_no_change
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, day, filled, on, url
from actions.tests.test_drafts import keep
from priorities.periods import Period

pytestmark = pytest.mark.django_db

SEND = "/actions/mine/send/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def rows(*given: tuple[Action, dict[str, Any]]) -> dict[str, Any]:
    """Rows as the browser sends them together."""
    sent: dict[str, Any] = {"row": [str(action.pk) for action, _ in given]}
    for action, answers in given:
        sent |= {f"a{action.pk}-{name}": value for name, value in answers.items()}
    return sent


def test_each_row_is_sent_by_itself_and_a_refused_one_says_why(cast: Cast) -> None:
    good, bad, other = (cast.action(f"ASB-0{n}") for n in (1, 2, 3))
    sent = rows(
        (good, filled(1, narrative="Fine.")),
        (bad, filled(2, rating="off_track", narrative="Stuck since May.")),
        (other, filled(3, rating="at_risk", narrative="Slow.", reason="Ice.")),
    )
    with on():
        answer = browser(cast.officer).post(SEND, sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert {update.action: update.rating for update in ProgressUpdate.objects.all()} == {
        good: "on_track",
        other: "at_risk",
    }
    assert "2 updates sent: ASB-01 On track; ASB-03 At risk. Recorded for April to September 2026." in page
    assert "ASB-02: Say why the action is off track." in page
    assert f'href="#id_a{bad.pk}-reason"' in page
    assert f'id="id_a{bad.pk}-reason"' in page, "the summary leads to the field"
    assert "Stuck since May." in page
    assert "<title>Error: My actions" in page
    assert Draft.objects.get().content["narrative"] == ["Stuck since May."], "kept, should the browser be closed"


def test_all_sent_ends_on_my_actions_and_twice_is_once(cast: Cast) -> None:
    actions = [cast.action(f"ASB-0{n}") for n in (1, 2)]
    sent = rows(*((action, filled(n)) for n, action in enumerate(actions, start=1)))
    with on():
        officer = browser(cast.officer)
        answers = [officer.post(SEND, sent) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/actions/mine/")] * 2
    assert ProgressUpdate.objects.count() == 2


def test_what_was_kept_is_sent_from_where_it_was_kept(cast: Cast) -> None:
    ready, half = cast.action("ASB-01"), cast.action("ASB-02")
    keep(cast, ready, "All done so far.")
    keep(cast, half, "")
    with on():
        officer = browser(cast.officer)
        page = officer.get("/actions/mine/").content.decode()
        assert "1 ready: ASB-01" in page
        assert f'<input type="hidden" name="row" value="{ready.pk}">' in page
        assert f'<input type="hidden" name="row" value="{half.pk}">' not in page
        answers = [officer.post(SEND, {"row": [str(ready.pk)]}, follow=True) for _ in range(2)]
    assert [update.narrative for update in ProgressUpdate.objects.all()] == ["All done so far."]
    assert "1 update sent: ASB-01 On track." in answers[0].content.decode()
    assert "Nothing was waiting to be sent." in answers[1].content.decode()
    assert [draft.action for draft in Draft.objects.all()] == [half]


def test_a_row_of_somebody_else_is_let_alone(cast: Cast) -> None:
    action = cast.action()
    with on():
        for person in (cast.outsider, cast.supporter, cast.chair):
            answer = browser(person).post(SEND, rows((action, filled())))
            assert "ASB-01 is with officer now and no longer yours to update." in answer.content.decode()
        browser(cast.officer).post(SEND, {"row": ["x", "-1", "9" * 40, "999999", "²"]})
    assert not ProgressUpdate.objects.exists()


def test_a_row_opens_as_a_form_of_its_own_names(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        part = officer.get(url(action, "update/?row=1")).content.decode()
        chosen = officer.get(url(action, "update/?rating=at_risk")).content.decode()
        refused = browser(cast.outsider).get(url(action, "update/?row=1"))
    assert "<html" not in part
    assert f'name="a{action.pk}-narrative"' in part
    assert 'name="narrative"' not in part
    assert 'value="at_risk" checked' in chosen
    assert refused.status_code == 403


def test_the_row_alone_is_sent_to_the_same_place(cast: Cast) -> None:
    action = cast.action()
    sent = {name: value for name, value in rows((action, filled())).items() if name != "row"}
    with on():
        assert browser(cast.officer).post(url(action, "update/"), sent).status_code == 302
    assert ProgressUpdate.objects.get().narrative == "Two patrols a week since June."


def test_last_words_are_used_again_without_a_script(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1, narrative="As last time."))
        page = officer.get(url(action, "update/?again=1"))
    assert page.context["form"]["narrative"].value() == "As last time."


# --- No change, confirmed ---


def confirm(cast: Cast, action: Action, n: int, period: Period = H1_2026) -> ProgressUpdate:
    return confirm_no_change(
        action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(100 + n), period=period
    )


def test_after_two_in_a_row_words_are_asked_for(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1))
        assert action.times_unchanged() == 0
        confirm(cast, action, 1)
        confirm(cast, action, 2, H2_2026)
        assert action.times_unchanged() == 2
        # So that the row waits again.
        for n, start in enumerate((dt.date(2025, 4, 1), dt.date(2025, 4, 1), dt.date(2025, 10, 1))):
            ProgressUpdate.objects.filter(pk=action.updates.order_by("pk")[n].pk).update(period_start=start)
        page = officer.get("/actions/mine/").content.decode()
        assert "No change was confirmed twice in a row. Say this time" in page
        assert "No change, confirmed<span" not in page
        pressed = officer.post(
            url(action, "no-change/"),
            {"submission_key": str(key(3)), "period": "2026-04", "seen": action.updates.latest("pk").pk},
            follow=True,
        )
        assert "No change was confirmed twice in a row." in pressed.content.decode()
        assert ProgressUpdate.objects.count() == 3
        # One text and one press; afterwards one press is enough again.
        officer.post(url(action, "update/"), filled(4, narrative="Still two patrols."))
    assert action.times_unchanged() == 0
    confirm(cast, action, 5)
    assert action.times_unchanged() == 1


def test_a_supporting_partners_words_do_not_break_the_row_of_no_changes(cast: Cast) -> None:
    action, other = cast.action("ASB-01"), cast.action("ASB-02")
    with on():
        for n, each in ((1, action), (2, other)):
            browser(cast.officer).post(url(each, "update/"), filled(n))
        confirm(cast, action, 1)
        browser(cast.supporter).post(url(action, "words/"), filled(3))
        confirm(cast, action, 2, H2_2026)
    assert (action.times_unchanged(), other.times_unchanged()) == (2, 0)


def test_confirmed_without_change_is_counted_apart(cast: Cast) -> None:
    action, _ = cast.action("ASB-01"), cast.action("ASB-02")
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1))
        confirm(cast, action, 1)
        page = officer.get("/actions/mine/").content.decode()
    assert "Up to date (1, 1 of them confirmed without change)" in page
    assert "<strong>No change, confirmed</strong>" in page


@pytest.mark.parametrize(("unchanged", "taken"), [(0, True), (1, True), (2, False), (3, False)])
def test_how_often_no_change_may_be_confirmed(unchanged: int, taken: bool) -> None:
    due_on = dt.date(2027, 3, 31)
    assert (cannot_confirm(Rating.ON_TRACK, "", due_on, TODAY, unchanged=unchanged) == "") is taken


# --- Two officers ---


def test_each_of_two_officers_is_told_of_the_other(cast: Cast) -> None:
    action = cast.action()
    with on():
        first = browser(cast.colleague).post(url(action, "update/"), filled(1, narrative="Hers."), follow=True)
        second = browser(cast.officer).post(SEND, rows((action, filled(2, narrative="His."))), follow=True)
        browser(cast.officer).post(SEND, rows((action, filled(2, narrative="His."))))
    assert "also updated" not in first.content.decode()
    assert "ASB-01 was also updated by colleague" in second.content.decode()
    [notice] = Notice.objects.filter(kind="also_updated")
    assert notice.recipient == cast.colleague
    assert notice.text == "ASB-01 was also updated by officer, about April to September 2026. Your update is kept too."
    assert notice.path == url(action)


def test_nobody_is_told_of_an_update_about_another_period(cast: Cast) -> None:
    action = cast.action()
    with on():
        browser(cast.colleague).post(url(action, "update/"), filled(1, period="2026-04"))
        browser(cast.officer).post(url(action, "update/"), filled(2, period="2026-10"))
    assert not Notice.objects.exists()


# --- Back, and once more ---


def test_the_same_words_again_are_no_second_update(cast: Cast) -> None:
    """The browser's Back brings the form with what was typed and a new key."""
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1))
        again = officer.post(url(action, "update/"), filled(2), follow=True)
        assert ProgressUpdate.objects.count() == 1
        told = again.content.decode()
        assert "ASB-01: this is what you sent at 10:30; it was recorded once" in told
        assert told.count("ASB-01 updated") == 1, "by the first sending alone"
        # Anything new is an update: other words, a milestone, somebody else's voice, and the same after that.
        milestone = action.milestones.get(text="Plan agreed")
        ticked = {f"milestone_{milestone.pk}": "on", **day(f"milestone_{milestone.pk}_on", TODAY)}
        officer.post(url(action, "update/"), filled(3, achievement="Said what."))
        officer.post(url(action, "update/"), filled(4, achievement="Said what.", **ticked))
        officer.post(url(action, "update/"), filled(5, achievement="Said what.", **ticked))
        browser(cast.colleague).post(url(action, "update/"), filled(6, achievement="Said what."))
        officer.post(url(action, "update/"), filled(7, achievement="Said what."))
        officer.post(url(action, "update/"), filled(8, achievement="Said what.", period="2026-10"))
    keys = [update.submission_key for update in ProgressUpdate.objects.order_by("pk")]
    assert keys == [key(n) for n in (1, 3, 4, 6, 7, 8)]


def test_the_same_form_with_other_words_keeps_them(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1, narrative="First."))
        answer = officer.post(url(action, "update/"), filled(1, narrative="Second thoughts."), follow=True)
    assert [update.narrative for update in ProgressUpdate.objects.all()] == ["First."]
    told = answer.content.decode()
    assert "This form on ASB-01 had been sent before, at 10:30, with other words, which stand." in told
    assert told.count("ASB-01 updated") == 1, "by the first sending alone"
    assert Draft.objects.get().content["narrative"] == ["Second thoughts."]


# --- Dates and milestones ---


def test_a_date_after_the_plans_end_is_taken_with_a_reason_and_a_warning(cast: Cast) -> None:
    action = cast.action()
    beyond = day("new_due_on", dt.date(2027, 6, 30))
    with on():
        officer = browser(cast.officer)
        form = officer.get(url(action, "update/")).content.decode()
        refused = officer.post(url(action, "update/"), filled(1, rating="off_track", reason="Late.", **beyond))
        taken = officer.post(
            url(action, "update/"),
            filled(1, rating="off_track", reason="Late.", new_due_reason="Building goes on.", **beyond),
            follow=True,
        )
    assert "The plan ends on 31 March 2027" in form
    assert (
        "Say why the date moves. The plan ends on 31 March 2027. Say why the action goes on after that."
        in refused.content.decode()
    )
    assert "ASB-01 is now due on 30 June 2027, after the plan ends on 31 March 2027." in taken.content.decode()
    action.refresh_from_db()
    assert action.due_on == dt.date(2027, 6, 30)


def test_the_page_shows_every_move_and_flags_the_second(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        for n, date in ((1, dt.date(2027, 4, 30)), (2, dt.date(2027, 4, 1))):
            sent = filled(n, rating="off_track", reason="Late.", new_due_reason="Ice.", **day("new_due_on", date))
            officer.post(url(action, "update/"), sent)
        page = officer.get(url(action)).content.decode()
    for words in (
        "due date moved twice.",
        "First due 31 March 2027; moved twice, 1 day later in all",
        "12 October 2026: to 30 April 2027, 30 days later",
        '<li class="moves__again">12 October 2026: to 1 April 2027, 29 days earlier',
    ):
        assert words in page


def test_how_far_a_date_slipped() -> None:
    moved = Move(old=dt.date(2026, 3, 1), new=dt.date(2026, 3, 31), on=TODAY)
    ongoing = Move(old=None, new=dt.date(2026, 3, 31), on=TODAY)
    assert (moved.days, moved.slip, ongoing.days, ongoing.slip) == (30, "30 days later", 0, "")
    assert slip(-1) == "1 day earlier"


@pytest.mark.parametrize(
    ("missed", "open_still", "sentence"),
    [
        (0, 0, "All milestones are done: is the action complete?"),
        (0, 2, "No milestone is missed, which suggests On track."),
        (1, 1, "1 milestone missed, which suggests At risk or Off track."),
        (2, 3, "2 milestones missed, which suggests At risk or Off track."),
    ],
)
def test_milestones_suggest_in_words(missed: int, open_still: int, sentence: str) -> None:
    assert suggestion(missed, open_still) == sentence


def test_the_suggestion_is_on_the_form_and_sets_nothing(cast: Cast) -> None:
    action = cast.action()
    with on():
        page = browser(cast.officer).get(url(action, "update/")).content.decode()
    assert '<span data-suggests="1">1 milestone missed, which suggests At risk or Off track.</span>' in page
    assert '<span data-suggests="0" hidden>' in page
    assert not [part for part in page.split("<input") if 'name="rating"' in part and "checked" in part]


# --- My past updates ---


def test_my_past_updates_are_a_file_of_my_own_words(cast: Cast) -> None:
    action = cast.action(title="=cmd")
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1, narrative="=1+1", restricted="on"))
        officer.post(url(action, "update/"), filled(2, rating="at_risk", reason="Ice, and rain", narrative="Slow."))
        browser(cast.colleague).post(url(action, "update/"), filled(3, narrative="Hers."))
        answer = officer.get("/actions/mine/updates.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert answer["Content-Disposition"] == 'attachment; filename="my-updates-2026-10-12.csv"'
    assert [(row["Rating"], row["What has happened"], row["Restricted"]) for row in rows] == [
        ("At risk", "Slow.", "no"),
        ("On track", "'=1+1", "yes"),
    ]
    assert (rows[0]["Sent at"], rows[0]["Action"], rows[0]["Why"]) == ("2026-10-12 10:30", "'=cmd", "Ice, and rain")
