"""Files of reports on disk: written whole or not at all, under the hash of their bytes, and read back only if unchanged."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from partners import outbox

if TYPE_CHECKING:
    from reports.models import Rendition


class FileLost(Exception):
    """The stored file is missing or no longer the one that was written; says which."""


def store(content: bytes, folder: str = "reports") -> tuple[str, str]:
    """Write a PDF under MEDIA_ROOT for good; (name relative to MEDIA_ROOT, SHA-256 of the bytes).

    Whoever reads meanwhile, or after the power fails, finds the whole file or none. Writing the same bytes again changes
    nothing. Raises OSError when the disk is full or may not be written.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{folder}/{sha256[:2]}/{sha256}.pdf"
    place = Path(settings.MEDIA_ROOT) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, content)
    return name, sha256


def write_whole(place: Path, content: bytes) -> None:
    """Put `content` at `place` in one step: a temporary file beside it, synced to the disk, then renamed."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp is for the owner's eyes alone; the uploads' mode lets the web's group read.
        Path(temporary).chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
        Path(temporary).replace(place)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
