"""Every number in the sentences of a report equals what its own tables and lists count, and the report before counts in brackets.

The demonstration's two newest reports are read as blocks of their HTML. Then each number of page one, and of the body's
sentences made from data, is made one too many in turn, and must be missed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from charts.text import listed
from priorities.models import Plan
from reports.document import from_json
from reports.models import ReportVersion
from reports.rendering import print_html
from reports.services import building
from tests.reading import Block, blocks_of_html
from tests.services.demonstration import NOW, Story

# It tells the story, as the tests of PDFs do.
pytestmark = [pytest.mark.pdf, pytest.mark.django_db]

WORDS = ("off track", "at risk", "not yet rated", "on track", "complete", "not started")
REF = re.compile(r"\b[A-Z]{2,4}-\d\d\b")
NUMBER = r"−?\d[\d,]*(?:\.\d+)?"


# --- A report as it is read -------------------------------------------------------------------------------------------


@dataclass
class Part:
    """Page one or the body of a report, as blocks."""

    blocks: list[Block]

    @classmethod
    def of(cls, html: str) -> Part:
        found = blocks_of_html(f"<body>{html}")
        return cls([Block(block.tag, " ".join(block.text.split())) for block in found])

    def under(self, heading: str, tag: str = "H2") -> list[Block]:
        """What stands under a heading that ends so, down to the next one of its level or above; of several the last."""
        at = [n for n, one in enumerate(self.blocks) if one.tag == tag and one.text.endswith(heading)][-1]
        rest = self.blocks[at + 1 :]
        end = next((n for n, one in enumerate(rest) if one.tag in ("H1", "H2", tag)), len(rest))
        return rest[:end]

    def text(self, heading: str) -> str:
        return " ".join(block.text for block in self.under(heading))

    def items(self, heading: str, tag: str = "H2") -> list[str]:
        return [block.text for block in self.under(heading, tag) if block.tag == "LBody"]


Row = tuple[str, list[str]]


def tables(blocks: Sequence[Block]) -> Iterator[tuple[str, list[str], list[Row]]]:
    """Of each table its caption, its columns and its rows: what a row is of, and its cells."""
    starts = [n for n, block in enumerate(blocks) if block.tag == "Caption"]
    for at, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        columns: list[str] = []
        rows: list[Row] = []
        for block in blocks[at + 1 : end]:
            if block.tag == "TH Row":
                rows.append((block.text, []))
            elif block.tag == "TD":
                rows[-1][1].append(block.text)
            elif block.tag == "TH Column" and not rows:
                columns.append(block.text)
            elif block.tag.startswith("H"):
                break
        yield blocks[at].text, columns, rows


def table(part: Part, caption: str) -> list[Row]:
    [found] = [rows for name, _, rows in tables(part.blocks) if name == caption]
    return found


def number(text: str) -> Decimal:
    """The first number of a cell."""
    found = re.search(NUMBER, text)
    assert found, text
    return Decimal(found[0].replace(",", "").replace("−", "-"))


@dataclass
class Wrong:
    """What is said otherwise than it is counted."""

    found: list[str] = field(default_factory=list)

    def says(self, text: str, pattern: str, *counted: object) -> None:
        said = re.search(pattern, text)
        if said is None or said.groups() != tuple(str(one) for one in counted):
            self.found.append(f"{pattern}: {counted} counted, said {said and said[0]} in: {text[:200]}")

    def equal(self, said: object, counted: object) -> None:
        if said != counted:
            self.found.append(f"{counted} counted, said {said}")


# --- What both reports tell ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rated:
    ref: str
    priority: str
    word: str
    confirmed: bool


def rated(body: Part) -> list[Rated]:
    """Every action of the six-monthly report's appendix."""
    found = []
    for caption, _, rows in tables(body.under("The full action plan")):
        for name, cells in rows:
            word = next(word for word in WORDS if word in cells[1].lower())
            found.append(Rated(name.split()[0], caption.partition(":")[0], word, "not confirmed" not in cells[1]))
    return found


