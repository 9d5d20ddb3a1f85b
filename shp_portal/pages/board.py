"""The coordinator's board: who has not updated, what waits for somebody, and the steps that move it on.

Each step is a page of its own that says what it will do before it does it; the verbs stand in `actions.services`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.forms.coordination import HandOverForm
from actions.models import Action, DeadlineExtension, ProgressUpdate, Proposal, Reminder, SubGroupReturn
from actions.progress import Standing, plural
from actions.services import handover, rounds
from partners import roles
from partners.models import OutgoingEmail, User
from performance.models import EmergingIssue
from priorities.doors import Moment, SignedIn, for_those_at_work
from priorities.models import SubGroup, UpdateRound
from priorities.services import close_round as close
from shp_portal.pages.issue import OpenIssues, open_issues
from shp_portal.pages.navigation import remember_board
from shp_portal.pages.overview import lacks_of_reoffending

if TYPE_CHECKING:
    from actions.models import ActionQuerySet
    from priorities.models import Plan
    from priorities.periods import Period

#: More silent actions than anybody chases one by one; the page says that there are more.
MOST = 200
#: Rows of each list of things that wait.
ROWS = 10

NOT_YOURS = "The board is for the coordinator and whoever stands in for them. “Actions” shows everybody which updates are missing."

#: How the silent actions can be grouped: what stands in the address, and its words.
GROUPINGS = {"partner": "By partner", "sub-group": "By sub-group", "person": "By person"}


def days_to(day: dt.date, today: dt.date) -> str:
    """5 days left, due today, 33 days over."""
    left = (day - today).days
    if left == 0:
        return "due today"
    return f"{plural(left, 'day')} left" if left > 0 else f"{plural(-left, 'day')} over"


@dataclass(frozen=True)
class Silent:
    """An action without an update. `answers` is who is to send it (`Action.assigned`), None for no one.

    `days` counts, in words, to the day its update is due, an extension included.
    """

    action: Action
    standing: Standing
    answers: User | None
    due_on: dt.date
    extended: bool
    days: str
    nudged_at: dt.datetime | None


@dataclass(frozen=True)
class Group:
    """Silent actions under one name; `url` is that name's own page, `person` whom it is when it is one."""

    name: str
    rows: list[Silent]
    url: str = ""
    person: User | None = None


@dataclass(frozen=True)
class Loose:
    """A live action without an owner who is sure to look after it, and why."""

    action: Action
    why: str


@dataclass(frozen=True)
class Gone:
    """Somebody who is owner or deputy of live actions and not at work any more, and why."""

    person: User
    why: str


@dataclass(frozen=True)
class Help:
    """Help asked and not answered; `words` is empty where the reader may not read them.

    `nobody`: no officer of the partner asked can sign in, so that whoever runs the chase asks and enters the answer.
    """

    update: ProgressUpdate
    words: str
    nobody: bool


@dataclass(frozen=True)
class Part:
    """A sub-group's part of the report: its row, or None when nothing was written yet."""

    sub_group: SubGroup
    row: SubGroupReturn | None


@dataclass(frozen=True)
class Short:
    """The first of several rows, and how many there are in all."""

    rows: list[object]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.rows)


@dataclass(frozen=True)
class Received:
    """What came in for the period: of `asked` actions, `heard` have an update, `unchanged` of them without a word."""

    asked: int
    heard: int
    unchanged: int

    @property
    def silent(self) -> int:
        return self.asked - self.heard


@dataclass
class Board:
    today: dt.date
    round: UpdateRound | None = None
    period: Period | None = None
    past_due: bool = False
    days: str = ""
    over: bool = False
    received: Received | None = None
    by: str = "partner"
    groups: list[Group] = field(default_factory=list)
    more: int = 0
    help: Short | None = None
    loose: Short | None = None
    leavers: list[Gone] = field(default_factory=list)
    proposals: Short | None = None
    issues: OpenIssues | None = None
    failed: Short | None = None
    parts: list[Part] = field(default_factory=list)
    lacking: list[tuple[SubGroup, list[str]]] = field(default_factory=list)
    stands_in: bool = False


