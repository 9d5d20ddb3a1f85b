"""What residents said: the surveys by year, support for each priority, and what makes people feel unsafe."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from charts.area_bars import AreaBars, Member, area_bars
from charts.frame import NARROW, WIDE
from charts.numbers import number, percent, rounded
from performance.models import Survey, SurveyFinding, SurveyQuestion, SurveyResult
from priorities.doors import Moment, SignedIn

About = SurveyQuestion.About


@dataclass(frozen=True)
class Answered:
    """One answer in one year: `text` as a percentage where there is one, else as a count; `value` is the percentage.

    `counted` says how many people that was, of how many.
    """

    text: str
    value: Decimal | None
    counted: str


@dataclass(frozen=True)
class AnswerRow:
    answer: str
    years: list[Answered | None]


@dataclass(frozen=True)
class Question:
    """A question over the years, newest first, by its short code. The wording is the newest year's."""

    text: str
    heading: str
    years: list[int]
    rows: list[AnswerRow]
    reworded: bool
    wide: AreaBars | None
    narrow: AreaBars | None

    @property
    def newest(self) -> int:
        return self.years[0]


@dataclass(frozen=True)
class Topic:
    heading: str
    findings: list[SurveyFinding]


@dataclass(frozen=True)
class SurveySeen:
    row: Survey
    topics: list[Topic]
    questions: int

    @property
    def only_in_words(self) -> bool:
        """Published without a single number."""
        return not self.questions


@dataclass(frozen=True)
class ConsultationPage:
    surveys: list[SurveySeen]
    support: list[Question]
    unsafe: list[Question]
    others: list[Question]


@login_required
@require_safe
def consultation(request: SignedIn) -> HttpResponse:
    user = request.user
    plan = Moment.of(request).plan
    # The survey is the plan's: who may read that may read this.
    if plan is None or not (user.sees_the_work or user.is_reader):
        raise Http404
    surveys = Survey.objects.filter(plan=plan).prefetch_related("findings", "questions__results", "questions__priority")
    return render(request, "performance/consultation.html", {"page": consultation_page(surveys)})


def consultation_page(surveys: Iterable[Survey]) -> ConsultationPage:
    """Surveys newest first, as their rows say; four queries however many answers there are."""
    newest_first = sorted(surveys, key=lambda row: -row.year)
    asked: dict[tuple[str, str], list[tuple[Survey, SurveyQuestion]]] = {}
    for survey in newest_first:
        for question in survey.questions.all():
            asked.setdefault((question.about, question.code), []).append((survey, question))
    found: dict[str, list[Question]] = {about.value: [] for about in About}
    for (about, code), rows in asked.items():
        found[about].append(_question(code, rows, about))
    return ConsultationPage(
        surveys=[
            SurveySeen(
                row,
                [Topic(topic, list(run)) for topic, run in itertools.groupby(row.findings.all(), lambda f: f.topic)],
                len(row.questions.all()),
            )
            for row in newest_first
        ],
        support=found[About.SUPPORT.value],
        unsafe=found[About.UNSAFE.value],
        others=found[About.OTHER.value],
    )


def _question(code: str, rows: Sequence[tuple[Survey, SurveyQuestion]], about: str) -> Question:
    years = [survey.year for survey, _ in rows]
    answers = list(dict.fromkeys(result.answer for _, question in rows for result in question.results.all()))
    by_year = [{result.answer: answered(result, question) for result in question.results.all()} for _, question in rows]
    newest = rows[0][1]
    lines = [AnswerRow(answer, [year.get(answer) for year in by_year]) for answer in answers]
    return Question(
        text=newest.text,
        heading=newest.priority.name if newest.priority else "",
        years=years,
        rows=lines,
        reworded=len({question.text for _, question in rows}) > 1,
        wide=_bars(lines, f"{code}-wide", newest.text, years[0], WIDE) if about == About.UNSAFE.value else None,
        narrow=_bars(lines, f"{code}-narrow", newest.text, years[0], NARROW) if about == About.UNSAFE.value else None,
    )


def answered(result: SurveyResult, question: SurveyQuestion) -> Answered:
    """The percentage as reported, else worked out from the count and the people who answered, else the count alone."""
    of = f" of {number(question.base)}" if question.base else ""
    counted = f"{number(result.count)}{of}" if result.count is not None else ""
    value = result.percent
    if value is None and result.count is not None and question.base:
        value = rounded(Decimal(100) * result.count / question.base, 1)
    if value is None:
        return Answered(counted, None, "")
    return Answered(percent(value), value, counted)


def _bars(rows: Sequence[AnswerRow], id_prefix: str, title: str, year: int, width: float) -> AreaBars | None:
    """The newest year's answers, where they are percentages."""
    members = [
        Member(row.answer, row.years[0].value, row.years[0].text)
        for row in rows
        if row.years[0] is not None and row.years[0].value is not None
    ]
    if not members:
        return None
    return area_bars(
        members,
        id_prefix=id_prefix,
        title=f"{title} {year}",
        unit="% of those who answered",
        things="answers",
        width=width,
    )
