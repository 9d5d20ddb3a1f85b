"""A version becomes a file: waiting, being laid out, ready, or failed with its reason. The PDF maker is handed in.

Nothing here loads WeasyPrint: the task and the command bring `reports.pdf.make`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from reports import delivery
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document import from_json, sha256_of
from reports.models import Decision, Rendition
from reports.public import for_public
from reports.rendering import SignOff, print_html

if TYPE_CHECKING:
    from partners.models import User
    from reports.models import RenditionQuerySet, ReportVersion

log = logging.getLogger(__name__)

State = Rendition.State

#: Longer than a task may run (CELERY_TASK_TIME_LIMIT), so that no living worker still holds a row whose lease ran out.
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3


class Made(Protocol):
    """What a PDF maker gives back."""

    @property
    def content(self) -> bytes: ...
    @property
    def pages(self) -> int: ...


Maker = Callable[[str], Made]
Clock = Callable[[], dt.datetime]


class Broken(Exception):
    """The stored facts are not those that were frozen."""


def make_next(*, make: Maker, clock: Clock) -> Rendition | None:
    """Lay out one waiting rendition, newest period first; the finished row, or None when nothing was there or it failed."""
    for rendition in _with_all(Rendition.objects.waiting(clock())):
        if _claim(rendition, clock()):
            return rendition if _lay_out(rendition, make, clock) else None
    return None


def make_one(*, rendition: Rendition, make: Maker, clock: Clock) -> Rendition:
    """Lay out this rendition if it waits; the row as it then stands (somebody else may be laying it out)."""
    found = _with_all(Rendition.objects.waiting(clock()).filter(pk=rendition.pk)).first()
    if found is not None and _claim(found, clock()):
        _lay_out(found, make, clock)
    return _with_all(Rendition.objects.all()).get(pk=rendition.pk)


def any_waiting(now: dt.datetime) -> bool:
    return Rendition.objects.waiting(now).exists()


def queue(
    *, version: ReportVersion, stage: str, at: dt.datetime, edition: str = Rendition.Edition.PARTNERS
) -> Rendition:
    """Ask for a file of a version; asking again changes nothing."""
    rendition, _ = Rendition.objects.get_or_create(
        version=version, edition=edition, stage=stage, defaults={"queued_at": at}
    )
    return rendition


def try_again(*, rendition: Rendition, by: User, at: dt.datetime) -> None:
    """Queue a failed rendition anew. Raises PermissionDenied; ValidationError when it has not failed."""
    if not by.has_perm("reports.try_again"):
        raise PermissionDenied("Only the coordinator can have a report laid out again.")
    freed = Rendition.objects.filter(pk=rendition.pk, state=State.FAILED).update(
        state=State.QUEUED, attempts=0, last_error="", lease_until=None, queued_at=at, finished_at=None
    )
    if not freed:
        raise ValidationError("There is nothing to try again: laying it out has not failed.")


def sign_off_of(version: ReportVersion) -> SignOff | None:
    """What the final file says of the decision, copied; None for a report that is issued without one."""
    decision = (
        Decision.objects.filter(version=version, outcome=Decision.Outcome.APPROVED)
        .select_related("by", "meeting")
        .first()
    )
    if decision is None:
        return None
    role = decision.as_role or decision.by.job_title or ("Chair" if decision.by.is_chair else "Coordinator")
    return SignOff(
        words=decision.get_outcome_display(),
        by=f"the Partnership, recorded by: {role}" if decision.meeting else role,
        on=timezone.localdate(decision.at),
        meeting=decision.meeting.date if decision.meeting else None,
        minute_reference=decision.minute_reference,
    )


def html_of(rendition: Rendition) -> str:
    """What the file is made of: the version's frozen facts and its decision, and nothing that may change."""
    version, final = rendition.version, rendition.stage == Rendition.Stage.FINAL
    document = from_json(version.snapshot)
    return print_html(
        for_public(document, rendition.marking) if rendition.edition == Rendition.Edition.PUBLIC else document,
        stage="final" if final else "draft",
        snapshot_sha256=version.snapshot_sha256,
        sign_off=sign_off_of(version) if final else None,
    )


def _with_all(renditions: RenditionQuerySet) -> RenditionQuerySet:
    return renditions.select_related("version__report__plan")


def _claim(rendition: Rendition, now: dt.datetime) -> bool:
    """Take the row, if nobody took it since it was read. One whose workers kept dying is closed instead."""
    row = Rendition.objects.filter(pk=rendition.pk, state=rendition.state, attempts=rendition.attempts)
    if rendition.attempts >= MOST_ATTEMPTS:
        row.update(
            state=State.FAILED,
            lease_until=None,
            finished_at=now,
            last_error=rendition.last_error or f"The worker stopped {MOST_ATTEMPTS} times while laying it out.",
        )
        return False
    claimed = row.update(state=State.RENDERING, lease_until=now + LEASE, attempts=rendition.attempts + 1)
    rendition.attempts += 1
    return claimed == 1


def _lay_out(rendition: Rendition, make: Maker, clock: Clock) -> bool:
    """Render, store, then say so; whether this run's file is the one that counts."""
    version = rendition.version
    mine = Rendition.objects.filter(pk=rendition.pk, state=State.RENDERING, attempts=rendition.attempts)
    try:
        if sha256_of(version.snapshot) != version.snapshot_sha256:
            raise Broken("The stored facts of this version are no longer those that were frozen.")
        html = html_of(rendition)
        made = make(html)
        name, sha256 = delivery.store(made.content)
    except Exception as error:
        log.exception("%s could not be laid out (attempt %s)", rendition, rendition.attempts)
        failed = rendition.attempts >= MOST_ATTEMPTS
        mine.update(
            state=State.FAILED if failed else State.QUEUED,
            lease_until=None,
            last_error=(str(error).strip() or type(error).__name__)[:2000],
            finished_at=clock() if failed else None,
        )
        return False
    return (
        mine.update(
            state=State.DONE,
            lease_until=None,
            last_error="",
            html=html,
            pdf=name,
            sha256=sha256,
            pages=made.pages,
            finished_at=clock(),
        )
        == 1
    )
