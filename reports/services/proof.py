"""Whether a file is one of ours, in words, and whether what we keep is still what we made.

A file is known by the SHA-256 of its bytes, a report's facts by that of their text. Both are kept with what was made of
them, even when another took its place, and every file names its facts in its metadata, so that a copy that was changed
still says which report it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from priorities.models import Plan
from priorities.periods import british
from reports.document.text import FactsLost
from reports.models import Decision, PublicRelease, Rendition, ReportVersion, StoredFile
from reports.services import renditions
from reports.services.release import corrected_by, newer_on_shelf, public_reason
from reports.services.renditions import sign_off_of

if TYPE_CHECKING:
    from partners.models import User

Stored = TypeVar("Stored", Rendition, ReportVersion)

log = logging.getLogger(__name__)

HASH = re.compile(r"[0-9a-f]{64}")
_FACTS = re.compile(rb"facts ([0-9a-f]{64})")

NOT_OURS = "This is not one of our reports, or it has been changed since we made it."
NOT_PUBLIC = (
    "This is none of the reports that were published for everybody, or it has been changed since. "
    "Whoever may sign in can ask about the others after signing in."
)
NOT_TO_BE_SEEN = "This is none of the published reports, or it has been changed since we made it."

NO_LONGER_SEALED = (
    "But the facts that the portal holds no longer match that seal: rely on a copy of the file, and tell the Community "
    "Safety Team."
)
NEWEST = ("Newer version", "none, this is the newest")
CORRECTING = "a corrected version, which is being prepared for everybody"

#: Files held against their hashes in one tick, and how long until the next time.
BATCH = 20
EVERY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What the portal says of a file or a hash, in the words of page and command alike: in a word, and in a sentence.

    `about`: label and words of each fact, in order. `version`: the one it is about, None when it is not ours.
    """

    is_ours: bool
    word: str
    headline: str
    about: tuple[tuple[str, str], ...] = ()
    version: ReportVersion | None = None
    is_public: bool = False

    def lines(self) -> list[str]:
        return [self.headline, *(f"{label}: {words}" for label, words in self.about)]


@dataclass(frozen=True)
class Print:
    """What a file tells by itself: the hash of its bytes, and which facts its metadata names ("" for none)."""

    sha256: str
    facts: str = ""


def print_of(parts: Iterable[bytes]) -> Print:
    """Read a file from its pieces, of whatever size and kind; never the whole of it at once."""
    digest, facts, tail = hashlib.sha256(), "", b""
    for part in parts:
        digest.update(part)
        if not facts:
            tail += part
            found = _FACTS.search(tail)
            facts = found[1].decode() if found else ""
            tail = tail[-100:]  # a name may lie across two pieces
    return Print(digest.hexdigest(), facts)


def may_ask(user: User | None) -> bool:
    """Those who read reports here; strangers, and people without a role, once published reports are for everybody."""
    if user is not None and (user.sees_the_work or user.is_reader):
        return True
    return Plan.objects.filter(public_shelf=True).exists()


def ask(told: Print, *, user: User | None, everything: bool = False) -> Answer:
    """Which report this is a file, or the facts, of. `user` None or without a role is told of public versions alone.

    What somebody may not see is answered as what is not there. `everything`: for whoever has the server's command line.
    """
    seen = _Seen(user, everything)
    file = seen.files.filter(sha256=told.sha256).first()
    if file is not None:
        return _of_file(file, seen)
    stored = StoredFile.objects.filter(sha256=told.sha256).select_related("version__report__plan").first()
    if stored is not None and seen.at_work:
        return _of_set_aside(stored, seen)
    version = seen.versions.filter(snapshot_sha256=told.sha256).first()
    if version is not None:
        is_sound = not _fault_of_facts(version)
        headline = "These are the sealed facts of a report of ours, as its small print names them."
        return Answer(
            is_sound,
            "Ours" if is_sound else "Damaged here",
            headline if is_sound else f"{headline} {NO_LONGER_SEALED}",
            _about(version, seen),
            version,
            seen.public_only,
        )
    # Ours, unchanged, but not for whoever asks: the facts that it names must not give it away.
    is_hidden = stored is not None or Rendition.objects.filter(sha256=told.sha256).exists()
    changed = seen.versions.filter(snapshot_sha256=told.facts).first() if told.facts and not is_hidden else None
    if changed is not None:
        return Answer(
            False,
            "Changed",
            "This is not one of our files as we made it: it says that it is the report below, but its bytes are others. "
            "It has been changed, if only by being saved again.",
            _about(changed, seen),
            changed,
            seen.public_only,
        )
    return Answer(False, "Not ours" if seen.at_work else "Not published", seen.not_ours)


