"""Words of a public version that may tell a withheld number, wherever they stand; and whose time had not come."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.urls import reverse

from actions.tests.makers import make_user
from partners import roles
from priorities.models import AnnualFocus, Priority
from priorities.periods import Period, PeriodKind
from reports.document import (
    Asked,
    DateMove,
    Difference,
    Issue,
    Matter,
    SimilarRow,
    SimilarTable,
    SixMonthlyDocument,
    SubGroupText,
)
from reports.models import Report, SectionText
from reports.public import WITHHELD, for_public, withheld
from reports.services.on_request import make_action_plan, make_plan
from reports.snapshot.texts import texts
from reports.tests.desk import H1, LATER, Desk
from reports.tests.makers import Town, quarterly
from reports.tests.test_public import printed, story
from reports.tests.test_release import client_of

pytestmark = pytest.mark.django_db

TELLS = "Drug deaths were 3, not 4."
PLAIN = "The second landlord sends its lists again."


@pytest.fixture
def document() -> SixMonthlyDocument:
    """Three drug deaths in the newest quarter: too few to be told."""
    town = Town()
    story(town, deaths="3", applications="2", kept="4711")
    return town.six_monthly()


@pytest.mark.parametrize(("text", "printed"), [(TELLS, WITHHELD), (PLAIN, PLAIN)])
def test_matters_outcomes_and_paragraphs_are_withheld_where_they_tell_one(document, text, printed):
    day = dt.date(2026, 10, 1)
    matter = Matter("the report", "The chair", PLAIN, "", day, day, False, None, "", text, "Council", day)
    asked = Asked(1, "note it", "note it", (), "Amended", text, day, "7.2")
    said = SubGroupText("ASB group", "ASB", text, "Lead, Council", day, "Lead, Council", True, f"<p>{text}</p>")
    public = for_public(dataclasses.replace(document, matters=(matter,), last_asked=(asked,), sub_group_texts=(said,)))
    assert [(one.text, one.answer) for one in public.matters] == [(PLAIN, printed)]
    assert [one.note for one in public.last_asked] == [printed]
    [paragraph] = public.sub_group_texts
    assert (paragraph.text, paragraph.html) == ((printed, "") if text == TELLS else (text, f"<p>{text}</p>"))


def test_an_indicators_own_note_is_withheld_where_it_tells_one(document):
    figures = tuple(dataclasses.replace(one, note=TELLS if one.code == "DEAD" else PLAIN) for one in document.figures)
    public = {one.code: one for one in for_public(dataclasses.replace(document, figures=figures)).figures}
    assert public["DEAD"].now.printed == "<5"
    assert public["DEAD"].note == WITHHELD
    assert public["SHOP"].note == PLAIN


def test_an_issue_whose_title_tells_one_is_not_among_what_changed(document):
    rows = tuple(Difference("issue_new", title, f"{title} (ASB): new.") for title in (TELLS, PLAIN))
    public = for_public(dataclasses.replace(document, since=dataclasses.replace(document.since, rows=rows)))
    assert [row.key for row in public.since.rows] == [PLAIN]


def test_a_text_that_was_written_after_the_version_was_made_is_not_in_it():
    desk = Desk()
    report = Report.objects.create(
        plan=desk.plan, kind="six_monthly", period_kind="half_year", period_start=H1.start, created_at=LATER
    )
    for minutes, text in ((0, "In time."), (2, "Too late.")):
        at = LATER + dt.timedelta(minutes=minutes)
        SectionText.objects.create(report=report, section="statement", text=text, by=desk.chair, at=at)
    found = {minutes: [one.text for one in texts(report, LATER + dt.timedelta(minutes=minutes))] for minutes in (1, 3)}
    assert found == {1: ["In time."], 3: ["Too late."]}


DAY = dt.date(2026, 10, 1)


@pytest.mark.parametrize(("text", "told"), [(TELLS, WITHHELD), (PLAIN, PLAIN)])
@pytest.mark.parametrize("kind", ["six_monthly", "quarterly", "action_plan", "plan"])
def test_a_focus_and_an_edited_statement_are_withheld_where_they_tell_one(kind, text, told):
    town = Town()
    story(town, deaths="3", applications="2", kept="4711")
    town.action()
    for priority in Priority.objects.filter(plan=town.plan):
        AnnualFocus.objects.create(priority=priority, year=2026, text=text)
    Priority.objects.update(statement=text)
    if kind == "action_plan":
        version, _ = make_action_plan(plan=town.plan, as_at=DAY, by=town.coordinator, at=LATER)
    elif kind == "plan":
        year = Period.containing(PeriodKind.YEAR, DAY)
        version, _ = make_plan(plan=town.plan, year=year, by=town.coordinator, at=LATER)
    document = version.document() if "plan" in kind else getattr(town, kind)()
    parts = for_public(document).priorities
    assert {part.statement for part in parts} == {told}
    assert {getattr(part, "focus", told) for part in parts} == {told}  # a quarter's report prints none


@pytest.mark.parametrize(("text", "told"), [(TELLS, WITHHELD), (PLAIN, PLAIN)])
def test_reasons_and_queries_are_withheld_where_they_tell_one(document, text, told):
    move = DateMove("ASB-01", "Gates", DAY, DAY, DAY, 1, DAY, text)
    issue = Issue("Bikes", PLAIN, "", "ASB", DAY, "Council", "Closed", text)
    public = for_public(dataclasses.replace(document, date_moves=(move,), issues=(issue,)))
    assert [one.reason for one in public.date_moves] == [told]
    assert [one.reason for one in public.issues] == [told]
    row = SimilarRow("Acquisitive crime", "Shoplifting", "19.33", "10.02", 15, "19.33", "10.02", "", False, text, "")
    table = SimilarTable("Q2", "12 months", "per 1,000", 15, "Police.uk", True, False, DAY, "", "", (row,))
    figures = {"figures": document.figures, "known": document.known, "sums": document.sums}
    [shown] = for_public(quarterly(**figures, similar_table=table)).similar_table.rows
    assert shown.query == told


def test_a_restricted_matter_is_in_no_public_report(document):
    open_, kept = (
        Matter("the report", "The chair", said, "", DAY, DAY, False, None, "", PLAIN, "Council", DAY, restricted=secret)
        for said, secret in ((PLAIN, False), ("Why was this family not rehoused?", True))
    )
    figures = {"figures": document.figures, "known": document.known, "sums": document.sums}
    for paper in (document, quarterly(**figures)):
        public = for_public(dataclasses.replace(paper, matters=(open_, kept)))
        assert [one.text for one in public.matters] == [PLAIN]
        assert "not rehoused" not in printed(public)


def test_the_words_that_are_withheld_are_listed_with_their_place_as_the_partners_have_them(document):
    day = dt.date(2026, 10, 1)
    matter = Matter("the report", "The chair", PLAIN, "", day, day, False, None, "", TELLS, "Council", day)
    said = SubGroupText("ASB group", "ASB", TELLS, "Lead, Council", day, "Lead, Council", True, f"<p>{TELLS}</p>")
    figures = tuple(dataclasses.replace(one, note=TELLS) if one.code == "DEAD" else one for one in document.figures)
    before = withheld(document)
    told = withheld(dataclasses.replace(document, matters=(matter,), sub_group_texts=(said,), figures=figures))
    assert len(told.listed) == told.words == before.words + 3
    new = [(one.where, one.kind, one.text, one.key) for one in told.listed if one not in before.listed]
    assert sorted(new) == [
        ("ASB group: its part", "Words", TELLS, ""),
        ("Drug deaths", "Note", TELLS, "DEAD"),
        ("Matter arising, The chair", "Answer", TELLS, ""),
    ]


def test_only_coordinators_see_on_the_page_which_words_are_withheld():
    town = Town()
    story(town, deaths="3", applications="2", kept="4711")
    AnnualFocus.objects.create(priority=town.drugs, year=2026, text=TELLS)
    version, _ = make_action_plan(plan=town.plan, as_at=DAY, by=town.coordinator, at=LATER)
    chair = make_user("the-chair@test.example", roles.CHAIR, partner=town.council)
    address = reverse("reports:public", args=[version.report_id, version.number])
    seen, other = (client_of(user).get(address).text for user in (town.coordinator, chair))
    assert "Words withheld: which, and where they are written (1)" in seen
    assert f"<strong>Drugs and Alcohol</strong>, focus of the year: “{TELLS}”" in seen
    assert "Public version" in other
    assert TELLS not in other
