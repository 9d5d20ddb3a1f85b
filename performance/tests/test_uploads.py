"""Files of figures, from the page that takes them through the worker that reads them to what is stored: all or nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from partners import delivery
from partners.models import Cover, User
from performance import tasks
from performance.importing import Layout
from performance.models import (
    ColumnMapping,
    Measurement,
    PrintedFigure,
    SimilarAreasRow,
    SimilarAreasTable,
    Survey,
    Upload,
)
from performance.services import uploads
from performance.services.figures import record_measurement
from performance.services.uploads import working
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast, make_indicator
from performance.views import uploads as pages
from sheets.tests import messy

pytestmark = pytest.mark.django_db

State = Upload.State
Woken = list[tuple[Any, ...]]
GOOD = "Code,Figure,Note\nSHOP,418,Late.\nFIRE,38,\n"


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    make_indicator(code="FIRE", name="Deliberate fires")
    make_indicator(code="THEIRS", name="Their own", data_owner=cast.fire)
    make_indicator(code="TREAT", name="Clients in treatment", unit="% of clients", rate_per=100)
    return cast


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A file store of the test's own."""
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        yield tmp_path


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> Woken:
    """What the broker was asked to run."""
    sent: Woken = []
    monkeypatch.setattr("celery.current_app.send_task", lambda *asked: sent.append(asked))
    return sent


