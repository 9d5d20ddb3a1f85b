"""Order and files of the list: what the address asks for, what the screen shows, and never more than one may see."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ProgressUpdate
from actions.rating import ORDER, Rating
from actions.services.lifecycle import withdraw
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, on
from actions.views import listing
from partners.models import User
from priorities.models import Priority

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def told(cast: Cast, action: Action, number: int, at: dt.datetime = NOW, **said: object) -> None:
    words = {"rating": Rating.ON_TRACK, "narrative": "Two patrols a week.", **said}
    post_update(
        action=action, by=cast.officer, at=at, today=at.date(), submission_key=key(number), period=H1_2026, **words
    )


@pytest.fixture
def four(cast: Cast) -> Cast:
    """ASB-01 on track and nearly due, ASB-02 off track, ASB-03 ongoing and silent, ASB-04 withdrawn."""
    first = cast.action("ASB-01", title="=1+1 fires", due_on=dt.date(2026, 12, 1), reoffending_focus=True)
    second = cast.action("ASB-02", due_on=dt.date(2027, 3, 1))
    cast.action("ASB-03", due_on=None, review_on=dt.date(2027, 1, 31))
    last = cast.action("ASB-04", due_on=dt.date(2026, 11, 30))
    told(cast, first, 1, NOW - dt.timedelta(days=2))
    told(cast, second, 2, rating=Rating.OFF_TRACK, reason="Marigold Street.", recovery="A new crew.", restricted=True)
    withdraw(action=last, by=cast.coordinator, at=NOW, reason="Merged.")
    return cast


def page_of(cast: Cast, query: str) -> str:
    with on():
        answer = browser(cast.chair).get(f"/actions/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def shown(page: str) -> list[str]:
    return re.findall(r'<span class="ref">([^<]+)</span>', page)


def table_of(cast: Cast, query: str) -> list[list[str]]:
    with on():
        answer = browser(cast.chair).get(f"/actions/export.csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text, newline="")))


def workbook_of(cast: Cast, query: str) -> list[tuple[object, ...]]:
    with on():
        answer = browser(cast.chair).get(f"/actions/export.xlsx{query}")
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))


ORDERS = {
    "": ["ASB-01", "ASB-02", "ASB-03", "ASB-04"],
    "?sort=ref": ["ASB-01", "ASB-02", "ASB-03", "ASB-04"],
    "?sort=-ref": ["ASB-04", "ASB-03", "ASB-02", "ASB-01"],
    "?sort=due": ["ASB-04", "ASB-01", "ASB-02", "ASB-03"],
    "?sort=-due": ["ASB-02", "ASB-01", "ASB-04", "ASB-03"],
    "?sort=heard": ["ASB-03", "ASB-04", "ASB-01", "ASB-02"],
    "?sort=-heard": ["ASB-02", "ASB-01", "ASB-03", "ASB-04"],
    "?sort=rating": ["ASB-02", "ASB-03", "ASB-01", "ASB-04"],
    "?sort=-rating": ["ASB-04", "ASB-01", "ASB-03", "ASB-02"],
    "?sort=nonsense": ["ASB-01", "ASB-02", "ASB-03", "ASB-04"],
}


@pytest.mark.parametrize("query", ORDERS)
def test_screen_and_both_files_stand_in_the_order_of_the_address(four: Cast, query: str) -> None:
    assert shown(page_of(four, query)) == ORDERS[query]
    assert [row[0] for row in table_of(four, query)[1:]] == ORDERS[query]
    assert [row[0] for row in workbook_of(four, query)[1:]] == ORDERS[query]


def test_the_order_by_rating_agrees_with_the_judgement(four: Cast) -> None:
    rows = Action.objects.for_list(TODAY, H1_2026).sorted_by("rating", TODAY)
    places = [ORDER.index(action.standing(H1_2026, TODAY).rating) for action in rows]
    assert places == sorted(places)
    assert len(set(places)) == 4


def test_a_page_of_thousands_holds_what_the_whole_order_has_there(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many match, PostgreSQL takes a page from an index, priority by priority; SQLite sorts, as it does for few."""
    other = Priority.objects.create(plan=cast.plan, code="HATE", name="Hate crime", position=cast.priority.position - 1)
    for n in range(1, 8):
        cast.action(f"ASB-{n:02d}", priority=other if n % 3 == 0 else cast.priority, reoffending_focus=n != 4)
    monkeypatch.setattr(listing, "PAGE", 3)
    in_order = {"": "03 06 01 02 04 05 07", "reoffending=on": "03 06 01 02 05 07", f"priority={other.code}": "03 06"}
    for query, refs in in_order.items():
        for most in (100, 1):  # a page is the same whether few match or more than are counted
            monkeypatch.setattr(listing, "MOST_PAGES", 3 if most == 100 else most)
            assert shown(page_of(cast, f"?{query}")) == [f"ASB-{n}" for n in refs.split()][:3]
    monkeypatch.setattr(listing, "MOST_PAGES", 2)
    assert shown(page_of(cast, "?page=2")) == ["ASB-02", "ASB-04", "ASB-05"]
    found = Action.objects.filter(plan=cast.plan).among_the_first(2, cast.plan, [other.code, cast.priority.code])
    refs = set(found.values_list("ref", flat=True))
    assert refs >= {"ASB-03", "ASB-06"}
    assert len(refs) == (4 if connection.vendor == "postgresql" else 7)


