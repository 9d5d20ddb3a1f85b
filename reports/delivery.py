"""Files of reports on disk: written whole or not at all, under the hash of their bytes, and read back only if unchanged."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from partners import outbox
from partners.delivery import WAITING, remove, waiting_longer_than, write_whole

if TYPE_CHECKING:
    from reports.models import Rendition


#: Where files are begun, so that what a killed worker left is found by listing one folder.
FOLDER = "reports"
#: Far longer than it takes to write a file.
LONGEST_WRITE = dt.timedelta(minutes=1)


class FileLost(Exception):
    """The stored file is missing or no longer the one that was written; says which."""


def store(content: bytes, folder: str = FOLDER) -> tuple[str, str]:
    """Write a PDF under MEDIA_ROOT for good; (name relative to MEDIA_ROOT, SHA-256 of the bytes).

    Whoever reads meanwhile, or after the power fails, finds the whole file or none. Writing the same bytes again changes
    nothing. Raises OSError when the disk is full or may not be written.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{folder}/{sha256[:2]}/{sha256}.pdf"
    place = Path(settings.MEDIA_ROOT) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    begun_in = Path(settings.MEDIA_ROOT) / FOLDER / WAITING
    begun_in.mkdir(parents=True, exist_ok=True)
    write_whole(place, content, begun_in=begun_in)
    return name, sha256


def sweep(now: dt.datetime) -> None:
    """Remove the pieces of files that killed workers left."""
    for name in waiting_longer_than(now, FOLDER, LONGEST_WRITE):
        remove(name)


def read(rendition: Rendition) -> bytes:
    """The bytes of a finished rendition. Raises FileLost rather than give bytes other than those that were decided on."""
    place = Path(settings.MEDIA_ROOT) / rendition.pdf.name
    try:
        content = place.read_bytes()
    except OSError as error:
        raise FileLost(f"The PDF of {rendition} cannot be read from the file store.") from error
    if hashlib.sha256(content).hexdigest() != rendition.sha256:
        raise FileLost(f"The PDF of {rendition} in the file store is not the one that was made.")
    return content


def wake_render() -> bool:
    """Ask the render worker to look for work; a nudge that is lost only waits for the next tick."""
    return outbox.wake("reports.tasks.render")
