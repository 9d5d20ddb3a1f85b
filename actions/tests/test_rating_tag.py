"""A rating on a page is a shape and a word; the colour only helps."""

import pytest

from actions.rating import LOOKS, Rating
from actions.templatetags.ratings import rating


@pytest.mark.parametrize("value", list(Rating))
def test_shape_and_word_are_always_there(value):
    printed = rating(value.value)
    assert LOOKS[value].word in printed
    assert LOOKS[value].shape in printed
    assert "not confirmed" not in printed


def test_silence_is_said():
    assert "not confirmed" in rating(Rating.ON_TRACK, confirmed=False)


def test_nothing_prints_nothing():
    assert rating("") == ""


def test_what_is_no_rating_is_our_mistake():
    with pytest.raises(ValueError, match="green"):
        rating("green")
