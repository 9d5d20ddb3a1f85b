"""Search finds what one may read, marks it, and tells nobody of the rest."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.rating import Rating
from partners.models import User
from performance.models import Indicator
from performance.services.issues import raise_issue
from priorities.models import PlanSection
from shp_portal.pages.search import AFTER, FIRST, PAGE, Piece, excerpt, pieces
from shp_portal.tests.scene import NOW, Cast, browser, on, page, text_of, update

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def found(user: User, query: str) -> str:
    """The words of the page's own part."""
    return text_of(page(user, f"/search/?{query}").partition("<main")[2])


def test_each_kind_of_thing_is_found_by_its_words(cast: Cast) -> None:
    action = cast.action("ASB-01", title="Fires in bins")
    said = update(cast, action, 1, narrative="Three wardens walk the promenade.")
    raise_issue(plan=cast.plan, title="Scooters on the promenade", text="New.", by=cast.officer, at=NOW)
    indicator = Indicator.objects.create(
        code="DFIRE", name="Deliberate fires", unit="fires", better="lower", data_owner=cast.fire, definition="All."
    )
    indicator.priorities.add(cast.priority)
    PlanSection.objects.create(plan=cast.plan, number=4, heading="Where we are", body="A town with a promenade.")

    html = page(cast.chair, "/search/?q=promenade")
    assert f'href="{action.get_absolute_url()}#update-{said.pk}"' in html
    assert "Three wardens walk the <mark>promenade</mark>." in html
    assert "Scooters on the <mark>promenade</mark>" in html
    assert 'href="/plan/#section-4"' in html
    assert "A town with a <mark>promenade</mark>." in html
    assert 'href="/priorities/ASB/"' in page(cast.chair, "/search/?q=deliberate")
    assert f'href="{action.get_absolute_url()}"' in page(cast.chair, "/search/?q=asb-01")
    assert "Fires in <mark>bins</mark>" in page(cast.chair, "/search/?q=BINS")


def test_all_words_must_be_there_and_may_stand_apart(cast: Cast) -> None:
    cast.action("ASB-01", title="Fires in bins")
    assert "Fires in bins" in found(cast.chair, "q=bins+asb")
    assert "Nothing found for “bins boats”" in found(cast.chair, "q=bins+boats")
    assert "Nothing found for “100%”" in found(cast.chair, "q=100%25"), "a sign of SQL is a sign like any other"
    assert "Nothing found for “b_ns”" in found(cast.chair, "q=b_ns")


def test_postgresql_finds_other_forms_of_a_word(cast: Cast) -> None:
    cast.action("ASB-01", title="Fires in bins")
    assert ("Fires in bins" in found(cast.chair, "q=firing")) == (connection.vendor == "postgresql")


@pytest.mark.parametrize("who", ["officer", "lead", "coordinator", "analyst", "chair", "supporter", "outsider"])
def test_restricted_words_are_found_by_those_alone_who_may_read_them(cast: Cast, who: str) -> None:
    words = dict.fromkeys(("narrative", "reason", "recovery", "help_wanted", "achievement"), "Marigold Street.")
    update(cast, cast.action(), 1, rating=Rating.AT_RISK, restricted=True, help_wanted_from=cast.housing, **words)
    text = found(getattr(cast, who), "q=marigold")
    if who in ("supporter", "outsider"):
        assert "Nothing found for “marigold”" in text
        assert "Street" not in text
        assert found(getattr(cast, who), "q=marigold&in=updates").count("Nothing found") == 1
    else:
        assert "Marigold Street." in text
        assert ", restricted" in text


def test_a_restricted_issue_is_found_by_those_alone_who_see_it(cast: Cast) -> None:
    raise_issue(plan=cast.plan, title="Marigold house", text="New.", by=cast.officer, at=NOW, restricted=True)
    assert "Marigold house" in found(cast.analyst, "q=marigold")
    assert "Marigold house" in found(cast.colleague, "q=marigold")
    assert "Nothing found" in found(cast.outsider, "q=marigold")


def test_what_people_wrote_is_escaped_and_still_marked(cast: Cast) -> None:
    cast.action("ASB-01", title="<b>bold</b> & brave")
    html = page(cast.chair, f"/search/?q={quote('<b>')}")
    assert "<mark>&lt;b&gt;</mark>bold" in html
    assert "<b>bold" not in html
    assert 'value="&lt;b&gt;"' in html


