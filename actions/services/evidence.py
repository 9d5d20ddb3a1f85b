"""Evidence with an update: files and links. Files are brought to the shelf first, then named by rows, then scanned.

In that order nothing slow happens inside a transaction, and what is on the shelf without a row is never served.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone

from actions import scanner
from actions.filetypes import MOST_FILES, MOST_LINKS, Examined
from actions.models import Evidence
from actions.services.lifecycle import locked
from partners import delivery, outbox

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from actions.models import ProgressUpdate
    from partners.models import User

log = logging.getLogger(__name__)

NOT_YOURS = "Evidence is added by the person who wrote the update."

#: Under MEDIA_ROOT.
FOLDER = "evidence"
#: Files of one run of the scanner; the next run takes the rest.
BATCH = 20

Scan = Evidence.Scan


@dataclass(frozen=True)
class Shelved:
    """A file on the shelf that no row names yet."""

    name: str
    media_type: str
    size: int
    sha256: str
    place: str


def bring(files: Iterable[Examined]) -> list[Shelved]:
    """Put files on the shelf, before the transaction that names them. Raises ValidationError when they cannot be stored."""
    shelved: list[Shelved] = []
    try:
        for file in files:
            place = delivery.shelve(file.content, FOLDER)
            sha256 = hashlib.sha256(file.content).hexdigest()
            shelved.append(Shelved(file.name, file.kind.media_type, len(file.content), sha256, place))
    except OSError as fault:
        log.exception("A file of evidence could not be stored")
        put_back(shelved)
        sentence = "The files cannot be stored at the moment. Send the update without them and add them later."
        raise ValidationError({"evidence_files": [sentence]}) from fault
    return shelved


@contextmanager
def on_the_shelf(files: Iterable[Examined]) -> Iterator[list[Shelved]]:
    """`bring`, and `put_back` when what is done with the files inside fails."""
    shelved = bring(files)
    try:
        yield shelved
    except BaseException:
        put_back(shelved)
        raise


def put_back(shelved: Iterable[Shelved]) -> None:
    """Take files away again that no row will name."""
    for file in shelved:
        delivery.remove(file.place)


def same_as(update: ProgressUpdate, files: Iterable[Shelved]) -> list[tuple[str, str]]:
    """Files whose very content stands with the update under another name: the name given, and the one it stands under."""
    files = list(files)
    if not files:
        return []
    stored = Evidence.objects.filter(update=update, sha256__in=[file.sha256 for file in files])
    names = dict(stored.values_list("sha256", "name"))
    return [(file.name, names[file.sha256]) for file in files if names.get(file.sha256, file.name) != file.name]


@transaction.atomic
def attach(
    *, update: ProgressUpdate, by: User, at: dt.datetime, files: Sequence[Shelved] = (), links: Sequence[str] = ()
) -> list[Evidence]:
    """Name files and links as evidence of an update, within the time its period is open.

    A file or link that the update has already is not added again, so that a form sent twice adds nothing twice.
    Raises PermissionDenied with a sentence; ValidationError keyed by the form's field names.
    """
    if not files and not links:
        return []
    action = locked(update.action)
    if not by.has_perm("actions.add_evidence", update):
        raise PermissionDenied(NOT_YOURS)
    if update.period not in action.period_choice(timezone.localdate(at)).choices:
        raise ValidationError(f"{update.period.label} is closed: its report is approved. Post a new update instead.")
    there = list(Evidence.objects.filter(update=update))
    hashes, addresses = {row.sha256 for row in there if row.sha256}, {row.url for row in there if row.url}
    new_files = list({file.sha256: file for file in files if file.sha256 not in hashes}.values())
    new_links = list(dict.fromkeys(link for link in links if link not in addresses))
    faults: dict[str, list[str]] = {}
    if len(hashes) + len(new_files) > MOST_FILES:
        faults["evidence_files"] = [f"One update carries up to {MOST_FILES} files; this one would have more."]
    if len(addresses) + len(new_links) > MOST_LINKS:
        faults["evidence_links"] = [f"One update carries up to {MOST_LINKS} links; this one would have more."]
    if faults:
        raise ValidationError(faults)
    rows = [
        Evidence(
            kind=Evidence.Kind.FILE,
            name=file.name,
            file=file.place,
            sha256=file.sha256,
            media_type=file.media_type,
            size=file.size,
            scan=Scan.WAITING if settings.CLAMAV_URL else Scan.NOT_ASKED,
        )
        for file in new_files
    ]
    rows += [Evidence(kind=Evidence.Kind.LINK, name=_short(link), url=link) for link in new_links]
    for row in rows:
        row.update, row.by, row.at = update, by, at
        row.full_clean(exclude=["update", "by"])
        row.save()
        if row.file:
            transaction.on_commit(partial(delivery.settle, row.file.name), robust=True)
    kept = {row.file.name for row in rows}
    transaction.on_commit(lambda: put_back(file for file in files if file.place not in kept), robust=True)
    return rows


def wake_scanner() -> bool:
    """Ask the workers to scan what waits; a nudge that is lost only waits for the next tick."""
    return bool(settings.CLAMAV_URL) and outbox.wake("actions.tasks.scan_evidence")


def any_waiting() -> bool:
    """Whether the scanner has anything to do; False without one."""
    return bool(settings.CLAMAV_URL) and _unjudged().exists()


def _unjudged() -> QuerySet[Evidence]:
    """Files that wait for a verdict, and files that came while there was no scanner to ask."""
    return Evidence.objects.filter(kind=Evidence.Kind.FILE, scan__in=[Scan.WAITING, Scan.NOT_ASKED])


def scan_waiting() -> int:
    """Let the scanner judge what waits, the oldest first; how many it judged. Safe to run twice and at once.

    A file with a virus is taken away and its row stays, to say so. Without a verdict a file goes on waiting, unserved.
    Files from before there was a scanner come after those, and are served, marked "not scanned", until they are judged.
    """
    if not settings.CLAMAV_URL:
        return 0
    judged = 0
    # What could not be judged before goes last, so that one such file holds up no other.
    first = Case(When(scan=Scan.WAITING, then=0), default=1)
    for row in _unjudged().order_by("scan_note", first, "pk")[:BATCH]:
        try:
            verdict = scanner.scan(settings.CLAMAV_URL, delivery.read(row.file.name, row.sha256))
        except delivery.FileLost as fault:
            log.error("Evidence %s cannot be scanned: %s", row.pk, fault)
            _note(row, row.scan, "The file is missing from the file store.")
            continue
        except scanner.NoVerdict as fault:
            _note(row, row.scan, str(fault))
            if fault.away:
                break
            continue
        if verdict.clean:
            judged += _note(row, Scan.CLEAN, "")
        elif _note(row, Scan.INFECTED, f"{verdict.found}; the file was removed."):
            log.warning("Evidence %s holds %s and was removed", row.pk, verdict.found)
            delivery.remove(row.file.name)
            judged += 1
    return judged


def sweep(now: dt.datetime) -> int:
    """Take away files that a stopped request left without a row, and put those in place whose row is there; how many went."""
    return delivery.sweep(
        now, FOLDER, lambda names: Evidence.objects.filter(file__in=names).values_list("file", flat=True)
    )


def _note(row: Evidence, state: str, note: str) -> int:
    """Record a verdict unless somebody else's came first."""
    return _unjudged().filter(pk=row.pk).update(scan=state, scan_note=note[:250])


def _short(link: str) -> str:
    """A link as people read it: its site and path."""
    parts = urlsplit(link)
    name = f"{parts.netloc}{parts.path}".rstrip("/")
    return name if len(name) <= 100 else f"{name[:99]}…"
