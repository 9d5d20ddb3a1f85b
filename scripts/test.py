"""`make test`: gets what the tests need, then runs them, each suite on the real thing.

What cannot be had fails by name; nothing is skipped in silence. Arguments go to pytest, and then only one run on SQLite is
made: `python3 scripts/test.py actions -k rating`.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scripts import bootstrap, services
from scripts.bootstrap import ROOT, VENV, say

PLAIN = "not browser and not worker and not pdf"
JAXB = Path("/usr/share/java/jaxb-runtime.jar")


def machine() -> None:
    """Debian packages that only the tests need."""
    wanted = {
        "chromium": shutil.which("chromium"),
        "default-jdk-headless": shutil.which("javac"),
        "libatomic1": bootstrap.loads("libatomic.so.1"),  # Playwright's own Node wants it
        "libjaxb-java": JAXB.is_file(),
        "poppler-utils": shutil.which("pdftotext"),
        "procps": shutil.which("ps"),
    }
    bootstrap.debian(
        (package for package, there in wanted.items() if not there), "to test pages in a browser and PDFs with veraPDF"
    )


def pytest(name: str, arguments: list[str], database: str = "") -> bool:
    say(f"\n── tests: {name} " + "─" * (70 - len(name)))
    started = time.monotonic()
    code = subprocess.run(
        [VENV / "bin" / "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
    say(
        f"── {name}: {'passed' if code == 0 else f'FAILED (pytest exit code {code})'} in {time.monotonic() - started:.0f} s"
    )
    return code == 0


def main() -> int:
    bootstrap.prepare(tools=True)
    machine()
    if sys.argv[1:]:
        return 0 if pytest("as asked", sys.argv[1:]) else 1
    both_cores = ["-q", "-n", "2"]
    results = {"on SQLite": pytest("on SQLite", [*both_cores, "-m", PLAIN])}
    with ExitStack() as stack:
        try:
            url = stack.enter_context(services.postgresql())
        except services.MissingError as error:
            say(f"\n── on PostgreSQL: FAILED, it cannot be had: {error}")
            results["on PostgreSQL"] = False
        else:
            results["on PostgreSQL"] = pytest("on PostgreSQL", [*both_cores, "-m", PLAIN], url)
    # Papers are laid out once a file of tests, which therefore stay together.
    results["PDF"] = pytest("PDF", [*both_cores, "--dist", "loadfile", "-m", "pdf"])
    # One after the other: they measure time, or drive a browser that wants a core of its own.
    results["worker, browser"] = pytest("worker, browser", ["-q", "-m", "(browser or worker) and not pdf"])
    failed = [name for name, passed in results.items() if not passed]
    say(f"\nFailed: {'; '.join(failed)}" if failed else "\nAll suites passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
