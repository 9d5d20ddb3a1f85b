"""Tables that more than one document prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TableGroup:
    heading: str
    rows: tuple[Any, ...]


def grouped(rows: Iterable[Any]) -> tuple[TableGroup, ...]:
    """Rows under their headings, in the order of the table."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.heading, []).append(row)
    return tuple(TableGroup(heading, tuple(rows)) for heading, rows in groups.items())
