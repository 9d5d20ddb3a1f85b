"""What is asked about an unlikely figure, and what is not."""

import datetime as dt
from decimal import Decimal

import pytest

from performance.comparison import Reading
from performance.plausible import Doubt, made_questions, misfit, parts_question, questions
from performance.usual_range import judge
from priorities.periods import Period, PeriodKind

Q2 = Period(PeriodKind.QUARTER, dt.date(2026, 7, 1))
NAMES = {"count": "offences", "percent": "% of clients", "rate": "per 1,000 population"}


def before(*values: str, newest: Period = Q2) -> dict[Period, Reading]:
    """Figures of the quarters before, the last first."""
    found, period = {}, newest
    for value in values:
        period = period.previous()
        found[period] = Reading(period, Decimal(value))
    return found


def asked(value: str, known: dict[Period, Reading], measure: str = "count") -> dict[Doubt, str]:
    unit = NAMES[measure]
    judgement = judge(known.values(), newest=Q2, unit=unit)
    found = questions(Decimal(value), period=Q2, unit=unit, figures=known, judgement=judgement)
    return {question.doubt: question.sentence for question in found}


STEADY = before("410", "402", "395", "418", "400", "398", "405", "411", "399", "407", "403", "396", "409")


@pytest.mark.parametrize(
    ("value", "known", "measure", "doubts"),
    [
        ("404", STEADY, "count", []),
        ("4100", STEADY, "count", [Doubt.TENFOLD]),
        ("41", STEADY, "count", [Doubt.TENFOLD]),
        ("12", before("1", "1"), "count", []),
        ("9", before("95", "80", "70", "90"), "count", [Doubt.TENFOLD]),
        # As many as every July to September: no digit too many.
        ("4000", before("400", "300", "350", "3900"), "count", []),
        ("0", STEADY, "count", [Doubt.NOUGHT]),
        ("0", before("3", "1", "0", "2"), "count", []),
        ("-404", STEADY, "count", [Doubt.SIGN, Doubt.OUTSIDE]),
        ("-3", before("-4", "2", "1", "2"), "count", []),
        ("404.5", STEADY, "count", [Doubt.NOT_WHOLE]),
        ("4.5", before("4.25"), "count", []),
        ("600", STEADY, "count", [Doubt.OUTSIDE]),
        # Outside the limits, as the range is there to show, but not far.
        ("430", STEADY, "count", []),
        ("410", STEADY, "count", [Doubt.UNCHANGED]),
        ("7", before("7"), "count", []),
        ("45", before("44", "46", "43", "45.5"), "percent", []),
        ("0.45", before("44", "46", "43", "45"), "percent", [Doubt.FRACTION]),
        ("0.45", {}, "percent", [Doubt.FRACTION]),
        ("0.45", before("0.5", "0.4"), "percent", []),
        ("145", before("44"), "percent", [Doubt.OVER_100]),
        ("100", before("98"), "percent", []),
        ("12.5", before("12.1"), "rate", []),
        ("12.5", before("12.5"), "rate", [Doubt.UNCHANGED]),
        ("404", {}, "count", []),
    ],
)
def test_a_figure_is_asked_about(value, known, measure, doubts):
    assert list(asked(value, known, measure)) == doubts


def test_the_questions_say_against_what():
    assert asked("4100", STEADY)[Doubt.TENFOLD] == (
        "4,100 is 10 times the 410 of Q1 2026/27. Is there a digit too many?"
    )
    assert asked("41", STEADY)[Doubt.TENFOLD] == "41 is only 1/10 of the 410 of Q1 2026/27. Is a digit missing?"
    assert asked("0", before("410", "402"))[Doubt.NOUGHT] == (
        "The figure is 0; it was 410 in Q1 2026/27. Is it 0, or not yet available?"
    )
    assert asked("0.45", {}, "percent")[Doubt.FRACTION] == (
        "0.45 is read as 0.45%. Is 45% meant, written as a fraction?"
    )


