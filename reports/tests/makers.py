"""Plain makers for what reports say: a town whose story runs over two half-years, and documents made without rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from actions.models import Action, ProgressUpdate
from actions.rating import LOOKS, ORDER, Rating
from actions.services.updates import add_words, confirm_no_change, post_update
from actions.tests.makers import H1_2026, H2_2026, UTC, Cast, key
from performance.models import Comparator, Indicator, Measurement
from performance.services.figures import record_comparator, record_measurement
from priorities.models import Priority
from priorities.periods import Period, PeriodKind
from priorities.services import open_round
from reports.document import (
    ActionLine,
    Change,
    Count,
    Definition,
    Document,
    Figure,
    FigurePriority,
    Mark,
    Milestone,
    Moves,
    Paper,
    PriorityPart,
    QuarterlyDocument,
    Recommendation,
    Return,
    SixMonthlyDocument,
    TrendPoint,
    Value,
    Words,
)
from reports.models import Report
from reports.snapshot import take
from reports.snapshot.paper import usual_cut_off

__all__ = ["H1_2026", "H2_2025", "H2_2026", "MADE_AT", "Q2_2026", "Town", "quarterly", "six_monthly"]

H2_2025 = H1_2026.previous()
Q2_2026 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
MADE_AT = dt.datetime(2026, 10, 28, 8, tzinfo=UTC)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=UTC)


class Town(Cast):
    """The cast of the actions, asked for updates on two half-years, with a second priority and the police's figures."""

    def __init__(self) -> None:
        super().__init__()
        open_round(plan=self.plan, period=H2_2025, at=dt.datetime(2026, 4, 1, 7, tzinfo=UTC))
        self.drugs = Priority.objects.create(
            plan=self.plan, code="DA", name="Drugs and Alcohol", position=2, statement="Less of them."
        )
        self._keys = itertools.count(1)

    def say(
        self, action: Action, rating: Rating, on: dt.date | dt.datetime, period: Period = H1_2026, **fields: Any
    ) -> ProgressUpdate:
        """An update on `action` sent at noon of the day `on`, or at the very moment."""
        at = on if isinstance(on, dt.datetime) else noon(on)
        wanted: dict[str, Any] = {"narrative": f"{action.ref} said on {at:%d %m %Y}."}
        if rating in (Rating.AT_RISK, Rating.OFF_TRACK):
            wanted |= {"reason": "The money stopped.", "recovery": "A bid goes in next month."}
        if rating == Rating.COMPLETE:
            wanted |= {"completed_on": at.date(), "achievement": "The measure is met."}
        return post_update(
            action=action,
            by=self.officer,
            at=at,
            today=at.date(),
            submission_key=key(next(self._keys)),
            period=period,
            rating=rating,
            **{**wanted, **fields},
        )

    def confirm(self, action: Action, on: dt.date, period: Period = H1_2026) -> ProgressUpdate:
        return confirm_no_change(
            action=action,
            by=self.officer,
            at=noon(on),
            today=on,
            submission_key=key(next(self._keys)),
            period=period,
        )

    def add_words(self, action: Action, on: dt.date, narrative: str, *, restricted: bool = False) -> ProgressUpdate:
        return add_words(
            action=action,
            by=self.supporter,
            at=noon(on),
            today=on,
            submission_key=key(next(self._keys)),
            period=H1_2026,
            narrative=narrative,
            restricted=restricted,
        )

    def indicator(self, code: str = "SHOP", **fields: Any) -> Indicator:
        return Indicator.objects.create(
            **{
                "code": code,
                "name": f"Indicator {code}",
                "unit": "offences",
                "better": Indicator.Better.LOWER,
                "all_priorities": True,
                "data_owner": self.fire,
                **fields,
            }
        )

    def figure(self, indicator: Indicator, period: Period, printed: str, on: dt.date, **fields: Any) -> Measurement:
        return record_measurement(
            indicator=indicator,
            period=period,
            value=Decimal(printed.replace(",", "")),
            printed=printed,
            by=self.analyst,
            at=noon(on),
            as_at=on,
            **fields,
        )

    def similar_areas(
        self, indicator: Indicator, period: Period, average: int, on: dt.date, **fields: Any
    ) -> Comparator:
        return record_comparator(
            indicator=indicator,
            kind=Comparator.Kind.SIMILAR_AREAS,
            period=period,
            average=Decimal(average),
            by=self.analyst,
            at=noon(on),
            **fields,
        )

    def report(self, period: Period = H1_2026) -> Report:
        kind = Report.Kind.QUARTERLY if period.kind is PeriodKind.QUARTER else Report.Kind.SIX_MONTHLY
        return Report(plan=self.plan, kind=kind, period_kind=period.kind.value, period_start=period.start)

    def six_monthly(self, period: Period = H1_2026, **version: Any) -> SixMonthlyDocument:
        document = self._take(period, **version)
        assert isinstance(document, SixMonthlyDocument)
        return document

    def quarterly(self, period: Period = Q2_2026, **version: Any) -> QuarterlyDocument:
        document = self._take(period, **version)
        assert isinstance(document, QuarterlyDocument)
        return document

    def _take(self, period: Period, **version: Any) -> Document:
        wanted = {"number": 1, "cut_off": usual_cut_off(self.plan, period), "made_at": MADE_AT, **version}
        return take(report=self.report(period), **wanted)


