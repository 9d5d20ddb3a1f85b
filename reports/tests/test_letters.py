"""What our faces cannot print is said in words; what they have stays, and so do style, names and addresses."""

from __future__ import annotations

import pytest

from reports.letters import FONTS, USUAL, coverage, html_in_print, in_print


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Done 👍", "Done [thumbs up sign]"),
        ("👍👍👍 ✅", "[thumbs up sign, 3 times; white heavy check mark]"),
        ("👍🏽 👩‍🚒 1️⃣", "[thumbs up sign; woman; fire engine] 1"),
        ("🇬🇧", "[flag GB]"),
        ("😀🎉✅🚗🚙", "[grinning face; party popper; white heavy check mark; 2 more]"),
        ("Said: ਸਤ ਸ੍ਰੀ ਅਕਾਲ.", "Said: [7 letters of Gurmukhi script: see the portal]."),
        ("مرحبا", "[5 letters of Arabic script: see the portal]"),
        ("你好", "[2 letters of Chinese or Japanese script: see the portal]"),
        ("ש", "[1 letter of Hebrew script: see the portal]"),
        ("\uf0b7 One\n\uf0a7 Two", "• One\n• Two"),
        ("\uf04a", "[sign U+F04A]"),
        ("a\u200db\u200ec\ufe0f", "abc"),
        ("a\u2028b", "a b"),
        ("𝗕𝗼𝗹𝗱 and Ａ", "Bold and A"),
    ],
)
def test_what_no_face_has_is_said_in_words(typed: str, printed: str) -> None:
    assert in_print(typed) == printed
    assert html_in_print(f"<p>{typed}</p>") == f"<p>{printed}</p>"


@pytest.mark.parametrize(
    "typed",
    [
        "Tŷ Gŵyr",
        "Łódź, Gdańsk",
        "Iași, București",
        "Ağrı, Şişli, İzmir",
        "Αθήνα",
        "Київ, Привет",
        "½ £ € → ▲ ■ ✓ • “a” – b",
    ],
)
def test_what_the_faces_have_stays_as_it_is(typed: str) -> None:
    assert in_print(typed) == typed


def test_what_is_held_to_be_usual_is_in_every_face() -> None:
    assert coverage(FONTS) >= USUAL


def test_a_page_keeps_its_style_names_and_addresses() -> None:
    kept = '<style>p::after { content: "✅" }</style><a href="#👍" id="👍" class=\'👍\'></a><img src="data:,👍">'
    said = '<title>A 👍</title><img alt="b 👍" title=\'c 👍\'><p data-to="d 👍">1 &gt; 0 👍 &amp; &#128077;</p>'
    assert html_in_print(kept + said) == kept + said.replace(" &#128077;", " 👍").replace("👍", "[thumbs up sign]")
