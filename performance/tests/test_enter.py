"""The grid of a quarter's figures: what is taken, what is asked about, what is refused, and what stays as it was typed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import User
from performance.models import Comparator, Indicator, Measurement, NotYetAvailable
from performance.tests.makers import NOW, Q1_2026, Q2_2026, Cast, make_indicator
from priorities.periods import Period, PeriodKind

pytestmark = pytest.mark.django_db

GRID = "/performance/figures/?quarter=2026-07"
DAY = {"as_at_0": "16", "as_at_1": "10", "as_at_2": "2026"}


@pytest.fixture
def cast():
    with time_machine.travel(NOW, tick=False):
        made = Cast()
        for period, printed in ((Q1_2026, "410"), (Q2_2026.year_before(), "402")):
            made.figure(printed, period=period)
        yield made


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(
    cast: Cast, person: User | None = None, address: str = GRID, follow: bool = True, **rows: dict[str, str]
) -> Any:
    """What comes back when these fields of rows, by the indicator's code, are sent."""
    data = dict(DAY)
    for code, fields in rows.items():
        pk = Indicator.objects.get(code=code.replace("_", "-")).pk
        data |= {f"i{pk}-{name}": value for name, value in fields.items()}
    return client_of(person or cast.owner).post(address, data, follow=follow)


def token_in(html: str) -> str:
    found = re.search(r'name="i\d+-sure" value="([0-9a-f]{16})"', html)
    assert found
    return found[1]


def in_force(code: str = "SHOP", period: Period = Q2_2026) -> list[tuple[str, Decimal]]:
    rows = Measurement.objects.standing().for_periods([period]).filter(indicator__code=code)
    return list(rows.values_list("printed", "value"))


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


