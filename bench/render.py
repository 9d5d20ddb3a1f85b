"""A report made into a PDF: the whole job beside WeasyPrint alone on the same HTML, processor seconds a page, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.utils import timezone

from bench.measuring import Sheet, beside
from bench.rows import the_plan
from bench.snapshot import report
from reports import pdf, snapshot
from reports.models import Rendition
from reports.rendering import print_html
from reports.services import building, renditions
from reports.snapshot.paper import usual_cut_off

JOB, SECONDS_A_PAGE, MEGABYTES = 1.1, 0.1, 350
#: Actions: of as many pages as the real plan, and of some sixty.
FEW, MANY = SIZES = (40, 165)


_kept: dict[int, str] = {}


def keep(size: int) -> None:
    """The HTML of the plan as large as it is now, and, of the smaller, a version that the job can lay out."""
    document = snapshot.take(
        report=report(), number=1, cut_off=usual_cut_off(the_plan(), report().period), made_at=timezone.now()
    )
    _kept[size] = print_html(document, stage="draft", snapshot_sha256="0" * 64, sign_off=None)
    if size == FEW and not report().versions.exists():
        building.build_version(
            report=report(), number=1, cut_off=usual_cut_off(the_plan(), report().period), at=timezone.now()
        )


def measure(sheet: Sheet) -> None:
    sheet.heading("A report made into a PDF")
    job(sheet)
    for size, html in sorted(_kept.items()):
        pages(sheet, size, html)


def job(sheet: Sheet) -> None:
    """From the frozen facts to the stored file, as the worker does it; WeasyPrint alone with the same fonts and the same fence."""
    rendition = Rendition.objects.get(version__report=report(), stage="draft")

    def ours() -> None:
        Rendition.objects.filter(pk=rendition.pk).update(state="queued", attempts=0, html="", pdf="", sha256="")
        done = renditions.make_one(rendition=rendition, make=pdf.make, clock=timezone.now)
        if done.state != Rendition.State.DONE:
            raise RuntimeError(f"The PDF was not made: {done.last_error}")

    ours()
    html = Rendition.objects.get(pk=rendition.pk).html

    def alone() -> None:
        from weasyprint import HTML

        HTML(string=html, url_fetcher=pdf._fence_class()()).write_pdf(pdf_variant=pdf.VARIANT)

    sheet.ratio("Whole job beside WeasyPrint alone", beside(ours, alone, rounds=3), JOB)


def pages(sheet: Sheet, actions: int, html: str) -> None:
    """In a process of its own, as the render worker is, so that its memory is its own."""
    with tempfile.TemporaryDirectory(prefix="shp-bench-") as folder:
        source = Path(folder) / "report.html"
        source.write_text(html)
        ran = subprocess.run(
            [sys.executable, "-m", "bench.one_pdf", source], capture_output=True, text=True, check=True, env=os.environ
        )
    made, took, megabytes = ran.stdout.split()
    sheet.number(f"Plan of {actions} actions", float(made), "pages")
    sheet.number("  processor seconds a page", float(took) / float(made), "s", SECONDS_A_PAGE)
    sheet.number("  most memory of the process", float(megabytes), "MB", MEGABYTES)


def kept(size: int) -> str:
    """The HTML kept of the plan with so many actions."""
    return _kept[size]
