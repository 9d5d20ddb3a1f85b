"""Files of long lists: asked for once, made by the task with the list's own rows, seen by one person, gone after a week."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from actions import tasks
from actions.forms.filters import actions_at
from actions.models import Action, Export, ProgressUpdate
from actions.rating import Rating
from actions.services import exports
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, UTC, Cast, key
from actions.tests.pages import browser, on
from actions.views import listing
from partners import delivery
from partners.models import User

pytestmark = pytest.mark.django_db

State = Export.State
SECRET = "Marigold Street"
Woken = list[tuple[Any, ...]]


@pytest.fixture
def cast() -> Cast:
    return Cast()


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


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three actions are already too many to wait for, and are read two at a time."""
    monkeypatch.setattr(listing, "MOST_EXPORTED", 2)
    monkeypatch.setattr(exports, "CHUNK", 2)


@pytest.fixture
def five(cast: Cast, short: None) -> Cast:
    """ASB-01 has a title that looks like a formula and restricted words, ASB-05 was never heard of."""
    for number in range(1, 6):
        title = "=1+1 fires" if number == 1 else f"Action {number}"
        cast.action(f"ASB-0{number}", title=title, due_on=dt.date(2027, 3, number))
    post_update(
        action=Action.objects.get(ref="ASB-01"),
        by=cast.officer,
        at=NOW,
        today=TODAY,
        submission_key=key(1),
        period=H1_2026,
        rating=Rating.OFF_TRACK,
        narrative=SECRET,
        reason=SECRET,
        recovery=SECRET,
        restricted=True,
    )
    return cast


def many(cast: Cast, number: int) -> None:
    Action.objects.bulk_create(
        Action(
            plan=cast.plan,
            ref=f"ASB-{n:05}",
            priority=cast.priority,
            sub_group=cast.sub_group,
            title=f"Action {n}",
            lead_partner=cast.fire if n % 3 else cast.housing,
            starts_on=dt.date(2024, 4, 1),
            due_on=dt.date(2026, 9, 1) + dt.timedelta(days=n * 7 % 211),
            added_at=NOW,
        )
        for n in range(number)
    )


def ask(cast: Cast, kind: str = "csv", query: str = "?", by: User | None = None, at: dt.datetime = NOW) -> Export:
    return exports.request_export(plan=cast.plan, kind=kind, query=query, by=by or cast.outsider, at=at)


def run(export: Export, at: dt.datetime = NOW) -> Export:
    """What the task does, at a moment; the row as it then stands."""
    exports.run_export(pk=export.pk, select=actions_at, clock=lambda: at)
    export.refresh_from_db()
    return export


def done(cast: Cast, **asked: Any) -> Export:
    export = run(ask(cast, **asked))
    assert export.state == State.DONE, export.error
    return export


def get(export: Export, who: User, verb: str = "", **headers: str) -> Any:
    with on():
        return browser(who).get(f"/actions/exports/{export.pk}/{verb}", headers=headers)


def table(export: Export, who: User) -> list[list[str]]:
    """The file as it is downloaded and read back, every cell as text."""
    answer = get(export, who, "file/")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if export.kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def stored() -> list[Path]:
    return sorted(place for place in Path(settings.MEDIA_ROOT).rglob("*") if place.is_file())


def stray(name: str, now: dt.datetime, hours: float) -> Path:
    """What a worker that was killed so many hours ago had written by then."""
    place = Path(settings.MEDIA_ROOT) / "exports" / delivery.WAITING / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"Reference,Act")
    then = (now - dt.timedelta(hours=hours)).timestamp()
    os.utime(place, (then, then))
    return place


