"""What the database itself refuses of actions, updates and events, whoever writes."""

import datetime as dt

import pytest

from actions.models import (
    Action,
    ActionEvent,
    DeadlineExtension,
    Draft,
    Evidence,
    Export,
    HelpReply,
    Milestone,
    Notice,
    ProgressUpdate,
    Proposal,
    Reminder,
    SubGroupReturn,
)
from actions.tests.makers import NOW, TODAY, Cast, key
from partners.tests.constraints import Breach, names_of, refused_by

DAY, DAY_BEFORE = dt.date(2026, 12, 2), dt.date(2026, 12, 1)

BREACHES = [
    Breach("action_ref_unique", "action", {"title": "One"}, {"title": "Another"}),
    Breach("action_due_or_review", "action", {"due_on": None, "review_on": DAY}, {"ref": "B", "due_on": None}),
    Breach(
        "action_due_after_start",
        "action",
        {"starts_on": DAY, "due_on": DAY},
        {"ref": "B", "starts_on": DAY, "due_on": DAY_BEFORE},
    ),
    Breach("action_state_known", "action", {"state": "moved"}, {"ref": "B", "state": "paused"}),
    Breach(
        "action_complete_has_date",
        "action",
        {"state": "complete", "completed_on": DAY},
        {"ref": "B", "state": "complete"},
    ),
    Breach("action_complete_has_date", "action", {}, {"ref": "B", "completed_on": DAY}),
    Breach("action_replaced_has_successor", "action", {"state": "moved"}, {"ref": "B", "state": "replaced"}),
    Breach("milestone_once", "milestone", {"due_on": DAY}, {"due_on": DAY_BEFORE}),
    Breach("draft_once", "draft", {"content": {"narrative": ["One"]}}, {"content": {"narrative": ["Two"]}}),
    Breach("draft_period", "draft", {}, {"period_start": dt.date(2026, 5, 1)}),
    Breach("update_period", "update", {}, {"submission_key": key(2), "period_start": dt.date(2026, 5, 1)}),
    Breach(
        "update_rating_known", "update", {"rating": "off_track"}, {"submission_key": key(2), "rating": "not_started"}
    ),
    Breach("update_rating_known", "update", {}, {"submission_key": key(2), "rating": "closed"}),
    Breach("update_kind_known", "update", {"kind": "no_change"}, {"submission_key": key(2), "kind": "rumour"}),
    Breach(
        "update_words_have_no_rating",
        "update",
        {"kind": "words", "rating": ""},
        {"submission_key": key(2), "kind": "words", "rating": "on_track"},
    ),
    Breach("update_words_have_no_rating", "update", {}, {"submission_key": key(2), "rating": ""}),
    Breach(
        "update_completion_is_complete",
        "update",
        {"kind": "completion", "rating": "complete"},
        {"submission_key": key(2), "kind": "completion", "rating": "on_track"},
    ),
    Breach("update_completion_is_complete", "update", {}, {"submission_key": key(2), "rating": "complete"}),
    Breach(
        "update_says_something",
        "update",
        {"kind": "no_change", "narrative": ""},
        {"submission_key": key(2), "narrative": ""},
    ),
    Breach("ProgressUpdate.submission_key", "update", {"narrative": "Once."}, {"narrative": "Again."}),
    Breach("reminder_step_once", "reminder", {"due_on": DAY_BEFORE}, {"due_on": DAY_BEFORE}),
    Breach("reminder_step_has_due", "reminder", {}, {"due_on": None, "step": "overdue"}),
    Breach("reminder_step_known", "reminder", {}, {"step": "rumour"}),
    Breach("reminder_nudge_has_hand", "nudge", {}, {"by": None}),
    Breach("extension_once", "extension", {}, {"reason": "Still new."}),
    Breach("extension_says_why", "extension", {}, {"action": "other", "reason": ""}),
    Breach("sub_group_return_once", "part", {}, {"paragraph": "Another."}),
    Breach("sub_group_return_period", "part", {}, {"period_start": dt.date(2026, 5, 1)}),
    Breach("notice_kind_known", "notice", {"kind": "handover"}, {"dedupe_key": "b", "kind": "rumour"}),
    Breach("Notice.dedupe_key", "notice", {"text": "Once."}, {"text": "Again."}),
    Breach("event_kind_known", "event", {"kind": "reassigned"}, {"kind": "forgotten"}),
    Breach("event_change_says_why", "event", {"kind": "date_moved", "reason": "Funding."}, {"kind": "date_moved"}),
    Breach("event_change_says_why", "event", {"kind": "state"}, {"kind": "reopened"}),
    Breach("event_edit_names_field", "event", {"kind": "edited", "field": "title"}, {"kind": "edited"}),
    Breach(
        "proposal_state_known",
        "proposal",
        {"state": "taken_back"},
        {"submission_key": key(2), "state": "forgotten"},
    ),
    Breach(
        "proposal_due_or_review",
        "proposal",
        {"due_on": None, "review_on": DAY},
        {"submission_key": key(2), "due_on": None},
    ),
    Breach(
        "proposal_due_after_start",
        "proposal",
        {"starts_on": DAY, "due_on": DAY},
        {"submission_key": key(2), "starts_on": DAY, "due_on": DAY_BEFORE},
    ),
    Breach("proposal_accepted_has_action", "proposal", {}, {"submission_key": key(2), "state": "accepted"}),
    Breach(
        "proposal_refusal_says_why",
        "proposal",
        {"state": "declined", "reason": "Too dear."},
        {"submission_key": key(2), "state": "declined"},
    ),
    Breach("proposal_refusal_says_why", "proposal", {}, {"submission_key": key(2), "state": "changes_asked"}),
    Breach("help_reply_answer_known", "reply", {}, {"submission_key": key(2), "answer": "perhaps"}),
    Breach("help_reply_has_words", "reply", {}, {"submission_key": key(2), "text": ""}),
    Breach("HelpReply.submission_key", "reply", {"text": "Once."}, {"text": "Again."}),
    Breach("evidence_is_file_or_link", "evidence", {}, {"sha256": ""}),
    Breach("evidence_is_file_or_link", "evidence", {}, {"size": None}),
    Breach("evidence_is_file_or_link", "evidence", {}, {"url": "https://example.org/"}),
    Breach("evidence_is_file_or_link", "link", {}, {"url": ""}),
    Breach("evidence_is_file_or_link", "link", {}, {"file": "evidence/ab/abc"}),
    Breach("evidence_scan_known", "evidence", {"scan": "infected"}, {"scan": "probably"}),
    Breach("Proposal.submission_key", "proposal", {"title": "Once"}, {"title": "Again"}),
    Breach(
        "Proposal.action",
        "accepted_proposal",
        {"title": "Once"},
        {"submission_key": key(2), "title": "Again"},
    ),
    Breach("export_once", "export", {"as_of": DAY}, {"as_of": DAY_BEFORE}),
    Breach("export_kind_known", "export", {"kind": "xlsx"}, {"kind": "pdf"}),
    Breach("export_state_known", "export", {"query": "?page=2"}, {"state": "lost"}),
    Breach("export_running_is_leased", "export", {"state": "running", "lease_until": NOW}, {"state": "running"}),
    Breach("export_failed_says_why", "export", {"state": "failed", "error": "No space."}, {"state": "failed"}),
    Breach(
        "export_done_has_file",
        "export",
        {"state": "done", "file": "exports/a", "sha256": "0" * 64, "finished_at": NOW, "expires_on": DAY},
        {"state": "done", "file": "exports/a", "sha256": "0" * 64, "finished_at": NOW},
    ),
]


