"""What counts as words, and the fields that take them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from partners.fields import DayField, WordsField
from partners.words import is_blank, trouble_in

UNSEEN = "\u200b\u00ad\u2060\ufeff\u3164\u2800\u115f\u1160\uffa0\u034f\u180e\ufe0f\u17b4\u00a0\u3000\U000e0041"


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_character_without_a_shape_is_no_word(sign: str) -> None:
    assert is_blank(sign)
    assert is_blank(f" {sign}\n{sign}\t")
    assert not is_blank(f"{sign}A")


@pytest.mark.parametrize("text", ["A", "7", "–", "£", "é", "مرحبا", "👍"])
def test_what_can_be_seen_is(text: str) -> None:
    assert not is_blank(text)


def test_nothing_is_blank() -> None:
    assert is_blank("")


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_field_takes_the_unseen_for_empty(sign: str) -> None:
    asked = WordsField(longest=10, error_messages={"required": "Say something."})
    with pytest.raises(ValidationError, match=r"Say something\."):
        asked.clean(sign * 3)
    assert WordsField(longest=10, required=False).clean(sign * 3) == ""


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Pay \u202eevil", "direction", "a hidden character that reverses writing after “Pay”"),
        ("\u2066Pay", "direction", "reverses writing at its start"),
        ("Pay\x07", "control", "a hidden control character after “Pay”"),
    ],
)
def test_what_would_mislead_is_refused_with_its_place(text: str, code: str, words: str) -> None:
    assert trouble_in(text)[0] == code
    assert words in trouble_in(text)[1]
    with pytest.raises(ValidationError, match="Delete that place and type it again"):
        WordsField(longest=100).clean(text)


def test_a_long_text_is_told_its_length_as_numbers_are_written() -> None:
    with pytest.raises(ValidationError) as refused:
        WordsField(longest=4000).clean("x" * 1_000_000)
    assert refused.value.messages == ["Shorten this text to 4,000 characters or fewer; it has 1,000,000."]
    assert WordsField(longest=4000).clean("x" * 4000) == "x" * 4000


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        ("26", "Write the year of the due date with four figures, such as 2026."),
        ("1850", "Check the year of the due date: 1850 is not between 1901 and 2199."),
        ("9999", "Check the year of the due date: 9999 is not between 1901 and 2199."),
    ],
)
def test_a_year_is_refused_for_what_is_wrong_with_it(year: str, sentence: str) -> None:
    field = DayField(what="the due date")
    with pytest.raises(ValidationError) as refused:
        field.clean(["30", "9", year])
    assert refused.value.messages == [sentence]
    assert field.clean(["30", "9", "2026"]) == dt.date(2026, 9, 30)


def test_bullets_pasted_out_of_word_become_plain_ones():
    assert WordsField(longest=100).clean("\uf0b7 One\n\uf0a7\tTwo") == "• One\n•\tTwo"
