"""Page one of the six-monthly report."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from charts.text import listed
from priorities.periods import british
from reports.document import PUBLIC, RESTRICTED, ActionLine, Figure, Recommendation, SixMonthlyDocument, Words
from reports.rendering.page_one import (
    COUNTS_MM,
    FACT_MM,
    HEAD_MM,
    HEAD_START,
    HEADING_MM,
    LABEL_POINTS,
    LINE_MM,
    LINE_POINTS,
    PAGE_MM,
    Listed,
    PageLine,
    first_of,
    lines_of,
    masthead_more,
    rows_of,
    run_rows,
)
from reports.rendering.since import NAMED_AS_FITS, asked_last_time, most_trouble, overall, since_line
from reports.rendering.text import (
    begin,
    clip,
    first_sentence,
    head_line,
    reoffending_tally,
    short_figure,
    short_title,
    tally,
)

BARS_MM_A_UNIT = 164 / 640

SHORT, ROOMY = 44, 300
"""Characters of a title where there is little room, and the room from which there is more."""


@dataclass(frozen=True)
class Room:
    """How much of each list page one shows at one step of tightness; `help_long`: characters of what is asked for."""

    asked: int
    asked_long: int
    off: int
    off_long: int
    silent: int
    figures: int
    delivered: int
    delivered_long: int
    help_long: int = 160


#: From a generous page to the tightest; the first that fits is taken.
ROOMS = (
    Room(12, 400, 12, 420, 12, 6, 4, 200),
    Room(12, 220, 8, 380, 8, 6, 4, 95),
    Room(12, 220, 8, 330, 6, 5, 3, 95),
    Room(12, 220, 6, 300, 5, 4, 3, 95),
    Room(11, 220, 6, 250, 5, 3, 3, 92),
    Room(11, 220, 6, 205, 5, 3, 3, 92),
    Room(11, 220, 5, 190, 4, 3, 2, 92),
    Room(11, 200, 5, 150, 4, 3, 1, 92),
    Room(11, 200, 5, 100, 4, 3, 1, 92),
    Room(10, 200, 5, 205, 4, 3, 2, 92, 110),
    Room(9, 200, 5, 200, 4, 3, 2, 92, 110),
    Room(8, 200, 4, 200, 4, 3, 2, 92, 90),
    Room(7, 180, 4, 200, 4, 3, 2, 92, 90),
    Room(6, 160, 4, 200, 3, 3, 2, 80, 70),
    Room(5, 140, 3, 180, 3, 2, 2, 80, 60),
    Room(4, 95, 3, 150, 2, 2, 1, 75, 36),
    Room(3, 90, 2, 140, 2, 1, 1, 75, 36),
)


@dataclass(frozen=True)
class SixMonthlyPage:
    """Page one of the six-monthly report, cut to one side."""

    head: str
    objective: str
    asked: Listed
    total: int
    counts: str
    off_track: Listed
    silent: Listed
    since: str
    worse: str
    better: str
    missing: str
    reoffending: str
    delivered: Listed
    bars_height: float
    trouble: str = ""
    asked_last: str = ""
    overall: str = ""
    sealed: bool = False
    masthead_more: int = 0
    titles: bool = False

    @property
    def height(self) -> float:
        """Estimated millimetres, on the generous side."""
        side = LINE_POINTS - LABEL_POINTS
        figures = f"Worse than a year ago: {self.worse}. Better: {self.better}. Missing: {self.missing}."
        facts = (
            rows_of(self.off_track, side),
            run_rows(self.silent, side),
            lines_of(self.since, side, strong=f"{self.overall}." if self.overall else ""),
            lines_of(figures, side),
            lines_of(self.reoffending, side),
            run_rows(self.delivered, side) if self.titles else rows_of(self.delivered, side),
            *(lines_of(text, side) for text in (self.asked_last,) if text),
        )
        return (
            HEAD_MM
            + LINE_MM * self.masthead_more
            + LINE_MM * (lines_of(HEAD_START + self.head, LINE_POINTS) + lines_of(self.objective, LINE_POINTS))
            + HEADING_MM * 2
            + LINE_MM * rows_of(self.asked, LINE_POINTS - 20)
            + COUNTS_MM * lines_of(self.counts, LINE_POINTS * 0.86)
            # Where the number of the period before stands, or which priority is in most trouble.
            + (LINE_MM * lines_of(f"Most trouble: {self.trouble}", LINE_POINTS) if self.sealed else LINE_MM)
            + self.bars_height * BARS_MM_A_UNIT
            + 3.4
            + sum(LINE_MM * max(lines, 1) + FACT_MM for lines in facts)
        )


def six_monthly_page(document: SixMonthlyDocument, bars_height: float) -> SixMonthlyPage:
    """Page one with as much as one side holds. `bars_height` is that of the chart, in its own units."""
    room, page = _fitting(document, bars_height)
    if document.since is not None:
        page = _all_of(document, room, bars_height, page)
    # Which ones rather than how many, where that still leaves the page one page.
    for named in NAMED_AS_FITS[1:]:
        page = _if_it_fits(page, since=_since(document, named=named))
    if document.since is not None:
        page = _if_it_fits(page, asked_last=asked_last_time(document, named=True))
        page = _if_it_fits(page, trouble=most_trouble(document.priorities))
        page = _titles_of(document, _let_run(page))
    return _let_run(page)


#: Steps of tightness that the names of what moved are worth: the chair asks which ones before all that was delivered.
NAMES_ARE_WORTH = 3


def _fitting(document: SixMonthlyDocument, bars_height: float) -> tuple[Room, SixMonthlyPage]:
    """The roomiest page that fits one side; a tighter one where that names what moved since the last report."""
    pages = [(room, _six_monthly_page(document, room, bars_height)) for room in ROOMS]
    first = next((n for n, (_, page) in enumerate(pages) if page.height <= PAGE_MM), len(pages) - 1)
    if document.since is not None:
        named = _since(document, named=NAMED_AS_FITS[2])
        for room, page in pages[first : first + NAMES_ARE_WORTH + 1]:
            told = dataclasses.replace(page, since=named)
            if told.height <= PAGE_MM:
                return room, told
    return pages[first]


def _all_of(document: SixMonthlyDocument, room: Room, bars_height: float, page: SixMonthlyPage) -> SixMonthlyPage:
    """The page with whole lists where the side still holds them: what is asked of the table, what was delivered."""
    for name, whole in (("asked", len(document.recommendations)), ("delivered", len(document.completed))):
        if whole > getattr(room, name):
            wider = dataclasses.replace(room, **{name: whole})
            longer = dataclasses.replace(_six_monthly_page(document, wider, bars_height), since=page.since)
            if longer.height <= PAGE_MM:
                room, page = wider, longer
    return page


def _titles_of(document: SixMonthlyDocument, page: SixMonthlyPage) -> SixMonthlyPage:
    """What was delivered by its titles: all of them say more than the beginnings of some, or one of them in many words."""
    if not document.completed or not (page.delivered.more or any(line.full for line in page.delivered.lines)):
        return page
    titles = tuple(PageLine(change.ref, short_title(change.title, 80)) for change in document.completed)
    return _if_it_fits(page, delivered=Listed(titles, 0), titles=True)


def _if_it_fits(page: SixMonthlyPage, **longer: Any) -> SixMonthlyPage:
    changed = dataclasses.replace(page, **longer)
    return changed if changed.height <= PAGE_MM else page


def _let_run(page: SixMonthlyPage) -> SixMonthlyPage:
    """The page with each line that was cut in full, as far as the side holds them: what is asked of the table comes first."""
    for name in ("asked", "off_track", "delivered"):
        for place in range(len(getattr(page, name).lines)):
            listed_: Listed = getattr(page, name)
            line = listed_.lines[place]
            if not line.full:
                continue
            run = dataclasses.replace(line, text=line.full, full="")
            whole = (*listed_.lines[:place], run, *listed_.lines[place + 1 :])
            change: dict[str, Any] = {name: Listed(whole, listed_.more)}
            longer = dataclasses.replace(page, **change)
            if longer.height <= PAGE_MM:
                page = longer
    return page


def _six_monthly_page(document: SixMonthlyDocument, room: Room, bars_height: float) -> SixMonthlyPage:
    off = [line for line in document.actions if line.mark.key == "off_track"]
    # An action off track and silent stands under off track; here too, since both are asked about.
    silent = [line for line in document.actions if line.owing and not line.received]
    achieved = [
        _achieved_line(change.ref, change.title, change.text, room.delivered_long, at="completed")
        for change in document.completed
    ] + [
        _achieved_line(line.ref, line.title, line.said.achievement, room.delivered_long, at="plan")
        for line in document.actions
        if line.received and line.said and line.said.achievement and line.mark.key != "complete"
    ]
    return SixMonthlyPage(
        head=head_line(document),
        objective=document.paper.strategic_objective,
        asked=_asked(document, room),
        total=sum(count.number for count in document.counts),
        counts=tally(document.counts) + " (00)" * len(document.counts),
        off_track=first_of(
            [
                _off_line(line, room.off_long, help_long=room.help_long if document.since is not None else 0)
                for line in off
            ],
            room.off,
        ),
        silent=first_of([_silent_line(line) for line in silent], room.silent, 150),
        since=_since(document),
        worse=_figures_of(document.figures, "worse", room.figures),
        better=_figures_of(document.figures, "better", max(room.figures - (1 if document.since else 0), 1)),
        missing=_missing(document.figures, names_who_owes=document.paper.edition != PUBLIC),
        reoffending=reoffending_tally(document),
        # Achievements of work that goes on follow as far as there is room; only completions are counted as more.
        delivered=first_of(achieved[: max(len(document.completed), room.delivered)], room.delivered),
        bars_height=bars_height,
        trouble=most_trouble(document.priorities, whole=False) if document.since else "",
        asked_last=asked_last_time(document) if document.since else "",
        overall=overall(document),
        sealed=document.since is not None,
        masthead_more=masthead_more(document.paper),
    )


def _achieved_line(ref: str, title: str, text: str, longest: int, *, at: str) -> PageLine:
    """What was delivered, after the title of its action where one line holds both."""
    longest -= len(ref)
    if not text:
        said = short_title(title, longest)
        return PageLine(ref, said, "" if said == title else title)
    both = f"{short_title(title, 40)}: {text}"
    if len(both) <= longest:
        return PageLine(ref, both)
    # Where it goes on is said in the same line.
    said = begin(text, longest - len(f" (in full at {ref}, page 00)"))
    return PageLine(ref, said, both, at=f"{at}-{ref}", called=ref)


def _asked(document: SixMonthlyDocument, room: Room) -> Listed:
    by_ref = document.by_ref
    lines = []
    for item in document.recommendations:
        # The words of the help that is asked for run on where there is room; other lines are short by intent.
        said, whole = (_asked_line(item, by_ref, longest) for longest in (room.help_long, 2000))
        lines.append(PageLine("", said, "" if said == whole else whole))
    return first_of(lines, room.asked, room.asked_long)


def _asked_line(item: Recommendation, by_ref: Mapping[str, ActionLine], help_long: int) -> str:
    """A decision on help says what is asked for, in place of the action's title if need be: nobody decides on a title."""
    if item.by:
        # Somebody's own words have no short form: they give way at their end.
        return clip(item.text, max(help_long, 90))
    line = by_ref.get(item.refs[0]) if item.verb == "decide" and item.refs else None
    if line is None:
        return item.short
    width = LINE_POINTS - 20
    if lines_of(item.text, width) == 1:
        return item.text
    start, colon, wanted = item.text.partition(f" {line.title}: ")
    return f"{start}: {first_sentence(wanted, help_long)}" if colon else item.short


