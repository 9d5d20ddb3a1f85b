"""The usual range is set anew with a reason; what happened is marked on the chart; both say who may."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from performance.models import Annotation, RangeBaseline
from performance.services.ranges import LONGEST_REASON, annotate, set_baseline
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast
from priorities.periods import Period, PeriodKind

YEAR = Period(PeriodKind.YEAR, dt.date(2026, 4, 1))


@pytest.fixture
def cast(db: None) -> Cast:
    found = Cast()
    found.figure("410", period=Q1_2026)
    found.figure("418")
    return found


def rebase(cast: Cast, **changes: object) -> RangeBaseline:
    given = {
        "indicator": cast.indicator,
        "first": Q1_2026,
        "last": Q2_2026,
        "reason": "All thefts are recorded since April.",
        "by": cast.analyst,
        "at": NOW,
        **changes,
    }
    return set_baseline(**given)  # type: ignore[arg-type]


def remark(cast: Cast, **changes: object) -> Annotation:
    given = {
        "indicator": cast.indicator,
        "period": Q2_2026,
        "text": "A new store reports all thefts.",
        "by": cast.owner,
        "at": NOW,
        **changes,
    }
    return annotate(**given)  # type: ignore[arg-type]


def test_a_range_set_anew_says_from_when_why_and_by_whom(cast: Cast) -> None:
    made = rebase(cast)
    assert (made.period, made.last, made.by) == (Q1_2026, Q2_2026, cast.analyst)
    assert rebase(cast).pk == made.pk  # pressed twice
    assert rebase(cast, by=cast.coordinator).pk != made.pk


@pytest.mark.parametrize("role", ["owner", "outsider", "chair", "reader", "admin"])
def test_the_range_is_for_analyst_and_coordinator(cast: Cast, role: str) -> None:
    with pytest.raises(PermissionDenied, match="set by the analyst or the coordinator"):
        rebase(cast, by=getattr(cast, role))
    assert not RangeBaseline.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"reason": "  "}, "reason", "Say what changed"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "reason", "at most 500"),
        ({"last": Q1_2026}, "last", "a range needs more figures than one"),
        ({"first": Q2_2026, "last": Q1_2026}, "last", "Choose a later period"),
        ({"first": YEAR}, "first", "choose quarters"),
        ({"first": Q1_2026.previous()}, "first", "There is no figure for Q4 2025/26"),
    ],
)
def test_a_range_that_cannot_be_is_refused_with_its_reason(
    cast: Cast, changes: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rebase(cast, **changes)
    assert sentence in refused.value.message_dict[field][0]
    assert not RangeBaseline.objects.exists()


def test_a_remark_is_marked_once(cast: Cast) -> None:
    made = remark(cast)
    assert (made.period, made.text) == (Q2_2026, "A new store reports all thefts.")
    with pytest.raises(ValidationError, match="stands at Q2 2026/27 already"):
        remark(cast, text="  A new store reports all thefts. ")
    remark(cast, period=Q1_2026)
    assert Annotation.objects.count() == 2


def test_a_remark_has_words_and_the_indicators_own_kind_of_period(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="Say what happened"):
        remark(cast, text=" ")
    with pytest.raises(ValidationError, match="every quarter"):
        remark(cast, period=YEAR)
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("role", ["outsider", "unplaced", "chair", "reader", "admin"])
def test_remarks_come_from_the_owner_analyst_or_coordinator(cast: Cast, role: str) -> None:
    with pytest.raises(PermissionDenied, match="Remarks on a chart"):
        remark(cast, by=getattr(cast, role))
    for allowed in ("colleague", "analyst", "coordinator"):
        remark(cast, by=getattr(cast, allowed), text=f"Seen by {allowed}.")
    assert Annotation.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [rebase, remark])
def test_pressed_eight_times_at_once_it_is_kept_once(verb: Callable[[Cast], RangeBaseline | Annotation]) -> None:
    cast = Cast()
    cast.figure("410", period=Q1_2026)
    cast.figure("418")
    gate = threading.Barrier(8)
    done: list[str] = []

    def press() -> None:
        gate.wait()
        try:
            verb(cast)
            done.append("kept")
        except ValidationError as refused:  # a remark that stands already is told of
            done.append(refused.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 8
    assert RangeBaseline.objects.count() + Annotation.objects.count() == 1
