"""A whole document: the body for the screen, and the paper with its style sheet, header, footer and watermark."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from reports.document import PUBLIC, RESTRICTED, ActionPlanDocument, Document, PlanDocument, SixMonthlyDocument
from reports.letters import in_print
from reports.rendering.action_plan import action_plan_context
from reports.rendering.plan import plan_context
from reports.rendering.quarterly import quarterly_context
from reports.rendering.six_monthly import six_monthly_context
from reports.rendering.text import contact_line, footer_contact, head_line, made_late

STYLES = Path(__file__).resolve().parents[2] / "static"
SHEETS = ("report.css", "report-print.css")


@dataclass(frozen=True)
class SignOff:
    """A decision in words ("Approved for the Partnership"), by which role, on which day, and where it is minuted."""

    words: str
    by: str
    on: dt.date
    meeting: dt.date | None = None
    minute_reference: str = ""


#: How a paper says which it is. That it was published, a final cannot know: it is laid out before.
STAGES = {"draft": "Draft", "final": "Final"}


def screen_context(
    document: Document,
    *,
    snapshot_sha256: str = "",
    sign_off: SignOff | None = None,
    stage: str = "draft",
    standing: str = "",
) -> dict[str, Any]:
    """What templates/reports/document/_body.html needs; include it under a page whose h1 is the report's title.

    `standing`: how the version stands today, in a word, which the screen says in place of the stage.
    """
    context = _context(document, stage=stage, snapshot_sha256=snapshot_sha256, sign_off=sign_off, for_print=False)
    return context | ({"standing": standing} if standing else {})


def screen_html(document: Document, *, snapshot_sha256: str, sign_off: SignOff | None, stage: str) -> str:
    """That body alone, without a page around it, to be kept as it is. The same arguments give the same text."""
    context = screen_context(document, snapshot_sha256=snapshot_sha256, sign_off=sign_off, stage=stage)
    return render_to_string("reports/document/_body.html", context)


def print_html(document: Document, *, stage: str, snapshot_sha256: str, sign_off: SignOff | None) -> str:
    """The whole HTML of the paper. `stage` is draft (watermarked) or final. The same arguments give the same text.

    ValueError for another stage.
    """
    if stage not in STAGES:
        raise ValueError(f"“{stage}” is no stage of a paper: it is draft or final.")
    context = _context(document, stage=stage, snapshot_sha256=snapshot_sha256, sign_off=sign_off, for_print=True)
    sheet = "\n".join((STYLES / name).read_text(encoding="utf-8") for name in SHEETS)
    sheet += _page_rules(document, stage)
    context["style_sheet"] = "data:text/css;charset=utf-8;base64," + base64.b64encode(sheet.encode()).decode()
    return render_to_string("reports/document/print.html", context)


def _context(
    document: Document, *, stage: str, snapshot_sha256: str, sign_off: SignOff | None, for_print: bool
) -> dict[str, Any]:
    shared = {
        "document": document,
        "paper": document.paper,
        "stage": stage,
        "standing": STAGES[stage],
        "snapshot_sha256": snapshot_sha256,
        "sign_off": sign_off,
        "for_print": for_print,
        "restricted": RESTRICTED,
        "heading": f"{document.paper.title}, {document.paper.period_long_label}",
        "head": head_line(document),
        "contact": contact_line(document.paper.contact),
        "made_late": made_late(document.paper),
    }
    return shared | _own_context(document)


def _own_context(document: Document) -> dict[str, Any]:
    if isinstance(document, ActionPlanDocument):
        return action_plan_context(document)
    if isinstance(document, PlanDocument):
        return plan_context(document)
    return six_monthly_context(document) if isinstance(document, SixMonthlyDocument) else quarterly_context(document)


def _page_rules(document: Document, stage: str) -> str:
    """Running header, footer and watermark: margin boxes, so that readers by ear are told the words once, in the body."""
    paper = document.paper
    name = f"{paper.title}, {paper.period_label}"
    known = "as held on" if isinstance(document, PlanDocument) else "updates received up to"
    version = f"{'Public version' if paper.edition == PUBLIC else 'Version'} {paper.number}{' (draft)' if stage == 'draft' else ''}, {known} {paper.received}"
    contact = footer_contact(paper.contact)
    footer = f"{name} · {version}" + (f"\nContact: {contact}" if contact else "")
    rules = [
        f"@top-left {{ content: {_css(paper.partnership)} }}",
        f"@top-center {{ content: {_css(paper.marking)} }}",
        f"@top-right {{ content: {_css('DEMONSTRATION DATA' if paper.is_demonstration else '')} }}",
        f"@bottom-left {{ content: {_css(footer)} }}",
        f"@bottom-right {{ content: {_css(paper.marking + chr(10) if paper.marking else '')} "
        '"Page " counter(page) " of " counter(pages) }',
    ]
    if stage == "draft":
        rules.append('@left-middle { content: "DRAFT" }')
    return "\n@page { " + "\n".join(rules) + " }\n"


def _css(text: str) -> str:
    """A CSS string, in signs that the faces have. All but plain letters and figures is written by its number, so that
    nothing can close it.
    """
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in in_print(text)) + '"'
