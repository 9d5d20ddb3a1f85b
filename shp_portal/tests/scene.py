"""What the tests of the portal's pages share: the cast of the rooms below, updates and report versions by plain makers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.html import strip_tags

from actions.models import Action, ProgressUpdate
from actions.rating import Rating
from actions.services.updates import post_update
from actions.tests.makers import H1_2026, NOW, TODAY, UTC, Cast, key
from actions.tests.pages import browser, on
from partners.models import User
from priorities.periods import Period, PeriodKind
from reports.models import Report, ReportVersion

__all__ = ["H1_2026", "NOW", "TODAY", "UTC", "Cast", "browser", "key", "on", "page", "text_of", "update", "version"]


def page(user: User, address: str, expected: int = 200) -> str:
    """The page as `user` sees it on the tests' day."""
    with on():
        response = browser(user).get(address)
    assert response.status_code == expected
    return response.content.decode()


def text_of(html: str) -> str:
    """The words of a page without its tags, one space between them."""
    return " ".join(strip_tags(html).split())


def update(cast: Cast, action: Action, number: int, **fields: Any) -> ProgressUpdate:
    posted = post_update(
        **{
            "action": action,
            "by": cast.officer,
            "at": NOW,
            "today": TODAY,
            "submission_key": key(number),
            "period": H1_2026,
            "rating": Rating.ON_TRACK,
            "narrative": "Two patrols a week since June.",
            **fields,
        }
    )
    action.refresh_from_db()
    return posted


def version(cast: Cast, code: str, state: str, number: int = 1, kind: str = "six_monthly") -> ReportVersion:
    """A version in a state, as the verbs of the reports leave it; its content is of no interest here."""
    of_kind = PeriodKind.HALF_YEAR if kind == "six_monthly" else PeriodKind.QUARTER
    report, _ = Report.objects.get_or_create(
        plan=cast.plan,
        kind=kind,
        period_kind=of_kind.value,
        period_start=Period.parse(of_kind, code).start,
        defaults={"created_at": NOW},
    )
    return ReportVersion.objects.create(
        report=report,
        number=number,
        state=state,
        snapshot="{}",
        schema_version=1,
        snapshot_sha256="0" * 64,
        cut_off=dt.datetime(2026, 10, 1, 23, tzinfo=UTC),
        reason="" if number == 1 else "Two late updates.",
        made_at=NOW,
        sent_at=NOW if state == "with_chair" else None,
        published_at=NOW if state == "published" else None,
    )
