"""Evidence from the form to the shelf and back: who adds it, who may have it, what the scanner says, what is swept away."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings

from actions.filetypes import LARGEST, examine
from actions.models import Action, Evidence, ProgressUpdate
from actions.rating import Rating
from actions.services import evidence
from actions.services.updates import add_words, post_update
from actions.tests import samples
from actions.tests.clamd import Clamd, clamd
from actions.tests.makers import H1_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, filled, on, url
from partners import delivery
from partners.models import User

pytestmark = pytest.mark.django_db

LINK = "https://www.hartlepool.gov.uk/plan?year=2026"


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A file store of the test's own."""
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        yield tmp_path


@pytest.fixture
def scanner() -> Iterator[Clamd]:
    with clamd() as server, override_settings(CLAMAV_URL=server.address):
        yield server


def upload(name: str = "plan.pdf", content: bytes = samples.PDF, claimed: str = "text/html") -> SimpleUploadedFile:
    """A file as a browser sends it; what it claims to be is never asked."""
    return SimpleUploadedFile(name, content, claimed)


def stored() -> list[Path]:
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    return sorted(place for place in folder.rglob("*") if place.is_file()) if folder.exists() else []


def said(cast: Cast, number: int = 1, action: Action | None = None, **changed: Any) -> ProgressUpdate:
    wanted = {
        "action": action or cast.action(f"ASB-0{number}"),
        "by": cast.officer,
        "at": NOW,
        "today": TODAY,
        "submission_key": key(number),
        "period": H1_2026,
        "rating": Rating.ON_TRACK,
        "narrative": "Two patrols a week.",
        **changed,
    }
    return post_update(**wanted)


def attached(update: ProgressUpdate, by: User, name: str = "plan.pdf", content: bytes = samples.PDF) -> Evidence:
    """A file with an update, its row committed as far as the shelf can tell."""
    files = evidence.bring([examine(name, content)])
    (row,) = evidence.attach(update=update, by=by, at=NOW, files=files)
    delivery.settle(row.file.name)
    return row


def fetch(row: Evidence, who: User | None, **headers: str) -> Any:
    client = browser(who) if who else Client()
    with on():
        return client.get(f"/actions/evidence/{row.pk}/", headers=headers)


# --- Through the update form --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_update_takes_files_and_links_with_it(cast: Cast):
    action = cast.action()
    files = [upload(), upload("visits.csv", b"Month,Visits\nJune,4\n")]
    with on():
        response = browser(cast.officer).post(
            url(action, "update/"), filled(evidence_files=files, evidence_links=f"{LINK}\n\n{LINK}")
        )
    assert response.status_code == 302
    pdf, csv, link = Evidence.objects.order_by("pk")
    assert (pdf.name, pdf.media_type, pdf.size, pdf.scan) == (
        "plan.pdf",
        "application/pdf",
        len(samples.PDF),
        "not_asked",
    )
    assert (csv.media_type, csv.by, csv.update.action) == ("text/csv; charset=utf-8", cast.officer, action)
    assert (link.kind, link.url, link.name) == ("link", LINK, "www.hartlepool.gov.uk/plan")
    assert {place.relative_to(settings.MEDIA_ROOT).as_posix() for place in stored()} == {pdf.file.name, csv.file.name}
    assert "plan" not in pdf.file.name
    with on():
        history = browser(cast.outsider).get(url(action)).content.decode()
    assert f"/actions/evidence/{pdf.pk}/" in history
    assert "not scanned for viruses" in history
    assert 'rel="noopener noreferrer nofollow external"' in history


def test_a_file_that_is_refused_leaves_nothing_and_keeps_the_words(cast: Cast):
    action = cast.action()
    sent = filled(evidence_files=[upload(content=b"<html>"), upload("visits.csv", b"a,b\n")], narrative="Kept words.")
    with on():
        page = browser(cast.officer).post(url(action, "update/"), sent)
    text = page.content.decode()
    assert page.status_code == 200
    assert "the content is not a PDF" in text
    assert "Choose the files again: “plan.pdf”, “visits.csv” could not be kept." in text
    assert "Kept words." in text
    assert not ProgressUpdate.objects.exists()
    assert stored() == []


def test_an_error_elsewhere_asks_for_the_files_again(cast: Cast):
    action = cast.action()
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(narrative="", evidence_files=[upload()]))
    assert "Choose the file again: “plan.pdf” could not be kept." in page.content.decode()
    assert stored() == []


