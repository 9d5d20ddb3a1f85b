"""The six-monthly report: every action of the plan, what moved, who sent what, and what the Partnership is asked."""

from __future__ import annotations

import datetime as dt
import typing
from dataclasses import dataclass

from actions.progress import slip
from reports.document.figures import Figure, Known, Sum
from reports.document.matters import Asked, Matter
from reports.document.parts import RESTRICTED, Count, Definition, Issue, Mark, Note, Paper, Query
from reports.document.since import Since
from reports.document.texts import SectionWords


@dataclass(frozen=True)
class Regard:
    """One of the Police and Crime Commissioner's priorities, ours that answer it, and the references of actions that do."""

    name: str
    ours: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True)
class RegardedPlan:
    title: str
    source: str
    query: str
    rows: tuple[Regard, ...]


@dataclass(frozen=True)
class Milestone:
    text: str
    due_on: dt.date
    done_on: dt.date | None
    missed: bool


@dataclass(frozen=True)
class Words:
    """What was said about an action, when, and about which period. Empty words with `restricted` were held back.

    `help_state` is none (no answer yet), will, cannot or done, and `help_answer` the sentence that is printed; both are
    empty where no help was asked, and in texts from before answers were kept.
    """

    about: str
    on: dt.date
    by: str
    kind: str
    narrative: str
    reason: str
    recovery: str
    help_wanted: str
    help_wanted_from: str
    achievement: str
    restricted: bool
    late: bool
    help_state: str = ""
    help_answer: str = ""


@dataclass(frozen=True)
class Settled:
    """A request for help that stands no more: of whom, made on which day, and what became of it, without its words.

    `state` is none (asked anew, or given up), will, cannot, done or taken_back; `answer` the sentence that is printed.
    """

    of: str
    on: dt.date
    state: str
    answer: str


@dataclass(frozen=True)
class ActionLine:
    """An action as the report tells it: the rating, whether an update backs it, the facts beside it, the latest words.

    `requests` are None in texts from before requests outlived the update they were made in. `closed_since` says what became
    of it between the period's end and the cut-off. `as_in_plan`: which of "title", "description" and "measure" stand as the
    published plan printed them; none are named in texts from before that was kept. `settled` are earlier requests that stand no more, with what became of them.
    """

    ref: str
    title: str
    priority: str
    sub_group: str
    lead: str
    owner: str
    supporting: tuple[str, ...]
    description: str
    measure: str
    starts_on: dt.date
    due_on: dt.date | None
    review_on: dt.date | None
    original_due_on: dt.date | None
    completed_on: dt.date | None
    reoffending: bool
    source: str
    mark: Mark
    confirmed: bool
    before: Mark | None
    since: dt.date | None
    exception: bool
    owing: bool
    received: bool
    overdue_days: int
    delivery: str
    delivery_ok: bool
    update: str
    disagreement: str
    last_heard: dt.date | None
    said: Words | None
    earlier: Words | None
    supporters: tuple[Words, ...]
    milestones: tuple[Milestone, ...]
    requests: tuple[Words, ...] | None = None
    closed_since: str = ""
    indicators: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = ()
    as_in_plan: tuple[str, ...] = ()

    @property
    def latest_words(self) -> Words | None:
        """The newest update that has words; “no change, confirmed” refers to the one before."""
        return self.earlier or self.said

    @property
    def asked(self) -> tuple[Words, ...]:
        """The words by which help is asked for, in this or an earlier update, as long as the request stands; oldest first."""
        if self.requests is not None:
            return self.requests
        words = self.latest_words
        return (words,) if words is not None and words.help_wanted else ()

    @property
    def narrative(self) -> str:
        """The latest words, or who holds them."""
        words = self.latest_words
        if words is None:
            return ""
        return RESTRICTED if words.restricted else words.narrative


@dataclass(frozen=True)
class PriorityPart:
    """One priority: what was decided, how its actions stand (`refs` in the order of the plan), exceptions first."""

    code: str
    name: str
    statement: str
    focus: str
    counts: tuple[Count, ...]
    exceptions: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class SubGroupPart:
    """A sub-group's part in re-offending: who leads on it and the references that have it as their focus."""

    name: str
    lead: str
    counts: tuple[Count, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True)
