"""What people write for a report: who may, what becomes of two who write at once, and how it gets into a version."""

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

from partners import roles
from partners.services import add_cover
from priorities.tests.makers import make_sub_group
from reports.document import Known, SectionWords, from_json, place_of, sha256_of, to_json
from reports.formatting import LONGEST
from reports.models import Report, ReportVersion, SectionText
from reports.public import WITHHELD, for_public
from reports.rendering import print_html
from reports.services import building, decisions, texts
from reports.tests.desk import DECIDED, DUE, H1, LATER, Q2, Desk, make_user
from reports.tests.makers import six_monthly

pytestmark = pytest.mark.django_db

BEFORE = DUE - dt.timedelta(days=2)


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def write(desk: Desk, text: str, **changed: Any) -> SectionText:
    given = {"plan": desk.plan, "kind": "six_monthly", "period": H1, "section": "statement", "seen": 0}
    return texts.write_text(**{**given, "text": text, "by": desk.chair, "at": BEFORE, **changed})


def printed(version: ReportVersion) -> str:
    return print_html(
        from_json(version.snapshot), stage="draft", snapshot_sha256=version.snapshot_sha256, sign_off=None
    )


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(section: str = "", kind: str = "six_monthly", code: str = "2026-04", plan: int = 0) -> str:
    given = {"plan_pk": plan, "kind": kind, "code": code}
    return reverse("reports:write-text", kwargs={**given, "section": section}) if section else reverse("reports:texts", kwargs=given)  # fmt: skip


# --- Who, what, when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "who"),
    [
        ("statement", {"chair", "vice_chair", "coordinator"}),
        ("performance", {"analyst", "coordinator"}),
        ("introduction", {"coordinator"}),
        ("section_17", {"coordinator"}),
        ("equality", {"coordinator"}),
    ],
)
def test_each_section_has_its_writers(desk: Desk, section: str, who: set[str]):
    vice = make_user("vice@test.example", roles.PARTNER_OFFICER, partner=desk.council)
    days = {"starts_on": dt.date(2026, 10, 1), "ends_on": dt.date(2026, 12, 1)}
    add_cover(person=desk.chair, covered_by=vice, by=desk.coordinator, at=BEFORE, today=BEFORE.date(), **days)
    vice.stand_in(BEFORE.date())
    names = ("chair", "coordinator", "analyst", "officer", "reader", "nobody")
    may = set()
    for name, person in {"vice_chair": vice, **{name: getattr(desk, name) for name in names}}.items():
        last = SectionText.objects.order_by("-pk").first()
        try:
            write(desk, f"By {name}.", section=section, by=person, seen=last.pk if last else 0)
        except PermissionDenied:
            continue
        may.add(name)
    assert may == who


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": "x" * (LONGEST + 1)}, "Shorten this text to 4,000 characters or fewer; it has 4,001."),
        ({"text": "\u200b "}, "Write something first."),
        ({"section": "foreword"}, "no such section"),
        ({"kind": "quarterly", "period": Q2}, "no such section"),  # that report does not go to the chair
        ({"period": H1.next(), "at": BEFORE - dt.timedelta(days=60)}, "has not begun yet"),
        ({"period": H1.previous().previous().previous().previous().previous().previous()}, "has no six-monthly"),
        ({"seen": 7}, "too old"),
    ],
)
def test_what_is_refused_leaves_nothing(desk: Desk, changed: dict[str, Any], sentence: str):
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        write(desk, **{"text": "A good start.", **changed})
    assert not SectionText.objects.exists()
    assert not Report.objects.exists()


def test_a_report_that_will_not_be_produced_takes_no_text(desk: Desk):
    building.mark_not_produced(plan=desk.plan, kind="six_monthly", period=H1, reason="Agreed late.", by=desk.coordinator, at=BEFORE)  # fmt: skip
    with pytest.raises(ValidationError, match="Agreed late"):
        write(desk, "A good start.")


