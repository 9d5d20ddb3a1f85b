"""What people write for a report: every section with what stands in it, one section beside its preview, the preview alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.models import SubGroupReturn
from priorities.doors import SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from priorities.models import SubGroup
from reports import permissions
from reports.document.text import FactsLost
from reports.forms.texts import TextForm
from reports.models import Report, SectionText
from reports.services import asking, building, texts
from reports.views.about import About, about_of
from reports.views.asking import rows_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from reports.document import Document


@dataclass(frozen=True)
class Written:
    """A section as it stands. `carried` is what the newest version prints of it."""

    section: SectionText.Section
    row: SectionText | None
    carried: str
    may_write: bool
    who: str

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""

    @property
    def in_newest(self) -> bool:
        return self.carried == self.text


@held_for_sign_in
@for_those_at_work
@require_safe
def show_texts(request: SignedIn, plan_pk: int, kind: str, code: str) -> HttpResponse:
    about = about_of(plan_pk, kind, code)
    document, lost = _read(about)
    carried = texts.carried_by(document) if document else {}
    rows = texts.newest(about.report) if about.report else {}
    user = request.user
    return render(
        request,
        "reports/texts.html",
        {
            "about": about,
            "lost": lost,
            "sections": [
                Written(
                    section=section,
                    row=rows.get(section),
                    carried=carried.get(section, ""),
                    may_write=about.has_begun and user.has_perm("reports.write_text", section),
                    who=permissions.who_writes(section),
                )
                for section in texts.sections_of(about.plan, kind)
            ],
            "asks": kind in asking.ASKING,
            "asked": rows_of(about, document) if kind in asking.ASKING else [],
            "may_ask": about.has_begun and user.has_perm("reports.word_recommendation"),
            "parts": _parts(about) if kind == Report.Kind.SIX_MONTHLY else [],
            "not_yet": building.cannot_give_way(about.newest) if about.newest else "",
            "may_make": about.report is not None and user.has_perm("reports.make_version", about.report),
        },
    )


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def write_text(request: SignedIn, plan_pk: int, kind: str, code: str, section: str) -> HttpResponse:
    about = about_of(plan_pk, kind, code)
    if section not in texts.sections_of(about.plan, kind):
        raise Http404
    found = SectionText.Section(section)
    if not request.user.has_perm("reports.write_text", section):
        raise PermissionDenied(permissions.refusal_to_write(section))
    stands = texts.newest(about.report).get(section) if about.report else None
    if request.method != "POST":
        return _page(request, about, found, _form(found, stands, take_held(request)))
    form = TextForm(request.POST, label=found.label)
    if not form.is_valid() or "preview" in request.POST:
        return _page(request, about, found, form)
    try:
        row = texts.write_text(
            plan=about.plan,
            kind=kind,
            period=about.period,
            section=section,
            by=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
    except texts.Overtaken as overtaken:
        # The next sending is meant to replace what the page now shows.
        again = request.POST.copy()
        again["seen"] = str(overtaken.row.pk)
        form = TextForm(again, label=found.label)
        form.is_valid()
        return _page(request, about, found, form, overtaken=overtaken, status=409)
    except ValidationError as refused:
        form.take_faults(refused)
        return _page(request, about, found, form)
    messages.success(request, f"{found.label}: {'kept' if row.text else 'emptied'}.")
    return redirect("reports:texts", plan_pk=plan_pk, kind=kind, code=code)


@for_those_at_work
@require_POST
def preview_text(request: SignedIn) -> HttpResponse:
    """A piece of a page: what is typed as a report would print it, or why it would not. Nothing is kept."""
    form = TextForm({"seen": 0, "text": request.POST.get("text", "")})
    form.is_valid()
    return render(request, "reports/_preview.html", {"box": form["text"]})


def _read(about: About) -> tuple[Document | None, str]:
    """What the newest version says, None without one; or why that cannot be told. Writing goes on all the same."""
    if about.newest is None:
        return None, ""
    try:
        return about.newest.document(), ""
    except FactsLost as lost:
        return None, str(lost)


def _form(section: SectionText.Section, stands: SectionText | None, held: QueryDict | None) -> TextForm:
    """With what stands, or with what was typed before a sign-out, about the text it was typed on."""
    if held is not None:
        initial = {name: held.get(name, "") for name in ("text", "seen")}
    else:
        initial = {"text": stands.text if stands else "", "seen": str(stands.pk if stands else 0)}
    return TextForm(initial=initial, label=section.label)


def _page(
    request: SignedIn,
    about: About,
    section: SectionText.Section,
    form: TextForm,
    *,
    overtaken: texts.Overtaken | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "reports/write_text.html",
        {
            "about": about,
            "section": section,
            "form": form,
            "overtaken": overtaken,
            "writer": writer_of(request.user),
        },
        status=status,
    )


def _parts(about: About) -> list[tuple[SubGroup, SubGroupReturn | None]]:
    """Every sub-group of the plan with its paragraph, which is written on its meeting sheet."""
    period = about.period
    written = {
        row.sub_group_id: row
        for row in SubGroupReturn.objects.filter(
            sub_group__plan=about.plan, period_kind=period.kind.value, period_start=period.start
        ).select_related("by")
    }
    return [(group, written.get(group.pk)) for group in SubGroup.objects.filter(plan=about.plan).order_by("name")]
