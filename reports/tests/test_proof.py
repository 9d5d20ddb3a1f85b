"""“Check this PDF is ours”, and what we keep held against its hash: ours, changed, replaced, somebody else's, damaged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from priorities.models import Plan
from reports import delivery
from reports.forms import check as check_form
from reports.models import PublicRelease, Rendition, ReportVersion, StoredFile
from reports.services import building, decisions, proof, release, renditions
from reports.tests.desk import LATER, Q2, Desk, Sheet, at, make
from reports.tests.test_release import client_of, prepared, released, second_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings, tmp_path) -> Iterator[Desk]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(LATER):
        yield Desk()


def open_shelf() -> None:
    Plan.objects.update(public_shelf=True)


def ask(user, content: bytes, name: str = "report.pdf") -> str:
    """The words of the page's answer to a file, as this person (None: a stranger) reads them."""
    client = client_of(user) if user else Client()
    answer = client.post("/check/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    return " ".join(answer.text.split())


def partners(version: ReportVersion, stage: str = "final") -> bytes:
    return delivery.read(version.renditions.partners().get(stage=stage))


def approve(desk: Desk, version: ReportVersion) -> ReportVersion:
    decisions.send_to_chair(version=version, by=desk.coordinator, at=LATER)
    decisions.approve(version=version, by=desk.chair, at=LATER, **desk.seen(version))
    return version


def named(html: str) -> Sheet:
    """A PDF maker whose files name their facts, as the real one's metadata do."""
    facts = html.partition('content="facts ')[2][:64]
    return Sheet(f"%PDF-1.7 <pdf:Keywords>facts {facts}</pdf:Keywords> {len(html)}".encode())


def test_a_file_of_ours_is_named_with_its_decision(desk):
    version = desk.published()
    said = ask(desk.analyst, partners(version))
    assert "✓ </span>Ours" in said
    assert "Six-monthly partnership report, April to September 2026, version 1, final, made 28 October 2026" in said
    assert "Approved for the Partnership by" in said
    assert "3 November 2026" in said
    assert "none, this is the newest" in said
    assert f'href="{version.get_absolute_url()}"' in said
    assert "version 1, draft, made" in ask(desk.analyst, partners(version, "draft"))


def test_a_replaced_version_names_what_replaced_it(desk):
    first = desk.published()
    released(desk, first)
    public = delivery.read(release.file_of(first))
    desk.another(first)
    assert "version 2, not yet in its place: draft" in ask(desk.officer, partners(first))
    assert "none, this is the newest" in ask(desk.reader, public)  # of drafts a reader knows nothing
    ReportVersion.objects.filter(number=1).update(state="replaced")
    ReportVersion.objects.filter(number=2).update(state="published", published_at=LATER)
    assert "version 2, published 20 November 2026" in ask(desk.reader, public)
    assert "version 2, published 20 November 2026" in ask(desk.officer, partners(first))


def test_a_draft_that_was_returned_says_so_and_what_was_published_instead(desk):
    first = desk.with_chair()
    decisions.return_to_coordinator(version=first, by=desk.chair, at=LATER, comment="Say more.", **desk.seen(first))
    desk.another(first)
    said = ask(desk.officer, partners(first, "draft"))
    assert "Returned by the " in said.partition("Decision")[2]
    assert ", 20 November 2026" in said
    assert "none yet" not in said
    assert "version 2, not yet in its place: draft" in said
    ReportVersion.objects.filter(number=2).update(state="published", published_at=LATER)
    said = ask(desk.officer, partners(first, "draft"))
    assert "Replaced by" in said
    assert "version 2, published 20 November 2026" in said


def test_somebody_elses_file_is_not_ours(desk):
    desk.published()
    for content in (b"%PDF-1.4 of another council", b"GIF89a", b"\x00" * 10):
        said = ask(desk.officer, content)
        assert "Not ours" in said
        assert "Six-monthly" not in said
    assert "This file is empty." in ask(desk.officer, b"")
    assert "Choose a file." in client_of(desk.officer).post("/check/").text


def test_one_changed_byte_is_told_and_which_report_it_says_it_is(desk):
    version = desk.published()
    prepared(desk, version, maker=named)
    file = delivery.read(release.file_of(version))
    assert "unchanged" in ask(desk.officer, file)
    said = ask(desk.officer, file.replace(b"PDF-1.7", b"PDF-1.6"))
    assert "✗ </span>Changed" in said
    assert "its bytes are others" in said
    assert "Six-monthly partnership report, April to September 2026, version 1" in said
    assert "Not ours" in ask(desk.officer, file.replace(version.snapshot_sha256.encode(), b"0" * 64))


def laid_out_naming_facts(file: Rendition) -> Rendition:
    """As it came out of a maker whose files name their facts."""
    Rendition.objects.filter(pk=file.pk).update(state="queued", attempts=0, sha256="", pdf="", html="", html_sha256="")
    return renditions.make_one(rendition=file, make=named, clock=at(LATER))


def test_a_true_file_that_somebody_may_not_see_is_not_said_to_be_changed(desk):
    version = desk.published()
    draft, final = (
        delivery.read(laid_out_naming_facts(version.renditions.partners().get(stage=stage)))
        for stage in ("draft", "final")
    )
    prepared(desk, version, "OFFICIAL", maker=named)
    given_up = delivery.read(release.file_of(version))
    prepared(desk, version, maker=named)
    released(desk, version)
    open_shelf()
    for file in (draft, final, given_up):
        assert "ours, unchanged" in ask(desk.officer, file).lower()
        for user, sentence in ((desk.reader, proof.NOT_TO_BE_SEEN), (None, proof.NOT_PUBLIC)):
            said = ask(user, file)
            assert sentence in said
            assert "✗ </span>Not published" in said
            assert "its bytes are others" not in said
            assert "Six-monthly" not in said
        assert "its bytes are others" in ask(desk.reader, file + b"!")


def test_a_file_that_was_set_aside_is_ours_all_the_same(desk):
    version = desk.draft(kind="quarterly", period=Q2)
    decisions.prepare(version=version, by=desk.coordinator, at=LATER)
    early = partners(desk.laid_out(version, "final"))
    Plan.objects.update(quarterly_needs_chair=True)
    version = ReportVersion.objects.get(pk=version.pk)
    approve(desk, version)
    said = ask(desk.officer, early)
    assert "✓ </span>Ours, set aside" in said
    assert "set aside on 20 November 2026, 12:00 before it was published" in said
    assert "Quarterly performance report, Q2 2026/27, version 1, final" in said
    decisions.publish(version=desk.laid_out(version, "final"), by=desk.coordinator, at=LATER)
    assert "ours, unchanged" in ask(desk.officer, partners(version)).lower()

    marked = delivery.read(prepared(desk, version, "OFFICIAL"))
    unmarked = delivery.read(prepared(desk, version))
    assert "Ours, set aside" in ask(desk.officer, marked)
    assert "Ours, set aside" not in ask(desk.officer, unmarked)
    assert delivery.read(prepared(desk, version, "OFFICIAL")) == marked
    assert "Ours, set aside" not in ask(desk.officer, marked), "chosen again, it counts again"


def test_no_bytes_are_stored_without_a_row_that_names_them(desk, settings):
    version = desk.published()
    prepared(desk, version, "OFFICIAL")
    prepared(desk, version)
    late = building.make_first(plan=desk.plan, kind="quarterly", period=Q2, now=LATER).renditions.get()

    def overtaken(html: str) -> Sheet:
        Rendition.objects.filter(pk=late.pk).delete()
        return make(html)

    assert renditions.make_next(make=overtaken, clock=at(LATER)) is None
    assert StoredFile.objects.filter(version=late.version, set_aside_at=LATER).exists()
    on_disk = {path.stem for path in Path(settings.MEDIA_ROOT).rglob("*.pdf")}
    assert on_disk == set(StoredFile.objects.values_list("sha256", flat=True))
    assert len(on_disk) == 5


def test_a_true_copy_is_ours_while_it_is_laid_out_again(desk, settings):
    version = desk.published()
    released(desk, version)
    open_shelf()
    file = release.file_of(version)
    content = delivery.read(file)
    place(file, settings).unlink()
    renditions.try_again(rendition=file, by=desk.coordinator, at=LATER)
    for user in (desk.officer, desk.reader, None):
        assert "This file is ours, unchanged" in ask(user, content)


def test_facts_are_found_wherever_the_file_is_cut_into_pieces():
    content = b"x" * 90 + b"facts " + b"ab" * 32 + b"y" * 90
    for size in (1, 7, 64, 100, 1000):
        told = proof.print_of(content[n : n + size] for n in range(0, len(content), size))
        assert told.facts == "ab" * 32, size


def test_a_hash_can_be_typed(desk):
    version = desk.published()
    client = client_of(desk.officer)
    sha256 = version.renditions.partners().get(stage="final").sha256
    for typed in (sha256, f" {sha256.upper()[:30]} {sha256[30:]}\n"):
        assert "This file is ours, unchanged" in client.get("/check/", {"sha256": typed}).text
    facts = client.get("/check/", {"sha256": version.snapshot_sha256}).text
    assert "the sealed facts of a report of ours" in facts
    assert "A hash has 64 characters" in client.get("/check/", {"sha256": "abc"}).text
    assert "Enter the 64 characters" in client.get("/check/", {"sha256": " "}).text
    assert "Not ours" in client.get("/check/", {"sha256": "a" * 64, "facts": "'; drop"}).text


def test_readers_are_told_of_what_they_may_read(desk):
    draft = desk.draft()
    file = partners(draft, "draft")
    assert "Ours" in ask(desk.officer, file)
    said = ask(desk.reader, file)
    assert "This is none of the published reports" in said
    assert "Six-monthly" not in said
    final = desk.laid_out(approve(desk, draft), "final")
    decisions.publish(version=final, by=desk.coordinator, at=LATER)
    assert "none of the published reports" in ask(desk.reader, partners(final))  # theirs is the public edition
    unread = delivery.read(prepared(desk, final))
    assert "none of the published reports" in ask(desk.reader, unread)  # nobody has gone through its check list
    released(desk, final)
    assert "Ours" in ask(desk.reader, unread)
    assert client_of(desk.nobody).get("/check/").status_code == 404
    assert Client().get("/check/")["Location"] == "/accounts/login/?next=/check/"


def test_strangers_are_told_of_public_versions_alone(desk):
    version = desk.published()
    released(desk, version)
    open_shelf()
    said = ask(None, partners(version))
    assert "none of the reports that were published for everybody" in said
    assert "Six-monthly" not in said
    assert "Six-monthly" not in Client().get("/check/", {"sha256": "a" * 64, "facts": "b" * 64}).text
    public = delivery.read(release.file_of(version))
    for user in (None, desk.nobody):
        said = ask(user, public)
        assert "final, public version" in said
        assert "How it stands" not in said
        assert "/published/" in said
    release.withdraw(version=version, reason="A name.", by=desk.coordinator, at=LATER)
    said = ask(None, public)
    assert "taken away again on 20 November 2026" in said
    assert "A name." not in said


def test_a_strangers_replaced_public_version_names_the_newer_one(desk):
    first = desk.published()
    released(desk, first)
    open_shelf()
    second = second_version(desk, first)
    said = ask(None, delivery.read(release.file_of(first)))
    assert "a corrected version, which is being prepared" in said
    assert "this is the newest" not in said
    released(desk, second, at=LATER)
    assert "version 2, published 20 November 2026" in ask(None, delivery.read(release.file_of(first)))


def test_a_file_that_is_too_large_is_refused_with_its_size(desk, monkeypatch):
    monkeypatch.setattr(check_form, "LARGEST", 10)
    said = ask(desk.officer, b"12345678901")
    assert "none of ours is larger" in said


def test_page_and_command_say_the_same_words(desk, tmp_path):
    version = desk.published()
    file = tmp_path / "ours.pdf"
    file.write_bytes(partners(version))
    said = StringIO()
    call_command("check_report", str(file), stdout=said)
    told = proof.print_of([file.read_bytes()])
    answer = proof.ask(told, user=desk.coordinator)
    assert said.getvalue().splitlines()[1:-1] == answer.lines()
    by_hash = StringIO()
    call_command("check_report", told.sha256.upper(), stdout=by_hash)
    assert by_hash.getvalue().splitlines()[1:-1] == answer.lines()
    with pytest.raises(CommandError, match="This is not one of our reports"):
        call_command("check_report", "0" * 64)


# --- What we keep -----------------------------------------------------------------------------------------------------


def place(file: Rendition, settings) -> Path:
    return Path(settings.MEDIA_ROOT) / file.pdf.name


def test_a_damaged_file_alarms_until_it_is_right_again(desk, settings):
    version = desk.published()
    final = version.renditions.get(stage="final")
    assert proof.check_stored(LATER) == []
    right = place(final, settings).read_bytes()
    place(final, settings).write_bytes(right[:-1] + b"!")
    assert proof.check_stored(LATER + dt.timedelta(hours=23)) == []  # once a day
    [found] = proof.check_stored(LATER + dt.timedelta(days=1))
    assert found.pk == final.pk
    final.refresh_from_db()
    assert "in the file store is not the one that was made" in final.fault
    for user, sees in ((desk.nobody, True), (desk.coordinator, True), (desk.chair, False), (desk.reader, False)):
        page = client_of(user).get("/").text
        assert ("Stored reports are damaged" in page) is sees, user
    place(final, settings).unlink()
    [found] = proof.check_stored(LATER + dt.timedelta(days=2))
    assert "cannot be read" in found.fault
    place(final, settings).write_bytes(right)
    assert proof.check_stored(LATER + dt.timedelta(days=3)) == []
    assert not Rendition.objects.damaged().exists()
    assert "damaged" not in client_of(desk.nobody).get("/").text


def test_facts_that_changed_alarm_too(desk):
    version = desk.draft()
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=version.snapshot.replace("Safer", "Safest", 1))
    [found] = proof.check_stored(LATER)
    assert (found, found.fault) == (version, "The stored facts of this version are no longer those that were sealed.")
    assert "no longer those that were sealed" in client_of(desk.coordinator).get("/").text
    said = client_of(desk.officer).get("/check/", {"sha256": version.snapshot_sha256}).text
    assert "Damaged here" in said
    assert "no longer match that seal" in said


