"""The published plan: every printed character stays, and what is doubtful stands beside it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from partners import roles
from partners.tests.makers import make_user
from priorities.models import Plan, PlanSection
from shp_portal import published_plan
from shp_portal.pages.plan import blocks_of, plan_page
from shp_portal.tests.scene import TODAY, Cast, page, text_of


@pytest.fixture
def published(db):
    call_command("load_plan", verbosity=0)
    return Plan.objects.get()


def _table() -> list[dict[str, str]]:
    file = Path(published_plan.__file__).parent / "data" / "table1.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_table_1_is_printed_character_for_character(published):
    html = page(make_user("reader@example.org", roles.READER), "/plan/")
    table = html[html.index('id="table-1"') : html.index("</table>", html.index('id="table-1"'))]
    cells = [re.sub(r"<p class=\"portal-query.*?</p>", "", row, flags=re.S) for row in table.split("<tr")]
    shown = [
        [text_of(cell) for cell in re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row, flags=re.S)]
        for row in cells
        if "<td" in row
    ]
    printed = [
        [row["label"], row["printed_hartlepool"], row["printed_average"], row["printed_position"]] for row in _table()
    ]
    assert [row[:4] for row in shown] == [[cell.replace("&", "&amp;") for cell in row] for row in printed]
    assert len(shown) == 17


def test_every_query_of_the_table_stands_beside_its_row(published):
    html = text_of(page(make_user("reader@example.org", roles.READER), "/plan/"))
    queries = [row["query"] for row in _table() if row["query"]]
    assert len(queries) >= 6
    assert [query for query in queries if query not in html] == []


def test_the_page_holds_all_ten_sections_the_objective_and_the_similar_areas(published):
    html = page(make_user("reader@example.org", roles.READER), "/plan/")
    assert [f'id="section-{number}"' in html for number in range(1, 11)] == [True] * 10
    assert "“To make Hartlepool a safe, prosperous and enjoyable place to live, work and visit”" in html
    for name in ("Barrowin-Furness", "Knowlesley", "Stoke-on-Trent"):
        assert name in html
    names = html[html.index('<ul class="govuk-list govuk-list--bullet similar-areas">') :]
    assert names[: names.index("</ul>")].count("<li>") == 15


def test_priorities_stand_in_the_plans_order_with_the_annual_focus(published):
    html = page(make_user("coordinator@example.org", roles.COORDINATOR), "/plan/")
    places = [html.index(f'href="/priorities/{code}/"') for code in ("ASB", "DA", "DVA", "SV")]
    assert places == sorted(places)
    assert "Annual focus 2024/25." in html


def test_readers_get_no_links_into_the_work(published):
    assert 'href="/priorities/' not in page(make_user("reader@example.org", roles.READER), "/plan/")


def test_a_plan_without_its_sections_still_shows_what_belongs_to_them(db):
    cast = Cast()
    PlanSection.objects.create(plan=cast.plan, number=1, heading="Foreword", body="Hello.")
    parts = plan_page(cast.plan, TODAY, cast.chair).parts
    assert parts[0].heading == "Foreword"
    assert "priorities" in [part.attached for part in parts]
    assert "Less of it." in page(cast.reader, "/plan/")


def test_text_typed_in_the_administration_is_never_markup(db):
    cast = Cast()
    PlanSection.objects.create(plan=cast.plan, number=1, heading="<b>Bold</b>", body="<script>alert(1)</script>")
    html = page(cast.reader, "/plan/")
    assert "<script>alert" not in html
    assert "&lt;b&gt;Bold&lt;/b&gt;" in html


def test_administrators_without_a_role_have_no_plan_to_read(db):
    page(Cast().admin, "/plan/", expected=404)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One.\n\nTwo\nlines.", [("One.", []), ("Two lines.", [])]),
        ("Before:\n- a\n- b\n\nAfter.", [("Before:", []), ("", ["a", "b"]), ("After.", [])]),
        ("- a\r\n- b", [("", ["a", "b"])]),
        ("", []),
    ],
)
def test_blocks(body, expected):
    assert [(block.paragraph, block.items) for block in blocks_of(body)] == expected
