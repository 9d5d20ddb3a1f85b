"""What a table says and what is found in it: every fault by its cell, and nothing mended."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from performance.comparison import Better, Reading
from performance.importing import (
    MOST_FINDINGS,
    PLACE,
    AskedBefore,
    Belongs,
    Checked,
    Grave,
    LastTable,
    Layout,
    Terms,
    Wanted,
    check_figures,
    check_similar_areas,
    check_survey,
    guess,
    headers_sha256,
    parse_period,
)
from performance.places import ByCrimeType, is_total
from performance.standing import IndicatorFacts, KnownFigure
from priorities.periods import Period, PeriodKind
from sheets import reading
from sheets.book import Sheet
from sheets.figures import Misread

Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
Q1 = Q2.previous()
YEAR = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
TODAY = dt.date(2026, 10, 20)


def known(pk: int, period: Period, value: str, **more: Any) -> tuple[Period, KnownFigure]:
    reading_ = Reading(period, Decimal(value), more.pop("provisional", False))
    moment = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    return period, KnownFigure(pk, reading_, value, dt.date(2026, 8, 1), moment, **more)


def wanted(pk: int, code: str, name: str, unit: str = "offences", **fields: Any) -> Wanted:
    about = {
        "kind": fields.pop("kind", PeriodKind.QUARTER),
        "figures": dict(fields.pop("figures", [])),
        "parts": fields.pop("parts", ()),
        "out_of": fields.pop("out_of", ""),
    }
    facts = IndicatorFacts(pk, code, name, unit, Better.LOWER, lag_weeks=3, owner="Police", owner_pk=1, **about)
    return Wanted(facts, **fields)


SHOP = wanted(1, "SHOP", "Shoplifting")
ARSON = wanted(2, "ARSON", "Deliberate fires", figures=[known(20, Q1, "40"), known(21, Q2, "38")])
RATE = wanted(3, "TREAT", "Clients in treatment", "% of clients", rate_per=100)
YEARLY = wanted(4, "YOUTH", "First-time entrants", kind=PeriodKind.YEAR)
OTHERS = wanted(5, "FIRE", "Fires", mine=False)
ALL = wanted(6, "ALL", "All of it", parts=("SHOP", "ARSON"))
LIT = wanted(7, "LIT", "Fires that were lit", out_of="ARSON")
INDICATORS = (SHOP, ARSON, RATE, YEARLY, OTHERS, ALL, LIT)


def pasted(text: str) -> Sheet:
    """The table with its cells between bars, as it comes from a spreadsheet."""
    return reading.read_pasted(
        "\n".join("\t".join(cell.strip() for cell in line.split("|")) for line in text.splitlines())
    )


def check(text: str | Sheet, layout: Layout | None = None, **terms: Any) -> Checked[Any]:
    sheet = text if isinstance(text, Sheet) else pasted(text)
    layout = layout or guess(sheet, "figures")
    assert layout.faults("figures") == []
    return check_figures(sheet, layout, INDICATORS, Terms(**{"quarter": Q2, "as_at": TODAY, "today": TODAY, **terms}))


def told(checked: Checked[Any], *graves: Grave) -> list[tuple[str, str]]:
    return [(finding.cell, finding.wrong) for finding in checked.of(*(graves or tuple(Grave)))]


def only(checked: Checked[Any], grave: Grave = Grave.FAULT) -> Any:
    [finding] = checked.of(grave)
    return finding


def workbook(*rows: list[Any], merge: str = "", hide: int = 0) -> Sheet:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    if hide:
        sheet.row_dimensions[hide].hidden = True
    file = io.BytesIO()
    book.save(file)
    return reading.read(file.getvalue(), name="figures.xlsx").sheets[0]


# --- Columns ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Code | Value", {0: "code", 1: "value"}),
        (
            "Indicator | Reporting period | Count | Population",
            {0: "name", 1: "period", 2: "numerator", 3: "denominator"},
        ),
        ("Measure name | Total (offences) | Comments", {0: "name", 1: "value", 2: "note"}),
        ("Code | Q1 2026/27 | Jul-Sep 2026", {0: "code", 1: "value@quarter:2026-04", 2: "value@quarter:2026-07"}),
        ("Code | Colour | Value", {0: "code", 2: "value"}),
    ],
)
def test_columns_are_guessed_by_their_names(header, columns):
    layout = guess(pasted(f"Police figures\n\n{header}\nSHOP | 1 | 2 | 3"), "figures")
    assert (layout.header, dict(layout.columns)) == (3, columns)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("Colour | Shape", "No column holds the indicator’s short code or name."),
        ("Code | Colour", "No column holds the figures."),
        ("Code | Value | Figure", "Two columns hold “Figure”. Choose one of them."),
        (
            "Code | Value | Q2 2026/27",
            "Columns of quarters stand beside a column of figures or periods. Choose one way.",
        ),
        ("Code | Q2 2026/27 | Jul-Sep 26", "Two columns hold the figures of the same period. Choose one of them."),
    ],
)
def test_columns_that_do_not_suffice_are_asked_for(header, fault):
    assert fault in guess(pasted(f"{header}\nSHOP | 1 | 2"), "figures").faults("figures")


def test_a_layout_comes_back_as_it_was_kept():
    layout = guess(pasted("Code | Q2 2026/27\nSHOP | 1"), "figures")
    assert Layout.of_json(layout.as_json()) == layout
    assert Layout.of_json({"columns": "?"}) is None


def test_tables_of_one_shape_are_known_by_their_headers():
    assert headers_sha256(["Code", "Value "]) == headers_sha256(["CODE", "value"])
    assert headers_sha256(["Code", "Value"]) != headers_sha256(["Value", "Code"])


@pytest.mark.parametrize(
    "text",
    [
        "Q2 2026/27",
        "q2 26/27",
        "2026/27 Q2",
        "Quarter 2 2026-27",
        "Jul-Sep 2026",
        "July to September 2026",
        "Jul – Sept 26",
        "2026-07",
    ],
)
def test_quarters_are_read_as_people_write_them(text):
    assert parse_period(text, PeriodKind.QUARTER) == Q2


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2025/26", PeriodKind.YEAR), ("Apr 2025 - Mar 2026", PeriodKind.YEAR), ("H1 2026/27", PeriodKind.HALF_YEAR)],
)
def test_other_periods_too(text, kind):
    assert parse_period(text).kind is kind


@pytest.mark.parametrize("text", ["", "Q2", "Q5 2026/27", "Q2 2026", "2026/28", "Aug-Oct 2026", "soon", "Jul-Sep"])
def test_what_is_no_quarter_is_not_guessed_at(text):
    with pytest.raises(Misread):
        parse_period(text, PeriodKind.QUARTER)


# --- Figures ------------------------------------------------------------------------------------------------------------


def test_a_table_as_it_should_be():
    checked = check(
        "Code | Figure | Provisional | Extracted on | Note\nSHOP | 1,418 | yes | 16/10/2026 | Late.\nARSON | 38 | |"
    )
    [row] = checked.rows
    assert (row.code, row.period, row.value, row.printed, row.cell) == ("SHOP", Q2, Decimal(1418), "1,418", "B2")
    assert (row.provisional, row.as_at, row.note, row.replaces) == (True, dt.date(2026, 10, 16), "Late.", None)
    assert told(checked) == [
        ("", "1 figure is the same as in the portal already, and left out."),
        ("B2", "The comma is read as a thousands separator. (B2)"),
    ]


def test_a_rate_is_worked_out_from_count_and_population():
    [row] = check("Code | Count | Population | Population source\nTREAT | 90 | 210 | Own records").rows
    assert (row.value, row.printed) == (Decimal("42.9"), "42.9%")
    assert (row.numerator, row.denominator, row.denominator_source) == (90, 210, "Own records")


def test_a_column_for_each_quarter():
    text = "Code | Q1 2026/27 | Q2 2026/27\nSHOP | 400 | 418"
    assert [row.period for row in check(text, several=True).rows] == [Q1, Q2]
    alone = check(text)
    assert [row.period for row in alone.rows] == [Q2]
    assert told(alone) == [("", "The columns of Q1 2026/27 are other periods’ and are not read.")]


def test_a_different_figure_is_a_correction_that_wants_a_reason():
    without = check("Code | Figure\nARSON | 39")
    assert told(without, Grave.REASON) == [
        ("B2", "Deliberate fires (ARSON) has a figure for Q2 2026/27 already (38 there, 39 here).")
    ]
    assert [row.replaces for row in without.rows] == [21]
    with_one = check("Code | Figure | Reason\nARSON | 39 | One came late.")
    assert told(with_one, Grave.REASON) == []
    assert [(row.replaces, row.reason) for row in with_one.rows] == [(21, "One came late.")]


FAULTS = [
    ("Code | Figure\nSHOP | about 10", "B2", "“about 10” is not one number."),
    ("Code | Figure\nSHOP | many", "B2", "“many” is text, not a number."),
    ("Code | Figure\nSHOP | 1.234,5", "B2", "“1.234,5” has a comma or points where British figures have none."),
    ("Code | Figure\nSHOP | 45%", "B2", "“45%” does not fit Shoplifting (SHOP). It is a percentage, but the figure wanted is: offences."),
    ("Code | Figure\nSHOP | #REF!", "B2", "The cell shows the error “#REF!”."),
    ("Code | Figure\nSHOP | =SUM(A1:A4)", "B2", "“=SUM(A1:A4)” is a formula."),
    ("Code | Figure\nSHOPS | 4", "A2", "“SHOPS” is no indicator of the plan."),
    ("Code | Figure\n | 4", "A2", "The row has a figure, but names no indicator."),
    ("Code | Name | Figure\nSHOP | Deliberate fires | 4", "B2", "“Deliberate fires” is Deliberate fires (ARSON), but the row says SHOP."),
    ("Code | Figure\nFIRE | 4", "A2", "Fires (FIRE) is owed by Police, not by you."),
    ("Code | Figure\nSHOP | 4\nshop | 4", "B3", "Shoplifting (SHOP) has two figures for Q2 2026/27: 4 in B2 and 4 here."),
    ("Code | Quarter | Figure\nSHOP | Q1 2026/27 | 4", "B2", "The figure is of Q1 2026/27."),
    ("Code | Quarter | Figure\nSHOP | Q2 2026 | 4", "B2", "“q2 2026” may be counted from January or from April."),
    ("Code | Quarter | Figure\nSHOP | soon | 4", "B2", "“soon” is not a period."),
    ("Code | Q1 2026/27\nSHOP | 4", "", "The columns are of Q1 2026/27, and none is of Q2 2026/27."),
    ("Code | Q2 2026/27\nYOUTH | 4", "B2", "First-time entrants (YOUTH) has a figure for every year, but the column is of Q2 2026/27."),
    ("Code | Figure | Provisional\nSHOP | 4 | perhaps", "C2", "“perhaps” does not say whether the figure is provisional."),
    ("Code | Figure | Extracted on\nSHOP | 4 | 10/16/2026", "C2", "“10/16/2026” has the month before the day."),
    ("Code | Figure | Extracted on\nSHOP | 4 | 21/10/2026", "C2", "The figure would be extracted on a day to come."),
    ("Code | Figure | Population\nTREAT | 45% | 200", "C2", "For Clients in treatment (TREAT) there is a population alone."),
    ("Code | Figure | Count\nTREAT | 95% | 38", "C2", "For Clients in treatment (TREAT) there is a count alone."),
    ("Code | Count | Population\nTREAT | 90 | 0", "C2", "“0” cannot be."),
    ("Code | Count | Population\nTREAT | -9 | 10", "B2", "“-9” cannot be."),
    ("Code | Count | Population | Population source\nSHOP | 90 | 10 | ONS", "B2", "There is a count but no figure for Shoplifting (SHOP)."),
    ("Code | Figure\nSHOP | 123456789012", "B2", "123,456,789,012 has more digits than any figure kept here."),
    ("Code | Figure\nSHOP |", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cell", "wrong"), FAULTS[:-1], ids=[fault[2] for fault in FAULTS[:-1]])
def test_a_fault_names_its_cell(text, cell, wrong):
    finding = only(check(text))
    assert (finding.cell, finding.wrong) == (cell, wrong)


def test_the_nearest_indicator_is_suggested():
    assert only(check("Code | Figure\nSHOPS | 4")).expected == "Is Shoplifting (SHOP) meant?"
    assert only(check("Code | Figure\nXYZ | 4")).expected == "Expected a short code or name of an indicator."
    assert only(check("Name | Figure\nShop-lifting | 4")).expected == "Is Shoplifting (SHOP) meant?"


def test_what_is_other_about_a_figure_is_said_as_figures_are_written():
    finding = only(check("Code | Figure\nARSON | 1039"), Grave.REASON)
    assert finding.wrong.endswith("(38 there, 1,039 here).")
    finding = only(check("Code | Figure | Provisional\nARSON | 38 | yes"), Grave.REASON)
    assert finding.wrong.endswith("(provisional now).")


@pytest.mark.parametrize("several", [True, False])
def test_a_quarter_that_is_not_over_has_no_figure(several: bool):
    # No other quarter to choose is offered for it.
    finding = only(check("Code | Quarter | Figure\nSHOP | Q3 2026/27 | 4", several=several))
    assert (finding.cell, finding.wrong) == ("B2", "Q3 2026/27 is not over yet.")


def test_one_that_is_no_longer_kept_neither():
    over = wanted(7, "OLD", "Old one", active_to=dt.date(2026, 6, 30))
    sheet = pasted("Code | Figure\nOLD | 4")
    terms = Terms(Q2, TODAY, TODAY)
    checked = check_figures(sheet, guess(sheet, "figures"), [over], terms)
    assert only(checked).wrong == "Old one (OLD) is not kept in Q2 2026/27."


def test_yearly_figures_are_of_the_year_that_had_ended():
    assert [row.period for row in check("Code | Figure\nYOUTH | 30").rows] == [YEAR]


QUESTIONS = [
    ("Code | Figure\nTREAT | 0.45", "B2", "Clients in treatment (TREAT): 0.45 is read as 0.45%. Is 45% meant, written as a fraction?"),
    ("Code | Figure\nTREAT | 145", "B2", "Clients in treatment (TREAT): 145% is more than 100%. Is it a percentage?"),
    ("Code | Figure\nSHOP | -4", "B2", "Shoplifting (SHOP): −4 is below 0, as no figure before it. Is the sign right?"),
    ("Code | Figure\nSHOP | 4.5", "B2", "Shoplifting (SHOP): 4.5 is not a whole number, as counts are. Is it right?"),
    ("Code | Figure\nLIT | 39", "B2", "Fires that were lit (LIT) is 39, more than Deliberate fires (ARSON), of which it is a part: 38. Is it right?"),
    ("Code | Figure\nLIT | 39\nARSON | 37", "B2", "Fires that were lit (LIT) is 39, more than Deliberate fires (ARSON), of which it is a part: 37. Is it right?"),
    ("Code | Figure\nSHOP | 10\nALL | 50", "B3", "All of it (ALL) is 50, but its parts add up to 48 (SHOP 10, ARSON 38). Is it right?"),
    ("Code | Figure | Count\nSHOP | 418 | 3", "B2", "Shoplifting (SHOP): The figure is 418, but the count beside it 3. Is 418 right?"),
    ("Code | Figure | Count | Population | Population source\nTREAT | 45% | 90 | 210 | Own", "B2", "Clients in treatment (TREAT): 90 of 210 make 42.9%, not 45%. Is 45% right?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cell", "asked"), QUESTIONS, ids=[question[2] for question in QUESTIONS])
def test_what_is_odd_is_asked(text, cell, asked):
    checked = check(text)
    assert not checked.faulty
    assert told(checked, Grave.QUESTION) == [(cell, asked)]
    assert checked.rows


def test_a_figure_is_held_against_the_months_beside_it():
    checked = check("Code | Jul | Aug | Sep | Total\nSHOP | 270 | 280 | 270 | 830\nARSON | 10 | 13 | 15 | 38")
    assert told(checked) == [
        ("E2", "Shoplifting (SHOP) is 830, but its months add up to 820 (Jul 270, Aug 280, Sep 270). Is it right?"),
        ("", "Columns that are not read: “Jul”, “Aug” and “Sep”."),
        ("", "1 figure is the same as in the portal already, and left out."),
    ]


def test_a_row_of_totals_is_held_against_the_rows_above_it():
    text = "Code | Figure\nSHOP | 10\nARSON | 38\nTotal | {}"
    assert ("B4", "“Total” is 99, but the figures above it add up to 48. Are all of them right?") in told(
        check(text.format(99)), Grave.QUESTION
    )
    right = check(text.format(48))
    assert not right.faulty
    assert ("A4", "“Total” is what the figures above add up to: left out. (A4)") in told(right)


def test_figures_that_somebody_else_owes_are_asked_about():
    sheet = pasted("Code | Figure\nSHOP | 10\nTREAT | 45")
    terms = Terms(Q2, TODAY, TODAY, owner="Borough council")
    checked = check_figures(sheet, guess(sheet, "figures"), INDICATORS, terms)
    assert told(checked, Grave.QUESTION)[-1] == (
        "B2",
        "You said that these are figures of Borough council, but SHOP and TREAT are owed by Police. Is it right?",
    )
    own = check_figures(sheet, guess(sheet, "figures"), INDICATORS, Terms(Q2, TODAY, TODAY, owner="Police"))
    assert not [asked for _, asked in told(own, Grave.QUESTION) if "owed by" in asked]


def test_quarters_of_one_table_are_held_against_each_other():
    text = "Code | Q1 2026/27 | Q2 2026/27\nSHOP | 400 | 4000"
    assert told(check(text, several=True), Grave.QUESTION) == [
        ("C2", "Shoplifting (SHOP): 4,000 is 10 times the 400 of Q1 2026/27. Is there a digit too many?")
    ]


def test_formulas_merged_and_hidden_cells_of_a_workbook():
    formula = check(workbook(["Code", "Figure"], ["SHOP", "=1+1"]))
    assert (only(formula).cell, only(formula).wrong) == ("B2", "The cell contains a formula.")
    merged = check(workbook(["Code", "Figure"], ["SHOP", 4], ["ARSON", 5], merge="B2:B3"))
    assert told(merged, Grave.FAULT) == [("B3", "The cell is merged with another one, which alone holds the text.")]
    hidden = check(workbook(["Code", "Figure"], ["SHOP", 4], hide=2))
    assert only(hidden, Grave.QUESTION).wrong == (
        "Row 2 cannot be seen in the spreadsheet, and would be stored all the same. Is it right?"
    )


def test_a_percentage_of_a_workbook_is_what_it_shows():
    book = openpyxl.Workbook()
    book.active.append(["Code", "Figure"])
    book.active.append(["TREAT", 0.45])
    book.active["B2"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    [row] = check(reading.read(file.getvalue(), name="x.xlsx").sheets[0]).rows
    assert (row.value, row.printed) == (Decimal(45), "45%")


def test_more_decimals_than_are_kept_are_rounded_and_said():
    checked = check("Code | Figure\nTREAT | 45.123456")
    assert [(row.value, row.printed) for row in checked.rows] == [(Decimal("45.1235"), "45.123456")]
    assert told(checked) == [("B2", "The figure has more than four decimals and is rounded to four. (B2)")]


def test_a_comma_that_is_no_separator_is_seen():
    sheet = reading.read(b"Code,Figure\nSHOP,1,418\n", name="x.csv").sheets[0]
    finding = only(check(sheet))
    assert (finding.cell, finding.wrong) == ("C2", "Row 2 has more cells than there are columns with a name.")


def test_no_figure_yet_is_no_figure():
    checked = check("Code | Figure\nSHOP | n/a\nARSON |\nSource: police |")
    assert checked.rows == ()
    assert told(checked) == [
        ("", "No figure stands in the table."),
        ("B2", "No figure is stored where it says that there is none yet. (B2)"),
        ("B3", "No figure is given for Deliberate fires (ARSON). (B3)"),
        ("A4", "“Source: police” is no indicator, and has no figure: left out. (A4)"),
    ]


def test_a_table_full_of_faults_is_not_listed_for_ever():
    checked = check("Code | Figure\n" + "\n".join("SHOP | many" for _ in range(MOST_FINDINGS + 5)))
    assert len(checked.findings) == MOST_FINDINGS + 1
    assert "5 findings are not here" in checked.findings[-1].wrong


def test_how_far_it_is_is_told():
    steps: list[tuple[int, int]] = []
    sheet = pasted("Code | Figure\n" + "\n".join(f"SHOP{n} | 4" for n in range(600)))
    check_figures(sheet, guess(sheet, "figures"), INDICATORS, Terms(Q2, TODAY, TODAY), lambda *step: steps.append(step))
    assert steps == [(250, 600), (500, 600), (600, 600)]


CELLS = st.sampled_from(
    ["SHOP", "ARSON", "TREAT", "XYZ", "4", "1,418", "0.45", "45%", "n/a", "many", "=1+1", "", "Q2 2026/27", "-"]
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=8))
def test_whatever_is_sent_a_row_is_taken_or_found(rows):
    """No figure goes missing in silence: rows with a figure are stored, the same already, or told of."""
    try:
        sheet = pasted("Code | Figure\n" + "\n".join(" | ".join(row) for row in rows))
    except reading.Refused:
        return
    checked = check(sheet)
    stored = {row.cell for row in checked.rows}
    spoken = " ".join(finding.cell + finding.wrong for finding in checked.findings)
    for row in sheet.rows[1:]:
        cell = row.cell(1)
        if not cell.text or cell.address in stored:
            continue
        same = row.cell(0).text == "ARSON" and cell.text == "38"
        assert same or f"B{row.number}" in spoken or f"A{row.number}" in spoken, (row, checked.findings)


# --- Similar areas ------------------------------------------------------------------------------------------------------

LAST = LastTable(
    ByCrimeType(
        {
            (heading, label): Belongs(heading, priority, indicator)
            for heading, label, priority, indicator in (
                ("", "All crime", None, None),
                ("Theft", "Shoplifting", 8, 1),
                ("Theft", "Theft", None, None),
                ("Robbery", "Robbery", None, None),
            )
        }
    ),
    15,
)
HEADER = "Crime type | Hartlepool | MSG average | Rank"


def table(text: str, last: LastTable = LAST) -> Checked[Any]:
    sheet = pasted(f"{HEADER}\n{text}")
    layout = guess(sheet, "similar_areas")
    assert layout.faults("similar_areas") == []
    return check_similar_areas(sheet, layout, last)


def test_a_table_of_similar_areas_keeps_what_is_printed():
    checked = table("All crime | 154.006 | 108.511 | 15\nTheft | | |\nShoplifting | 20.100 | 9.800 | 14th")
    assert [(row.heading, row.label, row.printed, row.printed_average, row.position) for row in checked.rows] == [
        ("", "All crime", "154.006", "108.511", 15),
        ("Theft", "Shoplifting", "20.100", "9.800", 14),
    ]
    assert [row.priority for row in checked.rows] == [None, 8]
    assert checked.findings == ()


@pytest.mark.parametrize(
    ("text", "cell", "wrong"),
    [
        ("Theft | many | 1.0 | 1", "B2", "“many” is text, not a number."),
        ("Theft | 1.0 | | 1", "C2", "A rate is missing."),
        ("Theft | 1.0 | -1.0 | 1", "C2", "“-1.0” cannot be a rate."),
        ("Theft | 1.0 | 1.0 | 16", "D2", "16 is no position of the group."),
        ("Theft | 1.0 | 1.0 | first", "D2", "“first” is no position."),
        ("Theft | 1.0 | 1.0 | 2 of 12", "D2", "“2 of 12” is of a group of 12 areas."),
        (" | 1.0 | 1.0 | 2", "A2", "The row has figures, but names no crime type."),
        ("Theft | 1.0 | 1.0 | 2\ntheft | 2.0 | 1.0 | 2", "A3", "“theft” stands in the table twice, first in A2."),
    ],
)
def test_faults_of_a_table(text, cell, wrong):
    finding = only(table(text))
    assert (finding.cell, finding.wrong) == (cell, wrong)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("All crime | 13.0 | 1.0 | 15", "Our rate of 13.0 is 13.0 times the average of 1.0."),
        ("All crime | 0.1 | 9.0 | 1", "The average of 9.0 is 90.0 times our rate of 0.1."),
        ("All crime | 2.0 | 1.0 | 1", "Position 1 of 15 cannot be above the average."),
        ("All crime | 2.0 | 1.0 | 2", "Position 2 of 15 is unlikely to be above the average."),
        ("All crime | 1.0 | 2.0 | 15", "Position 15 of 15 cannot be below the average."),
        (
            "All crime | 2.125 | 1.250 | 12\nRobbery | 2.125 | 1.2505 | 12\nShoplifting | 1.125 | 1.250 | 8",
            "1.2505 has more decimals than the others.",
        ),
    ],
)
def test_what_is_doubtful_is_asked_and_kept_with_the_row(text, query):
    checked = table(text)
    assert not checked.faulty
    assert [row.query for row in checked.rows if row.query] == [query]
    assert [finding.wrong for finding in checked.of(Grave.QUESTION)] == [
        f"{next(row.label for row in checked.rows if row.query)}: {query} Does the source say so?"
    ]


def test_a_row_without_a_heading_stands_where_it_stood_before():
    checked = table("All Crime | 154.006 | 108.511 | 15\nSHOPLIFTING* | 20.100 | 9.800 | 14")
    assert checked.findings == ()
    assert [(row.heading, row.priority, row.indicator) for row in checked.rows] == [("", None, None), ("Theft", 8, 1)]


def test_what_no_table_knows_is_asked_about_and_never_a_total():
    checked = table("Cybercrime | 2.0 | 1.0 | 12\nTotal recorded crime | 2.0 | 1.0 | 12")
    [asked] = checked.of(Grave.QUESTION)
    assert (asked.cell, asked.expected) == ("A2", PLACE)
    assert asked.wrong.startswith("Which priority does “Cybercrime” belong to?")
    assert not is_total(checked.rows[0].label)
    assert is_total(checked.rows[1].label)


@pytest.mark.parametrize("place", [3, None])
def test_the_sender_s_word_places_a_row(place):
    said = replace(LAST, said={"cybercrime": place, "shoplifting": None})
    checked = table("Cybercrime | 2.0 | 1.0 | 12\nShoplifting | 2.0 | 1.0 | 12", said)
    assert checked.findings == ()
    assert [row.priority for row in checked.rows] == [place, None]


def test_rows_of_the_replaced_table_that_would_be_gone_are_named():
    there = (("", "All crime"), ("Theft", "Shoplifting"), ("Robbery", "Robbery"))
    text = "All crime | 2.0 | 1.0 | 12"
    checked = table(text, replace(LAST, exists="1 October 2026", replaced=there))
    assert [finding.grave for finding in checked.findings] == [Grave.QUESTION, Grave.REASON]
    assert checked.findings[0].wrong.startswith("2 of its 3 rows are missing from this table: Shoplifting and Robbery.")
    whole = table(text, replace(LAST, exists="1 October 2026", replaced=there[:1]))
    assert [finding.grave for finding in whole.findings] == [Grave.REASON]


def test_the_source_s_own_word_is_held_against_its_figures():
    sheet = pasted(
        "Crime type | Hartlepool | MSG average | Rank | Comparison\n"
        "Shoplifting | 19.330 | 10.020 | 14 | Below\nTheft | 0.0605 | 0.574 | 9 | Above\nRobbery | 1.250 | 1.200 | 8 | Above"
    )
    checked = check_similar_areas(sheet, guess(sheet, "similar_areas"), LAST)
    assert [row.query for row in checked.rows] == [
        "The source says below average, but 19.330 is above 10.020.",
        "The average of 0.574 is 9.5 times our rate of 0.0605. The source says above average, but 0.0605 is below 0.574. "
        "0.0605 has more decimals than the others.",
        "",
    ]


# --- Survey -------------------------------------------------------------------------------------------------------------


def survey(text: str, before: dict[str, AskedBefore] | None = None, taken: tuple[str, ...] = ()) -> Checked[Any]:
    sheet = pasted(f"Question | Answer | Number | Percentage | Respondents\n{text}")
    layout = guess(sheet, "survey")
    assert layout.faults("survey") == []
    return check_survey(sheet, layout, before=before or {}, taken=frozenset(taken), year=2026)


def test_questions_and_their_answers():
    before = {"do you feel safe": AskedBefore("safe", "unsafe", 3)}
    checked = survey(
        "Do you feel safe? | Yes | 60 | 60% | 100\nDo you feel safe? | No | 40 | 40 | 100\nWhy? | Dark | 7 | |", before
    )
    first, second = checked.rows
    assert (first.code, first.about, first.priority, first.base) == ("safe", "unsafe", 3, 100)
    assert [(result.answer, result.count, result.percent) for result in first.results] == [
        ("Yes", 60, 60),
        ("No", 40, 40),
    ]
    assert (second.code, second.about, second.base) == ("why", "other", None)
    assert checked.findings == ()


@pytest.mark.parametrize(
    ("text", "cell", "wrong"),
    [
        ("Safe? | Yes | some | |", "C2", "“some” is text, not a number."),
        ("Safe? | Yes | 6.5 | |", "C2", "“6.5” is no number of people."),
        ("Safe? | Yes | | 101 |", "D2", "“101” is no percentage."),
        ("Safe? | Yes | | |", "B2", "Neither a number nor a percentage is given."),
        ("Safe? | Yes | 6 | |\nSafe? | yes | 7 | |", "B3", "“yes” stands twice under this question."),
        (" | Yes | 6 | |", "A2", "The row has an answer, but no question."),
        ("Safe? | Yes | 6 | | 10\nSafe? | No | 4 | | 11", "E3", "The question was answered by 11 here, and by 10 in its rows above."),
        ("Safe? | Yes | | 0.6 |\nSafe? | No | | 0.4 |", "A2", "The percentages of “Safe?” add up to 1: they are written as fractions."),
    ],
)  # fmt: skip
def test_faults_of_a_survey(text, cell, wrong):
    finding = only(survey(text))
    assert (finding.cell, finding.wrong) == (cell, wrong)


def test_a_question_that_is_stored_already():
    assert "has “Safe?” (safe) already" in only(survey("Safe? | Yes | 6 | |", taken=("safe",))).wrong


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Safe? | Yes | | 60 |\nSafe? | No | | 30 |", "The percentages of “Safe?” add up to 90%, not to 100%. Could people give several answers?"),
        ("Safe? | Yes | 6 | | 10\nSafe? | No | 3 | | 10", "The answers to “Safe?” are 9 together, but 10 people answered. Is it right?"),
        ("Safe? | Yes | 6 | 70 | 10\nSafe? | No | 4 | 30 | 10", "“Yes”: 6 of 10 are 60.0%, not 70%. Is it right?"),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_survey_is_asked(text, asked):
    checked = survey(text)
    assert not checked.faulty
    assert asked in [finding.wrong for finding in checked.of(Grave.QUESTION)]
