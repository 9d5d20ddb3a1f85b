"""Reports that are due get made: once, each with its own cut-off, and a failure is a row that others do not wait for."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from partners.models import User
from priorities.periods import Period, PeriodKind
from priorities.services import open_round
from reports import snapshot
from reports.document import from_json
from reports.models import Rendition, Report, ReportVersion
from reports.services import building, decisions, schedule
from reports.snapshot.paper import cut_off_before
from reports.tests.desk import DUE, H1, LATER, Q2, SENT, Desk

pytestmark = pytest.mark.django_db

State = ReportVersion.State


def only(*missing: tuple[str, Period], plan) -> None:
    """Mark all past reports but these as not produced, so that a test is about a few."""
    for one in building.owed_by(plan):
        if (one.kind, one.period) not in missing:
            Report.objects.create(
                plan=plan,
                kind=one.kind,
                period_kind=one.period.kind.value,
                period_start=one.period.start,
                created_at=DUE,
                not_produced="Before the portal.",
            )


def test_nothing_is_made_before_the_draft_is_due():
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    assert building.make_due(plan=desk.plan, now=DUE - dt.timedelta(days=1)) == []
    [version] = building.make_due(plan=desk.plan, now=DUE)
    assert (version.report.kind, version.report.period, version.number) == ("six_monthly", H1, 1)
    assert version.renditions.get().state == Rendition.State.QUEUED


def test_a_late_start_makes_every_report_oldest_first_each_with_its_own_cut_off():
    desk = Desk()
    wanted = [("quarterly", Q2.previous()), ("quarterly", Q2), ("six_monthly", H1)]
    only(*wanted, plan=desk.plan)
    made = building.make_due(plan=desk.plan, now=LATER)
    assert [(one.report.kind, one.report.period) for one in made] == wanted
    assert [one.cut_off.isoformat() for one in made] == [
        "2026-07-21T23:59:59.999999+01:00",
        "2026-10-21T23:59:59.999999+01:00",
        "2026-10-21T23:59:59.999999+01:00",
    ]
    assert {one.made_at for one in made} == {LATER}


def hurry(plan) -> None:
    """Somebody changes the plan's weeks."""
    plan.updates_due_weeks, plan.draft_weeks, plan.chair_weeks, plan.final_weeks = 1, 2, 3, 4
    plan.save()


def test_weeks_changed_after_a_request_opened_do_not_move_its_reports_dates():
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    open_round(plan=desk.plan, period=H1, at=dt.datetime(2026, 10, 1, 7, tzinfo=dt.UTC))
    hurry(desk.plan)
    assert building.make_due(plan=desk.plan, now=DUE - dt.timedelta(days=1)) == []
    [version] = building.make_due(plan=desk.plan, now=DUE)
    assert version.cut_off.isoformat() == "2026-10-21T23:59:59.999999+01:00"


def test_weeks_changed_before_a_request_opened_move_its_reports_dates():
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    hurry(desk.plan)
    [version] = building.make_due(plan=desk.plan, now=DUE - dt.timedelta(days=1))
    assert version.cut_off.isoformat() == "2026-10-07T23:59:59.999999+01:00"


def test_the_report_before_is_read_at_its_own_cut_off_whatever_the_weeks_are_now():
    desk = Desk()
    first = desk.draft()
    hurry(desk.plan)
    following = Report(plan=desk.plan, kind="six_monthly", period_kind="half_year", period_start=H1.next().start)
    assert cut_off_before(following) == first.cut_off


def test_a_second_run_makes_nothing():
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    building.make_due(plan=desk.plan, now=DUE)
    assert building.make_due(plan=desk.plan, now=LATER) == []
    assert ReportVersion.objects.count() == 1


def test_a_report_marked_as_not_produced_is_left_alone():
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    building.mark_not_produced(
        plan=desk.plan, kind="six_monthly", period=H1, reason="No data.", by=desk.coordinator, at=DUE
    )
    assert building.make_due(plan=desk.plan, now=LATER) == []


def test_the_reports_of_the_last_periods_are_made_after_the_plan_has_ended():
    desk = Desk()
    last = Period(PeriodKind.HALF_YEAR, dt.date(2026, 10, 1))
    only(("six_monthly", last), plan=desk.plan)
    [version] = building.make_due(plan=desk.plan, now=dt.datetime(2027, 5, 4, 9, tzinfo=dt.UTC))
    assert version.report.period == last