# --- The whole way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_more_than_two_thousand_go_by_task_and_read_as_the_screen_does(
    cast: Cast, kind: str, woken: Woken, monkeypatch: pytest.MonkeyPatch
):
    many(cast, 3003)
    query = "?partner=CFB&sort=-due"  # two of three: 2,002
    client = browser(cast.outsider)
    with on():
        page = client.get(f"/actions/{query}").content.decode()
        assert "export.csv" not in page
        assert f'action="/actions/exports/ask/{query.replace("&", "&amp;")}"' in page
        answer = client.post(f"/actions/exports/ask/{query}", {"kind": kind})
        export = Export.objects.get()
        assert answer["Location"] == f"/actions/exports/{export.pk}/"
        assert woken == [("actions.tasks.run_export", (export.pk,))]
        assert "Waiting to be made" in client.get(answer["Location"]).content.decode()
        tasks.run_export(export.pk)
        assert "The file is ready</strong>: 2,002 actions" in client.get(answer["Location"]).content.decode()
        monkeypatch.setattr(listing, "PAGE", 300)
        screen = [
            ref
            for number in range(1, 8)
            for ref in re.findall(
                r'<span class="ref">([^<]+)</span>', client.get(f"/actions/{query}&page={number}").content.decode()
            )
        ]
    assert len(screen) == 2002
    assert [row[0] for row in table(export, cast.outsider)[1:]] == screen


def test_a_long_file_says_what_the_short_one_says(five: Cast, monkeypatch: pytest.MonkeyPatch):
    long = {kind: table(done(five, kind=kind, query="?sort=rating"), five.outsider) for kind in ("csv", "xlsx")}
    monkeypatch.setattr(listing, "MOST_EXPORTED", 2000)
    with on():
        answer = browser(five.outsider).get("/actions/export.csv?sort=rating")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert long["csv"] == list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0] for row in long["xlsx"]] == [row[0] for row in long["csv"]]


def test_texts_are_no_formulas_and_restricted_words_are_in_no_file(five: Cast):
    csv_file, xlsx_file = done(five), done(five, kind="xlsx")
    assert table(csv_file, five.outsider)[1][1] == "'=1+1 fires"
    answer = get(xlsx_file, five.outsider, "file/")
    cell = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1 fires", "s", True)
    for export in (csv_file, xlsx_file):
        rows = table(export, five.outsider)
        assert rows[1][7] == "Off track"
        assert SECRET not in str(rows)
    assert ProgressUpdate.objects.get().reason == SECRET


def test_the_file_comes_as_an_attachment_that_nothing_is_read_from(five: Cast):
    answer = get(done(five, kind="xlsx"), five.outsider, "file/")
    assert answer["Content-Type"] == listing.XLSX_TYPE
    assert answer["Content-Disposition"] == f'attachment; filename="actions-{TODAY.isoformat()}.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_the_file_lies_under_a_name_that_tells_nothing(five: Cast):
    export = done(five)
    (place,) = stored()
    assert re.fullmatch(r"exports/[0-9a-f]{2}/[0-9a-f]{32}", export.file.name)
    assert place == Path(settings.MEDIA_ROOT) / export.file.name
    assert (export.size, export.total, export.rows_done, export.lease_until) == (place.stat().st_size, 5, 5, None)
    assert export.expires_on == TODAY + dt.timedelta(days=7)


def test_a_list_in_which_nothing_is_left_makes_a_file_of_heads(five: Cast):
    assert table(done(five, query="?q=nothing"), five.outsider) == [list(exports.COLUMNS)]


def test_a_short_list_has_no_such_buttons(cast: Cast):
    cast.action()
    with on():
        assert "/exports/ask/" not in browser(cast.outsider).get("/actions/").content.decode()


# --- Asking -------------------------------------------------------------------------------------------------------------


def test_a_double_click_is_one_file(five: Cast):
    client = browser(five.outsider)
    with on():
        first, second = (
            client.post("/actions/exports/ask/?sort=due&page=2&sub_group=nowhere", {"kind": "csv"}) for _ in range(2)
        )
    assert first["Location"] == second["Location"]
    assert Export.objects.get().query == "?sort=due"


def test_another_kind_list_or_person_is_another_file_and_so_is_a_finished_one(five: Cast):
    first = ask(five)
    others = [ask(five, kind="xlsx"), ask(five, query="?sort=due"), ask(five, by=five.chair)]
    run(first)
    assert len({first, *others, ask(five)}) == 5


