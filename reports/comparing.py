"""Two sealed documents of a kind held against each other: what of one is not as it was in the other, in sentences.

Pure: documents in, sentences out. Things are matched by what stays when they are renamed: an action's reference, an
indicator's code, a priority's code. A text from before a field was kept says nothing of that field, and then neither does this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from actions.progress import slip
from actions.rating import Rating, recovered, worsened
from priorities.periods import british
from reports.document import (
    ActionLine,
    Definition,
    Document,
    Figure,
    FigurePriority,
    Headline,
    Issue,
    OtherAction,
    PlanDocument,
    PriorityPart,
    Recommendation,
    SectionWords,
    SubGroupText,
    Words,
)
from reports.document.since import HEADINGS, Difference, TextDifference

Row = TypeVar("Row")

#: Differences that two versions or periods have beside what a report itself tells of the one before.
BESIDE = frozenset({"judged", "figure_due", "facts", "asked", "texts"})

TOO_FEW = "too few points"

#: Requests with one of these need nothing any more.
FINAL = frozenset({"cannot", "done", "taken_back"})


def compare(before: Document, after: Document) -> tuple[Difference, ...]:
    """Every difference, in the order of `HEADINGS`. ValueError for two documents that are not of one kind."""
    if before.kind != after.kind:
        raise ValueError("Two versions or periods of one kind of report can be compared, not two kinds.")
    if isinstance(before, PlanDocument):
        raise ValueError("The portal compares no texts of the plan: read the two documents side by side.")
    same_period = (before.paper.period_start, before.paper.period_end) == (
        after.paper.period_start,
        after.paper.period_end,
    )
    found = [
        *actions(_part(before, "actions", ActionLine), _part(after, "actions", ActionLine), same_period=same_period),
        *headlines(
            _part(before, "headlines", Headline),
            _part(after, "headlines", Headline),
            was=_part(before, "other_actions", OtherAction),
            now=_part(after, "other_actions", OtherAction),
        ),
        *figures(_part(before, "figures", Figure), _part(after, "figures", Figure)),
        *issues(_part(before, "issues", Issue), _part(after, "issues", Issue)),
        *_asked(_part(before, "recommendations", Recommendation), _part(after, "recommendations", Recommendation)),
        *_texts(before, after, same_period=same_period),
    ]
    return in_order(found)


def in_order(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """By kind; within a kind as they were found, which is the order of the later document."""
    places = {kind: place for place, kind in enumerate(HEADINGS)}
    return tuple(sorted(found, key=lambda row: places[row.kind]))


def told(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """What a report tells of the one before: facts alone, in order. Nobody's words are in them."""
    return in_order(row for row in found if row.kind not in BESIDE)


def _part(document: Document, name: str, of: type[Row]) -> tuple[Row, ...]:
    """A part that only some kinds of report have, as far as its rows are of this kind."""
    return tuple(row for row in getattr(document, name, ()) if isinstance(row, of))


# --- Actions ----------------------------------------------------------------------------------------------------------


def actions(
    before: Sequence[ActionLine], after: Sequence[ActionLine], *, same_period: bool = False
) -> Iterator[Difference]:
    """How each action stands against how it stood; `same_period` for two versions of one report."""
    was = {line.ref: line for line in before}
    for line in after:
        old = was.pop(line.ref, None)
        if old is None:
            yield from _joined(line)
            continue
        yield from _rating(old, line)
        yield from _date(old, line)
        yield from _heard(old, line, same_period=same_period)
        yield from (row for row in _help(old, line) if not (same_period and row.kind == "help_open"))
        yield from _facts(old, line)
    for old in was.values():
        yield Difference("gone", old.ref, f"{_name(old)}, {_word(old)} then, is no longer listed.")


def _name(line: ActionLine | Headline) -> str:
    return f"{line.ref} {line.title}"


def _word(line: ActionLine | Headline | OtherAction) -> str:
    return line.mark.word[:1].lower() + line.mark.word[1:]


def _now(line: ActionLine) -> str:
    return _word(line) + ("" if line.confirmed else ", not confirmed")


def _joined(line: ActionLine) -> Iterator[Difference]:
    yield Difference("added", line.ref, f"{_name(line)}, led by {line.lead}, is new: {_now(line)}.")
    if line.mark.key in (Rating.COMPLETE, Rating.CLOSED):
        kind = "completed" if line.mark.key == Rating.COMPLETE else "closed"
        yield Difference(kind, line.ref, f"{_name(line)} joined the plan and is {_word(line)} already.")
    for asked in line.asked:
        yield Difference("help_asked", line.ref, f"{line.ref} asks {asked.help_wanted_from} for help.")


