"""The plan and the action plan on paper: archival, accessible, whole in every letter, and the same without colour."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pytest
import time_machine
from pypdf import PdfReader

from actions.rating import LOOKS, Rating
from priorities.models import ContextFact, PlanSection, SubGroup
from priorities.periods import Period, PeriodKind
from reports import pdf
from reports.document import from_json
from reports.public import for_public
from reports.rendering import print_html
from reports.services.on_request import make_action_plan, make_plan
from reports.tests.makers import UTC, Town
from tests.reading import blocks_of_html, blocks_of_pdf, first_difference
from tests.verapdf import verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.pdf]

NOW = dt.datetime(2026, 11, 23, 14, tzinfo=UTC)
LETTERS = "Tŷ Gŵyl, Łódź, Đặng, Ελένη, Жук: £40 – “½ € ≥ 3”"
SHADES = re.compile(r"#(?:[0-9a-f]{3}){1,2}\b", re.IGNORECASE)


@pytest.fixture
def papers(settings, tmp_path) -> dict[str, str]:
    """The HTML of both, for partners and for the public, with foreign letters wherever somebody may type them."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with time_machine.travel(NOW):
        town = Town()
        PlanSection.objects.create(plan=town.plan, number=1, heading=LETTERS, body=f"{LETTERS}\n\n- {LETTERS}")
        ContextFact.objects.create(plan=town.plan, topic=LETTERS, text=LETTERS, query=LETTERS, position=1)
        SubGroup.objects.create(plan=town.plan, code="W", name=LETTERS, reports_to=town.sub_group, meets=LETTERS)
        for number, rating in enumerate((Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK, Rating.COMPLETE)):
            town.say(
                town.action(f"ASB-0{number}", title=LETTERS), rating, dt.date(2026, 10, 9), narrative=f"{LETTERS}."
            )
        year = Period(PeriodKind.YEAR, dt.date(2026, 4, 1))
        made = {
            "plan": make_plan(plan=town.plan, year=year, by=town.coordinator, at=NOW)[0],
            "action-plan": make_action_plan(plan=town.plan, as_at=NOW.date(), by=town.coordinator, at=NOW)[0],
        }
    found = {}
    for kind, version in made.items():
        document = from_json(version.snapshot)
        sealed = {"snapshot_sha256": version.snapshot_sha256, "sign_off": None}
        found[kind] = print_html(document, stage="draft", **sealed)
        found[f"{kind}-public"] = print_html(for_public(document, "OFFICIAL"), stage="final", **sealed)
    return found


def test_both_keep_the_profiles_and_print_every_letter(papers, tmp_path):
    paths: list[Path] = []
    for name, html in papers.items():
        made = pdf.make(html)
        paths.append(tmp_path / f"{name}.pdf")
        paths[-1].write_bytes(made.content)
        read = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(made.content)).pages).split())
        assert read.count(LETTERS) >= (4 if name.startswith("action") else 6), name
        assert first_difference(blocks_of_html(html), blocks_of_pdf(made.content)) == "", name
    # The judge also refuses a letter without a glyph.
    assert verdicts(paths) == [[], [], [], []]


def test_without_colour_every_rating_is_a_shape_and_a_word_and_the_chart_of_groups_is_black(papers):
    said = re.sub(r"<[^>]+>", " ", papers["action-plan"])
    for rating in (Rating.ON_TRACK, Rating.AT_RISK, Rating.OFF_TRACK, Rating.COMPLETE):
        look = LOOKS[rating]
        # Once beside the action, once among the definitions.
        assert len(re.findall(rf"{re.escape(look.shape)}\s+{look.word}", said)) >= 2, rating
    [tree] = re.findall(r"<svg[^>]*chart--tree.*?</svg>", papers["plan"], re.DOTALL)
    assert set(SHADES.findall(tree)) == {"#0b0c0c", "#ffffff"}
