"""Which edition of a report somebody reads: those who do the work the partners’, everybody else the public one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import from_json
from reports.models import Rendition
from reports.public import for_public
from reports.services import release

if TYPE_CHECKING:
    from partners.models import User
    from reports.document import Document
    from reports.models import RenditionQuerySet, ReportVersion

Edition = Rendition.Edition


def document_for(user: User, version: ReportVersion) -> Document:
    """What this person may read of a version. ValueError, with a sentence, where its text is too old for a public edition."""
    document = from_json(version.snapshot)
    if user.sees_the_work:
        return document
    file = release.file_of(version)
    return for_public(document, file.marking if file else "")


def files_for(user: User) -> RenditionQuerySet:
    """The files of that edition, without their heavy HTML."""
    edition = Edition.PARTNERS if user.sees_the_work else Edition.PUBLIC
    return Rendition.objects.filter(edition=edition).defer("html")