# --- Documents without rows -------------------------------------------------------------------------------------------


def mark(rating: Rating) -> Mark:
    look = LOOKS[rating]
    return Mark(rating.value, look.word, look.shape, look.css)


def paper(**fields: Any) -> Paper:
    return dataclasses.replace(
        Paper(
            partnership="Safer Hartlepool Partnership",
            short_name="SHP",
            plan_title="Community Safety Plan 2024–27",
            plan_starts_on=dt.date(2024, 4, 1),
            plan_ends_on=dt.date(2027, 3, 31),
            title="Six-monthly report",
            period_kind="half_year",
            period_start=dt.date(2026, 4, 1),
            period_end=dt.date(2026, 9, 30),
            period_label="April to September 2026",
            period_long_label="1 April to 30 September 2026",
            month=30,
            months=36,
            number=1,
            reason="",
            cut_off=dt.datetime(2026, 10, 21, 22, 59, 59, tzinfo=UTC),
            cut_off_on=dt.date(2026, 10, 21),
            updates_due_on=dt.date(2026, 10, 21),
            made_at=MADE_AT,
            made_on=dt.date(2026, 10, 28),
            meeting_on=dt.date(2026, 12, 2),
            report_of="Community Safety Team",
            contact="Community Safety Team\nCivic Centre\nteam@test.example",
            marking="OFFICIAL",
            is_demonstration=False,
            strategic_objective="A safe town to live, work and visit",
            objective_source="plan, section 7",
            priorities=("Anti-Social Behaviour", "Drugs and Alcohol"),
        ),
        **fields,
    )


def words(text: str, **fields: Any) -> Words:
    return dataclasses.replace(
        Words(
            about="April to September 2026",
            on=dt.date(2026, 10, 9),
            by="District manager, Fire brigade",
            kind="Update",
            narrative=text,
            reason="",
            recovery="",
            help_wanted="",
            help_wanted_from="",
            achievement="",
            restricted=False,
            late=False,
        ),
        **fields,
    )


