"""What every part of a paper says in one line: cut texts, counts, figures in words, the town, whom to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from actions.progress import plural
from performance.comparison import with_unit
from performance.disclosure import FEWEST_SHOWN, SMALL_TEXT, WITHHELD_TEXT
from performance.places import IS_OUTSIDE, Place, last_and_outside
from priorities.periods import british
from reports.document import (
    Count,
    Document,
    Figure,
    Paper,
    PlanDocument,
    QuarterlyDocument,
    SixMonthlyDocument,
    Value,
)

SENTENCE_ENDS = re.compile(r"[.!?;](?= )")
FULL_STOPS = re.compile(r"[.!?](?= )")
JOINING = "and|or|with|for|of|in|on|to|from|by|across|through|at|after|the|a|an"
JOINTS = re.compile(rf"(?: [(–]|[,:;]| (?:{JOINING}) )")
LEFT_HANGING = re.compile(rf"(?: (?:{JOINING}))+$")


def clip(text: str, longest: int) -> str:
    """Whole words up to so many characters, and an ellipsis when there is more."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    return LEFT_HANGING.sub("", text[: longest - 1].rsplit(" ", 1)[0]).rstrip(" ,;:.–-") + "…"


ENOUGH = 45
"""So many characters of a sentence that was begun say something; of fewer the reader has nothing."""


def whole_sentences(text: str, longest: int) -> str:
    """As many whole sentences or parts of one as so many characters hold, and the beginning of the next where enough of it
    is left; empty where not even that fits.
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    ends = [found.end() for found in SENTENCE_ENDS.finditer(text) if found.end() <= longest]
    whole = text[: ends[-1]] if ends else ""
    begun = clip(text, longest)
    return begun if len(begun) - len(whole) >= ENOUGH else whole.rstrip(";")


def begin(text: str, longest: int) -> str:
    """The text, or as many whole sentences of it as so many characters hold, else whole words."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    ends = [found.start() for found in SENTENCE_ENDS.finditer(text) if longest * 0.4 <= found.start() <= longest]
    return text[: ends[-1]] if ends else clip(text, longest)


def first_sentence(text: str, longest: int) -> str:
    """The first sentence without its full stop, cut only where it is itself longer than so many characters."""
    text = " ".join(text.split())
    for stop in (FULL_STOPS, SENTENCE_ENDS):
        end = stop.search(text)
        sentence = text[: end.start()] if end else text.rstrip(".")
        if len(sentence) <= longest:
            return sentence
    return clip(sentence, longest)


def short_title(title: str, longest: int) -> str:
    """A title, or what of it stands before a joining word; its reference stands beside it."""
    title = " ".join(title.split())
    if len(title) <= longest:
        return title
    starts = [found.start() for found in JOINTS.finditer(title) if longest * 0.3 <= found.start() <= longest]
    return title[: starts[-1]] if starts else clip(title, longest)


def short_figure(figure: Figure, value: Value) -> str:
    """36.0%, 84: the figure without the word for its unit."""
    return value.printed + ("%" if figure.unit.startswith("%") else "")


def reoffending_tally(document: SixMonthlyDocument) -> str:
    """5 actions: 1 off track, 4 on track."""
    total = sum(count.number for count in document.reoffending)
    if not total:
        return "no action has re-offending as its focus"
    return f"{total} action{'s' if total != 1 else ''}: {tally(document.reoffending)}"


def tally(counts: Iterable[Count]) -> str:
    """3 off track, 18 on track (2 not confirmed)."""
    return ", ".join(
        f"{count.number} {count.mark.word.lower()}"
        + (f" ({count.not_confirmed} not confirmed)" if count.not_confirmed else "")
        for count in counts
        if count.number
    )


def as_many(names: Sequence[str], longest: int) -> str:
    """As many names as so many characters hold, and how many more there are."""
    shown = list(names)
    while len(shown) > 1 and len("; ".join(shown)) > longest:
        shown.pop()
    more = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def unusual_or_noise(figures: Iterable[Figure], longest: int = 1000) -> str:
    """How many changes are unusual, and which; how many may be no more than chance; of how many nobody can say yet."""
    figures = [figure for figure in figures if figure.now is not None and figure.judged]
    # What got worse is named first, since a list may be cut.
    unusual = [figure.name for figure in sorted(figures, key=lambda figure: not figure.worse) if figure.unusual]
    usual = sum(1 for figure in figures if figure.judged == "usual")
    few = sum(1 for figure in figures if figure.judged == "too few points")
    if not figures:
        return ""
    parts = [
        f"{len(unusual) or 'no'} figure{'' if len(unusual) == 1 else 's'} changed in an unusual way"
        + (f": {as_many(unusual, longest)}" if unusual else "")
    ]
    if usual:
        parts.append(f"{usual} within the usual range: a change may be no more than normal variation")
    if few:
        parts.append(f"{few} with too few figures to say")
    # The names in the first are parted by semicolons.
    return ". ".join(parts)