def test_rows_are_added_and_the_same_again_adds_none(desk: Desk):
    first = write(desk, "One.")
    assert write(desk, "One.", seen=0) == first
    write(desk, "Two.", seen=first.pk)
    assert [row.text for row in SectionText.objects.order_by("pk")] == ["One.", "Two."]


def test_a_second_writer_is_told_what_stands(desk: Desk):
    first = write(desk, "The chair’s.")
    with pytest.raises(texts.Overtaken) as refused:
        write(desk, "The coordinator’s.", by=desk.coordinator)
    assert refused.value.row == first
    assert SectionText.objects.get() == first


def test_the_chair_writes_for_a_quarterly_report_that_goes_to_the_chair(desk: Desk):
    desk.plan.quarterly_needs_chair = True
    desk.plan.save()
    assert write(desk, "Noted.", kind="quarterly", period=Q2).report.kind == "quarterly"


# --- Into a version ---------------------------------------------------------------------------------------------------


def test_a_version_carries_what_was_written_when_it_was_made(desk: Desk):
    desk.chair.job_title = "Chair of the Partnership"
    desk.chair.save()
    first = write(desk, "We **must** act: [plan](https://a.example/plan).")
    write(desk, "Every decision\n- was weighed", section="section_17", by=desk.coordinator)
    version = desk.draft()
    write(desk, "Afterthought.", seen=first.pk, at=DUE + dt.timedelta(minutes=1))

    document = from_json(version.snapshot)
    statement = next(words for words in document.texts if words.section == "statement")
    assert statement == SectionWords(
        "statement",
        "Chair's statement",
        "We **must** act: [plan](https://a.example/plan).",
        '<p>We <strong>must</strong> act: <a href="https://a.example/plan">plan</a>.</p>',
        "Chair of the Partnership, Borough council",
        dt.date(2026, 10, 26),
    )
    html = printed(version)
    assert '<h2 id="statement">3. Chair&#x27;s statement</h2>' in html
    assert '<h2 id="progress">4. Progress by priority</h2>' in html
    assert "We <strong>must</strong> act" in html
    law, _, equality = html.partition("<dt>Section 17</dt>")[2].partition("<dt>Equality, finance and law</dt>")
    assert "<li>was weighed</li>" in law
    assert "No statement was recorded" not in law.partition("<dt>")[0]
    assert "No statement was recorded" in equality.partition("</dl>")[0]
    assert "Afterthought" not in html
    again = desk.another(version)
    assert "Afterthought" in printed(again)
    assert printed(version) == html


def test_without_texts_there_is_no_statement_and_no_gap_in_the_numbers(desk: Desk):
    html = printed(desk.draft())
    assert "Chair&#x27;s statement" not in html
    assert '<h2 id="progress">3. Progress by priority</h2>' in html


def test_a_later_library_changes_nothing_in_a_version(desk: Desk, monkeypatch):
    write(desk, "We **must** act.")
    version = desk.draft()
    before = printed(version)
    monkeypatch.setattr("reports.formatting.to_html", lambda text: "<p>Other.</p>")
    assert printed(version) == before


def test_the_quarterly_report_prints_what_the_figures_show(desk: Desk):
    write(desk, "Shop theft *rose*.", kind="quarterly", period=Q2, section="performance", by=desk.analyst)
    write(desk, "Read the notes.", kind="quarterly", period=Q2, section="introduction", by=desk.coordinator)
    html = printed(desk.draft(kind="quarterly", period=Q2))
    about, _, rest = html.partition('<h2 id="priorities">')
    assert "Read the notes." in about
    assert "Shop theft <em>rose</em>." in rest


