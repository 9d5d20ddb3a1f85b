"""How a set of actions stands, for every page that shows one: counts by rating, the worst, the bars, the exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from actions.models import Action, ActionQuerySet, Tally
from actions.progress import Standing
from actions.rating import LOOKS, ORDER, SUBMITTABLE, Rating, severity, worst
from charts.frame import NARROW
from charts.ratings_bar import RatingCount, RatingRow, ratings_bar
from partners.models import User

if TYPE_CHECKING:
    from priorities.models import SubGroup
    from priorities.periods import Period

#: Rows of a list on a page that is not a list: enough to see what is wrong, with a way to all of them.
ROWS = 10


@dataclass(frozen=True)
class Count:
    """Actions with one rating; `not_confirmed` of the `number`. `url` leads to them, empty where no filter does."""

    rating: Rating
    number: int
    not_confirmed: int
    url: str


@dataclass(frozen=True)
class Row:
    """One action of a short list. `why` is the reason last given, empty when its words are restricted."""

    action: Action
    standing: Standing
    why: str


@dataclass(frozen=True)
class Overview:
    total: int
    counts: list[Count]
    worst: Count | None
    bars: str
    silent: int
    silent_url: str
    asked: Period | None
    exceptions: list[Row]
    more: bool
    url: str


def list_address(**filters: str) -> str:
    """The list of actions with some filters set."""
    wanted = {name: value for name, value in filters.items() if value}
    return reverse("actions:list") + (f"?{urlencode(wanted)}" if wanted else "")


def rows(actions: ActionQuerySet, today: dt.date, asked: Period | None) -> list[Row]:
    """The actions with their standing, in the order they come; one query, whatever their number."""
    found = []
    for action in actions.for_rows(today, asked):
        last = action.latest_update
        why = last.reason if last and not last.restricted else ""
        found.append(Row(action, action.standing(asked, today), why))
    return found


#: The order of `worst_first`, for those who put something before it.
WORST_FIRST = ("place", F("due_on").asc(nulls_last=True), "ref")


def worst_first(actions: ActionQuerySet) -> ActionQuerySet:
    """Live actions first, as said last, worst first, then by due date, so that a short list holds what matters most."""
    said = [
        When(state="complete", then=Value(severity(Rating.COMPLETE))),
        When(~Q(state="live"), then=Value(severity(Rating.CLOSED))),
        *[When(latest_update__rating=rating.value, then=Value(severity(rating))) for rating in SUBMITTABLE],
    ]
    place = Case(*said, default=Value(severity(Rating.UNRATED)), output_field=IntegerField())
    return actions.alias(place=place).order_by(*WORST_FIRST)


def worst_of(actions: ActionQuerySet, most: int) -> list[int]:
    """Keys of the worst of them, at most so many, worst first. Found out first, so that what a row says is worked out for
    these alone: one query that sorts and counts takes longer than both.
    """
    return list(worst_first(actions).values_list("pk", flat=True)[:most])


def rows_of(keys: Sequence[int], actions: ActionQuerySet, today: dt.date, asked: Period | None) -> list[Row]:
    """These of the actions, in the order of their keys; one query, and none for none."""
    if not keys:
        return []
    place = {key: number for number, key in enumerate(keys)}
    return sorted(rows(actions.filter(pk__in=keys).order_by(), today, asked), key=lambda row: place[row.action.pk])


def exceptions_of(actions: ActionQuerySet, today: dt.date) -> ActionQuerySet:
    """Off track, at risk, or past the due date: what a meeting talks about first."""
    return worst_first(
        actions.live().filter(
            Q(latest_update__rating__in=[Rating.OFF_TRACK.value, Rating.AT_RISK.value]) | Q(due_on__lt=today)
        )
    )


def bars(tallies: Sequence[Tally], names: Mapping[Any, str], *, id_prefix: str, title: str) -> str:
    """The stacked bars, for wide and for narrow screens, one bar a name in their order; "" without names."""
    data = [RatingRow(name, _counts([t for t in tallies if t.key == key])) for key, name in names.items()]
    return _drawn(tuple(data), id_prefix, title) if data else ""


@lru_cache(maxsize=64)
def _drawn(data: tuple[RatingRow, ...], id_prefix: str, title: str) -> SafeString:
    """A picture says its numbers and nothing else: the same numbers are drawn once, until others come."""
    wide = ratings_bar(data, id_prefix=f"{id_prefix}-wide", title=title)
    narrow = ratings_bar(data, id_prefix=f"{id_prefix}-narrow", title=title, width=NARROW)
    told = {"template": "charts/ratings_bar.svg.html", "wide": wide, "narrow": narrow}
    return render_to_string("charts/pair.html", told)


def _counts(tallies: Sequence[Tally]) -> tuple[RatingCount, ...]:
    found = []
    for rating in ORDER:
        mine = [tally for tally in tallies if tally.rating == rating]
        if mine:
            silent = sum(tally.number for tally in mine if not tally.confirmed)
            number = sum(tally.number for tally in mine)
            found.append(RatingCount(rating.value, LOOKS[rating].word, number, silent))
    return tuple(found)


def overview(
    actions: ActionQuerySet,
    *,
    by: str,
    names: Mapping[Any, str],
    title: str,
    today: dt.date,
    asked: Period | None,
    filters: Mapping[str, str] | None,
    id_prefix: str = "standing",
) -> Overview:
    """The standing of `actions`, with a bar for each of `names` (values of the column `by`, their words) that has any.

    `filters` say the same choice to the list of actions, None when no filter can. Three queries.
    """
    tallies = actions.tallies(by, today, asked)
    counts = [
        Count(
            Rating(count.rating),
            count.count,
            count.not_confirmed,
            list_address(**filters, rating=count.rating) if filters is not None else "",
        )
        for count in _counts(tallies)
    ]
    live = [count.rating for count in counts if count.rating not in (Rating.COMPLETE, Rating.CLOSED)]
    gravest = worst(live)
    there = {tally.key for tally in tallies}
    drawn = {key: name for key, name in names.items() if key in there}
    shown = rows(exceptions_of(actions, today)[: ROWS + 1], today, asked)
    return Overview(
        total=sum(count.number for count in counts),
        counts=counts,
        worst=next((count for count in counts if count.rating == gravest), None),
        bars=bars(tallies, drawn, id_prefix=id_prefix, title=title),
        silent=actions.not_updated(asked).count() if asked else 0,
        silent_url=list_address(**filters, silent="on") if filters is not None else "",
        asked=asked,
        exceptions=shown[:ROWS],
        more=len(shown) > ROWS,
        url=list_address(**filters) if filters is not None else "",
    )


def lacks_of_reoffending(sub_groups: Sequence[SubGroup]) -> dict[int, list[str]]:
    """What the plan (section 9) asks of every sub-group and some lack, in sentences, by primary key; two queries.

    A lead at work, and a live action with that focus. Wants `reoffending_lead` read with the sub-groups.
    """
    leads = [group.reoffending_lead_id for group in sub_groups if group.reoffending_lead_id is not None]
    at_work = set(User.objects.at_work().filter(pk__in=leads).values_list("pk", flat=True))
    focused = Action.objects.live().filter(sub_group__in=[group.pk for group in sub_groups], reoffending_focus=True)
    focused_on = set(focused.order_by().values_list("sub_group", flat=True).distinct())
    found: dict[int, list[str]] = {}
    for group in sub_groups:
        lead, lacks = group.reoffending_lead, []
        if lead is None:
            lacks.append("No re-offending lead is named.")
        elif lead.pk not in at_work:
            gone = "has no working role" if lead.is_active else "has left"
            lacks.append(f"The re-offending lead, {lead.name}, {gone}.")
        if group.pk not in focused_on:
            lacks.append("No live action has re-offending as its focus.")
        if lacks:
            found[group.pk] = [*lacks, "The plan (section 9) makes re-offending a focus of every sub-group."]
    return found
