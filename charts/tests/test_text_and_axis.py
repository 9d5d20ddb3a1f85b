import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.axis import ticks, trend_ticks
from charts.text import listed, width_of, wrap

# Four decimals are what a figure's column holds.
amounts = st.decimals(0, 1_000_000, places=4).map(float)


@given(amounts, amounts, st.booleans())
def test_an_axis_covers_its_figures_in_a_few_equal_round_steps(one, other, whole):
    low, high = sorted((one, other))
    for scale in (ticks(low, high, whole=whole), trend_ticks(low, high, whole=whole)):
        assert float(scale[0]) <= low or scale[0] == 0
        assert float(scale[-1]) >= high * 0.999999
        assert 2 <= len(scale) <= 9
        steps = {after - before for before, after in itertools.pairwise(scale)}
        assert len(steps) == 1
        assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}
        if whole:
            assert all(value % 1 == 0 for value in scale)


def test_a_trend_starts_at_nought_unless_that_would_flatten_it():
    assert trend_ticks(12, 80)[0] == 0
    assert trend_ticks(0, 0, whole=True) == [0, 1]
    assert trend_ticks(3001, 3833)[0] == Decimal(2500)


def test_a_steady_series_is_not_made_a_mountain_range():
    scale = trend_ticks(1000, 1001)
    assert float(scale[-1] - scale[0]) >= 100


def test_falls_below_nought_have_room():
    assert trend_ticks(-5, 5)[0] < -5


@pytest.mark.parametrize(
    ("parts", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_sentences(parts, words):
    assert listed(parts) == words


def test_wider_text_is_wider():
    assert width_of("iiii", 13) < width_of("aaaa", 13) < width_of("mmmm", 13)
    assert width_of("aaaa", 13) < width_of("aaaa", 13, bold=True)
    assert width_of("aaaa", 26) == pytest.approx(2 * width_of("aaaa", 13))


@given(st.text("abc mW", max_size=80), st.integers(20, 300))
def test_wrapping_keeps_every_word_and_the_width(text, width):
    lines = wrap(text, 13, width)
    assert " ".join(lines).split() == text.split()
    assert all(width_of(line, 13) <= width or " " not in line for line in lines)
