"""The actions list: filters in the address, pages of fifty, a count that stops counting."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from actions.forms.filters import ActionFilters, choices_of
from actions.models import Action
from actions.progress import Standing, plural
from actions.views.doors import Moment, SignedIn, for_those_at_work
from priorities.models import Plan

PAGE = 50
MOST_PAGES = 20
"""A thousand rows: whoever looks further wants a filter, and the database should not count for nobody."""


@dataclass(frozen=True)
class Row:
    action: Action
    standing: Standing


@dataclass(frozen=True)
class Page:
    """A page of the list, how many there are in words, and the addresses of its neighbours ("" for none)."""

    rows: list[Row]
    found: str
    number: int
    of: int
    previous: str
    next: str


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    moment = Moment.now()
    if moment.plan is None:
        return render(request, "actions/list.html", {"page": None})
    filters = ActionFilters(request.GET, choices=choices_of(moment.plan))
    return render(
        request,
        "actions/list.html",
        {
            "page": _page(request, filters, moment, moment.plan),
            "filters": filters,
            "active": filters.active(),
            "asked": moment.asked,
            "most": MOST_PAGES,
        },
    )


def _page(request: SignedIn, filters: ActionFilters, moment: Moment, plan: Plan) -> Page:
    asked = moment.asked
    matching = filters.narrow(
        Action.objects.filter(plan=plan).visible_to(request.user), plan=plan, today=moment.today, asked=asked
    )
    number = _page_number(request.GET.get("page", ""))
    start = (number - 1) * PAGE
    ordered = matching.for_list(moment.today, asked).in_order()
    actions = list(ordered[start : start + PAGE])
    if not actions and number > 1:
        # The list grew shorter since the address was made.
        number, actions = 1, list(ordered[:PAGE])
    whole = number == 1 and len(actions) < PAGE
    total = len(actions) if whole else matching.order_by()[: PAGE * MOST_PAGES + 1].count()
    capped = total > PAGE * MOST_PAGES
    pages = min(-(-total // PAGE), MOST_PAGES)
    return Page(
        rows=[Row(action, action.standing(asked, moment.today)) for action in actions],
        found=f"More than {PAGE * MOST_PAGES:,} actions" if capped else plural(total, "action"),
        number=number,
        of=pages,
        previous=filters.address(page=number - 1) if 1 < number <= pages else "",
        next=filters.address(page=number + 1) if number < pages else "",
    )


def _page_number(text: str) -> int:
    """A page from 1 to the last allowed; anything else is the first."""
    plain = text.isascii() and text.isdecimal() and len(text) <= 4
    return int(text) if plain and 1 <= int(text) <= MOST_PAGES else 1
