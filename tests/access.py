"""Reads tests/access.yaml, asks the resolver which routes there are, and prints the table for docs/access.md."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver

TABLE = Path(__file__).with_name("access.yaml")
METHODS = ("GET", "POST")
Answer = int | str


@dataclass(frozen=True)
class Row:
    """One route asked about one thing: which answer each role gets to a visit and to a sending."""

    route: str
    on: str
    given: dict[str, str]
    send: dict[str, str]
    answers: dict[str, dict[str, Answer]] = field(hash=False)

    @property
    def name(self) -> str:
        about = " ".join(part for part in (self.on, *self.given.values()) if part)
        return f"{self.route} ({about})" if about else self.route


@dataclass(frozen=True)
class Access:
    roles: dict[str, str]
    rows: list[Row]


def read() -> Access:
    table = yaml.safe_load(TABLE.read_text())
    roles = table["roles"]
    rows = []
    for route, cases in table["routes"].items():
        for case in cases:
            answers = {method: _answers(case[method], table["rules"], roles) for method in METHODS}
            given = {key: str(value) for key, value in case.items() if key not in ("about", "send", *METHODS)}
            rows.append(Row(route, case.get("about", ""), given, case.get("send", {}), answers))
    return Access(roles, rows)


def _answers(said: list[Any], rules: dict[str, dict[str, Answer]], roles: dict[str, str]) -> dict[str, Answer]:
    parts = [rules[part] if isinstance(part, str) else part for part in said]
    named = set().union(*parts) - {"else", *roles}
    if named:
        raise ValueError(f"access.yaml names roles it does not list: {sorted(named)}")
    found = {}
    for role in roles:
        found[role] = next(
            answer
            for part, kind in itertools.product(parts, ("own", "else"))
            if (answer := part.get(role if kind == "own" else "else")) is not None
        )
    return found


def project_routes() -> set[str]:
    """Names of every address of the portal's own; allauth and the administration are tried by rule."""
    return {name for name, _ in _walk(get_resolver().url_patterns, "", "") if not name.startswith("account_")}


def _walk(patterns: list[URLPattern | URLResolver], namespace: str, path: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, here)
        else:
            yield f"{namespace}{pattern.name}", here


WORDS = {"sign-in": "sign-in", 200: "yes", 302: "yes, then back", 403: "no", 404: "not there", 405: "–"}


def markdown(access: Access) -> str:
    """The table for people: a line for each page, a column for each role."""
    lines = [
        "# Who may open and press what",
        "",
        "Printed from `tests/access.yaml`, which `tests/test_access_matrix.py` asks of every address and every role.",
        "Print it anew with `.venv/bin/python -m tests.access`.",
        "",
        "*yes*: the page, or a form that says what is missing · *yes, then back*: done, or a sentence says why not (a",
        "button's address opened as a page leads to the report and does nothing) ·",
        "*no*: refused with a sentence (403) · *not there*: the same answer as for something that does not exist (404) ·",
        "*sign-in*: sent to the sign-in page.",
        "",
        "The administration pages (`/admin/`) answer administrators alone; everybody else is refused. Sign-in pages",
        "(`/accounts/`) answer everybody; changing one's password wants sign-in.",
        "",
        "An administrator has no share in the work unless they hold a role as well. The first one of an empty database is",
        "made by `manage.py createsuperuser`; everybody else is added on the administration's page “Add person”.",
        "",
    ]
    columns = list(access.roles.values())
    for method, title in (("GET", "Opening a page"), ("POST", "Pressing a button, sending a form")):
        rows = [row for row in access.rows if set(row.answers[method].values()) - {405, "sign-in"}]
        lines += [f"## {title}", "", f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for row in rows:
            answers = " | ".join(WORDS[row.answers[method][role]] for role in access.roles)
            lines.append(f"| `{row.route}`{_about(row)} | {answers} |")
        lines.append("")
    return "\n".join(lines)


def _about(row: Row) -> str:
    about = ", ".join(
        part.replace("_", " ")
        for part in (row.on, *(f"{value} PDF" if key == "stage" else value.upper() for key, value in row.given.items()))
        if part
    )
    return f", {about}" if about else ""


if __name__ == "__main__":
    Path(__file__).parent.parent.joinpath("docs/access.md").write_text(markdown(read()))
