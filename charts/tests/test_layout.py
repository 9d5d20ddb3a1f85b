import pytest

from charts.frame import Box, Line
from charts.layout import crosses, key, nearest_free, overlap

BOX = Box(10, 10, 20, 10)


@pytest.mark.parametrize(
    ("line", "inside"),
    [
        ((0, 0, 40, 40), True),
        ((0, 15, 40, 15), True),
        ((20, 0, 20, 40), True),
        ((15, 12, 16, 13), True),
        ((20, 15, 20, 15), True),
        ((0, 0, 9, 9), False),
        ((0, 25, 40, 25), False),
        ((31, 0, 31, 40), False),
        ((0, 30, 40, 18), False),
        ((5, 5, 5, 5), False),
        ((0, 40, 60, 12), False),
    ],
)
def test_a_line_through_a_box_is_found_whichever_way_it_runs(line, inside):
    x1, y1, x2, y2 = line
    assert crosses(Line(*line), BOX) is inside
    assert crosses(Line(x2, y2, x1, y1), BOX) is inside


def test_air_widens_the_box():
    assert not crosses(Line(0, 22, 40, 22), BOX)
    assert crosses(Line(0, 22, 40, 22), BOX, air=3)
    beside = Box(32, 10, 5, 5)
    assert not overlap(BOX, beside)
    assert overlap(BOX, beside, air=3)
    assert overlap(BOX, Box(29, 19, 5, 5))


def test_the_nearest_free_stretch_is_above_or_below_what_is_taken():
    taken = [Box(0, 40, 1, 20)]
    assert nearest_free(0, 15, taken, 0, 100) == 0
    assert nearest_free(42, 15, taken, 0, 100) == 25
    assert nearest_free(52, 15, taken, 0, 100) == 60
    assert nearest_free(42, 45, taken, 0, 100) is None
    assert nearest_free(500, 15, taken, 0, 100) is None


def test_a_key_wraps_to_its_width():
    entries = [("unusual", "unusual change"), ("range", "usual range to Q4 2023/24: 350–411, mean 380")]
    wide, end = key(entries, 20, 640)
    assert [entry.box.y for entry in wide] == [23, 23]
    assert end == 38
    narrow, end = key(entries, 20, 200)
    assert [entry.box.y for entry in narrow] == [23, 41]
    assert [len(entry.label) for entry in narrow] == [1, 2]
    assert end == 74
    assert [bool(entry.mark) for entry in wide] == [True, False]
