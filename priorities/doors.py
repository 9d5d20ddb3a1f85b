"""Who gets into the pages of those at work, and what every one of them starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from priorities.models import Plan, UpdateRound

if TYPE_CHECKING:
    from partners.models import User
    from priorities.periods import Period


class SignedIn(HttpRequest):
    """A request whose person is known; for type checkers, since Django says it nowhere."""

    user: User


Given = ParamSpec("Given")

HELD = "held"
"""In the session: a form of one page that somebody sent while signed out, such as a proposal or a quarter's figures."""

LONGEST_HELD = 60_000
"""Characters of such a form; no more fits into a session."""

_SALT = "actions.writer"
#: Not typed by anybody, or of no use to another form.
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", "writer", "draft"})

UNPRESSED = "unpressed"
"""In the session: a button was pressed by somebody signed out, and they have not been told yet."""


def for_those_at_work(
    view: Callable[Concatenate[SignedIn, Given], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Sign-in first; for readers, who see published reports alone, the page is not there."""

    @login_required
    @wraps(view)
    def guarded(request: SignedIn, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        if not request.user.sees_the_work:
            raise Http404
        request.user.stand_in(timezone.localdate())
        if request.method == "GET" and request.session.pop(UNPRESSED, None):
            messages.warning(
                request,
                "You had been signed out, so nothing was recorded. Look at it again and press the button once more.",
            )
        return view(request, *args, **kwargs)

    return guarded


def pressed_again(
    then: str, *, named: bool = False
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """For buttons, whose addresses take no visit: after signing in, their presser comes to the page `then` and is told.

    `named`: that page's address takes the same arguments as the button's.
    """

    def outer(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method != "POST" or request.user.is_authenticated:
                return view(request, *args, **kwargs)
            request.session[UNPRESSED] = True
            return redirect_to_login(reverse(then, kwargs=kwargs if named else None))

        return inner

    return outer


@dataclass(frozen=True)
class Moment:
    """Now: the instant, the day in local time, the plan in force and the newest request for updates."""

    at: dt.datetime
    today: dt.date
    plan: Plan | None
    round: UpdateRound | None

    @property
    def asked(self) -> Period | None:
        """The period of the newest request: what confirms a rating."""
        return self.round.period if self.round else None

    @property
    def open(self) -> UpdateRound | None:
        """The newest request while it still asks: once its report is approved nobody owes it anything."""
        return self.round if self.round and self.round.settled_at is None else None

    @classmethod
    def of(cls, request: HttpRequest) -> Moment:
        """Now, with the plan left on the request, so that the frame round the page need not read it again."""
        moment = cls.now()
        request.plan_in_force = moment.plan  # type: ignore[attr-defined]
        return moment

    @classmethod
    def now(cls) -> Moment:
        at = timezone.now()
        today = timezone.localdate(at)
        plan = Plan.objects.current(today)
        return cls(at, today, plan, UpdateRound.objects.asked_by(plan, today).first() if plan else None)


# --- Forms that wait for a sign-in ------------------------------------------------------------------------------------


def writer_of(user: User) -> str:
    """The person a form is made for, signed, so that what comes back without a session can be theirs and nobody else's."""
    return signing.dumps(user.pk, salt=_SALT)


def whose_form(signed: str) -> int | None:
    """The person, by key, that `writer_of` signed; None for anything else."""
    try:
        return cast("int", signing.loads(signed, salt=_SALT))
    except signing.BadSignature:
        return None


def typed_in(data: Mapping[str, Any], prefix: str = "") -> dict[str, list[str]]:
    """What was typed into one form of what was sent, by the names of its fields without their prefix."""
    data = cast("QueryDict", data)
    start = f"{prefix}-" if prefix else ""
    names = {name: name.removeprefix(start) for name in data if name.startswith(start)}
    return {plain: data.getlist(name) for name, plain in names.items() if plain not in _NOT_KEPT}


def held_for_sign_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For forms that make no draft but bring `writer` along: what somebody signed out sends waits for them at this address."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method != "POST" or request.user.is_authenticated:
            return view(request, *args, **kwargs)
        hold_form(request)
        return redirect_to_login(request.get_full_path())

    return inner


def take_held(request: SignedIn) -> QueryDict | None:
    """What this person sent from this very page while signed out, said to be here again; None for nothing."""
    held = request.session.get(HELD)
    if request.method != "GET" or not held or held["path"] != request.path:
        return None
    del request.session[HELD]
    if held["writer"] != request.user.pk:
        return None
    messages.warning(
        request, "You had been signed out, so nothing was sent. What you typed is here again: look at it and send it."
    )
    data = QueryDict(mutable=True)
    for name, values in held["typed"].items():
        data.setlist(name, values)
    return data


def hold_form(request: HttpRequest) -> bool:
    """Keep a form that names its `writer` until they come to its page again; whether it did."""
    writer = whose_form(request.POST.get("writer", ""))
    if writer is None:
        return False
    typed = typed_in(request.POST)
    if sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > LONGEST_HELD:
        return False
    request.session[HELD] = {"writer": writer, "path": request.path, "typed": typed}
    return True
