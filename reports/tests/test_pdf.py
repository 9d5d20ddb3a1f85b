"""The PDF: accessible and archival, on the right pages, the same bytes every time, and nothing fetched from outside."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from actions.rating import Rating
from reports import pdf
from reports.document import HEADINGS, Difference, Document, Recommendation, Sealed, Since, SixMonthlyDocument
from reports.rendering import print_html
from reports.rendering.page_one import LINE_POINTS, lines_of
from reports.tests.makers import figure, line, paper, plan_of_forty, quarterly, silent, six_monthly, words
from tests.verapdf import Failure

LONG = (
    "The funding that was promised in spring has not come, and the second bid was refused, so the work stands still. "
)


def html_of(document: Document, stage: str = "draft") -> str:
    return print_html(document, stage=stage, snapshot_sha256="ab" * 32, sign_off=None)


OURS = "@font-face { font-family: S; src: url(font:SourceSans3-Regular.ttf) } html { font-family: S }"


def page(body: str, head: str = f"<style>{OURS}</style>") -> str:
    return f"<!doctype html><html lang=en-GB><head><title>A page</title>{head}</head><body>{body}</body></html>"


def page_of(anchor: str, document: Document) -> int:
    """The number, from 1, of the page that holds an anchor."""
    pages = pdf.lay_out(html_of(document))[0].pages
    return next(number for number, one in enumerate(pages, start=1) if anchor in one.anchors)


#: Of every kind of difference ninety, so that page one counts in two digits and the section runs over pages.
EVERYTHING = Since(
    "Q1 2026/27",
    Sealed("Six-monthly report", "October 2025 to March 2026", 12, "Published", dt.date(2026, 4, 21), "ab" * 32),
    "",
    dt.date(2026, 4, 21),
    tuple(Difference(kind, f"ASB-{n:02}", f"ASB-{n:02} {LONG}") for kind in HEADINGS for n in range(10, 100)),
)


def crowded(letters: Callable[[str], str]) -> SixMonthlyDocument:
    """Twelve actions off track and the rest silent, with every text as long as its column allows."""

    def swell(one: Any, **changes: Any) -> Any:
        name = letters("Wide Metropolitan Women's Council ") * 5
        said = words(
            letters(LONG) * 3,
            reason=letters(LONG) * 3,
            recovery=LONG * 3,
            help_wanted=LONG * 3,
            help_wanted_from=name[:150],
        )
        return dataclasses.replace(
            one,
            title=(letters("A title that goes on ") * 12)[:200],
            lead=name[:150],
            owner=name[:150],
            said=said,
            **changes,
        )

    lines = tuple(swell(line(number, Rating.OFF_TRACK)) for number in range(1, 13))
    lines += tuple(swell(silent(line(number, Rating.ON_TRACK))) for number in range(13, 41))
    asked = tuple(
        Recommendation("agree", LONG, letters(f"agree the plan for {one.ref} {one.title}"), ()) for one in lines
    )
    document = six_monthly(
        lines,
        recommendations=asked,
        figures=tuple(
            figure(letters(f"A-long-name-of-an-indicator-{n}"), word=("worse", "better")[n % 2]) for n in range(24)
        ),
        paper=paper(reason=LONG * 5, strategic_objective=LONG * 3, contact=LONG, marking="OFFICIAL-SENSITIVE"),
    )
    return dataclasses.replace(
        document,
        completed=tuple(dataclasses.replace(change, text=LONG * 5) for change in six_monthly().completed),
        priorities=document.priorities
        + tuple(
            dataclasses.replace(
                part, code=f"{part.code}{n}", name=letters(f"{part.name} number {n}"), exceptions=(), others=()
            )
            for part in document.priorities
            for n in range(3)
        ),
    )


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_page_one_is_one_page_and_the_body_of_forty_actions_at_most_twelve() -> None:
    document = six_monthly()
    assert page_of("contents", document) == 2
    assert page_of("plan", document) <= 13


@pytest.mark.parametrize("since", [None, EVERYTHING], ids=["before", "since"])
@pytest.mark.parametrize("letters", [str, str.upper], ids=["plain", "capitals"])
def test_page_one_stays_one_page_however_much_there_is(letters: Callable[[str], str], since: Since | None) -> None:
    assert page_of("contents", dataclasses.replace(crowded(letters), since=since)) == 2


@pytest.mark.parametrize("since", [None, EVERYTHING], ids=["before", "since"])
def test_the_quarterly_page_one_stays_one_page_too(since: Since | None) -> None:
    words_of = ("worse", "better", "similar", "up", "no comparison")
    figures = tuple(
        figure(
            f"I{n}",
            name=f"{LONG} {n}",
            word=words_of[n % 5],
            now=None if n % 5 == 4 else figure("X").now,
            missing=LONG if n % 5 == 4 else "",
        )
        for n in range(60)
    )
    document = dataclasses.replace(quarterly(figures), since=since)
    assert (
        page_of("contents", dataclasses.replace(document, paper=dataclasses.replace(document.paper, reason=LONG))) == 2
    )


def test_the_bold_names_of_figures_are_measured_as_bold() -> None:
    """As light as the rest they would be taken for a line shorter each, and the end of page one fell on the next."""
    name = (
        "Partnership for the Coordination of Neighbourhood Safety, Housing Enforcement, Health Protection and Community "
        "Cohesion in Hartlepool and the Tees Valley offences number "
    )
    figures = tuple(figure(f"C{n}", name=f"{name} {n}") for n in range(22))
    document = dataclasses.replace(quarterly(figures), since=dataclasses.replace(EVERYTHING, rows=()))
    assert page_of("contents", document) == 2
    assert lines_of("", LINE_POINTS, strong=name * 40) > lines_of(name * 40, LINE_POINTS)


def test_a_plan_without_an_action_still_makes_a_report() -> None:
    html = html_of(six_monthly(()))
    assert pdf.make(html).pages >= 3
    assert "no update was owed" in html
    assert "every partner sent its updates" not in html


# --- What the file is -------------------------------------------------------------------------------------------------


@pytest.mark.pdf
@pytest.mark.parametrize("stage", ["draft", "final"])
@pytest.mark.parametrize("make", [six_monthly, quarterly], ids=["six-monthly", "quarterly"])
def test_both_papers_keep_pdf_a_and_pdf_ua(
    make: Callable[[], Document], stage: str, verapdf: Callable[[bytes], list[Failure]]
) -> None:
    assert verapdf(pdf.make(html_of(make(), stage)).content) == []


@pytest.mark.pdf
def test_a_crowded_paper_keeps_them_too(verapdf: Callable[[bytes], list[Failure]]) -> None:
    assert verapdf(pdf.make(html_of(dataclasses.replace(crowded(str), since=EVERYTHING))).content) == []


SMILEY = "All done 👍👍 ✅. ਸਤ ਸ੍ਰੀ ਅਕਾਲ \uf0b7 Tŷ Gŵyr, Łódź, Iași, Ελλάς, Київ"


@pytest.mark.pdf
def test_a_smiley_keeps_them_too_and_is_said_in_words(verapdf: Callable[[bytes], list[Failure]]) -> None:
    lines = tuple(dataclasses.replace(line(n, Rating.OFF_TRACK), title=SMILEY, said=words(SMILEY)) for n in range(1, 3))
    made = pdf.make(html_of(six_monthly(lines, paper=paper(partnership="Safer 👍 Partnership"))))
    assert verapdf(made.content) == []
    reader = PdfReader(io.BytesIO(made.content))
    said = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
    assert "[thumbs up sign, 2 times; white heavy check mark]. [7 letters of Gurmukhi script: see the portal] •" in said
    assert "Tŷ Gŵyr, Łódź, Iași, Ελλάς, Київ" in said
    assert reader.metadata
    assert "Safer [thumbs up sign] Partnership" in (reader.metadata.title or "")


def test_page_one_stays_one_page_when_smileys_are_said_in_words() -> None:
    assert page_of("contents", crowded(lambda text: text.replace(" ", " 👩‍🚒 "))) == 2


def test_the_file_says_what_it_is() -> None:
    made = pdf.make(html_of(six_monthly(paper=paper(is_demonstration=True))))
    reader = PdfReader(io.BytesIO(made.content))
    assert len(reader.pages) == made.pages
    assert reader.metadata
    assert reader.metadata.title == (
        "Safer Hartlepool Partnership: Six-monthly report, April to September 2026, version 1 (draft)"
    )
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    headings = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert headings[0] == "Six-monthly report, 1 April to 30 September 2026"
    for number, one in enumerate(reader.pages, start=1):
        text = " ".join(one.extract_text().split())
        assert f"Page {number} of {made.pages}" in text
        assert "DEMONSTRATION DATA" in text
        assert "OFFICIAL" in text
        assert "updates received up to 21 October 2026" in text
        assert "DRAFT" in text


def test_the_final_file_bears_no_watermark() -> None:
    reader = PdfReader(io.BytesIO(pdf.make(html_of(six_monthly(), "final")).content))
    assert "DRAFT" not in "".join(one.extract_text() for one in reader.pages)


def test_every_reference_and_its_latest_words_can_be_read_out(tmp_path: Path) -> None:
    assert shutil.which("pdftotext"), "pdftotext is missing: `make test` installs Debian's poppler-utils."
    lines = (
        dataclasses.replace(line(7, Rating.AT_RISK), said=words("Tŷ Gŵyr costs £40 or €48.")),
        *plan_of_forty()[9:],
    )
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf.make(html_of(six_monthly(lines))).content)
    command = ["pdftotext", str(path), "-"]
    text = "".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    for one in lines:
        assert one.ref in text
        assert "".join(one.narrative.split()) in text


def test_the_same_html_gives_the_same_bytes() -> None:
    html = html_of(quarterly())
    here = pdf.make(html).content
    assert pdf.make(html).content == here
    other = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from reports import pdf; sys.stdout.buffer.write(pdf.make(sys.stdin.read()).content)",
        ],
        input=html.encode(),
        capture_output=True,
        check=True,
        cwd=Path(pdf.__file__).parent.parent,
        env={"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert other.stdout == here


# --- What is refused --------------------------------------------------------------------------------------------------


def test_our_fonts_and_data_addresses_are_let_in() -> None:
    rules = "<link rel=stylesheet href='data:text/css,@font-face{font-family:S;src:url(FACE)} html{font-family:S}'>"
    face = rules.replace("FACE", f"{pdf.FONT_SCHEME}SourceSans3-Regular.ttf")
    assert pdf.make(page("<p>Words.</p>", face)).pages == 1


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="" src="https://evil.example/x.png">',
        '<img alt="" src="file:///etc/passwd">',
        '<svg><title>x</title><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<style>@import url("ftp://evil.example/x.css");</style>',
        '<style>p { background: url("font:../../../.env") }</style><p>x</p>',
        '<object data="file:///etc/passwd"></object>',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
    ],
)
def test_anything_else_is_refused_by_name(body: str) -> None:
    with pytest.raises(pdf.PdfRefused, match="outside itself"):
        pdf.make(page(body))


def test_a_missing_font_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for face in list(pdf.FACES)[:-1]:
        shutil.copyfile(pdf.FONTS / face, tmp_path / face)
    monkeypatch.setattr(pdf, "FONTS", tmp_path)
    with pytest.raises(pdf.PdfRefused, match=r"SourceSans3-Bold\.ttf is missing: run `make kit`"):
        pdf.make(page("<p>Words.</p>"))


def test_a_damaged_font_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for face in pdf.FACES:
        shutil.copyfile(pdf.FONTS / face, tmp_path / face)
    monkeypatch.setattr(pdf, "FONTS", tmp_path)
    whole = (tmp_path / "SourceSans3-Regular.ttf").read_bytes()
    for damaged in (b"", whole[:50_000], (tmp_path / "SourceSans3-Bold.ttf").read_bytes()):
        (tmp_path / "SourceSans3-Regular.ttf").write_bytes(damaged)
        with pytest.raises(pdf.PdfRefused, match=r"SourceSans3-Regular\.ttf is damaged or another: run `make kit`"):
            pdf.make(page("<p>Words.</p>"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<p style="font-family: serif">Words.</p>', "which is no face of ours"),
        ("<p>One \u0378 that slipped by.</p>", "no face of ours has: U\\+0378"),
    ],
    ids=["another face", "no face"],
)
def test_nothing_is_printed_in_a_typeface_of_the_server(
    body: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "html_in_print", str)
    with pytest.raises(pdf.PdfRefused, match=sentence):
        pdf.make(page(body))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<div>" * 2000 + "x" + "</div>" * 2000, "nested too deeply"),
        ("x" * (pdf.MOST_LONG_WORD + 1), "a word of 20,0"),
        ("x " * (pdf.MOST_CHARACTERS // 2), "too large to be laid out"),
    ],
    ids=["nested", "endless word", "too large"],
)
def test_what_would_hang_the_worker_is_refused(body: str, sentence: str) -> None:
    with pytest.raises(pdf.PdfRefused, match=sentence):
        pdf.make(page(f"<p>{body}</p>"))


SVG = '<svg width="9" height="9" viewBox="0 0 9 9"><title>A square.</title><rect width="9" height="9"/></svg>'


def test_a_pdf_that_lost_a_picture_on_the_way_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pdf.make(page(SVG)).pages == 1

    def out_of_time(*_: object) -> None:
        raise KeyboardInterrupt  # as a worker that is stopped in the middle; WeasyPrint catches even this

    monkeypatch.setattr("weasyprint.svg.SVG.draw", out_of_time)
    with pytest.raises(pdf.PdfRefused, match="would lack something: Failed to render SVG"):
        pdf.make(page(SVG))


def test_the_collector_works_again_afterwards() -> None:
    assert gc.isenabled()
    pdf.make(page("<p>Words.</p>"))
    assert gc.isenabled()
    with pytest.raises(pdf.PdfRefused):
        pdf.make(page('<img alt="" src="file:///etc/passwd">'))
    assert gc.isenabled()


# --- Tables over pages ------------------------------------------------------------------------------------------------


def rows_by_page(rows: int, above: int) -> list[int]:
    """How many rows of a table stand on each page that has any, when so many millimetres stand above it on the first."""
    head = html_of(quarterly(), "final").partition("<body>")[0]
    cells = "".join(f'<tr><th scope="row">Row {n}</th><td>Words</td></tr>' for n in range(rows))
    table = f'<table class="report-table"><caption>Rows</caption><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{cells}</tbody></table>'
    style = f"<style>.above {{ height: {above}mm }} .report-table td {{ height: 9mm }}</style>"
    pages = pdf.lay_out(f'{head}<body>{style}<div class="report"><div class="above"></div>{table}</div></body></html>')[
        0
    ].pages
    found = [
        sum(1 for box in one._page_box.descendants() if box.element_tag == "tr" and "Row" in texts(box))
        for one in pages
    ]
    return [number for number in found if number]


def texts(box: Any) -> str:
    return "".join(getattr(one, "text", "") for one in box.descendants())


def test_a_short_table_is_not_torn_and_no_row_of_a_long_one_stands_alone() -> None:
    heights = range(120, 235, 10)
    short = {above: rows_by_page(8, above) for above in heights}
    assert set(map(len, short.values())) == {1}, short
    long = {above: rows_by_page(14, above) for above in heights}
    assert any(len(rows) > 1 for rows in long.values()), "some of them run over the page"
    assert min(number for rows in long.values() for number in rows) > 1, long