def client(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def get(user: User, address: str, **headers: str) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client(user).get(address, headers=headers)


def post(user: User, address: str, **answers: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client(user).post(address, answers)


def filled(user: User, kind: str = "figures", number: int = 1, **changed: Any) -> dict[str, Any]:
    """The form of one kind filled in well; `changed` replaces or adds answers, None leaves one out."""
    answers: dict[str, Any] = {
        "submission_key": str(uuid.UUID(int=number)),
        "data_owner": user.partner_id,
        "as_at_0": "16",
        "as_at_1": "10",
        "as_at_2": "2026",
    }
    if kind != "survey":
        answers["period_code"] = "2026-07"
    if kind == "similar-areas":
        answers |= {"window": "12 months to September 2026", "unit": "per 1,000 population", "group_size": "15"}
    if kind == "survey":
        answers |= {"year": "2026", "title": "Community safety survey 2026", "responses": "210"}
    return {name: value for name, value in {**answers, **changed}.items() if value is not None}


def file(content: str | bytes, name: str = "figures.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def send(
    user: User, content: str | bytes = GOOD, name: str = "figures.csv", kind: str = "figures", **changed: Any
) -> Upload:
    """Sent through the page, and read by the worker; the row as it then stands."""
    number = changed.pop("number", Upload.objects.count() + 1)
    table = {"file": file(content, name)} if name else {"pasted": content}
    answer = post(user, f"/performance/uploads/new/{kind}/", **filled(user, kind, number, **table, **changed))
    assert answer.status_code == 302, answer.content.decode()
    return run(Upload.objects.latest("pk"))


def run(upload: Upload, at: dt.datetime = NOW) -> Upload:
    """What the task does, at a moment; the row as it then stands."""
    uploads.run_upload(pk=upload.pk, clock=lambda: at)
    upload.refresh_from_db()
    return upload


def found(upload: Upload, *graves: str) -> list[tuple[str, str]]:
    return [(told["cell"], told["wrong"]) for told in upload.findings if not graves or told["grave"] in graves]


def page(user: User, upload: Upload) -> str:
    return get(user, upload.get_absolute_url()).content.decode()


def store(user: User, upload: Upload, confirmed: bool = True, reason: str = "", **places: str) -> Any:
    keys = [told["key"] for told in upload.findings if told["grave"] == "question"] if confirmed else []
    return post(user, f"/performance/uploads/{upload.pk}/store/", confirmed=keys, reason=reason, **places)


def workbook(*rows: list[Any], title: str = "Figures", merge: str = "", **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def stored() -> list[Path]:
    return sorted(place for place in Path(settings.MEDIA_ROOT).rglob("*") if place.is_file())


# --- The straight way ---------------------------------------------------------------------------------------------------


def test_a_file_is_sent_checked_looked_at_and_stored(cast: Cast, woken: Woken):
    answer = post(cast.owner, "/performance/uploads/new/figures/", **filled(cast.owner, file=file(GOOD)))
    upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/performance/uploads/{upload.pk}/")
    assert woken == [("performance.tasks.run_upload", (upload.pk,))]
    assert "Waiting to be read" in page(cast.owner, upload)
    tasks.run_upload(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.rows_done, upload.rows_total) == (State.READY, 2, 2)
    assert "No faults found" in page(cast.owner, upload)
    assert Measurement.objects.count() == 0
    assert store(cast.colleague, upload).status_code == 302
    upload = run(upload)
    assert (upload.state, upload.sentence) == (State.STORED, "2 figures stored.")
    first, second = Measurement.objects.order_by("-value")
    assert (first.indicator.code, first.period, first.value, first.printed) == ("SHOP", Q2_2026, 418, "418")
    assert (first.note, first.as_at, first.recorded_by, first.upload) == (
        "Late.",
        dt.date(2026, 10, 16),
        cast.colleague,
        upload,
    )
    assert (second.indicator.code, second.note, second.provisional) == ("FIRE", "", False)
    assert "2 figures stored." in page(cast.owner, upload)


def test_cells_are_pasted_as_well(cast: Cast):
    upload = send(cast.owner, "Code\tFigure\nSHOP\t1,418\n", name="")
    assert (upload.state, upload.name) == (State.READY, "")
    store(cast.owner, upload)
    run(upload)
    assert Measurement.objects.get().printed == "1,418"


def test_what_is_provisional_and_of_another_quarter(cast: Cast):
    text = "Code,Q1 2026/27,Q2 2026/27\nSHOP,410,418\n"
    upload = send(cast.owner, text, several="on", provisional="on")
    store(cast.owner, upload)
    run(upload)
    assert [(row.period, row.provisional) for row in Measurement.objects.order_by("period_start")] == [
        (Q1_2026, True),
        (Q2_2026, True),
    ]


def test_the_analyst_sends_everybodys(cast: Cast):
    upload = send(cast.analyst, "Code,Figure\nSHOP,418\nTHEIRS,7\n")
    assert upload.state == State.READY
    assert [asked for _, asked in found(upload, "question")] == [
        "You said that these are figures of Borough council, but SHOP is owed by Police. Is it right?",
        "You said that these are figures of Borough council, but THEIRS is owed by Fire brigade. Is it right?",
    ]
    store(cast.analyst, upload)
    run(upload)
    assert Measurement.objects.count() == 2


def test_the_table_to_fill_in_has_ones_own_indicators_and_comes_back_well(cast: Cast):
    answer = get(cast.owner, "/performance/uploads/template.csv?quarter=2026-07")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["FIRE", "SHOP", "TREAT"]
    rows[2][4] = "418"
    text = "\n".join(",".join(row) for row in rows)
    upload = send(cast.owner, text)
    assert (upload.state, len(upload.preview)) == (State.READY, 1)


# --- Bad input ----------------------------------------------------------------------------------------------------------

BAD = {
    "wrong header": ("Colour,Shape\nSHOP,4\n", None, "", "The names of the columns are “Colour | Shape”"),
    "wrong quarter": ("Code,Quarter,Figure\nSHOP,Q1 2026/27,4\n", None, "B2", "The figure is of Q1 2026/27."),
    "text in a number": ("Code,Figure\nSHOP,many\n", None, "B2", "“many” is text, not a number."),
    "a percentage of a count": ("Code,Figure\nSHOP,45%\n", None, "B2", "“45%” does not fit Shoplifting (SHOP)."),
    "a continental number": ('Code,Figure\nSHOP,"1.234,5"\n', None, "B2", "has a comma or points where British"),
    "a comma unquoted": ("Code,Figure\nSHOP,1,418\n", None, "C2", "Row 2 has more cells than there are columns"),
    "duplicate rows": ("Code,Figure\nSHOP,4\nSHOP,4\n", None, "B3", "Shoplifting (SHOP) has two figures for Q2 2026/27"),
    "an unknown indicator": ("Code,Figure\nSHOPP,4\n", None, "A2", "“SHOPP” is no indicator of the plan."),
    "somebody else's": ("Code,Figure\nTHEIRS,4\n", None, "A2", "Their own (THEIRS) is owed by Fire brigade, not by you."),
    "a formula": (workbook(["Code", "Figure"], ["SHOP", "=1+1"]), "f.xlsx", "B2", "The cell contains a formula."),
    "merged cells": (
        workbook(["Code", "Figure"], ["SHOP", 4], ["FIRE", 5], merge="B2:B3"), "f.xlsx", "B3", "The cell is merged",
    ),
    "a million rows": ("a,1\n" * 1_000_000, None, "", "There are more than 20,000 rows"),
    "a bomb": (
        messy.packed({**messy.parts({"One": messy.table(["SHOP", 4])}), "xl/worksheets/sheet1.xml": b" " * 70_000_000}),
        "f.xlsx",
        "",
        "",
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "f.xls", "", "old Office file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 60, "f.csv", "", "The file is a picture"),
    "nothing under the names": ("Code,Figure\n", None, "", "The file has only one row"),
    "a control character": ("Code,Figure\nSHOP,4\x07\n" + "FIRE,4\n" * 200, None, "B2", "control character"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_found_by_its_cell_and_nothing_is_stored(cast: Cast, name: str):
    content, called, cell, wrong = BAD[name]
    upload = send(cast.owner, content, called or "figures.csv")
    if name == "wrong header":
        assert upload.state == State.NEEDS_COLUMNS
        assert wrong in upload.sentence
    else:
        assert upload.state == State.FAULTY
        faults = found(upload, "fault")
        assert [where for where, _ in faults] == [cell]
        assert wrong in faults[0][1]
        assert faults[0][1].split("“")[0] in page(cast.owner, upload)
    assert "Store the table" not in page(cast.owner, upload)
    store(cast.owner, upload)
    assert run(upload).state in (State.FAULTY, State.NEEDS_COLUMNS)
    assert Measurement.objects.count() == 0


def test_one_fault_among_good_rows_stores_none_of_them(cast: Cast):
    upload = send(cast.owner, "Code,Figure\nSHOP,418\nFIRE,many\n")
    assert upload.state == State.FAULTY
    store(cast.owner, upload)
    run(upload)
    assert (Measurement.objects.count(), upload.preview) == (0, [])


def test_every_finding_is_in_the_file_of_findings(cast: Cast):
    upload = send(cast.owner, "Code,Figure\nSHOP,many\nTREAT,145\n")
    answer = get(cast.owner, f"/performance/uploads/{upload.pk}/findings.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row[0], row[2]) for row in rows[1:]] == [("fault", "B2"), ("question", "B3")]


def test_only_so_many_findings_are_on_the_page(cast: Cast):
    upload = send(cast.owner, "Code,Figure\n" + "SHOP,many\n" * (pages.SHOWN + 3))
    assert "And 3 more, in the file below." in page(cast.owner, upload)


# --- What is asked ------------------------------------------------------------------------------------------------------


def test_a_question_has_to_be_answered(cast: Cast):
    upload = send(cast.owner, "Code,Figure\nTREAT,0.45\n")
    assert found(upload, "question") == [
        ("B2", "Clients in treatment (TREAT): 0.45 is read as 0.45%. Is 45% meant, written as a fraction?")
    ]
    unanswered = store(cast.owner, upload, confirmed=False)
    assert unanswered.status_code == 200
    assert "One question is not answered" in unanswered.content.decode()
    assert store(cast.owner, upload).status_code == 302
    run(upload)
    assert str(Measurement.objects.get().value) == "0.4500"


def test_more_questions_than_are_shown_are_answered_together(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "SHOWN", 1)
    upload = send(cast.owner, "Code,Figure\nTREAT,145\nSHOP,-4\n")
    first = next(told["key"] for told in upload.findings if told["grave"] == "question")
    address = f"/performance/uploads/{upload.pk}/store/"
    assert post(cast.owner, address, confirmed=[first]).status_code == 200
    assert post(cast.owner, address, confirmed=[first], rest="yes").status_code == 302


def test_a_correction_wants_a_reason_and_the_old_figure_stays(cast: Cast):
    old = cast.figure("418")
    upload = send(cast.owner, "Code,Figure\nSHOP,420\nFIRE,38\n")
    assert found(upload, "reason") == [
        ("B2", "Shoplifting (SHOP) has a figure for Q2 2026/27 already (418 there, 420 here).")
    ]
    assert "Say why what is in the portal is corrected." in store(cast.owner, upload).content.decode()
    store(cast.owner, upload, reason="Two came late.")
    upload = run(upload)
    assert upload.sentence == "2 figures stored, 1 of them corrections."
    new = Measurement.objects.standing().get(indicator=cast.indicator)
    assert (new.replaces, new.value, new.note) == (old, 420, "Two came late.")


def test_the_same_table_again_has_nothing_to_store(cast: Cast):
    store(cast.owner, upload := send(cast.owner))
    run(upload)
    again = send(cast.owner)
    assert (again.state, again.preview) == (State.READY, [])
    assert "Nothing to store" in page(cast.owner, again)
    with pytest.raises(ValidationError, match="nothing to store"):
        uploads.store(upload=again, confirmed=[], reason="", by=cast.owner, at=NOW)


# --- Columns ------------------------------------------------------------------------------------------------------------


def test_columns_are_named_once_and_remembered(cast: Cast):
    text = "Measure code,Wert\nSHOP,418\n"
    upload = send(cast.owner, text)
    assert upload.state == State.NEEDS_COLUMNS
    address = f"/performance/uploads/{upload.pk}/columns/"
    form = get(cast.owner, address).content.decode()
    assert "Column B: “Wert”" in form
    assert "For example: 418" in form
    refused = post(cast.owner, address, header="1", column_0="code", column_1="")
    assert "No column holds the figures." in refused.content.decode()
    assert post(cast.owner, address, header="1", column_0="code", column_1="value").status_code == 302
    assert run(upload).state == State.READY
    assert send(cast.owner, "Report of October\n\n" + text).state == State.READY
    assert ColumnMapping.objects.get().data_owner == cast.police
    # Another organisation's columns are its own.
    assert send(cast.outsider, "Measure code,Wert\nTHEIRS,4\n").state == State.NEEDS_COLUMNS


def test_columns_that_were_guessed_can_be_changed(cast: Cast):
    upload = send(cast.owner, "Code,Total,Figure\nSHOP,999,418\n")
    assert upload.state == State.NEEDS_COLUMNS
    address = f"/performance/uploads/{upload.pk}/columns/"
    post(cast.owner, address, header="1", column_0="code", column_1="", column_2="value")
    upload = run(upload)
    assert (upload.state, upload.preview[0]["printed"]) == (State.READY, "418")


def test_of_several_sheets_one_is_chosen_and_a_renamed_one_is_asked_about(cast: Cast):
    head = ["Code", "Figure"]
    two = workbook(head, ["SHOP", 418], title="Q2", Other=[head, ["SHOP", 7]])
    upload = send(cast.owner, two, "f.xlsx")
    assert upload.state == State.NEEDS_COLUMNS
    assert "Several sheets could be meant: “Q2” and “Other”." in upload.sentence
    address = f"/performance/uploads/{upload.pk}/columns/"
    assert 'value="Other"' in get(cast.owner, address).content.decode()
    post(cast.owner, address, sheet="Q2", header="1", column_0="code", column_1="value")
    upload = run(upload)
    assert (upload.state, upload.sheet, upload.preview[0]["printed"]) == (State.READY, "Q2", "418")
    # Next time the sheet of that name is the one, and one of another name is asked about.
    assert send(cast.owner, two, "f.xlsx").sheet == "Q2"
    renamed = send(cast.owner, workbook(head, ["SHOP", 418], title="Q3"), "f.xlsx")
    assert found(renamed, "question") == [("", "The sheet is called “Q3”; before it was “Q2”. Is it the right one?")]


def test_notes_on_a_second_sheet_do_no_harm(cast: Cast):
    upload = send(cast.owner, workbook(["Code", "Figure"], ["SHOP", 418], Notes=[["Read me"], ["please"]]), "f.xlsx")
    assert upload.state == State.READY
    assert ("", "Of several sheets “Figures” is read; “Notes” not.") in found(upload, "note")


def test_names_of_columns_in_another_row(cast: Cast):
    upload = send(cast.owner, "Aa,Bb\nCc,Dd\nSHOP,418\n")
    form = get(cast.owner, f"/performance/uploads/{upload.pk}/columns/?header=2").content.decode()
    assert "Column A: “Cc”" in form


# --- Who, when and how often --------------------------------------------------------------------------------------------


def test_each_data_owner_sees_their_own(cast: Cast):
    upload = send(cast.owner)
    for user, status in [
        (cast.owner, 200), (cast.colleague, 200), (cast.analyst, 200), (cast.coordinator, 200),
        (cast.outsider, 404), (cast.unplaced, 404), (cast.chair, 404), (cast.reader, 404), (cast.admin, 404),
    ]:  # fmt: skip
        assert get(user, upload.get_absolute_url()).status_code == status, user
        listed = get(user, "/performance/uploads/")
        assert (f"/performance/uploads/{upload.pk}/" in listed.content.decode()) == (status == 200)
        assert get(user, f"/performance/uploads/{upload.pk}/findings.csv").status_code == status


def test_tables_are_sent_by_the_analyst_and_the_coordinator(cast: Cast):
    for user, status in [(cast.analyst, 200), (cast.coordinator, 200), (cast.owner, 403), (cast.chair, 404)]:
        assert get(user, "/performance/uploads/new/similar-areas/").status_code == status
        assert get(user, "/performance/uploads/new/survey/").status_code == status
    assert get(cast.analyst, "/performance/uploads/new/nothing/").status_code == 404


def test_officers_send_for_their_own_organisation(cast: Cast):
    answers = filled(cast.owner, file=file(GOOD), data_owner=cast.fire.pk)
    assert (
        "Choose a partner of the list."
        in post(cast.owner, "/performance/uploads/new/figures/", **answers).content.decode()
    )
    with uploads.on_the_shelf(b"Code,Figure", "f.csv") as brought, pytest.raises(PermissionDenied):
        uploads.start(
            plan=cast.plan, kind="figures", period=Q2_2026, data_owner=cast.fire, file=brought,
            answers={}, by=cast.owner, at=NOW, submission_key=uuid.uuid4(),
        )  # fmt: skip
    assert Upload.objects.count() == 0


def test_whoever_stands_in_for_an_officer_sends_and_stores_that_organisations_figures_while_they_do(cast: Cast):
    Cover.objects.create(person=cast.owner, covered_by=cast.outsider, starts_on=NOW.date(), ends_on=NOW.date())
    page = get(cast.outsider, "/performance/uploads/new/figures/").content.decode()
    assert f'<option value="{cast.police.pk}">Police</option>' in page
    upload = send(cast.outsider, data_owner=cast.police.pk)
    assert upload.state == State.READY, upload.findings
    assert get(cast.outsider, f"/performance/uploads/{upload.pk}/").status_code == 200
    post(cast.outsider, f"/performance/uploads/{upload.pk}/store/")
    assert run(upload).state == State.STORED
    rows = Measurement.objects.filter(recorded_by=cast.outsider).order_by("indicator__code")
    assert [(row.indicator.code, row.printed) for row in rows] == [("FIRE", "38"), ("SHOP", "418")]


def test_cover_that_has_ended_opens_nothing(cast: Cast):
    day = NOW.date() - dt.timedelta(days=1)
    Cover.objects.create(person=cast.owner, covered_by=cast.outsider, starts_on=day, ends_on=day)
    theirs = send(cast.owner)
    assert get(cast.outsider, f"/performance/uploads/{theirs.pk}/").status_code == 404
    answers = filled(cast.outsider, file=file(GOOD), data_owner=cast.police.pk)
    refused = post(cast.outsider, "/performance/uploads/new/figures/", **answers)
    assert "Choose a partner of the list." in refused.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "Choose a file, or paste the cells below."),
        ({"file": file(GOOD), "pasted": "Code\tFigure"}, "There is a file and something pasted."),
        ({"file": file(b"x" * (5 * 1024 * 1024 + 1))}, "The file is larger than 5 MB."),
        ({"file": file(GOOD), "as_at_0": "25"}, "Give a day that is not after today."),
        ({"file": file(GOOD), "period_code": "2026-10"}, "Choose one of the quarters of the list."),
        ({"file": file(GOOD), "period_code": "2026-10"}, "Choose the file again: “figures.csv” could not be kept."),
        ({"pasted": "Code\tFigure\x00"}, "Null characters are not allowed."),
        ({"pasted": "x" * 1_000_001}, "What was pasted is too long."),
    ],
)
def test_the_form_says_what_is_missing(cast: Cast, shelf: Path, changed: dict[str, Any], sentence: str):
    for value in changed.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    answer = post(cast.owner, "/performance/uploads/new/figures/", **filled(cast.owner, **changed))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert (Upload.objects.count(), stored()) == (0, [])


def test_a_name_is_made_safe(cast: Cast):
    assert send(cast.owner, GOOD, "../../fig\u202eures<1>.csv").name == "figures_1_.csv"


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_is_one_upload(cast: Cast):
    first, second = send(cast.owner, number=7), send(cast.owner, number=7)
    assert first == second
    assert len(stored()) == 1


def test_somebody_elses_key_is_nobodys(cast: Cast):
    send(cast.owner, number=7)
    answers = filled(cast.outsider, number=7, file=file(GOOD))
    assert post(cast.outsider, "/performance/uploads/new/figures/", **answers).status_code == 403
    assert len(stored()) == 1


def test_not_too_many_at_once(cast: Cast):
    for number in range(1, uploads.MOST_UNFINISHED + 1):
        post(cast.owner, "/performance/uploads/new/figures/", **filled(cast.owner, number=number, file=file(GOOD)))
    more = post(cast.owner, "/performance/uploads/new/figures/", **filled(cast.owner, number=9, file=file(GOOD)))
    assert "5 files of yours are still being read." in more.content.decode()
    assert Upload.objects.count() == uploads.MOST_UNFINISHED == len(stored())


def test_stored_twice_is_stored_once(cast: Cast, woken: Woken):
    upload = send(cast.owner)
    store(cast.owner, upload)
    store(cast.colleague, upload)
    run(upload)
    run(upload)
    assert store(cast.owner, upload).status_code == 302
    assert run(upload).state == State.STORED
    assert Measurement.objects.count() == 2


def test_two_workers_at_once_do_the_work_of_one(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    upload = send(cast.owner)
    store(cast.owner, upload)
    write = working.write

    def while_another_looks(*asked: Any) -> str:
        assert uploads.run_upload(pk=upload.pk, clock=lambda: NOW) is None
        return write(*asked)

    monkeypatch.setattr(working, "write", while_another_looks)
    assert run(upload).state == State.STORED
    assert Measurement.objects.count() == 2


def test_a_worker_that_was_killed_is_followed_by_another(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    upload = send(cast.owner)
    store(cast.owner, upload)

    def killed(*asked: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(working, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            run(upload)
    upload.refresh_from_db()
    assert (upload.state, Measurement.objects.count()) == (State.STORING, 0)
    assert run(upload).state == State.STORING
    later = NOW + uploads.LEASE + dt.timedelta(seconds=1)
    assert run(upload, later).state == State.STORED
    assert Measurement.objects.count() == 2


def test_workers_that_keep_dying_are_not_tried_for_ever(cast: Cast):
    upload = send(cast.owner)
    Upload.objects.filter(pk=upload.pk).update(state=State.CHECKING, attempts=uploads.MOST_ATTEMPTS, lease_until=NOW)
    later = run(upload, NOW + dt.timedelta(minutes=1))
    assert (later.state, later.sentence) == (State.FAILED, "The worker stopped 3 times over it.")
    assert "Try again" in page(cast.owner, upload)
    post(cast.owner, f"/performance/uploads/{upload.pk}/again/")
    assert run(upload).state == State.READY


def test_a_fault_of_ours_is_said_without_its_words(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def broken(*asked: Any) -> None:
        raise RuntimeError("secret")

    upload = send(cast.owner)
    store(cast.owner, upload)
    monkeypatch.setattr(working, "write", broken)
    upload = run(upload)
    assert (upload.state, Measurement.objects.count()) == (State.FAILED, 0)
    assert upload.sentence == "Something went wrong while it was read. It is noted in the portal's log."


def test_one_that_takes_too_long_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def slow(*asked: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(working, "examine", slow)
    assert "took longer than 200 seconds" in send(cast.owner).sentence


def test_a_figure_recorded_meanwhile_sends_it_back(cast: Cast):
    upload = send(cast.owner)
    store(cast.owner, upload)
    record_measurement(
        indicator=cast.indicator, period=Q2_2026, value=400, printed="400", by=cast.analyst, at=NOW,
        as_at=dt.date(2026, 10, 1),
    )  # fmt: skip
    upload = run(upload)
    assert (upload.state, upload.sentence) == (State.READY, uploads.CHANGED)
    assert found(upload, "reason") == [
        ("B2", "Shoplifting (SHOP) has a figure for Q2 2026/27 already (400 there, 418 here).")
    ]
    assert Measurement.objects.count() == 1
    store(cast.owner, upload, reason="Ours is later.")
    assert run(upload).state == State.STORED
    assert Measurement.objects.standing().get(indicator=cast.indicator).value == 418


def test_whoever_has_it_stored_must_still_be_allowed_to(cast: Cast):
    upload = send(cast.owner)
    store(cast.owner, upload)
    cast.owner.groups.clear()
    upload = run(upload)
    assert (upload.state, Measurement.objects.count()) == (State.FAILED, 0)
    assert "may not record these figures any more" in upload.sentence


@pytest.mark.django_db(transaction=True)
def test_a_dropped_one_is_over(cast: Cast):
    upload = send(cast.owner)
    post(cast.owner, f"/performance/uploads/{upload.pk}/drop/")
    upload.refresh_from_db()
    assert (upload.state, upload.removed_on, stored()) == (State.DROPPED, dt.date(2026, 10, 20), [])
    with pytest.raises(ValidationError, match="cannot be stored"):
        uploads.store(upload=upload, confirmed=[], reason="", by=cast.owner, at=NOW)


def test_one_that_is_dropped_while_it_is_read_stays_dropped(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    examine = working.examine

    def while_it_is_dropped(upload: Upload, *asked: Any) -> Any:
        uploads.drop(upload=upload, by=cast.owner, at=NOW)
        return examine(upload, *asked)

    monkeypatch.setattr(working, "examine", while_it_is_dropped)
    assert send(cast.owner).state == State.DROPPED


def test_a_lost_file_says_so(cast: Cast):
    upload = send(cast.owner)
    [place] = stored()
    place.write_bytes(b"Code,Figure\nSHOP,1\n")
    post(cast.owner, f"/performance/uploads/{upload.pk}/again/")
    upload = run(upload)
    assert upload.state == State.FAILED
    assert "missing from the file store" in upload.sentence


def test_only_the_part_that_changes_for_the_script(cast: Cast):
    upload = send(cast.owner)
    part = get(cast.owner, upload.get_absolute_url(), **{"X-Requested-With": "fetch"}).content.decode()
    assert "<html" not in part
    assert 'data-state="ready"' in part


# --- The tick -----------------------------------------------------------------------------------------------------------


def test_the_tick_takes_up_what_waits(cast: Cast, woken: Woken):
    upload = send(cast.owner)
    woken.clear()
    uploads.see_to(NOW)
    assert woken == []
    Upload.objects.filter(pk=upload.pk).update(state=State.CHECKING, lease_until=NOW - dt.timedelta(seconds=1))
    uploads.see_to(NOW)
    assert woken == [(uploads.TASK, (upload.pk,))]


def test_old_files_go_and_what_was_found_stays(cast: Cast):
    kept, left = send(cast.owner), send(cast.owner, "Code,Figure\nSHOP,many\n")
    store(cast.owner, kept)
    run(kept)
    uploads.see_to(NOW + dt.timedelta(days=uploads.DAYS_KEPT - 1))
    assert len(stored()) == 2
    uploads.see_to(NOW + dt.timedelta(days=uploads.DAYS_KEPT + 1))
    assert stored() == []
    kept.refresh_from_db()
    left.refresh_from_db()
    assert (kept.state, left.state) == (State.STORED, State.DROPPED)
    assert kept.removed_on
    assert left.findings
    assert "Check the same file again" not in page(cast.owner, left)


def test_what_a_stopped_request_left_is_swept_away(cast: Cast, shelf: Path):
    stray = shelf / "uploads" / delivery.WAITING / "abc"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"Code")
    uploads.see_to(NOW)
    long_ago = (NOW - dt.timedelta(hours=2)).timestamp()
    os.utime(stray, (long_ago, long_ago))
    uploads.see_to(NOW)
    assert stored() == []


# --- Tables of similar areas and surveys --------------------------------------------------------------------------------

AREAS = "Crime type,Hartlepool,MSG average,Rank\nAll crime,154.006,108.511,15\nShoplifting,20.100,9.800,14\n"


def test_a_table_of_similar_areas_is_stored_as_printed(cast: Cast):
    upload = send(cast.analyst, AREAS, kind="similar-areas")
    assert upload.state == State.READY
    [(cell, asked)] = found(upload)
    assert (cell, asked[:46]) == ("A3", "Which priority does “Shoplifting” belong to? I")
    store(cast.analyst, upload)
    upload = run(upload)
    assert upload.sentence == "The table was stored with 2 rows."
    table = SimilarAreasTable.objects.get()
    assert (table.period, table.window, table.group_size, table.upload) == (
        Q2_2026,
        "12 months to September 2026",
        15,
        upload,
    )
    assert [(row.label, row.printed, row.printed_average, row.position, row.query) for row in table.rows.all()] == [
        ("All crime", "154.006", "108.511", 15, ""),
        ("Shoplifting", "20.100", "9.800", 14, ""),
    ]


def test_a_crime_type_keeps_its_priority_and_a_later_table_says_why(cast: Cast):
    upload = send(cast.analyst, AREAS, kind="similar-areas")
    store(cast.analyst, upload)
    run(upload)
    SimilarAreasRow.objects.filter(label="Shoplifting").update(priority=cast.priority)
    better = send(cast.analyst, AREAS.replace("9.800,14", "9.800,1"), kind="similar-areas")
    assert [where for where, _ in found(better, "reason")] == [""]
    [(cell, asked)] = found(better, "question")
    assert (cell, asked) == ("A3", "Shoplifting: Position 1 of 15 cannot be above the average. Does the source say so?")
    assert "Say why" in store(cast.analyst, better).content.decode()
    store(cast.analyst, better, reason="A later edition.")
    run(better)
    table = SimilarAreasTable.objects.standing().get()
    assert (table.note, table.replaces_id is not None) == ("A later edition.", True)
    row = table.rows.get(label="Shoplifting")
    assert (row.priority, row.position) == (cast.priority, 1)
    assert row.query == "Position 1 of 15 cannot be above the average."


def test_a_crime_type_is_given_its_priority_before_the_table_is_stored(cast: Cast):
    upload = send(cast.analyst, AREAS, kind="similar-areas")
    assert "is not answered" in store(cast.analyst, upload, confirmed=False).content.decode()
    assert store(cast.analyst, upload, confirmed=False, **{"place-1": str(cast.priority.pk)}).status_code == 302
    run(upload)
    assert SimilarAreasTable.objects.get().rows.get(label="Shoplifting").priority == cast.priority
    # The next table follows, unless its sender says otherwise.
    again = send(cast.analyst, AREAS, kind="similar-areas", period_code="2026-04")
    assert found(again) == []
    assert (
        f'<option value="{cast.priority.pk}" selected>' in get(cast.analyst, again.get_absolute_url()).content.decode()
    )
    store(cast.analyst, again, **{"place-1": "outside"})
    run(again)
    assert SimilarAreasTable.objects.get(upload=again).rows.get(label="Shoplifting").priority is None


def test_a_pasted_table_without_headings_hides_nothing_outside_our_priorities(cast: Cast):
    PrintedFigure.objects.create(
        plan=cast.plan, table="Table 1", heading="Acquisitive crime", label="Shoplifting*", printed="19", position=1
    )
    upload = send(cast.analyst, AREAS, kind="similar-areas")
    assert found(upload) == []
    store(cast.analyst, upload)
    run(upload)
    [total, shoplifting] = SimilarAreasTable.objects.get().rows.all()
    assert (total.heading, shoplifting.heading) == ("", "Acquisitive crime")


def test_survey_results_are_stored_with_their_year(cast: Cast):
    text = "Question,Answer,Number,Percentage,Respondents\nSafe?,Yes,60,60%,100\nSafe?,No,40,40%,100\n"
    upload = send(cast.analyst, text, kind="survey")
    assert (upload.state, found(upload)) == (State.READY, [])
    store(cast.analyst, upload)
    upload = run(upload)
    survey = Survey.objects.get()
    assert (survey.year, survey.responses, survey.upload) == (2026, 210, upload)
    question = survey.questions.get()
    assert [(result.answer, result.count, result.percent) for result in question.results.all()] == [
        ("Yes", 60, 60),
        ("No", 40, 40),
    ]
    assert "already" in found(send(cast.analyst, text, kind="survey"), "fault")[0][1]


# --- Cost ---------------------------------------------------------------------------------------------------------------


def test_storing_costs_as_many_queries_for_fifty_figures_as_for_five(cast: Cast):
    def queries(count: int, start: int) -> int:
        codes = [make_indicator(code=f"I{n}", name=f"Indicator {n}").code for n in range(start, start + count)]
        upload = send(cast.owner, "Code,Figure\n" + "".join(f"{code},7\n" for code in codes))
        store(cast.owner, upload)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert run(upload).state == State.STORED
        return len(asked)

    queries(1, 500)  # the columns are remembered once
    assert queries(5, 0) == queries(50, 100)


def test_the_list_costs_the_same_however_many(cast: Cast):
    browser = client(cast.analyst)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/performance/uploads/")
        return len(asked)

    for _ in range(3):
        send(cast.owner)
    queries()  # what a first visit alone asks for
    few = queries()
    for _ in range(27):
        send(cast.owner)
    assert queries() == few


def test_layouts_of_the_database_come_back(cast: Cast):
    upload = send(cast.owner)
    assert Layout.of_json(upload.mapping) == Layout(1, {0: "code", 1: "value", 2: "note"})


def test_a_note_stays_apart_from_why_it_was_corrected():
    from performance.services.bulk import _note

    assert _note("Late calls were added.", "hot summer") == "Late calls were added.\nNote: hot summer"
    assert (_note("", "hot summer"), _note("Why.", ""), _note("", "")) == ("hot summer", "Why.", "")
