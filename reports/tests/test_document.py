"""A document is its canonical text, and its text is the document."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from reports import document as documents
from reports.document import file_name, from_json, sha256_of, to_json
from reports.rendering import print_html
from reports.tests.makers import quarterly, six_monthly


@pytest.mark.parametrize("document", [six_monthly(), quarterly()], ids=["six-monthly", "quarterly"])
def test_what_is_read_back_is_what_was_written(document: documents.Document) -> None:
    assert from_json(to_json(document)) == document


def test_the_text_is_canonical() -> None:
    text = to_json(six_monthly())
    assert text == to_json(from_json(text))
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert "2024–27" in text


def test_a_changed_word_changes_the_hash() -> None:
    first, second = six_monthly(), six_monthly(before_label="September")
    assert sha256_of(to_json(first)) == sha256_of(to_json(six_monthly()))
    assert sha256_of(to_json(first)) != sha256_of(to_json(second))


def test_the_file_is_named_by_kind_months_and_version() -> None:
    half_year, quarter = ((dt.date(2026, month, 1), dt.date(2026, 9, 30)) for month in (4, 7))
    named = [
        file_name(short_name="SHP", kind=kind, period_start=start, period_end=end, number=number)
        for kind, (start, end), number in (("six_monthly", half_year, 2), ("quarterly", quarter, 1))
    ]
    assert named == ["SHP-six-monthly-2026-04_2026-09-v2.pdf", "SHP-quarterly-2026-07_2026-09-v1.pdf"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda read: read.pop("kind"), "not the text of a report"),
        (lambda read: read.update(schema=99), "follows schema 99; this portal reads schema 1"),
        (lambda read: read.update(kind="yearly"), "“yearly” is no kind of report"),
        (lambda read: read["document"].pop("paper"), "missing or unknown: paper"),
        (lambda read: read["document"].update(extra=1), "missing or unknown: extra"),
        (lambda read: read["document"]["paper"].update(made_on="soon"), r"paper\.made_on: “soon” is no date"),
        (lambda read: read["document"]["paper"].update(number="1"), r"paper\.number: '1' is not what"),
        (lambda read: read["document"]["actions"][3].update(title=None), r"actions\[3\]\.title: None is not what"),
    ],
)
def test_another_text_is_refused_with_the_place(change, sentence: str) -> None:
    read = json.loads(to_json(six_monthly()))
    change(read)
    with pytest.raises(ValueError, match=sentence):
        from_json(json.dumps(read))


@pytest.mark.parametrize("kind", ["quarterly", "six-monthly"])
def test_a_text_from_before_usual_ranges_still_reads_and_prints(kind: str) -> None:
    """As it was kept on 23 November 2026: what was added since has a default, and what was printed then is printed."""
    text = (Path(__file__).parent / "data" / f"{kind}-before-usual-ranges.json").read_text(encoding="utf-8")
    document = from_json(text)
    html = print_html(document, stage="final", snapshot_sha256=sha256_of(text), sign_off=None)
    assert "Offences of kind SHOP" in html
    assert "worse: up 6.4% on the same quarter last year" in html or kind == "six-monthly"
    assert "Not compared" not in html


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not the text of a report"):
        from_json("{")


def test_only_plain_values_go_in() -> None:
    crooked = dataclasses.replace(six_monthly(), before_label=dt.timedelta(days=1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="timedelta"):
        to_json(crooked)
