"""Tables of similar areas, quarter by quarter; and the table that the plan printed, character for character."""

from __future__ import annotations

import csv
import datetime as dt
import html as markup
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import roles
from partners.tests.makers import make_user
from performance.models import PrintedFigure, SimilarAreasRow, SimilarAreasTable, Source
from priorities.models import Priority
from shp_portal.pages.similar_areas import Place, last_and_outside
from shp_portal.tests.figures import Q1_2026, Q2_2026, indicator
from shp_portal.tests.scene import NOW, Cast, browser, on, page, text_of

pytestmark = pytest.mark.django_db

TABLE_1 = Path(__file__).parents[1] / "published_plan" / "data" / "table1.csv"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def table(
    cast: Cast, period: object, *rows: tuple[str, str, str, int, Priority | None], **fields: object
) -> SimilarAreasTable:
    """Rows are offence, our rate, the average, our position and the priority."""
    made = SimilarAreasTable.objects.create(
        **{
            "plan": cast.plan,
            "period_kind": "quarter",
            "period_start": period.start,  # type: ignore[attr-defined]
            "window": "12 months to September 2026",
            "group_size": 15,
            "as_at": dt.date(2026, 10, 9),
            "recorded_at": NOW,
            "recorded_by": cast.analyst,
            **fields,
        }
    )
    for number, (label, ours, average, position, priority) in enumerate(rows, start=1):
        SimilarAreasRow.objects.create(
            table=made,
            position_in_table=number,
            heading="Acquisitive Crime",
            label=label,
            printed=ours,
            printed_average=average,
            value=Decimal(ours),
            average=Decimal(average),
            position=position,
            priority=priority,
        )
    return made


def words(cast: Cast, address: str = "/performance/similar-areas/") -> str:
    return text_of(page(cast.officer, address))


def test_the_newest_table_is_shown_with_what_changed_since_the_one_before(cast: Cast) -> None:
    table(cast, Q1_2026, ("Shoplifting", "17.900", "9.934", 13, None))
    table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None), ("Arson", "0.770", "0.774", 7, cast.priority))
    said = words(cast)
    assert "is above the similar areas’ average on 1 of 2 rows, and has the highest rate of all on 1." in said
    assert "19.330 10.020 1.93× 15 of 15 +2, nearer the highest 17.900, 13 of 15" in said
    assert (
        "One crime is ranked 15 of 15, the highest rate of the group, and fits none of our priorities: Shoplifting."
        in said
    )
    assert "Other quarters: Q1 2026/27" in said


def test_an_earlier_table_can_be_looked_at(cast: Cast) -> None:
    table(cast, Q1_2026, ("Shoplifting", "17.900", "9.934", 13, None))
    table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None))
    said = words(cast, "/performance/similar-areas/?quarter=2026-04")
    assert "17.900" in said
    assert "19.330" not in said


def test_a_replaced_table_is_told_of_and_no_longer_shown(cast: Cast) -> None:
    old = table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None))
    table(cast, Q2_2026, ("Shoplifting", "19.100", "10.020", 14, None), replaces=old, note="A late return was added.")
    said = words(cast)
    assert "19.330" not in said
    assert "Why the table was corrected: A late return was added." in said
    assert "was replaced by a later one" in said
    assert f'href="?table={old.pk}"' in page(cast.officer, "/performance/similar-areas/")
    before = words(cast, f"/performance/similar-areas/?table={old.pk}")
    assert "19.330" in before
    assert "This table was replaced on" in before
    page(cast.officer, f"/performance/similar-areas/?table={old.pk + 99}", 404)