@for_those_at_work
@require_safe
def board(request: SignedIn) -> HttpResponse:
    _want_board(request)
    moment = Moment.of(request)
    by = request.GET.get("by", "")
    page = board_of(moment, request.user, by if by in GROUPINGS else "partner") if moment.plan else None
    return render(request, "portal/board.html", {"page": page, "groupings": GROUPINGS})


def board_of(moment: Moment, user: User, by: str) -> Board:
    """Everything on the board; the number of queries does not depend on the rows.

    Whoever stands in for the coordinator finds what keeps the request going, and not what changes the plan.
    """
    plan, round_ = moment.plan, moment.round
    assert plan is not None  # noqa: S101 - the view shows another page without a plan
    page = Board(moment.today, round_, by=by, stands_in=not user.is_coordinator)
    if round_ is not None:
        page.period = round_.period
        page.past_due = round_.updates_due_on < moment.today
        page.days = days_to(round_.updates_due_on, moment.today)
        page.over = round_.closed_at is not None or round_.settled_at is not None
        page.received = _received(plan, round_.period)
        silent = _silent(plan, round_, moment.today)
        page.groups = _grouped(silent, by)
        page.more = page.received.silent - len(silent)
        page.parts = _parts(plan, round_.period)
    sub_groups = list(plan.sub_groups.select_related("reoffending_lead").order_by("name"))
    lacks = lacks_of_reoffending(sub_groups)
    page.lacking = [(group, lacks[group.pk][:-1]) for group in sub_groups if group.pk in lacks]
    live = Action.objects.filter(plan=plan).live()
    page.help = _help(plan, user)
    loose = _loose(live)
    page.loose = Short([Loose(action, _why(action)) for action in loose[:ROWS]], loose.count())
    page.leavers = _leavers(live)
    if page.stands_in:
        return page
    page.proposals = _short(
        Proposal.objects.filter(plan=plan).waiting().select_related("lead_partner", "proposed_by").order_by("pk")
    )
    page.issues = open_issues(
        EmergingIssue.objects.filter(plan=plan).visible_to(user), state=EmergingIssue.State.RAISED
    )
    page.failed = _short(OutgoingEmail.objects.filter(state=OutgoingEmail.State.FAILED).select_related("recipient"))
    return page


def _received(plan: Plan, asked: Period) -> Received:
    """Judged by what was last said about this very period; words on another one are news for that."""
    told = ProgressUpdate.objects.filter(action=OuterRef("pk")).standing().about(asked).order_by("-pk")
    counted = (
        Action.objects.filter(plan=plan)
        .owing(asked)
        .annotate(told=Subquery(told.values("kind")[:1]))
        .aggregate(
            asked=Count("pk"),
            heard=Count("told"),
            unchanged=Count("pk", filter=Q(told=ProgressUpdate.Kind.NO_CHANGE)),
        )
    )
    return Received(**counted)


def _silent(plan: Plan, round_: UpdateRound, today: dt.date) -> list[Silent]:
    """Actions without an update, soonest due first; three queries."""
    period = round_.period
    extended = DeadlineExtension.objects.in_request(round_)
    nudged = dict(
        Reminder.objects.filter(round=round_, step=Reminder.Step.NUDGE).order_by("pk").values_list("recipient", "at")
    )
    rows = []
    found = Action.objects.filter(plan=plan).not_updated(period).for_list(today, period).with_assigned()
    for action in found.select_related("owner__partner", "deputy__partner").order_by("ref")[:MOST]:
        answers = action.assigned
        due_on = extended.get(action.pk, round_.updates_due_on)
        rows.append(
            Silent(
                action=action,
                standing=action.standing(period, today),
                answers=answers,
                due_on=due_on,
                extended=action.pk in extended,
                days=days_to(due_on, today),
                nudged_at=nudged.get(answers.pk) if answers else None,
            )
        )
    return sorted(rows, key=lambda row: (row.due_on, row.action.ref))


def _grouped(rows: Iterable[Silent], by: str) -> list[Group]:
    """Most silent first."""
    found: dict[object, Group] = {}
    for row in rows:
        action = row.action
        if by == "sub-group":
            group = Group(action.sub_group.name, [], _page_of(action.sub_group))
            key: object = action.sub_group_id
        elif by == "person":
            name = f"{row.answers.name}" if row.answers else "No one assigned"
            group, key = Group(name, [], person=row.answers), row.answers.pk if row.answers else None
        else:
            group, key = Group(action.lead_partner.name, [], _page_of(action.lead_partner)), action.lead_partner_id
        found.setdefault(key, group).rows.append(row)
    return sorted(found.values(), key=lambda group: (-len(group.rows), group.name))