def test_versions_without_a_file_and_the_html_of_files_are_looked_at_too(desk):
    waiting = building.make_first(plan=desk.plan, kind="quarterly", period=Q2, now=LATER)
    version = desk.draft()
    assert proof.check_stored(LATER) == []
    ReportVersion.objects.filter(pk=waiting.pk).update(snapshot="{}")
    Rendition.objects.filter(version=version).update(html="<p>Other words.</p>")
    file, facts = proof.check_stored(LATER + dt.timedelta(days=1))
    assert (file.version, facts) == (version, waiting)
    assert "no longer the one that was kept" in file.fault


def test_the_page_that_a_release_keeps_is_looked_at_with_its_file(desk):
    version = desk.published()
    PublicRelease.objects.filter(pk=released(desk, version).pk).update(html="<p>Other words.</p>")
    [found] = proof.check_stored(LATER)
    assert found == release.file_of(version)
    assert "kept page of this report is no longer the one that was checked" in found.fault


def test_a_tick_looks_at_a_bounded_number_the_longest_unseen_first(desk, monkeypatch):
    version = desk.published()  # two files
    monkeypatch.setattr(proof, "BATCH", 1)
    first, second = version.renditions.order_by("pk")
    later = LATER
    seen = []
    for _ in range(3):
        proof.check_stored(later)
        seen.append([one.checked_at for one in (first, second) if not one.refresh_from_db()])
        later += dt.timedelta(days=1)
    days = [[at and (at - LATER).days for at in pair] for pair in seen]
    assert days == [[0, None], [0, 1], [2, 1]]


def test_what_is_not_laid_out_is_not_looked_at(desk):
    desk.draft()
    Rendition.objects.update(state="queued", sha256="", pdf="")
    assert proof.check_stored(LATER) == []
    assert not Rendition.objects.filter(checked_at__isnull=False).exists()