def test_a_kind_shows_its_first_and_leads_to_all_of_them_in_pages(cast: Cast) -> None:
    for number in range(PAGE + 2):
        cast.action(f"ASB-{number:02}", title="Bins", milestones=[])
    first = page(cast.chair, "/search/?q=bins")
    assert first.count('class="search__hit"') == FIRST
    assert 'href="/search/?q=bins&amp;in=actions"' in first
    whole = page(cast.chair, "/search/?q=bins&in=actions")
    assert whole.count('class="search__hit"') == PAGE
    assert 'href="/search/?q=bins&amp;in=actions&amp;page=2"' in whole
    last = page(cast.chair, "/search/?q=bins&in=actions&page=2")
    assert last.count('class="search__hit"') == 2
    assert 'rel="next"' not in last
    assert 'href="/search/?q=bins&amp;in=actions"' in last
    assert "Nothing found" in page(cast.chair, "/search/?q=bins&in=actions&page=9")
    assert page(cast.chair, "/search/?q=bins&in=nonsense&page=-1").count('class="search__hit"') == FIRST


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("%00a", "hidden control character"),
        ("a" * 101, "Shorten this text to 100 characters or fewer"),
        ("a+b+c", "Search for at least two letters."),
        ("+".join(["word"] * 9), "Search for 8 words or fewer."),
        ("zzyzzyx", "Try fewer words, or only the beginning of a word."),
    ],
)
def test_what_cannot_be_looked_for_is_said_and_the_words_kept(cast: Cast, query: str, sentence: str) -> None:
    assert sentence in found(cast.chair, f"q={query}")


def test_nothing_asked_finds_nothing_and_complains_of_nothing(cast: Cast) -> None:
    cast.action("ASB-01", title="Bins")
    for query in ("", "q=", "q=+"):
        text = found(cast.chair, query)
        assert "Nothing found" not in text
        assert "Bins" not in text


def test_those_who_do_the_work_have_the_box_on_every_page_and_readers_have_not(cast: Cast) -> None:
    assert 'id="portal-search"' in page(cast.officer, "/")
    assert 'id="portal-search"' not in page(cast.reader, "/")
    page(cast.reader, "/search/?q=bins", expected=404)


def test_a_search_takes_as_many_queries_for_thirty_as_for_three(cast: Cast) -> None:
    def more(first: int, last: int) -> None:
        for number in range(first, last):
            update(cast, cast.action(f"ASB-{number:02}", title="Bins"), number, narrative="Bins emptied.")
            raise_issue(plan=cast.plan, title=f"Bins {number}", text="New.", by=cast.officer, at=NOW)
            made = Indicator.objects.create(
                code=f"I{number}", name=f"Bins {number}", unit="bins", better="lower", data_owner=cast.fire
            )
            made.priorities.add(cast.priority)
            PlanSection.objects.create(plan=cast.plan, number=number + 20, heading="Bins", body="Bins.")

    def queries(query: str) -> int:
        client = browser(cast.officer)
        with on():
            client.get("/search/")
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"/search/?{query}").status_code == 200
        return len(seen)

    asked = ("q=bins", "q=bins&in=updates", "q=bins&in=indicators")
    more(1, 4)
    few = [queries(query) for query in asked]
    more(4, 31)
    assert [queries(query) for query in asked] == few
    assert max(few) <= 14


def test_pieces_lose_nothing_and_prefer_the_longer_word() -> None:
    assert pieces("Bins, bin", ["bin", "bins"]) == [Piece("Bins", True), Piece(", ", False), Piece("bin", True)]
    assert pieces("a.c abc", ["a.c"]) == [Piece("a.c", True), Piece(" abc", False)]
    assert pieces("abc", []) == [Piece("abc", False)]


def test_an_excerpt_stands_around_the_first_word_found() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    cut = "".join(piece.text for piece in excerpt(["nothing", words], ["word100"]))
    assert cut.startswith("… word")
    assert cut.endswith(" …")
    assert "word100 word101" in cut
    assert len(cut) < AFTER * 2
    assert [piece.text for piece in excerpt(["", "Short."], ["absent"])] == ["Short."]
    assert excerpt(["", ""], ["absent"]) == []


def test_a_day_is_written_as_on_every_page(cast: Cast) -> None:
    update(cast, cast.action(), 1, narrative="Bins emptied.")
    assert f"{cast.officer.name}, 12 October 2026" in found(cast.chair, "q=emptied")
