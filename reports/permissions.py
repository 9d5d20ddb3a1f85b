"""Who may move a report on: one predicate for the button, the verb and every other door (library `rules`).

Who may read one is `visible_to` on the querysets of reports/models.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import Partner, User
    from reports.models import MatterArising, ReportVersion


@rules.predicate
def is_coordinator(user: User) -> bool:
    return user.is_coordinator


@rules.predicate
def is_chair(user: User) -> bool:
    return user.is_chair


@rules.predicate
def covers_chair(user: User, version: ReportVersion | None) -> bool:
    """The vice-chair, named as the chair's cover for a time; not for a chair who sent the version themselves."""
    sender = version.sent_by_id if version is not None else None
    return any(chair != sender for chair in user.chairs_covered)


@rules.predicate
def covers_some_chair(user: User) -> bool:
    return user.covers_chair


@rules.predicate
def speaks_for(user: User, partner: Partner | None) -> bool:
    """An officer of the partner, or whoever stands in for one."""
    return partner is not None and partner.pk in user.officer_of


@rules.predicate
def is_analyst(user: User) -> bool:
    return user.is_analyst


@rules.predicate
def did_not_send(user: User, version: ReportVersion | None) -> bool:
    """Nobody decides alone on what they put before the chair themselves."""
    return version is None or version.sent_by_id != user.pk


@rules.predicate
def writes_section(user: User, section: str | None) -> bool:
    """The coordinator every section of a report, the chair and who covers them the statement, the analyst the figures."""
    if user.is_coordinator:
        return True
    if section == "statement":
        return user.is_chair or user.covers_chair
    return section == "performance" and user.is_analyst


@rules.predicate
def is_to_answer(user: User, matter: MatterArising | None) -> bool:
    """Whom a matter was given to, as long as they are at work, and whoever stands in for them."""
    return matter is not None and user.sees_the_work and matter.owner_id in user.stands_for


@rules.predicate
def sees_the_work(user: User) -> bool:
    return user.sees_the_work


rules.add_perm("reports.see_schedule", sees_the_work)
rules.add_perm("reports.send_to_chair", is_coordinator)
rules.add_perm("reports.decide", (is_chair | covers_chair) & did_not_send)
rules.add_perm("reports.open_fact_check", is_coordinator)
rules.add_perm("reports.answer_fact_check", speaks_for)  # for a partner
rules.add_perm("reports.settle_fact_check", is_coordinator)
rules.add_perm("reports.close_fact_check", is_coordinator)
# What every partner answered; officers see their own partner's part.
rules.add_perm("reports.see_fact_check", is_coordinator | is_chair | covers_some_chair | is_analyst)
rules.add_perm("reports.record_decision", (is_coordinator | is_chair | covers_chair) & did_not_send)
rules.add_perm("reports.publish", is_coordinator)
rules.add_perm("reports.make_version", is_coordinator)
rules.add_perm("reports.mark_not_produced", is_coordinator)
rules.add_perm("reports.run_now", is_coordinator)
rules.add_perm("reports.rehearse", is_coordinator)
rules.add_perm("reports.make_on_request", is_coordinator)  # the plan, and an action plan as at a day
rules.add_perm("reports.try_again", is_coordinator)
rules.add_perm("reports.write_text", writes_section)  # a section of a report, by its key
rules.add_perm("reports.word_recommendation", is_coordinator)
rules.add_perm("reports.preview_public", is_coordinator | is_chair | covers_some_chair)
rules.add_perm("reports.release", is_coordinator)
rules.add_perm("reports.send_to_lists", is_coordinator)
rules.add_perm("reports.record_outcomes", is_coordinator)
rules.add_perm("reports.raise_matter", is_coordinator | is_chair | covers_some_chair)
rules.add_perm("reports.raise_matter_for_others", is_coordinator)  # of a meeting or scrutiny
rules.add_perm("reports.answer_matter", is_coordinator | is_to_answer)
rules.add_perm("reports.record_answer", is_coordinator)  # one that its owner gave otherwise
rules.add_perm("reports.reassign_matter", is_coordinator)
rules.add_perm("reports.restrict_matter", is_coordinator)

ONLY_COORDINATOR_MAKES = "Only the coordinator can make another version of a report."
ONLY_COORDINATOR_LEAVES_OUT = "Only the coordinator can mark a report as not produced."
ONLY_THOSE_WHO_ANSWER_PREVIEW = "Before it is published the public version is for the coordinator and the chair."
ONLY_COORDINATOR_RUNS = "Only the coordinator has a report made before its time comes round."
ONLY_COORDINATOR_MAKES_ON_REQUEST = "Only the coordinator has the plan or an action plan made."
ONLY_COORDINATOR_REHEARSES = "Only the coordinator asks what the portal would do next."
ONLY_COORDINATOR_WORDS = "Only the coordinator words, leaves out or adds what a report asks the Partnership."
ONLY_THESE_RECORD = "A decision taken at a meeting is recorded by a coordinator or the chair."
SENT_IT = (
    "You sent this version to the chair yourself, so somebody else has to decide on it: the chair, whoever stands in for the "
    "chair, or another coordinator, who records a decision taken at a meeting."
)
CHAIR_SENT_IT = "The chair for whom you stand in sent this version, so somebody else has to decide on it."


def refusal_to_decide(user: User, version: ReportVersion) -> str:
    """Why somebody without the right may not decide on a version, in a sentence."""
    if version.sent_by_id == user.pk and (user.is_chair or user.covers_chair or user.is_coordinator):
        return SENT_IT
    return CHAIR_SENT_IT if user.covers_chair else "Only the chair decides on a report."


def refusal_to_record(user: User, version: ReportVersion) -> str:
    """Why somebody without the right may not record a decision taken at a meeting, in a sentence."""
    if user.is_coordinator or user.is_chair or user.covers_chair:
        return refusal_to_decide(user, version)
    return ONLY_THESE_RECORD


def who_writes(section: str) -> str:
    """Who may write a section of a report, as `writes_section` has it."""
    who = {"statement": "the chair or the coordinator", "performance": "an analyst or the coordinator"}
    return who.get(section, "the coordinator")


def refusal_to_write(section: str) -> str:
    return f"This section is written by {who_writes(section)}."
