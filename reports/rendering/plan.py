"""The body of the plan as a document."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from charts.frame import NARROW, WIDE
from charts.text import listed
from charts.tree import Branch, Tree, tree
from reports.document import Group, PlanDocument, PlanSection
from reports.rendering.contents import Part
from reports.rendering.tables import grouped


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list."""

    paragraph: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectionView:
    section: PlanSection
    part: Part
    blocks: tuple[Block, ...]

    @property
    def template(self) -> str:
        return f"reports/document/plan/_{self.section.holds}.html" if self.section.holds else ""


def plan_context(document: PlanDocument) -> dict[str, Any]:
    """What templates/reports/document/_plan.html needs."""
    last = max((int(section.number) for section in document.sections if section.number), default=0)
    rest = itertools.count(last + 1)
    views = [
        SectionView(
            section, Part(section.anchor, section.number or str(next(rest)), section.heading), blocks_of(section.body)
        )
        for section in document.sections
    ]
    return {
        "body": "reports/document/_plan.html",
        "on_request": True,
        "heading": f"{document.paper.plan_title}, as it stands in {document.paper.period_label}",
        "sections": views,
        "parts": tuple(view.part for view in views),
        "table_groups": grouped(document.table.rows) if document.table else (),
        "governance": _governance(document, WIDE, "governance"),
        "governance_narrow": _governance(document, NARROW, "governance-narrow"),
    }


def blocks_of(body: str) -> tuple[Block, ...]:
    """Paragraphs stand apart by an empty line; lines that start with "- " are items of a list."""
    blocks = []
    for paragraph in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().split("\n") if line.strip()]
        for is_list, run in itertools.groupby(lines, lambda line: line.startswith("- ")):
            if is_list:
                blocks.append(Block(items=tuple(line.removeprefix("- ") for line in run)))
            else:
                blocks.append(Block(paragraph=" ".join(run)))
    return tuple(blocks)


def _governance(document: PlanDocument, width: float, prefix: str) -> Tree | None:
    if not document.groups:
        return None
    branches = [Branch(group.code, group.name, _about(group), group.reports_to) for group in document.groups]
    return tree(document.paper.partnership, branches, id_prefix=prefix, width=width)


def _about(group: Group) -> str:
    said = [
        listed(list(group.priorities)),
        f"chaired by {group.chaired_by}" if group.chaired_by else "",
        f"meets {group.meets}" if group.meets else "",
    ]
    return "; ".join(part for part in said if part)