@pytest.mark.parametrize(("value", "doubts"), [("141", [Doubt.TENFOLD]), ("14.1", []), ("1.5", [Doubt.TENFOLD])])
def test_an_older_figure_is_held_against_those_after_it(value, doubts):
    later = {period: Reading(period, Decimal("14.6")) for period in (Q2.next(), Q2.next().next())}
    assert list(asked(value, later, "rate")) == doubts


def test_the_figure_it_replaces_is_left_aside():
    known = before("410") | {Q2: Reading(Q2, Decimal(4100))}
    assert Doubt.TENFOLD in asked("4100", known)


def test_too_few_figures_make_no_range_to_be_outside_of():
    assert asked("600", before("410", "402", "395", "418", "400", "398")) == {}


PARTS = {"Arson": Decimal(10), "Theft": Decimal(30)}


@pytest.mark.parametrize(
    ("total", "parts", "unit", "asks"),
    [
        ("40", PARTS, "offences", False),
        ("41", PARTS, "offences", True),
        ("39", PARTS | {"Fraud": None}, "offences", True),
        ("50", PARTS | {"Fraud": None}, "offences", False),
        ("41", {"Arson": None}, "offences", False),
        ("41", {}, "offences", False),
        ("41", PARTS, "% of clients", False),
    ],
)
def test_a_total_is_held_against_its_parts(total, parts, unit, asks):
    assert (parts_question(Decimal(total), parts, unit=unit) is not None) is asks


def test_a_total_says_what_its_parts_are():
    question = parts_question(Decimal(1041), {"Arson": Decimal(1010), "Theft": Decimal(30)}, unit="offences")
    assert str(question) == "The total is 1,041, but its parts add up to 1,040 (Arson 1,010, Theft 30). Is it right?"


@pytest.mark.parametrize(
    ("value", "asks"), [("45", False), ("45.0", False), ("45.1", False), ("46.2", True), ("0.45", True)]
)
def test_a_rate_is_held_against_its_count_and_population(value, asks):
    made = made_questions(Decimal(value), numerator=Decimal(90), denominator=Decimal(200), unit="% of clients")
    assert bool(made) is asks


@pytest.mark.parametrize(
    ("value", "up", "down", "unit", "asked"),
    [
        ("75", "40", "30", "% of clients", "40 of 30 is more than all of them. Are the two the right way round?"),
        ("7.5", "30", "40", "%", "30 of 40 make 75%, not 7.5%. Is 7.5% right?"),
        ("62.0", "40", "80", "%", "40 of 80 make 50%, not 62%. Is 62% right?"),
        ("418", "3", "7", "offences", "The figure is 418, but the count beside it 3. Is 418 right?"),
        (
            "3500",
            "3300",
            "93640",
            "rate per 100,000",
            "3,300 of 93,640 make 3,524.1 per 100,000, not 3,500. Is 3,500 right?",
        ),
        ("12", "40", "10", "average days", "40 of 10 make 4, not 12. Is 12 right?"),
        ("4", "40", "10", "average days", ""),
        ("418", "418", None, "offences", ""),
        ("3524.1", "3300", "93640", "rate per 100,000", ""),
    ],
)
def test_every_figure_is_held_against_the_count_and_population_beside_it(value, up, down, unit, asked):
    """Whatever the indicator says it is per: a figure that contradicts its own count is never taken in silence."""
    found = made_questions(
        Decimal(value), numerator=Decimal(up), denominator=Decimal(down) if down else None, unit=unit
    )
    assert " ".join(map(str, found)) == asked


def test_signs_that_do_not_fit_the_unit():
    assert misfit("%", "offences") == "It is a percentage, but the figure wanted is: offences."
    assert misfit("£", "offences")
    assert not misfit("", "offences")
    assert not misfit("%", "% of clients")
    assert not misfit("£", "£ spent")
