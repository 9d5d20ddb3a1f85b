"""What a test may ask of any picture: that words stay on the paper, off each other, and off its lines."""

from itertools import combinations, pairwise

from charts.frame import Box, Line
from charts.layout import crosses, overlap
from charts.text import width_of

AIR = 0.6
"""Rounding to tenths may bring two things this much closer."""
ASCENT, DESCENT = 0.78, 0.24
"""Of the type size: how far capitals and figures rise above the baseline, and tails hang below it."""


def text_box(text, size):
    """The room one line takes, by the generous widths of charts.text."""
    width = width_of(text.words, size, bold=text.bold)
    start = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return Box(start, text.y - size * ASCENT, width, size * (ASCENT + DESCENT))


def line_texts(chart):
    small = [*chart.unit, *chart.scale, *chart.labels, *chart.groups, *chart.newest_notes, *chart.range_labels]
    small += [gap.label for gap in chart.withheld if gap.label]
    small += [text for entry in chart.key for text in entry.label]
    if chart.year_before and chart.year_before.label:
        small.append(chart.year_before.label)
    texts = [(text, 12) for text in small] + [(marker.figure, 11) for marker in chart.markers]
    return texts + ([(chart.newest, 16)] if chart.newest else [])


def dots_texts(chart):
    small = [chart.average_label, *chart.columns, *chart.scale]
    for row in chart.rows:
        small += [*row.word, *row.label, *row.figures]
    names = [text for row in chart.rows for text in row.name]
    return [(text, 12) for text in small] + [(text, 13) for text in (*chart.headings, *names)]


def bars_texts(chart):
    texts = [(text, 13) for bar in chart.bars for text in (*bar.name, bar.figure)]
    return texts + ([(chart.average_label, 12)] if chart.average_label else [])


def runs_of(chart):
    """The data's straight stretches."""
    for run in chart.runs:
        corners = [tuple(map(float, pair.split(","))) for pair in run.split()]
        for (x1, y1), (x2, y2) in pairwise(corners):
            yield Line(x1, y1, x2, y2)


def faults(chart, texts, *, lines=(), things=()):
    """Everything wrong with the words, in sentences."""
    found = []
    boxes = [(text.words, _shrunk(text_box(text, size))) for text, size in texts]
    for words, box in boxes:
        if box.x < -AIR or box.x + box.width > chart.frame.width + AIR:
            found.append(f"{words!r} leaves the paper sideways: {box}")
        if box.y < -AIR or box.y + box.height > chart.frame.height + AIR:
            found.append(f"{words!r} leaves the paper: {box}")
        found += [f"a line runs through {words!r}" for line in lines if crosses(line, box)]
        found += [f"a shape covers {words!r}" for thing in things if overlap(box, thing)]
    found += [f"{one!r} lies on {other!r}" for (one, a), (other, b) in combinations(boxes, 2) if overlap(a, b)]
    return found


def _shrunk(box):
    # Capitals and figures fill less than the line's height; two lines set solid are no overlap.
    return Box(box.x + AIR, box.y + 1.5, box.width - 2 * AIR, box.height - 3)
