"""Every style sheet, script and picture that a page names is there under the storage that production uses."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> ManifestStaticFilesStorage:
    """What `collectstatic` makes of static/ and the packages; it fails on a reference to a file that is not there."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return ManifestStaticFilesStorage(location=str(tmp_path), base_url="/static/")


def test_what_templates_name_is_there(collected: ManifestStaticFilesStorage) -> None:
    named = {
        (path.relative_to(ROOT), name)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for name in re.findall(r"{%\s*static\s+['\"]([^'\"]+)['\"]", path.read_text(encoding="utf-8"))
    }
    assert named, "no template names a static file: has the tag changed?"
    missing = [f"{path}: {name}" for path, name in named if name not in collected.hashed_files]
    assert not missing, "\n".join(missing)


def test_style_sheets_ask_nobody_outside(collected: ManifestStaticFilesStorage) -> None:
    sheets = sorted(Path(collected.location).rglob("*.css"))
    outside = [
        f"{path.name}: {hit}"
        for path in sheets
        for hit in re.findall(r"url\(['\"]?(?:https?:)?//[^)]+\)", path.read_text())
    ]
    assert sheets
    assert not outside, "\n".join(outside)


def test_the_kit_wears_no_typeface_or_crest_of_gov_uk() -> None:
    sheet = (ROOT / "static" / "kit" / "govuk-frontend.min.css").read_text(encoding="utf-8")
    assert "GDS Transport" not in sheet
    assert "crest" not in sheet
    assert '"Source Sans 3"' in sheet
    assert (
        staticfiles_storage.url("kit/fonts/SourceSans3-Regular.woff2") == "/static/kit/fonts/SourceSans3-Regular.woff2"
    )
