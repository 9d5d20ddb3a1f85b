"""Reports on the first page: what the chair gets next and decided last, matters to answer, and outcomes to record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, TruncDate

from priorities.models import Meeting
from priorities.periods import british
from reports.models import Decision, MatterArising, RecommendationOutcome, Report, ReportVersion
from reports.services import building
from reports.views.after import MatterRow, rows_of

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import Plan
    from reports.models import ReportVersionQuerySet

State = ReportVersion.State

#: A plan has no more than eighteen reports that fall due, and is itself printed once for each of its years.
MOST = 24
MATTERS = 10


@dataclass(frozen=True)
class NextPaper:
    """What comes to the chair next: `version` where there is one already; `when` in words."""

    title: str
    version: ReportVersion | None
    when: str


@dataclass(frozen=True)
class Desk:
    """The chair's: papers with them, newest period first; else what comes next; and the last decision taken."""

    papers: list[ReportVersion]
    next: NextPaper | None
    last: Decision | None


@dataclass(frozen=True)
class ToRecord:
    """A version whose outcomes wait to be recorded; `held` is the first meeting since it was made."""

    version: ReportVersion
    recorded: int
    held: dt.date


def desk(versions: ReportVersionQuerySet, plan: Plan, today: dt.date) -> Desk:
    """Four queries. `versions` are the newest ones of each report that the chair sees."""
    kinds = [Report.Kind.SIX_MONTHLY, *([Report.Kind.QUARTERLY] if plan.quarterly_needs_chair else [])]
    known = list(versions.filter(report__kind__in=[*kinds, Report.Kind.PLAN])[:MOST])
    last = (
        Decision.objects.filter(version__report__plan=plan)
        .select_related("version__report", "by", "meeting")
        .defer("version__snapshot")
        .order_by("-at")
        .first()
    )
    papers = [version for version in known if version.state == State.WITH_CHAIR]
    return Desk(papers, _next(known, kinds, plan, today), last)


def _next(known: list[ReportVersion], kinds: list[Report.Kind], plan: Plan, today: dt.date) -> NextPaper | None:
    """The oldest report that is being prepared; without one, the first by the calendar of which there is no version yet."""
    owed = {(one.kind, one.period.start): one for one in building.owed_by(plan) if one.kind in kinds}
    made = {(version.report.kind, version.report.period_start): version for version in known}
    left_out = Report.objects.filter(plan=plan, kind__in=kinds).exclude(not_produced="")
    not_produced = set(left_out.values_list("kind", "period_start"))
    for key in sorted(owed.keys() - not_produced, key=lambda key: (owed[key].due_on, key)):
        one, version = owed[key], made.get(key)
        if version is not None and version.state not in ReportVersion.UNDECIDED:
            continue
        if version is None and one.due_on < today and any(kind == key[0] and start > key[1] for kind, start in made):
            continue  # it was never made, and later ones were
        title = f"{Report.Kind(one.kind).label}, {one.period.label}"
        decide_by = one.timetable.chair_on
        wanted = f"your decision {'is' if decide_by >= today else 'was'} wanted by {british(decide_by)}"
        if version is not None:
            standing = f"{version.standing[:1].lower()}{version.standing[1:]}"
            if decide_by < today:
                # The chair cannot decide on what was not sent.
                wanted = f"it is late: it was to be with you for a decision by {british(decide_by)}, and is with the coordinator"
            return NextPaper(title, version, f"being prepared (version {version.number}, {standing}); {wanted}")
        if decide_by < today:
            wanted = f"you were to decide by {british(decide_by)}"
        draft = f"its draft {'falls' if one.due_on >= today else 'fell'} due on {british(one.due_on)}"
        return NextPaper(title, None, f"{draft}; {wanted}")
    return None


def to_answer(user: User, today: dt.date) -> list[MatterRow]:
    """What this person is to answer; the coordinator's are also those with no one assigned. One query."""
    owed = MatterArising.objects.owed_by(user).select_related(None).select_related("report", "owner")
    return rows_of(list(owed[:MATTERS]), user, today)


def to_record(plan: Plan, today: dt.date) -> ToRecord | None:
    """The newest version on which a meeting has been held since it was made, if some of its outcomes are missing. One query.

    A version whose place was taken by a correction keeps the outcomes it was given: then there is nothing to record.
    """
    recorded = (
        RecommendationOutcome.objects.filter(version=OuterRef("pk"))
        .order_by()
        .values("version")
        .annotate(number=Count("position", distinct=True))
        .values("number")
    )
    of_report = RecommendationOutcome.objects.filter(version__report=OuterRef("report"))
    held = Meeting.objects.filter(
        plan=plan, sub_group__isnull=True, date__lte=today, date__gte=OuterRef("made_on")
    ).order_by("date")
    found = (
        ReportVersion.objects.filter(report__plan=plan, state__in=[State.APPROVED, State.PUBLISHED], asks__gt=0)
        .annotate(
            made_on=TruncDate("made_at"),
            recorded=Coalesce(Subquery(recorded), 0),
            held=held.values("date")[:1],
            elsewhere=Exists(of_report.exclude(version=OuterRef("pk"))),
        )
        .filter(held__isnull=False)
        .select_related("report")
        .defer("snapshot")
        .order_by("-report__period_start", "-number")
        .first()
    )
    if found is None:
        return None
    number, held_on = found.recorded, found.held  # type: ignore[attr-defined]
    if found.elsewhere or number >= found.asks:  # type: ignore[attr-defined]
        return None
    return ToRecord(found, number, held_on)
