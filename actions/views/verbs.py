"""The forms of the verbs, and what the person is told afterwards."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST

from actions.forms.updates import ReopenForm, UpdateForm, WordsForm
from actions.models import Action, ProgressUpdate
from actions.progress import plural
from actions.rating import LOOKS, SUBMITTABLE, Rating
from actions.services import drafts, evidence, lifecycle, updates
from actions.views.doors import action_for, action_to_write_on, standing_of
from actions.views.drafts import (
    keep_what_failed,
    prefix_of,
    take_back,
    typed_in,
    waits_for_sign_in,
    words_in,
    writer_of,
)
from actions.views.evidence import tell_of_the_same
from actions.views.words import last_words
from priorities.doors import Moment, SignedIn, for_those_at_work, pressed_again
from priorities.periods import Period, british

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

    from partners.models import User


@waits_for_sign_in()
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def post_update(request: SignedIn, pk: int) -> HttpResponse:
    """The update form on its own page, or with `?row=1` the same form alone, for a row of My actions that opens in place."""
    moment = Moment.of(request)
    sent = request.method == "POST"
    action = action_to_write_on(request.user, pk) if sent else action_for(request.user, pk, moment.today)
    in_row = "row" in request.GET
    may_post = request.user.has_perm("actions.post_update", action)
    if sent and may_post:
        return _take_update(request, action, moment)
    if may_post and not in_row:
        take_back(request, moment)
    draft = drafts.drafts_of(request.user, [action]).get(action.pk)
    if not may_post and (draft is None or sent):
        raise PermissionDenied(updates.NOT_YOURS)
    if not may_post or action.state != Action.State.LIVE:
        closed = {
            "action": action,
            "draft": draft,
            "no_longer_yours": not may_post,
            "words": words_in(draft.content) if draft else [],
        }
        return render(request, "actions/closed.html", closed, status=409 if in_row else 200)
    words = last_words([action], request.user).get(action.pk)
    form = form_for(action, request.user, moment, in_row=in_row)
    if draft is not None:
        form.offer(draft.content)
        form.initial["draft"] = draft.pk
    if request.GET.get("rating") in SUBMITTABLE:
        form.initial["rating"] = request.GET["rating"]
    if "again" in request.GET and words and words.text:
        typed = str(form.initial.get("narrative", "")).rstrip()
        form.initial["narrative"] = f"{typed}\n{words.text}".strip()
    context = {"action": action, "form": form, "words": words, "draft": draft}
    if in_row:
        return render(request, "actions/_row_form.html", context)
    return render(request, "actions/update.html", {**context, "standing": standing_of(action, moment.today)})


def _take_update(request: SignedIn, action: Action, moment: Moment) -> HttpResponse:
    row = prefix_of(action.pk)
    prefix = row if f"{row}-submission_key" in request.POST else ""
    form = form_for(action, request.user, moment, request.POST, request.FILES, prefix=prefix)
    update = send(request, form, moment)
    if update is None:
        keep_what_failed(action, request.user, typed_in(request.POST, prefix), moment)
        action = action_for(request.user, action.pk, moment.today)
        context = {
            "action": action,
            "form": form,
            "words": last_words([action], request.user).get(action.pk),
            "standing": standing_of(action, moment.today),
        }
        return render(request, "actions/update.html", context)
    if update.is_repeat:
        tell_of_repeats(request, [(form, update)])
        return _back(request.user, action)
    _tell(request, update, f"{action.ref} updated: {LOOKS[Rating(update.rating)].word}", moment)
    tell_of_what_was_left_out(request, form, update)
    tell_of_others(request, update, since=form.cleaned_data["seen"])
    tell_of_the_plans_end(request, action, form.cleaned_data["new_due_on"])
    return _back(request.user, action)


def form_for(
    action: Action,
    user: User,
    moment: Moment,
    data: QueryDict | None = None,
    files: MultiValueDict[str, UploadedFile] | None = None,
    *,
    prefix: str = "",
    in_row: bool = False,
) -> UpdateForm:
    """The update form of an action for one person; in a row its names begin with the row's prefix."""
    form = UpdateForm(
        data,
        files=files,
        action=action,
        choice=action.period_choice(moment.today),
        today=moment.today,
        writer=writer_of(user),
        in_row=in_row,
        prefix=prefix or (prefix_of(action.pk) if in_row else None),
    )
    form.behalf = updates.on_behalf_of(action, user)
    return form