class TestWhatIsShown:
    def test_an_officer_sees_their_own_partners_figures_with_those_before_beside_the_box(self, cast):
        make_indicator(code="FIRE", name="Deliberate fires", data_owner=cast.fire)
        page = text_of(client_of(cast.owner).get(GRID))
        assert "Shoplifting" in page
        assert "Deliberate fires" not in page
        assert "<dt>Q1 2026/27</dt><dd>410</dd>" in page
        assert "<dt>Q2 2025/26</dt><dd>402</dd>" in page

    @pytest.mark.parametrize("who", ["analyst", "coordinator"])
    def test_those_who_work_on_all_narrow_by_data_owner(self, cast, who):
        make_indicator(code="FIRE", name="Deliberate fires", data_owner=cast.fire)
        client = client_of(getattr(cast, who))
        page = text_of(client.get(GRID))
        assert "Deliberate fires" in page
        assert "Shoplifting" in page
        page = text_of(client.get(f"{GRID}&owner=CFB"))
        assert "Deliberate fires" in page
        assert "Shoplifting" not in page

    def test_a_yearly_figure_stands_in_the_quarter_before_it_can_be_had(self, cast):
        make_indicator(code="YEAR", name="Deaths", frequency="annual", lag_weeks=20)
        client = client_of(cast.owner)
        assert "Deaths" in text_of(client.get("/performance/figures/?quarter=2026-04"))
        assert "Deaths" in text_of(client.get(GRID))  # it is missing still
        assert "Deaths" in text_of(client.get("/performance/figures/?quarter=2026-01"))  # of the year before
        Indicator.objects.filter(code="YEAR").update(active_from=dt.date(2026, 4, 1))
        assert "Deaths" not in text_of(client.get(GRID))

    def test_a_quarter_that_is_none_shows_the_last_one(self, cast):
        page = text_of(client_of(cast.owner).get("/performance/figures/?quarter=2031-99&owner=nobody"))
        assert "Q2 2026/27, 1 July to 30 September 2026" in page
        assert "“2031-99” is no quarter with figures to enter. These are of Q2 2026/27." in page

    def test_a_yearly_figure_that_can_be_had_soon_stands_in_the_quarter_its_link_names(self, cast):
        """On 1 December a year's figure that comes on 5 January is asked for in the quarter that is running."""
        year = Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
        late = make_indicator(code="YEAR", name="Deaths", frequency="annual", lag_weeks=40)
        cast.figure("31", indicator=late, period=year.previous())
        with time_machine.travel(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC), tick=False):
            client = client_of(cast.owner)
            found = re.search(r'href="([^"]*#row-year)"', client.get("/performance/missing/").content.decode())
            assert found
            page = text_of(client.get(found[1]))
            assert 'id="row-year"' in page
            assert ">2025/26<" in page
            assert "Q3 2026/27 (not over yet)" in page
            assert "Shoplifting" not in page  # nothing of the quarter itself can be had
            assert "Q2 2026/27, 1 July" in text_of(client.get("/performance/figures/"))
            answer = sent(cast, address="/performance/figures/?quarter=2026-10", YEAR={"figure": "33"})
        assert "Recorded: Deaths (YEAR), 2025/26: 33 offences." in text_of(answer)
        assert in_force("YEAR", year) == [("33", Decimal(33))]

    def test_a_yearly_figure_stays_in_its_grid_once_it_is_in_to_be_corrected(self, cast):
        make_indicator(code="YEAR", name="Deaths", frequency="annual", lag_weeks=20)
        sent(cast, YEAR={"figure": "31"})
        page = text_of(client_of(cast.owner).get(GRID))
        assert "/correct/" in page.partition('id="row-year"')[2].partition("</section>")[0]

    def test_the_open_boxes_are_led_to(self, cast):
        make_indicator(code="FIRE", name="Deliberate fires")
        page = text_of(client_of(cast.owner).get(GRID))
        assert 'aria-label="Not in yet"' not in page  # none is in
        sent(cast, SHOP={"figure": "418"})
        page = text_of(client_of(cast.owner).get(GRID))
        assert '<a class="govuk-link" href="#row-fire">Deliberate fires, Q2 2026/27</a>' in page
        assert 'href="#row-shop"' not in page

    def test_what_is_asked_says_how_to_answer(self, cast):
        page = text_of(sent(cast, SHOP={"figure": "4180"}, follow=False))
        assert "tick “Yes, it is right” or change the figure, and record again" in page

    def test_a_stand_in_enters_the_figures_of_whom_they_stand_in_for(self, cast):
        from partners.models import Cover

        Cover.objects.create(
            person=cast.owner, covered_by=cast.outsider, starts_on=NOW.date(), ends_on=NOW.date() + dt.timedelta(days=3)
        )
        sent(cast, cast.outsider, SHOP={"figure": "418"})
        assert in_force() == [("418", Decimal(418))]


