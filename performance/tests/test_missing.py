"""Who owes which figure, who is asked for it, and who may remind them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import Cover, User
from performance.asking import What
from performance.models import FigureReminder, Indicator, NotYetAvailable, everything_owed, missing_figures
from performance.services import asking
from performance.services.figures import nudge, record_comparator, say_not_available, write_commentary
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast, make_indicator

pytestmark = pytest.mark.django_db

#: The day after the figure could be had (21 October 2026).
LATER = dt.datetime(2026, 10, 22, 9, 30, tzinfo=dt.UTC)
TODAY = LATER.date()
BOARD = "/performance/missing/"


@pytest.fixture
def cast():
    with time_machine.travel(LATER, tick=False):
        yield Cast()


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def owed(cast: Cast, today: dt.date = TODAY) -> list[tuple[str, str, dt.date]]:
    return [(one.indicator.code, one.owed.what.value, one.owed.due_on) for one in everything_owed(cast.plan, today)]


class TestWhoIsAsked:
    def asked(self, cast: Cast) -> set[int]:
        (one,) = everything_owed(cast.plan, TODAY)
        return set(one.asked_of)

    def test_the_officers_of_the_data_owner(self, cast):
        assert self.asked(cast) == {cast.owner.pk, cast.colleague.pk}

    def test_and_its_analysts(self, cast):
        User.objects.filter(pk=cast.analyst.pk).update(partner=cast.police)
        assert self.asked(cast) == {cast.owner.pk, cast.colleague.pk, cast.analyst.pk}

    def test_the_one_who_is_named_alone_while_they_may_record_it(self, cast):
        Indicator.objects.update(contact=cast.owner)
        assert self.asked(cast) == {cast.owner.pk}
        User.objects.filter(pk=cast.owner.pk).update(is_active=False)
        assert self.asked(cast) == {cast.colleague.pk}
        Indicator.objects.update(contact=cast.outsider)
        assert self.asked(cast) == {cast.colleague.pk}

    def test_and_whoever_stands_in_for_them(self, cast):
        Indicator.objects.update(contact=cast.owner)
        Cover.objects.create(person=cast.owner, covered_by=cast.outsider, starts_on=TODAY, ends_on=TODAY)
        (one,) = everything_owed(cast.plan, TODAY)
        assert dict(one.asked_of) == {cast.owner.pk: "", cast.outsider.pk: cast.owner.name}

    def test_maybe_nobody(self, cast):
        User.objects.filter(partner=cast.police).update(is_active=False)
        assert self.asked(cast) == set()
        assert "Nobody to ask" in text_of(client_of(cast.coordinator).get(BOARD))


class TestWhatIsOwed:
    def test_a_figure_until_it_is_there(self, cast):
        assert owed(cast) == [("SHOP", "figure", dt.date(2026, 10, 21))]
        cast.figure("418")
        assert owed(cast) == []

    def test_commentary_on_a_figure_that_is_worse_until_it_is_written(self, cast):
        cast.figure("300", period=Q2_2026.year_before())
        cast.figure("400", period=Q1_2026)
        cast.figure("418", at=LATER)
        assert ("SHOP", "commentary", dt.date(2026, 10, 29)) in owed(cast)
        write_commentary(indicator=cast.indicator, period=Q2_2026, text="A gang.", by=cast.owner, at=LATER)
        assert [what for _, what, _ in owed(cast)] == ["figure", "figure"]  # of two quarters in between

    def test_a_promise_moves_the_day_and_the_newest_stands(self, cast):
        common = {"indicator": cast.indicator, "period": Q2_2026, "by": cast.owner}
        say_not_available(**common, at=NOW, reason="Late.", expected_on=dt.date(2026, 11, 30))
        say_not_available(**common, at=LATER, reason="Later.", expected_on=dt.date(2026, 12, 4))
        assert owed(cast) == [("SHOP", "figure", dt.date(2026, 12, 4))]
        page = text_of(client_of(cast.chair).get(BOARD))
        assert "Expected on 4 December 2026" in page
        assert "Not yet available: Later. Expected on 4 December 2026." in page

    def test_pages_that_only_count_find_the_same_figures(self, cast):
        make_indicator(code="YEAR", name="Deaths", frequency="annual", lag_weeks=20)
        cast.figure("300", period=Q2_2026.year_before())
        figures = [(one.indicator.code, one.owed.period) for one in everything_owed(cast.plan, TODAY)]
        assert [(row.code, one.period) for row, one in missing_figures(cast.plan, TODAY)] == figures
        assert len(figures) == 5

    def test_the_board_asks_as_many_queries_for_thirty_as_for_three(self, cast):
        client = client_of(cast.coordinator)

        def queries() -> int:
            client.get(BOARD)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(BOARD).status_code == 200
            return len(seen)

        def more(first: int, last: int) -> None:
            for n in range(first, last):
                one = make_indicator(code=f"I{n}", name=f"Indicator {n}", contact=cast.owner)
                cast.figure("400", indicator=one, period=Q1_2026)
            nudge(owing=everything_owed(cast.plan, TODAY), by=cast.analyst, at=LATER)

        more(0, 2)
        few = queries()
        more(2, 29)
        assert queries() == few
        assert few <= 22


class TestSayingThatItIsNotAvailable:
    def say(self, cast: Cast, **changes: Any) -> NotYetAvailable:
        fields = {"indicator": cast.indicator, "period": Q2_2026, "reason": "Late.", "by": cast.owner, "at": LATER}
        return say_not_available(**{**fields, **changes})

    @pytest.mark.parametrize("who", ["owner", "analyst", "coordinator"])
    def test_comes_from_those_who_record_figures(self, cast, who):
        assert self.say(cast, by=getattr(cast, who)).reason == "Late."

    @pytest.mark.parametrize("who", ["outsider", "unplaced", "chair", "reader", "admin"])
    def test_and_from_nobody_else(self, cast, who):
        with pytest.raises(PermissionDenied, match="Figures come from"):
            self.say(cast, by=getattr(cast, who))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"reason": " \u200b"}, "reason"),
            ({"reason": "x" * 301}, "reason"),
            ({"expected_on": TODAY}, "expected_on"),
        ],
    )
    def test_is_refused(self, cast, changes, field):
        with pytest.raises(ValidationError) as refused:
            self.say(cast, **changes)
        assert list(refused.value.error_dict) == [field]
        cast.figure("418")
        with pytest.raises(ValidationError, match="has a figure for Q2 2026/27 already"):
            self.say(cast)


class TestCorrectingAComparison:
    def test_stands_beside_the_old_one_and_says_why(self, cast):
        common = {
            "indicator": cast.indicator,
            "kind": "similar_areas",
            "period": Q2_2026,
            "by": cast.analyst,
            "at": NOW,
        }
        old = record_comparator(**common, average=300)
        with pytest.raises(ValidationError, match="Say what was corrected"):
            record_comparator(**common, average=310, replaces=old)
        new = record_comparator(**common, average=310, replaces=old, note="Revised.")
        assert list(cast.indicator.comparators.standing()) == [new]
        with pytest.raises(ValidationError, match="corrected already"):
            record_comparator(**common, average=320, replaces=old, note="Revised.")
        with pytest.raises(ValidationError, match="same kind and period"):
            record_comparator(**{**common, "kind": "england"}, average=320, replaces=new, note="Revised.")


class TestReminding:
    def test_the_coordinator_reminds_of_one_thing_once_a_day(self, cast):
        make_indicator(code="BURG", name="Burglary")
        key = f"{cast.indicator.pk}:quarter:2026-07:figure"
        for _ in range(2):
            page = client_of(cast.coordinator).post("/performance/missing/remind/", {"one": key}, follow=True)
        assert "They were reminded already today" in text_of(page)
        rows = FigureReminder.objects.values_list("indicator__code", "stage", "person", "by", "email")
        people = [cast.owner.pk, cast.colleague.pk]
        assert sorted(rows) == [("SHOP", "nudged", pk, cast.coordinator.pk, None) for pk in sorted(people)]
        assert "Nudged on 22 October 2026; told with their next daily e-mail" in text_of(page)

    @pytest.mark.parametrize("what", [{"owner": "POL"}, {"all": "yes"}])
    def test_or_of_everything(self, cast, what):
        make_indicator(code="BURG", name="Burglary")
        make_indicator(code="LATE", name="Later", lag_weeks=10)
        page = client_of(cast.analyst).post("/performance/missing/remind/", what, follow=True)
        assert "2 people are reminded of 2 things they owe" in text_of(page)
        assert set(FigureReminder.objects.values_list("indicator__code", flat=True)) == {"SHOP", "BURG"}

    @pytest.mark.parametrize("what", [{"one": "nonsense"}, {"owner": "CFB"}, {}])
    def test_of_nothing_that_is_not_owed(self, cast, what):
        page = client_of(cast.analyst).post("/performance/missing/remind/", what, follow=True)
        assert "That is not owed any more." in text_of(page)
        assert FigureReminder.objects.count() == 0

    @pytest.mark.parametrize("who", ["owner", "chair", "admin"])
    def test_others_remind_nobody(self, cast, who):
        with pytest.raises(PermissionDenied, match="reminded by the analyst or the coordinator"):
            nudge(owing=everything_owed(cast.plan, TODAY), by=getattr(cast, who), at=LATER)
        assert "Remind" not in text_of(client_of(cast.owner).get(BOARD))


class TestWhatIsStillOwed:
    def test_what_was_told_is_done_once_it_is_given_or_promised(self, cast):
        def reminder(what: What = What.FIGURE) -> FigureReminder:
            return FigureReminder.objects.create(
                indicator=cast.indicator,
                period_kind="quarter",
                period_start=Q2_2026.start,
                owed=what.value,
                stage="overdue",
                due_on=TODAY,
                person=cast.owner,
                at=NOW,
            )

        figure, words = reminder(), reminder(What.COMMENTARY)
        assert asking.is_still_owed(figure, TODAY)
        assert asking.is_still_owed(words, TODAY)
        common = {"indicator": cast.indicator, "period": Q2_2026, "by": cast.owner, "at": LATER}
        say_not_available(**common, reason="Late.", expected_on=dt.date(2026, 11, 30))
        assert not asking.is_still_owed(figure, TODAY)
        assert asking.is_still_owed(figure, dt.date(2026, 11, 30))
        cast.figure("418")
        assert not asking.is_still_owed(figure, dt.date(2026, 11, 30))
        write_commentary(**common, text="A gang.")
        assert not asking.is_still_owed(words, TODAY)
