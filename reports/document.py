"""What a report says, as plain values: nothing here looks anything up, so a report reads the same years later.

The snapshot builds these dataclasses from live rows; rendering prints them. In between they are canonical JSON whose
SHA-256 is what the chair decides on. Every name, label, shape, definition and rule that is printed is copied in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass

from actions.progress import slip
from performance.disclosure import Where
from priorities.periods import Period, PeriodKind

SCHEMA_VERSION = 1
"""Rises whenever a field changes its meaning or its name; an older text then needs its own reader."""

HOLDER = "Community Safety Team"
"""Who holds what a report leaves out as restricted, and who presents the reports (plan, last page)."""

RESTRICTED = f"Restricted: held by the {HOLDER}."

PARTNERS, PUBLIC = "partners", "public"
"""Editions of a report. Only the partners' is ever frozen; the public one is made of it (reports.public)."""


# --- Both reports ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """The head of a report: whose it is, what it is about, and what it knew when."""

    partnership: str
    short_name: str
    plan_title: str
    plan_starts_on: dt.date
    plan_ends_on: dt.date
    title: str
    period_kind: str
    period_start: dt.date
    period_end: dt.date
    period_label: str
    period_long_label: str
    month: int
    months: int
    number: int
    reason: str
    cut_off: dt.datetime
    cut_off_on: dt.date
    updates_due_on: dt.date
    made_at: dt.datetime
    made_on: dt.date
    meeting_on: dt.date | None
    report_of: str
    contact: str
    marking: str
    is_demonstration: bool
    strategic_objective: str
    objective_source: str
    priorities: tuple[str, ...]
    edition: str = PARTNERS


@dataclass(frozen=True)
class Mark:
    """How one rating is shown: its word and shape, and the name of its colour."""

    key: str
    word: str
    shape: str
    css: str


@dataclass(frozen=True)
class Definition:
    """A rating and what it means, as the report's readers are told."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Count:
    """So many actions with one rating, `not_confirmed` of them without an update in the period.

    `before` is the number at the end of the period before; None when there is nothing to compare with.
    """

    mark: Mark
    number: int
    not_confirmed: int
    before: int | None


@dataclass(frozen=True)
class Query:
    """A doubtful printed figure or wording, with what is doubtful about it."""

    about: str
    printed: str
    text: str
    source: str


@dataclass(frozen=True)
class Issue:
    """An emerging issue as it stood at the cut-off; `where` is its priority, or outside our priorities.

    `indicator` is the code of the figure that showed it, empty when none did. `changed_on`: since when it is in that state,
    None for one that nobody has decided on, and in documents made before this was told. `is_new`: raised since the last
    report. `answers`: references of actions that are in the plan because of it.
    """

    title: str
    text: str
    evidence: str
    where: str
    raised_on: dt.date
    raised_by: str
    state: str
    reason: str
    indicator: str = ""
    changed_on: dt.date | None = None
    is_new: bool = False
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A heading and a sentence or two."""

    heading: str
    text: str


# --- Figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Value:
    """One figure as given, for the period named. `number` is the decimal written out; `place` says where among the known
    figures it stands. A figure that an audience must not see has its text in `printed` and an empty `number`.
    """

    label: str
    printed: str
    number: str
    provisional: bool
    as_at: dt.date
    note: str
    corrected: bool
    place: str = ""


@dataclass(frozen=True)
class TrendPoint:
    """One period of a trend. `number` is empty where there is no figure, or none that may be seen."""

    tick: str
    group: str
    number: str
    printed: str
    provisional: bool
    unusual: bool = False
    place: str = ""


@dataclass(frozen=True)
class Band:
    """The usual range over the points `first` to `last` of a trend, both included; `printed` as people read it."""

    first: int
    last: int
    lower: str
    mean: str
    upper: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Remark:
    """What happened at one point of a trend."""

    point: int
    text: str


@dataclass(frozen=True)
class SimilarAreas:
    """What similar areas did in the same period; `average` in the indicator's unit, `basis` what it is of."""

    label: str
    average: str
    basis: str
    position: int | None
    group_size: int | None
    sentence: str
    place: str = ""


