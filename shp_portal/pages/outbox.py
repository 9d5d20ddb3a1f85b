"""The coordinator's log of e-mails: what was owed to whom, what became of it and why, and “send again”."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from actions.progress import plural
from partners import outbox
from partners.fields import WordsField
from partners.models import OutgoingEmail

if TYPE_CHECKING:
    from partners.models import User

PAGE = 50
#: Numbers beyond this are not counted for nobody.
MOST_COUNTED = 1000

State = OutgoingEmail.State

#: What the rooms say in `OutgoingEmail.kind`, in words.
KINDS = {
    "digest": "Daily summary",
    "report-with-chair": "Report for decision",
    "report-decided": "Decision on a report",
    "fact-check-opened": "Report to check",
    "fact-check-not-right": "Fault found in a fact check",
    "fact-check-closed": "Fact check closed",
    "report-published": "Published report",
}


class OutboxFilters(forms.Form):
    """Read from the address; every field may be missing, and one that names nothing known is left out."""

    q = WordsField(label="Person or address", required=False, longest=100, widget=forms.TextInput)
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any state"), *State.choices])
    kind = forms.ChoiceField(label="About", required=False, choices=[("", "Everything"), *KINDS.items()])
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.is_valid()

    @property
    def active(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "state", "kind"))

    def narrow(self) -> Any:
        wanted, found = self.cleaned_data, OutgoingEmail.objects.all()
        if text := wanted.get("q"):
            found = found.filter(Q(recipient__name__icontains=text) | Q(recipient__email__icontains=text))
        if state := wanted.get("state"):
            found = found.filter(state=state)
        if kind := wanted.get("kind"):
            found = found.filter(kind=kind)
        return found

    def address(self, **changes: object) -> str:
        """The page with these filters and `changes`."""
        kept = {name: value for name, value in {**self.cleaned_data, **changes}.items() if value}
        return f"{reverse('portal:outbox')}{'?' if kept else ''}{urlencode(kept)}"


@dataclass(frozen=True)
class Row:
    """One e-mail; `became` says in a sentence what became of it, `why` what the mail server said."""

    email: OutgoingEmail
    kind: str
    became: str
    why: str
    may_send_again: bool


@dataclass(frozen=True)
class Outbox:
    rows: list[Row]
    filters: OutboxFilters
    failed: str
    waiting: str
    back: str
    first: str
    older: str


View = Callable[..., HttpResponse]


def _for_coordinators(view: View) -> View:
    """Sign-in first; for everybody but the coordinator, the log is not there."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("partners.read_outbox"):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_for_coordinators
@require_safe
def show_outbox(request: HttpRequest) -> HttpResponse:
    filters = OutboxFilters(request.GET)
    found = filters.narrow().select_related("recipient__partner").order_by("-pk")
    if before := filters.cleaned_data.get("before"):
        found = found.filter(pk__lt=before)
    emails = list(found[: PAGE + 1])
    rows = [_row(email) for email in emails[:PAGE]]
    page = Outbox(
        rows=rows,
        filters=filters,
        failed=_counted(State.FAILED),
        waiting=_counted(State.PENDING),
        back=urlencode({name: value for name, value in filters.cleaned_data.items() if value}),
        first=filters.address(before=None) if before else "",
        older=filters.address(before=rows[-1].email.pk) if len(emails) > PAGE else "",
    )
    return render(request, "portal/outbox.html", {"page": page})


@_for_coordinators
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    email = get_object_or_404(OutgoingEmail.objects.select_related("recipient"), pk=pk)
    try:
        outbox.send_again(email=email, by=user, at=timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        outbox.wake_drain()
        messages.success(request, f"“{email.subject}” goes to {email.recipient.name} again.")
    return redirect(OutboxFilters(QueryDict(request.POST.get("back", "")[:500])).address())


def _row(email: OutgoingEmail) -> Row:
    return Row(
        email=email,
        kind=KINDS.get(email.kind, email.kind.replace("-", " ").capitalize()),
        became=_became(email),
        why=email.last_error if email.state != State.SENT else "",
        may_send_again=email.state in (State.SENT, State.FAILED) and email.recipient.is_active,
    )


def _became(email: OutgoingEmail) -> str:
    if email.state == State.SENT and email.sent_at:
        return f"Sent {_moment(email.sent_at)}"
    if email.state == State.FAILED:
        return f"Not delivered, tried {_times(email.attempts)}" if email.attempts else "Not delivered"
    if email.state == State.DROPPED:
        return "Not sent: out of date"
    if email.state == State.SENDING:
        return "Being sent"
    if email.attempts and email.not_before:
        return f"Waiting, tried {_times(email.attempts)}; next try {_moment(email.not_before)}"
    return "Waiting"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _moment(at: dt.datetime) -> str:
    """23 November 2026, 08:02."""
    return date_format(timezone.localtime(at), "j F Y, H:i")


def _counted(state: str) -> str:
    """How many e-mails are in a state, up to a limit; empty for none."""
    number = OutgoingEmail.objects.filter(state=state).order_by()[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} e-mails"
    return plural(number, "e-mail") if number else ""
