"""One indicator's page: its figures with their corrections, what it is compared with, why, and what the public would see."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest

from performance.models import (
    Annotation,
    Commentary,
    Comparator,
    Measurement,
    NotYetAvailable,
    RangeBaseline,
    Source,
    Upload,
)
from performance.services.figures import write_commentary
from shp_portal.tests.figures import Q1_2026, Q2_2026, STEADY, figures, indicator
from shp_portal.tests.scene import NOW, Cast, browser, on, page, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def of(row: object, period: object = Q2_2026) -> dict[str, object]:
    return {"indicator": row, "period_kind": "quarter", "period_start": period.start}  # type: ignore[attr-defined]


def send(cast: Cast, person: object, address: str, data: dict[str, str]) -> object:
    with on():
        return browser(person).post(address, data)  # type: ignore[arg-type]


def test_the_page_says_the_figure_the_change_and_whether_it_is_unusual(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "160 offences in Q2 2026/27" in words
    assert "Worse: up 53.8% on the same quarter last year (Q2 2025/26: 104)." in words
    assert "160 is above the usual range of 91 to 111 (mean 100.7, from 12 quarters" in words
    assert "an unusual change, worse than usual." in words
    assert "No commentary received from Fire brigade on Q2 2026/27." in words


def test_the_chart_has_a_title_a_description_the_range_and_the_remarks(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    Annotation.objects.create(**of(row), text="A new store opened", by=cast.analyst, at=NOW)
    html = page(cast.officer, "/indicators/SHOP/")
    assert '<title id="line-wide-title">Shoplifting SHOP, ' in html
    assert "Usual range: 91 to 111, mean 100.7." in html
    assert "Note 1, Q2 2026/27: A new store opened." in html
    assert "1. A new store opened" in text_of(html)


def test_a_correction_stands_beside_what_it_replaced_and_why(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, "100", "110")
    old = Measurement.objects.get(period_start=Q2_2026.start)
    Measurement.objects.create(
        **of(row),
        value=Decimal(118),
        printed="118",
        as_at=dt.date(2026, 10, 9),
        recorded_at=NOW + dt.timedelta(days=1),
        recorded_by=cast.analyst,
        note="Late reports were added.",
        replaces=old,
    )
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "118 offences in Q2 2026/27" in words
    assert "Was 110 (recorded 12 October 2026), corrected: Late reports were added." in words
    assert "Was 110" not in text_of(page(cast.officer, "/indicators/SHOP/?audience=public"))


def test_a_figure_out_of_a_file_says_which_and_one_that_was_typed_does_not(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, "100", "110")
    sent = {
        "plan": cast.plan,
        "kind": "figures",
        "period_kind": "quarter",
        "period_start": Q2_2026.start,
        "data_owner": row.data_owner,
        "size": 9,
        "sha256": "0" * 64,
        "state": "stored",
        "by": cast.officer,
        "at": NOW,
        "changed_at": NOW,
    }
    file = Upload.objects.create(**sent, name="september.xlsx", file="uploads/1", submission_key=uuid.UUID(int=1))
    pasted = Upload.objects.create(**sent, file="uploads/2", submission_key=uuid.UUID(int=2))
    assert "uploaded" not in text_of(page(cast.officer, "/indicators/SHOP/"))
    old = Measurement.objects.get(period_start=Q2_2026.start)
    Measurement.objects.filter(pk=old.pk).update(upload=file)
    assert "From file “september.xlsx”, uploaded 12 October 2026" in text_of(page(cast.officer, "/indicators/SHOP/"))
    Measurement.objects.create(
        **of(row),
        value=Decimal(118),
        printed="118",
        as_at=dt.date(2026, 10, 9),
        recorded_at=NOW,
        recorded_by=cast.analyst,
        note="Late reports were added.",
        replaces=old,
        upload=pasted,
    )
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "corrected: Late reports were added. From file “september.xlsx”, uploaded 12 October 2026." in words
    assert "From cells that were pasted, uploaded 12 October 2026" in words
    assert "uploaded" not in text_of(page(cast.officer, "/indicators/SHOP/?audience=public"))


def test_every_comparison_there_is_stands_in_the_table(cast: Cast) -> None:
    row = indicator(cast, baseline_printed="17.5", baseline_value=Decimal("17.5"), baseline_unit="per 1,000")
    figures(cast, row, *STEADY, "90")
    Comparator.objects.create(
        **of(row),
        kind="similar_areas",
        average=80,
        position=12,
        group_size=15,
        recorded_at=NOW,
        recorded_by=cast.analyst,
    )
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    for said in (
        "Same quarter last year",
        "Previous quarter",
        "12 months before",
        "Baseline",
        "Similar areas’ average",
    ):
        assert said in words, said
    assert "n/a: the baseline is in another unit" in words
    assert "position 12 of 15" in words


def test_the_actions_that_measure_themselves_by_it_are_listed_with_their_rating(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "90")
    cast.action("ASB-01", indicators=[row])
    cast.action("ASB-02")
    words = text_of(page(cast.officer, "/indicators/SHOP/")).partition("Actions that measure themselves by it")[2]
    assert "ASB-01" in words
    assert "ASB-02" not in words


def test_an_earlier_period_can_be_looked_at(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    words = text_of(page(cast.officer, "/indicators/SHOP/?period=2026-04"))
    assert "101 offences in Q1 2026/27" in words
    assert "Q1 2026/27 compared" in words


def test_buttons_are_for_those_who_may(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    offered = {
        cast.officer: (True, True, False),
        cast.analyst: (True, True, True),
        cast.outsider: (False, False, False),
        cast.chair: (False, False, False),
    }
    for person, wanted in offered.items():
        html = page(person, "/indicators/SHOP/")
        found = tuple(f"/indicators/SHOP/{verb}/" in html for verb in ("commentary", "remark", "range"))
        assert found == wanted, person


def test_an_indicator_of_nowhere_is_not_there(cast: Cast) -> None:
    indicator(cast)
    for address in ("/indicators/NONE/", "/indicators/NONE/series.csv", "/indicators/NONE/commentary/"):
        page(cast.analyst, address, 404)
    page(cast.reader, "/indicators/SHOP/", 404)


# --- What is said of it -----------------------------------------------------------------------------------------------


def test_commentary_is_written_once_however_often_it_is_sent(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    Commentary.objects.create(**of(row, Q1_2026), text="Said before.", by=cast.officer, at=NOW)
    words = text_of(page(cast.officer, "/indicators/SHOP/commentary/?period=2026-07"))
    assert "What was said of Q1 2026/27 Said before." in words
    for _ in range(2):
        response = send(
            cast, cast.officer, "/indicators/SHOP/commentary/", {"period": "2026-07", "text": "A new store."}
        )
        assert response.status_code == 302  # type: ignore[attr-defined]
    said = Commentary.objects.get(period_start=Q2_2026.start)
    assert (said.text, said.by) == ("A new store.", cast.officer)
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "Q2 2026/27. A new store." in words
    assert "No commentary received" not in words


def test_faults_stand_beside_the_field_and_nothing_is_lost(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    response = send(
        cast, cast.analyst, "/indicators/SHOP/range/", {"first": "2026-07", "last": "2026-04", "reason": "Why"}
    )
    words = text_of(response.content.decode())  # type: ignore[attr-defined]
    assert "Choose a later period" in words
    assert "Why" in words
    assert not RangeBaseline.objects.exists()


def test_a_range_set_anew_holds_from_its_first_period_on(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, *["150", "152", "149", "151", "150", "148"])
    data = {"first": "2025-04", "last": "2026-07", "reason": "All thefts are recorded since April 2025."}
    assert send(cast, cast.analyst, "/indicators/SHOP/range/", data).status_code == 302  # type: ignore[attr-defined]
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "counted anew from Q1 2025/26: All thefts are recorded since April 2025." in words


def test_a_remark_is_marked_on_the_chart(cast: Cast) -> None:
    figures(cast, indicator(cast), *STEADY, "160")
    data = {"period": "2026-04", "text": "A new store opened"}
    assert send(cast, cast.officer, "/indicators/SHOP/remark/", data).status_code == 302  # type: ignore[attr-defined]
    assert "Note 1, Q1 2026/27: A new store opened." in page(cast.officer, "/indicators/SHOP/")


# --- As the public version shows it -----------------------------------------------------------------------------------


def test_nothing_hidden_is_anywhere_on_the_public_page_or_in_its_file(cast: Cast) -> None:
    row = indicator(cast, small_numbers=True)
    figures(cast, row, *["21"] * 12, "22", "3")
    Commentary.objects.create(**of(row), text="Only three, after 22.", by=cast.officer, at=NOW)
    html = page(cast.analyst, "/indicators/SHOP/?audience=public")
    words = text_of(html).replace("&lt;", "<")
    assert "<5 offences in Q2 2026/27" in words
    assert "Withheld." in words
    for told in ("Only three", "−18", "−19", "85.7", "mean", "Unusual:", "usual range of"):
        assert told not in words, told
    assert "Printed as &lt;5: Q2 2026/27" in html
    with on():
        file = browser(cast.analyst).get("/indicators/SHOP/series.csv?audience=public").getvalue().decode("utf-8-sig")
    first = next(csv.DictReader(io.StringIO(file)))
    assert (first["Figure"], first["Usual range from"], first["Commentary"]) == ("<5", "", "Withheld.")
    partners = text_of(page(cast.analyst, "/indicators/SHOP/"))
    assert "Only three, after 22." in partners
    assert "−85.7%" in partners


def test_what_is_not_for_publication_is_left_out_of_page_and_file(cast: Cast) -> None:
    secret = Source.objects.create(name="iQuanta", publishable=False)
    figures(cast, indicator(cast, data_source=secret), "555", "777")
    words = text_of(page(cast.analyst, "/indicators/SHOP/?audience=public"))
    assert "The public version does not have this figure" in words
    with on():
        file = browser(cast.analyst).get("/indicators/SHOP/series.csv?audience=public").getvalue().decode()
    for number in ("777", "555"):
        assert number not in words
        assert number not in file


def test_a_part_is_hidden_on_its_own_page_as_on_the_list(cast: Cast) -> None:
    """What may be seen of one figure hangs on the others it adds up with."""
    whole = indicator(cast, "WHOLE", small_numbers=True)
    parts = [indicator(cast, f"PART{n}", small_numbers=True, position=n) for n in (1, 2, 3)]
    whole.sum_of.set(parts)
    for row, value in zip((whole, *parts), ("33", "3", "10", "20"), strict=True):
        figures(cast, row, value)
    list_words = page(cast.analyst, "/performance/?audience=public")
    hidden = [
        code
        for code in ("PART2", "PART3", "WHOLE")
        if "withheld" in page(cast.analyst, f"/indicators/{code}/?audience=public")
    ]
    assert hidden
    assert "withheld" in list_words


def test_the_file_holds_every_period_with_range_remarks_and_corrections(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    Annotation.objects.create(**of(row), text="A new store opened", by=cast.analyst, at=NOW)
    with on():
        file = browser(cast.analyst).get("/indicators/SHOP/series.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert len(rows) == len(STEADY) + 1
    first = rows[0]
    assert (first["Period"], first["Figure"], first["Unusual"]) == ("Q2 2026/27", "160", "unusual")
    assert (first["Usual range from"], first["Usual range to"], first["Remarks"]) == ("91", "111", "A new store opened")


def series_of(cast: Cast, address: str = "/indicators/SHOP/series.csv") -> list[dict[str, str]]:
    with on():
        file = browser(cast.analyst).get(address).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(file)))


def test_a_period_without_a_figure_has_its_row_and_its_reason(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, "100", None, "102", "103")
    gap = Q2_2026.previous().previous()
    NotYetAvailable.objects.create(**of(row, gap), reason="The system was changed", by=cast.analyst, at=NOW)
    assert [(line["Figure"], line["Remarks"]) for line in series_of(cast)] == [
        ("103", ""),
        ("102", ""),
        ("not yet available", "The system was changed"),
        ("100", ""),
    ]
    assert "Q4 2025/26 not yet available The system was changed" in text_of(page(cast.officer, "/indicators/SHOP/"))


def test_the_file_has_every_commentary_and_what_a_rate_was_made_from(cast: Cast) -> None:
    row = indicator(cast, unit="rate per 100,000")
    figures(
        cast,
        row,
        *["8.6"] * 14,
        numerator=Decimal(8),
        denominator=Decimal(93640),
        denominator_source="Mid-year estimate",
    )
    period = Q2_2026
    for _ in range(14):
        Commentary.objects.create(**of(row, period), text=f"About {period.label}.", by=cast.analyst, at=NOW)
        period = period.previous()
    lines = series_of(cast)
    assert [line["Commentary"] for line in lines] == [f"About {line['Period']}." for line in lines]
    assert {(line["Count"], line["Population"]) for line in lines} == {("8", "93640")}
    public = series_of(cast, "/indicators/SHOP/series.csv?audience=public")
    assert {(line["Count"], line["Population"]) for line in public} == {("", "")}


def test_a_rate_shows_the_count_and_population_it_was_made_from_to_partners_alone(cast: Cast) -> None:
    row = indicator(cast, unit="per 100,000 population", rate_per=100_000)
    figures(
        cast, row, "3524.1", numerator=Decimal(3300), denominator=Decimal(93640), denominator_source="Mid-year estimate"
    )
    assert "3,300 of 93,640. Population: Mid-year estimate" in text_of(page(cast.officer, "/indicators/SHOP/"))
    words = text_of(page(cast.officer, "/indicators/SHOP/?audience=public"))
    assert "Population: Mid-year estimate" in words
    assert "93,640" not in words


def test_a_figure_that_comes_late_is_shown_with_its_own_period_and_when_the_next_one_comes(cast: Cast) -> None:
    """On 12 October 2025/26 can only be had in January: 2024/25 is shown beside its own year before."""
    row = indicator(cast, frequency="annual", lag_weeks=40)
    for start, printed in ((2023, "40"), (2024, "45")):
        Measurement.objects.create(
            indicator=row,
            period_kind="year",
            period_start=dt.date(start, 4, 1),
            value=Decimal(printed),
            printed=printed,
            as_at=dt.date(2026, 1, 20),
            recorded_at=NOW,
            recorded_by=cast.analyst,
        )
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "45 offences in 2024/25" in words
    assert "up 12.5% on the year before (2023/24: 40)" in words
    assert "The next one, for 2025/26, can be had from 5 January 2027." in words
    assert "owes it" not in words
    listed = text_of(page(cast.officer, "/performance/"))
    assert "45 2024/25 40 +5 +12.5%" in listed
    assert "0 not yet available" in listed


def test_commentary_on_a_figure_corrected_since_says_so_and_what_it_replaced_can_be_read(cast: Cast) -> None:
    row = indicator(cast)
    figures(cast, row, *STEADY, "160")
    for minutes, text in ((1, "First words."), (2, "160 against 104.")):
        write_commentary(
            indicator=row, period=Q2_2026, text=text, by=cast.analyst, at=NOW + dt.timedelta(minutes=minutes)
        )
    words = text_of(page(cast.officer, "/indicators/SHOP/"))
    assert "What was said before of Q2 2026/27 First words." in words
    assert "Written before" not in words
    old = row.measurements.get(period_start=Q2_2026.start)
    Measurement.objects.create(
        indicator=row,
        period_kind="quarter",
        period_start=Q2_2026.start,
        value=Decimal(158),
        printed="158",
        as_at=old.as_at,
        recorded_at=NOW + dt.timedelta(minutes=3),
        recorded_by=cast.analyst,
        note="Two were counted twice.",
        replaces=old,
    )
    assert "Written before the figure was corrected on 12 October 2026." in text_of(
        page(cast.officer, "/indicators/SHOP/")
    )
    with on():
        listed = browser(cast.analyst).get("/performance/list.csv").getvalue().decode("utf-8-sig")
    assert "160 against 104. [Written before the figure was corrected.]" in listed


def test_a_percentage_is_written_with_one_sign(cast: Cast) -> None:
    figures(cast, indicator(cast, unit="% of clients"), "45")
    assert "45% of clients in Q2 2026/27" in text_of(page(cast.officer, "/indicators/SHOP/"))
