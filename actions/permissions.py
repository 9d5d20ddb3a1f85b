"""Who may write to an action: one predicate for the button, the verb and every other door (library `rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from actions.models import Action, ProgressUpdate
    from partners.models import User
    from priorities.models import SubGroup


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


@rules.predicate
def leads(user: User, sub_group: SubGroup | None) -> bool:
    """Lead of the sub-group, the lead's deputy, or somebody who covers one of them."""
    named = (sub_group.lead_id, sub_group.deputy_id) if sub_group is not None else ()
    return user.sees_the_work and not user.stands_for.isdisjoint(named)


@rules.predicate
def answers_for(user: User, action: Action | None) -> bool:
    """Owner or deputy of the action, or somebody who covers one of them."""
    named = (action.owner_id, action.deputy_id) if action is not None else ()
    return user.sees_the_work and not user.stands_for.isdisjoint(named)


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
def sees_everything(user: User) -> bool:
    return user.is_coordinator or user.is_analyst or user.is_chair


@rules.predicate
def is_open_to(user: User, update: ProgressUpdate | None) -> bool:
    """Not restricted, or written by the reader or the reader's own organisation (or for it)."""
    if update is None:
        return False
    if not update.restricted or update.by_id == user.pk:
        return user.sees_the_work
    own = user.partner_id is not None and user.partner_id in (update.by.partner_id, update.action.lead_partner_id)
    return user.is_officer and own


@rules.predicate
def leads_sub_group_of(user: User, update: ProgressUpdate | None) -> bool:
    return update is not None and leads_sub_group(user, update.action)


may_post = is_coordinator | answers_for | of_lead_partner | leads_sub_group

rules.add_perm("actions.post_update", may_post)
rules.add_perm("actions.add_words", of_supporting_partner & ~may_post)
rules.add_perm("actions.add_action", is_coordinator)
rules.add_perm("actions.reopen", is_coordinator)
rules.add_perm("actions.withdraw", is_coordinator)
rules.add_perm("actions.read_restricted", sees_everything | is_open_to | leads_sub_group_of)
