"""The judge itself is judged: a file that keeps both profiles passes, one that keeps neither is named for it."""

from collections.abc import Callable

import pytest

from tests.verapdf import Failure

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
