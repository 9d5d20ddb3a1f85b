"""Typing that is kept: as one types, by "Save and come back later", and when somebody sends after being signed out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from actions.forms.updates import UpdateForm, WordsForm
from actions.models import Action, Draft
from actions.rating import LOOKS, SUBMITTABLE
from actions.services import drafts
from actions.views.doors import action_for
from priorities.doors import Moment, SignedIn, for_those_at_work, whose_form
from priorities.doors import typed_in as typed_in
from priorities.doors import writer_of as writer_of
from priorities.forms import WordsField
from priorities.periods import Period

if TYPE_CHECKING:
    from partners.models import User

UNSENT = "unsent"
"""Where the session keeps what was sent by somebody signed out."""

MOST_ROWS = 50

_WRITER = re.compile(r"(?:a([0-9]{1,10})-)?writer")


def prefix_of(pk: int) -> str:
    """What the names of a row's fields begin with, so that many forms can be sent as one."""
    return f"a{pk}"


def keep(action: Action, by: User, typed: dict[str, list[str]], moment: Moment, instead_of: int | None = None) -> Draft:
    """Keep what was typed about the period it names, or the one the next update would be about.

    Raises what `drafts.save_draft` raises.
    """
    try:
        period = Period.parse(action.plan.update_kind, (typed.get("period") or [""])[0])
    except ValueError:
        period = action.period_choice(moment.today).default
    return drafts.save_draft(action=action, by=by, period=period, content=typed, at=moment.at, instead_of=instead_of)


def keep_what_failed(action: Action, by: User, typed: dict[str, list[str]], moment: Moment) -> None:
    """Keep what could not be sent, so that a closed browser loses nothing. What is too long stays on the page alone."""
    try:
        keep(action, by, typed, moment)
    except (ValidationError, drafts.AlreadySent):
        return


