"""django-allauth's forms in the portal's words: labels, and sentences where it says "This field is required"."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django.forms import EmailInput

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
            if field := self.fields.get(name):
                field.error_messages["invalid"] = WHOLE_ADDRESS
                # allauth's box for signing in is one of plain text, for which a telephone offers capitals and no @.
                field.widget = EmailInput(field.widget.attrs)


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
