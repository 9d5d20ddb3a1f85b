"""Line chart and sparkline with usual range, unusual figures, figures not shown, and notes."""

import dataclasses
import itertools
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from charts.frame import Box
from charts.line import line_chart
from charts.series import MOST_POINTS, Band, Note, Point, Series
from charts.sparkline import sparkline
from charts.tests.boxes import faults, line_texts, runs_of

USUAL = [380, 386, 374, 384, 392, 385, 401, 368, 380, 371, 370, 378]


def quarters(values, *, reasons=None, unusual=(), provisional=()):
    return [
        Point(
            f"Q{n % 4 + 1}",
            f"{2021 + n // 4}/{22 + n // 4}",
            value,
            (reasons or {}).get(n, ""),
            provisional=n in provisional,
            unusual=n in unusual,
        )
        for n, value in enumerate(values)
    ]


def draw(points, **more):
    return line_chart(points, id_prefix="shop", name="Shoplifting", unit="offences", **more)


def words_wrong(chart):
    return faults(chart, line_texts(chart), lines=list(runs_of(chart)))


JUMP = quarters([*USUAL, 431], unusual={12})
RANGE = Band(0, 12, 350, 380, 410)
REBASED = [Band(0, 11, Decimal("349.7"), Decimal("380.2"), Decimal("410.6")), Band(12, 23, 300, 328, 357)]
SHIFTED = quarters([*USUAL, 328, 336, 325, 321, 333, 326, 329, 338, 324, 327, 332, 310], unusual={12, 13})


def test_the_usual_range_is_an_area_with_its_mean_on_the_figures_own_scale():
    chart = draw(JUMP, ranges=[RANGE])
    (area,) = chart.ranges
    first, last = chart.dots[0], chart.dots[-1]
    assert area.box.x <= first.x
    assert area.box.x + area.box.width >= last.x
    # 380 is drawn as the mean and twice as a figure: one height for one number.
    assert area.mean.y1 == area.mean.y2 == first.y == chart.dots[8].y
    upper, lower = area.edges
    assert upper.y1 == area.box.y
    assert lower.y1 == pytest.approx(area.box.y + area.box.height)
    assert (lower.y1 - upper.y1) / 60 == pytest.approx((first.y - last.y) / 51, rel=0.02)
    assert [text.words for text in chart.range_labels] == ["mean 380", "usual range", "350–410"]


def test_an_unusual_figure_has_a_shape_and_a_word_of_its_own():
    chart = draw(JUMP, ranges=[RANGE])
    assert [bool(dot.diamond) for dot in chart.dots] == [False] * 12 + [True]
    assert [note.words for note in chart.newest_notes] == ["unusual"]
    assert [(entry.kind, entry.label[0].words) for entry in chart.key] == [("unusual", "unusual change")]
    usual = draw(quarters([*USUAL, 382]), ranges=[RANGE])
    assert not any(dot.diamond for dot in usual.dots)
    assert usual.newest_notes == usual.key == ()


def test_the_sentences_say_the_range_and_what_is_unusual():
    words = draw(JUMP, ranges=[RANGE]).frame.description
    assert "Usual range: 350 to 410, mean 380. Unusual: 431 in Q1 2024/25, above the usual range." in words
    low = quarters([*USUAL, 320], unusual={12})
    assert "Unusual: 320 in Q1 2024/25, below the usual range." in draw(low, ranges=[RANGE]).frame.description
    within = quarters([*USUAL, 409], unusual={12})
    assert "Unusual: 409 in Q1 2024/25. " in draw(within, ranges=[RANGE]).frame.description


def test_a_range_set_anew_is_drawn_and_named_apart():
    chart = draw(SHIFTED, ranges=REBASED)
    before, after = chart.ranges
    assert before.box.x + before.box.width == pytest.approx(after.box.x, abs=0.2)
    assert [text.words for text in chart.range_labels] == ["mean 328", "usual range", "300–357"]
    kinds = [(entry.kind, " ".join(text.words for text in entry.label)) for entry in chart.key]
    assert kinds[0] == ("range", "usual range to Q4 2023/24: 350–411, mean 380")
    assert "Usual range from Q1 2021/22 on: 350 to 411, mean 380." in chart.frame.description
    assert "Usual range from Q1 2024/25 on: 300 to 357, mean 328." in chart.frame.description


