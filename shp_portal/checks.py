"""What must be true of the machine before a command starts, told in sentences instead of stack traces."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def folders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The folders that hold the SQLite file, stored files and mail exist and can be written, or can be made."""
    faults: list[CheckMessage] = []
    database = settings.DATABASES["default"]
    name = str(database["NAME"])
    if database["ENGINE"].endswith("sqlite3") and not name.startswith(":memory:") and "mode=memory" not in name:
        file = Path(name)
        if not file.parent.is_dir():
            faults.append(
                Error(
                    f"The folder {file.parent} for the database file does not exist.",
                    hint="Run `make run`, which makes it, or make it yourself.",
                    id="portal.E001",
                )
            )
        elif not _writable(file.parent) or (file.exists() and not os.access(file, os.W_OK)):
            faults.append(
                Error(
                    f"The database file {file} cannot be written.",
                    hint="Give this user write permission on the file and its folder, or set DATABASE_URL to another place.",
                    id="portal.E002",
                )
            )
    places = {"MEDIA_ROOT": settings.MEDIA_ROOT}
    if hasattr(settings, "EMAIL_FILE_PATH"):
        places["EMAIL_URL"] = settings.EMAIL_FILE_PATH
    for variable, folder in places.items():
        standing = Path(folder)
        while not standing.exists():
            standing = standing.parent
        if not _writable(standing):
            faults.append(
                Error(
                    f"{standing} cannot be written, and {variable} wants files kept in {folder}.",
                    hint=f"Give this user write permission there, or set {variable} to another place.",
                    id="portal.E003",
                )
            )
    return faults


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
