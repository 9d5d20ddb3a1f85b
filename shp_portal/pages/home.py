"""The first page: what each role comes for, most pressing first. Somebody with two roles sees both parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action, ActionQuerySet, DeadlineExtension, ProgressUpdate, Proposal
from actions.progress import pressing
from actions.rating import Rating
from partners.models import Cover
from performance.asking import Owed as OwedFigure
from performance.models import EmergingIssue, Indicator, missing_figures
from priorities.models import Meeting, Plan, SubGroup, UpdateRound
from priorities.periods import Period
from reports.models import FactCheck, Rendition, Report, ReportVersion, ReportVersionQuerySet
from reports.services import release
from reports.views.after import MatterRow
from shp_portal.pages import duties, papers
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.navigation import frame_of, remember_board, remember_led
from shp_portal.pages.overview import Row, bars, list_address, rows, worst_of

if TYPE_CHECKING:
    from charts.ratings_bar import RatingsBar
    from partners.models import User

ROWS = 10
REPORTS = 6

State = ReportVersion.State


@dataclass(frozen=True)
class Request:
    """The request for updates that is out: what it is about, until when, and how many days are left (negative: late).

    `closed_on`: when the coordinator closed it, so that what still comes is late; None while it is open.
    """

    period: Period
    due_on: dt.date
    days_left: int
    closed_on: dt.date | None


@dataclass(frozen=True)
class Owed:
    """What one person still owes, most pressing first; `expected` is all that was asked of them.

    `more_time`: which of the rows the coordinator lets wait, and until when. `covered`: which are somebody else's, for whom the
    reader stands in.
    """

    rows: list[Row]
    more: bool
    expected: int
    received: int
    more_time: list[tuple[Action, dt.date]]
    covered: list[tuple[Action, Cover]]

    @property
    def owing(self) -> int:
        return self.expected - self.received


@dataclass(frozen=True)
class Help:
    """Help one action asks of the reader's partner; `words` is empty when they are restricted."""

    action: Action
    update: ProgressUpdate
    words: str
    promised: bool


@dataclass(frozen=True)
class Silence:
    """How many of a partner's actions had no update for the period asked for."""

    partner: str
    silent: int
    asked: int
    url: str


@dataclass(frozen=True)
class Figures:
    """Figures that are not in: those the reader owes, or, `of_all`, those of every partner. `due`: how many are owed by now."""

    rows: list[tuple[Indicator, OwedFigure]]
    of_all: bool
    due: int
    more: int


@dataclass(frozen=True)
class Short:
    """The first rows of a longer list, and where the rest is."""

    rows: list[Row]
    more: bool
    url: str


@dataclass
class Home:
    plan: Plan | None
    today: dt.date
    request: Request | None = None
    settled: Period | None = None
    meeting: Meeting | None = None
    owed: Owed | None = None
    led: list[SubGroup] = field(default_factory=list)
    help_wanted: list[Help] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    checks: list[FactCheck] = field(default_factory=list)
    desk: papers.Desk | None = None
    matters: list[MatterRow] = field(default_factory=list)
    to_record: papers.ToRecord | None = None
    corrections: list[ReportVersion] = field(default_factory=list)
    for_chair: Cover | None = None
    off_track: Short | None = None
    waiting: list[ReportVersion] = field(default_factory=list)
    failed: list[Report] = field(default_factory=list)
    silences: list[Silence] | None = None
    silent_total: int = 0
    silent_url: str = ""
    overdue: Short | None = None
    falling_due: list[duties.Due] = field(default_factory=list)
    figures: Figures | None = None
    issues: OpenIssues | None = None
    wide: RatingsBar | None = None
    narrow: RatingsBar | None = None
    damaged: list[Rendition] = field(default_factory=list)
    unsealed: list[ReportVersion] = field(default_factory=list)
    reports: list[ReportVersion] = field(default_factory=list)
    published: list[ReportVersion] = field(default_factory=list)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    today = timezone.localdate()
    user.stand_in(today)
    remember_board(request, user, today)
    page = home_of(user, frame_of(request).plan, today)
    remember_led(request, page.led)
    return render(request, "portal/home.html", {"page": page})


