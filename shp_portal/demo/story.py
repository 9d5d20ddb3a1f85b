"""The demonstration's story, told day by day through the services, up to the day asked for.

Every step has its moment; steps are sorted and taken in order, so that rounds, updates, moves, completions, figures
and past reports come to be as they would have. The newest due reports are left for the first tick to make.
"""

from __future__ import annotations

import datetime as dt
import heapq
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q

from actions.models import Action, HelpReply, ProgressUpdate, Proposal
from actions.rating import Rating
from actions.services import structure
from actions.services.handover import reassign
from actions.services.help import answer_help
from actions.services.issues import decide
from actions.services.lifecycle import add_action
from actions.services.proposals import Initiative, ask_for_changes, decline, propose
from actions.services.returns import save_return
from actions.services.updates import confirm_no_change, post_update
from partners.services import add_cover, deactivate
from performance.models import EmergingIssue, Measurement, Source
from performance.services.figures import record_comparator, record_measurement, say_not_available, write_commentary
from performance.services.issues import raise_issue
from priorities.models import Plan
from priorities.periods import Period, PeriodKind
from priorities.services import open_round
from priorities.timetable import timetable_for
from shp_portal.demo import figures, yearly
from shp_portal.demo.cast import Cast, gather
from shp_portal.published_plan.reading import BrokenData, Record, read_yaml

DATA = Path(__file__).parent / "data"
LONDON = ZoneInfo("Europe/London")
#: Submission keys of the story are made from its text, so that telling it twice makes the same keys.
NAMESPACE = uuid.UUID("6f1e2c64-51b2-5b8a-9d0c-3a3f0d1f2026")

#: The order of what happens on one day.
OPENING, PLAN, FIGURES, WORDS, MADE, SENT, DECIDED, PUBLISHED = range(7, 15)

Step = Callable[[dt.datetime], object]


@dataclass
class Timeline:
    """Steps in the order of their moment, then of their being added."""

    as_of: dt.date
    _steps: list[tuple[dt.datetime, int, Step]] = field(default_factory=list)
    _count: int = 0

    def add(self, day: dt.date, hour: int, step: Step) -> None:
        """A step on `day`; steps after the day asked for are not taken."""
        if day <= self.as_of:
            self._count += 1
            # A minute apart, so that two people never act at the same instant.
            moment = dt.datetime(day.year, day.month, day.day, hour, self._count % 60, tzinfo=LONDON)
            heapq.heappush(self._steps, (moment.astimezone(dt.UTC), self._count, step))

    def tell(self) -> int:
        """Take every step, those that steps add on the way included; how many there were."""
        taken = 0
        while self._steps:
            moment, _, step = heapq.heappop(self._steps)
            step(moment)
            taken += 1
        return taken


def tell(plan: Plan, as_of: dt.date, report_steps: Callable[[Timeline, Cast, Record], None]) -> int:
    """The story of `plan` up to the end of `as_of`; how many steps were taken.

    `report_steps` adds the past reports. Raises BrokenData for a broken data file.
    """
    data, story = read_yaml(DATA / "demo_plan.yaml"), read_yaml(DATA / "story.yaml")
    timeline = Timeline(as_of)
    begun = dt.datetime(plan.starts_on.year, plan.starts_on.month, plan.starts_on.day, 8, tzinfo=LONDON)
    cast = gather(plan, data, story, begun.astimezone(dt.UTC))
    every_year = read_yaml(DATA / "yearly.yaml")
    yearly.prepare(cast, every_year)
    for period in plan.periods(plan.update_kind):
        opens_on = timetable_for(period, plan.weeks).opens_on
        timeline.add(opens_on, OPENING, partial(_open, plan, period))
    told = {record.text("ref"): record for record in story.records("actions")}
    for record in data.records("actions"):
        day = record.day("added_on") if "added_on" in record else plan.starts_on
        updates = told[record.text("ref")].records("updates") if record.text("ref") in told else []
        timeline.add(day, PLAN, partial(_add, timeline, cast, record, updates))
    for record in story.records("proposals"):
        timeline.add(record.day("on"), WORDS, partial(_propose, timeline, cast, record))
    for record in story.records("leavers"):
        timeline.add(record.day("on"), WORDS, partial(_hand_over, timeline, cast, record))
    for record in story.records("covers"):
        timeline.add(record.day("on"), WORDS, partial(_cover, cast, record))
    for record in story.records("sub_group_parts"):
        timeline.add(record.day("on"), WORDS, partial(_write_part, cast, record))
    beside = read_yaml(DATA / "figures.yaml")
    sent = figures.in_files(beside)
    for record in data.records("indicators"):
        _figures(timeline, cast, record, sent)
    figures.add_steps(timeline, cast, beside, data.records("indicators"))
    yearly.add_steps(timeline, cast, every_year)
    for record in story.records("similar_areas"):
        _similar_areas(timeline, cast, record)
    for record in story.records("not_yet_available"):
        timeline.add(record.day("on"), WORDS, partial(_not_available, cast, record))
    for record in story.records("commentaries"):
        timeline.add(record.day("on"), WORDS, partial(_comment, cast, record))
    for record in story.records("emerging_issues"):
        timeline.add(record.day("raised_on"), WORDS, partial(_raise, timeline, cast, record))
    report_steps(timeline, cast, story)
    return timeline.tell()


