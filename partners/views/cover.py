"""Who stands in for whom: one's own cover, and for the coordinator everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from partners.forms import CoverForm
from partners.models import Cover, User
from partners.services import add_cover, end_cover

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Rows of the coordinator's list: more people than are away at once.
MOST = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_cover(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    if not me.sees_the_work:
        raise Http404
    today = timezone.localdate()
    anybody = me.has_perm("partners.add_cover_of_anybody")
    at_work = User.objects.at_work()
    form = CoverForm(
        request.POST if request.method == "POST" else None,
        people=at_work if anybody else _own(at_work, me),
        away=at_work if anybody else None,
        initial={"person": _asked_for(request), "starts_on": today},
    )
    if form.is_valid():
        given = {"person": me, **form.cleaned_data}
        try:
            cover = add_cover(**given, by=me, at=timezone.now(), today=today)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{cover.covered_by} stands in for {_name(cover.person, me)}.")
            return redirect("partners:cover")
    current = Cover.objects.filter(ends_on__gte=today).select_related("person__partner", "covered_by__partner")
    return render(
        request,
        "partners/cover.html",
        {
            "form": form,
            "today": today,
            "anybody": anybody,
            "mine": _by_day(current.filter(person=me)),
            "for_others": _by_day(current.filter(covered_by=me)),
            "everybody": _by_day(current.exclude(person=me)) if anybody else [],
        },
    )


@login_required
@require_POST
def stop_cover(request: HttpRequest, pk: int) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    if not me.sees_the_work:
        raise Http404
    # Anybody at work may know who stands in for whom; ending it is for those concerned.
    cover = get_object_or_404(Cover.objects.select_related("person", "covered_by"), pk=pk)
    end_cover(cover=cover, by=me, today=timezone.localdate())
    messages.success(request, f"{cover.covered_by} no longer stands in for {_name(cover.person, me)}.")
    return redirect("partners:cover")


def _own(at_work: QuerySet[User], me: User) -> QuerySet[User]:
    """Whom I may name for myself: my organisation's people; as the chair, the vice-chair of another organisation too."""
    others = at_work.exclude(pk=me.pk)
    return others if me.is_chair else others.filter(partner=me.partner_id)


def _asked_for(request: HttpRequest) -> int | None:
    text = request.GET.get("person", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _by_day(rows: QuerySet[Cover]) -> list[Cover]:
    return list(rows.order_by("starts_on", "pk")[:MOST])


def _name(person: User, me: User) -> str:
    return "you" if person.pk == me.pk else person.name