def _off_line(line: ActionLine, longest: int, *, help_long: int) -> PageLine:
    """One action off track within about `longest` characters: what gives way is the title, then the reason.

    `help_long`: with the first sentence in which help is asked for, up to so many characters; 0 for whom alone.
    """
    brief = help_long and longest < ROOMY
    title = line.title.partition(":")[0] if brief and len(line.title) > SHORT else line.title
    strong = f"{line.ref} {short_title(title, SHORT if brief else 80)}"
    words = line.said
    before = [
        "" if line.confirmed else "not confirmed",
        clip(f"{line.lead}, {line.owner}" if line.owner else line.lead, 100),
        f"since {line.since:%B %Y}" if line.since else "",
    ]
    help_wanted = " · ".join(_help_asked(asked, help_long) for asked in line.asked)
    taken = len(strong) + len(help_wanted) + sum(len(part) + 3 for part in before)
    why = whole = ""
    if words and words.restricted:
        why = whole = RESTRICTED.rstrip(".")
    elif words:
        whole = " ".join((words.reason or words.narrative).split()).rstrip(".")
        why = begin(whole, max(longest - taken, 40))
    in_full = " · ".join(_help_asked(asked, help_long, whole=True) for asked in line.asked)
    told, full = (
        " · ".join(part for part in (*before, said, wanted) if part)
        for said, wanted in ((why, help_wanted), (whole, in_full))
    )
    return PageLine(strong, told, "" if told == full else full, at=f"action-{line.ref}", called=line.ref)


