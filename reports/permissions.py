"""Who may move a report on: one predicate for the button, the verb and every other door (library `rules`).

Who may read one is `visible_to` on the querysets of reports/models.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User
    from reports.models import ReportVersion


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


@rules.predicate
def is_chair(user: User) -> bool:
    return user.is_chair


@rules.predicate
def did_not_send(user: User, version: ReportVersion | None) -> bool:
    """Nobody decides alone on what they put before the chair themselves."""
    return version is None or version.sent_by_id != user.pk


@rules.predicate
def sees_the_work(user: User) -> bool:
    return user.sees_the_work


rules.add_perm("reports.see_schedule", sees_the_work)
rules.add_perm("reports.send_to_chair", is_coordinator)
rules.add_perm("reports.decide", is_chair & did_not_send)
rules.add_perm("reports.record_decision", is_coordinator)
rules.add_perm("reports.publish", is_coordinator)
rules.add_perm("reports.make_version", is_coordinator)
rules.add_perm("reports.mark_not_produced", is_coordinator)
rules.add_perm("reports.try_again", is_coordinator)
rules.add_perm("reports.preview_public", is_coordinator | is_chair)

ONLY_COORDINATOR_MAKES = "Only the coordinator can make another version of a report."
ONLY_COORDINATOR_LEAVES_OUT = "Only the coordinator can mark a report as not produced."
ONLY_THOSE_WHO_ANSWER_PREVIEW = "Before it is published the public version is for the coordinator and the chair."
SENT_IT = "You sent this version to the chair yourself, so somebody else has to decide on it."


def refusal_to_decide(user: User) -> str:
    """Why somebody without the right may not decide on a version, in a sentence."""
    return SENT_IT if user.is_chair else "Only the chair decides on a report."
