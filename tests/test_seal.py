"""Everything is renamed, what can be deleted is, three years pass: every stored version verifies and prints as it did, to the byte."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.test import Client

from actions.rating import LOOKS
from partners.models import Partner, User
from performance.models import Indicator
from priorities.models import Priority
from reports import delivery
from reports.document import from_json, sha256_of
from reports.models import Decision, Rendition, Report, ReportVersion
from reports.rendering import print_html
from reports.services.renditions import html_of
from tests.services.demonstration import NOW

#: Told with the stories of the browser and the PDFs, which it takes ten seconds to tell.
pytestmark = pytest.mark.pdf

ROOMS = ("partners", "priorities", "performance", "actions", "reports")
#: The sealed rows themselves; who decided is copied at the decision.
SEALED = {Report, ReportVersion, Rendition, Decision}
LATER = NOW.replace(year=NOW.year + 3)
NEW = "Renamed "


def rooms_models() -> Iterator[type[models.Model]]:
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model not in SEALED:
                yield model


def rename_everything() -> int:
    """Every text of the rooms' rows that is free to change; how many kinds of text that were."""
    renamed = 0
    for model in rooms_models():
        for field in model._meta.concrete_fields:
            free = type(field) in (models.CharField, models.TextField) and not field.choices
            if not free or field.primary_key:
                continue
            for row in model._default_manager.exclude(**{field.attname: ""}).order_by("pk").only("pk", field.attname):
                text = f"{NEW}{row.pk} {getattr(row, field.attname)}"[: field.max_length]
                try:
                    with transaction.atomic():
                        changed = model._default_manager.filter(pk=row.pk).update(**{field.attname: text})
                except IntegrityError:  # a code that a constraint holds to its form cannot be renamed
                    break
                renamed += changed
    return renamed


def delete_what_can_be() -> int:
    """Until a whole round over the tables deletes nothing more; what a sealed row needs is protected."""
    gone = 0
    while True:
        before = gone
        for model in rooms_models():
            rows = model._default_manager.all()
            try:
                gone += _deleted(rows)
            except (ProtectedError, RestrictedError):
                for pk in rows.values_list("pk", flat=True):
                    try:
                        gone += _deleted(rows.filter(pk=pk))
                    except (ProtectedError, RestrictedError):
                        continue
        if gone == before:
            return gone


def _deleted(rows: QuerySet[models.Model]) -> int:
    with transaction.atomic():
        return rows.delete()[0]


def prints() -> dict[int, str]:
    files = Rendition.objects.filter(state=Rendition.State.DONE).select_related("version__report__plan")
    return {file.pk: html_of(file) for file in files.order_by("pk")}


@pytest.mark.usefixtures("demonstration")
def test_what_was_sealed_stays_as_it_was_whatever_happens_to_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {one.pk: one for one in ReportVersion.objects.select_related("report")}
    stored = dict(Rendition.objects.filter(state=Rendition.State.DONE).order_by("pk").values_list("pk", "html"))
    assert len(versions) > 10
    kinds = set(Rendition.objects.filter(pk__in=stored).values_list("version__report__kind", "stage", "edition"))
    assert {("six_monthly", "final", "partners"), ("quarterly", "final", "partners")} <= kinds
    screens = {pk: print_html(from_json(one.snapshot), stage="draft", snapshot_sha256=one.snapshot_sha256, sign_off=None) for pk, one in versions.items()}  # fmt: skip
    assert prints() == stored

    for rating, look in LOOKS.items():
        monkeypatch.setitem(LOOKS, rating, dataclasses.replace(look, word=f"{NEW}word", definition=f"{NEW}definition"))
    assert rename_everything() > 1000
    for model in (Partner, Priority, Indicator):
        assert all(name.startswith(NEW) for name in model._default_manager.values_list("name", flat=True)), model
    assert prints() == stored
    assert delete_what_can_be() > 1000

    with time_machine.travel(LATER):
        assert dt.datetime.now(dt.UTC).year == LATER.year
        for one in ReportVersion.objects.order_by("pk"):
            assert one.snapshot == versions[one.pk].snapshot
            assert sha256_of(one.snapshot) == one.snapshot_sha256
            again = print_html(from_json(one.snapshot), stage="draft", snapshot_sha256=one.snapshot_sha256, sign_off=None)  # fmt: skip
            assert again == screens[one.pk]
        assert ReportVersion.objects.count() == len(versions)
        assert prints() == stored
        for file in Rendition.objects.filter(pk__in=stored):
            assert delivery.read(file)
            assert file.html == stored[file.pk]
        newest = ReportVersion.objects.filter(published_at__isnull=False).order_by("-published_at")[0]
        reader = Client()
        reader.force_login(User.objects.get(email="chair@demo.example"))
        page = reader.get(newest.get_absolute_url())
        assert page.status_code == 200
        assert f"{NEW}word" not in page.text
        assert f"{NEW}definition" not in page.text
