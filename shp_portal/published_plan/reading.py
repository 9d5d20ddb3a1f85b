"""Reads a data file and answers for its shape: whatever is wrong is said in one sentence that names file and place."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml


class BrokenData(Exception):
    """A data file cannot be read; the sentence says which file, where and why."""


class Record:
    """A mapping from a data file that knows where it stands, so that a fault can be named."""

    def __init__(self, where: str, content: Any) -> None:
        if not isinstance(content, dict):
            raise BrokenData(f"{where}: expected names and values, found {_kind(content)}.")
        self.where = where
        self._content = content

    def __contains__(self, name: str) -> bool:
        return name in self._content

    def keys(self) -> list[str]:
        return list(self._content)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise BrokenData(f"{self.where}: “{name}” should be text, found {_kind(value)}.")
        return value.strip()

    def number(self, name: str, default: int | None = None) -> int:
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BrokenData(f"{self.where}: “{name}” should be a whole number, found {_kind(value)}.")
        return value

    def yes(self, name: str, default: bool = False) -> bool:
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise BrokenData(f"{self.where}: “{name}” should be true or false, found {_kind(value)}.")
        return value

    def day(self, name: str) -> dt.date:
        value = self._get(name, None)
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise BrokenData(f"{self.where}: “{name}” should be a date such as 2026-09-30, found {_kind(value)}.")
        return value

    def day_or_none(self, name: str) -> dt.date | None:
        return self.day(name) if self._content.get(name) is not None else None

    def decimal_or_none(self, name: str) -> Decimal | None:
        value = self._content.get(name)
        if value is None or value == "":
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise BrokenData(f"{self.where}: “{name}” should be a number, found “{value}”.") from None

    def record(self, name: str) -> Record:
        return Record(f"{self.where}, {name}", self._get(name, None))

    def records(self, name: str) -> list[Record]:
        return [Record(f"{self.where}, {name} {n}", item) for n, item in enumerate(self._list(name), start=1)]

    def texts(self, name: str) -> list[str]:
        items = self._list(name)
        for item in items:
            if not isinstance(item, str):
                raise BrokenData(f"{self.where}: every item of “{name}” should be text, found {_kind(item)}.")
        return items

    def lists(self, name: str) -> list[list[str]]:
        """Rows of a table, each a list of texts."""
        rows = self._list(name)
        for row in rows:
            if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
                raise BrokenData(f"{self.where}: every item of “{name}” should be a list of texts, found {_kind(row)}.")
        return rows

    def _list(self, name: str) -> list[Any]:
        value = self._get(name, None)
        if not isinstance(value, list):
            raise BrokenData(f"{self.where}: “{name}” should be a list, found {_kind(value)}.")
        return value

    def _get(self, name: str, default: Any) -> Any:
        if name in self._content and self._content[name] is not None:
            return self._content[name]
        if default is None:
            raise BrokenData(f"{self.where}: “{name}” is missing.")
        return default


def _kind(value: Any) -> str:
    names = {dict: "names and values", list: "a list", str: "text", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)


def read_yaml(path: Path) -> Record:
    """The file's top mapping. Raises BrokenData for a file that is missing, unreadable or not YAML."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BrokenData(f"{path.name} cannot be read: {fault.strerror}.") from fault
    except UnicodeDecodeError as fault:
        raise BrokenData(f"{path.name} is not UTF-8 text.") from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise BrokenData(f"{path.name}{place}: not valid YAML ({getattr(fault, 'problem', 'unreadable')}).") from fault
    return Record(path.name, content)


def read_csv(path: Path, columns: set[str]) -> Iterator[Record]:
    """The file's rows, each with every one of `columns`; all values stay text, character for character."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = columns - set(rows.fieldnames or [])
            if missing:
                raise BrokenData(f"{path.name}: the column “{min(missing)}” is missing.")
            for row in rows:
                if None in row or None in row.values():
                    raise BrokenData(f"{path.name}, line {rows.line_num}: wrong number of columns.")
                yield Record(f"{path.name}, line {rows.line_num}", row)
    except OSError as fault:
        raise BrokenData(f"{path.name} cannot be read: {fault.strerror}.") from fault
    except UnicodeDecodeError as fault:
        raise BrokenData(f"{path.name} is not UTF-8 text.") from fault
