"""The partners' fact check of a draft: through its pages, from the coordinator's button to the chair's page."""

import datetime as dt
import uuid
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions.rating import Rating
from actions.services.lifecycle import add_action
from actions.services.updates import post_update
from actions.tests.makers import make_partner, make_user
from partners import roles
from partners.models import Cover, OutgoingEmail, User
from performance.models import Indicator
from priorities.services import open_round
from priorities.tests.makers import make_priority, make_sub_group
from reports.models import FactCheck, ReportVersion
from reports.services import building, decisions, fact_check, schedule
from reports.tests.desk import DUE, H1, Q2, SENT, Desk

pytestmark = pytest.mark.django_db

State = ReportVersion.State

#: Thursday 29 October 2026; two working days later is Monday 2 November.
OPENED = SENT
LAST_DAY = dt.date(2026, 11, 2)
IN_TIME = dt.datetime(2026, 11, 2, 23, 30, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(2026, 11, 3, 0, 10, tzinfo=dt.UTC)


class Town(Desk):
    """Police and council lead an action each, the police with help wanted from the council; the fire service is silent."""

    def __init__(self) -> None:
        super().__init__(fact_check=True)
        self.police = make_partner("CP", "Cleveland Police")
        self.fire = make_partner("CFB", "Fire Brigade")
        self.charity = make_partner("CHA", "A charity of which nothing is said")
        self.constable = make_user("constable@test.example", roles.PARTNER_OFFICER, partner=self.police)
        self.firefighter = make_user("fire@test.example", roles.PARTNER_OFFICER, partner=self.fire)
        self.volunteer = make_user("charity@test.example", roles.PARTNER_OFFICER, partner=self.charity)
        open_round(plan=self.plan, period=H1, at=dt.datetime(2026, 10, 1, 7, tzinfo=dt.UTC))
        self.priority = make_priority(self.plan)
        self.group = make_sub_group(self.plan)
        self.lead(
            "ASB-01", self.police, self.constable, "Two patrols a week.", restricted=False, help_from=self.council
        )
        self.lead("ASB-02", self.council, self.officer, "Names a victim.", restricted=True)
        Indicator.objects.create(
            code="I-01", name="Deliberate fires", unit="fires", better="lower", data_owner=self.fire
        )

    def lead(self, ref, partner, person, words, *, restricted, help_from=None) -> None:
        action = add_action(
            plan=self.plan,
            ref=ref,
            priority=self.priority,
            sub_group=self.group,
            title=f"Action {ref}",
            lead_partner=partner,
            starts_on=dt.date(2024, 4, 1),
            due_on=dt.date(2027, 3, 31),
            by=self.coordinator,
            at=dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC),
        )
        trouble = {"reason": "No crew.", "recovery": "A crew.", "help_wanted": "A van.", "help_wanted_from": help_from}
        post_update(
            action=action,
            by=person,
            at=dt.datetime(2026, 10, 12, 9, tzinfo=dt.UTC),
            today=dt.date(2026, 10, 12),
            submission_key=uuid.uuid5(uuid.NAMESPACE_URL, ref),
            period=H1,
            rating=Rating.AT_RISK if help_from else Rating.ON_TRACK,
            narrative=words,
            restricted=restricted,
            **(trouble if help_from else {}),
        )

    def in_check(self) -> ReportVersion:
        version = self.draft()
        fact_check.open_check(version=version, by=self.coordinator, at=OPENED)
        return version


@pytest.fixture
def town(settings, tmp_path) -> Iterator[Town]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(OPENED, tick=False):
        yield Town()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, version: ReportVersion, *more: object) -> str:
    return reverse(f"reports:{name}", args=[version.report_id, version.number, *more])


def page(user, url: str) -> str:
    response = signed_in(user).get(url, follow=True)
    assert response.status_code == 200, url
    return " ".join(response.text.split())


def state_of(version: ReportVersion) -> str:
    return ReportVersion.objects.get(pk=version.pk).state


def letters(kind: str) -> list[str]:
    return list(OutgoingEmail.objects.filter(kind=kind).order_by("pk").values_list("recipient__email", flat=True))