def test_what_the_verb_refuses_asks_for_the_files_again_and_clears_the_shelf(cast: Cast):
    action = cast.action(due_on=dt.date(2026, 9, 30))  # on track past its date wants a reason
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(evidence_files=[upload()]))
    assert "Choose the file again" in page.content.decode()
    assert not ProgressUpdate.objects.exists()
    assert stored() == []


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        ("javascript:alert(1)", "begin each link with https:// or http://"),
        ("ftp://example.org/a", "begin each link with https:// or http://"),
        ("file:///etc/passwd", "begin each link with https:// or http://"),
        ("www.example.org", "begin each link with https:// or http://"),
        ("https://", "is not a web address"),
        ("https://exa mple.org/", "is not a web address"),
        ("https://user:secret@example.org/", "holds a name or password"),
        ("https://example.org/" + "a" * 500, "longer than 500 characters"),
        ("\n".join(f"https://example.org/{n}" for n in range(6)), "up to 5 links; there are 6"),
        ("https://example.org/\u202egpj", "hidden character that reverses writing"),
    ],
)
def test_links_are_web_addresses_alone(cast: Cast, links: str, sentence: str):
    action = cast.action()
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(evidence_links=links))
    assert sentence in page.content.decode()
    assert not ProgressUpdate.objects.exists()


def test_six_files_are_one_too_many(cast: Cast):
    action = cast.action()
    files = [upload(f"{n}.txt", f"{n}".encode()) for n in range(6)]
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(evidence_files=files))
    assert "Choose up to 5 files; you chose 6." in page.content.decode()
    assert stored() == []


def test_a_byte_too_many_is_said_beside_the_field(cast: Cast):
    action = cast.action()
    files = [upload("a.txt", b"a" * (LARGEST + 1))]
    with on():
        page = browser(cast.officer).post(url(action, "update/"), filled(evidence_files=files))
    assert "“a.txt” is larger than 10 MB." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_keeps_one_file(cast: Cast):
    action = cast.action()
    for _ in range(2):
        with on():
            sent = filled(evidence_files=[upload()], evidence_links=LINK)
            assert browser(cast.officer).post(url(action, "update/"), sent).status_code == 302
    assert Evidence.objects.count() == 2
    assert len(stored()) == 1


# --- Requests too large to read -----------------------------------------------------------------------------------------


def test_a_request_that_says_it_is_too_large_is_not_read(cast: Cast):
    response = browser(cast.officer).post(
        url(cast.action(), "update/"),
        filled(evidence_files=[upload()]),
        CONTENT_LENGTH=str(settings.LARGEST_REQUEST + 1),
    )
    assert response.status_code == 413
    assert "up to 5 files of 10 MB each" in response.content.decode()
    assert not ProgressUpdate.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [{f"f{n}": "1" for n in range(10_000)}, {f"f{n}": upload(f"{n}.txt", b"a") for n in range(100)}],
    ids=["10,000 fields", "100 files"],
)
def test_a_flood_of_fields_or_files_is_refused(cast: Cast, sent: dict[str, Any]):
    action = cast.action()
    with on():
        response = browser(cast.officer).post(url(action, "update/"), {**filled(), **sent})
    assert response.status_code == 400
    assert not ProgressUpdate.objects.exists()


def test_a_full_disk_loses_no_words(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "write_whole", full)
    action = cast.action()
    with on():
        page = browser(cast.officer).post(
            url(action, "update/"), filled(evidence_files=[upload()], narrative="Kept words.")
        )
    assert "cannot be stored at the moment" in page.content.decode()
    assert "Kept words." in page.content.decode()
    assert not ProgressUpdate.objects.exists()


# --- Added afterwards ---------------------------------------------------------------------------------------------------


def add(update: ProgressUpdate, who: User, **sent: Any) -> Any:
    with on():
        return browser(who).post(f"/actions/updates/{update.pk}/evidence/", sent)


def test_evidence_is_added_to_ones_own_update(cast: Cast):
    update = said(cast)
    assert add(update, cast.officer, evidence_files=[upload()], evidence_links=LINK).status_code == 302
    assert Evidence.objects.filter(update=update).count() == 2