@pytest.fixture
def broken(monkeypatch):
    """The six-monthly snapshot fails as long as this list holds a word."""
    words = ["the figures contradict each other"]
    real = snapshot.take

    def take(*, report, **how):
        if words and report.kind == Report.Kind.SIX_MONTHLY:
            raise ValueError(words[0])
        return real(report=report, **how)

    monkeypatch.setattr(snapshot, "take", take)
    return words


def test_a_failure_is_a_visible_row_and_does_not_hold_up_the_others(broken):
    desk = Desk()
    only(("quarterly", Q2), ("six_monthly", H1), plan=desk.plan)
    made = building.make_due(plan=desk.plan, now=DUE)
    assert [one.report.kind for one in made] == ["quarterly"]
    failed = Report.objects.get(kind="six_monthly", not_produced="")
    assert (failed.build_error, failed.build_failed_at, failed.build_attempts) == (broken[0], DUE, 1)
    broken.clear()
    [version] = building.make_due(plan=desk.plan, now=LATER)
    assert version.report == failed
    failed.refresh_from_db()
    assert failed.build_error == ""


def run_now(desk: Desk, by: User, now: dt.datetime = LATER) -> ReportVersion:
    return building.run_now(plan=desk.plan, kind="six_monthly", period=H1, by=by, now=now)


def test_after_three_failures_it_waits_until_somebody_has_it_made(broken):
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    for _ in range(5):
        building.make_due(plan=desk.plan, now=DUE)
    report = Report.objects.get(not_produced="")
    assert report.build_attempts == building.MOST_ATTEMPTS
    with pytest.raises(ValidationError, match=r"could not be put together: .+"):
        run_now(desk, desk.coordinator)
    broken.clear()
    for who in (desk.officer, desk.chair, desk.analyst):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            run_now(desk, who)
    version = run_now(desk, desk.coordinator)
    assert (version.number, version.report) == (1, report)
    assert run_now(desk, desk.coordinator) == version
    assert building.make_due(plan=desk.plan, now=LATER) == []


def test_a_report_is_not_made_before_its_day_nor_while_it_is_being_made():
    desk = Desk()
    with pytest.raises(ValidationError, match="It falls due on 28 October 2026"):
        run_now(desk, desk.coordinator, DUE - dt.timedelta(days=1))
    report = building.report_for(desk.plan, "six_monthly", H1, DUE)
    Report.objects.filter(pk=report.pk).update(build_attempts=1, build_lease_until=LATER + dt.timedelta(minutes=1))
    with pytest.raises(ValidationError, match="being made at this moment"):
        run_now(desk, desk.coordinator)
    assert not report.versions.exists()


class WorkerDied(BaseException):
    """A worker that is killed runs no `except Exception`."""


@pytest.fixture
def deadly(monkeypatch):
    def take(**how):
        raise WorkerDied

    monkeypatch.setattr(snapshot, "take", take)


def told(desk) -> tuple[str, str, str, bool]:
    [line] = [one for one in schedule.lines(desk.plan, LATER.date()) if (one.kind, one.period) == ("six_monthly", H1)]
    return line.what, line.why, line.next_run, line.can_run_now


def test_two_ticks_at_once_take_the_snapshot_once(monkeypatch):
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    taken = []
    real = snapshot.take

    def take(**how):
        taken.append(how["number"])
        if len(taken) == 1:
            assert building.make_due(plan=desk.plan, now=DUE) == []
        return real(**how)

    monkeypatch.setattr(snapshot, "take", take)
    assert len(building.make_due(plan=desk.plan, now=DUE)) == 1
    assert taken == [1]
    assert Report.objects.get(not_produced="").build_lease_until is None


def test_an_attempt_whose_worker_died_is_made_again_when_its_lease_has_run_out(deadly, monkeypatch):
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    with pytest.raises(WorkerDied):
        building.make_due(plan=desk.plan, now=DUE)
    monkeypatch.undo()
    assert told(desk)[:2] == ("Being made", "Attempt 1 of 3 was begun and has not come to an end.")
    assert building.make_due(plan=desk.plan, now=DUE + dt.timedelta(minutes=4)) == []
    assert len(building.make_due(plan=desk.plan, now=DUE + dt.timedelta(minutes=6))) == 1


def test_a_report_whose_worker_died_three_times_says_so_and_can_be_tried_again(deadly, monkeypatch):
    desk = Desk()
    only(("six_monthly", H1), plan=desk.plan)
    for hour in range(3):
        with pytest.raises(WorkerDied):
            building.make_due(plan=desk.plan, now=DUE + dt.timedelta(hours=hour))
    assert building.make_due(plan=desk.plan, now=DUE + dt.timedelta(hours=3)) == []
    assert told(desk) == (
        "Failed",
        f"Attempt 3 of 3 failed: {building.STOPPED}",
        "when somebody presses “make it now”",
        True,
    )
    monkeypatch.undo()
    assert run_now(desk, desk.coordinator).number == 1


