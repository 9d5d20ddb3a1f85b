"""A file that is damaged or missing comes back the same, or stays visibly damaged; nothing is published of it meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from reports import delivery
from reports.models import Rendition, ReportVersion
from reports.services import decisions, proof, release, renditions
from reports.tests.desk import LATER, Desk, Sheet, at, make, out_of_paper
from reports.tests.test_release import client_of, prepared, released

pytestmark = pytest.mark.django_db

State = Rendition.State


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk(public_shelf=True)


def lose(file: Rendition, settings) -> None:
    (Path(settings.MEDIA_ROOT) / file.pdf.name).unlink()


def final_of(version: ReportVersion) -> Rendition:
    return version.renditions.partners().get(stage="final")


def again(desk: Desk, file: Rendition, maker=make) -> Rendition:
    renditions.try_again(rendition=file, by=desk.coordinator, at=LATER)
    return renditions.make_one(rendition=file, make=maker, clock=at(LATER))


def test_a_lost_final_is_not_published_until_it_is_laid_out_again(desk, settings):
    version = desk.laid_out(desk.approved(), "final")
    file = final_of(version)
    content = delivery.read(file)
    with pytest.raises(ValidationError, match="its file is whole"):
        renditions.try_again(rendition=file, by=desk.coordinator, at=LATER)
    lose(file, settings)
    with pytest.raises(ValidationError, match="cannot be read from the file store"):
        decisions.publish(version=version, by=desk.coordinator, at=LATER)
    proof.check_stored(LATER)
    with pytest.raises(ValidationError, match="damaged: have it laid out again first"):
        decisions.publish(version=version, by=desk.coordinator, at=LATER)
    with pytest.raises(PermissionDenied):
        renditions.try_again(rendition=file, by=desk.chair, at=LATER)
    back = again(desk, file)
    assert (back.state, back.sha256, back.fault, back.finished_at) == (State.DONE, file.sha256, "", file.finished_at)
    assert delivery.read(back) == content
    assert decisions.publish(version=version, by=desk.coordinator, at=LATER).state == "published"


def test_other_bytes_do_not_take_its_place_and_the_fault_stays_in_sight(desk, settings):
    file = final_of(desk.published())
    lose(file, settings)
    back = again(desk, file, lambda html: Sheet(b"%PDF of another layout program"))
    assert (back.state, back.sha256) == (State.DONE, file.sha256)
    assert "cannot be read" in back.fault
    assert "came out other than the file that was made" in back.last_error
    with pytest.raises(delivery.FileLost):
        delivery.read(back)
    page = client_of(desk.coordinator).get(file.version.get_absolute_url()).text
    assert "came out other than the file that was made" in page
    assert "Lay out again" in page


def test_what_cannot_be_laid_out_again_is_as_damaged_as_it_was(desk, settings):
    file = final_of(desk.published())
    lose(file, settings)
    renditions.try_again(rendition=file, by=desk.coordinator, at=LATER)
    for hour in range(renditions.MOST_ATTEMPTS):
        file = renditions.make_one(rendition=file, make=out_of_paper, clock=at(LATER + dt.timedelta(hours=hour)))
    assert (file.state, file.last_error) == (State.DONE, "No space left on device")
    assert "cannot be read" in file.fault
    assert again(desk, file).fault == ""


def test_it_is_made_of_the_html_that_was_kept_whatever_the_portal_would_make_now(desk, settings, monkeypatch):
    file = final_of(desk.published())
    lose(file, settings)
    monkeypatch.setattr(renditions, "html_of", lambda rendition: "<p>Another template.</p>")
    assert again(desk, file).fault == ""
    # Of lost HTML the same has to come out.
    Rendition.objects.filter(pk=file.pk).update(html="")
    damaged = again(desk, file)
    assert "came out other" in damaged.last_error
    monkeypatch.undo()
    settings.MEDIA_ROOT = Path(settings.MEDIA_ROOT)
    whole = again(desk, damaged)
    assert (whole.html, whole.fault) == (file.html, "")


def test_a_public_file_without_its_bytes_is_not_released(desk, settings):
    version = desk.published()
    file = prepared(desk, version)
    lose(file, settings)
    with pytest.raises(ValidationError, match="Nobody can be given it"):
        released(desk, version)
    assert again(desk, file).sha256 == file.sha256
    assert released(desk, version)


def test_a_stranger_who_meets_a_lost_file_sets_the_alarm_and_the_coordinator_has_it_back_by_a_button(desk, settings):
    version = desk.published()
    released(desk, version)
    file = release.file_of(version)
    lose(file, settings)
    address = reverse("reports:published-pdf", args=[version.report_id, 1])
    assert Client().get(address).status_code == 503
    client = client_of(desk.coordinator)
    assert "Stored reports are damaged" in client.get("/").text
    button = reverse("reports:lay-out-public-again", args=[version.report_id, 1])
    assert button in client.get(reverse("reports:public", args=[version.report_id, 1])).text
    assert client_of(desk.chair).post(button).status_code == 403
    page = client.post(button, follow=True).text
    assert "The public PDF is to be laid out again." in page
    renditions.make_one(rendition=file, make=make, clock=at(LATER))
    assert Client().get(address).status_code == 200
    assert "its file is whole" in client.post(button, follow=True).text
    assert "Stored reports are damaged" not in client.get("/").text
