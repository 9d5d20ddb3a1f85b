"""A text in the PDF: printed as typed or as formatted, fetching nothing, embedding nothing, archival and accessible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO

import pypdf
import pytest

from reports import pdf
from reports.document import SectionWords
from reports.formatting import LONGEST, to_html
from reports.rendering import print_html
from reports.tests.makers import quarterly, six_monthly
from tests.verapdf import Failure

pytestmark = pytest.mark.pdf

TYPED = """We **must** act, *all* of us: see [the plan](https://a.example/plan?a=1&b=2) or [write](mailto:team@a.example).

1. lighting
   - columns
     - lamps
2. training

![town](http://127.0.0.1:9/town.png) <img src="http://127.0.0.1:9/x"> <link rel=attachment href=file:///etc/passwd>
[x](javascript:alert(1)) <style>@import url(http://127.0.0.1:9/y)</style> Tŷ Ŵ ŷ

2026. Diolch."""


def words(text: str, section: str = "statement") -> SectionWords:
    return SectionWords(section, "Chair's statement", text, to_html(text), "Chair", dt.date(2026, 10, 28))


@pytest.mark.parametrize("make", [six_monthly, quarterly])
def test_a_text_fetches_and_embeds_nothing_and_keeps_both_profiles(
    make: Callable[..., object], verapdf: Callable[[bytes], list[Failure]]
) -> None:
    document = make(texts=tuple(words(TYPED, section) for section in ("introduction", "statement", "performance")))
    html = print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)  # type: ignore[arg-type]

    made = pdf.make(html)  # refuses whatever asks for something outside

    read = pypdf.PdfReader(BytesIO(made.content))
    shown = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for said in (
        "![town](http://127.0.0.1:9/town.png)",
        '<img src="http://127.0.0.1:9/x">',
        "[x](javascript:alert(1))",
    ):
        assert said in shown
    assert "the plan [https://a.example/plan?a=1&b=2]" in shown, "on paper the address stands beside the words"
    assert "write [team@a.example]" in shown
    assert "2026. Diolch." in shown
    addresses = {
        note["/A"]["/URI"]
        for page in read.pages
        for note in page.get("/Annots", ())
        if "/URI" in note.get_object().get("/A", {})
    }
    assert addresses == {"https://a.example/plan?a=1&b=2", "mailto:team@a.example"}
    assert not read.attachments
    assert verapdf(made.content) == []


@pytest.mark.parametrize("sign", ["*a _b ", "- ", "**a", "> - ", "W", "1. x\n\n"])
def test_the_worst_text_is_laid_out(sign: str) -> None:
    html = print_html(
        six_monthly(texts=(words((sign * LONGEST)[:LONGEST]),)), stage="draft", snapshot_sha256="ab" * 32, sign_off=None
    )
    assert pdf.make(html).pages < 40