def tallied(actions: Sequence[Rated], *, total: bool = False) -> str:
    """1 off track (1 not confirmed), 2 at risk."""
    parts = []
    for word in WORDS:
        mine = [one for one in actions if one.word == word]
        silent = sum(1 for one in mine if not one.confirmed)
        if mine:
            parts.append(f"{len(mine)} {word}" + (f" ({silent} not confirmed)" if silent else ""))
    return f"{len(actions)} actions, {listed(parts)}" if total else ", ".join(parts)


def groups(body: Part, wrong: Wrong) -> Counter[str]:
    """Under “Since the last report” the number of each group, which is held against what the group lists."""
    found: Counter[str] = Counter()
    blocks = body.under("Since the last report")
    for at, block in enumerate(blocks):
        if block.tag == "P" and (said := re.match(r"([^:.]+): (\d+)\. ?(.*)", block.text)):
            rest = said[3]
            if not rest:
                after = [one.tag == "LBody" for one in blocks[at + 1 :]]
                count = [*after, False].index(False)
            else:
                sentences = re.split(r"(?<=\.) ", rest)
                told = len(sentences) > 1 or re.search(" (?:is|was|has|will|changed) ", rest)
                count = len(sentences) if told else len(rest.split("; "))
            wrong.equal(f"{said[1]}: {said[2]}", f"{said[1]}: {count}")
            found[said[1]] = count
    return found


def shown_and_more(items: Sequence[str]) -> tuple[list[str], int]:
    more = re.match(r"and (\d+) more", items[-1]) if items else None
    return (list(items[:-1]), int(more[1])) if more else (list(items), 0)


def noise(wrong: Wrong, text: str, kinds: Sequence[int]) -> None:
    """How many figures are unusual, usual and too short to judge, and as many names of the unusual ones."""
    pattern = r"(\d+) figures changed in an unusual way: .*?\. (\d+) within the usual range.*?\. (\d+) with too few"
    wrong.says(text, pattern, *kinds)
    named = re.search(r"unusual way: (.*?)\. \d+ within", text)
    shown, more = shown_and_more(named[1].split("; ") if named else [])
    wrong.equal(("unusual", len(shown) + more), ("unusual", kinds[0]))


def issues_told(wrong: Wrong, body: Part) -> list[str]:
    """The lines of the emerging issues that say their state, against the sentence that counts them."""
    section = [block.text for block in body.under("Emerging issues")]
    lines = [text for text in section[1:] if re.match("(?:New|Watching|Closed).* · ", text)]
    states = Counter(text.split()[0] for text in lines)
    words = (("Closed", " closed since the last report"), ("New", " new"), ("Watching", " watching"))
    wrong.equal(section[0], ", ".join(f"{states[state]}{word}" for state, word in words if states[state]) + ".")
    return lines


def figures_since(wrong: Wrong, body: Part, now: dict[str, Decimal]) -> None:
    """The figures that “Since the last report” names."""
    section = body.text("Since the last report")
    for name, figure in now.items():
        for said in re.findall(rf"{re.escape(name)}, ({NUMBER})%? in ", section):
            wrong.equal((name, number(said)), (name, figure))


# --- Six months -------------------------------------------------------------------------------------------------------