class SubGroupText:
    """What a sub-group's lead wrote for the report; empty when nothing was. `priority` is the code it is printed under.

    `by` is a role and an organisation, `lead` who owes it. `ready`: the sub-group has said that its part is ready. `html` is
    the clean HTML of the text; empty in texts from before there was any, and where the text is withheld.
    """

    sub_group: str
    priority: str
    text: str
    by: str
    on: dt.date | None
    lead: str
    ready: bool
    html: str = ""


@dataclass(frozen=True)
class DateMove:
    """A due date that is another one than in the last report; in texts from before that was sealed, one of its moves.

    `reason` is that of each move in between, `on` the day of the last, `times` counts every move so far.
    """

    ref: str
    title: str
    old: dt.date | None
    new: dt.date
    first: dt.date | None
    times: int
    on: dt.date
    reason: str

    @property
    def slipped(self) -> str:
        """By how much this move changed the day, in words; empty for work that was ongoing before."""
        return slip((self.new - self.old).days) if self.old else ""

    @property
    def again(self) -> bool:
        """Whether it had moved before: what the Partnership should look at."""
        return self.times > 1


@dataclass(frozen=True)
class Change:
    """An action that was added, completed, reopened or closed since the last report's cut-off."""

    ref: str
    title: str
    lead: str
    on: dt.date
    what: str
    text: str


@dataclass(frozen=True)
class Moves:
    """References whose rating changed since the last report."""

    worsened: tuple[str, ...]
    recovered: tuple[str, ...]


@dataclass(frozen=True)
class Return:
    """What one partner owed and sent for the period. `silent` lists the references with no update."""

    partner: str
    owed: int
    received: int
    no_change: int
    late: int
    silent: tuple[str, ...]


@dataclass(frozen=True)
class LateUpdate:
    ref: str
    title: str
    partner: str
    on: dt.date


@dataclass(frozen=True)
class Recommendation:
    """What the Partnership is asked to do. `short` stands on page one.

    Where somebody worded it, `by` is their role and organisation and `on` the day; `worked_out` is then what the portal had
    made of the facts, empty for one of their own, which `own` numbers.
    """

    verb: str
    text: str
    short: str
    refs: tuple[str, ...]
    by: str = ""
    on: dt.date | None = None
    worked_out: str = ""
    own: str = ""

    @property
    def key(self) -> str:
        """Which one it is from version to version: of an action there is one at most, whatever it asks."""
        if self.own:
            return self.own
        if self.verb == "note":
            return "silent" if self.refs else "rest"
        return self.refs[0] if self.refs else self.verb


@dataclass(frozen=True)
class NotAsked:
    """What the portal had worked out and somebody left out, why, in which role and when."""

    key: str
    text: str
    reason: str
    by: str
    on: dt.date


@dataclass(frozen=True)
class SixMonthlyDocument:
    """`since` is None in texts from before the report before was compared with as it was sealed."""

    paper: Paper
    definitions: tuple[Definition, ...]
    definitions_note: str
    before_label: str
    counts: tuple[Count, ...]
    priorities: tuple[PriorityPart, ...]
    reoffending: tuple[Count, ...]
    sub_groups: tuple[SubGroupPart, ...]
    actions: tuple[ActionLine, ...]
    moves: Moves
    added: tuple[Change, ...]
    completed: tuple[Change, ...]
    closed: tuple[Change, ...]
    date_moves: tuple[DateMove, ...]
    returns: tuple[Return, ...]
    late_updates: tuple[LateUpdate, ...]
    figures_label: str
    figures: tuple[Figure, ...]
    issues: tuple[Issue, ...]
    restricted_issues: int
    recommendations: tuple[Recommendation, ...]
    background: tuple[str, ...]
    implications: tuple[Note, ...]
    data_notes: tuple[str, ...]
    queries: tuple[Query, ...]
    sub_group_texts: tuple[SubGroupText, ...] = ()
    regard: tuple[RegardedPlan, ...] = ()
    figure_notes: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    sums: tuple[Sum, ...] = ()
    texts: tuple[SectionWords, ...] = ()
    since: Since | None = None
    matters: tuple[Matter, ...] = ()
    last_asked: tuple[Asked, ...] = ()
    last_asked_of: str = ""
    not_asked: tuple[NotAsked, ...] = ()

    kind: typing.ClassVar[str] = "six_monthly"

    @property
    def by_ref(self) -> dict[str, ActionLine]:
        return {line.ref: line for line in self.actions}
