"""`make run`: from a bare checkout to the demonstration in a browser; Ctrl-C stops all of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scripts import bootstrap
from scripts.bootstrap import PYTHON, ROOT, VAR, say, stop
from scripts.services import MissingError, answers, valkey_on

SECONDS_TO_START = 60


def our_socket() -> Path:
    return bootstrap.socket_folder() / "valkey.sock"


def not_twice() -> None:
    """Asked before anything is installed or written: two portals cannot share a checkout's database and broker."""
    if our_socket().exists() and answers(str(our_socket())):
        stop("the portal already runs from this checkout (its broker answers): stop that one first.")


def free_port() -> int:
    """The port asked for, when nobody listens there."""
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        stop(f"PORT is {text!r}: write a number from 1 to 65535, as in `make run PORT=8001`.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            stop(
                f"port {text} is not free ({error.strerror}): stop what listens there, or choose another, as in `make run PORT=8001`."
            )
    return int(text)


def database(environment: dict[str, str]) -> list[dict[str, str]]:
    """Migrates, loads and seeds; returns the accounts one can be."""
    say("Preparing the database …")
    command = [str(PYTHON), "scripts/prepare.py"]
    accounts: list[dict[str, str]] = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or []:
            if line.startswith("["):
                accounts = json.loads(line)
            else:
                say(line.rstrip())
    if process.returncode:
        stop("the database could not be prepared; what it said stands above.")
    return accounts


def up(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310  # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def welcome(address: str, accounts: list[dict[str, str]]) -> None:
    rows = [f"    {account['email']:<30} {account['role']}" for account in accounts]
    passwords = {account["password"] for account in accounts}
    say(
        "\n".join(
            [
                "",
                "=" * 72,
                f"  The portal is at {address}",
                "",
                "  Sign in as",
                *rows,
                f"  with the password {' or '.join(sorted(passwords))}",
                "",
                "  The newest reports are made by the first tick, within a minute.",
                f"  E-mails are written to {(VAR / 'mail').relative_to(ROOT)}/. Ctrl-C stops everything; the data stay.",
                "=" * 72,
                "",
            ]
        )
    )


def leave(number: int, frame: FrameType | None) -> None:
    """A signal before everything runs: what was begun is put away on the way out."""
    raise KeyboardInterrupt


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    not_twice()
    port = free_port()
    bootstrap.prepare()
    settings = bootstrap.settings_file()
    if settings.get("DEMO", "").lower() not in {"true", "yes", "on", "1"}:
        stop(
            "`make run` is for demonstrations, and DEMO is not true here. A real portal is started by its own services: see README.md."
        )
    bootstrap.static_files()

    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "SITE_URL": address, "WEB_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    # Celery drops a running task at SIGTERM instead of finishing it: it is late-acknowledged and comes back at the next start.
    environment["REMAP_SIGTERM"] = "SIGQUIT"
    if os.geteuid() == 0:
        # Celery warns at length; a demonstration in a bare container is root, and speaks to this machine alone.
        environment["PYTHONWARNINGS"] = "ignore:You're running the worker"
    accounts = database(environment)

    with broker(settings["REDIS_URL"]):
        say("Starting web, workers and beat …")
        return serve(address, environment, accounts)


@contextmanager
def broker(redis_url: str) -> Iterator[None]:
    """Our own Valkey around everything else, so that it is there first and gone last; nothing when another was asked for."""
    address = our_socket()
    if redis_url != f"unix://{address}":
        yield
        return
    not_twice()  # once more: the set-up may have taken minutes
    address.unlink(missing_ok=True)
    try:
        with valkey_on(address, VAR / "valkey"):
            yield
    except MissingError as error:
        stop(str(error))


def serve(address: str, environment: dict[str, str], accounts: list[dict[str, str]]) -> int:
    """Runs the processes until they are told to stop, and says when the first page can be opened."""
    crew = subprocess.Popen([PYTHON, "-m", "scripts.processes"], cwd=ROOT, env=environment, start_new_session=True)

    def pass_on(number: int, frame: FrameType | None) -> None:
        if crew.poll() is None:
            crew.send_signal(signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)

    asked_until = time.monotonic() + SECONDS_TO_START
    while crew.poll() is None and time.monotonic() < asked_until:
        if up(address):
            welcome(address, accounts)
            break
        time.sleep(0.1)
    crew.wait()
    return 0 if crew.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM) else 1


if __name__ == "__main__":
    try:
        status = main()
    except KeyboardInterrupt:
        status = 130
    say(f"\nStopped. The data are in {VAR.relative_to(ROOT)}/.")
    sys.exit(status)
