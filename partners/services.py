"""Verbs on people: add, invite, change the address or the roles of, deactivate and take back. Nobody is ever deleted.

Every verb that changes who may sign in as what wants an administrator as `by`. None stands for whoever has the server's command line (the demonstration's seed,
the first administrator); pages always pass the person who is signed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from partners import email_kinds
from partners import permissions as permissions  # the rules behind `has_perm`
from partners import roles as role_names
from partners.models import Cover, EmailChoice, Partner, User
from partners.words import is_blank

PARTNER_WANTED = "Choose a partner: a Partner officer updates the actions that their partner leads."


@transaction.atomic
def add_person(
    *,
    email: str,
    name: str,
    partner: Partner | None,
    roles: Iterable[str],
    by: User | None,
    at: dt.datetime,
    job_title: str = "",
    administrator: bool = False,
    password: str | None = None,
) -> User:
    """Add somebody who may sign in, with their roles (names of `partners.roles`) and a verified address.

    No password works until they set one by the link of an invitation; only the demonstration's seed passes `password`.
    Raises ValidationError keyed by these parameter names, PermissionDenied when `by` is no administrator.
    """
    _want(by, "partners.add_person", "Only an administrator can add people.")
    wanted = _known_roles(roles)
    _want_partner(partner, wanted)
    person = User(
        email=email.strip().lower(),
        name=name.strip(),
        job_title=job_title.strip(),
        partner=partner,
        is_staff=administrator,
        date_joined=at,
    )
    if not person.name:
        raise ValidationError({"name": ["Enter a name."]})
    person.set_unusable_password()
    if password is not None:
        validate_password(password, person)
        person.set_password(password)
    person.full_clean()
    _sign(person, by, f"Added. {_roles_sentence(wanted)}")
    person.save()
    _put_into(person, wanted)
    confirm_address(person=person)
    return person


def confirm_address(*, person: User) -> None:
    """Make the person's sign-in address the one and verified address that allauth knows of them. Safe to run twice.

    An administrator vouches for the address, so that nobody who was added has to confirm it. A changed address also
    ends the links of password e-mails that went to the old one.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=person).exclude(email=person.email.lower()).delete()
        EmailAddress.objects.update_or_create(
            user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
        )


@transaction.atomic
def set_roles(*, person: User, roles: Iterable[str], by: User | None, at: dt.datetime) -> None:
    """Give a person exactly these roles. Raises PermissionDenied, and ValidationError on an unknown name or on a
    Partner officer without a partner."""
    _want(by, "partners.change_person", "Only an administrator can change somebody's roles.")
    wanted = _known_roles(roles)
    if wanted == set(person.groups.values_list("name", flat=True)):
        return
    _want_partner(person.partner, wanted)
    _put_into(person, wanted)
    _sign(person, by, _roles_sentence(wanted))
    person.save()


def invite(*, person: User, by: User | None) -> None:
    """E-mail a person the link to set their password by. Nothing is stored: the link opens an account.

    Not in a transaction, since it talks to the mail server. Raises ValidationError for somebody inactive,
    PermissionDenied, OSError (smtplib's errors are one) when the message could not be handed over.
    """
    _want(by, "partners.invite_person", "Only an administrator can invite people.")
    if not person.is_active:
        raise ValidationError(f"{person} is not active: make them active before inviting them.")
    get_adapter().send_invitation(person)


@transaction.atomic
def deactivate(*, person: User, by: User | None, at: dt.datetime) -> None:
    """Shut a leaver out: every session ends with the next request, and no old password or link comes back to life.

    What they wrote stays under their name. Raises ValidationError for one's own account, PermissionDenied.
    """
    _want(by, "partners.deactivate_person", "Only an administrator can deactivate people.")
    if by is not None and person.pk == by.pk:
        raise ValidationError("You cannot deactivate yourself: ask another administrator.")
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active and not person.has_usable_password():
        return
    person.is_active = False
    person.set_unusable_password()  # also changes what every session's hash is made of
    _sign(person, by, "Deactivated")
    person.save()


@transaction.atomic
def reactivate(*, person: User, by: User | None, at: dt.datetime) -> None:
    """Let somebody back in. They keep their roles and set a new password by an invitation. Raises PermissionDenied."""
    _want(by, "partners.deactivate_person", "Only an administrator can make people active again.")
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.is_active:
        return
    person.is_active = True
    _sign(person, by, "Active again")
    person.save()


@transaction.atomic
def choose_emails(*, person: User, wanted: Iterable[str], by: User) -> None:
    """Keep which optional kinds of e-mail a person wants; the others are not sent to them any more.

    Raises ValidationError keyed `wanted` on a kind that is none or not optional, PermissionDenied for somebody else's.
    """
    if by.pk != person.pk:
        raise PermissionDenied("Everybody chooses their own e-mails.")
    chosen, optional = set(wanted), set(email_kinds.optional())
    if unknown := sorted(chosen - optional):
        raise ValidationError({"wanted": [f"“{unknown[0]}” is not an e-mail one can choose."]})
    EmailChoice.objects.filter(user=person).exclude(kind__in=optional - chosen).delete()
    for kind in sorted(optional - chosen):
        EmailChoice.objects.get_or_create(user=person, kind=kind)


