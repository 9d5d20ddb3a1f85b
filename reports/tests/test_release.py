"""A public version: laid out, checked sentence by sentence, put on the shelf, replaced, taken off, put back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from reports.document import from_json, sha256_of, to_json
from reports.models import HoldPeriod, PublicRelease, Rendition, ReportVersion
from reports.public import Withheld, for_public, withheld
from reports.services import decisions, release, renditions
from reports.tests.desk import LATER, PUBLISHED, Desk, at, make, out_of_paper
from reports.tests.makers import quarterly
from reports.tests.test_public import Town, story

pytestmark = pytest.mark.django_db

RELEASED = dt.datetime(2026, 11, 10, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def prepared(desk: Desk, version: ReportVersion, marking: str = "", maker=make) -> Rendition:
    file = release.prepare(version=version, marking=marking, by=desk.coordinator, at=RELEASED)
    return renditions.make_one(rendition=file, make=maker, clock=at(RELEASED))


def sentences(version: ReportVersion, marking: str = "") -> list[str]:
    return [check.sentence for check in release.checks_of(withheld(from_json(version.snapshot)), marking)]


def released(desk: Desk, version: ReportVersion, **changes) -> PublicRelease:
    file = release.file_of(version) or prepared(desk, version)
    told = {
        "version": version,
        "checks": sentences(version, file.marking),
        "seen_pdf_sha256": file.sha256,
        "seen_html_sha256": sha256_of(release.html_of(version, file.marking)),
        "by": desk.coordinator,
        "at": RELEASED,
    }
    return release.release(**told | changes)


def second_version(desk: Desk, first: ReportVersion, **fields) -> ReportVersion:
    second = desk.another(first, **fields)
    decisions.send_to_chair(version=second, by=desk.coordinator, at=LATER)
    decisions.approve(version=second, by=desk.chair, at=LATER, **desk.seen(second))
    desk.laid_out(second, "final")
    return decisions.publish(version=second, by=desk.coordinator, at=LATER)


def test_what_is_checked_names_what_is_withheld_and_never_a_number():
    town = Town()
    story(town, deaths="3", applications="2", kept="4711")
    kept_back = withheld(town.quarterly())
    assert kept_back.small == {"Drug deaths": ["Q2 2026/27"], "Reviews of kind 2": ["Q2 2026/27"]}
    assert kept_back.secondary == {"Reviews of kind 3": ["Q2 2026/27"]}
    assert kept_back.left_out == ["Rank of the town"]
    checks = release.checks_of(kept_back, "OFFICIAL")
    said = " ".join([*(check.sentence for check in checks), *(line for check in checks for line in check.details)])
    assert (
        "withheld as listed: 2 figures that are under 5 or rest on a count under 5, and 1 figure from which one could be worked out."
        in said
    )
    assert "Small: Drug deaths, Q2 2026/27" in said
    assert "With them: Reviews of kind 3, Q2 2026/27" in said
    assert "not for publication is left out, as listed: 1 in all." in said
    assert "The marking on every page is the right one: OFFICIAL." in said
    for number in ("4711", "32", "34"):
        assert number not in said


def test_where_nothing_is_withheld_the_check_list_says_so():
    said = [check.sentence for check in release.checks_of(Withheld({}, {}, [], 0, 0, 0), "")]
    assert "No words in it are restricted, and all evidence is left out." in said
    assert "It bears no protective marking, and needs none." in said
    assert len(said) == len(set(said)) == 6


def test_the_public_version_bears_the_marking_chosen():
    document = Town().quarterly()
    assert for_public(document, "OFFICIAL").paper.marking == "OFFICIAL"
    assert for_public(document).paper.marking == ""


def test_only_what_is_published_has_a_public_file_and_only_the_coordinator_asks_for_it(desk):
    version = desk.approved()
    with pytest.raises(ValidationError, match="once this version is published"):
        prepared(desk, version)
    desk.laid_out(version, "final")
    decisions.publish(version=version, by=desk.coordinator, at=PUBLISHED)
    for user in (desk.chair, desk.officer, desk.reader, desk.nobody):
        with pytest.raises(PermissionDenied, match="Only the coordinator"):
            release.prepare(version=version, marking="", by=user, at=RELEASED)
    for marking in ("SECRET", "OFFICIAL-SENSITIVE"):
        with pytest.raises(ValidationError, match="Choose one of the markings"):
            release.prepare(version=version, marking=marking, by=desk.coordinator, at=RELEASED)
    assert not Rendition.objects.filter(edition="public").exists()
    assert prepared(desk, version).state == Rendition.State.DONE


def test_another_marking_is_laid_out_anew_until_somebody_outside_has_the_file(desk):
    version = desk.published()
    first = prepared(desk, version)
    again = release.prepare(version=version, marking="OFFICIAL", by=desk.coordinator, at=RELEASED)
    assert (again.pk, again.state, again.sha256) == (first.pk, Rendition.State.QUEUED, "")
    with pytest.raises(ValidationError, match="being laid out at this moment"):
        release.prepare(version=version, marking="", by=desk.coordinator, at=RELEASED)
    second = renditions.make_one(rendition=again, make=make, clock=at(RELEASED))
    assert second.sha256 not in ("", first.sha256)
    released(desk, version)
    with pytest.raises(ValidationError, match="has been read by everybody"):
        release.prepare(version=version, marking="", by=desk.coordinator, at=RELEASED)


def test_a_file_that_failed_is_tried_again_by_the_same_button(desk):
    version = desk.published()
    for _ in range(renditions.MOST_ATTEMPTS):
        failed = prepared(desk, version, maker=out_of_paper)
    assert failed.state == Rendition.State.FAILED
    with pytest.raises(ValidationError, match="not ready yet"):
        released(desk, version)
    assert prepared(desk, version).state == Rendition.State.DONE


def test_every_sentence_has_to_be_ticked_for_the_file_that_was_looked_at(desk):
    version = desk.published()
    file = prepared(desk, version)
    wanted = sentences(version)
    for missing in wanted:
        with pytest.raises(ValidationError) as refused:
            released(desk, version, checks=[one for one in wanted if one != missing])
        assert refused.value.message_dict == {"checks": [f"Not ticked: {missing}"]}
    with pytest.raises(ValidationError, match="laid out anew"):
        released(desk, version, seen_pdf_sha256="0" * 64)
    with pytest.raises(ValidationError, match="as a page has changed"):
        released(desk, version, seen_html_sha256="0" * 64)
    assert not PublicRelease.objects.exists()
    one = released(desk, version)
    assert (one.checks, one.pdf_sha256, one.marking) == (wanted, file.sha256, "")
    assert released(desk, version) == one  # a second press


def test_a_hold_stops_it(desk):
    version = desk.published()
    prepared(desk, version)
    day = RELEASED.date()
    hold = HoldPeriod.objects.create(plan=desk.plan, starts_on=day, ends_on=day, reason="Local elections")
    with pytest.raises(
        ValidationError, match="Publishing is on hold until the end of 10 November 2026: Local elections"
    ):
        released(desk, version)
    first = released(desk, version, despite_hold="The Monitoring Officer agreed.")
    assert (first.despite_hold, first.by) == ("The Monitoring Officer agreed.", desk.coordinator)
    release.withdraw(version=version, reason="Again.", by=desk.coordinator, at=RELEASED)
    hold.ends_on = day - dt.timedelta(days=1)
    hold.starts_on = hold.ends_on
    hold.save()
    assert released(desk, version, despite_hold="Left in the form.").despite_hold == ""


def test_in_a_hold_the_page_asks_why_and_names_who_released_it_all_the_same(desk):
    version = desk.published()
    file = prepared(desk, version)
    HoldPeriod.objects.create(plan=desk.plan, starts_on=LATER.date(), ends_on=LATER.date(), reason="Local elections")
    client = client_of(desk.coordinator)
    page = client.get(reverse("reports:public", args=[version.report_id, 1])).text
    assert "Publishing is on hold until the end of 20 November 2026: Local elections." in page
    assert "Let everybody read it in spite of the hold" in page
    sent = {
        "checks": sentences(version),
        "seen_pdf_sha256": file.sha256,
        "seen_html_sha256": sha256_of(release.html_of(version, "")),
        "despite_hold": " ",
    }
    path = reverse("reports:release", args=[version.report_id, 1])
    assert "Say why everybody is to read it although publishing is on hold." in client.post(path, sent).text
    both = client.post(path, {**sent, "checks": []}).text
    assert "Tick every sentence." in both
    assert 'id="despite-hold-error"' in both, "said beside the field, whatever else is missing"
    assert not PublicRelease.objects.exists()
    shown = client.post(path, {**sent, "despite_hold": "The Monitoring Officer agreed."}, follow=True).text
    assert "in spite of a hold on publishing: The Monitoring Officer agreed." in shown


def test_withdrawn_it_can_be_checked_and_put_back(desk):
    version = desk.published()
    first = released(desk, version)
    with pytest.raises(PermissionDenied):
        release.withdraw(version=version, reason="Wrong.", by=desk.chair, at=LATER)
    with pytest.raises(ValidationError, match="Say why"):
        release.withdraw(version=version, reason=" \u200b", by=desk.coordinator, at=LATER)
    release.withdraw(version=version, reason="A name in section 3.", by=desk.coordinator, at=LATER)
    with pytest.raises(ValidationError, match="not among what everybody can read"):
        release.withdraw(version=version, reason="Again.", by=desk.coordinator, at=LATER)
    second = released(desk, version, at=LATER)
    assert second.pk != first.pk
    assert list(PublicRelease.objects.standing()) == [second]


def test_a_version_from_before_is_refused_in_a_sentence(desk):
    version = desk.published()
    text = to_json(quarterly())
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=text, snapshot_sha256=sha256_of(text))
    page = client_of(desk.coordinator).get(reverse("reports:public", args=[version.report_id, version.number]))
    assert "Make another version of the report first." in page.text


# --- The page ---------------------------------------------------------------------------------------------------------


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def press(client: Client, name: str, version: ReportVersion, **data) -> str:
    address = reverse(f"reports:{name}", args=[version.report_id, version.number])
    return " ".join(client.post(address, data, follow=True).text.split())


def test_the_coordinator_goes_from_marking_to_check_list_to_shelf_and_back(desk):
    version = desk.published()
    client = client_of(desk.coordinator)
    page = press(client, "prepare-public", version, marking="OFFICIAL")
    assert "The public PDF is asked for." in page
    assert "Let everybody read it" not in page
    file = release.file_of(version)
    renditions.make_one(rendition=file, make=make, clock=at(LATER))
    file.refresh_from_db()
    wanted = sentences(version, "OFFICIAL")
    page = client.get(reverse("reports:public", args=[version.report_id, version.number])).text
    for sentence in wanted:
        assert sentence in page
    seen = {"seen_pdf_sha256": file.sha256, "seen_html_sha256": sha256_of(release.html_of(version, "OFFICIAL"))}
    assert seen["seen_html_sha256"] in page
    page = press(client, "release", version, **seen, checks=wanted[:-1])
    assert "Tick every sentence. If one is not true" in page
    assert len(re.findall(r'name="checks"[^>]* checked', page)) == len(wanted) - 1
    assert not PublicRelease.objects.exists()
    page = press(client, "release", version, **seen, checks=wanted)
    assert "once an administrator opens the shelf" in page
    assert "Let everybody read it" not in page
    page = press(client, "withdraw", version, reason="")
    assert "Say why it is taken away." in page
    page = press(client, "withdraw", version, reason="A name.")
    assert "It is off the shelf." in page
    assert "A name." in page


def test_what_a_browser_was_never_offered_is_refused(desk):
    version = desk.published()
    file = prepared(desk, version)
    page = press(client_of(desk.coordinator), "release", version, seen_pdf_sha256=file.sha256, checks=["All is well."])
    assert "Tick every sentence." in page
    assert not PublicRelease.objects.exists()


def test_damaged_facts_keep_nothing_on_the_shelf(desk):
    version = desk.published()
    released(desk, version)
    ReportVersion.objects.filter(pk=version.pk).update(snapshot="{broken")
    client = client_of(desk.coordinator)
    page = client.get(reverse("reports:public", args=[version.report_id, 1]))
    assert page.status_code == 503
    assert "stay there until you take them off" in " ".join(page.text.split())
    path = reverse("reports:withdraw", args=[version.report_id, 1])
    assert f'action="{path}"' in page.text
    assert (
        f'action="{path}"'
        not in client_of(desk.analyst).get(reverse("reports:public", args=[version.report_id, 1])).text
    )
    refused = client.post(path, {"reason": " "}).text
    assert "Say why it is taken away." in refused
    assert PublicRelease.objects.standing().exists()
    client.post(path, {"reason": "A name."})
    assert not PublicRelease.objects.standing().exists()
