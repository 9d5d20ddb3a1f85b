import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.area_bars import Member, area_bars
from charts.frame import Box
from charts.tests.boxes import bars_texts, faults

MEMBERS = [
    Member("Redcar and Cleveland", Decimal("14.2")),
    Member("Hartlepool", Decimal("17.576"), ours=True),
    Member("Merthyr Tydfil", None, "not given"),
    Member("Halton", 6, "6.0"),
    Member("Burnley", Decimal("8.8")),
]


def draw(members=MEMBERS, average=Decimal("8.159"), **more):
    return area_bars(
        members, id_prefix="areas", title="Shoplifting", unit="per 1,000 residents", average=average, **more
    )


def names(chart):
    return [" ".join(text.words for text in bar.name) for bar in chart.bars]


@pytest.mark.parametrize("width", [640, 328])
def test_areas_stand_from_the_highest_down_those_without_a_figure_last(width):
    chart = draw(width=width)
    assert names(chart) == ["Hartlepool", "Redcar and Cleveland", "Burnley", "Halton", "Merthyr Tydfil"]
    assert [bar.figure.words for bar in chart.bars] == ["17.576", "14.2", "8.8", "6.0", "not given"]
    assert chart.bars[-1].box is None


def test_lengths_and_the_average_share_one_scale_from_nought():
    chart = draw()
    ours, _, _, halton, _ = chart.bars
    assert halton.box.width / ours.box.width == pytest.approx(6 / 17.576, abs=0.002)
    assert chart.average.x1 - ours.box.x == pytest.approx(ours.box.width * 8.159 / 17.576, abs=0.2)
    assert chart.average_label.words == "similar areas’ average 8.159"
    assert draw(average=None).average is None


def test_our_own_bar_is_told_by_more_than_colour():
    ours, other = draw().bars[:2]
    assert (ours.ours, other.ours) == (True, False)
    assert all(text.bold for text in (*ours.name, ours.figure))
    assert not any(text.bold for text in (*other.name, other.figure))


def test_its_sentences_stand_for_the_picture():
    assert draw().frame.description == (
        "Bar chart of 4 areas, per 1,000 residents, highest first. "
        "Hartlepool: 17.576, position 4 of 4, 1 being the lowest. "
        "Similar areas’ average: 8.159. "
        "Highest: Hartlepool, 17.576. Lowest: Halton, 6.0. "
        "Without a bar: Merthyr Tydfil (not given)."
    )


@pytest.mark.parametrize(
    ("members", "average", "sentence"),
    [
        ([], None, "no area's figure"),
        ([Member("Halton", None)], 3, "no area's figure"),
        ([Member("Halton", -1)], None, "below nought"),
        ([Member("Halton", 1)], -1, "below nought"),
    ],
)
def test_what_cannot_be_drawn_is_refused(members, average, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw(members, average)


amounts = st.one_of(st.integers(0, 500), st.decimals(Decimal(0), Decimal("9999999999.9999"), places=4))
members = st.builds(
    Member,
    name=st.sampled_from(["Halton", "Redcar and Cleveland", "Bath and North East Somerset and some more"]),
    value=st.one_of(st.none(), amounts),
    printed=st.sampled_from(["", "<5"]),
    ours=st.booleans(),
)


@settings(deadline=None)
@given(
    st.lists(members, min_size=1, max_size=15).filter(lambda all_: any(m.value is not None for m in all_)),
    st.one_of(st.none(), amounts),
)
def test_bars_and_words_keep_apart_and_on_the_paper(some, average):
    for width in (328, 640):
        chart = draw(some, average, width=width)
        bars = [bar.box for bar in chart.bars if bar.box]
        lines = [chart.average] if chart.average else []
        figures = [(bar.figure, 13) for bar in chart.bars]
        assert faults(chart, bars_texts(chart), things=[Box(b.x, b.y, b.width, b.height) for b in bars]) == []
        assert faults(chart, figures, lines=lines) == []
        assert all(after.y - before.y >= 15 for before, after in itertools.pairwise(bars))
        assert chart == draw(some, average, width=width)
