"""The partners' fact check: each is shown what a draft says of it and has two working days to say whether it is right.

Silence is no answer and never agreement: it is shown as such to whoever decides, and printed nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from charts.text import listed
from partners import roles
from partners.models import Partner, User
from partners.words import is_blank
from priorities.periods import british
from priorities.working_days import add_working_days
from reports import emails
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document.partner import SaidOf, names_in, said_of
from reports.document.text import FactsLost
from reports.models import FactCheck, FactCheckAnswer, Rendition, ReportVersion
from reports.services import steps
from reports.services.building import held_to_be_made

if TYPE_CHECKING:
    from reports.document import Document
    from reports.models import Report

State = ReportVersion.State
Outcome = FactCheckAnswer.Outcome

WORKING_DAYS = 2

ONLY_COORDINATOR_SETTLES = "Only the coordinator says what became of what a partner found."


def only_officers_answer(partner: Partner) -> str:
    return f"Only an officer of {partner} answers for it."


@dataclass(frozen=True)
class Said:
    """One partner that was asked, and its newest answer; None for no answer."""

    partner: Partner
    answer: FactCheckAnswer | None

    @property
    def unsettled(self) -> bool:
        return self.answer is not None and not self.answer.is_right and not self.answer.outcome


NOBODY_TO_ASK = "Nobody can be asked: no partner of whom this draft says something has an officer who could answer."


def asked_about(document: Document) -> dict[Partner, list[str]]:
    """The partners of whom a report says something, by name, and the names under which it does."""
    names = names_in(document)
    partners = list(Partner.objects.order_by("name"))
    called = {partner.name for partner in partners}
    found = {}
    for partner in partners:
        # A partner that was renamed since is known by a line of its former names, which begins with the name.
        former = {name for name in names - called if any(map(_begins(name), partner.former_names.splitlines()))}
        if said_of(document, {partner.name} | former):
            found[partner] = sorted({partner.name} | former)
    return found


def part_of(check: FactCheck, document: Document, partner: Partner) -> SaidOf | None:
    """What a draft says of a partner that was asked, under the names it had then; None where it says nothing under them."""
    names = check.asked_as.get(str(partner.pk)) or asked_about(document).get(partner, [])
    return said_of(document, set(names)) or None


def heard(partners: Iterable[Partner]) -> set[int]:
    """The keys of those of the partners that have an officer who could sign in and answer."""
    officers = User.objects.filter(is_active=True, groups__name=roles.PARTNER_OFFICER)
    return set(officers.filter(partner__in=list(partners)).values_list("partner", flat=True))


def nobody_to_ask(version: ReportVersion) -> bool:
    """Whether no officer could answer for any partner of whom the draft says something."""
    try:
        return not heard(asked_about(version.document()))
    except FactsLost:
        return False  # what says so is elsewhere


def _begins(name: str) -> Callable[[str], bool]:
    return lambda line: line.strip().startswith(name)


def said(check: FactCheck) -> list[Said]:
    """Every partner that was asked, by name, with the answer that counts. Two queries."""
    newest = {answer.partner_id: answer for answer in check.answers.select_related("by", "settled_by").order_by("pk")}
    return [Said(partner, newest.get(partner.pk)) for partner in check.partners.order_by("name")]


def kept_before(check: FactCheck) -> list[FactCheckAnswer]:
    """Faults found in checks of earlier versions that stay as they are: a new check does not ask about them. One query."""
    if check.version.number == 1:
        return []
    earlier = FactCheckAnswer.objects.filter(
        fact_check__version__report=check.version.report_id, fact_check__version__number__lt=check.version.number
    )
    answers = earlier.select_related("partner", "fact_check__version").defer("fact_check__version__snapshot")
    counts = {(answer.fact_check_id, answer.partner_id): answer for answer in answers.order_by("pk")}
    return [one for one in counts.values() if not one.is_right and one.outcome == Outcome.KEPT]


def check_of(version: ReportVersion) -> FactCheck | None:
    """The fact check that tells about this version: its own, else that of the newest version before it."""
    found = FactCheck.objects.filter(version__report=version.report_id, version__number__lte=version.number)
    return (
        found.select_related("version", "opened_by", "closed_by")
        .defer("version__snapshot")
        .order_by("-version__number")
        .first()
    )


def has_fact_check(report: Report) -> bool:
    """Whether partners check its drafts: what it says of them, not the plan that they wrote together."""
    return report.plan.fact_check and report.needs_chair and report.falls_due


def is_wanted(version: ReportVersion, check: FactCheck | None) -> bool:
    """Whether the plan wants partners to check this draft before the chair has it: once for a report, not for each version."""
    return has_fact_check(version.report) and check is None


def cannot_open(version: ReportVersion, draft: Rendition | None) -> str:
    """Why no fact check of this version can be opened, in a sentence; empty when it can."""
    report = version.report
    if not has_fact_check(report):
        if not report.plan.fact_check:
            return "This plan’s reports go on without a fact check."
        return "This report goes on without a fact check: partners check those that fall due and go to the chair."
    if version.state != State.DRAFT:
        return steps.is_now(version)
    return "" if steps.is_done(draft) else "The draft PDF is not ready yet: partners have to be able to read it."


def cannot_go_on(version: ReportVersion, check: FactCheck | None, answers: Iterable[Said], today: dt.date) -> str:
    """What a version still owes its fact check before it goes to the chair, in a sentence; empty for nothing."""
    if is_wanted(version, check) and not nobody_to_ask(version):
        return "Partners check this draft first: open the fact check."
    if check is None:
        return ""
    if check.closed_at is None:
        return f"{still_open(check, today)} or close the fact check."
    answers = list(answers)
    if unsettled := [one.partner.name for one in answers if one.unsettled]:
        who = listed(unsettled)
        return f"{who} said that something is not right. Say what became of it first."
    corrected = [one.partner.name for one in answers if one.answer and one.answer.outcome == Outcome.CORRECTED]
    if corrected and check.version_id == version.pk:
        return (
            f"What {listed(corrected)} found wrong was corrected at its source, and this version still says it: "
            "make another version."
        )
    return ""


def still_open(check: FactCheck, today: dt.date) -> str:
    """What is to be done about a check that nobody has closed; a sentence that goes on with "or"."""
    day = british(check.answers_due_on)
    if is_open(check, today):
        return f"Partners check this draft until the end of {day}. Wait for them,"
    return f"Partners had until the end of {day} to check this draft. Wait for the portal to close the fact check,"


@transaction.atomic
def open_check(*, version: ReportVersion, by: User, at: dt.datetime) -> FactCheck:
    """Show a draft to the partners it speaks of, and ask their officers by e-mail whether it is right.

    Raises PermissionDenied; ValidationError with a sentence when the plan asks for no check, the version is not a draft any
    more, its PDF is not ready or nobody could answer.
    """
    if not by.has_perm("reports.open_fact_check", version):
        raise PermissionDenied("Only the coordinator opens a fact check.")
    held_to_be_made(version.report)  # and holds off a newer version at this moment
    version.refresh_from_db(fields=["state"])
    if refusal := cannot_open(version, steps.files_of(version).get(Rendition.Stage.DRAFT)):
        raise ValidationError(refusal)
    try:
        partners = asked_about(version.document())
    except FactsLost as lost:
        raise ValidationError(f"{lost} Nothing was changed.") from lost
    if not heard(partners):
        raise ValidationError(f"{NOBODY_TO_ASK} Send it to the chair without a fact check.")
    steps.move(version, State.DRAFT, State.FACT_CHECK)
    check = FactCheck.objects.create(
        version=version,
        opened_at=at,
        opened_by=by,
        answers_due_on=add_working_days(timezone.localdate(at), WORKING_DAYS),
        asked_as={str(partner.pk): names for partner, names in partners.items()},
    )
    check.partners.set(partners)
    officers = {person.pk: person for partner in partners for person in User.objects.officers_of(partner.pk)}
    for person in steps.with_stand_ins(officers.values(), at):
        steps.tell(person, emails.fact_check_opened(check, reader=person), version.pk, at)
    return check


def who_was_asked(check: FactCheck) -> str:
    """Whose officers were sent an e-mail, and which partners have nobody who could answer, in sentences."""
    partners = list(check.partners.order_by("name"))
    able = heard(partners)
    asked = [partner.name for partner in partners if partner.pk in able]
    mute = [partner.name for partner in partners if partner.pk not in able]
    said = f"An e-mail has gone to the officers of {listed(asked)}."
    if not mute:
        return said
    return (
        f"{said} Nobody can answer for {listed(mute)}: no officer of theirs can sign in. An administrator can name one."
    )


@transaction.atomic
def answer(
    *, check: FactCheck, partner: Partner, is_right: bool, text: str, by: User, at: dt.datetime
) -> FactCheckAnswer:
    """A partner says whether what the draft says of it is right; its newest answer counts. Coordinators hear of a fault.

    The same answer by the same person again is the one already given. Raises PermissionDenied; ValidationError keyed by
    `text`, or with one sentence when the check is over or did not ask this partner.
    """
    if not by.has_perm("reports.answer_fact_check", partner):
        raise PermissionDenied(only_officers_answer(partner))
    check = FactCheck.objects.select_for_update().get(pk=check.pk)
    if not check.partners.filter(pk=partner.pk).exists():
        raise ValidationError(f"This draft says nothing of {partner}.")
    if not is_open(check, timezone.localdate(at)):
        raise ValidationError(over(check))
    text = "" if is_right or is_blank(text) else text.strip()
    if not is_right and not text:
        raise ValidationError({"text": ["Say what is wrong, and what is right instead."]})
    newest = check.answers.filter(partner=partner).order_by("-pk").first()
    if newest and (newest.by_id, newest.is_right, newest.text) == (by.pk, is_right, text):
        return newest
    given = FactCheckAnswer.objects.create(
        fact_check=check, partner=partner, is_right=is_right, text=text, by=by, at=at
    )
    if not is_right:
        for coordinator in steps.coordinators():
            if coordinator.pk != by.pk:
                message = emails.fact_check_not_right(given, reader=coordinator)
                steps.tell(coordinator, message, given.pk, at)
    return given


def is_open(check: FactCheck, today: dt.date) -> bool:
    """Whether partners may still answer: until the end of the last day, whether or not the clock has closed it since."""
    return check.closed_at is None and today <= check.answers_due_on


def over(check: FactCheck) -> str:
    """That the check takes no answers any more, in a sentence."""
    if check.closed_at and check.closed_early:
        until = f"closed on {british(timezone.localdate(check.closed_at))}"
    else:
        until = f"open until the end of {british(check.answers_due_on)}"
    return f"This fact check was {until}. If something is not right, tell the Community Safety Team."


@transaction.atomic
def settle(*, answer: FactCheckAnswer, outcome: str, text: str, by: User, at: dt.datetime) -> FactCheckAnswer:
    """Say what became of a fault that a partner found: corrected at its source, or kept because of `text`; once. Who found
    it is told.

    Raises PermissionDenied; ValidationError keyed by these parameter names, or with one sentence when there is nothing to
    settle or the report has gone on.
    """
    if not by.has_perm("reports.settle_fact_check", answer):
        raise PermissionDenied(ONLY_COORDINATOR_SETTLES)
    FactCheck.objects.select_for_update().get(pk=answer.fact_check_id)  # the partner may be answering anew
    answer.refresh_from_db()
    if answer.is_right:
        raise ValidationError("This partner said that everything is right.")
    if answer.outcome:
        raise ValidationError(f"It is settled already: {answer.get_outcome_display().lower()}.")
    if answer.fact_check.answers.filter(partner=answer.partner_id, pk__gt=answer.pk).exists():
        raise ValidationError(f"{answer.partner} has answered anew since. Read that answer.")
    if answer.fact_check.version.report.versions.filter(sent_at__gt=answer.at).exists():
        raise ValidationError("The report has gone to the chair since: nothing can be settled any more.")
    text = "" if is_blank(text) else text.strip()
    if outcome not in (Outcome.CORRECTED, Outcome.KEPT):
        raise ValidationError({"outcome": ["Choose what became of it."]})
    if outcome == Outcome.KEPT and not text:
        raise ValidationError({"text": ["Say why it stays as it is. The partner and the chair read it."]})
    answer.outcome, answer.outcome_text, answer.settled_by, answer.settled_at = outcome, text, by, at
    answer.save(update_fields=["outcome", "outcome_text", "settled_by", "settled_at"])
    _tell_what_became(answer, by, at)
    return answer


def corrected_in(check: FactCheck) -> ReportVersion | None:
    """The version that says right what was corrected at its source: the one after the version that was checked, once it is made."""
    later = ReportVersion.objects.filter(report=check.version.report_id, number__gt=check.version.number)
    return later.defer("snapshot").order_by("number").first()


def _tell_what_became(answer: FactCheckAnswer, by: User, at: dt.datetime) -> None:
    """Tell whoever found the fault; when they have gone, the officers of their partner."""
    found = [answer.by] if answer.by.is_at_work else list(User.objects.officers_of(answer.partner_id))
    made = corrected_in(answer.fact_check)
    number = made.number if made else answer.fact_check.version.number + 1
    for person in found:
        if person.pk != by.pk:
            message = emails.fact_check_settled(answer, number, is_made=made is not None, reader=person)
            steps.tell(person, message, answer.pk, at)


@transaction.atomic
def close(*, check: FactCheck, by: User, at: dt.datetime) -> FactCheck:
    """End a fact check before its day; who has not answered has given no answer. Raises PermissionDenied; ValidationError."""
    if not by.has_perm("reports.close_fact_check", check):
        raise PermissionDenied("Only the coordinator closes a fact check.")
    if not FactCheck.objects.filter(pk=check.pk, closed_at__isnull=True).update(closed_at=at, closed_by=by):
        raise ValidationError("This fact check is closed already.")
    check.refresh_from_db()
    return check


def due_to_close(today: dt.date) -> list[FactCheck]:
    """Checks whose last day is over and that nobody has closed."""
    found = FactCheck.objects.filter(closed_at__isnull=True, answers_due_on__lt=today)
    return list(found.select_related("version__report__plan").defer("version__snapshot").order_by("pk"))


def close_due(now: dt.datetime) -> list[FactCheck]:
    """Close what is due to close and tell the coordinators what came of it. Called by the clock; safe twice and at once."""
    return [check for check in due_to_close(timezone.localdate(now)) if _close_one(check, now)]


@transaction.atomic
def _close_one(check: FactCheck, now: dt.datetime) -> bool:
    if not FactCheck.objects.filter(pk=check.pk, closed_at__isnull=True).update(closed_at=now):
        return False
    answers = said(check)
    for coordinator in steps.coordinators():
        message = emails.fact_check_closed(check, answers, reader=coordinator)
        steps.tell(coordinator, message, check.version_id, now)
    return True