def _page_of(row: object) -> str:
    """The row's own page, as the settings say (ABSOLUTE_URL_OVERRIDES)."""
    return str(row.get_absolute_url()) if hasattr(row, "get_absolute_url") else ""


def _short(rows: QuerySet[Any]) -> Short:
    return Short(list(rows[:ROWS]), rows.count())


def _help(plan: Plan, user: User) -> Short:
    """Help that nobody has answered; three queries."""
    found = ProgressUpdate.objects.filter(action__plan=plan).unanswered_help()
    with_officers = set(
        User.objects.filter(is_active=True, groups__name=roles.PARTNER_OFFICER).values_list("partner", flat=True)
    )
    rows: list[object] = [
        Help(
            update=update,
            words=update.help_wanted if user.has_perm("actions.read_restricted", update) else "",
            nobody=update.help_wanted_from_id not in with_officers,
        )
        for update in found[:ROWS]
    ]
    return Short(rows, found.count())


def _loose(live: ActionQuerySet) -> ActionQuerySet:
    """Live actions without an owner who is at work and belongs to a partner; a deputy may answer for them."""
    unsure = ~Q(owner__in=User.objects.at_work()) | Q(owner__partner__isnull=True)
    return live.filter(unsure).with_assigned().select_related("lead_partner").order_by("ref")


def _why(action: Action) -> str:
    owner, answers = action.owner, action.assigned
    if owner is not None and answers == owner:
        return f"{owner.name} has no organisation"
    gone = _why_gone(owner) if owner else ""
    if answers is None:
        return f"No one assigned: {gone}" if gone else "No one assigned"
    return f"{gone or 'No owner'}; {answers.name} answers as deputy"


def _why_gone(person: User) -> str:
    """Of somebody who is not at work."""
    return f"{person.name} has no working role any more" if person.is_active else f"{person.name} has left"


def _leavers(live: ActionQuerySet) -> list[Gone]:
    """People who are owner or deputy of live actions and not at work any more."""
    named = Q(pk__in=live.order_by().values("owner")) | Q(pk__in=live.order_by().values("deputy"))
    people = User.objects.filter(named).exclude(pk__in=User.objects.at_work())
    return [
        Gone(person, "has no working role any more" if person.is_active else "has left")
        for person in people.select_related("partner").order_by("name")
    ]


def _parts(plan: Plan, period: Period) -> list[Part]:
    written = SubGroupReturn.objects.filter(
        sub_group__plan=plan, period_kind=period.kind.value, period_start=period.start
    )
    rows = {row.sub_group_id: row for row in written.select_related("by")}
    groups = plan.sub_groups.select_related("lead").order_by("name")
    return [Part(group, rows.get(group.pk)) for group in groups]


# --- Nudge ------------------------------------------------------------------------------------------------------------


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def nudge(request: SignedIn) -> HttpResponse:
    """First who would be written to and about what; sending the same page does it."""
    _want_board(request)
    moment = Moment.of(request)
    round_ = moment.round
    if round_ is None:
        return render(request, "portal/board_nudge.html", {"round": None})
    fault = ""
    if request.method == "POST":
        chosen = _numbers(request.POST.getlist("person"))
        if not chosen:
            fault = "Choose at least one person."
        else:
            try:
                made = rounds.nudge(people=chosen, round_=round_, by=request.user, at=moment.at, today=moment.today)
            except ValidationError as refused:
                messages.error(request, " ".join(refused.messages))
            else:
                _tell_of_nudges(request, made, len(chosen))
            return redirect("portal:board")
    wanted = _numbers(request.GET.getlist("person"))
    owing = [one for one in rounds.who_owes(round_=round_, today=moment.today) if not wanted or one.person.pk in wanted]
    return render(
        request,
        "portal/board_nudge.html",
        {
            "round": round_,
            "owing": owing,
            "some": any(one.may_be_nudged for one in owing),
            "over": round_.closed_at is not None or round_.settled_at is not None,
            "fault": fault,
        },
    )


