"""The list of indicators: what it says of each, what it counts and filters, what the public would see, and its files."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from actions.rating import Rating
from performance.models import Commentary, NotYetAvailable, Source
from shp_portal.tests.figures import Q2_2026, STEADY, figures, indicator
from shp_portal.tests.scene import NOW, TODAY, Cast, browser, on, page, text_of, update

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def part(words: str, start: str, end: str) -> str:
    assert start in words
    return words.partition(start)[2].partition(end)[0]


def file_of(cast: Cast, address: str) -> list[dict[str, str]]:
    with on():
        response = browser(cast.analyst).get(address)
    assert response.status_code == 200
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_says_the_change_against_what_and_whether_it_is_unusual(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160", provisional=True)
    words = text_of(page(cast.officer, "/performance/"))
    assert "160 provisional" in words
    assert "+56 +53.8% ▲ worse" in words
    assert "Worse: up 53.8% on the same quarter last year (Q2 2025/26: 104)" in words
    assert "Unusual: above the usual range of 91 to 111, worse than usual." in words
    assert "No commentary received from Fire brigade." in words


def test_noise_is_called_noise_and_wants_no_words(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "103")
    words = text_of(page(cast.officer, "/performance/"))
    assert "may be no more than normal variation" in words
    assert "No commentary" not in words
    assert "0 worse 0 unusual 0 not yet available 0 without commentary" in words


def test_the_head_counts_and_each_count_leads_to_just_those(cast: Cast) -> None:
    figures(cast, indicator(cast, "WORSE"), *STEADY, "160")
    figures(cast, indicator(cast, "CALM"), *STEADY, "103")
    figures(cast, indicator(cast, "LATE"), *STEADY, None)
    html = page(cast.officer, "/performance/")
    assert "1 worse 1 unusual 1 not yet available 1 without commentary" in text_of(html)
    for tick, there in (("worse", "WORSE"), ("unusual", "WORSE"), ("missing", "LATE"), ("unexplained", "WORSE")):
        shown = page(cast.officer, f"/performance/?{tick}=on")
        assert re.findall(r'href="/indicators/(\w+)/"', shown) == [there], tick


def test_commentary_given_is_no_longer_asked_for(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    Commentary.objects.create(
        indicator=row, period_kind="quarter", period_start=Q2_2026.start, text="A new store.", by=cast.officer, at=NOW
    )
    assert "0 without commentary" in text_of(page(cast.officer, "/performance/"))


def test_a_missing_figure_says_who_owes_it_and_why_it_is_late(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, "100", None)
    assert "Fire brigade owes it" in text_of(page(cast.officer, "/performance/"))
    NotYetAvailable.objects.create(
        indicator=row,
        period_kind="quarter",
        period_start=Q2_2026.start,
        reason="The system changed",
        by=cast.officer,
        at=NOW,
    )
    words = text_of(page(cast.officer, "/performance/"))
    assert "Fire brigade says it is not yet available: The system changed." in words


def test_worse_and_no_live_action_is_listed_until_an_action_measures_itself_by_it(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    words = text_of(page(cast.officer, "/performance/"))
    assert "There is no live action: no action measures itself by it." in words
    action = cast.action(indicators=[row])
    assert "Worse, and no live action" not in text_of(page(cast.officer, "/performance/"))
    update(cast, action, 1, rating=Rating.COMPLETE, completed_on=TODAY, achievement="Done.")
    words = text_of(page(cast.officer, "/performance/"))
    assert "There is no live action: its actions are complete or closed." in words


def test_headings_are_the_priorities_then_all_then_outside_with_exceptions_first(cast: Cast) -> None:
    figures(cast, indicator(cast, "CALM", priority=cast.priority, position=1), *STEADY, "103")
    figures(cast, indicator(cast, "WORSE", priority=cast.priority, position=2), *STEADY, "160")
    indicator(cast, "EVERY")
    indicator(cast, "OUT", all_priorities=False)
    html = page(cast.officer, "/performance/")
    assert re.findall(r'<h2 class="govuk-heading-m" id="priority[^>]*>([^<]+)</h2>', html) == [
        "Anti-Social Behaviour",
        "All priorities",
        "Outside our priorities",
    ]
    rows = re.findall(r'rowheader"><a class="govuk-link" href="/indicators/(\w+)/"', html)
    assert rows == ["WORSE", "CALM", "EVERY", "OUT"]
    for code, there in (("ASB", ["WORSE", "CALM"]), ("all", ["EVERY"]), ("outside", ["OUT"])):
        shown = page(cast.officer, f"/performance/?priority={code}")
        assert re.findall(r'rowheader"><a class="govuk-link" href="/indicators/(\w+)/"', shown) == there


def test_a_filter_that_names_nothing_known_is_said_and_not_obeyed(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    words = text_of(page(cast.officer, "/performance/?quarter=nonsense&owner=NOBODY"))
    assert "“nonsense” is no quarter of this list." in words
    assert "“NOBODY” is no data owner of this list." in words
    assert "Shoplifting SHOP" in words


def test_an_earlier_quarter_reads_as_it_read_then(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    words = text_of(page(cast.officer, "/performance/?quarter=2026-04"))
    assert "Q1 2026/27, 1 April to 30 June 2026" in words
    assert "160" not in words
    assert "0 unusual" in words


def test_the_newest_quarter_is_one_whose_figures_could_be_had(cast: Cast) -> None:
    """On 12 October nothing of July to September can be had in four weeks' time."""
    row = indicator(cast, lag_weeks=4)
    figures(cast, row, "100", "101", None)
    assert "Q1 2026/27, 1 April" in text_of(page(cast.officer, "/performance/"))
    type(row).objects.update(lag_weeks=1)
    assert "Q2 2026/27, 1 July" in text_of(page(cast.officer, "/performance/"))