def test_a_crime_type_is_given_another_priority_and_the_table_as_it_was_stays(cast: Cast) -> None:
    old = table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None), ("Arson", "0.770", "0.774", 7, None))
    shoplifting, arson = old.rows.all()
    address = f"/performance/similar-areas/{old.pk}/priorities/"
    assert f'href="{address}"' in page(cast.analyst, "/performance/similar-areas/")
    assert "/priorities/" not in page(cast.officer, "/performance/similar-areas/")
    page(cast.officer, address, 403)
    said = {
        f"row_{shoplifting.pk}": str(cast.priority.pk),
        f"row_{arson.pk}": "outside",
        "reason": "The plan was changed.",
    }
    with on():
        refused = browser(cast.analyst).post(address, {**said, "reason": ""})
        assert "Say why a crime type belongs elsewhere." in refused.content.decode()
        assert SimilarAreasTable.objects.count() == 1
        browser(cast.analyst).post(address, {**said, f"row_{shoplifting.pk}": "outside"})
        assert SimilarAreasTable.objects.count() == 1  # nothing was changed
        browser(cast.analyst).post(address, said)
        again = browser(cast.analyst).post(address, said)
    assert "was replaced meanwhile" in again.content.decode()
    new = SimilarAreasTable.objects.standing().get()
    assert (new.replaces, new.note) == (old, "The plan was changed.")
    kept = [(row.label, row.printed, row.position, row.priority) for row in new.rows.all()]
    assert kept == [("Shoplifting", "19.330", 15, cast.priority), ("Arson", "0.770", 7, None)]
    assert "fits none of our priorities" not in words(cast)
    assert "fits none of our priorities: Shoplifting" in words(cast, f"/performance/similar-areas/?table={old.pk}")


def test_a_crime_type_is_linked_to_the_indicator_that_counts_it(cast: Cast) -> None:
    old = table(cast, Q2_2026, ("Homicide", "0.022", "0.010", 15, None), ("All crime", "99.0", "50.0", 15, None))
    homicide, total = old.rows.all()
    deaths, crime = indicator(cast, "DEATHS"), indicator(cast, "CRIME")
    address = f"/performance/similar-areas/{old.pk}/priorities/"
    kept = {f"row_{homicide.pk}": "outside", "reason": "It counts the same."}
    linked = {**kept, f"counted_{homicide.pk}": str(deaths.pk), f"counted_{total.pk}": str(crime.pk)}
    with on():
        refused = browser(cast.analyst).post(address, {**linked, f"counted_{total.pk}": "99999"})
        assert "Choose one of the list." in refused.content.decode()
        browser(cast.analyst).post(address, linked)
    new = SimilarAreasTable.objects.standing().get()
    assert [row.indicator for row in new.rows.all()] == [deaths, crime]
    assert [row.indicator for row in old.rows.all()] == [None, None]
    assert '<a class="govuk-link" href="/indicators/DEATHS/">Homicide</a>' in page(
        cast.officer, "/performance/similar-areas/"
    )
    # What a form does not say stays; what it takes back goes.
    homicide, total = new.rows.all()
    with on():
        browser(cast.analyst).post(
            f"/performance/similar-areas/{new.pk}/priorities/",
            {f"row_{homicide.pk}": "outside", f"counted_{total.pk}": "", "reason": "Another count."},
        )
    newest = SimilarAreasTable.objects.standing().get()
    assert [row.indicator for row in newest.rows.all()] == [deaths, None]


def test_as_many_queries_for_thirty_crime_types_as_for_three(cast: Cast) -> None:
    counts = []
    for period, number in ((Q1_2026, 3), (Q2_2026, 30)):
        for n in range(number):
            indicator(cast, f"I-{period.code}-{n}")
        made = table(cast, period, *((f"Crime {n}", "2.0", "1.0", 3, None) for n in range(number)))
        client = browser(cast.analyst)
        for address in (
            f"/performance/similar-areas/{made.pk}/priorities/",
            f"/performance/similar-areas/?quarter={period.code}",
        ):
            with on(), CaptureQueriesContext(connection) as seen:
                assert f"Crime {number - 1}" in client.get(address).content.decode()
            counts.append(len(seen))
    assert counts[0] == counts[2]
    assert counts[1] <= counts[3] <= counts[1] + 1  # the later one has a table before it, whose rows are read too


def test_a_crime_without_a_heading_is_no_total(cast: Cast) -> None:
    made = table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None), ("All Crime", "99.0", "50.0", 15, None))
    made.rows.update(heading="")
    said = words(cast)
    assert (
        "One crime is ranked 15 of 15, the highest rate of the group, and fits none of our priorities: Shoplifting."
        in said
    )
    assert "15 of 15 Outside our priorities" in said
    assert "15 of 15 All" in said


