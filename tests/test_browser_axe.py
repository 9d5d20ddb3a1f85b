"""No page of the demonstration has an accessibility fault that axe can find, or is wider than a phone."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from actions.models import Action, Export, Proposal
from actions.services.drafts import save_draft
from actions.services.lifecycle import withdraw
from actions.services.structure import edit
from partners.models import User
from performance.models import (
    Comparator,
    EmergingIssue,
    Measurement,
    Recommendation,
    SimilarAreasTable,
    StrategicAssessment,
)
from priorities.models import Plan, SubGroup
from priorities.periods import Period, PeriodKind
from reports.models import FactCheck, FactCheckAnswer, MatterArising, PublicRelease, Rendition, ReportVersion
from reports.services import building, decisions, fact_check, release, renditions
from reports.services.on_request import make_action_plan, make_plan
from tests.browser import sign_in
from tests.paper import quick_pdf
from tests.services.demonstration import NOW

pytestmark = pytest.mark.browser

Axe = Callable[[Page], list[str]]

WIDTHS = (1280, 360)

#: By whom a page is looked at. `{…}` are filled in from the story.
PAGES = {
    "": [
        "/accounts/login/",
        "/nowhere/",
        "/published/",
        "{shelved}",
        "/check/",
        "/check/?sha256=nonsense",
        "/check/?sha256={public_file}",
    ],
    "officer": [
        "{quarterly}fact-check/",
        "/",
        "/actions/",
        "/actions/?q=no+such+action",
        "/actions/?sort=due&reoffending=on",
        "/search/?q=fire",
        "/search/?q=zzyzzyx",
        "/search/?q=a",
        "/actions/exports/",
        "{export_ready}",
        "{export_failed}",
        "{export_running}",
        "{export_removed}",
        "/actions/mine/",
        "/actions/{action}/",
        "/actions/{action}/update/",
        "/actions/{closed}/",
        "/actions/{closed}/update/",
        "/actions/{supported}/words/",
        "/actions/updates/{own}/evidence/",
        "/plan/",
        "/priorities/ASB/",
        "/sub-groups/{sub_group}/",
        "/re-offending/",
        "/accounts/emails/",
        "/actions/999999/",
        "/actions/propose/",
        "/actions/proposals/",
        "{proposal}",
        "{proposal}edit/",
    ],
    "lead": ["/", "/actions/mine/", "/sub-groups/{sub_group}/meeting/", "/partners/CFB/", "/accounts/cover/"],
    "coordinator": [
        "/actions/{action}/edit/",
        "/actions/{action}/close/",
        "/actions/{closed}/reopen/",
        "{proposal}",
        "/assessments/",
        "{assessment}",
        "{assessment}?beside={next_assessment}",
        "/assessments/{next_assessment}/adopt/",
        "/assessments/recommendations/{recommendation}/",
        "/consultation/",
        "/having-regard/",
        "/plan/calendar/",
        "/plan/calendar/domestic-abuse/2026/",
        "/board/",
        "/board/?by=person",
        "/board/nudge/",
        "/board/close/",
        "/board/reassign/",
        "/board/emails/",
        "/actions/{action}/hand-over/",
        "/actions/help/{help}/",
        "/actions/{action}/extend/",
        "/accounts/cover/",
        "/",
        "/reports/",
        "/reports/make/action-plan/",
        "/reports/make/plan/",
        "{plan_document}",
        "{action_plan}",
        "/reports/compare/",
        "/reports/compare/?a={compared}&b={published_key}",
        "/reports/{report}/new-version/",
        "/schedule/",
        "/schedule/dry-run/",
        "{quarterly}fact-check/",
        "{quarterly}fact-check/answers/{answer}/",
        "{texts}",
        "{texts}statement/",
        "{recommendations}new/",
        "{quarterly}",
        "{released}public/",
        "{to_release}public/",
        "{released}send/",
        "/check/?sha256={public_file}",
        "/matters/",
        "{matter}",
        "{matter}reassign/",
        "{outcomes}",
        "{raise_matter}",
        "{left_out}not-produced/",
    ],
    "analyst": [
        "/",
        "/performance/",
        "/performance/?worse=on&quarter=nonsense",
        "/performance/?audience=public",
        "/performance/figures/",
        "/performance/figures/?quarter=2026-04&owner=CP",
        "/performance/figures/{figure}/correct/",
        "/performance/averages/{average}/correct/",
        "/performance/missing/",
        "/performance/similar-areas/",
        "/performance/similar-areas/{table}/priorities/",
        "/plan/figures/",
        "/indicators/I-22/",
        "/indicators/I-16/",
        "/indicators/I-17/?audience=public",
        "/indicators/I-22/commentary/",
        "/indicators/I-22/remark/",
        "/indicators/I-22/range/",
        "/issues/",
        "/issues/?state=nonsense",
        "/issues/raise/?indicator=I-22",
        "{issue}",
    ],
    "chair": ["/", "{six_monthly}record-decision/"],  # the report before the chair is looked at below, with errors
    "reader": [
        "/",
        "/plan/",
        "/reports/",
        "{published}",
        "{to_release}",
        "/assessments/",
        "{assessment}",
        "/consultation/",
        "/having-regard/",
    ],
    "admin": ["/"],
}


@pytest.fixture
def places(demonstration: None) -> dict[str, object]:
    """The story one step on: the newest reports are made, and the six-monthly one is with the chair."""
    made = {version.report.kind: version for version in building.make_due(plan=Plan.objects.get(), now=NOW)}
    for version in made.values():
        draft = version.renditions.get(stage=Rendition.Stage.DRAFT)
        renditions.make_one(rendition=draft, make=quick_pdf, clock=lambda: NOW)
    coordinator = User.objects.get(email="coordinator@demo.example")
    six_monthly = decisions.send_to_chair(version=made["six_monthly"], by=coordinator, at=NOW)
    answer = _asked_about(made["quarterly"], coordinator)
    published = ReportVersion.objects.filter(state="published", report__kind="six_monthly").latest("published_at")
    released = PublicRelease.objects.select_related("version").get()
    to_release = ReportVersion.objects.filter(state="published", report__kind="quarterly").latest("published_at")
    public = release.prepare(version=to_release, marking="OFFICIAL", by=coordinator, at=NOW)
    renditions.make_one(rendition=public, make=quick_pdf, clock=lambda: NOW)
    # What the clock would find of a file that somebody wrote over.
    Rendition.objects.filter(version=published, stage="draft").update(fault="It is not the one made.", checked_at=NOW)
    plan, year = published.report.plan, Period(PeriodKind.YEAR, dt.date(2026, 4, 1))
    exports = _exports(User.objects.get(email="officer@demo.example"))
    return {
        **{f"export_{name}": export.get_absolute_url() for name, export in exports.items()},
        "assessment": StrategicAssessment.objects.get(state="adopted").get_absolute_url(),
        "next_assessment": StrategicAssessment.objects.get(state="in_preparation").pk,
        "recommendation": Recommendation.objects.filter(outcome="undecided").earliest("pk").pk,
        "action": Action.objects.get(ref="DVA-09").pk,
        "issue": f"/issues/{EmergingIssue.objects.get(state='action_proposed').pk}/",
        "proposal": Proposal.objects.get(state="changes_asked").get_absolute_url(),
        "figure": Measurement.objects.standing().latest("pk").pk,
        "table": SimilarAreasTable.objects.standing().latest("period_start").pk,
        "average": Comparator.objects.standing().filter(kind="similar_areas").latest("pk").pk,
        "help": Action.objects.get(ref="DVA-09").latest_update_id,
        "own": Action.objects.get(ref="DVA-09").latest_update_id,
        "closed": Action.objects.get(ref="SV-06").pk,
        "supported": _supported().pk,
        "sub_group": SubGroup.objects.earliest("pk").code,
        "report": made["quarterly"].report_id,
        "compared": f"{made['six_monthly'].report_id}.1",
        "plan_document": make_plan(plan=plan, year=year, by=coordinator, at=NOW)[0].get_absolute_url(),
        "action_plan": make_action_plan(plan=plan, as_at=NOW.date(), by=coordinator, at=NOW)[0].get_absolute_url(),
        "published_key": f"{published.report_id}.{published.number}",
        "answer": answer.pk,
        "six_monthly": six_monthly.get_absolute_url(),
        "quarterly": made["quarterly"].get_absolute_url(),
        "published": published.get_absolute_url(),
        "released": released.version.get_absolute_url(),
        "shelved": f"/published/{released.version.report_id}/v{released.version.number}/",
        "public_file": released.pdf_sha256,
        "to_release": to_release.get_absolute_url(),
        "matter": MatterArising.objects.open().get().get_absolute_url(),
        "outcomes": f"{published.get_absolute_url()}outcomes/",
        "raise_matter": f"/reports/{published.report_id}/matters/raise/",
        "left_out": f"/schedule/{plan.pk}/quarterly/{made['quarterly'].report.period.code}/",
        "texts": f"/schedule/{six_monthly.report.plan_id}/six-monthly/{six_monthly.report.period.code}/texts/",
        "recommendations": f"/schedule/{six_monthly.report.plan_id}/six-monthly/{six_monthly.report.period.code}/recommendations/",
    }


def _asked_about(version: ReportVersion, coordinator: User) -> FactCheckAnswer:
    """A fact check of this report, as if the plan asked for one, with a fault found by the fire service."""
    version.report.plan.fact_check = version.report.plan.quarterly_needs_chair = True  # of these rows in memory alone
    check = fact_check.open_check(version=version, by=coordinator, at=NOW)
    fire = User.objects.get(email="fire@demo.example")
    fire.stand_in(NOW.date())
    assert fire.partner
    return fact_check.answer(
        check=check, partner=fire.partner, is_right=False, text="It was 41, not 14.", by=fire, at=NOW
    )


def _supported() -> Action:
    """An action the officer's partner supports and others lead."""
    officer = User.objects.get(email="officer@demo.example")
    live = Action.objects.live().filter(supporting=officer.partner).order_by("ref")
    return next(action for action in live if officer.has_perm("actions.add_words", action))


