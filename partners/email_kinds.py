"""Which kinds of e-mail there are, in plain words. Rooms add theirs when they are loaded; a person may do without the optional ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmailKind:
    """`code` is what `EmailChoice.kind` says; `when` is a sentence."""

    code: str
    name: str
    when: str
    optional: bool = False


_known: dict[str, EmailKind] = {}


def add(*kinds: EmailKind) -> None:
    """Make kinds known, in the order in which a person reads them. The same code again replaces the first."""
    _known.update({kind.code: kind for kind in kinds})


def all_kinds() -> list[EmailKind]:
    return list(_known.values())


def optional() -> dict[str, EmailKind]:
    """The kinds a person may do without, by their codes."""
    return {code: kind for code, kind in _known.items() if kind.optional}