def answer(town: Town, version: ReportVersion, partner, by, text: str = "", **fields):
    asked = {"check": version.fact_check, "partner": partner, "is_right": not text, "text": text, "by": by}
    return fact_check.answer(**{**asked, "at": OPENED, **fields})


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_the_chair_is_sent_nothing_that_partners_have_not_been_shown(town):
    version = town.draft()
    shown = page(town.coordinator, version.get_absolute_url())
    assert "Open the fact check" in shown
    assert "Send to the chair" not in shown
    assert "Waits for: The coordinator, to open the fact check." in shown
    refused = signed_in(town.coordinator).post(address("send-to-chair", version), follow=True)
    assert "Partners check this draft first: open the fact check." in refused.text
    assert state_of(version) == State.DRAFT


def test_opening_asks_the_officers_of_whom_the_draft_says_something_and_nobody_else(town, settings):
    away = make_user("deputy@test.example", roles.ANALYST, partner=town.council)
    Cover.objects.create(person=town.constable, covered_by=away, starts_on=LAST_DAY, ends_on=LAST_DAY)
    deputy = make_user("sergeant@test.example", roles.PARTNER_OFFICER, partner=town.fire)
    Cover.objects.create(person=town.constable, covered_by=deputy, starts_on=OPENED.date(), ends_on=LAST_DAY)
    version = town.draft()
    opened = signed_in(town.coordinator).post(address("open-fact-check", version), follow=True)
    assert "The fact check of version 1 is open." in opened.text
    check = FactCheck.objects.get()
    assert (state_of(version), check.answers_due_on) == (State.FACT_CHECK, LAST_DAY)
    assert {partner.code for partner in check.partners.all()} == {"HBC", "CP", "CFB"}
    told = letters("fact-check-opened")
    assert sorted(told) == sorted(["officer@test.example", "constable@test.example", "fire@test.example", deputy.email])
    email = OutgoingEmail.objects.filter(kind="fact-check-opened").first()
    assert email.text.count("http") == 1
    assert f"{settings.SITE_URL}{address('fact-check', version)}" in email.text
    assert "patrols" not in email.text + email.html
    again = signed_in(town.coordinator).post(address("open-fact-check", version), follow=True)
    assert "marked “In fact check” now" in again.text
    assert letters("fact-check-opened") == told


def test_who_was_asked_is_said_and_who_cannot_answer_is_named(town):
    type(town.firefighter).objects.filter(pk=town.firefighter.pk).update(is_active=False)
    version = town.draft()
    opened = signed_in(town.coordinator).post(address("open-fact-check", version), follow=True).text
    assert "An e-mail has gone to the officers of Borough council and Cleveland Police." in unescape(opened)
    assert "Nobody can answer for Fire Brigade: no officer of theirs can sign in." in opened
    assert sorted(letters("fact-check-opened")) == ["constable@test.example", "officer@test.example"]


def test_with_nobody_to_ask_it_is_not_opened_and_the_report_goes_on_without(town):
    User.objects.filter(groups__name=roles.PARTNER_OFFICER).exclude(pk=town.volunteer.pk).update(is_active=False)
    version = town.draft()
    shown = page(town.coordinator, version.get_absolute_url())
    assert "Open the fact check" not in shown
    assert "no partner of whom this draft says something has an officer who could answer. It goes on" in shown
    opened = signed_in(town.coordinator).post(address("open-fact-check", version), follow=True).text
    assert "Nobody can be asked" in opened
    assert "Send it to the chair without a fact check." in opened
    assert (state_of(version), FactCheck.objects.count()) == (State.DRAFT, 0)
    signed_in(town.coordinator).post(address("send-to-chair", version))
    assert state_of(version) == State.WITH_CHAIR


