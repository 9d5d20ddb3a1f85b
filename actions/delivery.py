"""Files of evidence on disk: written whole or not at all, under a random name, and read back only if unchanged.

A file waits in a folder of its own until the row that names it is committed, and is moved to its place then. What waits there
without a row is what a stopped request left behind: the sweep finds it by listing that one folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
import uuid
from pathlib import Path

from django.conf import settings

FOLDER = "evidence"
WAITING = "waiting-for-its-row"

#: How long a file may wait for its row: far longer than a request can take.
LONGEST_WAIT = dt.timedelta(hours=1)


class FileLost(Exception):
    """The stored file is missing or no longer the one that was written; says which."""


def shelve(content: bytes) -> str:
    """Write a file that no row names yet; its name relative to MEDIA_ROOT from the commit on. Raises OSError, for a full disk say."""
    name = uuid.uuid4().hex
    place = _waiting(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, content)
    return f"{FOLDER}/{name[:2]}/{name}"


def settle(name: str) -> None:
    """Move a file to its place, its row being committed. Again, or too late, changes nothing."""
    place = Path(settings.MEDIA_ROOT) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        _waiting(place.name).replace(place)


def read(name: str, sha256: str) -> bytes:
    """The bytes of a stored file. Raises FileLost rather than give others than those that were taken."""
    place = Path(settings.MEDIA_ROOT) / name
    for candidate in (place, _waiting(place.name), place):  # it may be moved while we look
        try:
            content = candidate.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise FileLost(f"{name} cannot be read from the file store.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileLost(f"{name} in the file store is not the file that was taken.")
        return content
    raise FileLost(f"{name} is not in the file store.")


def remove(name: str) -> None:
    """Take a file away for good; one that is gone already is no fault."""
    for place in (Path(settings.MEDIA_ROOT) / name, _waiting(Path(name).name)):
        place.unlink(missing_ok=True)


def waiting_longer_than(now: dt.datetime, wait: dt.timedelta = LONGEST_WAIT) -> list[str]:
    """Files that have waited too long for their row, under the names a row would call them by."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER / WAITING
    before = (now - wait).timestamp()
    found = []
    with contextlib.suppress(FileNotFoundError):
        for place in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_mtime < before:
                    found.append(f"{FOLDER}/{place.name[:2]}/{place.name}")
    return sorted(found)


def _waiting(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / WAITING / name


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