def test_whoever_loses_the_race_for_a_version_makes_none():
    desk = Desk()
    version = desk.draft()
    again = building.build_version(report=version.report, number=1, cut_off=version.cut_off, at=DUE)
    assert again is None
    assert version.report.versions.count() == 1


def test_a_report_that_is_not_due_or_not_of_the_plan_is_not_made_by_hand_either():
    desk = Desk()
    with pytest.raises(ValidationError, match="falls due on 28 April 2027"):
        building.make_first(plan=desk.plan, kind="six_monthly", period=H1.next(), now=DUE)
    with pytest.raises(ValidationError, match="has no six-monthly partnership report on April to September 2027"):
        building.make_first(plan=desk.plan, kind="six_monthly", period=H1.next().next(), now=DUE)


def test_another_version_says_why_and_replaces_a_draft():
    desk = Desk()
    first = desk.draft()
    second = building.make_new_version(
        report=first.report, follows=1, reason="A late update.", cut_off=LATER, by=desk.coordinator, at=LATER
    )
    first.refresh_from_db()
    assert (second.number, second.reason, second.cut_off, first.state) == (2, "A late update.", LATER, State.REPLACED)


def test_another_version_is_refused_with_sentences():
    desk = Desk()
    first = desk.draft()

    def ask(**changed):
        wanted = {
            "follows": 1,
            "reason": "A late update.",
            "cut_off": LATER,
            "by": desk.coordinator,
            "at": LATER,
            **changed,
        }
        return building.make_new_version(report=first.report, **wanted)

    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        ask(by=desk.chair)
    with pytest.raises(ValidationError) as refused:
        ask(reason=" ", cut_off=LATER + dt.timedelta(days=1))
    assert set(refused.value.message_dict) == {"reason", "cut_off"}
    with pytest.raises(ValidationError, match="received up to 21 October 2026"):
        ask(cut_off=first.cut_off - dt.timedelta(days=1))
    decisions.send_to_chair(version=first, by=desk.coordinator, at=SENT)
    with pytest.raises(ValidationError, match="is with the chair"):
        ask()
    assert first.report.versions.count() == 1


def test_a_second_press_answers_with_the_version_already_made():
    desk = Desk()
    first = desk.draft()

    def press(**changed):
        wanted = {"follows": 1, "reason": "A late update.", "cut_off": LATER, "by": desk.coordinator, **changed}
        return building.make_new_version(report=first.report, at=LATER, **wanted)

    second = press()
    assert press(cut_off=LATER - dt.timedelta(minutes=1)) == second
    with pytest.raises(ValidationError, match="Version 2 has been made since you began"):
        press(by=desk.colleague)
    with pytest.raises(ValidationError, match="Version 2 has been made since you began"):
        press(reason="A figure was wrong.")
    assert first.report.versions.count() == 2


def test_not_produced_wants_a_reason_a_past_period_and_the_coordinator():
    desk = Desk()

    def mark(**changed):
        wanted = {
            "kind": "six_monthly",
            "period": H1,
            "reason": "No data.",
            "by": desk.coordinator,
            "at": DUE,
            **changed,
        }
        return building.mark_not_produced(plan=desk.plan, **wanted)

    with pytest.raises(PermissionDenied):
        mark(by=desk.chair)
    with pytest.raises(ValidationError, match="Say why"):
        mark(reason="")
    with pytest.raises(ValidationError, match="is not over yet"):
        mark(period=H1.next())
    assert not Report.objects.exists()
    assert mark().not_produced == "No data."