def wrong_in_six_monthly(page: Part, body: Part, before: Part) -> list[str]:
    wrong = Wrong()
    text = " ".join(block.text for block in page.blocks)
    actions = rated(body)
    _ratings(wrong, page, body, actions, rated(before))
    since = groups(body, wrong)
    dates = table(body, "Due dates moved since the last report")
    completed = body.items("Completed", "H3")
    line = page.text("Since March")
    now, then = (sum(1 for one in each if one.word == "off track") for each in (actions, rated(before)))
    for said in (line, body.text("Since the last report")):
        wrong.says(said, r"^(.*?) than in March: (\d+) off track, (\d+) then", "Worse overall", now, then)
    lists = {
        "new": body.items("New initiatives", "H3"),
        "completed": completed,
        "dates moved": [ref for ref, _ in dates],
    }
    for word, rows in lists.items():
        if named := re.search(rf"\d+ {word}: ([^;]*)", line):
            wrong.equal((word, REF.findall(named[1])), (word, [REF.search(row)[0] for row in rows]))  # type: ignore[index]
    for pattern, count in (
        (r"(\d+) worsened", since["Got worse"]),
        (r"(\d+) recovered", since["Recovered"]),
        (r"(\d+) new", len(body.items("New initiatives", "H3"))),
        (r"(\d+) completed", len(completed)),
        (r"(\d+) dates moved", len(dates)),
        (r"(\d+) gone quiet", since["Gone quiet"]),
        (r"(\d+) heard again", since["Heard again"]),
    ):
        wrong.says(line, pattern, count)
    _asked_last_time(wrong, page, body, since)
    issues_told(wrong, body)
    _headlines(wrong, page, body)

    off = [one.ref for one in actions if one.word == "off track"]
    silent = [one.ref for one in actions if not one.confirmed]
    for heading, refs in (("Off track", off), ("No update", silent), ("Delivered", completed)):
        items = page.items(heading) or page.text(heading).split("; ")
        shown, more = shown_and_more(items)
        wrong.equal((heading, len(shown) + more), (heading, len(refs)))
    # Amounts in the words of those who ask are those in their words in the body.
    whole = " ".join(block.text for block in body.blocks)
    for amount in re.findall(r"£[\d,.]*\d", " ".join(page.items("Off track"))):
        wrong.equal((amount, bool(re.search(rf"{amount}(?![\d,]*\d)", whole))), (amount, True))
    returns = table(body, "Updates owed and received")
    owed, received, unchanged = (sum(int(cells[n]) for _, cells in returns) for n in range(3))
    wrong.equal(sorted(REF.findall(" ".join(cells[3] for _, cells in returns))), sorted(silent))
    background = body.text("Background")
    wrong.says(background, r"Of (\d+) asked for, (\d+) had been received", owed, received)
    if unchanged:
        wrong.says(background, r"(\d+) of them as “no change", unchanged)
    priorities = {one.priority for one in actions}
    wrong.says(background, r"has (\d+) priorities", len(priorities))
    first, last, end = (
        dt.datetime.strptime(f"{found} +0000", "%d %B %Y %z")
        for found in re.findall(r"(?:runs from|to|as at) (\d+ \w+ \d{4})", background)[:3]
    )
    months = [(day.year - first.year) * 12 + day.month - first.month + 1 for day in (end, last)]
    wrong.says(text, r"month (\d+) of (\d+) of the plan", *months)
    asked = body.items("Recommendations")
    named = {ref for item in asked for ref in REF.findall(item)}
    for said in (asked[-1], page.items("The Partnership is asked to")[-1]):
        wrong.says(said, r"the progress of the other (\d+) actions", len(actions) - len(named))
    return wrong.found


