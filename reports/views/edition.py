"""Which edition of a report somebody reads: those who do the work the partners’, everybody else the public one.

The public one is read once somebody has gone through its check list, and as long as it is not taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.public import for_public

if TYPE_CHECKING:
    from partners.models import User
    from reports.document import Document
    from reports.models import PublicRelease, ReportVersion


class NotReleased(ValueError):
    """Readers cannot read this version (any more); says so in a sentence."""


def release_for(version: ReportVersion) -> PublicRelease:
    """What readers read of a version. Raises NotReleased."""
    newest = version.releases.newest()
    if newest is None:
        raise NotReleased("The version for readers is being checked.")
    if newest.withdrawn_at is not None:
        raise NotReleased("The version for readers was taken back.")
    return newest


def document_for(user: User, version: ReportVersion) -> Document:
    """What this person may read of a version, to be compared. Raises NotReleased; FactsLost; ValueError, with a sentence,
    where its text is too old for a public edition.
    """
    if user.sees_the_work:
        return version.document()
    return for_public(version.document(), release_for(version).marking)
