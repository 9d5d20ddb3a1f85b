"""The demonstration's two newest reports as real PDFs: archival, accessible, complete, and the same every time."""

from __future__ import annotations

import datetime as dt
import html
import html.parser
import io
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest

from actions.models import Action, ProgressUpdate
from actions.rating import Rating
from actions.services.updates import post_update
from actions.tests.makers import key
from partners.models import User
from performance.models import PrintedFigure
from priorities.models import Plan
from reports import delivery, pdf
from reports.document import RESTRICTED, from_json
from reports.models import Rendition, ReportVersion
from reports.public import for_public
from reports.services import building, decisions, release, renditions
from tests.reading import Block, blocks_of_html, blocks_of_pdf, first_difference
from tests.services.demonstration import NOW, Story
from tests.verapdf import Failure, verdicts

# The mark for the database has pytest-django make it; the rows are read by `papers` alone.
pytestmark = [pytest.mark.pdf, pytest.mark.django_db]

ROOT = Path(__file__).resolve().parent.parent
SECRET = "The family was moved on the night of the fourteenth."

#: The whole way from the frozen facts to the file, in a process that knows nothing of this one.
AGAIN = """
import sys, django
from pathlib import Path
django.setup()
from reports import pdf, rendering
from reports.document import from_json, sha256_of
for path in map(Path, sys.argv[1:]):
    text = path.read_text(encoding="utf-8")
    html = rendering.print_html(from_json(text), stage="draft", snapshot_sha256=sha256_of(text), sign_off=None)
    path.with_suffix(".pdf").write_bytes(pdf.make(html).content)
"""


@dataclass
class Paper:
    """One rendition: its bytes and HTML, and the text of each page in the order in which it is read."""

    content: bytes
    html: str
    reader: pypdf.PdfReader
    pages: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    def page_of(self, heading: str) -> int:
        """The page that a heading of the bookmarks stands on, from 1."""
        [found] = [mark for mark in _flat(self.reader.outline) if mark.title == heading]
        number = self.reader.get_destination_page_number(found)
        assert number is not None
        return number + 1


@dataclass
class Papers:
    """All that the tests look at, and what the rows said when the facts were frozen."""

    drafts: dict[str, Paper]
    finals: dict[str, Paper]
    publics: dict[str, Paper]
    shelved: dict[str, Paper]
    withheld: dict[str, set[str]]
    again: dict[str, Path]
    other_process: subprocess.Popen[bytes]
    words: dict[str, list[str]] = field(default_factory=dict)
    table: list[tuple[str, ...]] = field(default_factory=list)


@pytest.fixture(scope="module")
def papers(
    story: Story, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Papers]:
    """Both reports are made and laid out; the six-monthly one is approved by the chair and laid out for good."""
    folder = tmp_path_factory.mktemp("papers")
    with django_db_blocker.unblock(), story.told():
        _restrict_words_on("ASB-01")
        made = {version.report.kind: version for version in building.make_due(plan=Plan.objects.get(), now=NOW)}
        again = {}
        for kind, version in made.items():
            again[kind] = folder / f"{kind}.json"
            again[kind].write_text(version.snapshot, encoding="utf-8")
        other_process = subprocess.Popen(
            [sys.executable, "-c", AGAIN, *map(str, again.values())],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONHASHSEED": "4711",
                "TZ": "Pacific/Auckland",
                "LC_ALL": "C",
            },
        )
        try:
            drafts = {kind: _paper(version, Rendition.Stage.DRAFT) for kind, version in made.items()}
            publics = {kind: _paper(version, Rendition.Stage.DRAFT, "public") for kind, version in made.items()}
            withheld = {kind: _withheld(version) for kind, version in made.items()}
            six_monthly = made["six_monthly"]
            _approve(six_monthly)
            coordinator = User.objects.get(email="coordinator@demo.example")
            decisions.prepare(version=made["quarterly"], by=coordinator, at=NOW)
            finals = {kind: _paper(version, Rendition.Stage.FINAL) for kind, version in made.items()}
            shelved = {}
            for kind, version in made.items():
                decisions.publish(version=version, by=coordinator, at=NOW)
                release.prepare(version=version, marking="", by=coordinator, at=NOW)
                shelved[kind] = _paper(version, Rendition.Stage.FINAL, "public")
            words, table = _words(six_monthly.cut_off), _table()
            yield Papers(drafts, finals, publics, shelved, withheld, again, other_process, words, table)
        finally:
            other_process.kill()
            other_process.wait()


