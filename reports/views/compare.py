"""Two versions, or two periods, of one kind of report held against each other; and what changed since one was returned."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from priorities.doors import SignedIn
from priorities.periods import british
from reports import comparing
from reports.document import HEADINGS
from reports.models import Decision, Report, ReportVersion
from reports.views.doors import signed_in
from reports.views.edition import document_for

if TYPE_CHECKING:
    from partners.models import User
    from reports.document import Difference, Document, Mark

State = ReportVersion.State

#: As many differences as stand beside a decision; the page that compares has them all.
FIRST = 12


@dataclass(frozen=True)
class Group:
    heading: str
    rows: tuple[Difference, ...]


@dataclass(frozen=True)
class ThenAndNow:
    """How many actions had a rating then and have it now."""

    mark: Mark
    then: int
    now: int

    @property
    def change(self) -> str:
        return f"{self.now - self.then:+d}".replace("-", "−") if self.now != self.then else "–"


@dataclass(frozen=True)
class Comparison:
    """`before` is the older period, or the version with the lower number. `refused`: why they cannot be compared.

    The reasons say why each was made, as the one who compares may read it.
    """

    before: ReportVersion
    after: ReportVersion
    groups: tuple[Group, ...] = ()
    counts: tuple[ThenAndNow, ...] = ()
    refused: str = ""
    before_reason: str = ""
    after_reason: str = ""

    @property
    def number(self) -> int:
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True)
class Choice:
    """One kind of report and its versions, the newest first: value, words."""

    kind: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SinceReturned:
    """What is other than in the version that was returned last; `mine` when the reader returned it; `decision` says who did, and why."""

    returned: ReportVersion
    decision: Decision | None
    mine: bool
    comparison: Comparison
    first: tuple[Group, ...]
    more: int
    address: str


@signed_in
@require_safe
def compare_versions(request: SignedIn) -> HttpResponse:
    """Any two versions that one may see. Without two of them, what there is to choose from."""
    user = request.user
    if not (user.sees_the_work or user.is_reader):
        raise Http404
    asked = {name: request.GET.get(name, "") for name in ("a", "b")}
    choices = _choices(user)
    found = {name: _version(user, value) for name, value in asked.items() if value}
    comparison = _compared(user, found["a"], found["b"]) if len(found) == 2 else None
    return render(
        request,
        "reports/compare.html",
        {"comparison": comparison, "choices": choices, "chosen": _chosen(choices, asked["a"], asked["b"])},
    )


def key_of(version: ReportVersion) -> str:
    """How a version is called in the page's address: 12.2 for version 2 of report 12."""
    return f"{version.report_id}.{version.number}"


def address_of(before: ReportVersion, after: ReportVersion) -> str:
    return f"{reverse('reports:compare')}?{urlencode({'a': key_of(before), 'b': key_of(after)})}"


def _version(user: User, key: str) -> ReportVersion:
    parts = re.fullmatch(r"(\d{1,9})\.(\d{1,4})", key, re.ASCII)
    if parts is None:
        raise Http404
    versions = ReportVersion.objects.visible_to(user).select_related("report__plan", "fact_check")
    return get_object_or_404(versions, report=int(parts[1]), number=int(parts[2]))


def _choices(user: User) -> list[Choice]:
    versions = ReportVersion.objects.readable_by(user).exclude(report__kind=Report.Kind.PLAN)
    versions = versions.select_related("report", "fact_check").defer("snapshot")
    ordered = sorted(versions, key=lambda one: (one.report.kind, *_age(one)), reverse=True)
    return [
        Choice(str(Report.Kind(kind).label), tuple((key_of(one), _words(one)) for one in of_kind))
        for kind, of_kind in itertools.groupby(ordered, lambda one: one.report.kind)
    ]


def _chosen(choices: list[Choice], a: str, b: str) -> dict[str, str]:
    """What the two lists show: what was asked for, beside the one before it; without anything the newest and the one before."""
    named = b or a
    of_kind = [[key for key, _ in choice.versions] for choice in choices]
    keys = next((keys for keys in of_kind if named in keys or (not named and len(keys) > 1)), [])
    if (a and b) or not keys:
        return {"a": a, "b": b}
    place = keys.index(named) if named else 0
    earlier, later = keys[place + 1 : place + 2], keys[max(place - 1, 0) : place]
    other = (earlier or later or [named])[0]
    return {"a": a or other, "b": b or (other if named else keys[0])}


def _words(version: ReportVersion) -> str:
    report, standing = version.report, version.standing
    about = british(report.as_at) if report.as_at else report.period.label
    # A closed list shows the choice without its heading.
    return f"{report.get_kind_display()}, {about}, version {version.number}, {standing[:1].lower()}{standing[1:]}"


def _age(version: ReportVersion) -> tuple[int, int, int]:
    report = version.report
    day = report.as_at or report.period.end
    return day.toordinal(), report.pk, version.number


def _compared(user: User, one: ReportVersion, other: ReportVersion) -> Comparison:
    """As this person may read them: a difference tells what it is a difference of."""
    before, after = sorted((one, other), key=_age)
    if before.pk == after.pk:
        return Comparison(
            before, after, refused="These are one and the same version. Choose another one to compare it with."
        )
    try:
        was, now = document_for(user, before), document_for(user, after)
        rows = comparing.compare(was, now)
    except ValueError as refused:
        return Comparison(before, after, refused=str(refused))
    return Comparison(
        before,
        after,
        _groups(rows),
        _counts(was, now),
        before_reason=was.paper.reason,
        after_reason=now.paper.reason,
    )


def _groups(rows: tuple[Difference, ...]) -> tuple[Group, ...]:
    return tuple(
        Group(HEADINGS[kind], tuple(of_kind)) for kind, of_kind in itertools.groupby(rows, lambda row: row.kind)
    )


def _counts(was: Document, now: Document) -> tuple[ThenAndNow, ...]:
    counts = [*getattr(now, "counts", ()), *getattr(was, "counts", ())]
    marks = {count.mark.key: count.mark for count in reversed(counts)}
    then, today = (
        {count.mark.key: count.number for count in getattr(document, "counts", ())} for document in (was, now)
    )
    order = dict.fromkeys(count.mark.key for count in counts)
    return tuple(ThenAndNow(marks[key], then.get(key, 0), today.get(key, 0)) for key in order)


def since_returned(user: User, version: ReportVersion) -> SinceReturned | None:
    """For whoever reads a version that came after one that was returned, until it is decided on."""
    if (
        not user.sees_the_work
        or version.number == 1
        or version.state not in (State.DRAFT, State.FACT_CHECK, State.WITH_CHAIR)
    ):
        return None
    earlier = ReportVersion.objects.filter(report=version.report_id, number__lt=version.number)
    returned = earlier.filter(state=State.RETURNED).select_related("report__plan").order_by("-number").first()
    if returned is None:
        return None
    comparison = _compared(user, returned, version)
    first, left = [], FIRST
    for group in comparison.groups:
        if left > 0:
            first.append(Group(group.heading, group.rows[:left]))
            left -= len(group.rows)
    decision = (
        Decision.objects.filter(version=returned).select_related("by", "version").defer("version__snapshot").first()
    )
    mine = decision is not None and decision.by_id == user.pk
    return SinceReturned(
        returned,
        decision,
        mine,
        comparison,
        tuple(first),
        max(comparison.number - FIRST, 0),
        address_of(returned, version),
    )
