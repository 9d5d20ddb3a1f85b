"""What we do: the action plan's items with their history (`action`), what comes round an update (`returns`), proposals of
new initiatives (`proposals`), who was reminded of what (`chasing`), and files made of long lists (`exports`).
"""

from actions.models.action import (
    Action,
    ActionEvent,
    ActionQuerySet,
    Milestone,
    PeriodChoice,
    ProgressUpdate,
    ProgressUpdateQuerySet,
    Tally,
    number_of,
)
from actions.models.chasing import Notice, NoticeQuerySet, Reminder
from actions.models.exports import Export, ExportQuerySet
from actions.models.proposals import Proposal
from actions.models.returns import DeadlineExtension, Draft, Evidence, HelpReply, SubGroupReturn

__all__ = [
    "Action",
    "ActionEvent",
    "ActionQuerySet",
    "DeadlineExtension",
    "Draft",
    "Evidence",
    "Export",
    "ExportQuerySet",
    "HelpReply",
    "Milestone",
    "Notice",
    "NoticeQuerySet",
    "PeriodChoice",
    "ProgressUpdate",
    "ProgressUpdateQuerySet",
    "Proposal",
    "Reminder",
    "SubGroupReturn",
    "Tally",
    "number_of",
]