@pytest.mark.parametrize(
    ("text", "withheld"), [("It fell to 3.", True), ("It fell to **th**ree.", True), ("It fell a little.", False)]
)
def test_the_public_version_withholds_a_text_that_may_tell_a_withheld_number(text: str, withheld: bool):
    words = SectionWords("statement", "Chair's statement", text, f"<p>{text.replace('**', '')}</p>", "Chair", H1.end)
    document = six_monthly(texts=(words,), figures=())
    [open_] = for_public(dataclasses.replace(document, known=_known("418", ruled=False))).texts
    assert open_ == words
    [told] = for_public(dataclasses.replace(document, known=_known("3", ruled=True))).texts
    assert (told.text, told.html) == ((WITHHELD, "") if withheld else (text, words.html))
    html = print_html(dataclasses.replace(document, texts=(told,)), stage="draft", snapshot_sha256=sha256_of(to_json(document)), sign_off=None)  # fmt: skip
    assert ("It fell" in html) is not withheld


def _known(number: str, *, ruled: bool) -> tuple[Known, ...]:
    return (Known(place_of(("SHOP", Q2)), number, number, "count", small_numbers=ruled, publishable=True),)


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_the_newest_version_does_not_carry(desk: Desk):
    first = write(desk, "A good start.")
    version = desk.draft()
    page = address(plan=desk.plan.pk)
    coordinator = signed_in(desk.coordinator)
    assert "in version 1" in coordinator.get(page).text
    assert "Not in version 1" not in coordinator.get(page).text

    write(desk, "A better end.", seen=first.pk, at=LATER)
    write(desk, "Weighed.", section="section_17", by=desk.coordinator, at=LATER)
    shown = coordinator.get(page).text
    assert "Version 1 prints an earlier text" in shown
    assert "Not in version 1" in shown
    assert reverse("reports:new-version", args=[version.report_id]) in shown
    told = signed_in(desk.officer).get(page).text
    assert "the coordinator has to make another version" in told
    assert reverse("reports:new-version", args=[version.report_id]) not in told
    assert "/texts/statement/" not in told

    assert "Written since, and not in version 1:</strong> Chair&#x27;s statement, Section 17." in coordinator.get(version.get_absolute_url()).text  # fmt: skip

    desk.another(version)
    assert "Not in version" not in coordinator.get(page).text
    assert "Written since" not in coordinator.get(version.get_absolute_url()).text


def test_while_the_chair_has_it_the_page_says_what_has_to_happen(desk: Desk):
    desk.with_chair()
    write(desk, "A good start.", at=LATER)
    assert (
        "Version 1 is with the chair: it has to be returned first. Another version then prints"
        in signed_in(desk.chair).get(address(plan=desk.plan.pk)).text
    )


def test_writing_for_a_report_that_is_not_due_yet_puts_nothing_on_the_list(desk: Desk):
    with time_machine.travel(BEFORE):
        chair = signed_in(desk.chair)
        page = address("statement", plan=desk.plan.pk)
        sent = chair.post(page, {"text": "A good start.", "seen": "0"})
        assert sent.status_code == 302
        assert "Version 1 falls due on 28 October 2026" in chair.get(sent["Location"]).text
        assert "April to September 2026" not in chair.get(reverse("reports:list")).text
        assert "Not due yet" in chair.get(reverse("reports:schedule")).text
    assert SectionText.objects.get().by == desk.chair


def test_without_a_script_the_preview_is_a_button_that_keeps_nothing(desk: Desk):
    answer = signed_in(desk.chair).post(
        address("statement", plan=desk.plan.pk), {"text": "We **must** <b>act</b>.", "seen": "0", "preview": "yes"}
    )
    assert "We <strong>must</strong> &lt;b&gt;act&lt;/b&gt;." in answer.text
    assert "We **must** &lt;b&gt;act&lt;/b&gt;.</textarea>" in answer.text
    assert not SectionText.objects.exists()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("We **must** act.\r\n\r\n- now", "<p>We <strong>must</strong> act.</p>\n<ul>\n<li>now</li>\n</ul>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("x" * 100_000, "Shorten this text to 4,000 characters or fewer; it has 100,000."),
        ("a\u202eb", "reverses writing"),
        ("", "Nothing to read yet."),
    ],
)
def test_the_live_preview_is_what_the_report_prints(desk: Desk, typed: str, shown: str):
    answer = signed_in(desk.analyst).post(reverse("reports:texts-preview"), {"text": typed})
    assert shown in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("typed", ["x" * 100_000, "a\u202eb"])