def _restrict_words_on(ref: str) -> None:
    """The story holds no restricted words; one update more, in time for the report, brings some."""
    action = Action.objects.select_related("plan").get(ref=ref)
    moment = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
    post_update(
        action=action,
        by=User.objects.get(email="officer@demo.example"),
        at=moment,
        today=moment.date(),
        submission_key=key(1),
        period=action.plan.periods(action.plan.update_kind)[4],
        rating=Rating.ON_TRACK,
        narrative=SECRET,
        restricted=True,
    )


def _approve(version: ReportVersion) -> None:
    by = {handle: User.objects.get(email=f"{handle}@demo.example") for handle in ("coordinator", "chair")}
    decisions.send_to_chair(version=version, by=by["coordinator"], at=NOW)
    seen = version.renditions.partners().get(stage=Rendition.Stage.DRAFT).sha256
    decisions.approve(
        version=version,
        by=by["chair"],
        at=NOW,
        seen_snapshot_sha256=version.snapshot_sha256,
        seen_pdf_sha256=seen,
    )


def _withheld(version: ReportVersion) -> set[str]:
    """What the partners' paper says of figures that its public version must not: whole statements, not bare numbers, of which
    a small one stands on every page."""
    document = from_json(version.snapshot)
    public = {figure.code: figure for figure in for_public(document).figures}
    found = {figure.name for figure in document.figures if figure.code not in public}
    for figure in document.figures:
        shown = public.get(figure.code)
        if shown is None or shown.withheld:
            found |= {text for text in (figure.sentence, figure.range_sentence, figure.commentary) if text}
            if figure.now and (shown is None or shown.now is None or not shown.now.number):
                found.add(f"{figure.now.printed} {figure.unit} in {figure.period_label}")
    if document.kind == "quarterly" and document.similar_table and not document.similar_table.publishable:
        found |= {row.average for row in document.similar_table.rows}
    return found


def _paper(version: ReportVersion, stage: str, edition: str = "partners") -> Paper:
    rendition = (
        version.renditions.get(stage=stage, edition=edition)
        if edition == "partners"
        else renditions.queue(version=version, stage=stage, edition=edition, at=NOW)
    )
    made = renditions.make_one(rendition=rendition, make=pdf.make, clock=lambda: NOW)
    assert made.state == Rendition.State.DONE, made.last_error
    content = delivery.read(made)
    text = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=content, capture_output=True, check=True, timeout=60
    ).stdout.decode()
    place = Path(made.pdf.path)
    return Paper(content, made.html, pypdf.PdfReader(place), text.removesuffix("\f").split("\f"))


def _table() -> list[tuple[str, ...]]:
    """The plan's table as its rows hold it."""
    fields = ("label", "printed", "printed_average", "printed_position", "printed_comparison", "query")
    return list(PrintedFigure.objects.printed_by(Plan.objects.get()).exclude(table="").values_list(*fields))


def _words(cut_off: dt.datetime) -> dict[str, list[str]]:
    """By reference: what was last said of each action by the cut-off, straight from the rows."""
    found: dict[str, list[str]] = {}
    for action in Action.objects.filter(added_at__lte=cut_off).order_by("ref"):
        said = ProgressUpdate.objects.filter(action=action, submitted_at__lte=cut_off)
        said = said.exclude(kind__in=["no_change", "words"]).order_by("submitted_at")
        last = said.last()
        if last is None:
            found[action.ref] = []
        elif last.restricted:
            found[action.ref] = [RESTRICTED]
        else:
            texts = (last.narrative, last.reason, last.recovery, last.help_wanted, last.achievement)
            found[action.ref] = [text for text in texts if text]
    return found


def _flat(marks: list[Any]) -> Iterator[Any]:
    for mark in marks:
        if isinstance(mark, list):
            yield from _flat(mark)
        else:
            yield mark