def home_of(user: User, plan: Plan | None, today: dt.date) -> Home:
    """Everything on the first page of `user`; the number of queries depends on the roles, never on the rows."""
    page = Home(plan, today)
    if user.is_staff or user.is_coordinator:
        # Hardly ever anything: to ask whether there is costs a fraction of reading it.
        files, facts = Rendition.objects.damaged(), ReportVersion.objects.damaged()
        page.damaged = list(files[:ROWS]) if files.exists() else []
        page.unsealed = list(facts[:ROWS]) if facts.exists() else []
    if plan is None or not (user.sees_the_work or user.is_reader):
        return page
    page.meeting = Meeting.objects.next_of_partnership(plan, today)
    versions = _current(ReportVersion.objects.readable_by(user).filter(report__plan=plan))
    if not user.sees_the_work:
        page.published = list(versions[:REPORTS])
        return page
    if not user.is_coordinator:
        page.reports = list(versions[:REPORTS])
    round_ = UpdateRound.objects.asked_by(plan, today).first()
    asked = round_.period if round_ else None
    # Once the report is approved nobody owes the request anything; its ratings stay as confirmed as they were.
    wanted = asked if round_ and round_.settled_at is None else None
    page.settled = asked if wanted is None else None
    if round_ and wanted:
        page.request = Request(
            wanted,
            round_.updates_due_on,
            (round_.updates_due_on - today).days,
            timezone.localdate(round_.closed_at) if round_.closed_at else None,
        )
    actions = Action.objects.visible_to(user).filter(plan=plan)
    mine = actions.answered_for_by(user)
    if user.is_officer or mine.exists():
        page.owed = _owed(mine, user, today, round_ if wanted else None)
    page.matters = papers.to_answer(user, today)
    page.led = list(SubGroup.objects.filter(plan=plan).led_by(user).order_by("name"))
    if user.is_officer:
        page.help_wanted = _help_wanted(plan, user)
    if user.is_officer or user.is_coordinator:
        waiting = Proposal.objects.waiting_for(user).filter(plan=plan)
        page.proposals = list(waiting.select_related("proposed_by")[:ROWS])
    if user.officer_of:
        checks = FactCheck.objects.filter(version__report__plan=plan).owed_by(user.officer_of, today)
        page.checks = list(checks.select_related("version__report").defer("version__snapshot")[:ROWS])
    if user.is_chair or user.covers_chair:
        page.desk = papers.desk(versions, plan, today)
    if user.covers_chair and not user.is_chair:
        covers = Cover.objects.stood_in_by(user, today)
        page.for_chair = next(covers[chair] for chair in sorted(user.chairs_covered))
    if user.is_chair:
        page.off_track = _short(actions.rated(Rating.OFF_TRACK, today), today, asked, list_address(rating="off_track"))
    if user.is_coordinator:
        page.waiting = list(versions.with_came_since().exclude(state__in=[State.PUBLISHED, State.REPLACED])[:ROWS])
        page.to_record = papers.to_record(plan, today)
        page.corrections = list(release.to_follow().filter(report__plan=plan)[:ROWS])
        page.failed = list(Report.objects.visible_to(user).filter(plan=plan).exclude(build_error="")[:ROWS])
        page.overdue = _short(actions.overdue(today), today, asked, list_address(overdue="on"))
        if wanted:
            page.silences = _silences(actions, wanted)
            page.silent_total = sum(silence.silent for silence in page.silences)
            page.silent_url = list_address(silent="on")
    if user.is_coordinator or user.is_analyst:
        page.falling_due = duties.pressing(plan, today, duties=user.is_coordinator)
    page.figures = _figures(plan, user, today)
    page.issues = open_issues(EmergingIssue.objects.filter(plan=plan).visible_to(user))
    names = dict(plan.priorities.active(today).order_by("position").values_list("pk", "name"))
    page.wide, page.narrow = bars(
        actions.tallies("priority_id", today, asked),
        names,
        id_prefix="plan",
        title="Actions by priority and rating",
    )
    return page