def test_two_such_rows_are_refused_by_the_database(five: Cast):
    export = ask(five)
    Export.objects.filter(pk=export.pk).update(state=State.RUNNING, lease_until=NOW)
    export.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        export.save()


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_file(five: Cast):
    gate = threading.Barrier(8)
    found: list[int | Exception] = []

    def click() -> None:
        gate.wait()
        try:
            found.append(ask(five).pk)
        except Exception as error:  # told by the assertion below
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [Export.objects.get().pk] * 8


def test_nobody_keeps_the_workers_busy_alone(five: Cast):
    for number in range(exports.MOST_UNFINISHED):
        ask(five, query=f"?q={number}")
    ask(five, query="?q=0")  # the same again
    ask(five, by=five.chair)
    with on():
        answer = browser(five.outsider).post("/actions/exports/ask/?q=other", {"kind": "csv"}, follow=True)
    assert "5 files of yours are not ready yet." in answer.content.decode()
    assert Export.objects.filter(by=five.outsider).count() == exports.MOST_UNFINISHED


def test_no_other_kind_of_file(five: Cast):
    with on():
        answer = browser(five.outsider).post("/actions/exports/ask/?q=a", {"kind": "pdf"}, follow=True)
    assert "Choose the kind of file: CSV or XLSX." in answer.content.decode()
    assert not Export.objects.exists()


def test_those_who_see_no_actions_get_no_file_of_them(five: Cast):
    with pytest.raises(PermissionDenied):
        ask(five, by=five.reader)
    with on():
        assert browser(five.reader).post("/actions/exports/ask/", {"kind": "csv"}).status_code == 404


def test_without_a_broker_the_tick_finds_it(five: Cast, monkeypatch: pytest.MonkeyPatch, woken: Woken):
    def refuse(*asked: object) -> None:
        raise ConnectionRefusedError("no broker")

    with monkeypatch.context() as away:
        away.setattr("celery.current_app.send_task", refuse)
        with on():
            assert browser(five.outsider).post("/actions/exports/ask/", {"kind": "csv"}).status_code == 302
    exports.see_to(NOW)
    assert (exports.TASK, (Export.objects.get().pk,)) in woken


# --- Whose it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["", "file/"])
def test_a_file_is_its_owners_alone(five: Cast, verb: str):
    export = done(five)
    assert get(export, five.outsider, verb).status_code == 200
    for other in (five.officer, five.coordinator, five.chair, five.admin, five.reader):
        assert get(export, other, verb).status_code == 404
    with on():
        assert Client().get(f"/actions/exports/{export.pk}/{verb}")["Location"].startswith("/accounts/login/")


def test_nobody_else_tries_again_or_finds_it_in_their_list(five: Cast):
    export = ask(five, query="?q=marigold")
    Export.objects.update(state=State.FAILED, error="No space.")
    with on():
        assert browser(five.coordinator).post(f"/actions/exports/{export.pk}/again/").status_code == 404
        assert "marigold" not in browser(five.coordinator).get("/actions/exports/").content.decode()
        assert "marigold" in browser(five.outsider).get("/actions/exports/").content.decode()
        assert b"marigold" not in browser(five.admin).get(f"/admin/actions/export/{export.pk}/change/").content
    with pytest.raises(PermissionDenied):
        exports.retry(export=export, by=five.coordinator, at=NOW)


def test_somebody_who_lost_their_role_has_their_files_no_more(five: Cast):
    export = done(five)
    five.outsider.groups.clear()
    assert get(export, five.outsider, "file/").status_code == 404


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_nothing_is_made_for_somebody_deactivated(five: Cast, when: str):
    export = ask(five)

    def leaves(**asked: Any) -> Any:
        User.objects.filter(pk=five.outsider.pk).update(is_active=False)
        return actions_at(**asked)

    if when == "before":
        User.objects.filter(pk=five.outsider.pk).update(is_active=False)
    assert exports.run_export(pk=export.pk, select=leaves, clock=lambda: NOW) is None
    export.refresh_from_db()
    assert (export.state, export.error) == (State.FAILED, "The person who asked for it is no longer active.")
    assert stored() == []


def test_nothing_is_made_for_somebody_who_may_see_no_actions_by_then(five: Cast):
    export = ask(five)
    five.outsider.groups.clear()
    assert "may no longer see the actions" in run(export).error


