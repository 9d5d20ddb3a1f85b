"""Everything is renamed, what can be deleted is, three years pass: every stored version verifies and prints as it did, to the byte."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, ProtectedError, QuerySet, RestrictedError, Value, When
from django.test import Client

from actions.rating import LOOKS
from partners.models import Partner, User
from performance.models import Indicator
from priorities.models import Priority
from reports import delivery
from reports.document import from_json, sha256_of
from reports.models import Decision, PublicRelease, Rendition, Report, ReportVersion
from reports.models.stored import StoredFile
from reports.rendering import print_html
from reports.services.renditions import html_of
from tests.services.demonstration import NOW

#: Told with the stories of the browser and the PDFs, which it takes ten seconds to tell.
pytestmark = pytest.mark.pdf

ROOMS = ("partners", "priorities", "performance", "actions", "reports")
#: The sealed rows themselves; who decided, and at which meeting, is copied at the decision.
SEALED = {Report, ReportVersion, Rendition, Decision, PublicRelease, StoredFile}
LATER = NOW.replace(year=NOW.year + 3)
NEW = "Renamed "
NUMBERS = (models.IntegerField, models.DecimalField, models.FloatField)
#: Four years, so that a day that starts a period goes on starting one.
FAR = dt.timedelta(days=1461)


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


def move_everything() -> set[str]:
    """Every date, number and flag of the rooms' rows that is free to change; the names of those that changed."""
    moved = set()
    for model in rooms_models():
        fields = [one for one in model._meta.concrete_fields if not (one.primary_key or one.is_relation or one.choices)]
        changes: list[dict[str, Any]] = [
            # Together, since a table may hold its dates to an order.
            {one.attname: F(one.attname) + FAR for one in fields if isinstance(one, models.DateField)},
            *({one.attname: F(one.attname) + 1000} for one in fields if isinstance(one, NUMBERS)),
            *(
                {one.attname: Case(When(**{one.attname: True}, then=Value(False)), default=Value(True))}
                for one in fields
                if isinstance(one, models.BooleanField)
            ),
        ]
        for change in filter(None, changes):
            try:
                with transaction.atomic():
                    if model._default_manager.update(**change):
                        moved |= {f"{model.__name__}.{name}" for name in change}
            except IntegrityError:  # a percentage, a place in a list
                continue
    return moved


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
    assert Rendition.objects.filter(pk__in=stored, stage="final", version__decision__meeting__isnull=False).exists()
    pages = {one.pk: one.kept_page() for one in PublicRelease.objects.all()}
    assert pages

    for rating, look in LOOKS.items():
        monkeypatch.setitem(LOOKS, rating, dataclasses.replace(look, word=f"{NEW}word", definition=f"{NEW}definition"))
    assert rename_everything() > 1000
    for model in (Partner, Priority, Indicator):
        assert all(name.startswith(NEW) for name in model._default_manager.values_list("name", flat=True)), model
    assert prints() == stored
    moved = move_everything()
    wanted = ("Meeting.date", "Plan.starts_on", "Measurement.value", "Action.due_on", "Plan.public_shelf")
    assert moved.issuperset(wanted), set(wanted) - moved
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
        assert {one.pk: one.kept_page() for one in PublicRelease.objects.all()} == pages
        User.objects.filter(email="chair@demo.example").update(is_active=True)
        newest = ReportVersion.objects.filter(published_at__isnull=False).order_by("-published_at")[0]
        reader = Client()
        reader.force_login(User.objects.get(email="chair@demo.example"))
        page = reader.get(newest.get_absolute_url())
        assert page.status_code == 200
        assert f"{NEW}word" not in page.text
        assert f"{NEW}definition" not in page.text