@dataclass(frozen=True)
class Compared:
    """One thing a figure is compared with: `period` in words, `theirs` the other figure, `number` and `percent` the change.

    `reason` says why there is no comparison; `rests_on` are the places of the figures it is worked out from.
    """

    kind: str
    label: str
    period: str
    theirs: str
    number: str
    percent: str
    word: str
    symbol: str
    sentence: str
    position: str
    reason: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """A figure that was corrected since the last report: "was 410, corrected to 418 because …"."""

    label: str
    was: str
    now: str
    because: str
    on: dt.date


@dataclass(frozen=True)
class Figure:
    """One indicator: its figure, what it is compared with, and the judgement in words.

    `word` is better, worse, similar, up, down, unchanged or no comparison. `missing` says, when there is no figure,
    who owes it or when it can be had; `overdue` is true only when it could have been had by the cut-off. `baseline_unit` is
    empty where the baseline is in the figure's own unit.

    `judged` is unusual, usual, too few points or no figure; `range_words` say shortly whether the change is unusual or noise, `range_sentence` in full, `than_usual` which way where
    one is better; `rests_on` are the places of all figures that is worked out from. `withheld`: of this something is kept
    back from the audience of this edition.
    """

    code: str
    name: str
    unit: str
    definition: str
    source: str
    wanted: str
    frequency: str
    owner: str
    priorities: tuple[str, ...]
    all_priorities: bool
    baseline: str
    baseline_unit: str
    baseline_period: str
    note: str
    period_label: str
    now: Value | None
    year_before: Value | None
    previous: Value | None
    latest: Value | None
    difference: str
    percent: str
    percent_note: str
    word: str
    symbol: str
    sentence: str
    against_previous: str
    similar: SimilarAreas | None
    trend: tuple[TrendPoint, ...]
    commentary: str
    commentary_by: str
    commentary_wanted_from: str
    missing: str
    overdue: bool
    comparisons: tuple[Compared, ...] = ()
    judged: str = ""
    than_usual: str = ""
    range_words: str = ""
    range_sentence: str = ""
    bands: tuple[Band, ...] = ()
    remarks: tuple[Remark, ...] = ()
    corrections: tuple[Correction, ...] = ()
    baseline_place: str = ""
    rests_on: tuple[str, ...] = ()
    withheld: bool = False

    @property
    def unusual(self) -> bool:
        return self.judged == "unusual"

    @property
    def worse(self) -> bool:
        """Worse than a year ago, or unusual in the unwanted way."""
        return self.word == "worse" or self.than_usual == "worse than usual"

    @property
    def better(self) -> bool:
        return (
            not self.worse and not self.withheld and (self.word == "better" or self.than_usual == "better than usual")
        )

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The comparisons there are."""
        return tuple(row for row in self.comparisons if not row.reason)

    @property
    def not_compared(self) -> tuple[Compared, ...]:
        return tuple(row for row in self.comparisons if row.reason)


@dataclass(frozen=True)
class Known:
    """A figure that is printed or that something printed rests on, with all that decides who may see it.

    `place` is the key of its indicator, and its period's kind and code: "I-07 quarter 2026-07". `number` is the decimal
    written out; `numerator` and `denominator` likewise, empty where they are not recorded.
    """

    place: str
    number: str
    printed: str
    measure: str
    small_numbers: bool
    publishable: bool
    numerator: str = ""
    denominator: str = ""


def place_of(where: Where) -> str:
    """The place of a figure as text: "I-07 quarter 2026-07", "I-07 baseline"."""
    key, period = where
    return f"{key} {period.kind.value} {period.code}" if isinstance(period, Period) else f"{key} {period}"


def where_of(place: str) -> Where:
    """What `place_of` wrote. ValueError for anything else."""
    key, _, last = place.rpartition(" ")
    head, _, kind = key.rpartition(" ")
    if head and kind in set(PeriodKind):
        return head, Period.parse(PeriodKind(kind), last)
    if not key:
        raise ValueError(f"“{place}” is no place of a figure.")
    return key, last


def notes_of(figures: Iterable[Figure]) -> tuple[str, ...]:
    """What a reader must know of the figures: which are provisional, which were corrected before, and their own notes."""
    figures = tuple(figures)
    provisional = [f.name for f in figures if f.now and f.now.provisional]
    notes = [f"Provisional, and may be revised: {'; '.join(provisional)}."] if provisional else []
    for figure in figures:
        told = {correction.label for correction in figure.corrections}
        for value in (figure.now, figure.year_before, figure.previous):
            if value and value.corrected and value.label not in told:
                notes.append(f"{figure.name}, {value.label}: corrected to {value.printed}. {value.note}".strip())
        if figure.note:
            notes.append(f"{figure.name}: {figure.note}")
    return tuple(dict.fromkeys(notes))


@dataclass(frozen=True)
class Sum:
    """Indicators that add up to another, by code, in the order in which they are best kept."""

    whole: str
    parts: tuple[str, ...]


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


# --- The six-monthly report -------------------------------------------------------------------------------------------


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
class ActionLine:
    """An action as the report tells it: the rating, whether an update backs it, the facts beside it, the latest words.

    `requests` are None in texts from before requests outlived the update they were made in. `closed_since` says what became
    of it between the period's end and the cut-off.
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

    `by` is a role and an organisation, `lead` who owes it. `ready`: the sub-group has said that its part is ready.
    """

    sub_group: str
    priority: str
    text: str
    by: str
    on: dt.date | None
    lead: str
    ready: bool


@dataclass(frozen=True)
class DateMove:
    """A due date that moved between the last report's cut-off and this one's. `times` counts every move so far."""

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
    """What the Partnership is asked to do. `short` stands on page one."""

    verb: str
    text: str
    short: str
    refs: tuple[str, ...]


@dataclass(frozen=True)
class SixMonthlyDocument:
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

    kind: typing.ClassVar[str] = "six_monthly"

    @property
    def by_ref(self) -> dict[str, ActionLine]:
        return {line.ref: line for line in self.actions}


# --- The quarterly report ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FigurePriority:
    """A priority and the codes of its indicators, in order."""

    code: str
    name: str
    statement: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class PrintedRow:
    """A row of the plan's table of similar areas, character for character, with the query on it."""

    heading: str
    label: str
    printed: str
    average: str
    position: str
    comparison: str
    number: str
    average_number: str
    unit: str
    where: str
    query: str
    place: int | None = None
    areas: int | None = None


