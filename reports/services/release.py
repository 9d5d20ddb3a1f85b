"""The public version of a published report: laid out, checked by a person item by item, put on the shelf, taken off again.

What is put there is one file: the check is bound to its hash, as a decision is to the file that was read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone

from actions.progress import plural
from partners.words import is_blank
from priorities.models import Plan
from reports import delivery
from reports import permissions as permissions  # the rules behind `has_perm`
from reports.document import sha256_of
from reports.document.text import FactsLost
from reports.models import PublicRelease, Rendition, Report, ReportVersion
from reports.public import Withheld, for_public, withheld
from reports.rendering import screen_html
from reports.services.holds import reason_in_spite
from reports.services.renditions import set_aside, sign_off_of

if TYPE_CHECKING:
    from partners.models import User
    from reports.models import ReportVersionQuerySet

State = Rendition.State

NOT_ON_SHELF = "This version is not among what everybody can read (any more)."
ONLY_COORDINATOR_RELEASES = "Only the coordinator puts a report where everybody can read it."
LONGEST_REASON = 2000
#: What is marked OFFICIAL-SENSITIVE is by that not for everybody.
MARKINGS = (Plan.Marking.NONE.value, Plan.Marking.OFFICIAL.value)


@dataclass(frozen=True)
class Check:
    """One sentence to be ticked, and what stands below it for whoever checks."""

    sentence: str
    details: tuple[str, ...] = ()


def checks_of(kept_back: Withheld, marking: str) -> tuple[Check, ...]:
    """What a person answers for before everybody may read a report, in the order in which one looks."""
    small = sum(map(len, kept_back.small.values()))
    secondary = sum(map(len, kept_back.secondary.values()))
    left_out = len(kept_back.left_out)
    restricted = kept_back.restricted + kept_back.restricted_issues
    return (
        Check("I have read all of it, and nobody can be recognised: no victim, suspect, address or rare event."),
        Check(
            f"Words marked as restricted ({plural(restricted, 'text')}) and all evidence are left out, and no other words give them away."
            if restricted
            else "No words in it are restricted, and all evidence is left out."
        ),
        *_check_of_matters(kept_back),
        Check(
            f"Small numbers are withheld as listed: {plural(small, 'figure')} that are under 5 or rest on a "
            f"count under 5, and {plural(secondary, 'figure')} from which one could be worked out."
            if small or secondary
            else "No figure had to be withheld as small, and none of the words tells a small number.",
            (
                *(f"Small: {name}, {', '.join(periods)}" for name, periods in kept_back.small.items()),
                *(f"With them: {name}, {', '.join(periods)}" for name, periods in kept_back.secondary.items()),
                *(
                    [f"Words withheld because they may tell one: in {plural(kept_back.words, 'place')}"]
                    * bool(kept_back.words)
                ),
            ),
        ),
        Check(
            f"What comes from sources that are not for publication is left out, as listed: {left_out} in all."
            if left_out
            else "Every figure in it comes from a source that may be published.",
            tuple(kept_back.left_out),
        ),
        Check(
            f"The marking on every page is the right one: {marking}."
            if marking
            else "It bears no protective marking, and needs none."
        ),
        # Holds are the portal's to know: it refuses while one lasts, unless somebody goes on by name and reason.
        Check("No trial and no day agreed for later stands against publishing it now."),
    )


def _check_of_matters(kept_back: Withheld) -> list[Check]:
    """What the chair, a meeting or scrutiny asked, and the answers, go out in the words in which they were typed."""
    if not kept_back.matters and not kept_back.restricted_matters:
        return []
    printed = (
        f"The questions and answers on {plural(kept_back.matters, 'matter')} arising name nobody and give nobody away"
    )
    if not kept_back.matters:
        printed = "No matter arising is printed"
    left_out = kept_back.restricted_matters
    return [Check(f"{printed}; {plural(left_out, 'restricted matter')} left out." if left_out else f"{printed}.")]


@transaction.atomic
def prepare(*, version: ReportVersion, marking: str, by: User, at: dt.datetime) -> Rendition:
    """Ask for the PDF of the public version, under a marking. Another marking has it laid out anew, as long as nobody
    outside has been given it; the same again changes nothing.

    Raises PermissionDenied; ValidationError keyed `marking`, or with one sentence.
    """
    _want_right(version, by)
    Report.objects.select_for_update().get(pk=version.report_id)
    version.refresh_from_db(fields=["state"])
    if refusal := cannot_prepare(version):
        raise ValidationError(refusal)
    if marking not in MARKINGS:
        raise ValidationError({"marking": ["Choose one of the markings."]})
    file, new = Rendition.objects.get_or_create(
        version=version,
        edition=Rendition.Edition.PUBLIC,
        stage=Rendition.Stage.FINAL,
        defaults={"queued_at": at, "marking": marking},
    )
    if new or (file.marking == marking and file.state != State.FAILED):
        return file
    if version.releases.exists():
        raise ValidationError("This version has been read by everybody under its marking. Make another version.")
    if file.state in (State.QUEUED, State.RENDERING):
        # A worker may have read the row already, with the marking it had then.
        raise ValidationError("It is being laid out at this moment. Look again in a minute.")
    set_aside(file, at)
    Rendition.objects.filter(pk=file.pk, state=file.state).update(
        state=State.QUEUED,
        marking=marking,
        attempts=0,
        last_error="",
        lease_until=None,
        html="",
        pdf="",
        sha256="",
        pages=None,
        queued_at=at,
        finished_at=None,
        checked_at=None,
        fault="",
    )
    file.refresh_from_db()
    return file


@transaction.atomic
def release(
    *,
    version: ReportVersion,
    checks: Sequence[str],
    seen_pdf_sha256: str,
    seen_html_sha256: str,
    by: User,
    at: dt.datetime,
    despite_hold: str = "",
) -> PublicRelease:
    """Let everybody read the public version, every sentence of `checks_of` having been ticked.

    What the public saw of the report before is replaced by it; the page is kept as it was looked at. Raises PermissionDenied;
    ValidationError keyed `checks`, keyed `despite_hold` when publishing is on hold and no reason is given to go on, or with
    one sentence when the file or the page is not the one that was looked at, the stored file or facts are damaged, or the
    version is not the published one. Pressed twice, the second answers with what stands.
    """
    _want_right(version, by)
    Report.objects.select_for_update().get(pk=version.report_id)
    version.refresh_from_db(fields=["state"])
    file = file_of(version)
    standing = version.releases.standing().first()
    if standing is not None and file is not None and standing.pdf_sha256 == seen_pdf_sha256 == file.sha256:
        return standing
    if refusal := cannot_release(version, file):
        raise ValidationError(refusal)
    despite_hold = reason_in_spite(version.report.plan, timezone.localdate(at), despite_hold)
    assert file is not None  # noqa: S101 - `cannot_release` wants it
    if file.sha256 != seen_pdf_sha256:
        raise ValidationError("The PDF was laid out anew since you opened this page. Look at it again, then tick.")
    try:
        delivery.read(file)
        wanted = [check.sentence for check in checks_of(withheld(version.document()), file.marking)]
        html = html_of(version, file.marking)
    except (delivery.FileLost, FactsLost) as lost:
        raise ValidationError(f"{lost} Nobody can be given it.") from lost
    if sha256_of(html) != seen_html_sha256:
        raise ValidationError("The report as a page has changed since you opened it. Look at it again, then tick.")
    if missing := [sentence for sentence in wanted if sentence not in checks]:
        raise ValidationError({"checks": [f"Not ticked: {sentence}" for sentence in missing]})
    return PublicRelease.objects.create(
        version=version,
        marking=file.marking,
        pdf_sha256=file.sha256,
        html=html,
        html_sha256=seen_html_sha256,
        checks=wanted,
        despite_hold=despite_hold,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw(*, version: ReportVersion, reason: str, by: User, at: dt.datetime) -> PublicRelease:
    """Take the public version off the shelf. The file stays, so that whoever has a copy can ask what became of it.

    Raises PermissionDenied; ValidationError keyed `reason`, or with one sentence when it is not on the shelf.
    """
    _want_right(version, by)
    standing = PublicRelease.objects.select_for_update().filter(version=version).standing().first()
    if standing is None:
        raise ValidationError(NOT_ON_SHELF)
    if is_blank(reason):
        raise ValidationError({"reason": ["Say why it is taken away."]})
    if len(reason.strip()) > LONGEST_REASON:
        raise ValidationError({"reason": [f"Shorten the reason to {LONGEST_REASON:,} characters or fewer."]})
    standing.withdrawn_at, standing.withdrawn_by, standing.withdrawn_reason = at, by, reason.strip()
    standing.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    return standing


def html_of(version: ReportVersion, marking: str) -> str:
    """The public version as a page, without what stands around it, as this portal would make it now. Raises ValueError,
    with a sentence, for facts that are damaged or too old for a public version.
    """
    return screen_html(
        for_public(version.document(), marking),
        snapshot_sha256=version.snapshot_sha256,
        sign_off=sign_off_of(version),
        stage="final",
    )


def file_of(version: ReportVersion) -> Rendition | None:
    """The PDF of the public version, however far it is."""
    return (
        version.renditions.filter(edition=Rendition.Edition.PUBLIC, stage=Rendition.Stage.FINAL).defer("html").first()
    )


def cannot_prepare(version: ReportVersion) -> str:
    """Why no public version can be made of this one, in a sentence; empty when it can."""
    if version.state == ReportVersion.State.REPLACED:
        return "This version has been replaced. The public version is made of the newest one that is published."
    if version.state != ReportVersion.State.PUBLISHED:
        return "The public version follows once this version is published for the Partnership."
    return ""


def cannot_release(version: ReportVersion, file: Rendition | None) -> str:
    """Why the public version cannot be put on the shelf, in a sentence; empty when it can, if only in spite of a hold."""
    if refusal := cannot_prepare(version):
        return refusal
    if version.releases.standing().exists():
        return "Everybody can read this version already."
    if file is None or file.state != State.DONE:
        return "The PDF of the public version is not ready yet."
    if file.fault:
        return "The PDF of the public version is damaged: have it laid out again first."
    return ""


def newer_on_shelf(version: ReportVersion) -> PublicRelease | None:
    """What took this version's place on the shelf: the newest later one that stands there, else the newest that once did."""
    later = PublicRelease.objects.filter(version__report=version.report_id, version__number__gt=version.number)
    later = later.select_related("version").defer("html", "version__snapshot")
    return later.order_by(F("withdrawn_at").asc(nulls_first=True), "-version__number", "-at").first()


