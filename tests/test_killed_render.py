"""`kill -9` at ten moments of a render: the next worker makes one valid PDF, and nothing of the dead one stays."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from reports import delivery
from reports.models import Rendition
from reports.pdf import FOLDER
from reports.services import building
from reports.tests.desk import DUE, H1, Desk
from tests.services.workers import database_url

ROOT = Path(__file__).resolve().parent.parent

#: A process that has everything loaded and forks a worker for every line: the line names where that worker kills itself.
#: The task, the PDF maker, the database and the disk are the real ones.
NURSERY = """
import os, signal, sys
import django
django.setup()
import pathlib
import weasyprint
from django.conf import settings
from reports import delivery, pdf, tasks
from reports.services import renditions
settings.MEDIA_ROOT = sys.argv[1]

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def before(place, name):
    setattr(place, name, kill)

def after(place, name):
    whole = getattr(place, name)
    def and_then(*given, **named):
        whole(*given, **named)
        kill()
    setattr(place, name, and_then)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        exec(line)
        tasks.render()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), flush=True)
"""

#: In the order in which a render comes by; with what lies on the disk then: font folders, pieces of files, whole files.
MOMENTS = {
    "the row is about to be taken": ("before(renditions, '_claim')", (0, 0, 0)),
    "the row was just taken": ("after(renditions, '_claim')", (0, 0, 0)),
    "the page is written": ("after(renditions, 'print_html')", (0, 0, 0)),
    "a font is fetched": ("before(pdf._fence_class(), 'fetch')", (1, 0, 0)),
    "the pages are laid out": ("after(weasyprint.HTML, 'render')", (1, 0, 0)),
    "the PDF is put together": ("after(pdf, '_finish')", (1, 0, 0)),
    "the PDF is made": ("before(delivery, 'store')", (0, 0, 0)),
    "its bytes are on their way to the disk": ("before(os, 'fsync')", (0, 1, 0)),
    "the file is whole, under its passing name": ("before(pathlib.Path, 'replace')", (0, 1, 0)),
    "the file is in its place, and no row says so": ("after(delivery, 'store')", (0, 0, 1)),
}


@pytest.fixture
def begin(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Runs a worker that does `moment` first; the signal it died of, or minus its exit code."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "tmp").mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "TMPDIR": str(tmp_path / "tmp"),
    }
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, settings.MEDIA_ROOT],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("wb"),
        text=True,
    ) as nursery:
        assert nursery.stdin
        assert nursery.stdout
        orders, answers = nursery.stdin, nursery.stdout

        def one(moment: str) -> int:
            orders.write(f"{moment}\n")
            orders.flush()
            return int(answers.readline() or pytest.fail((tmp_path / "log").read_text()))

        try:
            yield one
        finally:
            nursery.kill()


def left(tmp_path: Path) -> tuple[int, int, int]:
    """Folders of fonts, pieces of files, whole files."""
    files = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    whole = [path for path in files if path.suffix == ".pdf"]
    folders = list((tmp_path / "tmp").glob(f"{FOLDER}*")) + list((tmp_path / "tmp").glob("weasyprint*"))
    return len(folders), len(files) - len(whole), len(whole)


def an_hour_passes(tmp_path: Path) -> None:
    ago = timezone.now() - dt.timedelta(hours=1)
    for path in tmp_path.rglob("*"):
        os.utime(path, (ago.timestamp(), ago.timestamp()))
    Rendition.objects.filter(state=Rendition.State.RENDERING).update(lease_until=ago)


def test_a_worker_killed_at_any_moment_leaves_one_valid_pdf_to_the_next_and_nothing_else(
    begin: Callable[[str], int], tmp_path: Path
) -> None:
    waiting = building.make_first(plan=Desk().plan, kind="six_monthly", period=H1, now=DUE).renditions.get()
    contents = set()
    for name, (moment, lies_there) in MOMENTS.items():
        assert begin(moment) == signal.SIGKILL, name
        waiting.refresh_from_db()
        assert waiting.state in (Rendition.State.QUEUED, Rendition.State.RENDERING), name
        assert left(tmp_path) == lies_there, name
        an_hour_passes(tmp_path)
        assert begin("pass") == 0, name
        waiting.refresh_from_db()
        assert (waiting.state, waiting.last_error) == (Rendition.State.DONE, ""), name
        assert left(tmp_path) == (0, 0, 1), name
        content = delivery.read(waiting)
        assert len(pypdf.PdfReader(io.BytesIO(content), strict=True).pages) == waiting.pages, name
        contents.add(hashlib.sha256(content).hexdigest())
        # The next moment begins with nothing again.
        Path(waiting.pdf.path).unlink()
        Rendition.objects.update(
            state=Rendition.State.QUEUED, attempts=0, html="", pdf="", sha256="", pages=None, finished_at=None
        )
    assert len(contents) == 1


def test_what_a_living_worker_holds_is_left_to_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from reports import pdf

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = pdf._fonts_class()()
    [folder] = tmp_path.iterdir()
    os.utime(folder, (0, 0))
    pdf.sweep()
    assert folder.is_dir()
    held.close()
    assert not folder.exists()
