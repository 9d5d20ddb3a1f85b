"""After the meeting: what became of each recommendation, and the matters that somebody is to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners.words import is_blank
from priorities.periods import british
from reports import emails
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document.text import FactsLost
from reports.models import Decision, MatterArising, MatterHandover, RecommendationOutcome, Report, ReportVersion
from reports.services import steps

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Meeting

Outcome = RecommendationOutcome.Outcome
Source = MatterArising.Source
State = ReportVersion.State

#: Longest texts, in characters; said in the forms' hints.
LONGEST_NOTE = 1000
LONGEST_MATTER = 2000
LONGEST_ANSWER = 4000
LONGEST_MINUTE = 60

#: Days in which responsible authorities answer scrutiny: what the Partnership understands of the law, not checked against it.
SCRUTINY_DAYS = 28

ONLY_COORDINATOR_RECORDS = "Only the coordinator records what a meeting decided."
ONLY_THESE_RAISE = "A matter is raised by the chair or by the coordinator."
ONLY_COORDINATOR_RAISES_FOR_OTHERS = "The coordinator enters what a meeting or scrutiny asks; you raise what you ask."
NOT_YOURS = "A matter is answered by the person it was given to, by whoever stands in for them, or by the coordinator."
ONLY_COORDINATOR_REASSIGNS = "Only the coordinator gives a matter to somebody else."
ONLY_COORDINATOR_RECORDS_ANSWERS = "Only the coordinator records an answer that came otherwise."
ONLY_COORDINATOR_RESTRICTS = "Only the coordinator says which matters public versions leave out."
MINUTE_WANTED = "Enter the reference of the minute, for example 7.2."


@dataclass(frozen=True)
class Given:
    """What the meeting made of one recommendation. An empty `outcome` says nothing about it."""

    outcome: str
    note: str = ""
    meeting: Meeting | None = None
    minute_reference: str = ""

    def says(self, row: RecommendationOutcome | None) -> bool:
        """Whether that is what stands already."""
        if row is None:
            return not self.outcome
        kept = (row.outcome, row.note, row.meeting_id, row.minute_reference)
        return kept == (self.outcome, self.note, self.meeting.pk if self.meeting else None, self.minute_reference)


def was_decided(version: ReportVersion) -> bool:
    """Whether the table had it: approved or published, replaced since or not."""
    if version.state in (State.APPROVED, State.PUBLISHED) or version.published_at is not None:
        return True
    approved = Decision.objects.filter(version=version.pk, outcome=Decision.Outcome.APPROVED)
    return version.state == State.REPLACED and approved.exists()


@transaction.atomic
def record_outcomes(
    *, version: ReportVersion, given: Mapping[int, Given], seen: int, by: User, at: dt.datetime
) -> list[RecommendationOutcome]:
    """Record what a meeting made of recommendations, by their numbers; the rows that are new.

    Those without an outcome are left for another day, those recorded the same already stay, others are put right by a new
    row. `seen` is the key of the newest row that was on the page: what somebody else recorded since is not written over.
    Raises PermissionDenied; ValidationError keyed `outcome_3`, `note_3`, `meeting_3`, `minute_3` for recommendation 3, or
    with one sentence. All rows or none.
    """
    if not by.has_perm("reports.record_outcomes", version):
        raise PermissionDenied(ONLY_COORDINATOR_RECORDS)
    # Two who record at once come one after the other.
    version = ReportVersion.objects.select_for_update(of=("self",)).select_related("report").get(pk=version.pk)
    if not was_decided(version):
        raise ValidationError("Outcomes are recorded for a version that was approved or published.")
    try:
        texts = [one.text for one in version.recommendations()]
    except FactsLost as lost:
        raise ValidationError(f"{lost} Nothing was recorded.") from lost
    standing = {row.position: row for row in version.outcomes.order_by("pk")}
    faults: dict[str, list[str]] = {}
    changed: dict[int, Given] = {}
    for number, one in sorted(given.items()):
        if not 1 <= number <= len(texts):
            raise ValidationError(f"Version {version.number} has no recommendation {number}.")
        one = _tidied(one)
        row = standing.get(number)
        if one.says(row):
            continue
        if row is not None and row.pk > seen:
            raise ValidationError(
                f"Somebody has recorded an outcome of recommendation {number} since you opened this page. Nothing was "
                "changed: look at what stands now."
            )
        faults |= _faults(number, one, row, version, at)
        changed[number] = one
    if faults:
        raise ValidationError(faults)
    return [
        RecommendationOutcome.objects.create(
            version=version,
            position=number,
            text=texts[number - 1],
            outcome=one.outcome,
            note=one.note,
            meeting=cast("Meeting", one.meeting),  # `_faults` has seen to it
            minute_reference=one.minute_reference,
            by=by,
            at=at,
        )
        for number, one in changed.items()
    ]


def _tidied(one: Given) -> Given:
    note, minute = ("" if is_blank(text) else text.strip() for text in (one.note, one.minute_reference))
    return Given(one.outcome, note, one.meeting, minute) if one.outcome else Given("")


def _faults(
    number: int, one: Given, row: RecommendationOutcome | None, version: ReportVersion, at: dt.datetime
) -> dict[str, list[str]]:
    if not one.outcome and row is not None:
        return {f"outcome_{number}": ["An outcome is not taken back: choose what it was instead."]}
    faults: dict[str, list[str]] = {}
    if one.outcome not in Outcome.values:
        faults["outcome"] = ["Choose one of the outcomes."]
    if one.outcome == Outcome.AMENDED and not one.note:
        faults["note"] = ["Say how it was amended."]
    if one.outcome == Outcome.DEFERRED and not one.note:
        faults["note"] = ["Say until when it was deferred."]
    if len(one.note) > LONGEST_NOTE:
        faults["note"] = [f"Shorten this to {LONGEST_NOTE:,} characters or fewer."]
    if refused := _no_such_meeting(one.meeting, version.report, at):
        faults["meeting"] = [refused]
    elif one.meeting is not None and one.meeting.date < timezone.localdate(version.made_at):
        faults["meeting"] = ["That meeting was held before this version was made."]
    if refused := _no_such_minute(one.minute_reference):
        faults["minute"] = [refused]
    return {f"{name}_{number}": sentences for name, sentences in faults.items()}


def _no_such_meeting(meeting: Meeting | None, report: Report, at: dt.datetime) -> str:
    if meeting is None:
        return "Choose the meeting."
    if meeting.plan_id != report.plan_id or meeting.sub_group_id is not None:
        return "Choose a meeting of the Partnership under this plan."
    if meeting.date > timezone.localdate(at):
        return f"The meeting of {british(meeting.date)} has not been held yet."
    return ""


def _no_such_minute(reference: str) -> str:
    if not reference:
        return MINUTE_WANTED
    return f"Shorten this to {LONGEST_MINUTE} characters or fewer." if len(reference) > LONGEST_MINUTE else ""


# --- Matters arising --------------------------------------------------------------------------------------------------


@transaction.atomic
def raise_matter(
    *,
    report: Report,
    source: str,
    text: str,
    owner: User,
    by: User,
    at: dt.datetime,
    due_on: dt.date | None = None,
    later_because: str = "",
    meeting: Meeting | None = None,
    minute_reference: str = "",
    restricted: bool = False,
) -> MatterArising:
    """Want something answered about a report by `owner` until `due_on`, and tell them.

    Scrutiny may leave the day open: it is 28 days from today then, and a later one takes a reason. The same words by the same person about the same report,
    as long as they are not answered, are the matter that was raised before. `restricted`: left out of public versions.
    Raises PermissionDenied; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("reports.raise_matter"):
        raise PermissionDenied(ONLY_THESE_RAISE)
    if source != Source.CHAIR and not by.has_perm("reports.raise_matter_for_others"):
        raise PermissionDenied(ONLY_COORDINATOR_RAISES_FOR_OTHERS)
    today = timezone.localdate(at)
    text, minute_reference, later_because = (
        "" if is_blank(words) else words.strip() for words in (text, minute_reference, later_because)
    )
    if source == Source.SCRUTINY and due_on is None:
        due_on = today + dt.timedelta(days=SCRUTINY_DAYS)
    faults: dict[str, list[str]] = {}
    if source not in Source.values:
        faults["source"] = ["Choose who asks."]
    if not text:
        faults["text"] = ["Say what is to be answered."]
    elif len(text) > LONGEST_MATTER:
        faults["text"] = [f"Shorten this to {LONGEST_MATTER:,} characters or fewer."]
    if sentence := _cannot_own(owner):
        faults["owner"] = [sentence]
    if due_on is None:
        faults["due_on"] = ["Give the day until which it is to be answered."]
    elif due_on < today:
        faults["due_on"] = ["Choose today or a later day."]
    owed_on = today + dt.timedelta(days=SCRUTINY_DAYS)
    late = source == Source.SCRUTINY and due_on is not None and due_on > owed_on
    if late and not later_because:
        faults["later_because"] = [
            f"Scrutiny is understood to be owed an answer within {SCRUTINY_DAYS} days, by {british(owed_on)}. Choose a day until "
            "then, or say why it is later."
        ]
    elif len(later_because) > LONGEST_NOTE:
        faults["later_because"] = [f"Shorten this to {LONGEST_NOTE:,} characters or fewer."]
    faults |= _faults_of_source(source, meeting, minute_reference, report, at)
    if faults or due_on is None:
        raise ValidationError(faults)
    # Holds off the second press of the same button.
    Report.objects.select_for_update().get(pk=report.pk)
    made = report.matters.open().filter(source=source, text=text, raised_by=by).first()
    if made is not None:
        return made
    matter = MatterArising.objects.create(
        report=report,
        source=source,
        text=text,
        owner=owner,
        due_on=due_on,
        later_because=later_because if late else "",
        meeting=meeting,
        minute_reference=minute_reference,
        restricted=restricted,
        raised_by=by,
        raised_at=at,
    )
    for person in steps.with_stand_ins([owner], at):
        if person.pk != by.pk:
            steps.tell(person, emails.matter_raised(matter, reader=person), matter.pk, at)
    return matter


