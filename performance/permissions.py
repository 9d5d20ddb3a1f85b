"""Who may write figures, commentaries and emerging issues, and record decisions on the assessment (library `rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

if TYPE_CHECKING:
    from partners.models import User
    from performance.models import EmergingIssue, Indicator, Upload


@rules.predicate
def works_on_all_figures(user: User) -> bool:
    return user.is_coordinator or user.is_analyst


@rules.predicate
def owns_figure(user: User, indicator: Indicator | None) -> bool:
    """An officer of the partner that owes the figure, or who stands in for one."""
    return indicator is not None and indicator.data_owner_id in user.officer_of


@rules.predicate
def is_data_owner(user: User) -> bool:
    """An officer of a partner, which may owe figures, or who stands in for one."""
    return bool(user.officer_of)


@rules.predicate
def owns_upload(user: User, upload: Upload | None) -> bool:
    """An officer of the partner whose figures the file is said to hold, or who stands in for one."""
    return upload is not None and upload.data_owner_id in user.officer_of


@rules.predicate
def is_of_figures(user: User, upload: Upload | None) -> bool:
    return upload is not None and upload.kind == "figures"


@rules.predicate
def sees_the_work(user: User) -> bool:
    return user.sees_the_work


@rules.predicate
def sees_issue(user: User, issue: EmergingIssue | None) -> bool:
    """The same people as `EmergingIssueQuerySet.visible_to`."""
    return issue is not None and type(issue).objects.visible_to(user).filter(pk=issue.pk).exists()


rules.add_perm("performance.record_measurement", works_on_all_figures | owns_figure)
rules.add_perm("performance.nudge", works_on_all_figures)
rules.add_perm("performance.write_commentary", works_on_all_figures | owns_figure)
rules.add_perm("performance.annotate", works_on_all_figures | owns_figure)
rules.add_perm("performance.set_baseline", works_on_all_figures)
rules.add_perm("performance.raise_issue", sees_the_work)
rules.add_perm("performance.read_issue", sees_issue)
rules.add_perm("performance.triage_issue", works_on_all_figures)
rules.add_perm("performance.upload_figures", works_on_all_figures | is_data_owner)
rules.add_perm("performance.upload_tables", works_on_all_figures)
rules.add_perm("performance.work_on_upload", works_on_all_figures | (owns_upload & is_of_figures))


@rules.predicate
def records_decisions(user: User) -> bool:
    return user.is_coordinator


rules.add_perm("performance.decide_on_assessment", records_decisions)
