"""A web worker stays small: WeasyPrint and its kin are for the render worker alone, openpyxl for the first workbook,
markdown-it-py and nh3 for the first text."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOAD = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
heavy = {"weasyprint", "fontTools", "PIL", "openpyxl", "markdown_it", "nh3"} & set(sys.modules)
print(",".join(sorted(heavy)))
"""


def test_the_web_loads_no_maker_of_files():
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == ""