def _faults_of_source(
    source: str, meeting: Meeting | None, minute_reference: str, report: Report, at: dt.datetime
) -> dict[str, list[str]]:
    """A meeting is named with its minute; the chair asks without one; scrutiny's own meeting is not one of ours."""
    if source == Source.MEETING:
        found = {
            "meeting": _no_such_meeting(meeting, report, at),
            "minute_reference": _no_such_minute(minute_reference),
        }
        return {name: [sentence] for name, sentence in found.items() if sentence}
    faults: dict[str, list[str]] = {}
    if meeting is not None:
        faults["meeting"] = ["Leave the meeting out: it is for what a meeting of the Partnership asks."]
    if len(minute_reference) > LONGEST_MINUTE:
        faults["minute_reference"] = [_no_such_minute(minute_reference)]
    return faults


def _cannot_own(person: User) -> str:
    if not person.is_active:
        return f"{person} has left. Choose somebody who can sign in."
    return "" if person.sees_the_work else f"{person} has no role in which to answer a matter."


@transaction.atomic
def answer_matter(*, matter: MatterArising, answer: str, by: User, at: dt.datetime) -> MatterArising:
    """Answer a matter, once; whoever raised it hears of it. The same answer by the same person again changes nothing.

    Raises PermissionDenied; ValidationError keyed by `answer`, or with a sentence when it was answered meanwhile.
    """
    matter = _locked(matter)
    if not by.has_perm("reports.answer_matter", matter):
        raise PermissionDenied(NOT_YOURS)
    return _answered(matter, answer, by, {}, by=by, at=at)