class TestWhatIsTaken:
    def test_a_figure_is_recorded_with_its_day_and_its_note(self, cast):
        page = sent(cast, SHOP={"figure": "£1", "note": ""})
        assert in_force() == []
        assert "amount of money" in text_of(page)
        page = sent(cast, SHOP={"figure": "0,418".replace("0,", ""), "provisional": "on", "note": "Two days late."})
        assert page.redirect_chain
        row = Measurement.objects.get(indicator=cast.indicator, period_start=Q2_2026.start)
        assert (row.printed, row.value, row.provisional, row.note) == ("418", Decimal(418), True, "Two days late.")
        assert (row.as_at, row.recorded_at, row.recorded_by) == (dt.date(2026, 10, 16), NOW, cast.owner)
        assert "Recorded: Shoplifting (SHOP), Q2 2026/27: 418 offences." in text_of(page)

    def test_each_row_stands_for_itself(self, cast):
        make_indicator(code="BURG", name="Burglary")
        make_indicator(code="ROBB", name="Robbery")
        page = sent(cast, SHOP={"figure": "418"}, BURG={"figure": "forty"}, ROBB={"figure": ""})
        assert in_force() == [("418", Decimal(418))]
        assert Measurement.objects.for_periods([Q2_2026]).count() == 1
        text = text_of(page)
        assert "1 of 2 ready." in text
        assert "“forty” is text, not a number." in text
        assert 'value="forty"' in text
        assert "Error: Enter figures" in text

    def test_count_and_population_beside_a_figure_they_do_not_make_are_asked_about(self, cast):
        make_indicator(code="RATE", name="Rate", unit="per 100,000 population", rate_per=100_000)
        given = {"numerator": "3300", "denominator": "93640", "denominator_source": "Mid-year estimate"}
        page = text_of(sent(cast, RATE={"figure": "3500", **given}, follow=False))
        assert "3,300 of 93,640 make 3,524.1 per 100,000, not 3,500. Is 3,500 right?" in page
        assert "make 3500" not in page
        assert "works it out, per 100,000." in page

    def test_of_an_empty_form_nothing_is_recorded(self, cast):
        page = sent(cast, SHOP={"figure": " ", "provisional": "on", "denominator_source": "ONS", "group_size": "15"})
        assert in_force() == []
        assert "Nothing was filled in" in text_of(page)

    def test_without_a_day_nothing_is_recorded_and_what_was_typed_stays(self, cast):
        data = {f"i{cast.indicator.pk}-figure": "418", "as_at_0": "16", "as_at_1": "", "as_at_2": "2026"}
        page = client_of(cast.owner).post(GRID, data)
        assert in_force() == []
        assert "Add the month to the day the figures were extracted." in text_of(page)
        assert 'value="418"' in text_of(page)
        data |= {"as_at_0": "21", "as_at_1": "10"}
        assert "Give a day that is not after today." in text_of(client_of(cast.owner).post(GRID, data))

    def test_others_figures_are_left_alone(self, cast):
        page = sent(cast, cast.outsider, SHOP={"figure": "418"})
        assert in_force() == []
        assert "Nothing was filled in" in text_of(page)

    def test_a_rate_is_worked_out_from_count_and_population(self, cast):
        make_indicator(code="RATE", name="Rate", unit="rate per 1,000", rate_per=1000)
        page = sent(cast, RATE={"numerator": "418", "denominator": "94,100", "denominator_source": ""})
        assert "Say where the population comes from." in text_of(page)
        page = sent(cast, RATE={"numerator": "418"})
        assert "Give both the count and what it is divided by, or neither." in text_of(page)
        page = sent(cast, RATE={"numerator": "418", "denominator": "0", "denominator_source": "ONS"})
        assert "Expected a number above 0." in text_of(page)
        assert in_force("RATE") == []
        sent(cast, RATE={"numerator": "418", "denominator": "94,100", "denominator_source": "ONS mid-2024"})
        row = Measurement.objects.get(indicator__code="RATE")
        assert (row.value, row.printed, row.numerator, row.denominator) == (
            Decimal("4.44"),
            "4.44",
            Decimal(418),
            Decimal(94100),
        )
        assert row.denominator_source == "ONS mid-2024"

    def test_what_similar_areas_did_is_recorded_beside_it(self, cast):
        from performance.services.figures import record_comparator

        old = {"indicator": cast.indicator, "kind": "similar_areas", "by": cast.analyst, "at": NOW}
        record_comparator(**old, period=Q1_2026, average=Decimal("300"), position=9, group_size=15, basis="The group")
        sent(cast, SHOP={"figure": "418", "average": "310.5", "position": "16", "group_size": "15"})
        assert Comparator.objects.count() == 1
        assert in_force() == []
        sent(cast, SHOP={"figure": "418", "average": "310.5", "position": "12", "group_size": "15"})
        row = Comparator.objects.get(period_start=Q2_2026.start)
        assert (row.average, row.position, row.group_size, row.basis) == (Decimal("310.5"), 12, 15, "The group")
        # Said again it is nothing new; with another position it is a correction, which has a page of its own.
        again = sent(
            cast, SHOP={"figure": "", "average": "310.5", "position": "12", "group_size": "15"}
        ).content.decode()
        assert "Recorded before, and not a second time" in again
        other = sent(
            cast, SHOP={"figure": "", "average": "310.5", "position": "3", "group_size": "15"}
        ).content.decode()
        assert "has a comparison of this kind for Q2 2026/27 already" in other
        assert Comparator.objects.count() == 2
        assert in_force() == [("418", Decimal(418))]


