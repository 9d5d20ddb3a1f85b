"""The whole way with real processes: beat ticks, the worker makes what is due, the render worker lays it out, mail leaves."""

import pytest
from django.core.cache import cache

from partners.models import OutgoingEmail
from reports import delivery
from reports.models import Rendition, Report
from reports.services import building, decisions
from reports.tests.desk import DECIDED, DUE, PUBLISHED, SENT, Desk

pytestmark = pytest.mark.worker


@pytest.fixture
def desk(transactional_db) -> Desk:
    """A plan of which one six-monthly report alone is due; made before the workers start to tick."""
    cache.clear()
    desk = Desk()
    for one in building.owed_by(desk.plan):
        if (one.kind, one.period.code) != ("six_monthly", "2024-04"):
            Report.objects.create(
                plan=desk.plan,
                kind=one.kind,
                period_kind=one.period.kind.value,
                period_start=one.period.start,
                created_at=DUE,
                not_produced="Not what this test is about.",
            )
    return desk


def test_beat_makes_the_report_the_render_worker_lays_it_out_and_it_goes_to_the_shelf(desk, workers):
    draft = workers.until(
        lambda: Rendition.objects.filter(state=Rendition.State.DONE).select_related("version__report__plan").first(),
        "a draft that is laid out",
    )
    assert (draft.version.report.kind, draft.version.number, draft.stage) == ("six_monthly", 1, "draft")
    assert delivery.read(draft).startswith(b"%PDF-1.7")
    assert draft.pages >= 2
    decisions.send_to_chair(version=draft.version, by=desk.coordinator, at=SENT)
    email = workers.until(
        lambda: OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENT).first(), "the chair's e-mail"
    )
    assert email.recipient == desk.chair
    [letter] = workers.mail.iterdir()
    text = letter.read_text(encoding="utf-8")
    assert f"/reports/{draft.version.report_id}/v1/" in text
    decisions.approve(version=draft.version, by=desk.chair, at=DECIDED, **desk.seen(draft.version))
    final = workers.until(
        lambda: Rendition.objects.filter(state=Rendition.State.DONE, stage="final").first(), "the final file"
    )
    assert final.sha256 != draft.sha256
    decisions.publish(version=draft.version, by=desk.coordinator, at=PUBLISHED)
    assert Report.objects.filter(not_produced="").count() == 1
    assert Rendition.objects.count() == 2
