"""What the Partnership is asked, in one place: other words for what the portal works out, what is left out, what is added.

Rows are added, never changed; the next version of the report carries what stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from partners.words import is_blank
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document import SixMonthlyDocument
from reports.document.text import FactsLost
from reports.models import RecommendationWords, Report
from reports.services.building import find_owed, held_to_be_made, report_for
from reports.snapshot.sentences import in_own_words

if TYPE_CHECKING:
    from partners.models import Partner, User
    from priorities.models import Plan
    from priorities.periods import Period
    from reports.document import Document

Choice = RecommendationWords.Choice

#: Longest texts, in characters: page one has room for a sentence.
LONGEST_ASKED = 400
LONGEST_REASON = 500

#: Kinds of report that ask the Partnership for something.
ASKING = (Report.Kind.SIX_MONTHLY,)

NO_SUCH = "The newest version of this report has no such recommendation."


class Overtaken(ValidationError):
    """Somebody else dealt with this recommendation since the form was opened; `row` is what stands. Nothing was added."""

    def __init__(self, row: RecommendationWords) -> None:
        self.row = row
        super().__init__(
            f"{row.by} changed this recommendation after you had opened it. Nothing of theirs was overwritten."
        )


def newest(report: Report) -> dict[str, RecommendationWords]:
    """By key, what stands for a report."""
    return {row.key: row for row in RecommendationWords.objects.newest(report)}


def worked_out_in(document: Document) -> dict[str, str]:
    """By key, every sentence that the portal made of a version's facts, asked or left out, in the version's order."""
    if not isinstance(document, SixMonthlyDocument):
        return {}
    asked = {one.key: one.worked_out or one.text for one in document.recommendations if not one.own}
    return asked | {one.key: one.text for one in document.not_asked}


def printed_in(document: Document) -> dict[str, str]:
    """By key, what a version asks in the words it asks it."""
    return {one.key: one.text for one in document.recommendations} if isinstance(document, SixMonthlyDocument) else {}


def is_carried(row: RecommendationWords, document: Document) -> bool:
    """Whether a version says what stands; also of what the version's facts do not call for, which nobody can word."""
    printed, worked_out = printed_in(document), worked_out_in(document)
    if row.choice == Choice.LEFT_OUT:
        return row.key not in printed
    if row.choice == Choice.WORKED_OUT:
        return printed.get(row.key) == worked_out.get(row.key)
    return printed.get(row.key) == sentence_of(row) or not (row.is_own or row.key in worked_out)


def sentence_of(row: RecommendationWords) -> str:
    """What was typed, as a version prints it."""
    return in_own_words(row.text, row.asked_of.name if row.asked_of else "", row.due_on)


def name_of(key: str) -> str:
    """What one is called in a sentence."""
    if key.startswith(RecommendationWords.OWN):
        return f"our own recommendation {key.removeprefix(RecommendationWords.OWN)}"
    about = {"silent": "updates that were not received", "rest": "the other actions"}
    return f"recommendation on {about.get(key, key)}"


def left_out(report: Report, document: Document) -> list[str]:
    """Names of the recommendations that stand otherwise than this version of the report asks them. One query."""
    if report.kind not in ASKING:
        return []
    return [name_of(key) for key, row in newest(report).items() if not is_carried(row, document)]


@transaction.atomic
def word_recommendation(
    *,
    plan: Plan,
    kind: str,
    period: Period,
    key: str,
    choice: str,
    seen: int,
    by: User,
    at: dt.datetime,
    text: str = "",
    asked_of: Partner | None = None,
    due_on: dt.date | None = None,
    reason: str = "",
) -> RecommendationWords:
    """Say what becomes of one recommendation of the report on `period`; the next version carries it.

    `key` as `Recommendation.key`, empty to add one of our own, which alone takes `asked_of` and `due_on`. `seen` is the key
    of the row that was on the page, 0 for nothing yet. The same again adds nothing. Raises PermissionDenied with a sentence,
    Overtaken when somebody else was faster, ValidationError keyed by these names, or without a key when there is no such
    report or recommendation, its period has not begun, or the report will not be produced.
    """
    find_owed(plan, kind, period)
    if kind not in ASKING:
        raise ValidationError("Reports of this kind ask the Partnership for nothing.")
    if not by.has_perm("reports.word_recommendation"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_WORDS)
    today = timezone.localdate(at)
    if period.start > today:
        raise ValidationError(f"{period.label} has not begun yet.")
    is_own = not key or key.startswith(RecommendationWords.OWN)
    text, reason = ("" if is_blank(words) else words.strip() for words in (text, reason))
    if faults := _faults(choice, text, reason, due_on, is_own=is_own, today=today):
        raise ValidationError(faults)
    worded = choice == Choice.WORDED
    given = {
        "choice": choice,
        "text": text if worded else "",
        "asked_of": asked_of if worded and is_own else None,
        "due_on": due_on if worded and is_own else None,
        "reason": reason if choice == Choice.LEFT_OUT else "",
    }
    report = report_for(plan, kind, period, at)
    held_to_be_made(report)  # and two who write at once come one after the other
    rows = newest(report)
    added = not key
    if added:
        again = next((row for row in rows.values() if row.is_own and row.by == by and _says(row, given)), None)
        if again is not None:
            return again
        numbers = [int(one.removeprefix(RecommendationWords.OWN)) for one, row in rows.items() if row.is_own]
        key, seen = f"{RecommendationWords.OWN}{max(numbers, default=0) + 1}", 0
    row = rows.get(key)
    worked_out = "" if is_own else _worked_out(report, key)
    if row is None and not worked_out and not added:
        raise ValidationError(NO_SUCH)
    if row is not None and _says(row, given):
        return row
    if (row.pk if row else 0) != seen:
        if row is None:
            raise ValidationError("This form is too old. Open the page again.")
        raise Overtaken(row)
    if row is None and choice == Choice.WORKED_OUT:
        raise ValidationError({"choice": ["The portal words it already. Choose another way, or go back."]})
    return RecommendationWords.objects.create(report=report, key=key, instead_of=worked_out, by=by, at=at, **given)


def _says(row: RecommendationWords, given: Mapping[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in given.items())


def _faults(
    choice: str, text: str, reason: str, due_on: dt.date | None, *, is_own: bool, today: dt.date
) -> dict[str, list[str]]:
    if choice not in Choice.values or (is_own and choice == Choice.WORKED_OUT):
        return {"choice": ["Choose what becomes of it."]}
    faults: dict[str, list[str]] = {}
    if choice == Choice.WORDED and not text:
        faults["text"] = ["Say what the Partnership is asked."]
    elif choice == Choice.WORDED and len(text) > LONGEST_ASKED:
        faults["text"] = [f"Shorten this to {LONGEST_ASKED} characters or fewer; it has {len(text):,}."]
    if choice == Choice.LEFT_OUT and not reason:
        faults["reason"] = ["Say why it is left out. The report says so."]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [f"Shorten this to {LONGEST_REASON} characters or fewer."]
    if choice == Choice.WORDED and is_own and due_on is not None and due_on < today:
        faults["due_on"] = ["Choose today or a later day."]
    return faults


def _worked_out(report: Report, key: str) -> str:
    """The portal's sentence in the newest version; empty when that asks no such thing."""
    version = report.versions.order_by("-number").first()
    if version is None:
        return ""
    try:
        return worked_out_in(version.document()).get(key, "")
    except FactsLost as lost:
        raise ValidationError(f"{lost} Nothing was kept.") from lost