class TestWhatIsAskedAbout:
    def test_an_unlikely_figure_is_asked_about_and_taken_once_it_is_said_to_be_right(self, cast):
        page = sent(cast, SHOP={"figure": "4180"})
        assert in_force() == []
        text = text_of(page)
        assert "Is there a digit too many?" in text
        assert 'value="4180"' in text
        page = sent(cast, SHOP={"figure": "4180", "sure": token_in(text)})
        assert in_force() == [("4180", Decimal(4180))]

    def test_yes_is_about_one_figure_alone(self, cast):
        token = token_in(text_of(sent(cast, SHOP={"figure": "4180"})))
        page = sent(cast, SHOP={"figure": "41800", "sure": token})
        assert in_force() == []
        assert token_in(text_of(page)) != token

    @pytest.mark.parametrize(
        ("unit", "before", "figure", "words"),
        [
            ("%", "45", "0.45", "written as a fraction?"),
            ("%", "45", "145", "more than 100%"),
            ("offences", "410", "-418", "Is the sign right?"),
            ("offences", "410", "418.5", "is not a whole number"),
            ("offences", "410", "410", "is exactly the figure of Q1 2026/27"),
        ],
    )
    def test_each_doubt_has_its_question(self, cast, unit, before, figure, words):
        one = make_indicator(code="ODD", name="Odd", unit=unit)
        cast.figure(before, indicator=one, period=Q1_2026)
        assert words in text_of(sent(cast, ODD={"figure": figure}))
        assert in_force("ODD") == []

    def test_a_total_is_held_against_its_parts_typed_or_known(self, cast):
        part, other = make_indicator(code="PART", name="Part"), make_indicator(code="OTHER", name="Other")
        cast.indicator.sum_of.set([part, other])
        cast.figure("300", indicator=other)
        page = text_of(sent(cast, SHOP={"figure": "418"}, PART={"figure": "100"}))
        assert "SHOP is 418, but its parts add up to 400" in page
        assert in_force("PART") == [("100", Decimal(100))]
        assert in_force() == []
        sent(cast, SHOP={"figure": "400"})
        assert in_force() == [("400", Decimal(400))]

    @pytest.mark.parametrize(("unit", "measure"), [("reviews", "count"), ("% of reviews", "percentage")])
    def test_a_part_larger_than_the_whole_is_asked_about(self, cast, unit, measure):
        """Five of four reviews: where the count says what it is a part of, and where a percentage is of the two."""
        with_advice = make_indicator(code="ADVICE", name="Reviews with recommendations", unit="reviews")
        of = {"out_of": cast.indicator} if measure == "count" else {}
        Indicator.objects.filter(pk=with_advice.pk).update(measure="count", **of)
        if measure == "percentage":
            make_indicator(
                code="SHARE", name="Share", unit=unit, measure=measure, rate_of=with_advice, out_of=cast.indicator
            )
        page = text_of(sent(cast, SHOP={"figure": "400"}, ADVICE={"figure": "405"}))
        assert "ADVICE is 405, more than SHOP, of which it is a part: 400. Is it right?" in page
        assert (in_force(), in_force("ADVICE")) == ([("400", Decimal(400))], [])
        sent(cast, ADVICE={"figure": "400"})
        assert in_force("ADVICE") == [("400", Decimal(400))]

    def test_a_whole_smaller_than_a_part_known_is_asked_about(self, cast):
        part = make_indicator(code="PART", name="Part", unit="offences", out_of=cast.indicator)
        cast.figure("405", indicator=part)
        assert "PART is 405, more than SHOP, of which it is a part: 400." in text_of(sent(cast, SHOP={"figure": "400"}))
        assert in_force() == []