@transaction.atomic
def record_answer(
    *, matter: MatterArising, answer: str, received_how: str, received_on: dt.date | None, by: User, at: dt.datetime
) -> MatterArising:
    """Enter the answer that a matter's owner gave otherwise, such as by letter: it stays theirs, and says who recorded it.

    Whoever raised it hears of it, and so does the owner. Raises PermissionDenied; ValidationError keyed by these names, or
    with a sentence when it was answered meanwhile.
    """
    if not by.has_perm("reports.record_answer"):
        raise PermissionDenied(ONLY_COORDINATOR_RECORDS_ANSWERS)
    matter = _locked(matter)
    faults: dict[str, list[str]] = {}
    if received_how not in MatterArising.Received.values:
        faults["received_how"] = ["Choose how the answer came."]
    if received_on is None:
        faults["received_on"] = ["Give the day on which it was received."]
    elif received_on > timezone.localdate(at):
        faults["received_on"] = ["Choose today or an earlier day."]
    elif received_on < timezone.localdate(matter.raised_at):
        faults["received_on"] = [
            f"It was asked on {british(timezone.localdate(matter.raised_at))}: choose that day or a later one."
        ]
    if faults:
        raise ValidationError(faults)
    received = {"received_how": received_how, "received_on": received_on, "recorded_by": by}
    return _answered(matter, answer, matter.owner, received, by=by, at=at)