def head_line(document: Document) -> str:
    """The line under the title: which version, when in the plan, up to when things were received, and why it was made."""
    paper = document.paper
    received = "figures and updates" if isinstance(document, QuarterlyDocument) else "updates"
    parts = [
        f"Version {paper.number}",
        *(
            [f"as the portal held it on {british(paper.cut_off_on)}"]
            if isinstance(document, PlanDocument)
            else [
                f"month {paper.month} of {paper.months} of the plan",
                f"{received} received up to {paper.received}",
            ]
        ),
        clip(paper.reason, 160),
    ]
    return " · ".join(part for part in parts if part)


def made_late(paper: Paper) -> str:
    """That a report was made after the day on which it fell due, in a sentence; empty for one that was not."""
    if paper.due_on is None or not paper.late_by:
        return ""
    days = plural(paper.late_by, "working day")
    return f"Made on {british(paper.made_on)}, {days} after it was due on {british(paper.due_on)}."


def figure_text(printed: str, unit: str, *, after: str = "") -> str:
    """36.0%, 84 incidents, fewer than 5 applications: the figure with its unit; of a withheld one that it is.

    `after`: the name that it follows, which may have said the unit.
    """
    if printed == WITHHELD_TEXT:
        return printed
    printed = f"fewer than {FEWEST_SHOWN}" if printed == SMALL_TEXT else printed
    return printed if _is_said(unit, after) else with_unit(printed, unit)


def unit_beside(name: str, unit: str) -> str:
    """The unit as it follows the name of an indicator: "offences", "in %"; empty where the name has said it."""
    if unit.startswith("%"):
        return f"in {unit}"
    return "" if _is_said(unit, name) else unit


def _is_said(unit: str, name: str) -> bool:
    """Whether a name says what is counted: fly-tipping incidents are incidents, deaths per 100,000 a rate per 100,000."""
    counted = unit.lower().removeprefix("rate ")
    if not name or not counted or counted.startswith("%"):
        return False
    return re.search(rf"(?<!\w){re.escape(counted)}(?!\w)", name.lower()) is not None


def range_in_short(figure: Figure) -> str:
    """unusual: above the usual range of 350 to 410; within the usual range of 350 to 410; too few figures to judge."""
    if figure.judged == "too few points":
        return "too few figures to judge"
    words = figure.range_words.rstrip(".")
    if figure.judged == "usual":
        words = words.partition(":")[0]
    for than in (", worse than usual", ", better than usual"):
        words = words.removesuffix(than)
    return words[:1].lower() + words[1:]


def outside_sentence(document: QuarterlyDocument) -> str:
    """The crimes that rank highest of all and that none of the priorities covers: by the newest table, else the plan's."""
    newest, printed = document.similar_table, document.table
    if newest is not None:
        said = last_and_outside(
            Place(row.label, row.position, newest.group_size, row.outside, not row.heading) for row in newest.rows
        )
        about = newest.label
    elif printed is not None:
        said = last_and_outside(
            Place(row.label, row.place, row.areas, row.where.lower() == IS_OUTSIDE, not row.heading)
            for row in printed.rows
        )
        about = f"the plan’s {printed.name}"
    else:
        return ""
    return f"{said} ({about})" if said else ""


def area_of(partnership: str) -> str:
    """The town or district in a partnership's name: Hartlepool of the Safer Hartlepool Partnership."""
    return partnership.removeprefix("Safer ").removesuffix(" Partnership") or partnership


def contact_line(contact: str) -> str:
    return ", ".join(line.strip() for line in contact.splitlines() if line.strip())


def footer_contact(contact: str) -> str:
    """Who to ask in one short line: the first line, and how to write to them or else to ring."""
    lines = [line.strip() for line in contact.splitlines() if line.strip()]
    ways = [line for line in lines[1:] if "@" in line] or lines[-1:]
    return clip(", ".join(dict.fromkeys(lines[:1] + ways[:1])), 100)
