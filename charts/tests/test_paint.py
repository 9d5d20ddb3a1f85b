import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.paint import BRAND, INK, PAPER, RATINGS, SOFT_INK, hatch_path, mark_path, upright_path

sides = st.floats(1, 300).map(lambda side: round(side, 1))


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("rating", RATINGS)
def test_every_rating_can_be_read(rating):
    look = RATINGS[rating]
    assert contrast(look.ink, look.fill) >= 4.5
    assert contrast(look.edge, PAPER) >= 4.5
    mark = look.edge if look.ink == INK else look.ink
    assert contrast(mark, look.fill) >= 3


@pytest.mark.parametrize("colour", [INK, SOFT_INK, BRAND])
def test_words_on_paper_can_be_read(colour):
    assert contrast(colour, PAPER) >= 4.5


def test_in_grey_no_two_ratings_look_the_same():
    for one, other in combinations(RATINGS.values(), 2):
        same_texture = one.texture == other.texture
        assert one.mark != other.mark
        # Filled ones also differ by shade; the pale ones with an outline are told apart by their marks.
        if same_texture and luminance(one.fill) < 0.7 and luminance(other.fill) < 0.7:
            assert contrast(one.fill, other.fill) >= 1.6


@pytest.mark.parametrize("mark", ["square", "triangle", "disc", "ring", "tick", "dash", "cross"])
def test_a_mark_stays_in_its_square(mark):
    path = re.sub(r"A\S+ 0 1,[01] ", "L", mark_path(mark, 50, 50, 10))
    numbers = [float(text) for text in re.findall(r"-?[\d.]+", path)]
    assert len(numbers) >= 4
    assert all(44.9 <= value <= 55.1 for value in numbers)


def test_an_unknown_mark_is_refused():
    with pytest.raises(ValueError, match="no mark called 'star'"):
        mark_path("star", 0, 0, 10)


@given(sides, sides)
def test_hatching_never_leaves_its_rectangle(width, height):
    for path in (hatch_path(10, 20, width, height), upright_path(10, 20, width, height)):
        for x, y in re.findall(r"([\d.]+),([\d.]+)", path):
            assert 9.9 <= float(x) <= 10.1 + width
            assert 19.9 <= float(y) <= 20.1 + height


def test_hatching_runs_corner_to_corner():
    assert hatch_path(0, 0, 10, 10) == "M0,5L5,0M0,10L10,0M5,10L10,5"
    assert upright_path(0, 0, 20, 10) == "M6,0L6,10M12,0L12,10M18,0L18,10"