def _help_asked(words: Words, longest: int, *, whole: bool = False) -> str:
    """Of whom, whether there is an answer, and the first sentence of what is asked for; `whole`: all of it."""
    waiting = "no answer yet" if words.help_state == "none" else ""
    who = f"help asked of {clip(words.help_wanted_from, 60)}"
    if not longest:
        return f"{who}, {waiting}" if waiting else who
    wanted = " ".join(words.help_wanted.split()).rstrip(".")
    what = wanted if whole else first_sentence(wanted, longest)
    return f"{who}{f' ({waiting})' if waiting else ''}: {what}" if what else who


def _silent_line(line: ActionLine) -> PageLine:
    heard = f"last heard {british(line.last_heard)}" if line.last_heard else "never heard from"
    return PageLine(line.ref, f"{line.lead} · {heard}")


def _since(document: SixMonthlyDocument, *, named: Collection[str] = ()) -> str:
    """How many moved, and of the kinds `named` which ones."""
    if document.since is not None:
        return since_line(document.since, named=named)
    if not document.before_label:
        return "This is the plan's first report."
    worse, better = document.moves.worsened, document.moves.recovered
    parts = [
        f"{len(refs)} {word}" + (f": {', '.join(refs)}" if named and refs else "")
        for refs, word in ((worse, "worsened"), (better, "recovered"))
    ]
    parts += [
        f"{len(document.added)} new",
        f"{len(document.completed)} completed",
        f"{len(document.date_moves)} {'date' if len(document.date_moves) == 1 else 'dates'} moved",
    ]
    return ("; " if named and (worse or better) else ", ").join(parts)


