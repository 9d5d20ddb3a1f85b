"""A version becomes a file: waiting, being laid out, ready, or failed with its reason. The PDF maker is handed in.

Nothing here loads WeasyPrint: the task and the command bring `reports.pdf.make`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from reports import delivery
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document import sha256_of
from reports.document.text import FactsLost
from reports.models import Decision, Rendition, StoredFile
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


LAID_OUT_OTHERWISE = (
    "Laid out again it came out other than the file that was made, so it does not take its place. Put the file back from a "
    "backup, or make another version."
)


class Differs(Exception):
    """What comes out now is not what was made before."""


class Made(Protocol):
    """What a PDF maker gives back."""

    @property
    def content(self) -> bytes: ...
    @property
    def pages(self) -> int: ...


Maker = Callable[[str], Made]
Clock = Callable[[], dt.datetime]


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


def drop_unpublished_final(version: ReportVersion, at: dt.datetime) -> None:
    """Do away with a final file that nobody published: it was laid out before the decision that it would have to print.

    Gone as a row, so that whoever is laying it out at this moment finds nothing to finish. Its bytes are set aside.
    """
    if version.published_at is None:
        finals = version.renditions.filter(stage=Rendition.Stage.FINAL)
        for file in finals.defer("html"):
            set_aside(file, at)
        finals.delete()


def set_aside(file: Rendition, at: dt.datetime) -> None:
    """Keep, of a file that no longer counts, what it was: somebody may have a copy. Nothing for one that was never made."""
    if file.sha256:
        _stored(file, file.sha256, file.finished_at or at, set_aside_at=at)


def _stored(file: Rendition, sha256: str, at: dt.datetime, set_aside_at: dt.datetime | None = None) -> None:
    """The row of these bytes, as it is to stand now."""
    made_of = {"version": file.version, "edition": file.edition, "stage": file.stage, "made_at": at}
    StoredFile.objects.update_or_create(
        sha256=sha256,
        defaults={"set_aside_at": set_aside_at},
        create_defaults={**made_of, "set_aside_at": set_aside_at},
    )


def try_again(*, rendition: Rendition, by: User, at: dt.datetime) -> None:
    """Queue anew a rendition that failed, or whose stored file is damaged or missing: that one is laid out of the HTML that
    was kept with it, and counts only if the same bytes come out. Raises PermissionDenied; ValidationError when it is whole.
    """
    if not by.has_perm("reports.try_again"):
        raise PermissionDenied("Only the coordinator can have a report laid out again.")
    waiting = {"state": State.QUEUED, "attempts": 0, "last_error": "", "lease_until": None, "queued_at": at}
    found = Rendition.objects.get(pk=rendition.pk)
    fault = fault_of(found) if found.state == State.DONE else ""
    same = Rendition.objects.filter(pk=found.pk, state=found.state, sha256=found.sha256)
    if found.state == State.FAILED:
        same.update(**waiting, finished_at=None)
    elif fault:
        same.update(**waiting, fault=fault)
    else:
        raise ValidationError("There is nothing to try again: laying it out has not failed, and its file is whole.")


def fault_of(file: Rendition) -> str:
    """What is wrong with a stored file or the HTML kept with it, in a sentence; empty when both are as they were made."""
    try:
        delivery.read(file)
        file.check_html()
    except (delivery.FileLost, FactsLost) as lost:
        return str(lost)
    return ""


def sign_off_of(version: ReportVersion) -> SignOff | None:
    """What the final file says of the decision, copied; None for a report that is issued without one."""
    decision = Decision.objects.filter(version=version, outcome=Decision.Outcome.APPROVED).select_related("by").first()
    return said_of_decision(decision) if decision is not None else None


def said_of_decision(decision: Decision) -> SignOff:
    """A decision as it is printed: by role, and of its meeting what was known when it was taken."""
    role = decision.as_role or decision.by.job_title or ("Chair" if decision.by.is_chair else "Coordinator")
    return SignOff(
        words=decision.get_outcome_display(),
        by=f"Partnership, recorded by: {role}" if decision.meeting_id else role,
        on=timezone.localdate(decision.at),
        meeting=decision.meeting_on,
        minute_reference=decision.minute_reference,
    )


def html_of(rendition: Rendition) -> str:
    """What the file is made of: the version's frozen facts and its decision, and nothing that may change."""
    version, final = rendition.version, rendition.stage == Rendition.Stage.FINAL
    document = version.document()
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
            state=_given_up(rendition),
            lease_until=None,
            finished_at=rendition.finished_at or now,
            last_error=rendition.last_error or f"The worker stopped {MOST_ATTEMPTS} times while laying it out.",
        )
        return False
    claimed = row.update(state=State.RENDERING, lease_until=now + LEASE, attempts=rendition.attempts + 1)
    rendition.attempts += 1
    return claimed == 1


def _given_up(rendition: Rendition) -> State:
    """How a file stands that cannot be laid out: one that was there before is as damaged as it was, and shows it."""
    return State.DONE if rendition.sha256 else State.FAILED


def _html_again(rendition: Rendition) -> str:
    """The HTML that the file was made of: as it is kept, else as it comes out again. Raises Differs when that is another."""
    try:
        rendition.check_html()
    except FactsLost as lost:
        html = html_of(rendition)
        if sha256_of(html) != rendition.html_sha256:
            raise Differs(LAID_OUT_OTHERWISE) from lost
        return html
    return rendition.html or html_of(rendition)


def _lay_out(rendition: Rendition, make: Maker, clock: Clock) -> bool:
    """Render, store, then say so; whether this run's file is the one that counts. In place of a file that was there before
    only the same bytes count.
    """
    mine = Rendition.objects.filter(pk=rendition.pk, state=State.RENDERING, attempts=rendition.attempts)
    before = rendition.sha256
    try:
        html = _html_again(rendition) if before else html_of(rendition)
        made = make(html)
        if before and hashlib.sha256(made.content).hexdigest() != before:
            raise Differs(LAID_OUT_OTHERWISE)
        sha256 = hashlib.sha256(made.content).hexdigest()
        _stored(rendition, sha256, clock())  # named first: a worker killed after it leaves no bytes without a name
        name, _ = delivery.store(made.content)
    except Exception as error:
        log.exception("%s could not be laid out (attempt %s)", rendition, rendition.attempts)
        over = rendition.attempts >= MOST_ATTEMPTS or isinstance(error, Differs)
        mine.update(
            state=_given_up(rendition) if over else State.QUEUED,
            lease_until=None,
            last_error=(str(error).strip() or type(error).__name__)[:2000],
            finished_at=rendition.finished_at or (clock() if over else None),
        )
        return False
    now = clock()
    counts = (
        mine.update(
            state=State.DONE,
            lease_until=None,
            last_error="",
            html=html,
            html_sha256=sha256_of(html),
            pdf=name,
            sha256=sha256,
            pages=made.pages,
            finished_at=rendition.finished_at or now,
            checked_at=now if before else None,
            fault="",
        )
        == 1
    )
    if not counts and not Rendition.objects.filter(sha256=sha256).exists():
        StoredFile.objects.filter(sha256=sha256).update(set_aside_at=now)
    return counts