def _rating(old: ActionLine, line: ActionLine) -> Iterator[Difference]:
    kind = _move(Rating(old.mark.key), Rating(line.mark.key))
    if kind == "completed":
        on = f" on {british(line.completed_on)}" if line.completed_on else ""
        yield Difference(kind, line.ref, f"{_name(line)} was {_word(old)} and was completed{on}.")
    elif kind == "reopened":
        yield Difference(kind, line.ref, f"{_name(line)} was {_word(old)} and is open again: {_now(line)}.")
    elif kind:
        yield Difference(kind, line.ref, f"{_name(line)} was {_word(old)} and is now {_now(line)}.")


def _move(before: Rating, now: Rating) -> str:
    """The one kind of move that a pair of ratings is; empty for none."""
    if before == now:
        return ""
    if now == Rating.COMPLETE:
        return "completed"
    if now == Rating.CLOSED:
        return "closed"
    if before in (Rating.COMPLETE, Rating.CLOSED):
        return "reopened"
    if worsened(before, now):
        return "worsened"
    return "recovered" if recovered(before, now) else "started"


def _date(old: ActionLine, line: ActionLine) -> Iterator[Difference]:
    if old.due_on == line.due_on:
        return
    if line.due_on is None and old.due_on is not None:
        yield Difference("facts", line.ref, f"{_name(line)} was due on {british(old.due_on)} and is ongoing now.")
    elif line.due_on is not None and old.due_on is None:
        yield Difference("dates", line.ref, f"{_name(line)} was ongoing and is now due on {british(line.due_on)}.")
    elif line.due_on is not None and old.due_on is not None:
        yield Difference(
            "dates",
            line.ref,
            f"{_name(line)} was due on {british(old.due_on)} and is now due on {british(line.due_on)}, "
            f"{slip((line.due_on - old.due_on).days)}.",
        )


def _heard(old: ActionLine, line: ActionLine, *, same_period: bool) -> Iterator[Difference]:
    """Whether an update was received, as far as one was owed both times; else whether the rating is confirmed."""
    if old.owing and line.owing and old.received != line.received:
        if not line.received:
            heard = f"; last heard on {british(line.last_heard)}" if line.last_heard else ""
            yield Difference("quiet", line.ref, f"{_name(line)}: no update of {line.lead} this time{heard}.")
        elif same_period:
            yield Difference("heard", line.ref, f"{_name(line)}: the update of {line.lead} has come in.")
        else:
            yield Difference(
                "heard", line.ref, f"{_name(line)}: an update of {line.lead} again, after none the time before."
            )
    elif old.confirmed != line.confirmed:
        kind, word = ("confirmed", "again") if line.confirmed else ("unconfirmed", "no longer")
        yield Difference(kind, line.ref, f"The rating of {_name(line)} is {word} confirmed by an update.")


def _help(old: ActionLine, line: ActionLine) -> Iterator[Difference]:
    """What became of each request that waited then, and what is asked for anew."""
    # Those answered for good were told then.
    waited = [asked for asked in old.asked if asked.help_wanted_from and asked.help_state not in FINAL]
    still = []
    for asked in waited:
        now = _standing(asked, line)
        still.append(now)
        yield _became(asked, now, line)
    known = [(asked.help_wanted_from, asked.on) for asked in old.asked]
    for asked in line.asked:
        if asked not in still and asked.help_wanted_from and (asked.help_wanted_from, asked.on) not in known:
            yield Difference("help_asked", line.ref, f"{line.ref} asks {asked.help_wanted_from} for help.")


def _standing(asked: Words, line: ActionLine) -> Words | None:
    """The request as it still stands: in the same words, or a newer one of the same partner that took its place."""
    for words in line.asked:
        if words.on == asked.on and words.help_wanted == asked.help_wanted:
            return words
    later = [w for w in line.asked if w.help_wanted_from == asked.help_wanted_from and w.on >= asked.on]
    return later[-1] if later else None