def _ratings(wrong: Wrong, page: Part, body: Part, actions: list[Rated], before: list[Rated]) -> None:
    counts = page.under("actions (March in brackets)")
    heading = next(block for block in page.blocks if block.text.endswith("(March in brackets)"))
    wrong.says(heading.text, r"^(\d+) actions", len(actions))
    line = " ".join(block.text for block in counts if block.tag == "LBody")
    for word in WORDS:
        mine, then = ([one for one in each if one.word == word] for each in (actions, before))
        silent = sum(1 for one in mine if not one.confirmed)
        if mine or then:
            middle = r", (\d+) of them not confirmed" if silent else ""
            counted = [len(mine), *([silent] if silent else []), len(then)]
            wrong.says(line, rf"(\d+) {word}{middle} \((\d+)\)", *counted)

    priorities = list(dict.fromkeys(one.priority for one in actions))
    by_priority = {name: [one for one in actions if one.priority == name] for name in priorities}
    [figure] = [block.text for block in counts if block.tag == "Figure"]
    drawn = figure.partition(" . ")[2]
    wrong.equal(drawn, " ".join(f"{name}: {tallied(mine, total=True)}." for name, mine in by_priority.items()))
    troubles = {}
    for name, mine in by_priority.items():
        lead = Part(body.under("Progress by priority")).under(name, "H3")
        wrong.equal(f"{tallied(mine)}." in [block.text for block in lead], True)
        words = [one.word for one in mine]
        silent = sum(1 for one in mine if not one.confirmed)
        troubles[name] = (words.count("off track"), words.count("at risk"), silent)
    worst = max(troubles, key=lambda name: troubles[name])
    parts = zip(troubles[worst], ("off track", "at risk", "not confirmed"), strict=True)
    told = listed([f"{count} {word}" for count, word in parts if count])
    wrong.says(" ".join(block.text for block in counts), r"Most trouble: (.*?)\.", f"{worst} with {told}")
    section = body.text("Re-offending")
    found = Counter(re.findall(r"[■▲●✓○] ([A-Z][a-z ]+?)(?: not confirmed)?(?= [A-Z]|$)", section))
    focus = [f"{found[word.capitalize()]} {word}" for word in WORDS if found[word.capitalize()]]
    sentence = f"{found.total()} actions: {', '.join(focus)}"
    for said in (section, page.text("Re-offending")):
        wrong.equal(sentence in said, True)


def _asked_last_time(wrong: Wrong, page: Part, body: Part, since: Counter[str]) -> None:
    answered, still, back = (
        since[heading] for heading in ("Help answered", "Help still without an answer", "Help no longer asked")
    )
    line = page.text("Asked last time")
    wrong.says(
        line,
        r"Help: (\d+) of (\d+) answered, (\d+) open.*?, (\d+) no longer asked",
        answered,
        answered + still + back,
        still,
        back,
    )
    agreed = body.text("Since the last report").count("; the meeting agreed the recommendation about it.")
    if agreed:
        wrong.says(line, r"\((\d+) as agreed\)", agreed)
    outcomes = [cells[0].split()[0].rstrip(":") for _, cells in table(body, "Each recommendation and its outcome")]
    told = [f"{outcomes.count(word)} {word.lower()}" for word in ("Agreed", "Amended", "Noted", "Deferred")]
    told.append(f"{outcomes.count('No')} without a recorded outcome")
    tally = ", ".join(one for one in told if not one.startswith("0 "))
    wrong.says(line, r"Recommendations: (.*?);", tally)
    wrong.says(
        body.text("What became of the last recommendations"), r"for (\d+) things: (.*?)\. All", len(outcomes), tally
    )
    matters = [block.text for block in body.under("Matters arising")]
    is_open = sum(1 for one in matters if one.startswith("Open,"))
    done = sum(1 for one in matters if one.startswith("Answered on"))
    wrong.says(line, r"(\d+) matter answered, (\d+) open", done, is_open)
    wrong.says(matters[0], r"(\d+) open, (\d+) answered since", is_open, done)


