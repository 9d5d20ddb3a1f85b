"""What people feel while a report is laid out: the slowest answers of the web beside those of an idle machine."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

from bench import render
from bench.measuring import Sheet, percentile
from bench.pages import client
from partners import roles
from scripts import services

LIMIT = 2.0
#: A web worker's memory (design, section 7).
WORKER_MB = 110
ASKED, CLIENTS = 150, 2
PORT = 8799


@contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "WEB_PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = [sys.executable, "-m", "gunicorn", "-c", "scripts/gunicorn.py", "shp_portal.wsgi"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        services.wait_until(_up, process, "The web server", 60)
        yield process
    finally:
        services.end(process)


def _up() -> bool:
    try:
        link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
        link.request("GET", "/healthz")
        return link.getresponse().status == 200
    except OSError:
        return False


def answers(cookie: str) -> list[float]:
    """Seconds of each answer of the actions list, asked for by two people at once, one page after the other."""
    took: list[float] = []
    faults: list[str] = []

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        for _ in range(ASKED):
            began = time.perf_counter()
            link.request("GET", "/actions/", headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                faults.append(f"The actions list answered {answer.status}.")
                return

    people = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    if faults:
        raise RuntimeError(faults[0])
    return took


@contextmanager
def rendering() -> Iterator[None]:
    """A report laid out over and over beside it, as politely as the render worker: at nice 19."""
    with tempfile.TemporaryDirectory(prefix="shp-bench-") as folder:
        source = Path(folder) / "report.html"
        source.write_text(render.kept(render.MANY))
        command = ["nice", "-n", "19", sys.executable, "-m", "bench.one_pdf", str(source), "for ever"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            services.wait_until(lambda: _busy(process.pid), process, "The render process", 60)
            yield
        finally:
            services.end(process)


def _busy(pid: int) -> bool:
    """Whether it has got to work: two seconds of processor time."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") > 2


def _memory(process: subprocess.Popen[bytes]) -> float:
    """The largest worker's resident megabytes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(sheet: Sheet) -> None:
    sheet.heading("The web while a report is laid out (actions list, two people at once)")
    browser = client(roles.COORDINATOR)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    connections.close_all()
    with server() as process:
        answers(cookie)
        idle = percentile(answers(cookie), 0.95)
        with rendering():
            busy = percentile(answers(cookie), 0.95)
        memory = _memory(process)
    sheet.number("95 of 100 answers, idle", idle * 1000, "ms")
    sheet.number("95 of 100 answers, during a render", busy * 1000, "ms")
    sheet.number("  the one over the other", busy / idle, "×", LIMIT)
    sheet.number("Memory of a web worker", memory, "MB", WORKER_MB)