def _became(asked: Words, now: Words | None, line: ActionLine) -> Difference:
    if now is not None:
        if now.help_state in ("", "none"):
            text = f"{line.ref}: {now.help_wanted_from} has not answered."
            return Difference("help_open", line.ref, text)
        if (now.help_state, now.help_answer) == (asked.help_state, asked.help_answer):
            return Difference("help_open", line.ref, f"{line.ref}: {now.help_answer} It was promised before.")
        return Difference("help_answered", line.ref, f"{line.ref}: {now.help_answer}")
    over = [one for one in line.settled if one.on == asked.on]
    ended = next((one for one in over if one.of == asked.help_wanted_from), over[0] if over else None)
    if ended is not None and ended.state in ("will", "cannot", "done"):
        return Difference("help_answered", line.ref, f"{line.ref}: {ended.answer}")
    done = line.mark.key in (Rating.COMPLETE, Rating.CLOSED) or line.closed_since
    why = ", since the action is closed" if done else ""
    return Difference("help_dropped", line.ref, f"{line.ref}: {asked.help_wanted_from} is no longer asked{why}.")


#: Facts of an action that are told when they are others, and what each is called.
FACTS: dict[str, str] = {"title": "title", "lead": "lead partner", "owner": "owner", "sub_group": "sub-group"}


def _facts(old: ActionLine, line: ActionLine) -> Iterator[Difference]:
    for field, called in FACTS.items():
        was, now = getattr(old, field), getattr(line, field)
        if was != now:
            yield Difference(
                "facts",
                line.ref,
                f"The {called} of {line.ref if field == 'title' else _name(line)} was “{was or 'nobody'}” and is now “{now or 'nobody'}”.",
            )
    if line.due_on is None and old.due_on is None and line.review_on != old.review_on and line.review_on:
        yield Difference("facts", line.ref, f"{_name(line)} is now to be reviewed on {british(line.review_on)}.")


def headlines(
    before: Sequence[Headline],
    after: Sequence[Headline],
    *,
    was: Sequence[OtherAction] = (),
    now: Sequence[OtherAction] = (),
) -> Iterator[Difference]:
    """The quarterly report names only actions in trouble or not confirmed: who joined them, who moved, what became of who left.

    `was` and `now` are the actions that were and are not among them, as far as the two texts keep them.
    """
    left = {line.ref: line for line in before}
    others = {one.ref: one for one in was}
    for line in after:
        old = left.pop(line.ref, None)
        state = _word(line) + ("" if line.confirmed else ", not confirmed")
        if old is None:
            yield _joined_headlines(line, state, others.get(line.ref), known=bool(was))
        elif (move := _move(Rating(old.mark.key), Rating(line.mark.key))) and move in ("worsened", "recovered"):
            yield Difference(move, line.ref, f"{_name(line)} was {_word(old)} and is now {state}.")
        elif old.confirmed != line.confirmed:
            kind = "confirmed" if line.confirmed else "unconfirmed"
            yield Difference(
                kind, line.ref, f"{_name(line)} is {state}, and was {'not ' if line.confirmed else ''}confirmed before."
            )
    others = {one.ref: one for one in now}
    for old in left.values():
        yield _left_headlines(old, others.get(old.ref))


def _joined_headlines(line: Headline, state: str, old: OtherAction | None, *, known: bool) -> Difference:
    """`known`: the text before keeps every action, so that one it does not have is new."""
    if old is None and known:
        return Difference("added", line.ref, f"{_name(line)}, led by {line.lead}, is new: {state}.")
    move = _move(Rating(old.mark.key), Rating(line.mark.key)) if old is not None else ""
    if old is not None and move == "reopened":
        return Difference(move, line.ref, f"{_name(line)} was {_word(old)} and is open again: {state}.")
    if old is not None and move:
        return Difference(move, line.ref, f"{_name(line)} was {_word(old)} and is now {state}.")
    trouble = Rating(line.mark.key) in (Rating.OFF_TRACK, Rating.AT_RISK)
    kind = "worsened" if trouble and old is None else "unconfirmed"
    if old is not None:
        return Difference(kind, line.ref, f"{_name(line)} is {state}, and was {_word(old)} and confirmed before.")
    return Difference(kind, line.ref, f"{_name(line)} is {state}, and was not among these before.")


