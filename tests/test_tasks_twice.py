"""Every task of ours, run twice, leaves what one run leaves: a broker may deliver a message more than once."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.core import mail

from partners import outbox
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
    assert OURS == ["partners.tasks.drain_outbox", "reports.tasks.render", "shp_portal.tasks.tick"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_a_second_run_changes_nothing(name, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("reports.pdf.make", make)
    monkeypatch.setattr("celery.current_app.send_task", lambda name: None)
    desk = Desk()
    # Something for each task to do: an e-mail that is owed, one file that waits, reports that are due.
    desk.with_chair()
    version = desk.draft(kind="quarterly", period=Q2)
    Rendition.objects.create(version=version, stage=Rendition.Stage.FINAL, queued_at=DUE)
    outbox.put(recipient=desk.officer, kind="test", subject="Hello", text="Hello", html="", dedupe_key="hello", at=DUE)
    before = rows(), files(tmp_path), len(mail.outbox)
    current_app.tasks[name].apply(throw=True)
    once = rows(), files(tmp_path), len(mail.outbox)
    assert once != before
    current_app.tasks[name].apply(throw=True)
    assert (rows(), files(tmp_path), len(mail.outbox)) == once
