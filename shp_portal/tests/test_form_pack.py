"""Our overrides of the form pack: summary links that lead somewhere, error classes, and texts that stay texts."""

from __future__ import annotations

import re

import pytest
from crispy_forms_gds.choices import Choice
from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import ConditionalQuestion, ConditionalRadios, Field, Layout
from django import forms
from django.template import Context, Template

PAGE = Template("{% load crispy_forms_tags crispy_forms_gds %}{% error_summary form %}{% crispy form %}")


class Everything(forms.Form):
    rating = forms.ChoiceField(choices=[Choice("a", "A", hint="A hint"), Choice("b", "B")], widget=forms.RadioSelect)
    ways = forms.MultipleChoiceField(choices=[Choice("x", "X"), Choice("y", "Y")], widget=forms.CheckboxSelectMultiple)
    partner = forms.ChoiceField(choices=[("", "-"), ("cfb", "Fire brigade")])
    words = forms.CharField(widget=forms.Textarea, help_text="Up to 4,000 characters")
    due = DateInputField(label="Due")
    email = forms.EmailField()
    agreed = forms.BooleanField(label="Agreed")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.fields)


class Conditional(forms.Form):
    rating = forms.ChoiceField(choices=[Choice("a", "A"), Choice("b", "B")], widget=forms.RadioSelect)
    reason = forms.CharField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            ConditionalRadios("rating", ConditionalQuestion("A", Field("reason")), ConditionalQuestion("B"))
        )


def rendered(form: forms.Form) -> str:
    return PAGE.render(Context({"form": form}))


def focusable(html: str) -> set[str]:
    return set(re.findall(r'<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"', html))


@pytest.mark.parametrize("form", [Everything, Conditional])
def test_every_line_of_the_summary_leads_to_something_that_takes_the_focus(form):
    html = rendered(form({}))
    targets = re.findall(r'<a href="#([^"]+)">', html)
    assert len(targets) == len(form.base_fields)
    assert set(targets) <= focusable(html)


def test_an_error_of_the_whole_form_leads_to_its_first_field():
    form = Everything({})
    form.add_error(None, "These do not go together.")
    html = rendered(form)
    target = re.search(r'<a href="#([^"]+)">These do not go together\.</a>', html)
    assert target
    assert target[1] in focusable(html)


@pytest.mark.parametrize(
    ("name", "css"),
    [("partner", "govuk-select--error"), ("words", "govuk-textarea--error"), ("email", "govuk-input--error")],
)
def test_each_kind_of_box_wears_its_own_error_class(name, css):
    box = re.compile(rf'<(?:select|textarea|input)[^>]*name="{name}"[^>]*>')
    good = Everything({"rating": "a", "ways": ["x"], "partner": "cfb", "words": "w", "due_0": "1", "due_1": "2",
                       "due_2": "2026", "email": "a@example.org", "agreed": "on"})  # fmt: skip
    assert css in box.search(rendered(Everything({})))[0]
    assert css not in box.search(rendered(good))[0]


def test_every_id_that_describes_something_is_there():
    html = rendered(Everything({}))
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    described = {name for value in re.findall(r'aria-describedby="([^"]*)"', html) for name in value.split()}
    assert described <= ids
    assert len(ids) == len(re.findall(r'\bid="([^"]+)"', html))


def test_a_condition_is_tied_to_its_answer():
    html = rendered(Conditional())
    assert 'data-aria-controls="conditional_rating_0"' in html
    assert 'id="conditional_rating_0"' in html
    assert html.count("data-aria-controls") == 1


def test_labels_and_hints_are_text_unless_their_maker_says_otherwise():
    class Typed(forms.Form):
        box = forms.CharField(label="<b>Milestone</b>", help_text="<i>by whom</i>")
        pick = forms.ChoiceField(label="<u>Which</u>", choices=[("a", "<s>A</s>")], widget=forms.RadioSelect)

        def __init__(self) -> None:
            super().__init__()
            self.helper = FormHelper()
            self.helper.form_tag = False
            self.helper.layout = Layout("box", "pick")

    html = rendered(Typed())
    assert re.findall(r"<[bius]>", html) == []
    assert "&lt;b&gt;Milestone" in html
