"""What people type for a report comes out as paragraphs, lists, bold, emphasis and links, and nothing else; nothing is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.formatting import LONGEST, to_html, words_of
from reports.templatetags.formatted import as_formatted, formatted


def flat(text: str) -> str:
    return to_html(text).replace("\n", "")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Fires fell.\nBins did not.\n\nNext", "<p>Fires fell.<br>Bins did not.</p><p>Next</p>"),
        ("**Well** done, *all*", "<p><strong>Well</strong> done, <em>all</em></p>"),
        ("We saw\n- one\n- two", "<p>We saw</p><ul><li>one</li><li>two</li></ul>"),
        ("• one\n• two", "<ul><li>one</li><li>two</li></ul>"),
        ("1. one\n\n2) two", "<ol><li>one</li></ol><p>2) two</p>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("2026. A good year\nand more", "<p>2026. A good year<br>and more</p>"),
        ("In all\n3. And", "<p>In all<br>3. And</p>"),
        ("[plan](https://a.example/x?a=1&b=2)", '<p><a href="https://a.example/x?a=1&amp;b=2">plan</a></p>'),
        ("[us](mailto:team@a.example)", '<p><a href="mailto:team@a.example">us</a></p>'),
        ("5 * 3 * 2, ASB_10_x & Tŷ'r Cyngor", "<p>5 * 3 * 2, ASB_10_x &amp; Tŷ'r Cyngor</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_what_is_formatted(typed: str, printed: str):
    assert flat(typed) == printed


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)"> <b>bold</b> &amp; <!-- note -->',
        "# Heading",
        "Heading\n===",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "> quoted",
        "`code` and ```\ncode\n```",
        "---",
        "![town](http://a.example/town.png)",
        "![town](http://a.example/town.png 'The town')",
        "[x](javascript:alert(1)) [y](JAVASCRIPT:alert(1)) [z](java\tscript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>) [y](file:///etc/passwd) [z](vbscript:x)",
        "[x](//evil.example) [y](/schedule/) [z](https:evil.example) [p](https://you@evil.example)",
        '[x](https://a.example "a title")',
        "<https://a.example> https://a.example",
        "[x]: https://a.example",
        "***",
        "-",
        "- 1\n  - 2\n    - 3\n      - 4",
        "- " * 40 + "deep",
        "*a _b " * 300 + "b_ a* " * 300,
    ],
)
def test_anything_else_is_printed_as_it_was_typed(typed: str):
    made = to_html(typed)
    assert re.sub(r"\s+", "", words_of(made)) == re.sub(r"\s+", "", typed)
    assert set(re.findall(r"</?(\w+)", made)) <= {"p", "br"}


def test_a_picture_in_a_link_stays_words():
    made = flat("[![town](http://a.example/t.png)](https://b.example)")
    assert made == '<p><a href="https://b.example">![town](http://a.example/t.png)</a></p>'


PIECES = st.sampled_from(
    ["word ", "12 ", "*", "**", "_", "\n", "\n\n", "- ", "1. ", "  ", "[", "](https://a.example)", "](", ")", "![", "<b>", "&lt;", "`", "#", "> ", "•", "\\"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_word_is_lost_and_nothing_else_comes_in(typed: str):
    made = to_html(typed)
    shown = re.sub(r"\(https://a\.example\)", "", words_of(made))
    wanted = re.sub(r"\(https://a\.example\)", "", typed)
    assert re.findall(r"word|12", shown) == re.findall(r"word|12", wanted)
    tags = set(re.findall(r"<[^>]*>", made))
    assert all(re.fullmatch(r"</?(p|ul|li|ol|strong|em|a)>|<br>|<a href=\"https://a\.example[^\"]*\">", t) for t in tags)  # fmt: skip
    # What is printed says the same as what is kept.
    printed = as_formatted(typed)
    assert re.sub(r' data-to="[^"]*"', "", printed) == made.replace("&nbsp;", "\xa0")


@pytest.mark.parametrize("sign", ["[", "*a _b ", "[a](", "- ", "![[", "**a", "[a](http://x)", "<", "&", "1. ", "> - "])
def test_the_worst_text_of_the_longest_length_is_flat(sign: str):
    """No depth for a layout to fail on, whatever is typed."""
    made = to_html((sign * LONGEST)[:LONGEST])
    depth = deepest = 0
    for closing, tag in re.findall(r"<(/?)(\w+)", made):
        if tag != "br":
            depth += -1 if closing else 1
        deepest = max(deepest, depth)
    assert deepest <= 8
    assert depth == 0


def test_what_a_row_should_never_hold_is_printed_as_words():
    crooked = '<p onclick="x()">a<img src="http://a.example/x"><a href="javascript:x()">b</a><a href="https://a.example" style="x">c</a></p><iframe src="x"></iframe>'
    assert formatted(crooked) == '<p>ab<a href="https://a.example" data-to="https://a.example">c</a></p>'