def _headlines(wrong: Wrong, page: Part, body: Part) -> None:
    rows = table(body, "Indicators against the same period last year")
    line = page.text("Figures")
    for word, pattern in (("Worse", r"Worse than a year ago: (.*?)\. Better"), ("Better", r"Better: (.*?)\. Missing")):
        told = []
        for name, (then, now, difference, direction, usual) in sorted(
            rows, key=lambda row: not row[1][4].startswith("Unusual")
        ):
            if direction.split()[-1] == word:
                sign = "%" if " · in %" in name else ""
                change = re.search(r"\((.*?)\)", difference)
                unusual = next(
                    said
                    for start, said in (
                        ("Unusual", ", unusual"),
                        ("Usual", ", may be noise"),
                        ("Too few", ", too few figures to say"),
                        ("", ""),
                    )
                    if usual.startswith(start)
                )
                figures = f"{now.split()[0]}{sign}, was {then.split()[0]}{sign}, {change[1] if change else difference}"
                told.append(f"{name.partition(' · ')[0]} ({figures}{unusual})")
        said = re.search(pattern, line)
        shown, more = shown_and_more(re.split(r"(?<=\)); ", said[1]) if said else [])
        wrong.equal(shown, told[: len(shown)])
        wrong.equal((word, len(shown) + more), (word, len(told)))
        if more:
            hidden = sum(1 for one in told[len(shown) :] if one.endswith(", unusual)"))
            wrong.says(said[1] if said else "", r"more, (\w+) unusual", hidden or "none")
    section = body.under("Performance headlines")
    missing = [block for block in section if block.tag == "LBody" and "not yet available" in block.text]
    wrong.says(line, r"Missing: (\d+) not yet available", len(missing))
    judged = [cells[4] for _, cells in rows]
    kinds = [sum(1 for one in judged if one.startswith(start)) for start in ("Unusual", "Usual", "Too few")]
    noise(wrong, " ".join(block.text for block in section), kinds)
    figures_since(wrong, body, {name.partition(" · ")[0]: number(cells[1]) for name, cells in rows})


# --- A quarter --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A figure: the cells of its row, and the sentence under its heading."""

    name: str
    group: str
    cells: list[str]
    sentence: str

    @property
    def direction(self) -> str:
        """Which way it went, and whether that is unusual; the row of a figure that is missing ends before."""
        return self.cells[5] if len(self.cells) > 5 else ""

    @property
    def word(self) -> str:
        return re.sub(r"[^A-Za-z ]", "", self.direction).removesuffix("unusual").strip()

    @property
    def unusual(self) -> bool:
        return self.direction.endswith("unusual")


def figures_of(body: Part) -> list[Told]:
    pairs = zip(body.blocks, body.blocks[1:], strict=False)
    sentences = {one.text: after.text for one, after in pairs if one.tag in ("H3", "H4") and after.tag == "P"}
    found = []
    for caption, columns, rows in tables(body.blocks):
        if columns[:1] == ["Indicator"]:
            for name, cells in rows:
                heading = max((one for one in sentences if name.startswith(f"{one} ")), key=len)
                found.append(Told(heading, caption.partition(", ")[0], cells, sentences[heading]))
    return found


