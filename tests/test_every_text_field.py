"""Every box of every form in which somebody writes freely: none takes what cannot be seen or turns the writing round."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from partners import roles
from partners.admin import ReadOnlyAdmin
from partners.tests.makers import make_user

WRITTEN_IN = (
    "partners.forms",
    "priorities.forms",
    "performance.forms",
    "actions.forms",
    "reports.forms",
    "shp_portal.pages",
)
#: Boxes that hold no free text: keys and addresses are compared with what is known, passwords are anybody's own.
ELSEWHERE = (forms.EmailField, forms.URLField)
PASSWORDS = (forms.PasswordInput, forms.HiddenInput)
#: A user name box of allauth's that holds an address; what is in it is looked up, never kept.
LOOKED_UP = {"SignInForm.login", "ReauthenticateForm.login"}

#: Boxes for figures, days and tables: `sheets` reads them sign by sign, sends back what is no figure, and cleans the words of a
#: pasted table with a remark (sheets/tests). `sure` repeats a token the page gave.
READ_AS_FIGURES = {"figure", "numerator", "denominator", "average", "expected", "pasted", "sure"}
OF_FIGURES = (
    "performance.forms.enter",
    "performance.forms.averages",
    "performance.forms.indicator",
    "performance.forms.uploads",
)

REVERSED = "Pay \u202eevil"
UNSEEN = "\u200b\u3164"


def modules() -> Iterator[ModuleType]:
    """Where forms are written: the rooms' forms, and the pages that have a search of their own."""
    for name in WRITTEN_IN:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
            yield importlib.import_module(found.name)


def all_forms() -> dict[str, type[forms.BaseForm]]:
    found = {}
    for module in modules():
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, forms.BaseForm) and one.__module__ == module.__name__:
                found[f"{one.__module__}.{one.__name__}"] = one
    return found


def boxes() -> dict[str, forms.CharField]:
    found = {}
    for form in all_forms().values():
        if issubclass(form, forms.BaseModelForm):
            continue  # the administration's, which fill in their boxes as below
        for name, field in form.base_fields.items():
            kept = f"{form.__name__}.{name}"
            if not isinstance(field, forms.CharField) or isinstance(field, ELSEWHERE) or kept in LOOKED_UP:
                continue
            if form.__module__ in OF_FIGURES and name in READ_AS_FIGURES:
                continue
            if not isinstance(field.widget, PASSWORDS):
                found[kept] = field
    return found


def test_the_walk_finds_the_forms() -> None:
    assert {"UpdateForm.narrative", "CoverForm.note", "ProposalForm.why", "AnswerHelpForm.text"} <= set(boxes())
    assert len(boxes()) > 30


@pytest.mark.parametrize("name", sorted(boxes()))
def test_no_box_takes_a_text_that_turns_round_or_an_unseen_one(name: str) -> None:
    field = boxes()[name]
    with pytest.raises(ValidationError, match="reverses writing"):
        field.clean(REVERSED)
    if field.required:
        with pytest.raises(ValidationError):
            field.clean(UNSEEN)
    else:
        assert not field.clean(UNSEEN)


@pytest.mark.django_db
def test_no_box_of_the_administration_does_either() -> None:
    request = RequestFactory().get("/admin/")
    request.user = make_user("admin@example.org", roles.COORDINATOR, is_staff=True)
    tried = 0
    for page in admin.site._registry.values():
        if isinstance(page, ReadOnlyAdmin):
            continue
        for field in page.get_form(request).base_fields.values():
            if not isinstance(field, forms.CharField) or isinstance(field, ELSEWHERE):
                continue
            tried += 1
            with pytest.raises(ValidationError, match="reverses writing"):
                field.run_validators(field.to_python(REVERSED))
            with pytest.raises(ValidationError):
                field.run_validators(field.to_python(UNSEEN))
    assert tried > 20
