"""Files on disk that rows name (evidence, exports, uploads): given out whole or not at all, under a random name, and only if unchanged.

A file waits in a folder of its own until the row that names it is committed, and is moved to its place then. What waits there
without a row is what a stopped request or worker left behind: the sweep finds it by listing that one folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

WAITING = "waiting-for-its-row"

#: How long a file may wait for its row: far longer than a request or a task can take.
LONGEST_WAIT = dt.timedelta(hours=1)


class FileLost(Exception):
    """The stored file is missing or no longer the one that was written; says which."""


def shelve(content: bytes, folder: str) -> str:
    """Write a file that no row names yet; its name relative to MEDIA_ROOT from the commit on. Raises OSError, for a full disk say."""
    name, place = place_for(folder)
    write_whole(place, content)
    return name


def place_for(folder: str) -> tuple[str, Path]:
    """A new file's name relative to MEDIA_ROOT, and the place to write it to, where it waits for its row."""
    drawn = uuid.uuid4().hex
    name = f"{folder}/{drawn[:2]}/{drawn}"
    place = _waiting(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    return name, place


def seal(place: Path) -> str:
    """Bring a file that was written bit by bit to the disk for good, before its row is; its SHA-256. Raises OSError."""
    with place.open("rb+") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    place.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
    _sync_folder(place.parent)
    return sha256


def settle(name: str) -> None:
    """Move a file to its place, its row being committed. Again, or too late, changes nothing."""
    place = Path(settings.MEDIA_ROOT) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        _waiting(name).replace(place)


def read(name: str, sha256: str) -> bytes:
    """The bytes of a stored file. Raises FileLost rather than give others than those that were taken."""
    with opened(name, sha256) as file:
        return file.read()


def opened(name: str, sha256: str) -> BinaryIO:
    """A stored file, to be read and closed, however large. Raises FileLost rather than give one that has changed."""
    place = Path(settings.MEDIA_ROOT) / name
    for candidate in (place, _waiting(name), place):  # it may be moved while we look
        try:
            file = candidate.open("rb")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise FileLost(f"{name} cannot be read from the file store.") from error
        try:
            unchanged = hashlib.file_digest(file, "sha256").hexdigest() == sha256
            file.seek(0)
        except OSError as error:
            file.close()
            raise FileLost(f"{name} cannot be read from the file store.") from error
        if not unchanged:
            file.close()
            raise FileLost(f"{name} in the file store is not the file that was taken.")
        return file
    raise FileLost(f"{name} is not in the file store.")


def remove(name: str) -> None:
    """Take a file away for good; one that is gone already is no fault."""
    for place in (Path(settings.MEDIA_ROOT) / name, _waiting(name)):
        place.unlink(missing_ok=True)


def waiting_longer_than(now: dt.datetime, folder: str, wait: dt.timedelta = LONGEST_WAIT) -> list[str]:
    """Files of a folder that have waited too long for their row, under the names a row would call them by."""
    waiting = Path(settings.MEDIA_ROOT) / folder / WAITING
    before = (now - wait).timestamp()
    found = []
    with contextlib.suppress(FileNotFoundError):
        for place in waiting.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_mtime < before:
                    found.append(f"{folder}/{place.name[:2]}/{place.name}")
    return sorted(found)


def sweep(now: dt.datetime, folder: str, named: Callable[[list[str]], Iterable[str]]) -> int:
    """Take away what a stopped request or worker left waiting without a row, and put the others in their place; how many went.

    `named` says which of these names a row has. Asked only when something has waited too long.
    """
    waiting = waiting_longer_than(now, folder)
    kept = set(named(waiting)) if waiting else set()
    for name in waiting:
        if name in kept:
            settle(name)
        else:
            remove(name)
    return len(waiting) - len(kept)


def _waiting(name: str) -> Path:
    """Where the file of that name waits for its row."""
    folder, _, own = name.partition("/")
    return Path(settings.MEDIA_ROOT) / folder / WAITING / Path(own).name


def write_whole(place: Path, content: bytes, *, begun_in: Path | None = None) -> None:
    """Put `content` at `place` in one step: a temporary file beside it, or in a folder of the same disk, synced, then renamed."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=begun_in or place.parent)
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
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
