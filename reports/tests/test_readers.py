"""What readers get: the page and the file that were checked for everybody, while they stand, and nobody's withheld words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from partners.models import OutgoingEmail
from priorities.models import Plan
from reports.models import AudienceList, PublicRelease, ReportVersion
from reports.services import proof, release, sending
from reports.tests.desk import LATER, Desk
from reports.tests.test_release import client_of, prepared, released, second_version
from reports.views import edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    with time_machine.travel(LATER):
        desk = Desk(public_shelf=True)
        yield desk


def pdf(version: ReportVersion) -> str:
    return reverse("reports:pdf", args=[version.report_id, version.number, "final"])


def test_before_the_check_list_a_reader_is_told_so_and_whom_to_ask(desk):
    version = desk.published()
    client = client_of(desk.reader)
    for _ in range(2):
        page = client.get(version.get_absolute_url())
        assert "The version for readers is being checked. If you need it, ask the Community Safety Team." in page.text
        assert "The Partnership is asked to" not in page.text
        assert client.get(pdf(version)).status_code == 404
        for path in ("/reports/", "/"):
            assert "There is no published report to read yet." in client.get(path).text
            assert version.get_absolute_url() not in client.get(path).text
        prepared(desk, version)  # laid out, and nobody has ticked anything
    assert "The Partnership is asked to" in client_of(desk.officer).get(version.get_absolute_url()).text


def test_after_it_a_reader_has_the_page_and_the_file_with_their_marking_until_they_are_taken_back(desk):
    version = desk.published()
    prepared(desk, version, marking="OFFICIAL")
    kept = released(desk, version)
    client = client_of(desk.reader)
    page = client.get(version.get_absolute_url())
    assert kept.html in page.text
    assert "marked <strong>OFFICIAL</strong>" in page.text
    assert client.get(pdf(version)).status_code == 200
    for path in ("/reports/", "/"):
        assert "no published report" not in client.get(path).text
    release.withdraw(version=version, reason="A victim can be recognised.", by=desk.coordinator, at=LATER)
    page = client.get(version.get_absolute_url())
    assert "The version for readers was taken back." in page.text
    for path in ("/reports/", "/", "/reports/compare/"):
        assert str(version.report.period.label) not in client.get(path).text
    assert "A victim" not in page.text
    assert "The Partnership is asked to" not in page.text
    assert client.get(pdf(version)).status_code == 404


def test_a_partners_marking_shuts_readers_out_until_a_public_one_is_chosen(desk):
    Plan.objects.update(marking="OFFICIAL-SENSITIVE")
    desk.plan.refresh_from_db()
    version = desk.published()
    assert version.document().paper.marking == "OFFICIAL-SENSITIVE"
    page = client_of(desk.reader).get(version.get_absolute_url())
    assert "is being checked" in page.text
    assert "The Partnership is asked to" not in page.text


def test_the_page_that_was_checked_stays_whatever_the_portal_would_make_of_it_now(desk, monkeypatch):
    version = desk.published()
    kept = released(desk, version)
    real = release.for_public

    def other(document, marking=""):
        public = real(document, marking)
        return dataclasses.replace(public, paper=dataclasses.replace(public.paper, strategic_objective="OTHER RULES"))

    monkeypatch.setattr(release, "for_public", other)
    assert "OTHER RULES" in release.html_of(version, "")
    address = reverse("reports:published", args=[version.report_id, 1])
    for page in (Client().get(address), client_of(desk.reader).get(version.get_absolute_url())):
        assert "OTHER RULES" not in page.text
        assert kept.html in page.text


def test_a_release_from_before_pages_were_kept_is_its_pdf_alone(desk):
    version = desk.published()
    released(desk, version)
    PublicRelease.objects.update(html="", html_sha256="")
    address = reverse("reports:published", args=[version.report_id, 1])
    page = Client().get(address)
    assert "published as a PDF alone" in page.text
    assert reverse("reports:published-pdf", args=[version.report_id, 1]) in page.text


# --- A corrected version ----------------------------------------------------------------------------------------------

SECRET = "Deaths in Raby Road were 3, not 4."


@pytest.fixture
def corrected(desk, monkeypatch) -> ReportVersion:
    """Version 2, published for the Partnership, while everybody still reads version 1. Its reason is withheld."""
    first = desk.published()
    released(desk, first)
    real = release.for_public

    def withheld(document, marking=""):
        public = real(document, marking)
        reason = public.paper.reason and "Withheld."
        return dataclasses.replace(public, paper=dataclasses.replace(public.paper, reason=reason))

    for module in (release, edition):
        monkeypatch.setattr(module, "for_public", withheld)
    return second_version(desk, first, reason=SECRET)


def told(desk: Desk, version: ReportVersion, user) -> str:
    """Every page and mail on which the reason could stand, as this person gets them."""
    client = client_of(user)
    addresses = (
        version.get_absolute_url(),
        f"{reverse('reports:compare')}?a={version.report_id}.1&b={version.report_id}.2",
        f"{reverse('reports:check')}?sha256={version.snapshot_sha256}",
        "/reports/",
        "/",
    )
    everybody = AudienceList.objects.create(plan=desk.plan, name=f"For {user.email}")
    everybody.people.add(user)
    sending.send(version=version, audiences=[everybody], by=desk.coordinator, at=LATER)
    mail = OutgoingEmail.objects.get(kind=sending.KIND, recipient=user)
    return "\n".join([*(client.get(path).text for path in addresses), mail.text, mail.html])


def test_the_reason_for_it_reaches_readers_as_the_public_version_has_it_or_not_at_all(desk, corrected):
    assert told(desk, corrected, desk.officer).count(SECRET) >= 5  # page, comparison, check and both halves of the mail
    before = told(desk, corrected, desk.reader)
    assert "Raby Road" not in before
    assert "Why there is another version" not in before
    released(desk, corrected, at=LATER)
    client = client_of(desk.reader)
    after = client.get(f"{reverse('reports:check')}?sha256={corrected.snapshot_sha256}").text
    assert "Withheld." in after
    for name in ("compare", "version"):
        address = (
            corrected.get_absolute_url()
            if name == "version"
            else f"{reverse('reports:compare')}?a={corrected.report_id}.1&b={corrected.report_id}.2"
        )
        page = client.get(address).text
        assert "Withheld." in page, name
        assert "Raby Road" not in page, name
    assert release.public_reason(corrected) == "Withheld."


def test_everybody_concerned_is_told_until_it_is_released(desk, corrected):
    first = ReportVersion.objects.get(report=corrected.report, number=1)
    public = reverse("reports:published", args=[first.report_id, 1])
    link = reverse("reports:public", args=[corrected.report_id, 2])

    def says() -> list[bool]:
        coordinator = client_of(desk.coordinator)
        return [
            "A corrected version is being prepared." in Client().get(public).text,
            "Readers and everybody outside still read version 1" in coordinator.get("/").text,
            "Readers and everybody outside still read version 1" in coordinator.get(link.replace("public/", "")).text,
            "a corrected version"
            in dict(proof.ask(proof.Print(first.snapshot_sha256), user=None).about)["Replaced by"],
        ]

    assert says() == [True] * 4
    assert link in client_of(desk.coordinator).get("/").text
    assert "still read version 1" not in client_of(desk.officer).get("/").text
    released(desk, corrected, at=LATER)
    assert says() == [False] * 4


def test_lists_hold_what_a_reader_can_read_and_say_that_more_is_coming(desk, corrected):
    first = ReportVersion.objects.get(report=corrected.report, number=1)
    client = client_of(desk.reader)
    for path in ("/reports/", "/"):
        page = client.get(path).text
        assert "orrected version is being checked for readers" in page
        assert "Replaced" not in page
    assert first.get_absolute_url() in client.get("/").text
    assert client.get(corrected.report.get_absolute_url()).url == first.get_absolute_url()
    assert f'"{corrected.get_absolute_url()}"' not in client.get("/").text
    assert f'value="{corrected.report_id}.2"' not in client.get("/reports/compare/").text
    released(desk, corrected, at=LATER)
    for path in ("/reports/", "/"):
        assert "being checked for readers" not in client.get(path).text
    assert client.get(corrected.report.get_absolute_url()).url == corrected.get_absolute_url()


def test_who_sends_it_is_told_which_readers_cannot_open_it_yet(desk, corrected):
    everybody = AudienceList.objects.create(plan=desk.plan, name="Members")
    everybody.people.add(desk.reader, desk.officer)
    address = reverse("reports:send-to-lists", args=[corrected.report_id, 2])
    page = client_of(desk.coordinator).get(address).text
    assert f"Cannot open it yet, as readers: {desk.reader.name}</p>" in page
    released(desk, corrected, at=LATER)
    assert "Cannot open it yet" not in client_of(desk.coordinator).get(address).text