def _open(plan: Plan, period: Period, at: dt.datetime) -> None:
    open_round(plan=plan, period=period, at=at)


def _add(timeline: Timeline, cast: Cast, record: Record, updates: list[Record], at: dt.datetime) -> None:
    action = add_action(
        plan=cast.plan,
        ref=record.text("ref"),
        priority=cast.priority(record),
        sub_group=cast.sub_group(record),
        title=record.text("title"),
        description=record.text("description"),
        measure_of_success=record.text("measure_of_success"),
        lead_partner=cast.partner(record, "lead_partner"),
        owner=cast.person_or_none(record, "owner"),
        deputy=cast.person_or_none(record, "deputy"),
        supporting=[cast.partners[code] for code in record.texts("supporting")],
        indicators=[cast.indicators[code] for code in record.texts("indicators")],
        recommendations=cast.recommendations.get(record.text("ref"), []),
        having_regard=cast.regards.get(record.text("ref"), []),
        milestones=[(m.text("text"), m.day("due_on")) for m in record.records("milestones")],
        starts_on=record.day("starts_on"),
        due_on=record.day("due_on"),
        reoffending_focus=record.yes("reoffending_focus"),
        origin=record.text("origin"),
        source=record.text("source", ""),
        by=cast.people["coordinator"],
        at=at,
    )
    for update in updates:
        if not update.yes("missing"):
            timeline.add(update.day("sent_on"), WORDS, partial(_update, timeline, cast, action, update))
        if "moved_on" in update:
            timeline.add(update.day("moved_on"), WORDS, partial(_move, cast, action, update))


def _update(timeline: Timeline, cast: Cast, action: Action, record: Record, at: dt.datetime) -> None:
    today = at.astimezone(LONDON).date()
    action.refresh_from_db(fields=["owner"])  # it may have changed hands
    by = action.owner or cast.people["coordinator"]
    period = Period.parse(PeriodKind.HALF_YEAR, record.text("period"))
    key = uuid.uuid5(NAMESPACE, f"{action.ref} {period.code} {today}")
    try:
        if record.text("kind") == "no_change":
            confirm_no_change(action=action, by=by, at=at, today=today, submission_key=key, period=period)
            return
        done = {m.text("text"): m.day("done_on") for m in _list(record, "milestones_done")}
        sent = post_update(
            action=action,
            by=by,
            at=at,
            today=today,
            submission_key=key,
            period=period,
            rating=Rating(record.text("rating")),
            narrative=record.text("narrative"),
            reason=record.text("reason", ""),
            recovery=record.text("recovery", ""),
            help_wanted=record.text("help_wanted", ""),
            help_wanted_from=cast.partner_or_none(record, "help_wanted_from"),
            achievement=record.text("achievement", "") or record.text("measure_outcome", ""),
            completed_on=record.day_or_none("completed_on"),
            milestones_done={m.pk: done[m.text] for m in action.milestones.all() if m.text in done},
            new_due_on=None if "moved_on" in record else record.day_or_none("new_due"),
            new_due_reason="" if "moved_on" in record else record.text("new_due_reason", ""),
            # The story's words were written so that help which is not named again is not needed any more.
            help_no_longer=[asked.pk for asked in action.updates.asking_help()],
        )
    except ValidationError as fault:
        raise BrokenData(f"{record.where} ({action.ref}): {'; '.join(fault.messages)}") from fault
    if "help_answered" in record:
        told = record.record("help_answered")
        timeline.add(told.day("on"), WORDS, partial(_answer_help, cast, sent, told))


def _answer_help(cast: Cast, update: ProgressUpdate, record: Record, at: dt.datetime) -> None:
    answer_help(
        update=update,
        by=cast.person(record, "by"),
        at=at,
        answer=HelpReply.Answer(record.text("answer")),
        text=record.text("text"),
        submission_key=uuid.uuid5(NAMESPACE, f"help {update.action.ref} {at.date()}"),
    )


