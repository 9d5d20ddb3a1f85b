"""The newcomer's quarter of an hour, by machine: clone, `make run`, sign in, read a report, stop; nothing may be left running.

The clone stands in a temporary folder with an empty HOME, on a free port. Everything is bounded in time.
"""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
FIRST_START, SECOND_START, REPORT, STOP = 420, 30, 240, 10  # seconds

T = TypeVar("T")


class Visitor:
    """A browser as far as it matters here: cookies, forms, pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> tuple[str, bytes, str]:
        """Final address, body and content type."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.address, path)))  # noqa: S310

    def post(self, path: str, fields: dict[str, str]) -> tuple[str, bytes, str]:
        """Fetches the form for its token, then submits it."""
        address, page, _ = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.decode())
        if not token:
            raise AssertionError(f"{address} has no form")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        return self._open(urllib.request.Request(address, data, {"Referer": address}))  # noqa: S310

    def sign_in(self, email: str, password: str) -> str:
        """The home page, signed in."""
        address, page, _ = self.post("/accounts/login/", {"login": email, "password": password})
        if "/accounts/login" in address:
            raise AssertionError(f"{email} could not sign in")
        return page.decode()

    def _open(self, request: urllib.request.Request) -> tuple[str, bytes, str]:
        with self.opener.open(request, timeout=20) as answer:
            return answer.url, answer.read(), answer.headers.get_content_type()


def within(
    seconds: float, wanted: str, attempt: Callable[[], T | None], alive: subprocess.Popen[bytes] | None = None
) -> T:
    """What `attempt` returns once it returns something; it may raise URLError while the portal is starting."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if (result := attempt()) is not None:
                return result
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass  # not there yet: that is what the wait is for
        if alive and alive.poll() is not None:
            raise AssertionError(f"`make run` ended with {alive.returncode} before {wanted}")
        time.sleep(0.25)
    raise AssertionError(f"no {wanted} within {seconds:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def left_over(folder: Path) -> list[str]:
    """Processes that still stand in `folder` or run a program from it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                where = os.readlink(entry / "cwd")
            except OSError:
                continue  # it ended while we looked, or is not ours to see
            if str(folder) in words or where.startswith(str(folder)):
                found.append(f"{entry.name}: {words}")
    return found


def start(clone: Path, home: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "DATABASE_URL", "REDIS_URL", "DEMO"}
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env={**kept, "HOME": str(home), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], clone: Path) -> float:
    """Ctrl-C, as a terminal gives it to the whole group; returns the seconds until all had gone."""
    started = time.monotonic()
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    within(STOP, "end of `make run`", lambda: process.poll() is not None or None)
    within(STOP, "end of its children", lambda: None if left_over(clone) else True)
    return time.monotonic() - started


def report_pdf(visitor: Visitor) -> bytes | None:
    """The first report's PDF that the report list leads to, once a tick has made one."""
    _, listing, _ = visitor.get("/reports/")
    for path in re.findall(r'href="(/reports/[^"#?]+)"', listing.decode()):
        _, page, kind = visitor.get(path)
        links = (
            [path]
            if kind == "application/pdf"
            else re.findall(r'href="([^"#]*pdf[^"#]*)"', page.decode(errors="replace"))
        )
        for link in links:
            _, body, kind = visitor.get(link)
            if kind == "application/pdf":
                return body
    return None


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="shp-smoke-") as name:
        folder = Path(name)
        clone, home, log = folder / "clone", folder / "home", folder / "run.log"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        process = start(clone, home, port, log)
        try:
            started = time.monotonic()
            within(FIRST_START, "first page", lambda: Visitor(address).get("/"), process)
            print(f"smoke: first page {time.monotonic() - started:.0f} s after `make run` on a fresh clone", flush=True)

            said = subprocess.run(
                [clone / ".venv/bin/python", "manage.py", "demo_accounts", "--json"],
                cwd=clone,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "shp_portal.settings"},
                capture_output=True,
                check=True,
            )
            accounts = {account["email"].split("@")[0]: account for account in json.loads(said.stdout)}

            officer = Visitor(address)
            page = officer.sign_in(accounts["officer"]["email"], accounts["officer"]["password"])
            assert "My actions" in page, "the officer's home page does not lead to My actions"  # noqa: S101
            print("smoke: the officer is in", flush=True)

            coordinator = Visitor(address)
            coordinator.sign_in(accounts["coordinator"]["email"], accounts["coordinator"]["password"])
            pdf = within(REPORT, "report PDF", lambda: report_pdf(coordinator), process)
            assert pdf.startswith(b"%PDF-1.") and len(pdf) > 20_000, "what came is no report"  # noqa: S101, PT018
            print(
                f"smoke: a report PDF of {len(pdf) // 1024} kB, {time.monotonic() - started:.0f} s after the start",
                flush=True,
            )

            print(f"smoke: all stopped in {stop(process, clone):.1f} s, no process left", flush=True)

            process = start(clone, home, port, log)
            started = time.monotonic()
            within(SECOND_START, "first page of the second run", lambda: Visitor(address).get("/"), process)
            seconds = time.monotonic() - started
            officer = Visitor(address)
            officer.sign_in(accounts["officer"]["email"], accounts["officer"]["password"])
            print(f"smoke: second run, first page after {seconds:.1f} s, the data kept", flush=True)
            assert seconds <= 8, "the second run took longer than 8 s to its first page"  # noqa: S101
            stop(process, clone)
        except BaseException:
            print(
                f"smoke: the end of the log:\n{''.join(log.read_text(errors='replace').splitlines(True)[-60:])}",
                file=sys.stderr,
            )
            raise
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(STOP)
            if remaining := left_over(clone):
                print("smoke: left running:\n" + "\n".join(remaining), file=sys.stderr)
    print("smoke: passed", flush=True)


if __name__ == "__main__":
    main()