def test_the_same_content_under_a_second_name_is_told_as_what_it_is(cast: Cast):
    update = said(cast)
    attached(update, cast.officer, "plan.pdf")
    with on():
        address = f"/actions/updates/{update.pk}/evidence/"
        page = browser(cast.officer).post(address, {"evidence_files": [upload("again.pdf")]}, follow=True)
    shown = html.unescape(page.content.decode())
    assert "“again.pdf” holds exactly what “plan.pdf” holds, which stands there already. It is kept once." in shown
    assert "The evidence stands with your update" not in shown
    assert [row.name for row in Evidence.objects.filter(update=update)] == ["plan.pdf"]


def test_a_supporting_partner_adds_to_its_words(cast: Cast):
    words = add_words(
        action=cast.action(), by=cast.supporter, at=NOW, today=TODAY, submission_key=key(7), period=H1_2026, narrative="We helped."
    )  # fmt: skip
    assert add(words, cast.supporter, evidence_files=[upload()]).status_code == 302


@pytest.mark.parametrize("who", ["colleague", "supporter", "lead", "coordinator", "chair", "analyst"])
def test_nobody_adds_to_anothers_update(cast: Cast, who: str):
    update = said(cast)
    assert add(update, getattr(cast, who), evidence_links=LINK).status_code == 403
    with pytest.raises(PermissionDenied):
        evidence.attach(update=update, by=getattr(cast, who), at=NOW, links=[LINK])
    assert not Evidence.objects.exists()


def test_nothing_chosen_is_said(cast: Cast):
    page = add(said(cast), cast.officer)
    assert page.status_code == 200
    assert "Choose a file, or give a link below." in page.content.decode()


def test_an_update_carries_five_files_in_all(cast: Cast):
    update = said(cast)
    for n in range(5):
        attached(update, cast.officer, f"{n}.txt", f"{n}".encode())
    page = add(update, cast.officer, evidence_files=[upload()])
    assert "One update carries up to 5 files" in page.content.decode()
    assert Evidence.objects.count() == 5
    assert len(stored()) == 5


def test_a_period_whose_report_is_approved_is_closed(cast: Cast):
    update = said(cast)
    cast.round.settled_at = NOW
    cast.round.save()
    later = NOW + dt.timedelta(days=200)
    with pytest.raises(ValidationError, match="is closed"):
        evidence.attach(update=update, by=cast.officer, at=later, links=[LINK])


# --- Handing out --------------------------------------------------------------------------------------------------------


def test_a_file_is_an_attachment_in_a_sandbox(cast: Cast):
    row = attached(said(cast), cast.officer)
    response = fetch(row, cast.outsider)
    assert response.content == samples.PDF
    assert response["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    policy = {part.strip() for part in response["Content-Security-Policy"].split(";")}
    assert {"sandbox", "default-src 'none'", "script-src 'none'", "frame-ancestors 'none'"} <= policy


def test_a_name_in_other_letters_is_written_by_rfc_6266(cast: Cast):
    row = attached(said(cast), cast.officer, "Tŷ “Ŵyl”.txt", b"a")
    assert fetch(row, cast.officer)["Content-Disposition"] == (
        "attachment; filename*=utf-8''T%C5%B7%20%E2%80%9C%C5%B4yl%E2%80%9D.txt"
    )


@pytest.mark.parametrize("headers", [{"Range": "bytes=0-3"}, {"If-None-Match": "*"}, {"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"}])  # fmt: skip
def test_tricks_with_ranges_and_validators_get_the_whole_file_or_nothing(cast: Cast, headers: dict[str, str]):
    row = attached(said(cast, restricted=True), cast.officer)
    whole = fetch(row, cast.officer, **headers)
    assert (whole.status_code, whole.content) == (200, samples.PDF)
    assert "ETag" not in whole
    assert fetch(row, cast.outsider, **headers).status_code == 404


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("officer", 200),
        ("colleague", 200),
        ("lead", 200),
        ("coordinator", 200),
        ("analyst", 200),
        ("chair", 200),
        ("supporter", 404),
        ("outsider", 404),
        ("reader", 404),
        ("admin", 404),
    ],
)
def test_restricted_evidence_is_for_those_who_read_the_words(cast: Cast, who: str, answer: int):
    row = attached(said(cast, restricted=True), cast.officer)
    person = getattr(cast, who)
    assert fetch(row, person).status_code == answer
    with on():
        history = browser(person).get(url(row.update.action))
    assert (b"plan.pdf" in history.content) is (answer == 200)


