"""A real worker, render worker and beat on the test database, with a Valkey of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scripts import services

ROOT = Path(__file__).resolve().parent.parent.parent
CELERY = [sys.executable, "-m", "celery", "-A", "shp_portal"]
LEAN = ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with services.valkey() as url:
        yield url


def database_url() -> str:
    """The test database as another process must be told it."""
    from django.db import connection

    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = quote(told["USER"], safe="") + (f":{quote(told['PASSWORD'], safe='')}" if told["PASSWORD"] else "")
    host, port = told["HOST"], f":{told['PORT']}" if told["PORT"] else ""
    place = f"/{host}" if host.startswith("/") else f"{host}{port}"
    return f"postgres://{login}@{place}/{told['NAME']}"


class Workers:
    """The running processes; `folder` holds their logs and the mails they sent."""

    def __init__(self, folder: Path, redis_url: str, media: Path) -> None:
        self.folder = folder
        self.mail = folder / "mail"
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shp_portal.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "MEDIA_ROOT": str(media),
            "EMAIL_URL": f"filemail:///{self.mail}",
            "TICK_SECONDS": "2",
            "REMAP_SIGTERM": "SIGQUIT",
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Starts `worker`, `render` or `beat` (again)."""
        commands = {
            "worker": [*CELERY, "worker", "--queues", "portal", "--hostname", "worker@%h", *LEAN],
            "render": [*CELERY, "worker", "--queues", "render", "--hostname", "render@%h", *LEAN],
            "beat": [*CELERY, "beat", "--schedule", str(self.folder / "beat"), "--pidfile=", "--loglevel", "INFO"],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                commands[name], cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self._processes[name]

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """One that was started."""
        return self._processes[name]

    def stop(self) -> None:
        for process in reversed(self._processes.values()):
            services.end(process)

    def until(self, condition: Callable[[], Any], wanted: str, seconds: float = 90) -> Any:
        """What `condition()` returns once that is true; fails, with the ends of the logs, when it is not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if result := condition():
                return result
            for name, process in self._processes.items():
                if process.poll() is not None:
                    pytest.fail(f"The {name} stopped while waiting for {wanted}.\n{self.logs()}", pytrace=False)
            time.sleep(0.2)
        return pytest.fail(f"No {wanted} within {seconds:.0f} seconds.\n{self.logs()}", pytrace=False)

    def logs(self, lines: int = 25) -> str:
        parts = []
        for path in sorted(self.folder.glob("*.log")):
            tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {path.name}", *tail]))
        return "\n".join(parts)


@pytest.fixture
def workers(transactional_db: None, valkey_url: str, tmp_path: Path, settings: Any) -> Iterator[Workers]:
    """Started on the test database; stopped before it is emptied."""
    import redis

    redis.Redis.from_url(valkey_url).flushall()
    crew = Workers(tmp_path, valkey_url, Path(settings.MEDIA_ROOT))
    try:
        for name in ("worker", "render", "beat"):
            crew.start(name)
        yield crew
    finally:
        crew.stop()
