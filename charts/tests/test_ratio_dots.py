from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.frame import Box, Line
from charts.rate import Rate
from charts.ratio_dots import ratio_dots
from charts.tests.boxes import dots_texts, faults

OUTSIDE = "outside our priorities"


def row(name, rate, average, position=15, **more):
    return Rate(name, Decimal(rate), Decimal(average), rate, average, position=position, areas=15, **more)


HOMICIDE = row("Homicide", "0.054", "0.013", query="Very few offences.", group="Violence against the Person")
INJURY = row("Violence with Injury", "13.492", "12.661", 11, group="Violence against the Person")
SHOPLIFTING = row("Shoplifting", "17.576", "8.159", group="Acquisitive Crime", mark=OUTSIDE)
THEFT = row("Theft from the Person", "0.0605", "0.574", 9, query="0.605 is likely.", group="Acquisitive Crime")
ROBBERY = row("Robbery - Business", "0.162", ".0125", 13, query="0.125 is likely.", group="Acquisitive Crime")
ARSON = row("Arson", "1.015", "0.804", 13, query="May be counted above.", doubted=False, group="Criminal Damage")
ROWS = [HOMICIDE, INJURY, SHOPLIFTING, THEFT, ROBBERY, ARSON]


def draw(rows=ROWS, **more):
    return ratio_dots(rows, id_prefix="msg", area="Hartlepool", unit="as printed", **more)


def drawn(name, **more):
    return dict(zip((r.name for r in ROWS), draw(**more).rows, strict=True))[name]


def wrong(chart):
    dots = [r.mark for r in chart.rows if r.mark]
    return faults(
        chart,
        dots_texts(chart),
        lines=[*(r.average for r in chart.rows), *(mark.stem for mark in dots if mark.stem), *chart.ticks],
        things=[Box(mark.x - 4, mark.y - 4, 8, 8) for mark in dots],
    )


@pytest.mark.parametrize("width", [640, 328])
def test_a_dot_stands_at_its_multiple_of_the_average(width):
    chart = draw(width=width)
    one = chart.rows[0].average.x1
    nought = {tick.x1 for tick in chart.ticks}
    left = min(nought)
    for rate, drawn_row in zip(ROWS, chart.rows, strict=True):
        if not drawn_row.mark.cut:
            assert drawn_row.mark.x - left == pytest.approx((one - left) * float(rate.times), abs=0.2)


@pytest.mark.parametrize("width", [640, 328])
def test_a_doubted_figure_is_hollow_without_a_stem_and_numbered(width):
    theft, arson, injury = (drawn(r.name, width=width) for r in (THEFT, ARSON, INJURY))
    assert (theft.mark.hollow, theft.mark.stem) == (True, None)
    assert theft.label[0].words == "0.11× query 2"
    # A remark is numbered too, but the figure stands.
    assert not arson.mark.hollow
    assert arson.mark.stem
    assert arson.label[0].words == "1.26× query 4"
    assert injury.label[0].words == "1.07×"
    assert not injury.mark.hollow
    assert [(query.number, query.name, query.words) for query in draw(width=width).queries] == [
        (1, "Homicide", "Very few offences."),
        (2, "Theft from the Person", "0.605 is likely."),
        (3, "Robbery - Business", "0.125 is likely."),
        (4, "Arson", "May be counted above."),
    ]


@pytest.mark.parametrize("width", [640, 328])
def test_a_doubted_figure_far_off_stands_beyond_a_break_and_says_so(width):
    chart = draw(width=width)
    robbery = chart.rows[4]
    assert robbery.mark.cut
    assert [text.words for text in robbery.label] == ["12.96× query 3", "off the scale"]
    # Two like it stand at one place: beyond the break there is no scale.
    assert chart.rows[0].mark.x == robbery.mark.x > chart.rows[2].mark.x
    assert "Robbery - Business (query 3, off the scale)" in chart.frame.description


def test_a_figure_nobody_doubts_sets_the_scale_however_large():
    chart = draw([row("Robbery - Business", "0.162", ".0125", 13), INJURY])
    assert not chart.rows[0].mark.cut
    assert chart.rows[0].mark.x > chart.rows[1].mark.x


