"""What an action is: its texts, people, dates and milestones, changed with an event for every column.

Nothing is overwritten unseen: every edit names the revision it was made on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from actions.models import Action, ActionEvent, Milestone, Notice
from actions.progress import beyond_the_plan, due_date_fault
from actions.services.chasing import notify
from actions.services.lifecycle import locked, move_date, wrong_with_milestones
from partners.words import is_blank
from priorities.periods import british

if TYPE_CHECKING:
    from partners.models import User

Kind = ActionEvent.Kind

#: What a sub-group's lead may change besides the milestones of its actions; the coordinator changes everything.
DATES = ("starts_on", "due_on", "review_on")
PEOPLE = ("owner", "deputy")
LISTS = ("supporting", "indicators", "recommendations", "having_regard")
EVERYTHING = (
    "title",
    "description",
    "measure_of_success",
    "priority",
    "sub_group",
    "lead_partner",
    *LISTS,
    *PEOPLE,
    *DATES,
    "reoffending_focus",
)

NOT_YOURS = "The coordinator changes an action; the lead of its sub-group changes its milestones and dates."

#: A milestone as text and due date; None stands for one that goes.
MilestoneText = tuple[str, dt.date]


class Stale(Exception):
    """Somebody changed the row after this person opened it. `revision` is the row's now; nothing was written."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"The row is at revision {revision}.")
        self.revision = revision


def may_change(user: User, action: Action) -> tuple[str, ...]:
    """Columns this person may change; empty for none. Milestones go with the dates."""
    if user.has_perm("actions.edit", action):
        return EVERYTHING
    return DATES if user.has_perm("actions.edit_dates", action) else ()


@transaction.atomic
def edit(
    *,
    action: Action,
    by: User,
    at: dt.datetime,
    revision: int,
    changes: Mapping[str, Any],
    milestones: Mapping[int, MilestoneText | None] | None = None,
    new_milestones: Sequence[MilestoneText] = (),
    reason: str = "",
) -> Action:
    """Write the columns of `changes` that differ, and what becomes of open milestones (by key) and new ones.

    `revision` is that of the action the person had before them: raises Stale when it has moved on, unless the action
    already says all of this. Raises PermissionDenied with a sentence; ValidationError keyed by the names of columns, by
    "milestones" and by "reason", which a moved due date cannot do without.
    """
    action = locked(action)
    allowed = may_change(by, action)
    if not allowed or not set(changes) <= set(allowed):
        raise PermissionDenied(NOT_YOURS)
    if action.state != Action.State.LIVE:
        state = action.get_state_display().lower()
        raise ValidationError(f"{action.ref} is {state}. Reopen it first.")
    differing = {name: value for name, value in changes.items() if value_of(action, name) != _plain(name, value)}
    rows = {row.pk: row for row in action.milestones.all()}
    touched = {
        pk: wanted
        for pk, wanted in (milestones or {}).items()
        if pk not in rows or wanted is None or (rows[pk].text, rows[pk].due_on) != wanted
    }
    held = {(row.text, row.due_on) for row in rows.values()}
    if action.revision != revision:
        gone_already = all(wanted is None and pk not in rows for pk, wanted in touched.items())
        if not differing and gone_already and set(new_milestones) <= held:
            return action  # the same form sent twice
        raise Stale(action.revision)
    if not (differing or touched or new_milestones):
        return action
    _check(action, differing, reason)
    _check_milestones(action, rows, touched, new_milestones, differing)

    before = {"owner": action.owner, "deputy": action.deputy}
    for name, value in differing.items():
        _write(action, name, value, by=by, at=at, reason=reason)
    # Out of each other's way first: two milestones may swap their texts.
    for pk in touched:
        Milestone.objects.filter(pk=pk).update(text=f"({pk})")
    for pk, wanted in touched.items():
        _write_milestone(rows[pk], wanted, by=by, at=at, reason=reason)
    for text, due_on in new_milestones:
        Milestone.objects.create(action=action, text=text, due_on=due_on)
        _event(action, "milestone", "", milestone_words(text, due_on), by=by, at=at, reason=reason)
    action.revision += 1
    action.full_clean(exclude=["plan", "ref"])
    action.save()
    if action.owner is not None and action.owner not in (before["owner"], by):
        notify(
            recipients=[action.owner],
            kind=Notice.Kind.HANDOVER,
            text=f"{action.ref} is yours now: {action.title}",
            path=action.get_absolute_url(),
            at=at,
            dedupe_key=f"action:{action.pk}:owner:{action.revision}",
            actions=[action],
        )
    here = (by, action.owner, action.deputy)
    taken_from = {person for person in before.values() if person is not None and person not in here}
    notify(
        recipients=taken_from,
        kind=Notice.Kind.HANDED_ON,
        text=f"{by} took {action.ref} from you; it is now with {action.owner or action.lead_partner}: {action.title}",
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"action:{action.pk}:taken:{action.revision}",
    )
    return action


def value_of(action: Action, name: str) -> Any:
    """What stands in a column now, comparable with what a form says; lists of rows as sets."""
    if name in LISTS:
        return frozenset(getattr(action, name).all())
    return getattr(action, name)


