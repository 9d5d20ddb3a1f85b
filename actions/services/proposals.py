"""A new initiative is proposed, changed, taken back, and decided on. Accepted, it is an action with the next reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import Action, Notice, Proposal
from actions.progress import beyond_the_plan, due_date_fault
from actions.services import issues
from actions.services.chasing import notify
from actions.services.lifecycle import add_action, next_ref, wrong_with_milestones
from actions.services.structure import Stale
from partners import roles
from partners.models import Partner, User
from partners.words import is_blank
from performance.models import EmergingIssue, Indicator
from priorities.periods import british

if TYPE_CHECKING:
    from priorities.models import Meeting, Plan, Priority, SubGroup

State = Proposal.State

#: Longest text of one field, in characters; said in the form's hints.
LONGEST = 4000

NOT_PROPOSING = "New initiatives are proposed by officers of the partners and by the coordinator."
NOT_YOURS = "A proposal is changed or taken back by the person who made it."
NOT_DECIDING = "Only the coordinator decides on a proposal."


@dataclass(frozen=True, kw_only=True)
class Initiative:
    """What somebody proposes. Ongoing work has a review date in place of a due date."""

    title: str
    why: str
    priority: Priority
    sub_group: SubGroup
    lead_partner: Partner
    starts_on: dt.date
    measure_of_success: str
    due_on: dt.date | None = None
    review_on: dt.date | None = None
    beyond_plan_reason: str = ""
    supporting: Sequence[Partner] = ()
    milestones: Sequence[tuple[str, dt.date]] = ()
    reoffending_focus: bool = False
    indicators: Sequence[Indicator] = ()
    from_issue: EmergingIssue | None = None

    def columns(self) -> dict[str, Any]:
        """Values of the columns of the same names."""
        names = (
            "title why priority sub_group lead_partner starts_on measure_of_success due_on review_on "
            "beyond_plan_reason reoffending_focus from_issue"
        )
        return {
            **{name: getattr(self, name) for name in names.split()},
            "milestones": [{"text": text, "due_on": due_on.isoformat()} for text, due_on in self.milestones],
        }


def milestones_of(proposal: Proposal) -> list[tuple[str, dt.date]]:
    """Texts and due dates of the milestones a proposal holds."""
    return [(row["text"], dt.date.fromisoformat(row["due_on"])) for row in proposal.milestones]


@transaction.atomic
def propose(
    *, plan: Plan, initiative: Initiative, by: User, at: dt.datetime, today: dt.date, submission_key: UUID
) -> Proposal:
    """Propose an initiative; the coordinators hear of it.

    The same `submission_key` by the same person answers with the proposal already made.
    Raises PermissionDenied with a sentence; ValidationError keyed by the names of Initiative's fields.
    """
    if not by.has_perm("actions.propose"):
        raise PermissionDenied(NOT_PROPOSING)
    made = _already_made(by, submission_key)
    if made is not None:
        return made
    _check(plan, initiative, by, today)
    proposal = Proposal(
        plan=plan, proposed_by=by, proposed_at=at, submission_key=submission_key, **initiative.columns()
    )
    proposal.full_clean(exclude=["submission_key"])
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        # The same form, sent twice in the same instant.
        made = _already_made(by, submission_key)
        if made is None:
            raise
        return made
    proposal.supporting.set(initiative.supporting)
    proposal.indicators.set(initiative.indicators)
    issues.proposed(proposal, by=by, at=at)
    _tell_coordinators(proposal, f"{by} proposes a new initiative: {proposal.title}", by=by, at=at)
    return proposal


@transaction.atomic
def revise(
    *, proposal: Proposal, initiative: Initiative, by: User, at: dt.datetime, today: dt.date, revision: int
) -> Proposal:
    """Change a proposal that is not decided yet, and put it before the coordinator (again).

    `revision` is that of the text the proposer had before them: raises Stale when it has moved on and the new texts differ.
    """
    proposal = _locked(proposal)
    if not by.has_perm("actions.edit_proposal", proposal):
        raise PermissionDenied(NOT_YOURS)
    _check_undecided(proposal)
    if proposal.revision != revision:
        if _same(proposal, initiative):
            return proposal
        raise Stale(proposal.revision)
    _check(proposal.plan, initiative, by, today)
    again = proposal.state == State.CHANGES_ASKED
    before = proposal.from_issue
    for name, value in initiative.columns().items():
        setattr(proposal, name, value)
    proposal.state = State.PROPOSED
    proposal.revision += 1
    proposal.full_clean(exclude=["submission_key"])
    proposal.save()
    proposal.supporting.set(initiative.supporting)
    proposal.indicators.set(initiative.indicators)
    if before != proposal.from_issue:
        issues.fell_through(proposal, before, "does not answer it any more", by=by, at=at)
        issues.proposed(proposal, by=by, at=at)
    if again:
        _tell_coordinators(proposal, f"{by} changed what was asked and proposes again: {proposal.title}", by=by, at=at)
    return proposal


@transaction.atomic
def take_back(*, proposal: Proposal, by: User, at: dt.datetime) -> Proposal:
    """Take back a proposal that is not decided yet. It stays to be seen."""
    proposal = _locked(proposal)
    if not by.has_perm("actions.edit_proposal", proposal):
        raise PermissionDenied(NOT_YOURS)
    _check_undecided(proposal)
    proposal.state = State.TAKEN_BACK
    proposal.revision += 1
    proposal.save(update_fields=["state", "revision"])
    issues.fell_through(proposal, proposal.from_issue, "was taken back", by=by, at=at)
    return proposal


@transaction.atomic
def accept(
    *,
    proposal: Proposal,
    by: User,
    at: dt.datetime,
    today: dt.date,
    revision: int,
    meeting: Meeting | None = None,
    owner: User | None = None,
    reason: str = "",
) -> Action:
    """Put the initiative into the plan under the next reference of its priority, with who, when and at which meeting.

    `revision` is that of the text decided on. Raises PermissionDenied; ValidationError with a sentence when it is decided
    already or was changed since, and keyed by "meeting" or "owner".
    """
    proposal = _to_decide(proposal, by, revision)
    faults: dict[str, list[str]] = {}
    if meeting is not None and (meeting.plan_id != proposal.plan_id or meeting.date > today):
        faults["meeting"] = ["Choose a meeting of this plan that has taken place."]
    if owner is not None and not (owner.is_active and owner.sees_the_work):
        faults["owner"] = [f"{owner} does not work on actions here; choose somebody who does."]
    if faults:
        raise ValidationError(faults)
    action = add_action(
        plan=proposal.plan,
        ref=next_ref(proposal.priority),
        priority=proposal.priority,
        sub_group=proposal.sub_group,
        title=proposal.title,
        description=proposal.why,
        measure_of_success=proposal.measure_of_success,
        lead_partner=proposal.lead_partner,
        owner=owner,
        starts_on=proposal.starts_on,
        due_on=proposal.due_on,
        review_on=proposal.review_on,
        reoffending_focus=proposal.reoffending_focus,
        supporting=list(proposal.supporting.all()),
        indicators=list(proposal.indicators.all()),
        milestones=milestones_of(proposal),
        origin=Action.Origin.ISSUE if proposal.from_issue_id else Action.Origin.INITIATIVE,
        from_issue=proposal.from_issue,
        source=_source(meeting, timezone.localdate(at)),
        reason=_entry(proposal, meeting, reason),
        by=by,
        at=at,
    )
    _decide(proposal, State.ACCEPTED, by=by, at=at, reason=reason, meeting=meeting, action=action)
    issues.accepted(proposal, action, by=by, at=at)
    notify(
        recipients=_others(by, proposal.proposed_by),
        kind=Notice.Kind.PROPOSAL_DECIDED,
        text=f"Your proposal is accepted as {action.ref}: {action.title}",
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"proposal:{proposal.pk}:{proposal.revision}",
    )
    if owner is not None and owner.pk != proposal.proposed_by_id:
        notify(
            recipients=_others(by, owner),
            kind=Notice.Kind.HANDOVER,
            text=f"You own a new action, {action.ref}: {action.title}",
            path=action.get_absolute_url(),
            at=at,
            dedupe_key=f"action:{action.pk}:owner:{action.revision}",
            actions=[action],
        )
    return action


@transaction.atomic
def ask_for_changes(*, proposal: Proposal, by: User, at: dt.datetime, revision: int, reason: str) -> Proposal:
    """Send a proposal back to its proposer, saying what should change."""
    proposal = _to_decide(proposal, by, revision)
    if is_blank(reason):
        raise ValidationError({"reason": ["Say what should change."]})
    _decide(proposal, State.CHANGES_ASKED, by=by, at=at, reason=reason)
    _tell_proposer(proposal, f"Changes are asked for on your proposal “{proposal.title}”", by=by, at=at)
    return proposal


@transaction.atomic
def decline(
    *,
    proposal: Proposal,
    by: User,
    at: dt.datetime,
    today: dt.date,
    revision: int,
    reason: str,
    meeting: Meeting | None = None,
) -> Proposal:
    """Decline a proposal, with the reason and, where there was one, the meeting. It stays to be seen."""
    proposal = _to_decide(proposal, by, revision)
    faults: dict[str, list[str]] = {}
    if is_blank(reason):
        faults["reason"] = ["Say why it is declined."]
    if meeting is not None and (meeting.plan_id != proposal.plan_id or meeting.date > today):
        faults["meeting"] = ["Choose a meeting of this plan that has taken place."]
    if faults:
        raise ValidationError(faults)
    _decide(proposal, State.DECLINED, by=by, at=at, reason=reason, meeting=meeting)
    issues.fell_through(proposal, proposal.from_issue, "was declined", by=by, at=at)
    _tell_proposer(proposal, f"Your proposal “{proposal.title}” is declined", by=by, at=at)
    return proposal


def _locked(proposal: Proposal) -> Proposal:
    """The proposal read again under a row lock, so that two decisions at once are taken one after the other."""
    return (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("plan", "priority", "sub_group", "lead_partner", "proposed_by", "from_issue")
        .get(pk=proposal.pk)
    )


def _to_decide(proposal: Proposal, by: User, revision: int) -> Proposal:
    proposal = _locked(proposal)
    if not by.has_perm("actions.decide_proposal", proposal):
        raise PermissionDenied(NOT_DECIDING)
    _check_undecided(proposal)
    if proposal.revision != revision:
        raise ValidationError("The proposal was changed after you opened it. Read it again and decide then.")
    return proposal


def _check_undecided(proposal: Proposal) -> None:
    if proposal.state == State.TAKEN_BACK:
        raise ValidationError(f"{proposal.proposed_by} took this proposal back.")
    if proposal.state in (State.ACCEPTED, State.DECLINED):
        where = f" as {proposal.action.ref}" if proposal.action else ""
        done = proposal.get_state_display().lower()
        raise ValidationError(f"This proposal is {done} already{where}, by {proposal.decided_by}.")


def _decide(
    proposal: Proposal,
    state: State,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    meeting: Meeting | None = None,
    action: Action | None = None,
) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.reason = state, by, at, reason
    proposal.meeting, proposal.action = meeting, action
    proposal.revision += 1
    proposal.save(update_fields=["state", "decided_by", "decided_at", "reason", "meeting", "action", "revision"])


def _already_made(by: User, submission_key: UUID) -> Proposal | None:
    made = Proposal.objects.filter(submission_key=submission_key).first()
    if made is not None and made.proposed_by_id != by.pk:
        raise ValidationError("This form was sent already by somebody else. Open it again and start anew.")
    return made


def _check(plan: Plan, wanted: Initiative, by: User, today: dt.date) -> None:
    faults: dict[str, list[str]] = {}
    for name, sentence in (
        ("title", "Give the initiative a title."),
        ("why", "Say why it is needed."),
        ("measure_of_success", "Say how the Partnership will know that it worked."),
    ):
        if is_blank(getattr(wanted, name)):
            faults[name] = [sentence]
    if wanted.priority.plan_id != plan.pk:
        faults["priority"] = ["That priority belongs to another plan."]
    if wanted.sub_group.plan_id != plan.pk:
        faults["sub_group"] = ["That sub-group belongs to another plan."]
    if wanted.lead_partner in wanted.supporting:
        faults["supporting"] = [f"{wanted.lead_partner} leads it already: take it out of the supporting partners."]
    issue = wanted.from_issue
    if issue is not None and not EmergingIssue.objects.filter(plan=plan, pk=issue.pk).visible_to(by).exists():
        faults["from_issue"] = ["Choose an emerging issue of this plan."]
    if wanted.due_on is None and wanted.review_on is None:
        faults["due_on"] = ["Give a due date, or a review date for ongoing work."]
    if wanted.due_on is not None and wanted.review_on is not None:
        faults["review_on"] = ["Give a due date or a review date, not both: a review date is for ongoing work."]
    for name in ("due_on", "review_on"):
        day = getattr(wanted, name)
        wrong = ""
        if day is not None:
            wrong = due_date_fault(day, starts_on=wanted.starts_on, plan_ends_on=plan.ends_on, not_before=today)
        if wrong:
            faults[name] = [wrong]
    if "due_on" not in faults and (missing := beyond_the_plan(wanted.due_on, plan.ends_on, wanted.beyond_plan_reason)):
        faults["beyond_plan_reason"] = [missing]
    if sentence := milestone_faults(wanted.milestones, wanted.starts_on, wanted.due_on):
        faults["milestones"] = [sentence]
    if faults:
        raise ValidationError(faults)


def milestone_faults(milestones: Iterable[tuple[str, dt.date]], starts_on: dt.date, due_on: dt.date | None) -> str:
    """What is wrong with milestones, in one sentence; empty when nothing is."""
    rows = list(milestones)
    if sentence := wrong_with_milestones([text for text, _ in rows]):
        return sentence
    for text, day in rows:
        if day < starts_on:
            return f"“{text}” cannot be due before the start, {british(starts_on)}."
        if due_on is not None and day > due_on:
            return f"“{text}” cannot be due after the whole, {british(due_on)}."
    return ""


def _same(proposal: Proposal, wanted: Initiative) -> bool:
    """True when the row already says what is wanted: the same form sent twice."""
    held = all(getattr(proposal, name) == value for name, value in wanted.columns().items())
    lists = ((proposal.supporting, wanted.supporting), (proposal.indicators, wanted.indicators))
    return held and all(set(rows.all()) == set(those) for rows, those in lists)


def _source(meeting: Meeting | None, day: dt.date) -> str:
    """As printed in reports: no names of people."""
    room = Action._meta.get_field("source").max_length or 0
    return f"new initiative, {f'agreed at the {meeting}' if meeting else f'accepted {british(day)}'}"[:room]


def _entry(proposal: Proposal, meeting: Meeting | None, reason: str) -> str:
    """What the action's history says of how it came into the plan."""
    who = (
        f"{proposal.proposed_by}, {proposal.proposed_by.partner}"
        if proposal.proposed_by.partner
        else proposal.proposed_by
    )
    said = [f"Proposed by {who} on {british(timezone.localdate(proposal.proposed_at))}."]
    if meeting is not None:
        said.append(f"Agreed at the {meeting}.")
    if proposal.due_on and proposal.due_on > proposal.plan.ends_on:
        said.append(f"It ends after the plan does: {proposal.beyond_plan_reason}")
    if not is_blank(reason):
        said.append(reason.strip())
    return " ".join(said)


def _others(by: User, *people: User) -> list[User]:
    return [person for person in people if person.pk != by.pk]


def _tell_coordinators(proposal: Proposal, text: str, *, by: User, at: dt.datetime) -> None:
    coordinators = User.objects.filter(is_active=True, groups__name=roles.COORDINATOR).exclude(pk=by.pk)
    notify(
        recipients=coordinators,
        kind=Notice.Kind.PROPOSAL,
        text=text,
        path=proposal.get_absolute_url(),
        at=at,
        dedupe_key=f"proposal:{proposal.pk}:{proposal.revision}",
        right="actions.decide_proposal",
        proposal=proposal,
    )


def _tell_proposer(proposal: Proposal, text: str, *, by: User, at: dt.datetime) -> None:
    notify(
        recipients=_others(by, proposal.proposed_by),
        kind=Notice.Kind.PROPOSAL_DECIDED,
        text=text,
        path=proposal.get_absolute_url(),
        at=at,
        dedupe_key=f"proposal:{proposal.pk}:{proposal.revision}",
    )