def test_limits_have_the_figures_decimals_or_the_callers_words():
    shares = quarters([Decimal("45.2"), 44, Decimal("46.1")])
    limits = Band(0, 2, Decimal("40.113"), Decimal("45.2714"), Decimal("50.45"))
    assert [t.words for t in draw(shares, ranges=[limits]).range_labels] == ["mean 45.3", "usual range", "40.1–50.5"]
    told = dataclasses.replace(limits, printed=("40", "45", "50"))
    assert [t.words for t in draw(shares, ranges=[told]).range_labels] == ["mean 45", "usual range", "40–50"]
    negative = draw(quarters([-3, 4]), ranges=[Band(0, 1, -9, 0, 9)])
    assert negative.range_labels[-1].words == "−9 to 9"


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ([(0, 13, 1, 2, 3)], "no point at place 13: the trend has 13"),
        ([(0, 6, 1, 2, 3), (6, 12, 1, 2, 3)], "these overlap"),
        ([(7, 12, 1, 2, 3), (0, 6, 1, 2, 3)], "out of order"),
        ([(3, 2, 1, 2, 3)], "from place 3 to place 2"),
        ([(-1, 2, 1, 2, 3)], "from place -1"),
        ([(0, 2, 1, 4, 3)], "does not lie between 1 and 3"),
    ],
)
def test_a_range_that_cannot_be_is_refused(ranges, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw(JUMP, ranges=[Band(*band) for band in ranges])
    with pytest.raises(ValueError, match=sentence):
        sparkline(JUMP, id_prefix="s", name="x", ranges=[Band(*band) for band in ranges])


def test_a_note_at_no_point_is_refused():
    with pytest.raises(ValueError, match="no point at place 13"):
        draw(JUMP, annotations=[Note(13, "x")])


# --- Figures not shown ------------------------------------------------------------------------------------------------


def test_a_figure_not_shown_is_hatched_from_top_to_bottom_wherever_it_lies():
    """The one thing a picture could give away is a height: hidden figures of any size must draw the same."""
    shown = [6, 7, 5, 9, 8, 7, 12, 5, 7, 6, 8, 9, 9]
    chart = draw(quarters([None if n == 5 else v for n, v in enumerate(shown)], reasons={5: "<5"}))
    (gap,) = chart.withheld
    xs, ys = zip(*_corners(gap.hatching), strict=True)
    assert min(ys) <= chart.rules[-1].y1 + 6
    assert max(ys) == pytest.approx(chart.base.y1, abs=6)
    assert chart.dots[4].x < min(xs) < max(xs) < chart.dots[5].x
    assert gap.label.words == "<5"
    assert len(chart.dots) == 12
    assert len(chart.runs) == 2
    assert "Printed as <5: Q2 2022/23." in chart.frame.description
    assert "No figure" not in chart.frame.description


def test_a_gap_without_a_reason_stays_plain():
    chart = draw(quarters([6, None, 7]))
    assert chart.withheld == ()
    assert "No figure for Q2 2021/22." in chart.frame.description


def test_neighbours_with_one_reason_share_one_hatching_and_too_narrow_ones_a_sign():
    values = [9, None, None, 8, None, 7, 6, 8, 9, 5, 6, 7, 8, 9, 6, 7, 8, 9, 7, 6, 7, 8, 9, 7]
    chart = draw(quarters(values, reasons={1: "<5", 2: "<5", 4: "suppressed"}), width=328)
    assert [gap.label and gap.label.words for gap in chart.withheld] == ["<5", None]
    assert [(entry.kind, entry.label[0].words) for entry in chart.key if entry.kind == "withheld"] == [
        ("withheld", "suppressed")
    ]


def test_when_the_newest_figure_is_not_shown_the_label_names_the_quarter_it_speaks_of():
    chart = draw(quarters([*USUAL, None], reasons={12: "<5"}))
    assert chart.newest.words == "378"
    assert [note.words for note in chart.newest_notes] == ["Q4", "2023/24"]


# --- Notes ------------------------------------------------------------------------------------------------------------


def test_notes_are_numbered_by_time_and_stand_over_their_points():
    chart = draw(SHIFTED, annotations=[Note(20, "Two officers fewer"), Note(12, "New recording rules")])
    assert [(m.number, m.period, m.words) for m in chart.markers] == [
        (1, "Q1 2024/25", "New recording rules"),
        (2, "Q1 2026/27", "Two officers fewer"),
    ]
    for marker in chart.markers:
        start, _, end = _corners(marker.stem)
        dot = chart.dots[marker.place]
        assert start == (marker.x, marker.y + 8)
        assert end[0] == dot.x
        assert end[1] < dot.y
    assert "Note 1, Q1 2024/25: New recording rules. Note 2" in chart.frame.description


def test_what_is_said_over_the_plot_makes_the_chart_higher_not_the_plot_lower():
    plain, told = draw(SHIFTED), draw(SHIFTED, ranges=REBASED, annotations=[Note(3, "x")])
    assert told.frame.height > plain.frame.height
    assert told.base.y1 - told.rules[-1].y1 == pytest.approx(plain.base.y1 - plain.rules[-1].y1)


@pytest.mark.parametrize("width", [328, 640])
def test_notes_at_neighbouring_points_stay_off_each_other(width):
    chart = draw(SHIFTED, annotations=[Note(n, "x") for n in (0, 0, 1, 2, 20, 21, 22, 23, 23, 23)], width=width)
    assert all(b.x - a.x >= 17.9 for a, b in itertools.pairwise(chart.markers))
    assert chart.markers[0].x >= 8
    assert chart.markers[-1].x <= width - 8


# --- Words never clipped, never on each other, never on the line ------------------------------------------------------

figures = st.one_of(
    st.none(),
    st.integers(-50_000, 50_000),
    st.decimals(0, 200, places=1),
    st.decimals(Decimal(0), Decimal("9999999999.9999"), places=4),
    st.sampled_from([0, 7, 380, Decimal("0.0001")]),
)


@st.composite
def series(draw_one):
    values = draw_one(
        st.lists(figures, min_size=1, max_size=MOST_POINTS).filter(lambda v: any(f is not None for f in v))
    )
    places = st.integers(0, len(values) - 1)
    reasons = {n: draw_one(st.sampled_from(["", "<5", "suppressed", "not yet available"])) for n in range(len(values))}
    points = quarters(
        values,
        reasons={n: reason for n, reason in reasons.items() if values[n] is None},
        unusual=draw_one(st.sets(places, max_size=4)),
        provisional=draw_one(st.sets(places, max_size=2)),
    )
    cuts = sorted(draw_one(st.sets(places, max_size=3)))
    limits = st.lists(st.one_of(st.integers(-100, 60_000), st.decimals(0, 200, places=3)), min_size=3, max_size=3)
    bands = [Band(a, b - 1, *sorted(draw_one(limits))) for a, b in itertools.pairwise([*cuts, len(values)]) if cuts]
    notes = [Note(place, "x") for place in draw_one(st.lists(places, max_size=6))]
    return points, bands, notes


@settings(max_examples=150, deadline=None)
@given(series())
@example((quarters([380, None, 9_999_999_999], reasons={1: "<5"}), [Band(0, 2, 0, 5, 9_999_999_999)], []))
@example((quarters([0] * 24, unusual=range(24), provisional={23}), [Band(0, 23, 0, 0, 0)], [Note(23, "x")]))
def test_words_stay_on_the_paper_off_each_other_and_off_the_line(made):
    points, bands, notes = made
    for width, height in ((328, 190), (640, 240)):
        chart = draw(points, ranges=bands, annotations=notes, width=width, height=height)
        assert words_wrong(chart) == []
        for dot in chart.dots:
            assert 0 < dot.x < width
            assert 0 < dot.y <= chart.base.y1
        for area in chart.ranges:
            assert area.box.width > 0
            assert 0 < area.box.x <= area.box.x + area.box.width <= width
            assert chart.rules[-1].y1 - 0.2 <= area.box.y <= area.box.y + area.box.height <= chart.base.y1 + 0.2
        assert chart == draw(points, ranges=bands, annotations=notes, width=width, height=height)


def test_a_label_that_finds_no_clear_place_is_said_over_the_plot():
    values = [300 if n % 2 else 900 + 5 * n for n in range(24)]
    chart = draw(quarters(values), width=328, height=190)
    assert chart.year_before.label is None
    assert [(entry.kind, entry.label[0].words) for entry in chart.key] == [("year-before", "300 a year before")]


# --- Sparkline --------------------------------------------------------------------------------------------------------


def test_a_sparkline_shows_range_and_unusual_newest():
    spark = sparkline(JUMP, id_prefix="s", name="Shoplifting", ranges=[RANGE])
    assert spark.newest.diamond
    assert len(spark.ranges) == len(spark.means) == 1
    assert spark.ranges[0].y < spark.means[0].y1 < spark.ranges[0].y + spark.ranges[0].height
    assert "Usual range: 350 to 410, mean 380. Unusual: 431" in spark.frame.description
    assert not sparkline(quarters(USUAL), id_prefix="s", name="x", ranges=[Band(0, 11, 350, 380, 410)]).newest.diamond


def test_a_sparkline_hatches_what_is_not_shown():
    spark = sparkline(quarters([6, None, 8, None, 9], reasons={1: "<5"}), id_prefix="s", name="x")
    assert len(spark.withheld) == 1
    assert "Printed as <5: Q2 2021/22. " in f"{spark.frame.description} "


@settings(deadline=None)
@given(series())
def test_a_sparkline_stays_in_its_cell(made):
    points, bands, _ = made
    spark = sparkline(points, id_prefix="s", name="x", ranges=bands)
    cell = Box(0, 0, 120, 28)
    corners = [corner for path in (*spark.runs, *spark.withheld, spark.newest.diamond) for corner in _corners(path)]
    corners += [(dot.x, dot.y) for dot in (*spark.lone, spark.newest)]
    corners += [(box.x + w, box.y + h) for box in spark.ranges for w, h in ((0, 0), (box.width, box.height))]
    for x, y in corners:
        assert -0.1 <= x <= cell.width + 0.1
        assert -0.1 <= y <= cell.height + 0.1


def _corners(path):
    pairs = path.replace("M", " ").replace("L", " ").replace("Z", " ").split()
    return [tuple(map(float, pair.split(","))) for pair in pairs]


def test_ranges_that_come_back_every_year_are_told_once_each():
    ticks = ("Q1", "Q2", "Q3", "Q4")
    points = [Point(ticks[n % 4], f"202{n // 4}/2{n // 4 + 1}", (30, 80, 50, 10)[n % 4]) for n in range(12)]
    limits = [(20, 30, 40), (70, 80, 90), (40, 50, 60), (0, 10, 20)]
    bands = [Band(n, n, *limits[n % 4]) for n in range(12)]
    chart = line_chart(points, id_prefix="seasons", name="Fires", unit="fires", ranges=bands)
    told = [text.words for entry in chart.key for text in entry.label]
    assert told == [
        "usual range in Q1: 20–40, mean 30",
        "usual range in Q2: 70–90, mean 80",
        "usual range in Q3: 40–60, mean 50",
    ]
    assert chart.frame.description.count("Usual range in") == 4
    assert "Usual range in Q4: 0 to 20, mean 10." in chart.frame.description


def test_a_season_whose_range_was_set_anew_says_until_when_the_old_one_held():
    ticks = ("Q1", "Q2", "Q3", "Q4")
    points = [Point(ticks[n % 4], f"202{n // 4}/2{n // 4 + 1}", 10 + n) for n in range(12)]
    bands = [Band(n, n, 5 + 20 * (n >= 8), 15 + 20 * (n >= 8), 25 + 20 * (n >= 8)) for n in range(12)]
    told = Series(tuple(points), tuple(bands)).seasonal_ranges
    assert [when for when, _ in told][:4] == [f"in {tick} to 2021/22" for tick in ticks]
    assert [when for when, _ in told][4:] == [f"in {tick}" for tick in ticks]


def test_a_range_that_ended_is_not_named_beside_the_newest_figure():
    """Set anew with too few figures for a new range: the old one held until then, and says so."""
    points = [Point(f"Q{n % 4 + 1}", f"202{n // 4}/2{n // 4 + 1}", 80 - n) for n in range(12)]
    chart = line_chart(points, id_prefix="anew", name="Bikes", unit="reports", ranges=[Band(0, 7, 70, 76, 82)])
    assert chart.range_labels == ()
    assert [text.words for entry in chart.key for text in entry.label] == ["usual range to Q4 2021/22: 70–82, mean 76"]
    assert "Usual range to Q4 2021/22: 70 to 82, mean 76." in chart.frame.description


def test_seasons_ranges_that_ended_all_stand_in_the_key():
    points = [Point(f"Q{n % 4 + 1}", f"202{n // 4}/2{n // 4 + 1}", (30, 80, 50, 10)[n % 4]) for n in range(12)]
    limits = [(20, 30, 40), (70, 80, 90), (40, 50, 60), (0, 10, 20)]
    chart = line_chart(
        points, id_prefix="anew", name="Bikes", unit="reports", ranges=[Band(n, n, *limits[n % 4]) for n in range(8)]
    )
    assert chart.range_labels == ()
    told = [text.words for entry in chart.key for text in entry.label]
    assert told[-1] == "usual range in Q4 to 2021/22: 0–20, mean 10"
    assert len(told) == 4
