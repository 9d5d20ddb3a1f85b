import itertools
from decimal import Decimal

import pytest

from charts.comparison_bars import Rate, comparison_bars

SHOPLIFTING = Rate("Shoplifting", Decimal("17.576"), Decimal("8.159"), "17.576", "8.159", group="Acquisitive Crime")
VEHICLES = Rate("Vehicle Crime", Decimal("6.449"), Decimal("6.040"), "6.449", "6.040", group="Acquisitive Crime")
ROBBERY = Rate(
    "Robbery - Business",
    Decimal("0.162"),
    Decimal("0.0125"),
    "0.162",
    ".0125",
    "0.125 is likely.",
    group="Acquisitive Crime",
)
ARSON = Rate("Arson", Decimal("1.015"), Decimal("0.804"), "1.015", "0.804", group="Criminal Damage")
ROWS = [SHOPLIFTING, VEHICLES, ROBBERY, ARSON]


def draw(rows=ROWS, **more):
    return comparison_bars(rows, id_prefix="msg", area="Hartlepool", unit="per 1,000 residents", **more)


@pytest.mark.parametrize("width", [640, 328])
def test_a_bar_is_as_long_as_its_multiple_of_the_average(width):
    chart = draw(width=width)
    for row, bar in zip(ROWS, chart.bars, strict=True):
        if row is not ROBBERY:
            one = chart.averages[0].x1 - bar.box.x
            assert bar.box.width == pytest.approx(one * float(row.rate / row.average), abs=0.2)


def test_figures_are_printed_as_given():
    shop, _, robbery, _ = draw().bars
    assert [text.words for text in shop.figures] == ["17.576", "8.159"]
    assert [text.words for text in robbery.figures] == ["0.162", ".0125"]
    assert shop.times.words == "2.15×"
    assert draw(width=328).bars[2].figures[0].words == "0.162 (average .0125)"


def test_a_doubted_figure_is_hatched_asked_about_and_explained():
    chart = draw()
    assert [bool(bar.hatching) for bar in chart.bars] == [False, False, True, False]
    assert chart.bars[2].times.words == "12.96× ?"
    assert chart.notes == ("Robbery - Business: 0.125 is likely.",)
    assert "Doubtful figures, hatched: Robbery - Business." in chart.frame.description


def test_a_doubted_figure_does_not_squeeze_the_others_but_is_cut():
    chart = draw()
    assert [bool(bar.cut) for bar in chart.bars] == [False, False, True, False]
    assert chart.bars[2].box.width == chart.bars[0].box.width
    trusted = [Rate(r.name, r.rate, r.average) for r in ROWS]
    assert not any(bar.cut for bar in draw(trusted).bars)


def test_a_heading_stands_where_the_group_changes():
    assert [heading.words for heading in draw().headings] == ["Acquisitive Crime", "Criminal Damage"]
    assert draw([Rate("All Crime", 154, 117)]).headings == ()


@pytest.mark.parametrize("width", [640, 328])
def test_rows_follow_each_other_on_the_paper(width):
    chart = draw(width=width)
    tops = [bar.box.y for bar in chart.bars]
    assert all(after - before >= chart.bars[0].box.height + 4 for before, after in itertools.pairwise(tops))
    assert tops[-1] + chart.bars[-1].box.height < chart.frame.height
    assert all(bar.times.x < width - 30 for bar in chart.bars)


def test_its_sentences_stand_for_the_picture():
    frame = draw().frame
    assert frame.title == "Hartlepool against the similar areas' average"
    assert frame.description == (
        "Bar chart of 4 rates per 1,000 residents as multiples of the similar areas' average. "
        "Hartlepool is above the average in 4 of 4. "
        "Furthest above: Shoplifting, 17.576 against 8.159, 2.15 times. "
        "Doubtful figures, hatched: Robbery - Business."
    )


def test_an_average_of_nought_gives_no_bar_but_says_so():
    chart = draw([Rate("Homicide", Decimal("0.05"), 0), SHOPLIFTING])
    assert chart.bars[0].box.width == 0
    assert chart.bars[0].times.words == "no average"


def test_a_rate_below_every_average_is_not_called_above():
    sentence = draw([Rate("Arson", Decimal("0.4"), Decimal("0.8"))]).frame.description
    assert "above the average in 0 of 1" in sentence
    assert "Furthest above" not in sentence


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="no rates to compare"):
        draw([])