def _move(cast: Cast, action: Action, record: Record, at: dt.datetime) -> None:
    action.refresh_from_db(fields=["revision"])
    structure.edit(
        action=action,
        by=cast.people["coordinator"],
        at=at,
        revision=action.revision,
        changes={"due_on": record.day("new_due")},
        reason=record.text("new_due_reason"),
    )


def _propose(timeline: Timeline, cast: Cast, record: Record, at: dt.datetime) -> None:
    initiative = Initiative(
        title=record.text("title"),
        why=record.text("why"),
        priority=cast.priority(record),
        sub_group=cast.sub_group(record),
        lead_partner=cast.partner(record, "lead"),
        supporting=[cast.partners[code] for code in record.texts("supporting")],
        starts_on=record.day("starts_on"),
        due_on=record.day("due_on"),
        beyond_plan_reason=record.text("beyond_plan", ""),
        measure_of_success=record.text("measure"),
        milestones=[(m.text("text"), m.day("due_on")) for m in record.records("milestones")],
        from_issue=EmergingIssue.objects.get(plan=cast.plan, title=issue)
        if (issue := record.text("issue", ""))
        else None,
    )
    proposal = propose(
        plan=cast.plan,
        initiative=initiative,
        by=cast.person(record, "by"),
        at=at,
        today=at.astimezone(LONDON).date(),
        submission_key=uuid.uuid5(NAMESPACE, f"proposal {initiative.title}"),
    )
    asked_on = record.day_or_none("asked_on")
    if asked_on is not None:
        timeline.add(asked_on, WORDS, partial(_ask_for_changes, cast, proposal, record.text("asked")))
    declined_on = record.day_or_none("declined_on")
    if declined_on is not None:
        timeline.add(declined_on, WORDS, partial(_decline, cast, proposal, record.text("declined")))


def _ask_for_changes(cast: Cast, proposal: Proposal, reason: str, at: dt.datetime) -> None:
    by = cast.people["coordinator"]
    ask_for_changes(proposal=proposal, by=by, at=at, revision=proposal.revision, reason=reason)


def _decline(cast: Cast, proposal: Proposal, reason: str, at: dt.datetime) -> None:
    today = at.astimezone(LONDON).date()
    by = cast.people["coordinator"]
    decline(proposal=proposal, by=by, at=at, today=today, revision=proposal.revision, reason=reason)


def _hand_over(timeline: Timeline, cast: Cast, record: Record, at: dt.datetime) -> None:
    """Everything a leaver answers for passes on at once; then their account is shut."""
    leaver = cast.person(record, "person")
    theirs = Action.objects.filter(plan=cast.plan).live().filter(Q(owner=leaver) | Q(deputy=leaver))
    reassign(
        actions=theirs,
        of=leaver,
        to=cast.person(record, "to"),
        by=cast.people["coordinator"],
        at=at,
        note=record.text("note"),
    )
    timeline.add(record.day("left_on"), WORDS, lambda at: deactivate(person=leaver, by=None, at=at))


def _cover(cast: Cast, record: Record, at: dt.datetime) -> None:
    add_cover(
        person=cast.person(record, "person"),
        covered_by=cast.person(record, "covered_by"),
        starts_on=record.day("starts_on"),
        ends_on=record.day("ends_on"),
        by=cast.people["coordinator"],
        at=at,
        today=at.astimezone(LONDON).date(),
        note=record.text("note"),
    )


def _write_part(cast: Cast, record: Record, at: dt.datetime) -> None:
    group = cast.sub_group(record)
    assert group.lead is not None  # noqa: S101 - every sub-group of the demonstration has one
    save_return(
        sub_group=group,
        period=Period.parse(PeriodKind.HALF_YEAR, record.text("period")),
        paragraph=record.text("text"),
        ready=record.yes("ready"),
        revision=0,
        by=group.lead,
        at=at,
    )


def _list(record: Record, name: str) -> list[Record]:
    return record.records(name) if name in record else []


