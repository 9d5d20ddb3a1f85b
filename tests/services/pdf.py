"""veraPDF as a fixture."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verapdf import Failure, verdict


@pytest.fixture
def verapdf(tmp_path: Path) -> Callable[[Path | bytes], list[Failure]]:
    def judge(pdf: Path | bytes) -> list[Failure]:
        if isinstance(pdf, bytes):
            path = tmp_path / "judged.pdf"
            path.write_bytes(pdf)
        else:
            path = pdf
        return verdict(path)

    return judge
