"""The sheet for a sub-group's meeting, for the screen and for one side of A4; and the sub-group's part of the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from actions.forms.coordination import ReturnForm
from actions.models import Action, Milestone, ProgressUpdate, SubGroupReturn
from actions.progress import Standing, pressing
from actions.rating import LOOKS, ORDER, Rating
from actions.services.returns import Overtaken, save_return
from performance.models import EmergingIssue
from priorities.doors import Moment, SignedIn, for_those_at_work, held_for_sign_in, take_held, writer_of
from priorities.models import Meeting, SubGroup
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.overview import lacks_of_reoffending

if TYPE_CHECKING:
    from django.http import QueryDict

    from partners.models import User
    from priorities.periods import Period

#: A meeting that talks about more actions than these needs another paper.
MOST = 100
#: Without a date for the next meeting, milestones of the next six weeks count as before it (the plan's usual rhythm).
WEEKS_AHEAD = 6

TROUBLED = (Rating.OFF_TRACK, Rating.AT_RISK)


@dataclass(frozen=True)
class Line:
    """An action on the sheet. `said` is what its last update says for a meeting: the reason, else the words.

    Restricted words are held back from everybody (`held_back`): the sheet is printed and handed round to people who may
    not read them. `help`: the partner asked for help that has not answered.
    """

    action: Action
    standing: Standing
    said: str
    held_back: bool
    help: str

    @property
    def exception(self) -> bool:
        """Off track, at risk, past its date, or contradicted by the facts; silence has a list of its own."""
        return self.standing.rating in TROUBLED or not self.standing.delivery.ok or bool(self.standing.disagreement)


@dataclass(frozen=True)
class Due:
    """A milestone that is to be done before the meeting; `missed` when its day has passed."""

    milestone: Milestone
    missed: bool


@dataclass(frozen=True)
class Number:
    word: str
    shape: str
    number: int


@dataclass(frozen=True)
class Sheet:
    """`issues` leaves restricted ones out for everybody, as the lines do with restricted words."""

    sub_group: SubGroup
    today: dt.date
    period: Period | None
    meeting: Meeting | None
    until: dt.date
    numbers: list[Number]
    exceptions: list[Line]
    others: list[Line]
    silent: list[Line]
    wants_help: list[Line]
    reoffending: list[Line]
    milestones: list[Due]
    warnings: list[str]
    issues: OpenIssues
    more: int
    part: SubGroupReturn | None

    @property
    def total(self) -> int:
        return len(self.exceptions) + len(self.others) + self.more


@held_for_sign_in
@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_sheet(request: SignedIn, code: str) -> HttpResponse:
    moment = Moment.of(request)
    if moment.plan is None:
        raise Http404
    people = ("lead__partner", "deputy__partner", "reoffending_lead__partner", "chairing_partner")
    found = get_object_or_404(SubGroup.objects.select_related(*people), plan=moment.plan, code=code)
    may_write = request.user.has_perm("actions.write_return", found)
    sheet = sheet_of(found, request.user, moment)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied("The part of a sub-group is written by its lead or by the coordinator.")
        if sheet.period is None:
            messages.error(request, "No report is being prepared yet.")
            return redirect("portal:meeting-sheet", code=code)
        return _save(request, sheet, moment)
    return _page(request, sheet, _form(sheet, take_held(request)) if may_write and sheet.period else None)


def _save(request: SignedIn, sheet: Sheet, moment: Moment) -> HttpResponse:
    assert sheet.period is not None  # noqa: S101 - asked by the view
    ready = request.POST.get("ready") == "yes"
    form = ReturnForm(request.POST)
    if form.is_valid() and "preview" not in request.POST:
        try:
            row = save_return(
                sub_group=sheet.sub_group,
                period=sheet.period,
                ready=ready,
                by=request.user,
                at=moment.at,
                **form.cleaned_data,
            )
        except Overtaken as overtaken:
            # The next sending is meant to replace what the page now shows.
            again = request.POST.copy()
            again["revision"] = str(overtaken.row.revision)
            form = ReturnForm(again)
            form.is_valid()
            return _page(request, sheet, form, overtaken=overtaken, status=409)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            said = "is ready for the report" if row.ready_at else "is kept; it is not said to be ready"
            messages.success(request, f"The part of {sheet.sub_group} {said}.")
            return redirect("portal:meeting-sheet", code=sheet.sub_group.code)
    return _page(request, sheet, form)


def _form(sheet: Sheet, held: QueryDict | None) -> ReturnForm:
    """With what stands, or with what was typed before a sign-out, about the text it was typed on."""
    if held is not None:
        return ReturnForm(initial={name: held.get(name, "") for name in ("paragraph", "revision")})
    part = sheet.part
    return ReturnForm(initial={"paragraph": part.paragraph if part else "", "revision": part.revision if part else 0})


def _page(
    request: SignedIn, sheet: Sheet, form: ReturnForm | None, *, overtaken: Overtaken | None = None, status: int = 200
) -> HttpResponse:
    context = {"sheet": sheet, "form": form, "overtaken": overtaken, "writer": writer_of(request.user)}
    return render(request, "portal/meeting.html", context, status=status)


def sheet_of(sub_group: SubGroup, user: User, moment: Moment) -> Sheet:
    """Everything the meeting talks about; the number of queries does not depend on the rows."""
    today = moment.today
    period = moment.asked
    meeting = sub_group.meetings.filter(date__gte=today).order_by("date").first()
    until = meeting.date if meeting else today + dt.timedelta(weeks=WEEKS_AHEAD)
    visible = Action.objects.visible_to(user).filter(sub_group=sub_group)
    actions = list(visible.for_list(today, period).with_assigned().order_by("ref")[: MOST + 1])
    lines = _lines(actions[:MOST], period, today)
    lines.sort(key=lambda line: (pressing(line.standing, line.action.due_on)[1:], line.action.ref))
    live = [line for line in lines if line.action.state == Action.State.LIVE]
    milestones = (
        Milestone.objects.filter(action__in=[line.action.pk for line in live], done_on__isnull=True, due_on__lte=until)
        .select_related("action__lead_partner")
        .order_by("due_on", "action__ref")
    )
    reoffending = [line for line in live if line.action.reoffending_focus]
    part = None
    if period is not None:
        part = (
            SubGroupReturn.objects.filter(sub_group=sub_group, period_kind=period.kind.value, period_start=period.start)
            .select_related("by__partner")
            .first()
        )
    return Sheet(
        sub_group=sub_group,
        today=today,
        period=period,
        meeting=meeting,
        until=until,
        numbers=_numbers(lines),
        exceptions=[line for line in live if line.exception],
        others=[line for line in lines if line not in live or not line.exception],
        silent=[line for line in live if not line.standing.update.ok],
        wants_help=[line for line in live if line.help],
        reoffending=reoffending,
        milestones=[Due(milestone, milestone.due_on < today) for milestone in milestones],
        warnings=lacks_of_reoffending([sub_group]).get(sub_group.pk, []),
        issues=open_issues(
            EmergingIssue.objects.filter(plan=sub_group.plan_id, restricted=False).visible_to(user), sub_group=sub_group
        ),
        more=max(len(actions) - MOST, 0),
        part=part,
    )


def _lines(actions: Sequence[Action], period: Period | None, today: dt.date) -> list[Line]:
    asked = {
        update.action_id: update
        for update in ProgressUpdate.objects.filter(action__in=[action.pk for action in actions]).unanswered_help()
    }
    lines = []
    for action in actions:
        last = action.latest_update
        held_back = last is not None and last.restricted
        help_ = asked.get(action.pk)
        lines.append(
            Line(
                action=action,
                standing=action.standing(period, today),
                said=(last.reason or last.narrative) if last and not held_back else "",
                held_back=held_back,
                help=str(help_.help_wanted_from) if help_ else "",
            )
        )
    return lines


def _numbers(lines: Sequence[Line]) -> list[Number]:
    counted = [(rating, sum(line.standing.rating == rating for line in lines)) for rating in ORDER]
    return [Number(LOOKS[rating].word, LOOKS[rating].shape, number) for rating, number in counted if number]