def _locked(matter: MatterArising) -> MatterArising:
    return MatterArising.objects.select_for_update(of=("self",)).select_related("report", "owner").get(pk=matter.pk)


def _answered(
    matter: MatterArising, answer: str, who: User, received: Mapping[str, object], *, by: User, at: dt.datetime
) -> MatterArising:
    """The answer of `who`, kept once; `by` sends it. Those are told whom it concerns and who did not send it."""
    answer = "" if is_blank(answer) else answer.strip()
    if not answer:
        raise ValidationError({"answer": ["Enter the answer."]})
    if len(answer) > LONGEST_ANSWER:
        raise ValidationError({"answer": [f"Shorten this to {LONGEST_ANSWER:,} characters or fewer."]})
    if matter.answered_at is not None:
        if (matter.answer, matter.answered_by_id) == (answer, who.pk):
            return matter
        day = british(timezone.localdate(matter.answered_at))
        raise ValidationError(f"{matter.answered_by} answered it on {day}. Your answer was not recorded.")
    matter.answer, matter.answered_by, matter.answered_at = answer, who, at
    for name, value in received.items():
        setattr(matter, name, value)
    matter.save(update_fields=["answer", "answered_by", "answered_at", *received])
    concerned = {matter.raised_by_id: matter.raised_by, who.pk: who}
    for person in concerned.values():
        if person.pk != by.pk:
            steps.tell(person, emails.matter_answered(matter, reader=person), matter.pk, at)
    return matter


@transaction.atomic
def restrict_matter(*, matter: MatterArising, restricted: bool, by: User) -> MatterArising:
    """Leave a matter and its answer out of the public versions made from now on, or let them have it; open or answered.

    Versions that are made already say what they say. Twice is once. Raises PermissionDenied.
    """
    if not by.has_perm("reports.restrict_matter", matter):
        raise PermissionDenied(ONLY_COORDINATOR_RESTRICTS)
    MatterArising.objects.filter(pk=matter.pk).exclude(restricted=restricted).update(restricted=restricted)
    matter.refresh_from_db(fields=["restricted"])
    return matter


@transaction.atomic
def reassign_matter(*, matter: MatterArising, to: User, reason: str, by: User, at: dt.datetime) -> MatterArising:
    """Give an open matter to somebody else, and tell them; who had it, when and why is kept.

    Raises PermissionDenied; ValidationError keyed by `to` and `reason`, or with a sentence when it is answered.
    """
    if not by.has_perm("reports.reassign_matter", matter):
        raise PermissionDenied(ONLY_COORDINATOR_REASSIGNS)
    matter = MatterArising.objects.select_for_update(of=("self",)).select_related("report", "owner").get(pk=matter.pk)
    if matter.answered_at is not None:
        raise ValidationError("It is answered: there is nothing to give to somebody else.")
    if matter.owner_id == to.pk:
        return matter
    reason = "" if is_blank(reason) else reason.strip()
    faults: dict[str, list[str]] = {}
    if sentence := _cannot_own(to):
        faults["to"] = [sentence]
    if not reason:
        faults["reason"] = ["Say in a sentence what the next person needs to know."]
    elif len(reason) > LONGEST_NOTE:
        faults["reason"] = [f"Shorten this to {LONGEST_NOTE:,} characters or fewer."]
    if faults:
        raise ValidationError(faults)
    before = matter.owner
    handover = MatterHandover.objects.create(matter=matter, old=before, new=to, reason=reason, by=by, at=at)
    matter.owner = to
    matter.save(update_fields=["owner"])
    for person in steps.with_stand_ins([to, before], at):
        if person.pk != by.pk:
            message = emails.matter_reassigned(matter, handover, reader=person)
            steps.tell(person, message, f"{matter.pk}:{handover.pk}", at)
    return matter