def _exports(officer: User) -> dict[str, Export]:
    """Files asked for by an officer, one in every state."""
    made = {
        "finished_at": NOW, "expires_on": dt.date(2026, 11, 30), "sha256": "0", "size": 312_000, "file": "exports/0"
    }  # fmt: skip
    told: dict[str, dict[str, Any]] = {
        "ready": {"state": "done", **made},
        "failed": {"state": "failed", "error": "It could not be stored: No space left on device."},
        "running": {"state": "running", "rows_done": 1500, "lease_until": NOW},
        "removed": {"state": "done", **made, "removed_on": dt.date(2026, 11, 23)},
    }
    asked = {"plan": Plan.objects.get(), "by": officer, "kind": "csv", "as_of": NOW.date(), "asked_at": NOW}
    return {
        name: Export.objects.create(**asked, **state, total=2500, query=f"?q={name}") for name, state in told.items()
    }


def faults(page: Page, axe: Axe) -> list[str]:
    """What is wrong with the page as it stands, on a desk and on a phone."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {fault}" for fault in axe(page)]
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            found.append(f"{width} px: {page.url} is {too_wide} pixels too wide")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return found


@pytest.mark.parametrize("role", PAGES)
def test_pages_as_they_stand(role: str, page: Page, axe: Axe, places: dict[str, object]) -> None:
    if role:
        sign_in(page, role)
    found = []
    for address in PAGES[role]:
        page.goto(address.format(**places))
        expect(page.locator("h1")).to_have_count(1)
        found += faults(page, axe)
    assert found == []


def test_a_report_is_left_out_and_that_is_taken_back(page: Page, axe: Axe, places: dict[str, object]) -> None:
    drafts = ReportVersion.objects.filter(report=cast(int, places["report"]))
    FactCheckAnswer.objects.filter(fact_check__version__in=drafts).delete()
    FactCheck.objects.filter(version__in=drafts).delete()
    drafts.update(state="draft")  # as if nobody had been shown it
    sign_in(page, "coordinator")
    page.goto(f"{places['left_out']}not-produced/")
    page.get_by_role("button", name="Mark as not produced").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    found = faults(page, axe)
    page.locator("[name=reason]").fill("The figures came too late.")
    page.get_by_role("button", name="Mark as not produced").click()
    expect(page.get_by_text(": marked as not produced.")).to_be_visible()
    found += faults(page, axe)
    page.goto(f"{places['left_out']}produce-after-all/")
    expect(page.get_by_text("The figures came too late.")).to_be_visible()
    found += faults(page, axe)
    assert found == []


def test_an_update_with_errors(page: Page, axe: Axe, places: dict[str, object]) -> None:
    sign_in(page, "officer")
    page.goto(f"/actions/{places['action']}/update/")
    page.get_by_role("button", name="Send update").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    found = faults(page, axe)
    # Off track opens the questions about what is in the way.
    page.get_by_role("radio", name="Off track").check()
    page.get_by_label("What has happened, and what comes next?").fill("It stands still.")
    page.get_by_role("button", name="Send update").click()
    expect(page.locator("#div_id_reason .govuk-error-message")).to_be_visible()
    found += faults(page, axe)
    assert found == []


def test_rows_that_were_refused_or_can_be_sent_no_more(page: Page, axe: Axe, places: dict[str, object]) -> None:
    officer = User.objects.get(email="officer@demo.example")
    wrong, gone = Action.objects.live().filter(owner=officer).order_by("ref")[:2]
    period = Period(PeriodKind.HALF_YEAR, dt.date(2026, 4, 1))
    typed = {"rating": ["on_track"], "narrative": ["It goes on."], "period": [period.code]}
    for number, (action, more) in enumerate(((wrong, {"narrative": ["a" * 4001]}), (gone, {})), start=1):
        content = {**typed, **more, "submission_key": [str(uuid.UUID(int=number))]}
        save_draft(action=action, by=officer, period=period, content=content, at=NOW)
    sign_in(page, "officer")
    page.goto("/actions/mine/")
    expect(page.locator("#send-ready")).to_be_visible()
    expect(page.locator("[data-row-place] form")).to_have_count(2)
    coordinator = User.objects.get(email="coordinator@demo.example")
    withdraw(action=gone, by=coordinator, at=NOW, reason="Merged into another.")
    page.locator("#send-ready button").click()
    expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(page.locator(f"#unsent-{gone.pk}")).to_contain_text("It goes on.")
    # Never counted as ready, so not tried: it stays open, with what is wrong beside the text.
    expect(page.get_by_text("You have 1 character too many").first).to_be_visible()
    assert faults(page, axe) == []
    # What was kept of an action that takes no updates any more, and of one that is somebody else's now.
    page.goto(f"/actions/{gone.pk}/update/")
    expect(page.get_by_role("heading", name="What you had typed")).to_be_visible()
    assert faults(page, axe) == []


def test_a_page_of_both_texts(page: Page, axe: Axe, places: dict[str, object]) -> None:
    """Structure changed by somebody else between opening and saving."""
    sign_in(page, "coordinator")
    page.goto(f"/actions/{places['action']}/edit/")
    action = Action.objects.get(pk=places["action"])
    coordinator = User.objects.get(email="coordinator@demo.example")
    edit(action=action, by=coordinator, at=NOW, revision=action.revision, changes={"title": "Theirs, saved first"})
    page.get_by_label("Title").fill("Mine, saved second")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("heading", name="Both texts")).to_be_visible()
    assert faults(page, axe) == []


def test_the_chairs_decision_with_errors(page: Page, axe: Axe, places: dict[str, object]) -> None:
    sign_in(page, "chair")
    found = []
    for button in ("Approve for the Partnership", "Return to the coordinator"):
        page.goto(str(places["six_monthly"]))
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        found += faults(page, axe)
    assert found == []


def test_a_refused_sign_in(page: Page, axe: Axe, demonstration: None) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill("officer@demo.example")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert faults(page, axe) == []


def test_a_fault_would_be_found(page: Page, axe: Axe, demonstration: None) -> None:
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style.width = '2000px'")
    found = faults(page, axe)
    assert any("label" in fault for fault in found)
    assert any("too wide" in fault for fault in found)
