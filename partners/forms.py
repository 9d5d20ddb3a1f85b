"""A person's own forms, and django-allauth's in the portal's words: labels, and sentences for "This field is required"."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from allauth.account import forms as allauth
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout
from django import forms
from django.forms import EmailInput

from partners import email_kinds
from partners.fields import DayField, WordsField
from partners.models import Cover, User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

#: Label and the sentence for an empty box, by the name of allauth's field.
WORDS = {
    "login": ("E-mail address", "Enter your e-mail address."),
    "email": ("E-mail address", "Enter your e-mail address."),
    "password": ("Password", "Enter your password."),
    "oldpassword": ("Your password now", "Enter the password you have now."),
    "password1": ("New password", "Enter a new password."),
    "password2": ("New password again", "Enter the new password again."),
}
LONGEST_NOTE = Cover._meta.get_field("note").max_length or 0
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


class PersonField(forms.ModelChoiceField):
    """A person, with the organisation, since two may bear the same role name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), empty_label="Choose a person", **kwargs)
        self.error_messages["invalid_choice"] = "Choose a person from the list."

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.partner.name}" if obj.partner else obj.name


class CoverForm(forms.Form):
    """Who is away, who stands in, from when to when. Only the coordinator is asked who is away."""

    person = PersonField(label="Who is away?", error_messages={"required": "Choose who is away."})
    covered_by = PersonField(label="Who stands in?", error_messages={"required": "Choose who stands in."})
    starts_on = DayField(what="the first day", label="First day")
    ends_on = DayField(what="the last day", label="Last day", help_text="Today or later, and a year at most.")
    note = WordsField(
        label="Note (optional)",
        longest=LONGEST_NOTE,
        required=False,
        widget=forms.TextInput,
        help_text=f"What whoever stands in should know. Up to {LONGEST_NOTE} characters.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, people: QuerySet[User], away: QuerySet[User] | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            *([] if away is None else [Field.select("person")]),
            Field.select("covered_by"),
            "starts_on",
            "ends_on",
            Field.text("note"),
            Button.primary("send", "Name the stand-in"),
        )
        cast(PersonField, self.fields["covered_by"]).queryset = people
        if away is None:
            del self.fields["person"]
        else:
            cast(PersonField, self.fields["person"]).queryset = away

    def take_faults(self, refused: forms.ValidationError) -> None:
        """Put the sentences of a verb's refusal beside the fields of the same names, others at the top."""
        faults = refused.error_dict if hasattr(refused, "error_dict") else {"": [refused]}
        for name, found in faults.items():
            self.add_error(name if name in self.fields else None, found)