@dataclass(frozen=True)
class AreaName:
    printed: str
    usual: str
    query: str


@dataclass(frozen=True)
class PrintedTable:
    """The plan's Table 1 and the group it compares with."""

    name: str
    period: str
    source: str
    rows: tuple[PrintedRow, ...]
    group: str
    group_query: str
    areas: tuple[AreaName, ...]


@dataclass(frozen=True)
class SimilarRow:
    """A crime of a quarter's table of similar areas, as given and as numbers. `indicator` is a code, or empty."""

    heading: str
    label: str
    printed: str
    average: str
    position: int | None
    number: str
    average_number: str
    where: str
    outside: bool
    query: str
    indicator: str
    before: str = ""


@dataclass(frozen=True)
class SimilarTable:
    """The newest table of similar areas by the cut-off. `before_label` is the quarter of the table before it, if any."""

    label: str
    window: str
    unit: str
    group_size: int
    source: str
    publishable: bool
    provisional: bool
    as_at: dt.date
    note: str
    before_label: str
    rows: tuple[SimilarRow, ...]


@dataclass(frozen=True)
class Outside:
    """A finding of the strategic assessment that belongs to none of the priorities."""

    text: str
    evidence: str


@dataclass(frozen=True)
class Headline:
    """An action off track, at risk or silent: its last known rating, and when it was given."""

    ref: str
    title: str
    lead: str
    mark: Mark
    confirmed: bool
    last_heard: dt.date | None
    due_on: dt.date | None


