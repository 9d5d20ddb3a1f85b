"""The actions list: filters and order in the address, pages of fifty, a count that stops counting; and its files."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from actions.forms.filters import ActionFilters, choices_of
from actions.models import Action, ActionQuerySet
from actions.progress import Standing, plural
from actions.services.exports import COLUMNS, as_row, told
from priorities.doors import Moment, SignedIn, for_those_at_work
from priorities.models import Plan
from priorities.periods import british
from sheets import XLSX_TYPE, csv_text, xlsx_bytes

PAGE = 50
MOST_PAGES = 20
"""A thousand rows: whoever looks further wants a filter, and the database should not count for nobody."""

MOST_EXPORTED = 2_000
"""Rows of a file that is made while one waits; of a longer list the workers make one (`actions.views.exports`)."""


@dataclass(frozen=True)
class Row:
    """An action as the list prints it; days in words, "" for none."""

    url: str
    action: Action
    standing: Standing
    due: str
    review: str
    heard: str


@dataclass(frozen=True)
class Page:
    """A page of the list, how many there are in words, and the addresses of its neighbours ("" for none).

    `files` is the query part of the address for the files of the whole list, "" when it is too long to wait for them;
    `asking` is it then, for a file that the workers make.
    """

    rows: list[Row]
    found: str
    number: int
    of: int
    previous: str
    next: str
    files: str
    asking: str


@for_those_at_work
@require_safe
def show_list(request: SignedIn) -> HttpResponse:
    moment = Moment.of(request)
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
            "most_exported": MOST_EXPORTED,
            "heads": filters.heads(),
        },
    )


@for_those_at_work
@require_safe
def export(request: SignedIn, form: str) -> HttpResponseBase:
    """Everything the list shows at this address, all pages of it, as a CSV or XLSX file.

    A list too long to wait for its file is shown instead, with buttons to ask for one.
    """
    moment = Moment.now()
    if moment.plan is None or form not in ("csv", "xlsx"):
        raise Http404
    filters = ActionFilters(request.GET, choices=choices_of(moment.plan))
    matching = filters.ordered(_matching(request, filters, moment, moment.plan), today=moment.today)
    actions = list(told(matching[: MOST_EXPORTED + 1], moment.today, moment.asked))
    if len(actions) > MOST_EXPORTED:
        return redirect(reverse("actions:list") + filters.address())
    rows = (as_row(action, action.standing(moment.asked, moment.today)) for action in actions)
    file: HttpResponseBase
    if form == "csv":
        file = StreamingHttpResponse(csv_text(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    else:
        file = HttpResponse(xlsx_bytes("Actions", COLUMNS, rows), content_type=XLSX_TYPE)
    file["Content-Disposition"] = f'attachment; filename="actions-{moment.today.isoformat()}.{form}"'
    return file


def _matching(request: SignedIn, filters: ActionFilters, moment: Moment, plan: Plan) -> ActionQuerySet:
    seen = Action.objects.filter(plan=plan).visible_to(request.user)
    return filters.narrow(seen, plan=plan, today=moment.today, asked=moment.asked)


def _shown(matching: ActionQuerySet, filters: ActionFilters, moment: Moment, start: int) -> list[Action]:
    """The actions of one page, in order.

    Which ones is found out first, in the same query, so that what a row says is worked out for fifty of them and not for
    all that match.
    """
    on_the_page = filters.ordered(matching, today=moment.today).values("pk")[start : start + PAGE]
    lean = Action.objects.filter(pk__in=on_the_page).for_rows(moment.today, moment.asked)
    return list(filters.ordered(lean, today=moment.today))


def _page(request: SignedIn, filters: ActionFilters, moment: Moment, plan: Plan) -> Page:
    matching = _matching(request, filters, moment, plan)
    total = matching.order_by()[: MOST_EXPORTED + 1].count()
    capped = total > PAGE * MOST_PAGES
    pages = min(-(-total // PAGE), MOST_PAGES)
    number = _page_number(request.GET.get("page", ""))
    # The list may have grown shorter since the address was made.
    number = number if number <= pages else 1
    start = (number - 1) * PAGE
    if capped and not filters.sort:
        matching = matching.among_the_first(start + PAGE, plan, filters.priorities())
    actions = _shown(matching, filters, moment, start)
    # One address is asked for and the others are made like it, in place of fifty questions to the resolver.
    before, _, after = reverse("actions:action", args=[0]).rpartition("0")
    return Page(
        rows=[_row(f"{before}{action.pk}{after}", action, moment) for action in actions],
        found=f"More than {PAGE * MOST_PAGES:,} actions" if capped else plural(total, "action"),
        number=number,
        of=pages,
        previous=filters.address(page=number - 1) if 1 < number <= pages else "",
        next=filters.address(page=number + 1) if number < pages else "",
        files=filters.address() if 0 < total <= MOST_EXPORTED else "",
        asking=filters.address() if total > MOST_EXPORTED else "",
    )


def _row(url: str, action: Action, moment: Moment) -> Row:
    last = action.latest_update
    return Row(
        url=url,
        action=action,
        standing=action.standing(moment.asked, moment.today),
        due=british(action.due_on) if action.due_on else "",
        review=british(action.review_on) if action.review_on else "",
        heard=british(last.submitted_on) if last else "",
    )


def _page_number(text: str) -> int:
    """A page from 1 to the last allowed; anything else is the first."""
    plain = text.isascii() and text.isdecimal() and len(text) <= 4
    return int(text) if plain and 1 <= int(text) <= MOST_PAGES else 1