def wrong_in_quarterly(page: Part, body: Part, before: Part, beside: Part) -> list[str]:
    """`beside` is the six-monthly report to the same day: it lists every action and every usual range."""
    wrong = Wrong()
    figures = figures_of(body)
    actions = rated(beside)
    usual = {
        name.partition(" · ")[0]: cells[4]
        for name, cells in table(beside, "Indicators against the same period last year")
    }
    lines = " ".join(block.text for block in page.blocks)
    for pattern, other in ((r"month (\d+) of (\d+)", beside), (r"within (\d+)%", body)):
        counted = next(found for one in other.blocks if (found := re.search(pattern, one.text)))
        wrong.says(lines, pattern, *counted.groups())
    for one in figures:
        if one.word not in ("", "No comparison"):
            _sentence(wrong, one, usual[one.name])
    words = Counter(one.word for one in figures)
    summary = [
        (words["Worse"], "worse"),
        (words["Better"], "better"),
        (words["Similar"] + words["Unchanged"], "much the same"),
        (words["Up"] + words["Down"], "moved and not judged"),
        (words["No comparison"], "not compared"),
        (words[""], "missing"),
    ]
    told = ", ".join(f"{count} {word}" for count, word in summary if count)
    wrong.says(lines, r"(\d+) figures: (.*?)\.", len(figures), told)
    for heading, word in (("What got worse", "Worse"), ("What got better", "Better")):
        mine = {one.name: one for one in figures if one.word == word}
        shown, more = shown_and_more(page.items(heading))
        wrong.equal((heading, len(shown) + more), (heading, len(mine)))
        for item in shown:
            _line(wrong, item, next(mine[name] for name in mine if item.startswith(f"{name} ")))
    worse = Counter(one.group for one in figures if one.word == "Worse" and one.group != "Outside our priorities")
    [(group, number_worse)] = worse.most_common(1)
    of = sum(1 for one in figures if one.group == group)
    wrong.says(
        page.text("Priority with most that got worse"),
        r"^(.*?): (\d+) of its (\d+) figures worse",
        group,
        number_worse,
        of,
    )
    kinds = [
        sum(1 for one in figures if one.unusual),
        sum(1 for one in figures if "is within the usual range" in one.sentence),
        sum(1 for one in figures if one.sentence.count("Too few points")),
    ]
    noise(wrong, page.text("Unusual, or noise"), kinds)
    figures_since(wrong, body, {one.name: number(one.cells[3]) for one in figures if one.word})
    for heading, words in (("Much the same", ("Similar", "Unchanged")), ("Moved, and not judged", ("Up", "Down"))):
        shown, more = shown_and_more(page.text(heading).rstrip(".").split("; "))
        count = sum(1 for one in figures if one.word in words)
        wrong.equal((heading, len(shown) + more), (heading, count))
    missing = [one for one in figures if "not yet available" in one.sentence]
    issues = issues_told(wrong, body)
    for heading, count in (("Missing, and who owes it", len(missing)), ("Emerging issues", len(issues))):
        shown, more = shown_and_more(page.items(heading))
        wrong.equal((heading, len(shown) + more), (heading, count))
    _similar(wrong, page, body)
    _actions(wrong, page, body, before, actions)
    since = groups(body, wrong)
    line = page.text("Since the last report")
    for pattern, heading in (
        (r"(\d+) figures newly unusual", "Figures that changed in an unusual way"),
        (r"(\d+) turned worse", "Figures that turned worse"),
        (r"(\d+) turned better", "Figures that turned better"),
        (r"(\d+) missing now", "Figures that are missing now"),
        (r"(\d+) new emerging issues", "New emerging issues"),
        (r"(\d+) actions got worse", "Got worse"),
        (r"(\d+) actions recovered", "Recovered"),
    ):
        wrong.says(line, pattern, since[heading])
    return wrong.found


def _change(told: Told) -> list[Decimal]:
    """The difference on last year and, where it is given, the percentage."""
    return [number(one) for one in re.findall(rf"[+−]?{NUMBER}", told.cells[4].replace("+", ""))]


def _sentence(wrong: Wrong, told: Told, usual: str) -> None:
    """The sentence under a figure's heading, against its row in the table of its priority and its usual range."""
    then, now = number(told.cells[1]), number(told.cells[3])
    wrong.equal((told.name, number(told.sentence)), (told.name, now))
    was = re.search(rf"\([^()]*?: ({NUMBER})%?\)", told.sentence)
    if was is None:
        wrong.equal((told.name, "unchanged on the same" in told.sentence), (told.name, True))
    else:
        wrong.equal((told.name, number(was[1])), (told.name, then))
    moved = re.search(rf"(up|down) ({NUMBER})", told.sentence)
    if moved:
        said = number(moved[2]) * (-1 if moved[1] == "down" else 1)
        wrong.equal((told.name, said), (told.name, _change(told)[-1]))
    wrong.equal((told.name, now - then), (told.name, _change(told)[0]))
    again = re.search(rf"\. ({NUMBER})%? is (within|above|below) the usual range of ({NUMBER})%? to ({NUMBER})", told.sentence)  # fmt: skip
    if again:
        low, high = number(again[3]), number(again[4])
        place = "below" if now < low else "above" if now > high else "within"
        wrong.equal((told.name, number(again[1]), again[2]), (told.name, now, place))
        wrong.equal((told.name, re.findall(NUMBER, usual)), (told.name, [again[3], again[4]]))
    elif few := re.search(rf"whether ({NUMBER})", told.sentence):
        wrong.equal((told.name, number(few[1])), (told.name, now))
    wrong.equal((told.name, told.unusual), (told.name, bool(again and again[2] != "within")))