class TestNotYetAvailable:
    @pytest.mark.parametrize("figure", ["", "n/a", "[x]"])
    def test_is_said_with_a_reason_and_a_day(self, cast, figure):
        page = sent(cast, SHOP={"figure": figure, "reason": "The system was changed.", "expected": "30 November 2026"})
        said = NotYetAvailable.objects.get()
        assert (said.reason, said.expected_on, said.period) == (
            "The system was changed.",
            dt.date(2026, 11, 30),
            Q2_2026,
        )
        assert "Not yet available: Shoplifting (SHOP), Q2 2026/27." in text_of(page)
        assert "The system was changed. Expected on 30 November 2026." in text_of(page)

    def test_said_twice_it_is_kept_once(self, cast):
        for _ in range(2):
            sent(cast, SHOP={"reason": "No analyst."})
        assert NotYetAvailable.objects.count() == 1
        sent(cast, SHOP={"reason": "No analyst.", "expected": "1/12/2026"})
        assert NotYetAvailable.objects.count() == 2

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"figure": "n/a"}, "Say why the figure is not yet available."),
            ({"expected": "30 November 2026"}, "Say why the figure is not yet available."),
            ({"reason": "Late.", "expected": "20 October 2026"}, "Give a day after today."),
            ({"reason": "Late.", "expected": "soon"}, "is not a day."),
            ({"reason": "Late.", "figure": "418"}, "not both"),
            ({"reason": "x" * 301}, "Shorten this text"),
        ],
    )
    def test_is_refused_with_a_sentence(self, cast, fields, words):
        page = text_of(sent(cast, SHOP=fields))
        assert words in page
        assert NotYetAvailable.objects.count() == 0
        assert in_force() == []

    def test_gives_way_to_the_figure(self, cast):
        sent(cast, SHOP={"reason": "Late."})
        sent(cast, SHOP={"figure": "418"})
        assert in_force() == [("418", Decimal(418))]
        assert "mark-missing" not in text_of(client_of(cast.owner).get(GRID))


class TestTwice:
    def test_the_same_form_sent_again_records_nothing(self, cast):
        for _ in range(2):
            page = sent(cast, SHOP={"figure": "418"})
        assert Measurement.objects.for_periods([Q2_2026]).count() == 1
        assert "Recorded before, and not a second time: Shoplifting (SHOP), Q2 2026/27." in text_of(page)

    def test_the_second_of_two_people_sees_the_first_ones_figure_and_keeps_their_own(self, cast):
        cast.figure("420", by=cast.analyst)
        page = text_of(sent(cast, SHOP={"figure": "418"}))
        assert in_force() == [("420", Decimal(420))]
        assert "420 was recorded for Q2 2026/27 by Borough council at 11:00 on 20 October 2026." in page
        assert 'value="418"' in page

    def test_somebody_signed_out_finds_what_they_typed_after_signing_in(self, cast):
        writer = re.search(r'name="writer" value="([^"]+)"', text_of(client_of(cast.owner).get(GRID)))
        client = Client()
        data = DAY | {f"i{cast.indicator.pk}-figure": "418", "writer": writer[1]}
        asked = client.post(GRID, data)
        assert asked.status_code == 302
        assert reverse("account_login") in asked["Location"]
        client.force_login(cast.owner)
        page = text_of(client.get(GRID))
        assert 'value="418"' in page
        assert "nothing was sent" in page
        assert in_force() == []