def test_nobody_reads_it_who_does_not_do_the_work(cast: Cast) -> None:
    for person in (cast.reader, cast.admin):
        page(person, "/performance/", 404)
        page(person, "/performance/list.csv", 404)
    assert "Performance" not in text_of(page(cast.reader, "/")).partition("Sign out")[2][:200]


# --- As the public version shows it -----------------------------------------------------------------------------------


def small(cast: Cast) -> None:
    figures(cast, indicator(cast, "REFUGE", name="Refused", small_numbers=True), *["21"] * 12, "22", "3")
    secret = Source.objects.create(name="iQuanta", publishable=False)
    figures(cast, indicator(cast, "SECRET", name="Held back", data_source=secret), *STEADY, "777")


def test_the_public_list_hides_small_numbers_and_what_they_could_be_worked_out_from(cast: Cast) -> None:
    small(cast)
    html = page(cast.analyst, "/performance/?audience=public")
    words = text_of(html)
    assert "This is the list as the public version shows it." in words
    assert "&lt;5" in html
    assert "not compared" in words
    assert "counts of 1 to 4 are shown as <5" in words.replace("&lt;", "<")
    row = part(words, "Refused offences", "This list as a file")
    for told in ("−18", "85.7", "Unusual", "Worse", "Better", "usual range of"):
        assert told not in row, told
    partners = text_of(page(cast.analyst, "/performance/"))
    assert "−18 −85.7% ▼ better" in partners


def test_the_public_list_leaves_out_what_is_not_for_publication(cast: Cast) -> None:
    small(cast)
    words = text_of(page(cast.analyst, "/performance/?audience=public"))
    assert "Held back" not in words
    assert "777" not in words
    assert "1 figure is left out because its source is not for publication." in words
    assert "Worse, and no live action" not in words


# --- Files ------------------------------------------------------------------------------------------------------------


def test_the_csv_holds_what_the_screen_shows(cast: Cast) -> None:
    figures(cast, indicator(cast, "WORSE"), *STEADY, "160", provisional=True)
    figures(cast, indicator(cast, "CALM"), *STEADY, "103")
    (row,) = file_of(cast, "/performance/list.csv?worse=on")
    assert (row["Code"], row["Figure"], row["Same period last year"], row["Difference"]) == (
        "WORSE",
        "160",
        "104",
        "56",
    )
    assert (row["Provisional"], row["Better or worse"], row["Unusual"]) == ("provisional", "worse", "unusual")
    assert len(file_of(cast, "/performance/list.csv")) == 2


def test_the_public_csv_carries_no_hidden_number(cast: Cast) -> None:
    small(cast)
    rows = file_of(cast, "/performance/list.csv?audience=public")
    assert [row["Code"] for row in rows if row["Indicator"]] == ["REFUGE"]
    assert (rows[0]["Figure"], rows[0]["Difference"], rows[0]["Better or worse"]) == ("<5", "not compared", "")
    assert rows[0]["Same period last year"] == "21"
    assert any("left out" in row["Code"] for row in rows)
    with on():
        whole = browser(cast.analyst).get("/performance/list.csv?audience=public").getvalue().decode()
    assert "777" not in whole


def test_the_xlsx_holds_numbers_as_numbers(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    with on():
        response = browser(cast.analyst).get("/performance/list.xlsx")
    assert "performance-2026-07.xlsx" in response["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    heads = [cell.value for cell in sheet[1]]
    assert sheet[2][heads.index("Figure")].value == 160
    page(cast.analyst, "/performance/list.pdf", 404)