def test_the_right_is_asked_for_at_every_fetch(cast: Cast):
    row = attached(said(cast, restricted=True), cast.officer)
    client = browser(cast.lead)
    with on():
        assert client.get(f"/actions/evidence/{row.pk}/").status_code == 200
        cast.sub_group.lead = None
        cast.sub_group.save()
        assert client.get(f"/actions/evidence/{row.pk}/").status_code == 404


def test_a_stranger_is_sent_to_sign_in_and_the_store_has_no_address(cast: Cast):
    row = attached(said(cast), cast.officer)
    assert fetch(row, None).status_code == 302
    with on():
        for address in (f"/media/{row.file.name}", f"/{row.file.name}", f"/no-such-place/{row.file.name}", f"/static/../{row.file.name}"):  # fmt: skip
            assert browser(cast.coordinator).get(address).status_code == 404


def test_a_link_is_no_file(cast: Cast):
    (row,) = evidence.attach(update=said(cast), by=cast.officer, at=NOW, links=[LINK])
    assert fetch(row, cast.officer).status_code == 404


@pytest.mark.parametrize("harm", ["lost", "changed"])
def test_a_file_that_is_not_the_one_that_was_taken_is_not_given(cast: Cast, harm: str):
    row = attached(said(cast), cast.officer)
    (place,) = stored()
    place.unlink() if harm == "lost" else place.write_bytes(b"another")
    response = fetch(row, cast.officer)
    assert response.status_code == 503
    assert b"another" not in response.content


# --- The scanner --------------------------------------------------------------------------------------------------------


def test_a_file_waits_for_the_scanner_unserved(cast: Cast, scanner: Clamd):
    row = attached(said(cast), cast.officer)
    assert row.scan == "waiting"
    refused = fetch(row, cast.officer)
    assert refused.status_code == 403
    assert "waits for the virus scanner" in refused.content.decode()
    assert evidence.any_waiting()
    assert evidence.scan_waiting() == 1
    assert scanner.seen == [samples.PDF]
    assert fetch(row, cast.officer).content == samples.PDF
    with on():
        assert "no virus found" in browser(cast.officer).get(url(row.update.action)).content.decode()
    assert evidence.scan_waiting() == 0


def test_a_virus_is_removed_and_its_row_says_so(cast: Cast, scanner: Clamd):
    row = attached(said(cast), cast.officer, "eicar.txt", samples.EICAR)
    assert evidence.scan_waiting() == 1
    row.refresh_from_db()
    assert (row.scan, row.scan_note) == ("infected", "Eicar-Test-Signature; the file was removed.")
    assert stored() == []
    refused = fetch(row, cast.officer)
    assert refused.status_code == 403
    assert "A virus was found in “eicar.txt”" in refused.content.decode()
    with on():
        assert (
            "a virus was found and the file removed"
            in browser(cast.officer).get(url(row.update.action)).content.decode()
        )


def test_while_the_scanner_is_away_files_wait(cast: Cast, scanner: Clamd):
    row = attached(said(cast), cast.officer)
    with override_settings(CLAMAV_URL="tcp://127.0.0.1:1"):
        assert evidence.scan_waiting() == 0
    row.refresh_from_db()
    assert (row.scan, row.scan_note) == ("waiting", "The virus scanner does not answer (ConnectionRefusedError).")
    assert fetch(row, cast.officer).status_code == 403
    assert evidence.scan_waiting() == 1
    row.refresh_from_db()
    assert (row.scan, row.scan_note) == ("clean", "")


def test_what_cannot_be_judged_holds_up_nothing_else(cast: Cast, scanner: Clamd):
    update = said(cast)
    first = attached(update, cast.officer)
    scanner.answer = b"INSTREAM size limit exceeded. ERROR"
    evidence.scan_waiting()
    scanner.answer = b""
    (Path(settings.MEDIA_ROOT) / first.file.name).unlink()
    second = attached(update, cast.officer, "a.txt", b"a")
    assert evidence.scan_waiting() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.scan, second.scan) == ("waiting", "clean")


def test_without_a_scanner_nothing_is_asked(cast: Cast):
    attached(said(cast), cast.officer)
    assert not evidence.any_waiting()
    assert evidence.scan_waiting() == 0


