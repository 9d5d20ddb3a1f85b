"""What the sign-in page of the demonstration shows."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.conf import settings

from shp_portal.demo import accounts

register = template.Library()


@dataclass(frozen=True)
class Account:
    role: str
    email: str


@dataclass(frozen=True)
class Demonstration:
    """The accounts to try the portal with, and the one password of them all. Empty outside demonstration mode."""

    accounts: tuple[Account, ...] = ()
    password: str = ""


@register.simple_tag
def demonstration_accounts() -> Demonstration:
    if not settings.DEMO:
        return Demonstration()
    return Demonstration(tuple(Account(role, email) for role, email in accounts.ACCOUNTS), accounts.PASSWORD)