def _line(wrong: Wrong, item: str, told: Told) -> None:
    """A figure's line on page one, against its row and its sentence."""
    rest = item.removeprefix(told.name)
    said = re.match(rf"(?: \([^)]*\))? ({NUMBER})%?.*?, was ({NUMBER})%? .*?in .*? \((.*?)\); (.*)", rest)
    if said is None:
        wrong.found.append(item)
        return
    wrong.equal(
        (told.name, number(said[1]), number(said[2])), (told.name, number(told.cells[3]), number(told.cells[1]))
    )
    changes = [number(one) for one in said[3].replace("+", "").split(" · ")]
    wrong.equal((told.name, changes), (told.name, _change(told)))
    ranges = [re.search(rf"usual range of {NUMBER}%? to {NUMBER}%?", text) for text in (said[4], told.sentence)]
    wrong.equal(*(found[0] if found else "" for found in ranges))


def _similar(wrong: Wrong, page: Part, body: Part) -> None:
    section = body.under("Similar areas")
    [size] = {int(found) for found in re.findall(r"Position 1 of (\d+)", section[0].text)}
    rows = next(rows for name, _, rows in tables(section) if name.startswith("Similar areas,"))
    worst = sum(1 for _, cells in rows if cells[2] == str(size) and cells[4] == "Outside our priorities")
    words = ("No", "One", "Two", "Three", "Four", "Five")
    sentence = f"{words[worst]} crimes are ranked {size} of {size}, the highest rate of the group"
    for part in (page, body):
        wrong.equal(sentence in part.text("Outside our priorities"), True)


def _actions(wrong: Wrong, page: Part, body: Part, before: Part, actions: list[Rated]) -> None:
    headlines = table(body, "Actions off track, at risk or not confirmed")
    now = Counter(one.word for one in actions)
    silent = Counter(one.word for one in actions if not one.confirmed)
    line, then = page.text("Actions"), before.text("Action headlines")
    for word in WORDS:
        earlier = re.search(rf"(\d+) {word}", then)
        was = int(earlier[1]) if earlier else 0
        if now[word] or was:
            wrong.says(line, rf"(\d+) {word} \((\d+)\)", now[word], was)
            if silent[word]:
                wrong.says(line, rf"{word} \(\d+\), (\d+) of them not confirmed", silent[word])
        if word in ("off track", "at risk"):
            wrong.equal((word, sum(1 for _, cells in headlines if word in cells[1].lower())), (word, now[word]))
    wrong.equal(sum(1 for _, cells in headlines if "not confirmed" in cells[1]), silent.total())
    wrong.says(body.text("Action headlines"), r"received up to [^:]*: (.*?)\.", tallied(actions))


# --- The demonstration ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reports:
    html: dict[str, str]
    before: dict[str, Part]


@pytest.fixture(scope="module")
def reports(story: Story, django_db_setup: None, django_db_blocker: Any) -> Iterator[Reports]:
    with django_db_blocker.unblock(), story.told():
        plan = Plan.objects.get()
        made = {version.report.kind: version for version in building.make_due(plan=plan, now=NOW)}
        html = {kind: _html(version) for kind, version in made.items()}
        before = {}
        for kind, version in made.items():
            earlier = ReportVersion.objects.filter(report__kind=kind, state="published")
            newest = earlier.filter(report__period_start__lt=version.report.period_start)
            before[kind] = _body(_html(newest.order_by("-report__period_start")[0]))
        yield Reports(html, before)


def _html(version: ReportVersion) -> str:
    return print_html(from_json(version.snapshot), stage="final", snapshot_sha256="", sign_off=None)