def squeezed(text: str) -> str:
    """Without spaces and hyphens, of which breaking lines adds and takes some."""
    return re.sub(r"[\s\u00ad\u2010\u2011-]+", "", text)


def objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    size: Any = reader.trailer["/Size"]
    for number in range(1, size):
        yield reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))


#: Every rendition the two reports come to have: "public" is the preview as a draft, "shelved" what everybody is given.
ALL = [f"{what} {kind}" for what in ("draft", "final", "public", "shelved") for kind in ("six_monthly", "quarterly")]


@pytest.fixture(params=ALL)
def paper(request: pytest.FixtureRequest, papers: Papers) -> Paper:
    stage, kind = request.param.split()
    by_stage = {"draft": papers.drafts, "final": papers.finals, "public": papers.publics, "shelved": papers.shelved}
    return by_stage[stage][kind]


@pytest.fixture(scope="module")
def verdict_on(papers: Papers, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Paper], list[Failure]]:
    """veraPDF's verdict on each rendition; it looks at all of them in one run."""
    every = [*papers.drafts.values(), *papers.finals.values(), *papers.publics.values(), *papers.shelved.values()]
    files = {paper.content: tmp_path_factory.mktemp("judged") / "paper.pdf" for paper in every}
    for content, place in files.items():
        place.write_bytes(content)
    found = dict(zip(files, verdicts(list(files.values())), strict=True))
    return lambda paper: found[paper.content]


def test_it_is_archival_and_accessible(paper: Paper, verdict_on: Callable[[Paper], list[Failure]]) -> None:
    assert verdict_on(paper) == []


def test_qpdf_finds_nothing_wrong_with_the_file(paper: Paper) -> None:
    """A second opinion on the file itself: every object, stream and table of references of it can be read."""
    with pikepdf.open(io.BytesIO(paper.content), attempt_recovery=False) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.Root.Lang == "en-GB"
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        assert str(opened.docinfo.Title) in paper.html


def test_it_is_read_out_in_the_order_of_the_html(paper: Paper) -> None:
    """Headings, paragraphs, items, captions, cells with what they head, and of each figure its title and its sentence."""
    told = blocks_of_html(paper.html)
    assert {"H1", "H2", "P", "LBody", "Caption", "TH Column", "TH Row", "TD", "Figure"} <= {one.tag for one in told}
    read = blocks_of_pdf(paper.content)
    assert first_difference(told, read) == ""
    # However many lines and pages it runs over, a paragraph is one.
    assert sum(1 for one in read if one.tag == "P") == sum(1 for one in told if one.tag == "P")
    figures = [one.text for one in told if one.tag == "Figure"]
    assert [text for text in figures if len(text.split()) < 8] == []


@pytest.mark.parametrize("kind", ["six_monthly", "quarterly"])
def test_another_order_is_found(kind: str, papers: Papers) -> None:
    paper = papers.drafts[kind]
    told, read = blocks_of_html(paper.html), blocks_of_pdf(paper.content)
    for tag in ("H2", "H3", "P", "LBody", "TD", "TH Row", "Caption"):
        _, one, *rest = [at for at, block in enumerate(told) if block.tag == tag]
        other = next(at for at in rest if told[at].letters != told[one].letters)
        swapped = [*told]
        swapped[one], swapped[other] = told[other], told[one]
        assert first_difference(swapped, read), f"two blocks {tag} change places"
        assert first_difference(told[:one] + told[one + 1 :], read), f"a block {tag} more is read out"
        assert first_difference(told, [block for block in read if block.letters != told[one].letters])
    assert first_difference(told, read[:-1])
    assert first_difference(told[:-1], read)
    # A header cell that does not say what it heads; a figure of which only the title is told.
    for tag, text in (("TH Row", ' scope="row"'), ("TH Column", ' scope="col"'), ("Figure", "<desc")):
        assert text in paper.html
        less = paper.html.replace(text, "<g" if tag == "Figure" else "", 1)
        assert first_difference(blocks_of_html(less), read), tag