def line(number: int, rating: Rating, **fields: Any) -> ActionLine:
    """Action number so and so; an exception has a reason, a recovery plan and a call for help."""
    priority = ("ASB", "DA")[number % 2]
    ref = f"{priority}-{number:02}"
    trouble = {
        "reason": "The lights were promised for May and the second bid was refused.",
        "recovery": "Thirty repairs by January, and two solar lamps where cable is lacking.",
        "help_wanted": "Late patrols on the two darkest routes.",
        "help_wanted_from": "Cleveland Police",
    }
    exception = rating in (Rating.OFF_TRACK, Rating.AT_RISK)
    told = f"What became of {ref}: forty of fifty steps are done, and the rest follows before Christmas."
    return dataclasses.replace(
        ActionLine(
            ref=ref,
            title=f"Keep the promise made to street number {number}",
            priority=priority,
            sub_group="Task group",
            lead="Fire brigade",
            owner="District manager",
            supporting=("Housing group", "Cleveland Police"),
            description="Visit every household and note what they ask for.",
            measure="Nine of ten requests answered within a month.",
            starts_on=dt.date(2024, 4, 1),
            due_on=dt.date(2027, 3, 31),
            review_on=None,
            original_due_on=dt.date(2027, 3, 31),
            completed_on=dt.date(2026, 8, 20) if rating is Rating.COMPLETE else None,
            reoffending=number % 5 == 0,
            source="plan, section 4",
            mark=mark(rating),
            confirmed=True,
            before=mark(Rating.ON_TRACK),
            since=dt.date(2026, 6, 3) if exception else None,
            exception=exception,
            owing=True,
            received=True,
            overdue_days=0,
            delivery="Within its dates.",
            delivery_ok=True,
            update="Update received for April to September 2026.",
            disagreement="",
            last_heard=dt.date(2026, 10, 9),
            said=words(told, **(trouble if exception else {})),
            earlier=None,
            supporters=(),
            milestones=(
                Milestone("First round of visits", dt.date(2025, 9, 30), dt.date(2025, 9, 12), False),
                Milestone("Second round of visits", dt.date(2026, 12, 31), None, False),
            ),
        ),
        **fields,
    )


def silent(given: ActionLine) -> ActionLine:
    """The same action with nothing received about the period."""
    return dataclasses.replace(
        given,
        confirmed=False,
        received=False,
        exception=True,
        update="No update received for April to September 2026; last heard 14 March 2026.",
        last_heard=dt.date(2026, 3, 14),
        said=dataclasses.replace(given.said, about="October 2025 to March 2026", on=dt.date(2026, 3, 14)),
    )


def counts(lines: tuple[ActionLine, ...]) -> tuple[Count, ...]:
    found = []
    for rating in ORDER:
        these = [one for one in lines if one.mark.key == rating.value]
        if these:
            found.append(Count(mark(rating), len(these), sum(1 for one in these if not one.confirmed), 4))
    return tuple(found)


def plan_of_forty() -> tuple[ActionLine, ...]:
    """3 off track, 6 at risk, 18 on track (2 of them silent), 12 complete, 1 not started."""
    ratings = ([Rating.OFF_TRACK] * 3 + [Rating.AT_RISK] * 6 + [Rating.ON_TRACK] * 18 + [Rating.COMPLETE] * 12) + [
        Rating.NOT_STARTED
    ]
    lines = [line(number, rating) for number, rating in enumerate(ratings, start=1)]
    lines[10], lines[11] = silent(lines[10]), silent(lines[11])
    return tuple(lines)