def test_a_partner_renamed_meanwhile_is_shown_and_asked_what_the_draft_says_of_it(town):
    version = town.in_check()
    type(town.police).objects.filter(pk=town.police.pk).update(name="Tees Police")
    part = address("fact-check-part", version, "CP")
    assert "Two patrols a week." in page(town.constable, part)
    signed_in(town.constable).post(part, {"is_right": "right", "text": ""})
    assert town.police.pk in set(version.fact_check.answers.values_list("partner", flat=True))
    # A check from before the names were kept: nobody answers to words they are not shown.
    FactCheck.objects.update(asked_as={})
    version.fact_check.answers.all().delete()
    assert signed_in(town.constable).get(part).status_code == 404
    assert signed_in(town.constable).post(part, {"is_right": "right", "text": ""}).status_code == 404
    assert not version.fact_check.answers.exists()


def test_a_report_that_has_none_under_a_plan_that_has_says_why(town):
    with pytest.raises(ValidationError, match="partners check those that fall due and go to the chair"):
        fact_check.open_check(version=town.draft(kind="quarterly", period=Q2), by=town.coordinator, at=OPENED)


def test_after_its_last_day_nobody_is_told_to_wait_for_partners(town):
    version = town.in_check()
    for at, said in ((IN_TIME, "until the end of 2 November 2026. Wait for them,"), (TOO_LATE, "Partners had until")):
        with time_machine.travel(at, tick=False):
            with pytest.raises(ValidationError, match=said):
                decisions.send_to_chair(version=version, by=town.coordinator, at=at)
            assert said in page(town.coordinator, version.get_absolute_url())