def test_what_came_before_there_was_a_scanner_is_judged_as_soon_as_there_is_one_and_served_till_then(cast: Cast):
    update = said(cast)
    clean, bad = attached(update, cast.officer), attached(update, cast.officer, "eicar.txt", samples.EICAR)
    link = evidence.attach(update=update, by=cast.officer, at=NOW, links=[LINK])
    assert (clean.scan, bad.scan, link[0].scan) == ("not_asked", "not_asked", "not_asked")
    with override_settings(CLAMAV_URL="tcp://127.0.0.1:1"):
        assert evidence.any_waiting()
        assert evidence.scan_waiting() == 0
        assert fetch(clean, cast.officer).content == samples.PDF
    with clamd() as server, override_settings(CLAMAV_URL=server.address):
        assert evidence.scan_waiting() == 2
        assert not evidence.any_waiting()
    assert list(Evidence.objects.order_by("pk").values_list("scan", flat=True)) == ["clean", "infected", "not_asked"]
    assert fetch(bad, cast.officer).status_code == 403


def test_what_waits_unserved_is_judged_before_what_is_served_unscanned(cast: Cast):
    update = said(cast)
    attached(update, cast.officer)
    with clamd() as server, override_settings(CLAMAV_URL=server.address):
        attached(update, cast.officer, "new.txt", b"new")
        assert evidence.scan_waiting() == 2
        assert server.seen == [b"new", samples.PDF]


# --- The sweep ----------------------------------------------------------------------------------------------------------


def test_what_no_row_names_is_swept_away_after_an_hour(cast: Cast):
    """A request that died between the shelf and its rows."""
    evidence.bring([examine("plan.pdf", samples.PDF)])
    (orphan,) = stored()
    written = dt.datetime.fromtimestamp(orphan.stat().st_mtime, tz=dt.UTC)
    assert evidence.sweep(written + dt.timedelta(minutes=59)) == 0
    assert stored() == [orphan]
    assert evidence.sweep(written + dt.timedelta(minutes=61)) == 1
    assert stored() == []


def test_a_file_whose_row_is_there_is_put_in_its_place(cast: Cast):
    """A process that died between the commit and the move: the file is served all the while."""
    files = evidence.bring([examine("plan.pdf", samples.PDF)])
    (row,) = evidence.attach(update=said(cast), by=cast.officer, at=NOW, files=files)
    (waiting,) = stored()
    assert fetch(row, cast.officer).content == samples.PDF
    written = dt.datetime.fromtimestamp(waiting.stat().st_mtime, tz=dt.UTC)
    assert evidence.sweep(written + dt.timedelta(hours=2)) == 0
    assert [place.relative_to(settings.MEDIA_ROOT).as_posix() for place in stored()] == [row.file.name]
    assert fetch(row, cast.officer).content == samples.PDF


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_no_file(cast: Cast):
    update = said(cast)

    def fail() -> None:
        with evidence.on_the_shelf([examine("plan.pdf", samples.PDF)]) as files, transaction.atomic():
            evidence.attach(update=update, by=cast.officer, at=NOW, files=files)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stored() == []
    assert not Evidence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_keep_to_the_limit_and_to_one_of_each(cast: Cast):
    update = said(cast)
    faults: list[Exception] = []
    refused: list[ValidationError] = []

    def one(number: int) -> None:
        try:
            with evidence.on_the_shelf([examine("a.txt", f"{number % 7}".encode())]) as files, transaction.atomic():
                evidence.attach(update=update, by=cast.officer, at=NOW, files=files)
        except ValidationError as fault:
            refused.append(fault)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert len(refused) == 4  # the sixth and seventh kind, twice each
    assert Evidence.objects.count() == 5
    assert len({row.sha256 for row in Evidence.objects.all()}) == 5
    assert {hashlib.sha256(place.read_bytes()).hexdigest() for place in stored()} == {
        row.sha256 for row in Evidence.objects.all()
    }
    assert len(stored()) == 5


# --- What is folded away --------------------------------------------------------------------------------------------------


def test_the_questions_are_folded_away_until_something_stands_there(cast: Cast):
    action = cast.action()
    with on():
        client = browser(cast.officer)
        fresh = client.get(url(action, "update/")).content.decode()
        empty = client.post(url(action, "update/"), filled(narrative="")).content.decode()
        wrong = client.post(url(action, "update/"), filled(evidence_links="www.example.org")).content.decode()
    assert 'evidence-fields">' in fresh
    assert 'evidence-fields">' in empty
    assert 'evidence-fields" open>' in wrong