def test_headings_skip_no_level_and_bookmarks_follow_them(paper: Paper) -> None:
    headings = [block for block in blocks_of_html(paper.html) if re.fullmatch("H[1-6]", block.tag)]
    levels = [int(block.tag[1]) for block in headings]
    assert levels.count(1) == 1
    assert [n for n, (one, after) in enumerate(itertools.pairwise(levels)) if after > one + 1] == []
    marks = [Block("", mark.title).letters for mark in _flat(paper.reader.outline)]
    assert marks
    following = iter([block.letters for block in headings])
    assert [mark for mark in marks if mark not in following] == []


def test_page_one_is_one_page(paper: Paper) -> None:
    contents = [number for number, page in enumerate(paper.pages, start=1) if "Contents" in page.splitlines()]
    assert contents == [2]
    first = next(mark.title for mark in _flat(paper.reader.outline) if mark.title.startswith("1. "))
    assert paper.page_of(first) == 2


def test_the_typeface_is_ours_and_travels_with_the_file(paper: Paper) -> None:
    fonts = [item for item in objects(paper.reader) if isinstance(item, dict) and item.get("/Type") == "/Font"]
    used = {font["/BaseFont"].split("+")[-1] for font in fonts}
    assert used
    assert {name for name in used if not name.startswith("Source-Sans-3")} == set()
    described = [font["/FontDescriptor"] for font in fonts if font["/Subtype"] != "/Type0"]
    assert described
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in described)


def test_nothing_is_attached_and_nothing_acts(paper: Paper) -> None:
    assert not paper.reader.attachments
    root: Any = paper.reader.trailer["/Root"]
    assert {"/AF", "/OpenAction", "/AA", "/AcroForm"}.isdisjoint(root)
    forbidden = {"/EmbeddedFile", "/Filespec", "/JavaScript", "/Launch"}
    for item in objects(paper.reader):
        if isinstance(item, dict):
            assert {item.get("/Type"), item.get("/S")}.isdisjoint(forbidden), item
            assert "/EF" not in item


def test_every_data_table_has_headers(paper: Paper) -> None:
    assert tables_without_headers(paper.html) == []


@pytest.mark.parametrize("kind", ["six_monthly", "quarterly"])
def test_the_same_facts_make_the_same_bytes_anywhere(kind: str, papers: Papers) -> None:
    assert papers.other_process.wait(timeout=120) == 0
    assert papers.again[kind].with_suffix(".pdf").read_bytes() == papers.drafts[kind].content


def test_every_action_is_in_the_six_monthly_report_with_its_latest_words(papers: Papers) -> None:
    assert len(papers.words) == 40
    assert sum(1 for words in papers.words.values() if words) >= 39
    for paper in (papers.drafts["six_monthly"], papers.finals["six_monthly"]):
        start = paper.page_of("Appendix A: The full action plan") - 1
        appendix = squeezed("".join(paper.pages[start:]))
        missing = [ref for ref in papers.words if squeezed(ref) not in appendix]
        assert missing == []
        lost = [(ref, text) for ref, words in papers.words.items() for text in words if squeezed(text) not in appendix]
        assert lost == []


def test_restricted_words_are_in_no_report(papers: Papers) -> None:
    assert papers.words["ASB-01"] == [RESTRICTED]
    for paper in (*papers.drafts.values(), *papers.finals.values(), *papers.publics.values()):
        assert squeezed(SECRET) not in squeezed(paper.text)
        assert SECRET.encode() not in paper.html.encode()


@pytest.mark.parametrize("kind", ["six_monthly", "quarterly"])
def test_nothing_that_is_withheld_is_in_the_public_paper(kind: str, papers: Papers) -> None:
    withheld, partners, public = papers.withheld[kind], papers.drafts[kind], papers.publics[kind]
    assert withheld
    told = [text for text in withheld if squeezed(text) in squeezed(partners.text)]
    assert told, "the partners' paper tells it"
    assert [text for text in withheld if squeezed(text) in squeezed(public.text)] == []
    assert [text for text in withheld if text in public.html] == []
    assert "<5" in public.text
    assert "Partners' copy" not in public.text


