"""A sub-group's paragraph in the six-monthly report: printed under its priority, owed by name, frozen with the version."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from actions.services.returns import save_return
from priorities.models import SubGroup
from reports.document import SixMonthlyDocument, from_json, to_json
from reports.rendering import print_html
from reports.tests.makers import H1_2026, H2_2025, MADE_AT, Town, noon

pytestmark = pytest.mark.django_db

WRITTEN = noon(dt.date(2026, 10, 26))


@pytest.fixture
def town() -> Town:
    town = Town()
    town.action()
    return town


def write(town: Town, text: str = "Fires fell.\nTwo <b>bins</b> burnt.", **changed) -> None:
    given = {"sub_group": town.sub_group, "period": H1_2026, "paragraph": text, "ready": True, "revision": 0}
    save_return(**{**given, "by": town.lead, "at": WRITTEN, **changed})


def html(document: SixMonthlyDocument) -> str:
    return print_html(document, stage="draft", snapshot_sha256="0" * 64, sign_off=None)


def test_the_paragraph_stands_under_its_first_priority_with_who_wrote_it(town: Town):
    town.lead.job_title = "Fire prevention manager"
    town.lead.save()
    town.sub_group.priorities.add(town.drugs)
    write(town)

    document = town.six_monthly()

    [said] = document.sub_group_texts
    assert (said.sub_group, said.priority, said.ready, said.on) == ("Fires group", "ASB", True, dt.date(2026, 10, 26))
    assert (said.by, said.lead) == ("Fire prevention manager, Borough council", "Fire prevention manager")
    printed = html(document)
    assert said.html == "<p>Fires fell.<br>\nTwo &lt;b&gt;bins&lt;/b&gt; burnt.</p>"
    assert "<strong>Fires group</strong></p>\n<p>Fires fell.<br>\nTwo &lt;b&gt;bins&lt;/b&gt; burnt.</p>" in printed
    assert printed.count("Fires fell.") == 1
    assert "Fire prevention manager, Borough council, 26 October 2026" in printed
    assert "not yet confirmed by the sub-group" not in printed
    assert "No paragraph received" not in printed


def test_a_paragraph_has_the_formatting_of_the_other_texts(town: Town):
    write(town, "We **watch** that:\n- bins\n- [grass](https://a.example)")
    printed = html(town.six_monthly())
    assert "We <strong>watch</strong> that:" in printed
    assert "<li>bins</li>" in printed
    assert 'href="https://a.example"' in printed


def test_a_paragraph_from_before_there_was_formatting_prints_as_it_did(town: Town):
    write(town, "We **watch** that.")
    whole = json.loads(to_json(town.six_monthly()))
    for said in whole["document"]["sub_group_texts"]:
        del said["html"]
    assert '<p class="report-said"><strong>Fires group:</strong> We **watch** that. <span' in html(
        from_json(json.dumps(whole))
    )  # type: ignore[arg-type]


def test_a_paragraph_that_is_not_ready_says_so(town: Town):
    write(town, ready=False)
    assert "not yet confirmed by the sub-group" in html(town.six_monthly())


def test_who_has_written_nothing_is_named_with_who_owes_it(town: Town):
    SubGroup.objects.create(plan=town.plan, code="NEW", name="New group")
    town.lead.job_title = "Fire prevention manager"
    town.lead.save()

    printed = html(town.six_monthly())

    assert "No paragraph received from:" in printed
    assert "Fires group (Fire prevention manager), New group (no lead is named)." in printed


def test_a_paragraph_of_a_sub_group_outside_the_priorities_is_not_lost(town: Town):
    town.sub_group.priorities.clear()
    write(town)
    assert html(town.six_monthly()).count("Fires fell.") == 1


def test_each_period_has_its_own_and_what_comes_after_the_version_was_made_is_not_in_it(town: Town):
    write(town, period=H2_2025)
    write(town, "Too late.", at=MADE_AT + dt.timedelta(minutes=1))

    [said] = town.six_monthly().sub_group_texts
    assert said.text == ""


def test_texts_from_before_there_were_paragraphs_still_read(town: Town):
    whole = json.loads(to_json(town.six_monthly()))
    del whole["document"]["sub_group_texts"]

    old = from_json(json.dumps(whole))

    assert isinstance(old, SixMonthlyDocument)
    assert old.sub_group_texts == ()
    assert "No paragraph received" not in html(old)