def _tell_of_nudges(request: SignedIn, made: list[Reminder], chosen: int) -> None:
    if made:
        names = ", ".join(reminder.recipient.name for reminder in made[:5])
        rest = f" and {len(made) - 5} more" if len(made) > 5 else ""
        messages.success(request, f"Nudged: {names}{rest}. The nudge stands in their next daily e-mail.")
    if left := chosen - len(made):
        sentence = f"{plural(left, 'person', 'people')} not nudged: by now they owe nothing, or a nudge of today or one still to be sent is enough."
        messages.info(request, sentence)


# --- Close ------------------------------------------------------------------------------------------------------------


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def close_round(request: SignedIn) -> HttpResponse:
    if not request.user.has_perm("priorities.close_round"):
        raise PermissionDenied(NOT_YOURS)
    moment = Moment.of(request)
    round_ = moment.round
    if request.method == "POST" and round_ is not None:
        # The page names the request that it is about: one that was opened meanwhile is not closed by an old page.
        if request.POST.get("round", "") != str(round_.pk):
            messages.error(request, "That page was about an older request, or was changed on its way. Look again.")
            return redirect("portal:board")
        try:
            close(round_=round_, by=request.user, at=moment.at)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(
                request,
                f"The request on {round_.period.label} is closed. Nobody is reminded of it any more; "
                "updates that still come are taken and marked late.",
            )
        return redirect("portal:board")
    received = _received(round_.plan, round_.period) if round_ else None
    return render(request, "portal/board_close.html", {"round": round_, "received": received})


# --- Reassign ---------------------------------------------------------------------------------------------------------


@for_those_at_work
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: SignedIn) -> HttpResponse:
    """All live actions of one person to another, in one step with one note."""
    _want_board(request)
    if not request.user.has_perm("actions.hand_over_to_anybody"):
        raise PermissionDenied(
            "Handing over for good is the coordinator’s own. Until they are back, name somebody who stands in."
        )
    moment = Moment.of(request)
    live = Action.objects.filter(plan=moment.plan).live()
    person = User.objects.filter(pk__in=_numbers([request.GET.get("person", "")])).select_related("partner").first()
    if person is None:
        return render(request, "portal/board_reassign.html", {"person": None, "holders": _holders(live)})
    theirs = list(live.filter(Q(owner=person) | Q(deputy=person)).for_list(moment.today, moment.asked).order_by("ref"))
    sent = request.POST if request.method == "POST" else None
    form = HandOverForm(
        sent, people=User.objects.at_work().exclude(pk=person.pk), button=f"Hand over {plural(len(theirs), 'action')}"
    )
    if form.is_valid():
        try:
            changed = handover.reassign(actions=theirs, of=person, by=request.user, at=moment.at, **form.cleaned_data)
        except ValidationError as refused:
            form.take_faults(refused)
        else:
            refs = ", ".join(action.ref for action in changed)
            messages.success(request, f"Handed over from {person} to {form.cleaned_data['to']}: {refs}.")
            return redirect("portal:board")
    return render(request, "portal/board_reassign.html", {"person": person, "actions": theirs, "form": form})


@dataclass(frozen=True)
class Holder:
    person: User
    number: int
    gone: str

    @property
    def url(self) -> str:
        return f"{reverse('portal:reassign')}?person={self.person.pk}"


def _holders(live: ActionQuerySet) -> list[Holder]:
    """Everybody who is owner or deputy of live actions, those who are not at work any more first."""
    counted: dict[int, int] = {}
    for owner, deputy in live.order_by().values_list("owner", "deputy"):
        for pk in {owner, deputy} - {None}:
            counted[pk] = counted.get(pk, 0) + 1
    gone = {one.person.pk: one.why for one in _leavers(live)}
    people = User.objects.filter(pk__in=counted).select_related("partner").order_by("name")
    holders = [Holder(person, counted[person.pk], gone.get(person.pk, "")) for person in people]
    return sorted(holders, key=lambda holder: not holder.gone)


def _want_board(request: SignedIn) -> None:
    if not request.user.has_perm("actions.see_board"):
        raise PermissionDenied(NOT_YOURS)
    remember_board(request, request.user, timezone.localdate())


def _numbers(texts: Iterable[str]) -> set[int]:
    """Keys out of an address or a form; what is no number is left out."""
    return {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 12}
