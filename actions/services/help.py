"""Help one partner asks of another: the partner asked hears of it, answers it, and the asker hears the answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from actions.models import Action, HelpReply, Notice, ProgressUpdate
from actions.services.chasing import notify
from actions.services.lifecycle import locked
from partners import roles
from partners.models import User
from partners.words import is_blank

if TYPE_CHECKING:
    from partners.models import Partner

#: Longest answer, in characters; said in the form's hint.
LONGEST_ANSWER = 2000

#: Longest piece of somebody's words inside a notice, in characters.
QUOTED = 120

NOT_ASKED_OF_YOU = "The help is asked of another partner; its officers answer."

SAYS = {
    HelpReply.Answer.WILL: "will help",
    HelpReply.Answer.CANNOT: "cannot help",
    HelpReply.Answer.DONE: "has helped",
    HelpReply.Answer.TAKEN_BACK: "no longer needs it",
}

#: What the partner asked can answer.
ANSWERS = (HelpReply.Answer.WILL, HelpReply.Answer.CANNOT, HelpReply.Answer.DONE)


def tell_of_help_asked(*, update: ProgressUpdate, at: dt.datetime) -> None:
    """Let the partner asked hear of it, or the coordinator when nobody there can; part of posting the update.

    Restricted words are not told.
    """
    asked = update.help_wanted_from
    if asked is None:
        return
    action = update.action
    people = who_answers_for(asked)
    said = ". The words are restricted: ask who wrote them." if update.restricted else _quoted(update.help_wanted)
    if not people:
        said = f". No officer of {asked} can sign in: ask them, and enter what they answer{said}"
    notify(
        recipients=people or User.objects.filter(is_active=True, groups__name=roles.COORDINATOR),
        kind=Notice.Kind.HELP_ASKED,
        text=f"{action.lead_partner} asks {asked} for help with {action.ref} {action.title}{said}",
        path=reverse("actions:answer-help", args=[update.pk]),
        at=at,
        dedupe_key=f"help-asked:{update.pk}",
        right="actions.answer_help",
        update=update,
    )


@transaction.atomic
def answer_help(
    *, update: ProgressUpdate, by: User, at: dt.datetime, answer: HelpReply.Answer, text: str, submission_key: UUID
) -> HelpReply:
    """Append the answer of the partner asked; several may follow one another, the last one counts.

    The coordinator may enter what that partner told them: `partner` is always the one asked, `by` who typed it.
    The same `submission_key` by the same person answers with the reply already made.
    Raises PermissionDenied with a sentence; ValidationError keyed by the names of these parameters.
    """
    # Two answers at once come one after the other, so that each knows what was said before.
    locked(update.action)
    asked = update.help_wanted_from
    if asked is None:
        raise ValidationError("This update asks for no help.")
    if not by.has_perm("actions.answer_help", update):
        raise PermissionDenied(NOT_ASKED_OF_YOU)
    made = HelpReply.objects.filter(submission_key=submission_key).first()
    if made is not None:
        if made.by_id != by.pk or made.update_id != update.pk:
            raise ValidationError("This form was sent already for something else. Open the request again.")
        return made
    back = update.help_replies.filter(answer=HelpReply.Answer.TAKEN_BACK).select_related("partner").first()
    if back is not None:
        raise ValidationError(f"{back.partner} has said since that this help is no longer needed.")
    faults: dict[str, list[str]] = {}
    if answer not in ANSWERS:
        faults["answer"] = ["Choose an answer."]
    if is_blank(text):
        faults["text"] = ["Say in a sentence what you will do, why you cannot, or what was done."]
    if faults:
        raise ValidationError(faults)
    reply = HelpReply(
        update=update, partner=asked, answer=answer, text=text, by=by, at=at, submission_key=submission_key
    )
    reply.full_clean(exclude=["update", "by"])
    reply.save()
    action = update.action
    notify(
        recipients=[person for person in (update.by, action.owner) if person is not None and person.pk != by.pk],
        kind=Notice.Kind.HELP_ANSWERED,
        text=f"{asked} {SAYS[HelpReply.Answer(answer)]} with {action.ref} {action.title}"
        + ("" if update.restricted else _quoted(text)),
        path=action.get_absolute_url(),
        at=at,
        dedupe_key=f"help-answered:{reply.pk}",
    )
    return reply


def take_back(*, update: ProgressUpdate, said_in: ProgressUpdate) -> HelpReply:
    """Record that the help `update` asks for is no longer needed, as the update `said_in` on the same action says.

    Part of posting that update, under its action's row lock; whoever was told of the request or answered it hears of it.
    """
    action, asked = update.action, update.help_wanted_from
    if asked is None:
        raise ValueError("This update asks for no help.")
    # Who was not told of the request yet has nothing to hear of its end.
    asking = Notice.objects.filter(kind=Notice.Kind.HELP_ASKED, update=update, email__isnull=False)
    told = list(asking.values_list("recipient", flat=True))
    replied = list(update.help_replies.values_list("by", flat=True))
    reply = HelpReply.objects.create(
        update=update,
        partner=action.lead_partner,
        answer=HelpReply.Answer.TAKEN_BACK,
        text=f"Said with the update about {said_in.period.label}.",
        by=said_in.by,
        at=said_in.submitted_at,
        submission_key=uuid5(said_in.submission_key, str(update.pk)),
    )
    notify(
        recipients=User.objects.filter(Q(pk__in=told) | Q(pk__in=replied)).exclude(pk=said_in.by_id),
        kind=Notice.Kind.HELP_TAKEN_BACK,
        text=f"{action.lead_partner} no longer needs the help of {asked} with {action.ref} {action.title}.",
        path=action.get_absolute_url(),
        at=said_in.submitted_at,
        dedupe_key=f"help-taken-back:{reply.pk}",
    )
    return reply


def who_answers_for(partner: Partner) -> list[User]:
    """The partner's officers who are owner or deputy of live actions; when none is, all its officers. Maybe nobody."""
    officers = User.objects.officers_of(partner.pk)
    live = Action.objects.live()
    at_work = officers.filter(
        Q(pk__in=live.filter(owner__isnull=False).values("owner"))
        | Q(pk__in=live.filter(deputy__isnull=False).values("deputy"))
    )
    return list(at_work.distinct()) or list(officers.distinct())


def _quoted(words: str) -> str:
    words = " ".join(words.split())
    return f": “{words if len(words) <= QUOTED else words[: QUOTED - 1] + '…'}”"