class Rows:
    def __init__(self) -> None:
        self.cast = Cast()
        self.of = self.cast.action()

    def action(self, **changes) -> Action:
        fields = {
            "ref": "A",
            "priority": self.cast.priority,
            "sub_group": self.cast.sub_group,
            "title": "More patrols",
            "lead_partner": self.cast.fire,
            "starts_on": dt.date(2024, 4, 1),
            "due_on": dt.date(2027, 3, 31),
            "added_at": NOW,
        }
        return Action.objects.create(plan=self.cast.plan, **{**fields, **changes})

    def milestone(self, **changes) -> Milestone:
        return Milestone.objects.create(action=self.of, text="Money found", **changes)

    def update(self, **changes) -> ProgressUpdate:
        fields = {
            "period_kind": "half_year",
            "period_start": dt.date(2026, 4, 1),
            "rating": "on_track",
            "narrative": "Four operations held.",
            "by": self.cast.officer,
            "submitted_at": NOW,
            "submitted_on": TODAY,
            "submission_key": key(1),
        }
        return ProgressUpdate.objects.create(action=self.of, **{**fields, **changes})

    def draft(self, **changes) -> Draft:
        fields = {"user": self.cast.officer, "action": self.of, "period_kind": "half_year", "content": {}}
        return Draft.objects.create(**{**fields, "period_start": dt.date(2026, 4, 1), "saved_at": NOW, **changes})

    def reminder(self, **changes) -> Reminder:
        fields = {"recipient": self.cast.officer, "round": self.cast.round, "step": "soon", "due_on": DAY, "actions": 1}
        return Reminder.objects.create(**{**fields, "at": NOW, **changes})

    def nudge(self, **changes) -> Reminder:
        return self.reminder(**{"step": "nudge", "due_on": None, "by": self.cast.coordinator, **changes})

    def extension(self, **changes) -> DeadlineExtension:
        if changes.get("action"):
            changes["action"] = self.cast.action("B")
        fields = {"action": self.of, "round": self.cast.round, "due_on": DAY, "reason": "New officer."}
        return DeadlineExtension.objects.create(**{**fields, "by": self.cast.coordinator, "at": NOW, **changes})

    def part(self, **changes) -> SubGroupReturn:
        fields = {"sub_group": self.cast.sub_group, "period_kind": "half_year", "period_start": dt.date(2026, 4, 1)}
        return SubGroupReturn.objects.create(**{**fields, "by": self.cast.lead, "at": NOW, **changes})

    def notice(self, **changes) -> Notice:
        fields = {"recipient": self.cast.officer, "kind": "help_asked", "text": "Vans.", "path": "/", "at": NOW}
        return Notice.objects.create(**{**fields, "dedupe_key": "a", **changes})

    def reply(self, **changes) -> HelpReply:
        fields = {
            "update": self.said(),
            "partner": self.cast.housing,
            "answer": "will",
            "text": "On Monday.",
            "by": self.cast.supporter,
            "at": NOW,
            "submission_key": key(1),
        }
        return HelpReply.objects.create(**{**fields, **changes})

    def evidence(self, **changes) -> Evidence:
        fields = {"kind": "file", "name": "a.txt", "file": "evidence/ab/ab", "sha256": "0" * 64, "size": 1}
        return self._evidence(**{**fields, **changes})

    def link(self, **changes) -> Evidence:
        return self._evidence(**{"kind": "link", "name": "example.org", "url": "https://example.org/", **changes})

    def _evidence(self, **fields) -> Evidence:
        return Evidence.objects.create(update=self.said(), by=self.cast.officer, at=NOW, **fields)

    def said(self) -> ProgressUpdate:
        return ProgressUpdate.objects.first() or self.update(submission_key=key(900))

    def event(self, **changes) -> ActionEvent:
        return ActionEvent.objects.create(action=self.of, by=self.cast.coordinator, at=NOW, **changes)

    def proposal(self, **changes) -> Proposal:
        fields = {
            "plan": self.cast.plan,
            "title": "Alley gates",
            "why": "Forty calls.",
            "priority": self.cast.priority,
            "sub_group": self.cast.sub_group,
            "lead_partner": self.cast.fire,
            "starts_on": dt.date(2026, 11, 1),
            "due_on": dt.date(2027, 3, 31),
            "measure_of_success": "Half the calls.",
            "proposed_by": self.cast.officer,
            "proposed_at": NOW,
            "submission_key": key(1),
        }
        return Proposal.objects.create(**{**fields, **changes})

    def export(self, **changes) -> Export:
        fields = {"by": self.cast.officer, "plan": self.cast.plan, "kind": "csv", "query": "?", "as_of": TODAY}
        return Export.objects.create(**{**fields, "asked_at": NOW, **changes})

    def accepted_proposal(self, **changes) -> Proposal:
        return self.proposal(state="accepted", action=self.of, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_the_database_refuses(breach: Breach):
    make = getattr(Rows(), breach.maker)
    make(**breach.sound)
    with refused_by("actions", breach.name):
        make(**breach.broken)


def test_no_constraint_is_without_its_breach():
    assert {breach.name for breach in BREACHES} == names_of("actions")
