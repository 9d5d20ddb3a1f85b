"""What falls due every year: the plan's duties by month, ticked off by the coordinator, and the next assessment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from performance.models import StrategicAssessment
from priorities import services
from priorities.doors import Moment, SignedIn, for_those_at_work, pressed_again
from priorities.duties import SOON, Standing, standing, year_label, year_of, years_of
from priorities.forms import DISCLOSURE, DayField, VerbForm, WordsField
from priorities.models import Duty, DutyDone

if TYPE_CHECKING:
    from django.http import QueryDict

    from priorities.models import Plan


A_YEAR = 366
"""Days for which something overdue is still held out on the first page."""


ASSESSMENT = "assessment"
"""The short code of the duty that is done by adopting the year's assessment."""


@dataclass(frozen=True)
class Due:
    """A duty in one year, an assessment to be adopted, or both in one: when, how it stands, and what was said.

    `adopts` is the key of the assessment whose adoption it is, `assessment` that one where it is a duty, too.
    """

    name: str
    due_on: dt.date
    standing: Standing
    year: int
    duty: Duty | None = None
    done: DutyDone | None = None
    assessment: StrategicAssessment | None = None
    adopts: int | None = None

    @property
    def url(self) -> str:
        """Where it is done. Most of what is worked out is never shown, and asks no resolver."""
        if self.adopts is not None:
            return reverse("portal:assessment", args=[self.adopts])
        return reverse("portal:tick-off-duty", args=[self.duty.code, self.year]) if self.duty else ""

    @property
    def days(self) -> int:
        """For the order of the most pressing."""
        return self.due_on.toordinal()


@dataclass(frozen=True)
class Month:
    first: dt.date
    rows: list[Due] = field(default_factory=list)


@dataclass(frozen=True)
class Year:
    """A year of the plan to choose; `missing` is how many of its duties are overdue."""

    year: int
    label: str
    missing: int
    is_shown: bool


@dataclass(frozen=True)
class CalendarPage:
    plan: Plan
    label: str
    years: list[Year]
    months: list[Month]
    counts: list[tuple[Standing, int]]
    may_tick: bool


def everything_due(plan: Plan, today: dt.date, *, by_whom: bool = False) -> list[Due]:
    """Every duty in every year of the plan, and the assessments that have a day; three queries however many years. `by_whom`
    duties were ticked off is read along where it is told.
    """
    years = years_of(plan.starts_on, plan.ends_on)
    assessments = list(StrategicAssessment.objects.filter(plan=plan, due_on__isnull=False))
    # Adopting the year's assessment is what that duty asks for: both are told and done in one place.
    of_year = {year_of(row.due_on): row for row in reversed(assessments) if row.due_on is not None}
    rows = []
    ticked: dict[int, dict[int, DutyDone]] = defaultdict(dict)
    made = DutyDone.objects.filter(duty__plan=plan).order_by()
    for mark in made.select_related("by__partner") if by_whom else made:
        ticked[mark.duty_id][mark.year] = mark
    for duty in Duty.objects.filter(plan=plan).order_by("position"):
        done = ticked[duty.pk]
        for year in years:
            due_on = duty.due_on(year)
            assessment = of_year.pop(year, None) if duty.code == ASSESSMENT else None
            name, is_done = duty.name, year in done
            if assessment is not None and assessment.due_on is not None:
                assessments.remove(assessment)
                name, due_on = f"{assessment.title} to be adopted", assessment.due_on
                is_done = is_done or assessment.state == StrategicAssessment.State.ADOPTED
            found = standing(due_on, is_done, today)
            adopts = assessment.pk if assessment else None
            rows.append(Due(name, due_on, found, year, duty, done.get(year), assessment, adopts))
    for row in assessments:
        adopted = row.state == StrategicAssessment.State.ADOPTED
        assert row.due_on is not None  # noqa: S101 - filtered above
        rows.append(
            Due(
                f"{row.title} to be adopted",
                row.due_on,
                standing(row.due_on, adopted, today),
                year_of(row.due_on),
                adopts=row.pk,
            )
        )
    return sorted(rows, key=lambda due: due.days)