def send(request: SignedIn, form: UpdateForm, moment: Moment) -> ProgressUpdate | None:
    """Post what the form holds; None when it was refused, with the sentences in the form.

    What was said before (`is_repeat`) is answered with the update made then; see `tell_of_repeats`.
    Raises PermissionDenied when the action changed hands meanwhile.
    """
    if not form.is_valid():
        return None
    answers = form.answers()
    # "Still on track" confirms what stood on the page, and must not speak over what came since.
    seen = form.cleaned_data["seen"] if "still" in form.data else None
    try:
        with evidence.on_the_shelf(form.brought) as files, transaction.atomic():
            update = updates.post_update(
                action=form.action, by=request.user, at=moment.at, today=moment.today, seen=seen, **answers
            )
            if files or form.links:
                evidence.attach(update=update, by=request.user, at=moment.at, files=files, links=form.links)
            there = evidence.same_as(update, files)
    except ValidationError as refused:
        form.take_faults(refused)
        return None
    if files:
        evidence.wake_scanner()
    tell_of_the_same(request, there)
    if form.cleaned_data["draft"]:
        # The draft it began with may be about another period than the one that was chosen in the end.
        drafts.drop_draft(action=form.action, by=request.user, pk=form.cleaned_data["draft"])
    if update.is_repeat:
        drafts.drop_draft(action=form.action, by=request.user, period=update.period)
    return update


def tell_of_repeats(request: SignedIn, repeats: Sequence[tuple[UpdateForm, ProgressUpdate]]) -> None:
    """Nothing was recorded of forms that had been sent before. What they say otherwise now is kept as a draft."""
    for form, update in repeats:
        local = timezone.localtime(update.submitted_at)
        if updates.says_the_same(update, form.answers()["rating"], form.answers()):
            messages.info(
                request,
                f"{update.action.ref}: this is what you sent at {local:%H:%M}; it was recorded once, "
                f"for {update.period.label}.",
            )
            continue
        typed = typed_in(form.data, form.prefix or "")
        typed.pop("submission_key", None)
        keep_what_failed(form.action, request.user, typed, Moment.now())
        messages.warning(
            request,
            f"This form on {update.action.ref} had been sent before, at {local:%H:%M}, with other words, which stand. "
            "What you typed now is kept as a draft: open the update again to send it as a new one.",
        )


