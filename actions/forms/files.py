"""Files and links as a form takes them: each looked at before it is kept, each refused with its own sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crispy_forms.layout import HTML
from crispy_forms_gds.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from actions.filetypes import ENDINGS, LARGEST, MOST_FILES, MOST_LINKS, TAKEN, Examined, Refused, examine
from partners.filenames import safe_name
from priorities.forms import WordsField

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

#: Longest link, in characters.
LONGEST_LINK = 500

MEGABYTES = LARGEST // 1024 // 1024


class FilesInput(forms.FileInput):
    """A file button that takes several; the browser offers the kinds that are taken first."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)})


class FilesField(forms.FileField):
    """Up to so many files, as `Examined`: what cannot be taken is refused with a sentence that names it."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Examined]:
        sent: Sequence[UploadedFile] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(sent) > MOST_FILES:
            raise ValidationError(f"Choose up to {MOST_FILES} files; you chose {len(sent)}.", code="many")
        if not sent and self.required:
            raise ValidationError("Choose a file.", code="required")
        taken, faults = [], []
        for file in sent:
            try:
                taken.append(_examined(file))
            except Refused as fault:
                faults.append(ValidationError(str(fault), code="refused"))
        if faults:
            raise ValidationError(faults)
        return taken


def _examined(file: UploadedFile) -> Examined:
    name = file.name or ""
    if (file.size or 0) > LARGEST:
        raise Refused(f"“{safe_name(name)}” is larger than {MEGABYTES} MB. Make it smaller, or give a link to it.")
    return examine(name, file.read())


class LinksField(WordsField):
    """Web addresses, one a line, http and https alone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=(LONGEST_LINK + 1) * (MOST_LINKS + 1), **kwargs)

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        links = list(dict.fromkeys(lines))
        if len(links) > MOST_LINKS:
            raise ValidationError(f"Give up to {MOST_LINKS} links; there are {len(links)}.", code="many")
        faults = [ValidationError(fault, code="invalid") for link in links if (fault := _wrong_with(link))]
        if faults:
            raise ValidationError(faults)
        return links


def _wrong_with(link: str) -> str:
    """Why a link is not taken; empty when it is."""
    shown = link if len(link) <= 60 else f"{link[:59]}…"
    if not link.lower().startswith(("http://", "https://")):
        return f"“{shown}”: begin each link with https:// or http://, one link a line."
    if len(link) > LONGEST_LINK:
        return f"“{shown}” is longer than {LONGEST_LINK} characters. Give a shorter link."
    try:
        URLValidator(schemes=["http", "https"])(link)
        parts = urlsplit(link)
    except (ValidationError, ValueError):
        return f"“{shown}” is not a web address. Copy it again from the browser’s address line."
    if parts.username or parts.password:
        return f"“{shown}” holds a name or password. Give a link without them."
    return ""


class BringsEvidence(forms.Form):
    """What a form that takes evidence shares. Browsers keep no files over a refusal, so it asks for them again."""

    evidence_files = FilesField(
        label="Add files",
        required=False,
        help_text=(
            f"Up to {MOST_FILES} files of {MEGABYTES} MB each: {TAKEN}. "
            "Where a photograph was taken is removed from it. Name no victim, suspect or crime number in them."
        ),
    )
    evidence_links = LinksField(
        label="Add links",
        required=False,
        help_text=f"Up to {MOST_LINKS}, one a line, each beginning with https:// or http://.",
    )

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            self._ask_for_files_again()

    def take_faults(self, refused: ValidationError) -> None:
        super().take_faults(refused)  # type: ignore[misc]
        self._ask_for_files_again()

    def _ask_for_files_again(self) -> None:
        files: MultiValueDict[str, UploadedFile] = self.files
        sent = files.getlist(self.add_prefix("evidence_files")) if files else []
        if sent and not self.has_error("evidence_files", "again"):
            names = ", ".join(f"“{safe_name(file.name or '')}”" for file in sent[:MOST_FILES])
            again = f"Choose {'the file' if len(sent) == 1 else 'the files'} again: {names} could not be kept."
            self.add_error("evidence_files", ValidationError(again, code="again"))

    @property
    def evidence_begun(self) -> bool:
        """Whether the page shows something in these fields, so that they must not be folded away."""
        names = ("evidence_files", "evidence_links")
        return any(self.is_bound and (self[name].errors or self[name].data) for name in names) or bool(
            self.initial.get("evidence_links")
        )

    @property
    def links(self) -> list[str]:
        return list(self.cleaned_data.get("evidence_links") or [])

    @property
    def brought(self) -> list[Examined]:
        return list(self.cleaned_data.get("evidence_files") or [])


def evidence_fields() -> list[Any]:
    """The part of a layout that asks for evidence, folded away until it is wanted; most updates have none."""
    return [
        HTML(
            '<details class="govuk-details evidence-fields"{% if form.evidence_begun %} open{% endif %}>'
            '<summary class="govuk-details__summary"><span class="govuk-details__summary-text">'
            'Add evidence: files or links</span></summary><div class="govuk-details__text">'
        ),
        "evidence_files",
        Field.textarea("evidence_links", rows=2),
        HTML("</div></details>"),
    ]
