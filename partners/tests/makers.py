"""Plain makers of partners and people, for the tests of this room and those above it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

from partners.models import Partner, User


def make_partner(code: str = "CFB", name: str = "Fire brigade") -> Partner:
    return Partner.objects.get_or_create(
        code=code, defaults={"name": name, "kind": Partner.Kind.RESPONSIBLE_AUTHORITY}
    )[0]


def make_user(email: str, *role_names: str, partner: Partner | None = None, **fields: Any) -> User:
    user = User.objects.create_user(email, None, name=email.split("@")[0], partner=partner, **fields)
    # A transactional test empties the tables, the migration's groups among them.
    user.groups.set(Group.objects.get_or_create(name=name)[0] for name in role_names)
    return user
