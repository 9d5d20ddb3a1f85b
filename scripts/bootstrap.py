"""Gets from a bare machine to a checkout that can run: system libraries, virtualenv, locked packages, front-end kit, .env.

Each step is skipped when what it is made from has not changed since (a stamp keyed by the hash of the lock files), says what
it does before it starts when it takes long, and ends with a sentence that says what to do when it cannot be done.
"""

import ctypes
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VAR / "setup.log"

OLDEST, NEWEST = (3, 11), (3, 13)

# Shared library -> Debian package. WeasyPrint loads them when it draws a PDF.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def stop(sentence: str) -> NoReturn:
    print(f"\nCannot go on: {sentence}", file=sys.stderr)
    raise SystemExit(1)


def say(sentence: str) -> None:
    print(sentence, flush=True)


def run(arguments: list[str | Path], failing: str, environment: Mapping[str, str] | None = None) -> None:
    """Runs a set-up command with its output in var/setup.log; when it fails, shows the end of that and `failing`."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(map(str, arguments))}\n")
        log.flush()
        start = log.tell()
        try:
            done = subprocess.run(
                arguments,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                check=False,
            )
        except OSError as error:
            stop(f"{failing} ({error})")
    if done.returncode:
        with LOG.open(encoding="utf-8", errors="replace") as log:
            log.seek(start)
            print("".join(log.readlines()[-15:]), file=sys.stderr)
        stop(f"{failing} All of the output is in {LOG.relative_to(ROOT)}.")


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """One hash of the files' contents and `words`."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


# --- The machine -----------------------------------------------------------------------------------------------------


def own_folder() -> None:
    """Makes var/, where everything lives that is not code."""
    try:
        VAR.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=VAR):
            pass
        LOG.touch()
    except OSError as error:
        stop(f"the folder {VAR} cannot be written ({error.strerror}): give this user write permission there.")


def fitting_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        stop(
            f"this is Python {sys.version_info[0]}.{sys.version_info[1]}, and the locked packages are for "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}: say which to use, as in `make run PYTHON=python3.12`."
        )


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def debian(packages: Iterable[str], reason: str) -> None:
    """Installs Debian packages when root; otherwise says which are missing and how to get them."""
    names = sorted(set(packages))
    if not names:
        return
    command = f"apt-get install --no-install-recommends {' '.join(names)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(f"missing from this machine, {reason}: {', '.join(names)}. As root: {command}")
    say(f"Installing from Debian, {reason}: {', '.join(names)} …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    failing = f"Debian's packages could not be installed. Try it by hand: {command}."
    run(["apt-get", "update", "-q"], failing, quiet)
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *names], failing, quiet)


def system_libraries() -> None:
    debian((package for library, package in LIBRARIES.items() if not loads(library)), "to draw the PDF reports")


# --- The checkout ----------------------------------------------------------------------------------------------------


def virtualenv(*, tools: bool = False) -> None:
    """.venv with exactly the locked packages; with `tools`, those of the tests and checks too."""
    locks = [ROOT / "requirements.txt"] + ([ROOT / "requirements-dev.txt"] if tools else [])
    stamp = VENV / ("locked-tools" if tools else "locked")
    value = fingerprint(locks, sys.version, str(ROOT))
    if PYTHON.exists() and (stamped(stamp, value)):
        return
    if not PYTHON.exists() or not stamped(VENV / "made-for", f"{sys.version} {ROOT}"):
        say("Making a virtualenv in .venv …")
        minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
        if subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
        ).returncode:
            debian(["python3-venv", f"python{minor}-venv"], "to make a virtualenv")
        run([sys.executable, "-m", "venv", "--clear", VENV], "the virtualenv could not be made.")
        (VENV / "made-for").write_text(f"{sys.version} {ROOT}")
    say(f"Installing {'the locked packages and test tools' if tools else 'the locked packages'} (half a minute) …")
    install: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    for lock in locks:
        install += ["-r", lock]
    run(install, "the locked packages could not be installed: is the package index within reach?")
    (VENV / "locked").write_text(fingerprint(locks[:1], sys.version, str(ROOT)))
    stamp.write_text(value)


def front_end_kit() -> None:
    """node_modules by the lock, and what is used of it in static/kit."""
    sources = [ROOT / "package-lock.json", ROOT / "scripts" / "kit.py"]
    stamp = ROOT / "static" / "kit" / "stamp"
    value = fingerprint(sources)
    if stamped(stamp, value) and (ROOT / "node_modules").is_dir():
        return
    say("Fetching the front-end kit (GOV.UK and MoJ components, Source Sans 3) …")
    npm = shutil.which("npm")
    if not npm:
        npm = str(VENV / "bin" / "npm")
        if not Path(npm).exists():
            run(
                [
                    PYTHON,
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--require-hashes",
                    "-r",
                    "requirements-node.txt",
                ],
                "Node could not be installed from the package index: install Debian's `npm` and try again.",
            )
    run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "the front-end kit could not be fetched: is the npm registry within reach?",
        {"npm_config_cache": str(VAR / "npm-cache"), "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}"},
    )
    run([PYTHON, "scripts/kit.py"], "the front-end kit could not be copied to static/kit.")
    stamp.write_text(value)


def settings_file() -> dict[str, str]:
    """The ignored .env of a demonstration, written once; the settings it holds, with the shell's over them."""
    path = ROOT / ".env"
    socket = f"unix://{socket_folder() / 'valkey.sock'}"
    if not path.exists():
        say("Writing .env: a demonstration on this machine, with a key of its own …")
        path.touch(mode=0o600)
        path.write_text(
            "# Written by `make run`. Every variable is explained in .env.example.\n"
            "DEMO=true\n"
            f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
            f"REDIS_URL={socket}\n"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    ours = settings.get("REDIS_URL", socket)
    if ours.startswith("unix://") and ours.endswith("/valkey.sock") and (ours != socket or "REDIS_URL" not in settings):
        # The checkout was moved, or .env came before the broker.
        kept = [line for line in lines if not line.startswith("REDIS_URL=")]
        path.write_text("\n".join([*kept, f"REDIS_URL={socket}"]) + "\n", encoding="utf-8")
        settings["REDIS_URL"] = socket
    return {**settings, **{name: os.environ[name] for name in settings if name in os.environ}}


def socket_folder() -> Path:
    """Where the broker's socket stands: var/, or a short folder of this user's when the path is too long for a socket (108 bytes)."""
    if len(str(VAR / "valkey.sock")) < 100:
        return VAR
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"shp-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        stop(f"{folder} belongs to another user: remove it, or move this checkout to a shorter path.")
    return folder


def static_files() -> None:
    """Collects, hashes and compresses static files into var/static; skipped while nothing under static/ changed."""
    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file() and path.name != "stamp")
    value = fingerprint([*files, ROOT / "requirements.txt"], *[str(path.relative_to(ROOT)) for path in files])
    stamp = VAR / "static" / "stamp"
    if stamped(stamp, value):
        return
    say("Collecting style sheets, scripts and pictures …")
    run(
        [PYTHON, "manage.py", "collectstatic", "--no-input", "--clear", "-v", "0"],
        "the static files could not be collected.",
    )
    stamp.write_text(value)


def prepare(*, tools: bool = False) -> None:
    """Everything up to where `manage.py` can run."""
    fitting_python()
    own_folder()
    system_libraries()
    virtualenv(tools=tools)
    front_end_kit()


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    prepare(tools="tools" in wanted)
