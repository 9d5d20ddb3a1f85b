"""What every step of a version takes: a compare-and-set, a finished file, and people told in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone

from partners import outbox, roles
from partners.models import Cover, User
from reports import delivery
from reports.document.text import FactsLost, held_to
from reports.models import Rendition, ReportVersion

if TYPE_CHECKING:
    from reports import emails

State = ReportVersion.State


def move(version: ReportVersion, before: str, after: str, **fields: object) -> None:
    """Compare-and-set of the state. ValidationError with a sentence when somebody was faster or the order is wrong."""
    moved = ReportVersion.objects.filter(pk=version.pk, state=before).update(state=after, **fields)
    version.refresh_from_db()
    if not moved:
        raise ValidationError(is_now(version))


def held_to_seal(version: ReportVersion) -> None:
    """ValidationError with a sentence when the stored facts are not those that were sealed: nothing is decided on others."""
    text, seal = ReportVersion.objects.values_list("snapshot", "snapshot_sha256").get(pk=version.pk)
    try:
        held_to(seal, text)
    except FactsLost as lost:
        raise ValidationError(f"{lost} Nothing was changed.") from lost


def is_now(version: ReportVersion) -> str:
    return f"Version {version.number} is marked “{version.standing}” now. Nothing was changed."


def files_of(version: ReportVersion) -> dict[str, Rendition]:
    """The partners' files of a version by stage, without their heavy HTML."""
    return {file.stage: file for file in version.renditions.partners().defer("html")}


def is_done(file: Rendition | None) -> bool:
    return file is not None and file.state == Rendition.State.DONE


def finished(version: ReportVersion, stage: str, sentence: str) -> Rendition:
    """The finished file of a stage, or ValidationError with `sentence`."""
    found = version.renditions.partners().filter(stage=stage, state=Rendition.State.DONE).first()
    if found is None:
        raise ValidationError(sentence)
    return found


def whole(version: ReportVersion, stage: str) -> None:
    """ValidationError with a sentence when the stored file of a stage is damaged or missing: nobody could be given it."""
    try:
        delivery.read(version.renditions.partners().defer("html").get(stage=stage))
    except delivery.FileLost as lost:
        raise ValidationError(f"{lost} Nothing was changed: have it laid out again.") from lost


def coordinators() -> list[User]:
    return list(User.objects.filter(is_active=True, groups__name=roles.COORDINATOR).order_by("pk"))


def has_chair() -> bool:
    """Whether anybody decides: cover stands for a chair whose account is open, so that without one there is none."""
    return User.objects.filter(is_active=True, groups__name=roles.CHAIR).exists()


def chairs(at: dt.datetime) -> list[User]:
    """Everybody who may decide at that moment: the chairs, and whoever stands in for one of them."""
    return with_stand_ins(User.objects.filter(is_active=True, groups__name=roles.CHAIR).order_by("pk"), at)


def with_stand_ins(people: Iterable[User], at: dt.datetime) -> list[User]:
    """These people, then those at work who stand in for one of them on that day; nobody twice."""
    found = {person.pk: person for person in people}
    covering = Cover.objects.on(timezone.localdate(at)).filter(person__in=list(found)).values("covered_by")
    for person in User.objects.at_work().filter(pk__in=covering).order_by("pk"):
        found.setdefault(person.pk, person)
    return list(found.values())


def tell(person: User, message: emails.Message, about: object, at: dt.datetime) -> None:
    """Owe a person a message, once for what it is about (a row's key)."""
    outbox.put(
        recipient=person,
        kind=message.kind,
        subject=message.subject,
        text=message.text,
        html=message.html,
        dedupe_key=key_of(message.kind, about, person),
        at=at,
    )


def key_of(kind: str, about: object, person: User) -> str:
    """By which a message is owed once."""
    return f"{kind}:{about}:{person.pk}"
