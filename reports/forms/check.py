"""What somebody brings who asks whether a PDF is ours: the file, or a hash."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from priorities.forms import WordsField
from reports.services.proof import HASH

#: Bytes. Our own files have a few hundred thousand.
LARGEST = 25 * 1024 * 1024


class CheckFileForm(forms.Form):
    file = forms.FileField(
        label="The PDF",
        allow_empty_file=True,
        help_text=f"Up to {LARGEST // 1024 // 1024} MB. It is only read, and not kept.",
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if not file.size:
            raise ValidationError("This file is empty.")
        if file.size > LARGEST:
            raise ValidationError(
                f"This file has {file.size / 1024 / 1024:.0f} MB. Files of up to {LARGEST // 1024 // 1024} MB are looked at; "
                "none of ours is larger."
            )
        return file


class CheckHashForm(forms.Form):
    """A hash as somebody types or copies it: capital letters, blanks and line breaks do no harm."""

    sha256 = WordsField(label="SHA-256", longest=300, required=False, widget=forms.TextInput)
    facts = WordsField(longest=64, required=False, widget=forms.TextInput)

    def clean_sha256(self) -> str:
        typed = re.sub(r"\s+", "", self.cleaned_data["sha256"]).lower().removeprefix("sha256:")
        if not typed:
            raise ValidationError("Enter the 64 characters of a hash.")
        if not HASH.fullmatch(typed):
            raise ValidationError(
                "A hash has 64 characters, 0 to 9 and a to f. It stands in the small print of every report."
            )
        return typed

    def clean_facts(self) -> str:
        facts: Any = self.cleaned_data["facts"]
        return facts if HASH.fullmatch(facts) else ""