def _left_headlines(old: Headline, now: OtherAction | None) -> Difference:
    """Only what is rated better recovered; what was given up, or is not in the text any more, did not."""
    # Nobody can confirm a rating that was not given.
    silent = not old.confirmed and old.mark.key != Rating.UNRATED
    name, then = _name(old), _word(old) + (", not confirmed," if silent else "")
    if now is None:
        return Difference(
            "gone", old.ref, f"{name}, {_word(old)} then, is no longer among those off track, at risk or not confirmed."
        )
    kind = _move(Rating(old.mark.key), Rating(now.mark.key)) or "confirmed"
    if kind == "completed":
        on = f" on {british(now.completed_on)}" if now.completed_on else ""
        return Difference(kind, old.ref, f"{name} was {then} and was completed{on}.")
    if kind == "closed":
        return Difference(kind, old.ref, f"{name} was {then} and was {now.became or 'closed'}.")
    if kind == "confirmed":
        return Difference(kind, old.ref, f"{name} is {_word(now)}, and was not confirmed before.")
    return Difference(kind, old.ref, f"{name} was {then} and is now {_word(now)}.")


# --- Figures and issues -----------------------------------------------------------------------------------------------


def figures(before: Sequence[Figure], after: Sequence[Figure]) -> Iterator[Difference]:
    was = {figure.code: figure for figure in before}
    for figure in after:
        old = was.pop(figure.code, None)
        if old is None:
            yield Difference("figure_followed", figure.code, f"{figure.name} is followed now.")
            continue
        yield from _judgement(old, figure)
        yield from _corrected(old, figure)
    for old in was.values():
        yield Difference("figure_followed", old.code, f"{old.name} is not followed any more.")


def _judgement(old: Figure, figure: Figure) -> Iterator[Difference]:
    name = figure.name
    if figure.now is None:
        if old.now is not None:
            # Why, and who owes it, are somebody's own words: they stand with the figure.
            yield Difference("figure_missing", figure.code, f"{name}: {figure.period_label} is not yet available.")
        else:
            yield from _still_missing(old, figure)
        return
    told = f"{name}, {figure.now.printed}{'%' if figure.unit.startswith('%') else ''} in {figure.period_label},"
    if old.now is None:
        yield Difference("figure_there", figure.code, f"{told} can be had now; there was no figure before.")
        return
    # A text from before usual ranges judges nothing, so that nothing can have become unusual since.
    if figure.unusual and old.judged and not old.unusual:
        than = figure.than_usual or "changed in an unusual way"
        yield Difference("unusual", figure.code, f"{told} is {than}." if figure.than_usual else f"{told} {than}.")
    elif old.unusual and figure.judged == "usual":
        yield Difference("usual", figure.code, f"{told} is within its usual range again.")
    elif old.judged in ("unusual", "usual") and figure.judged == TOO_FEW:
        # Its usual range was set anew since, or figures that made it were taken back.
        was = "unusual" if old.unusual else "within its usual range"
        few = "too few figures make its usual range as it is counted now"
        yield Difference("judged", figure.code, f"{told} was {was} and is no longer judged: {few}.")
    elif old.judged == TOO_FEW and figure.judged == "usual":
        yield Difference("judged", figure.code, f"{told} was not judged and is within its usual range now.")
    if (old.worse, old.better) == (figure.worse, figure.better) or old.withheld or figure.withheld:
        return
    then = "worse" if old.worse else "better" if old.better else "neither worse nor better"
    if figure.worse or figure.better:
        kind, word = ("figure_worse", "worse") if figure.worse else ("figure_better", "better")
        was = f" after {then}" if old.worse or old.better else ""
        yield Difference(kind, figure.code, f"{told} turned {word}{was}.")
    else:
        yield Difference("figure_eased", figure.code, f"{told} is no longer {then}.")


def _still_missing(old: Figure, figure: Figure) -> Iterator[Difference]:
    """A figure of one period that is missing in both texts, for another reason or with another day."""
    if old.period_label != figure.period_label or (old.missing, old.overdue) == (figure.missing, figure.overdue):
        return
    if old.overdue == figure.overdue:
        became = "still missing; why, or until when, was changed"
    else:
        became = "overdue now" if figure.overdue else "still missing, and no longer overdue"
    said = f"{figure.name}: {figure.period_label} is {became}."
    if old.missing == figure.missing:  # the public version says neither why nor until when
        yield Difference("figure_due", figure.code, said)
    else:
        yield TextDifference("figure_due", figure.code, said, was=old.missing, now=figure.missing)


def _corrected(old: Figure, figure: Figure) -> Iterator[Difference]:
    """Figures of one period that both documents give, with another number; and corrections noted since."""
    printed = {value.label: value.printed for value in _values(old)}
    told: dict[str, tuple[str, str]] = {}
    for value in _values(figure):
        if value.label in printed and printed[value.label] != value.printed:
            told[value.label] = (printed[value.label], value.printed)
    for one in figure.corrections:
        if one not in old.corrections:
            told.setdefault(one.label, (one.was, one.now))
    for label, (was, now) in told.items():
        yield Difference("corrected", figure.code, f"{figure.name}, {label}: was {was}, is now {now}.")