def test_a_text_that_is_refused_stays_in_the_form(desk: Desk, typed: str):
    answer = signed_in(desk.chair).post(address("statement", plan=desk.plan.pk), {"text": typed, "seen": "0"})
    assert answer.status_code == 200
    assert f"{typed}</textarea>" in answer.text
    assert not SectionText.objects.exists()


def test_the_second_of_two_who_write_sees_both_texts_and_may_then_replace(desk: Desk):
    first = write(desk, "The chair’s *own*.")
    page = address("statement", plan=desk.plan.pk)
    client = signed_in(desk.coordinator)
    answer = client.post(page, {"text": "Mine.", "seen": "0"})
    assert answer.status_code == 409
    assert "The chair’s <em>own</em>." in answer.text
    assert "Mine.</textarea>" in answer.text
    assert f'name="seen" value="{first.pk}"' in answer.text
    assert SectionText.objects.get() == first
    assert client.post(page, {"text": "Both.", "seen": str(first.pk)}).status_code == 302
    assert SectionText.objects.newest(first.report).get().text == "Both."


def test_what_was_typed_survives_a_dead_session(desk: Desk):
    client = signed_in(desk.chair)
    page = address("statement", plan=desk.plan.pk)
    [writer] = re.findall(r'name="writer" value="([^"]+)"', client.get(page).text)
    client.logout()
    sent = client.post(page, {"text": "Ten minutes of typing.", "seen": "0", "writer": writer})
    assert sent.status_code == 302
    client.force_login(desk.chair)
    assert "Ten minutes of typing.</textarea>" in client.get(page).text
    assert "Ten minutes of typing." not in client.get(page).text
    assert not SectionText.objects.exists()


def test_the_page_of_a_half_year_names_the_sub_groups_that_wrote_nothing(desk: Desk):
    make_sub_group(desk.plan, code="NEW", name="New group")
    shown = signed_in(desk.coordinator).get(address(plan=desk.plan.pk)).text
    assert "New group</a>: <strong>nothing yet</strong>" in shown
    assert "New group" not in signed_in(desk.coordinator).get(address(kind="quarterly", code="2026-07", plan=desk.plan.pk)).text  # fmt: skip


def test_the_pages_cost_the_same_however_much_was_written(desk: Desk):
    coordinator = signed_in(desk.coordinator)
    last, costs = 0, []
    for upto in (3, 30):
        while last < upto:
            last += 1
            rows = SectionText.objects.order_by("-pk")
            for section in ("statement", "equality"):
                row = rows.filter(section=section).first()
                write(desk, f"{last}.", section=section, by=desk.coordinator, seen=row.pk if row else 0)
            make_sub_group(desk.plan, code=f"G{last}", name=f"Group {last}")
        if not ReportVersion.objects.exists():
            desk.draft()
        for page in (address(plan=desk.plan.pk), address("statement", plan=desk.plan.pk)):
            coordinator.get(page)
            with CaptureQueriesContext(connection) as seen:
                assert coordinator.get(page).status_code == 200
            costs.append(len(seen))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 14


@pytest.mark.parametrize("given", [{"code": "2020-04"}, {"code": "nonsense"}, {"section": "foreword"}])
def test_a_report_or_section_that_is_not_there(desk: Desk, given: dict[str, str]):
    assert signed_in(desk.coordinator).get(address(**{"plan": desk.plan.pk, **given})).status_code == 404


def test_a_text_written_after_approval_waits_for_another_version(desk: Desk):
    version = desk.with_chair()
    decisions.approve(version=version, by=desk.chair, at=DECIDED, **desk.seen(version))
    write(desk, "Thank you all.", at=LATER)
    assert "Not in version 1" in signed_in(desk.coordinator).get(address(plan=desk.plan.pk)).text
