"""Search finds what one may read, marks it, and tells nobody of the rest."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ProgressUpdate, Proposal
from actions.rating import Rating
from partners.models import User
from performance.models import EmergingIssue, Indicator
from performance.services.issues import raise_issue
from priorities.models import PlanSection
from shp_portal.pages.search import (
    AFTER,
    FIRST,
    KINDS,
    PAGE,
    Asked,
    Kind,
    Piece,
    excerpt,
    in_order,
    matching,
    pieces,
    some_of,
)
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
    issue = raise_issue(plan=cast.plan, title="Scooters on the promenade", text="New.", by=cast.officer, at=NOW)
    indicator = Indicator.objects.create(
        code="DFIRE", name="Deliberate fires", unit="fires", better="lower", data_owner=cast.fire, definition="All."
    )
    indicator.priorities.add(cast.priority)
    PlanSection.objects.create(plan=cast.plan, number=4, heading="Where we are", body="A town with a promenade.")

    html = page(cast.chair, "/search/?q=promenade")
    assert f'href="{action.get_absolute_url()}#update-{said.pk}"' in html
    assert "Three wardens walk the <mark>promenade</mark>." in html
    assert f'<a class="govuk-link" href="/issues/{issue.pk}/">' in html
    assert "Scooters on the <mark>promenade</mark>" in html
    assert 'href="/plan/#section-4"' in html
    assert "A town with a <mark>promenade</mark>." in html
    assert 'href="/indicators/DFIRE/"' in page(cast.chair, "/search/?q=deliberate")
    assert f'href="{action.get_absolute_url()}"' in page(cast.chair, "/search/?q=asb-01")
    assert "Fires in <mark>bins</mark>" in page(cast.chair, "/search/?q=BINS")


def proposed(cast: Cast, **words: str) -> Proposal:
    return Proposal.objects.create(
        plan=cast.plan,
        priority=cast.priority,
        sub_group=cast.sub_group,
        lead_partner=cast.fire,
        starts_on=NOW.date(),
        due_on=NOW.date(),
        measure_of_success="Fewer.",
        proposed_by=cast.officer,
        proposed_at=NOW,
        submission_key=UUID(int=7),
        **words,
    )


def test_a_proposed_initiative_is_found_by_its_title_and_by_why(cast: Cast) -> None:
    proposal = proposed(cast, title="Wardens on bicycles", why="The promenade is long.")
    for word in ("bicycles", "promenade"):
        assert f'href="{proposal.get_absolute_url()}"' in page(cast.outsider, f"/search/?q={word}")
    assert "Proposed; from Fire brigade" in found(cast.chair, "q=bicycles")
    assert page(cast.reader, "/search/?q=bicycles", 404)


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


# --- The index on PostgreSQL -------------------------------------------------------------------------------------------


def test_beginnings_of_words_are_found_and_what_reads_like_a_query_is_words(cast: Cast) -> None:
    """On PostgreSQL these are words of the query's own language, and must not be taken for it."""
    cast.action("ASB-01", title="Thirteen’s roofs & O'Neill \\ keys: !now")
    for query in (
        "thirt",
        "asb-0",
        "asb-01 roof",
        "o'neill",
        "roofs & keys",
        "\\ keys",
        "keys:",
        "!now",
        "'",
        "keys !now",
    ):
        assert "Thirteen’s roofs" in found(cast.chair, f"q={quote(query)}%20th"), query
    for query in ("thirteen | bins", "!bins", "keys:* bins", "bins:*", "roofs <-> bins"):
        assert "Thirteen’s roofs" not in found(cast.chair, f"q={quote(query)}"), query


def test_letters_inside_a_word_are_found_when_nothing_else_is(cast: Cast) -> None:
    cast.action("ASB-01", title="Motorbikes on the dunes")
    assert "Motorbikes on the dunes" in found(cast.chair, "q=bikes").replace("Motor bikes", "Motorbikes")
    assert "<mark>bikes</mark>" in page(cast.chair, "/search/?q=bikes&in=actions")
    assert "Nothing found" in found(cast.chair, "q=dunes&in=actions&page=2")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_ten_thousand_rows_are_searched_by_the_index(cast: Cast, kind: Kind) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL alone has the index; `make test` runs this on it")
    action = cast.action("ASB-00", title="Marigold bins")
    said = update(cast, action, 1, narrative="Marigold bins.")
    proposed(cast, title="Marigold bins", why="New.")
    raise_issue(plan=cast.plan, title="Marigold bins", text="New.", by=cast.officer, at=NOW)
    Indicator.objects.create(
        code="I0", name="Marigold", unit="x", measure="count", better="lower", data_owner=cast.fire
    )
    PlanSection.objects.create(plan=cast.plan, number=1, heading="Marigold", body="Bins.")
    _many(cast, action, said)
    asked = Asked(cast.plan, cast.outsider, "marigold", ["marigold"], by_index=True)
    assert matching(kind, asked).count() == 1
    names = {
        "actions": "action_full_text",
        "updates": "update_full_text",
        "proposals": "proposal_full_text",
        "issues": "issue_full_text",
        "indicators": "indicator_full_text",
        "plan": "section_full_text",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # The parts of a plan are few and stand in the order of another index: with a limit that one is as good.
        found = some_of(kind, asked) if kind.many else matching(kind, asked)
        wanted = found if kind.slug == "plan" or kind.many else found[: FIRST + 1]
        plan = wanted.explain()
    assert names[kind.slug] in plan, plan
    if kind.many:
        # Of a word that every row holds, none is sorted.
        everywhere = replace(asked, text="work", words=["work"])
        assert "Sort" not in in_order(kind, everywhere)[: FIRST + 1].explain()
        assert [row.pk for row in in_order(kind, asked)] == [row.pk for row in matching(kind, asked)]


def _many(cast: Cast, action: Action, said: ProgressUpdate) -> None:
    """Ten thousand rows of each kind that hold none of the words asked for, and what the planner knows of them."""
    numbers = range(1, 10_001)

    def another(row: Model, **changed: object) -> Model:
        names = {column.attname for column in row._meta.concrete_fields} - {"id"}
        return type(row)(**{name: getattr(row, name) for name in names} | changed)

    made = {
        Action: (another(action, ref=f"N-{n}", title=f"Work {n} of many", latest_update_id=None) for n in numbers),
        ProgressUpdate: (another(said, narrative=f"Work {n} done.", submission_key=UUID(int=n + 99)) for n in numbers),
        Proposal: (
            another(Proposal.objects.get(), title=f"Idea {n}", submission_key=UUID(int=n + 50_000)) for n in numbers
        ),
        EmergingIssue: (another(EmergingIssue.objects.get(), title=f"Matter {n}") for n in numbers),
        Indicator: (
            Indicator(code=f"N{n}", name=f"Number {n}", unit="x", measure="count", better="lower", data_owner=cast.fire)
            for n in numbers
        ),
        PlanSection: (
            PlanSection(plan=cast.plan, number=n + 1, heading=f"Part {n}", body=f"Text {n}.") for n in numbers
        ),
    }
    for model, rows in made.items():
        model._default_manager.bulk_create(rows, batch_size=2_000)
    with connection.cursor() as cursor:
        for model in made:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