def test_a_source_not_for_publication_is_said_to_be_one(cast: Cast) -> None:
    secret = Source.objects.create(name="iQuanta", publishable=False)
    table(cast, Q2_2026, ("Shoplifting", "19.330", "10.020", 15, None), data_source=secret, provisional=True)
    said = words(cast)
    assert "Source: iQuanta, which is not for publication." in said
    assert "Provisional" in said


def test_without_a_table_the_way_leads_to_the_printed_one(cast: Cast) -> None:
    assert "No quarter’s table has been recorded yet." in words(cast)
    page(cast.reader, "/performance/similar-areas/", 404)


def test_what_is_last_and_outside_leaves_out_totals_and_what_a_priority_covers() -> None:
    last = {"position": 15, "areas": 15, "is_total": False}
    places = [
        Place("All Crime", 15, 15, outside=True, is_total=True),
        Place("Homicide", outside=False, **last),  # type: ignore[arg-type]
        Place("Rape", 12, 15, outside=True, is_total=False),
        Place("Not ranked", None, 15, outside=True, is_total=False),
    ]
    assert last_and_outside(places) == ""
    more = [Place(name, outside=True, **last) for name in ("Burglary", "Shoplifting")]  # type: ignore[arg-type]
    assert last_and_outside([*places, *more]) == (
        "Two crimes are ranked 15 of 15, the highest rate of the group, and fit none of our priorities: "
        "Burglary and Shoplifting."
    )


# --- As the plan printed it -------------------------------------------------------------------------------------------


def cells(html: str) -> list[list[str]]:
    """Every row of the page's first table: its label and cells as printed, without the words around them."""
    body = html.partition('class="figures printed-table"')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row" role="rowheader">([^<]*)<.*?((?:<td.*?</td>\s*)+)', body, flags=re.S)
    return [
        [
            markup.unescape(label).rstrip(),
            *(markup.unescape(cell) for cell in re.findall(r"<td[^>]*>([^<]*)</td>", rest)[:4]),
        ]
        for label, rest in rows
    ]


@pytest.fixture
def published() -> str:
    """The page of the published plan, as a reader sees it."""
    call_command("load_plan", verbosity=0)
    return page(make_user("reader2@example.org", roles.READER), "/plan/figures/")


def test_table_1_stands_character_for_character_as_printed(published: str) -> None:
    with TABLE_1.open(encoding="utf-8", newline="") as file:
        wanted = [
            [row["label"], *(row[f"printed_{name}"] for name in ("hartlepool", "average", "position", "comparison"))]
            for row in csv.DictReader(file)
        ]
    assert len(wanted) == 17
    assert cells(published) == wanted
    # The two certain misprints, untouched.
    assert ["Theft from the Person", "0.0605", "0.574", "9", "Above"] in wanted
    assert ["Robbery - Business", "0.162", ".0125", "13", "Above"] in wanted


def test_every_query_stands_beside_its_figure_and_in_the_picture(published: str) -> None:
    said = " ".join(markup.unescape(published).split())
    queries = list(PrintedFigure.objects.exclude(query="").values_list("query", flat=True))
    assert len(queries) == 15
    for query in queries:
        assert " ".join(query.split()) in said, query
    assert "13 times the average" in said
    assert published.count('class="chart chart--dots"') == 2


def test_four_crimes_ranked_last_that_fit_no_priority_are_named(published: str) -> None:
    assert (
        "Four crimes are ranked 15 of 15, the highest rate of the group, and fit none of our priorities: "
        "Other Sexual Offences, Burglary Residential*, Shoplifting and All Criminal Damage."
    ) in text_of(published)


def test_figures_of_the_plans_text_stand_as_printed_too(published: str) -> None:
    for printed in ("93,366", "95,366", "92,401", "14.8 per 100,000", "3,629 per 100,000"):
        assert f"<strong>{printed}</strong>" in published


def test_printed_figures_are_for_those_who_may_read_the_plan(cast: Cast) -> None:
    for person in (cast.reader, cast.officer, cast.chair):
        page(person, "/plan/figures/")
    page(cast.admin, "/plan/figures/", 404)
