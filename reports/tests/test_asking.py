"""What the Partnership is asked: worked out, in our own words, left out or added, from the texts page into a version."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from actions.rating import Rating
from partners.models import User
from reports.comparing import compare
from reports.document import Known, NotAsked, Recommendation, SixMonthlyDocument, from_json, place_of, to_json
from reports.models import RecommendationWords, ReportVersion
from reports.public import for_public
from reports.rendering import print_html
from reports.services import asking, building, decisions
from reports.snapshot import take
from reports.snapshot.paper import usual_cut_off
from reports.tests.desk import DECIDED, DUE, H1, LATER, Q2, SENT, Desk, sealed_as
from reports.tests.makers import H1_2026, MADE_AT, Town, six_monthly

pytestmark = pytest.mark.django_db

ASKED = (
    Recommendation("agree", "agree the recovery plan for ASB-10 Feel safe", "agree ASB-10", ("ASB-10",)),
    Recommendation("note", "note that no update was received on DA-06", "note DA-06", ("DA-06",)),
    Recommendation("note", "note the progress of the other 3 actions", "note the rest", ()),
)
#: A count under 5, which words may tell.
KNOWN = (Known(place_of(("SHOP", Q2)), "3", "3", "count", small_numbers=True, publishable=True),)


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


@pytest.fixture
def returned(desk) -> ReportVersion:
    """A version that asks for three things and came back from the chair."""
    version = desk.draft()
    sealed_as(version, dataclasses.replace(from_json(version.snapshot), recommendations=ASKED))
    version.refresh_from_db()
    decisions.send_to_chair(version=version, by=desk.coordinator, at=SENT)
    decisions.return_to_coordinator(
        version=version, by=desk.chair, at=DECIDED, comment="Change the first.", **desk.seen(version)
    )
    return ReportVersion.objects.get(pk=version.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(page: Any) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def page_of(desk: Desk, key: str = "") -> str:
    given = [desk.plan.pk, "six_monthly", "2026-04"]
    return reverse("reports:write-recommendation", args=[*given, key]) if key else reverse("reports:texts", args=given)


def word(desk: Desk, key: str = "ASB-10", **changed: Any) -> RecommendationWords:
    given = {"choice": "worded", "text": "agree a plan by Easter", "seen": 0, "by": desk.coordinator, "at": LATER}
    given |= {"plan": desk.plan, "kind": "six_monthly", "period": H1, "key": key}
    return asking.word_recommendation(**given | changed)


# --- On the page ------------------------------------------------------------------------------------------------------


def test_the_returned_version_leads_to_the_one_place_and_what_is_changed_there_waits_for_a_version(desk, returned):
    client = client_of(desk.coordinator)
    page = client.get(returned.get_absolute_url())
    assert "What was sent back is answered in one place" in words(page)
    assert page_of(desk) in page.text
    texts = client.get(page_of(desk))
    for one in ASKED:
        assert one.text in words(texts)
    assert page_of(desk, "ASB-10") in texts.text
    assert "note that no update was received on DA-06 Number 2 in version 1" in words(texts)
    sent = {"seen": "0", "choice": "worded", "text": "agree a plan with the police.", "reason": ""}
    done = client.post(page_of(desk, "ASB-10"), sent, follow=True)
    assert "agree a plan with the police In place of: agree the recovery plan for ASB-10 Feel safe" in words(done)
    assert "Version 1 says otherwise" in words(done)
    left = client.post(page_of(desk, "silent"), {"seen": "0", "choice": "left_out", "text": "", "reason": "It came."})
    assert left.status_code == 302
    assert "Left out: It came." in words(client.get(page_of(desk)))
    own = {"seen": "0", "text": "ask for the calls", "asked_of": str(desk.council.pk)}
    own |= {"due_on_0": "2", "due_on_1": "3", "due_on_2": "2027"}
    client.post(page_of(desk, "new"), own)
    assert "ask for the calls (asked of Borough council, by 2 March 2027)" in words(client.get(page_of(desk)))
    said = words(client.get(returned.get_absolute_url()))
    for name in (
        "recommendation on ASB-10",
        "recommendation on updates that were not received",
        "our own recommendation 1",
    ):
        assert name in said.partition("not in version 1:")[2][:200]


def test_a_draft_is_not_said_to_have_been_sent_back_and_others_may_only_read(desk):
    version = desk.draft()
    assert "What was sent back" not in client_of(desk.coordinator).get(version.get_absolute_url()).text
    assert "recommendations/new" not in client_of(desk.chair).get(page_of(desk)).text
    assert client_of(desk.chair).get(page_of(desk, "new")).status_code == 403
    assert client_of(desk.coordinator).get(page_of(desk, "ASB-99")).status_code == 404
    assert client_of(desk.coordinator).get(page_of(desk, "own-1")).status_code == 404


def test_what_is_typed_is_shown_as_it_will_be_printed_with_and_without_the_script(desk, returned):
    client = client_of(desk.coordinator)
    sent = {"seen": "0", "choice": "worded", "text": "agree <b>it</b>.", "reason": ""}
    shown = client.post(page_of(desk, "ASB-10"), {**sent, "preview": "yes"}).text
    piece = client.post(reverse("reports:recommendation-preview"), sent).text
    for page in (shown, piece):
        assert "<li>agree &lt;b&gt;it&lt;/b&gt;.</li>" in page
    assert not RecommendationWords.objects.exists()
    out = client.post(reverse("reports:recommendation-preview"), {**sent, "choice": "left_out", "reason": "Done."}).text
    assert "left out" in out


def test_the_second_to_write_is_told_what_stands(desk, returned):
    word(desk, by=desk.colleague)
    sent = {"seen": "0", "choice": "worded", "text": "agree mine", "reason": ""}
    page = client_of(desk.coordinator).post(page_of(desk, "ASB-10"), sent)
    assert page.status_code == 409
    assert "agree a plan by Easter" in words(page)
    assert "agree mine" in page.text
    again = {**sent, "seen": page.context["form"]["seen"].value()}
    assert client_of(desk.coordinator).post(page_of(desk, "ASB-10"), again).status_code == 302
    assert [row.text for row in RecommendationWords.objects.order_by("pk")] == ["agree a plan by Easter", "agree mine"]


def test_queries_of_the_page_do_not_grow(desk, returned):
    client = client_of(desk.coordinator)
    client.get(page_of(desk))
    counts = []
    for size in (3, 30):
        many = tuple(Recommendation("agree", f"agree {n}", f"agree {n}", (f"ASB-{n}",)) for n in range(size))
        sealed_as(returned, dataclasses.replace(returned.document(), recommendations=many))
        for n in range(size):
            if not RecommendationWords.objects.filter(key=f"ASB-{n}").exists():
                word(desk, f"ASB-{n}", text=f"agree ours {n}")
        with CaptureQueriesContext(connection) as seen:
            assert f"agree ours {size - 1}" in client.get(page_of(desk)).text
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- The verb ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": " \u200b"}, "Say what the Partnership is asked."),
        ({"text": "x" * 401}, "Shorten this to 400 characters or fewer; it has 401."),
        ({"choice": "left_out"}, "Say why it is left out."),
        ({"choice": "worked_out"}, "The portal words it already."),
        ({"choice": "gone"}, "Choose what becomes of it."),
        ({"key": "", "choice": "worked_out"}, "Choose what becomes of it."),
        ({"key": "", "due_on": dt.date(2026, 11, 19)}, "Choose today or a later day."),
        ({"key": "ASB-99"}, "no such recommendation"),
        ({"key": "own-7"}, "no such recommendation"),
        ({"key": "own-x"}, "no such recommendation"),
        ({"seen": 7}, "too old"),
        ({"period": H1.next(), "at": LATER - dt.timedelta(days=90)}, "has not begun yet"),
    ],
)
def test_what_is_refused_leaves_nothing(desk, returned, changed, sentence):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        word(desk, **changed)
    assert not RecommendationWords.objects.exists()


def test_only_the_coordinator_and_only_where_something_is_asked(desk, returned):
    for person in (desk.chair, desk.analyst, desk.officer, desk.reader):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            word(desk, by=person)
    with pytest.raises(ValidationError, match="ask the Partnership for nothing"):
        word(desk, kind="quarterly", period=Q2)
    building.mark_not_produced(plan=desk.plan, kind="six_monthly", period=H1.previous(), reason="Late.", by=desk.coordinator, at=LATER)  # fmt: skip
    with pytest.raises(ValidationError, match="not produced"):
        word(desk, "", period=H1.previous())


def test_rows_are_added_and_the_same_again_adds_none(desk, returned):
    first = word(desk)
    assert word(desk) == first
    own = word(desk, "", text="ask for more")
    assert word(desk, "", text="ask for more") == own
    assert word(desk, "", text="ask for less").key == "own-2"
    back = word(desk, choice="worked_out", seen=first.pk)
    assert (back.text, back.instead_of) == ("", ASKED[0].text)
    assert RecommendationWords.objects.count() == 4


# --- Into a version ---------------------------------------------------------------------------------------------------


def test_a_version_carries_what_stands_in_order_and_its_numbers_go_on_agreeing():
    town = Town()
    for ref in ("ASB-01", "ASB-02", "ASB-03", "ASB-04"):
        action = town.action(ref)
        if ref != "ASB-04":
            town.say(action, Rating.OFF_TRACK if ref < "ASB-03" else Rating.ON_TRACK, dt.date(2026, 10, 12))
    plain = town.six_monthly()
    assert [one.key for one in plain.recommendations] == ["ASB-01", "ASB-02", "silent", "rest"]
    assert plain.recommendations[-1].text == "note the progress of the other action"
    report = town.report(H1_2026)
    report.created_at = MADE_AT
    report.save()
    by = {"by": town.coordinator, "at": MADE_AT - dt.timedelta(hours=1)}
    rows = (
        {"key": "ASB-01", "choice": "worded", "text": "agree ours"},
        {"key": "ASB-02", "choice": "left_out", "reason": "The meeting had it."},
        {"key": "own-2", "choice": "worded", "text": "ask for the calls.", "due_on": dt.date(2027, 3, 2)},
        {"key": "own-10", "choice": "worded", "text": "ask for more"},
        {"key": "own-1", "choice": "left_out", "text": "", "reason": "Answered."},
        {"key": "DA-99", "choice": "worded", "text": "agree what nobody calls for"},
    )
    for row in rows:
        RecommendationWords.objects.create(report=report, **row, **by)
    RecommendationWords.objects.create(report=report, key="silent", choice="left_out", reason="Late.", by=town.coordinator, at=MADE_AT + dt.timedelta(hours=1))  # fmt: skip
    document = take(report=report, number=1, cut_off=usual_cut_off(town.plan, H1_2026), made_at=MADE_AT)
    assert isinstance(document, SixMonthlyDocument)
    assert [one.text for one in document.recommendations] == [
        "agree ours",
        plain.recommendations[2].text,
        "ask for the calls (by 2 March 2027)",
        "ask for more",
        "note the progress of the other 2 actions",
    ]
    first = document.recommendations[0]
    assert (first.worked_out, first.refs, bool(first.by)) == (plain.recommendations[0].text, ("ASB-01",), True)
    assert [(one.key, one.text, one.reason) for one in document.not_asked] == [
        ("ASB-02", plain.recommendations[1].text, "The meeting had it.")
    ]
    html = print_html(document, stage="draft", snapshot_sha256="a" * 64, sign_off=None)
    asked, listed = (
        re.search(rf'<ol class="report-{name}">(.*?)</ol>', html)[1] for name in ("asked", "recommendations")
    )  # type: ignore[index]
    assert asked.count("<li>") == listed.count("<li>") == 5
    assert "agree ours" in asked
    assert f"(in the words of the {first.by})" in listed
    assert "The facts call for more, which is left out:" in html
    assert "The meeting had it." in html
    assert from_json(to_json(document)) == document


def test_the_public_reads_nobodys_words_that_may_tell_a_number_nor_what_was_left_out():
    worded = Recommendation("agree", "agree that it fell to 3", "agree that it fell to 3", (), by="Coordinator", on=DUE.date(), own="own-1")  # fmt: skip
    plain = dataclasses.replace(worded, text="agree to go on", short="agree to go on", own="own-2")
    left = NotAsked("ASB-01", "agree it", "3 victims moved.", "Coordinator", DUE.date())
    public = for_public(
        six_monthly((), recommendations=(worded, plain), not_asked=(left,), figures=(), known=KNOWN), ""
    )
    assert isinstance(public, SixMonthlyDocument)
    html = print_html(public, stage="final", snapshot_sha256="a" * 64, sign_off=None)
    assert "agree to go on" in html
    assert "fell to 3" not in html + to_json(public)
    assert "3 victims" not in html + to_json(public)


def test_one_that_is_worded_otherwise_is_told_as_the_same_one():
    before = six_monthly((), recommendations=ASKED)
    worded = dataclasses.replace(ASKED[0], verb="ask", text="ask for a plan", by="Coordinator", on=DUE.date())
    rows = compare(before, six_monthly((), recommendations=(worded, *ASKED[1:])))
    assert [row.text for row in rows] == [
        "Was to agree the recovery plan for ASB-10 Feel safe; is now to ask for a plan."
    ]