@dataclass(frozen=True)
class QuarterlyDocument:
    paper: Paper
    definitions: tuple[Definition, ...]
    rules: tuple[Note, ...]
    priorities: tuple[FigurePriority, ...]
    shared_codes: tuple[str, ...]
    other_codes: tuple[str, ...]
    figures: tuple[Figure, ...]
    table: PrintedTable | None
    outside_source: str
    outside: tuple[Outside, ...]
    counts: tuple[Count, ...]
    headlines: tuple[Headline, ...]
    headlines_label: str
    issues: tuple[Issue, ...]
    restricted_issues: int
    data_notes: tuple[str, ...]
    queries: tuple[Query, ...]
    similar_table: SimilarTable | None = None
    figure_notes: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    sums: tuple[Sum, ...] = ()

    kind: typing.ClassVar[str] = "quarterly"

    @property
    def by_code(self) -> dict[str, Figure]:
        return {figure.code: figure for figure in self.figures}


Document = SixMonthlyDocument | QuarterlyDocument

KINDS: dict[str, type[SixMonthlyDocument] | type[QuarterlyDocument]] = {
    SixMonthlyDocument.kind: SixMonthlyDocument,
    QuarterlyDocument.kind: QuarterlyDocument,
}


# --- As text ----------------------------------------------------------------------------------------------------------


def to_json(document: Document) -> str:
    """The one canonical text of a document: keys sorted, no spaces, dates in ISO form, letters as they are."""
    return json.dumps(
        {"schema": SCHEMA_VERSION, "kind": document.kind, "document": _plain(document)},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str) -> Document:
    """The document a text holds. ValueError, with a sentence, for a text that is not one of this schema."""
    try:
        read = json.loads(text)
        schema, kind, content = read["schema"], read["kind"], read["document"]
    except (ValueError, TypeError, KeyError) as fault:
        raise ValueError("This is not the text of a report.") from fault
    if schema != SCHEMA_VERSION:
        raise ValueError(f"This report's text follows schema {schema}; this portal reads schema {SCHEMA_VERSION}.")
    if kind not in KINDS:
        raise ValueError(f"“{kind}” is no kind of report; the kinds are {', '.join(KINDS)}.")
    return typing.cast(Document, _typed(KINDS[kind], content, kind))


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file_name(
    *, short_name: str, kind: str, period_start: dt.date, period_end: dt.date, number: int, edition: str = PARTNERS
) -> str:
    """SHP-six-monthly-2026-04_2026-09-v2.pdf: the first and last month it is about, and the version."""
    which = "" if edition == PARTNERS else f"-{edition}"
    return f"{short_name}-{kind.replace('_', '-')}-{period_start:%Y-%m}_{period_end:%Y-%m}-v{number}{which}.pdf"


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"A report holds plain values only; {type(value).__name__} is none.")


def _typed(wanted: typing.Any, value: typing.Any, where: str) -> object:
    """`value` as the type the field declares; ValueError naming the place when it is something else."""
    if isinstance(wanted, types.UnionType):
        if value is None:
            return None
        wanted = next(kind for kind in typing.get_args(wanted) if kind is not types.NoneType)
    if typing.get_origin(wanted) is tuple and isinstance(value, list):
        return tuple(_typed(typing.get_args(wanted)[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict):
        return _filled(typing.cast(type, wanted), value, where)
    if wanted in (dt.date, dt.datetime) and isinstance(value, str):
        try:
            return wanted.fromisoformat(value)
        except ValueError as fault:
            raise ValueError(f"{where}: “{value}” is no date.") from fault
    if isinstance(wanted, type) and type(value) is wanted:
        return value
    raise ValueError(f"{where}: {value!r} is not what a report holds there.")


def _filled(wanted: type, value: dict[str, object], where: str) -> object:
    hints = typing.get_type_hints(wanted)
    fields = dataclasses.fields(wanted)
    # A field that was added later has a default, which says what texts from before it mean.
    needed = {field.name for field in fields if field.default is dataclasses.MISSING}
    if odd := (needed - set(value)) | (set(value) - {field.name for field in fields}):
        raise ValueError(f"{where}: these fields are missing or unknown: {', '.join(sorted(odd))}.")
    return wanted(**{name: _typed(hints[name], given, f"{where}.{name}") for name, given in value.items()})