def _figures(timeline: Timeline, cast: Cast, record: Record, sent: set[tuple[str, str]]) -> None:
    """What the analyst typed in; what was `sent` in files is stored from there."""
    indicator = cast.indicators[record.text("code")]
    kind = indicator.period_kind
    provisional = set(record.texts("provisional")) if "provisional" in record else set()
    late = record.record("supplied_late") if "supplied_late" in record else None
    values = record.record("values")
    # Years before the plan were known when it began: they are recorded on its first day.
    for code in values.keys():  # noqa: SIM118 (a Record is not a dict)
        if (indicator.code, code) in sent:
            continue
        period = Period.parse(kind, code)
        out = late.day(code) if late is not None and code in late else None
        day = out or period.end + dt.timedelta(weeks=indicator.lag_weeks)
        value = values.decimal_or_none(code)
        if value is None:
            raise BrokenData(f"{values.where}: “{code}” has no figure.")
        timeline.add(
            max(day, cast.plan.starts_on),
            FIGURES,
            partial(_measure, cast, record, period, value, day, code in provisional),
        )
    for revision in _list(record, "revisions"):
        timeline.add(revision.day("recorded_on"), FIGURES, partial(_correct, cast, record, revision))


def _measure(
    cast: Cast, record: Record, period: Period, value: Decimal, day: dt.date, provisional: bool, at: dt.datetime
) -> None:
    record_measurement(
        indicator=cast.indicators[record.text("code")],
        period=period,
        value=value,
        printed=f"{value:,}",
        by=cast.people["analyst"],
        at=at,
        as_at=day,
        provisional=provisional,
    )


def _similar_areas(timeline: Timeline, cast: Cast, record: Record) -> None:
    """What similar areas did comes out when our own figure does."""
    indicator = cast.indicator(record)
    for entry in record.records("quarters"):
        period = Period.parse(indicator.period_kind, entry.text("period"))
        average = entry.decimal_or_none("average")
        if average is not None:
            day = max(period.end + dt.timedelta(weeks=indicator.lag_weeks), cast.plan.starts_on)
            timeline.add(day, FIGURES, partial(_compare, cast, record, entry, period, average))


def _compare(cast: Cast, record: Record, entry: Record, period: Period, average: Decimal, at: dt.datetime) -> None:
    record_comparator(
        indicator=cast.indicator(record),
        kind=record.text("kind"),
        period=period,
        average=average,
        position=entry.number("position"),
        group_size=record.number("group_size"),
        basis=record.text("basis", ""),
        data_source=Source.objects.get(name=record.text("source")),
        by=cast.people["analyst"],
        at=at,
    )


def _correct(cast: Cast, record: Record, revision: Record, at: dt.datetime) -> None:
    indicator = cast.indicators[record.text("code")]
    period = Period.parse(indicator.period_kind, revision.text("period"))
    value = revision.decimal_or_none("value")
    old = Measurement.objects.standing().for_periods([period]).filter(indicator=indicator).first()
    if old is None or value is None:
        raise BrokenData(f"{revision.where}: there is no figure to correct.")
    record_measurement(
        indicator=indicator,
        period=period,
        value=value,
        printed=f"{value:,}",
        by=cast.people["analyst"],
        at=at,
        as_at=revision.day("recorded_on"),
        note=revision.text("note"),
        replaces=old,
    )


def _not_available(cast: Cast, record: Record, at: dt.datetime) -> None:
    indicator = cast.indicator(record)
    say_not_available(
        indicator=indicator,
        period=Period.parse(indicator.period_kind, record.text("period")),
        reason=record.text("reason"),
        expected_on=record.day("expected_on"),
        by=cast.person(record, "by"),
        at=at,
    )


def _comment(cast: Cast, record: Record, at: dt.datetime) -> None:
    indicator = cast.indicator(record)
    write_commentary(
        indicator=indicator,
        period=Period.parse(indicator.period_kind, record.text("period")),
        text=record.text("text"),
        by=cast.person(record, "by"),
        at=at,
    )


def _raise(timeline: Timeline, cast: Cast, record: Record, at: dt.datetime) -> None:
    issue = raise_issue(
        plan=cast.plan,
        title=record.text("title"),
        text=record.text("text"),
        evidence=record.text("evidence", ""),
        priority=cast.priority(record) if record.text("priority", "") else None,
        sub_group=cast.sub_group(record) if record.text("sub_group", "") else None,
        indicator=cast.indicator(record) if record.text("indicator", "") else None,
        by=cast.person(record, "raised_by"),
        at=at,
    )
    for later in _list(record, "later"):
        timeline.add(later.day("on"), WORDS, partial(_triage, cast, issue, later))


def _triage(cast: Cast, issue: EmergingIssue, change: Record, at: dt.datetime) -> None:
    decide(
        issue=issue,
        state=change.text("state"),
        reason=change.text("reason", ""),
        by=cast.people["coordinator"],
        at=at,
    )
