"""What changed since the report before, as the reports print it: every number is a count of the document's own rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.progress import plural
from charts.text import listed
from priorities.periods import british
from reports.document import (
    HEADINGS,
    LAST_ASKED,
    OF_FIGURES,
    Difference,
    Document,
    PriorityPart,
    QuarterlyDocument,
    Since,
    SixMonthlyDocument,
)
from reports.rendering.matters import last_asked_sentence

#: What page one counts: the kind, the words for one and for more, and whether nought is said.
COUNTED: tuple[tuple[str, str, str, bool], ...] = (
    ("worsened", "worsened", "worsened", True),
    ("recovered", "recovered", "recovered", True),
    ("added", "new", "new", True),
    ("completed", "completed", "completed", True),
    ("closed", "withdrawn, replaced or moved on", "withdrawn, replaced or moved on", False),
    ("reopened", "reopened", "reopened", False),
    ("dates", "date moved", "dates moved", True),
    ("quiet", "gone quiet", "gone quiet", False),
    ("heard", "heard again", "heard again", False),
)

QUARTERLY_COUNTED: tuple[tuple[str, str, str, bool], ...] = (
    ("unusual", "figure newly unusual", "figures newly unusual", True),
    ("figure_worse", "turned worse", "turned worse", True),
    ("figure_better", "turned better", "turned better", True),
    ("corrected", "corrected", "corrected", False),
    ("figure_missing", "missing now", "missing now", False),
    ("issue_new", "new emerging issue", "new emerging issues", False),
    ("worsened", "action got worse", "actions got worse", False),
    ("recovered", "action recovered", "actions recovered", False),
    ("completed", "action completed", "actions completed", False),
    ("closed", "action withdrawn, replaced or moved on", "actions withdrawn, replaced or moved on", False),
    ("reopened", "action reopened", "actions reopened", False),
)

#: Whose references page one gives, from fewest to most: who moved, then what came and went, then the rest. Who fell silent is
#: named beside it in any case.
NAMED_AS_FITS: tuple[tuple[str, ...], ...] = (
    (),
    ("worsened", "recovered"),
    ("worsened", "recovered", "reopened", "closed", "added", "completed"),
    ("worsened", "recovered", "reopened", "closed", "added", "completed", "dates"),
    tuple(kind for kind, *_ in COUNTED),
)

#: Kinds that the section lists in sentences; new, completed and closed actions and moved dates have lists of their own there.
SENTENCES = (
    "worsened",
    "recovered",
    "started",
    "gone",
    "quiet",
    "heard",
    "unconfirmed",
    "confirmed",
    *LAST_ASKED,
    "help_asked",
    *OF_FIGURES,
    "issue_new",
    "issue_moved",
)

#: What the quarterly report, which has no such lists, tells in sentences as well.
QUARTERLY_SENTENCES = ("completed", "added", "closed", "reopened")

#: Told in full elsewhere in the same report: here by reference or name alone.
NAMED = ("issue_new", "issue_moved", "figure_better", "figure_eased", "figure_there", "usual")

#: What the six-monthly report leaves to its own sections on figures and issues.
LEFT_TO_SECTIONS = (
    "figure_missing",
    "figure_eased",
    "figure_there",
    "figure_followed",
    "usual",
    "issue_new",
    "issue_moved",
)


@dataclass(frozen=True)
class Group:
    """One heading and its rows, whose sentences `flow` after it."""

    heading: str
    rows: tuple[Difference, ...]
    flow: str

    @property
    def number(self) -> int:
        return len(self.rows)


def since_context(document: Document) -> dict[str, Any]:
    """What templates/reports/document/_since.html needs; nothing for a text from before sealed ones were compared."""
    since = document.since
    if since is None:
        return {"since": None}
    names = {figure.code: figure.name for figure in document.figures}
    agreed = agreed_refs(document) if isinstance(document, SixMonthlyDocument) else ()
    quarterly = isinstance(document, QuarterlyDocument)
    told = {*SENTENCES, *QUARTERLY_SENTENCES} if quarterly else {*SENTENCES} - {*LEFT_TO_SECTIONS}
    kinds = [kind for kind in HEADINGS if kind in told] if quarterly else [kind for kind in SENTENCES if kind in told]
    return {
        "since": since,
        "compared_with": compared_with(since),
        "overall": overall(document) if isinstance(document, SixMonthlyDocument) else "",
        "overall_rule": OVERALL_RULE,
        "help_asked": not quarterly and bool(since.of("help_asked")),
        "since_groups": tuple(_group(since, kind, names, agreed) for kind in kinds if since.of(kind)),
        "since_quiet": not since.rows,
    }


def _group(since: Since, kind: str, names: Mapping[str, str], agreed: Collection[str]) -> Group:
    rows = since.of(kind)
    if kind in NAMED:
        flow = "; ".join(dict.fromkeys(names.get(row.key, row.key) for row in rows)) + "."
    elif kind == "help_dropped":
        flow = " ".join(_dropped(row.text, agreed=row.key in agreed) for row in rows)
    else:
        flow = " ".join(row.text for row in rows)
    return Group(HEADINGS[kind], rows, flow)


def _dropped(text: str, *, agreed: bool) -> str:
    """Why a request is over, where the meeting said so: nobody took it back."""
    return f"{text.removesuffix('.')}; the meeting agreed the recommendation about it." if agreed else text


def compared_with(since: Since) -> str:
    """Which version is compared with, or why none is."""
    if not since.label:
        return "This is the plan's first report: what changed is told since the plan began."
    sealed = since.sealed
    if sealed is not None:
        stood = f" ({sealed.standing.lower()})" if sealed.standing else ""
        return (
            f"Compared with version {sealed.number} of the {sealed.title.lower()} on {sealed.period_label}"
            f"{stood}, with what had been received by {sealed.received}."
        )
    day = f" by what had been received by {british(since.cut_off_on)}" if since.cut_off_on else ""
    return f"{since.why_not} What is compared with was therefore worked out again{day}."


def since_line(since: Since, *, named: Collection[str] = ()) -> str:
    """How many moved, and of the kinds `named` which ones."""
    if not since.label:
        return "This is the plan's first report."
    return _counted(COUNTED, {kind: since.keys(kind) for kind, *_ in COUNTED}, named)


def changed_since(document: QuarterlyDocument, *, named: bool = False) -> str:
    """Page one of the quarterly report: which figures and actions are not as they were, counted and, if need be, named."""
    since = document.since
    if since is None:
        return ""
    if not since.label:
        return "This is the plan's first report"
    if since.sealed is None:
        return since.why_not.rstrip(".")
    names = {figure.code: figure.name for figure in document.figures}
    keys = {kind: tuple(names.get(key, key) for key in since.keys(kind)) for kind, *_ in QUARTERLY_COUNTED}
    return f"Compared with {since.label}: {_counted(QUARTERLY_COUNTED, keys, keys if named else ())}"


def _counted(
    rows: Iterable[tuple[str, str, str, bool]], keys: Mapping[str, tuple[str, ...]], named: Collection[str]
) -> str:
    parts, names = [], False
    for kind, one, more, always in rows:
        found = keys[kind]
        if found or always:
            listing = f": {', '.join(found)}" if kind in named and found else ""
            names = names or bool(listing)
            parts.append(f"{len(found)} {one if len(found) == 1 else more}{listing}")
    return ("; " if names else ", ").join(parts)


OVERALL_RULE = (
    "Better or worse overall goes by how many actions are off track, then as now, and by whether more of them got worse "
    "than recovered."
)


def overall(document: SixMonthlyDocument) -> str:
    """Whether things are better or worse than in the report before, in a sentence; empty where there is none.

    By the number off track and by whether more got worse than recovered: counts and the worst, never an average.
    """
    since = document.since
    if since is None or not since.label:
        return ""
    counts = {count.mark.key: count for count in document.counts}
    count = counts.get("off_track")
    now, then = (count.number, count.before or 0) if count else (0, 0)
    moved = len(since.keys("worsened")) - len(since.keys("recovered"))
    off = now - then
    tail = "more got worse than recovered" if moved > 0 else "more recovered than got worse" if moved < 0 else ""
    told = f"{now or 'none'} off track, {then or 'none'} then"
    if off * moved < 0:
        return f"Better in part and worse in part since {since.label}: {told}, but {tail}"
    word = "Worse overall than" if off + moved > 0 else "Better overall than" if off + moved < 0 else "Overall as"
    return f"{word} in {since.label}: {told}{f'; {tail}' if tail else ''}"


def asked_last_time(document: SixMonthlyDocument | QuarterlyDocument, *, named: bool = False) -> str:
    """What became of the help asked for, and of the recommendations made, in the report before; empty for neither.

    `named`: with the actions whose requests are open.
    """
    since = document.since
    parts = []
    if since is not None and (rows := since.of(*LAST_ASKED)):
        answered, waiting, dropped = (since.keys(kind) for kind in LAST_ASKED)
        refs = f" ({', '.join(dict.fromkeys(waiting))})" if named and waiting else ""
        told = [f"{len(answered)} of {len(rows)} answered", f"{len(waiting)} open{refs}"]
        agreed = sum(1 for ref in dropped if ref in agreed_refs(document))
        of_them = f" ({agreed} as agreed)" if agreed else ""
        told += [f"{len(dropped)} no longer asked{of_them}"] if dropped else []
        parts.append(f"Help: {', '.join(told)}.")
    if outcomes := last_asked_sentence(document):
        parts.append(f"Recommendations: {outcomes}.")
    return " ".join(parts)


def agreed_refs(document: SixMonthlyDocument | QuarterlyDocument) -> frozenset[str]:
    """The actions on which the meeting agreed to what the report before recommended, as it stood or amended."""
    return frozenset(ref for one in document.last_asked if one.outcome in ("Agreed", "Amended") for ref in one.refs)


# --- Which priority is in most trouble --------------------------------------------------------------------------------

Trouble = tuple[int, int, int]


def most_trouble(priorities: Iterable[PriorityPart], *, whole: bool = True) -> str:
    """The priority with most actions off track, then at risk, then not confirmed; those alike are named together.

    `whole`: with the one that comes next.
    """
    parts = list(priorities)
    found = {part.code: _trouble(part) for part in parts}
    ranks = sorted({trouble for trouble in found.values() if any(trouble)}, reverse=True)
    if not ranks:
        return "no priority has an action off track, at risk or not confirmed" if parts else ""
    worst = [part.name for part in parts if found[part.code] == ranks[0]]
    if len(worst) == len(parts) > 1:
        return f"all priorities alike, each with {_words(ranks[0])}"
    text = f"{_alike(worst)} {_words(ranks[0])}"
    if whole and len(ranks) > 1:
        after = [part.name for part in parts if found[part.code] == ranks[1]]
        text += f"; then {_alike(after)} {_words(ranks[1])}"
    return text


def _alike(names: list[str]) -> str:
    return f"{names[0]} with" if len(names) == 1 else f"{listed(names)} alike, each with"


def _trouble(part: PriorityPart) -> Trouble:
    number = {count.mark.key: count.number for count in part.counts}
    return (
        number.get("off_track", 0),
        number.get("at_risk", 0),
        sum(count.not_confirmed for count in part.counts),
    )


def _words(trouble: Trouble) -> str:
    named = zip(trouble, ("off track", "at risk", "not confirmed"), strict=True)
    return listed([f"{number} {word}" for number, word in named if number])


def most_worse(document: QuarterlyDocument) -> str:
    """The priority most of whose figures are worse; those alike are named together. Empty where none is worse."""
    figures = document.by_code
    outside = [figures[code].name for code in document.other_codes if figures[code].worse]
    beside = f"; outside our priorities: {listed(outside)}" if outside else ""
    worse = {part.name: sum(1 for code in part.codes if figures[code].worse) for part in document.priorities}
    most = max(worse.values(), default=0)
    if not most:
        return f"None{beside}" if outside else ""
    names = [name for name, number in worse.items() if number == most]
    if len(names) == 1:
        total = next(len(part.codes) for part in document.priorities if part.name == names[0])
        return f"{names[0]}: {most} of its {plural(total, 'figure')} worse{beside}"
    return f"{listed(names)} alike: each has {plural(most, 'figure')} worse{beside}"
