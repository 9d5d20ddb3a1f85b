"""How every room tries its constraints: one table of breaches, each refused by the very constraint it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

Maker = Callable[..., models.Model]


@dataclass(frozen=True)
class Breach:
    """`sound` is taken by the database, `broken` refused by the constraint `name` (or by the unique field Model.field).

    Both are changes to the row that `maker` (the name of a method of the room's makers) would write.
    """

    name: str
    maker: str
    sound: dict[str, Any]
    broken: dict[str, Any]

    def __str__(self) -> str:
        return self.name


def rows_of(room: str) -> list[type[models.Model]]:
    return [m for m in apps.get_app_config(room).get_models() if not m.__name__.startswith("Historical")]


def names_of(room: str) -> set[str]:
    """Every named constraint of the room's rows, and every field that is unique by itself as Model.field."""
    found = set()
    for model in rows_of(room):
        found |= {constraint.name for constraint in model._meta.constraints}
        found |= {f"{model.__name__}.{f.name}" for f in model._meta.fields if f.unique and not f.primary_key}
    return found


@contextmanager
def refused_by(room: str, name: str) -> Iterator[None]:
    """The database refuses what is written inside, and says that this constraint was why."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    said = str(refusal.value)
    told = said == _on_sqlite(room, name) if connection.vendor == "sqlite" else _on_postgresql(room, name) in said
    assert told, f"{name} was to refuse, but: {said}"


def _on_postgresql(room: str, name: str) -> str:
    """The constraint by its name; a field's own index has a generated one, so there the column."""
    found = _found(room, name)
    return f"Key ({found.column})=" if isinstance(found, models.Field) else f'constraint "{name}"'


def _on_sqlite(room: str, name: str) -> str:
    """Checks and indexes over expressions go by their name, other indexes by their columns."""
    found = _found(room, name)
    if isinstance(found, models.CheckConstraint):
        return f"CHECK constraint failed: {name}"
    model = next(m for m in rows_of(room) if found in (*m._meta.fields, *m._meta.constraints))
    fields = [found] if isinstance(found, models.Field) else [model._meta.get_field(f) for f in found.fields]
    columns = ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)
    index = f"index '{name}'"
    return f"UNIQUE constraint failed: {columns or index}"


def _found(room: str, name: str) -> Any:
    for model in rows_of(room):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return constraint
        if name.startswith(f"{model.__name__}."):
            return model._meta.get_field(name.partition(".")[2])
    raise AssertionError(f"{room} has no constraint {name}.")
