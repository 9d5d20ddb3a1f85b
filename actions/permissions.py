"""Who may write to an action: one predicate for the button, the verb and every other door (library `rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from actions.models import Action, Export, ProgressUpdate, Proposal
    from partners.models import User
    from priorities.models import SubGroup


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


@rules.predicate
def runs_the_chase(user: User) -> bool:
    """The coordinator, or whoever stands in for them: reminding goes on while the coordinator is away.

    Standing in opens the board and its steps, and neither restricted words nor what changes the plan or its people.
    """
    return user.is_coordinator or user.covers_coordinator


@rules.predicate
def is_officer(user: User) -> bool:
    return user.is_officer


@rules.predicate
def proposed_it(user: User, proposal: Proposal | None) -> bool:
    return proposal is not None and proposal.proposed_by_id == user.pk


@rules.predicate
def leads(user: User, sub_group: SubGroup | None) -> bool:
    """Lead of the sub-group, the lead's deputy, or somebody who covers one of them."""
    named = {sub_group.lead_id, sub_group.deputy_id} if sub_group is not None else set()
    return user.sees_the_work and bool(named & user.stands_for)


@rules.predicate
def answers_for(user: User, action: Action | None) -> bool:
    """Owner or deputy of the action, or somebody who covers one of them."""
    named = {action.owner_id, action.deputy_id} if action is not None else set()
    return user.sees_the_work and bool(named & user.stands_for)


@rules.predicate
def is_named(user: User, action: Action | None) -> bool:
    """Owner or deputy themselves; standing in for one of them is for a time, and gives nothing away for good."""
    return action is not None and user.sees_the_work and user.pk in (action.owner_id, action.deputy_id)


@rules.predicate
def of_lead_partner(user: User, action: Action | None) -> bool:
    return action is not None and user.is_officer and user.partner_id == action.lead_partner_id


@rules.predicate
def leads_sub_group(user: User, action: Action | None) -> bool:
    """Lead of the action's sub-group, the lead's deputy, or somebody who covers one of them."""
    return action is not None and leads(user, action.sub_group)


@rules.predicate
def of_supporting_partner(user: User, action: Action | None) -> bool:
    return (
        action is not None
        and user.is_officer
        and user.partner_id is not None
        and action.supporting.filter(pk=user.partner_id).exists()
    )


@rules.predicate
def of_no_one(user: User, action: Action | None) -> bool:
    return action is not None and action.assigned is None


@rules.predicate
def sees_everything(user: User) -> bool:
    return user.is_coordinator or user.is_analyst or user.is_chair


@rules.predicate
def is_open_to(user: User, update: ProgressUpdate | None) -> bool:
    """Not restricted, or written by the reader, or the words of the reader's own organisation.

    Whose words they are was settled when they were sent: neither a new employer nor a new lead partner opens them.
    """
    if update is None:
        return False
    if not update.restricted or update.by_id == user.pk:
        return user.sees_the_work
    return user.is_officer and user.partner_id is not None and user.partner_id == update.spoken_for_id


@rules.predicate
def leads_sub_group_of(user: User, update: ProgressUpdate | None) -> bool:
    return update is not None and leads_sub_group(user, update.action)


@rules.predicate
def of_partner_asked(user: User, update: ProgressUpdate | None) -> bool:
    """An officer of the partner whose help the update wants, or whoever stands in for one."""
    return update is not None and update.help_wanted_from_id in user.officer_of


@rules.predicate
def wrote(user: User, update: ProgressUpdate | None) -> bool:
    return update is not None and user.sees_the_work and update.by_id == user.pk


@rules.predicate
def is_at_work(user: User) -> bool:
    return user.sees_the_work


@rules.predicate
def asked_for(user: User, export: Export | None) -> bool:
    return export is not None and export.by_id == user.pk


may_post = is_coordinator | answers_for | of_lead_partner | leads_sub_group

rules.add_perm("actions.post_update", may_post)
rules.add_perm("actions.add_words", ~may_post & of_supporting_partner)
rules.add_perm("actions.add_action", is_coordinator)
rules.add_perm("actions.reopen", is_coordinator)
rules.add_perm("actions.withdraw", is_coordinator)
rules.add_perm("actions.replace", is_coordinator)
rules.add_perm("actions.move_to_next_plan", is_coordinator)
rules.add_perm("actions.edit", is_coordinator)
# Milestones and dates alone.
rules.add_perm("actions.edit_dates", is_coordinator | leads_sub_group)
rules.add_perm("actions.propose", is_officer | is_coordinator)
rules.add_perm("actions.edit_proposal", proposed_it & (is_officer | is_coordinator))
rules.add_perm("actions.decide_proposal", is_coordinator)
rules.add_perm("actions.hand_over", is_coordinator | is_named | (of_lead_partner & of_no_one))
rules.add_perm("actions.hand_over_to_anybody", is_coordinator)
rules.add_perm("actions.extend_deadline", runs_the_chase)
rules.add_perm("actions.nudge", runs_the_chase)
rules.add_perm("actions.see_board", runs_the_chase)
rules.add_perm("actions.write_return", is_coordinator | leads)  # about a sub-group
rules.add_perm("actions.read_restricted", sees_everything | is_open_to | leads_sub_group_of)
rules.add_perm("actions.answer_help", is_coordinator | of_partner_asked)
rules.add_perm("actions.add_evidence", wrote)
rules.add_perm("actions.request_export", is_at_work)
rules.add_perm("actions.retry_export", is_at_work & asked_for)