def six_monthly(lines: tuple[ActionLine, ...] | None = None, **fields: Any) -> SixMonthlyDocument:
    """A whole report on the lines given, or on a plan of forty."""
    lines = plan_of_forty() if lines is None else lines
    parts = []
    for code, name in (("ASB", "Anti-Social Behaviour"), ("DA", "Drugs and Alcohol")):
        mine = tuple(one for one in lines if one.priority == code)
        parts.append(
            PriorityPart(
                code=code,
                name=name,
                statement="Put people and powers where they are needed.",
                focus="",
                counts=counts(mine),
                exceptions=tuple(one.ref for one in mine if one.exception),
                others=tuple(one.ref for one in mine if not one.exception),
            )
        )
    return dataclasses.replace(
        SixMonthlyDocument(
            paper=paper(),
            definitions=tuple(Definition(mark(rating), LOOKS[rating].definition) for rating in ORDER),
            definitions_note="The officer who leads an action judges it.",
            before_label="March",
            counts=counts(lines),
            priorities=tuple(parts),
            reoffending=counts(tuple(one for one in lines if one.reoffending)),
            sub_groups=(),
            actions=lines,
            moves=Moves(("ASB-02",), ()),
            added=(),
            completed=tuple(
                Change(
                    one.ref, one.title, one.lead, one.completed_on, "Complete", "Nine of ten requests were answered."
                )
                for one in lines
                if one.completed_on
            ),
            closed=(),
            date_moves=(),
            returns=(Return("Fire brigade", len(lines), sum(1 for one in lines if one.received), 0, 0, ()),),
            late_updates=(),
            figures_label="Q2 2026/27",
            figures=(figure("SHOP"),),
            issues=(),
            restricted_issues=0,
            recommendations=tuple(
                Recommendation(
                    "agree",
                    f"agree the recovery plan for {one.ref} {one.title}",
                    f"agree the recovery plan for {one.ref} {one.title}",
                    (one.ref,),
                )
                for one in lines
                if one.mark.key == "off_track"
            ),
            background=("The plan runs for three years.",),
            implications=(),
            data_notes=("Counts in brackets are those of March.",),
            queries=(),
        ),
        **fields,
    )


def value(printed: str, label: str, **fields: Any) -> Value:
    return dataclasses.replace(
        Value(
            label=label,
            printed=printed,
            number=printed,
            provisional=False,
            as_at=dt.date(2026, 10, 21),
            note="",
            corrected=False,
        ),
        **fields,
    )


def figure(code: str, **fields: Any) -> Figure:
    """Shoplifting, say: 418 against 393 a year before."""
    return dataclasses.replace(
        Figure(
            code=code,
            name=f"Offences of kind {code}",
            unit="offences",
            definition="Every offence recorded.",
            source="Police records",
            wanted="Lower is better",
            frequency="Every quarter",
            owner="Cleveland Police",
            priorities=("ASB",),
            all_priorities=False,
            baseline="17.576",
            baseline_unit="per 1,000 population",
            baseline_period="12 months to July 2023",
            note="",
            period_label="Q2 2026/27",
            now=value("418", "Q2 2026/27"),
            year_before=value("393", "Q2 2025/26"),
            previous=value("401", "Q1 2026/27"),
            latest=None,
            difference="+25",
            percent="+6.4%",
            percent_note="",
            word="worse",
            symbol="▲",
            sentence="worse: up 6.4% on the same quarter last year",
            against_previous="similar: up 4.2% on the previous quarter",
            similar=None,
            trend=tuple(
                TrendPoint(f"Q{n % 4 + 1}", f"202{4 + n // 4}/2{5 + n // 4}", str(380 + 7 * n), str(380 + 7 * n), False)
                for n in range(8)
            ),
            commentary="A chain of thefts in July explains most of it.",
            commentary_by="Cleveland Police",
            commentary_wanted_from="",
            missing="",
            overdue=False,
        ),
        **fields,
    )


def quarterly(figures: tuple[Figure, ...] = (), **fields: Any) -> QuarterlyDocument:
    figures = figures or (figure("SHOP"), figure("BIKE", word="better", sentence="better: down 9% on last year"))
    return dataclasses.replace(
        QuarterlyDocument(
            paper=paper(
                title="Quarterly performance report",
                period_kind="quarter",
                period_start=dt.date(2026, 7, 1),
                period_label="Q2 2026/27",
                period_long_label="1 July to 30 September 2026",
            ),
            definitions=tuple(Definition(mark(rating), LOOKS[rating].definition) for rating in ORDER),
            rules=(),
            priorities=(
                FigurePriority("ASB", "Anti-Social Behaviour", "Less of it.", tuple(one.code for one in figures)),
            ),
            shared_codes=(),
            other_codes=(),
            figures=figures,
            table=None,
            outside_source="",
            outside=(),
            counts=counts(plan_of_forty()),
            headlines=(),
            headlines_label="Last known ratings, from updates received up to 21 October 2026",
            issues=(),
            restricted_issues=0,
            data_notes=(),
            queries=(),
        ),
        **fields,
    )
