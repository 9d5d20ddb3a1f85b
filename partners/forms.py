"""A person's own forms, and django-allauth's in the portal's words: labels, and sentences for "This field is required"."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.account import forms as allauth
from django import forms

from partners import email_kinds

#: Label and the sentence for an empty box, by the name of allauth's field.
WORDS = {
    "login": ("E-mail address", "Enter your e-mail address."),
    "email": ("E-mail address", "Enter your e-mail address."),
    "password": ("Password", "Enter your password."),
    "oldpassword": ("Your password now", "Enter the password you have now."),
    "password1": ("New password", "Enter a new password."),
    "password2": ("New password again", "Enter the new password again."),
}
WHOLE_ADDRESS = "Write the e-mail address in full, such as name@example.org."


class InOurWords:
    """Put before one of allauth's forms."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, empty) in WORDS.items():
            if field := self.fields.get(name):
                field.label = label
                field.error_messages["required"] = empty
        for name in ("login", "email"):
            if name in self.fields:
                self.fields[name].error_messages["invalid"] = WHOLE_ADDRESS


class SignInForm(InOurWords, allauth.LoginForm):
    pass


class ChangePasswordForm(InOurWords, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, allauth.SetPasswordForm):
    pass


class AskForLinkForm(InOurWords, allauth.ResetPasswordForm):
    pass


class ChoosePasswordForm(InOurWords, allauth.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(InOurWords, allauth.ReauthenticateForm):
    pass


class EmailChoicesForm(forms.Form):
    """A tick for every optional kind of e-mail that is wanted."""

    wanted = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": "“%(value)s” is not an e-mail one can choose."},
    )

    def __init__(self, data: Any, *, unwanted: Collection[str]) -> None:
        super().__init__(data)
        self.optional = email_kinds.optional()
        self.fields["wanted"].choices = [(code, kind.name) for code, kind in self.optional.items()]  # type: ignore[attr-defined]
        self.initial["wanted"] = [code for code in self.optional if code not in unwanted]

    def kinds(self) -> list[tuple[email_kinds.EmailKind, bool]]:
        """Each kind and whether it is ticked."""
        ticked = self["wanted"].value() or []
        return [(kind, code in ticked) for code, kind in self.optional.items()]
