"""The board of missing figures: who owes which, and which words about one, since when, and who was reminded when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from performance.models import FigureReminder, Owing, everything_owed
from performance.services import figures
from priorities.doors import Moment, SignedIn, for_those_at_work, pressed_again
from priorities.periods import british

if TYPE_CHECKING:
    import datetime as dt

    from partners.models import Partner, User

Stage = FigureReminder.Stage


@dataclass(frozen=True)
class Line:
    """One thing owed. `url`: where it is given, empty for whoever may not; `nudgeable`: somebody can be reminded of it."""

    owing: Owing
    today: dt.date
    url: str

    @property
    def key(self) -> str:
        return key_of(self.owing)

    @property
    def due(self) -> bool:
        return self.owing.owed.is_due(self.today)

    @property
    def nudgeable(self) -> bool:
        return self.due and bool(self.owing.asked_of)

    @property
    def since(self) -> str:
        """Since when it is owed, or from when it will be."""
        owed = self.owing.owed
        if owed.wait is not None and owed.wait.expected_on is not None:
            return f"{'Promised for' if owed.is_due(self.today) else 'Expected on'} {british(owed.due_on)}"
        if not owed.is_due(self.today):
            return f"Due on {british(owed.due_on)}" if not owed.is_figure else f"To be had from {british(owed.due_on)}"
        return f"Since {british(owed.due_on)}"

    @property
    def told(self) -> str:
        """What was said to those who are asked, last."""
        last = self.owing.last_reminder
        if last is None:
            return ""
        on = british(timezone.localdate(last.at))
        if last.stage == Stage.NUDGED and last.email_id is None:
            return f"Nudged on {on}; told with their next daily e-mail"
        return f"{last.get_stage_display()} on {on}"


@dataclass(frozen=True)
class Group:
    """What one data owner owes."""

    partner: Partner
    lines: list[Line]

    @property
    def due(self) -> int:
        return sum(line.due for line in self.lines)

    @property
    def nudgeable(self) -> bool:
        return any(line.nudgeable for line in self.lines)


@dataclass(frozen=True)
class Board:
    groups: list[Group]
    may_nudge: bool

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def figures_due(self) -> int:
        return sum(line.due and line.owing.owed.is_figure for line in self.lines)

    @property
    def words_due(self) -> int:
        return sum(line.due and not line.owing.owed.is_figure for line in self.lines)

    @property
    def nudgeable(self) -> bool:
        return any(line.nudgeable for line in self.lines)


@for_those_at_work
@require_safe
def missing(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
    owed = everything_owed(moment.plan, moment.today) if moment.plan else []
    return render(request, "performance/missing.html", {"board": _board(owed, request.user, moment.today)})


@pressed_again("performance:missing")
@for_those_at_work
@require_http_methods(["POST"])
def nudge(request: SignedIn) -> HttpResponse:
    """Remind those who owe one thing (`one`), everything of a data owner (`owner`), or everything there is (`all`)."""
    if not request.user.has_perm("performance.nudge"):
        raise PermissionDenied(figures.NOT_YOUR_NUDGE)
    moment = Moment.of(request)
    owed = everything_owed(moment.plan, moment.today) if moment.plan else []
    due = [one for one in owed if one.owed.is_due(moment.today)]
    wanted = _wanted(request, due)
    given = figures.nudge(owing=wanted, by=request.user, at=moment.at)
    if given:
        people = len({nudge.person_id for nudge in given})
        things = len({(nudge.indicator_id, nudge.period_start, nudge.owed) for nudge in given})
        messages.success(
            request,
            f"{people} {'person is' if people == 1 else 'people are'} reminded of {things} "
            f"{'thing' if things == 1 else 'things'} they owe, with their next daily e-mail.",
        )
    elif wanted and not any(one.asked_of for one in wanted):
        messages.error(request, "There is nobody to remind: no officer of the data owner can sign in.")
    elif wanted:
        messages.info(request, "They were reminded already today, or will be with their next daily e-mail.")
    else:
        messages.info(request, "That is not owed any more.")
    return redirect("performance:missing")


def key_of(owing: Owing) -> str:
    return f"{owing.indicator.pk}:{owing.owed.period.kind}:{owing.owed.period.code}:{owing.owed.what}"


def _wanted(request: SignedIn, due: Sequence[Owing]) -> list[Owing]:
    if "one" in request.POST:
        return [one for one in due if key_of(one) == request.POST["one"]]
    if "owner" in request.POST:
        return [one for one in due if one.indicator.data_owner.code == request.POST["owner"]]
    return list(due) if "all" in request.POST else []


def _board(owed: Sequence[Owing], user: User, today: dt.date) -> Board:
    """By data owner, whoever owes most first; what is due before what can only be had later."""
    groups: dict[int, Group] = {}
    for one in sorted(owed, key=lambda one: (not one.owed.is_due(today), one.owed.due_on)):
        group = groups.setdefault(one.indicator.data_owner_id, Group(one.indicator.data_owner, []))
        group.lines.append(Line(one, today, _where(one, user)))
    ordered = sorted(groups.values(), key=lambda group: (-group.due, group.partner.name))
    return Board(ordered, user.has_perm("performance.nudge"))


def _where(owing: Owing, user: User) -> str:
    if not user.has_perm("performance.record_measurement", owing.indicator):
        return ""
    if owing.owed.is_figure:
        anchor = f"row-{owing.indicator.code.lower()}"
        return f"{reverse('performance:enter')}?quarter={owing.owed.quarter.code}#{anchor}"
    return f"{reverse('performance:write-commentary', args=[owing.indicator.code])}?period={owing.owed.period.code}"
