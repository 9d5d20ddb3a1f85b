import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.line import line_chart
from charts.series import Point
from charts.sparkline import sparkline

CRIME = [3646, 3833, 3357, 3163, 3380, 3703, 3128, 3208, 3513, 3303, 3243, 3001, 3325, 3313]


def quarters(values, provisional=()):
    return [
        Point(f"Q{n % 4 + 1}", f"{2023 + n // 4}/{24 + n // 4}", value, provisional=n in provisional)
        for n, value in enumerate(values)
    ]


def draw(points, **more):
    return line_chart(points, id_prefix="crime", name="All recorded crime", unit="offences", **more)


def test_fourteen_quarters_with_last_years_marked_and_the_newest_named():
    chart = draw(quarters(CRIME, provisional={13}))
    assert len(chart.dots) == 14
    assert [dot.hollow for dot in chart.dots] == [False] * 13 + [True]
    assert len(chart.runs) == 1
    assert chart.newest.words == "3,313"
    assert [note.words for note in chart.newest_notes] == ["provisional"]
    assert chart.year_before.label.words == "3,303 a year before"
    assert (chart.year_before.x, chart.year_before.y) == (chart.dots[9].x, chart.dots[9].y)
    assert chart.year_before.level.x2 == chart.dots[13].x
    assert [label.words for label in chart.labels] == [f"Q{n % 4 + 1}" for n in range(14)]
    assert [group.words for group in chart.groups] == ["2023/24", "2024/25", "2025/26", "2026/27"]
    assert [line.words for line in chart.unit] == ["Offences (axis starts at 2,500)"]


def test_its_sentences_stand_for_the_picture():
    frame = draw(quarters(CRIME, provisional={13})).frame
    assert frame.title == "All recorded crime, Q1 2023/24 to Q2 2026/27"
    assert frame.description == (
        "Line chart, offences. From 3,646 in Q1 2023/24 to 3,313 in Q2 2026/27 (provisional). "
        "A year before the newest figure: 3,303 in Q2 2025/26. "
        "Highest: 3,833 in Q2 2023/24. Lowest: 3,001 in Q4 2025/26. The axis starts at 2,500."
    )
    assert (frame.title_id, frame.description_id) == ("crime-title", "crime-desc")


def test_higher_figures_stand_higher():
    dots = draw(quarters(CRIME)).dots
    heights = [dot.y for dot in dots]
    assert sorted(range(14), key=CRIME.__getitem__) == sorted(range(14), key=lambda n: -heights[n])
    # Equal steps in the figures are equal steps on paper.
    assert (heights[0] - heights[1]) / (3833 - 3646) == pytest.approx((heights[3] - heights[0]) / 483, rel=0.01)


def test_a_gap_breaks_the_line_and_is_said():
    values = [*CRIME]
    values[5] = None
    chart = draw(quarters(values))
    assert len(chart.dots) == 13
    assert len(chart.runs) == 2
    assert "No figure for Q2 2024/25." in chart.frame.description


def test_when_the_newest_figure_is_not_in_the_label_says_which_quarter_it_means():
    chart = draw(quarters([*CRIME[:13], None]))
    assert chart.newest.words == "3,325"
    assert [note.words for note in chart.newest_notes] == ["Q1", "2026/27"]
    assert chart.year_before.label.words == "3,513 a year before"


@pytest.mark.parametrize("missing", [{9}, set(range(13))])
def test_without_last_years_figure_there_is_no_mark(missing):
    values = [None if n in missing else value for n, value in enumerate(CRIME)]
    assert draw(quarters(values)).year_before is None


def test_a_figure_printed_its_own_way_is_shown_that_way():
    chart = draw([Point("Q1", "2024/25", 3, "fewer than 5")])
    assert chart.newest.words == "fewer than 5"
    assert "One figure: fewer than 5 in Q1 2024/25." in chart.frame.description


@pytest.mark.parametrize(
    ("values", "sentence"),
    [([], "at least one figure"), ([None, None], "at least one figure"), (range(25), "at most 24 periods, not 25")],
)
def test_what_is_no_trend_is_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw(quarters(values))
    with pytest.raises(ValueError, match=sentence):
        sparkline(quarters(values), id_prefix="s", name="x")


@pytest.mark.parametrize("prefix", ["", "1st", "a b", 'a"b', "a.b"])
def test_what_could_not_be_an_id_is_refused(prefix):
    with pytest.raises(ValueError, match="cannot start an id"):
        line_chart(quarters(CRIME), id_prefix=prefix, name="x", unit="y")


figures = st.one_of(st.none(), st.integers(0, 50_000), st.decimals(0, 200, places=1))


@given(st.lists(figures, min_size=1, max_size=14).filter(lambda v: any(f is not None for f in v)))
def test_everything_stays_on_the_paper_at_any_width(values):
    for width in (328, 480, 640):
        chart = draw(quarters(values), width=width)
        for dot in chart.dots:
            assert 0 < dot.x < width
            assert 0 < dot.y <= chart.base.y1
        assert 0 < chart.newest.y < chart.frame.height
        assert all(0 < note.y < chart.frame.height for note in chart.newest_notes)
        if chart.year_before and chart.year_before.ground:
            ground = chart.year_before.ground
            assert ground.x >= 0
            assert ground.x + ground.width <= width
            assert 0 <= ground.y <= chart.base.y1


def test_labels_of_a_narrow_chart_do_not_run_into_each_other():
    labels = draw(quarters(CRIME, provisional={13}), width=328).labels
    assert labels[-1].words == "Q2"
    assert all(after.x - before.x >= 20 for before, after in itertools.pairwise(labels))


def test_a_long_unit_breaks_and_the_plot_moves_down():
    unit = "deaths per 100,000 residents under 75, age-standardised, three years"
    short, long = (
        draw(quarters(CRIME), width=328),
        line_chart(quarters(CRIME), id_prefix="crime", name="Drug deaths", unit=unit, width=328),
    )
    assert len(long.unit) == 2
    assert long.frame.height == short.frame.height + 15


def test_the_same_figures_draw_the_same_chart():
    assert dataclasses.asdict(draw(quarters(CRIME))) == dataclasses.asdict(draw(quarters(CRIME)))


def test_a_sparkline_runs_from_its_lowest_to_its_highest():
    spark = sparkline(quarters(CRIME, provisional={13}), id_prefix="s", name="All recorded crime")
    heights = [float(pair.split(",")[1]) for pair in spark.runs[0].split()]
    assert (min(heights), max(heights)) == (4, 24)
    assert heights.index(4) == CRIME.index(3833)
    assert spark.newest.hollow
    assert spark.year_before.x1 == spark.year_before.x2 == float(spark.runs[0].split()[9].split(",")[0])
    assert "Lowest: 3,001 in Q4 2025/26." in spark.frame.description


def test_a_sparkline_of_one_level_lies_in_the_middle():
    spark = sparkline(quarters([7, 7, None, 7]), id_prefix="s", name="x")
    assert spark.newest.y == 14
    assert spark.year_before is None
    assert spark.runs == ("4,14 41.3,14",)