def test_nothing_is_settled_once_the_report_has_gone_on(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    ReportVersion.objects.filter(pk=version.pk).update(sent_by=town.coordinator, sent_at=IN_TIME)
    with pytest.raises(ValidationError, match="has gone to the chair since"):
        fact_check.settle(answer=wrong, outcome="kept", text="No.", by=town.coordinator, at=TOO_LATE)
    assert not version.fact_check.answers.exclude(outcome="").exists()


def test_a_plan_that_asks_for_none_has_none(town):
    type(town.plan).objects.filter(pk=town.plan.pk).update(fact_check=False)
    version = town.draft()
    assert "fact check" not in page(town.coordinator, version.get_absolute_url())
    with pytest.raises(ValidationError, match="without a fact check"):
        fact_check.open_check(version=ReportVersion.objects.get(), by=town.coordinator, at=OPENED)


@pytest.mark.parametrize("who", ["chair", "constable", "analyst"])
def test_only_the_coordinator_opens_settles_and_closes(town, who):
    person = getattr(town, who)
    version = town.draft()
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        fact_check.open_check(version=version, by=person, at=OPENED)
    fact_check.open_check(version=version, by=town.coordinator, at=OPENED)
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        fact_check.settle(answer=wrong, outcome="kept", text="No.", by=person, at=OPENED)
    with pytest.raises(PermissionDenied, match="Only the coordinator"):
        fact_check.close(check=version.fact_check, by=person, at=OPENED)


def test_who_closed_it_before_its_day_is_kept_and_said(town):
    version = town.in_check()
    fact_check.close(check=version.fact_check, by=town.coordinator, at=OPENED)
    assert FactCheck.objects.get().closed_by == town.coordinator
    assert (
        f"by {town.coordinator}, before its day: partners could have answered until the end of 2 November 2026."
        in page(town.coordinator, address("fact-check", version))
    )
    said = f"closed early</strong>, on 29 October 2026, 10:00 by {town.coordinator}, while partners could answer until the end of"
    assert said in page(town.coordinator, version.get_absolute_url())


# --- What a partner is shown, and answers -----------------------------------------------------------------------------


def test_an_officer_is_shown_what_the_report_says_of_their_own_partner(town):
    version = town.in_check()
    police = page(town.constable, address("fact-check", version))
    assert "What the draft says of Cleveland Police" in police
    assert "Two patrols a week." in police
    assert "What the Partnership is asked" in police
    assert "decide on the help asked of" in police
    assert "ASB-02" not in police
    council = page(town.officer, address("fact-check", version))
    assert "Help asked of you" in council
    assert "A van." in council
    assert "Restricted: held by the Community Safety Team." in council
    assert "Names a victim." not in council
    fire = page(town.firefighter, address("fact-check", version))
    assert "Deliberate fires" in fire
    assert "Action ASB" not in fire
    for url in (address("fact-check", version), address("fact-check-part", version, "CP")):
        assert signed_in(town.volunteer).get(url).status_code == 403
    assert signed_in(town.officer).get(address("fact-check-part", version, "CP")).status_code == 403
    assert (
        signed_in(town.officer).post(address("fact-check-part", version, "CP"), {"is_right": "right"}).status_code
        == 403
    )
    assert (
        signed_in(town.coordinator).post(address("fact-check-part", version, "CP"), {"is_right": "right"}).status_code
        == 403
    )


def test_a_fault_says_what_is_wrong_and_reaches_the_coordinator_the_newest_answer_counts(town):
    version = town.in_check()
    client, url = signed_in(town.constable), address("fact-check-part", version, "CP")
    way = client.get(url).text
    assert way.index('href="#answer"') < way.index('id="answer"') < way.index('href="#main-content">Back to the top')
    assert "Is what the report says of you right?" in page(town.constable, "/")
    assert "Say what is wrong, and what is right instead." in client.post(url, {"is_right": "not_right"}).text
    assert not version.fact_check.answers.exists()
    for _ in range(2):
        client.post(url, {"is_right": "not_right", "text": "It was three patrols."})
    assert version.fact_check.answers.count() == 1
    assert letters("fact-check-not-right") == [town.coordinator.email, town.colleague.email]
    assert "three patrols" not in OutgoingEmail.objects.filter(kind="fact-check-not-right").first().text
    assert "Is what the report says of you right?" not in page(town.constable, "/")
    overview = page(town.coordinator, address("fact-check", version))
    assert "It was three patrols." in overview
    assert overview.count("No answer yet") == 2
    client.post(url, {"is_right": "right", "text": "ignored"})
    council, police, fire = fact_check.said(version.fact_check)
    assert (police.answer.is_right, police.answer.text, police.unsettled) == (True, "", False)
    assert [council.answer, fire.answer] == [None, None]


def test_answers_are_taken_until_the_end_of_the_last_day_whether_or_not_the_clock_has_come_by(town):
    version = town.in_check()
    assert answer(town, version, town.police, town.constable, at=IN_TIME).is_right
    with pytest.raises(ValidationError, match="was open until the end of 2 November 2026"):
        answer(town, version, town.fire, town.firefighter, at=TOO_LATE)
    assert fact_check.close_due(IN_TIME) == []
    assert len(fact_check.close_due(TOO_LATE)) == 1
    assert fact_check.close_due(TOO_LATE) == []
    assert letters("fact-check-closed") == [town.coordinator.email, town.colleague.email]
    assert (
        "Right: 1. Not right: 0. No answer: 2."
        in OutgoingEmail.objects.get(kind="fact-check-closed", recipient=town.coordinator).text
    )
    with time_machine.travel(TOO_LATE):
        late = signed_in(town.firefighter).post(
            address("fact-check-part", version, "CFB"), {"is_right": "right"}, follow=True
        )
    assert "If something is not right, tell the Community Safety Team." in late.text


# --- What becomes of a fault, and the way on --------------------------------------------------------------------------


def test_a_fault_is_settled_before_the_chair_has_it_and_the_chair_sees_what_was_kept_and_who_was_silent(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    answer(town, version, town.council, town.officer)
    refused = signed_in(town.coordinator).post(address("send-to-chair", version), follow=True).text
    assert "Partners check this draft until the end of 2 November 2026." in refused
    signed_in(town.coordinator).post(address("close-fact-check", version))
    refused = signed_in(town.coordinator).post(address("send-to-chair", version), follow=True).text
    assert "Cleveland Police said that something is not right. Say what became of it first." in refused
    url = address("settle-fact-check", version, wrong.pk)
    assert "Say why it stays as it is." in signed_in(town.coordinator).post(url, {"outcome": "kept"}).text
    signed_in(town.coordinator).post(url, {"outcome": "kept", "text": "The log says two."})
    twice = signed_in(town.coordinator).post(url, {"outcome": "corrected", "text": ""})
    assert "It is settled already" in twice.text
    assert "The log says two." in page(town.constable, address("fact-check", version))
    sent = signed_in(town.coordinator).post(address("send-to-chair", version), follow=True)
    assert state_of(version) == State.WITH_CHAIR, sent.text
    chair = page(town.chair, version.get_absolute_url())
    assert "1 of 3 partners said it is right." in chair
    assert "Cleveland Police: not right." in chair
    assert "Stays as it is: The log says two." in chair
    assert "<strong>No answer when it was closed:</strong> Fire Brigade." in chair
    assert "All answers" not in page(town.volunteer, version.get_absolute_url())


def test_a_fault_that_stays_as_it_is_is_not_hidden_by_the_check_of_the_next_version(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    fact_check.close(check=version.fact_check, by=town.coordinator, at=OPENED)
    fact_check.settle(answer=wrong, outcome="kept", text="The log says two.", by=town.coordinator, at=OPENED)
    second = town.another(version)
    fact_check.open_check(version=second, by=town.coordinator, at=OPENED)
    shown = page(town.chair, second.get_absolute_url())
    assert "Cleveland Police, in the fact check of version 1: not right.</strong> It was three." in shown
    assert "Stays as it is: The log says two." in shown
    assert "It was three." not in page(town.volunteer, second.get_absolute_url())


def test_the_chair_is_told_on_the_page_and_by_mail_that_it_was_closed_early_and_who_had_not_answered(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    answer(town, version, town.council, town.officer)
    fact_check.close(check=version.fact_check, by=town.colleague, at=OPENED)
    fact_check.settle(answer=wrong, outcome="kept", text="No.", by=town.coordinator, at=OPENED)
    version = decisions.send_to_chair(version=version, by=town.coordinator, at=OPENED)
    letter = OutgoingEmail.objects.get(kind="report-with-chair", recipient=town.chair)
    for text in (letter.text, letter.html, page(town.chair, version.get_absolute_url())):
        assert "1 of 3" in text
        assert "No answer when it was closed:" in text
        assert "Fire Brigade" in text
        assert "closed early" in text
        assert town.colleague.name in text
        assert "while partners could answer until the end of 2 November 2026" in text
    assert "on 29 October 2026 at 10:00 by" in letter.text
    assert "It was three." not in letter.text


def test_of_one_that_the_clock_closed_nothing_is_said_to_be_early(town):
    version = town.in_check()
    with time_machine.travel(TOO_LATE):
        fact_check.close_due(TOO_LATE)
        version = decisions.send_to_chair(version=version, by=town.coordinator, at=TOO_LATE)
        shown = page(town.chair, version.get_absolute_url())
    letter = OutgoingEmail.objects.get(kind="report-with-chair", recipient=town.chair)
    assert "No answer: Borough council, Cleveland Police and Fire Brigade." in letter.text
    assert "early" not in letter.text + shown


@pytest.mark.parametrize(("outcome", "text"), [("kept", "The log says two."), ("corrected", "")])
def test_who_found_a_fault_is_told_once_what_became_of_it_and_sees_it(town, settings, outcome, text):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    answer(town, version, town.council, town.officer)
    fact_check.close(check=version.fact_check, by=town.coordinator, at=OPENED)
    url = address("settle-fact-check", version, wrong.pk)
    for _ in range(2):
        signed_in(town.coordinator).post(url, {"outcome": outcome, "text": text})
    letter = OutgoingEmail.objects.get(kind="fact-check-settled")
    part = address("fact-check-part", version, "CP")
    assert letter.recipient == town.constable
    assert f"{settings.SITE_URL}{part}" in letter.text
    for said in (letter.text, letter.html):
        assert "It was three." in said
        assert text in said
        assert ("It stays as it is." in said) == (outcome == "kept")
        assert ("Version 2 of the report, which is made next, will say it" in said) == (outcome == "corrected")
    assert f"{town.coordinator}, 29 October 2026, 10:00" in page(town.constable, part)
    if outcome == "corrected":
        assert "Corrected at its source; the next version says it." in page(town.constable, part)
        second = town.another(version)
        assert (
            f'Corrected at its source, and in <a class="govuk-link" href="{second.get_absolute_url()}">version 2</a>.'
            in page(town.constable, part)
        )


def test_when_who_found_it_has_gone_the_partners_officers_are_told(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    successor = make_user("successor@test.example", roles.PARTNER_OFFICER, partner=town.police)
    type(town.constable).objects.filter(pk=town.constable.pk).update(is_active=False)
    wrong.refresh_from_db()
    fact_check.settle(answer=wrong, outcome="kept", text="No.", by=town.coordinator, at=OPENED)
    assert letters("fact-check-settled") == [successor.email]


def test_after_a_check_the_badge_says_that_it_is_a_draft_that_was_checked(town):
    version = town.in_check()
    places = [version.get_absolute_url(), reverse("reports:list"), reverse("portal:home")]
    for place in places:
        assert ">In fact check<" in page(town.coordinator, place)
    fact_check.close(check=version.fact_check, by=town.coordinator, at=OPENED)
    for place in places:
        assert ">Draft, fact check closed 29 October 2026<" in page(town.coordinator, place)
    assert "Version 1: draft, fact check closed 29 October 2026" in page(town.coordinator, reverse("reports:schedule"))


def test_what_was_corrected_at_its_source_wants_another_version_which_needs_no_second_check(town):
    version = town.in_check()
    wrong = answer(town, version, town.police, town.constable, "It was three.")
    fact_check.settle(answer=wrong, outcome="corrected", text="", by=town.coordinator, at=OPENED)
    with pytest.raises(ValidationError, match="close the fact check first"):
        town.another(version)
    fact_check.close(check=version.fact_check, by=town.coordinator, at=OPENED)
    with pytest.raises(ValidationError, match="make another version"):
        decisions.send_to_chair(version=version, by=town.coordinator, at=OPENED)
    second = town.another(version)
    assert (state_of(version), state_of(second)) == (State.REPLACED, State.DRAFT)
    assert "Fact check of version 1" in page(town.coordinator, second.get_absolute_url())
    decisions.send_to_chair(version=second, by=town.coordinator, at=OPENED)
    assert "Fact check of version 1" in page(town.chair, second.get_absolute_url())


def test_every_place_that_lists_states_knows_it(town):
    version = town.in_check()
    for url in (reverse("reports:list"), version.get_absolute_url()):
        assert "The partners, to check it by 2 November 2026" in page(town.analyst, url)
        assert "In fact check" in page(town.analyst, url)
    assert "In fact check" in page(town.coordinator, "/")
    line = schedule.line_of(version.report, timezone.localdate())
    assert (line.what, line.next_run) == (
        "Version 1: in fact check",
        "after 2 November 2026, to close the fact check",
    )
    assert not line.can_be_left_out
    with pytest.raises(ValidationError, match="it was produced"):
        building.mark_not_produced(
            plan=town.plan, kind="six_monthly", period=H1, reason="No.", by=town.coordinator, at=OPENED
        )
    with time_machine.travel(TOO_LATE):
        assert "The portal, to close the fact check" in page(town.analyst, reverse("reports:list"))
        fact_check.close_due(TOO_LATE)
        assert "The coordinator, to send it to the chair" in page(town.analyst, reverse("reports:list"))


def test_the_pages_of_a_fact_check_ask_as_much_for_thirty_partners_as_for_three(town):
    version = town.in_check()

    def asked(url: str) -> int:
        client = signed_in(town.coordinator)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    pages = [address("fact-check", version), version.get_absolute_url(), address("fact-check-part", version, "CP")]
    few = [asked(url) for url in pages]
    for number in range(27):
        partner = make_partner(f"P{number}", f"Partner {number}")
        person = make_user(f"p{number}@test.example", roles.PARTNER_OFFICER, partner=partner)
        version.fact_check.partners.add(partner)
        answer(town, version, partner, person, "Wrong." if number % 2 else "", at=DUE)
    assert [asked(url) for url in pages] == few