class _Seen:
    """What the one who asks may be told of."""

    def __init__(self, user: User | None, everything: bool) -> None:
        self.at_work = at_work = everything or (user is not None and user.sees_the_work)
        reads = user is not None and user.is_reader
        self.public_only = not at_work and not reads
        self.not_ours = NOT_OURS if at_work else NOT_TO_BE_SEEN if reads else NOT_PUBLIC
        files = Rendition.objects.exclude(sha256="")  # also one that is being laid out again
        versions = ReportVersion.objects.all()
        if self.public_only:
            released = PublicRelease.objects.filter(version__report__plan__public_shelf=True)
            versions = versions.filter(pk__in=released.values("version"))
            files = files.filter(edition=Rendition.Edition.PUBLIC, sha256__in=released.values("pdf_sha256"))
        elif not at_work and user is not None:
            versions = versions.visible_to(user)
            # Readers read what was checked for everybody, and may ask what became of it.
            released = PublicRelease.objects.filter(version__in=versions)
            files = files.filter(edition=Rendition.Edition.PUBLIC, sha256__in=released.values("pdf_sha256"))
        self.files = files.select_related("version__report__plan").defer("html", "version__snapshot")
        self.versions = versions.select_related("report__plan").defer("snapshot")


def _of_file(file: Rendition, seen: _Seen) -> Answer:
    return Answer(
        True,
        "Ours",
        f"This file is ours, unchanged: {file}, made {_moment(file.finished_at or file.queued_at)}.",
        (("Which file", _kind(file)), *_about(file.version, seen)),
        file.version,
        file.edition == Rendition.Edition.PUBLIC,
    )


def _of_set_aside(file: StoredFile, seen: _Seen) -> Answer:
    """What was made and given up before anybody could be given it: a final of before a decision, a marking not chosen."""
    when = f" on {_moment(file.set_aside_at)}" if file.set_aside_at else ""
    return Answer(
        True,
        "Ours, set aside",
        f"This file is ours, unchanged: {file}, made {_moment(file.made_at)}. But it was set aside{when} before it was "
        "published, and another took its place: do not rely on it.",
        (("Which file", f"{_kind(file)}, set aside"), *_about(file.version, seen)),
        file.version,
        file.edition == Rendition.Edition.PUBLIC,
    )


def _moment(at: dt.datetime) -> str:
    at = timezone.localtime(at)
    return f"{british(at.date())}, {at:%H:%M}"


def _kind(file: Rendition | StoredFile) -> str:
    return f"{file.get_edition_display()}, {'final' if file.stage == Rendition.Stage.FINAL else 'a draft'}"


def _about(version: ReportVersion, seen: _Seen) -> tuple[tuple[str, str], ...]:
    """How the version stands: decision, publication, and what took its place."""
    said = [("Report", f"{version.report}, version {version.number}")]
    if reason := version.reason if seen.at_work else public_reason(version):
        said.append(("Why this version", reason))
    if not seen.public_only:
        said.append(("How it stands", version.standing))
    said.append(("Decision", _decision(version)))
    if version.published_at and not seen.public_only:
        said.append(("Published for the Partnership", british(timezone.localdate(version.published_at))))
    release = version.releases.newest()
    if release is not None:
        words = f"since {british(timezone.localdate(release.at))}"
        if release.withdrawn_at:
            words = f"from {british(timezone.localdate(release.at))}; taken away again on {british(timezone.localdate(release.withdrawn_at))}"
        said.append(("Published for everybody", words))
    said.append(_newer(version, seen))
    return tuple(said)


