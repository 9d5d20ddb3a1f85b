"""A document as canonical JSON and back, the SHA-256 of that text, and the name of the file made of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import types
import typing

from reports.document.action_plan import ActionPlanDocument
from reports.document.parts import PARTNERS
from reports.document.plan import PlanDocument
from reports.document.quarterly import QuarterlyDocument
from reports.document.six_monthly import Recommendation, SixMonthlyDocument

SCHEMA_VERSION = 1
"""Rises whenever a field changes its meaning or its name; an older text then needs its own reader."""

Document = SixMonthlyDocument | QuarterlyDocument | ActionPlanDocument | PlanDocument

KINDS: dict[str, type[Document]] = {
    SixMonthlyDocument.kind: SixMonthlyDocument,
    QuarterlyDocument.kind: QuarterlyDocument,
    ActionPlanDocument.kind: ActionPlanDocument,
    PlanDocument.kind: PlanDocument,
}


def to_json(document: Document) -> str:
    """The one canonical text of a document: keys sorted, no spaces, dates in ISO form, letters as they are."""
    return json.dumps(
        {"schema": SCHEMA_VERSION, "kind": document.kind, "document": _plain(document)},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str) -> Document:
    """The document a text holds. ValueError, with a sentence, for a text that is not one of this schema."""
    kind, content = _read(text)
    return typing.cast(Document, _typed(KINDS[kind], content, kind))


def recommendations_in(text: str) -> tuple[Recommendation, ...]:
    """What the document in a text recommends, without the rest of it being built. Raises as `from_json` does."""
    kind, content = _read(text)
    if not isinstance(content, dict):
        raise ValueError("This is not the text of a report.")
    found = _typed(tuple[Recommendation, ...], content.get("recommendations", []), kind)
    return typing.cast(tuple[Recommendation, ...], found)


class FactsLost(ValueError):
    """The stored text of a version is not the one that was sealed, or cannot be read; says which in a sentence."""


def held_to(seal: str, text: str) -> str:
    """The text, if it is the one whose SHA-256 was kept when it was sealed. Raises FactsLost."""
    if sha256_of(text) != seal:
        raise FactsLost("The stored facts of this version are no longer those that were sealed.")
    return text


def _read(text: str) -> tuple[str, typing.Any]:
    try:
        read = json.loads(text)
        schema, kind, content = read["schema"], read["kind"], read["document"]
    except (ValueError, TypeError, KeyError) as fault:
        raise ValueError("This is not the text of a report.") from fault
    if schema != SCHEMA_VERSION:
        raise ValueError(f"This report's text follows schema {schema}; this portal reads schema {SCHEMA_VERSION}.")
    if kind not in KINDS:
        raise ValueError(f"“{kind}” is no kind of report; the kinds are {', '.join(KINDS)}.")
    return kind, content


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file_name(
    *, short_name: str, kind: str, period_start: dt.date, period_end: dt.date, number: int, edition: str = PARTNERS
) -> str:
    """SHP-six-monthly-2026-04_2026-09-v2.pdf: the first and last month it is about, and the version.

    An action plan goes by its day, SHP-action-plan-2026-09-30-v1.pdf, and the plan by its year, SHP-plan-2026-27-v1.pdf.
    """
    about = f"{period_start:%Y-%m}_{period_end:%Y-%m}"
    if kind == ActionPlanDocument.kind:
        about = period_end.isoformat()
    elif kind == PlanDocument.kind:
        about = f"{period_start:%Y}-{period_end:%y}"
    which = "" if edition == PARTNERS else f"-{edition}"
    return f"{short_name}-{kind.replace('_', '-')}-{about}-v{number}{which}.pdf"


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"A report holds plain values only; {type(value).__name__} is none.")


def _typed(wanted: typing.Any, value: typing.Any, where: str) -> object:
    """`value` as the type the field declares; ValueError naming the place when it is something else."""
    if isinstance(wanted, types.UnionType):
        if value is None:
            return None
        wanted = next(kind for kind in typing.get_args(wanted) if kind is not types.NoneType)
    if typing.get_origin(wanted) is tuple and isinstance(value, list):
        return tuple(_typed(typing.get_args(wanted)[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict):
        return _filled(typing.cast(type, wanted), value, where)
    if wanted in (dt.date, dt.datetime) and isinstance(value, str):
        try:
            return wanted.fromisoformat(value)
        except ValueError as fault:
            raise ValueError(f"{where}: “{value}” is no date.") from fault
    if isinstance(wanted, type) and type(value) is wanted:
        return value
    raise ValueError(f"{where}: {value!r} is not what a report holds there.")


def _filled(wanted: type, value: dict[str, object], where: str) -> object:
    hints = typing.get_type_hints(wanted)
    fields = dataclasses.fields(wanted)
    # A field that was added later has a default, which says what texts from before it mean.
    needed = {field.name for field in fields if field.default is dataclasses.MISSING}
    if odd := (needed - set(value)) | (set(value) - {field.name for field in fields}):
        raise ValueError(f"{where}: these fields are missing or unknown: {', '.join(sorted(odd))}.")
    return wanted(**{name: _typed(hints[name], given, f"{where}.{name}") for name, given in value.items()})