def waits_for_sign_in(then: str = "") -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """For views that take an update: what somebody signed out sends is kept until they have signed in again.

    `then` names the page they come to when the address itself takes no visit.
    """

    def outer(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST" or request.user.is_authenticated:
                return view(request, *args, **kwargs)
            _put_aside(request, kwargs.get("pk"))
            if _by_script(request):
                return JsonResponse({"signed_out": True}, status=401)
            return redirect_to_login(reverse(then, kwargs=kwargs) if then else request.get_full_path())

        return inner

    return outer


def take_back(request: SignedIn, moment: Moment) -> None:
    """Make drafts of what this person sent while signed out. What somebody else sent from this browser is let go."""
    unsent = request.session.pop(UNSENT, None)
    if not unsent or unsent["writer"] != request.user.pk:
        return
    actions = {
        action.pk: action
        for action in Action.objects.visible_to(request.user).filter(pk__in=unsent["rows"]).select_related("plan")
    }
    kept = []
    for pk, typed in unsent["rows"].items():
        action = actions.get(int(pk))
        if action is None:
            continue
        try:
            keep(action, request.user, typed, moment)
        except drafts.AlreadySent:
            continue
        except (ValidationError, PermissionDenied):
            # It is on nobody's page any more: told here, the words can at least be copied.
            words = " ".join(f"“{text}”" for _, text in words_in(typed))
            if words:
                messages.error(request, f"What you typed on {action.ref} cannot be sent or kept any more: {words}")
            continue
        kept.append(action.ref)
    if kept:
        messages.warning(
            request,
            f"You had been signed out, so nothing was sent. What you typed on {', '.join(kept)} is here again: "
            "look at it and send it.",
        )


def words_in(typed: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """What was typed into the boxes of an update or a supporting partner's words, each with its question; ratings in words."""
    found = []
    rating = next((rating for rating in SUBMITTABLE if [rating.value] == typed.get("rating")), None)
    if rating is not None:
        found.append((str(UpdateForm.base_fields["rating"].label), LOOKS[rating].word))
    for name, field in UpdateForm.base_fields.items():
        text = "".join(typed.get(name, [])).strip()
        if text and isinstance(field, WordsField):
            found.append((str(field.label), text))
    return found


def keep_refused(request: HttpRequest) -> bool:
    """Keep an update that was refused because its page was too old (its CSRF token is no longer good); whether there was one.

    Only from a browser that has a session of ours, which a form on a foreign page does not bring along.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    match = request.resolver_match
    about_an_action = match is not None and match.route.startswith("actions/<int:pk>/")
    _put_aside(request, match.kwargs.get("pk") if match and about_an_action else None)
    return UNSENT in request.session


@waits_for_sign_in(then="actions:post-update")
@for_those_at_work
@require_POST
def save_draft(request: SignedIn, pk: int) -> HttpResponse:
    """Keep what stands in the form, or with `discard` take away what was kept. A script is told whether it is ready."""
    moment = Moment.now()
    action = action_for(request.user, pk, moment.today)
    if "discard" in request.POST:
        drafts.drop_draft(action=action, by=request.user)
        messages.success(request, f"What you had typed on {action.ref} is gone. Nothing was sent.")
        return _away(request.user, action)
    prefix = prefix_of(pk) if f"{prefix_of(pk)}-submission_key" in request.POST else ""
    typed = typed_in(request.POST, prefix)
    try:
        draft = keep(action, request.user, typed, moment, _opened(request.POST, prefix))
    except drafts.AlreadySent:
        return _answer(request, action, {"sent": True, "says": "This has been sent already."}, 409)
    except ValidationError as refused:
        return _answer(request, action, {"says": " ".join(refused.messages)}, 413)
    except PermissionDenied as refused:
        if not _by_script(request):
            raise
        says = f"{refused} What you typed stays on this page: copy it from here."
        return JsonResponse({"says": says}, status=403)
    says = wanting(request.user, action, request.POST, prefix, moment)
    at = timezone.localtime(draft.saved_at)
    told = {"kept": f"{at:%H:%M}", "draft": draft.pk, "ready": not says, "says": says}
    return _answer(request, action, told, 200)


def _away(user: User, action: Action) -> HttpResponse:
    """To My actions for those whose updates stand there, else to the action itself."""
    return redirect("actions:mine") if user.has_perm("actions.post_update", action) else redirect(action)


def _answer(request: SignedIn, action: Action, told: dict[str, Any], status: int) -> HttpResponse:
    if _by_script(request):
        return JsonResponse(told, status=status)
    if status == 200:
        messages.success(
            request,
            f"{action.ref} is kept as a draft since {told['kept']} and not sent. You find it here when you come back."
            + (f" Before it can be sent: {told['says']}" if told["says"] else " It is ready to send."),
        )
    else:
        messages.error(request, told["says"])
    return _away(request.user, action)


def wanting(user: User, action: Action, data: QueryDict, prefix: str, moment: Moment) -> str:
    """What the form still wants before it can be sent, in the first sentence; empty when it is ready."""
    if action.state != Action.State.LIVE:
        return f"{action.ref} takes no updates any more."
    if not drafts.may_write(user, action):
        return f"{action.ref} is no longer yours to update."
    choice = action.period_choice(moment.today)
    form: forms.Form
    refused: list[str] = []
    if user.has_perm("actions.post_update", action):
        form = UpdateForm(data, action=action, choice=choice, today=moment.today, prefix=prefix or None)
        if form.is_valid():
            refused = [sentence for sentences in form.refusals().values() for sentence in sentences]
    else:
        form = WordsForm(data, choice=choice, today=moment.today)
    said = [str(sentence) for sentences in form.errors.values() for sentence in sentences]
    return next(iter([*said, *refused]), "")


def _opened(data: QueryDict, prefix: str) -> int | None:
    """The draft that the form began with, by its key."""
    text = data.get(f"{prefix}-draft" if prefix else "draft", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else None


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _put_aside(request: HttpRequest, pk: int | None) -> None:
    """Keep each form that we made for one and the same person; anything else is let go, so that strangers fill nothing."""
    writer: int | None = None
    rows: dict[str, dict[str, list[str]]] = {}
    for name in request.POST:
        match = _WRITER.fullmatch(name)
        if not match or len(rows) == MOST_ROWS:
            continue
        whose = whose_form(request.POST[name])
        if whose is None:
            continue
        about = match[1] or pk
        typed = typed_in(request.POST, prefix_of(int(match[1])) if match[1] else "")
        size = sum(len(text) for texts in typed.values() for text in texts)
        if about is None or size > drafts.LONGEST_DRAFT or writer not in (None, whose):
            continue
        writer = whose
        rows[str(about)] = typed
    if rows:
        request.session[UNSENT] = {"writer": writer, "rows": rows}