# --- Making -------------------------------------------------------------------------------------------------------------


def test_progress_is_told_chunk_by_chunk(five: Cast):
    export = ask(five)
    seen = []

    def clock() -> dt.datetime:
        seen.append(Export.objects.values_list("state", "rows_done", "total").get())
        return NOW

    exports.run_export(pk=export.pk, select=actions_at, clock=clock)
    assert [done for state, done, total in seen if total == 5] == [0, 2, 4, 5]


def test_a_second_message_makes_no_second_file(five: Cast):
    export = done(five)
    before = Export.objects.values().get(), stored()
    assert exports.run_export(pk=export.pk, select=actions_at, clock=lambda: NOW) is None
    assert (Export.objects.values().get(), stored()) == before


def test_a_row_in_another_workers_hands_is_left_to_it(five: Cast):
    export = ask(five)
    Export.objects.update(state=State.RUNNING, attempts=1, lease_until=NOW + dt.timedelta(seconds=1))
    assert run(export).state == State.RUNNING
    assert stored() == []


def test_a_slow_worker_that_was_overtaken_changes_nothing(five: Cast):
    export = ask(five)
    later = NOW + exports.LEASE + dt.timedelta(seconds=1)
    files: list[Path] = []

    def overtaken(**asked: Any) -> Any:
        if not files:
            run(Export.objects.get(), at=later)
            files.extend(stored())
        return actions_at(**asked)

    assert exports.run_export(pk=export.pk, select=overtaken, clock=lambda: NOW) is None
    export.refresh_from_db()
    assert (export.state, export.attempts) == (State.DONE, 2)
    finished = Path(settings.MEDIA_ROOT) / export.file.name
    assert stored() == [finished]
    assert len(table(export, five.outsider)) == 6


def test_each_chunk_renews_the_lease(five: Cast):
    export = ask(five)
    moments = iter(NOW + exports.LEASE * 0.9 * n for n in range(20))

    def clock() -> dt.datetime:
        moment = next(moments)
        row = Export.objects.get()
        assert row.lease_until is None or row.lease_until > moment
        return moment

    assert exports.run_export(pk=export.pk, select=actions_at, clock=clock)


def test_an_action_that_moves_meanwhile_is_neither_missed_nor_told_twice(five: Cast):
    export = ask(five, query="?sort=due")

    def clock() -> dt.datetime:
        if Export.objects.get().rows_done == 2:  # the first in line goes to its end, the last to its beginning
            Action.objects.filter(ref="ASB-01").update(due_on=dt.date(2027, 3, 30))
            Action.objects.filter(ref="ASB-05").update(due_on=dt.date(2027, 2, 1))
        return NOW

    assert exports.run_export(pk=export.pk, select=actions_at, clock=clock)
    assert [row[0] for row in table(fresh(export), five.outsider)[1:]] == [f"ASB-0{n}" for n in range(1, 6)]


def fresh(export: Export) -> Export:
    export.refresh_from_db()
    return export


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_killed_worker_leaves_no_half_file_and_the_tick_takes_it_up_again(five: Cast, kind: str, woken: Woken):
    export = ask(five, kind=kind)
    assert exports._claim(export, NOW)  # and then the worker is killed, two chunks in
    Export.objects.update(rows_done=4, total=5)
    exports.see_to(NOW + dt.timedelta(seconds=30))
    assert woken == []
    assert get(export, five.outsider, "file/").status_code == 404
    later = NOW + exports.LEASE + dt.timedelta(seconds=1)
    half, sheet = stray("0" * 32, later, 2), stray(f"{'0' * 32}.sheet", later, 2)
    young = stray("1" * 32, later, 0.5)
    exports.see_to(later)
    assert (exports.TASK, (export.pk,)) in woken
    assert (half.exists(), sheet.exists(), young.exists()) == (False, False, True)
    assert run(export, at=later).state == State.DONE
    assert [row[0] for row in table(export, five.outsider)[1:]] == [f"ASB-0{n}" for n in range(1, 6)]
    young.unlink()
    assert len(stored()) == 1