class TestCorrecting:
    def address(self, old: Measurement) -> str:
        return f"/performance/figures/{old.pk}/correct/"

    def test_a_better_figure_takes_its_place_and_says_why(self, cast):
        old = cast.figure("418")
        data = DAY | {"figure": "421", "why": "Three were recorded late."}
        page = client_of(cast.owner).post(self.address(old), data)
        assert page.status_code == 302
        new = Measurement.objects.get(replaces=old)
        assert (new.printed, new.note, new.recorded_by) == ("421", "Three were recorded late.", cast.owner)
        assert in_force() == [("421", Decimal(421))]
        assert client_of(cast.owner).get(self.address(old))["Location"] == self.address(new)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"why": " "}, "Say what is corrected, and why."),
            ({"figure": ""}, "Give the figure that is right."),
            ({"figure": "418"}, "This is the figure that stands already: 418."),
            ({"figure": "n/a"}, "Expected a number"),
            ({"figure": "4210"}, "Is there a digit too many?"),
            ({"as_at_2": "2027"}, "Give a day that is not after today."),
        ],
    )
    def test_is_refused_with_a_sentence_and_keeps_what_was_typed(self, cast, changes, words):
        old = cast.figure("418")
        data = DAY | {"figure": "421", "why": "Three were recorded late."} | changes
        page = text_of(client_of(cast.owner).post(self.address(old), data))
        assert words in page
        assert in_force() == [("418", Decimal(418))]

    def test_the_count_and_population_stay_with_a_rate_and_are_held_against_it(self, cast):
        Indicator.objects.filter(pk=cast.indicator.pk).update(unit="rate per 100,000", measure="rate")
        Measurement.objects.all().delete()  # counts of four hundred, beside which any such rate is odd
        old = cast.figure("8.6", numerator=Decimal(8), denominator=Decimal(93000), denominator_source="ONS mid-2024")
        boxes = client_of(cast.owner).get(self.address(old)).context["form"]
        given = {name: boxes[name].value() for name in ("numerator", "denominator", "denominator_source")}
        assert given == {"numerator": "8", "denominator": "93000", "denominator_source": "ONS mid-2024"}
        data = DAY | given | {"figure": "9.7", "why": "One was recorded late."}
        assert "8 of 93,000 make 8.6 per 100,000, not 9.7." in text_of(
            client_of(cast.owner).post(self.address(old), data)
        )
        client_of(cast.owner).post(self.address(old), data | {"numerator": "9"})
        new = Measurement.objects.get(replaces=old)
        assert (new.numerator, new.denominator) == (9, 93000)

    def test_everything_that_is_wrong_or_odd_is_said_at_once(self, cast):
        old = cast.figure("418")
        page = text_of(client_of(cast.owner).post(self.address(old), DAY | {"figure": "4210", "why": ""}))
        assert "Is there a digit too many?" in page
        assert "Say what is corrected, and why." in page

    def test_the_second_of_two_corrections_is_told_of_the_first(self, cast):
        old = cast.figure("418")
        cast.figure("420", replaces=old, note="Recounted.", by=cast.analyst)
        page = text_of(client_of(cast.owner).post(self.address(old), DAY | {"figure": "421", "why": "Late."}))
        assert "Somebody corrected the figure before you: it is 420 now." in page
        assert 'value="421"' in page
        assert in_force() == [("420", Decimal(420))]

    def test_comes_from_those_who_record_figures(self, cast):
        old = cast.figure("418")
        refused = client_of(cast.outsider).post(self.address(old), DAY | {"figure": "421", "why": "Late."})
        assert refused.status_code == 403
        assert in_force() == [("418", Decimal(418))]


def test_the_grid_asks_as_many_queries_for_thirty_as_for_three(cast):
    client = client_of(cast.analyst)

    def queries() -> int:
        client.get(GRID)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(GRID).status_code == 200
        return len(seen)

    def more(first: int, last: int) -> None:
        for n in range(first, last):
            one = make_indicator(code=f"I{n}", name=f"Indicator {n}", rate_per=1000 if n % 2 else None)
            one.priorities.add(cast.priority)
            cast.figure("400", indicator=one, period=Q1_2026)

    more(0, 2)
    few = queries()
    more(2, 29)
    assert queries() == few
    assert few <= 22


def test_kinds_of_period_are_the_indicators_own(cast):
    one = make_indicator(code="YEAR", name="Deaths", frequency="annual", lag_weeks=20)
    sent(cast, YEAR={"figure": "14"})
    row = Measurement.objects.get(indicator=one)
    assert row.period == Period(PeriodKind.YEAR, dt.date(2025, 4, 1))
