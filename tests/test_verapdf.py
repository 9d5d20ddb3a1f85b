"""The judge itself is judged: a file that keeps both profiles passes, one that keeps neither is named for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verapdf import Failure, verdicts

pytestmark = pytest.mark.pdf


def page(body: str) -> str:
    return f"<!doctype html><html lang=en-GB><head><title>A page</title></head><body>{body}</body></html>"


def test_a_plain_pdf_breaks_both_profiles(verapdf: Callable[[bytes], list[Failure]]) -> None:
    from weasyprint import HTML

    failures = verapdf(HTML(string=page("<h1>A heading</h1>")).write_pdf())
    assert {failure.profile for failure in failures} == {"2a", "ua1"}
    assert all(failure.rule and failure.times > 0 and failure.message for failure in failures)


def test_an_archival_pdf_keeps_its_profile(verapdf: Callable[[bytes], list[Failure]]) -> None:
    from weasyprint import HTML

    failures = verapdf(HTML(string=page("<p>Words.</p>")).write_pdf(pdf_variant="pdf/a-2a"))
    # Only what the reports' own finisher adds, the PDF/UA identifier, is wanting.
    assert [failure.rule for failure in failures if failure.profile == "2a"] == []


def test_what_is_no_pdf_is_an_error_and_not_a_pass(verapdf: Callable[[bytes], list[Failure]]) -> None:
    with pytest.raises(RuntimeError, match="could not look at"):
        verapdf(b"not a PDF")


def test_of_several_files_each_has_its_own_verdict(tmp_path: Path) -> None:
    from weasyprint import HTML

    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(HTML(string=page("<p>Words.</p>")).write_pdf(pdf_variant="pdf/a-2a"))
    bad.write_bytes(HTML(string=page("<p>Words.</p>")).write_pdf())
    first, second, third = verdicts([good, bad, good], ("2a",))
    assert (first, third) == ([], [])
    assert second
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"not a PDF")
    with pytest.raises(RuntimeError, match=r"could not look at broken\.pdf"):
        verdicts([good, broken], ("2a",))
