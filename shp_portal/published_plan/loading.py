"""Puts the published plan into the database. Adds what is missing; never changes or brings back what an administrator
edited or removed. One transaction: a broken file changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from partners.models import Partner
from performance.models import (
    ComparatorGroup,
    ComparatorMember,
    Finding,
    PrintedFigure,
    StrategicAssessment,
    Survey,
    SurveyFinding,
)
from priorities.models import Achievement, AnnualFocus, ContextFact, Duty, Plan, PlanSection, Priority
from shp_portal.published_plan.reading import BrokenData, Record, read_csv, read_yaml

DATA = Path(__file__).parent / "data"

TABLE_COLUMNS = {
    "group",
    "label",
    "printed_hartlepool",
    "printed_average",
    "printed_position",
    "printed_comparison",
    "value",
    "average",
    "unit",
    "priority",
    "query",
}


@dataclass
class Loaded:
    """How many rows were added and how many stood already, by kind of row."""

    added: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    new_rows: set[tuple[type[Model], Any]] = field(default_factory=set)

    def keep(self, model: type[Model], where: str, defaults: dict[str, Any], **key: Any) -> Any:
        """The row that was once added under this natural key, whatever became of its key since; None when it was removed.

        A row is added only when there never was one. Rows without a history have to be left alone by their parent.
        """
        name = str(model._meta.verbose_name_plural)
        there, row = _found(model, key)
        if there:
            self.kept[name] = self.kept.get(name, 0) + 1
            return row
        row = model(**key, **defaults)
        try:
            row.full_clean()
        except ValidationError as fault:
            problems = "; ".join(f"{name}: {' '.join(words)}" for name, words in fault.message_dict.items())
            raise BrokenData(f"{where}: {problems}") from fault
        row.save()
        self.added[name] = self.added.get(name, 0) + 1
        self.new_rows.add((model, row.pk))
        return row

    def is_new(self, row: Model) -> bool:
        """Whether this very loading added it."""
        return (type(row), row.pk) in self.new_rows

    def leave(self, model: type[Model], number: int) -> None:
        name = str(model._meta.verbose_name_plural)
        self.kept[name] = self.kept.get(name, 0) + number


def _found(model: type[Model], key: dict[str, Any]) -> tuple[bool, Model | None]:
    """Whether there is or ever was a row under this key, and that row as it is now.

    The history answers first: after two rows swapped their keys, each is still known by the one it was added under.
    """
    rows = model._default_manager
    history = getattr(model, "history", None)
    past = history.filter(**key) if history is not None else None
    if past is not None:
        for records in (past.filter(history_type="+"), past):
            if numbers := list(records.values_list("id", flat=True)):
                return True, rows.filter(pk__in=numbers).first()
    row = rows.filter(**key).first()
    return row is not None, row


@transaction.atomic
def load_plan(folder: Path = DATA) -> Loaded:
    """Load the plan from `folder`. Raises BrokenData with a sentence, and then nothing is changed."""
    loaded = Loaded()
    top = read_yaml(folder / "plan.yaml")
    _partners(loaded, top)
    plan = _plan(loaded, top.record("plan"))
    if plan is None:
        return loaded
    _sections(loaded, plan, top)
    priorities = _priorities(loaded, plan, top)
    _focuses(loaded, priorities, top)
    _context(loaded, plan, top)
    _achievements(loaded, plan, priorities, top.record("achievements"))
    assessment = _assessment(loaded, plan, priorities, top.record("assessment"))
    _similar_areas(loaded, plan, top.record("similar_areas"))
    _survey(loaded, plan, top.record("survey"))
    _figures(loaded, plan, priorities, assessment, top, folder)
    _duties(loaded, plan, top)
    return loaded


def _partners(loaded: Loaded, top: Record) -> None:
    for record in top.records("partners"):
        printed = record.text("printed_as", "")
        notes = [record.text("note", ""), record.text("query", "")]
        if printed and printed != record.text("name"):
            notes.insert(0, f"The plan prints “{printed}”.")
        loaded.keep(
            Partner,
            record.where,
            code=record.text("code"),
            defaults={
                "name": record.text("name"),
                "kind": record.text("kind"),
                "role": record.text("role", ""),
                "former_names": "\n".join(record.texts("former_names")),
                "note": " ".join(note for note in notes if note),
            },
        )


def _plan(loaded: Loaded, record: Record) -> Plan | None:
    contact = record.record("contact")
    lines = [
        contact.text("name"),
        *contact.texts("address"),
        f"Telephone {contact.text('telephone')}",
        contact.text("email"),
    ]
    return loaded.keep(
        Plan,
        record.where,
        starts_on=record.day("starts_on"),
        defaults={
            "title": record.text("title"),
            "partnership": record.text("partnership"),
            "short_name": record.text("short_name"),
            "ends_on": record.day("ends_on"),
            "dates_note": record.text("dates_note", ""),
            "strategic_objective": record.text("strategic_objective"),
            "objective_source": record.text("strategic_objective_source", ""),
            "contact": "\n".join(lines),
            "update_every": record.text("update_every"),
        },
    )


def _sections(loaded: Loaded, plan: Plan, top: Record) -> None:
    for record in top.records("sections"):
        loaded.keep(
            PlanSection,
            record.where,
            plan=plan,
            number=record.number("number"),
            defaults={
                "heading": record.text("heading"),
                "body": record.text("body"),
                "source": record.text("source"),
                "query": record.text("query", ""),
            },
        )


def _priorities(loaded: Loaded, plan: Plan, top: Record) -> dict[str, Priority]:
    found = {}
    for record in top.records("priorities"):
        code = record.text("code")
        found[code] = loaded.keep(
            Priority,
            record.where,
            plan=plan,
            code=code,
            defaults={
                "name": record.text("name"),
                "position": record.number("position"),
                "statement": record.text("statement"),
                "source": record.text("source"),
                "active_from": record.day_or_none("active_from"),
            },
        )
    return found


def _named(priorities: dict[str, Priority], record: Record, name: str = "priority") -> Priority | None:
    """The priority a record names; None for an empty name, which means outside our priorities or all of them."""
    code = record.text(name, "")
    if code and code not in priorities:
        raise BrokenData(f"{record.where}: there is no priority “{code}”; there are {', '.join(priorities)}.")
    return priorities[code] if code else None


def _focuses(loaded: Loaded, priorities: dict[str, Priority], top: Record) -> None:
    for record in top.records("annual_focus"):
        if not record.text("priority", ""):
            raise BrokenData(f"{record.where}: an annual focus needs a priority.")
        priority = _named(priorities, record)
        if priority is None:  # removed by an administrator, and its focus with it
            continue
        loaded.keep(
            AnnualFocus,
            record.where,
            priority=priority,
            year=record.number("year"),
            defaults={"text": record.text("text"), "source": record.text("source")},
        )


def _context(loaded: Loaded, plan: Plan, top: Record) -> None:
    for position, record in enumerate(top.records("local_context"), start=1):
        loaded.keep(
            ContextFact,
            record.where,
            plan=plan,
            position=position,
            defaults={
                "topic": record.text("topic"),
                "text": record.text("text"),
                "printed": "; ".join(record.texts("printed")),
                "query": record.text("query", ""),
                "source": record.text("source", "plan, section 3"),
            },
        )


def _achievements(loaded: Loaded, plan: Plan, priorities: dict[str, Priority], record: Record) -> None:
    by_priority = record.record("by_priority")
    position = 0
    for code in by_priority.keys():  # noqa: SIM118 (a Record is not a dict)
        if code not in priorities:
            raise BrokenData(f"{by_priority.where}: there is no priority “{code}”.")
        for text in by_priority.texts(code):
            position += 1
            if priorities[code] is not None:
                loaded.keep(
                    Achievement,
                    by_priority.where,
                    plan=plan,
                    position=position,
                    defaults={"priority": priorities[code], "text": text.strip(), "source": record.text("source")},
                )


def _assessment(
    loaded: Loaded, plan: Plan, priorities: dict[str, Priority], record: Record
) -> StrategicAssessment | None:
    assessment = loaded.keep(
        StrategicAssessment,
        record.where,
        plan=plan,
        covers_from=record.day("covers_from"),
        defaults={
            "title": record.text("title"),
            "covers_to": record.day("covers_to"),
            "state": record.text("state"),
            "query": record.text("query", ""),
            "source": record.text("source"),
        },
    )
    if assessment is None:
        return None
    for position, finding in enumerate(record.records("findings"), start=1):
        evidence = "Table 1: " + ", ".join(finding.texts("evidence"))
        query = finding.text("query", "")
        loaded.keep(
            Finding,
            finding.where,
            assessment=assessment,
            position=position,
            defaults={
                "priority": _named(priorities, finding),
                "text": finding.text("text"),
                "evidence": f"{evidence}. Query: {query}" if query else f"{evidence}.",
            },
        )
    return assessment


def _similar_areas(loaded: Loaded, plan: Plan, record: Record) -> None:
    group = loaded.keep(
        ComparatorGroup,
        record.where,
        plan=plan,
        name=record.text("title"),
        defaults={"source": record.text("source"), "query": record.text("query", "")},
    )
    members = record.records("members")
    if len(members) != record.number("size"):
        raise BrokenData(f"{record.where}: {record.number('size')} names are announced and {len(members)} given.")
    if group is None or not loaded.is_new(group):
        loaded.leave(ComparatorMember, len(members))  # they have no history that could tell what became of each
        return
    for position, member in enumerate(members, start=1):
        loaded.keep(
            ComparatorMember,
            member.where,
            group=group,
            position=position,
            defaults={
                "printed_name": member.text("printed"),
                "usual_name": member.text("usual_name", ""),
                "query": member.text("query", ""),
            },
        )


def _survey(loaded: Loaded, plan: Plan, record: Record) -> None:
    survey = loaded.keep(
        Survey,
        record.where,
        plan=plan,
        year=record.number("year"),
        defaults={
            "title": record.text("title"),
            "query": record.text("query", ""),
            "source": record.text("source"),
        },
    )
    if survey is None:
        return
    findings = [(finding.text("topic"), finding.text("text")) for finding in record.records("findings")]
    findings += [("What makes people feel unsafe", text) for text in record.texts("unsafe_because")]
    for position, (topic, text) in enumerate(findings, start=1):
        loaded.keep(
            SurveyFinding,
            record.where,
            survey=survey,
            position=position,
            defaults={"topic": topic, "text": text[0].upper() + text[1:]},
        )


def _figures(
    loaded: Loaded,
    plan: Plan,
    priorities: dict[str, Priority],
    assessment: StrategicAssessment | None,
    top: Record,
    folder: Path,
) -> None:
    table = top.record("table1")
    size = table.number("group_size")
    position = 0
    for row in read_csv(folder / table.text("file"), TABLE_COLUMNS):
        position += 1
        place = row.decimal_or_none("printed_position")
        loaded.keep(
            PrintedFigure,
            row.where,
            plan=plan,
            position=position,
            defaults={
                "assessment": assessment,
                "table": table.text("title"),
                "heading": row.text("group"),
                "label": row.text("label"),
                "printed": row.text("printed_hartlepool"),
                "printed_average": row.text("printed_average"),
                "printed_position": row.text("printed_position"),
                "printed_comparison": row.text("printed_comparison"),
                "value": row.decimal_or_none("value"),
                "average": row.decimal_or_none("average"),
                "group_position": int(place) if place is not None else None,
                "group_size": size,
                "unit": row.text("unit"),
                "period": table.text("period"),
                "priority": _named(priorities, row),
                "query": row.text("query"),
                "source": table.text("source"),
            },
        )
    for record in top.records("printed_figures"):
        position += 1
        loaded.keep(
            PrintedFigure,
            record.where,
            plan=plan,
            position=position,
            defaults={
                "label": record.text("label"),
                "printed": record.text("printed"),
                "value": record.decimal_or_none("value"),
                "unit": record.text("unit", ""),
                "query": record.text("query", ""),
                "source": f"plan, section {record.number('section')}",
            },
        )


def _duties(loaded: Loaded, plan: Plan, top: Record) -> None:
    for position, record in enumerate(top.records("duties"), start=1):
        loaded.keep(
            Duty,
            record.where,
            plan=plan,
            code=record.text("code"),
            defaults={
                "name": record.text("name"),
                "text": record.text("text"),
                "statute": record.text("statute", ""),
                "verified": record.text("verified"),
                "due_month": record.number("due_month"),
                "due_day": record.number("due_day"),
                "position": position,
            },
        )