def test_what_is_said_of_a_report_that_is_left_out_stands_until_it_is_taken_back():
    desk = Desk()
    only(("quarterly", Q2), plan=desk.plan)
    draft = desk.draft(kind="quarterly", period=Q2)
    this = {"plan": desk.plan, "kind": "quarterly", "period": Q2}
    leave_out(desk)
    leave_out(desk)  # pressed twice
    with pytest.raises(ValidationError, match=r"already: Nobody wants it\. \(coordinator, 20 November 2026\)"):
        building.mark_not_produced(**this, reason="Second.", by=desk.colleague, at=LATER)
    with pytest.raises(ValidationError, match="It was not produced: Nobody wants it"):
        building.make_first(**this, now=LATER)

    def take_back(**changed):
        return building.produce_after_all(**this, **{"reason": "Wanted.", "by": desk.colleague, "at": LATER, **changed})

    with pytest.raises(PermissionDenied):
        take_back(by=desk.chair)
    with pytest.raises(ValidationError, match="Say why"):
        take_back(reason=" ")
    report = take_back()
    assert (report.not_produced, report.not_produced_by, report.not_produced_at) == ("", None, None)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    kept = report.taken_back.get()
    assert (kept.was, kept.was_by, kept.reason, kept.by) == (
        "Nobody wants it.",
        desk.coordinator,
        "Wanted.",
        desk.colleague,
    )
    with pytest.raises(ValidationError, match="is not marked"):
        take_back()


def test_a_report_that_is_produced_after_all_is_made():
    desk = Desk()
    only(("quarterly", Q2), plan=desk.plan)
    this = {"plan": desk.plan, "kind": "quarterly", "period": Q2}
    leave_out(desk)
    assert building.make_due(plan=desk.plan, now=LATER) == []
    building.produce_after_all(**this, reason="Wanted.", by=desk.coordinator, at=LATER)
    assert building.run_now(**this, by=desk.coordinator, now=LATER).number == 1


def test_a_report_that_was_caught_up_knows_by_how_much_it_is_late():
    """Due on Wednesday 28 October, made on Friday 20 November; another version is not late but newer."""
    desk = Desk()
    only(("six_monthly", H1), ("quarterly", Q2), plan=desk.plan)
    made = {one.report.kind: one for one in building.make_due(plan=desk.plan, now=LATER)}
    for version in made.values():
        paper = from_json(version.snapshot).paper
        assert (paper.due_on, paper.late_by) == (dt.date(2026, 10, 28), 17)
    paper = from_json(desk.another(desk.laid_out(made["six_monthly"])).snapshot).paper
    assert (paper.due_on, paper.late_by) == (None, 0)


def test_a_report_made_on_its_day_is_not_late():
    paper = from_json(Desk().draft().snapshot).paper
    assert (paper.due_on, paper.late_by) == (dt.date(2026, 10, 28), 0)


def leave_out(desk, period=Q2, kind="quarterly") -> None:
    building.mark_not_produced(
        plan=desk.plan, kind=kind, period=period, reason="Nobody wants it.", by=desk.coordinator, at=LATER
    )


def test_a_report_left_out_while_it_is_put_together_is_not_made(monkeypatch):
    desk = Desk()
    only(("quarterly", Q2), plan=desk.plan)
    written = building.to_json

    def meanwhile(document):
        leave_out(desk)
        return written(document)

    monkeypatch.setattr(building, "to_json", meanwhile)
    assert building.make_due(plan=desk.plan, now=LATER) == []
    report = Report.objects.get(kind="quarterly", period_start=Q2.start)
    assert (report.not_produced, report.build_error, report.versions.count()) == ("Nobody wants it.", "", 0)


def test_what_is_left_out_goes_neither_to_the_chair_nor_to_the_shelf():
    desk = Desk()
    six_monthly, quarterly = desk.draft(), desk.draft(kind="quarterly", period=Q2)
    # As a worker of an older release might have left them: a draft beside the mark.
    Report.objects.update(not_produced="Nobody wants it.")
    with pytest.raises(ValidationError, match="marked as not produced: Nobody wants it"):
        decisions.send_to_chair(version=six_monthly, by=desk.coordinator, at=LATER)
    with pytest.raises(ValidationError, match="marked as not produced: Nobody wants it"):
        decisions.publish(version=quarterly, by=desk.coordinator, at=LATER)
    assert set(ReportVersion.objects.values_list("state", flat=True)) == {State.DRAFT}


def test_a_draft_nobody_was_shown_gives_way_to_not_produced_but_a_sent_one_does_not():
    desk = Desk()
    shown = desk.with_chair()
    with pytest.raises(ValidationError, match="it was produced"):
        building.mark_not_produced(
            plan=desk.plan, kind="six_monthly", period=H1, reason="No data.", by=desk.coordinator, at=LATER
        )
    shown.refresh_from_db()
    assert shown.state == State.WITH_CHAIR
    draft = desk.draft(kind="quarterly", period=Q2)
    building.mark_not_produced(
        plan=desk.plan, kind="quarterly", period=Q2, reason="No data.", by=desk.coordinator, at=LATER
    )
    draft.refresh_from_db()
    assert draft.state == State.REPLACED