def public_reason(version: ReportVersion) -> str:
    """Why there is another version, as readers are told: in the words of the public version, and only while they can read it."""
    if not version.reason or not version.releases.standing().exists():
        return ""
    try:
        return for_public(version.document()).paper.reason
    except ValueError:
        return ""


def corrected_by(version: ReportVersion) -> ReportVersion | None:
    """The newer version that is published for the Partnership, whoever else may read it; None when this is the newest."""
    later = ReportVersion.objects.filter(report=version.report_id, number__gt=version.number)
    return later.filter(state=ReportVersion.State.PUBLISHED).defer("snapshot").first()


def to_follow() -> ReportVersionQuerySet:
    """Published corrections that are not released, of reports of which an older version stands on the shelf all the same:
    `released_before` is that one's number.
    """
    standing = PublicRelease.objects.standing()
    before = standing.filter(version__report=OuterRef("report"), version__number__lt=OuterRef("number"))
    found = ReportVersion.objects.filter(
        ~Exists(standing.filter(version=OuterRef("pk"))), state=ReportVersion.State.PUBLISHED
    )
    numbers = before.order_by("-version__number").values("version__number")
    found = found.annotate(released_before=Subquery(numbers[:1])).filter(released_before__isnull=False)
    return found.select_related("report").defer("snapshot").order_by("-report__period_start", "report__kind")


def _want_right(version: ReportVersion, by: User) -> None:
    if not by.has_perm("reports.release", version):
        raise PermissionDenied(ONLY_COORDINATOR_RELEASES)