def test_heads_say_and_turn_the_order_and_keep_the_filters(four: Cast) -> None:
    page = page_of(four, "?sub_group=FIRE&sort=due&page=1")
    assert page.count("aria-sort") == 1
    assert (
        'aria-sort="ascending"><a class="govuk-link govuk-link--no-visited-state rows__sort" href="?sub_group=FIRE&amp;sort=-due"'
        in page
    )
    assert 'href="?sub_group=FIRE&amp;sort=rating"' in page
    assert '<input type="hidden" name="sort" value="due">' in page
    assert 'aria-sort="descending"' in page_of(four, "?sort=-rating")
    assert "aria-sort" not in page_of(four, "?sort=%22%3E")


def test_re_offending_is_a_filter(four: Cast) -> None:
    page = page_of(four, "?reoffending=on")
    assert shown(page) == ["ASB-01"]
    assert "Remove filter </span>Re-offending focus" in page
    assert [row[0] for row in table_of(four, "?reoffending=on")[1:]] == ["ASB-01"]


def test_a_file_says_what_the_list_says_and_no_formula(four: Cast) -> None:
    head, first, second, third, _ = table_of(four, "")
    assert head[:3] == ["Reference", "Action", "Priority"]
    assert first[:9] == [
        "ASB-01", "'=1+1 fires", four.priority.name, four.fire.name, "2026-12-01", "", "2026-10-10", "On track", "yes"
    ]  # fmt: skip
    assert second[7:9] == ["Off track", "yes"]
    assert third[4:9] == ["", "2027-01-31", "", "Not yet rated", "no"]
    book = workbook_of(four, "")
    assert [[str(cell or "") for cell in row][:4] for row in book[1:]] == [
        [cell.removeprefix("'") for cell in row[:4]] for row in table_of(four, "")[1:]
    ]
    assert book[1][4] == dt.datetime(2026, 12, 1)  # noqa: DTZ001
    assert "Marigold" not in str(table_of(four, "")) + str(book)
    assert ProgressUpdate.objects.filter(reason__contains="Marigold").exists()


def test_the_links_carry_filters_and_order_and_name_both_files(four: Cast) -> None:
    page = page_of(four, "?rating=off_track&sort=-due")
    for form in ("csv", "xlsx"):
        assert f'href="/actions/export.{form}?rating=off_track&amp;sort=-due"' in page
    assert "export.csv" not in page_of(four, "?q=nothing")
    with on():
        answer = browser(four.chair).get("/actions/export.xlsx")
    assert answer["Content-Disposition"] == f'attachment; filename="actions-{TODAY.isoformat()}.xlsx"'


def test_every_page_of_the_list_is_in_the_file(cast: Cast) -> None:
    for number in range(51):
        cast.action(f"ASB-{number:02}", milestones=[])
    assert len(table_of(cast, "?page=2")) == 52


def test_a_list_too_long_to_wait_for_offers_a_file_made_in_the_background(
    four: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(listing, "MOST_EXPORTED", 4)
    assert "export.csv" in page_of(four, "")
    assert len(table_of(four, "")) == 5
    monkeypatch.setattr(listing, "MOST_EXPORTED", 3)
    page = page_of(four, "")
    assert "This list has more than 3 actions." in page
    assert "Make a CSV file" in page
    assert "export.csv" not in page
    with on():
        answer = browser(four.chair).get("/actions/export.csv?sub_group=FIRE&sort=due")
    assert (answer.status_code, answer["Location"]) == (302, "/actions/?sub_group=FIRE&sort=due")
    assert len(table_of(four, "?rating=off_track")) == 2


def test_there_is_no_other_kind_of_file(cast: Cast) -> None:
    with on():
        assert browser(cast.chair).get("/actions/export.pdf").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_takes_as_many_queries_for_many_as_for_few(cast: Cast, form: str) -> None:
    def queries() -> int:
        client, address = browser(cast.chair), f"/actions/export.{form}?sort=rating"
        with on():
            client.get(address)  # the session's own row is written at the first visit
            with CaptureQueriesContext(connection) as seen:
                assert b"".join(client.get(address))
        return len(seen)

    cast.action("ASB-01")
    few = queries()
    for number in range(2, 31):
        cast.action(f"ASB-{number:02}")
    assert queries() == few <= 8


def test_words_are_readable_in_sql_to_those_the_rule_lets_read(four: Cast) -> None:
    answers = set()
    for user in User.objects.all():
        by_rule = {
            update.pk for update in ProgressUpdate.objects.all() if user.has_perm("actions.read_restricted", update)
        }
        assert set(ProgressUpdate.objects.readable_by(user).values_list("pk", flat=True)) == by_rule, user
        answers.add(len(by_rule))
    assert answers >= {1, 2}