def test_figures_are_printed_as_given_with_their_position():
    assert [text.words for text in drawn("Robbery - Business").figures] == ["0.162", ".0125", "13 of 15"]
    narrow = drawn("Robbery - Business", width=328)
    assert [text.words for text in narrow.figures] == ["0.162, average .0125, position 13 of 15"]
    assert [text.words for text in draw([Rate("Arson", 2, 1)]).rows[0].figures] == ["2", "1"]


@pytest.mark.parametrize("width", [640, 328])
def test_what_fits_no_priority_carries_the_word(width):
    assert [text.words for text in drawn("Shoplifting", width=width).word] == [OUTSIDE]
    assert drawn("Arson", width=width).word == ()


def test_a_heading_stands_where_the_group_changes():
    assert [heading.words for heading in draw().headings] == [
        "Violence against the Person",
        "Acquisitive Crime",
        "Criminal Damage",
    ]


def test_its_sentences_stand_for_the_picture():
    frame = draw().frame
    assert frame.title == "Hartlepool against the similar areas’ average"
    assert frame.description == (
        "Dot chart of 6 rates as printed as multiples of the similar areas’ average. "
        "Hartlepool is above the average in 3 of the 3 not in doubt. "
        "Furthest above: Shoplifting, 17.576 against 8.159, 2.15 times. "
        "Highest of all areas: Homicide and Shoplifting. "
        "Outside our priorities: Shoplifting. "
        "In doubt, drawn hollow: Homicide (query 1, off the scale), Theft from the Person (query 2) and "
        "Robbery - Business (query 3, off the scale). "
        "With a query: Arson (query 4)."
    )


def test_an_average_of_nought_gives_no_dot_but_says_so():
    homicide, _ = draw([row("Homicide", "0.05", "0"), SHOPLIFTING]).rows
    assert homicide.mark is None
    assert homicide.label[0].words == "no average"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [([], "no rates to compare"), ([Rate("Arson", -1, 2)], "Arson: a rate cannot be below nought")],
)
def test_what_is_no_table_of_rates_is_refused(rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw(rows)


amounts = st.one_of(st.integers(0, 5_000), st.decimals(0, 500, places=4), st.sampled_from([Decimal("0.0001"), 99_999]))
rates = st.builds(
    Rate,
    name=st.sampled_from(["Arson", "Violence without Injury", "Theft of or from something with a long name"]),
    rate=amounts,
    average=amounts,
    query=st.sampled_from(["", "", "Why?"]),
    doubted=st.booleans(),
    group=st.sampled_from(["", "Acquisitive Crime"]),
    position=st.one_of(st.none(), st.integers(1, 15)),
    areas=st.just(15),
    mark=st.sampled_from(["", OUTSIDE]),
)


@settings(deadline=None)
@given(st.lists(rates, min_size=1, max_size=8))
def test_words_stay_on_the_paper_and_off_dots_lines_and_each_other(rows):
    for width in (328, 640):
        chart = draw(rows, width=width)
        assert wrong(chart) == []
        for drawn_row in chart.rows:
            mark = drawn_row.mark
            assert mark is None or 5 <= mark.x <= width - 5
        assert chart == draw(rows, width=width)


def test_the_average_is_one_upright_line_through_each_group():
    lines = [r.average for r in draw().rows]
    assert {line.x1 for line in lines} == {line.x2 for line in lines} == {lines[0].x1}
    assert lines[0].y2 == lines[1].y1
    assert isinstance(lines[0], Line)


def test_a_label_beyond_the_average_keeps_off_the_figures_where_these_leave_little_room():
    wide = Rate("Violence without Injury", 5, 100, "1,234,567.1234", "9,876,543.1234", "Why?", doubted=False)
    chart = draw([wide])
    assert chart.rows[0].label[0].words == "0.05× query 1"
    assert chart.rows[0].label[0].x > chart.rows[0].average.x1
    assert wrong(chart) == []
