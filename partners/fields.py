"""Fields of the forms of every room: a day in three boxes, and words that a report can print."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from crispy_forms_gds.widgets import DateInputWidget
from django import forms
from django.core.exceptions import ValidationError

from partners.days import FIRST_YEAR, LAST_YEAR, MONTHS
from partners.words import is_blank, trouble_in, with_plain_bullets

_WHOLE_BRITISH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_WHOLE_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


def example_after(day: dt.date) -> str:
    """A day still to come, as one types it, for a hint: the last day of the quarter after next."""
    year, month = divmod(day.year * 12 + (day.month - 1) // 3 * 3 + 6, 12)
    last = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
    return f"For example, {last.day} {last.month} {last.year}."


class DayBoxes(DateInputWidget):
    """Day, month and year, with the number pad on a phone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for box in self.widgets:
            box.attrs["inputmode"] = "numeric"


class DayField(forms.MultiValueField):
    """A day typed in three boxes. Takes "9" and "Sep" for a month, and a whole date pasted into the first box.

    `what` names the day inside the error sentences: "the new due date".
    """

    widget = DayBoxes

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        self.what = what
        boxes = [forms.CharField(required=False, label=label) for label in ("Day", "Month", "Year")]
        super().__init__(fields=boxes, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date):
            return value
        day, month, year = (str(part or "").strip() for part in [*(value or []), "", "", ""][:3])
        if day and not month and not year:
            day, month, year = _apart(day)
        if not (day or month or year):
            if self.required:
                raise ValidationError(f"Give {self.what}.", code="required")
            return None
        missing = [name for name, part in (("day", day), ("month", month), ("year", year)) if not part]
        if missing:
            raise ValidationError(f"Add the {' and the '.join(missing)} to {self.what}.", code="incomplete")
        return self._day(day, month, year)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Boxes that the browser did not send at all show again what they began with; emptied ones stay empty."""
        return initial if data is None or all(part is None for part in data) else data

    def compress(self, data_list: Any) -> dt.date | None:
        return self.clean(data_list)

    def _day(self, day: str, month: str, year: str) -> dt.date:
        number = _month_number(month)
        if number is None:
            raise ValidationError(f"Write the month of {self.what} as a number from 1 to 12.", code="invalid")
        if not re.fullmatch(r"[0-9]{4}", year):
            raise ValidationError(f"Write the year of {self.what} with four figures, such as 2026.", code="invalid")
        if not FIRST_YEAR <= int(year) <= LAST_YEAR:
            raise ValidationError(
                f"Check the year of {self.what}: {year} is not between {FIRST_YEAR} and {LAST_YEAR}.", code="invalid"
            )
        if not re.fullmatch(r"[0-9]{1,2}", day):
            raise ValidationError(f"Write the day of {self.what} as a number from 1 to 31.", code="invalid")
        try:
            return dt.date(int(year), number, int(day))
        except ValueError as fault:
            raise ValidationError(
                f"{int(day)} {MONTHS[number - 1]} {year} is not a day of the calendar.", code="invalid"
            ) from fault


def _apart(text: str) -> tuple[str, str, str]:
    """Day, month and year of a whole date such as 30/9/2026 or 2026-09-30; else the text as the day alone."""
    if match := _WHOLE_BRITISH.fullmatch(text):
        return match[1], match[2], match[3]
    if match := _WHOLE_ISO.fullmatch(text):
        return match[3], match[2], match[1]
    return text, "", ""


def _month_number(text: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    for number, name in enumerate(MONTHS, start=1):
        if len(text) >= 3 and name.lower().startswith(text.lower()):
            return number
    return None


def check_words(text: object) -> None:
    """Validator for boxes that are not a `WordsField`: refuses hidden characters, and text in which nothing can be seen."""
    code, sentence = trouble_in(str(text).replace("\r\n", "\n"))
    if code:
        raise ValidationError(sentence, code=code)
    if is_blank(str(text)):
        raise ValidationError("There is nothing to read in this: it holds hidden characters alone.", code="blank")


class WordsField(forms.CharField):
    """Words for a report: line ends and bullets made alike, and what cannot be printed refused with a sentence, never dropped.

    What holds nothing that can be seen is empty.
    """

    widget = forms.Textarea

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        # The browser counts a line end as one character and sends it as two: the limit is checked by us alone.
        super().__init__(**kwargs)
        self.max_length = longest

    def to_python(self, value: Any) -> str:
        text = re.sub(r"\r\n?|[\u2028\u2029]", "\n", str(value or "")).strip()
        text = with_plain_bullets(text)
        code, sentence = trouble_in(text)
        if code:
            raise ValidationError(sentence, code=code)
        return "" if is_blank(text) else text

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(
                f"Shorten this text to {self.max_length:,} characters or fewer; it has {len(value):,}.",
                code="max_length",
            )
