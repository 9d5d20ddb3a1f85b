"""The page that holds two versions or periods against each other, and what the chair is told since one was returned."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.rating import Rating
from partners.models import User
from reports.document import Document, SectionWords, sha256_of, to_json
from reports.models import PublicRelease, Report, ReportVersion
from reports.services import decisions
from reports.tests.desk import DECIDED, H1, LATER, PUBLISHED, Q2, Desk, sealed_as
from reports.tests.makers import line, quarterly, six_monthly

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def reader_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def kept(desk: Desk, document: Document, *, number: int = 1, state: str = "draft", of=H1) -> ReportVersion:
    """A version with exactly this text."""
    kind = "quarterly" if of == Q2 else "six_monthly"
    report, _ = Report.objects.get_or_create(
        plan=desk.plan, kind=kind, period_kind=of.kind.value, period_start=of.start, defaults={"created_at": DECIDED}
    )
    text = to_json(document)
    return ReportVersion.objects.create(
        report=report,
        number=number,
        state=state,
        snapshot=text,
        schema_version=1,
        snapshot_sha256=sha256_of(text),
        cut_off=DECIDED,
        made_at=DECIDED,
        reason="Again." if number > 1 else "",
        published_at=PUBLISHED if state == "published" else None,
    )


def plans(size: int, before: Rating, now: Rating) -> tuple[Document, Document]:
    was, then = (six_monthly(tuple(line(n, rating) for n in range(1, size + 1))) for rating in (before, now))
    return was, then


def address(a: ReportVersion, b: ReportVersion) -> str:
    return f"/reports/compare/?a={a.report_id}.{a.number}&b={b.report_id}.{b.number}"


def test_two_versions_are_told_apart_in_sentences_whichever_comes_first(desk: Desk) -> None:
    was, now = plans(2, Rating.ON_TRACK, Rating.AT_RISK)
    first, second = kept(desk, was), kept(desk, now, number=2)
    client = reader_of(desk.officer)
    pages = [text_of(client.get(one).content.decode()) for one in (address(first, second), address(second, first))]
    for page in pages:
        assert "Before April to September 2026, version 1" in page
        assert "ASB-02 Keep the promise made to street number 2 was on track and is now at risk." in page
        assert re.search(r"▲ At risk 0 2 \+2", page)
        assert re.search(r"● On track 2 0 −2", page)


def test_two_periods_are_compared_too_and_two_kinds_are_not(desk: Desk) -> None:
    was, now = plans(2, Rating.AT_RISK, Rating.ON_TRACK)
    earlier, later = kept(desk, was, of=H1.previous()), kept(desk, now)
    figures = kept(desk, quarterly(), of=Q2)
    client = reader_of(desk.chair)
    page = text_of(client.get(address(earlier, later)).content.decode())
    assert "Recovered DA-01 Keep the promise made to street number 1 was at risk and is now on track." in page
    for pair in ((later, figures), (later, later)):
        page = text_of(client.get(address(*pair)).content.decode())
        assert "cannot be compared" in page or "not two kinds" in page or "one and the same version" in page
        assert "was at risk" not in page


def test_nothing_changed_is_said(desk: Desk) -> None:
    first, second = kept(desk, six_monthly()), kept(desk, six_monthly(), number=2)
    assert b"Nothing in one is other than in the other." in reader_of(desk.officer).get(address(first, second)).content


def test_a_text_that_cannot_be_read_is_refused_in_a_sentence(desk: Desk) -> None:
    first, second = kept(desk, six_monthly()), kept(desk, six_monthly(), number=2)
    ReportVersion.objects.filter(pk=first.pk).update(snapshot="{")
    response = reader_of(desk.officer).get(address(first, second))
    assert response.status_code == 200
    assert b"no longer those that were sealed" in response.content


def test_only_what_one_may_see_can_be_chosen_or_compared(desk: Desk) -> None:
    draft = kept(desk, six_monthly(), number=2)
    published = kept(desk, six_monthly(), state="published")
    PublicRelease.objects.create(
        version=published, pdf_sha256="0" * 64, checks=[], by=desk.coordinator, at=published.made_at
    )
    client = reader_of(desk.reader)
    assert client.get(address(published, draft)).status_code == 404
    chooser = client.get("/reports/compare/").content.decode()
    assert f'value="{published.report_id}.1"' in chooser
    assert f'value="{published.report_id}.2"' not in chooser
    assert reader_of(desk.officer).get(address(published, draft)).status_code == 200
    assert reader_of(desk.nobody).get("/reports/compare/").status_code == 404


def test_the_newest_and_the_one_before_are_chosen_unless_others_are_asked_for(desk: Desk) -> None:
    old, _first = kept(desk, six_monthly(), of=H1.previous(), state="published"), kept(desk, six_monthly())
    draft, newest = kept(desk, six_monthly(), number=2, state="replaced"), kept(desk, six_monthly(), number=3)
    client = reader_of(desk.officer)

    def chosen(**asked: str) -> list[str]:
        return re.findall(r'value="([\d.]+)" selected', client.get("/reports/compare/", asked).content.decode())

    key = {one: f"{one.report_id}.{one.number}" for one in (old, draft, newest)}
    assert chosen() == [key[draft], key[newest]]
    assert chosen(b=key[draft]) == [f"{draft.report_id}.1", key[draft]]
    assert chosen(a=key[old]) == [key[old], f"{draft.report_id}.1"]
    assert chosen(a=key[newest], b=key[old]) == [key[newest], key[old]]


def test_a_report_that_was_said_to_be_not_produced_stands_as_that(desk: Desk) -> None:
    first, other = kept(desk, six_monthly(), state="replaced"), kept(desk, six_monthly(), of=H1.previous())
    Report.objects.filter(pk=first.report_id).update(
        not_produced="No meeting.", not_produced_by=desk.coordinator, not_produced_at=DECIDED
    )
    page = text_of(reader_of(desk.officer).get(address(other, first)).content.decode())
    assert "April to September 2026, version 1 Not produced" in page
    assert "April to September 2026, version 1, not produced" in page
    assert "eplaced" not in page


@pytest.mark.parametrize("key", ["x", "1", "1.", ".1", "1.1.1", "999999.1", "1.٢", "99999999999999999999.1"])
def test_an_address_that_names_no_version_is_not_there(desk: Desk, key: str) -> None:
    version = kept(desk, six_monthly())
    client = reader_of(desk.officer)
    assert client.get("/reports/compare/", {"a": key, "b": f"{version.report_id}.1"}).status_code == 404
    assert client.get("/reports/compare/", {"a": "", "b": f"{version.report_id}.1"}).status_code == 200


@pytest.mark.parametrize("page", ["compared", "chooser"])
def test_queries_do_not_grow_with_differences_or_versions(desk: Desk, page: str) -> None:
    client = reader_of(desk.coordinator)
    numbers = []
    for size, number in ((3, 1), (30, 3)):
        was, now = plans(size, Rating.ON_TRACK, Rating.OFF_TRACK)
        first, second = kept(desk, was, number=number), kept(desk, now, number=number + 1)
        wanted = address(first, second) if page == "compared" else "/reports/compare/"
        client.get(wanted)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(wanted).status_code == 200
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 9


# --- Since it was returned --------------------------------------------------------------------------------------------


def returned(desk: Desk, by: User) -> ReportVersion:
    version = desk.with_chair()
    decisions.return_to_coordinator(version=version, by=by, at=DECIDED, comment="Say more.", **desk.seen(version))
    return version


def test_the_chair_is_told_what_changed_since_the_version_they_returned(desk: Desk) -> None:
    first = returned(desk, desk.chair)
    second = desk.another(first)
    changed = six_monthly((line(2, Rating.OFF_TRACK),))
    sealed_as(first, six_monthly((line(2, Rating.AT_RISK),)))
    sealed_as(second, changed)
    second.refresh_from_db()
    decisions.send_to_chair(version=second, by=desk.coordinator, at=LATER)
    page = text_of(reader_of(desk.chair).get(second.get_absolute_url()).content.decode())
    assert "What changed since version 1, which you returned" in page
    assert "which you returned Version 1 was returned by the " in page
    assert "on 3 November 2026 at 11:00. Reason: Say more." in page
    told = page.partition("which you returned")[2].partition("Both versions side by side")[0]
    assert "ASB-02 Keep the promise made to street number 2 was at risk and is now off track." in told
    others = text_of(reader_of(desk.officer).get(second.get_absolute_url()).content.decode())
    assert "What changed since version 1, which was returned" in others


def test_a_text_that_is_another_one_is_shown_as_it_was_and_is(desk: Desk) -> None:
    first = returned(desk, desk.chair)
    second = desk.another(first)
    words = [
        SectionWords("section_17", "Section 17", text, "", "Coordinator", H1.end)
        for text in ("Old <b>one</b>.", "New **lighting** by the [council](https://example.org/).")
    ]
    sealed_as(first, six_monthly((), texts=(words[0],)))
    sealed_as(second, six_monthly((), texts=(words[1],)))
    client = reader_of(desk.chair)
    for path in (second.get_absolute_url(), address(first, second)):
        told = client.get(path).content.decode().partition("“Section 17” was changed.")[2].partition("</details>")[0]
        assert "<p>Old &lt;b&gt;one&lt;/b&gt;.</p>" in told
        assert "<p>New <strong>lighting</strong> by the <a " in told
        assert "**" not in told


def test_a_long_list_is_cut_and_leads_to_the_whole(desk: Desk) -> None:
    first = returned(desk, desk.chair)
    second = desk.another(first)
    was, now = plans(30, Rating.ON_TRACK, Rating.OFF_TRACK)
    sealed_as(first, was)
    sealed_as(second, now)
    response = reader_of(desk.chair).get(second.get_absolute_url())
    html = response.content.decode().partition("paper-changed")[2].partition("</section>")[0]
    more = re.search(r"And (\d+) more", html)
    assert more
    whole = reader_of(desk.chair).get(unescape(re.search(r'href="(/reports/compare/[^"]+)"', html)[1]))  # type: ignore[index]
    total = re.search(r"(\d+) differences\.", whole.content.decode())
    assert total
    assert html.count("<li>") + int(more[1]) == int(total[1])
    assert html.count("<li>") == 12


def test_without_a_returned_version_nothing_is_said(desk: Desk) -> None:
    first = desk.draft()
    assert b"What changed since version" not in reader_of(desk.chair).get(first.get_absolute_url()).content
    second = desk.another(first)
    assert b"What changed since version" not in reader_of(desk.chair).get(second.get_absolute_url()).content


def test_a_version_leads_to_what_changed(desk: Desk) -> None:
    first = desk.draft()
    second = desk.another(first)
    html = reader_of(desk.officer).get(second.get_absolute_url()).content.decode()
    key = f"{first.report_id}."
    assert f'href="/reports/compare/?a={key}1&amp;b={key}2"' in html
    assert f'href="/reports/compare/?b={key}2"' in html