#: Longest cover, in days: who is away for longer hands their actions over.
LONGEST_COVER = 366


@transaction.atomic
def add_cover(
    *,
    person: User,
    covered_by: User,
    starts_on: dt.date,
    ends_on: dt.date,
    by: User,
    at: dt.datetime,
    today: dt.date,
    note: str = "",
) -> Cover:
    """Let `covered_by` stand in for `person` from the first day to the last, both included.

    One's own cover is of one's own organisation, save for the chair, who stands for all of them; the coordinator may name
    anybody who does the work.
    Raises PermissionDenied with a sentence; ValidationError keyed by these parameter names.
    """
    if not by.has_perm("partners.add_cover", person):
        raise PermissionDenied("Cover is arranged by whoever is away, or by the coordinator.")
    faults: dict[str, list[str]] = {}
    if not covered_by.is_active or not covered_by.sees_the_work:
        faults["covered_by"] = [f"{covered_by} cannot stand in: choose somebody who works with the action plan."]
    elif covered_by.pk == person.pk:
        faults["covered_by"] = ["Nobody stands in for themselves."]
    elif person.is_chair and covered_by.is_chair:
        faults["covered_by"] = [
            f"{covered_by} is a chair already and decides at any time. Choose somebody else, or ask the administrator to take that role away."
        ]
    elif covered_by.partner_id != person.partner_id and not (
        person.is_chair or by.has_perm("partners.add_cover_of_anybody")
    ):
        faults["covered_by"] = ["Choose somebody of your own organisation, or ask the coordinator."]
    if ends_on < starts_on:
        faults["ends_on"] = ["The last day cannot come before the first."]
    elif ends_on < today:
        faults["ends_on"] = ["The last day is over already. Choose today or a day to come."]
    elif (ends_on - starts_on).days >= LONGEST_COVER:
        faults["ends_on"] = ["Cover lasts a year at most. Hand the actions over instead."]
    longest = Cover._meta.get_field("note").max_length or 0
    note = "" if is_blank(note) else note.strip()
    if len(note) > longest:
        faults["note"] = [f"Shorten the note to {longest} characters or fewer; it has {len(note):,}."]
    # One after the other, so that a double press finds the first one's row.
    User.objects.select_for_update().get(pk=person.pk)
    same_days = Cover.objects.filter(
        person=person, covered_by=covered_by, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if not faults and same_days.exists():
        faults["covered_by"] = [f"{covered_by} stands in already on some of these days."]
    if faults:
        raise ValidationError(faults)
    cover = Cover(person=person, covered_by=covered_by, starts_on=starts_on, ends_on=ends_on, note=note)
    cover._history_user = by  # type: ignore[attr-defined]
    cover.save()
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, by: User, today: dt.date) -> None:
    """End cover at once. What has lasted until yesterday stays on record; what has not begun is taken back.

    The history keeps both. Raises PermissionDenied with a sentence. Ending it again changes nothing.
    """
    found = Cover.objects.select_for_update().filter(pk=cover.pk).first()
    if not by.has_perm("partners.end_cover", found or cover):
        raise PermissionDenied("Cover is ended by whoever is away, or by the coordinator.")
    if found is None or found.ends_on < today:
        return
    found._history_user = by  # type: ignore[attr-defined]
    if found.starts_on >= today:
        found.delete()
        return
    found.ends_on = today - dt.timedelta(days=1)
    found.save()


def _want(by: User | None, permission: str, sentence: str) -> None:
    if by is not None and not by.has_perm(permission):
        raise PermissionDenied(sentence)


def _known_roles(roles: Iterable[str]) -> set[str]:
    wanted = set(roles)
    if unknown := sorted(wanted - set(role_names.ALL)):
        raise ValidationError({"roles": [f"There is no role “{unknown[0]}”. Roles are {', '.join(role_names.ALL)}."]})
    return wanted


def _want_partner(partner: Partner | None, wanted: set[str]) -> None:
    if partner is None and role_names.PARTNER_OFFICER in wanted:
        raise ValidationError({"partner": [PARTNER_WANTED]})


def _put_into(person: User, wanted: set[str]) -> None:
    person.groups.set(Group.objects.get_or_create(name=name)[0] for name in sorted(wanted))
    person.__dict__.pop("role_names", None)  # read once an instance


def _roles_sentence(wanted: set[str]) -> str:
    return f"Roles: {', '.join(name for name in role_names.ALL if name in wanted) or 'none'}"


def _sign(person: User, by: User | None, reason: str) -> None:
    """Tell the history who did it and what, where no request says so."""
    person._history_user = by  # type: ignore[attr-defined]
    person._change_reason = reason  # type: ignore[attr-defined]
