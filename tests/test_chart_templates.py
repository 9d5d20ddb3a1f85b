"""The chart templates: what they print is well-formed, named, safe and the same every time.

They stand here and not in charts/tests, because charts knows no Django.
"""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import translation

from charts.area_bars import Member, area_bars
from charts.line import line_chart
from charts.paint import RATINGS
from charts.rate import Rate
from charts.ratings_bar import RatingCount, RatingRow, ratings_bar
from charts.ratio_dots import ratio_dots
from charts.series import Band, Note, Point
from charts.sparkline import sparkline
from charts.tree import Branch, tree

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('1')</script> & \"co\""
BANDS = [Band(0, 5, 850, 950, 1000), Band(6, 9, 1000, 1050, 1100)]
POINTS = [Point(f"Q{n % 4 + 1}", f"{2023 + n // 4}/{24 + n // 4}", 900 + 17 * n, provisional=n == 9) for n in range(10)]
# One figure of each kind: unusual, provisional, not shown.
HIDDEN = [
    *POINTS[:2],
    replace(POINTS[2], value=None, printed=NASTY),
    *POINTS[3:9],
    replace(POINTS[9], unusual=True, provisional=True),
]


def charts(name="Shoplifting", width=1280):
    return {
        "line": line_chart(
            HIDDEN,
            id_prefix="a",
            name=name,
            unit=name,
            ranges=BANDS,
            annotations=[Note(4, name)],
            width=width,
        ),
        "sparkline": sparkline(HIDDEN, id_prefix="b", name=name, ranges=BANDS),
        "ratio_dots": ratio_dots(
            [Rate(name, 3, 2, group=name, mark=name), Rate("Arson", 90, 2, query=name, position=3, areas=15)],
            id_prefix="e",
            area=name,
            unit=name,
            width=width,
        ),
        "area_bars": area_bars(
            [Member(name, 3, ours=True), Member("Halton", None, name)],
            id_prefix="f",
            title=name,
            unit=name,
            average=2,
            others=name,
            width=width,
        ),
        "ratings_bar": ratings_bar(
            [RatingRow(name, (RatingCount("on_track", name, 1200, 3), RatingCount("complete", "Complete", 2)))],
            id_prefix="d",
            title=name,
            width=width,
        ),
        "tree": tree("Board", [Branch("A", name, name), Branch("B", "Under", of="A")], id_prefix="g", width=width),
    }


def printed(shape, **more):
    return render_to_string(f"charts/{shape}.svg.html", {"chart": charts(**more)[shape]})


shapes = pytest.mark.parametrize("shape", charts())


@shapes
def test_a_chart_is_an_image_with_a_name_and_a_description(shape):
    chart = charts()[shape]
    svg = ElementTree.fromstring(printed(shape))  # noqa: S314 (our own text)
    assert svg.tag == f"{SVG}svg"
    assert svg.get("role") == "img"
    title, description = svg[0], svg[1]
    assert (title.tag, title.text) == (f"{SVG}title", chart.frame.title)
    assert (description.tag, description.text) == (f"{SVG}desc", chart.frame.description)
    assert svg.get("aria-labelledby").split() == [title.get("id"), description.get("id")]


@shapes
def test_a_strict_policy_has_nothing_to_refuse(shape):
    svg = ElementTree.fromstring(printed(shape))  # noqa: S314
    for element in svg.iter():
        assert element.tag.removeprefix(SVG) not in {"style", "script", "image", "a", "foreignObject", "use"}
        for attribute, value in element.items():
            assert attribute != "style"
            assert not attribute.startswith("on")
            assert "href" not in attribute
            assert "url(" not in value


@shapes
def test_names_are_words_never_markup(shape):
    svg = printed(shape, name=NASTY)
    assert "<script" not in svg
    words = [text for text in ElementTree.fromstring(svg).itertext() if "alert" in text]  # noqa: S314
    assert any(NASTY in text for text in words)


@shapes
def test_coordinates_never_follow_the_readers_language(shape):
    plain = printed(shape)
    for language in ("en-gb", "de", "fr"):
        with override_settings(USE_THOUSAND_SEPARATOR=True), translation.override(language):
            assert printed(shape) == plain
    assert 'width="1280"' in plain or shape == "sparkline"


@shapes
def test_only_the_callers_prefix_is_in_the_ids(shape):
    svg = ElementTree.fromstring(printed(shape))  # noqa: S314
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    prefix = charts()[shape].frame.id_prefix
    assert ids == [f"{prefix}-title", f"{prefix}-desc"]


def test_a_provisional_figure_is_hollow_and_an_unusual_one_no_disc():
    svg = ElementTree.fromstring(printed("line"))  # noqa: S314
    dots = svg.find(f"{SVG}g[@class='chart__dots']")
    assert [dot.get("fill") == "#ffffff" for dot in dots] == [False] * 8 + [True]
    assert [dot.tag for dot in dots] == [f"{SVG}circle"] * 8 + [f"{SVG}path"]


def test_the_range_lies_behind_the_line_and_everything_said_of_it_is_printed():
    svg = ElementTree.fromstring(printed("line"))  # noqa: S314
    classes = [element.get("class") for element in svg]
    assert classes.index("chart__range") < classes.index("chart__withheld") < classes.index("chart__line")
    words = list(svg.itertext())
    for said in ("mean 1,050", "1,000–1,100", "usual range to Q2 2024/25: 850–1,000, mean 950", "unusual change", "1"):
        assert said in words


def test_a_doubted_rate_is_drawn_hollow():
    svg = ElementTree.fromstring(printed("ratio_dots"))  # noqa: S314
    assert [dot.get("fill") for dot in svg.iter(f"{SVG}circle")] == ["#0b5563", "#ffffff"]


@pytest.mark.parametrize(("shape", "number", "of"), [("line", 1, "Q1 2024/25:"), ("ratio_dots", 1, "Arson:")])
def test_the_numbers_words_stand_in_a_list(shape, number, of):
    html = render_to_string("charts/notes.html", {"chart": charts(name=NASTY)[shape]})
    items = list(ElementTree.fromstring(html).iter("li"))  # noqa: S314
    assert [item.get("value") for item in items] == [str(number)]
    assert "".join(items[0].itertext()) == f"{of} {NASTY}"


def test_a_picture_without_numbers_has_no_list():
    plain = line_chart(POINTS, id_prefix="a", name="x", unit="y")
    assert render_to_string("charts/notes.html", {"chart": plain}).strip() == ""


def test_a_pair_prints_one_chart_twice_under_two_names():
    wide = ratings_bar([RatingRow("x", ())], id_prefix="wide", title="Ratings")
    narrow = ratings_bar([RatingRow("x", ())], id_prefix="narrow", title="Ratings", width=328)
    html = render_to_string(
        "charts/pair.html", {"template": "charts/ratings_bar.svg.html", "wide": wide, "narrow": narrow}
    )
    assert html.count('id="wide-title"') == html.count('id="narrow-title"') == 1
    assert html.count("<svg") == 2


@pytest.mark.parametrize("rating", ["complete", "on_track", "at_risk", "off_track"])
def test_a_rating_has_one_colour_on_pages_and_in_charts(rating):
    css = (settings.BASE_DIR / "static" / "portal.css").read_text()
    assert f"--rating-{rating.replace('_', '-')}: {RATINGS[rating].edge};" in css