@pressed_again("actions:mine")
@for_those_at_work
@require_POST
def confirm_no_change(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    action = action_to_write_on(request.user, pk)
    if not request.user.has_perm("actions.post_update", action):
        raise PermissionDenied(updates.NOT_YOURS)
    try:
        period = Period.parse(action.plan.update_kind, request.POST.get("period", ""))
        key = uuid.UUID(request.POST.get("submission_key", ""))
        seen = _number(request.POST.get("seen", ""))
    except ValueError:
        # All are hidden in the page: nothing the person typed is lost by asking for another press.
        messages.error(request, "That button was too old or was changed on its way. Press it again.")
        return _back(request.user, action)
    try:
        update = updates.confirm_no_change(
            action=action,
            by=request.user,
            at=moment.at,
            today=moment.today,
            submission_key=key,
            period=period,
            seen=seen,
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("actions:post-update", pk=action.pk) if action.state == Action.State.LIVE else redirect(action)
    local = timezone.localtime(update.submitted_at)
    if update.is_repeat:
        messages.info(request, f"{action.ref}: you confirmed this at {local:%H:%M}; it was recorded once.")
    else:
        _tell(request, update, f"{action.ref} confirmed, no change: {LOOKS[Rating(update.rating)].word}", moment)
    return _back(request.user, action)


def _number(text: str) -> int:
    """A row's key as a hidden field brings it back. Raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError
    return int(text)


@waits_for_sign_in()
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def add_words(request: SignedIn, pk: int) -> HttpResponse:
    moment = Moment.of(request)
    action = action_for(request.user, pk, moment.today)
    if not request.user.has_perm("actions.add_words", action):
        raise PermissionDenied(updates.NOT_SUPPORTING)
    sent = request.POST if request.method == "POST" else None
    if sent is None:
        take_back(request, moment)
    draft = drafts.drafts_of(request.user, [action]).get(action.pk)
    if sent is None and action.state != Action.State.LIVE:
        words = words_in(draft.content) if draft else []
        return render(request, "actions/closed.html", {"action": action, "draft": draft, "words": words})
    form = WordsForm(
        sent, choice=action.period_choice(moment.today), today=moment.today, writer=writer_of(request.user)
    )
    if sent is None and draft is not None:
        form.offer(draft.content)
        form.initial["draft"] = draft.pk
    if form.is_valid():
        try:
            update = updates.add_words(
                action=action, by=request.user, at=moment.at, today=moment.today, **form.answers()
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            _tell_of_words(request, form, update)
            return redirect(action)
    if sent is not None:
        keep_what_failed(action, request.user, typed_in(sent), moment)
    return render(
        request, "actions/words.html", {"action": action, "form": form, "draft": draft if sent is None else None}
    )


def _tell_of_words(request: SignedIn, form: WordsForm, update: ProgressUpdate) -> None:
    action = update.action
    drafts.drop_draft(action=action, by=request.user, period=update.period)
    if form.cleaned_data["draft"]:
        drafts.drop_draft(action=action, by=request.user, pk=form.cleaned_data["draft"])
    if not update.is_repeat:
        messages.success(
            request,
            f"Your words on {action.ref} are recorded for {update.period.label}. "
            "They will stand beside the lead partner’s update in the report.",
        )
        return
    local = timezone.localtime(update.submitted_at)
    if update.narrative == form.cleaned_data["narrative"]:
        messages.info(request, f"{action.ref}: this is what you sent at {local:%H:%M}; it was recorded once.")
        return
    typed = typed_in(form.data)
    typed.pop("submission_key", None)
    keep_what_failed(action, request.user, typed, Moment.now())
    messages.warning(
        request,
        f"This form on {action.ref} had been sent before, at {local:%H:%M}, with other words, which stand. "
        "What you typed now is kept as a draft: open “Add words” again to send it as well.",
    )


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: SignedIn, pk: int) -> HttpResponse:
    action = action_for(request.user, pk, timezone.localdate())
    if not request.user.has_perm("actions.reopen", action):
        raise PermissionDenied("Only the coordinator reopens an action.")
    sent = request.POST if request.method == "POST" else None
    form = ReopenForm(sent, action=action, today=timezone.localdate())
    if form.is_valid():
        try:
            opened = lifecycle.reopen(action=action, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{action.ref} is open again. {_rating_after(opened)}")
            return redirect(action)
    return render(request, "actions/reopen.html", {"action": action, "form": form})


def _rating_after(opened: Action) -> str:
    """What is known of how an action goes that has just been opened again."""
    last = opened.latest_update
    if last is None:
        return "It needs an update, since its rating starts anew."
    return f"It stands as it did when it was closed: {LOOKS[Rating(last.rating)].word}, heard on {british(last.submitted_on)}."


def _back(user: User, action: Action) -> HttpResponseRedirect:
    """To My actions for those who answer for the action, else to the action itself."""
    if action.is_answered_for_by(user):
        return redirect("actions:mine")
    return redirect(action)


def _tell(request: SignedIn, update: ProgressUpdate, what: str, moment: Moment) -> None:
    """What was recorded, for which period, and what is next."""
    on_behalf = f" on behalf of {update.on_behalf_of}" if update.on_behalf_of else ""
    late = " It came after the day updates were due and is marked late." if update.late else ""
    messages.success(
        request, f"{what}. Recorded for {update.period.label}{on_behalf}.{late} {_next(request.user, moment)}".strip()
    )


def _next(user: User, moment: Moment) -> str:
    if moment.open is None:
        return ""
    mine = Action.objects.filter(plan=moment.plan).answered_for_by(user)
    waiting = mine.not_updated(moment.open.period).count()
    if waiting:
        return f"Next: {plural(waiting, 'action')} still {'waits' if waiting == 1 else 'wait'} for your update."
    return "No other action waits for your update." if mine.exists() else ""


def tell_of_others(request: SignedIn, update: ProgressUpdate, since: int | None) -> None:
    """Both updates stay; whoever sent the second learns of the first."""
    if since is None:
        return
    between = ProgressUpdate.objects.filter(action=update.action, pk__gt=since, pk__lt=update.pk).rated()
    others = between.exclude(by=request.user)
    # Hardly ever any: to ask whether there are costs a fraction of reading them.
    if not others.exists():
        return
    for other in others.select_related("by").order_by("pk")[:3]:
        local = timezone.localtime(other.submitted_at)
        messages.info(
            request,
            f"{update.action.ref} was also updated by {other.by} at {local:%H:%M} on {british(local.date())}, "
            "after you opened the form. Both updates are kept.",
        )


def tell_of_what_was_left_out(request: SignedIn, form: UpdateForm, update: ProgressUpdate) -> None:
    """What was typed beside questions of another rating is not recorded; it is quoted, so that it can be had back."""
    if not form.left_out:
        return
    quoted = " ".join(
        f"“{question}” {Truncator(' '.join(words.split())).chars(300)}" for question, words in form.left_out
    )
    messages.warning(
        request,
        f"{update.action.ref} is {LOOKS[Rating(update.rating)].word}, which does not ask for everything you had filled in. "
        f"Left out, and not recorded: {quoted}",
    )


def tell_of_the_plans_end(request: SignedIn, action: Action, new_due_on: dt.date | None) -> None:
    """A date after the plan's end is taken, and said aloud."""
    if new_due_on is not None and new_due_on > action.plan.ends_on:
        messages.warning(
            request,
            f"{action.ref} is now due on {british(new_due_on)}, after the plan ends on {british(action.plan.ends_on)}. "
            "The report will show this with your reason.",
        )