def words_for(value: Any) -> str:
    """A column's value as an event and a conflict page write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(part) for part in value))
    return str(value)


def milestone_words(text: str, due_on: dt.date) -> str:
    """As the ledger writes a milestone: 2026-09-12 and its text."""
    return f"{due_on.isoformat()} {text}"


def _plain(name: str, value: Any) -> Any:
    return frozenset(value) if name in LISTS else value


def _check(action: Action, differing: Mapping[str, Any], reason: str) -> None:
    def wanted(name: str) -> Any:
        return differing.get(name, getattr(action, name))

    faults: dict[str, list[str]] = {}
    if is_blank(wanted("title")):
        faults["title"] = ["Give the action a title."]
    if wanted("priority").plan_id != action.plan_id:
        faults["priority"] = ["That priority belongs to another plan."]
    if wanted("sub_group").plan_id != action.plan_id:
        faults["sub_group"] = ["That sub-group belongs to another plan."]
    if any(row.assessment.plan_id != action.plan_id for row in differing.get("recommendations", ())):
        faults["recommendations"] = ["That recommendation was made for another plan."]
    if any(row.plan.plan_id != action.plan_id for row in differing.get("having_regard", ())):
        faults["having_regard"] = ["That Police and Crime Plan belongs beside another plan of ours."]
    if wanted("lead_partner") in differing.get("supporting", ()):
        faults["supporting"] = [f"{wanted('lead_partner')} leads it already: take it out of the supporting partners."]
    for name in PEOPLE:
        person = differing.get(name)
        if person is not None and not (person.is_active and person.sees_the_work):
            faults[name] = [f"{person} does not work on actions here; choose somebody who does."]
    if wanted("deputy") is not None and wanted("deputy") == wanted("owner"):
        faults["deputy"] = ["Choose somebody other than the owner, or no one."]
    starts_on, due_on = wanted("starts_on"), wanted("due_on")
    if due_on is not None and wanted("review_on") is not None and differing.keys() & {"due_on", "review_on"}:
        faults["review_on"] = ["Give a due date or a review date, not both: a review date is for ongoing work."]
    if due_on is None and wanted("review_on") is None:
        faults["review_on"] = ["Ongoing work needs a review date."]
    ends_on = action.plan.ends_on
    for name in ("due_on", "review_on"):
        day = wanted(name)
        # A day that stood there before is not this person's; a new start is held against both.
        touched = name in differing or "starts_on" in differing
        wrong = due_date_fault(day, starts_on=starts_on, plan_ends_on=ends_on) if touched and day is not None else ""
        if wrong:
            faults[name] = [wrong]
    if "due_on" in differing and is_blank(reason):
        faults["reason"] = [f"Say why the due date moves. {beyond_the_plan(due_on, ends_on, reason)}".strip()]
    if faults:
        raise ValidationError(faults)


def _check_milestones(
    action: Action,
    rows: Mapping[int, Milestone],
    touched: Mapping[int, MilestoneText | None],
    new: Sequence[MilestoneText],
    differing: Mapping[str, Any],
) -> None:
    starts_on = differing.get("starts_on", action.starts_on)
    due_on = differing.get("due_on", action.due_on)
    for pk in touched:
        row = rows.get(pk)
        if row is None:
            raise ValidationError(
                {"milestones": ["A milestone you changed is not there any more. Open the form again."]}
            )
        if row.done_on is not None:
            raise ValidationError(
                {"milestones": [f"“{row.text}” was done on {british(row.done_on)} and stays as it is."]}
            )
    changed = [wanted for wanted in touched.values() if wanted is not None]
    left = [row.text for pk, row in rows.items() if pk not in touched]
    sentence = wrong_with_milestones([*left, *(text for text, _ in [*changed, *new])])
    for text, day in [*changed, *new]:
        if day < starts_on:
            sentence = sentence or f"“{text}” cannot be due before the start, {british(starts_on)}."
        elif due_on is not None and day > due_on:
            sentence = sentence or f"“{text}” cannot be due after the action itself, {british(due_on)}."
    if sentence:
        raise ValidationError({"milestones": [sentence]})


def _write(action: Action, name: str, value: Any, *, by: User, at: dt.datetime, reason: str) -> None:
    """One column and its event. A due date that was there and is there afterwards has moved: that is the ledger's own."""
    old = value_of(action, name)
    if name == "due_on" and old is not None and value is not None:
        move_date(action, value, by=by, at=at, reason=reason)
        return
    kind = Kind.REASSIGNED if name in PEOPLE else Kind.EDITED
    _event(action, name, words_for(old), words_for(_plain(name, value)), by=by, at=at, reason=reason, kind=kind)
    if name in LISTS:
        getattr(action, name).set(value)
        return
    setattr(action, name, value)
    if name == "due_on" and action.original_due_on is None:
        action.original_due_on = value


def _write_milestone(row: Milestone, wanted: MilestoneText | None, *, by: User, at: dt.datetime, reason: str) -> None:
    old = milestone_words(row.text, row.due_on)
    _event(row.action, "milestone", old, milestone_words(*wanted) if wanted else "", by=by, at=at, reason=reason)
    if wanted is None:
        row.delete()
        return
    row.text, row.due_on = wanted
    row.save(update_fields=["text", "due_on"])


def _event(
    action: Action,
    field: str,
    old: str,
    new: str,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    kind: ActionEvent.Kind = Kind.EDITED,
) -> None:
    ActionEvent.objects.create(action=action, kind=kind, field=field, old=old, new=new, reason=reason, by=by, at=at)