def test_workers_that_keep_dying_end_as_a_failure_not_a_loop(five: Cast):
    export, now = ask(five), NOW
    for _ in range(exports.MOST_ATTEMPTS):
        assert exports._claim(Export.objects.waiting(now).get(), now)
        now += exports.LEASE + dt.timedelta(seconds=1)
    assert run(export, at=now).error == "The worker stopped 3 times while making it."
    assert export.state == State.FAILED
    assert not Export.objects.waiting(now + dt.timedelta(days=1)).exists()


def test_a_worker_that_dies_before_the_file_is_in_its_place_has_made_it_all_the_same(
    five: Cast, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as killed:
        killed.setattr(delivery, "settle", lambda name: None)
        export = done(five)
    Export.objects.update(expires_on=dt.date(2100, 1, 1))  # the sweep goes by the clock of the disk
    (waiting,) = stored()
    assert waiting.parent.name == delivery.WAITING
    assert len(table(export, five.outsider)) == 6
    exports.see_to(
        dt.datetime.fromtimestamp(waiting.stat().st_mtime, UTC) + delivery.LONGEST_WAIT + dt.timedelta(minutes=1)
    )
    assert stored() == [Path(settings.MEDIA_ROOT) / export.file.name]


FAULTS: dict[str, tuple[Exception, str]] = {
    "disk": (OSError(28, "No space left on device"), "It could not be stored: No space left on device."),
    "time": (SoftTimeLimitExceeded(), "Making it took longer than 200 seconds. Make the list shorter with a filter."),
    "bug": (
        KeyError("secret"),
        "Something went wrong while it was made. Try again; when it fails again, tell the Community Safety Team.",
    ),
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_failure_is_seen_with_its_reason_and_tried_again_with_a_button(
    five: Cast, kind: str, fault: str, woken: Woken, monkeypatch: pytest.MonkeyPatch
):
    error, sentence = FAULTS[fault]
    export = ask(five, kind=kind)

    def fails(action: Action, standing: object) -> Any:
        if action.ref == "ASB-04":
            raise error
        return as_row(action, standing)  # type: ignore[arg-type]

    as_row = exports.as_row
    with monkeypatch.context() as broken:
        broken.setattr(exports, "as_row", fails)
        assert run(export).state == State.FAILED
    assert (export.error, export.lease_until) == (sentence, None)
    assert stored() == []
    page = get(export, five.outsider).content.decode().replace("&#x27;", "'")
    assert sentence in page
    assert "Try again</button>" in page
    assert sentence in get_list(five.outsider)
    with on(NOW + dt.timedelta(days=1)):
        browser(five.outsider).post(f"/actions/exports/{export.pk}/again/")
    assert woken[-1] == (exports.TASK, (export.pk,))
    assert run(export).state == State.DONE
    assert (export.attempts, export.error, export.as_of) == (1, "", TODAY + dt.timedelta(days=1))
    assert len(table(export, five.outsider)) == 6


def get_list(who: User) -> str:
    with on():
        return browser(who).get("/actions/exports/").content.decode().replace("&#x27;", "'")


def test_there_is_nothing_to_try_again_unless_it_failed(five: Cast):
    export = ask(five)
    with pytest.raises(ValidationError, match="has not failed"):
        exports.retry(export=export, by=five.outsider, at=NOW)
    with on():
        answer = browser(five.outsider).post(f"/actions/exports/{export.pk}/again/", follow=True)
    assert "There is nothing to try again" in answer.content.decode()


def test_trying_again_what_was_asked_for_anew_meanwhile_is_that_one(five: Cast):
    failed = ask(five)
    Export.objects.update(state=State.FAILED, error="No space.")
    anew = ask(five)
    assert exports.retry(export=failed, by=five.outsider, at=NOW) == anew


def test_a_filter_that_names_nothing_any_more_makes_no_longer_list_instead(five: Cast):
    export = run(ask(five, query="?partner=PS"))
    assert export.state == State.DONE
    export = run(ask(five, query="?partner=GONE"))
    assert (export.state, export.error) == (State.FAILED, "“GONE” is not a partner of this plan.")


def queries(made: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        made()
    return len(seen)


def test_a_chunk_costs_two_queries_however_long_the_list(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    many(cast, 3)
    done(cast)  # what is read once a person is read
    few = queries(lambda: done(cast))
    for number in range(27):
        cast.action(f"DA-{number}")
    assert queries(lambda: done(cast)) == few <= 22
    monkeypatch.setattr(exports, "CHUNK", 10)
    assert queries(lambda: done(cast)) == few + 2 * 2


# --- Pages --------------------------------------------------------------------------------------------------------------


def test_the_page_says_how_far_it_is_and_a_script_gets_that_part_alone(five: Cast):
    export = ask(five, query="?sub_group=FIRE&sort=-due")
    Export.objects.update(state=State.RUNNING, lease_until=NOW, rows_done=1500, total=2001)
    page = get(export, five.outsider).content.decode()
    part = get(export, five.outsider, **{"X-Requested-With": "fetch"}).content.decode()
    for text in (page, part):
        assert "Being made: 1,500 of 2,001 actions." in text
        assert '<progress class="export__bar" id="made" value="1500" max="2001">1,500 of 2,001</progress>' in text
        assert f'<a class="govuk-link" href="/actions/exports/{export.pk}/">Check again</a>' in text
    assert "Sub-group: Fires group; sorted by due date, the other way round" in page
    assert "exports.js" in page
    assert "<html" not in part


def test_a_file_that_is_gone_or_was_changed_is_not_given(five: Cast, caplog: pytest.LogCaptureFixture):
    export = done(five)
    (place,) = stored()
    place.write_bytes(place.read_bytes() + b"x")
    assert get(export, five.outsider, "file/").status_code == 503
    place.unlink()
    answer = get(export, five.outsider, "file/")
    assert (answer.status_code, "ask for it again from" in answer.content.decode()) == (503, True)
    assert "could not be sent" in caplog.text


def test_files_are_removed_after_a_week_and_say_so(five: Cast):
    export = done(five)
    last, after = (dt.datetime.combine(TODAY + dt.timedelta(days=days), dt.time(9), tzinfo=UTC) for days in (7, 8))
    exports.see_to(last)
    assert len(stored()) == 1
    with on(last):
        assert browser(five.outsider).get(f"/actions/exports/{export.pk}/file/").status_code == 200
    with on(after):  # before the tick
        assert browser(five.outsider).get(f"/actions/exports/{export.pk}/file/").status_code == 404
        assert "The file was removed." in browser(five.outsider).get(export.get_absolute_url()).content.decode()
    exports.see_to(after)
    exports.see_to(after + dt.timedelta(days=1))
    assert stored() == []
    export.refresh_from_db()
    assert export.removed_on == after.date()
    with on(after):
        page = browser(five.outsider).get(export.get_absolute_url()).content.decode()
        assert "The file was removed on 20 October 2026." in page
        assert "Removed on 20 October 2026" in browser(five.outsider).get("/actions/exports/").content.decode()
        assert browser(five.outsider).get(f"/actions/exports/{export.pk}/file/").status_code == 404


def test_one_file_that_cannot_be_removed_holds_up_no_other(five: Cast, monkeypatch: pytest.MonkeyPatch):
    stuck, other = done(five), done(five, kind="xlsx")
    remove = delivery.remove

    def refuses(name: str) -> None:
        if name == stuck.file.name:
            raise PermissionError(13, "Permission denied")
        remove(name)

    monkeypatch.setattr(delivery, "remove", refuses)
    assert exports.remove_expired(NOW + dt.timedelta(days=30)) == 1
    other.refresh_from_db()
    stuck.refresh_from_db()
    assert (stuck.removed_on, other.removed_on is None) == (None, False)


def test_the_list_of_files_costs_the_same_for_many_as_for_few(five: Cast):
    client = browser(five.outsider)

    def visit() -> None:
        with on():
            assert client.get("/actions/exports/").status_code == 200

    for number in range(3):
        run(ask(five, query=f"?q={number}"))
    visit()
    few = queries(visit)
    for number in range(3, 30):
        run(ask(five, query=f"?q={number}"))
    assert queries(visit) == few <= 8
