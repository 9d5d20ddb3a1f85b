"""What is decided on an emerging issue, and its raiser told; an action proposed for it takes it a step on, and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from actions.models import Notice, Proposal
from actions.services.chasing import notify
from partners.words import is_blank
from performance.models import EmergingIssue
from performance.services import issues
from priorities.periods import british

if TYPE_CHECKING:
    from actions.models import Action
    from partners.models import User

State = EmergingIssue.State
#: Proposals that still answer the issue they were made for.
STANDING = (Proposal.State.PROPOSED, Proposal.State.CHANGES_ASKED, Proposal.State.ACCEPTED)


@transaction.atomic
def decide(
    *, issue: EmergingIssue, state: str, reason: str, by: User, at: dt.datetime, seen: str = ""
) -> EmergingIssue:
    """Watch, close or open an issue again, as `set_issue_state` has it, and let whoever raised it hear of it."""
    before = issues.locked(issue).state
    done = issues.set_issue_state(issue=issue, state=state, reason=reason, by=by, at=at, seen=seen)
    if before == State.CLOSED and done.state != State.CLOSED:
        said = "is open again and watched"
    else:
        said = {State.WATCHING: "is being watched", State.CLOSED: "is closed"}[State(done.state)]
    _tell(done, said, by=by, at=at)
    return done


def proposed(proposal: Proposal, *, by: User, at: dt.datetime) -> None:
    """A proposal that answers an issue was made: the issue says so. Raises ValidationError for a closed one."""
    if proposal.from_issue is None:
        return
    done = issues.propose_action_for(
        issue=proposal.from_issue, reason=f"An action is proposed: {proposal.title}.", by=by, at=at
    )
    _tell(done, "has an action proposed for it", by=by, at=at)


def accepted(proposal: Proposal, action: Action, *, by: User, at: dt.datetime) -> None:
    """The proposal is in the plan: the issue it answers names the action."""
    if proposal.from_issue is None:
        return
    done = issues.settle_proposal_of(
        issue=proposal.from_issue, accepted=True, reason=f"{action.ref} is in the plan: {action.title}.", by=by, at=at
    )
    if done is not None:
        _tell(done, "is answered by a new action in the plan", by=by, at=at)


def fell_through(proposal: Proposal, issue: EmergingIssue | None, what: str, *, by: User, at: dt.datetime) -> None:
    """The proposal was declined, taken back or is about something else now: unless another stands, its issue is watched."""
    if issue is None or Proposal.objects.filter(from_issue=issue, state__in=STANDING).exclude(pk=proposal.pk).exists():
        return
    done = issues.settle_proposal_of(
        issue=issue, accepted=False, reason=f"The proposal “{proposal.title}” {what}.", by=by, at=at
    )
    if done is not None:
        _tell(done, "is being watched again: the action proposed for it is not coming", by=by, at=at)


def _tell(issue: EmergingIssue, said: str, *, by: User, at: dt.datetime) -> None:
    """Tell the raiser, unless it was their own doing. No e-mail holds a restricted issue's words."""
    if issue.raised_by_id == by.pk:
        return
    if issue.restricted:
        text = f"The restricted issue you raised on {british(timezone.localdate(issue.raised_at))} {said}."
    else:
        reason = "" if is_blank(issue.reason) else f" {issue.reason}"
        text = f"“{issue.title}” {said}.{reason}"
    notify(
        recipients=[issue.raised_by],
        kind=Notice.Kind.ISSUE,
        text=text,
        # Its page stands above this room: settings' ABSOLUTE_URL_OVERRIDES know where.
        path=issue.get_absolute_url(),  # type: ignore[attr-defined]
        at=at,
        dedupe_key=f"issue:{issue.events.order_by('-pk')[0].pk}",
        right="performance.read_issue",
        issue=issue,
    )