@pytest.mark.parametrize("edition", ["drafts", "publics"])
def test_the_plans_table_is_printed_character_for_character(edition: str, papers: Papers) -> None:
    paper: Paper = getattr(papers, edition)["quarterly"]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>((?:<td[^>]*>.*?</td>)+)</tr>", paper.html, re.DOTALL)
    cells = {html.unescape(name): re.findall(r"<td[^>]*>(.*?)</td>", rest, re.DOTALL) for name, rest in rows}
    assert papers.table, "the plan has a table"
    for label, printed, average, position, comparison, query in papers.table:
        assert [html.unescape(cell) for cell in cells[label]] == [printed, average, position, comparison, query]
        assert squeezed(f"{label}{printed}{average}{position}{comparison}") in squeezed(paper.text)
        assert squeezed(query) in squeezed(paper.text)
    queried = [printed for _, printed, *_, query in papers.table if query]
    assert {"0.0605", "0.162"} <= set(queried), "its two certain misprints stand there with their queries"


def test_the_body_of_a_plan_of_forty_actions_stays_within_twelve_pages(papers: Papers) -> None:
    assert papers.drafts["six_monthly"].page_of("Appendix A: The full action plan") <= 13


def test_draft_and_final_differ_in_watermark_and_sign_off_alone(papers: Papers) -> None:
    draft, final = papers.drafts["six_monthly"], papers.finals["six_monthly"]
    # Turned on its side the watermark is read letter by letter.
    told, marks = re.subn(r"(?m)^D\n?R\n?A\n?F\n?T\n", "", draft.text)
    assert marks == len(draft.pages)
    for times, drafts_words, finals_words in [
        (len(final.pages), "Version 1 (draft), updates", "Version 1, updates"),
        (1, "Draft. Version 1", "Final. Version 1"),
        (
            1,
            "Draft. No decision has been taken on this version.",
            "Approved for the Partnership by the Chair of the Partnership on 23 November 2026.",
        ),
    ]:
        assert told.count(drafts_words) == times, drafts_words
        told = told.replace(drafts_words, finals_words)
    assert told.split() == final.text.split()


# --- Tables -----------------------------------------------------------------------------------------------------------


class _Tables(html.parser.HTMLParser):
    """Each table as the list of its rows, each row as the list of its cells: ("th", "col"), ("th", "row"), ("td", "")."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[tuple[str, str]]]]] = []
        self._caption = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][1][-1].append((tag, dict(attrs).get("scope") or ""))
        self._caption = tag == "caption"

    def handle_data(self, text: str) -> None:
        if self._caption:
            self.tables[-1] = (self.tables[-1][0] + text, self.tables[-1][1])


def tables_without_headers(text: str) -> list[str]:
    """What is wrong with a page's tables: each needs a caption, headers of columns, and a header in every row under them."""
    parser = _Tables()
    parser.feed(text)
    assert parser.tables
    found = []
    for number, (caption, (head, *rows)) in enumerate(parser.tables, start=1):
        name = f"table {number}, {caption.strip() or 'without a caption'}"
        if not caption.strip():
            found.append(name)
        if any(cell != ("th", "col") for cell in head):
            found.append(f"{name}: a column without a header")
        # A row of one header alone names the rows under it.
        if not rows or any(("th", "row") not in row and row != [("th", "colgroup")] for row in rows):
            found.append(f"{name}: a row without a header")
    return found


TABLE = "<table><caption>Figures</caption><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>"


@pytest.mark.parametrize(
    ("head", "row", "wrong"),
    [
        ('<th scope="col">What</th><th scope="col">n</th>', '<th scope="row">Thefts</th><td>4</td>', []),
        ("<td>What</td><td>n</td>", '<th scope="row">Thefts</th><td>4</td>', ["a column without a header"]),
        ('<th scope="col">What</th><th scope="col">n</th>', "<td>Thefts</td><td>4</td>", ["a row without a header"]),
    ],
)
def test_a_table_without_headers_is_found(head: str, row: str, wrong: list[str]) -> None:
    assert [fault.partition(": ")[2] for fault in tables_without_headers(TABLE.format(head, row))] == wrong