def pressing(plan: Plan, today: dt.date, *, duties: bool = True) -> list[Due]:
    """What falls due within a quarter, or did within the last year and is not done, earliest first; without `duties` the
    assessments alone. What was let go longer ago stands on the calendar.
    """
    if duties:
        wanted = (Standing.OVERDUE, Standing.SOON)
        return [
            due for due in everything_due(plan, today) if due.standing in wanted and (today - due.due_on).days <= A_YEAR
        ]
    soon = StrategicAssessment.objects.filter(plan=plan).due(today + dt.timedelta(days=SOON))
    return [
        Due(
            f"{row.title} to be adopted",
            row.due_on,
            standing(row.due_on, False, today),
            year_of(row.due_on),
            adopts=row.pk,
        )
        for row in soon
        if row.due_on is not None
    ]


@for_those_at_work
@require_safe
def calendar(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    if moment.plan is None:
        raise Http404
    page = calendar_page(
        moment.plan,
        request.GET.get("year", ""),
        moment.today,
        may_tick=request.user.has_perm("priorities.tick_off_duty"),
    )
    return render(request, "portal/calendar.html", {"page": page})


def calendar_page(plan: Plan, wanted: str, today: dt.date, *, may_tick: bool) -> CalendarPage:
    """The year an address names, else today's, else the nearest of the plan."""
    years = years_of(plan.starts_on, plan.ends_on)
    shown = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else year_of(today)
    shown = min(max(shown, years[0]), years[-1])
    rows = everything_due(plan, today, by_whom=True)
    months = [Month(dt.date(shown + (n > 9), (n + 2) % 12 + 1, 1)) for n in range(1, 13)]
    for due in rows:
        for month in months:
            if (due.due_on.year, due.due_on.month) == (month.first.year, month.first.month):
                month.rows.append(due)
    here = [due for month in months for due in month.rows]
    counts = [(kind, sum(due.standing is kind for due in here)) for kind in Standing]
    return CalendarPage(
        plan=plan,
        label=year_label(shown),
        years=[
            Year(
                year,
                year_label(year),
                sum(due.year == year and due.standing is Standing.OVERDUE for due in rows),
                year == shown,
            )
            for year in years
        ],
        months=[month for month in months if month.rows],
        counts=[(kind, number) for kind, number in counts if number],
        may_tick=may_tick,
    )


class TickForm(VerbForm):
    """When a duty was done, and how."""

    done_on = DayField(what="the day it was done", label="When was it done?")
    note = WordsField(
        label="How was it done?",
        longest=services.LONGEST_HOW,
        help_text="Where it was published, to whom it was sent, or which meeting and minute. "
        f"{DISCLOSURE} Up to {services.LONGEST_HOW} characters.",
        error_messages={"required": "Say how it was done, for example where it was published or to whom it was sent."},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "done_on",
            Field.textarea("note", label_size=Size.SMALL, rows=3, max_characters=services.LONGEST_HOW),
            Button("submit", "Tick off"),
        )


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def tick_off(request: SignedIn, code: str, year: int) -> HttpResponse:
    moment, duty = _duty(request, code, year)
    done = DutyDone.objects.filter(duty=duty, year=year).select_related("by").first()
    before = {"done_on": done.done_on if done else moment.today, "note": done.note if done else ""}
    form = TickForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        try:
            services.tick_off(
                duty=duty, year=year, by=request.user, at=moment.at, today=moment.today, **form.cleaned_data
            )
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            messages.success(request, f"{duty.name}, {year_label(year)}: ticked off.")
            return redirect(_back(year))
    told = {"duty": duty, "year": year, "label": year_label(year), "due_on": duty.due_on(year), "done": done}
    return render(request, "portal/tick_off.html", {**told, "form": form, "back": _back(year)})


@pressed_again("portal:duties")
@for_those_at_work
@require_POST
def take_back(request: SignedIn, code: str, year: int) -> HttpResponse:
    _, duty = _duty(request, code, year)
    if services.take_back(duty=duty, year=year, by=request.user):
        messages.success(request, f"{duty.name}, {year_label(year)}: taken back. It is to be done again.")
    else:
        messages.info(request, f"{duty.name}, {year_label(year)}, was not ticked off.")
    return redirect(_back(year))


def _duty(request: SignedIn, code: str, year: int) -> tuple[Moment, Duty]:
    """The duty an address names; 404 for another plan's, and for a year the plan does not have."""
    moment = Moment.of(request)
    if moment.plan is None or year not in years_of(moment.plan.starts_on, moment.plan.ends_on):
        raise Http404
    duty = get_object_or_404(Duty, plan=moment.plan, code=code)
    if not request.user.has_perm("priorities.tick_off_duty", duty):
        raise PermissionDenied(services.NOT_YOUR_CALENDAR)
    return moment, duty


def _back(year: int) -> str:
    return f"{reverse('portal:duties')}?year={year}"
