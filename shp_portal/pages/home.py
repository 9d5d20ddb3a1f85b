"""The first page: what each role comes for, most pressing first. Somebody with two roles sees both parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action, ActionQuerySet, DeadlineExtension, ProgressUpdate, Proposal, Tally
from actions.progress import pressing
from actions.rating import Rating
from partners.models import Cover, User
from performance.asking import Owed as OwedFigure
from performance.models import EmergingIssue, Indicator, missing_figures
from priorities.models import Meeting, Plan, SubGroup, UpdateRound
from priorities.periods import Period
from reports.models import FactCheck, MatterArising, Rendition, Report, ReportVersion, ReportVersionQuerySet
from reports.services import release
from reports.views.after import MatterRow
from shp_portal.pages import duties, papers
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.navigation import frame_of, remember_board, remember_led
from shp_portal.pages.overview import WORST_FIRST, Row, bars, list_address, rows_of, worst_first, worst_of

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
    bars: str = ""
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
    there = _there(user, plan, today)
    if "files" in there:
        page.damaged = list(Rendition.objects.damaged()[:ROWS])
    if "facts" in there:
        page.unsealed = list(ReportVersion.objects.damaged()[:ROWS])
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
    if user.is_officer or "mine" in there:
        page.owed = _owed(actions.answered_for_by(user), user, today, round_ if wanted else None)
    if "matters" in there:
        page.matters = papers.to_answer(user, today)
    if "led" in there:
        page.led = list(SubGroup.objects.filter(plan=plan).led_by(user).order_by("name"))
    if "help" in there:
        page.help_wanted = _help_wanted(plan, user)
    if "proposals" in there:
        waiting = Proposal.objects.waiting_for(user).filter(plan=plan)
        page.proposals = list(waiting.select_related("proposed_by")[:ROWS])
    if "checks" in there:
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
        page.to_record = papers.to_record(plan, today) if "asks" in there else None
        if "corrections" in there:
            page.corrections = list(release.to_follow().filter(report__plan=plan)[:ROWS])
        if "failed" in there:
            page.failed = list(Report.objects.visible_to(user).filter(plan=plan).exclude(build_error="")[:ROWS])
        page.overdue = _short(actions.overdue(today), today, asked, list_address(overdue="on"))
    # Counted once: for the bars by priority, and for who has not updated by partner.
    by_partner = ("lead_partner__code", "lead_partner__name") if user.is_coordinator and wanted else ()
    tallies = actions.tallies(("priority_id", *by_partner), today, asked)
    if by_partner:
        page.silences = _silences(tallies)
        page.silent_total = sum(silence.silent for silence in page.silences)
        page.silent_url = list_address(silent="on")
    if user.is_coordinator or user.is_analyst:
        page.falling_due = duties.pressing(plan, today, duties=user.is_coordinator)
    page.figures = _figures(plan, user, today)
    issues = EmergingIssue.objects.filter(plan=plan).visible_to(user)
    page.issues = open_issues(issues if "issues" in there else issues.none())
    names = dict(plan.priorities.active(today).order_by("position").values_list("pk", "name"))
    page.bars = bars(
        [replace(tally, key=tally.key[0]) for tally in tallies],
        names,
        id_prefix="plan",
        title="Actions by priority and rating",
    )
    return page


def _there(user: User, plan: Plan | None, today: dt.date) -> set[str]:
    """Parts of this person's first page that may have something to say: one short question each, all in one query.

    Most have nothing on most days, and to hear so part by part takes longer than what the page does show. Where the true
    question is long, a shorter one is asked that finds no less.
    """
    parts: dict[str, QuerySet[Any]] = {}
    if user.is_staff or user.is_coordinator:
        parts |= {"files": Rendition.objects.exclude(fault=""), "facts": ReportVersion.objects.exclude(fault="")}
    if plan is not None and user.sees_the_work:
        parts |= {
            "matters": MatterArising.objects.open(),
            "led": SubGroup.objects.filter(plan=plan).led_by(user),
            "issues": EmergingIssue.objects.filter(plan=plan).open(),
        }
        if user.is_officer:
            parts["help"] = ProgressUpdate.objects.filter(help_wanted_from=user.partner_id)
        else:
            parts["mine"] = Action.objects.filter(plan=plan).answered_for_by(user)
        if user.is_officer or user.is_coordinator:
            parts["proposals"] = Proposal.objects.waiting_for(user).filter(plan=plan)
        if user.officer_of:
            parts["checks"] = FactCheck.objects.open(today)
        if user.is_coordinator:
            versions = ReportVersion.objects.filter(report__plan=plan)
            parts |= {
                "asks": versions.filter(state__in=[State.APPROVED, State.PUBLISHED], asks__gt=0),
                "corrections": versions.filter(state=State.PUBLISHED, number__gt=1),
                "failed": Report.objects.filter(plan=plan).exclude(build_error=""),
            }
    if not parts:
        return set()
    told = User.objects.filter(pk=user.pk).values_list(*map(Exists, parts.values())).get()
    return {name for name, there in zip(parts, told, strict=True) if there}


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
    # The first rows and how many there are in all, in one query: nobody is asked twice which actions are theirs.
    first = (
        worst_first(mine.owing(asked).with_received(asked))
        .annotate(expected=Window(Count("pk")), heard=Window(Count("pk", filter=Q(received=True))))
        .order_by("received", *WORST_FIRST)
        .values_list("pk", "received", "expected", "heard")[: ROWS + 1]
    )
    known = list(first)
    expected, heard = known[0][2:] if known else (0, 0)
    owing = Action.objects.annotate(more_time=DeadlineExtension.objects.day_in(round_))
    found = rows_of([pk for pk, received, *_ in known if not received], owing, today, asked)
    found.sort(key=lambda row: pressing(row.standing, row.action.due_on))
    more_time = [(row.action, getattr(row.action, "more_time", None)) for row in found[:ROWS]]
    covers = Cover.objects.stood_in_by(user, today)
    covered = [(row.action, row.action.covered(user, covers)) for row in found[:ROWS]]
    return Owed(
        rows=found[:ROWS],
        more=len(found) > ROWS,
        expected=expected,
        received=heard,
        more_time=[(action, day) for action, day in more_time if day is not None],
        covered=[(action, cover) for action, cover in covered if cover is not None],
    )


def _help_wanted(plan: Plan, user: User) -> list[Help]:
    """What the reader's partner was asked and has not answered, then what it promised; the longest waiting first."""
    if user.partner is None:
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
    found = rows_of(worst_of(actions, ROWS + 1), Action.objects.all(), today, asked)
    return Short(found[:ROWS], len(found) > ROWS, url)


def _silences(tallies: list[Tally]) -> list[Silence]:
    """Partners that owe updates, most silent first; partners that have answered everything stay, with nought."""
    counted: dict[tuple[str, str], list[int]] = {}
    for tally in tallies:
        if tally.owing:
            of_partner = counted.setdefault(tally.key[1:], [0, 0])
            of_partner[0] += tally.number
            of_partner[1] += 0 if tally.received else tally.number
    here = list_address()
    found = [
        Silence(name, silent, expected, f"{here}?{urlencode({'partner': code, 'silent': 'on'})}")
        for (code, name), (expected, silent) in counted.items()
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
