import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.paint import RATINGS
from charts.ratings_bar import RatingCount, RatingRow, ratings_bar

WORDS = {
    "off_track": "Off track",
    "at_risk": "At risk",
    "on_track": "On track",
    "complete": "Complete",
    "not_started": "Not started",
    "closed": "Closed",
    "unrated": "Unrated",
}


def row(name, **counts):
    parts = []
    for rating, number in counts.items():
        count, not_confirmed = number if isinstance(number, tuple) else (number, 0)
        parts.append(RatingCount(rating, WORDS[rating], count, not_confirmed))
    return RatingRow(name, tuple(parts))


ASB = row("Anti-Social Behaviour", off_track=1, at_risk=2, on_track=(5, 1), complete=4)
DRUGS = row("Drugs and Alcohol", on_track=(2, 2), not_started=1)


def draw(rows, **more):
    return ratings_bar(rows, id_prefix="ratings", title="Actions by rating", **more)


def test_every_count_is_printed_and_the_not_confirmed_stand_apart():
    chart = draw([ASB, DRUGS])
    parts = [(part.rating, part.label.words, part.hatched) for part in chart.stacks[0].parts]
    assert parts == [
        ("off_track", "1", False),
        ("at_risk", "2", False),
        ("on_track", "4", False),
        ("on_track", "1", True),
        ("complete", "4", False),
    ]
    assert [stack.total.words for stack in chart.stacks] == ["12", "3"]
    assert [part.hatched for part in chart.stacks[1].parts] == [True, False]


def test_texture_never_runs_through_a_label():
    for part in draw([ASB, DRUGS]).stacks[0].parts:
        assert bool(part.texture) == (part.chip is not None)
        if part.chip:
            assert part.chip.x < part.label.x < part.chip.x + part.chip.width


def test_parts_are_in_proportion_where_there_is_room():
    _, risk, track, unconfirmed, complete = draw([ASB]).stacks[0].parts
    assert track.box.width == complete.box.width
    assert (risk.box.width + 2) * 2 == pytest.approx(track.box.width + 2, abs=0.3)
    assert unconfirmed.box.width < risk.box.width


def test_a_single_action_among_hundreds_keeps_its_label():
    stack = draw([row("Big", off_track=1, on_track=500)]).stacks[0]
    assert stack.parts[0].box.width > 25
    assert stack.parts[1].box.width > stack.parts[0].box.width * 5


def test_bars_share_one_scale():
    long, short = draw([row("Long", on_track=12), row("Short", on_track=6)]).stacks
    assert long.parts[0].box.width + 2 == pytest.approx(2 * (short.parts[0].box.width + 2), abs=0.3)


def test_the_key_names_what_occurs_and_nothing_else():
    assert [entry.label.words for entry in draw([ASB, DRUGS]).key] == [
        "Off track",
        "At risk",
        "On track",
        "Complete",
        "Not started",
        "Hatched: not confirmed",
    ]
    assert [entry.label.words for entry in draw([row("x", closed=1)]).key] == ["Closed"]


def test_its_sentence_counts_row_by_row():
    frame = draw([ASB, DRUGS, row("Serious Violence")]).frame
    assert frame.title == "Actions by rating"
    assert frame.description == (
        "Anti-Social Behaviour: 12 actions, 1 off track, 2 at risk, 5 on track (1 not confirmed) and 4 complete. "
        "Drugs and Alcohol: 3 actions, 2 on track (2 not confirmed) and 1 not started. "
        "Serious Violence: 0 actions."
    )


def test_a_row_without_actions_says_so():
    stack = draw([row("Serious Violence", on_track=0)]).stacks[0]
    assert stack.parts == ()
    assert stack.total.words == "no actions"


counts = st.dictionaries(st.sampled_from(sorted(RATINGS)), st.integers(0, 40), max_size=5)


@given(st.lists(counts, min_size=1, max_size=5), st.sampled_from([328, 640]))
def test_bars_stay_on_the_paper_and_off_each_other(rows, width):
    chart = draw([row(f"Row {n}", **numbers) for n, numbers in enumerate(rows)], width=width)
    for stack, numbers in zip(chart.stacks, rows, strict=True):
        assert sum(int(part.label.words) for part in stack.parts) == sum(numbers.values())
        at = 0.0
        for part in stack.parts:
            assert part.box.x >= at - 0.1
            at = part.box.x + part.box.width
            assert part.label.x < at
        assert at <= width
        assert stack.total.x < width
    for entry in chart.key:
        assert entry.box.y + entry.box.height <= chart.frame.height


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: RatingCount("green", "Green", 1), "'green' is no rating"),
        (lambda: RatingCount("on_track", "On track", 1, 2), "On track: 2 not confirmed of 1 cannot be"),
        (lambda: RatingCount("on_track", "On track", -1), "cannot be"),
        (lambda: draw([]), "no rows"),
    ],
)
def test_what_cannot_be_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
