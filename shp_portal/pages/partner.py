"""One partner: everything it leads or supports, the help asked of it, its people, and the figures it owes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Action, HelpReply, ProgressUpdate
from partners.models import Cover, Partner, User
from performance.asking import Owed as OwedFigure
from performance.models import Indicator, missing_figures
from priorities.doors import SignedIn, for_those_at_work
from priorities.models import Plan, SubGroup, UpdateRound
from shp_portal.pages.navigation import frame_of
from shp_portal.pages.overview import Overview, Row, overview, rows, worst_first

if TYPE_CHECKING:
    from actions.models import ActionQuerySet

#: Rows of the list of what it supports; the rest is in the list of actions.
SUPPORTED = 50
HELP = 20
PEOPLE = 50
FIGURES = 50


@dataclass(frozen=True)
class Asked:
    """Help asked of the partner and not yet given; `words` is empty where the reader may not read them."""

    update: ProgressUpdate
    words: str
    promised: bool


@dataclass(frozen=True)
class Person:
    """Somebody of the partner, how many live actions they answer for, and who stands in for them today ("" for nobody)."""

    user: User
    actions: int
    stand_in: str


@dataclass(frozen=True)
class Owed:
    """A figure the partner has not given."""

    indicator: Indicator
    figure: OwedFigure


@dataclass(frozen=True)
class PartnerPage:
    partner: Partner
    today: dt.date
    leads: Overview
    no_one: int
    supports: list[Row]
    supports_more: int
    help: list[Asked]
    people: list[Person]
    sub_groups: list[SubGroup]
    figures: list[Owed]


@for_those_at_work
@require_safe
def partner(request: SignedIn, code: str) -> HttpResponse:
    plan = frame_of(request).plan
    found = get_object_or_404(Partner, code=code)
    if plan is None:
        raise Http404
    page = partner_page(found, plan, request.user, timezone.localdate())
    return render(request, "portal/partner.html", {"page": page})


def partner_page(partner: Partner, plan: Plan, user: User, today: dt.date) -> PartnerPage:
    """Everything of one partner in the plan in force; the number of queries does not depend on the rows."""
    round_ = UpdateRound.objects.asked_by(plan, today).first()
    asked = round_.period if round_ else None
    actions = Action.objects.visible_to(user).filter(plan=plan)
    led = actions.filter(lead_partner=partner)
    supported = actions.of_partner(partner).exclude(lead_partner=partner)
    return PartnerPage(
        partner=partner,
        today=today,
        leads=overview(
            led,
            by="priority_id",
            names=dict(plan.priorities.order_by("position").values_list("pk", "name")),
            title=f"{partner.name}: actions it leads, by priority and rating",
            today=today,
            asked=asked,
            filters={"partner": partner.code},
        ),
        no_one=led.live().no_one_assigned().count(),
        supports=rows(worst_first(supported)[:SUPPORTED], today, asked),
        supports_more=max(supported.count() - SUPPORTED, 0),
        help=_help(partner, plan, user),
        people=_people(partner, actions, today),
        sub_groups=list(SubGroup.objects.filter(plan=plan, chairing_partner=partner).order_by("name")),
        figures=_figures(partner, plan, today),
    )


def _help(partner: Partner, plan: Plan, user: User) -> list[Asked]:
    owed = ProgressUpdate.objects.filter(action__plan=plan).help_owed_by(partner)
    found = []
    for update in owed.select_related("by__partner")[:HELP]:
        readable = user.has_perm("actions.read_restricted", update)
        promised = getattr(update, "last_answer", None) == HelpReply.Answer.WILL
        found.append(Asked(update, update.help_wanted if readable else "", promised))
    return found


def _people(partner: Partner, actions: ActionQuerySet, today: dt.date) -> list[Person]:
    """Those who can sign in, by name; the partner's own people alone, whoever else answers for its actions."""
    people = list(User.objects.at_work().filter(partner=partner)[:PEOPLE])
    live = actions.live().order_by()
    owned = dict(live.filter(owner__in=people).values_list("owner").annotate(n=Count("pk")))
    deputy = live.filter(deputy__in=people).exclude(owner__in=people)
    for pk, number in deputy.values_list("deputy").annotate(n=Count("pk")):
        owned[pk] = owned.get(pk, 0) + number
    stand_ins = dict(Cover.objects.on(today).filter(person__in=people).values_list("person", "covered_by__name"))
    return [Person(user, owned.get(user.pk, 0), stand_ins.get(user.pk, "")) for user in people]


def _figures(partner: Partner, plan: Plan, today: dt.date) -> list[Owed]:
    """Figures that the partner has not given, longest owed first."""
    own = Indicator.objects.for_plan(plan).filter(data_owner=partner).select_related("data_owner", "data_source")
    return [Owed(indicator, owed) for indicator, owed in missing_figures(plan, today, own)[:FIGURES]]
