"""The vice-chair decides as dated cover of the chair; a hold stops publishing, unless somebody says why not."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from actions.tests.makers import make_plan, make_user
from partners import roles
from partners.models import Cover, OutgoingEmail
from reports.models import Decision, HoldPeriod, ReportVersion
from reports.services import decisions, renditions
from reports.services.holds import hold_in_force
from reports.tests.desk import DECIDED, SENT, Desk

pytestmark = pytest.mark.django_db

State = ReportVersion.State
TODAY = DECIDED.date()


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(DECIDED, tick=False):
        yield Desk()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user, url: str) -> str:
    return " ".join(signed_in(user).get(url).text.split())


def cover(desk: Desk, person, *, away=None, last_day: dt.date = TODAY):
    return Cover.objects.create(person=away or desk.chair, covered_by=person, starts_on=SENT.date(), ends_on=last_day)


def vice_of(desk: Desk, **fields):
    vice = make_user("vice@test.example", roles.PARTNER_OFFICER, partner=desk.council, job_title="Vice-chair")
    cover(desk, vice, **fields)
    return vice


def approve(desk: Desk, user, version: ReportVersion, **more):
    data = {**desk.seen(version), "read": "on", **more}
    return signed_in(user).post(reverse("reports:approve", args=[version.report_id, version.number]), data, follow=True)


def test_the_vice_chair_is_told_finds_the_paper_and_decides_as_cover_of_the_chair(desk):
    vice = vice_of(desk)
    version = desk.with_chair()
    told = (
        OutgoingEmail.objects.filter(kind="report-with-chair").order_by("pk").values_list("recipient__email", flat=True)
    )
    assert list(told) == [desk.chair.email, vice.email]
    home = page(vice, "/")
    assert "Waiting for your decision" in home
    assert "from 29 October 2026 to 3 November 2026, and decide as cover of the chair." in home
    assert "Your decision" in page(vice, version.get_absolute_url())
    assert "is approved for the Partnership" in approve(desk, vice, version).text
    decision = Decision.objects.get()
    assert (decision.by, decision.as_role) == (
        vice,
        "Vice-chair, as cover of the chair (29 October to 3 November 2026)",
    )
    shown = page(desk.officer, version.get_absolute_url())
    assert (
        f"Approved for the Partnership by {vice}, as cover of the chair (29 October to 3 November 2026), on 3 November 2026."
        in shown
    )
    vice.job_title = "Something else by now"
    vice.save()
    assert renditions.sign_off_of(version).by == "Vice-chair, as cover of the chair (29 October to 3 November 2026)"
    assert "by the Vice-chair, as cover of the chair (29 October to 3 November 2026) on 3 November 2026" in page(
        desk.officer, version.get_absolute_url()
    )


@pytest.mark.parametrize("last_day", [TODAY - dt.timedelta(days=1), None])
def test_before_and_after_their_days_nobody_stands_in(desk, last_day):
    if last_day is None:
        other = make_user("gone@test.example", roles.CHAIR, is_active=False)
        vice = vice_of(desk, away=other)
    else:
        vice = vice_of(desk, last_day=last_day)
    version = desk.with_chair()
    assert "Waiting for your decision" not in page(vice, "/")
    assert "Your decision" not in page(vice, version.get_absolute_url())
    assert approve(desk, vice, version).status_code == 403
    assert not Decision.objects.exists()


def test_nobody_approves_what_they_sent_nor_for_the_chair_who_sent_it(desk):
    cover(desk, desk.coordinator)
    version = desk.with_chair()
    assert "You sent this version to the chair yourself" in page(desk.coordinator, version.get_absolute_url())
    refused = approve(desk, desk.coordinator, version)
    assert (refused.status_code, "You sent this version" in refused.text) == (403, True)
    desk.chair.groups.add(desk.coordinator.groups.get(name=roles.COORDINATOR))
    vice = vice_of(desk)
    ReportVersion.objects.update(sent_by=desk.chair)
    assert "for whom you stand in sent this version" in page(vice, version.get_absolute_url())
    assert approve(desk, vice, version).status_code == 403
    cover(desk, desk.colleague)
    ReportVersion.objects.update(sent_by=desk.coordinator)
    assert approve(desk, desk.colleague, version).status_code == 200
    assert Decision.objects.get().as_role == "Coordinator, as cover of the chair (29 October to 3 November 2026)"


def test_a_verb_without_a_door_lets_nobody_stand_in(desk):
    vice = vice_of(desk)
    version = desk.with_chair()
    with pytest.raises(PermissionDenied, match="Only the chair decides"):
        decisions.approve(version=version, by=vice, at=DECIDED, **desk.seen(version))


# --- Holds ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hold(desk) -> HoldPeriod:
    return HoldPeriod.objects.create(
        plan=desk.plan,
        starts_on=TODAY - dt.timedelta(days=7),
        ends_on=TODAY,
        reason="Pre-election period, local elections.",
    )


def publish(desk: Desk, version: ReportVersion, **data: str) -> str:
    url = reverse("reports:publish", args=[version.report_id, version.number])
    return " ".join(signed_in(desk.coordinator).post(url, data, follow=True).text.split())


SAYS = "Publishing is on hold until the end of 3 November 2026: Pre-election period, local elections."


def test_a_hold_stops_publishing_and_nothing_before_it(desk, hold):
    version = desk.laid_out(desk.approved(), "final")
    assert SAYS in page(desk.coordinator, version.get_absolute_url())
    assert SAYS in page(desk.officer, reverse("reports:schedule"))
    assert "The coordinator, to publish it when the hold is over, after 3 November 2026" in page(
        desk.officer, reverse("reports:list")
    )
    assert "Say why it is published although publishing is on hold." in publish(desk, version)
    assert "Say why it is published" in publish(desk, version, despite_hold="  ")
    with pytest.raises(ValidationError, match="Publishing is on hold until the end of 3 November 2026"):
        decisions.publish(version=version, by=desk.coordinator, at=DECIDED)
    version.refresh_from_db()
    assert version.state == State.APPROVED
    with time_machine.travel(DECIDED + dt.timedelta(days=1)):
        assert "on hold" not in page(desk.coordinator, version.get_absolute_url())
        assert "Version 1 is published." in publish(desk, version, despite_hold="Left in the form.")
    version.refresh_from_db()
    assert (version.state, version.despite_hold) == (State.PUBLISHED, "")


def test_whoever_publishes_in_spite_of_a_hold_is_named_with_the_reason(desk, hold):
    version = desk.laid_out(desk.approved(), "final")
    shown = publish(desk, version, despite_hold="The Monitoring Officer agreed.")
    said = f"{desk.coordinator} published it on 3 November 2026 in spite of a hold on publishing: The Monitoring Officer agreed."
    assert "Version 1 is published." in shown
    for who in (desk.coordinator, desk.chair, desk.officer):
        assert said in page(who, version.get_absolute_url())
    assert "Monitoring Officer" not in page(desk.reader, version.get_absolute_url())
    second = desk.another(version, cut_off=version.cut_off, at=DECIDED)
    assert "published in spite of a hold: The Monitoring Officer agreed." in page(
        desk.coordinator, second.get_absolute_url()
    )


def test_a_hold_holds_from_its_first_day_to_its_last_for_its_plan_alone(desk, hold):
    other = make_plan(starts_on=dt.date(2027, 4, 1), ends_on=dt.date(2030, 3, 31))
    days = [hold.starts_on - dt.timedelta(days=1), hold.starts_on, hold.ends_on, hold.ends_on + dt.timedelta(days=1)]
    assert [hold_in_force(desk.plan, day) for day in days] == [None, hold, hold, None]
    assert hold_in_force(other, TODAY) is None


def test_holds_are_set_in_administration_with_their_history(desk, hold):
    admin = make_user("admin@test.example", is_staff=True)
    client = signed_in(admin)
    url = reverse("admin:reports_holdperiod_change", args=[hold.pk])
    data = {"plan": desk.plan.pk, "starts_on": "27/10/2026", "ends_on": "26/10/2026", "reason": "Elections."}
    assert "The last day cannot come before the first." in client.post(url, data).text
    assert client.post(url, {**data, "ends_on": "10/11/2026"}).status_code == 302
    hold.refresh_from_db()
    assert hold.ends_on == dt.date(2026, 11, 10)
    assert hold.history.first().history_user == admin
    assert client.get(reverse("admin:reports_holdperiod_history", args=[hold.pk])).status_code == 200