def _values(figure: Figure) -> list[Any]:
    return [value for value in (figure.now, figure.previous, figure.year_before, figure.latest) if value is not None]


def issues(before: Sequence[Issue], after: Sequence[Issue]) -> Iterator[Difference]:
    """Matched by title, which is what an issue is known by."""
    was = {issue.title: issue for issue in before}
    for issue in after:
        old = was.get(issue.title)
        state = issue.state[:1].lower() + issue.state[1:]
        if old is None:
            yield Difference("issue_new", issue.title, f"{issue.title} ({issue.where}): {state}.")
        elif old.state != issue.state:
            yield Difference(
                "issue_moved", issue.title, f"{issue.title} ({issue.where}) was {old.state.lower()} and is now {state}."
            )


# --- What is asked, and texts -----------------------------------------------------------------------------------------


def _asked(before: Sequence[Recommendation], after: Sequence[Recommendation]) -> Iterator[Difference]:
    was = {one.key: one for one in before}
    for one in after:
        old = was.pop(one.key, None)
        if old is None:
            yield Difference("asked", " ".join(one.refs), f"New: to {_open(one.text)}.")
        elif old.text != one.text:
            yield Difference("asked", " ".join(one.refs), f"Was to {_open(old.text)}; is now to {_open(one.text)}.")
    for old in was.values():
        yield Difference("asked", " ".join(old.refs), f"No longer asked: to {_open(old.text)}.")


def _open(text: str) -> str:
    return text.strip().rstrip(".")


def _texts(before: Document, after: Document, *, same_period: bool) -> Iterator[Difference]:
    """Which texts are others. Of another period all words are new, so there only those that stand for longer are told."""
    for called, of in TEXTS:
        was, now = of(before), of(after)
        for key in dict.fromkeys((*was, *now)):
            if was.get(key, "") == now.get(key, ""):
                continue
            if key in was and was[key] and not now.get(key):
                done = "is left out now" if same_period else "was not written this time"
            else:
                done = "was changed" if was.get(key) else "is new"
            if same_period or called in LASTING:
                said = f"{called.format(key)} {done}."
                yield TextDifference("texts", key, said, was=was.get(key, ""), now=now.get(key, ""))


def _paragraphs(document: Document) -> Mapping[str, str]:
    return {said.sub_group: said.text for said in _part(document, "sub_group_texts", SubGroupText)}


def _typed(document: Document) -> Mapping[str, str]:
    return {words.heading: words.text for words in _part(document, "texts", SectionWords)}


def _commentary(document: Document) -> Mapping[str, str]:
    return {figure.name: figure.commentary for figure in _part(document, "figures", Figure)}


def _said(document: Document) -> Mapping[str, str]:
    return {
        line.ref: "\n".join([line.narrative, *_own(line.said), *(_spoken(words) for words in line.supporters)])
        for line in _part(document, "actions", ActionLine)
    }


def _own(words: Words | None) -> tuple[str, ...]:
    return () if words is None else (words.reason, words.recovery, words.achievement)


def _spoken(words: Words) -> str:
    return f"{words.by}: {words.narrative}"


def _statements(document: Document) -> Mapping[str, str]:
    six, quarterly = (_part(document, "priorities", PriorityPart), _part(document, "priorities", FigurePriority))
    return {part.name: part.statement for part in six} | {part.name: part.statement for part in quarterly}


def _focus(document: Document) -> Mapping[str, str]:
    return {part.name: part.focus for part in _part(document, "priorities", PriorityPart)}


def _definitions(document: Document) -> Mapping[str, str]:
    return {one.mark.word: one.text for one in _part(document, "definitions", Definition)}


#: What a text is called, and where it stands in a document.
TEXTS: tuple[tuple[str, Callable[[Document], Mapping[str, str]]], ...] = (
    ("The text “{}”", _typed),
    ("The paragraph of the {}", _paragraphs),
    ("What is said of {}", _said),
    ("The commentary on {}", _commentary),
    ("What the plan says of {}", _statements),
    ("This year's focus of {}", _focus),
    ("The meaning of “{}”", _definitions),
)

LASTING = frozenset({"What the plan says of {}", "This year's focus of {}", "The meaning of “{}”"})
