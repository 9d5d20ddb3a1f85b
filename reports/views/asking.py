"""What a report asks the Partnership: each recommendation with what was made of it, and the page on which it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from priorities.doors import SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from reports import permissions
from reports.document.text import FactsLost
from reports.forms.texts import AskedForm
from reports.models import RecommendationWords
from reports.services import asking
from reports.snapshot.sentences import in_own_words
from reports.views.about import About, about_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from reports.document import Document

Choice = RecommendationWords.Choice

#: In the address of one that is added.
NEW = "new"


@dataclass(frozen=True)
class AskedRow:
    """One recommendation: what the portal made of the facts ("" for one of our own, or where the facts call for it no more),
    what stands, and whether the newest version says so. `number` is its own there, 0 for one that it does not ask.
    """

    key: str
    worked_out: str
    row: RecommendationWords | None
    is_carried: bool
    number: int = 0

    @property
    def words(self) -> str:
        """What stands, as it goes on after "That the Partnership"."""
        row = self.row
        return asking.sentence_of(row) if row is not None and row.choice == Choice.WORDED else self.worked_out

    @property
    def is_worded(self) -> bool:
        return self.row is not None and self.row.choice == Choice.WORDED

    @property
    def is_left_out(self) -> bool:
        return self.row is not None and self.row.choice == Choice.LEFT_OUT

    @property
    def is_passed_over(self) -> bool:
        """Somebody worded it, and the facts do not call for it any more."""
        return self.row is not None and not self.row.is_own and not self.worked_out

    @property
    def facts_moved(self) -> bool:
        """The portal makes another sentence of the facts than it did when this was worded or left out."""
        row = self.row
        moved = row is not None and row.instead_of not in ("", self.worked_out)
        return moved and (self.is_worded or self.is_left_out) and bool(self.worked_out)


def rows_of(about: About, document: Document | None) -> list[AskedRow]:
    """In the order of the newest version; what it does not know, last. One query."""
    rows = asking.newest(about.report) if about.report else {}
    worked_out = asking.worked_out_in(document) if document else {}
    printed = asking.printed_in(document) if document else {}
    keys = dict.fromkeys([*printed, *worked_out, *rows])
    numbers = {key: number for number, key in enumerate(printed, start=1)}
    return [
        AskedRow(
            key,
            worked_out.get(key, ""),
            rows.get(key),
            document is not None and (key not in rows or asking.is_carried(rows[key], document)),
            numbers.get(key, 0),
        )
        for key in keys
    ]


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def write_recommendation(request: SignedIn, plan_pk: int, kind: str, code: str, key: str) -> HttpResponse:
    """One recommendation beside what the report will say; `new` adds one of our own."""
    about = about_of(plan_pk, kind, code)
    if kind not in asking.ASKING:
        raise Http404
    if not request.user.has_perm("reports.word_recommendation"):
        raise PermissionDenied(permissions.ONLY_COORDINATOR_WORDS)
    one = _found(about, key)
    if request.method != "POST":
        return _page(request, about, one, _form(one, take_held(request)))
    form = _bound(one, request.POST)
    if not form.is_valid() or "preview" in request.POST:
        return _page(request, about, one, form)
    try:
        asking.word_recommendation(
            plan=about.plan,
            kind=kind,
            period=about.period,
            key="" if key == NEW else key,
            by=request.user,
            at=timezone.now(),
            **form.answers(),
        )
    except asking.Overtaken as overtaken:
        # The next sending is meant to replace what the page now shows.
        again = request.POST.copy()
        again["seen"] = str(overtaken.row.pk)
        form = _bound(one, again)
        form.is_valid()
        return _page(request, about, one, form, overtaken=overtaken, status=409)
    except ValidationError as refused:
        form.take_faults(refused)
        return _page(request, about, one, form)
    messages.success(request, "Kept. The next version of the report carries it.")
    return redirect(f"{about.texts_address}#asked")


@for_those_at_work
@require_POST
def preview_recommendation(request: SignedIn) -> HttpResponse:
    """A piece of a page: what is typed as a report would print it. Nothing is kept."""
    form = AskedForm(request.POST, today=timezone.localdate(), is_own="asked_of" in request.POST)
    form.is_valid()
    return render(request, "reports/_asked_preview.html", _preview(form))


def _found(about: About, key: str) -> AskedRow:
    if key == NEW:
        return AskedRow("", "", None, is_carried=False)
    document = None
    if about.newest is not None:
        try:
            document = about.newest.document()
        except FactsLost:
            document = None  # our own can be dealt with all the same
    one = next((row for row in rows_of(about, document) if row.key == key), None)
    if one is None:
        raise Http404
    return one


def _bound(one: AskedRow, data: QueryDict | None, **more: object) -> AskedForm:
    is_own = not one.key or (one.row is not None and one.row.is_own)
    return AskedForm(data, today=timezone.localdate(), is_own=is_own, is_new=not one.key, **more)


def _form(one: AskedRow, held: QueryDict | None) -> AskedForm:
    """With what stands, or with what was typed before a sign-out, about what it was typed on."""
    if held is not None:
        return _bound(one, held)
    row = one.row
    if row is None:
        return _bound(one, None, initial={"seen": 0, "choice": Choice.WORDED, "text": one.worked_out})
    names = ("choice", "asked_of", "due_on", "reason")
    initial = {"seen": row.pk, **{name: getattr(row, name) for name in names}, "text": row.text or one.worked_out}
    return _bound(one, None, initial=initial)


def _preview(form: AskedForm) -> dict[str, object]:
    said = form.cleaned_data if form.is_bound else form.initial
    text, asked_of = said.get("text") or "", said.get("asked_of")
    return {
        "form": form,
        "choice": said.get("choice", Choice.WORDED),
        "reason": said.get("reason", ""),
        "sentence": in_own_words(text, asked_of.name if asked_of else "", said.get("due_on")) if text else "",
    }


def _page(
    request: SignedIn,
    about: About,
    one: AskedRow,
    form: AskedForm,
    *,
    overtaken: asking.Overtaken | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "about": about,
        "one": one,
        "name": asking.name_of(one.key) if one.key else "a recommendation of our own",
        "overtaken": overtaken,
        "stands": asking.sentence_of(overtaken.row) if overtaken and overtaken.row.text else "",
        "writer": writer_of(request.user),
        **_preview(form),
    }
    return render(request, "reports/write_recommendation.html", context, status=status)