def _page(html: str) -> str:
    return html.partition("<body>")[2].partition('<div class="report-body">')[0]


def _body(html: str) -> Part:
    return Part.of(html.partition('<div class="report-body">')[2].rpartition("</body>")[0])


Check = Callable[[Part, Part], list[str]]


@pytest.fixture(params=["six_monthly", "quarterly"])
def report(request: pytest.FixtureRequest, reports: Reports) -> tuple[str, Part, Check]:
    """Page one as HTML, the body, and what finds the numbers that are wrong in both."""
    kind: str = request.param
    before = reports.before[kind]
    beside = Part.of(reports.html["six_monthly"].partition("<body>")[2])
    checks: dict[str, Check] = {
        "six_monthly": lambda page, body: wrong_in_six_monthly(page, body, before),
        "quarterly": lambda page, body: wrong_in_quarterly(page, body, before, beside),
    }
    return _page(reports.html[kind]), _body(reports.html[kind]), checks[kind]


def test_every_number_equals_what_is_counted(report: tuple[str, Part, Check]) -> None:
    page, body, wrong = report
    assert wrong(Part.of(page), body) == []


#: Numbers that nothing can be counted against: days, periods, references, versions, chapters, pictures' points, and
#: the words of partners, which are quoted.
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
NOT_COUNTED = re.compile(
    rf"<svg.*?<desc[^>]*>|</desc>.*?</svg>|<[^>]*>|\d+ {MONTH}(?: \d{{4}})?|{MONTH} \d{{4}}|Q\d \d{{4}}/\d\d|\d{{4}}/\d\d"
    r"|\b[A-Z]{2,4}-\d\d\b|[Vv]ersion \d+|\b\d+\. (?=[A-Z])|&#?\w+;|\d+ days|per 100,000"
    # How many figures a judgement stands on: the chart's, which no table counts.
    r"|there (?:is|are) \d+ \w+ before it, and \d+ are needed",
    re.DOTALL,
)


def one_too_many(text: str) -> Iterator[tuple[str, str]]:
    """The text with one of its counted numbers changed, and that number where it stands."""
    skipped = [found.span() for found in NOT_COUNTED.finditer(text)]
    for found in re.finditer(r"\d+", text):
        if not any(start <= found.start() < end for start, end in skipped):
            changed = str(int(found[0]) + 1).zfill(len(found[0]))
            yield text[: found.start()] + changed + text[found.end() :], text[max(found.start() - 60, 0) : found.end()]


def test_any_number_of_page_one_that_is_off_is_found(report: tuple[str, Part, Check]) -> None:
    page, body, wrong = report
    changes = list(one_too_many(page))
    assert len(changes) > 60
    assert [where for changed, where in changes if not wrong(Part.of(changed), body)] == []


def test_any_number_of_the_bodys_sentences_that_is_off_is_found(report: tuple[str, Part, Check]) -> None:
    page, body, wrong = report
    first = Part.of(page)
    missed, tried = [], 0
    for at, block in enumerate(body.blocks):
        if block.tag != "P" or not MADE_FROM_DATA.search(block.text):
            continue
        told, mean, rest = block.text.partition(" (mean ")
        for changed, where in one_too_many(told):
            tried += 1
            blocks = [*body.blocks]
            blocks[at] = dataclasses.replace(block, text=changed + mean + rest)
            if not wrong(first, Part(blocks)):
                missed.append(where)
    assert tried > 20
    assert missed == []


#: Leads, groups of what changed, what was asked and returned, and the sentences of figures.
MADE_FROM_DATA = re.compile(
    r"^\d+ (?:off track|at risk|on track)|^[A-Z][a-z ]+: \d+\.|asked the Partnership for|Of \d+ asked for|"
    rf"^Re-offending is|changed in an unusual way: |is within the usual range|^\d+ (?:closed since|new,)|^Last known ratings"
    rf"|^{NUMBER}%? .*in (?:Q\d )?\d{{4}}/\d\d"
)