def _decision(version: ReportVersion) -> str:
    sign_off = sign_off_of(version)
    if sign_off is None:
        returned = version.report.needs_chair and Decision.objects.filter(version=version).select_related("by").first()
        if returned:
            role = returned.as_role or returned.by.name
            return f"{returned.get_outcome_display()} by the {role}, {british(timezone.localdate(returned.at))}"
        return "none yet" if version.report.needs_chair else "none needed: reports of this kind are issued without one"
    by = sign_off.by.removeprefix("Partnership, ")  # whose words say so already
    words = f"{sign_off.words}, {by}" if by != sign_off.by else f"{sign_off.words} by the {sign_off.by}"
    words += f", {british(sign_off.on)}"
    if sign_off.meeting:
        words += f", at the meeting of {british(sign_off.meeting)}, minute {sign_off.minute_reference}"
    return words


def _newer(version: ReportVersion, seen: _Seen) -> tuple[str, str]:
    """Whether it is the newest, and what took its place or is to, where the one who asks may know of it: label and words."""
    if seen.public_only:
        newer = newer_on_shelf(version)
        if newer is None:
            return ("Replaced by", CORRECTING) if corrected_by(version) else NEWEST
        taken_away = ", which was taken away again" if newer.withdrawn_at else ""
        on = british(timezone.localdate(newer.at))
        return "Replaced by", f"version {newer.version.number}, published {on}{taken_away}"
    successor = version.successor()
    if successor is not None:
        done, on_ = ("published", successor.published_at) if successor.published_at else ("made", successor.made_at)
        return "Replaced by", f"version {successor.number}, {done} {british(timezone.localdate(on_))}"
    newest = seen.versions.filter(report=version.report_id).order_by("-number").first()
    if newest is None or newest.number <= version.number:
        return NEWEST
    if newest.published_at:
        # One that was returned is never put aside, and yet it is not the one that holds.
        return "Replaced by", f"version {newest.number}, published {british(timezone.localdate(newest.published_at))}"
    standing = newest.standing
    return "Newer version", f"version {newest.number}, not yet in its place: {standing[:1].lower()}{standing[1:]}"


# --- What we keep -----------------------------------------------------------------------------------------------------


def check_stored(now: dt.datetime) -> list[Rendition | ReportVersion]:
    """Hold files and facts against their hashes, those first that were not looked at for longest, each once a day.

    A bounded number of each a call; those that are damaged (still, or again). Called by the clock: it asks for no permission.
    """
    files = Rendition.objects.filter(_is_due(now), state=Rendition.State.DONE).select_related("version__report")
    versions = ReportVersion.objects.filter(_is_due(now)).select_related("report")
    return [
        *_checked(files.defer("version__snapshot"), _fault_of_file, now),
        *_checked(versions, _fault_of_facts, now),
    ]


def _is_due(now: dt.datetime) -> Q:
    return Q(checked_at__isnull=True) | Q(checked_at__lte=now - EVERY)


def _checked(rows: QuerySet[Stored], fault_of: Callable[[Stored], str], now: dt.datetime) -> Iterator[Stored]:
    """The damaged ones of those whose turn it is, what was found of each being noted."""
    for row in rows.order_by(F("checked_at").asc(nulls_first=True), "pk")[:BATCH]:
        if _noted(row, fault_of(row), now):
            yield row


def check_file(file: Rendition, now: dt.datetime) -> None:
    """Look at one file before its turn, because somebody could not be given it, so that it can be laid out again at once."""
    _noted(file, _fault_of_file(file), now)


def _noted(row: Rendition | ReportVersion, fault: str, now: dt.datetime) -> bool:
    if fault and fault != row.fault:
        log.error("%s: %s", row, fault)
    if isinstance(row, Rendition):
        # Not one that is laid out anew meanwhile.
        same = Rendition.objects.filter(pk=row.pk, sha256=row.sha256, state=row.state)
        same.update(checked_at=now, fault=fault)
    else:
        ReportVersion.objects.filter(pk=row.pk).update(checked_at=now, fault=fault)
    row.fault = fault
    return bool(fault)


def _fault_of_facts(version: ReportVersion) -> str:
    """What is wrong with the stored facts, in a sentence; empty when they are those that were sealed."""
    try:
        version.check_seal()
    except FactsLost as lost:
        return str(lost)
    return ""


def _fault_of_file(file: Rendition) -> str:
    """What is wrong with a stored file or the pages kept with it, in a sentence; empty when all is as it was made."""
    if fault := renditions.fault_of(file):
        return fault
    released = file.version.releases.standing() if file.edition == Rendition.Edition.PUBLIC else ()
    try:
        for release in released:
            release.kept_page()
    except FactsLost as lost:
        return str(lost)
    return ""