def _current(versions: ReportVersionQuerySet) -> ReportVersionQuerySet:
    """The newest of these versions of each report, latest period first, without the heavy snapshot."""
    later = versions.filter(report=OuterRef("report"), number__gt=OuterRef("number")).order_by()
    return (
        versions.filter(~Exists(later))
        .select_related("report", "fact_check")
        .defer("snapshot")
        .order_by("-report__period_start", "report__kind")
    )


def _owed(mine: ActionQuerySet, user: User, today: dt.date, round_: UpdateRound | None) -> Owed | None:
    if round_ is None:
        return None
    asked = round_.period
    owing = worst_of(mine.not_updated(asked), ROWS + 1).annotate(more_time=DeadlineExtension.objects.day_in(round_))
    found = rows(owing, today, asked)
    found.sort(key=lambda row: pressing(row.standing, row.action.due_on))
    counted = (
        mine.owing(asked)
        .with_received(asked)
        .aggregate(expected=Count("pk"), heard=Count("pk", filter=Q(received=True)))
    )
    more_time = [(row.action, getattr(row.action, "more_time", None)) for row in found[:ROWS]]
    covers = Cover.objects.stood_in_by(user, today)
    covered = [(row.action, row.action.covered(user, covers)) for row in found[:ROWS]]
    return Owed(
        rows=found[:ROWS],
        more=len(found) > ROWS,
        expected=counted["expected"],
        received=counted["heard"],
        more_time=[(action, day) for action, day in more_time if day is not None],
        covered=[(action, cover) for action, cover in covered if cover is not None],
    )


def _help_wanted(plan: Plan, user: User) -> list[Help]:
    """What the reader's partner was asked and has not answered, then what it promised; the longest waiting first."""
    asked = ProgressUpdate.objects.filter(help_wanted_from=user.partner_id)
    # Whether help still stands is a long question: not asked where none was ever wanted.
    if user.partner is None or not asked.exists():
        return []
    owed = ProgressUpdate.objects.help_owed_by(user.partner).filter(action__plan=plan)
    named = owed.select_related(None).select_related("action__lead_partner", "action__sub_group")
    return [
        Help(
            action=update.action,
            update=update,
            words=update.help_wanted if user.has_perm("actions.read_restricted", update) else "",
            promised=getattr(update, "last_answer", None) is not None,
        )
        for update in named[:ROWS]
    ]


def _short(actions: ActionQuerySet, today: dt.date, asked: Period | None, url: str) -> Short:
    found = rows(worst_of(actions, ROWS + 1), today, asked)
    return Short(found[:ROWS], len(found) > ROWS, url)


def _silences(actions: ActionQuerySet, asked: Period) -> list[Silence]:
    """Partners that owe updates, most silent first; partners that have answered everything stay, with nought."""
    counted = (
        actions.owing(asked)
        .with_received(asked)
        .order_by()
        .values_list("lead_partner__code", "lead_partner__name")
        .annotate(expected=Count("pk"), heard=Count("pk", filter=Q(received=True)))
    )
    here = list_address()
    found = [
        Silence(name, expected - heard, expected, f"{here}?{urlencode({'partner': code, 'silent': 'on'})}")
        for code, name, expected, heard in counted
    ]
    return sorted(found, key=lambda silence: (-silence.silent, silence.partner))


def _figures(plan: Plan, user: User, today: dt.date) -> Figures | None:
    """For those who give figures: what is not in, longest owed first. None for others, and for partners that owe nothing."""
    of_all = user.has_perm("performance.nudge")
    if not of_all and not user.officer_of:
        return None
    found = [
        (indicator, owed)
        for indicator, owed in missing_figures(plan, today)
        if of_all or user.has_perm("performance.record_measurement", indicator)
    ]
    if not found and not of_all:
        return None
    due = sum(owed.is_due(today) for _, owed in found)
    return Figures(found[:ROWS], of_all, due, max(len(found) - ROWS, 0))
