"""The sentences a report makes of its facts. Pure: document values in, document values out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable

from actions.progress import plural
from charts.text import listed
from priorities.periods import british
from reports.document import HOLDER, ActionLine, Note, Paper, Recommendation, Return, Since, Words

_JOINT = re.compile(r" (?:and|or|with|for|of|in|on|to|from|by|across|through|at|after) ")


def recommendations(
    lines: Iterable[ActionLine], returns: Iterable[Return], *, without: Collection[str] = ()
) -> tuple[Recommendation, ...]:
    """What the Partnership is asked: a decision on each action off track, help wanted elsewhere, who was silent, the rest.

    `without`: keys of those that somebody leaves out; their actions are counted with the rest.
    """
    lines = list(lines)
    # What was closed since needs no decision any more; its line says so.
    going_on = [line for line in lines if not line.closed_since]
    off = [line for line in going_on if line.mark.key == "off_track"]
    # Help that was asked for earlier is still asked for, whatever the rating of now.
    helped = [line for line in going_on if line.mark.key != "off_track" and line.received and _undecided(line)]
    silent = [row for row in returns if row.silent]
    found = [_off_track(line) for line in off] + [_help(line) for line in helped]
    if silent:
        found.append(_silent(silent, [line.ref for line in lines]))
    found = [one for one in found if one.key not in without]
    # An action may be asked about and silent; of neither of these is there progress to note.
    named = {ref for item in found for ref in item.refs}
    others = sum(1 for line in lines if line.ref not in named)
    if others:
        rest = "action" if named and others == 1 else plural(others, "action")
        text = f"note the progress of {'the other ' if named else ''}{rest}"
        found.append(Recommendation("note", text, text, ()))
    return tuple(one for one in found if one.key not in without)


def in_own_words(text: str, asked_of: str = "", due_on: dt.date | None = None) -> str:
    """What somebody typed, as it goes on after "That the Partnership": with who is asked and by when, without a full stop."""
    more = [f"asked of {asked_of}"] if asked_of else []
    if due_on is not None:
        more.append(f"by {british(due_on)}")
    return " ".join([_open(" ".join(text.split())), *([f"({', '.join(more)})"] if more else [])])


def _off_track(line: ActionLine) -> Recommendation:
    name = f"{line.ref} {line.title}"
    words, wanted = line.said, _undecided(line)
    if not line.received or words is None:
        heard = f", last heard on {british(line.last_heard)}" if line.last_heard else ""
        text = f"ask {line.lead} for an update and a recovery plan for {name}, off track{heard}"
        if not wanted:
            short = f"ask {line.lead} for an update and a recovery plan for {line.ref}"
            return Recommendation("ask", text, short, (line.ref,))
        # Who is silent now may have asked before, and is still without an answer.
        short = (
            f"ask for an update and a recovery plan for {line.ref} and decide on the help it asks of {_whom(wanted)}"
        )
        return Recommendation("ask", f"{text}, and decide on the help it asks {_asked(wanted)}", short, (line.ref,))
    asked = "; ".join(f"from {words.help_wanted_from}: {_open(words.help_wanted)}" for words in wanted)
    if words.recovery or words.restricted:
        first, short = (
            f"agree the recovery plan for {name}",
            f"agree the recovery plan for {line.ref} {_short(line.title, 36)}",
        )
        verb = "agree"
    else:
        first, short = (
            f"ask {line.lead} for a recovery plan for {name}",
            f"ask {line.lead} for a recovery plan for {line.ref}",
        )
        verb = "ask"
    if wanted:
        short = f"{short} and the help it asks of {_whom(wanted)}"
        return Recommendation(verb, f"{first}, and answer its request for help {asked}", short, (line.ref,))
    return Recommendation(verb, first, short, (line.ref,))


def _undecided(line: ActionLine) -> list[Words]:
    """The words that ask for help nobody has promised or given yet: the table is asked for what is not settled."""
    return [words for words in line.asked if words.help_state not in ("will", "done")]


def _help(line: ActionLine) -> Recommendation:
    wanted = _undecided(line)
    if not wanted:
        raise ValueError(f"{line.ref} asks for no help that is to be decided on.")
    first = f"decide on the help asked of {_whom(wanted)} for {line.ref} {line.title}"
    short = f"decide on the help asked of {_whom(wanted)} for {line.ref} {_short(line.title)}"
    return Recommendation(
        "decide", f"{first}: {'; '.join(_open(words.help_wanted) for words in wanted)}", short, (line.ref,)
    )


def _asked(wanted: list[Words]) -> str:
    return "; ".join(f"of {words.help_wanted_from}: {_open(words.help_wanted)}" for words in wanted)


def _whom(wanted: list[Words]) -> str:
    return listed([words.help_wanted_from for words in wanted])


def _silent(rows: list[Return], order: list[str]) -> Recommendation:
    """In the order of the plan, as page one and the plan itself list them."""
    rows = sorted(rows, key=lambda row: min(order.index(ref) for ref in row.silent))
    parts = [f"{row.partner} ({', '.join(row.silent)})" for row in rows]
    refs = tuple(sorted((ref for row in rows for ref in row.silent), key=order.index))
    text = (
        f"note that no update was received from {listed(parts)}, and ask for one{'' if len(refs) == 1 else ' on each'}"
    )
    short = f"note that no update was received on {listed(list(refs))}"
    return Recommendation("note", text, short, refs)


def _short(title: str, longest: int = 42) -> str:
    """A title up to its colon, and no longer than page one has room for: cut before a joining word, else between words."""
    title = title.partition(":")[0]
    if len(title) <= longest:
        return title
    starts = [found.start() for found in _JOINT.finditer(title) if longest * 0.3 <= found.start() <= longest]
    return title[: starts[-1]] if starts else title[:longest].rsplit(" ", 1)[0] + "…"


def _open(text: str) -> str:
    """Without its full stop, to stand inside a longer sentence."""
    return text.strip().rstrip(".")


def background(paper: Paper, returns: Iterable[Return]) -> tuple[str, ...]:
    returns = list(returns)
    owed, received = sum(row.owed for row in returns), sum(row.received for row in returns)
    unchanged = sum(row.no_change for row in returns)
    asked = f"Updates were due on {british(paper.updates_due_on)}."
    if owed:
        asked += f" Of {owed} asked for, {received} had been received by {paper.received}"
        asked += f", {unchanged} of them as “no change, confirmed”." if unchanged else "."
    return (
        f"The {paper.plan_title} runs from {british(paper.plan_starts_on)} to {british(paper.plan_ends_on)} and has "
        f"{plural(len(paper.priorities), 'priority', 'priorities')}: {listed(list(paper.priorities))}. Re-offending is a focus of every "
        "sub-group and not a priority of its own.",
        "The plan is followed in two ways: figures and emerging issues every quarter, and every six months the action "
        "plan with the partners' updates, which is this report. Positions are as at "
        f"{british(paper.period_end)}. {asked}",
        "Nothing missing holds the report up: where a partner has sent nothing, it says so.",
    )


NOT_STATED = "No statement was recorded for this report."
REGARD = "Police and Crime Plan"


def implications(*, regarded: bool = False, written: Collection[str] = ()) -> tuple[Note, ...]:
    """The headings a report to the Partnership has. What nobody judged is not judged here: it says so.

    `regarded`: the Police and Crime Plan has a section of its own. `written`: headings for which somebody wrote a statement,
    which is printed after the note.
    """
    law = (
        "The responsible authorities must consider crime and disorder in all that they do (Crime and Disorder Act "
        "1998, section 17)."
    )
    notes = (("Section 17", law), (REGARD, ""), ("Equality, finance and law", ""))
    return tuple(
        Note(heading, " ".join(part for part in (text, "" if heading in written else NOT_STATED) if part))
        for heading, text in notes
        if not (regarded and heading == REGARD)
    )


def data_notes(paper: Paper, since: Since) -> tuple[str, ...]:
    brackets = (
        f"Counts in brackets are those printed in version {since.sealed.number} of the report before."
        if since.sealed
        else "Counts in brackets are those of the period before, worked out from what had been received by its own cut-off."
    )
    return (
        f"Ratings, due dates and milestones are as at {british(paper.period_end)}, by what had been received up to "
        f"{paper.received}. What was said of later work belongs to the next report; what came later, to that or "
        "to a later version.",
        *((brackets,) if since.label else ()),
        f"Words that a partner marked as restricted are left out and held by the {HOLDER}.",
    )


def rules() -> tuple[Note, ...]:
    """How the quarterly report judges its figures, in words its readers can check."""
    return (
        Note(
            "Compared with",
            "A quarter is compared with the same quarter last year, as a number and a percentage; the previous quarter, "
            "twelve months, the plan's baseline, a target and other areas stand beside it where they can be had. Annual "
            "and late figures are told with the period they are about.",
        ),
        Note(
            "Better, worse, similar",
            "Each indicator says which way is better. A change within 5% either way is called similar. Figures that "
            "show activity or give context only go up or down.",
        ),
        Note(
            "Small numbers",
            "From an earlier figure under 20 the difference is given without a percentage; from 0 there is none. "
            "Percentages differ by percentage points.",
        ),
        Note(
            "Unusual, or noise",
            "Figures move from quarter to quarter without anything having changed. The usual range says by how much: the "
            "mean of earlier figures and 2.66 times their mean difference either way. A figure outside it, or eight in a "
            "row on one side of the mean, is unusual; within it a change may be no more than noise.",
        ),
        Note("Arrows", "▲ and ▼ show which way the number went. The word says whether that is good."),
    )
