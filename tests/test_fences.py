"""TRUST.md A21 to A23: no text of anybody's makes the PDF maker fetch or embed, and a page that cannot be laid out ends as a
row with its reason while the next report is made."""

from __future__ import annotations

import dataclasses
import enum
import io
import re
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import FrameType
from typing import Any

import pypdf
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from actions.rating import Rating
from reports import delivery, pdf, tasks
from reports.document import Document, SectionWords
from reports.formatting import to_html
from reports.models import Rendition
from reports.rendering import print_html
from reports.services import building
from reports.tests.desk import DUE, H1, Q2, Desk
from reports.tests.makers import line, quarterly, six_monthly


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """Where something listens, and what it was asked for."""
    asked: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


#: Each is written into every free text of a document; HERE is where the canary listens.
ATTACKS = (
    "<img src=HERE/img>",
    "<link rel=stylesheet href=HERE/link>",
    "<style>@import url(HERE/import);@font-face{font-family:x;src:url(HERE/font)}*{background:url(HERE/url)}</style>",
    "<iframe src=HERE/iframe></iframe>",
    "<object data=HERE/object></object>",
    "<a rel=attachment href=file:///etc/passwd>x</a>",
    "<p style='background:url(file:///etc/passwd)'>",
    "<svg><image href=HERE/image /><use href=HERE/use#x /></svg>",
    "![x](HERE/markdown) ]]>--></style></title></svg>{{ 7*7 }}",
)
LOOKS_LIKE_WORDS = re.compile(r"\w\s+\w")


def poisoned(value: Any, poison: str) -> Any:
    """The same document, with `poison` after every text of more than one word, wherever it stands."""
    if isinstance(value, SectionWords):
        text = f"{value.text} {poison}"
        return dataclasses.replace(value, text=text, html=to_html(text))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: poisoned(getattr(value, field.name), poison) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(poisoned(one, poison) for one in value)
    if isinstance(value, str) and not isinstance(value, enum.Enum) and LOOKS_LIKE_WORDS.search(value):
        return f"{value} {poison}"
    return value


def texts_of(value: Any) -> int:
    return str(value).count("HERE")


@pytest.mark.parametrize("make", [six_monthly, quarterly])
def test_no_text_fetches_or_embeds_and_each_is_printed_as_typed(
    make: Callable[..., Document], canary: tuple[str, list[str]]
) -> None:
    here, asked = canary
    lines = {"lines": tuple(line(n, Rating.OFF_TRACK) for n in range(1, 4))} if make is six_monthly else {}
    document = poisoned(make(**lines), "HERE ".join(ATTACKS))
    assert texts_of(document) > 100
    document = poisoned(make(**lines), " ".join(ATTACKS).replace("HERE", here))
    html = print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)
    assert not re.search(r"<(img|iframe|object|link|image|use)\b(?![^>]*(font:|data:))", html)
    made = pdf.make(html)  # raises when a page so much as asks
    assert asked == []
    reader = pypdf.PdfReader(io.BytesIO(made.content))
    assert not reader.attachments
    assert b"/EmbeddedFile" not in made.content
    shown = re.sub(r"[\s\u00ad\u2010-]+", "", "".join(page.extract_text() for page in reader.pages))
    for attack in ATTACKS:
        assert re.sub(r"[\s-]+", "", attack.replace("HERE", here)) in shown, attack


@pytest.mark.parametrize(
    "address",
    [
        "HERE/x",
        "http://[::1]:9/",
        "http://2130706433/",
        "http://localhost/",
        "http://metadata.internal/",
        "gopher://127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "font:../../manage.py",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='HERE/x' width='9' height='9'/></svg>",
    ],
)
def test_the_fence_lets_nothing_out_even_from_a_page_that_asks(address: str, canary: tuple[str, list[str]]) -> None:
    here, asked = canary
    src = address.replace("HERE", here)
    with pytest.raises(pdf.PdfRefused, match="outside itself"):
        pdf.make(f'<!DOCTYPE html><html lang="en"><title>x</title><p>x<img alt="x" src="{src}">')
    assert asked == []


# --- What cannot be laid out ------------------------------------------------------------------------------------------

ROW = "<tr><th scope=row>A place</th><td>12</td><td>13</td></tr>"
PAGE = '<!DOCTYPE html><html lang="en"><title>x</title><body>{}'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("x" * 1_000_000, "a word of 1,000,000 characters"),
        ("<b>" * 100_000 + "x", "nested too deeply|took longer than 2 seconds"),
        (f"<table>{ROW * 10_000}</table>", "took longer than 2 seconds"),
    ],
    ids=["endless word", "nested", "endless table"],
)
def test_what_cannot_be_laid_out_fails_with_its_reason_and_the_next_report_is_made(
    body: str, sentence: str, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CELERY_TASK_SOFT_TIME_LIMIT = 2  # of 200, so that the test need not wait; kept to by the alarm below
    desk = Desk()
    # The newest period comes first: the bad one stands before the good one.
    good = building.make_first(plan=desk.plan, kind="quarterly", period=Q2.previous(), now=DUE).renditions.get()
    bad = building.make_first(plan=desk.plan, kind="six_monthly", period=H1, now=DUE).renditions.get()
    Rendition.objects.exclude(pk__in=[good.pk, bad.pk]).delete()
    monkeypatch.setattr("celery.current_app.send_task", lambda *asked: None)
    real = pdf.make

    def make(html: str) -> pdf.MadePdf:
        if "Six-monthly" not in html:
            return pdf.MadePdf(b"%PDF-1.7 good", 1)
        return real(PAGE.format(body))

    monkeypatch.setattr("reports.pdf.make", make)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SoftTimeLimitExceeded  # as Celery does, from a signal too, in the middle of whatever runs

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for _ in range(4):
            signal.setitimer(signal.ITIMER_REAL, settings.CELERY_TASK_SOFT_TIME_LIMIT)
            tasks.render()
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.pdf.name) == (Rendition.State.FAILED, 3, "")
    assert re.search(sentence, bad.last_error)
    assert (good.state, delivery.read(good)) == (Rendition.State.DONE, b"%PDF-1.7 good")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
