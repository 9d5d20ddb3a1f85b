"""Who reports to whom, as boxes: in order, each joined to its own, inside the picture, and said in words as well."""

from __future__ import annotations

import re

import pytest

from charts.text import width_of
from charts.tree import PAD, SIZE, Box, Branch, tree

BRANCHES = [
    Branch("NTE", "Night-time economy", of="SV"),
    Branch("SV", "Violence group", "Serious Violence; chaired by Cleveland Police; meets quarterly"),
    Branch("FIRE", "Fires group"),
    Branch("LIC", "Licensing", of="NTE"),
]


def drawn(width: float = 640, branches: list[Branch] = BRANCHES) -> dict[str, Box]:
    boxes = tree("Safer Hartlepool Partnership", branches, id_prefix="t", width=width).boxes
    return {" ".join(line.words for line in box.lines if line.bold): box for box in boxes}


def test_what_reports_to_a_group_stands_right_under_it_whatever_the_order_of_the_rows():
    boxes = drawn()
    assert list(boxes) == [
        "Safer Hartlepool Partnership", "Violence group", "Night-time economy", "Licensing", "Fires group",
    ]  # fmt: skip
    left = [box.x for box in boxes.values()]
    assert left == [left[0], left[1], left[2], left[3], left[1]]
    assert left[0] < left[1] < left[2] < left[3]


@pytest.mark.parametrize("width", [296, 640, 1280])
def test_boxes_keep_apart_inside_the_picture_and_hold_their_words(width):
    chart = tree("Safer Hartlepool Partnership", BRANCHES, id_prefix="t", width=width)
    for above, below in zip(chart.boxes, chart.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    for box in chart.boxes:
        assert box.x + box.width <= width
        assert box.y + box.height <= chart.frame.height
        for line in box.lines:
            assert width_of(line.words, SIZE, bold=line.bold) <= box.width - 2 * PAD
            assert box.y < line.y < box.y + box.height


def test_a_joint_runs_from_the_box_it_reports_to_down_to_its_own():
    boxes = drawn()
    assert boxes["Safer Hartlepool Partnership"].joint == ""
    for name, above in {
        "Violence group": "Safer Hartlepool Partnership",
        "Fires group": "Safer Hartlepool Partnership",
        "Night-time economy": "Violence group",
        "Licensing": "Night-time economy",
    }.items():
        box, parent = boxes[name], boxes[above]
        x, y, down, across = map(float, re.findall(r"[\d.]+", box.joint))
        assert parent.x < x < box.x
        assert y == parent.y + parent.height
        assert (down, across) == (box.y + box.height / 2, box.x)


def test_it_is_said_in_words():
    said = tree("Safer Hartlepool Partnership", BRANCHES, id_prefix="t", width=640).frame.description
    assert said == (
        "To the Safer Hartlepool Partnership report Violence group and Fires group. "
        "Night-time economy reports to Violence group. Licensing reports to Night-time economy."
    )
    assert "Nothing reports to the Board." in tree("Board", [], id_prefix="t", width=640).frame.description


@pytest.mark.parametrize(
    "branches",
    [
        [Branch("A", "One", of="B"), Branch("B", "Two", of="A")],
        [Branch("A", "One", of="gone")],
        [Branch("A", "One", of="A")],
    ],
)
def test_a_ring_or_a_group_that_is_not_there_is_refused(branches):
    with pytest.raises(ValueError, match="ring"):
        tree("Board", branches, id_prefix="t", width=640)


def test_namesakes_are_kept_apart():
    branches = [Branch("A", "Board"), Branch("B", "Board"), Branch("C", "Task group", of="B")]
    boxes = tree("Board", branches, id_prefix="t", width=640).boxes
    assert [box.lines[0].words for box in boxes] == ["Board", "Board", "Board", "Task group"]
    assert boxes[2].joint.startswith(boxes[1].joint.partition("V")[0]), "both from the partnership"
    assert boxes[3].x > boxes[2].x
