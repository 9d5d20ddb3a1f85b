"""A page costs what the page shows, not what the plan holds: as many queries for thirty of everything as for three."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.rating import Rating
from partners.models import User
from performance.models import Indicator
from performance.services.issues import raise_issue
from priorities.models import Priority, SubGroup
from reports.models import ReportVersion
from reports.services.meeting import raise_matter
from tests import paper
from tests.makers import NOW, Cast

pytestmark = pytest.mark.django_db

#: Every page that lists something, with the most queries it may take, session and person included.
PAGES = {
    "/": 27,  # the coordinator, whom damaged files and facts, outcomes to record and corrections to release concern besides
    "/actions/": 8,
    "/actions/?rating=off_track&sort=due": 8,
    "/actions/?new=on": 8,
    "/actions/exports/": 8,
    "/search/?q=work": 19,  # on PostgreSQL: what is rare is looked up first, and letters inside a word where no whole word is found
    "/actions/proposals/": 10,
    "/actions/mine/": 13,
    "/partners/CFB/": 26,
    "/sub-groups/FIRE/meeting/": 16,
    "/plan/": 20,
    "/priorities/ASB/": 15,
    "/sub-groups/FIRE/": 17,
    "/re-offending/": 11,
    "/performance/": 18,
    "/performance/?audience=public": 17,
    "/performance/missing/": 20,
    "/performance/similar-areas/": 7,
    "/indicators/I1/": 24,
    "/plan/figures/": 8,
    "/issues/": 9,
    "/issues/?state=all&priority=ASB": 9,
    "/reports/": 9,
    "/matters/": 7,
    "/schedule/": 13,  # what went wrong with a plan, and what was taken back of “not produced”, are asked for besides
}
ROLES = ("officer_of_lead", "coordinator", "chair", "analyst")
RATINGS = (Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK)


def _more(cast: Cast, first: int, last: int) -> None:
    """Of everything a page lists, numbers `first` to `last`; of actions three each: one with two updates and milestones
    missed, of three ratings, dates moved and help wanted among them; one nobody has said anything about; a new one.
    """
    for n in range(first, last + 1):
        action = cast.action(
            f"ASB-{n:02d}",
            owner=cast["officer_of_lead"],
            reoffending_focus=True,
            milestones=[("Plan agreed", dt.date(2026, 6, 30)), ("Work done", dt.date(2026, 7, 31))],
        )
        cast.update(action, 2 * n)
        rating = RATINGS[n % 3]
        trouble = {
            "reason": "No crew.",
            "recovery": "A new crew.",
            "help_wanted": "Vans.",
            "help_wanted_from": cast.housing,
        }
        moved = {"new_due_on": dt.date(2027, 3, 1), "new_due_reason": "Winter."}
        answers = (trouble if rating != Rating.ON_TRACK else {}) | (moved if rating == Rating.OFF_TRACK else {})
        cast.update(action, 2 * n + 1, rating=rating, **answers)
        cast.action(f"DA-{n:02d}", owner=None, reoffending_focus=True)  # nobody has said anything about it
        own = Priority.objects.create(plan=cast.plan, code=f"P{n}", name=f"Priority {n}", position=n + 1, statement=".")
        cast.accepted(cast.proposal(200 + n, priority=own))
    _more_besides(cast, first, last)


def _more_besides(cast: Cast, first: int, last: int) -> None:
    for n in range(first, last + 1):
        cast.proposal(100 + n)
        cast.export(f"?q={n}")
        SubGroup.objects.create(plan=cast.plan, code=f"G{n}", name=f"Group {n}", lead=cast["sub_group_lead"])
        Indicator.objects.create(
            code=f"I{n}", name=f"Indicator {n}", unit="offences", better="lower", data_owner=cast.fire
        )
        raise_issue(
            plan=cast.plan,
            title=f"Issue {n}",
            text="More of it.",
            by=cast["officer_of_lead"],
            at=NOW,
            priority=cast.priority,
            sub_group=cast.sub_group,
        )


def _matters(cast: Cast, about: ReportVersion, owner: User, first: int, last: int) -> None:
    for n in range(first, last + 1):
        raise_matter(
            report=about.report,
            source="chair",
            text=f"Question {n}?",
            owner=owner,
            due_on=dt.date(2026, 10, 30),
            by=cast["coordinator"],
            at=NOW,
        )


def _queries(client: Client, page: str) -> list[str]:
    client.get(page)  # what is made once a process (templates, content types) is made
    with CaptureQueriesContext(connection) as seen:
        response = client.get(page)
    assert response.status_code == 200, page
    return [query["sql"] for query in seen.captured_queries]


@pytest.mark.parametrize("role", ROLES)
def test_pages_ask_as_many_queries_for_thirty_as_for_three(role: str):
    cast = Cast()
    client = Client()
    client.force_login(cast[role])
    _more(cast, 1, 3)
    about = paper.published(cast, paper.half_year("2024-10"))
    _matters(cast, about, cast[role], 1, 3)
    paper.with_chair(cast, paper.half_year("2025-04"))
    few = {page: _queries(client, page) for page in PAGES}
    _more(cast, 4, 12)  # and no further: more actions than one page holds are the next test's
    _more_besides(cast, 13, 30)
    _matters(cast, about, cast[role], 4, 30)
    paper.published(cast, paper.half_year("2024-04"))
    paper.with_chair(cast, paper.half_year("2025-10"))
    paper.draft(cast, paper.half_year("2026-04"))
    faults = []
    for page, most in PAGES.items():
        many = _queries(client, page)
        if len(many) != len(few[page]):
            new = [sql[:160] for sql in many if sql not in few[page]]
            faults.append(f"{page}: {len(few[page])} queries with three, {len(many)} with thirty: {new[:3]}")
        elif len(many) > most:
            faults.append(f"{page}: {len(many)} queries, at most {most} are allowed")
    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_a_list_of_more_than_one_page_takes_eight_queries(role: str):
    cast = Cast()
    client = Client()
    client.force_login(cast[role])
    for n in range(1, 56):
        cast.action(f"ASB-{n:02d}", origin="initiative")
    every = "q=Action&priority=ASB&sub_group=FIRE&partner=CFB&rating=unrated&silent=on&new=on&sort=-heard"
    for page in ("/actions/", "/actions/?page=2", f"/actions/?{every}", f"/actions/?{every}&page=2"):
        asked = _queries(client, page)
        assert len(asked) <= 8, (page, [sql[:120] for sql in asked])
        assert len(client.get(page).context["page"].rows) == (5 if page.endswith("page=2") else 50), page


def test_an_actions_page_costs_the_same_after_thirty_updates_as_after_three():
    cast = Cast()
    client = Client()
    client.force_login(cast["coordinator"])
    action = cast.action()
    for n in range(3):
        cast.update(action, n + 1)
    few = _queries(client, action.get_absolute_url())
    for n in range(3, 30):
        cast.update(action, n + 1)
    assert len(_queries(client, action.get_absolute_url())) == len(few)
    assert len(few) <= 17
