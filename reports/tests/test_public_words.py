"""Words of a public version that may tell a withheld number, wherever they stand; and whose time had not come."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from reports.document import Asked, Difference, Matter, SixMonthlyDocument, SubGroupText
from reports.models import Report, SectionText
from reports.public import WITHHELD, for_public
from reports.snapshot.texts import texts
from reports.tests.desk import H1, LATER, Desk
from reports.tests.makers import Town
from reports.tests.test_public import story

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