#: What the usual range says of a change, in few words.
RANGE_WORDS = {"unusual": ", unusual", "usual": ", may be noise", "too few points": ", too few figures to say"}


def _figures_of(figures: Iterable[Figure], word: str, most: int) -> str:
    """The figures judged `word`: name, figure, the year before, the change, and whether that is unusual or noise.

    The unusual ones come first, the others in the indicators' order; of those left out, how many are unusual is said.
    """
    told = sorted((figure for figure in figures if figure.word == word), key=lambda figure: not figure.unusual)
    texts = [
        f"{figure.name} ({short_figure(figure, figure.now)}, was {short_figure(figure, figure.year_before)}{_change(figure)}"
        f"{RANGE_WORDS.get(figure.judged, '')})"
        for figure in told[:most]
        if figure.now and figure.year_before
    ]
    rest = told[len(texts) :]
    if not texts:
        return "none"
    unusual = sum(1 for figure in rest if figure.unusual)
    judged = f", {unusual or 'none'} unusual" if any(figure.judged for figure in rest) else ""
    return "; ".join(texts) + (f"; and {len(rest)} more{judged}" if rest else "")


def _change(figure: Figure) -> str:
    change = figure.percent if figure.percent and figure.percent != "n/a" else figure.difference
    return f", {change}" if change else ""


def _missing(figures: Iterable[Figure], *, names_who_owes: bool) -> str:
    """How many figures are not there, and, for partners, who owes those that were due."""
    figures = list(figures)
    owed = [figure for figure in figures if figure.overdue]
    later = sum(1 for figure in figures if figure.now is None and not figure.overdue)
    parts = []
    if owed:
        who = f" ({listed(sorted({figure.owner for figure in owed}))})" if names_who_owes else ""
        parts.append(f"{len(owed)} not yet available{who}")
    if later:
        parts.append(f"{later} due later")
    return "; ".join(parts)
