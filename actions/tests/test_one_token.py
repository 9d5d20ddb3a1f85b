"""A page that asks something holds its token once a form: twice is a sign of two makers of one form."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from actions.tests.makers import Cast
from actions.tests.pages import browser, on
from partners.fields import example_after

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["edit", "close", "hand-over", "update", "extend"])
def test_each_form_holds_one_token(verb: str) -> None:
    cast = Cast()
    action = cast.action("ASB-01")
    with on():
        page = browser(cast.coordinator).get(f"/actions/{action.pk}/{verb}/", follow=True).content.decode()
    main = page[page.index("<main") :]
    forms = re.findall(r"<form.*?</form>", main, flags=re.S)
    posted = [form for form in forms if 'method="post"' in form]
    assert posted
    assert [form.count("csrfmiddlewaretoken") for form in posted] == [1] * len(posted)


@pytest.mark.parametrize(
    ("day", "example"),
    [
        (dt.date(2026, 10, 12), "31 3 2027"),
        (dt.date(2026, 12, 31), "31 3 2027"),
        (dt.date(2027, 1, 1), "30 6 2027"),
        (dt.date(2026, 4, 30), "30 9 2026"),
        (dt.date(2026, 7, 1), "31 12 2026"),
    ],
)
def test_an_example_of_a_date_is_still_to_come(day: dt.date, example: str) -> None:
    assert example_after(day) == f"For example, {example}."


def test_hints_take_their_example_from_today() -> None:
    cast = Cast()
    action = cast.action("ASB-01")
    with on():
        page = browser(cast.coordinator).get(f"/actions/{action.pk}/edit/").content.decode()
    assert "For example, 31 3 2027." in page
    assert "You can enter up to 4,000 characters" in page
