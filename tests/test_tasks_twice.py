"""Every task of ours, run twice, leaves what one run leaves: a broker may deliver a message more than once."""

import datetime as dt
import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.core import mail

from actions.models import Action, Evidence, ProgressUpdate
from actions.services import exports
from partners import outbox
from performance.models import Upload
from performance.services import uploads
from priorities.models import Priority, SubGroup
from reports.models import Rendition
from reports.tests.desk import DUE, Q2, Desk, make

current_app.loader.import_default_modules()
OURS = sorted(name for name in current_app.tasks if not name.startswith("celery."))


def rows() -> dict[str, list[Any]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label not in ("contenttypes", "auth", "sessions")
    }


def files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_registry_is_not_empty():
    assert OURS == [
        "actions.tasks.run_export",
        "actions.tasks.scan_evidence",
        "partners.tasks.drain_outbox",
        "performance.tasks.run_upload",
        "reports.tasks.render",
        "shp_portal.tasks.tick",
    ]


def _evidence_that_waits(desk: Desk) -> None:
    """A file that the scanner has not seen, and that is gone from the store: the scan notes so, once."""
    day = dt.date(2026, 4, 1)
    action = Action.objects.create(
        plan=desk.plan,
        ref="ASB-01",
        priority=Priority.objects.create(plan=desk.plan, code="ASB", name="Streets", position=1, statement="."),
        sub_group=SubGroup.objects.create(plan=desk.plan, code="G", name="Group"),
        title="Alley gates",
        lead_partner=desk.council,
        starts_on=day,
        due_on=dt.date(2027, 3, 31),
        added_at=DUE,
    )
    update = ProgressUpdate.objects.create(
        action=action,
        period_kind="half_year",
        period_start=day,
        rating="on_track",
        narrative="Two gates.",
        by=desk.officer,
        submitted_at=DUE,
        submitted_on=DUE.date(),
        submission_key=uuid.UUID(int=1),
    )
    Evidence.objects.create(
        update=update,
        kind="file",
        name="gate.pdf",
        file="evidence/gone",
        sha256="0" * 64,
        size=1,
        scan="waiting",
        by=desk.officer,
        at=DUE,
    )


def _table_that_waits(desk: Desk) -> Upload:
    """A table of figures that nobody has read yet."""
    with uploads.on_the_shelf(b"Code,Figure\nNONE,4\n", "figures.csv") as file:
        return uploads.start(
            plan=desk.plan,
            kind="figures",
            period=Q2,
            data_owner=desk.officer.partner,
            file=file,
            answers={"as_at": DUE.date().isoformat()},
            by=desk.officer,
            at=DUE,
            submission_key=uuid.UUID(int=77),
        )


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_a_second_run_changes_nothing(name, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("reports.pdf.make", make)
    monkeypatch.setattr("celery.current_app.send_task", lambda *asked: None)
    desk = Desk()
    # Something for each task to do: an e-mail that is owed, one file that waits, reports that are due.
    desk.with_chair()
    version = desk.draft(kind="quarterly", period=Q2)
    Rendition.objects.create(version=version, stage=Rendition.Stage.FINAL, queued_at=DUE)
    outbox.put(recipient=desk.officer, kind="test", subject="Hello", text="Hello", html="", dedupe_key="hello", at=DUE)
    _evidence_that_waits(desk)
    settings.CLAMAV_URL = "tcp://127.0.0.1:3310"
    export = exports.request_export(plan=desk.plan, kind="xlsx", query="?", by=desk.officer, at=DUE)
    upload = _table_that_waits(desk)
    about = {"actions.tasks.run_export": [export.pk], "performance.tasks.run_upload": [upload.pk]}.get(name, [])
    before = rows(), files(tmp_path), len(mail.outbox)
    current_app.tasks[name].apply(args=about, throw=True)
    once = rows(), files(tmp_path), len(mail.outbox)
    assert once != before
    current_app.tasks[name].apply(args=about, throw=True)
    assert (rows(), files(tmp_path), len(mail.outbox)) == once
