"""Copies the front-end kit from node_modules to static/kit (never committed), as the portal wears it.

GOV.UK's typeface and crest belong to GOV.UK itself: the typeface gives way to Source Sans 3, the crest to nothing.
Run by the virtualenv's Python, whose fontTools packs the typeface for browsers; the reports print from the TTFs.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
KIT = ROOT / "static" / "kit"

GOVUK = MODULES / "govuk-frontend" / "dist" / "govuk"
MOJ = MODULES / "@ministryofjustice" / "frontend" / "moj"
FONTS = MODULES / "@expo-google-fonts" / "source-sans-3"

# (weight and style as the package names them, our file name, CSS weight, CSS style)
FACES = [
    ("400Regular", "SourceSans3-Regular", 400, "normal"),
    ("400Regular_Italic", "SourceSans3-Italic", 400, "italic"),
    ("600SemiBold", "SourceSans3-SemiBold", 600, "normal"),
    ("700Bold", "SourceSans3-Bold", 700, "normal"),
]


def style(source: Path, images: Path) -> str:
    """The style sheet with our typeface, its pictures beside it, and no source map (the file is not there)."""
    css = source.read_text(encoding="utf-8")
    css = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?', '"Source Sans 3"', css)
    css = css.replace("url(/assets/images/govuk-crest.svg)", "none")
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    for name in sorted(set(re.findall(r"url\(/assets/images/([^)]+)\)", css))):
        shutil.copyfile(images / name, KIT / "images" / name)
    return css.replace("url(/assets/images/", "url(images/")


def script(source: Path) -> str:
    return re.sub(r"//# sourceMappingURL=.*", "", source.read_text(encoding="utf-8"))


def faces() -> str:
    """Copies the faces, packs them for browsers, and returns the rules that name them."""
    from fontTools.ttLib import woff2

    rules = ""
    for package_name, name, weight, slant in FACES:
        ttf = KIT / "fonts" / f"{name}.ttf"
        shutil.copyfile(FONTS / package_name / f"SourceSans3_{package_name}.ttf", ttf)
        woff2.compress(str(ttf), str(ttf.with_suffix(".woff2")))
        rules += (
            f'@font-face{{font-family:"Source Sans 3";font-style:{slant};font-weight:{weight};font-display:swap;'
            f'src:url(fonts/{name}.woff2) format("woff2")}}\n'
        )
    shutil.copyfile(FONTS / "LICENSE_FONT", KIT / "fonts" / "LICENSE")
    return rules


def main() -> None:
    missing = [place for place in (GOVUK, MOJ, FONTS) if not place.is_dir()]
    if missing:
        sys.exit(f"The front-end kit is not in {missing[0].relative_to(ROOT)}: run `make kit`, which fetches it.")
    shutil.rmtree(KIT, ignore_errors=True)
    (KIT / "images").mkdir(parents=True)
    (KIT / "fonts").mkdir()
    sheets = {
        "govuk-frontend.min.css": faces() + style(GOVUK / "govuk-frontend.min.css", GOVUK / "assets" / "images"),
        "moj-frontend.min.css": style(MOJ / "moj-frontend.min.css", MOJ / "assets" / "images"),
        "govuk-frontend.min.js": script(GOVUK / "govuk-frontend.min.js"),
        "moj-frontend.min.js": script(MOJ / "moj-frontend.min.js"),
    }
    for name, text in sheets.items():
        (KIT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
