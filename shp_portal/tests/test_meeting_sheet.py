"""The sub-group's meeting on one sheet, and its part of the report written there."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from actions.models import SubGroupReturn
from actions.rating import Rating
from actions.services.returns import save_return
from priorities.models import Meeting
from shp_portal.tests.scene import H1_2026, NOW, Cast, browser, on, page, text_of, update

pytestmark = pytest.mark.django_db

SHEET = "/sub-groups/FIRE/meeting/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def part(words: str, start: str, end: str) -> str:
    return words.partition(start)[2].partition(end)[0]


def test_the_sheet_tells_exceptions_first_then_focus_milestones_help_and_silence(cast: Cast):
    off = cast.action("ASB-01")
    update(
        cast,
        off,
        1,
        rating=Rating.OFF_TRACK,
        reason="No crew since May.",
        help_wanted="A van.",
        help_wanted_from=cast.housing,
    )
    fine = cast.action("ASB-02", reoffending_focus=True, milestones=[("New rota", dt.date(2026, 11, 1))])
    update(cast, fine, 2)
    cast.action("ASB-03", milestones=[("Far away", dt.date(2027, 2, 1))])
    Meeting.objects.create(plan=cast.plan, sub_group=cast.sub_group, date=dt.date(2026, 11, 5))

    words = text_of(page(cast.officer, SHEET))

    assert "Meeting of 5 November 2026" in words
    exceptions = part(words, "1. Off track", "2. Re-offending")
    assert "ASB-01" in exceptions
    assert "No crew since May." in exceptions
    assert "ASB-02" not in exceptions
    assert "ASB-02" in part(words, "2. Re-offending focus", "3. Milestones")
    milestones = part(words, "3. Milestones due before the meeting", "4. Help")
    assert "Missed 30 Jun 2026: ASB-01 Plan agreed" in milestones
    assert "1 Nov 2026: ASB-02 New rota" in milestones
    assert "Far away" not in milestones
    assert "ASB-01 asks Housing group" in part(words, "4. Help wanted", "5. No update")
    silent = part(words, "5. No update received", "6. The other")
    assert "ASB-03 Fire brigade, never heard from" in silent
    assert "ASB-01" not in silent
    assert "ASB-02" in part(words, "6. The other actions", "Print this page")


@pytest.mark.parametrize(
    ("lead", "focus", "warned"),
    [
        (None, True, "No re-offending lead is named."),
        ("lead", False, "No live action has re-offending as its focus."),
        ("lead", True, ""),
    ],
)
def test_it_warns_of_what_the_plan_asks_of_every_sub_group(cast: Cast, lead: str | None, focus: bool, warned: str):
    cast.action(reoffending_focus=focus)
    cast.sub_group.reoffending_lead = getattr(cast, lead) if lead else None
    cast.sub_group.save()

    words = text_of(page(cast.officer, SHEET))

    assert ("Warning" in words) is bool(warned)
    assert warned in words


@pytest.mark.parametrize("who", ["lead", "officer", "coordinator", "outsider"])
def test_a_sheet_to_be_handed_round_holds_no_restricted_words_whoever_prints_it(cast: Cast, who: str):
    update(cast, cast.action(), 1, rating=Rating.AT_RISK, reason="Marigold Street.", restricted=True)
    update(cast, cast.action("ASB-02"), 2, rating=Rating.AT_RISK, reason="No crew.")

    html = page(getattr(cast, who), SHEET)
    assert "Marigold Street." not in html
    assert "Restricted ask the lead: Fire brigade, officer" in text_of(html)
    assert "No crew." in html


def test_the_lead_writes_the_paragraph_and_says_it_is_ready(cast: Cast):
    with on():
        client = browser(cast.lead)
        assert 'name="paragraph"' in client.get(SHEET).content.decode()
        assert (
            client.post(SHEET, {"revision": "0", "paragraph": "A good half-year.", "ready": "yes"}).status_code == 302
        )
        words = text_of(client.get(SHEET).content.decode())
    row = SubGroupReturn.objects.get()
    assert (row.paragraph, row.ready_at, row.by, row.period) == ("A good half-year.", NOW, cast.lead, H1_2026)
    assert "Our part is ready since 12 October 2026" in words or "our part is ready since 12 October 2026" in words
    assert "Fires group: ready since 12 October 2026" in text_of(page(cast.coordinator, "/board/"))


def test_without_the_button_for_ready_it_is_only_kept(cast: Cast):
    with on():
        browser(cast.lead).post(SHEET, {"revision": "0", "paragraph": "A good half-year.", "ready": ""})
    assert SubGroupReturn.objects.get().ready_at is None


@pytest.mark.parametrize("who", ["officer", "outsider", "analyst", "chair"])
def test_others_read_it_and_cannot_write(cast: Cast, who: str):
    assert 'name="paragraph"' not in page(getattr(cast, who), SHEET)
    with on():
        response = browser(getattr(cast, who)).post(SHEET, {"revision": "0", "paragraph": "Mine.", "ready": "yes"})
    assert response.status_code == 403
    assert not SubGroupReturn.objects.exists()


@pytest.mark.parametrize("who", ["reader", "admin"])
def test_those_who_see_no_work_find_no_sheet(cast: Cast, who: str):
    page(getattr(cast, who), SHEET, expected=404)


def test_a_sub_group_that_is_not_there_has_no_sheet(cast: Cast):
    page(cast.coordinator, "/sub-groups/NONE/meeting/", expected=404)


def test_two_who_write_at_once_see_both_texts_and_nothing_is_overwritten(cast: Cast):
    save_return(
        sub_group=cast.sub_group,
        period=H1_2026,
        paragraph="The lead’s text.",
        ready=True,
        revision=0,
        by=cast.lead,
        at=NOW,
    )
    with on():
        client = browser(cast.coordinator)
        response = client.post(SHEET, {"revision": "0", "paragraph": "My <text>.", "ready": ""})
        html = response.content.decode()
        assert response.status_code == 409
        assert "lead saved this part after you had opened it" in html
        assert "The lead’s text." in html
        assert "My &lt;text&gt;.</textarea>" in html
        assert SubGroupReturn.objects.get().paragraph == "The lead’s text."
        # What the page then carries is meant to replace what it shows.
        assert 'name="revision" value="1"' in html
        assert client.post(SHEET, {"revision": "1", "paragraph": "Both.", "ready": "yes"}).status_code == 302
    assert SubGroupReturn.objects.get().paragraph == "Both."


@pytest.mark.parametrize(
    ("paragraph", "sentence"),
    [
        ("x" * 1501, "Shorten this text to 1,500 characters"),
        ("A\x00b", "control character"),
        ("A\u202eb", "reverses writing"),
    ],
)
def test_an_unfit_paragraph_is_kept_in_the_form_and_refused_beside_it(cast: Cast, paragraph: str, sentence: str):
    with on():
        response = browser(cast.lead).post(SHEET, {"revision": "0", "paragraph": paragraph, "ready": "yes"})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not SubGroupReturn.objects.exists()


def test_the_sheet_shows_the_paragraph_as_the_report_prints_it_and_previews_it(cast: Cast):
    typed = "We **watch** <b>bins</b>:\n- one"
    shown = "We <strong>watch</strong> &lt;b&gt;bins&lt;/b&gt;:"
    with on():
        lead = browser(cast.lead)
        looked = lead.post(SHEET, {"revision": "0", "paragraph": typed, "ready": "", "preview": "yes"})
        assert shown in looked.content.decode()
        assert not SubGroupReturn.objects.exists()
        lead.post(SHEET, {"revision": "0", "paragraph": typed, "ready": "yes"})
        sheet = browser(cast.officer).get(SHEET).content.decode()
    assert shown in sheet
    assert "<li>one</li>" in sheet


def test_the_paragraph_survives_a_dead_session(cast: Cast):
    with on():
        lead = browser(cast.lead)
        form = lead.get(SHEET).content.decode()
        [writer] = re.findall(r'name="writer" value="([^"]+)"', form)
        lead.logout()
        answer = lead.post(SHEET, {"paragraph": "Ten minutes of typing.", "revision": "0", "writer": writer})
        assert answer.status_code == 302
        lead.force_login(cast.lead)
        again = lead.get(SHEET).content.decode()
        assert "Ten minutes of typing." in again
        assert "You had been signed out, so nothing was sent." in again
        assert "Ten minutes of typing." not in lead.get(SHEET).content.decode(), "offered once"
    assert not SubGroupReturn.objects.exists()
